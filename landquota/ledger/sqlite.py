"""Everything that is particular to SQLite: the file, connections, triggers, and what its errors mean.

No other module holds a statement that only SQLite understands.
"""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
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
)
from sqlalchemy.exc import OperationalError

from landquota.errors import InputError, LandquotaError
from landquota.i18n import Text, text
from landquota.ledger import dialect, mounts, schema
from landquota.ledger.dialect import BUSY, FULL, Fate, Meaning, Part

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import ConnectionPoolEntry

#: Files that GDAL writes: opening one here loses what it commits.
_GDAL_SUFFIXES: Final = frozenset({".gpkg", ".fgb", ".shp", ".dbf"})
#: How long to wait before the mode is asked for again, in seconds.
_PAUSE_S: Final = 0.01
_SYNCHRONOUS_FULL: Final = 2
_ELSEWHERE: Final = text("Name the ledger.sqlite of a project, or make it with 'landquota build'.")
_RIGHTS: Final = text("Get the right to write in the folder, or copy the project to one where you have it.")


@dataclass(frozen=True, slots=True)
class SQLite:
    """A ledger in a file of its own."""

    place: Path

    @property
    def elsewhere(self) -> Text:
        """What to do where there is no ledger."""
        return _ELSEWHERE

    def check_place(self, *, create: bool) -> None:
        """Make sure that the file is there or may be made, and that its disk keeps what is written.

        Raises
        ------
        InputError
            The file is missing or holds layers, or lies in a read-only folder or on a network share.
        """
        path = self.place
        if path.suffix.lower() in _GDAL_SUFFIXES:
            raise InputError(text("{path} holds layers, not a ledger", path=path), remedy=_ELSEWHERE)
        there = path.exists()  # asked once: another process may be making it
        if (there and not path.is_file()) or not (there or create):
            raise InputError(text("There is no ledger at {path}", path=path), remedy=_ELSEWHERE)
        share = mounts.network_share(path.parent)
        if share is not None:
            raise InputError(
                text(
                    "{path} lies on a network share ({share}): the write-ahead log of SQLite cannot be shared"
                    " between machines and would lose entries without any error",
                    path=path,
                    share=share,
                ),
                remedy=text("Put the project on a local disk of the machine that posts."),
            )
        if create:
            _make_folder(path.parent)
        if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
            raise InputError(text("{path}: the ledger or its folder is read-only", path=path), remedy=_RIGHTS)

    def engine(self) -> Engine:
        """Return an engine; the path goes to SQLite as it is, so that any character may stand in it."""
        engine = create_engine(
            "sqlite+pysqlite://",
            creator=lambda: sqlite3.connect(
                self.place, timeout=dialect.WAIT_S, isolation_level=None, check_same_thread=False
            ),
            poolclass=QueuePool,
        )
        event.listen(engine, "connect", _prepare)
        return engine

    def settle(self, engine: Engine) -> None:
        """Use a write-ahead log: readers (QGIS, another program) and one writer work side by side."""
        mode = _write_ahead(engine)
        if mode != "wal":
            raise InputError(
                text(
                    "{path}: this disk does not allow a write-ahead log (SQLite answers '{mode}')",
                    path=self.place,
                    mode=mode,
                ),
                remedy=text("Put the project on a local disk; a network share damages the ledger."),
            )

    def begin_looking(self, connection: Connection) -> None:
        """Begin to read."""
        connection.exec_driver_sql("BEGIN")

    def begin_reading(self, connection: Connection) -> None:
        """Begin to read: the first query fixes the state that all of them see."""
        connection.exec_driver_sql("BEGIN")

    def begin_writing(self, connection: Connection) -> None:
        """Take the write lock at once, before anything is read to decide by."""
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    def table_names(self, connection: Connection) -> set[str]:
        """Return the names of all tables in the file."""
        rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
        return set(rows.scalars())

    def create(self, connection: Connection) -> None:
        """Make the tables and their triggers."""
        _create(connection)

    def protect(self, connection: Connection) -> None:
        """Make the triggers that keep the tables append-only."""
        _protect(connection)

    def unprotect(self, connection: Connection) -> None:
        """Remove every trigger of our tables."""
        for what, name in _structure(connection):
            if what == "trigger":
                connection.exec_driver_sql(f"DROP TRIGGER {connection.dialect.identifier_preparer.quote(name)}")

    def altered_structure(self, connection: Connection) -> dict[Fate, list[str]]:
        """Return the tables, indexes and triggers of ours that are not as they were made, by name."""
        return dialect.altered(_pristine_structure(), _structure(connection))

    def damage(self, connection: Connection) -> list[str]:
        """Return what SQLite's own check of the file finds: broken pages, indexes that do not match."""
        answers: list[str] = list(connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars())
        return [] if answers == ["ok"] else answers

    @contextmanager
    def reading_anything(self, connection: Connection) -> Iterator[None]:
        """Let text that is no longer UTF-8 be read, so that a check can name its row."""
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)  # noqa: S101 - for the type checker; the engine is ours
        driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        try:
            yield
        finally:
            driver.text_factory = str

    def explained(self, error: DBAPIError) -> LandquotaError | None:
        """Return what `error` means to the user, or None where it is a fault of ours."""
        found = dialect.meaning(getattr(error.orig, "sqlite_errorname", ""), _MEANINGS)
        return None if found is None else found.about(self.place, error.orig)


