"""Ground divided in two: what a layer covers of each parcel (or zone), and what it leaves.

The pairs are measured by the engine (:mod:`landquota.overlay`), features over parcels; what is
covered, what is left and what is covered twice are geometries of their own.  The four have to
agree: parcel = Σ pairs - doubly covered + left.  So zones under 100,000 parcels cost no more
than 100,000 parcels over zones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from landquota.analyses import tiles
from landquota.analyses.erasing import Again, Pieces, connected, covered_again, cut
from landquota.analyses.laid import as_layer, as_parcels, laid
from landquota.analyses.shapes import from_corners
from landquota.analyses.tasks import Progress, Task, done, silent
from landquota.analyses.tiles import Unread, frame_of
from landquota.area import Area
from landquota.findings import Finding, Place
from landquota.overlay import Layer, NotConserved, Parcels, around, tiled
from landquota.overlay.measuring import tolerances_m2
from landquota.overlay.shares import shared
from landquota.overlay.tables import Pairs, summed

if TYPE_CHECKING:
    from landquota.analyses.erasing import Bools, Floats, Geometries, Ints

#: What the parts of a parcel and the parcel may differ by.
TOLERANCE_M2: Final = 1e-6
#: And where the engine had to round coordinates to make them add up, which it says (OVERLAY-SNAPPED).
_SNAPPED_M2: Final = 0.01
#: Areas weigh in millionths of a square metre, the precision in which they are conserved.
_WEIGHTS_PER_M2: Final = 1e6
#: An official area in hundredths of a square metre, 3 units, is shared out in them.
_SURVEY_UNITS: Final = 3
#: So many pairs are worth a task: what their polygons need is some tens of MiB.
_PAIRS_A_TASK: Final = 20_000


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
        points = pieces.points[[largest[row] for row in rows]].tolist() if rows else []
        return tuple(self._double(row, x, y) for row, (x, y) in zip(rows, points, strict=True))

    def _double(self, row: int, x: float, y: float) -> Finding:
        area = Area.measured(float(self.double_m2[row]))
        params = {"layer": self.layer.name, "parcel": self.parcels.ids[row], "area": area, "m2": area.m2}
        place = Place(file=self.layer.file or self.layer.name, feature=self.parcels.ids[row], x=x, y=y)
        return Finding("OVERLAY-DOUBLE", place, params)


def divided(
    parcels: Parcels | Unread[Parcels],
    layer: Layer | Unread[Layer],
    *,
    keep_pieces: bool = True,
    progress: Progress = silent,
) -> Ground:
    """Divide parcels by what a layer covers of them.

    Parameters
    ----------
    parcels, layer
        In one projected system in metres, as :func:`landquota.overlay.overlay` takes them; of
        large ones only what lies together is read at a time.
    keep_pieces
        Whether the polygons of the pieces are kept, to be drawn or written.
    progress
        Called with what is done and how much there is to do.

    Raises
    ------
    NotConserved
        A parcel is not the sum of its parts within 1e-6 m².
    """
    pairs, tolerance = _pairs(parcels, layer, progress)
    known = frame_of(parcels)
    parts: list[_Part] = []
    so_far = 0
    for part in done(_tasks(parcels, layer, pairs, tolerance, keep_pieces=keep_pieces)):
        parts.append(part)
        so_far += len(part.rows)
        progress(so_far, len(known))
    return _gathered(known, frame_of(layer), pairs, parts)


def _tasks(
    parcels: Parcels | Unread[Parcels],
    layer: Layer | Unread[Layer],
    pairs: Pairs,
    tolerance: Floats,
    *,
    keep_pieces: bool,
) -> Iterator[Task[_Part]]:
    """Yield tasks with some parcels and all their features each."""
    ends = np.searchsorted(pairs.parcel, np.arange(len(parcels) + 1))
    counts = np.diff(ends)
    origin = np.floor(around(frame_of(parcels).boxes)[:2])
    for rows in _together(frame_of(parcels), counts):
        mine = np.concatenate([np.arange(ends[row], ends[row + 1]) for row in rows.tolist()])
        features, place = np.unique(pairs.feature[mine], return_inverse=True)
        owners = np.repeat(np.arange(len(rows)), counts[rows])
        local = Pairs(owners, place, pairs.area_m2[mine], pairs.sliver_m2[mine], pairs.pieces[mine])
        work = partial(
            _divided,
            rows=rows,
            features=features,
            pairs=local,
            tolerance=tolerance[rows],
            origin=origin,
            keep_pieces=keep_pieces,
        )
        yield Task(work, (parcels.only(rows), layer.only(features)))


class _Part(NamedTuple):
    """Some parcels of a :class:`Ground`: their rows, its columns from `covered_m2` on, and pieces by rows of all."""

    rows: Ints
    columns: Floats
    rest: Pieces
    no_data: Pieces
    again: Pieces
    lies_on: list[tuple[int, ...]]


def _gathered(parcels: Parcels, layer: Layer, pairs: Pairs, parts: Sequence[_Part]) -> Ground:
    """Return the ground of which there are all parts, in any order."""
    columns = np.zeros((len(parcels), 5))
    for part in parts:
        columns[part.rows] = part.columns
    covered_m2, rest_m2, no_data_m2, sliver_m2, double_m2 = np.ascontiguousarray(columns.T)
    names = [several for part in parts for several in part.lies_on]
    owners = [owner for part in parts for owner in part.again.parcel.tolist()]
    return Ground(
        parcels,
        layer,
        pairs,
        covered_m2=covered_m2,
        rest_m2=rest_m2,
        no_data_m2=no_data_m2,
        sliver_m2=sliver_m2,
        double_m2=double_m2,
        rest=Pieces.joined([part.rest for part in parts]),
        no_data=Pieces.joined([part.no_data for part in parts]),
        again=Again(
            Pieces.joined([part.again for part in parts]),
            [names[place] for place in sorted(range(len(names)), key=owners.__getitem__)],
        ),
    )


def _together(parcels: Parcels, pairs: Ints) -> Iterator[Ints]:
    """Yield the rows of parcels of one tile, as many as have pairs enough for a task."""
    for rows in tiled(parcels.boxes, tiles.TILE_M):
        bins = (np.cumsum(pairs[rows] + 1) - 1) // _PAIRS_A_TASK
        yield from np.split(rows, np.flatnonzero(np.diff(bins)) + 1)


def _divided(
    parcels: Parcels,
    layer: Layer,
    *,
    rows: Ints,
    features: Ints,
    pairs: Pairs,
    tolerance: Floats,
    origin: Floats,
    keep_pieces: bool,
) -> Iterator[_Part]:
    """Yield some parcels divided; `pairs` are by their rows here, `rows` and `features` are those among all."""
    count = len(parcels)
    mine, theirs = (
        from_corners(np.broadcast_to(origin, (len(each), 2)), each) for each in (parcels.geometries, layer.geometries)
    )
    covered, rest, lost = cut(mine, theirs, pairs, tolerance)
    _refuse(parcels, layer, lost)
    known, unknown = _known(layer, rest, origin)
    limit = np.minimum(layer.sliver_m2, parcels.areas_m2 / 2)
    covering, gaps, dark = (connected(each, np.arange(count), origin) for each in (covered, known, unknown))
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
    columns = np.stack([on, off, no_data, thin_on + thin_off, double], axis=1)
    pieces = [gaps.where(gaps.area_m2 >= limit[gaps.parcel]), dark, again.pieces]
    placed = [each._replace(parcel=rows[each.parcel]) for each in pieces]
    uncovered, dark, twice = placed if keep_pieces else [each.without_polygons() for each in placed]
    lies_on = [tuple(features[list(several)].tolist()) for several in again.features]
    yield _Part(rows, columns, uncovered, dark, twice, lies_on)


def _pairs(
    parcels: Parcels | Unread[Parcels], layer: Layer | Unread[Layer], progress: Progress
) -> tuple[Pairs, Floats]:
    """Return parcels and features that share ground, and what the sums of each parcel may be off by.

    The engine measures features over parcels: a feature lies in few zones, and a zone may have
    100,000 features.
    """
    known, sliver_m2 = frame_of(parcels), frame_of(layer).sliver_m2
    found = laid(as_parcels(layer), as_layer(parcels, known.file, sliver_m2=0.0), progress=progress)
    order = np.lexsort((found.pairs.parcel, found.pairs.feature))
    parcel, feature = found.pairs.feature[order], found.pairs.parcel[order]
    area_m2 = found.pairs.area_m2[order]
    thin = area_m2 < np.minimum(sliver_m2, known.areas_m2[parcel] / 2)
    pairs = Pairs(parcel, feature, area_m2, area_m2 * thin, (~thin).astype(np.int64))
    tolerance = tolerances_m2(known.areas_m2)
    snapped = [str(finding.place.feature) for finding in found.findings if finding.code == "OVERLAY-SNAPPED"]
    if snapped:
        rows = np.isin(np.asarray(frame_of(layer).ids, dtype=object)[feature], snapped)
        tolerance = tolerance + _SNAPPED_M2 * np.bincount(parcel[rows], minlength=len(known))
    return pairs, tolerance


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
