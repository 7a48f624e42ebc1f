"""Planar and ellipsoidal areas of whole layers.

The ellipsoidal area is the official one of land surveys (国土调查办发〔2008〕32号, 图斑椭球面积):
edges longer than 70 m get evenly spaced points in the layer's own plane, every vertex is
turned into latitude and longitude, and the trapezoids between the edges and a meridian are
summed in closed form.  The computation is in double precision throughout; the rounding of
intermediate values that some official programs do (coordinates to 0.0001 m, latitudes to
1e-6") changes no area at 0.01 m².

Coordinates are in east, north (longitude, latitude) order.  Shells and holes are told apart
by the polygons' structure, so the orientation of a ring does not matter.  No area is a number
without its coordinates being finite and on the Earth: None and anything else give NaN, empty
and lower-dimensional geometries zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final, Literal, Self

import numpy as np
import pyproj
import shapely

from landquota.area import Area, Unit
from landquota.crs import gauss_kruger, horizontal
from landquota.ellipsoid_kernel import (
    DENSIFY_OVER_M,
    Belt,
    GaussSeries,
    belt_coefficients,
    belt_m2,
    compiled_ring_areas,
    densified,
    enclosed,
    long_edges,
    ring_areas,
)
from landquota.errors import InputError
from landquota.i18n import text
from landquota.rings import Rings, rings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from landquota.ellipsoid_kernel import Floats, Ints, RingAreas

    #: From east and north to longitude and latitude in radians.
    Inverse = Callable[[Floats, Floats], tuple[Floats, Floats]]

Match = Literal["planar", "ellipsoid", "both", "neither"]

#: No coordinate on the Earth is larger, zone prefix included.
_LARGEST_COORDINATE: Final = 1e8
#: Vertices worked on at a time, so that memory does not grow with the layer.
_BATCH_VERTICES: Final = 65_536
#: From here loading the compiled loop, 0.3 s, costs less than it saves, 20 ns a vertex.
_COMPILED_FROM_VERTICES: Final = 15_000_000

CGCS2000_SERIES: Final = GaussSeries(
    6399593.62586,
    0.00673949677548,
    (1.57048761144159e-7, 5.05250178820567e-3, 2.98472900956587e-5, 2.41626669230084e-7, 2.22241238938534e-9),
)
XIAN80_SERIES: Final = GaussSeries(
    6399596.65198801,
    6.73950181947292e-3,
    (1.57048687472752e-7, 5.05250559291393e-3, 2.98473350966158e-5, 2.41627215981336e-7, 2.22241909461273e-9),
)
#: The ellipsoids with published constants, by semi-major axis and inverse flattening.
_SERIES: Final = {(6378137.0, 298.257222101): CGCS2000_SERIES, (6378140.0, 298.257): XIAN80_SERIES}


def planar_areas(geometries: NDArray[np.object_]) -> Floats:
    """Return the area of each geometry in its own plane.

    Parameters
    ----------
    geometries
        Shape (n,); shapely geometries or None.

    Returns
    -------
    numpy.ndarray
        Shape (n,), in the square of the coordinates' unit (m² for a projected layer).  GEOS
        takes each ring from an origin of its own, so a zone prefix costs no digits.
    """
    geometries = np.asarray(geometries, dtype=object)
    with np.errstate(over="ignore", invalid="ignore"):
        areas = np.asarray(shapely.area(geometries))
        off_earth = (np.abs(shapely.bounds(geometries)) > _LARGEST_COORDINATE).any(axis=1)
    areas[off_earth | ~np.isfinite(areas)] = np.nan
    return areas


def ellipsoidal_areas(geometries: NDArray[np.object_], crs: pyproj.CRS, *, compiled: bool | None = None) -> Floats:
    """Return the area of each geometry on the ellipsoid of its reference system.

    Parameters
    ----------
    geometries
        Shape (n,); shapely geometries or None, in `crs`, east before north.
    crs
        Gauss-Kruger systems on the ellipsoids of CGCS2000 and Xi'an 80 are inverted with the
        official series, any other projected one by PROJ; edges are straight in the plane.  In
        a geographic system edges are straight in degrees.
    compiled
        Whether to run the series as machine code, where numba is installed; by default for
        large layers, and once it is loaded.  The areas are the same to the last bit.

    Returns
    -------
    numpy.ndarray
        Shape (n,), m².

    Raises
    ------
    InputError
        `crs` has no ellipsoid (a local engineering grid).
    """
    geometries = np.asarray(geometries, dtype=object)
    surface = _Surface.of(crs)
    vertices = shapely.get_num_coordinates(geometries).astype(np.int64)
    measure = _ring_areas(int(vertices.sum()), compiled=compiled) if surface.kruger is not None else ring_areas
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        batches = [_ellipsoidal(batch, surface, measure) for batch in _batches(geometries, vertices)]
    return np.concatenate([np.empty(0), *batches])


def areas(geometries: NDArray[np.object_], crs: pyproj.CRS) -> tuple[Floats, Floats]:
    """Return the planar and the ellipsoidal area of each geometry, m², NaN where `crs` gives none.

    Degrees have no planar area, and a local engineering grid no ellipsoidal one.  Coordinates
    are read into arrays once, for the ellipsoid; the plane's areas need none.

    Parameters
    ----------
    geometries
        Shape (n,); shapely geometries or None, in `crs`, east before north.
    crs
        Any reference system.
    """
    system = horizontal(crs)
    planar, ellipsoid = np.full((2, len(geometries)), np.nan)
    if system.is_projected or system.is_engineering:
        planar = planar_areas(geometries) * system.axis_info[0].unit_conversion_factor ** 2
    if system.is_projected or system.is_geographic:
        ellipsoid = ellipsoidal_areas(geometries, crs)
    return planar, ellipsoid


def matches(declared: Area, planar_m2: float, ellipsoid_m2: float, *, unit: Unit, decimals: int) -> Match:
    """Return which computed area a declared one states, at the precision it is written with.

    Both round to the same figure on small parcels ("both"): then it cannot be decided.

    Parameters
    ----------
    declared
        The declared area.
    planar_m2, ellipsoid_m2
        The computed areas.
    unit, decimals
        How the declared area is written; computed ones are rounded half up to that.
    """
    written = declared.in_unit(unit, decimals)
    planar = _written(planar_m2, unit, decimals) == written
    ellipsoid = _written(ellipsoid_m2, unit, decimals) == written
    if planar and ellipsoid:
        return "both"
    return "planar" if planar else "ellipsoid" if ellipsoid else "neither"


def _written(square_metres: float, unit: Unit, decimals: int) -> str | None:
    """Return a computed area as a survey writes it; noise below 1e-6 m² decides no rounding."""
    if not np.isfinite(square_metres):
        return None
    value = round(Decimal(square_metres), 6) * Unit.M2.size / unit.size
    return f"{value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP):f}"


@dataclass(frozen=True, slots=True)
class _Surface:
    """An ellipsoid and how a layer's coordinates get onto it."""

    semi_major_m: float
    e2: float
    belt: Belt
    inverse: Inverse
    radians_per_unit: float
    #: Metres in one unit of the plane; where coordinates are angles, the most that one of them can span.
    metres_per_unit: float
    angular: bool
    #: The official series and the easting of the central meridian; None in any other system.
    kruger: tuple[GaussSeries, float] | None = None

    @classmethod
    def of(cls, declared: pyproj.CRS) -> Self:
        crs = horizontal(declared)
        geodetic = crs.geodetic_crs
        if geodetic is None or geodetic.ellipsoid is None or not (crs.is_projected or crs.is_geographic):
            raise InputError(
                text("{crs} has no ellipsoid: areas on it cannot be computed", crs=declared.name),
                remedy=text("Give the layer a geographic or projected coordinate reference system."),
            )
        semi_major_m, inverse_flattening = geodetic.ellipsoid.semi_major_metre, geodetic.ellipsoid.inverse_flattening
        flattening = 1 / inverse_flattening if inverse_flattening else 0.0
        e2 = flattening * (2 - flattening)
        belt = belt_coefficients(semi_major_m, e2)
        radians = geodetic.axis_info[0].unit_conversion_factor
        if crs.is_geographic:
            widest_m = radians * semi_major_m / (1 - e2)
            return cls(semi_major_m, e2, belt, _from_angles(radians), radians, widest_m, angular=True)
        zone, series = gauss_kruger(crs), _SERIES.get((semi_major_m, round(inverse_flattening, 9)))
        kruger = None if zone is None or series is None else (series, zone.false_easting_m)
        metres = crs.axis_info[0].unit_conversion_factor
        return cls(semi_major_m, e2, belt, _by_proj(crs, geodetic, radians), radians, metres, False, kruger)

    def ring_areas(self, rings: Rings) -> Floats:
        """Return each ring's signed area, m², in any system."""
        flat = np.where(np.abs(rings.flat) > _LARGEST_COORDINATE, np.nan, rings.flat)
        x, y = np.ascontiguousarray(flat.reshape(-1, 2).T)
        x, y, offsets = densified(x, y, rings.offsets, self.long_edges(x, y, rings.offsets))
        lon, lat = self.inverse(x, y)
        return enclosed(lon, belt_m2(np.sin(lat), self.belt), offsets)

    def long_edges(self, x: Floats, y: Floats, offsets: Ints) -> tuple[Ints, Floats]:
        """Return the edges over 70 m, by the index of their first vertex, and their lengths in metres."""
        edges, lengths_m = long_edges(x, y, offsets, metres_per_unit=self.metres_per_unit)
        if not self.angular:
            return edges, lengths_m
        east, north = x[edges + 1] - x[edges], y[edges + 1] - y[edges]
        lat = (y[edges] + north / 2) * self.radians_per_unit
        w2 = 1 - self.e2 * np.sin(lat) ** 2
        across_m = self.semi_major_m / np.sqrt(w2)
        east_m = east * self.radians_per_unit * across_m * np.cos(lat)
        north_m = north * self.radians_per_unit * across_m * (1 - self.e2) / w2
        lengths_m = np.sqrt(east_m * east_m + north_m * north_m)
        over = lengths_m > DENSIFY_OVER_M
        return edges[over], lengths_m[over]


