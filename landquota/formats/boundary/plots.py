"""The section of the plots: headers, and the rows below them.

Headers have seven to thirteen fields.  They are read by their anchor: what stands before 面 is
the count, the area, numbers and last the name; what stands behind it sheet, use and class.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

from landquota.formats.boundary import grammar
from landquota.formats.boundary.grammar import AREA_KIND, HEADER_END, Record
from landquota.formats.boundary.survey import CIXI, NATIONAL, PH, Header, Parcel, Row, numbered_by_closure
from landquota.i18n import Text, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from landquota.formats.boundary.log import Log
    from landquota.formats.boundary.survey import Form

#: The area of a header: a number, rarely with its unit.
AREA_FIELD: Final = re.compile(r"(?P<number>\d{1,12}(\.\d{1,12})?)\s*(?P<unit>[^\d\s.,+-]\S*)?", re.ASCII)
_RING: Final = re.compile(r"\d{1,6}", re.ASCII)
_PH_BEFORE: Final = 2
_PH_FIELDS: Final = 5
_CIXI_BEFORE: Final = 6
_BEFORE: Final = range(3, 8)
_MOST_AFTER: Final = 8


class Columns(NamedTuple):
    """How the rows are written: how wide they are, and which coordinate comes first."""

    width: int
    east_first: bool

    def axis(self, column: int) -> Text:
        """Return what the column of a coordinate is called."""
        east = (column == self.width - 2) == self.east_first
        return text("Y (east)") if east else text("X (north)")

    @property
    def numbered(self) -> bool:
        """Whether the second of four columns is the ring's number."""
        return self.width == 4  # noqa: PLR2004

    def labels(self, fields: Sequence[str]) -> tuple[str, str]:
        """Return a row's name and ring number; 0 where the form has no rings."""
        return fields[0] if self.width > 2 else "", fields[1] if self.numbered else "0"  # noqa: PLR2004

    @property
    def pattern(self) -> str:
        """The row as it should be."""
        axes = "Y,X" if self.east_first else "X,Y"
        return {2: axes, 3: f"J1,{axes}", 4: f"J1,1,{axes}"}.get(self.width, f"1,1,1,J1,{axes}")


class _Plot(NamedTuple):
    """A header with its rows as written."""

    header: Header
    records: Sequence[Record]
    columns: Columns


def form_of(records: Sequence[Record]) -> Form:
    """Return the form whose headers these are."""
    shapes = Counter(
        (grammar.kind_at(found.fields), len(found.content) == _PH_FIELDS) for found in records if found.is_header
    )
    before, short = shapes.most_common(1)[0][0] if shapes else (None, False)
    if before == _PH_BEFORE and short:
        return PH
    return CIXI if before == _CIXI_BEFORE else NATIONAL


def parcels(records: Sequence[Record], form: Form, log: Log) -> tuple[Parcel, ...]:
    """Return the parcels of the section, each header with the rows that follow it."""
    columns = _columns(records, form)
    found = []
    for head, rows in _grouped(records):
        if log.hopeless:
            break
        if head is None:
            log.add("TXT-HEADER-MISSING", rows[0].line, excerpt=rows[0].excerpt)
            continue
        found.append(_parcel(_Plot(_header(head, form, log), rows, columns), log))
    return tuple(_joined(found, log) if form == PH else found)


def parcel_of(header: Header, rows: Sequence[Record], columns: Columns, log: Log) -> Parcel:
    """Return a parcel from rows of any form: name, ring where there are four columns, coordinates."""
    return _parcel(_Plot(header, rows, columns), log)


def _columns(records: Sequence[Record], form: Form) -> Columns:
    """Return three columns where most rows have no ring number, else four."""
    rows = [len(found.fields) for found in records if found.ends_in_pair and not found.is_header]
    return Columns(3 if rows.count(3) > rows.count(4) else 4, bool(form.east_first))


def _grouped(records: Sequence[Record]) -> Iterator[tuple[Record | None, list[Record]]]:
    """Yield each header with the rows that follow it; rows before the first header with None."""
    head: Record | None = None
    rows: list[Record] = []
    for current in records:
        if current.is_header:
            if head is not None or rows:
                yield head, rows
            head, rows = current, []
        else:
            rows.append(current)
    if head is not None or rows:
        yield head, rows


def _header(head: Record, form: Form, log: Log) -> Header:
    fields = head.content[:-1] if head.content[-1] == HEADER_END else head.content
    kind = grammar.kind_at(fields)
    problems = list(_problems(head, fields, kind, form))
    for reason in problems:
        log.add("TXT-HEADER", head.line, excerpt=head.excerpt, reason=reason)
    header = _read_header(head.line, fields, len(fields) if kind is None else kind, form)
    if not problems and kind is not None and fields[kind] != AREA_KIND:
        log.add("TXT-KIND", head.line, parcel=header.label, kind=fields[kind])
    if not problems and header.area and not AREA_FIELD.fullmatch(header.area):
        log.add("TXT-HEADER-AREA", head.line, parcel=header.label, written=header.area)
    return header


def _problems(head: Record, fields: Sequence[str], kind: int | None, form: Form) -> Iterator[Text]:
    if len(fields) == len(head.content):
        yield text("it does not end in @")
    if kind is None:
        yield text("it has no field 面")
    elif form != PH and kind not in _BEFORE:
        yield text("{found} fields stand before 面, not 3 to 7", found=kind)
    elif any(fields[kind + 1 + _MOST_AFTER :]):
        yield text("{found} fields stand after 面, at most {most} can", found=len(fields) - kind - 1, most=_MOST_AFTER)
    if grammar.count(fields[0] if fields else "") is None:
        yield text("its first field is not a number of points")


