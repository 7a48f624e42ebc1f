"""``overlay unsupplied``, ``coverage`` and ``diff`` as people run them, on files; figures from shapely alone."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import openpyxl
import pytest
import shapely
from program import Program
from shapely import box
from shapely.affinity import translate

#: A corner in the 3-degree zone 40 with its prefix.
EAST, NORTH = 40_541_000.0, 3_341_000.0
HOSTILE = ["=1+1", "<script>alert(1)</script>", "{{7*7}}", 'a"b,c', "慈\u202etxt"]


def at(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def write(path: Path, geometries: list[Any], *, crs: str = "EPSG:4528", **columns: list[Any]) -> Path:
    geopandas.GeoDataFrame(columns, geometry=geometries, crs=crs).to_file(path, engine="pyogrio")
    return path


@pytest.fixture
def approved(tmp_path: Path) -> Path:
    return write(
        tmp_path / "approved.gpkg",
        [at(0, 0, 100, 100), at(110, 0, 210, 100), at(220, 0, 320, 100), at(330, 0, 430, 100)],
        parcel=["P1", "P2", "P3", "P4"],
        batch=["慈2022-1", "慈2022-1", "慈2023-2", ""],
    )


@pytest.fixture
def supplied(tmp_path: Path) -> Path:
    return write(
        tmp_path / "supplied.gpkg",
        [at(0, 0, 98, 100), at(110, 0, 160, 100), at(155, 0, 170, 100), at(330, 0, 430, 99.998), at(600, 0, 650, 50)],
        name=["S1", "S2", "S3", "S4", "S5"],
    )


def test_what_is_not_supplied_and_where(landquota: Program, approved: Path, supplied: Path, tmp_path: Path) -> None:
    rest = tmp_path / "rest.gpkg"
    out = [tmp_path / f"unsupplied{end}" for end in (".csv", ".xlsx", ".json")]
    told = landquota(
        "overlay", "unsupplied", approved, supplied, "--areas", "planar", "--batch", "BATCH", "--out-layer", rest,
        *(word for path in out for word in ("-o", path)), "--map", tmp_path / "map.html",
    )  # fmt: skip
    assert "P2" in told.stdout
    assert "working practice of bureaus" in told.stdout
    answer = json.loads(out[2].read_text("utf-8"))
    figures = ("status", "approved_m2", "supplied_m2", "unsupplied_m2", "sliver_m2", "double_m2", "supplies")
    assert [tuple(row[name] for name in figures) for row in answer["rows"]] == [
        ("supplied", "10000.00", "9800.00", "200.00", "0.00", "0.00", ["S1"]),
        ("partly_supplied", "10000.00", "6000.00", "4000.00", "0.00", "500.00", ["S2", "S3"]),
        ("not_supplied", "10000.00", "0.00", "10000.00", "0.00", "0.00", []),
        ("supplied", "10000.00", "9999.80", "0.00", "0.20", "0.00", ["S4"]),
    ]
    assert [(row["batch"], row["parcels"], row["unsupplied_m2"]) for row in answer["batches"]] == [
        ("慈2022-1", 2, "4200.00"), ("慈2023-2", 1, "10000.00"), ("", 1, "0.00"),
    ]  # fmt: skip
    assert answer["totals"]["unsupplied_m2"] == "14200.00"
    assert answer["threshold"] == "0.95"
    codes = {(finding["code"], finding["place"]["feature"]) for finding in answer["findings"]}
    assert codes == {("OVERLAY-DOUBLE", "P2"), ("SUPPLY-NOT-APPROVED", "S5")}
    left = geopandas.read_file(rest)
    both = shapely.union_all(geopandas.read_file(supplied).geometry.to_numpy())
    expected = shapely.difference(geopandas.read_file(approved).geometry.to_numpy(), both)
    assert left["parcel"].tolist() == ["P1", "P2", "P3"]
    assert np.allclose(left.geometry.area, shapely.area(expected)[:3], atol=1e-3)
    assert left["unsupplied"].tolist() == [200, 4000, 10_000]
    rows = list(csv.DictReader(out[0].read_text("utf-8-sig").splitlines()))
    assert sum(Decimal(row["unsupplied_m2"]) for row in rows) == Decimal("14200.00")
    sheet = openpyxl.load_workbook(out[1]).worksheets[0]
    assert [cell.value for cell in sheet[6]][3:6] == [40000, 25799.8, 14200]
    assert "P3" in (tmp_path / "map.html").read_text("utf-8")


def test_the_areas_on_the_ellipsoid_are_shared_out_to_the_last_digit(
    landquota: Program, approved: Path, supplied: Path
) -> None:
    rows = landquota.json("overlay", "unsupplied", approved, supplied)["rows"]
    for row in rows:
        parts = sum(Decimal(row[name]) for name in ("supplied_m2", "unsupplied_m2", "sliver_m2", "no_data_m2"))
        assert parts == Decimal(row["approved_m2"])
        assert Decimal("9999.5") < parts < Decimal("9999.7")


def test_the_threshold_is_the_users(landquota: Program, approved: Path, supplied: Path) -> None:
    ask = ("overlay", "unsupplied", approved, supplied, "--areas", "planar", "--threshold")
    assert landquota.json(*ask, "0.98")["rows"][0]["status"] == "partly_supplied"
    assert [row["status"] for row in landquota.json(*ask, "0.5")["rows"]][:2] == ["supplied", "supplied"]
    assert "chosen for this run" in landquota(*ask, "0.5").stdout
    assert "not from 0 to below 1" in landquota(*ask, "95", code=2).stderr
    assert "'a lot' is not a number" in landquota(*ask, "a lot", code=2).stderr


def test_a_layer_is_never_replaced_unasked(landquota: Program, approved: Path, supplied: Path, tmp_path: Path) -> None:
    rest = write(tmp_path / "rest.gpkg", [at(0, 0, 1, 1)], name=["mine"])
    ask = ("overlay", "unsupplied", approved, supplied, "--out-layer")
    assert "--overwrite" in landquota(*ask, rest, code=1).stderr
    assert geopandas.read_file(rest)["name"].tolist() == ["mine"]
    landquota(*ask, rest, "--overwrite")
    assert geopandas.read_file(rest)["parcel"].tolist() == ["P1", "P2", "P3"]
    assert "is read" in landquota(*ask, supplied, "--overwrite", code=2).stderr
    assert "'.doc'" in landquota(*ask, tmp_path / "rest.doc", code=2).stderr


def test_round_a_broken_supply_nothing_is_known(landquota: Program, approved: Path, tmp_path: Path) -> None:
    bowtie = shapely.Polygon([(EAST + x, NORTH + y) for x, y in ((220, 0), (270, 100), (270, 0), (220, 100))])
    supplies = write(tmp_path / "broken.gpkg", [at(0, 0, 98, 100), bowtie], name=["S1", "S2"])
    answer = landquota.json("overlay", "unsupplied", approved, supplies, "--areas", "planar", code=1)
    third = answer["rows"][2]
    assert (third["unsupplied_m2"], third["no_data_m2"]) == ("5000.00", "5000.00")
    assert {finding["code"] for finding in answer["findings"]} == {"GEOM-INVALID", "GEOM-SKIPPED"}


def test_parcels_approved_twice_are_named(landquota: Program, supplied: Path, tmp_path: Path) -> None:
    twice = write(tmp_path / "twice.gpkg", [at(0, 0, 100, 100), at(50, 0, 150, 100)], parcel=["P1", "P2"])
    answer = landquota.json("overlay", "unsupplied", twice, supplied)
    assert "PARCEL-OVERLAP" in {finding["code"] for finding in answer["findings"]}


def test_everything_that_is_wrong_is_said_at_once(landquota: Program, approved: Path, tmp_path: Path) -> None:
    told = landquota(
        "overlay", "unsupplied", approved, tmp_path / "none.shp", "--batch", "批次", "-o", tmp_path / "a.csv", code=1
    ).stderr
    assert "OVERLAY-FIELD-UNKNOWN" in told
    assert "FILE-MISSING" in told
    assert not (tmp_path / "a.csv").exists()
    assert "'.pdf'" in landquota("overlay", "coverage", approved, approved, "-o", "a.pdf", code=2).stderr


def test_coverage_of_zones(landquota: Program, approved: Path, tmp_path: Path) -> None:
    zones = write(tmp_path / "zones.gpkg", [at(-10, 0, 215, 100), at(215, 0, 500, 100)], zone=["东区", "西区"])
    known = write(tmp_path / "known.gpkg", [at(-10, 0, 450, 100)])
    ask = ("overlay", "coverage", zones, approved, "--areas", "planar")
    answer = landquota.json(*ask, "--map", tmp_path / "map.html")
    names = ("zone", "area_m2", "covered_m2", "share", "uncovered_m2", "no_data_m2", "gaps")
    assert [tuple(row[name] for name in names) for row in answer["rows"]] == [
        ("东区", "22500.00", "20000.00", "88.89", "2500.00", "0.00", 3),
        ("西区", "28500.00", "20000.00", "70.18", "8500.00", "0.00", 3),
    ]
    gaps = answer["gaps_by_place"]
    assert sorted(gap["area_m2"] for gap in gaps if gap["zone"] == "东区") == ["1000.00", "1000.00", "500.00"]
    outside = shapely.union_all(geopandas.read_file(approved).geometry.to_numpy())
    assert not any(outside.contains(shapely.Point(float(gap["x"]), float(gap["y"]))) for gap in gaps)
    limited = landquota.json(*ask, "--coverage", known)["rows"]
    assert [(row["uncovered_m2"], row["no_data_m2"]) for row in limited] == [
        ("2500.00", "0.00"),
        ("3500.00", "5000.00"),
    ]
    assert "西区" in (tmp_path / "map.html").read_text("utf-8")


def test_ground_that_is_covered_twice_is_listed(landquota: Program, tmp_path: Path) -> None:
    zones = write(tmp_path / "zones.gpkg", [at(0, 0, 100, 100)], zone=["Z"])
    layer = write(tmp_path / "layer.gpkg", [at(0, 0, 60, 100), at(50, 0, 100, 100)], name=["A", "B"])
    answer = landquota.json("overlay", "coverage", zones, layer, "--areas", "planar")
    assert answer["rows"][0]["covered_m2"] == "10000.00"
    (again,) = answer["double_by_place"]
    assert (again["area_m2"], again["feature"], again["lies_on"]) == ("1000.00", "B", ["A"])


L = translate(shapely.Polygon([(0, 0), (30, 0), (30, 10), (12, 10), (10, 30), (0, 30)]), EAST + 700, NORTH)


@pytest.fixture
def deliveries(tmp_path: Path) -> tuple[Path, Path]:
    old = write(
        tmp_path / "old.gpkg",
        [at(0, 0, 100, 100), at(110, 0, 210, 100), at(220, 0, 320, 100), at(330, 0, 380, 100), at(380, 0, 430, 100), L,
         at(500, 0, 550, 60)],
        BSM=["1", "2", "3", "4", "5", "6", "7"],
        DLBM=["0101", "0101", "0301", "0702", "0702", "1001", "0101"],
        Shape_Area=[1.0] * 7,
        old_only=["x"] * 7,
    )  # fmt: skip
    new = write(
        tmp_path / "new.gpkg",
        [at(600, 0, 650, 50), translate(L, 2, -5), at(0, 0, 100, 100), at(110, 0, 215, 100), at(220, 0, 270, 100),
         at(270, 0, 320, 100), at(330, 0, 430, 100)],
        BSM=[9, 6, 1, 2, 3, 8, 4],
        DLBM=["0601", "1001", "0702", "0101", "0301", "0301", "0702"],
        Shape_Area=[2.0] * 7,
    )  # fmt: skip
    return old, new


CHANGES = [
    ("attributes", ["1"], ["1"]),
    ("geometry", ["2"], ["2"]),
    ("split", ["3"], ["3", "8"]),
    ("merged", ["4", "5"], ["4"]),
    ("moved", ["6"], ["6"]),
    ("removed", ["7"], []),
    ("added", [], ["9"]),
]


@pytest.mark.parametrize("by", [(), ("--id", "bsm")])
def test_two_deliveries(landquota: Program, deliveries: tuple[Path, Path], tmp_path: Path, by: tuple[str, ...]) -> None:
    old, new = deliveries
    answer = landquota.json("overlay", "diff", old, new, *by, "--map", tmp_path / "map.html")
    assert [(row["change"], row["old"], row["new"]) for row in answer["rows"]] == CHANGES
    first, second, *_ = answer["rows"]
    moved = answer["rows"][4]
    assert first["attributes"] == ["DLBM: 0101 → 0702"]
    assert (second["lost_m2"], second["gained_m2"], second["difference_m2"]) == ("0.00", "500.00", "500.00")
    assert (moved["dx_m"], moved["dy_m"]) == ("2.000", "-5.000")
    areas = [geopandas.read_file(path).geometry.area.sum() for path in deliveries]
    kinds = answer["kinds"]
    assert [sum(Decimal(row[side]) for row in kinds) for side in ("old_m2", "new_m2")] == [
        Decimal(f"{area:.2f}") for area in areas
    ]
    cells = {(cell["from"], cell["to"]): cell["area_m2"] for cell in answer["transitions"]}
    assert cells == transitions(old, new)
    assert answer["ignored_fields"] == ["Shape_Area"]
    assert answer["fields_only_in_old"] == ["old_only"]
    assert answer["matched_by"] == (by[1] if by else None)


def transitions(old: Path, new: Path) -> dict[tuple[str | None, str | None], str]:
    """Compute the table once more, feature by feature."""
    mine, theirs = (geopandas.read_file(path) for path in (old, new))
    cells: dict[tuple[str | None, str | None], float] = {}
    for frame, other, forwards in ((mine, theirs, True), (theirs, mine, False)):
        whole = shapely.union_all(other.geometry.to_numpy())
        for row in frame.itertuples():
            key = (row.DLBM, None) if forwards else (None, row.DLBM)
            cells[key] = cells.get(key, 0) + row.geometry.difference(whole).area
    for row in mine.itertuples():
        for match in theirs.itertuples():
            key = (row.DLBM, match.DLBM)
            cells[key] = cells.get(key, 0) + row.geometry.intersection(match.geometry).area
    return {key: f"{area:.2f}" for key, area in cells.items() if area > 1e-6}


def test_nothing_changed_from_a_delivery_to_itself(landquota: Program, deliveries: tuple[Path, Path]) -> None:
    answer = landquota.json("overlay", "diff", deliveries[0], deliveries[0])
    assert answer["rows"] == []
    assert [(row["change"], row["changes"]) for row in answer["kinds"]] == [("unchanged", 7)]


def test_the_tolerance_says_what_is_the_same(landquota: Program, tmp_path: Path) -> None:
    old = write(tmp_path / "a.gpkg", [at(0, 0, 100, 100)], name=["x"])
    new = write(tmp_path / "b.gpkg", [at(0, 0, 100, 100.04)], name=["x"])
    assert landquota.json("overlay", "diff", old, new)["rows"][0]["change"] == "geometry"
    assert landquota.json("overlay", "diff", old, new, "--tolerance", "0.05")["rows"] == []


def test_deliveries_in_two_systems_meet_in_the_plane_of_the_old_one(
    landquota: Program, deliveries: tuple[Path, Path], tmp_path: Path
) -> None:
    old, _ = deliveries
    degrees = tmp_path / "degrees.gpkg"
    geopandas.read_file(old).to_crs("EPSG:4490").to_file(degrees)
    assert landquota.json("overlay", "diff", old, degrees)["rows"] == []


def test_what_is_wrong_with_either_delivery_is_said_at_once(landquota: Program, deliveries: tuple[Path, Path]) -> None:
    told = landquota("overlay", "diff", *deliveries, "--class", "TDLX", "--id", "BSM", code=1).stderr
    assert told.count("TDLX") == 2
    told = landquota("overlay", "diff", *deliveries, "--id", "TBBH", code=1).stderr
    assert told.count("There is no attribute 'TBBH'") == 2


def test_hostile_names_are_only_names(landquota: Program, tmp_path: Path) -> None:
    squares = [at(200 * x, 0, 200 * x + 100, 100) for x in range(len(HOSTILE))]
    one = write(tmp_path / "one.gpkg", squares, parcel=HOSTILE, DLBM=HOSTILE)
    other = write(tmp_path / "other.gpkg", squares[1:], parcel=HOSTILE[1:], DLBM=HOSTILE[:-1])
    for command in (("unsupplied", one, other), ("coverage", one, other), ("diff", one, other, "--id", "parcel")):
        page, sheet, table = (tmp_path / f"out{end}" for end in (".html", ".xlsx", ".csv"))
        told = landquota("overlay", *command, "--map", page, "-o", sheet, "-o", table).stdout
        assert "\u202e" not in told
        assert "<script>alert" not in page.read_text("utf-8")
        assert not any(line.startswith(("=", "+")) for line in table.read_text("utf-8-sig").splitlines())
        cells = [cell for each in openpyxl.load_workbook(sheet) for row in each for cell in row]
        assert not any(cell.data_type == "f" for cell in cells)


def test_empty_layers_cover_nothing(landquota: Program, approved: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.geojson"
    empty.write_text('{"type": "FeatureCollection", "features": []}', "utf-8")
    for command in ("unsupplied", "coverage", "diff"):
        run = subprocess.run(
            [sys.executable, "-m", "landquota", "overlay", command, str(approved), str(empty)],
            capture_output=True, encoding="utf-8", check=False, cwd=tmp_path,
        )  # fmt: skip
        assert "Traceback" not in run.stderr, run.stderr
        assert run.returncode in {0, 1}


@pytest.mark.fixtures
def test_a_real_plot_is_supplied_by_itself(landquota: Program, fixtures_dir: Path) -> None:
    plot = fixtures_dir / "boundary_txt_dialects" / "hangzhou_r14.txt"
    (row,) = landquota.json("overlay", "unsupplied", plot, plot)["rows"]
    assert (row["status"], row["approved_m2"], row["supplied_m2"]) == ("supplied", "57089.00", "57089.00")
    (zone,) = landquota.json("overlay", "coverage", plot, plot, "--areas", "ellipsoid")["rows"]
    assert (zone["area_m2"], zone["share"], zone["gaps"]) == ("57088.89", "100.00", 0)


@pytest.mark.fixtures
@pytest.mark.parametrize("file", ["cn_txt_plots", "geofileops", "fiona"])
def test_real_deliveries_do_not_differ_from_themselves(landquota: Program, fixtures_dir: Path, file: str) -> None:
    suffixes = {".txt", ".gpkg", ".geojson", ".shp", ".zip"}
    files = sorted(path for path in (fixtures_dir / file).rglob("*") if path.suffix.lower() in suffixes)[:2]
    assert files
    for path in files:
        run = subprocess.run(
            [sys.executable, "-m", "landquota", "--json", "overlay", "diff", str(path), str(path)],
            capture_output=True, encoding="utf-8", check=False, cwd=landquota.folder,
        )  # fmt: skip
        assert "Traceback" not in run.stderr, run.stderr
        answer = json.loads(run.stdout)
        assert answer.get("rows", []) == []


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise there")
def test_ctrl_c_leaves_no_half_result(tmp_path: Path) -> None:
    count = 100
    squares = [at(20 * x, 20 * y, 20 * x + 19, 20 * y + 19) for x in range(count) for y in range(count)]
    one = write(tmp_path / "one.gpkg", squares, parcel=[str(n) for n in range(count**2)])
    out = tmp_path / "out.csv"
    words = ["overlay", "unsupplied", str(one), str(one), "-o", str(out), "--out-layer", str(tmp_path / "rest.gpkg")]
    with subprocess.Popen([sys.executable, "-m", "landquota", *words], stderr=subprocess.PIPE, cwd=tmp_path) as run:
        time.sleep(2.5)
        run.send_signal(signal.SIGINT)
        assert run.stderr is not None
        said = run.stderr.read().decode()
    assert "Traceback" not in said
    assert run.returncode
    assert {path.name for path in tmp_path.iterdir()} == {"one.gpkg"}
