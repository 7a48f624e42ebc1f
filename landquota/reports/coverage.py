"""The coverage of zones as a report: a row for each zone, then gaps, ground without data and double cover by place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from landquota.amount import round_half_up
from landquota.area import total
from landquota.i18n import Text, text
from landquota.reports.ground_words import where_used
from landquota.reports.listing import Column, Holds, Listing, Report, Value
from landquota.reports.overlay_words import about, code_of, nature, slivers

if TYPE_CHECKING:
    import pyproj

    from landquota.analyses import Extent, Given, Land
    from landquota.analyses.coverage import Coverage, Row, Spot
    from landquota.findings import Finding

_ZONE: Final = Column("zone", text("Zone"), width=20)
_ROWS: Final = (
    _ZONE,
    Column("area_m2", text("Area (m²)"), Holds.M2, width=16),
    Column("area_mu", text("Area (mu)"), Holds.MU, width=14),
    Column("covered_m2", text("Covered (m²)"), Holds.M2, width=16),
    Column("share", text("Covered (%)"), Holds.PERCENT, width=12),
    Column("uncovered_m2", text("Not covered (m²)"), Holds.M2, width=16),
    Column("uncovered_mu", text("Not covered (mu)"), Holds.MU, width=14),
    Column("no_data_m2", text("No data (m²)"), Holds.M2, width=14),
    Column("sliver_m2", text("In slivers (m²)"), Holds.M2, width=14),
    Column("double_m2", text("Covered twice (m²)"), Holds.M2, width=16),
    Column("features", text("Features"), Holds.COUNT, width=10),
    Column("gaps", text("Gaps"), Holds.COUNT, width=8),
)
#: Shown on a terminal only where there is something.
_RARE: Final = ("no_data_m2", "sliver_m2", "double_m2")
_PLACE: Final = (
    Column("area_m2", text("Area (m²)"), Holds.M2, width=16),
    Column("area_mu", text("Area (mu)"), Holds.MU, width=14),
    Column("x", text("East"), width=16),
    Column("y", text("North"), width=16),
)


def report(
    result: Coverage, land: Land, layer: Given, extent: Extent, *, sliver_m2: float, findings: Sequence[Finding]
) -> Report:
    """Return the report of a coverage.

    Parameters
    ----------
    result
        What was found.
    land, layer
        The zones, and the layer as it was read.
    extent
        The ground of which the layer speaks.
    sliver_m2
        The threshold of slivers.
    findings
        All that is wrong with the data.
    """
    notes = (
        *land.measured(),
        *nature(land.given),
        *_about(layer, extent, land.crs),
        text("Covered (%) is of the whole zone; ground that is covered twice counts once"),
        slivers(sliver_m2),
    )
    facts = {
        "zones_file": land.given.file,
        "layer_file": layer.file,
        "crs": code_of(land.crs),
        "area_methods": land.ways(),
        "sliver_threshold_m2": sliver_m2,
    }
    spots = (
        _spots("gaps_by_place", text("Gaps"), result.gaps),
        _spots("no_data_by_place", text("Ground without data"), result.no_data),
        _double(result.double),
    )
    title = text("Coverage of {zones} by {layer}", zones=land.given, layer=layer)
    return Report(title, (_rows(result), *spots), notes, tuple(findings), facts)


def _about(layer: Given, extent: Extent, plane: pyproj.CRS) -> Iterator[Text]:
    if extent.complete:
        yield text("{layer} is taken to speak of all ground: what it leaves out of a zone is not covered", layer=layer)
        yield from nature(layer)
    else:
        yield from about(layer, extent, plane)


def _rows(result: Coverage) -> Listing:
    gaps: dict[str, int] = {}
    for spot in result.gaps:
        gaps[spot.zone] = gaps.get(spot.zone, 0) + 1
    rows = [_row(row.zone, row, gaps.get(row.zone, 0)) for row in result.rows]
    shares = [row.share for row in result.rows]
    first = [place for place, share in enumerate(shares) if share is None or share < 1]
    totals = _row(text("Total"), result.total, len(result.gaps))
    return Listing("rows", text("By zone"), where_used(_ROWS, rows, _RARE), rows, totals, first=first)


def _row(name: str | Text, row: Row, gaps: int) -> tuple[Value, ...]:
    share = None if row.share is None else round_half_up(row.share.numerator * 10_000, row.share.denominator)
    return (
        name,
        row.area,
        row.area,
        row.covered,
        share,
        row.uncovered,
        row.uncovered,
        row.no_data,
        row.sliver,
        row.double,
        row.features,
        gaps,
    )


def _spots(name: str, title: Text, spots: Sequence[Spot]) -> Listing:
    rows = [(spot.zone, *_place(spot)) for spot in spots]
    return Listing(name, title, (_ZONE, *_PLACE), rows, _sum(spots, 0) if rows else None)


def _double(spots: Sequence[Spot]) -> Listing:
    columns = (
        _ZONE,
        *_PLACE,
        Column("feature", text("Feature"), width=20),
        Column("lies_on", text("Lies on"), width=30),
    )
    rows = [(spot.zone, *_place(spot), spot.features[0], spot.features[1:]) for spot in spots]
    return Listing("double_by_place", text("Covered twice"), columns, rows, _sum(spots, 2) if rows else None)


def _place(spot: Spot) -> tuple[Value, ...]:
    return spot.area, spot.area, f"{spot.x:.3f}", f"{spot.y:.3f}"


def _sum(spots: Sequence[Spot], more: int) -> tuple[Value, ...]:
    area = total(spot.area for spot in spots)
    return (text("Total"), area, area, None, None, *([None] * more))
