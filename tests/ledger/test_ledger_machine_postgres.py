"""The same random programmes against the same model, the ledger being in PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from postgres_cluster import Cluster
from test_ledger_machine import LedgerAgainstModel

from landquota.ledger import Ledger, turnover


class DatabaseAgainstModel(LedgerAgainstModel):
    cluster: ClassVar[Cluster]

    def opened(self, _folder: Path) -> Ledger:
        self.place = self.cluster.new()
        return Ledger.open(self.place, create=True)

    def teardown(self) -> None:
        super().teardown()
        self.cluster.give_back(self.place)


@pytest.fixture(autouse=True)
def running(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnover, "BUSY", 3)
    DatabaseAgainstModel.cluster = cluster


DatabaseAgainstModel.TestCase.settings = settings(
    max_examples=6, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestDatabaseAgainstModel = DatabaseAgainstModel.TestCase
