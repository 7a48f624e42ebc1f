"""The ledger: durable posting, import, balances of a million entries, and all balances, against beancount and hledger.

Run by hand::

    python benchmarks/ledger.py FOLDER [ROUNDS] [posting|importing|balances|stored ...]

FOLDER (on the disk that is to be measured) keeps what takes long to make: the same 50,000
transactions as a clerk's table and as journals of beancount and hledger (with every account
opened and its last balance asserted), and a ledger of a million entries.  Programs run in turns,
each in a process of its own; whole processes are measured from outside, what they do once their
libraries are loaded from inside.  All have to come to the same balances.  Only ratios of medians
mean something.
"""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

import ledger_data as data

from landquota.ledger import Ledger, Position

COUNT: Final = 50_000
MILLION: Final = 1_000_000
BATCH: Final = 20_000
NOW: Final = datetime(2021, 6, 23, 8, 30, tzinfo=UTC)
BUSIEST: Final = data.Group(data.HOLDERS[0], data.KINDS[0], data.YEARS[0])
BEANCOUNT: Final = Path(__file__).with_name("ledger_beancount.py")


class Cost(NamedTuple):
    """What something took, and the digest of the balances that it came to."""

    cpu_s: float
    wall_s: float
    balances: str = ""


class Stopwatch:
    """CPU and wall seconds of this process since it was made."""

    def __init__(self) -> None:
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def read(self) -> Cost:
        """Return what has passed."""
        return Cost(time.process_time() - self._cpu, time.perf_counter() - self._wall)


def digest(balances: Mapping[str, int]) -> str:
    there = sorted((name, units) for name, units in balances.items() if units and name.startswith("Assets"))
    return f"{len(there)} balances {hashlib.sha256(json.dumps(there).encode()).hexdigest()[:12]}"


def all_balances(positions: Iterable[Position]) -> str:
    found = {
        data.account(state, data.Group(each.holder, each.kind, each.year or 0)): getattr(each, state).low.units
        for each in positions
        for state in data.STATES
    }
    return digest(found)


# What runs in a process of its own.


def run_import(folder: Path) -> dict[str, Cost]:
    """Read the clerk's table, check it and post it."""
    from landquota.forms import Defaults, read_form

    with tempfile.TemporaryDirectory(dir=folder) as place, Ledger.open(Path(place, "l.sqlite"), create=True) as ledger:
        ledger.import_all(data.declarations(), recorded=NOW)
        watch = Stopwatch()
        table = read_form(folder / "table.csv", defaults=Defaults(holder=data.HOLDERS[0]))
        reading = watch.read()
        if table.findings:
            sys.exit(str(table.findings[0]))
        watch = Stopwatch()
        ledger.import_all(table.drafts, recorded=NOW)
        importing = watch.read()
        return {
            "read the table": reading,
            "check and post": importing._replace(balances=all_balances(ledger.positions(data.LAST, entries=False))),
        }


def run_stored(folder: Path) -> dict[str, Cost]:
    """Open the stored ledger, verify its chain, and compute every balance."""
    watch = Stopwatch()
    with Ledger.open(folder / "stored.sqlite", verify=True) as ledger:
        positions = ledger.positions(data.LAST, entries=False)
    took = watch.read()
    return {"open, verify, all balances": took._replace(balances=all_balances(positions))}


def run_first(folder: Path) -> dict[str, Cost]:
    """Open the ledger of a million entries, and ask for the busiest position for the first time and once more."""
    day = data.FIRST + (data.LAST - data.FIRST) / 2
    watch = Stopwatch()
    with Ledger.open(folder / "million.sqlite") as ledger:
        opened = watch.read()
        return {"opening": opened, "first": _asked(ledger, BUSIEST, day), "again": _asked(ledger, BUSIEST, day)}


RUNS: Final[Mapping[str, Callable[[Path], dict[str, Cost]]]] = {
    "import": run_import,
    "stored": run_stored,
    "first": run_first,
}


# What starts them.


def process(command: list[str]) -> tuple[Cost, str]:
    """Return what a whole process costs, and what it prints."""
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        environment = {**os.environ, "BEANCOUNT_DISABLE_LOAD_CACHE": "1", "LC_ALL": "C.UTF-8"}
        child = subprocess.Popen(command, stdout=output, env=environment)
        _, child.returncode, usage = os.wait4(child.pid, 0)
        if child.returncode != 0:
            sys.exit(f"failed: {command}")
        output.seek(0)
        return Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - start), output.read()


def ours(name: str, folder: Path) -> dict[str, Cost]:
    whole, said = process([sys.executable, __file__, "--run", name, str(folder)])
    return {"whole": whole, **{part: Cost(*cost) for part, cost in json.loads(said).items()}}


