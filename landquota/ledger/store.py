"""Where a ledger is kept: opening it safely, and its two kinds of transaction."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import DBAPIError

from landquota.errors import InputError, UsageError
from landquota.i18n import text
from landquota.ledger import schema
from landquota.ledger.dialect import Dialect
from landquota.ledger.migration import migrate
from landquota.ledger.postgres import PostgreSQL
from landquota.ledger.sqlite import SQLite

#: The tables by which a ledger is known.
_HALLMARKS: Final = frozenset({schema.meta.name, schema.entry.name, schema.transfer.name})


class Store:
    """An open ledger; no lock is held between transactions."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self._engine: Engine | None = dialect.engine()

    @contextmanager
    def looking(self) -> Iterator[Connection]:
        """Give a connection that looks whether there is a ledger."""
        with self._begun(self.dialect.begin_looking) as connection:
            yield connection

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """Give a connection that may change the tables themselves, alone; nobody sees them half changed."""
        with self._begun(self.dialect.begin_writing) as connection:
            yield connection
            connection.commit()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the ledger throughout."""
        with self._begun(self.dialect.begin_reading) as connection:
            self.refuse_later(connection)
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection that alone may write; what it wrote is on disk when the block has ended."""
        with self.changing() as connection:
            self.refuse_later(connection)
            yield connection

    @contextmanager
    def trying(self) -> Iterator[Connection]:
        """Give a connection for writing whose work is always undone."""
        with self._begun(self.dialect.begin_writing) as connection:
            self.refuse_later(connection)
            yield connection

    def refuse_later(self, connection: Connection) -> None:
        """Make sure that no later landquota has made the ledger, or changed it since it was opened.

        Raises
        ------
        InputError
            One has.
        """
        version = _version(connection)
        if version is not None and version > schema.SCHEMA_VERSION:
            raise InputError(
                text(
                    "{path} was made by a later landquota (ledger version {found}, this one knows {known})",
                    path=self.dialect.place,
                    found=version,
                    known=schema.SCHEMA_VERSION,
                ),
                remedy=text("Install that version of landquota; nothing was changed."),
            )

    def close(self) -> None:
        """Close it; closing twice does no harm."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    @property
    def engine(self) -> Engine:
        """The open engine."""
        if self._engine is None:
            raise UsageError(text("The ledger {path} has been closed", path=self.dialect.place))
        return self._engine

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Turn what the database says into what the user can mend."""
        try:
            yield
        except DBAPIError as error:
            meaning = self.dialect.explained(error)
            if meaning is None:
                raise
            raise meaning from error

    @contextmanager
    def _begun(self, begin: Callable[[Connection], None]) -> Iterator[Connection]:
        """Give a connection that begins with `begin`; what the block leaves open is undone."""
        with self.explaining(), self.engine.connect() as connection:
            begin(connection)
            yield connection


def open_store(place: str | PathLike[str], *, create: bool) -> Store:
    """Open the ledger at `place`, a file or the URL of a database; with `create` a missing one is made.

    A ledger of an earlier version is brought up to date.

    Raises
    ------
    InputError
        There is no ledger, it comes from a later version, or from an earlier one and was altered,
        or it cannot be kept there safely (a read-only folder, a network share, a server that does
        not wait for its disk).
    UsageError
        `place` is the URL of what is no store for a ledger.
    """
    dialect = _dialect(place)
    dialect.check_place(create=create)
    store = Store(dialect)
    try:
        _check_format(store, create=create)
        with store.explaining():
            dialect.settle(store.engine)
    except BaseException:
        store.close()
        raise
    return store


def _dialect(place: str | PathLike[str]) -> Dialect:
    """Return what keeps a ledger at `place`: a path is a file, whatever stands in it."""
    if isinstance(place, str) and re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", place):
        return PostgreSQL.at(place)
    return SQLite(Path(place))


def _check_format(store: Store, *, create: bool) -> None:
    """Make an empty place a ledger if asked to, bring an earlier one up to date; refuse any other."""
    with store.looking() as connection:
        tables = store.dialect.table_names(connection)
        version = _version(connection) if tables >= _HALLMARKS else None
    if not tables and create:
        _make(store)
    elif _is_earlier(version):
        _bring_up_to_date(store, version)
    with store.looking() as connection:
        if not store.dialect.table_names(connection) >= _HALLMARKS:
            raise InputError(text("{path} is not a ledger", path=store.dialect.place), remedy=store.dialect.elsewhere)
        store.refuse_later(connection)


def _make(store: Store) -> None:
    with store.changing() as connection:
        # Another process may have been faster: look again under the write lock.
        if not store.dialect.table_names(connection):
            store.dialect.create(connection)
            connection.execute(insert(schema.meta), list(schema.META))


def _bring_up_to_date(store: Store, version: int | None) -> None:
    try:
        with store.changing() as connection:
            if _is_earlier(_version(connection)):  # if no other process was faster
                migrate(connection, store.dialect)
    except InputError as error:
        raise InputError(
            text(
                "{path} was made by an earlier landquota (ledger version {found}) and cannot be brought"
                " to version {known}: {reason}",
                path=store.dialect.place,
                found=version,
                known=schema.SCHEMA_VERSION,
                reason=error.message,
            ),
            remedy=error.remedy,
        ) from error


def _is_earlier(version: int | None) -> bool:
    return version is not None and version < schema.SCHEMA_VERSION


def _version(connection: Connection) -> int | None:
    """Return the version of the tables; what is no number is left for verification to name."""
    found = connection.execute(select(schema.meta.c.value).where(schema.meta.c.name == "schema")).scalar()
    return int(found) if isinstance(found, str) and found.isdecimal() else None
