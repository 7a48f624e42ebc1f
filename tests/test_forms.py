"""Forms as bureaus fill them in: every dialect of a sheet, and every finding at its exact cell."""

from __future__ import annotations

import gc
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from ledger_samples import COUNTY, LAST, NOW, PLAN, TOWN, at, mu

from landquota.amount import PrecisionError
from landquota.errors import InputError
from landquota.findings import Finding
from landquota.forms import Defaults, Filled, read_form
from landquota.forms.columns import BATCHES, FORMS, MEASURES, MOVEMENTS, normalised
from landquota.forms.values import exact
from landquota.ledger import MOVEMENTS as LEDGER_MOVEMENTS
from landquota.ledger import Ledger, MovementDraft, ReversalDraft
from landquota.vocabulary import label

HEADING = ("变动", "持有者", "转入", "指标类型", "年度", "面积(亩)", "日期", "文号", "备注")
GRANT = ("下达", COUNTY, None, PLAN, 2018, 300, datetime(2018, 6, 1), "甬〔2018〕1号")  # noqa: DTZ001 - as Excel has it


def workbook(path: Path, *sheets: Sequence[Sequence[object]], names: Sequence[str] = ("2018年", "2019年")) -> Path:
    """Write a workbook as a clerk's Excel does."""
    book = openpyxl.Workbook()
    for name, rows in zip(names, sheets, strict=False):
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.remove(book.worksheets[0])
    book.save(path)
    return path


def read(path: Path, **options: Any) -> Filled:
    return read_form(path, defaults=Defaults(COUNTY), **options)


def places(findings: Sequence[Finding]) -> list[tuple[str, str | None, int | None, str | None]]:
    return [(f.code, f.place.sheet, f.place.row, f.place.column) for f in findings]


def movements(filled: Filled) -> list[MovementDraft]:
    return [draft for draft in filled.drafts if isinstance(draft, MovementDraft)]


def test_a_sheet_with_title_totals_and_every_way_to_write_a_cell(tmp_path: Path, ledger: Ledger) -> None:
    path = workbook(
        tmp_path / "台账.xlsx",
        [
            ("慈溪市2018年指标台账",),
            (
                "序号",
                "变动类型",
                "持有单位",
                "接收单位",
                "指标类型",
                "年度",
                "面积（公顷）",
                "日期",
                "批准文号",
                "备注",
            ),
            (1, "下达", COUNTY, None, PLAN, 2018, 20, datetime(2018, 6, 1), "甬〔2018〕1号", None),  # noqa: DTZ001
            (2, "分解", COUNTY, TOWN, PLAN, "2018年", 0.1 + 0.2, "2018.6.2", "甬〔2018〕2号", " 备注一 "),
            (3, "allot", COUNTY, TOWN, PLAN, 2018.0, "１．５", "2018年6月3日", "甬〔2018〕3号", None),
            (4, "分解", COUNTY, TOWN, PLAN, "2018", "30亩", 43255, 20180004, None),
            (None, "合 计", None, None, None, None, "=SUM(G3:G6)", None, None, None),
            (
                "序号",
                "变动类型",
                "持有单位",
                "接收单位",
                "指标类型",
                "年度",
                "面积（公顷）",
                "日期",
                "批准文号",
                "备注",
            ),
            (5, "分解", COUNTY, TOWN, PLAN, 2018, 1, 20180605, "甬〔2018〕5号", None),
            ("制表人：张三",),
        ],
    )
    filled = read(path)
    assert places(filled.findings) == [
        ("FORM-ROWS-SKIPPED", "2018年", 2, None),
        ("FORM-DATE-SERIAL", "2018年", 6, "日期"),
    ]
    skipped, serial = filled.findings
    assert skipped.message("en") == (
        "4 row(s) hold titles, totals, headings or remarks and were passed over: 1, 7, 8, 10"
    )
    assert serial.message("en") == (
        "2 cell(s) of this column, from here on, are numbers and read as dates, such as 43255 as 2018-06-04"
    )
    drafts = movements(filled)
    assert [draft.amount.number for draft in drafts] == ["300", "4.5", "22.5", "30", "15"]
    assert [draft.effective.day for draft in drafts] == [1, 2, 3, 4, 5]
    assert {draft.year for draft in drafts} == {2018}
    assert drafts[1].reason == "备注一"
    assert drafts[3].document == "20180004"
    assert not any(receipt.already for receipt in ledger.import_all(filled.drafts, recorded=NOW))
    assert all(receipt.already for receipt in ledger.import_all(read(path).drafts, recorded=NOW))
    assert mu(at(ledger, TOWN), "available") == ["72"]


