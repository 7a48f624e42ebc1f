"""XLSX workbooks: sheets of typed cells, with what a spreadsheet hides said aloud.

A workbook is a zip of XML: its sizes and its declarations are looked at before openpyxl unpacks
it into memory.  A formula counts for the value that was stored with it; without one, or with an
error such as #REF!, the cell's address is named.
"""

from __future__ import annotations

import itertools
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import openpyxl
from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.exceptions import InvalidFileException

from landquota.findings import Finding, Place
from landquota.formats import limits as size
from landquota.formats.limits import DEFAULT, Limits
from landquota.formats.malformed import MALFORMED
from landquota.formats.sheets.sheet import Line, Sheet, filled, letters

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook


class _Cell(Protocol):
    @property
    def value(self) -> object: ...
    @property
    def data_type(self) -> str: ...


class _Worksheet(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def sheet_state(self) -> str: ...
    def reset_dimensions(self) -> None: ...
    def iter_rows(self) -> Iterator[Sequence[_Cell]]: ...


class Merged(NamedTuple):
    """A column, counted from 0, whose cells from one row to a later one are merged."""

    column: int
    first: int
    last: int


BROKEN: Final = (*MALFORMED, InvalidFileException)

#: How files before 2007 begin, and those that a password protects.
_OLD_SIGNATURE: Final = bytes.fromhex("D0CF11E0A1B11AE1")
_ZIP_SIGNATURE: Final = b"PK"
#: A document type stands at the beginning, if anywhere; it could declare entities that grow without end.
_HEAD_BYTES: Final = 4096
_DOCUMENT_TYPES: Final = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_CHUNK_BYTES: Final = 1 << 20
#: The tag of a formula, with or without a prefix.
_FORMULA: Final = re.compile(rb"<(\w{1,16}:)?f[\s/>]")
_LONGEST_TAG: Final = 20
#: The tag of a range of merged cells.
_MERGED: Final = re.compile(
    rb'<(?:\w{1,16}:)?mergeCell\s[^>]{0,64}?ref="([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})"'
)
_LONGEST_MERGED: Final = 160
#: No spreadsheet has more; a row may claim any number, and all the blank ones before it would be gone through.
_MOST_ROWS: Final = 1 << 20
#: Below this nothing is a bomb: XML of many equal rows shrinks very well.
_SMALL_BYTES: Final = 64 << 20


class Book:
    """A workbook that is open.

    It is opened once for all that is asked of it: openpyxl then reads every text of every sheet,
    and goes through a sheet that does not say its own size, which takes half as long as to read
    its cells.
    """

    def __init__(self, path: Path, limits: Limits, values: Workbook) -> None:
        self._path = path
        self._limits = limits
        self._values = values

    def peek(self, *, rows: int) -> tuple[list[Sheet], list[Finding]]:
        """Return the first rows of every sheet."""
        try:
            with _unwarned():
                return [_peeked(self._path, sheet, rows) for sheet in self._values.worksheets], []
        except BROKEN as problem:
            return [], [unreadable(self._path, problem)]

    def read(self, name: str) -> tuple[Sheet | None, list[Finding]]:
        """Return a whole sheet, its cells as they are typed there."""
        path, limits = self._path, self._limits
        try:
            sheet = self._values[name]
            with _unwarned(), self._formulas(name) as formulas:
                lines, findings = _lines((_rows(sheet), formulas), path.name, name, most_cells=limits.vertices)
        except BROKEN as problem:
            return None, [unreadable(path, problem)]
        cells = sum(len(line.cells) for line in lines)
        if cells > limits.vertices:
            return None, size.layer_findings(path, vertices=cells, limits=limits)
        return Sheet(path.name, name, lines, hidden=sheet.sheet_state != "visible"), findings

    def merged_down(self, name: str) -> tuple[list[Merged], list[Finding]]:
        """Return the cells of a sheet that are merged over several rows."""
        try:
            # What openpyxl reads row by row, it reads without the merged cells.
            part: str = getattr(self._values[name], "_worksheet_path")  # noqa: B009 - nothing else says where it lies
            with zipfile.ZipFile(self._path) as archive:
                found = list(_found(archive, archive.getinfo(part), _MERGED))
        except BROKEN as problem:
            return [], [unreadable(self._path, problem)]
        ranges = [Merged(column_index_from_string(letter) - 1, int(first), int(last)) for letter, first, last in found]
        return [each for each in ranges if each.first < each.last], []

    @contextmanager
    def _formulas(self, name: str) -> Iterator[Iterator[Sequence[_Cell]]]:
        """Yield the rows of a sheet, not computed; without a formula anywhere it is not gone through twice."""
        if not _has_formulas(self._path):
            yield itertools.repeat(())
            return
        with _loaded(self._path, data_only=False) as book:
            yield _rows(book[name])


@contextmanager
def opened(path: Path, *, limits: Limits = DEFAULT) -> Iterator[tuple[Book | None, list[Finding]]]:
    """Open a workbook, or find why it is not opened: its kind, its sizes, or a damage."""
    findings = _refused(path, limits)
    with ExitStack() as stack:
        book = None
        if not findings:
            try:
                book = Book(path, limits, stack.enter_context(_loaded(path, data_only=True)))
            except BROKEN as problem:
                findings = [unreadable(path, problem)]
        yield book, findings


def unreadable(path: Path, problem: Exception) -> Finding:
    """Return the finding for a file that its parser cannot take apart."""
    said = str(problem).replace(str(path), path.name).strip() or type(problem).__name__
    return Finding("FILE-UNREADABLE", Place(file=path.name), {"problem": said.rstrip(".")})


def _refused(path: Path, limits: Limits) -> list[Finding]:
    """Return why a workbook is not opened: its kind, its sizes, or a damage."""
    place = Place(file=path.name)
    try:
        findings = size.file_findings(path, limits)
        with path.open("rb") as file:
            begins = file.read(len(_OLD_SIGNATURE))
        if findings:
            return findings
        if begins == _OLD_SIGNATURE:
            return [Finding("SHEET-OLD" if path.suffix.lower() == ".xls" else "SHEET-PROTECTED", place)]
        if not begins.startswith(_ZIP_SIGNATURE):
            return [Finding("FILE-SIGNATURE", place, {"format": "XLSX"})]
        with zipfile.ZipFile(path) as archive:
            return list(_unsafe(archive, path, limits))
    except BROKEN as problem:
        return [unreadable(path, problem)]


@contextmanager
def _loaded(path: Path, *, data_only: bool) -> Iterator[Workbook]:
    # An open file, for of a path openpyxl would judge the name.
    with path.open("rb") as file:
        with _unwarned():
            book = openpyxl.load_workbook(file, read_only=True, data_only=data_only, keep_links=False)
        try:
            yield book
        finally:
            book.close()


def _unwarned() -> AbstractContextManager[object]:
    """Leave out openpyxl's opinion on styles and extensions that no cell depends on."""
    return warnings.catch_warnings(action="ignore")


def _unsafe(archive: zipfile.ZipFile, path: Path, limits: Limits) -> Iterator[Finding]:
    """Check what the archive declares, then what it really holds."""
    place = Place(file=path.name)
    entries = archive.infolist()
    declared = sum(entry.file_size for entry in entries)
    most = min(limits.unpacked_bytes, max(limits.ratio * path.stat().st_size, _SMALL_BYTES))
    if declared > most or len(entries) > limits.entries:
        params = {"count": len(entries), "size": size.words(declared), "limit": size.words(most)}
        yield Finding("SHEET-UNPACKED", place, params)
        return
    for entry in entries:
        # zipfile gives no more than the declared size, and fails where the entry holds more.
        with archive.open(entry) as file:
            head = file.read(_HEAD_BYTES)
            if any(mark in head for mark in _DOCUMENT_TYPES):
                yield Finding("SHEET-DOCTYPE", place, {"entry": entry.filename})
            while file.read(_CHUNK_BYTES):
                pass


def _found(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, pattern: re.Pattern[bytes]) -> Iterator[tuple[str, ...]]:
    """Yield the groups of each match in the text of a part, which is gone through piece by piece."""
    rest = b""
    with archive.open(entry) as file:
        while chunk := file.read(_CHUNK_BYTES):
            text, after = rest + chunk, 0
            for match in pattern.finditer(text):
                after = match.end()
                yield tuple(group.decode() for group in match.groups())
            rest = text[max(after, len(text) - _LONGEST_MERGED) :]


def _has_formulas(path: Path) -> bool:
    """Return whether any sheet has a formula, going through the text of the sheets, which is quick."""
    with zipfile.ZipFile(path) as archive:
        sheets = [entry for entry in archive.infolist() if entry.filename.startswith("xl/worksheets/")]
        return any(_holds(archive, entry) for entry in sheets)


def _holds(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bool:
    end = b""
    with archive.open(entry) as file:
        while chunk := file.read(_CHUNK_BYTES):
            if _FORMULA.search(end + chunk):
                return True
            end = chunk[-_LONGEST_TAG:]
    return False


def _rows(sheet: _Worksheet) -> Iterator[Sequence[_Cell]]:
    sheet.reset_dimensions()  # what a sheet says of its own size is often wrong
    yield from sheet.iter_rows()


def _peeked(path: Path, sheet: _Worksheet, rows: int) -> Sheet:
    numbered = enumerate(itertools.islice(_rows(sheet), rows), start=1)
    lines = [Line(number, [cell.value for cell in cells]) for number, cells in numbered]
    kept = [line for line in lines if any(map(filled, line.cells))]
    return Sheet(path.name, sheet.title, kept, hidden=sheet.sheet_state != "visible")


def _lines(
    rows: tuple[Iterator[Sequence[_Cell]], Iterator[Sequence[_Cell]]], file: str, name: str, *, most_cells: int
) -> tuple[list[Line], list[Finding]]:
    lines: list[Line] = []
    findings: list[Finding] = []
    numbered = enumerate(zip(*rows, strict=False), start=1)
    count = 0
    for number, (values, formulas) in itertools.islice(numbered, _MOST_ROWS):
        for column, wrong, value in _wrong(values, formulas):
            params = {"cell": f"{name}!{letters(column)}{number}", "value": value}
            findings.append(Finding(wrong, Place(file=file, row=number, column=letters(column)), params))
        cells = [cell.value for cell in values]
        if any(map(filled, cells)):
            computed = (column for column, cell in enumerate(formulas) if cell.data_type == "f")
            lines.append(Line(number, cells, frozenset(computed)))
            count += len(cells)
        if count > most_cells:
            break
    return lines, findings


def _wrong(values: Sequence[_Cell], formulas: Sequence[_Cell]) -> Iterator[tuple[int, str, object]]:
    """Yield each cell of a row that has no value, with the code of what keeps it from having one.

    `formulas` are the same cells, not computed; of a workbook without formulas there are none.
    """
    if not formulas and not any(cell.data_type == "e" for cell in values):
        return  # as of nearly all rows
    for column, (value, formula) in enumerate(itertools.zip_longest(values, formulas)):
        if value is not None and value.data_type == "e":
            yield column, "SHEET-CELL-ERROR", value.value
            continue
        computed = formula is not None and formula.data_type == "f"
        # A formula that gave the empty text has the type "str"; one that was never computed has none.
        if computed and (value is None or (value.value is None and value.data_type == "n")):
            yield column, "SHEET-FORMULA", None
