"""The reading of one table: what its columns are read by, and what is said once of many rows.

A clerk's column says the same few things in many rows.  What a cell was read as is remembered
for its column, so that each text is taken apart once: of 50,000 rows with 13,000 different amounts,
an amount costs 4.6 µs and not 12.7, a day 0.8 and not 3.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from landquota.amount import Amount
from landquota.area import parse_amount
from landquota.errors import InputError
from landquota.findings import Finding
from landquota.formats.sheets.sheet import Line
from landquota.forms.columns import MEASURES, Measure, Role
from landquota.forms.table import Table
from landquota.forms.values import as_day, as_text, as_year, exact, number_in
from landquota.i18n import text

#: How many cells are remembered of each column (or of all columns of days, or years).
_MOST: Final = 1 << 14
#: What cannot be read is read again, for it is an exception; and 1 is not True.
_remembered: Final = lru_cache(maxsize=_MOST, typed=True)


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """What a form calls the fields of a kind of draft; two of them are the same only where they are one."""

    fields: Mapping[str, str]


@dataclass(slots=True)
class _Amounts:
    """The amounts of one column: in the unit of the cell, else of its heading, else of the form."""

    heading: Measure | None
    form: Measure | None
    assumed: bool = False

    def read(self, cell: object) -> Amount:
        """Return the amount of a cell."""
        number = number_in(cell)
        if number is None:
            return parse_amount(as_text(cell))
        measure = self.heading
        if measure is None and self.form is not None:
            measure, self.assumed = self.form, True
        if measure is None:
            raise InputError(
                text("'{written}' has no unit", written=cell),
                remedy=text("Write the unit in the heading, such as 面积(亩), or in the cell, such as 145亩."),
            )
        return exact(number, measure)


@dataclass(slots=True)
class _Counted:
    """The days of one column that were numbers, by the first of them."""

    line: Line
    cell: object
    day: date
    count: int = 0


class Reading:
    """What the rows of a table have in common while it is read.

    Parameters
    ----------
    computed
        Whether a formula counts for the value that is stored with it.

    Attributes
    ----------
    day, year
        Read a cell; `amounts` do so column by column, for a heading may name the unit.
    first, several
        The first column of each field that is there, and all of those that have more than one.
    """

    def __init__(self, table: Table, *, computed: bool) -> None:
        self.table = table
        self.computed = computed
        self.day = _remembered(as_day)
        self.year = _remembered(as_year)
        unit = None if table.form.unit is None else MEASURES[table.form.unit]
        self._amounts = {
            column: _Amounts(meaning.measure, unit)
            for column, meaning in table.columns.items()
            if meaning.column.role is Role.AMOUNT
        }
        self.amounts = {column: _remembered(amounts.read) for column, amounts in self._amounts.items()}
        self.first = {name: columns[0] for name, columns in table.fields.items()}
        self.several = [columns for columns in table.fields.values() if len(columns) > 1]
        self._counted: dict[int, _Counted] = {}
        self._headings: dict[tuple[Names, tuple[int, ...]], Mapping[str, str]] = {}

    def headings(self, names: Names, chosen: tuple[int, ...]) -> Mapping[str, str]:
        """Return what each field of a draft is called here; where a field has several columns, by the `chosen` one."""
        called = self._headings.get((names, chosen))
        if called is None:
            at = self.first | {self.table.columns[column].column.field: column for column in chosen}
            called = {to: self.table.called(at[name]) for to, name in names.fields.items() if name in at}
            self._headings[names, chosen] = called
        return called

    def note_counted(self, line: Line, column: int, day: date) -> None:
        """Keep that a day was a number."""
        counted = self._counted.setdefault(column, _Counted(line, line.cell(column), day))
        counted.count += 1

    def findings(self) -> list[Finding]:
        """Return what is said once of many rows, at its column: dates that were numbers, units that were assumed."""
        table = self.table
        said = []
        for column, counted in self._counted.items():
            params = {"count": counted.count, "value": counted.cell, "date": counted.day}
            said.append(Finding("FORM-DATE-SERIAL", table.place(counted.line, column), params))
        for column, amounts in sorted(self._amounts.items()):
            if amounts.assumed:
                params = {"column": table.called(column), "unit": table.form.unit}
                said.append(Finding("FORM-UNIT-ASSUMED", table.place(table.heading, column), params))
        return said
