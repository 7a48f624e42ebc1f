"""The cells of one row as a clerk fills them in, and everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from landquota.amount import Amount
from landquota.errors import InputError, LandquotaError
from landquota.findings import Finding
from landquota.formats.sheets.sheet import Line, filled, letters
from landquota.forms.reading import Names, Reading
from landquota.forms.table import Table
from landquota.forms.values import as_text
from landquota.i18n import text

T = TypeVar("T")


@dataclass(slots=True)
class Cells:
    """The cells of one row; what cannot be read is kept as findings, all of the row's at once."""

    reading: Reading
    line: Line
    findings: list[Finding] = field(default_factory=list)

    @property
    def table(self) -> Table:
        """The table that the row stands in."""
        return self.reading.table

    def string(self, name: str) -> str | None:
        """Return a text, or None where the cell is empty."""
        return self._read(self.reading.first.get(name), as_text)

    def day(self, name: str) -> date | None:
        """Return a day; that it was a number is noted."""
        column = self.reading.first.get(name)
        read = self._read(column, self.reading.day)
        if column is None or read is None:
            return None
        if read.counted:
            self.reading.note_counted(self.line, column, read.day)
        return read.day

    def year(self, name: str) -> int | None:
        """Return a year."""
        return self._read(self.reading.first.get(name), self.reading.year)

    def amount(self, name: str) -> Amount | None:
        """Return an amount in the unit of the cell, of its heading, or of the form.

        Where several columns are filled, one for each unit, they have to say the same.
        """
        readers = [(column, self.reading.amounts[column]) for column in self.table.of(name)]
        read = [(column, value) for column, each in readers if (value := self._read(column, each)) is not None]
        if not read:
            return None
        (first, amount), *others = read
        for column, other in others:
            if type(other) is not type(amount) or other != amount:
                params = {"first": self.table.called(first), "second": self.table.called(column)}
                params |= {"amount": amount, "other": other}  # type: ignore[dict-item]
                self.findings.append(Finding("FORM-AMOUNTS-DIFFER", self.table.place(self.line, column), params))
        return amount

    def needed(self, name: str, value: T | None) -> T:
        """Return `value`, or find that the cell is empty; after a finding, nothing that anybody will use."""
        if value is None and not self.has_finding(name):
            column = self.reading.first.get(name)
            self._wrong(column, InputError(text("the cell is empty"), remedy=text("Fill it in.")))
        return value  # type: ignore[return-value] # the row is dropped

    def has_finding(self, name: str) -> bool:
        """Return whether something is wrong with the cell of a field already."""
        called = {self.table.called(column) for column in self.table.of(name)}
        return any(finding.place.column in called for finding in self.findings)

    def headings(self, names: Names) -> Mapping[str, str]:
        """Return what each field of a draft is called here, from the names that the form has for them."""
        return self.reading.headings(names, tuple(map(self._filled, self.reading.several)))

    def wrong(self, name: str, problem: LandquotaError) -> None:
        """Keep what is wrong with the cell of a field."""
        self._wrong(self.reading.first.get(name), problem)

    def _filled(self, columns: Sequence[int]) -> int:
        """Return the first of several columns that is filled, else the first."""
        return next((column for column in columns if filled(self.line.cell(column))), columns[0])

    def _read(self, column: int | None, reader: Callable[[object], T]) -> T | None:
        """Return what `reader` makes of a cell that is there and filled; what it cannot read becomes a finding."""
        if column is None:
            return None
        line = self.line
        cell = line.cell(column)
        if line.formulas and column in line.formulas and not self.reading.computed:
            params = {"cell": f"{letters(column)}{self.line.number}", "value": "—" if cell is None else cell}
            self.findings.append(Finding("FORM-FORMULA", self.table.place(self.line, column), params))
            return None
        if not filled(cell):
            return None
        try:
            return reader(cell)
        except LandquotaError as problem:
            self._wrong(column, problem)
            return None

    def _wrong(self, column: int | None, problem: LandquotaError) -> None:
        remedy = problem.remedy or text("Mend the cell.")
        params = {"problem": problem.message, "remedy": remedy}
        self.findings.append(Finding("FORM-CELL", self.table.place(self.line, column), params))