def test_all_findings_of_sheet_and_ledger_come_together_at_their_cells(tmp_path: Path, ledger: Ledger) -> None:
    path = workbook(
        tmp_path / "台账.xlsx",
        [
            (*HEADING, "区位"),
            GRANT,
            ("分解", COUNTY, "周巷", PLAN, 2018, 10, "2018-6-2", "甬〔2018〕2号"),
            ("核消", TOWN, None, PLAN, 2018, 1 / 3, "2018-2-30", "甬〔2018〕3号"),
            ("核销", TOWN, None, PLAN, "一八", None, "2018-6-3", datetime(2018, 3, 1)),  # noqa: DTZ001
            ("预留", TOWN, None, PLAN, 2018, "500余亩", "2018-6-3", "甬〔2018〕4号"),
            ("收回", COUNTY, None, PLAN, 2018, 301, "2018-6-3", "甬〔2018〕5号"),
        ],
    )
    filled = read(path)
    found = filled.with_rules(ledger.check_all(filled.drafts), ledger.check_all(filled.partial))
    assert sorted(places(found), key=str) == sorted(
        [
            ("FORM-COLUMN-IGNORED", "2018年", 1, "区位"),
            ("LEDGER-HOLDER-UNKNOWN", "2018年", 3, "转入"),
            ("LEDGER-MOVEMENT-UNKNOWN", "2018年", 4, "变动"),
            ("FORM-CELL", "2018年", 4, "面积(亩)"),
            ("FORM-CELL", "2018年", 4, "日期"),
            ("FORM-CELL", "2018年", 5, "年度"),
            ("FORM-CELL", "2018年", 5, "面积(亩)"),
            ("FORM-CELL", "2018年", 5, "文号"),
            ("FORM-CELL", "2018年", 6, "面积(亩)"),
            ("LEDGER-OVERDRAFT", "2018年", 7, "面积(亩)"),
        ],
        key=str,
    )
    messages = {f.message("en") for f in found}
    assert "0.3333333333333333 mu is finer than 1/300 m²" in messages
    assert "2018-03-01 is a date where a text belongs" in messages
    assert "the cell is empty" in messages
    assert found[0].place.render("en") == "台账.xlsx › 2018年 · row 1 · column 区位"


def test_what_an_unreadable_row_would_have_given_is_not_held_against_later_rows(tmp_path: Path, ledger: Ledger) -> None:
    grant = ("下达", COUNTY, None, PLAN, 2018, "300 mou", "2018-6-1", "甬〔2018〕1号")
    allot = ("分解", COUNTY, TOWN, PLAN, 2018, 10, "2018-6-2", "甬〔2018〕2号")
    filled = read(workbook(tmp_path / "a.xlsx", [HEADING, grant, allot]))
    broken = ledger.check_all(filled.drafts)
    assert [f.code for f in broken] == ["LEDGER-OVERDRAFT"]
    assert [f.code for f in filled.with_rules(broken, ledger.check_all(filled.partial))] == ["FORM-CELL"]


def test_a_formula_is_refused_with_its_address_or_read_by_its_value(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADING, (*GRANT[:5], "=100+200", *GRANT[6:])])
    refused = read(path).findings
    assert places(refused) == [("FORM-FORMULA", "2018年", 2, "面积(亩)")]
    assert "F2" in refused[0].message("en")
    # openpyxl stores no values: what Excel never computed has none to be read.
    assert places(read(path, computed=True).findings)[0] == ("SHEET-FORMULA", "2018年", 2, "面积(亩)")
    computed = tmp_path / "b.xlsx"
    with_value(path, computed)
    assert [d.amount.number for d in movements(read(computed, computed=True))] == ["300"]
    assert [f.code for f in read(computed).findings] == ["FORM-FORMULA"]


