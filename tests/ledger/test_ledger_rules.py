"""One example of every refusal with its exact words, and imports that name them all at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from ledger_samples import COUNTY, DAY, FOOD, LAST, LATER, NOW, OTHER_TOWN, PLAN, POOL, TOWN, ZONE, at, move, mu, state

from landquota.area import Area, Bounds, Figure, Unit, parse_exact
from landquota.findings import FindingsError, Place
from landquota.ledger import (
    MOVEMENTS,
    AllowanceDraft,
    Draft,
    EntryRefused,
    HolderDraft,
    KeyConflict,
    KindDraft,
    Ledger,
    MovementDraft,
    Overdraft,
    PeriodDraft,
    ProgressDraft,
    ReversalDraft,
    StatementDraft,
)

MOST = 10**9 * 200_000


def figure(units: int) -> Figure:
    return Figure("−1亩", Area(units), Bounds.exactly(Area(units)), Unit.MU)


def reversal(reverses: str, **more: Any) -> ReversalDraft:
    given: dict[str, Any] = {"reason": "文号误录", "effective": LATER, **more}
    return ReversalDraft(reverses=reverses, **given)


def land(movement: str, area: str, **more: Any) -> MovementDraft:
    return move(movement, TOWN, area, **{"kind": None, "year": None, **more})


def allowance(percent: str) -> AllowanceDraft:
    return AllowanceDraft(name="a", holder=TOWN, kind=PLAN, percent=percent, effective=DAY, document="d")


def progress(**reported: Any) -> ProgressDraft:
    return ProgressDraft(parcel="P-1", holder=TOWN, effective=DAY, document="d", **reported)


REFUSED: list[tuple[str, str, Draft, str]] = [
    ("LEDGER-TEXT", "document", move("grant", TOWN, "1亩", document=""), "document '' is empty"),
    ("LEDGER-TEXT", "document", move("grant", TOWN, "1亩", document=None), "document '' is missing"),
    ("LEDGER-TEXT", "holder",
     move("grant", "观海卫镇 ", "1亩"), "holder '观海卫镇 ' has blanks at its beginning or end"),
    ("LEDGER-TEXT", "clause", move("grant", TOWN, "1亩", clause="长" * 201),
     f"clause '{'长' * 40}' is longer than 200 characters"),
    ("LEDGER-TEXT", "key",
     move("grant", TOWN, "1亩", key="a\u202eb"), "key 'a\ufffdb' holds the invisible character U+202E"),
    ("LEDGER-TEXT", "kind", move("grant", TOWN, "1亩", kind="新增\ud800计划"),
     "kind '新增\ufffd计划' holds the invisible character U+D800"),
    ("LEDGER-DATE", "date",
     move("grant", TOWN, "1亩", effective=date(1918, 6, 1)), "date 1918-06-01 is not plausible"),
    ("LEDGER-DATE", "date", move("grant", TOWN, "1亩", effective=datetime(2018, 6, 1, tzinfo=UTC)),
     "date 2018-06-01 00:00:00+00:00 is not plausible"),
    ("LEDGER-DATE", "date", move("reserve", TOWN, "1亩", kind=POOL, effective=datetime(2018, 6, 1), expires=LAST),  # noqa: DTZ001
     "date 2018-06-01 00:00:00 is not plausible"),
    ("LEDGER-YEAR", "year", move("grant", TOWN, "1亩", year=18), "The quota year 18 is not plausible"),
    ("LEDGER-AMOUNT", "area",
     MovementDraft(movement="grant", holder=TOWN, kind=PLAN, amount=Area(0), effective=DAY, document="d"),
     "0 mu cannot be moved"),
    ("LEDGER-AMOUNT", "area",
     MovementDraft(movement="grant", holder=TOWN, kind=PLAN, amount=Area(MOST + 1), effective=DAY, document="d"),
     "1000000000.000005 mu cannot be moved"),
    ("LEDGER-FIGURE", "value",
     StatementDraft(measure="approved", holder=ZONE, figure=figure(-1), effective=DAY, document="d"),
     "The figure '−1亩' is out of range"),
    ("LEDGER-MOVEMENT-UNKNOWN", "movement", move("alot", TOWN, "1亩"),
     "The movement 'alot' is unknown; nearest: allot · grant · commit"),
    ("LEDGER-HOLDER-UNKNOWN", "holder", move("grant", "观海卫", "1亩"),
     "The holder '观海卫' is not declared; nearest: 观海卫镇 · 观海卫智能电器小镇"),
    ("LEDGER-HOLDER-UNKNOWN", "to", move("transfer", TOWN, "1亩", to="Zhouxiang"),
     "The holder 'Zhouxiang' is not declared; nearest: none"),
    ("LEDGER-KIND-UNKNOWN", "kind", move("grant", TOWN, "1亩", kind="新增"),
     "The quota kind '新增' is not declared; nearest: 新增计划"),
    ("LEDGER-KIND-UNIT", "area", move("grant", TOWN, "1亩", kind=FOOD),
     "The quota kind 占补平衡-产能 is measured in kg; 1 mu cannot be posted to it"),
    ("LEDGER-KIND-UNIT", "value", state("granted", "1亩", kind=FOOD),
     "The quota kind 占补平衡-产能 is measured in kg; 1 mu cannot be posted to it"),
    ("LEDGER-KIND-VALIDITY", "date", move("grant", TOWN, "1亩", kind=POOL, effective=date(2020, 7, 1)),
     "The quota kind 统筹 is valid from 2010-01-01 to 2020-06-30, not on 2020-07-01"),
    ("LEDGER-KIND-PERIOD", "valid_to",
     KindDraft(kind="k", name="k", covers_conversion=True, valid_from=LATER, valid_to=DAY),
     "The quota kind k would end on 2018-06-01, before it begins on 2018-09-01"),
    ("LEDGER-KIND-MISSING", "kind",
     state("granted", "1亩"), "A statement of what is granted needs a quota kind"),
    ("LEDGER-UNIT-UNKNOWN", "unit", KindDraft(kind="k", name="k", unit="亩", covers_conversion=True),
     "The unit '亩' of the quota kind k is unknown"),
    ("LEDGER-FIELD-NEEDLESS", "to",
     move("grant", TOWN, "1亩", to=ZONE), "The field 'to / --to' has no meaning with 'grant'"),
    ("LEDGER-FIELD-NEEDLESS", "to_year", move("grant", TOWN, "1亩", to_year=2019),
     "The field 'to_year / --to-year' has no meaning with 'grant'"),
    ("LEDGER-FIELD-NEEDLESS", "expires", move("grant", TOWN, "1亩", expires=LAST),
     "The field 'expires / --expires' has no meaning with 'grant'"),
    ("LEDGER-FIELD-NEEDLESS", "reservation", move("grant", TOWN, "1亩", reservation="held"),
     "The field 'reservation / --reservation' has no meaning with 'grant'"),
    ("LEDGER-FIELD-NEEDLESS", "kind",
     state("approved", "1亩", kind=PLAN), "The field 'kind / --kind' has no meaning with 'approved'"),
    ("LEDGER-TO-MISSING", "to",
     move("allot", COUNTY, "1亩"), "The movement 'allot' needs the holder that receives"),
    ("LEDGER-TO-SAME", "to", move("transfer", TOWN, "1亩", to=TOWN),
     "The movement 'transfer' would go from 观海卫镇 to itself"),
    ("LEDGER-ALLOT-PARENT", "to", move("allot", COUNTY, "1亩", to=ZONE),
     ("观海卫智能电器小镇 stands under 观海卫镇, not under 慈溪市:"
      " an allotment goes from a holder to one directly under it")),
    ("LEDGER-CARRY-KIND", "kind", move("carry", TOWN, "1亩", kind=POOL),
     "The quota kind 统筹 may not be carried to another year"),
    ("LEDGER-CARRY-YEAR", "to_year", move("carry", TOWN, "1亩", to_year=2018),
     "A carry-over needs a quota year and a later one to go to (from 2018 to 2018)"),
    ("LEDGER-EXPIRES", "expires", move("reserve", TOWN, "1亩", effective=LATER, expires=DAY),
     "The reservation would expire on 2018-06-01, before it begins on 2018-09-01"),
    ("LEDGER-REQUEST-UNKNOWN", "request", move("grant", TOWN, "1亩", request="statement"),
     "'statement' is not the key of a live request of 观海卫镇 for 新增计划"),
    ("LEDGER-REQUEST-EXCEEDED", "area", move("supplement", TOWN, "3.5亩", request="ask"),
     ("supplement 3.5 mu exceeds what is outstanding of the request 'ask':"
      " requested 10 − satisfied 7 = outstanding 3 mu")),
    ("LEDGER-HOLDER-DIFFERS", "parent", HolderDraft(holder=ZONE, level="zone", parent=COUNTY, zone="GHW-01"),
     "The holder 观海卫智能电器小镇 is declared otherwise: parent is 观海卫镇 in the ledger and 慈溪市 here"),
    ("LEDGER-KIND-DIFFERS", "covers_conversion", KindDraft(kind=FOOD, name="n", unit="kg", covers_conversion=True),
     "The quota kind 占补平衡-产能 is declared otherwise: covers_conversion is no in the ledger and yes here"),
    ("LEDGER-OVERDRAFT", "area", move("commit", TOWN, "11亩"),
     ("commit 11 mu exceeds what is available (新增计划 · 观海卫镇 · 2018 · as of 2018-06-01):"
      " granted 10 = available 10 mu; short 1 mu")),
    ("LEDGER-KEY-CONFLICT", "key", move("grant", TOWN, "11亩", key="grant"),
     "The key 'grant' stands for other content already: area is 10 mu in the ledger and 11 mu here"),
    ("LEDGER-KEY-RESERVED", "key", move("grant", TOWN, "1亩", key="L-000099"),
     "The key 'L-000099' has the form of the keys that the ledger gives by itself"),
    ("LEDGER-DECLARED-TWICE", "holder", HolderDraft(holder=TOWN, level="town", parent=COUNTY, key="again"),
     "'观海卫镇' is declared already"),
    ("LEDGER-HOLDER-LEVEL", "level", HolderDraft(holder="宗汉街道", level="street", parent=COUNTY),
     "The level 'street' of 宗汉街道 is unknown"),
    ("LEDGER-HOLDER-PARENT", "parent",
     HolderDraft(holder="宗汉街道", level="town"), "宗汉街道 (town) cannot stand under —"),
    ("LEDGER-HOLDER-PARENT", "parent", HolderDraft(holder="余姚市", level="county", parent=COUNTY),
     "余姚市 (county) cannot stand under 慈溪市"),
    ("LEDGER-ZONE-TWICE", "zone", HolderDraft(holder="西区", level="zone", parent=TOWN, zone="GHW-01"),
     "The zone GHW-01 belongs to 观海卫智能电器小镇 already"),
    ("LEDGER-MEASURE-UNKNOWN", "measure", state("requsitioned", "1亩"),
     "The measure 'requsitioned' is unknown; nearest: requisitioned · requested · reserved"),
    ("LEDGER-BASIS-UNKNOWN", "basis",
     state("approved", "1亩", basis="guessed"), "The basis 'guessed' is unknown"),
    ("LEDGER-REVERSAL-UNKNOWN", "key", reversal("nothing"), "There is no entry with the key 'nothing'"),
    ("LEDGER-REVERSAL-TYPE", "key", reversal(f"holder:{TOWN}"),
     "The entry 'holder:观海卫镇' is neither a movement nor a statement: it cannot be taken back"),
    ("LEDGER-REVERSAL-TYPE", "key", reversal("taken"),
     "The entry 'taken' is neither a movement nor a statement: it cannot be taken back"),
    ("LEDGER-REVERSAL-TWICE", "key",
     reversal("request"), "The entry 'request' was taken back by 'taken' already"),
    ("LEDGER-REVERSAL-DATE", "date", reversal("grant", effective=date(2018, 5, 31)),
     "The entry 'grant' counts from 2018-06-01; it cannot be taken back from 2018-05-31, before that"),
    ("LEDGER-MOVEMENT-KIND", "kind", move("grant", TOWN, "1亩", kind=None), "The movement 'grant' needs a quota kind"),
    ("LEDGER-KIND-UNIT", "area", move("grant", TOWN, "830万元"),
     "The quota kind 新增计划 is measured in mu; 8300000 yuan cannot be posted to it"),
    ("LEDGER-AREA-NEEDED", "area", land("approve", "5公斤", parcel="P"), "'approve' is about land; 5 kg is no area"),
    ("LEDGER-AREA-NEEDED", "value", state("approved", "5公斤"), "'approved' is about land; 5 kg is no area"),
    ("LEDGER-RESERVATION-MISSING", "reservation", move("release", TOWN, "1亩", year=2017),
     "The movement 'release' needs the reservation that it is about; live: held · brief"),
    ("LEDGER-RESERVATION-MISSING", "reservation", move("lapse", OTHER_TOWN, "1亩"),
     "The movement 'lapse' needs the reservation that it is about; live: —"),
    ("LEDGER-RESERVATION-UNKNOWN", "reservation", move("release", TOWN, "1亩", reservation="helt", year=2017),
     "'helt' is not the key of a reservation of 观海卫镇 for 新增计划 of that year; nearest: held"),
    ("LEDGER-RESERVATION-UNKNOWN", "reservation", move("commit", TOWN, "1亩", reservation="held"),
     "'held' is not the key of a reservation of 观海卫镇 for 新增计划 of that year; nearest: none"),
    ("LEDGER-RESERVATION-EXPIRED", "date", move("commit", TOWN, "1亩", reservation="brief", effective=LATER, year=2017),
     "The reservation 'brief' expired on 2018-06-01; it cannot be committed on 2018-09-01"),
    ("LEDGER-LAPSE-EARLY", "date", move("lapse", TOWN, "1亩", reservation="held", year=2017),
     "The reservation 'held' expires on —; on 2018-06-01 it does not lapse"),
    ("LEDGER-OVERDRAFT", "area", move("commit", TOWN, "3亩", reservation="held", year=2017),
     ("commit 3 mu exceeds what is reserved (新增计划 · 观海卫镇 · 2017 · held · as of 2018-06-01):"
      " reserve 2 = reserved 2 mu; short 1 mu")),
    ("LEDGER-LAND-APPROVED", "batch", land("approve", "1亩", parcel="P", batch="B"),
     "The movement 'approve' is of one approval batch or of one parcel"),
    ("LEDGER-LAND-FIELD", "parcel", land("supply", "1亩"), "The movement 'supply' needs the field 'parcel / --parcel'"),
    ("LEDGER-LAND-FIELD", "batch", land("divide", "1亩", parcel="P"),
     "The movement 'divide into parcels' needs the field 'batch / --batch'"),
    ("LEDGER-FIELD-NEEDLESS", "kind", land("supply", "1亩", parcel="P", kind=PLAN),
     "The field 'kind / --kind' has no meaning with 'supply'"),
    ("LEDGER-STAGE", "from_stage", land("supply", "1亩", parcel="P", from_stage="completed"),
     "The movement 'supply' cannot start from 'completed'"),
    ("LEDGER-OVERDRAFT", "area", land("supply", "31亩", parcel="P-1"),
     ("supply 31 mu exceeds what is approved (land · 观海卫镇 · P-1 · as of 2018-06-01):"
      " approve 30 = approved 30 mu; short 1 mu")),
    ("LEDGER-PERIOD-CLOSED", "date", move("grant", TOWN, "1亩", effective=date(2016, 12, 31)),
     "2016-12-31 lies in a closed period: the books are closed through 2016-12-31 (entry closed)"),
    ("LEDGER-PERIOD-ACTION", "action", PeriodDraft(action="shut", through=DAY, reason="r"),
     "'shut' is not done to a period"),
    ("LEDGER-PERIOD-ORDER", "through", PeriodDraft(action="close", through=date(2016, 12, 31), reason="r"),
     "The books are closed through 2016-12-31; 2016-12-31 changes nothing or goes the wrong way"),
    ("LEDGER-PERIOD-ORDER", "through", PeriodDraft(action="reopen", through=DAY, reason="r"),
     "The books are closed through 2016-12-31; 2018-06-01 changes nothing or goes the wrong way"),
    ("LEDGER-PERCENT", "percent", allowance("5%"), "'5%' is not a percentage"),
    ("LEDGER-PERCENT", "percent", allowance("100.01"), "'100.01' is not a percentage"),
    ("LEDGER-DEFICIT", "area", move("carry_deficit", TOWN, "1亩"),
     "A deficit of 1 mu cannot be carried: the earlier year is overdrawn by 0 mu"),
    ("LEDGER-PROGRESS-WHOLE", "to_develop", progress(developed=parse_exact("1亩")),
     "The report gives 'developed' without 'to_develop', of which it is a part"),
    ("LEDGER-PROGRESS-STOPPED", "stopped_on", progress(stopped_on=LATER),
     "Construction would have stopped on 2018-09-01, after the report of 2018-06-01"),
]  # fmt: skip


@pytest.fixture
def started(ledger: Ledger) -> Ledger:
    ledger.import_all(
        [
            move("grant", TOWN, "10亩", key="grant"),
            move("request", TOWN, "5亩", key="request"),
            state("approved", "500余亩", key="statement"),
            reversal("request", key="taken"),
            move("request", TOWN, "10亩", key="ask", year=2017),
            move("grant", TOWN, "7亩", request="ask", year=2017),
            move("reserve", TOWN, "2亩", key="held", year=2017),
            move("reserve", TOWN, "1亩", key="brief", expires=DAY, year=2017),
            land("approve", "30亩", parcel="P-1"),
            PeriodDraft(action="close", through=date(2016, 12, 31), reason="2016年度决算", key="closed"),
        ],
        recorded=NOW,
    )
    return ledger


@pytest.mark.parametrize(("code", "column", "draft", "message"), REFUSED, ids=[f"{row[0]}-{row[1]}" for row in REFUSED])
def test_a_broken_rule_is_said_exactly_and_nothing_is_written(
    started: Ledger, code: str, column: str, draft: Draft, message: str
) -> None:
    head = started.head
    with pytest.raises(EntryRefused) as refusal:
        started.post(draft, recorded=NOW)
    (finding,) = refusal.value.findings
    assert (finding.code, finding.message("en")) == (code, message)
    assert finding.remedy("en")
    assert message in str(refusal.value) or code == "LEDGER-OVERDRAFT"
    assert code in str(refusal.value.details())
    assert started.head == head


@pytest.mark.parametrize(("code", "column", "draft", "message"), REFUSED, ids=[f"{row[0]}-{row[1]}" for row in REFUSED])
def test_an_import_names_the_cell(started: Ledger, code: str, column: str, draft: Draft, message: str) -> None:
    (finding,) = started.check_all([replace(draft, place=Place(file="movements.csv", row=7, column="holder"))])
    assert (finding.code, finding.message("en")) == (code, message)
    assert finding.place == Place(file="movements.csv", row=7, column=column)


def test_what_is_unusual_but_right_is_accepted(started: Ledger) -> None:
    rare = "\ue000街道"  # a character that a GBK font of the bureau's own holds
    started.import_all(
        [
            HolderDraft(holder=rare, level="town", parent=COUNTY),
            KindDraft(kind="规划规模", name="规划规模", covers_conversion=False, valid_from=DAY, valid_to=DAY),
            move("grant", rare, "0.01平方米", kind="规划规模", reason="第一行\n第二行"),
            move("request", TOWN, "200亩", key="asked"),
            move("grant", TOWN, "50亩", request="asked"),
            move("reserve", TOWN, "1亩", expires=DAY),
            state("available", "0亩", kind=PLAN, holder=OTHER_TOWN),
        ],
        recorded=NOW,
    )
    assert mu(at(started, TOWN), "requested", "granted") == ["200", "60"]
    assert started.verify().ok


def test_every_bad_draft_of_an_import_is_named_and_nothing_is_written(started: Ledger) -> None:
    head = started.head
    drafts: list[Draft] = [
        move("grant", OTHER_TOWN, "10亩"),
        move("grant", "观海卫", "10亩"),
        move("commit", OTHER_TOWN, "8亩"),
        move("commit", OTHER_TOWN, "3亩"),
        move("comit", OTHER_TOWN, "1亩", kind="新增"),
        state("granted", "145亩"),
    ]
    placed = [replace(draft, place=Place(row=row)) for row, draft in enumerate(drafts, 2)]
    with pytest.raises(FindingsError) as refused:
        started.import_all(placed, recorded=NOW)
    assert sorted((f.place.row, f.code) for f in refused.value.findings) == [
        (3, "LEDGER-HOLDER-UNKNOWN"),
        (5, "LEDGER-OVERDRAFT"),
        (6, "LEDGER-KIND-UNKNOWN"),
        (6, "LEDGER-MOVEMENT-UNKNOWN"),
        (7, "LEDGER-KIND-MISSING"),
    ]
    assert refused.value.findings[0].severity == "error"
    assert started.head == head


def test_what_hangs_on_a_bad_draft_is_not_held_against_the_later_ones(started: Ledger) -> None:
    """A holder, a kind, a request and an account that a bad draft would have given: one finding each."""
    drafts: list[Draft] = [
        HolderDraft(holder="宗汉街道", level="street", parent=COUNTY),
        HolderDraft(holder="宗汉片区", level="zone", parent="宗汉街道"),
        move("grant", "宗汉街道", "10亩"),
        move("commit", "宗汉街道", "10亩"),
        KindDraft(kind="重大项目", name="重大项目指标", unit="亩", covers_conversion=True),
        move("grant", TOWN, "10亩", kind="重大项目"),
        move("request", TOWN, "10亩", document="", key="asked"),
        move("grant", TOWN, "10亩", request="asked"),
        move("grant", OTHER_TOWN, "10亩", year=18),
        move("commit", OTHER_TOWN, "10亩", year=18),
        move("grant", OTHER_TOWN, "10亩", document=""),
        move("allot", OTHER_TOWN, "5亩", to="宗汉片区"),
        move("commit", OTHER_TOWN, "10亩"),
        reversal("asked"),
        move("commit", "宗汉街道", "1亩", kind="新增"),
    ]
    assert [finding.code for finding in started.check_all(drafts)] == [
        "LEDGER-HOLDER-LEVEL",
        "LEDGER-UNIT-UNKNOWN",
        "LEDGER-TEXT",
        "LEDGER-YEAR",
        "LEDGER-YEAR",
        "LEDGER-TEXT",
        "LEDGER-KIND-UNKNOWN",
    ]


def test_a_row_edited_after_import_hides_nothing_else(started: Ledger) -> None:
    """The holder is in the ledger, whatever its edited row says."""
    drafts: list[Draft] = [
        HolderDraft(holder=TOWN, level="zone", parent=COUNTY),
        move("commit", TOWN, "11亩"),
    ]
    codes = [finding.code for finding in started.check_all(drafts)]
    assert codes == ["LEDGER-HOLDER-DIFFERS", "LEDGER-OVERDRAFT"]


def test_a_key_conflict_shows_both_values(started: Ledger) -> None:
    edited = move("grant", OTHER_TOWN, "10亩", key="grant", effective=LATER, clause="§一")
    with pytest.raises(KeyConflict) as refusal:
        started.post(edited, recorded=NOW)
    found = [(d.field, d.old, d.new) for d in refusal.value.differences]
    assert found == [("date", "2018-06-01", "2018-09-01"), ("clause", None, "§一"), ("holder", TOWN, OTHER_TOWN)]
    with pytest.raises(KeyConflict, match="value is 500余亩 in the ledger and 501亩 here"):
        started.post(state("approved", "501亩", key="statement"), recorded=NOW)
    with pytest.raises(KeyConflict, match="type is movement in the ledger and statement here"):
        started.post(state("approved", "501亩", key="grant"), recorded=NOW)


def test_an_edited_row_is_checked_by_itself_before_its_key(started: Ledger) -> None:
    """Whoever mistypes a word has not posted other content: the word is to be mended."""
    for draft, code in (
        (move("grnat", TOWN, "10亩", key="grant"), "LEDGER-MOVEMENT-UNKNOWN"),
        (move("grant", "观海卫", "10亩", key="grant"), "LEDGER-HOLDER-UNKNOWN"),
        (move("grant", TOWN, "10亩", key="grant", year=18), "LEDGER-YEAR"),
        (state("aproved", "500余亩", key="statement"), "LEDGER-MEASURE-UNKNOWN"),
        (HolderDraft(holder=TOWN, level="street", parent=COUNTY), "LEDGER-HOLDER-LEVEL"),
        (reversal("nothing", key="taken"), "LEDGER-REVERSAL-UNKNOWN"),
        (reversal("request", key="taken", reason="另一理由"), "LEDGER-KEY-CONFLICT"),
    ):
        assert [finding.code for finding in started.check_all([draft])] == [code]


def test_what_is_there_already_stays_so_whatever_has_changed_since(started: Ledger) -> None:
    """No limit, request or validity is looked at again."""
    drafts: list[Draft] = [
        move("commit", TOWN, "10亩", key="all"),
        move("grant", TOWN, "3亩", key="rest", request="ask", year=2017),
    ]
    started.import_all(drafts, recorded=NOW)
    started.reverse("ask", reason="撤回", effective=LATER, recorded=NOW)
    assert [receipt.already for receipt in started.import_all(drafts, recorded=NOW)] == [True, True]
    (finding,) = started.check_all([move("grant", TOWN, "2亩", key="rest", request="ask", year=2017)])
    assert finding.code == "LEDGER-KEY-CONFLICT"


def test_a_declaration_may_be_told_again_in_other_words(started: Ledger) -> None:
    town = HolderDraft(holder=TOWN, level="town", parent=COUNTY, name_en="Guanhaiwei", document="d", effective=LATER)
    again: list[Draft] = [
        town,
        KindDraft(
            kind=FOOD, name="产能", unit="kg", covers_conversion=False, level="省", consumed_by="建设", clause="§一"
        ),
    ]
    head = started.head
    assert [receipt.already for receipt in started.import_all(again, recorded=NOW)] == [True, True]
    assert started.head == head
    with pytest.raises(KeyConflict, match="keeps its place in the tree; put the row back") as refusal:
        started.post(replace(town, level="zone", zone="GHW-02"), recorded=NOW)
    assert [(d.field, d.old, d.new) for d in refusal.value.differences] == [
        ("level", "town", "zone"), ("zone", None, "GHW-02"),
    ]  # fmt: skip
    assert "reverse" not in str(refusal.value)
    with pytest.raises(KeyConflict, match="The key 'grant' stands for other content already: type is"):
        started.post(HolderDraft(holder="宗汉街道", level="town", parent=COUNTY, key="grant"), recorded=NOW)
    with pytest.raises(KeyConflict, match="holder is 观海卫镇 in the ledger and 宗汉街道 here"):
        started.post(HolderDraft(holder="宗汉街道", level="town", parent=COUNTY, key=f"holder:{TOWN}"), recorded=NOW)


def test_movements_and_measures_may_be_given_by_their_chinese_words(started: Ledger) -> None:
    words = {
        "下达": "grant",
        "分解": "allot",
        "调剂": "transfer",
        "核销": "commit",
        "预留失效": "lapse",
        "结转": "carry",
    }
    assert {word: move(word, TOWN, "1亩").movement for word in words} == words
    assert move("结转", TOWN, "1亩").content == move("carry", TOWN, "1亩").content
    assert state("征收", "1亩").content == state("requisitioned", "1亩").content
    assert started.post(move("下达", TOWN, "10亩", key="grant"), recorded=NOW).already
    assert started.post(state("批准", "500余亩", key="statement"), recorded=NOW).already
    assert [MovementDraft(movement=each.label.render("zh"), holder=TOWN, kind=PLAN, amount=Area(1), effective=DAY,
                          document="d").movement for each in MOVEMENTS.values()] == list(MOVEMENTS)  # fmt: skip


def test_an_unknown_word_is_answered_with_all_words_in_both_languages(started: Ledger) -> None:
    movement, measure = started.check_all([move("下发", TOWN, "1亩"), state("征用", "1亩")])
    assert movement.message("en") == "The movement '下发' is unknown; nearest: 下达"
    assert movement.remedy("en").startswith(
        "Use one of: request 申请 · withdraw 撤回申请 · grant 下达 · supplement 追加"
    )
    assert "grant 下达 · " in movement.remedy("zh")
    assert "requisitioned 征收 · banked 收储 · supplied 供应" in measure.remedy("en")


def test_what_is_asked_about_has_to_be_declared(started: Ledger) -> None:
    started.require()
    started.require(holder=TOWN, kind=PLAN)
    with pytest.raises(EntryRefused) as refusal:
        started.require(holder="观海卫", kind="新增")
    assert str(refusal.value) == (
        "The holder '观海卫' is not declared; nearest: 观海卫镇 · 观海卫智能电器小镇\n"
        "The quota kind '新增' is not declared; nearest: 新增计划\n"
        "Correct the name; 'landquota ledger log --all' lists what is declared."
    )
    assert refusal.value.details() == {"codes": ["LEDGER-HOLDER-UNKNOWN", "LEDGER-KIND-UNKNOWN"]}


def test_checking_writes_nothing_even_when_all_is_well(started: Ledger) -> None:
    head = started.head
    assert started.check_all([move("grant", TOWN, "1亩"), move("commit", TOWN, "11亩")]) == []
    assert started.head == head
    with pytest.raises(Overdraft):
        started.post(move("commit", TOWN, "11亩"), recorded=NOW)
