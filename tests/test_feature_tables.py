"""Features from CSV and XLSX: outlines or vertices, which coordinate is north, and what a spreadsheet hides."""

from __future__ import annotations

import datetime as dt
import random
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from landquota.findings import Finding, Place
from landquota.formats import sheets
from landquota.formats.limits import Limits
from landquota.formats.table import FeatureTable

NORTH, EAST = 3341000.0, 621000.0
SQUARE = box(EAST, NORTH, EAST + 100, NORTH + 100)
SURVEY = [(NORTH, EAST), (NORTH, EAST + 100), (NORTH + 100, EAST + 100), (NORTH + 100, EAST)]


def csv(folder: Path, content: str, *, encoding: str = "utf-8", name: str = "地块.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode(encoding))
    return path


def xlsx(folder: Path, *sheets: tuple[str, Any], hidden: Iterable[str] = ()) -> Path:
    path = folder / "地块.xlsx"
    book = openpyxl.Workbook()
    del book["Sheet"]
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    book.save(path)
    return path


def good(path: Path, **options: Any) -> tuple[FeatureTable, list[str]]:
    table, findings = sheets.read(path, **options)
    assert table is not None, [(f.code, f.message("en")) for f in findings]
    assert len(table.places) == len(table.frame) == len(table.declared_area_m2)
    return table, [finding.code for finding in findings]


def refused(path: Path, **options: Any) -> Finding:
    table, findings = sheets.read(path, **options)
    assert table is None
    assert len(findings) == 1, [(f.code, f.message("en")) for f in findings]
    return findings[0]


def vertices(points: Sequence[tuple[float, float]], heading: str = "地块编号,点号,北,东", parcel: str = "D-1") -> str:
    rows = [f"{parcel},J{number},{x},{y}" for number, (x, y) in enumerate(points, 1)]
    return "\n".join([heading, *rows, ""])


# --- outlines -------------------------------------------------------------------------------


@pytest.mark.parametrize("heading", ["wkt", "WKT", "geometry", "geom", "the_geom", "shape", "几何", "图形", "轮廓"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_row_with_an_outline_is_a_feature(tmp_path: Path, heading: str, encoding: str) -> None:
    table, codes = good(csv(tmp_path, f'地块编号,{heading},面积\n007,"{SQUARE.wkt}",1.50\n', encoding=encoding))
    assert codes == []
    assert table.frame.geometry.to_list() == [SQUARE]
    assert table.frame.drop(columns="geometry").to_dict("list") == {"地块编号": ["007"], "面积": ["1.50"]}
    assert table.frame.crs is None
    assert table.places == (Place(file="地块.csv", row=2, feature="007"),)
    assert (table.layer, table.format) == ("地块", "CSV")


def test_outlines_longer_than_a_csv_reader_takes_are_read_whole(tmp_path: Path) -> None:
    circle = shapely.Point(EAST, NORTH).buffer(100, quad_segs=2000)
    table, _ = good(csv(tmp_path, f'id\twkt\n1\t"{circle.wkt}"\n'))
    assert table.frame.geometry[0].equals(circle)


def test_a_column_called_shape_that_holds_words_is_an_attribute(tmp_path: Path) -> None:
    table, codes = good(csv(tmp_path, f'Shape,border\n面,"{SQUARE.wkt}"\n'))
    assert (codes, table.frame["Shape"].to_list()) == ([], ["面"])


def test_a_code_before_the_outline_is_its_system(tmp_path: Path) -> None:
    table, _ = good(csv(tmp_path, f'wkt\n"SRID=4549;{SQUARE.wkt}"\n'))
    assert table.frame.crs == 4549
    table, _ = good(csv(tmp_path, f'wkt,crs\n"{SQUARE.wkt}",EPSG:4549\n'))
    assert table.frame.crs == 4549


ROW = f',"{SQUARE.wkt}"\n'


@pytest.mark.parametrize(
    ("content", "code", "row", "message"),
    [
        (
            f'wkt\n"SRID=4549;{SQUARE.wkt}"\n"SRID=4528;{SQUARE.wkt}"\n',
            "SHEET-CRS-DIFFERS",
            3,
            "1 row(s), from here on, name another reference system than row 2: 'EPSG:4528', not 'EPSG:4549'",
        ),
        (
            f"crs,wkt\nEPSG:4549{ROW}4549{ROW}EPSG:4548{ROW}EPSG:4548{ROW}",
            "SHEET-CRS-DIFFERS",
            4,
            "2 row(s), from here on, name another reference system than row 2: 'EPSG:4548', not 'EPSG:4549'",
        ),
        (
            f'crs,wkt\n4549,"SRID=4548;{SQUARE.wkt}"\n',
            "SHEET-CRS-DIFFERS",
            2,
            "1 row(s), from here on, name another reference system than row 2: 'EPSG:4549', not 'EPSG:4548'",
        ),
        (
            f"crs,wkt\n西安80{ROW}EPSG:4549{ROW}",
            "SHEET-CRS-DIFFERS",
            3,
            "1 row(s), from here on, name another reference system than row 2: 'EPSG:4549', not '西安80'",
        ),
        (
            f"crs,wkt\n{ROW}EPSG:99999{ROW}",
            "SHEET-CRS-UNKNOWN",
            3,
            "'EPSG:99999', which 1 row(s) from here on name, is not a coordinate reference system",
        ),
        (
            f'wkt\n"SRID=999999;{SQUARE.wkt}"\n',
            "SHEET-CRS-UNKNOWN",
            2,
            "'EPSG:999999', which 1 row(s) from here on name, is not a coordinate reference system",
        ),
        (
            f'wkt\n"SRID=4548;{SQUARE.wkt}"\n"{SQUARE.wkt}"\n',
            "SHEET-CRS-ABSENT",
            3,
            "1 row(s), from here on, name no reference system, where row 2 names 'EPSG:4548'",
        ),
    ],
)
def test_rows_that_disagree_on_the_system_are_named(
    tmp_path: Path, content: str, code: str, row: int, message: str
) -> None:
    found = refused(csv(tmp_path, content))
    assert (found.code, found.place.row, found.message("en")) == (code, row, message)


def test_a_merged_cell_names_the_system_of_all_vertices(tmp_path: Path) -> None:
    rows = [f"A,{'4549' if number == 0 else ''},{x},{y}" for number, (x, y) in enumerate([*SURVEY, SURVEY[0]])]
    table, _ = good(csv(tmp_path, "\n".join(["地块编号,EPSG,北,东", *rows])))
    assert table.frame.crs == 4549
    rows[2] = rows[2].replace("A,,", "A,4548,")
    refusal, findings = sheets.read(csv(tmp_path, "\n".join(["地块编号,EPSG,北,东", *rows])))
    assert refusal is None
    assert ("SHEET-CRS-DIFFERS", 4) in [(found.code, found.place.row) for found in findings]


@pytest.mark.parametrize("said", ["西安80", "80", "1980西安坐标系", "宁波2000坐标系", "2000城市独立坐标系"])
def test_words_that_name_no_complete_system_are_said_to_have_no_effect(tmp_path: Path, said: str) -> None:
    for content in (f"坐标系,wkt\n{said}{ROW}", f"坐标系：{said}\nid,wkt\n1{ROW}"):
        table, findings = sheets.read(csv(tmp_path, content))
        assert table is not None
        assert table.frame.crs is None
        assert [(finding.code, finding.message("en")) for finding in findings] == [
            ("SHEET-CRS-WORDS", f"'{said}' names no complete reference system, so nothing was taken from it")
        ]


@pytest.mark.parametrize("said", ["2000", "2000国家大地坐标系", "国家2000"])
def test_the_datum_that_is_taken_anyway_needs_no_word(tmp_path: Path, said: str) -> None:
    for content in (f"坐标系,wkt\n{said}{ROW}", f"坐标系：{said}\nid,wkt\n1{ROW}"):
        table, codes = good(csv(tmp_path, content))
        assert (codes, table.frame.crs) == ([], None)


def test_no_system_is_none(tmp_path: Path) -> None:
    table, codes = good(csv(tmp_path, f'wkt\n"SRID=0;{SQUARE.wkt}"\n"{SQUARE.wkt}"\n'))
    assert (codes, table.frame.crs) == ([], None)


@pytest.mark.parametrize(
    ("wkt", "message"),
    [
        ("POLYGON ((0 0, 1 0", "Expected word but encountered end of stream ('POLYGON ((0 0, 1 0')"),
        ("TIN (((0 0 0, 0 0 1, 0 1 0, 0 0 0)))", "Unknown type: 'TIN' ('TIN (((0 0 0, 0 0 1, 0 1 0, 0 0 0)))')"),
        (
            "CURVEPOLYGON ((0 0, 1 1, 1 0, 0 0))",
            "Nonlinear geometry types are not currently supported ('CURVEPOLYGON ((0 0, 1 1, 1 0, 0 0))')",
        ),
        (
            "POLYGON ((0 0, 1 0, 1 1))",
            "Points of LinearRing do not form a closed linestring ('POLYGON ((0 0, 1 0, 1 1))')",
        ),
        ("GEOMETRYCOLLECTION (" * 100_000, f"GEOMETRYCOLLECTION ('{('GEOMETRYCOLLECTION (' * 3)[:40]}')"),
    ],
)
def test_an_outline_that_cannot_be_read_is_named(tmp_path: Path, wkt: str, message: str) -> None:
    found = refused(csv(tmp_path, f'wkt\n"{wkt}"\n'))
    assert (found.code, found.place) == ("SHEET-WKT", Place(file="地块.csv", row=2, column="wkt"))
    assert found.message("en") == f"The cell is no outline that can be read: {message}"


def test_an_outline_that_excel_cut_off_is_said_to_be(tmp_path: Path) -> None:
    cut = shapely.Point(EAST, NORTH).buffer(100, quad_segs=2000).wkt[:32767]
    found = refused(xlsx(tmp_path, ("红线", [["wkt"], [cut]])))
    assert found.code == "SHEET-WKT-CUT"
    assert found.message("en") == (
        "The cell has 32767 characters, where Excel cuts a cell off: the end of the outline is lost"
    )


def test_several_columns_of_outlines_are_said(tmp_path: Path) -> None:
    other = box(0, 0, 1, 1)
    table, findings = sheets.read(csv(tmp_path, f'红线,geom\n"{other.wkt}","{SQUARE.wkt}"\n'))
    assert table is not None
    assert table.frame.geometry.to_list() == [SQUARE]
    assert [(f.code, f.message("en")) for f in findings] == [
        ("SHEET-OUTLINES", "Several columns hold outlines; 'geom' was read, and not 红线")
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "SHEET-NO-GEOMETRY"),
        ("zone,quota\n观海卫,3\n", "SHEET-NO-GEOMETRY"),
        (f'"{SQUARE.wkt}",1\n', "SHEET-NO-GEOMETRY"),
        ("wkt,id\n", "FILE-EMPTY-LAYER"),
        ("wkt,id,id\nPOLYGON EMPTY,1,2\n", "TABLE-COLUMN-TWICE"),
        ("wkt\nPOLYGON ((0 0, 1 0, 1 1, 0 0))\n", "TABLE-ROW-LENGTH"),
        ("wkt\nPOLYGON EMPTY\0\n", "TABLE-NUL"),
        ('wkt\n"POLYGON EMPTY\n', "TABLE-QUOTE"),
        ("地块编号,北,东\n", "SHEET-NO-GEOMETRY"),
        ("地块编号,北,东\n甲,,\n乙,,\n", "SHEET-ROWS-SKIPPED"),
    ],
)
def test_a_table_without_features_says_why(tmp_path: Path, content: str, code: str) -> None:
    table, findings = sheets.read(csv(tmp_path, content))
    assert table is None
    assert findings[0].code == code


def test_what_a_sheet_without_coordinates_lacks(tmp_path: Path) -> None:
    found = refused(csv(tmp_path, "zone,quota\n观海卫,3\n"))
    assert found.message("en") == (
        "Nothing in 地块 names outlines or coordinates: no heading with WKT below it, none with X and Y"
    )


def test_encodings_are_as_told(tmp_path: Path) -> None:
    path = csv(tmp_path, f'wkt,名\n"{SQUARE.wkt}",觀海衛\n', encoding="big5")
    table, _ = good(path, encoding="big5")
    assert (table.frame["名"].to_list(), table.encoding) == (["觀海衛"], "cp950")
    assert refused(path, encoding="klingon").code == "FILE-ENCODING-NAME"
    assert refused(path, encoding="utf-8").code == "TABLE-ENCODING"


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("big5", ["慈溪市周巷鎮農地重劃區", "臺灣土地銀行", "國有土地", "觀海衛鎮"]),
        ("shift_jis", ["東京都千代田区", "土地区画整理", "ナガサキ市", "さくら公園"]),
        ("euc_kr", ["서울특별시 강남구", "토지 이용 계획", "부산광역시", "대한민국"]),
    ],
)
def test_other_encodings_are_not_taken_for_chinese(tmp_path: Path, encoding: str, names: list[str]) -> None:
    path = csv(tmp_path, "id,wkt\n" + "".join(name + ROW for name in names), encoding=encoding)
    found = refused(path)
    assert (found.code, found.place.row) == ("TABLE-ENCODING-UNKNOWN", 2)
    read = names[0].encode(encoding).decode("gb18030")
    assert found.message("en") == f"The texts are not UTF-8, and as GB18030 (GBK) they are no Chinese: '{read}'"
    table, codes = good(path, encoding=encoding)
    assert (codes, table.frame["id"].to_list()) == ([], names)


