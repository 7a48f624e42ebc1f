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


def programs() -> Path | None:
    """Return the folder of the newest server that is installed; Debian keeps it off the path."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = debian[-1] if debian else shutil.which("initdb")
    return None if found is None else Path(found).resolve().parent


class Cluster:
    """A running server, and the databases in it."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._folder = Path(tempfile.mkdtemp(prefix="landquota-postgres-"))
        self.data = self._folder / "data"
        self._owner: dict[str, Any] = {}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(self._folder, "postgres", "postgres")
            self._owner = {"user": "postgres", "group": "postgres", "extra_groups": []}
        self._numbers = count(1)
        self._free: list[str] = []
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
                [self._binaries / "postgres", f"-D{self.data}", *options],
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

    def copy(self, url: str) -> str:
        """Return the URL of a database with a copy of the ledger at `url`."""
        copy = self.new()
        with self.connected(copy) as connection:
            connection.execute(self.dump(url))
        return copy

    def dump(self, url: str) -> bytes:
        """Return the ledger at `url` as SQL."""
        server = ("-h127.0.0.1", f"-p{self.port}", f"-U{USER}")
        dump = self.run("pg_dump", *server, "--inserts", "--schema=landquota_ledger", url.rpartition("/")[2])
        # Lines with a backslash are for PostgreSQL's own shell.
        return b"".join(line for line in dump.splitlines(keepends=True) if not line.startswith(b"\\"))

    def give_back(self, url: str) -> None:
        """Empty the database at `url` for another test; where more than a ledger was made it is left alone."""
        name = url.rpartition("/")[2]
        self._admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [name])
        with self.connected(url) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute("DROP SCHEMA IF EXISTS landquota_ledger CASCADE")
            ((is_spoiled,),) = connection.execute(SPOILED)
        if not is_spoiled:
            self._free.append(url)

    def run(self, program: str, *arguments: str, stdin: bytes = b"") -> bytes:
        """Run one of PostgreSQL's programs as the user of the server, and return what it prints."""
        run = subprocess.run(
            [self._binaries / program, *arguments], input=stdin, check=True, capture_output=True, cwd=self._folder,
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
