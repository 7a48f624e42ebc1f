"""Documented beside measured area, and land-use layers by class: what a sheet says of areas."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import pytest
from ledger_samples import NOW, state
from map_sheets import drawn
from program import Program

from landquota.area import total
from landquota.ledger import Ledger
from landquota.maps import MapLayer, MapView
from landquota.maps.view import PanelTable
from landquota.standards import colours

CODES = {"0101": "水田", "0103": "旱地", "0601": "工业用地", "1101": "河流水面", "": ""}


def area_table(folder: Path, zone: str) -> PanelTable:
    _, view = drawn(folder, language="en")
    (panel,) = (panel for panel in view.panels if panel.zone == zone)
    return panel.tables[0]


def test_a_zone_that_measures_what_its_document_states_agrees(built_demo: Path) -> None:
    table = area_table(built_demo, "GHW-01")
    assert table.columns == ("Area (km²)", "Documented", "Measured (ellipsoid)", "Difference")
    (row,) = table.rows
    assert (row.label, [cell.text for cell in row.cells]) == ("schematic boundary", ["2.86", "2.8600", "agrees"])
    assert [entry.key for entry in row.cells[0].entries] == ["GHW-01-documented-area"]
    assert [cell.severity for cell in row.cells] == [None, None, "ok"]


def test_a_zone_that_a_later_document_states_otherwise_differs(demo: Program) -> None:
    with Ledger.open(demo.folder / "workspace" / "ledger.sqlite") as ledger:
        later = state("documented_area", "2.90平方公里", effective=date(2021, 1, 1), document="D")
        ledger.import_all([later], recorded=NOW)
    documented, measured, verdict = area_table(demo.folder, "GHW-01").rows[0].cells
    assert (documented.text, measured.text) == ("2.90", "2.8600")
    assert (verdict.text, verdict.severity) == ("-1.38 %, differs", "error")


def with_layer(demo: Program, kind: str, property_rows: list[dict[str, str]]) -> MapView:
    """Add the demo's parcels once more as a layer of a kind, with other attributes; return the sheet's view."""
    layers = demo.folder / "layers"
    copied = json.loads((layers / "parcels.geojson").read_text("utf-8"))
    copied["features"] = copied["features"][: len(property_rows) or None]
    for number, feature in enumerate(copied["features"]):
        feature["properties"] = {"id": f"T{number}"} | (property_rows[number] if property_rows else {})
    (layers / "more.geojson").write_text(json.dumps(copied, ensure_ascii=False), "utf-8")
    catalogue = layers / "catalog.csv"
    with catalogue.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows.append(dict.fromkeys(rows[0], "") | {"name": "more", "kind": kind, "file": "more.geojson"})
    rows[-1] |= {"crs": "EPSG:4490", "encoding": "UTF-8", "date": "2021-06-23", "source": "s", "nature": "surveyed"}
    with catalogue.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    sheet = demo.folder / "maps" / "quota.toml"
    sheet.write_text(sheet.read_text("utf-8").replace('["zones", "parcels",', '["zones", "more", "parcels",'), "utf-8")
    demo("build")
    return drawn(demo.folder, language="en")[1]


def with_land_use(demo: Program) -> MapLayer:
    """Return a layer of land use that lies under the demo's parcels, as it is drawn."""
    rows = [{"DLBM": code, "DLMC": name} for code, name in CODES.items()]
    count = len(json.loads((demo.folder / "layers" / "parcels.geojson").read_text("utf-8"))["features"])
    view = with_layer(demo, "land_use", [rows[number % len(rows)] for number in range(count)])
    (layer,) = (layer for layer in view.layers if layer.id == "more")
    return layer


def test_land_use_is_drawn_by_class_in_the_official_colours(demo: Program) -> None:
    layer = with_land_use(demo)
    assert [look.label for look in layer.classes] == [
        "(no class)",
        "0101 水田",
        "0103 旱地",
        "0601 工业用地",
        "1101 河流水面",
    ]
    official = {name: "#" + "".join(f"{part:02x}" for part in colour) for name, colour in colours().items()}
    fills = {look.key: look.fill for look in layer.classes}
    assert fills["0101"] == official["耕地"]
    assert fills["0601"] == official["工业用地"]
    assert fills["1101"] == official["陆地水域"]
    assert len(set(fills.values())) == len(fills), "two kinds of farmland are told apart"
    assert layer.kind == "other", "it lies under the parcels"


def test_the_classes_of_land_use_are_counted_and_add_up(demo: Program) -> None:
    layer = with_land_use(demo)
    for look in layer.classes:
        assert look.count == sum(feature.class_key == look.key for feature in layer.features) > 0
    result, _ = drawn(demo.folder)
    whole = total(parcel.area for parcel in result.parcels)
    said = sum(float(look.area_text.split()[0]) for look in layer.classes)
    assert said == pytest.approx(float(whole.mu), abs=0.05)


def test_ground_in_conflict_with_any_constraint_is_hatched_and_its_findings_are_flown_to(demo: Program) -> None:
    view = with_layer(demo, "eco_redline", [{}, {}])
    (layer,) = (layer for layer in view.layers if layer.id == "constraints")
    assert [look.hatched for look in layer.classes] == [True]
    assert {row for feature in layer.features for row in feature.rows if row[0] == "Parcel"} == {
        ("Parcel", "GHW-P01"),
        ("Parcel", "GHW-P02"),
    }
    assert {feature.zone for feature in layer.features} == {"GHW-01"}, "it fades with its zone"
    found = [each for panel in view.panels for each in panel.findings if each.code == "OVERLAY-CONFLICT"]
    assert [(each.kind, each.features) for each in found] == [("parcels", ("GHW-P01",)), ("parcels", ("GHW-P02",))]
