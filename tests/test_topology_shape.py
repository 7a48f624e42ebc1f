"""Features that are doubtful by themselves: named with their measure and a place to fly to."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from landquota.findings import Finding, Place
from landquota.topology import shapes

EAST, NORTH = 40_622_000.0, 3_341_000.0
ORIGIN = np.array([EAST, NORTH])


def layer(**polygons: Any) -> geopandas.GeoDataFrame:
    """Return a layer in zone 40 with prefix; polygons are given in metres from (EAST, NORTH)."""
    moved = [shapely.transform(polygon, lambda xy: xy + ORIGIN) for polygon in polygons.values()]
    return geopandas.GeoDataFrame({"id": list(polygons)}, geometry=moved, crs=4528)


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, [(f.code, f.params) for f in findings]
    return findings[0]


def of(code: str, frame: geopandas.GeoDataFrame, **options: Any) -> list[Finding]:
    return [finding for finding in shapes(frame, id_column="id", **options) if finding.code == code]


def test_a_sliver_is_thin_and_narrow() -> None:
    frame = layer(
        road=box(0, 0, 1000, 4), sliver=box(0, 10, 60, 10.2), stone=box(0, 20, 0.4, 20.4), field=box(0, 30, 60, 90)
    )
    finding = only(of("TOPO-SLIVER", frame, file="DLTB"))
    assert finding.code == "TOPO-SLIVER"
    assert (finding.place.file, finding.place.feature, finding.place.x) == ("DLTB", "sliver", EAST + 30)
    assert finding.place.y == pytest.approx(NORTH + 10.1)
    assert finding.message("en") == (
        "sliver is a sliver, 0.20 m wide on the whole, of 12.00 m² (0.018 mu); coordinates in EPSG:4528"
    )
    assert [f.params["feature"] for f in of("TOPO-SLIVER", frame, width_m=5)] == ["road", "sliver"]
    assert [f.params["feature"] for f in of("TOPO-SLIVER", frame, thinness=1)] == ["sliver", "stone"]
    assert of("TOPO-SLIVER", frame, width_m=0.1) == []


def test_slivers_in_degrees_have_their_width_in_metres() -> None:
    frame = geopandas.GeoDataFrame({"id": ["A"]}, geometry=[box(121, 30, 121.001, 30.000002)], crs=4490)
    finding = only(of("TOPO-SLIVER", frame))
    assert finding.params["width"] == "0.22"
    assert str(finding.place.x) == "121.0005"


def test_parts_that_are_too_small() -> None:
    parts = MultiPolygon([box(0, 0, 100, 100), box(200, 0, 200.5, 0.5), box(300, 0, 310, 10)])
    frame = layer(A=parts, B=box(0, 200, 0.5, 200.5), C=MultiPolygon([box(0, 300, 0.5, 300.5)]))
    finding = only(of("TOPO-SMALL-PART", frame))
    assert finding.code == "TOPO-SMALL-PART"
    assert finding.place == Place(file="parcels", feature="A", x=EAST + 200.25, y=NORTH + 0.25)
    assert finding.message("en") == "A has a part of only 0.25 m² (0.000375 mu); coordinates in EPSG:4528"
    assert len(of("TOPO-SMALL-PART", frame, part_m2=101)) == 2
    assert of("TOPO-SMALL-PART", frame, part_m2=0.2) == []


def test_holes_that_are_too_small() -> None:
    pond, pinhole = box(10, 10, 20, 20).exterior, box(50, 50, 50.1, 50.1).exterior
    field = Polygon(box(0, 0, 100, 100).exterior, [pond, pinhole])
    second = MultiPolygon(
        [box(200, 0, 210, 10), Polygon(box(300, 0, 310, 10).exterior, [box(301, 1, 301.5, 2).exterior])]
    )
    found = of("TOPO-MICRO-HOLE", layer(A=field, B=second))
    assert [(f.code, f.params["feature"], f.params["m2"]) for f in found] == [
        ("TOPO-MICRO-HOLE", "A", "0.01"),
        ("TOPO-MICRO-HOLE", "B", "0.50"),
    ]
    assert found[1].place == Place(file="parcels", feature="B", x=EAST + 301.25, y=NORTH + 1.5)
    assert found[1].message("en") == "B has a hole of only 0.50 m² (0.00075 mu); coordinates in EPSG:4528"
    assert of("TOPO-MICRO-HOLE", layer(A=field), hole_m2=0.005) == []


def test_a_boundary_that_turns_back_on_itself() -> None:
    outward = Polygon([(0, 0), (50, 0), (50, 20), (90, 20.05), (50, 20.1), (50, 50), (0, 50)])
    finding = only(of("TOPO-SPIKE", layer(A=box(200, 0, 300, 9), B=outward), file="图斑"))
    assert finding.code == "TOPO-SPIKE"
    assert finding.place == Place(file="图斑", feature="B", x=EAST + 90, y=NORTH + 20.05)
    assert finding.message("en") == (
        "The boundary of B turns back on itself: a corner of 0.14°, 40.00 m long; coordinates in EPSG:4528"
    )
    assert of("TOPO-SPIKE", layer(B=outward), angle_deg=0.1) == []


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 6), st.booleans(), st.sampled_from([-1, 1]))
def test_a_spike_is_found_wherever_the_ring_begins(start: int, repeated: bool, step: int) -> None:  # noqa: FBT001
    corners = np.roll([(0, 0), (50, 0), (50, 20), (10, 20.02), (50, 20.04), (50, 50), (0, 50)], start, axis=0)[::step]
    frame = layer(A=Polygon(np.repeat(corners, 2, axis=0) if repeated else corners))
    finding = only(of("TOPO-SPIKE", frame))
    assert (finding.place.x, finding.place.y) == (EAST + 10, NORTH + 20.02)


def test_circles_and_what_is_not_sound_have_nothing_to_name() -> None:
    bowtie = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    frame = layer(A=Point(0, 0).buffer(30), B=bowtie, C=Polygon())
    assert shapes(frame, id_column="id") == []


def test_all_are_found_at_once() -> None:
    hole = box(2, 2, 2.5, 2.5).exterior
    spiked = Polygon([(200, 0), (250, 0), (250, 20), (290, 20.05), (250, 20.1), (250, 50), (200, 50)])
    parts = MultiPolygon([Polygon(box(0, 0, 100, 100).exterior, [hole]), box(150, 0, 150.5, 0.5)])
    frame = layer(A=box(0, 200, 60, 200.2), B=parts, C=spiked)
    found = shapes(frame, id_column="id")
    assert [f.code for f in found] == ["TOPO-SLIVER", "TOPO-SMALL-PART", "TOPO-MICRO-HOLE", "TOPO-SPIKE"]
    assert shapes(frame, id_column="id", width_m=0.1, part_m2=0.1, hole_m2=0.1, angle_deg=0.1) == []
