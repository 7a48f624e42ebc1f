"""扣除: the part of a patch's area that its coefficient gives to another class, and 调平.

A patch of the land survey (DLTB) has a coefficient KCXS, for ridges and ditches too narrow to
be drawn: KCMJ = round(TBMJ x KCXS, 2) of it counts as the class KCDLBM, and only the rest,
TBDLMJ = TBMJ - KCMJ, as its own class.  A parcel takes of both what it takes of the patch's
ground, and what rounding leaves is evened out (调平) against the parcel's official area.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from landquota.adjustment import SURVEY_STEP, adjust
from landquota.amount import round_half_up
from landquota.area import Area, apportion, total
from landquota.errors import InputError
from landquota.i18n import text
from landquota.overlay.rows import Part, Role

if TYPE_CHECKING:
    from landquota.overlay.result import Overlay

_HUNDREDTHS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Deduction:
    """What is deducted from one patch: KCXS as a fraction of its area, and KCDLBM.

    Raises
    ------
    InputError
        The coefficient is not from 0 to below 1, or above 0 without a class.
    """

    coefficient: Decimal
    to_class: str

    def __post_init__(self) -> None:
        if not 0 <= self.coefficient < 1:
            raise InputError(
                text("The deduction coefficient (KCXS) {value} is not from 0 to below 1", value=self.coefficient),
                remedy=text("Write it as a fraction: 0.0812 for 8.12 %."),
            )
        if self.coefficient and not self.to_class:
            raise InputError(
                text("A deduction coefficient (KCXS) of {value} needs a class (KCDLBM)", value=self.coefficient),
                remedy=text("Fill in the class to which the deducted area belongs, such as 1203 (田坎)."),
            )


class _Piece(NamedTuple):
    """What a parcel has of one patch, without slivers: ground in the plane, and the area it counts as."""

    label: str
    planar_m2: float
    area: Area
    pieces: int
    deduction: Deduction | None


def deducted(
    overlay: Overlay, deductions: Mapping[int, Deduction], *, declared: Sequence[Area] | None = None
) -> tuple[Part, ...]:
    """Return the parts by class after deductions; they add up to the parcels' official areas.

    Parameters
    ----------
    overlay
        Parcels over land-use patches.
    deductions
        By row of the layer, for the patches that have one.
    declared
        The patches' declared areas (TBMJ), by row.  Given, a piece counts as TBMJ x its share
        of the patch's ground; otherwise as its share of the parcel's official area.

    Returns
    -------
    tuple of Part
        As of :meth:`Overlay.parts`; what is deducted stands with the class that it is given to.
        Slivers are not deducted from.
    """
    pieces = _pieces(overlay, deductions, declared)
    done: list[Part] = []
    for row, parts in _by_parcel(overlay):
        control = Area(int(overlay.parcels.units[row]))
        done += _levelled(_classes(parts, pieces.get(row, [])), control)
    return tuple(done)


def _by_parcel(overlay: Overlay) -> Iterator[tuple[int, list[Part]]]:
    """Yield each parcel's row and its parts."""
    parcel = overlay.table().parcel.tolist()
    both = zip(parcel, overlay.parts(), strict=True)
    for row, several in groupby(both, key=lambda each: each[0]):
        yield row, [part for _, part in several]


def _pieces(
    overlay: Overlay, deductions: Mapping[int, Deduction], declared: Sequence[Area] | None
) -> dict[int, list[_Piece]]:
    """Return the pieces of each parcel that are no slivers, by the parcel's row."""
    pairs, labels = overlay.pairs, overlay.layer.labels
    clean_m2 = pairs.area_m2 - pairs.sliver_m2
    whole_m2 = overlay.parcels.areas_m2[pairs.parcel]
    units = overlay.parcels.units[pairs.parcel].tolist()
    if declared is not None:
        whole_m2 = np.asarray(shapely.area(overlay.layer.geometries[pairs.feature]))
        units = [declared[feature].units for feature in pairs.feature.tolist()]
    pieces: dict[int, list[_Piece]] = {}
    columns = (pairs.parcel, pairs.feature, clean_m2, clean_m2 / whole_m2, pairs.pieces)
    for parcel, feature, m2, share, count, unit in zip(*(c.tolist() for c in columns), units, strict=True):
        if m2 > 0:
            area = _rounded(Fraction(unit) * Fraction(share))
            pieces.setdefault(parcel, []).append(_Piece(labels[feature], m2, area, count, deductions.get(feature)))
    return pieces


def _classes(parts: Sequence[Part], pieces: Sequence[_Piece]) -> list[Part]:
    """Return the parts of one parcel with what its pieces count as, before they are evened out."""
    classes = {
        part.label: replace(part, area_planar_m2=0.0, area=Area(), pieces=0) for part in parts if _is_class(part)
    }
    blank = replace(parts[0], role=Role.PART, area_planar_m2=0.0, area=Area(), pieces=0, sliver_m2=0.0)
    for label, planar_m2, area, count, deduction in pieces:
        share = Fraction(0) if deduction is None else Fraction(deduction.coefficient)
        taken = _rounded(area.units * share)
        _add(classes, replace(blank, label=label), (planar_m2 * float(1 - share), area - taken, count))
        if deduction is not None and share:
            _add(classes, replace(blank, label=deduction.to_class), (planar_m2 * float(share), taken, 0))
    ordered = [classes[label] for label in sorted(classes)]
    return [*ordered, *(part for part in parts if not _is_class(part))]


def _add(classes: dict[str, Part], blank: Part, more: tuple[float, Area, int]) -> None:
    """Add ground, area and pieces to the class of a part that has none yet."""
    old, (planar_m2, area, pieces) = classes.get(blank.label, blank), more
    both_m2 = old.area_planar_m2 + planar_m2
    classes[blank.label] = replace(old, area_planar_m2=both_m2, area=old.area + area, pieces=old.pieces + pieces)


def _levelled(parts: Sequence[Part], official: Area) -> list[Part]:
    """Return the parts of one parcel evened out (调平) to its official area and what is doubly covered."""
    double = [part for part in parts if part.role is Role.DOUBLE]
    rest = [part for part in parts if part.role is not Role.DOUBLE]
    control = official + total(part.area for part in double)
    step = SURVEY_STEP if control.units % SURVEY_STEP.units == 0 else Area(1)
    measured = [_rounded(Fraction(part.area.units), step) for part in rest]
    if not any(measured):
        measured[0] = control
    areas = adjust(measured, control, method="proportional", step=step)
    hundredths = _HUNDREDTHS + sum(part.hundredths for part in double)
    weights = [area.units for area in areas]
    shares = apportion(hundredths, weights if any(weights) else [1] * len(weights))
    even = [replace(part, area=area, hundredths=h) for part, area, h in zip(rest, areas, shares, strict=True)]
    return [*even, *double]


def _is_class(part: Part) -> bool:
    return part.role is Role.PART


def _rounded(units: Fraction, step: Area = SURVEY_STEP) -> Area:
    """Return an area rounded half up to steps."""
    return Area(round_half_up(units.numerator, units.denominator * step.units) * step.units)
