"""The land table of the panel: a figure of the ledger opens on the entries that come to it."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

from ledger_samples import NOW, ZONE
from map_sheets import drawn

from landquota.area import parse_exact
from landquota.ledger import Ledger, MovementDraft
from landquota.maps.view import PanelTable


def land(movement: str, area: str, **more: str) -> MovementDraft:
    day = date(2016, 1, 1)
    return MovementDraft(movement=movement, holder=ZONE, amount=parse_exact(area), effective=day, document="D", **more)  # type: ignore[arg-type]


def table(folder: Path) -> PanelTable:
    """Return the land table of the zone."""
    _, view = drawn(folder, language="en")
    (panel,) = (panel for panel in view.panels if panel.zone == "GHW-01")
    (found,) = (each for each in panel.tables if each.heading == "Land (mu)")
    return found


def test_a_figure_opens_on_what_it_rests_on(built_demo: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(built_demo, tmp_path / "demo"))
    assert table(folder).columns[1] == "Documents"
    with Ledger.open(folder / "workspace" / "ledger.sqlite") as ledger:
        ledger.import_all(
            [
                land("approve", "600亩", parcel="GHW-P-01", key="approve"),
                land("revoke", "50亩", parcel="GHW-P-01", key="revoke"),
            ],
            recorded=NOW,
        )
    mixed = table(folder)
    assert mixed.columns[1] == "Ledger, else documents"
    cells = {row.label: row.cells[0] for row in mixed.rows}
    assert cells["Approved"].text == "550"
    assert [(entry.key, entry.amount) for entry in cells["Approved"].entries] == [
        ("approve", "+600 mu"), ("revoke", "−50 mu"),
    ]  # fmt: skip
    assert cells["Requisitioned"].text == "≥ 500"
    assert [entry.key for entry in cells["Requisitioned"].entries] == ["GHW-01-requisitioned-2017"]
    with Ledger.open(folder / "workspace" / "ledger.sqlite") as ledger:
        steps = (land("requisition", "520亩", parcel="GHW-P-01"), land("start", "1亩", parcel="GHW-P-01"))
        ledger.import_all(steps, recorded=NOW)
    assert table(folder).columns[1] == "Ledger"
