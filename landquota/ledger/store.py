"""Where a ledger is kept: opening it safely, and its two kinds of transaction."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import DBAPIError

from landquota.errors import InputError, UsageError
from landquota.i18n import text
from landquota.ledger import mounts, schema, sqlite

#: Files that GDAL writes: opening one here loses what it commits.
_GDAL_SUFFIXES: Final = frozenset({".gpkg", ".fgb", ".shp", ".dbf"})
#: The tables by which a ledger is known.
_HALLMARKS: Final = frozenset({schema.meta.name, schema.entry.name, schema.transfer.name})


class Store:
    """An open ledger file; no lock is held between transactions."""

    def __init__(self, path: Path, engine: Engine) -> None:
        self.path = path
        self._engine: Engine | None = engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one state of the ledger throughout."""
        with self._transaction(sqlite.READ) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a connection that alone may write; what it wrote is on disk when the block has ended."""
        with self._transaction(sqlite.WRITE) as connection:
            yield connection
            connection.commit()

    @contextmanager
    def trying(self) -> Iterator[Connection]:
        """Give a connection for writing whose work is always undone."""
        with self._transaction(sqlite.WRITE) as connection:
            yield connection

    def close(self) -> None:
        """Close the file; closing twice does no harm."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    @property
    def engine(self) -> Engine:
        """The open engine."""
        if self._engine is None:
            raise UsageError(text("The ledger {path} has been closed", path=self.path))
        return self._engine

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[Connection]:
        """Give a connection that begins with `begin`; what the block leaves open is undone."""
        with self.explaining(), self.engine.connect().execution_options(**{sqlite.BEGIN: begin}) as connection:
            yield connection

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Turn what SQLite says into what the user can mend."""
        try:
            yield
        except DBAPIError as error:
            meaning = sqlite.explained(error, self.path)
            if meaning is None:
                raise
            raise meaning from error


def open_store(path: Path, *, create: bool) -> Store:
    """Open the ledger file `path`; with `create` a missing one is made.

    Raises
    ------
    InputError
        The file is missing, is not a ledger, comes from a later version, or lies where a
        ledger cannot be kept safely (a read-only folder, a network share).
    """
    _check_place(path, create=create)
    store = Store(path, sqlite.engine_for(path))
    try:
        _check_format(store, create=create)
        with store.explaining():
            sqlite.use_write_ahead_log(store.engine, path)
    except BaseException:
        store.close()
        raise
    return store


def _check_place(path: Path, *, create: bool) -> None:
    if path.suffix.lower() in _GDAL_SUFFIXES:
        raise InputError(
            text("{path} holds layers, not a ledger", path=path),
            remedy=text("Name the ledger.sqlite of a project, or make it with 'landquota build'."),
        )
    if not path.is_file() and (path.exists() or not create):
        raise InputError(
            text("There is no ledger at {path}", path=path),
            remedy=text("Name the ledger.sqlite of a project, or make it with 'landquota build'."),
        )
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
        raise InputError(
            text("{path}: the ledger or its folder is read-only", path=path),
            remedy=text("Get the right to write in the folder, or copy the project to one where you have it."),
        )


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            text("The folder {folder} cannot be made: {reason}", folder=folder, reason=error.strerror or error),
            remedy=text("Get the right to write in the folder, or copy the project to one where you have it."),
        ) from error


def _check_format(store: Store, *, create: bool) -> None:
    """Make an empty file a ledger if asked to; refuse what is none, or a later one's."""
    with store.reading() as connection:
        tables = sqlite.table_names(connection)
    if not tables and create:
        # Another process may have been faster: look again under the write lock.
        with store.writing() as connection:
            if not sqlite.table_names(connection):
                sqlite.create(connection)
    with store.reading() as connection:
        tables = sqlite.table_names(connection)
        version = _version(connection) if schema.meta.name in tables else None
    if not tables >= _HALLMARKS:
        raise InputError(
            text("{path} is not a ledger", path=store.path),
            remedy=text("Name the ledger.sqlite of a project, or make it with 'landquota build'."),
        )
    if version is not None and version > schema.SCHEMA_VERSION:
        raise InputError(
            text(
                "{path} was made by a later landquota (ledger version {found}, this one knows {known})",
                path=store.path,
                found=version,
                known=schema.SCHEMA_VERSION,
            ),
            remedy=text("Install that version of landquota; nothing was changed."),
        )


def _version(connection: Connection) -> int | None:
    """Return the version of the tables; what is no number is left for verification to name."""
    found = connection.execute(select(schema.meta.c.value).where(schema.meta.c.name == "schema")).scalar()
    return int(found) if isinstance(found, str) and found.isdecimal() else None
