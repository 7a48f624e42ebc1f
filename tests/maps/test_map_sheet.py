"""Map sheets read with clear errors, and views whose figures are the reconciliation's."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyproj
import pytest
from map_sheets import drawn
from program import Program

from landquota.area import ZERO, Area, Unit, total
from landquota.errors import InputError
from landquota.layers import load
from landquota.ledger import Ledger
from landquota.maps import MapView
from landquota.maps.reference import system_name
from landquota.project import open_project
from landquota.reconcile import reconcile


def view(folder: Path, *, language: str = "zh", sheets: Path | None = None, as_of: date | None = None) -> MapView:
    return drawn(folder, language=language, sheets=sheets, as_of=as_of)[1]


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


def test_a_sheet_that_opens_on_no_zone_is_refused(built_demo: Path, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text('[sheet]\ntitle = "x"\nopens_on = "GHW-1"\n', "utf-8")
    with pytest.raises(InputError, match=r"opens on 'GHW-1', which is no zone\nZones: .*GHW-01"):
        view(built_demo, sheets=tmp_path)


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


def parcel_rows(shown: MapView, parcel: str) -> dict[str, str]:
    (feature,) = (f for layer in shown.layers if layer.kind == "parcels" for f in layer.features if f.id == parcel)
    return dict(feature.rows)


def test_a_parcels_popup_lists_the_days_of_its_stages_up_to_the_pages_own(built_demo: Path) -> None:
    days = {
        "Approved on": "2013-11-05",
        "Requisitioned on": "2014-05-16",
        "Supplied on": "2014-12-08",
        "Construction started on": "2015-06-01",
        "Completed on": "2017-01-12",
    }
    rows = parcel_rows(view(built_demo, language="en"), "GHW-P03")
    assert {name: day for name, day in rows.items() if name.endswith(" on")} == days
    early = parcel_rows(view(built_demo, language="en", as_of=date(2014, 12, 8)), "GHW-P03")
    assert [day for name, day in early.items() if name.endswith(" on")] == list(days.values())[:3]
    assert early["Stage"] == "Supplied"
    planned = parcel_rows(view(built_demo, language="en"), "ZX-P01")
    assert planned["Stage"] == "Planned"
    assert not [name for name in planned if name.endswith(" on")]


def test_no_attribute_says_nan(built_demo: Path) -> None:
    rows = [row for layer in view(built_demo).layers for feature in layer.features for row in feature.rows]
    assert [row for row in rows if "nan" in row[1].lower() or not row[1]] == []


@pytest.mark.parametrize(
    ("code", "chinese", "english"),
    [
        (
            4549,
            "CGCS2000 高斯-克吕格投影 三度带 中央经线 120°（EPSG:4549）",
            "CGCS2000 / 3-degree Gauss-Kruger CM 120E (EPSG:4549)",
        ),
        (
            4528,
            "CGCS2000 高斯-克吕格投影 三度带第 40 带 中央经线 120°（EPSG:4528）",
            "CGCS2000 / 3-degree Gauss-Kruger zone 40 (EPSG:4528)",
        ),
        (
            4509,
            "CGCS2000 高斯-克吕格投影 六度带 中央经线 117°（EPSG:4509）",
            "CGCS2000 / Gauss-Kruger CM 117E (EPSG:4509)",
        ),
        (4490, "CGCS2000 大地坐标系（经纬度）（EPSG:4490）", "China Geodetic Coordinate System 2000 (EPSG:4490)"),
        (4326, "WGS 84 (EPSG:4326)", "WGS 84 (EPSG:4326)"),
        (2437, "Beijing 1954 / 3-degree Gauss-Kruger CM 120E (EPSG:2437)", None),
    ],
)
def test_the_reference_system_has_its_official_name(code: int, chinese: str, english: str | None) -> None:
    crs = pyproj.CRS.from_epsg(code)
    assert system_name(crs, "zh") == chinese
    assert system_name(crs, "en") == (english or chinese)


def test_a_system_without_a_code_is_named_by_its_parameters() -> None:
    local = pyproj.CRS.from_wkt(pyproj.CRS.from_epsg(4549).to_wkt("WKT1_ESRI").replace("120.0", "121.25"))
    assert system_name(local, "zh") == "CGCS2000 高斯-克吕格投影 中央经线 121.25°"


def test_the_footer_names_the_reference_system_of_the_project(built_demo: Path) -> None:
    assert view(built_demo, language="en").footer[1] == "CGCS2000 / 3-degree Gauss-Kruger CM 120E (EPSG:4549)"
    assert view(built_demo).footer[1] == "CGCS2000 高斯-克吕格投影 三度带 中央经线 120°（EPSG:4549）"


def test_holders_and_kinds_have_their_english_names(built_demo: Path) -> None:
    town = next(p for p in view(built_demo, language="en").panels if p.id == "观海卫镇")
    assert town.name == "Guanhaiwei (town)"
    assert not any("\u4e00" <= character <= "\u9fff" for character in town.tables[0].rows[0].label)
    (asked,) = town.tables[0].rows[0].cells[0].entries
    assert asked.text.startswith("Request · Guanhaiwei (town) · ")


def test_a_sheet_that_draws_what_is_not_loaded_says_so(built_demo: Path, tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_text('[sheet]\ntitle = "x"\nlayers = ["roads"]', "utf-8")
    with pytest.raises(InputError) as refused:
        view(built_demo, sheets=tmp_path)
    assert "draws layers that are not loaded: roads" in refused.value.message.render("en")


def test_areas_on_the_map_have_two_decimals() -> None:
    assert Area.of("5.739075", Unit.MU).in_unit(Unit.MU, 2) == "5.74"
