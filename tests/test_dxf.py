"""DXF: closed polylines of one layer, what lies in what, names, arcs, encodings; and drawings that come back."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from ezdxf.filemanagement import new
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, Polygon, box

from landquota.findings import Finding, Place, Severity
from landquota.formats import dxf
from landquota.formats.limits import Limits
from landquota.formats.table import FeatureTable

X, Y = 621000.0, 3341000.0
RED, HOUSES = "红线", "房屋"


def square(x: float = 0, y: float = 0, size: float = 100) -> list[tuple[float, float]]:
    return [(X + x, Y + y), (X + x + size, Y + y), (X + x + size, Y + y + size), (X + x, Y + y + size)]


def drawn(folder: Path, draw: Callable[[Any], None], *, version: str = "R2010", encoding: str | None = None) -> Path:
    path = folder / "红线图.dxf"
    document = new(version, units=6)
    for layer in (RED, HOUSES):
        document.layers.add(layer)
    if encoding is not None:
        document.encoding = encoding
    draw(document)
    document.saveas(path)
    return path


def outline(points: Sequence[Any], layer: str = RED, *, close: bool = True, **more: Any) -> Callable[[Any], None]:
    return lambda document: document.modelspace().add_lwpolyline(
        points, close=close, dxfattribs={"layer": layer}, **more
    )


def words(said: str, x: float, y: float, layer: str = RED, height: float = 2.0) -> Callable[[Any], None]:
    def draw(document: Any) -> None:
        document.modelspace().add_text(said, height=height, dxfattribs={"layer": layer}).set_placement((X + x, Y + y))

    return draw


def all_of(*draws: Callable[[Any], None]) -> Callable[[Any], None]:
    def draw(document: Any) -> None:
        for one in draws:
            one(document)

    return draw


def read(path: Path, **options: Any) -> tuple[FeatureTable, list[tuple[str, str]]]:
    table, findings = dxf.read(path, **options)
    assert table is not None, [(f.code, f.message("en")) for f in findings]
    assert len(table.places) == len(table.frame) == len(table.declared_area_m2)
    return table, [(f.code, f.message("en")) for f in findings]


def refused(path: Path, **options: Any) -> Finding:
    table, findings = dxf.read(path, **options)
    assert table is None
    assert len(findings) == 1, [(f.code, f.message("en")) for f in findings]
    return findings[0]


# --- reading --------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["R12", "R2000", "R2010", "R2018"])
def test_a_closed_polyline_is_a_parcel_named_by_the_text_in_it(tmp_path: Path, version: str) -> None:
    def draw(document: Any) -> None:
        space = document.modelspace()
        if version == "R12":
            space.add_polyline2d(square(), close=True, dxfattribs={"layer": RED})
        else:
            space.add_lwpolyline(square(), close=True, dxfattribs={"layer": RED})
        words("观海卫智能电器小镇", 20, 50)(document)

    table, said = read(drawn(tmp_path, draw, version=version, encoding="gbk" if version < "R2010" else None))
    assert said == []
    assert table.frame.geometry[0].equals(Polygon(square()))
    assert table.frame.drop(columns=["geometry", "handle"]).to_dict("records") == [
        {"name": "观海卫智能电器小镇", "texts": "观海卫智能电器小镇", "layer": RED}
    ]
    assert table.places == (Place(file="红线图.dxf", feature="观海卫智能电器小镇"),)
    assert (table.frame.crs, table.layer, table.format) == (None, RED, "DXF")


def test_ends_that_meet_within_a_millimetre_close_a_polyline(tmp_path: Path) -> None:
    ring = square()
    path = drawn(tmp_path, outline([*ring, (X + 0.0009, Y)], close=False))
    table, said = read(path)
    assert said == []
    assert table.frame.geometry[0].equals(Polygon(ring))
    found = refused(drawn(tmp_path, outline([*ring, (X + 0.01, Y)], close=False)))
    assert (found.code, found.message("en")) == ("DXF-NO-OUTLINE", "There is no closed polyline, only: 1 POLYLINE")


def test_open_polylines_and_lines_are_counted_with_their_place(tmp_path: Path) -> None:
    def line(document: Any) -> None:
        document.modelspace().add_line((X, Y), (X + 1, Y), dxfattribs={"layer": RED})

    path = drawn(tmp_path, all_of(outline(square()), outline(square(200), close=False), line))
    table, findings = dxf.read(path)
    assert table is not None
    assert [(f.code, f.message("en")) for f in findings] == [
        ("DXF-OPEN", f"Layer {RED}: 1 polyline(s) are not closed and were not read; the first ends here"),
        ("DXF-LINES", f"Layer {RED} also holds 1 LINE, which bound nothing by themselves and were not read"),
    ]
    assert (findings[0].place.x, findings[0].place.y) == (X + 200, Y + 100)


def test_one_layer_has_to_be_named_where_several_hold_outlines(tmp_path: Path) -> None:
    path = drawn(tmp_path, all_of(outline(square()), outline(square(10, 10, 5), HOUSES)))
    found = refused(path)
    assert (found.code, found.remedy("en")) == ("FILE-LAYER-CHOICE", f"Name one of them with --layer: {HOUSES}, {RED}.")
    table, said = read(path, layer=RED)
    assert (len(table.frame), said) == (1, [])
    assert table.frame.geometry[0].interiors[:] == []
    found = refused(path, layer="蓝线")
    assert (found.code, found.remedy("en")) == (
        "FILE-LAYER-UNKNOWN",
        f"Name one of them with --layer: {HOUSES}, {RED}.",
    )


FRAME = "图框"


def around(layer: str = FRAME) -> Callable[[Any], None]:
    return outline(square(-50, -50, 300), layer)


@pytest.mark.parametrize("frame", [FRAME, "0"])
def test_a_frame_is_not_taken_for_the_boundary_that_was_left_open(tmp_path: Path, frame: str) -> None:
    path = drawn(tmp_path, all_of(around(frame), outline(square(), close=False), words("甲", 50, 50)))
    found = refused(path)
    assert (found.code, found.severity) == ("DXF-LAYER-CHOICE", Severity.ERROR)
    assert found.message("en") == (
        f"Only layer {frame} holds closed outlines, but it may not be the boundary: {RED} (1 POLYLINE)"
    )
    assert found.remedy("en") == (
        "Close the boundary's polyline in the drawing (PEDIT, Close), or name the layer that holds it with --layer."
    )
    table, said = read(path, layer=frame)
    assert (table.frame["name"].to_list(), said) == ([None], [])  # the text belongs to the open outline
    assert refused(path, layer=RED).code == "DXF-NO-OUTLINE"


def test_a_boundary_of_single_lines_does_not_make_a_parcel_of_the_frame(tmp_path: Path) -> None:
    def lines(document: Any) -> None:
        points = square()
        for start, end in zip(points, [*points[1:], points[0]], strict=True):
            document.modelspace().add_line(start, end, dxfattribs={"layer": RED})

    found = refused(drawn(tmp_path, all_of(around(), lines)))
    assert found.message("en").endswith(f"it may not be the boundary: {RED} (4 LINE)")
    _, said = read(drawn(tmp_path, all_of(around("蓝线"), lines)))
    assert said == [
        (
            "DXF-ELSEWHERE",
            f"Only layer 蓝线 was read; other layers hold what bounds nothing by itself: {RED} (4 LINE)",
        )
    ]
    table, said = read(drawn(tmp_path, around()))
    assert (len(table.frame), said) == (1, [])  # nothing else is there


def test_roads_and_contour_lines_keep_nobody_from_the_boundary(tmp_path: Path) -> None:
    bend = [(X, Y), (X + 40, Y + 10), (X + 90, Y + 5)]
    path = drawn(
        tmp_path, all_of(outline(square()), outline(bend, "道路", close=False), words("甲地块", 40, 8, "注记"))
    )
    table, said = read(path)
    assert table.frame["name"].to_list() == ["甲地块"]
    assert said == [
        (
            "DXF-ELSEWHERE",
            f"Only layer {RED} was read; other layers hold what bounds nothing by itself: 道路 (1 POLYLINE)",
        )
    ]
    _, said = read(path, layer=RED)
    assert said == []


def test_arrows_and_lines_there_and_back_are_no_boundaries(tmp_path: Path) -> None:
    arrow = [(X + 5, Y + 5), (X + 7, Y + 9), (X + 9, Y + 5)]
    back = [(X + 5, Y + 5), (X + 90, Y + 90), (X + 5, Y + 5.5)]
    path = drawn(
        tmp_path, all_of(outline(square()), outline(arrow, "指北针", close=False), outline(back, "标注", close=False))
    )
    _, said = read(path)
    assert [code for code, _ in said] == ["DXF-ELSEWHERE"]


def test_texts_of_an_open_outline_are_not_borrowed(tmp_path: Path) -> None:
    path = drawn(
        tmp_path,
        all_of(
            outline(square()), outline(square(40, 40, 20), "蓝线", close=False),
            words("乙", 50, 50, "注记", 9), words("蓝", 42, 42, "蓝线"), words("甲", 5, 5, "注记"),
        ),
    )  # fmt: skip
    assert refused(path).code == "DXF-LAYER-CHOICE"
    table, said = read(path, layer=RED)
    assert (table.frame["texts"].to_list(), said) == (["甲"], [])


def test_an_outline_without_a_text_inside_another_is_a_hole(tmp_path: Path) -> None:
    path = drawn(tmp_path, all_of(outline(square()), outline(square(20, 20, 10)), words("甲", 60, 60)))
    table, findings = dxf.read(path)
    assert table is not None
    assert table.frame.geometry[0].equals(Polygon(square(), [square(20, 20, 10)]))
    outer = table.frame["handle"][0]
    assert [(f.code, f.message("en")) for f in findings] == [
        ("DXF-HOLE", f"This outline lies inside outline {outer} and holds no text: it was cut out of it as a hole")
    ]
    assert (findings[0].place.x, findings[0].place.y) == (X + 20, Y + 20)


def test_an_outline_with_a_text_inside_another_is_a_parcel_that_overlaps_it(tmp_path: Path) -> None:
    path = drawn(
        tmp_path,
        all_of(outline(square()), outline(square(20, 20, 10)), words("甲", 60, 60), words("乙", 22, 22)),
    )
    table, said = read(path)
    assert table.frame["name"].to_list() == ["甲", "乙"]
    assert table.frame.geometry.area.to_list() == [10_000, 100]
    outer = table.frame["handle"][0]
    assert said == [
        ("DXF-NESTED", f"This outline lies inside outline {outer} and holds a text: both are parcels, and they overlap")
    ]


def test_an_outline_drawn_twice_inside_another_is_both_hole_and_parcel(tmp_path: Path) -> None:
    inner = square(20, 20, 10)
    again = [*inner[2:], *inner[:2]]
    table, said = read(drawn(tmp_path, all_of(outline(square()), outline(inner), outline(again), words("乙", 22, 22))))
    assert said == []
    assert table.frame["name"].to_list() == [None, "乙"]
    assert table.frame.geometry.area.to_list() == [9_900, 100]
    table, said = read(drawn(tmp_path, all_of(outline(inner), outline(again))))
    assert len(table.frame) == 1
    assert said == [("DXF-TWICE", "This outline is drawn more than once and was read once")]


def test_the_tallest_text_is_the_name_and_all_are_kept(tmp_path: Path) -> None:
    def note(document: Any) -> None:
        document.modelspace().add_mtext(
            r"{\fSimSun;5.2公顷}\P工业", dxfattribs={"layer": "注记", "insert": (X + 50, Y + 50), "char_height": 1}
        )

    path = drawn(
        tmp_path,
        all_of(
            outline(square()), words("J1", 5, 5, height=1), words("甲地块", 30, 30, height=5), note,
            outline(square(70, 70, 10), HOUSES), words("混3", 72, 72, HOUSES, height=9),
        ),
    )  # fmt: skip
    table, said = read(path, layer=RED)
    assert table.frame["name"].to_list() == ["甲地块"]
    assert table.frame["texts"].to_list() == ["甲地块 | 5.2公顷 工业 | J1"]
    assert said == [
        (
            "DXF-TEXTS",
            "1 outline(s), from here on, hold several texts; the tallest is the name, all stand in the column texts",
        )
    ]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"\U+89C2\U+6D77\U+536B", "观海卫"),
        (r"\M+5B9DB\M+5BAA3", "观海"),
        ("%%d甲", "°甲"),
        (r"\U+D83D\U+DE00", "😀"),
        (r"\U+D83D", "\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_escapes_in_texts_are_the_characters_that_they_stand_for(tmp_path: Path, written: str, meant: str) -> None:
    table, _ = read(drawn(tmp_path, all_of(outline(square()), words(written, 20, 20))))
    assert table.frame["name"].to_list() == [meant]


def test_texts_in_gbk_are_read_though_the_drawing_says_otherwise(tmp_path: Path) -> None:
    path = drawn(tmp_path, all_of(outline(square()), words("观海卫镇", 20, 20)), version="R2000", encoding="gbk")
    path.write_bytes(path.read_bytes().replace(b"ANSI_936", b"ANSI_1252"))
    table, said = read(path)
    assert table.frame["name"].to_list() == ["观海卫镇"]
    assert ("DXF-ENCODING", "The drawing says that its texts are cp1252, which does not fit them; "
            "they were read as GB18030") in said  # fmt: skip
    table, said = read(path, encoding="GBK")
    assert (table.frame["name"].to_list(), table.encoding) == (["观海卫镇"], "gb18030")
    assert "DXF-ENCODING" not in dict(said)
    assert refused(path, encoding="ascii").code == "FILE-ENCODING-WRONG"
    assert refused(path, encoding="klingon").code == "FILE-ENCODING-NAME"


@given(bulge=st.floats(-3, 3).filter(lambda b: abs(b) > 1e-3), length=st.floats(1, 2000), turn=st.floats(0, math.tau))
@settings(deadline=None, max_examples=25)
def test_chords_stay_near_their_arc(
    tmp_path_factory: pytest.TempPathFactory, bulge: float, length: float, turn: float
) -> None:
    start = np.array([X, Y])
    end = start + length * np.array([math.cos(turn), math.sin(turn)])
    path = drawn(tmp_path_factory.mktemp("arc"), outline([(*start, bulge), (*end, 0.0)], format="xyb"))
    table, findings = dxf.read(path)
    angle = 4 * math.atan(abs(bulge))
    radius = length / 2 / math.sin(angle / 2)
    segment = radius**2 / 2 * (angle - math.sin(angle))
    if table is None:  # the whole arc lies within the sagitta of its chord
        assert radius * (1 - math.cos(angle / 2)) <= 0.0101
        return
    assert [f.code for f in findings] == ["DXF-ARCS"]
    drawn_area = table.frame.geometry.area[0]
    assert segment - 0.011 * radius * angle <= drawn_area <= segment + 1e-3
    points = shapely.get_coordinates(table.frame.geometry[0])
    middle = _middle(start, end, bulge)
    assert np.abs(np.hypot(*(points - middle).T) - radius).max() < 1e-6 * max(radius, 1)


def _middle(start: Any, end: Any, bulge: float) -> Any:
    """Return the middle of an arc's circle from the arc's highest point: Thales, not the formula of the reader."""
    chord = end - start
    top = (start + end) / 2 + bulge / 2 * np.array([chord[1], -chord[0]])
    a, b, c = (complex(*p) for p in (start - X * 0, top, end))
    w = (c - a) / (b - a)
    centre = (b - a) * (w - abs(w) ** 2) / (2j * w.imag) + a
    return np.array([centre.real, centre.imag])


def test_arcs_are_said_with_their_tolerance(tmp_path: Path) -> None:
    _, said = read(drawn(tmp_path, outline([(X, Y, 1.0), (X + 10, Y, 1.0)], format="xyb")))
    assert said == [
        ("DXF-ARCS", f"Layer {RED}: 2 arc(s) became chords that stay within 0.01 of the arc, in drawing units")
    ]


def test_blocks_are_taken_apart_on_the_layer_of_their_reference(tmp_path: Path) -> None:
    def draw(document: Any) -> None:
        block = document.blocks.new("地块")
        block.add_lwpolyline([(0, 0), (10, 0), (10, 10), (0, 10)], close=True)  # on layer 0
        block.add_text("块", height=1).set_placement((5, 5))
        document.modelspace().add_blockref("地块", (X, Y), dxfattribs={"layer": RED, "xscale": 2, "rotation": 90})
        again = document.modelspace().add_blockref("地块", (X + 100, Y), dxfattribs={"layer": RED})
        again.add_attrib("名称", "属性名", (X + 105, Y + 2), dxfattribs={"height": 9})

    table, said = read(drawn(tmp_path, draw))
    assert [code for code, _ in said] == ["DXF-TEXTS"]
    assert table.frame["layer"].to_list() == [RED, RED]
    assert table.frame["name"].to_list() == ["块", "属性名"]
    assert shapely.normalize(table.frame.geometry[0]).equals_exact(shapely.normalize(box(X - 10, Y, X, Y + 20)), 1e-6)


def test_an_outline_of_a_block_is_called_by_its_place(tmp_path: Path) -> None:
    def draw(document: Any) -> None:
        block = document.blocks.new("地块")
        for points in (square(), square(20, 20, 10)):
            block.add_lwpolyline(points, close=True)
        document.modelspace().add_blockref("地块", (0, 0), dxfattribs={"layer": RED})

    _, said = read(drawn(tmp_path, draw))
    assert said == [
        (
            "DXF-HOLE",
            "This outline lies inside outline (621000.000, 3341000.000) and holds no text: "
            "it was cut out of it as a hole",
        )
    ]


def test_a_block_that_holds_itself_and_one_that_repeats_without_end_stop(tmp_path: Path) -> None:
    def itself(document: Any) -> None:
        outline(square())(document)
        block = document.blocks.new("环")
        block.add_blockref("环", (1, 1))
        document.modelspace().add_blockref("环", (X, Y))

    _, said = read(drawn(tmp_path, itself))
    assert said == [("DXF-BLOCKS", "Blocks lie within one another more than 16 deep; what lies deeper was not read")]

    def endless(document: Any) -> None:
        block = document.blocks.new("点")
        block.add_point((0, 0))
        apart = {"row_spacing": 1, "column_spacing": 1}
        document.modelspace().add_blockref(
            "点", (X, Y), dxfattribs={"row_count": 30000, "column_count": 30000, **apart}
        )

    assert refused(drawn(tmp_path, endless), limits=Limits(features=100)).code == "LIMIT-FEATURES"


def test_a_mirrored_polyline_stands_where_it_is_seen(tmp_path: Path) -> None:
    def draw(document: Any) -> None:
        attributes = {"layer": RED, "extrusion": (0, 0, -1)}
        document.modelspace().add_lwpolyline([(-x, y) for x, y in square()], close=True, dxfattribs=attributes)

    table, _ = read(drawn(tmp_path, draw))
    assert table.frame.geometry[0].equals(Polygon(square()))


def test_units_external_drawings_and_damage_are_said(tmp_path: Path) -> None:
    def draw(document: Any) -> None:
        outline(square())(document)
        document.header["$INSUNITS"] = 4
        document.add_xref_def("总图.dwg", "总图")
        document.modelspace().add_blockref("总图", (0, 0))

    path = drawn(tmp_path, draw)
    _, said = read(path)
    assert said == [
        (
            "DXF-UNITS",
            "The drawing says that its unit is Millimeters; its coordinates were kept as they are and count as metres",
        ),
        ("DXF-XREF", "The drawing refers to another drawing (总图) that was not read"),
    ]
    cut = path.read_bytes()
    path.write_bytes(cut[: cut.rindex(b"OBJECTS")])
    table, said = read(path)
    assert table.frame.geometry[0].equals(Polygon(square()))
    assert said[0][0] == "DXF-RECOVERED"


def test_a_dwg_is_named_with_its_remedy(tmp_path: Path) -> None:
    path = tmp_path / "红线.dwg"
    path.write_bytes(b"AC1032" + bytes(100))
    found = refused(path)
    assert (found.code, found.message("en")) == ("DXF-DWG", "The file is a DWG, whose format is not public")
    assert found.remedy("en").startswith("Save it in AutoCAD, CASS or a free converter as DXF (AutoCAD 2010)")


def test_a_file_larger_than_allowed_is_not_read(tmp_path: Path) -> None:
    path = drawn(tmp_path, outline(square()))
    assert refused(path, limits=Limits(file_bytes=1000)).code == "LIMIT-FILE-SIZE"
    assert refused(tmp_path / "nichts.dxf").code == "FILE-UNREADABLE"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"hello\nworld\n",
        b"  0\nSECTION\n",
        b"  0\nEOF\n",
        b"AutoCAD Binary DXF\r\n\x1a\0junk",
        b"\xff" * 99,
    ],
)
def test_what_is_no_drawing_is_said_to_be_unreadable(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.dxf"
    path.write_bytes(data)
    table, findings = dxf.read(path)
    assert table is None
    assert {f.code for f in findings} <= {"FILE-UNREADABLE", "FILE-ENCODING-WRONG", "DXF-RECOVERED", "DXF-NO-OUTLINE"}
    assert all(f.message("en") for f in findings)


def test_a_drawing_cut_off_in_its_header_is_said_to_be(tmp_path: Path) -> None:
    path = drawn(tmp_path, outline(square()))
    path.write_bytes(path.read_bytes()[:200])
    assert refused(path).message("en") == "The file cannot be read: it ends in the middle"


def test_a_drawing_of_entities_alone_is_read(tmp_path: Path) -> None:
    tags: list[Any] = [0, "SECTION", 2, "ENTITIES", 0, "POLYLINE", 8, RED, 66, 1, 70, 1]
    for x, y in square():
        tags += [0, "VERTEX", 8, RED, 10, x, 20, y]
    tags += [0, "SEQEND", 0, "TEXT", 8, RED, 10, X + 5, 20, Y + 5, 40, 2.0, 1, "观海卫", 0, "ENDSEC", 0, "EOF", ""]
    path = tmp_path / "a.dxf"
    path.write_bytes("\r\n".join(map(str, tags)).encode("gbk"))
    table, said = read(path)
    assert table.frame.geometry[0].equals(Polygon(square()))
    assert table.frame["name"].to_list() == ["观海卫"]
    assert [code for code, _ in said] == ["DXF-ENCODING"]


@given(seed=st.integers(0, 10**6))
@settings(deadline=None, max_examples=25)
def test_no_bytes_end_in_a_traceback(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - reproducible damage, no secret
    path = drawn(tmp_path_factory.mktemp("damaged"), all_of(outline(square()), words("甲", 5, 5)), version="R2000")
    data = bytearray(path.read_bytes())
    for _ in range(chance.randint(1, 30)):
        at = chance.randrange(len(data))
        match chance.randrange(3):
            case 0:
                data[at] = chance.randrange(256)
            case 1:
                del data[at : at + chance.randint(1, 50)]
            case _:
                data[at:at] = chance.choice([b"nan", b"1e999", b"-1", b"\n", b"\xff\xfe"])
    path.write_bytes(data[: chance.choice([len(data), chance.randrange(len(data))])])
    table, findings = dxf.read(path)
    assert table is not None or findings
    for finding in findings:
        assert finding.message("en")


# --- writing --------------------------------------------------------------------------------


def layer_of(*shapes: Any, **columns: Any) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(columns, geometry=list(shapes), crs=4549)


def test_what_was_written_comes_back_the_same(tmp_path: Path) -> None:
    hole = Polygon(square(20, 20, 10))
    parts = MultiPolygon([Polygon(square(200, 0, 10)), Polygon(square(300, 0, 10))])
    shapes = [Polygon(square(), [hole.exterior.coords]), hole, parts, Point(X + 500.123456789, Y).buffer(33.3)]
    path = tmp_path / "出.dxf"
    findings = dxf.write(layer_of(*shapes, name=["甲一二三四", "飞地", "丙", "丁"], 面积=[1, 2, 3, 4]), path)
    assert [(f.code, f.message("en")) for f in findings] == [
        ("WRITE-COLUMNS-LEFT", "The format has no place for these columns, which were not written: 面积")
    ]
    table, said = read(path)
    assert said == []
    assert table.frame["name"].to_list() == ["甲一二三四", "飞地", "丙", "丙", "丁"]
    expected = [*shapes[:2], *parts.geoms, shapes[3]]
    assert all(a.equals_exact(b, 0) or a.equals(b) for a, b in zip(table.frame.geometry, expected, strict=True))


def test_the_same_layer_gives_the_same_bytes(tmp_path: Path) -> None:
    layer = layer_of(Polygon(square()), name=["甲"])
    for name in ("a.dxf", "b.dxf"):
        assert dxf.write(layer, tmp_path / name) == []
    assert (tmp_path / "a.dxf").read_bytes() == (tmp_path / "b.dxf").read_bytes()


@pytest.mark.parametrize(
    ("layer", "name", "code", "message"),
    [
        (
            geopandas.GeoDataFrame(geometry=[box(121, 30, 122, 31)], crs=4490), "红线", "DXF-DEGREES",
            "A drawing is in metres, and the features are in degrees (China Geodetic Coordinate System 2000)",
        ),
        (layer_of(box(0, 0, 1, 1)), "红*线", "DXF-LAYER-NAME", "'红*线' cannot be the name of a layer in AutoCAD"),
        (layer_of(Point(0, 0)), "红线", "GEOM-NOT-POLYGON", "The feature is no polygon but a POINT, which has no area"),
    ],
)  # fmt: skip
def test_what_a_drawing_cannot_hold_is_not_written(
    tmp_path: Path, layer: geopandas.GeoDataFrame, name: str, code: str, message: str
) -> None:
    (found,) = dxf.write(layer, tmp_path / "a.dxf", layer=name)
    assert (found.code, found.message("en")) == (code, message)
    assert not (tmp_path / "a.dxf").exists()


def test_a_vertex_that_is_nowhere_is_named(tmp_path: Path) -> None:
    def draw(document: Any) -> None:
        document.modelspace().add_lwpolyline(square(), close=True, dxfattribs={"layer": RED})
        broken = [*square(300)[:2], (math.nan, Y), square(300)[3]]
        document.modelspace().add_lwpolyline(broken, close=True, dxfattribs={"layer": RED})

    table, findings = dxf.read(drawn(tmp_path, draw))
    assert table is None
    assert [(finding.code, finding.params["vertex"]) for finding in findings] == [("COORD-NONFINITE", 3)]
