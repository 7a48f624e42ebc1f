"""Reading in a process apart: what brings a native library down becomes a finding that names the file.

GDAL, GEOS and PROJ are C and C++.  A file that is damaged, or made to, can crash them, keep them
busy for ever or have them ask for all memory there is, and no Python code in the same process
would live to say so.  So a worker process (:mod:`landquota.formats.worker`) reads, and this
module starts it, waits, and starts another one for the next file.

The worker is a plain new process, on every system alike.
"""

from __future__ import annotations

import glob
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol, TypeAlias, cast

from landquota.errors import LandquotaError
from landquota.findings import Finding, Place
from landquota.formats.limits import words
from landquota.formats.messages import Answer, Ended, Raised, Request, receive, send, unpacked
from landquota.formats.table import FeatureTable
from landquota.i18n import clean, text

#: What a worker runs unless told otherwise, as ``module:function``.
READ: Final = "landquota.formats:read"
#: How long a file may take: a time that no honest small file needs, and more for every byte of it.
TIMEOUT_S: Final = 300.0
BYTES_PER_SECOND: Final = 1_000_000
#: How long a worker may take to start; its own end, should nobody be there to end it, comes so much later.
START_S: Final = 120.0
ORPHAN_S: Final = 30

_LEAST_MEMORY: Final = 2 * 1024**3
_SAID: Final = 200
#: What C++ says last when it gets no memory.
_OUT_OF_MEMORY: Final = ("bad_alloc", "MemoryError", "out of memory", "Cannot allocate")


Outcome: TypeAlias = tuple[FeatureTable | None, list[Finding]]


class WorkerError(LandquotaError):
    """No process can be started to read files in."""


class Read(Protocol):
    """The signature of :func:`landquota.formats.read`, as far as it matters here."""

    def __call__(self, path: Path, **options: Any) -> Outcome:  # noqa: ANN401 - the reader's own
        """Read one layer of a file."""
        ...


class Worker:
    """A process that calls one function, again and again, and that may die of it.

    It starts in the background.  Its temporary files lie in a folder of its own, which goes with it.

    Parameters
    ----------
    target
        The function, as ``module:function``.
    memory_bytes
        How much memory the calls may take beyond what the process has when it starts; kept on
        systems that know such a limit (not on Windows).
    """

    def __init__(self, target: str = READ, *, memory_bytes: int) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="landquota-", ignore_cleanup_errors=True)
        self._log = (Path(self._folder.name) / "stderr").open("w+b")
        # -P: the folder that the program runs in may hold a user's files, never modules of ours.
        command = [sys.executable, "-P", "-m", "landquota.formats.worker", target, str(memory_bytes)]
        try:
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, env=self._environment()
            )
        except OSError as problem:
            self._log.close()
            self._folder.cleanup()
            raise _unstartable(problem.strerror or problem) from problem
        self._requests, self._replies = cast("BinaryIO", self._process.stdin), cast("BinaryIO", self._process.stdout)
        self.calls = 0
        self._ready = False

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def call(self, *arguments: object, timeout_s: float, **options: object) -> Answer | Raised | Ended:
        """Call the function and wait for what comes of it; the time begins once the worker has started.

        After :class:`Ended` the worker is of no more use.

        Raises
        ------
        WorkerError
            The worker does not start.
        """
        try:
            if not self._ready:
                self._await_start()
            self.calls += 1
            reply = self._exchange(Request(arguments, options, timeout_s), timeout_s)
        except BaseException:  # an interrupt leaves half a message in the pipe
            self.end()
            raise
        if isinstance(reply, Ended):
            self.end()
        return cast("Answer | Raised | Ended", reply)

    def end(self) -> None:
        """End the process, whatever it is doing, and remove its temporary files."""
        if self._process.returncode is None:
            self._process.kill()
            self._process.wait()
        self._replies.close()
        with suppress(OSError):  # half a request may still be on its way
            self._requests.close()
        self._log.close()
        self._folder.cleanup()

    def _environment(self) -> dict[str, str]:
        """Return the worker's environment: the same modules, temporary files in a folder of its own."""
        ours = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, (ours, os.environ.get("PYTHONPATH"))))
        temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self._folder.name)
        return {**os.environ, "PYTHONPATH": path, **temporary}

    def _await_start(self) -> None:
        started = self._exchange(None, START_S)
        if isinstance(started, Ended):
            raise _unstartable(started.how)
        self._ready = True

    def _exchange(self, request: Request | None, timeout_s: float) -> object:
        """Send a request, if there is one, and return the next message, or how the worker ended."""
        late = threading.Event()

        def stop() -> None:
            late.set()
            self._process.kill()

        timer = threading.Timer(timeout_s, stop)
        timer.daemon = True
        timer.start()
        try:
            if request is not None:
                send(self._requests, request)
            return receive(self._replies)
        except (EOFError, OSError):
            code = self._process.wait()
        finally:
            timer.cancel()
        if late.is_set():
            return Ended("timeout", text("no answer within {seconds} s", seconds=f"{timeout_s:.0f}"))
        return self._death(code)

    def _death(self, code: int) -> Ended:
        """Return how the process ended by itself, with the last words that it or a library said."""
        self._log.seek(0, os.SEEK_END)
        self._log.seek(max(0, self._log.tell() - 4096))
        lines = self._log.read().decode("utf-8", "replace").split("\n")
        said = next((clean(line.strip())[:_SAID] for line in reversed(lines) if line.strip()), "")
        how = text("signal {signal}", signal=_signal(-code)) if code < 0 else text("exit code {code}", code=code)
        if said:
            how = text("{how}: {said}", how=how, said=said)
        return Ended("memory" if any(words in said for words in _OUT_OF_MEMORY) else "crash", how)


