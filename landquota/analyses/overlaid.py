"""Parcels laid over a layer in batches, so that people see how far it is and can stop it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from landquota.analyses import tiles
from landquota.overlay import Layer, Overlay, Parcels, overlay, partitions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.analyses.tiles import Tiles

_BATCH: Final = 5_000

Progress = Callable[[int, int], None]


class Batch(NamedTuple):
    """Parcels by their rows, what was found of them, and the row in the whole layer of each feature that was there."""

    rows: NDArray[np.intp]
    found: Overlay
    features: NDArray[np.int64]


def overlaid(
    parcels: Parcels, layer: Layer | Tiles, *, pieces: bool = False, progress: Progress | None = None
) -> Iterator[Batch]:
    """Yield the overlay of each batch of parcels, each parcel once; see :func:`landquota.overlay.overlay`.

    Over tiles the batches are not in the order of the parcels.

    Parameters
    ----------
    parcels, layer, pieces
        As there; of tiles only what lies near some parcels is read at a time.
    progress
        Told how many parcels are done, of how many.
    """
    done, count = 0, len(parcels)
    for rows, near, features in _parts(parcels, layer):
        prepared = near.prepared()
        for start in range(0, len(rows), _BATCH):
            if progress is not None:
                progress(done, count)
            some = rows[start : start + _BATCH]
            yield Batch(
                some, overlay(parcels if len(some) == count else parcels.only(some), prepared, pieces=pieces), features
            )
            done += len(some)
    if progress is not None:
        progress(count, count)


def _parts(parcels: Parcels, layer: Layer | Tiles) -> Iterator[tuple[NDArray[np.intp], Layer, NDArray[np.int64]]]:
    """Yield rows of parcels, what of the layer they can meet, and its rows: all at once, or tile by tile."""
    if isinstance(layer, Layer):
        yield np.arange(len(parcels)), layer, np.arange(len(layer))
        return
    for partition in partitions(parcels, tile_m=tiles.TILE_M):
        # in ascending order, as in a single run
        yield np.sort(partition.rows), *layer.near(partition.bounds)
