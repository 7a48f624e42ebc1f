"""Posting: one write transaction that takes drafts in order, all of them or none.

A draft that breaks a rule is not posted, and the ones after it are still checked.  What hangs
on such a draft (a holder that it would declare, an account that it would fill) is not held
against the later ones: only mending the first will tell.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from operator import itemgetter
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import Connection, select
from sqlalchemy import func as sql

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
from landquota.ledger.found import FoundEntries
from landquota.ledger.insertion import insert_rows
from landquota.ledger.leaving import stage_left
from landquota.ledger.limits import Limits, Room, timeline_before
from landquota.ledger.movements import MOVEMENTS, USES, State
from landquota.ledger.opened import OpenedAccounts
from landquota.ledger.overdraft import Overdraft, overdraft_finding, shortage_of
from landquota.ledger.projection import Projection
from landquota.ledger.refusals import EntryRefused, conflict, differences
from landquota.ledger.registry import declared
from landquota.ledger.requests import Outstanding, Requests, live_requests
from landquota.ledger.reservations import live_reservations
from landquota.ledger.rules import rule_findings
from landquota.ledger.turnover import Turnovers

#: Keys that the ledger gives by itself: L- and the number of the entry.
_GIVEN: Final = re.compile(r"L-(\d{6,})")
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
#: The fields that hold the key of an entry: of the draft's own, or of one that is there.
_NAMING_ENTRIES: Final = ("key", "request", "reservation", "reverses")
#: From how many drafts on it is worth reading all accounts of quota at once.
_MANY: Final = 500


class Receipt(NamedTuple):
    """What was posted, or was there `already` with the same key and content.

    `declared` names the holders and kinds that were declared on the way.
    """

    seq: int
    key: str
    hash: str
    already: bool
    declared: tuple[str, ...] = ()


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
        self._connection = connection
        self._recorded = recorded
        self._head = head_of(connection)
        self._found = FoundEntries(connection, first=self._head[0] + 1)
        self._requests: dict[tuple[str, str], Requests] = {}
        last_account = connection.execute(select(sql.coalesce(sql.max(schema.account.c.id), 0))).scalar_one()
        self._limits = Limits(connection, last_account=last_account, since=since)
        self._turnovers = Turnovers(connection, last_account=last_account)
        self._opened = OpenedAccounts(connection)
        self._projection = Projection(
            find_account=self._opened.find,
            find_target=self._find_target,
            find_book=lambda kind: self.registry.kinds[kind].book if kind in self.registry.kinds else None,
            last_account=last_account,
        )
        self._entries: list[Record] = []
        self._rows: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self._doubts = Doubts()

    def expect(self, drafts: Collection[Draft]) -> None:
        """Look up the keys of `drafts`, and those that they name, together instead of one by one.

        What was taken in before is written, and looked up again where it is named: an import
        of a million keeps in mind only what it needs next.
        """
        self.write()
        if len(drafts) >= _MANY:
            self._opened.expect_many()
        self._found.expect(_keys(drafts))

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
        return self._found.find(key)

    def taken_back_by(self, seq: int) -> str | None:
        """Return the key of the reversal of the entry `seq`."""
        return self._found.taken_back_by(seq)

    def outstanding(self, request: str, holder: str, kind: str) -> Outstanding:
        """Return what is left of a live request for quota of a holder and kind, whatever the day."""
        last = LATEST.isoformat()
        requests = self._requests.get((holder, kind))
        if requests is None:
            self.write()  # so that the query sees the earlier drafts too
            requests = live_requests(self._connection, as_of=last, of=(holder, kind))
            self._requests[holder, kind] = requests
        asked = Account(self._projection.book(kind), *requests.group(request), State.REQUESTED.value)
        counted = self.registry.kinds[kind].commodity
        return requests.outstanding(request, requested=self._balance(asked, last), counted=counted)

    def reservations(self, holder: str, kind: str, year: int | None) -> tuple[str, ...]:
        """Return the keys of the reservations of a holder's quota of which something is left."""
        self.write()
        live = live_reservations(self._connection, self.registry, as_of=LATEST)
        return tuple(each.key for each in live if (each.holder, each.kind, each.year) == (holder, kind, year))

    def pooled(self, holder: str, kind: str, year: int | None) -> bool:
        """Return whether something was reserved before reservations had accounts of their own."""
        pool = Account(self._projection.book(kind), holder, kind, year, State.RESERVED.value)
        return self._projection.account_id(pool) is not None

    def write(self) -> None:
        """Write what was taken in; it is safe only when the transaction has been committed."""
        if self._entries:
            insert_rows(self._connection, schema.entry, self._entries)
            self._entries.clear()
        for table in schema.PROJECTIONS:
            rows = self._rows.pop(table.name, [])
            if rows:
                insert_rows(self._connection, table, [*map(itemgetter(*table.columns.keys()), rows)])
            if rows and table is schema.transfer:
                self._turnovers.add(rows)
        self._limits.written()

    def _again(self, draft: Draft, content: Content, record: Record, problems: list[Finding]) -> Receipt:
        """Compare `draft` with the entry that has its key; what is wrong with it by itself goes first."""
        found = differences(draft, content, record)
        if not found:
            return Receipt(record.seq, record.key, record.hash, already=True)
        problems += [problem for problem in self._rule_findings(draft) if problem.code not in _OF_ITS_ENTRY]
        raise self._refused(draft, EntryRefused(problems) if problems else conflict(draft, record.key, found))

    def _key_findings(self, draft: Draft, key: str | None) -> list[Finding]:
        given = None if key is None else _GIVEN.fullmatch(key)
        if given is None or int(given[1]) == self._head[0] + 1:
            return []
        return [finding(draft, "LEDGER-KEY-RESERVED", "key", key=key)]

    def _rule_findings(self, draft: Draft) -> list[Finding]:
        """Return the rules that `draft` breaks, without those for which an earlier draft is to blame."""
        return [problem for problem in rule_findings(draft, self) if not self._doubts.explain(problem)]

    def _take(self, draft: Draft, content: Content, key: str | None) -> Receipt:
        seq, prev = self._head[0] + 1, self._head[1]
        record = chained(content, seq=seq, key=key or f"L-{seq:06d}", recorded=self._recorded, prev=prev)
        transfer = self._projection.transfer(record, content.body)
        if transfer is not None:
            self._check_limit(draft, transfer)
        self._entries.append(record)
        for table, row in self._projection.rows_of(record, content.body, transfer):
            self._rows[table].append(row)
            if table == schema.transfer.name:
                self._limits.add(row)
        self._found.add(record)
        self._head = (record.seq, record.hash)
        self._follow(draft, content, record)
        return Receipt(record.seq, record.key, record.hash, already=False)

    def _follow(self, draft: Draft, content: Content, record: Record) -> None:
        """Keep in mind what a later draft of the transaction is judged by."""
        if isinstance(draft, MovementDraft):
            requests = self._requests.get((draft.holder, draft.kind or ""))
            if requests is not None:
                requests.take(record.key, content.body)
        elif isinstance(draft, ReversalDraft):
            target, body = self._find_target(draft.reverses) or (record, {})
            self._found.take_back(target.seq, by=record.key)
            requests = self._requests.get((body.get("holder", ""), body.get("kind", "")))
            if requests is not None and target.type == "movement":
                requests.take_back(target.key, body)
        elif isinstance(draft, Declaration):
            self.registry.declare(draft, record.key)

    def _balance(self, account: Account, day: str) -> int:
        """Return the balance at the end of `day`."""
        return self._limits.timeline(self._projection.account_id(account)).balance(day)

    def _room(self, account: Account, day: str, *, hundredths: int = 0) -> Room:
        """Return the least that `account` can give on `day` or later."""
        timeline = self._limits.timeline(self._projection.account_id(account))
        return timeline.lowest_from(day, hundredths=hundredths)

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
        timeline = self._limits.timeline(self._projection.account_id(transfer.debit))
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
        number = self._projection.account_id(transfer.debit)
        if target is None or number is None or transfer.debit.state != State.AVAILABLE:
            return False
        self.write()
        before = timeline_before(self._connection, number, target.seq).lowest_from(transfer.effective).units
        return level >= min(0, before) and stays_explained(self._connection, transfer, number, self.registry)

    def _check_deficit(self, draft: Draft, transfer: Transfer) -> None:
        """Refuse to let a later year pay more for an earlier one than that one is overdrawn."""
        deficit = self._limits.timeline(self._projection.account_id(transfer.credit)).unpaid(transfer.effective)
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
            book = QUOTA if draft.kind is None else self._projection.book(draft.kind)
            said = {**unsaid, **draft.content.body}
            said.pop("from_stage", None)  # it may be none at all, and says nothing of where land goes
            return {transfer_of(said, "", key=draft.key or "", book=book).credit}
        if isinstance(draft, ReversalDraft) and (found := self._find_target(draft.reverses)) is not None:
            transfer = self._projection.transfer(*found)
            return set() if transfer is None or found[0].type != "movement" else {transfer.debit}
        return set()

    def _find_target(self, key: str) -> tuple[Record, Mapping[str, Any]] | None:
        record = self.find(key)
        return None if record is None else (record, orjson.loads(record.body))


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
    named = {getattr(draft, name, None) for name in _NAMING_ENTRIES for draft in drafts}
    named |= {_own_key(draft) for draft in drafts if isinstance(draft, HolderDraft | KindDraft)}
    return {key for key in named if key is not None and key.isprintable()}


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


def head_of(connection: Connection) -> tuple[int, str]:
    """Return number and hash of the last entry."""
    columns = schema.entry.c
    row = connection.execute(select(columns.seq, columns.hash).order_by(columns.seq.desc()).limit(1)).one_or_none()
    return (0, GENESIS) if row is None else (row.seq, row.hash)
