"""How a zone's differences are worded, the same on the terminal and on the map.

A difference is said as what it is: a figure to be checked, never an accusation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from landquota.area import Unit
from landquota.i18n import Text, text

if TYPE_CHECKING:
    from landquota.ledger import Holder, Kind, Position
    from landquota.reconcile import ZoneAccount


@dataclass(frozen=True, slots=True)
class Names:
    """What holders and quota kinds are called: by their own Chinese names, in English by those declared."""

    english: Mapping[str, str]

    @classmethod
    def of(cls, holders: Iterable[Holder], kinds: Iterable[Kind]) -> Names:
        """Return the names of everything that is declared."""
        pairs = [*((h.holder, h.name_en) for h in holders), *((k.kind, k.name_en) for k in kinds)]
        return cls({name: name_en for name, name_en in pairs if name_en})

    def say(self, name: str, language: str) -> str:
        """Return `name` as it is called in `language`."""
        return name if language == "zh" else self.english.get(name, name)


#: What the dagger behind a figure means.
INTERPRETED: Final = text("† counted as granted by interpretation of the source's wording")
#: How the tables of quota, planning scale and money are headed, by book and unit.
_BOOKS: Final[Mapping[tuple[str, str], Text]] = {
    ("quota", "mu"): text("Quota (mu)"),
    ("quota", "kg"): text("Quota (kg)"),
    ("plan", "mu"): text("Planning scale (mu)"),
    ("money", "yuan"): text("Money (yuan)"),
}


def by_book(rows: Iterable[Position]) -> Iterator[tuple[Text, list[Position]]]:
    """Yield the positions of each book and unit with their heading: they never stand in one table."""
    grouped: dict[tuple[str, str], list[Position]] = {}
    for row in rows:
        grouped.setdefault((row.book, row.unit), []).append(row)
    for book in sorted(grouped, key=lambda book: list(_BOOKS).index(book) if book in _BOOKS else len(_BOOKS)):
        yield _BOOKS.get(book, text("{book} ({unit})", book=book[0], unit=book[1])), grouped[book]


def difference(zone: ZoneAccount) -> Text | None:
    """Return the arithmetic of the uncovered area; None where either side has no data."""
    if zone.uncovered is None or zone.recorded_quota is None:
        return None
    return text(
        "Requisitioned {requisitioned} − recorded quota {recorded} = {uncovered} mu",
        requisitioned=zone.land["requisitioned"].bounds.number(),
        recorded=zone.recorded_quota.number(),
        uncovered=zone.uncovered.number(),
    )


def documented_area(zone: ZoneAccount) -> Text:
    """Return the area that a document states for the zone, with the document's own words."""
    if zone.documented is None:
        return text("no data")
    number = zone.documented.area.in_unit(Unit.KM2, 2)
    return text("{number} km² ({written})", number=number, written=zone.documented.written)


def remarks(zone: ZoneAccount) -> Iterator[Text]:
    """Yield what a reader must know beside the arithmetic: what to check, and what is assumed."""
    if zone.uncovered is not None and zone.uncovered.low:
        yield text("To be checked against earlier years' batches and existing construction land.")
    if zone.assumption is not None:
        yield text(
            "Assumption: were all {requested} mu that {holder} requested granted and used for this zone, "
            "{uncovered} mu would remain.",
            requested=zone.assumption.requested.number(),
            holder=zone.assumption.holder,
            uncovered=zone.assumption.uncovered.number(),
        )
    if zone.not_under_construction is not None:
        yield text(
            "{area} mu requisitioned are not under construction (unbuilt or completed).",
            area=zone.not_under_construction.number(),
        )
    if any(row.basis == "interpreted" for row in zone.quota):
        yield INTERPRETED
