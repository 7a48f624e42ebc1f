"""The areas of many pairs, by machine code in threads or by arrays: the same whichever it is."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import numpy as np

from landquota.overlay import area_arrays

if TYPE_CHECKING:
    from landquota.overlay.area_kernel import Words
    from landquota.overlay.compiled import Loops
    from landquota.overlay.edges import Edges
    from landquota.overlay.tables import Floats, Ints

#: Pairs that a thread has to have to pay for being started.
_PAIRS_A_THREAD: Final = 4_000


def pair_areas(mine: Edges, theirs: Edges, parcel: Ints, feature: Ints, loops: Loops | None) -> tuple[Floats, Words]:
    """Return the area that each parcel and feature have in common, m², and the number of the feature's chain.

    Parameters
    ----------
    mine, theirs
        The edges of the parcels and of the features.
    parcel, feature
        Shape (pairs,); rows whose boxes meet, ordered by parcel.
    loops
        The machine code, if it is to be used.
    """
    chains = np.zeros(len(parcel), dtype=np.uint64)
    if loops is None:
        return area_arrays.pair_areas(mine, theirs, parcel, feature, chains), chains
    threads = min(len(parcel) // _PAIRS_A_THREAD, os.cpu_count() or 1)
    if threads <= 1:
        return loops.pair_areas(mine, theirs, parcel, feature, chains), chains
    areas_m2 = np.empty(len(parcel))

    def measure(part: slice) -> None:
        areas_m2[part] = loops.pair_areas(mine, theirs, parcel[part], feature[part], chains[part])

    ends = np.linspace(0, len(parcel), 4 * threads + 1).astype(np.int64).tolist()
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(measure, map(slice, ends[:-1], ends[1:])))
    return areas_m2, chains


def chained(chains: Words, parcel: Ints, count: int) -> Words:
    """Return the sum of the chains' numbers for each parcel, modulo 2⁶⁴; pairs are ordered by parcel."""
    total = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(chains, dtype=np.uint64)])
    ends = np.searchsorted(parcel, np.arange(count + 1))
    return np.asarray(total[ends[1:]] - total[ends[:-1]], dtype=np.uint64)
