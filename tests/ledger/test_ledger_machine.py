"""Random programmes of movements against a model that is too simple to be wrong.

The model keeps a list of (day, account, change) and looks through all of it every time.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, MultipleResults, RuleBasedStateMachine, consumes, invariant, multiple, rule
from ledger_samples import COUNTY, DECLARATIONS, LAST, NOW, OTHER_TOWN, PLAN, POOL, TOWN, ZONE

from landquota.area import Area
from landquota.ledger import EntryRefused, Ledger, MovementDraft, Overdraft, Position

FIRST = date(2018, 1, 1)
DAYS = st.integers(0, 9).map(lambda n: FIRST + timedelta(days=n))
AMOUNTS = st.integers(1, 30).map(lambda n: Area(n * 100_003))
HOLDERS = st.sampled_from([COUNTY, TOWN, OTHER_TOWN, ZONE])
GROUPS = st.sampled_from([(PLAN, 2018), (PLAN, 2018), (PLAN, None), (POOL, 2018)])
PARENTS = {TOWN: COUNTY, OTHER_TOWN: COUNTY, ZONE: TOWN}
ONE_ACCOUNT = {
    "request": (None, "requested"), "withdraw": ("requested", None), "grant": (None, "available"),
    "supplement": (None, "available"), "reward": (None, "available"), "commit": ("available", "committed"),
    "return": ("committed", "available"), "deduct": ("available", None), "recover": ("available", None),
    "expire": ("available", None),
}  # fmt: skip


Posted = tuple[str, "Step"] | MultipleResults[tuple[str, "Step"]]


class Where(NamedTuple):
    holder: str
    kind: str
    year: int | None
    state: str
    item: str | None = None


class Step(NamedTuple):
    source: Where | None
    target: Where | None
    amount: int
    day: date


class Model:
    def __init__(self) -> None:
        self.steps: list[Step] = []

    def balance(self, where: Where, day: date) -> int:
        gained = sum(s.amount for s in self.steps if s.target == where and s.day <= day)
        return gained - sum(s.amount for s in self.steps if s.source == where and s.day <= day)

    def bears(self, step: Step) -> bool:
        days = [step.day, *(s.day for s in self.steps if s.day > step.day)]
        return step.source is None or all(self.balance(step.source, day) >= step.amount for day in days)

    def balances(self, day: date) -> dict[Where, int]:
        places = {w for s in self.steps for w in (s.source, s.target) if w is not None and s.day <= day}
        return {where: self.balance(where, day) for where in places}


class LedgerAgainstModel(RuleBasedStateMachine):
    posted: Bundle[tuple[str, Step]] = Bundle("posted")
    held: Bundle[Where] = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.ledger = Ledger.open(Path(self.folder.name) / "ledger.sqlite", create=True)
        self.ledger.import_all(DECLARATIONS, recorded=NOW)
        self.model = Model()
        self.reserved = 0

    def teardown(self) -> None:
        for day in (FIRST, FIRST + timedelta(days=4), LAST):
            self.compare(day)
        assert self.ledger.verify().ok
        self.ledger.close()
        self.folder.cleanup()

    def attempt(self, draft: MovementDraft, step: Step) -> Posted:
        """Post, and hold the ledger to what the model says must happen."""
        bears, head = self.model.bears(step), self.ledger.head
        try:
            receipt = self.ledger.post(draft, recorded=NOW)
        except Overdraft:
            assert not bears
            assert self.ledger.head == head
            return multiple()
        assert bears
        self.model.steps.append(step)
        return (receipt.key, step)

    @rule(
        target=posted, name=st.sampled_from(sorted(ONE_ACCOUNT)), holder=HOLDERS, group=GROUPS, amount=AMOUNTS, day=DAYS
    )
    def within_one_holder(
        self, name: str, holder: str, group: tuple[str, int | None], amount: Area, day: date
    ) -> Posted:
        draft = MovementDraft(
            movement=name, holder=holder, kind=group[0], year=group[1], amount=amount, effective=day, document="d"
        )
        source, target = (Where(holder, *group, state) if state else None for state in ONE_ACCOUNT[name])
        return self.attempt(draft, Step(source, target, amount.units, day))

    @rule(target=held, holder=HOLDERS, group=GROUPS, amount=AMOUNTS, day=DAYS)
    def reserve(
        self, holder: str, group: tuple[str, int | None], amount: Area, day: date
    ) -> Where | MultipleResults[Where]:
        self.reserved += 1
        key = f"R{self.reserved}"
        draft = MovementDraft(
            movement="reserve", holder=holder, kind=group[0], year=group[1], amount=amount, effective=day, document="d",
            key=key,
        )  # fmt: skip
        where = Where(holder, *group, "reserved", key)
        done = self.attempt(draft, Step(Where(holder, *group, "available"), where, amount.units, day))
        return where if isinstance(done, tuple) else multiple()

    @rule(target=posted, where=held, name=st.sampled_from(["release", "commit"]), amount=AMOUNTS, day=DAYS)
    def settle(self, where: Where, name: str, amount: Area, day: date) -> Posted:
        """Release or commit a part of one reservation: never more than is left of it, whatever others hold."""
        draft = MovementDraft(
            movement=name, holder=where.holder, kind=where.kind, year=where.year, amount=amount, effective=day,
            document="d", reservation=where.item,
        )  # fmt: skip
        target = Where(*where[:3], "available" if name == "release" else "committed")
        return self.attempt(draft, Step(where, target, amount.units, day))

    @rule(target=posted, child=st.sampled_from(sorted(PARENTS)), group=GROUPS, amount=AMOUNTS, day=DAYS)
    def allot(self, child: str, group: tuple[str, int | None], amount: Area, day: date) -> Posted:
        parent = PARENTS[child]
        draft = MovementDraft(
            movement="allot",
            holder=parent,
            to=child,
            kind=group[0],
            year=group[1],
            amount=amount,
            effective=day,
            document="d",
        )
        step = Step(Where(parent, *group, "available"), Where(child, *group, "available"), amount.units, day)
        return self.attempt(draft, step)

    @rule(target=posted, pair=st.permutations([COUNTY, TOWN, OTHER_TOWN, ZONE]), group=GROUPS, amount=AMOUNTS, day=DAYS)
    def transfer(self, pair: list[str], group: tuple[str, int | None], amount: Area, day: date) -> Posted:
        giver, taker = pair[:2]
        draft = MovementDraft(
            movement="transfer",
            holder=giver,
            to=taker,
            kind=group[0],
            year=group[1],
            amount=amount,
            effective=day,
            document="d",
        )
        step = Step(Where(giver, *group, "available"), Where(taker, *group, "available"), amount.units, day)
        return self.attempt(draft, step)

    @rule(target=posted, holder=HOLDERS, amount=AMOUNTS, day=DAYS)
    def carry(self, holder: str, amount: Area, day: date) -> Posted:
        draft = MovementDraft(
            movement="carry", holder=holder, kind=PLAN, year=2018, amount=amount, effective=day, document="d"
        )
        step = Step(Where(holder, PLAN, 2018, "available"), Where(holder, PLAN, 2019, "available"), amount.units, day)
        return self.attempt(draft, step)

    @rule(entry=consumes(posted), later=st.integers(0, 5))
    def reverse(self, entry: tuple[str, Step], later: int) -> None:
        key, step = entry
        day = step.day + timedelta(days=later)
        mirror = Step(step.target, step.source, step.amount, day)
        bears = self.model.bears(mirror)
        try:
            self.ledger.reverse(key, reason="r", effective=day, recorded=NOW)
        except Overdraft:
            assert not bears
            return
        assert bears
        self.model.steps.append(mirror)
        with pytest.raises(EntryRefused, match="taken back by"):
            self.ledger.reverse(key, reason="again", effective=day, recorded=NOW)

    @invariant()
    def the_end_agrees(self) -> None:
        self.compare(LAST)

    def compare(self, day: date) -> None:
        """Every balance, conservation, and that what is recorded is what came from the issuer."""
        expected: dict[tuple[str, str, int | None], dict[str, int]] = defaultdict(dict)
        for where, units in self.model.balances(day).items():
            assert units >= 0
            states = expected[where[:3]]
            states[where.state] = states.get(where.state, 0) + units
        found = {(p.holder, p.kind, p.year): p for p in self.ledger.positions(day)}
        assert found.keys() == expected.keys()
        for group, states in expected.items():
            for state in ("requested", "available", "reserved", "committed"):
                assert getattr(found[group], state).low.units == states.get(state, 0)
            assert self.identity(found[group]) == found[group].available.low.units
        outside = sum(s.amount for s in self.model.steps if s.source is None and s.day <= day and not self.asked(s))
        outside -= sum(s.amount for s in self.model.steps if s.target is None and s.day <= day and not self.asked(s))
        assert sum(p.recorded.low.units for p in found.values()) == outside

    @staticmethod
    def asked(step: Step) -> bool:
        return "requested" in {w.state for w in (step.source, step.target) if w is not None}

    @staticmethod
    def identity(p: Position) -> int:
        came = p.granted.low + p.allotted_in.low + p.transferred_in.low + p.carried_in.low
        went = p.allotted_out.low + p.transferred_out.low + p.carried_out.low + p.withdrawn.low
        return (came - went - p.reserved.low - p.committed.low).units


LedgerAgainstModel.TestCase.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestLedgerAgainstModel = LedgerAgainstModel.TestCase
