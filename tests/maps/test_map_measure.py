"""Measuring on the map: what is said is what the ellipsoid says, and clicks and keys do what the page promises."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from acting import Open, click, click_on, pixel, press, texts, view_of
from browser import Tab
from map_views import SOUTH, WEST, parcels, sample_view
from numpy.typing import NDArray
from pyproj import Geod
from test_mosaic_scripts import SCRIPTS

Points = NDArray[np.float64]

#: The published figures of CGCS2000 and GRS 80 are the same.
GEOD = Geod(ellps="GRS80")
CORNERS = [(WEST, SOUTH), (WEST + 0.01, SOUTH), (WEST + 0.01, SOUTH + 0.008), (WEST, SOUTH + 0.008)]


#: Into so many pieces a line is cut for the comparison.
STEPS = 400


def as_drawn(ring: Points) -> Points:
    """Return `ring`, closed, with points along the lines that the map's projection draws straight."""
    closed = np.vstack([ring, ring[:1]])
    plane = np.column_stack([closed[:, 0], np.arcsinh(np.tan(np.radians(closed[:, 1])))])
    share = np.linspace(0, 1, STEPS, endpoint=False)[:, np.newaxis]
    lines = [start * (1 - share) + end * share for start, end in pairwise(plane)]
    points = np.vstack([*lines, plane[-1:]])
    return np.column_stack([points[:, 0], np.degrees(np.arctan(np.sinh(points[:, 1])))])


def measured_by_geod(ring: Points) -> tuple[float, float]:
    """Return the length of the open line and the area inside the ring."""
    points = as_drawn(ring)
    area, _ = GEOD.polygon_area_perimeter(*points.T)
    return GEOD.line_length(*points[: STEPS * (len(ring) - 1) + 1].T), abs(area)


def rings(size_degrees: float, latitude: float) -> list[Points]:
    """Return star-shaped rings about that large, somewhere in China."""
    random = np.random.default_rng(20210623)
    found = []
    for corners in (3, 4, 7, 30):
        angles = np.sort(random.uniform(0, 2 * np.pi, corners))
        reach = random.uniform(0.3, 1, corners) * size_degrees
        found.append(np.column_stack([121 + reach * np.cos(angles), latitude + reach * np.sin(angles)]))
    return found


@pytest.mark.parametrize(("size_degrees", "within"), [(0.0005, 1e-5), (0.01, 1e-7), (0.3, 1e-7), (3.0, 1e-5)])
@pytest.mark.parametrize("latitude", [19.0, 30.2, 52.0])
def test_lengths_and_areas_are_those_of_the_ellipsoid(
    node: str, tmp_path: Path, size_degrees: float, within: float, latitude: float
) -> None:
    asked = rings(size_degrees, latitude)
    file = tmp_path / "rings.json"
    file.write_text(json.dumps([ring.tolist() for ring in asked]), "ascii")
    run = subprocess.run([node, str(SCRIPTS / "measure.mjs"), str(file)], capture_output=True, check=True)
    assert np.allclose(json.loads(run.stdout), [measured_by_geod(ring) for ring in asked], rtol=within, atol=0)


def figures(tab: Tab) -> list[float]:
    """Return the numbers that are shown, line by line."""
    return [
        float(number) for line in texts(tab, "output.lq-measure div") for number in re.findall(r"[\d.]+(?= )", line)
    ]


def expected(corners: list[tuple[float, float]]) -> tuple[float, float]:
    return measured_by_geod(np.array(corners))


