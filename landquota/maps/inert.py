"""Data as an inert block of JSON: no parser on its way can take any of it for anything else."""

from __future__ import annotations

import json
import re
from typing import Final

_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"')
_RISKY: Final = re.compile("[<>&{}\u2028\u2029\ud800-\udfff]")


def as_inert(data: object) -> str:
    r"""Return plain data as JSON for a page.

    In strings ``< > & { }``, the line separators U+2028 and U+2029 and lone surrogates are
    written as ``\u`` escapes: the HTML parser finds no tag, a template engine no braces, and
    the JSON parser gets every string back as it was.
    """
    plain = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _STRING.sub(lambda string: _RISKY.sub(_escape, string[0]), plain)


def _escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
