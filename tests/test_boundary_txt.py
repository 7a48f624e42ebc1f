"""Boundary TXT in the national form: what is read, and what each thing wrong with it says.

The other forms stand in ``test_boundary_dialects.py``, the writer in ``test_boundary_writer.py``.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING

import pyproj
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landquota.area import Area, Unit, parse_exact
from landquota.ellipsoid import ellipsoidal_areas, planar_areas
from landquota.errors import InputError, UsageError
from landquota.findings import Place, Severity, catalogue
from landquota.formats.boundary.nesting import Crossing, assemble
from landquota.formats.boundary.reader import read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from landquota.findings import Finding
    from landquota.formats.table import FeatureTable

DESCRIPTION = {
    "格式版本号": "1.01版本",
    "数据产生单位": "示例测绘",
    "数据产生日期": "2024-6-3",
    "坐标系": "2000国家大地坐标系",
    "几度分带": "3",
    "投影类型": "高斯克吕格",
    "计量单位": "米",
    "带号": "40",
    "精度": "0.001",
    "转换参数": ",,,,,,",
}
NORTH, EAST = 3_340_000, 622_000
#: Corners as (north, east) from (NORTH, EAST): 200 × 300 m, a 50 × 100 m hole in it, 100 × 100 m beside it.
SHELL = [(0, 0), (200, 0), (200, 300), (0, 300)]
HOLE = [(50, 50), (50, 150), (100, 150), (100, 50)]
SECOND = [(0, 400), (100, 400), (100, 500), (0, 500)]
HEADER_LINE = 13  # of `survey` with the whole description


def rows(*rings: Sequence[tuple[float, float]], prefix: int | None = 40) -> list[str]:
    """Return closed rings as rows, numbered J1, J2 … through all rings."""
    easting = EAST + (prefix or 0) * 1_000_000
    lines, number = [], 0
    for ring, corners in enumerate(rings, start=1):
        names = [f"J{number + i}" for i in range(1, len(corners) + 1)]
        number += len(corners)
        closed = [*zip(names, corners, strict=True), (names[0], corners[0])]
        lines += [f"{name},{ring},{NORTH + north:.3f},{easting + east:.3f}" for name, (north, east) in closed]
    return lines


def parcel(
    points: Sequence[str], *, area: str = "", number: str = "D-1", tail: str = "面,,工业用地,0601,@"
) -> list[str]:
    return [f"{len(points)},{area},{number},示例地块,{tail}", *points]


def survey(*lines: str, **attributes: str | None) -> str:
    """Return a file in the national form; an attribute of None is left out."""
    description = [f"{k}={v}" for k, v in (DESCRIPTION | attributes).items() if v is not None]
    return "\n".join(["[属性描述]", *description, "[地块坐标]", *lines, ""])


def load(folder: Path, content: str | bytes, **options: int) -> tuple[FeatureTable | None, list[Finding]]:
    path = folder / "红线.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read(path, **options)  # type: ignore[arg-type]


def table_of(folder: Path, content: str | bytes, *codes: str) -> FeatureTable:
    table, findings = load(folder, content)
    assert [finding.code for finding in findings] == list(codes), [finding.message("en") for finding in findings]
    assert table is not None
    return table


def only(folder: Path, content: str | bytes) -> Finding:
    """Return the one finding of a file that is refused."""
    table, findings = load(folder, content)
    assert table is None
    assert len(findings) == 1, [(finding.code, finding.message("en")) for finding in findings]
    return findings[0]


def planar(table: FeatureTable) -> list[float]:
    areas: list[float] = planar_areas(table.frame.geometry.to_numpy()).round(6).tolist()
    return areas


SQUARE = survey(*parcel(rows(SHELL), area="6.0000"))


# What is read


def test_a_parcel_as_written(tmp_path: Path) -> None:
    table = table_of(tmp_path, SQUARE)
    assert table.path == tmp_path / "红线.txt"
    assert (table.layer, table.format, table.encoding) == ("红线", "boundary TXT", "utf-8")
    assert table.frame.crs.to_epsg() == 4528
    assert table.frame.drop(columns="geometry").to_dict("records") == [
        {
            "parcel": "D-1",
            "name": "示例地块",
            "sheet": "",
            "use": "工业用地",
            "land_class": "0601",
            "declared_area": "6.0000",
        }
    ]
    assert table.places == (Place(file="红线.txt", line=HEADER_LINE, feature="D-1"),)
    assert table.declared_area_m2 == (Area.of("6", Unit.HA),)


def test_x_is_north(tmp_path: Path) -> None:
    table = table_of(tmp_path, SQUARE)
    assert table.frame.total_bounds.tolist() == [40_622_000, 3_340_000, 40_622_300, 3_340_200]


def test_a_hole_whose_numbering_restarts(tmp_path: Path) -> None:
    points = [*rows(SHELL), *(row.replace(",1,", ",2,") for row in rows(HOLE))]
    table = table_of(tmp_path, survey(*parcel(points, area="5.4980")))
    assert planar(table) == [55_000]
    assert ellipsoidal_areas(table.frame.geometry.to_numpy(), table.frame.crs)[0] == pytest.approx(54_979.76, abs=0.005)


def test_ring_numbers_do_not_tell_holes(tmp_path: Path) -> None:
    table = table_of(tmp_path, survey(*parcel(rows(SHELL, SECOND, HOLE), area="6.5000")))
    assert planar(table) == [65_000]
    assert table.frame.geometry[0].geom_type == "MultiPolygon"
    assert [len(part.interiors) for part in table.frame.geometry[0].geoms] == [1, 0]


def test_an_island_in_a_hole_before_its_shell(tmp_path: Path) -> None:
    island = [(60, 60), (60, 70), (70, 70), (70, 60)]
    table = table_of(tmp_path, survey(*parcel(rows(island, HOLE, SHELL))))
    assert planar(table) == [55_100]


def test_a_hole_that_touches_its_shell(tmp_path: Path) -> None:
    notch = [(0, 50), (0, 150), (100, 150), (100, 50)]
    assert planar(table_of(tmp_path, survey(*parcel(rows(SHELL, notch))))) == [50_000]


def test_the_closing_row_may_have_a_name_of_its_own_and_be_a_millimetre_off(tmp_path: Path) -> None:
    points = [*rows(SHELL)[:-1], "J5,1,3340000.001,40621999.999"]
    table = table_of(tmp_path, survey(*parcel(points)))
    assert planar(table) == [60_000]
    assert table.frame.geometry[0].exterior.coords[0] == (40_622_000, 3_340_000)


def test_several_parcels_keep_their_order_and_lines(tmp_path: Path) -> None:
    content = survey(*parcel(rows(SHELL), area="90"), *parcel(rows(SECOND), number="D-2", area="1.0000"))
    table = table_of(tmp_path, content, "TXT-AREA-MU")
    assert planar(table) == [60_000, 10_000]
    assert [place.line for place in table.places] == [HEADER_LINE, HEADER_LINE + 6]
    assert table.declared_area_m2 == (Area.of("90", Unit.MU), Area.of("1", Unit.HA))


@pytest.mark.parametrize(
    ("encoding", "found"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("gbk", "gb18030"), ("gb18030", "gb18030")]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["LF", "CRLF", "CR"])
def test_encodings_and_line_ends(tmp_path: Path, encoding: str, found: str, end: str) -> None:
    table = table_of(tmp_path, SQUARE.replace("\n", end).encode(encoding))
    assert (table.encoding, table.frame["name"][0]) == (found, "示例地块")
    assert table.places[0].line == HEADER_LINE


def test_an_encoding_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "big5.txt"
    path.write_bytes(survey(*parcel(rows(SHELL))).replace("示例地块", "東區").encode("utf-16"))
    table, findings = read(path, encoding="utf-16")
    assert (findings, table is not None and table.frame["name"][0]) == ([], "東區")


@pytest.mark.parametrize(
    ("attributes", "prefix", "epsg"),
    [
        ({}, None, 4549),
        ({"带号": None}, 40, 4528),
        ({"带号": "", "几度分带": ""}, 40, 4528),
        ({"几度分带": None}, 40, 4528),
        ({"坐标系": "CGCS2000"}, 40, 4528),
        ({"带号": "21", "几度分带": "6"}, 21, 4499),
        ({"带号": "21", "几度分带": "6度带"}, None, 4510),
        ({"投影类型": "", "计量单位": "", "精度": "3"}, 40, 4528),
    ],
)
def test_the_zone_from_description_and_prefix(
    tmp_path: Path, attributes: dict[str, str | None], prefix: int | None, epsg: int
) -> None:
    table = table_of(tmp_path, survey(*parcel(rows(SHELL, prefix=prefix)), **attributes))
    assert table.frame.crs.to_epsg() == epsg


@pytest.mark.parametrize("datum", [None, ""])
def test_a_datum_that_is_not_stated_is_inferred_aloud(tmp_path: Path, datum: str | None) -> None:
    assert table_of(tmp_path, survey(*parcel(rows(SHELL)), 坐标系=datum), "CRS-INFERRED").frame.crs.to_epsg() == 4528
    plain = survey(*parcel(rows(SHELL, prefix=None)), 坐标系=datum, 带号="39")
    assert table_of(tmp_path, plain, "CRS-ASSUMED").frame.crs.to_epsg() == 4548


def test_a_zone_that_nothing_states_is_assumed_aloud(tmp_path: Path) -> None:
    content = survey(*parcel(rows(SHELL, prefix=None)), 带号=None)
    assert table_of(tmp_path, content, "TXT-ZONE-ASSUMED").frame.crs.to_epsg() == 4549
    table, findings = load(tmp_path, content, assumed_meridian_deg=117)
    assert table is not None
    assert (table.frame.crs.to_epsg(), findings[0].severity) == (4548, Severity.WARNING)
    assert findings[0].place.line == 5  # that of the datum
    _, findings = load(tmp_path, survey(*parcel(rows(SHELL, prefix=None)), 带号=""))
    assert [(finding.code, finding.place.line) for finding in findings] == [("TXT-ZONE-ASSUMED", 9)]
    _, findings = load(tmp_path, content, assumed_meridian_deg=117)
    assert findings[0].message("en") == (
        "neither 带号 nor a prefix of the eastings tells the zone; "
        "CGCS2000 / 3-degree Gauss-Kruger CM 117E (EPSG:4548) was assumed"
    )


def test_the_users_word_for_the_system_is_the_last(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(survey(*parcel(rows(SHELL, prefix=None)), 带号=None), "utf-8")
    table, findings = read(path, crs=pyproj.CRS.from_epsg(4548))
    assert (table is not None and table.frame.crs.to_epsg(), findings) == (4548, [])
    table, findings = read(path, crs=pyproj.CRS.from_epsg(2385))  # Xi'an 80, which the file denies
    assert table is not None
    assert table.frame.crs.to_epsg() == 2385
    assert [finding.code for finding in findings] == ["CRS-STATED", "CRS-DATUM"]


def test_the_region_tells_the_zone(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(survey(*parcel(rows(SHELL, prefix=None)), 带号=None), "utf-8")
    table, findings = read(path, region=(120.9, 29.9, 121.8, 30.5), assumed_meridian_deg=117)
    assert table is not None
    assert table.frame.crs.to_epsg() == 4549
    assert [finding.code for finding in findings] == ["TXT-ZONE-ASSUMED"]


def test_a_zone_that_cannot_even_be_assumed(tmp_path: Path) -> None:
    edge = [(north, east - 500_000) for north, east in SHELL]
    finding = only(tmp_path, survey(*parcel(rows(edge, prefix=None)), 带号=None))
    assert (finding.code, finding.place.line) == ("CRS-UNKNOWN", 5)


def test_eastern_cixi_is_not_refused(tmp_path: Path) -> None:
    east = [(north, east + 51_000) for north, east in SHELL]
    assert planar(table_of(tmp_path, survey(*parcel(rows(east))))) == [60_000]


def test_names_with_a_full_width_comma_and_headers_with_blanks(tmp_path: Path) -> None:
    points = rows(SHELL)
    content = survey(f"{len(points)}, 6.0000 , 1 ,甲，乙,面, , , ,@ ", *points)
    table = table_of(tmp_path, content)
    assert table.frame.loc[0, ["name", "sheet"]].tolist() == ["甲，乙", ""]
    assert table.declared_area_m2 == (Area.of("6", Unit.HA),)


def test_header_fields_may_be_empty(tmp_path: Path) -> None:
    points = rows(SHELL)
    table = table_of(tmp_path, survey(f"{len(points)},,,,面,,,,@", *points))
    assert table.places == (Place(file="红线.txt", line=HEADER_LINE),)
    assert table.declared_area_m2 == (None,)


# Declared areas


@pytest.mark.parametrize(
    ("written", "expected", "codes"),
    [
        ("6.0000", Area.of("6", Unit.HA), []),
        ("6", Area.of("6", Unit.HA), []),
        ("60000.00", Area.of("60000", Unit.M2), ["TXT-AREA-UNIT"]),
        ("60000.000", Area.of("60000", Unit.M2), ["TXT-AREA-UNIT"]),
        ("90.00", Area.of("90", Unit.MU), ["TXT-AREA-MU"]),
        ("6.0000公顷", Area.of("6", Unit.HA), []),
        ("60000.00㎡", Area.of("60000", Unit.M2), []),
        ("90.00 亩", Area.of("90", Unit.MU), []),
        ("5.9978", Area.of("5.9978", Unit.HA), []),
        ("", None, []),
    ],
)
def test_the_unit_is_told_by_the_ratio(tmp_path: Path, written: str, expected: Area | None, codes: list[str]) -> None:
    table = table_of(tmp_path, survey(*parcel(rows(SHELL), area=written)), *codes)
    assert table.declared_area_m2 == (expected,)
    assert table.frame["declared_area"][0] == written


def test_a_unit_that_is_not_the_forms_is_said_once_for_the_file(tmp_path: Path) -> None:
    first, second = parcel(rows(SHELL), area="90.00"), parcel(rows(SECOND), area="15.00", number="D-2")
    _, findings = load(tmp_path, survey(*first, *second))
    assert [(finding.code, finding.severity, finding.place.line) for finding in findings] == [
        ("TXT-AREA-MU", Severity.WARNING, HEADER_LINE)
    ]
    assert findings[0].message("en") == (
        "2 declared area(s), the first '90.00' of parcel D-1, name no unit and were read as mu; this form has ha"
    )
    _, findings = load(tmp_path, survey(*parcel(rows(SHELL), area="60000.00"), *second))
    assert [(finding.code, finding.severity) for finding in findings] == [
        ("TXT-AREA-UNIT", Severity.NOTE),
        ("TXT-AREA-MU", Severity.WARNING),
    ]
    assert findings[0].message("en") == (
        "1 declared area(s), the first '60000.00' of parcel D-1, name no unit and were read as m²; this form has ha"
    )


@pytest.mark.parametrize("written", ["600.00", "0.0001", "0", "6.0000顷"])
def test_an_area_that_fits_no_unit_is_refused(tmp_path: Path, written: str) -> None:
    table, findings = load(tmp_path, survey(*parcel(rows(SHELL), area=written)))
    assert table is not None
    assert table.declared_area_m2 == (None,)
    assert [(finding.code, finding.severity) for finding in findings] == [("AREA-UNIT-UNKNOWN", Severity.ERROR)]
    assert findings[0].place == Place(file="红线.txt", line=HEADER_LINE, feature="D-1")
    assert findings[0].message("en") == (
        f"the declared area '{written}' of parcel D-1 fits the computed 60000.00 m² in no unit (ha, m², mu); "
        "it was not used"
    )


def test_a_speck_may_round_to_nothing(tmp_path: Path) -> None:
    speck = [(0, 0), (0.6, 0), (0.6, 0.6), (0, 0.6)]
    table = table_of(tmp_path, survey(*parcel(rows(speck), area="0.0000")))
    assert table.declared_area_m2 == (Area(0),)


def test_an_area_finer_than_the_unit_is_not_rounded(tmp_path: Path) -> None:
    table, findings = load(tmp_path, survey(*parcel(rows(SHELL), area="60000.001")))
    assert table is not None
    assert table.declared_area_m2 == (None,)
    assert [finding.message("en") for finding in findings] == [
        "the declared area '60000.001' (m²) of parcel D-1 is finer than 1/300 m²; it was not used"
    ]
    assert findings[0].code == "AREA-TOO-FINE"


def test_an_area_that_differs_from_both_is_kept_and_reported(tmp_path: Path) -> None:
    table, findings = load(tmp_path, survey(*parcel(rows(SHELL), area="6.0100")))
    assert table is not None
    assert table.declared_area_m2 == (Area.of("6.01", Unit.HA),)
    assert [(finding.code, finding.severity) for finding in findings] == [("AREA-DECLARED-DIFFERS", Severity.WARNING)]
    assert findings[0].message("en") == (
        "parcel D-1 declares 60100.00 m²; computed are 60000.00 m² planar (+100.00) "
        "and 59977.93 m² on the ellipsoid (+122.07)"
    )


@pytest.mark.parametrize(
    "written", ["59978", "59977.93", "60000.00", "60029.99", "59978.50", "6公顷", "6.00公顷", "5.998公顷", "90亩"]
)
def test_areas_within_tolerance_or_as_rounded_are_no_finding(tmp_path: Path, written: str) -> None:
    area = written if written[-1] > "9" else f"{written}㎡"
    (declared,) = table_of(tmp_path, survey(*parcel(rows(SHELL), area=area))).declared_area_m2
    assert declared == parse_exact(area)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("6.0029", None),
        ("6.0031", "AREA-DECLARED-DIFFERS"),
        ("6.0299", "AREA-DECLARED-DIFFERS"),
        ("6.0301", "AREA-DECLARED-FAR"),
        ("5.9676", "AREA-DECLARED-FAR"),
        ("7.2000", "AREA-DECLARED-FAR"),
        ("3.0100", "AREA-DECLARED-FAR"),
        ("6.3", "AREA-DECLARED-FAR"),
        ("6.1", "AREA-DECLARED-FAR"),
        ("7", "AREA-DECLARED-FAR"),
    ],
)
def test_the_further_off_an_area_is_the_worse(tmp_path: Path, written: str, code: str | None) -> None:
    table = table_of(tmp_path, survey(*parcel(rows(SHELL), area=written)), *([code] if code else []))
    assert table.declared_area_m2 == (Area.of(written, Unit.HA),)


def test_what_the_last_digit_cannot_tell_is_no_difference(tmp_path: Path) -> None:
    small = [(0, 0), (200, 0), (200, 25), (0, 25)]  # 0.5 ha
    for written, codes in (("0.5", []), ("0.50", []), ("0.49", ["AREA-DECLARED-FAR"])):
        table = table_of(tmp_path, survey(*parcel(rows(small), area=written)), *codes)
        assert table.declared_area_m2 == (Area.of(written, Unit.HA),)
    larger = [(0, 0), (220, 0), (220, 25), (0, 25)]  # 0.55 ha
    for written, codes in (("0.6", []), ("0.4", ["AREA-DECLARED-FAR"])):
        table = table_of(tmp_path, survey(*parcel(rows(larger), area=written)), *codes)
        assert table.declared_area_m2 == (Area.of(written, Unit.HA),)


def test_an_area_far_off_is_an_error_that_shows_both(tmp_path: Path) -> None:
    table, findings = load(tmp_path, survey(*parcel(rows(SHELL), area="7.2000")))
    assert table is not None
    assert [(finding.code, finding.severity) for finding in findings] == [("AREA-DECLARED-FAR", Severity.ERROR)]
    assert findings[0].place == Place(file="红线.txt", line=HEADER_LINE, feature="D-1")
    assert findings[0].message("en") == (
        "parcel D-1 declares 72000.00 m²; computed are 60000.00 m² planar (+12000.00) "
        "and 59977.93 m² on the ellipsoid (+12022.07): +20.0%, far beyond the tolerance"
    )


@pytest.mark.parametrize("at", [1, 2])
def test_a_missing_vertex_is_an_error_where_the_area_shows_it(tmp_path: Path, at: int) -> None:
    points = rows(SHELL)
    del points[at]
    _, findings = load(tmp_path, survey("5,6.0000,D-1,示例地块,面,,,,@", *points))
    assert findings[0].code == "TXT-POINT-COUNT"
    assert [finding.code for finding in findings if finding.severity is Severity.ERROR] in (
        ["AREA-DECLARED-FAR"],
        ["AREA-UNIT-UNKNOWN"],
    )


def test_a_point_far_from_all_others_is_named(tmp_path: Path) -> None:
    for far in (36_000, -36_000):
        corners = [(0, 0), (0, 100), (200 + far, 300), (200, 500), (0, 300)]
        table, findings = load(tmp_path, survey(*parcel(rows(corners))))
        assert table is not None
        assert [(finding.code, finding.severity) for finding in findings] == [("TXT-EDGE-LONG", Severity.WARNING)]
        assert findings[0].place == Place(file="红线.txt", line=16, x=40_622_300, y=3_340_200 + far)
    assert findings[0].message("en") == (
        "point J3 (3304200.000, 40622300.000) of ring 1 of parcel D-1 lies 35801 m away from the points before "
        "and after it; the other edges have 282.84 m (median)"
    )


@pytest.mark.parametrize(
    "corners",
    [
        [(0, 0), (0, 3000), (20, 3000), (20, 0)],
        [(0, 0), (0, 4000), (20, 4000), (20, 2000), (20, 0)],
        [(0, 0), (5000, 0), (5000, 5000), (0, 5000)],
        [(0, 0), (0, 900), (20, 0)],
    ],
    ids=["strip", "strip with a point", "large", "short"],
)
def test_long_edges_alone_are_no_fault(tmp_path: Path, corners: list[tuple[float, float]]) -> None:
    table = table_of(tmp_path, survey(*parcel(rows(corners))))
    assert len(table.frame) == 1


# What is refused: one example for each code


@pytest.mark.parametrize("content", ["", "\ufeff", "\r\n \t\n\u3000\n", "\x1a"])
def test_a_blank_file(tmp_path: Path, content: str) -> None:
    finding = only(tmp_path, content)
    assert (finding.code, finding.message("en")) == ("TXT-EMPTY", "the file is blank")


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    finding = only(tmp_path, b"\xff\x80\xff" * 9)
    assert finding.code == "TXT-ENCODING"
    assert finding.message("en") == "the text cannot be decoded as UTF-8, GB18030"
    broken = SQUARE.encode().replace(b"J3,1", b"J3\xff,1")
    assert only(tmp_path, broken).place == Place(file="红线.txt", line=16)


def test_the_named_encoding_has_to_fit(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(SQUARE.encode("gbk"))
    table, findings = read(path, encoding="utf-8")
    assert table is None
    assert findings[0].message("en") == "the text cannot be decoded as utf-8"
    with pytest.raises(UsageError, match="There is no encoding 'gkb'"):
        read(path, encoding="gkb")


def test_an_archive(tmp_path: Path) -> None:
    finding = only(tmp_path, b"PK\x03\x04\x14\x00\x00\x00")
    assert finding.code == "TXT-NOT-TEXT"
    assert finding.message("en") == "this is not a text file: it contains the control character U+0003"
    assert only(tmp_path, SQUARE.replace("J3", "J\x003")).place.line == 16


@pytest.mark.parametrize("name", ["missing.txt", "."])
def test_a_file_that_cannot_be_opened(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read(tmp_path / name)


def test_a_missing_section_of_plots(tmp_path: Path) -> None:
    finding = only(tmp_path, SQUARE.split("[地块坐标]")[0])
    assert (finding.code, finding.place.line) == ("TXT-SECTION-MISSING", 11)
    assert finding.message("en") == "the section [地块坐标] is missing"


@pytest.mark.parametrize("title", [["[地块坐标]"], []])
def test_a_missing_description(tmp_path: Path, title: list[str]) -> None:
    table, findings = load(tmp_path, "\n".join([*title, *parcel(rows(SHELL), area="6.0000")]))
    assert table is not None
    assert (table.frame.crs.to_epsg(), planar(table)) == (4528, [60_000])
    assert [(finding.code, finding.severity) for finding in findings] == [
        ("TXT-DESCRIPTION-MISSING", Severity.WARNING),
        ("CRS-INFERRED", Severity.NOTE),
    ]
    assert findings[0].message("en") == "there is no [属性描述]: nothing in the file states its reference system"
    plain = "\n".join([*title, *parcel(rows(SHELL, prefix=None))])
    assert table_of(tmp_path, plain, "TXT-DESCRIPTION-MISSING", "CRS-ASSUMED").frame.crs.to_epsg() == 4549


def test_prose_lacks_both_sections(tmp_path: Path) -> None:
    table, findings = load(tmp_path, "关于征地的批复\n第一条")
    assert table is None
    assert [finding.code for finding in findings] == ["TXT-STRAY", "TXT-SECTION-MISSING", "TXT-DESCRIPTION-MISSING"]


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    content = "勘测定界\n" + SQUARE.replace("精度=", "精度：") + "[备注]\n甲\n[项目信息]\n项目名称=乙\n"
    table, findings = load(tmp_path, content)
    assert table is not None
    assert [(finding.code, finding.place.line, finding.message("en")) for finding in findings] == [
        ("TXT-SECTION-UNKNOWN", 20, "the section [备注] is not known; it was left out"),
        ("TXT-STRAY", 1, "text before the first section or point was left out: 勘测定界"),
        ("TXT-ATTRIBUTE-LINE", 11, "a line of the description is not 'key=value' and was left out: 精度：0.001"),
    ]
    assert {finding.severity for finding in findings} == {Severity.WARNING}


@pytest.mark.parametrize(
    ("key", "value", "accepted", "line"),
    [
        ("坐标系", "地方坐标系", "2000国家大地坐标系, 80国家大地坐标系, 54北京坐标系, WGS84坐标系", 5),
        ("坐标系", "EPSG:4549", "2000国家大地坐标系, 80国家大地坐标系, 54北京坐标系, WGS84坐标系", 5),
        ("几度分带", "1.5", "3, 6", 6),
        ("几度分带", "6", "3", 6),
        ("投影类型", "墨卡托", "高斯克吕格", 7),
        ("计量单位", "英尺", "米, 度", 8),
        ("带号", "24", "25–45, 13–23", 9),
        ("带号", "四十", "25–45, 13–23", 9),
    ],
)
def test_values_of_the_description(tmp_path: Path, key: str, value: str, accepted: str, line: int) -> None:
    finding = only(tmp_path, survey(*parcel(rows(SHELL)), **{key: value}))
    assert (finding.code, finding.place.line) == ("TXT-ATTRIBUTE-VALUE", line)
    assert finding.message("en") == f"{key}={value} is not known; accepted: {accepted}"


def test_no_parcel(tmp_path: Path) -> None:
    finding = only(tmp_path, survey())
    assert (finding.code, finding.place.line) == ("TXT-NO-PARCEL", 12)
    assert finding.message("en") == "[地块坐标] holds no parcel"


def test_a_parcel_without_points(tmp_path: Path) -> None:
    finding = only(tmp_path, survey(*parcel([]), *parcel(rows(SHELL))))
    assert (finding.code, finding.place.line) == ("TXT-PARCEL-EMPTY", HEADER_LINE)
    assert finding.message("en") == "parcel D-1 has no points"


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("5,6.0000,1,示例,面,,,", "it does not end in @"),
        ("5,6.0000,1,示例,@", "it has no field 面"),
        ("5,6.0000,面,,,,@", "2 fields stand before 面, not 3 to 7"),
        ("5,6.0000,1,2,3,4,5,示例,面,,,,@", "8 fields stand before 面, not 3 to 7"),
        ("5,6.0000,1,示例,面,1,2,3,4,5,6,7,8,9,@", "9 fields stand after 面, at most 8 can"),
        ("五,6.0000,1,示例,面,,,,@", "its first field is not a number of points"),
        ("9999999999999999999999,6.0000,1,示例,面,,,,@", "its first field is not a number of points"),
    ],
)
def test_headers_that_are_not_well_formed(tmp_path: Path, header: str, reason: str) -> None:
    finding = only(tmp_path, survey(header, *rows(SHELL)))
    assert (finding.code, finding.place.line) == ("TXT-HEADER", HEADER_LINE)
    assert finding.message("en") == f"the header is not well-formed: {reason}: {header}"


def test_points_before_any_header(tmp_path: Path) -> None:
    finding = only(tmp_path, survey(*rows(SECOND), *parcel(rows(SHELL))))
    assert (finding.code, finding.place.line) == ("TXT-HEADER-MISSING", HEADER_LINE)
    assert finding.message("en") == "points stand before any header: J1,1,3340000.000,40622400.000"


def test_a_declared_area_that_is_no_number(tmp_path: Path) -> None:
    finding = only(tmp_path, survey(*parcel(rows(SHELL), area="6.o000")))
    assert (finding.code, finding.place.line) == ("TXT-HEADER-AREA", HEADER_LINE)
    assert finding.message("en") == "the declared area '6.o000' is not a number (parcel D-1)"


def test_lines_are_not_parcels(tmp_path: Path) -> None:
    finding = only(tmp_path, survey(*parcel(rows(SHELL), tail="线,,,,@")))
    assert (finding.code, finding.place.line) == ("TXT-KIND", HEADER_LINE)
    assert finding.message("en") == "parcel D-1 is declared as 线, not as 面"


def test_full_width_commas(tmp_path: Path) -> None:
    content = survey(*parcel(rows(SHELL), area="6.0000")).replace("5,6.0000", "5，6.0000").replace("J3,1", "J3，1")
    table, findings = load(tmp_path, content)
    assert table is None
    assert [(finding.code, finding.place.line) for finding in findings] == [
        ("TXT-FULLWIDTH-COMMA", 13),
        ("TXT-FULLWIDTH-COMMA", 16),
    ]
    assert findings[1].message("en") == ("full-width comma ， in place of a comma: J3，1,3340200.000,40622300.000")


@pytest.mark.parametrize(
    ("row", "found"), [("J3,1,3340200.000", 3), ("J3,1,3340200.000,40622300.000,5.2", 5), ("J3", 1)]
)
def test_columns_of_a_point(tmp_path: Path, row: str, found: int) -> None:
    points = rows(SHELL)
    points[2] = row
    finding = only(tmp_path, survey(*parcel(points)))
    assert (finding.code, finding.place.line) == ("TXT-POINT-COLUMNS", 16)
    assert finding.message("en") == f"a point has {found} columns, not 4: {row} (parcel D-1)"


def test_ring_numbers_are_whole(tmp_path: Path) -> None:
    finding = only(tmp_path, SQUARE.replace("J3,1,", "J3,I,"))
    assert (finding.code, finding.place.line) == ("TXT-RING-NUMBER", 16)
    assert finding.message("en") == "ring number 'I' is not a whole number (parcel D-1, point J3)"


def test_a_coordinate_that_is_no_number_shows_its_neighbours(tmp_path: Path) -> None:
    finding = only(tmp_path, SQUARE.replace("J3,1,3340200.000", "J3,1,33400x0"))
    assert (finding.code, finding.place) == ("TXT-RING-ROW", Place(file="红线.txt", line=16))
    assert finding.message("en") == "X (north) coordinate '33400x0' is not a number (parcel D-1, ring 1, point J3)"
    assert finding.remedy("en") == (
        "Check that coordinate. The points before and after have 3340200.000 and 3340000.000."
    )


@pytest.mark.parametrize(
    "written", ["", "nan", "inf", "1e7", "4.0622E+07", "４０６２２３００", "40 622 300", "--1", "0x1"]
)
def test_only_plain_numbers_are_coordinates(tmp_path: Path, written: str) -> None:
    finding = only(tmp_path, SQUARE.replace("40622300.000\nJ4", f"{written}\nJ4"))
    assert finding.message("en") == f"Y (east) coordinate '{written}' is not a number (parcel D-1, ring 1, point J3)"


@pytest.mark.parametrize(
    ("north", "east"),
    [
        ("334200.000", "40622300.000"),
        ("33402000.000", "40622300.000"),
        ("40622300.000", "3340200.000"),
        ("3340200.000", "4062230.000"),
        ("3340200.000", "46622300.000"),
        ("-3340200.000", "40622300.000"),
        ("0", "0"),
    ],
)
def test_coordinates_outside_china(tmp_path: Path, north: str, east: str) -> None:
    finding = only(tmp_path, SQUARE.replace("J3,1,3340200.000,40622300.000", f"J3,1,{north},{east}"))
    assert (finding.code, finding.place.line) == ("TXT-COORDINATE-RANGE", 16)
    assert (finding.place.x, finding.place.y) == (float(east), float(north))
    assert finding.message("en") == (
        f"X {float(north):.3f}, Y {float(east):.3f} is no northing and easting in China (parcel D-1, ring 1, point J3)"
    )


def test_the_zone_number_against_the_prefix(tmp_path: Path) -> None:
    finding = only(tmp_path, survey(*parcel(rows(SHELL)), 带号="39"))
    assert (finding.code, finding.place.line) == ("TXT-ZONE-PREFIX", 9)
    assert finding.message("en") == "带号=39, but the eastings carry prefix 40, for example 40622000.000 in line 14"


@pytest.mark.parametrize(("prefix", "expected"), [(40, "prefix 40"), (None, "no prefix")])
def test_one_easting_of_another_zone(tmp_path: Path, prefix: int | None, expected: str) -> None:
    points = rows(SHELL, prefix=prefix)
    points[2] = "J3,1,3340200.000,41378000.000"
    finding = only(tmp_path, survey(*parcel(points)))
    assert (finding.code, finding.place.line) == ("TXT-ZONE-ROW", 16)
    assert finding.message("en") == (
        f"easting 41378000.000 does not have the zone of the others, {expected} (parcel D-1, ring 1, point J3)"
    )


def test_a_ring_of_three_rows(tmp_path: Path) -> None:
    points = rows(SHELL)[:2]
    finding = only(tmp_path, survey(*parcel([*points, points[0]])))
    assert (finding.code, finding.place.line) == ("TXT-RING-SHORT", 14)
    assert finding.message("en") == "ring 1 of parcel D-1 has 3 row(s); a closed ring has at least 4"


def test_a_ring_that_is_not_closed(tmp_path: Path) -> None:
    finding = only(tmp_path, survey(*parcel(rows(SHELL)[:-1])))
    assert (finding.code, finding.place.line) == ("TXT-RING-OPEN", 17)
    assert finding.message("en") == (
        "ring 1 of parcel D-1 is not closed: it begins at J1 (3340000.000, 40622000.000) "
        "and ends at J4 (3340000.000, 40622300.000)"
    )


def test_two_rings_under_one_number(tmp_path: Path) -> None:
    points = [row.replace(",2,", ",1,") for row in rows(SHELL, SECOND)]
    finding = only(tmp_path, survey(*parcel([*points, points[0]])))
    assert (finding.code, finding.place.line) == ("TXT-RING-TWICE", 18)
    assert finding.message("en") == "ring 1 of parcel D-1 closes at J1 (3340000.000, 40622000.000) and goes on"


def test_a_first_point_given_twice_closes_nothing(tmp_path: Path) -> None:
    points = rows(SHELL)
    assert planar(table_of(tmp_path, survey(*parcel([points[0], *points])))) == [60_000]


@pytest.mark.parametrize("corners", [[(0, 0), (100, 100), (200, 200)], [(0, 0)] * 3])
def test_a_ring_without_area(tmp_path: Path, corners: list[tuple[float, float]]) -> None:
    finding = only(tmp_path, survey(*parcel(rows(corners))))
    assert (finding.code, finding.place.line) == ("TXT-RING-AREA", 14)
    assert finding.message("en") == "ring 1 of parcel D-1 encloses no area"


@pytest.mark.parametrize("second", [SHELL, [(100, 100), (100, 400), (150, 400), (150, 100)]], ids=["same", "across"])
def test_rings_that_cross(tmp_path: Path, second: list[tuple[float, float]]) -> None:
    finding = only(tmp_path, survey(*parcel(rows(SHELL, second))))
    assert (finding.code, finding.place.line) == ("TXT-RINGS-CROSS", 19)
    assert finding.message("en") == "rings 1 and 2 of parcel D-1 cross or cover each other"


def test_a_wrong_count_of_closed_rings_is_a_warning(tmp_path: Path) -> None:
    table, findings = load(tmp_path, SQUARE.replace("\n5,6.0000", "\n999999999,6.0000"))
    assert table is not None
    assert [(finding.code, finding.severity) for finding in findings] == [("TXT-POINT-COUNT", Severity.WARNING)]
    assert findings[0].message("en") == ("the header of parcel D-1 says 999999999 rows, 5 follow; all rings are closed")


def test_a_wrong_count_of_open_rings_is_an_error(tmp_path: Path) -> None:
    table, findings = load(tmp_path, survey("7,6.0000,D-1,示例,面,,,,@", *rows(SHELL)[:-1]))
    assert table is None
    assert {finding.code for finding in findings} == {"TXT-RING-OPEN", "TXT-POINTS-MISSING"}
    assert findings[-1].message("en") == ("the header of parcel D-1 says 7 rows, 4 follow, and a ring is not complete")


def test_everything_wrong_is_reported_at_once(tmp_path: Path) -> None:
    points = rows(SHELL, HOLE)
    points[1] = points[1].replace("40622000", "4o622000")
    points[6] = points[6].replace(",2,", ",二,")
    second = [row.replace("J1,1,", "J1,") for row in rows(SECOND)[:-1]]
    content = survey(*parcel(points), *parcel(second, number="D-2", tail="面,,,,"), 几度分带="9", 带号="41")
    table, findings = load(tmp_path, content)
    assert table is None
    assert {(finding.code, finding.place.line) for finding in findings} == {
        ("TXT-ATTRIBUTE-VALUE", 6),
        ("TXT-RING-ROW", 15),
        ("TXT-RING-NUMBER", 20),
        ("TXT-HEADER", 24),
        ("TXT-POINT-COLUMNS", 25),
    }


def test_every_code_of_this_reader_has_an_example() -> None:
    tests = Path(__file__).parent.glob("test_boundary*.py")
    source = "\n".join(path.read_text(encoding="utf-8") for path in tests)
    codes = [code for code in catalogue() if code.startswith("TXT-")]
    assert len(codes) > 20
    assert [code for code in codes if f'"{code}"' not in source] == []


# Nesting


def _square(west: float, south: float, side: float) -> shapely.Polygon:
    return shapely.box(EAST + west, NORTH + south, EAST + west + side, NORTH + south + side)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 6), st.integers(1, 3), st.randoms(use_true_random=False))
def test_nested_squares_alternate_whatever_their_order(depth: int, stacks: int, random: object) -> None:
    rings = [_square(200 * s + 10 * d, 10 * d, 150 - 20 * d) for s, d in product(range(stacks), range(depth))]
    expected = stacks * sum((-1) ** d * (150 - 20 * d) ** 2 for d in range(depth))
    random.shuffle(rings)  # type: ignore[attr-defined]
    geometry = assemble(rings)
    assert not isinstance(geometry, Crossing)
    assert geometry.is_valid
    assert geometry.area == pytest.approx(expected, abs=1e-3)


def test_a_ring_inside_that_touches_all_along_is_decided_by_its_edges() -> None:
    diamond = shapely.Polygon(
        [(EAST + 50, NORTH), (EAST + 100, NORTH + 50), (EAST + 50, NORTH + 100), (EAST, NORTH + 50)]
    )
    geometry = assemble([_square(0, 0, 100), diamond])
    assert not isinstance(geometry, Crossing)
    assert geometry.area == pytest.approx(5_000, abs=1e-3)


# Nothing that a disk or a hand can do to a file gives a traceback


WHOLE = survey(*parcel(rows(SHELL, HOLE), area="5.4980"), *parcel(rows(SECOND), number="D-2"))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["utf-8", "utf-8-sig", "gbk"]),
    st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=6),
    st.integers(0, 10_000),
)
def test_flipped_and_lost_bytes(tmp_path: Path, encoding: str, flips: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(WHOLE.encode(encoding))
    for position, value in flips:
        data[position % len(data)] = value
    _finds_or_reads(tmp_path, bytes(data))
    _finds_or_reads(tmp_path, bytes(data[: cut % len(data)]))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([*WHOLE.splitlines(), "", ",,,", "@", "面", "[", "=", "1,1,1,1"]), max_size=40))
def test_lines_in_any_order(tmp_path: Path, lines: list[str]) -> None:
    _finds_or_reads(tmp_path, "\n".join(lines).encode())


def _finds_or_reads(folder: Path, data: bytes) -> None:
    table, findings = load(folder, data)
    errors = [finding.code for finding in findings if finding.severity is Severity.ERROR]
    assert any(not code.startswith("AREA-") for code in errors) == (table is None)
    for finding in findings:
        assert finding.message("en")
        assert finding.remedy("zh")
    if table is not None:
        assert len(table.frame) == len(table.places) == len(table.declared_area_m2) > 0
        assert table.frame.geometry.area.min() > 0


# Real files


@pytest.mark.fixtures
@pytest.mark.parametrize(
    ("name", "planar_m2", "ellipsoid_m2", "declared"),
    [
        ("hangzhou_r14", 57_089.50, 57_088.89, Area.of("5.7089", Unit.HA)),
        ("syn_cgcs_hole_ha_utf8bom", 55_000, 54_979.76, Area.of("5.4980", Unit.HA)),
        ("syn_multipart_hole_m2", 65_000, 64_976.07, Area.of("65000", Unit.M2)),
    ],
)
def test_areas_of_the_sample_files(
    fixtures_dir: Path, name: str, planar_m2: float, ellipsoid_m2: float, declared: Area
) -> None:
    table, findings = read(fixtures_dir / "boundary_txt_dialects" / f"{name}.txt")
    assert table is not None
    assert [finding.code for finding in findings] == (["TXT-AREA-UNIT"] if name.endswith("m2") else [])
    shapes = table.frame.geometry.to_numpy()
    assert planar_areas(shapes).tolist() == pytest.approx([planar_m2], abs=0.005)
    assert ellipsoidal_areas(shapes, table.frame.crs).tolist() == pytest.approx([ellipsoid_m2], abs=0.005)
    assert table.declared_area_m2 == (declared,)


@pytest.mark.fixtures
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bad_fullwidth_comma", {("TXT-FULLWIDTH-COMMA", 13)}),
        ("bad_count_notclosed", {("TXT-RING-OPEN", 17), ("TXT-POINTS-MISSING", 13)}),
        ("bad_zone_mismatch", {("TXT-ZONE-PREFIX", 9)}),
    ],
)
def test_sample_files_that_are_refused(fixtures_dir: Path, name: str, expected: set[tuple[str, int]]) -> None:
    table, findings = read(fixtures_dir / "boundary_txt_dialects" / f"{name}.txt")
    assert table is None
    assert {(finding.code, finding.place.line) for finding in findings} == expected
    assert {finding.severity for finding in findings} == {Severity.ERROR}


@pytest.mark.fixtures
def test_the_eight_real_plots_declare_their_planar_area(fixtures_dir: Path) -> None:
    paths = sorted((fixtures_dir / "cn_txt_plots").glob("*.txt"))
    assert len(paths) == 8
    undeclared = []
    for path in paths:
        table, findings = read(path)
        assert table is not None
        assert findings == []
        assert table.frame.crs.to_epsg() == 4526
        declared, computed = table.declared_area_m2[0], Area.measured(planar(table)[0])
        if declared is None:
            undeclared.append(path.name)
        else:
            assert declared.in_unit(Unit.HA, 4) == computed.in_unit(Unit.HA, 4)
    assert undeclared == ["plot_000.txt"]
