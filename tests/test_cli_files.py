"""The layer commands on files that people hand in: batches, reports as files, conversion, repair, adjustment."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import geopandas
import openpyxl
import pyogrio
import pytest
import shapely
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


#: What a parcel of :func:`plot` in zone 40 has on the ellipsoid.
AREA_M2 = 9999.85


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


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_read(
    landquota: Program, batch: list[Path]
) -> None:
    assert landquota.json("layer", "check", batch[0], "--report", "findings.doc", code=2)["error"]["remedy"]


def test_one_map_and_one_layer_of_points_for_files_of_several_zones(
    landquota: Program, batch: list[Path], tmp_path: Path
) -> None:
    other = plot(0, "E", zone=39)
    ring = other["features"][0]["geometry"]["coordinates"][0]  # type: ignore[index]
    ring[1], ring[2] = ring[2], ring[1]
    far = write(tmp_path / "far.geojson", other)
    page, points = tmp_path / "f.html", tmp_path / "f.gpkg"
    landquota("layer", "check", batch[9], far, "--report", page, "--report", points, code=1)
    assert page.read_text("utf-8").count("GEOM-INVALID")
    frame = pyogrio.read_dataframe(points, layer="findings")
    assert frame.crs.to_epsg() == 4490
    assert sorted(round(x) for x in frame.geometry.x) == [117, 120]


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
def test_conversion_keeps_the_area(landquota: Program, tmp_path: Path, suffix: str) -> None:
    file, out = write(tmp_path / "a.geojson", plot(0, "甲地块")), tmp_path / f"out.{suffix}"
    assert landquota.json("layer", "convert", file, out)["features"] == 1
    given = ["--crs", "EPSG:4528"] if suffix == "dxf" else []
    area_m2 = landquota.json("layer", "check", out, *given)["area_m2"]["ellipsoid"]
    assert float(area_m2) == pytest.approx(AREA_M2, abs=0.011)


def test_a_file_is_only_replaced_when_asked(landquota: Program, tmp_path: Path) -> None:
    file, out = write(tmp_path / "a.geojson", plot(0, "A")), tmp_path / "out.gpkg"
    landquota("layer", "convert", file, out)
    assert landquota.json("layer", "convert", file, out, code=1)["error"]["remedy"]
    landquota("layer", "convert", file, out, "--overwrite")


def test_the_names_and_the_area_of_a_survey_reach_the_header_of_a_boundary_txt(
    landquota: Program, tmp_path: Path
) -> None:
    content = plot(0, "")
    content["features"][0]["properties"] = {"DKBH": "DK01", "DKMC": "甲地块", "DKMJ": 10000.12, "DKYT": "工业"}  # type: ignore[index]
    file, out = write(tmp_path / "survey.geojson", content), tmp_path / "survey.txt"
    landquota("layer", "convert", file, out)
    (header,) = [line for line in out.read_text("gbk").splitlines() if line.endswith("@")]
    assert header == "5,1.0000,DK01,甲地块,面,,工业,,@"


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
    table = tmp_path / "adjusted.csv"
    landquota("layer", "adjust", file, "--control", "20000.05", "--areas", "planar", "--out", table)
    assert [row.rsplit(",", 1)[-1] for row in table.read_text("utf-8-sig").splitlines()[1:]] == [
        "10000.03", "10000.02", "20000.05",
    ]  # fmt: skip
    refused = landquota.json("layer", "adjust", file, "--control", "viel", code=1)
    assert refused["error"]["remedy"]


# --- what is never written over -------------------------------------------------------------------


def test_a_source_is_never_a_target(landquota: Program, tmp_path: Path) -> None:
    file = write(tmp_path / "a.geojson", plot(0, "A"))
    package = tmp_path / "a.gpkg"
    landquota("layer", "convert", file, package)
    before = package.read_bytes()
    for arguments in (
        ("check", package, "--report", package),
        ("convert", package, package, "--overwrite"),
        ("repair", package, package, "--overwrite"),
    ):
        assert landquota.json("layer", *arguments, code=2)["error"]["remedy"]
    assert package.read_bytes() == before


def test_other_layers_of_a_geopackage_are_never_lost(landquota: Program, tmp_path: Path) -> None:
    file, package = write(tmp_path / "a.geojson", plot(0, "A")), tmp_path / "two.gpkg"
    for layer in ("one", "two"):
        frame = geopandas.GeoDataFrame({"name": ["x"]}, geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:4549")
        pyogrio.write_dataframe(frame, package, layer=layer)
    before = package.read_bytes()
    for arguments in (("convert", file, package, "--overwrite"), ("check", file, "--report", package)):
        refused = landquota.json("layer", *arguments, code=2)["error"]
        assert "one" in refused["message"]
    assert package.read_bytes() == before


def test_a_target_that_is_open_elsewhere_is_refused(landquota: Program, tmp_path: Path) -> None:
    file, package = write(tmp_path / "a.geojson", plot(0, "A")), tmp_path / "a.gpkg"
    landquota("layer", "convert", file, package)
    (tmp_path / "a.gpkg-wal").write_bytes(b"x")
    assert "QGIS" in landquota.json("layer", "convert", file, package, "--overwrite", code=1)["error"]["remedy"]


def test_repair_leaves_large_changes_and_empty_rows_and_says_so(
    landquota: Program, batch: list[Path], tmp_path: Path
) -> None:
    content = json.loads(batch[9].read_text("utf-8"))
    content["features"].append({"type": "Feature", "properties": {"parcel": "N"}, "geometry": None})
    file, out = write(tmp_path / "mixed.geojson", content), tmp_path / "out.gpkg"
    answer = landquota.json("layer", "repair", file, out, code=1)
    assert (answer["repaired"], answer["left"]) == (0, 1)
    assert {"GEOM-REPAIR-OPEN", "GEOM-NULL"} <= {f["code"] for f in answer["findings"]}
    assert out.exists()
