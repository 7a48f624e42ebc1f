"""The process that reads for :mod:`landquota.formats.isolation`: it takes calls and answers them.

Run as ``python -m landquota.formats.worker MODULE:FUNCTION MEMORY_BYTES``.  Calls come by the
standard input and answers go by the standard output, both moved away before any library is
loaded, so that nothing that a library prints gets between the answers.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import queue
import signal
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO

from landquota.errors import LandquotaError
from landquota.formats.isolation import ORPHAN_S, READ
from landquota.formats.messages import Answer, Ended, Raised, Request, packed, receive, send
from landquota.i18n import text

if TYPE_CHECKING:
    from collections.abc import Callable


def main(target: str, memory_bytes: int) -> None:
    """Answer calls of `target` until the other side hangs up."""
    requests, replies = _own_pipes()
    _die_quietly()
    inbox = _inbox(requests)
    call = _function(target)
    if target == READ:
        _load_readers()
    _limit_memory(memory_bytes)
    send(replies, None)
    while True:
        request = inbox.get()
        with _alarm(request.timeout_s):
            _answer(replies, call, request)


def _answer(replies: BinaryIO, call: Callable[..., object], request: Request) -> None:
    """Send what comes of a call; an error that is not ours ends the process, as a crash of a library does."""
    try:
        try:
            send(replies, Answer(packed(call(*request.arguments, **request.options))))
        except LandquotaError as error:
            send(replies, Raised.of(error))
    except MemoryError:
        send(replies, Ended("memory", text("out of memory")))


def _own_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Return the pipes to the other side, and leave nothing in the places of the standard streams."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return requests, replies


def _die_quietly() -> None:
    """Leave neither a message, nor a dialogue, nor a dump with a user's data behind."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415 - there is none elsewhere

        msvcrt.SetErrorMode(msvcrt.SEM_FAILCRITICALERRORS | msvcrt.SEM_NOGPFAULTERRORBOX)
    else:
        import resource  # noqa: PLC0415 - Windows has none

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _inbox(requests: BinaryIO) -> queue.SimpleQueue[Request]:
    """Return where calls arrive, and end the process with the one that asks, also in the middle of a call."""
    inbox: queue.SimpleQueue[Request] = queue.SimpleQueue()

    def listen() -> None:
        while True:
            try:
                inbox.put(receive(requests))
            except (EOFError, OSError):
                os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    return inbox


def _function(name: str) -> Callable[..., object]:
    module, _, attribute = name.partition(":")
    found: Callable[..., object] = getattr(importlib.import_module(module), attribute)
    return found


def _load_readers() -> None:
    """Import beforehand what reading needs, while the other side is still importing too."""
    from landquota.formats import geometry, vector  # noqa: F401, PLC0415


def _limit_memory(memory_bytes: int) -> None:
    """Let the process grow by `memory_bytes` at most, where the system can see to it."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - Windows has none

    pages = 0
    with contextlib.suppress(OSError), open("/proc/self/statm", encoding="ascii") as status:  # noqa: PTH123
        pages = int(status.read().split()[0])
    allowed = pages * resource.getpagesize() + memory_bytes
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    if most != resource.RLIM_INFINITY:
        allowed = min(allowed, most)
    with contextlib.suppress(ValueError, OSError):  # some systems know the limit and refuse it
        resource.setrlimit(resource.RLIMIT_AS, (allowed, most))


@contextlib.contextmanager
def _alarm(timeout_s: float) -> Iterator[None]:
    """Have the system end the process if nobody else does: a library in a loop hears no thread."""
    if sys.platform == "win32":
        yield
        return
    signal.alarm(int(timeout_s) + ORPHAN_S)
    try:
        yield
    finally:
        signal.alarm(0)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
