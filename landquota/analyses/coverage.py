"""区片覆盖率: how much of each zone a layer covers, where it leaves gaps and where it covers twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from landquota.analyses.ground import Ground, divided
from landquota.analyses.tasks import Progress, silent
from landquota.area import Area, apportion, total
from landquota.findings import Finding
from landquota.overlay import Layer, Parcels

if TYPE_CHECKING:
    import shapely

    from landquota.analyses.erasing import Floats, Ints, Pieces
    from landquota.analyses.tiles import Unread

#: Areas weigh in millionths of a square metre.
_WEIGHTS_PER_M2 = 1e6


@dataclass(frozen=True, slots=True)
class Row:
    """One zone, or all together.

    Official areas: `area` = `covered` + `uncovered` + `no_data` + `sliver`, exactly.

    Attributes
    ----------
    covered
        What features cover, each piece of ground once, without slivers.
    uncovered
        What they leave where the layer speaks.
    no_data
        What they leave where it is known not to speak; all of a zone that cannot be measured.
    double
        What they cover more than once, as often as it is too much; in no sum.
    features
        How many features cover more of the zone than a sliver.
    """

    zone: str
    area: Area
    covered: Area
    uncovered: Area
    no_data: Area
    sliver: Area
    double: Area
    features: int

    @property
    def share(self) -> Fraction | None:
        """What is covered of the zone; None where the layer speaks of none of it."""
        if not self.area or self.no_data == self.area:
            return None
        return Fraction(self.covered.units, self.area.units)


class Spot(NamedTuple):
    """A connected piece of ground in a zone: a gap, ground without data, or ground that is covered again.

    The areas of a zone's spots of one kind add up to what its row says of them.
    """

    zone: str
    area: Area
    x: float
    y: float
    geometry: shapely.Geometry | None
    #: Of ground that is covered again: the feature that does, and those that it lies on.
    features: tuple[str, ...] = ()


@dataclass(frozen=True)
class Coverage:
    """How a layer covers zones.

    Attributes
    ----------
    rows
        One for each zone, in the zones' order.
    gaps, no_data, double
        The pieces behind what is uncovered, without data and doubly covered, the largest of each
        zone first.
    findings
        OVERLAY-DOUBLE where features overlap.
    """

    ground: Ground
    rows: tuple[Row, ...]
    gaps: tuple[Spot, ...]
    no_data: tuple[Spot, ...]
    double: tuple[Spot, ...]
    findings: tuple[Finding, ...]

    @property
    def total(self) -> Row:
        """All zones together; a feature counts in each zone that it covers."""
        columns = ("area", "covered", "uncovered", "no_data", "sliver", "double")
        sums = {column: total(getattr(row, column) for row in self.rows) for column in columns}
        features = len(np.unique(self.ground.pairs.feature[_real(self.ground)]))
        return Row("", **sums, features=features)


def coverage(
    zones: Parcels | Unread[Parcels],
    layer: Layer | Unread[Layer],
    *,
    keep_pieces: bool = True,
    progress: Progress = silent,
) -> Coverage:
    """Measure how a layer covers zones.

    Parameters
    ----------
    zones
        With their official areas.
    layer
        In the same system.  Where it speaks (everywhere if it is complete, else on its
        `coverage`) what it does not cover is a gap, elsewhere there is no data.
    keep_pieces
        Whether spots keep their polygons, to be drawn.
    progress
        Called with what is done and how much there is to do.

    Raises
    ------
    NotConserved
        A zone is not the sum of its parts within 1e-6 m².
    """
    ground = divided(zones, layer, keep_pieces=keep_pieces, progress=progress)
    known, units = ground.parcels, ground.units()
    columns = [column.tolist() for column in (known.units, *units)]
    rows = tuple(
        Row(zone, Area(whole), Area(covered), Area(rest), Area(no_data), Area(sliver), Area(double), count)
        for zone, count, whole, covered, rest, no_data, sliver, double in zip(
            known.ids, _counts(ground), *columns, strict=True
        )
    )
    gaps = spots_of(known, ground.rest, units.rest)
    no_data = spots_of(known, ground.no_data, units.no_data)
    return Coverage(ground, rows, gaps, no_data, tuple(_double(ground, units.double)), ground.findings())


def _real(ground: Ground) -> Ints:
    """Return the pairs that are more than slivers."""
    pairs = ground.pairs
    return np.flatnonzero(pairs.area_m2 > pairs.sliver_m2)


def _counts(ground: Ground) -> list[int]:
    """Return how many features cover each zone."""
    counts: list[int] = np.bincount(ground.pairs.parcel[_real(ground)], minlength=len(ground.parcels)).tolist()
    return counts


def spots_of(zones: Parcels, pieces: Pieces, units: Ints) -> tuple[Spot, ...]:
    """Return pieces with their shares in what their zone's row says, the largest first."""
    order = np.lexsort((-pieces.area_m2, pieces.parcel))
    spots: list[Spot] = []
    for mine in _by_zone(pieces, order):
        row = int(pieces.parcel[mine[0]])
        areas = _apportioned(int(units[row]), pieces.area_m2[mine])
        points = pieces.points[mine].tolist()
        geometries = pieces.geometries[mine]
        spots += [
            Spot(zones.ids[row], area, x, y, geometry)
            for area, (x, y), geometry in zip(areas, points, geometries, strict=True)
            if area
        ]
    return tuple(spots)


def _apportioned(units: int, area_m2: Floats) -> list[Area]:
    """Return an official area shared out to pieces by largest remainder."""
    weights = np.maximum(np.rint(area_m2 * _WEIGHTS_PER_M2), 1).astype(np.int64).tolist()
    step = 3 if units % 3 == 0 else 1
    return [Area(each * step) for each in apportion(units // step, weights)]


def _double(ground: Ground, units: Ints) -> Iterator[Spot]:
    """Yield the ground that features cover again, the largest piece of each zone first."""
    pieces, ids = ground.again.pieces, ground.layer.ids
    order = np.lexsort((-pieces.area_m2, pieces.parcel))
    for mine in _by_zone(pieces, order):
        row = int(pieces.parcel[mine[0]])
        areas = _apportioned(int(units[row]), pieces.area_m2[mine])
        points = pieces.points[mine].tolist()
        for piece, area, (x, y) in zip(mine.tolist(), areas, points, strict=True):
            names = tuple(ids[each] for each in ground.again.features[piece])
            if area:
                yield Spot(ground.parcels.ids[row], area, x, y, pieces.geometries[piece], names)


def _by_zone(pieces: Pieces, order: Ints) -> list[Ints]:
    """Return the rows of the pieces of each zone that has any."""
    ends = np.flatnonzero(np.diff(pieces.parcel[order])) + 1
    return np.split(order, ends) if len(order) else []
