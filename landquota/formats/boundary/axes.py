"""Which coordinate is north, and whether they are metres or degrees: told by their size.

In China no pair of numbers is a northing and an easting in both orders, nor a latitude and a
longitude, nor both kinds.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from enum import Enum
from typing import TYPE_CHECKING, Final, NamedTuple

from landquota.crs import ZONE_RANGE, is_in_china, zone_prefix
from landquota.findings import Place
from landquota.formats.boundary.survey import UNIT
from landquota.i18n import Text, text

if TYPE_CHECKING:
    from landquota.formats.boundary.log import Log
    from landquota.formats.boundary.survey import Form, Parcel, Row, Survey

_LATITUDES_DEG: Final = (2.0, 56.0)
_LONGITUDES_DEG: Final = (70.0, 138.0)
#: What an easting may carry: no prefix, or the number of a zone of China.
_PREFIXES: Final = frozenset({None}.union(*ZONE_RANGE.values()))


class Measure(Enum):
    """What coordinates are measured in."""

    METRES = "m"
    DEGREES = "°"

    @property
    def pair(self) -> Text:
        """What a pair of coordinates is called."""
        if self is Measure.METRES:
            return text("northing and easting")
        return text("latitude and longitude")

    def shown(self, coordinate: float) -> str:
        """Return a coordinate for people: metres to the millimetre, degrees to a tenth of it."""
        return f"{coordinate:.3f}" if self is Measure.METRES else f"{coordinate:.9f}"


class Axes(NamedTuple):
    """What a pair of coordinates is measured in, and whether it has to be exchanged."""

    measure: Measure
    swapped: bool


def oriented(survey: Survey, log: Log) -> tuple[Survey, Measure]:
    """Return the survey with all coordinates north before east, and what they are measured in.

    The order that most rows have holds for all; rows that do not fit it are findings, and so
    is another order than the form has.
    """
    found = [_axes(row) for _, row in survey.rows()]
    counts = Counter(found)
    counts.pop(None, None)
    axes = counts.most_common(1)[0][0] if counts else None
    measure = axes.measure if axes is not None else Measure.METRES
    for (parcel, row), said in zip(survey.rows(), found, strict=True):
        if log.hopeless:
            break
        if said is None or said != axes:
            log.add("TXT-COORDINATE-RANGE", _place(row, log), **_params(parcel, row, measure))
    if axes is None:
        return survey, measure
    if axes.swapped:
        _say_order(survey, axes, log)
        survey = replace(survey, parcels=tuple(_exchanged(parcel) for parcel in survey.parcels))
    _check_unit(survey, measure, log)
    return survey, measure


def is_plausible(row: Row) -> bool:
    """Return whether a row in metres is a northing and an easting in China, with a zone of China if any."""
    return is_in_china(row.east, row.north) and zone_prefix(row.east) in _PREFIXES


def _axes(row: Row) -> Axes | None:
    """Return what a row's coordinates are by their size, or None where they are nothing in China."""
    if is_plausible(row):
        return Axes(Measure.METRES, swapped=False)
    if is_plausible(row.swapped):
        return Axes(Measure.METRES, swapped=True)
    for candidate, swapped in ((row, False), (row.swapped, True)):
        if _within(candidate.north, _LATITUDES_DEG) and _within(candidate.east, _LONGITUDES_DEG):
            return Axes(Measure.DEGREES, swapped)
    return None


def _within(value: float, interval: tuple[float, float]) -> bool:
    return interval[0] <= value <= interval[1]


def _exchanged(parcel: Parcel) -> Parcel:
    return replace(parcel, rows=tuple(row.swapped for row in parcel.rows))


def _say_order(survey: Survey, axes: Axes, log: Log) -> None:
    """Say that the coordinates stand the other way round than in the form; degrees stand in both."""
    if axes.measure is Measure.DEGREES:
        return
    _, row = next(survey.rows())
    first, second = (row.east, row.north) if survey.form.east_first else (row.north, row.east)
    found = text("Y (east)"), text("X (north)")
    if survey.form.east_first:
        found = found[::-1]
    params = {"first": found[0], "second": found[1], "form": _name(survey.form)}
    log.add("TXT-AXIS-ORDER", row.line, **params, written=f"{first:.3f}, {second:.3f}")


def _name(form: Form) -> str:
    return form.name or "1.01"


def _check_unit(survey: Survey, measure: Measure, log: Log) -> None:
    """Compare the unit that the description states with the size of the coordinates."""
    stated = survey.stated(UNIT)
    if stated is None or ("度" in stated.value) == (measure is Measure.DEGREES):
        return
    _, row = next(survey.rows())
    params = {
        "stated": stated.value,
        "found": measure.pair,
        "north": measure.shown(row.north),
        "east": measure.shown(row.east),
    }
    log.add("TXT-UNIT", stated.line, **params, row=row.line)


def _place(row: Row, log: Log) -> Place:
    return Place(log.file, row.line, x=row.east, y=row.north)


def _params(parcel: Parcel, row: Row, measure: Measure) -> dict[str, object]:
    return {
        "parcel": parcel.header.label,
        "ring": row.ring,
        "point": row.name,
        "north": measure.shown(row.north),
        "east": measure.shown(row.east),
        "pair": measure.pair,
    }
