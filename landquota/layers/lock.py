"""One at a time: the lock that every change of a layers folder takes, from reading the catalogue to writing it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from landquota.errors import InputError
from landquota.i18n import text

LOCK_FILE: Final = ".lock"
#: How long another change is waited for: most take a moment.
WAIT_S: Final = 10.0
_PAUSE_S: Final = 0.05

if sys.platform == "win32":
    import msvcrt

    def _hold(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _hold(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def locked(folder: Path, *, wait_s: float = WAIT_S) -> Iterator[None]:
    """Keep other processes from changing a layers folder, which is made where there is none.

    The operating system holds the lock, so it ends with its process, however that ends.

    Parameters
    ----------
    folder
        The layers folder; one that was made here and is still empty goes again.
    wait_s
        How long to wait for another process, in seconds.

    Raises
    ------
    InputError
        Another process holds the lock for longer, or the folder cannot be written to.
    """
    file = folder / LOCK_FILE
    made = not folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = _held(file, until=time.monotonic() + wait_s)
    except OSError as problem:
        raise InputError(
            text("{folder} cannot be locked for a change: {problem}", folder=folder, problem=problem.strerror),
            remedy=text("Check that you may write there; the folder has to lie on a disk that knows locks."),
        ) from problem
    if handle is None:
        raise InputError(
            text("Another process is changing the layers: it holds {file}", file=file),
            remedy=text("Wait until it has finished, and try again."),
        )
    try:
        yield
    finally:
        with suppress(OSError):  # Windows deletes no file that is open; then it stays, which does no harm
            file.unlink()
        os.close(handle)
        if made:
            with suppress(OSError):
                folder.rmdir()


def _held(file: Path, *, until: float) -> int | None:
    """Return the open file once the lock is held, or None where that is not so in time."""
    while True:
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            _hold(handle)
            if _is_open_as(file, handle):
                return handle
        except OSError as problem:
            os.close(handle)
            if not isinstance(problem, BlockingIOError | PermissionError):
                raise
            if time.monotonic() > until:
                return None
            time.sleep(_PAUSE_S)
        else:
            os.close(handle)  # whoever held it before has deleted it: this is a lock that nobody else would see


def _is_open_as(file: Path, handle: int) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), file.stat())
    except FileNotFoundError:
        return False
