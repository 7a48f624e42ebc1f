"""The national form of boundary TXT (勘测定界, 部报盘): lines to attributes, headers and rows.

::

    [属性描述]
    坐标系=2000国家大地坐标系
    …
    [地块坐标]
    界址点数,面积,地块编号,地块名称,面,图幅号,用途,地类编码,@
    点号,圈号,X (north),Y (east)

Every problem becomes a finding with its line; parsing goes on to report them all at once.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from landquota.findings import Finding, Place
from landquota.i18n import Text, text

if TYPE_CHECKING:
    from collections.abc import Iterator

DESCRIPTION: Final = "属性描述"
PLOTS: Final = "地块坐标"
PROJECT: Final = "项目信息"

#: What a header calls the geometry of its rows.
AREA_KIND: Final = "面"
KINDS: Final = frozenset({"点", "线", AREA_KIND})
HEADER_END: Final = "@"
FIELDS_BEFORE_KIND: Final = 4
FIELDS_AFTER_KIND: Final = 3
ROW_FIELDS: Final = 4

FULLWIDTH_COMMA: Final = "，"
LINE_END: Final = re.compile(r"\r\n|\n|\r")
_NUMBER: Final = re.compile(r"[+-]?\d{1,10}(\.\d{0,12})?", re.ASCII)
_COUNT: Final = re.compile(r"\d{1,9}", re.ASCII)
_RING: Final = re.compile(r"\d{1,6}", re.ASCII)
#: The area of a header: a number, rarely with its unit.
AREA_FIELD: Final = re.compile(r"(?P<number>\d{1,12}(\.\d{1,12})?)\s*(?P<unit>[^\d\s.,+-]\S*)?", re.ASCII)
_SECTION: Final = re.compile(r"\[\s*(.+?)\s*\]")
_EXCERPT: Final = 60


class Line(NamedTuple):
    """A line that is not blank, without the blanks around it."""

    number: int
    text: str


class Record(NamedTuple):
    """A line cut at its commas."""

    line: int
    fields: tuple[str, ...]

    @property
    def content(self) -> tuple[str, ...]:
        """The fields up to the last one that is not empty."""
        used = max((i for i, value in enumerate(self.fields) if value), default=-1)
        return self.fields[: used + 1]

    @property
    def is_header(self) -> bool:
        """Whether the line heads a parcel, well-formed or not."""
        return self.content[-1:] == (HEADER_END,) or not KINDS.isdisjoint(self.fields)

    @property
    def excerpt(self) -> str:
        """The beginning of the line, to be shown."""
        whole = ",".join(self.fields)
        return whole if len(whole) <= _EXCERPT else whole[:_EXCERPT] + "…"


class Attribute(NamedTuple):
    """One ``key=value`` of the description, where it stands."""

    line: int
    value: str


@dataclass(frozen=True, slots=True)
class Header:
    """What a parcel's header says; `count` is None where it could not be read."""

    line: int
    count: int | None
    area: str
    number: str
    name: str
    sheet: str
    use: str
    land_class: str

    @property
    def label(self) -> str:
        """What to call the parcel."""
        return self.number or self.name or "?"


class Row(NamedTuple):
    """One boundary point."""

    line: int
    name: str
    ring: int
    north_m: float
    east_m: float


@dataclass(frozen=True, slots=True)
class Parcel:
    """A header with its rows.

    `row_count` counts all rows, also those that could not be read; `spoiled` are the rings
    that lack one of them.
    """

    header: Header
    rows: tuple[Row, ...]
    row_count: int
    spoiled: frozenset[int]


