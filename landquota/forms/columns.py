"""The columns of the forms: which heading, in Chinese or English, means which of our fields.

A unit may stand in the heading of an amount, in brackets or not: 面积（公顷）, 金额(万元), 亩数.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final, NamedTuple

from landquota.amount import MassUnit, MoneyUnit, UnitLike
from landquota.area import Unit


class Measure(NamedTuple):
    """How a figure is written: its unit, how many of it one is (万元), and its usual decimals."""

    unit: UnitLike
    times: int
    decimals: int


#: What a heading may call a unit, after normalisation, and the decimals that people give in it.
MEASURES: Final[Mapping[str, Measure]] = MappingProxyType(
    {
        "亩": Measure(Unit.MU, 1, 6),
        "mu": Measure(Unit.MU, 1, 6),
        "公顷": Measure(Unit.HA, 1, 4),
        "ha": Measure(Unit.HA, 1, 4),
        "hm2": Measure(Unit.HA, 1, 4),
        "平方米": Measure(Unit.M2, 1, 2),
        "平米": Measure(Unit.M2, 1, 2),
        "m2": Measure(Unit.M2, 1, 2),
        "平方公里": Measure(Unit.KM2, 1, 8),
        "km2": Measure(Unit.KM2, 1, 8),
        "公斤": Measure(MassUnit.KG, 1, 3),
        "千克": Measure(MassUnit.KG, 1, 3),
        "kg": Measure(MassUnit.KG, 1, 3),
        "吨": Measure(MassUnit.TON, 1, 6),
        "元": Measure(MoneyUnit.YUAN, 1, 2),
        "yuan": Measure(MoneyUnit.YUAN, 1, 2),
        "万元": Measure(MoneyUnit.YUAN, 10_000, 6),
        "亿元": Measure(MoneyUnit.YI, 1, 10),
    }
)


class Role(Enum):
    """What the cells of a column are read as."""

    TEXT = "text"
    DAY = "day"
    YEAR = "year"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a form: our field, its headings, and how a clerk fills it in.

    `also` are further headings for the same; `needed` ones have to be there; `down` says that an
    empty cell repeats the one above, as it looks where cells are merged.
    """

    field: str
    zh: str
    en: str
    also: tuple[str, ...] = ()
    role: Role = Role.TEXT
    needed: bool = False
    down: bool = False
    width: float = 14

    def heading(self, language: str) -> str:
        """Return the heading in `language`."""
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its columns in their order, and headings that are known and say nothing that is imported.

    `unit` is what areas are in where neither heading nor cell says it.
    """

    name: str
    columns: tuple[Column, ...]
    passed_over: tuple[str, ...] = ()
    unit: str | None = None

    def column(self, field: str) -> Column:
        """Return the column of a field."""
        return next(column for column in self.columns if column.field == field)

    @property
    def needed(self) -> tuple[Column, ...]:
        """The columns that have to be there."""
        return tuple(column for column in self.columns if column.needed)

    def meaning(self, heading: str) -> Meaning | None:
        """Return which column a heading stands for, if any; a slash joins two names of one column."""
        names = _names(self)
        said, unit = _without_unit(normalised(heading))
        for plain in (normalised(heading), said, *re.split(r"[/、或]", said)):
            name, measure = _without_unit(plain)
            column = names.get(plain) or names.get(name)
            if column is not None and column.role is Role.AMOUNT:
                return Meaning(column, measure or unit)
            if plain in names and unit is None:
                return Meaning(names[plain], None)
        return None

    def passes_over(self, heading: str) -> bool:
        """Return whether a heading is known to hold nothing that is imported."""
        return _without_unit(normalised(heading))[0] in set(map(normalised, self.passed_over))

    def alike(self, heading: str, present: Iterable[str]) -> str | None:
        """Return the heading of the column, not yet present, that an unknown one looks most like."""
        there = set(present)
        names = {name: column for name, column in _names(self).items() if column.field not in there}
        found = difflib.get_close_matches(_without_unit(normalised(heading))[0], names, n=1, cutoff=0.7)
        return names[found[0]].zh if found else None


class Meaning(NamedTuple):
    """What a heading says: the column, and the unit of its figures."""

    column: Column
    measure: Measure | None


_UNIT: Final = re.compile(
    r"(?P<name>.*?)[(\[]?(?:单位:?)?(?P<unit>" + "|".join(sorted(MEASURES, key=len, reverse=True)) + r")数?[)\]]?"
)


@lru_cache(maxsize=4096)
def normalised(heading: str) -> str:
    """Return a heading as it is compared: full-width forms, blanks, asterisks and case do not count."""
    return re.sub(r"[\s*:_]+", "", unicodedata.normalize("NFKC", heading)).casefold()


def _without_unit(name: str) -> tuple[str, Measure | None]:
    """Split a normalised heading into its name and its unit; 亩数 alone is an area."""
    match = _UNIT.fullmatch(name)
    if match is None:
        return name, None
    return match["name"] or "面积", MEASURES[match["unit"]]


@cache
def _names(form: Form) -> Mapping[str, Column]:
    """Return the columns of a form by every name that a heading may have."""
    return {
        normalised(name): column
        for column in form.columns
        for name in (column.field, column.zh, column.en, *column.also)
    }


MOVEMENTS: Final = Form(
    "movements",
    (
        Column("movement", "变动", "Movement", ("类型", "变动类型", "业务类型", "变动方式", "操作"), needed=True),
        Column(
            "holder", "持有者", "Holder",
            ("持有单位", "持有人", "乡镇", "镇街", "镇(街道)", "转出", "转出方", "转出单位"),
            needed=True, width=18,
        ),
        Column("to", "转入", "To", ("转入方", "转入单位", "接收方", "接收单位", "receiver"), width=18),
        Column("kind", "指标类型", "Quota kind", ("指标", "指标种类", "指标名称"), width=16),
        Column("year", "年度", "Year", ("指标年度", "年份", "quota year"), Role.YEAR, width=8),
        Column(
            "area", "面积", "Area",
            ("指标面积", "指标数", "数量", "数额", "金额", "资金", "产能", "报批面积", "amount", "mass", "money"),
            Role.AMOUNT, needed=True,
        ),
        Column(
            "date", "日期", "Date", ("生效日期", "批准日期", "批准时间", "时间", "effective"), Role.DAY, needed=True,
        ),
        Column(
            "document", "文号", "Document", ("批准文号", "文件", "依据文号", "依据", "文件号"), needed=True, width=24,
        ),
        Column("clause", "条款", "Clause", width=10),
        Column("zone", "片区", "Zone", ("小镇", "园区", "片区编号", "平台"), width=12),
        Column("parcel", "地块", "Parcel", ("地块编号", "地块名称", "宗地", "宗地编号")),
        Column("batch", "批次", "Batch", ("批次名称", "批次号")),
        Column("from_stage", "原阶段", "From stage", ("离开阶段", "来源阶段"), width=12),
        Column("request", "申请", "Request", ("申请编号", "所满足申请"), width=18),
        Column("reservation", "预留", "Reservation", ("预留编号", "所用预留"), width=18),
        Column("expires", "到期", "Expires", ("到期日", "到期日期", "有效期至", "预留到期"), Role.DAY),
        Column("deadline", "供地时限", "Deadline", ("时限", "供地期限"), Role.DAY),
        Column("starts_by", "约定开工", "Starts by", ("约定开工日期", "约定开工时间"), Role.DAY),
        Column("to_year", "转入年度", "To year", ("结转年度", "转至年度"), Role.YEAR, width=8),
        Column("reverses", "冲正编号", "Reverses", ("被冲正编号", "冲销编号"), width=18),
        Column("reason", "事由", "Reason", ("原因", "用途", "说明"), width=28),
        Column("note", "备注", "Note", width=20),
        Column("key", "编号", "Key", ("登记编号", "流水号"), width=22),
    ),
    passed_over=("序号", "No.", "经办人", "审核人", "登记人"),
)  # fmt: skip

#: One row for each supply; what is of the parcel or of the batch is repeated, merged or left empty.
BATCHES: Final = Form(
    "batches",
    (
        Column("holder", "县市", "Holder", ("县(市、区)", "市县", "持有者", "乡镇", "镇街", "镇(街道)"), down=True),
        Column(
            "batch", "批次名称", "Batch", ("批次", "批次号", "报批批次"), needed=True, down=True, width=26,
        ),
        Column(
            "document", "批准文号", "Approval document", ("批文号", "批文文号", "批复文号", "省批复文号", "document"),
            needed=True, down=True, width=24,
        ),
        Column(
            "date", "批准时间", "Approved on", ("批准日期", "批复时间", "批复日期", "date"),
            Role.DAY, needed=True, down=True,
        ),
        Column(
            "approved", "批准面积", "Approved area", ("批次面积", "批次批准面积", "批准总面积"), Role.AMOUNT, down=True,
        ),
        Column("parcel", "地块名称", "Parcel", ("地块", "地块编号", "宗地名称"), needed=True, down=True, width=20),
        Column("area", "地块面积", "Parcel area", ("宗地面积",), Role.AMOUNT, needed=True, down=True),
        Column(
            "supply", "供地文号", "Supply document", ("电子监管号", "供地批文", "合同编号", "出让合同号"), width=22,
        ),
        Column("supplied_on", "供地时间", "Supplied on", ("供地日期", "出让时间", "出让日期", "签订日期"), Role.DAY),
        Column("user", "用地单位", "Land user", ("受让方", "受让人", "使用权人", "项目名称"), width=22),
        Column("supplied", "供地面积", "Supplied area", ("出让面积", "实际供应面积"), Role.AMOUNT),
        Column("along", "带供", "Supplied along", ("带供面积",), Role.AMOUNT),
        Column("deadline", "时限", "Deadline", ("供地时限", "处置时限", "完成时限"), Role.DAY),
        Column("unsupplied", "未供原因", "Why not supplied", ("未供地原因",), width=22),
        Column("note", "备注", "Note", width=20),
    ),
    passed_over=("序号", "No.", "指标类型", "土地用途", "用途", "批次剩余面积", "剩余面积", "处置方式", "经办人"),
    unit="公顷",
)  # fmt: skip

FORMS: Final[Mapping[str, Form]] = MappingProxyType({form.name: form for form in (MOVEMENTS, BATCHES)})
