"""Large layers as a block: every ring comes back, every shared boundary is stored once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from mosaic_reader import Reader, Ring
from shapely import MultiPolygon, Polygon, box

from landquota.maps.mosaic.block import pack
from landquota.maps.mosaic.grid import BITS, hilbert, quantise
from landquota.maps.mosaic.outlines import outlines
from landquota.maps.mosaic.rings import curve_order, flatten

Shape = Polygon | MultiPolygon
STEP = 360 / (1 << BITS)
WEST, SOUTH = 121.41, 30.17


def at(x: float, y: float) -> tuple[float, float]:
    """Return a place by steps of the grid from a corner of the county (as a latitude, roughly)."""
    return WEST + x * STEP, SOUTH + y * STEP


def shape(ring: list[tuple[float, float]], *holes: list[tuple[float, float]]) -> Polygon:
    return Polygon([at(*point) for point in ring], [[at(*point) for point in hole] for hole in holes])


def written(shapes: Sequence[Shape]) -> Reader:
    return Reader.of(pack({}, outlines(flatten(np.array(shapes, dtype=object)))))


def from_the_least(ring: Ring) -> Ring:
    """Return a ring as it is read from the one of its rotations that sorts first."""
    least = min(ring)
    return min(ring[start:] + ring[:start] for start, point in enumerate(ring) if point == least)


def expected(one: Shape) -> list[tuple[bool, Ring]]:
    """Return the rings of a shape on the grid, point by point."""
    rings = []
    for part in getattr(one, "geoms", [one]):
        for number, ring in enumerate([part.exterior, *part.interiors] if not part.is_empty else []):
            points = [(int(x), int(y)) for x, y in quantise(np.array(ring.coords))]
            kept = [b for a, b in pairwise([points[-1], *points]) if a != b] or points[:1]
            rings.append((number > 0, from_the_least(kept)))
    return rings


def check(shapes: Sequence[Shape]) -> Reader:
    reader = written(shapes)
    found = [[(hole, from_the_least(ring)) for hole, ring in rings] for rings in reader.features()]
    assert found == [expected(one) for one in shapes]
    return reader


SQUARE = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0)]
HOLE = [(20.0, 20.0), (60.0, 20.0), (60.0, 60.0), (20.0, 60.0)]
SITUATIONS: dict[str, tuple[list[Shape], int]] = {
    "nothing": ([], 0),
    "one": ([shape(SQUARE)], 1),
    "empty": ([Polygon(), MultiPolygon(), shape(SQUARE)], 1),
    "hole": ([shape(SQUARE, HOLE)], 2),
    "island in the hole": ([shape(SQUARE, HOLE), shape(HOLE)], 2),
    "island that begins elsewhere": ([shape(SQUARE, HOLE), shape(HOLE[2:] + HOLE[:2])], 2),
    "island before its hole": ([shape(HOLE[::-1]), shape(SQUARE, HOLE)], 2),
    "duplicates": ([shape(SQUARE)] * 3, 1),
    "a duplicate that runs backward": ([shape(SQUARE), shape(SQUARE[::-1])], 1),
    "neighbours": ([box(*at(0, 0), *at(50, 100)), box(*at(50, 0), *at(100, 100))], 3),
    "two parts that touch": ([MultiPolygon([box(*at(0, 0), *at(5, 5)), box(*at(5, 5), *at(9, 9))])], 2),
    "a point on the grid": ([shape([(0, 0), (0.1, 0), (0.1, 0.1)]), shape(SQUARE)], 2),
    "a line on the grid": ([shape([(0, 0), (9, 0.1), (0, 0.2)])], 1),
    "a line as a neighbour": ([shape([(0, 0), (100, 0), (0, 0.2)]), shape(SQUARE)], 2),
}


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_ring_comes_back_and_what_is_shared_is_stored_once(name: str) -> None:
    shapes, arcs = SITUATIONS[name]
    assert len(check(shapes).sections["lengths"]) == arcs


def grid_of_cells(columns: int, rows: int, draw: np.random.Generator) -> list[Polygon]:
    """Return cells with shaken corners and a bend in every side, which neighbours share."""
    corners = np.stack(np.meshgrid(np.arange(columns + 1.0), np.arange(rows + 1.0)), axis=-1) * 40
    corners += draw.integers(-9, 10, corners.shape)
    across = (corners[:, 1:] + corners[:, :-1]) / 2 + draw.integers(-4, 5, corners[:, 1:].shape)
    down = (corners[1:] + corners[:-1]) / 2 + draw.integers(-4, 5, corners[1:].shape)
    cells: list[Polygon] = []
    for row in range(rows):
        for column in range(columns):
            west, south = corners[row, column], across[row, column]
            east, north = corners[row + 1, column + 1], across[row + 1, column]
            ring = [west, south, corners[row, column + 1], down[row, column + 1]]
            ring += [east, north, corners[row + 1, column], down[row, column]]
            turn = int(draw.integers(0, len(ring)))
            points = [(float(x), float(y)) for x, y in ring[turn:] + ring[:turn]]
            cells.append(shape(points[:: int(draw.choice([1, -1]))]))
    return cells


def test_every_edge_of_a_coverage_is_stored_once() -> None:
    cells = grid_of_cells(12, 9, np.random.default_rng(20210623))
    moves = check(cells).sections["movesX"]
    assert len(moves) == 2 * (12 * 10 + 9 * 13)


def test_a_layer_taken_in_pieces_is_the_same_block(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = np.array([*SITUATIONS["empty"][0], *grid_of_cells(12, 9, np.random.default_rng(4096))], dtype=object)
    whole = pack({}, outlines(flatten(shapes)))
    monkeypatch.setattr("landquota.maps.mosaic.rings._AT_A_TIME", 5)
    monkeypatch.setattr("landquota.maps.mosaic.block._AT_A_TIME", 7)
    assert pack({}, outlines(flatten(shapes))) == whole


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 5))
def test_any_selection_of_cells_comes_back(seed: int, columns: int, rows: int) -> None:
    draw = np.random.default_rng(seed)
    cells = grid_of_cells(columns, rows, draw)
    chosen = [cells[index] for index in draw.integers(0, len(cells), int(draw.integers(1, 2 * len(cells) + 1)))]
    merged = shapely.union_all(chosen)
    with_islands = [*chosen, *([merged] if isinstance(merged, Polygon | MultiPolygon) else [])]
    check(with_islands)


corner = st.tuples(st.integers(0, 4), st.integers(0, 4)).map(lambda point: (float(point[0]), float(point[1])))
#: On so small a grid rings touch, cross, double back on themselves and collapse.
ring = st.lists(corner, min_size=3, max_size=9)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.lists(ring, min_size=1, max_size=3), min_size=1, max_size=5))
def test_any_rings_come_back_valid_or_not(drawn: list[list[list[tuple[float, float]]]]) -> None:
    check([shape(*rings) for rings in drawn])


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-85, 85)), min_size=1, max_size=20))
def test_the_grid_is_a_seventh_of_a_metre_fine(places: list[tuple[float, float]]) -> None:
    steps = quantise(np.array(places))
    longitude = steps[:, 0] * STEP - 180
    latitude = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * steps[:, 1] / (1 << BITS)))))
    away: Any = np.abs(np.stack((longitude, latitude), axis=-1) - np.array(places))
    assert away.max() <= STEP


def test_the_curve_is_one_of_steps_to_neighbours() -> None:
    size = 1 << 5
    steps = np.stack(np.meshgrid(np.arange(size), np.arange(size)), axis=-1).reshape(-1, 2)
    along = hilbert(steps << (BITS - 16))
    path = steps[np.argsort(along)]
    assert len(np.unique(along)) == size * size
    assert set(np.abs(np.diff(path, axis=0)).sum(axis=-1).tolist()) == {1}


def test_features_lie_along_the_curve_and_those_without_a_place_come_first() -> None:
    shapes = np.array([box(*at(x, 0), *at(x + 9, 9)) for x in range(0, 4000, 400)] + [Polygon()], dtype=object)
    order = curve_order(shapes)
    assert order[0] == len(shapes) - 1
    assert sorted(order.tolist()) == list(range(len(shapes)))
