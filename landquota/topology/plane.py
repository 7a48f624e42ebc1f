"""The plane in which geometries are compared and measured.

Areas are measured in the layer's plane (in a geographic system on the ellipsoid), always on a
geometry that was built for it: never by subtracting one area from another, since the union of
two valid slivers can be EMPTY in GEOS.  Coordinates are shifted to a local origin first, so that
a zone prefix costs no digits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from landquota.area import Area
from landquota.crs import short
from landquota.ellipsoid import ellipsoidal_areas, planar_areas
from landquota.findings import Place
from landquota.formats.geometry import bounds

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]

#: Metres of one degree on a meridian, near enough for widths.
_METRES_PER_DEGREE: Final = 111_195.0


@dataclass(frozen=True, slots=True)
class Plane:
    """Coordinates of a layer from an origin of whole units, and how to measure in them.

    `origin` is in the layer's own system `crs`; `unit_m` is one unit east and north in metres.
    Both have shape (2,).
    """

    origin: Floats
    unit_m: Floats
    crs: pyproj.CRS | None

    @classmethod
    def of(cls, geometries: Geometries, crs: pyproj.CRS | None) -> Plane:
        """Return the plane of a layer: the origin lies at its south-west corner."""
        west, south, _, north = bounds(geometries) or (0.0, 0.0, 0.0, 0.0)
        origin = np.floor([west, south])
        if crs is None:
            return cls(origin, np.ones(2), crs)
        if crs.is_geographic:
            parallel = math.cos(math.radians((south + north) / 2))
            return cls(origin, np.array([parallel, 1.0]) * _METRES_PER_DEGREE, crs)
        return cls(origin, np.full(2, crs.axis_info[0].unit_conversion_factor), crs)

    def local(self, geometries: Geometries) -> Geometries:
        """Return geometries of the layer's system in local coordinates."""
        moved: Geometries = shapely.transform(geometries, lambda xy: xy - self.origin)
        return moved

    def back(self, local: Geometries) -> Geometries:
        """Return local geometries in the layer's system."""
        moved: Geometries = shapely.transform(local, lambda xy: xy + self.origin)
        return moved

    def areas_m2(self, local: Geometries) -> Floats:
        """Return the area of each local geometry, in a geographic system on the ellipsoid."""
        if self.crs is not None and self.crs.is_geographic:
            return np.asarray(ellipsoidal_areas(self.back(local), self.crs))
        return np.asarray(planar_areas(local)) * float(self.unit_m.prod())

    def lengths_m(self, local: Geometries) -> Floats:
        """Return the length of each line and the perimeter of each polygon, in degrees to about a percent."""
        return np.asarray(shapely.length(shapely.transform(local, lambda xy: xy * self.unit_m)))

    def widths_m(self, local: Geometries) -> Floats:
        """Return how wide each polygon is on the whole: the width of a strip with its area and perimeter."""
        perimeters_m = self.lengths_m(local)
        return 2 * np.divide(self.areas_m2(local), perimeters_m, out=np.zeros(len(local)), where=perimeters_m > 0)

    def called(self) -> str:
        """Return what to call the system of the findings' coordinates; dear, so ask once for a layer."""
        return "—" if self.crs is None else short(self.crs)

    def at(self, file: str, feature: str, local: shapely.Geometry) -> Place:
        """Return a place inside a local geometry, in the layer's coordinates."""
        x, y = shapely.get_coordinates(shapely.point_on_surface(local))[0] + self.origin
        return Place(file=file, feature=feature, x=float(x), y=float(y))


def said(area_m2: float) -> dict[str, object]:
    """Return an area as the parameters that findings have."""
    area = Area.measured(area_m2)
    return {"area": area, "m2": area.m2}
