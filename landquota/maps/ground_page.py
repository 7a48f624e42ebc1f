"""What the pages of divided ground share: features by class with their legend, and sections with tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from landquota.area import Area, total
from landquota.i18n import Renderable, text
from landquota.maps.drawing import area_text
from landquota.maps.overlay_page import DRAWN, in_degrees, table_of
from landquota.maps.view import LayerKind, MapClass, MapFeature, MapLayer, PanelNote, PanelTable, PanelZone

if TYPE_CHECKING:
    import pyproj

    from landquota.reports.listing import Report

#: A table beside the map lists so many rows; a workbook lists all.
_ROWS = 200


class Look(NamedTuple):
    """How the features of a class look."""

    label: Renderable
    fill: str
    stroke: str
    hatched: bool = False


class Drawn(NamedTuple):
    """A feature to be drawn: its geometry is in the plane."""

    id: str
    name: str
    key: str
    geometry: Any
    area: Area
    rows: tuple[tuple[str, str], ...] = ()
    zone: str | None = None


def layer_of(
    name: str,
    title: Renderable,
    kind: LayerKind,
    looks: Mapping[str, Look],
    drawn: Sequence[Drawn],
    *,
    crs: pyproj.CRS,
    language: str,
    counted_as: LayerKind | None = None,
) -> MapLayer:
    """Return features as a layer of the map, the first ones where there are too many, with a legend of all.

    Parameters
    ----------
    name, title, kind, counted_as
        Of the layer.
    looks
        By class, in the order of the legend.
    drawn
        The features, in the plane of `crs`.
    """
    shown = drawn[:DRAWN]
    geometries = in_degrees([each.geometry for each in shown], crs)
    features = tuple(
        MapFeature(each.id, each.name, each.key, geometry, each.rows, zone=each.zone)
        for each, geometry in zip(shown, geometries, strict=True)
        if geometry is not None
    )
    areas: dict[str, list[Area]] = {}
    for each in drawn:
        areas.setdefault(each.key, []).append(each.area)
    classes = tuple(
        MapClass(
            key,
            look.label.render(language),
            look.fill,
            look.stroke,
            hatched=look.hatched,
            count=len(areas[key]),
            area_text=area_text(total(areas[key]), language),
        )
        for key, look in looks.items()
        if key in areas
    )
    return MapLayer(name, title.render(language), kind, classes, features, counted_as=counted_as)


def sections(
    report: Report, columns: Iterable[tuple[str, Sequence[str]]], language: str, *, name: str, title: Renderable
) -> PanelZone:
    """Return listings of a report, by their names, as tables of one section of the panel."""
    listings = {each.name: each for each in report.listings}
    tables: list[PanelTable] = []
    notes: list[PanelNote] = []
    for listing, wanted in columns:
        if listing not in listings or not listings[listing].rows:
            continue
        whole = table_of(listings[listing], wanted[:1], wanted[1:], language)
        cut = len(listings[listing].rows) - _ROWS
        if cut > 0:
            rows = (*whole.rows[:_ROWS], *whole.rows[len(listings[listing].rows) :])
            whole = PanelTable(whole.heading, whole.columns, rows)
            more = text("{count} more rows of '{table}' are not listed on this page.", count=cut, table=whole.heading)
            notes.append(PanelNote(more.render(language)))
        tables.append(whole)
    return PanelZone(name, title.render(language), tables=tuple(tables), notes=tuple(notes))


def sized(area: Area, language: str) -> str:
    """Return an area in m² and 亩."""
    return f"{area.m2} m² = {area_text(area, language)}"
