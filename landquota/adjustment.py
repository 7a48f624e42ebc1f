"""调平: measured areas brought to add up to a control area, exactly.

What rounding leaves between a control area (of a map sheet, a village, a larger parcel) and
the sum of the parcels in it is shared out in steps of 0.01 m².  Areas are exact integers, so
the adjusted ones add up to the control area to the last unit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from landquota.amount import round_half_up
from landquota.area import Area, Unit, total
from landquota.errors import InputError
from landquota.findings import Finding, Place
from landquota.i18n import text

Method = Literal["official", "proportional"]

#: What survey areas are rounded to.
SURVEY_STEP: Final = Area.of("0.01", Unit.M2)
#: More than this part of the sum is no rounding.  In the plane, land in Cixi is 228 to 659 ppm larger than on the
#: ellipsoid, so an area of the wrong kind is told.
TOLERANCE: Final = Fraction(1, 10_000)
_PPM: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """One parcel's area before and after, and the difference."""

    parcel: str
    measured: Area
    adjusted: Area

    @property
    def correction(self) -> Area:
        """What the adjustment adds."""
        return self.adjusted - self.measured

    def figures(self) -> tuple[str, str, str]:
        """Return measured area, correction and adjusted area in m² with 2 decimals."""
        return self.measured.m2, self.correction.m2, self.adjusted.m2

    def to_json(self) -> dict[str, str]:
        """Return the row as plain data, areas in m² as strings."""
        return {"parcel": self.parcel, **_named(self.figures())}


@dataclass(frozen=True, slots=True)
class Adjustment:
    """The adjusted parcels of one control area, in their own order."""

    control: Area
    method: Method
    rows: tuple[Row, ...]

    @property
    def measured(self) -> Area:
        """The sum of the measured areas."""
        return total(row.measured for row in self.rows)

    def totals(self) -> tuple[str, str, str]:
        """Return the sums of the three columns in m²: the printed rows add up to them."""
        return Row("", self.measured, total(row.adjusted for row in self.rows)).figures()

    def to_json(self) -> dict[str, object]:
        """Return the table as plain data, areas in m² as strings."""
        return {
            "method": self.method,
            "control_m2": self.control.m2,
            "total": _named(self.totals()),
            "rows": [row.to_json() for row in self.rows],
        }


def adjustment(
    parcels: Iterable[tuple[str, Area]],
    control: Area,
    *,
    method: Method = "official",
    step: Area = SURVEY_STEP,
    tolerance: Fraction = TOLERANCE,
) -> tuple[Adjustment, list[Finding]]:
    """Return the table of an adjustment, and whether it corrects more than rounding.

    Parameters
    ----------
    parcels
        Each parcel's id and measured area.
    control
        What the areas have to add up to.
    method, step
        As for :func:`adjust`.
    tolerance
        The largest part of the measured sum that passes for rounding; beyond it a finding asks
        to look for a mistake first.

    Raises
    ------
    InputError
        The areas cannot be adjusted; see :func:`adjust`.
    """
    named = list(parcels)
    adjusted = adjust([area for _, area in named], control, method=method, step=step)
    rows = tuple(Row(parcel, area, new) for (parcel, area), new in zip(named, adjusted, strict=True))
    done = Adjustment(control, method, rows)
    return done, _beyond_rounding(done.measured, control, tolerance)


def adjust(
    areas: Sequence[Area], control: Area, *, method: Method = "official", step: Area = SURVEY_STEP
) -> tuple[Area, ...]:
    """Return the areas so corrected, in steps, that they add up to `control`.

    Parameters
    ----------
    areas
        The measured areas, rounded to whole steps.
    control
        What they have to add up to.
    method
        ``"official"`` gives every area the same number of steps, and one more to as many of the
        largest as there are steps left (the rule of the third national survey's programs).
        ``"proportional"`` gives steps in proportion to the areas, rounded half up, and evens
        out what the rounding leaves by one step each, from the largest down.  Of equal areas
        the earlier one is the larger.
    step
        The smallest correction, 0.01 m² unless another is asked for.

    Raises
    ------
    InputError
        An area, or the control area, is negative or finer than a step; there is nothing to
        adjust; or an area would become negative.
    """
    steps = [_steps(area, step) for area in areas]
    difference = _steps(control, step) - sum(steps)
    corrections = _equal(steps, difference) if method == "official" else _proportional(steps, difference)
    adjusted = tuple(area + Area(each * step.units) for area, each in zip(areas, corrections, strict=True))
    for number, (area, new) in enumerate(zip(areas, adjusted, strict=True), 1):
        if new < Area():
            raise InputError(
                text(
                    "Area {number} of {area} m² cannot take a correction of {correction} m²",
                    number=number,
                    area=area.m2,
                    correction=(new - area).m2,
                ),
                remedy=text("Adjust in proportion to the areas, or check the control area."),
            )
    return adjusted


def _steps(area: Area, step: Area) -> int:
    """Return how many steps an area has."""
    steps, rest = divmod(area.units, step.units)
    if rest:
        raise InputError(
            text("{area} is not a whole number of steps of {step} m²", area=area, step=step.m2),
            remedy=text("Round measured areas, and give the control area, to the step in which areas are adjusted."),
        )
    if area < Area():
        raise InputError(text("{area} m² is below zero, as no land is", area=area.m2))
    return steps


def _equal(steps: Sequence[int], difference: int) -> list[int]:
    """Return the corrections of the official rule."""
    if not steps:
        return _of_nothing(difference)
    each, left = divmod(abs(difference), len(steps))
    corrections = [each] * len(steps)
    for index in _largest_first(steps)[:left]:
        corrections[index] += 1
    return [-correction for correction in corrections] if difference < 0 else corrections


def _proportional(steps: Sequence[int], difference: int) -> list[int]:
    """Return the corrections in proportion to the areas."""
    whole = sum(steps)
    if not whole:
        return [0] * len(steps) if not difference else _of_nothing(difference)
    corrections = [round_half_up(difference * each, whole) for each in steps]
    left = difference - sum(corrections)
    for index in _largest_first(steps)[: abs(left)]:
        corrections[index] += 1 if left > 0 else -1
    return corrections


def _of_nothing(difference: int) -> list[int]:
    if difference:
        raise InputError(
            text("There is no area that could be adjusted"),
            remedy=text("Give the parcels of which the control area is the sum."),
        )
    return []


def _largest_first(steps: Sequence[int]) -> list[int]:
    return sorted(range(len(steps)), key=lambda index: -steps[index])


def _beyond_rounding(measured: Area, control: Area, tolerance: Fraction) -> list[Finding]:
    difference = control - measured
    if abs(difference).units <= tolerance * measured.units:
        return []
    params = {
        "measured": measured.m2,
        "control": control.m2,
        "difference": difference.m2,
        "share": _ppm(Fraction(abs(difference).units, measured.units)) if measured else "∞",
        "tolerance": _ppm(tolerance),
    }
    return [Finding("ADJUST-LARGE", Place(), params)]


def _ppm(share: Fraction) -> str:
    return f"{round_half_up(share.numerator * _PPM, share.denominator):,}"


def _named(figures: tuple[str, str, str]) -> dict[str, str]:
    return dict(zip(("measured_m2", "correction_m2", "adjusted_m2"), figures, strict=True))
