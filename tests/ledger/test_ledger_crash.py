"""Programs that are killed: what was acknowledged is there, and nothing that was not finished."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count

import pytest
from children import Parent, batch
from ledger_samples import NOW, declare
from places import Databases, Files, Place, Places
from postgres_cluster import Cluster

from landquota.ledger import Ledger

KILLED = -signal.SIGKILL


def checked(places: Places, place: Place) -> Place:
    """Let verification ask the database's own check of its files also where that is an extension."""
    if isinstance(places, Databases):
        places.force(place, "CREATE EXTENSION amcheck SCHEMA public", drop=False)
    return place


def whole(ledger: Ledger) -> list[int]:
    """Return the batches that are in the ledger, each of them whole, and the ledger sound."""
    assert [str(problem) for problem in ledger.verify().problems] == []
    keys = [entry.key for entry in ledger.entries() if entry.type == "movement"]
    numbers = sorted({int(key.split("-")[0]) for key in keys})
    assert sorted(keys) == sorted(str(draft.key) for number in numbers for draft in batch(number))
    return numbers


def added(ledger: Ledger, numbers: Iterable[int]) -> int:
    """Import batches again, and return how many entries were not there."""
    drafts = [draft for number in numbers for draft in batch(number)]
    return sum(not receipt.already for receipt in ledger.import_all(drafts, recorded=NOW))


def test_an_import_killed_at_any_step_leaves_nothing_or_all(places: Places, place: Place, parent: Parent) -> None:
    checked(places, place)
    left = []
    for step in count(1):
        number = 2 * step
        outcome = parent("add", place, first=number, last=number + 1, limit=step)
        if outcome.ends == [0]:
            break
        assert outcome.ends == [KILLED]
        with Ledger.open(place) as ledger:
            found = whole(ledger)
            left.append(number in found)
            assert found == list(range(2, number + 2 * left[-1], 2))
            assert left[-1] or not outcome.answers
            assert added(ledger, [number]) == (0 if left[-1] else len(batch(number)))
    assert left == sorted(left)
    assert left.count(False) > 10
    assert left.count(True) >= 1


def test_random_kills_lose_nothing_and_leave_nothing_half(places: Places, place: Place, parent: Parent) -> None:
    begin = time.monotonic()
    assert parent("add", places.copy(place), last=4).ends == [0]
    span, chance = time.monotonic() - begin, random.Random(20210623)  # noqa: S311 - a repeatable one
    acknowledged = []
    ledgers, kills = (200, 1) if isinstance(places, Files) else (2, 10)  # a file is sooner copied
    for _ in range(ledgers):
        own, first = checked(places, places.copy(place)), 0
        for _ in range(kills):
            outcome = parent("add", own, first=first, last=first + 1_000, delay=chance.uniform(0, span))
            assert outcome.ends == [KILLED]
            known = first + len(outcome.answers)
            with Ledger.open(own) as ledger:
                found = whole(ledger)
                assert found in (list(range(known)), list(range(known + 1)))
                rest = sum(len(batch(number)) for number in range(len(found), known + 2))
                assert added(ledger, range(first, known + 2)) == rest
            acknowledged.append(known - first)
            first = known + 2
    assert 0 in acknowledged
    assert sum(acknowledged) > 0


@pytest.fixture
def mortal(cluster: Cluster) -> Iterator[Databases]:
    """The databases of a server for this alone, for one with many databases is slow to recover."""
    server = Cluster(cluster.binaries)
    yield Databases(server)
    server.remove()


def test_a_server_that_dies_keeps_what_it_acknowledged(mortal: Databases, parent: Parent) -> None:
    place, first = checked(mortal, declare(mortal.new())), 0
    with ThreadPoolExecutor() as aside:
        for round_ in range(1, 4):
            work = aside.submit(parent, "add", place, first=first, last=first + 10_000)
            while mortal.rows(place, "SELECT count(*) FROM entry") < [(30 * round_,)]:
                assert not work.done()
            mortal.cluster.stop(signal.SIGQUIT)
            outcome = work.result()
            mortal.cluster.start()
            assert outcome.ends == [0]
            known = first + len(outcome.answers)
            assert known > first
            with Ledger.open(place) as ledger:
                found = whole(ledger)
            assert found in (list(range(known)), list(range(known + 1)))
            first = len(found)
