"""What parcels must not touch: an answer for each parcel and layer, by dated rules, with the areas behind it.

The answers are concerned, not concerned and no data; slivers are told apart and are no conflict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from landquota.analyses.extent import Extent
from landquota.analyses.given import Given
from landquota.analyses.land import Land
from landquota.analyses.overlaid import in_order, overlaid
from landquota.analyses.tasks import Progress, silent
from landquota.area import ZERO, Area
from landquota.findings import Finding, Place
from landquota.formats.names import few
from landquota.i18n import text
from landquota.overlay import Answer, Answered, Layer, Overlay, Part, Role
from landquota.rules import ConflictRule, Weight, Where

if TYPE_CHECKING:
    from landquota.analyses.overlaid import Batch
    from landquota.analyses.tiles import Unread

#: All features of a constraint are of one class: what touches them is one part.
_ONE: Final = "inside"
_NOTHING_M2: Final = 5e-7


@dataclass(frozen=True)
class Constraint:
    """A layer that parcels are held against."""

    given: Given
    kind: str
    rule: ConflictRule
    extent: Extent
    layer: Layer | Unread[Layer]


@dataclass(frozen=True, slots=True)
class Row:
    """What one constraint says of one parcel.

    `area` is what lies on the side that the rule is about, `hundredths` its share of the parcel;
    `sliver` what lies there in slivers only, `no_data` what the layer says nothing of.  `features`
    are those that the parcel really touches, `sliver_features` those that it only brushes.
    """

    parcel: str
    constraint: Constraint
    answer: Answer
    area: Area
    area_planar_m2: float
    hundredths: int
    sliver: Area
    sliver_planar_m2: float
    no_data: Area
    features: tuple[str, ...]
    sliver_features: tuple[str, ...]

    @property
    def severity(self) -> Weight | None:
        """How much the conflict weighs; None where there is none."""
        return self.constraint.rule.severity if self.answer is Answer.CONCERNED else None


@dataclass(frozen=True, slots=True)
class Touch:
    """One piece of ground in conflict, to be drawn: the row of its parcel, and the polygon in the plane."""

    parcel: int
    constraint: Constraint
    feature: str
    geometry: shapely.Geometry
    area_m2: float


@dataclass(frozen=True)
class Conflicts:
    """The answer: rows by parcel and constraint, in their orders, and pieces where they were asked for."""

    land: Land
    constraints: tuple[Constraint, ...]
    rows: tuple[Row, ...]
    pieces: tuple[Touch, ...]
    findings: tuple[Finding, ...]

    def of(self, constraint: Constraint) -> list[Row]:
        """Return the rows of one constraint."""
        return [row for row in self.rows if row.constraint is constraint]


class _Side(NamedTuple):
    """What of a parcel is on the side that matters: a :class:`Row` but for parcel and constraint."""

    answer: Answer
    area: Area
    area_planar_m2: float
    hundredths: int
    sliver: Area
    sliver_planar_m2: float
    no_data: Area = ZERO
    features: tuple[str, ...] = ()
    sliver_features: tuple[str, ...] = ()


class _Held(NamedTuple):
    """What a layer says of the parcels of a batch: of each a side, and what of :class:`Touch` is known there."""

    rows: list[int]
    sides: list[_Side]
    touches: list[tuple[int, str, shapely.Geometry, float]]
    findings: tuple[Finding, ...]


def find_conflicts(
    land: Land,
    constraints: Sequence[Constraint],
    *,
    keep_pieces: bool = False,
    progress: Progress = silent,
) -> Conflicts:
    """Hold parcels against constraints.

    Parameters
    ----------
    land, constraints
        What is held against what.
    keep_pieces
        Whether the pieces in conflict are kept, to be drawn.
    progress
        Told how many parcels and constraints are done, of how many.
    """
    rows: list[list[Row]] = []
    pieces: list[Touch] = []
    findings: list[Finding] = []
    count = len(land.parcels)
    for number, constraint in enumerate(constraints):
        told = _step(progress, number * count, len(constraints) * count)
        made = partial(_held, where=constraint.rule.where, keep_pieces=keep_pieces)
        held = list(overlaid(land.parcels, constraint.layer, made, pieces=True, progress=told))
        sides = {row: side for each in held for row, side in zip(each.rows, each.sides, strict=True)}
        mine = [Row(land.ids[row], constraint, *sides[row]) for row in range(count)]
        touches = sorted((touch for each in held for touch in each.touches), key=lambda touch: touch[0])
        pieces += [Touch(touch[0], constraint, *touch[1:]) for touch in touches]
        rows.append(mine)
        findings += in_order((one for each in held for one in each.findings), land.ids)
        findings += _said(mine, constraint, land)
    ordered = tuple(row for together in zip(*rows, strict=True) for row in together)
    return Conflicts(land, tuple(constraints), ordered, tuple(pieces), tuple(findings))


def one_class(given: Given) -> list[str]:
    """Return the classes of a constraint's features: they are all one."""
    return [_ONE] * len(given)


