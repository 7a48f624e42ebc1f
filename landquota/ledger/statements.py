"""Statements: what documents say as of a date, in bounds; the later one supersedes the earlier.

Statements are never added up over time and never posted as transfers (design §3).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, RowMapping, and_, select

from landquota.amount import Amount
from landquota.area import UNITS, Area, Bounds, Figure, counted_in
from landquota.findings import Finding, Place
from landquota.ledger import schema
from landquota.ledger.movements import LABELS, MEASURES
from landquota.ledger.words import Joined


class Group(NamedTuple):
    """One holder's quota of one kind and year."""

    holder: str
    kind: str
    year: int | None


@dataclass(frozen=True, slots=True)
class StatementView:
    """A live statement, with its source."""

    key: str
    measure: str
    holder: str
    kind: str | None
    year: int | None
    as_of: date
    figure: Figure
    basis: str
    document: str
    clause: str | None
    note: str | None

    @property
    def written(self) -> str:
        """The figure as the document writes it."""
        return self.figure.written

    @property
    def nominal(self) -> Amount:
        """The number itself, without its qualifier."""
        return self.figure.nominal

    @property
    def area(self) -> Area:
        """The number itself, of a statement about land."""
        return Area(self.figure.nominal.units)

    @property
    def bounds(self) -> Bounds:
        """What the words mean."""
        return self.figure.bounds

    @property
    def group(self) -> Group | None:
        """The quota that it is about; None for land."""
        return None if self.kind is None else Group(self.holder, self.kind, self.year)


def live_statements(connection: Connection, *, as_of: date, group: Group | None = None) -> tuple[StatementView, ...]:
    """Return the statements that hold at the end of `as_of`: the latest per holder, measure, kind and year.

    With a `group`, only those about it.

    One taken back by then does not count, and the one before it holds again.  Of two as of
    the same day the one posted later holds.
    """
    views = _standing(connection, as_of=as_of, group=group)
    latest = {(view.holder, view.measure, view.kind, view.year): view for view in views}
    return tuple(sorted(latest.values(), key=lambda view: (view.as_of, view.key)))


def falls(connection: Connection, *, as_of: date) -> list[Finding]:
    """Return the statements that lie below an earlier one although what they state only grows.

    Superseded statements count too, except by one as of the same day.
    """
    cumulative = [view for view in _standing(connection, as_of=as_of) if MEASURES[view.measure].cumulative]
    by_day = {(view.holder, view.measure, view.as_of): view for view in cumulative}
    highest: dict[tuple[str, str], StatementView] = {}
    findings: list[Finding] = []
    for view in by_day.values():
        earlier = highest.setdefault((view.holder, view.measure), view)
        if view.bounds.high is not None and view.bounds.high < earlier.bounds.low:
            findings.append(_falls(view, earlier))
        elif view.bounds.low >= earlier.bounds.low:
            highest[view.holder, view.measure] = view
    return findings


def _falls(view: StatementView, earlier: StatementView) -> Finding:
    params = {
        "measure": LABELS[view.measure],
        "holder": view.holder,
        "source": source(view),
        "written": view.written,
        "as_of": view.as_of,
        "key": view.key,
        "earlier_source": source(earlier),
        "earlier_written": earlier.written,
        "earlier_as_of": earlier.as_of,
        "earlier_key": earlier.key,
    }
    return Finding("LEDGER-STATEMENT-FALLS", Place(feature=view.key), params)


def source(view: StatementView) -> Joined:
    """Return the words for where a statement stands: document and clause."""
    return Joined(tuple(part for part in (view.document, view.clause) if part), " ")


def _standing(connection: Connection, *, as_of: date, group: Group | None = None) -> list[StatementView]:
    """Return the statements not taken back by the end of `as_of`, superseded ones too, by day."""
    day = as_of.isoformat()
    statement, entry, reversal = schema.statement, schema.entry, schema.reversal
    taken_back = and_(reversal.c.target == statement.c.seq, reversal.c.effective <= day)
    query = (
        select(statement, entry.c.key, entry.c.document, entry.c.clause)
        .join(entry, entry.c.seq == statement.c.seq)
        .outerjoin(reversal, taken_back)
        .where(statement.c.effective <= day, reversal.c.seq.is_(None))
        .order_by(statement.c.effective, statement.c.seq)
    )
    if group is not None:
        query = query.where(
            statement.c.holder == group.holder,
            statement.c.kind == group.kind,
            statement.c.year.is_not_distinct_from(group.year),
        )
    return [_view(row) for row in connection.execute(query).mappings()]


def by_group(statements: Iterable[StatementView]) -> dict[Group, dict[str, StatementView]]:
    """Return the statements about quota by what they are about and by measure."""
    groups: dict[Group, dict[str, StatementView]] = {}
    for view in statements:
        if view.group is not None and MEASURES[view.measure].of_kind:
            groups.setdefault(view.group, {})[view.measure] = view
    return groups


def _view(row: RowMapping) -> StatementView:
    unit = UNITS[row["unit"]]
    counted = counted_in(unit)
    high = None if row["high"] is None else counted(row["high"])
    figure = Figure(
        written=row["written"],
        nominal=counted(row["nominal"]),
        bounds=Bounds(counted(row["low"]), high),
        unit=unit,
        approximate=bool(row["approximate"]),
    )
    return StatementView(
        key=row["key"],
        measure=row["measure"],
        holder=row["holder"],
        kind=row["kind"],
        year=row["year"],
        as_of=date.fromisoformat(row["effective"]),
        figure=figure,
        basis=row["basis"],
        document=row["document"],
        clause=row["clause"],
        note=row["note"],
    )
