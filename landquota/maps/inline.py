"""Our scripts and style sheets as they stand in a page: without what only people need."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import rcssmin
import rjsmin

ASSETS: Final = Path(__file__).with_name("assets")
_STRICT: Final = '"use strict";'


def bundle(names: Iterable[str]) -> str:
    """Return several of our scripts, or of our style sheets, as one, which is strict if they are."""
    texts = [asset(name) for name in names]
    return "".join([texts[0], *(text.removeprefix(_STRICT) for text in texts[1:])])


def asset(name: str) -> str:
    """Return one of our scripts or style sheets, ready for a page."""
    source = (ASSETS / name).read_text(encoding="utf-8")
    return lean_style(source) if name.endswith(".css") else lean_script(source)


def lean_script(source: str) -> str:
    """Return a script without comments and needless white space; names stay as they are."""
    return str(rjsmin.jsmin(source))


def lean_style(source: str) -> str:
    """Return a style sheet without comments and needless white space."""
    return str(rcssmin.cssmin(source))
