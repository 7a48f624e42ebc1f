"""What of a parcel is covered by no feature, or by several: measured slab by slab, on ground of its own.

The plane is cut at every x where an edge begins, ends or meets another.  In the slab between two
cuts the edges lie one above the other, and between two of them the same features cover the
parcel all along: walking down from the top counts how many.  So the remainder and the double
cover are sums of trapezoids, never differences of other areas.

The loops are written to be compiled (:mod:`landquota.overlay.compiled`); without a compiler
:mod:`landquota.overlay.cover` measures the same with GEOS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from landquota.overlay.area_kernel import room, segments

if TYPE_CHECKING:
    from landquota.overlay.edges import Edges
    from landquota.overlay.tables import Floats, Ints


def cancelled(segs: Floats, owners: Ints, count: int) -> int:
    """Take out the segments that two features pass in opposite directions; return how many are left.

    They bound nothing: the cover is the same on both sides.  In a clean coverage hardly any are left.
    """
    order = np.argsort(segs[:count, 0].copy())
    gone = np.zeros(count, dtype=np.bool_)
    for n in range(count):
        i = order[n]
        later = n + 1
        while owners[i] == 1 and not gone[i] and later < count and segs[order[later], 0] == segs[i, 0]:
            j = order[later]
            later += 1
            if owners[j] == 1 and not gone[j] and segs[i, 4] == -segs[j, 4]:
                gone[i] = gone[j] = segs[i, 1] == segs[j, 1] and segs[i, 2] == segs[j, 2] and segs[i, 3] == segs[j, 3]
    kept = 0
    for i in range(count):
        if not gone[i]:
            segs[kept], owners[kept] = segs[i], owners[i]
            kept += 1
    return kept


def cuts(segs: Floats, order: Ints) -> Floats:
    """Return all x at which segments, in the order of their x₀, begin, end or cross, ascending."""
    count = 2 * len(segs)
    found = np.empty(2 * count + 16)
    found[:count:2], found[1:count:2] = segs[:, 0], segs[:, 1]
    for i in range(len(order)):
        p, p1 = segs[order[i]], segs[order[i], 1]
        for j in range(i + 1, len(order)):
            q, q0 = segs[order[j]], segs[order[j], 0]
            if q0 >= p1:
                break
            end = min(p1, q[1])
            under = height(p, q0) - q[2]
            over = height(p, end) - height(q, end)
            if under * over < 0:
                if count == len(found):
                    found = np.append(found, np.empty(count))
                found[count] = q0 + (end - q0) * (under / (under - over))
                count += 1
    return np.sort(found[:count])


def height(seg: Floats, x: float) -> Any:  # noqa: ANN401 - numpy's number, compiled or not
    """Return the y at x of a segment that has its slope in the place of y₁."""
    return seg[2] + (x - seg[0]) * seg[3]


def walked(segs: Floats, owners: Ints, known: bool, out: Floats) -> None:
    """Add up what features cover of one parcel more than once, or not at all.

    Parameters
    ----------
    segs
        Shape (segments, 5); see :func:`landquota.overlay.area_kernel.segments`.  They are changed.
    owners
        Shape (segments,); 0 for the parcel, 1 for features, 2 for the layer's coverage.
    known
        Whether the layer speaks everywhere.
    out
        Shape (6,); doubly covered, remainder and no data, m², and the area, x and y of the
        largest trapezoid that is doubly covered.
    """
    for seg in segs:
        seg[3] = (seg[3] - seg[2]) / (seg[1] - seg[0])
    order = np.argsort(segs[:, 0].copy())
    xs = cuts(segs, order)
    active, middles = np.empty(len(segs), dtype=np.int64), np.empty(len(segs))
    size, coming = 0, 0
    for k in range(len(xs) - 1):
        if xs[k] >= xs[k + 1]:
            continue
        size = ended(segs, active, size, xs[k])
        while coming < len(order) and segs[order[coming], 0] <= xs[k]:
            active[size] = order[coming]
            size += 1
            coming += 1
        middle = 0.5 * (xs[k] + xs[k + 1])
        stacked(segs, active[:size], middles, middle)
        descended(segs, owners, active[:size], middles, known, middle, xs[k + 1] - xs[k], out)


def ended(segs: Floats, active: Ints, size: int, x: float) -> int:
    """Take the segments out that end at x; return how many are left."""
    kept = 0
    for n in range(size):
        if segs[active[n], 1] > x:
            active[kept] = active[n]
            kept += 1
    return kept


def stacked(segs: Floats, active: Ints, middles: Floats, x: float) -> None:
    """Put segments in the order of their heights at x, the highest first; they hardly change places."""
    for n in range(len(active)):
        seg, place = active[n], n
        middle = height(segs[seg], x)
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
    out, owners = np.empty((1024, 5)), np.empty(1024, dtype=np.int64)
    for k in range(len(parcels)):
        p = parcels[k]
        window = (mine.bounds[p, 0], mine.bounds[p, 1], mine.bounds[p, 2], mine.bounds[p, 3])
        needed = room(mine, p, window)
        for i in range(starts[k], starts[k + 1]):
            needed += room(theirs, features[i], window)
        for i in range(len(ground.bounds)):
            needed += room(ground, i, window)
        if needed > len(out):
            out, owners = np.empty((needed, 5)), np.empty(needed, dtype=np.int64)
        own = segments(mine, p, window, out, 0)
        owners[:own] = 0
        count = own
        for i in range(starts[k], starts[k + 1]):
            count = segments(theirs, features[i], window, out, count)
        owners[own:count] = 1
        if starts[k + 1] - starts[k] > 1:
            count = cancelled(out, owners, count)
        own = count
        for i in range(len(ground.bounds)):
            count = segments(ground, i, window, out, count)
        owners[own:count] = 2
        walked(out[:count], owners[:count], known, found[k])
        found[k, 4] += window[0]
        found[k, 5] += window[1]
    return found
