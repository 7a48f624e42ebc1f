"""The year-end: what is previewed is what is committed, and undoing it leaves no trace in the balances."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_samples import COUNTY, DAY, DECLARATIONS, LAST, NOW, OTHER_TOWN, PLAN, POOL, TOWN, ZONE, at, move, mu, state

from landquota.findings import FindingsError
from landquota.ledger import (
    AllowanceDraft,
    Draft,
    EntryRefused,
    KindDraft,
    KindRuleDraft,
    Ledger,
    PeriodDraft,
    Position,
    YearEnd,
)

END, SPRING, SUMMER = date(2018, 12, 31), date(2019, 3, 1), date(2019, 7, 1)
DOCUMENT = "慈自然资〔2019〕1号"
FUND, SCALE = "特色小镇专项", "规划规模"
MORE = (
    KindDraft(kind=FUND, name=FUND, unit="yuan", covers_conversion=False),
    KindDraft(kind=SCALE, name=SCALE, consumed_by="plan", covers_conversion=False, document="总规", clause="§三"),
)
ALLOWED = AllowanceDraft(name="先行用地", holder=TOWN, kind=PLAN, percent="5", effective=DAY, document="甬〔2018〕9号")


def preview(ledger: Ledger, **more: Any) -> YearEnd:
    return ledger.year_end(2018, document=DOCUMENT, **more)


def commit(ledger: Ledger, **more: Any) -> YearEnd:
    return ledger.commit_year_end(2018, document=DOCUMENT, recorded=NOW, **more)


def rows(result: YearEnd) -> list[tuple[str, str, str, str]]:
    return [(row.holder, row.kind, row.what, str(row.amount)) for row in result.rows]


@pytest.fixture
def county(ledger: Ledger) -> Ledger:
    """Return a ledger in which every fate of a remainder occurs."""
    ledger.import_all(
        [
            *MORE,
            ALLOWED,
            move("grant", COUNTY, "300亩"),
            move("allot", COUNTY, "100亩", to=TOWN),
            move("reserve", TOWN, "20亩", key="past", expires=date(2018, 10, 1), document="慈发改〔2018〕3号"),
            move("reserve", TOWN, "7亩", key="last day", expires=END),
            move("reserve", TOWN, "6亩", key="goes on", expires=date(2019, 1, 1)),
            move("reserve", TOWN, "5亩", key="without end"),
            move("commit", TOWN, "67亩"),
            move("grant", OTHER_TOWN, "50亩", kind=POOL),
            move("commit", OTHER_TOWN, "9亩", kind=POOL, effective=SPRING),
            move("grant", OTHER_TOWN, "830万元", kind=FUND),
            move("grant", ZONE, "12亩", kind=SCALE),
            move("grant", ZONE, "11亩", kind=SCALE, year=None),
            move("grant", ZONE, "10亩", year=2019),
        ],
        recorded=NOW,
    )
    return ledger


def test_a_preview_says_what_becomes_of_each_remainder_and_why(county: Ledger) -> None:
    head = county.head
    result = preview(county)
    assert rows(result) == [
        (COUNTY, PLAN, "carry", "200 mu"),
        (TOWN, PLAN, "lapse", "20 mu"),
        (TOWN, PLAN, "lapse", "7 mu"),
        (TOWN, PLAN, "carry", "22 mu"),
        (TOWN, PLAN, "stays_reserved", "6 mu"),
        (TOWN, PLAN, "stays_reserved", "5 mu"),
        (OTHER_TOWN, POOL, "expire", "41 mu"),
        (OTHER_TOWN, POOL, "used_later", "9 mu"),
        (OTHER_TOWN, FUND, "expire", "8300000 yuan"),
        (ZONE, SCALE, "expire", "12 mu"),
    ]
    said = [(str(row.reason), row.by, row.source) for row in result.rows]
    assert said[:2] == [
        ("may be carried as declared", f"kind:{PLAN}", None),
        ("reserved until 2018-10-01", "past", "慈发改〔2018〕3号"),
    ]
    assert said[5] == ("reserved without an end", "without end", "甬自然资〔2018〕1号")
    assert said[7] == ("used by entries of later days", None, None)
    assert said[-1] == ("may not be carried as declared", f"kind:{SCALE}", "总规 §三")
    assert {about: str(amount) for about, amount in result.sums.items()} == {
        (PLAN, "carry"): "222 mu", (PLAN, "lapse"): "27 mu", (PLAN, "stays_reserved"): "11 mu",
        (POOL, "expire"): "41 mu", (POOL, "used_later"): "9 mu", (FUND, "expire"): "8300000 yuan",
        (SCALE, "expire"): "12 mu",
    }  # fmt: skip
    assert (result.year, result.to_year, result.effective, result.run) == (2018, 2019, END, "year-end:2018:1")
    assert (result.findings, result.receipts, county.head) == ((), (), head)


def test_what_is_committed_is_what_was_previewed(county: Ledger) -> None:
    shown = preview(county)
    done = commit(county, expected=shown.digest)
    assert replace(done, receipts=()) == shown
    assert [receipt.key for receipt in done.receipts] == [f"year-end:2018:1:{n}" for n in range(1, 8)]
    entries = [entry for entry in county.entries() if entry.key.startswith("year-end")]
    assert [(e.body["holder"], e.body["kind"], e.body["movement"], e.body["amount"]) for e in entries] == [
        (row.holder, row.kind, row.what, row.amount.units) for row in shown.moves
    ]
    assert {(e.document, e.effective, e.body["year"]) for e in entries} == {(DOCUMENT, END, 2018)}
    assert mu(at(county, TOWN), "available", "reserved", "carried_out") == ["0", "11", "22"]
    assert mu(at(county, TOWN, year=2019), "carried_in", "available") == ["22", "22"]
    assert mu(at(county, OTHER_TOWN, kind=POOL, as_of=END), "available", "withdrawn") == ["9", "41"]
    assert mu(at(county, OTHER_TOWN, kind=POOL), "available") == ["0"]
    assert mu(at(county, ZONE, kind=SCALE, year=None), "available") == ["11"]
    assert county.verify().ok


def test_committing_again_finds_nothing_to_do(county: Ledger) -> None:
    shown = preview(county)
    commit(county, expected=shown.digest)
    head = county.head
    again = commit(county, expected=shown.digest)
    assert (again.moves, again.receipts, county.head) == ((), (), head)
    assert {row.what for row in again.rows} == {"stays_reserved", "used_later"}


def test_what_has_changed_since_the_preview_is_refused(county: Ledger) -> None:
    shown = preview(county)
    county.post(move("commit", COUNTY, "1亩", effective=END), recorded=NOW)
    head, now = county.head, preview(county).digest
    with pytest.raises(EntryRefused) as refusal:
        commit(county, expected=shown.digest)
    (finding,) = refusal.value.findings
    assert finding.code == "LEDGER-YEAR-END-CHANGED"
    assert finding.message("en") == (
        f"The year-end of 2018 is no longer the one of the preview {shown.digest}: it would be {now} now"
    )
    assert county.head == head
    assert commit(county, expected=now).receipts


def test_what_does_not_concern_it_changes_no_digest(county: Ledger) -> None:
    shown = preview(county)
    county.post(move("grant", COUNTY, "1亩", year=2019, effective=SPRING), recorded=NOW)
    assert preview(county).digest == shown.digest
    others = [preview(county, clause="§一"), preview(county, effective=SPRING), county.year_end(2018, document="d")]
    assert len({shown.digest, *(other.digest for other in others)}) == 4


def test_a_deficit_is_carried_and_never_floored(ledger: Ledger) -> None:
    drafts = [move("grant", TOWN, "100亩"), move("commit", TOWN, "104亩")]
    ledger.import_all([ALLOWED, *drafts], recorded=NOW)
    (row,) = commit(ledger).rows
    assert (row.what, str(row.amount), str(row.reason), row.source) == (
        "carry_deficit", "4 mu", "over-limit allowance 5 % (先行用地)", "甬〔2018〕9号",
    )  # fmt: skip
    assert mu(at(ledger, TOWN), "carried_in", "available") == ["4", "0"]
    assert mu(at(ledger, TOWN, year=2019), "carried_out", "available", "recorded") == ["4", "-4", "-4"]
    ledger.post(move("grant", TOWN, "50亩", year=2019, effective=SPRING), recorded=NOW)
    assert mu(at(ledger, TOWN, year=2019), "available") == ["46"]


def test_a_deficit_goes_on_from_year_to_year(ledger: Ledger) -> None:
    ledger.import_all([ALLOWED, move("grant", TOWN, "100亩"), move("commit", TOWN, "104亩")], recorded=NOW)
    commit(ledger)
    done = ledger.commit_year_end(2019, document=DOCUMENT, recorded=NOW)
    assert rows(done) == [(TOWN, PLAN, "carry_deficit", "4 mu")]
    available = [mu(at(ledger, TOWN, year=year), "available") for year in (2018, 2019, 2020)]
    assert available == [["0"], ["0"], ["-4"]]


def test_a_lapse_pays_a_deficit_first(ledger: Ledger) -> None:
    held = move("reserve", TOWN, "10亩", key="held", expires=END)
    ledger.import_all([ALLOWED, move("grant", TOWN, "100亩"), held, move("commit", TOWN, "94亩")], recorded=NOW)
    assert rows(commit(ledger)) == [(TOWN, PLAN, "lapse", "10 mu"), (TOWN, PLAN, "carry", "6 mu")]


def test_a_rule_decides_on_its_days_and_is_named(county: Ledger) -> None:
    rules = [
        KindRuleDraft(
            kind=POOL, carry=True, effective=DAY, valid_to=END, document="甬〔2018〕7号", clause="三", key="r"
        ),
        KindRuleDraft(kind=PLAN, carry=True, effective=date(2018, 1, 1), document="d", key="old"),
        KindRuleDraft(kind=PLAN, carry=False, effective=DAY, document="d", key="first"),
        KindRuleDraft(kind=PLAN, carry=True, effective=DAY, document="d", key="second"),
    ]
    county.import_all(rules, recorded=NOW)
    found = {(row.holder, row.kind): row for row in preview(county).moves}
    pool, plan = found[OTHER_TOWN, POOL], found[COUNTY, PLAN]
    assert (pool.what, str(pool.reason), pool.by, pool.source) == (
        "carry", "may be carried by a rule (from 2018-06-01 to 2018-12-31)", "r", "甬〔2018〕7号 三",
    )  # fmt: skip
    assert (plan.what, plan.by) == ("carry", "second")
    late = preview(county, effective=date(2019, 1, 1))
    assert [row.what for row in late.moves if row.kind == POOL] == ["expire"]
    (finding,) = late.findings
    assert (finding.code, finding.severity) == ("LEDGER-RULE-EXPIRED", "warning")
    assert finding.message("en") == (
        "The rule 'r' of the quota kind 统筹 ended on 2018-12-31 and none holds on 2019-01-01:"
        " as declared it may not be carried"
    )


def test_rules_and_reservations_that_are_overdue_are_noticed(county: Ledger) -> None:
    assert county.check_rules(date(2018, 10, 1)) == []
    overdue, *others = county.check_rules(date(2018, 10, 2))
    assert others == []
    assert (overdue.code, overdue.place.feature) == ("LEDGER-RESERVATION-OVERDUE", "past")
    assert overdue.message("en") == (
        "The reservation 'past' (新增计划 · 观海卫镇 · 2018) expired on 2018-10-01;"
        " 20 mu of it are still held on 2018-10-02"
    )
    rule = KindRuleDraft(kind=POOL, carry=True, effective=DAY, valid_to=END, document="d")
    county.post(rule, recorded=NOW)
    assert "LEDGER-RULE-EXPIRED" not in {f.code for f in county.check_rules(END)}
    assert "LEDGER-RULE-EXPIRED" in {f.code for f in county.check_rules(SPRING)}
    county.post(replace(rule, effective=date(2019, 1, 1), valid_to=None), recorded=NOW)
    assert "LEDGER-RULE-EXPIRED" not in {f.code for f in county.check_rules(SPRING)}


def test_lapses_are_posted_when_their_last_day_has_passed(county: Ledger) -> None:
    assert county.overdue(date(2018, 10, 1)) == ()
    (lapse,) = county.overdue(END)
    assert (lapse.reservation.key, str(lapse.amount)) == ("past", "20 mu")
    assert len(county.lapse_overdue(END, document=DOCUMENT, recorded=NOW)) == 1
    assert county.lapse_overdue(END, document=DOCUMENT, recorded=NOW) == ()
    assert mu(at(county, TOWN), "reserved", "available") == ["18", "15"]
    keys = [lapse.reservation.key for lapse in county.overdue(SPRING)]
    assert keys == ["last day", "goes on"]


def test_what_lapsed_later_is_not_let_lapse_before(county: Ledger) -> None:
    county.lapse_overdue(SPRING, document=DOCUMENT, recorded=NOW)
    assert county.overdue(END) == ()
    done = commit(county)
    assert [(row.what, str(row.amount)) for row in done.rows if row.holder == TOWN] == [
        ("carry_deficit", "5 mu"),
        *(("stays_reserved", amount) for amount in ("20 mu", "7 mu", "6 mu", "5 mu")),
    ]
    assert mu(at(county, TOWN), "reserved", "available") == ["5", "33"]


def test_a_deficit_that_was_carried_is_not_carried_again_as_of_an_earlier_day(ledger: Ledger) -> None:
    ledger.import_all([ALLOWED, move("grant", TOWN, "100亩"), move("commit", TOWN, "105亩")], recorded=NOW)
    assert rows(commit(ledger)) == [(TOWN, PLAN, "carry_deficit", "5 mu")]
    assert rows(preview(ledger, effective=date(2018, 6, 30))) == []
    ledger.undo_year_end("year-end:2018:1", reason="r", recorded=NOW)
    assert rows(preview(ledger, effective=date(2018, 6, 30))) == [(TOWN, PLAN, "carry_deficit", "5 mu")]


def test_a_key_that_stands_for_something_else_does_not_bar_the_year_end(county: Ledger) -> None:
    county.post(state("approved", "3亩", key="year-end:2018:1:1"), recorded=NOW)
    assert {receipt.key.rpartition(":")[0] for receipt in commit(county).receipts} == {"year-end:2018:2"}


def test_an_undone_run_can_be_run_again_under_the_next_number(county: Ledger) -> None:
    before = county.positions(LAST), county.reservations(LAST)
    commit(county)
    assert county.year_end_runs(2018) == ("year-end:2018:1",)
    assert len(county.undo_year_end("year-end:2018:1", reason="规定有误", recorded=NOW)) == 7
    assert [figures(position) for position in county.positions(LAST) if not empty(position)] == [
        figures(position) for position in before[0]
    ]
    assert (county.reservations(LAST), county.year_end_runs(2018)) == (before[1], ())
    again = commit(county)
    assert (again.run, len(again.receipts)) == ("year-end:2018:2", 7)
    assert county.year_end_runs(2018) == ("year-end:2018:2",)
    assert county.verify().ok


def test_undoing_counts_from_its_own_day(county: Ledger) -> None:
    commit(county)
    county.undo_year_end("year-end:2018:1", reason="规定有误", effective=SPRING, recorded=NOW)
    assert mu(at(county, COUNTY, as_of=END), "available") == ["0"]
    assert mu(at(county, COUNTY, as_of=SPRING), "available") == ["200"]
    assert COUNTY not in {row.holder for row in preview(county).moves}
    assert (COUNTY, PLAN, "carry", "200 mu") in rows(commit(county, effective=SPRING))


def test_what_was_used_meanwhile_is_refused_with_every_shortage(county: Ledger) -> None:
    commit(county)
    used = [move("commit", COUNTY, "150亩", year=2019, effective=SPRING),
            move("allot", TOWN, "3亩", to=ZONE, year=2019, effective=SPRING)]  # fmt: skip
    county.import_all(used, recorded=NOW)
    head = county.head
    with pytest.raises(FindingsError) as refusal:
        county.undo_year_end("year-end:2018:1", reason="规定有误", recorded=NOW)
    assert [(finding.code, finding.message("en")) for finding in refusal.value.findings] == [
        ("LEDGER-OVERDRAFT", (
            "reversal of carry over 22 mu exceeds what is available (新增计划 · 观海卫镇 · 2019 · as of 2019-03-01):"
            " carried in 22 − allotted out 3 = available 19 mu; short 3 mu"
        )),
        ("LEDGER-OVERDRAFT", (
            "reversal of carry over 200 mu exceeds what is available (新增计划 · 慈溪市 · 2019 · as of 2019-03-01):"
            " carried in 200 − committed 150 = available 50 mu; short 150 mu"
        )),
    ]  # fmt: skip
    assert county.head == head


@pytest.mark.parametrize(
    "run", ["year-end:2018:1", "year-end:2018:x", "year-end:2018:01", f"year-end:{'9' * 5000}:1", "L-000009", ""]
)
def test_only_a_run_can_be_undone(county: Ledger, run: str) -> None:
    with pytest.raises(EntryRefused) as refusal:
        county.undo_year_end(run, reason="r", recorded=NOW)
    (finding,) = refusal.value.findings
    assert finding.code == "LEDGER-YEAR-END-UNKNOWN"
    assert finding.message("en") == f"There is no year-end run '{run}' of which something could be taken back"


def test_what_comes_back_or_expires_late_gets_a_run_of_its_own(county: Ledger) -> None:
    commit(county)
    county.post(move("return", TOWN, "2亩", effective=SPRING), recorded=NOW)
    done = commit(county, effective=SPRING)
    assert [(done.run, *row) for row in rows(done) if row[2] == "carry"] == [
        ("year-end:2018:2", TOWN, PLAN, "carry", "8 mu")
    ]
    assert county.year_end_runs(2018) == ("year-end:2018:1", "year-end:2018:2")


def test_one_entry_taken_back_by_hand_is_not_taken_back_twice(county: Ledger) -> None:
    commit(county)
    county.reverse("year-end:2018:1:7", reason="误录", effective=END, recorded=NOW)
    assert len(county.undo_year_end("year-end:2018:1", reason="r", recorded=NOW)) == 6


def test_in_a_closed_period_it_is_shown_and_refused_once(county: Ledger) -> None:
    closing = PeriodDraft(action="close", through=END, reason="决算", key="closed")
    commit(county)
    county.post(closing, recorded=NOW)
    assert commit(county).receipts == (), "where nothing is left, nothing is refused"
    with pytest.raises(FindingsError) as undo:
        county.undo_year_end("year-end:2018:1", reason="r", recorded=NOW)
    assert {f.code for f in undo.value.findings} == {"LEDGER-PERIOD-CLOSED"}
    county.undo_year_end("year-end:2018:1", reason="r", effective=date(2019, 1, 1), recorded=NOW)
    county.post(move("grant", COUNTY, "1亩", year=2017, effective=SPRING), recorded=NOW)
    shown = county.year_end(2017, document=DOCUMENT, effective=SPRING)
    assert (len(shown.moves), shown.findings) == (1, ())
    county.post(PeriodDraft(action="close", through=SPRING, reason="决算", key="later"), recorded=NOW)
    (finding,) = county.year_end(2017, document=DOCUMENT, effective=SPRING).findings
    message = "2019-03-01 lies in a closed period: the books are closed through 2019-03-01 (entry later)"
    assert (finding.code, finding.message("en")) == ("LEDGER-PERIOD-CLOSED", message)
    head = county.head
    with pytest.raises(EntryRefused, match="lies in a closed period") as refusal:
        county.commit_year_end(2017, document=DOCUMENT, effective=SPRING, recorded=NOW)
    assert (len(refusal.value.findings), county.head) == (1, head)


@pytest.mark.parametrize(("asked", "code"), [({"document": ""}, "LEDGER-TEXT"), ({"year": 18}, "LEDGER-YEAR")])
def test_what_makes_no_sense_is_refused(county: Ledger, asked: dict[str, Any], code: str) -> None:
    with pytest.raises(EntryRefused) as refusal:
        county.commit_year_end(**{"year": 2018, "document": DOCUMENT, "recorded": NOW, **asked})
    assert [finding.code for finding in refusal.value.findings] == [code]


# --- random programmes -----------------------------------------------------------------------

_AMOUNT = st.integers(1, 40).map(lambda n: f"{n}.{n:02}亩")
_DATE = st.sampled_from([DAY, date(2018, 9, 1), END, SPRING])
_EXPIRY = st.sampled_from([None, date(2018, 9, 1), END, date(2019, 1, 1), SUMMER])
_MOVES = st.lists(
    st.tuples(
        st.sampled_from(["grant", "allot", "reserve", "commit", "spend", "deduct", "return", "allow"]),
        st.sampled_from([COUNTY, TOWN, OTHER_TOWN]),
        st.sampled_from([PLAN, POOL]),
        st.sampled_from([2018, 2018, 2018, 2019, None]),
        _AMOUNT,
        _DATE,
        _EXPIRY,
    ),
    min_size=5,
    max_size=30,
)


def programme(moves: list[tuple[Any, ...]]) -> Iterator[Draft]:
    for number, (what, holder, kind, year, amount, day, expires) in enumerate(moves):
        common: dict[str, Any] = {"kind": kind, "year": year, "effective": day}
        if what == "allow":
            yield AllowanceDraft(name="a", holder=holder, kind=kind, percent="30", effective=DAY, document="d")
        elif what == "allot":
            yield move("allot", COUNTY, amount, to=TOWN, **common)
        elif what == "reserve":
            until = None if expires is None else max(expires, day)
            yield move("reserve", holder, amount, key=f"r{number}", expires=until, **common)
        elif what == "spend":
            yield move("commit", holder, amount, reservation=f"r{number - 1}", **common)
        else:
            yield move(what, holder, amount, **common)


@contextmanager
def programmed(moves: list[tuple[Any, ...]]) -> Iterator[Ledger]:
    """Give a ledger in which so much of the programme was posted as could be."""
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder) / "ledger.sqlite", create=True) as ledger:
        ledger.import_all(DECLARATIONS, recorded=NOW)
        for holder in (COUNTY, TOWN, OTHER_TOWN):
            for kind in (PLAN, POOL):
                ledger.post(move("grant", holder, "60亩", kind=kind), recorded=NOW)
        for draft in programme(moves):
            try:
                ledger.post(draft, recorded=NOW)
            except EntryRefused:
                continue
        yield ledger


def figures(position: Position) -> tuple[object, ...]:
    names = ("granted", "carried_in", "carried_out", "withdrawn", "reserved", "committed", "available", "recorded")
    return (position.holder, position.kind, position.year, *(getattr(position, name) for name in names))


def empty(position: Position) -> bool:
    return position.recorded.none and position.granted.none


def held(ledger: Ledger, day: date) -> dict[tuple[str, str, int | None], tuple[object, ...]]:
    return {(p.holder, p.kind, p.year): figures(p) for p in ledger.positions(day) if not empty(p)}


@given(moves=_MOVES)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_was_posted_the_year_ends_to_the_unit(moves: list[tuple[Any, ...]]) -> None:
    with programmed(moves) as ledger:
        before = {day: held(ledger, day) for day in (END, SPRING, LAST)}
        recorded = total(ledger)
        waiting = ledger.reservations(LAST)
        shown = preview(ledger)
        done = commit(ledger, expected=shown.digest)
        assert replace(done, receipts=()) == shown
        check_committed(ledger, done)
        expired = sum(row.amount.units for row in done.moves if row.what == "expire")
        assert total(ledger) == recorded - expired
        assert commit(ledger).receipts == ()
        if done.receipts:
            ledger.undo_year_end(done.run, reason="r", recorded=NOW)
        assert {day: held(ledger, day) for day in (END, SPRING, LAST)} == before
        assert ledger.reservations(LAST) == waiting
        again = commit(ledger)
        assert (again.rows, again.run) == (done.rows, f"year-end:2018:{2 if done.receipts else 1}")
        assert ledger.verify().ok


def check_committed(ledger: Ledger, done: YearEnd) -> None:
    """Make sure that nothing is left but what later entries use, and that old and new year add up."""
    used = Counter({(row.holder, row.kind): row.amount.units for row in done.rows if row.what == "used_later"})
    for position in ledger.positions(END):
        if position.year == 2018:
            of_reservations = sum(
                row.amount.units
                for row in done.rows
                if row.what == "stays_reserved" and (row.holder, row.kind) == (position.holder, position.kind)
            )
            assert position.available.low.units == used[position.holder, position.kind]
            assert position.reserved.low.units == of_reservations
    out = sum((p.carried_out.low - p.carried_in.low).units for p in ledger.positions(END) if p.year == 2018)
    into = sum((p.carried_in.low - p.carried_out.low).units for p in ledger.positions(END) if p.year == 2019)
    assert out == into


def total(ledger: Ledger) -> int:
    return sum(position.recorded.low.units for position in ledger.positions(LAST))
