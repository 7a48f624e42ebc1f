"""Verification: the chain recomputed, the entries replayed, and nothing believed that is stored.

It names what does not fit and never raises on altered data.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection, Table, select
from sqlalchemy.exc import DBAPIError

from landquota.errors import UsageError
from landquota.i18n import Text, text
from landquota.ledger import schema, sqlite
from landquota.ledger.entries import GENESIS, Record, canonical, digest
from landquota.ledger.projection import Projection
from landquota.ledger.words import Joined

#: A head as people write it: its digits, at least the first 6, or the short form ``3e4b40…7c``.
_HEAD: Final = re.compile(r"([0-9a-f]{6,64})(?:(?:…|\.\.\.)([0-9a-f]*))?")
#: How many altered things of one kind are named, and what stands between them.
_NAMED: Final = 3
_COMMA: Final = text(", ")
_ENTRIES: Final = select(schema.entry).order_by(schema.entry.c.seq)
#: How many entries are fetched together.
_TOGETHER: Final = 5_000
#: What can have become of the parts of the structure.
_FATES: Final[Mapping[tuple[str, str], Text]] = MappingProxyType(
    {
        ("trigger", "missing"): text("append-only triggers missing"),
        ("trigger", "altered"): text("append-only triggers altered"),
        ("trigger", "added"): text("triggers added"),
        ("index", "missing"): text("indexes missing"),
        ("index", "altered"): text("indexes altered"),
        ("index", "added"): text("indexes added"),
        ("table", "missing"): text("tables missing"),
        ("table", "altered"): text("tables altered"),
        ("table", "added"): text("tables added"),
    }
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that does not fit; `seq` and `key` name the entry where one is to blame."""

    seq: int | None
    key: str | None
    message: Text

    def render(self, language: str) -> str:
        """Return what was found, the entry first."""
        if self.seq is None:
            return self.message.render(language)
        if self.key is None:
            return text("entry {seq}: {message}", seq=self.seq, message=self.message).render(language)
        return text("entry {seq} ({key}): {message}", seq=self.seq, key=self.key, message=self.message).render(language)

    def __str__(self) -> str:
        return self.render("en")


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification found; `head` is the hash of the last entry as it is stored."""

    ok: bool
    entries: int
    head: str
    problems: tuple[Problem, ...]


def verify(connection: Connection, *, head: str | None) -> Verification:
    """Check the whole ledger: chain, replay, structure, and that `head` is still in it.

    Parameters
    ----------
    head
        A head that an earlier export or map printed; a removed tail is found by it alone.

    Raises
    ------
    UsageError
        `head` is not written as a head is, or fits several entries.
    """
    beginning, end = _read_head(head)
    records: list[Record] = []
    problems: list[Problem] = []
    with sqlite.reading_anything(connection):
        try:
            records += map(Record._make, connection.execute(_ENTRIES))
            problems += [
                *_chain(records, _intact),
                *_head(records, head, beginning, end),
                *_replay(connection, records),
            ]
        except DBAPIError as error:
            problems.append(_unreadable(error))
        problems += _structure(connection)
    last = _plain(records[-1].hash) if records else GENESIS
    return Verification(not problems, len(records), last, tuple(problems))


def broken_chain(connection: Connection) -> Problem | None:
    """Return the first place where the chain does not hold, without replaying what the entries say.

    The entries are read once and none is kept: 5 µs each, a tenth of what :func:`verify` takes.
    """
    with sqlite.reading_anything(connection):
        try:
            entries = connection.execute(_ENTRIES, execution_options={"yield_per": _TOGETHER})
            return next(_chain(map(Record._make, entries), _hashed), None)
        except DBAPIError as error:
            return _unreadable(error)


def _chain(records: Iterable[Record], intact: Callable[[Record], bool]) -> Iterator[Problem]:
    """Recompute every hash, and follow the chain from the first entry to the last."""
    number, prev = 0, GENESIS
    for record in records:
        key = _plain(record.key)
        if record.seq != number + 1:
            message = text("is missing, up to the entry {seq} ({key}): deleted or moved", seq=record.seq, key=key)
            yield Problem(number + 1, None, message)
        elif record.prev != prev:
            message = text("does not follow from the entry before it: altered, inserted, deleted or reordered")
            yield Problem(record.seq, key, message)
        if not intact(record):
            yield Problem(record.seq, key, text("was altered: its content does not give its hash"))
        number, prev = record.seq, record.hash


def _hashed(record: Record) -> bool:
    try:
        return digest(record) == record.hash
    except (TypeError, ValueError):  # bytes, broken text: nothing that the ledger writes
        return False


def _intact(record: Record) -> bool:
    try:
        return _hashed(record) and canonical(json.loads(record.body)) == record.body
    except (TypeError, ValueError, RecursionError):  # no JSON, or deeper than anything that the ledger writes
        return False


def _read_head(head: str | None) -> tuple[str, str]:
    """Return the first and the last digits of a head as somebody gave it; without one, none."""
    if head is None:
        return "", ""
    match = _HEAD.fullmatch(head.strip().lower())
    if match is None:
        raise UsageError(
            text("'{head}' is not a head of the ledger", head=head),
            remedy=text(
                "Give the 64 digits (0–9, a–f) that an export or map printed, the first 6 or more of them,"
                " or the short form such as 3e4b40…7c."
            ),
        )
    return match[1], match[2] or ""


def _head(records: Iterable[Record], head: str | None, beginning: str, end: str) -> Iterator[Problem]:
    if head is None:
        return
    hashes = {GENESIS, *(record.hash for record in records if isinstance(record.hash, str))}
    fitting = [each for each in hashes if each.startswith(beginning) and each.endswith(end)]
    if len(fitting) > 1:
        raise UsageError(
            text("The head {head} fits {count} entries", head=head, count=len(fitting)),
            remedy=text("Give more of its digits."),
        )
    if not fitting:
        message = text("the head {head} is not in the chain: entries at the end were removed or exchanged", head=head)
        yield Problem(None, None, message)


@dataclass(frozen=True, slots=True)
class _Due:
    """A row as it should be, and the entry that it follows from."""

    seq: int
    row: Mapping[str, Any]


class _Replay:
    """The rows that the entries come to, by table and primary key."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._seen: dict[str, tuple[Record, Mapping[str, Any]]] = {}
        self._projection = Projection(
            find_account=lambda _: None, find_target=self._seen.get, find_book=lambda _: None, last_account=0
        )
        self.rows: dict[str, dict[object, _Due]] = {table.name: {} for table in schema.PROJECTIONS}
        self.problems: list[Problem] = []
        for record in records:
            self._add(record)

    def _add(self, record: Record) -> None:
        try:
            body = json.loads(record.body)
            rows = self._projection.rows(record, body)
            self._seen[record.key] = (record, body)
            for table, row in rows:
                key = _primary_key(schema.metadata.tables[table], row)
                self.rows[table][key] = _Due(record.seq, row)
        except (AttributeError, ArithmeticError, KeyError, TypeError, ValueError, RecursionError):
            self.problems.append(Problem(record.seq, _plain(record.key), text("cannot be replayed")))


