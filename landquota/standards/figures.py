"""The areas that a column declares, in the unit that they are in, exact and row by row."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from landquota.area import Unit
from landquota.formats.names import column_of
from landquota.standards.columns import Column, column_at
from landquota.standards.matching import column_names
from landquota.standards.standard import AreaField, area_fields

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.formats.table import FeatureTable

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]

#: What names a parcel that may have several rows.
_PARCEL_COLUMNS: Final = ("dkbh", "parcel", "地块编号", "xmdm")
#: 图斑面积(公顷): a heading with its unit.
_HEADING: Final = re.compile(r"(?P<title>[^(]+)\((?P<unit>[^)]+)\)")
_UNITS_BY_NAME: Final = {
    "m2": Unit.M2, "平方米": Unit.M2, "公顷": Unit.HA, "ha": Unit.HA, "hm2": Unit.HA, "亩": Unit.MU, "km2": Unit.KM2,
}  # fmt: skip
#: The most decimals of each unit that are whole steps of 1/300 m².
_MOST_DECIMALS: Final = {Unit.M2: 2, Unit.HA: 6, Unit.MU: 5, Unit.KM2: 8}
#: How far the median of declared to measured may be from a unit for the column to be in it.
_UNIT_TOLERANCE: Final = 0.1
#: What double precision leaves of a figure that is whole in its last decimal, in steps of it.
_NOISE: Final = 1e-4
#: Larger figures are no areas of land; their hundredths would not be exact.
_LARGEST_M2: Final = 1e13


@dataclass(frozen=True)
class Figures:
    """The areas of one column; all arrays have the shape (rows,).

    Attributes
    ----------
    units
        The figures in 1/300 m², also where they repeat a parcel's; 0 where there is none.
    there
        Whether a row declares an area of its own.
    owners
        The row that declares the area of each row: itself, or the first row of its parcel where
        a parcel's area is repeated in each of its rows.
    decimals
        With how many decimals of `unit` the column is written; finer figures are rounded half up.
    """

    column: str
    field: AreaField
    unit: Unit
    decimals: int
    units: Ints
    there: Mask
    owners: Ints

    @property
    def step(self) -> int:
        """The size of the last decimal in 1/300 m²."""
        return int(self.unit.size // 10**self.decimals)

    @property
    def areas_m2(self) -> Floats:
        """The areas in m²; NaN where there is none."""
        return np.where(self.there, self.units / Unit.M2.size, np.nan)

    def summed(self, measured_m2: Floats) -> Floats:
        """Return what was measured for each declared area: the rows of a parcel together."""
        return summed(self.owners, measured_m2, len(measured_m2))


@dataclass(frozen=True)
class Candidate:
    """A column that may declare areas, before its unit is known."""

    column: Column
    field: AreaField
    #: The unit that the heading itself gives.
    heading: Unit | None


def candidates(table: FeatureTable) -> Iterator[Candidate]:
    """Yield the columns that may declare areas and hold a positive number, the best first."""
    headings = {name: _heading(name) for name in column_names(table)}
    for field in area_fields():
        for name, (title, unit) in headings.items():
            if (field.name and name.casefold() == field.name.casefold()) or (field.title and title == field.title):
                column = column_at(table, name)
                if (column.numbers() > 0).any():
                    yield Candidate(column, field, unit)


def figures(table: FeatureTable, candidate: Candidate, measured_m2: Floats, unit: Unit | None = None) -> Figures | None:
    """Return the areas of a column in the unit by which it fits the measured areas; None where none fits.

    Parameters
    ----------
    table
        The table.
    candidate
        One of its columns.
    measured_m2
        Shape (rows,); NaN where nothing was measured.
    unit
        The unit to take where nothing was measured at all.
    """
    numbers = _plausible(candidate)
    owners = np.arange(len(numbers))
    if candidate.field.of_parcel:
        owners = _owners(table, numbers, measured_m2)
    own = owners == np.arange(len(numbers))
    fitting, compared = fitting_unit(np.where(own, numbers, np.nan), summed(owners, measured_m2, len(numbers)))
    unit = fitting if compared else unit
    return None if unit is None else in_unit(candidate, unit, owners)


def in_unit(candidate: Candidate, unit: Unit, owners: Ints) -> Figures:
    """Return the areas of a column that is known to be in `unit`; `owners` as in :class:`Figures`."""
    numbers = _plausible(candidate, unit)
    there = np.isfinite(numbers) & (owners == np.arange(len(numbers)))
    decimals = _decimals(numbers[there], _MOST_DECIMALS[unit])
    steps = np.floor(np.nan_to_num(numbers) * 10.0**decimals + 0.5 + _NOISE).astype(np.int64)
    units = steps * (unit.size // 10**decimals)
    return Figures(candidate.column.name, candidate.field, unit, decimals, units, there, owners)


def fitting_unit(numbers: Floats, measured_m2: Floats) -> tuple[Unit | None, bool]:
    """Return the unit by which figures fit what was measured, and whether anything could be compared."""
    comparable = (numbers > 0) & (measured_m2 > 0)
    if not comparable.any():
        return None, False
    ratio = float(np.median(numbers[comparable] / measured_m2[comparable]))
    sizes = ((unit, abs(ratio * unit.size / Unit.M2.size - 1)) for unit in Unit)
    return next((unit for unit, off in sizes if off <= _UNIT_TOLERANCE), None), True


def summed(groups: Ints, measured_m2: Floats, count: int) -> Floats:
    """Return the sum of each of `count` groups, NaN where one of its rows was not measured."""
    return np.bincount(groups, weights=measured_m2, minlength=count).astype(np.float64)


def parcel_column(table: FeatureTable) -> Column | None:
    """Return the column that names parcels, or None."""
    name = column_of(table.frame, _PARCEL_COLUMNS)
    return None if name is None else column_at(table, name)


def _heading(name: str) -> tuple[str, Unit | None]:
    """Return a heading without its unit, and the unit."""
    match = _HEADING.fullmatch(unicodedata.normalize("NFKC", name).replace(" ", ""))
    return (name, None) if match is None else (match["title"], _UNITS_BY_NAME.get(match["unit"].casefold()))


def _plausible(candidate: Candidate, unit: Unit = Unit.M2) -> Floats:
    """Return the figures of a column, without those that no land can have."""
    numbers = candidate.column.numbers()
    return np.where(np.abs(numbers) < _LARGEST_M2 * Unit.M2.size / unit.size, numbers, np.nan)


def _decimals(numbers: Floats, most: int) -> int:
    """Return with how many decimals all figures can be written, at most `most`."""
    for decimals in range(most):
        scaled = numbers * 10.0**decimals
        if (np.abs(scaled - np.rint(scaled)) < _NOISE).all():
            return decimals
    return most


def _owners(table: FeatureTable, numbers: Floats, measured_m2: Floats) -> Ints:
    """Return for each row the row that declares its area.

    Rows of one parcel that repeat one figure declare the parcel's area, if that fits their sum
    better than it fits each of them.
    """
    parcels = parcel_column(table)
    rows = np.arange(len(numbers))
    if parcels is None:
        return rows
    which, count = parcels.which, len(parcels.texts)
    first = np.full(count, len(rows))
    np.minimum.at(first, which, rows)
    varies = np.full(count, fill_value=False)
    np.logical_or.at(varies, which, numbers != numbers[first[which]])
    total_m2 = summed(which, measured_m2, count)
    shared = ~varies[which] & ~parcels.is_empty & (_off(numbers, total_m2[which]) < _off(numbers, measured_m2))
    return np.where(shared, first[which], rows)


def _off(numbers: Floats, measured_m2: Floats) -> Floats:
    """Return how far, as a share, figures are from what was measured, in the unit that fits each best."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = numbers / measured_m2
    return np.asarray(np.min([np.abs(ratios * unit.size / Unit.M2.size - 1) for unit in Unit], axis=0))
