"""Statements: bounds, supersession, what they give where no entry speaks, what they check where one does."""

from __future__ import annotations

from datetime import date

import pytest
from ledger_samples import DAY, LAST, LATER, NOW, PLAN, POOL, TOWN, ZONE, at, move, mu, state

from landquota.area import Area, Bounds, parse_exact
from landquota.ledger import Ledger

Y2016, Y2017, Y2018 = date(2016, 12, 31), date(2017, 12, 31), date(2018, 12, 31)


def test_the_story_of_the_guanhaiwei_town(ledger: Ledger) -> None:
    """R241-2018 §二(二): 500余 requisitioned, 近400 under construction, 145 won; 200 sought for the town."""
    ledger.import_all(
        [
            state("requisitioned", "500余亩", clause="二(二)"),
            state("under_construction", "近400亩", clause="二(二)"),
            state("granted", "145亩", clause="二(二)", kind=POOL, basis="interpreted"),
            move("request", TOWN, "200亩", document="R241-2018", clause="二(二)"),
        ],
        recorded=NOW,
    )
    land = ledger.land(date(2021, 6, 23))
    requisitioned, building = land[ZONE, "requisitioned"], land[ZONE, "under_construction"]
    assert requisitioned.bounds == Bounds(parse_exact("500亩"), None)
    assert building.bounds == Bounds(Area(0), parse_exact("400亩"))
    assert requisitioned.bounds.excess_over(building.bounds).number() == "≥ 100"
    assert requisitioned.statement is not None
    said = requisitioned.statement
    assert (said.written, requisitioned.nominal.number, said.clause) == ("500余亩", "500", "二(二)")
    zone = at(ledger, ZONE, kind=POOL, year=None)
    assert mu(zone, "granted", "available", "recorded", "requested") == ["145", "145", "145", "0"]
    assert zone.basis == "interpreted"
    assert requisitioned.bounds.excess_over(zone.recorded).number() == "≥ 355"
    town = at(ledger, TOWN)
    assert (mu(town, "requested", "granted", "available", "recorded"), town.basis) == (["200", "0", "0", "0"], "ledger")
    assert len(ledger.positions(LAST)) == 2
    assert ledger.check_statements(LAST) == []


def test_a_later_statement_supersedes_and_earlier_days_keep_their_own(ledger: Ledger) -> None:
    ledger.import_all(
        [
            state("approved", "300亩", effective=Y2017, key="second"),
            state("approved", "200余亩", effective=Y2016, key="first"),
            state("approved", "310亩", effective=Y2017, key="third"),
            state("approved", "9亩", effective=Y2017, holder=TOWN),
            state("approved", "8亩", effective=Y2016, holder=TOWN),
        ],
        recorded=NOW,
    )
    assert ledger.land(date(2016, 1, 1)) == {}
    assert ledger.land(Y2016)[ZONE, "approved"].entries == ("first",)
    assert ledger.land(Y2017)[ZONE, "approved"].entries == ("third",)
    assert [ledger.land(day)[TOWN, "approved"].bounds.number() for day in (Y2016, LAST)] == ["8", "9"]


def test_a_statement_taken_back_gives_way_to_the_one_before(ledger: Ledger) -> None:
    ledger.post(state("granted", "100亩", kind=PLAN, year=2018, effective=Y2016, key="first"), recorded=NOW)
    ledger.post(state("granted", "145亩", kind=PLAN, year=2018, effective=Y2017, key="second"), recorded=NOW)
    ledger.reverse("second", reason="误读", effective=Y2018, recorded=NOW)
    assert mu(at(ledger, ZONE, as_of=LATER), "granted") == ["145"]
    assert mu(at(ledger, ZONE, as_of=Y2018), "granted") == ["100"]
    ledger.reverse("first", reason="误读", effective=Y2018, recorded=NOW)
    assert ledger.positions(Y2018) == ()
    assert ledger.verify().ok


