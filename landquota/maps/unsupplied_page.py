"""The page of 批而未供: approved parcels by their state of supply, what is left of them hatched, supplies elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from landquota.analyses.coverage import spots_of
from landquota.analyses.unsupplied import Status
from landquota.area import Area
from landquota.i18n import Text, text
from landquota.maps import page
from landquota.maps.ground_page import Drawn, Look, layer_of, sections, sized
from landquota.maps.overlay_page import DRAWN, parcel_kind, view_of
from landquota.maps.view import MapLayer, MapView
from landquota.reports.unsupplied import STATUSES

if TYPE_CHECKING:
    from landquota.analyses import Land
    from landquota.analyses.unsupplied import Row, Unsupplied
    from landquota.maps.manifest import Sources
    from landquota.reports.listing import Report

_LOOKS: Final[Mapping[str, Look]] = {
    Status.UNSUPPLIED: Look(STATUSES[Status.UNSUPPLIED], "#f0c9a8", "#8a4b12"),
    Status.PARTLY: Look(STATUSES[Status.PARTLY], "#f2e3b3", "#8a6a12"),
    Status.SUPPLIED: Look(STATUSES[Status.SUPPLIED], "#bcd9d3", "#2f6f68"),
    Status.NO_DATA: Look(STATUSES[Status.NO_DATA], "#d5d5d8", "#5d5f66"),
}
_REST: Final = {"rest": Look(text("ground not supplied"), "#c0392b", "#c0392b", hatched=True)}
_OUTSIDE: Final = {"outside": Look(text("outside of approved parcels"), "#dccbe8", "#6c3fa0")}
_TABLES: Final = (
    ("statuses", ("status", "parcels", "approved_m2", "unsupplied_m2", "unsupplied_mu")),
    ("batches", ("batch", "parcels", "approved_m2", "unsupplied_m2", "share")),
    ("rows", ("parcel", "approved_m2", "supplied_m2", "unsupplied_m2", "share")),
)


def write(result: Unsupplied, land: Land, report: Report, path: Path, *, sources: Sources, language: str) -> None:
    """Write the page, whole or not at all.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    page.write(unsupplied_view(result, land, report, language=language), path, sources)


def unsupplied_view(result: Unsupplied, land: Land, report: Report, *, language: str) -> MapView:
    """Return what the page shows."""
    layers = (_parcels(result, land, language), _rest(result, land, language), _outside(result, land, language))
    return view_of(
        report,
        layers,
        sections(report, _TABLES, language, name="sums", title=text("All parcels")),
        crs=land.crs,
        files=(land.given.file, result.ground.layer.file),
        whole=len(result.rows) + len(result.rest.parcel) + len(result.outside.parcel),
        language=language,
        kind=parcel_kind(len(result.rows), many="parcels"),
    )


def _parcels(result: Unsupplied, land: Land, language: str) -> MapLayer:
    polygons = land.polygons(most=DRAWN)
    drawn = [
        Drawn(row.parcel, row.parcel, row.status, geometry, row.approved, tuple(_figures(row, language)))
        for row, geometry in zip(result.rows, map(polygons.get, range(len(result.rows))), strict=True)
    ]
    title, kind = text("Approved parcels"), parcel_kind(len(drawn), many="parcels")
    return layer_of("parcels", title, kind, _LOOKS, drawn, crs=land.crs, language=language, counted_as="parcels")


def _figures(row: Row, language: str) -> list[tuple[str, str]]:
    said: list[tuple[Text, str]] = [
        *([(text("Batch"), row.batch)] if row.batch else []),
        (text("State of supply"), STATUSES[row.status].render(language)),
        (text("Approved"), sized(row.approved, language)),
        (text("Supplied"), sized(row.supplied, language)),
        (text("Not supplied"), sized(row.unsupplied, language)),
        *([(text("Slivers"), sized(row.sliver, language))] if row.sliver else []),
        *([(text("No data"), sized(row.no_data, language))] if row.no_data else []),
        (text("Supplies"), "; ".join(row.supplies) or "—"),
    ]
    return [(heading.render(language), figure) for heading, figure in said]


def _rest(result: Unsupplied, land: Land, language: str) -> MapLayer:
    ground, name = result.ground, text("Not supplied")
    drawn = [
        Drawn(spot.zone, spot.zone, "rest", spot.geometry, spot.area)
        for spot in spots_of(ground.parcels, ground.rest, ground.units().rest)
    ]
    return layer_of("rest", name, "constraint", _REST, drawn, crs=land.crs, language=language)


def _outside(result: Unsupplied, land: Land, language: str) -> MapLayer:
    pieces, ids = result.outside, result.ground.layer.ids
    drawn = [
        Drawn(ids[row], ids[row], "outside", geometry, Area.measured(m2))
        for row, geometry, m2 in zip(pieces.parcel.tolist(), pieces.geometries, pieces.area_m2.tolist(), strict=True)
    ]
    title = text("Supplies")
    return layer_of("outside", title, "other", _OUTSIDE, drawn, crs=land.crs, language=language)
