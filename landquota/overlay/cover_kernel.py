"""What of a parcel is covered by no feature, or by several: measured slab by slab, on ground of its own.

The plane is cut at every x where an edge begins, ends or meets another.  In the slab between two
cuts the edges lie one above the other, and between two of them the same features cover the
parcel all along: walking down from the top counts how many.  So the remainder and the double
cover are sums of trapezoids, never differences of other areas.

The loops are written to be compiled (:mod:`landquota.overlay.compiled`); without a compiler
:mod:`landquota.overlay.cover` measures the same with GEOS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from landquota.overlay.area_kernel import ascending, beside, most, roomy, segments

if TYPE_CHECKING:
    from landquota.overlay.area_kernel import Window
    from landquota.overlay.edges import Edges
    from landquota.overlay.tables import Floats, Ints


def cancelled(segs: Floats, own: int, count: int) -> int:
    """Take out the segments that two features pass in opposite directions; return how many are left.

    They bound nothing: the cover is the same on both sides.  In a clean coverage hardly any are
    left.  The first `own` of `count` segments are the parcel's, which stay.
    """
    order = own + ascending(segs[own:count, 0])
    gone = np.zeros(count, dtype=np.bool_)
    for n in range(len(order)):
        i = order[n]
        later = n + 1
        while not gone[i] and later < len(order) and segs[order[later], 0] == segs[i, 0]:
            j = order[later]
            later += 1
            if not gone[j] and segs[i, 4] == -segs[j, 4]:
                gone[i] = gone[j] = segs[i, 1] == segs[j, 1] and segs[i, 2] == segs[j, 2] and segs[i, 3] == segs[j, 3]
    kept = own
    for i in range(own, count):
        if not gone[i]:
            segs[kept] = segs[i]
            kept += 1
    return kept


def crossings(segs: Floats, slopes: Floats) -> Floats:
    """Return all x at which segments, in the order of their x₀, cross, ascending, and infinity as the last."""
    found, count = np.empty(16), 0
    low, high = np.minimum(segs[:, 2], segs[:, 3]), np.maximum(segs[:, 2], segs[:, 3])
    for i in range(len(segs)):
        x0, x1, y0 = segs[i, 0], segs[i, 1], segs[i, 2]
        for j in range(i + 1, len(segs)):
            q0 = segs[j, 0]
            if q0 >= x1:
                break
            if low[j] > high[i] or high[j] < low[i]:  # most of a ragged boundary lies above or below
                continue
            end = min(x1, segs[j, 1])
            under = y0 + (q0 - x0) * slopes[i] - segs[j, 2]
            over = y0 + (end - x0) * slopes[i] - (segs[j, 2] + (end - q0) * slopes[j])
            if under * over < 0:
                if count + 1 == len(found):
                    found = np.append(found, np.empty(count))
                found[count] = q0 + (end - q0) * (under / (under - over))
                count += 1
    found[count] = np.inf
    return np.sort(found[: count + 1])


def walked(segs: Floats, owners: Ints, known: bool, out: Floats) -> None:
    """Add up what features cover of one parcel more than once, or not at all.

    Parameters
    ----------
    segs
        Shape (segments, 5); see :func:`landquota.overlay.area_kernel.segments`.
    owners
        Shape (segments,); 0 for the parcel, 1 for features, 2 for the layer's coverage.
    known
        Whether the layer speaks everywhere.
    out
        Shape (6,); doubly covered, remainder and no data, m², and the area, x and y of the
        largest trapezoid that is doubly covered.
    """
    order = ascending(segs[:, 0])
    ranked, whose = segs[order], owners[order]
    slopes = (ranked[:, 3] - ranked[:, 2]) / (ranked[:, 1] - ranked[:, 0])
    cuts = crossings(ranked, slopes)
    active, middles = np.empty(len(ranked), dtype=np.int64), np.empty(len(ranked))
    size, coming, cut = 0, 0, 0
    x = ranked[0, 0] if len(ranked) else np.inf
    while size or coming < len(ranked):
        while coming < len(ranked) and ranked[coming, 0] <= x:
            active[size] = coming
            size += 1
            coming += 1
        while cuts[cut] <= x:
            cut += 1
        end = min(cuts[cut], ranked[coming, 0]) if coming < len(ranked) else cuts[cut]
        size, end = going(ranked, active, size, x, end)
        if size:
            middle = 0.5 * (x + end)
            stacked(ranked, slopes, active[:size], middles, middle)
            descended(ranked, whose, active[:size], middles, known, middle, end - x, out)
        x = end


def going(segs: Floats, active: Ints, size: int, x: float, end: float) -> tuple[int, float]:
    """Take the segments out that end at x; return how many go on, and how far until one ends, at most to `end`."""
    kept = 0
    for n in range(size):
        x1 = segs[active[n], 1]
        if x1 > x:
            active[kept] = active[n]
            kept += 1
            end = min(end, x1)
    return kept, end


def stacked(segs: Floats, slopes: Floats, active: Ints, middles: Floats, x: float) -> None:
    """Put segments in the order of their heights at x, the highest first; they hardly change places."""
    for n in range(len(active)):
        seg, place = active[n], n
        middle = segs[seg, 2] + (x - segs[seg, 0]) * slopes[seg]
        while place > 0 and middles[place - 1] < middle:
            middles[place], active[place] = middles[place - 1], active[place - 1]
            place -= 1
        middles[place], active[place] = middle, seg


def descended(
    segs: Floats, owners: Ints, active: Ints, middles: Floats, known: bool, x: float, width: float, out: Floats
) -> None:
    """Add up one slab, from the top down."""
    parcel, features, coverage = 0.0, 0.0, 0.0
    for n in range(len(active)):
        sign, owner = segs[active[n], 4], owners[active[n]]
        if owner == 0:
            parcel += sign
        elif owner == 1:
            features += sign
        else:
            coverage += sign
        if parcel <= 0 or features == 1:
            continue
        below = middles[n + 1] if n + 1 < len(active) else 0.0
        area = width * (middles[n] - below)
        if features == 0:
            out[1 if known or coverage > 0 else 2] += area
        elif features > 1:
            out[0] += area * (features - 1)
            if area > out[3]:
                out[3], out[4], out[5] = area, x, 0.5 * (middles[n] + below)


def coverings(
    mine: Edges,
    theirs: Edges,
    ground: Edges,
    parcels: Ints,
    starts: Ints,
    features: Ints,
    known: bool,
) -> Floats:
    """Return how features cover each of some parcels.

    Parameters
    ----------
    mine, theirs, ground
        The edges of the parcels, of the features and of the layer's coverage.
    parcels
        Shape (n,); rows of the parcels.
    starts, features
        Shape (n + 1,) and (pairs,); the rows of the features at each parcel, from which place on.
    known
        Whether the layer speaks everywhere.

    Returns
    -------
    numpy.ndarray
        Shape (n, 6); as :func:`walked` adds up, x and y in the parcels' coordinates.
    """
    found = np.zeros((len(parcels), 6))
    out = np.empty((1024, 5))
    near = np.empty(max(most(mine), most(theirs), most(ground)), dtype=np.int64)
    for k in range(len(parcels)):
        p = parcels[k]
        window = (mine.bounds[p, 0], mine.bounds[p, 1], mine.bounds[p, 2], mine.bounds[p, 3])
        out, own = added(mine, p, window, near, out, 0)
        count = own
        for i in range(starts[k], starts[k + 1]):
            out, count = added(theirs, features[i], window, near, out, count)
        if starts[k + 1] - starts[k] > 1:
            count = cancelled(out, own, count)
        speaking = count
        for i in range(len(ground.bounds)):
            out, count = added(ground, i, window, near, out, count)
        owners = np.zeros(count, dtype=np.int64)
        owners[own:speaking], owners[speaking:] = 1, 2
        walked(out[:count], owners, known, found[k])
        found[k, 4] += window[0]
        found[k, 5] += window[1]
    return found


def added(edges: Edges, row: int, window: Window, near: Ints, out: Floats, count: int) -> tuple[Floats, int]:
    """Return `out` and its count with the segments of one geometry behind those that stand in it."""
    blocks = near[: beside(edges, row, window, near)]
    larger = roomy(out, count, blocks)
    return larger, segments(edges, blocks, window, larger, count)
