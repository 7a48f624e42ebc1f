"""Every movement goes where the table of design §4 says, and nothing is lost on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from ledger_samples import COUNTY, DAY, LAST, LATER, NOW, OTHER_TOWN, PLAN, POOL, TOWN, ZONE, at, move, mu, state

from landquota.area import Area, Bounds
from landquota.ledger import MOVEMENTS, Ledger, MovementDraft, Position, State
from landquota.ledger.movements import TERMS


def available_by_identity(position: Position) -> Area:
    return Area(sum(sign * getattr(position, name).low.units for name, sign in TERMS.items()))


def test_the_table_is_that_of_the_design() -> None:
    ways = {name: (m.source.value, m.target.value) for name, m in MOVEMENTS.items()}
    assert ways == {
        "request": ("issuer", "requested"), "withdraw": ("requested", "issuer"),
        "grant": ("issuer", "available"), "supplement": ("issuer", "available"), "reward": ("issuer", "available"),
        "allot": ("available", "available"), "transfer": ("available", "available"),
        "reserve": ("available", "reserved"), "release": ("reserved", "available"), "lapse": ("reserved", "available"),
        "commit": ("available", "committed"), "return": ("committed", "available"),
        "deduct": ("available", "issuer"), "recover": ("available", "issuer"), "expire": ("available", "issuer"),
        "carry": ("available", "available"), "carry_deficit": ("available", "available"),
        "approve": ("issuer", "approved"), "divide": ("batch", "approved"), "revoke": ("approved", "issuer"),
        "requisition": ("approved", "requisitioned"), "bank": ("requisitioned", "banked"),
        "supply": ("banked", "supplied"), "take_back": ("supplied", "banked"),
        "start": ("supplied", "under_construction"), "complete": ("under_construction", "completed"),
        "accept": ("completed", "accepted"),
    }  # fmt: skip
    assert [name for name, m in MOVEMENTS.items() if m.needs_to] == ["allot", "transfer"]


@pytest.mark.parametrize(
    ("movement", "changes"),
    [
        (move("request", TOWN, "7亩"), {"requested": "107", "outstanding": "107"}),
        (move("withdraw", TOWN, "3亩"), {"requested": "97", "outstanding": "97"}),
        (
            move("grant", TOWN, "7亩", request="ask"),
            {"outstanding": "93", "granted": "107", "available": "47", "recorded": "107"},
        ),
        (move("grant", TOWN, "7亩"), {"granted": "107", "available": "47", "recorded": "107"}),
        (move("supplement", TOWN, "7亩"), {"granted": "107", "available": "47", "recorded": "107"}),
        (move("reward", TOWN, "7亩"), {"granted": "107", "available": "47", "recorded": "107"}),
        (move("allot", TOWN, "7亩", to=ZONE), {"allotted_out": "7", "available": "33", "recorded": "93"}),
        (move("transfer", TOWN, "7亩", to=OTHER_TOWN), {"transferred_out": "7", "available": "33", "recorded": "93"}),
        (move("reserve", TOWN, "7亩", expires=LATER), {"reserved": "47", "available": "33"}),
        (move("release", TOWN, "7亩", reservation="held"), {"reserved": "33", "available": "47"}),
        (move("lapse", TOWN, "7亩", reservation="held"), {"reserved": "33", "available": "47"}),
        (move("commit", TOWN, "7亩"), {"committed": "27", "available": "33"}),
        (move("commit", TOWN, "7亩", reservation="held"), {"committed": "27", "reserved": "33"}),
        (move("return", TOWN, "7亩"), {"committed": "13", "available": "47"}),
        (move("deduct", TOWN, "7亩"), {"withdrawn": "7", "available": "33", "recorded": "93"}),
        (move("recover", TOWN, "7亩"), {"withdrawn": "7", "available": "33", "recorded": "93"}),
        (move("expire", TOWN, "7亩"), {"withdrawn": "7", "available": "33", "recorded": "93"}),
        (move("carry", TOWN, "7亩"), {"carried_out": "7", "available": "33", "recorded": "93"}),
    ],
    ids=lambda value: value.movement if isinstance(value, MovementDraft) else "",
)
def test_each_movement_changes_what_it_should_and_nothing_else(
    ledger: Ledger, movement: MovementDraft, changes: dict[str, str]
) -> None:
    start = [
        move("request", TOWN, "100亩", key="ask"),
        move("grant", TOWN, "100亩"),
        move("reserve", TOWN, "40亩", key="held", expires=DAY),
        move("commit", TOWN, "20亩"),
    ]
    ledger.import_all(start, recorded=NOW)
    names = ["requested", "outstanding", *TERMS, "available", "recorded"]
    before = dict(zip(names, mu(at(ledger, TOWN), *names), strict=True))
    ledger.post(movement, recorded=NOW)
    after = at(ledger, TOWN)
    assert dict(zip(names, mu(after, *names), strict=True)) == before | changes
    assert available_by_identity(after) == after.available.low


def test_what_one_holder_gives_another_receives(ledger: Ledger) -> None:
    ledger.import_all(
        [
            move("grant", COUNTY, "300亩"),
            move("allot", COUNTY, "100亩", to=TOWN),
            move("allot", TOWN, "30亩", to=ZONE),
            move("transfer", TOWN, "20亩", to=OTHER_TOWN),
            move("carry", OTHER_TOWN, "5亩"),
        ],
        recorded=NOW,
    )
    assert mu(at(ledger, COUNTY), "granted", "allotted_out", "available") == ["300", "100", "200"]
    assert mu(at(ledger, TOWN), "allotted_in", "allotted_out", "transferred_out", "available") == [
        "100",
        "30",
        "20",
        "50",
    ]
    assert mu(at(ledger, ZONE), "allotted_in", "available") == ["30", "30"]
    assert mu(at(ledger, OTHER_TOWN), "transferred_in", "carried_out", "available") == ["20", "5", "15"]
    assert mu(at(ledger, OTHER_TOWN, year=2019), "carried_in", "available") == ["5", "5"]
    held = sum(p.recorded.low.units for p in ledger.positions(LAST))
    assert held == move("grant", COUNTY, "300亩").amount.units


def test_the_year_that_a_carry_over_goes_to_is_written_down(ledger: Ledger) -> None:
    ledger.post(move("grant", TOWN, "9亩"), recorded=NOW)
    ledger.post(move("carry", TOWN, "4亩", key="a"), recorded=NOW)
    ledger.post(move("carry", TOWN, "2亩", to_year=2021, key="b"), recorded=NOW)
    years = {entry.key: entry.body["to_year"] for entry in ledger.entries() if entry.key in {"a", "b"}}
    assert years == {"a": 2019, "b": 2021}
    assert mu(at(ledger, TOWN, year=2021), "carried_in") == ["2"]


def test_kinds_and_years_are_never_summed_together(ledger: Ledger) -> None:
    ledger.post(move("grant", TOWN, "10亩", kind=POOL), recorded=NOW)
    ledger.post(move("grant", TOWN, "20亩", kind=POOL, year=None), recorded=NOW)
    ledger.post(move("grant", TOWN, "30亩"), recorded=NOW)
    found = {(p.kind, p.year): p.available.number() for p in ledger.positions(LAST)}
    assert found == {(POOL, 2018): "10", (POOL, None): "20", ("新增计划", 2018): "30"}


def test_a_balance_is_that_of_the_end_of_its_day(ledger: Ledger) -> None:
    ledger.post(move("grant", TOWN, "50亩", effective=LATER), recorded=NOW)
    ledger.post(move("grant", TOWN, "10亩", effective=DAY), recorded=NOW)
    ledger.post(move("commit", TOWN, "5亩", effective=LATER), recorded=NOW)
    assert ledger.positions(date(2018, 5, 31)) == ()
    assert mu(at(ledger, TOWN, as_of=DAY), "granted", "committed", "available") == ["10", "0", "10"]
    assert mu(at(ledger, TOWN, as_of=date(2018, 8, 31)), "available") == ["10"]
    assert mu(at(ledger, TOWN, as_of=LATER), "granted", "committed", "available") == ["60", "5", "55"]


def test_after_a_kinds_validity_only_winding_down_is_possible(ledger: Ledger) -> None:
    after = date(2020, 7, 1)
    start = [move("grant", TOWN, "10亩", kind=POOL), move("reserve", TOWN, "4亩", kind=POOL, key="r", expires=LATER)]
    ledger.import_all(start, recorded=NOW)
    ledger.post(move("lapse", TOWN, "4亩", kind=POOL, effective=after, reservation="r"), recorded=NOW)
    ledger.post(move("expire", TOWN, "4亩", kind=POOL, effective=after), recorded=NOW)
    assert mu(at(ledger, TOWN, kind=POOL), "available", "withdrawn") == ["6", "4"]


def test_an_amount_is_exact_to_the_unit(ledger: Ledger) -> None:
    for area in ("0.01平方米", "0.0001亩", "1公顷"):
        ledger.post(move("grant", TOWN, area), recorded=NOW)
    assert at(ledger, TOWN).available.low == Area(3 + 20 + 3_000_000)


def test_a_position_names_the_entries_behind_it(ledger: Ledger) -> None:
    for key, draft in {
        "g": move("grant", COUNTY, "9亩", key="g"),
        "a": move("allot", COUNTY, "4亩", to=TOWN, key="a"),
    }.items():
        assert ledger.post(draft, recorded=NOW).key == key
    ledger.post(move("grant", COUNTY, "1亩", effective=LATER, key="late"), recorded=NOW)
    assert at(ledger, COUNTY, as_of=DAY).entries == ("g", "a")
    assert at(ledger, TOWN).entries == ("a",)


def test_the_issuer_is_no_holder(ledger: Ledger) -> None:
    ledger.post(move("grant", TOWN, "9亩"), recorded=NOW)
    assert {p.holder for p in ledger.positions(LAST)} == {TOWN}
    assert State.ISSUER not in TERMS


def test_figures_alone_are_the_same_without_the_keys_behind_them(ledger: Ledger) -> None:
    ledger.import_all(
        [
            move("request", TOWN, "50亩", key="ask"),
            move("grant", COUNTY, "100亩", key="g"),
            move("allot", COUNTY, "30亩", to=TOWN, key="a"),
            move("grant", TOWN, "20亩", key="n", request="ask", year=2019),
            state("granted", "145亩", kind=PLAN, year=2020, key="s"),
        ],
        recorded=NOW,
    )
    with_keys, alone = ledger.positions(LAST), ledger.positions(LAST, entries=False)
    assert [position.entries for position in with_keys] == [("g", "a"), ("s",), ("ask", "a"), ("n",)]
    assert alone == tuple(replace(position, entries=()) for position in with_keys)
    for expected in alone:
        group = (expected.holder, expected.kind, expected.year)
        assert ledger.position(*group, as_of=LAST, entries=False) == expected


def test_what_is_reserved_is_the_sum_of_what_is_left_of_the_reservations(ledger: Ledger) -> None:
    """The figure follows from what was given for use and came back, and has to meet the reservations themselves."""
    ledger.import_all(
        [
            move("grant", TOWN, "100亩"),
            move("reserve", TOWN, "40亩", key="one"),
            move("reserve", TOWN, "20亩", key="two"),
            move("reserve", TOWN, "5亩", key="taken-back"),
            move("commit", TOWN, "15亩", reservation="one", key="used"),
            move("commit", TOWN, "7亩"),
            move("release", TOWN, "2亩", reservation="two"),
            move("return", TOWN, "3亩"),
        ],
        recorded=NOW,
    )
    ledger.reverse("taken-back", reason="误录", effective=DAY, recorded=NOW)
    ledger.reverse("used", reason="误录", effective=LATER, recorded=NOW)
    for day, figures in ((DAY, ["43", "19", "38"]), (LATER, ["58", "4", "38"])):
        kept = sum(reservation.left.units for reservation in ledger.reservations(day))
        position = at(ledger, TOWN, as_of=day)
        assert position.reserved == Bounds.exactly(Area(kept))
        assert mu(position, "reserved", "committed", "available") == figures
