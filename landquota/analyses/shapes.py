"""What is known of polygons once they were seen: boxes, areas, digests of what is written; and couples compared."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from landquota.analyses.tasks import Task, done
from landquota.analyses.tiles import Unread, frame_of

if TYPE_CHECKING:
    from typing import Any

    from numpy.typing import NDArray

    from landquota.overlay import Layer

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]
    Ints = NDArray[np.int64]
    Compare = Callable[[Geometries, Geometries], NDArray[Any]]

#: Geometries are told by so many bytes of what is written of them.
_DIGEST_BYTES: Final = 16
#: So many couples are compared at a time.
_COUPLES: Final = 20_000


class Shapes(NamedTuple):
    """What is known of n polygons; what is none has NaN, no area and an empty digest.

    Attributes
    ----------
    bounds
        West, south, east, north, shape (n, 4).
    areas_m2
        Planar, measured on local coordinates, for a zone prefix costs digits; shape (n,).
    points
        A place inside each, shape (n, 2).
    vertices
        How many coordinates each has, the first again included; shape (n,).
    written
        Digests that are the same for the same ground, whatever vertex it begins with; n of them.
    """

    bounds: Floats
    areas_m2: Floats
    points: Floats
    vertices: Ints
    written: list[bytes]


def shapes_of(layer: Layer | Unread[Layer]) -> Shapes:
    """Return what is known of the polygons of a layer, read tile by tile where they are not held."""
    count = len(layer)
    shapes = Shapes(
        np.full((count, 4), np.nan),
        np.zeros(count),
        np.full((count, 2), np.nan),
        np.zeros(count, dtype=np.int64),
        [b""] * count,
    )
    for rows, found in done(_shape_tasks(layer)):
        for column, values in zip(shapes[:-1], found[:-1], strict=True):
            column[rows] = values
        for row, digest in zip(rows.tolist(), found.written, strict=True):
            shapes.written[row] = digest
    return shapes


def digests(layer: Layer | Unread[Layer], rows: Ints, change: Callable[[Geometries], Geometries]) -> list[bytes]:
    """Return digests of some of the polygons after a change of them, in the order of `rows`."""
    tasks = (
        Task(partial(_digested, places=places, change=change), (layer.only(rows[places]),))
        for places in _tiles(layer, rows)
    )
    found = dict(done(tasks))
    return [found[place] for place in range(len(rows))]


def compared(
    old: Layer | Unread[Layer], new: Layer | Unread[Layer], couples: tuple[Ints, Ints], work: Compare
) -> NDArray[Any]:
    """Return what comes of comparing couples of polygons, by rows of two layers, in their order."""
    rows, other = couples
    tasks = (
        Task(partial(_worked, places=places, work=work), (old.only(rows[places]), new.only(other[places])))
        for tile in _tiles(old, rows)
        for places in np.split(tile, np.arange(_COUPLES, len(tile), _COUPLES))
    )
    nothing = np.zeros(0, dtype=object)
    steps = [(np.zeros(0, dtype=np.int64), work(nothing, nothing)), *done(tasks)]
    places, found = (np.concatenate(columns) for columns in zip(*steps, strict=True))
    return np.asarray(found[np.argsort(places, kind="stable")])


def local(polygons: Geometries) -> Geometries:
    """Return polygons from their own south-west corners and in normal form: their shapes, wherever they lie."""
    corners = np.nan_to_num(shapely.bounds(polygons)[:, :2])
    return np.asarray(shapely.normalize(from_corners(corners, polygons)), dtype=object)


def from_corners(corners: Floats, geometries: Geometries) -> Geometries:
    """Return geometries with coordinates from a corner of their own each."""
    coordinates, owner = shapely.get_coordinates(geometries, return_index=True)
    return np.asarray(shapely.set_coordinates(geometries.copy(), coordinates - corners[owner]), dtype=object)


def written(geometries: Geometries) -> list[bytes]:
    """Return the digests of what is written of geometries, empty where there is none."""
    return [
        b"" if each is None else hashlib.blake2b(each, digest_size=_DIGEST_BYTES).digest()
        for each in shapely.to_wkb(geometries).tolist()
    ]


def _tiles(layer: Layer | Unread[Layer], rows: Ints) -> Iterator[Ints]:
    """Yield the places of rows that lie together."""
    if isinstance(layer, Unread):
        yield from layer.filed.only(rows).tiles()
    elif len(rows):
        yield np.arange(len(rows))


def _shape_tasks(layer: Layer | Unread[Layer]) -> Iterator[Task[tuple[Ints, Shapes]]]:
    """Yield a task for each tile; it gives rows and what is known of their polygons."""
    for rows in _tiles(layer, np.arange(len(frame_of(layer)))):
        yield Task(partial(_seen, rows=rows), (layer.only(rows),))


def _seen(layer: Layer, *, rows: Ints) -> Iterator[tuple[Ints, Shapes]]:
    polygons = layer.geometries
    points = np.full((len(polygons), 2), np.nan)
    there = ~shapely.is_missing(polygons)
    points[there] = shapely.get_coordinates(shapely.point_on_surface(polygons[there]))
    yield (
        rows,
        Shapes(
            np.asarray(shapely.bounds(polygons), dtype=np.float64),
            np.nan_to_num(np.asarray(shapely.area(local(polygons)), dtype=np.float64)),
            points,
            np.asarray(shapely.get_num_coordinates(polygons), dtype=np.int64),
            written(shapely.normalize(polygons)),
        ),
    )


def _digested(layer: Layer, *, places: Ints, change: Callable[[Geometries], Geometries]) -> Iterator[tuple[int, bytes]]:
    yield from zip(places.tolist(), written(change(layer.geometries)), strict=True)


def _worked(old: Layer, new: Layer, *, places: Ints, work: Compare) -> Iterator[tuple[Ints, NDArray[Any]]]:
    yield places, work(old.geometries, new.geometries)
