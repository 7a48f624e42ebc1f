"""Where the ledgers of the tests are: in files, or in databases of a server of the tests' own."""

from __future__ import annotations

import shutil
import sqlite3
from abc import ABC, abstractmethod
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

from postgres_cluster import Cluster

Place = str | Path


class Places(ABC):
    """One kind of database, and the ledgers that one test has in it."""

    @abstractmethod
    def new(self) -> Place:
        """Return a place where there is no ledger yet."""

    @abstractmethod
    def copy(self, place: Place) -> Place:
        """Return a copy of the ledger at `place`, which nobody has open."""

    @abstractmethod
    def rows(self, place: Place, query: str) -> list[tuple[Any, ...]]:
        """Return what `query` answers, asked outside of landquota."""

    @abstractmethod
    def force(self, place: Place, *statements: str, drop: bool = True) -> None:
        """Do what only somebody with every right can: `drop` the triggers, change, put them back."""


class Files(Places):
    """Ledgers in files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)

    def new(self) -> Path:
        """Return the path of a file that is not there."""
        return self._folder / f"ledger{next(self._numbers)}.sqlite"

    def copy(self, place: Place) -> Path:
        """Copy the file."""
        return Path(shutil.copy(place, self.new()))

    def rows(self, place: Place, query: str) -> list[tuple[Any, ...]]:
        """Ask the standard library's driver."""
        with closing(sqlite3.connect(place)) as connection:
            return connection.execute(query).fetchall()

    def force(self, place: Place, *statements: str, drop: bool = True) -> None:
        """Change the file."""
        with closing(sqlite3.connect(place, isolation_level=None)) as connection:
            triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            connection.execute("BEGIN")
            for name, _ in triggers if drop else ():
                connection.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                connection.execute(statement)
            for _, sql in triggers if drop else ():
                connection.execute(sql)
            connection.execute("COMMIT")


class Databases(Places):
    """Ledgers in the databases of a PostgreSQL server."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._used: list[str] = []

    def new(self) -> str:
        """Return the URL of an empty database."""
        self._used.append(self.cluster.new())
        return self._used[-1]

    def declared(self) -> str:
        """Return the URL of a database that the cluster keeps for this."""
        self._used.append(self.cluster.declared())
        return self._used[-1]

    def copy(self, place: Place) -> str:
        """Copy the ledger into another database."""
        copy = self.new()
        with self.cluster.connected(copy) as connection:
            connection.execute(self.cluster.dump(str(place)))
        return copy

    def rows(self, place: Place, query: str) -> list[tuple[Any, ...]]:
        """Ask the driver."""
        with self.cluster.connected(str(place)) as connection:
            connection.execute("SET search_path TO landquota_ledger")
            return connection.execute(query.encode()).fetchall()

    def force(self, place: Place, *statements: str, drop: bool = True) -> None:
        """Change the database as its superuser."""
        self.cluster.spoil(str(place))
        with self.cluster.connected(str(place)) as connection, connection.transaction():
            connection.execute("SET search_path TO landquota_ledger")
            triggers = connection.execute(
                "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal"
            ).fetchall()
            tables = sorted({table for table, _ in triggers})
            off = [f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in tables]
            on = [f"ALTER TABLE {table} ENABLE TRIGGER ALL" for table in tables]
            on += [f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for table, name in triggers]
            for statement in [*off, *statements, *on] if drop else statements:
                connection.execute(statement.encode())

    def give_back(self) -> None:
        """Let other tests have the databases."""
        for url in self._used:
            self.cluster.give_back(url)
