"""Everything that is particular to PostgreSQL: connections, locks, triggers, and what its errors mean.

No other module holds a statement that only PostgreSQL understands; how it describes the
structure of its tables stands in :mod:`~landquota.ledger.postgres_catalog`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, ProgrammingError

from landquota.errors import InputError, LandquotaError, UsageError
from landquota.i18n import Text, text
from landquota.ledger import dialect, postgres_catalog, schema
from landquota.ledger.dialect import BUSY, FULL, Fate, Meaning
from landquota.ledger.postgres_catalog import NAMESPACE

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

SCHEME: Final = "postgresql+psycopg"
_NAMESPACE_NUMBER: Final = f"'{NAMESPACE}'::regnamespace"
#: Whoever writes holds this lock; it needs no table that is there, and no right beyond INSERT.
_WRITERS_LOCK: Final = int.from_bytes(b"landquot")
_EXAMPLE: Final = f"{SCHEME}://user:password@host:5432/database"


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """A ledger in a schema of its own in a PostgreSQL database; one for each database."""

    url: URL = field(repr=False)

    @classmethod
    def at(cls, written: str) -> Self:
        """Return the database that a URL names.

        Raises
        ------
        UsageError
            The URL cannot be read, or is not one of PostgreSQL with its driver.
        """
        scheme = written.partition("://")[0]
        if scheme != SCHEME:
            raise UsageError(
                text("A ledger cannot be kept at a URL that begins with {scheme}://", scheme=scheme),
                remedy=text("Give the path of a file, or the URL of a PostgreSQL database: {url}", url=_EXAMPLE),
            )
        try:
            url = make_url(written)
        except (ArgumentError, ValueError):
            url = None
        # An @ that is not escaped in a password leaves a part of it in the host.
        if url is None or "@" in (url.host or ""):
            # The cause would show the password.
            raise UsageError(
                text("The URL of the database cannot be read"),
                remedy=text(
                    "Write it like this: {url}; in user and password, @ is %40, : is %3A, / is %2F and % is %25.",
                    url=_EXAMPLE,
                ),
            ) from None
        return cls(url)

    @property
    def place(self) -> str:
        """The URL without password and options."""
        url = self.url
        return URL.create(
            SCHEME, username=url.username, host=url.host, port=url.port, database=url.database
        ).render_as_string()

    @property
    def elsewhere(self) -> Text:
        """What to do where there is no ledger."""
        return text("Name the database that holds the ledger, or let landquota make one there.")

    def check_place(self, *, create: bool) -> None:
        """Do nothing: only the server can tell."""

    def engine(self) -> Engine:
        """Return an engine.

        Raises
        ------
        UsageError
            The driver is not installed.
        """
        try:
            engine = create_engine(self.url, connect_args={"client_encoding": "utf8"}, pool_pre_ping=True)
        except ImportError as error:
            raise UsageError(
                text("A ledger in PostgreSQL needs the driver psycopg: {reason}", reason=error),
                remedy=text("Install it with: pip install 'landquota[postgres]'"),
            ) from error
        event.listen(engine, "connect", _prepare)
        return engine

    def settle(self, engine: Engine) -> None:
        """Do nothing: what matters is set in each transaction, also behind a pool of connections."""

    def begin_looking(self, connection: Connection) -> None:
        """Begin to look; tables that are not there cannot be locked."""
        connection.exec_driver_sql(_here())

    def begin_reading(self, connection: Connection) -> None:
        """Begin to read one state; whoever changes the tables themselves has ended, or waits."""
        connection.exec_driver_sql(
            f"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY; {_here()};"
            # A lock takes no snapshot: the state that is read is one of after it.
            " LOCK TABLE entry IN ACCESS SHARE MODE"
        )

    def begin_writing(self, connection: Connection) -> None:
        """Take the writers' lock, and make sure that a commit waits for the disk.

        Raises
        ------
        InputError
            The server does not wait for its disk.
        """
        # Each query sees what was committed before it: none can see less than the lock promises.
        connection.exec_driver_sql(f"SET TRANSACTION ISOLATION LEVEL READ COMMITTED; {_here()}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")
        fsync, commit = connection.exec_driver_sql(
            "SELECT current_setting('fsync'), set_config('synchronous_commit',"
            " CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END, true)"
        ).one()
        if fsync != "on" or commit not in {"on", "remote_apply"}:
            raise InputError(
                text(
                    "{path}: the server does not wait for its disk (fsync is {fsync}, synchronous_commit is {commit}):"
                    " a loss of power would damage the ledger",
                    path=self.place,
                    fsync=fsync,
                    commit=commit,
                ),
                remedy=text("Set fsync = on in postgresql.conf and reload the server; nothing was written."),
            )

    def table_names(self, connection: Connection) -> set[str]:
        """Return the names of all tables in the ledger's schema."""
        return set(connection.exec_driver_sql(_TABLES).scalars())

    def create(self, connection: Connection) -> None:
        """Make the schema if the administrator has not, the tables, and their triggers.

        Raises
        ------
        InputError
            The database does not keep Chinese texts.
        """
        encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
        if encoding != "UTF8":
            raise InputError(
                text(
                    "{path}: the database keeps texts in {encoding}, not in UTF-8", path=self.place, encoding=encoding
                ),
                remedy=text("Make the database with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0"),
            )
        there = f"SELECT to_regnamespace('{NAMESPACE}') IS NOT NULL"
        if not connection.exec_driver_sql(there).scalar_one():
            connection.exec_driver_sql(f"CREATE SCHEMA {NAMESPACE}")
        _create(connection, NAMESPACE)

    def protect(self, connection: Connection) -> None:
        """Make the triggers that keep the tables append-only."""
        _protect(connection, NAMESPACE)

    def unprotect(self, connection: Connection) -> None:
        """Remove every trigger of our tables; from here on nobody else reads them."""
        connection.exec_driver_sql("LOCK TABLE entry IN ACCESS EXCLUSIVE MODE")
        for table, trigger in postgres_catalog.triggers(connection, _NAMESPACE_NUMBER):
            connection.exec_driver_sql(f"DROP TRIGGER {trigger} ON {table}")

    def altered_structure(self, connection: Connection) -> dict[Fate, list[str]]:
        """Return the tables, indexes, triggers and functions of ours that are not as they were made, by name."""
        with connection.engine.connect() as scratch:  # never committed
            scratch.exec_driver_sql("SET LOCAL search_path TO pg_temp")
            _create(scratch, "pg_temp")
            expected = postgres_catalog.structure(scratch, "pg_my_temp_schema()")
        return dialect.altered(expected, postgres_catalog.structure(connection, _NAMESPACE_NUMBER))

    def damage(self, connection: Connection) -> list[str]:
        """Return what the extension amcheck finds, where the database has it and lets this user ask."""
        return postgres_catalog.damage(connection, _NAMESPACE_NUMBER)

    def reading_anything(self, connection: Connection) -> AbstractContextManager[object]:
        """Let the transaction go on after a query that fails."""
        return connection.begin_nested()

    def explained(self, error: DBAPIError) -> LandquotaError | None:
        """Return what `error` means to the user, or None where it is a fault of ours."""
        code = getattr(error.orig, "sqlstate", None)
        unreachable = error.statement is None or isinstance(error, OperationalError)
        if code is None and unreachable and isinstance(error, OperationalError | ProgrammingError):
            code = "08"
        found = dialect.meaning(code or "", _MEANINGS)
        reason = " ".join(str(error.orig).split())
        return None if found is None else found.about(self.place, reason)


