"""Features that were moved: the same shape, vertex by vertex, at another place."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from landquota.analyses.matching import Left, near, nearest, sound_rows
from landquota.analyses.shapes import compared, digests, local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from landquota.analyses.delivery import Bools, Delivery, Floats, Geometries, Ints
    from landquota.analyses.matching import Couples

#: Of several features of one shape, one is told if it moved no further than so many of its diagonals.
_DIAGONALS: Final = 2.0
#: Shapes are sought on a grid of so many tolerances, laid once and again beside it: what falls
#: between two cells of the one lies within a cell of the other.
_CELLS: Final = 20.0
_GRIDS: Final = (0.0337, 0.5337)
#: A grid is never finer than this, in metres.
_FINEST_M: Final = 1e-5
#: Coordinates, the first again included, of a shape as plain as a rectangle: it proves little.
_PLAIN: Final = 5
#: So many have to go the same way for plain shapes to prove it together: on a grid of parcels two do by chance.
_COMPANY: Final = 3


def moved(old: Delivery, new: Delivery, left: Left, tolerance_m: float) -> Couples:
    """Return features of the same shape at another place, told by their shapes.

    A shape that is left once in each delivery is told wherever it has gone.  Of several, all are
    told if they went the same way together, else each if it has gone no further than twice its
    size.  A shape as plain as a rectangle proves nothing, unless others went the same way.
    """
    couples: Couples = []
    for offset in _GRIDS:
        for mine, theirs in _by_shape(old, new, left.without(couples), tolerance_m, offset):
            rows, other = _told(old, new, mine, theirs, tolerance_m)
            same = same_shape(old, new, rows, other, tolerance_m)
            couples += zip(rows[same].tolist(), other[same].tolist(), strict=True)
    return _credible(old, new, couples, tolerance_m)


def _credible(old: Delivery, new: Delivery, couples: Couples, tolerance_m: float) -> Couples:
    """Leave out plain shapes that would have gone alone."""
    rows, other = np.array(couples, dtype=np.int64).reshape(-1, 2).T
    ways = ways_m(old, new, rows, other)
    cell_m = _cell_m(tolerance_m)  # there and back, so that both comparisons leave out the same
    alone = np.logical_and.reduce([_alone(way, cell_m, offset) for way in (ways, -ways) for offset in _GRIDS])
    plain = old.shapes.vertices[rows] <= _PLAIN
    return [couple for couple, doubt in zip(couples, (alone & plain).tolist(), strict=True) if not doubt]


def _alone(ways: Floats, cell_m: float, offset: float) -> Bools:
    """Return which ways fall into a cell of a grid with too few others."""
    cells = np.floor(ways / cell_m + offset)
    _, place, count = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    return np.asarray(count[place.ravel()] < _COMPANY, dtype=bool)


def _cell_m(tolerance_m: float) -> float:
    """Return how wide the cells of a grid are."""
    return max(_CELLS * tolerance_m, _FINEST_M)


def same_shape(old: Delivery, new: Delivery, rows: Ints, other: Ints, tolerance_m: float) -> Bools:
    """Return which couples have the same shape vertex by vertex, wherever it lies, shape (couples,)."""
    return compared(old.layer, new.layer, (rows, other), partial(_same_shape, tolerance_m=tolerance_m))


def _same_shape(polygons: Geometries, others: Geometries, *, tolerance_m: float) -> Bools:
    return np.asarray(shapely.equals_exact(local(polygons), local(others), tolerance_m), dtype=bool)


def ways_m(old: Delivery, new: Delivery, rows: Ints, other: Ints) -> Floats:
    """Return how far each couple lies apart, east and north, shape (couples, 2)."""
    ways: Floats = new.bounds[other, :2] - old.bounds[rows, :2]
    return ways


def _told(old: Delivery, new: Delivery, mine: Ints, theirs: Ints, tolerance_m: float) -> tuple[Ints, Ints]:
    """Return couples among features of one shape, both from west to east."""
    if len(mine) == len(theirs):
        ways = ways_m(old, new, mine, theirs)
        if (np.ptp(ways, axis=0) <= 2 * tolerance_m).all():
            return mine, theirs
    size_m = float(np.hypot(*(old.bounds[mine[0], 2:] - old.bounds[mine[0], :2])))
    index, other = near(old.bounds[mine, :2], new.bounds[theirs, :2], _DIAGONALS * size_m)
    rows, other = mine[index], theirs[other]
    couples = np.array(nearest(rows, other, np.hypot(*ways_m(old, new, rows, other).T)), dtype=np.int64)
    mine, theirs = couples.reshape(-1, 2).T
    return mine, theirs


def _by_shape(
    old: Delivery, new: Delivery, left: Left, tolerance_m: float, offset: float
) -> Iterator[tuple[Ints, Ints]]:
    """Yield the rows of both deliveries that seem to have one shape, each from west to east."""
    cell_m = _cell_m(tolerance_m)
    mine, theirs = (_shapes(d, mask, cell_m, offset) for d, mask in ((old, left.old), (new, left.new)))
    for shape, rows in mine.items():
        if shape in theirs:
            yield _from_west(old, rows), _from_west(new, theirs[shape])


def _shapes(delivery: Delivery, mask: Bools, cell_m: float, offset: float) -> dict[bytes, list[int]]:
    """Return the rows of each shape, its vertices rounded to cells."""
    rows = sound_rows(delivery, mask)
    shapes: dict[bytes, list[int]] = defaultdict(list)
    found = digests(delivery.layer, rows, partial(_in_cells, cell_m=cell_m, offset=offset))
    for row, shape in zip(rows.tolist(), found, strict=True):
        shapes[shape].append(row)
    return shapes


def _in_cells(polygons: Geometries, *, cell_m: float, offset: float) -> Geometries:
    cells: Geometries = shapely.transform(local(polygons), lambda xy: np.floor(xy / cell_m + offset) + 0.0)
    return cells


def _from_west(delivery: Delivery, rows: list[int]) -> Ints:
    several = np.array(rows, dtype=np.int64)
    west, south = np.rint(delivery.bounds[several, :2].T / _FINEST_M)
    return several[np.lexsort((south, west))]
