"""Scripts and style sheets lose in a page only what nobody but people needs."""

from __future__ import annotations

from landquota.maps.inline import ASSETS, asset, lean_script, lean_style
from landquota.maps.page import BASE_SCRIPT, SCRIPTS, SHIFT_SCRIPT, STYLES, WORKER_SCRIPTS

EVERY_SCRIPT = (*WORKER_SCRIPTS, *SCRIPTS, BASE_SCRIPT, SHIFT_SCRIPT)


def test_comments_and_white_space_go_and_strings_stay() -> None:
    script = (
        '/** What\n * for. */\nfunction one(\n  two,\n) {\n  // Why.\n\n  return "// no /* comment */"; // here\n}\n'
    )
    assert lean_script(script) == 'function one(two,){return"// no /* comment */";}'
    assert lean_style("/* Why. */\n.one > p {\n  margin: 0 auto;\n}\n") == ".one>p{margin:0 auto}"


def test_statements_without_a_semicolon_stay_apart() -> None:
    assert lean_script("const a = b\nc()\n") == "const a=b\nc()"


def test_what_stands_in_a_page_says_nothing_to_people() -> None:
    together = "".join(map(asset, (*EVERY_SCRIPT, *STYLES)))
    assert "/*" not in together
    assert "\n  " not in together


def test_every_script_and_style_sheet_is_for_a_page() -> None:
    assert sorted(path.name for path in ASSETS.iterdir()) == sorted((*EVERY_SCRIPT, *STYLES))
