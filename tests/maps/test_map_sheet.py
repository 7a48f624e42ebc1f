"""Map sheets read with clear errors, and views whose figures are the reconciliation's."""

from __future__ import annotations

from pathlib import Path

import pytest
from program import Program

from landquota.area import ZERO, Area, Unit, total
from landquota.errors import InputError, LandquotaError
from landquota.layers import load
from landquota.ledger import Ledger
from landquota.maps import MapView
from landquota.maps.drawing import sheet_view
from landquota.maps.sheet import read_sheets
from landquota.project import open_project
from landquota.reconcile import reconcile
from landquota.seeds import read_seeds


def view(folder: Path, *, language: str = "zh", sheets: Path | None = None) -> MapView:
    project = open_project(folder)
    (sheet,) = read_sheets(sheets or project.maps)
    layers = load(project.layers_file)
    assert project.as_of is not None
    with Ledger.open(project.ledger_file) as ledger:
        result = reconcile(project, ledger, layers, as_of=project.as_of)
        entries = ledger.entries(as_of=project.as_of)
    return sheet_view(sheet, result, layers, entries, read_seeds(project.seeds)[0].facts, language=language)


def test_counts_and_areas_of_the_legend_are_those_of_what_is_drawn(built_demo: Path) -> None:
    for layer in view(built_demo).layers:
        assert sum(look.count for look in layer.classes) == len(layer.features)
        for look in layer.classes:
            assert look.count == sum(feature.class_key == look.key for feature in layer.features)


def test_the_stages_of_the_legend_add_up_to_the_parcels_of_the_zones(built_demo: Path) -> None:
    project = open_project(built_demo)
    assert project.as_of is not None
    with Ledger.open(project.ledger_file) as ledger:
        result = reconcile(project, ledger, load(project.layers_file), as_of=project.as_of)
    by_zone = total(stage.area for zone in result.zones for stage in zone.parcels.by_stage)
    assert by_zone == total(parcel.area for parcel in result.parcels) > ZERO


def test_every_figure_of_the_panel_leads_to_its_entries(built_demo: Path) -> None:
    panel = next(p for p in view(built_demo, language="en").panels if p.zone == "GHW-01")
    cells = [cell for table in panel.tables for row in table.rows for cell in row.cells]
    granted = next(cell for cell in cells if cell.text == "145 †")
    assert [(entry.date, entry.amount) for entry in granted.entries] == [("2017-12-31", "145亩")]
    requisitioned = next(cell for cell in cells if cell.text == "≥ 500")
    assert [entry.source for entry in requisitioned.entries] == ["R241-2018 §二(二)"]


def test_schematic_and_illustrative_geometry_says_so(built_demo: Path) -> None:
    shown = view(built_demo)
    assert len(shown.notices) == 2
    assert all(layer.nature_note for layer in shown.layers if layer.id != "conflicts")
    parcels = next(layer for layer in shown.layers if layer.kind == "parcels")
    assert all(feature.illustrative for feature in parcels.features)


def test_the_conflict_is_drawn_with_its_area(built_demo: Path) -> None:
    (conflict,) = view(built_demo, language="en").layers[-1].features
    assert dict(conflict.rows)["Parcel"] == "ZX-P01"
    (look,) = view(built_demo, language="en").layers[-1].classes
    assert look.hatched
    assert look.area_text == "5.74 mu"


def test_entries_that_name_a_parcel_are_in_its_popup(demo: Program) -> None:
    demo(
        "ledger", "post", "grant", "--holder", "观海卫智能电器小镇", "--kind", "统筹", "--area", "1亩",
        "--document", "D", "--date", "2018-01-01", "--parcel", "GHW-P03",
    )  # fmt: skip
    parcels = next(layer for layer in view(demo.folder).layers if layer.kind == "parcels")
    behind = {feature.id: len(feature.entries) for feature in parcels.features if feature.entries}
    assert behind == {"GHW-P03": 1}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not a map sheet"),
        ('[sheet]\ntitle = "x"\nlayers = 3', "is not a map sheet"),
        ("[sheet", "is not a map sheet"),
        ('[sheet]\ntitle = "x"\n[stages.planned]\nfill = "red"', "'red' is not a colour"),
        ('[sheet]\ntitle = "x"\nlayers = ["roads"]', "draws layers that are not loaded: roads"),
    ],
)
def test_a_sheet_that_cannot_be_drawn_says_why(built_demo: Path, tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "x.toml").write_text(content, "utf-8")
    with pytest.raises(LandquotaError) as refused:
        view(built_demo, sheets=tmp_path)
    assert said in refused.value.message.render("en")


def test_a_folder_without_a_sheet_says_so(tmp_path: Path) -> None:
    with pytest.raises(LandquotaError, match="holds no map sheet"):
        read_sheets(tmp_path)
    assert issubclass(InputError, LandquotaError)


def test_areas_on_the_map_have_two_decimals() -> None:
    assert Area.of("5.739075", Unit.MU).in_unit(Unit.MU, 2) == "5.74"
