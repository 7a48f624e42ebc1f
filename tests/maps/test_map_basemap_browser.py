"""Base maps and context in a browser: only the one host is asked, and what is said stays true."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from acting import click, pixel, texts
from browser import Pipe, Tab, new_tab, running
from map_views import SOUTH, WEST, parcels, sample_view
from pyproj import Transformer
from test_map_browser import inside, is_filled_with, painted
from tile_server import COLOUR, HOST, TileServer, serving

from landquota.gcj02 import shift, unshift
from landquota.maps import MapClass, MapFeature, MapLayer, MapView
from landquota.maps.basemap import Basemap
from landquota.maps.page import write
from landquota.maps.view import STAGE_FILLS

pytestmark = pytest.mark.chromium

Open = Callable[..., Tab]

TILE = "#" + "".join(f"{part:02x}" for part in COLOUR)
#: Outside of the parcels' zone, and of everything else that is drawn.
NOWHERE = (121.436, 30.1695)


@pytest.fixture(scope="module")
def pipe(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipe]:
    with running(chromium, tmp_path_factory.mktemp("profile"), reachable=HOST) as started:
        yield started


@pytest.fixture
def service() -> Iterator[TileServer]:
    with serving() as state:
        yield state


@pytest.fixture
def open_page(pipe: Pipe, tmp_path: Path) -> Iterator[Open]:
    """Return a function that shows a view, close to its parcels."""
    shown: list[Tab] = []

    def show(view: MapView) -> Tab:
        file = tmp_path / f"{len(shown)}.html"
        write(replace(view, opens_on="GHW-01"), file)
        tab = new_tab(pipe)
        shown.append(tab)
        tab.open(file, width=1280, height=800)
        return tab

    yield show
    for tab in shown:
        tab.close()


def on_tiles(service: TileServer, *, shifted: bool = False) -> MapView:
    return replace(sample_view("en"), basemap=Basemap("Office", (service.template,), shifted=shifted))


def until_loaded(tab: Tab) -> None:
    tab.until("[...document.querySelectorAll('img.leaflet-tile')].filter((one) => one.naturalWidth > 0).length > 3")
    tab.settle()


def tile_at(tab: Tab, lon: float, lat: float) -> list[list[int]]:
    """Return the addresses' numbers of the loaded tiles under a point of the map."""
    x, y = pixel(tab, lon, lat)
    found = tab.evaluate(
        "[...document.querySelectorAll('img.leaflet-tile')].filter((one) => { const box = one.getBoundingClientRect();"
        f"return one.naturalWidth > 0 && box.left <= {x} && box.right >= {x} && box.top <= {y} && box.bottom >= {y};"
        "}).map((one) => one.src)"
    )
    return [[int(number) for number in re.findall(r"/(\d+)", address.partition("/tiles")[2])] for address in found]


def mercator_tile(lon: float, lat: float, zoom: int) -> list[int]:
    """Return the tile that a place lies in, by the tiles' own definition."""
    across = (lon + 180) / 360
    down = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2
    return [zoom, int(across * 2**zoom), int(down * 2**zoom)]


def test_tiles_come_from_the_one_host_and_lie_where_they_belong(open_page: Open, service: TileServer) -> None:
    tab = open_page(on_tiles(service))
    until_loaded(tab)
    assert texts(tab, ".lq-base") == ["Base map: Office"]
    (found,) = tile_at(tab, *NOWHERE)
    assert found == mercator_tile(*NOWHERE, found[0])
    asked = [url for url in tab.requests() if not url.startswith("file:")]
    assert len(asked) > 3
    assert all(url.startswith(service.origin + "/tiles/") for url in asked)
    assert tab.complaints() == []
    for parcel in parcels():
        for lon, lat in inside(parcel):
            assert is_filled_with(painted(tab, lon, lat), STAGE_FILLS[parcel.class_key]), "above the tiles"


def test_a_page_asks_no_other_host_whatever_a_script_tries(open_page: Open, service: TileServer) -> None:
    tab = open_page(on_tiles(service))
    until_loaded(tab)
    with serving() as other:
        tried = (
            "new Promise((done) => {{ const one = new Image(); one.onload = () => done('came');"
            "one.onerror = () => done('refused'); one.src = '{}/x.png'; }})"
        )
        assert tab.evaluate(tried.format(other.origin)) == "refused"
        assert tab.evaluate(tried.format(service.origin)) == "came"
        fetched = f"fetch('{service.origin}/x').then(() => 'came', () => 'refused')"
        assert tab.evaluate(fetched) == "refused", "pictures only"
        assert other.asked == []


