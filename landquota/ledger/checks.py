"""Checks of a draft by itself: texts, dates, years and amounts, each field on its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from landquota.area import UNITS_PER_MU, Area
from landquota.findings import Finding, Place
from landquota.i18n import Text, text
from landquota.ledger.declarations import (
    EARLIEST,
    LATEST,
    AllowanceDraft,
    HolderDraft,
    KindDraft,
    KindRuleDraft,
    PeriodDraft,
)
from landquota.ledger.drafts import Draft, MovementDraft, ProgressDraft, ReversalDraft, StatementDraft

#: The largest amount that one entry takes, in smallest units: 10^9 亩, six times the province, or
#: 2·10^12 yuan; 64 bits hold 46,000 of them.
MOST_UNITS: Final = 1_000_000_000 * UNITS_PER_MU
MOST: Final = Area(MOST_UNITS)

_DATES: Final = ("effective", "expires", "valid_from", "valid_to", "deadline", "starts_by", "stopped_on")
_DATES_OF_MOVEMENTS: Final = tuple(name for name in _DATES if name in MovementDraft.__dataclass_fields__)
_YEARS: Final = ("year", "to_year")
_PERCENTAGE: Final = re.compile(r"[0-9]{1,3}(\.[0-9]{1,2})?")

#: Categories of characters that cannot be seen: controls, format marks, lone surrogates, separators.
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})


class _TextField(NamedTuple):
    name: str
    limit: int
    required: bool = False
    lines: bool = False


_KEY: Final = _TextField("key", 200)
_SOURCE: Final = (_TextField("document", 200), _TextField("clause", 200))
_CITED: Final = (_TextField("document", 200, required=True), _TextField("clause", 200))

_TEXTS: Final[Mapping[type[Draft], tuple[_TextField, ...]]] = MappingProxyType(
    {
        HolderDraft: (
            _KEY,
            _TextField("holder", 100, required=True),
            _TextField("parent", 100),
            _TextField("zone", 100),
            _TextField("name_en", 200),
            *_SOURCE,
        ),
        KindDraft: (
            _KEY,
            _TextField("kind", 100, required=True),
            _TextField("name", 200, required=True),
            _TextField("name_en", 200),
            _TextField("level", 100),
            _TextField("consumed_by", 500),
            *_SOURCE,
        ),
        MovementDraft: (
            _KEY,
            _TextField("holder", 100, required=True),
            _TextField("to", 100),
            _TextField("kind", 100),
            *_CITED,
            _TextField("zone", 100),
            _TextField("parcel", 100),
            _TextField("batch", 200),
            _TextField("request", 200),
            _TextField("reservation", 200),
            _TextField("reason", 1000, lines=True),
        ),
        StatementDraft: (
            _KEY,
            _TextField("holder", 100, required=True),
            _TextField("kind", 100),
            *_CITED,
            _TextField("note", 1000, lines=True),
        ),
        ReversalDraft: (
            _KEY,
            _TextField("reverses", 200, required=True),
            _TextField("reason", 1000, required=True, lines=True),
            *_SOURCE,
        ),
        KindRuleDraft: (_KEY, _TextField("kind", 100, required=True), *_CITED),
        AllowanceDraft: (
            _KEY,
            _TextField("name", 100, required=True),
            _TextField("holder", 100, required=True),
            _TextField("kind", 100, required=True),
            *_CITED,
        ),
        PeriodDraft: (_KEY, _TextField("reason", 1000, required=True, lines=True), *_SOURCE),
        ProgressDraft: (
            _KEY,
            _TextField("parcel", 100, required=True),
            _TextField("holder", 100, required=True),
            *_CITED,
            _TextField("note", 1000, lines=True),
        ),
    }
)

#: What the fields are called where people fill them in, if not by their own name.
_COLUMNS: Final[Mapping[type[Draft], Mapping[str, str]]] = MappingProxyType(
    {
        MovementDraft: {"amount": "area", "effective": "date"},
        StatementDraft: {"figure": "value", "effective": "as_of"},
        ReversalDraft: {"reverses": "key", "effective": "date"},
        KindRuleDraft: {"effective": "valid_from"},
        AllowanceDraft: {"effective": "valid_from"},
        ProgressDraft: {"effective": "date"},
    }
)


def finding(draft: Draft, code: str, field: str, /, **params: object) -> Finding:
    """Return the finding `code` about a field of `draft`, at the cell that it came from."""
    place = draft.place or Place()
    if place.row is not None:
        place = replace(place, column=column(draft, field))
    return Finding(code, place, params)


def column(draft: Draft, field: str) -> str:
    """Return what `field` is called where people fill it in."""
    read = getattr(draft, "headings", None) or {}
    return read.get(field) or _COLUMNS.get(type(draft), {}).get(field, field)


def field_findings(draft: Draft) -> list[Finding]:
    """Return what is wrong with the fields of `draft`, whatever the ledger holds."""
    return [*_texts(draft), *_dates(draft), *_years(draft), *_amounts(draft)]


def clean(drafts: Collection[Draft]) -> bool:
    """Return whether :func:`field_findings` has nothing to say about any of `drafts`.

    Movements are looked at column by column, each different value once, for a clerk's table says
    the same in many rows: 1.3 µs a draft instead of 10.
    """
    movements = [draft for draft in drafts if isinstance(draft, MovementDraft)]
    others = (draft for draft in drafts if not isinstance(draft, MovementDraft))
    return _clean_movements(movements) and not any(map(field_findings, others))


def _clean_movements(drafts: Collection[MovementDraft]) -> bool:
    def said(name: str) -> set[Any]:
        return set(map(attrgetter(name), drafts))

    return (
        all(_text_problem(value, field) is None for field in _TEXTS[MovementDraft] for value in said(field.name))
        and all(_plausible(day) for name in _DATES_OF_MOVEMENTS for day in said(name) - {None})
        and all(_in_range(year) for name in _YEARS for year in said(name) - {None})
        and all(map(_movable, said("amount.units")))
    )


def _texts(draft: Draft) -> Iterator[Finding]:
    for field in _TEXTS[type(draft)]:
        value = getattr(draft, field.name)
        problem = _text_problem(value, field)
        if problem is not None:
            shown = "" if value is None else value[:40]
            yield finding(
                draft, "LEDGER-TEXT", field.name, field=column(draft, field.name), value=shown, problem=problem
            )
    if isinstance(draft, StatementDraft):
        problem = _text_problem(draft.figure.written, _TextField("figure", 200, required=True))
        if problem is not None:
            shown = draft.figure.written[:40]
            yield finding(draft, "LEDGER-TEXT", "figure", field="value", value=shown, problem=problem)


def _text_problem(value: str | None, field: _TextField) -> Text | None:
    if value is None:
        return text("is missing") if field.required else None
    if not value.strip():
        return text("is empty")
    if len(value) > field.limit:
        return text("is longer than {limit} characters", limit=field.limit)
    if value != value.strip():
        return text("has blanks at its beginning or end")
    if not value.isprintable():
        return _invisible(value, allowed=" \n\t" if field.lines else " ")
    return None


def _invisible(value: str, *, allowed: str) -> Text | None:
    for character in value:
        if character not in allowed and unicodedata.category(character) in _INVISIBLE:
            return text("holds the invisible character U+{code}", code=f"{ord(character):04X}")
    return None


def _dates(draft: Draft) -> Iterator[Finding]:
    for name in _DATES:
        value = getattr(draft, name, None)
        if value is not None and not _plausible(value):
            yield finding(draft, "LEDGER-DATE", name, field=column(draft, name), value=value)


def _plausible(day: date) -> bool:
    # A datetime is a date to Python, but its text would sort and hash differently.
    return not isinstance(day, datetime) and EARLIEST <= day <= LATEST


def _years(draft: Draft) -> Iterator[Finding]:
    for name in _YEARS:
        value = getattr(draft, name, None)
        if value is not None and not _in_range(value):
            yield finding(draft, "LEDGER-YEAR", name, value=value)


def _in_range(year: int) -> bool:
    return EARLIEST.year <= year <= LATEST.year


def _amounts(draft: Draft) -> Iterator[Finding]:
    if isinstance(draft, MovementDraft) and not _movable(draft.amount.units):
        most = type(draft.amount)(MOST_UNITS)
        yield finding(draft, "LEDGER-AMOUNT", "amount", amount=draft.amount, most=most)
    if isinstance(draft, StatementDraft):
        bounds, nominal = draft.figure.bounds, draft.figure.nominal
        if bounds.low.units < 0 or max(nominal, bounds.high or bounds.low).units > MOST_UNITS:
            most = type(nominal)(MOST_UNITS)
            yield finding(draft, "LEDGER-FIGURE", "figure", written=draft.figure.written, most=most)
    if isinstance(draft, ProgressDraft):
        for name in ("developed", "to_develop", "invested", "investment"):
            amount = getattr(draft, name)
            if amount is not None and not 0 <= amount.units <= MOST_UNITS:
                yield finding(draft, "LEDGER-FIGURE", name, written=amount, most=type(amount)(MOST_UNITS))
    if isinstance(draft, AllowanceDraft) and not _is_percentage(draft.percent):
        yield finding(draft, "LEDGER-PERCENT", "percent", percent=draft.percent)


def _movable(units: int) -> bool:
    return 0 < units <= MOST_UNITS


def _is_percentage(written: str) -> bool:
    """Return whether this is a percentage from 0 to 100 in steps of 0.01."""
    return bool(_PERCENTAGE.fullmatch(written)) and float(written) <= 100  # noqa: PLR2004 - percent