@pytest.mark.parametrize("name", ["慈溪市", "面积（㎡）", "㎡", "1号"])
def test_chinese_of_any_length_is_read(tmp_path: Path, name: str) -> None:
    table, codes = good(csv(tmp_path, f"id,wkt\n{name}{ROW}", encoding="gb18030"))
    assert (codes, table.frame["id"].to_list(), table.encoding) == ([], [name], "gb18030")


# --- vertices -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "swapped"),
    [
        ("地块编号,点号,北,东", False),
        ("地块编号,点号,东,北", True),
        ("宗地号,界址点号,北坐标(m),东坐标(m)", False),
        ("DKBH,点号,X坐标（北）,Y坐标（东）", False),
        ("parcel,point,Easting,Northing", True),
        ("parcel,point,纵坐标,横坐标", False),
        ("编号,序号,X(north),Y(east)", False),
        ("parcel,point,E,N", True),
    ],
)
def test_headings_tell_north(tmp_path: Path, heading: str, swapped: bool) -> None:  # noqa: FBT001 - pytest's own
    points = [(y, x) for x, y in SURVEY] if swapped else SURVEY
    table, codes = good(csv(tmp_path, vertices([*points, points[0]], heading)))
    assert set(codes) <= {"SHEET-COLUMN-VARIES"}  # what numbers the points, where it does not say that it does
    assert table.frame.geometry[0].equals(SQUARE)
    assert table.frame[heading.split(",", maxsplit=1)[0]].to_list() == ["D-1"]
    assert table.places == (Place(file="地块.csv", row=2, feature="D-1"),)


