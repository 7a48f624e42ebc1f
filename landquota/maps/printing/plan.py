"""What stands on a sheet of paper, as plain shapes, lines and words in millimetres from its lower left corner."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Geometries = NDArray[np.object_]

Align: TypeAlias = Literal["left", "center", "right"]
#: West, south, east, north.
Box: TypeAlias = tuple[float, float, float, float]

INK: Final = "#14202e"
MUTED: Final = "#56626d"
AMBER: Final = "#8a5a00"
PAPER: Final = "#ffffff"


@dataclass(frozen=True, slots=True)
class Fill:
    """Polygons, each in a colour of its own; with `within` only what lies in that box is seen."""

    shapes: Geometries
    colours: tuple[str, ...]
    opacity: float = 1.0
    within: Box | None = None


@dataclass(frozen=True, slots=True)
class Stroke:
    """The lines of geometries (of polygons their rings) in one colour."""

    shapes: Geometries
    colour: str
    width_pt: float
    dashed: bool = False
    within: Box | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text; `y` is where its letters stand, `boxed` lays paper under it."""

    text: str
    x: float
    y: float
    size_pt: float
    align: Align = "left"
    bold: bool = False
    colour: str = INK
    boxed: bool = False


Mark: TypeAlias = Fill | Stroke | Words


@dataclass(frozen=True, slots=True)
class Plan:
    """A sheet of paper and what stands on it, the lowest first."""

    width_mm: float
    height_mm: float
    marks: list[Mark] = field(default_factory=list)


def boxes(*each: Box) -> Geometries:
    """Return rectangles."""
    return np.array([shapely.box(*one) for one in each], dtype=object)
