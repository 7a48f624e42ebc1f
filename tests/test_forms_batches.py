"""The form of approval batches: batch → parcel → supply, merged or repeated, and its invariants."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from ledger_samples import COUNTY, LAST, NOW
from test_forms import movements, places, workbook

from landquota.findings import Finding
from landquota.forms import Defaults, Filled, read_form
from landquota.ledger import Ledger

HEADING = (
    "批准文号", "批次名称", "批准时间", "批准面积(公顷)", "地块名称", "地块面积(公顷)", "供地文号/电子监管号",
    "供地时间", "用地单位", "出让面积/供地面积(公顷)", "带供", "时限", "未供原因", "备注",
)  # fmt: skip
BATCH = ("浙土字〔2018〕7号", "海宁市2018年计划第1批次", datetime(2018, 3, 1), 5)  # noqa: DTZ001 - as Excel has it
REPEATED = (None,) * 4
SUPPLIED = (*BATCH, "地块一", 3, "电1", "2018/6/1", None, 3)
ROWS: list[tuple[object, ...]] = [
    (*BATCH, "地块一", 3.0001, "电1", "2018/6/1", "甲公司", 2, None, None, None, None),
    (*REPEATED, None, None, "电2", "2018/7/1", "乙公司", 0.9001, 0.1, None, None, "分期"),
    (*REPEATED, "地块二", 1.9999, None, None, None, None, None, "2019年12月31日前", "规划调整", None),
]


def read(path: Path, *, supplied_on: date | None = None) -> Filled:
    return read_form(path, defaults=Defaults(COUNTY, supplied_on))


def stages(ledger: Ledger, filled: Filled) -> dict[str, str]:
    return {change.of.state: str(change.after) for change in ledger.preview(filled.drafts, as_of=LAST).changes}


def together(ledger: Ledger, filled: Filled) -> list[Finding]:
    return filled.with_rules(ledger.check_all(filled.drafts), ledger.check_all(filled.partial))


@pytest.mark.parametrize("merged", [False, True])
def test_a_batch_its_parcels_and_their_supplies(tmp_path: Path, ledger: Ledger, merged: bool) -> None:  # noqa: FBT001
    path = workbook(tmp_path / "批次.xlsx", [("批而未供情况表",), HEADING, *ROWS, ("小计",)])
    if merged:
        book = openpyxl.load_workbook(path)
        for cells in ("A3:A5", "B3:B5", "C3:C5", "D3:D5", "E3:E4", "F3:F4"):
            book["2018年"].merge_cells(cells)
        book.save(path)
    filled = read(path)
    assert [f.code for f in together(ledger, filled)] == ["FORM-ROWS-SKIPPED", "FORM-UNIT-ASSUMED"]
    drafts = movements(filled)
    assert [(d.movement, d.parcel, d.amount.number) for d in drafts] == [
        ("approve", None, "75"),
        ("divide", "地块一", "45.0015"),
        ("divide", "地块二", "29.9985"),
        ("supply", "地块一", "30"),
        ("supply", "地块一", "13.5015"),
        ("supply", "地块一", "1.5"),
    ]
    assert (drafts[2].deadline, drafts[2].reason) == (date(2019, 12, 31), "规划调整")
    assert [d.reason for d in drafts[3:]] == ["甲公司", "乙公司；分期", "带供；乙公司；分期"]
    assert stages(ledger, filled) == {"approved": "29.9985 mu", "supplied": "45.0015 mu"}
    ledger.import_all(filled.drafts, recorded=NOW)
    assert all(receipt.already for receipt in ledger.import_all(read(path).drafts, recorded=NOW))


def test_a_table_that_is_kept_up_to_date_adds_only_what_is_new(tmp_path: Path, ledger: Ledger) -> None:
    ledger.import_all(read(workbook(tmp_path / "六月.xlsx", [HEADING, *ROWS])).drafts, recorded=NOW)
    supplied = (*REPEATED, "地块二", 1.9999, "电3", "2019/5/1", "丙公司", 1.9999, None, None, None, None)
    later = read(workbook(tmp_path / "五月.xlsx", [HEADING, *ROWS[:2], supplied]))
    receipts = ledger.import_all(later.beside(ledger.entries()), recorded=NOW)
    assert [receipt.already for receipt in receipts] == [True, True, True, True, True, True, False]


@pytest.mark.parametrize(
    ("rows", "where"),
    [
        ([(*BATCH, "地块一", 6, "电1", "2018/6/1", None, 6)], ("LEDGER-OVERDRAFT", 2, "地块面积(公顷)")),
        ([(*BATCH, "地块一", 3, "电1", "2018/6/1", None, 3.5)], ("LEDGER-OVERDRAFT", 2, "出让面积/供地面积(公顷)")),
        ([(*BATCH, "地块一", 3, "电1", "2018/6/1", None, 2)], ("FORM-DEADLINE-MISSING", 2, "时限")),
        ([(*BATCH, "地块一", 3)], ("FORM-DEADLINE-MISSING", 2, "时限")),
        ([(*BATCH, "地块一", 3, None, "2018/6/1", None, 3)], ("FORM-CELL", 2, "供地文号/电子监管号")),
        ([(*BATCH, "地块一", 3, "电1", None, None, 3)], ("FORM-CELL", 2, "供地时间")),
        ([(*BATCH, "地块一", 3, "电1", "2018/6/1")], ("FORM-CELL", 2, "出让面积/供地面积(公顷)")),
        (
            [SUPPLIED, (*REPEATED, "地块一", 3, "电1", "2018/6/1", None, 3)],
            ("FORM-ROW-TWICE", 3, "供地文号/电子监管号"),
        ),
        (
            [SUPPLIED, (*BATCH[:3], 4, "地块二", 1, "电2", "2018/6/2", None, 1)],
            ("FORM-BATCH-DIFFERS", 3, "批准面积(公顷)"),
        ),
        (
            [SUPPLIED, (*REPEATED, "地块一", 4, "电2", "2018/6/2", None, 1, None, "2020-1-1")],
            ("FORM-BATCH-DIFFERS", 3, "地块面积(公顷)"),
        ),
        ([(*BATCH[:2], None, 5, "地块一", 3, "电1", "2018/6/1", None, 3)], ("FORM-CELL", 2, "批准时间")),
    ],
)  # fmt: skip
def test_what_breaks_the_invariants_of_a_batch(
    tmp_path: Path, ledger: Ledger, rows: Sequence[tuple[object, ...]], where: tuple[str, int, str]
) -> None:
    found = together(ledger, read(workbook(tmp_path / "批次.xlsx", [HEADING, *rows])))
    assert (where[0], "2018年", *where[1:]) in places(found)


def test_the_refusals_say_what_is_too_much(tmp_path: Path, ledger: Ledger) -> None:
    rows = [(*BATCH, "地块一", 6, "电1", "2018/6/1", None, 1)]
    found = {f.code: f.message("en") for f in together(ledger, read(workbook(tmp_path / "a.xlsx", [HEADING, *rows])))}
    assert found["LEDGER-OVERDRAFT"].startswith("divide into parcels 90 mu exceeds")
    assert "short 15 mu" in found["LEDGER-OVERDRAFT"]
    assert found["FORM-DEADLINE-MISSING"] == (
        "Of the parcel 地块一 (90 mu), 75 mu are not supplied, and no deadline is given"
    )


def test_the_import_columns_of_haining_as_they_are(tmp_path: Path, ledger: Ledger) -> None:
    heading = (
        "批准文号",
        "批次名称",
        "批准时间",
        "地块名称",
        "地块面积",
        "供地文号",
        "用地单位",
        "出让面积",
        "带供",
        "备注",
    )
    rows = [
        (*BATCH[:3], "地块一", 2, "海土让2018-1", "甲公司", 1.5, "否", None),
        (*BATCH[:3], "地块一", 2, "海土让2018-2", "道路", 0.5, "是", None),
    ]
    path = workbook(tmp_path / "海宁.xlsx", [heading, *rows])
    assert [f.message("en") for f in read(path).findings if f.code == "FORM-CELL"] == [
        "the day of the supply is not given", "the day of the supply is not given",
    ]  # fmt: skip
    filled = read(path, supplied_on=date(2018, 12, 31))
    assert {f.code for f in together(ledger, filled)} == {"FORM-UNIT-ASSUMED"}
    assert [(d.movement, d.amount.number, d.reason) for d in movements(filled)] == [
        ("approve", "30", None),
        ("divide", "30", None),
        ("supply", "22.5", "甲公司"),
        ("supply", "7.5", "带供；道路"),
    ]
    assert stages(ledger, filled) == {"supplied": "30 mu"}


def test_another_batch_takes_nothing_from_the_one_above(tmp_path: Path) -> None:
    other = ("浙土字〔2018〕8号", "第2批次", None, None, "地块三", 1, "电9", "2018/6/1", None, 1)
    found = read(workbook(tmp_path / "a.xlsx", [HEADING, *ROWS, other])).findings
    assert ("FORM-CELL", "2018年", 5, "批准时间") in places(found)
