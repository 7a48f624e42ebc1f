"""The audit: whether what the entries say together could have been posted, whoever wrote them.

It reads nothing but the replay, so that an altered table cannot hide what an entry says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import accumulate
from operator import attrgetter, itemgetter
from typing import Final

from landquota.amount import Amount
from landquota.area import COMMODITIES, Area
from landquota.i18n import text
from landquota.ledger.accounts import Account
from landquota.ledger.controls import controls
from landquota.ledger.explained import Allowed, Change, Overdrawn, first_overdrawn
from landquota.ledger.movements import LABELS, State
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
        found = first_overdrawn(changes[number], _allowances(replay, account))
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


def _overdraft(replay: Replay, account: Account, found: Overdrawn) -> Problem:
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


def _changes(replay: Replay, accounts: Collection[int]) -> Mapping[int, list[Change]]:
    """Return what changes each of `accounts`, in the order of the days."""
    changes: dict[int, list[Change]] = {number: [] for number in accounts}
    for due in replay.table("transfer") if accounts else ():
        row = due.row
        for side, sign in (("debit", -1), ("credit", 1)):
            if row[side] in changes:
                change = Change(row["effective"], due.seq, sign * row["amount"], row["movement"], bool(row["mirror"]))
                changes[row[side]].append(change)
    for dated in changes.values():
        dated.sort(key=attrgetter("day"))
    return changes


def _allowances(replay: Replay, account: Account) -> list[Allowed]:
    """Return the over-limit allowances that an account may have used: an entry that did stays when they end."""
    if account.state != State.AVAILABLE:
        return []
    rows = [due.row for due in replay.table("allowance")]
    of_quota = [row for row in rows if (row["holder"], row["kind"]) == (account.holder, account.kind)]
    return [Allowed(row["effective"], row["hundredths"]) for row in of_quota if row["year"] in {None, account.year}]


def _commodity(replay: Replay, kind: str | None) -> type[Amount]:
    """Return what the amounts of a quota kind are; land is area."""
    declared = replay.rows["kind"].get(kind)
    return Area if declared is None else COMMODITIES.get(declared.row["unit"], Area)
