"""Nothing is changed in silence: triggers refuse it, and verification names what was forced."""

# ruff: noqa: S608 - the tables are our own

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from ledger_samples import COUNTY, DATED, DECLARATIONS, LATER, NOW, PLAN, TOWN, declare, move, state
from places import Files, Place, Places
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from landquota.errors import InputError, LandquotaError, UsageError
from landquota.i18n import text
from landquota.ledger import (
    GENESIS,
    Ledger,
    Problem,
    Verification,
    schema,
    verify,
)
from landquota.ledger.replay import primary_key
from landquota.ledger.store import open_store

TABLES = tuple(schema.metadata.tables)
SAID = "type, effective, recorded, document, clause, body, prev, hash"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A small ledger with rows in every table, in a file."""
    fill(tmp_path / "ledger.sqlite")
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def place(places: Places) -> Place:
    """The same ledger, in a file and then in a database."""
    return fill(places.new())


def fill(place: Place) -> Place:
    with Ledger.open(place, create=True) as ledger:
        ledger.import_all(
            [
                *DECLARATIONS,
                move("grant", COUNTY, "100亩", key="grant", zone="GHW-01", parcel="P-1"),
                move("allot", COUNTY, "30亩", to=TOWN, key="allot"),
                state("approved", "约300亩", key="approved", note="第三稿"),
                state("granted", "145亩", kind=PLAN, year=2018, key="granted"),
            ],
            recorded=NOW,
        )
        ledger.reverse("allot", reason="误录", effective=LATER, recorded=NOW, key_of_reversal="back")
        ledger.reverse("approved", reason="误读", effective=LATER, recorded=NOW, key_of_reversal="unsaid")
        ledger.import_all(DATED, recorded=NOW)
        ledger.post(move("reserve", COUNTY, "5亩", key="last"), recorded=NOW)
    return place


def verified(place: Place, *, head: str | None = None) -> Verification:
    with Ledger.open(place) as ledger:
        return ledger.verify(head=head)


def force(path: Path, *statements: str, drop: bool = True) -> None:
    Files(path.parent).force(path, *statements, drop=drop)


def cells(path: Path) -> Iterator[tuple[str, int, str]]:
    with closing(sqlite3.connect(path)) as connection:
        for table in TABLES:
            rowids = [row[0] for row in connection.execute(f"SELECT rowid FROM {table}")]
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            assert rowids, table
            yield from ((table, rowid, column) for rowid in rowids for column in columns)


def test_an_untouched_ledger_verifies(place: Place) -> None:
    report = verified(place)
    assert (report.ok, report.problems, report.entries) == (True, (), len(DECLARATIONS) + 7 + len(DATED))
    with Ledger.open(place) as ledger:
        assert report.head == ledger.head == ledger.entries()[-1].hash


def test_a_whole_chain_is_told_by_the_quick_way_alone(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow way names where a chain breaks; taken for a whole one it would hide that the quick way reads nothing."""
    monkeypatch.setattr(verify, "_TOGETHER", 2)
    monkeypatch.setattr(verify, "_followed", None)
    with Ledger.open(place, verify=True) as ledger:
        assert ledger.entries()[-1].hash == ledger.head != GENESIS


