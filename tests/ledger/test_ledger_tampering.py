"""Every field of every row altered, every row taken out, forged or moved: verification names it, every time."""

# ruff: noqa: S608 - the tables are our own

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from every_entry import changed, columns, dump, fill, records_of
from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from landquota.ledger import Ledger, Problem, Verification, schema, turnover
from landquota.ledger.entries import Record, digest
from landquota.ledger.replay import Replay, primary_key
from landquota.ledger.store import Store, open_store
from landquota.ledger.verify import verify

TABLES = [table.name for table in schema.metadata.sorted_tables]
#: So many alterations are tried; fewer would mean that the sample or the attacks have shrunk.
LEAST = 2_000

Row = dict[str, Any]


@pytest.fixture(scope="module", autouse=True)
def _busy_at_once() -> Iterator[None]:
    """Let every account be busy from its first transfer on, so that all of them have turnover."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(turnover, "BUSY", 1)
        yield


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with every type of entry and rows in every table; not to be written to."""
    path = tmp_path_factory.mktemp("full") / "ledger.sqlite"
    fill(path)
    return path


@pytest.fixture(scope="module")
def store(full: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A copy of it in which alterations are tried and undone."""
    store = open_store(Path(shutil.copy(full, tmp_path_factory.mktemp("altered") / "ledger.sqlite")), create=False)
    yield store
    store.close()


class Attack:
    """Somebody with the file in hand: no triggers, no foreign keys, and everything put back afterwards."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @contextmanager
    def altering(self, *tables: str) -> Iterator[Connection]:
        """Give a connection that may alter `tables` (default: all of them)."""
        with self._store.trying() as connection:
            connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
            named = ", ".join(f"'{table}'" for table in tables or TABLES)
            triggers = connection.exec_driver_sql(
                f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN ({named})"
            ).all()
            for name, _ in triggers:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
            connection.info["triggers"] = [sql for _, sql in triggers]
            yield connection

    def report(self, connection: Connection, *, head: str | None = None) -> Verification:
        for sql in connection.info["triggers"]:
            connection.exec_driver_sql(sql)
        return verify(connection, self._store.dialect, head=head)

    def after(self, *statements: str, table: str | None = None, head: str | None = None) -> Verification:
        """Return what verification says after `statements`, all of them about `table` if it is given."""
        with self.altering(*([] if table is None else [table])) as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
            return self.report(connection, head=head)


@pytest.fixture
def attack(store: Store) -> Attack:
    return Attack(store)


def rows(store: Store, table: str) -> list[Row]:
    with store.reading() as connection:
        return [dict(row) for row in connection.exec_driver_sql(f"SELECT rowid AS _row, * FROM {table}").mappings()]


def names(problem: Problem, table: str, row: Row) -> bool:
    """Whether a problem names the row: its entry, or the table and the row's key."""
    seq: object = row.get("seq")
    if seq is not None and problem.seq == seq:
        return True
    return table != "entry" and f"table {table}, row {primary_key(table, row)}:" in str(problem)


def alterations(value: object) -> dict[str, str]:
    """Return what a value becomes, as SQL, by what is done to it."""
    if value is None:
        return {"filled": "'x'", "counted": "1"}
    if isinstance(value, int):
        return {"one more": f"{value + 1}", "one less": f"{value - 1}", "a text": f"'x{value}'", "emptied": "NULL"}
    return {
        "longer": f"'{quoted(value)}x'",
        "other bytes": f"CAST('{quoted(value)}' AS BLOB)",
        "a number": "7",
        "emptied": "NULL",
    }


def quoted(value: object) -> str:
    return str(value).replace("'", "''")


def test_nothing_is_wrong_before_anything_is_altered(full: Path, attack: Attack) -> None:
    with attack.altering() as connection:
        assert attack.report(connection).ok
    assert dump(full)


def test_every_field_of_every_row_is_watched(store: Store, attack: Attack) -> None:
    tried, refused = 0, 0
    for table in TABLES:
        there = rows(store, table)
        assert there, table
        for row in there:
            for column, value in row.items():
                for what, sql in alterations(value).items() if column != "_row" else ():
                    change = f"UPDATE {table} SET {column} = {sql} WHERE rowid = {row['_row']}"
                    try:
                        report = attack.after(change, table=table)
                    except IntegrityError:  # NOT NULL, UNIQUE, CHECK: the database itself refuses it
                        refused += 1
                        continue
                    tried += 1
                    assert not report.sound, (change, what)
                    assert any(names(problem, table, row) for problem in report.problems), (
                        change, what, [str(problem) for problem in report.problems],
                    )  # fmt: skip
                    assert "".join(problem.render("zh") for problem in report.problems)
    print(f"{tried} alterations of fields tried, {refused} more refused by the database")  # noqa: T201
    assert tried >= LEAST


def test_every_row_that_is_taken_out_is_named(store: Store, attack: Attack) -> None:
    for table in TABLES:
        there = rows(store, table)
        for row in there:
            report = attack.after(f"DELETE FROM {table} WHERE rowid = {row['_row']}", table=table)
            if table == "entry" and row["seq"] == len(there):
                assert "no entry stands behind it" in str(report.problems[0]), "the last one leaves its rows behind"
            assert any(names(problem, table, row) for problem in report.problems), (table, row)


def test_every_entry_that_is_taken_out_with_its_rows_is_named(store: Store, attack: Attack) -> None:
    """All but the last one, which only a noted head can tell."""
    records = rows(store, "entry")
    tables = [table.name for table in schema.PROJECTIONS if "seq" in table.columns]
    for row in records:
        seq = row["seq"]
        statements = [f"DELETE FROM {table} WHERE seq = {seq}" for table in (*tables, "entry")]
        report = attack.after(*statements)
        last = seq == len(records)
        assert report.sound is last
        assert last or report.problems[0].seq == seq
        assert not attack.after(*statements, head=records[-1]["hash"]).sound


@pytest.mark.parametrize("rehashed", [False, True])
def test_every_forged_entry_is_named(store: Store, attack: Attack, *, rehashed: bool) -> None:
    """A copy of each entry put in after it, also with a right hash of its own."""
    records = rows(store, "entry")
    for row in records:
        seq = row["seq"]
        record = Record(**{name: row[name] for name in row if name != "_row"})
        forged = changed(record, seq=seq + 1, key="forged", document="伪", prev=record.hash)
        forged = changed(forged, hash=digest(forged)) if rehashed else forged
        with attack.altering() as connection:
            connection.exec_driver_sql(f"UPDATE entry SET seq = -seq WHERE seq > {seq}")
            connection.exec_driver_sql("UPDATE entry SET seq = 1 - seq WHERE seq < 0")
            connection.execute(insert(schema.entry), [columns(forged)])
            report = attack.report(connection)
        assert not report.sound
        # With a right hash and a right place in the chain it is the entry after it that no longer follows.
        assert report.problems[0].seq == seq + (2 if rehashed and seq < len(records) else 1)


def test_a_forged_row_in_every_table_is_named(store: Store, attack: Attack) -> None:
    """A copy of each row under a key of its own."""
    for table in TABLES:
        key, *_ = schema.metadata.tables[table].primary_key.columns.keys()
        for row in rows(store, table):
            forged = {name: value for name, value in row.items() if name != "_row"}
            forged[key] = forged[key] + 1000 if isinstance(forged[key], int) else f"{forged[key]}x"
            forged |= {"item": "forged"} if table == "account" else {"target": 3} if table == "reversal" else {}
            forged |= {"key": "forged"} if table == "entry" else {}
            with attack.altering(table) as connection:
                connection.execute(insert(schema.metadata.tables[table]), [forged])
                report = attack.report(connection)
            assert any(p.key == "forged" or names(p, table, forged) for p in report.problems), (table, forged)


def test_every_two_neighbours_that_change_places_are_named(store: Store, attack: Attack) -> None:
    for row in rows(store, "entry")[:-1]:
        seq = row["seq"]
        moves = ((seq, -1), (seq + 1, seq), (-1, seq + 1))
        report = attack.after(*(f"UPDATE entry SET seq = {new} WHERE seq = {old}" for old, new in moves), table="entry")
        assert report.problems[0].seq == seq


def rechained(records: list[Record], first: int, alter: Callable[[Record], Record]) -> list[Record]:
    """Return the entries with one altered, and every hash from there on recomputed."""
    forged = list(records)
    for index in range(first, len(records)):
        prev = forged[index - 1].hash
        record = alter(records[index]) if index == first else records[index]
        record = changed(record, prev=prev)
        forged[index] = changed(record, hash=digest(record))
    return forged


def test_a_tail_chained_anew_with_its_tables_is_found_by_a_noted_head(full: Path, tmp_path: Path) -> None:
    """Whoever rewrites all of it leaves nothing that does not fit, but the noted heads."""
    records = records_of(full)
    for first in range(1, len(records), 8):
        forged = rechained(records, first, lambda record: changed(record, document="伪"))
        path = tmp_path / f"{first}.sqlite"
        with Ledger.open(path, create=True) as ledger:
            ledger.restore(forged)
            assert ledger.verify().ok
            assert not ledger.verify(head=records[-1].hash).ok
            assert not ledger.verify(head=records[first].hash).ok
            assert ledger.verify(head=records[first - 1].hash).ok


def test_a_tail_chained_anew_without_its_tables_is_named(full: Path, store: Store, attack: Attack) -> None:
    """An amount altered and every hash recomputed: the row that follows from it still says the old one."""
    records = records_of(full)
    moved = [index for index, record in enumerate(records) if record.type == "movement"]
    for first in moved[::4]:
        forged = rechained(
            records, first, lambda record: changed(record, body=record.body.replace('"amount":', '"amount":1', 1))
        )
        with attack.altering() as connection:
            connection.exec_driver_sql("UPDATE entry SET key = 'was ' || key, seq = -seq")
            connection.exec_driver_sql("DELETE FROM entry")
            connection.execute(insert(schema.entry), [columns(record) for record in forged])
            report = attack.report(connection)
        assert any("table transfer" in str(p) and p.seq == first + 1 for p in report.problems)
    assert Replay(records).failed == []


def test_a_removed_tail_is_found_by_a_noted_head(full: Path, tmp_path: Path) -> None:
    records = records_of(full)
    for left in range(0, len(records), 8):
        with Ledger.open(tmp_path / f"{left}.sqlite", create=True) as ledger:
            ledger.restore(records[:left])
            assert ledger.verify().sound
            report = ledger.verify(head=records[-1].hash)
        assert [(section.name, len(section.problems)) for section in report.sections if section.name == "chain"] == [
            ("chain", 1)
        ]
        assert not report.sound
