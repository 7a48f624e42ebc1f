"""Empty forms as workbooks: a sheet to fill in, one that shows it filled in, and one that explains the columns.

What is written here is read by :func:`landquota.forms.reader.read_form`; the sheet with the
example is read only where it is named.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation

from landquota.formats.replacing import replace_file
from landquota.formats.sheets.writing import (
    WRAPPED,
    Alike,
    heading_cell,
    keep_heading,
    new_book,
    new_sheet,
    saved,
    text_cell,
)
from landquota.forms.columns import BATCHES, Column, Form
from landquota.forms.styles import AMOUNTS, Shown, Value, begin, row, shown
from landquota.i18n import Text, text
from landquota.ledger import MOVEMENTS, Holder, Kind
from landquota.ledger.movements import STAGES
from landquota.vocabulary import label

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

#: How many rows the lists of choices reach.
_ROWS: Final = 5000
#: The sheet of the example has a name by which the reader knows it.
_EXAMPLE: Final = {"zh": "示例", "en": "Example"}
_TITLES: Final[Mapping[str, Text]] = {"movements": text("Movements"), "batches": text("Approval batches")}

#: What a clerk has to know of each column, beyond its heading.
_HINTS: Final[Mapping[str, Mapping[str, Text]]] = {
    "movements": {
        "movement": text("What happens; choose from the list. 冲正 (reverse) takes an entry back by its key."),
        "holder": text("From whose account it is taken; for what is granted, who receives it."),
        "to": text("Who receives an allotment or a transfer."),
        "kind": text("Which quota; empty for land."),
        "year": text("Year of the quota, four digits."),
        "area": text(
            "One of the amounts, in the unit of the kind; for land an area. An exact number in the unit of the"
            " heading, or with its unit, such as 145亩, 1500公斤 or 830万元; empty in a reversal."
        ),
        "date": text("From which day it counts: a date, 2018/6/1, 2018.6.1 or 2018年6月1日."),
        "document": text("Document that says it."),
        "clause": text("Clause of the document."),
        "zone": text("Zone that it is for."),
        "parcel": text("Parcel that it is for."),
        "batch": text("Approval batch of land."),
        "from_stage": text("Stage that the land leaves (default: the latest earlier one that has enough of it)."),
        "request": text("Key of the request that a grant satisfies."),
        "reservation": text("Key of the reservation that is committed, released or lapses."),
        "expires": text("Last day on which a reservation holds."),
        "deadline": text("Until when approved land has to be supplied."),
        "starts_by": text("When construction has to start, as agreed."),
        "to_year": text("Year that a carry-over goes to (default: the next)."),
        "reverses": text("Key of the entry that 冲正 takes back."),
        "reason": text("Why."),
        "note": text("Kept as the reason where none is given."),
        "key": text("Key of the entry; without one it is made of the row, so that importing again adds nothing."),
    },
    "batches": {
        "holder": text("In whose books the land is kept (default: the project's holder)."),
        "batch": text("Name of the approval batch; repeated, merged or left empty below its first row."),
        "document": text("Document by which the batch was approved."),
        "date": text("Day of the approval: a date, 2018/6/1, 2018.6.1 or 2018年6月1日."),
        "approved": text("Area that was approved for the whole batch (default: the sum of its parcels)."),
        "parcel": text("Name or number of the parcel; left empty in further rows of the same parcel."),
        "area": text("Area of the parcel; the parcels of a batch together are at most what was approved."),
        "supply": text("Document or electronic number of the supply; one row for each."),
        "supplied_on": text("Day of the supply."),
        "user": text("Who uses the land; kept as the reason of the supply."),
        "supplied": text("Area supplied; all supplies of a parcel together are at most its area."),
        "along": text("Area supplied along without a contract of its own, or 是 where the row itself is that."),
        "deadline": text("Until when the rest has to be supplied; needed while any of the parcel is left."),
        "unsupplied": text("Why the rest is not supplied."),
        "note": text("A remark kept with the supply."),
    },
}


@dataclass(frozen=True, slots=True)
class Choices:
    """What a project lets a clerk choose from, and the year of the example."""

    holders: Sequence[Holder]
    kinds: Sequence[Kind]
    year: int

    @property
    def counted(self) -> list[str]:
        """What amounts the project's kinds have: area always, mass and money where a kind is counted in it."""
        units = {kind.commodity.code for kind in self.kinds}
        return [code for code in AMOUNTS if code == "mu" or code in units]

    @property
    def parent(self) -> str:
        """The holder that the example takes from."""
        return self.holders[0].holder if self.holders else "示例县"

    @property
    def child(self) -> str:
        """The holder that the example gives to."""
        return next((each.holder for each in self.holders if each.parent == self.parent), "示例镇")

    @property
    def kind(self) -> str:
        """A quota that is counted in 亩."""
        return next((kind.kind for kind in self.kinds if kind.commodity.code == "mu"), "新增计划")


