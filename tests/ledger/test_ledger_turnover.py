"""Busy accounts: their months are always current, and every answer is the one that the transfers alone give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_samples import COUNTY, DECLARATIONS, LAST, NOW, TOWN, declare, move
from places import Place, Places
from sqlalchemy import CompoundSelect, Connection, or_, select, update
from sqlalchemy.exc import IntegrityError

from landquota.findings import FindingsError
from landquota.ledger import Draft, EntryRefused, Ledger, ReversalDraft, schema, tally, turnover
from landquota.ledger.accounts import Account
from landquota.ledger.entries import Record
from landquota.ledger.limits import Timeline, timeline_before
from landquota.ledger.limits import _changes_of as changes_of
from landquota.ledger.statements import Group
from landquota.ledger.store import Store, open_store
from landquota.ledger.tally import Flow, Tally

FIRST = date(2018, 1, 1)
NEVER = 1 << 62
#: Several days of several months, often the same ones, in any order; the first and the last of a month among them.
DAYS = st.sampled_from([0, 14, 30, 31, 58, 59, 60, 90, 364, 365, 400]).map(lambda n: FIRST + timedelta(days=n))
ASKED = [FIRST + timedelta(days=n) for n in (-1, 0, 1, 29, 30, 31, 45, 58, 59, 61, 200, 364, 366, 410)]
#: What is posted, on which day, whether it is taken back, and how many days later.
POSTS = st.tuples(
    st.sampled_from(["grant", "allot", "reserve", "commit", "recover", "request", "approve"]),
    st.integers(1, 9).map(lambda n: f"{n}亩"),
    DAYS,
    st.none() | st.integers(0, 70),
)
#: Posts, and how many are written together.
PARTS = st.lists(st.lists(POSTS, min_size=1, max_size=8), min_size=1, max_size=6)


@pytest.fixture(autouse=True)
def _busy_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnover, "BUSY", 3)


def drafts(posts: list[tuple[str, str, date, int | None]], number: int) -> Iterator[Draft]:
    for at, (movement, area, day, back) in enumerate(posts):
        key = f"K{number}-{at}"
        more: dict[str, Any] = (
            {"to": TOWN} if movement == "allot" else {"expires": LAST} if movement == "reserve" else {}
        )
        if movement == "approve":
            more = {"kind": None, "year": None, "parcel": "P-1"}
        yield move(movement, COUNTY, area, effective=day, key=key, **more)
        if back is not None:
            yield ReversalDraft(reverses=key, reason="误录", effective=day + timedelta(days=back))


def fill(place: Path, parts: list[list[tuple[str, str, date, int | None]]]) -> None:
    with Ledger.open(place, create=True) as ledger:
        grants = [move("grant", COUNTY, "1000亩", effective=FIRST), move("grant", TOWN, "1000亩", effective=FIRST)]
        ledger.import_all([*DECLARATIONS, *grants], recorded=NOW)
        for number, posts in enumerate(parts):
            try:
                ledger.import_all(list(drafts(posts, number)), recorded=NOW)
            except FindingsError:
                post_one_by_one(ledger, drafts(posts, number))


def post_one_by_one(ledger: Ledger, several: Iterator[Draft]) -> None:
    """Post what is not refused."""
    for draft in several:
        with suppress(EntryRefused):
            ledger.post(draft, recorded=NOW)


def rows_of(connection: Connection) -> list[tuple[object, ...]]:
    return sorted(map(tuple, connection.execute(select(schema.turnover))))


def transfers_of(connection: Connection, account: int) -> list[tuple[str, str, bool, int]]:
    """Return day, movement, whether it takes one back, and what each transfer of an account brings."""
    columns = schema.transfer.c
    query = select(schema.transfer).where(or_(columns.debit == account, columns.credit == account))
    return [
        (row.effective, row.movement, bool(row.mirror), row.amount if row.credit == account else -row.amount)
        for row in connection.execute(query.order_by(columns.seq))
    ]


def due_rows(connection: Connection) -> list[tuple[object, ...]]:
    """Return the rows that the table has to have: counted here once more, in the simplest way."""
    accounts = connection.execute(select(schema.account.c.id).where(schema.account.c.holder.is_not(None))).scalars()
    sums: Counter[tuple[object, ...]] = Counter()
    numbers: Counter[tuple[object, ...]] = Counter()
    for account in accounts:
        moved = transfers_of(connection, account)
        for day, movement, mirror, change in moved if len(moved) >= turnover.BUSY else ():
            cell = (account, "credit" if change > 0 else "debit", movement, int(mirror), day[:7])
            sums[cell] += abs(change)
            numbers[cell] += 1
    return sorted((*cell, sums[cell], numbers[cell]) for cell in sums)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(PARTS)
def test_every_answer_is_that_of_the_transfers_alone(
    tmp_path_factory: pytest.TempPathFactory, parts: list[list[tuple[str, str, date, int | None]]]
) -> None:
    place = tmp_path_factory.mktemp("busy") / "ledger.sqlite"
    fill(place, parts)
    store = open_store(place, create=False)
    with store.reading() as connection:
        assert rows_of(connection) == due_rows(connection)
        accounts = list(connection.execute(select(schema.account)))
        for day in map(date.isoformat, ASKED):
            for row in accounts:
                moved = transfers_of(connection, row.id)
                until = [each for each in moved if each[0] <= day]
                assert tally.balance(connection, row.id, as_of=day) == sum(change for *_, change in until)
                flows: Counter[str] = Counter()
                for _, movement, _, change in until:
                    flows[movement] += change
                account = Account(*row[1:])
                assert tally.flows_of(connection, account, as_of=day) == flows
                assert same_timeline(connection, row.id, day)
            groups = expected(connection, day)
            assert tally.tallies(connection, as_of=day) == groups
            for group, found in groups.items():
                assert tally.tallies(connection, as_of=day, group=group) == {group: found}
    store.close()
    with Ledger.open(place) as ledger:
        assert ledger.verify().ok


def expected(connection: Connection, day: str) -> dict[Group, Tally]:
    """Return the sums of all groups, transfer by transfer."""
    accounts = {row.id: Account(*row[1:]) for row in connection.execute(select(schema.account))}
    groups: dict[Group, Tally] = {}
    for number, account in accounts.items():
        if account.holder is None or account.kind is None or account.state == "reserved":
            continue
        for on, movement, mirror, change in transfers_of(connection, number):
            if on <= day:
                group = Group(account.holder, account.kind, account.year)
                flow = Flow(account, movement, mirror, change > 0, abs(change))
                groups.setdefault(group, Tally()).take(flow)
    return groups


def same_timeline(connection: Connection, account: int, since: str) -> bool:
    """Whether an account's changes since a day lead to the same room and funds on every day from then on."""
    found, whole = Timeline(changes_of(connection, account, since=since)), timeline_before(connection, account, NEVER)
    later = [each.isoformat() for each in ASKED if each.isoformat() >= since]
    return all(
        (found.balance(day), found.unpaid(day), found.lowest_from(day, hundredths=500))
        == (whole.balance(day), whole.unpaid(day), whole.lowest_from(day, hundredths=500))
        for day in later
    )