def _here() -> str:
    """Set, for one transaction, where names are looked up and how long a lock is waited for.

    A temporary table never stands for one of ours.
    """
    return f"SET LOCAL search_path TO {NAMESPACE}, pg_temp; SET LOCAL lock_timeout TO {round(dialect.WAIT_S * 1000)}"


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Read sums as whole numbers: PostgreSQL makes numerics of them, and nothing of ours has a fraction."""
    adapters: Any = connection.adapters
    adapters.register_loader("numeric", adapters.get_loader(adapters.types["int8"].oid, 0))


def _create(connection: Connection, namespace: str) -> None:
    schema.metadata.create_all(connection, checkfirst=False)
    _protect(connection, namespace)


def _protect(connection: Connection, namespace: str) -> None:
    connection.exec_driver_sql(";".join(_triggers(namespace)))


def _triggers(namespace: str) -> Iterator[str]:
    for name, body in (("append_only", _REFUSE), ("in_order", _IN_ORDER)):
        head = f"CREATE OR REPLACE FUNCTION {namespace}.{name}() RETURNS trigger LANGUAGE plpgsql"
        yield f"{head} AS $$BEGIN {body} END$$"
    for table in schema.metadata.sorted_tables:
        # Of each row: a statement at a table that ours was made a part of finds those triggers too.
        refuse = f"EXECUTE FUNCTION {namespace}.append_only()"
        shrinks = f"WHEN (({schema.TURNOVER_GROWS}) IS NOT TRUE) " if table is schema.turnover else ""
        yield from _trigger(table.name, "no_update", "UPDATE", f"ROW {shrinks}{refuse}")
        yield from _trigger(table.name, "no_delete", "DELETE", f"ROW {refuse}")
        yield from _trigger(table.name, "no_truncate", "TRUNCATE", f"STATEMENT {refuse}")
    yield from _trigger("entry", "in_order", "INSERT", f"ROW EXECUTE FUNCTION {namespace}.in_order()")


def _trigger(table: str, name: str, verb: str, action: str) -> Iterator[str]:
    yield f"CREATE TRIGGER {table}_{name} BEFORE {verb} ON {table} FOR EACH {action}"
    # Also for a session that takes the role of a replica, in which triggers sleep.
    yield f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_{name}"


_REFUSE: Final = (
    "RAISE EXCEPTION USING MESSAGE = 'append-only: ' || TG_TABLE_NAME, ERRCODE = 'integrity_constraint_violation';"
)
_IN_ORDER: Final = (
    f"IF NEW.seq IS DISTINCT FROM (SELECT coalesce(max(seq), 0) + 1 FROM {NAMESPACE}.entry)"  # noqa: S608 - our own name
    f" THEN {_REFUSE} END IF; RETURN NEW;"
)
_TABLES: Final = f"SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace('{NAMESPACE}') AND relkind = 'r'"  # noqa: S608 - our own name
_UNREACHABLE: Final = (
    text("{path}: the database cannot be reached: {reason}"),
    text(
        "Check that the server runs, and host, port, database, user and password; if the connection broke while"
        " something was written, look whether it is there before you write it again."
    ),
)
#: What PostgreSQL's errors mean to the user, by the beginning of their codes.
_MEANINGS: Final = (
    Meaning("55P03", *BUSY),
    Meaning("40P01", *BUSY),
    Meaning("53100", *FULL),
    Meaning("08", *_UNREACHABLE),
    Meaning("57", *_UNREACHABLE),
    Meaning(
        "42501",
        text("{path}: the database does not let this user do that: {reason}"),
        text("Ask the administrator of the database for the right, or name a user who has it; nothing was written."),
    ),
    Meaning(
        "25006",
        text("{path}: the database takes no changes: {reason}"),
        text("Name the server that takes them, not a standby of it; nothing was written."),
    ),
    Meaning(
        "2BP01",
        text("{path}: something that others made hangs on the tables of the ledger: {reason}"),
        text("Remove it, open the ledger, and make it again; nothing was changed."),
    ),
    Meaning(
        "XX00",
        text("{path}: the database is damaged: {reason}"),
        text("Restore a copy and check it with 'landquota ledger verify --head …'."),
    ),
)
