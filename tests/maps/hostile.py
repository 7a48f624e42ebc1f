"""Texts that run wherever somebody takes them for more than texts, and a look at a page in which they stand.

What runs in a browser sets the global ``fired``; what runs in Python leaves one of the `TRACES`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from browser import Tab

TRACES = ("TOUCHED", "Cycler")
#: The same as the first of the templates, where no quote survives; it leaves a folder ``Cycler``.
UNQUOTED = "{{cycler.__init__.__globals__.os.mkdir(cycler.__name__)}}"
#: Run by a template engine, at save time.
TEMPLATES = (
    UNQUOTED,
    '{{cycler.__init__.__globals__.os.system("touch TOUCHED")}}',
    '{% for x in [1] %}{{ cycler.__init__.__globals__.os.system("touch TOUCHED") }}{% endfor %}',
    "{# unclosed",
    "{% raw %}",
    "{% include '/etc/passwd' %}",
    "{{constructor.constructor('fired=1')()}}",
    "{0.__class__} {name} %s %(name)s ${7*7} #{7*7}",
    "{",
)
#: Run by a browser, or read as markup.
MARKUP = (
    "<img src=x onerror=fired=1>",
    "<svg onload=fired=1>",
    "<svg><script>fired=1</script></svg>",
    "</script><script>fired=1</script>",
    "</title></head><body onload=fired=1>",
    "</noscript></textarea><script>fired=1</script>",
    "<iframe srcdoc='<script>top.fired=1</script>'></iframe>",
    "<style>*{display:none}</style>",
    "<base href=http://host.invalid/><link rel=stylesheet href=http://host.invalid/x.css>",
    "<meta http-equiv=refresh content='0;url=http://host.invalid/'>",
    "<a href='javascript:fired=1'>x</a>",
    "javascript:fired=1",
    "<!--<script>",
    "-->",
    "<![CDATA[",
    "]]>",
    "&lt;img src=x onerror=fired=1&gt;",
    "&lt;b&gt;&amp;#123;",
    "\\u003cscript>fired=1</script>",
)
#: End a string of a script, or a line of it.
QUOTES = (
    "`${fired=1}`",
    "'-(fired=1)-'",
    '"onmouseover=fired=1 x="',
    '\\"</script>',
    "\\",
    "'\"",
    "*/fired=1/*",
    "\u2028fired=1\u2029",
)
#: Names that objects of a script have already.
NAMES = ("__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "length")
#: Texts that steer what shows them, or are none.
STEERING = (
    "\x00NUL",
    "慈\u202etxt\u2066x\u2069",
    "\ufeffBOM",
    "\x1b[2J\x08\x7f",
    "\ud800 alone",
    "\u200b",
    "\r\n\t",
    "İ",
)
HOSTILE = (*TEMPLATES, *MARKUP, *QUOTES, *NAMES, *STEERING, "")
#: All that fits into one text of a file.
EVIL = "".join((*TEMPLATES[:3], *MARKUP, *QUOTES))

#: What no page of ours has.
STRANGE = "img, iframe, object, embed, form, link, base, meta[http-equiv=refresh], a:not([href^='#']), [src], [srcdoc]"
#: Opens everything that can be opened (each part of the panel, each legend line twice, a popup and a hint for
#: every feature) and returns those of the expected texts that no element showed.
_WALK = """((expected) => {{
  const {{ map, drawing }} = landquota.page;
  const texts = new Set();
  const note = (selector) => document.querySelectorAll(selector).forEach((one) => texts.add(one.textContent));
  document.querySelectorAll(".lq-figure, .lq-said, summary, button.lq-entry, button.lq-found, .lq-tally, .lq-zone")
    .forEach((one) => one.click());
  document.querySelectorAll("#lq-legend input").forEach((one) => {{ one.click(); one.click(); }});
  drawing.features().filter((one) => one.box !== null).forEach((feature) => {{
    landquota.openPopup(landquota.page, feature.box.getCenter(), [feature]);
    map.fire("mousemove", {{ latlng: feature.box.getCenter() }});
    note(".lq-card *, .lq-hint *");
  }});
  if (!landquota.page.data.listOnly) {{
    map.closePopup();
  }}
  note("main *, header *, footer *, section *, .lq-notice *, .lq-zone-label *, title");
  return expected.filter((text) => !texts.has(text));
}})({expected})"""


def unseen(tab: Tab, expected: Iterable[str]) -> list[str]:
    """Open everything that a page has, and return those of the expected texts that no element showed exactly."""
    found: list[str] = tab.evaluate(_WALK.format(expected=json.dumps([*expected])))
    return found


def searched(tab: Tab, asked: str) -> list[str]:
    """Return the lines of the search's hits for a text."""
    found: list[str] = tab.evaluate(
        "(() => { const box = document.querySelector('#lq-search');"
        f"box.value = {json.dumps(asked)}; box.dispatchEvent(new Event('input'));"
        "return [...document.querySelectorAll('#lq-hits li > span')].map((one) => one.textContent); })()"
    )
    return found


def check_nothing_ran(tab: Tab, file: Path) -> None:
    """Check that a page asked for nothing, complained of nothing, ran nothing and built nothing strange."""
    assert tab.evaluate("typeof fired") == "undefined"
    assert tab.evaluate(f"document.querySelectorAll({json.dumps(STRANGE)}).length") == 0
    names = "[...document.querySelectorAll('*')].flatMap((one) => one.getAttributeNames())"
    assert tab.evaluate(f"{names}.filter((name) => name.startsWith('on'))") == []
    assert tab.evaluate("Object.keys(Object.prototype).length + Object.keys(Array.prototype).length") == 0
    assert tab.requests() == [file.as_uri()]
    assert tab.complaints() == []


def check_untouched(folder: Path) -> None:
    """Check that no template ran in a command that was run in `folder`."""
    assert [path for path in folder.rglob("*") if path.name in TRACES] == []


def in_a_block(text: str) -> str:
    """Return a text as a block holds it: in UTF-8, which knows no half of a character."""
    return "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in text)
