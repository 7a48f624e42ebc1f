"""The page as a text: nothing in the data can run, nothing is asked for, the same bytes each time."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from branca.element import Element
from hostile import HOSTILE
from hypothesis import given, settings
from hypothesis import strategies as st
from map_views import cell, hostile_view, layer_only, sample_view
from shapely import Polygon, affinity

from landquota.errors import InputError, LandquotaError, UsageError
from landquota.maps import MapClass, MapFeature, MapLayer, MapView
from landquota.maps.leaflet import MissingLeafletError, load_leaflet
from landquota.maps.page import render, write
from landquota.maps.payload import page_data

LARGEST_FIXED_PART_BYTES = 250_000


class PageParser(HTMLParser):
    """What a browser would find in the page: tags with attributes, and the text of each block."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.blocks: list[tuple[str, dict[str, str | None], str]] = []
        self._open: tuple[str, dict[str, str | None]] | None = None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open = (tag, dict(attrs)) if tag in {"script", "style", "title"} else None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            tag, attributes = self._open
            self.blocks.append((tag, attributes, data))

    def handle_endtag(self, tag: str) -> None:  # noqa: ARG002 - the base class's signature
        self._open = None

    def text_of(self, tag: str, **attributes: str) -> str:
        return "".join(text for name, attrs, text in self.blocks if name == tag and attributes.items() <= attrs.items())


def data_of(page: str) -> object:
    parser = PageParser(page)
    lines = parser.text_of("script", id="lq-blocks").split("\n")
    return json.loads(parser.text_of("script", id="lq-data")), [base64.b64decode(line) for line in lines if line]


def as_read(view: MapView) -> object:
    """Return the view's data as it is after a journey through JSON, and its blocks."""
    data, blocks = page_data(view)
    return json.loads(json.dumps(data)), blocks


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, in which a template that ran would leave its file."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_hostile_template_would_run_in_an_element_of_branca(here: Path) -> None:
    Element('{{cycler.__init__.__globals__.os.system("touch TOUCHED")}}').render()
    assert (here / "TOUCHED").exists()


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_texts_run_nowhere_and_arrive_as_they_are(evil: str, here: Path) -> None:
    view = hostile_view(evil)
    write(view, here / "page.html")
    assert [file.name for file in here.iterdir()] == ["page.html"]
    page = (here / "page.html").read_text(encoding="utf-8")
    assert data_of(page) == as_read(view)
    assert structure(page) == structure(render(sample_view()))


def structure(page: str) -> list[tuple[str, list[str]]]:
    return [(tag, sorted(attributes)) for tag, attributes in PageParser(page).tags]


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters() | st.sampled_from("<>{}%#\\\"'&/`$"), max_size=40))
def test_any_text_comes_back_unchanged(some: str) -> None:
    view = MapView(some, "zh", footer=(some,), notices=(some,))
    page = render(view)
    assert data_of(page) == as_read(view)
    assert structure(page) == structure(render(MapView("", "zh")))


def test_the_data_block_holds_no_character_that_a_parser_could_take_up() -> None:
    page = render(hostile_view("".join(HOSTILE)))
    block = PageParser(page).text_of("script", id="lq-data")
    strings = re.findall(r'"(?:[^"\\]|\\.)*"', block)
    assert not [string for string in strings if re.search("[<>&{}\u2028\u2029]", string)]
    assert not re.search("[<>&\u2028\u2029]|\\{[{%#]", block)


def test_the_title_stands_escaped_in_the_head_with_its_braces_as_references() -> None:
    page = render(MapView("{{7*7}} <b>", "zh"))
    assert "<title>&#123;&#123;7*7&#125;&#125; &lt;b&gt;</title>" in page


def test_the_policy_allows_the_blocks_of_the_page_and_nothing_else() -> None:
    parser = PageParser(render(sample_view()))
    policies = [
        attributes["content"] or ""
        for tag, attributes in parser.tags
        if attributes.get("http-equiv", "") == "Content-Security-Policy"
    ]
    assert len(policies) == 1
    directives = dict(directive.split(" ", 1) for directive in policies[0].split("; "))
    assert list(directives) == [
        "default-src",
        "script-src",
        "style-src",
        "img-src",
        "worker-src",
        "base-uri",
        "form-action",
    ]
    assert {directives[name] for name in ("default-src", "base-uri", "form-action")} == {"'none'"}
    assert (directives["img-src"], directives["worker-src"]) == ("data:", "blob:")
    assert set(directives["script-src"].split()) == hashes(parser, "script")
    assert set(directives["style-src"].split()) == hashes(parser, "style")


def hashes(parser: PageParser, tag: str) -> set[str]:
    texts = [text for name, attributes, text in parser.blocks if name == tag and "type" not in attributes]
    return {f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts}


def test_the_policy_stands_before_everything_that_it_governs() -> None:
    tags = [tag for tag, _ in PageParser(render(sample_view())).tags]
    assert tags[:6] == ["html", "head", "meta", "meta", "title", "style"]


def test_the_page_names_nothing_that_a_browser_would_fetch() -> None:
    page = render(sample_view())
    parser = PageParser(page)
    names = {name for _, attributes in parser.tags for name in attributes}
    assert not names & {"src", "href", "srcset", "data", "action", "poster", "style"}
    assert not {name for name in names if name.startswith("on")}
    styles = parser.text_of("style")
    assert "@import" not in styles
    assert set(re.findall(r"url\((.{5})", styles)) <= {"data:", "#defa"}
    assert "sourceMappingURL" not in page


