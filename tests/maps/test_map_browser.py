"""The page in a browser without a network: it draws, answers, and runs nothing of the data's."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from acting import Open, box_of, click, click_on, pixel, texts
from browser import Pipe, Tab, new_tab
from map_views import OVERLAP, SOUTH, WEST, cell, hostile_view, layer_only, parcels, sample_view
from pyproj import Transformer
from shapely import Point, Polygon

from landquota.maps import MapFeature, MapView
from landquota.maps.page import write
from landquota.maps.view import STAGE_FILLS

pytestmark = pytest.mark.chromium

EVIL = (
    "</script><script>fired=1</script><img src=x onerror=fired=1><svg onload=fired=1>"
    "<iframe srcdoc='<script>top.fired=1</script>'></iframe><style>*{display:none}</style>"
    "{{fired=1}}{% set fired=1 %}`${fired=1}`'-(fired=1)-'\"onmouseover=fired=1 x=\"javascript:fired=1"
    "&lt;b&gt;\u2028<!--"
)
HOLE = (WEST + 0.002, SOUTH + 0.002)


def painted(tab: Tab, lon: float, lat: float) -> list[int]:
    """Return the red, green, blue and alpha of all canvases together at a point of the map."""
    tab.paint()
    x, y = pixel(tab, lon, lat)
    colour: list[int] = tab.evaluate(
        "(() => { const one = document.createElement('canvas').getContext('2d', {willReadFrequently: true});"
        "const level = (canvas) => Number(getComputedStyle(canvas.closest('.leaflet-pane')).zIndex);"
        "const canvases = [...document.querySelectorAll('.leaflet-pane canvas')];"
        "canvases.sort((a, b) => level(a) - level(b)).forEach((canvas) => {"
        "const box = canvas.getBoundingClientRect(); const scale = canvas.width / box.width;"
        f"const [left, top] = [box.left - {x}, box.top - {y}].map((away) => Math.round(away * scale));"
        "if (canvas.width > 0) { one.drawImage(canvas, left, top); } });"
        "return [...one.getImageData(0, 0, 1, 1).data]; })()"
    )
    return colour


def is_filled_with(colour: list[int], fill: str) -> bool:
    wanted = [int(fill[at : at + 2], 16) for at in (1, 3, 5)]
    return colour[3] > 200 and all(abs(a - b) < 16 for a, b in zip(colour, wanted, strict=False))


def show_zone(tab: Tab) -> None:
    """Bring the zone with the parcels close."""
    click_on(tab, "button.lq-zone")
    tab.settle()


def inside(parcel: MapFeature) -> list[tuple[float, float]]:
    """Return a point inside each part of a parcel."""
    parts = list(getattr(parcel.geometry, "geoms", [parcel.geometry]))
    points: list[Point] = [part.representative_point() for part in parts]
    return [(point.x, point.y) for point in points]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [(1280, 800), (1440, 900), (390, 844)])
def test_the_page_opens_without_a_request_and_fits(open_page: Open, language: str, size: tuple[int, int]) -> None:
    tab = open_page(sample_view(language), width=size[0], height=size[1], touch=size[0] < 500)
    assert tab.evaluate("document.documentElement.dataset.features") == "9"
    assert tab.evaluate("document.documentElement.scrollWidth") <= size[0]
    boxes = tab.evaluate(
        "['.folium-map', '#lq-panel', '#lq-legend'].map((one) => document.querySelector(one)"
        ".getBoundingClientRect()).map((box) => [box.left, box.top, box.width, box.height])"
    )
    (_, map_top, map_width, map_height), (panel_left, panel_top, *_), (_, legend_top, *_) = boxes
    assert legend_top >= map_top + map_height
    if size[0] > 500:
        assert panel_left >= map_width
        assert 0.6 < map_width / size[0] < 0.7
        assert tab.evaluate("document.documentElement.scrollHeight") <= size[1]
    else:
        assert panel_top >= map_top + map_height


def test_the_page_says_what_it_was_given(open_page: Open) -> None:
    tab = open_page(sample_view())
    assert tab.evaluate("document.title") == "慈溪市 指标一张图"
    assert tab.evaluate("document.documentElement.lang") == "zh-CN"
    assert texts(tab, "#lq-head h1") == ["慈溪市 指标一张图"]
    assert "2021-06-23" in texts(tab, "#lq-head p")[0]
    assert texts(tab, ".lq-notice p") == ["地块为示例"]
    assert texts(tab, ".lq-zone-label span") == ["观海卫智能电器小镇", "周巷小家电智造小镇"]
    assert texts(tab, ".lq-zone-label small") == ["示意边界", "示意边界"]
    assert texts(tab, "#lq-foot > span")[:2] == ["内部工作用图", "边界为示意"]
    assert "3f9c…a1" in texts(tab, "#lq-foot .lq-short")[0]
    assert f"3f9c{58 * '0'}a1" in texts(tab, "#lq-foot .lq-whole")[0]
    assert re.search(r"m$", texts(tab, ".leaflet-control-scale")[0])


def test_every_parcel_is_painted_in_the_colour_of_its_stage(open_page: Open) -> None:
    tab = open_page(sample_view())
    show_zone(tab)
    for parcel in parcels():
        for lon, lat in inside(parcel):
            colour = painted(tab, lon, lat)
            assert is_filled_with(colour, STAGE_FILLS[parcel.class_key]), (parcel.id, colour)
    assert not is_filled_with(painted(tab, *HOLE), STAGE_FILLS["planned"])


def test_a_popup_says_every_row_and_entry_of_its_parcel(open_page: Open) -> None:
    tab = open_page(sample_view())
    show_zone(tab)
    for parcel in parcels():
        for lon, lat in inside(parcel):
            click(tab, lon, lat)
            assert texts(tab, ".lq-card:first-child h3") == [parcel.name + parcel.id]
            shown = list(zip(texts(tab, ".lq-card:first-child dt"), texts(tab, ".lq-card:first-child dd"), strict=True))
            assert shown == list(parcel.rows)
            assert texts(tab, ".lq-card .lq-entry-amount") == [entry.amount for entry in parcel.entries]
            click_on(tab, ".leaflet-popup-close-button")


def test_a_click_in_a_hole_is_not_a_click_on_the_parcel(open_page: Open) -> None:
    tab = open_page(sample_view())
    show_zone(tab)
    click(tab, *HOLE)
    assert texts(tab, ".lq-card") == []


def test_a_click_where_farmland_covers_a_parcel_tells_of_both(open_page: Open) -> None:
    tab = open_page(sample_view())
    show_zone(tab)
    click(tab, WEST + 0.0135, SOUTH + 0.002)
    assert texts(tab, ".lq-card h3") == ["示例地块 3P3", "永久基本农田 1YN-1"]


def test_parcels_lie_on_plain_layers_and_under_hatched_ones(open_page: Open) -> None:
    view = sample_view()
    zones, drawn, farm = view.layers
    middle = inside(drawn.features[1])[0]
    cover = replace(farm.features[0], geometry=cell(1, 0))
    for hatched in (False, True):
        look = replace(farm.classes[0], hatched=hatched)
        layer = replace(farm, classes=(look,), features=(cover,))
        tab = open_page(replace(view, layers=(zones, drawn, layer), opens_on="GHW-01"))
        order = tab.evaluate("landquota.page.drawing.features().map((feature) => feature.id)")
        assert order[8 if hatched else 2] == "YN-1"
        assert hatched or is_filled_with(painted(tab, *middle), STAGE_FILLS["approved"])
        tab.move(*pixel(tab, *middle))
        tab.settle()
        assert texts(tab, ".lq-hint") == ["示例地块 2"]


def test_hovering_names_the_parcel(open_page: Open) -> None:
    tab = open_page(sample_view())
    show_zone(tab)
    tab.move(*pixel(tab, *inside(parcels()[1])[0]))
    tab.settle()
    assert texts(tab, ".lq-hint") == ["示例地块 2"]
    tab.move(*pixel(tab, *HOLE))
    tab.settle()
    assert texts(tab, ".lq-hint") == []


def test_a_switch_of_the_legend_hides_its_class(open_page: Open) -> None:
    tab = open_page(sample_view())
    show_zone(tab)
    planned, approved = parcels()[0], parcels()[1]
    first = ".lq-several .lq-class input"
    click_on(tab, first)
    assert not is_filled_with(painted(tab, *inside(planned)[0]), STAGE_FILLS["planned"])
    assert is_filled_with(painted(tab, *inside(approved)[0]), STAGE_FILLS["approved"])
    click(tab, *inside(planned)[0])
    assert texts(tab, ".lq-card") == []
    whole = "document.querySelector('.lq-layer input')"
    assert tab.evaluate(f"[{whole}.checked, {whole}.indeterminate]") == [True, True]
    click_on(tab, first)
    assert is_filled_with(painted(tab, *inside(planned)[0]), STAGE_FILLS["planned"])
    click_on(tab, ".lq-layer input")
    for parcel in parcels():
        assert not is_filled_with(painted(tab, *inside(parcel)[0]), STAGE_FILLS[parcel.class_key])


def test_the_legend_counts_and_measures_every_class(open_page: Open) -> None:
    tab = open_page(sample_view("en"))
    lines = texts(tab, ".lq-class")
    assert lines[0] == "片区2 areas · 7.67 km²"
    assert lines[1:7] == [f"{stage}1 parcel" for stage in STAGE_FILLS]
    assert lines[7] == "永久基本农田保护图斑1 area · 9 亩"


def test_search_finds_by_id_and_by_name_and_shows_what_it_found(open_page: Open) -> None:
    tab = open_page(sample_view("en"))
    for asked, found in {"p4": "示例地块 4P4", "地块 6": "示例地块 6P6"}.items():
        tab.evaluate("(() => { const box = document.querySelector('#lq-search'); box.value = ''; box.focus(); })()")
        tab.call("Input.insertText", text=asked)
        tab.press("Enter", 13)
        assert tab.until("document.querySelector('.lq-card h3') !== null")
        assert texts(tab, ".lq-card h3") == [found]
    tab.evaluate("document.querySelector('#lq-search').select()")
    tab.call("Input.insertText", text="no such parcel")
    assert texts(tab, "#lq-hits li") == ["Nothing found"]


def test_a_click_on_a_zone_shows_it_alone_until_everything_is_asked_for(open_page: Open) -> None:
    tab = open_page(replace(sample_view(), opens_on="GHW-01"))
    click(tab, WEST - 0.002, SOUTH + 0.007)
    bodies = "[...document.querySelectorAll('.lq-section > div')].map((body) => body.hidden)"
    assert tab.evaluate(bodies) == [True, False, True]
    assert tab.evaluate("landquota.page.map.getBounds().contains([30.19, 121.13])") is False
    click_on(tab, ".lq-all")
    assert tab.evaluate(bodies) == [False, False, False]
    assert tab.evaluate("landquota.page.map.getBounds().contains([30.19, 121.13])") is True


def test_the_panel_drills_down_to_entries_and_from_them_to_parcels(open_page: Open) -> None:
    tab = open_page(sample_view())
    figures = ".lq-figure"
    assert texts(tab, figures) == ["200", "145"]
    assert tab.evaluate("document.querySelector('tr.lq-detail').hidden") is True
    click_on(tab, figures)
    assert tab.evaluate("document.querySelector('tr.lq-detail').hidden") is False
    assert texts(tab, "tr.lq-detail:not([hidden]) .lq-entry-source") == ["2018-06-26 · R241-2018 §二(二)"]
    assert texts(tab, "tr.lq-detail:not([hidden]) .lq-entry-key") == ["L-0007"]
    assert texts(tab, "tr.lq-detail:not([hidden]) button") == [], "an entry without a place is not a button"
    tab.evaluate("[...document.querySelectorAll('.lq-figure')][1].focus()")
    tab.press("Enter", 13)
    tab.evaluate("[...document.querySelectorAll('.lq-figure')][1].click()")
    click_on(tab, "tr.lq-detail:not([hidden]) button.lq-entry")
    centre = tab.evaluate("(() => { const c = landquota.page.map.getCenter(); return [c.lng, c.lat]; })()")
    assert cell(1, 0).buffer(0.002).contains(Point(centre))


def test_a_note_lists_the_entries_that_it_rests_on(open_page: Open) -> None:
    tab = open_page(sample_view())
    click_on(tab, ".lq-said")
    assert texts(tab, ".lq-note > div:not([hidden]) .lq-entry-amount") == ["+145 亩", "200 亩"]


def chosen(tab: Tab) -> list[list[float]]:
    """Return the middles of what is outlined or ringed, as longitude and latitude, without repetition."""
    found = tab.evaluate(
        "(() => { const found = []; landquota.page.map.eachLayer((layer) => {"
        "if (layer.options.color === '#14202e') { const at = layer.getLatLng ? layer.getLatLng() "
        ": layer.getBounds().getCenter(); found.push([at.lng, at.lat]); } }); return found; })()"
    )
    return sorted(found)


def test_findings_say_how_severe_they_are_and_what_to_do(open_page: Open) -> None:
    tab = open_page(sample_view())
    assert texts(tab, ".lq-tally") == ["问题：1 警告 · 1 提示"]
    assert texts(tab, ".lq-finding .lq-badge") == ["!警告", "i提示"]
    assert texts(tab, ".lq-found") == ["地块重叠 PARCEL-OVERLAP", "没有永久基本农田图层 FARMLAND-NO-DATA"]
    assert texts(tab, ".lq-finding details p") == ["请核对界址"]
    assert tab.evaluate("document.querySelector('.lq-finding details').open") is False
    assert texts(tab, "span.lq-found") == ["没有永久基本农田图层 FARMLAND-NO-DATA"], "without a place it is no button"


def test_a_click_on_a_finding_flies_to_its_coordinate_and_outlines_its_features(open_page: Open) -> None:
    tab = open_page(sample_view())
    click_on(tab, "button.lq-found")
    second, third = (feature.geometry.centroid for feature in parcels()[1:3])
    assert OVERLAP.point is not None
    expected = sorted([[second.x, second.y], [*OVERLAP.point], [third.x, third.y]])
    assert np.allclose(chosen(tab), expected, rtol=0, atol=1e-6)
    x, y = pixel(tab, *OVERLAP.point)
    width, height = tab.evaluate("(() => { const s = landquota.page.map.getSize(); return [s.x, s.y]; })()")
    assert 0 < x < width
    assert 0 < y < height
    assert tab.evaluate("landquota.page.map.getZoom()") >= 15
    click_on(tab, "button.lq-zone")
    assert chosen(tab) == []


def test_the_count_of_findings_leads_to_the_worst_of_them(open_page: Open) -> None:
    tab = open_page(sample_view(), height=500)
    tab.evaluate("document.querySelector('.lq-findings').open = false")
    click_on(tab, ".lq-tally")
    seen = tab.evaluate(
        "(() => { const [box, frame] = ['.lq-finding', '#lq-panel'].map((one) => document.querySelector(one)"
        ".getBoundingClientRect()); return box.height > 0 && box.top >= frame.top && box.bottom <= frame.bottom; })()"
    )
    assert seen is True


def test_cited_facts_are_folded_in_their_zone_and_at_the_end(open_page: Open) -> None:
    tab = open_page(sample_view())
    assert texts(tab, ".lq-section .lq-facts li") == ["规划已用完（R241-2018 §二）"]
    assert texts(tab, "#lq-panel > .lq-facts li") == ["慈溪市：一律不供地"]
    assert tab.evaluate("[...document.querySelectorAll('.lq-facts')].some((one) => one.open)") is False


@pytest.mark.parametrize("width", [1280, 390])
def test_the_notice_neither_covers_a_popup_nor_stays_when_hidden(open_page: Open, width: int) -> None:
    zones, drawn, farm = sample_view().layers
    tall = replace(drawn.features[4], rows=tuple((f"行 {number}", "值") for number in range(12)))
    layer = replace(drawn, features=(*drawn.features[:4], tall, *drawn.features[5:]))
    view = replace(sample_view(), notices=("边界为示意", "地块为示例"), layers=(zones, layer, farm))
    tab = open_page(view, width=width)
    tab.evaluate("landquota.page.openFeature(landquota.page.drawing.named('parcels', ['P5'])[0])")
    assert tab.until(
        "(() => { const [popup, notice] = ['.leaflet-popup-content-wrapper', '.lq-notice'].map((one) =>"
        "document.querySelector(one)); return popup !== null && popup.getBoundingClientRect().top >="
        "notice.getBoundingClientRect().bottom; })()"
    )
    click_on(tab, ".lq-notice button")
    assert box_of(tab, ".lq-notice")["height"] == 0
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert box_of(tab, ".lq-notice")["height"] > 0, "on paper it stays"
    tab.evaluate("dispatchEvent(new Event('afterprint'))")


def test_the_head_of_the_ledger_is_short_on_the_screen_and_whole_on_paper(open_page: Open) -> None:
    tab = open_page(sample_view("en"))
    whole = f"ledger 3f9c{58 * '0'}a1"
    assert tab.evaluate("document.querySelector('.lq-whole').parentElement.title") == whole
    assert texts(tab, ".lq-whole") == [whole], "also for who hears the page"
    assert (box_of(tab, ".lq-short")["width"] > 30, box_of(tab, ".lq-whole")["width"]) == (True, 1)
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    foot, printed = box_of(tab, "#lq-foot"), box_of(tab, ".lq-whole")
    assert box_of(tab, ".lq-short")["width"] == 0
    assert printed["width"] > 300
    assert foot["left"] <= printed["left"] < printed["right"] <= foot["right"]
    assert printed["bottom"] <= foot["bottom"]
    tab.evaluate("dispatchEvent(new Event('afterprint'))")


def test_the_page_opens_on_the_zone_that_the_view_names(open_page: Open) -> None:
    tab = open_page(replace(sample_view(), opens_on="GHW-01"))
    assert tab.evaluate("landquota.page.map.getBounds().contains([30.19, 121.13])") is False
    assert tab.evaluate("document.querySelectorAll('.lq-locator:not([hidden]) .lq-mark').length") == 2
    mark = tab.evaluate(
        "(() => { const box = document.querySelectorAll('.lq-mark')[1].getBoundingClientRect();"
        "return [box.left + box.width / 2, box.top + box.height / 2]; })()"
    )
    tab.click(*mark)
    assert tab.evaluate("landquota.page.map.getBounds().contains([30.19, 121.13])") is True


def test_gauss_kruger_agrees_with_proj_far_below_a_millimetre(open_page: Open) -> None:
    tab = open_page(MapView("", "en"))
    draw = np.random.default_rng(20210623)
    for zone, epsg in ((25, 4513), (40, 4528), (41, 4529), (45, 4533)):
        lon = 3 * zone + draw.uniform(-3, 3, 100)
        lat = draw.uniform(18, 54, 100)
        asked = json.dumps([list(pair) for pair in zip(lon.tolist(), lat.tolist(), strict=True)])
        found = np.array(
            tab.evaluate(
                f"{asked}.map(([x, y]) => landquota.gaussKruger(x, y, {zone})).map((at) => [at.east, at.north])"
            )
        )
        expected = np.column_stack(Transformer.from_crs(4490, epsg, always_xy=True).transform(lon, lat))
        assert np.abs(found - expected).max() < 1e-5


def test_the_readout_says_plane_and_geographic_coordinates_of_the_pointer(open_page: Open) -> None:
    tab = open_page(sample_view("en"))
    assert texts(tab, ".lq-readout span")[0] == "centre"
    tab.move(300, 400)
    tab.settle()
    plane, degrees = texts(tab, ".lq-readout span")
    found = re.fullmatch(r"CGCS2000 3-degree zone 40  N (\d+\.\d)  E (\d+\.\d)", plane)
    assert found is not None, plane
    lon, lat = Transformer.from_crs(4528, 4490, always_xy=True).transform(float(found[2]), float(found[1]))
    assert degrees == f"{lon:.4f}° E {lat:.4f}° N"
    x, y = pixel(tab, lon, lat)
    assert (round(x), round(y)) == (300, 400)


@pytest.mark.parametrize("smuggled", ["<script>fired=1</script>", "<img src=http://example.invalid/x onerror=fired=1>"])
def test_the_policy_stops_what_was_not_in_the_page_when_it_was_made(pipe: Pipe, tmp_path: Path, smuggled: str) -> None:
    file = tmp_path / "page.html"
    write(sample_view(), file)
    page = file.read_text(encoding="utf-8")
    file.write_text(page.replace("</body>", f"{smuggled}</body>"), encoding="utf-8")
    tab = new_tab(pipe)
    tab.open(file, width=1280, height=800)
    assert tab.evaluate("typeof fired") == "undefined"
    assert any("Content Security Policy" in complaint for complaint in tab.complaints())
    tab.close()


def test_hostile_texts_run_nothing_and_are_shown_as_they_are(open_page: Open) -> None:
    tab = open_page(hostile_view(EVIL))
    for column in (1, 2, 3):
        place = WEST + 0.005 * column + 0.002, SOUTH + 0.002
        tab.move(*pixel(tab, *place))
        tab.settle()
        assert texts(tab, ".lq-hint") == [EVIL]
        click(tab, *place)
        assert texts(tab, ".lq-card dd") == [EVIL, EVIL]
        click_on(tab, ".leaflet-popup-close-button")
    clicked = (".lq-figure, .lq-said, summary", "button.lq-entry", "button.lq-found", ".lq-tally", ".lq-notice button")
    for selector in ("#lq-legend input", *clicked, "button.lq-zone"):
        tab.evaluate(f"document.querySelectorAll({json.dumps(selector)}).forEach((one) => one.click())")
        tab.settle()
    # A panel's zone is chosen and classes are off: search says so, and looks everywhere when asked to.
    tab.evaluate("document.querySelector('#lq-search').focus()")
    tab.call("Input.insertText", text="</script>")
    assert texts(tab, "#lq-hits li") == ["Nothing found", "Search also what is hidden"]
    tab.press("Enter", 13)
    assert texts(tab, "#lq-hits li span") == 4 * [EVIL]
    tab.press("Enter", 13)
    tab.settle()
    assert tab.evaluate("[typeof fired, document.title, document.querySelector('h1').textContent]") == [
        "undefined",
        EVIL,
        EVIL,
    ]
    strange = (
        "img, iframe, object, embed, form, link, base, [onerror], [onload], [onmouseover], [src], a[href*=javascript]"
    )
    assert tab.evaluate(f"document.querySelectorAll({json.dumps(strange)}).length") == 0
    assert tab.evaluate("getComputedStyle(document.body).display") == "grid"


@pytest.mark.parametrize(
    "features",
    [
        (),
        (MapFeature("", "", "all", cell(0, 0)),),
        (MapFeature("1", "", "all", Polygon()), MapFeature("1", "twin", "all", cell(1, 0))),
    ],
    ids=["nothing", "one without attributes", "an empty geometry and a repeated id"],
)
@pytest.mark.parametrize("kind", ["zones", "other"])
def test_small_views_work(open_page: Open, kind: Any, features: tuple[MapFeature, ...]) -> None:
    tab = open_page(layer_only(kind, *features))
    assert tab.evaluate("document.documentElement.dataset.features") == str(len(features))
    drawn = [feature for feature in features if not feature.geometry.is_empty]
    for feature in drawn:
        point = feature.geometry.representative_point()
        assert painted(tab, point.x, point.y)[3] > 0
        click(tab, point.x, point.y)
        assert len(texts(tab, ".lq-card")) == 1


def test_a_page_without_anything_opens(open_page: Open) -> None:
    tab = open_page(MapView("", "zh"))
    assert tab.evaluate("document.documentElement.dataset.features") == "0"


def test_the_page_prints_on_one_sheet_of_a3_and_is_as_before_afterwards(open_page: Open) -> None:
    tab = open_page(sample_view())
    seen = "landquota.page.map.getBounds().toBBoxString()"
    before = tab.evaluate(seen)
    pdf = base64.b64decode(tab.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"])
    width_pt, height_pt = map(float, re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)[0])
    assert (round(width_pt / 72 * 25.4), round(height_pt / 72 * 25.4)) == (420, 297)
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    tab.settle()
    assert tab.evaluate("document.documentElement.className") == ""
    after = tab.evaluate(seen)
    assert [float(side) for side in after.split(",")] == pytest.approx([float(side) for side in before.split(",")])