def grants(count: int) -> list[Draft]:
    return [
        move("grant", COUNTY, f"{n + 1}亩", key=f"G{n}", effective=FIRST + timedelta(days=11 * n)) for n in range(count)
    ]


@pytest.mark.parametrize("together", [1, 2, 3, 5, 100])
def test_the_rows_are_the_same_whatever_was_written_together(places: Places, together: int) -> None:
    place = declare(places.new())
    rest = iter(grants(12))
    with Ledger.open(place) as ledger:
        while part := list(islice(rest, together)):
            ledger.import_all(part, recorded=NOW)
        assert ledger.verify().ok
    rows = places.rows(place, "SELECT * FROM turnover ORDER BY month")
    numbers = {"2018-01": 3, "2018-02": 3, "2018-03": 3, "2018-04": 2, "2018-05": 1}
    assert {month: number for *_, month, _, number in rows} == numbers
    assert {row[1:4] for row in rows} == {("credit", "grant", 0)}
    records = [Record._make(row) for row in places.rows(place, "SELECT * FROM entry ORDER BY seq")]
    copy = places.new()
    with Ledger.open(copy, create=True) as ledger:
        for end in (9, 12, len(records)):
            ledger.restore(records[:end])
    assert places.rows(copy, "SELECT * FROM turnover ORDER BY month") == rows


