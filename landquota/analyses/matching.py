"""Which feature of a new delivery is which of the old one: by id, by the same ground, by largest overlap.

Every rule is the same seen from either side, so that the comparison of new with old is that of
old with new read backwards.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from landquota.analyses.shapes import compared, from_corners
from landquota.formats.names import names_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from landquota.analyses.delivery import Bools, Delivery, Floats, Geometries, Ints
    from landquota.overlay import Pairs

    Couples = list[tuple[int, int]]
    Rows = Mapping[Hashable, list[int]]

#: The largest overlap tells a feature where it is so much of the smaller and of the larger of the two.
_OF_SMALLER: Final = 0.5
_OF_LARGER: Final = 0.1
#: Areas are compared to so much, and lengths, so that the noise of coordinates decides nothing.
NOISE: Final = 1e-6


@dataclass(frozen=True)
class Left:
    """The features of both deliveries that nothing has told yet, masks of shape (n,)."""

    old: Bools
    new: Bools

    def without(self, couples: Couples) -> Left:
        """Return what is left without couples."""
        old, new = self.old.copy(), self.new.copy()
        for row, other in couples:
            old[row] = new[other] = False
        return Left(old, new)

    def with_(self, couples: Couples) -> Left:
        """Return what is left with couples again."""
        old, new = self.old.copy(), self.new.copy()
        for row, other in couples:
            old[row] = new[other] = True
        return Left(old, new)


def by_id(old: Delivery, new: Delivery) -> Couples:
    """Return the features whose id stands once in either delivery."""
    return [(row, new.telling[key]) for key, row in old.telling.items() if key in new.telling]


def identical(old: Delivery, new: Delivery, left: Left) -> Couples:
    """Return features on the same ground to the last digit; of several those with the same attributes first."""
    couples = _couples(_twins(old, left.old), _twins(new, left.new))
    rest = left.without(couples)
    return couples + _couples(_by_ground(old, rest.old), _by_ground(new, rest.new))


def same_ground(old: Delivery, new: Delivery, left: Left, tolerance_m: float) -> Couples:
    """Return features whose boundaries nowhere differ by more than a tolerance, in metres."""
    mine, theirs = sound_rows(old, left.old), sound_rows(new, left.new)
    rows, other = near(old.bounds[mine, :2], new.bounds[theirs, :2], 2 * tolerance_m)
    rows, other = mine[rows], theirs[other]
    alike = (np.abs(old.bounds[rows] - new.bounds[other]) <= tolerance_m + NOISE).all(axis=1)
    rows, other = rows[alike], other[alike]
    apart_m = distances_m(old, new, rows, other)
    keep = apart_m <= tolerance_m
    return nearest(rows[keep], other[keep], apart_m[keep])


def distances_m(old: Delivery, new: Delivery, rows: Ints, other: Ints) -> Floats:
    """Return how far the boundaries of couples are apart at most (Hausdorff), shape (couples,); NaN if unsound."""
    return compared(old.layer, new.layer, (rows, other), _distances_m)


def beside(polygons: Geometries, others: Geometries) -> tuple[Geometries, Geometries]:
    """Return couples of polygons with coordinates from the corner of the first."""
    corners = np.nan_to_num(np.floor(shapely.bounds(polygons).reshape(-1, 4)[:, :2]))
    return from_corners(corners, polygons), from_corners(corners, others)


def _distances_m(polygons: Geometries, others: Geometries) -> Floats:
    return np.asarray(shapely.hausdorff_distance(*beside(polygons, others)), dtype=np.float64)


def overlapping(pairs: Pairs, old_m2: Floats, new_m2: Floats, left: Left) -> Couples:
    """Return couples by largest overlap, of which a feature has one at most."""
    free = left.old[pairs.parcel] & left.new[pairs.feature]
    rows, other, area = pairs.parcel[free], pairs.feature[free], pairs.area_m2[free]
    smaller, larger = np.minimum(old_m2[rows], new_m2[other]), np.maximum(old_m2[rows], new_m2[other])
    telling = (area + NOISE >= _OF_SMALLER * smaller) & (area + NOISE >= _OF_LARGER * larger)
    return nearest(rows[telling], other[telling], -area[telling])


def nearest(rows: Ints, other: Ints, distance: Floats) -> Couples:
    """Return couples, the nearest first, each feature once; of equals the same from either side."""
    order = np.lexsort((np.maximum(rows, other), np.minimum(rows, other), np.rint(distance / NOISE)))
    couples: Couples = []
    taken: tuple[set[int], set[int]] = set(), set()
    for old, new in zip(rows[order].tolist(), other[order].tolist(), strict=True):
        if old not in taken[0] and new not in taken[1]:
            couples.append((old, new))
            taken[0].add(old)
            taken[1].add(new)
    return couples


def near(points: Floats, others: Floats, distance: float) -> tuple[Ints, Ints]:
    """Return the rows of points, shape (n, 2), and of others that lie within a distance of them."""
    if not len(points) or not len(others):
        nothing = np.zeros(0, dtype=np.int64)
        return nothing, nothing
    tree = shapely.STRtree(np.asarray(shapely.points(others), dtype=object))
    rows, other = tree.query(shapely.points(points), predicate="dwithin", distance=distance)
    return rows, other


def sound_rows(delivery: Delivery, mask: Bools) -> Ints:
    """Return the rows of a mask that are sound polygons."""
    return np.flatnonzero(mask & delivery.sound)


def _by_ground(delivery: Delivery, mask: Bools) -> Rows:
    """Return the rows of each geometry."""
    rows: dict[Hashable, list[int]] = defaultdict(list)
    for row in np.flatnonzero(mask).tolist():
        if delivery.written[row]:
            rows[delivery.written[row]].append(row)
    return rows


def _twins(delivery: Delivery, mask: Bools) -> Rows:
    """Return the rows of each geometry and attributes, of geometries that stand several times."""
    twins: dict[Hashable, list[int]] = defaultdict(list)
    for ground, rows in _by_ground(delivery, mask).items():
        for row in rows if len(rows) > 1 else ():
            twins[ground, *names_of(delivery.attributes.iloc[row].tolist())].append(row)
    return twins


def _couples(old: Rows, new: Rows) -> Couples:
    """Return the rows with the same key, in their order."""
    return [couple for key, rows in old.items() for couple in zip(rows, new.get(key, ()), strict=False)]