@pytest.mark.parametrize(
    ("points", "north", "east"),
    [
        (SURVEY, "X", "Y"),
        ([(east, north) for north, east in SURVEY], "Y", "X"),
        ([(north, east + 40_000_000) for north, east in SURVEY], "X", "Y"),
        ([(30.17, 121.25), (30.17, 121.26), (30.18, 121.26)], "X", "Y"),
        ([(121.25, 30.17), (121.26, 30.17), (121.26, 30.18)], "Y", "X"),
    ],
)
def test_the_size_of_the_numbers_tells_north_where_headings_do_not(
    tmp_path: Path, points: list[tuple[float, float]], north: str, east: str
) -> None:
    table, findings = sheets.read(csv(tmp_path, vertices([*points, points[0]], "地块编号,点号,X,Y")))
    assert table is not None
    x, y = (f"{value:.12g}" for value in points[0])
    assert [(f.code, f.message("en")) for f in findings] == [
        (
            "SHEET-AXES-ASSUMED",
            f"The headings X and Y do not say which is north; by the size of the numbers ({x}, {y}) "
            f"{north} was taken as north and {east} as east",
        )
    ]
    expected = Polygon([(b, a) if north == "X" else (a, b) for a, b in points])
    assert table.frame.geometry[0].equals(expected)


