"""The program as a person runs it: in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


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
