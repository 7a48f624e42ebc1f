"""Over-limit allowances, attacked: who may use them, how much they are, when they hold, and what they say."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from ledger_samples import COUNTY, DAY, LATER, NOW, OTHER_TOWN, PLAN, POOL, TOWN, ZONE, at, move, mu

from landquota.area import parse_exact
from landquota.ledger import AllowanceDraft, Draft, EntryRefused, Ledger, Overdraft

END = date(2018, 12, 31)


def allowance(percent: str = "5", **more: Any) -> AllowanceDraft:
    given = {"name": "先行用地", "holder": TOWN, "kind": PLAN, "effective": DAY, "document": "甬〔2018〕9号", **more}
    return AllowanceDraft(percent=percent, **given)


@pytest.fixture
def allowed(ledger: Ledger) -> Ledger:
    """Return a ledger in which the town has 100 mu and may use 105."""
    ledger.import_all([move("grant", TOWN, "100亩", key="grant"), allowance()], recorded=NOW)
    return ledger


def short(ledger: Ledger, draft: Draft) -> str:
    """Return how much is missing for `draft`, which is refused and leaves no trace."""
    head = ledger.head
    with pytest.raises(Overdraft) as refusal:
        ledger.post(draft, recorded=NOW)
    assert ledger.head == head
    return str(refusal.value.short)


@pytest.mark.parametrize("movement", ["reserve", "commit"])
def test_what_uses_quota_may_use_the_allowance_to_the_unit(allowed: Ledger, movement: str) -> None:
    assert short(allowed, move(movement, TOWN, "105.000005亩")) == "0.000005 mu"
    allowed.post(move(movement, TOWN, "105亩"), recorded=NOW)
    assert mu(at(allowed, TOWN), "available", "recorded") == ["-5", "100"]
    assert short(allowed, move("commit", TOWN, "1亩")) == "1 mu"
    assert allowed.verify().ok


@pytest.mark.parametrize("movement", ["allot", "transfer", "deduct", "recover", "expire", "carry"])
def test_nothing_else_may(allowed: Ledger, movement: str) -> None:
    to = {"allot": ZONE, "transfer": OTHER_TOWN}.get(movement)
    draft = move(movement, TOWN, "101亩", to=to)
    assert short(allowed, draft) == "1 mu"
    with pytest.raises(Overdraft) as refusal:
        allowed.post(draft, recorded=NOW)
    assert "over-limit allowance" not in str(refusal.value)
    allowed.post(move("commit", TOWN, "104亩"), recorded=NOW)
    assert short(allowed, move(movement, TOWN, "1亩", to=to)) == "5 mu"


def test_no_detour_gives_the_allowance_away(allowed: Ledger) -> None:
    """Reserved beyond the limit and released, it is no more than was given."""
    allowed.post(move("reserve", TOWN, "105亩", key="held"), recorded=NOW)
    allowed.post(move("release", TOWN, "105亩", reservation="held"), recorded=NOW)
    assert short(allowed, move("transfer", TOWN, "101亩", to=OTHER_TOWN)) == "1 mu"
    allowed.post(move("commit", TOWN, "105亩", key="used"), recorded=NOW)
    allowed.post(move("return", TOWN, "105亩"), recorded=NOW)
    assert short(allowed, move("deduct", TOWN, "101亩")) == "1 mu"


def test_what_was_given_cannot_be_taken_from_under_what_was_used(allowed: Ledger) -> None:
    allowed.post(move("commit", TOWN, "105亩"), recorded=NOW)
    with pytest.raises(Overdraft):
        allowed.reverse("grant", reason="误录", effective=LATER, recorded=NOW)


def test_the_percentage_is_of_what_came_in_less_what_went_out(allowed: Ledger) -> None:
    allowed.import_all(
        [
            move("supplement", TOWN, "100亩"),
            move("allot", TOWN, "40亩", to=ZONE),
            move("deduct", TOWN, "20亩"),
            move("carry", TOWN, "20亩"),
            move("reserve", TOWN, "50亩"),
        ],
        recorded=NOW,
    )
    assert short(allowed, move("commit", TOWN, "77亩")) == "1 mu"
    allowed.post(move("commit", TOWN, "76亩"), recorded=NOW)
    assert mu(at(allowed, TOWN), "available") == ["-6"]


@pytest.mark.parametrize(("percent", "most"), [("0", "100"), ("0.01", "100.01"), ("2.5", "102.5"), ("100", "200")])
def test_every_percentage(ledger: Ledger, percent: str, most: str) -> None:
    ledger.import_all([move("grant", TOWN, "100亩"), allowance(percent)], recorded=NOW)
    over = parse_exact(f"{most}亩") + parse_exact("0.000005亩")
    assert short(ledger, move("commit", TOWN, f"{over.number}亩")) == "0.000005 mu"
    assert not ledger.post(move("commit", TOWN, f"{most}亩"), recorded=NOW).already


def test_where_nothing_was_given_nothing_is_allowed(ledger: Ledger) -> None:
    ledger.post(allowance("100"), recorded=NOW)
    with pytest.raises(Overdraft, match="nothing has been granted or allotted, available 0 mu; commit asks 1 mu"):
        ledger.post(move("commit", TOWN, "1亩"), recorded=NOW)


def test_of_two_the_one_declared_later_counts(allowed: Ledger) -> None:
    allowed.post(allowance("2", name="收紧"), recorded=NOW)
    with pytest.raises(Overdraft, match=r"over-limit allowance 2 % \(收紧\) 2"):
        allowed.post(move("commit", TOWN, "103亩"), recorded=NOW)
    allowed.post(allowance("10", name="放宽", effective=LATER), recorded=NOW)
    assert short(allowed, move("commit", TOWN, "110亩")) == "8 mu", "on its day the stricter one held"
    allowed.post(move("commit", TOWN, "110亩", effective=LATER), recorded=NOW)


def test_it_is_of_its_holder_kind_and_year(ledger: Ledger) -> None:
    same: dict[str, Any] = {"effective": DAY}
    grants = [
        move("grant", holder, "100亩", kind=kind, year=year, **same)
        for holder, kind, year in (
            (TOWN, PLAN, 2018), (TOWN, PLAN, 2019), (TOWN, PLAN, None), (TOWN, POOL, 2018), (OTHER_TOWN, PLAN, 2018),
        )
    ]  # fmt: skip
    ledger.import_all([*grants, allowance(year=2018)], recorded=NOW)
    for more in ({"year": 2019}, {"year": None}, {"kind": POOL}):
        assert short(ledger, move("commit", TOWN, "101亩", **more)) == "1 mu"
    assert short(ledger, move("commit", OTHER_TOWN, "101亩")) == "1 mu"
    ledger.post(allowance("1", name="各年"), recorded=NOW)
    for year in (2019, None, 2018):
        assert short(ledger, move("commit", TOWN, "102亩", year=year)) == "1 mu", "one without a year holds for each"
        ledger.post(move("commit", TOWN, "101亩", year=year), recorded=NOW)


def test_it_counts_on_its_days_only(ledger: Ledger) -> None:
    first, last = date(2018, 7, 1), date(2018, 7, 31)
    ledger.import_all([move("grant", TOWN, "100亩"), allowance(effective=first, valid_to=last)], recorded=NOW)
    for day in (date(2018, 6, 30), date(2018, 8, 1)):
        assert short(ledger, move("commit", TOWN, "101亩", effective=day)) == "1 mu"
    ledger.post(move("commit", TOWN, "102亩", effective=first), recorded=NOW)
    ledger.post(move("commit", TOWN, "3亩", effective=last), recorded=NOW)
    assert short(ledger, move("commit", TOWN, "1亩", effective=date(2018, 8, 1))) == "6 mu"
    ledger.post(move("return", TOWN, "1亩", effective=END), recorded=NOW)


def test_an_entry_dated_back_is_borne_by_every_later_day(allowed: Ledger) -> None:
    """Where later something goes out, the allowance is of less."""
    allowed.post(move("deduct", TOWN, "60亩", effective=LATER), recorded=NOW)
    with pytest.raises(Overdraft) as refusal:
        allowed.post(move("commit", TOWN, "43亩"), recorded=NOW)
    assert (refusal.value.as_of, str(refusal.value.short)) == (LATER, "1 mu")
    allowed.post(move("commit", TOWN, "42亩"), recorded=NOW)
    assert mu(at(allowed, TOWN, as_of=LATER), "available") == ["-2"]


def test_what_is_granted_later_allows_nothing_earlier(ledger: Ledger) -> None:
    ledger.import_all([allowance(), move("grant", TOWN, "100亩", effective=LATER)], recorded=NOW)
    assert short(ledger, move("reserve", TOWN, "1亩")) == "1 mu"


def test_a_deficit_that_was_carried_does_not_renew_the_allowance(allowed: Ledger) -> None:
    """What the next year has paid of it stays used."""
    allowed.post(move("commit", TOWN, "105亩", effective=END), recorded=NOW)
    allowed.commit_year_end(2018, document="d", recorded=NOW)
    assert short(allowed, move("commit", TOWN, "0.000005亩", effective=END)) == "0.000005 mu"
    assert mu(at(allowed, TOWN), "committed", "available") == ["105", "0"]
    allowed.post(move("supplement", TOWN, "20亩", effective=END), recorded=NOW)
    assert short(allowed, move("commit", TOWN, "21.000005亩", effective=END)) == "0.000005 mu"
    allowed.post(move("commit", TOWN, "21亩", effective=END), recorded=NOW)


def test_the_next_year_pays_out_of_its_own(allowed: Ledger) -> None:
    allowed.post(move("commit", TOWN, "105亩"), recorded=NOW)
    allowed.commit_year_end(2018, document="d", recorded=NOW)
    allowed.post(move("grant", TOWN, "105亩", year=2019, effective=END), recorded=NOW)
    assert short(allowed, move("commit", TOWN, "106亩", year=2019, effective=END)) == "1 mu"


def test_taking_back_overdraws_again_no_deeper_than_before(allowed: Ledger) -> None:
    held = move("reserve", TOWN, "5亩", key="held")
    allowed.import_all([held, move("commit", TOWN, "100亩"), move("release", TOWN, "5亩", reservation="held", key="r")],
                       recorded=NOW)  # fmt: skip
    allowed.post(allowance("0", name="停用"), recorded=NOW)
    allowed.reverse("r", reason="误录", effective=DAY, recorded=NOW)
    assert mu(at(allowed, TOWN), "reserved", "available") == ["5", "-5"]
    allowed.post(move("release", TOWN, "5亩", reservation="held", key="again"), recorded=NOW)
    allowed.import_all([move("supplement", TOWN, "3亩"), move("transfer", TOWN, "3亩", to=OTHER_TOWN)], recorded=NOW)
    allowed.reverse("again", reason="误录", effective=DAY, recorded=NOW)
    assert mu(at(allowed, TOWN), "available") == ["-5"]


def test_taking_back_what_gave_is_no_way_around_the_limit(ledger: Ledger) -> None:
    """With an allowance that has ended: release, use, and take the release back."""
    ended = allowance("50", valid_to=DAY)
    ledger.import_all([ended, move("grant", TOWN, "20亩"), move("reserve", TOWN, "20亩", key="held")], recorded=NOW)
    later: dict[str, Any] = {"effective": LATER}
    ledger.post(move("release", TOWN, "20亩", reservation="held", key="r", **later), recorded=NOW)
    ledger.post(move("commit", TOWN, "20亩", **later), recorded=NOW)
    with pytest.raises(Overdraft) as refusal:
        ledger.reverse("r", reason="误录", effective=LATER, recorded=NOW)
    assert str(refusal.value.short) == "20 mu"


def test_a_deficit_is_handed_back_no_deeper_than_it_was(allowed: Ledger) -> None:
    allowed.post(move("commit", TOWN, "105亩"), recorded=NOW)
    allowed.commit_year_end(2018, document="d", recorded=NOW)
    allowed.post(move("return", TOWN, "5亩", effective=END), recorded=NOW)
    allowed.post(move("commit", TOWN, "5亩", effective=END, key="used again"), recorded=NOW)
    allowed.post(move("supplement", TOWN, "1亩", year=2018, effective=END), recorded=NOW)
    allowed.post(move("allot", TOWN, "1亩", to=ZONE, effective=END), recorded=NOW)
    allowed.undo_year_end("year-end:2018:1", reason="r", recorded=NOW)
    assert mu(at(allowed, TOWN), "available") == ["-5"]
    assert mu(at(allowed, TOWN, year=2019), "available") == ["0"]


@pytest.mark.parametrize("holder", [COUNTY, TOWN, ZONE])
def test_no_account_falls_below_its_allowance_on_any_day(ledger: Ledger, holder: str) -> None:
    """Entries in any order of days: what the ledger took in keeps to the limit day by day."""
    days = [date(2018, month, 1) for month in (9, 3, 6, 12, 1)]
    ledger.post(allowance("20", holder=holder, effective=date(2018, 1, 1)), recorded=NOW)
    for number, day in enumerate(days * 4):
        what = ("grant", "commit", "deduct", "reserve", "commit")[(number * 3) % 5]
        try:
            ledger.post(move(what, holder, f"{7 + number * 5 % 11}亩", effective=day), recorded=NOW)
        except Overdraft:
            continue
    for day in sorted(days):
        for position in ledger.positions(day):
            funds = (position.granted.low - position.withdrawn.low).units
            assert position.available.low.units >= -max(0, funds) * 20 // 100


def test_the_refusal_names_it_and_its_arithmetic_adds_up(allowed: Ledger) -> None:
    allowed.post(move("reserve", TOWN, "60亩", key="R", effective=DAY), recorded=NOW)
    with pytest.raises(Overdraft) as refusal:
        allowed.post(move("commit", TOWN, "50亩"), recorded=NOW)
    assert (
        "granted 100 + over-limit allowance 5 % (先行用地) 5 − reserved 60 = available 45 mu;"
        " commit asks 50 mu, short 5 mu"
    ) in str(refusal.value)
    assert "下达 100 + 超额许可 5 %（先行用地） 5 − 预留 60 = 可用 45 亩；" in refusal.value.render("zh")


def test_the_refusal_as_data(allowed: Ledger) -> None:
    allowed.post(move("commit", TOWN, "103亩"), recorded=NOW)
    with pytest.raises(Overdraft) as refusal:
        allowed.post(move("commit", TOWN, "3亩"), recorded=NOW)
    data = refusal.value.to_json()
    assert {name: data[name] for name in ("allowance", "allowed_mu", "available_mu", "balance_mu", "short_mu")} == {
        "allowance": "先行用地", "allowed_mu": "5", "available_mu": "-3", "balance_mu": "2", "short_mu": "1",
    }  # fmt: skip


def test_without_one_the_data_says_so(ledger: Ledger) -> None:
    ledger.post(move("grant", TOWN, "1亩"), recorded=NOW)
    with pytest.raises(Overdraft) as refusal:
        ledger.post(move("commit", TOWN, "2亩"), recorded=NOW)
    data = refusal.value.to_json()
    assert (data["allowance"], data["allowed_mu"]) == (None, "0")


def test_it_ends_no_sooner_than_it_begins(ledger: Ledger) -> None:
    with pytest.raises(EntryRefused) as refusal:
        ledger.post(allowance(effective=LATER, valid_to=DAY), recorded=NOW)
    assert [finding.code for finding in refusal.value.findings] == ["LEDGER-KIND-PERIOD"]


def test_taking_back_leaves_no_more_than_the_allowance_of_what_is_still_there(ledger: Ledger) -> None:
    """What was given is passed on, and what was used given back: 10 below zero were 10 of 100, and are not of 60."""
    ledger.import_all(
        [
            allowance("10"),
            move("grant", TOWN, "100亩"),
            move("commit", TOWN, "110亩"),
            move("supplement", TOWN, "50亩", key="s"),
            move("transfer", TOWN, "40亩", to=OTHER_TOWN),
            move("return", TOWN, "40亩"),
        ],
        recorded=NOW,
    )
    with pytest.raises(Overdraft) as refusal:
        ledger.reverse("s", reason="误录", effective=DAY, recorded=NOW)
    assert str(refusal.value.short) == "10 mu"
    ledger.post(move("return", TOWN, "4亩"), recorded=NOW)
    ledger.reverse("s", reason="误录", effective=DAY, recorded=NOW)
    assert mu(at(ledger, TOWN), "available") == ["-6"]
    assert ledger.verify().ok


def test_taking_back_overdraws_no_day_on_which_nothing_was_there(ledger: Ledger) -> None:
    """The account was below zero from the tenth on, and must not be from the second on."""
    grant, first, second = date(2018, 7, 5), date(2018, 7, 10), date(2018, 7, 2)
    ledger.import_all(
        [
            allowance("10"),
            move("grant", TOWN, "100亩", effective=grant),
            move("commit", TOWN, "110亩", effective=first),
            move("supplement", TOWN, "50亩", key="s"),
            move("commit", TOWN, "10亩", effective=second),
            move("return", TOWN, "10亩", effective=first),
        ],
        recorded=NOW,
    )
    with pytest.raises(Overdraft):
        ledger.reverse("s", reason="误录", effective=DAY, recorded=NOW)
    ledger.reverse("s", reason="误录", effective=first, recorded=NOW)
    assert ledger.verify().ok


@pytest.mark.parametrize("day", [DAY, date(2018, 9, 1), END])
def test_a_deficit_is_paid_once_whatever_the_day(allowed: Ledger, day: date) -> None:
    allowed.import_all([move("commit", TOWN, "105亩"), move("carry_deficit", TOWN, "3亩", effective=END)], recorded=NOW)
    with pytest.raises(EntryRefused, match="the earlier year is overdrawn by 2 mu"):
        allowed.post(move("carry_deficit", TOWN, "2.000005亩", effective=day), recorded=NOW)
    allowed.post(move("carry_deficit", TOWN, "2亩", effective=day), recorded=NOW)
    assert [mu(at(allowed, TOWN, year=year), "available") for year in (2018, 2019)] == [["0"], ["-5"]]
    assert allowed.verify().ok