def test_numbers_that_could_be_either_are_refused(tmp_path: Path) -> None:
    found = refused(csv(tmp_path, vertices([(0, 0), (0, 50), (50, 50), (0, 0)], "地块编号,点号,X,Y")))
    assert (found.code, found.message("en")) == (
        "SHEET-AXES-UNKNOWN",
        "Neither the headings X and Y nor the size of the numbers (0, 0) say which is north: "
        "X is north in survey tables and east in CAD",
    )


def test_headings_that_the_numbers_deny_are_refused(tmp_path: Path) -> None:
    found = refused(csv(tmp_path, vertices(SURVEY, "地块编号,点号,东,北")))
    assert (found.code, found.message("en")) == (
        "SHEET-AXES-CONTRADICTED",
        "The headings say that 北 is north and 东 is east, the numbers (621000, 3341000) say the opposite",
    )


def test_an_open_ring_is_closed_and_that_is_said(tmp_path: Path) -> None:
    table, findings = sheets.read(csv(tmp_path, vertices(SURVEY)))
    assert table is not None
    assert table.frame.geometry[0].equals(SQUARE)
    assert [(f.code, f.message("en"), f.place.row) for f in findings] == [
        (
            "SHEET-RING-CLOSED",
            "Ring of parcel D-1 does not come back to its first point; it was closed from its last point, in row 5",
            2,
        )
    ]


