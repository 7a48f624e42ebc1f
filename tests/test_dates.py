"""Periods in calendar years: their last days, and which years are full."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from landquota.dates import add_years, full_years


@pytest.mark.parametrize(
    ("day", "years", "last"),
    [
        (date(2018, 6, 1), 1, date(2019, 6, 1)),
        (date(2016, 2, 29), 1, date(2017, 2, 28)),
        (date(2016, 2, 29), 4, date(2020, 2, 29)),
        (date(2015, 2, 28), 1, date(2016, 2, 28)),
        (date(2018, 12, 31), 0, date(2018, 12, 31)),
    ],
)
def test_a_period_of_years_ends_on_the_same_day_or_with_the_month(day: date, years: int, last: date) -> None:
    assert add_years(day, years) == last
    assert full_years(day, last) == years
    assert full_years(day, last - timedelta(days=1)) == max(0, years - 1)


def test_no_year_is_full_before_the_first_day() -> None:
    assert full_years(date(2018, 6, 1), date(2012, 1, 1)) == 0
