"""Rules of movements: who gives to whom, of which kind, since when, and by which reservation or request."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from landquota.area import Area
from landquota.findings import Finding
from landquota.ledger.checks import finding
from landquota.ledger.drafts import RESERVATION_VERSION, MovementDraft
from landquota.ledger.entries import Record
from landquota.ledger.known import Known, closed, field_missing, field_needless, known_holders, unknown_word
from landquota.ledger.movements import (
    CARRIES,
    MOVEMENTS,
    OF_BATCH_OR_PARCEL,
    OF_RESERVATION,
    STAGES,
    TO_OPTIONAL,
    Movement,
    Receiver,
    State,
    with_words,
)
from landquota.ledger.registry import Kind, Registry
from landquota.ledger.requests import REQUEST, SATISFYING, Outstanding
from landquota.ledger.words import Joined, nearest, period

#: Fields that only some movements have, and which.
_OF_SOME: Final[Mapping[str, frozenset[str]]] = {
    "reservation": OF_RESERVATION,
    "batch": frozenset({"approve", "divide", "revoke"}),
    "from_stage": frozenset(
        {name for name, movement in MOVEMENTS.items() if movement.advances} | {"revoke", "take_back"}
    ),
    "deadline": frozenset({"approve", "divide"}),
    "starts_by": frozenset({"supply"}),
    "to_year": CARRIES,
    "expires": frozenset({"reserve"}),
    "request": frozenset(SATISFYING),
    "to": frozenset({name for name, movement in MOVEMENTS.items() if movement.needs_to}) | TO_OPTIONAL,
}
_OF_QUOTA: Final = ("kind", "year")


def movement_findings(draft: MovementDraft, known: Known) -> Iterator[Finding]:
    """Yield every rule that a movement breaks; its fields have been checked before."""
    yield from wording_findings(draft, known.registry)
    yield from reference_findings(draft, known)


def wording_findings(draft: MovementDraft, registry: Registry) -> Iterator[Finding]:
    """Yield the rules that a movement breaks whatever other entries there are."""
    yield from known_holders(draft, registry)
    movement = MOVEMENTS.get(draft.movement)
    if movement is None:
        yield unknown_word(draft, "LEDGER-MOVEMENT-UNKNOWN", "movement", MOVEMENTS)
        return
    yield from _needless(draft, movement)
    yield from closed(draft, registry)
    yield from _land(draft, movement) if movement.of_land else _quota(draft, movement, registry)


def reference_findings(draft: MovementDraft, known: Known) -> Iterator[Finding]:
    """Yield the rules about the request and the reservation that a movement names."""
    if draft.request is not None and draft.movement in SATISFYING:
        yield from _request(draft, known)
    if draft.movement in OF_RESERVATION and draft.kind is not None:
        yield from _reservation(draft, MOVEMENTS[draft.movement], known)


def _needless(draft: MovementDraft, movement: Movement) -> Iterator[Finding]:
    """Find fields that say something this movement cannot mean."""
    for field, names in _OF_SOME.items():
        if getattr(draft, field) is not None and movement.name not in names:
            yield field_needless(draft, field, movement.label)
    if movement.of_land:
        for field in _OF_QUOTA:
            if getattr(draft, field) is not None:
                yield field_needless(draft, field, movement.label)


def _quota(draft: MovementDraft, movement: Movement, registry: Registry) -> Iterator[Finding]:
    yield from _receiver(draft, movement, registry)
    if draft.kind is None:
        yield finding(draft, "LEDGER-MOVEMENT-KIND", "kind", movement=movement.label)
    elif draft.kind in registry.kinds:
        yield from _of_kind(draft, movement, registry.kinds[draft.kind], registry)
    if draft.expires is not None and draft.expires < draft.effective:
        yield finding(draft, "LEDGER-EXPIRES", "expires", expires=draft.expires, date=draft.effective)


def _receiver(draft: MovementDraft, movement: Movement, registry: Registry) -> Iterator[Finding]:
    if movement.needs_to and draft.to is None:
        yield finding(draft, "LEDGER-TO-MISSING", "to", movement=movement.label)
    elif movement.receiver is Receiver.OTHER and draft.to == draft.holder:
        yield finding(draft, "LEDGER-TO-SAME", "to", movement=movement.label, holder=draft.holder)
    elif movement.receiver is Receiver.CHILD and draft.to in registry.holders and draft.holder in registry.holders:
        parent = registry.holders[draft.to].parent
        if parent != draft.holder:
            yield finding(draft, "LEDGER-ALLOT-PARENT", "to", to=draft.to, holder=draft.holder, parent=parent or "—")
    elif movement.receiver is Receiver.LATER_YEAR and (
        draft.year is None or (draft.to_year is not None and draft.to_year <= draft.year)
    ):
        yield finding(draft, "LEDGER-CARRY-YEAR", "to_year", year=draft.year or "—", to_year=draft.to_year or "—")


def _of_kind(draft: MovementDraft, movement: Movement, kind: Kind, registry: Registry) -> Iterator[Finding]:
    if not isinstance(draft.amount, kind.commodity):
        unit = kind.commodity.unit
        yield finding(draft, "LEDGER-KIND-UNIT", "amount", kind=kind.kind, unit=unit, amount=draft.amount)
    early = kind.valid_from is not None and draft.effective < kind.valid_from
    late = kind.valid_to is not None and draft.effective > kind.valid_to and not movement.winds_down
    if early or late:
        validity = period(kind.valid_from, kind.valid_to)
        yield finding(
            draft, "LEDGER-KIND-VALIDITY", "effective", kind=kind.kind, validity=validity, date=draft.effective
        )
    if movement.name == "carry" and not registry.may_carry(kind.kind, draft.effective):
        yield finding(draft, "LEDGER-CARRY-KIND", "kind", kind=kind.kind)


def _live(key: str | None, known: Known) -> tuple[Record, Mapping[str, Any]] | None:
    """Return a movement that has not been taken back, with its body."""
    record = known.find(key or "")
    if record is None or record.type != "movement" or known.taken_back_by(record.seq) is not None:
        return None
    return record, orjson.loads(record.body)


def _request(draft: MovementDraft, known: Known) -> Iterator[Finding]:
    found = _live(draft.request, known)
    if found is not None:
        record, body = found
        if (body["movement"], body["holder"], body.get("kind")) == (REQUEST, draft.holder, draft.kind):
            yield from _request_exceeded(draft, known.outstanding(record.key, draft.holder, draft.kind or ""))
            return
    yield finding(
        draft, "LEDGER-REQUEST-UNKNOWN", "request", request=draft.request, holder=draft.holder, kind=draft.kind
    )


def _request_exceeded(draft: MovementDraft, left: Outstanding) -> Iterator[Finding]:
    if draft.amount.units > left.amount.units:
        yield finding(
            draft,
            "LEDGER-REQUEST-EXCEEDED",
            "amount",
            what=MOVEMENTS[draft.movement].label,
            asked=draft.amount,
            request=draft.request,
            arithmetic=left.arithmetic(),
            outstanding=left.amount,
        )


def _reservation(draft: MovementDraft, movement: Movement, known: Known) -> Iterator[Finding]:
    """Find a release or lapse of no reservation, and one that names the reservation of another quota."""
    holder, kind, year = draft.holder, draft.kind or "", draft.year
    if draft.reservation is None:
        if movement.source is State.RESERVED and not known.pooled(holder, kind, year):
            named = Joined(known.reservations(holder, kind, year) or ("—",))
            yield finding(draft, "LEDGER-RESERVATION-MISSING", "reservation", movement=movement.label, live=named)
        return
    found = _live(draft.reservation, known)
    body = {} if found is None else found[1]
    said = tuple(body.get(name) for name in ("movement", "holder", "kind", "year"))
    if said != ("reserve", holder, kind, year) or body["v"] < RESERVATION_VERSION:
        live = known.reservations(holder, kind, year)
        yield finding(
            draft,
            "LEDGER-RESERVATION-UNKNOWN",
            "reservation",
            reservation=draft.reservation,
            holder=holder,
            kind=kind,
            nearest=nearest(draft.reservation, live),
        )
        return
    yield from _expiry(draft, body.get("expires"))


def _expiry(draft: MovementDraft, expires: str | None) -> Iterator[Finding]:
    """Find a commitment from what has expired, and the lapse of what has not."""
    day = draft.effective.isoformat()
    if draft.movement == "commit" and expires is not None and expires < day:
        yield finding(
            draft,
            "LEDGER-RESERVATION-EXPIRED",
            "effective",
            reservation=draft.reservation,
            expires=expires,
            date=draft.effective,
        )
    if draft.movement == "lapse" and (expires is None or day < expires):
        yield finding(
            draft,
            "LEDGER-LAPSE-EARLY",
            "effective",
            reservation=draft.reservation,
            expires=expires or "—",
            date=draft.effective,
        )


def _land(draft: MovementDraft, movement: Movement) -> Iterator[Finding]:
    """Find land that is not named: a batch is approved whole and then divided, all else is of a parcel."""
    if not isinstance(draft.amount, Area):
        yield finding(draft, "LEDGER-AREA-NEEDED", "amount", what=movement.label, amount=draft.amount)
    batch, parcel = draft.batch is not None, draft.parcel is not None
    if movement.name in OF_BATCH_OR_PARCEL:
        if batch == parcel:
            yield finding(draft, "LEDGER-LAND-APPROVED", "batch", movement=movement.label)
        elif batch and draft.from_stage is not None:
            yield field_needless(draft, "from_stage", movement.label)
    elif not parcel:
        yield field_missing(draft, "parcel", movement.label)
    if movement.name == "divide" and not batch:
        yield field_missing(draft, "batch", movement.label)
    if draft.from_stage is not None and draft.from_stage not in _earlier(movement):
        stages = Joined(with_words(_earlier(movement)))
        yield finding(
            draft, "LEDGER-STAGE", "from_stage", movement=movement.label, stage=draft.from_stage, stages=stages
        )


def _earlier(movement: Movement) -> tuple[str, ...]:
    """Return the stages that a movement may start from; what is taken back has been supplied before."""
    first = 1 if movement.target is State.ISSUER or movement.advances else STAGES.index(movement.source)
    last = STAGES.index(movement.target if movement.advances else State.ACCEPTED)
    return tuple(stage.value for stage in STAGES[first:last])
