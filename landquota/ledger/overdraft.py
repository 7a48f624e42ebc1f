"""The refusal of an overdraft: the arithmetic, what has used the quota, and what can be done."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, and_, select

from landquota.area import ZERO, Area, Unit
from landquota.findings import Finding
from landquota.i18n import Renderable, Text, text
from landquota.ledger import schema
from landquota.ledger.accounts import Account, Transfer
from landquota.ledger.checks import finding
from landquota.ledger.drafts import Draft
from landquota.ledger.movements import LABELS, MOVEMENTS, TERMS, State
from landquota.ledger.refusals import EntryRefused
from landquota.ledger.statements import Group, StatementView, live_statements, source
from landquota.ledger.tally import available, tallies
from landquota.ledger.words import Joined, account

#: How many entries and holders a refusal names; the ledger's log has the rest.
_NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Use:
    """An entry that has used the quota."""

    key: str
    movement: str
    amount: Area
    document: str | None
    reason: str | None
    expires: date | None

    def render(self, language: str) -> str:
        """Return the entry in one line: key, movement, amount, what for, until when."""
        parts: list[object] = [self.key, MOVEMENTS[self.movement].label, self.amount]
        parts += [part for part in (self.reason or self.document,) if part]
        if self.expires is not None:
            parts.append(text("(until {expires})", expires=self.expires))
        return Joined(tuple(parts), " ").render(language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shortage:
    """An account that cannot bear what is asked of it.

    `as_of` is the day of `effective` or later on which least is left (`balance`); `figures`
    are the sums of that day, by term and state; `elsewhere` is what other holders have
    available of the same kind and year; `stated` a statement, where only one covers the
    account.
    """

    label: Renderable
    holder: str
    kind: str
    year: int | None
    state: str
    effective: date
    as_of: date
    asked: Area
    balance: Area
    figures: Mapping[str, Area]
    uses: tuple[Use, ...]
    elsewhere: tuple[tuple[str, Area], ...]
    stated: StatementView | None

    @property
    def short(self) -> Area:
        """How much is missing."""
        return self.asked - self.balance

    def figure(self, name: str) -> Area:
        """Return the sum `name` (a term or a state) on the day `as_of`."""
        return self.figures.get(name, ZERO)

    def params(self) -> dict[str, object]:
        """Return what the texts of the refusal are filled with."""
        return {
            "what": self.label,
            "asked": self.asked,
            "state": LABELS[self.state],
            "account": account(self.kind, self.holder, self.year),
            "as_of": self.as_of,
            "arithmetic": self.arithmetic(),
            "short": self.short,
            "possible": self.possible(),
        }

    def arithmetic(self) -> Renderable:
        """Return the sum that leads to what is left: ``granted 145 − reserved 60 = available 85 mu``."""
        terms: list[object] = []
        if self.state == State.AVAILABLE:
            shown = [name for name in TERMS if self.figure(name)]
            if not shown:
                return text("nothing has been granted or allotted, available {balance}", balance=self.balance)
            for name in sorted(shown, key=lambda name: -TERMS[name]):
                sign = ("+" if TERMS[name] > 0 else "−") if terms else ""
                terms += [part for part in (sign, LABELS[name], self.figure(name).mu) if part]
            terms.append("=")
        return Joined((*terms, LABELS[self.state], self.balance.mu, Unit.MU), " ")

    def possible(self) -> Joined:
        """Return what can be done instead."""
        return Joined(tuple(self._possible()))

    def _possible(self) -> Iterator[Renderable]:
        if self.state != State.AVAILABLE:
            yield text("ask for at most {balance}", balance=self.balance)
            return
        if self.stated is not None:
            yield text(
                "only a statement covers this account ({source}: {written}): post the opening grant with its"
                " document first",
                source=source(self.stated),
                written=self.stated.written,
            )
        reserves = [use for use in self.uses if use.movement == "reserve" and self.figure("reserved")]
        for use in reserves:
            if use.expires is not None and use.expires < self.effective:
                yield text("{key} expired on {expires}: post a lapse for it", key=use.key, expires=use.expires)
            elif use.expires is not None:
                yield text("release {key}, or wait until it expires on {expires}", key=use.key, expires=use.expires)
            else:
                yield text("release {key}", key=use.key)
        for holder, area in self.elsewhere:
            yield text("transfer from {holder} (available {area})", holder=holder, area=area)
        yield text("request a supplement")

    def to_json(self) -> dict[str, object]:
        """Return the refusal as plain data; areas are exact 亩 as strings."""
        names = (*TERMS, State.AVAILABLE.value)
        return {
            "movement": str(self.label),
            "holder": self.holder,
            "kind": self.kind,
            "year": self.year,
            "state": self.state,
            "effective": self.effective.isoformat(),
            "as_of": self.as_of.isoformat(),
            **{f"{name}_mu": self.figure(name).mu for name in names},
            "balance_mu": self.balance.mu,
            "asked_mu": self.asked.mu,
            "short_mu": self.short.mu,
            "uses": [{"key": use.key, "movement": use.movement, "amount_mu": use.amount.mu} for use in self.uses],
            "elsewhere": [{"holder": holder, "available_mu": area.mu} for holder, area in self.elsewhere],
            "stated_by": None if self.stated is None else self.stated.key,
        }


class Overdraft(EntryRefused):
    """More was asked than is left; the figures are those of the day on which least is left."""

    def __init__(self, findings: Sequence[Finding], shortage: Shortage) -> None:
        super().__init__(findings, message=_message(shortage), remedy=_remedy(shortage))
        self.shortage = shortage
        self.holder, self.kind, self.year = shortage.holder, shortage.kind, shortage.year
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
        account=account(shortage.kind, shortage.holder, shortage.year),
        as_of=shortage.as_of,
        lines=Joined(tuple(lines), "\n  "),
    )


def _remedy(shortage: Shortage) -> Text:
    return text("Possible: {possible}\nNothing was written.", possible=shortage.possible())


def overdraft_finding(draft: Draft, shortage: Shortage) -> Finding:
    """Return the finding that `draft` asks for more than is left."""
    return finding(draft, "LEDGER-OVERDRAFT", "amount", **shortage.params())


def shortage_of(connection: Connection, transfer: Transfer, *, label: Renderable, balance: int, day: str) -> Shortage:
    """Return why the debited account of `transfer` cannot bear it.

    `balance` is the lowest that it has on any day from the transfer's on, and `day` the first
    day that has it.
    """
    debited = transfer.debit
    group = Group(debited.holder or "", debited.kind, debited.year)
    tally = tallies(connection, as_of=day, group=group).get(group)
    figures = {} if tally is None else {name: Area(units) for name, units in tally.sums.items()}
    return Shortage(
        label=label,
        holder=group.holder,
        kind=group.kind,
        year=group.year,
        state=debited.state,
        effective=date.fromisoformat(transfer.effective),
        as_of=date.fromisoformat(day),
        asked=Area(transfer.amount),
        balance=Area(balance),
        figures=figures,
        uses=_uses(connection, debited, day),
        elsewhere=_elsewhere(connection, debited, day),
        stated=None if tally is not None and tally.holdings else _stated(connection, group, day),
    )


def _uses(connection: Connection, debited: Account, day: str) -> tuple[Use, ...]:
    """Return the largest entries, not taken back, that took from what was available."""
    if debited.state != State.AVAILABLE:
        return ()
    transfer, entry, source = schema.transfer, schema.entry, schema.account
    taken_back = schema.reversal.alias("taken_back")
    mirror = schema.reversal.alias("mirror")
    query = (
        select(entry.c.key, transfer.c.movement, transfer.c.amount, entry.c.document, entry.c.body)
        .join(entry, entry.c.seq == transfer.c.seq)
        .join(source, source.c.id == transfer.c.debit)
        .outerjoin(taken_back, and_(taken_back.c.target == transfer.c.seq, taken_back.c.effective <= day))
        .outerjoin(mirror, mirror.c.seq == transfer.c.seq)
        .where(
            source.c.holder == debited.holder,
            source.c.kind == debited.kind,
            source.c.year.is_not_distinct_from(debited.year),
            source.c.state == State.AVAILABLE.value,
            transfer.c.effective <= day,
            taken_back.c.seq.is_(None),
            mirror.c.seq.is_(None),
        )
        .order_by(transfer.c.amount.desc(), transfer.c.seq)
        .limit(_NAMED)
    )
    return tuple(
        _use(key, movement, amount, document, body)
        for key, movement, amount, document, body in connection.execute(query)
    )


def _use(key: str, movement: str, amount: int, document: str | None, body: str) -> Use:
    said = json.loads(body)
    expires = said.get("expires")
    return Use(
        key, movement, Area(amount), document, said.get("reason"), date.fromisoformat(expires) if expires else None
    )


def _elsewhere(connection: Connection, debited: Account, day: str) -> tuple[tuple[str, Area], ...]:
    if debited.state != State.AVAILABLE:
        return ()
    has = available(connection, kind=debited.kind, year=debited.year, as_of=day)
    others = sorted(((units, holder) for holder, units in has.items() if holder != debited.holder), reverse=True)
    return tuple((holder, Area(units)) for units, holder in others[:_NAMED])


def _stated(connection: Connection, group: Group, day: str) -> StatementView | None:
    for view in live_statements(connection, as_of=date.fromisoformat(day)):
        if view.group == group and view.measure != State.REQUESTED:
            return view
    return None
