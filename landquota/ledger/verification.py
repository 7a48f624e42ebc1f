"""What a verification found: sections with their counts and problems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from landquota.i18n import Text, text

#: The section whose problems are differences from documents, and no tampering.
CONTROLS: Final = "controls"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that does not fit; `seq` and `key` name the entry where one is to blame."""

    seq: int | None
    key: str | None
    message: Text

    def render(self, language: str) -> str:
        """Return what was found, the entry first."""
        if self.seq is None:
            return self.message.render(language)
        if self.key is None:
            return text("entry {seq}: {message}", seq=self.seq, message=self.message).render(language)
        return text("entry {seq} ({key}): {message}", seq=self.seq, key=self.key, message=self.message).render(language)

    def __str__(self) -> str:
        return self.render("en")


@dataclass(frozen=True, slots=True)
class Section:
    """One check of the whole ledger: how many things it looked at, and what does not fit.

    `name` is ``chain``, ``tables``, ``structure``, ``limits``, ``references`` or ``controls``.
    """

    name: str
    count: int
    problems: Sequence[Problem]


@dataclass(frozen=True, slots=True)
class Verification:
    """What a verification found; `head` is the hash of the last entry as it is stored."""

    entries: int
    head: str
    sections: tuple[Section, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that does not fit, in the order of the sections."""
        return tuple(problem for section in self.sections for problem in section.problems)

    @property
    def ok(self) -> bool:
        """Whether all fits."""
        return not self.problems

    @property
    def sound(self) -> bool:
        """Whether the ledger is as it was written, whatever documents say otherwise."""
        return not any(section.problems for section in self.sections if section.name != CONTROLS)


def plain(value: object) -> str:
    """Return a stored text, or its escaped form if no ledger could have written it."""
    return value if isinstance(value, str) and value.isprintable() else ascii(value)
