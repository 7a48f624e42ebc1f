"""Work at a ledger in processes of their own, to be killed or to race; a parent forks them, so that it is fast.

Run as a program, this module is that parent: it takes jobs and gives outcomes, a line of JSON each.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import later_version
from ledger_samples import DECLARATIONS, NOW, TOWN, move
from places import Place
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.pool import Pool

from landquota.errors import InputError
from landquota.ledger import Draft, Ledger, Overdraft

ROOT = Path(__file__).resolve().parents[2]
#: Where a child may be killed: before and after each statement, before each commit, and after it.
STEPS = (
    (Engine, "before_cursor_execute"),
    (Engine, "after_cursor_execute"),
    (Engine, "commit"),
    (Pool, "reset"),
)


@dataclass(frozen=True)
class Job:
    """What `children` processes do at the same time.

    One that has a `limit` kills itself at its step of that number, one that has a `delay` is
    killed after so many seconds.
    """

    task: str
    place: str
    children: int = 1
    first: int = 0
    last: int = 1
    limit: int = 0
    delay: float | None = None


@dataclass(frozen=True)
class Outcome:
    """How the children ended (their status, below zero the signal that killed them), and what they said."""

    ends: list[int]
    answers: list[Any] = field(default_factory=list)


class Parent:
    """The forking process, as the tests see it."""

    def __enter__(self) -> Self:
        path = os.pathsep.join([str(ROOT), str(ROOT / "tests" / "ledger")])
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", __file__],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", env={**os.environ, "PYTHONPATH": path},
        )  # fmt: skip
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.communicate()

    def __call__(self, task: str, place: Place, **more: Any) -> Outcome:
        """Have a job done."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(json.dumps(asdict(Job(task, str(place), **more))), file=self._process.stdin, flush=True)
        return Outcome(**json.loads(self._process.stdout.readline()))


def batch(number: int) -> list[Draft]:
    """Return what is imported at once: four entries that draw on the first; each second time a single one."""
    grant = move("grant", TOWN, "4亩", key=f"{number}-grant")
    commits = [move("commit", TOWN, "1亩", key=f"{number}-{part}") for part in range(4)]
    return [grant] if number % 2 else [grant, *commits]


class Child:
    """What a child knows of its job."""

    def __init__(self, job: Job, ready: int, start: int, answers: int) -> None:
        self.job = job
        self._ready, self._start, self._answers = ready, start, answers
        self._steps = 0

    def say(self, answer: object) -> None:
        """Give an answer; one line is written at once or not at all."""
        os.write(self._answers, json.dumps(answer).encode() + b"\n")

    def wait(self) -> None:
        """Wait until every child is ready."""
        os.write(self._ready, b".")
        os.read(self._start, 1)

    def count_steps(self) -> None:
        """From here on, count the steps at the database, and die at the limit."""
        for target, name in STEPS:
            event.listen(target, name, self._step)

    def _step(self, *_: object) -> None:
        self._steps += 1
        if self._steps == self.job.limit:
            os.kill(os.getpid(), signal.SIGKILL)


def add(child: Child) -> None:
    """Import batches, and say so of each, until the ledger cannot be reached."""
    child.wait()
    with Ledger.open(child.job.place) as ledger, suppress(InputError):
        child.count_steps()
        for number in range(child.job.first, child.job.last):
            ledger.import_all(batch(number), recorded=NOW)
            child.say(number)


def draw(child: Child) -> None:
    """Draw one mu."""
    with Ledger.open(child.job.place) as ledger:
        child.wait()
        try:
            child.say(ledger.post(move("commit", TOWN, "1亩"), recorded=NOW).seq)
        except Overdraft as refusal:
            child.say(type(refusal).__name__)


def create(child: Child) -> None:
    """Make and fill a new ledger."""
    child.wait()
    with Ledger.open(child.job.place, create=True) as ledger:
        child.say(sum(not receipt.already for receipt in ledger.import_all(DECLARATIONS, recorded=NOW)))


def look(child: Child) -> None:
    """Count the entries."""
    child.wait()
    with Ledger.open(child.job.place) as ledger:
        child.say(len(ledger.entries()))


def migrate(child: Child) -> None:
    """Open the ledger with the later version."""
    with later_version.later():
        child.wait()
        child.count_steps()
        Ledger.open(child.job.place).close()
        child.say("open")


def end_year(child: Child) -> None:
    """Commit the end of a year; the `first` job expects the preview that all have seen."""
    with Ledger.open(child.job.place) as ledger:
        digest = ledger.year_end(2018, document="d").digest if child.job.first else None
        child.wait()
        child.say(len(ledger.commit_year_end(2018, document="d", recorded=NOW, expected=digest).receipts))


_TASKS = (add, draw, create, look, migrate, end_year)
TASKS: dict[str, Callable[[Child], None]] = {task.__name__: task for task in _TASKS}


def run(job: Job) -> Outcome:
    """Fork the children, let them go at the same moment, and wait for them."""
    (is_ready, ready), (start, started), (answers, answer) = os.pipe(), os.pipe(), os.pipe()
    children = []
    for _ in range(job.children):
        children.append(os.fork())
        if not children[-1]:
            os.close(started)
            _work(Child(job, ready, start, answer))
    for end in (ready, start, answer):
        os.close(end)
    for _ in children:
        os.read(is_ready, 1)
    os.close(started)
    if job.delay is not None:
        time.sleep(job.delay)
        os.kill(children[0], signal.SIGKILL)
    ends = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    with os.fdopen(answers) as lines:
        said = [json.loads(line) for line in lines]
    os.close(is_ready)
    return Outcome(ends, said)


def _work(child: Child) -> None:
    end = 1
    try:
        TASKS[child.job.task](child)
        end = 0
    except BaseException:  # noqa: BLE001 - a child must not go on as its parent
        traceback.print_exc()
    os._exit(end)


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(json.dumps(asdict(run(Job(**json.loads(line))))) + "\n")
        sys.stdout.flush()
