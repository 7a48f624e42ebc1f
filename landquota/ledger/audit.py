"""The audit: whether what the entries say together could have been posted, whoever wrote them.

It reads nothing but the replay, so that an altered table cannot hide what an entry says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, groupby
from operator import attrgetter, itemgetter
from typing import Any, Final, NamedTuple

from landquota.amount import Amount
from landquota.area import COMMODITIES, Area
from landquota.i18n import text
from landquota.ledger.accounts import Account
from landquota.ledger.controls import controls
from landquota.ledger.limits import over_limit
from landquota.ledger.movements import LABELS, MOVEMENTS, USING, State
from landquota.ledger.references import references
from landquota.ledger.replay import Replay
from landquota.ledger.verification import CONTROLS, Problem, Section, plain

#: What broken entries can raise; the chain names them, and the audit goes as far as it can.
_BROKEN: Final = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def audit(replay: Replay) -> list[Section]:
    """Check limits, references and control totals; it never raises on altered entries."""
    return [
        _checked("limits", limits, replay),
        _checked("references", references, replay),
        _checked(CONTROLS, controls, replay),
    ]


def _checked(name: str, check: Callable[[Replay], tuple[int, list[Problem]]], replay: Replay) -> Section:
    try:
        return Section(name, *check(replay))
    except _BROKEN:
        problem = Problem(
            None, None, text("{section} cannot be checked: an entry holds what no ledger would write", section=name)
        )
        return Section(name, 0, [problem])


class _Change(NamedTuple):
    """What a transfer changes on one of its two accounts."""

    day: str
    seq: int
    units: int
    movement: str
    mirror: bool


class _Overdrawn(NamedTuple):
    """The first day at whose end an account is further below zero than anything explains."""

    day: str
    seq: int
    balance: int
    explained: int


def limits(replay: Replay) -> tuple[int, list[Problem]]:
    """Find accounts below zero at the end of a day beyond what an allowance or a carried deficit explains.

    Returns
    -------
    tuple
        How many accounts have a limit, and a problem for each that breaks it, of the first such day.
    """
    limited = {number: account for number, account in replay.accounts().items() if account.limited}
    below = {number: limited[number] for number in _dipping(replay) if number in limited}
    changes = _changes(replay, below)
    problems = []
    for number, account in below.items():
        found = _first_overdrawn(changes[number], _allowances(replay, account))
        problems += [] if found is None else [_overdraft(replay, account, found)]
    return len(limited), problems


def _dipping(replay: Replay) -> Iterator[int]:
    """Yield the accounts that are below zero at the end of some day: few, and only they need an explanation."""
    changes: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for due in replay.table("transfer"):
        day, amount = due.row["effective"], due.row["amount"]
        changes[due.row["debit"]].append((day, -amount))
        changes[due.row["credit"]].append((day, amount))
    for number, dated in changes.items():
        dated.sort(key=itemgetter(0))
        days = [day for day, _ in dated[1:]] + [""]
        balances = accumulate(change for _, change in dated)
        if any(balance < 0 and day != after for (day, _), after, balance in zip(dated, days, balances, strict=True)):
            yield number


def _overdraft(replay: Replay, account: Account, found: _Overdrawn) -> Problem:
    counted = _commodity(replay, account.kind)
    message = text(
        "leaves what is {state} ({account}) at {balance} at the end of {day}; {explained} below zero can be explained",
        state=LABELS[account.state],
        account=account.words,
        balance=counted(found.balance),
        day=found.day,
        explained=counted(found.explained),
    )
    keys = {record.seq: plain(record.key) for record, _ in replay.entries}
    return Problem(found.seq, keys.get(found.seq), message)


def _changes(replay: Replay, accounts: Collection[int]) -> Mapping[int, list[_Change]]:
    """Return what changes each of `accounts`, in the order of the days."""
    changes: dict[int, list[_Change]] = {number: [] for number in accounts}
    for due in replay.table("transfer") if accounts else ():
        row = due.row
        for side, sign in (("debit", -1), ("credit", 1)):
            if row[side] in changes:
                change = _Change(row["effective"], due.seq, sign * row["amount"], row["movement"], bool(row["mirror"]))
                changes[row[side]].append(change)
    for dated in changes.values():
        dated.sort(key=attrgetter("day"))
    return changes


def _first_overdrawn(changes: Iterable[_Change], allowances: Sequence[Mapping[str, Any]]) -> _Overdrawn | None:
    balance = funds = carried = 0
    for day, group in groupby(changes, key=attrgetter("day")):
        taking = 0
        for change in group:
            balance += change.units
            funds += 0 if change.movement in USING else change.units
            carried += _carried(change)
            taking = change.seq if change.units < 0 else taking
        hundredths = max((each["hundredths"] for each in allowances if each["effective"] <= day), default=0)
        explained = over_limit(funds, hundredths) + carried
        if balance + max(0, explained) < 0:
            return _Overdrawn(day, taking, balance, max(0, explained))
    return None


def _carried(change: _Change) -> int:
    """Return what of a change is a deficit carried to this account, or the taking back of one."""
    if not MOVEMENTS[change.movement].below or (change.units > 0 and not change.mirror):
        return 0
    return -change.units


def _allowances(replay: Replay, account: Account) -> list[Mapping[str, Any]]:
    """Return the over-limit allowances that an account may have used: an entry that did stays when they end."""
    if account.state != State.AVAILABLE:
        return []
    rows = [due.row for due in replay.table("allowance")]
    of_quota = [row for row in rows if (row["holder"], row["kind"]) == (account.holder, account.kind)]
    return [row for row in of_quota if row["year"] in {None, account.year}]


def _commodity(replay: Replay, kind: str | None) -> type[Amount]:
    """Return what the amounts of a quota kind are; land is area."""
    declared = replay.rows["kind"].get(kind)
    return Area if declared is None else COMMODITIES.get(declared.row["unit"], Area)
