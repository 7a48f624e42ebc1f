"""Entries: the numbered, hash-chained record that is the truth of the ledger."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

import orjson

from landquota.amount import Amount
from landquota.area import Area
from landquota.ledger.content import Content

#: What amounts are: area, mass or money.
Counted = type[Amount]

#: What the first entry names as its predecessor, and the head of an empty ledger.
GENESIS: Final = hashlib.sha256(b"landquota ledger 1").hexdigest()


class Record(NamedTuple):
    """An entry exactly as it is stored; `body` is canonical JSON."""

    seq: int
    key: str
    type: str
    effective: str
    recorded: str
    document: str | None
    clause: str | None
    body: str
    prev: str
    hash: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it is read.

    `recorded` is UTC in ISO form; amounts in `body` are whole smallest units of what is
    `counted`: area, mass or money.  `target` is the body of the entry that a reversal takes
    back, `reversed_by` the key of the entry that took this one back.
    """

    seq: int
    key: str
    type: str
    effective: date
    recorded: str
    document: str | None
    clause: str | None
    body: Mapping[str, object]
    hash: str
    reversed_by: str | None = None
    target: Mapping[str, object] | None = None
    counted: Counted = Area

    @property
    def holder(self) -> str | None:
        """The holder that the entry is about; of a reversal, the one of the entry taken back."""
        holder = (self.target or self.body).get("holder")
        return holder if isinstance(holder, str) else None

    @property
    def amount(self) -> Amount | None:
        """The exact amount that a movement moves; negative when it is taken back."""
        units = (self.target or self.body).get("amount")
        if not isinstance(units, int):
            return None
        return self.counted(-units if self.target else units)

    def figure(self, language: str) -> str:
        """Return the amount with its unit, or a statement's figure as its document writes it; else nothing."""
        if self.amount is not None:
            return self.amount.render(language)
        written = (self.target or self.body).get("written", "")
        return str(written)


def canonical(data: object) -> str:
    """Return `data` as JSON in the one form that is hashed: sorted keys, no blanks, only the escapes that JSON needs.

    Raises
    ------
    TypeError
        It holds what no entry can hold: broken text, bytes, a number of more than 64 bits.
    """
    return orjson.dumps(data, option=orjson.OPT_SORT_KEYS).decode()


def chained(content: Content, *, seq: int, key: str, recorded: str, prev: str) -> Record:
    """Return the record of `content` as number `seq`, after the entry whose hash is `prev`."""
    what, effective, document, clause, said = content
    return Record(*linked(seq, key, what, effective, recorded, document, clause, canonical(said), prev))


def linked(  # noqa: PLR0917 - in the order of a record
    seq: int,
    key: str,
    what: str,
    effective: str,
    recorded: str,
    document: str | None,
    clause: str | None,
    body: str,
    prev: str,
) -> tuple[int, str, str, str, str, str | None, str | None, str, str, str]:
    """Return the fields of a record, the last of which is the hash of the others.

    This is version 1 of the form that is hashed; a later version will be told by the body's ``v``.
    """
    form = {  # in the order of the names
        "body": body,
        "clause": clause,
        "document": document,
        "effective": effective,
        "key": key,
        "prev": prev,
        "recorded": recorded,
        "seq": seq,
        "type": what,
        "v": 1,
    }
    hash_ = hashlib.sha256(orjson.dumps(form)).hexdigest()
    return seq, key, what, effective, recorded, document, clause, body, prev, hash_


def digest(record: Record | tuple[Any, ...]) -> str:
    """Return the hash that `record`, or its fields in their order, should carry.

    Raises
    ------
    TypeError
        A field holds what no entry can hold (bytes, broken text): it was altered.
    """
    return linked(*record[:-1])[-1]
