"""Findings as a GeoPackage: points to fly to in QGIS, and a table of those without a place."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import shapely
from pyproj.exceptions import ProjError

from landquota.crs import GEOGRAPHIC_EPSG, OLD_DATUMS, datum, horizontal
from landquota.errors import InputError
from landquota.findings import Finding, Severity
from landquota.formats.vector.gdal import dated
from landquota.i18n import text
from landquota.reports.findings_rows import FindingRow, rows
from landquota.reports.replacing import replacing

POINTS: Final = "findings"
REST: Final = "findings_without_place"

#: The columns and how they are stored; `rank` is 1 for an error, 2 for a warning, 3 for a note.
_COLUMNS: Final = {
    "rank": "int32",
    "severity": "str",
    "code": "str",
    "message": "str",
    "remedy": "str",
    "actor": "str",
    "file": "str",
    "line": "Int64",
    "column": "str",
    "feature": "str",
    "x": "float64",
    "y": "float64",
}
_RANKS: Final = {severity.value: rank for rank, severity in enumerate(Severity, 1)}
#: GDAL writes when a layer was last changed; the same findings shall give the same bytes.
_WRITTEN: Final = "2000-01-01"


class Found(NamedTuple):
    """Findings whose coordinates are in one system, None where it is not known."""

    findings: Sequence[Finding]
    crs: pyproj.CRS | None


class _Placed(NamedTuple):
    """A row and its point in the system of the layer, None where it has none."""

    row: FindingRow
    point: shapely.Point | None


def write(found: Sequence[Found], path: Path, *, language: str) -> None:
    """Write a GeoPackage of findings, whole or not at all; the same findings give the same bytes.

    The layer ``findings`` has a point for each finding with coordinates, ``findings_without_place``
    is a table of all others; both list the worst first.  Points of several systems are brought to
    CGCS2000 longitude and latitude; those on a datum from which no public transformation leads
    there, or of no known system, go into the table.  The columns ``x`` and ``y`` are always the
    coordinates of the finding's own file.

    Parameters
    ----------
    found
        The findings of each file, in any order.
    path
        The ``.gpkg``; missing folders are made.
    language
        Of the texts.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    crs, listed = _in_one_system(found, language)
    placed = [one.row for one in listed if one.point is not None]
    points = [one.point for one in listed if one.point is not None]
    rest = [one.row for one in listed if one.point is None]
    with replacing(path) as part, dated(_WRITTEN):
        try:
            _write(geopandas.GeoDataFrame(_frame(placed), geometry=points, crs=crs), part, POINTS, append=False)
            _write(_frame(rest), part, REST, append=True)
        except pyogrio.errors.DataSourceError as problem:
            raise InputError(
                text("Cannot write {file}: {reason}", file=path, reason=str(problem).replace(str(part), path.name)),
                remedy=text("Choose another place with -o, or close the program that has the file open."),
            ) from problem


def _in_one_system(found: Sequence[Found], language: str) -> tuple[pyproj.CRS | None, list[_Placed]]:
    """Return the system of the layer and all rows, the worst first, with their points in it."""
    by_file = [(list(rows(findings, language)), crs) for findings, crs in found]
    systems: list[pyproj.CRS | None] = []
    for listed, crs in by_file:
        if crs not in systems and any(row.point for row in listed):
            systems.append(crs)
    together = len(systems) < 2  # noqa: PLR2004 - one system, or no point at all
    systems = systems or [crs for _, crs in by_file if crs is not None]
    target = next(iter(systems), None) if together else pyproj.CRS(GEOGRAPHIC_EPSG)
    placed: list[_Placed] = []
    for listed, crs in by_file:
        placed += _own_points(listed) if together else _in_degrees(listed, crs)
    return target, sorted(placed, key=lambda one: (_RANKS[one.row.severity_code], one.row.code))


def _own_points(listed: Sequence[FindingRow]) -> list[_Placed]:
    return [_Placed(row, None if row.point is None else shapely.Point(row.point)) for row in listed]


def _in_degrees(listed: Sequence[FindingRow], crs: pyproj.CRS | None) -> list[_Placed]:
    """Return rows with their points in longitude and latitude, where a transformation leads there."""
    transformer = None if crs is None else _to_degrees(crs)
    with_point = [row for row in listed if row.point is not None]
    if transformer is None or not with_point:
        return [_Placed(row, None) for row in listed]
    east, north = np.array([row.point for row in with_point], dtype=np.float64).T
    moved = np.column_stack(transformer.transform(east, north))
    points = (shapely.Point(point) if np.isfinite(point).all() else None for point in moved)
    return [_Placed(row, next(points) if row.point is not None else None) for row in listed]


def _to_degrees(crs: pyproj.CRS) -> pyproj.Transformer | None:
    if horizontal(crs).is_engineering or datum(crs) in OLD_DATUMS:
        return None
    try:
        return pyproj.Transformer.from_crs(horizontal(crs), GEOGRAPHIC_EPSG, always_xy=True)
    except ProjError:
        return None


def _frame(listed: Sequence[FindingRow]) -> pd.DataFrame:
    table = pd.DataFrame([_values(row) for row in listed], columns=list(_COLUMNS))
    return table.astype(_COLUMNS)


def _values(row: FindingRow) -> list[object]:
    named = {name: getattr(row, name) for name in _COLUMNS if name != "rank"}
    return [_RANKS[row.severity_code], *named.values()]


def _write(frame: pd.DataFrame, path: Path, layer: str, *, append: bool) -> None:
    kind = {"geometry_type": "Point"} if isinstance(frame, geopandas.GeoDataFrame) else {}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'crs' was not provided", UserWarning)
        pyogrio.write_dataframe(frame, path, layer=layer, driver="GPKG", append=append, **kind)
