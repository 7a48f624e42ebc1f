"""Opening: what is safe is opened, what is not is said; other programs at the same file."""

# ruff: noqa: S608 - the tables are our own

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import geopandas
import pyogrio
import pytest
from children import Parent
from ledger_samples import DECLARATIONS, LAST, NOW, TOWN, at, move, mu
from places import Place, Places
from shapely import box
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.functions import count

from landquota.errors import InputError, LandquotaError, UsageError
from landquota.ledger import Ledger, dialect, mounts, schema
from landquota.ledger.posting import Posting
from landquota.ledger.store import open_store

GDAL = """
import sys
from pyogrio import raw
meta, _, _, fields = raw.read(sys.argv[1], layer="transfer", read_geometry=False)
print(*(f"{name}:{values.dtype}:{values[-1]}" for name, values in zip(meta["fields"], fields, strict=True)))
"""
READER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN")
print(connection.execute("SELECT count(*) FROM entry").fetchone()[0], flush=True)
sys.stdin.readline()
print(connection.execute("SELECT count(*) FROM entry").fetchone()[0], flush=True)
connection.execute("COMMIT")
print(connection.execute("SELECT count(*) FROM entry").fetchone()[0], flush=True)
"""


@pytest.mark.parametrize("name", ["账本 1.sqlite", "a#b?c%41&d=e.sqlite", "file:x?mode=ro", "观海卫'\"镇.sqlite"])
def test_any_character_may_stand_in_the_path(tmp_path: Path, name: str) -> None:
    path = tmp_path / "慈溪 #1?%20" / name
    with Ledger.open(path, create=True) as ledger:
        ledger.import_all(DECLARATIONS, recorded=NOW)
    assert path.is_file()
    with Ledger.open(str(path)) as ledger:
        assert ledger.verify().entries == len(DECLARATIONS)
    assert {p.name for p in path.parent.iterdir()} == {name}


def test_creating_again_opens_what_is_there(place: Place) -> None:
    with Ledger.open(place, create=True) as ledger:
        assert len(ledger.holders()) == 4


def test_an_empty_file_left_by_a_crash_becomes_a_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.touch()
    with pytest.raises(InputError, match="is not a ledger"):
        Ledger.open(path)
    with Ledger.open(path, create=True) as ledger:
        assert ledger.verify().ok


def test_what_cannot_be_a_ledger_is_said(tmp_path: Path) -> None:
    missing, text, folder = tmp_path / "none.sqlite", tmp_path / "text.sqlite", tmp_path / "folder.sqlite"
    text.write_text("序号,面积\n" * 200, "utf-8")
    folder.mkdir()
    other = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE meta (name TEXT, value TEXT)")
    cases = [
        (missing, False, "There is no ledger at"),
        (folder, False, "There is no ledger at"),
        (folder, True, "There is no ledger at"),
        (text, False, "is not a ledger"),
        (text, True, "is not a ledger"),
        (other, True, "is not a ledger"),
        (tmp_path / "layers.gpkg", True, "holds layers, not a ledger"),
    ]
    if sys.platform == "linux":
        cases += [
            (Path("/proc/no/ledger.sqlite"), True, "The folder /proc/no cannot be made"),
            (Path("/proc/ledger.sqlite"), True, "read-only|cannot be opened or made"),
        ]
    for path, create, words in cases:
        with pytest.raises(InputError, match=words) as refusal:
            Ledger.open(path, create=create)
        assert refusal.value.remedy is not None
        assert str(path.parent) in str(refusal.value)
    assert not missing.exists()
    with closing(sqlite3.connect(other)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_read_only_folder_is_said(ledger_path: Path) -> None:
    ledger_path.parent.chmod(0o500)
    if os.access(ledger_path.parent, os.W_OK):  # root may write anywhere
        Ledger.open(ledger_path).close()
    else:
        with pytest.raises(InputError, match="the ledger or its folder is read-only"):
            Ledger.open(ledger_path)
    ledger_path.parent.chmod(0o700)
    assert ledger_path.is_file()


def test_a_ledger_of_a_later_version_is_left_alone(places: Places, place: Place) -> None:
    later = schema.SCHEMA_VERSION + 1
    places.force(place, f"UPDATE meta SET value = '{later}' WHERE name = 'schema'")
    with pytest.raises(InputError, match=rf"later landquota \(ledger version {later}, this one knows {later - 1}\)"):
        Ledger.open(place)


def test_a_closed_ledger_says_so(ledger: Ledger) -> None:
    ledger.close()
    ledger.close()
    with pytest.raises(UsageError, match="has been closed"):
        ledger.positions(LAST)


def test_every_connection_is_safe_against_power_loss(ledger_path: Path) -> None:
    store = open_store(ledger_path, create=False)
    with store.reading() as first, store.writing() as second:
        for connection in (first, second):
            answers = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("synchronous", "journal_mode", "foreign_keys")
            ]
            assert answers == [2, "wal", 1]
    store.close()


def test_only_numbers_and_text_are_stored(ledger_path: Path) -> None:
    with closing(sqlite3.connect(ledger_path)) as connection:
        for table in schema.metadata.tables:
            types = {row[2] for row in connection.execute(f"PRAGMA table_info({table})")}
            assert types <= {"INTEGER", "BIGINT", "TEXT"}, table


def test_a_balance_reads_the_index_only(ledger_path: Path) -> None:
    with closing(sqlite3.connect(ledger_path)) as connection:
        for column in ("debit", "credit"):
            query = f"SELECT effective, sum(amount) FROM transfer WHERE {column} = 1 GROUP BY effective"
            plan = connection.execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
            assert f"USING COVERING INDEX transfer_{column}" in plan[0][3]


def test_the_database_itself_refuses_what_the_code_never_does(place: Place) -> None:
    store = open_store(place, create=False)
    row = {"seq": 8, "movement": "grant", "debit": 1, "credit": 1, "amount": -5, "effective": "2018-01-01"}
    with store.writing() as connection, pytest.raises(IntegrityError):
        connection.execute(schema.transfer.insert(), [row])
    store.close()


def test_a_writer_that_waits_too_long_is_told_why(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect, "WAIT_S", 0.01)
    other = open_store(place, create=False)
    with Ledger.open(place) as ledger:
        with (
            other.writing(),
            pytest.raises(LandquotaError, match="another program has been writing to the ledger"),
        ):
            ledger.post(move("grant", TOWN, "1亩"), recorded=NOW)
        assert not ledger.post(move("grant", TOWN, "1亩"), recorded=NOW).already
    other.close()


def test_a_reader_such_as_qgis_neither_blocks_nor_breaks(ledger_path: Path) -> None:
    with (
        Ledger.open(ledger_path) as ledger,
        subprocess.Popen(
            [sys.executable, "-c", READER, ledger_path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as reader,
    ):
        assert reader.stdin is not None
        assert reader.stdout is not None
        before = int(reader.stdout.readline())
        ledger.post(move("grant", TOWN, "10亩"), recorded=NOW)
        ledger.post(move("commit", TOWN, "4亩"), recorded=NOW)
        print(file=reader.stdin, flush=True)
        assert int(reader.stdout.readline()) == before
        assert int(reader.stdout.readline()) == before + 2
        assert ledger.verify().ok


def test_gdal_in_another_process_reads_numbers_and_text(ledger_path: Path) -> None:
    with Ledger.open(ledger_path) as ledger:
        ledger.post(move("grant", TOWN, "1000000000亩", zone="GHW-01"), recorded=NOW)
        run = subprocess.run(
            [sys.executable, "-c", GDAL, ledger_path], capture_output=True, check=True, encoding="utf-8"
        )
        assert {"amount:int64:200000000000000", "effective:object:2018-06-01", "zone:object:GHW-01"} <= set(
            run.stdout.split()
        )
        ledger.post(move("commit", TOWN, "1亩"), recorded=NOW)
        assert ledger.verify().ok


def test_layers_read_beside_the_ledger_lose_nothing(place: Place, tmp_path: Path, parent: Parent) -> None:
    """GDAL and the ledger's driver in one process: what was committed stays visible to another process."""
    layers = tmp_path / "layers.gpkg"
    frame = geopandas.GeoDataFrame({"zone": ["GHW-01"]}, geometry=[box(0, 0, 1, 1)], crs="EPSG:4549")
    idle = open_store(place, create=False)
    with Ledger.open(place) as ledger, idle.reading():
        before = ledger.verify().entries
        for number in range(1, 9):
            frame.to_file(layers, layer=f"zones{number % 3}", driver="GPKG", engine="pyogrio")
            ledger.post(move("grant", TOWN, "1亩"), recorded=NOW)
            assert len(pyogrio.read_dataframe(layers, layer=f"zones{number % 3}")) == 1
            assert parent("look", place).answers == [before + number]
    with idle.writing() as connection:
        assert len(pyogrio.read_dataframe(layers, layer="zones1")) == 1
        posting = Posting(connection, recorded="2021-06-23T08:30:00Z")
        posting.post(move("grant", TOWN, "1亩"))
        assert len(pyogrio.list_layers(layers)) == 3
        posting.write()
        assert len(pyogrio.read_dataframe(layers, layer="zones2")) == 1
    idle.close()
    assert parent("look", place).answers == [before + 9]
    with Ledger.open(place) as ledger:
        assert mu(at(ledger, TOWN), "granted") == ["9"]
        assert ledger.verify().ok


