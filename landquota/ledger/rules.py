"""Rules of a draft against what the ledger holds: who, which kind, where to, since when.

Limits are not among them: they are checked last, inside the write transaction.
"""

from __future__ import annotations

from collections.abc import Iterator

from landquota.area import Area
from landquota.findings import Finding
from landquota.ledger.checks import finding
from landquota.ledger.declarations import (
    EARLIEST,
    LEVELS,
    UNITS,
    AllowanceDraft,
    HolderDraft,
    KindDraft,
    KindRuleDraft,
    PeriodDraft,
)
from landquota.ledger.drafts import (
    BASES,
    Declaration,
    Draft,
    MovementDraft,
    ProgressDraft,
    ReversalDraft,
    StatementDraft,
)
from landquota.ledger.known import Known, closed, field_needless, known_holders, unknown, unknown_word
from landquota.ledger.movement_rules import movement_findings
from landquota.ledger.movements import MEASURES
from landquota.ledger.registry import Registry

#: What can be taken back; a declaration is followed by another one.
_REVERSIBLE = frozenset({"movement", "statement", "progress"})
#: What a period can be.
_ACTIONS = ("close", "reopen")


def rule_findings(draft: Draft, known: Known) -> list[Finding]:
    """Return every rule that `draft` breaks; its fields have been checked before."""
    if isinstance(draft, MovementDraft):
        return list(movement_findings(draft, known))
    if isinstance(draft, StatementDraft):
        return list(_statement(draft, known.registry))
    if isinstance(draft, ReversalDraft):
        return list(_reversal(draft, known))
    if isinstance(draft, ProgressDraft):
        return list(_progress(draft, known.registry))
    return list(_declaration(draft, known.registry))


def _declaration(draft: Declaration, registry: Registry) -> Iterator[Finding]:
    if isinstance(draft, HolderDraft):
        yield from _holder(draft, registry)
    elif isinstance(draft, KindDraft):
        yield from _kind(draft, registry)
    elif isinstance(draft, PeriodDraft):
        yield from _period(draft, registry)
    else:
        yield from known_holders(draft, registry)
        yield from _validity(draft)


def _validity(draft: KindRuleDraft | AllowanceDraft) -> Iterator[Finding]:
    if draft.valid_to is not None and draft.valid_to < draft.effective:
        yield finding(
            draft,
            "LEDGER-KIND-PERIOD",
            "valid_to",
            kind=draft.kind,
            valid_from=draft.effective,
            valid_to=draft.valid_to,
        )


def _period(draft: PeriodDraft, registry: Registry) -> Iterator[Finding]:
    """Find a period that is not closed through a later day than before, or re-opened through an earlier one."""
    if draft.action not in _ACTIONS:
        yield finding(draft, "LEDGER-PERIOD-ACTION", "action", action=draft.action)
        return
    through = registry.closed_through
    if draft.action == "reopen" and through in {None, EARLIEST}:
        yield finding(draft, "LEDGER-PERIOD-OPEN", "through")
        return
    closes = draft.action == "close"
    in_order = closes if through is None else (draft.through > through) is closes and draft.through != through
    if not in_order:
        yield finding(
            draft, "LEDGER-PERIOD-ORDER", "through", date=draft.through, closed="—" if through is None else through
        )


def _progress(draft: ProgressDraft, registry: Registry) -> Iterator[Finding]:
    yield from known_holders(draft, registry)
    for part, whole in (("developed", "to_develop"), ("invested", "investment")):
        if getattr(draft, part) is not None and getattr(draft, whole) is None:
            yield finding(draft, "LEDGER-PROGRESS-WHOLE", whole, part=part, whole=whole)
    if draft.stopped_on is not None and draft.stopped_on > draft.effective:
        yield finding(draft, "LEDGER-PROGRESS-STOPPED", "stopped_on", stopped=draft.stopped_on, date=draft.effective)


def _holder(draft: HolderDraft, registry: Registry) -> Iterator[Finding]:
    if draft.holder in registry.holders:
        yield finding(draft, "LEDGER-DECLARED-TWICE", "holder", name=draft.holder)
    if draft.level not in LEVELS:
        yield finding(draft, "LEDGER-HOLDER-LEVEL", "level", holder=draft.holder, level=draft.level)
        return
    if draft.parent is not None and draft.parent not in registry.holders:
        yield unknown(draft, "LEDGER-HOLDER-UNKNOWN", "parent", draft.parent, registry.holders)
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


def _statement(draft: StatementDraft, registry: Registry) -> Iterator[Finding]:
    yield from known_holders(draft, registry)
    if draft.basis not in BASES:
        yield finding(draft, "LEDGER-BASIS-UNKNOWN", "basis", basis=draft.basis)
    measure = MEASURES.get(draft.measure)
    if measure is None:
        yield unknown_word(draft, "LEDGER-MEASURE-UNKNOWN", "measure", MEASURES)
        return
    if measure.of_kind and draft.kind is None:
        yield finding(draft, "LEDGER-KIND-MISSING", "kind", measure=measure.label)
    if not measure.of_kind:
        for field in ("kind", "year"):
            if getattr(draft, field) is not None:
                yield field_needless(draft, field, measure.label)
    kind, stated = registry.kinds.get(draft.kind or ""), draft.figure.nominal
    if kind is not None and not isinstance(stated, kind.commodity):
        yield finding(draft, "LEDGER-KIND-UNIT", "figure", kind=kind.kind, unit=kind.commodity.unit, amount=stated)
    if not measure.of_kind and not isinstance(stated, Area):
        yield finding(draft, "LEDGER-AREA-NEEDED", "figure", what=measure.label, amount=stated)


def _reversal(draft: ReversalDraft, known: Known) -> Iterator[Finding]:
    yield from closed(draft, known.registry)
    record = known.find(draft.reverses)
    if record is None:
        yield finding(draft, "LEDGER-REVERSAL-UNKNOWN", "reverses", key=draft.reverses)
        return
    if record.type not in _REVERSIBLE:
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
