"""Ground divided in two: what a layer covers of each parcel (or zone), and what it leaves.

The pairs are measured by the engine (:mod:`landquota.overlay`), features over parcels; what is
covered, what is left and what is covered twice are geometries of their own.  The four have to
agree: parcel = Σ pairs - doubly covered + left.  So zones under 100,000 parcels cost no more
than 100,000 parcels over zones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from landquota.analyses.matching import from_corners
from landquota.area import Area
from landquota.findings import Finding, Place
from landquota.overlay import Layer, NotConserved, Parcels, overlay
from landquota.overlay.measuring import tolerances_m2
from landquota.overlay.shares import shared
from landquota.overlay.tables import Pairs, summed

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]
    Ints = NDArray[np.int64]
    Progress = Callable[[int, int], None]

#: Areas below this are the noise of coordinates.
NOTHING_M2: Final = 1e-8
#: What the parts of a parcel and the parcel may differ by.
TOLERANCE_M2: Final = 1e-6
#: And where the engine had to round coordinates to make them add up, which it says (OVERLAY-SNAPPED).
_SNAPPED_M2: Final = 0.01
#: Areas weigh in millionths of a square metre, the precision in which they are conserved.
_WEIGHTS_PER_M2: Final = 1e6
#: An official area in hundredths of a square metre, 3 units, is shared out in them.
_SURVEY_UNITS: Final = 3
#: Where cutting does not add up in plain coordinates it is tried on these grids, in metres.
_GRIDS_M: Final = (0.0, 1e-8, 1e-7)
#: So many parcels between two reports of progress.
_REPORT_EVERY: Final = 500
#: From so many features on, those that fit together are joined along their common edges.
_MANY: Final = 64


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


class Again(NamedTuple):
    """Ground that is covered again: its pieces, and for each the feature that does and those it lies on."""

    pieces: Pieces
    features: list[tuple[int, ...]]


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
    parcels, layer
        What was asked.
    pairs
        Every parcel and feature that share ground.
    covered_m2, rest_m2
        What features cover, each piece of ground once, and what they leave where the layer speaks.
    no_data_m2
        What they leave where the layer does not speak; all of a parcel that cannot be measured.
    sliver_m2
        Pieces of the first two that are below the layer's threshold.
    double_m2
        What is covered more than once, as often as it is too much.
    rest, no_data, again
        The pieces behind `rest_m2`, `no_data_m2` and `double_m2`, by parcel.
    """

    parcels: Parcels
    layer: Layer
    pairs: Pairs
    covered_m2: Floats
    rest_m2: Floats
    no_data_m2: Floats
    sliver_m2: Floats
    double_m2: Floats
    rest: Pieces
    no_data: Pieces
    again: Again

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

    def findings(self) -> tuple[Finding, ...]:
        """Return OVERLAY-DOUBLE for each parcel in which features cover ground more than once."""
        pieces = self.again.pieces
        rows = np.flatnonzero(self.double_m2 > TOLERANCE_M2).tolist()
        order = np.argsort(pieces.area_m2, kind="stable")
        largest = dict(zip(pieces.parcel[order].tolist(), order.tolist(), strict=True))
        points = pieces.where(np.array([largest[row] for row in rows], dtype=np.int64)).points().tolist()
        return tuple(self._double(row, x, y) for row, (x, y) in zip(rows, points, strict=True))

    def _double(self, row: int, x: float, y: float) -> Finding:
        area = Area.measured(float(self.double_m2[row]))
        params = {"layer": self.layer.name, "parcel": self.parcels.ids[row], "area": area, "m2": area.m2}
        place = Place(file=self.layer.file or self.layer.name, feature=self.parcels.ids[row], x=x, y=y)
        return Finding("OVERLAY-DOUBLE", place, params)


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
        A parcel is not the sum of its parts within 1e-6 m².
    """
    pairs, tolerance = _pairs(parcels, layer)
    origin, count = _origin(parcels), len(parcels)
    mine, theirs = (
        from_corners(np.broadcast_to(origin, (len(each), 2)), each) for each in (parcels.geometries, layer.geometries)
    )
    covered, rest = _cut(parcels, layer, pairs, (mine, theirs), tolerance, progress)
    known, unknown = _known(layer, rest, origin)
    rows = np.arange(count)
    limit = np.minimum(layer.sliver_m2, parcels.areas_m2 / 2)
    covering, gaps, dark = (_pieces(each, rows, origin) for each in (covered, known, unknown))
    on, thin_on = _sums(covering, limit)
    off, thin_off = _sums(gaps, limit)
    no_data = summed(dark.area_m2, dark.parcel, count)
    total = summed(pairs.area_m2, pairs.parcel, count)
    suspects = np.flatnonzero(total - on - thin_on > tolerance / 2)
    again = _again(suspects, pairs, (mine, theirs), origin)
    double = summed(again.pieces.area_m2, again.pieces.parcel, count)
    left = off + thin_off + no_data
    for lost in (parcels.areas_m2 - on - thin_on - left, parcels.areas_m2 - total + double - left):
        _refuse(parcels, layer, np.abs(lost) > tolerance)
    return Ground(
        parcels,
        layer,
        pairs,
        covered_m2=on,
        rest_m2=off,
        no_data_m2=no_data,
        sliver_m2=thin_on + thin_off,
        double_m2=double,
        rest=gaps.where(gaps.area_m2 >= limit[gaps.parcel]),
        no_data=dark,
        again=again,
    )


def _pairs(parcels: Parcels, layer: Layer) -> tuple[Pairs, Floats]:
    """Return parcels and features that share ground, and what the sums of each parcel may be off by.

    The engine measures features over parcels: a feature lies in few zones, and a zone may have
    100,000 features.
    """
    features = Parcels(layer.ids, layer.geometries, file=layer.file)
    found = overlay(features, Layer(parcels.file, parcels.ids, parcels.geometries, complete=True, sliver_m2=0.0))
    order = np.lexsort((found.pairs.parcel, found.pairs.feature))
    parcel, feature = found.pairs.feature[order], found.pairs.parcel[order]
    area_m2 = found.pairs.area_m2[order]
    thin = area_m2 < np.minimum(layer.sliver_m2, parcels.areas_m2[parcel] / 2)
    pairs = Pairs(parcel, feature, area_m2, area_m2 * thin, (~thin).astype(np.int64))
    tolerance = tolerances_m2(parcels.areas_m2)
    snapped = [str(finding.place.feature) for finding in found.findings if finding.code == "OVERLAY-SNAPPED"]
    if snapped:
        rows = np.isin(np.asarray(layer.ids, dtype=object)[feature], snapped)
        tolerance = tolerance + _SNAPPED_M2 * np.bincount(parcel[rows], minlength=len(parcels))
    return pairs, tolerance


def _origin(parcels: Parcels) -> Floats:
    """Return the corner from which coordinates are counted, whole metres, so that a zone prefix costs no digits."""
    if not len(parcels):
        return np.zeros(2)
    return np.asarray(np.nan_to_num(np.floor(shapely.total_bounds(parcels.geometries)[:2])))


def _cut(
    parcels: Parcels,
    layer: Layer,
    pairs: Pairs,
    local: tuple[Geometries, Geometries],
    tolerance: Floats,
    progress: Progress,
) -> tuple[Geometries, Geometries]:
    """Return what features cover of each parcel, and what they leave, in local coordinates."""
    mine, theirs = local
    first, last = _spans(pairs, len(mine))
    union = _unions(pairs, first, last, theirs, progress)
    covered, rest = shapely.intersection(mine, union), shapely.difference(mine, union)
    areas = [np.nan_to_num(shapely.area(each)) for each in (mine, covered, rest)]
    wrong = np.abs(areas[0] - areas[1] - areas[2]) > tolerance
    # the union of slivers may be EMPTY: then nothing would be covered
    wrong |= areas[1] + tolerance < np.maximum.reduceat(np.append(pairs.area_m2, 0), first) * (last > first)
    for row in np.flatnonzero(wrong).tolist():
        near = theirs[pairs.feature[first[row] : last[row]]]
        divided_on = _on_a_grid(mine[row], near, float(tolerance[row]))
        if divided_on is None:
            raise NotConserved(layer.name, [parcels.ids[row]])
        covered[row], rest[row] = divided_on
    return covered, rest


def _spans(pairs: Pairs, count: int) -> tuple[Ints, Ints]:
    """Return where the pairs of each parcel begin and end."""
    ends = np.searchsorted(pairs.parcel, np.arange(count + 1))
    return ends[:-1], ends[1:]


def _unions(pairs: Pairs, first: Ints, last: Ints, features: Geometries, progress: Progress) -> Geometries:
    """Return what the features that share ground with each parcel are together; empty where there are none."""
    union = np.full(len(first), shapely.Polygon(), dtype=object)
    single = last - first == 1
    union[single] = features[pairs.feature[first[single]]]
    several = np.flatnonzero(last - first > 1).tolist()
    for done, row in enumerate(several):
        if done % _REPORT_EVERY == 0:
            progress(done, len(several))
        union[row] = _union(features[pairs.feature[first[row] : last[row]]])
    return union


def _union(features: Geometries) -> shapely.Geometry:
    """Return features together; many that fit together are joined along their common edges, ten times faster."""
    if len(features) >= _MANY and shapely.coverage_is_valid(features):
        joined: shapely.Geometry = shapely.coverage_union_all(features)
        if abs(float(shapely.area(joined)) - float(shapely.area(features).sum())) <= TOLERANCE_M2:
            return joined  # two coverages on top of each other pass for one, with twice the area
    return shapely.union_all(features)


def _on_a_grid(
    parcel: shapely.Geometry, features: Geometries, tolerance_m2: float
) -> tuple[shapely.Geometry, shapely.Geometry] | None:
    """Return one parcel cut again, feature by feature and on ever coarser grids, until it adds up."""
    largest = float(shapely.area(shapely.intersection(parcel, features)).max(initial=0))
    for grid in _GRIDS_M:
        union: shapely.Geometry = shapely.Polygon()
        for feature in features:
            union = shapely.union(union, feature, grid_size=grid)
        covered = shapely.intersection(parcel, union, grid_size=grid)
        rest = shapely.difference(parcel, union, grid_size=grid)
        whole, one, other = np.asarray(shapely.area([parcel, covered, rest])).tolist()
        if abs(whole - one - other) <= tolerance_m2 and one + tolerance_m2 >= largest:
            return covered, rest
    return None


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
    areas = np.nan_to_num(np.asarray(shapely.area(parts), dtype=np.float64))
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


def _again(rows: Ints, pairs: Pairs, local: tuple[Geometries, Geometries], origin: Floats) -> Again:
    """Return the ground of some parcels that features cover again, each piece as often as it is too much."""
    mine, theirs = local
    parts: list[shapely.Geometry] = []
    parcel: list[int] = []
    features: list[tuple[int, ...]] = []
    first, last = _spans(pairs, len(mine))
    for row in rows.tolist():
        near = pairs.feature[first[row] : last[row]]
        for part, several in _again_in(shapely.intersection(mine[row], theirs[near]), near):
            parts.append(part)
            parcel.append(row)
            features.append(several)
    pieces = _pieces(np.array(parts, dtype=object), np.arange(len(parts)), origin)
    owners = np.array(parcel, dtype=np.int64)
    return Again(pieces._replace(parcel=owners[pieces.parcel]), [features[each] for each in pieces.parcel.tolist()])


def _again_in(pieces: Geometries, names: Ints) -> list[tuple[shapely.Geometry, tuple[int, ...]]]:
    """Return what each piece has in common with all before it, and which they are."""
    index, other = shapely.STRtree(pieces).query(pieces, predicate="intersects")
    index, other = index[other < index], other[other < index]
    found: list[tuple[shapely.Geometry, tuple[int, ...]]] = []
    for row in np.unique(index).tolist():
        before = np.sort(other[index == row])
        common = shapely.intersection(pieces[row], pieces[before])
        real = np.asarray(shapely.area(common)) > NOTHING_M2
        if real.any():
            below = names[before[real]].tolist()
            together = shapely.union_all(common[real])
            found += [(part, (int(names[row]), *below)) for part in shapely.get_parts(together)]
    return found


def _refuse(parcels: Parcels, layer: Layer, wrong: Bools) -> None:
    if wrong.any():
        raise NotConserved(layer.name, [parcels.ids[row] for row in np.flatnonzero(wrong).tolist()])
