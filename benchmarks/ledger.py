"""The ledger: posting, import, balances of a million entries, the stored ledger; beside beancount and hledger.

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
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

import ledger_data as data

COUNT: Final = 50_000
MILLION: Final = 1_000_000
BATCH: Final = 20_000
NOW: Final = datetime(2021, 6, 23, 8, 30, tzinfo=UTC)


class Cost(NamedTuple):
    """What something took, and the digest of the balances that it came to."""

    cpu_s: float
    wall_s: float
    balances: str = ""


class Stopwatch:
    """CPU and wall seconds of this process since it was made."""

    def __init__(self) -> None:
        self._cpu, self._wall = time.process_time(), time.perf_counter()

    def cost(self, balances: Mapping[str, int] | None = None) -> Cost:
        cpu_s, wall_s = time.process_time() - self._cpu, time.perf_counter() - self._wall
        return Cost(cpu_s, wall_s, "" if balances is None else digest(balances))


def digest(balances: Mapping[str, int]) -> str:
    there = sorted((name, units) for name, units in balances.items() if units and name.startswith("Assets"))
    return f"{len(there)} balances {hashlib.sha256(json.dumps(there).encode()).hexdigest()[:12]}"


# What runs in a process of its own.


def import_table(folder: Path) -> dict[str, Cost]:
    """Read the clerk's table, check it and post it."""
    from landquota.forms import Defaults, read_form
    from landquota.ledger import Ledger

    with tempfile.TemporaryDirectory(dir=folder) as place, Ledger.open(Path(place, "l.sqlite"), create=True) as ledger:
        ledger.import_all(data.declarations(), recorded=NOW)
        watch = Stopwatch()
        table = read_form(folder / "table.csv", defaults=Defaults(holder=data.HOLDERS[0]))
        reading = watch.cost()
        assert not table.findings
        watch = Stopwatch()
        ledger.import_all(table.drafts, recorded=NOW)
        importing = watch.cost()
        importing = importing._replace(balances=digest(positions(ledger)))
    return {"read the table": reading, "check and post": importing}


def open_stored(folder: Path) -> dict[str, Cost]:
    """Open the stored ledger, verify its chain, and compute every balance."""
    from landquota.ledger import Ledger

    watch = Stopwatch()
    with Ledger.open(folder / "stored.sqlite", verify=True) as ledger:
        found = positions(ledger)
    return {"open, verify, all balances": watch.cost(found)}


def positions(ledger: object) -> dict[str, int]:
    from landquota.ledger import Ledger

    assert isinstance(ledger, Ledger)
    return {
        data.account(state, data.Group(each.holder, each.kind, each.year or 0)): getattr(each, state).low.units
        for each in ledger.positions(data.LAST, entries=False)
        for state in data.STATES
    }


def load_beancount(folder: Path) -> dict[str, Cost]:
    """Load the journal: parse, book and validate; then sum."""
    from beancount import loader
    from beancount.core.data import Transaction

    watch = Stopwatch()
    entries, errors, _ = loader.load_file(str(folder / "journal.beancount"))
    loading = watch.cost()
    assert not errors, errors[0]
    balances: Counter[str] = Counter()
    for posting in (leg for entry in entries if isinstance(entry, Transaction) for leg in entry.postings):
        balances[posting.account] += data.exact(str(posting.units.number))
    return {"load": loading._replace(balances=digest(balances))}


RUNS: Final[Mapping[str, Callable[[Path], dict[str, Cost]]]] = {
    "import": import_table,
    "stored": open_stored,
    "beancount": load_beancount,
}


def whole(name: str, folder: Path) -> dict[str, Cost]:
    """Return what a program's process costs, and the parts that it measured itself."""
    command = [sys.executable, __file__, "--run", name, str(folder)]
    if name == "hledger":
        command = ["hledger", "-f", str(folder / "journal.hledger"), "--strict", *["bal", "--flat", "-N", "-O", "csv"]]
    wall_s = time.perf_counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        environment = {**os.environ, "BEANCOUNT_DISABLE_LOAD_CACHE": "1", "LC_ALL": "C.UTF-8"}
        process = subprocess.Popen(command, stdout=output, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = status
        assert status == 0, command
        output.seek(0)
        said = output.read()
    cost = Cost(usage.ru_utime + usage.ru_stime, time.perf_counter() - wall_s)
    if name == "hledger":
        rows = csv.reader(said.splitlines())
        return {"whole": cost._replace(balances=digest({account: _units(amount) for account, amount in rows}))}
    return {"whole": cost, **{part: Cost(*each) for part, each in json.loads(said).items()}}


def _units(amount: str) -> int:
    number, _, unit = amount.partition(" ")
    return data.exact(number) if unit == "MU" else 0


# What is printed.


def compare(programs: Iterable[str], folder: Path, rounds: int) -> None:
    """Run programs in turns and print what each takes."""
    costs: dict[str, list[Cost]] = {}
    for _ in range(rounds):
        for name in programs:
            for part, cost in whole(name, folder).items():
                costs.setdefault(f"{name}: {part}", []).append(cost)
    same = {cost.balances for several in costs.values() for cost in several} - {""}
    print(f"  {COUNT:,} transactions, medians of {rounds}; {' AND '.join(sorted(same))}")
    medians = {name: tuple(statistics.median(each[i] for each in costs[name]) for i in (0, 1)) for name in costs}
    peers = [medians[name][0] for name in ("beancount: load", "hledger: whole")]
    for name, (cpu_s, wall_s) in medians.items():
        ratios = " ".join(f"{peer / cpu_s:6.2f} ×" for peer in peers)
        print(f"  {name:36} {cpu_s:7.3f} s CPU {wall_s:7.3f} s wall   faster than beancount, hledger: {ratios}")


def importing(folder: Path, rounds: int) -> None:
    """(b) The checked import of the same transactions."""
    compare(("import", "beancount", "hledger"), folder, rounds)


def stored(folder: Path, rounds: int) -> None:
    """(d) All balances from the stored ledger, whose chain is verified."""
    _stored(folder / "stored.sqlite", data.transactions(COUNT))
    compare(("stored", "beancount", "hledger"), folder, rounds)


def posting(folder: Path, rounds: int) -> None:
    """Post durably, one entry and several at once, on a ledger of 50,000."""
    from landquota.ledger import Ledger

    _stored(folder / "half.sqlite", itertools.islice(data.transactions(COUNT * 2), COUNT))
    more = (data.draft(each) for each in itertools.islice(data.transactions(COUNT * 2), COUNT, None))
    print(f"  a page written and synchronised by the disk alone: {_sync_ms(folder):.2f} ms")
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = shutil.copy(folder / "half.sqlite", place)
        with Ledger.open(path) as ledger:
            for size, calls in ((1, 100 * rounds), (10, 20 * rounds), (100, 10 * rounds), (1_000, rounds)):
                took = []
                for _ in range(calls):
                    drafts = list(itertools.islice(more, size))
                    watch = Stopwatch()
                    if size == 1:
                        ledger.post(drafts[0], recorded=NOW)
                    else:
                        ledger.import_all(drafts, recorded=NOW)
                    took.append(watch.cost())
                wall_ms = 1_000 * statistics.median(each.wall_s for each in took)
                cpu_ms = 1_000 * statistics.median(each.cpu_s for each in took)
                print(
                    f"  {size:6,} at once: {wall_ms:8.2f} ms ({cpu_ms:.2f} ms CPU), {size / wall_ms * 1_000:8,.0f}"
                    " entries/s durable"
                )


def _sync_ms(folder: Path) -> float:
    took = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(100):
            start = time.perf_counter()
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - start)
    return 1_000 * statistics.median(took)


