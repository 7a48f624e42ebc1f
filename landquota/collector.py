"""Python's collector of cyclic garbage, which finds nothing while a large table is read or posted."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Let the collector rest while many things are made that are kept, or freed by count.

    It would look at all rows and drafts again and again, once in every few thousand: a fifth of
    the time of reading a table of 50,000 rows, and a seventh of that of posting it.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