def test_nesting_makes_holes_and_parts_never_the_ring_number(tmp_path: Path) -> None:
    rings = {
        1: box(EAST, NORTH, EAST + 100, NORTH + 100),
        2: box(EAST + 200, NORTH, EAST + 250, NORTH + 50),
        3: box(EAST + 10, NORTH + 10, EAST + 20, NORTH + 20),
    }
    rows = [f"D-1,{n},{y},{x}" for n, ring in rings.items() for x, y in ring.exterior.coords]
    expected = MultiPolygon([Polygon(rings[1].exterior, [rings[3].exterior]), rings[2]])
    for heading, body in (
        ("地块编号,圈号,北,东", rows),
        ("地块编号,备注,北,东", rows),  # closing rows alone tell the rings apart
    ):
        table, _ = good(csv(tmp_path, "\n".join([heading, *body])))
        assert table.frame.geometry[0].equals(expected)


@given(
    offset=st.tuples(st.floats(100.0, 130.0), st.floats(20.0, 50.0)),
    size=st.floats(0.0001, 0.5),
)
@settings(deadline=None, max_examples=30)
def test_degrees_come_out_bit_for_bit(
    tmp_path_factory: pytest.TempPathFactory, offset: tuple[float, float], size: float
) -> None:
    lon, lat = offset
    outer, inner = (
        box(lon, lat, lon + 2 * size, lat + 2 * size),
        box(lon + size / 2, lat + size / 2, lon + size, lat + size),
    )
    rows = [f"A,{x!r},{y!r}" for ring in (outer, inner) for x, y in ring.exterior.coords]
    path = csv(tmp_path_factory.mktemp("degrees"), "\n".join(["parcel,经度,纬度", *rows]))
    table, codes = good(path)
    assert codes == []
    (shape,) = table.frame.geometry
    assert set(map(tuple, shapely.get_coordinates(shape))) == {*outer.exterior.coords, *inner.exterior.coords}
    assert len(shape.interiors) == 1


def test_rings_that_cross_are_refused(tmp_path: Path) -> None:
    rings = [box(EAST, NORTH, EAST + 100, NORTH + 100), box(EAST + 50, NORTH + 50, EAST + 150, NORTH + 150)]
    rows = [f"D-1,{n},{y},{x}" for n, ring in enumerate(rings) for x, y in ring.exterior.coords]
    found = refused(csv(tmp_path, "\n".join(["地块编号,圈号,北,东", *rows])))
    assert (found.code, found.place.row) == ("SHEET-RINGS-CROSS", 7)
    assert found.message("en") == "The rings of parcel D-1 that begin in rows 2 and 7 cross"


def test_a_ring_of_two_points_is_refused(tmp_path: Path) -> None:
    found = refused(
        csv(tmp_path, "地块编号,圈号,北,东\n甲,1,3341000,621000\n甲,1,3341000,621100\n甲,1,3341000,621000\n")
    )
    assert (found.code, found.message("en")) == (
        "SHEET-RING-SHORT",
        "Ring 1 of parcel 甲 has 2 different point(s); an outline needs three",
    )


