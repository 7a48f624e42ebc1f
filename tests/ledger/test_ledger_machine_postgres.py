"""The same random programmes against the same model, the ledger being in PostgreSQL."""

from __future__ import annotations

from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from ledger_samples import DECLARATIONS, NOW
from postgres_cluster import Cluster
from test_ledger_machine import LedgerAgainstModel

from landquota.ledger import Ledger


class DatabaseAgainstModel(LedgerAgainstModel):
    cluster: ClassVar[Cluster]

    def __init__(self) -> None:
        super().__init__()
        self.ledger.close()
        self.place = self.cluster.new()
        self.ledger = Ledger.open(self.place, create=True)
        self.ledger.import_all(DECLARATIONS, recorded=NOW)

    def teardown(self) -> None:
        super().teardown()
        self.cluster.give_back(self.place)


@pytest.fixture(autouse=True)
def running(cluster: Cluster) -> None:
    DatabaseAgainstModel.cluster = cluster


DatabaseAgainstModel.TestCase.settings = settings(
    max_examples=6, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestDatabaseAgainstModel = DatabaseAgainstModel.TestCase
