"""Our scripts and style sheets as they stand in a page: without comments, indentation and empty lines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ASSETS: Final = Path(__file__).with_name("assets")

#: Only whole lines: what begins behind something else on its line may be part of a string.
_COMMENTS: Final = re.compile(r"^[ \t]*(?://[^\n]*|/\*.*?\*/[ \t]*)\n", re.MULTILINE | re.DOTALL)
_BLANK: Final = re.compile(r"^[ \t\n]+", re.MULTILINE)


_JOINT: Final = re.compile(r"(?<=[{};,])\n")


def script(name: str) -> str:
    """Return one of our scripts, ready for a page."""
    return lean((ASSETS / name).read_text(encoding="utf-8"))


def style(name: str) -> str:
    """Return one of our style sheets, ready for a page."""
    return lean_style((ASSETS / name).read_text(encoding="utf-8"))


def lean(source: str) -> str:
    """Return a script or style sheet, in which no string goes over a line's end, without what only people need."""
    return _BLANK.sub("", _COMMENTS.sub("", source))


def lean_style(source: str) -> str:
    """Return a style sheet with one line per rule besides."""
    return _JOINT.sub("", lean(source))