def test_two_that_have_one_ledger_open_see_each_other(place: Place) -> None:
    with Ledger.open(place) as one, Ledger.open(place) as two:
        one.post(move("grant", TOWN, "10亩"), recorded=NOW)
        two.post(move("commit", TOWN, "10亩"), recorded=NOW)
        assert one.head == two.head
        assert mu(at(one, TOWN), "available") == ["0"]


def test_a_reader_sees_one_state_and_a_writer_the_last_one(place: Place) -> None:
    entries = select(count()).select_from(schema.entry)
    store = open_store(place, create=False)
    with Ledger.open(place) as ledger, store.reading() as reader:
        before = reader.execute(entries).scalar_one()
        ledger.post(move("grant", TOWN, "10亩"), recorded=NOW)
        assert reader.execute(entries).scalar_one() == before
        with store.writing() as writer:
            assert writer.execute(entries).scalar_one() == before + 1
        assert reader.execute(entries).scalar_one() == before
    store.close()


def test_work_that_is_only_tried_is_undone(place: Place) -> None:
    store = open_store(place, create=False)
    with store.trying() as connection:
        connection.execute(schema.meta.insert(), [{"name": "x", "value": "y"}])
    with store.reading() as connection:
        assert {row.name for row in connection.execute(select(schema.meta))} == {row["name"] for row in schema.META}
    store.close()


