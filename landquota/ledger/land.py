"""Land: how much of it stands in which stage, by holder and by parcel or batch, as of the end of a day.

What has come *through* a stage is what stands in it or in a later one: land that was revoked or
taken back has not, so that the figure can be compared with the parcels on a map.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import orjson
from sqlalchemy import RowMapping, and_, select

from landquota.area import Area, total
from landquota.ledger import schema
from landquota.ledger.accounts import LAND
from landquota.ledger.movements import STAGES, State

if TYPE_CHECKING:
    from sqlalchemy import Connection

G = TypeVar("G", bound=Hashable)

#: The stages of land that was approved and not supplied (批而未供).
UNSUPPLIED: Final = (State.BATCH, State.APPROVED, State.REQUISITIONED, State.BANKED)


class Stand(NamedTuple):
    """Where land stands: in whose books, as which parcel or batch, in which stage."""

    holder: str
    item: str
    stage: State

    @property
    def batch(self) -> str | None:
        """The batch, of land that has not been divided into parcels."""
        return self.item if self.stage is State.BATCH else None

    @property
    def parcel(self) -> str | None:
        """The parcel, of all other land."""
        return None if self.stage is State.BATCH else self.item


class Plot(NamedTuple):
    """One batch or one parcel in somebody's books, whatever its stage."""

    holder: str
    batch: str | None
    parcel: str | None

    @classmethod
    def of(cls, stand: Stand) -> Plot:
        """Return the plot that stands there."""
        return cls(stand.holder, stand.batch, stand.parcel)


@dataclass(frozen=True, slots=True, kw_only=True)
class LandMove:
    """A movement of land, or the taking back of one, with the entry that makes it.

    `source` or `target` is None where it is the outside.  It `stands` unless it was taken back
    by the day that is asked about, or takes another one back.
    """

    key: str
    movement: str
    day: date
    units: int
    source: Stand | None
    target: Stand | None
    stands: bool
    deadline: date | None
    starts_by: date | None

    def ends(self) -> tuple[tuple[Stand, int], ...]:
        """Return where it changes what stands there, and by how much."""
        ends = ((self.source, -self.units), (self.target, self.units))
        return tuple((stand, units) for stand, units in ends if stand is not None)


class Change(NamedTuple):
    """By how much the entry `key` changes a figure."""

    key: str
    area: Area


