"""A map view as the inert block of data that the page's script reads."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import shapely

from landquota.area import Unit
from landquota.errors import UsageError
from landquota.i18n import Text, text
from landquota.maps.basemap import DEEPEST, displayed
from landquota.maps.inert import as_inert
from landquota.maps.mosaic.block import as_text
from landquota.maps.mosaic.features import features_block

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from shapely import LinearRing, MultiPolygon, Polygon

    from landquota.maps.view import (
        EntryRow,
        LayerKind,
        MapClass,
        MapFeature,
        MapLayer,
        MapView,
        PanelFinding,
        PanelTable,
        PanelZone,
    )

Plain: TypeAlias = "dict[str, object]"

#: 7 decimals of a degree are about 0.01 m.
DEGREE_DECIMALS: Final = 7
#: CGCS2000 defines the 3-degree zones 25 to 45; the central meridian is 3 degrees times the number.
ZONE_NUMBERS: Final = range(25, 46)
ZONE_WIDTH_DEGREES: Final = 3
#: Of latitude, the least on the ellipsoid.
METRES_OF_A_DEGREE: Final = 110_574

#: How many characters of the ledger head the footer shows at either end.
_HEAD_START: Final = 4
_HEAD_END: Final = 2
_POLYGONAL: Final = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_DEGREES: Final = (-180.0, -90.0, 180.0, 90.0)

_STRINGS: Final[Mapping[str, Text]] = {
    "all": text("Show everything"),
    "area": text("Area"),
    "attributes": text("Attributes"),
    "back": text("Back"),
    "centre": text("centre"),
    "close": text("Close"),
    "copied": text("Copied."),
    "copy": text("Press Ctrl+C to copy it."),
    "crossing": text("The outline crosses itself."),
    "damaged": text("This file is damaged: the features of its map cannot be read. Ask for it again."),
    "dismiss": text("Hide this notice"),
    "entries": text("Ledger entries"),
    "everywhere": text("Search also what is hidden"),
    "facts": text("Facts from the sources"),
    "filtered": text("On the map only"),
    "findings": text("Findings"),
    "help": text("Keyboard"),
    "home": text("Whole map"),
    "legend": text("Legend"),
    "length": text("Length"),
    "link": text("Link to this view"),
    "locator": text("Locator map"),
    "map": text("Map of zones and parcels"),
    "measure": text("Measure"),
    "measured": text("On the ellipsoid, as drawn here: approximate"),
    "measuring": text("Click points; Enter ends, Backspace takes one back, Esc cancels"),
    "middle": text("What is in the middle of the map"),
    "north": text("N"),
    "nothing": text("Nothing found"),
    "only": text("Show on the map only what contains this"),
    "pan": text("Move the map"),
    "remedy": text("Remedy"),
    "search": text("Search by id, name or attribute"),
    "unknown": text("Not on this map, and left out of the link:"),
    "zoomIn": text("Zoom in"),
    "zoomOut": text("Zoom out"),
}

#: What measuring on the map says its figures in.
_UNITS: Final[Mapping[str, Text | Unit]] = {
    "m": text("m"),
    "km": text("km"),
    "m2": Unit.M2,
    "mu": Unit.MU,
    "ha": Unit.HA,
    "km2": Unit.KM2,
}


@dataclass(frozen=True, slots=True)
class Payload:
    """A view as two inert texts: JSON, and one line of base64 per layer that is no layer of zones."""

    data: str
    blocks: str


def payload(view: MapView) -> Payload:
    """Return the view's data as texts that no parser on its way can take for anything else.

    Raises
    ------
    UsageError
        A geometry is not a polygon in degrees.
    """
    data, blocks = page_data(view)
    return Payload(data=as_inert(data), blocks="\n".join(map(as_text, blocks)))


def page_data(view: MapView) -> tuple[Plain, list[bytes]]:
    """Return the view as plain data, and its layers' blocks; entries stand once and are referred to by position."""
    entries: dict[EntryRow, int] = {}
    language = view.language
    drawn = displayed(view)
    layers = [_layer(layer, language, entries) for layer in drawn.layers]
    blocks = [_block(layer, entries) for layer in drawn.layers if layer.kind != "zones"]
    data: Plain = {
        "language": "zh-CN" if language == "zh" else language,
        "title": view.title,
        "subtitle": view.subtitle,
        "asOf": text("as of {date}", date=view.as_of).render(language) if view.as_of else "",
        "notices": view.notices,
        "footer": [*view.footer, *_base_map_said(view)],
        "head": _head(view),
        "opensOn": view.opens_on,
        "readout": _readout(view),
        "precision": _precision(view.precision_m),
        "strings": {name: said.render(language) for name, said in _STRINGS.items()},
        "units": {name: said.render(language) for name, said in _UNITS.items()},
        "layers": layers,
        "tally": view.tally,
        "panels": [_panel(panel, entries) for panel in drawn.panels],
        "facts": view.facts,
        "marks": view.marks,
        "listOnly": view.list_only,
        "basemap": _base_map(view),
    }
    data["entries"] = [_entry(entry) for entry in entries]
    return data, blocks


