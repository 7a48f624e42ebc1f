"""A table in a bureau's form: the sheet that holds it, its heading, and the rows that are entries.

Title rows above the heading are passed over, and so are totals, repeated headings and remarks
below it; what was passed over is said in a note.  Cells that are merged over several rows count
for each of them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from landquota.findings import Finding, Place, has_errors
from landquota.formats import tables
from landquota.formats.sheets import workbook
from landquota.formats.sheets.sheet import Line, Sheet, filled, letters, words
from landquota.forms.columns import FORMS, Form, Meaning, Role, normalised
from landquota.i18n import Text, text
from landquota.ledger.words import Joined, nearest

#: How far down a heading is looked for.
_HEADING_ROWS: Final = 40
#: How many of the columns that a form needs a heading has to name, so that it is that form's.
_FEWEST: Final = 3
#: Sheets that show how a form is filled in; they are read only where they are named.
EXAMPLES: Final = frozenset({"示例", "example"})
_WORKBOOKS: Final = frozenset({".xlsx", ".xlsm", ".xls", ".et", ".xltx"})
_SIGNATURES: Final = (b"PK", b"\xd0\xcf\x11\xe0")

_TOTAL: Final = re.compile(r"(本页|本表|其中)?(合计|小计|总计|共计|累计|total|subtotal)([(（].*)?[:：]?", re.IGNORECASE)
#: What stands in every total, if not in every text where it is found.
_TOTAL_WORD: Final = re.compile(r"[合小总共累]\s*计|t\s*o\s*t\s*a\s*l", re.IGNORECASE)
_REMARK: Final = re.compile(r"#.*|(制表|填表|填报|审核|复核|负责人|经办|注|备注|说明)[^:：]{0,6}[:：].*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet that is filled in: which form it is, what its columns mean, and its rows."""

    form: Form
    sheet: Sheet
    heading: Line
    columns: Mapping[int, Meaning]
    lines: Sequence[Line]
    in_workbook: bool
    #: The columns of each field that is there; of an amount there may be one for each unit.
    fields: Mapping[str, Sequence[int]] = field(init=False, repr=False, compare=False)
    _called: Mapping[int, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        called = {column: " ".join(words(cell).split()) for column, cell in enumerate(self.heading.cells)}
        fields: defaultdict[str, list[int]] = defaultdict(list)
        for column, meaning in self.columns.items():
            fields[meaning.column.field].append(column)
        object.__setattr__(self, "_called", called)
        object.__setattr__(self, "fields", dict(fields))

    def called(self, column: int) -> str:
        """Return the heading of a column as it is written, in one line."""
        return self._called.get(column, "")

    def of(self, field: str) -> Sequence[int]:
        """Return the columns of a field, of which there may be none."""
        return self.fields.get(field, ())

    def place(self, line: Line, column: int | None = None) -> Place:
        """Return where a row, or its cell in a column, stands."""
        said = None if column is None else self.called(column)
        sheet = self.sheet.name if self.in_workbook else None
        return Place(file=self.sheet.file, sheet=sheet, row=line.number, column=said)


def read_table(path: Path, *, sheet: str | None = None) -> tuple[Table | None, list[Finding]]:
    """Find the table of a CSV or XLSX file; without a usable heading there is none.

    Parameters
    ----------
    sheet
        The sheet of a workbook; without it the only one that holds a form with entries.
    """
    if not path.is_file():
        return None, [Finding("FILE-MISSING", Place(file=path.name), {"path": path})]
    if _is_workbook(path):
        return _from_workbook(path, sheet)
    cells, findings = tables.read_cells(path)
    if cells is None or findings:
        return None, findings
    lines = [Line(number, _as_meant(row)) for number, row in cells.rows]
    return _table(Sheet(path.name, path.stem, lines, ragged=False), in_workbook=False)


def _as_meant(row: list[str]) -> list[str]:
    # Few rows have an apostrophe anywhere: to ask for one takes 0.15 µs, to go through 13 cells 1.2.
    return list(map(tables.as_meant, row)) if "'" in "".join(row) else row


def _is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        return path.suffix.lower() in _WORKBOOKS or file.read(4).startswith(_SIGNATURES)


def _from_workbook(path: Path, name: str | None) -> tuple[Table | None, list[Finding]]:
    with workbook.opened(path) as (book, refused):
        if book is None:
            return None, refused
        peeked, findings = book.peek(rows=_HEADING_ROWS + 1)
        if findings:
            return None, findings
        chosen, findings = _chosen(path, peeked, name)
        if chosen is None:
            return None, findings
        read, wrong = book.read(chosen)
        if read is None:
            return None, wrong
        merged, problems = book.merged_down(chosen)
    table, findings = _table(replace(read, lines=_filled_down(read.lines, merged)), in_workbook=True)
    if table is None:
        return None, [*problems, *findings]
    return table, [*problems, *_of_entries(wrong, table), *findings]


def _chosen(path: Path, peeked: Sequence[Sheet], name: str | None) -> tuple[str | None, list[Finding]]:
    """Return the sheet to read: the one that is named, else the only one with entries in a known form."""
    place = Place(file=path.name)
    if name is not None:
        names = [sheet.name for sheet in peeked]
        if name in names:
            return name, []
        return None, [Finding("FORM-SHEET-MISSING", place, {"sheet": name, "nearest": nearest(name, names)})]
    forms = [sheet for sheet in peeked if not sheet.hidden and sheet.name.lower() not in EXAMPLES and _form(sheet)]
    used = [sheet.name for sheet in forms if _has_entries(sheet)]
    if len(used) > 1:
        return None, [Finding("FORM-SHEETS", place, {"sheets": Joined(tuple(used))})]
    if used or forms:
        return (used or [forms[0].name])[0], []
    return None, [_no_form(place)]


def _no_form(place: Place) -> Finding:
    needed = (Joined(tuple(column.zh for column in form.needed), ", ") for form in FORMS.values())
    return Finding("FORM-UNKNOWN", place, {"forms": Joined(tuple(needed), " / ")})


def _form(sheet: Sheet) -> tuple[Form, int] | None:
    """Return which form a sheet is, and where its heading stands among its lines.

    The first row that is a heading counts, and of a heading of several rows the last that says
    as much; the same heading further down only repeats it.
    """
    found: tuple[Form, int] | None = None
    most = (0, 0)
    for index, line in enumerate(sheet.lines):
        if line.number > _HEADING_ROWS or (found is not None and index > found[1] + 1):
            break
        said, form = max(((_said(line, form), form) for form in FORMS.values()), key=lambda each: each[0])
        if said[0] >= _FEWEST and said >= most:
            found, most = (form, index), said
    return found


def _said(line: Line, form: Form) -> tuple[int, int]:
    """Return how many needed columns of a form a row names, and how many altogether."""
    meanings = [meaning for cell in line.cells if filled(cell) and (meaning := form.meaning(words(cell)))]
    return len({meaning.column.field for meaning in meanings if meaning.column.needed}), len(meanings)


def _has_entries(sheet: Sheet) -> bool:
    found = _form(sheet)
    return found is not None and any(not _passed_over(line) for line in sheet.lines[found[1] + 1 :])


def _table(sheet: Sheet, *, in_workbook: bool) -> tuple[Table | None, list[Finding]]:
    found = _form(sheet)
    if found is None:
        return None, [_no_form(Place(file=sheet.file, sheet=sheet.name if in_workbook else None))]
    form, index = found
    heading = sheet.lines[index]
    names = {column: words(cell) for column, cell in enumerate(heading.cells) if filled(cell)}
    columns = {column: meaning for column, name in names.items() if (meaning := form.meaning(name)) is not None}
    table = Table(form, sheet, heading, columns, (), in_workbook)
    findings = list(_heading_findings(table, names))
    if has_errors(findings):
        return None, findings
    below = sheet.lines[index + 1 :]
    headings = _compared(table)
    passed = [line for line in below if _passed_over(line) or _repeats(line, headings)]
    skipped = {line.number for line in passed}
    lines = [line for line in below if line.number not in skipped and _says_something(line, table)]
    if index or passed:
        rows = [line.number for line in (*sheet.lines[:index], *passed)]
        findings.append(Finding("FORM-ROWS-SKIPPED", table.place(heading), {"count": len(rows), "rows": _few(rows)}))
    findings += [] if sheet.ragged else _lengths(lines, table)
    if not lines:
        findings.append(Finding("FORM-EMPTY", table.place(heading)))
    wrong = {finding.place.row for finding in findings if finding.code == "TABLE-ROW-LENGTH"}
    return replace(table, lines=[line for line in lines if line.number not in wrong]), findings


def _heading_findings(table: Table, names: Mapping[int, str]) -> Iterator[Finding]:
    """Find columns that are missing, there twice, unknown, or in a unit that nobody says."""
    present = {meaning.column.field for meaning in table.columns.values()}
    for column, name in names.items():
        if column not in table.columns and not table.form.passes_over(name):
            yield _unknown(table, column, name, present)
    count = Counter(
        (meaning.column.field, meaning.measure) if meaning.column.role is Role.AMOUNT else meaning.column.field
        for meaning in table.columns.values()
    )
    for said, times in count.items():
        if times > 1:
            field = said if isinstance(said, str) else said[0]
            name = table.called(table.of(field)[-1])
            place = table.place(table.heading, table.of(field)[-1])
            yield Finding("TABLE-COLUMN-TWICE", place, {"column": name, "count": times})
    for missing in table.form.needed:
        if missing.field not in present:
            found = ", ".join(names.values())
            yield Finding("TABLE-COLUMN-MISSING", table.place(table.heading), {"column": missing.zh, "found": found})


def _unknown(table: Table, column: int, name: str, present: set[str]) -> Finding:
    """Return the finding for an unknown heading: an error where it looks like a known one that is misspelt."""
    place = table.place(table.heading, column)
    alike = table.form.alike(name, present)
    if alike is None:
        known = Joined(tuple(each.zh for each in table.form.columns), ", ")
        return Finding("FORM-COLUMN-IGNORED", place, {"column": table.called(column), "known": known})
    hint: Text = text("Did you mean '{nearest}'? ", nearest=alike)
    known = Joined(tuple(each.zh for each in table.form.columns if each.field not in present), ", ")
    return Finding("TABLE-COLUMN-UNKNOWN", place, {"column": table.called(column), "hint": hint, "known": known})


def _passed_over(line: Line) -> bool:
    """Return whether a row is a total or a remark."""
    first = next((words(cell) for cell in line.cells if filled(cell)), "")
    return bool(_REMARK.fullmatch(first)) or _is_total(line)


def _is_total(line: Line) -> bool:
    texts = [cell for cell in line.cells if isinstance(cell, str)]
    # The whole row is asked first, for hardly any is a total: 0.9 µs, and 2.4 for cell by cell.
    if _TOTAL_WORD.search("".join(texts)) is None:
        return False
    return any(_TOTAL.fullmatch("".join(cell.split())) for cell in texts)


def _compared(table: Table) -> dict[int, str]:
    """Return the headings as they are compared, first the needed ones: what stands below those is soon said again."""
    ordered = sorted(table.columns.items(), key=lambda each: not each[1].column.needed)
    return {column: normalised(words(table.heading.cell(column))) for column, _ in ordered}


def _repeats(line: Line, headings: Mapping[int, str]) -> bool:
    """Return whether a row is the heading once more, as at the top of a printed page."""
    return all(normalised(words(line.cell(column))) == heading for column, heading in headings.items())


def _says_something(line: Line, table: Table) -> bool:
    return any(filled(line.cell(column)) for column in table.columns)


def _lengths(lines: Sequence[Line], table: Table) -> Iterator[Finding]:
    """Find rows of a CSV whose cells have slipped: a comma too many or too few."""
    needed = max(column for column in range(len(table.heading.cells)) if filled(table.heading.cell(column))) + 1
    for line in lines:
        if len(line.cells) < needed or any(map(filled, line.cells[needed:])):
            params = {"found": len(line.cells), "needed": needed}
            yield Finding("TABLE-ROW-LENGTH", table.place(line), params)


def _of_entries(findings: Sequence[Finding], table: Table) -> Iterator[Finding]:
    """Yield the findings about cells that are read: a total without a stored value harms nobody."""
    read = {line.number for line in table.lines}
    called = {letters(column): column for column in table.columns}
    for finding in findings:
        row, column = finding.place.row, called.get(finding.place.column or "")
        if row in read and column is not None:
            place = replace(finding.place, sheet=table.sheet.name, column=table.called(column))
            yield replace(finding, place=place)


def _filled_down(lines: Sequence[Line], merged: Sequence[workbook.Merged]) -> Sequence[Line]:
    """Return the rows, each merged cell with the value that stands in its first row."""
    if not merged:
        return lines
    by_number = {line.number: list(line.cells) for line in lines}
    for column, first, last in merged:
        above = by_number.get(first, [])
        value = above[column] if column < len(above) else None
        for number in range(first + 1, min(last, lines[-1].number) + 1):
            cells = by_number.get(number)
            if cells is not None:
                cells += [None] * (column + 1 - len(cells))
                cells[column] = value
    return [replace(line, cells=by_number[line.number]) for line in lines]


def _few(rows: Sequence[int]) -> str:
    shown = ", ".join(map(str, rows[:10]))
    return shown if len(rows) <= 10 else f"{shown} …"  # noqa: PLR2004 - as many as a line holds