def write_template(path: Path, form: Form, choices: Choices, *, language: str) -> None:
    """Write an empty form, whole or not at all.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    book = new_book()
    columns = shown(form, language=language, counted=choices.counted)
    filling = new_sheet(book, _TITLES[form.name].render(language))
    begin(filling, columns, rows=_ROWS)
    example = new_sheet(book, _EXAMPLE[language])
    rows = list(_batches(choices) if form is BATCHES else _movements(choices, language))
    begin(example, columns, rows=len(rows))
    alike = Alike(example)
    for values in rows:
        example.append(row(alike, columns, values))
    _explain(new_sheet(book, text("Explanations").render(language)), form, columns, language)
    _choose(book, [filling, example], columns, _lists(form, choices, language), language)
    replace_file(path, saved(book))


def _explain(sheet: Worksheet, form: Form, columns: Sequence[Shown], language: str) -> None:
    """Write a row for each column: whether it is needed, what belongs there, and what else it may be called."""
    headings = (text("Column"), text("Needed"), text("What belongs there"), text("May also be called"))
    for number, width in enumerate((18, 10, 70, 60), 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    keep_heading(sheet, f"A1:D{len(columns) + 1}")
    sheet.append([heading_cell(sheet, said.render(language)) for said in headings])
    for each in columns:
        column = form.column(each.field.partition(":")[0])
        said = (
            each.heading,
            text("yes").render(language) if column.needed else "",
            _HINTS[form.name][column.field].render(language),
            "、".join(_others(column, language)),
        )
        sheet.append([text_cell(sheet, one, alignment=WRAPPED) for one in said])


def _others(column: Column, language: str) -> Iterable[str]:
    return (name for name in (column.zh, column.en, *column.also) if name != column.heading(language))


def _lists(form: Form, choices: Choices, language: str) -> dict[str, list[str]]:
    """Return what can be chosen, by column."""
    holders = [each.holder for each in choices.holders]
    if form is BATCHES:
        return {"holder": holders}
    words = [label(name, "zh") if language == "zh" else name for name in MOVEMENTS]
    stages = [label(stage.value, "zh") if language == "zh" else stage.value for stage in STAGES[1:]]
    return {
        "movement": [*words, "冲正" if language == "zh" else "reverse"],
        "holder": holders,
        "to": holders,
        "kind": [kind.kind for kind in choices.kinds],
        "from_stage": stages,
    }


def _choose(
    book: Workbook,
    sheets: Iterable[Worksheet],
    columns: Sequence[Shown],
    lists: Mapping[str, list[str]],
    language: str,
) -> None:
    """Give columns a list to choose from, which stands on a hidden sheet; anything else is warned of, not refused."""
    source = new_sheet(book, text("Choices").render(language))
    source.sheet_state = "hidden"
    offered = {name: choices for name, choices in lists.items() if choices}
    longest = max(map(len, offered.values()), default=0)
    called = {column.field: column.heading for column in columns}
    source.append([heading_cell(source, called[name]) for name in offered])
    for number in range(longest):
        source.append([text_cell(source, each[number]) if number < len(each) else None for each in offered.values()])
    for position, (name, choices) in enumerate(offered.items(), 1):
        letter = get_column_letter(position)
        where = f"{quote_sheetname(source.title)}!${letter}$2:${letter}${len(choices) + 1}"
        target = get_column_letter([column.field for column in columns].index(name) + 1)
        for sheet in sheets:
            validation = DataValidation("list", formula1=where, allow_blank=True, errorStyle="warning")
            validation.add(f"{target}2:{target}{_ROWS + 1}")
            sheet.data_validations.append(validation)


def _movements(choices: Choices, language: str) -> Iterable[dict[str, Value]]:
    """Yield the life of some quota: granted, allotted, reserved for a project, and used."""
    year, held = choices.year, f"示例预留-{choices.year}"
    steps: list[tuple[str, str, int, date, str, dict[str, Value]]] = [
        ("grant", choices.parent, 300, date(year, 3, 1), f"示例〔{year}〕1号", {}),
        ("allot", choices.parent, 60, date(year, 4, 1), f"示例〔{year}〕2号", {"to": choices.child}),
        (
            "reserve", choices.child, 12, date(year, 5, 1), f"示例〔{year}〕3号",
            {"key": held, "expires": date(year, 12, 31), "reason": "示例项目"},
        ),
        (
            "commit", choices.child, 12, date(year, 6, 1), f"示例〔{year}〕4号",
            {"reservation": held, "parcel": "示例地块"},
        ),
    ]  # fmt: skip
    for movement, holder, amount, day, document, more in steps:
        yield {
            "movement": label(movement, "zh") if language == "zh" else movement,
            "holder": holder,
            "kind": choices.kind,
            "year": year,
            "area:mu": Decimal(amount),
            "date": day,
            "document": document,
            **more,
        }


def _batches(choices: Choices) -> Iterable[dict[str, Value]]:
    """Yield a batch of two parcels: one supplied in two parts, one with a rest that has a deadline."""
    year = choices.year
    batch: dict[str, Value] = {
        "holder": choices.parent,
        "batch": f"示例{year}年度计划第1批次",
        "document": f"示例土字〔{year}〕1号",
        "date": date(year, 3, 1),
        "approved": Decimal("5.0000"),
    }
    first: dict[str, Value] = {"parcel": "示例地块一", "area": Decimal("3.0000")}
    supply: dict[str, Value] = {"supply": "示例供地1", "supplied_on": date(year, 6, 1), "user": "示例公司甲"}
    yield batch | first | supply | {"supplied": Decimal("2.0000")}
    second: dict[str, Value] = {"supply": "示例供地2", "supplied_on": date(year, 7, 1), "user": "示例公司乙"}
    yield second | {"supplied": Decimal("0.9000"), "along": Decimal("0.1000")}
    rest: dict[str, Value] = {"parcel": "示例地块二", "area": Decimal("2.0000"), "deadline": date(year + 1, 3, 1)}
    yield rest | {"unsupplied": "示例：规划调整"}