@dataclass(frozen=True, slots=True)
class Sections:
    """The lines of each section; None for a section that is not there."""

    description: tuple[Line, ...] | None
    plots: tuple[Line, ...] | None
    unknown: tuple[Line, ...] = ()
    stray: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything that a file in the national form says."""

    attributes: Mapping[str, Attribute]
    parcels: tuple[Parcel, ...]


def lines_of(content: str) -> tuple[Line, ...]:
    r"""Return the lines that are not blank; ``\n``, ``\r\n`` and a bare ``\r`` end a line, nothing else does."""
    numbered = enumerate(LINE_END.split(content), start=1)
    stripped = (Line(number, written.strip(" \t\f\x1a\u3000\ufeff")) for number, written in numbered)
    return tuple(line for line in stripped if line.text)


def number(written: str) -> float | None:
    """Return a plain decimal number, or None; no exponent, no full-width digit, no infinity."""
    return float(written) if _NUMBER.fullmatch(written) else None


def record(line: Line) -> Record:
    """Cut a line at its commas."""
    return Record(line.number, tuple(field.strip() for field in line.text.split(",")))


def sections(lines: Sequence[Line]) -> Sections:
    """Divide the lines into sections; repeated sections are joined."""
    found: dict[str, list[Line]] = {}
    unknown: list[Line] = []
    stray: list[Line] = []
    current = stray
    for line in lines:
        title = _SECTION.fullmatch(line.text)
        if title is None:
            current.append(line)
            continue
        if title[1] not in {DESCRIPTION, PLOTS, PROJECT}:
            unknown.append(line)
        current = found.setdefault(title[1], [])
    description, plots = (tuple(found[name]) if name in found else None for name in (DESCRIPTION, PLOTS))
    return Sections(description, plots, tuple(unknown), tuple(stray))


def parse(lines: Sequence[Line], *, file: str) -> tuple[Survey, list[Finding]]:
    """Read the lines of a file in the national form.

    Parameters
    ----------
    lines
        Of one file, not blank.
    file
        The file's name, for findings.
    """
    parts = sections(lines)
    findings = [_finding("TXT-SECTION-UNKNOWN", file, line.number, section=line.text) for line in parts.unknown]
    findings += [_finding("TXT-STRAY", file, line.number, excerpt=line.text[:_EXCERPT]) for line in parts.stray[:1]]
    for name, found, line in ((DESCRIPTION, parts.description, lines[0]), (PLOTS, parts.plots, lines[-1])):
        if found is None:
            findings.append(_finding("TXT-SECTION-MISSING", file, line.number, section=f"[{name}]"))
    attributes, described = _attributes(parts.description or (), file)
    parcels, plotted = _parcels(parts.plots or (), file)
    if parts.plots is not None and not (parcels or plotted):
        plotted.append(_finding("TXT-NO-PARCEL", file, lines[-1].number))
    return Survey(attributes, parcels), findings + described + plotted


def _finding(code: str, file: str, line: int, **params: object) -> Finding:
    return Finding(code, Place(file=file, line=line), params)


def _attributes(lines: Sequence[Line], file: str) -> tuple[dict[str, Attribute], list[Finding]]:
    attributes: dict[str, Attribute] = {}
    findings = []
    for line in lines:
        key, equals, value = line.text.partition("=")
        if equals:
            attributes.setdefault(key.strip(), Attribute(line.number, value.strip()))
        else:
            findings.append(_finding("TXT-ATTRIBUTE-LINE", file, line.number, excerpt=line.text[:_EXCERPT]))
    return attributes, findings


def _parcels(lines: Sequence[Line], file: str) -> tuple[tuple[Parcel, ...], list[Finding]]:
    records, findings = _records(lines, file)
    parcels = []
    for head, rows in _grouped(records):
        if head is None:
            findings.append(_finding("TXT-HEADER-MISSING", file, rows[0].line, excerpt=rows[0].excerpt))
            continue
        header, in_header = _header(head, file)
        parcel, in_rows = _rows(header, rows, file)
        parcels.append(parcel)
        findings += in_header + in_rows
    return tuple(parcels), findings


def _records(lines: Sequence[Line], file: str) -> tuple[list[Record], list[Finding]]:
    """Cut the lines; a full-width comma is a finding, and cut at as well to find what else is wrong."""
    records, findings = [], []
    for line in lines:
        cut = record(line)
        if FULLWIDTH_COMMA in line.text and not _well_formed(cut):
            findings.append(_finding("TXT-FULLWIDTH-COMMA", file, line.number, excerpt=cut.excerpt))
            cut = record(Line(line.number, line.text.replace(FULLWIDTH_COMMA, ",")))
        records.append(cut)
    return records, findings


def _well_formed(header: Record) -> bool:
    """Return whether a header needs no other comma: the full-width one belongs to a name."""
    return header.is_header and header.fields[FIELDS_BEFORE_KIND : FIELDS_BEFORE_KIND + 1] == (AREA_KIND,)


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


def _header(head: Record, file: str) -> tuple[Header, list[Finding]]:
    fields = head.content[:-1] if head.content[-1] == HEADER_END else head.content
    problems: list[Text] = [] if len(fields) < len(head.content) else [text("it does not end in @")]
    kind = next((i for i, value in enumerate(fields) if value in KINDS), len(fields))
    before, after = fields[:kind], fields[kind + 1 :]
    if kind == len(fields):
        problems.append(text("it has no field 面"))
    elif len(before) != FIELDS_BEFORE_KIND:
        problems.append(
            text("{found} fields stand before 面, not {expected}", found=len(before), expected=FIELDS_BEFORE_KIND)
        )
    elif any(after[FIELDS_AFTER_KIND:]):
        problems.append(
            text("{found} fields stand after 面, not {expected}", found=len(after), expected=FIELDS_AFTER_KIND)
        )
    if not _COUNT.fullmatch(fields[0] if fields else ""):
        problems.append(text("its first field is not a number of points"))
    findings = [_finding("TXT-HEADER", file, head.line, excerpt=head.excerpt, reason=reason) for reason in problems]
    count, area, label, name = (before + ("",) * FIELDS_BEFORE_KIND)[:FIELDS_BEFORE_KIND]
    sheet, use, land_class = (after + ("",) * FIELDS_AFTER_KIND)[:FIELDS_AFTER_KIND]
    if not problems and fields[kind] != AREA_KIND:
        findings.append(_finding("TXT-KIND", file, head.line, parcel=label, kind=fields[kind]))
    if not problems and area and not AREA_FIELD.fullmatch(area):
        findings.append(_finding("TXT-HEADER-AREA", file, head.line, parcel=label, written=area))
    points = int(count) if _COUNT.fullmatch(count) else None
    return Header(head.line, points, area, label, name, sheet, use, land_class), findings


def _rows(header: Header, records: Sequence[Record], file: str) -> tuple[Parcel, list[Finding]]:
    rows, findings, spoiled = [], [], set[int]()
    for position, current in enumerate(records):
        row, problems = _row(header, records, position, file)
        findings += problems
        if row is not None:
            rows.append(row)
        elif len(current.fields) == ROW_FIELDS and _RING.fullmatch(current.fields[1]):
            spoiled.add(int(current.fields[1]))
        else:
            spoiled.update(int(r.fields[1]) for r in records if len(r.fields) > 1 and _RING.fullmatch(r.fields[1]))
    if not records:
        findings.append(_finding("TXT-PARCEL-EMPTY", file, header.line, parcel=header.label))
    return Parcel(header, tuple(rows), len(records), frozenset(spoiled)), findings


def _row(header: Header, records: Sequence[Record], position: int, file: str) -> tuple[Row | None, list[Finding]]:
    current = records[position]
    if len(current.fields) != ROW_FIELDS:
        return None, [
            _finding(
                "TXT-POINT-COLUMNS",
                file,
                current.line,
                parcel=header.label,
                excerpt=current.excerpt,
                found=len(current.fields),
            )
        ]
    name, ring, north, east = current.fields
    if not _RING.fullmatch(ring):
        params = {"parcel": header.label, "point": name, "written": ring}
        return None, [_finding("TXT-RING-NUMBER", file, current.line, **params)]
    north_m, east_m = number(north), number(east)
    if north_m is not None and east_m is not None:
        return Row(current.line, name, int(ring), north_m, east_m), []
    wrong = [column for column, value in ((2, north_m), (3, east_m)) if value is None]
    return None, [_bad_coordinate(header, records, position, column, file) for column in wrong]


def _bad_coordinate(header: Header, records: Sequence[Record], position: int, column: int, file: str) -> Finding:
    """Say which coordinate is no number, and what its neighbours in the ring have."""
    current = records[position]
    around = (
        _neighbour(records[:position][::-1], current, column),
        _neighbour(records[position + 1 :], current, column),
    )
    neighbours: Text | str = ""
    if None not in around:
        neighbours = text(" The points before and after have {before} and {after}.", before=around[0], after=around[1])
    return _finding(
        "TXT-RING-ROW",
        file,
        current.line,
        axis=text("X (north)") if column == ROW_FIELDS - 2 else text("Y (east)"),
        written=current.fields[column],
        parcel=header.label,
        ring=current.fields[1],
        point=current.fields[0],
        neighbours=neighbours,
    )


def _neighbour(records: Sequence[Record], current: Record, column: int) -> str | None:
    """Return what the nearest of `records` has in `column`, if it is a good row of the same ring."""
    fields = records[0].fields if records else ()
    alike = len(fields) == ROW_FIELDS and fields[1] == current.fields[1]
    return fields[column] if alike and number(fields[column]) is not None else None
