"""What stands on a printed sheet, before any library draws it: the same classes and figures as on the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from map_sheets import drawn
from map_views import cell, hostile_view, layer_only, sample_view
from shapely import MultiPolygon, Polygon, box

from landquota.maps import MapClass, MapFeature, MapLayer, MapView
from landquota.maps.payload import page_data
from landquota.maps.printing.drawn import hatching
from landquota.maps.printing.layout import sheet_plan
from landquota.maps.printing.outlines import Outlines
from landquota.maps.printing.plan import Fill, Plan, Stroke, Words
from landquota.maps.printing.scale import fitted, in_plane
from landquota.maps.printing.wording import shortened, width_mm, wrapped

FRAME = (12.0, 22.0, 322.0, 266.0)


def words(plan: Plan) -> list[str]:
    return [mark.text for mark in plan.marks if isinstance(mark, Words)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_sheet_says_what_the_page_says(built_demo: Path, language: str) -> None:
    view = drawn(built_demo, language=language)[1]
    said = words(sheet_plan(view))
    data = page_data(view)[0]
    layers: Any = data["layers"]
    for layer in layers:
        for look in layer["classes"]:
            assert f"{look['count']} · {look['area']}" in said
            assert look["label"] in said
    assert view.title in said
    foot = " ".join(said)
    assert all(part.split(" ")[0] in foot for part in view.footer)
    assert str(view.head) in foot
    zone = next(f for one in view.layers if one.kind == "zones" for f in one.features if f.id == view.opens_on)
    assert zone.name in said
    assert {"zh": "北", "en": "N"}[language] in said
    assert any("1:8,000" in line for line in said)


def fills(plan: Plan) -> list[Fill]:
    return [mark for mark in plan.marks if isinstance(mark, Fill) and mark.within is not None]


def test_layers_lie_over_each_other_as_on_the_page() -> None:
    view = sample_view()
    plan = sheet_plan(view)
    on_map = [mark for mark in plan.marks if isinstance(mark, Fill | Stroke) and mark.within is not None]
    stages = {look.fill for layer in view.layers if layer.id == "parcels" for look in layer.classes}
    drawn_as = [
        ("zone" if set(mark.colours) == {"#ffffff"} else "parcels" if set(mark.colours) <= stages else "?")
        if isinstance(mark, Fill)
        else mark.colour
        for mark in on_map
    ]
    stroke, red, outline = "#3f4650", "#c0392b", "#1f2d3d"
    assert drawn_as == ["zone", "parcels", stroke, red, red, outline], "zones are outlined above everything"
    assert [mark.dashed for mark in on_map if isinstance(mark, Stroke)] == [True, False, False, False]


def test_the_smaller_lies_on_top() -> None:
    small, large = MapFeature("s", "", "all", cell(0, 0, 0.001)), MapFeature("l", "", "all", cell(0, 0))
    for order in ((small, large), (large, small)):
        (mark,) = fills(sheet_plan(layer_only("parcels", *order)))
        areas = shapely.area(mark.shapes)
        assert areas[0] > areas[1]


def test_what_is_drawn_lies_in_the_frame_at_the_scale_that_is_said() -> None:
    feature = MapFeature("1", "", "all", box(121.40, 30.16, 121.45, 30.19))
    plan = sheet_plan(layer_only("parcels", feature))
    (mark,) = fills(plan)
    west, south, east, north = shapely.total_bounds(mark.shapes)
    assert FRAME[0] < west < east < FRAME[2]
    assert FRAME[1] < south < north < FRAME[3]
    (said,) = [line for line in words(plan) if "1:" in line]
    denominator = float(said.partition("1:")[2].replace(",", ""))
    length_m = pyproj.Geod(ellps="GRS80").line_length([121.40, 121.45], [30.16, 30.16])
    ring = shapely.get_coordinates(mark.shapes)
    bottom = ring[np.argsort(ring[:, 1])][:2]
    assert np.hypot(*(bottom[0] - bottom[1])) * denominator / 1000 == pytest.approx(length_m, rel=5e-4)


@given(st.floats(1, 1e6), st.floats(1, 1e6), st.floats(0, 1e7), st.floats(0, 1e7))
def test_anything_fits_at_a_round_scale_with_a_round_bar(width: float, height: float, x: float, y: float) -> None:
    room = (20.0, 36.0, 314.0, 252.0)
    scale = fitted((x, y, x + width, y + height), room)
    placed = shapely.total_bounds(scale.on_paper(np.array([box(x, y, x + width, y + height)], dtype=object)))
    assert np.all(placed[:2] >= np.array(room[:2]) - 1e-3)
    assert np.all(placed[2:] <= np.array(room[2:]) + 1e-3)
    assert len(f"{scale.denominator:.0f}".rstrip("0")) <= 2
    bar = scale.bar_m(60)
    assert 20 < 1000 * bar / scale.denominator <= 60 * (1 + 1e-9)
    assert f"{bar:.6g}".strip("0").replace(".", "").strip("0") in {"1", "2", "5"}


def test_a_map_without_features_is_a_sheet_all_the_same() -> None:
    for view in (
        MapView("leer", "en"),
        layer_only("zones"),
        layer_only("parcels", MapFeature("1", "", "all", Polygon())),
    ):
        assert view.title in words(sheet_plan(view))


@pytest.mark.parametrize("evil", ["<b>", "$\\frac{1}{0}$", "\x1b[2J", "x" * 500, "字" * 500, "\n", "", "\u202e"])
def test_hostile_and_endless_texts_stay_on_the_paper(evil: str) -> None:
    plan = sheet_plan(hostile_view(evil))
    for mark in plan.marks:
        if isinstance(mark, Words):
            assert not {"\x1b", "\n", "\u202e"} & set(mark.text)
            left = mark.x - width_mm(mark.text, mark.size_pt) * {"left": 0, "center": 0.5, "right": 1}[mark.align]
            assert left > 0
            assert left + width_mm(mark.text, mark.size_pt) < plan.width_mm
            assert 0 < mark.y < plan.height_mm


def test_a_legend_that_is_too_long_says_how_much_is_missing() -> None:
    classes = tuple(MapClass(str(n), f"class {n}", "#3f7ba6", "#3f4650", count=1, area_text="1 mu") for n in range(80))
    view = MapView("t", "en", layers=(MapLayer("l", "l", "parcels", classes),))
    said = words(sheet_plan(view))
    (more,) = [line for line in said if "more lines are in the page's legend" in line]
    shown = [line for line in said if line.startswith("class ")]
    assert int(more.split(" ")[0]) + len(shown) == 80


def test_hatching_stays_within_what_is_hatched() -> None:
    shapes = np.array(
        [box(20, 30, 60, 50), Polygon(box(100, 100, 140, 140).exterior, [box(110, 110, 130, 130).exterior])],
        dtype=object,
    )
    lines = hatching(shapes, FRAME)
    assert len(lines) > 40
    whole = shapely.union_all(shapes).buffer(1e-6)
    assert np.all(shapely.covers(whole, lines))
    ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    assert np.allclose(np.diff(ends, axis=1)[:, 0, 0], np.diff(ends, axis=1)[:, 0, 1]), "at 45 degrees"


def test_outlines_keep_rings_parts_and_order() -> None:
    hole = Polygon(box(0, 0, 9, 9).exterior, [box(1, 1, 2, 2).exterior])
    shapes = np.array([hole, MultiPolygon([box(20, 0, 21, 1), hole]), box(5, 5, 6, 6)], dtype=object)
    outlines = Outlines.of(shapes)
    for at, shape in enumerate(shapes):
        start, end = outlines.geometries[at : at + 2]
        starts = outlines.lines[(outlines.lines >= start) & (outlines.lines < end)]
        rings = np.split(outlines.xy[start:end], starts[1:] - start)
        signed = [shapely.is_ccw(shapely.linearrings(ring)) for ring in rings]
        area = sum((1 if ccw else -1) * shapely.area(Polygon(ring)) for ring, ccw in zip(rings, signed, strict=True))
        assert area == pytest.approx(shapely.area(shape))
    assert outlines.geometries[-1] == len(outlines.xy)


def test_the_plane_is_the_zone_of_the_middle() -> None:
    (moved,) = in_plane([box(121.4, 30.1, 121.5, 30.2)])
    there = pyproj.Transformer.from_crs(4490, 4549, always_xy=True).transform(121.4, 30.1)
    corner = shapely.get_coordinates(moved)
    east, north = there[0] - 500_000, there[1]
    assert np.abs(corner - (east, north)).sum(axis=1).min() < 1e-3


@given(st.text(max_size=60), st.floats(10, 100))
def test_lines_break_where_they_have_to_and_lose_nothing_that_fits(said: str, room: float) -> None:
    lines = list(wrapped(said, 8, room))
    assert all(width_mm(line, 8) <= room + width_mm("…", 8) for line in lines)
    assert width_mm(shortened(said, 8, room), 8) <= room or shortened(said, 8, room) == "…"


def test_chinese_breaks_anywhere_and_latin_between_words() -> None:
    assert list(wrapped("边界为示意：依文件文字绘制", 8, 20)) == ["边界为示意：依", "文件文字绘制"]
    assert list(wrapped("drawn from the documents' words", 8, 28)) == ["drawn from the", "documents' words"]


def test_the_locator_frames_what_the_large_map_shows(built_demo: Path) -> None:
    view = drawn(built_demo)[1]
    with_locator, without = sheet_plan(view), sheet_plan(replace(view, opens_on=None))
    red = [
        mark
        for mark in with_locator.marks
        if isinstance(mark, Stroke) and mark.width_pt == 1.2 and mark.colour == "#c0392b"
    ]
    assert len(red) == 1
    assert not [m for m in without.marks if isinstance(m, Stroke) and m.width_pt == 1.2 and m.colour == "#c0392b"]
