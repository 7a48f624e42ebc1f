"""Land by stage: what stands where, what came through, what rests on statements, what cannot be."""

from __future__ import annotations

from datetime import date

import pytest
from land_samples import APPROVED, BATCH, DIVIDED, END, P1, P2, STARTED, SUPPLIED, land, progress, stages
from ledger_samples import COUNTY, NOW, TOWN, ZONE, state

from landquota.area import Area, parse_exact
from landquota.findings import Finding
from landquota.ledger import EntryRefused, LandPosition, Ledger, MovementDraft, Overdraft, State

Y2014, Y2016 = date(2014, 12, 31), date(2016, 12, 31)


def programme() -> list[MovementDraft]:
    """A batch of 30, of which 12 and 8 are divided; the first parcel goes all the way, the second is banked."""
    return [
        land("approve", "30亩", APPROVED, batch=BATCH, deadline=date(2017, 3, 1), key="approve"),
        land("divide", "12亩", DIVIDED, batch=BATCH, parcel=P1, key="divide-1"),
        land("divide", "8亩", DIVIDED, batch=BATCH, parcel=P2, deadline=date(2018, 3, 1), key="divide-2"),
        land("requisition", "12亩", DIVIDED, parcel=P1, key="take-1"),
        land("requisition", "8亩", DIVIDED, parcel=P2),
        land("bank", "8亩", DIVIDED, parcel=P2),
        land("supply", "12亩", SUPPLIED, parcel=P1, starts_by=date(2016, 8, 31), key="supply-1"),
        land("start", "9亩", STARTED, parcel=P1, key="start-1"),
        land("complete", "5亩", date(2018, 5, 1), parcel=P1),
        land("accept", "2亩", date(2018, 8, 1), parcel=P1),
    ]


@pytest.fixture
def kept(ledger: Ledger) -> Ledger:
    ledger.import_all(programme(), recorded=NOW)
    return ledger


def through(ledger: Ledger, on: date = END) -> dict[str, str]:
    (position,) = ledger.land_positions(on)
    return {stage.value: stock.area.mu for stage, stock in position.through.items()}


def findings(ledger: Ledger, code: str, on: date = END) -> list[Finding]:
    return [finding for finding in ledger.check_land(on) if finding.code == code]


def test_land_stands_in_its_stage_and_has_come_through_the_earlier_ones(kept: Ledger) -> None:
    assert stages(kept) == {
        "batch": "10", "banked": "8", "supplied": "3", "under_construction": "4", "completed": "3", "accepted": "2",
    }  # fmt: skip
    assert through(kept) == {
        "batch": "30", "approved": "20", "requisitioned": "20", "banked": "20", "supplied": "12",
        "under_construction": "9", "completed": "5", "accepted": "2",
    }  # fmt: skip
    (position,) = kept.land_positions(END)
    assert (position.whole.mu, position.unsupplied.mu, position.unused.mu) == ("30", "18", "3")


def test_a_position_is_that_of_the_end_of_its_day(kept: Ledger) -> None:
    assert kept.land_positions(date(2015, 2, 28)) == ()
    assert stages(kept, APPROVED) == {"batch": "30"}
    assert stages(kept, DIVIDED) == {"batch": "10", "requisitioned": "12", "banked": "8"}


def test_each_figure_names_the_entries_that_come_to_it(kept: Ledger) -> None:
    (position,) = kept.land_positions(END)
    for stocks in (position.now, position.through):
        for stock in stocks.values():
            assert stock.area == Area(sum(change.area.units for change in stock.changes))
    assert position.now[State.BATCH].entries == ("approve", "divide-1", "divide-2")
    assert [change.area.mu for change in position.now[State.SUPPLIED].changes] == ["12", "-9"]
    assert position.through[State.SUPPLIED].entries == ("supply-1",)
    assert position.through[State.BATCH].entries == ("approve",)


def test_batches_and_parcels_add_up_to_their_holder(kept: Ledger) -> None:
    plots = kept.plots(END)
    assert [(plot.batch, plot.parcel, plot.whole.mu) for plot in plots] == [
        (BATCH, None, "10"), (None, P1, "12"), (None, P2, "8"),
    ]  # fmt: skip
    (holder,) = kept.land_positions(END)
    for stage in State:
        if stage in holder.now:
            assert sum(p.now[stage].area.units for p in plots) == holder.now[stage].area.units


