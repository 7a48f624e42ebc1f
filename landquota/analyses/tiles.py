"""Features of a file larger than memory: known by their outline, their polygons read where they are needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, Self, TypeVar, cast

import geopandas
import numpy as np
import shapely

from landquota import formats
from landquota.analyses.plane import in_plane
from landquota.crs import same
from landquota.findings import Finding, FindingsError, Place
from landquota.formats.limits import UNLIMITED
from landquota.overlay import around, meeting, tiled
from landquota.overlay.compiled import loops

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

    from landquota.analyses.given import Given
    from landquota.datum_shift import DatumShift
    from landquota.formats.table import FeatureTable
    from landquota.overlay.partition import Bounds

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]
    Ints = NDArray[np.int64]

#: Files from this size on are read tile by tile, in the formats that have an index or boxes.
LARGE_BYTES: Final = 512 * 1024**2
SUFFIXES: Final = frozenset({".gpkg", ".fgb", ".parquet", ".geoparquet"})
#: How wide and high a tile is: tens of thousands of patches of a land survey.
TILE_M: Final = 10_000.0
_M_PER_DEGREE: Final = 111_320.0
#: How much further than the parcels is looked, in the layer's own system: more than any two datums are apart.
_BEYOND_M: Final = 1_000.0
_BEYOND_DEG: Final = 0.02
_STEPS: Final = 20
#: Features in so few tiles, side by side, are read at once.
_AT_ONCE: Final = 3


class Features(Protocol):
    """Anything with polygons of which some can be taken: parcels, a layer, a delivery."""

    @property
    def geometries(self) -> Geometries:
        """Shape (n,)."""
        ...

    def __len__(self) -> int: ...

    def only(self, rows: NDArray[np.intp]) -> Self:
        """Return some of them, by their rows."""
        ...


T = TypeVar("T", bound=Features)


@dataclass(frozen=True)
class Filed:
    """Where the polygons of some features are, n of them.

    Attributes
    ----------
    path, layer
        The file, and the layer in it.
    name
        What the layer is called.
    crs, plane
        The system of the file, and the plane in which the polygons are wanted.
    shift
        Private parameters of the user; with them it cannot be sent to another process.
    stamp
        Size and time of the file, by which another one in its place is told.
    numbers, sound, boxes
        Shapes (n,), (n,) and (n, 4): as the outline has them (:class:`landquota.formats.table.FeatureTable`).
    """

    path: Path
    layer: str
    name: str
    crs: pyproj.CRS
    plane: pyproj.CRS
    shift: DatumShift | None
    stamp: tuple[int, int]
    numbers: Ints
    sound: Bools
    boxes: Floats

    @classmethod
    def of(cls, given: Given, plane: pyproj.CRS, shift: DatumShift | None) -> Filed | None:
        """Return where the polygons of a layer are; None where it was read whole."""
        table = given.table
        if table.numbers is None or table.boxes is None:
            return None
        stamp = _stamp(table.path)
        place = (table.path.resolve(), table.layer, given.name, given.crs, plane, shift, stamp)
        return cls(*place, table.numbers, table.sound, table.boxes)

    @property
    def tile(self) -> float:
        """How wide and high a tile is in the file's system."""
        return TILE_M / _M_PER_DEGREE if self.crs.is_geographic else TILE_M

    def only(self, rows: NDArray[np.intp]) -> Filed:
        """Return some of the features, by their rows."""
        return replace(self, numbers=self.numbers[rows], sound=self.sound[rows], boxes=self.boxes[rows])

    def tiles(self) -> Iterator[Ints]:
        """Yield the rows of the features tile by tile."""
        return tiled(self.boxes, self.tile)

    def near(self, bounds: Bounds) -> Ints:
        """Return the rows of the features that can meet a box in the plane."""
        return meeting(self.boxes, _between(bounds, self.plane, self.crs))

    def around(self) -> Bounds:
        """Return a box in the plane that all features lie in."""
        return _between(around(self.boxes), self.crs, self.plane)

    def read(self) -> Geometries:
        """Return the sound polygons in the plane, None in the place of the others, shape (n,).

        From then on this process measures by the compiled loops, however small a tile is: arrays add up
        in another order, and the last digit must not depend on where a task is done.

        Raises
        ------
        FindingsError
            The file cannot be read any more, or is another one by now.
        """
        loops()
        return self.moved(self.read_own())

    def moved(self, own: Geometries) -> Geometries:
        """Return polygons of the file's own system in the plane.

        Raises
        ------
        FindingsError
            Some of them do not lie where the plane is.
        """
        moved, findings = in_plane(own, self.crs, self.plane, name=self.name, file=self.path.name, shift=self.shift)
        if moved is None:
            raise FindingsError(findings)
        return moved

    def read_own(self) -> Geometries:
        """Return the sound polygons in the file's own system, as :meth:`read` does."""
        geometries = np.full(len(self.numbers), None, dtype=object)
        rows = np.flatnonzero(self.sound)
        for some in [rows] if self._is_together(rows) else tiled(self.boxes[rows], self.tile):
            mine = some if some is rows else rows[some]
            if len(mine):
                geometries[mine] = self._near_each_other(mine)
        return geometries

    def _is_together(self, rows: Ints) -> bool:
        boxes = self.boxes[rows]
        return not len(rows) or bool((np.ptp(boxes[:, :2], axis=0) <= _AT_ONCE * self.tile).all())

    def _near_each_other(self, rows: Ints) -> Geometries:
        """Read the box around some features, and return these."""
        changed = Finding("OVERLAY-CHANGED", Place(file=self.path.name))
        if _stamp(self.path) != self.stamp:
            raise FindingsError([changed])
        boxes = self.boxes[rows]
        bounds = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
        found, findings = formats.read(self.path, layer=self.layer, limits=UNLIMITED, portion=bounds)
        if found is None or found.numbers is None:
            raise FindingsError(findings)
        place = np.minimum(np.searchsorted(found.numbers, self.numbers[rows]), len(found.numbers) - 1)
        if not len(found.numbers) or not np.array_equal(found.numbers[place], self.numbers[rows]):
            raise FindingsError([changed])
        return np.asarray(found.frame.geometry.to_numpy()[place], dtype=object)


