"""Findings about data: code, severity, place and remedy.

Wrong data becomes a finding, all of them at once; wrong calls become exceptions.  The
catalogue ``findings.csv`` holds each code's severity, message, remedy and who acts.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from landquota.errors import InputError
from landquota.i18n import Text, fill, text, translate

CATALOGUE_FILE: Final = Path(__file__).with_name("findings.csv")


class Severity(StrEnum):
    """How much a finding matters; an error keeps the data out."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


_ORDER: Final = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the catalogue: what a finding code means and who acts on it."""

    code: str
    severity: Severity
    message: str
    remedy: str
    actor: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was found.

    `line` counts text lines and `row` table rows (the heading is row 1), in the `sheet` of a
    workbook; `x` and `y` are coordinates in the file's own reference system, east and north.
    """

    file: str | None = None
    line: int | None = None
    row: int | None = None
    column: str | None = None
    feature: str | None = None
    x: float | None = None
    y: float | None = None
    sheet: str | None = None

    @property
    def source(self) -> str | None:
        """The file, and the sheet in it where there are sheets."""
        parts = [part for part in (self.file, self.sheet) if part is not None]
        return " › ".join(parts) or None

    def to_json(self) -> dict[str, object]:
        """Return the parts that are known."""
        return {name: getattr(self, name) for name in self.__slots__ if getattr(self, name) is not None}

    def render(self, language: str) -> str:
        """Return the place in words, the file first."""
        parts: list[Text | str] = [self.source] if self.source is not None else []
        if self.line is not None:
            parts.append(text("line {line}", line=self.line))
        if self.row is not None:
            parts.append(text("row {row}", row=self.row))
        if self.column is not None:
            parts.append(text("column {column}", column=self.column))
        if self.feature is not None:
            parts.append(text("feature {feature}", feature=self.feature))
        if self.x is not None and self.y is not None:
            decimals = 8 if abs(self.x) <= 180 and abs(self.y) <= 90 else 3  # noqa: PLR2004 - degrees: millimetres too
            parts.append(f"({self.x:.{decimals}f}, {self.y:.{decimals}f})")
        return " · ".join(p.render(language) if isinstance(p, Text) else p for p in parts)

    def order(self) -> tuple[str, int, str, str]:
        """Return what places are sorted by: file and sheet, line or row, column, feature."""
        return (self.source or "", self.line or self.row or 0, self.column or "", self.feature or "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found in the data."""

    code: str
    place: Place = field(default_factory=Place)
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """The catalogue row of this code."""
        return catalogue()[self.code]

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return self.kind.severity

    def message(self, language: str) -> str:
        """Return what was found, in `language`."""
        return fill(translate(self.kind.message, language), self.params, language)

    def remedy(self, language: str) -> str:
        """Return what can be done, in `language`."""
        return fill(translate(self.kind.remedy, language), self.params, language)

    def to_json(self, language: str) -> dict[str, object]:
        """Return the finding as plain data with its texts in `language`."""
        return {
            "code": self.code,
            "severity": self.severity.value,
            "place": self.place.to_json(),
            "message": self.message(language),
            "remedy": self.remedy(language),
        }


class FindingsError(InputError):
    """Data that cannot be used, with everything that was found in it."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(
            text(
                "{errors} error(s) found; nothing was written.",
                errors=sum(f.severity is Severity.ERROR for f in findings),
            )
        )
        self.findings = tuple(worst_first(findings))


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings ordered by severity, then code, then place."""
    return sorted(findings, key=lambda f: (_ORDER[f.severity], f.code, f.place.order()))


def has_errors(findings: Iterable[Finding]) -> bool:
    """Return whether any finding keeps the data out."""
    return any(f.severity is Severity.ERROR for f in findings)


@cache
def catalogue() -> Mapping[str, Kind]:
    """Return every finding code with its catalogue row."""
    with CATALOGUE_FILE.open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Kind(row["code"], Severity(row["severity"]), row["message"], row["remedy"], row["actor"])
            for row in csv.DictReader(file)
        }
