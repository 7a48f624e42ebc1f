"""A report as a file: CSV with its first listing, a workbook with all of them, or JSON; whole or not at all."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from openpyxl.styles import Border, Font, Side
from openpyxl.utils import get_column_letter

from landquota.formats.sheets.writing import (
    BOLD,
    TOP,
    WRAPPED,
    Alike,
    across,
    head_pages,
    heading_cell,
    keep_heading,
    make_room,
    new_book,
    new_sheet,
    plain_cell,
    saved,
    text_cell,
)
from landquota.formats.tables import write_csv
from landquota.i18n import clean, text
from landquota.reports.findings_rows import rows
from landquota.reports.findings_workbook import list_findings
from landquota.reports.listing import Column, Holds, Listing, Report, Value
from landquota.reports.replacing import replacing

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

#: What a report is written as, by how the file's name ends.
SUFFIXES: Final = (".csv", ".xlsx", ".json")
#: What a sheet holds at most, heading and totals among them.
SHEET_ROWS: Final = 1_048_576

#: With a space behind, or a figure would touch the text beside it.
_FORMATS: Final = {
    Holds.COUNT: "#,##0_ ",
    Holds.M2: "#,##0.00_ ",
    Holds.MU: "#,##0.0000_ ",
    Holds.PLANAR: "#,##0.00_ ",
    Holds.PERCENT: "0.00_ ",
}
#: Columns are as wide as what is in them, where it is not too much to look at.
_FITTED_ROWS: Final = 10_000
#: Left free beside a cell, and in a figure for the marks of thousands and the decimals of 亩.
_ROOM: Final = 2
_PROSE: Final = 20
_TITLE: Final = Font(bold=True, size=14)
_OVER: Final = Border(top=Side(style="thin", color="8A949C"))
_NOTES_WIDTH: Final = 110


def write(report: Report, path: Path, *, language: str) -> None:
    """Write a report, by how the name of `path` ends.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    content = {".csv": _csv, ".xlsx": _workbook, ".json": _json}[path.suffix.lower()](report, language)
    with replacing(path) as part:
        part.write_bytes(content)


def _csv(report: Report, language: str) -> bytes:
    first, stream = report.listings[0], io.StringIO(newline="")
    shown = [place for place, column in enumerate(first.columns) if column.in_csv]
    cells = ([row[place] for place in shown] for row in first.texts(language, people=False))
    write_csv(stream, [first.columns[place].name for place in shown], cells)
    return stream.getvalue().encode("utf-8", "replace")


def _json(report: Report, language: str) -> bytes:
    return (json.dumps(report.to_json(language), ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")


def _workbook(report: Report, language: str) -> bytes:
    book, title = new_book(), clean(report.title.render(language))
    first, *others = report.listings

    def sheet(name: str) -> Worksheet:
        made = new_sheet(book, name)
        head_pages(made, title)
        return made

    for listing in [first, *(each for each in others if each.rows)]:
        _listing(sheet(_sheet_name(listing, language)), listing, language)
    _notes(sheet(text("About these figures").render(language)), report, language)
    if report.findings:
        list_findings(sheet(text("Findings").render(language)), list(rows(report.findings, language)), language)
    return saved(book)


def _sheet_name(listing: Listing, language: str) -> str:
    """Return a title as a sheet may be called."""
    return "".join(c for c in listing.title.render(language) if c not in "[]:*?/\\'")[:31]


def _listing(sheet: Worksheet, listing: Listing, language: str) -> None:
    """Write rows below a heading that stays, the totals last; figures are numbers."""
    shown = listing.rows[: SHEET_ROWS - 2]
    keep_heading(sheet, f"A1:{get_column_letter(len(listing.columns))}{len(shown) + 1}")
    widths = [_width(listing, place, language) for place in range(len(listing.columns))]
    for number, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    headings = [column.heading.render(language) for column in listing.columns]
    make_room(sheet, 1, zip(headings, widths, strict=True))
    sheet.append([heading_cell(sheet, heading) for heading in headings])
    alike = Alike(sheet)
    for number, row in enumerate(shown, 2):
        cells = list(_cells(listing, row))
        wrapped = ((c.written(v, language), w) for (c, v), w in zip(cells, widths, strict=True) if _wraps(c) and v)
        make_room(sheet, number, wrapped)
        sheet.append([_cell(alike, column, value, language) for column, value in cells])
    if listing.totals is not None:
        sheet.append([_total(sheet, column, value, language) for column, value in _cells(listing, listing.totals)])


def _wraps(column: Column) -> bool:
    """Return whether texts of a column go on in the next line."""
    return not column.is_figure and column.width > _PROSE


def _width(listing: Listing, place: int, language: str) -> float:
    """Return how wide a column is: as wide as its widest cell, and no wider than it asks for."""
    column = listing.columns[place]
    if len(listing.rows) > _FITTED_ROWS:
        return column.width
    cells = [column.shown(row[place], language) for row in (*listing.rows, *filter(None, [listing.totals]))]
    widest = max(across(said) for said in (column.heading.render(language), *cells))
    return min(widest + _ROOM * (2 if column.is_figure else 1), column.width)


def _cell(alike: Alike, column: Column, value: Value, language: str) -> Cell | None:
    if not column.is_figure:
        written = clean(column.written(value, language))
        return alike.cell(written, number_format="@", wrapped=_wraps(column)) if written else None
    number = column.number(value)
    return None if number is None else alike.cell(number, number_format=_FORMATS[column.holds])


def _total(sheet: Worksheet, column: Column, value: Value, language: str) -> Cell:
    if not column.is_figure:
        return text_cell(sheet, clean(column.written(value, language)), font=BOLD, border=_OVER)
    return plain_cell(
        sheet, column.number(value), font=BOLD, border=_OVER, alignment=TOP, number_format=_FORMATS[column.holds]
    )


def _notes(sheet: Worksheet, report: Report, language: str) -> None:
    sheet.column_dimensions["A"].width = _NOTES_WIDTH
    sheet.append([text_cell(sheet, clean(report.title.render(language)), font=_TITLE)])
    for note in report.notes:
        sheet.append([text_cell(sheet, note.render(language), alignment=WRAPPED)])


def _cells(listing: Listing, row: Sequence[Value]) -> Iterator[tuple[Column, Value]]:
    return zip(listing.columns, row, strict=True)