def test_the_chain_can_be_recomputed_by_anybody(path: Path) -> None:
    """Version 1 of the canonical form, written down a second time."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        prev = GENESIS
        for row in connection.execute("SELECT * FROM entry ORDER BY seq"):
            fields = {"v": 1, **{name: row[name] for name in row.keys() if name != "hash"}}  # noqa: SIM118
            form = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            assert row["prev"] == prev
            assert json.loads(row["body"])["v"] in {1, 2}
            prev = hashlib.sha256(form.encode("utf-8")).hexdigest()
            assert row["hash"] == prev
    assert hashlib.sha256(b"landquota ledger 1").hexdigest() == GENESIS


def test_a_ledger_with_the_same_entries_has_the_same_head(places: Places, path: Path) -> None:
    head = verified(path).head
    assert verified(fill(places.new())).head == head
    assert verified(declare(places.new())).head != head


@pytest.mark.usefixtures("busy_at_once")
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_triggers_refuse_every_change(place: Place, table: str, verb: str) -> None:
    named = schema.metadata.tables[table]
    statement = (
        delete(named)
        if verb == "DELETE"
        else update(named).values({name: named.c[name] for name in named.c.keys()[-1:]})
    )
    store = open_store(place, create=False)
    with store.writing() as connection, pytest.raises(IntegrityError, match=f"append-only: {table}"):
        connection.execute(statement)
    store.close()


@pytest.mark.usefixtures("busy_at_once")
@pytest.mark.parametrize("table", TABLES)
def test_triggers_refuse_what_would_replace_a_row_of_a_file(path: Path, table: str) -> None:
    with (
        closing(sqlite3.connect(path)) as connection,
        pytest.raises(sqlite3.IntegrityError, match=f"append-only: {table}"),
    ):
        connection.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")


def test_triggers_refuse_an_entry_out_of_order(place: Place) -> None:
    store = open_store(place, create=False)
    with store.writing() as connection:
        row = connection.execute(select(schema.entry).limit(1)).mappings().one()
        with pytest.raises(IntegrityError, match="append-only: entry"):
            connection.execute(insert(schema.entry), [{**row, "seq": 99, "key": "x"}])
    store.close()


@pytest.mark.usefixtures("busy_at_once")
def test_every_cell_of_every_row_is_watched(path: Path) -> None:
    """Alter one cell at a time; verification has to name its row, every time."""
    untouched = path.read_bytes()
    count = 0
    for table, rowid, column in list(cells(path)):
        with closing(sqlite3.connect(path)) as connection:
            row = connection.execute(f"SELECT * FROM {table} WHERE rowid = {rowid}")
            found = dict(zip([name for name, *_ in row.description], row.fetchone(), strict=True))
        value = found[column]
        changed = f"{column} + 1000" if isinstance(value, int) else f"coalesce({column}, '') || 'x'"
        force(path, f"UPDATE {table} SET {column} = {changed} WHERE rowid = {rowid}")
        report = verified(path)
        assert not report.ok, (table, rowid, column)
        assert names(report, table, rowid, found), (table, rowid, column, [str(p) for p in report.problems])
        path.write_bytes(untouched)
        count += 1
    assert count > 250


def names(report: Verification, table: str, rowid: int, row: dict[str, object]) -> bool:
    first = report.problems[0]
    if table == "entry":
        return first.seq == rowid
    if table in {"meta", "turnover"}:
        return any(f"table {table}, row {primary_key(table, row)}:" in str(p) for p in report.problems)
    if table == "account":
        return any(f"table account, row {rowid}" in str(p) and p.seq for p in report.problems)
    return row["seq"] in {p.seq for p in report.problems}


@pytest.mark.parametrize(
    "value",
    ["x'fffe'", "CAST(x'ff' AS TEXT)", "'" + "[" * 30_000 + "'", "''", "1e300", "'{\"v\":1}'", "'[]'", "'\u202e'"],
)
@pytest.mark.parametrize("column", ["key", "type", "effective", "document", "body", "prev", "hash"])
def test_verification_survives_what_no_ledger_would_write(path: Path, column: str, value: str) -> None:
    force(path, f"UPDATE entry SET {column} = {value} WHERE seq = 9")
    report = verified(path)
    assert 9 in {problem.seq for problem in report.problems}
    assert "".join(problem.render("en") for problem in report.problems).encode("utf-8")


def test_a_deleted_entry_is_named(places: Places, place: Place) -> None:
    places.force(place, "DELETE FROM entry WHERE seq = 9", "DELETE FROM transfer WHERE seq = 9")
    first = verified(place).problems[0]
    assert (first.seq, str(first)) == (9, "entry 9: is missing, up to the entry 10 (approved): deleted or moved")


def test_a_deletion_that_closes_ranks_is_named(places: Places, place: Place) -> None:
    places.force(
        place,
        "DELETE FROM entry WHERE seq = 9",
        "UPDATE entry SET seq = -seq WHERE seq > 9",
        "UPDATE entry SET seq = -seq - 1 WHERE seq < 0",
    )
    assert verified(place).problems[0].seq == 9


def test_an_inserted_entry_is_named(places: Places, place: Place) -> None:
    places.force(
        place,
        "UPDATE entry SET seq = -seq WHERE seq >= 9",
        "UPDATE entry SET seq = 1 - seq WHERE seq < 0",
        f"INSERT INTO entry SELECT 9, 'forged', {SAID} FROM entry WHERE seq = 8",
    )
    first = verified(place).problems[0]
    assert (first.seq, first.key) == (9, "forged")


def test_reordered_entries_are_named(places: Places, place: Place) -> None:
    places.force(place, *(f"UPDATE entry SET seq = {new} WHERE seq = {old}" for old, new in ((8, -1), (9, 8), (-1, 9))))
    assert verified(place).problems[0].seq == 8


def test_a_removed_tail_is_found_by_a_head_that_was_noted(places: Places, place: Place) -> None:
    head = verified(place).head
    places.force(
        place,
        "DELETE FROM entry WHERE key = 'last'",
        "DELETE FROM account WHERE state = 'reserved'",
        "DELETE FROM transfer WHERE seq = (SELECT max(seq) FROM transfer)",
    )
    assert verified(place).ok
    report = verified(place, head=head)
    assert [str(p) for p in report.problems] == [
        f"the head {head} is not in the chain: entries at the end were removed or exchanged"
    ]


def test_a_head_noted_earlier_stays_in_the_chain(path: Path) -> None:
    head = verified(path).head
    with Ledger.open(path) as ledger:
        ledger.post(move("reserve", COUNTY, "1亩"), recorded=NOW)
        assert ledger.verify(head=head).ok
        assert ledger.verify(head=GENESIS).ok
        assert not ledger.verify(head="0" * 64).ok


def test_a_head_may_be_given_by_its_first_digits_or_in_its_short_form(path: Path) -> None:
    head = verified(path).head
    for written in (
        head[:6], head[:40], head.upper(), f" {head}\n", f"{head[:6]}…{head[-2:]}", f"{head[:8]}...{head[-2:]}",
        f"{head[:6]}…", GENESIS[:6],
    ):  # fmt: skip
        assert verified(path, head=written).ok, written
    gone = "000000" if head[:6] != "000000" else "111111"
    wrong = "00" if head[-2:] != "00" else "11"
    for written in (gone, f"{head[:6]}…{wrong}"):
        assert [str(p) for p in verified(path, head=written).problems] == [
            f"the head {written} is not in the chain: entries at the end were removed or exchanged"
        ]


@pytest.mark.parametrize("written", ["", "3e4b4", "3e4b4…7c", "HEAD", "3e4b40…xy", "0" * 65, "…7c", "3e4b40 7c"])
def test_what_is_no_head_is_wrong_usage(path: Path, written: str) -> None:
    with pytest.raises(UsageError) as refusal:
        verified(path, head=written)
    assert str(refusal.value) == (
        f"'{written}' is not a head of the ledger\n"
        "Give the 64 digits (0–9, a–f) that an export or map printed, the first 6 or more of them,"
        " or the short form such as 3e4b40…7c."
    )


def test_a_head_that_fits_several_entries_is_wrong_usage(path: Path) -> None:
    force(path, "UPDATE entry SET hash = 'abcdef' || substr(hash, 7) WHERE seq < 3")
    with pytest.raises(UsageError, match="The head abcdef fits 2 entries\nGive more of its digits"):
        verified(path, head="abcdef")


def test_an_altered_entry_with_a_hash_of_its_own_breaks_the_link_after_it(path: Path) -> None:
    """Its document is in no other table, so the chain alone can tell."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        row = dict(connection.execute("SELECT * FROM entry WHERE seq = 8").fetchone())
    forged = {"v": 1, **{name: value for name, value in row.items() if name != "hash"}, "document": "伪"}
    form = json.dumps(forged, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    force(path, f"UPDATE entry SET document = '伪', hash = '{hashlib.sha256(form.encode()).hexdigest()}' WHERE seq = 8")
    assert [str(problem) for problem in verified(path).problems] == [
        "entry 9 (allot): does not follow from the entry before it: altered, inserted, deleted or reordered"
    ]


@pytest.mark.usefixtures("busy_at_once")
@pytest.mark.parametrize("table", [name for name in TABLES if name != "entry"])
def test_a_row_that_was_removed_is_named(places: Places, place: Place, table: str) -> None:
    keys = schema.metadata.tables[table].primary_key.columns.keys()
    last = ", ".join(f"{key} DESC" for key in keys)
    row = f"SELECT {', '.join(keys)} FROM {table} ORDER BY {last} LIMIT 1"
    places.force(place, f"DELETE FROM {table} WHERE ({', '.join(keys)}) = ({row})")
    (problem,) = verified(place).problems
    assert f"table {table}, row" in str(problem)
    assert (problem.seq is None) is (table in {"meta", "turnover"})


def test_a_forged_history_with_a_new_chain_does_not_replay(places: Places, place: Place) -> None:
    """Somebody alters an amount and recomputes every hash, but not the tables that follow from it."""
    columns = schema.entry.c.keys()
    found = places.rows(place, f"SELECT {', '.join(columns)} FROM entry ORDER BY seq")
    rows = [dict(zip(columns, row, strict=True)) for row in found]
    head, prev, updates = rows[-1]["hash"], GENESIS, []
    for row in rows:
        if row["key"] == "grant":
            row["body"] = row["body"].replace('"amount":20000000', '"amount":90000000')
        row["prev"] = prev
        fields = {"v": 1, **{name: value for name, value in row.items() if name != "hash"}}
        form = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        prev = hashlib.sha256(form.encode()).hexdigest()
        content = f"body = '{row['body']}', prev = '{row['prev']}', hash = '{prev}'"
        updates.append(f"UPDATE entry SET {content} WHERE seq = {row['seq']}")
    places.force(place, *updates)
    (problem,) = verified(place).problems
    assert str(problem) == "entry 8 (grant): table transfer, row 8: amount is 20000000 and should be 90000000"
    assert len(verified(place, head=head).problems) == 2


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("DROP TRIGGER entry_no_update", "structure altered: 1 append-only triggers missing: entry_no_update"),
        ("DROP TRIGGER transfer_no_delete", "structure altered: 1 append-only triggers missing: transfer_no_delete"),
        ("DROP INDEX transfer_debit", "structure altered: 1 indexes missing: transfer_debit"),
        ("CREATE TRIGGER sly AFTER INSERT ON entry BEGIN SELECT 1; END", "structure altered: 1 triggers added: sly"),
        ("ALTER TABLE holder ADD COLUMN secret TEXT", "structure altered: 1 tables altered: holder"),
        ("DROP TABLE reversal", "structure altered: 1 tables missing: reversal"),
    ],
)
def test_altered_structure_is_named(path: Path, change: str, words: str) -> None:
    force(path, change, drop=False)
    assert words in [str(problem) for problem in verified(path).problems]


