"""Behind each figure stand the entries that act on it, and they add up to it."""

from __future__ import annotations

from datetime import date

import pytest
from ledger_samples import COUNTY, DAY, LAST, NOW, OTHER_TOWN, PLAN, POOL, TOWN, ZONE, at, move, state

from landquota.area import Area
from landquota.ledger import MOVEMENTS, Ledger, Position, ReversalDraft
from landquota.ledger.movements import TERMS
from landquota.maps import EntryRow
from landquota.maps.evidence import Evidence, acting
from landquota.maps.panel import quota_tables
from landquota.maps.view import PanelTable
from landquota.reports.wording import Names

pytestmark = pytest.mark.parametrize("places", ["sqlite"], indirect=True)

FIGURES = ("requested", *TERMS, "available")
MONTH = date(2018, 7, 1)

#: Every movement once, and two reversals.
POSTED = (
    move("request", TOWN, "300亩", key="ask"),
    move("withdraw", TOWN, "50亩", key="less"),
    move("grant", COUNTY, "500亩", key="plan"),
    move("allot", COUNTY, "200亩", to=TOWN, key="share"),
    move("allot", TOWN, "30亩", to=ZONE, key="hand"),
    move("supplement", TOWN, "20亩", key="more"),
    move("reward", TOWN, "10亩", key="prize"),
    move("transfer", TOWN, "15亩", to=OTHER_TOWN, key="lend"),
    move("reserve", TOWN, "60亩", key="keep", expires=DAY),
    move("release", TOWN, "5亩", key="free", reservation="keep"),
    move("lapse", TOWN, "4亩", key="late", reservation="keep"),
    move("commit", TOWN, "25亩", key="use"),
    move("commit", TOWN, "20亩", key="use-kept", reservation="keep"),
    move("return", TOWN, "3亩", key="back"),
    move("deduct", TOWN, "6亩", key="cut"),
    move("recover", TOWN, "2亩", key="take"),
    move("expire", TOWN, "1亩", key="end"),
    move("carry", TOWN, "7亩", key="next"),
    move("grant", TOWN, "9亩", key="wrong"),
    ReversalDraft(reverses="wrong", reason="登记有误", effective=MONTH, key="undo"),
    move("allot", COUNTY, "8亩", to=OTHER_TOWN, key="astray"),
    ReversalDraft(reverses="astray", reason="登记有误", effective=MONTH, key="recall"),
)


@pytest.fixture
def busy(ledger: Ledger) -> Ledger:
    """Return a ledger in which everything has happened once."""
    ledger.import_all(POSTED, recorded=NOW)
    return ledger


def quota_table(rows: tuple[Position, ...], shown: Evidence) -> PanelTable:
    """Return the only table, for there is only quota in 亩."""
    (table,) = quota_tables(rows, shown)
    return table


def evidence(ledger: Ledger, language: str = "en") -> Evidence:
    names = Names.of(ledger.holders(), ledger.kinds())
    return Evidence(ledger.entries(as_of=LAST), names, language)


def keys(ledger: Ledger, position: Position, measure: str) -> list[str]:
    return [row.key for row in evidence(ledger).behind(position, measure)]


def amounts(rows: tuple[EntryRow, ...]) -> dict[str, str]:
    return {row.key: row.amount for row in rows}


def test_the_movements_behind_every_figure_add_up_to_it(busy: Ledger) -> None:
    entries = busy.entries(as_of=LAST)
    assert {str((e.target or e.body).get("movement")) for e in entries} >= {
        name for name, movement in MOVEMENTS.items() if not movement.of_land and not movement.below
    }
    positions = busy.positions(LAST)
    assert len(positions) == 5
    for position in positions:
        for measure in FIGURES:
            figure = getattr(position, measure)
            added = [change for _, change in acting(entries, position, measure)]
            assert None not in added
            added_up = Area(sum(change.units for change in added if change is not None))
            assert added_up == figure.low == figure.high


@pytest.mark.parametrize(
    ("measure", "behind"),
    [
        ("requested", ["ask", "less"]),
        ("granted", ["more", "prize", "wrong", "undo"]),
        ("allotted_in", ["share"]),
        ("allotted_out", ["hand"]),
        ("transferred_in", []),
        ("transferred_out", ["lend"]),
        ("carried_out", ["next"]),
        ("withdrawn", ["cut", "take", "end"]),
        ("reserved", ["keep", "free", "late", "use-kept"]),
        ("committed", ["use", "use-kept", "back"]),
    ],
)
def test_a_figure_lists_only_the_entries_that_act_on_it(busy: Ledger, measure: str, behind: list[str]) -> None:
    assert keys(busy, at(busy, TOWN), measure) == behind


def test_what_is_available_lists_all_that_changed_it_with_its_sign(busy: Ledger) -> None:
    rows = evidence(busy, "en").behind(at(busy, TOWN), "available")
    assert amounts(rows) == {
        "share": "+200 mu", "hand": "−30 mu", "more": "+20 mu", "prize": "+10 mu", "lend": "−15 mu",
        "keep": "−60 mu", "free": "+5 mu", "late": "+4 mu", "use": "−25 mu", "back": "+3 mu", "cut": "−6 mu",
        "take": "−2 mu", "end": "−1 mu", "next": "−7 mu", "wrong": "+9 mu", "undo": "−9 mu",
    }  # fmt: skip
    assert amounts(evidence(busy).behind(at(busy, ZONE), "available")) == {"hand": "+30 mu"}
    assert amounts(evidence(busy).behind(at(busy, TOWN, year=2019), "carried_in")) == {"next": "+7 mu"}
    assert amounts(evidence(busy).behind(at(busy, OTHER_TOWN), "allotted_in")) == {"astray": "+8 mu", "recall": "−8 mu"}