@pytest.mark.parametrize(
    ("stated", "available", "recorded"),
    [
        ({"granted": "145亩"}, "145", "145"),
        ({"granted": "145亩", "committed": "近40亩"}, "105–145", "145"),
        ({"granted": "100余亩", "reserved": "30亩"}, "≥ 70", "≥ 100"),
        ({"granted": "近100亩", "committed": "30亩"}, "≤ 70", "≤ 100"),
        ({"granted": "100亩", "allotted_in": "20亩", "allotted_out": "50余亩"}, "≤ 70", "≤ 70"),
        ({"granted": "100亩", "committed": "130亩"}, "0", "100"),
        ({"available": "40亩", "committed": "60余亩"}, "40", "≥ 100"),
        ({"granted": "999亩", "available": "40亩", "reserved": "5亩"}, "40", "45"),
        ({"committed": "60亩"}, "0", "60"),
        ({"requested": "60亩"}, "0", "0"),
    ],
)
def test_by_statements_alone_intervals_tell_what_is_available(
    ledger: Ledger, stated: dict[str, str], available: str, recorded: str
) -> None:
    drafts = [state(measure, written, kind=PLAN, year=2018) for measure, written in stated.items()]
    ledger.import_all(drafts, recorded=NOW)
    position = at(ledger, ZONE)
    assert mu(position, "available", "recorded") == [available, recorded]
    assert position.basis == "stated"
    assert len(position.entries) == len(stated)


def test_one_interpreted_statement_makes_the_position_interpreted(ledger: Ledger) -> None:
    ledger.post(state("granted", "145亩", kind=PLAN, year=2018, basis="interpreted"), recorded=NOW)
    ledger.post(state("committed", "45亩", kind=PLAN, year=2018), recorded=NOW)
    assert at(ledger, ZONE).basis == "interpreted"


def test_where_entries_exist_they_stand_and_the_statement_checks_them(ledger: Ledger) -> None:
    ledger.post(state("granted", "145亩", kind=PLAN, year=2018, clause="二(二)", key="s"), recorded=NOW)
    ledger.post(move("grant", ZONE, "140亩", effective=Y2017, key="g"), recorded=NOW)
    position = at(ledger, ZONE)
    assert (mu(position, "granted"), position.basis, position.entries) == (["140"], "ledger", ("g",))
    (finding,) = ledger.check_statements(LAST)
    assert (finding.code, finding.severity, finding.place.feature) == ("LEDGER-STATEMENT-DIFFERS", "warning", "s")
    assert finding.message("en") == (
        "R241-2018 二(二) states 145亩 (granted, 新增计划 · 观海卫智能电器小镇 · 2018, as of 2017-12-31);"
        " by the ledger's entries it is 140 mu"
    )
    assert "reverse the statement s" in finding.remedy("en")
    ledger.post(move("supplement", ZONE, "5亩", effective=Y2017), recorded=NOW)
    assert ledger.check_statements(LAST) == []


def test_a_statement_is_compared_as_of_its_own_day(ledger: Ledger) -> None:
    ledger.post(state("granted", "100余亩", kind=PLAN, year=2018), recorded=NOW)
    ledger.post(move("grant", ZONE, "120亩", effective=Y2017), recorded=NOW)
    ledger.post(move("recover", ZONE, "120亩", effective=DAY), recorded=NOW)
    ledger.post(state("available", "近10亩", kind=PLAN, year=2018, effective=DAY), recorded=NOW)
    assert ledger.check_statements(LAST) == []
    ledger.post(state("available", "10余亩", kind=PLAN, year=2018, effective=LATER), recorded=NOW)
    assert [f.params["figure"] for f in ledger.check_statements(LAST)] == [Area(0)]
    assert ledger.check_statements(DAY) == []


def test_each_statement_has_a_day_of_its_own(ledger: Ledger) -> None:
    ledger.post(state("granted", "120亩", kind=PLAN, year=2018), recorded=NOW)
    ledger.post(move("grant", ZONE, "120亩", effective=Y2017), recorded=NOW)
    ledger.post(move("supplement", ZONE, "10亩"), recorded=NOW)
    ledger.post(state("available", "130亩", kind=PLAN, year=2018, effective=LATER), recorded=NOW)
    assert ledger.check_statements(LAST) == []


