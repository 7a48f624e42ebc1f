"""A clerk's year, from last year's workbook to this year's end, as it stands on the screen."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from program import Program

PLAN, LINKED = "新增计划", "增减挂钩"
COUNTY, GUANHAIWEI, ZHOUXIANG = "慈溪市", "观海卫镇", "周巷镇"
LAST_YEAR: list[list[Any]] = [
    ["慈溪市2017年度新增建设用地计划指标台账"],
    ["变动", "持有者", "转入", "指标类型", "年度", "面积(亩)", "日期", "文号"],
    ["下达", COUNTY, None, PLAN, 2017, 100, datetime(2017, 3, 1), "甬土资〔2017〕9号"],  # noqa: DTZ001 - as Excel has it
    ["分解", COUNTY, GUANHAIWEI, PLAN, 2017, 40, "2017/4/1", "慈土资〔2017〕2号"],
    ["核销", GUANHAIWEI, None, PLAN, 2017, 32.5, "2017.9.1", "浙土字〔2017〕31号"],
    ["合计", None, None, None, None, 172.5, None, None],
]
HOLDERS = "holder,level,parent,name_en,zone\n慈溪市,county,,,\n观海卫镇,town,慈溪市,,\n周巷镇,town,慈溪市,,\n"


class Clerk:
    """The program, and the plan quota of one year."""

    def __init__(self, folder: Path) -> None:
        self.run = Program(folder)

    def ledger(self, *arguments: str, code: int = 0) -> str:
        """Run a command of the ledger in Chinese; what it says, on both streams."""
        run = self.run("ledger", *arguments, code=code, LANDQUOTA_LANG="zh")
        return run.stdout + run.stderr

    def post(self, movement: str, holder: str, area: str, date: str, document: str, *more: str, code: int = 0) -> str:
        """Post a movement."""
        given = ("--holder", holder, "--area", area, "--date", date, "--document", document)
        return self.ledger("post", movement, *given, *more, code=code)

    def quota(self, movement: str, holder: str, area: str, date: str, document: str, *more: str, code: int = 0) -> str:
        """Post a movement of the plan quota of 2018."""
        return self.post(movement, holder, area, date, document, "--kind", PLAN, "--year", "2018", *more, code=code)

    def balance(self, as_of: str) -> dict[tuple[str, str, str], str]:
        """Return what the printed table says is available, by holder, kind and year."""
        lines = self.ledger("balance", "--as-of", as_of).splitlines()
        rows = [cells for line in lines if len(cells := re.split(r"\s+", line.strip())) > 10]
        at = rows[0].index("可用")
        return {(row[0], row[1], row[2]): row[at] for row in rows[1:]}


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    Program(tmp_path)("init", "county", "--name", COUNTY, "--yes")
    folder = tmp_path / "county"
    (folder / "seeds" / "holders.csv").write_text(HOLDERS, "utf-8-sig")
    book = openpyxl.Workbook()
    for row in LAST_YEAR:
        book.active.append(row)  # type: ignore[union-attr] # a new workbook has a sheet
    book.save(folder / "2017.xlsx")
    Program(folder)("build")
    return Clerk(folder)


def test_a_clerks_year(clerk: Clerk) -> None:
    # Last year's workbook: looked at, imported, imported again by mistake, ended and closed.
    assert "可用 0 60 亩" in " ".join(clerk.ledger("import", "2017.xlsx", "--dry-run").split())
    assert "新增 3 笔分录，已有 0 笔" in clerk.ledger("import", "2017.xlsx")
    assert "新增 0 笔分录，已有 3 笔" in clerk.ledger("import", "2017.xlsx")
    assert clerk.balance("2017-12-30") == {(COUNTY, PLAN, "2017"): "60", (GUANHAIWEI, PLAN, "2017"): "7.5"}
    ended = clerk.ledger("year-end", "2017", "--document", "慈自然资〔2017〕99号", "--commit")
    assert "新增计划 到期 67.5 亩" in " ".join(ended.split())
    clerk.ledger("close", "--through", "2017-12-31", "--reason", "2017年度决算")

    # This year: asked for, granted, allotted to two towns, reserved for a project.
    clerk.quota("request", GUANHAIWEI, "200亩", "2018-01-20", "观政〔2018〕8号", "--key", "申请-观海卫")
    clerk.quota("grant", COUNTY, "300亩", "2018-03-01", "甬自然资〔2018〕1号")
    clerk.post("grant", COUNTY, "50亩", "2018-03-01", "甬自然资〔2018〕2号", "--kind", LINKED, "--year", "2018")
    for town, area in ((GUANHAIWEI, "80亩"), (ZHOUXIANG, "60亩")):
        clerk.quota("allot", COUNTY, area, "2018-04-01", "慈自然资〔2018〕3号", "--to", town)
    kept = ("--expires", "2018-09-30", "--reason", "公牛二期", "--key", "预留-公牛")
    clerk.quota("reserve", GUANHAIWEI, "30亩", "2018-05-02", "慈发改〔2018〕11号", *kept)

    # The approval uses two thirds of what was reserved; a second one asks for more than is left.
    from_it = ("--reservation", "预留-公牛", "--parcel", "GHW-P-1")
    clerk.quota("commit", GUANHAIWEI, "20亩", "2018-08-01", "浙土字〔2018〕7号", *from_it)
    refused = clerk.quota("commit", GUANHAIWEI, "60亩", "2018-08-15", "浙土字〔2018〕9号", code=1)
    assert "分解入 80 − 预留 10 − 核销 20 = 可用 50 亩；本次核销 60 亩，缺 10 亩" in refused
    assert "占用：预留-公牛 预留 30 亩" in refused
    assert "释放 预留-公牛 或等待其 2018-09-30 到期" in refused
    assert "从周巷镇调剂（可用 60 亩）" in refused
    assert "未写入任何内容。" in refused
    clerk.quota("transfer", ZHOUXIANG, "15亩", "2018-08-20", "慈自然资〔2018〕20号", "--to", GUANHAIWEI)
    clerk.quota("commit", GUANHAIWEI, "60亩", "2018-08-21", "浙土字〔2018〕9号")

    # The land itself: approved, requisitioned, partly supplied; the rest grows old.
    parcel = ("--parcel", "GHW-P-1")
    clerk.post("approve", GUANHAIWEI, "20亩", "2018-08-01", "浙土字〔2018〕7号", *parcel, "--deadline", "2020-08-01")
    clerk.post("requisition", GUANHAIWEI, "20亩", "2018-09-01", "慈征〔2018〕5号", *parcel)
    clerk.post("supply", GUANHAIWEI, "12亩", "2018-10-08", "3302822018B00123", *parcel, "--starts-by", "2019-03-01")
    too_much = clerk.post("supply", GUANHAIWEI, "9亩", "2018-10-09", "3302822018B00124", *parcel, code=1)
    assert "缺 1 亩" in too_much
    waiting = " ".join(clerk.ledger("ageing", "--of", "unsupplied", "--as-of", "2018-12-31").split())
    assert "GHW-P-1 8 2018-08-01 152 不满1年 2020-08-01" in waiting

    # What was reserved and not used lapses; the year ends as it was previewed.
    lapsed = clerk.ledger("lapse", "--as-of", "2018-10-31", "--document", "慈自然资〔2018〕31号")
    assert "预留-公牛 观海卫镇 新增计划 2018 2018-09-30 10 亩" in " ".join(lapsed.split())
    assert clerk.balance("2018-12-30") == {
        (COUNTY, PLAN, "2017"): "—", (COUNTY, PLAN, "2018"): "160", (COUNTY, LINKED, "2018"): "50",
        (GUANHAIWEI, PLAN, "2017"): "—", (GUANHAIWEI, PLAN, "2018"): "15", (ZHOUXIANG, PLAN, "2018"): "45",
    }  # fmt: skip
    year_end = ("year-end", "2018", "--document", "慈自然资〔2018〕40号")
    preview = clerk.ledger(*year_end)
    digest = re.search(r"--expect ([0-9a-f]+)", preview)
    assert digest is not None
    committed = clerk.ledger(*year_end, "--commit", "--expect", digest[1])
    rows = [line for line in preview.splitlines() if re.search("到期|结转 ", line)]
    assert rows == [line for line in committed.splitlines() if re.search("到期|结转 ", line)]
    assert {cell: left for cell, left in clerk.balance("2018-12-31").items() if left != "—"} == {
        (COUNTY, LINKED, "2019"): "50"
    }

    # The superior's account agrees; the year is closed, and the ledger whole.
    total = (
        "--holder",
        COUNTY,
        "--kind",
        LINKED,
        "--year",
        "2019",
        "--as-of",
        "2018-12-31",
        "--document",
        "对账单2018",
    )
    assert "账本一致：50 亩" in clerk.ledger("assert", "available", "--value", "50亩", *total)
    assert "差额 1 亩" in clerk.ledger("assert", "available", "--value", "51亩", *total, code=1)
    clerk.ledger("close", "--through", "2018-12-31", "--reason", "2018年度决算")
    late = clerk.quota("grant", COUNTY, "1亩", "2018-12-01", "补录", code=1)
    assert "已结账期间" in late
    assert "校验通过" in clerk.ledger("verify")
