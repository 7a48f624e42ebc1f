"""批而未供, coverage of zones and the comparison of deliveries, as pure analyses: figures and properties."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box
from shapely.affinity import translate

from landquota.analyses.changes import Change, Edited, Kind
from landquota.analyses.coverage import Coverage, coverage
from landquota.analyses.delivery import Delivery
from landquota.analyses.diff import Diff, diff
from landquota.analyses.unsupplied import Status, Unsupplied, unsupplied
from landquota.area import Area
from landquota.errors import UsageError
from landquota.overlay import Layer, Parcels

#: A corner in the 3-degree zone 40 with its prefix, where coordinates have few digits left.
EAST, NORTH = 40_525_000.0, 3_340_000.0


def at(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def parcels(*geometries: shapely.Geometry | None, official: list[Area] | None = None) -> Parcels:
    return Parcels([f"P{i}" for i in range(len(geometries))], np.array(geometries, dtype=object), official)


def layer(*geometries: shapely.Geometry | None, known: shapely.Geometry | None = None, sliver_m2: float = 1) -> Layer:
    ids = [f"F{i}" for i in range(len(geometries))]
    return Layer(
        "supplied",
        ids,
        np.array(geometries, dtype=object),
        coverage=known,
        complete=known is None,
        sliver_m2=sliver_m2,
        file="supplied.shp",
    )


def m2(*areas: Area) -> list[str]:
    return [area.m2 for area in areas]


def test_what_supplies_leave_of_a_parcel_is_unsupplied() -> None:
    found = unsupplied(
        parcels(at(0, 0, 100, 100), at(200, 0, 300, 100), at(400, 0, 500, 100), at(600, 0, 610, 10)),
        layer(at(-5, -5, 96, 105), at(200, 0, 250, 100), at(240, 0, 260, 100), at(0, 0, 100, 4)),
    )
    rows = [(r.status, *m2(r.approved, r.supplied, r.unsupplied, r.sliver, r.double), r.supplies) for r in found.rows]
    assert rows == [
        (Status.SUPPLIED, "10000.00", "9616.00", "384.00", "0.00", "384.00", ("F0", "F3")),
        (Status.PARTLY, "10000.00", "6000.00", "4000.00", "0.00", "1000.00", ("F1", "F2")),
        (Status.UNSUPPLIED, "10000.00", "0.00", "10000.00", "0.00", "0.00", ()),
        (Status.UNSUPPLIED, "100.00", "0.00", "100.00", "0.00", "0.00", ()),
    ]
    assert shapely.area(found.rest.geometries).sum() == pytest.approx(384 + 4000 + 10_000 + 100, abs=1e-3)
    codes = [(finding.code, finding.place.feature) for finding in found.findings]
    assert codes == [("OVERLAY-DOUBLE", "P0"), ("OVERLAY-DOUBLE", "P1"), ("SUPPLY-NOT-APPROVED", "F0")]
    message = found.findings[2].message("en")
    assert message == "Supply F0: 1510.00 m² (2.265 mu) of its 11110.00 m² lie in no approved parcel"
    assert m2(found.total.approved, found.total.supplied, found.total.unsupplied) == [
        "30100.00", "15616.00", "14484.00",
    ]  # fmt: skip


def test_a_parcel_counts_as_supplied_above_the_threshold_and_not_at_it() -> None:
    land, supplies = parcels(at(0, 0, 100, 100)), layer(at(0, 0, 95, 100))
    assert unsupplied(land, supplies).rows[0].status is Status.PARTLY
    assert unsupplied(land, supplies, threshold=Decimal("0.9499")).rows[0].status is Status.SUPPLIED
    with pytest.raises(UsageError, match="threshold 1 "):
        unsupplied(land, supplies, threshold=Decimal(1))


def test_slivers_have_a_line_of_their_own_and_batches_add_up() -> None:
    found = unsupplied(
        parcels(at(0, 0, 100, 100), at(100, 0, 200, 100), None, official=[Area(2_999_999), Area(3_000_000), Area(0)]),
        layer(at(0, 0, 99.995, 100), at(99.995, 0, 150, 100)),
        batches=["慈2023-1", "慈2023-1", ""],
    )
    first, _, broken = found.rows
    assert m2(first.supplied, first.unsupplied, first.sliver) == ["10000.00", "0.00", "0.00"]
    assert broken.status is Status.NO_DATA
    batch, none = found.batches
    assert (batch.batch, batch.parcels, batch.approved.units) == ("慈2023-1", 2, 5_999_999)
    assert batch.supplied + batch.unsupplied + batch.sliver == batch.approved
    assert none.status is Status.NO_DATA
    thin = unsupplied(parcels(at(0, 0, 100, 100)), layer(at(0, 0, 99.995, 100))).rows[0]
    assert m2(thin.supplied, thin.unsupplied, thin.sliver) == ["9999.50", "0.00", "0.50"]


def test_round_a_supply_that_cannot_be_measured_nothing_is_known() -> None:
    known = at(-1, -1, 101, 101) - at(40, -10, 70, 110)
    found = unsupplied(parcels(at(0, 0, 100, 100)), layer(at(0, 0, 20, 100), known=known))
    (row,) = found.rows
    assert m2(row.supplied, row.unsupplied, row.no_data) == ["2000.00", "5000.00", "3000.00"]


def test_coverage_lists_gaps_and_what_is_covered_again() -> None:
    found = coverage(
        parcels(at(0, 0, 100, 100), at(100, 0, 200, 100), at(500, 0, 510, 10)),
        layer(
            at(0, 0, 40, 100), at(60, 0, 150, 100), at(140, 0, 150, 100), at(145, 0, 150, 50), known=at(0, 0, 190, 100)
        ),
    )
    rows = [(*m2(r.area, r.covered, r.uncovered, r.no_data, r.double), r.features, r.share) for r in found.rows]
    assert rows == [
        ("10000.00", "8000.00", "2000.00", "0.00", "0.00", 2, Decimal("0.8")),
        ("10000.00", "5000.00", "4000.00", "1000.00", "1250.00", 3, Decimal("0.5")),
        ("100.00", "0.00", "0.00", "100.00", "0.00", 0, None),
    ]
    assert [(g.zone, g.area.m2) for g in found.gaps] == [("P0", "2000.00"), ("P1", "4000.00")]
    assert [(g.zone, g.area.m2) for g in found.no_data] == [("P1", "1000.00"), ("P2", "100.00")]
    assert [(g.area.m2, g.features) for g in found.double] == [
        ("1000.00", ("F2", "F1")), ("250.00", ("F3", "F1", "F2")),
    ]  # fmt: skip
    assert all(at(40, 0, 60, 100).contains(shapely.Point(g.x, g.y)) for g in found.gaps[:1])
    assert found.total.features == 4


@st.composite
def boxes(draw: st.DrawFn, most: int = 6) -> list[shapely.Polygon]:
    corners = st.tuples(*[st.integers(0, 30)] * 2, *[st.integers(1, 15)] * 2)
    return [at(x / 2, y / 2, x / 2 + w / 3, y / 2 + h / 3) for x, y, w, h in draw(st.lists(corners, max_size=most))]


@settings(deadline=None, max_examples=60)
@given(boxes(), boxes())
def test_divided_ground_adds_up_whatever_lies_on_what(land: list[shapely.Polygon], over: list[shapely.Polygon]) -> None:
    official = [Area(1 + 7 * row) for row in range(len(land))]
    found: Unsupplied = unsupplied(parcels(*land, official=official), layer(*over))
    assert all(r.approved == r.supplied + r.unsupplied + r.sliver + r.no_data for r in found.rows)
    for row, parcel in enumerate(land):
        both = parcel.intersection(shapely.union_all(over)).area if over else 0.0
        ground = found.ground
        assert both == pytest.approx(ground.covered_m2[row], abs=ground.sliver_m2[row] + 1e-6)
    covered: Coverage = coverage(parcels(*land), layer(*over))
    for zone in covered.rows:
        assert zone.area == zone.covered + zone.uncovered + zone.no_data + zone.sliver
        gaps, double = ([s.area.units for s in p if s.zone == zone.zone] for p in (covered.gaps, covered.double))
        assert (sum(gaps), sum(double)) == (zone.uncovered.units, zone.double.units)


def delivery(
    *geometries: shapely.Geometry | None,
    keys: list[str] | None = None,
    classes: list[str] | None = None,
    **cells: object,
) -> Delivery:
    return Delivery(
        "old.shp",
        [f"F{i}" for i in range(len(geometries))],
        np.array(geometries, dtype=object),
        pd.DataFrame(cells, index=range(len(geometries))),
        keys,
        classes,
    )


def told(found: Diff) -> list[tuple[Kind, tuple[int, ...], tuple[int, ...]]]:
    return [(change.kind, change.old, change.new) for change in found.changes]


L = shapely.Polygon([(0, 0), (30, 0), (30, 10), (12, 10), (10, 30), (0, 30)])


def test_every_kind_of_change_is_told_by_what_lies_where() -> None:
    shape = translate(L, EAST + 1000, NORTH)
    found = diff(
        delivery(
            at(0, 0, 10, 10), at(20, 0, 30, 10), at(40, 0, 60, 10), at(80, 0, 90, 10), at(90, 0, 100, 10),
            shape, at(200, 0, 210, 10), at(300, 0, 310, 10), name=list("abcdefgh"),
        ),
        delivery(
            at(80, 0, 100, 10), translate(shape, 3, -4), at(0, 0, 10, 10), at(20, 0, 30, 10.5), at(40, 0, 50, 10),
            at(50, 0, 60, 10), at(200, 0, 210, 10.0005), at(400, 0, 450, 10), name=list("dfXbccgi"),
        ),
    )  # fmt: skip
    assert told(found) == [
        (Kind.ATTRIBUTES, (0,), (2,)),
        (Kind.RESHAPED, (1,), (3,)),
        (Kind.SPLIT, (2,), (4, 5)),
        (Kind.MERGED, (3, 4), (0,)),
        (Kind.MOVED, (5,), (1,)),
        (Kind.UNCHANGED, (6,), (6,)),
        (Kind.REMOVED, (7,), ()),
        (Kind.ADDED, (), (7,)),
    ]
    renamed, reshaped, *_ = found.changes
    assert renamed.edited == (Edited("name", "a", "X"),)
    assert m2(reshaped.lost or Area(1), reshaped.gained or Area(1)) == ["0.00", "5.00"]
    assert (found.changes[4].dx_m, found.changes[4].dy_m) == (3, -4)
    assert sum(tally.old for tally in found.tallies()) == 8


def test_ids_tell_features_before_their_ground_does() -> None:
    old = delivery(at(0, 0, 10, 10), at(20, 0, 30, 10), at(50, 0, 60, 10), None, keys=["1", "2", "2", "4"])
    new = delivery(at(20, 0, 30, 10), at(50, 0, 60, 10), at(0, 0, 10, 10), None, keys=["1", "2", "3", "4"])
    found = diff(old, new)
    assert told(found) == [
        (Kind.MOVED, (0,), (0,)),
        (Kind.REMOVED, (1,), ()),
        (Kind.UNCHANGED, (2,), (1,)),
        (Kind.UNCHANGED, (3,), (3,)),
        (Kind.ADDED, (), (2,)),
    ]
    assert [finding.code for finding in found.findings] == ["ID-DUPLICATE"]


def test_a_layer_that_was_shifted_as_a_whole_was_moved() -> None:
    squares = [at(10 * x, 10 * y, 10 * x + 10, 10 * y + 10) for x in range(12) for y in range(12)]
    found = diff(delivery(*squares), delivery(*(translate(each, 431.7, -251.3) for each in squares)))
    assert {change.kind for change in found.changes} == {Kind.MOVED}
    assert {(round(c.dx_m or 0, 6), round(c.dy_m or 0, 6)) for c in found.changes} == {(431.7, -251.3)}
    alone = diff(delivery(squares[0]), delivery(translate(squares[0], 431.7, -251.3)))
    assert [kind for kind, *_ in told(alone)] == [Kind.REMOVED, Kind.ADDED], "a lone square proves nothing"


def test_the_transition_table_adds_up_to_both_layers() -> None:
    found = diff(
        delivery(at(0, 0, 100, 100), at(100, 0, 200, 100), at(150, 0, 200, 100), classes=["0101", "0301", "0301"]),
        delivery(at(0, 0, 60, 100), at(60, 0, 120, 100), at(120, 0, 230, 100), classes=["0101", "0701", "0301"]),
    )
    table = found.transition.rounded()
    assert (table.old_classes, table.new_classes) == (("0101", "0301"), ("0101", "0301", "0701"))
    assert [m2(*row) for row in table.kept] == [["6000.00", "0.00", "4000.00"], ["0.00", "13000.00", "2000.00"]]
    assert m2(*table.gone) == ["0.00", "0.00"]
    assert m2(*table.come) == ["0.00", "3000.00", "0.00"]
    assert m2(*table.old_double) == ["0.00", "0.00"]
    assert m2(*table.new_double) == ["0.00", "5000.00", "0.00"]
    assert m2(*table.old) == ["10000.00", "15000.00"]
    assert m2(*table.new) == ["6000.00", "11000.00", "6000.00"]


@st.composite
def deliveries(draw: st.DrawFn) -> Delivery:
    ground = draw(boxes(most=5))
    cells = [draw(st.sampled_from("ab")) for _ in ground]
    keys = [draw(st.sampled_from(["1", "2", "3", "4", ""])) for _ in ground] if draw(st.booleans()) else None
    return delivery(*ground, keys=keys, classes=cells, name=cells)


def backwards(change: Change) -> tuple[object, ...]:
    ways = tuple(None if way is None else round(-way, 6) + 0.0 for way in (change.dx_m, change.dy_m))
    cells = tuple(Edited(each.column, each.new, each.old) for each in change.edited)
    return change.kind.backwards, change.new, change.old, change.gained, change.lost, ways, cells


def forwards(change: Change) -> tuple[object, ...]:
    ways = tuple(None if way is None else round(way, 6) + 0.0 for way in (change.dx_m, change.dy_m))
    return change.kind, change.old, change.new, change.lost, change.gained, ways, change.edited


@settings(deadline=None, max_examples=150)
@given(deliveries(), deliveries())
def test_the_comparison_backwards_is_that_of_new_with_old(old: Delivery, new: Delivery) -> None:
    there, back = diff(old, new), diff(new, old)
    assert {backwards(change) for change in there.changes} == {forwards(change) for change in back.changes}
    rows = [row for change in there.changes for row in change.old]
    assert sorted(rows) == list(range(len(old))), "every feature is told once"
    assert sorted(row for change in there.changes for row in change.new) == list(range(len(new)))


@settings(deadline=None, max_examples=60)
@given(deliveries())
def test_a_layer_does_not_differ_from_itself(layer: Delivery) -> None:
    assert diff(layer, layer).changed == ()


@settings(deadline=None, max_examples=100)
@given(deliveries(), deliveries())
def test_transitions_conserve_ground(old: Delivery, new: Delivery) -> None:
    found = diff(old, new, tolerance_m=0)
    exact, table = found.transition, found.transition.rounded()
    sides = [
        (old, table.old_classes, table.old, exact.old_m2),
        (new, table.new_classes, table.new, exact.new_m2),
    ]
    for delivered, classes, rounded, measured in sides:
        assert measured.sum() == pytest.approx(delivered.areas_m2.sum(), abs=1e-6)
        assert sum(area.units for area in rounded) == Area.measured(float(measured.sum())).units
        for name, area in zip(classes, measured, strict=True):
            mine = [a for a, c in zip(delivered.areas_m2, delivered.labels, strict=True) if c == name]
            assert area == pytest.approx(sum(mine), abs=1e-6)
    whole = found.table()
    both = ((whole.old, found.total.old_area, old), (whole.new, found.total.new_area, new))
    for side, total, delivered in both:
        assert sum(area.units for area in side) == total.units, "rows and columns add up to the deliveries"
        assert abs(total.units / 300 - delivered.areas_m2.sum()) <= 0.02
    assert all(t.old_area == t.new_area for t in found.tallies() if t.kind in {Kind.UNCHANGED, Kind.ATTRIBUTES})
