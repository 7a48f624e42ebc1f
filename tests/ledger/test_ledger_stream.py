"""What flows in by the quick way comes to what the closer look makes of it: the same ledger, or the same findings."""

from __future__ import annotations

import gc
import tempfile
import weakref
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_samples import (
    COUNTY,
    DATED,
    DAY,
    DECLARATIONS,
    FOOD,
    LAST,
    NOW,
    OTHER_TOWN,
    PLAN,
    POOL,
    TOWN,
    ZONE,
    at,
    move,
    mu,
)

from landquota.amount import Money
from landquota.area import Area
from landquota.errors import Refusal
from landquota.findings import FindingsError
from landquota.ledger import (
    AllowanceDraft,
    Draft,
    HolderDraft,
    Ledger,
    MovementDraft,
    PeriodDraft,
    ReversalDraft,
    batch,
    posting,
    schema,
)
from landquota.ledger.declarations import KindDraft
from landquota.ledger.examples import examples, lawful
from landquota.ledger.movement_rules import wording_findings
from landquota.ledger.movements import MOVEMENTS
from landquota.ledger.registry import Registry, declared

#: What the keys are made of: so few that drafts bring the same ones, and name each other.
KEYS = st.sampled_from([f"k{number}" for number in range(12)])
DAYS = st.integers(0, 6).map(lambda number: DAY + timedelta(days=number))
SOMETIMES = {"zone": "GHW-01", "parcel": "P-1", "reason": "误录", "batch": "B-1", "to_year": 2019}
QUOTA = [name for name, movement in MOVEMENTS.items() if not movement.of_land]


@st.composite
def movements(draw: st.DrawFn) -> MovementDraft:
    """A movement as somebody might list it: mostly right, and sometimes wrong in one way or another."""
    chosen = draw(st.sampled_from(["grant", "grant", "grant", "allot", "reserve", "commit", "release", *QUOTA]))
    said: dict[str, Any] = {"year": draw(st.sampled_from([2018, 2018, 2018, None, 2019]))}
    if draw(st.integers(0, 9)):
        said["key"] = draw(KEYS)
    if MOVEMENTS[chosen].needs_to if draw(st.integers(0, 19)) else not MOVEMENTS[chosen].needs_to:
        said["to"] = draw(st.sampled_from([TOWN, OTHER_TOWN, ZONE, COUNTY]))
    if chosen in {"release", "lapse"} or (chosen == "commit" and draw(st.booleans())):
        said["reservation"] = draw(KEYS)
    if chosen in {"grant", "supplement", "reward"} and not draw(st.integers(0, 3)):
        said["request"] = draw(KEYS)
    if not draw(st.integers(0, 9)):
        name = draw(st.sampled_from([*SOMETIMES, "expires", "deadline", "key"]))
        said[name] = SOMETIMES.get(name) or (draw(DAYS) if name != "key" else "L-000009")
    holder = draw(st.sampled_from([COUNTY, COUNTY, TOWN, OTHER_TOWN, "无名镇"]))
    kind = draw(st.sampled_from([PLAN, PLAN, PLAN, POOL, FOOD, None]))
    units = draw(st.integers(1, 40)) * 100_003
    amount = draw(st.sampled_from([Area(units), Area(units), Area(units), Money(units)]))
    return MovementDraft(
        movement=chosen, holder=holder, kind=kind, amount=amount, effective=draw(DAYS), document="d", **said
    )


OTHERS: st.SearchStrategy[Draft] = st.one_of(
    st.builds(ReversalDraft, reverses=KEYS, reason=st.just("误录"), effective=DAYS, key=KEYS),
    st.sampled_from(
        [
            PeriodDraft(action="close", through=DAY, reason="决算"),
            AllowanceDraft(name="临时超额", holder=TOWN, kind=PLAN, percent="50", effective=DAY, document="d"),
            HolderDraft(holder="无名镇", level="town", parent=COUNTY),
            KindDraft(kind="新类", name="新类", covers_conversion=True),
            move("approve", TOWN, "3亩", kind=None, year=None, parcel="P-1", key="p"),
            *DATED,
        ]
    ),
)
DRAFTS = st.lists(st.one_of(*[movements()] * 9, OTHERS), min_size=1, max_size=40)


def imported(drafts: Sequence[Draft], *, one_by_one: bool = False) -> tuple[list[Any], list[Any]]:
    """Return what comes of an import into a small ledger: receipts or findings, and every row of every table."""
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        if one_by_one:
            patch.setattr(batch, "lawful", lambda drafts, _: [False] * len(drafts))
        with small_ledger(folder) as ledger:
            try:
                told: list[Any] = list(ledger.import_all(drafts, recorded=NOW))
            except FindingsError as refused:
                told = [(finding.code, str(finding)) for finding in refused.findings]
            assert ledger.verify().ok
        return told, rows(folder)


