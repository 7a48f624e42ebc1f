"""References: what entries name, and whether it is there before them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

from landquota.i18n import Text, text
from landquota.ledger.entries import Record
from landquota.ledger.movements import MOVEMENTS
from landquota.ledger.replay import Replay
from landquota.ledger.requests import REQUEST
from landquota.ledger.verification import Problem, plain

#: What entries can name by a field, and what each is called.
_CALLED: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "holder": text("the holder '{name}'"),
        "to": text("the holder '{name}'"),
        "parent": text("the holder '{name}'"),
        "kind": text("the quota kind '{name}'"),
        "request": text("the request '{name}'"),
        "reservation": text("the reservation '{name}'"),
        "reverses": text("the entry '{name}', to take it back,"),
        "batch": text("the approval batch '{name}'"),
        "parcel": text("the parcel '{name}'"),
    }
)
_HOLDERS: Final = ("holder", "to", "parent")
#: What can be taken back, and what declares a name itself.
_REVERSIBLE: Final = frozenset({"statement", "progress", *MOVEMENTS})


def references(replay: Replay) -> tuple[int, list[Problem]]:
    """Find names that entries use and that are not there before them.

    Returns
    -------
    tuple
        How many names there are, and a problem for each that is not there.
    """
    names = _Names()
    for record, body in replay.entries:
        names.check(record, body)
    return names.count, names.problems


class _Names:
    """What the entries so far declare and are, and what was found wrong with them."""

    def __init__(self) -> None:
        self.count = 0
        self.problems: list[Problem] = []
        self._declared: dict[str, set[str]] = {name: set() for name in ("holder", "kind", "batch", "parcel")}
        self._entries: dict[str, str] = {}
        self._taken_back: set[str] = set()

    def check(self, record: Record, body: Mapping[str, Any]) -> None:
        """Look for every name that an entry uses, and remember those that it makes."""
        says = body.get("movement") if record.type == "movement" else record.type
        what = says if isinstance(says, str) else ""
        for field in self._named(record.type, what, body):
            name = body[field]
            self.count += 1
            if not (isinstance(name, str) and self._there(field, name)):
                called = Text(_CALLED[field].msgid, {"name": plain(name)})
                message = text("names {what} which is not there before it", what=called)
                self.problems.append(Problem(record.seq, plain(record.key), message))
        self._take(record, what, body)

    def _named(self, entry: str, what: str, body: Mapping[str, Any]) -> Iterator[str]:
        """Yield the fields by which an entry names what is there before it."""
        for field in _HOLDERS:
            if field in body and (field, entry) != ("holder", "holder"):
                yield field
        for field in ("kind", "request", "reservation", "reverses"):
            if field in body and (field, entry) != ("kind", "kind"):
                yield field
        if what in MOVEMENTS and MOVEMENTS[what].of_land and what != "approve":
            # The parcel of a division begins with it; what quota is used for is an id on the map.
            field = "batch" if what == "divide" else "parcel"
            if field in body:
                yield field

    def _there(self, field: str, name: str) -> bool:
        if field in _HOLDERS:
            return name in self._declared["holder"]
        if field in self._declared:
            return name in self._declared[field]
        there = self._entries.get(name)
        if field == "reverses":
            once = name not in self._taken_back
            self._taken_back.add(name)
            return once and there in _REVERSIBLE
        return there == (REQUEST if field == "request" else "reserve")

    def _take(self, record: Record, what: str, body: Mapping[str, Any]) -> None:
        """Remember what later entries may name."""
        if isinstance(record.key, str):
            self._entries[record.key] = what
        names = {"holder": ("holder",), "kind": ("kind",), "approve": ("batch", "parcel"), "divide": ("parcel",)}
        for field in names.get(what, ()):
            if isinstance(body.get(field), str):
                self._declared[field].add(body[field])
