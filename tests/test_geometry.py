"""Single geometries: what is wrong, where, and what a repair changes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from landquota import formats
from landquota.findings import Finding, Place
from landquota.formats.geometry import bounds, check, invalidity, repeated_points, tangled
from landquota.formats.repair import Repair, mended, repair
from landquota.i18n import text

EAST, NORTH = 40_622_000.0, 3_341_000.0
ORIGIN = np.array([EAST, NORTH])


def at(polygon: Any) -> Any:
    return None if polygon is None else shapely.transform(polygon, lambda xy: xy + ORIGIN)


def layer(*polygons: Any, crs: int | None = 4528) -> tuple[geopandas.GeoDataFrame, list[Place]]:
    frame = geopandas.GeoDataFrame({"id": range(len(polygons))}, geometry=[at(p) for p in polygons], crs=crs)
    return frame, [Place(file="a.gpkg", feature=str(number)) for number in range(len(polygons))]


def repaired(*polygons: Any, **options: Any) -> tuple[list[Any], list[Repair], list[Finding]]:
    frame, places = layer(*polygons)
    before = frame.geometry.to_wkb().tolist()
    result, repairs, findings = repair(frame, places=places, **options)
    assert frame.geometry.to_wkb().tolist() == before
    assert result.crs == frame.crs
    assert result["id"].tolist() == frame["id"].tolist()
    return result.geometry.tolist(), repairs, findings


def off_boundary(polygon: Any, place: Place) -> float:
    """Return how far a place lies from a polygon's boundary, which need not be valid."""
    rings = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(polygon)))
    edges = shapely.linestrings(np.stack([rings[:-1], rings[1:]], axis=1))
    return float(shapely.distance(edges, Point(place.x or math.nan, place.y or math.nan)).min())


BOWTIE = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
#: A field of 100 m × 100 m whose boundary makes a loop of 0.5 m² the wrong way round at a corner.
LOOPED = Polygon([(0, 0), (101, 0), (100, 1), (100, -0.0), (100, 100), (0, 100)])
SPIKED = Polygon([(0, 0), (100, 0), (150, 0), (100, 0), (100, 100), (0, 100)])


# --- what is wrong --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("polygon", "reason", "place"),
    [
        (BOWTIE, "its boundary crosses itself", (5, 5)),
        (
            Polygon([(0, 0), (30, 10), (30, 0), (20, 10), (10, 0), (0, 10)]),
            "its boundary crosses itself at 3 places",
            None,
        ),
        (Polygon([(0, 0), (10, 0), (5, 5), (10, 10), (0, 10), (5, 5)]), "a ring touches itself", (5, 5)),
        (
            Polygon(box(0, 0, 10, 10).exterior, [box(20, 0, 30, 10).exterior]),
            "a hole lies outside the outer ring",
            None,
        ),
        (
            Polygon(box(0, 0, 10, 10).exterior, [box(1, 1, 9, 9).exterior, box(2, 2, 3, 3).exterior]),
            "a hole lies inside another",
            None,
        ),
        (MultiPolygon([box(0, 0, 10, 10), box(2, 2, 3, 3)]), "one part lies inside another", None),
    ],
)
def test_the_reason_and_the_place(polygon: Any, reason: str, place: tuple[float, float] | None) -> None:
    (finding,) = check(np.array([at(polygon)]), [Place(feature="A")])
    assert finding.code == "GEOM-INVALID"
    assert finding.message("en") == f"The polygon has no definite area: {reason}"
    assert finding.place.x is not None
    assert finding.place.y is not None
    if place is not None:
        assert (finding.place.x - EAST, finding.place.y - NORTH) == pytest.approx(place)
    assert off_boundary(at(polygon), finding.place) < 1e-6


def test_vertices_that_stand_twice_in_a_row() -> None:
    polygons = [
        box(0, 0, 10, 10),
        Polygon([(0, 0), (10, 0), (10, 0), (10, 10), (0, 10)]),
        None,
        MultiPolygon([box(20, 0, 30, 10), Polygon([(40, 0), (40, 0), (40, 0), (50, 0), (50, 5), (50, 5)])]),
        Polygon(),
    ]
    frame, places = layer(*polygons)
    found = repeated_points(frame.geometry.to_numpy(), places)
    assert [(f.code, f.place.feature, f.params["count"]) for f in found] == [
        ("GEOM-REPEATED-POINT", "1", 1),
        ("GEOM-REPEATED-POINT", "3", 3),
    ]
    assert found[0].place == Place(file="a.gpkg", feature="1", x=EAST + 10, y=NORTH)
    assert found[1].message("en") == "3 vertex or vertices stand twice in a row, the first one here"
    assert repeated_points(np.array([box(0, 0, 1, 1)]), [Place()]) == []


