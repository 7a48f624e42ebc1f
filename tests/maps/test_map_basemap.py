"""The base map as data: whose tiles, from which one host, and the copy that is drawn over shifted ones."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from map_sheets import drawn
from map_views import sample_view
from program import Program
from test_mosaic import grid_of_cells

from landquota.errors import UsageError
from landquota.findings import FindingsError
from landquota.gcj02 import shift, unshift
from landquota.maps import MapClass, MapFeature, MapLayer, MapView
from landquota.maps.basemap import Basemap, displayed, read_basemap
from landquota.maps.mosaic.arcs import share
from landquota.maps.mosaic.rings import flatten
from landquota.maps.page import render
from landquota.maps.payload import page_data

KEY = "0123456789abcdef0123456789abcdef"
GAODE = read_basemap({"provider": "gaode"})
INTRANET = Basemap("电子地图", ("http://10.33.2.1:8080/t/{z}/{x}/{y}.png",))


def policy(page: str) -> dict[str, str]:
    found = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert found is not None
    return dict(directive.split(" ", 1) for directive in found[1].split("; "))


def test_without_a_base_map_a_page_has_nothing_that_could_ask_for_one() -> None:
    page = render(sample_view())
    assert policy(page)["img-src"] == "data:"
    assert "addBaseMap=" not in page
    assert "6378245" not in page
    data, _ = page_data(sample_view())
    assert data["basemap"] is None


def test_tianditu_is_asked_for_its_map_and_its_names_with_the_users_key() -> None:
    basemap = read_basemap({"provider": "tianditu", "key": KEY})
    assert basemap is not None
    assert (basemap.keyed, basemap.shifted, basemap.origin) == (True, False, "https://t0.tianditu.gov.cn")
    places = "TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
    for tile, layer in zip(basemap.tiles, ("vec", "cva"), strict=True):
        assert tile.startswith(f"https://t0.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&")
        assert f"LAYER={layer}&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&{places}&tk={KEY}" in tile


@pytest.mark.parametrize(
    ("settings", "origin"),
    [
        ({"provider": "tianditu", "key": KEY}, "https://t0.tianditu.gov.cn"),
        ({"provider": "gaode"}, "https://webrd01.is.autonavi.com"),
        ({"provider": "url", "url": "http://10.33.2.1:8080/t/{z}/{x}/{y}.png"}, "http://10.33.2.1:8080"),
        ({"provider": "url", "url": "https://map.cixi.local/{z}/{y}/{x}?v=1"}, "https://map.cixi.local"),
    ],
)
def test_the_policy_names_the_one_host_and_nothing_else_is_different(settings: dict[str, str], origin: str) -> None:
    plain = policy(render(sample_view()))
    based = policy(render(replace(sample_view(), basemap=read_basemap(settings))))
    assert based["img-src"] == f"data: {origin}"
    assert {name: based[name] for name in plain if name not in {"img-src", "script-src"}} == {
        name: plain[name] for name in plain if name not in {"img-src", "script-src"}
    }
    assert all(source.startswith("'sha256-") for source in based["script-src"].split())


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ftp://host/{z}/{x}/{y}",
        "javascript:alert(1)//{z}/{x}/{y}",
        "data:image/png,{z}{x}{y}",
        "file:///etc/{z}/{x}/{y}",
        "//host/{z}/{x}/{y}",
        "https://host/{z}/{x}.png",
        "https://host/{z}/{x}/{y}/{y}",
        "https://host/{z}/{x}/{y}/{s}",
        "https://host/{z}/{x}/{y}/}{",
        "https://{s}.host/{z}/{x}/{y}",
        "https://*/{z}/{x}/{y}",
        "https://*.host/{z}/{x}/{y}",
        "https://user:word@host/{z}/{x}/{y}",
        "https://host evil.example/{z}/{x}/{y}",
        "https://host;script-src */{z}/{x}/{y}",
        "https://host'/{z}/{x}/{y}",
        'https://host"><script>/{z}/{x}/{y}',
        "https://host\\evil/{z}/{x}/{y}",
        "https://地图.中国/{z}/{x}/{y}",
        "https://host/地图/{z}/{x}/{y}",
        "https://host:port/{z}/{x}/{y}",
        "https://host/{z}/{x}/{y}#part",
        "https://host/{z}/{x}/{y}\n",
        "https://host/{{z}}/{x}/{y}",
        "https://host/{%z%}/{x}/{y}",
    ],
)
def test_what_is_no_address_of_tiles_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="is not the address of tiles"):
        read_basemap({"provider": "url", "url": address})


def test_tiles_of_two_hosts_are_refused() -> None:
    with pytest.raises(UsageError, match="from one host"):
        Basemap("x", ("https://a/{z}/{x}/{y}", "https://b/{z}/{x}/{y}"))


@pytest.mark.parametrize("key", ["", "a b", "{{7*7}}", "a&b=c", "钥匙", 'a"b'])
def test_tianditu_needs_a_key_of_letters_and_digits(key: str) -> None:
    with pytest.raises(UsageError, match=r"Tianditu's maps need a key of your own\nWrite it into the sheet"):
        read_basemap({"provider": "tianditu", "key": key})


def test_another_provider_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match=r"'osm' is not a base map\nWrite \[basemap\] provider"):
        read_basemap({"provider": "osm"})
    assert read_basemap(None) is None


def test_the_foot_names_the_source_its_host_and_what_is_shifted() -> None:
    tianditu = read_basemap({"provider": "tianditu", "key": KEY})
    for basemap, said in (
        (tianditu, ["Base map: Tianditu (from t0.tianditu.gov.cn while online)"]),
        (
            GAODE,
            [
                "Base map: Gaode (from webrd01.is.autonavi.com while online)",
                "Drawn shifted to GCJ-02 as the base map is; coordinates and measurements are not shifted",
            ],
        ),
        (INTRANET, ["Base map: 电子地图 (from 10.33.2.1:8080 while online)"]),
    ):
        data, _ = page_data(replace(sample_view("en"), footer=("one",), basemap=basemap))
        assert data["footer"] == ["one", *said]


def test_a_base_maps_name_is_a_text_like_any_other() -> None:
    evil = "</script><img src=x onerror=alert(1)>{{7*7}}"
    page = render(replace(sample_view(), basemap=replace(INTRANET, source=evil)))
    assert "<img" not in page
    assert "{{7" not in page


# --- the display copy -------------------------------------------------------------------------------


def parcels_of(count: int) -> MapView:
    cells = grid_of_cells(count, count, np.random.default_rng(20210623))
    holed = [shapely.Polygon(cell.exterior, [shapely.affinity.scale(cell, 0.5, 0.5).exterior]) for cell in cells]
    features = tuple(MapFeature(str(number), "", "all", shape) for number, shape in enumerate(holed))
    look = MapClass("all", "all", "#ffffff", "#000000")
    return MapView("", "zh", layers=(MapLayer("l", "l", "parcels", (look,), features),), basemap=GAODE)


def geometries(view: MapView) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    return np.array([feature.geometry for layer in view.layers for feature in layer.features], dtype=object)


def test_the_display_copy_is_everything_shifted_and_the_view_stays_as_it_was() -> None:
    view = replace(sample_view(), basemap=GAODE)
    before = shapely.to_wkb(geometries(view))
    copy = displayed(view)
    assert (shapely.to_wkb(geometries(view)) == before).all()
    true, shown = shapely.get_coordinates(geometries(view)), shapely.get_coordinates(geometries(copy))
    assert np.array_equal(shown, shift(true))
    assert 0.003 < np.abs(shown - true).max() < 0.006
    assert np.abs(unshift(shown) - true).max() < 1e-9
    points = [(f.point, g.point) for p, q in zip(view.panels, copy.panels, strict=True)
              for f, g in zip(p.findings, q.findings, strict=True)]  # fmt: skip
    assert {point is None for point, _ in points} == {True, False}
    for point, moved in points:
        assert moved is None if point is None else moved == tuple(shift(np.array([point]))[0])
    assert [[f.id for f in layer.features] for layer in copy.layers] == [
        [f.id for f in layer.features] for layer in view.layers
    ]


def test_without_a_shifted_base_map_there_is_no_copy() -> None:
    for view in (sample_view(), replace(sample_view(), basemap=INTRANET)):
        assert displayed(view) is view


def test_what_touches_still_touches() -> None:
    view = parcels_of(60)
    true, shown = (share(flatten(geometries(each))) for each in (view, displayed(view)))
    assert len(true.arcs) == len(shown.arcs)
    assert np.array_equal(np.sort(np.bincount(true.arcs)), np.sort(np.bincount(shown.arcs)))
    assert 1.5 < len(true.arcs) / (true.arcs.max() + 1) < 2.1, "most are used twice"


def test_the_zone_of_the_read_out_is_that_of_the_ground() -> None:
    west = shapely.box(121.4999, 30, 121.49995, 30.1)
    look = MapClass("all", "all", "#ffffff", "#000000")
    layer = MapLayer("l", "l", "other", (look,), (MapFeature("1", "", "all", west),))
    readouts = [
        page_data(MapView("", "zh", layers=(layer,), basemap=basemap))[0]["readout"] for basemap in (None, GAODE)
    ]
    assert readouts[0] == readouts[1]


# --- through sheets and the command -----------------------------------------------------------------


def with_basemap(demo: Program, lines: str) -> None:
    sheet = demo.folder / "maps" / "quota.toml"
    sheet.write_text(sheet.read_text("utf-8") + f"\n[basemap]\n{lines}\n", "utf-8")


def test_the_command_warns_that_the_key_can_be_read(demo: Program) -> None:
    with_basemap(demo, f'provider = "tianditu"\nkey = "{KEY}"')
    told = demo("map", "quota")
    assert told.stderr.strip().endswith("quota.html: whoever gets this file can read the key of its base map")
    page = (demo.folder / "maps" / "out" / "quota.html").read_text("utf-8")
    assert KEY in page
    assert policy(page)["img-src"] == "data: https://t0.tianditu.gov.cn"


def test_a_base_map_without_a_key_of_anybodys_needs_no_warning(demo: Program) -> None:
    with_basemap(demo, 'provider = "gaode"')
    assert demo("map", "quota").stderr == ""


@pytest.mark.parametrize(
    ("lines", "code", "said"),
    [
        ('provider = "tianditu"', "SHEET-BASEMAP", "Tianditu's maps need a key of your own"),
        (
            'provider = "url"\nurl = "https://host/tiles"',
            "SHEET-BASEMAP",
            "https://host/tiles is not the address of tiles",
        ),
        ('provider = "bing"', "SHEET-VALUE", 'basemap.provider = "bing" cannot be used'),
        ('provider = "gaode"\nkey = 3', "SHEET-VALUE", "basemap.key = 3 cannot be used"),
        ("", "SHEET-KEY-MISSING", "basemap.provider is missing"),
    ],
)
def test_a_base_map_that_cannot_be_had_is_refused(
    built_demo: Path, tmp_path: Path, lines: str, code: str, said: str
) -> None:
    (tmp_path / "x.toml").write_text(f'[sheet]\ntitle = "x"\n[basemap]\n{lines}\n', "utf-8")
    with pytest.raises(FindingsError) as refused:
        drawn(built_demo, sheets=tmp_path)
    (finding,) = refused.value.findings
    assert finding.place.file == f"{tmp_path.name}/x.toml"
    assert (finding.code, finding.message("en")) == (code, said)
