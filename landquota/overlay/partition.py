"""Layers larger than memory: parcels taken tile by tile, each over what of the layer lies near it.

A parcel is measured once, in one partition, over every feature that it meets: a patch across the
border of two tiles counts once for each parcel, and the rows are those of a single run, to the
unit.  Partitions know nothing of each other, so they may as well run on different machines::

    for partition in partitions(parcels, tile_m=20_000):
        found = overlay(parcels.only(partition.rows), read(partition.bounds))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from landquota.overlay.layer import Layer
from landquota.overlay.overlaying import overlay
from landquota.overlay.parcels import Parcels
from landquota.overlay.result import Overlay

if TYPE_CHECKING:
    from landquota.overlay.tables import Bools, Ints

#: West, south, east, north, in the parcels' reference system.
Bounds = tuple[float, float, float, float]


class Partition(NamedTuple):
    """Parcels that are measured together, and the box around them."""

    rows: Ints
    bounds: Bounds


def partitions(parcels: Parcels, *, tile_m: float) -> Iterator[Partition]:
    """Yield the parcels by the tile in which their middle lies, each parcel once.

    Parameters
    ----------
    parcels
        All parcels.
    tile_m
        How wide and high a tile is.
    """
    boxes = np.nan_to_num(shapely.bounds(parcels.geometries))
    tiles = np.floor((boxes[:, :2] + boxes[:, 2:]) / 2 / tile_m).astype(np.int64)
    _, tile = np.unique(tiles, axis=0, return_inverse=True)
    order = np.argsort(tile, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(tile[order])) + 1):
        if len(rows):
            west, south = boxes[rows, :2].min(axis=0).tolist()
            east, north = boxes[rows, 2:].max(axis=0).tolist()
            yield Partition(rows, (west, south, east, north))


def overlays(
    parcels: Parcels, read: Callable[[Bounds], Layer], *, tile_m: float, pieces: bool = False
) -> Iterator[Overlay]:
    """Yield what :func:`overlay` finds, partition by partition.

    Parameters
    ----------
    parcels
        All parcels.
    read
        Returns the layer with at least those features whose boxes meet the given one, always in
        the same order.
    tile_m, pieces
        As for :func:`partitions` and :func:`overlay`.

    Raises
    ------
    NotConserved
        As :func:`overlay`, when its partition is reached.
    """
    for partition in partitions(parcels, tile_m=tile_m):
        yield overlay(parcels.only(partition.rows), read(partition.bounds), pieces=pieces)


def near(parcels: Parcels, layers: Iterable[Layer]) -> Layer:
    """Return the features of several parts of one layer that are near parcels, each once.

    For files that are read from one end to the other, row group by row group: no more is held
    than what parcels can meet.

    Parameters
    ----------
    parcels
        What the features have to be near.
    layers
        The layer in parts, one after the other, which agree in all but their features; a
        feature may come in several.

    Raises
    ------
    ValueError
        There is no part.
    """
    tree = shapely.STRtree(parcels.geometries)
    seen: set[str] = set()
    kept: list[Layer] = []
    for layer in layers:
        met = _met(tree, layer)
        fresh = [row for row in np.flatnonzero(met).tolist() if layer.ids[row] not in seen]
        kept.append(layer.only(np.array(fresh, dtype=np.int64)))
        seen.update(kept[-1].ids)
    if not kept:
        raise ValueError("a layer has at least one part")
    return Layer.joined(kept)


def _met(tree: shapely.STRtree, layer: Layer) -> Bools:
    """Return which features have a box that meets one of the tree."""
    met = np.zeros(len(layer), dtype=bool)
    met[tree.query(layer.geometries)[0]] = True
    return met
