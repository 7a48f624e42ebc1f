"""Features that are doubtful by themselves: slivers, specks of parts, pinholes and spikes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from landquota.findings import Finding, Place
from landquota.topology.features import Features
from landquota.topology.plane import said

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]
    Indices = NDArray[np.intp]


def shapes(
    frame: GeoDataFrame,
    *,
    id_column: str,
    width_m: float = 0.5,
    thinness: float = 0.1,
    part_m2: float = 1.0,
    hole_m2: float = 1.0,
    angle_deg: float = 1.0,
    file: str = "parcels",
    sound: Bools | None = None,
) -> list[Finding]:
    """Find slivers, parts and holes that are too small to be meant, and spikes.

    Parameters
    ----------
    frame
        Polygons.
    id_column
        The column that names them.
    width_m
        A sliver is narrower: twice its area over its perimeter, which is the width of a strip.
    thinness
        And it is thinner: 4π area over perimeter², which is 1 for a circle and 0.1 for a strip
        some 30 times as long as wide.
    part_m2, hole_m2
        Smaller parts of a feature of several parts, and smaller holes, are named.
    angle_deg
        A spike is a sharper corner, at which a boundary turns back on itself.
    file
        What the findings name as the place.
    sound
        Which features are sound polygons, shape (n,), where that is known already.

    Returns
    -------
    list of Finding
        TOPO-SLIVER, TOPO-SMALL-PART, TOPO-MICRO-HOLE and TOPO-SPIKE, each with its measure and a place.
    """
    features = Features.of(frame, id_column=id_column, file=file, sound=sound)
    return [
        *_slivers(features, width_m=width_m, thinness=thinness),
        *_small_parts(features, smallest_m2=part_m2),
        *_micro_holes(features, smallest_m2=hole_m2),
        *_spikes(features, angle_deg=angle_deg),
    ]


def _slivers(features: Features, *, width_m: float, thinness: float) -> list[Finding]:
    plane, local = features.plane, features.local
    areas_m2, lengths_m = plane.areas_m2(local), plane.lengths_m(local)
    widths_m = 2 * areas_m2 / lengths_m
    sliver = (widths_m < width_m) & (4 * np.pi * areas_m2 < thinness * lengths_m**2)
    system = plane.called()
    found = []
    for index in np.flatnonzero(sliver).tolist():
        name = features.called(int(features.rows[index]))
        params = {"feature": name, "width": f"{widths_m[index]:.2f}", "crs": system, **said(areas_m2[index])}
        found.append(Finding("TOPO-SLIVER", plane.at(features.file, name, local[index]), params))
    return found


def _small_parts(features: Features, *, smallest_m2: float) -> list[Finding]:
    parts, owners = shapely.get_parts(features.local, return_index=True)
    several = np.bincount(owners, minlength=len(features.rows))[owners] > 1
    return _specks(features, parts[several], owners[several], smallest_m2, "TOPO-SMALL-PART")


def _micro_holes(features: Features, *, smallest_m2: float) -> list[Finding]:
    rings, owners, hole = _rings(features.geometries[features.rows])
    holes = features.plane.local(np.asarray(shapely.polygons(rings[hole])))
    return _specks(features, holes, owners[hole], smallest_m2, "TOPO-MICRO-HOLE")


def _spikes(features: Features, *, angle_deg: float) -> list[Finding]:
    spikes = _turned_back(features.geometries[features.rows], features.plane.unit_m, angle_deg)
    system = features.plane.called()
    found = []
    for (x, y), owner, angle, length_m in zip(*(column.tolist() for column in spikes), strict=True):
        name = features.called(int(features.rows[owner]))
        params = {"feature": name, "angle": f"{angle:.2f}", "length": f"{length_m:.2f}", "crs": system}
        found.append(Finding("TOPO-SPIKE", Place(file=features.file, feature=name, x=x, y=y), params))
    return found


def _turned_back(polygons: Geometries, unit_m: Floats, angle_deg: float) -> tuple[Floats, Indices, Floats, Floats]:
    """Return the corners sharper than an angle: coordinates, polygon, angle in degrees, length of the shorter edge."""
    rings, owners, _ = _rings(polygons)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    scaled = (xy * unit_m).view(np.complex128)[:, 0]
    edge = np.flatnonzero((scaled[1:] != scaled[:-1]) & (ring[1:] == ring[:-1]))
    step = scaled[edge + 1] - scaled[edge]
    # The edge before the first one of a ring is the last one of it.
    first = np.diff(ring[edge], prepend=-1) != 0
    last = np.diff(ring[edge], append=-1) != 0
    before = np.roll(step, 1)
    before[first] = step[last]
    turn = -np.conj(before) * step
    sharp = np.flatnonzero((turn.real > 0) & (np.abs(turn.imag) < np.tan(np.radians(angle_deg)) * turn.real))
    angles_deg = np.degrees(np.abs(np.angle(turn[sharp])))
    lengths_m = np.minimum(np.abs(before[sharp]), np.abs(step[sharp]))
    return xy[edge[sharp]], owners[ring[edge[sharp]]], angles_deg, lengths_m


def _rings(polygons: Geometries) -> tuple[Geometries, Indices, Bools]:
    """Return all rings, the polygon that each belongs to, and which of them are holes."""
    parts, owners = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    hole = np.zeros(len(rings), dtype=bool)
    hole[1:] = part[1:] == part[:-1]
    return rings, owners[part], hole


def _specks(features: Features, local: Geometries, owners: Indices, smallest_m2: float, code: str) -> list[Finding]:
    """Return a finding for each piece of a feature that is smaller than it should be."""
    plane = features.plane
    areas_m2 = plane.areas_m2(local)
    system = plane.called()
    found = []
    for index in np.flatnonzero(areas_m2 < smallest_m2).tolist():
        name = features.called(int(features.rows[owners[index]]))
        params = {"feature": name, "crs": system, **said(areas_m2[index])}
        found.append(Finding(code, plane.at(features.file, name, local[index]), params))
    return found