def _read_header(line: int, fields: Sequence[str], kind: int, form: Form) -> Header:
    before = fields[:kind]
    sheet, use, land_class, *more = (*fields[kind + 1 :], "", "", "")
    count = grammar.count(before[0]) if before else None
    if form == PH:
        return Header(line, count, name=before[-1] if before else "", use=sheet)
    area, middle, name = (*before[1:2], "")[0], list(before[2:-1]), before[-1] if len(before) > 2 else ""  # noqa: PLR2004
    number = middle.pop() if middle else ""
    town, village = middle if kind == _CIXI_BEFORE and len(middle) == 2 else ("", "")  # noqa: PLR2004
    rest = (*(() if town or village else middle), *more)
    used = max((i for i, value in enumerate(rest, 1) if value), default=0)
    return Header(line, count, area, number, name, sheet, use, land_class, town, village, rest[:used])


def _parcel(plot: _Plot, log: Log) -> Parcel:
    rows, bad = [], []
    for position, current in enumerate(plot.records):
        if log.hopeless:
            break
        row = _row(plot, position, log)
        if row is None:
            bad.append(current)
        else:
            rows.append(row)
    if not plot.records:
        log.add("TXT-PARCEL-EMPTY", plot.header.line, parcel=plot.header.label)
    if not plot.columns.numbered:
        rows = numbered_by_closure(rows)
    return Parcel(plot.header, tuple(rows), len(plot.records), _spoiled(bad, rows, plot.columns))


def _spoiled(bad: Sequence[Record], rows: Sequence[Row], columns: Columns) -> frozenset[int]:
    """Return the rings that lack a row: that of each bad row, or all where it cannot be told."""
    rings = set[int]()
    for current in bad:
        if not columns.numbered or len(current.fields) != columns.width or not _RING.fullmatch(current.fields[1]):
            return frozenset({row.ring for row in rows} | {0})
        rings.add(int(current.fields[1]))
    return frozenset(rings)


def _row(plot: _Plot, position: int, log: Log) -> Row | None:
    columns, record = plot.columns, plot.records[position]
    line, fields = record
    if len(fields) != columns.width:
        params = {"found": len(fields), "expected": columns.width, "pattern": columns.pattern}
        log.add("TXT-POINT-COLUMNS", line, parcel=plot.header.label, excerpt=record.excerpt, **params)
        return None
    name, ring = columns.labels(fields)
    if not _RING.fullmatch(ring):
        log.add("TXT-RING-NUMBER", line, parcel=plot.header.label, point=name, written=ring)
        return None
    first, second = grammar.number(fields[-2]), grammar.number(fields[-1])
    if first is not None and second is not None:
        north, east = (second, first) if columns.east_first else (first, second)
        return Row(line, name, int(ring), north, east)
    for column, value in ((columns.width - 2, first), (columns.width - 1, second)):
        if value is None:
            _bad_coordinate(plot, position, column, log)
    return None


def _bad_coordinate(plot: _Plot, position: int, column: int, log: Log) -> None:
    """Say which coordinate is no number, and what its neighbours in the ring have."""
    line, fields = plot.records[position]
    before, after = (_neighbour(plot, position, step, column) for step in (-1, 1))
    neighbours: Text | str = ""
    if before is not None and after is not None:
        neighbours = text(" The points before and after have {before} and {after}.", before=before, after=after)
    name, ring = plot.columns.labels(fields)
    log.add(
        "TXT-RING-ROW",
        line,
        axis=plot.columns.axis(column),
        written=fields[column],
        parcel=plot.header.label,
        ring=ring,
        point=name,
        neighbours=neighbours,
    )


def _neighbour(plot: _Plot, position: int, step: int, column: int) -> str | None:
    """Return what the row beside has in `column`, if it is a good row of the same ring."""
    if not 0 <= position + step < len(plot.records):
        return None
    fields, beside = plot.records[position].fields, plot.records[position + step].fields
    if len(beside) != len(fields) or plot.columns.labels(beside)[1] != plot.columns.labels(fields)[1]:
        return None
    return beside[column] if grammar.number(beside[column]) is not None else None


def _joined(found: Sequence[Parcel], log: Log) -> list[Parcel]:
    """Return the parcels of the PH form, where every ring has a header and rows carry their feature's number."""
    features: dict[tuple[int, str, str], list[Parcel]] = {}
    for ring in found:
        numbers = [row.ring for row in ring.rows]
        feature = numbers[0] if numbers else min(ring.spoiled, default=0)
        for row in ring.rows:
            if row.ring != feature:
                log.add("TXT-FEATURE-NUMBER", row.line, point=row.name, written=row.ring, expected=feature)
        features.setdefault((feature, ring.header.name, ring.header.use), []).append(ring)
    return [_feature(str(number), rings) for (number, _, _), rings in features.items()]


def _feature(number: str, rings: Sequence[Parcel]) -> Parcel:
    first, counts = rings[0].header, [ring.header.count for ring in rings]
    total = sum(count or 0 for count in counts) if None not in counts else None
    header = Header(first.line, total, number=number, name=first.name, use=first.use)
    rows = tuple(row._replace(ring=i) for i, ring in enumerate(rings, 1) for row in ring.rows)
    spoiled = frozenset(i for i, ring in enumerate(rings, 1) if ring.spoiled)
    return Parcel(header, rows, sum(ring.row_count for ring in rings), spoiled)
