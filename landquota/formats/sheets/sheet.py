"""Sheets of cells, from CSV or from a workbook, and where each cell stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from landquota.findings import Place

_LETTERS: Final = 26


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its number as a spreadsheet counts, and its cells; None is an empty one.

    `formulas` are the columns, counted from 0, whose cells are computed.
    """

    number: int
    cells: Sequence[object]
    formulas: frozenset[int] = frozenset()

    def cell(self, column: int) -> object:
        """Return the cell of a column counted from 0; rows may be of different lengths."""
        return self.cells[column] if column < len(self.cells) else None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of one sheet that are not blank.

    `ragged` rows may go on beyond the heading, as they do in workbooks, where remarks stand beside a table.
    """

    file: str
    name: str
    lines: Sequence[Line]
    hidden: bool = False
    ragged: bool = True

    def place(self, line: Line, column: str | None = None, *, feature: str | None = None) -> Place:
        """Return where a row, or its cell in the column of that name, stands in the file."""
        return Place(file=self.file, row=line.number, column=column, feature=feature)


def letters(column: int) -> str:
    """Return what a spreadsheet calls a column counted from 0.

    >>> letters(0), letters(27)
    ('A', 'AB')
    """
    called, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, _LETTERS)
        called = chr(ord("A") + digit) + called
    return called


def filled(cell: object) -> bool:
    """Return whether a cell holds anything but blanks."""
    return cell is not None and str(cell).strip() != ""


def words(cell: object) -> str:
    """Return a cell as text for a person or a name: whole numbers without decimals, nothing as the empty text."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()
