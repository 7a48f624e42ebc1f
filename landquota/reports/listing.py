"""A result as columns and rows: the same for the terminal, CSV, a workbook and JSON.

A :class:`Report` decides nothing; how a figure is written follows from what its column holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from landquota.amount import point, round_half_up
from landquota.area import Area, Unit
from landquota.findings import Finding
from landquota.i18n import Renderable, Text, clean

#: What a cell holds: texts of the data, one of ours, an exact area, an integer, a measured m², or nothing.
Value = str | Renderable | Area | int | float | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Coded:
    """A word of ours: its code in JSON, where it has one, and what people read."""

    code: str | None
    said: Renderable

    def render(self, language: str) -> str:
        """Return the word in `language`."""
        return self.said.render(language)


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
_MICRO: Final = 10**_PLANAR_DECIMALS


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    `name` heads it in CSV and JSON and never changes with the language, `heading` elsewhere.
    `short` columns are all that the terminal shows; those that are not `in_csv` stand everywhere but there,
    where the columns are agreed.
    """

    name: str
    heading: Text
    holds: Holds = Holds.TEXT
    short: bool = True
    width: float = 14
    in_csv: bool = True

    @property
    def is_figure(self) -> bool:
        """Whether the cells are numbers, to be aligned right."""
        return self.holds in _FIGURES

    def shown(self, value: Value, language: str) -> str:
        """Return a cell as people read it; a dash where there is no figure, 0.00 where none was measured."""
        return self._said(value, language, planar=2, mu=2) or ("—" if self.is_figure else "")

    def written(self, value: Value, language: str) -> str:
        """Return a cell as it stands in a file of text, with every digit; nothing is empty."""
        return self._said(value, language, planar=_PLANAR_DECIMALS, mu=None)

    def plain(self, value: Value, language: str) -> object:
        """Return a cell for JSON: exact figures as strings, counts as numbers, nothing as null."""
        if value is None or self.holds is Holds.COUNT:
            return value
        if isinstance(value, Coded):
            return value.code
        if isinstance(value, tuple):
            return list(value)
        return value if isinstance(value, str) else self.written(value, language)

    def units(self, value: Value) -> int | None:
        """Return a figure as a whole number: of 1/300 m², or of 1e-6 m² measured in the plane."""
        if isinstance(value, Area):
            return value.units
        return round(value * _MICRO) if isinstance(value, float) and self.holds is Holds.PLANAR else None

    def step(self, *, people: bool) -> int | None:
        """Return how many units are the last digit that is shown, where it is rounded."""
        steps = {
            Holds.M2: Unit.M2.size // 100,
            **({Holds.MU: Unit.MU.size // 100, Holds.PLANAR: _MICRO // 100} if people else {}),
        }
        return steps.get(self.holds)

    def number(self, value: Value) -> float | int | None:
        """Return the figure of a cell for a spreadsheet."""
        if value is None:
            return None
        if isinstance(value, Area) and self.holds is Holds.M2:
            return round(value.units / Unit.M2.size, _PLANAR_DECIMALS)
        if self.holds is Holds.COUNT:
            return int(value)  # type: ignore[arg-type]
        return float(self.written(value, "en"))

    def _said(self, value: Value, language: str, *, planar: int, mu: int | None) -> str:
        if value is None or isinstance(value, str):
            return value or ""
        if isinstance(value, Area):
            exact = value.mu if mu is None else value.in_unit(Unit.MU, mu)
            return exact if self.holds is Holds.MU else value.m2
        if isinstance(value, int | float):
            return _figure(self.holds, value, planar)
        if isinstance(value, tuple):
            return "; ".join(value)
        return value.render(language)


def _figure(holds: Holds, value: float, planar: int) -> str:
    """Return a number as its column shows it."""
    if holds is Holds.PERCENT:
        return point(int(value), 2)
    return _measured(value, planar) if holds is Holds.PLANAR else str(value)


def _added_up(units: Sequence[int], step: int) -> list[str]:
    """Return figures with 2 decimals that add up to their rounded sum, by largest remainder."""
    floors = [each // step for each in units]
    left = round_half_up(sum(units), step) - sum(floors)
    for index in sorted(range(len(units)), key=lambda at: (-(units[at] % step), at))[:left]:
        floors[index] += 1
    return [point(each, 2) for each in floors]


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
    #: Which rows a terminal shows first where it cannot show all.
    first: Sequence[int] = ()

    def texts(self, language: str, *, people: bool) -> list[list[str]]:
        """Return the cells of all rows as text, for people or with every digit; what is rounded adds up to its sum."""
        say = Column.shown if people else Column.written
        rows = [[say(c, v, language) for c, v in zip(self.columns, row, strict=True)] for row in self.rows]
        for place, column in enumerate(self.columns):
            step = column.step(people=people)
            cells = {at: units for at, row in enumerate(self.rows) if (units := column.units(row[place])) is not None}
            if step is not None and self.totals is not None:
                for at, said in zip(cells, _added_up(list(cells.values()), step), strict=True):
                    rows[at][place] = said
        return rows

    def total_texts(self, language: str) -> list[str]:
        """Return the row of totals as people read it; empty cells stay empty."""
        row = self.totals or ()
        return ["" if v is None else c.shown(v, language) for c, v in zip(self.columns, row, strict=True)]

    def plain(self, language: str) -> list[dict[str, object]]:
        """Return the rows for JSON."""
        texts = self.texts(language, people=False)
        return [self._plain(row, said, language) for row, said in zip(self.rows, texts, strict=True)]

    def plain_totals(self, language: str) -> dict[str, object]:
        """Return the figures of the row of totals for JSON."""
        row = self.totals or ()
        return {
            c.name: c.plain(v, language)
            for c, v in zip(self.columns, row, strict=True)
            if c.is_figure and v is not None
        }

    def _plain(self, row: Sequence[Value], texts: Sequence[str], language: str) -> dict[str, object]:
        cells = zip(self.columns, row, texts, strict=True)
        return {
            column.name: text if column.holds is Holds.M2 and value is not None else column.plain(value, language)
            for column, value, text in cells
        }


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
            **({} if first.totals is None else {"totals": first.plain_totals(language)}),
            **{each.name: each.plain(language) for each in others},
            "notes": [clean(note.render(language)) for note in self.notes],
            "findings": [finding.to_json(language) for finding in self.findings],
        }
