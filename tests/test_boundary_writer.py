"""The national form as it is written: byte for byte, readable again, or not written at all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon

from landquota.area import Area, Unit
from landquota.errors import InputError, UsageError
from landquota.findings import Place, Severity
from landquota.formats.boundary.reader import read
from landquota.formats.boundary.writer import write

if TYPE_CHECKING:
    from landquota.findings import Finding

NORTH, EAST = 3_340_000, 40_622_000
HOLED = Polygon(
    [(EAST, NORTH), (EAST, NORTH + 200), (EAST + 300, NORTH + 200), (EAST + 300, NORTH)],
    [[(EAST + 50, NORTH + 50), (EAST + 150, NORTH + 50), (EAST + 150, NORTH + 100), (EAST + 50, NORTH + 100)]],
)
BESIDE = shapely.box(EAST + 400, NORTH, EAST + 500, NORTH + 100)

CANONICAL = """[属性描述]
格式版本号=1.01版本
数据产生单位=示例测绘
数据产生日期=2024-6-3
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=40
精度=0.0001
转换参数=,,,,,,
[地块坐标]
15,6.4976,D-1,示例，地块,面,F1,工业用地,0601,@
J1,1,3340000.0000,40622000.0000
J2,1,3340200.0000,40622000.0000
J3,1,3340200.0000,40622300.0000
J4,1,3340000.0000,40622300.0000
J1,1,3340000.0000,40622000.0000
J5,2,3340050.0000,40622050.0000
J6,2,3340050.0000,40622150.0000
J7,2,3340100.0000,40622150.1234
J8,2,3340100.0000,40622050.0000
J5,2,3340050.0000,40622050.0000
J9,3,3340000.0000,40622400.0000
J10,3,3340100.0000,40622400.0000
J11,3,3340100.0000,40622500.0000
J12,3,3340000.0000,40622500.0000
J9,3,3340000.0000,40622400.0000
5,,,,面,,,,@
J1,1,3341000.0000,40622000.0000
J2,1,3341200.0000,40622000.0000
J3,1,3341200.0000,40622300.0000
J4,1,3341000.0000,40622300.0000
J1,1,3341000.0000,40622000.0000
""".replace("5,,,,", "5,5.9978,,,")


def frame(*shapes: object, crs: int = 4528, **columns: Any) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(columns, geometry=list(shapes), crs=crs)


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, [finding.message("en") for finding in findings]
    return findings[0]


# Round trips


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
def test_what_was_read_is_written_byte_for_byte(tmp_path: Path, encoding: str, newline: str) -> None:
    file, again = tmp_path / "a.txt", tmp_path / "b.txt"
    file.write_bytes(CANONICAL.replace("\n", newline).encode(encoding))
    table, findings = read(file)
    assert table is not None
    assert findings == []
    assert write(table, again, encoding=encoding, newline=newline, producer="示例测绘", produced_on="2024-6-3") == []
    assert again.read_bytes() == file.read_bytes()


def test_gbk_and_crlf_are_the_default(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    assert write(frame(HOLED, name=["甲"]), file) == []
    lines = file.read_bytes().decode("gbk").split("\r\n")
    assert lines[:3] == ["[属性描述]", "格式版本号=1.01版本", "数据产生单位="]
    assert lines[12] == "10,5.4980,,甲,面,,,,@"
    assert lines[-1] == ""
    assert list(tmp_path.iterdir()) == [file]


@st.composite
def rings(draw: st.DrawFn, west: int, south: int, size: int) -> list[tuple[float, float]]:
    """Draw a quadrangle on the 0.1 mm grid, inside a square and around its inner half; any start, either way round."""
    third = size * 10_000 // 5
    low, high = st.integers(0, third), st.integers(4 * third, 5 * third)
    corners = [(draw(x), draw(y)) for x, y in ((low, low), (high, low), (high, high), (low, high))]
    turn = draw(st.integers(0, 3))
    points = [((EAST + west) * 10_000 + x, (NORTH + south) * 10_000 + y) for x, y in corners[turn:] + corners[:turn]]
    return [(x / 10_000, y / 10_000) for x, y in (points if draw(st.booleans()) else points[::-1])]


@st.composite
def polygons(draw: st.DrawFn) -> Polygon | MultiPolygon:
    """Draw parts side by side, each with up to two holes, one of them perhaps with an island in it."""
    parts = []
    for column in range(draw(st.integers(1, 3))):
        west = 200 * column
        holes = [draw(rings(west + 40 + 35 * i, 40, 25)) for i in range(draw(st.integers(0, 2)))]
        parts.append(Polygon(draw(rings(west, 0, 150)), holes))
        island: bool = draw(st.booleans())
        if holes and island:
            parts.append(Polygon(draw(rings(west + 49, 49, 7))))
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


NAMES = st.text(st.characters(codec="gbk", exclude_categories=["C", "Z"], exclude_characters=",@"), max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(polygons(), NAMES, NAMES, NAMES), min_size=1, max_size=3), st.sampled_from(["gbk", "utf-8"]))
def test_what_is_written_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    features: list[tuple[Polygon | MultiPolygon, str, str, str]],
    encoding: str,
) -> None:
    file = tmp_path_factory.getbasetemp() / "round-trip.txt"
    shapes, numbers, names, uses = zip(*features, strict=True)
    source = frame(*shapes, parcel=list(numbers), name=list(names), use=list(uses))
    assert write(source, file, encoding=encoding) == []
    table, findings = read(file, encoding=encoding)
    assert findings == []
    assert table is not None
    assert table.frame.geometry.to_wkb().tolist() == source.geometry.to_wkb().tolist()
    assert table.frame[["parcel", "name", "use"]].equals(source[["parcel", "name", "use"]])
    first = file.read_bytes()
    assert write(table, file, encoding=encoding) == []
    assert file.read_bytes() == first


# Zones, areas, options


@pytest.mark.parametrize(
    ("crs", "datum", "width", "zone", "prefixed"),
    [
        (4528, "2000国家大地坐标系", 3, 40, 4528),
        (4549, "2000国家大地坐标系", 3, 40, 4528),
        (4499, "2000国家大地坐标系", 6, 21, 4499),
        (4510, "2000国家大地坐标系", 6, 21, 4499),
        (2364, "80国家大地坐标系", 3, 40, 2364),
        (2385, "80国家大地坐标系", 3, 40, 2364),
        (2347, "80国家大地坐标系", 6, 22, 2336),
        (21420, "54北京坐标系", 6, 20, 21420),
        (2437, "54北京坐标系", 3, 40, 2416),
    ],
)
def test_eastings_get_the_prefix_of_their_zone(  # noqa: PLR0917 - one row of expectations
    tmp_path: Path, crs: int, datum: str, width: int, zone: int, prefixed: int
) -> None:
    number = zone if prefixed == crs else 0
    shape = shapely.transform(HOLED, lambda xy: xy - [EAST - 622_000 - number * 1_000_000, 0])
    file = tmp_path / "a.txt"
    assert write(frame(shape, crs=crs), file, encoding="utf-8") == []
    lines = file.read_text("utf-8").splitlines()
    assert lines[4] == f"坐标系={datum}"
    assert (lines[5], lines[8]) == (f"几度分带={width}", f"带号={zone}")
    table, _ = read(file)
    assert table is not None
    assert table.frame.crs.to_epsg() == prefixed
    assert table.frame.total_bounds[0] == zone * 1_000_000 + 622_000


def test_wgs84_zones_are_written_as_such(tmp_path: Path) -> None:
    file, again = tmp_path / "a.txt", tmp_path / "b.txt"
    file.write_text(CANONICAL.replace("2000国家大地坐标系", "WGS84坐标系"), "utf-8")
    table, findings = read(file)
    assert table is not None
    assert write(table, again, encoding="utf-8") == findings == []
    assert "坐标系=WGS84坐标系\n" in again.read_text("utf-8")


@pytest.mark.parametrize("crs", [4490, 3857, 32651, 4326])
def test_other_systems_are_a_wrong_call(tmp_path: Path, crs: int) -> None:
    with pytest.raises(UsageError, match="is no zone that a boundary TXT can say"):
        write(frame(HOLED, crs=crs), tmp_path / "a.txt")
    local = pyproj.CRS.from_proj4("+proj=tmerc +lon_0=121 +x_0=500000 +ellps=GRS80 +units=m")
    with pytest.raises(UsageError, match="is no zone"):
        write(frame(HOLED).set_crs(local, allow_override=True), tmp_path / "a.txt")


def test_features_without_a_system_are_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="The features have no reference system"):
        write(geopandas.GeoDataFrame(geometry=[HOLED]), tmp_path / "a.txt")


def test_given_and_computed_areas(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    assert write(frame(HOLED, BESIDE), file, areas=[Area.of("82.5", Unit.MU), None], encoding="utf-8") == []
    headers = [line for line in file.read_text("utf-8").splitlines() if line.endswith("@")]
    assert headers == ["10,5.5000,,,面,,,,@", "5,0.9996,,,面,,,,@"]


def test_decimals_are_the_precision(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    assert write(frame(HOLED), file, decimals=3, encoding="utf-8", newline="\n") == []
    content = file.read_text("utf-8")
    assert "\n精度=0.001\n" in content
    assert "\nJ1,1,3340000.000,40622000.000\n" in content


def test_heights_are_left_out_and_a_single_part_is_a_polygon(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    assert write(frame(shapely.force_3d(MultiPolygon([HOLED]), 5)), file) == []
    table, _ = read(file)
    assert table is not None
    assert table.frame.geometry[0].equals(HOLED)


# What cannot be written


def test_characters_outside_the_encoding(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    finding = only(write(frame(HOLED, BESIDE, parcel=["1", "2"], name=["甲", "𠮷林"]), file))
    assert (finding.code, finding.severity) == ("TXT-WRITE-CHARACTER", Severity.ERROR)
    assert finding.place == Place("a.txt", column="name", feature="2")
    assert finding.message("en") == "'𠮷 U+20BB7' of name '𠮷林' does not exist in gbk; nothing was written"
    assert not file.exists()
    assert write(frame(HOLED, name=["𠮷林"]), file, encoding="gb18030") == []
    assert only(write(frame(HOLED), file, producer="𠮷")).place.column == "数据产生单位"
    assert only(write(frame(HOLED), file, producer="\ud800", encoding="utf-8")).code == "TXT-WRITE-CHARACTER"
    with pytest.raises(UsageError, match="There is no encoding 'gkb'"):
        write(frame(HOLED), file, encoding="gkb")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("甲,乙", "甲，乙"),
        ("甲\r\n乙", "甲  乙"),
        ("a@b", "a＠b"),
        (" 甲\t", "甲"),
        ("\x1a甲\x00", "甲"),
        ("@", "＠"),
        ("甲\u2028乙", "甲 乙"),
    ],
)
def test_hostile_texts_are_replaced_aloud(tmp_path: Path, value: str, written: str) -> None:
    file = tmp_path / "a.txt"
    finding = only(write(frame(HOLED, parcel=["1"], name=[value], land_class=["0601"]), file))
    assert (finding.code, finding.severity) == ("TXT-WRITE-REPLACED", Severity.WARNING)
    assert finding.place == Place("a.txt", column="name", feature="1")
    table, findings = read(file)
    assert findings == []
    assert table is not None
    assert table.frame.loc[0, ["parcel", "name", "land_class"]].tolist() == ["1", written, "0601"]


def test_what_a_replacement_says(tmp_path: Path) -> None:
    finding = only(write(frame(HOLED, name=["甲,乙"]), tmp_path / "a.txt"))
    assert finding.message("en") == (
        "name '甲,乙' was written as '甲，乙': commas, line ends, outer blanks and @ have a meaning in a boundary TXT"
    )


@pytest.mark.parametrize("value", ["面", "点", "线", "[地块坐标]", "=", "J1", "5", None, 7, float("nan"), [1]])
def test_values_that_look_like_grammar_are_kept(tmp_path: Path, value: object) -> None:
    file = tmp_path / "a.txt"
    columns: dict[str, Any] = {name: [value] for name in ("parcel", "name", "sheet", "use", "land_class")}
    assert write(frame(HOLED, **columns), file) == []
    table, findings = read(file)
    assert findings == []
    assert table is not None
    expected = "" if value is None or value != value else str(value)  # noqa: PLR0124 - not a number
    assert set(table.frame.loc[0, list(columns)]) == {expected}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=8), min_size=5, max_size=5))
def test_no_text_breaks_a_file(tmp_path_factory: pytest.TempPathFactory, values: list[str]) -> None:
    file = tmp_path_factory.getbasetemp() / "hostile.txt"
    file.unlink(missing_ok=True)
    columns: dict[str, Any] = dict(
        zip(("parcel", "name", "sheet", "use", "land_class"), ([value] for value in values), strict=True)
    )
    findings = write(frame(HOLED, **columns), file, encoding="utf-8")
    assert {finding.code for finding in findings} <= {"TXT-WRITE-CHARACTER", "TXT-WRITE-REPLACED"}
    refused = any(finding.severity is Severity.ERROR for finding in findings)
    assert file.exists() != refused
    if not refused:
        table, found = read(file)
        assert table is not None
        assert found == []
        assert findings or table.frame.loc[0, list(columns)].tolist() == values


@pytest.mark.parametrize(
    ("shape", "found"),
    [
        (None, "missing"),
        (Polygon(), "empty"),
        (shapely.LineString([(EAST, NORTH), (EAST + 1, NORTH)]), "LineString"),
        (shapely.transform(BESIDE, lambda xy: xy * float("inf")), "not finite"),
    ],
)
def test_geometries_that_are_no_polygons(tmp_path: Path, shape: Polygon | None, found: str) -> None:
    finding = only(write(frame(HOLED, shape), tmp_path / "a.txt"))
    assert (finding.code, finding.place) == ("TXT-WRITE-GEOMETRY", Place("a.txt", feature="2"))
    assert finding.message("en") == f"the geometry is {found}, not a polygon; nothing was written"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("shape", "problem"),
    [
        (shapely.box(EAST, NORTH, EAST + 0.00001, NORTH + 9), "encloses no area"),
        (MultiPolygon([BESIDE, shapely.transform(BESIDE, lambda xy: xy + 50)]), "cross or cover each other"),
        (shapely.transform(BESIDE, lambda xy: xy - [0, 3_340_000]), "is no northing and easting in China"),
    ],
)
def test_what_could_not_be_read_again_is_not_written(tmp_path: Path, shape: Polygon, problem: str) -> None:
    file = tmp_path / "a.txt"
    file.write_text("before", "utf-8")
    findings = write(frame(shape, parcel=["D-1"]), file)
    assert {finding.code for finding in findings} == {"TXT-WRITE-READBACK"}
    assert findings[0].place == Place("a.txt", feature="D-1")
    assert findings[0].message("en").startswith("written as boundary TXT it could not be read again: ")
    assert problem in findings[0].message("en")
    assert file.read_text("utf-8") == "before"


def test_a_hole_outside_its_shell_would_come_back_as_a_part(tmp_path: Path) -> None:
    odd = Polygon(shapely.box(EAST, NORTH, EAST + 100, NORTH + 100).exterior, [BESIDE.exterior])
    finding = only(write(frame(odd), tmp_path / "a.txt"))
    assert finding.message("en") == (
        "written as boundary TXT it could not be read again: its parts or holes came out different; nothing was written"
    )


def test_nothing_to_write(tmp_path: Path) -> None:
    finding = only(write(frame(), tmp_path / "a.txt"))
    assert "[地块坐标] holds no parcel" in finding.message("en")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        write(frame(HOLED), tmp_path / "missing" / "a.txt")


def test_a_failed_write_leaves_nothing_beside(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write(frame(HOLED), tmp_path / "a.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]


# Columns by the names that others give them


@pytest.mark.parametrize(
    "names",
    [
        ("parcel", "name", "sheet", "use", "land_class"),
        ("DKBH", "DKMC", "TFH", "DKYT", "DLBM"),
        ("地块编号", "地块名称", "图幅号", "用途", "地类编码"),
        ("宗地号", "项目名称", "Sheet", "土地用途", "dlbm"),
        ("ZDH", "XMMC", "tfh", "Use", "Land_Class"),
        ("宗地编号", "NAME", "TFH", "DKYT", "DLBM"),
    ],
)
def test_columns_are_known_by_their_usual_names(tmp_path: Path, names: tuple[str, ...]) -> None:
    file = tmp_path / "a.txt"
    columns: dict[str, Any] = dict(zip(names, (["D-1"], ["甲"], ["F1"], ["工业用地"], ["0601"]), strict=True))
    assert write(frame(BESIDE, **columns), file, encoding="utf-8") == []
    assert "5,0.9996,D-1,甲,面,F1,工业用地,0601,@" in file.read_text("utf-8").splitlines()


def test_a_blank_column_gives_way_to_a_filled_one(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    assert write(frame(BESIDE, name=[None], DKMC=["甲"], DKBH=[12.0]), file, encoding="utf-8") == []
    assert "5,0.9996,12,甲,面,,,,@" in file.read_text("utf-8").splitlines()


# Declared areas


@pytest.mark.parametrize("column", ["declared_area", "declared_a", "DECLARED_A"])
@pytest.mark.parametrize(
    ("written", "header"),
    [("1.0000", "1.0000"), ("10000.00", "1.0000"), ("15.00", "1.0000"), ("1公顷", "1.0000"), ("", "0.9996"),
     (1.0, "1.0000"), (None, "0.9996")],
)  # fmt: skip
def test_the_declared_area_of_a_column_is_kept(tmp_path: Path, column: str, written: object, header: str) -> None:
    file = tmp_path / "a.txt"
    columns: dict[str, Any] = {column: [written]}
    assert write(frame(BESIDE, **columns), file, encoding="utf-8") == []
    assert f"5,{header},,,面,,,,@" in file.read_text("utf-8").splitlines()


def test_a_given_area_goes_before_the_column(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    source = frame(BESIDE, shapely.transform(BESIDE, lambda xy: xy + 1000), declared_area=["1.0000", "1.0001"])
    assert write(source, file, areas=[Area.of("0.9999", Unit.HA), None], encoding="utf-8") == []
    headers = [line for line in file.read_text("utf-8").splitlines() if line.endswith("@")]
    assert headers == ["5,0.9999,,,面,,,,@", "5,1.0001,,,面,,,,@"]


def test_a_declared_area_that_is_far_off_or_of_no_unit_is_said(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    found = only(write(frame(BESIDE, DKBH=["D-1"], declared_area=["1.2000"]), file, encoding="utf-8"))
    assert (found.code, found.severity, found.place) == (
        "TXT-WRITE-AREA",
        Severity.WARNING,
        Place("a.txt", feature="D-1"),
    )
    assert found.message("en") == (
        "the declared area of 12000.00 m² was written, which is far from the computed 10000.00 m² (+20.0%): "
        "whoever reads the file may refuse it"
    )
    assert "5,1.2000,D-1,,面,,,,@" in file.read_text("utf-8").splitlines()
    found = only(write(frame(BESIDE, declared_area=["77"]), file, encoding="utf-8"))
    assert (found.code, found.place.feature) == ("TXT-WRITE-AREA-UNKNOWN", "1")
    assert found.message("en") == (
        "the declared area '77' fits the computed 10000.00 m² in no unit; the area on the ellipsoid was written"
    )
    assert "5,0.9996,,,面,,,,@" in file.read_text("utf-8").splitlines()


@pytest.mark.parametrize("written", ["9999.53", "9999.5312"])
def test_what_four_decimals_cannot_hold_is_said_once(tmp_path: Path, written: str) -> None:
    file = tmp_path / "a.txt"
    moved = shapely.transform(BESIDE, lambda xy: xy + 1000)
    found = only(write(frame(BESIDE, moved, declared_area=[written, "1.0000"]), file, encoding="utf-8"))
    assert (found.code, found.severity) == ("TXT-WRITE-AREA-ROUNDED", Severity.NOTE)
    assert found.message("en") == (
        "1 declared area(s) were rounded to 4 decimals of 公顷, as the form has them, "
        "the first from 9999.53 m² to 1.0000 公顷"
    )


# The description


def test_who_made_a_file_and_how_exactly_is_carried_over(tmp_path: Path) -> None:
    file, again = tmp_path / "a.txt", tmp_path / "b.txt"
    file.write_text(CANONICAL.replace("精度=0.0001", "精度=0.01"), "utf-8", newline="")
    table, _ = read(file)
    assert table is not None
    moved = table.frame.set_geometry(table.frame.geometry.to_numpy(), crs=4528)
    for source in (table, table.frame, moved):
        assert write(source, again, encoding="utf-8", newline="\n") == []
        assert again.read_bytes() == file.read_bytes()
    assert write(table, again, encoding="utf-8", newline="\n", producer="", produced_on="2026-1-1") == []
    assert again.read_text("utf-8").splitlines()[2:4] == ["数据产生单位=", "数据产生日期=2026-1-1"]
