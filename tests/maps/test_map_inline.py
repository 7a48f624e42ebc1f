"""Scripts and style sheets lose in a page only what nobody but people needs."""

from __future__ import annotations

import pytest

from landquota.maps.inline import ASSETS, lean, script, style
from landquota.maps.page import SCRIPTS, STYLES


def test_comments_indentation_and_empty_lines_go() -> None:
    source = '/** What it\n * does. */\nfunction one() {\n  // Why.\n\n  return "// no /* comment */"; // kept\n}\n'
    assert lean(source) == 'function one() {\nreturn "// no /* comment */"; // kept\n}\n'


def test_a_style_sheet_has_a_line_per_rule() -> None:
    assert style("page.css").count("\n") < len((ASSETS / "page.css").read_text("utf-8").splitlines()) / 3


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_string_of_a_script_goes_over_the_end_of_a_line(name: str) -> None:
    """So no line of a string can be taken for a comment or for indentation."""
    for line in script(name).splitlines():
        assert line.count("`") % 2 == 0, line
        assert not line.startswith("*"), line


def test_every_script_and_style_sheet_is_in_the_page() -> None:
    assert sorted(path.name for path in ASSETS.iterdir()) == sorted((*SCRIPTS, *STYLES))
