"""The least that is left on a day or later, against a sum over all changes for every day."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from landquota.ledger.limits import Room, Timeline
from landquota.ledger.movements import USING

FIRST = date(2018, 1, 1)
DAYS = st.integers(0, 40).map(lambda number: (FIRST + timedelta(days=number)).isoformat())
CHANGES = st.lists(st.tuples(DAYS, st.sampled_from(["grant", "allot", "reserve", "release"]), st.integers(-50, 50)))


def left_at(changes: list[tuple[str, str, int]], day: str, hundredths: int) -> Room:
    balance = sum(change for on, _, change in changes if on <= day)
    funds = sum(change for on, movement, change in changes if on <= day and movement not in USING)
    allowed = max(0, funds) * hundredths // 10_000
    return Room(balance + allowed, day, allowed)


@given(CHANGES, DAYS, st.sampled_from([0, 1, 500, 10_000]))
def test_the_least_that_is_left_is_that_of_the_first_day_with_the_least(
    changes: list[tuple[str, str, int]], day: str, hundredths: int
) -> None:
    later = sorted({on for on, _, _ in changes if on > day})
    expected = min((left_at(changes, each, hundredths) for each in (day, *later)), key=lambda room: room.units)
    timeline = Timeline(changes)
    assert timeline.lowest_from(day, hundredths=hundredths) == expected
    assert timeline.balance(day) == left_at(changes, day, 0).units


@given(CHANGES, DAYS)
def test_what_came_before_may_be_one_sum(changes: list[tuple[str, str, int]], since: str) -> None:
    """No day before `since` is asked for: then it does not matter on which earlier day something came."""
    together = Timeline((max(day, since), movement, change) for day, movement, change in changes)
    for day in {since, *(day for day, _, _ in changes if day >= since)}:
        assert together.lowest_from(day, hundredths=500) == Timeline(changes).lowest_from(day, hundredths=500)
