"""The rules of idle land: dated rows, those of a project before the shipped ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Final, TypeVar

from landquota.dates import parse_date
from landquota.errors import InputError, LandquotaError
from landquota.findings import Finding, Place
from landquota.formats.tables import Row, read_csv
from landquota.i18n import text
from landquota.vocabulary import Term

T = TypeVar("T")

#: What holds everywhere, with what it is known from.
SHIPPED: Final = Path(__file__).with_name("idle_land.csv")
_REQUIRED: Final = ("rule", "case", "valid_from", "document", "clause")
_OPTIONAL: Final = (
    *("valid_to", "years", "developed_share", "invested_share"),
    *("fee_after_years", "fee_share", "recover_after_years", "remedy_clause", "basis"),
)
_SHARE: Final = re.compile(r"([0-9]{1,6})/([1-9][0-9]{0,5})|([0-9]{1,3}(?:\.[0-9]{1,6})?)%")
_MOST_YEARS: Final = 99


class Case(StrEnum):
    """What a rule is about."""

    NOT_STARTED = "not_started"
    STOPPED = "stopped"
    GOVERNMENT_DELAY = "government_delay"
    DEFAULT_START = "default_start"


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleRule:
    """One dated rule.

    Land is idle after `years` full years: since the agreed start where construction has not
    started, since it stopped where less than `developed_share` or `invested_share` was reached.
    The fee is `fee_share` of the price after `fee_after_years`, and after `recover_after_years`
    the land is recovered; both count from the agreed start, and are None where the rule names
    none.  `basis` says what the row is known from.
    """

    rule: str
    case: Case
    valid_from: date
    valid_to: date | None
    years: int
    developed_share: Fraction | None
    invested_share: Fraction | None
    fee_after_years: int | None
    fee_share: Fraction | None
    recover_after_years: int | None
    document: str
    clause: str
    remedy_clause: str
    basis: str

    @property
    def source(self) -> str:
        """Document and clause; a convention has its own name."""
        return " ".join(part for part in (self.document or self.rule, self.clause) if part)

    @property
    def remedy_source(self) -> str:
        """Document and the clause of the remedy."""
        return " ".join(part for part in (self.document or self.rule, self.remedy_clause or self.clause) if part)

    def holds(self, day: date) -> bool:
        """Return whether it is in force on `day`."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class IdleRules:
    """The rules of a project before those that are shipped; in each group the later one goes first."""

    groups: tuple[tuple[IdleRule, ...], ...]

    def find(self, case: Case, day: date) -> IdleRule | None:
        """Return the rule of a case that is in force on `day`."""
        return next((rule for group in self.groups for rule in group if rule.case is case and rule.holds(day)), None)

    def gaps(self, day: date) -> list[Finding]:
        """Find the cases that no rule covers on `day`, and rules that expired with nothing of their own after them."""
        findings: list[Finding] = []
        for case in Case:
            used = self.find(case, day)
            for expired in self._expired(case, day, used):
                params = {
                    "rule": expired.rule,
                    "case": Term(case),
                    "valid_to": expired.valid_to,
                    "as_of": day,
                    "instead": text("nothing") if used is None else used.rule,
                }
                findings.append(Finding("IDLE-RULE-EXPIRED", Place(feature=expired.rule), params))
            if used is None:
                findings.append(Finding("IDLE-RULE-MISSING", params={"case": Term(case), "as_of": day}))
        return findings

    def _expired(self, case: Case, day: date, used: IdleRule | None) -> Iterable[IdleRule]:
        """Yield the last rule of each group before that of the used one, if it has expired."""
        for group in self.groups:
            if used in group:
                return
            past = [rule for rule in group if rule.case is case and rule.valid_to is not None and rule.valid_to < day]
            yield from past[:1]


def read_rules(own: Path | None = None) -> tuple[IdleRules, list[Finding]]:
    """Read the shipped rules, and those of a project from its table `own` where there is one.

    A row that cannot be read is left out, with a finding.
    """
    findings: list[Finding] = []
    tables = [path for path in (own, SHIPPED) if path is not None and path.is_file()]
    return IdleRules(tuple(tuple(_group(path, findings)) for path in tables)), findings


def _group(path: Path, findings: list[Finding]) -> list[IdleRule]:
    rows, found = read_csv(path, required=_REQUIRED, optional=_OPTIONAL)
    findings += found
    rules = [rule for row in rows if (rule := _rule(row, findings)) is not None]
    return sorted(rules, key=lambda rule: rule.valid_from, reverse=True)


def _rule(row: Row, findings: list[Finding]) -> IdleRule | None:
    problems: list[Finding] = []

    def read(column: str, reader: Callable[[str], T]) -> T:
        try:
            return reader(row.values[column])
        except LandquotaError as problem:
            params = {"problem": problem.message, "remedy": problem.remedy or text("Mend the cell.")}
            problems.append(Finding("SEED-CELL", row.place(column), params))
            return None  # type: ignore[return-value] # the row is dropped

    case = read("case", _case)
    rule = IdleRule(
        rule=read("rule", _filled),
        case=case,
        valid_from=read("valid_from", parse_date),
        valid_to=read("valid_to", _optional(parse_date)),
        years=read("years", _optional(_years) if case is Case.GOVERNMENT_DELAY else _years) or 0,
        developed_share=read("developed_share", _optional(share)),
        invested_share=read("invested_share", _optional(share)),
        fee_after_years=read("fee_after_years", _optional(_years)),
        fee_share=read("fee_share", _optional(share)),
        recover_after_years=read("recover_after_years", _optional(_years)),
        document=row.values["document"],
        clause=row.values["clause"],
        remedy_clause=row.values["remedy_clause"],
        basis=row.values["basis"],
    )
    findings += problems
    return None if problems else rule


def share(written: str) -> Fraction:
    """Read ``1/3`` or ``25%``, exactly.

    Raises
    ------
    InputError
        The text is neither.
    """
    match = _SHARE.fullmatch(written)
    if match is None:
        raise InputError(
            text("'{written}' is not a share", written=written),
            remedy=text("Write a fraction or a percentage: 1/3, 25%."),
        )
    return Fraction(int(match[1]), int(match[2])) if match[1] else Fraction(match[3]) / 100


def said_share(value: Fraction) -> str:
    """Return a share as it is printed: a whole percentage, else a fraction."""
    percent = value * 100
    return f"{percent.numerator}%" if percent.denominator == 1 else f"{value.numerator}/{value.denominator}"


def _case(written: str) -> Case:
    try:
        return Case(written)
    except ValueError:
        raise InputError(
            text("'{written}' is not a case of idle land", written=written),
            remedy=text("Use one of: {cases}", cases=", ".join(Case)),
        ) from None


def _filled(written: str) -> str:
    if not written:
        raise InputError(text("the cell is empty"), remedy=text("Fill it in."))
    return written


def _years(written: str) -> int:
    if not re.fullmatch("[0-9]{1,2}", written):
        raise InputError(
            text("'{written}' is not a number of years", written=written),
            remedy=text("Write a whole number from 0 to {most}.", most=_MOST_YEARS),
        )
    return int(written)


def _optional(reader: Callable[[str], T]) -> Callable[[str], T | None]:
    return lambda written: reader(written) if written else None