def beancount(folder: Path) -> dict[str, Cost]:
    whole, said = process([sys.executable, str(BEANCOUNT), str(folder / "journal.beancount")])
    cpu_s, wall_s, balances = json.loads(said)
    exact = {name: data.exact(number) for name, number in balances.items()}
    return {"whole": whole, "load": Cost(cpu_s, wall_s, digest(exact))}


def hledger(folder: Path) -> dict[str, Cost]:
    options = ["--strict", "bal", "--flat", "-N", "-O", "csv"]
    whole, said = process(["hledger", "-f", str(folder / "journal.hledger"), *options])
    rows = [(name, *amount.split(" ")) for name, amount in csv.reader(said.splitlines()[1:])]
    return {"whole": whole._replace(balances=digest({name: data.exact(number) for name, number, _ in rows}))}


def compare(name: str, folder: Path, rounds: int) -> None:
    """Run ours and the others in turns and print what each takes."""
    costs: dict[str, list[Cost]] = {}
    for _ in range(rounds):
        for program, parts in (
            ("ours", ours(name, folder)),
            ("beancount", beancount(folder)),
            ("hledger", hledger(folder)),
        ):
            for part, cost in parts.items():
                costs.setdefault(f"{program}, {part}", []).append(cost)
    found = {cost.balances for several in costs.values() for cost in several} - {""}
    same = f"the same {found.pop()} by all" if len(found) == 1 else f"NOT THE SAME BY ALL: {sorted(found)}"
    print(f"  {COUNT:,} transactions, medians of {rounds}; {same}")
    print(f"  {'':34} {'CPU s':>7} {'wall s':>7} {'beancount takes, of CPU':>24} {'hledger takes':>14}")
    medians = {
        part: Cost(*(statistics.median(c[i] for c in several) for i in (0, 1))) for part, several in costs.items()
    }
    for part, cost in medians.items():
        loads, whole = (medians[peer].cpu_s / cost.cpu_s for peer in ("beancount, load", "hledger, whole"))
        print(f"  {part:34} {cost.cpu_s:7.3f} {cost.wall_s:7.3f} {loads:22.2f} × {whole:12.2f} ×")


# The four questions.


def posting(folder: Path, rounds: int) -> None:
    """Post durably, one entry and several at once, on a ledger of 50,000."""
    make(folder / "half.sqlite", itertools.islice(data.transactions(COUNT * 2), COUNT))
    more = (data.draft(each) for each in itertools.islice(data.transactions(COUNT * 2), COUNT, None))
    print(f"  a page written and synchronised by the disk alone: {_sync_ms(folder):.2f} ms")
    with (
        tempfile.TemporaryDirectory(dir=folder) as place,
        Ledger.open(shutil.copy(folder / "half.sqlite", place)) as ledger,
    ):
        for size, calls in ((1, 60 * rounds), (10, 20 * rounds), (100, 10 * rounds), (1_000, 3), (10_000, 3)):
            took = [_posted(ledger, list(itertools.islice(more, size))) for _ in range(calls)]
            cpu_ms, wall_ms = (1_000 * statistics.median(cost[i] for cost in took) for i in (0, 1))
            rate = size / wall_ms * 1_000
            print(f"  {size:6,} at once: {wall_ms:8.2f} ms ({cpu_ms:.2f} of CPU), {rate:8,.0f} entries/s durable")


def _posted(ledger: Ledger, drafts: list[data.Draft]) -> Cost:
    watch = Stopwatch()
    if len(drafts) == 1:
        ledger.post(drafts[0], recorded=NOW)
    else:
        ledger.import_all(drafts, recorded=NOW)
    return watch.read()


def _sync_ms(folder: Path) -> float:
    took = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(100):
            watch = Stopwatch()
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
            took.append(1_000 * watch.read().wall_s)
    return statistics.median(took)


def importing(folder: Path, rounds: int) -> None:
    """Check and import the same transactions."""
    compare("import", folder, rounds)


def stored(folder: Path, rounds: int) -> None:
    """Compute all balances from the stored ledger, whose chain is verified."""
    make(folder / "stored.sqlite", data.transactions(COUNT))
    compare("stored", folder, rounds)


