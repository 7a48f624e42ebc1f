"""A PostgreSQL server of the tests' own: on loopback, in a temporary folder, gone when they end."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from ledger_samples import DECLARATIONS, declare

from landquota.ledger import schema

USER = "landquota"
#: Only landquota itself has to wait for the disk: it does not rely on what the server presumes.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "synchronous_commit": "off",
}

#: Whether anything in a database was made by users, or set for it.
SPOILED = b"""
    SELECT EXISTS (SELECT FROM pg_class WHERE oid >= 16384) OR EXISTS (SELECT FROM pg_proc WHERE oid >= 16384)
    OR EXISTS (SELECT FROM pg_db_role_setting JOIN pg_database ON oid = setdatabase WHERE datname = current_database())
    OR pg_encoding_to_char(encoding) <> 'UTF8' FROM pg_database WHERE datname = current_database()
"""

#: What makes up a ledger, by number: what was made anew has another.
PARTS = b"""
    SELECT oid FROM pg_class WHERE oid >= 16384 UNION ALL SELECT oid FROM pg_proc WHERE oid >= 16384
    UNION ALL SELECT oid FROM pg_trigger ORDER BY 1
"""


def _take_back(connection: psycopg.Connection[Any]) -> None:
    """Take everything out of a ledger but its declarations, which is faster than to make it again."""
    connection.execute("SET search_path TO landquota_ledger")
    ((refuse,),) = connection.execute("SELECT pg_get_functiondef('append_only'::regproc)")
    tables = [table for table in reversed(schema.metadata.sorted_tables) if table is not schema.meta]
    rows = {table.name: f"seq > {len(DECLARATIONS)}" if "seq" in table.columns else "true" for table in tables}
    deletions = [f"DELETE FROM {table} WHERE {condition}" for table, condition in rows.items()]  # noqa: S608
    allow = "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'"
    connection.execute("; ".join([allow, *deletions, refuse]).encode())


def programs() -> Path | None:
    """Return the folder of the newest server that is installed; Debian keeps it off the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = debian[-1] if debian else shutil.which("initdb")
    return None if found is None else Path(found).resolve().parent


class Cluster:
    """A running server, and the databases in it."""

    def __init__(self, binaries: Path) -> None:
        self.binaries = binaries
        self._folder = Path(tempfile.mkdtemp(prefix="landquota-postgres-"))
        self.data = self._folder / "data"
        self._owner: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self._folder, "postgres", "postgres")
            self._owner = {"user": "postgres", "group": "postgres", "extra_groups": []}
        self._numbers = count(1)
        self._free: list[str] = []
        self._declared: list[str] = []
        self._patterns: dict[str, list[tuple[Any, ...]]] = {}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.run(
            "initdb",
            f"-D{self.data}",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-locale",
            "--data-checksums",
            f"-U{USER}",
        )
        self.start()

    def start(self) -> None:
        """Start the server."""
        settings = {**SETTINGS, "port": str(self.port), "unix_socket_directories": str(self._folder)}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self.binaries / "postgres", f"-D{self.data}", *options],
                cwd=self._folder, stdout=log, stderr=log, **self._owner,
            )  # fmt: skip
        self._admin = self._connected()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: fast, or with SIGQUIT as a loss of power would."""
        self._admin.close()
        self._server.send_signal(how)
        self._server.wait(60)

    def remove(self) -> None:
        """Stop the server, without tidying up, and remove its files."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self._folder)

    def new(self) -> str:
        """Return the URL of an empty database, which is faster found than made."""
        if self._free:
            return self._free.pop()
        name = f"ledger{next(self._numbers)}"
        self._admin.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{name}"

    def declared(self) -> str:
        """Return the URL of a database in which a small county is declared and nothing else."""
        if self._declared:
            return self._declared.pop()
        url = declare(self.new())
        with self.connected(url) as connection:
            self._patterns[url] = connection.execute(PARTS).fetchall()
        return url

    def spoil(self, url: str) -> None:
        """Take note that the ledger at `url` is not only added to."""
        self._patterns.pop(url, None)

    def dump(self, url: str) -> bytes:
        """Return the ledger at `url` as SQL."""
        server = ("-h127.0.0.1", f"-p{self.port}", f"-U{USER}")
        dump = self.run("pg_dump", *server, "--inserts", "--schema=landquota_ledger", url.rpartition("/")[2])
        # Lines with a backslash are for PostgreSQL's own shell.
        return b"".join(line for line in dump.splitlines(keepends=True) if not line.startswith(b"\\"))

    def give_back(self, url: str) -> None:
        """Keep the database at `url` for another test, unless more than a ledger was made in it."""
        self._admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [url.rpartition("/")[2]]
        )
        with self.connected(url) as connection:
            connection.execute("SET default_transaction_read_only = off")
            if connection.execute(PARTS).fetchall() == self._patterns.get(url):
                _take_back(connection)
                self._declared.append(url)
                return
            connection.execute("DROP SCHEMA IF EXISTS landquota_ledger CASCADE")
            ((is_spoiled,),) = connection.execute(SPOILED)
        self.spoil(url)
        if not is_spoiled:
            self._free.append(url)

    def run(self, program: str, *arguments: str, stdin: bytes = b"") -> bytes:
        """Run one of PostgreSQL's programs as the user of the server, and return what it prints."""
        run = subprocess.run(
            [self.binaries / program, *arguments], input=stdin, check=True, capture_output=True, cwd=self._folder,
            **self._owner,
        )  # fmt: skip
        return bytes(run.stdout)

    def connected(self, url: str) -> psycopg.Connection[Any]:
        """Return a connection of somebody who has every right, outside of landquota."""
        return psycopg.connect(url.replace("+psycopg", ""), autocommit=True, prepare_threshold=None)

    def _connected(self) -> psycopg.Connection[Any]:
        for _ in range(300):
            try:
                return self.connected(f"postgresql://{USER}@127.0.0.1:{self.port}/postgres")
            except psycopg.OperationalError:
                if self._server.poll() is not None:
                    break
                time.sleep(0.1)
        raise RuntimeError((self._folder / "log").read_text("utf-8"))
