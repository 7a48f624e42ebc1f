"""Invalid polygons repaired: each change is told, and a large one is left to a person.

The ground that the rings enclose is kept (GEOS's structural repair): a shell that crosses itself
becomes the pieces it encloses, a hole is taken out wherever it lies, and what has collapsed to a
line or a point is dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from landquota.ellipsoid import ellipsoidal_areas, planar_areas
from landquota.findings import Finding, Place
from landquota.formats.geometry import Invalidity, faults, invalidity, tangled

if TYPE_CHECKING:
    import pyproj
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]


#: The dimension of polygons.
_GROUND: Final = 2
#: What GEOS 3.14 makes of one invalid polygon in 500 is invalid itself; of the second round none was.
_ROUNDS: Final = 3


@dataclass(frozen=True, slots=True)
class Repair:
    """What the repair of one feature changes, and whether it was made.

    Attributes
    ----------
    row
        The feature's row in the frame.
    fault
        What is wrong with it, and where.
    before_m2
        What the rings' coordinates give, as other programs show it; where a boundary crosses
        itself it counts some ground negatively.
    after_m2
        The area after the repair.
    dropped
        Lines and points that would be left over.
    shift
        How far the vertex of the boundary that is missed most lies from the repaired boundary, in
        the layer's unit.
    geometry
        The repaired polygon, or None where no ground is left.
    applied
        Whether the frame holds it.
    """

    row: int
    place: Place
    fault: Invalidity
    before_m2: float
    after_m2: float
    dropped: int
    shift: float
    geometry: shapely.Geometry | None
    applied: bool


def repair(
    frame: GeoDataFrame, *, places: Sequence[Place], tolerance_m2: float = 1.0, everything: bool = False
) -> tuple[GeoDataFrame, list[Repair], list[Finding]]:
    """Repair the invalid polygons of a layer.

    Parameters
    ----------
    frame
        The layer; it is not changed.
    places
        Where each of its features stands.
    tolerance_m2
        A repair that changes the area by more is left to a person, unless `everything` is asked for.
    everything
        Make every repair after which there is any ground left.

    Returns
    -------
    frame, repairs, findings
        The repaired layer; each repair made or left; and for each one GEOM-REPAIRED, GEOM-REPAIR-OPEN
        or, where there is nothing to replace the polygon by, GEOM-REPAIR-NONE.
        Geometries that are null, empty, no polygon or beyond the Earth are left as they are.
    """
    geometries: Geometries = np.asarray(frame.geometry.to_numpy(), dtype=object)
    rows = np.flatnonzero(faults(geometries)["GEOM-INVALID"])
    broken = geometries[rows]
    fixed = mended(broken)
    before_m2, after_m2 = _areas_m2(broken, frame.crs), np.nan_to_num(_areas_m2(fixed, frame.crs))
    small = np.abs(after_m2 - before_m2) <= tolerance_m2
    applied = ~shapely.is_missing(fixed) & (small | everything)
    repairs = [
        _repair(int(row), places[row], broken[i], fixed[i], (before_m2[i], after_m2[i]), applied=bool(applied[i]))
        for i, row in enumerate(rows.tolist())
    ]
    sound = geometries.copy()
    sound[rows[applied]] = fixed[applied]
    repaired = frame.set_geometry(type(frame.geometry)(sound, index=frame.index, crs=frame.crs))
    return repaired, repairs, [_finding(each) for each in repairs]


def mended(geometries: Geometries) -> Geometries:
    """Return what structural repair makes of invalid polygons, None for anything else and where nothing is left.

    A boundary that crosses itself beyond all measure (:func:`~landquota.formats.geometry.tangled`) is not repaired.

    Parameters
    ----------
    geometries
        Shapely geometries or None, shape (n,).
    """
    fixed = np.full(len(geometries), None, dtype=object)
    invalid = np.flatnonzero(faults(geometries)["GEOM-INVALID"])
    invalid = invalid[[not tangled(polygon) for polygon in geometries[invalid]]]
    fixed[invalid] = geometries[invalid]
    for _ in range(_ROUNDS):
        unsound = ~shapely.is_valid(fixed) & ~shapely.is_missing(fixed)
        fixed[unsound] = [_ground(each) for each in shapely.make_valid(fixed[unsound], method="structure")]
    fixed[~shapely.is_valid(fixed)] = None
    return fixed


def _ground(geometry: shapely.Geometry) -> shapely.Geometry | None:
    """Return the polygons of a geometry, or None where it has none."""
    parts = shapely.get_parts(geometry)
    parts = parts[shapely.get_dimensions(parts) == _GROUND]
    if not len(parts):
        return None
    ground: shapely.Geometry = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
    return ground


def _repair(
    row: int,
    place: Place,
    broken: shapely.Geometry,
    fixed: shapely.Geometry | None,
    areas_m2: tuple[float, float],
    *,
    applied: bool,
) -> Repair:
    fault = invalidity(broken)
    return Repair(
        row=row,
        place=place if fault.x is None else replace(place, x=fault.x, y=fault.y),
        fault=fault,
        before_m2=float(areas_m2[0]),
        after_m2=float(areas_m2[1]),
        dropped=_collapsed(broken),
        shift=_shift(broken, fixed),
        geometry=fixed,
        applied=applied,
    )


def _collapsed(broken: shapely.Geometry) -> int:
    """Return how many lines and points a repair leaves over."""
    if tangled(broken):
        return 0
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(broken)))
    return int((shapely.get_dimensions(parts) < _GROUND).sum())


def _shift(broken: shapely.Geometry, fixed: shapely.Geometry | None) -> float:
    """Return the largest distance of a vertex from the repaired boundary; NaN where there is none."""
    if fixed is None:
        return float("nan")
    rings, owner = shapely.get_coordinates(shapely.get_rings(shapely.get_parts(fixed)), return_index=True)
    edges = np.stack([rings[:-1], rings[1:]], axis=1)[owner[:-1] == owner[1:]]
    tree = shapely.STRtree(shapely.linestrings(edges))
    vertices = shapely.points(shapely.get_coordinates(broken))
    _, distances = tree.query_nearest(vertices, return_distance=True, all_matches=False)
    return float(distances.max())


def _areas_m2(geometries: Geometries, crs: pyproj.CRS | None) -> Floats:
    if crs is not None and crs.is_geographic:
        return np.asarray(ellipsoidal_areas(geometries, crs))
    unit_m = 1.0 if crs is None else crs.axis_info[0].unit_conversion_factor
    return np.asarray(planar_areas(geometries)) * unit_m**2


def _finding(each: Repair) -> Finding:
    if each.geometry is None:
        return Finding("GEOM-REPAIR-NONE", each.place, {"reason": each.fault.reason})
    params = {
        "reason": each.fault.reason,
        "before": f"{each.before_m2:.2f}",
        "after": f"{each.after_m2:.2f}",
        "dropped": each.dropped,
    }
    return Finding("GEOM-REPAIRED" if each.applied else "GEOM-REPAIR-OPEN", each.place, params)
