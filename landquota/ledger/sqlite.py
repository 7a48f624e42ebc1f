"""Everything that is particular to SQLite: connections, triggers, and what its errors mean.

No other module holds a statement that only SQLite understands.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import (
    Connection,
    Engine,
    PrimaryKeyConstraint,
    QueuePool,
    StaticPool,
    Table,
    UniqueConstraint,
    create_engine,
    event,
    insert,
)

from landquota.errors import InputError, LandquotaError
from landquota.i18n import Text, text
from landquota.ledger import schema

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import ConnectionPoolEntry

#: How long a writer waits for another one, in seconds.
BUSY_TIMEOUT_S: Final = 30.0
#: The execution option that says how a connection begins, and its values.
BEGIN: Final = "landquota_begin"
READ: Final = "BEGIN"
WRITE: Final = "BEGIN IMMEDIATE"
NOTHING: Final = ""
_SYNCHRONOUS_FULL: Final = 2


def engine_for(path: Path) -> Engine:
    """Return an engine for the ledger file `path`.

    The path goes to SQLite as it is, never as a URL, so that any character may stand in it.
    A connection holds no lock between transactions; do not carry one over a fork.
    """
    engine = create_engine(
        "sqlite+pysqlite://",
        creator=lambda: sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False),
        poolclass=QueuePool,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Set up a new connection, and make sure that what was set holds."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA synchronous = FULL")
    # On macOS, FULL reaches the disk's own cache only; elsewhere this changes nothing.
    cursor.execute("PRAGMA fullfsync = ON")
    # An import touches pages all over the indexes of keys and accounts: in SQLite's own 2 MB it would write
    # and read them again and again (15 µs of system time an entry instead of 3).
    cursor.execute("PRAGMA cache_size = -65536")
    cursor.execute("PRAGMA synchronous")
    row = cursor.fetchone()
    if row is None or row[0] != _SYNCHRONOUS_FULL:
        raise LandquotaError(
            text("The ledger cannot be opened safely: SQLite does not accept synchronous=FULL"),
            remedy=text("Use a Python whose SQLite library is complete."),
        )
    cursor.close()


def _begin(connection: Connection) -> None:
    """Begin for real: a writer takes the write lock at once, before it reads what it decides by."""
    statement = connection.get_execution_options().get(BEGIN, READ)
    if statement != NOTHING:
        connection.exec_driver_sql(statement)


def use_write_ahead_log(engine: Engine, path: Path) -> None:
    """Let readers (QGIS, another program) and one writer work side by side."""
    # The mode cannot change inside a transaction.
    with engine.connect().execution_options(**{BEGIN: NOTHING}) as connection:
        mode = connection.exec_driver_sql("PRAGMA journal_mode = WAL").scalar_one()
    if mode != "wal":
        raise InputError(
            text("{path}: this disk does not allow a write-ahead log (SQLite answers '{mode}')", path=path, mode=mode),
            remedy=text("Put the project on a local disk; a network share damages the ledger."),
        )


def create(connection: Connection) -> None:
    """Make the tables, the triggers that keep them append-only, and the rows of ``meta``."""
    schema.metadata.create_all(connection, checkfirst=False)
    connection.execute(insert(schema.meta), list(schema.META))
    for statement in _triggers():
        connection.exec_driver_sql(statement)


def table_names(connection: Connection) -> set[str]:
    """Return the names of all tables in the file."""
    rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
    return set(rows.scalars())


def _triggers() -> Iterator[str]:
    for table in schema.metadata.sorted_tables:
        name = table.name
        yield _refusal(f"{name}_no_update", name, verb="UPDATE")
        yield _refusal(f"{name}_no_delete", name, verb="DELETE")
        # INSERT OR REPLACE deletes without asking the trigger above.
        there = f"EXISTS (SELECT 1 FROM {name} WHERE {_same_identity(table)})"  # noqa: S608 - our own names
        yield _refusal(f"{name}_no_replace", name, verb="INSERT", when=there)
    next_seq = "(SELECT coalesce(max(seq), 0) + 1 FROM entry)"
    yield _refusal("entry_in_order", "entry", verb="INSERT", when=f"NEW.seq IS NOT {next_seq}")


def _refusal(name: str, table: str, *, verb: str, when: str = "1") -> str:
    refuse = f"SELECT RAISE(ABORT, 'append-only: {table}')"
    return f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {when} BEGIN {refuse}; END"


def _same_identity(table: Table) -> str:
    """Return the condition that a row is the new one, in the words of the indexes, so that SQLite uses them."""
    unique = (c for c in table.constraints if isinstance(c, PrimaryKeyConstraint | UniqueConstraint))
    identities = {tuple(map(str, constraint.columns)) for constraint in unique}
    identities |= {tuple(map(str, index.expressions)) for index in table.indexes if index.unique}
    return " OR ".join(
        "(" + " AND ".join(f"{part} IS {part.replace(f'{table.name}.', 'NEW.')}" for part in parts) + ")"
        for parts in sorted(identities)
    )


def altered_structure(connection: Connection) -> dict[tuple[str, str], list[str]]:
    """Return the tables, indexes and triggers of ours that are not as they were made, by name.

    They come by what they are (table, index, trigger) and what became of them (missing, added,
    altered).  Tables that somebody added beside ours (QGIS keeps styles in such) do not matter.
    """
    expected, actual = _pristine_structure(), _structure(connection)
    found: dict[tuple[str, str], list[str]] = {}
    for thing in sorted(expected.keys() | actual.keys()):
        if expected.get(thing) != actual.get(thing):
            what, name = thing
            fate = "missing" if thing not in actual else "altered" if thing in expected else "added"
            found.setdefault((what, fate), []).append(name)
    return found


@cache
def _pristine_structure() -> Mapping[tuple[str, str], str]:
    engine = create_engine("sqlite+pysqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        create(connection)
        structure = _structure(connection)
    engine.dispose()
    return structure


def _structure(connection: Connection) -> dict[tuple[str, str], str]:
    """Return what makes each table, index and trigger of ours, by what it is and its name."""
    names = ", ".join(f"'{table.name}'" for table in schema.metadata.sorted_tables)
    rows = connection.exec_driver_sql(
        f"SELECT type, name, coalesce(sql, '') FROM sqlite_master WHERE tbl_name IN ({names})"  # noqa: S608 - our own names
    )
    # Only blanks and quotes may differ: versions of SQLAlchemy write them differently.
    return {(what, name): re.sub(r"[\s\"]+", "", statement) for what, name, statement in rows}


def damage(connection: Connection) -> list[str]:
    """Return what SQLite's own check of the file finds: broken pages, indexes that do not match."""
    answers: list[str] = list(connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars())
    return [] if answers == ["ok"] else answers


