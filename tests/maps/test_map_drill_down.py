"""From a zone to a figure, its entries and their parcels, and back: every link both ways, by pointer and by keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from acting import Open, click, click_on, focus, focused, press, texts, view_of
from browser import Tab
from map_views import ENTRY, cell, parcels, sample_view
from shapely import Point

pytestmark = pytest.mark.chromium

TOWN = "观海卫智能电器小镇"
OPEN = "tr.lq-detail:not([hidden])"


def trail(tab: Tab) -> list[str]:
    """Return the way back as it is shown; nothing where there is none."""
    return texts(tab, "#lq-trail:not([hidden]) > *")


def is_folded(tab: Tab) -> list[bool]:
    folded: list[bool] = tab.evaluate("[...document.querySelectorAll('.lq-section > div')].map((body) => body.hidden)")
    return folded


def test_from_a_zone_to_an_entry_and_its_parcel_and_back_with_the_pointer(open_page: Open) -> None:
    tab = open_page(sample_view())
    whole = view_of(tab)
    click_on(tab, "button.lq-zone")
    near = view_of(tab)
    assert (trail(tab), is_folded(tab)) == (["← 显示全部", TOWN], [True, False, True])
    click_on(tab, ".lq-chosen .lq-figure")
    click_on(tab, f"{OPEN} button.lq-entry")
    tab.until("document.querySelector('.lq-card') !== null")
    assert texts(tab, ".lq-card h3") == ["示例地块 2P2"]
    assert trail(tab) == ["← 显示全部", TOWN, ENTRY.text]
    click_on(tab, "#lq-trail > :nth-child(2)")
    assert (trail(tab), texts(tab, ".lq-card")) == (["← 显示全部", TOWN], [])
    assert view_of(tab) == pytest.approx(near, abs=1e-3)
    click_on(tab, "#lq-trail .lq-all")
    assert (trail(tab), is_folded(tab)) == ([], [False, False, False])
    assert view_of(tab) == pytest.approx(whole, abs=1e-3)


def test_the_same_with_keys_alone_and_the_focus_comes_back(open_page: Open) -> None:
    tab = open_page(sample_view())
    focus(tab, "button.lq-zone")
    press(tab, "Enter")
    near = view_of(tab)
    focus(tab, ".lq-chosen .lq-figure")
    press(tab, "Enter")
    assert tab.evaluate("document.activeElement.ariaExpanded") == "true"
    press(tab, "Tab")
    assert ENTRY.key in focused(tab), "the entries are next after the figure"
    press(tab, "Enter")
    tab.until("document.querySelector('.lq-card') !== null")
    assert tab.evaluate("document.activeElement.className") == "lq-cards", "the popup has the focus"
    press(tab, "Escape")
    assert texts(tab, ".lq-card") == []
    assert ENTRY.key in focused(tab)
    press(tab, "Escape")
    assert view_of(tab) == pytest.approx(near, abs=1e-3)
    assert trail(tab) == ["← 显示全部", TOWN]
    assert ENTRY.key in focused(tab)
    press(tab, "Escape")
    assert (trail(tab), focused(tab)) == ([], TOWN)


def test_from_a_parcel_to_its_zone_and_to_the_figure_that_rests_on_its_entry(open_page: Open) -> None:
    tab = open_page(replace(sample_view(), opens_on="GHW-01"))
    click(tab, *cell(1, 0).centroid.coords[0])
    assert texts(tab, ".lq-card .lq-zone") == [TOWN]
    click_on(tab, ".lq-card .lq-zone")
    assert (trail(tab), texts(tab, ".lq-card")) == (["← 显示全部", TOWN], [])
    click(tab, *cell(1, 0).centroid.coords[0])
    click_on(tab, ".lq-card button.lq-entry")
    assert texts(tab, ".lq-card") == []
    assert texts(tab, f"{OPEN} .lq-entry-key") == ["L-0012"]
    assert tab.evaluate(f"document.activeElement.closest('{OPEN}') !== null")
    assert trail(tab) == ["← 显示全部", TOWN, ENTRY.text]
    press(tab, "Enter")
    tab.until("document.querySelector('.lq-card') !== null")
    assert texts(tab, ".lq-card h3") == ["示例地块 2P2"], "and from there to the parcel again"


def test_an_entry_of_a_parcel_that_no_figure_rests_on_leads_nowhere(open_page: Open) -> None:
    view = sample_view()
    tab = open_page(replace(view, panels=view.panels[:1], opens_on="GHW-01"))
    click(tab, *cell(1, 0).centroid.coords[0])
    assert texts(tab, ".lq-card div.lq-entry .lq-entry-key") == ["L-0012"]
    assert texts(tab, ".lq-card button.lq-entry") == []


def test_a_finding_is_gone_to_and_come_back_from(open_page: Open) -> None:
    tab = open_page(sample_view())
    whole = view_of(tab)
    focus(tab, "button.lq-found")
    press(tab, "Enter")
    assert view_of(tab)[2] > whole[2]
    assert trail(tab) == ["← 显示全部", "地块重叠"]
    press(tab, "Escape")
    assert view_of(tab) == pytest.approx(whole, abs=1e-3)
    assert "PARCEL-OVERLAP" in focused(tab)


def test_the_middle_of_the_map_is_asked_for_by_key(open_page: Open) -> None:
    tab = open_page(sample_view())
    lon, lat = cell(1, 0).centroid.coords[0]
    tab.evaluate(f"void landquota.page.map.setView([{lat}, {lon}], 16, {{ animate: false }})")
    focus(tab, ".folium-map")
    press(tab, "Enter")
    assert texts(tab, ".lq-card h3") == ["示例地块 2P2"]
    press(tab, "Escape")
    assert texts(tab, ".lq-card") == []
    assert tab.evaluate("document.activeElement === landquota.page.map.getContainer()")


def test_the_map_moves_by_keys_and_the_whole_of_it_is_one_key_away(open_page: Open) -> None:
    tab = open_page(sample_view())
    whole = view_of(tab)
    focus(tab, ".folium-map")
    tab.press("+", 187)
    tab.wait(0.4)
    assert view_of(tab)[2] > whole[2]
    tab.press("ArrowRight", 39)
    tab.wait(0.4)
    assert view_of(tab)[0] > whole[0]
    press(tab, "0")
    tab.wait(0.4)
    assert view_of(tab) == pytest.approx(whole, abs=1e-3)


def test_a_parcel_elsewhere_is_not_shown_as_the_chosen_zones(open_page: Open) -> None:
    view = sample_view()
    tab = open_page(view)
    tab.evaluate("landquota.page.selectZone('ZX-01')")
    assert tab.evaluate("landquota.page.drawing.zone()") == "ZX-01"
    tab.evaluate("landquota.page.openFeature(landquota.page.drawing.named('parcels', ['P3'])[0])")
    tab.until("document.querySelector('.lq-card') !== null")
    assert trail(tab) == ["← 显示全部", parcels()[2].name]
    assert tab.evaluate("landquota.page.drawing.zone()") is None
    assert cell(2, 0).buffer(0.002).contains(Point(view_of(tab)[:2]))


def test_the_keys_are_listed_and_everything_can_be_reached_by_tab(open_page: Open) -> None:
    tab = open_page(sample_view("en"))
    press(tab, "?")
    assert texts(tab, "dialog dt") == ["/", "← ↑ ↓ →", "+ −", "Enter", "Esc", "0", "M", "L", "?"]
    assert tab.evaluate("document.querySelector('dialog').contains(document.activeElement)")
    press(tab, "Escape")
    assert texts(tab, "dialog") == []
    press(tab, "/")
    assert tab.evaluate("document.activeElement.id") == "lq-search"
    press(tab, "m", "?", "0")
    assert tab.evaluate("document.activeElement.value") == "m?0", "typing is typing"
    assert texts(tab, "dialog, output.lq-measure:not([hidden])") == []
    tab.evaluate("document.activeElement.blur()")
    reached = set()
    for _ in range(80):
        press(tab, "Tab")
        reached.add(tab.evaluate("document.activeElement.className + '#' + document.activeElement.tagName"))
        assert tab.evaluate(
            "(() => { const at = document.activeElement; return at === document.body ||"
            "getComputedStyle(at).outlineStyle !== 'none' || getComputedStyle(at, '::after').content !== 'none'; })()"
        ), reached
    wanted = {"lq-zone", "lq-figure", "lq-said", "lq-found", "lq-tally", "lq-home", "lq-measure", "lq-link", "lq-help"}
    assert wanted <= {each.split("#")[0] for each in reached}
    assert "INPUT" in {each.split("#")[1] for each in reached}
