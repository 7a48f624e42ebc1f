"""Idle land: what the rules of a day make of each part of a supplied parcel.

A part whose data do not decide it is *no data*, and never shown as not idle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from landquota.dates import add_years
from landquota.findings import Finding, Place
from landquota.i18n import Renderable, Text, text
from landquota.rules.idle_rules import Case, IdleRule, IdleRules, said_share

if TYPE_CHECKING:
    from landquota.ledger import Lot, Progress


class Status(StrEnum):
    """What the rules make of a part of a parcel."""

    NORMAL = "normal"
    OVERDUE_START = "overdue_start"
    IDLE = "idle"
    DELAYED = "delayed"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One part of a supplied parcel, and what a rule makes of it.

    `counted_from` is the agreed start, or the day on which construction stopped; `assumed`
    tells that no start was agreed.  `since` is the day on which the land became idle, or will.
    """

    lot: Lot
    status: Status
    remedy: Renderable
    case: Case
    rule: IdleRule | None = None
    counted_from: date | None = None
    assumed: bool = False
    since: date | None = None
    report: Progress | None = None


_NOTHING_TO_DO: Final = text("nothing")


def judge(
    unused: Iterable[Lot],
    being_built: Iterable[Lot],
    reports: Mapping[tuple[str, str], Progress],
    rules: IdleRules,
    *,
    as_of: date,
) -> tuple[tuple[Judged, ...], list[Finding]]:
    """Judge all supplied land that is not completed by the rules in force on `as_of`, end of day.

    Parameters
    ----------
    unused
        What was supplied and not started.
    being_built
        What is under construction, since its start.
    reports
        The latest report of each parcel by (holder, parcel); one from before a part came where
        it stands says nothing of it.

    Returns
    -------
    tuple
        One item per part, so that their areas add up to the land; and what the rules lack.
    """
    judged = [
        *(_not_started(lot, _about(lot, reports), rules, as_of) for lot in unused),
        *(_started(lot, _about(lot, reports), rules, as_of) for lot in being_built),
    ]
    excused = [_excused(each, rules, as_of) for each in judged]
    return tuple(excused), [*rules.gaps(as_of), *_assumptions(excused, rules, as_of)]


def _about(lot: Lot, reports: Mapping[tuple[str, str], Progress]) -> Progress | None:
    report = reports.get((lot.holder, lot.parcel or ""))
    return report if report is not None and report.reported >= lot.since else None


def _not_started(lot: Lot, report: Progress | None, rules: IdleRules, as_of: date) -> Judged:
    rule, default = rules.find(Case.NOT_STARTED, as_of), rules.find(Case.DEFAULT_START, as_of)
    unknown = Judged(lot=lot, status=Status.NO_DATA, remedy=_NOTHING_TO_DO, case=Case.NOT_STARTED, report=report)
    if rule is None:
        return replace(unknown, remedy=text("enter the rule of that day"))
    start = lot.deadline or (None if default is None else add_years(lot.since, default.years))
    if start is None:
        return replace(unknown, rule=rule, remedy=text("post the supply with the agreed start (--starts-by)"))
    since = add_years(start, rule.years)
    known = replace(unknown, rule=rule, counted_from=start, assumed=lot.deadline is None, since=since)
    if as_of >= since:
        return replace(known, status=Status.IDLE, remedy=_measure(rule, start, as_of))
    if as_of > start:
        remedy = text("urge the start; idle from {since} on ({source})", since=since, source=rule.source)
        return replace(known, status=Status.OVERDUE_START, remedy=remedy)
    return replace(known, status=Status.NORMAL)


def _measure(rule: IdleRule, start: date, as_of: date) -> Text:
    """Return what the rule orders for land whose construction has not started."""
    if rule.recover_after_years is not None and as_of >= add_years(start, rule.recover_after_years):
        return text("recover the land without compensation ({source})", source=rule.remedy_source)
    if (
        rule.fee_after_years is not None
        and rule.fee_share is not None
        and as_of >= add_years(start, rule.fee_after_years)
    ):
        share = said_share(rule.fee_share)
        return text("levy an idle-land fee of {share} of the price ({source})", share=share, source=rule.remedy_source)
    return _agree(rule)


def _agree(rule: IdleRule) -> Text:
    return text("agree on how to use it; the rule names neither fee nor recovery here ({source})", source=rule.source)


def _started(lot: Lot, report: Progress | None, rules: IdleRules, as_of: date) -> Judged:
    rule = rules.find(Case.STOPPED, as_of)
    unknown = Judged(lot=lot, status=Status.NO_DATA, remedy=_NOTHING_TO_DO, case=Case.STOPPED, rule=rule, report=report)
    if rule is None:
        return replace(unknown, remedy=text("enter the rule of that day"))
    if report is None:
        return replace(unknown, remedy=text("post a report: landquota ledger progress {parcel}", parcel=lot.parcel))
    if report.stopped_on is None:
        return replace(unknown, status=Status.NORMAL)
    since, short = add_years(report.stopped_on, rule.years), _short(rule, report)
    known = replace(unknown, counted_from=report.stopped_on, since=None if short is False else since)
    if short is False or as_of < since:
        return replace(known, status=Status.NORMAL)
    if short is None:
        remedy = text("report what is developed and invested: landquota ledger progress {parcel}", parcel=lot.parcel)
        return replace(known, remedy=remedy)
    return replace(known, status=Status.IDLE, remedy=_agree(rule))


def _short(rule: IdleRule, report: Progress) -> bool | None:
    """Return whether less was developed or invested than the rule asks; None where the report does not tell."""
    pairs = ((report.developed_share, rule.developed_share), (report.invested_share, rule.invested_share))
    answers = [_below(reached, asked) for reached, asked in pairs if asked is not None]
    if any(answers):
        return True
    return None if None in answers else False


def _below(reached: Fraction | None, asked: Fraction) -> bool | None:
    return None if reached is None else reached < asked


def _excused(judged: Judged, rules: IdleRules, as_of: date) -> Judged:
    """Return the same, or that the delay is the government's, where it would be overdue or idle."""
    late = judged.since is not None and as_of >= judged.since
    if judged.report is None or not judged.report.government_delay:
        return judged
    if not late and judged.status is not Status.OVERDUE_START:
        return judged
    rule = rules.find(Case.GOVERNMENT_DELAY, as_of)
    if rule is None:
        return replace(judged, status=Status.NO_DATA, rule=None, remedy=text("enter the rule of that day"))
    remedy = text("no fee and no recovery: extend, swap or agree ({source})", source=rule.remedy_source)
    return replace(judged, status=Status.DELAYED, case=Case.GOVERNMENT_DELAY, rule=rule, remedy=remedy)


def _assumptions(judged: Iterable[Judged], rules: IdleRules, as_of: date) -> Iterator[Finding]:
    """Say where the start is a convention: no document sets it."""
    default = rules.find(Case.DEFAULT_START, as_of)
    for each in judged:
        if each.assumed and default is not None:
            params = {
                "parcel": each.lot.parcel,
                "holder": each.lot.holder,
                "start": each.counted_from,
                "years": default.years,
                "key": each.lot.key,
            }
            yield Finding("IDLE-START-ASSUMED", Place(feature=each.lot.parcel), params)
