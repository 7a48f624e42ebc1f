"""What a sheet's columns mean: where the heading stands, and which columns hold outlines or vertices.

Bureau tables have title rows above the heading, and headings of two rows where "坐标" stands over
"X" and "Y".  So the heading is the row whose cells name coordinates, or below which outlines stand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from landquota.formats.sheets.sheet import Line, filled, letters, words

#: How far down a heading is looked for, and how far below it what a column holds.
HEADING_ROWS: Final = 40
_SAMPLE_ROWS: Final = 20
#: A parcel has at least so many rows of its own.
_FEWEST_ROWS: Final = 3
#: A heading of two rows: names may stand this far above the row that names the coordinates.
_UPPER_ROWS: Final = 2

_WKT: Final = re.compile(
    r"\s*(SRID=\d+;\s*)?(MULTI)?(POINT|LINESTRING|POLYGON|CURVE|SURFACE|CURVEPOLYGON|CIRCULARSTRING|COMPOUNDCURVE"
    r"|GEOMETRYCOLLECTION|TIN|TRIANGLE|POLYHEDRALSURFACE)\s*(ZM|Z|M)?\s*(\(|EMPTY)",
    re.IGNORECASE,
)
_ALWAYS_WKT: Final = frozenset({"wkt", "geomwkt", "wktgeom", "几何wkt"})
_GEOMETRY_NAMES: Final = ("wkt", "geometry", "geom", "thegeom", "shape", "几何", "图形")
_PARCEL_NAMES: Final = (
    "parcel", "parcelid", "地块编号", "地块号", "dkbh", "宗地代码", "宗地编号", "宗地号", "zddm", "图斑编号", "图斑号",
    "tbbh", "zone", "bsm", "地块", "宗地", "图斑", "地块名称", "dkmc", "id", "fid", "feature", "name", "名称",
    "编号",
)  # fmt: skip
_RING_NAMES: Final = ("圈号", "地块圈号", "环号", "圈", "ring", "ringid", "ringno", "part", "partid")
#: Names of vertices and of nothing else: a running number or a point may also be a site.
_POINT_NAMES: Final = (
    "点号", "界址点号", "界址点", "拐点", "拐点号", "拐点编号", "界址点编号", "点序号", "顶点号", "pointno", "vertex",
    "vertexid",
)  # fmt: skip
_NOISE: Final = re.compile(r"坐标|值|[\s_(){}\[\]<>:：,./、°'\"-]|(?<=[a-z\u4e00-\u9fff])(米|度)$")
_UNIT: Final = re.compile(r"[(\[](m|米|度|°|deg|degree|degrees|单位:?m|单位:?米)[)\]]")


#: What may stand around X and Y in a heading.
_BEFORE: Final = "(point|geo|coord|cad|gps|gk|utm|界址点|拐点|平面|实测|测量)?"
_AFTER: Final = "(coord|coordinate|80|2000|cgcs2000)?m?"


class Role(Enum):
    """What a heading says of a column of coordinates; X and Y do not say which of them is north."""

    NORTH = re.compile(r"[xy]?(北|北向|北纬|纬|纬度|纵|n|north|northing|northings|lat|latitude)[xy]?m?")
    EAST = re.compile(r"[xy]?(东|东向|东经|经|经度|横|e|east|easting|eastings|lon|lng|long|longitude)[xy]?m?")
    X = re.compile(
        r"(point|geo|coord|cad|gps|gk|utm|界址点|拐点|平面|实测|测量)?x(coord|coordinate|80|2000|cgcs2000)?m?"
    )
    Y = re.compile(
        r"(point|geo|coord|cad|gps|gk|utm|界址点|拐点|平面|实测|测量)?y(coord|coordinate|80|2000|cgcs2000)?m?"
    )


#: Which pairs of headings are coordinates; survey coordinates come before degrees beside them.
_PAIRS: Final = (
    (Role.X, Role.Y),
    (Role.NORTH, Role.EAST),
    (Role.X, Role.EAST),
    (Role.NORTH, Role.Y),
    (Role.X, Role.NORTH),
    (Role.EAST, Role.Y),
)


@dataclass(frozen=True, slots=True)
class Axis:
    """A column of coordinates: where it stands and what its heading says."""

    column: int
    role: Role


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a sheet, each counted from 0.

    `outlines` are those that hold WKT, the best first; without one, `axes` are the two of coordinates.
    """

    heading: Line
    names: tuple[str, ...]
    body: Sequence[Line]
    outlines: tuple[int, ...] = ()
    axes: tuple[Axis, Axis] | None = None
    parcel: int | None = None
    ring: int | None = None
    point: int | None = None