def test_scattered_rows_of_an_open_ring_are_refused(tmp_path: Path) -> None:
    a, b = vertices(SURVEY[:3], parcel="甲"), vertices(SURVEY, parcel="乙").partition("\n")[2]
    found = refused(csv(tmp_path, a + b + f"甲,J4,{NORTH + 100},{EAST}\n"))
    assert (found.code, found.place) == ("SHEET-PARCEL-SCATTERED", Place(file="地块.csv", row=9, feature="甲"))
    assert found.message("en") == "Rows of parcel 甲 stand here again, and its rows up to row 4 do not close a ring"


@pytest.mark.parametrize("cell", ["3341000m", "30°10′", "N/A", "nan", "inf", "1_000", "３３４１０００", ""])
def test_a_cell_that_is_no_number_is_named(tmp_path: Path, cell: str) -> None:
    found = refused(csv(tmp_path, vertices(SURVEY).replace("3341000.0", cell, 1)))
    assert (found.code, found.place) == ("SHEET-COORDINATE", Place(file="地块.csv", row=2, column="北"))
    assert found.message("en") == f"'{cell}' is not a plain number"


def test_points_that_nothing_groups_are_no_parcel(tmp_path: Path) -> None:
    rows = "\n".join(f"{x},{y}" for x, y in SURVEY)
    found = refused(csv(tmp_path, f"北,东\n{rows}\n"))
    assert (found.code, found.message("en")) == (
        "SHEET-POINTS",
        "Nothing says which rows belong to one parcel: there is no column of parcels, rings or point numbers, "
        "and the 4 rows do not come back to the first",
    )
    table, codes = good(csv(tmp_path, f"北,东\n{rows}\n{NORTH},{EAST}\n"))
    assert (codes, [place.feature for place in table.places]) == ([], ["地块"])


def test_a_list_of_sites_is_no_parcel(tmp_path: Path) -> None:
    rows = "\n".join(f"{n},站{n},{120 + n / 7},{30 + n % 3}" for n in range(9))
    assert refused(csv(tmp_path, f"序号,名称,经度,纬度\n{rows}\n")).code == "SHEET-POINTS"


def test_an_id_that_numbers_the_points_is_no_parcel(tmp_path: Path) -> None:
    rows = "\n".join(f"{n},{x},{y}" for n, (x, y) in enumerate([*SURVEY, SURVEY[0]]))
    for remark in ("", ",,,备注：无\n"):
        table, _ = good(csv(tmp_path, f"id,北,东,界标\n{rows}\n".replace("\n0,", f"\n{remark}0,")))
        assert len(table.frame) == 1


# --- workbooks ------------------------------------------------------------------------------


def test_a_bureau_table_with_titles_two_headings_and_merged_cells(tmp_path: Path) -> None:
    closed = [*SURVEY, SURVEY[0]]
    rows: list[list[Any]] = [
        ["观海卫镇红线界址点成果表"],
        [None, None, None, "单位：米"],
        ["地块编号", "点号", "坐标", None, "批准日期", "边长"],
        [None, None, "X（北）", "Y（东）", None, None],
    ]
    for n, (x, y) in enumerate(closed):
        first = n == 0
        rows.append(["D-1" if first else None, f"J{n % 4 + 1}", x, y, dt.datetime(2024, 5, 6) if first else None, None])  # noqa: DTZ001 - spreadsheets know no zones
        rows.append([None, None, None, None, None, 100.0 + n])
    table, findings = sheets.read(xlsx(tmp_path, ("成果", rows)))
    assert table is not None
    assert table.frame.geometry[0].equals(SQUARE)
    assert table.frame["地块编号"].to_list() == ["D-1"]
    assert table.frame["批准日期"].to_list() == [dt.datetime(2024, 5, 6)]  # noqa: DTZ001
    assert table.places == (Place(file="地块.xlsx", row=5, feature="D-1"),)
    assert [(f.code, f.message("en"), f.place.row) for f in findings] == [
        ("SHEET-ROWS-SKIPPED", "5 row(s), from here on, hold no coordinates and were passed over", 6),
        ("SHEET-PARCEL-FILLED", "4 row(s), from here on, name no parcel and were counted to the parcel above", 7),
    ]


