"""The cells of one column, equal ones taken together: a layer has many rows and few different values."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from landquota.findings import Finding, Place
from landquota.formats.names import few, names_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.formats.table import FeatureTable

    Floats = NDArray[np.float64]
    Rows = NDArray[np.intp]
    Mask = NDArray[np.bool_]
    Params = Mapping[str, object]

#: How many different wrong values of a column are named one by one.
MOST_NAMED: Final = 12
#: Beyond this not all whole numbers are numbers in double precision.
_LARGEST: Final = 1e15


@dataclass(frozen=True)
class Column:
    """One column: its different texts, and for each row which one of them it holds.

    Attributes
    ----------
    name
        The column's name in the table.
    texts
        The different cells as text, whole numbers without decimals; the empty text is an empty cell.
    which
        Shape (rows,): the index in `texts`.
    values
        The cells as the reader gave them.
    """

    name: str
    texts: tuple[str, ...]
    which: Rows
    values: pd.Series

    @classmethod
    def of(cls, values: pd.Series) -> Column:
        """Take a column of a table apart."""
        numeric = pd.api.types.is_numeric_dtype(values.dtype)
        which, different = pd.factorize(values if numeric else np.array(names_of(values.tolist()), dtype=object))
        texts = (*names_of(different.tolist()), "")
        return cls(str(values.name), texts, np.where(which < 0, len(texts) - 1, which), values)

    @property
    def is_numeric(self) -> bool:
        """Whether the file itself stores numbers here."""
        return bool(pd.api.types.is_numeric_dtype(self.values.dtype))

    @property
    def is_empty(self) -> Mask:
        """Shape (rows,): whether the cell is empty."""
        return self.rows_that(lambda text: not text)

    def rows_that(self, holds: Callable[[str], bool]) -> Mask:
        """Return for each row whether `holds` is true of its text; asked once per different text."""
        answers = np.fromiter((holds(text) for text in self.texts), dtype=bool, count=len(self.texts))
        return np.asarray(answers[self.which])

    def where(self, text: str) -> Rows:
        """Return the rows that hold `text`."""
        return np.flatnonzero(self.which == self.texts.index(text))

    def used(self, mask: Mask) -> list[str]:
        """Return the different texts of the rows in `mask`, the most frequent first."""
        counts = np.bincount(self.which[mask], minlength=len(self.texts))
        order = sorted(np.flatnonzero(counts).tolist(), key=lambda index: (-counts[index], self.texts[index]))
        return [self.texts[index] for index in order]

    def numbers(self) -> Floats:
        """Return the cells as numbers, shape (rows,); NaN where a cell is empty, no number or too large to be exact."""
        if self.is_numeric:
            numbers = self.values.to_numpy(dtype=np.float64, na_value=np.nan)
        else:
            numbers = np.array([_number(text) for text in self.texts], dtype=np.float64)[self.which]
        return np.where(np.abs(numbers) < _LARGEST, numbers, np.nan)


def column_at(table: FeatureTable, name: str) -> Column:
    """Return a table's column by its name, the first of those that share it."""
    return Column.of(table.frame.iloc[:, list(table.frame.columns).index(name)])


def grouped(code: str, table: FeatureTable, rows: Rows, where: str, /, **params: object) -> Finding:
    """Return one finding about several rows of a column: at the first of them, with their number and first names."""
    first = rows[:4].tolist()  # one more than are named, so that there is an ellipsis
    names = few([_called(table.places[row], row) for row in first])
    params |= {"count": len(rows), "features": names}
    return Finding(code, replace(table.places[first[0]], column=where), params)


def by_value(table: FeatureTable, column: Column, wrong: Sequence[tuple[str, str, Params]]) -> Iterator[Finding]:
    """Return one finding for each wrong value of a column, and one for all beyond the first few.

    Parameters
    ----------
    wrong
        Code, value and parameters of each, the most frequent value first.
    """
    for code, value, params in wrong[:MOST_NAMED]:
        yield grouped(code, table, column.where(value), column.name, value=value, **params)
    rest = [value for _, value, _ in wrong[MOST_NAMED:]]
    if rest:
        rows = np.flatnonzero(column.rows_that(set(rest).__contains__))
        yield grouped("SCHEMA-MORE-VALUES", table, rows, column.name, column=column.name, values=len(rest))


def layer_wide(code: str, table: FeatureTable, where: str | None = None, /, **params: object) -> Finding:
    """Return one finding about the whole layer, or a whole column."""
    return Finding(code, Place(file=table.path.name, column=where), params)


def _called(place: Place, row: int) -> str:
    return place.feature or str(place.line or place.row or row)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return math.nan
    return math.nan if "_" in text else number
