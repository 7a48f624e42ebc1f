"""The table of formats, row by row: what it promises to read, to write and to check."""

from __future__ import annotations

import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely

from landquota import formats
from landquota.findings import has_errors
from landquota.formats import writing
from landquota.formats.registry import FORMATS

EAST, NORTH = 620_000.0, 3_340_000.0
#: A plain square, one with a hole, and one in two parts: 300 × 300 m, less 100 × 100, two of 100 × 100.
PLOTS = geopandas.GeoDataFrame(
    {"name": ["甲地块", "乙地块", "丙地块"], "parcel": ["P1", "P2", "P3"]},
    geometry=[
        shapely.box(EAST, NORTH, EAST + 300, NORTH + 300),
        shapely.box(EAST + 1000, NORTH, EAST + 1300, NORTH + 300).difference(
            shapely.box(EAST + 1100, NORTH + 100, EAST + 1200, NORTH + 200)
        ),
        shapely.MultiPolygon(
            [
                shapely.box(EAST, NORTH + 1000, EAST + 100, NORTH + 1100),
                shapely.box(EAST + 200, NORTH + 1000, EAST + 300, NORTH + 1100),
            ]
        ),
    ],
    crs="EPSG:4549",
)
AREAS_M2 = [90_000.0, 80_000.0, 20_000.0]
#: A drawing knows no features of several parts.
PARTS_M2 = [90_000.0, 80_000.0, 10_000.0, 10_000.0]


def _by_gdal(driver: str, crs: str = "EPSG:4490") -> Callable[[Path], None]:
    def make(path: Path) -> None:
        pyogrio.write_dataframe(PLOTS.to_crs(crs), path, driver=driver, layer="plots")

    return make


def _by_us(path: Path) -> None:
    assert not has_errors(writing.write(PLOTS, path))


def _vertices() -> list[list[object]]:
    """Return a row for each vertex: parcel, ring, north, east."""
    rows: list[list[object]] = [["地块编号", "圈号", "点号", "X坐标(北)", "Y坐标(东)"]]
    for parcel, geometry in zip(PLOTS["parcel"], PLOTS.geometry, strict=True):
        number = 0
        for part in shapely.get_parts(geometry):
            for ring in shapely.get_rings(part):
                number += 1
                for point, (x, y) in enumerate(shapely.get_coordinates(ring), start=1):
                    rows.append([parcel, number, f"J{point}", float(y), float(x)])
    return rows


def _csv(path: Path) -> None:
    path.write_text("\r\n".join(",".join(map(str, row)) for row in _vertices()), "gb18030")


def _xlsx(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in _vertices():
        sheet.append(row)
    book.save(path)


def _geodatabase(path: Path) -> None:
    folder = path.with_name("plots.gdb")
    pyogrio.write_dataframe(PLOTS, folder, driver="OpenFileGDB", layer="plots", promote_to_multi=True)
    shutil.make_archive(str(path.with_suffix("")), "zip", path.parent, "plots.gdb")


def _zip(path: Path) -> None:
    """Write a zipped shapefile, not in the zip's root."""
    source = path.parent / "source"
    source.mkdir()
    _by_us(source / "plots.shp")
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(source.iterdir()):
            archive.write(part, f"交付/成果/{part.name}")


#: How a sample of each format is made, and whether it is exact to 0.1 m² (degrees lose what they round).
SAMPLES: dict[str, tuple[str, Callable[[Path], None]]] = {
    "GeoPackage": ("plots.gpkg", _by_us),
    "ESRI Shapefile": ("plots.shp", _by_us),
    "GeoJSON": ("plots.geojson", _by_us),
    "GeoParquet": ("plots.parquet", _by_us),
    "FlatGeobuf": ("plots.fgb", _by_us),
    "OpenFileGDB": ("plots.gdb.zip", _geodatabase),
    "KML": ("plots.kml", _by_gdal("KML", "EPSG:4326")),
    "GML": ("plots.gml", _by_gdal("GML", "EPSG:4549")),
    "DXF": ("plots.dxf", _by_us),
    "XLSX": ("plots.xlsx", _xlsx),
    "CSV": ("plots.csv", _csv),
    "boundary TXT": ("plots.txt", _by_us),
    "zip": ("plots.zip", _zip),
}


def test_every_row_of_the_table_has_a_sample() -> None:
    assert [row.name for row in FORMATS] == list(SAMPLES)
    assert {row.name for row in FORMATS if row.writes != "not written"} == {
        name for name, (_, make) in SAMPLES.items() if make is _by_us
    }


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_of_each_format_is_read_whole(name: str, tmp_path: Path) -> None:
    file, make = SAMPLES[name]
    make(tmp_path / file)
    table, findings = formats.read(tmp_path / file, region=(120.9, 30.0, 121.8, 30.5))
    assert table is not None, findings
    assert not has_errors(findings), findings
    areas_m2 = table.frame.to_crs("EPSG:4549").area
    expected = PARTS_M2 if name == "DXF" else AREAS_M2
    assert np.allclose(sorted(areas_m2), sorted(expected), atol=0.1)
    assert len(table.places) == len(expected)
    texts = table.frame.drop(columns=table.frame.geometry.name).to_string()
    assert all(word in texts for word in PLOTS["parcel"]) or all(word in texts for word in PLOTS["name"])


@pytest.mark.parametrize("name", [name for name in SAMPLES if name != "zip"])
def test_half_of_each_format_is_refused_with_a_reason(name: str, tmp_path: Path) -> None:
    file, make = SAMPLES[name]
    path = tmp_path / file
    make(path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    table, findings = formats.read(path)
    assert table is None or has_errors(findings) or len(table.frame) < len(PLOTS) or findings
    assert findings


#: Plain text, and files in parts, are told by their names only.
BY_CONTENT = [name for name in SAMPLES if name not in {"CSV", "boundary TXT", "ESRI Shapefile"}]


@pytest.mark.parametrize("name", BY_CONTENT)
def test_each_format_is_told_by_its_content_where_the_name_says_nothing(name: str, tmp_path: Path) -> None:
    file, make = SAMPLES[name]
    make(tmp_path / file)
    neutral = (tmp_path / file).rename(tmp_path / "delivered.resource")
    table, findings = formats.read(neutral, region=(120.9, 30.0, 121.8, 30.5))
    assert table is not None, findings
    assert len(table.frame) == len(PARTS_M2 if name == "DXF" else PLOTS)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no pipes in folders")
@pytest.mark.parametrize("name", ["a.txt", "a.csv", "a.gpkg"])
def test_a_pipe_is_not_waited_for(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    table, findings = formats.read(tmp_path / name)
    assert table is None
    assert [finding.code for finding in findings] == ["FILE-NOT-REGULAR"]
