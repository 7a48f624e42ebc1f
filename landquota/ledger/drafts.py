"""Drafts: what somebody wants to post, before the ledger has checked it.

A draft says everything that its entry will say; what the ledger adds is only its number,
the time of recording and the place in the chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from landquota.area import Area, Figure
from landquota.findings import Place
from landquota.ledger.movements import MEASURES, MOVEMENTS, code_of

#: Declarations without a date of their own hold from the first day that the ledger accepts.
EARLIEST: Final = date(1949, 1, 1)
LATEST: Final = date(2200, 12, 31)

LEVELS: Final = ("county", "town", "zone")
UNITS: Final = ("mu", "kg")
BASES: Final = ("stated", "interpreted")

#: Version of the canonical form and of the bodies; every entry carries the one it was made with.
VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Content:
    """What an entry says, in the form that is hashed and compared."""

    type: str
    effective: str
    document: str | None
    clause: str | None
    body: dict[str, object]


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
        body = _body(holder=self.holder, level=self.level, parent=self.parent, zone=self.zone, name_en=self.name_en)
        return Content("holder", self.effective.isoformat(), self.document, self.clause, body)


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
        body = _body(
            kind=self.kind,
            name=self.name,
            name_en=self.name_en,
            level=self.level,
            unit=self.unit,
            consumed_by=self.consumed_by,
            covers_conversion=self.covers_conversion,
            valid_from=_iso(self.valid_from),
            valid_to=_iso(self.valid_to),
            carry=self.carry,
        )
        return Content("kind", self.effective.isoformat(), self.document, self.clause, body)


@dataclass(frozen=True, slots=True, kw_only=True)
class MovementDraft:
    """An exact movement of quota (a row of :data:`~landquota.ledger.movements.MOVEMENTS`).

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
    from_reserved
        Commit from what was reserved instead of from what is available.
    place
        Where the draft was read; findings name it, the entry does not store it.
    """

    movement: str
    holder: str
    kind: str
    amount: Area
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
    from_reserved: bool = False
    place: Place | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "movement", code_of(self.movement, MOVEMENTS))

    @property
    def content(self) -> Content:
        """What the entry will say; the year that a carry-over goes to is always written down."""
        to_year = self.to_year
        if self.movement == "carry" and to_year is None and self.year is not None:
            to_year = self.year + 1
        body = _body(
            movement=self.movement,
            holder=self.holder,
            to=self.to,
            kind=self.kind,
            year=self.year,
            to_year=to_year,
            amount=self.amount.units,
            zone=self.zone,
            parcel=self.parcel,
            request=self.request,
            expires=_iso(self.expires),
            reason=self.reason,
            from_reserved=self.from_reserved or None,
        )
        return Content("movement", self.effective.isoformat(), self.document, self.clause, body)


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
        body = _body(
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
        return Content("statement", self.effective.isoformat(), self.document, self.clause, body)


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

    @property
    def content(self) -> Content:
        """What the entry will say."""
        body = _body(reverses=self.reverses, reason=self.reason)
        return Content("reversal", self.effective.isoformat(), self.document, self.clause, body)


Draft = HolderDraft | KindDraft | MovementDraft | StatementDraft | ReversalDraft


def _body(**fields: object) -> dict[str, object]:
    """Return the fields that say something, so that a later field does not change earlier entries."""
    return {"v": VERSION, **{name: value for name, value in fields.items() if value is not None}}


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
