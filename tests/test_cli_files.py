"""The layer commands on files that people hand in: batches, reports as files, conversion, repair, adjustment."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import openpyxl
import pytest
from program import Program


def plot(east: float, name: str, *, zone: int = 40) -> dict[str, object]:
    """Return a GeoJSON of one 100 × 100 m parcel in the 3-degree zone, with prefix."""
    x, y = zone * 1_000_000 + 525_000 + east, 3_340_000
    ring = [[x, y], [x + 100, y], [x + 100, y + 100], [x, y + 100], [x, y]]
    feature = {
        "type": "Feature",
        "properties": {"parcel": name, "name": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{4488 + zone}"}}
    return {"type": "FeatureCollection", "crs": crs, "features": [feature]}


def write(path: Path, content: object) -> Path:
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")
    return path


@pytest.fixture
def batch(tmp_path: Path) -> list[Path]:
    """Return 20 files, of which the 4th is cut short, the 9th crosses itself and the 15th is empty."""
    folder = tmp_path / "delivered"
    folder.mkdir()
    files = [write(folder / f"plot{n:02}.geojson", plot(200.0 * n, f"P{n:02}")) for n in range(20)]
    files[4].write_text(files[4].read_text("utf-8")[:150], "utf-8")
    bowtie = plot(200.0 * 9, "P09")
    ring = bowtie["features"][0]["geometry"]["coordinates"][0]  # type: ignore[index]
    ring[1], ring[2] = ring[2], ring[1]
    write(files[9], bowtie)
    files[15].write_bytes(b"")
    return files


BAD = {"plot04.geojson", "plot09.geojson", "plot15.geojson"}


def test_a_batch_is_checked_file_by_file(landquota: Program, batch: list[Path]) -> None:
    reports = landquota.json("layer", "check", *batch, code=1)["files"]
    assert len(reports) == 20
    wrong = {Path(r["file"]).name for r in reports if any(f["severity"] == "error" for f in r["findings"])}
    assert wrong == BAD
    said = landquota("layer", "check", *batch, code=1).stdout
    assert "20" in said
    assert all(name in said.rsplit("\n\n", 1)[-1] for name in BAD)


def test_a_batch_loads_the_good_files_and_names_the_bad_ones(demo: Program, batch: list[Path]) -> None:
    answer = demo.json("layer", "add", *batch, "--kind", "context", code=1)
    assert len(answer["added"]) == 17
    assert {Path(refused["file"]).name for refused in answer["refused"]} == BAD
    assert all(refused["error"]["findings"] for refused in answer["refused"])
    listed = {row["name"] for row in demo.json("layer", "list")}
    assert {f"plot{n:02}" for n in range(20)} - listed == {"plot04", "plot09", "plot15"}
    demo("build")


def test_the_refused_files_of_a_batch_stand_in_the_last_line(demo: Program, batch: list[Path]) -> None:
    answer = demo("layer", "add", *batch, "--kind", "context", code=1)
    last = answer.stderr.strip().splitlines()[-1]
    assert "17" in last
    assert all(name in last for name in BAD)


def test_one_name_cannot_serve_several_files(demo: Program, batch: list[Path]) -> None:
    assert "error" in demo.json("layer", "add", *batch[:2], "--kind", "context", "--name", "x", code=2)


def test_findings_as_workbook_points_and_map(landquota: Program, batch: list[Path], tmp_path: Path) -> None:
    targets = [tmp_path / "f.xlsx", tmp_path / "f.gpkg", tmp_path / "f.html"]
    options = [part for target in targets for part in ("--report", target)]
    landquota("layer", "check", batch[9], *options, code=1)
    book = openpyxl.load_workbook(targets[0])
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "GEOM-INVALID" in cells
    with sqlite3.connect(targets[1]) as connection:
        assert connection.execute("SELECT code FROM findings").fetchall() == [("GEOM-INVALID",)]
    assert "GEOM-INVALID" in targets[2].read_text("utf-8")


@pytest.mark.parametrize(("target", "files"), [("findings.doc", 1), ("findings.html", 2)])
def test_a_report_that_cannot_be_written_is_refused_before_anything_is_read(
    landquota: Program, batch: list[Path], target: str, files: int
) -> None:
    answer = landquota.json("layer", "check", *batch[:files], "--report", target, code=2)
    assert answer["error"]["remedy"]


def test_a_check_can_be_switched_off_by_name(landquota: Program, tmp_path: Path) -> None:
    both = plot(0, "A")
    both["features"] += plot(50, "B")["features"]  # type: ignore[operator]
    file = write(tmp_path / "two.geojson", both)
    codes = [f["code"] for f in landquota.json("layer", "check", file, "--kind", "parcels")["findings"]]
    assert codes == ["PARCEL-OVERLAP"]
    assert landquota.json("layer", "check", file, "--without", "overlaps")["findings"] == []
    refused = landquota.json("layer", "check", file, "--without", "overlap", code=2)
    assert "overlaps" in refused["error"]["remedy"]


def test_what_reaches_over_a_reference_boundary(landquota: Program, tmp_path: Path) -> None:
    county = write(tmp_path / "county.geojson", plot(0, "county"))
    crossing = write(tmp_path / "crossing.geojson", plot(60, "A"))
    findings = landquota.json("layer", "check", crossing, "--reference", county)["findings"]
    assert [f["code"] for f in findings] == ["TOPO-OUTSIDE"]
    assert landquota.json("layer", "check", county, "--reference", county)["findings"] == []


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson", "txt", "dxf", "fgb", "parquet"])
def test_conversion_there_and_back_keeps_the_area(landquota: Program, tmp_path: Path, suffix: str) -> None:
    file, out = write(tmp_path / "a.geojson", plot(0, "甲地块")), tmp_path / f"out.{suffix}"
    assert landquota.json("layer", "convert", file, out)["features"] == 1
    given = ["--crs", "EPSG:4528"] if suffix == "dxf" else []
    report = landquota.json("layer", "check", out, *given)
    assert (
        report["area_m2"]["ellipsoid"] == pytest.approx("9999.82")
        or abs(
            float(report["area_m2"]["ellipsoid"])
            - float(landquota.json("layer", "check", file)["area_m2"]["ellipsoid"])
        )
        <= 0.01
    )
    refused = landquota.json("layer", "convert", file, out, code=1)
    assert refused["error"]
    landquota("layer", "convert", file, out, "--overwrite")


def test_a_prefix_is_taken_away_exactly(landquota: Program, tmp_path: Path) -> None:
    file, out = write(tmp_path / "a.geojson", plot(0.1234, "A")), tmp_path / "out.gpkg"
    landquota("layer", "convert", file, out, "--to-crs", "EPSG:4549")
    report = landquota.json("layer", "check", out)
    assert report["crs"] == "EPSG:4549"
    txt = tmp_path / "out.txt"
    landquota("layer", "convert", out, txt)
    assert "40525000.1234" in txt.read_text("gbk")


def test_conversion_keeps_nothing_that_is_wrong(landquota: Program, batch: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out.gpkg"
    assert landquota.json("layer", "convert", batch[9], out, code=1)["error"]["findings"]
    assert not out.exists()


def test_repair_says_what_it_changes_and_leaves_the_file_alone(
    landquota: Program, batch: list[Path], tmp_path: Path
) -> None:
    before, out = batch[9].read_bytes(), tmp_path / "repaired.gpkg"
    answer = landquota.json("layer", "repair", batch[9], out, "--all")
    assert answer["repaired"] == 1
    assert "GEOM-REPAIRED" in [f["code"] for f in answer["findings"]]
    assert batch[9].read_bytes() == before
    assert not any(f["code"] == "GEOM-INVALID" for f in landquota.json("layer", "check", out)["findings"])


def test_areas_are_adjusted_to_a_control_area(landquota: Program, tmp_path: Path) -> None:
    both = plot(0, "A")
    both["features"] += plot(300, "B")["features"]  # type: ignore[operator]
    file = write(tmp_path / "two.geojson", both)
    answer = landquota.json("layer", "adjust", file, "--control", "20000.05", "--areas", "planar")
    assert [row["adjusted_m2"] for row in answer["rows"]] == ["10000.03", "10000.02"]
    assert answer["total"]["adjusted_m2"] == "20000.05"
    assert "20000.05" in landquota("layer", "adjust", file, "--control", "20000.05", "--areas", "planar").stdout
    refused = landquota.json("layer", "adjust", file, "--control", "viel", code=1)
    assert refused["error"]["remedy"]
