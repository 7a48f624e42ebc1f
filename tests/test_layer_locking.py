"""Changes of a layers folder, one at a time, also when many processes want to make them."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import geopandas
import pytest
from shapely.geometry import box

from landquota import layers
from landquota.errors import InputError
from landquota.findings import FindingsError
from landquota.layers.holdings import exchanged
from landquota.layers.lock import LOCK_FILE, locked

ROOT = Path(__file__).resolve().parent.parent
#: Each of these runs in a process of its own: what it does stands in the arguments.
ADD = """
import sys
from pathlib import Path
from landquota import layers
from landquota.findings import FindingsError
folder, file, name, replace = sys.argv[1:]
try:
    layers.add(Path(folder), Path(file), name=name, kind="context", replace=replace == "replace")
except FindingsError as refused:
    print(*(finding.code for finding in refused.findings))
else:
    print("added")
"""
REMOVE = """
import sys
from pathlib import Path
from landquota import layers
layers.remove(Path(sys.argv[1]), sys.argv[2])
print("removed")
"""
HOLD = """
import sys
from pathlib import Path
from landquota.layers.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def square(path: Path, x: float = 0.0) -> Path:
    frame = geopandas.GeoDataFrame({"id": ["1"]}, geometry=[box(621000 + x, 3341000, 621100 + x, 3341100)], crs=4549)
    frame.to_file(path, engine="pyogrio", layer="squares")
    return path


def started(code: str, *arguments: object) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT)


def said(processes: Sequence[subprocess.Popen[str]]) -> list[str]:
    outputs = [process.communicate(timeout=120)[0].strip() for process in processes]
    assert [process.returncode for process in processes] == [0] * len(processes)
    return outputs


def listed(folder: Path) -> dict[str, str]:
    entries, findings = layers.read_catalogue(folder)
    assert findings == []
    assert len({entry.name for entry in entries}) == len(entries)
    return {entry.name: entry.file for entry in entries}


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {LOCK_FILE}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "layers"
    for name in "abc":
        layers.add(folder, square(tmp_path / f"{name}.gpkg"), name=name, kind="context")
    return folder


def test_a_name_that_two_processes_want_is_given_once(folder: Path, tmp_path: Path) -> None:
    new = [square(tmp_path / f"new{number}.gpkg") for number in range(3)]
    outputs = said([started(ADD, folder, file, "d", "") for file in new])
    assert sorted(outputs) == ["LAYER-EXISTS", "LAYER-EXISTS", "added"]
    winner = new[outputs.index("added")].name
    assert listed(folder) == {"a": "a.gpkg", "b": "b.gpkg", "c": "c.gpkg", "d": winner}
    assert files(folder) == {"catalog.csv", "a.gpkg", "b.gpkg", "c.gpkg", winner}


def test_a_replacement_and_a_removal_meet_the_rows_that_they_mean(folder: Path, tmp_path: Path) -> None:
    new = square(tmp_path / "new.gpkg")
    outputs = said([started(ADD, folder, new, "c", "replace"), started(REMOVE, folder, "a")])
    assert outputs == ["added", "removed"]
    assert listed(folder) == {"b": "b.gpkg", "c": "new.gpkg"}
    assert files(folder) == {"catalog.csv", "b.gpkg", "new.gpkg"}


def test_a_row_that_moves_while_the_file_is_read_is_found_again(folder: Path, tmp_path: Path) -> None:
    def meanwhile() -> Iterator[str]:
        layers.remove(folder, "a")
        yield from ()

    new = square(tmp_path / "new.gpkg")
    layers.add(folder, new, name="c", kind="context", replace=True, without=meanwhile())
    assert listed(folder) == {"b": "b.gpkg", "c": "new.gpkg"}


def test_who_waits_too_long_is_told_which_file_is_held(folder: Path) -> None:
    holder = started(HOLD, folder)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    message = re.escape(f"Another process is changing the layers: it holds {folder / LOCK_FILE}")
    with pytest.raises(InputError, match=message), locked(folder, wait_s=0.2):
        pass
    assert holder.poll() is None
    said([holder])
    with locked(folder, wait_s=0.2):
        pass


def test_a_lock_ends_with_its_process(folder: Path) -> None:
    holder = started(HOLD, folder)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.communicate()
    assert (folder / LOCK_FILE).exists()
    layers.remove(folder, "a")
    assert listed(folder) == {"b": "b.gpkg", "c": "c.gpkg"}


def test_a_refused_file_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(FindingsError):
        layers.add(tmp_path / "layers", tmp_path / "none.gpkg", name="a", kind="context")
    assert not (tmp_path / "layers").exists()


def test_the_files_that_another_exchange_put_aside_are_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "layers"
    folder.mkdir()
    (folder / "old.gpkg").write_text("precious")
    one, other = tmp_path / "1.gpkg", tmp_path / "2.gpkg"
    one.write_text("1")
    other.write_text("2")
    with pytest.raises(RuntimeError), exchanged(folder, new=[one], old=[folder / "old.gpkg"]):  # noqa: PT012
        with pytest.raises(InputError, match="put aside"), exchanged(folder, new=[other], old=[]):
            pass
        raise RuntimeError
    assert {path.name: path.read_text() for path in folder.iterdir()} == {"old.gpkg": "precious"}


@pytest.mark.parametrize("name", ["-rf.gpkg", "=1+1.gpkg", "@a.gpkg", "+b.gpkg"])
def test_a_file_that_begins_like_a_formula_comes_and_goes(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "layers"
    layers.add(folder, square(tmp_path / name), name="a", kind="context", title="-北", note="'=1")
    (entry,), findings = layers.read_catalogue(folder)
    assert findings == []
    assert (entry.file, entry.title, entry.note) == (name, "-北", "'=1")
    assert f"'{name}" in (folder / "catalog.csv").read_text("utf-8-sig")
    layers.remove(folder, "a")
    assert files(folder) == {"catalog.csv"}
