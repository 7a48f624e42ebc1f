"""Cells: one row of a seed table, read cell by cell; what cannot be read becomes findings."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Final, TypeVar

from landquota.dates import parse_date
from landquota.errors import InputError, LandquotaError
from landquota.findings import Finding
from landquota.formats.tables import Row
from landquota.i18n import text

T = TypeVar("T")

_UNITS: Final = {"亩": "mu", "mu": "mu", "kg": "kg", "公斤": "kg", "千克": "kg", "元": "yuan", "yuan": "yuan"}
_YES: Final = {
    "yes": True,
    "true": True,
    "1": True,
    "是": True,
    "no": False,
    "false": False,
    "0": False,
    "否": False,
    "": False,
}


class Cells:
    """The cells of one row; what cannot be read is kept as findings, all of the row's at once."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.findings: list[Finding] = []

    def text(self, column: str) -> str | None:
        """Return the cell, or None where it is empty."""
        return self.row.values[column] or None

    def read(self, column: str, reader: Callable[[str], T]) -> T:
        """Return what `reader` makes of the cell; after a finding, nothing that anybody will use."""
        try:
            return reader(self.row.values[column])
        except LandquotaError as problem:
            params = {"problem": problem.message, "remedy": problem.remedy or text("Mend the cell.")}
            self.findings.append(Finding("SEED-CELL", self.row.place(column), params))
            return None  # type: ignore[return-value] # the draft is dropped


def optional_date(written: str) -> date | None:
    """Read a date, or nothing from an empty cell."""
    return parse_date(written) if written else None


def optional_year(written: str) -> int | None:
    """Read a year of four digits, or nothing from an empty cell."""
    if not written:
        return None
    if not re.fullmatch("[0-9]{4}", written):
        raise InputError(
            text("'{written}' is not a year", written=written), remedy=text("Write four digits, such as 2018.")
        )
    return int(written)


def yes_or_no(written: str) -> bool:
    """Read yes or no, in either language; an empty cell is no."""
    try:
        return _YES[written.lower()]
    except KeyError:
        raise InputError(
            text("'{written}' is neither yes nor no", written=written), remedy=text("Write yes (是) or no (否).")
        ) from None


def decided(written: str) -> bool:
    """Read yes or no from a cell that has to be filled in."""
    return yes_or_no(filled(written))


def filled(written: str) -> str:
    """Read a text that has to be there."""
    if not written:
        raise InputError(text("the cell is empty"), remedy=text("Fill it in."))
    return written


def unit_of_quota(written: str) -> str:
    """Read the unit of a quota kind, in either language."""
    try:
        return _UNITS[written.lower()]
    except KeyError:
        raise InputError(
            text("'{written}' is not a unit of quota", written=written), remedy=text("Write 亩 (mu), kg or 元 (yuan).")
        ) from None
