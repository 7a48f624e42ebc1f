"""Attributes by column: texts that differ only in their numbers as numbers, others as a list of texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from landquota.maps.mosaic.block import Section
from landquota.maps.mosaic.streams import sizes_of, steps, zigzag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

Plain: TypeAlias = "dict[str, object]"

#: ASCII digits only: the page writes numbers back with these. Long numbers are taken in pieces.
_NUMBER: Final = re.compile(r"([0-9]{1,9}(?:\.[0-9]+)?)")
#: With so many digits a number stays below 2^31.
_DIGITS: Final = 9
#: As many different texts are worth a list of their own beside numbers.
_FEW: Final = 64


@dataclass(frozen=True, slots=True)
class Column:
    """A column: how its texts are written back, and the sections that it needs."""

    layout: Plain
    sections: tuple[Section, ...]


def columns(values: Sequence[Sequence[str]]) -> tuple[list[int], list[Column]]:
    """Return the position of each column's storage, and the different columns: equal ones are stored once."""
    known: dict[tuple[str, ...], int] = {}
    positions = [known.setdefault(tuple(column), len(known)) for column in values]
    return positions, [column(texts, str(number)) for number, texts in enumerate(known)]


def column(texts: Sequence[str], name: str) -> Column:
    """Return texts as a column, whose sections begin with `name`."""
    different = list(dict.fromkeys(texts))
    counted = _as_numbers(texts, name) if len(different) > _FEW else None
    return counted or _as_list(texts, different, name)


def _as_list(texts: Sequence[str], different: list[str], name: str) -> Column:
    """Return the different texts, one after another, and which of them each feature has."""
    positions = {text: position for position, text in enumerate(different)}
    sizes = [_utf16_units(text) for text in different]
    sections = [
        Section(f"{name}.text", "text", "".join(different)),
        Section(f"{name}.sizes", "counts", np.array(sizes, dtype=np.int64)),
    ]
    if len(different) < len(texts):
        indices = np.array([positions[text] for text in texts], dtype=np.int64)
        sections.append(Section(f"{name}.which", "counts", indices))
    return Column({"kind": "texts"}, tuple(sections))


def _utf16_units(text: str) -> int:
    """Return how long a text is where the page reads it."""
    return len(text) + sum(letter > "\uffff" for letter in text) if not text.isascii() else len(text)


def _as_numbers(texts: Sequence[str], name: str) -> Column | None:
    """Return texts that share everything but their numbers as numbers, or None if they do not."""
    start = _common_start(texts)
    split = [_NUMBER.split(text[len(start) :]) for text in texts]
    literals = split[0][::2]
    if any(pieces[::2] != literals for pieces in split):
        return None
    numbers = [_number([pieces[place] for pieces in split]) for place in range(1, len(split[0]), 2)]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return None
    return _counted([start + literals[0], *literals[1:]], known, name)


def _common_start(texts: Sequence[str]) -> str:
    """Return what texts of one length begin with; of other texts a number may begin with the same digits."""
    if len({len(text) for text in texts}) > 1:
        return ""
    pairs = zip(min(texts), max(texts), strict=True)
    return "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


@dataclass(frozen=True, slots=True)
class _Number:
    """Numbers written in one way: with so many decimals (or fewer, without zeros at the end), so wide."""

    values: Ints
    decimals: int
    trimmed: bool
    width: int

    def sections(self, name: str) -> Iterator[Section]:
        by_steps = int(sizes_of(zigzag(steps(self.values))).sum()) < int(sizes_of(self.values).sum())
        yield Section(name, "steps" if by_steps else "counts", self.values)

    def layout(self) -> Plain:
        return {"decimals": self.decimals, "trimmed": self.trimmed, "width": self.width}

    def written(self, value: int) -> str:
        """Return a value as the page writes it."""
        digits = str(value).zfill(max(self.width, self.decimals + 1))
        if not self.decimals:
            return digits
        whole, decimals = digits[: -self.decimals], digits[-self.decimals :]
        return f"{whole}.{decimals.rstrip('0') or '0' if self.trimmed else decimals}"


def _number(written: Sequence[str]) -> _Number | None:
    parts = [text.partition(".") for text in written]
    decimals = max(len(part[2]) for part in parts)
    if max(len(part[0]) for part in parts) + decimals > _DIGITS:
        return None
    lengths = {len(text) for text in written}
    values = np.array([int(whole + fraction.ljust(decimals, "0")) for whole, _, fraction in parts], dtype=np.int64)
    number = _Number(
        values=values,
        decimals=decimals,
        trimmed=len({len(part[2]) for part in parts}) > 1,
        width=lengths.pop() if len(lengths) == 1 and not decimals else 0,
    )
    return number if all(map(str.__eq__, map(number.written, values.tolist()), written)) else None


def _counted(literals: list[str], numbers: list[_Number], name: str) -> Column:
    sections = [section for place, number in enumerate(numbers) for section in number.sections(f"{name}.{place}")]
    layout: Plain = {"kind": "numbers", "literals": literals, "numbers": [number.layout() for number in numbers]}
    return Column(layout, tuple(sections))
