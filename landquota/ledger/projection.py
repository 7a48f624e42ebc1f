"""From entries to table rows: the one fold that posting and verification share.

Posting looks up what is in the tables already; verification starts from nothing and has to
arrive at the same rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from landquota.ledger.accounts import Account, Transfer, transfer_of
from landquota.ledger.entries import Record

#: A row of a projection table: the table's name and the values by column.
Row = tuple[str, dict[str, Any]]


class Projection:
    """What the entries so far come to, one entry at a time.

    Parameters
    ----------
    find_account
        Looks up an account's number among those opened before.
    find_target
        Looks up, by its key, an entry that was written before, with its body.
    last_account
        The highest account number so far.
    """

    def __init__(
        self,
        *,
        find_account: Callable[[Account], int | None],
        find_target: Callable[[str], tuple[Record, Mapping[str, Any]] | None],
        last_account: int,
    ) -> None:
        self._find_account = find_account
        self._find_target = find_target
        self._last_account = last_account
        self._accounts: dict[Account, int] = {}

    def transfer(self, record: Record, body: Mapping[str, Any]) -> Transfer | None:
        """Return the transfer that an entry makes, if it makes one."""
        if record.type == "movement":
            return transfer_of(body, record.effective)
        if record.type == "reversal":
            target, target_body = self._target(body)
            if target.type == "movement":
                return transfer_of(target_body, target.effective).mirrored(record.effective)
        return None

    def account_id(self, account: Account) -> int | None:
        """Return the number of an account that has been opened."""
        if account not in self._accounts:
            found = self._find_account(account)
            if found is None:
                return None
            self._accounts[account] = found
        return self._accounts[account]

    def rows(self, record: Record, body: Mapping[str, Any]) -> list[Row]:
        """Return the rows that an entry adds.

        Raises
        ------
        KeyError, TypeError, ValueError
            The entry is not one that the ledger could have written.
        """
        if record.type == "holder":
            return [("holder", _holder(record, body))]
        if record.type == "kind":
            return [("kind", _kind(record, body))]
        if record.type == "statement":
            return [("statement", _statement(record, body))]
        if record.type not in {"movement", "reversal"}:
            raise ValueError(record.type)
        rows: list[Row] = []
        transfer = self.transfer(record, body)
        if transfer is not None:
            rows += self._transfer(record, transfer)
        if record.type == "reversal":
            target, _ = self._target(body)
            rows.append(("reversal", {"seq": record.seq, "target": target.seq, "effective": record.effective}))
        return rows

    def _target(self, body: Mapping[str, Any]) -> tuple[Record, Mapping[str, Any]]:
        found = self._find_target(body["reverses"])
        if found is None:
            raise KeyError(body["reverses"])
        return found

    def _transfer(self, record: Record, transfer: Transfer) -> list[Row]:
        rows: list[Row] = []
        ids = []
        for account in (transfer.debit, transfer.credit):
            number = self.account_id(account)
            if number is None:
                number = self._last_account = self._last_account + 1
                self._accounts[account] = number
                rows.append(("account", {"id": number, **account._asdict()}))
            ids.append(number)
        row = {
            "seq": record.seq,
            "movement": transfer.movement,
            "debit": ids[0],
            "credit": ids[1],
            "amount": transfer.amount,
            "effective": transfer.effective,
            "zone": transfer.zone,
            "parcel": transfer.parcel,
        }
        return [*rows, ("transfer", row)]


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
