"""Boundaries stored once: rings as runs of edges that the same rings share from end to end.

An edge is known by its two points.  The first of all equal edges owns them; a run of edges is an
arc as long as all users of its edges go on together.  That holds for any number of users: for
neighbours, for an island in a hole, and for the same parcel drawn three times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from landquota.maps.mosaic.grid import BITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.maps.mosaic.rings import Rings

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]


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

    before: Ints
    after: Ints
    owner: Ints
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
    after = np.arange(1, len(rings.points) + 1)
    after[ends] = starts
    before = np.arange(-1, len(rings.points) - 1)
    before[starts] = ends
    _, point = np.unique((rings.points[:, 0] << BITS) | rings.points[:, 1], return_inverse=True)
    low, high = np.minimum(point, point[after]), np.maximum(point, point[after])
    _, owners, edge = np.unique(low * len(point) + high, return_index=True, return_inverse=True)
    owner = owners[edge]
    return _Edges(before, after, owner, point == point[owner])


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
