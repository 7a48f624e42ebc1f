"""What several test modules share: where the real files are, and visible skips."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from children import Parent
from ledger_samples import declare
from places import Databases, Files, Place, Places
from postgres_cluster import Cluster, programs
from program import Program

from landquota.ledger import Ledger, turnover

pytest_plugins = ("browsing",)

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT.parent / "shared" / "fixtures"


@pytest.fixture(scope="session")
def fixtures_dir() -> Path:
    """Return the folder of real files, or skip visibly."""
    if not FIXTURES.is_dir():
        pytest.skip("../shared/fixtures is not here")
    return FIXTURES


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the browser's program, or skip visibly."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None and os.environ.get("CI"):
        pytest.fail("Chromium is not installed, and this is CI")
    if program is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    return program


@pytest.fixture
def landquota(tmp_path: Path) -> Program:
    """Return the program in an empty folder."""
    return Program(tmp_path)


@pytest.fixture(scope="session")
def built_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a demo that was built once; do not write to it."""
    folder = tmp_path_factory.mktemp("demo")
    Program(folder)("demo")
    return folder / "landquota-demo"


@pytest.fixture
def demo(built_demo: Path, tmp_path: Path) -> Program:
    """Return the program in a demo project of the test's own."""
    shutil.copytree(built_demo, tmp_path / "demo")
    return Program(tmp_path / "demo")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Return a running PostgreSQL server, or skip visibly."""
    binaries = programs()
    if binaries is None and os.environ.get("CI"):
        pytest.fail("PostgreSQL is not installed, and this is CI")
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (Debian: apt-get install postgresql)")
    cluster = Cluster(binaries)
    yield cluster
    cluster.remove()


@pytest.fixture(scope="session")
def parent() -> Iterator[Parent]:
    """Return the process that forks others, to be killed or to race."""
    if not hasattr(os, "fork"):
        pytest.skip("this system has no fork")
    with Parent() as started:
        yield started


@pytest.fixture
def databases(cluster: Cluster) -> Iterator[Databases]:
    """Return where one test keeps ledgers in PostgreSQL."""
    databases = Databases(cluster)
    yield databases
    databases.give_back()


@pytest.fixture
def busy_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every account be busy from its first transfer on, so that small ledgers have turnover too."""
    monkeypatch.setattr(turnover, "BUSY", 1)


@pytest.fixture(params=["sqlite", "postgresql"])
def places(request: pytest.FixtureRequest, tmp_path: Path) -> Places:
    """Return where one test keeps ledgers: in files, and then in databases of a server."""
    if request.param == "sqlite":
        return Files(tmp_path)
    databases: Databases = request.getfixturevalue("databases")
    return databases


@pytest.fixture(scope="session")
def declared_file(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Return a ledger with a small county declared in it; do not write to it."""
    return declare(tmp_path_factory.mktemp("declared") / "ledger.sqlite")


@pytest.fixture
def ledger_path(declared_file: Path, tmp_path: Path) -> Path:
    """Return a copy of the declared ledger of the test's own, in a file."""
    return Path(shutil.copy(declared_file, tmp_path / "ledger.sqlite"))


@pytest.fixture
def place(places: Places, declared_file: Path) -> Place:
    """Return where such a ledger of the test's own is, in a file and then in a database."""
    return places.declared() if isinstance(places, Databases) else places.copy(declared_file)


@pytest.fixture
def ledger(place: Place) -> Iterator[Ledger]:
    """Return that copy, open."""
    with Ledger.open(place) as opened:
        yield opened
