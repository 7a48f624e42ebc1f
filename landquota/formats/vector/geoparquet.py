"""GeoParquet: a Parquet table that says which of its columns holds geometries, and in which system.

Source: GeoParquet specification 1.1 (geoparquet.org), file metadata under the key ``geo``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj.exceptions
import shapely
import shapely.errors

from landquota.crs import describe
from landquota.findings import Finding, FindingsError, Place
from landquota.formats import layer_choice
from landquota.formats.limits import DEFAULT, Limits, file_findings, layer_findings, words
from landquota.formats.names import feature_names
from landquota.formats.table import FeatureTable
from landquota.formats.vector import damage
from landquota.formats.vector.gdal import LayerInfo, unreadable
from landquota.i18n import text

FORMAT: Final = "GeoParquet"
#: Everything by which pyarrow, geopandas and shapely say that a file is broken; pyarrow's are
#: mostly ValueErrors, and so is JSON's.
_BROKEN: Final = (
    pa.ArrowException,
    pyproj.exceptions.CRSError,
    shapely.errors.ShapelyError,
    KeyError,
    OSError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, slots=True)
class _Head:
    """What a file says of itself before its rows."""

    rows: int
    unpacked_bytes: int
    geometry: str
    columns: Mapping[str, Any]


def layer_info(path: Path) -> LayerInfo:
    """Describe a file's one layer without reading its rows.

    Raises
    ------
    FindingsError
        The file is no GeoParquet that can be read.
    """
    head, findings = _head(path)
    if head is None:
        raise FindingsError(findings)
    column = head.columns[head.geometry]
    crs = column.get("crs", "OGC:CRS84")
    try:
        system = None if crs is None else describe(pyproj.CRS.from_user_input(crs))
    except pyproj.exceptions.CRSError:
        system = None
    kinds = [str(kind) for kind in column.get("geometry_types") or ["Unknown"]]
    return LayerInfo(path.stem, ", ".join(kinds), head.rows, system)


def read(
    path: Path, *, layer: str | None = None, encoding: str | None = None, limits: Limits = DEFAULT
) -> tuple[FeatureTable | None, list[Finding]]:
    """Read a GeoParquet, unchanged; its texts are always UTF-8, whatever `encoding` says.

    Returns
    -------
    tuple
        The features with their declared reference system (longitude and latitude where the file
        says nothing, as the specification has it), or None with the findings that say why.
    """
    del encoding
    findings = file_findings(path, limits)
    if findings:
        return None, findings
    head, findings = _head(path)
    if head is None:
        return None, findings
    findings = _unfit(path, head, layer, limits)
    if findings:
        return None, findings
    try:
        frame = geopandas.read_parquet(path)
        damage.require_utf8(frame)
    except shapely.errors.ShapelyError as problem:
        return None, _unbuilt(path, head.geometry) or [unreadable(path, problem)]
    except _BROKEN as problem:
        return None, [unreadable(path, problem)]
    return _table(path, frame.reset_index(drop=True), limits)


def _table(path: Path, frame: geopandas.GeoDataFrame, limits: Limits) -> tuple[FeatureTable | None, list[Finding]]:
    findings = layer_findings(path, vertices=int(shapely.get_num_coordinates(frame.geometry).sum()), limits=limits)
    if findings:
        return None, findings
    places = tuple(Place(file=path.name, feature=name) for name in feature_names(frame, frame.index))
    damaged = damage.findings(frame, places, file=path.name)
    return FeatureTable(path, path.stem, FORMAT, frame, places, (None,) * len(frame)), damaged


def _head(path: Path) -> tuple[_Head | None, list[Finding]]:
    """Read what the file says of itself, and check that it is what the specification asks for."""
    try:
        metadata = pq.read_metadata(path)
        raw = (metadata.metadata or {}).get(b"geo")
        groups = (metadata.row_group(number).total_byte_size for number in range(metadata.num_row_groups))
        rows, size = metadata.num_rows, sum(groups)
        geo = None if raw is None else json.loads(raw)
    except _BROKEN as problem:
        return None, [unreadable(path, problem)]
    if geo is None:
        return None, [Finding("FILE-NO-GEOMETRY", Place(file=path.name), {"layer": path.stem})]
    columns = geo.get("columns") if isinstance(geo, dict) else None
    primary = geo.get("primary_column") if isinstance(geo, dict) else None
    if not isinstance(columns, dict) or not isinstance(columns.get(primary), dict):
        said = text("its geo metadata names no column of geometries")
        return None, [Finding("FILE-UNREADABLE", Place(file=path.name), {"problem": said})]
    return _Head(rows, size, str(primary), columns), []


def _unfit(path: Path, head: _Head, layer: str | None, limits: Limits) -> list[Finding]:
    """Say why the rows are not even asked for."""
    place = Place(file=path.name)
    if layer is not None and layer != path.stem:
        return [layer_choice.unknown(place, layer, [path.stem])]
    if head.rows == 0:
        return [Finding("FILE-EMPTY-LAYER", place, {"layer": path.stem})]
    if head.unpacked_bytes > limits.unpacked_bytes:
        params = {"size": words(head.unpacked_bytes), "limit": words(limits.unpacked_bytes)}
        return [Finding("LIMIT-FILE-SIZE", place, params)]
    return layer_findings(path, features=head.rows, limits=limits)


def _unbuilt(path: Path, column: str) -> list[Finding]:
    """Name the rows whose geometry cannot be built."""
    try:
        cells = pq.read_table(path, columns=[column]).column(column).to_pylist()
    except _BROKEN:
        return []
    findings = []
    for number, cell in enumerate(cells):
        try:
            shapely.from_wkb(cell)
        except (shapely.errors.ShapelyError, TypeError) as problem:
            place = Place(file=path.name, feature=str(number))
            findings.append(Finding("GEOM-UNREADABLE", place, {"problem": str(problem)}))
    return findings
