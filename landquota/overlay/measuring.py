"""Parcels measured against a layer: areas pair by pair, how they are covered, and that it all adds up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from shapely.errors import GEOSException

from landquota.overlay import cover
from landquota.overlay.cells import moved
from landquota.overlay.compiled import COMPILED_FROM_BLOCKS, loops_for
from landquota.overlay.cutting import NOTHING_M2
from landquota.overlay.edges import BLOCK_EDGES, Edges
from landquota.overlay.engine import chained, pair_areas
from landquota.overlay.tables import Cover, counted, summed
from landquota.rings import offsets_of

if TYPE_CHECKING:
    from landquota.overlay.area_kernel import Words
    from landquota.overlay.layer import PreparedLayer
    from landquota.overlay.parcels import Parcels
    from landquota.overlay.tables import Bools, Floats, Geometries, Ints

#: What the parts of a parcel and the parcel may differ by.
TOLERANCE_M2: Final = 1e-6
#: Of a parcel above 10 km² they may differ by this part: its own area is not known any better.
_TOLERANCE: Final = 1e-13
#: By how much a parcel may change where it is put on a grid to make it add up.
_MENDED_M2: Final = 0.01


def _none() -> Ints:
    return np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Measured:
    """The areas of pairs, ordered by parcel and feature, and how each parcel is covered.

    `covering` has shape (parcels, 6): doubly covered, remainder, no data, the largest place that
    is doubly covered, and its x and y.  `mended` are the rows of parcels that add up only on a
    grid, `lost` of those that do not at all.
    """

    parcel: Ints
    feature: Ints
    area_m2: Floats
    covering: Floats
    mended: Ints = field(default_factory=_none)
    lost: Ints = field(default_factory=_none)

    @property
    def cover(self) -> Cover:
        """How each parcel is covered beyond its parts."""
        return Cover(*(np.ascontiguousarray(self.covering[:, column]) for column in range(3)))


def measured(parcels: Parcels, prepared: PreparedLayer) -> Measured:
    """Return parcels measured against a layer, each of them checked."""
    parcel, feature = prepared.near(parcels.geometries)
    loops = loops_for(_blocks(parcels, prepared, feature))
    covering = _bare(parcels, prepared)
    mine = Edges.of(_looked_at(parcels, parcel, covering), loops and loops.outlines)
    theirs, rows = prepared.edges_of(feature, loops)
    area_m2, chains = pair_areas(mine, theirs, parcel, rows, loops)
    area_m2[np.abs(area_m2) <= NOTHING_M2] = 0  # what is below zero shows that a feature is not sound
    met = counted(parcel[area_m2 != 0], len(parcels)) > 0
    covering[met] = 0
    settled = _settled(parcels, parcel, area_m2, chained(chains, parcel, len(parcels)))
    asked = np.flatnonzero(np.where(met, ~settled, np.isnan(covering[:, 1])))
    some = np.isin(parcel, asked)
    if loops is None:
        some &= area_m2 != 0
        covering[asked] = _by_geos(parcels, prepared, asked, (parcel[some], feature[some]), area_m2[some])
    else:
        starts = offsets_of(counted(parcel[some], len(parcels))[asked])
        known = prepared.layer.complete
        covering[asked] = loops.coverings(mine, theirs, prepared.scope, asked, starts, rows[some], known)
    crooked = _crooked(parcels.geometries, mine.thin)
    crooked[parcel[_crooked(prepared.layer.geometries[feature], theirs.thin[rows])]] = True
    found = _checked(parcels, prepared, Measured(parcel, feature, area_m2, covering), crooked)
    there = found.area_m2 > 0
    return replace(found, parcel=parcel[there], feature=feature[there], area_m2=found.area_m2[there])


def _blocks(parcels: Parcels, prepared: PreparedLayer, feature: Ints) -> int:
    """Return about how many blocks of edges there are to be looked at, at least if there are very many."""
    if len(feature) >= COMPILED_FROM_BLOCKS:
        return len(feature)
    vertices = shapely.get_num_coordinates(prepared.layer.geometries[feature])
    return int(np.ceil(vertices / BLOCK_EDGES).sum()) + len(parcels)


def _looked_at(parcels: Parcels, parcel: Ints, covering: Floats) -> Geometries:
    """Return the parcels' geometries, None for those whose edges say nothing: no feature is near, and none is thin."""
    geometries = parcels.geometries.copy()
    single = shapely.get_type_id(geometries) == shapely.GeometryType.POLYGON
    single &= shapely.get_num_interior_rings(geometries) == 0
    apart = single & (parcels.areas_m2 > _MENDED_M2) & ~np.isnan(covering[:, 1])
    apart[parcel] = False
    geometries[apart] = None
    return geometries