@dataclass(slots=True)
class Reader:
    """Reads file after file, one at a time, in a worker, and in another one where that worker died."""

    target: str
    timeout_s: float | None
    memory_bytes: int
    _worker: Worker | None = field(default=None, init=False)

    def start(self) -> None:
        """Start the worker, if there is none, without waiting for it."""
        if self._worker is None:
            self._worker = Worker(self.target, memory_bytes=self.memory_bytes)

    def end(self) -> None:
        """End the worker."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None

    def __call__(self, path: Path, **options: Any) -> Outcome:  # noqa: ANN401 - the reader's own
        """Read one layer of a file, as :func:`landquota.formats.read` does.

        A worker that dies may have been broken by an earlier file: the file is blamed when a
        fresh worker dies of it as well.

        Raises
        ------
        LandquotaError
            What reading raised, or no worker can be started.
        """
        seconds = _patience(path) if self.timeout_s is None else self.timeout_s
        reply, fresh = self._asked(path, options, seconds)
        if isinstance(reply, Ended) and reply.cause != "timeout" and not fresh:
            reply, _ = self._asked(path, options, seconds)
        if isinstance(reply, Raised):
            raise reply.error()
        if isinstance(reply, Ended):
            return None, [self._finding(path, reply, seconds)]
        return cast("Outcome", unpacked(reply.value))

    def _asked(self, path: Path, options: Mapping[str, object], seconds: float) -> tuple[Answer | Raised | Ended, bool]:
        """Return the worker's reply, and whether the file was its first."""
        self.start()
        worker = cast("Worker", self._worker)
        fresh = worker.calls == 0
        self._worker = None  # unless it answers, it is gone
        reply = worker.call(path, timeout_s=seconds, **options)
        if not isinstance(reply, Ended):
            self._worker = worker
        return reply, fresh

    def _finding(self, path: Path, ended: Ended, seconds: float) -> Finding:
        place = Place(file=path.name)
        match ended.cause:
            case "timeout":
                return Finding("FILE-TIMEOUT", place, {"seconds": f"{seconds:.0f}"})
            case "memory":
                return Finding("FILE-MEMORY", place, {"limit": words(self.memory_bytes)})
            case "crash":
                return Finding("FILE-CRASHED", place, {"how": ended.how})


_current: ContextVar[Read | None] = ContextVar("landquota_isolated_read", default=None)


@contextmanager
def reader(*, timeout_s: float | None = None, memory_bytes: int | None = None, target: str = READ) -> Iterator[Read]:
    """Give a function that reads as :func:`landquota.formats.read` does, in a worker process.

    The worker starts at once, in the background, so that its imports overlap with the caller's;
    it ends with the block.

    Parameters
    ----------
    timeout_s
        How long a file may take; without it :data:`TIMEOUT_S` and a second for each MB.
    memory_bytes
        How much memory a file may take; without it half of the machine's.
    target
        What to call in the worker, as ``module:function``.
    """
    memory = half_of_memory() if memory_bytes is None else memory_bytes
    made = Reader(target, timeout_s, memory)
    made.start()
    try:
        yield made
    finally:
        made.end()


@contextmanager
def isolated(*, timeout_s: float | None = None, memory_bytes: int | None = None) -> Iterator[None]:
    """Have everything that is read inside the block read in a worker process; see :func:`reader`."""
    with reader(timeout_s=timeout_s, memory_bytes=memory_bytes) as read:
        token = _current.set(read)
        try:
            yield
        finally:
            _current.reset(token)


def current() -> Read | None:
    """Return the reader of the :func:`isolated` block that is running, if one is."""
    return _current.get()


def half_of_memory() -> int:
    """Return half of the machine's memory, and not less than 2 GiB, in bytes."""
    try:
        whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # Windows
        return _LEAST_MEMORY
    return max(_LEAST_MEMORY, whole // 2)


def _patience(path: Path) -> float:
    """Return how many seconds a file may take by its size; a folder counts with all its files."""
    files = path.rglob("*") if path.is_dir() else path.parent.glob(f"{glob.escape(path.stem)}.*")
    size = 0
    for file in files:
        with suppress(OSError):
            size += file.stat().st_size
    return TIMEOUT_S + size / BYTES_PER_SECOND


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _unstartable(reason: object) -> WorkerError:
    return WorkerError(
        text("The process that reads files apart from this one could not be started: {reason}", reason=reason),
        remedy=text("Check that the program may start processes and write temporary files."),
    )
