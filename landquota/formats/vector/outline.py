"""A layer too large to be held: its outline (all but the sound geometries), and what of it lies near a box.

The outline is read once, from one end of the file to the other, and has every check that reading
the whole layer has.  What is out of the ordinary has no outline and has to be read whole, so that
everything is said of a broken file in one place, the readers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import geopandas
import numpy as np
import pyarrow as pa
import pyogrio
import pyproj
import shapely

from landquota.findings import Finding, FindingsError, Place, has_errors
from landquota.formats import geometry
from landquota.formats.limits import Limits, layer_findings
from landquota.formats.location.resolution import locate
from landquota.formats.places import Places
from landquota.formats.signature import format_of
from landquota.formats.table import FeatureTable
from landquota.formats.vector import damage, gdal, geoparquet_rows, reader
from landquota.formats.vector.gdal import BROKEN, LayerInfo, quiet_gdal

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from landquota.formats.vector.geoparquet_rows import Geometries, Ints

    Bounds = tuple[float, float, float, float]

#: The formats of which a part can be read without the rest.
FORMATS: Final = frozenset({"GeoPackage", "FlatGeobuf", "GeoParquet"})
#: How many geometries are looked at together.
_BATCH: Final = 20_000


class _Seen(NamedTuple):
    """What is kept of the geometries of a layer; `kept` are the unsound ones and the first sound one."""

    numbers: Ints
    sound: NDArray[np.bool_]
    kept: Geometries
    boxes: NDArray[np.float64]
    vertices: int

    @property
    def bounds(self) -> Bounds | None:
        """The box around all."""
        known = self.boxes[~np.isnan(self.boxes[:, 0])]
        return (*known[:, :2].min(axis=0).tolist(), *known[:, 2:].max(axis=0).tolist()) if len(known) else None


def outline(
    path: Path,
    *,
    layer: str | None,
    crs: pyproj.CRS | None,
    region: Bounds | None,
    assumed_meridian_deg: int,
    limits: Limits,
) -> tuple[FeatureTable | None, list[Finding]]:
    """Read all of a layer but its sound geometries; the options are those of :func:`landquota.formats.read`.

    Returns
    -------
    tuple
        The attributes of all features, the unsound geometries and the first sound one, with the
        findings of the whole layer; its places are left out.  None, without findings, where the
        layer has to be read whole.
    """
    if reader.unopenable(path, limits) or format_of(path) not in FORMATS:
        return None, []
    try:
        opened = _opened(path, layer, limits)
        if opened is None:
            return None, []
        name, findings, attributes, declared, seen = opened
    except (*BROKEN, pa.ArrowException, FindingsError, KeyError, TypeError):
        return None, []
    place = Place(file=path.name)
    resolution, located = locate(
        declared, seen.bounds, place=place, stated=crs, region=region, assumed_meridian_deg=assumed_meridian_deg
    )
    if resolution.swapped or resolution.crs is None or declared.name.startswith(reader.UNDEFINED):
        return None, []
    frame = geopandas.GeoDataFrame(attributes, geometry=seen.kept, crs=resolution.crs)
    places = Places(path.name, frame, attributes.index.to_numpy())
    frame = frame.reset_index(drop=True)
    findings += damage.findings(frame, places, file=path.name) + located
    broken = np.flatnonzero(~seen.sound).tolist()
    findings += geometry.check(seen.kept[broken], [places[row] for row in broken])
    format_name = format_of(path) or ""
    table = FeatureTable(path, name, format_name, frame, (), (), None, seen.numbers, seen.sound, seen.boxes)
    return table, findings


def near(path: Path, layer: str, bounds: Bounds) -> tuple[FeatureTable | None, list[Finding]]:
    """Read the geometries of the features whose box meets another, by their numbers in the file, ascending.

    Parameters
    ----------
    path, layer
        The file and the layer of which there is an outline.
    bounds
        West, south, east, north in the coordinates of the file.

    Returns
    -------
    tuple
        The geometries as the file holds them, without a system; None where they cannot be read any more.
    """
    try:
        if format_of(path) == "GeoParquet":
            found = list(geoparquet_rows.geometries(path, bounds=bounds, batch=_BATCH))
        else:
            with quiet_gdal():
                frame = pyogrio.read_dataframe(
                    path, layer=layer, columns=[], bbox=bounds, fid_as_index=True, use_arrow=True
                )
            found = [(frame.index.to_numpy(dtype=np.int64), np.asarray(frame.geometry.to_numpy(), dtype=object))]
    except (*BROKEN, pa.ArrowException) as problem:
        return None, [gdal.unreadable(path, problem)]
    numbers, geometries = _joined(found)
    order = np.argsort(numbers, kind="stable")
    frame = geopandas.GeoDataFrame(geometry=geometries[order])
    return FeatureTable(path, layer, format_of(path) or "", frame, (), (), None, numbers[order]), []


def _opened(
    path: Path, layer: str | None, limits: Limits
) -> tuple[str, list[Finding], pd.DataFrame, pyproj.CRS, _Seen] | None:
    """Return a layer's name, findings, attributes by number, declared system and geometries; None: read it whole."""
    name = format_of(path) or ""
    findings: list[Finding] = []
    if name == "GeoParquet":
        if layer not in {None, path.stem} or not geoparquet_rows.divisible(path, limits):
            return None
        chosen, attributes, declared = path.stem, geoparquet_rows.attributes(path), geoparquet_rows.system(path)
        seen = _seen(geoparquet_rows.geometries(path, bounds=None, batch=_BATCH))
    else:
        info, findings = reader.chosen_layer(path, name, layer)
        if info is None or not _is_plain(info, limits, path):
            return None
        with quiet_gdal() as said:
            attributes, declared = _attributes(path, info.name)
            seen = _seen(_geometries(path, info.name))
        if said or len(seen.numbers) != info.features:
            return None
        chosen = info.name
    damage.require_utf8(attributes)
    usual = len(seen.numbers) and seen.sound.any() and np.array_equal(seen.numbers, attributes.index.to_numpy())
    counts = {"features": len(seen.numbers), "vertices": seen.vertices}
    if not usual or declared is None or has_errors([*findings, *layer_findings(path, **counts, limits=limits)]):
        return None
    return chosen, findings, attributes, declared, seen


