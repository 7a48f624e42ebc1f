"""The rows of a GeoParquet, some at a time: only the row groups whose boxes meet another are read.

Source: GeoParquet specification 1.1, "covering": a column of boxes whose Parquet statistics bound each row group.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely

from landquota.formats.limits import layer_findings

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from landquota.formats.limits import Limits

    Ints = NDArray[np.int64]
    Geometries = NDArray[np.object_]
    Bounds = tuple[float, float, float, float]


def divisible(path: Path, limits: Limits) -> bool:
    """Return whether parts can be read: WKB, one column of geometries, and boxes beside it; and within the limits."""
    file = pq.ParquetFile(path)
    groups = (file.metadata.row_group(number).total_byte_size for number in range(file.num_row_groups))
    if layer_findings(path, features=file.metadata.num_rows, limits=limits) or sum(groups) > limits.unpacked_bytes:
        return False
    geo = _geo(file)
    column = geo["columns"][geo["primary_column"]]
    boxes = column.get("covering", {}).get("bbox", {})
    return len(geo["columns"]) == 1 and column["encoding"] == "WKB" and {"xmin", "ymin", "xmax", "ymax"} <= set(boxes)


def system(path: Path) -> pyproj.CRS | None:
    """Return the declared reference system; longitude and latitude where the file says nothing."""
    geo = _geo(pq.ParquetFile(path))
    declared = geo["columns"][geo["primary_column"]].get("crs", "OGC:CRS84")
    return None if declared is None else pyproj.CRS.from_user_input(declared)


def attributes(path: Path) -> pd.DataFrame:
    """Return everything but geometries and their boxes, by the number of the row."""
    file = pq.ParquetFile(path)
    geo = _geo(file)
    hidden = {geo["primary_column"], _boxes(geo)["xmin"][0]}
    names = [name for name in file.schema_arrow.names if name not in hidden]
    frame: pd.DataFrame = file.read(columns=names).to_pandas().reset_index(drop=True)
    return frame


def geometries(path: Path, *, bounds: Bounds | None, batch: int) -> Iterator[tuple[Ints, Geometries]]:
    """Yield the numbers and geometries of the rows whose boxes meet `bounds`, or of all."""
    file = pq.ParquetFile(path)
    geo = _geo(file)
    column, boxes = geo["primary_column"], _boxes(geo)
    ends = np.cumsum([file.metadata.row_group(group).num_rows for group in range(file.num_row_groups)])
    for group in range(file.num_row_groups):
        if bounds is not None and not _group_meets(file.metadata.row_group(group), boxes, bounds):
            continue
        first = int(ends[group]) - file.metadata.row_group(group).num_rows
        columns = [column] if bounds is None else [column, boxes["xmin"][0]]
        for part in file.iter_batches(batch, row_groups=[group], columns=columns):
            rows = np.arange(part.num_rows) if bounds is None else _rows(part, boxes, bounds)
            yield first + rows, from_wkb(part.column(column).take(pa.array(rows)))
            first += part.num_rows


def from_wkb(cells: pa.Array) -> Geometries:
    """Return geometries from a column of WKB."""
    built: Geometries = shapely.from_wkb(np.asarray(cells.to_pylist(), dtype=object))
    return built


def _geo(file: pq.ParquetFile) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.metadata.metadata[b"geo"])
    return found


def _boxes(geo: Mapping[str, Any]) -> Mapping[str, list[str]]:
    boxes: Mapping[str, list[str]] = geo["columns"][geo["primary_column"]]["covering"]["bbox"]
    return boxes


def _rows(part: pa.RecordBatch, boxes: Mapping[str, list[str]], bounds: Bounds) -> Ints:
    """Return which rows of a batch have a box that meets another."""
    struct = part.column(boxes["xmin"][0])
    west, south, east, north = (
        struct.field(boxes[side][1]).to_numpy(zero_copy_only=False) for side in ("xmin", "ymin", "xmax", "ymax")
    )
    met = (west <= bounds[2]) & (south <= bounds[3]) & (east >= bounds[0]) & (north >= bounds[1])
    return np.flatnonzero(met).astype(np.int64)


def _group_meets(group: Any, boxes: Mapping[str, list[str]], bounds: Bounds) -> bool:  # noqa: ANN401 - pyarrow's
    """Return whether a row group may hold rows near; one without statistics may."""
    paths = {".".join(names): side for side, names in boxes.items()}
    known = {}
    for number in range(group.num_columns):
        column = group.column(number)
        side = paths.get(column.path_in_schema)
        if side is not None:
            if column.statistics is None or not column.statistics.has_min_max:
                return True
            known[side] = column.statistics
    west, south, east, north = bounds
    return bool(
        known["xmin"].min <= east
        and known["ymin"].min <= north
        and known["xmax"].max >= west
        and known["ymax"].max >= south
    )