@contextmanager
def reading_anything(connection: Connection) -> Iterator[None]:
    """Let text that is no longer UTF-8 be read, so that a check can name its row."""
    driver = connection.connection.driver_connection
    assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - for the type checker; the engine is ours
    driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = str


#: What SQLite's errors mean to the user, by the beginning of their names.
_MEANINGS: Final[tuple[tuple[str, Text, Text], ...]] = (
    (
        "SQLITE_BUSY",
        text("{path}: another program has been writing to the ledger for a long time"),
        text("Wait for it to end, or close it, and try again; nothing was written."),
    ),
    (
        "SQLITE_READONLY",
        text("{path}: the ledger or its folder is read-only"),
        text("Get the right to write in the folder, or copy the project to one where you have it."),
    ),
    (
        "SQLITE_CANTOPEN",
        text("{path}: the ledger cannot be opened or made"),
        text("Get the right to write in the folder, or copy the project to one where you have it."),
    ),
    (
        "SQLITE_FULL",
        text("{path}: the disk is full"),
        text("Free some space and try again; nothing was written."),
    ),
    (
        "SQLITE_NOTADB",
        text("{path} is not a ledger"),
        text("Name the ledger.sqlite of a project, or make it with 'landquota build'."),
    ),
    (
        "SQLITE_CORRUPT",
        text("{path}: the file is damaged"),
        text("Restore a copy and check it with 'landquota ledger verify --head …'."),
    ),
    (
        "SQLITE_IOERR",
        text("{path}: the disk cannot be read or written"),
        text("Check the disk or the connection to it, and try again."),
    ),
)


def explained(error: DBAPIError, path: Path) -> LandquotaError | None:
    """Return what `error` means to the user, or None where it is a fault of ours."""
    name = getattr(error.orig, "sqlite_errorname", "")
    for beginning, message, remedy in _MEANINGS:
        if name.startswith(beginning):
            return InputError(Text(message.msgid, {"path": path}), remedy=remedy)
    return None
