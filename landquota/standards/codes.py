"""The code lists of the standard layers: land classes, ownership, administrative divisions, colours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from landquota.standards.standard import rows_of


@dataclass(frozen=True, slots=True)
class Code:
    """One code.

    `group` is 农用地, 建设用地 or 未利用地 and `cultivated` whether it is 耕地, where the list says it.
    """

    code: str
    name: str
    level: int
    group: str
    cultivated: bool | None
    source: str


@dataclass(frozen=True, slots=True)
class CodeList:
    """A code list; only where it `is_complete` is a code that it lacks wrong."""

    name: str
    title: str
    title_en: str
    is_complete: bool
    codes: Mapping[str, Code]
    source: str

    def render(self, language: str) -> str:
        """Return the list's title in `language`."""
        return self.title if language == "zh" else self.title_en

    def find(self, written: str, *, as_number: bool = False) -> Code | None:
        """Return the code, or None where the list does not hold it.

        Where the file stores the codes `as_number`, leading zeros are put back: 101 is 0101.  A
        text 101 may be one of another list.
        """
        return self._padded(written) if as_number else self.codes.get(written)

    def nearest(self, written: str) -> Code | None:
        """Return the code that `written` was meant for: it is its name, lacks its zeros or has two digits swapped."""
        swapped = (written[:i] + written[i + 1] + written[i] + written[i + 2 :] for i in range(len(written) - 1))
        by_name = (code for code in self.codes.values() if code.name == written)
        known = (*by_name, self._padded(written), *map(self.codes.get, swapped))
        return next((code for code in known if code is not None), None)

    def _padded(self, written: str) -> Code | None:
        if not written.isdecimal():
            return None
        longer = (self.codes.get(written.zfill(length)) for length in sorted({len(code) for code in self.codes}))
        return next((code for code in longer if code is not None), None)


@dataclass(frozen=True, slots=True)
class Division:
    """An administrative division: a county (6 digits) or a town (9)."""

    code: str
    name: str
    level: str
    source: str


@cache
def code_lists() -> Mapping[str, CodeList]:
    """Return every code list by its name."""
    return {
        row["list"]: CodeList(
            row["list"], row["title"], row["title_en"], row["complete"] == "yes", _codes(row["list"]), row["source"]
        )
        for row in rows_of("codes/lists.csv")
    }


@cache
def divisions() -> Mapping[str, Division]:
    """Return the divisions that are known by name; only of some counties are the towns known."""
    return {row["code"]: Division(**row) for row in rows_of("codes/divisions.csv")}


@cache
def colours() -> Mapping[str, tuple[int, int, int]]:
    """Return red, green and blue of the land and sea uses by name (市级国土空间总体规划制图规范, 附录B)."""
    return {row["name"]: (int(row["red"]), int(row["green"]), int(row["blue"])) for row in rows_of("codes/colours.csv")}


def _codes(name: str) -> Mapping[str, Code]:
    return {
        row["code"]: Code(
            code=row["code"],
            name=row["name"],
            level=int(row["level"]),
            group=row["class"],
            cultivated={"yes": True, "no": False}.get(row["cultivated"]),
            source=row["source"],
        )
        for row in rows_of(f"codes/{name}.csv")
    }
