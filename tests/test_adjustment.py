"""调平: the adjusted areas add up, no area changes more than its share, and mistakes are not adjusted away."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landquota.adjustment import SURVEY_STEP, Method, adjust, adjustment
from landquota.area import Area, Unit, total
from landquota.errors import InputError

METHODS: tuple[Method, ...] = ("official", "proportional")
both_methods = pytest.mark.parametrize("method", METHODS)


def m2(*values: str | int) -> list[Area]:
    return [Area.of(value, Unit.M2) for value in values]


def hundredths(area: Area) -> int:
    return area.units // SURVEY_STEP.units


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        ("600.00", ("100.00", "300.00", "200.00")),
        ("600.02", ("100.00", "300.01", "200.01")),
        ("600.03", ("100.01", "300.01", "200.01")),
        ("600.07", ("100.02", "300.03", "200.02")),
        ("599.98", ("100.00", "299.99", "199.99")),
        ("599.96", ("99.99", "299.98", "199.99")),
    ],
)
def test_the_official_rule_gives_the_largest_one_step_more(control: str, expected: tuple[str, ...]) -> None:
    assert [area.m2 for area in adjust(m2(100, 300, 200), *m2(control))] == list(expected)


def test_in_proportion_what_rounding_leaves_goes_to_the_largest() -> None:
    areas = m2(100, 300, 200)
    assert [a.m2 for a in adjust(areas, *m2("600.06"), method="proportional")] == ["100.01", "300.03", "200.02"]
    assert [a.m2 for a in adjust(areas, *m2("600.01"), method="proportional")] == ["100.00", "300.01", "200.00"]
    thirds = adjust(m2(100, 100, 100), *m2("300.01"), method="proportional")
    assert [a.m2 for a in thirds] == ["100.01", "100.00", "100.00"]
    halves = adjust(m2(100, 100), *m2("199.99"), method="proportional")  # each rounds to -0.01: one is given back
    assert [a.m2 for a in halves] == ["100.00", "99.99"]


@pytest.mark.parametrize(
    ("method", "expected"),
    [("official", ("50.01", "50.01", "50.00", "50.00")), ("proportional", ("50.00", "50.00", "50.01", "50.01"))],
)
def test_of_equal_areas_the_earlier_is_the_larger(method: Method, expected: tuple[str, ...]) -> None:
    adjusted = adjust(m2(50, 50, 50, 50), *m2("200.02"), method=method)  # in proportion, all round up to 0.01
    assert tuple(area.m2 for area in adjusted) == expected


layers = st.lists(st.integers(0, 10**9).map(lambda n: Area(n * SURVEY_STEP.units)), min_size=1, max_size=40)


@given(layers, st.integers(-(10**6), 10**6), st.sampled_from(METHODS))
def test_adjusted_areas_add_up_and_none_is_negative(areas: list[Area], difference: int, method: Method) -> None:
    control = total(areas) + Area(difference * SURVEY_STEP.units)
    try:
        adjusted = adjust(areas, control, method=method)
    except InputError:
        assert difference < 0 or not total(areas)  # only taking away can be too much
        return
    assert total(adjusted) == control
    assert min(adjusted) >= Area()
    assert all(not (new - old).units % SURVEY_STEP.units for old, new in zip(areas, adjusted, strict=True))


@given(layers, st.integers(-(10**4), 10**4))
def test_official_corrections_differ_by_at_most_one_step(areas: list[Area], difference: int) -> None:
    areas = [area + Area(10**5 * SURVEY_STEP.units) for area in areas]
    control = total(areas) + Area(difference * SURVEY_STEP.units)
    corrections = [hundredths(new - old) for old, new in zip(areas, adjust(areas, control), strict=True)]
    assert max(corrections) - min(corrections) <= 1
    more = [area for area, each in zip(areas, corrections, strict=True) if abs(each) > abs(difference) // len(areas)]
    less = [area for area, each in zip(areas, corrections, strict=True) if abs(each) == abs(difference) // len(areas)]
    assert not more or min(more) >= max(less)


@given(layers, st.integers(-(10**6), 10**6))
def test_proportional_corrections_are_within_a_step_and_a_half_of_their_share(
    areas: list[Area], difference: int
) -> None:
    areas = [area + Area(10**6 * SURVEY_STEP.units) for area in areas]
    whole = total(areas)
    adjusted = adjust(areas, whole + Area(difference * SURVEY_STEP.units), method="proportional")
    for old, new in zip(areas, adjusted, strict=True):
        assert abs(hundredths(new - old) - Fraction(difference * old.units, whole.units)) <= Fraction(3, 2)


@given(layers, st.integers(0, 10**6), st.randoms())
def test_the_order_of_parcels_decides_only_between_equals(areas: list[Area], difference: int, random: object) -> None:
    control = total(areas) + Area(difference * SURVEY_STEP.units)
    forth, back = adjust(areas, control), adjust(areas[::-1], control)
    assert sorted(zip(areas, forth, strict=True)) == sorted(zip(areas[::-1], back, strict=True))


@both_methods
def test_what_adds_up_stays_as_it_is(method: Method) -> None:
    areas = m2("0.00", "12.34", "5")
    assert list(adjust(areas, total(areas), method=method)) == areas
    assert adjust([], Area(), method=method) == ()


def test_another_step() -> None:
    hectares = [Area.of(value, Unit.HA) for value in ("1.0001", "2.0003")]
    step = Area.of("0.0001", Unit.HA)
    adjusted = adjust(hectares, Area.of("3.0005", Unit.HA), step=step)
    assert [area.in_unit(Unit.HA, 4) for area in adjusted] == ["1.0001", "2.0004"]
    with pytest.raises(InputError, match=r"not a whole number of steps of 1\.00 m²"):
        adjust(hectares, Area.of("3.00045", Unit.HA), step=step)


@both_methods
@pytest.mark.parametrize(
    ("areas", "control", "message"),
    [
        ([3000], 3001, "0.015005 mu is not a whole number of steps of 0.01 m²"),
        ([3000, 1], 3003, "0.000005 mu is not a whole number of steps of 0.01 m²"),
        ([3000, -300], 2700, "-1.00 m² is below zero, as no land is"),
        ([3000], -3000, "-10.00 m² is below zero, as no land is"),
        ([], 300, "There is no area that could be adjusted"),
    ],
)
def test_what_cannot_be_adjusted(areas: list[int], control: int, message: str, method: Method) -> None:
    with pytest.raises(InputError) as refused:
        adjust([Area(units) for units in areas], Area(control), method=method)
    assert str(refused.value).startswith(message)


def test_no_area_becomes_negative() -> None:
    areas = m2("1000", "0.02", "1000")
    with pytest.raises(InputError) as refused:
        adjust(areas, *m2("1999.92"))
    assert str(refused.value) == (
        "Area 2 of 0.02 m² cannot take a correction of -0.03 m²\n"
        "Adjust in proportion to the areas, or check the control area."
    )
    assert [a.m2 for a in adjust(areas, *m2("1999.92"), method="proportional")] == ["999.95", "0.02", "999.95"]


def test_nothing_cannot_be_shared_out_in_proportion_to_nothing() -> None:
    with pytest.raises(InputError, match="There is no area that could be adjusted"):
        adjust(m2(0, 0), *m2("0.02"), method="proportional")
    assert adjust(m2(0, 0), Area(), method="proportional") == (Area(), Area())


def test_the_table_adds_up() -> None:
    parcels = zip(("地块一", "地块二", "地块三"), m2("33333.33", "33333.33", "33333.33"), strict=True)
    table, findings = adjustment(parcels, *m2("100000"))
    assert [(row.parcel, *row.figures()) for row in table.rows] == [
        ("地块一", "33333.33", "0.01", "33333.34"),
        ("地块二", "33333.33", "0.00", "33333.33"),
        ("地块三", "33333.33", "0.00", "33333.33"),
    ]
    assert table.totals() == ("99999.99", "0.01", "100000.00")
    assert findings == []
    assert table.to_json() == {
        "method": "official",
        "control_m2": "100000.00",
        "total": {"measured_m2": "99999.99", "correction_m2": "0.01", "adjusted_m2": "100000.00"},
        "rows": [
            {"parcel": row.parcel, "measured_m2": a, "correction_m2": b, "adjusted_m2": c}
            for row in table.rows
            for a, b, c in [row.figures()]
        ],
    }


def test_an_adjustment_of_more_than_rounding_is_said() -> None:
    planar, ellipsoid = m2("1000000", "999629.98")
    table, (finding,) = adjustment([("A", planar)], ellipsoid)
    assert table.rows[0].adjusted == ellipsoid
    assert finding.code == "ADJUST-LARGE"
    assert finding.message("en") == (
        "The areas add up to 1000000.00 m² where the control area is 999629.98 m²: "
        "the difference of -370.02 m² is 370 ppm, more than the 100 ppm that rounding explains"
    )
    assert finding.remedy("en").startswith("Look for a missing or double parcel")


def test_the_tolerance_may_be_another() -> None:
    (area,) = m2("1000000")
    assert adjustment([("A", area)], *m2("999900"))[1] == []
    assert [f.code for f in adjustment([("A", area)], *m2("999899.99"))[1]] == ["ADJUST-LARGE"]
    assert adjustment([("A", area)], *m2("999629.98"), tolerance=Fraction(1, 1000))[1] == []
    (from_nothing,) = adjustment([("A", Area())], *m2("0.01"))[1]
    assert "∞ ppm" in from_nothing.message("en")
