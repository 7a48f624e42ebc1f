"""Posting: one write transaction that takes drafts in order, all of them or none.

A draft that breaks a rule is not posted, and the ones after it are still checked.  What hangs
on such a draft (a holder that it would declare, an account that it would fill) is not held
against the later ones: only mending the first will tell.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from operator import attrgetter
from typing import Final

import orjson
from sqlalchemy import Connection, select

from landquota.errors import Refusal
from landquota.findings import Finding
from landquota.i18n import Renderable, text
from landquota.ledger import schema
from landquota.ledger.accounts import QUOTA, Account, Transfer, transfer_of
from landquota.ledger.checks import field_findings, finding
from landquota.ledger.content import Content
from landquota.ledger.declarations import LATEST, HolderDraft, KindDraft
from landquota.ledger.doubts import Doubts, Unjudged
from landquota.ledger.drafts import Declaration, Draft, MovementDraft, ReversalDraft
from landquota.ledger.entries import GENESIS, Record, chained
from landquota.ledger.explained import stays_explained
from landquota.ledger.keys import given_key, number_of_key
from landquota.ledger.leaving import stage_left
from landquota.ledger.limits import Room, Timeline, timeline_before
from landquota.ledger.movements import MOVEMENTS, USES, State
from landquota.ledger.overdraft import Overdraft, overdraft_finding, shortage_of
from landquota.ledger.pending import Pending
from landquota.ledger.receipts import Receipt
from landquota.ledger.refusals import EntryRefused, conflict, differences
from landquota.ledger.registry import declared
from landquota.ledger.requests import Outstanding
from landquota.ledger.reservations import live_reservations
from landquota.ledger.rules import rule_findings

#: Findings after which a draft must not even be looked up or compared: broken text, a time for a day.
_UNUSABLE: Final = frozenset({"LEDGER-TEXT", "LEDGER-DATE"})
#: Findings that a draft whose entry is there already may have because of that very entry.
_OF_ITS_ENTRY: Final = frozenset(
    {
        "LEDGER-DECLARED-TWICE",
        "LEDGER-REVERSAL-TWICE",
        "LEDGER-REQUEST-UNKNOWN",
        "LEDGER-REQUEST-EXCEEDED",
        "LEDGER-RESERVATION-UNKNOWN",
        "LEDGER-PERIOD-CLOSED",
        "LEDGER-PERIOD-ORDER",
    }
)


class Posting:
    """What one write transaction has found and is going to write.

    Parameters
    ----------
    connection
        A connection that holds the write lock.
    recorded
        The time of recording, UTC in ISO form.
    since
        The first day from which a draft of the transaction counts; any, where it is not known.
    """

    def __init__(self, connection: Connection, *, recorded: str, since: str = "") -> None:
        self.registry = declared(connection)
        self.pending = Pending(connection, recorded=recorded, since=since, find_book=self.registry.book)
        self._connection = connection
        self._doubts = Doubts()

    def expect(self, drafts: Collection[Draft]) -> None:
        """Look up what `drafts` name together instead of one by one."""
        self.pending.expect(_keys(drafts), requested=_requested(drafts))

    def post(self, draft: Draft, *, checked: bool = False) -> Receipt:
        """Take `draft` in, or refuse it.

        Parameters
        ----------
        checked
            Whether its fields have been found clean before, together with those of others.

        Raises
        ------
        EntryRefused
            The draft breaks rules; also its kinds `KeyConflict` and `Overdraft`.
        Unjudged
            The draft hangs on an earlier one that was refused.
        """
        problems = [] if checked else field_findings(draft)
        if problems and any(problem.code in _UNUSABLE for problem in problems):
            raise self._refused(draft, EntryRefused(problems))
        key = _own_key(draft)
        record = None if key is None else self.find(key)
        draft = self._staged(draft, record)
        content = draft.content
        if record is not None:
            return self._again(draft, content, record, problems)
        problems += [*self._key_findings(draft, key), *self._rule_findings(draft)]
        if problems:
            raise self._refused(draft, EntryRefused(problems))
        if self._doubts.touch(draft):
            raise self._refused(draft, Unjudged())
        return self._take(draft, content, key)

    def find(self, key: str) -> Record | None:
        """Return the entry with `key`, written or about to be."""
        return self.pending.found.find(key)

    def taken_back_by(self, seq: int) -> str | None:
        """Return the key of the reversal of the entry `seq`."""
        return self.pending.found.taken_back_by(seq)

    def outstanding(self, request: str, holder: str, kind: str) -> Outstanding:
        """Return what is left of a live request for quota of a holder and kind, whatever the day."""
        requests = self.pending.asked(holder, kind)
        asked = Account(self._book(kind), *requests.group(request), State.REQUESTED.value)
        counted = self.registry.kinds[kind].commodity
        requested = self._timeline(asked).balance(LATEST.isoformat())
        return requests.outstanding(request, requested=requested, counted=counted)

    def reservations(self, holder: str, kind: str, year: int | None) -> tuple[str, ...]:
        """Return the keys of the reservations of a holder's quota of which something is left."""
        self.write()
        live = live_reservations(self._connection, self.registry, as_of=LATEST)
        return tuple(each.key for each in live if (each.holder, each.kind, each.year) == (holder, kind, year))

    def pooled(self, holder: str, kind: str, year: int | None) -> bool:
        """Return whether something was reserved before reservations had accounts of their own."""
        pool = Account(self._book(kind), holder, kind, year, State.RESERVED.value)
        return self.pending.projection.account_id(pool) is not None

    def write(self) -> None:
        """Write what was taken in; it is safe only when the transaction has been committed."""
        self.pending.write()

    def _again(self, draft: Draft, content: Content, record: Record, problems: list[Finding]) -> Receipt:
        """Compare `draft` with the entry that has its key; what is wrong with it by itself goes first."""
        found = differences(draft, content, record)
        if not found:
            return Receipt(record.seq, record.key, record.hash, already=True)
        problems += [problem for problem in self._rule_findings(draft) if problem.code not in _OF_ITS_ENTRY]
        raise self._refused(draft, EntryRefused(problems) if problems else conflict(draft, record.key, found))

    def _key_findings(self, draft: Draft, key: str | None) -> list[Finding]:
        number = None if key is None else number_of_key(key)
        if number is None or number == self.pending.head[0] + 1:
            return []
        return [finding(draft, "LEDGER-KEY-RESERVED", "key", key=key)]

    def _rule_findings(self, draft: Draft) -> list[Finding]:
        """Return the rules that `draft` breaks, without those for which an earlier draft is to blame."""
        return [problem for problem in rule_findings(draft, self) if not self._doubts.explain(problem)]

    def _take(self, draft: Draft, content: Content, key: str | None) -> Receipt:
        pending = self.pending
        seq, prev = pending.head[0] + 1, pending.head[1]
        record = chained(content, seq=seq, key=key or given_key(seq), recorded=pending.recorded, prev=prev)
        transfer = pending.projection.transfer(record, content.body)
        if transfer is not None:
            self._check_limit(draft, transfer)
        pending.add(record, pending.projection.rows_of(record, content.body, transfer))
        self._follow(draft, content, record)
        return Receipt(record.seq, record.key, record.hash, already=False)

    def _follow(self, draft: Draft, content: Content, record: Record) -> None:
        """Keep in mind what a later draft of the transaction is judged by."""
        if isinstance(draft, MovementDraft):
            requests = self.pending.requests.get((draft.holder, draft.kind or ""))
            if requests is not None:
                requests.take(record.key, content.body)
        elif isinstance(draft, ReversalDraft):
            target, body = self.pending.found.target(draft.reverses) or (record, {})
            self.pending.found.take_back(target.seq, by=record.key)
            requests = self.pending.requests.get((body.get("holder", ""), body.get("kind", "")))
            if requests is not None and target.type == "movement":
                requests.take_back(target.key, body)
        elif isinstance(draft, Declaration):
            self.registry.declare(draft, record.key)

    def _timeline(self, account: Account) -> Timeline:
        """Return how the balance of `account` changes from day to day."""
        return self.pending.limits.timeline(self.pending.projection.account_id(account))

    def _room(self, account: Account, day: str, *, hundredths: int = 0) -> Room:
        """Return the least that `account` can give on `day` or later."""
        return self._timeline(account).lowest_from(day, hundredths=hundredths)

    def _book(self, kind: str) -> str:
        return self.pending.projection.book(kind)

    def _staged(self, draft: Draft, record: Record | None) -> Draft:
        """Say which stage a parcel leaves, if `draft` does not: as its entry says, or the latest that holds enough."""
        if not isinstance(draft, MovementDraft) or draft.from_stage is not None or draft.parcel is None:
            return draft
        movement = MOVEMENTS.get(draft.movement)
        if movement is None or not movement.advances:
            return draft
        if record is not None:
            return replace(draft, from_stage=orjson.loads(record.body).get("from_stage"))
        day = draft.effective.isoformat()
        stage = stage_left(
            draft, movement, room=lambda account: self._room(account, day).units, doubtful=self._doubts.accounts
        )
        return replace(draft, from_stage=stage.value)

    def _check_limit(self, draft: Draft, transfer: Transfer) -> None:
        if not transfer.debit.limited:
            return
        if MOVEMENTS[transfer.movement].below and not transfer.mirror:
            self._check_deficit(draft, transfer)
            return
        timeline = self._timeline(transfer.debit)
        if timeline.bears(transfer.amount, transfer.effective):
            return
        allowance = None
        if transfer.movement in USES and not transfer.mirror and transfer.debit.state == State.AVAILABLE:
            holder, kind, year = transfer.debit.holder or "", transfer.debit.kind or "", transfer.debit.year
            allowance = self.registry.allowance(holder=holder, kind=kind, year=year, day=draft.effective)
        hundredths = 0 if allowance is None else allowance.hundredths
        room = self._room(transfer.debit, transfer.effective, hundredths=hundredths)
        if room.units >= transfer.amount or self._as_low_before(draft, transfer, room.units - transfer.amount):
            return
        if transfer.debit in self._doubts.accounts:
            raise self._refused(draft, Unjudged())
        self.write()  # so that the arithmetic sees the earlier drafts too; it is undone with the transaction
        label = _label(transfer, taken_back=isinstance(draft, ReversalDraft))
        shortage = shortage_of(
            self._connection, transfer, label=label, room=room, registry=self.registry, allowance=allowance
        )
        raise self._refused(draft, Overdraft([overdraft_finding(draft, shortage)], shortage))

    def _as_low_before(self, draft: Draft, transfer: Transfer, level: int) -> bool:
        """Return whether a reversal may leave `level`: overdrawn as far as before the entry that it takes back.

        What has come and gone since counts too: what was given may have been passed on, and the
        allowance is of what is still there.
        """
        target = self.find(draft.reverses) if isinstance(draft, ReversalDraft) else None
        number = self.pending.projection.account_id(transfer.debit)
        if target is None or number is None or transfer.debit.state != State.AVAILABLE:
            return False
        self.write()
        before = timeline_before(self._connection, number, target.seq).lowest_from(transfer.effective).units
        return level >= min(0, before) and stays_explained(self._connection, transfer, number, self.registry)

    def _check_deficit(self, draft: Draft, transfer: Transfer) -> None:
        """Refuse to let a later year pay more for an earlier one than that one is overdrawn."""
        deficit = self._timeline(transfer.credit).unpaid(transfer.effective)
        if transfer.amount > deficit:
            counted = self.registry.kinds[transfer.credit.kind or ""].commodity
            asked, overdrawn = counted(transfer.amount), counted(deficit)
            problem = finding(draft, "LEDGER-DEFICIT", "amount", asked=asked, overdrawn=overdrawn)
            raise self._refused(draft, EntryRefused([problem]))

    def _refused(self, draft: Draft, refusal: Refusal) -> Refusal:
        """Remember what would have come of `draft`: what hangs on it cannot be judged."""
        known = self.registry.holders.keys() | self.registry.kinds.keys()
        self._doubts.add(draft, self._would_fill(draft), declared=known)
        return refusal

    def _would_fill(self, draft: Draft) -> set[Account]:
        """Return the account to which `draft` would have given."""
        if isinstance(draft, MovementDraft) and draft.movement in MOVEMENTS:
            unsaid = dict.fromkeys(("to", "to_year", "kind", "parcel", "batch"))
            book = QUOTA if draft.kind is None else self._book(draft.kind)
            said = {**unsaid, **draft.content.body}
            said.pop("from_stage", None)  # it may be none at all, and says nothing of where land goes
            return {transfer_of(said, "", key=draft.key or "", book=book).credit}
        if isinstance(draft, ReversalDraft) and (found := self.pending.found.target(draft.reverses)) is not None:
            transfer = self.pending.projection.transfer(*found)
            return set() if transfer is None or found[0].type != "movement" else {transfer.debit}
        return set()


