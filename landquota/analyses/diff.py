"""Two deliveries of one layer compared: what was added, removed, changed, moved, split and merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from landquota.amount import round_half_up
from landquota.analyses.changes import Change, Columns, Kind, edited
from landquota.analyses.delivery import Delivery
from landquota.analyses.matching import beside
from landquota.analyses.moving import ways_m
from landquota.analyses.shapes import compared
from landquota.analyses.tasks import Progress, silent
from landquota.analyses.telling import Told, couples_of, told
from landquota.analyses.transition import Rounded, Transition, laid_over, transition
from landquota.area import Area, apportion, total
from landquota.errors import UsageError
from landquota.findings import Finding, Place
from landquota.i18n import text
from landquota.topology.identity import duplicate_ids

if TYPE_CHECKING:
    from landquota.analyses.delivery import Bools, Floats, Geometries, Ints

#: Boundaries that differ by less, in metres, are the same: the last digit that surveys write.
TOLERANCE_M: Final = 1e-3
_STEPS: Final = 5
#: Areas weigh in millionths of a square metre, and are shown in hundredths, 3 units.
_WEIGHTS_PER_M2: Final = 1e6
_SURVEY_UNITS: Final = 3
#: What has the same ground in both deliveries.
_STAYED: Final = frozenset({Kind.UNCHANGED, Kind.ATTRIBUTES})


class Tally(NamedTuple):
    """How many features a kind of change concerns, and their areas; kinds add up to the deliveries."""

    kind: Kind
    changes: int
    old: int
    new: int
    old_area: Area
    new_area: Area


@dataclass(frozen=True)
class Diff:
    """Two deliveries compared.

    Attributes
    ----------
    changes
        One for each feature (or group of what was split or merged), also unchanged ones, in the
        order of the old delivery; what was added comes last.
    columns
        Which attributes were compared.
    transition
        The areas from class to class.
    tolerance_m
        How far boundaries may differ and still be the same.
    findings
        Ids that tell no feature.
    """

    old: Delivery
    new: Delivery
    changes: tuple[Change, ...]
    columns: Columns
    transition: Transition
    tolerance_m: float
    findings: tuple[Finding, ...]

    @cached_property
    def changed(self) -> tuple[Change, ...]:
        """All but what is unchanged."""
        return tuple(change for change in self.changes if change.kind is not Kind.UNCHANGED)

    def tallies(self) -> tuple[Tally, ...]:
        """Return the changes added up by kind, in the order of kinds, those that occur."""
        by_kind: dict[Kind, list[Change]] = {}
        for change in self.changes:
            by_kind.setdefault(change.kind, []).append(change)
        return tuple(_tally(kind, by_kind[kind]) for kind in Kind if kind in by_kind)

    def table(self) -> Rounded:
        """Return the areas from class to class, so that they add up to what the changes do."""
        return self.transition.rounded(self.total.old_area, self.total.new_area)

    @property
    def total(self) -> Tally:
        """All features of both deliveries."""
        return _tally(Kind.UNCHANGED, self.changes)


def diff(
    old: Delivery,
    new: Delivery,
    *,
    tolerance_m: float = TOLERANCE_M,
    ignored: Iterable[str] = (),
    progress: Progress = silent,
) -> Diff:
    """Compare two deliveries.

    Features are told by their ids where both deliveries have them, else by their ground (the
    same to the last digit, or within the tolerance), by their shape where it was moved, and at
    last by the largest overlap.  Seen from the other side, the result is the same backwards.

    Parameters
    ----------
    old, new
        In one projected system in metres.
    tolerance_m
        How far boundaries may differ and still be the same.
    ignored
        Columns that are not compared, besides those that programs fill by themselves.
    progress
        Called with what is done and how much there is to do.

    Raises
    ------
    UsageError
        The tolerance is no length.
    NotConserved
        The areas from class to class do not add up to a delivery.
    """
    if not 0 <= tolerance_m < np.inf:
        raise UsageError(
            text("The tolerance {value} is no length", value=tolerance_m),
            remedy=text("Write it in metres, such as 0.001."),
        )
    progress(0, _STEPS)
    found = laid_over(old, new)
    progress(2, _STEPS)
    areas = transition(old, new, found)
    progress(4, _STEPS)
    matched = told(old, new, found.pairs, tolerance_m)
    columns = Columns.of(old.attributes, new.attributes, ignored)
    changes = sorted(_changes(old, new, matched, columns), key=_order)
    changes = sorted(_measured(changes, old, new), key=_order)
    progress(_STEPS, _STEPS)
    findings = tuple(finding for delivery in (old, new) for finding in _ids(delivery))
    return Diff(old, new, tuple(changes), columns, areas, tolerance_m, findings)


def _changes(old: Delivery, new: Delivery, matched: Told, columns: Columns) -> Iterator[Change]:
    old_at, new_at = (_inside(each) for each in (old, new))
    yield from _of_couples(old, new, matched, columns)
    groups = [
        *((Kind.SPLIT, (row,), tuple(pieces)) for row, pieces in matched.split.items()),
        *((Kind.MERGED, tuple(pieces), (row,)) for row, pieces in matched.merged.items()),
        *((Kind.REMOVED, (row,), ()) for row in np.flatnonzero(matched.left.old).tolist()),
        *((Kind.ADDED, (), (row,)) for row in np.flatnonzero(matched.left.new).tolist()),
    ]
    for kind, rows, other in groups:
        at = new_at[other[0]] if other else old_at[rows[0]]
        yield Change(kind, rows, other, x=at[0], y=at[1])


def _of_couples(old: Delivery, new: Delivery, matched: Told, columns: Columns) -> Iterator[Change]:
    """Yield what became of features of which each is one on either side."""
    rows, other = couples_of(matched.couples)
    cells = edited(old, new, rows, other, columns.both)
    ways = ways_m(old, new, rows, other).tolist()
    reshaped = np.array([kind in {Kind.RESHAPED, Kind.MOVED} for kind in matched.kinds], dtype=bool)
    lost, gained = _lost(old, new, rows, other, reshaped), _lost(new, old, other, rows, reshaped)
    at = _inside(new)
    for place, ((row, match), kind) in enumerate(zip(matched.couples, matched.kinds, strict=True)):
        differs = tuple(cells.get(place, ()))
        dx_m, dy_m = ways[place] if kind is Kind.MOVED else (None, None)
        x, y = at[match]
        yield Change(
            Kind.ATTRIBUTES if kind is Kind.UNCHANGED and differs else kind,
            (row,),
            (match,),
            lost=lost.get(place),
            gained=gained.get(place),
            dx_m=dx_m,
            dy_m=dy_m,
            edited=differs,
            x=x,
            y=y,
        )


def _lost(one: Delivery, two: Delivery, rows: Ints, other: Ints, asked: Bools) -> Mapping[int, Area]:
    """Return what only the first of a couple has, by the couple's place, where it was asked."""
    places = np.flatnonzero(asked)
    areas = compared(one.layer, two.layer, (rows[places], other[places]), _rest_m2).tolist()
    return {place: Area.measured(area) for place, area in zip(places.tolist(), areas, strict=True)}


