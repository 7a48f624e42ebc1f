"""Idle land: the edge days and shares of the rule, its exceptions, and rules that expire."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from land_samples import APPROVED, P1, STARTED, SUPPLIED, land, progress
from ledger_samples import NOW, TOWN

from landquota.errors import InputError
from landquota.findings import Finding
from landquota.ledger import Ledger, ProgressDraft
from landquota.rules import Case, IdleRules, Judged, Status, judge, read_rules
from landquota.rules.idle_rules import said_share, share

AGREED, IDLE, RECOVER = date(2016, 8, 31), date(2017, 8, 31), date(2018, 8, 31)
STOPPED, STOPPED_IDLE = date(2018, 3, 1), date(2019, 3, 1)
REPORT = date(2018, 6, 1)
ORDER = "闲置土地处置办法（国土资源部令第53号）"
HEADING = (
    "rule,case,valid_from,valid_to,years,developed_share,invested_share,fee_after_years,fee_share,document,clause\n"
)


def before(day: date) -> date:
    return day.fromordinal(day.toordinal() - 1)


def judged(ledger: Ledger, as_of: date, rules: IdleRules | None = None) -> tuple[tuple[Judged, ...], list[Finding]]:
    shipped, findings = read_rules()
    assert findings == []
    lots = (ledger.unused(as_of), ledger.being_built(as_of))
    return judge(*lots, ledger.progress(as_of), rules or shipped, as_of=as_of)


def one(ledger: Ledger, as_of: date) -> Judged:
    (row,) = judged(ledger, as_of)[0]
    return row


@pytest.fixture
def supplied(ledger: Ledger) -> Ledger:
    ledger.import_all(
        [
            land("approve", "12亩", APPROVED, parcel=P1),
            land("supply", "12亩", SUPPLIED, parcel=P1, starts_by=AGREED, key="supply"),
        ],
        recorded=NOW,
    )
    return ledger


@pytest.fixture
def started(supplied: Ledger) -> Ledger:
    supplied.post(land("start", "12亩", STARTED, parcel=P1), recorded=NOW)
    return supplied


def reported(ledger: Ledger, **said: Any) -> ProgressDraft:
    draft = progress(said.pop("on", REPORT), **{"stopped_on": STOPPED, **said})
    ledger.post(draft, recorded=NOW)
    return draft


@pytest.mark.parametrize(
    ("as_of", "status", "remedy"),
    [
        (SUPPLIED, Status.NORMAL, "nothing"),
        (AGREED, Status.NORMAL, "nothing"),
        (date(2016, 9, 1), Status.OVERDUE_START, f"urge the start; idle from 2017-08-31 on ({ORDER} 第二条第一款)"),
        (before(IDLE), Status.OVERDUE_START, f"urge the start; idle from 2017-08-31 on ({ORDER} 第二条第一款)"),
        (IDLE, Status.IDLE, f"levy an idle-land fee of 20% of the price ({ORDER} 第十四条)"),
        (before(RECOVER), Status.IDLE, f"levy an idle-land fee of 20% of the price ({ORDER} 第十四条)"),
        (RECOVER, Status.IDLE, f"recover the land without compensation ({ORDER} 第十四条)"),
    ],
)
def test_land_not_started_is_idle_when_the_year_is_full(
    supplied: Ledger, as_of: date, status: Status, remedy: str
) -> None:
    row = one(supplied, as_of)
    assert (row.status, row.remedy.render("en")) == (status, remedy)
    assert (row.case, row.counted_from, row.since, row.assumed) == (Case.NOT_STARTED, AGREED, IDLE, False)


def test_where_no_start_was_agreed_the_convention_is_said(ledger: Ledger) -> None:
    ledger.import_all(
        [land("approve", "12亩", APPROVED, parcel=P1), land("supply", "12亩", SUPPLIED, parcel=P1, key="supply")],
        recorded=NOW,
    )
    as_of = date(2018, 2, 28)
    (row,), findings = judged(ledger, before(as_of))
    assert (row.status, row.counted_from, row.since) == (Status.OVERDUE_START, date(2017, 2, 28), as_of)
    assert row.assumed
    (finding,) = findings
    assert (finding.code, finding.severity) == ("IDLE-START-ASSUMED", "note")
    assert finding.message("en") == (
        "P-1 (观海卫镇): no start of construction was agreed, so 2017-02-28 is assumed, 1 year(s) after the supply"
    )
    assert one(ledger, as_of).status is Status.IDLE
    rules = IdleRules(tuple(tuple(r for r in g if r.case is not Case.DEFAULT_START) for g in read_rules()[0].groups))
    (row,), _ = judged(ledger, as_of, rules)
    assert (row.status, row.remedy.render("en")) == (
        Status.NO_DATA, "post the supply with the agreed start (--starts-by)",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"developed": "4亩", "to_develop": "12亩", "invested": "25万元", "investment": "100万元"}, Status.NORMAL),
        ({"developed": "3.999995亩", "to_develop": "12亩"}, Status.IDLE),
        ({"developed": "4亩", "to_develop": "12亩", "invested": "24.999999万元", "investment": "100万元"}, Status.IDLE),
        ({"developed": "0亩", "to_develop": "12亩"}, Status.IDLE),
        ({"invested": "0元", "investment": "1元"}, Status.IDLE),
        ({"developed": "4亩", "to_develop": "12亩"}, Status.NO_DATA),
        ({"invested": "25万元", "investment": "100万元"}, Status.NO_DATA),
        ({}, Status.NO_DATA),
    ],
)
def test_stopped_construction_is_idle_below_a_third_or_a_quarter(
    started: Ledger, said: dict[str, str], status: Status
) -> None:
    reported(started, **said)
    assert one(started, before(STOPPED_IDLE)).status is Status.NORMAL
    row = one(started, STOPPED_IDLE)
    assert (row.status, row.case, row.counted_from) == (status, Case.STOPPED, STOPPED)
    assert row.since == (None if status is Status.NORMAL else STOPPED_IDLE)
    if status is Status.IDLE:
        assert row.remedy.render("en") == (
            f"agree on how to use it; the rule names neither fee nor recovery here ({ORDER} 第二条第二款)"
        )


def test_started_land_without_a_report_is_no_data_and_never_not_idle(started: Ledger) -> None:
    row = one(started, IDLE)
    assert (row.status, row.remedy.render("en")) == (
        Status.NO_DATA, "post a report: landquota ledger progress P-1",
    )  # fmt: skip
    reported(started, on=before(STARTED), stopped_on=None)
    assert one(started, IDLE).status is Status.NO_DATA, "what was said before the start says nothing of what came after"
    reported(started, on=STARTED, stopped_on=None)
    assert one(started, IDLE).status is Status.NORMAL


def test_a_delay_of_the_government_costs_no_fee(supplied: Ledger) -> None:
    reported(supplied, on=AGREED, stopped_on=None, government_delay=True, key="delay")
    assert one(supplied, AGREED).status is Status.NORMAL
    for as_of in (date(2016, 9, 1), IDLE, RECOVER):
        row = one(supplied, as_of)
        assert (row.status, row.case) == (Status.DELAYED, Case.GOVERNMENT_DELAY)
        assert row.remedy.render("en") == f"no fee and no recovery: extend, swap or agree ({ORDER} 第十二条)"
    supplied.reverse("delay", reason="误录", effective=RECOVER, recorded=NOW)
    assert one(supplied, RECOVER).status is Status.IDLE


def test_a_delay_of_the_government_excuses_stopped_construction_too(started: Ledger) -> None:
    reported(started, developed="1亩", to_develop="12亩", government_delay=True)
    assert one(started, before(STOPPED_IDLE)).status is Status.NORMAL
    assert one(started, STOPPED_IDLE).status is Status.DELAYED


def test_the_parts_of_a_parcel_add_up(supplied: Ledger) -> None:
    supplied.post(land("start", "5亩", STARTED, parcel=P1), recorded=NOW)
    rows, _ = judged(supplied, IDLE)
    assert [(row.lot.stage.value, row.lot.area.mu, row.status) for row in rows] == [
        ("supplied", "7", Status.IDLE), ("under_construction", "5", Status.NO_DATA),
    ]  # fmt: skip
    assert {row.lot.holder for row in rows} == {TOWN}


def own(folder: Path, *rows: str, heading: str = HEADING) -> tuple[IdleRules, list[Finding]]:
    path = folder / "idle_rules.csv"
    path.write_text(heading + "\n".join(rows) + "\n", "utf-8")
    return read_rules(path)


def test_a_projects_own_rule_goes_before_the_shipped_one(supplied: Ledger, tmp_path: Path) -> None:
    rules, findings = own(tmp_path, "甬-未动工,not_started,2015-01-01,,2,,,2,10%,甬政发〔2015〕1号,第三条")
    assert findings == []
    (row,), found = judged(supplied, IDLE, rules)
    assert (row.status, row.since, found) == (Status.OVERDUE_START, RECOVER, [])
    (row,), _ = judged(supplied, RECOVER, rules)
    assert row.remedy.render("en") == "levy an idle-land fee of 10% of the price (甬政发〔2015〕1号 第三条)"
    assert row.rule is not None
    assert row.rule.rule == "甬-未动工"


def test_an_expired_rule_is_said_and_never_used_in_silence(supplied: Ledger, tmp_path: Path) -> None:
    rules, _ = own(tmp_path, "甬-未动工,not_started,2015-01-01,2016-12-31,5,,,,,甬政发〔2015〕1号,第三条")
    (row,), findings = judged(supplied, IDLE, rules)
    assert row.status is Status.IDLE
    (finding,) = findings
    assert (finding.code, finding.severity) == ("IDLE-RULE-EXPIRED", "warning")
    assert finding.message("en") == (
        "The rule 甬-未动工 (construction not started) expired on 2016-12-31; as of 2017-08-31 53号令-未动工 is used"
    )
    (row,), findings = judged(supplied, date(2016, 12, 31), rules)
    assert (row.status, findings) == (Status.OVERDUE_START, [])
    rules, _ = own(
        tmp_path,
        "甬-未动工,not_started,2015-01-01,2016-12-31,5,,,,,甬政发〔2015〕1号,第三条",
        "甬-未动工-新,not_started,2017-01-01,,5,,,,,甬政发〔2017〕1号,第三条",
    )
    assert judged(supplied, IDLE, rules)[1] == [], "a rule that another one follows is no gap"


def test_where_no_rule_holds_there_is_no_data(supplied: Ledger) -> None:
    rules = IdleRules(())
    (row,), findings = judged(supplied, IDLE, rules)
    assert (row.status, row.rule, row.remedy.render("en")) == (Status.NO_DATA, None, "enter the rule of that day")
    assert [finding.code for finding in findings] == ["IDLE-RULE-MISSING"] * len(Case)
    assert findings[0].message("en") == "No rule says on 2017-08-31 what counts as: construction not started"
    shipped, _ = read_rules()
    assert [f.code for f in shipped.gaps(date(2012, 6, 30))] == ["IDLE-RULE-MISSING"] * len(Case)
    assert shipped.gaps(date(2012, 7, 1)) == []


def test_without_the_rule_of_its_case_nothing_is_decided(started: Ledger) -> None:
    reported(started, developed="1亩", to_develop="12亩", government_delay=True)
    shipped, _ = read_rules()
    for missing in (Case.STOPPED, Case.GOVERNMENT_DELAY):
        rules = IdleRules(tuple(tuple(r for r in group if r.case is not missing) for group in shipped.groups))
        (row,), findings = judged(started, STOPPED_IDLE, rules)
        assert row.status is Status.NO_DATA
        assert [finding.code for finding in findings] == ["IDLE-RULE-MISSING"]


def test_every_shipped_rule_says_what_it_is_known_from() -> None:
    rules, findings = read_rules()
    assert findings == []
    for rule in (rule for group in rules.groups for rule in group):
        assert rule.basis
        assert rule.document or rule.basis.startswith("convention")
    stopped = rules.find(Case.STOPPED, IDLE)
    assert stopped is not None
    assert (stopped.developed_share, stopped.invested_share) == (Fraction(1, 3), Fraction(1, 4))


def test_all_that_is_wrong_with_a_table_of_rules_is_said_at_once(tmp_path: Path) -> None:
    rules, findings = own(tmp_path, ",idle,2015,,one,0.3,25,,20,,", "好,stopped,2015-01-01,,1,1/4,30%,,,文,条")
    assert [(finding.code, finding.place.row, finding.place.column) for finding in findings] == [
        ("SEED-CELL", 2, column)
        for column in ("case", "rule", "valid_from", "years", "developed_share", "invested_share", "fee_share")
    ]
    assert findings[0].message("en") == "'idle' is not a case of idle land"
    assert [rule.rule for rule in rules.groups[0]] == ["好"]


@pytest.mark.parametrize(
    ("written", "value"), [("1/3", Fraction(1, 3)), ("25%", Fraction(1, 4)), ("0.5%", Fraction(1, 200))]
)
def test_shares_are_exact(written: str, value: Fraction) -> None:
    assert share(written) == value
    assert share(said_share(value)) == value
    with pytest.raises(InputError, match="is not a share"):
        share(written + "x")