@pytest.mark.chromium
def test_clicks_measure_a_line_and_then_an_area_in_mu(open_page: Open) -> None:
    tab = open_page(replace(sample_view("en"), opens_on="GHW-01"))
    click_on(tab, "button.lq-measure")
    assert texts(tab, "output.lq-measure small") == ["Click points; Enter ends, Backspace takes one back, Esc cancels"]
    for corner in CORNERS[:2]:
        click(tab, *corner)
    length, _ = expected(CORNERS[:2])
    assert figures(tab) == [pytest.approx(length, rel=5e-3)]
    assert texts(tab, "output.lq-measure div")[0].endswith(" m")
    for corner in CORNERS[2:]:
        click(tab, *corner)
    length, area = expected(CORNERS)
    assert figures(tab) == [
        pytest.approx(figure, rel=5e-3) for figure in (length / 1000, area * 3 / 2000, area / 10_000)
    ]
    assert re.fullmatch(r"Length [\d.]+ km", texts(tab, "output.lq-measure div")[0])
    assert re.fullmatch(r"Area [\d.]+ mu = [\d.]+ ha", texts(tab, "output.lq-measure div")[1])
    assert texts(tab, ".lq-card") == [], "while it is measured, a click asks nothing else"
    press(tab, "Enter")
    assert texts(tab, "output.lq-measure small") == ["On the ellipsoid, as drawn here: approximate"]


@pytest.mark.chromium
def test_the_figure_follows_the_pointer_until_a_double_click_ends_the_line(open_page: Open) -> None:
    tab = open_page(replace(sample_view(), opens_on="GHW-01"))
    press(tab, "m")
    click(tab, *CORNERS[0])
    seen = []
    for corner in CORNERS[1:3]:
        tab.move(*pixel(tab, *corner))
        tab.settle()
        seen.append(figures(tab)[0])
    assert seen[0] == pytest.approx(expected([CORNERS[0], CORNERS[1]])[0], rel=5e-3)
    assert seen[1] == pytest.approx(expected([CORNERS[0], CORNERS[2]])[0] / 1000, rel=5e-3)
    zoom = view_of(tab)[2]
    x, y = pixel(tab, *CORNERS[1])
    for count in (1, 2):
        for kind in ("mousePressed", "mouseReleased"):
            tab.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=count)
    tab.move(*pixel(tab, *CORNERS[3]))
    tab.settle()
    assert figures(tab) == [pytest.approx(expected(CORNERS[:2])[0], rel=5e-3)]
    assert view_of(tab)[2] == zoom, "a double click does not zoom meanwhile"
    click(tab, *CORNERS[2])
    assert figures(tab) == [], "the next click begins another line"


@pytest.mark.chromium
def test_keys_alone_measure_take_back_and_cancel(open_page: Open) -> None:
    tab = open_page(replace(sample_view(), opens_on="GHW-01"))
    places = []
    press(tab, "m")
    for turn in range(3):
        press(tab, " ")
        places.append(view_of(tab)[:2])
        tab.evaluate(f"void landquota.page.map.panBy([{90 if turn else 0}, {90 - 90 * turn}], {{animate: false}})")
        tab.settle()
    assert figures(tab)[0] * (1000 if "公里" in texts(tab, "output.lq-measure div")[0] else 1) == pytest.approx(
        expected(places)[0], rel=1e-3
    )
    assert len(texts(tab, "output.lq-measure div")) == 2
    press(tab, "Backspace")
    assert len(texts(tab, "output.lq-measure div")) == 1
    press(tab, "Backspace", "Backspace", "Backspace")
    assert figures(tab) == []
    press(tab, "Escape")
    assert tab.evaluate("document.querySelector('output.lq-measure').hidden") is True
    click(tab, *parcels()[1].geometry.centroid.coords[0])
    assert len(texts(tab, ".lq-card")) == 1, "clicks ask again"


@pytest.mark.chromium
def test_an_outline_that_crosses_itself_has_no_area(open_page: Open) -> None:
    tab = open_page(replace(sample_view("en"), opens_on="GHW-01"))
    press(tab, "M")
    for corner in (CORNERS[0], CORNERS[2], CORNERS[1], CORNERS[3]):
        click(tab, *corner)
    assert texts(tab, "output.lq-measure div")[1] == "The outline crosses itself."
