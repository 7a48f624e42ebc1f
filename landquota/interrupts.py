"""Interrupts (Ctrl-C) that are not lost."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def held_back() -> Iterator[None]:
    """Hear an interrupt at the end of the block instead of within it.

    For calls into machine code that calls back into Python, as a compiler does: what is raised in
    such a call is printed and forgotten, and the work would go on as if nobody had stopped it.
    """
    handler = signal.getsignal(signal.SIGINT) if threading.current_thread() is threading.main_thread() else None
    if not callable(handler):  # nobody listens here, or nothing of Python's
        yield
        return
    heard: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda *call: heard.append(call))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if heard:
            handler(*heard[0])
