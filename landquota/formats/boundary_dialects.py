"""Forms of boundary TXT that are recognised, and not read yet.

A file in one of them is refused by name, with advice, instead of being taken for a national
one full of mistakes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from landquota.crs import is_in_china
from landquota.formats import boundary_grammar as grammar
from landquota.i18n import Text, text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from landquota.formats.boundary_grammar import Line, Record, Sections


class Dialect(NamedTuple):
    """A form that is not read yet: what to call it, and how to get the national one."""

    name: Text
    advice: Text


class Sighting(NamedTuple):
    """The first line that shows a dialect."""

    dialect: Dialect
    line: int


_EXPORT: Final = text("Export the file again as 部报盘 (national form).")

UTF16: Final = Dialect(text("UTF-16 text"), text("Save it as UTF-8 or ANSI (GBK) in the text editor."))
GISQ_PROVINCE: Final = Dialect(text("the GISQ province form, six columns without headers"), _EXPORT)
GISQ_CUSTOM: Final = Dialect(text("the GISQ custom form (GISQLANDPLAN)"), _EXPORT)
COORDINATES_ONLY: Final = Dialect(
    text("a list of coordinates without sections and headers"),
    text("Add [属性描述] and [地块坐标] with a header, or export it again in the national form."),
)
FULLWIDTH_BRACKETS: Final = Dialect(
    text("the form with full-width brackets around its sections"), text("Write the section names in [ ].")
)
PH: Final = Dialect(text("the 进出平衡 (PH) form"), _EXPORT)
CIXI: Final = Dialect(text("the Cixi planning form with 11-field headers"), _EXPORT)
THREE_COLUMNS: Final = Dialect(
    text("the form without ring numbers"), text("Put the ring number after each point's name: J1,1,X,Y.")
)
EAST_FIRST: Final = Dialect(text("the form with east before north"), text("Exchange the two coordinate columns."))
XIAN80: Final = Dialect(
    text("the form on Xi'an 80"), text("Have the coordinates transformed to CGCS2000 by those who hold the parameters.")
)
BEIJING54: Final = Dialect(text("the form on Beijing 54"), XIAN80.advice)
WGS84: Final = Dialect(text("the form on WGS 84"), text("Export the file again on CGCS2000."))
DEGREES: Final = Dialect(text("the form in degrees"), text("Export the file again in metres (Gauss-Kruger)."))

_FULLWIDTH_SECTION: Final = re.compile(r"[【［].+[】］]")
_DATUMS: Final = (("80", XIAN80), ("54", BEIJING54), ("WGS", WGS84))
_CGCS2000: Final = re.compile(r"2000|CGCS", re.IGNORECASE)
_PH_FIELDS_BEFORE_KIND: Final = 2
_CIXI_FIELDS_BEFORE_KIND: Final = 6
_GISQ_COLUMNS: Final = 6
_MOST_LIST_COLUMNS: Final = 4


def recognise(lines: Sequence[Line]) -> Sighting | None:
    """Return the dialect of a file that is not in the national form, or None.

    Parameters
    ----------
    lines
        All lines that are not blank, at least one.
    """
    parts = grammar.sections(lines)
    for line in lines:
        if _FULLWIDTH_SECTION.fullmatch(line.text):
            return Sighting(FULLWIDTH_BRACKETS, line.number)
    if parts.description is None and parts.plots is None:
        return _without_sections(lines)
    return _by_description(parts) or _by_plots([grammar.record(line) for line in parts.plots or ()])


def _without_sections(lines: Sequence[Line]) -> Sighting | None:
    first = lines[0]
    if first.text.startswith("GISQLANDPLAN"):
        return Sighting(GISQ_CUSTOM, first.number)
    if all(_is_gisq_row(grammar.record(line)) for line in lines):
        return Sighting(GISQ_PROVINCE, first.number)
    if all(_is_list_row(line) for line in lines):
        return Sighting(COORDINATES_ONLY, first.number)
    return None


def _is_gisq_row(row: Record) -> bool:
    return len(row.fields) == _GISQ_COLUMNS and all(map(str.isdecimal, row.fields[:3])) and _ends_in_pair(row.fields)


def _is_list_row(line: Line) -> bool:
    fields = re.split(r"[,\s]+", line.text)
    return len(fields) <= _MOST_LIST_COLUMNS and _ends_in_pair(fields)


def _ends_in_pair(fields: Sequence[str]) -> bool:
    pair = fields[-2:]
    return len(pair) == 2 and all(grammar.number(value) is not None for value in pair)  # noqa: PLR2004


def _by_description(parts: Sections) -> Sighting | None:
    for line in parts.description or ():
        key, _, value = (part.strip() for part in line.text.partition("="))
        if key == "计量单位" and "度" in value:
            return Sighting(DEGREES, line.number)
        if key == "坐标系" and not _CGCS2000.search(value):
            datum = next((dialect for mark, dialect in _DATUMS if mark in value.upper()), None)
            if datum is not None:
                return Sighting(datum, line.number)
    return None


def _by_plots(records: Sequence[Record]) -> Sighting | None:
    headers = [r for r in records if r.is_header]
    rows = [r for r in records if not r.is_header]
    for shape, dialect in ((_PH_FIELDS_BEFORE_KIND, PH), (_CIXI_FIELDS_BEFORE_KIND, CIXI)):
        if headers and all(header.fields[0].isdecimal() and _fields_before_kind(header) == shape for header in headers):
            return Sighting(dialect, headers[0].line)
    if rows and all(len(row.fields) == grammar.ROW_FIELDS - 1 and _ends_in_pair(row.fields) for row in rows):
        return Sighting(THREE_COLUMNS, rows[0].line)
    pairs = [_pair(row) for row in rows if len(row.fields) == grammar.ROW_FIELDS and _ends_in_pair(row.fields)]
    if pairs and all(is_in_china(east, north) for east, north in pairs):
        return Sighting(EAST_FIRST, rows[0].line)
    return None


def _fields_before_kind(header: Record) -> int | None:
    return next((i for i, value in enumerate(header.fields) if value in grammar.KINDS), None)


def _pair(row: Record) -> tuple[float, float]:
    return float(row.fields[-2]), float(row.fields[-1])
