"""Findings as rows of a table: the same columns in a workbook and in a layer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from landquota.findings import Finding, worst_first
from landquota.i18n import Text, clean, text
from landquota.vocabulary import label

_ACTORS: Final[Mapping[str, Text]] = {
    "surveyor": text("surveyor"),
    "clerk": text("clerk"),
    "planner": text("planner"),
    "administrator": text("administrator"),
}


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding in words; `line` is that of a text, or the row of a table."""

    severity: str
    code: str
    file: str | None
    line: int | None
    column: str | None
    feature: str | None
    x: float | None
    y: float | None
    message: str
    remedy: str
    actor: str
    severity_code: str

    @property
    def point(self) -> tuple[float, float] | None:
        """East and north, where the finding has a place that a map can show."""
        if self.x is None or self.y is None or not (math.isfinite(self.x) and math.isfinite(self.y)):
            return None
        return self.x, self.y


#: What each column is called, in the order of a workbook.
HEADINGS: Final[Mapping[str, Text]] = {
    "severity": text("Severity"),
    "code": text("Code"),
    "file": text("File"),
    "line": text("Line or row"),
    "column": text("Column"),
    "feature": text("Feature"),
    "x": text("X (east)"),
    "y": text("Y (north)"),
    "message": text("What was found"),
    "remedy": text("Remedy"),
    "actor": text("Who acts"),
}


def rows(findings: Iterable[Finding], language: str) -> Iterator[FindingRow]:
    """Yield the findings in `language`, the worst first; control characters in names are made visible."""
    for finding in worst_first(findings):
        place, kind = finding.place, finding.kind
        yield FindingRow(
            severity=label(kind.severity.value, language),
            code=finding.code,
            file=_shown(place.source),
            line=place.line if place.line is not None else place.row,
            column=_shown(place.column),
            feature=_shown(place.feature),
            x=None if place.x is None else float(place.x),
            y=None if place.y is None else float(place.y),
            message=finding.message(language),
            remedy=finding.remedy(language),
            actor=actor(kind.actor, language),
            severity_code=kind.severity.value,
        )


def actor(code: str, language: str) -> str:
    """Return who acts on a finding, in `language`."""
    return _ACTORS[code].render(language) if code in _ACTORS else code


def _shown(name: str | None) -> str | None:
    return None if name is None else clean(name)
