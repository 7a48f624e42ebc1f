"""Tables as clerks keep them: CSV in UTF-8, GB18030 or UTF-16, read with rows, written safely.

This module needs the standard library only, so that the ledger's tables are read without
loading any geometry library.
"""

from __future__ import annotations

import codecs
import csv
import difflib
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple, TextIO

from landquota.errors import InputError
from landquota.findings import Finding, Place
from landquota.formats.replacing import replace_file, unwritable
from landquota.i18n import Text, text

#: Byte order marks, and what they say of the bytes that follow.
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
#: What separates cells, the first that stands in the heading; Excel's "Unicode text" has tabs.
_SEPARATORS: Final = (",", "\t", ";")
#: Spreadsheets run a cell that begins so as a formula; the full-width forms do it in Chinese and Japanese Excel.
_FORMULA_STARTS: Final = frozenset("=+-@\t\r\n＝＋－＠")
_PLAIN_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
#: An apostrophe in front makes a formula a text; one that was there before gets another.
_APOSTROPHE: Final = "'"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: `values` has every required and optional column, stripped.

    `row` counts as a spreadsheet does: the first row of the file is 1, blank rows, comments and
    the heading are counted, and a cell with line breaks does not add rows.
    """

    file: str
    row: int
    values: Mapping[str, str]

    def place(self, column: str | None = None) -> Place:
        """Return where the row, or its cell in `column`, stands."""
        return Place(file=self.file, row=self.row, column=column)


class Cells(NamedTuple):
    """The rows of a table that are not blank, numbered as in a :class:`Row`, their cells stripped; and its encoding."""

    rows: list[tuple[int, list[str]]]
    encoding: str


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The text of a table without its byte order mark, and how its file is written.

    Our own tables have `comments`: lines that begin with ``#``.
    """

    content: str
    mark: bytes
    encoding: str
    comments: bool = True

    @property
    def separator(self) -> str:
        """What separates the cells of the heading; a comma where nothing does."""
        lines = (line for line in self.content.splitlines() if line.strip() and not line.startswith("#"))
        heading = next(lines, "")
        return next((separator for separator in _SEPARATORS if separator in heading), ",")

    def records(self) -> Iterator[tuple[slice, list[str]]]:
        """Yield each record with where it stands; a comment has no cells, unless it stands inside a quoted cell."""
        lines, start, separator = io.StringIO(self.content, newline=""), 0, self.separator
        for line in lines:
            # One reader per record takes the lines that the record needs and no more, so that a
            # quotation mark in a comment opens nothing.
            rest = itertools.chain([line], lines)
            comment = self.comments and line.startswith("#")
            cells = [] if comment else next(csv.reader(rest, delimiter=separator, strict=True))
            yield slice(start, lines.tell()), cells
            start = lines.tell()

    def row(self, values: Mapping[str, object], path: Path) -> str:
        """Return a line with a value for each column of the heading; refuse a value that has none."""
        heading = next((cells for _, cells in self.records() if any(cells)), [])
        for column, value in values.items():
            if value and column not in heading:
                raise InputError(
                    text("{file} has no column '{column}'", file=path, column=column),
                    remedy=text("Add it to the heading."),
                )
        line = io.StringIO(newline="")
        cells = [str(values.get(column, "")) for column in heading]
        _write_row(line, cells, separator=self.separator)
        return line.getvalue()

    def encoded(self, content: str) -> bytes:
        """Return other content as this table's file would hold it."""
        return self.mark + content.encode(self.encoding)


