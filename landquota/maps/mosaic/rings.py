"""The rings of many polygons as flat arrays of grid points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from landquota.maps.mosaic.grid import hilbert, quantise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Points = NDArray[np.int32]
    Geometries = NDArray[np.object_]

#: So many geometries are taken apart at a time: what hands out their parts, rings and points copies each.
_AT_A_TIME: Final = 4096


@dataclass(frozen=True, slots=True)
class Rings:
    """Rings, one after another, without the point that closes them.

    Ring ``r`` has the points ``starts[r]`` to ``starts[r + 1]`` (at least one); `holes` says which
    rings are holes of the shell before them, and `counts` how many rings each feature has.
    """

    points: Points
    starts: Ints
    holes: Bools
    counts: Ints


def curve_order(geometries: Geometries) -> Ints:
    """Return the features' order along a Hilbert curve; those without a geometry come first."""
    bounds = shapely.bounds(geometries)
    middles = np.stack((bounds[:, 0] + bounds[:, 2], bounds[:, 1] + bounds[:, 3]), axis=-1) / 2
    return np.argsort(hilbert(quantise(np.nan_to_num(middles))), kind="stable")


def flatten(geometries: Geometries) -> Rings:
    """Return the rings of polygons in degrees; points that fall together on the grid stand once."""
    batches = np.split(geometries, range(_AT_A_TIME, len(geometries), _AT_A_TIME))
    points, sizes, holes, counts = zip(*map(_taken_apart, batches), strict=True)
    return Rings(
        points=np.concatenate(points),
        starts=_offsets(np.concatenate(sizes)),
        holes=np.concatenate(holes),
        counts=np.concatenate(counts),
    )


def _taken_apart(geometries: Geometries) -> tuple[Points, Ints, Bools, Ints]:
    """Return the points of all rings, how many each ring has, which are holes, and how many rings each feature has."""
    parts, feature = shapely.get_parts(geometries, return_index=True)
    drawn = ~shapely.is_empty(parts)
    parts, feature = parts[drawn], feature[drawn]
    rings, part = shapely.get_rings(parts, return_index=True)
    lon_lat, ring = shapely.get_coordinates(rings, return_index=True)
    points, ring = _distinct(quantise(lon_lat), ring)
    return (
        points,
        np.bincount(ring, minlength=len(rings)),
        np.diff(part, prepend=-1) == 0,
        np.bincount(feature[part], minlength=len(geometries)),
    )


def _distinct(points: Points, ring: Ints) -> tuple[Points, Ints]:
    """Return the points, and their rings, without those that repeat the one before them in their ring."""
    first = np.diff(ring, prepend=-1) != 0
    kept = first | np.any(np.diff(points, axis=0, prepend=-1) != 0, axis=-1)
    points, ring = points[kept], ring[kept]
    first, last = np.diff(ring, prepend=-1) != 0, np.diff(ring, append=-1) != 0
    closes = np.zeros(len(points), dtype=bool)
    closes[last] = np.all(points[last] == points[first], axis=-1) & ~first[last]
    return points[~closes], ring[~closes]


def _offsets(counts: Ints) -> Ints:
    return np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(counts)))
