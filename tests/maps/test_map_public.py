"""The public edition: nothing of what its sheet does not allow is anywhere in its bytes."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
from browser import Pipe, Tab, new_tab, running
from map_sheets import drawn
from mosaic_reader import Reader
from program import Program
from test_map_page import PageParser

from landquota.ledger import Ledger
from landquota.project import open_project
from landquota.seeds import read_seeds

PRECISION_M = 50.0
#: What the tests put into every attribute that nobody may see.
HIDDEN = "张三secret"
#: One step of the blocks' grid on the ground, and of seven decimals of a degree.
STEP_M = 0.16
_TO_PLANE = pyproj.Transformer.from_crs(4490, 4549, always_xy=True)


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project whose parcels and farmland have owners, names and remarks, drawn for the public."""
    folder = tmp_path_factory.mktemp("public")
    Program(folder)("demo")
    project = folder / "landquota-demo"
    for name, hidden in (("parcels", ("name", "owner", "电话")), ("basic_farmland", ("name", "owner"))):
        file = project / "layers" / f"{name}.geojson"
        layer = json.loads(file.read_text("utf-8"))
        for number, feature in enumerate(layer["features"]):
            feature["properties"] |= {field: f"{HIDDEN}{field}{number}" for field in hidden}
        file.write_text(json.dumps(layer, ensure_ascii=False), "utf-8")
    program = Program(project)
    program("build")
    program(
        *(
            "ledger",
            "post",
            "grant",
            "--holder",
            "观海卫智能电器小镇",
            "--kind",
            "统筹",
            "--area",
            "1亩",
            "--parcel",
            "GHW-P03",
        ),
        *("--document", f"{HIDDEN}文", "--date", "2018-01-01", "--clause", f"{HIDDEN}款", "--key", f"{HIDDEN}key"),
    )
    program("map", "quota", "--public")
    return project


def everything(page: str) -> str:
    """Return all texts of a page: as it stands, its data with escapes resolved, its blocks unpacked."""
    parser = PageParser(page)
    data = json.dumps(json.loads(parser.text_of("script", id="lq-data")), ensure_ascii=False)
    manifest = json.dumps(json.loads(parser.text_of("script", id="lq-manifest")), ensure_ascii=False)
    blocks = [json.dumps([one.header, one.sections], ensure_ascii=False) for one in readers(parser)]
    return "\n".join([page, data, manifest, *blocks])


def readers(parser: PageParser) -> list[Reader]:
    lines = parser.text_of("script", id="lq-blocks").split()
    return [Reader.of(base64.b64decode(line)) for line in lines]


def page_of(project: Path) -> str:
    return (project / "maps" / "out" / "quota.public.html").read_text("utf-8")


def inside(project: Path) -> Iterator[str]:
    """Yield every text of the project that the sheet does not allow."""
    seeds = read_seeds(project / "seeds")[0]
    yield from (fact.statement_zh for fact in seeds.facts)
    yield from (document.title for document in seeds.documents if document.title)
    yield from (document.name for document in seeds.documents)
    with Ledger.open(open_project(project).ledger_file) as ledger:
        for entry in ledger.entries():
            yield entry.key
            yield entry.hash if entry.hash != ledger.head else HIDDEN
            yield str(entry.body.get("note") or HIDDEN)
    for name in ("parcels", "basic_farmland", "zones"):
        for feature in json.loads((project / "layers" / f"{name}.geojson").read_text("utf-8"))["features"]:
            properties = feature["properties"]
            yield from (str(value) for field, value in properties.items() if field.endswith("_on") and value)
            yield from (str(properties[field]) for field in ("bounds_south", "source") if properties.get(field))


def test_no_attribute_that_is_not_allowed_is_anywhere_in_the_file(guarded: Path) -> None:
    whole = everything(page_of(guarded))
    assert HIDDEN not in whole
    # A key that is no more than a name of something that is shown says nothing.
    shown = {"慈溪市", "观海卫镇", "周巷镇", "统筹", "新增计划"}
    leaked = {one for one in inside(guarded) if one in whole and one not in shown}
    assert leaked == set()


def test_the_same_file_as_the_internal_edition_holds_all_that(guarded: Path) -> None:
    Program(guarded)("map")
    whole = everything((guarded / "maps" / "out" / "quota.html").read_text("utf-8"))
    assert HIDDEN in whole
    assert sum(one in whole for one in inside(guarded)) > 30


def corners(project: Path) -> np.ndarray[Any, Any]:
    """Return the exact vertices of all layers, in degrees."""
    found = []
    for name in ("parcels", "basic_farmland", "zones"):
        for feature in json.loads((project / "layers" / f"{name}.geojson").read_text("utf-8"))["features"]:
            text = json.dumps(feature["geometry"]["coordinates"])
            found += re.findall(r"\[([\d.]+), ([\d.]+)\]", text)
    return np.array(found, dtype=float)


