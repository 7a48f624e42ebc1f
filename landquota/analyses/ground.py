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

from landquota.analyses.erasing import connected, covered_again, cut
from landquota.analyses.matching import from_corners
from landquota.area import Area
from landquota.findings import Finding, Place
from landquota.overlay import Layer, NotConserved, Parcels, overlay
from landquota.overlay.measuring import tolerances_m2
from landquota.overlay.shares import shared
from landquota.overlay.tables import Pairs, summed

if TYPE_CHECKING:
    from landquota.analyses.erasing import Again, Bools, Floats, Geometries, Ints, Pieces, Progress

#: What the parts of a parcel and the parcel may differ by.
TOLERANCE_M2: Final = 1e-6
#: And where the engine had to round coordinates to make them add up, which it says (OVERLAY-SNAPPED).
_SNAPPED_M2: Final = 0.01
#: Areas weigh in millionths of a square metre, the precision in which they are conserved.
_WEIGHTS_PER_M2: Final = 1e6
#: An official area in hundredths of a square metre, 3 units, is shared out in them.
_SURVEY_UNITS: Final = 3


def silent(done: int, of: int) -> None:
    """Report progress to nobody."""


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
    covered, rest, lost = cut(mine, theirs, pairs, tolerance, progress)
    _refuse(parcels, layer, lost)
    known, unknown = _known(layer, rest, origin)
    rows = np.arange(count)
    limit = np.minimum(layer.sliver_m2, parcels.areas_m2 / 2)
    covering, gaps, dark = (connected(each, rows, origin) for each in (covered, known, unknown))
    on, thin_on = _sums(covering, limit)
    off, thin_off = _sums(gaps, limit)
    no_data = summed(dark.area_m2, dark.parcel, count)
    total = summed(pairs.area_m2, pairs.parcel, count)
    suspects = np.flatnonzero(total - on - thin_on > tolerance / 2)
    again = covered_again(suspects, mine, theirs, pairs, origin)
    double = summed(again.pieces.area_m2, again.pieces.parcel, count)
    left = off + thin_off + no_data
    for off_by in (parcels.areas_m2 - on - thin_on - left, parcels.areas_m2 - total + double - left):
        _refuse(parcels, layer, np.flatnonzero(np.abs(off_by) > tolerance))
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


def never_empty(layer: Layer) -> Layer:
    """Return the layer, and one feature without ground for one without features: the engine needs one."""
    if len(layer):
        return layer
    nothing = np.array([None], dtype=object)
    return Layer(layer.name, ("",), nothing, complete=layer.complete, sliver_m2=layer.sliver_m2, file=layer.file)


def _pairs(parcels: Parcels, layer: Layer) -> tuple[Pairs, Floats]:
    """Return parcels and features that share ground, and what the sums of each parcel may be off by.

    The engine measures features over parcels: a feature lies in few zones, and a zone may have
    100,000 features.
    """
    features = Parcels(layer.ids, layer.geometries, file=layer.file)
    over = Layer(parcels.file, parcels.ids, parcels.geometries, complete=True, sliver_m2=0.0)
    found = overlay(features, never_empty(over))
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


def _known(layer: Layer, rest: Geometries, origin: Floats) -> tuple[Geometries, Geometries]:
    """Return what of the rest the layer speaks of, and what it does not."""
    nothing = np.full(len(rest), shapely.Polygon(), dtype=object)
    if layer.complete:
        return rest, nothing
    if layer.coverage is None:
        return nothing, rest
    speaks = shapely.transform(layer.coverage, lambda xy: xy - origin)
    return shapely.intersection(rest, speaks), shapely.difference(rest, speaks)


def _sums(pieces: Pieces, limit: Floats) -> tuple[Floats, Floats]:
    """Return what each parcel has in pieces, and in pieces below the limit."""
    thin = pieces.area_m2 < limit[pieces.parcel]
    return (
        summed(pieces.area_m2 * ~thin, pieces.parcel, len(limit)),
        summed(pieces.area_m2 * thin, pieces.parcel, len(limit)),
    )


def _refuse(parcels: Parcels, layer: Layer, lost: Ints) -> None:
    if len(lost):
        raise NotConserved(layer.name, [parcels.ids[row] for row in lost.tolist()])
