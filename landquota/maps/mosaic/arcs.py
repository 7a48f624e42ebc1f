"""Boundaries stored once: rings as runs of edges that the same rings share from end to end.

An edge is known by its two points.  The first of all equal edges owns them; a run of edges is an
arc as long as all users of its edges go on together.  That holds for any number of users: for
neighbours, for an island in a hole, and for the same parcel drawn three times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.maps.mosaic.rings import Rings

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]
    Places = NDArray[np.int32]

#: Two numbers of so many bits make one of those that sort: steps of the grid, and positions of points.
_BITS: Final = 32


@dataclass(frozen=True, slots=True)
class Uses:
    """How rings are put together from arcs: one use after another, ring by ring.

    Arcs are numbered in the order of their first use, which says how they run.  `counts` is the
    number of uses of each ring; `arcs` and `backward` describe the uses; `first` are the positions
    of the uses that come first, one per arc; `edges` lists the edges of all arcs by the position
    of their starting point, `lengths` the number of edges of each arc.
    """

    counts: Ints
    arcs: Ints
    backward: Bools
    first: Ints
    edges: Ints
    lengths: Ints


@dataclass(frozen=True, slots=True)
class _Edges:
    """Edge ``e`` goes from point ``e`` to point ``after[e]``; `along` where it runs as its owner does."""

    before: Places
    after: Places
    owner: Places
    along: Bools


def share(rings: Rings) -> Uses:
    """Return how `rings` are put together from arcs that are stored once."""
    starts = rings.starts[:-1]
    edges = _edges(rings)
    breaks = _breaks(edges, starts)
    heads = np.flatnonzero(breaks)
    ring = np.searchsorted(rings.starts, heads, side="right") - 1
    tails, lengths = _runs(heads, ring, rings.starts)
    along = edges.along[heads]
    names = np.where(along, edges.owner[heads], edges.owner[tails])
    _, first, arcs = np.unique(names, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    first = np.sort(first)
    arcs = rank[arcs]
    return Uses(
        counts=np.bincount(ring, minlength=len(starts)),
        arcs=arcs,
        backward=along != along[first][arcs],
        first=first,
        edges=_listed(heads[first], lengths[first], ring[first], rings.starts),
        lengths=lengths[first],
    )


def _edges(rings: Rings) -> _Edges:
    starts, ends = rings.starts[:-1], rings.starts[1:] - 1
    after = np.arange(1, len(rings.points) + 1, dtype=np.int32)
    after[ends] = starts
    before = np.arange(-1, len(rings.points) - 1, dtype=np.int32)
    before[starts] = ends
    point = _firsts(_pairs(rings.points[:, 0], rings.points[:, 1]))
    owner = _firsts(_pairs(np.minimum(point, point[after]), np.maximum(point, point[after])))
    return _Edges(before, after, owner, point == point[owner])


def _pairs(left: Places, right: Places) -> Ints:
    """Return pairs of numbers from 0 as one number each."""
    return left.astype(np.int64) << _BITS | right


def _firsts(keys: Ints) -> Places:
    """Return for each key the position of the first that equals it: in no matter what order equal ones are sorted."""
    order = np.argsort(keys).astype(np.int32)
    heads = _heads(keys[order])
    firsts = np.empty(len(keys), dtype=np.int32)
    firsts[order] = np.repeat(np.minimum.reduceat(order, heads), np.diff(heads, append=len(keys)))
    return firsts


def _heads(keys: Ints) -> Ints:
    """Return where in sorted keys a different one begins."""
    changes = np.ones(len(keys), dtype=bool)
    np.not_equal(keys[1:], keys[:-1], out=changes[1:])
    return np.flatnonzero(changes)


def _breaks(edges: _Edges, starts: Ints) -> Bools:
    """Return at which edges a new run begins: at least one in every ring."""
    after, owner, along = edges.after, edges.owner, edges.along
    expected = np.where(along, after[owner], edges.before[owner])
    goes_on = (along[after] == along) & (owner[after] == expected)
    # A link is known by the owner's edge before it, whichever way its user runs.
    link = np.where(along, owner, owner[after])
    users = np.bincount(owner, minlength=len(owner))
    whole = (np.bincount(link[goes_on], minlength=len(owner)) == users) & (users == users[after])
    breaks = ~(goes_on & whole[link])[edges.before]
    # A ring without a break is broken where its owner starts, and so are all that run along with it.
    endless = starts[~np.logical_or.reduceat(breaks, starts)] if len(starts) else starts
    whole[edges.before[endless[owner[endless] == endless]]] = False
    again: Bools = ~(goes_on & whole[link])[edges.before]
    return again


def _runs(heads: Ints, ring: Ints, starts: Ints) -> tuple[Ints, Ints]:
    """Return the last edge and the length of the runs that begin at `heads`; a ring's last one goes around."""
    last = np.diff(ring, append=-1) != 0
    first = np.diff(ring, prepend=-1) != 0
    following = np.append(heads[1:], 0)
    sizes = starts[ring + 1] - starts[ring]
    following[last] = heads[first] + sizes[last]
    lengths = following - heads
    tails = heads + lengths - 1
    return np.where(tails >= starts[ring + 1], tails - sizes, tails), lengths


def _listed(heads: Ints, lengths: Ints, ring: Ints, starts: Ints) -> Ints:
    """Return all edges of the runs that begin at `heads`."""
    places = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    edges = np.repeat(heads, lengths) + places
    ends, sizes = starts[ring + 1], starts[ring + 1] - starts[ring]
    return np.where(edges >= np.repeat(ends, lengths), edges - np.repeat(sizes, lengths), edges)