def drawn_corners(page: str) -> np.ndarray[Any, Any]:
    """Return every vertex that the page draws, in degrees."""
    parser = PageParser(page)
    data = json.loads(parser.text_of("script", id="lq-data"))
    zones = [
        np.array(ring).reshape(-1, 2)
        for layer in data["layers"]
        for f in layer["features"]
        for p in f["parts"]
        for ring in p
    ]
    grid = [point for one in readers(parser) for rings in one.features() for _, ring in rings for point in ring]
    x, y = (np.array(grid, dtype=float) / 2**28).T
    lat = np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * y))))
    return np.concatenate([*zones, np.column_stack([360 * x - 180, lat])])


def off_the_grid_m(degrees: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    plane = np.column_stack(_TO_PLANE.transform(*degrees.T))
    off: np.ndarray[Any, Any] = np.abs(plane - np.round(plane / PRECISION_M) * PRECISION_M).max(axis=1)
    return off


def test_every_coordinate_lies_on_the_grid_and_none_is_an_exact_one(guarded: Path) -> None:
    drawn = drawn_corners(page_of(guarded))
    assert len(drawn) > 100
    assert off_the_grid_m(drawn).max() < STEP_M
    assert off_the_grid_m(corners(guarded)).max() > PRECISION_M / 3, "the exact ones do not"


def test_no_exact_coordinate_is_written_anywhere(guarded: Path) -> None:
    whole = everything(page_of(guarded))
    numbers = {float(number) for number in re.findall(r"\d{2,3}\.\d{4,}", whole)}
    exact = {round(float(value), 4) for value in corners(guarded).ravel()}
    data = json.loads(PageParser(page_of(guarded)).text_of("script", id="lq-data"))
    grid = {
        round(value, 4)
        for layer in data["layers"]
        for f in layer["features"]
        for p in f["parts"]
        for ring in p
        for value in ring
    }
    assert {round(number, 4) for number in numbers} & (exact - grid) == set()
    plane = np.column_stack(_TO_PLANE.transform(*corners(guarded).T))
    metres = {f"{value:.1f}" for value in plane.ravel()}
    assert not set(re.findall(r"\d{6,8}\.\d", whole)) & metres


def view_of(folder: Path, tmp_path: Path, public: str = "", language: str = "en") -> Any:
    (tmp_path / "x.toml").write_text(f'[sheet]\ntitle = "x"\n[public]\n{public}\n', "utf-8")
    return drawn(folder, sheets=tmp_path, public=True, language=language)[1]


def labels(view: Any, kind: str) -> set[str]:
    return {
        label for layer in view.layers if layer.kind == kind for feature in layer.features for label, _ in feature.rows
    }


def test_a_sheet_that_says_nothing_shows_id_class_and_area(built_demo: Path, tmp_path: Path) -> None:
    view = view_of(built_demo, tmp_path)
    assert labels(view, "parcels") == {"Parcel", "Stage", "Measured area (ellipsoid)"}
    assert labels(view, "zones") == {"Zone", "Measured area (ellipsoid)"}
    assert labels(view, "constraint") == {"Measured area (ellipsoid)"}
    features = [feature for layer in view.layers for feature in layer.features]
    assert {feature.entries for feature in features} == {()}
    assert all(
        feature.name == feature.id for layer in view.layers if layer.kind != "zones" for feature in layer.features
    )


def test_fields_are_shown_as_the_sheet_names_them(built_demo: Path, tmp_path: Path) -> None:
    view = view_of(built_demo, tmp_path, 'fields = ["name", "dates", "nature"]')
    assert "Stage" not in labels(view, "parcels")
    assert {"Approved on", "Nature"} <= labels(view, "parcels")
    parcels = next(layer for layer in view.layers if layer.kind == "parcels").features
    assert [feature.id for feature in parcels] == [str(number) for number in range(1, len(parcels) + 1)]
    assert parcels[0].name == "示例地块 GHW-P01"
    nothing = view_of(built_demo, tmp_path, "fields = []")
    assert labels(nothing, "parcels") == labels(nothing, "zones") == set()
    assert {f.name for layer in nothing.layers if layer.kind == "zones" for f in layer.features} == {
        "Guanhaiwei Smart-Appliance Town",
        "Zhouxiang Small-Appliance Town",
    }


def test_the_panel_has_its_figures_and_nothing_behind_or_beside_them(built_demo: Path, tmp_path: Path) -> None:
    view = view_of(built_demo, tmp_path)
    whole = drawn(built_demo, language="en")[1]
    cells = [
        [[cell.text for row in table.rows for cell in row.cells] for panel in one.panels for table in panel.tables]
        for one in (view, whole)
    ]
    assert cells[0] == cells[1]
    for panel in view.panels:
        assert (panel.findings, panel.facts, panel.verdict) == ((), (), None)
        assert not [cell for table in panel.tables for row in table.rows for cell in row.cells if cell.entries]
        assert [note.text for note in panel.notes] in (
            [],
            ["† counted as granted by interpretation of the source's wording"],
        )
    assert (view.tally, view.facts) == ("", ())
    assert "conflicts" in {layer.id for layer in whole.layers}
    assert "conflicts" not in {layer.id for layer in view.layers}


def test_counts_and_areas_are_those_of_the_exact_ground(built_demo: Path, tmp_path: Path) -> None:
    view, whole = view_of(built_demo, tmp_path, "precision_m = 500"), drawn(built_demo, language="en")[1]
    for coarse, exact in zip(view.layers, whole.layers, strict=False):
        figures = [[(look.key, look.count, look.area_text) for look in layer.classes] for layer in (coarse, exact)]
        assert figures[0] == figures[1]
    assert "Drawn to 500 m; areas are those of the exact boundaries" in view.footer
    parcels = next(layer for layer in view.layers if layer.kind == "parcels")
    lost = sum(look.count for look in parcels.classes) - len(parcels.features)
    assert lost > 0
    (said,) = [notice for notice in view.notices if notice.startswith("Parcels: ")]
    assert said.startswith(f"Parcels: {lost} too small to be drawn at this precision")


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [
        ("", "审图号", "No map review number (审图号) was given: not for publication until it has one"),
        ("浙S(2026)12号", "浙S(2026)12号", "Map review number 浙S(2026)12号"),
    ],
)
def test_the_footer_says_by_which_number_the_map_is_published(
    built_demo: Path, tmp_path: Path, number: str, zh: str, en: str
) -> None:
    said = f'review_number = "{number}"' if number else ""
    english, chinese = (view_of(built_demo, tmp_path, said, language).footer for language in ("en", "zh"))
    assert english[0] == en
    assert zh in chinese[0]
    assert not [line for line in english if "internal" in line]


