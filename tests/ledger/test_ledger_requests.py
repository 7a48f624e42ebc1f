"""Requests: what is outstanding, what satisfies it, and that no grant satisfies more."""

from __future__ import annotations

from datetime import date

import pytest
from ledger_samples import DAY, LAST, LATER, NOW, OTHER_TOWN, PLAN, POOL, TOWN, at, move, mu, state

from landquota.ledger import EntryRefused, Ledger

BEFORE = date(2018, 3, 1)


@pytest.fixture
def asked(ledger: Ledger) -> Ledger:
    """A ledger in which 200 mu were asked for and 120 mu granted, 100 of them in the request's name."""
    ledger.import_all(
        [
            move("request", TOWN, "200亩", key="ask", effective=BEFORE),
            move("grant", TOWN, "100亩", key="g", request="ask"),
            move("grant", TOWN, "20亩"),
        ],
        recorded=NOW,
    )
    return ledger


def left(ledger: Ledger, *, as_of: date = LAST) -> list[str]:
    return mu(at(ledger, TOWN, as_of=as_of), "requested", "outstanding")


def exceeded(ledger: Ledger, area: str, *, request: str = "ask") -> str:
    with pytest.raises(EntryRefused) as refusal:
        ledger.post(move("supplement", TOWN, area, request=request), recorded=NOW)
    assert [finding.code for finding in refusal.value.findings] == ["LEDGER-REQUEST-EXCEEDED"]
    return str(refusal.value)


def test_what_was_requested_stays_and_what_is_outstanding_follows_the_grants(asked: Ledger) -> None:
    assert left(asked, as_of=BEFORE) == ["200", "200"]
    assert left(asked) == ["200", "100"]
    asked.post(move("supplement", TOWN, "30亩", request="ask", effective=LATER), recorded=NOW)
    asked.post(move("reward", TOWN, "5亩", request="ask", year=2019, effective=LATER), recorded=NOW)
    asked.post(move("withdraw", TOWN, "40亩", effective=LATER), recorded=NOW)
    assert (left(asked, as_of=DAY), left(asked)) == (["200", "100"], ["160", "25"])
    assert mu(at(asked, TOWN, year=2019), "requested", "outstanding", "granted") == ["0", "0", "5"]


def test_a_grant_for_more_than_is_outstanding_is_refused_with_the_arithmetic(asked: Ledger) -> None:
    assert exceeded(asked, "100.5亩") == (
        "supplement 100.5 mu exceeds what is outstanding of the request 'ask':"
        " requested 200 − satisfied 100 = outstanding 100 mu\n"
        "Name the request for at most 100 mu, and post the rest without it."
    )
    asked.post(move("supplement", TOWN, "100亩", request="ask"), recorded=NOW)
    assert left(asked) == ["200", "0"]
    assert "requested 200 − satisfied 200 = outstanding 0 mu" in exceeded(asked, "0.0001亩")


def test_a_reversal_restores_what_is_outstanding(asked: Ledger) -> None:
    asked.reverse("g", reason="误录", effective=LATER, recorded=NOW)
    assert (left(asked, as_of=DAY), left(asked)) == (["200", "100"], ["200", "200"])
    asked.post(move("grant", TOWN, "200亩", request="ask"), recorded=NOW)
    assert left(asked) == ["200", "0"]


def test_what_satisfied_a_request_that_was_taken_back_satisfies_no_other(asked: Ledger) -> None:
    asked.post(move("request", TOWN, "50亩", key="second"), recorded=NOW)
    assert left(asked) == ["250", "150"]
    asked.reverse("ask", reason="误录", effective=LATER, recorded=NOW)
    assert left(asked) == ["50", "50"]


def test_a_withdrawal_limits_all_requests_for_the_same_quota(asked: Ledger) -> None:
    asked.post(move("request", TOWN, "50亩", key="second"), recorded=NOW)
    asked.post(move("withdraw", TOWN, "130亩"), recorded=NOW)
    assert left(asked) == ["120", "20"]
    assert "requested 120 − satisfied 100 = outstanding 20 mu" in exceeded(asked, "21亩")
    assert "requested 120 − satisfied 100 = outstanding 20 mu" in exceeded(asked, "21亩", request="second")


def test_requests_of_another_kind_or_holder_are_not_touched(asked: Ledger) -> None:
    asked.import_all([move("request", TOWN, "9亩", kind=POOL), move("request", OTHER_TOWN, "8亩")], recorded=NOW)
    assert mu(at(asked, TOWN, kind=POOL), "outstanding") == ["9"]
    assert mu(at(asked, OTHER_TOWN), "outstanding") == ["8"]


def test_an_import_counts_its_earlier_rows(asked: Ledger) -> None:
    drafts = [
        move("grant", TOWN, "60亩", request="ask", key="a"),
        move("request", TOWN, "10亩", key="new"),
        move("grant", TOWN, "10亩", request="new"),
        move("grant", TOWN, "41亩", request="ask"),
        move("grant", TOWN, "40亩", request="ask"),
        move("grant", TOWN, "1亩", request="new"),
    ]
    found = [(f.code, str(f.params["arithmetic"])) for f in asked.check_all(drafts)]
    assert found == [
        ("LEDGER-REQUEST-EXCEEDED", "requested 200 − satisfied 160 = outstanding 40 mu"),
        ("LEDGER-REQUEST-EXCEEDED", "requested 10 − satisfied 10 = outstanding 0 mu"),
    ]
    asked.import_all([*drafts[:3], drafts[4]], recorded=NOW)
    assert left(asked) == ["210", "0"]
    assert asked.verify().ok


def test_a_request_that_is_only_stated_is_outstanding_as_stated(ledger: Ledger) -> None:
    ledger.post(state("requested", "200余亩", holder=TOWN, kind=PLAN, year=2018), recorded=NOW)
    assert left(ledger) == ["≥ 200", "≥ 200"]
