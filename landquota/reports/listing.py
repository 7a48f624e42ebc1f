"""A result as columns and rows: the same for the terminal, CSV, a workbook and JSON.

A :class:`Report` decides nothing; how a figure is written follows from what its column holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from landquota.amount import point
from landquota.area import Area, Unit
from landquota.findings import Finding
from landquota.i18n import Renderable, Text, clean

#: What a cell holds: a text of the data, one of ours, an exact area, an integer, a measured m², or nothing.
Value = str | Renderable | Area | int | float | None


class Holds(StrEnum):
    """What the cells of a column are."""

    #: Data or words of ours.
    TEXT = "text"
    #: A whole number.
    COUNT = "count"
    #: An exact area in m², with 2 decimals.
    M2 = "m2"
    #: An exact area in 亩: exactly in files, with 2 decimals for people.
    MU = "mu"
    #: m² as a float, measured in the plane: 6 decimals in files, 2 for people.
    PLANAR = "planar"
    #: Hundredths of a percent, with 2 decimals.
    PERCENT = "percent"


_FIGURES: Final = frozenset(Holds) - {Holds.TEXT}
_PLANAR_DECIMALS: Final = 6


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `name` heads it in CSV and JSON and never changes with the language, `heading` elsewhere.
    `short` columns are all that the terminal shows.
    """

    name: str
    heading: Text
    holds: Holds = Holds.TEXT
    short: bool = True
    width: float = 14

    @property
    def is_figure(self) -> bool:
        """Whether the cells are numbers, to be aligned right."""
        return self.holds in _FIGURES

    def shown(self, value: Value, language: str) -> str:
        """Return a cell as people read it."""
        return self._said(value, language, planar=2, mu=2) or ("—" if self.is_figure else "")

    def written(self, value: Value, language: str) -> str:
        """Return a cell as it stands in a file of text, with every digit; nothing is empty."""
        return self._said(value, language, planar=_PLANAR_DECIMALS, mu=None)

    def plain(self, value: Value, language: str) -> object:
        """Return a cell for JSON: exact figures as strings, counts as numbers, nothing as null."""
        if value is None or self.holds is Holds.COUNT:
            return value
        return value if isinstance(value, str) else self.written(value, language)

    def number(self, value: Value) -> float | int | None:
        """Return the figure of a cell for a spreadsheet."""
        if value is None:
            return None
        if self.holds is Holds.COUNT:
            return int(value)  # type: ignore[arg-type]
        return float(self.written(value, "en"))

    def _said(self, value: Value, language: str, *, planar: int, mu: int | None) -> str:
        if isinstance(value, Area):
            exact = value.mu if mu is None else value.in_unit(Unit.MU, mu)
            return exact if self.holds is Holds.MU else value.m2
        if isinstance(value, int | float):
            return _figure(self.holds, value, planar)
        return value.render(language) if isinstance(value, Renderable) else value or ""


def _figure(holds: Holds, value: float, planar: int) -> str:
    """Return a number as its column shows it."""
    if holds is Holds.PERCENT:
        return point(int(value), 2)
    return _measured(value, planar) if holds is Holds.PLANAR else str(value)


def _measured(m2: float, decimals: int) -> str:
    """Return a measured area with decimals, never as -0.00."""
    written = f"{m2:.{decimals}f}"
    return written.removeprefix("-") if float(written) == 0 else written


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows below columns, with a row of totals where there is one."""

    name: str
    title: Text
    columns: tuple[Column, ...]
    rows: Sequence[tuple[Value, ...]]
    totals: tuple[Value, ...] | None = None

    def plain(self, language: str) -> list[dict[str, object]]:
        """Return the rows for JSON."""
        return [self._plain(row, language) for row in self.rows]

    def plain_totals(self, language: str) -> dict[str, object]:
        """Return the figures of the row of totals for JSON."""
        row = self.totals or ()
        return {
            c.name: c.plain(v, language)
            for c, v in zip(self.columns, row, strict=True)
            if c.is_figure and v is not None
        }

    def _plain(self, row: Sequence[Value], language: str) -> dict[str, object]:
        return {column.name: column.plain(value, language) for column, value in zip(self.columns, row, strict=True)}


@dataclass(frozen=True)
class Report:
    """All that a command has to say.

    Attributes
    ----------
    title
        Over everything.
    listings
        The first is the one that CSV and JSON write as their rows; the others sum it up.
    notes
        How it was measured, of what date, by which rule.
    findings
        What is wrong with the data.
    facts
        What JSON says besides, as plain data.
    """

    title: Text
    listings: tuple[Listing, ...]
    notes: tuple[Text, ...] = ()
    findings: tuple[Finding, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)

    def to_json(self, language: str) -> dict[str, object]:
        """Return the report as plain data, texts in `language`."""
        first, *others = self.listings
        return {
            **self.facts,
            first.name: first.plain(language),
            "totals": first.plain_totals(language),
            **{each.name: each.plain(language) for each in others},
            "notes": [clean(note.render(language)) for note in self.notes],
            "findings": [finding.to_json(language) for finding in self.findings],
        }
