"""Areas of rings in a Gauss-Kruger plane by the official series: one arithmetic, run in two ways.

The formulae use nothing but + - x / and square roots, on arrays as on single numbers: sines
come from their own series.  So numpy, working through arrays, and numba, compiling the loop
over the vertices, give the same areas to the last bit, and it does not matter which one ran.

numba costs a third of a second to load, its first compilation on a machine a second more;
the machine code is then kept beside this module or in the user's cache.  The compiled loop
starts no threads, so a process may be forked after it.
"""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol, TypeVar

import numpy as np

from landquota.machine_code import machine_code

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.machine_code import Compile, Register

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

Real = TypeVar("Real", float, "Floats")

#: Longer edges get extra points before they are put on the ellipsoid.
DENSIFY_OVER_M: Final = 70.0
#: No edge gets more extra points than this; only edges over 286 km would.
MOST_POINTS: Final = 4095
#: How far from the central meridian the official series are used: just over half a 6-degree zone.
REACH_RAD: Final = math.radians(3.1)
#: And how far from the equator, as arc of the meridian.
NORTHMOST_RAD: Final = math.radians(60)
#: Vertices that numpy works on at a time, so that all its arrays stay in the processor's cache.
_CHUNK: Final = 16_384
#: Coefficients of the sine's series from x³ to x¹⁷; the next term is below 3e-17 within `NORTHMOST_RAD`.
_SINE: Final = tuple((-1) ** n / math.factorial(2 * n + 1) for n in range(1, 9))

Belt = tuple[float, float, float, float, float]


class GaussSeries(NamedTuple):
    """Constants of the official inverse Gauss-Kruger series on one ellipsoid.

    `curvature_m` is the polar radius of curvature c, `second_e2` is e'², `footpoint` holds
    k0 … k4 (国土调查办发〔2008〕32号, 附录).
    """

    curvature_m: float
    second_e2: float
    footpoint: tuple[float, float, float, float, float]


class RingAreas(Protocol):
    """Either way to measure rings: :func:`ring_areas` or what :func:`compiled_ring_areas` returns."""

    def __call__(
        self, flat: Floats, offsets: Ints, false_easting_m: float, series: GaussSeries, belt: Belt, /
    ) -> tuple[Floats, Flags]:
        """Return each ring's signed area and whether it reaches beyond the series."""
        ...


def area_coefficients(e2: float) -> Belt:
    """Return A … E of the official trapezoid formula for the first eccentricity squared."""
    e4, e6, e8 = e2**2, e2**3, e2**4
    return (
        1 + 3 / 6 * e2 + 30 / 80 * e4 + 35 / 112 * e6 + 630 / 2304 * e8,
        1 / 6 * e2 + 15 / 80 * e4 + 21 / 112 * e6 + 420 / 2304 * e8,
        3 / 80 * e4 + 7 / 112 * e6 + 180 / 2304 * e8,
        1 / 112 * e6 + 45 / 2304 * e8,
        5 / 2304 * e8,
    )


def belt_coefficients(semi_major_m: float, e2: float) -> Belt:
    """Return the coefficients of :func:`belt_m2` on an ellipsoid.

    The bracket of the official formula taken apart: 2 sin((B₂-B₁)/2) cos Bm is sin B₂ - sin B₁,
    so each vertex needs one sine, and the multiple angles are a polynomial in it.
    """
    a, b, c, d, e = area_coefficients(e2)
    polar2_m2 = semi_major_m**2 * (1 - e2)
    return (
        polar2_m2 * (a - 3 * b + 5 * c - 7 * d + 9 * e),
        polar2_m2 * (4 * b - 20 * c + 56 * d - 120 * e),
        polar2_m2 * (16 * c - 112 * d + 432 * e),
        polar2_m2 * (64 * d - 576 * e),
        polar2_m2 * (256 * e),
    )


def belt_m2(sine: Real, belt: Belt) -> Real:
    """Return the area per radian of longitude from the equator to the latitude of this sine."""
    b1, b3, b5, b7, b9 = belt
    s2 = sine * sine
    return sine * (b1 + s2 * (b3 + s2 * (b5 + s2 * (b7 + s2 * b9))))


