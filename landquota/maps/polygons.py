"""What the page of one polygon file shows: every feature with all its attributes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from landquota.area import Area, total
from landquota.ellipsoid import ellipsoidal_areas
from landquota.formats.boundary.reader import FORMAT as BOUNDARY_TXT
from landquota.i18n import text
from landquota.maps.drawing import area_text, in_degrees
from landquota.maps.reference import system_name
from landquota.maps.view import STAGE_STROKE, MapClass, MapFeature, MapLayer, MapView
from landquota.vocabulary import heading, label

if TYPE_CHECKING:
    from landquota.formats.table import FeatureTable

_FILL: Final = "#8fbdb4"
#: The columns that usually hold a feature's name (地块名称, 项目名称, 名称).
_NAMES: Final = ("name", "NAME", "DKMC", "XMMC", "MC", "parcel")


def file_view(table: FeatureTable, *, language: str) -> MapView:
    """Return what the page of one polygon file shows, in `language`.

    Page and layer are called what the file is called: the name inside a file is often that of
    an export, and stands below the map.
    """
    frame, title = table.frame, table.path.stem
    areas = [Area.measured(area_m2) for area_m2 in ellipsoidal_areas(frame.geometry.to_numpy(), frame.crs)]
    method = text("Measured area ({method})", method=label("ellipsoid", language)).render(language)
    rows = frame.drop(columns=frame.geometry.name).to_dict("records")
    features = []
    drawn = zip(rows, in_degrees(frame.geometry), areas, table.places, strict=True)
    for number, (row, geometry, area, place) in enumerate(drawn, 1):
        id_ = place.feature or str(number)
        shown = tuple((_heading(str(column), table, language), as_text(value)) for column, value in row.items())
        size = (method, f"{area.m2} m² = {area_text(area, language)}")
        features.append(MapFeature(id_, name_of(row) or id_, "file", geometry, (*shown, size)))
    whole = area_text(total(areas), language)
    look = MapClass("file", title, _FILL, STAGE_STROKE, count=len(features), area_text=whole)
    return MapView(
        title=title,
        language=language,
        layers=(MapLayer("file", title, "parcels", (look,), tuple(features)),),
        footer=(
            text("For internal work only, not for publication").render(language),
            system_name(frame.crs, language),
            text("Area by {method}", method=label("ellipsoid", language)).render(language),
            table.path.name if table.layer == title else f"{table.path.name} ({table.layer})",
        ),
    )


def _heading(column: str, table: FeatureTable, language: str) -> str:
    """Return what a column is called: those of a boundary TXT are ours to name, all others the file's."""
    return heading(column, language) if table.format.startswith(BOUNDARY_TXT) else column


def as_text(value: object) -> str:
    """Return an attribute as it is shown, nothing as nothing; of GeoJSON also lists and what is nested."""
    if isinstance(value, list | np.ndarray):
        return ", ".join(map(as_text, value))
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, default=as_text)
    # Only NaN and NaT, the frames' way of saying "nothing", differ from themselves.
    return "" if value is None or value != value else str(value)  # noqa: PLR0124


def name_of(row: Mapping[str, Any]) -> str | None:
    """Return a feature's name, from the first of the usual columns that has one."""
    for column in _NAMES:
        value = row.get(column)
        if isinstance(value, str) and value.strip():
            return value
    return None
