"""Context layers of a project: any geometry, outlined or filled as the sheet says, and never counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from map_sheets import drawn
from program import Program
from shapely.geometry import mapping

from landquota.errors import LandquotaError
from landquota.findings import FindingsError
from landquota.maps import MapLayer, MapView
from landquota.maps.context import context_features, points_in

RIVER = shapely.LineString([(121.40, 30.17), (121.42, 30.18), (121.44, 30.175)])
POND = shapely.box(121.435, 30.17, 121.438, 30.173)
SHEET = '[sheet]\ntitle = "x"\n{more}\n'


def put(folder: Path, *shapes: tuple[str | None, Any]) -> None:
    features = [{"type": "Feature", "properties": {"name": name}, "geometry": mapping(shape)} for name, shape in shapes]
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    (folder / "water.geojson").write_text(text, "utf-8")


@pytest.fixture
def watered(demo: Program) -> Program:
    """Return a demo with water: a named river, a pond, a spring, and both in one."""
    both = shapely.GeometryCollection([POND, shapely.MultiLineString([RIVER]), shapely.MultiPoint([(121.4, 30.2)])])
    put(demo.folder, ("三塘江", RIVER), (None, POND), ("泉", shapely.Point(121.43, 30.19)), ("两者", both))
    demo("layer", "add", demo.folder / "water.geojson", "--kind", "context", "--name", "water", "--title", "水系")
    demo("build")
    return demo


def shown(program: Program, more: str = "", language: str = "zh") -> tuple[MapView, MapLayer]:
    folder = program.folder / "sheets"
    folder.mkdir(exist_ok=True)
    (folder / "x.toml").write_text(SHEET.format(more=more), "utf-8")
    view = drawn(program.folder, sheets=folder, language=language)[1]
    return view, next(layer for layer in view.layers if layer.id == "water")


def test_polygons_and_lines_are_drawn_and_points_are_told(watered: Program) -> None:
    view, layer = shown(watered, language="en")
    assert (layer.kind, layer.title) == ("context", "水系")
    assert [feature.name for feature in layer.features] == ["三塘江", "", "两者"]
    assert layer.nature_note == "2 with points, which are not drawn"
    river, pond, both = (feature.geometry for feature in layer.features)
    assert river.area == pytest.approx(0, abs=1e-15)
    assert shapely.hausdorff_distance(river.boundary, RIVER) < 1e-8
    assert pond.equals_exact(shapely.MultiPolygon([POND]), 1e-8, normalize=True)
    assert both.area == pytest.approx(POND.area)
    assert {feature.id for feature in layer.features} == {""}, "nothing is found by a number"
    assert [dict(feature.rows) for feature in layer.features] == [{"Name": "三塘江"}, {}, {"Name": "两者"}]
    assert not [finding for panel in view.panels for finding in panel.findings if "water" in finding.text]


def test_context_is_outlined_unless_the_sheet_gives_a_colour(watered: Program) -> None:
    (look,) = shown(watered)[1].classes
    assert (look.hollow, look.count, look.area_text) == (True, 0, "")
    (filled,) = shown(watered, '[context.water]\nfill = "#cfe3ef"')[1].classes
    assert (filled.hollow, filled.fill) == (False, "#cfe3ef")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ('[context.watre]\nfill = "#cfe3ef"', "draws layers that are not loaded: watre"),
        ('[context.water]\nfill = "blue"', 'context.water.fill = "blue" cannot be used'),
        ("[context.water]\ncolour = 3", "context.water.colour is no key of a map sheet"),
    ],
)
def test_a_colour_that_cannot_be_meant_is_refused(watered: Program, more: str, said: str) -> None:
    with pytest.raises(LandquotaError) as refused:
        shown(watered, more)
    findings = refused.value.findings if isinstance(refused.value, FindingsError) else ()
    told = [refused.value.message.render("en"), *(finding.message("en") for finding in findings)]
    assert said in " ".join(told)


def test_the_command_draws_them(watered: Program) -> None:
    sheet = watered.folder / "maps" / "quota.toml"
    sheet.write_text(sheet.read_text("utf-8").replace('layers = ["zones"', 'layers = ["water", "zones"'), "utf-8")
    watered("map", "quota")
    page = (watered.folder / "maps" / "out" / "quota.html").read_text("utf-8")
    assert '"kind":"context"' in page


def test_nothing_is_made_of_nothing() -> None:
    frame = {"name": ["a", None], "nature": ["surveyed", "surveyed"]}
    empty = [shapely.Polygon(), shapely.GeometryCollection()]
    assert context_features(frame, empty, "en") == []
    assert points_in(empty) == 0
