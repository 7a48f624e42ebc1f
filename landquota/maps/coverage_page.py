"""The page of a coverage: zones by how much of them is covered, gaps and what else is to be seen over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from landquota.analyses.laid import as_parcels, measured, polygons_of
from landquota.analyses.tiles import frame_of
from landquota.area import Area
from landquota.i18n import Text, text
from landquota.maps import page
from landquota.maps.ground_page import Drawn, Look, layer_of, sections, sized
from landquota.maps.overlay_page import DRAWN, view_of
from landquota.maps.view import MapLayer, MapView

if TYPE_CHECKING:
    from landquota.analyses import Land
    from landquota.analyses.coverage import Coverage, Row, Spot
    from landquota.analyses.tiles import Unread
    from landquota.maps.manifest import Sources
    from landquota.overlay import Layer
    from landquota.reports.listing import Report

#: From which share on a zone is of a class, the highest first.
_BANDS: Final[Mapping[str, tuple[Fraction, Look]]] = {
    "whole": (Fraction(1), Look(text("covered wholly"), "#bcd9d3", "#2f6f68")),
    "most": (Fraction(95, 100), Look(text("covered 95 % and more"), "#d5e6d0", "#4d6b55")),
    "half": (Fraction(1, 2), Look(text("covered 50 % to 95 %"), "#f2e3b3", "#8a6a12")),
    "less": (Fraction(0), Look(text("covered below 50 %"), "#f0c9a8", "#8a4b12")),
}
_LOOKS: Final[Mapping[str, Look]] = {
    **{key: look for key, (_, look) in _BANDS.items()},
    "no_data": Look(text("no data"), "#d5d5d8", "#5d5f66"),
}
_SPOTS: Final[Mapping[str, Look]] = {
    "gap": Look(text("gaps"), "#c0392b", "#c0392b", hatched=True),
    "no_data": Look(text("ground without data"), "#5d5f66", "#5d5f66", hatched=True),
    "double": Look(text("covered twice"), "#6c3fa0", "#6c3fa0", hatched=True),
}
#: Fill and line of the features that cover.
_FEATURE: Final = ("#dfe9f2", "#4a6478")
_TABLES: Final = (
    ("rows", ("zone", "area_m2", "covered_m2", "share", "uncovered_m2")),
    ("gaps_by_place", ("zone", "area_m2", "x", "y")),
    ("no_data_by_place", ("zone", "area_m2", "x", "y")),
    ("double_by_place", ("zone", "area_m2", "feature", "lies_on")),
)


def write(
    result: Coverage,
    land: Land,
    layer: Layer | Unread[Layer],
    report: Report,
    path: Path,
    *,
    sources: Sources,
    language: str,
) -> None:
    """Write the page, whole or not at all.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    page.write(coverage_view(result, land, layer, report, language=language), path, sources)


def coverage_view(
    result: Coverage, land: Land, layer: Layer | Unread[Layer], report: Report, *, language: str
) -> MapView:
    """Return what the page shows; `layer` lies in the plane of the zones."""
    spots = [("gap", result.gaps), ("no_data", result.no_data), ("double", result.double)]
    layers = [
        _features(layer, land, language),
        _zones(result, land, language),
        _spots([(key, spot) for key, several in spots for spot in several], land, language),
    ]
    return view_of(
        report,
        layers,
        sections(report, _TABLES, language, name="sums", title=text("All zones")),
        crs=land.crs,
        files=(land.given.file, frame_of(layer).file),
        whole=len(result.rows) + len(layer) + sum(len(several) for _, several in spots),
        language=language,
    )


def _band(row: Row) -> str:
    if row.share is None:
        return "no_data"
    return next(key for key, (least, _) in _BANDS.items() if row.share >= least)


def _zones(result: Coverage, land: Land, language: str) -> MapLayer:
    polygons = land.polygons(most=DRAWN)
    drawn = [
        Drawn(row.zone, row.zone, _band(row), geometry, row.area, tuple(_figures(row, language)))
        for row, geometry in zip(result.rows, map(polygons.get, range(len(result.rows))), strict=True)
    ]
    return layer_of("zones", text("Zones"), "zones", _LOOKS, drawn, crs=land.crs, language=language)


def _figures(row: Row, language: str) -> list[tuple[str, str]]:
    said: list[tuple[Text, Area]] = [
        (text("Area"), row.area),
        (text("Covered"), row.covered),
        (text("Not covered"), row.uncovered),
        (text("No data"), row.no_data),
        (text("Slivers"), row.sliver),
        (text("Covered twice"), row.double),
    ]
    return [(heading.render(language), sized(area, language)) for heading, area in said if area or area is row.area]


def _spots(spots: Sequence[tuple[str, Spot]], land: Land, language: str) -> MapLayer:
    drawn = [
        Drawn(spot.zone, "; ".join(spot.features) or spot.zone, key, spot.geometry, spot.area, (), spot.zone)
        for key, spot in sorted(spots, key=lambda each: -each[1].area.units)
    ]
    return layer_of(
        "spots", text("Gaps and double cover"), "constraint", _SPOTS, drawn, crs=land.crs, language=language
    )


def _features(layer: Layer | Unread[Layer], land: Land, language: str) -> MapLayer:
    features = measured(as_parcels(layer))
    known, polygons = frame_of(features), polygons_of(features, most=DRAWN)
    there = np.flatnonzero(~np.isnan(known.boxes[:, 0])).tolist()
    drawn = [
        Drawn(known.ids[row], known.ids[row], "feature", polygons.get(row), Area.measured(known.areas_m2[row]))
        for row in there
    ]
    title = text("Features")
    return layer_of(
        "features", title, "other", {"feature": Look(title, *_FEATURE)}, drawn, crs=land.crs, language=language
    )
