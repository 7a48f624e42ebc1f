"""The permalink: it says what the page shows, opens it again, and does nothing with what it does not know."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from acting import Open, click, click_on, focus, press, texts, view_of
from browser import Pipe, Tab, new_tab
from map_views import SOUTH, WEST, hostile_view, parcels, sample_view

from landquota.maps import MapView
from landquota.maps.page import write

pytestmark = pytest.mark.chromium

EVIL = "</script><img src=x onerror=fired=1>'\"&=#/,%+\ud800"
#: What an address may have behind "#", and which of it the sample has not.
STALE = {
    "zone=GHW-99": ["zone=GHW-99"],
    "feature=parcels/P99": ["feature=parcels/P99"],
    "feature=P1": ["feature=P1"],
    "feature=zones/": ["feature=zones/"],
    "off=parcels/burnt": ["off=parcels/burnt"],
    "at=30,121": ["at=30,121"],
    "at=30,121,": ["at=30,121,"],
    "at=30,121,12,7": ["at=30,121,12,7"],
    "at=NaN,121,12": ["at=NaN,121,12"],
    "at=90,121,12": ["at=90,121,12"],
    "at=30,121,1e9": ["at=30,121,1e9"],
    "constructor=1&__proto__=2&toString=": ["constructor=1", "__proto__=2", "toString="],
    "lq-panel": ["lq-panel="],
    "%E0%A4%A&zone=%FF": ["�%A=", "zone=�"],
    "<script>fired=1</script>": ["<script>fired=1</script>"],
    "zone=javascript:fired=1": ["zone=javascript:fired=1"],
    "off=parcels/planned&off=nothing&only=": ["off=nothing"],
}


@pytest.fixture
def opened(pipe: Pipe, tmp_path: Path) -> Iterator[Open]:
    """Return a function that opens a view at an address; afterwards nothing may have gone wrong."""
    shown: list[Tab] = []

    def show(view: MapView, address: str) -> Tab:
        file = tmp_path / "page.html"
        write(view, file)
        tab = new_tab(pipe)
        shown.append(tab)
        tab.open(file, width=1280, height=800, behind=f"#{address}")
        return tab

    yield show
    for tab in shown:
        assert tab.complaints() == []
        assert tab.evaluate("typeof fired") == "undefined"
        tab.close()


def address(tab: Tab) -> str:
    """Return what stands behind "#" once it has come to rest."""
    time.sleep(0.4)
    found: str = tab.evaluate("location.hash.slice(1)")
    return found


def said(tab: Tab) -> list[tuple[str, str]]:
    """Return what the address says, without the view."""
    return [pair for pair in parse_qsl(address(tab)) if pair[0] != "at"]


def state(tab: Tab) -> object:
    """Return what a reader sees: view, zone, popup, switches, filter."""
    return tab.evaluate(
        "(() => { const { map, drawing } = landquota.page; const { lat, lng } = map.getCenter();"
        "return [lat.toFixed(4), lng.toFixed(4), map.getZoom(), drawing.zone(), drawing.filter(), drawing.shown(),"
        "[...document.querySelectorAll('.lq-card h3')].map((one) => one.textContent),"
        "[...document.querySelectorAll('#lq-legend input')].map((one) => one.checked),"
        "document.querySelector('.lq-filter').textContent]; })()"
    )


def test_the_address_follows_what_is_shown_and_opens_it_again(opened: Open) -> None:
    view = replace(sample_view(), opens_on="GHW-01")
    tab = opened(view, "")
    click_on(tab, ".lq-section button.lq-zone")
    assert said(tab) == [("zone", "GHW-01")]
    click_on(tab, ".lq-several .lq-class input")
    focus(tab, "#lq-search")
    tab.call("Input.insertText", text="示例地块")
    press(tab, "ArrowUp", "ArrowUp", "Enter")
    click(tab, *parcels()[2].geometry.centroid.coords[0])
    tab.wait(0.3)
    assert said(tab) == [
        ("zone", "GHW-01"),
        ("feature", "parcels/P3"),
        ("only", "示例地块"),
        ("off", "parcels/planned"),
    ]
    assert len(address(tab)) < 200
    again = opened(view, address(tab))
    assert texts(again, ".lq-card:first-child h3") == ["示例地块 3P3"]
    assert state(again) == state(tab)
    assert texts(again, ".lq-notice p") == ["地块为示例"], "nothing was unknown"


def test_the_back_button_is_not_flooded(opened: Open) -> None:
    tab = opened(sample_view(), "")
    before = tab.evaluate("history.length")
    for _ in range(5):
        tab.evaluate("void landquota.page.map.panBy([40, 0], { animate: false })")
        address(tab)
    assert tab.evaluate("history.length") == before


def test_a_zone_or_a_feature_without_a_view_is_gone_to(opened: Open) -> None:
    tab = opened(sample_view(), "zone=ZX-01")
    assert 121.12 < view_of(tab)[0] < 121.14
    tab = opened(sample_view(), "feature=parcels/P4")
    tab.until("document.querySelector('.lq-card') !== null")
    assert texts(tab, ".lq-card h3") == ["示例地块 4P4"]
    lon, lat, _ = view_of(tab)
    assert (abs(lon - WEST) < 0.01, abs(lat - SOUTH - 0.007) < 0.01) == (True, True)


@pytest.mark.parametrize("asked", STALE)
def test_what_the_page_does_not_have_is_left_out_with_a_notice(opened: Open, asked: str) -> None:
    tab = opened(sample_view("en"), asked)
    start = "Not on this map, and left out of the link: "
    assert texts(tab, ".lq-notice p")[1:] == [start + " · ".join(STALE[asked])]
    assert tab.evaluate("document.querySelector('.lq-notice').hidden") is False
    assert re.fullmatch(r"at=[\d.]+,[\d.]+,[\d.]+(&off=parcels/planned)?", address(tab)), "it goes from the address too"
    assert tab.evaluate("landquota.page.drawing.zone()") is None


def test_a_long_address_makes_a_short_notice(opened: Open) -> None:
    tab = opened(sample_view("en"), "&".join(f"x{number}=" + "y" * 500 for number in range(200)))
    assert len(texts(tab, ".lq-notice p")[1]) < 300


def test_an_address_that_is_changed_by_hand_is_followed(opened: Open) -> None:
    tab = opened(sample_view(), "off=parcels/planned&only=P&zone=GHW-01")
    assert tab.evaluate("landquota.page.drawing.filter()") == "P"
    tab.evaluate("void (location.hash = '#at=30.19,121.13,14&off=parcels/approved')")
    tab.settle()
    assert view_of(tab) == pytest.approx((121.13, 30.19, 14))
    assert said(tab) == [("off", "parcels/approved")]
    assert tab.evaluate("[...document.querySelectorAll('.lq-several .lq-class input')].map((box) => box.checked)") == [
        True,
        False,
        True,
        True,
        True,
        True,
    ]


def test_hostile_ids_survive_the_way_through_the_address(opened: Open) -> None:
    view = hostile_view(EVIL.replace("\ud800", ""))
    tab = opened(view, "")
    tab.evaluate("document.querySelector('button.lq-zone').click()")
    tab.evaluate("document.querySelectorAll('#lq-legend input')[1].click()")
    found = dict(said(tab))
    assert found["zone"] == EVIL.replace("\ud800", "")
    again = opened(view, address(tab))
    assert again.evaluate("landquota.page.drawing.zone()") == found["zone"]
    assert len(texts(again, ".lq-notice p")) == 1
    lone = opened(hostile_view(EVIL), "")
    lone.evaluate("document.querySelector('button.lq-zone').click()")
    assert "zone" in dict(said(lone)), "half a letter is no reason to stop"


def test_the_link_is_copied_or_ready_to_be_copied(opened: Open) -> None:
    tab = opened(sample_view("en"), "zone=GHW-01")
    click_on(tab, "button.lq-link")
    assert tab.evaluate("document.querySelector('dialog input').value") == tab.evaluate("location.href")
    assert "zone=GHW-01" in tab.evaluate("location.href"), "also what has just changed"
    selected = "['selectionStart', 'selectionEnd'].map((end) => document.querySelector('dialog input')[end])"
    assert tab.evaluate(selected) == [0, len(tab.evaluate("location.href"))]
    assert texts(tab, "dialog p") == ["Copied."]
    press(tab, "Escape")
    assert texts(tab, "dialog") == []
    assert tab.evaluate("document.activeElement.className") == "lq-link"
    tab.evaluate("void (document.execCommand = () => false)")
    press(tab, "l")
    assert texts(tab, "dialog p") == ["Press Ctrl+C to copy it."]
    click_on(tab, "dialog button")
    assert texts(tab, "dialog") == []