def test_a_copy_is_the_whole_ledger(places: Places, place: Place) -> None:
    with Ledger.open(place) as ledger:
        head = ledger.post(move("grant", TOWN, "10亩"), recorded=NOW).hash
    with Ledger.open(places.copy(place)) as copy:
        assert copy.verify(head=head).ok


MOUNTS = r"""/dev/vda1 / ext4 rw 0 0
server:/export /mnt/nfs nfs4 rw 0 0
//server/land /mnt/share\040of\040office cifs rw 0 0
tmpfs /mnt/nfs/local tmpfs rw 0 0
user@host:/ /home/clerk/remote fuse.sshfs rw 0 0
broken line
"""


@pytest.mark.parametrize(
    ("path", "share"),
    [
        ("/work/ledger", None),
        ("/mnt/nfs", "nfs4"),
        ("/mnt/nfs/county", "nfs4"),
        ("/mnt/nfs/local/county", None),
        ("/mnt/nfsx/county", None),
        ("/mnt/share of office/慈溪", "cifs"),
        ("/home/clerk/remote/x", "fuse.sshfs"),
    ],
)
def test_a_network_share_is_known_by_its_mount(path: str, share: str | None) -> None:
    assert mounts.mounted_share(Path(path), MOUNTS) == share


@pytest.mark.parametrize(
    ("path", "unc"),
    [
        (r"\\server\land\ledger.sqlite", True),
        (r"\\?\UNC\server\land", True),
        (r"\\?\C:\land", False),
        (r"C:\land", False),
        ("/work/land", False),
    ],
)
def test_a_windows_server_is_known_by_its_name(path: str, unc: bool) -> None:  # noqa: FBT001
    assert mounts.is_unc(path) is unc


@pytest.mark.skipif(sys.platform != "linux", reason="reads the mounts of Linux")
def test_a_network_share_is_refused_with_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "mounts"
    table.write_text(f"server:/land {tmp_path.resolve()} nfs4 rw 0 0\n")
    monkeypatch.setattr(mounts, "MOUNTS", table)
    with pytest.raises(InputError, match=r"lies on a network share \(nfs4\): the write-ahead log"):
        Ledger.open(tmp_path / "ledger.sqlite", create=True)
    assert list(tmp_path.iterdir()) == [table]


def test_a_ledger_that_another_program_makes_meanwhile_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two questions about the file it may have been made; found by the race of six, once in many runs."""
    place, is_file = tmp_path / "l.sqlite", Path.is_file

    def made_meanwhile(path: Path) -> bool:
        there = is_file(path)
        if path == place and not there:
            Ledger.open(tmp_path / "other.sqlite", create=True).close()
            (tmp_path / "other.sqlite").rename(place)
        return there

    monkeypatch.setattr(Path, "is_file", made_meanwhile)
    with Ledger.open(place, create=True) as ledger:
        assert ledger.verify().ok