def test_a_batch_and_a_parcel_of_one_name_are_two_things(ledger: Ledger) -> None:
    ledger.post(land("approve", "3亩", APPROVED, batch="A"), recorded=NOW)
    ledger.post(land("approve", "2亩", APPROVED, parcel="A"), recorded=NOW)
    assert [(p.batch, p.parcel, p.whole.mu) for p in ledger.plots(END)] == [("A", None, "3"), (None, "A", "2")]


def test_land_of_a_batch_is_no_way_out_for_a_parcel_of_its_name(ledger: Ledger) -> None:
    ledger.import_all(
        [land("approve", "50亩", APPROVED, batch="A"), land("approve", "5亩", APPROVED, parcel="A")], recorded=NOW
    )
    with pytest.raises(Overdraft) as refusal:
        ledger.post(land("supply", "7亩", END, parcel="A"), recorded=NOW)
    assert refusal.value.to_json()["possible"] == ["ask for at most 5 mu"]


def test_a_stage_that_is_none_is_refused(kept: Ledger) -> None:
    with pytest.raises(EntryRefused, match="cannot start from 'nonsense'"):
        kept.post(land("supply", "1亩", END, parcel=P2, from_stage="nonsense"), recorded=NOW)


@pytest.mark.parametrize(
    ("draft", "message"),
    [
        (land("divide", "10.5亩", END, batch=BATCH, parcel="P-3"),
         ("divide into parcels 10.5 mu exceeds what is approved, not yet divided (land · 观海卫镇 · 浙土字〔2015〕1号 ·"
          " as of 2020-12-31)\n  approve 30 − divide into parcels 20 = approved, not yet divided 10 mu;"
          " divide into parcels asks 10.5 mu, short 0.5 mu")),
        (land("supply", "9亩", END, parcel=P2),
         ("supply 9 mu exceeds what is banked (land · 观海卫镇 · P-2 · as of 2020-12-31)\n"
          "  bank 8 = banked 8 mu; supply asks 9 mu, short 1 mu")),
        (land("start", "4亩", END, parcel=P1),
         ("start construction 4 mu exceeds what is supplied (land · 观海卫镇 · P-1 · as of 2020-12-31)\n"
          "  supply 12 − start construction 9 = supplied 3 mu; start construction asks 4 mu, short 1 mu")),
        (land("take_back", "3.000005亩", END, parcel=P1),
         "take land back 3.000005 mu exceeds what is supplied (land · 观海卫镇 · P-1 · as of 2020-12-31)"),
        (land("revoke", "1亩", END, parcel=P1),
         "revoke approval 1 mu exceeds what is approved (land · 观海卫镇 · P-1 · as of 2020-12-31)"),
    ],
    ids=["divide", "supply", "start", "take_back", "revoke"],
)  # fmt: skip
def test_no_more_leaves_a_stage_than_stands_in_it(kept: Ledger, draft: MovementDraft, message: str) -> None:
    head = kept.head
    with pytest.raises(Overdraft) as refusal:
        kept.post(draft, recorded=NOW)
    assert message in str(refusal.value)
    assert kept.head == head


def test_land_taken_back_is_banked_again_and_has_not_come_through(kept: Ledger) -> None:
    kept.post(land("take_back", "3亩", END, parcel=P1), recorded=NOW)
    kept.post(land("take_back", "4亩", END, parcel=P1, from_stage="under_construction"), recorded=NOW)
    assert stages(kept) == {"batch": "10", "banked": "15", "completed": "3", "accepted": "2"}
    assert through(kept)["supplied"] == "5"
    kept.post(land("supply", "7亩", END, parcel=P1), recorded=NOW)
    assert through(kept)["supplied"] == "12"


def test_only_what_was_supplied_is_taken_back(kept: Ledger) -> None:
    for stage in ("approved", "banked"):
        with pytest.raises(EntryRefused, match=f"'take land back' cannot start from '{stage}'"):
            kept.post(land("take_back", "1亩", END, parcel=P2, from_stage=stage), recorded=NOW)


def test_what_of_a_batch_is_not_divided_can_be_revoked(kept: Ledger) -> None:
    with pytest.raises(Overdraft, match="revoke approval 11 mu exceeds what is approved, not yet divided"):
        kept.post(land("revoke", "11亩", END, batch=BATCH), recorded=NOW)
    with pytest.raises(EntryRefused, match="'from_stage / --from-stage' has no meaning with 'revoke approval'"):
        kept.post(land("revoke", "1亩", END, batch=BATCH, from_stage="requisitioned"), recorded=NOW)
    kept.post(land("revoke", "10亩", END, batch=BATCH), recorded=NOW)
    assert "batch" not in stages(kept)
    assert through(kept)["batch"] == "20"