def _is_plain(info: LayerInfo, limits: Limits, path: Path) -> bool:
    """Return whether a layer has nothing out of the ordinary."""
    if info.features is None or info.is_miscounted or info.is_number_column or info.geometry_type is None:
        return False
    names = [*info.columns, "geometry", reader.ARROW_FID]
    return len(set(names)) == len(names) and not layer_findings(path, features=info.features, limits=limits)


def _attributes(path: Path, layer: str) -> tuple[pd.DataFrame, pyproj.CRS | None]:
    """Return the attributes as reading the whole layer gives them, and the declared system."""
    frame = pyogrio.read_dataframe(
        path,
        layer=layer,
        read_geometry=False,
        fid_as_index=True,
        use_arrow=True,
        arrow_to_pandas_kwargs={"date_as_object": False},
    )
    declared = pyogrio.read_info(path, layer=layer)["crs"]
    return frame, None if declared is None else pyproj.CRS.from_user_input(declared)


def _geometries(path: Path, layer: str) -> Iterator[tuple[Ints, Geometries]]:
    """Yield the numbers and geometries of a layer, batch by batch."""
    with pyogrio.open_arrow(path, layer=layer, columns=[], return_fids=True, batch_size=_BATCH, use_pyarrow=True) as (
        meta,
        batches,
    ):
        for batch in batches:
            wkb = batch.column(meta["geometry_name"] or "wkb_geometry")
            numbers = batch.column(meta["fid_column"] or reader.ARROW_FID).to_numpy(zero_copy_only=False)
            yield numbers.astype(np.int64), geoparquet_rows.from_wkb(wkb)


def _seen(batches: Iterable[tuple[Ints, Geometries]]) -> _Seen:
    """Look at all geometries, and keep what has to be kept."""
    numbers: list[Ints] = []
    sound: list[NDArray[np.bool_]] = []
    kept: list[Geometries] = []
    boxes: list[NDArray[np.float64]] = []
    vertices, is_first = 0, True
    for number, geometries in batches:
        if shapely.has_m(geometries).any():
            raise ValueError("measures are dropped by the reader")
        good = geometry.measurable(geometries)
        rest = geometries.copy()
        rest[np.flatnonzero(good)[int(is_first) :]] = None
        is_first &= not good.any()
        numbers.append(number)
        sound.append(good)
        kept.append(rest)
        boxes.append(_boxes(geometries, good))
        vertices += int(shapely.get_num_coordinates(geometries).sum())
    if not numbers:
        number, rest = _joined([])
        return _Seen(number, np.zeros(0, dtype=bool), rest, np.zeros((0, 4)), 0)
    return _Seen(np.concatenate(numbers), np.concatenate(sound), np.concatenate(kept), np.concatenate(boxes), vertices)


def _boxes(geometries: Geometries, sound: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the boxes of geometries, shape (n, 4); of unsound ones those of what can be coordinates."""
    boxes = np.full((len(geometries), 4), np.nan)
    boxes[sound] = shapely.bounds(geometries[sound])
    for row in np.flatnonzero(~sound).tolist():
        boxes[row] = geometry.bounds(geometries[row : row + 1]) or np.nan
    return boxes


def _joined(found: list[tuple[Ints, Geometries]]) -> tuple[Ints, Geometries]:
    empty = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object))
    numbers, geometries = zip(*(found or [empty]), strict=True)
    return np.concatenate(numbers), np.concatenate(geometries)
