"""A ledger of an earlier version is brought up to date, its entries as they are, or left alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing, nullcontext
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from children import Parent
from later_version import VERSION, later
from ledger_samples import COUNTY, LAST, LATER, NOW, OTHER_TOWN, PLAN, POOL, TOWN, ZONE, declare, move, mu, state
from places import Databases, Files, Place, Places

from landquota.errors import InputError
from landquota.ledger import Ledger, dialect, schema, turnover
from landquota.ledger.store import open_store

VERSIONS = Path(__file__).parent / "versions"
ENTRIES = "SELECT * FROM entry ORDER BY seq"
#: What the ledger of each earlier version has: entries, head, and by position granted, available, reserved, committed.
EARLIER: dict[int, tuple[int, str, dict[tuple[str, str, int | None], list[str]]]] = {
    1: (
        36,
        "020041c8bfefee7b69aeb2691bf799e087ec3e6b1d0a7aa4cec19ffec684c2c4",
        {
            (COUNTY, PLAN, 2018): ["331.5", "223.5", "0", "0"],
            (COUNTY, PLAN, 2019): ["0", "7", "0", "0"],
            (COUNTY, POOL, None): ["50", "50", "0", "0"],
            (COUNTY, "规划规模", None): ["9", "9", "0", "0"],
            (TOWN, PLAN, 2018): ["20", "75", "0", "0"],
            (OTHER_TOWN, PLAN, 2018): ["0", "3", "0", "0"],
            (ZONE, PLAN, 2018): ["0", "26", "4", "10"],
            (ZONE, POOL, None): ["145", "145", "0", "0"],
        },
    ),
    2: (
        57,
        "e4dbee0d35356a6899a0b328e49523f3e4e4f06ef31522f02d23087fadefbb2f",
        {
            (COUNTY, PLAN, 2018): ["331.5", "214.5", "0", "0"],
            (COUNTY, PLAN, 2019): ["0", "14", "0", "0"],
            (COUNTY, "占补平衡-产能", None): ["1500", "1500", "0", "0"],
            (COUNTY, "新增建设用地有偿使用费", None): ["8300000", "8300000", "0", "0"],
            (TOWN, PLAN, 2018): ["20", "77", "0", "0"],
            (OTHER_TOWN, PLAN, 2018): ["0", "3", "0", "0"],
            (ZONE, PLAN, 2018): ["0", "0", "2", "39"],
            (ZONE, PLAN, 2019): ["0", "-1", "0", "0"],
            (ZONE, POOL, None): ["145", "145", "0", "0"],
        },
    ),
}


@pytest.fixture
def place(place: Place) -> Place:
    """A ledger of this version with rows in several tables."""
    with Ledger.open(place) as ledger:
        ledger.import_all(
            [
                move("grant", COUNTY, "100亩", key="grant", zone="GHW-01", parcel="P-1"),
                move("allot", COUNTY, "30亩", to=TOWN, key="allot"),
                state("approved", "约300亩", key="approved"),
            ],
            recorded=NOW,
        )
        ledger.reverse("allot", reason="误录", effective=LATER, recorded=NOW)
    return place


def version(places: Places, place: Place) -> str:
    ((found,),) = places.rows(place, "SELECT value FROM meta WHERE name = 'schema'")
    return str(found)


def content(places: Places, place: Place) -> dict[str, list[tuple[Any, ...]]]:
    return {table: places.rows(place, f"SELECT * FROM {table} ORDER BY 1") for table in schema.metadata.tables}  # noqa: S608


def test_every_earlier_version_has_its_ledger() -> None:
    assert list(EARLIER) == list(range(1, schema.SCHEMA_VERSION))


@pytest.mark.parametrize("busy", [turnover.BUSY, 2])
@pytest.mark.parametrize("earlier", EARLIER)
def test_a_ledger_of_an_earlier_version_opens_and_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, earlier: int, busy: int
) -> None:
    monkeypatch.setattr(turnover, "BUSY", busy)
    places, place = Files(tmp_path), tmp_path / "ledger.sqlite"
    with closing(sqlite3.connect(place)) as connection:
        connection.executescript((VERSIONS / f"version{earlier}.sql").read_text("utf-8"))
    assert version(places, place) == str(earlier)
    entries = places.rows(place, ENTRIES)
    count, head, known = EARLIER[earlier]
    with Ledger.open(place) as ledger:
        report = ledger.verify(head=head)
        assert (report.ok, report.problems, report.entries) == (True, (), count)
        assert report.head == ledger.head
        shown = {
            (place.holder, place.kind, place.year): mu(place, "granted", "available", "reserved", "committed")
            for place in ledger.positions(LAST)
        }
    assert shown == known
    assert places.rows(place, ENTRIES) == entries
    assert version(places, place) == str(schema.SCHEMA_VERSION)
    assert bool(places.rows(place, "SELECT * FROM turnover")) is (busy == 2)


@pytest.mark.parametrize("create", [False, True])
def test_an_earlier_ledger_is_brought_up_to_date(places: Places, place: Place, create: bool) -> None:  # noqa: FBT001
    entries = places.rows(place, ENTRIES)
    with Ledger.open(place) as ledger:
        head, positions, land = ledger.head, ledger.positions(LAST), ledger.land(LAST)
    with later(), Ledger.open(place, create=create) as ledger:
        report = ledger.verify(head=head)
        assert (report.problems, report.head) == ((), head)
        assert (ledger.positions(LAST), ledger.land(LAST)) == (positions, land)
        ledger.post(move("commit", COUNTY, "1亩"), recorded=NOW)
        assert ledger.verify(head=head).ok
    assert places.rows(place, ENTRIES)[:-1] == entries
    assert places.rows(place, "SELECT DISTINCT remark FROM statement") == [(None,)]
    assert version(places, place) == str(VERSION)


def test_a_version_that_is_long_past_is_brought_up_to_date_too(places: Places, place: Place) -> None:
    """It had not all of today's tables and columns."""
    places.force(place, "UPDATE meta SET value = '0' WHERE name = 'schema'")
    places.force(
        place,
        "DROP TABLE reversal",
        "ALTER TABLE transfer DROP COLUMN parcel",
        "DROP INDEX transfer_credit",
        "ALTER TABLE holder ADD COLUMN forgotten TEXT",
        drop=False,
    )
    with Ledger.open(place) as ledger:
        assert ledger.verify().problems == ()


