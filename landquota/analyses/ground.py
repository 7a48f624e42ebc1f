"""Ground divided in two: what a layer covers of each parcel (or zone), and what it leaves.

Both are measured on geometry of their own and have to add up to the parcel; what is covered
several times counts once.  The engine (:mod:`landquota.overlay`) measures the same by another
way, and the two have to agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from landquota.overlay import Layer, NotConserved, Overlay, Parcels, overlay
from landquota.overlay.measuring import tolerances_m2
from landquota.overlay.shares import shared
from landquota.overlay.tables import summed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]
    Ints = NDArray[np.int64]
    Progress = Callable[[int, int], None]

#: What the parts of a parcel and the parcel may differ by.
TOLERANCE_M2: Final = 1e-6
#: And where the engine had to round coordinates to make them add up, which it says (OVERLAY-SNAPPED).
_SNAPPED_M2: Final = 0.01
#: Areas below this are the noise of coordinates.
NOTHING_M2: Final = 1e-8
#: Areas weigh in millionths of a square metre, the precision in which they are conserved.
_WEIGHTS_PER_M2: Final = 1e6
#: An official area in hundredths of a square metre, 3 units, is shared out in them.
_SURVEY_UNITS: Final = 3
#: Where cutting does not add up in plain coordinates it is tried on these grids, in metres.
_GRIDS_M: Final = (0.0, 1e-8, 1e-7)
#: So many parcels between two reports of progress.
_REPORT_EVERY: Final = 500


def silent(done: int, of: int) -> None:
    """Report progress to nobody."""


class Pieces(NamedTuple):
    """Connected pieces of ground in the parcels' system, the rows of their parcels, and m²; all of shape (pieces,)."""

    parcel: Ints
    geometries: Geometries
    area_m2: Floats

    def where(self, rows: Bools | Ints) -> Pieces:
        """Return the pieces that a mask keeps, or some by their rows."""
        return Pieces(self.parcel[rows], self.geometries[rows], self.area_m2[rows])

    def points(self) -> Floats:
        """Return a point inside each piece, east and north, shape (pieces, 2)."""
        points = shapely.get_coordinates(shapely.point_on_surface(self.geometries))
        return np.asarray(points, dtype=np.float64).reshape(-1, 2)


class Units(NamedTuple):
    """Official areas in 1/300 m², all of shape (parcels,); all but `double` add up to the parcel."""

    covered: Ints
    rest: Ints
    no_data: Ints
    sliver: Ints
    double: Ints