def _layer(layer: MapLayer, language: str, entries: dict[EntryRow, int]) -> Plain:
    position = {one.key: index for index, one in enumerate(layer.classes)}
    zones = layer.features if layer.kind == "zones" else ()
    _check_degrees(zones)
    return {
        "id": layer.id,
        "title": layer.title,
        "kind": layer.kind,
        "natureNote": layer.nature_note or "",
        "classes": [_class(one, layer.counted_as or layer.kind, language) for one in layer.classes],
        "features": [_feature(feature, position[feature.class_key], entries) for feature in zones],
    }


def _block(layer: MapLayer, entries: dict[EntryRow, int]) -> bytes:
    _check_degrees(layer.features)
    return features_block(layer, lambda rows: _references(rows, entries))


def _class(one: MapClass, kind: LayerKind, language: str) -> Plain:
    return {
        "key": one.key,
        "label": one.label,
        "fill": one.fill,
        "stroke": one.stroke,
        "hatched": one.hatched,
        "hollow": one.hollow,
        "count": "" if kind == "context" else counted(one.count, kind).render(language),
        "area": one.area_text,
    }


def counted(count: int, kind: LayerKind) -> Text:
    """Return how many features a line of the legend stands for."""
    if kind == "parcels":
        return text("{count} parcel", count=count) if count == 1 else text("{count} parcels", count=count)
    return text("{count} area", count=count) if count == 1 else text("{count} areas", count=count)


def _feature(feature: MapFeature, class_index: int, entries: dict[EntryRow, int]) -> Plain:
    return {
        "id": feature.id,
        "name": feature.name,
        "class": class_index,
        "zone": feature.zone,
        "illustrative": feature.illustrative,
        "rows": feature.rows,
        "entries": _references(feature.entries, entries),
        "parts": _parts(feature),
    }


def _parts(feature: MapFeature) -> list[list[list[float]]]:
    """Return parts of rings of ``lon, lat, lon, lat …``; the first ring of a part is its shell."""
    return [
        [_flat(ring) for ring in (part.exterior, *part.interiors)]
        for part in _polygons(feature.geometry)
        if not part.is_empty
    ]


def _polygons(geometry: Polygon | MultiPolygon) -> Iterator[Polygon]:
    if isinstance(geometry, shapely.Polygon):
        yield geometry
    else:
        yield from geometry.geoms


def _flat(ring: LinearRing) -> list[float]:
    numbers: list[float] = shapely.get_coordinates(ring).round(DEGREE_DECIMALS).ravel().tolist()
    return numbers


def _check_degrees(features: Sequence[MapFeature]) -> None:
    shapes = np.array([feature.geometry for feature in features], dtype=object)
    bad = ~np.isin(shapely.get_type_id(shapes), _POLYGONAL)
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    west, south, east, north = _DEGREES
    within = (coordinates >= (west, south)) & (coordinates <= (east, north))
    bad[owner[~within.all(axis=-1)]] = True
    for place in np.flatnonzero(bad)[:1]:
        raise UsageError(
            text("Feature {feature} cannot be drawn.", feature=features[place].id),
            remedy=text("The map draws polygons in degrees of longitude and latitude."),
        )


