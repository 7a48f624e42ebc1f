"""GeoJSON as RFC 7946 wants it: longitude and latitude, outer rings counter-clockwise.

The standard knows WGS 84 only.  CGCS2000 is written as it is: the two were defined alike, and what
has moved them apart since the year 2000, the drift of the continent, stays below a metre.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyproj
import shapely

from landquota.crs import Datum, datum, describe, horizontal
from landquota.findings import Finding, Place, has_errors
from landquota.formats import geometry
from landquota.formats.names import feature_names
from landquota.formats.writing.columns import cells_of, typed

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

_WGS84: Final = 4326
#: A tenth of a millimetre: what a survey measures comes back at its own millimetre.
_DECIMALS: Final = 9


def write(frame: GeoDataFrame, path: Path) -> list[Finding]:
    """Write polygons in the degrees of their own datum; with an error among the findings nothing was written."""
    place = Place(file=path.name)
    names = feature_names(frame, range(1, len(frame) + 1))
    findings = geometry.check(frame.geometry.to_numpy(), [Place(file=path.name, feature=name) for name in names])
    system = horizontal(frame.crs)
    on_cgcs2000 = datum(system) is Datum.CGCS2000
    if not on_cgcs2000 and (system.geodetic_crs is None or system.geodetic_crs.to_epsg() != _WGS84):
        findings.append(Finding("WRITE-DATUM", place, {"crs": describe(system)}))
    if has_errors(findings):
        return findings
    if on_cgcs2000:
        findings.append(Finding("WRITE-CGCS2000", place))
    shapes = shapely.orient_polygons(_in_degrees(frame.geometry.to_numpy(), system), exterior_cw=False)
    table, kinds, found = typed(frame, file=path.name)
    rows = zip(*(cells_of(table[name]) for name in kinds), strict=True) if kinds else [()] * len(frame)
    features = [
        {"type": "Feature", "properties": dict(zip(kinds, map(_json, row), strict=True)), "geometry": _mapping(shape)}
        for row, shape in zip(rows, shapes, strict=True)
    ]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False, allow_nan=False) for feature in features)
    path.write_text(f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n', "utf-8", newline="\n")
    return findings + found


def _in_degrees(shapes: NDArray[np.object_], system: pyproj.CRS) -> NDArray[np.object_]:
    """Return the shapes in longitude and latitude of the same datum: a projection undone, and nothing else."""
    to_degrees = pyproj.Transformer.from_crs(system, system.geodetic_crs, always_xy=True)

    def transformed(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        lon, lat = to_degrees.transform(xy[:, 0], xy[:, 1], errcheck=True)
        return np.round(np.column_stack((lon, lat)), _DECIMALS)

    return shapely.transform(shapes, transformed)


def _mapping(shape: BaseGeometry) -> dict[str, object]:
    return dict(shape.__geo_interface__)


def _json(cell: object) -> object:
    if isinstance(cell, dt.datetime | dt.date):
        return cell.isoformat()
    if isinstance(cell, float) and not np.isfinite(cell):
        return None
    return cell