def test_bounds_leave_out_what_is_no_coordinate() -> None:
    with np.errstate(invalid="ignore"):
        wild = shapely.linestrings([(math.nan, 5), (1e300, 1), (3, 4), (1, 7)])
    assert bounds(np.array([wild, None], dtype=object)) == (1, 4, 3, 7)
    assert bounds(np.array([None, Polygon()], dtype=object)) is None


@pytest.mark.fixtures
def test_all_invalid_polygons_are_named_with_reason_and_place(fixtures_dir: Path) -> None:
    path = fixtures_dir / "geofileops" / "polygon-invalid.gpkg"
    table, findings = formats.read(path)
    assert table is not None
    invalid = [f for f in findings if f.code == "GEOM-INVALID"]
    polygons = table.frame.geometry.to_numpy()
    assert len(invalid) == len({f.place.feature for f in invalid}) == int((~shapely.is_valid(polygons)).sum()) == 70
    by_name = {place.feature: polygon for place, polygon in zip(table.places, polygons, strict=True)}
    for finding in invalid:
        assert str(finding.params["reason"])
        assert "[" not in finding.message("en")
        assert finding.place.x is not None
        assert finding.place.y is not None
        assert off_boundary(by_name[finding.place.feature], finding.place) < 1e-3


# --- repair ---------------------------------------------------------------------------------


def test_a_small_repair_is_made_and_told() -> None:
    geometries, (entry,), (finding,) = repaired(box(200, 0, 300, 100), LOOPED)
    assert shapely.is_valid(geometries).all()
    assert geometries[0].equals(at(box(200, 0, 300, 100)))
    assert (entry.row, entry.applied, entry.dropped) == (1, True, 1)
    assert (entry.before_m2, entry.after_m2) == pytest.approx((10_000.5, 10_000.5))
    assert entry.geometry is geometries[1]
    assert finding.code == "GEOM-REPAIRED"
    assert finding.place == Place(file="a.gpkg", feature="1", x=EAST + 100, y=NORTH + 1)
    assert finding.message("en") == (
        "The polygon was repaired (a ring touches itself): area 10000.50 → 10000.50 m², 1 collapsed piece(s) dropped"
    )


def test_a_repair_that_changes_the_area_is_left_to_a_person() -> None:
    geometries, (entry,), (finding,) = repaired(BOWTIE)
    assert geometries == [at(BOWTIE)]
    assert (entry.applied, entry.before_m2, entry.after_m2) == (False, 0, 50)
    assert entry.geometry is not None
    assert finding.code == "GEOM-REPAIR-OPEN"
    assert finding.place == Place(file="a.gpkg", feature="0", x=EAST + 5, y=NORTH + 5)
    assert finding.message("en") == (
        "A repair (its boundary crosses itself) would change the area from 0.00 to 50.00 m², so it was not made"
    )
    asked, (entry,), (finding,) = repaired(BOWTIE, everything=True)
    assert (entry.applied, finding.code, asked[0].area) == (True, "GEOM-REPAIRED", 50)
    tolerant, _, _ = repaired(BOWTIE, tolerance_m2=50)
    assert tolerant == asked


def test_a_spike_is_dropped_and_its_length_told() -> None:
    geometries, (entry,), _ = repaired(SPIKED)
    assert geometries[0].equals(at(box(0, 0, 100, 100)))
    assert (entry.applied, entry.dropped, entry.shift) == (True, 1, 50)


def test_what_has_no_ground_left_is_never_replaced() -> None:
    line = Polygon([(0, 0), (10, 10), (20, 20), (0, 0)])
    geometries, (entry,), (finding,) = repaired(line, everything=True)
    assert geometries == [at(line)]
    assert (entry.geometry, entry.applied, entry.after_m2) == (None, False, 0)
    assert math.isnan(entry.shift)
    assert finding.code == "GEOM-REPAIR-NONE"
    assert finding.message("en") == (
        "The polygon cannot be repaired (its boundary crosses itself): its rings enclose no ground, "
        "or cross too often to tell which"
    )