@dataclass(frozen=True)
class Unread(Generic[T]):
    """Features of which the polygons stay in the file: `frame` is all but them."""

    frame: T
    filed: Filed

    def __len__(self) -> int:
        return len(self.frame)

    def only(self, rows: NDArray[np.intp]) -> Unread[T]:
        """Return some of the features, by their rows."""
        return Unread(self.frame.only(rows), self.filed.only(rows))

    def read(self) -> T:
        """Return the features with their polygons."""
        return cast("T", replace(cast("Any", self.frame), geometries=self.filed.read()))


def unread(frame: T, filed: Filed | None) -> T | Unread[T]:
    """Return features as they are, or as they stay in the file."""
    return frame if filed is None else Unread(frame, filed)


def read(features: T | Unread[T]) -> T:
    """Return features with their polygons."""
    return features.read() if isinstance(features, Unread) else features


def frame_of(features: T | Unread[T]) -> T:
    """Return all that is known of features; where they are large, without their polygons."""
    return features.frame if isinstance(features, Unread) else features


def some(features: T | Unread[T], rows: Ints) -> T:
    """Return some features with their polygons."""
    return read(features.only(rows))


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


def _between(bounds: Bounds, one: pyproj.CRS, other: pyproj.CRS) -> Bounds:
    """Return a box of one system in another, with a margin."""
    west, south, east, north = bounds
    if same(one, other):
        return west - 1, south - 1, east + 1, north + 1
    box = shapely.segmentize(shapely.box(*bounds), max(east - west, north - south) / _STEPS or 1.0)
    west, south, east, north = geopandas.GeoSeries([box], crs=one).to_crs(other).total_bounds.tolist()
    beyond = _BEYOND_DEG if other.is_geographic else _BEYOND_M
    return west - beyond, south - beyond, east + beyond, north + beyond
