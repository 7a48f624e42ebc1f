"""Rules of a draft against what the ledger holds: who, which kind, where to, since when.

Limits are not among them: they are checked last, inside the write transaction.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from landquota.findings import Finding
from landquota.i18n import text
from landquota.ledger.checks import column, finding
from landquota.ledger.drafts import (
    BASES,
    LEVELS,
    UNITS,
    Draft,
    HolderDraft,
    KindDraft,
    MovementDraft,
    ReversalDraft,
    StatementDraft,
)
from landquota.ledger.entries import Record
from landquota.ledger.movements import FROM_RESERVED, MEASURES, MOVEMENTS, Movement, Receiver, State, with_words
from landquota.ledger.registry import Kind, Registry
from landquota.ledger.requests import REQUEST, SATISFYING, Outstanding
from landquota.ledger.words import Joined, Word, nearest, period
from landquota.vocabulary import label


class Known(Protocol):
    """What the rules ask of a ledger."""

    @property
    def registry(self) -> Registry:
        """Who and what is declared."""
        ...

    def find(self, key: str) -> Record | None:
        """Return the entry with `key`."""
        ...

    def taken_back_by(self, seq: int) -> str | None:
        """Return the key of the reversal of the entry `seq`."""
        ...

    def outstanding(self, request: str) -> Outstanding:
        """Return what is left of the live request with the key `request`."""
        ...


def rule_findings(draft: Draft, known: Known) -> list[Finding]:
    """Return every rule that `draft` breaks; its fields have been checked before."""
    if isinstance(draft, HolderDraft):
        return list(_holder(draft, known.registry))
    if isinstance(draft, KindDraft):
        return list(_kind(draft, known.registry))
    if isinstance(draft, MovementDraft):
        return list(_movement(draft, known))
    if isinstance(draft, StatementDraft):
        return list(_statement(draft, known.registry))
    return list(_reversal(draft, known))


def _holder(draft: HolderDraft, registry: Registry) -> Iterator[Finding]:
    if draft.holder in registry.holders:
        yield finding(draft, "LEDGER-DECLARED-TWICE", "holder", name=draft.holder)
    if draft.level not in LEVELS:
        yield finding(draft, "LEDGER-HOLDER-LEVEL", "level", holder=draft.holder, level=draft.level)
        return
    if draft.parent is not None and draft.parent not in registry.holders:
        yield _unknown(draft, "LEDGER-HOLDER-UNKNOWN", "parent", draft.parent, registry.holders)
        return
    above = None if draft.parent is None else registry.holders[draft.parent].level
    fits = above is None if draft.level == "county" else above in LEVELS[: LEVELS.index(draft.level)]
    if not fits:
        yield finding(
            draft, "LEDGER-HOLDER-PARENT", "parent", holder=draft.holder, level=draft.level, parent=draft.parent or "—"
        )
    for other in registry.holders.values():
        if draft.zone is not None and other.zone == draft.zone and other.holder != draft.holder:
            yield finding(draft, "LEDGER-ZONE-TWICE", "zone", zone=draft.zone, holder=other.holder)


def _kind(draft: KindDraft, registry: Registry) -> Iterator[Finding]:
    if draft.kind in registry.kinds:
        yield finding(draft, "LEDGER-DECLARED-TWICE", "kind", name=draft.kind)
    if draft.unit not in UNITS:
        yield finding(draft, "LEDGER-UNIT-UNKNOWN", "unit", kind=draft.kind, unit=draft.unit)
    if draft.valid_from is not None and draft.valid_to is not None and draft.valid_to < draft.valid_from:
        yield finding(
            draft,
            "LEDGER-KIND-PERIOD",
            "valid_to",
            kind=draft.kind,
            valid_from=draft.valid_from,
            valid_to=draft.valid_to,
        )


def _movement(draft: MovementDraft, known: Known) -> Iterator[Finding]:
    registry = known.registry
    yield from _known_holders(draft, registry)
    movement = MOVEMENTS.get(draft.movement)
    if movement is None:
        yield _unknown_word(draft, "LEDGER-MOVEMENT-UNKNOWN", "movement", MOVEMENTS)
        return
    yield from _needless(draft, movement)
    yield from _receiver(draft, movement, registry)
    if draft.kind in registry.kinds:
        yield from _of_kind(draft, movement, registry.kinds[draft.kind])
    if draft.expires is not None and draft.expires < draft.effective:
        yield finding(draft, "LEDGER-EXPIRES", "expires", expires=draft.expires, date=draft.effective)
    if draft.request is not None:
        yield from _request(draft, known)


def _known_holders(draft: MovementDraft | StatementDraft, registry: Registry) -> Iterator[Finding]:
    """Find undeclared holders and kinds, with the names that look most like them."""
    if draft.holder not in registry.holders:
        yield _unknown(draft, "LEDGER-HOLDER-UNKNOWN", "holder", draft.holder, registry.holders)
    if isinstance(draft, MovementDraft) and draft.to is not None and draft.to not in registry.holders:
        yield _unknown(draft, "LEDGER-HOLDER-UNKNOWN", "to", draft.to, registry.holders)
    if draft.kind is not None and draft.kind not in registry.kinds:
        yield _unknown(draft, "LEDGER-KIND-UNKNOWN", "kind", draft.kind, registry.kinds)


def _needless(draft: MovementDraft, movement: Movement) -> Iterator[Finding]:
    """Find fields that say something this movement cannot mean."""
    filled = {
        "to": draft.to is not None and not movement.needs_to,
        "to_year": draft.to_year is not None and movement.receiver is not Receiver.LATER_YEAR,
        "expires": draft.expires is not None and movement.target is not State.RESERVED,
        "request": draft.request is not None and movement.gives != "granted",
        "from_reserved": draft.from_reserved and movement.name not in FROM_RESERVED,
    }
    for field, needless in filled.items():
        if needless:
            yield _field_needless(draft, field, movement.label)


def _receiver(draft: MovementDraft, movement: Movement, registry: Registry) -> Iterator[Finding]:
    if movement.needs_to and draft.to is None:
        yield finding(draft, "LEDGER-TO-MISSING", "to", movement=movement.label)
    elif movement.receiver is Receiver.OTHER and draft.to == draft.holder:
        yield finding(draft, "LEDGER-TO-SAME", "to", movement=movement.label, holder=draft.holder)
    elif movement.receiver is Receiver.CHILD and draft.to in registry.holders and draft.holder in registry.holders:
        parent = registry.holders[draft.to].parent
        if parent != draft.holder:
            yield finding(draft, "LEDGER-ALLOT-PARENT", "to", to=draft.to, holder=draft.holder, parent=parent or "—")
    elif movement.receiver is Receiver.LATER_YEAR:
        yield from _later_year(draft)


def _later_year(draft: MovementDraft) -> Iterator[Finding]:
    if draft.year is None or (draft.to_year is not None and draft.to_year <= draft.year):
        yield finding(draft, "LEDGER-CARRY-YEAR", "to_year", year=draft.year or "—", to_year=draft.to_year or "—")


def _of_kind(draft: MovementDraft, movement: Movement, kind: Kind) -> Iterator[Finding]:
    if kind.unit != "mu":
        yield finding(draft, "LEDGER-KIND-UNIT", "area", kind=kind.kind, unit=text("kg"), area=draft.amount)
    early = kind.valid_from is not None and draft.effective < kind.valid_from
    late = kind.valid_to is not None and draft.effective > kind.valid_to and not movement.winds_down
    if early or late:
        validity = period(kind.valid_from, kind.valid_to)
        yield finding(
            draft, "LEDGER-KIND-VALIDITY", "effective", kind=kind.kind, validity=validity, date=draft.effective
        )
    if movement.receiver is Receiver.LATER_YEAR and not kind.carry:
        yield finding(draft, "LEDGER-CARRY-KIND", "kind", kind=kind.kind)


def _request(draft: MovementDraft, known: Known) -> Iterator[Finding]:
    record = known.find(draft.request or "")
    if record is not None and record.type == "movement" and known.taken_back_by(record.seq) is None:
        body = json.loads(record.body)
        if (body["movement"], body["holder"], body["kind"]) == (REQUEST, draft.holder, draft.kind):
            yield from _request_exceeded(draft, known.outstanding(record.key))
            return
    yield finding(
        draft, "LEDGER-REQUEST-UNKNOWN", "request", request=draft.request, holder=draft.holder, kind=draft.kind
    )


def _request_exceeded(draft: MovementDraft, left: Outstanding) -> Iterator[Finding]:
    if draft.movement in SATISFYING and draft.amount > left.area:
        yield finding(
            draft,
            "LEDGER-REQUEST-EXCEEDED",
            "amount",
            what=MOVEMENTS[draft.movement].label,
            asked=draft.amount,
            request=draft.request,
            arithmetic=left.arithmetic(),
            outstanding=left.area,
        )


def _statement(draft: StatementDraft, registry: Registry) -> Iterator[Finding]:
    yield from _known_holders(draft, registry)
    if draft.basis not in BASES:
        yield finding(draft, "LEDGER-BASIS-UNKNOWN", "basis", basis=draft.basis)
    measure = MEASURES.get(draft.measure)
    if measure is None:
        yield _unknown_word(draft, "LEDGER-MEASURE-UNKNOWN", "measure", MEASURES)
        return
    if measure.of_kind and draft.kind is None:
        yield finding(draft, "LEDGER-KIND-MISSING", "kind", measure=measure.label)
    if not measure.of_kind:
        for field in ("kind", "year"):
            if getattr(draft, field) is not None:
                yield _field_needless(draft, field, measure.label)
    kind = registry.kinds.get(draft.kind or "")
    if kind is not None and kind.unit != "mu":
        area = draft.figure.nominal
        yield finding(draft, "LEDGER-KIND-UNIT", "figure", kind=kind.kind, unit=text("kg"), area=area)


def _reversal(draft: ReversalDraft, known: Known) -> Iterator[Finding]:
    record = known.find(draft.reverses)
    if record is None:
        yield finding(draft, "LEDGER-REVERSAL-UNKNOWN", "reverses", key=draft.reverses)
        return
    if record.type not in {"movement", "statement"}:
        yield finding(draft, "LEDGER-REVERSAL-TYPE", "reverses", key=draft.reverses)
        return
    earlier = known.taken_back_by(record.seq)
    if earlier is not None:
        yield finding(draft, "LEDGER-REVERSAL-TWICE", "reverses", key=draft.reverses, reversal=earlier)
    if draft.effective.isoformat() < record.effective:
        yield finding(
            draft,
            "LEDGER-REVERSAL-DATE",
            "effective",
            key=draft.reverses,
            date=draft.effective,
            effective=record.effective,
        )


def _field_needless(draft: Draft, field: str, what: Word) -> Finding:
    option = "--" + field.replace("_", "-")
    return finding(draft, "LEDGER-FIELD-NEEDLESS", field, what=what, field=f"{column(draft, field)} / {option}")


def _unknown(draft: Draft, code: str, field: str, name: str, known: Iterable[str]) -> Finding:
    return finding(draft, code, field, name=name, nearest=nearest(name, known))


def _unknown_word(draft: Draft, code: str, field: str, names: Mapping[str, object]) -> Finding:
    """Return the finding that a movement or measure is unknown by name and by Chinese word."""
    name = getattr(draft, field)
    alike = nearest(name, [*names, *(label(each, "zh") for each in names)])
    return finding(draft, code, field, name=name, nearest=alike, all=Joined(with_words(names)))
