"""From the ground to the paper: the plane of a map, its scale, and a scale bar in round metres."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyproj
import shapely

from landquota.crs import GEOGRAPHIC_EPSG
from landquota.maps.printing.plan import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Leading digits of scales, of which the largest that fits is taken.
_SCALES: Final = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8)
#: Leading digits of a scale bar's length.
_LENGTHS: Final = (1, 2, 5)
_SMALLEST_M: Final = 20.0
_WIDTH_DEG: Final = 3


@dataclass(frozen=True, slots=True)
class Scale:
    """How the plane lies on the paper: its middle (metres) at a place (millimetres), so much smaller."""

    denominator: float
    middle: tuple[float, float]
    place: tuple[float, float]

    def on_paper(self, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return geometries of the plane in millimetres on the paper."""
        move = np.array(self.place) - np.array(self.middle) * (1000 / self.denominator)
        moved: NDArray[np.object_] = shapely.transform(shapes, lambda xy: xy * (1000 / self.denominator) + move)
        return moved

    def bar_m(self, room_mm: float) -> float:
        """Return the longest round length that fits into a room."""
        return _round_below(room_mm * self.denominator / 1000, _LENGTHS)


def in_plane(shapes: Sequence[Any]) -> NDArray[np.object_]:
    """Return geometries in degrees in the plane of the 3-degree zone (Gauss-Kruger) of their middle."""
    degrees = np.array(shapes, dtype=object)
    around = extent(degrees)
    meridian = 0 if around is None else _WIDTH_DEG * round((around[0] + around[2]) / 2 / _WIDTH_DEG)
    plane = pyproj.CRS.from_dict({"proj": "tmerc", "lon_0": meridian, "ellps": "GRS80"})
    transformer = pyproj.Transformer.from_crs(GEOGRAPHIC_EPSG, plane, always_xy=True)
    moved: NDArray[np.object_] = shapely.transform(degrees, lambda xy: np.column_stack(transformer.transform(*xy.T)))
    return moved


def extent(shapes: NDArray[np.object_]) -> Box | None:
    """Return the box around all of some geometries; None where there is nothing."""
    xy = shapely.get_coordinates(shapes)
    if len(xy) == 0:
        return None
    (west, south), (east, north) = xy.min(axis=0).tolist(), xy.max(axis=0).tolist()
    return west, south, east, north


def fitted(bounds: Box, room: Box) -> Scale:
    """Return the largest round scale at which what lies within `bounds` (metres) fits into `room` (millimetres)."""
    west, south, east, north = bounds
    left, low, right, high = room
    width, height = max(east - west, _SMALLEST_M), max(north - south, _SMALLEST_M)
    needed = 1000 * max(width / (right - left), height / (high - low))
    middle = ((west + east) / 2, (south + north) / 2)
    return Scale(_round_above(needed, _SCALES), middle, ((left + right) / 2, (low + high) / 2))


def _round_above(value: float, digits: Sequence[float]) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return next(digit * power for digit in (*digits, 10) if digit * power >= value * (1 - 1e-9))


def _round_below(value: float, digits: Sequence[float]) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return max(digit * power for digit in digits if digit * power <= value * (1 + 1e-9))