def test_an_account_that_is_not_busy_and_the_issuer_have_no_rows(places: Places) -> None:
    place = declare(places.new())
    with Ledger.open(place) as ledger:
        for draft in grants(2):
            ledger.post(draft, recorded=NOW)
        assert places.rows(place, "SELECT * FROM turnover") == []
        ledger.post(move("allot", COUNTY, "1亩", to=TOWN), recorded=NOW)
    query = "SELECT DISTINCT holder, side FROM turnover JOIN account ON id = account ORDER BY side"
    assert places.rows(place, query) == [(COUNTY, "credit"), (COUNTY, "debit")]


@pytest.fixture
def store(places: Places) -> Iterator[Store]:
    place: Place = declare(places.new())
    with Ledger.open(place) as ledger:
        ledger.import_all(grants(12), recorded=NOW)
    store = open_store(place, create=False)
    yield store
    store.close()


def test_a_row_may_only_grow(store: Store) -> None:
    columns = schema.turnover.c
    refused: list[dict[str, Any]] = [
        {"amount": columns.amount + 1},
        {"number": columns.number + 1},
        {"amount": columns.amount - 1, "number": columns.number + 1},
        {"amount": columns.amount + 1, "number": columns.number},
        {"amount": columns.amount + 1, "number": columns.number - 1},
        *(
            {"amount": columns.amount + 1, "number": columns.number + 1, name: other}
            for name, other in (
                ("account", 1),
                ("side", "debit"),
                ("movement", "x"),
                ("mirror", 1),
                ("month", "2017-01"),
            )
        ),
    ]
    for change in refused:
        with store.writing() as connection, pytest.raises(IntegrityError, match="append-only: turnover"):
            connection.execute(update(schema.turnover).values(change))
    for verb in ("DELETE FROM turnover", "UPDATE turnover SET amount = NULL, number = number + 1"):
        with store.writing() as connection, pytest.raises(IntegrityError):
            connection.exec_driver_sql(verb)
    with store.trying() as connection:
        connection.execute(update(schema.turnover).values(amount=columns.amount + 1, number=columns.number + 1))


@pytest.mark.parametrize(
    "query", [*turnover.FLOWS_OF_ONE.values(), turnover.CHANGES], ids=["debit", "credit", "changes"]
)
def test_a_busy_account_is_read_by_ranges_of_the_indexes(tmp_path: Path, query: CompoundSelect[Any]) -> None:
    """Nothing is read from one end to the other, and of the transfers only the cells' own."""
    store = open_store(Path(declare(tmp_path / "ledger.sqlite")), create=False)
    with store.reading() as connection:
        asked = {"account": 1, **turnover.until("2018-06-01")}
        said = query.params(asked).compile(connection, compile_kwargs={"literal_binds": True})
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}")]
    store.close()
    assert not [step for step in plan if step.startswith("SCAN")]
    cells = [step for step in plan if "effective>? AND effective<?" in step]
    assert len(cells) == {True: 4, False: 1}[query is turnover.CHANGES]
    assert all("movement=? AND mirror=?" in step for step in cells)
