"""Findings as an Excel workbook: a summary, the files, and every finding, to be filtered and handed on."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from landquota.area import Area, Unit
from landquota.findings import Finding, Severity
from landquota.formats.sheets.writing import (
    BOLD,
    TOP,
    WRAPPED,
    heading_cell,
    keep_heading,
    make_room,
    new_book,
    new_sheet,
    plain_cell,
    saved,
    text_cell,
)
from landquota.i18n import Text, clean, text
from landquota.reports.findings_rows import HEADINGS, FindingRow, rows
from landquota.reports.replacing import replacing

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from landquota.layers import LayerCheck

#: What a sheet holds at most, its heading among them.
SHEET_ROWS: Final = 1_048_576
_FILLS: Final = {
    Severity.ERROR: PatternFill("solid", fgColor="F6CFCB"),
    Severity.WARNING: PatternFill("solid", fgColor="FBE6BF"),
    Severity.NOTE: PatternFill("solid", fgColor="E3EAF0"),
}
_TITLE: Final = Font(bold=True, size=14)

_WIDTHS: Final[Mapping[str, float]] = {
    "severity": 10,
    "code": 26,
    "file": 24,
    "line": 10,
    "column": 14,
    "feature": 18,
    "x": 15,
    "y": 15,
    "message": 60,
    "remedy": 60,
    "actor": 14,
}
_WRAPS: Final = frozenset({"file", "column", "feature", "message", "remedy"})
_SUMMARY_WIDTHS: Final = (14, 28, 10, 14, 80)

#: The columns of the list of files, and how areas are shown in it.
_FILE_HEADINGS: Final[Mapping[str, tuple[Text, float]]] = {
    "file": (text("File"), 40),
    "features": (text("Features"), 12),
    "area_m2": (text("Ellipsoid (m²)"), 20),
    "errors": (text("Errors"), 10),
    "warnings": (text("Warnings"), 10),
}
_AREA_FORMAT: Final = "#,##0.00"

_Value = str | float | None


class CheckedFile(NamedTuple):
    """A file that was checked: features and area are None where it could not be read or measured."""

    file: str
    features: int | None
    area_m2: Area | None
    errors: int
    warnings: int

    @classmethod
    def of(cls, report: LayerCheck) -> CheckedFile:
        """Return what a report says of its file."""
        area = report.totals()[1]
        count = Counter(finding.severity for finding in report.findings)
        return cls(
            report.path.name,
            None if report.frame is None else len(report.features),
            None if area == "—" else Area.of(area, Unit.M2),
            count[Severity.ERROR],
            count[Severity.WARNING],
        )


def write(
    findings: Iterable[Finding],
    path: Path,
    *,
    language: str,
    title: str,
    sources: Sequence[CheckedFile] = (),
    sheet_rows: int = SHEET_ROWS,
) -> None:
    """Write a workbook of findings, whole or not at all; the same findings give the same bytes.

    Parameters
    ----------
    findings
        In any order; they are listed the worst first.
    path
        The ``.xlsx``; missing folders are made.
    language
        Of everything that is not data.
    title, sources
        What was checked: the heading, and the files for a sheet of their own.
    sheet_rows
        How many rows the list has at most; what does not fit is counted in the summary.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    listed = list(rows(findings, language))
    book = new_book()
    summary = new_sheet(book, text("Summary").render(language))
    if sources:
        _files(new_sheet(book, text("Files").render(language)), sources, language)
    listing = new_sheet(book, text("Findings").render(language))
    _head(summary, title, list(_counts(listed, language, sheet_rows)))
    _summary(summary, listed, language)
    list_findings(listing, listed[: sheet_rows - 1], language)
    data = saved(book)
    with replacing(path) as part:
        part.write_bytes(data)


