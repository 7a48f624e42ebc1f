"""Texts that a user sees, kept apart from the language they are shown in.

The English text is the message id; Chinese stands in the one gettext catalogue under
``locale/``.  Library code builds a :class:`Text` and never decides the language: the views do.
"""

from __future__ import annotations

import gettext
import os
import unicodedata
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

LANGUAGES: Final = ("zh", "en")
DOMAIN: Final = "landquota"
LOCALE_DIR: Final = Path(__file__).with_name("locale")
#: Unicode categories of control, format (such as right-to-left override) and lone surrogates.
_STEERING: Final = frozenset({"Cc", "Cf", "Cs"})
_LOCALES: Final = {"zh": "zh_CN"}

#: The language of the running command; set once by the command line, read by the views.
current_language: ContextVar[str] = ContextVar("landquota_language", default="zh")


@runtime_checkable
class Renderable(Protocol):
    """Anything that can say itself in a language."""

    def render(self, language: str) -> str:
        """Return the text in `language` (one of :data:`LANGUAGES`)."""
        ...


@dataclass(frozen=True, slots=True)
class Text:
    """A translatable message with its parameters.

    Parameters that can render themselves (another text, an area) are rendered in the same
    language.  Values are inserted after translation, so data is never taken for a template.
    """

    msgid: str
    params: Mapping[str, object] = field(default_factory=dict)

    def render(self, language: str) -> str:
        """Return the message in `language` with its parameters filled in."""
        return fill(translate(self.msgid, language), self.params, language)

    def __str__(self) -> str:
        return self.render("en")


def text(msgid: str, /, **params: object) -> Text:
    """Mark `msgid` for the catalogue and bind its parameters."""
    return Text(msgid, params)


def mark(msgid: str) -> str:
    """Mark `msgid` for the catalogue and leave it as it is, to be translated when shown."""
    return msgid


def fill(template: str, params: Mapping[str, object], language: str) -> str:
    """Return `template` with ``{name}`` fields replaced by `params` said in `language`."""
    said = {name: _said(value, language) for name, value in params.items()}
    return template.format(**said)


def _said(value: object, language: str) -> object:
    if isinstance(value, str | Path):  # asked first, for a protocol is slow to ask
        return clean(str(value))
    return value.render(language) if isinstance(value, Renderable) else value


def clean(data: str) -> str:
    """Return `data` with control characters made visible: a name must not steer a terminal."""
    return "".join("\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in _STEERING else c for c in data)


def translate(msgid: str, language: str) -> str:
    """Return the catalogue's text for `msgid`, or `msgid` itself (English)."""
    if not msgid or language not in _LOCALES:
        return msgid
    return _catalogue(language).gettext(msgid)


def say(msgid: str, /, **params: object) -> str:
    """Return `msgid` in the running command's language.  For views only."""
    return Text(msgid, params).render(current_language.get())


def preferred_language(environ: Mapping[str, str] | None = None) -> str:
    """Return the language to use when none was asked for.

    ``LANDQUOTA_LANG`` decides; else an English locale gives English; else Chinese.
    """
    environ = os.environ if environ is None else environ
    asked = environ.get("LANDQUOTA_LANG", "").lower()
    for language in LANGUAGES:
        if asked.startswith(language):
            return language
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environ.get(name, "")
        if value:
            return "en" if value.lower().startswith("en") else "zh"
    return "zh"


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALE_DIR, [_LOCALES[language]], fallback=True)