def _settled(parcels: Parcels, parcel: Ints, area_m2: Floats, chains: Words) -> Bools:
    """Return the parcels that are covered once all over, which needs no geometry to be seen.

    They are as large as their parts, and either there is one part only, or every edge that
    crosses the parcel is passed in both directions, so that the cover is the same everywhere:
    a gap and an overlap of the same size do not pass for none.
    """
    covered, parts = summed(area_m2, parcel, len(parcels)), counted(parcel[area_m2 != 0], len(parcels))
    equal = np.abs(covered - parcels.areas_m2) <= tolerances_m2(parcels.areas_m2) / 2
    settled: Bools = equal & ((parts == 1) | (chains == 0))
    return settled


def _bare(parcels: Parcels, prepared: PreparedLayer) -> Floats:
    """Return how parcels are covered that no feature covers; NaN where the coverage has to be looked at."""
    covering, layer = np.zeros((len(parcels), 6)), prepared.layer
    if layer.complete or layer.coverage is None:
        covering[:, 1 if layer.complete else 2] = parcels.areas_m2
        return covering
    shapely.prepare(layer.coverage)
    inside = shapely.contains_properly(layer.coverage, parcels.geometries)
    apart = shapely.disjoint(layer.coverage, parcels.geometries)
    covering[:, 1] = np.where(inside, parcels.areas_m2, np.where(apart, 0, np.nan))
    covering[:, 2] = np.where(apart, parcels.areas_m2, 0)
    covering[shapely.is_missing(parcels.geometries)] = 0
    return covering


def _by_geos(
    parcels: Parcels, prepared: PreparedLayer, asked: Ints, pairs: tuple[Ints, Ints], area_m2: Floats
) -> Floats:
    """Return how features cover some parcels; NaN where GEOS fails."""
    local = moved(parcels.geometries, -prepared.origin)
    try:
        found = cover.coverings(local, prepared, asked, pairs, area_m2)
    except GEOSException:
        return np.full((len(asked), 6), np.nan)
    found[:, 4:] += prepared.origin
    return found


def _crooked(geometries: Geometries, thin: Bools) -> Bools:
    """Return which of the thin geometries are not sound: what a ring takes back of its own area is not seen in sums."""
    crooked = thin.copy()
    crooked[thin] = ~shapely.is_valid(geometries[thin])
    return crooked


def _checked(parcels: Parcels, prepared: PreparedLayer, found: Measured, crooked: Bools) -> Measured:
    """Return what was measured, with those parcels on a grid that do not add up as they are."""
    areas_m2, covering = found.area_m2.copy(), found.covering.copy()
    mended: list[int] = []
    lost: list[int] = []
    for row in np.flatnonzero(crooked | ~_adds_up(parcels.areas_m2, found)).tolist():
        pairs = slice(*np.searchsorted(found.parcel, [row, row + 1]))
        on_grid = _mended(parcels, prepared, row, found.feature[pairs])
        if on_grid is None:
            lost.append(row)
            continue
        mended.append(row)
        areas_m2[pairs], covering[row] = on_grid.shared_m2, on_grid.covering
        covering[row, 4:] += prepared.origin
    rows = {"mended": np.array(mended, dtype=np.int64), "lost": np.array(lost, dtype=np.int64)}
    return replace(found, area_m2=areas_m2, covering=covering, **rows)


def _mended(parcels: Parcels, prepared: PreparedLayer, row: int, features: Ints) -> cover.Mended | None:
    """Return one parcel on the grid, or None if it does not add up there either, or is not the same parcel."""
    area_m2 = parcels.areas_m2[row]
    try:
        found = cover.mended(parcels.geometries[row], prepared.layer.geometries[features], prepared)
    except GEOSException:
        return None
    double, remainder, no_data = found.covering[:3]
    gap = found.shared_m2.sum() - double + remainder + no_data - found.area_m2
    same = abs(found.area_m2 - area_m2) <= _MENDED_M2
    return found if same and abs(gap) <= tolerances_m2(area_m2) else None


def tolerances_m2(areas_m2: Floats) -> Floats:
    """Return what the sums of parcels of these areas may be off by."""
    return np.maximum(TOLERANCE_M2, _TOLERANCE * areas_m2)


def _adds_up(areas_m2: Floats, found: Measured) -> Bools:
    """Return which parcels are their parts - doubly covered + remainder + no data."""
    parts = summed(found.area_m2, found.parcel, len(areas_m2))
    double, remainder, no_data = found.covering[:, :3].T
    good: Bools = np.abs(parts - double + remainder + no_data - areas_m2) <= tolerances_m2(areas_m2)
    return good
