"""Closed polylines of one layer to polygons: what is a parcel, and what is a hole in one.

A drawing does not say it.  Survey offices write a parcel's name into it, so an outline inside
another is a hole unless a text of its own lies in it; drawn twice, it is both the hole and the
parcel that fills it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely
from shapely import Polygon

from landquota.formats.geometry import measurable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.formats.dxf.drawing import Label, Outline


class Nested(NamedTuple):
    """An outline inside another, both as indexes into the outlines."""

    inner: int
    outer: int


@dataclass(frozen=True, slots=True)
class Parcels:
    """The polygons, each with the index of its outline and the labels in it; and what was decided on the way."""

    polygons: list[Polygon] = field(default_factory=list)
    outlines: list[int] = field(default_factory=list)
    labels: list[list[Label]] = field(default_factory=list)
    holes: list[Nested] = field(default_factory=list)
    overlapping: list[Nested] = field(default_factory=list)
    twice: list[int] = field(default_factory=list)


def parcels(outlines: Sequence[Outline], labels: Sequence[Label]) -> Parcels:
    """Tell parcels and holes apart, in the order in which they are drawn.

    Parameters
    ----------
    outlines
        Closed polylines of one layer.
    labels
        The texts that may name them.
    """
    rings = np.array([Polygon(outline.points) for outline in outlines], dtype=object)
    sound = measurable(rings)
    copies = _copies(rings)
    kept = [index for index in copies if sound[index]]
    parents = _parents(rings, kept)
    inside = _inside(rings, kept, labels)
    found = Parcels()
    holes = _holes(rings.tolist(), copies, parents, inside, found)
    for index in copies:
        if index in holes:
            found.polygons.append(Polygon(rings[index].exterior, [rings[hole].exterior for hole in holes[index]]))
            found.outlines.append(index)
            found.labels.append(inside[index])
    return found


def _holes(
    rings: Sequence[Polygon],
    copies: dict[int, int],
    parents: dict[int, int],
    inside: dict[int, list[Label]],
    found: Parcels,
) -> dict[int, list[int]]:
    """Return the outlines that bound parcels, each with the holes in it; the larger are decided before what they hold.

    `copies` says how often each outline is drawn; the others as their functions give them.
    """
    holes: dict[int, list[int]] = {}
    for index in sorted(copies, key=lambda index: (-rings[index].area, index)):
        parent = parents.get(index)
        if parent is None or parent not in holes:
            holes[index] = []
            if copies[index] > 1:
                found.twice.append(index)
        elif copies[index] > 1:
            holes[index] = []
            holes[parent].append(index)
        elif inside[index]:
            holes[index] = []
            found.overlapping.append(Nested(index, parent))
        else:
            holes[parent].append(index)
            found.holes.append(Nested(index, parent))
    return holes


def _copies(rings: NDArray[np.object_]) -> dict[int, int]:
    """Return the first of each set of equal rings, and how often it is drawn."""
    by_shape: dict[bytes, int] = {}
    copies: dict[int, int] = {}
    for index, ring in enumerate(shapely.normalize(rings)):
        at = by_shape.setdefault(ring.wkb, index)
        copies[at] = copies.get(at, 0) + 1
    return copies


def _parents(rings: NDArray[np.object_], kept: Sequence[int]) -> dict[int, int]:
    """Return the smallest ring around each that has one."""
    inner, outer = shapely.STRtree(rings[kept]).query(rings[kept], predicate="covered_by")
    parents: dict[int, int] = {}
    for i, j in zip(inner.tolist(), outer.tolist(), strict=True):
        ring, around = kept[i], kept[j]
        if ring != around and (ring not in parents or rings[around].area < rings[parents[ring]].area):
            parents[ring] = around
    return parents


def _inside(rings: NDArray[np.object_], kept: Sequence[int], labels: Sequence[Label]) -> dict[int, list[Label]]:
    """Return the labels in each ring and in none within it: the tallest first, then from the top, then the left."""
    inside: dict[int, list[Label]] = {index: [] for index in range(len(rings))}
    ordered = sorted(labels, key=lambda label: (-label.height, -label.y, label.x, label.words))
    points = shapely.points([(label.x, label.y) for label in ordered]) if ordered else np.empty(0, dtype=object)
    at, around = shapely.STRtree(rings[kept]).query(points, predicate="within")
    innermost: dict[int, int] = {}
    for label, j in zip(at.tolist(), around.tolist(), strict=True):
        ring = kept[j]
        if label not in innermost or rings[ring].area < rings[innermost[label]].area:
            innermost[label] = ring
    for label in sorted(innermost):
        inside[innermost[label]].append(ordered[label])
    return inside