def test_a_tangle_is_refused_instead_of_keeping_the_program_busy() -> None:
    knot = Polygon(np.random.default_rng(1).uniform(0, 1000, (2000, 2)))
    geometries, (entry,), (finding,) = repaired(knot, everything=True)
    assert geometries == [at(knot)]
    assert (entry.dropped, finding.code) == (0, "GEOM-REPAIR-NONE")
    assert finding.params["reason"] == text("its boundary crosses itself")
    assert not tangled(at(Point(0, 0).buffer(1000, quad_segs=5000)))
    assert not tangled(BOWTIE)


def test_a_repair_that_is_invalid_itself_is_repaired_again() -> None:
    crossing = Polygon([(3, 2), (2, 0), (2, 1), (4, 3), (0, 0), (1, 0)])
    assert not shapely.make_valid(crossing, method="structure").is_valid  # as of GEOS 3.14
    geometries, (entry,), _ = repaired(crossing, everything=True)
    assert geometries[0].is_valid
    assert entry.after_m2 == 2


def test_only_invalid_polygons_are_touched() -> None:
    wild = Polygon([(0, 0), (1e300, 0), (1, 1)])
    geometries, repairs, findings = repaired(None, Polygon(), Point(1, 2), wild, box(0, 0, 1, 1))
    assert (repairs, findings) == ([], [])
    assert geometries[0] is None
    assert geometries[4].equals(at(box(0, 0, 1, 1)))
    assert mended(np.array([None, Polygon(), box(0, 0, 1, 1)], dtype=object)).tolist() == [None, None, None]


def test_areas_of_repairs_in_feet_and_degrees_are_in_square_metres() -> None:
    feet = geopandas.GeoDataFrame(geometry=[BOWTIE], crs=2263)
    _, (entry,), _ = repair(feet, places=[Place()], everything=True)
    assert entry.after_m2 == pytest.approx(50 * 0.3048006096**2)
    bowtie = shapely.transform(BOWTIE, lambda xy: (121, 30) + xy * 1e-5)
    degrees = geopandas.GeoDataFrame(geometry=[bowtie], crs=4490)
    _, (entry,), _ = repair(degrees, places=[Place()])
    assert entry.after_m2 == pytest.approx(50 * 0.965 * 1.1086, rel=1e-2)


grid = st.tuples(st.integers(0, 9), st.integers(0, 9))


@settings(deadline=None, max_examples=150)
@given(st.lists(grid, min_size=3, max_size=9, unique=True))
def test_a_repair_leaves_sound_ground_and_sound_polygons_alone(corners: list[tuple[int, int]]) -> None:
    polygon = Polygon(corners)
    geometries, repairs, findings = repaired(polygon, everything=True)
    assert len(repairs) == len(findings) == (not polygon.is_valid)
    if polygon.is_valid or repairs[0].geometry is None:
        assert geometries == [at(polygon)]
        return
    (entry,) = repairs
    assert geometries[0].is_valid
    assert geometries[0].geom_type in {"Polygon", "MultiPolygon"}
    assert entry.after_m2 == pytest.approx(geometries[0].area)
    # Structural repair keeps what the boundary encloses, whichever way it runs round it.
    pieces = list(shapely.polygonize([shapely.union_all(shapely.boundary(polygon))]).geoms)
    assert entry.after_m2 <= sum(piece.area for piece in pieces) + 1e-6
    assert entry.fault == invalidity(at(polygon))


@pytest.mark.fixtures
def test_the_real_invalid_polygons_can_be_repaired(fixtures_dir: Path) -> None:
    table, _ = formats.read(fixtures_dir / "geofileops" / "polygon-invalid.gpkg")
    assert table is not None
    result, repairs, findings = repair(table.frame, places=table.places)
    assert len(repairs) == len(findings) == 70
    assert int((~shapely.is_valid(result.geometry.to_numpy())).sum()) == sum(not each.applied for each in repairs)
    for each in repairs:
        assert each.applied == (each.geometry is not None and abs(each.after_m2 - each.before_m2) <= 1)