def test_an_altered_earlier_ledger_is_refused_and_left_as_it_is(places: Places, place: Place) -> None:
    places.force(place, "UPDATE entry SET document = '伪' WHERE key = 'allot'")
    before = content(places, place)
    with later(), pytest.raises(InputError) as refusal:
        Ledger.open(place)
    earlier, known = schema.SCHEMA_VERSION, VERSION
    assert (
        str(refusal.value)
        .split("\n")[0]
        .endswith(
            f"was made by an earlier landquota (ledger version {earlier}) and cannot be brought to version {known}:"
            " it has been altered: entry 9 (allot): was altered: its content does not give its hash"
        )
    )
    assert str(refusal.value).endswith("\nRestore a copy that has not; nothing was changed.")
    assert content(places, place) == before
    with Ledger.open(place) as ledger:
        assert [problem.seq for problem in ledger.verify().problems] == [9]


def test_what_was_altered_beside_the_entries_is_made_anew(places: Places, place: Place) -> None:
    places.force(place, "UPDATE transfer SET amount = amount + 1", "DROP INDEX transfer_debit")
    with later(), Ledger.open(place) as ledger:
        assert ledger.verify().ok


def test_a_migration_killed_at_any_step_leaves_the_earlier_version_whole(
    places: Places, place: Place, parent: Parent
) -> None:
    with Ledger.open(place) as ledger:
        head = ledger.head
    finished, own = [], places.copy(place)
    # Where a step of SQLAlchemy ends the next begins: every other one is enough.
    for step in count(1, 3 if isinstance(places, Files) else 9):
        outcome = parent("migrate", own, limit=step)
        if outcome.ends == [0]:
            break
        finished.append(version(places, own) == str(VERSION))
        with later() if finished[-1] else nullcontext(), Ledger.open(own) as ledger:
            assert ledger.verify(head=head).ok
        own = places.copy(place) if finished[-1] else own
    assert outcome.answers == ["open"]
    assert finished == sorted(finished)
    assert len(finished) > 5


def test_one_of_several_brings_it_up_to_date(places: Places, place: Place, parent: Parent) -> None:
    outcome = parent("migrate", place, children=4)
    assert (outcome.ends, outcome.answers) == ([0] * 4, ["open"] * 4)
    assert version(places, place) == str(VERSION)


def test_whoever_had_it_open_is_told(place: Place) -> None:
    with Ledger.open(place) as ledger:
        with later():
            Ledger.open(place).close()
        for work in (lambda: ledger.positions(LAST), lambda: ledger.post(move("grant", TOWN, "1亩"), recorded=NOW)):
            with pytest.raises(InputError, match="was made by a later landquota"):
                work()


def test_an_earlier_ledger_that_is_in_use_is_said(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect, "WAIT_S", 0.01)
    store = open_store(place, create=False)
    with (
        store.writing(),
        later(),
        pytest.raises(InputError, match=r"cannot be brought to version \d+: .*: another program"),
    ):
        Ledger.open(place)
    store.close()


def test_a_clerk_of_an_earlier_ledger_in_postgres_is_told(databases: Databases) -> None:
    place = str(declare(databases.new()))
    databases.force(
        place,
        "CREATE ROLE newcomer LOGIN",
        "GRANT USAGE ON SCHEMA landquota_ledger TO newcomer",
        "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA landquota_ledger TO newcomer",
        drop=False,
    )
    with (
        later(),
        pytest.raises(InputError, match=r"be brought to version \d+: .*does not let this user do that: permission"),
    ):
        Ledger.open(place.replace("landquota@", "newcomer@"))
    assert version(databases, place) == str(schema.SCHEMA_VERSION)


def test_a_view_that_hangs_on_an_earlier_ledger_is_said(databases: Databases) -> None:
    place = declare(databases.new())
    databases.force(place, "CREATE VIEW balances AS SELECT sum(amount) FROM transfer", drop=False)
    with (
        later(),
        pytest.raises(InputError, match=r"others made hangs on the tables of the ledger: .*view"),
    ):
        Ledger.open(place)
    assert version(databases, place) == str(schema.SCHEMA_VERSION)
