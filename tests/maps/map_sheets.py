"""A project's own map sheet, drawn without a process of its own."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from landquota.layers import load
from landquota.ledger import Ledger
from landquota.maps import MapView
from landquota.maps.drawing import sheet_view
from landquota.maps.sheet import read_sheets
from landquota.project import open_project
from landquota.reconcile import Reconciliation, reconcile
from landquota.seeds import Seeds, read_seeds


def seeds_of(folder: Path) -> Seeds:
    """Return what the project's seeds hold."""
    return read_seeds(open_project(folder).seeds)[0]


def drawn(
    folder: Path,
    *,
    language: str = "zh",
    sheets: Path | None = None,
    as_of: date | None = None,
    public: bool = False,
) -> tuple[Reconciliation, MapView]:
    """Return the reconciliation of a built project and the view of its only sheet."""
    project = open_project(folder)
    (sheet,) = read_sheets(sheets or project.maps)
    layers = load(project.layers_file)
    day = as_of or project.as_of
    assert day is not None
    with Ledger.open(project.ledger_file) as ledger:
        result = reconcile(project, ledger, layers, as_of=day)
        entries = ledger.entries(as_of=day)
    facts = read_seeds(project.seeds)[0].facts
    return result, sheet_view(sheet, result, layers, entries, facts, language=language, public=public)