def test_altered_structure_is_one_line_for_each_kind_of_thing(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    force(path, *(f"DROP TRIGGER {name}" for (name,) in triggers), "DROP INDEX transfer_debit", drop=False)
    force(path, "UPDATE entry SET document = '伪' WHERE seq IN (9, 10)", drop=False)
    problems = verified(path).problems
    assert [problem.seq for problem in problems] == [9, 10, None, None]
    assert [str(problem) for problem in problems[2:]] == [
        "structure altered: 1 indexes missing: transfer_debit",
        f"structure altered: {len(triggers)} append-only triggers missing:"
        " account_no_delete, account_no_replace, account_no_update, …",
    ]


def test_what_others_keep_beside_the_ledger_does_not_matter(path: Path) -> None:
    """QGIS saves styles in a table of its own."""
    force(path, "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, style TEXT)", "ANALYZE", drop=False)
    assert verified(path).ok


def test_rows_that_no_entry_made_are_named(places: Places, place: Place) -> None:
    row = "99, 'quota', '慈溪市', '新增计划', 2031, 'available', NULL"
    places.force(place, f"INSERT INTO account VALUES ({row})", drop=False)
    assert [str(p) for p in verified(place).problems] == ["table account, row 99: no entry stands behind it"]


def test_damaged_pages_are_said(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 * 4 : 4096 * 5] = bytes(4096)
    path.write_bytes(content)
    report = verified(path)
    assert not report.ok
    assert any("damaged" in str(p) or "cannot be read" in str(p) or p.seq for p in report.problems)


def test_a_problem_names_its_entry_in_either_language() -> None:
    problem = Problem(9, "allot", text("cannot be replayed"))
    assert str(problem) == "entry 9 (allot): cannot be replayed"
    assert Problem(None, None, text("cannot be replayed")).render("en") == "cannot be replayed"
    assert "9" in problem.render("zh")


def test_reading_an_altered_ledger_says_so_instead_of_showing_it(places: Places, place: Place) -> None:
    places.force(place, "UPDATE transfer SET movement = 'gift' WHERE seq = 8")
    with (
        Ledger.open(place) as ledger,
        pytest.raises(LandquotaError, match="The ledger holds what landquota did not write: KeyError"),
    ):
        ledger.positions(LATER)


def test_posting_to_an_altered_ledger_says_so_and_adds_nothing(path: Path) -> None:
    force(path, "UPDATE kind SET valid_from = 'x'")
    with Ledger.open(path) as ledger:
        head = ledger.head
        with pytest.raises(LandquotaError, match="The ledger holds what landquota did not write: ValueError"):
            ledger.post(move("grant", COUNTY, "1亩"), recorded=NOW)
        assert ledger.head == head


def test_a_ledger_is_opened_only_if_its_chain_holds(path: Path) -> None:
    with Ledger.open(path, verify=True) as ledger:
        assert ledger.head == verified(path).head
    force(path, "UPDATE entry SET document = '甬自然资〔2018〕2号' WHERE key = 'allot'")
    with pytest.raises(InputError) as refused:
        Ledger.open(path, verify=True)
    assert str(refused.value) == (
        f"{path}: the chain of entries does not hold:"
        " entry 9 (allot): was altered: its content does not give its hash\n"
        "Find the altered entry with 'landquota ledger verify', and restore a copy."
    )
    with Ledger.open(path) as ledger:  # without being asked, nothing is checked
        assert len(ledger.entries()) == len(DECLARATIONS) + 7 + len(DATED)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM entry WHERE key = 'allot'",
        "UPDATE entry SET body = CAST(X'ff' AS TEXT) WHERE key = 'allot'",
        "UPDATE entry SET clause = X'00' WHERE key = 'allot'",
        "UPDATE entry SET prev = hash WHERE key = 'allot'",
    ],
)
def test_whatever_breaks_the_chain_is_told_as_one_message(path: Path, statement: str) -> None:
    force(path, "PRAGMA foreign_keys = OFF", statement)
    with pytest.raises(InputError, match=r"the chain of entries does not hold: entry 9"):
        Ledger.open(path, verify=True)
    assert not verified(path).ok


def test_a_file_that_cannot_be_read_is_not_opened(path: Path) -> None:
    force(path, "ALTER TABLE entry RENAME COLUMN clause TO clauses")
    with pytest.raises(InputError, match=r"does not hold: the file cannot be read: no such column"):
        Ledger.open(path, verify=True)


def test_a_head_says_how_many_entries_have_come_since(place: Place) -> None:
    with Ledger.open(place) as ledger:
        entries = ledger.entries()
        assert [ledger.entries_since(entry.hash) for entry in entries] == list(reversed(range(len(entries))))
        assert ledger.entries_since(GENESIS) == len(entries)
        assert [ledger.entries_since(head) for head in ("", "ab" * 32, ledger.head[:-1])] == [None, None, None]
