"""Controls: what folium's own elements do with the same texts, so that the tests of our pages could fail.

Each way of ``maps.md`` that was found to run something does run it here, at save time or in the
browser, and the page that we write from the same text does not (see the tests named ``hostile``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import folium
import pytest
from branca.element import Element, Figure
from browser import Pipe, new_tab, running
from folium.features import DivIcon, GeoJsonPopup, GeoJsonTooltip
from folium.plugins import MousePosition, Search
from hostile import UNQUOTED

from landquota.maps.leaflet import load_leaflet

AT = (30.17, 121.42)
RING = [[121.41, 30.16], [121.43, 30.16], [121.43, 30.18], [121.41, 30.16]]
IMAGE = "<img src=x onerror=fired=1>"
BREAK = "</script><script>fired=1</script>"


def collection(value: str, column: str = "name") -> dict[str, Any]:
    geometry = {"type": "Polygon", "coordinates": [RING]}
    feature = {"type": "Feature", "properties": {column: value}, "geometry": geometry}
    return {"type": "FeatureCollection", "features": [feature]}


def topology(value: str) -> dict[str, Any]:
    layer = {
        "type": "GeometryCollection",
        "geometries": [{"type": "Polygon", "properties": {"name": value}, "arcs": [[0]]}],
    }
    return {"type": "Topology", "objects": {"o": layer}, "arcs": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}


def with_tooltip(value: str, column: str = "name", alias: str = "name") -> folium.GeoJson:
    tooltip = GeoJsonTooltip([column], aliases=[alias])
    return folium.GeoJson(collection(value, column), tooltip=tooltip)


#: What a template engine takes up when the page is saved.
AT_SAVE: dict[str, Callable[[str], Any]] = {
    "an attribute in GeoJson": lambda text: folium.GeoJson(collection(text)),
    "the name of a GeoJson": lambda text: folium.GeoJson(collection("x"), name=text),
    "an attribute in TopoJson": lambda text: folium.TopoJson(topology(text), "objects.o"),
    "a popup": lambda text: folium.Marker(AT, popup=folium.Popup(text)),
    "a tooltip": lambda text: folium.Marker(AT, tooltip=folium.Tooltip(text)),
    "the name of a layer": lambda text: folium.FeatureGroup(name=text),
    "an icon": lambda text: folium.Marker(AT, icon=DivIcon(html=text)),
    "the source of tiles": lambda text: folium.TileLayer("https://host.invalid/{z}/{x}/{y}", attr=text),
    "an attribute in Choropleth": lambda text: folium.Choropleth(collection(text), name="x"),
    "the prefix of MousePosition": lambda text: MousePosition(prefix=text),  # type: ignore[no-untyped-call]
    "the label of Search": lambda text: Search(folium.GeoJson(collection("x")), placeholder=text),  # type: ignore[no-untyped-call]
    "an element": Element,
}


@pytest.mark.parametrize("way", AT_SAVE)
def test_folium_runs_templates_when_a_page_is_saved(way: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with suppress(FileExistsError):
        naive(AT_SAVE[way](UNQUOTED)).render()
    assert [path.name for path in tmp_path.iterdir()] == ["Cycler"]


#: What runs in the page, and what makes it run.
IN_PAGE: dict[str, tuple[Callable[[], Any], str]] = {
    "a value in a GeoJsonTooltip": (lambda: with_tooltip(IMAGE), "mouseover"),
    "an alias in a GeoJsonTooltip": (lambda: with_tooltip("x", alias=IMAGE), "mouseover"),
    "a column in a GeoJsonTooltip": (lambda: with_tooltip("x", column=IMAGE, alias=IMAGE), "mouseover"),
    "a value in a GeoJsonPopup": (
        lambda: folium.GeoJson(collection(IMAGE), popup=GeoJsonPopup(["name"])),
        "click",
    ),
    "a popup": (lambda: folium.Marker(AT, popup=folium.Popup(BREAK)), ""),
    "a tooltip": (lambda: folium.Marker(AT, tooltip=folium.Tooltip(BREAK)), ""),
    "a style": (lambda: folium.GeoJson(collection("x"), style_function=lambda _: {"fillColor": BREAK}), ""),
    "the name of a layer": (lambda: folium.FeatureGroup(name=IMAGE), ""),
    "an icon": (lambda: folium.Marker(AT, icon=DivIcon(html=IMAGE)), ""),
    "the source of tiles": (lambda: folium.TileLayer("data:,{z}{x}{y}", attr=IMAGE), ""),
    "the name of tiles": (lambda: folium.TileLayer("data:,{z}{x}{y}", name=IMAGE, attr="x"), ""),
}
#: Folium's popups and clicks want jQuery only for what is not asked here.
_OPEN = "Object.values(globalThis).find((one) => one instanceof L.Map).eachLayer((layer) => layer.fire({!r}))"


@pytest.fixture(scope="module")
def pipe(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipe]:
    with running(chromium, tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.mark.chromium
@pytest.mark.parametrize("way", IN_PAGE)
def test_folium_runs_scripts_in_the_page(way: str, pipe: Pipe, tmp_path: Path) -> None:
    make, event = IN_PAGE[way]
    leaflet = load_leaflet()
    text = naive(make()).render()
    file = tmp_path / "page.html"
    inlined = f"<head><style>{leaflet.style}</style><script>{leaflet.script}</script>"
    file.write_text(text.replace("<head>", inlined, 1), "utf-8")
    tab = new_tab(pipe)
    tab.call("Page.navigate", url=file.as_uri())
    tab.until("document.readyState === 'complete'")
    if event:
        tab.evaluate("void " + _OPEN.format(event))
    assert tab.until("globalThis.fired === 1")
    tab.close()


def naive(child: Any) -> Figure:
    """Return a page as anybody would make it with folium, asking for nothing."""
    page = folium.Map(location=AT, zoom_start=14, tiles=None)
    page.default_js, page.default_css = [], []
    if isinstance(child, Element):
        page.add_child(child)
    folium.LayerControl().add_to(page)
    return cast("Figure", page.get_root())
