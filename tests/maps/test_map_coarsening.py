"""Coarsened polygons: nothing finer than the grid, shared edges still shared, and what vanished is counted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from landquota.maps.coarsening import coarsened

GRID_M = 50.0


def coverage(side: int, size_m: float, *, bends: int, seed: int) -> Any:
    """Return side x side cells whose crooked edges are shared to the last bit."""
    draw = np.random.default_rng(seed)
    corners = np.stack(np.meshgrid(np.arange(side + 1), np.arange(side + 1), indexing="ij"), -1) * size_m
    corners = corners + draw.uniform(-0.2, 0.2, corners.shape) * size_m
    share = (np.arange(1, bends + 1) / (bends + 1))[:, None]

    def edge(start: Any, end: Any) -> Any:
        return start * (1 - share) + end * share + draw.normal(0, size_m / 40, (bends, 2))

    cells = range(side)
    east = [[edge(corners[i, j], corners[i + 1, j]) for j in range(side + 1)] for i in cells]
    north = [[edge(corners[i, j], corners[i, j + 1]) for j in cells] for i in range(side + 1)]

    def cell(i: int, j: int) -> Polygon:
        sides = (
            (corners[i, j], east[i][j]),
            (corners[i + 1, j], north[i + 1][j]),
            (corners[i + 1, j + 1], east[i][j + 1][::-1]),
            (corners[i, j + 1], north[i][j][::-1]),
        )
        return Polygon(np.concatenate([np.vstack([corner, inner]) for corner, inner in sides]))

    return np.array([cell(i, j) for i in cells for j in cells], dtype=object)


def test_neighbours_stay_neighbours_with_fewer_vertices_on_the_grid() -> None:
    cells = coverage(12, 400, bends=6, seed=3)
    assert shapely.coverage_is_valid(cells)
    coarse = coarsened(cells, precision_m=GRID_M)
    left = np.array(coarse.shapes, dtype=object)
    assert (coarse.vanished, coarse.vanished_rings) == (0, 0)
    assert shapely.coverage_is_valid(left)
    assert shapely.area(left).sum() == shapely.area(shapely.union_all(left))
    assert np.abs(shapely.get_coordinates(left) % GRID_M).max() == 0
    assert shapely.get_num_coordinates(left).sum() < shapely.get_num_coordinates(cells).sum() / 2
    assert shapely.area(left).sum() == pytest.approx(shapely.area(cells).sum(), rel=0.01)


def test_what_is_smaller_than_the_grid_is_gone_and_counted() -> None:
    hole = Polygon(box(0, 0, 900, 900).exterior, [box(402, 402, 418, 418).exterior])
    parts = MultiPolygon([box(2000, 0, 2500, 500), box(3010, 10, 3015, 15)])
    coarse = coarsened(np.array([box(5001, 1, 5009, 9), hole, parts, Polygon()], dtype=object), precision_m=GRID_M)
    gone, whole, one, nothing = coarse.shapes
    assert gone is nothing is None
    assert len(whole.interiors) == 0
    assert one.equals(box(2000, 0, 2500, 500))
    assert (coarse.vanished, coarse.vanished_rings) == (1, 2)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.tuples(st.integers(-300, 300), st.integers(-300, 300)), min_size=3, max_size=9), max_size=5)
)
def test_any_rings_come_out_as_valid_polygons_on_the_grid_or_as_nothing(rings: list[list[tuple[int, int]]]) -> None:
    shapes = np.array([Polygon(ring) for ring in rings], dtype=object)
    coarse = coarsened(shapes, precision_m=GRID_M)
    assert len(coarse.shapes) == len(rings)
    left = np.array([shape for shape in coarse.shapes if shape is not None], dtype=object)
    assert np.all(shapely.is_valid(left))
    assert np.all(shapely.area(left) > 0)
    assert np.all(shapely.get_coordinates(left) % GRID_M == 0)


def test_nothing_at_all_is_nothing() -> None:
    assert coarsened(np.array([], dtype=object), precision_m=GRID_M).shapes == []