def _replay(connection: Connection, records: Sequence[Record]) -> Iterator[Problem]:
    """Compare every table with what the entries come to, both ways."""
    replay = _Replay(records)
    yield from replay.problems
    keys = {record.seq: _plain(record.key) for record in records}
    for table in schema.PROJECTIONS:
        expected = replay.rows[table.name]
        for found in connection.execute(select(table)).mappings():
            row = dict(found)
            due = expected.pop(_primary_key(table, row), None)
            seq = _number(row.get("seq")) if due is None else due.seq
            for message in _differences(row, due):
                yield Problem(seq, keys.get(seq or 0), _about(table, row, message))
        for due in expected.values():
            yield Problem(due.seq, keys.get(due.seq), _about(table, due.row, text("it is missing")))
    yield from _meta(connection)


def _differences(row: Mapping[str, Any], due: _Due | None) -> Iterator[Text]:
    if due is None:
        yield text("no entry stands behind it")
        return
    for name, value in due.row.items():
        if (type(row[name]), row[name]) != (type(value), value):
            yield _differs(name, row[name], value)


def _meta(connection: Connection) -> Iterator[Problem]:
    found = {row.name: row.value for row in connection.execute(select(schema.meta))}
    expected = {row["name"]: row["value"] for row in schema.META}
    for name in sorted(found.keys() | expected.keys(), key=str):
        if found.get(name) != expected.get(name):
            message = _differs("value", found.get(name), expected.get(name))
            yield Problem(None, None, _about(schema.meta, {"name": name}, message))


def _differs(column: str, found: object, expected: object) -> Text:
    found, expected = ("—" if value is None else value for value in (found, expected))
    return text("{column} is {found} and should be {expected}", column=column, found=found, expected=expected)


def _structure(connection: Connection) -> Iterator[Problem]:
    """Check tables, indexes and triggers, and the file itself."""
    try:
        altered, damage = sqlite.altered_structure(connection), sqlite.damage(connection)
    except DBAPIError as error:
        yield _unreadable(error)
        return
    for thing, names in altered.items():
        shown = names if len(names) <= _NAMED else [*names[:_NAMED], "…"]
        message = text(
            "structure altered: {count} {what}: {names}",
            count=len(names),
            what=_FATES[thing],
            names=Joined(tuple(shown), _COMMA),
        )
        yield Problem(None, None, message)
    for line in damage:
        yield Problem(None, None, text("the file is damaged: {reason}", reason=line))


def _unreadable(error: DBAPIError) -> Problem:
    return Problem(None, None, text("the file cannot be read: {reason}", reason=str(error.orig)))


def _about(table: Table, row: Mapping[str, Any], message: Text) -> Text:
    return text("table {table}, row {row}: {message}", table=table.name, row=_primary_key(table, row), message=message)


def _primary_key(table: Table, row: Mapping[str, Any]) -> object:
    (column,) = table.primary_key.columns
    return row[column.name]


def _plain(value: object) -> str:
    """Return a stored text, or its escaped form if no ledger could have written it."""
    return value if isinstance(value, str) and value.isprintable() else ascii(value)


def _number(value: object) -> int | None:
    """Return the entry's number that a row names, if it is one."""
    return value if isinstance(value, int) else None
