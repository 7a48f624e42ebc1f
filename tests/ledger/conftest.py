"""A ledger with a small county declared in it, made once and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from ledger_samples import DECLARATIONS, NOW

from landquota.ledger import Ledger


@pytest.fixture(scope="session")
def declared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("declared") / "ledger.sqlite"
    with Ledger.open(path, create=True) as ledger:
        ledger.import_all(DECLARATIONS, recorded=NOW)
    return path


@pytest.fixture
def ledger_path(declared_file: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(declared_file, tmp_path / "ledger.sqlite"))


@pytest.fixture
def ledger(ledger_path: Path) -> Iterator[Ledger]:
    with Ledger.open(ledger_path) as opened:
        yield opened