def read_csv(path: Path, *, required: Sequence[str], optional: Sequence[str] = ()) -> tuple[list[Row], list[Finding]]:
    """Read a table with a heading; everything that is wrong with it comes back at once.

    Blank rows and rows that begin with ``#`` are skipped.  A row with a finding is left out;
    without a usable heading there are no rows.  The apostrophe that :func:`write_csv` puts in
    front of a formula is taken away again.

    Parameters
    ----------
    path
        A CSV file in UTF-8 (with or without a byte order mark), GB18030 (so also GBK) or UTF-16
        with a byte order mark.  Cells are separated by commas; where the heading has none, by
        tabs or semicolons.
    required
        The columns that have to be there.
    optional
        The columns that may be there; they read as empty where they are not.
    """
    sheet, findings = _sheet(path)
    if sheet is None:
        return [], findings
    records, findings = _records(sheet, path.name)
    if not records:
        return [], findings or [Finding("TABLE-EMPTY", Place(file=path.name), {"columns": ", ".join(required)})]
    (number, heading), body = records[0], records[1:]
    while heading and not heading[-1]:
        heading.pop()  # spreadsheets export empty columns to the right of the table
    if len(heading) == 1 and len(required) > 1:
        said = {"heading": heading[0], "columns": ", ".join(required)}
        return [], [Finding("TABLE-SEPARATOR", Place(file=path.name, row=number), said)]
    wrong = list(_heading_findings(heading, required, optional, Place(file=path.name, row=number)))
    if wrong:
        return [], findings + wrong
    rows = []
    for number, cells in body:
        if len(cells) < len(heading) or any(cells[len(heading) :]):
            params = {"found": len(cells), "needed": len(heading)}
            findings.append(Finding("TABLE-ROW-LENGTH", Place(file=path.name, row=number), params))
            continue
        values = dict.fromkeys(optional, "") | dict(zip(heading, map(as_meant, cells), strict=False))
        rows.append(Row(path.name, number, values))
    return rows, findings


def read_cells(path: Path, *, encoding: str | None = None) -> tuple[Cells | None, list[Finding]]:
    """Read a table whose heading is not known beforehand: rows of cells, however long a cell is.

    Other people's tables have no comments: a row that begins with ``#`` is a row.

    Parameters
    ----------
    path
        A CSV file as :func:`read_csv` reads it.
    encoding
        Python's name of its encoding, where neither a byte order mark nor the bytes tell it.
    """
    sheet, findings = _sheet(path, encoding)
    if sheet is None:
        return None, findings
    with _cells_of(len(sheet.content)):
        records, findings = _records(replace(sheet, comments=False), path.name)
    return Cells(records, sheet.encoding), findings


