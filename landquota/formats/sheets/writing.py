"""Workbooks that are written: texts that stay texts, a page that fits, the same bytes for the same content.

A text never becomes a formula, whatever it begins with, neither when the workbook is opened nor
when someone edits the cell.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from copy import copy
from datetime import date, datetime
from decimal import Decimal
from math import ceil
from typing import TYPE_CHECKING, Final, cast
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.header_footer import HeaderFooterItem, _HeaderFooterPart
from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

#: What a cell holds at most.
CELL_CHARACTERS: Final = 32_767

#: The same bytes for the same content: neither the clock nor the zip format's own say when.
_WRITTEN: Final = datetime(2000, 1, 1)  # noqa: DTZ001 - openpyxl writes UTC and takes none
_ZIP_TIME: Final = (1980, 1, 1, 0, 0, 0)
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")

#: How a cell begins that a spreadsheet would take for a formula once somebody edits it.
_FORMULA_STARTS: Final = tuple("=+-@＝＋－＠\t")
#: What XML cannot hold, or would change: controls but tab and line feed, lone surrogates, non-characters.
_NO_CHARACTER: Final = re.compile("[\0-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

BOLD: Final = Font(bold=True)
TOP: Final = Alignment(vertical="top")
WRAPPED: Final = Alignment(vertical="top", wrap_text=True)
_HEADING_FILL: Final = PatternFill("solid", fgColor="DCE3E8")
_RULED: Final = Border(bottom=Side(style="thin", color="8A949C"))
#: The number that paper of this size has in a workbook.
_A4: Final = 9
_LINE_POINTS: Final = 15
#: What a header holds, with room for its own marks.
_HEADER_CHARACTERS: Final = 100


def new_book() -> Workbook:
    """Return an empty workbook that says nothing of when it was made."""
    book = Workbook(write_only=True)
    book.properties.creator = "landquota"
    book.properties.created = _WRITTEN
    return book


def new_sheet(book: Workbook, name: str) -> Worksheet:
    """Return a new sheet, to be printed across and not cut; it has what is used here of an ordinary one."""
    sheet = cast("Worksheet", book.create_sheet(name))
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0  # as many pages down as there are
    sheet.page_margins = PageMargins(left=0.4, right=0.4, top=0.7, bottom=0.6, header=0.3, footer=0.3)  # inches
    sheet.oddFooter = _on_pages(center="&P / &N")
    return sheet


def head_pages(sheet: Worksheet, said: str) -> None:
    """Say above every printed page what it is of."""
    sheet.oddHeader = _on_pages(left=said[:_HEADER_CHARACTERS].replace("&", "&&"))


def _on_pages(**said: str) -> HeaderFooterItem:
    return HeaderFooterItem(**{place: _HeaderFooterPart(text) for place, text in said.items()})


def keep_heading(sheet: Worksheet, cells: str, *, row: int = 1) -> None:
    """Keep the heading and what stands above it in sight, on every printed page too, and give it filters."""
    sheet.freeze_panes = f"A{row + 1}"
    sheet.auto_filter.ref = cells
    sheet.print_title_rows = f"1:{row}"


def across(said: str) -> int:
    """Return how wide a text is, in digits; a Chinese character is as wide as two."""
    return sum(2 if east_asian_width(each) in "WF" else 1 for each in said)


def make_room(sheet: Worksheet, row: int, cells: Iterable[tuple[str, float]]) -> None:
    """Make a row as high as its wrapped cells need, each a text and its column's width: not every program does."""
    lines = [sum(max(ceil(across(line) / width), 1) for line in said.split("\n")) for said, width in cells]
    if max(lines, default=1) > 1:
        sheet.row_dimensions[row].height = _LINE_POINTS * max(lines)


def heading_cell(sheet: Worksheet, said: str) -> Cell:
    """Return a cell of the heading."""
    return text_cell(sheet, said, font=BOLD, fill=_HEADING_FILL, alignment=WRAPPED, border=_RULED)


def text_cell(sheet: Worksheet, value: str, **style: object) -> Cell:
    """Return a cell that is text and stays text; what a cell cannot hold is replaced visibly."""
    shown = _held(value)
    cell = plain_cell(sheet, shown, **{"alignment": TOP, **style})
    cell.data_type = "s"
    cell.quotePrefix = shown.startswith(_FORMULA_STARTS)
    return cell


def plain_cell(sheet: Worksheet, value: str | float | Decimal | date | None, **style: object) -> Cell:
    """Return a cell that is what its value is."""
    cell = WriteOnlyCell(sheet, value)  # type: ignore[arg-type] # it takes every kind of number and of date
    for name, look in style.items():
        setattr(cell, name, look)
    return cell


class Alike:
    """Cells of many rows that look alike: each look is made once, for openpyxl compares looks one by one."""

    def __init__(self, sheet: Worksheet) -> None:
        self._sheet = sheet
        self._models: dict[tuple[str, bool, bool], Cell] = {}

    def cell(self, value: str | float | Decimal | date, *, number_format: str, wrapped: bool = False) -> Cell:
        """Return a cell: a text stays text, everything else is what it is."""
        quoted = isinstance(value, str) and value.startswith(_FORMULA_STARTS)
        look = (number_format, wrapped, quoted)
        model = self._models.get(look)
        if model is None:
            make = text_cell if isinstance(value, str) else plain_cell
            alignment = WRAPPED if wrapped else TOP
            return self._models.setdefault(
                look,
                make(self._sheet, value, alignment=alignment, number_format=number_format),  # type: ignore[arg-type]
            )
        cell = plain_cell(self._sheet, _held(value) if isinstance(value, str) else value)
        look_of = "_style"  # there is no other way to give a look that exists
        setattr(cell, look_of, copy(getattr(model, look_of)))
        if isinstance(value, str):
            cell.data_type = "s"
        return cell


def _held(value: str) -> str:
    """Return a text as a cell can hold it."""
    whole = _NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", value)
    return whole if len(whole) <= CELL_CHARACTERS else whole[: CELL_CHARACTERS - 1] + "…"


def saved(book: Workbook) -> bytes:
    """Return a workbook as a file, its parts with fixed times."""
    dated, fixed = io.BytesIO(), io.BytesIO()
    book.save(dated)
    with zipfile.ZipFile(dated) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "docProps/core.xml":
                data = _MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z", data)
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0  # the same on Windows and elsewhere
            target.writestr(entry, data)
    return fixed.getvalue()
