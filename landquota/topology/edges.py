"""The edges at which a coverage is not clean.

Where two features of a coverage meet vertex by vertex, their common edge occurs exactly twice,
once from either side.  How often the ground is covered changes at no such edge: so every overlap
and every gap is bounded by the other, unpaired edges alone, and of 100,000 clean polygons only
the rim is left to look at.  Edges are paired by the hashes of their ends; each pair is then
compared by its coordinates, so that no finding hangs on a hash.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]
    Hashes = NDArray[np.uint64]
    Indices = NDArray[np.intp]

#: Multipliers and shifts of a common 64-bit mixer (SplitMix64, Steele, Lea and Flood 2014).
_MIX: Final = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
_LAST_SHIFT: Final = np.uint64(31)
_SECOND_COORDINATE: Final = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class Rim:
    """The unpaired edges as lines, shape (lines,), and how many edges there are in all."""

    lines: Geometries
    unpaired: int
    edges: int

    @property
    def share(self) -> float:
        """The unpaired part of all edges."""
        return self.unpaired / max(self.edges, 1)


@dataclass(frozen=True, slots=True)
class _Rings:
    """Closed rings one after the other: v vertices; edge i runs from vertex i to i + 1.

    `vertices` are complex numbers, east + north i, since one comparison then serves for both.
    `real` and `right`, of shape (v - 1,), tell the edges from the steps between two rings and
    from edges of no length, and whether the polygon lies to the right of them.
    """

    vertices: NDArray[np.complex128]
    real: Bools
    right: Bools


def rim(polygons: Geometries, origin: Floats) -> Rim:
    """Return the edges of a layer that are not shared by exactly two polygons, one on each side.

    Parameters
    ----------
    polygons
        Valid polygons, shape (n,), in coordinates as they are written: two vertices are the
        same only if all their bits are.
    origin
        What to take from the coordinates of the lines, shape (2,).
    """
    rings = _rings(polygons)
    if not len(rings.vertices):
        return Rim(np.empty(0, dtype=object), 0, 0)
    unpaired = rings.real.copy()
    unpaired[_paired(rings)] = False
    return Rim(_lines(rings.vertices, unpaired, origin), int(unpaired.sum()), int(rings.real.sum()))


def _rings(polygons: Geometries) -> _Rings:
    rings, owners = shapely.get_rings(shapely.get_parts(polygons), return_index=True)
    hole = np.zeros(len(rings), dtype=bool)
    hole[1:] = owners[1:] == owners[:-1]
    xy = shapely.get_coordinates(rings) + 0.0  # so that there is one zero only
    vertices = xy.view(np.complex128)[:, 0]
    counts = shapely.get_num_coordinates(rings)
    real = vertices[1:] != vertices[:-1]
    real[np.cumsum(counts)[:-1] - 1] = False
    right = np.repeat(shapely.is_ccw(rings) == hole, counts)[:-1]
    return _Rings(vertices, real, right)


def _paired(rings: _Rings) -> Indices:
    """Return the edges that occur exactly twice, once from either side."""
    vertex = _hashes(rings.vertices)
    # The difference of the ends' hashes changes its sign with the direction of the edge.
    step = (vertex[:-1] - vertex[1:]).view(np.int64)
    edges = np.flatnonzero(rings.real)
    step = np.where(rings.right[edges], -step[edges], step[edges])
    key = np.abs(step).view(np.uint64)
    order = np.argsort(key)
    key, step = key[order], step[order]
    same = np.zeros(len(key) + 1, dtype=bool)
    same[1:-1] = key[1:] == key[:-1]
    first = np.flatnonzero(same[1:-1] & ~same[:-2] & ~same[2:])
    first = first[(step[first] < 0) != (step[first + 1] < 0)]
    left, right = edges[order[first]], edges[order[first + 1]]
    equal = _meet(rings, left, right)
    return np.concatenate([left[equal], right[equal]])


def _meet(rings: _Rings, left: Indices, right: Indices) -> Bools:
    """Return which pairs of edges are the same edge by their coordinates, and not by their hash alone."""
    vertices = rings.vertices
    forth = rings.right[left] != rings.right[right]
    equal: Bools = vertices[left] == vertices[right + ~forth]
    equal &= vertices[left + 1] == vertices[right + forth]
    return equal


def _hashes(vertices: NDArray[np.complex128]) -> Hashes:
    """Return a 64-bit number for each vertex that depends on every bit of both coordinates."""
    bits = vertices.view(np.uint64).reshape(-1, 2)
    return _mixed(_mixed(bits[:, 0].copy()) * _SECOND_COORDINATE + bits[:, 1])


def _mixed(values: Hashes) -> Hashes:
    for shift, factor in _MIX:
        values ^= values >> np.uint64(shift)
        values *= np.uint64(factor)
    values ^= values >> _LAST_SHIFT
    return values


def _lines(vertices: NDArray[np.complex128], unpaired: Bools, origin: Floats) -> Geometries:
    """Return the unpaired edges, those that follow each other in a ring as one line."""
    starts = np.append(unpaired, False)
    ends = np.append(False, unpaired)
    run = np.cumsum(starts & ~ends) - 1
    used = starts | ends
    if not used.any():
        return np.empty(0, dtype=object)
    xy = vertices[used].view(np.float64).reshape(-1, 2) - origin
    lines: Geometries = np.asarray(shapely.linestrings(xy, indices=run[used]))
    return lines
