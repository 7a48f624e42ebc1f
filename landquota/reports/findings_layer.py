"""Findings as a GeoPackage: points to fly to in QGIS, and a table of those without a place."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas
import pandas as pd
import pyogrio
import shapely

from landquota.errors import InputError
from landquota.findings import Finding, Severity
from landquota.i18n import text
from landquota.reports.findings_rows import FindingRow, rows
from landquota.reports.replacing import replacing

if TYPE_CHECKING:
    import pyproj

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
_DATE_OPTION: Final = "OGR_CURRENT_DATE"
_WRITTEN: Final = "2000-01-01T00:00:00.000Z"


def write(findings: Iterable[Finding], path: Path, *, crs: pyproj.CRS | None, language: str) -> None:
    """Write a GeoPackage of findings, whole or not at all; the same findings give the same bytes.

    The layer ``findings`` has a point for each finding with coordinates, ``findings_without_place``
    is a table of all others; both list the worst first.

    Parameters
    ----------
    findings
        In any order.
    path
        The ``.gpkg``; missing folders are made.
    crs
        The system of the findings' coordinates, which is that of the layer they were found in;
        None where it is not known.
    language
        Of the texts.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    listed = list(rows(findings, language))
    placed = [row for row in listed if row.point is not None]
    points = [shapely.Point(point) for row in placed if (point := row.point)]
    rest = [row for row in listed if row.point is None]
    with replacing(path) as part, _fixed_date():
        try:
            _write(geopandas.GeoDataFrame(_frame(placed), geometry=points, crs=crs), part, POINTS, append=False)
            _write(_frame(rest), part, REST, append=True)
        except pyogrio.errors.DataSourceError as problem:
            raise InputError(
                text("Cannot write {file}: {reason}", file=path, reason=str(problem).replace(str(part), path.name)),
                remedy=text("Choose another place with -o, or close the program that has the file open."),
            ) from problem


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


@contextmanager
def _fixed_date() -> Iterator[None]:
    before = pyogrio.get_gdal_config_option(_DATE_OPTION)
    pyogrio.set_gdal_config_options({_DATE_OPTION: _WRITTEN})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({_DATE_OPTION: before})
