"""What has been declared so far: holders, quota kinds and their dated rules, allowances, closed periods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, Table, select

from landquota.amount import Amount
from landquota.area import COMMODITIES
from landquota.ledger import schema
from landquota.ledger.accounts import book_of
from landquota.ledger.declarations import LEVELS, AllowanceDraft, HolderDraft, KindDraft, KindRuleDraft
from landquota.ledger.drafts import Declaration, MovementDraft, StatementDraft


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
    """A quota kind, known by its short Chinese code; `unit` is mu, kg or yuan.

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

    @property
    def book(self) -> str:
        """The book that its accounts lie in."""
        return book_of(unit=self.unit, consumed_by=self.consumed_by)

    @property
    def commodity(self) -> type[Amount]:
        """What its amounts are: area, mass or money."""
        return COMMODITIES[self.unit]


@dataclass(frozen=True, slots=True)
class KindRule:
    """A dated rule of a quota kind: whether it may be carried on a day from `effective` to `valid_to`.

    `key` is that of its entry, which has the document.
    """

    kind: str
    carry: bool
    effective: date
    valid_to: date | None
    key: str


@dataclass(frozen=True, slots=True)
class Allowance:
    """How far the use of a holder's quota may exceed what it has been given, in hundredths of a percent."""

    name: str
    holder: str
    kind: str
    year: int | None
    hundredths: int
    effective: date
    valid_to: date | None
    key: str

    @property
    def percent(self) -> str:
        """The percentage as it is printed."""
        return f"{Decimal(self.hundredths).scaleb(-2).normalize():f}"


@dataclass(slots=True)
class Registry:
    """What is declared: holders and kinds by name, rules and allowances in the order of their declaration.

    `closed_through` is the last day of the closed periods, and `closed_by` the key of the entry
    that says so.
    """

    holders: dict[str, Holder] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)
    rules: list[KindRule] = field(default_factory=list)
    allowances: list[Allowance] = field(default_factory=list)
    closed_through: date | None = None
    closed_by: str = ""

    def declare(self, draft: Declaration, key: str) -> None:
        """Take in what `draft`, posted under `key`, declares."""
        if isinstance(draft, HolderDraft):
            self.holders[draft.holder] = Holder(**{f.name: getattr(draft, f.name) for f in fields(Holder)})
        elif isinstance(draft, KindDraft):
            self.kinds[draft.kind] = Kind(**{f.name: getattr(draft, f.name) for f in fields(Kind)})
        elif isinstance(draft, KindRuleDraft):
            self.rules.append(KindRule(draft.kind, draft.carry, draft.effective, draft.valid_to, key))
        elif isinstance(draft, AllowanceDraft):
            hundredths = int(Decimal(draft.percent) * 100)
            given = {f.name: getattr(draft, f.name) for f in fields(Allowance) if f.name not in {"hundredths", "key"}}
            self.allowances.append(Allowance(**given, hundredths=hundredths, key=key))
        else:
            self.closed_through, self.closed_by = draft.through, key

    def book(self, kind: str) -> str | None:
        """Return the book of a kind; None of one that is not declared."""
        return self.kinds[kind].book if kind in self.kinds else None

    def may_carry(self, kind: str, day: date) -> bool:
        """Return whether a kind may be carried over on `day`: by the rule that holds, else as declared."""
        rule = self.rule(kind, day)
        return self.kinds[kind].carry if rule is None else rule.carry

    def rule(self, kind: str, day: date) -> KindRule | None:
        """Return the rule of a kind that holds on `day`: the one that began last, of several the one declared last."""
        holding = [rule for rule in self.rules if rule.kind == kind and _holds(rule, day)]
        return max(reversed(holding), key=lambda rule: rule.effective, default=None)

    def allowance(self, *, holder: str, kind: str, year: int | None, day: date) -> Allowance | None:
        """Return the allowance that counts for an entry of `day`: the one declared last among those that hold."""
        for each in reversed(self.allowances):
            if (each.holder, each.kind) == (holder, kind) and each.year in {None, year} and _holds(each, day):
                return each
        return None


def _holds(dated: KindRule | Allowance, day: date) -> bool:
    return dated.effective <= day and (dated.valid_to is None or day <= dated.valid_to)


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
    _dated(connection, registry)
    return registry


def _dated(connection: Connection, registry: Registry) -> None:
    """Read the rules, allowances and closed periods."""
    entry = schema.entry
    for row in connection.execute(_with_keys(schema.kind_rule)).mappings():
        registry.rules.append(KindRule(row["kind"], bool(row["carry"]), **_days(row), key=row["key"]))
    for row in connection.execute(_with_keys(schema.allowance)).mappings():
        values: dict[str, Any] = {f.name: row[f.name] for f in fields(Allowance)}
        registry.allowances.append(Allowance(**values | _days(row)))
    period = schema.period
    query = select(period.c.through, entry.c.key).join(entry, entry.c.seq == period.c.seq).order_by(period.c.seq.desc())
    for through, key in connection.execute(query.limit(1)):
        registry.closed_through, registry.closed_by = date.fromisoformat(through), key


def _with_keys(table: Table) -> Select[Any]:
    """Select the rows of a table in their order, each with the key of its entry."""
    entry = schema.entry
    return select(table, entry.c.key).join(entry, entry.c.seq == table.c.seq).order_by(table.c.seq)


def _days(row: RowMapping) -> dict[str, Any]:
    """Return from when to when a dated row holds."""
    last = row["valid_to"]
    return {
        "effective": date.fromisoformat(row["effective"]),
        "valid_to": None if last is None else date.fromisoformat(last),
    }


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
