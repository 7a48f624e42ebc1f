"""Two deliveries of one layer compared: what was added, removed, changed, moved, split and merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from landquota.analyses.changes import Change, Columns, Kind, edited
from landquota.analyses.delivery import Delivery
from landquota.analyses.ground import silent
from landquota.analyses.matching import from_corners
from landquota.analyses.moving import ways_m
from landquota.analyses.telling import Told, couples_of, told
from landquota.analyses.transition import Transition, laid_over, transition
from landquota.area import Area, apportion, total
from landquota.errors import UsageError
from landquota.findings import Finding, Place
from landquota.i18n import text
from landquota.topology.identity import duplicate_ids

if TYPE_CHECKING:
    from landquota.analyses.delivery import Bools, Ints
    from landquota.analyses.erasing import Progress

#: Boundaries that differ by less, in metres, are the same: the last digit that surveys write.
TOLERANCE_M: Final = 1e-3
_STEPS: Final = 5
#: Areas weigh in millionths of a square metre, and are shown in hundredths, 3 units.
_WEIGHTS_PER_M2: Final = 1e6
_SURVEY_UNITS: Final = 3


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
    changes = tuple(sorted(_changes(old, new, matched, columns), key=_order))
    progress(_STEPS, _STEPS)
    findings = tuple(finding for delivery in (old, new) for finding in _ids(delivery))
    return Diff(old, new, changes, columns, areas, tolerance_m, findings)


def _changes(old: Delivery, new: Delivery, matched: Told, columns: Columns) -> Iterator[Change]:
    old_area, new_area = (_areas(each) for each in (old, new))
    old_at, new_at = (_inside(each) for each in (old, new))
    yield from _of_couples(old, new, matched, columns, (old_area, new_area))
    groups = [
        *((Kind.SPLIT, (row,), tuple(pieces)) for row, pieces in matched.split.items()),
        *((Kind.MERGED, tuple(pieces), (row,)) for row, pieces in matched.merged.items()),
        *((Kind.REMOVED, (row,), ()) for row in np.flatnonzero(matched.left.old).tolist()),
        *((Kind.ADDED, (), (row,)) for row in np.flatnonzero(matched.left.new).tolist()),
    ]
    for kind, rows, other in groups:
        at = new_at[other[0]] if other else old_at[rows[0]]
        areas = total(old_area[row] for row in rows), total(new_area[row] for row in other)
        yield Change(kind, rows, other, *areas, x=at[0], y=at[1])


def _of_couples(
    old: Delivery,
    new: Delivery,
    matched: Told,
    columns: Columns,
    areas: tuple[Sequence[Area], Sequence[Area]],
) -> Iterator[Change]:
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
            areas[0][row],
            areas[1][match],
            lost.get(place),
            gained.get(place),
            dx_m,
            dy_m,
            edited=differs,
            x=x,
            y=y,
        )


def _lost(one: Delivery, two: Delivery, rows: Ints, other: Ints, asked: Bools) -> Mapping[int, Area]:
    """Return what only the first of a couple has, by the couple's place, where it was asked."""
    places = np.flatnonzero(asked)
    corners = np.nan_to_num(np.floor(one.bounds[rows[places], :2]))
    mine, theirs = (from_corners(corners, d.polygons[r[places]]) for d, r in ((one, rows), (two, other)))
    areas = shapely.area(shapely.difference(mine, theirs)).tolist()
    return {place: Area.measured(area) for place, area in zip(places.tolist(), areas, strict=True)}


def _areas(delivery: Delivery) -> list[Area]:
    """Return the area of each feature in 0.01 m²; together they are the delivery's."""
    weights = np.rint(delivery.areas_m2 * _WEIGHTS_PER_M2).astype(np.int64).tolist()
    whole = Area.measured(float(delivery.areas_m2.sum())).units // _SURVEY_UNITS
    return (
        [Area(each * _SURVEY_UNITS) for each in apportion(whole, weights)]
        if any(weights)
        else [Area() for _ in weights]
    )


def _inside(delivery: Delivery) -> list[tuple[float, float] | tuple[None, None]]:
    """Return a place inside each feature."""
    places: list[tuple[float, float] | tuple[None, None]] = [(None, None)] * len(delivery)
    rows = np.flatnonzero(delivery.sound)
    points = shapely.get_coordinates(shapely.point_on_surface(delivery.polygons[rows])).tolist()
    for row, (x, y) in zip(rows.tolist(), points, strict=True):
        places[row] = (x, y)
    return places


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
