"""One report: limits, references and control totals by what the entries say; and totals that are asserted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from every_entry import LAND, chain, land
from ledger_samples import (
    COUNTY,
    DAY,
    DECLARATIONS,
    FOOD,
    LAST,
    LATER,
    NOW,
    OTHER_TOWN,
    PLAN,
    POOL,
    TOWN,
    ZONE,
    move,
    state,
)  # fmt: skip

from landquota.ledger import (
    AllowanceDraft,
    ControlDiffers,
    Draft,
    EntryRefused,
    Ledger,
    ProgressDraft,
    ReversalDraft,
    StatementDraft,
)
from landquota.ledger.audit import audit, limits
from landquota.ledger.controls import controls
from landquota.ledger.references import references
from landquota.ledger.replay import Replay

QUOTA_MEASURES = ("requested", "granted", "allotted_in", "allotted_out", "reserved", "committed", "available")
SECTIONS = ("chain", "tables", "structure", "limits", "references", "controls")


def replay(*drafts: Draft) -> Replay:
    """Return the replay of entries that no rule and no limit has been asked about."""
    return Replay(chain([*DECLARATIONS, *drafts]))


def allowance(percent: str, **more: Any) -> AllowanceDraft:
    given: dict[str, Any] = {"holder": TOWN, "kind": PLAN, "effective": DAY, "document": "d", "year": 2018, **more}
    return AllowanceDraft(name="超限额度", percent=percent, **given)


def said(found: tuple[int, Sequence[object]]) -> list[str]:
    return [str(problem) for problem in found[1]]


def test_a_report_has_its_sections_each_with_its_count(ledger: Ledger) -> None:
    ledger.post(move("grant", TOWN, "10亩", request=None), recorded=NOW)
    ledger.post(state("granted", "10亩", kind=PLAN, year=2018, holder=TOWN, effective=DAY), recorded=NOW)
    report = ledger.verify()
    assert tuple(section.name for section in report.sections) == SECTIONS
    assert {s.name: s.count for s in report.sections} == {
        "chain": 9, "tables": 7 + 2 + 1 + 1, "structure": 13, "limits": 1, "references": 3 + 2 + 2, "controls": 1,
    }  # fmt: skip
    assert (report.ok, report.sound, report.problems) == (True, True, ())


# --- limits ------------------------------------------------------------------------------------


def test_an_account_below_zero_is_named_by_its_first_day_and_entry() -> None:
    drafts = [
        move("grant", TOWN, "10亩"),
        move("commit", TOWN, "4亩"),
        move("reserve", TOWN, "9亩", key="held", effective=LATER),
        move("commit", TOWN, "1亩", effective=LAST),
        move("release", TOWN, "10亩", reservation="held", effective=LAST),
        land("supply", "3亩", parcel="P", from_stage="approved"),
        move("deduct", COUNTY, "5公斤", kind=FOOD, year=None),
    ]
    assert limits(replay(*drafts))[0] == 6
    assert said(limits(replay(*drafts))) == [
        "entry 10 (held): leaves what is available (新增计划 · 观海卫镇 · 2018) at -3 mu at the end of 2018-09-01;"
        " 0 mu below zero can be explained",
        "entry 12 (L-000012): leaves what is reserved (新增计划 · 观海卫镇 · 2018 · held) at -1 mu at the end of"
        " 2020-12-31; 0 mu below zero can be explained",
        "entry 13 (L-000013): leaves what is approved (land · 观海卫镇 · P) at -3 mu at the end of 2018-06-01;"
        " 0 mu below zero can be explained",
        "entry 14 (L-000014): leaves what is available (占补平衡-产能 · 慈溪市) at -5 kg at the end of 2018-06-01;"
        " 0 kg below zero can be explained",
    ]


def test_within_a_day_an_account_may_be_below_zero() -> None:
    assert said(limits(replay(move("commit", TOWN, "4亩"), move("grant", TOWN, "4亩")))) == []


@pytest.mark.parametrize(
    ("declared", "used", "explained"),
    [
        (allowance("5"), "105亩", None),
        (allowance("5"), "105.001亩", "5"),
        (allowance("5", year=None), "105亩", None),
        (allowance("5", year=2019), "105亩", "0"),
        (allowance("5", holder=OTHER_TOWN), "105亩", "0"),
        (allowance("5", kind=POOL), "105亩", "0"),
        (allowance("5", effective=LATER), "105亩", "0"),
        (allowance("5", valid_to=DAY), "105亩", None),
    ],
)
def test_an_allowance_explains_so_much_of_it(declared: Draft, used: str, explained: str | None) -> None:
    found = said(limits(replay(declared, move("grant", TOWN, "100亩"), move("commit", TOWN, used))))
    assert len(found) == (explained is not None)
    assert all(problem.endswith(f"; {explained} mu below zero can be explained") for problem in found)


def test_a_carried_deficit_and_its_reversal_are_explained(ledger: Ledger) -> None:
    ledger.import_all(
        [
            allowance("10"),
            move("grant", TOWN, "100亩"),
            move("commit", TOWN, "108亩"),
            move("carry_deficit", TOWN, "8亩", key="carried", effective=LATER),
        ],
        recorded=NOW,
    )
    assert ledger.verify().ok
    assert limits(replay(move("carry_deficit", TOWN, "8亩"))) == (2, [])
    ledger.reverse("carried", reason="误", effective=LAST, recorded=NOW)
    assert ledger.verify().ok


# --- references --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("draft", "name"),
    [
        (move("grant", "无名镇", "1亩"), "the holder '无名镇'"),
        (move("transfer", TOWN, "1亩", to="无名镇"), "the holder '无名镇'"),
        (move("grant", TOWN, "1亩", kind="无"), "the quota kind '无'"),
        (move("grant", TOWN, "1亩", request="later"), "the request 'later'"),
        (move("grant", TOWN, "1亩", request="held"), "the request 'held'"),
        (move("release", TOWN, "1亩", reservation="later"), "the reservation 'later'"),
        (move("release", TOWN, "1亩", reservation="ask"), "the reservation 'ask'"),
        (ReversalDraft(reverses="later", reason="r", effective=DAY), "the entry 'later', to take it back,"),
        (ReversalDraft(reverses="L-000001", reason="r", effective=DAY), "the entry 'L-000001', to take it back,"),
        (ReversalDraft(reverses="gone", reason="r", effective=DAY), "the entry 'gone', to take it back,"),
        (land("divide", "1亩", parcel="P", batch="无"), "the approval batch '无'"),
        (land("supply", "1亩", parcel="无"), "the parcel '无'"),
        (land("revoke", "1亩", parcel="ZX-P-09"), "the parcel 'ZX-P-09'"),
        (state("granted", "1亩", kind=PLAN, holder="无名镇"), "the holder '无名镇'"),
        (allowance("1", holder="无名镇"), "the holder '无名镇'"),
        (ProgressDraft(parcel="P", holder="无名镇", effective=DAY, document="d"), "the holder '无名镇'"),
    ],
)
def test_a_name_that_is_not_there_before_is_named(draft: Draft, name: str) -> None:
    before = [
        move("request", TOWN, "1亩", key="ask"),
        move("reserve", TOWN, "1亩", key="held"),
        move("grant", TOWN, "1亩", key="gone"),
        ReversalDraft(reverses="gone", reason="r", effective=DAY, key="back"),
        *LAND,
    ]
    after = [move("request", TOWN, "1亩", key="later"), land("approve", "1亩", parcel="无", batch="无")]
    number = len(DECLARATIONS) + len(before) + 1
    count, _ = references(replay(*before, *after))
    found = references(replay(*before, draft, *after))
    assert count < found[0]
    assert said(found) == [f"entry {number} (L-{number:06d}): names {name} which is not there before it"]


def test_what_quota_is_used_for_is_an_id_on_the_map() -> None:
    assert said(references(replay(move("commit", TOWN, "1亩", parcel="only on the map", zone="Z")))) == []


def test_the_audit_goes_on_when_an_entry_holds_what_no_ledger_would_write() -> None:
    broken = replay(move("grant", TOWN, "1亩"), state("granted", "1亩", kind=PLAN, year=2018, holder=TOWN))
    next(iter(broken.rows["transfer"].values())).row["amount"] = "viel"  # type: ignore[index]
    sections = audit(broken)
    assert [(section.name, len(section.problems)) for section in sections] == [
        ("limits", 1), ("references", 0), ("controls", 1),
    ]  # fmt: skip
    assert str(sections[0].problems[0]) == "limits cannot be checked: an entry holds what no ledger would write"


# --- control totals ----------------------------------------------------------------------------


def test_every_standing_exact_statement_is_compared_as_of_its_day(ledger: Ledger) -> None:
    def told(measure: str, written: str, day: date, key: str, **more: Any) -> StatementDraft:
        return state(measure, written, kind=PLAN, holder=TOWN, effective=day, key=key, **{"year": 2018, **more})

    ledger.import_all(
        [
            move("grant", TOWN, "100亩"),
            move("commit", TOWN, "30亩", effective=LATER),
            told("available", "99亩", DAY, "old", clause="二"),
            told("available", "70亩", LATER, "right"),
            told("committed", "约31亩", LATER, "about"),
            told("committed", "31亩", date(2018, 8, 31), "replaced"),
            told("committed", "0亩", date(2018, 8, 31), "its replacement"),
            told("granted", "101亩", LAST, "taken back"),
            told("granted", "9亩", LAST, "another year", year=2019),
            told("requested", "5亩", LAST, "of requests"),
            state("approved", "7亩", holder=TOWN),
            ReversalDraft(reverses="taken back", reason="误读", effective=LAST),
        ],
        recorded=NOW,
    )
    report = ledger.verify()
    (section,) = (section for section in report.sections if section.name == "controls")
    assert (section.count, report.ok, report.sound) == (3, False, True)
    assert [str(problem) for problem in report.problems] == [
        "entry 10 (old): R241-2018 二 states 99亩 (available, 新增计划 · 观海卫镇 · 2018, as of 2018-06-01); by the"
        " ledger's entries it is 100 mu, a difference of 1 mu"
    ]
    latest = [finding.place.feature for finding in ledger.check_statements(LAST)]
    assert latest == ["about"], "a superseded total is the business of verification only"


def test_every_measure_agrees_with_the_positions(ledger: Ledger) -> None:
    """The replayed figures are those that a position shows."""
    drafts: list[Draft] = [
        move("request", TOWN, "80亩", key="ask"), move("grant", COUNTY, "100亩"),
        move("allot", COUNTY, "60亩", to=TOWN, key="allot"), move("allot", COUNTY, "6亩", to=TOWN, key="wrong"),
        move("allot", TOWN, "5亩", to=ZONE), move("reserve", TOWN, "10亩", key="held"),
        move("commit", TOWN, "4亩", reservation="held"), move("commit", TOWN, "3亩"),
        ReversalDraft(reverses="wrong", reason="误", effective=LATER),
    ]  # fmt: skip
    ledger.import_all(drafts, recorded=NOW)
    for day in (DAY, LATER):
        for position in ledger.positions(day):
            for measure in (
                "requested",
                "granted",
                "allotted_in",
                "allotted_out",
                "reserved",
                "committed",
                "available",
            ):
                figure = getattr(position, measure)
                if measure == "requested" and not figure.low:
                    continue
                more = {"kind": position.kind, "year": position.year, "holder": position.holder, "effective": day}
                ledger.post(state(measure, f"{figure.number()}亩", **more), recorded=NOW)
    report = ledger.verify()
    assert report.ok
    assert report.sections[-1].count == 2 * (3 * 6 + 1)


# --- asserted totals ---------------------------------------------------------------------------


@pytest.fixture
def granted(ledger: Ledger) -> Ledger:
    """A town with 100 mu granted, 60 of them used."""
    ledger.import_all(
        [
            move("grant", TOWN, "100亩", key="g"),
            move("commit", TOWN, "40亩", key="c"),
            move("reserve", TOWN, "20亩", key="r"),
            move("grant", TOWN, "5亩", key="wrong"),
            ReversalDraft(reverses="wrong", reason="误", effective=DAY, key="back"),
        ],
        recorded=NOW,
    )
    return ledger


def total(measure: str, written: str, **more: Any) -> StatementDraft:
    given = {"kind": PLAN, "year": 2018, "holder": TOWN, "effective": LATER, **more}
    return state(measure, written, **given)


def test_a_total_that_holds_is_recorded_once(granted: Ledger) -> None:
    receipt = granted.assert_total(total("available", "40亩", key="t"), recorded=NOW)
    assert not receipt.already
    assert granted.assert_total(total("available", "40亩", key="t"), recorded=NOW).already
    assert granted.entries()[-1].key == "t"
    assert not granted.assert_total(total("committed", "40亩"), recorded=NOW).already
    assert not granted.assert_total(total("granted", "0亩", year=2019), recorded=NOW).already
    assert granted.verify().ok


def test_a_total_that_does_not_hold_is_refused_with_the_arithmetic(granted: Ledger) -> None:
    head = granted.head
    with pytest.raises(ControlDiffers) as refusal:
        granted.assert_total(total("available", "45亩"), recorded=NOW)
    (finding,) = refusal.value.findings
    assert finding.code == "LEDGER-CONTROL-DIFFERS"
    assert str(refusal.value) == (
        "The control total does not hold (available, 新增计划 · 观海卫镇 · 2018, as of 2018-09-01): asserted 45 −"
        " by the ledger 40 = difference 5 mu; entries behind it:"
        " g 100 mu · c -40 mu · r -20 mu · wrong 5 mu · back -5 mu\n"
        "Find the entry that is missing or wrong, post or reverse it, and assert again. Nothing was written."
    )
    assert refusal.value.details() == {
        "codes": ["LEDGER-CONTROL-DIFFERS"],
        "asserted_mu": "45",
        "ledger_mu": "40",
        "difference_mu": "5",
        "entries": [
            {"key": key, "amount_mu": amount}
            for key, amount in (("g", "100"), ("c", "-40"), ("r", "-20"), ("wrong", "5"), ("back", "-5"))
        ],
    }
    assert granted.head == head


def test_a_total_is_as_of_its_day_and_of_its_measure(granted: Ledger) -> None:
    with pytest.raises(ControlDiffers) as refusal:
        granted.assert_total(total("reserved", "1亩", effective=date(2018, 5, 31)), recorded=NOW)
    assert (refusal.value.figure.number, refusal.value.entries) == ("0", ())
    assert "entries behind it: —" in str(refusal.value)
    with pytest.raises(ControlDiffers) as refusal:
        granted.assert_total(total("granted", "99亩"), recorded=NOW)
    assert refusal.value.entries[0][0] == "g"
    granted.import_all([move("grant", TOWN, "1亩") for _ in range(9)], recorded=NOW)
    with pytest.raises(ControlDiffers, match=r"g 100 mu · .* · …"):
        granted.assert_total(total("granted", "100亩"), recorded=NOW)


@pytest.mark.parametrize(
    ("draft", "code", "message"),
    [
        (total("available", "约40亩"), "LEDGER-CONTROL-EXACT", "'约40亩' is not exact, so it is no control total"),
        (total("approved", "40亩", kind=None, year=None), "LEDGER-CONTROL-MEASURE",
         "What is approved is of land; a control total is of a quota kind"),
        (total("available", "40亩", holder="无"), "LEDGER-HOLDER-UNKNOWN", "The holder '无' is not declared"),
    ],
)  # fmt: skip
def test_what_is_no_control_total_is_refused(granted: Ledger, draft: StatementDraft, code: str, message: str) -> None:
    head = granted.head
    with pytest.raises(EntryRefused, match=message) as refusal:
        granted.assert_total(draft, recorded=NOW)
    assert [finding.code for finding in refusal.value.findings] == [code]
    assert granted.head == head


def test_controls_of_a_ledger_without_statements_are_none() -> None:
    assert controls(replay(move("grant", TOWN, "1亩"))) == (0, [])
