"""Our scripts and style sheets as they stand in a page: without comments, indentation and needless line ends."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

ASSETS: Final = Path(__file__).with_name("assets")

#: Only whole lines: what begins behind something else on its line may be part of a string.
_COMMENTS: Final = re.compile(r"^[ \t]*(?://[^\n]*|/\*.*?\*/[ \t]*)\n", re.MULTILINE | re.DOTALL)
_BLANK: Final = re.compile(r"^[ \t\n]+", re.MULTILINE)
#: Behind these a line's end means nothing, in a script that says where its statements end.
_JOINT: Final = re.compile(r"(?<=[{;,(])\n")


def asset(name: str) -> str:
    """Return one of our scripts or style sheets, ready for a page."""
    return lean((ASSETS / name).read_text(encoding="utf-8"))


def lean(source: str) -> str:
    """Return a script or style sheet without what only people need.

    No string of it goes over a line's end, and no comment stands behind something else.
    """
    return _JOINT.sub("", _BLANK.sub("", _COMMENTS.sub("", source)))