def gauss_inverse(east_m: Real, north_m: Real, series: GaussSeries) -> tuple[Real, Real]:
    """Return the sine of the latitude, and the longitude from the central meridian.

    The official series, with B = Bf - fall and Bf = arc + rise.  The two short angles enter the
    sine by their own series (sin x = x - x³/6, cos x = 1 - x²/2 + x⁴/24 …), cut off below
    1e-13, and tangents as squares: no angle is needed, and one square root.

    Parameters
    ----------
    east_m
        Easting from the central meridian (false easting and zone prefix taken off).
    north_m
        Northing.
    series
        The ellipsoid's constants.

    Returns
    -------
    tuple
        The sine, and radians; in China good to 2e-10 within 3° of the central meridian, to
        2e-11 within 1.8°.  Of no meaning beyond `REACH_RAD` and `NORTHMOST_RAD`.
    """
    k0, k1, k2, k3, k4 = series.footpoint
    s3, s5, s7, s9, s11, s13, s15, s17 = _SINE
    arc = k0 * north_m
    x2 = arc * arc
    tail = s3 + x2 * (s5 + x2 * (s7 + x2 * (s9 + x2 * (s11 + x2 * (s13 + x2 * (s15 + x2 * s17))))))
    sine = arc + arc * x2 * tail
    sine2 = sine * sine
    # rise = sin cos · slope, at most 0.0026.
    slope = k1 - sine2 * (k2 - sine2 * (k3 - sine2 * k4))
    first = slope * (1 - sine2)
    rise2 = sine2 * first * slope
    foot = sine + sine * (first - rise2 * (1 / 2 + first * (1 / 6) - rise2 * (1 / 24)))
    foot2 = foot * foot
    cosine2 = 1 - foot2
    t2 = foot2 / cosine2
    eta2 = series.second_e2 * cosine2
    v2 = 1 + eta2
    q2 = east_m * east_m * v2 * (1 / series.curvature_m**2)
    # fall = tan Bf · drop, at most 0.001.
    fourth = 61 / 360 + t2 * (90 / 360 + 45 / 360 * t2)
    drop = 0.5 * v2 * q2 * (1 - q2 * (5 / 12 + 3 / 12 * t2 + eta2 * (1 / 12 - 9 / 12 * t2) - q2 * fourth))
    fall2 = t2 * drop * drop
    sine_lat = foot - foot * (drop + fall2 * (1 / 2 - drop * (1 / 6)))
    fourth = 5 / 120 + t2 * (28 / 120 + 24 / 120 * t2) + eta2 * (6 / 120 + 8 / 120 * t2)
    reach = 1 - q2 * (1 / 6 + 2 / 6 * t2 + 1 / 6 * eta2 - q2 * fourth)
    return sine_lat, east_m * (1 / series.curvature_m) * np.sqrt(v2 / cosine2) * reach


def ring_areas(
    flat: Floats, offsets: Ints, false_easting_m: float, series: GaussSeries, belt: Belt, /
) -> tuple[Floats, Flags]:
    """Return each ring's signed area on the ellipsoid, m², and whether it reaches beyond the series.

    Parameters
    ----------
    flat
        Shape (2 * vertices,); the east and north of all closed rings, one after the other.
    offsets
        Shape (rings + 1,); index of each ring's first vertex, and the number of vertices.
    false_easting_m
        What eastings have on the central meridian, zone prefix included.
    series, belt
        The ellipsoid's constants.
    """
    x, y = np.ascontiguousarray(flat.reshape(-1, 2).T)
    x, y, offsets = densified(x, y, offsets, long_edges(x, y, offsets))
    lon, along = np.empty(len(x)), np.empty(len(x))
    for first in range(0, len(x), _CHUNK):
        part = slice(first, first + _CHUNK)
        sine, lon[part] = gauss_inverse(x[part] - false_easting_m, y[part], series)
        along[part] = belt_m2(sine, belt)
    return enclosed(lon, along, offsets), _beyond(lon, y, offsets, NORTHMOST_RAD / series.footpoint[0])


def _beyond(lon: Floats, north_m: Floats, offsets: Ints, northmost_m: float) -> Flags:
    """Return which rings have a vertex where the series are not used."""
    far = np.abs(lon) > REACH_RAD
    far |= np.abs(north_m) > northmost_m
    beyond = np.zeros(len(offsets) - 1, dtype=bool)
    beyond[np.searchsorted(offsets, np.flatnonzero(far), side="right") - 1] = True
    return beyond


def enclosed(across: Floats, along: Floats, offsets: Ints) -> Floats:
    """Return each ring's signed area: the trapezoids between its edges and a meridian of its own.

    Summed from each ring's first edge to its last, as the compiled loop does.
    """
    counts = np.diff(offsets)
    ring = np.repeat(np.arange(len(counts)), counts)
    across = across - np.repeat(across[offsets[:-1]], counts)
    trapezoids = (across[1:] + across[:-1]) * 0.5 * (along[1:] - along[:-1])
    trapezoids[offsets[1:-1] - 1] = 0  # from one ring to the next there is no edge
    return np.asarray(np.bincount(ring[:-1], trapezoids, minlength=len(counts)), dtype=np.float64)


