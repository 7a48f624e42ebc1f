"""On paper: what is on the screen, with scale, north and legend, and nothing that only a screen needs."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from acting import Open, click, press
from browser import Tab
from map_views import SOUTH, WEST, sample_view

from landquota.maps.view import STAGE_FILLS

pytestmark = pytest.mark.chromium

#: What a printed page shows, and what it does not.
SHOWN = (
    "h1",
    ".lq-north",
    ".leaflet-control-scale",
    ".lq-swatch",
    ".lq-notice",
    ".lq-zone-label",
    "#lq-foot",
    ".lq-table",
)
NOT_SHOWN = (
    ".leaflet-control-zoom",
    ".lq-tools",
    ".lq-search",
    "#lq-trail",
    ".lq-readout",
    "#lq-legend input",
    "dialog",
)


@pytest.fixture(scope="module")
def pdftoppm() -> str:
    """Return the program that draws a PDF, or skip visibly."""
    program = shutil.which("pdftoppm")
    if program is None and os.environ.get("CI"):
        pytest.fail("pdftoppm is not installed, and this is CI")
    if program is None:
        pytest.skip("pdftoppm is not installed (Debian: apt-get install poppler-utils)")
    return program


def printed(tab: Tab, **paper: object) -> bytes:
    """Return the page as the browser prints it."""
    return base64.b64decode(tab.call("Page.printToPDF", printBackground=True, **paper)["data"])


def size_mm(pdf: bytes) -> tuple[int, int]:
    width, height = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)[0]
    return round(float(width) / 72 * 25.4), round(float(height) / 72 * 25.4)


@pytest.mark.parametrize(
    ("paper", "expected"),
    [({"preferCSSPageSize": True}, (420, 297)), ({"paperWidth": 11.69, "paperHeight": 8.27}, (297, 210))],
    ids=["A3", "A4"],
)
def test_parcels_zones_and_hatching_are_in_print(
    open_page: Open, pdftoppm: str, tmp_path: Path, paper: dict[str, object], expected: tuple[int, int]
) -> None:
    tab = open_page(replace(sample_view(), opens_on="GHW-01"))
    pdf = printed(tab, **paper)
    assert size_mm(pdf) == expected
    (tmp_path / "page.pdf").write_bytes(pdf)
    command = [pdftoppm, "-r", "72", "-singlefile", str(tmp_path / "page.pdf"), str(tmp_path / "page")]
    subprocess.run(command, check=True)
    picture = (tmp_path / "page.ppm").read_bytes()
    pixels = np.frombuffer(picture.split(b"\n", 3)[3], np.uint8).reshape(-1, 3).astype(int)
    for colour in [*STAGE_FILLS.values(), "#c0392b"]:
        wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        near = (np.abs(pixels - wanted).max(axis=1) < 16).sum()
        assert near > 20, f"{colour} is on {near} points of the paper"


def test_paper_has_scale_north_and_legend_and_no_buttons(open_page: Open) -> None:
    tab = open_page(replace(sample_view(), opens_on="GHW-01"))
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    width = "document.querySelector({!r}).getBoundingClientRect().width"
    assert [one for one in SHOWN if not tab.evaluate(width.format(one)) > 0] == []
    gone = (
        f"{list(NOT_SHOWN)}.filter((one) => [...document.querySelectorAll(one)].some((at) => at.offsetParent !== null))"
    )
    assert tab.evaluate(gone) == []
    tab.evaluate("dispatchEvent(new Event('afterprint'))")


def test_what_was_measured_is_printed(open_page: Open) -> None:
    tab = open_page(replace(sample_view(), opens_on="GHW-01"))
    press(tab, "m")
    click(tab, WEST, SOUTH)
    click(tab, WEST + 0.01, SOUTH)
    press(tab, "Enter")
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.evaluate("document.querySelector('output.lq-measure div').getBoundingClientRect().width") > 0
    assert tab.evaluate("document.querySelector('output.lq-measure small').offsetParent") is None
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