def posted(drafts: Sequence[Draft]) -> tuple[list[Draft], list[Any], list[Any]]:
    """Return those of `drafts` that are taken one after the other, their receipts, and every row of every table."""
    taken, receipts = [], []
    with tempfile.TemporaryDirectory() as folder:
        with small_ledger(folder) as ledger:
            for draft in drafts:
                with suppress(Refusal):
                    receipts.append(ledger.post(draft, recorded=NOW))
                    taken.append(draft)
        return taken, receipts, rows(folder)


def small_ledger(folder: str) -> Ledger:
    ledger = Ledger.open(Path(folder, "l.sqlite"), create=True)
    ledger.import_all([*DECLARATIONS, move("grant", COUNTY, "300亩", key="first")], recorded=NOW)
    return ledger


def rows(folder: str) -> list[Any]:
    with closing(connect(Path(folder, "l.sqlite"))) as connection:
        return [
            connection.execute(f'SELECT * FROM "{table.name}"').fetchall()  # noqa: S608 - our own names
            for table in schema.metadata.sorted_tables
        ]


@given(DRAFTS)
@settings(max_examples=40, deadline=None)
def test_the_quick_way_finds_what_the_closer_look_finds(drafts: list[Draft]) -> None:
    assert imported(drafts) == imported(drafts, one_by_one=True)


@given(DRAFTS)
@settings(max_examples=60, deadline=None)
def test_an_import_comes_to_what_posting_one_by_one_comes_to(drafts: list[Draft]) -> None:
    taken, receipts, tables = posted(drafts)
    assert imported(taken) == imported(taken, one_by_one=True) == (receipts, tables)


@given(st.lists(movements().filter(lambda draft: draft.key is not None), min_size=1, max_size=12))
@settings(max_examples=100, deadline=None)
def test_examples_tell_of_all_whether_they_keep_the_rules_of_their_words(drafts: list[MovementDraft]) -> None:
    with tempfile.TemporaryDirectory() as folder, Ledger.open(Path(folder, "l.sqlite"), create=True) as ledger:
        ledger.import_all(DECLARATIONS, recorded=NOW)
        registry = registry_of(ledger)
    known = lawful(drafts, registry)
    broken = [any(wording_findings(draft, registry)) for draft in drafts]
    assert not any(told and breaks for told, breaks in zip(known, broken, strict=True))
    alike = [draft for draft in drafts if draft.expires is None]
    if not any(any(wording_findings(draft, registry)) for draft in examples(alike)):
        assert not any(any(wording_findings(draft, registry)) for draft in alike)


def registry_of(ledger: Ledger) -> Registry:
    with ledger._reading() as connection:
        return declared(connection)


def test_nearly_all_of_a_clerks_table_flows(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what is refused, explained or of another kind takes the closer look, which takes three times as long."""
    looked_at: list[str | None] = []
    post = posting.Posting.post

    def watched(self: posting.Posting, draft: Draft, *, checked: bool = False) -> Any:
        looked_at.append(draft.key)
        return post(self, draft, checked=checked)

    monkeypatch.setattr(posting.Posting, "post", watched)
    drafts = [
        move("request", TOWN, "9亩", key="asked"),
        move("grant", COUNTY, "90亩", key="granted"),
        move("grant", TOWN, "9亩", key="answered", request="asked"),
        move("allot", COUNTY, "30亩", to=TOWN, key="allotted"),
        move("reserve", TOWN, "20亩", key="kept"),
        move("commit", TOWN, "5亩", key="used", reservation="kept", parcel="P-1"),
        move("release", TOWN, "15亩", key="freed", reservation="kept"),
        move("transfer", COUNTY, "9亩", key="dated back", to=OTHER_TOWN, effective=DAY - timedelta(days=9)),
        move("grant", COUNTY, "9亩", key="granted before", effective=DAY - timedelta(days=10)),
        move("transfer", COUNTY, "9亩", key="dated back as well", to=OTHER_TOWN, effective=DAY - timedelta(days=9)),
        move("expire", TOWN, "1亩", key="expired", effective=LAST),
        move("approve", TOWN, "3亩", kind=None, year=None, parcel="P-1", key="land"),
    ]
    with pytest.raises(FindingsError):
        ledger.import_all(drafts, recorded=NOW)
    assert looked_at == ["dated back", *[draft.key for draft in drafts[8:]]]
    looked_at.clear()
    ledger.import_all([draft for draft in drafts if draft.key != "dated back"], recorded=NOW)
    assert looked_at == ["land"]
    assert mu(at(ledger, TOWN), "available", "committed", "reserved") == ["33", "5", "0"]


def test_an_import_leaves_nothing_for_the_collector(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds itself in a circle would stay, with all timelines of the import, until the collector comes."""
    made: list[weakref.ref[posting.Posting]] = []

    class Watched(posting.Posting):
        def __init__(self, *args: Any, **more: Any) -> None:
            super().__init__(*args, **more)
            made.append(weakref.ref(self))

    monkeypatch.setattr("landquota.ledger.ledger.Posting", Watched)
    gc.disable()
    try:
        ledger.import_all([move("grant", COUNTY, "9亩", key="a"), move("commit", COUNTY, "9亩")], recorded=NOW)
        assert [each() for each in made] == [None]
    finally:
        gc.enable()
