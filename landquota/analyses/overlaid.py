"""Parcels laid over a layer, at once or tile by tile, in batches, so that people see how far it is and can stop it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

import numpy as np

from landquota.analyses import tiles
from landquota.analyses.tasks import Progress, Task, done, silent
from landquota.analyses.tiles import Unread
from landquota.overlay import Layer, Overlay, Parcels, meeting, overlay, tiled
from landquota.overlay.partition import around

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.findings import Finding
    from landquota.overlay.partition import Bounds

    Ints = NDArray[np.int64]

_BATCH: Final = 5_000

R = TypeVar("R")


class Batch(NamedTuple):
    """Parcels by their rows, what was found of them, and the row in the whole layer of each feature that was there.

    `beside` is what else is known of these features, by their place among them.
    """

    rows: Ints
    found: Overlay
    features: Ints
    beside: Mapping[int, Any]


def overlaid(
    parcels: Parcels | Unread[Parcels],
    layer: Layer | Unread[Layer],
    made: Callable[[Batch], R],
    *,
    pieces: bool = False,
    beside: Mapping[int, Any] | None = None,
    progress: Progress = silent,
) -> Iterator[R]:
    """Yield what is made of the overlay of each batch of parcels, each parcel once.

    Over tiles the batches are not in the order of the parcels.

    Parameters
    ----------
    parcels, layer, pieces
        As :func:`landquota.overlay.overlay` takes them; of large ones only what lies together is
        read at a time.
    made
        Makes what is wanted of a batch, where the batch is.
    beside
        What else is known of features, by row of the layer.
    progress
        Told how many parcels are done, of how many.
    """
    so_far, count = 0, len(parcels)
    progress(so_far, count)
    for measured, result in done(_tasks(parcels, layer, made, pieces=pieces, beside=beside)):
        yield result
        so_far += measured
        progress(so_far, count)


def _tasks(
    parcels: Parcels | Unread[Parcels],
    layer: Layer | Unread[Layer],
    made: Callable[[Batch], R],
    *,
    pieces: bool,
    beside: Mapping[int, Any] | None,
) -> Iterator[Task[tuple[int, R]]]:
    """Yield the tasks: one where both are held, else one for each tile with parcels.

    Each yields how many parcels it has measured, and what was made of them.
    """
    if not isinstance(parcels, Unread) and not isinstance(layer, Unread):
        rows, features = np.arange(len(parcels)), np.arange(len(layer))
        yield Task(_work(made, rows, features, beside or {}, pieces=pieces), (parcels, layer))
        return
    for rows, bounds in _tiles(parcels):
        features = layer.filed.near(bounds) if isinstance(layer, Unread) else meeting(layer.boxes, bounds)
        known = {} if not beside else {at: beside[row] for at, row in enumerate(features.tolist()) if row in beside}
        work = _work(made, rows, features, known, pieces=pieces)
        yield Task(work, (parcels.only(rows), layer.only(features)))


def in_order(findings: Iterable[Finding], ids: Sequence[str]) -> list[Finding]:
    """Return findings on parcels by their codes, and in the order of the parcels."""
    order = {parcel: row for row, parcel in enumerate(ids)}
    return sorted(findings, key=lambda each: (each.code, order.get(each.place.feature or "", 0)))


def never_empty(layer: Layer) -> Layer:
    """Return the layer, and one feature without ground for one without features: the engine needs one."""
    if len(layer):
        return layer
    nothing = np.array([None], dtype=object)
    return Layer(
        layer.name,
        ("",),
        nothing,
        coverage=layer.coverage,
        complete=layer.complete,
        sliver_m2=layer.sliver_m2,
        file=layer.file,
        corner=layer.corner,
    )


def _tiles(parcels: Parcels | Unread[Parcels]) -> Iterator[tuple[Ints, Bounds]]:
    """Yield the rows of the parcels of each tile, and a box around them in the plane."""
    if isinstance(parcels, Unread):
        for rows in parcels.filed.tiles():
            yield rows, parcels.filed.only(rows).around()
    else:
        for rows in tiled(parcels.boxes, tiles.TILE_M):
            yield rows, around(parcels.boxes[rows])


def _work(
    made: Callable[[Batch], R], rows: Ints, features: Ints, beside: Mapping[int, Any], *, pieces: bool
) -> partial[Iterator[tuple[int, R]]]:
    return partial(_measured, made=made, rows=rows, features=features, beside=beside, pieces=pieces)


def _measured(
    parcels: Parcels,
    layer: Layer,
    *,
    made: Callable[[Batch], R],
    rows: Ints,
    features: Ints,
    beside: Mapping[int, Any],
    pieces: bool,
) -> Iterator[tuple[int, R]]:
    """Yield the number of parcels of each batch, and what is made of them."""
    prepared = never_empty(layer).prepared()
    for start in range(0, len(rows), _BATCH):
        place = np.arange(start, min(start + _BATCH, len(rows)))
        mine = parcels if len(place) == len(parcels) else parcels.only(place)
        yield len(place), made(Batch(rows[place], overlay(mine, prepared, pieces=pieces), features, beside))