@dataclass(frozen=True, slots=True)
class Stock:
    """An area of land, as the sum of what entries have brought and taken."""

    changes: tuple[Change, ...] = ()

    @property
    def area(self) -> Area:
        """The sum."""
        return total(change.area for change in self.changes)

    @property
    def entries(self) -> tuple[str, ...]:
        """The keys of the entries behind it."""
        return tuple(change.key for change in self.changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class LandPosition:
    """The land of one holder, or one of its parcels or batches, by stage.

    `now` is what stands in a stage, `through` what stands in it or in a later one; both have
    every stage, and are exact.
    """

    holder: str
    batch: str | None = None
    parcel: str | None = None
    now: Mapping[State, Stock]
    through: Mapping[State, Stock]

    @property
    def whole(self) -> Area:
        """All of it: what was approved, less what was revoked."""
        return self.through[State.BATCH].area

    @property
    def unsupplied(self) -> Area:
        """批而未供: approved, and not supplied."""
        return total(self.now[stage].area for stage in UNSUPPLIED)

    @property
    def unused(self) -> Area:
        """供而未用: supplied, and construction has not started."""
        return self.now[State.SUPPLIED].area


def land_moves(connection: Connection, *, as_of: date) -> tuple[LandMove, ...]:
    """Return the movements of land that count by the end of `as_of`, in the order in which they count."""
    transfer, entry, reversal = schema.transfer, schema.entry, schema.reversal
    debit, credit = schema.account.alias("debit"), schema.account.alias("credit")
    day = as_of.isoformat()
    taken_back = and_(reversal.c.target == transfer.c.seq, reversal.c.effective <= day)
    query = (
        select(
            *(entry.c.key, entry.c.body, transfer.c.movement, transfer.c.effective, transfer.c.amount),
            *(transfer.c.mirror, reversal.c.seq.label("taken_back")),
            *(debit.c[name].label(f"debit_{name}") for name in _STAND),
            *(credit.c[name].label(f"credit_{name}") for name in _STAND),
        )
        .join(entry, entry.c.seq == transfer.c.seq)
        .join(debit, debit.c.id == transfer.c.debit)
        .join(credit, credit.c.id == transfer.c.credit)
        .outerjoin(reversal, taken_back)
        .where(debit.c.book == LAND, transfer.c.effective <= day)
        .order_by(transfer.c.effective, transfer.c.seq)
    )
    return tuple(_move(row) for row in connection.execute(query).mappings())


def land_positions(moves: Iterable[LandMove]) -> tuple[LandPosition, ...]:
    """Return the land of every holder that ever had any, sorted by holder."""
    sums = summed(moves, lambda stand: (stand.holder,))
    return tuple(sums[holder].position(holder) for holder in sorted(sums))


def plot_positions(moves: Iterable[LandMove]) -> tuple[LandPosition, ...]:
    """Return every batch and parcel, batches first, sorted by holder and name."""
    sums = summed(moves, lambda stand: (Plot.of(stand),))
    plots = sorted(sums, key=lambda plot: (plot.holder, plot.batch is None, plot.batch or plot.parcel))
    return tuple(sums[plot].position(plot.holder, batch=plot.batch, parcel=plot.parcel) for plot in plots)


class Sums:
    """What entries have brought to each stage of one group, and taken from it, by the entry's key."""

    def __init__(self) -> None:
        self._now: dict[State, dict[str, int]] = {stage: {} for stage in STAGES}
        self._through: dict[State, dict[str, int]] = {stage: {} for stage in STAGES}

    def add(self, key: str, stage: State, units: int) -> None:
        """Count what the entry `key` changes in `stage`."""
        sums = [self._now[stage], *(self._through[each] for each in STAGES[: STAGES.index(stage) + 1])]
        for by_key in sums:
            by_key[key] = by_key.get(key, 0) + units

    def position(self, holder: str, *, batch: str | None = None, parcel: str | None = None) -> LandPosition:
        """Return the sums as the land of `holder`."""
        return LandPosition(
            holder=holder, batch=batch, parcel=parcel, now=_stocks(self._now), through=_stocks(self._through)
        )


def summed(moves: Iterable[LandMove], groups: Callable[[Stand], Iterable[G]]) -> dict[G, Sums]:
    """Return the sums by group; `groups` says to which ones what stands somewhere belongs."""
    sums: dict[G, Sums] = {}
    for move in moves:
        for stand, units in move.ends():
            for group in groups(stand):
                if group not in sums:
                    sums[group] = Sums()
                sums[group].add(move.key, stand.stage, units)
    return sums


_STAND: Final = ("holder", "item", "state")


def _move(row: RowMapping) -> LandMove:
    body = orjson.loads(row["body"])
    return LandMove(
        key=row["key"],
        movement=row["movement"],
        day=date.fromisoformat(row["effective"]),
        units=row["amount"],
        source=_stand(row, "debit"),
        target=_stand(row, "credit"),
        stands=not row["mirror"] and row["taken_back"] is None,
        deadline=_date(body.get("deadline")),
        starts_by=_date(body.get("starts_by")),
    )


def _stand(row: RowMapping, side: str) -> Stand | None:
    state = State(row[f"{side}_state"])
    return None if state is State.ISSUER else Stand(row[f"{side}_holder"], row[f"{side}_item"], state)


def _date(written: str | None) -> date | None:
    return None if written is None else date.fromisoformat(written)


def _stocks(sums: Mapping[State, Mapping[str, int]]) -> Mapping[State, Stock]:
    return MappingProxyType(
        {
            stage: Stock(tuple(Change(key, Area(units)) for key, units in by_key.items() if units))
            for stage, by_key in sums.items()
        }
    )
