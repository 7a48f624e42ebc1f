"""The cells of one row as a clerk fills them in: texts, days, years and exact amounts.

Spreadsheets keep numbers in binary, so that 0.1 + 0.2 is 0.30000000000000004 there.  A number is
read as its shortest decimal; where that, rounded to the usual decimals of its unit (6 of 亩, 4 of
公顷, 2 of 平方米), is within 1e-9 of it (of 亿元, 1e-12), the rounded one is what was meant.  What is still finer
than the ledger's unit is a finding and never rounded.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, TypeVar

from landquota.amount import Amount
from landquota.area import counted_in, parse_amount
from landquota.dates import parse_date
from landquota.errors import InputError, LandquotaError
from landquota.findings import Finding
from landquota.formats.sheets.sheet import Line, filled, letters
from landquota.forms.columns import MEASURES, Measure
from landquota.forms.table import Table
from landquota.i18n import text

T = TypeVar("T")

_DUST: Final = Decimal("1e-9")
#: How many decimals below the usual ones of its unit dust has to lie, at the least.
_BELOW: Final = 2
_LARGEST: Final = Decimal(10) ** 15
_NUMBER: Final = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?([eE][+-]?\d{1,3})?")
#: Excel counts days from here; among the days of its first two months it has one too many.
_EXCEL_EPOCH: Final = date(1899, 12, 30)
_SERIALS: Final = range(20_000, 73_416)  # 1954-10-03 to 2100-12-31
_COMPACT: Final = range(19_490_101, 22_001_232)  # 20180601 as a number
_YEAR: Final = re.compile(r"(\d{4})(年|年度)?")
_BEFORE: Final = re.compile(r"(之?前|以前|底前|底|止)$")


@dataclass(slots=True)
class Notes:
    """What is the same for many rows of a table and said once: dates that were numbers, units that were assumed."""

    serials: dict[int, list[tuple[int, object, date]]] = field(default_factory=dict)
    assumed: set[int] = field(default_factory=set)

    def findings(self, table: Table) -> list[Finding]:
        """Return the notes, each at its column."""
        said = []
        for column, cells in self.serials.items():
            row, value, day = cells[0]
            line = next(line for line in table.lines if line.number == row)
            params = {"count": len(cells), "value": value, "date": day}
            said.append(Finding("FORM-DATE-SERIAL", table.place(line, column), params))
        for column in sorted(self.assumed):
            params = {"column": table.called(column), "unit": table.form.unit}
            said.append(Finding("FORM-UNIT-ASSUMED", table.place(table.heading, column), params))
        return said


@dataclass(slots=True)
class Cells:
    """The cells of one row; what cannot be read is kept as findings, all of the row's at once.

    `computed` says whether a formula counts for the value that is stored with it.
    """

    table: Table
    line: Line
    notes: Notes
    computed: bool
    findings: list[Finding] = field(default_factory=list)

    def string(self, name: str) -> str | None:
        """Return a text, or None where the cell is empty."""
        return self._read(name, lambda cell, _: _text(cell))

    def day(self, name: str) -> date | None:
        """Return a day: a date, a text such as 2018.6.1 or 2018年6月1日, or Excel's number of the day."""
        return self._read(name, self._day)

    def year(self, name: str) -> int | None:
        """Return a year."""
        return self._read(name, lambda cell, _: _year(cell))

    def amount(self, name: str) -> Amount | None:
        """Return an amount in the unit of the cell, of its heading, or of the form.

        Where several columns are filled, one for each unit, they have to say the same.
        """
        read = [(column, value) for column in self.table.of(name) if (value := self._amount(column)) is not None]
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
            column = next(iter(self.table.of(name)), None)
            self._wrong(column, InputError(text("the cell is empty"), remedy=text("Fill it in.")))
        return value  # type: ignore[return-value] # the row is dropped

    def has_finding(self, name: str) -> bool:
        """Return whether something is wrong with the cell of a field already."""
        called = {self.table.called(column) for column in self.table.of(name)}
        return any(finding.place.column in called for finding in self.findings)

    def headings(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Return what each field of a draft is called here, from the names that the form has for them."""
        found = {to: self.table.of(name) for to, name in fields.items()}
        return {to: self.table.called(self._filled(columns)) for to, columns in found.items() if columns}

    def wrong(self, name: str, problem: LandquotaError) -> None:
        """Keep what is wrong with the cell of a field."""
        self._wrong(next(iter(self.table.of(name)), None), problem)

    def _filled(self, columns: Sequence[int]) -> int:
        if len(columns) == 1:
            return columns[0]
        return next((column for column in columns if filled(self.line.cell(column))), columns[0])

    def _read(self, name: str, reader: Callable[[object, int], T]) -> T | None:
        columns = self.table.of(name)
        return self._cell(columns[0], reader) if columns else None

    def _cell(self, column: int, reader: Callable[[object, int], T]) -> T | None:
        """Return what `reader` makes of a cell that is filled; what it cannot read becomes a finding."""
        cell = self.line.cell(column)
        if column in self.line.formulas and not self.computed:
            params = {"cell": f"{letters(column)}{self.line.number}", "value": "—" if cell is None else cell}
            self.findings.append(Finding("FORM-FORMULA", self.table.place(self.line, column), params))
            return None
        if not filled(cell):
            return None
        try:
            return reader(cell, column)
        except LandquotaError as problem:
            self._wrong(column, problem)
            return None

    def _wrong(self, column: int | None, problem: LandquotaError) -> None:
        remedy = problem.remedy or text("Mend the cell.")
        params = {"problem": problem.message, "remedy": remedy}
        self.findings.append(Finding("FORM-CELL", self.table.place(self.line, column), params))

    def _day(self, cell: object, column: int) -> date:
        if isinstance(cell, datetime):
            if cell.time() == time():
                return cell.date()
            raise _no_date(cell)
        if isinstance(cell, date):
            return cell
        number = _decimal(cell)
        if number is None:
            return parse_date(_BEFORE.sub("", str(cell).strip()))
        day = _counted_day(number)
        if day is None:
            raise _no_date(cell)
        self.notes.serials.setdefault(column, []).append((self.line.number, cell, day))
        return day

    def _amount(self, column: int) -> Amount | None:
        return self._cell(column, self._measured)

    def _measured(self, cell: object, column: int) -> Amount:
        number = _decimal(cell)
        if number is None:
            return parse_amount(_text(cell))
        measure = self.table.columns[column].measure
        if measure is None and self.table.form.unit is not None:
            measure = MEASURES[self.table.form.unit]
            self.notes.assumed.add(column)
        if measure is None:
            raise InputError(
                text("'{written}' has no unit", written=cell),
                remedy=text("Write the unit in the heading, such as 面积(亩), or in the cell, such as 145亩."),
            )
        return exact(number, measure)


def exact(number: Decimal, measure: Measure) -> Amount:
    """Return an amount, rid of what binary numbers leave behind it.

    Raises
    ------
    PrecisionError
        The number is finer than the ledger's smallest unit.
    InputError
        It is larger than anything that is counted.

    Examples
    --------
    >>> exact(Decimal("0.30000000000000004"), MEASURES["亩"]).render("en")
    '0.3 mu'
    """
    if not number.is_finite() or abs(number) > _LARGEST:
        raise InputError(
            text("'{written}' is larger than any land", written=number),
            remedy=text("Check the figure and the unit in the heading."),
        )
    rounded = round(number, measure.decimals)
    # Of 亿元 the tenth decimal is a fen: dust is what is far below the last of the usual decimals.
    dust = min(_DUST, Decimal(1).scaleb(-measure.decimals - _BELOW))
    meant = rounded if abs(rounded - number) <= dust else number
    return counted_in(measure.unit).of(meant * measure.times, measure.unit)


def _text(cell: object) -> str:
    """Return a cell as text; a date is none, for spreadsheets make dates of numbers such as 2018-3."""
    if isinstance(cell, date):
        raise InputError(
            text("{date} is a date where a text belongs", date=_shown(cell)),
            remedy=text("Format the cell as text and write it again: spreadsheets take 2018-3 for a date."),
        )
    if isinstance(cell, bool):
        return str(cell)
    if isinstance(cell, float):
        return f"{Decimal(repr(cell)):f}".removesuffix(".0")
    return str(cell).strip()


def _year(cell: object) -> int:
    match = _YEAR.fullmatch(unicodedata.normalize("NFKC", _text(cell)))
    if match is None:
        raise InputError(
            text("'{written}' is not a year", written=_text(cell)), remedy=text("Write four digits, such as 2018.")
        )
    return int(match[1])


def _decimal(cell: object) -> Decimal | None:
    """Return the number of a cell, also one that is kept as text; None where it is none."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int):
        return Decimal(cell)
    if isinstance(cell, float):
        return Decimal(repr(cell))
    plain = unicodedata.normalize("NFKC", str(cell)).strip().replace("−", "-")
    return Decimal(plain.replace(",", "")) if _NUMBER.fullmatch(plain) else None


def _counted_day(number: Decimal) -> date | None:
    """Return the day that a number stands for: Excel's count of days (from 1900), or 20180601."""
    if not number.is_finite() or number != number.to_integral_value():
        return None
    if int(number) in _SERIALS:
        return _EXCEL_EPOCH + timedelta(days=int(number))
    if int(number) in _COMPACT:
        year, rest = divmod(int(number), 10_000)
        try:
            return date(year, *divmod(rest, 100))
        except ValueError:
            return None
    return None


def _shown(cell: date) -> str:
    return cell.date().isoformat() if isinstance(cell, datetime) else cell.isoformat()


def _no_date(cell: object) -> InputError:
    return InputError(
        text("'{written}' is not a date", written=cell),
        remedy=text("Write year, month and day, such as 2018-06-26."),
    )
