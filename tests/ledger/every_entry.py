"""A small ledger with every type of entry, every movement and a row in every table."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from ledger_samples import COUNTY, DAY, DECLARATIONS, LATER, NOW, OTHER_TOWN, PLAN, TOWN, ZONE, move, state

from landquota.amount import Money
from landquota.area import parse_exact
from landquota.ledger import (
    GENESIS,
    AllowanceDraft,
    Draft,
    KindDraft,
    KindRuleDraft,
    Ledger,
    MovementDraft,
    PeriodDraft,
    ProgressDraft,
    ReversalDraft,
    schema,
)
from landquota.ledger.entries import Record, chained

VERSION1 = Path(__file__).parent / "versions" / "version1.sql"
FEE = "新增建设用地有偿使用费"
HOSTILE = "第一行\n第二行\t# 不是注释 \"引号\" '单引号' \\ {x} —— = entry 7"


def land(movement: str, area: str, **more: Any) -> MovementDraft:
    """Return a movement of land of the town."""
    return move(movement, TOWN, area, **{"kind": None, "year": None, **more})


QUOTA: tuple[Draft, ...] = (
    AllowanceDraft(
        name="超限额度", holder=ZONE, kind=PLAN, percent="10.5", year=2018, effective=DAY, valid_to=LATER, document="d"
    ),
    KindRuleDraft(
        kind=PLAN, carry=True, effective=DAY, valid_to=date(2030, 1, 1), document="甬〔2018〕9号", clause="三"
    ),
    move("request", TOWN, "200亩", key="ask"),
    move("grant", COUNTY, "300亩", key="grant", zone="GHW-01", parcel="P-1"),
    move("grant", TOWN, "20亩", request="ask", clause="二(二)"),
    move("supplement", COUNTY, "30.5亩"),
    move("reward", COUNTY, "1亩"),
    move("withdraw", TOWN, "10亩"),
    move("allot", COUNTY, "100亩", to=TOWN, key="allot"),
    move("allot", TOWN, "40亩", to=ZONE),
    move("transfer", TOWN, "3亩", to=OTHER_TOWN),
    move("reserve", ZONE, "12亩", key="held", expires=LATER, reason=HOSTILE),
    move("commit", ZONE, "5亩", reservation="held", parcel="P-1"),
    move("release", ZONE, "4亩", reservation="held"),
    move("lapse", ZONE, "1亩", reservation="held", effective=date(2018, 9, 2)),
    move("commit", ZONE, "34亩"),  # two more than are left, by the allowance
    move("return", ZONE, "1亩", effective=LATER),
    move("deduct", COUNTY, "1亩"),
    move("recover", COUNTY, "1亩"),
    move("expire", COUNTY, "1亩"),
    move("carry", COUNTY, "14亩", effective=date(2018, 12, 31)),
    move("commit", ZONE, "1亩", key="over"),
    move("commit", ZONE, "1亩", key="more over"),
    move("carry_deficit", ZONE, "1亩", effective=date(2018, 12, 31)),
    move("grant", COUNTY, "8300000元", kind=FEE, year=None),
    move("grant", COUNTY, "1500公斤", kind="占补平衡-产能", year=None, reason="\ue000 造字"),
)
LAND: tuple[Draft, ...] = (
    land("approve", "50亩", batch="浙土字〔2018〕7号", deadline=date(2020, 6, 1)),
    land("divide", "12亩", batch="浙土字〔2018〕7号", parcel="ZX-P-07"),
    land("approve", "9亩", parcel="ZX-P-08"),
    land("requisition", "12亩", parcel="ZX-P-07"),
    land("bank", "12亩", parcel="ZX-P-07"),
    land("supply", "12亩", parcel="ZX-P-07", starts_by=date(2019, 6, 1)),
    land("take_back", "2亩", parcel="ZX-P-07"),
    land("start", "10亩", parcel="ZX-P-07"),
    land("complete", "10亩", parcel="ZX-P-07"),
    land("accept", "10亩", parcel="ZX-P-07"),
    land("revoke", "1亩", parcel="ZX-P-08"),
    ProgressDraft(
        parcel="ZX-P-07", holder=TOWN, effective=DAY, document="d", developed=parse_exact("2亩"),
        to_develop=parse_exact("10亩"), invested=Money(123_45), investment=Money(1_000_000_00),
        stopped_on=DAY, government_delay=True, note="因政府原因", key="report",
    ),
)  # fmt: skip
WORDS: tuple[Draft, ...] = (
    state("approved", "约300亩", key="approved", note="第三稿"),
    state("requisitioned", "500余亩"),
    state("granted", "145亩", kind="统筹", key="granted"),
    state("available", "40亩", kind=PLAN, year=2018, holder=ZONE, effective=date(2018, 5, 31), key="wrong"),
    state("granted", "331.5亩", kind=PLAN, year=2018, holder=COUNTY, effective=date(2018, 7, 1)),
    ReversalDraft(reverses="more over", reason="误录", effective=LATER, key="back"),
    ReversalDraft(reverses="approved", reason="误读", effective=LATER, document="d", clause="一"),
    ReversalDraft(reverses="wrong", reason="误读", effective=LATER),
    ReversalDraft(reverses="report", reason="误读", effective=LATER),
    PeriodDraft(action="close", through=date(2017, 12, 31), reason="2017年度决算", document="d"),
    PeriodDraft(action="reopen", through=date(2016, 12, 31), reason="更正"),
)
DRAFTS: tuple[Draft, ...] = (
    *DECLARATIONS,
    KindDraft(
        kind=FEE, name="有偿使用费", name_en="Fee", level="省", unit="yuan", consumed_by="fee", covers_conversion=False
    ),
    *QUOTA,
    *LAND,
    *WORDS,
)


def fill(path: Path) -> None:
    """Make the ledger at `path`."""
    with Ledger.open(path, create=True) as ledger:
        ledger.import_all(DRAFTS, recorded=NOW)


def columns(record: Record) -> dict[str, Any]:
    """Return an entry by the names of its columns."""
    return {name: getattr(record, name) for name in schema.entry.columns.keys()}  # noqa: SIM118


def changed(record: Record, **changes: Any) -> Record:
    """Return an entry with some fields altered, its hash as it was."""
    return Record(**{**columns(record), **changes})


def records_of(path: Path) -> list[Record]:
    """Return the entries of a ledger, read without landquota."""
    with closing(sqlite3.connect(path)) as connection:
        return [Record(*row) for row in connection.execute("SELECT * FROM entry ORDER BY seq")]


def version1_records() -> list[Record]:
    """Return the entries of the ledger that version 1 wrote."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(VERSION1.read_text("utf-8"))
        return [Record(*row) for row in connection.execute("SELECT * FROM entry ORDER BY seq")]


def dump(path: Path) -> list[str]:
    """Return the content of every table, row by row."""
    with closing(sqlite3.connect(path)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [
            f"{name} {row}"
            for name in sorted(tables)
            for row in connection.execute(f"SELECT * FROM {name} ORDER BY 1")  # noqa: S608 - our own tables
        ]


def chain(drafts: Iterable[Draft]) -> list[Record]:
    """Return entries that are chained as a ledger would, whatever its rules and limits."""
    records: list[Record] = []
    for seq, draft in enumerate(drafts, 1):
        prev = records[-1].hash if records else GENESIS
        key = draft.key or f"L-{seq:06d}"
        records.append(chained(draft.content, seq=seq, key=key, recorded="2021-06-23T08:30:00Z", prev=prev))
    return records
