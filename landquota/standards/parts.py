"""Parcels of several rows: the areas of their parts against the total that each row repeats."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from landquota.area import Area
from landquota.findings import Finding
from landquota.formats.names import few
from landquota.standards.columns import Column, grouped
from landquota.standards.figures import Figures, candidates, figures, fitting_unit, in_unit, parcel_column, summed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.formats.table import FeatureTable

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class _Parcels:
    """The parcels of a table: arrays of shape (parcels,), but `totals` of shape (rows,).

    All areas are in 1/300 m².
    """

    totals: Ints
    sums: Ints
    varies: Mask
    off: Mask


def parts_findings(table: FeatureTable, measured_m2: Floats) -> Iterator[Finding]:
    """Check that the parts of each parcel add up to its declared total, where a table has columns for both.

    Sums are exact; they may differ by what the rounding of total and parts can make, no more.
    """
    column = parcel_column(table)
    if column is None:
        return
    totals, parts = _declared(table, column, measured_m2)
    if totals is None or parts is None:
        return
    parcels = _compared(column, totals, parts)
    wrong = np.flatnonzero(parcels.off | parcels.varies)
    for parcel in wrong.tolist():
        rows = np.flatnonzero(column.which == parcel)
        params = {"parcel": column.texts[parcel], "column": totals.column, "unit": totals.unit}
        values = [_written(int(units), totals) for units in np.unique(parcels.totals[rows]).tolist()]
        if parcels.varies[parcel]:
            yield grouped("AREA-TOTAL-VARIES", table, rows, totals.column, **params, values=few(values))
        else:
            said = {"total": values[0], "sum": _written(int(parcels.sums[parcel]), totals), "parts": parts.column}
            yield grouped("AREA-PARTS-SUM", table, rows, totals.column, **params, **said)


def _declared(table: FeatureTable, column: Column, measured_m2: Floats) -> tuple[Figures | None, Figures | None]:
    """Return the totals of parcels, in the unit in which they fit the sums, and the areas of their parts."""
    known = [candidate for candidate in candidates(table) if not candidate.field.by_software]
    own = (figures(table, candidate, measured_m2) for candidate in known if not candidate.field.of_parcel)
    parts = next((one for one in own if one is not None), None)
    total = next((candidate for candidate in known if candidate.field.of_parcel), None)
    if parts is None or total is None:
        return None, parts
    sums_m2 = summed(column.which, parts.areas_m2, len(column.texts))[column.which]
    unit, _ = fitting_unit(total.column.numbers(), sums_m2)
    return None if unit is None else in_unit(total, unit, np.arange(len(sums_m2))), parts


def _compared(column: Column, totals: Figures, parts: Figures) -> _Parcels:
    """Compare the total that the rows of each parcel repeat with the sum of its parts.

    A figure that is nearer to its own row's part than to the sum is no total of several rows.
    """
    which, count = column.which, len(column.texts)
    rows = np.bincount(which, minlength=count)
    sums = np.zeros(count, dtype=np.int64)
    np.add.at(sums, which, parts.units)
    least, most = np.full(count, np.iinfo(np.int64).max), np.zeros(count, dtype=np.int64)
    np.minimum.at(least, which, totals.units)
    np.maximum.at(most, which, totals.units)
    off = np.abs(totals.units - sums[which])
    slack = (totals.step + rows * parts.step) // 2
    alone = np.zeros(count, dtype=bool)
    np.logical_or.at(
        alone, which, (np.abs(totals.units - parts.units) <= off) | (totals.units <= 0) | (parts.units <= 0)
    )
    fits = np.zeros(count, dtype=bool)
    np.logical_or.at(fits, which, off <= slack[which])
    shared = (rows > 1) & (np.array(column.texts) != "")
    same = least == most
    return _Parcels(
        totals.units,
        sums,
        varies=shared & ~same & fits,
        off=shared & same & ~alone & (np.abs(least - sums) > slack),
    )


def _written(units: int, totals: Figures) -> str:
    return Area(units).in_unit(totals.unit, totals.decimals)
