"""What several test modules share: where the real files are, and visible skips."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

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


@dataclass(frozen=True)
class Program:
    """The installed program, run in a folder as a person would."""

    folder: Path

    def __call__(self, *arguments: str | Path, code: int = 0, **environ: str) -> subprocess.CompletedProcess[str]:
        """Run it, and check the exit code and that no traceback shows."""
        run = subprocess.run(
            [sys.executable, "-m", "landquota", *map(str, arguments)],
            cwd=self.folder,
            env={**os.environ, "LANDQUOTA_LANG": "en", **environ},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert run.returncode == code, f"{arguments}\n{run.stdout}\n{run.stderr}"
        assert "Traceback" not in run.stderr
        return run

    def json(self, *arguments: str | Path, code: int = 0) -> Any:
        """Run it with ``--json`` and return what it prints."""
        return json.loads(self(*arguments, "--json", code=code).stdout)


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
