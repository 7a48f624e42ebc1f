"""A ledger in PostgreSQL: the guarantees of the file, given by a server that others use too."""

from __future__ import annotations

import sys
import time

import pytest
from ledger_samples import NOW, TOWN, ZONE, at, declare, move, mu
from places import Databases, Place
from postgres_cluster import USER
from sqlalchemy import select

from landquota.errors import InputError, LandquotaError, UsageError
from landquota.ledger import Ledger, schema
from landquota.ledger.store import open_store

SECRET = "geheim"  # noqa: S105 - of nobody


@pytest.fixture
def places(databases: Databases) -> Databases:
    """Databases alone: this module is about nothing else."""
    return databases


def problems(place: Place) -> list[str]:
    with Ledger.open(place) as ledger:
        return [str(problem) for problem in ledger.verify().problems]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("sqlite:///ledger.sqlite", "A ledger cannot be kept at a URL that begins with sqlite://"),
        (f"postgresql://u:{SECRET}@localhost/db", "cannot be kept at a URL that begins with postgresql://"),
        (f"mysql+pymysql://u:{SECRET}@localhost/db", "cannot be kept at a URL that begins with mysql"),
        (f"postgresql+psycopg://u:{SECRET}@localhost:{SECRET}/db", "The URL of the database cannot be read"),
        (f"postgresql+psycopg://u:p@{SECRET}@localhost/db", "The URL of the database cannot be read"),
        (f"postgresql+psycopg://u:p/{SECRET}@localhost:1/db?x=@", "database cannot be"),
    ],
)
def test_another_url_is_wrong_usage_and_no_password_is_shown(url: str, words: str) -> None:
    with pytest.raises(LandquotaError, match=words) as refusal:
        Ledger.open(url, create=True)
    assert refusal.value.remedy is not None
    for language in ("en", "zh"):
        assert SECRET not in refusal.value.render(language)


def test_a_missing_driver_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(UsageError, match=r"needs the driver psycopg: .*\nInstall it with: pip install 'landquota\["):
        Ledger.open("postgresql+psycopg://localhost/db")


def test_a_server_that_is_not_there_is_said(places: Databases) -> None:
    place = f"postgresql+psycopg://{USER}:{SECRET}@127.0.0.1:{places.cluster.port}/nowhere?password={SECRET}"
    for url, words in (
        (place, 'database "nowhere" does not exist'),
        (place.replace(str(places.cluster.port), "1"), "refused"),
        (f"{place}&nonsense=1", "nonsense"),
    ):
        with pytest.raises(InputError, match=f"the database cannot be reached: .*{words}") as refusal:
            Ledger.open(url, create=True)
        assert str(refusal.value).startswith(f"postgresql+psycopg://{USER}@127.0.0.1:")
        assert SECRET not in str(refusal.value)


def test_only_creating_makes_a_ledger_and_beside_others_tables(places: Databases) -> None:
    place = places.new()
    places.force(place, "CREATE TABLE public.entry (id int)", drop=False)
    with pytest.raises(InputError, match="is not a ledger"):
        Ledger.open(place)
    declare(place)
    places.force(place, "CREATE VIEW public.lines AS SELECT * FROM landquota_ledger.entry", drop=False)
    assert problems(place) == []
    assert places.rows(place, "SELECT count(*) FROM public.entry") == [(0,)]


def test_what_is_in_the_way_is_no_ledger(places: Databases) -> None:
    place = places.new()
    places.force(place, "CREATE SCHEMA landquota_ledger", "CREATE TABLE landquota_ledger.entry (id int)", drop=False)
    with pytest.raises(InputError, match="is not a ledger"):
        Ledger.open(place, create=True)


def test_a_database_that_cannot_keep_every_name_is_refused(places: Databases) -> None:
    place = places.new()
    name = place.rpartition("/")[2]
    with places.cluster.connected(places.new()) as connection:
        connection.execute(f"DROP DATABASE {name}".encode())
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII'".encode())
    with pytest.raises(InputError, match="keeps texts in SQL_ASCII, not in UTF-8"):
        Ledger.open(place, create=True)


def test_a_server_that_does_not_wait_for_its_disk_is_refused(places: Databases, place: Place) -> None:
    def reload(setting: str) -> None:
        with places.cluster.connected(str(place)) as connection:
            connection.execute(f"ALTER SYSTEM {setting}".encode())
            connection.execute("SELECT pg_reload_conf()")
        expected = "off" if "off" in setting else "on"
        while places.rows(place, "SHOW fsync") != [(expected,)]:
            time.sleep(0.02)

    with Ledger.open(place) as ledger:
        reload("SET fsync = off")
        try:
            with pytest.raises(
                InputError, match=r"does not wait for its disk \(fsync is off, synchronous_commit is on"
            ):
                ledger.post(move("grant", TOWN, "1亩"), recorded=NOW)
            assert ledger.verify().ok
        finally:
            reload("RESET fsync")
        assert ledger.post(move("grant", TOWN, "1亩"), recorded=NOW).seq == 8