def write_csv(target: Path | TextIO, heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table that Excel opens with its Chinese intact and without running anything.

    UTF-8 with a byte order mark and CRLF.  A text that a spreadsheet would run as a formula gets
    an apostrophe in front; plain numbers keep their sign.  :func:`read_csv` gives back what was
    written.  A file is replaced whole or not at all.

    Parameters
    ----------
    target
        The file, or a text stream that does not translate line ends (``newline=""``).
    heading
        The names of the columns.
    rows
        The cells; None is an empty cell.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    if not isinstance(target, Path):
        _write(target, heading, rows)
        return
    stream = io.StringIO(newline="")
    _write(stream, heading, rows)
    replace_file(target, stream.getvalue().encode())


def as_meant(cell: str) -> str:
    """Return a cell without the apostrophe of :func:`write_csv`; Excel, too, does not count it to the text."""
    if cell.startswith(_APOSTROPHE) and cell.lstrip(_APOSTROPHE)[:1] in _FORMULA_STARTS:
        return cell.removeprefix(_APOSTROPHE)
    return cell


def append_row(path: Path, values: Mapping[str, object]) -> None:
    """Append a row to a table that :func:`read_csv` reads, in the table's own manner and order of columns.

    Everything that stands in the table stays as it is; the file is replaced whole or not at all.

    Raises
    ------
    InputError
        The table has no column for a value that is not empty, or cannot be read or written.
    """
    sheet = _opened(path)
    break_before = "" if sheet.content.endswith(("\n", "\r")) else "\r\n"
    replace_file(path, sheet.encoded(sheet.content + break_before + sheet.row(values, path)))


def replace_row(path: Path, row: int, values: Mapping[str, object]) -> None:
    """Write other values into a row, counted as :func:`read_csv` does; else like :func:`append_row`."""
    sheet = _opened(path)
    _put(path, sheet, row, sheet.row(values, path))


def remove_row(path: Path, row: int) -> None:
    """Take a row out of a table, counted as :func:`read_csv` does; else like :func:`append_row`."""
    _put(path, _opened(path), row, "")


def _put(path: Path, sheet: _Sheet, row: int, line: str) -> None:
    at, _ = next(itertools.islice(sheet.records(), row - 1, None))
    replace_file(path, sheet.encoded(sheet.content[: at.start] + line + sheet.content[at.stop :]))


def _opened(path: Path) -> _Sheet:
    try:
        return _decoded(path.read_bytes())
    except OSError as problem:
        raise unwritable(path, problem) from problem


def _write(stream: TextIO, heading: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    stream.write("\ufeff")
    for row in itertools.chain([heading], rows):
        _write_row(stream, ["" if cell is None else str(cell) for cell in row], separator=",")


def _write_row(stream: TextIO, cells: Sequence[str], *, separator: str) -> None:
    # In quotation marks a # at the beginning makes no comment.
    comment = bool(cells) and cells[0].startswith("#")
    quoting: Final = csv.QUOTE_ALL if comment else csv.QUOTE_MINIMAL
    writer = csv.writer(stream, delimiter=separator, lineterminator="\r\n", quoting=quoting)
    writer.writerow(map(_harmless, cells))


def _harmless(cell: str) -> str:
    begins = cell.lstrip(_APOSTROPHE)
    if begins[:1] in _FORMULA_STARTS and not _PLAIN_NUMBER.fullmatch(cell):
        return _APOSTROPHE + cell
    return cell


@contextmanager
def _cells_of(length: int) -> Iterator[None]:
    """Let cells be as long as the whole table: the outline of a large parcel is longer than csv takes by itself."""
    before = csv.field_size_limit(max(length, csv.field_size_limit()))
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _sheet(path: Path, encoding: str | None = None) -> tuple[_Sheet | None, list[Finding]]:
    """Return the table's text, or why there is none."""
    place = Place(file=path.name)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None, [Finding("FILE-MISSING", place, {"path": path})]
    except OSError as problem:
        return None, [Finding("FILE-UNREADABLE", place, {"problem": problem.strerror})]
    try:
        sheet = (
            _decoded(data) if encoding is None else _Sheet(data.decode(encoding).removeprefix("\ufeff"), b"", encoding)
        )
    except UnicodeDecodeError as problem:
        sample = problem.object[problem.start : problem.start + 4].hex(" ")
        line = problem.object.count(b"\n", 0, problem.start) + 1
        return None, [Finding("TABLE-ENCODING", Place(file=path.name, line=line), {"sample": sample})]
    if "\0" in sheet.content:
        line = sheet.content.count("\n", 0, sheet.content.index("\0")) + 1
        return None, [Finding("TABLE-NUL", Place(file=path.name, line=line))]
    return sheet, []


def _decoded(data: bytes, encoding: str | None = None) -> _Sheet:
    """Decode as told, else by the byte order mark; without one as UTF-8 where all of it is that, else as GB18030."""
    if encoding is not None:
        return _Sheet(data.decode(encoding).removeprefix("\ufeff"), b"", encoding)
    for mark, marked in _MARKS:
        if data.startswith(mark):
            return _Sheet(data[len(mark) :].decode(marked), mark, marked)
    try:
        return _Sheet(data.decode(), b"", "utf-8")
    except UnicodeDecodeError:
        return _Sheet(data.decode("gb18030"), b"", "gb18030")


def _records(sheet: _Sheet, file: str) -> tuple[list[tuple[int, list[str]]], list[Finding]]:
    """Return the numbered records that are neither blank nor comments, their cells stripped."""
    records: list[tuple[int, list[str]]] = []
    number = 0
    try:
        for number, (_, cells) in enumerate(sheet.records(), start=1):
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                records.append((number, stripped))
    except csv.Error as problem:
        return records, [Finding("TABLE-QUOTE", Place(file=file, row=number + 1), {"problem": str(problem)})]
    return records, []


def _heading_findings(
    heading: Sequence[str], required: Sequence[str], optional: Sequence[str], place: Place
) -> Iterator[Finding]:
    known = [*required, *optional]
    absent = [column for column in known if column not in heading]
    for column, count in Counter(heading).items():
        at = Place(file=place.file, row=place.row, column=column)
        if count > 1:
            yield Finding("TABLE-COLUMN-TWICE", at, {"column": column, "count": count})
        if column not in known:
            params = {"column": column, "hint": _did_you_mean(column, absent), "known": ", ".join(known)}
            yield Finding("TABLE-COLUMN-UNKNOWN", at, params)
    for column in required:
        if column not in heading:
            yield Finding("TABLE-COLUMN-MISSING", place, {"column": column, "found": ", ".join(heading)})


def _did_you_mean(column: str, absent: Sequence[str]) -> Text | str:
    nearest = difflib.get_close_matches(column, absent, n=1, cutoff=0.5)
    return text("Did you mean '{nearest}'? ", nearest=nearest[0]) if nearest else ""
