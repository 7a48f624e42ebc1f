"""Declarations: who holds quota, which kinds there are, by which rules, and which periods are closed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from landquota.findings import Place
from landquota.ledger.content import Content, body, iso

#: Declarations without a date of their own hold from the first day that the ledger accepts.
EARLIEST: Final = date(1949, 1, 1)
LATEST: Final = date(2200, 12, 31)

LEVELS: Final = ("county", "town", "zone")
#: What quota kinds are measured in; the unit tells what their amounts are (:data:`landquota.area.COMMODITIES`).
UNITS: Final = ("mu", "kg", "yuan")


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderDraft:
    """The declaration of a holder of quota: its place in the tree county → town → zone."""

    holder: str
    level: str
    parent: str | None = None
    zone: str | None = None
    name_en: str | None = None
    document: str | None = None
    clause: str | None = None
    effective: date = EARLIEST
    key: str | None = None
    place: Place | None = None

    @property
    def content(self) -> Content:
        """What the entry will say."""
        said = body(holder=self.holder, level=self.level, parent=self.parent, zone=self.zone, name_en=self.name_en)
        return Content("holder", self.effective.isoformat(), self.document, self.clause, said)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindDraft:
    """The declaration of a quota kind: its unit, validity, and what it may be used for.

    `covers_conversion` says whether it covers the conversion to construction land, `carry`
    whether what is left may be carried to a later year; `valid_from` and `valid_to` are the
    first and the last day of its use.
    """

    kind: str
    name: str
    unit: str = "mu"
    covers_conversion: bool
    level: str | None = None
    name_en: str | None = None
    consumed_by: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    carry: bool = False
    document: str | None = None
    clause: str | None = None
    key: str | None = None
    place: Place | None = None

    @property
    def effective(self) -> date:
        """The first day of the kind's validity."""
        return self.valid_from or EARLIEST

    @property
    def content(self) -> Content:
        """What the entry will say."""
        said = body(
            kind=self.kind,
            name=self.name,
            name_en=self.name_en,
            level=self.level,
            unit=self.unit,
            consumed_by=self.consumed_by,
            covers_conversion=self.covers_conversion,
            valid_from=iso(self.valid_from),
            valid_to=iso(self.valid_to),
            carry=self.carry,
        )
        return Content("kind", self.effective.isoformat(), self.document, self.clause, said)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRuleDraft:
    """A dated rule of a quota kind: whether it may be carried, from one day to another.

    The latest rule that holds on a day decides; where none does, the kind's declaration.
    """

    kind: str
    carry: bool
    effective: date
    document: str
    valid_to: date | None = None
    clause: str | None = None
    key: str | None = None
    place: Place | None = None

    @property
    def content(self) -> Content:
        """What the entry will say."""
        said = body(kind=self.kind, carry=self.carry, valid_to=iso(self.valid_to))
        return Content("kind_rule", self.effective.isoformat(), self.document, self.clause, said)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowanceDraft:
    """An over-limit allowance: how far reservations and commitments may exceed what a holder has been given.

    `percent` (in steps of 0.01) is of what came in less what went out; `name` is how refusals
    call it.  Without a year it holds for every quota year.  It counts for entries from
    `effective` to `valid_to`; a later one for the same quota replaces it.
    """

    name: str
    holder: str
    kind: str
    percent: str
    effective: date
    document: str
    year: int | None = None
    valid_to: date | None = None
    clause: str | None = None
    key: str | None = None
    place: Place | None = None

    @property
    def content(self) -> Content:
        """What the entry will say."""
        said = body(
            name=self.name,
            holder=self.holder,
            kind=self.kind,
            year=self.year,
            percent=self.percent,
            valid_to=iso(self.valid_to),
        )
        return Content("allowance", self.effective.isoformat(), self.document, self.clause, said)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodDraft:
    """The closing of the books through a day, or their re-opening after it, with a reason.

    Closed, no movement and no reversal may count from `through` or an earlier day.  Re-opened,
    the books stay closed only through `through`.
    """

    action: str
    through: date
    reason: str
    document: str | None = None
    clause: str | None = None
    key: str | None = None
    place: Place | None = None

    @property
    def effective(self) -> date:
        """The last day that is closed now."""
        return self.through

    @property
    def content(self) -> Content:
        """What the entry will say."""
        said = body(action=self.action, reason=self.reason)
        return Content("period", self.through.isoformat(), self.document, self.clause, said)
