"""Boundary TXT without headers: GISQ's forms, plain lists of coordinates, and Cixi's table to be pasted.

None of them has a description: the reference system is told by the coordinates' size.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from landquota.formats.boundary import grammar
from landquota.formats.boundary.grammar import Record
from landquota.formats.boundary.plots import Columns, parcel_of
from landquota.formats.boundary.survey import COORDINATES, GISQ_CUSTOM, GISQ_PROVINCE, PASTE, Header, Row, same_point

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from landquota.formats.boundary.content import Line
    from landquota.formats.boundary.log import Log
    from landquota.formats.boundary.survey import Form, Parcel

_GISQ_TITLE: Final = "GISQLANDPLAN"
_GISQ_COLUMNS: Final = 6
_PASTE_COLUMNS: Final = 9
_PASTE_PARCEL: Final = 6
_LIST_COLUMNS: Final = range(2, 5)
#: Lines that are looked at to recognise a form.
_SAMPLE: Final = 2000
_SEPARATORS: Final = re.compile(r"[,\s]+")


class Block(NamedTuple):
    """The rows of one parcel; name, perhaps ring, and coordinates."""

    header: Header
    rows: list[Record]


def form_of(lines: Sequence[Line]) -> Form | None:
    """Return the form of a file without sections: that of most of its lines, or None."""
    if lines[0].text.startswith(_GISQ_TITLE):
        return GISQ_CUSTOM
    if any(grammar.record(line).is_header for line in lines[:_SAMPLE]):
        return None
    forms = Counter(_form_of_line(line) for line in lines[:_SAMPLE])
    if _form_of_line(lines[0]) == PASTE:  # the rows below may leave the parcel's columns empty
        return PASTE
    form, lines_in_form = forms.most_common(1)[0]
    return form if 2 * lines_in_form > min(len(lines), _SAMPLE) else None


def parcels(lines: Sequence[Line], form: Form, log: Log) -> tuple[Parcel, ...]:
    """Return the parcels of a file in one of these forms."""
    if form == PASTE:
        blocks, columns = _pasted(lines), Columns(3, east_first=True)
    elif form == GISQ_PROVINCE:
        blocks, columns = _by_feature(lines), Columns(4, east_first=False)
    else:
        records = _listed(lines, form, log)
        columns = Columns(_usual_length(records), east_first=False)
        blocks = _by_blank_line(records)
    return tuple(parcel_of(block.header, block.rows, columns, log) for block in blocks)


def _form_of_line(line: Line) -> Form | None:
    by_tab = grammar.record(line, "\t")
    if len(by_tab.fields) == _PASTE_COLUMNS and by_tab.ends_in_pair:
        return PASTE
    by_comma = grammar.record(line)
    if len(by_comma.fields) == _GISQ_COLUMNS and all(map(str.isdecimal, by_comma.fields[:3])) and by_comma.ends_in_pair:
        return GISQ_PROVINCE
    cut = _cut(line)
    return COORDINATES if len(cut.fields) in _LIST_COLUMNS and cut.ends_in_pair else None


def _cut(line: Line) -> Record:
    """Cut a line at commas, tabs and blanks; none of them adds a field at the end."""
    return Record(line.number, tuple(_SEPARATORS.split(line.text.rstrip(", \t"))))


def _listed(lines: Sequence[Line], form: Form, log: Log) -> list[Record]:
    """Return the rows of a list; a title above them is left out, and said unless the form has it."""
    records = [_cut(line) for line in lines]
    if form == GISQ_CUSTOM:
        return records[1:]
    if not any(grammar.number(value) is not None for value in records[0].fields):
        log.add("TXT-STRAY", lines[0].number, excerpt=grammar.excerpt(lines[0].text))
        return records[1:]
    return records


def _usual_length(records: Sequence[Record]) -> int:
    lengths = Counter(len(found.fields) for found in records if found.ends_in_pair)
    return max(_LIST_COLUMNS, key=lambda length: lengths[length])


def _by_blank_line(records: Sequence[Record]) -> Iterator[Block]:
    """Yield the parcels of a list: a blank line parts them, unless it stands within a ring."""
    block: list[Record] = []
    first: Row | None = None
    for current in records:
        if block and first is None and current.line > block[-1].line + 1:
            yield Block(Header(block[0].line), block)
            block = []
        block.append(current)
        point = _point(current)
        if first is None:
            first = point
        elif point is not None and same_point(first, point):
            first = None
    if block:
        yield Block(Header(block[0].line), block)


def _point(found: Record) -> Row | None:
    first, second = map(grammar.number, (*("", ""), *found.fields)[-2:])
    return None if first is None or second is None else Row(found.line, "", 0, first, second)


def _by_feature(lines: Sequence[Line]) -> Iterator[Block]:
    """Yield the features of GISQ's province form: point, feature, ring, name, X, Y."""
    blocks: dict[str, Block] = {}
    for line in lines:
        cut = grammar.record(line)
        known = len(cut.fields) == _GISQ_COLUMNS
        feature = cut.fields[1] if known else next(reversed(blocks), "?")
        block = blocks.setdefault(feature, Block(Header(line.number, number=feature), []))
        row = (cut.fields[3], cut.fields[2], *cut.fields[4:]) if known else cut.fields
        block.rows.append(Record(cut.line, row))
    yield from blocks.values()


def _pasted(lines: Sequence[Line]) -> Iterator[Block]:
    """Yield the parcels of Cixi's table: six columns of the parcel, then point, X and Y.

    The columns are town code, village, number, project, area in m² and order; rows that leave
    them all empty belong to the parcel above.
    """
    blocks: dict[tuple[str, ...], Block] = {}
    for line in lines:
        cut = Record(line.number, tuple(field.strip() for field in line.text.split("\t")))
        known = len(cut.fields) == _PASTE_COLUMNS
        key = cut.fields[:_PASTE_PARCEL] if known else ()
        if not any(key):
            key = next(reversed(blocks), ("",) * _PASTE_PARCEL)
        town, village, number, name, area, order = key
        header = Header(
            line.number, area=area, number=number, name=name, town=town, village=village, more=(order,) if order else ()
        )
        block = blocks.setdefault(key, Block(header, []))
        block.rows.append(Record(cut.line, cut.fields[_PASTE_PARCEL:] if known else cut.fields))
    yield from blocks.values()
