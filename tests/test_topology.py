"""Polygons against each other: every overlap found and measured, nothing lost to zone prefixes or slivers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon, box

from landquota import formats
from landquota.findings import Finding, Place
from landquota.formats.names import names_of
from landquota.topology import (
    Conflict,
    conflicts,
    duplicate_ids,
    duplicates,
    outside,
    outside_boundary,
    overlaps,
    skipped,
)

EAST, NORTH = 40_622_000, 3_341_000


def layer(column: str, **polygons: Any) -> geopandas.GeoDataFrame:
    """Return a layer in zone 40 with prefix; polygons are given in metres from (EAST, NORTH)."""
    geometries = [
        None if p is None else shapely.transform(p, lambda xy: xy + np.array([EAST, NORTH])) for p in polygons.values()
    ]
    return geopandas.GeoDataFrame({column: list(polygons)}, geometry=geometries, crs=4528)


def parcels(**polygons: Any) -> geopandas.GeoDataFrame:
    return layer("parcel", **polygons).assign(zone="Z")


PAIRS = {"PARCEL-OVERLAP", "TOPO-DUPLICATE", "TOPO-CONTAINS"}


def pairs(findings: list[Finding]) -> list[tuple[object, object, object]]:
    return [(f.params["first"], f.params["second"], f.params["m2"]) for f in findings if f.code in PAIRS]


BOWTIE = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])


@pytest.mark.parametrize(
    ("second", "code", "names", "area"),
    [
        (box(50, 0, 150, 100), "PARCEL-OVERLAP", "AB", "5000.00"),
        (box(0, 0, 100, 101), "TOPO-CONTAINS", "BA", "10000.00"),
        (box(20, 20, 30, 30), "TOPO-CONTAINS", "AB", "100.00"),  # which the predicate "overlaps" misses
        (box(99, 0, 100, 1.25), "TOPO-CONTAINS", "AB", "1.25"),
        (box(99, 0, 100.5, 1.25), "PARCEL-OVERLAP", "AB", "1.25"),  # a third of it is no rounding
        (box(0, 0, 100, 100), "TOPO-DUPLICATE", "AB", "10000.00"),  # an identical twin, which it misses too
        (box(0.001, 0, 100.001, 100), "TOPO-DUPLICATE", "AB", "9999.90"),
        (box(0.02, 0, 100.02, 100), "PARCEL-OVERLAP", "AB", "9998.00"),
        (Polygon([(100, 100), (100, 50), (100, 0), (0, 0), (0, 100)]), "TOPO-DUPLICATE", "AB", "10000.00"),
        (box(-50, -50, 150, 150), "TOPO-CONTAINS", "BA", "10000.00"),
        (box(0, 0, 100, 40), "TOPO-CONTAINS", "AB", "4000.00"),
    ],
)
def test_an_overlap_is_found_however_the_two_lie(second: Polygon, code: str, names: str, area: str) -> None:
    frame = parcels(A=box(0, 0, 100, 100), B=second, C=box(100, 200, 200, 300))
    findings = overlaps(frame, id_column="parcel")
    assert [f.code for f in findings] == [code]
    assert pairs(findings) == [(*names, area)]
    assert duplicates(frame, id_column="parcel") == [f for f in findings if f.code == "TOPO-DUPLICATE"]


def test_a_duplicate_and_what_lies_inside_are_said_once_and_as_such() -> None:
    frame = parcels(A=box(0, 0, 100, 100), B=box(0, 0, 100, 100), C=box(10, 10, 20, 20))
    twin, inside, _ = overlaps(frame, id_column="parcel", file="地块")
    assert twin.code == "TOPO-DUPLICATE"
    assert twin.place == Place(file="地块", feature="A", x=EAST + 50, y=NORTH + 50)
    assert twin.message("en") == (
        "A and B have the same geometry: 10000.00 m² (15 mu) count twice; coordinates in EPSG:4528"
    )
    assert inside.code == "TOPO-CONTAINS"
    assert inside.place == Place(file="地块", feature="A", x=EAST + 15, y=NORTH + 15)
    assert inside.message("en") == "C lies inside A: 100.00 m² (0.15 mu) count twice; coordinates in EPSG:4528"


def test_overlaps_of_another_layer_than_parcels() -> None:
    frame = layer("BSM", A=box(0, 0, 100, 100), B=box(90, 0, 190, 100))
    (finding,) = overlaps(frame, id_column="BSM", code="TOPO-OVERLAP")
    assert finding.code == "TOPO-OVERLAP"
    assert finding.message("en") == (
        "A and B overlap by 1000.00 m² (1.5 mu): the same land counts twice; coordinates in EPSG:4528"
    )


def test_an_overlap_says_how_much_and_where() -> None:
    frame = parcels(甲=box(0, 0, 100, 100), 乙=box(90, 0, 190, 100))
    (finding,) = overlaps(frame, id_column="parcel", file="地块.gpkg")
    assert finding.place == Place(file="地块.gpkg", feature="甲", x=EAST + 95, y=NORTH + 50)
    assert finding.message("en") == (
        "甲 and 乙 overlap by 1000.00 m² (1.5 mu): the same land counts twice; coordinates in EPSG:4528"
    )
    assert finding.remedy("en") == (
        "Agree the common boundary with the surveyor, or merge them where they are one parcel."
    )


def test_neighbours_and_overlaps_within_the_tolerance_are_none() -> None:
    frame = parcels(A=box(0, 0, 100, 100), B=box(100, 0, 200, 100), C=box(199.995, 0, 300, 100))
    assert overlaps(frame, id_column="parcel") == []
    assert pairs(overlaps(frame, id_column="parcel", tolerance_m2=0.1)) == [("B", "C", "0.50")]


def test_an_invalid_polygon_is_left_out_and_named() -> None:
    frame = parcels(A=box(0, 0, 100, 100), B=BOWTIE, C=None, D=box(50, 50, 150, 150))
    findings = overlaps(frame, id_column="parcel")
    assert pairs(findings) == [("A", "D", "2500.00")]
    left_out = [f for f in findings if f.code == "GEOM-SKIPPED"]
    assert [f.place for f in left_out] == [Place(file="parcels", feature="B"), Place(file="parcels", feature="C")]
    assert left_out[0].message("en") == (
        "The feature could not be compared with others, because its geometry is not sound: "
        "no conflict found is not no conflict"
    )
    assert left_out == skipped(frame, id_column="parcel", file="parcels")


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_polygons_to_overlap(count: int) -> None:
    assert overlaps(parcels(A=box(0, 0, 1, 1)).iloc[:count], id_column="parcel") == []


def test_overlaps_in_degrees_are_measured_on_the_ellipsoid() -> None:
    frame = geopandas.GeoDataFrame(
        {"parcel": ["A", "B"]},
        geometry=[box(121.0, 30.0, 121.002, 30.001), box(121.001, 30.0, 121.003, 30.001)],
        crs=4490,
    )
    (finding,) = overlaps(frame, id_column="parcel")
    assert float(str(finding.params["m2"])) == pytest.approx(10_692, rel=1e-3)
    assert finding.place.x == pytest.approx(121.0015)


def test_overlaps_in_feet_are_measured_in_metres() -> None:
    frame = geopandas.GeoDataFrame({"parcel": ["A", "B"]}, geometry=[box(0, 0, 10, 10), box(0, 0, 10, 10)], crs=2263)
    (finding,) = overlaps(frame, id_column="parcel")
    assert finding.params["m2"] == "9.29"


corner = st.integers(0, 5)
rectangle = st.tuples(corner, corner, st.integers(1, 3), st.integers(1, 3)).map(
    lambda r: box(r[0], r[1], r[0] + r[2], r[1] + r[3])
)
triangle = (
    st.lists(st.tuples(corner, corner), min_size=3, max_size=5, unique=True)
    .map(Polygon)
    .filter(lambda polygon: polygon.is_valid and polygon.area > 0)
)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.one_of(rectangle, triangle), min_size=2, max_size=6))
def test_the_same_pairs_as_by_trying_them_all(polygons: list[Polygon]) -> None:
    names = [f"P{number}" for number in range(len(polygons))]
    frame = parcels(**dict(zip(names, polygons, strict=True)))
    found = overlaps(frame, id_column="parcel", tolerance_m2=1e-6)
    assert {frozenset((f.params["first"], f.params["second"])) for f in found} == {
        frozenset((names[i], names[j]))
        for i in range(len(polygons))
        for j in range(i + 1, len(polygons))
        if polygons[i].intersection(polygons[j]).area > 1e-6
    }


def test_a_parcel_outside_its_zone() -> None:
    zones = layer("zone", Z=box(0, 0, 100, 100))
    frame = parcels(inside=box(0, 0, 50, 50), partly=box(90, 0, 110, 50), wholly=box(200, 0, 210, 10))
    findings = outside(frame, zones, file="地块")
    assert [(f.code, f.params["parcel"], f.params["m2"]) for f in findings] == [
        ("PARCEL-OUTSIDE-ZONE", "partly", "500.00"),
        ("PARCEL-OUTSIDE-ZONE", "wholly", "100.00"),
    ]
    assert findings[0].place == Place(file="地块", feature="partly", x=EAST + 105, y=NORTH + 25)
    assert findings[0].message("en") == (
        "Parcel partly lies 500.00 m² (0.75 mu) outside its zone Z; coordinates in EPSG:4528"
    )


def test_parcels_of_no_zone_and_unknown_zones_are_not_asked() -> None:
    zones = layer("zone", Z=box(0, 0, 100, 100))
    frame = parcels(A=box(500, 0, 600, 100), B=box(500, 0, 600, 100), C=box(500, 0, 600, 100))
    frame["zone"] = [None, "Y", float("nan")]
    assert outside(frame, zones) == []
    assert outside(frame.iloc[:0], zones) == []
    assert outside(frame, zones.iloc[:0]) == []


def test_a_zone_of_several_rows_is_all_of_them() -> None:
    zones = layer("zone", a=box(0, 0, 50, 100), b=box(0, 0, 10, 10), c=box(50, 0, 100, 100))
    zones["zone"] = ["Z", "Y", "Z"]
    frame = parcels(A=box(0, 0, 100, 100), B=box(40, 0, 60, 110))
    assert [(f.params["parcel"], f.params["m2"]) for f in outside(frame, zones)] == [("B", "200.00")]


def test_an_invalid_zone_is_named_and_its_parcels_not_asked() -> None:
    (finding,) = outside(parcels(A=box(50, 0, 60, 10)), layer("zone", Z=BOWTIE))
    assert (finding.code, finding.place) == ("GEOM-SKIPPED", Place(file="zones", feature="Z"))


def test_slivers_are_measured_where_their_union_is_empty() -> None:
    # Two valid slivers of one millionth of a metre: a union may lose them, the difference must not.
    zones = layer("zone", Z=box(0, 0, 100, 100))
    slivers = shapely.MultiPolygon([box(100, 0, 100 + 1e-6, 90), box(0, 100, 90, 100 + 1e-6)])
    (finding,) = outside(parcels(A=slivers), zones, tolerance_m2=1e-5)
    assert finding.code == "PARCEL-OUTSIDE-ZONE"


def test_a_feature_outside_the_county() -> None:
    county = layer("name", north=box(0, 50, 100, 100), south=box(0, 0, 100, 50))
    frame = layer(
        "id",
        inside=box(0, 0, 40, 40),
        across=box(40, 40, 60, 60),
        partly=box(90, 40, 110, 60),
        wholly=box(200, 0, 210, 10),
    )
    findings = outside_boundary(frame, county, id_column="id", name="慈溪市", file="图斑")
    assert [(f.code, f.params["feature"], f.params["m2"]) for f in findings] == [
        ("TOPO-OUTSIDE", "partly", "200.00"),
        ("TOPO-OUTSIDE", "wholly", "100.00"),
    ]
    assert findings[0].place == Place(file="图斑", feature="partly", x=EAST + 105, y=NORTH + 55)
    assert findings[0].message("en") == ("partly lies 200.00 m² (0.3 mu) outside 慈溪市; coordinates in EPSG:4528")
    assert outside_boundary(frame.iloc[:2], county, id_column="id", name="慈溪市") == []


def test_an_unsound_boundary_is_named_instead_of_every_feature() -> None:
    frame = layer("id", A=box(0, 0, 10, 10), B=BOWTIE)
    (finding,) = outside_boundary(frame, layer("name", a=BOWTIE), id_column="id", name="county")
    assert (finding.code, finding.place) == ("GEOM-SKIPPED", Place(file="county", feature="county"))
    (finding,) = outside_boundary(frame, layer("name", a=box(0, 0, 20, 20)), id_column="id", name="county")
    assert (finding.code, finding.place) == ("GEOM-SKIPPED", Place(file="parcels", feature="B"))
    assert outside_boundary(frame, layer("name"), id_column="id", name="county") == []


def test_conflicts_have_their_parcel_their_feature_and_their_geometry() -> None:
    frame = parcels(A=box(0, 0, 100, 100), B=box(200, 0, 300, 100), C=box(400, 0, 500, 100))
    farmland = layer("id", F2=box(90, 0, 210, 50), F1=box(490, 90, 600, 200), F3=box(100, 0, 110, 100))
    found = conflicts(frame, farmland)
    assert [(c.parcel, c.feature) for c in found] == [("A", "F2"), ("B", "F2"), ("C", "F1")]
    assert [c.planar_m2 for c in found] == pytest.approx([500, 500, 100])
    assert shapely.bounds(found[0].geometry) == pytest.approx((EAST + 90, NORTH, EAST + 100, NORTH + 50))


def test_many_small_pieces_count_as_much_as_one_large() -> None:
    frame = parcels(A=box(0, 0, 100, 100))
    strips = {f"F{i}": box(10 * i, 99.91, 10 * i + 10, 120) for i in range(10)}
    assert len(conflicts(frame, layer("id", **strips), tolerance_m2=1.0)) == 10
    assert conflicts(frame, layer("id", F0=strips["F0"]), tolerance_m2=1.0) == ()


def test_conflicts_leave_out_what_cannot_be_compared() -> None:
    frame = parcels(A=BOWTIE, B=box(0, 0, 10, 10))
    found = conflicts(frame, layer("id", F=box(5, 0, 10, 10), G=BOWTIE, H=None))
    assert [(c.parcel, c.feature) for c in found] == [("B", "F")]
    assert conflicts(frame, layer("id")) == ()
    assert conflicts(frame.iloc[:0], layer("id", F=BOWTIE)) == ()


def test_a_conflict_is_worded_with_the_rule_that_forbids_it() -> None:
    conflict = Conflict("甲-1", "F1", Point(0, 0), 666.67)
    finding = Finding("PARCEL-ON-FARMLAND", params={"parcel": conflict.parcel, "area": "1 mu", "layer": "farmland"})
    assert finding.message("en") == "Parcel 甲-1 lies on permanent basic farmland by 1 mu (farmland)"
    assert "rules in force" in finding.remedy("en")  # no county's own document speaks for all


def test_ids() -> None:
    assert names_of(["A ", 7, 7.0, None, float("nan"), 7.5, np.int64(3)]) == ["A", "7", "7", "", "", "7.5", "3"]
    places = [Place(feature=str(i)) for i in range(4)]
    findings = duplicate_ids(["A", "A", "", "B"], column="parcel", places=places)
    assert [(f.code, f.place.feature) for f in findings] == [("ID-MISSING", "2"), ("ID-DUPLICATE", "0")]
    assert findings[0].message("en") == "The feature has no parcel"
    assert findings[1].message("en") == "The parcel 'A' stands in 2 features: 0, 1"
    places = [Place(file=f"{i}.gpkg", feature="A") for i in range(2)]
    (finding,) = duplicate_ids(["A", "A"], column="parcel", places=places)
    assert finding.message("en") == "The parcel 'A' stands in 2 features: 0.gpkg · A, 1.gpkg · A"


@pytest.mark.fixtures
def test_three_circles_overlap_each_other(fixtures_dir: Path) -> None:
    table, _ = formats.read(fixtures_dir / "geofileops" / "polygon-3overlappingcircles.gpkg")
    assert table is not None
    assert pairs(overlaps(table.frame, id_column="name")) == [
        ("circle1", "circle2", "73482.91"),
        ("circle1", "circle3", "64920.39"),
        ("circle2", "circle3", "53913.54"),
    ]


@pytest.mark.fixtures
def test_the_same_intersections_as_qgis(fixtures_dir: Path) -> None:
    folder = fixtures_dir / "geopandas_overlay" / "nybb_qgis"
    parcels_table, constraint_table = (formats.read(folder / f"{name}.shp")[0] for name in ("polydf", "polydf2"))
    known = formats.read(folder / "qgis-intersection.shp")[0]
    assert parcels_table is not None
    assert constraint_table is not None
    assert known is not None
    frame = parcels_table.frame.assign(parcel=parcels_table.frame["BoroName"])
    found = conflicts(frame, constraint_table.frame.assign(id=range(11)), tolerance_m2=0.0)
    feet = shapely.area(np.array([c.geometry for c in found]))
    assert sorted(feet) == pytest.approx(sorted(known.frame.area), rel=1e-9)