def _step(progress: Progress, done: int, whole: int) -> Progress:
    return lambda more, _: progress(done + more, whole)


def _held(batch: Batch, *, where: Where, keep_pieces: bool) -> _Held:
    """Hold the parcels of a batch against the layer."""
    sides = list(_sides(batch.found, where))
    touches = list(_touches(batch.found, where, batch.rows.tolist(), sides)) if keep_pieces else []
    return _Held(batch.rows.tolist(), sides, touches, batch.found.findings)


def _sides(found: Overlay, where: Where) -> Iterator[_Side]:
    """Yield what the layer says of each parcel."""
    table = found.table()
    numbered = zip(table.parcel.tolist(), found.parts(), strict=True)
    parts = {row: [part for _, part in group] for row, group in groupby(numbered, key=lambda each: each[0])}
    touched = _touched(found)
    side = _inside if where is Where.INSIDE else _outside
    for row, answered in enumerate(found.answers()):
        by_role = {part.role: part for part in parts.get(row, ())}
        mine = side(answered, by_role, found)
        no_data = by_role.get(Role.NO_DATA)
        features, brushed = touched.get(row, ((), ()))
        area = ZERO if no_data is None else no_data.area
        yield mine._replace(no_data=area, features=features, sliver_features=brushed)


def _inside(answered: Answered, parts: Mapping[Role, Part], _: Overlay) -> _Side:
    """Return what lies in the constraint: what is covered twice counts once."""
    part, double, sliver = parts.get(Role.PART), parts.get(Role.DOUBLE), parts.get(Role.SLIVER)
    area, planar_m2, hundredths = (ZERO, 0.0, 0) if part is None else (part.area, part.area_planar_m2, part.hundredths)
    if double is not None:
        area, planar_m2 = area - double.area, planar_m2 - double.area_planar_m2
        hundredths -= double.hundredths
    thin, thin_m2 = (ZERO, 0.0) if sliver is None else (sliver.area, sliver.area_planar_m2)
    return _Side(answered.answer, area, max(planar_m2, 0.0), hundredths, thin, thin_m2)


def _outside(answered: Answered, parts: Mapping[Role, Part], found: Overlay) -> _Side:
    """Return what lies outside of the constraint, where its layer speaks."""
    rest = parts.get(Role.REMAINDER)
    area_m2, outside_m2, unknown_m2 = answered.area_planar_m2, answered.remainder_m2, answered.no_data_m2
    least_m2 = min(found.layer.sliver_m2, area_m2 / 2)
    if area_m2 <= 0 or rest is None or outside_m2 < max(least_m2, _NOTHING_M2):
        unknown = area_m2 <= 0 or unknown_m2 >= max(least_m2, _NOTHING_M2)
        answer = Answer.NO_DATA if unknown else Answer.NOT_CONCERNED
        thin, thin_m2 = (ZERO, 0.0) if rest is None else (rest.area, rest.area_planar_m2)
        return _Side(answer, ZERO, 0.0, 0, thin, thin_m2)
    return _Side(Answer.CONCERNED, rest.area, rest.area_planar_m2, rest.hundredths, ZERO, 0.0)