def _ring_areas(vertices: int, *, compiled: bool | None) -> RingAreas:
    """Return the way to measure this many vertices."""
    if compiled is None:
        loaded = compiled_ring_areas.cache_info().currsize > 0
        compiled = loaded or vertices >= _COMPILED_FROM_VERTICES
    return (compiled_ring_areas() if compiled else None) or ring_areas


def _ellipsoidal(geometries: NDArray[np.object_], surface: _Surface, measure: RingAreas) -> Floats:
    rings = rings_of(geometries)
    if surface.kruger is None:
        return _gathered(geometries, rings, surface.ring_areas(rings))
    series, false_easting_m = surface.kruger
    signed, beyond = measure(rings.flat, rings.offsets, false_easting_m, series, surface.belt)
    if beyond.any():
        # Whole rings, since PROJ and the series differ by up to a millimetre there, which no ring may have inside it.
        signed[beyond] = surface.ring_areas(rings.only(beyond))
    return _gathered(geometries, rings, signed)


def _batches(geometries: NDArray[np.object_], vertices: Ints) -> Iterator[NDArray[np.object_]]:
    """Yield the geometries in runs of about `_BATCH_VERTICES` vertices."""
    run = np.cumsum(vertices) // _BATCH_VERTICES
    yield from np.split(geometries, np.flatnonzero(np.diff(run)) + 1)


def _gathered(geometries: NDArray[np.object_], rings: Rings, signed: Floats) -> Floats:
    """Return the geometries' areas from their rings' signed ones."""
    areas = np.asarray(np.bincount(rings.owners, np.abs(signed) * rings.signs, len(geometries)), dtype=np.float64)
    areas[shapely.is_missing(geometries) | ~np.isfinite(areas)] = np.nan
    return areas


def _from_angles(radians_per_unit: float) -> Inverse:
    def inverse(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        lat = y * radians_per_unit
        lat[np.abs(lat) > math.pi / 2 + 1e-9] = np.nan
        return x * radians_per_unit, lat

    return inverse


def _by_proj(crs: pyproj.CRS, geodetic: pyproj.CRS, radians_per_unit: float) -> Inverse:
    def inverse(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        lon, lat = pyproj.Transformer.from_crs(crs, geodetic, always_xy=True).transform(x, y)
        return np.asarray(lon) * radians_per_unit, np.asarray(lat) * radians_per_unit

    return inverse
