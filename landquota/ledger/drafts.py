"""Drafts: what somebody wants to post, before the ledger has checked it.

A draft says everything that its entry will say; what the ledger adds is only its number,
the time of recording and the place in the chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import Any, Final

from landquota.amount import Amount, Money
from landquota.area import Area, Figure
from landquota.findings import Place
from landquota.ledger.content import VERSION, Content, body, iso, written
from landquota.ledger.declarations import AllowanceDraft, HolderDraft, KindDraft, KindRuleDraft, PeriodDraft
from landquota.ledger.movements import CARRIES, MEASURES, MOVEMENTS, STAGES, code_of

BASES: Final = ("stated", "interpreted")
#: The version of the bodies of reservations: since then each is an account of its own.
RESERVATION_VERSION: Final = 2

#: What the entries of few movements say.
_RARE: Final = (
    *("zone", "reason", "batch", "from_stage"),
    *("to_year", "expires", "deadline", "starts_by"),
)
_rare: Final = attrgetter(*_RARE)
_NOTHING_RARE: Final = (None,) * len(_RARE)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementDraft:
    """An exact movement of quota, money or land (a row of :data:`~landquota.ledger.movements.MOVEMENTS`).

    Parameters
    ----------
    movement
        Its name, or its Chinese word (下达), for which the name is kept.
    holder
        Whose account it takes from; for what the issuer gives, whose account receives.
    to
        The receiving holder of an allotment or a transfer.
    to_year
        The year that a carry-over goes to; without it the next one.
    zone, parcel
        Ids that tie the entry to the map; the ledger keeps them and does not look them up.
    request
        The key of the request that a grant satisfies.
    reservation
        The key of the reservation that is committed, released or lapses, in whole or in part.
    batch, from_stage
        Of land: the approval batch that a parcel comes from, and the stage that it leaves
        (without it the latest earlier stage in which there is enough of the parcel).
    deadline, starts_by
        Of land: until when what was approved has to be supplied, and when construction has to
        start as agreed.
    place, headings
        Where the draft was read, and what its fields are called there; findings name both, the
        entry stores neither.
    """

    movement: str
    holder: str
    kind: str | None = None
    amount: Amount
    effective: date
    document: str
    to: str | None = None
    year: int | None = None
    to_year: int | None = None
    clause: str | None = None
    zone: str | None = None
    parcel: str | None = None
    key: str | None = None
    request: str | None = None
    expires: date | None = None
    reason: str | None = None
    reservation: str | None = None
    batch: str | None = None
    from_stage: str | None = None
    deadline: date | None = None
    starts_by: date | None = None
    place: Place | None = None
    headings: Mapping[str, str] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "movement", code_of(self.movement, MOVEMENTS))
        if self.from_stage is not None:
            object.__setattr__(self, "from_stage", code_of(self.from_stage, STAGES))

    @property
    def said(self) -> dict[str, Any]:
        """The body of the entry; the year that a carry-over goes to is always written down."""
        version = RESERVATION_VERSION if self.movement == "reserve" else VERSION
        said: dict[str, Any] = {"v": version, "movement": self.movement, "holder": self.holder}
        said["amount"] = self.amount.units
        # One by one, for an import makes thousands: a loop over all the names takes three times as long.
        if self.to is not None:
            said["to"] = self.to
        if self.kind is not None:
            said["kind"] = self.kind
        if self.year is not None:
            said["year"] = self.year
        if self.parcel is not None:
            said["parcel"] = self.parcel
        if self.request is not None:
            said["request"] = self.request
        if self.reservation is not None:
            said["reservation"] = self.reservation
        if (rare := _rare(self)) != _NOTHING_RARE:
            given = ((name, value) for name, value in zip(_RARE, rare, strict=True) if value is not None)
            said |= {name: value.isoformat() if isinstance(value, date) else value for name, value in given}
        if self.movement in CARRIES and self.to_year is None and self.year is not None:
            said["to_year"] = self.year + 1
        return said

    @property
    def content(self) -> Content:
        """What the entry will say."""
        return Content("movement", written(self.effective), self.document, self.clause, self.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDraft:
    """A figure that a document states as of a date; never added to anything (design §3).

    `measure` is kept by its name, also where its Chinese word (征收) was given.  `effective` is
    the date as of which the figure holds; `basis` tells whether the document says it in so many
    words (``stated``) or it was read into them (``interpreted``).
    """

    measure: str
    holder: str
    figure: Figure
    effective: date
    document: str
    clause: str | None = None
    kind: str | None = None
    year: int | None = None
    basis: str = "stated"
    note: str | None = None
    key: str | None = None
    place: Place | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "measure", code_of(self.measure, MEASURES))

    @property
    def content(self) -> Content:
        """What the entry will say: the words of the document and the bounds that they mean."""
        bounds = self.figure.bounds
        said = body(
            measure=self.measure,
            holder=self.holder,
            kind=self.kind,
            year=self.year,
            written=self.figure.written,
            unit=self.figure.unit.name,
            nominal=self.figure.nominal.units,
            low=bounds.low.units,
            high=None if bounds.high is None else bounds.high.units,
            approximate=self.figure.approximate or None,
            basis=self.basis,
            note=self.note,
        )
        return Content("statement", self.effective.isoformat(), self.document, self.clause, said)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversalDraft:
    """The taking back of one movement or statement, once, with a reason and a date of its own."""

    reverses: str
    reason: str
    effective: date
    document: str | None = None
    clause: str | None = None
    key: str | None = None
    place: Place | None = None
    headings: Mapping[str, str] | None = field(default=None, compare=False)

    @property
    def content(self) -> Content:
        """What the entry will say."""
        said = body(reverses=self.reverses, reason=self.reason)
        return Content("reversal", self.effective.isoformat(), self.document, self.clause, said)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressDraft:
    """What is reported of a supplied parcel: how far it is built, what was invested, since when it stands still.

    `developed` is of what `to_develop` ought to be built on, `invested` of the whole
    `investment`; `government_delay` says that the delay is the government's.  The latest report
    of a parcel holds.
    """

    parcel: str
    holder: str
    effective: date
    document: str
    developed: Area | None = None
    to_develop: Area | None = None
    invested: Money | None = None
    investment: Money | None = None
    stopped_on: date | None = None
    government_delay: bool = False
    clause: str | None = None
    note: str | None = None
    key: str | None = None
    place: Place | None = None

    @property
    def content(self) -> Content:
        """What the entry will say."""
        said = body(
            parcel=self.parcel,
            holder=self.holder,
            developed=_units(self.developed),
            to_develop=_units(self.to_develop),
            invested=_units(self.invested),
            investment=_units(self.investment),
            stopped_on=iso(self.stopped_on),
            government_delay=self.government_delay or None,
            note=self.note,
        )
        return Content("progress", self.effective.isoformat(), self.document, self.clause, said)


Declaration = HolderDraft | KindDraft | KindRuleDraft | AllowanceDraft | PeriodDraft
Draft = Declaration | MovementDraft | StatementDraft | ProgressDraft | ReversalDraft


def _units(amount: Amount | None) -> int | None:
    return None if amount is None else amount.units