def layout_of(lines: Sequence[Line]) -> Layout | None:
    """Return what the columns of a sheet mean, or None if no row can be the heading of outlines or vertices."""
    for index, line in enumerate(lines[:HEADING_ROWS]):
        if any(_is_wkt(cell) for cell in line.cells):
            return None
        body = lines[index + 1 :]
        names = _names(lines, index)
        outlines = _outlines(names, body)
        if outlines:
            return Layout(line, names, body, outlines)
        axes = _axes(line)
        if axes is not None and body:
            ring, point = _first(names, _RING_NAMES), _first(names, _POINT_NAMES)
            parcel = _parcel(names, body, axes)
            return Layout(line, names, body, axes=axes, parcel=parcel, ring=ring, point=point)
    return None


def plain(name: object) -> str:
    """Return a heading without what people add to it: width, case, brackets, units and the word 坐标."""
    said = unicodedata.normalize("NFKC", words(name)).casefold()
    return _NOISE.sub("", _UNIT.sub("", said))


def _is_wkt(cell: object) -> bool:
    return isinstance(cell, str) and _WKT.match(cell) is not None


def _names(lines: Sequence[Line], index: int) -> tuple[str, ...]:
    """Return a name for every column; one that a merged cell hides is looked for in the rows above."""
    heading, body = lines[index], lines[index + 1 :]
    upper = [line for line in lines[max(0, index - _UPPER_ROWS) : index] if sum(map(filled, line.cells)) > 1]
    width = max((len(line.cells) for line in (heading, *body[:_SAMPLE_ROWS])), default=0)
    while width and not any(filled(line.cell(width - 1)) for line in (heading, *body)):
        width -= 1
    return tuple(
        next((words(line.cell(column)) for line in (heading, *reversed(upper)) if filled(line.cell(column))), "")
        or letters(column)
        for column in range(width)
    )


def _outlines(names: Sequence[str], body: Sequence[Line]) -> tuple[int, ...]:
    """Return the columns with outlines: those called so first, in the order of the usual names."""
    found = [column for column, name in enumerate(names) if plain(name) in _ALWAYS_WKT or _holds_wkt(body, column)]
    usual = {name: rank for rank, name in enumerate(_GEOMETRY_NAMES)}
    return tuple(sorted(found, key=lambda column: (usual.get(plain(names[column]), len(usual)), column)))


def _holds_wkt(body: Sequence[Line], column: int) -> bool:
    cells = (line.cell(column) for line in body[:_SAMPLE_ROWS] if filled(line.cell(column)))
    return _is_wkt(next(cells, None))


def _axes(line: Line) -> tuple[Axis, Axis] | None:
    by_role: dict[Role, list[int]] = {}
    for column, cell in enumerate(line.cells):
        name = plain(cell) if isinstance(cell, str) else ""
        for role in Role:
            if name and role.value.fullmatch(name):
                by_role.setdefault(role, []).append(column)
                break
    for first, second in _PAIRS:
        if first in by_role and second in by_role:
            return Axis(by_role[first][0], first), Axis(by_role[second][0], second)
    return None


def _first(names: Sequence[str], wanted: Iterable[str]) -> int | None:
    said = [plain(name) for name in names]
    return next((said.index(name) for name in wanted if name in said), None)


def _parcel(names: Sequence[str], body: Sequence[Line], axes: tuple[Axis, Axis]) -> int | None:
    """Return the column that says which parcel a vertex belongs to; one that tells every row apart numbers points.

    A row without coordinates may hold a total; where only such rows name anything, they head the others.
    """
    said = [plain(name) for name in names]
    vertices = [line for line in body if any(filled(line.cell(axis.column)) for axis in axes)]
    for wanted in _PARCEL_NAMES:
        if wanted in said:
            column = said.index(wanted)
            parcels = _words(vertices, column) or _words(body, column)
            if parcels and _FEWEST_ROWS * len(parcels) <= len(vertices):
                return column
    return None


def _words(lines: Iterable[Line], column: int) -> set[str]:
    return {words(line.cell(column)) for line in lines if filled(line.cell(column))}