def with_value(source: Path, target: Path) -> None:
    """Store the value of the only formula, as Excel does."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(b"</f><v ?(/>|></v>)", b"</f><v>300</v>", old.read(name)))


def test_a_misspelt_heading_names_the_nearest_and_a_missing_one_is_said(tmp_path: Path) -> None:
    heading = ("变动类形", *HEADING[1:7], "文号", "日期")
    (twice, unknown, missing) = read(workbook(tmp_path / "a.xlsx", [heading, GRANT])).findings
    assert {twice.code, unknown.code, missing.code} == {
        "TABLE-COLUMN-TWICE",
        "TABLE-COLUMN-UNKNOWN",
        "TABLE-COLUMN-MISSING",
    }
    found = {f.code: f for f in (twice, unknown, missing)}
    assert found["TABLE-COLUMN-UNKNOWN"].place.column == "变动类形"
    assert "Did you mean '变动'?" in found["TABLE-COLUMN-UNKNOWN"].remedy("en")
    assert "变动" in found["TABLE-COLUMN-MISSING"].message("en")


@pytest.mark.parametrize(
    ("sheets", "options", "code"),
    [
        ([[("a", "b"), (1, 2)]], {}, "FORM-UNKNOWN"),
        ([[HEADING]], {}, "FORM-EMPTY"),
        ([[HEADING, GRANT], [HEADING, GRANT]], {}, "FORM-SHEETS"),
        ([[HEADING, GRANT]], {"sheet": "2018"}, "FORM-SHEET-MISSING"),
    ],
)
def test_which_sheet_is_read(
    tmp_path: Path, sheets: list[list[tuple[object, ...]]], options: dict[str, str], code: str
) -> None:
    assert [f.code for f in read(workbook(tmp_path / "a.xlsx", *sheets), **options).findings] == [code]


def test_one_of_several_sheets_can_be_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADING, GRANT], [HEADING, GRANT, GRANT])
    assert len(read(path, sheet="2019年").drafts) == 2


def test_amounts_in_columns_of_several_units_have_to_agree(tmp_path: Path) -> None:
    heading = (*HEADING[:5], "面积(亩)", "公顷数", *HEADING[6:])
    same = (*GRANT[:5], 300, 20, *GRANT[6:])
    other = (*GRANT[:5], 300, 20.1, *GRANT[6:])
    filled = read(workbook(tmp_path / "a.xlsx", [heading, same, other]))
    assert places(filled.findings) == [("FORM-AMOUNTS-DIFFER", "2018年", 3, "公顷数")]
    assert filled.findings[0].message("en") == "'公顷数' says 301.5 mu, and '面积(亩)' in the same row 300 mu"
    assert [d.amount.number for d in movements(filled)] == ["300"]


def test_the_same_cell_means_in_each_column_what_its_heading_says(tmp_path: Path) -> None:
    heading = ("变动", "持有者", "指标类型", "年度", "面积(公顷)", "面积(亩)", "日期", "到期", "文号")
    day = "2018-06-01"
    rows = [
        ("下达", COUNTY, PLAN, "2018", ha, mu, day, "20181231", "甬1")
        for ha, mu in [("2", "30"), ("30", ""), ("", "2")]
    ]
    filled = read(workbook(tmp_path / "台账.xlsx", [heading, *rows]))
    assert [draft.amount.number for draft in movements(filled)] == ["30", "450", "2"]
    called = [dict(draft.headings or {})["amount"] for draft in movements(filled)]
    assert called == ["面积(公顷)", "面积(公顷)", "面积(亩)"]
    (serial,) = filled.findings
    assert (serial.code, serial.place.row, serial.params["count"]) == ("FORM-DATE-SERIAL", 2, 3)


def test_equal_cells_of_different_types_are_read_each_for_itself(tmp_path: Path) -> None:
    rows = [("下达", COUNTY, None, PLAN, 2018, area, "2018-06-01", f"甬{area}") for area in (1, 1.0, True, "1")]
    filled = read(workbook(tmp_path / "台账.xlsx", [HEADING, *rows]))
    assert [draft.amount.number for draft in movements(filled)] == ["1", "1", "1"]
    assert places(filled.findings) == [("FORM-CELL", "2018年", 4, "面积(亩)")]


def test_what_cannot_be_read_is_found_in_every_row_that_says_it(tmp_path: Path) -> None:
    rows = [("下达", COUNTY, None, PLAN, 2018, 1, "去年", "甬1")] * 3
    filled = read(workbook(tmp_path / "台账.xlsx", [HEADING, *rows]))
    assert places(filled.findings) == [("FORM-CELL", "2018年", row, "日期") for row in (2, 3, 4)]


def test_a_plan_is_no_total(tmp_path: Path) -> None:
    kinds = ("计划指标", "小计划", "Total 计")
    rows = [("下达", COUNTY, None, kind, 2018, 1, "2018-06-01", "甬1") for kind in kinds]
    filled = read(workbook(tmp_path / "台账.xlsx", [HEADING, *rows, ("Sub T o t a l", None, None, None, None, 3)]))
    assert [draft.kind for draft in movements(filled)] == list(kinds)
    assert places(filled.findings) == [("FORM-ROWS-SKIPPED", "2018年", 1, None)]


def test_the_collector_works_again_after_reading_whatever_came_of_it(tmp_path: Path) -> None:
    asleep = []

    def progress(done: int, total: int) -> None:
        asleep.append(not gc.isenabled())
        if (done, total) == (2, 2):
            raise KeyboardInterrupt

    read(workbook(tmp_path / "台账.xlsx", [HEADING, GRANT]), progress=progress)
    with pytest.raises(KeyboardInterrupt):
        read(workbook(tmp_path / "台账.xlsx", [HEADING, GRANT, GRANT]), progress=progress)
    assert asleep == [True, True, True]
    assert gc.isenabled()


def test_money_and_mass_are_read_in_the_unit_of_their_heading(tmp_path: Path) -> None:
    heading = (*HEADING[:5], "金额（万元）", "产能(公斤)", *HEADING[6:])
    rows = [(*GRANT[:5], 12.5, None, *GRANT[6:]), (*GRANT[:5], None, 1500.25, *GRANT[6:])]
    drafts = movements(read(workbook(tmp_path / "a.xlsx", [heading, *rows])))
    assert [str(d.amount) for d in drafts] == ["125000 yuan", "1500.25 kg"]


def test_a_heading_that_may_mean_two_things_is_left_out_with_a_warning(tmp_path: Path) -> None:
    filled = read(workbook(tmp_path / "a.xlsx", [(*HEADING, "单位"), (*GRANT, None, "亩")]))
    assert places(filled.findings) == [("FORM-COLUMN-IGNORED", "2018年", 1, "单位")]
    assert len(filled.drafts) == 1


def test_no_two_movements_or_columns_share_a_word() -> None:
    words = [label(name, "zh") for name in LEDGER_MOVEMENTS]
    assert len(set(words)) == len(words)
    for form in FORMS.values():
        names = [normalised(n) for column in form.columns for n in {column.zh, column.en, *column.also}]
        assert len(set(names)) == len(names)


def test_a_number_without_any_unit_is_a_finding(tmp_path: Path) -> None:
    heading = tuple("面积" if h == "面积(亩)" else h for h in HEADING)
    (finding,) = read(workbook(tmp_path / "a.xlsx", [heading, GRANT])).findings
    assert (finding.code, finding.message("en")) == ("FORM-CELL", "'300' has no unit")


def test_cells_merged_over_rows_count_for_each_of_them(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADING, GRANT, (*GRANT[:1], *[None] * 4, 20, *GRANT[6:])])
    book = openpyxl.load_workbook(path)
    for column in "BDE":
        book["2018年"].merge_cells(f"{column}2:{column}3")
    book.save(path)
    assert {(d.holder, d.kind, d.year) for d in movements(read(path))} == {(COUNTY, PLAN, 2018)}


def test_a_reversal_is_a_row_and_imports_once(tmp_path: Path, ledger: Ledger) -> None:
    heading = (*HEADING[:8], "事由", "编号", "冲正编号")
    grant = (*GRANT, None, "下达一", None)
    undo = ("冲正", None, None, None, None, None, "2018-7-1", "甬〔2018〕9号", "文号误录", None, "下达一")
    path = workbook(tmp_path / "a.xlsx", [heading, grant, undo])
    filled = read(path)
    assert filled.findings == ()
    assert isinstance(filled.drafts[1], ReversalDraft)
    ledger.import_all(filled.drafts, recorded=NOW)
    assert mu(at(ledger, COUNTY), "available") == ["0"]
    assert all(receipt.already for receipt in ledger.import_all(read(path).drafts, recorded=NOW))
    wrong = workbook(tmp_path / "b.xlsx", [heading, (*GRANT, None, None, "下达一")])
    assert places(read(wrong).findings) == [("FORM-CELL", "2018年", 2, "冲正编号")]


def test_a_clerks_own_csv_in_gbk_with_english_headings(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    heading = "movement,holder,kind,area,date,document,key\n"
    path.write_bytes((heading + "grant,甲镇,统筹,1,700亩,x,y,z\n").encode("gbk"))
    filled = read(path)
    assert (filled.drafts, [f.code for f in filled.findings]) == ((), ["TABLE-ROW-LENGTH"])
    path.write_bytes((heading + 'grant,甲镇,统筹,"1,700亩",2018/6/26,甬〔2018〕1号,\'=k\n').encode("gbk"))
    (draft,) = movements(read(path))
    assert (draft.amount.number, draft.effective, draft.key) == ("1700", date(2018, 6, 26), "=k")


@pytest.mark.parametrize(
    ("content", "suffix", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls", "SHEET-OLD"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xlsx", "SHEET-PROTECTED"),
        (b"no zip", ".xlsx", "FILE-SIGNATURE"),
        (b"PK\x03\x04", ".csv", "FILE-UNREADABLE"),
    ],
)
def test_what_is_no_workbook_is_refused_as_every_other_reader_does(
    tmp_path: Path, content: bytes, suffix: str, code: str
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    assert [f.code for f in read(path).findings] == [code]


@pytest.mark.parametrize(
    ("number", "unit", "amount"),
    [
        ("0.30000000000000004", "亩", "0.3 mu"),
        ("5.708900000000001", "公顷", "85.6335 mu"),
        ("5.70889", "公顷", "85.63335 mu"),
        ("666.6700000000001", "平方米", "1.000005 mu"),
        ("0.1", "万元", "1000 yuan"),
        ("8.300000000000001", "亿元", "830000000 yuan"),
    ],
)
def test_what_binary_numbers_leave_behind_is_taken_off(number: str, unit: str, amount: str) -> None:
    assert str(exact(Decimal(number), MEASURES[unit])) == amount


def test_a_day_larger_than_any_number_is_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [HEADING, (*GRANT[:6], 777, *GRANT[7:])])
    with zipfile.ZipFile(path) as book:
        files = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w") as book:
        for name, content in files.items():
            book.writestr(name, content.replace(b"<v>777</v>", b"<v>1e400</v>"))
    assert places(read(path).findings) == [("FORM-CELL", "2018年", 2, "日期")]


def test_what_is_finer_than_the_ledger_is_refused_and_never_rounded() -> None:
    with pytest.raises(PrecisionError):
        exact(Decimal("0.3333333"), MEASURES["亩"])
    with pytest.raises(PrecisionError):
        exact(Decimal("1.00000001"), MEASURES["公顷"])
    with pytest.raises(PrecisionError):
        exact(Decimal("1.00000000004"), MEASURES["亿元"])  # 0.4 of a fen
    with pytest.raises(InputError, match="larger than any land"):
        exact(Decimal("1e300"), MEASURES["亩"])
    with pytest.raises(InputError, match="larger than any land"):
        exact(Decimal("inf"), MEASURES["亩"])


@pytest.mark.parametrize(
    ("heading", "field", "unit"),
    [
        ("面积（公顷）", "area", "公顷"),
        ("面积 (㎡)", "area", "平方米"),
        ("金额(万元)", "area", "万元"),
        ("亩数", "area", "亩"),
        ("Area (mu)", "area", "亩"),
        ("持有者*", "holder", None),
        ("MOVEMENT", "movement", None),
        ("from_stage", "from_stage", None),
    ],
)
def test_headings_in_both_languages_with_their_units(heading: str, field: str, unit: str | None) -> None:
    meaning = MOVEMENTS.meaning(heading)
    assert meaning is not None
    assert meaning.column.field == field
    assert meaning.measure == (None if unit is None else MEASURES[unit])


def test_two_names_of_one_column_may_stand_in_one_heading() -> None:
    meanings = [BATCHES.meaning(heading) for heading in ("供地文号/电子监管号", "出让面积/供地面积", "年度(亩)")]
    assert [m and m.column.field for m in meanings] == ["supply", "supplied", None]


def test_what_is_read_is_as_good_as_what_is_posted(tmp_path: Path, ledger: Ledger) -> None:
    filled = read(workbook(tmp_path / "a.xlsx", [HEADING, GRANT]))
    preview = ledger.preview(filled.drafts, as_of=LAST)
    (change,) = preview.changes
    assert (change.of.holder, change.of.state, str(change.before), str(change.after)) == (
        COUNTY, "available", "0 mu", "300 mu",
    )  # fmt: skip
    assert ledger.entries(holder=COUNTY, kind=PLAN) == ()
