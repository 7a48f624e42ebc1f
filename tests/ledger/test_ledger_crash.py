"""Programs that are killed, and programs that race: what was acknowledged is there, and nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from ledger_samples import NOW, TOWN, at, move, mu

from landquota.ledger import Ledger

ROOT = Path(__file__).resolve().parents[2]

COMMON = """
import os, signal, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine
from ledger_samples import NOW, TOWN, move
from landquota.errors import LandquotaError
from landquota.ledger import Ledger, Overdraft
path = Path(sys.argv[1])
"""

#: For each number on standard input: fork a child that imports and is killed at its n-th step at the database.
KILLED_AT = """
steps, limit = 0, 0
def count(*_):
    global steps
    steps += 1
    if steps == limit:
        os.kill(os.getpid(), signal.SIGKILL)
event.listen(Engine, "before_cursor_execute", count)
event.listen(Engine, "after_cursor_execute", count)
event.listen(Engine, "commit", count)
drafts = [move("grant", TOWN, "10亩", key="grant")] + [move("commit", TOWN, "1亩", key=f"c{n}") for n in range(10)]
for line in sys.stdin:
    child = os.fork()
    if not child:
        with Ledger.open(path) as ledger:
            steps, limit = 0, int(line)
            ledger.import_all(drafts, recorded=NOW)
        os._exit(0)
    print(os.waitpid(child, 0)[1], flush=True)
"""

#: Import many batches, one line for each that was acknowledged, until killed.
BATCHES = """
with Ledger.open(path) as ledger:
    for batch in range(10_000):
        ledger.import_all([move("grant", TOWN, "1亩", key=f"b{batch}-{n}") for n in range(20)], recorded=NOW)
        print(batch, flush=True)
"""

#: Post one entry, say so, and die without a chance to tidy up.
POST_AND_DIE = """
ledger = Ledger.open(path)
print(ledger.post(move("grant", TOWN, "1亩"), recorded=NOW).hash, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""

#: Wait for the start, then draw one mu.
DRAW = """
with Ledger.open(path) as ledger:
    print("ready", flush=True)
    sys.stdin.readline()
    try:
        print(ledger.post(move("commit", TOWN, "1亩"), recorded=NOW).seq)
    except Overdraft as refusal:
        print("refused", refusal.available, refusal.short)
"""

#: Wait for the start, then make and fill a new ledger.
CREATE = """
print("ready", flush=True)
sys.stdin.readline()
from ledger_samples import DECLARATIONS
with Ledger.open(path, create=True) as ledger:
    print(sum(not receipt.already for receipt in ledger.import_all(DECLARATIONS, recorded=NOW)))
"""


def start(program: str, path: Path) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)])}
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", COMMON + program, path],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", env=environment,
    )  # fmt: skip


def race(program: str, path: Path, *, number: int) -> list[str]:
    """Start processes, let them go at the same moment, and return what each one says."""
    processes = [start(program, path) for _ in range(number)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    answers = [process.communicate()[0].strip() for process in processes]
    assert [process.returncode for process in processes] == [0] * number
    return answers


def keys(path: Path) -> set[str]:
    with Ledger.open(path) as ledger:
        assert ledger.verify().ok
        return {entry.key for entry in ledger.entries() if entry.type == "movement"}


def test_sixteen_draw_on_the_last_ten(ledger_path: Path) -> None:
    with Ledger.open(ledger_path) as ledger:
        ledger.post(move("grant", TOWN, "10亩"), recorded=NOW)
    answers = Counter(answer.split()[0] for answer in race(DRAW, ledger_path, number=16))
    assert answers.pop("refused") == 6
    assert sorted(map(int, answers)) == list(range(9, 19))
    with Ledger.open(ledger_path) as ledger:
        assert mu(at(ledger, TOWN), "committed", "available") == ["10", "0"]
        assert ledger.verify().ok


def test_several_create_one_ledger(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    assert sorted(map(int, race(CREATE, path, number=6))) == [0, 0, 0, 0, 0, 7]
    with Ledger.open(path) as ledger:
        report = ledger.verify()
        assert (report.ok, report.entries) == (True, 7)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_an_import_killed_at_any_step_leaves_nothing_or_all(ledger_path: Path) -> None:
    everything = {"grant", *(f"c{n}" for n in range(10))}
    with start(KILLED_AT, ledger_path) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for step in range(1, 200):
            print(step, file=process.stdin, flush=True)
            status = int(process.stdout.readline())
            found = keys(ledger_path)
            assert found in (set(), everything)
            if os.WIFEXITED(status):
                assert os.WEXITSTATUS(status) == 0
                break
            assert os.WTERMSIG(status) == signal.SIGKILL
            if found:  # killed after the commit: posting again adds nothing
                break
        process.stdin.close()
    assert step > 20
    assert keys(ledger_path) == everything
    with Ledger.open(ledger_path) as ledger:
        assert mu(at(ledger, TOWN), "available") == ["0"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is POSIX")
@pytest.mark.parametrize("acknowledged", [0, 1, 3])
def test_batches_that_were_acknowledged_survive_kill_9(ledger_path: Path, acknowledged: int) -> None:
    with start(BATCHES, ledger_path) as process:
        assert process.stdout is not None
        for _ in range(acknowledged + 1):
            last = int(process.stdout.readline())
        process.kill()
    found = Counter(key.split("-")[0] for key in keys(ledger_path))
    assert {f"b{batch}" for batch in range(last + 1)} <= found.keys()
    assert set(found.values()) == {20}
    with Ledger.open(ledger_path) as ledger:
        drafts = [move("grant", TOWN, "1亩", key=f"b{batch}-{n}") for batch in range(len(found) + 1) for n in range(20)]
        receipts = ledger.import_all(drafts, recorded=NOW)
        assert sum(not receipt.already for receipt in receipts) == 20


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kill -9 is POSIX")
def test_an_acknowledged_entry_survives_kill_9(ledger_path: Path) -> None:
    with start(POST_AND_DIE, ledger_path) as process:
        said, _ = process.communicate()
    assert process.returncode == -signal.SIGKILL
    with Ledger.open(ledger_path) as ledger:
        assert ledger.head == said.strip()
        assert ledger.verify().ok
