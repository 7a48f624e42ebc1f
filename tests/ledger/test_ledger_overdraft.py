"""No overdraft: on no day, and the refusal shows the arithmetic and what can be done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledger_samples import COUNTY, DAY, LATER, NOW, OTHER_TOWN, PLAN, TOWN, ZONE, at, move, mu, state

from landquota.area import Area, parse_exact
from landquota.ledger import MOVEMENTS, Ledger, Overdraft, StatementDraft
from landquota.ledger.limits import Timeline


def refused(ledger: Ledger, draft: object) -> Overdraft:
    head = ledger.head
    with pytest.raises(Overdraft) as refusal:
        ledger.post(draft, recorded=NOW)  # type: ignore[arg-type]
    assert ledger.head == head
    return refusal.value


def test_the_refusal_of_the_mockup(ledger: Ledger) -> None:
    ledger.import_all(
        [
            move("grant", ZONE, "145亩"),
            move("commit", ZONE, "45亩", key="L2018", document="慈征字〔2018〕3号"),
            move("reserve", ZONE, "60亩", key="R2018", reason="公牛二期", expires=date(2019, 6, 30)),
            move("grant", TOWN, "25亩"),
        ],
        recorded=NOW,
    )
    refusal = refused(ledger, move("commit", ZONE, "50亩", effective=LATER))
    assert str(refusal) == (
        "Refused: commit 50 mu exceeds what is available (新增计划 · 观海卫智能电器小镇 · 2018 · as of 2018-09-01)\n"
        "  granted 145 − reserved 60 − committed 45 = available 40 mu; commit asks 50 mu, short 10 mu\n"
        "  Used by: R2018 reserve 60 mu 公牛二期 (until 2019-06-30) · L2018 commit 45 mu 慈征字〔2018〕3号\n"
        "Possible: release R2018, or wait until it expires on 2019-06-30 · transfer from 观海卫镇 (available 25 mu)"
        " · request a supplement\n"
        "Nothing was written."
    )
    assert (refusal.holder, refusal.kind, refusal.year, refusal.as_of) == (ZONE, PLAN, 2018, LATER)
    figures = [refusal.granted, refusal.allotted_in, refusal.allotted_out, refusal.reserved, refusal.committed]
    assert [amount.number for amount in figures] == ["145", "0", "0", "60", "45"]
    assert [amount.number for amount in (refusal.available, refusal.asked, refusal.short)] == ["40", "50", "10"]


def test_the_refusal_as_data(ledger: Ledger) -> None:
    ledger.post(move("grant", ZONE, "10亩", key="g"), recorded=NOW)
    ledger.post(move("reserve", ZONE, "4亩", key="r"), recorded=NOW)
    data = refused(ledger, move("commit", ZONE, "7亩")).to_json()
    assert {name: data[name] for name in ("granted_mu", "reserved_mu", "available_mu", "asked_mu", "short_mu")} == {
        "granted_mu": "10", "reserved_mu": "4", "available_mu": "6", "asked_mu": "7", "short_mu": "1",
    }  # fmt: skip
    uses: Any = data["uses"]
    assert [(use["key"], use["movement"], use["amount_mu"]) for use in uses] == [("r", "reserve", "4")]
    assert data["possible"] == ["release r", "request a supplement"]
    assert (data["holder"], data["kind"], data["year"], data["as_of"]) == (ZONE, PLAN, 2018, "2018-06-01")


def test_every_term_stands_in_the_arithmetic(ledger: Ledger) -> None:
    ledger.import_all(
        [
            move("grant", COUNTY, "100亩"),
            move("allot", COUNTY, "40亩", to=TOWN),
            move("allot", TOWN, "3亩", to=ZONE),
            move("transfer", TOWN, "4亩", to=OTHER_TOWN),
            move("deduct", TOWN, "5亩"),
            move("reserve", TOWN, "6亩"),
            move("commit", TOWN, "7亩"),
            move("carry", TOWN, "2亩"),
        ],
        recorded=NOW,
    )
    assert (
        "allotted in 40 − allotted out 3 − transferred out 4 − carried out 2 − deducted, recovered or expired 5"
        " − reserved 6 − committed 7 = available 13 mu; commit asks 14 mu, short 1 mu"
    ) in str(refused(ledger, move("commit", TOWN, "14亩")))


def test_an_entry_dated_back_is_borne_by_every_later_day(ledger: Ledger) -> None:
    ledger.post(move("grant", TOWN, "10亩"), recorded=NOW)
    ledger.post(move("commit", TOWN, "8亩", effective=LATER), recorded=NOW)
    refusal = refused(ledger, move("commit", TOWN, "3亩"))
    assert (refusal.as_of, refusal.short) == (LATER, parse_exact("1亩"))
    assert "The entry counts from 2018-06-01 on, and entries of later days have used it." in str(refusal)
    ledger.post(move("commit", TOWN, "2亩"), recorded=NOW)
    assert mu(at(ledger, TOWN, as_of=DAY), "available") == ["8"]


def test_what_comes_later_does_not_help_earlier(ledger: Ledger) -> None:
    ledger.post(move("grant", TOWN, "10亩", effective=LATER), recorded=NOW)
    assert refused(ledger, move("commit", TOWN, "1亩", effective=LATER - timedelta(days=1))).available == Area(0)
    ledger.post(move("commit", TOWN, "10亩", effective=LATER), recorded=NOW)
    assert mu(at(ledger, TOWN), "available") == ["0"]


@pytest.mark.parametrize(
    ("movement", "filled_by", "is_state"),
    [("withdraw", "request", "requested"), ("release", "reserve", "reserved"), ("return", "commit", "committed")],
)
def test_no_state_falls_below_zero(ledger: Ledger, movement: str, filled_by: str, is_state: str) -> None:
    start = [("request", "10亩"), ("grant", "100亩"), ("reserve", "10亩"), ("commit", "10亩")]
    ledger.import_all([move(name, TOWN, area, key=name) for name, area in start], recorded=NOW)
    more = {"reservation": "reserve"} if movement == "release" else {}
    refusal = refused(ledger, move(movement, TOWN, "11亩", **more))
    assert (
        f"  {filled_by} 10 = {is_state} 10 mu; {MOVEMENTS[movement].label} asks 11 mu, short 1 mu\n"
        "Possible: ask for at most 10 mu"
    ) in str(refusal)
    assert refusal.shortage.state == is_state


def test_a_request_is_never_available(ledger: Ledger) -> None:
    ledger.post(move("request", TOWN, "200亩"), recorded=NOW)
    assert "nothing has been granted or allotted, available 0 mu; commit asks 1 mu" in str(
        refused(ledger, move("commit", TOWN, "1亩"))
    )


def test_where_only_a_statement_covers_it_the_opening_grant_comes_first(ledger: Ledger) -> None:
    stated = state("granted", "145亩", kind=PLAN, year=2018, clause="二(二)", basis="interpreted")
    assert isinstance(stated, StatementDraft)
    ledger.post(stated, recorded=NOW)
    assert mu(at(ledger, ZONE), "available") == ["145"]
    assert (
        "only a statement covers this account (R241-2018 二(二): 145亩): post the opening grant with its document first"
    ) in str(refused(ledger, move("commit", ZONE, "45亩")))
    ledger.post(move("grant", ZONE, "145亩", effective=date(2017, 12, 31)), recorded=NOW)
    ledger.post(move("commit", ZONE, "45亩"), recorded=NOW)
    assert mu(at(ledger, ZONE), "available") == ["100"]
    assert "only a statement" not in str(refused(ledger, move("commit", ZONE, "101亩")))


def test_a_reservation_that_has_expired_is_not_to_be_waited_for(ledger: Ledger) -> None:
    day = date(2018, 8, 31)
    ledger.post(move("grant", TOWN, "10亩"), recorded=NOW)
    ledger.post(move("reserve", TOWN, "6亩", key="R", expires=day), recorded=NOW)
    past = "Possible: R expired on 2018-08-31: post a lapse for it · request a supplement"
    assert past in str(refused(ledger, move("commit", TOWN, "5亩", effective=LATER)))
    on_its_last_day = str(refused(ledger, move("commit", TOWN, "5亩", effective=day)))
    assert "release R, or wait until it expires on 2018-08-31" in on_its_last_day


def test_a_reversal_is_limited_too(ledger: Ledger) -> None:
    grant = ledger.post(move("grant", TOWN, "10亩"), recorded=NOW)
    ledger.post(move("commit", TOWN, "4亩", effective=LATER), recorded=NOW)
    with pytest.raises(Overdraft, match=r"Refused: reversal of grant 10 mu exceeds what is available") as refusal:
        ledger.reverse(grant.key, reason="误录", effective=DAY, recorded=NOW)
    assert (refusal.value.as_of, refusal.value.short) == (LATER, parse_exact("4亩"))


def test_the_arithmetic_of_an_import_sees_its_earlier_rows(ledger: Ledger) -> None:
    drafts = [move("grant", TOWN, "10亩"), move("commit", TOWN, "4亩"), move("grant", OTHER_TOWN, "3亩")]
    first, second = ledger.check_all(
        [*drafts, move("commit", TOWN, "7亩"), move("commit", TOWN, "6亩"), move("reserve", TOWN, "1亩")]
    )
    assert first.message("en").endswith("granted 10 − committed 4 = available 6 mu; short 1 mu")
    assert first.remedy("en") == "Possible: transfer from 周巷镇 (available 3 mu) · request a supplement"
    assert second.message("en").endswith("granted 10 − committed 10 = available 0 mu; short 1 mu")


def test_after_a_refusal_an_import_still_counts_each_row_once(ledger: Ledger) -> None:
    drafts = [move("grant", TOWN, "10亩"), move("commit", OTHER_TOWN, "1亩"), move("commit", TOWN, "11亩")]
    assert [f.params["short"] for f in ledger.check_all(drafts)] == [parse_exact("1亩")] * 2


def test_the_limit_is_exact_to_the_unit(ledger: Ledger) -> None:
    ledger.post(move("grant", TOWN, "10亩"), recorded=NOW)
    one_more = replace(move("commit", TOWN, "10亩"), amount=Area(parse_exact("10亩").units + 1))
    assert refused(ledger, one_more).short == Area(1)
    ledger.post(move("commit", TOWN, "10亩"), recorded=NOW)


def test_only_live_uses_are_named(ledger: Ledger) -> None:
    ledger.post(move("grant", TOWN, "10亩"), recorded=NOW)
    ledger.post(move("reserve", TOWN, "9亩", key="gone"), recorded=NOW)
    ledger.reverse("gone", reason="误录", effective=DAY, recorded=NOW)
    ledger.post(move("reserve", TOWN, "8亩", key="held"), recorded=NOW)
    assert [use.key for use in refused(ledger, move("commit", TOWN, "3亩")).shortage.uses] == ["held"]


def test_a_reservation_is_named_with_what_it_still_holds(ledger: Ledger) -> None:
    ledger.post(move("grant", TOWN, "30亩"), recorded=NOW)
    for key, amount in (("part", "20亩"), ("released", "5亩"), ("used up", "3亩")):
        ledger.post(move("reserve", TOWN, amount, key=key), recorded=NOW)
    ledger.post(move("commit", TOWN, "8亩", reservation="part"), recorded=NOW)
    ledger.post(move("release", TOWN, "5亩", reservation="part"), recorded=NOW)
    ledger.post(move("release", TOWN, "5亩", reservation="released"), recorded=NOW)
    ledger.post(move("commit", TOWN, "3亩", reservation="used up"), recorded=NOW)
    refusal = refused(ledger, move("commit", TOWN, "13亩"))
    assert refusal.reserved == parse_exact("7亩")
    assert [(use.key, use.left.number) for use in refusal.shortage.uses] == [("part", "7"), ("used up", "0")]
    assert "part reserve 20 mu (7 mu left)" in str(refusal)
    assert refusal.remedy is not None
    assert "release part" in str(refusal.remedy)
    assert "used up" not in str(refusal.remedy)


def test_a_timeline_finds_the_lowest_day() -> None:
    days = [("2018-03-01", "grant", 10), ("2018-05-01", "commit", -4), ("2018-05-01", "return", 1)]
    timeline = Timeline([*days, ("2018-07-01", "grant", 20)])
    assert timeline.lowest_from("2018-01-01") == (0, "2018-01-01", 0)
    assert timeline.lowest_from("2018-03-01") == (7, "2018-05-01", 0)
    assert timeline.lowest_from("2018-06-01") == (7, "2018-06-01", 0)
    assert timeline.lowest_from("2018-07-01") == (27, "2018-07-01", 0)
    assert timeline.lowest_from("2018-07-01", hundredths=1_000) == (30, "2018-07-01", 3)
    assert timeline.lowest_from("2018-03-01", hundredths=1_000) == (8, "2018-05-01", 1)
    assert [timeline.balance(day) for day in ("2018-02-28", "2018-05-01", "2019-01-01")] == [0, 7, 27]
    assert Timeline().lowest_from("2018-01-01") == (0, "2018-01-01", 0)


@given(
    changes=st.lists(
        st.tuples(st.integers(1, 9), st.sampled_from(["grant", "commit"]), st.integers(-5, 9)), max_size=9
    ),
    asked=st.tuples(st.integers(0, 9), st.integers(1, 20)),
)
def test_what_is_told_quickly_is_what_the_lowest_day_tells(
    changes: list[tuple[int, str, int]], asked: tuple[int, int]
) -> None:
    timeline, (day, amount) = Timeline(), (f"2018-01-{asked[0]:02}", asked[1])
    for number, (of_day, movement, change) in enumerate(changes):
        timeline.add((f"2018-01-{of_day:02}", movement, change))
        if number % 3 == 0:
            timeline.balance(day)  # as between the rows of an import
    assert timeline.bears(amount, day) is (timeline.lowest_from(day).units >= amount)


def test_a_forgotten_year_is_named(ledger: Ledger) -> None:
    ledger.post(move("grant", TOWN, "10亩"), recorded=NOW)
    ledger.post(move("grant", TOWN, "7亩", year=None), recorded=NOW)
    ledger.post(move("grant", TOWN, "3亩", year=2017), recorded=NOW)
    forgotten = refused(ledger, move("commit", TOWN, "1亩", year=2016)).to_json()["possible"]
    assert forgotten == [
        "leave out the year: without one 7 mu are available",
        "name the year 2017: 3 mu are available",
        "name the year 2018: 10 mu are available",
        "request a supplement",
    ]
    assert refused(ledger, move("commit", TOWN, "11亩")).to_json()["possible"] == ["request a supplement"]
