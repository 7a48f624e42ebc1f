"""Geometry as sections of a block: rings as uses of arcs, arcs as steps from point to point."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from landquota.maps.mosaic.arcs import share
from landquota.maps.mosaic.block import Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from landquota.maps.mosaic.arcs import Uses
    from landquota.maps.mosaic.rings import Rings

    Bools = NDArray[np.bool_]
    Ints = NDArray[np.int64]


def outlines(rings: Rings) -> Iterator[Section]:
    """Yield the sections from which a page rebuilds `rings`.

    A use of an arc that was used before says how many arcs ago it was stored (twice, plus one if
    it runs as it did then); 0 is the next arc.  A new arc begins where the ring has come to; only
    one that begins its ring says where, as steps from the last one that did.
    """
    uses = share(rings)
    new = np.zeros(len(uses.arcs), dtype=bool)
    new[uses.first] = True
    begins = _begins_ring(uses)[uses.first]
    heads = rings.points[uses.edges[np.cumsum(uses.lengths) - uses.lengths][begins]]
    moves = _moves(rings)[uses.edges]
    yield Section("rings", "counts", rings.counts)
    yield Section("holes", "counts", rings.holes.astype(np.int64))
    yield Section("uses", "counts", uses.counts)
    yield Section("tokens", "counts", _tokens(uses, new))
    yield Section("lengths", "counts", uses.lengths)
    yield Section("startsX", "steps", heads[:, 0])
    yield Section("startsY", "steps", heads[:, 1])
    yield Section("movesX", "signed", moves[:, 0])
    yield Section("movesY", "signed", moves[:, 1])


def _begins_ring(uses: Uses) -> Bools:
    begins = np.zeros(len(uses.arcs), dtype=bool)
    begins[np.cumsum(uses.counts) - uses.counts] = True
    return begins


def _tokens(uses: Uses, new: Bools) -> Ints:
    stored = np.cumsum(new)
    ago = ((stored - uses.arcs) << 1) | ~uses.backward
    return np.where(new, 0, ago)


def _moves(rings: Rings) -> Ints:
    """Return the step from each point to the next one of its ring."""
    moves = np.diff(rings.points, axis=0, append=rings.points[-1:])
    moves[rings.starts[1:] - 1] = rings.points[rings.starts[:-1]] - rings.points[rings.starts[1:] - 1]
    return moves