def test_a_row_of_totals_is_no_parcel(tmp_path: Path) -> None:
    points = ["A,1,3340000,622000", "A,2,3340000,622100", "A,3,3340100,622100", "A,1,3340000,622000"]
    other = ["B,1,3340000,622300", "B,2,3340000,622400", "B,3,3340100,622400"]
    rows = ["地块,点号,X,Y", *points, *other, "合计,,,"]
    table, codes = good(csv(tmp_path, "\n".join(rows)))
    assert table.frame["地块"].to_list() == ["A", "B"]
    assert [shape.geom_type for shape in table.frame.geometry] == ["Polygon", "Polygon"]
    assert sorted(codes) == ["SHEET-AXES-ASSUMED", "SHEET-RING-CLOSED", "SHEET-ROWS-SKIPPED"]


def test_a_name_that_begins_like_a_comment_is_a_name(tmp_path: Path) -> None:
    table, codes = good(csv(tmp_path, f"id,wkt\n#1{ROW}#2{ROW}3{ROW}"))
    assert (codes, table.frame["id"].to_list()) == ([], ["#1", "#2", "3"])


def test_a_row_that_only_names_a_parcel_heads_the_rows_below(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["地块编号", "点号", "北", "东"]]
    for number, shift in (("D-1", 0), ("D-2", 500)):
        rows.append([number])
        rows += [[None, f"J{n}", x + shift, y] for n, (x, y) in enumerate([*SURVEY, SURVEY[0]])]
    table, codes = good(xlsx(tmp_path, ("红线", rows)))
    assert codes == ["SHEET-ROWS-SKIPPED", "SHEET-PARCEL-FILLED"]
    assert table.frame["地块编号"].to_list() == ["D-1", "D-2"]
    assert [shape.bounds[1] for shape in table.frame.geometry] == [NORTH, NORTH + 500]


def test_columns_that_vary_within_a_parcel_are_left_out_and_said(tmp_path: Path) -> None:
    rows = [["地块编号", "北", "东", "用途", "界标"]]
    rows += [["甲", x, y, "工业", f"钢钉{n}"] for n, (x, y) in enumerate([*SURVEY, SURVEY[0]])]  # type: ignore[list-item]
    table, findings = sheets.read(xlsx(tmp_path, ("红线", rows)))
    assert table is not None
    assert list(table.frame.columns) == ["地块编号", "用途", "geometry"]
    assert [(f.code, f.message("en")) for f in findings] == [
        (
            "SHEET-COLUMN-VARIES",
            "The column '界标' says different things in the rows of one parcel and is not an attribute of parcels, "
            "so it was left out",
        )
    ]


def test_the_sheet_with_outlines_is_found_or_has_to_be_named(tmp_path: Path) -> None:
    outlines = [["wkt", "n"], [SQUARE.wkt, 3]]
    path = xlsx(tmp_path, ("说明", [["读我"]]), ("红线", outlines))
    table, codes = good(path)
    assert (codes, table.layer, table.frame["n"].to_list()) == ([], "红线", [3])
    path = xlsx(tmp_path, ("红线", outlines), ("旧红线", outlines), hidden=["旧红线"])
    found = refused(path)
    assert (found.code, found.remedy("en")) == ("FILE-LAYER-CHOICE", "Name one of them with --layer: 红线, 旧红线.")
    assert good(path, layer="红线")[1] == []
    _, findings = sheets.read(path, layer="旧红线")
    assert [(f.code, f.message("en")) for f in findings] == [
        ("SHEET-HIDDEN", "The sheet '旧红线', which was read, is hidden in the workbook")
    ]
    assert refused(path, layer="蓝线").code == "FILE-LAYER-UNKNOWN"


def test_formulas_without_a_value_and_errors_are_named_by_cell(tmp_path: Path) -> None:
    found = refused(xlsx(tmp_path, ("红线", [["wkt", "面积"], [SQUARE.wkt, "=1+2"]])))
    assert (found.code, found.message("en")) == ("SHEET-FORMULA", "The formula in 红线!B2 has no stored value")
    found = refused(xlsx(tmp_path, ("红线", [["wkt", "面积"], [SQUARE.wkt, "#REF!"]])))
    assert (found.code, found.message("en")) == ("SHEET-CELL-ERROR", "The cell 红线!B2 holds the error #REF!")
    assert found.place == Place(file="地块.xlsx", row=2, column="B")