def test_without_an_answer_the_page_says_so_once_and_asks_no_more(open_page: Open) -> None:
    away = Basemap("Office", ("https://tiles.invalid/{z}/{x}/{y}.png",))
    tab = open_page(replace(sample_view("en"), basemap=away))
    assert tab.until("document.querySelector('.lq-base').textContent !== 'Base map: Office'")
    assert texts(tab, ".lq-base") == ["No base map: offline"]
    assert texts(tab, "img.leaflet-tile") == []
    before = len(tab.requests())
    tab.evaluate("void landquota.page.map.panBy([90, 0], { animate: false })")
    tab.wait(0.3)
    assert len(tab.requests()) == before
    assert is_filled_with(painted(tab, *inside(parcels()[1])[0]), STAGE_FILLS["approved"])
    assert tab.evaluate("document.querySelectorAll('[role=alert], .lq-damaged').length") == 0
    assert {re.sub(r".*(net::\w+).*", r"\1", said) for said in tab.complaints()} == {"net::ERR_NAME_NOT_RESOLVED"}


def test_where_there_is_no_network_nothing_is_asked_until_there_is_one(
    pipe: Pipe, tmp_path: Path, service: TileServer
) -> None:
    write(on_tiles(service), tmp_path / "page.html")
    tab = new_tab(pipe)
    tab.call("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1)
    tab.open(tmp_path / "page.html", width=1280, height=800)
    assert texts(tab, ".lq-base") == ["No base map: offline"]
    assert tab.requests() == [(tmp_path / "page.html").as_uri()]
    assert tab.complaints() == []
    tab.call("Network.emulateNetworkConditions", offline=False, latency=0, downloadThroughput=-1, uploadThroughput=-1)
    until_loaded(tab)
    assert texts(tab, ".lq-base") == ["Base map: Office"]
    tab.close()


# --- shifted tiles -----------------------------------------------------------------------------------


def test_on_shifted_tiles_a_place_lies_on_the_tile_that_gcj02_puts_it_on(open_page: Open, service: TileServer) -> None:
    tab = open_page(on_tiles(service, shifted=True))
    until_loaded(tab)
    (where,) = inside(parcels()[1])
    lon, lat = shift(np.array([where]))[0].tolist()
    assert is_filled_with(painted(tab, lon, lat), STAGE_FILLS["approved"])
    (tile,) = tile_at(tab, lon, lat)
    assert tile == mercator_tile(lon, lat, tile[0])
    click(tab, lon, lat)
    assert texts(tab, ".lq-card h3") == ["示例地块 2P2"]
    assert [place for place in texts(tab, "#lq-foot > span") if "GCJ-02" in place] == [
        "Drawn shifted to GCJ-02 as the base map is; coordinates and measurements are not shifted"
    ]


def test_on_shifted_tiles_the_readout_still_says_where_the_ground_is(open_page: Open, service: TileServer) -> None:
    tab = open_page(on_tiles(service, shifted=True))
    true = (WEST + 0.0071234, SOUTH + 0.0023456)
    tab.move(*pixel(tab, *shift(np.array([true]))[0].tolist()))
    tab.settle()
    plane, degrees = texts(tab, ".lq-readout:not(.lq-base) span")
    north, east = map(float, re.findall(r"[NE] (\d+\.\d)", plane))
    found = Transformer.from_crs(4528, 4490, always_xy=True).transform(east, north)
    metre = 1e-5
    assert np.abs(np.array(found) - true).max() < 3 * metre, "the pixel of the pointer"
    assert degrees == f"{found[0]:.4f}° E {found[1]:.4f}° N"


def test_the_pages_gcj02_is_the_programs(open_page: Open, service: TileServer) -> None:
    tab = open_page(on_tiles(service, shifted=True))
    random = np.random.default_rng(2)
    lonlat = np.concatenate(
        (random.uniform((73, 4), (135, 53), (2000, 2)), random.uniform((-180, -85), (180, 85), (200, 2)))
    )
    asked = json.dumps([{"lng": lng, "lat": lat} for lng, lat in lonlat.tolist()])
    for function, expected in (("toShown", shift(lonlat)), ("toGround", unshift(lonlat))):
        found = tab.evaluate(f"{asked}.map((one) => landquota.{function}(one)).map(({{ lng, lat }}) => [lng, lat])")
        assert np.abs(np.array(found) - expected).max() < 2e-9


def test_on_shifted_tiles_the_graticule_lies_where_the_ground_does(open_page: Open, service: TileServer) -> None:
    tab = open_page(on_tiles(service, shifted=True))
    lines = tab.evaluate(
        "(() => { const found = []; landquota.page.map.eachLayer((layer) => { if (layer.options.weight === 0.6) {"
        "found.push(layer.getLatLngs().map(({ lng, lat }) => landquota.toGround({ lng, lat }))); } });"
        "return found; })()"
    )
    assert len(lines) > 4
    for start, end in lines:
        same = "lng" if abs(start["lng"] - end["lng"]) < abs(start["lat"] - end["lat"]) else "lat"
        steps = start[same] / 0.001
        assert abs(steps - round(steps)) < 1e-4
        assert abs(start[same] - end[same]) < 1e-8


# --- context ----------------------------------------------------------------------------------------


def with_context() -> MapView:
    """Return the sample with water that is named, a ditch that is not, and a border far beyond everything."""
    water = MapClass("context", "水系", "#cfe3ef", "#8d969e")
    border = MapClass("context", "县界", "#ffffff", "#8d969e", hollow=True)
    lake = shapely.box(WEST - 0.001, SOUTH - 0.001, WEST + 0.02, SOUTH + 0.0125)
    pond = shapely.box(121.436, 30.169, 121.44, 30.172)
    features = tuple(
        MapFeature("", name, "context", shape, (("名称", name),) if name else ())
        for name, shape in (("杜湖", pond), ("", lake))
    )
    county = MapFeature("", "慈溪市", "context", shapely.box(120.5, 29.5, 122.0, 31.0))
    return replace(
        sample_view("en"),
        layers=(
            MapLayer("border", "县界", "context", (border,), (county,)),
            MapLayer("water", "水系", "context", (water,), features),
            *sample_view("en").layers,
        ),
    )


def test_context_lies_below_everything_and_takes_no_click_from_it(open_page: Open) -> None:
    tab = open_page(with_context())
    for parcel in parcels():
        for lon, lat in inside(parcel):
            assert is_filled_with(painted(tab, lon, lat), STAGE_FILLS[parcel.class_key])
    (where,) = inside(parcels()[1])
    tab.move(*pixel(tab, *where))
    tab.settle()
    assert texts(tab, ".lq-hint") == ["示例地块 2"]
    click(tab, *where)
    assert texts(tab, ".lq-card h3") == ["示例地块 2P2"]
    click(tab, WEST - 0.002, SOUTH + 0.007)
    assert texts(tab, ".lq-chosen h2 .lq-zone") == ["观海卫智能电器小镇"], "the zone, not the water in it"


def test_context_is_named_where_nothing_else_is(open_page: Open) -> None:
    tab = open_page(with_context())
    tab.move(*pixel(tab, 121.4375, 30.1705))
    tab.settle()
    assert texts(tab, ".lq-hint") == []
    click(tab, 121.4375, 30.1705)
    assert texts(tab, ".lq-card h3") == ["杜湖", "慈溪市"], "the upper layer first"


def test_context_is_found_by_name_only_and_neither_filtered_nor_counted(open_page: Open) -> None:
    tab = open_page(with_context())
    search = "landquota.page.drawing.search({}, 12).map(({{ name }}) => name)"
    assert tab.evaluate(search.format("'杜湖'")) == ["杜湖"]
    assert tab.evaluate(search.format("'水系'")) == []
    assert texts(tab, "#lq-legend .lq-class")[:2] == ["县界", "水系"], "neither counts nor areas"
    assert tab.evaluate("landquota.page.drawing.setFilter('P2') ?? landquota.page.drawing.shown()") == 1
    tab.paint()
    water = painted(tab, 121.4375, 30.1705)
    assert water[3] > 100
    assert water[2] > water[0], "still there, and blue"
    tab.evaluate("document.querySelectorAll('#lq-legend input')[1].click()")
    assert painted(tab, 121.4375, 30.1705) != water, "each has its switch"


def test_the_whole_map_is_that_of_what_it_is_about(open_page: Open) -> None:
    tab = open_page(with_context())
    box = tab.evaluate("landquota.page.drawing.whole().toBBoxString()")
    assert [round(float(side), 2) for side in box.split(",")] == [121.12, 30.17, 121.44, 30.2]