def test_what_is_revoked_is_gone_from_every_stage(kept: Ledger) -> None:
    kept.post(land("revoke", "8亩", END, parcel=P2, from_stage="banked"), recorded=NOW)
    (position,) = kept.land_positions(END)
    assert (position.whole.mu, position.unsupplied.mu) == ("22", "10")


def test_a_reversal_takes_back_from_its_own_day_on(kept: Ledger) -> None:
    kept.post(land("approve", "1亩", date(2019, 1, 1), parcel="P-9", key="mistake"), recorded=NOW)
    receipt = kept.reverse("mistake", reason="误录", effective=date(2020, 1, 1), recorded=NOW)
    assert stages(kept, date(2019, 12, 31))["approved"] == "1"
    assert "approved" not in stages(kept)
    (plot,) = (p for p in kept.plots(END) if p.parcel == "P-9")
    assert [(key, area.mu) for key, area in plot.now[State.APPROVED].changes] == [("mistake", "1"), (receipt.key, "-1")]
    assert [lot.key for lot in kept.unsupplied(date(2019, 12, 31)) if lot.parcel == "P-9"] == ["mistake"]
    assert [lot.key for lot in kept.unsupplied(END) if lot.parcel == "P-9"] == []


def test_a_division_may_pass_the_land_to_another_holder(ledger: Ledger) -> None:
    ledger.import_all(
        [
            land("approve", "30亩", APPROVED, holder=COUNTY, batch=BATCH),
            land("divide", "12亩", DIVIDED, holder=COUNTY, to=ZONE, batch=BATCH, parcel=P1),
            land("requisition", "12亩", DIVIDED, holder=ZONE, parcel=P1),
        ],
        recorded=NOW,
    )
    assert stages(ledger, holder=COUNTY) == {"batch": "18"}
    assert stages(ledger, holder=ZONE) == {"requisitioned": "12"}
    known = ledger.land(END)
    assert known[COUNTY, "approved"].bounds.number() == "30"  # what stands under it is the county's too
    assert known[COUNTY, "requisitioned"].bounds.number() == "12"
    assert known[ZONE, "approved"].bounds.number() == "12"
    assert (TOWN, "approved") not in known


def test_where_entries_exist_they_stand_and_elsewhere_statements(ledger: Ledger) -> None:
    ledger.import_all([state("requisitioned", "500余亩", key="s"), state("approved", "600亩")], recorded=NOW)
    before = ledger.land(END)[ZONE, "requisitioned"]
    assert (before.basis, before.bounds.number(), before.entries, before.nominal.number) == (
        "stated", "≥ 500", ("s",), "500",
    )  # fmt: skip
    ledger.post(land("approve", "30亩", APPROVED, holder=ZONE, parcel=P1, key="a"), recorded=NOW)
    known = ledger.land(END)
    approved, requisitioned = known[ZONE, "approved"], known[ZONE, "requisitioned"]
    assert (approved.basis, approved.bounds.number(), approved.entries) == ("ledger", "30", ("a",))
    assert approved.nominal == parse_exact("30亩")
    # The ledger has never seen a requisition: the document stands, and is not held against a nothing.
    assert requisitioned == before
    assert (known[ZONE, "supplied"].basis, known[ZONE, "supplied"].bounds.number()) == ("ledger", "0")
    ledger.post(land("requisition", "20亩", DIVIDED, holder=ZONE, parcel=P1), recorded=NOW)
    assert ledger.land(END)[ZONE, "requisitioned"].bounds.number() == "20"


def test_a_statement_about_land_checks_the_ledger_as_of_its_own_day(ledger: Ledger) -> None:
    ledger.import_all(
        [
            land("approve", "30亩", APPROVED, holder=ZONE, parcel=P1),
            land("requisition", "20亩", DIVIDED, holder=ZONE, parcel=P1),
            state("approved", "30亩", effective=Y2016),
            state("requisitioned", "20余亩", effective=Y2016),
            state("supplied", "5亩", effective=Y2016),
        ],
        recorded=NOW,
    )
    assert ledger.check_statements(END) == []
    ledger.post(land("requisition", "10亩", END, holder=ZONE, parcel=P1), recorded=NOW)
    assert ledger.check_statements(END) == []
    ledger.post(state("requisitioned", "近15亩", clause="二(二)", effective=Y2016, key="low"), recorded=NOW)
    (finding,) = ledger.check_statements(END)
    assert (finding.code, finding.place.feature) == ("LEDGER-STATEMENT-DIFFERS", "low")
    assert finding.message("en") == (
        "R241-2018 二(二) states 近15亩 (requisitioned, land · 观海卫智能电器小镇, as of 2016-12-31);"
        " by the ledger's entries it is 20 mu"
    )


