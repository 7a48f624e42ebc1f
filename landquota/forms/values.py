"""What one cell says: a text, a day, a year, or an exact amount.

Spreadsheets keep numbers in binary, so that 0.1 + 0.2 is 0.30000000000000004 there.  A number is
read as its shortest decimal; where that, rounded to the usual decimals of its unit (6 of 亩, 4 of
公顷, 2 of 平方米), is within 1e-9 of it (of 亿元, 1e-12), the rounded one is what was meant.  What is still finer
than the ledger's unit is a finding and never rounded.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from landquota.amount import Amount
from landquota.area import counted_in
from landquota.dates import parse_date
from landquota.errors import InputError
from landquota.forms.columns import Measure
from landquota.i18n import text

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


def as_text(cell: object) -> str:
    """Return a cell as text; a date is none, for spreadsheets make dates of numbers such as 2018-3."""
    if isinstance(cell, str):  # asked first, for most cells are
        return cell.strip()
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


class Day(NamedTuple):
    """A day that a cell gives, and whether as a number, which may have been meant otherwise."""

    day: date
    counted: bool = False


def as_day(cell: object) -> Day:
    """Return a day: a date, a text such as 2018.6.1 or 2018年6月1日, or Excel's number of the day."""
    if isinstance(cell, datetime):
        if cell.time() == time():
            return Day(cell.date())
        raise _no_date(cell)
    if isinstance(cell, date):
        return Day(cell)
    number = number_in(cell)
    if number is None:
        return Day(parse_date(_BEFORE.sub("", str(cell).strip())))
    day = _counted_day(number)
    if day is None:
        raise _no_date(cell)
    return Day(day, counted=True)


def as_year(cell: object) -> int:
    """Return a year: 2018, 2018年 or 2018年度."""
    match = _YEAR.fullmatch(unicodedata.normalize("NFKC", as_text(cell)))
    if match is None:
        raise InputError(
            text("'{written}' is not a year", written=as_text(cell)), remedy=text("Write four digits, such as 2018.")
        )
    return int(match[1])


def number_in(cell: object) -> Decimal | None:
    """Return the number of a cell, also one that is kept as text; None where it is none."""
    if isinstance(cell, bool):
        return None
    if isinstance(cell, int):
        return Decimal(cell)
    if isinstance(cell, float):
        return Decimal(repr(cell))
    plain = unicodedata.normalize("NFKC", str(cell)).strip().replace("−", "-")
    return Decimal(plain.replace(",", "")) if _NUMBER.fullmatch(plain) else None


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
    >>> from landquota.forms.columns import MEASURES
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
