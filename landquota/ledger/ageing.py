"""Ageing: since when land has been waiting to be supplied, or to be built on.

Parts of a parcel that came on different days age separately, and what came first goes first.
Which part is left follows from the sums alone: of what came, in its order, so much has gone.
So a movement that was taken back is as if it had never been.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from typing import Final

from landquota.area import Area
from landquota.dates import full_years
from landquota.i18n import Text, text
from landquota.ledger.land import UNSUPPLIED, LandMove, Plot, Stand
from landquota.ledger.movements import State


class Bucket(Enum):
    """How old land is, in full calendar years; a year is full at the end of the same day of the next."""

    UNDER_1 = (0, text("under 1 year"))
    FROM_1 = (1, text("1 to 2 years"))
    FROM_2 = (2, text("2 to 3 years"))
    FROM_3 = (3, text("3 to 5 years"))
    FROM_5 = (5, text("5 years and more"))

    def __init__(self, years: int, words: Text) -> None:
        self.at_least = years
        self.words = words

    @classmethod
    def of(cls, since: date, as_of: date) -> Bucket:
        """Return the bucket of what has waited since `since` at the end of `as_of`."""
        years = full_years(since, as_of)
        return max((bucket for bucket in cls if bucket.at_least <= years), key=lambda bucket: bucket.at_least)

    def render(self, language: str) -> str:
        """Return the words for it."""
        return self.words.render(language)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """A part of a parcel or batch that came on one day.

    `since` is the day from which it counts: of land that waits to be supplied that of the
    approval of its batch or of itself (or the day on which it was taken back: the approval has
    been carried out), of supplied land that of the supply.  `deadline` is until when it has to
    be supplied or, as agreed, its construction has to start.  `key` is the entry by which it
    came where it stands.
    """

    holder: str
    batch: str | None
    parcel: str | None
    stage: State
    area: Area
    since: date
    deadline: date | None
    key: str
    taken_back: bool = False

    def days(self, as_of: date) -> int:
        """Return for how many days it has waited at the end of `as_of`."""
        return (as_of - self.since).days

    def bucket(self, as_of: date) -> Bucket:
        """Return how old it is at the end of `as_of`."""
        return Bucket.of(self.since, as_of)

    def overdue(self, as_of: date) -> bool | None:
        """Return whether its deadline has passed by the end of `as_of`; None where it has none."""
        return None if self.deadline is None else self.deadline < as_of


_WAITING: Final = frozenset(UNSUPPLIED[1:])


def unsupplied(moves: Iterable[LandMove]) -> tuple[Lot, ...]:
    """Return the lots of 批而未供: batches that are not divided, and parcels that are not supplied."""
    standing = [move for move in moves if move.stands]
    batches, shares = _divided(standing)
    return _sorted([*batches, *_left(standing, _WAITING, shares=shares)])


def unused(moves: Iterable[LandMove]) -> tuple[Lot, ...]:
    """Return the lots of 供而未用: supplied, and construction has not started."""
    return _sorted(_left([move for move in moves if move.stands], {State.SUPPLIED}))


def being_built(moves: Iterable[LandMove]) -> tuple[Lot, ...]:
    """Return the lots that are under construction, since the day of their start."""
    return _sorted(_left([move for move in moves if move.stands], {State.UNDER_CONSTRUCTION}))


def _divided(moves: Sequence[LandMove]) -> tuple[list[Lot], dict[str, list[Lot]]]:
    """Return what is left of each batch, and which lots each division has taken, by its key.

    A parcel counts from the approval of the batch, until the deadline that its division sets,
    else the batch's.
    """
    left: dict[Plot, list[Lot]] = {}
    for move, target in _arrivals(moves, {State.BATCH}):
        left.setdefault(Plot.of(target), []).append(_lot(move, target))
    shares: dict[str, list[Lot]] = {}
    for move, source in _departures(moves, {State.BATCH}):
        plot = Plot.of(source)
        taken, left[plot] = _cut(left[plot], move.units)
        if move.target is not None:
            shares[move.key] = [_share(lot, move, move.target) for lot in taken]
    return [lot for lots in left.values() for lot in lots], shares


def _left(
    moves: Sequence[LandMove], stages: AbstractSet[State], *, shares: dict[str, list[Lot]] | None = None
) -> list[Lot]:
    """Return what is left in `stages` of what came there; what came by a division is its `shares`."""
    came: dict[Plot, list[Lot]] = {}
    gone: dict[Plot, int] = {}
    for move, target in _arrivals(moves, stages):
        came.setdefault(Plot.of(target), []).extend((shares or {}).get(move.key) or [_lot(move, target)])
    for move, source in _departures(moves, stages):
        gone[Plot.of(source)] = gone.get(Plot.of(source), 0) + move.units
    return [lot for plot, lots in came.items() for lot in _cut(lots, gone.get(plot, 0))[1]]


def _arrivals(moves: Iterable[LandMove], stages: AbstractSet[State]) -> Iterator[tuple[LandMove, Stand]]:
    """Yield the movements that bring land into `stages` from elsewhere, and where it stands then."""
    for move in moves:
        if move.target is not None and move.target.stage in stages and not _in(move.source, stages):
            yield move, move.target


def _departures(moves: Iterable[LandMove], stages: AbstractSet[State]) -> Iterator[tuple[LandMove, Stand]]:
    """Yield the movements that take land out of `stages`, and where it stood before."""
    for move in moves:
        if move.source is not None and move.source.stage in stages and not _in(move.target, stages):
            yield move, move.source


def _in(stand: Stand | None, stages: AbstractSet[State]) -> bool:
    return stand is not None and stand.stage in stages


def _lot(move: LandMove, target: Stand) -> Lot:
    return Lot(
        holder=target.holder,
        batch=target.batch,
        parcel=target.parcel,
        stage=target.stage,
        area=Area(move.units),
        since=move.day,
        deadline=move.starts_by if target.stage is State.SUPPLIED else move.deadline,
        key=move.key,
        taken_back=move.movement == "take_back",
    )


def _share(lot: Lot, move: LandMove, target: Stand) -> Lot:
    deadline = move.deadline or lot.deadline
    divided = replace(lot, holder=target.holder, parcel=target.parcel, stage=target.stage)
    return replace(divided, deadline=deadline, key=move.key)


def _cut(lots: Iterable[Lot], units: int) -> tuple[list[Lot], list[Lot]]:
    """Divide lots into the first `units` of them and the rest."""
    first: list[Lot] = []
    rest: list[Lot] = []
    for lot in lots:
        taken = min(units, lot.area.units)
        units -= taken
        first += [replace(lot, area=Area(taken))] if taken else []
        rest += [replace(lot, area=lot.area - Area(taken))] if taken < lot.area.units else []
    return first, rest


def _sorted(lots: Iterable[Lot]) -> tuple[Lot, ...]:
    return tuple(sorted(lots, key=lambda lot: (lot.since, lot.holder, lot.batch or "", lot.parcel or "", lot.key)))
