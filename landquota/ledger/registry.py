"""Who can hold quota, and which kinds there are: what has been declared so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from landquota.ledger import schema
from landquota.ledger.drafts import LEVELS, HolderDraft, KindDraft, MovementDraft, StatementDraft


@dataclass(frozen=True, slots=True)
class Holder:
    """A holder of quota, known by its Chinese name; `zone` is its id on the map."""

    holder: str
    level: str
    parent: str | None
    zone: str | None
    name_en: str | None


@dataclass(frozen=True, slots=True)
class Kind:
    """A quota kind, known by its short Chinese code; `unit` is mu or kg.

    `valid_from` and `valid_to` are the first and the last day of its use.
    """

    kind: str
    name: str
    name_en: str | None
    level: str | None
    unit: str
    consumed_by: str | None
    covers_conversion: bool
    valid_from: date | None
    valid_to: date | None
    carry: bool


@dataclass(slots=True)
class Registry:
    """The declared holders and kinds, by name, in the order of their declaration."""

    holders: dict[str, Holder] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)

    def declare(self, draft: HolderDraft | KindDraft) -> None:
        """Take in what `draft` declares."""
        if isinstance(draft, HolderDraft):
            self.holders[draft.holder] = Holder(**{f.name: getattr(draft, f.name) for f in fields(Holder)})
        else:
            self.kinds[draft.kind] = Kind(**{f.name: getattr(draft, f.name) for f in fields(Kind)})


def declared(connection: Connection) -> Registry:
    """Return what is declared in the ledger."""
    registry = Registry()
    for row in connection.execute(select(schema.holder).order_by(schema.holder.c.seq)).mappings():
        registry.holders[row["holder"]] = Holder(**{f.name: row[f.name] for f in fields(Holder)})
    for row in connection.execute(select(schema.kind).order_by(schema.kind.c.seq)).mappings():
        values: dict[str, Any] = {f.name: row[f.name] for f in fields(Kind)}
        for name in ("valid_from", "valid_to"):
            values[name] = None if values[name] is None else date.fromisoformat(values[name])
        for name in ("covers_conversion", "carry"):
            values[name] = bool(values[name])
        registry.kinds[row["kind"]] = Kind(**values)
    return registry


def implied(draft: MovementDraft | StatementDraft, registry: Registry) -> list[HolderDraft | KindDraft]:
    """Return the declarations that `draft` needs and that can be made without asking.

    The first holder of a ledger is its county; whoever is allotted quota stands one level
    under the holder that allots it; any other one becomes a town of the only county (a zone, or
    a town among several counties, needs a declaration of its own).  A kind is declared in 亩,
    without a limit of validity, as one that does *not* cover conversion and may not be carried:
    the cautious reading.
    """
    drafts: list[HolderDraft | KindDraft] = []
    levels = {holder.holder: holder.level for holder in registry.holders.values()}
    for name in _holders(draft):
        place = None if name in levels else _place(name, draft, levels)
        if place is not None:
            level, parent = place
            drafts.append(
                HolderDraft(holder=name, level=level, parent=parent, document=draft.document, clause=draft.clause)
            )
            levels[name] = level
    if draft.kind is not None and draft.kind not in registry.kinds:
        drafts.append(
            KindDraft(
                kind=draft.kind,
                name=draft.kind,
                covers_conversion=False,
                document=draft.document,
                clause=draft.clause,
            )
        )
    return drafts


def _place(
    name: str, draft: MovementDraft | StatementDraft, levels: Mapping[str, str]
) -> tuple[str, str | None] | None:
    """Return level and parent of an undeclared holder, if they can be told."""
    if isinstance(draft, MovementDraft) and draft.movement == "allot" and name == draft.to != draft.holder:
        if draft.holder not in levels:
            return None
        # Under a zone there is no level: the declaration is refused, with the reason.
        below = min(LEVELS.index(levels[draft.holder]) + 1, len(LEVELS) - 1)
        return LEVELS[below], draft.holder
    if not levels:
        return "county", None
    counties = [holder for holder, level in levels.items() if level == "county"]
    return ("town", counties[0]) if len(counties) == 1 else None


def _holders(draft: MovementDraft | StatementDraft) -> Iterable[str]:
    yield draft.holder
    if isinstance(draft, MovementDraft) and draft.to is not None:
        yield draft.to
