"""Parcels over a layer as columns: every pair that shares ground, and how each parcel is covered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from landquota.analyses.overlaid import in_order, overlaid
from landquota.analyses.tasks import Progress, Task, done, silent
from landquota.analyses.tiles import Unread, frame_of, some, unread
from landquota.overlay import Layer, Measures, Pairs, Parcels, around
from landquota.overlay.tables import Cover

if TYPE_CHECKING:
    import shapely

    from landquota.analyses.overlaid import Batch, Ints
    from landquota.findings import Finding


class Laid(NamedTuple):
    """What a single overlay of all parcels and features gives, but for pieces."""

    pairs: Pairs
    cover: Cover
    findings: tuple[Finding, ...]


class _Columns(NamedTuple):
    """The same of a batch: rows of its parcels, and pairs by rows of all parcels and features."""

    rows: Ints
    pairs: Pairs
    cover: Cover
    findings: tuple[Finding, ...]


def laid(parcels: Parcels | Unread[Parcels], layer: Layer | Unread[Layer], *, progress: Progress = silent) -> Laid:
    """Lay parcels over a layer.

    Raises
    ------
    NotConserved
        As :func:`landquota.overlay.overlay`.
    """
    found = list(overlaid(parcels, layer, _columns, progress=progress))
    pairs = _joined([each.pairs for each in found])
    cover = Cover(*(np.zeros(len(parcels)) for _ in Cover.__slots__))
    for each in found:
        for name in Cover.__slots__:
            getattr(cover, name)[each.rows] = getattr(each.cover, name)
    findings = in_order((one for each in found for one in each.findings), frame_of(parcels).ids)
    return Laid(pairs, cover, tuple(findings))


def as_parcels(layer: Layer | Unread[Layer]) -> Parcels | Unread[Parcels]:
    """Return the features of a layer as what is measured."""
    frame = frame_of(layer)
    return unread(
        Parcels(frame.ids, frame.geometries, file=frame.file), layer.filed if isinstance(layer, Unread) else None
    )


def as_layer(parcels: Parcels | Unread[Parcels], name: str, *, sliver_m2: float) -> Layer | Unread[Layer]:
    """Return parcels as what others are measured against: all there is."""
    frame = frame_of(parcels)
    west, south, _, _ = np.floor(around(frame.boxes)).tolist()
    layer = Layer(
        name,
        frame.ids,
        frame.geometries,
        complete=True,
        sliver_m2=sliver_m2,
        file=frame.file,
        corner=(west, south),
    )
    return unread(layer, parcels.filed if isinstance(parcels, Unread) else None)


def in_frame(layer: Layer | Unread[Layer], *, corner: tuple[float, float]) -> Layer | Unread[Layer]:
    """Return a layer of which coordinates are counted from a corner."""
    return unread(replace(frame_of(layer), corner=corner), layer.filed if isinstance(layer, Unread) else None)


def measured(parcels: Parcels | Unread[Parcels]) -> Parcels | Unread[Parcels]:
    """Return parcels of which areas and boxes in the plane are known, whether or not they are held."""
    if not isinstance(parcels, Unread):
        return parcels
    areas_m2, boxes = np.zeros(len(parcels)), np.full((len(parcels), 4), np.nan)
    tasks = (Task(partial(_seen, rows=rows), (parcels.only(rows),)) for rows in parcels.filed.tiles())
    for rows, seen in done(tasks):
        areas_m2[rows], boxes[rows] = seen
    return replace(parcels, frame=replace(parcels.frame, measures=Measures(areas_m2, boxes)))


def polygons_of(parcels: Parcels | Unread[Parcels], *, most: int) -> dict[int, shapely.Geometry]:
    """Return the first polygons of parcels that are :func:`measured`, by their rows."""
    rows = np.flatnonzero(~np.isnan(frame_of(parcels).boxes[:, 0]))[:most]
    return dict(zip(rows.tolist(), some(parcels, rows).geometries, strict=True))


def _seen(parcels: Parcels, *, rows: Ints) -> Iterator[tuple[Ints, Measures]]:
    yield rows, Measures(parcels.areas_m2, parcels.boxes)


def _columns(batch: Batch) -> _Columns:
    found = batch.found
    pairs = replace(found.pairs, parcel=batch.rows[found.pairs.parcel], feature=batch.features[found.pairs.feature])
    return _Columns(batch.rows, pairs, found.cover, found.findings)


def _joined(several: list[Pairs]) -> Pairs:
    """Return pairs together, ordered by parcel and feature."""
    none = np.zeros(0, dtype=np.int64)
    blank = Pairs(none, none, none.astype(np.float64), none.astype(np.float64), none)
    columns = [np.concatenate([getattr(each, name) for each in (blank, *several)]) for name in Pairs.__slots__]
    order = np.lexsort((columns[1], columns[0]))
    return Pairs(*(column[order] for column in columns))
