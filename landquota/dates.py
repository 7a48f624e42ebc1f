"""Dates as clerks and documents write them, and periods in calendar years."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from landquota.errors import InputError
from landquota.i18n import text

_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


def parse_date(written: str) -> date:
    """Read ``2018-06-26``, ``2018/6/26`` or ``2018年6月26日``.

    Raises
    ------
    InputError
        The text is not a date of the calendar.
    """
    match = _DATE.fullmatch(unicodedata.normalize("NFKC", written).replace(" ", ""))
    if match is not None:
        try:
            return date(*(int(part) for part in match.groups()))
        except ValueError:
            pass  # 2018-02-30: said below, like any other text that is no date
    raise InputError(
        text("'{written}' is not a date", written=written),
        remedy=text("Write year, month and day, such as 2018-06-26."),
    )


def add_years(day: date, years: int) -> date:
    """Return the last day of a period of `years` that begins with `day`, the day itself not counted.

    Where that year has no such day (29 February), the period ends with the month, as periods
    of the civil code do (民法典 第二百零二条).
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def full_years(since: date, until: date) -> int:
    """Return how many years are full at the end of `until`; none where it lies before `since`."""
    years = until.year - since.year
    return max(0, years if add_years(since, years) <= until else years - 1)
