"""Lines of text on paper: how wide they will be, and where they break."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from landquota.i18n import clean

MM_PER_PT: Final = 25.4 / 72
#: A full-width character is as wide as it is high; capitals, narrow ones and all others so many parts of that.
_FULL: Final = frozenset("WF")
_CAPITAL: Final = 0.68
_NARROW: Final = dict.fromkeys(" .,:;'|!il·()[]", 0.32)
_OTHER: Final = 0.58
#: Where a line may break: after blanks and after every full-width character.
_PIECES: Final = re.compile(r"[^\s\u2e80-\uffef]+\s*|[\u2e80-\uffef]\s*|\s+")


def width_mm(line: str, size_pt: float) -> float:
    """Return about how wide a line is."""
    return sum(map(_ems, line)) * size_pt * MM_PER_PT


def _ems(character: str) -> float:
    if unicodedata.east_asian_width(character) in _FULL:
        return 1.0
    return _CAPITAL if character.isupper() else _NARROW.get(character, _OTHER)


def wrapped(said: str, size_pt: float, room_mm: float) -> Iterator[str]:
    """Yield a text as lines that fit; a word that is too long by itself is cut."""
    line = ""
    for piece in _PIECES.findall(clean(said)):
        if line and width_mm((line + piece).rstrip(), size_pt) > room_mm:
            yield shortened(line.rstrip(), size_pt, room_mm)
            line = ""
        line += piece
    if line.strip():
        yield shortened(line.rstrip(), size_pt, room_mm)


def shortened(said: str, size_pt: float, room_mm: float) -> str:
    """Return a text as one line that fits, with an ellipsis where it was cut."""
    line = clean(said)
    if width_mm(line, size_pt) <= room_mm:
        return line
    while line and width_mm(line + "…", size_pt) > room_mm:
        line = line[:-1]
    return line + "…"