def _touched(found: Overlay) -> dict[int, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return the features that each parcel touches, and those that it only brushes by slivers."""
    pairs, ids = found.pairs, found.layer.ids
    really = pairs.area_m2 - pairs.sliver_m2 > 0
    touched: dict[int, tuple[list[str], list[str]]] = {}
    for parcel, feature, real in zip(pairs.parcel.tolist(), pairs.feature.tolist(), really.tolist(), strict=True):
        touched.setdefault(parcel, ([], []))[0 if real else 1].append(ids[feature])
    return {parcel: (tuple(real), tuple(thin)) for parcel, (real, thin) in touched.items()}


def _touches(
    found: Overlay, where: Where, numbers: Sequence[int], sides: Sequence[_Side]
) -> Iterator[tuple[int, str, shapely.Geometry, float]]:
    """Yield the pieces of ground that are in conflict."""
    if where is Where.OUTSIDE:
        yield from _leftovers(found, numbers, sides)
        return
    pieces = found.pieces
    if pieces is None:
        return
    columns = (pieces.parcel, pieces.feature, pieces.geometries, pieces.area_m2, pieces.sliver)
    for parcel, feature, geometry, area_m2, sliver in zip(*(column.tolist() for column in columns), strict=True):
        if not sliver:
            yield numbers[parcel], found.layer.ids[feature], geometry, area_m2


def _leftovers(
    found: Overlay, numbers: Sequence[int], sides: Sequence[_Side]
) -> Iterator[tuple[int, str, shapely.Geometry, float]]:
    """Yield what of the concerned parcels lies outside, for the eye only: no area is taken from it."""
    pieces = found.pieces
    for row, parcel in enumerate(found.parcels.geometries):
        if sides[row].answer is not Answer.CONCERNED or parcel is None:
            continue
        inside = [] if pieces is None else list(pieces.geometries[np.flatnonzero(pieces.parcel == row)])
        rest = shapely.difference(parcel, shapely.union_all(inside)) if inside else parcel
        if found.layer.coverage is not None:
            rest = shapely.intersection(rest, found.layer.coverage)
        parts = [each for each in shapely.get_parts(shapely.get_parts(rest)) if each.geom_type == "Polygon"]
        if parts:
            geometry = parts[0] if len(parts) == 1 else shapely.multipolygons(parts)
            yield numbers[row], "", geometry, sides[row].area_planar_m2


def _said(rows: Sequence[Row], constraint: Constraint, land: Land) -> Iterator[Finding]:
    """Yield a finding for each hard conflict, and one for each other kind of answer that people must not miss."""
    rule, name, file = constraint.rule, constraint.given, constraint.given.file
    for row in rows:
        if row.severity is Weight.HARD:
            params = {
                "parcel": row.parcel,
                "name": name,
                "rule": rule,
                "area": row.area,
                "m2": row.area.m2,
                "source": rule.source or text("no clause"),
            }
            yield Finding("OVERLAY-CONFLICT", Place(file=land.given.file, feature=row.parcel), params)
    groups = {
        "OVERLAY-CHECK": [row for row in rows if row.severity is Weight.CHECK],
        "OVERLAY-NO-DATA": [row for row in rows if row.answer is Answer.NO_DATA],
        "OVERLAY-SLIVER": [row for row in rows if row.answer is not Answer.CONCERNED and row.sliver],
    }
    for code, several in groups.items():
        if several:
            ids = few([row.parcel for row in several])
            params = {
                "count": len(several),
                "name": name,
                "rule": rule,
                "ids": ids,
                "source": rule.source or text("no clause"),
            }
            yield Finding(code, Place(file=file), params)
