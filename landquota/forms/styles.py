"""How the columns of a form look in a workbook, whether it is empty or written from the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from openpyxl.utils import get_column_letter

from landquota.formats.sheets.writing import Alike, heading_cell, keep_heading, text_cell
from landquota.forms.columns import Column, Form, Role

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | Decimal | date | None

_DATE: Final = "yyyy-mm-dd"
_TEXT: Final = "@"
#: Columns wider than this hold prose, which is wrapped.
_PROSE: Final = 20
#: How figures are shown, by what they are counted in; every decimal that there is stands there.
NUMBERS: Final[Mapping[str, str]] = {
    "亩": "#,##0.00####",
    "公顷": "0.0000##",
    "公斤": "#,##0.###",
    "元": "#,##0.00",
}
#: The unit columns of the general form: heading and unit in both languages, by what is counted.
AMOUNTS: Final[Mapping[str, tuple[str, str, str]]] = {
    "mu": ("面积(亩)", "Area (mu)", "亩"),
    "kg": ("产能(公斤)", "Mass (kg)", "公斤"),
    "yuan": ("金额(元)", "Money (yuan)", "元"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A column as it is written: its field, its heading, and how its cells are formatted."""

    field: str
    heading: str
    width: float
    number_format: str


def shown(form: Form, *, language: str, counted: Sequence[str] = ("mu",)) -> list[Shown]:
    """Return the columns of a form; an amount of the general form has one for each thing that is counted."""
    columns = []
    for column in form.columns:
        if column.role is not Role.AMOUNT:
            formatted = {Role.DAY: _DATE, Role.YEAR: "0"}.get(column.role, _TEXT)
            columns.append(Shown(column.field, column.heading(language), column.width, formatted))
        elif form.unit is not None:
            columns.append(_in_unit(column, form.unit, language))
        else:
            for code in counted:
                zh, en, unit = AMOUNTS[code]
                heading = zh if language == "zh" else en
                columns.append(Shown(f"{column.field}:{code}", heading, column.width, NUMBERS[unit]))
    return columns


def begin(sheet: Worksheet, columns: Sequence[Shown], *, rows: int, title: str | None = None) -> None:
    """Write the heading, below a title where there is one, and lay out `rows` rows of entries."""
    above = 0 if title is None else 1
    end = f"{get_column_letter(len(columns))}{above + 1 + rows}"
    keep_heading(sheet, f"A{above + 1}:{end}", row=above + 1)
    for number, column in enumerate(columns, 1):
        dimension = sheet.column_dimensions[get_column_letter(number)]
        dimension.width = column.width
        dimension.number_format = column.number_format
    if title is not None:
        sheet.append([text_cell(sheet, title)])
    sheet.append([heading_cell(sheet, column.heading) for column in columns])


def row(alike: Alike, columns: Sequence[Shown], values: Mapping[str, Value]) -> list[Cell | None]:
    """Return a row: numbers stay numbers, dates dates, everything else is text; what is not there has no cell."""
    return [_cell(alike, column, values.get(column.field)) for column in columns]


def _cell(alike: Alike, column: Shown, value: Value) -> Cell | None:
    if value is None:
        return None
    if isinstance(value, str):
        return alike.cell(value, number_format=_TEXT, wrapped=column.width > _PROSE)
    return alike.cell(value, number_format=column.number_format)


def _in_unit(column: Column, unit: str, language: str) -> Shown:
    heading = f"{column.zh}({unit})" if language == "zh" else f"{column.en} (ha)"
    return Shown(column.field, heading, max(column.width, 14), NUMBERS[unit])