def rezipped(path: Path, change: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()} | change
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def test_a_workbook_that_unpacks_without_end_is_not_unpacked(tmp_path: Path) -> None:
    path = rezipped(xlsx(tmp_path, ("红线", [["wkt"], [SQUARE.wkt]])), {"xl/media/a.bin": bytes(80 << 20)})
    found = refused(path, limits=Limits(ratio=20))
    assert found.code == "SHEET-UNPACKED"
    assert found.message("en") == (
        "The workbook unpacks to 80.0 MiB in 10 entries, more than the 64.0 MiB that are allowed for its size"
    )


def test_a_workbook_that_declares_entities_is_not_parsed(tmp_path: Path) -> None:
    path = xlsx(tmp_path, ("红线", [["wkt"], [SQUARE.wkt]]))
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaa">]>' + sheet
    found = refused(rezipped(path, {"xl/worksheets/sheet1.xml": bomb}))
    assert (found.code, found.message("en")) == (
        "SHEET-DOCTYPE",
        "xl/worksheets/sheet1.xml in the workbook declares a document type, which no spreadsheet writes",
    )


def test_old_and_protected_workbooks_are_told_apart_from_damaged_ones(tmp_path: Path) -> None:
    old = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(512)
    (tmp_path / "a.xls").write_bytes(old)
    (tmp_path / "b.xlsx").write_bytes(old)
    (tmp_path / "c.xlsx").write_bytes(b"hello")
    found = refused(tmp_path / "a.xls")
    assert (found.code, found.message("en")) == (
        "SHEET-OLD",
        "The workbook is in the format of Excel 97 to 2003 (.xls)",
    )
    found = refused(tmp_path / "b.xlsx")
    assert (found.code, found.message("en")) == (
        "SHEET-PROTECTED",
        "The workbook is protected by a password, or is an old .xls under the name .xlsx",
    )
    assert refused(tmp_path / "c.xlsx").code == "FILE-SIGNATURE"


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_a_file_larger_than_allowed_is_not_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"PK" * 600)
    assert refused(path, limits=Limits(file_bytes=1000)).code == "LIMIT-FILE-SIZE"


def test_a_layer_larger_than_allowed_is_not_read(tmp_path: Path) -> None:
    path = csv(tmp_path, vertices([*SURVEY, SURVEY[0]]))
    assert refused(path, limits=Limits(vertices=4)).code == "LIMIT-VERTICES"
    assert refused(path, limits=Limits(features=0)).code == "LIMIT-FEATURES"
    book = xlsx(tmp_path, ("红线", [["wkt", *range(100)], [SQUARE.wkt]]))
    assert refused(book, limits=Limits(vertices=50)).code == "LIMIT-VERTICES"


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    for name in ("a.csv", "a.xlsx"):
        table, findings = sheets.read(tmp_path / name)
        assert table is None
        assert findings[0].code in {"FILE-UNREADABLE", "FILE-MISSING"}


@given(seed=st.integers(0, 10**6))
@settings(deadline=None, max_examples=60)
def test_no_bytes_end_in_a_traceback(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - reproducible damage, no secret
    folder = tmp_path_factory.mktemp("damaged")
    rows = [["地块编号", "点号", "X", "Y"], *[["甲", f"J{n}", x, y] for n, (x, y) in enumerate([*SURVEY, SURVEY[0]])]]
    path = xlsx(folder, ("红线", rows)) if seed % 2 else csv(folder, vertices(SURVEY, "地块编号,点号,X,Y"))
    data = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 20)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    del data[chance.randint(1, len(data)) :]
    path.write_bytes(data)
    table, findings = sheets.read(path)
    assert table is not None or findings
    for finding in findings:
        assert finding.message("en")


# --- real files -----------------------------------------------------------------------------


@pytest.mark.fixtures
def test_real_files_say_what_they_lack(fixtures_dir: Path, tmp_path: Path) -> None:
    path = tmp_path / "brownfield.xlsx"
    path.write_bytes((fixtures_dir / "uk_digital_land" / "xlsx.resource").read_bytes())
    assert refused(path).code == "SHEET-POINTS"
    for name, rows in (("test_tin.csv", [2, 3, 4]), ("curves_line.csv", None)):
        table, findings = sheets.read(fixtures_dir / "fiona" / name)
        assert table is None
        assert {finding.code for finding in findings} == {"SHEET-WKT"}
        assert rows is None or [finding.place.row for finding in findings] == rows