@dataclass(frozen=True)
class Ground:
    """Parcels divided by a layer; planar m² of shape (parcels,), which add up to the parcel but for `double`.

    Attributes
    ----------
    overlay
        What the engine says of the same: pairs, double cover and findings.
    covered_m2, rest_m2
        What features cover, each piece of ground once, and what they leave where the layer speaks.
    no_data_m2
        What they leave where the layer does not speak; all of a parcel that cannot be measured.
    sliver_m2
        Pieces of the first two that are below the layer's threshold.
    rest, no_data
        The pieces behind `rest_m2` and `no_data_m2`, by parcel.
    """

    overlay: Overlay
    covered_m2: Floats
    rest_m2: Floats
    no_data_m2: Floats
    sliver_m2: Floats
    rest: Pieces
    no_data: Pieces

    @property
    def parcels(self) -> Parcels:
        """What was divided."""
        return self.overlay.parcels

    @property
    def double_m2(self) -> Floats:
        """What is covered more than once, as often as it is too much."""
        return self.overlay.cover.double_m2

    @property
    def unmeasured(self) -> Bools:
        """Which parcels have no sound polygon."""
        nothing: Bools = self.parcels.areas_m2 <= 0
        return nothing

    def units(self) -> Units:
        """Return each parcel's official area shared out by largest remainder."""
        columns = np.stack([self.covered_m2, self.rest_m2, self.no_data_m2, self.sliver_m2], axis=1)
        weights = np.rint(columns * _WEIGHTS_PER_M2).astype(np.int64)
        weights[weights.sum(axis=1) == 0, 2] = 1  # a parcel without ground: nothing is known of it
        whole = self.parcels.units
        step = np.where(whole % _SURVEY_UNITS == 0, _SURVEY_UNITS, 1)
        groups = np.repeat(np.arange(len(whole)), columns.shape[1])
        shares = shared(whole // step, weights.ravel(), groups).reshape(columns.shape) * step[:, None]
        area = np.where(self.parcels.areas_m2 > 0, self.parcels.areas_m2, 1.0)
        double = np.rint(self.double_m2 / area * whole / step).astype(np.int64) * step
        return Units(shares[:, 0], shares[:, 1], shares[:, 2], shares[:, 3], double)


def divided(parcels: Parcels, layer: Layer, *, progress: Progress = silent) -> Ground:
    """Divide parcels by what a layer covers of them.

    Parameters
    ----------
    parcels, layer
        In one projected system in metres, as :func:`landquota.overlay.overlay` takes them.
    progress
        Called with what is done and how much there is to do.

    Raises
    ------
    NotConserved
        A parcel is not the sum of its parts within 1e-6 m², or the engine measures others.
    """
    found = overlay(parcels, layer)
    origin = _origin(parcels)
    mine, theirs = (shapely.transform(each, lambda xy: xy - origin) for each in (parcels.geometries, layer.geometries))
    cover = found.cover
    left = cover.remainder_m2 + cover.no_data_m2
    rows = np.flatnonzero(left > NOTHING_M2)  # the others are covered whole
    covered, rest = _cut(found, rows, mine[rows], theirs, progress)
    known, unknown = _known(layer, rest, origin)
    whole = parcels.areas_m2.copy()
    whole[rows] = 0
    limit = np.minimum(layer.sliver_m2, parcels.areas_m2 / 2)
    covering, gaps, dark = (_pieces(each, rows, origin) for each in (covered, known, unknown))
    sums, thin = zip(*(_sums(each, limit) for each in (covering, gaps)), strict=True)
    no_data = summed(dark.area_m2, dark.parcel, len(parcels))
    lost = parcels.areas_m2 - whole - sum(sums) - sum(thin) - no_data
    _refuse_loss(found, lost)
    return Ground(
        found,
        whole + sums[0],
        sums[1],
        no_data,
        thin[0] + thin[1],
        gaps.where(gaps.area_m2 >= limit[gaps.parcel]),
        dark,
    )


def _origin(parcels: Parcels) -> Floats:
    """Return the corner from which coordinates are counted, whole metres, so that a zone prefix costs no digits."""
    if not len(parcels):
        return np.zeros(2)
    return np.asarray(np.nan_to_num(np.floor(shapely.total_bounds(parcels.geometries)[:2])))


def _tolerances_m2(found: Overlay) -> Floats:
    """Return what each parcel's sums may be off by."""
    tolerances = tolerances_m2(found.parcels.areas_m2)
    snapped = [str(finding.place.feature) for finding in found.findings if finding.code == "OVERLAY-SNAPPED"]
    if snapped:
        tolerances[np.isin(np.asarray(found.parcels.ids, dtype=object), snapped)] = _SNAPPED_M2
    return tolerances


def _cut(
    found: Overlay, rows: Ints, parcels: Geometries, features: Geometries, progress: Progress
) -> tuple[Geometries, Geometries]:
    """Return what features cover of the parcels of `rows`, and what they leave, in local coordinates."""
    union = _unions(found, rows, features, progress)
    covered, rest = shapely.intersection(parcels, union), shapely.difference(parcels, union)
    expected = (found.cover.remainder_m2 + found.cover.no_data_m2)[rows]
    area, tolerance = shapely.area(parcels), _tolerances_m2(found)[rows]
    wrong = np.abs(area - shapely.area(covered) - shapely.area(rest)) > tolerance
    wrong |= np.abs(shapely.area(rest) - expected) > tolerance
    first, last = _spans(found, rows)
    for row in np.flatnonzero(wrong).tolist():
        near = features[found.pairs.feature[first[row] : last[row]]]
        covered[row], rest[row] = _on_a_grid(parcels[row], near, expected[row], found, int(rows[row]))
    return covered, rest


def _spans(found: Overlay, rows: Ints) -> tuple[Ints, Ints]:
    """Return where the pairs of each parcel begin and end."""
    parcel = found.pairs.parcel
    return np.searchsorted(parcel, rows), np.searchsorted(parcel, rows, side="right")


def _unions(found: Overlay, rows: Ints, features: Geometries, progress: Progress) -> Geometries:
    """Return what the features that share ground with each parcel are together; empty where there are none."""
    union = np.full(len(rows), shapely.Polygon(), dtype=object)
    first, last = _spans(found, rows)
    single = last - first == 1
    union[single] = features[found.pairs.feature[first[single]]]
    several = np.flatnonzero(last - first > 1).tolist()
    for done, row in enumerate(several):
        if done % _REPORT_EVERY == 0:
            progress(done, len(several))
        union[row] = shapely.union_all(features[found.pairs.feature[first[row] : last[row]]])
    return union


def _on_a_grid(
    parcel: shapely.Geometry, features: Geometries, expected_m2: float, found: Overlay, row: int
) -> tuple[shapely.Geometry, shapely.Geometry]:
    """Cut one parcel again, feature by feature and on ever coarser grids, until it adds up."""
    for grid in _GRIDS_M:
        union: shapely.Geometry = shapely.Polygon()
        for feature in features:
            union = shapely.union(union, feature, grid_size=grid)
        covered = shapely.intersection(parcel, union, grid_size=grid)
        rest = shapely.difference(parcel, union, grid_size=grid)
        whole, one, other = np.asarray(shapely.area([parcel, covered, rest])).tolist()
        if max(abs(whole - one - other), abs(other - expected_m2)) <= _tolerances_m2(found)[row]:
            return covered, rest
    raise NotConserved(found.layer.name, [found.parcels.ids[row]])


def _known(layer: Layer, rest: Geometries, origin: Floats) -> tuple[Geometries, Geometries]:
    """Return what of the rest the layer speaks of, and what it does not."""
    nothing = np.full(len(rest), shapely.Polygon(), dtype=object)
    if layer.complete:
        return rest, nothing
    if layer.coverage is None:
        return nothing, rest
    speaks = shapely.transform(layer.coverage, lambda xy: xy - origin)
    return shapely.intersection(rest, speaks), shapely.difference(rest, speaks)


def _pieces(local: Geometries, rows: Ints, origin: Floats) -> Pieces:
    """Return the polygons in local geometries, measured there and then moved to where they lie."""
    parts, index = local, np.arange(len(local))
    while (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        index = index[inner]
    areas = np.asarray(shapely.area(parts), dtype=np.float64)
    there = areas > NOTHING_M2
    back = shapely.transform(parts[there], lambda xy: xy + origin)
    return Pieces(rows[index[there]], np.asarray(back, dtype=object), areas[there])


def _sums(pieces: Pieces, limit: Floats) -> tuple[Floats, Floats]:
    """Return what each parcel has in pieces, and in pieces below the limit."""
    thin = pieces.area_m2 < limit[pieces.parcel]
    return (
        summed(pieces.area_m2 * ~thin, pieces.parcel, len(limit)),
        summed(pieces.area_m2 * thin, pieces.parcel, len(limit)),
    )


def _refuse_loss(found: Overlay, lost_m2: Floats) -> None:
    wrong = np.flatnonzero(np.abs(lost_m2) > _tolerances_m2(found)).tolist()
    if wrong:
        raise NotConserved(found.layer.name, [found.parcels.ids[row] for row in wrong])
