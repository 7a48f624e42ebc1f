"""The structure of a ledger in PostgreSQL: refused if changed in silence, named if changed by force."""

# ruff: noqa: S608 - the tables are our own

from __future__ import annotations

import psycopg
import pytest
from ledger_samples import DATED, LAST, NOW, TOWN, move, state
from places import Databases, Place
from sqlalchemy import Table
from sqlalchemy.exc import IntegrityError

from landquota.errors import InputError
from landquota.ledger import Ledger, schema
from landquota.ledger.store import open_store

pytestmark = pytest.mark.usefixtures("busy_at_once")


@pytest.fixture
def places(databases: Databases) -> Databases:
    """Databases alone: this module is about nothing else."""
    return databases


def problems(place: Place) -> list[str]:
    with Ledger.open(place) as ledger:
        return [str(problem) for problem in ledger.verify().problems]


@pytest.fixture
def full(place: Place) -> Place:
    """A ledger with a row in every table."""
    with Ledger.open(place) as ledger:
        ledger.post(move("grant", TOWN, "10亩", key="grant", zone="GHW-01", parcel="P-1"), recorded=NOW)
        ledger.post(state("approved", "约300亩", key="approved", note="第三稿"), recorded=NOW)
        ledger.reverse("approved", reason="误读", effective=LAST, recorded=NOW)
        ledger.import_all(DATED, recorded=NOW)
    return place


@pytest.mark.parametrize("table", schema.metadata.tables)
def test_triggers_refuse_truncation_and_every_detour(places: Databases, full: Place, table: str) -> None:
    keys = schema.metadata.tables[table].primary_key.columns.keys()
    upsert = f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {keys[0]} = NULL"
    rows = places.rows(full, f"SELECT * FROM {table}")
    for statement in (
        f"TRUNCATE {table} CASCADE",
        f"SET session_replication_role = replica; DELETE FROM {table}",
        f"CREATE TABLE above (LIKE {table}); ALTER TABLE {table} INHERIT above; DELETE FROM above",
        f"INSERT INTO {table} SELECT * FROM {table} {upsert}",
    ):
        with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only: "):
            places.force(full, statement, drop=False)
    assert places.rows(full, f"SELECT * FROM {table}") == rows != []


ALTERED = (
    ("DROP TRIGGER entry_no_update ON entry", "1 append-only triggers missing: entry_no_update"),
    ("ALTER TABLE entry DISABLE TRIGGER entry_no_delete", "1 append-only triggers altered: entry_no_delete"),
    ("ALTER TABLE entry ENABLE TRIGGER entry_no_delete", "1 append-only triggers altered: entry_no_delete"),
    ("ALTER TABLE transfer DISABLE TRIGGER ALL", "3 append-only triggers altered: transfer_no_delete, …"),
    ("ALTER TABLE transfer DISABLE TRIGGER ALL", "1 tables altered: transfer"),
    (
        "CREATE TRIGGER sly BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION in_order()",
        "1 triggers added: sly",
    ),
    (
        "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$",
        "1 functions of the triggers altered: append_only",
    ),
    ("ALTER FUNCTION in_order() SECURITY DEFINER", "1 functions of the triggers altered: in_order"),
    ("DROP FUNCTION append_only() CASCADE", "1 functions of the triggers missing: append_only"),
    ("CREATE FUNCTION sum2(int) RETURNS int LANGUAGE sql AS 'SELECT 1'", "1 functions added: sum2"),
    (
        "CREATE FUNCTION public.append_only() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW; END$$;"
        "DROP TRIGGER meta_no_update ON meta; CREATE TRIGGER meta_no_update BEFORE UPDATE ON meta"
        " FOR EACH ROW EXECUTE FUNCTION public.append_only(); ALTER TABLE meta ENABLE ALWAYS TRIGGER meta_no_update",
        "1 append-only triggers altered: meta_no_update",
    ),
    ("DROP INDEX transfer_debit", "1 indexes missing: transfer_debit"),
    ("CREATE INDEX more ON entry (document)", "1 indexes added: more"),
    ("DROP INDEX transfer_debit; CREATE INDEX transfer_debit ON transfer (debit)", "1 indexes altered: transfer_debit"),
    ("ALTER TABLE transfer DROP CONSTRAINT transfer_amount", "1 tables altered: transfer"),
    (
        "ALTER TABLE transfer DROP CONSTRAINT transfer_amount;"
        "ALTER TABLE transfer ADD CONSTRAINT transfer_amount CHECK (amount > 0) NOT VALID",
        "1 tables altered: transfer",
    ),
    ("ALTER TABLE account DROP CONSTRAINT account_kind_fkey", "1 tables altered: account"),
    ("ALTER TABLE entry DROP CONSTRAINT entry_key", "1 indexes missing: entry_key"),
    ("ALTER TABLE entry ADD UNIQUE (hash)", "1 tables altered: entry"),
    ("ALTER TABLE holder ADD COLUMN secret text", "1 tables altered: holder"),
    ("ALTER TABLE kind DROP COLUMN level", "1 tables altered: kind"),
    ("ALTER TABLE holder ALTER COLUMN level DROP NOT NULL", "1 tables altered: holder"),
    ("ALTER TABLE holder ALTER COLUMN level SET DEFAULT 'county'", "1 tables altered: holder"),
    ("ALTER TABLE account ALTER COLUMN year TYPE bigint", "1 tables altered: account"),
    ("ALTER TABLE statement SET UNLOGGED", "1 tables altered: statement"),
    ("CREATE TABLE more () INHERITS (statement)", "1 tables altered: statement"),
    ("ALTER TABLE statement ENABLE ROW LEVEL SECURITY", "1 tables altered: statement"),
    ("CREATE POLICY mine ON statement USING (false)", "1 tables altered: statement"),
    ("CREATE RULE nothing AS ON INSERT TO statement DO INSTEAD NOTHING", "1 tables altered: statement"),
    ("DROP TABLE reversal", "1 tables missing: reversal"),
    ("DROP TABLE reversal; CREATE VIEW reversal AS SELECT 1 AS seq", "1 tables missing: reversal"),
)


