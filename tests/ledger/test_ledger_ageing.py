"""Ageing: what waits since when, first in first out, and adding up to the position to the unit."""

from __future__ import annotations

import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from land_samples import APPROVED, BATCH, DIVIDED, END, P1, P2, STARTED, SUPPLIED, land
from ledger_samples import DECLARATIONS, NOW, OTHER_TOWN, TOWN

from landquota.area import Area, total
from landquota.ledger import Bucket, EntryRefused, LandPosition, Ledger, Lot, State

Y2016 = date(2016, 6, 1)


def shown(lots: tuple[Lot, ...]) -> list[tuple[str, str, str]]:
    """Return each lot as what it is of, its area and since when it counts."""
    return [(lot.batch if lot.stage is State.BATCH else lot.parcel, lot.area.mu, str(lot.since)) for lot in lots]  # type: ignore[misc]


def test_a_parcel_counts_from_the_approval_of_its_batch(ledger: Ledger) -> None:
    ledger.import_all(
        [
            land("approve", "30亩", APPROVED, batch=BATCH, deadline=date(2017, 3, 1)),
            land("divide", "12亩", DIVIDED, batch=BATCH, parcel=P1, key="divide"),
            land("requisition", "12亩", DIVIDED, parcel=P1),
            land("divide", "5亩", SUPPLIED, batch=BATCH, parcel=P2, deadline=END, to=OTHER_TOWN),
        ],
        recorded=NOW,
    )
    lots = ledger.unsupplied(END)
    assert shown(lots) == [(P2, "5", "2015-03-01"), (BATCH, "13", "2015-03-01"), (P1, "12", "2015-03-01")]
    other, batch, parcel = lots
    assert (other.holder, other.batch, other.deadline) == (OTHER_TOWN, BATCH, END)
    assert (batch.parcel, batch.deadline) == (None, date(2017, 3, 1))
    assert (parcel.key, parcel.deadline, parcel.stage) == ("divide", date(2017, 3, 1), State.APPROVED)
    assert [lot.overdue(date(2017, 3, 1)) for lot in lots] == [False, False, False]
    assert [lot.overdue(date(2017, 3, 2)) for lot in lots] == [False, True, True]
    assert parcel.days(date(2015, 3, 31)) == 30


def test_what_came_first_goes_first(ledger: Ledger) -> None:
    ledger.import_all(
        [
            land("approve", "10亩", APPROVED, batch=BATCH),
            land("approve", "10亩", Y2016, batch=BATCH),
            land("divide", "4亩", Y2016, batch=BATCH, parcel=P1),
            land("divide", "8亩", Y2016, batch=BATCH, parcel=P1),
            land("supply", "5亩", STARTED, parcel=P1, key="first"),
            land("supply", "3亩", END, parcel=P1, key="second"),
            land("start", "6亩", END, parcel=P1),
        ],
        recorded=NOW,
    )
    assert shown(ledger.unsupplied(Y2016)) == [
        (P1, "4", "2015-03-01"), (P1, "6", "2015-03-01"), (BATCH, "8", "2016-06-01"), (P1, "2", "2016-06-01"),
    ]  # fmt: skip
    assert shown(ledger.unsupplied(END)) == [
        (P1, "2", "2015-03-01"), (BATCH, "8", "2016-06-01"), (P1, "2", "2016-06-01"),
    ]  # fmt: skip
    assert [(lot.key, lot.area.mu) for lot in ledger.unused(END)] == [("second", "2")]
    assert [(lot.since, lot.area.mu) for lot in ledger.being_built(END)] == [(END, "6")]


def test_supplied_land_counts_from_its_supply_until_the_agreed_start(ledger: Ledger) -> None:
    ledger.import_all(
        [
            land("approve", "12亩", APPROVED, parcel=P1),
            land("supply", "12亩", SUPPLIED, parcel=P1, starts_by=Y2016),
        ],
        recorded=NOW,
    )
    (lot,) = ledger.unused(END)
    assert (lot.since, lot.deadline, lot.area.mu) == (SUPPLIED, Y2016, "12")
    assert (lot.overdue(Y2016), lot.overdue(END)) == (False, True)
    assert ledger.unsupplied(END) == ()


def test_land_taken_back_waits_from_that_day_and_has_no_deadline_to_miss(ledger: Ledger) -> None:
    ledger.import_all(
        [
            land("approve", "12亩", APPROVED, parcel=P1, deadline=END),
            land("supply", "12亩", SUPPLIED, parcel=P1),
            land("take_back", "5亩", STARTED, parcel=P1),
        ],
        recorded=NOW,
    )
    (lot,) = ledger.unsupplied(END)
    assert (lot.area.mu, lot.since, lot.taken_back, lot.overdue(END)) == ("5", STARTED, True, None)
    assert [lot.area.mu for lot in ledger.unused(END)] == ["7"]
    assert "LEDGER-DEADLINE-MISSING" not in {finding.code for finding in ledger.check_land(END)}


