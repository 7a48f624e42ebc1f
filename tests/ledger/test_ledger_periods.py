"""Closed periods: nothing may count in them any more, whichever way it comes, until they are re-opened."""

from __future__ import annotations

from datetime import date

import pytest
from ledger_samples import DAY, LATER, NOW, OTHER_TOWN, PLAN, TOWN, ZONE, at, move, mu, state

from landquota.findings import FindingsError
from landquota.ledger import (
    AllowanceDraft,
    Draft,
    EntryRefused,
    KindRuleDraft,
    Ledger,
    MovementDraft,
    PeriodDraft,
    ReversalDraft,
)

JULY, AUGUST = date(2018, 7, 31), date(2018, 8, 31)


def period(action: str, through: date, *, key: str) -> PeriodDraft:
    return PeriodDraft(action=action, through=through, reason="季度决算", key=key)


@pytest.fixture
def closed(ledger: Ledger) -> Ledger:
    """Return a ledger with two grants that is closed through the day of the first one and the end of July."""
    drafts = [move("grant", TOWN, "10亩", key="old"), move("grant", TOWN, "5亩", key="new", effective=LATER)]
    ledger.import_all([*drafts, period("close", JULY, key="closed")], recorded=NOW)
    return ledger


def said(through: date, day: date, *, key: str = "closed") -> str:
    return f"{day} lies in a closed period: the books are closed through {through} (entry {key})"


@pytest.mark.parametrize("day", [date(1990, 1, 1), DAY, JULY])
@pytest.mark.parametrize("make", [
    lambda day: move("grant", TOWN, "1亩", effective=day),
    lambda day: move("commit", TOWN, "1亩", effective=day),
    lambda day: MovementDraft(movement="approve", holder=ZONE, parcel="P", amount=move("grant", ZONE, "1亩").amount,
                              effective=day, document="d"),
], ids=["grant", "commit", "land"])  # fmt: skip
def test_no_movement_counts_in_a_closed_period(closed: Ledger, make: object, day: date) -> None:
    assert callable(make)
    head = closed.head
    with pytest.raises(EntryRefused) as refusal:
        closed.post(make(day), recorded=NOW)
    assert {f.code: f.message("en") for f in refusal.value.findings} == {"LEDGER-PERIOD-CLOSED": said(JULY, day)}
    assert closed.head == head


def test_the_day_after_is_open(closed: Ledger) -> None:
    closed.post(move("commit", TOWN, "4亩", effective=date(2018, 8, 1)), recorded=NOW)
    assert mu(at(closed, TOWN, as_of=date(2018, 8, 1)), "available") == ["6"]


def test_what_counts_in_a_closed_period_can_be_taken_back_after_it(closed: Ledger) -> None:
    with pytest.raises(EntryRefused, match="lies in a closed period"):
        closed.reverse("old", reason="误录", effective=DAY, recorded=NOW)
    closed.reverse("old", reason="误录", effective=LATER, recorded=NOW)
    assert [mu(at(closed, TOWN, as_of=day), "available") for day in (JULY, LATER)] == [["10"], ["5"]]


def test_an_import_names_every_row_that_is_too_late(closed: Ledger) -> None:
    drafts: list[Draft] = [
        move("grant", TOWN, "1亩"),
        move("grant", TOWN, "2亩", effective=LATER),
        ReversalDraft(reverses="old", reason="r", effective=JULY),
        move("commit", OTHER_TOWN, "3亩", effective=JULY),
    ]
    head = closed.head
    with pytest.raises(FindingsError) as refusal:
        closed.import_all(drafts, recorded=NOW)
    assert [(f.code, f.params["date"]) for f in refusal.value.findings] == [
        ("LEDGER-PERIOD-CLOSED", day) for day in (DAY, JULY, JULY)
    ]
    assert closed.check_all(drafts) == list(refusal.value.findings)
    assert closed.head == head


def test_what_was_imported_before_the_closing_is_still_there(closed: Ledger) -> None:
    drafts: list[Draft] = [move("grant", TOWN, "10亩", key="old"), period("close", JULY, key="closed")]
    assert [receipt.already for receipt in closed.import_all(drafts, recorded=NOW)] == [True, True]


def test_statements_and_declarations_move_nothing_and_are_allowed(closed: Ledger) -> None:
    stated = state("granted", "10亩", kind=PLAN, year=2018, effective=DAY, key="stated", holder=TOWN)
    rule = KindRuleDraft(kind=PLAN, carry=False, effective=DAY, document="d")
    allowance = AllowanceDraft(name="a", holder=TOWN, kind=PLAN, percent="5", effective=DAY, document="d")
    assert len(closed.import_all([stated, rule, allowance], recorded=NOW)) == 3
    assert closed.check_statements(JULY) == []


def test_reopened_with_a_reason_and_closed_again(closed: Ledger) -> None:
    closed.post(period("reopen", date(2018, 5, 31), key="open"), recorded=NOW)
    closed.post(move("commit", TOWN, "1亩"), recorded=NOW)
    with pytest.raises(EntryRefused) as refusal:
        closed.post(move("grant", TOWN, "1亩", effective=date(2018, 5, 31)), recorded=NOW)
    (finding,) = refusal.value.findings
    assert finding.message("en") == said(date(2018, 5, 31), date(2018, 5, 31), key="open")
    closed.post(period("close", AUGUST, key="again"), recorded=NOW)
    with pytest.raises(EntryRefused, match=r"closed through 2018-08-31 \(entry again\)"):
        closed.post(move("commit", TOWN, "1亩"), recorded=NOW)
    assert closed.verify().ok


def test_an_import_may_close_on_its_way(ledger: Ledger) -> None:
    drafts: list[Draft] = [move("grant", TOWN, "10亩"), period("close", JULY, key="c"), move("commit", TOWN, "1亩")]
    (finding,) = ledger.check_all(drafts)
    assert finding.message("en") == said(JULY, DAY, key="c")
    reopened: list[Draft] = [*drafts[:2], period("reopen", date(2018, 5, 1), key="o"), drafts[2]]
    assert len(ledger.import_all(reopened, recorded=NOW)) == 4


def test_a_closing_needs_a_reason(ledger: Ledger) -> None:
    (finding,) = ledger.check_all([PeriodDraft(action="close", through=JULY, reason="")])
    assert (finding.code, finding.message("en")) == ("LEDGER-TEXT", "reason '' is empty")


def test_books_that_are_not_closed_cannot_be_re_opened(ledger: Ledger) -> None:
    for _ in range(2):
        (found,) = ledger.check_all([period("reopen", JULY, key="r")])
        assert (found.code, found.message("en")) == (
            "LEDGER-PERIOD-OPEN",
            "No period is closed; there is nothing to re-open",
        )
        drafts = [period("close", JULY, key="closed"), period("reopen", date(1949, 1, 1), key="reopened")]
        ledger.import_all(drafts, recorded=NOW)