@pytest.mark.parametrize(("change", "words"), ALTERED)
def test_altered_structure_is_named(places: Databases, place: Place, change: str, words: str) -> None:
    places.force(place, change, drop=False)
    found = problems(place)
    assert any(problem.startswith("structure altered: ") for problem in found)
    shown = [
        problem.replace("transfer_no_delete, transfer_no_truncate, transfer_no_update", "transfer_no_delete, …")
        for problem in found
    ]
    assert f"structure altered: {words}" in shown


def test_the_structure_survives_a_dump(places: Databases, place: Place) -> None:
    with Ledger.open(place) as ledger:
        head = ledger.post(move("grant", TOWN, "10亩"), recorded=NOW).hash
    copy = places.copy(place)
    with Ledger.open(copy) as ledger:
        assert ledger.verify(head=head).ok
        ledger.post(move("commit", TOWN, "10亩"), recorded=NOW)


@pytest.mark.parametrize("table", schema.metadata.sorted_tables, ids=lambda table: table.name)
def test_every_cell_of_a_row_is_watched(places: Databases, full: Place, table: Table) -> None:
    keys = table.primary_key.columns.keys()
    latest = ", ".join(f"{key} DESC" for key in keys)
    last = f"({', '.join(keys)}) = (SELECT {', '.join(keys)} FROM {table.name} ORDER BY {latest} LIMIT 1)"
    with Ledger.open(full) as ledger:
        for column in table.columns:
            name = column.name
            ((was,),) = places.rows(full, f"SELECT {name} FROM {table.name} WHERE {last}")
            changed = (
                f"coalesce({name}, 0) + 1000" if column.type.python_type is int else f"coalesce({name}, '') || 'x'"
            )
            restored = "NULL" if was is None else f"'{was}'"
            places.force(full, f"UPDATE {table.name} SET {name} = {changed} WHERE {last}")
            assert not ledger.verify().ok, name
            places.force(full, f"UPDATE {table.name} SET {name} = {restored} WHERE {last}")
        assert ledger.verify().ok


def test_an_index_that_lacks_an_entry_is_found_by_amcheck(places: Databases, place: Place) -> None:
    places.force(place, "CREATE EXTENSION amcheck SCHEMA public", drop=False)
    assert problems(place) == []
    ready = "UPDATE pg_index SET indisready = {} WHERE indexrelid = 'transfer_debit'::regclass"
    places.force(place, ready.format("false"), drop=False)
    with Ledger.open(place) as ledger:
        ledger.post(move("grant", TOWN, "1亩"), recorded=NOW)
    places.force(place, ready.format("true"), drop=False)
    (problem,) = problems(place)
    assert problem.startswith("the file is damaged: transfer_debit: heap tuple")


def test_a_damaged_page_is_found_by_its_checksum(places: Databases, place: Place) -> None:
    ((file,),) = places.rows(place, "SELECT pg_relation_filepath('entry')")
    places.cluster.spoil(str(place))
    places.cluster.stop()
    try:
        path = places.cluster.data / file
        content = bytearray(path.read_bytes())
        content[8000:8010] = bytes(10)
        path.write_bytes(content)
    finally:
        places.cluster.start()
    assert any("cannot be read: invalid page" in problem for problem in problems(place))
    with pytest.raises(InputError, match="the database is damaged: invalid page"), Ledger.open(place) as ledger:
        ledger.entries()


def test_the_database_refuses_what_the_code_never_does(place: Place) -> None:
    store = open_store(place, create=False)
    row = {"seq": 1, "target": 99, "effective": "2018-01-01"}
    with store.writing() as connection, pytest.raises(IntegrityError, match="violates foreign key constraint"):
        connection.execute(schema.reversal.insert(), [row])
    store.close()
