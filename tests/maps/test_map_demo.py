"""The demo's own page, and maps of any file, end to end in a browser without a network."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Pipe, Tab, new_tab, running
from program import Program

pytestmark = pytest.mark.chromium

HOSTILE = ("<img src=x onerror=fired=1>", "</script><script>fired=1</script>", "{{ cycler }}", "{% for x in y %}")


@pytest.fixture(scope="module")
def pipe(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipe]:
    with running(chromium, tmp_path_factory.mktemp("profile")) as started:
        yield started


def opened(pipe: Pipe, page: Path) -> Tab:
    tab = new_tab(pipe)
    tab.open(page, width=1280, height=800)
    tab.settle()
    return tab


def drawn_text(tab: Tab) -> str:
    text: str = tab.evaluate("document.body.innerText")
    return text


def check_quiet(tab: Tab, page: Path) -> None:
    assert tab.requests() == [page.as_uri()]
    assert tab.complaints() == []
    assert tab.evaluate("typeof fired") == "undefined"


@pytest.mark.parametrize(
    ("language", "words"), [("zh", ("指标", "145 †", "≥ 355", "示意边界")), ("en", ("Quota (mu)", "145 †", "≥ 355"))]
)
def test_the_demos_page_shows_its_figures_and_asks_for_nothing(
    demo: Program, pipe: Pipe, language: str, words: tuple[str, ...]
) -> None:
    demo("map", "--lang", language)
    page = demo.folder / "maps" / "out" / "quota.html"
    tab = opened(pipe, page)
    shown = drawn_text(tab)
    for word in words:
        assert word in shown
    layers = tab.evaluate("landquota.page.drawing.features().map((feature) => feature.layer.kind)")
    assert layers == 2 * ["zones"] + 4 * ["constraint"] + 23 * ["parcels"] + ["constraint"]
    check_quiet(tab, page)
    tab.close()


def square(properties: dict[str, Any], east: float) -> dict[str, Any]:
    ring = [[east, 3340000], [east + 900, 3340000], [east + 900, 3341000], [east, 3341000], [east, 3340000]]
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def test_hostile_attributes_of_a_file_stay_text_from_the_command_to_the_page(landquota: Program, pipe: Pipe) -> None:
    collection = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4528"}},
        "features": [
            square({"name": value, value: value}, 40622000 + 1000 * number) for number, value in enumerate(HOSTILE)
        ],
    }
    file = landquota.folder / "{{x}}<b>.geojson"
    file.write_text(json.dumps(collection), "utf-8")
    landquota("map", "--layer", file, "-o", "out.html")
    page = landquota.folder / "out.html"
    tab = opened(pipe, page)
    names = tab.evaluate("landquota.page.drawing.features().map((feature) => feature.name)")
    assert sorted(names) == sorted(HOSTILE)
    check_quiet(tab, page)
    tab.close()


def test_a_hostile_parcel_and_layer_title_in_a_project_stay_text(demo: Program, pipe: Pipe) -> None:
    parcels = demo.folder / "layers" / "parcels.geojson"
    layer = json.loads(parcels.read_text("utf-8"))
    for feature, value in zip(layer["features"], HOSTILE, strict=False):
        feature["properties"]["name"] = value
    parcels.write_text(json.dumps(layer, ensure_ascii=False), "utf-8")
    catalogue = demo.folder / "layers" / "catalog.csv"
    rows = catalogue.read_text("utf-8-sig").replace(",地块,Parcels,", ",</script><script>fired=1</script>,</script>,")
    catalogue.write_text(rows, "utf-8")
    demo("build")
    demo("map")
    page = demo.folder / "maps" / "out" / "quota.html"
    tab = opened(pipe, page)
    assert "</script>" in drawn_text(tab)
    check_quiet(tab, page)
    tab.close()
