"""Areas that parcels and features have in common, without building any geometry.

A point below y = f(x) on an edge counts with the edge's sign; summed over the edges of a polygon
this is 1 inside and 0 outside.  So the area of P ∩ Q is the sum over pairs of their edges of
± ∫ min(yᵢ, yⱼ) dx: holes come in by their sign, there is no topology, and nothing can fail.

Only a window is looked at, the ground that the boxes of both have in common, with coordinates
from its corner.  Edges beside or below it count nothing, and a run of edges above it counts as
one level edge along its top: an outline of 100,000 vertices becomes the few that cross the window.

The loops are written to be compiled; :mod:`landquota.overlay.compiled` does that, and
:mod:`landquota.overlay.area_arrays` does the same sums without a compiler.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from landquota.overlay.edges import BLOCK_EDGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.overlay.edges import Edges
    from landquota.overlay.tables import Floats, Ints

    Word = np.uint64
    Words = NDArray[np.uint64]
    Window = tuple[float, float, float, float]

#: One number, or an array of them.
Hash = TypeVar("Hash", "Word", "Words")

#: Above this many pairs of segments one side is sorted first.
SORTED_FROM: Final = 4096
#: A segment that is so many times as wide as the mean is tried with every other.
WIDE: Final = 8
#: Odd constants of multiplicative hashing (splitmix64 and xxHash64 use them).
MIX_A: Final = np.uint64(0x9E3779B97F4A7C15)
MIX_B: Final = np.uint64(0xBF58476D1CE4E5B9)
MIX_C: Final = np.uint64(0x94D049BB133111EB)
SHIFT: Final = np.uint64(31)


def beside(edges: Edges, row: int, window: Window, out: Ints) -> int:
    """Write the blocks of one geometry that a window may see, also where they only touch it; return how many.

    An outline of 100,000 vertices has 1,600 blocks: they are gone through once a pair.
    """
    west, south, east, _ = window
    count = 0
    for block in range(edges.blocks[row], edges.blocks[row + 1]):
        out[count] = block  # without a branch
        count += (edges.boxes[block, 2] >= west) & (edges.boxes[block, 0] <= east) & (edges.boxes[block, 3] >= south)
    return count


def most(edges: Edges) -> int:
    """Return how many blocks a geometry has at most, and one more, which :func:`beside` needs."""
    return np.diff(edges.blocks).max() + 1 if len(edges.blocks) > 1 else 1


def roomy(out: Floats, count: int, blocks: Ints) -> Floats:
    """Return `out` with its first `count` segments, large enough for those of some blocks."""
    needed = count + 1 + 2 * BLOCK_EDGES * len(blocks)
    if needed <= len(out):
        return out
    larger = np.empty((2 * needed, 5))
    larger[:count] = out[:count]
    return larger


def segments(edges: Edges, blocks: Ints, window: Window, out: Floats, count: int) -> int:
    """Write the edges of one geometry, clipped to a window, behind `count` segments; return the new count.

    Parameters
    ----------
    edges, blocks
        Whose edges, and those of its blocks that are :func:`beside` the window.
    window
        West, south, east, north.
    out
        Shape (segments, 5): x₀ < x₁, y₀, y₁ from the window's south-west corner, and the sign.
    count
        How many segments stand in `out` already; :func:`roomy` makes room for more.
    """
    west, south, east, north = window
    width, height = east - west, north - south
    run_from, run_to, run_sign = 0.0, 0.0, 0.0
    for block in blocks:
        if edges.boxes[block, 2] <= west or edges.boxes[block, 0] >= east or edges.boxes[block, 3] <= south:
            continue
        sign, xy = edges.signs[block], edges.xy[edges.first[block] : edges.last[block] + 1]
        above = edges.boxes[block, 1] >= north
        if above:
            xy = xy[:: len(xy) - 1]  # a block above the window is one edge
        xb, yb = xy[0, 0] - west, xy[0, 1] - south
        for i in range(1, len(xy)):
            xa, ya = xb, yb
            xb, yb = xy[i, 0] - west, xy[i, 1] - south
            if xa == xb or (xa <= 0 and xb <= 0) or (xa >= width and xb >= width):
                continue
            if above or (ya >= height and yb >= height):
                begin = min(max(xa, 0.0), width)
                if run_to != begin or run_sign != sign:
                    count = level(run_from, run_to, height, run_sign, out, count)
                    run_from, run_sign = begin, sign
                run_to = min(max(xb, 0.0), width)
            elif xa < xb:
                count = clipped(xa, ya, xb, yb, width, height, -sign, out, count)
            else:
                count = clipped(xb, yb, xa, ya, width, height, sign, out, count)
    return level(run_from, run_to, height, run_sign, out, count)


def level(xa: float, xb: float, height: float, sign: float, out: Floats, count: int) -> int:
    """Write a run of edges above the window as one along its top."""
    if xa < xb:
        return written(xa, height, xb, height, -sign, out, count)
    return written(xb, height, xa, height, sign, out, count)


def clipped(
    xa: float, ya: float, xb: float, yb: float, width: float, height: float, sign: float, out: Floats, count: int
) -> int:
    """Write what an edge from west to east has in the window, and its part above along the top."""
    low, high = min(ya, yb), max(ya, yb)
    if high <= 0:
        return count
    slope = (yb - ya) / (xb - xa)
    if xa < 0:
        xa, ya = 0.0, min(max(ya - xa * slope, low), high)
    if xb > width:
        xb, yb = width, min(max(yb + (width - xb) * slope, low), high)
    if ya < 0 < yb:
        xa, ya = min(xa - ya / slope, xb), 0.0
    elif yb < 0 < ya:
        xb, yb = min(xa - ya / slope, xb), 0.0
    if ya > height and yb > height:
        return written(xa, height, xb, height, sign, out, count)
    if ya > height:
        cut = min(xa + (height - ya) / slope, xb)
        count = written(xa, height, cut, height, sign, out, count)
        xa, ya = cut, height
    elif yb > height:
        cut = min(xa + (height - ya) / slope, xb)
        count = written(cut, height, xb, height, sign, out, count)
        xb, yb = cut, height
    return written(xa, ya, xb, yb, sign, out, count) if ya > 0 or yb > 0 else count


def written(x0: float, y0: float, x1: float, y1: float, sign: float, out: Floats, count: int) -> int:
    """Write one segment, if it has any width."""
    if x0 >= x1:
        return count
    out[count, 0], out[count, 1], out[count, 2], out[count, 3], out[count, 4] = x0, x1, y0, y1, sign
    return count + 1


def common(p: Floats, q: Floats) -> float:
    """Return the signed sum of ∫ min over all pairs of one polygon's segments and another's."""
    if len(p) * len(q) <= SORTED_FROM:
        return crossed(p, q)
    q = q[ascending(q[:, 0])]
    widths = q[:, 1] - q[:, 0]
    # Levels may be as wide as the window; all others are short, and those that can meet stand together.
    wide = widths > WIDE * widths.mean()
    total = crossed(p, q[wide])
    q = q[~wide]
    reach = (q[:, 1] - q[:, 0]).max() if len(q) else 0.0
    starts = q[:, 0].copy()
    for i in range(len(p)):
        first, last = np.searchsorted(starts, p[i, 0] - reach), np.searchsorted(starts, p[i, 1])
        total += crossed(p[i : i + 1], q[first:last])
    return total


def ascending(numbers: Floats) -> Ints:
    """Return the order of numbers, the lowest first.

    They are spread out: as many slots as numbers put most of them in their places at once, and
    an insertion does the rest, which is faster than sorting.
    """
    count = len(numbers)
    lowest, highest = np.inf, -np.inf
    for number in numbers:
        lowest, highest = min(lowest, number), max(highest, number)
    scale = (count - 1) / (highest - lowest) if highest > lowest else 0.0
    slots, order = np.zeros(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    places = np.zeros(count + 1, dtype=np.int64)
    for i in range(count):
        slot = (numbers[i] - lowest) * scale
        if 0 <= slot < count:  # also where the scale is infinite
            slots[i] = int(slot)
        places[slots[i] + 1] += 1
    for i in range(count):
        places[i + 1] += places[i]
    for i in range(count):
        order[places[slots[i]]] = i
        places[slots[i]] += 1
    for n in range(count):
        one, place = order[n], n
        while place > 0 and numbers[order[place - 1]] > numbers[one]:
            order[place] = order[place - 1]
            place -= 1
        order[place] = one
    return order


def crossed(p: Floats, q: Floats) -> float:
    """Return what :func:`common` does, trying every pair."""
    total = 0.0
    for i in range(len(p)):
        p0, p1, py0, py1, sign = p[i, 0], p[i, 1], p[i, 2], p[i, 3], p[i, 4]
        slope = (py1 - py0) / (p1 - p0)
        for j in range(len(q)):
            a, b = max(p0, q[j, 0]), min(p1, q[j, 1])
            if a >= b:
                continue
            q_slope = (q[j, 3] - q[j, 2]) / (q[j, 1] - q[j, 0])
            pa, pb = py0 + (a - p0) * slope, py0 + (b - p0) * slope
            qa, qb = q[j, 2] + (a - q[j, 0]) * q_slope, q[j, 2] + (b - q[j, 0]) * q_slope
            under, over = pa - qa, pb - qb
            if under * over < 0:
                share = under / (under - over)
                middle = pa + share * (pb - pa)
                twice = share * (min(pa, qa) + middle) + (1 - share) * (middle + min(pb, qb))
            else:
                twice = min(pa, qa) + min(pb, qb)
            total += sign * q[j, 4] * 0.5 * (b - a) * twice
    return total


def chain(edges: Edges, blocks: Ints, window: Window) -> Word:
    """Return a number for those edges of some blocks that meet a window; opposite edges cancel out.

    Summed over features (modulo 2⁶⁴) it is zero where every edge is passed once in each
    direction: then the same number of features lies everywhere in the window.
    """
    west, south, east, north = window
    bits = edges.xy.view(np.uint64)
    total = np.uint64(0)
    for block in blocks:
        if edges.boxes[block, 1] > north:
            continue
        xy, words = (
            edges.xy[edges.first[block] : edges.last[block] + 1],
            bits[edges.first[block] : edges.last[block] + 1],
        )
        xb, yb = xy[0, 0], xy[0, 1]
        for i in range(1, len(xy)):
            xa, ya = xb, yb
            xb, yb = xy[i, 0], xy[i, 1]
            if max(xa, xb) < west or min(xa, xb) > east or max(ya, yb) < south or min(ya, yb) > north:
                continue
            ahead = (xa < xb or (xa == xb and ya < yb)) == (edges.signs[block] > 0)
            if xa < xb or (xa == xb and ya < yb):
                mixed = hashed(words[i - 1, 0], words[i - 1, 1], words[i, 0], words[i, 1])
            elif xa == xb and ya == yb:
                continue
            else:
                mixed = hashed(words[i, 0], words[i, 1], words[i - 1, 0], words[i - 1, 1])
            total = total + mixed if ahead else total - mixed
    return total


def hashed(a: Hash, b: Hash, c: Hash, d: Hash) -> Hash:
    """Return 64 bits that depend on all bits of four words."""
    mixed: Hash = a * MIX_A ^ (b * MIX_B) >> SHIFT
    mixed = (mixed ^ c) * MIX_C
    mixed = (mixed ^ mixed >> SHIFT ^ d) * MIX_A
    mixed = (mixed ^ mixed >> SHIFT) * MIX_B
    return mixed ^ mixed >> SHIFT


def pair_areas(mine: Edges, theirs: Edges, parcel: Ints, feature: Ints, chains: Words) -> Floats:
    """Return the area that each parcel and feature have in common, and write the number of each feature's chain.

    Parameters
    ----------
    mine, theirs
        The edges of the parcels and of the features.
    parcel, feature
        Shape (pairs,); rows whose boxes meet.
    chains
        Shape (pairs,); see :func:`chain`.

    Returns
    -------
    numpy.ndarray
        Shape (pairs,), m².
    """
    areas_m2 = np.empty(len(parcel))
    out = np.empty((1024, 5))
    own, other = np.empty(most(mine), dtype=np.int64), np.empty(most(theirs), dtype=np.int64)
    for pair in range(len(parcel)):
        p, q = parcel[pair], feature[pair]
        box = (mine.bounds[p, 0], mine.bounds[p, 1], mine.bounds[p, 2], mine.bounds[p, 3])
        blocks = other[: beside(theirs, q, box, other)]
        if len(blocks) == 0:
            chains[pair], areas_m2[pair] = 0, 0.0
            continue
        chains[pair] = chain(theirs, blocks, box)
        window = (
            max(box[0], theirs.bounds[q, 0]),
            max(box[1], theirs.bounds[q, 1]),
            min(box[2], theirs.bounds[q, 2]),
            min(box[3], theirs.bounds[q, 3]),
        )
        owned = own[: beside(mine, p, window, own)]
        out = roomy(out, 0, owned)
        first = segments(mine, owned, window, out, 0)
        if first == 0:  # nothing of the parcel is in the window or above it
            areas_m2[pair] = 0.0
            continue
        out = roomy(out, first, blocks)
        last = segments(theirs, blocks, window, out, first)
        areas_m2[pair] = common(out[:first], out[first:last])
    return areas_m2
