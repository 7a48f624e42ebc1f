"""Reports of progress: what was said last of how far a parcel is built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlalchemy import RowMapping, and_, select

from landquota.amount import Amount, Money
from landquota.area import Area
from landquota.ledger import schema

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The latest report of a parcel, as a :class:`~landquota.ledger.drafts.ProgressDraft` gives it."""

    key: str
    holder: str
    parcel: str
    reported: date
    developed: Area | None
    to_develop: Area | None
    invested: Money | None
    investment: Money | None
    stopped_on: date | None
    government_delay: bool
    document: str
    clause: str | None

    @property
    def developed_share(self) -> Fraction | None:
        """How much of what ought to be built on is; None where the report does not tell."""
        return _share(self.developed, self.to_develop)

    @property
    def invested_share(self) -> Fraction | None:
        """How much of the whole investment has been made; None where the report does not tell."""
        return _share(self.invested, self.investment)


def latest_progress(connection: Connection, *, as_of: date) -> Mapping[tuple[str, str], Progress]:
    """Return the latest report of each parcel at the end of `as_of`, by (holder, parcel).

    One taken back by then does not count; of two of the same day the one posted later holds.
    """
    day = as_of.isoformat()
    progress, entry, reversal = schema.progress, schema.entry, schema.reversal
    taken_back = and_(reversal.c.target == progress.c.seq, reversal.c.effective <= day)
    query = (
        select(progress, entry.c.key, entry.c.document, entry.c.clause)
        .join(entry, entry.c.seq == progress.c.seq)
        .outerjoin(reversal, taken_back)
        .where(progress.c.effective <= day, reversal.c.seq.is_(None))
        .order_by(progress.c.effective, progress.c.seq)
    )
    reports = (_progress(row) for row in connection.execute(query).mappings())
    return MappingProxyType({(report.holder, report.parcel): report for report in reports})


def _progress(row: RowMapping) -> Progress:
    def area(name: str) -> Area | None:
        return None if row[name] is None else Area(row[name])

    def money(name: str) -> Money | None:
        return None if row[name] is None else Money(row[name])

    stopped = row["stopped_on"]
    return Progress(
        key=row["key"],
        holder=row["holder"],
        parcel=row["parcel"],
        reported=date.fromisoformat(row["effective"]),
        developed=area("developed"),
        to_develop=area("to_develop"),
        invested=money("invested"),
        investment=money("investment"),
        stopped_on=None if stopped is None else date.fromisoformat(stopped),
        government_delay=bool(row["government_delay"]),
        document=row["document"],
        clause=row["clause"],
    )


def _share(part: Amount | None, whole: Amount | None) -> Fraction | None:
    return Fraction(part.units, whole.units) if part is not None and whole else None
