"""Parcels laid over a layer in batches, so that people see how far it is and can stop it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from landquota.overlay import Layer, Overlay, Parcels, overlay

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BATCH: Final = 5_000

Progress = Callable[[int, int], None]


def overlaid(
    parcels: Parcels, layer: Layer, *, pieces: bool = False, progress: Progress | None = None
) -> Iterator[tuple[NDArray[np.intp], Overlay]]:
    """Yield the rows of each batch of parcels with their overlay; see :func:`landquota.overlay.overlay`.

    Parameters
    ----------
    parcels, layer, pieces
        As there.
    progress
        Told how many parcels are done, of how many.
    """
    prepared, count = layer.prepared(), len(parcels)
    for start in range(0, count, _BATCH):
        if progress is not None:
            progress(start, count)
        rows = np.arange(start, min(start + _BATCH, count))
        yield rows, overlay(parcels if len(rows) == count else parcels.only(rows), prepared, pieces=pieces)
    if progress is not None:
        progress(count, count)
