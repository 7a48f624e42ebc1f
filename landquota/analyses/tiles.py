"""A layer larger than memory: known by its outline, its polygons read from the file tile by tile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import geopandas
import numpy as np
import shapely

from landquota import formats
from landquota.analyses.plane import to_plane
from landquota.crs import same
from landquota.findings import Finding, FindingsError, Place
from landquota.formats.limits import UNLIMITED
from landquota.overlay import Layer

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

    from landquota.analyses.given import Given
    from landquota.datum_shift import DatumShift
    from landquota.formats.table import FeatureTable
    from landquota.overlay.partition import Bounds

#: Files from this size on are read tile by tile, in the formats that have an index or boxes.
LARGE_BYTES: Final = 512 * 1024**2
SUFFIXES: Final = frozenset({".gpkg", ".fgb", ".parquet", ".geoparquet"})
#: How wide and high a tile of parcels is: tens of thousands of patches of a land survey.
TILE_M: Final = 10_000.0
#: How much further than the parcels is looked, in the layer's own system: more than any two datums are apart.
_BEYOND_M: Final = 1_000.0
_BEYOND_DEG: Final = 0.02
_STEPS: Final = 20


@dataclass(frozen=True)
class Tiles:
    """A layer of which the polygons stay in the file.

    Attributes
    ----------
    given
        Its outline.
    frame
        The layer in all but its polygons, feature by feature of the outline.
    crs
        The plane of the parcels.
    shift
        Private parameters of the user.
    stamp
        Size and time of the file, by which another one in its place is told.
    """

    given: Given
    frame: Layer
    crs: pyproj.CRS
    shift: DatumShift | None
    stamp: tuple[int, int]

    @property
    def ids(self) -> Sequence[str]:
        """What the features are called."""
        return self.frame.ids

    def near(self, bounds: Bounds) -> tuple[Layer, NDArray[np.int64]]:
        """Return the features whose box meets another in the plane, and their rows in the outline.

        They are in the order of the outline, so that what is measured is what the whole layer gives.

        Raises
        ------
        FindingsError
            The file cannot be read any more, or is another one by now.
        """
        whole = self.given.table
        changed = Finding("OVERLAY-CHANGED", Place(file=whole.path.name))
        if _stamp(whole.path) != self.stamp:
            raise FindingsError([changed])
        found, findings = formats.read(
            whole.path, layer=whole.layer, limits=UNLIMITED, portion=_from_plane(bounds, self.crs, self.given.crs)
        )
        if found is None or found.numbers is None or whole.numbers is None:
            raise FindingsError(findings)
        order = np.argsort(whole.numbers, kind="stable")
        rows = order[np.minimum(np.searchsorted(whole.numbers[order], found.numbers), len(order) - 1)]
        if not np.array_equal(whole.numbers[rows], found.numbers):
            raise FindingsError([changed])
        place = np.argsort(rows, kind="stable")
        rows = rows[place]
        geometries = found.frame.geometry.to_numpy()[place]
        frame = geopandas.GeoDataFrame(geometry=geometries, crs=self.given.crs)
        table = replace(whole, frame=frame, numbers=None, kept_sound=whole.sound[rows])
        moved, _ = to_plane(replace(self.given, table=table), self.crs, shift=self.shift)
        assert moved is not None  # noqa: S101 - the outline went the same way
        return replace(self.frame.only(rows), geometries=moved), rows


def laid(given: Given, frame: Layer, crs: pyproj.CRS, *, shift: DatumShift | None = None) -> Layer | Tiles:
    """Return a layer as it is, or by tiles where only its outline was read."""
    return frame if given.table.numbers is None else Tiles(given, frame, crs, shift, _stamp(given.table.path))


def read_whole(path: Path, **options: Any) -> tuple[FeatureTable | None, list[Finding]]:  # noqa: ANN401 - as below
    """Read a layer as :func:`landquota.formats.read` does."""
    return formats.read(path, **options)


def read_large(path: Path, **options: Any) -> tuple[FeatureTable | None, list[Finding]]:  # noqa: ANN401 - the reader's own
    """Read a layer as :func:`landquota.formats.read` does, of a large file its outline only."""
    if path.suffix.lower() in SUFFIXES and path.is_file() and path.stat().st_size >= LARGE_BYTES:
        table, findings = formats.read(path, **options, portion=formats.OUTLINE)
        if table is not None:
            return table, findings
    return formats.read(path, **options)


def _stamp(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_size, stat.st_mtime_ns


def _from_plane(bounds: Bounds, plane: pyproj.CRS, crs: pyproj.CRS) -> Bounds:
    """Return a box of the plane in another system, with a margin."""
    west, south, east, north = bounds
    if same(plane, crs):
        return west - 1, south - 1, east + 1, north + 1
    box = shapely.segmentize(shapely.box(*bounds), max(east - west, north - south, 1.0) / _STEPS)
    west, south, east, north = geopandas.GeoSeries([box], crs=plane).to_crs(crs).total_bounds.tolist()
    beyond = _BEYOND_DEG if crs.is_geographic else _BEYOND_M
    return west - beyond, south - beyond, east + beyond, north + beyond
