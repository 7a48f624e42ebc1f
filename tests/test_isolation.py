"""A reader that crashes, hangs or takes all memory costs one file, which is named; the others are read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import geopandas.testing
import pytest

from landquota import formats
from landquota.errors import LandquotaError, UsageError
from landquota.findings import Finding, FindingsError
from landquota.formats import isolation
from landquota.formats.isolation import Read, Worker, WorkerError, isolated, reader

ROOT = Path(__file__).resolve().parent.parent
TARGET = "isolation_targets:read"
MEMORY = 512 * 1024**2
#: Long enough for a sound file on a busy machine, and the time that each hanging one costs.
PATIENCE_S = 4.0
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals and memory limits are POSIX's")


@pytest.fixture(scope="module", autouse=True)
def targets() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(ROOT / "tests"))
        yield


@pytest.fixture(scope="module")
def read() -> Iterator[Read]:
    with reader(target=TARGET, timeout_s=PATIENCE_S, memory_bytes=MEMORY) as made:
        yield made


def file(folder: Path, content: str) -> Path:
    path = folder / f"{content.replace(' ', '-')}.txt"
    path.write_text(content, "utf-8")
    return path


def said(outcome: tuple[object, list[Finding]]) -> tuple[str, str | None, str]:
    table, (finding,) = outcome
    assert table is None
    return finding.code, finding.place.file, finding.message("en")


def test_what_is_read_comes_back_as_it_was(read: Read, tmp_path: Path) -> None:
    table, findings = read(file(tmp_path, "four"), layer="DLTB")
    assert table is not None
    assert (table.path, table.layer, table.format, table.encoding) == (tmp_path / "four.txt", "DLTB", "test", None)
    assert [(p.file, p.line, p.feature) for p in table.places] == [("four.txt", n, str(n)) for n in range(4)]
    assert [area.m2 for area in table.declared_area_m2 if area] == 4 * ["1.50"]
    assert (table.frame.crs.to_epsg(), list(table.frame["name"]), table.frame.geometry.iloc[3].y) == (
        4549,
        4 * ["慈溪"],
        7,
    )
    assert [finding.to_json("en")["place"] for finding in findings] == [{"file": "four.txt"}]
    assert findings[0].params == {"x": 1.5, "y": 2.5}


def test_geometries_come_back_whatever_they_are(read: Read, tmp_path: Path) -> None:
    table, findings = read(file(tmp_path, "no number"))
    assert table is not None
    assert (table.frame.crs, table.frame.geometry[1], findings) == (None, None, [])
    assert "nan" in table.frame.geometry[0].wkt.lower()
    assert [(place.x, place.y) for place in table.places] == [(1, 2), (3, None)]


def test_a_real_file_reads_as_it_does_without_a_worker() -> None:
    path = ROOT / "layers" / "parcels.geojson"
    with reader() as apart:
        table, findings = apart(path)
        missing, problems = apart(path.with_name("nothing.shp"))
    here, found = formats.read(path)
    assert table is not None
    assert here is not None
    geopandas.testing.assert_geodataframe_equal(table.frame, here.frame)
    assert (table.places, table.declared_area_m2, findings) == (here.places, here.declared_area_m2, found)
    assert (missing, [finding.code for finding in problems]) == (None, ["FILE-MISSING"])


def test_a_batch_loads_all_but_the_files_that_crash_and_names_those(read: Read, tmp_path: Path) -> None:
    contents = [*(f"sound {n}" for n in range(8)), "abort", *(f"well {n}" for n in range(8)), "exit", "fine"]
    outcomes = {content: read(file(tmp_path, content)) for content in contents}
    assert {content for content, (table, _) in outcomes.items() if table is None} == {"abort", "exit"}
    code, name, message = said(outcomes["exit"])
    assert (code, name) == ("FILE-CRASHED", "exit.txt")
    assert (
        message == "Reading this file brought the reading process down (exit code 3: last words�[31m); it was left out"
    )
    assert said(outcomes["abort"])[:2] == ("FILE-CRASHED", "abort.txt")


@posix
@pytest.mark.parametrize(
    ("content", "how"), [("abort", "signal SIGABRT"), ("segfault", "signal SIGSEGV"), ("kill", "signal SIGKILL")]
)
def test_a_crash_is_said_with_its_signal(read: Read, tmp_path: Path, content: str, how: str) -> None:
    assert said(read(file(tmp_path, content))) == (
        "FILE-CRASHED",
        f"{content}.txt",
        f"Reading this file brought the reading process down ({how}); it was left out",
    )


def test_an_error_that_nobody_foresaw_is_a_crash_with_its_words(read: Read, tmp_path: Path) -> None:
    assert said(read(file(tmp_path, "bug")))[2] == (
        "Reading this file brought the reading process down (exit code 1: ValueError: a bug of ours); it was left out"
    )


@posix
@pytest.mark.parametrize("content", ["loop", "loop in a library"])
def test_what_never_ends_is_stopped(tmp_path: Path, content: str) -> None:
    with reader(target=TARGET, timeout_s=4.0, memory_bytes=MEMORY) as read:
        assert said(read(file(tmp_path, content))) == (
            "FILE-TIMEOUT",
            file(tmp_path, content).name,
            "Reading this file took more than 4 s and was stopped; it was left out",
        )
        assert read(file(tmp_path, "fine"))[0] is not None


@posix
@pytest.mark.parametrize("content", ["hog", "hog slowly", "bad alloc"])
def test_what_takes_all_memory_is_stopped(read: Read, tmp_path: Path, content: str) -> None:
    assert said(read(file(tmp_path, content))) == (
        "FILE-MEMORY",
        file(tmp_path, content).name,
        "Reading this file needs more memory than the 512.0 MiB that it may have; it was left out",
    )
    assert read(file(tmp_path, "fine"))[0] is not None


def test_what_libraries_print_does_not_reach_the_answers(read: Read, tmp_path: Path) -> None:
    table, _ = read(file(tmp_path, "chatter"))
    assert table is not None
    assert len(table.places) == len("chatter")


def test_a_file_is_not_blamed_for_what_an_earlier_one_broke(tmp_path: Path) -> None:
    with reader(target="isolation_targets:fragile", timeout_s=PATIENCE_S, memory_bytes=MEMORY) as read:
        outcomes = [read(file(tmp_path, content)) for content in ("first", "second", "third")]
    assert all(table is not None for table, _ in outcomes)


def test_errors_of_ours_arrive_as_they_were_raised(read: Read, tmp_path: Path) -> None:
    with pytest.raises(FindingsError) as refused:
        read(file(tmp_path, "refuse"))
    assert [finding.code for finding in refused.value.findings] == ["FILE-MISSING"]
    assert str(refused.value) == "1 error(s) found; nothing was written."
    with pytest.raises(UsageError, match=r"^no layer\nGive one\.$") as misused:
        read(file(tmp_path, "misuse"))
    assert misused.value.exit_code == 2


def test_inside_the_block_there_is_a_reader_and_outside_none(tmp_path: Path) -> None:
    assert isolation.current() is None
    with isolated(timeout_s=PATIENCE_S):
        read = isolation.current()
        assert read is not None
        assert read(tmp_path / "nothing.shp")[1][0].code == "FILE-MISSING"
    assert isolation.current() is None


def test_the_time_grows_with_the_file(tmp_path: Path) -> None:
    small, large = tmp_path / "a.txt", tmp_path / "b.shp"
    small.write_bytes(b"x")
    large.write_bytes(b"x")
    with large.with_suffix(".dbf").open("wb") as sparse:
        sparse.truncate(2_000_000_000)
    assert isolation._patience(small) == pytest.approx(300, abs=0.1)
    assert isolation._patience(large) == pytest.approx(2300, abs=0.1)
    assert isolation._patience(tmp_path) == pytest.approx(2300, abs=0.1)
    assert isolation._patience(tmp_path / "missing.txt") == 300
    large.with_suffix(".dbf").rename(tmp_path / "[*].dbf")
    assert isolation._patience(tmp_path / "[*].shp") == pytest.approx(2300, abs=0.1)


@posix
def test_temporary_files_go_with_the_worker_even_after_a_crash(tmp_path: Path) -> None:
    with reader(target=TARGET, timeout_s=PATIENCE_S, memory_bytes=MEMORY) as read:
        with pytest.raises(FindingsError) as told:
            read(file(tmp_path, "where"))
        (finding,) = told.value.findings
        folder, pid = Path(str(finding.place.file)), int(str(finding.params["path"]))
        assert folder.is_dir()
        read(file(tmp_path, "abort"))
        assert not folder.exists()
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_worker_that_cannot_start_says_so() -> None:
    worker = Worker("no_such_module:read", memory_bytes=MEMORY)
    with pytest.raises(WorkerError) as error:
        worker.call(timeout_s=1.0)
    assert isinstance(error.value, LandquotaError)
    assert "could not be started: exit code 1: ModuleNotFoundError: No module named 'no_such_module'" in str(
        error.value
    )


@posix
def test_an_interrupt_ends_the_worker(tmp_path: Path) -> None:
    with reader(target=TARGET, timeout_s=60, memory_bytes=MEMORY) as read:
        read(file(tmp_path, "fine"))
        pid = read._worker.pid  # type: ignore[attr-defined]
        timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            read(file(tmp_path, "loop"))
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert read(file(tmp_path, "fine"))[0] is not None


PARENT = """
import sys, threading
from pathlib import Path
from landquota.formats.isolation import reader
with reader(target="isolation_targets:read", timeout_s=60, memory_bytes=1 << 29) as read:
    read(Path(sys.argv[1]))
    print(read._worker.pid, flush=True)
    read(Path(sys.argv[2]))
"""


@posix
def test_a_worker_does_not_outlive_its_parent(tmp_path: Path) -> None:
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    command = [sys.executable, "-c", PARENT, str(file(tmp_path, "fine")), str(file(tmp_path, "loop"))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 20
    while _lives(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _lives(pid)


def _lives(pid: int) -> bool:
    """Return whether a process runs; one that ended and was not collected does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not (status.exists() and status.read_text("ascii").rpartition(")")[2].split()[0] == "Z")
