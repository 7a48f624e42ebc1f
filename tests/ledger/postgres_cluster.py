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
SETTINGS = {"listen_addresses": "127.0.0.1", "shared_buffers": "32MB", "max_connections": "60"}


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
        """Stop the server and remove its files."""
        self.stop()
        shutil.rmtree(self._folder)

    def new(self, *, template: str = "template1") -> str:
        """Return the URL of a new database, a copy of the one at the URL `template` if there is one."""
        name = f"ledger{next(self._numbers)}"
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {template.rpartition('/')[2]}".encode())
        return f"postgresql+psycopg://{USER}@127.0.0.1:{self.port}/{name}"

    def drop(self, url: str) -> None:
        """Remove the database at `url`, whoever is connected."""
        self._admin.execute(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)".encode())

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
