"""``overlay composition`` on real files: golden figures, sums, deductions, bad input, outputs."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas
import openpyxl
import pytest
import shapely
from overlay_files import CRS, box, land_use, parcels, save
from program import Program

from landquota.ellipsoid import ellipsoidal_areas

COLUMNS = ["parcel", "class", "area_planar_m2", "area_m2", "share", "pieces", "sliver_m2"]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def summed(rows: list[dict[str, Any]], column: str, *, by: str = "parcel") -> dict[str, Decimal]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[row[by]] += Decimal(row[column])
    return sums


@pytest.mark.parametrize("form", ["gpkg", "shp", "geojson"])
def test_parcels_and_what_they_are_made_of(landquota: Program, tmp_path: Path, form: str) -> None:
    to = "EPSG:4490" if form == "geojson" else None
    parcels(tmp_path / f"地块.{form}", to=to)
    land_use(tmp_path / f"DLTB.{form}", to=to)
    landquota("overlay", "composition", f"地块.{form}", f"DLTB.{form}", "--class", "dlbm", "-o", "out.csv")
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbfparcel,")
    rows = rows_of(tmp_path / "out.csv")
    assert list(rows[0]) == COLUMNS
    figures = [(row["parcel"], row["class"], round(float(row["area_planar_m2"]), 3), row["share"]) for row in rows]
    assert figures == [
        ("A", "0101", 5000, "50.00"),
        ("A", "0702", 3000, "30.00"),
        ("A", "1101", 1999.75, "20.00"),
        ("A", "(no data)", 0.25, "0.00"),
        ("B", "0702", 5000, "100.00"),
        ("C", "(no data)", 10000, "100.00"),
    ]
    frame = geopandas.read_file(tmp_path / f"地块.{form}")
    official = [f"{area_m2:.2f}" for area_m2 in ellipsoidal_areas(frame.geometry.to_numpy(), frame.crs)]
    assert [str(area) for area in summed(rows, "area_m2").values()] == official
    assert set(summed(rows, "share").values()) == {Decimal(100)}


def test_totals_are_the_sums_of_the_rows(landquota: Program, tmp_path: Path) -> None:
    parcels(tmp_path / "p.gpkg")
    land_use(tmp_path / "DLTB.gpkg")
    found = landquota.json("overlay", "composition", "p.gpkg", "DLTB.gpkg", "--complete")
    rows = found["rows"]
    for column in ("area_planar_m2", "area_m2", "area_mu", "sliver_m2"):
        whole = sum(summed(rows, column).values())
        assert Decimal(found["totals"][column]) == whole
        for listing in ("classes", "groups"):
            assert sum(Decimal(row[column]) for row in found[listing]) == whole
    assert summed(found["classes"], "area_m2", by="class")["0702"] == Decimal("7997.11")
    assert [(row["group"], row["area_m2"], row["share"], row["cultivated_m2"]) for row in found["groups"]] == [
        ("农用地", "4998.19", "20.00", "4998.19"),
        ("建设用地", "7997.11", "32.00", None),
        ("未利用地", "1999.03", "8.00", None),
        (None, "9996.61", "40.00", None),
    ]
    assert {row["role"] for row in rows if row["class"] is None} == {"remainder"}
    assert found["class_list"] == "land_survey"
    assert found["area_methods"] == {"ellipsoid": 3}


@pytest.mark.fixtures
def test_golden_figures_on_real_parcels_by_shapely_alone(
    landquota: Program, fixtures_dir: Path, tmp_path: Path
) -> None:
    names = [fixtures_dir / "geofileops" / f"polygon-{name}.gpkg" for name in ("parcel", "zone")]
    left, right = map(geopandas.read_file, names)
    shapes, zones = (frame.geometry.to_numpy() for frame in (left, right))
    sound = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)
    code = 0 if sound.all() and not (shapely.is_missing(zones) | shapely.is_empty(zones)).any() else 1
    column = next(c for c in right.columns if c != right.geometry.name)
    landquota("overlay", "composition", *names, "--class", column, "--sliver", "0", "-o", "out.csv", code=code)
    planar = summed(rows_of(tmp_path / "out.csv"), "area_planar_m2")
    assert sum(map(float, planar.values())) == pytest.approx(shapely.area(shapes[sound]).sum(), abs=1e-3)
    inside = shapely.area(shapely.intersection(shapes[sound], shapely.union_all(zones))).sum()
    named = [row for row in rows_of(tmp_path / "out.csv") if row["class"] != "(no data)"]
    assert sum(float(row["area_planar_m2"]) for row in named) == pytest.approx(inside, abs=1e-3)


def test_what_is_covered_twice_is_taken_off_so_that_columns_add_up(landquota: Program, tmp_path: Path) -> None:
    save(tmp_path / "p.gpkg", [box(0, 0, 100, 100)])
    save(tmp_path / "l.gpkg", [box(0, 0, 60, 100), box(40, 0, 100, 100)], C=["甲", "乙"])
    found = landquota.json("overlay", "composition", "p.gpkg", "l.gpkg", "--class", "C", "--areas", "planar")
    figures = [(row["class"], row["role"], row["area_m2"], row["share"]) for row in found["rows"]]
    assert figures == [
        ("乙", "part", "6000.00", "60.00"),
        ("甲", "part", "6000.00", "60.00"),
        (None, "doubly_covered", "-2000.00", "-20.00"),
    ]
    assert found["totals"]["area_m2"] == "10000.00"
    assert [(row["class"], row["share"]) for row in found["classes"]] == [
        ("乙", "60.00"),
        ("甲", "60.00"),
        (None, "-20.00"),
    ]
    assert [finding["code"] for finding in found["findings"]] == ["OVERLAY-DOUBLE"]
    assert any("numbered" in note for note in found["notes"])


def test_deductions_move_area_to_their_own_class(landquota: Program, tmp_path: Path) -> None:
    save(tmp_path / "p.gpkg", [box(0, 0, 100, 100)])
    fields: dict[str, Any] = {
        "DLBM": ["0103", "0301"],
        "TBMJ": [10000.0, 5000.0],
        "KCDLBM": ["1203", None],
        "KCXS": [0.1, None],
    }
    save(tmp_path / "DLTB.gpkg", [box(0, 0, 50, 100), box(50, 0, 100, 100)], **fields)
    how = ("overlay", "composition", "p.gpkg", "DLTB.gpkg", "--areas", "planar")
    found = landquota.json(*how)
    assert [(row["class"], row["area_m2"]) for row in found["rows"]] == [
        ("0103", "4500.00"),
        ("0301", "5000.00"),
        ("1203", "500.00"),
    ]
    assert next(row["class_name"] for row in found["rows"] if row["class"] == "1203") == "田坎"
    assert found["deducted_patches"] == 1
    by_feature = landquota.json(*how, "--by", "feature")
    assert [(row["class"], row["area_m2"]) for row in by_feature["rows"]] == [("0103", "5000.00"), ("0301", "5000.00")]
    fields["KCXS"] = [8.12, None]
    save(tmp_path / "DLTB.gpkg", [box(0, 0, 50, 100), box(50, 0, 100, 100)], **fields)
    wrong = landquota.json(*how)
    assert [finding["code"] for finding in wrong["findings"]] == ["OVERLAY-DEDUCTION"]
    assert len(wrong["rows"]) == 2


def test_the_declared_area_is_what_parts_add_up_to_unless_it_is_of_other_ground(
    landquota: Program, tmp_path: Path
) -> None:
    land_use(tmp_path / "DLTB.gpkg")
    geometries = [box(0, 0, 100, 100), box(100, 0, 200, 50), box(200, 0, 240, 50)]
    save(tmp_path / "p.gpkg", geometries, DKBH=["A", "B", "C"], DKMJ=[10000.0, 9000.0, 2000.0])
    found = landquota.json("overlay", "composition", "p.gpkg", "DLTB.gpkg")
    assert summed(found["rows"], "area_m2") == {
        "A": Decimal("10000.00"),
        "B": Decimal("4998.19"),
        "C": Decimal("2000.00"),
    }
    assert found["area_methods"] == {"declared": 2, "ellipsoid": 1}
    (finding,) = found["findings"]
    assert finding["code"] == "OVERLAY-AREA-DECLARED"
    assert finding["message"].startswith("B declares 9000.00 m² and measures 4998.19 m²")


def test_everything_that_is_wrong_is_said_at_once(landquota: Program, tmp_path: Path) -> None:
    parcels(tmp_path / "p.gpkg")
    land_use(tmp_path / "DLTB.gpkg")
    how = ("overlay", "composition", "p.gpkg", "DLTB.gpkg", "--id", "NADA", "--class", "NOPE", "-o", "out.csv")
    error = landquota.json(*how, code=1)["error"]
    assert [finding["code"] for finding in error["findings"]] == ["OVERLAY-FIELD-UNKNOWN"] * 2
    assert "DLBM" in error["findings"][0]["message"]
    assert not (tmp_path / "out.csv").exists()
    save(tmp_path / "other.gpkg", [box(0, 0, 1, 1)], A=["1"])
    error = landquota.json("overlay", "composition", "nothing.gpkg", "other.gpkg", code=1)["error"]
    assert {finding["code"] for finding in error["findings"]} == {"FILE-MISSING", "OVERLAY-CLASS-NONE"}


def test_broken_parcels_are_no_data_and_the_rest_is_answered(landquota: Program, tmp_path: Path) -> None:
    land_use(tmp_path / "DLTB.gpkg")
    bow = shapely.Polygon([(621000, 3341000), (621050, 3341050), (621050, 3341000), (621000, 3341050)])
    save(tmp_path / "p.gpkg", [bow, box(100, 0, 200, 50), box(110, 5, 120, 9)], DKBH=["A", "B", "B"])
    found = landquota.json("overlay", "composition", "p.gpkg", "DLTB.gpkg", "--id", "DKBH", code=1)
    first = found["rows"][0]
    assert (first["parcel"], first["role"], first["area_m2"]) == ("A", "no_data", "0.00")
    assert [row["parcel"] for row in found["rows"]] == ["A", "B #2", "B #3"]
    assert {finding["code"] for finding in found["findings"]} == {"GEOM-INVALID", "GEOM-SKIPPED", "OVERLAY-ID-TWICE"}
    save(tmp_path / "points.gpkg", [shapely.Point(621000, 3341000)])
    error = landquota.json("overlay", "composition", "points.gpkg", "DLTB.gpkg", code=1)["error"]
    assert "OVERLAY-NOTHING" in {finding["code"] for finding in error["findings"]}


def test_a_layer_is_named_in_a_file_of_several(landquota: Program, tmp_path: Path) -> None:
    parcels(tmp_path / "county.gpkg", layer="地块")
    land_use(tmp_path / "county.gpkg", layer="DLTB")
    found = landquota.json("overlay", "composition", "county.gpkg::地块", "county.gpkg::DLTB")
    assert [row["class"] for row in found["rows"][:3]] == ["0101", "0702", "1101"]


@pytest.mark.fixtures
def test_a_file_of_which_nothing_can_be_read_stops_the_command(landquota: Program, fixtures_dir: Path) -> None:
    file = fixtures_dir / "fiona" / "test_tin.shp"
    for command in ("composition", "conflicts"):
        error = landquota.json("overlay", command, file, file, code=1)["error"]
        assert {finding["code"] for finding in error["findings"]} == {"GEOM-INVALID"}


def test_reference_systems_are_brought_together_or_refused(landquota: Program, tmp_path: Path) -> None:
    parcels(tmp_path / "p.gpkg")
    land_use(tmp_path / "DLTB.gpkg", to="EPSG:4528")  # the same meridian with its zone number
    found = landquota.json("overlay", "composition", "p.gpkg", "DLTB.gpkg")
    assert found["crs"] == CRS
    assert found["rows"][0]["area_planar_m2"] == "5000.000000"
    assert any("was brought from" in note for note in found["notes"])
    land_use(tmp_path / "old.gpkg", crs="EPSG:2385")
    error = landquota.json("overlay", "composition", "p.gpkg", "old.gpkg", code=1)["error"]
    assert "OVERLAY-DATUM" in {finding["code"] for finding in error["findings"]}


def test_a_system_may_be_stated_for_the_file_that_declares_none(landquota: Program, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="crs"):
        parcels(tmp_path / "p.shp", crs=None)
    land_use(tmp_path / "DLTB.gpkg", to="EPSG:4490")
    stated = landquota.json("overlay", "composition", "p.shp", "DLTB.gpkg", "--crs", CRS)
    assert stated["findings"] == []
    assert stated["rows"][0]["class"] == "0101"


@pytest.mark.parametrize("value", ["=1+1", "@SUM(A1)", "<img src=x onerror=alert(1)>", "{{7*7}}{% raw %}", "a\x1b[31m"])
def test_names_are_data_everywhere(landquota: Program, tmp_path: Path, value: str) -> None:
    save(tmp_path / "p.gpkg", [box(0, 0, 100, 100)], DKBH=[value])
    save(tmp_path / "l.gpkg", [box(0, 0, 100, 100)], DLBM=[value])
    targets = ("-o", "o.csv", "-o", "o.xlsx", "-o", "o.json", "--map", "o.html")
    landquota("overlay", "composition", "p.gpkg", "l.gpkg", *targets)
    assert json.loads((tmp_path / "o.json").read_text("utf-8"))["rows"][0]["parcel"] == value
    (row,) = rows_of(tmp_path / "o.csv")
    assert row["parcel"].removeprefix("'") == value
    assert not row["class"].startswith(("=", "@"))
    sheet = openpyxl.load_workbook(tmp_path / "o.xlsx").worksheets[0]
    assert (sheet["A2"].data_type, sheet["B2"].data_type) == ("s", "s")
    page = (tmp_path / "o.html").read_text("utf-8")
    assert "<img src=x" not in page
    assert "{{7*7}}" not in page
    assert "49{% raw" not in page


def test_a_workbook_has_numbers_and_totals(landquota: Program, tmp_path: Path) -> None:
    parcels(tmp_path / "p.gpkg")
    land_use(tmp_path / "DLTB.gpkg")
    landquota("overlay", "composition", "p.gpkg", "DLTB.gpkg", "-o", "o.xlsx")
    book = openpyxl.load_workbook(tmp_path / "o.xlsx")
    assert book.sheetnames == ["By parcel", "By class", "By great class", "About these figures"]
    sheet = book["By parcel"]
    heading = [cell.value for cell in sheet[1]]
    column = heading.index("Area (m²)")
    figures: list[Any] = [row[column].value for row in sheet.iter_rows(min_row=2)]
    assert all(isinstance(figure, float | int) for figure in figures)
    assert figures[-1] == pytest.approx(sum(figures[:-1]))
    assert sheet.cell(sheet.max_row, 1).value == "Total"
    assert sheet["A1"].font.bold
    assert sheet.freeze_panes == "A2"


def test_outputs_are_checked_before_anything_is_read(landquota: Program, tmp_path: Path) -> None:
    for targets in (["-o", "x.pdf"], ["-o", "x.csv", "-o", "x.csv"], ["--map", "x.png"]):
        landquota("overlay", "composition", "nothing", "nothing", *targets, code=2)
    save(tmp_path / "p.json", [box(0, 0, 1, 1)], DLBM=["0101"])
    assert "is read" in landquota("overlay", "composition", "p.json", "p.json", "-o", "p.json", code=2).stderr


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("kept", [True, False], ids=["at work", "while the loops are compiled"])
def test_an_interrupted_run_leaves_nothing_half_written(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, *, kept: bool
) -> None:
    count = 250  # half a minute of work
    cells = [box(x * 10, y * 10, x * 10 + 10, y * 10 + 10) for x in range(count) for y in range(count)]
    save(tmp_path / "p.gpkg", cells)
    save(tmp_path / "l.gpkg", [shapely.affinity.translate(cell, 5, 5) for cell in cells], DLBM=["0101"] * len(cells))
    (tmp_path / "out.csv").write_text("before", "utf-8")
    command = [sys.executable, "-m", "landquota", "overlay", "composition", "p.gpkg", "l.gpkg", "-o", "out.csv"]
    cache = {} if kept else {"NUMBA_CACHE_DIR": str(tmp_path_factory.mktemp("kept"))}
    environment = {**os.environ, **cache}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as run:
        time.sleep(4)
        run.send_signal(signal.SIGINT)
        _, said = run.communicate(timeout=60)
    assert b"Traceback" not in said
    assert run.returncode == 1
    assert {path.name for path in tmp_path.iterdir()} == {"p.gpkg", "l.gpkg", "out.csv"}
    assert (tmp_path / "out.csv").read_text("utf-8") == "before"
