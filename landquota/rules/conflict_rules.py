"""What is a conflict with which constraint: dated rows, those of a project before the shipped ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeVar

from landquota.dates import parse_date
from landquota.errors import InputError, LandquotaError
from landquota.findings import Finding, Place
from landquota.formats.tables import Row, read_csv
from landquota.i18n import text

E = TypeVar("E", bound=StrEnum)

#: What holds everywhere, with what it is known from.
SHIPPED: Final = Path(__file__).with_name("conflict_rules.csv")
#: The kind of the rule for constraints that have none of their own.
ANY: Final = "*"
_REQUIRED: Final = ("kind", "where", "severity", "name", "valid_from")
_OPTIONAL: Final = ("name_en", "aliases", "valid_to", "document", "clause", "basis")


class Where(StrEnum):
    """Which side of a constraint's boundary matters."""

    INSIDE = "inside"
    OUTSIDE = "outside"


class Weight(StrEnum):
    """How much a conflict weighs, the heaviest first."""

    #: Nothing may be built there.
    HARD = "hard"
    #: To be checked: it may be admitted.
    CHECK = "check"
    #: Worth knowing.
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictRule:
    """One dated rule; `basis` says what the row is known from."""

    kind: str
    where: Where
    severity: Weight
    name: str
    name_en: str
    aliases: tuple[str, ...]
    valid_from: date
    valid_to: date | None
    document: str
    clause: str
    basis: str

    @property
    def source(self) -> str:
        """Document and clause; empty for a convention."""
        return " ".join(part for part in (self.document, self.clause) if part)

    def render(self, language: str) -> str:
        """Return what the constraint is called."""
        return self.name if language == "zh" else self.name_en or self.name

    def holds(self, day: date) -> bool:
        """Return whether it is in force on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class ConflictRules:
    """The rules of a project before those that are shipped; in each group the later one goes first."""

    groups: tuple[tuple[ConflictRule, ...], ...]

    def find(self, kind: str, day: date) -> tuple[ConflictRule, list[Finding]]:
        """Return the rule for a kind of constraint on `day`, and what is wanting.

        Where the rules of a kind all lie in the past, the last one is applied and said to have
        expired; where a kind has none, the one for any other constraint.

        Raises
        ------
        InputError
            Not even that one is there.
        """
        mine = [rule for group in self.groups for rule in group if rule.kind == kind]
        used = next((rule for rule in mine if rule.holds(day)), None)
        if used is not None:
            return used, []
        past = [rule for rule in mine if rule.valid_to is not None and rule.valid_to < day]
        if past:
            params = {"kind": past[0], "valid_to": past[0].valid_to, "as_of": day, "source": past[0].source or "—"}
            return past[0], [Finding("OVERLAY-RULE-EXPIRED", Place(feature=kind), params)]
        other = next((rule for group in self.groups for rule in group if rule.kind == ANY and rule.holds(day)), None)
        if other is None:
            raise InputError(text("No rule says what is a conflict with '{kind}'", kind=kind))
        return other, [Finding("OVERLAY-RULE-NONE", Place(feature=kind or None), {"kind": kind or "—"})]

    def kind_of(self, word: str) -> str | None:
        """Return the kind that a word names: itself, its Chinese or English name, or an alias."""
        said = word.casefold()
        return next((rule.kind for rule in self._all() if rule.kind != ANY and said in _words(rule)), None)

    def kind_in(self, name: str) -> str | None:
        """Return the kind whose name or alias stands in the name of a file; the longest one decides."""
        said = name.casefold()
        found = [(len(word), rule.kind) for rule in self._all() for word in _words(rule) if word in said]
        return max(found)[1] if found else None

    def _all(self) -> Iterator[ConflictRule]:
        return (rule for group in self.groups for rule in group)


def read_conflict_rules(own: Path | None = None) -> tuple[ConflictRules, list[Finding]]:
    """Read the shipped rules, and those of a project from its table `own` where there is one.

    A row that cannot be read is left out, with a finding.
    """
    findings: list[Finding] = []
    tables = [path for path in (own, SHIPPED) if path is not None and path.is_file()]
    return ConflictRules(tuple(tuple(_group(path, findings)) for path in tables)), findings


def _words(rule: ConflictRule) -> list[str]:
    words = (rule.kind, rule.name, rule.name_en, *rule.aliases)
    return [] if rule.kind == ANY else [word.casefold() for word in words if word]


def _group(path: Path, findings: list[Finding]) -> list[ConflictRule]:
    rows, found = read_csv(path, required=_REQUIRED, optional=_OPTIONAL)
    findings += found
    rules = [rule for row in rows if (rule := _rule(row, findings)) is not None]
    return sorted(rules, key=lambda rule: rule.valid_from, reverse=True)


def _rule(row: Row, findings: list[Finding]) -> ConflictRule | None:
    values = row.values
    column = "where"
    try:
        where = _one_of(Where, values[column])
        column = "severity"
        severity = _one_of(Weight, values[column])
        column = "valid_from"
        valid_from = parse_date(values[column])
        column = "valid_to"
        valid_to = parse_date(values[column]) if values[column] else None
    except LandquotaError as problem:
        params = {"problem": problem.message, "remedy": problem.remedy or text("Mend the cell.")}
        findings.append(Finding("SEED-CELL", row.place(column), params))
        return None
    return ConflictRule(
        kind=values["kind"],
        where=where,
        severity=severity,
        name=values["name"],
        name_en=values["name_en"],
        aliases=tuple(values["aliases"].split()),
        valid_from=valid_from,
        valid_to=valid_to,
        document=values["document"],
        clause=values["clause"],
        basis=values["basis"],
    )


def _one_of(kinds: type[E], written: str) -> E:
    try:
        return kinds(written)
    except ValueError:
        raise InputError(
            text("'{written}' is none of the words that this column takes", written=written),
            remedy=text("Use one of: {cases}", cases=", ".join(kinds)),
        ) from None
