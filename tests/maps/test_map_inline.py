"""Scripts and style sheets lose in a page only what nobody but people needs."""

from __future__ import annotations

import re

import pytest

from landquota.maps.inline import ASSETS, lean
from landquota.maps.page import SCRIPTS, STYLES

#: Strings with quotation marks, and regular expressions behind a parenthesis.
_STRINGS = re.compile(r"""\"(?:[^\"\\]|\\.)*\"|`[^`]*`|\(/(?:[^/\\]|\\.)+/""")


def test_comments_indentation_and_needless_line_ends_go() -> None:
    source = '/** What it\n * does. */\nfunction one(\n  two,\n) {\n  // Why.\n\n  return "// no /* comment */"\n}\n'
    assert lean(source) == 'function one(two,) {return "// no /* comment */"\n}\n'


@pytest.mark.parametrize("name", [*SCRIPTS, *STYLES])
def test_no_string_goes_over_a_line_and_no_comment_stands_behind_something_else(name: str) -> None:
    comment = False
    for line in (ASSETS / name).read_text("utf-8").splitlines():
        comment = comment or line.lstrip().startswith("/*")
        if not comment and not line.lstrip().startswith("//"):
            rest = _STRINGS.sub("", line)
            assert not re.search(r"//|/\*|`", rest), line
            assert rest.count('"') == 0, line
        comment = comment and "*/" not in line


def test_every_script_and_style_sheet_is_in_the_page() -> None:
    assert sorted(path.name for path in ASSETS.iterdir()) == sorted((*SCRIPTS, *STYLES))
