"""What a boundary TXT says, whatever its form: attributes, and parcels with their rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

DATUM: Final = "坐标系"
WIDTH: Final = "几度分带"
UNIT: Final = "计量单位"
ZONE: Final = "带号"
#: Under this name the ``attrs`` of a frame hold what the description of its file says, key by key.
SAID: Final = "boundary_txt"


class Attribute(NamedTuple):
    """One ``key=value`` of the description, where it stands."""

    line: int
    value: str


@dataclass(frozen=True, slots=True)
class Header:
    """What a parcel's header says; `count` is None where it says none, or none that can be read.

    `town` and `village` stand in the headers of Cixi only; `more` are fields of other long forms.
    """

    line: int
    count: int | None = None
    area: str = ""
    number: str = ""
    name: str = ""
    sheet: str = ""
    use: str = ""
    land_class: str = ""
    town: str = ""
    village: str = ""
    more: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What to call the parcel."""
        return self.number or self.name or "?"


class Row(NamedTuple):
    """One boundary point, in metres or degrees."""

    line: int
    name: str
    ring: int
    north: float
    east: float

    @property
    def swapped(self) -> Row:
        """The same row with its coordinates exchanged."""
        return Row(self.line, self.name, self.ring, self.east, self.north)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A header with its rows.

    `row_count` counts all rows, also those that could not be read; `spoiled` are the rings
    that lack one of them.
    """

    header: Header
    rows: tuple[Row, ...]
    row_count: int
    spoiled: frozenset[int] = frozenset()


class Form(NamedTuple):
    """A form of boundary TXT: its name within FeatureTable.format, and the order of its coordinates.

    `east_first` is None for a form that has both orders.
    """

    name: str
    east_first: bool | None = False


NATIONAL: Final = Form("")
CIXI: Final = Form("Cixi")
PH: Final = Form("PH", east_first=True)
GISQ_PROVINCE: Final = Form("GISQ province")
GISQ_CUSTOM: Final = Form("GISQ custom")
COORDINATES: Final = Form("coordinates")
PASTE: Final = Form("table", east_first=True)


@dataclass(frozen=True, slots=True)
class Survey:
    """Everything that a file says."""

    form: Form
    attributes: Mapping[str, Attribute]
    parcels: tuple[Parcel, ...]

    def rows(self) -> Iterator[tuple[Parcel, Row]]:
        """Yield every row that could be read, with its parcel."""
        return ((parcel, row) for parcel in self.parcels for row in parcel.rows)

    def stated(self, key: str) -> Attribute | None:
        """Return an attribute that is there and not empty."""
        attribute = self.attributes.get(key)
        return attribute if attribute is not None and attribute.value else None


#: A triangle and its closing row.
FEWEST_ROWS: Final = 4
#: Rows nearer than this are the same point (with room for the last binary digit).
SAME_POINT_M: Final = 0.001 + 1e-6
#: Metres in a degree of a meridian: what tolerances are divided by where coordinates are degrees.
DEGREE_M: Final = 111_320.0
_MOST_DEGREES: Final = 360.0


def numbered_by_closure(points: Iterable[Row]) -> list[Row]:
    """Return points of a form without ring numbers with them: a ring ends where its first point comes back."""
    numbered: list[Row] = []
    first: Row | None = None
    ring = length = 0
    for point in points:
        if first is None:
            first, ring, length = point, ring + 1, 0
        numbered.append(point._replace(ring=ring))
        length += 1
        if length >= FEWEST_ROWS and same_point(first, point):
            first = None
    return numbered


def same_point(a: Row, b: Row) -> bool:
    """Return whether two rows are the same point: within 1 mm, in metres and in degrees."""
    nearest = SAME_POINT_M if max(abs(a.north), abs(a.east)) > _MOST_DEGREES else SAME_POINT_M / DEGREE_M
    return abs(a.north - b.north) <= nearest and abs(a.east - b.east) <= nearest
