"""批而未供 as a report: a row for each approved parcel, its batches, and what it comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from landquota.amount import round_half_up
from landquota.analyses.unsupplied import Row, Status, Unsupplied
from landquota.i18n import text
from landquota.reports.ground_words import where_used
from landquota.reports.listing import Coded, Column, Holds, Listing, Report, Value
from landquota.reports.overlay_words import code_of, nature, slivers

if TYPE_CHECKING:
    from landquota.analyses import Given, Land
    from landquota.findings import Finding

STATUSES: Final[Mapping[Status, Coded]] = {
    Status.SUPPLIED: Coded("supplied", text("supplied")),
    Status.PARTLY: Coded("partly_supplied", text("partly supplied")),
    Status.UNSUPPLIED: Coded("not_supplied", text("not supplied")),
    Status.NO_DATA: Coded("no_data", text("no data")),
}
_PARCEL: Final = Column("parcel", text("Parcel"), width=20)
_BATCH: Final = Column("batch", text("Batch"), width=24)
_STATUS: Final = Column("status", text("State of supply"), width=14)
_PARCELS: Final = Column("parcels", text("Parcels"), Holds.COUNT, width=10)
_AREAS: Final = (
    Column("approved_m2", text("Approved (m²)"), Holds.M2, width=16),
    Column("supplied_m2", text("Supplied (m²)"), Holds.M2, width=16),
    Column("unsupplied_m2", text("Not supplied (m²)"), Holds.M2, width=16),
    Column("unsupplied_mu", text("Not supplied (mu)"), Holds.MU, width=14),
    Column("sliver_m2", text("In slivers (m²)"), Holds.M2, width=14),
    Column("no_data_m2", text("No data (m²)"), Holds.M2, width=14),
    Column("share", text("Supplied (%)"), Holds.PERCENT, width=12),
    Column("double_m2", text("Supplied twice (m²)"), Holds.M2, width=16),
)
#: Shown on a terminal only where there is something.
_RARE: Final = ("sliver_m2", "no_data_m2", "double_m2")


def report(result: Unsupplied, land: Land, supplied: Given, *, sliver_m2: float, findings: Sequence[Finding]) -> Report:
    """Return the report of what is approved and not supplied.

    Parameters
    ----------
    result
        What was found.
    land, supplied
        The approved parcels, and the supplies as they were read.
    sliver_m2
        The threshold of slivers.
    findings
        All that is wrong with the data.
    """
    notes = (
        *land.measured(),
        *nature(land.given),
        *nature(supplied),
        text(
            "A parcel counts as supplied above {threshold} % of its area: {basis}",
            threshold=f"{result.threshold * 100:f}".rstrip("0").rstrip("."),
            basis=result.basis,
        ),
        text("{file} is taken as all supplies: what it does not cover is not supplied", file=supplied.file),
        text("Ground that several supplies cover counts once; what they cover again stands beside it, in no sum"),
        slivers(sliver_m2),
    )
    facts = {
        "parcels_file": land.given.file,
        "supplies_file": supplied.file,
        "crs": code_of(land.crs),
        "area_methods": land.ways(),
        "threshold": f"{result.threshold:f}",
        "threshold_basis": result.basis.render("en"),
        "sliver_threshold_m2": sliver_m2,
    }
    listings = (_rows(result), *_batches(result), _statuses(result))
    title = text("Approved and not supplied: {parcels}", parcels=land.given)
    return Report(title, listings, notes, tuple(findings), facts)


def _figures(row: Row) -> tuple[Value, ...]:
    share = round_half_up(row.supplied.units * 10_000, row.approved.units) if row.approved else None
    return (
        row.approved,
        row.supplied,
        row.unsupplied,
        row.unsupplied,
        row.sliver,
        row.no_data,
        share if row.no_data != row.approved else None,
        row.double,
    )


def _rows(result: Unsupplied) -> Listing:
    batch = (_BATCH,) if result.batches else ()
    columns = (_PARCEL, *batch, _STATUS, *_AREAS, Column("supplies", text("Supplies"), width=30))
    rows = [
        (row.parcel, *((row.batch,) if batch else ()), STATUSES[row.status], *_figures(row), row.supplies)
        for row in result.rows
    ]
    first = [place for place, row in enumerate(result.rows) if row.status is not Status.SUPPLIED]
    totals = (text("Total"), *((None,) if batch else ()), None, *_figures(result.total), None)
    return Listing("rows", text("By approved parcel"), where_used(columns, rows, _RARE), rows, totals, first=first)


def _batches(result: Unsupplied) -> tuple[Listing, ...]:
    if not result.batches:
        return ()
    columns = (_BATCH, _STATUS, _PARCELS, *_AREAS)
    rows = [
        (
            row.batch or Coded("", text("(no batch)")),
            STATUSES[row.status],
            row.parcels,
            *_figures(row),
        )
        for row in result.batches
    ]
    totals = (text("Total"), None, len(result.rows), *_figures(result.total))
    return (Listing("batches", text("By batch"), where_used(columns, rows, _RARE), rows, totals),)


def _statuses(result: Unsupplied) -> Listing:
    columns = (_STATUS, _PARCELS, *_AREAS)
    several = [(status, result.of_status(status)) for status in Status]
    rows = [(STATUSES[status], row.parcels, *_figures(row)) for status, row in several if row.parcels]
    totals = (text("Total"), len(result.rows), *_figures(result.total))
    return Listing("statuses", text("By state of supply"), where_used(columns, rows, _RARE), rows, totals)
