"""The log: entries in their order, chosen by what they are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, RowMapping, Select, and_, or_, select, true

from landquota.area import Area
from landquota.ledger import schema
from landquota.ledger.entries import Entry
from landquota.ledger.registry import Kind, declared


def entries(
    connection: Connection,
    *,
    holder: str | None = None,
    kind: str | None = None,
    zone: str | None = None,
    parcel: str | None = None,
    as_of: date | None = None,
) -> tuple[Entry, ...]:
    """Return the entries that fit all that is asked for, in their order.

    A zone's entries are those that name it and those of the holder that carries its id.  As
    of a day, entries and reversals of later days do not count.
    """
    entry = schema.entry.c
    reversal, taken = schema.reversal.alias(), schema.entry.alias("taken")
    counts = true() if as_of is None else reversal.c.effective <= as_of.isoformat()
    query = (
        select(*entry, taken.c.key.label("reversed_by"))
        .outerjoin(reversal, and_(reversal.c.target == entry.seq, counts))
        .outerjoin(taken, taken.c.seq == reversal.c.seq)
        .order_by(entry.seq)
    )
    if as_of is not None:
        query = query.where(entry.effective <= as_of.isoformat())
    for condition in _conditions(holder=holder, kind=kind, zone=zone, parcel=parcel):
        query = query.where(condition)
    rows = connection.execute(query).mappings().all()
    targets = _targets(connection) if any(row["type"] == "reversal" for row in rows) else {}
    kinds = declared(connection).kinds
    return tuple(_entry(row, targets.get(row["seq"]), kinds) for row in rows)


def _conditions(
    *, holder: str | None, kind: str | None, zone: str | None, parcel: str | None
) -> Iterator[ColumnElement[bool]]:
    account, transfer = schema.account.c, schema.transfer.c
    if holder is not None:
        yield _about(
            _of_account(account.holder == holder),
            select(schema.statement.c.seq).where(schema.statement.c.holder == holder),
            select(schema.holder.c.seq).where(schema.holder.c.holder == holder),
        )
    if kind is not None:
        yield _about(
            _of_account(account.kind == kind),
            select(schema.statement.c.seq).where(schema.statement.c.kind == kind),
            select(schema.kind.c.seq).where(schema.kind.c.kind == kind),
        )
    if zone is not None:
        holders = select(schema.holder.c.holder).where(schema.holder.c.zone == zone)
        yield _about(
            select(transfer.seq).where(transfer.zone == zone),
            _of_account(account.holder.in_(holders)),
            select(schema.statement.c.seq).where(schema.statement.c.holder.in_(holders)),
            select(schema.holder.c.seq).where(schema.holder.c.zone == zone),
        )
    if parcel is not None:
        yield _about(select(transfer.seq).where(transfer.parcel == parcel))


def _of_account(condition: ColumnElement[bool]) -> Select[Any]:
    """Select the transfers that take from or give to an account."""
    transfer = schema.transfer.c
    accounts = select(schema.account.c.id).where(condition)
    return select(transfer.seq).where(or_(transfer.debit.in_(accounts), transfer.credit.in_(accounts)))


def _about(*numbers: Select[Any]) -> ColumnElement[bool]:
    """Return the condition that an entry, or the one that it takes back, is among `numbers`."""
    seq, reversal = schema.entry.c.seq, schema.reversal.c
    reversals = (select(reversal.seq).where(reversal.target.in_(each)) for each in numbers)
    return or_(*(seq.in_(each) for each in numbers), *(seq.in_(each) for each in reversals))


def _targets(connection: Connection) -> dict[int, Mapping[str, Any]]:
    """Return, by the number of the reversal, the body of the entry that it takes back."""
    reversal, entry = schema.reversal, schema.entry
    query = select(reversal.c.seq, entry.c.body).join(entry, entry.c.seq == reversal.c.target)
    return {seq: orjson.loads(body) for seq, body in connection.execute(query)}


def _entry(row: RowMapping, target: Mapping[str, Any] | None, kinds: Mapping[str, Kind]) -> Entry:
    body = orjson.loads(row["body"])
    kind = kinds.get((target or body).get("kind", ""))
    return Entry(
        seq=row["seq"],
        key=row["key"],
        type=row["type"],
        effective=date.fromisoformat(row["effective"]),
        recorded=row["recorded"],
        document=row["document"],
        clause=row["clause"],
        body=body,
        hash=row["hash"],
        reversed_by=row["reversed_by"],
        target=target,
        counted=Area if kind is None else kind.commodity,
    )