def balances(folder: Path, rounds: int) -> None:
    """(c) Positions among a million entries, as of any day."""
    from landquota.ledger import Ledger

    path = folder / "million.sqlite"
    if not path.exists():
        subprocess.run([sys.executable, __file__, "--run", "million", str(folder)], check=True)
    with Ledger.open(path) as ledger:
        random = Random(1)  # noqa: S311 - a choice of questions
        took = []
        for number in range(50 * rounds):
            group = tuple(random.choice(each) for each in (data.HOLDERS, data.KINDS, data.YEARS))
            if number % 5 == 0:
                group = (data.HOLDERS[0], data.KINDS[0], data.YEARS[0])  # the busiest
            day = data.FIRST + timedelta(days=random.randrange((data.LAST - data.FIRST).days + 1))
            watch = Stopwatch()
            ledger.position(*group, as_of=day, entries=False)
            took.append((watch.cost(), number % 5 == 0))
        for what, several in (("any", took), ("the busiest", [each for each in took if each[1]])):
            wall = [1_000 * cost.wall_s for cost, _ in several]
            cpu = [1_000 * cost.cpu_s for cost, _ in several]
            print(
                f"  position of {what}, {len(several)} days: median {statistics.median(wall):.1f} ms, worst"
                f" {max(wall):.1f} ms; CPU median {statistics.median(cpu):.1f} ms, worst {max(cpu):.1f} ms"
            )
        _against_scan(path, statistics.median(1_000 * cost.cpu_s for cost, _ in took))
        watch = Stopwatch()
        found = ledger.positions(data.LAST, entries=False)
        print(f"  all {len(found):,} positions: {watch.cost().wall_s:.2f} s, {watch.cost().cpu_s:.2f} s CPU; {_peak()}")


def _against_scan(path: Path, median_ms: float) -> None:
    with sqlite3.connect(path) as connection:
        busiest, number = connection.execute(
            "SELECT debit, count(*) FROM transfer JOIN account ON account.id = debit WHERE holder IS NOT NULL"
            " GROUP BY debit ORDER BY 2 DESC LIMIT 1"
        ).fetchone()
        watch = Stopwatch()
        scan = "SELECT sum(amount * ((credit = ?1) - (debit = ?1))) FROM transfer NOT INDEXED WHERE effective <= ?2"
        connection.execute(scan, (busiest, data.LAST.isoformat())).fetchone()
        scan_ms = 1_000 * watch.cost().cpu_s
    print(f"  the busiest account gives {number:,} times; one balance by a full scan: {scan_ms:.0f} ms CPU,")
    print(f"  {scan_ms / median_ms:.0f} × the median position, which is ten balances")


def _stored(path: Path, made: Iterator[data.Transaction]) -> None:
    """Make a ledger of the transactions `made`, in batches, if it is not there."""
    from landquota.ledger import Ledger

    if path.exists():
        return
    making = path.with_suffix(".making")
    with Ledger.open(making, create=True) as ledger:
        ledger.import_all(data.declarations(), recorded=NOW)
        number, watch = 0, Stopwatch()
        while batch := [data.draft(each) for each in itertools.islice(made, BATCH)]:
            ledger.import_all(batch, recorded=NOW)
            number += len(batch)
        cpu_s = watch.cost().cpu_s
        print(f"  {number:,} entries in batches of {BATCH:,}: {cpu_s:.0f} s CPU with making the drafts; {_peak()}")
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
    if sys.argv[1:3] == ["--run", "million"]:
        _stored(Path(sys.argv[3], "million.sqlite"), data.transactions(MILLION))
    elif sys.argv[1:2] == ["--run"]:
        print(json.dumps(RUNS[sys.argv[2]](Path(sys.argv[3]))))
    else:
        main(*sys.argv[1:])
