"""Every other form of boundary TXT: what it is taken for, what it says, and what was assumed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landquota.area import Area, Unit
from landquota.ellipsoid import ellipsoidal_areas, planar_areas
from landquota.findings import Place, Severity
from landquota.formats.boundary.reader import parse, read
from landquota.formats.limits import Limits

if TYPE_CHECKING:
    from landquota.findings import Finding
    from landquota.formats.table import FeatureTable

#: Corners as (north, east): 200 × 300 m, a 50 × 100 m hole in it, 100 × 100 m beside it.
SHELL = [(3_340_000, 622_000), (3_340_200, 622_000), (3_340_200, 622_300), (3_340_000, 622_300)]
HOLE = [(3_340_050, 622_050), (3_340_050, 622_150), (3_340_100, 622_150), (3_340_100, 622_050)]
SECOND = [(3_340_000, 622_400), (3_340_100, 622_400), (3_340_100, 622_500), (3_340_000, 622_500)]
DEGREES = [(30.17, 121.26), (30.18, 121.26), (30.18, 121.27), (30.17, 121.27)]
DESCRIPTION = ["[属性描述]", "坐标系=2000国家大地坐标系", "几度分带=3", "计量单位=米", "带号=40"]
FILE = Path("红线.txt")

Ring = Sequence[tuple[float, float]]


def pairs(corners: Ring, *, prefix: int = 40, east_first: bool = False) -> list[tuple[str, str]]:
    """Return the coordinates of a closed ring as they are written."""
    closed = [*corners, corners[0]]
    written = [
        (f"{north:.3f}", f"{east + prefix * 1_000_000:.3f}") if north > 90 else (f"{north:.6f}", f"{east:.6f}")
        for north, east in closed
    ]
    return [(east, north) for north, east in written] if east_first else written


def named(corners: Ring, *columns: str, first: int = 1, east_first: bool = False, prefix: int = 40) -> list[str]:
    """Return a closed ring as rows: name, columns, coordinates."""
    written = pairs(corners, prefix=prefix, east_first=east_first)
    names = [f"J{first + i % len(corners)}" for i in range(len(written))]
    return [",".join([name, *columns, *pair]) for name, pair in zip(names, written, strict=True)]


def national(*lines: str, replace: tuple[str, str] = ("", "")) -> str:
    return "\n".join([*DESCRIPTION, "[地块坐标]", *lines]).replace(*replace)


def found(content: str | bytes) -> tuple[FeatureTable | None, list[Finding]]:
    return parse(content.encode() if isinstance(content, str) else content, FILE)


def table_of(content: str | bytes, *codes: str) -> FeatureTable:
    table, findings = found(content)
    assert [finding.code for finding in findings] == list(codes), [finding.message("en") for finding in findings]
    assert table is not None
    return table


def only(content: str | bytes) -> Finding:
    """Return the one finding of a file that is refused."""
    table, findings = found(content)
    assert table is None
    assert len(findings) == 1, [(finding.code, finding.message("en")) for finding in findings]
    return findings[0]


def planar(table: FeatureTable) -> list[float]:
    areas: list[float] = planar_areas(table.frame.geometry.to_numpy()).round(6).tolist()
    return areas


# Encodings and brackets


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_utf16_with_a_byte_order_mark(encoding: str, end: str) -> None:
    content = national("5,6.0000,1,示例,面,,,,@", *named(SHELL, "1")).replace("\n", end)
    mark = "" if encoding == "utf-16" else "\ufeff"
    table = table_of((mark + content).encode(encoding))
    assert (table.encoding, table.frame["name"][0], table.places[0].line) == ("utf-16", "示例", 7)


def test_utf16_that_breaks_off() -> None:
    data = national("5,6.0000,1,示例,面,,,,@", *named(SHELL, "1")).encode("utf-16")
    finding = only(data[:-1])
    assert (finding.code, finding.place.line) == ("TXT-ENCODING", 12)
    assert finding.message("en") == "the text cannot be decoded as UTF-16"


@pytest.mark.parametrize("brackets", ["【】", "［］", "[]"])
def test_brackets_of_any_width(brackets: str) -> None:
    content = national("5,6.0000,1,示例,面,,,,@ ", *named(SHELL, "1")).translate(str.maketrans("[]", brackets))
    assert planar(table_of(content)) == [60_000]


# Headers


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("5,6.0000,示例,面,,,@", {"parcel": "", "name": "示例"}),
        ("5,6.0000,G-01,示例,面,F,工业,@", {"parcel": "G-01", "name": "示例", "sheet": "F", "use": "工业"}),
        ("5,6.0000,1,项目3,面,,土地整理项目,,@", {"parcel": "1", "name": "项目3", "use": "土地整理项目"}),
        ("5,6.0000,330282101,G-01,示例,面,,,,@", {"parcel": "G-01", "name": "示例", "more": "330282101"}),
        (
            "5,6.0000,330282101,示例村,G-01,项目,面,,,,@",
            {"parcel": "G-01", "name": "项目", "town": "330282101", "village": "示例村"},
        ),
        (
            "5,6.0000,1,示例,面,F,工业,0601,图斑,地类,前,后,备注,@",
            {"parcel": "1", "land_class": "0601", "more": "图斑,地类,前,后,备注"},
        ),
    ],
)
def test_headers_are_read_by_their_anchor(header: str, expected: dict[str, str]) -> None:
    table = table_of(national(header, *named(SHELL, "1")))
    row = table.frame.drop(columns="geometry").to_dict("records")[0]
    assert row == row | expected
    assert set(row) - set(expected) <= {"parcel", "name", "sheet", "use", "land_class", "declared_area"}
    assert table.declared_area_m2 == (Area.of("6", Unit.HA),)
    assert table.format == ("boundary TXT (Cixi)" if "village" in expected else "boundary TXT")


def test_a_full_width_comma_in_a_name_of_a_long_header() -> None:
    table = table_of(national("5,6.0000,330282101,甲，乙村,G-01,项目,面,,,,@", *named(SHELL, "1")))
    assert table.frame["village"][0] == "甲，乙村"


# Rows


def test_rings_without_numbers_close_at_their_first_point() -> None:
    points = [*named(SHELL), *named(HOLE, first=5), *named(SECOND, first=9)]
    table = table_of(national("15,6.5000,1,示例,面,,,,@", *points))
    assert (planar(table), table.format) == ([65_000], "boundary TXT")


def test_rings_without_numbers_and_a_bad_row() -> None:
    points = [*named(SHELL), *named(HOLE, first=5)]
    points[6] = points[6].replace("622150", "6221s0")
    finding = only(national("10,5.5,1,示例,面,,,,@", *points))
    assert (finding.code, finding.place.line) == ("TXT-RING-ROW", 14)
    points[6] = "J6,2,3340050.000,40622150.000"
    finding = only(national("10,5.5,1,示例,面,,,,@", *points))
    assert (finding.code, finding.message("en")) == (
        "TXT-POINT-COLUMNS",
        "a point has 4 columns, not 3: J6,2,3340050.000,40622150.000 (parcel 1)",
    )
    assert finding.remedy("en") == "Write it as J1,X,Y."


def test_a_ring_without_number_that_stays_open() -> None:
    finding = only(national("9,5.5,1,示例,面,,,,@", *named(SHELL), *named(HOLE, first=5)[:-1]))
    assert (finding.code, finding.place.line) == ("TXT-RING-OPEN", 16)


def test_east_before_north_is_exchanged_aloud() -> None:
    content = national("5,6.0000,1,示例,面,,,,@", *named(SHELL, "1", east_first=True))
    table, findings = found(content)
    assert table is not None
    assert table.frame.total_bounds.tolist() == [40_622_000, 3_340_000, 40_622_300, 3_340_200]
    assert [(finding.code, finding.severity) for finding in findings] == [("TXT-AXIS-ORDER", Severity.WARNING)]
    assert findings[0].place == Place("红线.txt", 8)
    assert findings[0].message("en") == (
        "Y (east) stands before X (north), the other way round than this form has them; "
        "the coordinates were exchanged, as their size demands, from 40622000.000, 3340000.000 on"
    )


def test_one_exchanged_row_is_an_error() -> None:
    points = named(SHELL, "1", east_first=True)
    points[2] = named(SHELL, "1")[2]
    table, findings = found(national("5,6.0000,1,示例,面,,,,@", *points))
    assert table is None
    assert {(finding.code, finding.place.line) for finding in findings if finding.severity is Severity.ERROR} == {
        ("TXT-COORDINATE-RANGE", 10)
    }


# Other datums, and degrees


@pytest.mark.parametrize(
    ("datum", "prefix", "change", "epsg"),
    [
        ("80国家大地坐标系", 40, ("", ""), 2364),
        ("1980西安坐标系", 0, ("", ""), 2385),
        ("西安80坐标系", 21, ("几度分带=3\n计量单位=米\n带号=40", "几度分带=6\n带号=21"), 2335),
        ("西安80坐标系", 0, ("几度分带=3\n计量单位=米\n带号=40", "几度分带=6\n带号=21"), 2346),
        ("54北京坐标系", 40, ("", ""), 2416),
        ("北京54", 0, ("", ""), 2437),
        ("54北京坐标系", 21, ("几度分带=3\n计量单位=米\n带号=40", "带号="), 21421),
    ],
)
def test_old_datums_stay_what_they_are(datum: str, prefix: int, change: tuple[str, str], epsg: int) -> None:
    content = national("5,6.0000,1,示例,面,,,,@", *named(SHELL, "1", prefix=prefix), replace=change)
    table = table_of(content.replace("2000国家大地坐标系", datum), "CRS-DATUM")
    assert table.frame.crs.to_epsg() == epsg
    assert planar(table) == [60_000]


def test_an_old_datum_without_zone_is_not_taken_for_cgcs2000() -> None:
    content = national("5,6.0000,1,示例,面,,,,@", *named(SHELL, "1", prefix=0), replace=("带号=40\n", ""))
    table = table_of(content.replace("2000国家", "80国家"), "TXT-ZONE-ASSUMED", "CRS-DATUM")
    assert table.frame.crs.to_epsg() == 2385


@pytest.mark.parametrize(("prefix", "name"), [(40, "zone 40"), (0, "CM 120E")])
def test_wgs84_in_metres_has_a_system_of_its_own(prefix: int, name: str) -> None:
    content = national("5,6.0000,1,示例,面,,,,@", *named(SHELL, "1", prefix=prefix))
    table = table_of(content.replace("2000国家大地坐标系", "WGS84坐标系"))
    assert table.frame.crs.name == f"WGS 84 / 3-degree Gauss-Kruger {name}"
    longitude, latitude = table.frame.to_crs(4326).geometry[0].exterior.coords[0]
    assert (longitude, latitude) == pytest.approx((121.266583, 30.173280), abs=1e-6)


@pytest.mark.parametrize(
    ("datum", "epsg", "codes"),
    [
        ("2000国家大地坐标系", 4490, []),
        ("80国家大地坐标系", 4610, ["CRS-DATUM"]),
        ("54北京坐标系", 4214, ["CRS-DATUM"]),
        ("WGS84坐标系", 4326, []),
    ],
)
@pytest.mark.parametrize("east_first", [False, True])
def test_degrees(datum: str, epsg: int, codes: list[str], east_first: bool) -> None:  # noqa: FBT001
    content = national("5,106.7720,1,示例,面,,,,@", *named(DEGREES, "1", east_first=east_first), replace=("=米", "=度"))
    table = table_of(content.replace("2000国家大地坐标系", datum), *codes)
    assert table.frame.crs.to_epsg() == epsg
    assert table.frame.total_bounds.tolist() == [121.26, 30.17, 121.27, 30.18]
    assert table.declared_area_m2 == (Area.of("106.7720", Unit.HA),)
    area_m2 = ellipsoidal_areas(table.frame.geometry.to_numpy(), table.frame.crs)[0]
    assert area_m2 == pytest.approx(1_067_500, rel=0.001)


def test_degrees_that_close_to_a_tenth_of_a_millimetre() -> None:
    points = [*named(DEGREES, "1")[:-1], "J1,1,30.170000001,121.260000001"]
    assert len(table_of(national("5,,1,示例,面,,,,@", *points, replace=("=米", "=度"))).frame) == 1
    points[-1] = "J1,1,30.17000010,121.260000000"
    finding = only(national("5,,1,示例,面,,,,@", *points, replace=("=米", "=度")))
    assert finding.code == "TXT-RING-OPEN"


def test_a_unit_that_the_coordinates_deny() -> None:
    finding = only(national("5,,1,示例,面,,,,@", *named(SHELL, "1"), replace=("=米", "=度")))
    assert (finding.code, finding.place.line) == ("TXT-UNIT", 4)
    assert finding.message("en") == (
        "计量单位=度, but the coordinates are northing and easting, for example 3340000.000, 40622000.000 in line 8"
    )


# 进出平衡


def ph(*rings: tuple[Ring, str, str]) -> str:
    """Return a file in the PH form: a header for each ring, feature numbers, east first, bare CR."""
    lines = ["[地块坐标]"]
    for corners, feature, name in rings:
        lines += [f"{len(corners) + 1},{name},面,进出平衡,@ ", *named(corners, feature, east_first=True)]
    return "\r".join(lines)


def test_the_ph_form() -> None:
    table = table_of(ph((SHELL, "1", "甲"), (HOLE, "1", "甲"), (SECOND, "2", "乙")), "CRS-INFERRED")
    assert (table.format, planar(table)) == ("boundary TXT (PH)", [55_000, 10_000])
    assert table.frame[["parcel", "name", "use"]].to_numpy().tolist() == [
        ["1", "甲", "进出平衡"],
        ["2", "乙", "进出平衡"],
    ]
    assert [place.line for place in table.places] == [2, 14]


def test_the_ph_form_counts_all_rows_of_a_feature() -> None:
    content = ph((SHELL, "1", "甲"), (HOLE, "1", "甲")).replace("5,甲", "6,甲", 1)
    table, findings = found(content)
    assert table is not None
    assert findings[0].message("en") == "the header of parcel 1 says 11 rows, 10 follow; all rings are closed"


def test_a_ring_of_two_features() -> None:
    finding = only(ph((SHELL, "1", "甲")).replace("J3,1", "J3,2"))
    assert (finding.code, finding.place.line) == ("TXT-FEATURE-NUMBER", 5)
    assert finding.message("en") == "point J3 has the feature number 2, the first point of its ring 1"


def test_the_ph_form_north_first_is_exchanged_aloud() -> None:
    content = "\n".join(["[地块坐标]", "5,甲,面,进出平衡,@", *named(SHELL, "1")])
    table, findings = found(content)
    assert table is not None
    assert planar(table) == [60_000]
    assert findings[0].message("en").startswith("X (north) stands before Y (east), the other way round")


# GISQ


def test_the_province_form_of_gisq() -> None:
    rows = [*named(SHELL, "1"), *named(HOLE, "2", first=5)]
    lines = []
    for number, row in enumerate(rows, 1):
        name, ring, *pair = row.split(",")
        lines.append(",".join([str(number), "1", ring, name, *pair]))
    lines += ["", *(f"{i},2,1,{row.replace(',1,', ',')}" for i, row in enumerate(named(SECOND, "1"), 1))]
    table = table_of("\r\n".join(lines).encode("utf-16"), "CRS-INFERRED")
    assert (table.format, table.encoding) == ("boundary TXT (GISQ province)", "utf-16")
    assert (planar(table), table.frame["parcel"].tolist()) == ([55_000, 10_000], ["1", "2"])
    lines[2] = "3,1,1"
    finding = next(finding for finding in found("\n".join(lines))[1] if finding.severity is Severity.ERROR)
    assert (finding.code, finding.place.line) == ("TXT-POINT-COLUMNS", 3)


def test_the_custom_form_of_gisq() -> None:
    blocks = [[",".join(pair) for pair in pairs(ring)] for ring in (SHELL, HOLE, SECOND)]
    content = "\n".join(["GISQLANDPLAN$$2024-06-03", *blocks[0], *blocks[1], "", *blocks[2]])
    table = table_of(content, "CRS-INFERRED")
    assert (table.format, planar(table)) == ("boundary TXT (GISQ custom)", [55_000, 10_000])


# Coordinates only


@pytest.mark.parametrize("separator", [",", "\t", "  ", ", "])
@pytest.mark.parametrize("columns", [[], ["1"]], ids=["XY", "name"])
@pytest.mark.parametrize("title", [[], ["点号,X坐标,Y坐标"]], ids=["bare", "titled"])
def test_a_list_of_coordinates(separator: str, columns: list[str], title: list[str]) -> None:
    rows = [separator.join([*columns, *pair]) for ring in (SHELL, HOLE) for pair in pairs(ring)]
    table = table_of("\n".join([*title, *rows]), *(["TXT-STRAY"] if title else []), "CRS-INFERRED")
    assert (table.format, planar(table), table.places[0].line) == (
        "boundary TXT (coordinates)",
        [55_000],
        1 + len(title),
    )


def test_a_list_whose_lines_end_in_a_comma() -> None:
    assert planar(table_of("\n".join(f"{row}," for row in named(SHELL)), "CRS-INFERRED")) == [60_000]


def test_a_list_with_ring_numbers() -> None:
    table = table_of("\n".join([*named(SHELL, "1"), *named(HOLE, "2")]), "CRS-INFERRED")
    assert planar(table) == [55_000]


def test_a_blank_line_parts_parcels_but_no_ring() -> None:
    first, second = named(SHELL), named(SECOND)
    first[-1] = "J5,3340000.001,40622000.0"
    table = table_of("\n".join([*first[:2], "", *first[2:], "", *second]), "CRS-INFERRED")
    assert planar(table) == [60_000, 10_000]


def test_lists_of_six_digits_and_of_degrees_say_what_was_assumed() -> None:
    plain = table_of("\n".join(named(SHELL, prefix=0)), "CRS-ASSUMED")
    assert (plain.frame.crs.to_epsg(), planar(plain)) == (4549, [60_000])
    for east_first in (False, True):
        degrees = table_of("\n".join(named(DEGREES, east_first=east_first)), "CRS-ASSUMED")
        assert degrees.frame.crs.to_epsg() == 4490
        assert degrees.frame.total_bounds.tolist() == [121.26, 30.17, 121.27, 30.18]


def test_a_list_with_east_first_says_so() -> None:
    assert planar(table_of("\n".join(named(SHELL, east_first=True)), "TXT-AXIS-ORDER", "CRS-INFERRED")) == [60_000]


def test_a_list_that_does_not_close() -> None:
    finding = only("\n".join(named(SHELL)[:-1]))
    assert (finding.code, finding.place.line) == ("TXT-RING-OPEN", 4)


def test_a_list_with_a_bad_row() -> None:
    rows = named(SHELL)
    rows[1] = rows[1].replace("3340200", "334o200")
    finding = only("\n".join(rows))
    assert (finding.code, finding.place.line) == ("TXT-RING-ROW", 2)
    assert finding.message("en") == "X (north) coordinate '334o200.000' is not a number (parcel ?, ring 0, point J2)"


# Cixi's table to be pasted


def pasted(corners: Ring, *parcel: str, east_first: bool = True, prefix: int = 40) -> list[str]:
    points = [row.split(",") for row in named(corners, east_first=east_first, prefix=prefix)]
    return ["\t".join([*parcel, *point]) for point in points]


def test_the_paste_table() -> None:
    first = ("330282101", "示例村", "G-01", "示例项目", "55000.00", "1")
    second = ("330282101", "示例村", "G-02", "示例项目", "10000.00", "1")
    rows = [*pasted(SHELL, *first), *pasted(HOLE, *first), *pasted(SECOND, *second)]
    table = table_of("\r\n".join(rows).encode("gbk"), "CRS-INFERRED")
    assert (table.format, planar(table)) == ("boundary TXT (table)", [55_000, 10_000])
    assert table.declared_area_m2 == (Area.of("55000", Unit.M2), Area.of("10000", Unit.M2))
    assert table.frame.loc[0, ["parcel", "name", "town", "village"]].tolist() == [
        "G-01", "示例项目", "330282101", "示例村",
    ]  # fmt: skip


def test_the_paste_table_with_merged_cells() -> None:
    rows = pasted(SHELL, "330282101", "示例村", "G-01", "示例项目", "60000.00", "1", prefix=0)
    rows[1:] = ["\t" * 6 + "\t".join(row.split("\t")[6:]) for row in rows[1:]]
    table = table_of("\n".join(rows), "CRS-ASSUMED")
    assert (planar(table), table.frame["parcel"].tolist()) == ([60_000], ["G-01"])


# What a disk or a hand can do to any form


FORMS: dict[str, str] = {
    "national": national("10,5.5000,1,示例,面,,,,@", *named(SHELL, "1"), *named(HOLE, "2", first=5)),
    "cixi": national("5,6.0000,330282101,示例村,G-01,项目,面,,,,@", *named(SHELL, "1", east_first=True)),
    "no rings": national("10,5.5000,1,示例,面,,,,@", *named(SHELL), *named(HOLE)),
    "degrees": national("5,106.7720,1,示例,面,,,,@", *named(DEGREES, "1"), replace=("=米", "=度")),
    "ph": ph((SHELL, "1", "甲"), (HOLE, "1", "甲"), (SECOND, "2", "乙")),
    "province": "\n".join(f"{i},1,1,{row.replace(',1,', ',')}" for i, row in enumerate(named(SHELL, "1"), 1)),
    "custom": "\n".join(["GISQLANDPLAN$$2024-06-03", *(",".join(pair) for pair in pairs(SHELL))]),
    "list": "\n".join([*named(SHELL), "", *named(SECOND)]),
    "table": "\n".join(pasted(SHELL, "330282101", "示例村", "G-01", "示例项目", "60000.00", "1")),
}


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(FORMS)),
    st.sampled_from(["utf-8", "gbk", "utf-16"]),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=6),
    st.integers(0, 10_000),
)
def test_flipped_and_lost_bytes(form: str, encoding: str, flips: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(FORMS[form].encode(encoding))
    for position, value in flips:
        data[position % len(data)] = value
    for hurt in (bytes(data), bytes(data[: cut % len(data)])):
        table, findings = found(hurt)
        errors = [finding.code for finding in findings if finding.severity is Severity.ERROR]
        assert any(not code.startswith("AREA-") for code in errors) == (table is None)
        assert all(finding.message("en") and finding.remedy("zh") for finding in findings)
        if table is not None:
            assert len(table.frame) == len(table.places) == len(table.declared_area_m2) > 0
            assert shapely.area(table.frame.geometry.to_numpy()).min() > 0


RUBBISH: dict[str, str] = {
    "short lines": national("5,6,1,甲,面,,,,@") + "\nx" * 300_000,
    "pairs": "1 2\n" * 100_000,
    "bad numbers": national("5,6,1,甲,面,,,,@") + "\nJ1,1,33400o0.000,40622000.000" * 150_000,
    "bad ring numbers": national("5,6,1,甲,面,,,,@") + "\nJ1,I,3340000.000,40622000.000" * 150_000,
    "headers": national(*["5,6,1,甲,面,,,,@"] * 60_000),
    "one line": "[" + " " * 5_000_000,
    "commas": national("5,6,1,甲,面,,,,@") + "\n" + "," * 5_000_000,
}


@pytest.mark.parametrize("name", RUBBISH)
def test_megabytes_of_rubbish_are_refused_in_seconds(name: str) -> None:
    began = time.process_time()
    table, findings = found(RUBBISH[name])
    assert time.process_time() - began < 12  # a quadratic reader would take hours
    assert table is None
    assert len(findings) <= 1001
    assert findings[0].severity is Severity.ERROR or len(findings) < 10


def test_of_too_many_findings_the_rest_is_counted() -> None:
    table, findings = found(
        national("5,6,1,甲,面,,,,@", *["x=1"] * 1500, replace=("[地块坐标]", "备注\n" * 1200 + "[地块坐标]"))
    )
    assert table is None
    assert (len(findings), findings[0].severity) == (1001, Severity.ERROR)
    assert (findings[-1].code, findings[-1].severity) == ("TXT-MORE", Severity.NOTE)
    assert findings[-1].message("en") == "at least 1701 more findings of this file are not listed"


def test_rings_inside_rings_without_end() -> None:
    rings: list[Ring] = [
        [(3_340_450 + n * d, 622_450 + e * d) for n, e in ((1, 1), (-1, 1), (-1, -1), (1, -1))]
        for d in (450 - i * 0.5 for i in range(700))
    ]
    rows = [row for number, ring in enumerate(rings, 1) for row in named(ring, str(number))]
    finding = only(national(f"{len(rows)},,1,示例,面,,,,@", *rows))
    assert (finding.code, finding.place.line) == ("TXT-RINGS-MANY", 7)
    assert finding.message("en") == (
        "the 700 rings of parcel 1 lie over each other so often that parts and holes cannot be told"
    )


def test_a_file_larger_than_the_limit_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(FORMS["national"], "utf-8")
    table, findings = read(path, limits=Limits(file_bytes=10))
    assert table is None
    assert [finding.code for finding in findings] == ["LIMIT-FILE-SIZE"]


# Real and made-up files


@pytest.mark.fixtures
@pytest.mark.parametrize(
    ("name", "form", "epsg", "planar_m2", "ellipsoid_m2", "codes"),
    [
        ("syn_cixi_11field_hole", " (Cixi)", 2364, 55_000, 54_979.77, ["CRS-DATUM"]),
        ("syn_gisq_province_utf16", " (GISQ province)", 4528, 60_000, 59_977.93, ["CRS-INFERRED"]),
        ("syn_noprefix_fullwidth", "", 4549, 60_000, 59_977.93, ["TXT-ZONE-ASSUMED"]),
        ("syn_ph_barecr", " (PH)", 4528, 60_000, 59_977.93, ["CRS-INFERRED"]),
        ("syn_swapped_east_first", "", 4528, 60_000, 59_977.93, ["TXT-AXIS-ORDER"]),
    ],
)
def test_areas_of_the_sample_files(  # noqa: PLR0917 - one row of expectations
    fixtures_dir: Path, name: str, form: str, epsg: int, planar_m2: float, ellipsoid_m2: float, codes: list[str]
) -> None:
    table, findings = read(fixtures_dir / "boundary_txt_dialects" / f"{name}.txt")
    assert table is not None
    assert [finding.code for finding in findings] == codes
    assert (table.format, table.frame.crs.to_epsg()) == (f"boundary TXT{form}", epsg)
    shapes = table.frame.geometry.to_numpy()
    assert planar_areas(shapes).tolist() == pytest.approx([planar_m2], abs=0.005)
    assert ellipsoidal_areas(shapes, table.frame.crs).tolist() == pytest.approx([ellipsoid_m2], abs=0.01)
