"""Attributes by column: every text comes back, and numbers take the room of numbers."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mosaic_reader import Reader
from mosaic_reader import column as read_column

from landquota.maps.mosaic.block import pack
from landquota.maps.mosaic.columns import Column, column, columns


def came_back(column: Column, count: int) -> list[str]:
    reader = Reader.of(pack({"layout": column.layout}, column.sections))
    return read_column(reader, reader.header["layout"], "0", count)


HUNDRED = range(100)
NUMBERED = {
    "ids": [f"P{number:06}" for number in HUNDRED],
    "ids of other widths": [f"P{number}" for number in HUNDRED],
    "long codes": [f"330282001000GB{number * 797:05}W00000000" for number in HUNDRED],
    "longer than a number": [str(330282001000000000 + number * 10**9) for number in HUNDRED],
    "fixed decimals": [f"{number / 7:.2f} 亩" for number in HUNDRED],
    "decimals as Python writes them": [str(round(number / 4, 2)) for number in HUNDRED],
    "several": [f"{number * 613.33:.2f} m² = {number * 0.92:.2f} 亩" for number in HUNDRED],
    "dates": [f"2021-{1 + number % 12:02}-{1 + number % 28:02}" for number in HUNDRED],
}
TEXTS = {
    "few": ["水田", "旱地"] * 50,
    "all different": [f"甲{chr(0x4E00 + number)}" for number in HUNDRED],
    "beyond the basic plane": [f"𠮷{chr(0x20000 + number)}e" for number in HUNDRED],
    "numbers of other forms": [str(number) if number % 2 else f"{number}.0" for number in HUNDRED],
    "signs": [str(number - 50) for number in HUNDRED],
    "leading zeros": ["0" * (number % 3) + str(number) for number in HUNDRED],
    "digits of another script": [f"٣{chr(0x660 + number % 10)}{number}" for number in HUNDRED],
    "too large": [f"{number}.{number + 10**9}" for number in HUNDRED],
    "nothing in them": [""] * 100,
}


@pytest.mark.parametrize("name", [*NUMBERED, *TEXTS])
def test_every_text_comes_back(name: str) -> None:
    texts = {**NUMBERED, **TEXTS}[name]
    stored = column(texts, "0")
    assert came_back(stored, len(texts)) == texts
    assert name in TEXTS or stored.layout["kind"] == "numbers" or len(set(texts)) <= 64


piece = st.sampled_from(
    ["", "P", "0", "00", "7", "12", "999999999", "1234567890", ".", "5.50", "1.5", "²", "٣", "亩", "𠮷"]
)
alike = st.lists(st.integers(0, 10**12), min_size=70, max_size=90, unique=True)


@settings(max_examples=200, deadline=None)
@given(
    st.one_of(
        st.lists(st.lists(piece, max_size=4).map("".join), min_size=70, max_size=200),
        alike.map(lambda all_: [str(one) for one in all_]),
    )
)
def test_any_texts_come_back(texts: list[str]) -> None:
    assert came_back(column(texts, "0"), len(texts)) == texts


def test_equal_columns_are_stored_once() -> None:
    positions, stored = columns([["a", "b"], ["1", "2"], ["a", "b"]])
    assert positions == [0, 1, 0]
    assert len(stored) == 2


def test_a_lone_surrogate_becomes_the_mark_of_what_cannot_be_said() -> None:
    assert came_back(column(["\ud800 alone", "b"], "0"), 2) == ["\ufffd alone", "b"]


def test_numbers_take_the_room_of_numbers() -> None:
    texts = [f"330282001000GB{number * 104729 % 100000:05}" for number in range(10_000)]
    stored = column(texts, "0")
    packed = pack({"layout": stored.layout}, stored.sections)
    assert len(packed) < 3 * len(texts)
    assert json.dumps(stored.layout).isascii()