def _rest_m2(polygons: Geometries, others: Geometries) -> Floats:
    """Return what polygons have that the others beside them have not."""
    return np.asarray(shapely.area(shapely.difference(*beside(polygons, others))), dtype=np.float64)


def _measured(changes: Sequence[Change], old: Delivery, new: Delivery) -> Iterator[Change]:
    """Yield the changes with their areas, which add up to the deliveries; what stayed has the same area twice."""
    by_kind: dict[Kind, list[Change]] = {}
    for change in changes:
        by_kind.setdefault(change.kind, []).append(change)
    before, after = (
        {kind: [float(d.areas_m2[list(getattr(each, side))].sum()) for each in several] for kind, several in items}
        for d, side, items in ((old, "old", by_kind.items()), (new, "new", by_kind.items()))
    )
    old_areas, new_areas = _shared(before), _shared(after)
    for kind, several in by_kind.items():
        for change, old_area, new_area in zip(several, old_areas[kind], new_areas[kind], strict=True):
            yield replace(change, old_area=old_area, new_area=new_area)


def _shared(areas_m2: Mapping[Kind, Sequence[float]]) -> dict[Kind, list[Area]]:
    """Return areas in steps of 0.01 m² that add up to their rounded sum.

    What stayed is rounded by itself, so that it does not depend on what changed.
    """
    weights = {kind: [round(m2 * _WEIGHTS_PER_M2) for m2 in several] for kind, several in areas_m2.items()}
    sums = {kind: sum(several) for kind, several in weights.items()}
    wholes = {kind: _steps(whole) for kind, whole in sums.items() if kind in _STAYED}
    rest = [kind for kind in sums if kind not in _STAYED]
    left = max(_steps(sum(sums.values())) - sum(wholes.values()), 0)
    wholes |= zip(rest, _apportioned(left, [sums[kind] for kind in rest]), strict=True)
    return {
        kind: [Area(steps * _SURVEY_UNITS) for steps in _apportioned(wholes[kind], several)]
        for kind, several in weights.items()
    }


def _steps(weight: int) -> int:
    """Return an area in millionths of a square metre in steps of 0.01 m²."""
    return round_half_up(weight, int(_WEIGHTS_PER_M2) // 100)


def _apportioned(whole: int, weights: Sequence[int]) -> list[int]:
    return apportion(whole, weights) if any(weights) else [0] * len(weights)


def _inside(delivery: Delivery) -> list[tuple[float, float] | tuple[None, None]]:
    """Return a place inside each feature."""
    points = zip(delivery.shapes.points.tolist(), delivery.sound.tolist(), strict=True)
    return [(x, y) if sound else (None, None) for (x, y), sound in points]


def _order(change: Change) -> tuple[float, int, int]:
    """Return what changes are sorted by: the old delivery's order, then the new one's."""
    return (change.old[0] if change.old else np.inf, change.new[0] if change.new else -1, len(change.new))


def _tally(kind: Kind, changes: Sequence[Change]) -> Tally:
    return Tally(
        kind,
        len(changes),
        sum(len(change.old) for change in changes),
        sum(len(change.new) for change in changes),
        total(change.old_area for change in changes),
        total(change.new_area for change in changes),
    )


def _ids(delivery: Delivery) -> list[Finding]:
    """Name the ids that tell no feature."""
    if delivery.keys is None:
        return []
    places = [Place(file=delivery.file, feature=name) for name in delivery.names]
    return duplicate_ids(delivery.keys, column=delivery.key_column, places=places)