def test_under_construction_is_what_is_being_built_now(kept: Ledger) -> None:
    kept.post(state("under_construction", "4亩", holder=TOWN, effective=END), recorded=NOW)
    assert kept.check_statements(END) == []
    assert kept.land(END)[TOWN, "under_construction"].bounds.number() == "4"


def test_a_stage_passed_over_is_said(ledger: Ledger) -> None:
    ledger.import_all(
        [
            land("approve", "12亩", APPROVED, parcel=P1, deadline=END),
            land("supply", "7亩", SUPPLIED, parcel=P1, key="straight"),
            land("requisition", "5亩", SUPPLIED, parcel=P1),
            land("supply", "5亩", SUPPLIED, parcel=P1, key="unbanked"),
            land("complete", "7亩", STARTED, parcel=P1, key="at-once"),
        ],
        recorded=NOW,
    )
    found = findings(ledger, "LEDGER-STAGE-SKIPPED")
    assert [finding.params["key"] for finding in found] == ["straight", "at-once"]
    assert [finding.severity for finding in found] == ["note", "note"]
    assert found[0].message("en") == (
        "supply of P-1 (观海卫镇, 2016-02-29) starts from approved and passes over: requisitioned"
    )
    ledger.reverse("at-once", reason="误录", effective=END, recorded=NOW)
    assert len(findings(ledger, "LEDGER-STAGE-SKIPPED")) == 1


def test_waiting_land_without_a_deadline_or_beyond_it_is_said(ledger: Ledger) -> None:
    ledger.import_all(
        [
            land("approve", "12亩", APPROVED, parcel=P1, key="open"),
            land("approve", "30亩", APPROVED, batch=BATCH, deadline=date(2017, 3, 1), key="late"),
            land("divide", "8亩", DIVIDED, batch=BATCH, parcel=P2, deadline=END, key="in-time"),
        ],
        recorded=NOW,
    )
    (missing,) = findings(ledger, "LEDGER-DEADLINE-MISSING")
    assert missing.message("en") == (
        "12 mu of P-1 (观海卫镇), approved on 2015-03-01, wait to be supplied without a deadline"
    )
    (passed,) = findings(ledger, "LEDGER-DEADLINE-PASSED")
    assert passed.message("en") == (
        "22 mu of 浙土字〔2015〕1号 (观海卫镇), approved on 2015-03-01, were to be supplied by 2017-03-01"
    )
    assert findings(ledger, "LEDGER-DEADLINE-PASSED", date(2017, 3, 1)) == []
    assert len(findings(ledger, "LEDGER-DEADLINE-PASSED", date(2021, 1, 1))) == 2


def test_a_report_of_land_that_was_never_supplied_is_said(kept: Ledger) -> None:
    kept.post(progress(END, parcel=P1), recorded=NOW)
    assert findings(kept, "LEDGER-PROGRESS-UNTIED") == []
    kept.post(progress(END, parcel="P-11", key="report"), recorded=NOW)
    (finding,) = findings(kept, "LEDGER-PROGRESS-UNTIED")
    assert finding.message("en") == (
        "The report report is about the parcel P-11 of 观海卫镇, of which the ledger has nothing supplied"
    )


def test_the_latest_report_of_a_parcel_holds_until_it_is_taken_back(kept: Ledger) -> None:
    kept.post(progress(END, developed="4亩", to_develop="12亩", key="late"), recorded=NOW)
    kept.post(progress(Y2016, invested="800万元", investment="5000万元", key="early"), recorded=NOW)
    latest = kept.progress(END)[TOWN, P1]
    assert (latest.key, str(latest.developed_share), latest.invested_share) == ("late", "1/3", None)
    kept.reverse("late", reason="误录", effective=END, recorded=NOW)
    assert str(kept.progress(END)[TOWN, P1].invested_share) == "4/25"
    assert kept.progress(Y2014) == {}


def test_a_share_of_nothing_is_unknown(kept: Ledger) -> None:
    kept.post(progress(END, developed="0亩", to_develop="0亩"), recorded=NOW)
    assert kept.progress(END)[TOWN, P1].developed_share is None


def test_a_position_has_every_stage(ledger: Ledger) -> None:
    ledger.post(land("approve", "1亩", APPROVED, parcel=P1), recorded=NOW)
    (position,) = ledger.land_positions(END)
    assert isinstance(position, LandPosition)
    assert list(position.now) == list(position.through)
    assert position.now[State.ACCEPTED].area == Area()