def densified(x: Floats, y: Floats, offsets: Ints, long: tuple[Ints, Floats]) -> tuple[Floats, Floats, Ints]:
    """Return the rings with int(length / 70) evenly spaced points on each of the `long` edges.

    Parameters
    ----------
    x, y, offsets
        The rings, as for :func:`enclosed`.
    long
        The edges over 70 m, by the index of their first vertex, and their lengths in metres.
    """
    edges, lengths_m = long
    extra = np.minimum(lengths_m / DENSIFY_OVER_M, MOST_POINTS).astype(np.int64)
    edge = np.repeat(edges, extra)
    if not len(edge):
        return x, y, offsets
    nth = np.arange(len(edge)) - np.repeat(np.cumsum(extra) - extra, extra) + 1
    share = nth / (np.repeat(extra, extra) + 1)
    x, y = (np.insert(values, edge + 1, values[edge] + share * (values[edge + 1] - values[edge])) for values in (x, y))
    return x, y, offsets + np.searchsorted(edge, offsets)


def long_edges(x: Floats, y: Floats, offsets: Ints, *, metres_per_unit: float = 1.0) -> tuple[Ints, Floats]:
    """Return the edges over 70 m, by the index of their first vertex, and their lengths in metres."""
    east, north = x[1:] - x[:-1], y[1:] - y[:-1]
    squared = east * east + north * north
    squared[offsets[1:-1] - 1] = 0
    over = DENSIFY_OVER_M / metres_per_unit
    edges = np.flatnonzero(squared > over * over)
    return edges, np.sqrt(squared[edges]) * metres_per_unit


def _ring_loop(
    flat: Floats, offsets: Ints, false_easting_m: float, series: GaussSeries, belt: Belt
) -> tuple[Floats, Flags]:
    """Return what :func:`ring_areas` does, ring by ring; to be compiled.

    The vertices are worked on before the edges, in a loop without branches, which the
    compiler turns into vector instructions: eight times as fast.
    """
    count, northmost_m = flat.size // 2, NORTHMOST_RAD / series.footpoint[0]
    lon, along = np.empty(count), np.empty(count)
    for i in range(count):
        sine, lon[i] = gauss_inverse(flat[2 * i] - false_easting_m, flat[2 * i + 1], series)
        along[i] = belt_m2(sine, belt)
    areas, beyond = np.zeros(offsets.size - 1), np.zeros(offsets.size - 1, np.bool_)
    for ring in range(areas.size):
        first, last = offsets[ring], offsets[ring + 1] - 1
        meridian, total = lon[first], 0.0
        for i in range(first, last):
            if abs(lon[i]) > REACH_RAD or abs(flat[2 * i + 1]) > northmost_m:
                beyond[ring] = True
            across, height = lon[i] - meridian, along[i]
            east, north = flat[2 * i + 2] - flat[2 * i], flat[2 * i + 3] - flat[2 * i + 1]
            squared_m2 = east * east + north * north
            if squared_m2 > DENSIFY_OVER_M * DENSIFY_OVER_M:
                points = int(min(np.sqrt(squared_m2) / DENSIFY_OVER_M, MOST_POINTS))
                for nth in range(1, points + 1):
                    share = nth / (points + 1)
                    x, y = flat[2 * i] + share * east, flat[2 * i + 1] + share * north
                    sine, offset = gauss_inverse(x - false_easting_m, y, series)
                    if abs(offset) > REACH_RAD or abs(y) > northmost_m:
                        beyond[ring] = True
                    nearer, lower = across, height
                    across, height = offset - meridian, belt_m2(sine, belt)
                    total += (across + nearer) * 0.5 * (height - lower)
            total += (lon[i + 1] - meridian + across) * 0.5 * (along[i + 1] - height)
        areas[ring] = total
    return areas, beyond


@cache
def compiled_ring_areas() -> RingAreas | None:
    """Return :func:`ring_areas` as machine code, or None where that cannot be had."""
    return machine_code(_built)


def _built(compiled: Compile, register: Register) -> RingAreas:
    for function in (gauss_inverse, belt_m2):
        register(inline="always")(function)
    made: RingAreas = compiled(_ring_loop)
    nothing = GaussSeries(1.0, 0.0, (1.0, 0.0, 0.0, 0.0, 0.0))
    made(np.empty(0), np.zeros(1, dtype=np.int64), 0.0, nothing, (0.0, 0.0, 0.0, 0.0, 0.0))
    return made