def _write_ahead(engine: Engine) -> str:
    """Ask for the write-ahead log, and return the mode that SQLite then has.

    To change the mode SQLite does not wait for a lock, whatever the time-out: of six processes
    that made a ledger at once, one or two were told that it is locked.
    """
    end = time.monotonic() + dialect.WAIT_S
    while True:
        try:
            with engine.connect() as connection:
                mode: str = connection.exec_driver_sql("PRAGMA journal_mode = WAL").scalar_one()
        except OperationalError as error:
            busy = getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY")
            if not busy or time.monotonic() > end:
                raise
            time.sleep(_PAUSE_S)
        else:
            return mode


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            text("The folder {folder} cannot be made: {reason}", folder=folder, reason=error.strerror or error),
            remedy=_RIGHTS,
        ) from error


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


def _create(connection: Connection) -> None:
    schema.metadata.create_all(connection, checkfirst=False)
    _protect(connection)


def _protect(connection: Connection) -> None:
    for statement in _triggers():
        connection.exec_driver_sql(statement)


def _triggers() -> Iterator[str]:
    for table in schema.metadata.sorted_tables:
        name = table.name
        shrinks = f"({schema.TURNOVER_GROWS}) IS NOT TRUE" if table is schema.turnover else "1"
        yield _refusal(f"{name}_no_update", name, verb="UPDATE", when=shrinks)
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


@cache
def _pristine_structure() -> Mapping[Part, str]:
    engine = create_engine("sqlite+pysqlite://", poolclass=StaticPool)
    with engine.begin() as connection:
        _create(connection)
        structure = _structure(connection)
    engine.dispose()
    return structure


def _structure(connection: Connection) -> dict[Part, str]:
    """Return what makes each table, index and trigger of ours, by what it is and its name."""
    names = ", ".join(f"'{table.name}'" for table in schema.metadata.sorted_tables)
    rows = connection.exec_driver_sql(
        f"SELECT type, name, coalesce(sql, '') FROM sqlite_master WHERE tbl_name IN ({names})"  # noqa: S608 - our own names
    )
    # Only blanks and quotes may differ: versions of SQLAlchemy write them differently.
    return {(what, name): re.sub(r"[\s\"]+", "", statement) for what, name, statement in rows}


#: What SQLite's errors mean to the user, by the beginning of their names.
_MEANINGS: Final = (
    Meaning("SQLITE_BUSY", *BUSY),
    Meaning("SQLITE_READONLY", text("{path}: the ledger or its folder is read-only"), _RIGHTS),
    Meaning("SQLITE_CANTOPEN", text("{path}: the ledger cannot be opened or made"), _RIGHTS),
    Meaning("SQLITE_FULL", *FULL),
    Meaning("SQLITE_NOTADB", text("{path} is not a ledger"), _ELSEWHERE),
    Meaning(
        "SQLITE_CORRUPT",
        text("{path}: the file is damaged"),
        text("Restore a copy and check it with 'landquota ledger verify --head …'."),
    ),
    Meaning(
        "SQLITE_IOERR",
        text("{path}: the disk cannot be read or written"),
        text("Check the disk or the connection to it, and try again."),
    ),
)