def _head(sheet: Worksheet, title: str, lines: Sequence[str]) -> None:
    """Write what was checked and how much was found."""
    for column, width in enumerate(_SUMMARY_WIDTHS, 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    sheet.append([_text(sheet, title, font=_TITLE)])
    for line in lines:
        sheet.append([_text(sheet, line)])
    sheet.append([])


def _summary(sheet: Worksheet, listed: Sequence[FindingRow], language: str) -> None:
    """Write a row for each code: how many, who acts, and the first case."""
    headings = (HEADINGS["severity"], HEADINGS["code"], text("Number"), HEADINGS["actor"], text("The first of them"))
    sheet.append([heading_cell(sheet, one.render(language)) for one in headings])
    for first, count in _codes(listed):
        fill = _FILLS[Severity(first.severity_code)]
        sheet.append(
            [
                _text(sheet, first.severity, fill=fill, font=BOLD),
                _text(sheet, first.code),
                plain_cell(sheet, count, alignment=TOP),
                _text(sheet, first.actor),
                _text(sheet, first.message, alignment=WRAPPED),
            ]
        )


def _counts(listed: Sequence[FindingRow], language: str, sheet_rows: int) -> Iterator[str]:
    count = {severity: sum(row.severity_code == severity.value for row in listed) for severity in Severity}
    yield text(
        "Findings: {errors} error(s), {warnings} warning(s), {notes} note(s)",
        errors=count[Severity.ERROR],
        warnings=count[Severity.WARNING],
        notes=count[Severity.NOTE],
    ).render(language)
    if len(listed) > sheet_rows - 1:
        yield text(
            "The first {shown} of {count} findings are listed; a sheet holds no more.",
            shown=sheet_rows - 1,
            count=len(listed),
        ).render(language)


def _codes(listed: Sequence[FindingRow]) -> Iterator[tuple[FindingRow, int]]:
    """Yield the first row of each code and the number of its rows, in the order of the list."""
    first: dict[str, FindingRow] = {}
    count: dict[str, int] = {}
    for row in listed:
        first.setdefault(row.code, row)
        count[row.code] = count.get(row.code, 0) + 1
    yield from ((row, count[code]) for code, row in first.items())


def _files(sheet: Worksheet, sources: Sequence[CheckedFile], language: str) -> None:
    """Write a row for each file: what it holds, and how much is wrong with it."""
    for column, (_, width) in enumerate(_FILE_HEADINGS.values(), 1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    keep_heading(sheet, f"A1:{get_column_letter(len(_FILE_HEADINGS))}{len(sources) + 1}")
    sheet.append([heading_cell(sheet, said.render(language)) for said, _ in _FILE_HEADINGS.values()])
    for one in sources:
        fill = {"fill": _FILLS[Severity.ERROR]} if one.errors else {}
        features: _Value = text("not read").render(language) if one.features is None else one.features
        area = None if one.area_m2 is None else float(one.area_m2.m2)
        sheet.append(
            [
                _text(sheet, one.file, alignment=WRAPPED, **fill),
                _value(sheet, features, wrapped=False),
                None if area is None else plain_cell(sheet, area, alignment=TOP, number_format=_AREA_FORMAT),
                plain_cell(sheet, one.errors, alignment=TOP),
                plain_cell(sheet, one.warnings, alignment=TOP),
            ]
        )


def list_findings(sheet: Worksheet, listed: Sequence[FindingRow], language: str) -> None:
    """Write one row per finding below a heading that stays, with filters."""
    keep_heading(sheet, f"A1:{get_column_letter(len(HEADINGS))}{len(listed) + 1}")
    for column, name in enumerate(HEADINGS, 1):
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS[name]
    sheet.append([heading_cell(sheet, heading.render(language)) for heading in HEADINGS.values()])
    for number, row in enumerate(listed, 2):
        fill = _FILLS[Severity(row.severity_code)]
        make_room(sheet, number, [(str(getattr(row, name) or ""), _WIDTHS[name]) for name in _WRAPS])
        word = _text(sheet, row.severity, fill=fill, font=BOLD)
        rest = list(HEADINGS)[1:]
        sheet.append([word, *(_value(sheet, getattr(row, name), wrapped=name in _WRAPS) for name in rest)])


def _value(sheet: Worksheet, value: _Value, *, wrapped: bool) -> Cell | None:
    """Return a cell: numbers stay numbers, everything else is text."""
    if value is None:
        return None
    if isinstance(value, str):
        return _text(sheet, value, alignment=WRAPPED if wrapped else TOP)
    if math.isfinite(value):
        return plain_cell(sheet, value, alignment=TOP)
    return _text(sheet, str(value))


def _text(sheet: Worksheet, value: str, **style: object) -> Cell:
    """Return a text cell; control characters in names are made visible."""
    return text_cell(sheet, clean(value), **style)
