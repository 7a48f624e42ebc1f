"""The loops of the kernels as machine code, where numba is installed and something keeps the code."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from landquota.machine_code import machine_code
from landquota.overlay import area_kernel, cover_kernel
from landquota.overlay.edges import Edges, outline_loop

if TYPE_CHECKING:
    from collections.abc import Callable

    from landquota.machine_code import Compile, Register
    from landquota.overlay.area_kernel import Words
    from landquota.overlay.edges import Outlined
    from landquota.overlay.tables import Floats, Ints

    PairAreas = Callable[[Edges, Edges, Ints, Ints, Words], Floats]
    Coverings = Callable[[Edges, Edges, Edges, Ints, Ints, Ints, bool], Floats]

#: From so many blocks of edges loading the loops, 0.3 s, costs less than it saves.
COMPILED_FROM_BLOCKS: Final = 10_000
#: The functions that the loops are made of.
_PARTS: Final = (
    *(area_kernel.beside, area_kernel.most, area_kernel.roomy, area_kernel.hashed, area_kernel.written),
    *(area_kernel.level, area_kernel.clipped, area_kernel.segments, area_kernel.ascending),
    *(area_kernel.crossed, area_kernel.common, area_kernel.chain),
    *(cover_kernel.cancelled, cover_kernel.crossings, cover_kernel.going, cover_kernel.stacked),
    *(cover_kernel.descended, cover_kernel.walked, cover_kernel.added),
)


class Loops(NamedTuple):
    """The compiled loops; they start no threads, and hold no lock while they run, so that threads may run them."""

    outlines: Outlined
    pair_areas: PairAreas
    coverings: Coverings


def loops_for(blocks: int) -> Loops | None:
    """Return the loops if they pay for so many blocks of edges, or are loaded already."""
    return loops() if blocks >= COMPILED_FROM_BLOCKS or loops.cache_info().currsize else None


@cache
def loops() -> Loops | None:
    """Return the loops as machine code, or None where that cannot be had.

    The first compilation on a machine takes about ten seconds.
    """
    return machine_code(_built)


def _built(compiled: Compile, register: Register) -> Loops:
    """Run every loop on nothing: compiled once for good, since all arrays are always of the same types."""
    for part in _PARTS:
        register(part)
    made = Loops(compiled(outline_loop), compiled(area_kernel.pair_areas), compiled(cover_kernel.coverings))
    none = np.zeros(0, dtype=np.int64)
    edges = Edges.of(np.empty(0, dtype=object), made.outlines)
    made.pair_areas(edges, edges, none, none, np.zeros(0, dtype=np.uint64))
    made.coverings(edges, edges, edges, none, np.zeros(1, dtype=np.int64), none, False)
    return made