def test_an_entry_says_who_gave_to_whom_what_kind_and_year(busy: Ledger) -> None:
    rows = {row.key: row.text for row in evidence(busy, "en").behind(at(busy, TOWN), "available")}
    assert rows["hand"] == "Allot · 观海卫镇 → 观海卫智能电器小镇 · 新增计划 2018"
    assert rows["share"] == "Allot · Cixi → 观海卫镇 · 新增计划 2018", "by its English name where one is declared"
    assert rows["next"] == "Carry over · 观海卫镇 · 新增计划 2018 → 2019"
    assert rows["wrong"] == "Grant (reversed) · 观海卫镇 · 新增计划 2018"
    assert rows["undo"] == "Grant (reversal) · 观海卫镇 · 新增计划 2018"
    in_chinese = {row.key: row for row in evidence(busy, "zh").behind(at(busy, TOWN), "available")}
    assert in_chinese["share"].text == "分解 · 慈溪市 → 观海卫镇 · 新增计划 2018"
    assert in_chinese["hand"].amount == "−30 亩"


def test_a_statement_stands_behind_its_figure_as_written(ledger: Ledger) -> None:
    ledger.post(state("granted", "近200亩", kind=POOL, key="older", effective=date(2016, 12, 31)), recorded=NOW)
    ledger.post(state("granted", "145亩", kind=POOL, key="sought"), recorded=NOW)
    ledger.post(state("committed", "40余亩", kind=POOL, key="used"), recorded=NOW)
    ledger.post(state("requested", "200亩", kind=POOL, key="asked"), recorded=NOW)
    position = at(ledger, ZONE, kind=POOL, year=None)
    shown = evidence(ledger)
    assert amounts(shown.behind(position, "granted")) == {"sought": "145亩"}
    assert amounts(shown.behind(position, "requested")) == {"asked": "200亩"}
    assert amounts(shown.behind(position, "available")) == {"sought": "145亩", "used": "40余亩"}, "it follows from both"
    assert shown.behind(position, "reserved") == ()
    ledger.post(state("available", "100亩", kind=POOL, key="left"), recorded=NOW)
    left = at(ledger, ZONE, kind=POOL, year=None)
    assert amounts(evidence(ledger).behind(left, "available")) == {"left": "100亩"}


def test_a_statement_that_the_ledger_overrules_is_behind_no_figure(ledger: Ledger) -> None:
    ledger.post(state("granted", "145亩", kind=POOL, key="sought"), recorded=NOW)
    ledger.post(move("grant", ZONE, "100亩", kind=POOL, year=None, key="got"), recorded=NOW)
    position = at(ledger, ZONE, kind=POOL, year=None)
    for measure in ("granted", "available"):
        assert keys(ledger, position, measure) == ["got"]


def test_a_row_of_the_quota_table_adds_up_to_what_is_available(busy: Ledger) -> None:
    signs = {"Granted": 1, "Allotted in": 1, "Allotted out": -1, "Transferred in": 1, "Transferred out": -1,
             "Carried in": 1, "Carried out": -1, "Taken back": -1, "Reserved": -1, "Committed": -1}  # fmt: skip
    table = quota_table(busy.positions(LAST), evidence(busy))
    assert table.columns == ("Quota kind", "Requested", *signs, "Available")
    for row in table.rows:
        figures = {
            name: 0 if cell.text == "—" else int(cell.text)
            for name, cell in zip(table.columns[1:], row.cells, strict=True)
        }
        assert sum(sign * figures[name] for name, sign in signs.items()) == figures["Available"]


def test_columns_that_nobody_used_are_left_out(ledger: Ledger) -> None:
    ledger.post(move("request", TOWN, "200亩"), recorded=NOW)
    asked = quota_table(ledger.positions(LAST), evidence(ledger))
    assert asked.columns == ("Quota kind", "Requested", "Granted", "Available")
    assert [cell.text for cell in asked.rows[0].cells] == ["200", "—", "—"]
    ledger.post(move("grant", TOWN, "10亩"), recorded=NOW)
    ledger.post(move("deduct", TOWN, "10亩"), recorded=NOW)
    cut = quota_table(ledger.positions(LAST), evidence(ledger))
    assert cut.columns == ("Quota kind", "Requested", "Granted", "Taken back", "Available")
    assert [cell.text for cell in cut.rows[0].cells] == ["200", "10", "10", "0"], "nothing left, which can be asked why"
    assert len(cut.rows[0].cells[-1].entries) == 2


def test_the_table_names_kinds_as_the_reader_does(busy: Ledger) -> None:
    chinese = quota_table(busy.positions(LAST), evidence(busy, "zh"))
    assert chinese.columns[0] == "指标类型"
    assert chinese.rows[0].label == "新增计划 2018"
    english = Evidence((), Names({PLAN: "Annual plan"}), "en")
    assert quota_table(busy.positions(LAST), english).rows[0].label == "Annual plan 2018"


def test_what_is_about_a_holder_includes_what_it_was_given(busy: Ledger) -> None:
    assert [row.key for row in evidence(busy).about(ZONE)] == ["hand"]
    assert {row.key for row in evidence(busy).about(OTHER_TOWN)} == {"lend", "astray", "recall"}
