"""The reference system that a table names: in a column, before its outlines, or above its heading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Final

from landquota.crs import understood
from landquota.findings import Finding, has_errors
from landquota.formats.boundary.systems import NamedDatum
from landquota.formats.sheets.layout import Layout, plain
from landquota.formats.sheets.sheet import Line, Sheet, filled, words

if TYPE_CHECKING:
    import pyproj

    #: A system is that, and words that name none are themselves.
    Meaning = pyproj.CRS | str

_COLUMNS: Final = frozenset({"crs", "srid", "epsg", "坐标系", "坐标系统", "coordinatereferencesystem"})
#: So PostGIS writes that there is none.
_NONE: Final = frozenset({"", "0", "EPSG:0"})
#: What can only be a code: EPSG:4549, 4549, urn:ogc:def:crs:EPSG::4549.
_CODE: Final = re.compile(r"([\w.:-]*:)?\d+", re.ASCII)
_TITLE: Final = re.compile(r".*坐标系统?\s*[:=为](?P<said>.+)")
_LONGEST_TITLE: Final = 80


def of_outlines(sheet: Sheet, layout: Layout, codes: Mapping[int, str]) -> tuple[pyproj.CRS | None, list[Finding]]:
    """Return the one system of all rows; `codes` by the number of the row are those before the outlines."""
    column = _column(layout)
    said: dict[str, list[Line]] = {}
    absent = []
    for line in layout.body:
        named = {_normal(written) for written in (codes.get(line.number, ""), _written(line, column))} - _NONE
        for written in sorted(named):
            said.setdefault(written, []).append(line)
        absent += [] if named or not filled(line.cell(layout.outlines[0])) else [line]
    crs, findings = _agreed(sheet, layout, said)
    if crs is not None and absent:
        (first, *_), written = next((lines, written) for written, lines in said.items())
        params = {"count": len(absent), "row": first.number, "first": written}
        return None, [*findings, Finding("SHEET-CRS-ABSENT", sheet.place(absent[0]), params)]
    return crs, findings


def of_vertices(sheet: Sheet, layout: Layout) -> tuple[pyproj.CRS | None, list[Finding]]:
    """Return the one system of all rows that name any; cells may be merged."""
    column = _column(layout)
    said: dict[str, list[Line]] = {}
    for line in layout.body:
        said.setdefault(_normal(_written(line, column)), []).append(line)
    return _agreed(sheet, layout, {written: lines for written, lines in said.items() if written not in _NONE})


def _column(layout: Layout) -> int | None:
    names = (column for column, name in enumerate(layout.names) if {plain(name), name.strip()} & _COLUMNS)
    return next(names, None)


def _written(line: Line, column: int | None) -> str:
    return "" if column is None else words(line.cell(column))


def _normal(written: str) -> str:
    """Return a number as the code that it is, unless it is the year of a datum: 2000, 80."""
    return f"EPSG:{written}" if written.isdecimal() and NamedDatum.named(written) is None else written


def _agreed(
    sheet: Sheet, layout: Layout, said: Mapping[str, Sequence[Line]]
) -> tuple[pyproj.CRS | None, list[Finding]]:
    """Return the system that all of `said` means, or findings for the rows that say something else."""
    meant: dict[str, Meaning] = {written: _meant(written) for written in said}
    findings = [
        Finding("SHEET-CRS-UNKNOWN", sheet.place(lines[0]), {"said": written, "count": len(lines)})
        for written, lines in said.items()
        if isinstance(meant[written], str) and _CODE.fullmatch(written) and NamedDatum.named(written) is None
    ]
    if not findings:
        findings += _different(sheet, said, meant)
    if has_errors(findings):
        return None, findings
    crs = next(iter(meant.values()), None)
    if crs is None or isinstance(crs, str):
        return None, list(_incomplete(sheet, chain(said.items(), _titles(sheet, layout))))
    return crs, findings


def _meant(written: str) -> Meaning:
    return (None if written.isdecimal() else understood(written)) or written


def _different(sheet: Sheet, said: Mapping[str, Sequence[Line]], meant: Mapping[str, Meaning]) -> Iterator[Finding]:
    first = next(iter(said), "")
    for written, lines in said.items():
        if meant[written] != meant[first]:
            params = {"count": len(lines), "row": said[first][0].number, "said": written, "first": first}
            yield Finding("SHEET-CRS-DIFFERS", sheet.place(lines[0]), params)


def _titles(sheet: Sheet, layout: Layout) -> Iterator[tuple[str, Sequence[Line]]]:
    """Yield what the rows above the heading say of a system."""
    for line in sheet.lines:
        if line.number >= layout.heading.number:
            return
        for cell in filter(filled, line.cells):
            title = _TITLE.fullmatch(words(cell).replace("：", ":")[:_LONGEST_TITLE])
            if title is not None:
                yield title["said"].strip(), [line]


def _incomplete(sheet: Sheet, said: Iterable[tuple[str, Sequence[Line]]]) -> Iterator[Finding]:
    """Yield what names a datum or a grid; CGCS2000 is what is taken where nothing else is said."""
    for written, lines in said:
        if NamedDatum.named(written) is not NamedDatum.CGCS2000:
            yield Finding("SHEET-CRS-WORDS", sheet.place(lines[0]), {"said": written})