def balances(folder: Path, rounds: int) -> None:
    """Ask for positions among a million entries, as of any day."""
    path = folder / "million.sqlite"
    if not path.exists():
        subprocess.run([sys.executable, __file__, "--make-million", str(folder)], check=True)
    with Ledger.open(path) as ledger:
        _asked(ledger, BUSIEST, data.LAST)  # the first question is measured below
        took = [(group, _asked(ledger, group, day)) for group, day in _questions(BUSIEST, 40 * rounds)]
        for what, costs in (
            ("any position", [cost for _, cost in took]),
            ("the busiest", [cost for group, cost in took if group == BUSIEST]),
        ):
            said = "; ".join(
                f"{name} median {1_000 * statistics.median(seconds):.1f} ms, worst {1_000 * max(seconds):.1f} ms"
                for name, seconds in (("wall", [c.wall_s for c in costs]), ("CPU", [c.cpu_s for c in costs]))
            )
            print(f"  {what}, {len(costs)} random days: {said}")
        _against_scan(path, statistics.median(1_000 * cost.cpu_s for _, cost in took))
        watch = Stopwatch()
        found = ledger.positions(data.LAST, entries=False)
        print(f"  all {len(found):,} positions: {watch.read().cpu_s:.2f} s CPU; {_peak()}")
    _first(folder, rounds)


def _first(folder: Path, rounds: int) -> None:
    """Print what the first question after opening takes, each time in a process of its own."""
    costs = [ours("first", folder) for _ in range(2 * rounds)]
    for part in ("opening", "first", "again"):
        wall, cpu = (sorted(1_000 * each[part][i] for each in costs) for i in (1, 0))
        said = "; ".join(
            f"{name} median {statistics.median(ms):.1f} ms, worst {ms[-1]:.1f} ms"
            for name, ms in (("wall", wall), ("CPU", cpu))
        )
        print(f"  a new process, the busiest position, {part}: {said}")


def _questions(busiest: data.Group, count: int) -> Iterator[tuple[data.Group, date]]:
    random = Random(1)  # noqa: S311 - a choice of questions
    for number in range(count):
        any_one = data.Group(random.choice(data.HOLDERS), random.choice(data.KINDS), random.choice(data.YEARS))
        day = data.FIRST + timedelta(days=random.randrange((data.LAST - data.FIRST).days + 1))
        yield (any_one if number % 5 else busiest), day


def _asked(ledger: Ledger, group: data.Group, day: date) -> Cost:
    watch = Stopwatch()
    ledger.position(*group, as_of=day, entries=False)
    return watch.read()


def _against_scan(path: Path, median_ms: float) -> None:
    with sqlite3.connect(path) as connection:
        busiest, number = connection.execute(
            "SELECT debit, count(*) FROM transfer JOIN account ON account.id = debit WHERE holder IS NOT NULL"
            " GROUP BY debit ORDER BY 2 DESC LIMIT 1"
        ).fetchone()
        watch = Stopwatch()
        scan = "SELECT sum(amount * ((credit = ?1) - (debit = ?1))) FROM transfer NOT INDEXED WHERE effective <= ?2"
        connection.execute(scan, (busiest, data.LAST.isoformat())).fetchone()
        scan_ms = 1_000 * watch.read().cpu_s
    print(f"  the busiest account gives {number:,} times; one balance by a full scan takes {scan_ms:.0f} ms of CPU,")
    print(f"  {scan_ms / median_ms:.0f} × the median position, which is all figures of three accounts")


def make(path: Path, made: Iterable[data.Transaction]) -> None:
    """Make a ledger of the transactions `made`, by imports in batches, if it is not there."""
    if path.exists():
        return
    making, rest = path.with_suffix(".making"), iter(made)
    number, watch = 0, Stopwatch()
    with Ledger.open(making, create=True) as ledger:
        ledger.import_all(data.declarations(), recorded=NOW)
        while batch := [data.draft(each) for each in itertools.islice(rest, BATCH)]:
            ledger.import_all(batch, recorded=NOW)
            number += len(batch)
    cpu_s = watch.read().cpu_s
    print(f"  {number:,} entries made by imports of {BATCH:,}: {cpu_s:.0f} s CPU, the drafts too; {_peak()}")
    making.rename(path)


def _peak() -> str:
    return f"peak memory of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB"


PARTS: Final = {"posting": posting, "importing": importing, "balances": balances, "stored": stored}


def main(folder: str, rounds: str = "5", *parts: str) -> None:
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    if not (place / "journal.hledger").exists():
        data.write_table(place / "table.csv", COUNT)
        data.write_journals(place / "journal.beancount", place / "journal.hledger", COUNT)
    for name in parts or PARTS:
        print(PARTS[name].__doc__)
        PARTS[name](place, int(rounds))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make-million"]:
        make(Path(sys.argv[2], "million.sqlite"), data.transactions(MILLION))
    elif sys.argv[1:2] == ["--run"]:
        print(json.dumps(RUNS[sys.argv[2]](Path(sys.argv[3]))))
    else:
        main(*sys.argv[1:])
