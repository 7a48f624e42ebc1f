"""``overlay conflicts`` on real files: three answers, slivers apart, coverage, dated rules, projects, the page."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely
from overlay_files import box, save
from program import Program

from landquota import layers
from landquota.formats.tables import write_csv
from landquota.rules import Weight, Where, read_conflict_rules


@pytest.fixture
def county(tmp_path: Path) -> Path:
    """A is on farmland by 30 m², B brushes it by 0.3 m², C lies outside of the county, D is clear, E half outside."""
    geometries = [
        box(0, 0, 100, 100),
        box(100, 0, 200, 50),
        box(500, 0, 600, 100),
        box(0, 120, 90, 200),
        box(290, 0, 350, 80),
    ]
    save(tmp_path / "p.gpkg", geometries, DKBH=["A", "B", "C", "D", "E"])
    farmland = [box(-80, 0, 0.3, 100), box(199.994, -20, 260, 70)]
    save(tmp_path / "永久基本农田.shp", farmland, TBBH=["观海卫镇永久基本农田1", "观海卫镇永久基本农田2"])
    save(tmp_path / "county.gpkg", [box(-200, -200, 320, 400)])
    save(tmp_path / "开发边界.geojson", [box(-200, -200, 150, 150)], to="EPSG:4490")
    return tmp_path


def answers(found: Any) -> list[tuple[str, str, str | None, str | None]]:
    return [(row["parcel"], row["answer"], row["severity"], row["area_m2"]) for row in found["rows"]]


def codes(found: Any) -> list[str]:
    return sorted(finding["code"] for finding in found["findings"])


def test_thirty_square_metres_are_a_conflict_and_a_third_of_one_is_a_sliver(landquota: Program, county: Path) -> None:
    how = ("overlay", "conflicts", "p.gpkg", "永久基本农田.shp", "--coverage", "county.gpkg", "--areas", "planar")
    found = landquota.json(*how, code=1)
    assert answers(found) == [
        ("A", "concerned", "hard", "30.00"),
        ("B", "not_concerned", None, "0.00"),
        ("C", "no_data", None, None),
        ("D", "not_concerned", None, "0.00"),
        ("E", "no_data", None, None),
    ]
    conflict, sliver = found["rows"][:2]
    assert (conflict["area_mu"], conflict["share"], conflict["features"]) == (
        "0.045",
        "0.30",
        ["观海卫镇永久基本农田1"],
    )
    assert conflict["source"].endswith("第三十五条")
    assert (sliver["sliver_m2"], sliver["sliver_features"], sliver["features"]) == (
        "0.30",
        ["观海卫镇永久基本农田2"],
        [],
    )
    assert [(row["parcel"], row["sliver_m2"]) for row in found["slivers"]] == [("B", "0.30")]
    assert found["rows"][4]["no_data_m2"] == "2400.00"
    assert codes(found) == ["OVERLAY-CONFLICT", "OVERLAY-NO-DATA", "OVERLAY-SLIVER"]
    assert found["totals"]["answers"] == {"concerned": 1, "not_concerned": 2, "no_data": 2}
    assert found["hard_conflicts"] == 1
    only = ("overlay", "conflicts", "p.gpkg", "永久基本农田.shp", "--sliver", "31", "--complete")
    assert [row["answer"] for row in landquota.json(*only)["rows"]] == ["not_concerned"] * 5


def test_without_coverage_what_is_not_touched_is_no_data(landquota: Program, county: Path) -> None:
    found = landquota.json("overlay", "conflicts", "p.gpkg", "永久基本农田.shp", code=1)
    assert [row["answer"] for row in found["rows"]] == ["concerned", *["no_data"] * 4]
    message = next(f["message"] for f in found["findings"] if f["code"] == "OVERLAY-NO-DATA")
    assert "no data is not no conflict" in message


def test_of_the_urban_boundary_being_outside_matters(landquota: Program, county: Path) -> None:
    how = ("overlay", "conflicts", "p.gpkg", "开发边界.geojson", "--coverage", "county.gpkg", "--areas", "planar")
    found = landquota.json(*how)
    assert [(p, a, s, None if m2 is None else round(float(m2))) for p, a, s, m2 in answers(found)] == [
        ("A", "not_concerned", None, 0),
        ("B", "concerned", "check", 2500),
        ("C", "no_data", None, None),
        ("D", "concerned", "check", 4500),
        ("E", "concerned", "check", 2400),
    ]
    assert {row["where"] for row in found["rows"]} == {"outside"}
    assert codes(found) == ["OVERLAY-CHECK", "OVERLAY-NO-DATA"]
    thin = landquota.json(*how[:4], "--complete", "--sliver", "5000", "--areas", "planar")
    assert thin["rows"][3]["answer"] == "concerned", "more than half of a parcel is no sliver of it"


def test_golden_areas_by_shapely_alone(landquota: Program, tmp_path: Path) -> None:
    parcels = [shapely.affinity.rotate(box(i * 70, i * 30, i * 70 + 60, i * 30 + 45), 17 * i) for i in range(9)]
    farmland = [shapely.affinity.rotate(box(j * 110, 20, j * 110 + 90, 160), 31 * j) for j in range(5)]
    save(tmp_path / "p.gpkg", parcels)
    save(tmp_path / "f.gpkg", farmland)
    how = ("overlay", "conflicts", "p.gpkg", "basic_farmland=f.gpkg", "--complete", "--areas", "planar")
    found = landquota.json(*how, code=1)
    ground = shapely.union_all(farmland)
    for row, parcel in zip(found["rows"], parcels, strict=True):
        inside = shapely.area(shapely.intersection(parcel, ground))
        assert float(row["area_m2"]) + float(row["sliver_m2"]) == pytest.approx(inside, abs=0.006)
        touched = [
            str(j + 1) for j, each in enumerate(farmland) if shapely.area(shapely.intersection(each, parcel)) > 1
        ]
        assert row["features"] == touched


def test_under_a_broken_feature_the_answer_is_no_data(landquota: Program, county: Path) -> None:
    corner = shapely.get_coordinates(box(0, 0, 1, 1)).min(axis=0)
    bow = shapely.Polygon([tuple(corner + xy) for xy in [(-50, 0), (50, 100), (50, 0), (-50, 100)]])
    save(county / "broken.gpkg", [bow, box(900, 0, 999, 9)])
    found = landquota.json("overlay", "conflicts", "p.gpkg", "basic_farmland=broken.gpkg", "--complete", code=1)
    assert [row["answer"] for row in found["rows"]] == ["no_data", *["not_concerned"] * 4]
    assert {"GEOM-INVALID", "GEOM-SKIPPED", "OVERLAY-NO-DATA"} == set(codes(found))


def test_a_kind_without_a_rule_has_to_be_checked(landquota: Program, county: Path) -> None:
    found = landquota.json("overlay", "conflicts", "p.gpkg", "高压走廊=county.gpkg", "--complete")
    assert {row["severity"] for row in found["rows"]} == {"check", None}
    assert "OVERLAY-RULE-NONE" in codes(found)
    assert found["layers"][0]["kind"] == "高压走廊"


def test_what_people_get(landquota: Program, county: Path) -> None:
    targets = ("-o", "k.csv", "-o", "k.xlsx", "-o", "k.json", "--map", "k.html")
    how = ("overlay", "conflicts", "p.gpkg", "永久基本农田.shp", "开发边界.geojson", "--coverage", "county.gpkg")
    run = landquota(*how, *targets, code=1)
    lines = [line.split() for line in run.stdout.splitlines()]
    assert [
        "A",
        "永久基本农田",
        "concerned",
        "hard",
        "conflict",
        "29.99",
        "0.04",
        "0.30",
        "0.00",
        "0.00",
        "观海卫镇永久基本农田1",
    ] in lines
    assert "second-hand" in run.stdout
    assert "Wrote k.xlsx" in run.stderr
    with (county / "k.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["parcel"], row["answer"], row["area_m2"], row["features"]) for row in rows[:2]] == [
        ("A", "concerned", "29.99", "观海卫镇永久基本农田1"),
        ("A", "not concerned", "0.00", "1"),
    ]
    book = openpyxl.load_workbook(county / "k.xlsx")
    assert book.sheetnames == ["By parcel and layer", "By layer", "Slivers", "About these figures", "Findings"]
    assert json.loads((county / "k.json").read_text("utf-8"))["worst"] == "hard"
    landquota(*how, "--map", "again.html", code=1)
    assert (county / "k.html").read_bytes() == (county / "again.html").read_bytes()


def test_a_workbook_can_be_read_and_printed(landquota: Program, county: Path) -> None:
    how = ("overlay", "conflicts", "p.gpkg", "basic_farmland=永久基本农田.shp", "--coverage", "county.gpkg")
    landquota(*how, "--sliver", "0", "-o", "k.xlsx", code=1)
    book = openpyxl.load_workbook(county / "k.xlsx")
    assert "Slivers" not in book.sheetnames  # there are none
    sheet = book["By parcel and layer"]
    cells: tuple[Any, ...] = sheet[1]
    headings = {str(cell.value): cell.column_letter for cell in cells}
    width = {heading: sheet.column_dimensions[letter].width for heading, letter in headings.items()}
    assert width["Parcel"] == len("Parcel") + 2  # as wide as it has to be, and not the 20 that it may
    assert width["Features in slivers"] < 24
    assert sheet[f"{headings['Area (mu)']}2"].number_format == "#,##0.0000_ "
    pages: list[Any] = [(each.oddHeader, each.oddFooter) for each in book]
    assert {(head.left.text, foot.center.text) for head, foot in pages} == {("Conflicts of p", "&P / &N")}
    findings = book["Findings"]
    assert findings.freeze_panes == "A2"
    message = next(cell for cell in findings[1] if cell.value == "What was found")
    assert findings.column_dimensions[message.column_letter].width == 60
    long = next(
        row for row in range(2, findings.max_row + 1) if len(str(findings.cell(row, message.column).value)) > 60
    )
    assert (findings.row_dimensions[long].height or 0) >= 30


@pytest.mark.chromium
def test_the_page_draws_parcels_by_their_worst_answer(landquota: Program, county: Path, chromium: str) -> None:
    save(county / "p.gpkg", [box(0, 0, 100, 100)], DKBH=["</script><b>{{7*7}}"])
    landquota("overlay", "conflicts", "p.gpkg", "永久基本农田.shp", "--map", "k.html", code=1)
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=4000", "--dump-dom"]
    page = (county / "k.html").as_uri()
    dom = subprocess.run([chromium, *options, page], capture_output=True, encoding="utf-8", check=True).stdout
    shown = re.sub(r"<script.*?</script>|<style.*?</style>", "", dom, flags=re.DOTALL)
    assert "&lt;/script&gt;&lt;b&gt;{{7*7}}" in shown
    assert "hard conflict" in shown
    assert "Ground in conflict" in shown
    assert "1 parcel" in shown


def test_in_a_project_names_stand_for_layers_with_their_coverage(demo: Program) -> None:
    catalogue = demo.folder / "layers" / "catalog.csv"
    entries, _ = layers.read_catalogue(demo.folder / "layers")
    found = demo.json("overlay", "conflicts", "parcels", "basic_farmland", code=1)
    assert found["as_of"] == "2021-06-23"
    count = {"concerned": 1, "not_concerned": 0, "no_data": 22}
    assert found["totals"]["answers"] == count
    for word, answers_ in (("complete", (1, 22, 0)), ("zones", (1, 22, 0))):
        rows = [[getattr(e, c) for c in layers.CATALOGUE_COLUMNS[:-1]] for e in entries]
        coverage = [word if entry.kind == "basic_farmland" else "" for entry in entries]
        write_csv(catalogue, layers.CATALOGUE_COLUMNS, [[*row, c] for row, c in zip(rows, coverage, strict=True)])
        found = demo.json("overlay", "conflicts", "parcels", "basic_farmland", code=1)
        assert tuple(found["totals"]["answers"].values()) == answers_
    error = demo.json("overlay", "conflicts", "parcels", "basic_farmlan", code=1)["error"]
    (finding,) = error["findings"]
    assert finding["code"] == "OVERLAY-LAYER-UNKNOWN"
    assert "basic_farmland" in finding["remedy"]


def test_a_projects_own_rules_go_first_and_expire(demo: Program) -> None:
    heading = ("kind", "where", "severity", "name", "valid_from", "valid_to")
    own = demo.folder / "seeds" / "conflict_rules.csv"
    write_csv(own, heading, [["basic_farmland", "inside", "note", "基本农田", "2000-01-01", ""]])
    assert demo.json("overlay", "conflicts", "parcels", "basic_farmland")["worst"] == "note"
    write_csv(own, heading, [["zones", "outside", "hard", "片区", "2000-01-01", "2019-12-31"]])
    found = demo.json("overlay", "conflicts", "parcels", "zones", "--complete")
    assert "OVERLAY-RULE-EXPIRED" in codes(found)
    assert found["layers"][0]["rule"] == "片区"
    write_csv(own, heading, [["zones", "beside", "hard", "片区", "2000-01-01", ""]])
    error = demo.json("overlay", "conflicts", "parcels", "zones", code=1)["error"]
    assert [finding["code"] for finding in error["findings"]] == ["SEED-CELL"]


def test_the_shipped_rules_hold_without_a_gap_and_say_what_they_rest_on() -> None:
    rules, findings = read_conflict_rules()
    assert findings == []
    (group,) = rules.groups
    assert all(rule.basis for rule in group)
    assert all("second-hand" in rule.basis for rule in group if rule.kind != "*")
    for kind in {rule.kind for rule in group}:
        rule, found = rules.find(kind, date(2026, 11, 28))
        assert found == []
        assert rule.name_en
    farmland, _ = rules.find("basic_farmland", date(2018, 6, 30))
    assert (farmland.severity, farmland.where, farmland.clause) == (Weight.HARD, Where.INSIDE, "第十五条")
    assert [rules.kind_of(word) for word in ("永农", "CZKFBJ", "生态红线", "nothing")] == [
        "basic_farmland",
        "urban_boundary",
        "eco_redline",
        None,
    ]
    assert rules.kind_in("慈溪市永久基本农田储备区2021") == "farmland_reserve"


@pytest.mark.parametrize(
    ("coverage", "good"), [("complete", True), ("county zones", True), ("county.gpkg", True), ("../x", False)]
)
def test_the_catalogues_coverage_names_layers_or_files(tmp_path: Path, coverage: str, *, good: bool) -> None:
    row = {"name": "farmland", "kind": "basic_farmland", "file": "f.gpkg", "coverage": coverage}
    columns = layers.CATALOGUE_COLUMNS
    write_csv(tmp_path / "catalog.csv", columns, [[row.get(column, "") for column in columns]])
    _, findings = layers.read_catalogue(tmp_path)
    assert [finding.code for finding in findings] == ([] if good else ["LAYER-COVERAGE"])


def test_layer_add_takes_the_coverage(demo: Program, county: Path) -> None:
    shutil.copy(county / "county.gpkg", demo.folder / "county.gpkg")
    demo("layer", "add", "county.gpkg", "--kind", "context", "--name", "county", "--coverage", "complete")
    entries, _ = layers.read_catalogue(demo.folder / "layers")
    assert entries[-1].coverage == "complete"
