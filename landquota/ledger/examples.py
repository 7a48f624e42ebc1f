"""Examples: the few movements of many by which it is told that all of them keep the rules.

A clerk's table says the same again and again, and nearly every row of it keeps every rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import compress
from operator import attrgetter, not_
from typing import Final

from landquota.ledger.declarations import PeriodDraft
from landquota.ledger.drafts import Draft, MovementDraft
from landquota.ledger.movement_rules import wording_findings
from landquota.ledger.movements import CARRIES, MOVEMENTS
from landquota.ledger.registry import Registry

#: Movements that are told by examples: those of land name parcels, and carried is by dated rules.
_ALIKE: Final = frozenset(name for name, movement in MOVEMENTS.items() if not movement.of_land and name not in CARRIES)
#: What has a meaning in some of them, and what has none in any.
_REFERENCES: Final = ("request", "reservation")
_needless: Final = attrgetter("batch", "from_stage", "deadline", "starts_by", "to_year")
_NOTHING: Final = (None,) * 5
_receiving: Final = attrgetter("movement", "holder", "to")
_effective: Final = attrgetter("effective")


def lawful(drafts: Sequence[Draft], registry: Registry) -> list[bool]:
    """Return of each of `drafts` whether it is a movement of quota known to keep all rules of its words.

    Of the others only a look at each tells; and of all of them, whether the entries are there
    that they name.
    """
    alike = [
        isinstance(draft, MovementDraft) and draft.movement in _ALIKE and draft.expires is None for draft in drafts
    ]
    movements = [draft for draft in compress(drafts, alike) if isinstance(draft, MovementDraft)]
    changing = any(isinstance(draft, PeriodDraft) for draft in compress(drafts, map(not_, alike)))
    if changing or any(any(wording_findings(draft, registry)) for draft in examples(movements)):
        return [False] * len(drafts)
    return alike


def examples(movements: Sequence[MovementDraft]) -> Iterator[MovementDraft]:
    """Yield some of `movements` that stand for all: if these keep the rules of their words, so do the others.

    Such a rule asks who gives to whom, how much of which kind on which day, or whether a field has
    a meaning, and never for two of these at once; and kinds and open periods are in force from one
    day to another.  (Of the rule that compares two days of a draft no example tells: `expires`.)
    """
    yield from dict(zip(map(_receiving, movements), movements, strict=True)).values()
    of_kinds: defaultdict[tuple[str, str | None, type], list[MovementDraft]] = defaultdict(list)
    for draft in movements:
        of_kinds[draft.movement, draft.kind, type(draft.amount)].append(draft)
    for alike in of_kinds.values():
        yield min(alike, key=_effective)
        yield max(alike, key=_effective)
    for name in _REFERENCES:
        naming = compress(movements, map(attrgetter(name), movements))
        yield from {draft.movement: draft for draft in naming}.values()
    yield from (draft for draft in movements if _needless(draft) != _NOTHING)
