"""Search: by id, by name and by every other text, within what is shown, and what it hides."""

from __future__ import annotations

from dataclasses import replace

import pytest
from acting import Open, click_on, focus, press, texts
from browser import Tab
from map_views import cell, parcels, sample_view

from landquota.maps import MapClass, MapFeature, MapLayer, MapView

pytestmark = pytest.mark.chromium


def survey() -> MapView:
    """Return a layer whose features have attributes of two forms, some in numbers, some in words."""
    looks = (MapClass("01", "水田", "#f5f8dc", "#3f4650"), MapClass("06", "工业用地", "#bb9674", "#3f4650"))
    features = tuple(
        MapFeature(
            f"BSM{number:03}",
            f"图斑 {number}",
            looks[number % 2].key,
            cell(number % 5, number // 5),
            (("权属单位", f"{'东' if number < 5 else '西'}村"), ("面积", f"{number * 7}.50"))
            if number % 2
            else (("Owner", "Ltd. 77"), ("批文", f"浙土字[2018]{number:04}号"), ("面积", f"{number * 7}.50")),
            zone="GHW-01" if number < 5 else "ZX-01",
        )
        for number in range(10)
    )
    zones, *_ = sample_view().layers
    return replace(sample_view("en"), layers=(zones, MapLayer("dltb", "地类图斑", "parcels", looks, features)))


def search(tab: Tab, asked: str) -> list[str]:
    """Type into the search box; return what it offers."""
    focus(tab, "#lq-search")
    tab.evaluate("document.activeElement.select()")
    tab.call("Input.insertText", text=asked)
    return texts(tab, "#lq-hits li")


def hits(tab: Tab, asked: str) -> list[str]:
    """Return the names of the features that are found."""
    search(tab, asked)
    return texts(tab, "#lq-hits li > span")


def test_every_text_of_a_feature_finds_it_and_the_hit_says_which(open_page: Open) -> None:
    tab = open_page(survey())
    assert search(tab, "[2018]0004")[0] == "图斑 4批文 浙土字[2018]0004号 · 地类图斑"
    assert search(tab, "LTD. 7")[0].endswith("Owner Ltd. 77 · 地类图斑")
    assert hits(tab, "42.5") == ["图斑 6"]
    assert sorted(hits(tab, "东村")) == ["图斑 1", "图斑 3"]
    assert search(tab, "bsm007")[0] == "图斑 7BSM007 · 地类图斑"


def test_ids_and_names_come_before_other_texts(open_page: Open) -> None:
    tab = open_page(survey())
    found = hits(tab, "7")
    assert found[0] in {"图斑 7", "BSM007"}
    assert set(found[1:]) == {f"图斑 {number}" for number in (0, 2, 4, 6, 8, 1)}, "77 as an owner, 7.50 as an area"


def test_classes_that_are_off_and_other_zones_are_found_only_when_asked_for(open_page: Open) -> None:
    tab = open_page(survey())
    assert len(hits(tab, "图斑")) == 10
    click_on(tab, ".lq-several .lq-class input")
    assert sorted(hits(tab, "图斑")) == [f"图斑 {number}" for number in (1, 3, 5, 7, 9)]
    tab.evaluate("landquota.page.selectZone('GHW-01')")
    assert sorted(hits(tab, "图斑")) == ["图斑 1", "图斑 3"]
    assert search(tab, "图斑 6") == ["Nothing found", "Search also what is hidden"]
    press(tab, "Enter")
    assert texts(tab, "#lq-hits li > span") == ["图斑 6"]
    assert tab.evaluate("[...document.querySelectorAll('#lq-legend input')].every((box) => box.checked)") is True
    assert search(tab, "图斑 6")[-1] == "Show on the map only what contains this"


def test_the_filter_of_a_search_counts_with_classes_and_zones(open_page: Open) -> None:
    tab = open_page(survey())
    search(tab, "Ltd. 77")
    press(tab, "ArrowUp", "Enter")
    filtered = "document.querySelector('.lq-filter').textContent"
    assert tab.evaluate(filtered) == "On the map only Ltd. 77 · 5 ✕"
    tab.evaluate("landquota.page.selectZone('GHW-01')")
    assert tab.evaluate(filtered) == "On the map only Ltd. 77 · 3 ✕"
    click_on(tab, ".lq-several .lq-class input")
    assert tab.evaluate(filtered) == "On the map only Ltd. 77 · 0 ✕"
    click_on(tab, ".lq-filter button")
    assert tab.evaluate("document.querySelector('.lq-filter').hidden") is True
    assert tab.evaluate("landquota.page.drawing.shown()") == 2


def test_the_list_is_used_by_keys_and_says_so_to_those_who_hear_it(open_page: Open) -> None:
    tab = open_page(sample_view())
    search(tab, "示例地块")
    box = "document.querySelector('#lq-search')"
    chosen = "[...document.querySelectorAll('#lq-hits li')].findIndex((line) => line.ariaSelected === 'true')"
    assert tab.evaluate(f"[{box}.role, {box}.ariaExpanded, {chosen}]") == ["combobox", "true", 0]
    tab.press("ArrowDown", 40)
    tab.press("ArrowDown", 40)
    assert tab.evaluate(chosen) == 2
    press(tab, "Escape")
    assert tab.evaluate(f"[{box}.ariaExpanded, {box}.value]") == ["false", "示例地块"]
    press(tab, "Enter")
    assert texts(tab, ".lq-card") == [], "a list that is closed is not chosen from"
    assert search(tab, parcels()[4].id)[0].startswith(parcels()[4].name)
