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
    heading_cell,
    keep_heading,
    new_book,
    new_sheet,
    plain_cell,
    saved,
    text_cell,
)
from landquota.formats.tables import write_csv
from landquota.i18n import clean, text
from landquota.reports.findings_rows import HEADINGS, rows
from landquota.reports.listing import Column, Holds, Listing, Report, Value
from landquota.reports.replacing import replacing

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

#: What a report is written as, by how the file's name ends.
SUFFIXES: Final = (".csv", ".xlsx", ".json")
#: What a sheet holds at most, heading and totals among them.
SHEET_ROWS: Final = 1_048_576

_FORMATS: Final = {
    Holds.COUNT: "#,##0",
    Holds.M2: "#,##0.00",
    Holds.MU: "#,##0.00####",
    Holds.PLANAR: "#,##0.00",
    Holds.PERCENT: "0.00",
}
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
    book = new_book()
    for listing in report.listings:
        _listing(new_sheet(book, _sheet_name(listing, language)), listing, language)
    _notes(new_sheet(book, text("About these figures").render(language)), report, language)
    if report.findings:
        _findings(new_sheet(book, text("Findings").render(language)), report, language)
    return saved(book)


def _sheet_name(listing: Listing, language: str) -> str:
    """Return a title as a sheet may be called."""
    return "".join(c for c in listing.title.render(language) if c not in "[]:*?/\\'")[:31]


def _listing(sheet: Worksheet, listing: Listing, language: str) -> None:
    """Write rows below a heading that stays, the totals last; figures are numbers."""
    shown = listing.rows[: SHEET_ROWS - 2]
    keep_heading(sheet, f"A1:{get_column_letter(len(listing.columns))}{len(shown) + 1}")
    for number, column in enumerate(listing.columns, 1):
        sheet.column_dimensions[get_column_letter(number)].width = column.width
    sheet.append([heading_cell(sheet, column.heading.render(language)) for column in listing.columns])
    alike = Alike(sheet)
    for row in shown:
        sheet.append([_cell(alike, column, value, language) for column, value in _cells(listing, row)])
    if listing.totals is not None:
        sheet.append([_total(sheet, column, value, language) for column, value in _cells(listing, listing.totals)])


def _cell(alike: Alike, column: Column, value: Value, language: str) -> Cell | None:
    if not column.is_figure:
        written = clean(column.written(value, language))
        return alike.cell(written, number_format="@", wrapped=column.width > _PROSE) if written else None
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


def _findings(sheet: Worksheet, report: Report, language: str) -> None:
    sheet.append([heading_cell(sheet, heading.render(language)) for heading in HEADINGS.values()])
    for found in rows(report.findings, language):
        sheet.append([_plain(sheet, getattr(found, name)) for name in HEADINGS])


def _plain(sheet: Worksheet, value: object) -> Cell | None:
    if value is None:
        return None
    return text_cell(sheet, clean(value)) if isinstance(value, str) else plain_cell(sheet, value, alignment=TOP)  # type: ignore[arg-type]


def _cells(listing: Listing, row: Sequence[Value]) -> Iterator[tuple[Column, Value]]:
    return zip(listing.columns, row, strict=True)
