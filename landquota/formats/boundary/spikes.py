"""Points that lie far away from a ring whose other points lie close together: a wrong digit in one coordinate.

A long edge alone is no fault: roads and canals have them.  A slip makes two of them, there and
back, and its neighbours stay side by side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from landquota.formats.boundary.axes import Measure
from landquota.formats.boundary.survey import DEGREE_M, FEWEST_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from landquota.formats.boundary.survey import Row

#: Both edges at the point are longer than this, and than so many times the median of the others.
_LONG_M: Final = 1_000.0
_TIMES: Final = 20.0
#: What lies further away is no point of the same zone, and said to be that.
_FAR_M: Final = 500_000.0
#: Its neighbours lie nearer to each other than this share of the shorter edge.
_SIDE_BY_SIDE: Final = 0.2


class Spike(NamedTuple):
    """A point, how long the shorter edge at it is, and how long the ring's other edges are (the median)."""

    row: Row
    length_m: float
    usual_m: float


def spikes(rows: Sequence[Row], measure: Measure) -> Iterator[Spike]:
    """Yield the points of a closed ring that lie out of all proportion to the others."""
    if len(rows) < FEWEST_ROWS:
        return
    points = _metres(rows[:-1], measure)
    after = np.hypot(*(np.roll(points, -1, axis=0) - points).T)
    before = np.roll(after, 1)
    shorter = np.minimum(before, after)
    across = np.hypot(*(np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)).T)
    for at in np.flatnonzero((shorter > _LONG_M) & (shorter < _FAR_M) & (across < _SIDE_BY_SIDE * shorter)).tolist():
        usual_m = float(np.median(np.delete(after, [at - 1, at])))
        if shorter[at] > _TIMES * usual_m:
            yield Spike(rows[at], float(shorter[at]), usual_m)


def _metres(rows: Sequence[Row], measure: Measure) -> NDArray[np.float64]:
    """Return points in metres, shape (n, 2); of degrees nearly."""
    points = np.array([(row.east, row.north) for row in rows], dtype=np.float64).reshape(-1, 2)
    if measure is Measure.METRES:
        return points
    return np.asarray(points * [DEGREE_M * np.cos(np.radians(points[:, 1].mean())), DEGREE_M])
