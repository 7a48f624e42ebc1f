"""The sums of :mod:`landquota.overlay.area_kernel` on whole arrays, for where nothing compiles them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from landquota.overlay.area_kernel import hashed
from landquota.overlay.tables import summed
from landquota.rings import offsets_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from landquota.overlay.area_kernel import Words
    from landquota.overlay.edges import Edges
    from landquota.overlay.tables import Bools, Floats, Ints

#: Edges, and pairs of segments, that are worked on at a time, so that memory does not grow with the layer.
_AT_ONCE: Final = 200_000
#: An outline of more edges than this has most of them outside the window.
_MOST: Final = 4_096


class Segments(NamedTuple):
    """Edges clipped to windows, all of shape (segments,); see :func:`landquota.overlay.area_kernel.segments`."""

    pair: Ints
    x0: Floats
    x1: Floats
    y0: Floats
    y1: Floats
    sign: Floats

    def only(self, rows: Ints | Bools) -> Segments:
        """Return some of the segments."""
        return Segments._make(column[rows] for column in self)


def pair_areas(mine: Edges, theirs: Edges, parcel: Ints, feature: Ints, chains: Words) -> Floats:
    """Return what :func:`landquota.overlay.area_kernel.pair_areas` does."""
    areas_m2 = np.zeros(len(parcel))
    for part in _runs(np.minimum(mine.counts()[parcel] + theirs.counts()[feature], _MOST)):
        boxes, others = mine.bounds[parcel[part]], theirs.bounds[feature[part]]
        chains[part] = _chains(theirs, feature[part], boxes)
        windows = np.concatenate([np.maximum(boxes[:, :2], others[:, :2]), np.minimum(boxes[:, 2:], others[:, 2:])], 1)
        p, q = _segments(mine, parcel[part], windows), _segments(theirs, feature[part], windows)
        areas_m2[part] = _common(p, q, len(windows))
    return areas_m2


def _runs(costs: Ints) -> Iterator[slice]:
    """Yield runs of rows that cost about as much as is worked on at a time."""
    run = np.cumsum(costs) // _AT_ONCE
    ends = [] if not len(costs) else [*(np.flatnonzero(np.diff(run)) + 1).tolist(), len(costs)]
    first = 0
    for last in ends:
        yield slice(first, last)
        first = last


def _spread(starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Return the whole numbers of each of several ranges, and the range that each comes from."""
    counts = ends - starts
    owner = np.repeat(np.arange(len(counts)), counts)
    return np.arange(len(owner)) - (offsets_of(counts)[:-1] - starts)[owner], owner


def _segments(edges: Edges, rows: Ints, windows: Floats) -> Segments:
    """Return the segments of one geometry in each window, ordered by window."""
    block, pair = _spread(edges.blocks[rows], edges.blocks[rows + 1])
    box, window = edges.boxes[block], windows[pair]
    meets = (box[:, 2] > window[:, 0]) & (box[:, 0] < window[:, 2]) & (box[:, 3] > window[:, 1])
    block, pair = block[meets], pair[meets]
    above = edges.boxes[block, 1] >= windows[pair, 3]
    step = np.where(above, edges.last[block] - edges.first[block], 1)
    edge, owner = _spread(edges.first[block], np.where(above, edges.first[block] + 1, edges.last[block]))
    end, pair, sign, above = edge + step[owner], pair[owner], edges.signs[block[owner]], above[owner]
    corner, size = windows[pair, :2], windows[pair, 2:] - windows[pair, :2]
    (xa, ya), (xb, yb) = (edges.xy[edge] - corner).T, (edges.xy[end] - corner).T
    ahead = xa < xb
    west, east = np.minimum(xa, xb), np.maximum(xa, xb)
    seen = (west < east) & (east > 0) & (west < size[:, 0]) & (above | (ya > 0) | (yb > 0))
    high = above | ((ya >= size[:, 1]) & (yb >= size[:, 1]))
    ya, yb = np.where(high, size[:, 1], ya), np.where(high, size[:, 1], yb)
    found = Segments(pair, west, east, np.where(ahead, ya, yb), np.where(ahead, yb, ya), np.where(ahead, -sign, sign))
    return _clipped(found.only(seen), *size[seen].T)


