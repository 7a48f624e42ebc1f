"""Python's collector of cyclic garbage, which finds nothing while many drafts are posted."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Let the collector rest while many drafts are posted.

    What is made of a draft is kept, or freed by count.  The collector would look at all drafts, and
    at the cells that they were read from, once in every few thousand: up to a fifth of the time of
    an import.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
