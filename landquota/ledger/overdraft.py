"""The refusal of an overdraft: the arithmetic, what has used the quota, and what can be done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import orjson
from sqlalchemy import Connection, and_, select

from landquota.amount import Amount
from landquota.area import Area
from landquota.findings import Finding
from landquota.i18n import Renderable, Text, text
from landquota.ledger import schema
from landquota.ledger.accounts import Account, Transfer
from landquota.ledger.checks import finding
from landquota.ledger.drafts import Draft
from landquota.ledger.limits import Room
from landquota.ledger.movements import LABELS, MOVEMENTS, STAGES, TERMS, State
from landquota.ledger.refusals import EntryRefused
from landquota.ledger.registry import Allowance, Registry
from landquota.ledger.statements import Group, StatementView, live_statements, source
from landquota.ledger.tally import available, flows_of, other_years, stock, tallies
from landquota.ledger.words import Joined, Word

#: How many entries and holders a refusal names; the ledger's log has the rest.
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Use:
    """An entry that has used the quota; of a reservation, `left` is what it still holds."""

    key: str
    movement: str
    amount: Amount
    left: Amount
    document: str | None
    reason: str | None
    expires: date | None

    def render(self, language: str) -> str:
        """Return the entry in one line: key, movement, amount, what is left of it, what for, until when."""
        parts: list[object] = [self.key, MOVEMENTS[self.movement].label, self.amount]
        if self.left != self.amount:
            parts.append(text("({left} left)", left=self.left))
        parts += [part for part in (self.reason or self.document,) if part]
        if self.expires is not None:
            parts.append(text("(until {expires})", expires=self.expires))
        return Joined(tuple(parts), " ").render(language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """An account that cannot bear what is asked of it.

    `as_of` is the day of `effective` or later on which least is left (`balance`, of which
    `allowed` is an over-limit allowance); `figures` are the sums of that day, by term and
    state, `flows` what came and went by movement where the account is a reservation or a
    stage of land; `elsewhere` is what other holders have available of the same kind and year,
    or what of the parcel is in other stages, `years` what the holder itself has of other quota
    years where the entry names one that holds nothing; `stated` a statement, where only one covers the
    account.
    """

    label: Renderable
    account: Account
    effective: date
    as_of: date
    asked: Amount
    balance: Amount
    figures: Mapping[str, Amount]
    flows: Mapping[str, Amount]
    uses: tuple[Use, ...]
    elsewhere: tuple[tuple[str, Amount], ...]
    years: tuple[tuple[int | None, Amount], ...]
    stated: StatementView | None
    allowance: Allowance | None
    allowed: Amount

    @property
    def holder(self) -> str:
        """Whose account it is."""
        return self.account.holder or ""

    @property
    def state(self) -> str:
        """In which state or stage it is."""
        return self.account.state

    @property
    def short(self) -> Amount:
        """How much is missing."""
        return self.asked - self.balance

    @property
    def nothing(self) -> Amount:
        """No amount, of what the account counts."""
        return type(self.asked)()

    def figure(self, name: str) -> Amount:
        """Return the sum `name` (a term or a state) on the day `as_of`."""
        return self.figures.get(name, self.nothing)

    def params(self) -> dict[str, object]:
        """Return what the texts of the refusal are filled with."""
        return {
            "what": self.label,
            "asked": self.asked,
            "state": LABELS[self.state],
            "account": self.account.words,
            "as_of": self.as_of,
            "arithmetic": self.arithmetic(),
            "short": self.short,
            "possible": self.possible(),
        }

    def arithmetic(self) -> Renderable:
        """Return the sum that leads to what is left: ``granted 145 − reserved 60 = available 85 mu``."""
        signed = self._terms() if self.state == State.AVAILABLE else self._moved()
        if self.state == State.AVAILABLE and not signed:
            return text("nothing has been granted or allotted, available {balance}", balance=self.balance)
        terms: list[object] = []
        for sign, name, amount in sorted(signed, key=lambda term: -term[0]):
            mark = ("+" if sign > 0 else "−") if terms else ("" if sign > 0 else "−")
            terms += [part for part in (mark, name, amount.number) if part]
        if terms:
            terms.append("=")
        return Joined((*terms, LABELS[self.state], self.balance.number, self.balance.unit), " ")

    def _terms(self) -> list[tuple[int, Renderable, Amount]]:
        """Return the terms of what is available, each with its sign, and the allowance beyond."""
        terms = [(TERMS[name], LABELS[name], self.figure(name)) for name in TERMS if self.figure(name)]
        if terms and self.allowance is not None:
            name, percent = self.allowance.name, self.allowance.percent
            words = text("over-limit allowance {percent} % ({name})", percent=percent, name=name)
            terms.append((1, words, self.allowed))
        return terms

    def _moved(self) -> list[tuple[int, Renderable, Amount]]:
        """Return what came and went by each movement."""
        return [
            (1 if amount.units > 0 else -1, MOVEMENTS[name].label, abs(amount))
            for name, amount in self.flows.items()
            if amount
        ]

    def possible(self) -> Joined:
        """Return what can be done instead."""
        return Joined(tuple(self._possible()))

    def _possible(self) -> Iterator[Renderable]:
        if self.state != State.AVAILABLE:
            for stage, there in self.elsewhere:
                yield text("take it from what is {stage} ({there})", stage=Word(stage), there=there)
            yield text("ask for at most {balance}", balance=self.balance)
            return
        if self.stated is not None:
            yield text(
                "only a statement covers this account ({source}: {written}): post the opening grant with its"
                " document first",
                source=source(self.stated),
                written=self.stated.written,
            )
        reserves = [use for use in self.uses if use.movement == "reserve" and use.left]
        for use in reserves:
            if use.expires is not None and use.expires < self.effective:
                yield text("{key} expired on {expires}: post a lapse for it", key=use.key, expires=use.expires)
            elif use.expires is not None:
                yield text("release {key}, or wait until it expires on {expires}", key=use.key, expires=use.expires)
            else:
                yield text("release {key}", key=use.key)
        for year, there in self.years:
            if year is None:
                yield text("leave out the year: without one {area} are available", area=there)
            else:
                yield text("name the year {year}: {area} are available", year=year, area=there)
        for holder, there in self.elsewhere:
            yield text("transfer from {holder} (available {area})", holder=holder, area=there)
        yield text("request a supplement")

    def to_json(self) -> dict[str, object]:
        """Return the refusal as plain data; amounts are exact 亩 (kg, yuan) as strings."""
        unit = self.asked.code
        account = self.account
        of_quota = account.kind is not None
        names = (*TERMS, State.AVAILABLE.value) if of_quota else ()
        at = ("holder", "available") if of_quota else ("stage", "area")
        return {
            "movement": str(self.label),
            "book": account.book,
            "holder": account.holder,
            "kind": account.kind,
            "year": account.year,
            "state": account.state,
            "item": account.item,
            "effective": self.effective.isoformat(),
            "as_of": self.as_of.isoformat(),
            **{f"{name}_{unit}": self.figure(name).number for name in names},
            "allowance": None if self.allowance is None else self.allowance.name,
            f"allowed_{unit}": self.allowed.number,
            f"balance_{unit}": self.balance.number,
            f"asked_{unit}": self.asked.number,
            f"short_{unit}": self.short.number,
            "uses": [self._use(use) for use in self.uses],
            "elsewhere": [{at[0]: name, f"{at[1]}_{unit}": there.number} for name, there in self.elsewhere],
            "stated_by": None if self.stated is None else self.stated.key,
            "possible": [part.render("en") for part in self._possible()],
        }

    def _use(self, use: Use) -> dict[str, object]:
        return {
            "key": use.key,
            "movement": use.movement,
            f"amount_{self.asked.code}": use.amount.number,
            f"left_{self.asked.code}": use.left.number,
            "reason": use.reason,
            "document": use.document,
            "expires": None if use.expires is None else use.expires.isoformat(),
        }


class Overdraft(EntryRefused):
    """More was asked than is left; the figures are those of the day on which least is left."""

    def __init__(self, findings: Sequence[Finding], shortage: Shortage) -> None:
        super().__init__(findings, message=_message(shortage), remedy=_remedy(shortage))
        self.shortage = shortage
        self.holder, self.kind, self.year = shortage.account[1:4]
        self.as_of = shortage.as_of
        self.granted = shortage.figure("granted")
        self.allotted_in = shortage.figure("allotted_in")
        self.allotted_out = shortage.figure("allotted_out")
        self.reserved = shortage.figure("reserved")
        self.committed = shortage.figure("committed")
        self.available = shortage.figure("available")
        self.asked = shortage.asked
        self.short = shortage.short

    def to_json(self) -> dict[str, object]:
        """Return the refusal as plain data; areas are exact 亩 as strings."""
        return self.shortage.to_json()

    def details(self) -> dict[str, object]:
        """Return the codes and the arithmetic."""
        return {**super().details(), **self.to_json()}


def _message(shortage: Shortage) -> Text:
    lines: list[Renderable] = [
        text(
            "{arithmetic}; {what} asks {asked}, short {short}",
            what=shortage.label,
            arithmetic=shortage.arithmetic(),
            asked=shortage.asked,
            short=shortage.short,
        )
    ]
    if shortage.uses:
        lines.append(text("Used by: {uses}", uses=Joined(shortage.uses)))
    if shortage.as_of > shortage.effective:
        day = shortage.effective
        lines.append(text("The entry counts from {day} on, and entries of later days have used it.", day=day))
    return text(
        "Refused: {what} {asked} exceeds what is {state} ({account} · as of {as_of})\n  {lines}",
        what=shortage.label,
        asked=shortage.asked,
        state=LABELS[shortage.state],
        account=shortage.account.words,
        as_of=shortage.as_of,
        lines=Joined(tuple(lines), "\n  "),
    )


def _remedy(shortage: Shortage) -> Text:
    return text("Possible: {possible}\nNothing was written.", possible=shortage.possible())


def overdraft_finding(draft: Draft, shortage: Shortage) -> Finding:
    """Return the finding that `draft` asks for more than is left."""
    return finding(draft, "LEDGER-OVERDRAFT", "amount", **shortage.params())


def shortage_of(
    connection: Connection,
    transfer: Transfer,
    *,
    label: Renderable,
    room: Room,
    registry: Registry,
    allowance: Allowance | None,
) -> Shortage:
    """Return why the debited account of `transfer` cannot bear it: `room` is the least that it can give."""
    debited = transfer.debit
    counted = Area if debited.kind is None else registry.kinds[debited.kind].commodity
    group = Group(debited.holder or "", debited.kind or "", debited.year)
    tally = tallies(connection, as_of=room.day, group=group).get(group)
    stated = None if tally is not None and tally.holdings else _stated(connection, group, room.day)
    flows = {} if debited.state == State.AVAILABLE else flows_of(connection, debited, as_of=room.day)
    return Shortage(
        label=label,
        account=debited,
        effective=date.fromisoformat(transfer.effective),
        as_of=date.fromisoformat(room.day),
        asked=counted(transfer.amount),
        balance=counted(room.units),
        figures={} if tally is None else {name: counted(units) for name, units in tally.sums.items()},
        flows={name: counted(units) for name, units in flows.items()},
        uses=_uses(connection, debited, room.day, counted),
        elsewhere=_elsewhere(connection, debited, room.day, counted),
        years=_years(connection, group, debited, room, counted),
        stated=stated,
        allowance=allowance,
        allowed=counted(room.allowed),
    )


def _uses(connection: Connection, debited: Account, day: str, counted: type[Amount]) -> tuple[Use, ...]:
    """Return the largest entries, not taken back, that took from what was available.

    A reservation of which all was released or has lapsed uses nothing any more.
    """
    if debited.state != State.AVAILABLE:
        return ()
    transfer, entry, source = schema.transfer, schema.entry, schema.account
    taken_back = schema.reversal.alias("taken_back")
    query = (
        select(entry.c.key, transfer.c.movement, transfer.c.amount, entry.c.document, entry.c.body)
        .join(entry, entry.c.seq == transfer.c.seq)
        .join(source, source.c.id == transfer.c.debit)
        .outerjoin(taken_back, and_(taken_back.c.target == transfer.c.seq, taken_back.c.effective <= day))
        .where(
            source.c.holder == debited.holder,
            source.c.kind == debited.kind,
            source.c.year.is_not_distinct_from(debited.year),
            source.c.state == State.AVAILABLE.value,
            transfer.c.effective <= day,
            taken_back.c.seq.is_(None),
            transfer.c.mirror == 0,
        )
        .order_by(transfer.c.amount.desc(), transfer.c.seq)
        .limit(_NAMED)
    )
    uses = []
    for key, movement, amount, document, body in connection.execute(query):
        left: int = amount
        if movement == "reserve":
            flows = flows_of(connection, debited._replace(state=State.RESERVED.value, item=key), as_of=day)
            left = sum(flows.values()) if flows else amount
            if not left and not flows.get("commit"):
                continue
        uses.append(_use(key, movement, (counted(amount), counted(left)), document, body))
    return tuple(uses)


def _use(key: str, movement: str, amounts: tuple[Amount, Amount], document: str | None, body: str) -> Use:
    said = orjson.loads(body)
    expires = said.get("expires")
    until = date.fromisoformat(expires) if expires else None
    return Use(key, movement, *amounts, document, said.get("reason"), until)


def _elsewhere(
    connection: Connection, debited: Account, day: str, counted: type[Amount]
) -> tuple[tuple[str, Amount], ...]:
    """Return what other holders have available, or what of the same parcel is in other stages."""
    if debited.state in STAGES:
        there = stock(connection, debited, as_of=day)
        return tuple((stage, counted(there[stage])) for stage in STAGES if stage != debited.state and there.get(stage))
    if debited.state != State.AVAILABLE:
        return ()
    has = available(connection, kind=debited.kind or "", year=debited.year, as_of=day)
    others = sorted(((units, holder) for holder, units in has.items() if holder != debited.holder), reverse=True)
    return tuple((holder, counted(units)) for units, holder in others[:_NAMED])


def _years(
    connection: Connection, group: Group, debited: Account, room: Room, counted: type[Amount]
) -> tuple[tuple[int | None, Amount], ...]:
    """Return the other quota years that have something, where the one that was named (or forgotten) has nothing."""
    if debited.state != State.AVAILABLE or room.units > 0:
        return ()
    has = other_years(connection, group, as_of=room.day)
    return tuple((year, counted(has[year])) for year in sorted(has, key=lambda year: year or 0))


def _stated(connection: Connection, group: Group, day: str) -> StatementView | None:
    for view in live_statements(connection, as_of=date.fromisoformat(day)):
        if view.group == group and view.measure != State.REQUESTED:
            return view
    return None