def test_the_command_says_that_the_number_is_missing(guarded: Path) -> None:
    assert "not for publication until it has one" in Program(guarded)("map", "--public").stderr
    sheet = guarded / "maps" / "other.toml"
    sheet.write_text('[sheet]\ntitle = "o"\n[public]\nreview_number = "浙S(2026)12号"\n', "utf-8")
    assert Program(guarded)("map", "other", "--public").stderr == ""
    sheet.unlink()


@pytest.mark.chromium
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_public_page_opens_and_its_readout_tells_no_more_than_it_may(
    demo: Program, chromium: str, tmp_path: Path, language: str
) -> None:
    demo("map", "--public", "--lang", language)
    page = demo.folder / "maps" / "out" / "quota.public.html"
    with running(chromium, tmp_path / "profile") as pipe:
        tab = opened(pipe, page)
        assert "审图号" in str(tab.evaluate("document.getElementById('lq-foot').textContent"))
        for x, y in ((300, 300), (377, 411)):
            tab.move(x, y)
            tab.settle()
            spans = tab.evaluate("[...document.querySelectorAll('.lq-readout span')].map((one) => one.textContent)")
            found = re.search(r"N (\d+)  E (\d+)$", spans[-2])
            assert found is not None, spans
            assert [int(part) % PRECISION_M for part in found.groups()] == [0, 0]
            assert re.fullmatch(r"\d+\.\d{3}° E \d+\.\d{3}° N", spans[-1])
        assert tab.evaluate("document.querySelectorAll('.lq-figure').length") == 0
        assert tab.requests() == [page.as_uri()]
        assert tab.complaints() == []


def opened(pipe: Pipe, page: Path) -> Tab:
    tab = new_tab(pipe)
    tab.open(page, width=1280, height=800)
    tab.settle()
    return tab


def test_context_is_on_the_grid_and_the_base_map_stays_inside(guarded: Path, tmp_path: Path) -> None:
    project = shutil.copytree(guarded, tmp_path / "project")
    river = [[121.40011, 30.17013], [121.42017, 30.18019], [121.44023, 30.17529]]
    feature = {
        "type": "Feature",
        "properties": {"name": f"{HIDDEN}江"},
        "geometry": {"type": "LineString", "coordinates": river},
    }
    (tmp_path / "water.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    program = Program(project)
    program("layer", "add", tmp_path / "water.geojson", "--kind", "context", "--name", "water")
    program("build")
    secrets = {"tianditu", "0a1b2c", HIDDEN}
    sheet = '[sheet]\ntitle = "x"\nlayers = ["water"]\n[basemap]\nprovider = "tianditu"\nkey = "0a1b2c"\n'
    (project / "maps" / "watered.toml").write_text(sheet, "utf-8")
    pages = {}
    for edition in ("", ".public"):
        told = program("map", "watered", *(["--public"] if edition else []))
        assert ("key of its base map" in told.stderr) is (edition == "")
        pages[edition] = (project / "maps" / "out" / f"watered{edition}.html").read_text("utf-8")
        whole = everything(pages[edition])
        assert {secret for secret in secrets if secret in whole} == (set() if edition else secrets)
    off = [off_the_grid_m(drawn_corners(page)) for page in pages.values()]
    assert min(map(len, off)) > 2
    assert off[0].max() > STEP_M > off[1].max()