def _clipped(segs: Segments, width: Floats, height: Floats) -> Segments:
    """Return what segments have in their windows, their parts above as level along the top."""
    pair, x0, x1, y0, y1, sign = segs
    low, high = np.minimum(y0, y1), np.maximum(y0, y1)
    slope = (y1 - y0) / (x1 - x0)
    first, last = np.maximum(x0, 0.0), np.minimum(x1, width)
    begin = np.where(x0 < 0, np.clip(y0 - x0 * slope, low, high), y0)
    end = np.where(x1 > width, np.clip(y1 + (width - x1) * slope, low, high), y1)
    inverse = np.divide(1.0, slope, out=np.zeros(len(slope)), where=slope != 0)
    at_bottom = np.clip(x0 - y0 * inverse, first, last)
    at_top = np.clip(x0 + (height - y0) * inverse, first, last)
    left = np.where(begin < 0, at_bottom, np.where(begin > height, at_top, first))
    right = np.where(end < 0, at_bottom, np.where(end > height, at_top, last))
    both = (begin > height) & (end > height)
    left, right = np.where(both, first, left), np.where(both, last, right)
    inside = Segments(pair, left, right, np.clip(begin, 0, height), np.clip(end, 0, height), sign)
    before = Segments(pair, first, left, height, height, sign).only((begin > height) & ~both)
    after = Segments(pair, right, last, height, height, sign).only((end > height) & ~both)
    every = Segments._make(np.concatenate(columns) for columns in zip(inside, before, after, strict=True))
    every = every.only((every.x0 < every.x1) & ((every.y0 > 0) | (every.y1 > 0)))
    return every.only(np.argsort(every.pair, kind="stable"))


def _common(p: Segments, q: Segments, count: int) -> Floats:
    """Return the signed sums of ∫ min over all pairs of segments of the same window."""
    q = q.only(np.lexsort((q.x0, q.pair)))
    # On one axis, window after window: those of q that may meet one of p stand together.
    apart = max(p.x1.max(initial=0), q.x1.max(initial=0)) + 1.0
    begins, ends = q.pair * apart + q.x0, np.maximum.accumulate(q.pair * apart + q.x1)
    slack = 1e-9 * apart * count
    first = np.searchsorted(ends, p.pair * apart + p.x0 - slack)
    last = np.maximum(first, np.searchsorted(begins, p.pair * apart + p.x1 + slack))
    areas_m2 = np.zeros(count)
    for part in _runs(last - first):
        some = p.only(np.arange(part.start, part.stop))
        right, left = _spread(first[part], last[part])
        a, b = np.maximum(some.x0[left], q.x0[right]), np.minimum(some.x1[left], q.x1[right])
        meet = (a < b) & (some.pair[left] == q.pair[right])
        areas_m2 += _crossed(some.only(left[meet]), q.only(right[meet]), a[meet], b[meet], count)
    return areas_m2


def _crossed(p: Segments, q: Segments, a: Floats, b: Floats, count: int) -> Floats:
    """Return the signed sums of ∫ min from a to b, segment by segment."""
    slope, other = (p.y1 - p.y0) / (p.x1 - p.x0), (q.y1 - q.y0) / (q.x1 - q.x0)
    pa, pb = p.y0 + (a - p.x0) * slope, p.y0 + (b - p.x0) * slope
    qa, qb = q.y0 + (a - q.x0) * other, q.y0 + (b - q.x0) * other
    under, over = pa - qa, pb - qb
    cross = under * over < 0
    share = np.divide(under, under - over, out=np.zeros(len(a)), where=cross)
    middle = pa + share * (pb - pa)
    first, last = np.minimum(pa, qa), np.minimum(pb, qb)
    twice = np.where(cross, share * (first + middle) + (1 - share) * (middle + last), first + last)
    return summed(p.sign * q.sign * 0.5 * (b - a) * twice, p.pair, count)


def _chains(edges: Edges, rows: Ints, boxes: Floats) -> Words:
    """Return what :func:`landquota.overlay.area_kernel.chain` does for each row and box."""
    block, pair = _spread(edges.blocks[rows], edges.blocks[rows + 1])
    near = _meet(edges.boxes[block], boxes[pair])
    block, pair = block[near], pair[near]
    edge, owner = _spread(edges.first[block], edges.last[block])
    pair, sign = pair[owner], edges.signs[block[owner]]
    a, b = edges.xy[edge], edges.xy[edge + 1]
    forward = (a[:, 0] < b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] < b[:, 1]))
    near = _meet(np.concatenate([np.minimum(a, b), np.maximum(a, b)], axis=1), boxes[pair]) & (a != b).any(axis=1)
    words = edges.xy.view(np.uint64)
    low, high = words[np.where(forward, edge, edge + 1)[near]], words[np.where(forward, edge + 1, edge)[near]]
    mixed: Words = hashed(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    mixed = np.where((forward == (sign > 0))[near], mixed, np.uint64(0) - mixed)
    total = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(mixed, dtype=np.uint64)])
    ends = np.searchsorted(pair[near], np.arange(len(rows) + 1))
    return np.asarray(total[ends[1:]] - total[ends[:-1]], dtype=np.uint64)


def _meet(boxes: Floats, others: Floats) -> Bools:
    """Return which boxes meet, also where they only touch."""
    low, high = boxes[:, :2] <= others[:, 2:], boxes[:, 2:] >= others[:, :2]
    return np.asarray(low.all(axis=1) & high.all(axis=1))
