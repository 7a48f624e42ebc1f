"""Coverages: a clean one gives no finding, and a defect exactly the finding that it is."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from landquota.findings import Finding, Place
from landquota.topology import coverage, duplicates, gaps, overlaps, shapes

EAST, NORTH = 40_622_000.0, 3_341_000.0
ORIGIN = np.array([EAST, NORTH])
CELL_M = 50.0
#: Vertices of a side of a cell, without the one at its end.
SIDE = 4


class Tessellation:
    """Rows × columns of cells of about 50 m, whose common sides have common vertices; made up from a seed."""

    def __init__(self, seed: int, rows: int = 9, columns: int = 9) -> None:
        self.random = np.random.default_rng(seed)
        self.shape = rows, columns
        nodes = np.stack(np.meshgrid(np.arange(columns + 1.0), np.arange(rows + 1.0)), axis=-1) * CELL_M
        nodes = np.round(nodes + self.random.uniform(-12, 12, nodes.shape) + (EAST, NORTH), 4)
        across = self._sides(nodes[:, :-1], nodes[:, 1:])
        up = self._sides(nodes[:-1], nodes[1:])
        rings = [across[:-1], up[:, 1:], across[1:, :, ::-1], up[:, :-1, ::-1]]
        self.cells = np.concatenate([side[..., :-1, :] for side in rings], axis=-2).reshape(rows * columns, -1, 2)

    def _sides(self, start: Any, end: Any) -> Any:
        """Return sides of SIDE + 1 vertices, bent in the middle."""
        steps = np.linspace(0, 1, SIDE + 1)[:, np.newaxis]
        sides = start[..., np.newaxis, :] * (1 - steps) + end[..., np.newaxis, :] * steps
        sides[..., 1:-1, :] += self.random.uniform(-1, 1, sides[..., 1:-1, :].shape)
        return np.round(sides, 4)

    def polygons(self) -> list[Polygon]:
        """Return the cells, each from some vertex on and in some direction."""
        found = []
        for cell in self.cells:
            turned = np.roll(cell, self.random.integers(len(cell)), axis=0)
            found.append(Polygon(turned[:: self.random.choice([1, -1])]))
        return found

    def inner(self) -> int:
        """Return the number of some cell that does not lie at the rim."""
        rows, columns = self.shape
        row, column = self.random.integers(1, rows - 1), self.random.integers(1, columns - 1)
        return int(row * columns + column)


def frame(polygons: list[Any], crs: int | None = 4528) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame({"id": [f"P{i}" for i in range(len(polygons))]}, geometry=polygons, crs=crs)


def at(*polygons: Any) -> geopandas.GeoDataFrame:
    """Return a layer of polygons that are given in metres from (EAST, NORTH)."""
    return frame([shapely.transform(polygon, lambda xy: xy + ORIGIN) for polygon in polygons])


def everything(layer: geopandas.GeoDataFrame) -> list[Finding]:
    return coverage(layer, id_column="id", overlap_m2=0.01, gap_m2=0.01) + shapes(layer, id_column="id")


def point(finding: Finding) -> shapely.Point:
    assert finding.place.x is not None
    assert finding.place.y is not None
    return shapely.Point(finding.place.x, finding.place.y)


def brief(findings: list[Finding]) -> list[tuple[object, ...]]:
    return [(f.code, f.params.get("first"), f.params.get("second"), f.params["m2"]) for f in findings]


seeds = st.integers(0, 2**32)


@settings(deadline=None, max_examples=40)
@given(seeds, st.data())
def test_a_clean_coverage_gives_no_finding(seed: int, data: st.DataObject) -> None:
    polygons = Tessellation(seed, data.draw(st.integers(1, 9)), data.draw(st.integers(1, 9))).polygons()
    assert everything(frame(polygons)) == []
    merged = data.draw(st.sets(st.integers(0, len(polygons) - 1), max_size=40))
    union = shapely.coverage_union_all([polygons[i] for i in merged])  # of several parts, with islands
    rest = [polygon for i, polygon in enumerate(polygons) if i not in merged]
    whole = [union] if merged else []
    outer = shapely.get_num_interior_rings(shapely.get_parts(shapely.coverage_union_all([*rest, *whole])))
    assert outer.sum() == 0
    assert everything(frame([*rest, *whole])) == []


@settings(deadline=None, max_examples=25)
@given(seeds)
def test_a_feature_that_is_missing_is_one_gap(seed: int) -> None:
    cells = Tessellation(seed)
    missing = cells.inner()
    polygons = cells.polygons()
    layer = frame(polygons).drop(missing)
    (finding,) = everything(layer)
    neighbours = sorted((missing - 9, missing - 1, missing + 1, missing + 9))
    assert (finding.code, finding.params["m2"]) == ("TOPO-GAP", f"{polygons[missing].area:.2f}")
    assert polygons[missing].contains(point(finding))
    named = str(finding.params["features"]).removesuffix(" …").split(", ")
    around = {f"P{missing + step}" for step in (-10, -9, -8, -1, 1, 8, 9, 10)}
    assert set(named) <= around
    assert finding.place.feature == named[0]
    assert len(neighbours) == len(named)
    assert gaps(layer, id_column="id") == [finding]
    assert gaps(layer, id_column="id", widest_m=10) == []


@settings(deadline=None, max_examples=25)
@given(seeds)
def test_a_feature_that_occurs_twice_is_one_duplicate(seed: int) -> None:
    cells = Tessellation(seed)
    twice = cells.inner()
    polygons = [*cells.polygons(), cells.polygons()[twice]]
    (finding,) = everything(frame(polygons))
    assert brief([finding]) == [("TOPO-DUPLICATE", f"P{twice}", "P81", f"{polygons[twice].area:.2f}")]
    assert duplicates(frame(polygons), id_column="id") == [finding]


@settings(deadline=None, max_examples=40)
@given(seeds, st.sampled_from([-3.0, -0.05, 0.05, 3.0]))
def test_a_vertex_that_one_of_two_neighbours_moved(seed: int, by_m: float) -> None:
    cells = Tessellation(seed)
    number = cells.inner()
    ring = cells.cells[number]
    vertex = SIDE + SIDE // 2  # in the middle of the eastern side
    before, after = ring[vertex - 1], ring[vertex + 1]
    along = (after - before) / np.hypot(*(after - before))
    moved = ring.copy()
    moved[vertex] += by_m * np.array([along[1], -along[0]])
    polygons = cells.polygons()
    polygons[number] = Polygon(moved)
    (finding,) = everything(frame(polygons))
    triangle = Polygon([before, ring[vertex], after]).symmetric_difference(Polygon([before, moved[vertex], after]))
    assert finding.params["m2"] == f"{triangle.area:.2f}"
    assert triangle.distance(point(finding)) < 1e-6
    if by_m > 0:
        names = finding.params["first"], finding.params["second"]
        assert (finding.code, names) == ("TOPO-OVERLAP", (f"P{number}", f"P{number + 1}"))
    else:
        assert (finding.code, finding.params["features"]) == ("TOPO-GAP", f"P{number}, P{number + 1}")


@settings(deadline=None, max_examples=40)
@given(seeds, st.lists(st.tuples(*[st.floats(10, 400)] * 2, *[st.floats(1, 120)] * 2), min_size=1, max_size=4))
def test_the_same_overlaps_and_gaps_as_by_trying_all(seed: int, boxes: list[tuple[float, ...]]) -> None:
    cells = Tessellation(seed)
    extra = [box(EAST + x, NORTH + y, EAST + x + dx, NORTH + y + dy) for x, y, dx, dy in boxes]
    polygons = [p for i, p in enumerate(cells.polygons()) if i not in {cells.inner(), 40}] + extra
    found = coverage(frame(polygons), id_column="id", overlap_m2=0.01, gap_m2=0.01)
    near = shapely.STRtree(polygons).query(polygons)
    shared = shapely.intersection(*np.array(polygons)[near]).tolist()
    known = [(frozenset(f"P{i}" for i in pair), part.area) for pair, part in zip(near.T.tolist(), shared, strict=True)]
    pairs = {names for names, area in known if len(names) == 2 and area > 0.01}
    assert {frozenset((f.params["first"], f.params["second"])) for f in found if f.code != "TOPO-GAP"} == pairs
    union = shapely.union_all(polygons)
    holes = [Polygon(ring) - union for part in shapely.get_parts(union) for ring in part.interiors]
    areas = sorted(hole.area for hole in holes if hole.area > 0.01)
    gap_areas = sorted(float(str(f.params["m2"])) for f in found if f.code == "TOPO-GAP")
    assert gap_areas == pytest.approx(areas, abs=0.006)


def test_two_coverages_on_each_other_overlap_where_no_edge_is_unpaired() -> None:
    # In the middle of both every edge is shared, so only the net of the edges at the rims shows the overlap.
    first = [
        box(EAST + x, NORTH + y, EAST + x + 10, NORTH + y + 10) for x in range(0, 200, 10) for y in range(0, 200, 10)
    ]
    second = [
        shapely.transform(polygon, lambda xy: xy + np.array([55, 55]))
        for polygon in first
        if polygon.bounds[0] < EAST + 100
    ]
    found = coverage(frame([*first, *second]), id_column="id")
    expected = sum(shapely.intersection(a, b).area > 1 for a in first for b in second)
    assert len(found) == expected > 400
    assert {f.code for f in found} == {"TOPO-OVERLAP"}


def test_an_island_in_a_clean_cell() -> None:
    polygons = Tessellation(1).polygons()
    island = shapely.centroid(polygons[40]).buffer(3)
    (finding,) = everything(frame([*polygons, island]))
    assert brief([finding]) == [("TOPO-CONTAINS", "P40", "P81", "28.23")]


def test_a_gap_says_how_large_where_and_between_whom() -> None:
    ring = [box(0, 0, 30, 10), box(0, 20, 30, 30), box(0, 10, 10, 20), box(20.5, 10, 30, 20), box(10, 10, 20, 20)]
    (finding,) = gaps(at(*ring), id_column="id", file="DLTB")
    assert finding.code == "TOPO-GAP"
    assert finding.place == Place(file="DLTB", feature="P0", x=EAST + 20.25, y=NORTH + 15)
    assert finding.message("en") == (
        "5.00 m² (0.0075 mu) that no feature fills, 0.48 m wide on the whole, are enclosed by P0, P1, P3, P4; "
        "coordinates in EPSG:4528"
    )


def test_a_hole_of_a_feature_is_a_gap_unless_another_fills_it() -> None:
    lake = Polygon(box(0, 0, 100, 100).exterior.coords, [box(40, 40, 60, 60).exterior.coords])
    (finding,) = gaps(at(lake), id_column="id")
    assert (finding.params["m2"], finding.params["width"]) == ("400.00", "10.00")
    assert gaps(at(lake, box(40, 40, 60, 60)), id_column="id") == []
    assert gaps(at(lake), id_column="id", widest_m=5) == []


def test_gaps_too_thin_to_survive_a_union() -> None:
    # The union of two valid slivers can be EMPTY; as features they fill their ground, and without them it is a gap.
    around = box(-10, -10, 110, 110) - box(0, 0, 100, 100) - box(100, 0, 100 + 1e-6, 90)
    inside = box(0, 0, 100, 100) - box(50, 10, 50 + 1e-6, 90)
    layer = at(around, inside)
    assert [f.code for f in gaps(layer, id_column="id", tolerance_m2=1e-5)] == ["TOPO-GAP", "TOPO-GAP"]
    filled = at(around, inside, box(50, 10, 50 + 1e-6, 90), box(100, 0, 100 + 1e-6, 90))
    assert gaps(filled, id_column="id", tolerance_m2=1e-5) == []
    assert gaps(layer, id_column="id") == []


def test_what_an_invalid_feature_fills_is_no_gap_and_no_overlap() -> None:
    ring = [box(0, 0, 30, 10), box(0, 20, 30, 30), box(0, 10, 10, 20), box(20, 10, 30, 20)]
    spiked = Polygon([(10, 10), (20, 10), (20, 25), (20, 20), (10, 20)])
    assert not spiked.is_valid
    (finding,) = coverage(at(*ring, spiked), id_column="id")
    assert finding == Finding("GEOM-SKIPPED", Place(file="parcels", feature="P4"))
    assert [f.code for f in coverage(at(*ring), id_column="id")] == ["TOPO-GAP"]


def test_corners_in_the_middle_of_a_neighbours_edge_are_clean() -> None:
    layer = at(box(0, 0, 100, 10), *(box(x, 10, x + 12.5, 20) for x in np.arange(0, 100, 12.5)), box(0, 20, 100, 30))
    assert coverage(layer, id_column="id", overlap_m2=1e-6, gap_m2=1e-6) == []
    turned = layer.set_geometry(layer.rotate(33, origin=(EAST, NORTH)))
    assert coverage(turned, id_column="id", overlap_m2=1e-4, gap_m2=1e-4) == []


def test_gaps_in_degrees_and_in_feet_are_measured_in_metres() -> None:
    degrees = [box(121, 30, 121.01, 30.003), box(121, 30.007, 121.01, 30.01)]
    degrees += [box(121, 30.003, 121.004, 30.007), box(121.005, 30.003, 121.01, 30.007)]
    (finding,) = gaps(frame(degrees, 4490), id_column="id")
    assert float(str(finding.params["m2"])) == pytest.approx(96.5 * 443.4, rel=2e-3)
    assert float(str(finding.params["width"])) == pytest.approx(96.5 * 443.4 / (96.5 + 443.4), rel=1e-2)
    hole = Polygon(box(0, 0, 30, 30).exterior.coords, [box(10, 10, 20, 20).exterior.coords])
    (finding,) = gaps(frame([hole], 2263), id_column="id")
    assert (finding.params["m2"], finding.params["width"]) == ("9.29", "1.52")
    (finding,) = gaps(frame([hole], None), id_column="id")
    assert (finding.params["m2"], finding.params["crs"]) == ("100.00", "—")


@pytest.mark.parametrize("polygons", [[], [None], [Polygon()], [box(0, 0, 1, 1)]])
def test_a_layer_of_nothing_has_nothing_wrong(polygons: list[Any]) -> None:
    assert {f.code for f in everything(frame(polygons))} <= {"GEOM-SKIPPED"}


def test_vertices_that_stand_twice_and_zeros_with_a_sign_do_not_matter() -> None:
    left = Polygon([(-10, 0), (-0.0, 0), (-0.0, 0), (0.0, 10), (-10, 10)])
    right = Polygon([(0, 0), (10, -0.0), (10, 10), (0, 10), (0, 10), (0, 10)])
    assert coverage(frame([left, right]), id_column="id", overlap_m2=0, gap_m2=0) == []


def test_the_order_of_findings_does_not_hang_on_the_order_of_work() -> None:
    cells = Tessellation(5)
    polygons = cells.polygons()
    layer = frame([*polygons, *polygons[20:30]]).drop([10, 12, 54])
    assert everything(layer) == everything(layer)
    found = overlaps(layer, id_column="id", code="TOPO-OVERLAP")
    assert [f.params["first"] for f in found] == [f"P{i}" for i in range(20, 30)]
    places = [(f.place.x, f.place.y) for f in gaps(layer, id_column="id")]
    assert len(places) == 2  # the third lies at the rim
    assert places == sorted(places)
