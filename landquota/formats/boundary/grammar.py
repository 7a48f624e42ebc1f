"""What all forms of boundary TXT share: sections, attributes, and lines cut at their commas.

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
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from landquota.formats.boundary.content import Line
from landquota.formats.boundary.survey import Attribute

if TYPE_CHECKING:
    from collections.abc import Sequence

    from landquota.formats.boundary.log import Log

DESCRIPTION: Final = "属性描述"
PLOTS: Final = "地块坐标"
PROJECT: Final = "项目信息"

#: What a header calls the geometry of its rows.
AREA_KIND: Final = "面"
KINDS: Final = frozenset({"点", "线", AREA_KIND})
HEADER_END: Final = "@"
FULLWIDTH_COMMA: Final = "，"

_NUMBER: Final = re.compile(r"[+-]?\d{1,10}(\.\d{0,12})?", re.ASCII)
_COUNT: Final = re.compile(r"\d{1,9}", re.ASCII)
_BRACKETS: Final = (("[", "]"), ("【", "】"), ("［", "］"))
_EXCERPT: Final = 60
_LONGEST_TITLE: Final = 100


class Record(NamedTuple):
    """A line cut into fields."""

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
        if HEADER_END in self.fields and self.content[-1] == HEADER_END:
            return True
        return not KINDS.isdisjoint(self.fields)

    @property
    def ends_in_pair(self) -> bool:
        """Whether the last two fields are numbers."""
        pair = self.fields[-2:]
        return len(pair) == 2 and all(_NUMBER.fullmatch(value) for value in pair)  # noqa: PLR2004

    @property
    def excerpt(self) -> str:
        """The beginning of the line, to be shown."""
        return excerpt(",".join(self.fields))


@dataclass(frozen=True, slots=True)
class Sections:
    """The lines of each section; None for a section that is not there."""

    description: tuple[Line, ...] | None
    plots: tuple[Line, ...] | None
    unknown: tuple[Line, ...] = ()
    stray: tuple[Line, ...] = ()

    @property
    def none(self) -> bool:
        """Whether the file has no section that is known."""
        return self.description is None and self.plots is None


def excerpt(line: str) -> str:
    """Return the beginning of a line, to be shown."""
    return line if len(line) <= _EXCERPT else line[:_EXCERPT] + "…"


def number(written: str) -> float | None:
    """Return a plain decimal number, or None; no exponent, no full-width digit, no infinity."""
    return float(written) if _NUMBER.fullmatch(written) else None


def count(written: str) -> int | None:
    """Return a plain whole number, or None."""
    return int(written) if _COUNT.fullmatch(written) else None


def record(line: Line, separator: str = ",") -> Record:
    """Cut a line at its commas, or at another separator."""
    return Record(line.number, tuple(map(str.strip, line.text.split(separator))))


def records(lines: Sequence[Line], log: Log) -> list[Record]:
    """Cut the lines; a full-width comma is a finding, and cut at as well to find what else is wrong."""
    cut = []
    for line in lines:
        if log.hopeless:
            break
        found = record(line)
        if FULLWIDTH_COMMA in line.text and not _belongs_to_a_name(found):
            log.add("TXT-FULLWIDTH-COMMA", line.number, excerpt=found.excerpt)
            found = record(Line(line.number, line.text.replace(FULLWIDTH_COMMA, ",")))
        cut.append(found)
    return cut


def kind_at(fields: Sequence[str]) -> int | None:
    """Return where a header says 面: at the place of one of the usual forms, else the first that could be it."""
    for usual in (4, 6):
        if len(fields) > usual and fields[usual] in KINDS:
            return usual
    return next((i for i, value in enumerate(fields) if value in KINDS), None)


def sections(lines: Sequence[Line]) -> Sections:
    """Divide the lines into sections; repeated sections are joined."""
    found: dict[str, list[Line]] = {}
    unknown: list[Line] = []
    stray: list[Line] = []
    current = stray
    for line in lines:
        title = _title(line.text)
        if title is None:
            current.append(line)
            continue
        if title not in {DESCRIPTION, PLOTS, PROJECT}:
            unknown.append(line)
        current = found.setdefault(title, [])
    description, plots = (tuple(found[name]) if name in found else None for name in (DESCRIPTION, PLOTS))
    return Sections(description, plots, tuple(unknown), tuple(stray))


def attributes(lines: Sequence[Line], log: Log) -> dict[str, Attribute]:
    """Return what the lines of a description say; of a key that comes twice, the first."""
    said: dict[str, Attribute] = {}
    for line in lines:
        key, equals, value = line.text.partition("=")
        if equals:
            said.setdefault(key.strip(), Attribute(line.number, value.strip()))
        else:
            log.add("TXT-ATTRIBUTE-LINE", line.number, excerpt=excerpt(line.text))
    return said


def _belongs_to_a_name(found: Record) -> bool:
    """Return whether a full-width comma stands in the texts of a header that needs no other comma."""
    return found.is_header and kind_at(found.fields) in {2, 4, 6} and count(found.fields[0]) is not None


def _title(line: str) -> str | None:
    """Return the name of the section that a line opens, in brackets of any width, or None."""
    if len(line) > _LONGEST_TITLE or (line[0], line[-1]) not in _BRACKETS:
        return None
    return line[1:-1].strip() or None