def _own_key(draft: Draft) -> str | None:
    """Return the key that `draft` brings; a declaration is known by the name that it declares."""
    if draft.key is not None:
        return draft.key
    if isinstance(draft, HolderDraft):
        return f"holder:{draft.holder}"
    if isinstance(draft, KindDraft):
        return f"kind:{draft.kind}"
    return None


def _keys(drafts: Collection[Draft]) -> set[str]:
    """Return the keys that `drafts` bring and those of the entries that they name."""
    movements = [draft for draft in drafts if isinstance(draft, MovementDraft)]
    named: set[str | None] = set()
    for name in ("key", "request", "reservation"):
        named.update(map(attrgetter(name), movements))
    if len(movements) < len(drafts):
        named |= {_own_key(draft) for draft in drafts if not isinstance(draft, MovementDraft)}
        named |= {draft.reverses for draft in drafts if isinstance(draft, ReversalDraft)}
    return {key for key in named if key is not None and key.isprintable()}


def _requested(drafts: Collection[Draft]) -> set[tuple[str, str]]:
    """Return the holders and kinds of the requests that `drafts` name."""
    naming = [draft for draft in drafts if isinstance(draft, MovementDraft) and draft.request is not None]
    return {(draft.holder, draft.kind) for draft in naming if draft.kind is not None}


def _label(transfer: Transfer, *, taken_back: bool) -> Renderable:
    label = MOVEMENTS[transfer.movement].label
    return text("reversal of {movement}", movement=label) if taken_back else label


def number_of(connection: Connection, hash_: str) -> int | None:
    """Return the number of the entry that has a hash, 0 for the head of an empty ledger; None where none has."""
    if hash_ == GENESIS:
        return 0
    columns = schema.entry.c
    found: int | None = connection.scalar(select(columns.seq).where(columns.hash == hash_).order_by(columns.seq))
    return found