def test_what_was_taken_back_by_reversal_is_as_if_it_had_never_been(ledger: Ledger) -> None:
    ledger.import_all(
        [
            land("approve", "10亩", APPROVED, parcel=P1, key="first"),
            land("supply", "10亩", SUPPLIED, parcel=P1),
            land("approve", "10亩", Y2016, parcel=P1, key="second"),
        ],
        recorded=NOW,
    )
    # The first approval never was: what was supplied in its name is now the second's.
    ledger.reverse("first", reason="误录", effective=END, recorded=NOW)
    assert shown(ledger.unsupplied(date(2020, 12, 30))) == [(P1, "10", "2016-06-01")]
    assert ledger.unsupplied(END) == ()


@pytest.mark.parametrize(
    ("as_of", "bucket"),
    [
        (date(2016, 2, 29), "under 1 year"),
        (date(2017, 2, 27), "under 1 year"),
        (date(2017, 2, 28), "1 to 2 years"),
        (date(2018, 2, 27), "1 to 2 years"),
        (date(2018, 2, 28), "2 to 3 years"),
        (date(2019, 2, 28), "3 to 5 years"),
        (date(2021, 2, 27), "3 to 5 years"),
        (date(2021, 2, 28), "5 years and more"),
        (date(2099, 2, 28), "5 years and more"),
    ],
)
def test_buckets_are_full_calendar_years(as_of: date, bucket: str) -> None:
    assert Bucket.of(SUPPLIED, as_of).render("en") == bucket


class Step(NamedTuple):
    movement: str
    parcel: str
    units: int
    day: int
    from_stage: str | None


_STAGES = ("approved", "requisitioned", "banked", "supplied", "under_construction", "completed")
_STEPS = st.builds(
    Step,
    movement=st.sampled_from(
        ("approve", "batch", "divide", "divide", "requisition", "bank", "supply", "supply", "start", "complete",
         "take_back", "revoke")
    ),
    parcel=st.sampled_from((P1, P2)),
    units=st.integers(1, 40),
    day=st.integers(0, 6),
    from_stage=st.none() | st.sampled_from(_STAGES),
)  # fmt: skip


def post(ledger: Ledger, step: Step) -> str | None:
    """Post a step, or not where the ledger refuses it; return the entry's key."""
    name = "approve" if step.movement == "batch" else step.movement
    more: dict[str, object] = {} if step.movement == "batch" else {"parcel": step.parcel}
    if step.movement in {"batch", "divide"}:
        more["batch"] = BATCH
    elif name != "approve":
        more["from_stage"] = step.from_stage
    draft = land(name, f"{step.units}亩", DIVIDED + timedelta(days=step.day), **more)
    try:
        return ledger.post(draft, recorded=NOW).key
    except EntryRefused:
        return None


def agree(ledger: Ledger, day: date) -> None:
    """Hold positions, plots and lots of one day against each other and against the entries."""
    moved = {"approve": 0, "revoke": 0}
    for entry in ledger.entries(as_of=day):
        name = (entry.target or entry.body).get("movement")
        if name in moved and entry.amount is not None:
            moved[str(name)] += entry.amount.units
    holders, plots = ledger.land_positions(day), ledger.plots(day)
    standing = sum(stock.area.units for p in holders for stock in p.now.values())
    assert standing == sum(p.whole.units for p in holders) == moved["approve"] - moved["revoke"]
    waiting, unused, built = ledger.unsupplied(day), ledger.unused(day), ledger.being_built(day)
    assert all(lot.area.units > 0 and lot.since <= day for lot in (*waiting, *unused, *built))
    for plot in plots:
        assert of(waiting, plot) == plot.unsupplied
        assert of(unused, plot) == plot.unused
        assert of(built, plot) == plot.now[State.UNDER_CONSTRUCTION].area
        figures = [stock.area.units for stock in plot.through.values()]
        assert figures == sorted(figures, reverse=True)
        assert figures[-1] >= 0
    divided = sum(p.whole.units for p in plots if p.parcel)
    assert divided <= moved["approve"]
    assert total(lot.area for lot in waiting) == total(p.unsupplied for p in holders)


def of(lots: tuple[Lot, ...], plot: LandPosition) -> Area:
    """Return the area of the lots of one batch that is not divided, or of one parcel."""
    mine = (lot for lot in lots if (lot.parcel, None if lot.parcel else lot.batch) == (plot.parcel, plot.batch))
    return total(lot.area for lot in mine)


@settings(max_examples=25, deadline=None)
@given(
    steps=st.lists(_STEPS, min_size=4, max_size=25), taken=st.lists(st.tuples(st.integers(0, 24), st.integers(0, 9)))
)
def test_lots_add_up_to_positions_whatever_the_programme(steps: list[Step], taken: list[tuple[int, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "ledger.sqlite", create=True) as ledger:
        ledger.import_all(DECLARATIONS, recorded=NOW)
        keys = [post(ledger, step) for step in steps]
        for number, later in taken:
            key = keys[number % len(keys)]
            if key is not None:
                try:
                    ledger.reverse(key, reason="r", effective=DIVIDED + timedelta(days=later), recorded=NOW)
                except EntryRefused:
                    continue
        for day in (DIVIDED, DIVIDED + timedelta(days=3), END):
            agree(ledger, day)
        assert ledger.verify().ok
        assert {lot.holder for lot in ledger.unsupplied(END)} <= {TOWN}
