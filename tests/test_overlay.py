"""Parcels over layers: rows that add up, three answers, slivers, double cover, deductions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
import shapely
from shapely import box

from landquota.area import Area, apportion
from landquota.errors import InputError
from landquota.overlay import (
    Answer,
    Deduction,
    Layer,
    Overlay,
    Parcels,
    Part,
    Role,
    around,
    deducted,
    meeting,
    overlay,
    tiled,
)
from landquota.overlay.shares import shared


def parcels(*geometries: shapely.Geometry | None, official: list[Area] | None = None) -> Parcels:
    return Parcels([f"P{i}" for i in range(len(geometries))], np.array(geometries, dtype=object), official)


def layer(
    *geometries: shapely.Geometry,
    classes: list[str] | None = None,
    coverage: shapely.Geometry | None = None,
    complete: bool = False,
) -> Layer:
    ids = [f"F{i}" for i in range(len(geometries))]
    return Layer("farmland", ids, np.array(geometries, dtype=object), classes, coverage, complete)


def lines(found: Overlay) -> list[tuple[str, str, str, float, str, str]]:
    return [(p.parcel, p.role, p.label, round(p.area_planar_m2, 6), p.area.m2, p.percent) for p in found.parts()]


@pytest.mark.parametrize("pieces", [True, False])
def test_rows_add_up_to_the_official_area_with_what_is_covered_twice(*, pieces: bool) -> None:
    found = overlay(
        parcels(box(0, 0, 10, 10), official=[Area(300 * 99)]),
        layer(box(-5, -5, 5, 5), box(3, 0, 20, 10), classes=["01", "02"]),
        pieces=pieces,
    )
    assert lines(found) == [
        ("P0", Role.PART, "01", 25, "24.75", "25.00"),
        ("P0", Role.PART, "02", 70, "69.30", "70.00"),
        ("P0", Role.NO_DATA, "", 15, "14.85", "15.00"),
        ("P0", Role.DOUBLE, "", 10, "9.90", "10.00"),
    ]
    (finding,) = found.findings
    assert finding.code == "OVERLAY-DOUBLE"
    assert finding.message("en") == "In P0, features of the layer farmland cover 10.00 m² (0.015 mu) more than once"


def test_what_lies_outside_the_coverage_is_no_data() -> None:
    land = parcels(box(0, 0, 10, 10), box(40, 0, 60, 10), box(90, 0, 100, 10), box(5, 0, 60, 10))
    sparse = overlay(land, layer(box(0, 0, 5, 10)))
    assert [a.answer for a in sparse.answers()] == [Answer.CONCERNED, *[Answer.NO_DATA] * 3]
    covered = overlay(land, layer(box(0, 0, 6, 10), coverage=box(0, 0, 50, 50)))
    answers = covered.answers()
    assert [a.answer for a in answers] == [Answer.CONCERNED, Answer.NO_DATA, Answer.NO_DATA, Answer.CONCERNED]
    assert [a.no_data_m2 for a in answers] == [0, 100, 100, 100]
    assert [a.remainder_m2 for a in answers] == [40, 100, 0, 440]
    complete = overlay(land, layer(box(0, 0, 5, 10), complete=True))
    assert [a.answer for a in complete.answers()] == [Answer.CONCERNED, *[Answer.NOT_CONCERNED] * 3]


@pytest.mark.parametrize("pieces", [True, False])
def test_a_third_of_a_square_metre_is_a_sliver_and_thirty_are_not(*, pieces: bool) -> None:
    land = parcels(box(0, 0, 10, 10), box(20, 0, 30, 10))
    found = overlay(land, layer(box(-10, 0, 0.03, 10), box(10, 0, 23, 10), complete=True), pieces=pieces)
    assert [a.answer for a in found.answers()] == [Answer.NOT_CONCERNED, Answer.CONCERNED]
    first = [part for part in found.parts() if part.parcel == "P0"]
    assert [(p.role, p.label, round(p.area_planar_m2, 6), round(p.sliver_m2, 6)) for p in first] == [
        (Role.PART, "F0", 0, 0.3),
        (Role.SLIVER, "", 0.3, 0),
        (Role.REMAINDER, "", 99.7, 0),
    ]


def test_a_parcel_smaller_than_the_threshold_is_no_sliver_of_itself() -> None:
    (answered,) = overlay(parcels(box(0, 0, 0.5, 0.5)), layer(box(-9, -9, 9, 9))).answers()
    assert answered.answer is Answer.CONCERNED


def test_a_parcel_without_a_polygon_has_no_data() -> None:
    found = overlay(parcels(None, official=[Area(300)]), layer(box(0, 0, 1, 1), complete=True))
    assert [a.answer for a in found.answers()] == [Answer.NO_DATA]
    assert lines(found) == [("P0", Role.NO_DATA, "", 0, "1.00", "100.00")]


@pytest.mark.parametrize("pieces", [True, False])
def test_a_layer_without_features_says_only_what_is_declared(*, pieces: bool) -> None:
    (nothing,) = overlay(parcels(box(0, 0, 10, 10)), layer(), pieces=pieces).answers()
    assert (nothing.answer, nothing.no_data_m2) == (Answer.NO_DATA, 100)
    (clear,) = overlay(parcels(box(0, 0, 10, 10)), layer(complete=True), pieces=pieces).answers()
    assert (clear.answer, clear.remainder_m2) == (Answer.NOT_CONCERNED, 100)


def test_deductions_go_to_their_class_and_the_rows_add_up() -> None:
    land = parcels(box(0, 0, 10, 10), official=[Area(30_000 - 11)])
    patches = layer(box(-5, 0, 5, 10), box(5, 0, 15, 10), classes=["0103", "1203"], complete=True)
    parts = deducted(overlay(land, patches), {0: Deduction(Decimal("0.0812"), "1203")})
    assert [(p.label, p.area.units, p.percent) for p in parts] == [("0103", 13_776, "45.94"), ("1203", 16_213, "54.06")]
    declared = [Area.measured(100.1), Area.measured(99.9)]
    parts = deducted(overlay(land, patches), {0: Deduction(Decimal("0.0812"), "1203")}, declared=declared)
    assert sum(p.area.units for p in parts) == 30_000 - 11


@pytest.mark.parametrize(("coefficient", "to_class"), [("1", "1203"), ("-0.1", "1203"), ("0.1", "")])
def test_deductions_that_make_no_sense_are_refused(coefficient: str, to_class: str) -> None:
    with pytest.raises(InputError, match="KCXS"):
        Deduction(Decimal(coefficient), to_class)


#: Where the made-up county begins, behind a zone prefix.
CORNER = np.array([40_621_000.0, 3_345_000.0])


def county() -> tuple[Parcels, Layer]:
    """Return parcels across a coverage of triangles, in which each node is moved a little."""
    rng = np.random.default_rng(11)
    nodes = np.stack(np.meshgrid(np.arange(41.0), np.arange(41.0)), axis=-1) * 25 + rng.uniform(-8, 8, (41, 41, 2))
    nodes += CORNER
    a, b, c, d = nodes[:-1, :-1], nodes[:-1, 1:], nodes[1:, 1:], nodes[1:, :-1]
    triangles = np.concatenate([np.stack(t, axis=2).reshape(-1, 3, 2) for t in ((a, b, c), (a, c, d))])
    patches = np.asarray(shapely.polygons(triangles), dtype=object)
    ids = [str(i) for i in range(len(patches))]
    spots = rng.uniform(0, 1000, (80, 2)) + CORNER
    land = [shapely.Point(*spot).buffer(rng.uniform(5, 90)) for spot in spots]
    official = [Area(int(units)) for units in rng.integers(1, 10**7, 80)]
    whole = Layer("DLTB", ids, patches, [("0101", "0103", "1003")[i % 3] for i in range(len(ids))], sliver_m2=2)
    return parcels(*land, official=official), whole


def exact(part: Part) -> Part:
    """Return a row with its planar areas to 1e-6 m², and the rest of it as it is."""
    planar, sliver = round(part.area_planar_m2, 6), round(part.sliver_m2, 6)
    return replace(part, area_planar_m2=planar, sliver_m2=sliver)


def test_partitions_give_the_rows_of_a_single_run_to_the_unit() -> None:
    land, whole = county()
    single = overlay(land, whole)
    tiles = list(tiled(land.boxes, 300))
    several = [overlay(land.only(rows), whole.only(meeting(whole.boxes, around(land.boxes[rows])))) for rows in tiles]
    assert len(several) > 8
    parts = [part for found in several for part in found.parts()]
    assert sorted(row for rows in tiles for row in rows.tolist()) == list(range(80))
    by_parcel = sorted(parts, key=lambda part: int(part.parcel[1:]))
    assert [exact(part) for part in by_parcel] == [exact(part) for part in single.parts()]


def test_what_has_no_box_is_in_no_box_and_still_in_one_tile() -> None:
    boxes = np.array([[0, 0, 10, 10], [np.nan] * 4, [400, 0, 410, 10]])
    assert sorted(row for rows in tiled(boxes, 300) for row in rows.tolist()) == [0, 1, 2]
    assert around(boxes) == (0, 0, 410, 10)
    assert around(boxes[1:2]) == (0, 0, 0, 0)
    assert meeting(boxes, (5, 5, 400, 20)).tolist() == [0, 2]


def test_a_prepared_layer_answers_as_one_that_is_not() -> None:
    land, whole = county()
    prepared = whole.prepared()
    for pieces in (False, True):
        once, again = overlay(land, prepared, pieces=pieces), overlay(land, whole, pieces=pieces)
        assert once.parts() == again.parts()
        assert once.answers() == again.answers()
        assert once.parts(by="feature") == again.parts(by="feature")


def test_tables_that_do_not_match_are_refused() -> None:
    with pytest.raises(ValueError, match="as many"):
        Parcels(["a", "b"], np.array([box(0, 0, 1, 1)]))
    with pytest.raises(ValueError, match="as many"):
        Layer("L", ["a"], np.array([box(0, 0, 1, 1)]), ["01", "02"])


@pytest.mark.parametrize("scale", [1, 10**7])
def test_shares_are_those_of_apportion_for_many_groups_at_once(scale: int) -> None:
    rng = np.random.default_rng(2)
    groups = np.sort(rng.integers(0, 30, 200))
    wholes, weights = rng.integers(0, 10**6, 30) * scale, rng.integers(1, 10**6, 200) * scale
    shares = shared(wholes, weights, groups)
    for group in range(30):
        mine = groups == group
        assert shares[mine].tolist() == apportion(int(wholes[group]), weights[mine].tolist())
