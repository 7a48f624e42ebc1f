"""What is done with features near each other: tasks that know nothing of each other and may run anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, Generic, TypeVar

from landquota.analyses.tiles import read

R = TypeVar("R")

#: Told how much is done, of how much.
Progress = Callable[[int, int], None]


def silent(done: int, of: int) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True)
class Task(Generic[R]):
    """Work on some features, and where they are; it carries all that it needs, so that it can be sent anywhere.

    Iterating over a task does the work, step by step.  Each step says of which rows it is, so that
    whoever gathers the steps of all tasks, in any order, has what a single run gives.

    Attributes
    ----------
    work
        Yields what comes of its inputs, given their polygons.
    inputs
        Parcels and layers, with their polygons or still in their files.
    """

    work: Callable[..., Iterable[R]]
    inputs: tuple[Any, ...]

    def __iter__(self) -> Iterator[R]:
        yield from self.work(*map(read, self.inputs))


#: Does tasks, and gives their steps, those of one task together and in its order.
Engine = Callable[[Iterable[Task[Any]]], Iterable[Any]]

#: One after the other, in this process.
_HERE: Final[Engine] = chain.from_iterable
_engine: ContextVar[Engine] = ContextVar("landquota_engine", default=_HERE)


def done(tasks: Iterable[Task[R]]) -> Iterator[R]:
    """Yield the steps of tasks: all that is measured on polygons is measured here."""
    yield from _engine.get()(tasks)


@contextmanager
def engine(chosen: Engine) -> Iterator[None]:
    """Have the tasks of the block done elsewhere: in a pool of processes, or on other machines."""
    token = _engine.set(chosen)
    try:
        yield
    finally:
        _engine.reset(token)