def test_two_renderings_are_the_same() -> None:
    assert render(sample_view()) == render(sample_view())


def test_two_processes_with_other_hash_seeds_write_the_same_bytes(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib, map_views; from landquota.maps.page import write;"
        "write(map_views.sample_view('en'), pathlib.Path(sys.argv[1]))"
    )
    pages = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        subprocess.run([sys.executable, "-c", code, str(tmp_path / seed)], check=True, env=environment)
        pages.append((tmp_path / seed).read_bytes())
    assert pages[0] == pages[1]
    assert pages[0].decode() == render(sample_view("en"))


def test_the_fixed_part_is_small(record_property: pytest.FixtureRequest) -> None:
    size_bytes = len(render(MapView("", "zh")).encode())
    record_property("fixed_part_bytes", size_bytes)  # type: ignore[operator]
    assert size_bytes < LARGEST_FIXED_PART_BYTES


def test_an_entry_behind_several_figures_stands_in_the_data_once() -> None:
    data, _ = page_data(sample_view())
    assert [entry["amount"] for entry in entries(data)] == ["+145 亩", "200 亩"]


def entries(data: dict[str, object]) -> Iterator[dict[str, object]]:
    found = data["entries"]
    assert isinstance(found, list)
    yield from found


def test_the_language_decides_the_words_of_the_page() -> None:
    english, _ = page_data(sample_view("en"))
    assert english["language"] == "en"
    assert english["asOf"] == "as of 2021-06-23"
    assert english["head"] == {"short": "ledger 3f9c…a1", "whole": f"ledger 3f9c{58 * '0'}a1"}
    assert english["readout"] == {"zone": 40, "label": "CGCS2000 3-degree zone 40"}
    assert page_data(sample_view("zh"))[0]["language"] == "zh-CN"


def test_a_map_outside_the_zones_of_cgcs2000_has_no_plane_coordinates() -> None:
    paris = MapFeature("1", "", "all", Polygon([(2.3, 48.8), (2.4, 48.8), (2.4, 48.9)]))
    assert page_data(layer_only("other", paris))[0]["readout"] is None
    assert page_data(MapView("", "zh"))[0]["readout"] is None
    assert page_data(layer_only("other", MapFeature("1", "", "all", Polygon())))[0]["readout"] is None
    assert page_data(MapView("", "zh", readout_zone=40))[0]["readout"] is not None


def without_a_number() -> Polygon:
    with np.errstate(invalid="ignore"):
        return Polygon([(121, 30), (121, 31), (float("nan"), 31)])


@pytest.mark.parametrize(
    "geometry",
    [
        affinity.translate(cell(0, 0), 500_000, 3_000_000),
        without_a_number(),
        cell(0, 0).exterior,
        None,
    ],
    ids=["metres", "nan", "line", "none"],
)
def test_what_is_not_a_polygon_in_degrees_is_refused_by_name(geometry: Polygon) -> None:
    with pytest.raises(UsageError) as caught:
        render(layer_only("other", MapFeature("D-7", "", "all", geometry)))
    assert str(caught.value) == (
        "Feature D-7 cannot be drawn.\nThe map draws polygons in degrees of longitude and latitude."
    )


def test_a_colour_must_be_written_in_full() -> None:
    with pytest.raises(UsageError, match=r"^'red' is not a colour \(class 在建\)\.\nWrite a colour as #rrggbb"):
        MapClass("x", "在建", "red", "#000000")
    with pytest.raises(UsageError):
        MapClass("x", "x", "#000000", "url(http://x/)")


def test_a_feature_needs_a_class_of_its_layer() -> None:
    with pytest.raises(UsageError) as caught:
        MapLayer("l", "地块", "parcels", (), (MapFeature("D-1", "", "planned", cell(0, 0)),))
    assert str(caught.value) == ("Feature D-1 of layer 地块 has the class planned, which the layer does not define.")


def test_leaflet_is_taken_from_its_package_and_asks_for_nothing() -> None:
    leaflet = load_leaflet()
    assert leaflet.script.startswith("/* @preserve\n * Leaflet 1.")
    assert "sourceMappingURL" not in leaflet.script
    assert "\r" not in leaflet.script + leaflet.style
    assert "url(images" not in leaflet.style


def test_a_missing_leaflet_is_said_with_what_to_install() -> None:
    with pytest.raises(MissingLeafletError) as caught:
        load_leaflet("no-such-distribution")
    assert str(caught.value) == (
        "The map needs Leaflet, and no-such-distribution is not there.\nInstall it: pip install XStatic-Leaflet"
    )
    assert isinstance(caught.value, LandquotaError)


def test_writing_makes_the_folder_and_replaces_the_file(tmp_path: Path) -> None:
    target = tmp_path / "maps" / "out" / "quota.html"
    write(MapView("one", "zh"), target)
    write(sample_view(), target)
    assert target.read_text(encoding="utf-8") == render(sample_view())
    assert [file.name for file in target.parent.iterdir()] == ["quota.html"]


def test_a_place_that_cannot_be_written_is_one_message_and_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "page.html"
    folder.mkdir()
    with pytest.raises(InputError, match=r"^Cannot write .*page\.html: "):
        write(sample_view(), folder)
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"^Cannot write "):
        write(sample_view(), tmp_path / "file" / "page.html")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "page.html"]
