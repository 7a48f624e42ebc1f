"""What parcels are made of: rows by parcel and class that add up, and their sums by class and great class."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np

from landquota.analyses.classes import GROUPS, Classes
from landquota.analyses.land import Land
from landquota.analyses.overlaid import in_order, overlaid
from landquota.analyses.tasks import Progress, silent
from landquota.area import ZERO, Area, apportion, total
from landquota.overlay import Deduction, Layer, Overlay, Part, Role, deducted

if TYPE_CHECKING:
    from collections.abc import Mapping

    import shapely

    from landquota.analyses.overlaid import Batch
    from landquota.analyses.tiles import Unread
    from landquota.findings import Finding

By = Literal["class", "feature"]

_HUNDREDTHS: Final = 10_000
#: What is written adds up in what is written: millionths of a square metre.
_DECIMALS: Final = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a part of one parcel, its class, and the feature where rows are by feature.

    What is covered twice is taken off, so that the rows of a parcel add up to it.
    """

    parcel: str
    role: Role
    label: str
    feature: str
    area_planar_m2: float
    area: Area
    hundredths: int
    pieces: int
    sliver_m2: float


@dataclass(frozen=True, slots=True)
class Sum:
    """What all parcels have of one class, or in one role; `cultivated` is what of it is 耕地."""

    role: Role
    label: str
    area_planar_m2: float
    area: Area
    hundredths: int
    pieces: int
    sliver_m2: float
    cultivated: Area = ZERO


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of ground, to be drawn: row of the parcels, row of the layer, and polygon in the plane."""

    parcel: int
    feature: int
    geometry: shapely.Geometry
    area_m2: float


class _Composed(NamedTuple):
    """The same of a batch of parcels."""

    rows: list[Row]
    pieces: list[Piece]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Composition:
    """The answer: rows in the order of the parcels, and pieces where they were asked for."""

    land: Land
    classes: Classes
    rows: tuple[Row, ...]
    pieces: tuple[Piece, ...]
    findings: tuple[Finding, ...]

    def total(self) -> Sum:
        """Return the sum of all rows."""
        return _summed(Role.PART, "", self.rows, 1)

    def by_class(self) -> list[Sum]:
        """Return the sums by class, those of parts that are of no class after them; they add up to all rows."""
        return self._sums(lambda row: row.label)

    def by_group(self) -> list[Sum]:
        """Return the sums by great class in the order of the law; a class of none stands under the empty label."""
        groups = self.classes.groups
        sums = self._sums(lambda row: groups.get(row.label, ""))
        order = {group: place for place, group in enumerate((*GROUPS, ""))}
        parts = sorted((s for s in sums if s.role is Role.PART), key=lambda s: order.get(s.label, len(order)))
        return [*parts, *(s for s in sums if s.role is not Role.PART)]

    def main_class(self) -> dict[str, str]:
        """Return the class that each parcel has most of; those that are mostly of none are not in it."""
        most: dict[str, Row] = {}
        for row in self.rows:
            largest = most.get(row.parcel)
            if row.area and (largest is None or row.area > largest.area):
                most[row.parcel] = row
        return {parcel: row.label for parcel, row in most.items() if row.role is Role.PART}

    def _sums(self, key: Callable[[Row], str]) -> list[Sum]:
        grouped: dict[tuple[Role, str], list[Row]] = {}
        for row in self.rows:
            grouped.setdefault((row.role, key(row) if row.role is Role.PART else ""), []).append(row)
        roles = list(Role)
        ordered = sorted(grouped, key=lambda each: (roles.index(each[0]), each[1]))
        sums = [_summed(role, label, grouped[role, label], 0) for role, label in ordered]
        cultivated = self.classes.cultivated
        shares = _shares([each.area for each in sums])
        return [
            replace(each, hundredths=share, cultivated=total(r.area for r in grouped[key] if r.label in cultivated))
            for each, share, key in zip(sums, shares, ordered, strict=True)
        ]


def compose(
    land: Land,
    layer: Layer | Unread[Layer],
    classes: Classes,
    *,
    deductions: Mapping[int, Deduction] | None = None,
    by: By = "class",
    keep_pieces: bool = False,
    progress: Progress = silent,
) -> Composition:
    """Return what parcels are made of.

    Parameters
    ----------
    land, layer
        What is laid over what; the layer's classes are those of `classes`.
    classes
        The classes of the layer's features.
    deductions
        What patches have deducted, by row of the layer; taken where rows are by class.
    by
        Whether there is a row for each class, or for each feature.
    keep_pieces
        Whether the pieces are kept, to be drawn.
    progress
        Told how many parcels are done, of how many.
    """
    even = bool(deductions) and by == "class"
    made = partial(_composed, by=by, even=even, keep_pieces=keep_pieces)
    rows: list[Row] = []
    pieces: list[Piece] = []
    findings: list[Finding] = []
    for found in overlaid(land.parcels, layer, made, pieces=True, beside=deductions, progress=progress):
        rows += found.rows
        pieces += found.pieces
        findings += found.findings
    order = {parcel: row for row, parcel in enumerate(land.ids)}
    rows.sort(key=lambda row: order[row.parcel])
    pieces.sort(key=lambda piece: piece.parcel)
    return Composition(land, classes, tuple(rows), tuple(pieces), tuple(in_order(findings, land.ids)))


def _composed(batch: Batch, *, by: By, even: bool, keep_pieces: bool) -> _Composed:
    """Return what the parcels of a batch are made of."""
    found = batch.found
    parts = deducted(found, batch.beside) if even else found.parts(by=by)
    label_of = _labels(found) if by == "feature" else None
    pieces = list(_pieces(found, batch.rows.tolist(), batch.features.tolist())) if keep_pieces else []
    return _Composed([_row(part, label_of) for part in parts], pieces, found.findings)


def _labels(found: Overlay) -> dict[str, str]:
    """Return the class of each feature that was met, by its id."""
    return {found.layer.ids[row]: found.layer.labels[row] for row in np.unique(found.pairs.feature).tolist()}


def _row(part: Part, label_of: Mapping[str, str] | None) -> Row:
    sign = -1 if part.role is Role.DOUBLE else 1
    named = label_of is not None and part.role is Role.PART
    return Row(
        part.parcel,
        part.role,
        label_of[part.label] if named and label_of is not None else part.label,
        part.label if named else "",
        sign * part.area_planar_m2,
        Area(sign * part.area.units),
        sign * part.hundredths,
        part.pieces,
        part.sliver_m2,
    )


def _pieces(found: Overlay, numbers: Sequence[int], features: Sequence[int]) -> Iterator[Piece]:
    pieces = found.pieces
    if pieces is None:
        return
    columns = (pieces.parcel, pieces.feature, pieces.geometries, pieces.area_m2)
    for parcel, feature, geometry, area_m2 in zip(*(column.tolist() for column in columns), strict=True):
        yield Piece(numbers[parcel], features[feature], geometry, area_m2)


def _summed(role: Role, label: str, rows: Iterable[Row], whole: int) -> Sum:
    several = list(rows)
    return Sum(
        role,
        label,
        sum(round(row.area_planar_m2, _DECIMALS) for row in several),
        total(row.area for row in several),
        whole * _HUNDREDTHS,
        sum(row.pieces for row in several),
        sum(round(row.sliver_m2, _DECIMALS) for row in several),
    )


def _shares(areas: Sequence[Area]) -> list[int]:
    """Return shares in hundredths of a percent that add up to the whole; what is taken off has a negative one."""
    whole = sum(area.units for area in areas)
    if whole <= 0:
        return [0] * len(areas)
    off = [(2 * _HUNDREDTHS * area.units + whole) // (2 * whole) if area.units < 0 else 0 for area in areas]
    parts = apportion(_HUNDREDTHS - sum(off), [max(area.units, 0) for area in areas])
    return [part + each for part, each in zip(parts, off, strict=True)]
