"""Random programmes of entries against a model that is too simple to be wrong.

The model keeps a list of steps (day, account, change) and looks through all of it every time.
It knows nothing of the ledger's tables: only what a clerk would say the rules are.
"""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pyogrio
import pytest
from geopandas import GeoDataFrame
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)
from ledger_samples import COUNTY, DECLARATIONS, LAST, NOW, OTHER_TOWN, PLAN, POOL, TOWN, ZONE
from shapely import Point

from landquota.amount import Amount, Money
from landquota.area import Area
from landquota.ledger import (
    AllowanceDraft,
    EntryRefused,
    KindDraft,
    Ledger,
    MovementDraft,
    Overdraft,
    PeriodDraft,
    Position,
    turnover,
)

FIRST = date(2018, 1, 1)
DAYS = st.integers(0, 9).map(lambda n: FIRST + timedelta(days=n))
AMOUNTS = st.integers(1, 30).map(lambda n: n * 100_003)
#: What everybody starts with: enough for some movements, and too little for others.
START = 25 * 100_003
ALL_HOLDERS = [COUNTY, TOWN, OTHER_TOWN, ZONE]
HOLDERS = st.sampled_from(ALL_HOLDERS)
FUND, SCALE = "特色小镇专项", "规划规模"
ALL_GROUPS = [(PLAN, 2018), (PLAN, None), (POOL, 2018), (FUND, 2018), (SCALE, None)]
GROUPS = st.sampled_from(ALL_GROUPS)
PARENTS = {TOWN: COUNTY, OTHER_TOWN: COUNTY, ZONE: TOWN}
ONE_ACCOUNT = {
    "request": (None, "requested"), "withdraw": ("requested", None), "grant": (None, "available"),
    "supplement": (None, "available"), "reward": (None, "available"), "commit": ("available", "committed"),
    "return": ("committed", "available"), "deduct": ("available", None), "recover": ("available", None),
    "expire": ("available", None),
}  # fmt: skip
STAGES = ("approved", "requisitioned", "banked", "supplied", "under_construction", "completed", "accepted")
ADVANCES = dict(zip(("requisition", "bank", "supply", "start", "complete", "accept"), STAGES[1:], strict=True))
USES, GIVEN_BACK = {"reserve", "commit"}, {"release", "lapse", "return"}
Group = tuple[str, int | None]


class Where(NamedTuple):
    """An account; land has no kind."""

    holder: str
    kind: str | None
    year: int | None
    state: str
    item: str | None = None


class Step(NamedTuple):
    movement: str
    source: Where | None
    target: Where | None
    amount: int
    day: date


Posted = tuple[str, Step] | MultipleResults[tuple[str, Step]]


class Model:
    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.allowances: list[tuple[str, str, int]] = []
        self.closed: date | None = None

    def changes(self, where: Where, day: date) -> Iterator[tuple[str, int]]:
        for s in self.steps:
            if s.day <= day and where in {s.source, s.target}:
                yield s.movement, s.amount if s.target == where else -s.amount

    def balance(self, where: Where, day: date) -> int:
        return sum(change for _, change in self.changes(where, day))

    def allowed(self, step: Step, day: date) -> int:
        where = step.source
        if where is None or step.movement not in USES or where.state != "available":
            return 0
        percents = [p for holder, kind, p in self.allowances if (holder, kind) == (where.holder, where.kind)]
        funds = sum(c for movement, c in self.changes(where, day) if movement not in USES | GIVEN_BACK)
        return max(0, funds) * percents[-1] // 100 if percents else 0

    def bears(self, step: Step) -> bool:
        if step.source is None:
            return True
        days = [step.day, *(s.day for s in self.steps if s.day > step.day)]
        return all(self.balance(step.source, day) + self.allowed(step, day) >= step.amount for day in days)

    def can_take_back(self, step: Step, day: date) -> bool:
        """Whether what a step gave is still there; what was overdrawn before it may be overdrawn again."""
        where = step.target
        if where is None:
            return True
        number = next(n for n, each in enumerate(self.steps) if each is step)
        before = Model()
        before.steps = self.steps[:number]
        levels = [before.balance(where, d) for d in (day, *(s.day for s in before.steps if s.day > day))]
        level = min(0, *levels) if where.state == "available" else 0
        days = [day, *(s.day for s in self.steps if s.day > day)]
        return all(self.balance(where, d) - step.amount >= level for d in days)

    def balances(self, day: date) -> dict[Where, int]:
        places = {w for s in self.steps for w in (s.source, s.target) if w is not None and s.day <= day}
        return {where: self.balance(where, day) for where in places}


