"""Layers to files and back: nothing is lost without a word, the same layer gives the same bytes."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import fiona
import geopandas
import numpy as np
import pandas as pd
import pyogrio
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from landquota import formats
from landquota.area import Area, Unit
from landquota.errors import InputError, UsageError
from landquota.findings import Finding
from landquota.formats import writing
from landquota.formats.vector import shapefile
from landquota.formats.writing import dbf

X, Y = 621000.0, 3341000.0
HOLED = Polygon(box(X, Y, X + 100, Y + 100).exterior, [box(X + 10, Y + 10, X + 20, Y + 20).exterior])
PARTS = MultiPolygon([box(X + 200, Y, X + 300, Y + 100), box(X + 400, Y, X + 500, Y + 100)])
SUFFIXES = [".gpkg", ".shp", ".geojson", ".fgb", ".parquet", ".dxf", ".txt"]


def layer(crs: Any = 4549, shapes: Any = (HOLED, PARTS), **columns: Any) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def attributes() -> dict[str, list[Any]]:
    return {
        "土地使用权": ["观海卫智能电器小镇", None],
        "批准日期": [dt.date(2024, 5, 6), None],
        "户数": [12, None],
        "面积": [9900.25, 20000.0],
        "在建": [True, False],
    }


def said(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(f.code, f.message("en")) for f in findings]


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def same(got: Any, wanted: Any) -> bool:
    return bool(shapely.equals_exact(shapely.normalize(got), shapely.normalize(wanted), 0))


# --- every format ---------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_layer_gives_the_same_bytes_and_nothing_else(tmp_path: Path, suffix: str) -> None:
    results = []
    for name in ("a", "b"):
        folder = tmp_path / name
        folder.mkdir()
        findings = writing.write(layer(**attributes()), folder / f"红线{suffix}")
        assert not [f for f in findings if f.severity == "error"]
        results.append(contents(folder))
    assert results[0] == results[1]
    parts = {".shp": 5}
    assert len(results[0]) == parts.get(suffix, 1)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_that_is_there_is_replaced_only_when_told(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    writing.write(layer(name=["甲", "乙"]), path)
    before = contents(tmp_path)
    with pytest.raises(InputError, match="is there already"):
        writing.write(layer(name=["丙", "丁"]), path)
    assert contents(tmp_path) == before
    writing.write(layer(name=["丙", "丁"]), path, overwrite=True)
    after = contents(tmp_path)
    assert after != before
    assert set(after) == set(before)


@pytest.mark.parametrize(("suffix", "last"), [(".gpkg", ".gpkg"), (".geojson", ".geojson"), (".shp", ".prj")])
def test_a_failure_leaves_everything_as_it_was(tmp_path: Path, suffix: str, last: str) -> None:
    path = tmp_path / f"a{suffix}"
    writing.write(layer(name=["甲", "乙"]), path)
    # A folder stands where a file has to go: the move into place fails, of a shapefile after others succeeded.
    path.with_suffix(last).unlink()
    path.with_suffix(last).mkdir()
    (path.with_suffix(last) / "x").write_text("x")
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    with pytest.raises(InputError, match="cannot be written"):
        writing.write(layer(name=["丙", "丁"]), path, overwrite=True)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before


def test_what_cannot_be_written_is_refused_with_its_remedy(tmp_path: Path) -> None:
    with pytest.raises(
        UsageError, match=r"Files of the kind '.dwg' are not written\nChoose one of these: .gpkg, .shp,"
    ):
        writing.write(layer(), tmp_path / "a.dwg")
    with pytest.raises(InputError, match=r"There is no folder .+\nMake the folder first\."):
        writing.write(layer(), tmp_path / "none" / "a.gpkg")
    with pytest.raises(UsageError, match="There is no encoding 'klingon'"):
        writing.write(layer(), tmp_path / "a.shp", encoding="klingon")
    with pytest.raises(UsageError, match=r"A shapefile is not written in cp1252\nChoose GBK or UTF-8\."):
        writing.write(layer(), tmp_path / "a.shp", encoding="cp1252")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".fgb", ".parquet", ".txt"])
def test_a_layer_without_a_system_is_not_written(tmp_path: Path, suffix: str) -> None:
    findings = writing.write(layer(crs=None), tmp_path / f"a{suffix}")
    assert said(findings) == [("WRITE-CRS-MISSING", "The features have no reference system")]
    assert list(tmp_path.iterdir()) == []


def test_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    for name in ("a", "A"):
        frame = layer(a=[1, 2], b=[1, 2]).rename(columns={"b": name})
        assert [f.code for f in writing.write(frame, tmp_path / "a.gpkg")] == ["TABLE-COLUMN-TWICE"]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_half_a_character_is_named_and_not_written(tmp_path: Path, suffix: str) -> None:
    frame = layer(parcel=["D-1", "D-2"], name=pd.Series(["甲", "\ud83d"], dtype=object))
    (found,) = writing.write(frame, tmp_path / f"a{suffix}")
    assert (found.code, found.place.feature, found.place.column) == ("WRITE-TEXT-ENCODING", "D-2", "name")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_columns_and_rows_may_be_called_anything(tmp_path: Path, suffix: str) -> None:
    frame = layer(shapes=[HOLED, PARTS, HOLED], a=["x", "y", "z"]).rename(columns={"a": 7}).iloc[[2, 0]]
    findings = writing.write(frame.rename_geometry("the_geom"), tmp_path / f"a{suffix}")
    assert not [f for f in findings if f.severity == "error"]
    if suffix in {".gpkg", ".shp", ".fgb", ".geojson"}:
        assert pyogrio.read_dataframe(tmp_path / f"a{suffix}")["7"].to_list() == ["z", "x"]


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".geojson", ".fgb", ".parquet"])
def test_our_own_reader_gives_back_what_was_written(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"红线{suffix}"
    assert [f.code for f in writing.write(layer(**attributes()), path)] == (
        ["WRITE-CGCS2000"] if suffix == ".geojson" else []
    )
    table, findings = formats.read(path)
    assert table is not None
    assert not [f for f in findings if f.severity == "error"]
    frame = table.frame
    assert frame["土地使用权"].astype(object).where(frame["土地使用权"].notna(), None).to_list() == [
        "观海卫智能电器小镇", None,
    ]  # fmt: skip
    assert pd.to_datetime(frame["批准日期"])[0] == pd.Timestamp(2024, 5, 6)
    assert frame["户数"][0] == 12
    assert pd.isna(frame["户数"][1])
    assert frame["面积"].to_list() == [9900.25, 20000.0]
    assert frame["在建"].to_list() == [True, False]
    if suffix != ".geojson":
        assert pyproj.CRS(frame.crs).to_epsg() == 4549
        assert all(
            same(shapely.multipolygons([got]) if got.geom_type == "Polygon" else got, wanted)
            for got, wanted in zip(frame.geometry, [MultiPolygon([HOLED]), PARTS], strict=True)
        )


def test_cells_of_several_kinds_become_text_and_that_is_said(tmp_path: Path) -> None:
    findings = writing.write(layer(混=[1, "甲"]), tmp_path / "a.gpkg")
    assert said(findings) == [
        (
            "WRITE-COLUMN-TEXT",
            "The column '混' holds values of several kinds, which no file keeps apart, and was written as text",
        )
    ]
    assert pyogrio.read_dataframe(tmp_path / "a.gpkg")["混"].to_list() == ["1", "甲"]


# --- GeoPackage -----------------------------------------------------------------------------


def test_a_geopackage_is_of_version_1_2_with_the_layer_as_named(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    writing.write(layer(fid=["x", "y"], geom=[1, 2], name=["甲", "乙"]), path, layer="红线", day="2026-03-04")
    data = path.read_bytes()
    assert int.from_bytes(data[60:64], "big") == 10200
    assert b"2026-03-04" in data
    with fiona.open(path) as source:
        assert source.name == "红线"
        assert [dict(feature.properties) for feature in source] == [
            {"fid": "x", "geom": 1, "name": "甲"},
            {"fid": "y", "geom": 2, "name": "乙"},
        ]


# --- shapefile ------------------------------------------------------------------------------


@pytest.mark.parametrize(("encoding", "page", "driver"), [("gbk", "GBK", 0x4D), ("utf-8", "UTF-8", 0)])
def test_a_shapefile_says_its_encoding_and_its_system(tmp_path: Path, encoding: str, page: str, driver: int) -> None:
    path = tmp_path / "红线.shp"
    name = "土地使用权" if encoding == "gbk" else "土地权"
    assert writing.write(layer(**{name: ["观海卫镇", "周巷镇"]}), path, encoding=encoding) == []
    assert path.with_suffix(".cpg").read_text("ascii") == page
    assert path.with_suffix(".dbf").read_bytes()[29] == driver
    assert "CM_120E" in path.with_suffix(".prj").read_text("ascii")
    with fiona.open(path) as source:
        assert list(source.schema["properties"]) == [name]
        assert [feature.properties[name] for feature in source] == ["观海卫镇", "周巷镇"]


def test_every_character_of_gbk_comes_back(tmp_path: Path) -> None:
    every = [bytes([a, b]).decode("gbk", "ignore") for a in range(0x81, 0xFF) for b in range(0x40, 0xFF)]
    characters = "".join(c for c in every if c and not c.isspace())
    lines = [characters[at : at + 100] for at in range(0, len(characters), 100)]
    path = tmp_path / "a.shp"
    assert writing.write(layer(shapes=[HOLED] * len(lines), t=lines), path) == []
    assert pyogrio.read_dataframe(path)["t"].to_list() == lines
    table, _ = shapefile.attribute_table(path)
    assert table is not None
    ((_, cells),) = table.texts()
    assert [cell.strip() for cell in cells.decode("gbk").split("\n") if cell.strip()] == lines


def test_names_are_cut_between_characters_and_said(tmp_path: Path) -> None:
    frame = layer(土地使用权人=["甲", "乙"], 土地使用权=["丙", "丁"], DKBH=[1, 2])
    findings = writing.write(frame, tmp_path / "a.shp")
    assert said(findings) == [
        (
            "WRITE-NAME-CUT",
            "A shapefile has room for 10 bytes of a column's name in GBK: '土地使用权人' was written as '土地使用_1'",
        )
    ]
    frame = pyogrio.read_dataframe(tmp_path / "a.shp")
    assert frame.drop(columns="geometry").to_dict("list") == {
        "土地使用_1": ["甲", "乙"], "土地使用权": ["丙", "丁"], "DKBH": [1, 2],
    }  # fmt: skip


@given(
    names=st.lists(
        st.text(st.sampled_from("土地使用权人aA_1"), min_size=1, max_size=14), max_size=40, unique_by=str.casefold
    ),
    encoding=st.sampled_from(["gbk", "utf-8"]),
)
@settings(deadline=None, max_examples=60)
def test_cut_names_fit_and_stay_apart(names: list[str], encoding: str) -> None:
    cut = dbf.cut_names(names, encoding)
    assert len({name.casefold() for name in cut}) == len(names)
    for name, short in zip(names, cut, strict=True):
        assert len(short.encode(encoding)) <= 10
        assert short == name or len(name.encode(encoding)) > 10


@pytest.mark.parametrize(
    ("columns", "encoding", "code", "message"),
    [
        (
            {"a": ["甲", "乙" * 128]}, "gbk", "WRITE-TEXT-LONG",
            "The text has 256 bytes in GBK; a shapefile holds 254",
        ),
        (
            {"a": ["甲", "乙" * 85]}, "utf-8", "WRITE-TEXT-LONG",
            "The text has 255 bytes in UTF-8; a shapefile holds 254",
        ),
        (
            {"a": ["甲", "\U00020021村"]}, "gbk", "WRITE-TEXT-ENCODING",
            "The text has the character '\U00020021' (U+20021) that GBK does not have",
        ),
        (
            {"a": [1.0, 1e-16]}, "gbk", "WRITE-NUMBER",
            "The number 1e-16 does not fit into a shapefile without a loss",
        ),
        (
            {"a": [1.0, float("inf")]}, "gbk", "WRITE-NUMBER",
            "The number inf does not fit into a shapefile without a loss",
        ),
        (
            {"a": [1, 10**18]}, "gbk", "WRITE-NUMBER",
            "The number 1000000000000000000 does not fit into a shapefile without a loss",
        ),
    ],
)  # fmt: skip
def test_what_a_shapefile_cannot_hold_is_named_and_not_written(
    tmp_path: Path, columns: dict[str, list[Any]], encoding: str, code: str, message: str
) -> None:
    findings = writing.write(layer(DKBH=["甲", "乙"], **columns), tmp_path / "a.shp", encoding=encoding)
    assert said(findings) == [(code, message)]
    assert (findings[0].place.feature, findings[0].place.column) == ("乙", "a")
    assert list(tmp_path.iterdir()) == []


def test_a_name_outside_gbk_is_named(tmp_path: Path) -> None:
    findings = writing.write(layer(𠀡村=[1, 2]), tmp_path / "a.shp")
    assert said(findings) == [
        ("WRITE-NAME-ENCODING", "The column's name has the character '\U00020021' (U+20021) that GBK does not have")
    ]


@given(st.lists(st.floats(-1e9, 1e9).map(lambda x: round(x, 4)), min_size=2, max_size=2))
@settings(deadline=None, max_examples=20)
def test_figures_of_four_decimals_come_back_exactly(
    tmp_path_factory: pytest.TempPathFactory, figures: list[float]
) -> None:
    path = tmp_path_factory.mktemp("figures") / "a.shp"
    assert writing.write(layer(a=figures), path) == []
    assert pyogrio.read_dataframe(path)["a"].to_list() == figures


def test_times_of_day_become_text_in_a_shapefile(tmp_path: Path) -> None:
    times = pd.to_datetime(["2024-05-06 07:08:09", "2024-05-06 00:00:00"])
    findings = writing.write(layer(a=times), tmp_path / "a.shp")
    assert said(findings) == [
        ("WRITE-TIME-TEXT", "The column 'a' has times of day, which a shapefile does not know, and was written as text")
    ]
    assert pyogrio.read_dataframe(tmp_path / "a.shp")["a"].to_list() == ["2024-05-06 07:08:09", "2024-05-06 00:00:00"]


def test_leftovers_of_a_replaced_shapefile_are_gone(tmp_path: Path) -> None:
    writing.write(layer(), tmp_path / "a.shp")
    (tmp_path / "a.sbn").write_bytes(b"an index of other shapes")
    writing.write(layer(), tmp_path / "a.shp", overwrite=True)
    assert not (tmp_path / "a.sbn").exists()


def test_what_gdal_refuses_is_not_written_and_its_remarks_are_passed_on(tmp_path: Path) -> None:
    # A shapefile keeps polygons only.
    with pytest.raises(InputError, match="cannot be written"):
        writing.write(layer(shapes=[HOLED, Point(0, 0)]), tmp_path / "a.shp")
    assert list(tmp_path.iterdir()) == []
    finding = Finding("WRITE-DRIVER", params={"message": "x"})
    assert finding.message("en") == "The writer of this format says: x"


# --- GeoJSON --------------------------------------------------------------------------------


@pytest.mark.parametrize("epsg", [4549, 4528, 4509, 4490])
def test_geojson_is_in_degrees_with_outer_rings_counter_clockwise(tmp_path: Path, epsg: int) -> None:
    path = tmp_path / "a.geojson"
    frame = layer(name=["甲", "乙"]).to_crs(epsg)
    frame.geometry = shapely.orient_polygons(frame.geometry.to_numpy(), exterior_cw=True)
    findings = writing.write(frame, path)
    assert said(findings) == [
        (
            "WRITE-CGCS2000",
            "The degrees are on CGCS2000, which GeoJSON cannot say: programs take them for WGS 84, "
            "which lies less than a metre away",
        )
    ]
    collection = json.loads(path.read_text("utf-8"))
    assert set(collection) == {"type", "features"}
    shapes: list[Any] = [shapely.geometry.shape(feature["geometry"]) for feature in collection["features"]]
    assert shapes[0].exterior.is_ccw
    assert not shapes[0].interiors[0].is_ccw
    back = pyproj.Transformer.from_crs(4490, 4549, always_xy=True)
    metres = shapely.transform(shapes, lambda xy: np.column_stack(back.transform(*xy.T)))
    apart = [a.hausdorff_distance(b) for a, b in zip(metres, [HOLED, PARTS], strict=True)]
    assert max(apart) < 0.0002


def test_geojson_on_wgs_84_needs_no_word(tmp_path: Path) -> None:
    assert writing.write(layer().to_crs(32651), tmp_path / "a.geojson") == []


@pytest.mark.parametrize("epsg", [2364, 4610, 2437, 27700])
def test_geojson_on_another_datum_is_refused(tmp_path: Path, epsg: int) -> None:
    findings = writing.write(layer(crs=epsg), tmp_path / "a.geojson")
    assert [f.code for f in findings] == ["WRITE-DATUM"]
    if epsg == 2364:
        assert findings[0].message("en") == (
            "GeoJSON is in degrees on WGS 84 or CGCS2000; Xian 1980 / 3-degree Gauss-Kruger zone 40 (EPSG:2364) "
            "is on another datum, and no parameters are known that lead there"
        )
    assert list(tmp_path.iterdir()) == []


# --- by way of others -----------------------------------------------------------------------


def test_drawings_and_boundary_files_say_what_they_have_no_place_for(tmp_path: Path) -> None:
    frame = layer(parcel=["D-1", "D-2"], name=["甲", "乙"], 备注=["a", "b"])
    for name, left in (("a.dxf", "parcel, 备注"), ("a.txt", "备注")):
        findings = writing.write(frame, tmp_path / name)
        assert [f for f in said(findings) if f[0] == "WRITE-COLUMNS-LEFT"] == [
            (
                "WRITE-COLUMNS-LEFT",
                f"The format has no place for these columns, which were not written: {left}",
            )
        ]
        assert (tmp_path / name).is_file()


DECLARED = """[属性描述]
格式版本号=1.01版本
数据产生单位=甲测绘
数据产生日期=2024-6-3
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=40
精度=0.01
转换参数=1,2,3,4,5,6,7
[地块坐标]
5,1.0003,D-1,甲,面,,,,@
J1,1,3340000,40622000
J2,1,3340100,40622000
J3,1,3340100,40622100
J4,1,3340000,40622100
J1,1,3340000,40622000
"""


@pytest.mark.parametrize(
    "names", [("地块编号", "地块名称", "用途", "面积"), ("DKBH", "DKMC", "DKYT", "DKMJ")], ids=["Chinese", "pinyin"]
)
@pytest.mark.parametrize("suffix", [".gpkg", ".shp"])
def test_a_boundary_file_takes_what_surveys_call_their_columns(
    tmp_path: Path, names: tuple[str, ...], suffix: str
) -> None:
    cells = (["D-1", "D-2"], ["甲", "乙"], ["工业用地", "商业"], [HOLED.area + 1, PARTS.area])
    source = layer(**dict(zip(names, cells, strict=True)), 备注=["a", "b"])
    assert writing.write(source, tmp_path / f"a{suffix}") == []
    table, _ = formats.read(tmp_path / f"a{suffix}")
    assert table is not None
    areas = [Area.measured(cell) for cell in table.frame[names[3]]]
    findings = writing.write(table.frame, tmp_path / "a.txt", areas=areas, area_column=names[3])
    assert [f for f in said(findings) if f[0] == "WRITE-COLUMNS-LEFT"] == [
        ("WRITE-COLUMNS-LEFT", "The format has no place for these columns, which were not written: 备注")
    ]
    table, _ = formats.read(tmp_path / "a.txt")
    assert table is not None
    assert table.frame[["parcel", "name", "use"]].to_numpy().tolist() == [
        ["D-1", "甲", "工业用地"],
        ["D-2", "乙", "商业"],
    ]
    assert [area.in_unit(Unit.HA, 4) for area in areas] == table.frame["declared_area"].to_list()


@pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".fgb", ".parquet", ".txt"])
def test_what_a_boundary_file_declares_goes_through_other_formats(tmp_path: Path, suffix: str) -> None:
    first, between, last = tmp_path / "a.txt", tmp_path / f"b{suffix}", tmp_path / "c.txt"
    first.write_text(DECLARED, "utf-8")
    table, findings = formats.read(first)
    assert table is not None
    assert findings == []
    findings = writing.write(table.frame, between, areas=table.declared_area_m2)
    left = "转换参数=1,2,3,4,5,6,7"
    if suffix != ".txt":
        left = f"数据产生单位=甲测绘; 数据产生日期=2024-6-3; 精度=0.01; {left}"
    message = f"These lines of the boundary TXT's description were not carried over: {left}"
    assert ("WRITE-DESCRIPTION-LEFT", message) in said(findings)
    table, _ = formats.read(between)
    assert table is not None
    assert writing.write(table.frame, last, areas=table.declared_area_m2) == []
    header = [line for line in last.read_text("gbk").splitlines() if line.endswith("@")]
    assert header == ["5,1.0003,D-1,甲,面,,,,@"]
