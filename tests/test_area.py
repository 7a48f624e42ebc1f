"""Exact area: parsing, printing, bounds and apportioning."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landquota.amount import PrecisionError
from landquota.area import (
    UNITS_PER_MU,
    ZERO,
    Area,
    Bounds,
    Unit,
    apportion,
    parse_amount,
    parse_area,
    parse_exact,
    parse_figure,
    rounded_rows,
    total,
)
from landquota.errors import InputError

areas = st.integers(0, 10**15).map(Area)


@st.composite
def bounds(draw: st.DrawFn) -> Bounds:
    low = draw(areas)
    high = draw(st.none() | st.integers(0, 10**15))
    return Bounds(low, None if high is None else Area(low.units + high))


@pytest.mark.parametrize(
    ("written", "low_mu", "high_mu"),
    [
        ("145亩", "145", "145"),
        ("500余亩", "500", None),
        ("近400亩", "0", "400"),
        ("4.81平方公里", "7215", "7215"),
        ("2.86 km²", "4290", "4290"),
        ("23万㎡", "345", "345"),
        ("1.5公顷", "22.5", "22.5"),
        ("１４５亩", "145", "145"),
        ("1,700亩", "1700", "1700"),
        ("1，700 亩", "1700", "1700"),
        ("145 mu", "145", "145"),
        ("约2.86平方公里", "4282.5", "4297.5"),
        ("100亩左右", "99.5", "100.5"),
        ("100亩以上", "100", None),
        ("23万余平方米", "345", None),
        ("至少 10 亩", "10", None),
        ("不足10亩", "0", "10"),
        ("3–4亩", "3", "4"),
        ("5.7089 hm2", "85.6335", "85.6335"),
        ("3㎢", "4500", "4500"),
    ],
)
def test_reads_figures_as_documents_write_them(written: str, low_mu: str, high_mu: str | None) -> None:
    assert parse_area(written).bounds.to_json() == {"low": low_mu, "high": high_mu}


def test_about_is_marked_as_a_convention() -> None:
    figure = parse_area("约2.86平方公里")
    assert figure.approximate
    assert figure.nominal == Area.of("2.86", Unit.KM2)
    assert not parse_area("500余亩").approximate


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            "145 mou",
            "'145 mou': the unit 'mou' is unknown\n"
            "Did you mean 'mu'? Known units: 亩 (mu), 平方米 (m²), 公顷 (ha), 平方公里 (km²).",
        ),
        ("145", "'145' is not an area\nWrite a number with a unit, such as 145亩, 500余亩, 4.81平方公里 or 1.5 ha."),
        ("", "'' is not an area\nWrite a number with a unit, such as 145亩, 500余亩, 4.81平方公里 or 1.5 ha."),
        ("-5亩", "'-5亩' is not an area\nWrite a number with a unit, such as 145亩, 500余亩, 4.81平方公里 or 1.5 ha."),
        ("近500余亩", "'近500余亩' has two qualifiers that cannot both hold\nKeep one of them."),
        (
            "0.0000001亩",
            "0.0000001 mu is finer than 1/300 m²\n"
            "Give at most 2 decimals of m², 6 of ha, 5 of mu (in steps of 0.000005).",
        ),
        (
            "3.333㎡",
            "3.333 m² is finer than 1/300 m²\nGive at most 2 decimals of m², 6 of ha, 5 of mu (in steps of 0.000005).",
        ),
        ("9" * 40 + "亩", "'" + "9" * 40 + "亩' is larger than any land\nGive an area below 10,000,000 km²."),
    ],
)
def test_refuses_with_what_was_found_and_what_is_needed(written: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_area(written)
    assert refused.value.render("en") == message


@pytest.mark.parametrize("written", ["500余亩", "近400亩", "约10亩", "0亩"])
def test_a_transfer_needs_an_exact_positive_area(written: str) -> None:
    with pytest.raises(InputError):
        parse_exact(written)


@given(areas)
def test_mu_in_six_decimals_is_exact(area: Area) -> None:
    assert Fraction(Decimal(area.mu)) == Fraction(area.units, UNITS_PER_MU)
    assert Area.of(area.mu, Unit.MU) == area


@given(bounds(), st.sampled_from(["zh", "en"]))
def test_reading_what_was_printed_gives_the_same_bounds(value: Bounds, language: str) -> None:
    assert parse_area(value.render(language)).bounds == value


@given(st.decimals("0", "999999999", places=2))
def test_hundredths_of_a_square_metre_are_whole_units(square_metres: Decimal) -> None:
    assert Area.of(square_metres, Unit.M2).m2 == f"{square_metres:.2f}"


@given(st.lists(areas))
def test_totals_do_not_depend_on_order(parts: list[Area]) -> None:
    assert total(parts) == total(reversed(parts)) == sum(parts, ZERO)


def test_the_classic_666_67_would_drift_and_this_does_not() -> None:
    # 666.67 m² a mu loses 0.75 mu on 100 km² (design: trap 9)
    assert Area.of(100, Unit.KM2).mu == "150000"
    assert Area.of(Decimal("666.67"), Unit.M2) != Area.of(1, Unit.MU)


@given(bounds(), bounds(), st.data())
def test_interval_arithmetic_holds_for_every_value_inside(a: Bounds, b: Bounds, data: st.DataObject) -> None:
    def inside(value: Bounds) -> Area:
        top = value.low.units + 10**16 if value.high is None else value.high.units
        return Area(data.draw(st.integers(value.low.units, top)))

    x, y = inside(a), inside(b)
    assert (a + b).contains(x + y)
    assert a.excess_over(b).contains(max(ZERO, x - y))


def test_the_first_reconciliation() -> None:
    requisitioned, building, granted = (parse_area(s).bounds for s in ("500余亩", "近400亩", "145亩"))
    assert requisitioned.excess_over(granted).to_json() == {"low": "355", "high": None}
    assert requisitioned.excess_over(building).to_json() == {"low": "100", "high": None}
    both = granted + parse_area("200亩").bounds
    assert requisitioned.excess_over(both).to_json() == {"low": "155", "high": None}


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**9), min_size=1, max_size=40).filter(any))
def test_apportioned_parts_sum_and_stay_within_one_step(whole: int, weights: list[int]) -> None:
    parts = apportion(whole, weights)
    assert sum(parts) == whole
    for part, weight in zip(parts, weights, strict=True):
        assert abs(Fraction(part) - Fraction(whole * weight, sum(weights))) < 1


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1, 3]])
def test_apportioning_needs_weights(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        apportion(10, weights)


@given(st.lists(areas, min_size=1, max_size=30), st.sampled_from(list(Unit)), st.integers(0, 4))
def test_printed_rows_add_up_to_their_printed_total(parts: list[Area], unit: Unit, decimals: int) -> None:
    rows = [Decimal(row) for row in rounded_rows(parts, unit, decimals)]
    assert sum(rows) == Decimal(total(parts).in_unit(unit, decimals))


@pytest.mark.parametrize(
    ("square_metres", "printed"),
    [(57088.885, "57088.89"), (57088.884999, "57088.88"), (0.005, "0.01"), (-0.005, "-0.01")],
)
def test_measured_areas_round_half_up_to_the_surveys_resolution(square_metres: float, printed: str) -> None:
    assert Area.measured(square_metres).m2 == printed


def test_bounds_the_wrong_way_round_are_refused() -> None:
    with pytest.raises(InputError, match="wrong way round"):
        Bounds(Area(2), Area(1))
    with pytest.raises(InputError, match="wrong way round"):
        parse_area("4–3亩")


def test_precision_error_is_an_input_error() -> None:
    assert issubclass(PrecisionError, InputError)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("5000", "'5000' is not an amount\nWrite a number with a unit, such as 145亩, 1500公斤 or 830万元."),
        (
            "500余亩",
            "'500余亩' is not exact\n"
            "A transfer needs an exact amount; record a figure like this with 'landquota ledger state'.",
        ),
        ("12.345元", "12.345 yuan is finer than 1 fen\nGive at most 2 decimals of yuan."),
    ],
)
def test_an_amount_that_cannot_be_posted_is_told_by_what_is_counted(written: str, message: str) -> None:
    with pytest.raises(InputError) as refused:
        parse_amount(written)
    assert refused.value.render("en") == message


def test_a_text_that_is_no_figure_is_refused() -> None:
    with pytest.raises(InputError, match="'许多' is not an amount"):
        parse_figure("许多")


def test_an_area_that_has_to_be_exact_is_no_money() -> None:
    with pytest.raises(InputError, match="'830万元' is not an area"):
        parse_exact("830万元")