@pytest.fixture(autouse=True)
def _busy_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let accounts be busy from their third transfer on: every programme has some that are, and some that are not."""
    monkeypatch.setattr(turnover, "BUSY", 3)


class LedgerAgainstModel(RuleBasedStateMachine):
    posted: Bundle[tuple[str, Step]] = Bundle("posted")
    held: Bundle[Where] = Bundle("held")
    parcels: Bundle[tuple[str, str]] = Bundle("parcels")
    batches: Bundle[tuple[str, str]] = Bundle("batches")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.ledger = self.opened(Path(self.folder.name))
        more = (
            KindDraft(kind=FUND, name=FUND, unit="yuan", covers_conversion=False, carry=True),
            KindDraft(kind=SCALE, name=SCALE, consumed_by="plan", covers_conversion=False),
        )
        self.ledger.import_all([*DECLARATIONS, *more], recorded=NOW)
        self.layer = Path(self.folder.name) / "layers.gpkg"
        GeoDataFrame({"id": [1]}, geometry=[Point(121, 30)], crs=4490).to_file(self.layer, engine="pyogrio")
        self.model = Model()
        self.number = 0
        for holder in ALL_HOLDERS:
            for group in ALL_GROUPS:
                self.attempt(Step("grant", None, Where(holder, *group, "available"), START, FIRST))

    @initialize(target=parcels, holder=HOLDERS)
    def a_parcel(self, holder: str) -> tuple[str, str]:
        parcel = self.key()
        self.attempt(Step("approve", None, Where(holder, None, None, "approved", parcel), START, FIRST), parcel=parcel)
        return (holder, parcel)

    def opened(self, _folder: Path) -> Ledger:
        return Ledger.open(_folder / "ledger.sqlite", create=True)

    def teardown(self) -> None:
        for day in (FIRST, FIRST + timedelta(days=4), LAST):
            self.compare(day)
        assert self.ledger.verify().ok
        self.ledger.close()
        self.folder.cleanup()

    def key(self) -> str:
        self.number += 1
        return f"K{self.number}"

    def attempt(self, step: Step, **given: Any) -> Posted:
        """Post, and hold the ledger to what the model says must happen."""
        where = step.source or step.target
        assert where is not None
        counted: type[Amount] = Money if where.kind == FUND else Area
        said = {"holder": where.holder, "kind": where.kind, "year": where.year, "document": "d", **given}
        draft = MovementDraft(movement=step.movement, amount=counted(step.amount), effective=step.day, **said)
        closed = self.model.closed is not None and step.day <= self.model.closed
        bears, head = self.model.bears(step), self.ledger.head
        try:
            receipt = self.ledger.post(draft, recorded=NOW)
        except Overdraft:
            assert not bears
            assert not closed
            assert self.ledger.head == head
            return multiple()
        except EntryRefused as refusal:
            codes = {finding.code for finding in refusal.findings}
            assert closed == ("LEDGER-PERIOD-CLOSED" in codes) == bool(codes)
            assert self.ledger.head == head
            return multiple()
        assert bears
        assert not closed
        self.model.steps.append(step)
        again = self.ledger.post(draft, recorded=NOW) if draft.key else receipt
        assert again.already or not draft.key
        return (receipt.key, step)

    @rule(
        target=posted, name=st.sampled_from(sorted(ONE_ACCOUNT)), holder=HOLDERS, group=GROUPS, amount=AMOUNTS, day=DAYS
    )
    def within_one_holder(self, name: str, holder: str, group: Group, amount: int, day: date) -> Posted:
        source, target = (Where(holder, *group, state) if state else None for state in ONE_ACCOUNT[name])
        return self.attempt(Step(name, source, target, amount, day))

    @rule(target=held, holder=HOLDERS, group=GROUPS, amount=AMOUNTS, day=DAYS)
    def reserve(self, holder: str, group: Group, amount: int, day: date) -> Where | MultipleResults[Where]:
        where = Where(holder, *group, "reserved", self.key())
        step = Step("reserve", Where(holder, *group, "available"), where, amount, day)
        done = self.attempt(step, key=where.item, expires=FIRST + timedelta(days=9))
        return where if isinstance(done, tuple) else multiple()

    @rule(target=posted, where=held, name=st.sampled_from(["release", "commit"]), amount=AMOUNTS, day=DAYS)
    def settle(self, where: Where, name: str, amount: int, day: date) -> Posted:
        """Release or commit a part of one reservation: never more than is left of it, whatever others hold."""
        target = Where(*where[:3], "available" if name == "release" else "committed")
        return self.attempt(Step(name, where, target, amount, day), reservation=where.item)

    @rule(target=posted, where=held, later=st.integers(9, 12))
    def lapse(self, where: Where, later: int) -> Posted:
        left = self.model.balance(where, LAST)
        step = Step("lapse", where, Where(*where[:3], "available"), left, FIRST + timedelta(days=later))
        return self.attempt(step, reservation=where.item) if left else multiple()

    @rule(target=posted, child=st.sampled_from(sorted(PARENTS)), group=GROUPS, amount=AMOUNTS, day=DAYS)
    def allot(self, child: str, group: Group, amount: int, day: date) -> Posted:
        parent = PARENTS[child]
        step = Step("allot", Where(parent, *group, "available"), Where(child, *group, "available"), amount, day)
        return self.attempt(step, to=child)

    @rule(target=posted, pair=st.permutations(ALL_HOLDERS), group=GROUPS, amount=AMOUNTS, day=DAYS)
    def transfer(self, pair: list[str], group: Group, amount: int, day: date) -> Posted:
        giver, taker = pair[:2]
        step = Step("transfer", Where(giver, *group, "available"), Where(taker, *group, "available"), amount, day)
        return self.attempt(step, to=taker)

    @rule(target=posted, holder=HOLDERS, kind=st.sampled_from([PLAN, FUND]), amount=AMOUNTS, day=DAYS)
    def carry(self, holder: str, kind: str, amount: int, day: date) -> Posted:
        source, target = (Where(holder, kind, year, "available") for year in (2018, 2019))
        return self.attempt(Step("carry", source, target, amount, day))

    @rule(holder=HOLDERS, kind=st.sampled_from([PLAN, POOL]), percent=st.sampled_from([0, 5, 50]))
    def allow(self, holder: str, kind: str, percent: int) -> None:
        draft = AllowanceDraft(
            name="临时超额", holder=holder, kind=kind, percent=str(percent), effective=FIRST, document="d"
        )
        self.ledger.post(draft, recorded=NOW)
        self.model.allowances.append((holder, kind, percent))

    @rule(through=st.integers(0, 3).map(lambda n: FIRST + timedelta(days=n)))
    def close_or_reopen(self, through: date) -> None:
        if through == self.model.closed:
            return
        action = "close" if self.model.closed is None or through > self.model.closed else "reopen"
        self.ledger.post(PeriodDraft(action=action, through=through, reason="r"), recorded=NOW)
        self.model.closed = through

    @rule(target=batches, holder=HOLDERS, amount=AMOUNTS, day=DAYS)
    def approve_batch(self, holder: str, amount: int, day: date) -> tuple[str, str] | MultipleResults[tuple[str, str]]:
        batch = self.key()
        step = Step("approve", None, Where(holder, None, None, "batch", batch), amount, day)
        return (holder, batch) if isinstance(self.attempt(step, batch=batch), tuple) else multiple()

    @rule(target=parcels, batch=batches, to=st.none() | HOLDERS, amount=AMOUNTS, day=DAYS)
    def divide(
        self, batch: tuple[str, str], to: str | None, amount: int, day: date
    ) -> tuple[str, str] | MultipleResults[tuple[str, str]]:
        holder, name = batch
        parcel, receiver = self.key(), to or holder
        source = Where(holder, None, None, "batch", name)
        step = Step("divide", source, Where(receiver, None, None, "approved", parcel), amount, day)
        done = self.attempt(step, batch=name, parcel=parcel, to=to)
        return (receiver, parcel) if isinstance(done, tuple) else multiple()

    @rule(target=posted, parcel=parcels, name=st.sampled_from(sorted(ADVANCES)), amount=AMOUNTS, day=DAYS)
    def advance(self, parcel: tuple[str, str], name: str, amount: int, day: date) -> Posted:
        """Move a parcel on: from the latest earlier stage in which there is enough of it."""
        holder, item = parcel
        target = ADVANCES[name]
        earlier = [Where(holder, None, None, stage, item) for stage in STAGES[: STAGES.index(target)]]
        to = Where(holder, None, None, target, item)
        enough = [where for where in earlier if self.model.bears(Step(name, where, to, amount, day))]
        return self.attempt(Step(name, (enough or earlier)[-1], to, amount, day), parcel=item)

    @rule(target=posted, parcel=parcels, amount=AMOUNTS, day=DAYS, name=st.sampled_from(["revoke", "take_back"]))
    def go_back(self, parcel: tuple[str, str], amount: int, day: date, name: str) -> Posted:
        holder, item = parcel
        source = Where(holder, None, None, "approved" if name == "revoke" else "supplied", item)
        target = None if name == "revoke" else Where(holder, None, None, "banked", item)
        return self.attempt(Step(name, source, target, amount, day), parcel=item)

    @rule(entry=consumes(posted), later=st.integers(0, 5))
    def reverse(self, entry: tuple[str, Step], later: int) -> None:
        key, step = entry
        day = step.day + timedelta(days=later)
        mirror = Step(step.movement, step.target, step.source, step.amount, day)
        bears = self.model.can_take_back(step, day)
        closed = self.model.closed is not None and day <= self.model.closed
        try:
            self.ledger.reverse(key, reason="r", effective=day, recorded=NOW)
        except Overdraft:
            assert not bears
            return
        except EntryRefused:
            assert closed
            return
        assert bears
        assert not closed
        self.model.steps.append(mirror)
        with pytest.raises(EntryRefused, match="taken back by"):
            self.ledger.reverse(key, reason="again", effective=day, recorded=NOW)

    @rule()
    def read_layers(self) -> None:
        """Let GDAL read a GeoPackage in between: it must not disturb what is committed."""
        assert len(pyogrio.read_dataframe(self.layer)) == 1

    @invariant()
    def the_end_agrees(self) -> None:
        self.compare(LAST)

    def compare(self, day: date) -> None:
        """Every balance, conservation, and that what is recorded is what came from the issuer."""
        expected: dict[tuple[str, str, int | None], dict[str, int]] = defaultdict(dict)
        for where, units in self.model.balances(day).items():
            assert units >= 0 or self.overdrawn(where)
            if where.kind is not None:
                states = expected[where.holder, where.kind, where.year]
                states[where.state] = states.get(where.state, 0) + units
        found = {(p.holder, p.kind, p.year): p for p in self.ledger.positions(day)}
        assert found.keys() == expected.keys()
        for group, states in expected.items():
            for state in ("requested", "available", "reserved", "committed"):
                assert getattr(found[group], state).low.units == states.get(state, 0)
            assert self.identity(found[group]) == found[group].available.low.units
        quota = [s for s in self.model.steps if s.day <= day and not self.elsewhere(s)]
        outside = sum(s.amount for s in quota if s.source is None) - sum(s.amount for s in quota if s.target is None)
        assert sum(p.recorded.low.units for p in found.values()) == outside
        left = {w.item: units for w, units in self.model.balances(day).items() if w.state == "reserved" and units}
        assert {r.key: r.left.units for r in self.ledger.reservations(day)} == left

    def overdrawn(self, where: Where) -> bool:
        """Whether an allowance may have let this account fall below zero."""
        allowed = {(holder, kind) for holder, kind, percent in self.model.allowances if percent}
        return where.state == "available" and (where.holder, where.kind) in allowed

    @staticmethod
    def elsewhere(step: Step) -> bool:
        """Whether a step is about land, or about what was only asked for."""
        ends = [where for where in (step.source, step.target) if where is not None]
        return any(where.kind is None or where.state == "requested" for where in ends)

    @staticmethod
    def identity(p: Position) -> int:
        came = [p.granted, p.allotted_in, p.transferred_in, p.carried_in]
        went = [p.allotted_out, p.transferred_out, p.carried_out, p.withdrawn, p.reserved, p.committed]
        return sum(b.low.units for b in came) - sum(b.low.units for b in went)


#: So many programmes in the suite; thousands by hand, by the environment variable.
PROGRAMMES = int(os.environ.get("LANDQUOTA_PROGRAMMES", "30"))

LedgerAgainstModel.TestCase.settings = settings(
    max_examples=PROGRAMMES, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestLedgerAgainstModel = LedgerAgainstModel.TestCase