def _panel(panel: PanelZone, entries: dict[EntryRow, int]) -> Plain:
    return {
        "id": panel.id,
        "name": panel.name,
        "zone": panel.zone,
        "subtitle": panel.subtitle,
        "verdict": {"severity": panel.verdict.severity, "text": panel.verdict.text} if panel.verdict else None,
        "tables": [_table(table, entries) for table in panel.tables],
        "notes": [
            {"text": note.text, "severity": note.severity, "entries": _references(note.entries, entries)}
            for note in panel.notes
        ],
        "findings": [_finding(finding) for finding in panel.findings],
        "facts": panel.facts,
    }


def _finding(finding: PanelFinding) -> Plain:
    lon_lat = None if finding.point is None else [round(degrees, DEGREE_DECIMALS) for degrees in finding.point]
    return {
        "severity": finding.severity,
        "word": finding.word,
        "code": finding.code,
        "text": finding.text,
        "remedy": finding.remedy,
        "kind": finding.kind,
        "features": finding.features,
        "point": lon_lat,
    }


def _table(table: PanelTable, entries: dict[EntryRow, int]) -> Plain:
    return {
        "heading": table.heading,
        "columns": table.columns,
        "rows": [
            {
                "label": row.label,
                "cells": [
                    {"text": cell.text, "entries": _references(cell.entries, entries), "severity": cell.severity}
                    for cell in row.cells
                ],
            }
            for row in table.rows
        ],
    }


def _references(rows: tuple[EntryRow, ...], entries: dict[EntryRow, int]) -> list[int]:
    return [entries.setdefault(row, len(entries)) for row in rows]


def _entry(entry: EntryRow) -> Plain:
    return {
        "date": entry.date,
        "source": entry.source,
        "text": entry.text,
        "amount": entry.amount,
        "key": entry.key,
        "parcels": entry.parcels,
        "zone": entry.zone,
    }


def _head(view: MapView) -> Plain | None:
    """Return the ledger head as it is read (short) and as it is checked (whole)."""
    if view.head is None:
        return None
    start, end = view.head[:_HEAD_START], view.head[-_HEAD_END:]
    short = f"{start}…{end}" if len(view.head) > len(start) + len(end) else view.head
    return {
        "short": text("ledger {head}", head=short).render(view.language),
        "whole": text("ledger {head}", head=view.head).render(view.language),
    }


def _base_map(view: MapView) -> Plain | None:
    """Return what the page needs to draw its base map, and what it says if nobody answers."""
    if view.basemap is None:
        return None
    return {
        "tiles": view.basemap.tiles,
        "deepest": DEEPEST,
        "source": text("Base map: {source}", source=view.basemap.source).render(view.language),
        "missing": text("No base map: offline").render(view.language),
    }


def _base_map_said(view: MapView) -> list[str]:
    return [] if view.basemap is None else [said.render(view.language) for said in view.basemap.said()]


def _readout(view: MapView) -> Plain | None:
    """Return the zone of the coordinate read-out, one for the whole map, and its name."""
    zone = view.readout_zone if view.readout_zone is not None else _central_zone(view)
    if zone not in ZONE_NUMBERS:
        return None
    return {"zone": zone, "label": text("CGCS2000 3-degree zone {zone}", zone=zone).render(view.language)}


def _precision(precision_m: float | None) -> Plain:
    """Return to what the read-out rounds: metres, with their decimals, and decimals of a degree."""
    if precision_m is None:
        return {"metres": 0.1, "decimals": 1, "degrees": 4}
    degrees = max(0, min(4, math.floor(math.log10(METRES_OF_A_DEGREE / precision_m))))
    return {"metres": precision_m, "decimals": 0, "degrees": degrees}


def _central_zone(view: MapView) -> int | None:
    """Return the 3-degree zone of the middle of everything drawn, if anything is."""
    geometries = [feature.geometry for layer in view.layers for feature in layer.features]
    longitudes = shapely.get_coordinates(geometries)[:, 0]
    if longitudes.size == 0:
        return None
    return round(float(longitudes.min() + longitudes.max()) / 2 / ZONE_WIDTH_DEGREES)
