"""Hostile texts in the browser: known ones in every place, random ones by the hundred; each comes back as it was."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from browser import Pipe, Tab, new_tab, running
from hostile import HOSTILE, MARKUP, NAMES, QUOTES, STEERING, TEMPLATES, check_nothing_ran, in_a_block, searched, unseen
from map_views import SOUTH, WEST, cell, hostile_view

from landquota.maps import (
    Badge,
    EntryRow,
    MapClass,
    MapFeature,
    MapLayer,
    MapView,
    PanelCell,
    PanelFinding,
    PanelNote,
    PanelRow,
    PanelTable,
    PanelZone,
)
from landquota.maps.page import write

pytestmark = pytest.mark.chromium

#: What random texts are made of: pieces that mean something to a parser, and letters of all kinds.
PIECES = (
    *TEMPLATES, *MARKUP, *QUOTES, *NAMES, *STEERING,
    *"<>&'\"`$\\/{}%#=;:()[]!-?\t\n\r\x00\x0b\x1f\x7f\x85\xa0\u2028\u2029\u200d\u202e\ufeff\ufffe\uffff",
    *re.split(" ", "< </ <! <? {{ }} {% %} ${ ]] --> &# script onerror= fired=1 src= 0 007 1e309 -0 NaN null"),
    # Halves of characters, which never meet to be a whole one.
    *re.split(" ", "亩 慈溪 𠮷 \U0010ffff \udfff \ud83d. e\u0301 İ ß ٣ ½ 👨\u200d👩"),
)  # fmt: skip
COUNT = 300
CLASSES = 40
SEEDS = (1, 2)
#: The one letter that is two in lower case; a search does not find it.
GROWING = "İ"


@pytest.fixture(scope="module")
def pipe(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipe]:
    with running(chromium, tmp_path_factory.mktemp("profile")) as started:
        yield started


def opened(pipe: Pipe, view: MapView, file: Path) -> Tab:
    write(view, file)
    tab = new_tab(pipe)
    tab.open(file, width=1280, height=800)
    return tab


# --- known texts, in every place ---------------------------------------------------------------------


#: One after another, from either end (an open comment hides what follows it), and names alone.
TOGETHER = {
    "templates": "".join(TEMPLATES),
    "markup": "".join(MARKUP),
    "markup from its end": "".join(reversed(MARKUP)),
    "quotes": "".join(QUOTES),
    "steering": "".join(STEERING),
    **{name: name for name in NAMES[:2]},
    "nothing": "",
}


@pytest.mark.parametrize("evil", TOGETHER.values(), ids=TOGETHER)
def test_a_hostile_text_in_every_place_is_shown_and_not_run(evil: str, pipe: Pipe, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    tab = opened(pipe, replace(hostile_view(evil), marks=True), file)
    assert unseen(tab, filter(None, (evil, in_a_block(evil)))) == []
    assert tab.evaluate(f"document.querySelector('h1').textContent === {json.dumps(evil)}")
    assert tab.evaluate("document.querySelectorAll('.lq-mark-icon').length") == 2
    tab.evaluate("document.querySelectorAll('.lq-mark-icon').forEach((one) => one.click())")
    tab.evaluate("void landquota.page.map.closePopup()")
    assert searched(tab, evil)[:1] == searched(tab, evil.strip())[:1]
    check_nothing_ran(tab, file)
    tab.close()


def test_a_list_without_a_map_shows_them_too(pipe: Pipe, tmp_path: Path) -> None:
    evil = "".join(HOSTILE)
    file = tmp_path / "page.html"
    tab = opened(pipe, replace(hostile_view(evil), layers=(), list_only=True), file)
    assert unseen(tab, [evil]) == []
    check_nothing_ran(tab, file)
    tab.close()


def test_a_very_long_text_arrives_whole(pipe: Pipe, tmp_path: Path) -> None:
    evil = "".join(MARKUP) * 2_000
    assert len(evil) > 1_000_000
    file = tmp_path / "page.html"
    tab = opened(pipe, MapView(evil, "en", layers=layers_of([evil]), footer=(evil,)), file)
    assert unseen(tab, [evil]) == []
    assert tab.evaluate("document.querySelector('.lq-card dd')") is None
    check_nothing_ran(tab, file)
    tab.close()


# --- random texts -----------------------------------------------------------------------------------


def texts_of(seed: int) -> list[str]:
    """Return random texts, each another one, and the known ones."""
    chance = random.Random(f"map-{seed}")  # noqa: S311 - to be the same again
    made = ("".join(chance.choices(PIECES, k=chance.randint(1, 8))) for _ in range(2 * COUNT))
    return [text for text in dict.fromkeys((*HOSTILE, *made)) if text][:COUNT]


def layers_of(texts: list[str]) -> tuple[MapLayer, ...]:
    """Return a parcel for each text, which is its id, name, zone, a column and its value; some are classes."""
    looks = tuple(MapClass(text, text, "#3f7ba6", "#3f4650", area_text=text) for text in texts[:CLASSES])
    features = tuple(
        MapFeature(text, text, looks[at % len(looks)].key, cell(at % 20, at // 20), ((text, text),), zone=text)
        for at, text in enumerate(texts)
    )
    return (MapLayer(texts[-1], texts[-1], "parcels", looks, features),)


def section_of(text: str) -> PanelZone:
    """Return a section in which a text is a heading, a cell with an entry behind it, a finding and a fact."""
    entry = EntryRow("", text, text, text, key=text, parcels=(text,), zone=text)
    table = PanelTable(text, (text, text), (PanelRow(text, (PanelCell(text, (entry,)),)),))
    finding = PanelFinding("note", text, "", text, text, kind="parcels", features=(text,), point=(121.42, 30.17))
    verdict = Badge("note", text)
    return PanelZone(text, text, None, (text,), verdict, (table,), (PanelNote(text),), (finding,), (text,))


#: Where a section's text is shown; of the popup, see below.
IN_SECTIONS = (
    "h2 > span:first-child", ".lq-sub", "caption", "thead th:last-child", "tbody tr:not(.lq-detail) th", ".lq-figure",
    ".lq-entry-amount", ".lq-entry-text", ".lq-entry-source", ".lq-entry-key", ".lq-note > span",
    "button.lq-found", ".lq-finding details p", ".lq-facts li",
)  # fmt: skip
#: Compared in the page, for half a character does not survive the way out of it.
DIFFERING = "((shown, wanted) => wanted.filter((text, at) => text !== shown[at]).length + shown.length - wanted.length)"


def differing(tab: Tab, shown: str, wanted: Sequence[str]) -> int:
    """Return how many of the texts that an expression gives are not those that were wanted there."""
    found: int = tab.evaluate(f"{DIFFERING}({shown}, {json.dumps(wanted)})")
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_random_texts_come_back_in_popups_search_legend_and_panel(seed: int, pipe: Pipe, tmp_path: Path) -> None:
    texts = texts_of(seed)
    assert len(texts) == COUNT
    view = MapView(
        texts[-1], "en", subtitle=texts[-2], layers=layers_of(texts), panels=tuple(map(section_of, texts)),
        facts=tuple(texts), footer=tuple(texts), notices=tuple(texts), marks=True,
    )  # fmt: skip
    file = tmp_path / "page.html"
    tab = opened(pipe, view, file)
    everywhere = "[...document.querySelectorAll({})].map((one) => one.textContent)"
    for selector in (*(f".lq-section {one}" for one in IN_SECTIONS), "#lq-foot > span", ".lq-notice p"):
        assert differing(tab, everywhere.format(json.dumps(selector)), texts) == 0, selector
    assert differing(tab, everywhere.format("'.lq-class > span'"), texts[:CLASSES]) == 0
    assert differing(tab, "[document.querySelector('h1').textContent]", texts[-1:]) == 0
    check_popups(tab, list(map(in_a_block, texts)))
    check_search(tab, list(map(in_a_block, texts)))
    check_nothing_ran(tab, file)
    tab.close()


def check_popups(tab: Tab, texts: list[str]) -> None:
    """Check that the popup of every feature says its name, its column and its value."""
    shown = (
        "landquota.page.drawing.features().map((feature) => {"
        f"landquota.openPopup(landquota.page, [{SOUTH}, {WEST}], [feature]);"
        "return ['h3', 'dt', 'dd'].map((one) => document.querySelector(`.lq-card ${one}`).textContent); })"
    )
    tab.evaluate(f"void (globalThis.popups = {shown})")
    assert (
        tab.evaluate("popups.filter(([name, label, value]) => name !== label.toWellFormed() || name !== value)") == []
    )
    assert tab.evaluate(f"{json.dumps(texts)}.filter((text) => !popups.some(([name]) => name === text))") == []
    assert tab.evaluate("popups.length") == len(texts)


def check_search(tab: Tab, texts: list[str]) -> None:
    """Check that every text finds its feature, but for blanks around it, and that the list of hits shows it."""
    asked = json.dumps([text for text in texts if GROWING not in text])
    missed = (
        f"{asked}.filter((text) => text.trim() === text)"
        ".filter((text) => !landquota.page.drawing.search(text, 12).some(({ id }) => id === text))"
    )
    assert tab.evaluate(missed) == []
    for text in [text for text in texts if text.isprintable() and text.strip() == text and GROWING not in text][:60]:
        assert text in searched(tab, text)
