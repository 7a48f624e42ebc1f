"""From entries to table rows: the one fold that posting and verification share.

Posting looks up what is in the tables already; verification starts from nothing and has to
arrive at the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final

from landquota.ledger import schema
from landquota.ledger.accounts import QUOTA, Account, Identity, Transfer, TransferRow, book_of, transfer_of
from landquota.ledger.entries import Record
from landquota.ledger.movements import State

_RESERVED: Final = State.RESERVED.code
#: A row of a projection table: the table's name, and the values in the order of its columns.
Row = tuple[str, tuple[Any, ...]]


class Projection:
    """What the entries so far come to, one entry at a time.

    Parameters
    ----------
    find_account
        Looks up an account's number among those opened before.
    find_target
        Looks up, by its key, an entry that was written before, with its body.
    find_book
        Looks up the book of a quota kind that was declared before.
    last_account
        The highest account number so far.
    """

    def __init__(
        self,
        *,
        find_account: Callable[[Account], int | None],
        find_target: Callable[[str], tuple[Record, Mapping[str, Any]] | None],
        find_book: Callable[[str], str | None],
        last_account: int,
    ) -> None:
        self._find_account = find_account
        self._find_target = find_target
        self._find_book = find_book
        self._last_account = last_account
        self._accounts: dict[Identity, int] = {}
        self._books: dict[str, str] = {}

    def transfer(self, record: Record, body: Mapping[str, Any]) -> Transfer | None:
        """Return the transfer that an entry makes, if it makes one."""
        if record.type == "movement":
            kind = body.get("kind")
            book = QUOTA if kind is None else self.book(kind)
            return transfer_of(body, record.effective, key=record.key, book=book)
        if record.type == "reversal":
            target, target_body = self._target(body)
            taken_back = self.transfer(target, target_body) if target.type == "movement" else None
            return None if taken_back is None else taken_back.mirrored(record.effective)
        return None

    def book(self, kind: str) -> str:
        """Return the book of a quota kind; one that nobody declared lies in that of quota."""
        book = self._books.get(kind)
        if book is None:
            book = self._books[kind] = self._find_book(kind) or QUOTA
        return book

    def account_id(self, account: Identity) -> int | None:
        """Return the number of an account that has been opened."""
        number = self._accounts.get(account)
        if number is None:
            number = self._find_account(Account._make(account))
            if number is not None:
                self._accounts[account] = number
        return number

    def rows(self, record: Record, body: Mapping[str, Any]) -> list[Row]:
        """Return the rows that an entry adds.

        Raises
        ------
        KeyError, TypeError, ValueError
            The entry is not one that the ledger could have written.
        """
        return self.rows_of(record, body, self.transfer(record, body))

    def rows_of(self, record: Record, body: Mapping[str, Any], transfer: Transfer | None) -> list[Row]:
        """Return the rows of an entry whose `transfer` is known."""
        if transfer is not None:
            rows = self._transfer(record, transfer)
        elif record.type in _DECLARED:
            return [(record.type, self._declared(record, body))]
        else:
            rows = []
        if record.type == "reversal":
            target, _ = self._target(body)
            rows.append(("reversal", (record.seq, target.seq, record.effective)))
        elif record.type != "movement":
            raise ValueError(record.type)
        return rows

    def _declared(self, record: Record, body: Mapping[str, Any]) -> tuple[Any, ...]:
        if record.type == "kind":
            self._books[body["kind"]] = book_of(unit=body["unit"], consumed_by=body.get("consumed_by"))
        row = _DECLARED[record.type](record, body)
        return tuple(row[name] for name in schema.COLUMNS[record.type])

    def _target(self, body: Mapping[str, Any]) -> tuple[Record, Mapping[str, Any]]:
        found = self._find_target(body["reverses"])
        if found is None:
            raise KeyError(body["reverses"])
        return found

    def _transfer(self, record: Record, transfer: Transfer) -> list[Row]:
        """Return the row of a transfer, and before it those of the accounts that it opens."""
        movement, debit, credit, amount, effective, zone, parcel, request, mirror = transfer
        opened: list[tuple[Any, ...]] = []
        ends = self.number(debit, record.key, opened), self.number(credit, record.key, opened)
        row = TransferRow(record.seq, movement, *ends, amount, effective, int(mirror), zone, parcel, request)
        return [*(("account", account) for account in opened), ("transfer", row)]

    def number(self, account: Identity, key: str, opened: list[tuple[Any, ...]]) -> int:
        """Return the number of an account; the row of one that the entry with `key` opens is added to `opened`."""
        number = self._accounts.get(account)
        # A reservation is known by the key of its own entry: it cannot have been there before.
        if number is None and account[-2:] != (_RESERVED, key):
            number = self.account_id(account)
        if number is None:
            number = self._last_account = self._last_account + 1
            self._accounts[account] = number
            opened.append((number, *account))
        return number


def _holder(record: Record, body: Mapping[str, Any]) -> dict[str, Any]:
    optional = {name: body.get(name) for name in ("parent", "zone", "name_en")}
    return {"holder": body["holder"], "level": body["level"], **optional, "seq": record.seq}


def _kind(record: Record, body: Mapping[str, Any]) -> dict[str, Any]:
    optional = {name: body.get(name) for name in ("name_en", "level", "consumed_by", "valid_from", "valid_to")}
    flags = {name: int(body[name]) for name in ("covers_conversion", "carry")}
    return {"kind": body["kind"], "name": body["name"], "unit": body["unit"], **optional, **flags, "seq": record.seq}


def _statement(record: Record, body: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: body[name] for name in ("measure", "holder", "written", "unit", "nominal", "low", "basis")}
    optional = {name: body.get(name) for name in ("kind", "year", "high", "note")}
    approximate = int(body.get("approximate", False))
    return {"seq": record.seq, "effective": record.effective, **said, **optional, "approximate": approximate}


def _kind_rule(record: Record, body: Mapping[str, Any]) -> dict[str, Any]:
    said = {"kind": body["kind"], "carry": int(body["carry"]), "valid_to": body.get("valid_to")}
    return {"seq": record.seq, "effective": record.effective, **said}


def _allowance(record: Record, body: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: body[name] for name in ("name", "holder", "kind")}
    optional = {name: body.get(name) for name in ("year", "valid_to")}
    hundredths = int(Decimal(body["percent"]) * 100)
    return {"seq": record.seq, "effective": record.effective, **said, **optional, "hundredths": hundredths}


def _period(record: Record, body: Mapping[str, Any]) -> dict[str, Any]:
    return {"seq": record.seq, "action": body["action"], "through": record.effective}


def _progress(record: Record, body: Mapping[str, Any]) -> dict[str, Any]:
    optional = {name: body.get(name) for name in ("developed", "to_develop", "invested", "investment", "stopped_on")}
    delay = int(body.get("government_delay", False))
    said = {"parcel": body["parcel"], "holder": body["holder"], **optional, "government_delay": delay}
    return {"seq": record.seq, "effective": record.effective, **said}


#: The entries that come to one row of the table of their own name.
_DECLARED: Final[Mapping[str, Callable[[Record, Mapping[str, Any]], dict[str, Any]]]] = MappingProxyType(
    {
        "holder": _holder,
        "kind": _kind,
        "kind_rule": _kind_rule,
        "allowance": _allowance,
        "period": _period,
        "statement": _statement,
        "progress": _progress,
    }
)
