"""Who can hold quota, and which kinds there are: what has been declared so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from landquota.ledger import schema
from landquota.ledger.drafts import HolderDraft, KindDraft, MovementDraft, StatementDraft


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

    The first holder of a ledger is its county; any later one becomes a town of the only
    county (a zone, or a town among several counties, needs a declaration of its own).  A kind
    is declared in 亩, without a limit of validity, as one that does *not* cover conversion and
    may not be carried: the cautious reading.
    """
    drafts: list[HolderDraft | KindDraft] = []
    counties = [holder.holder for holder in registry.holders.values() if holder.level == "county"]
    for name in _holders(draft):
        if name in registry.holders or any(isinstance(d, HolderDraft) and d.holder == name for d in drafts):
            continue
        if not counties and not registry.holders:
            drafts.append(HolderDraft(holder=name, level="county", document=draft.document, clause=draft.clause))
            counties.append(name)
        elif len(counties) == 1:
            drafts.append(
                HolderDraft(holder=name, level="town", parent=counties[0], document=draft.document, clause=draft.clause)
            )
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


def _holders(draft: MovementDraft | StatementDraft) -> Iterable[str]:
    yield draft.holder
    if isinstance(draft, MovementDraft) and draft.to is not None:
        yield draft.to
