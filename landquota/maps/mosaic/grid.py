"""The grid of whole numbers that a page's large layers are drawn on: web Mercator in 2^28 steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Points = NDArray[np.int32]

#: 2^28 steps around the equator are 0.15 m each there, and 0.13 m on the ground at 30 degrees north:
#: one pixel of zoom 20.
BITS: Final = 28
_STEPS: Final = 1 << BITS
#: Where web Mercator's square ends.
_LATITUDE_LIMIT: Final = 85.051128779806592
_HILBERT_BITS: Final = 16


def quantise(lon_lat: Floats) -> Points:
    """Return the grid points nearest to places.

    Parameters
    ----------
    lon_lat
        Longitude and latitude in degrees, shape (n, 2).

    Returns
    -------
    Steps to the east and to the south of the north-western corner, shape (n, 2).
    """
    latitude = np.radians(np.clip(lon_lat[:, 1], -_LATITUDE_LIMIT, _LATITUDE_LIMIT))
    east = lon_lat[:, 0] / 360 + 0.5
    south = 0.5 - np.arcsinh(np.tan(latitude)) / (2 * np.pi)
    steps = np.rint(np.stack((east, south), axis=-1) * _STEPS)
    return np.clip(steps, 0, _STEPS - 1).astype(np.int32)


def hilbert(points: NDArray[np.integer[Any]]) -> Ints:
    """Return how far along a Hilbert curve grid points lie, shape (n,): neighbours on it are near each other."""
    x, y = points[:, 0] >> (BITS - _HILBERT_BITS), points[:, 1] >> (BITS - _HILBERT_BITS)
    along = np.zeros(len(points), dtype=np.int64)
    for bit in range(_HILBERT_BITS - 1, -1, -1):
        right, down = (x >> bit) & 1, (y >> bit) & 1
        along = (along << 2) | ((3 * right) ^ down)
        # The curve's quarters are turned: in the upper half x and y change places, at one end mirrored.
        mirrored = (down == 0) & (right == 1)
        x, y = np.where(mirrored, ~x, x), np.where(mirrored, ~y, y)
        x, y = np.where(down == 0, y, x), np.where(down == 0, x, y)
    return along
