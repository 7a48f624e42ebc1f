"""What is known of a holder's land: by the ledger where it has transfers, by statements elsewhere.

A stage that no transfer of a holder has ever reached is one of which the ledger does not
speak: a statement about it stands, and is not held against a nothing.  A figure of the ledger
covers the holder and all who stand under it, as what a document says of a town does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from landquota.amount import Amount
from landquota.area import ZERO, Area, Bounds
from landquota.findings import Finding, Place
from landquota.i18n import text
from landquota.ledger.land import Change, LandMove, LandPosition, Stand, Stock, land_moves, summed
from landquota.ledger.movements import LABELS, MEASURES, STAGES, State
from landquota.ledger.statements import StatementView, live_statements, source
from landquota.ledger.words import Joined

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from landquota.ledger.registry import Holder, Registry

#: The measures of land that are stages, and from which stage on land counts; the batches are approved too.
STAGE_MEASURES: Final[Mapping[str, State]] = MappingProxyType(
    {
        name: State.BATCH if name == State.APPROVED else State(name)
        for name, measure in MEASURES.items()
        if not measure.of_kind and name in STAGES
    }
)


@dataclass(frozen=True, slots=True)
class LandFigure:
    """One measure of a holder's land, and what it rests on.

    `basis` is ledger, stated or interpreted; `changes` are those of the ledger's entries, and
    `statement` is the one that gives the figure, where the ledger does not.  `exceeded_by` is a
    statement that says more of what only grows than the ledger has: its entries are not complete.
    """

    bounds: Bounds
    basis: str
    changes: tuple[Change, ...] = ()
    statement: StatementView | None = None
    exceeded_by: StatementView | None = None

    @property
    def entries(self) -> tuple[str, ...]:
        """The keys of the entries behind it."""
        return tuple(change.key for change in self.changes) if self.statement is None else (self.statement.key,)

    @property
    def nominal(self) -> Amount:
        """The number itself, without its qualifier."""
        return self.bounds.low if self.statement is None else self.statement.nominal


def land_figures(connection: Connection, registry: Registry, *, as_of: date) -> Mapping[tuple[str, str], LandFigure]:
    """Return what is known of each holder's land at the end of `as_of`, by (holder, measure)."""
    moves = land_moves(connection, as_of=as_of)
    reached = _reached(moves)
    figures = {
        (view.holder, view.measure): LandFigure(view.bounds, view.basis, statement=view)
        for view in live_statements(connection, as_of=as_of)
        if view.kind is None
    }
    for position in _rolled_up(moves, registry.holders):
        for measure, stage in STAGE_MEASURES.items():
            key = (position.holder, measure)
            if _speaks(reached, position.holder, stage) or (position.holder in reached and key not in figures):
                figures[key] = _of_ledger(position, measure, figures.get(key))
    return MappingProxyType(dict(sorted(figures.items())))


def check_land(connection: Connection, registry: Registry, *, as_of: date) -> list[Finding]:
    """Compare each live statement about land with the ledger as of the statement's day, where the ledger speaks."""
    moves = land_moves(connection, as_of=as_of)
    reached = _reached(moves)
    views = [
        view
        for view in live_statements(connection, as_of=as_of)
        if view.measure in STAGE_MEASURES and _speaks(reached, view.holder, STAGE_MEASURES[view.measure])
    ]
    then = {
        day: {p.holder: p for p in _rolled_up((m for m in moves if m.day <= day), registry.holders)}
        for day in {view.as_of for view in views}
    }
    figures = [(view, _area(then[view.as_of].get(view.holder), view.measure)) for view in views]
    return [_differs(view, figure) for view, figure in figures if not view.bounds.contains(figure)]


def _reached(moves: Iterable[LandMove]) -> dict[str, int]:
    """Return the latest stage that land in each holder's own books has reached, by its number."""
    reached: dict[str, int] = {}
    for move in moves:
        if move.stands and move.target is not None:
            holder, stage = move.target.holder, STAGES.index(move.target.stage)
            reached[holder] = max(stage, reached.get(holder, 0))
    return reached


def _speaks(reached: Mapping[str, int], holder: str, stage: State) -> bool:
    return reached.get(holder, -1) >= STAGES.index(stage)


def _rolled_up(moves: Iterable[LandMove], holders: Mapping[str, Holder]) -> list[LandPosition]:
    """Return the land of each holder together with that of all who stand under it."""

    def line(stand: Stand) -> list[str]:
        name: str | None = stand.holder
        found = []
        while name is not None:
            found.append(name)
            name = holders[name].parent
        return found

    return [sums.position(holder) for holder, sums in summed(moves, line).items()]


def _stock(position: LandPosition, measure: str) -> Stock:
    """Return what a measure counts: what is under construction now, else what has come through the stage."""
    stage = STAGE_MEASURES[measure]
    return position.through[stage] if MEASURES[measure].cumulative else position.now[stage]


def _of_ledger(position: LandPosition, measure: str, stated: LandFigure | None) -> LandFigure:
    stock = _stock(position, measure)
    more = stated is not None and MEASURES[measure].cumulative and stated.bounds.low > stock.area
    exceeded_by = stated.statement if stated is not None and more else None
    return LandFigure(Bounds.exactly(stock.area), "ledger", stock.changes, exceeded_by=exceeded_by)


def _area(position: LandPosition | None, measure: str) -> Area:
    return ZERO if position is None else _stock(position, measure).area


def _differs(view: StatementView, figure: Area) -> Finding:
    params = {
        "measure": LABELS[view.measure],
        "account": Joined((text("land"), view.holder)),
        "as_of": view.as_of,
        "written": view.written,
        "source": source(view),
        "figure": figure,
        "key": view.key,
    }
    return Finding("LEDGER-STATEMENT-DIFFERS", Place(feature=view.key), params)