def test_an_opening_grant_that_is_missing_shows(ledger: Ledger) -> None:
    """The entries begin after the statement's day: what it states was never posted."""
    ledger.post(state("granted", "145亩", kind=PLAN, year=2018), recorded=NOW)
    ledger.post(move("grant", ZONE, "50亩"), recorded=NOW)
    assert [f.params["figure"] for f in ledger.check_statements(DAY)] == [Area(0)]
    assert ledger.check_statements(Y2017) == []


def test_what_was_asked_for_says_nothing_about_what_is_held(ledger: Ledger) -> None:
    ledger.post(state("granted", "145亩", kind=PLAN, year=2018), recorded=NOW)
    ledger.post(move("request", ZONE, "30亩"), recorded=NOW)
    position = at(ledger, ZONE)
    assert (mu(position, "requested", "granted", "available"), position.basis) == (["30", "145", "145"], "stated")
    ledger.post(state("requested", "20亩", kind=PLAN, year=2018, effective=LATER), recorded=NOW)
    assert mu(at(ledger, ZONE), "requested") == ["30"]
    assert [f.params["figure"] for f in ledger.check_statements(LAST)] == [parse_exact("30亩")]


def test_an_entry_taken_back_lets_the_statement_stand_again(ledger: Ledger) -> None:
    ledger.post(state("granted", "145亩", kind=PLAN, year=2018, key="s"), recorded=NOW)
    ledger.post(move("grant", ZONE, "14亩", key="wrong"), recorded=NOW)
    assert mu(at(ledger, ZONE), "granted") == ["14"]
    ledger.reverse("wrong", reason="误录", effective=LATER, recorded=NOW, key_of_reversal="r")
    position = at(ledger, ZONE)
    assert (mu(position, "granted"), position.basis, position.entries) == (["145"], "stated", ("wrong", "r", "s"))
    assert ledger.check_statements(LAST) == []


def test_statements_of_one_kind_or_year_say_nothing_about_another(ledger: Ledger) -> None:
    ledger.post(state("granted", "145亩", kind=PLAN), recorded=NOW)
    ledger.post(state("granted", "9亩", kind=PLAN, year=2018), recorded=NOW)
    ledger.post(move("grant", ZONE, "5亩", year=2019), recorded=NOW)
    assert [(p.year, p.granted.number()) for p in ledger.positions(LAST)] == [(None, "145"), (2018, "9"), (2019, "5")]


def test_what_only_grows_must_not_fall_even_below_a_superseded_statement(ledger: Ledger) -> None:
    ledger.import_all(
        [
            state("requisitioned", "500余亩", effective=Y2016, key="first", document="R241-2018", clause="二(二)"),
            state("requisitioned", "约510亩", effective=Y2017, key="second"),
            state("requisitioned", "480亩", effective=Y2018, key="third", document="R9-2019"),
            state("under_construction", "近400亩", effective=Y2016),
            state("under_construction", "10亩", effective=Y2018),
            state("approved", "700亩", effective=Y2017, key="typo"),
            state("approved", "70亩", effective=Y2017, key="mended"),
            state("approved", "80亩", effective=Y2018),
            state("approved", "5亩", effective=LAST, holder=TOWN),
        ],
        recorded=NOW,
    )
    assert ledger.check_statements(Y2017) == []
    (finding,) = ledger.check_statements(LAST)
    assert (finding.code, finding.severity, finding.place.feature) == ("LEDGER-STATEMENT-FALLS", "warning", "third")
    assert finding.message("en") == (
        "R9-2019 states 480亩 (requisitioned, 观海卫智能电器小镇, as of 2018-12-31), less than 约510亩 that R241-2018"
        " states as of 2017-12-31; what is requisitioned cannot become less"
    )
    assert "(third or second)" in finding.remedy("en")
    ledger.reverse("second", reason="误读", effective=Y2018, recorded=NOW)
    (finding,) = ledger.check_statements(LAST)
    assert (finding.params["earlier_key"], "二(二)" in finding.message("zh")) == ("first", True)
    ledger.reverse("third", reason="误读", effective=Y2018, recorded=NOW)
    assert ledger.check_statements(LAST) == []