@pytest.mark.parametrize(("given", "used"), [("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")])
def test_what_the_server_presumes_does_not_weaken_a_writer(
    places: Databases, place: Place, given: str, used: str
) -> None:
    name = str(place).rpartition("/")[2]
    places.force(
        place,
        f"ALTER DATABASE {name} SET synchronous_commit = {given}",
        f"ALTER DATABASE {name} SET default_transaction_isolation = 'serializable'",
        f"ALTER DATABASE {name} SET search_path = 'public'",
        drop=False,
    )
    store = open_store(place, create=False)
    with store.writing() as connection:
        settings = ("synchronous_commit", "transaction_isolation", "lock_timeout", "search_path")
        shown = [connection.exec_driver_sql(f"SHOW {setting}").scalar_one() for setting in settings]
        assert shown == [used, "read committed", "30s", "landquota_ledger, pg_temp"]
    with store.reading() as connection:
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar_one() == "repeatable read"
        assert connection.exec_driver_sql("SHOW transaction_read_only").scalar_one() == "on"
    store.close()


def test_a_temporary_table_never_stands_for_one_of_ours(place: Place) -> None:
    store = open_store(place, create=False)
    with store.writing() as connection:
        connection.exec_driver_sql("CREATE TEMP TABLE holder AS SELECT 'forged' AS holder")
        assert "forged" not in connection.execute(select(schema.holder.c.holder)).scalars().all()
    store.close()


@pytest.mark.usefixtures("busy_at_once")
def test_a_clerk_needs_no_more_than_to_read_to_add_and_to_let_turnover_grow(places: Databases, place: Place) -> None:
    clerk, reader = (str(place).replace(f"{USER}@", f"{name}@") for name in ("clerk", "reader"))
    places.force(
        place,
        "CREATE ROLE clerk LOGIN",
        "CREATE ROLE reader LOGIN",
        "GRANT USAGE ON SCHEMA landquota_ledger TO clerk, reader",
        "GRANT SELECT ON ALL TABLES IN SCHEMA landquota_ledger TO clerk, reader",
        "GRANT INSERT ON ALL TABLES IN SCHEMA landquota_ledger TO clerk",
        "GRANT UPDATE (amount, number) ON landquota_ledger.turnover TO clerk",
        drop=False,
    )
    with Ledger.open(clerk) as ledger:
        ledger.post(move("grant", TOWN, "4亩"), recorded=NOW)
        head = ledger.post(move("grant", TOWN, "6亩"), recorded=NOW).hash
        assert ledger.verify(head=head).ok
    with Ledger.open(reader) as ledger:
        assert mu(at(ledger, TOWN), "available") == ["10"]
        assert ledger.verify(head=head).ok
        with pytest.raises(InputError, match="the database does not let this user do that: permission denied"):
            ledger.post(move("commit", TOWN, "10亩"), recorded=NOW)
    places.force(place, f"ALTER DATABASE {clerk.rpartition('/')[2]} SET default_transaction_read_only = on", drop=False)
    with (
        Ledger.open(clerk) as ledger,
        pytest.raises(InputError, match="the database takes no changes: cannot execute INSERT in a read-only"),
    ):
        ledger.post(move("commit", TOWN, "10亩"), recorded=NOW)


def test_sums_of_any_size_are_whole_numbers(place: Place) -> None:
    with Ledger.open(place) as ledger:
        for _ in range(3):
            ledger.post(move("grant", ZONE, "1000000000亩"), recorded=NOW)
        assert type(at(ledger, ZONE).available.low.units) is int
        assert at(ledger, ZONE).available.low.units == 3 * 200_000_000_000_000
    store = open_store(place, create=False)
    with store.reading() as connection:
        assert connection.exec_driver_sql("SELECT sum(9223372036854775807) FROM entry").scalar_one() == 10 * (2**63 - 1)
    store.close()


def test_the_server_may_start_anew_between_two_calls(places: Databases, place: Place) -> None:
    with Ledger.open(place) as ledger:
        ledger.post(move("grant", TOWN, "1亩"), recorded=NOW)
        places.cluster.stop()
        try:
            with pytest.raises(InputError, match="the database cannot be reached: "):
                ledger.post(move("grant", TOWN, "1亩"), recorded=NOW)
        finally:
            places.cluster.start()
        assert ledger.post(move("grant", TOWN, "1亩"), recorded=NOW).seq == 9


def test_a_connection_that_ends_in_the_middle_is_said(places: Databases, place: Place) -> None:
    store = open_store(place, create=False)
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    end = f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {others}"  # noqa: S608 - fixed
    with pytest.raises(InputError, match="the database cannot be reached: "), store.writing():
        places.force(place, end, drop=False)  # and then the commit
    with store.writing() as connection:
        assert len(connection.execute(select(schema.entry)).all()) == 7
    store.close()
