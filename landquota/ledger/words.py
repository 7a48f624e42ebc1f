"""Small things that say themselves inside a message: lists, accounts, periods."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from landquota.i18n import Renderable, Text, clean, text
from landquota.vocabulary import label


@dataclass(frozen=True, slots=True)
class Word:
    """A code that says its word of the vocabulary, as it stands in the middle of a sentence."""

    code: str

    def render(self, language: str) -> str:
        """Return the word in `language`, without a capital."""
        return label(self.code, language).lower()

    def __str__(self) -> str:
        return self.render("en")


@dataclass(frozen=True, slots=True)
class Joined:
    """Several parts in a row, each said in the reader's language."""

    parts: tuple[object, ...]
    separator: str | Text = " · "

    def render(self, language: str) -> str:
        """Return the parts with the separator between them."""
        separator = self.separator if isinstance(self.separator, str) else self.separator.render(language)
        return separator.join(
            part.render(language) if isinstance(part, Renderable) else clean(str(part)) for part in self.parts
        )


def nearest(name: str, known: Iterable[str]) -> Renderable:
    """Return the up to three known names that look most like `name`, or say that none does."""
    matches = difflib.get_close_matches(name, list(known), n=3, cutoff=0.4)
    return Joined(tuple(matches)) if matches else text("none")


def account(kind: str, holder: str, year: int | None) -> Joined:
    """Return the words for one holder's quota of a kind and year."""
    return Joined((kind, holder) if year is None else (kind, holder, year))


def period(first: date | None, last: date | None) -> Renderable:
    """Return the words for a period that may be open on either side."""
    if first is None and last is None:
        return text("always")
    if last is None:
        return text("from {first}", first=first)
    if first is None:
        return text("until {last}", last=last)
    return text("from {first} to {last}", first=first, last=last)
