"""Positions: what each holder has of each kind and year, as of the end of a day.

Where transfers exist the ledger's figures stand, and statements check them; where only
statements exist they give the position.  A request is only a note of what was asked for: it
does not make the ledger the authority on what is held, nor a holding on what was asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from landquota.amount import Amount
from landquota.area import ZERO, Bounds
from landquota.findings import Finding, Place
from landquota.ledger.accounts import QUOTA
from landquota.ledger.movements import LABELS, TERMS, State
from landquota.ledger.registry import Kind, Registry
from landquota.ledger.requests import satisfied
from landquota.ledger.statements import Group, StatementView, by_group, falls, live_statements, source
from landquota.ledger.tally import Tally, entry_keys, tallies
from landquota.ledger.words import account

if TYPE_CHECKING:
    from sqlalchemy import Connection

_NOTHING: Final = Bounds.exactly(ZERO)
_EMPTY: Final = Tally()
_CAME: Final = ("granted", "allotted_in")
_WENT: Final = ("allotted_out", "reserved", "committed")
_FIGURES: Final = (State.REQUESTED.value, *TERMS, State.AVAILABLE.value)
_STATES: Final = (State.AVAILABLE, State.RESERVED, State.COMMITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One holder's quota of one kind and year.

    `book` is quota, plan (planning scale) or money, and the figures are area, mass or money by
    the kind's unit.  Where the basis is ``ledger``, every figure is exact and ``available`` is granted plus
    allotted, transferred and carried in, less allotted, transferred and carried out,
    withdrawn, reserved and committed.  `recorded` is what is held: available, reserved and
    committed together.  `requested` is what was asked for, less what was withdrawn, and
    `outstanding` what of it no grant that names its request has satisfied.  `entries` are the
    keys behind the figures, where they were asked for.
    """

    holder: str
    kind: str
    year: int | None
    book: str = QUOTA
    requested: Bounds = _NOTHING
    outstanding: Bounds = _NOTHING
    granted: Bounds = _NOTHING
    allotted_in: Bounds = _NOTHING
    allotted_out: Bounds = _NOTHING
    transferred_in: Bounds = _NOTHING
    transferred_out: Bounds = _NOTHING
    carried_in: Bounds = _NOTHING
    carried_out: Bounds = _NOTHING
    withdrawn: Bounds = _NOTHING
    reserved: Bounds = _NOTHING
    committed: Bounds = _NOTHING
    available: Bounds = _NOTHING
    recorded: Bounds = _NOTHING
    basis: str
    entries: tuple[str, ...]

    @property
    def unit(self) -> str:
        """The code of the unit of its figures: mu, kg or yuan."""
        return self.available.low.code


def positions(
    connection: Connection, registry: Registry, *, as_of: date, group: Group | None = None, entries: bool = True
) -> tuple[Position, ...]:
    """Return every position that has transfers or statements by the end of `as_of`, sorted, or that of one `group`.

    Parameters
    ----------
    entries
        Whether the keys of the entries behind the figures are wanted; the figures alone are
        sums of an index, while the keys of a million entries take seconds.
    """
    day = as_of.isoformat()
    totals = tallies(connection, as_of=day, group=group)
    keys = entry_keys(connection, as_of=day, group=group) if entries else None
    stated = by_group(live_statements(connection, as_of=as_of, group=group))
    asked = any(tally.requests for tally in totals.values())
    granted = satisfied(connection, as_of=day, of=group or ()) if asked else Counter[Group]()
    groups = sorted(totals.keys() | stated.keys(), key=lambda g: (g.holder, g.kind, g.year or 0))
    return tuple(
        _position(
            g,
            registry.kinds[g.kind],
            totals.get(g, _EMPTY),
            stated.get(g, {}),
            None if keys is None else keys.get(g, []),
            satisfied=granted[g],
        )
        for g in groups
    )


def check_statements(connection: Connection, registry: Registry, *, as_of: date) -> list[Finding]:
    """Compare each live statement with the ledger, where the ledger has transfers of its own.

    The comparison is as of the statement's day: what was posted for later days does not count.
    Statements about land are compared with each other: what only grows must not fall.
    """
    live = by_group(live_statements(connection, as_of=as_of))
    now = tallies(connection, as_of=as_of.isoformat())
    checked = [
        (group, view)
        for group, views in live.items()
        for view in views.values()
        if now.get(group, _EMPTY).speaks_about(view.measure)
    ]
    then = {day: tallies(connection, as_of=day.isoformat()) for day in {view.as_of for _, view in checked}}
    findings = falls(connection, as_of=as_of)
    for group, view in checked:
        counted = registry.kinds[group.kind].commodity
        figure = counted(then[view.as_of].get(group, _EMPTY).sums.get(view.measure, 0))
        if not view.bounds.contains(figure):
            findings.append(_differs(view, group, figure))
    return findings


def _differs(view: StatementView, group: Group, figure: Amount) -> Finding:
    params = {
        "measure": LABELS[view.measure],
        "account": account(group.kind, group.holder, group.year),
        "as_of": view.as_of,
        "written": view.written,
        "source": source(view),
        "figure": figure,
        "key": view.key,
    }
    return Finding("LEDGER-STATEMENT-DIFFERS", Place(feature=view.key), params)


def _position(
    group: Group,
    kind: Kind,
    tally: Tally,
    stated: Mapping[str, StatementView],
    keys: Iterable[str] | None,
    *,
    satisfied: int,
) -> Position:
    used = {measure: view for measure, view in stated.items() if not tally.speaks_about(measure)}
    held = {measure: view for measure, view in used.items() if measure != State.REQUESTED}
    counted = kind.commodity
    figures = dict.fromkeys(_FIGURES, Bounds.exactly(counted()))
    figures |= {name: Bounds.exactly(counted(units)) for name, units in tally.sums.items()}
    if used:
        figures |= {measure: view.bounds for measure, view in used.items()}
        figures |= _holding(figures, stated=held.keys())
        figures["outstanding"] = figures["requested"].excess_over(Bounds.exactly(counted(satisfied)))
    else:  # the same in whole numbers: a county has thousands of groups, and few of them statements
        units = tally.sums
        figures["recorded"] = Bounds.exactly(counted(sum(units.get(state, 0) for state in _STATES)))
        asked = units.get(State.REQUESTED, 0)
        figures["outstanding"] = Bounds.exactly(counted(max(0, asked - satisfied)))
    return Position(
        holder=group.holder,
        kind=group.kind,
        year=group.year,
        book=kind.book,
        **figures,
        basis=_basis(held or ({} if tally.holdings else used)),
        entries=() if keys is None else (*keys, *(view.key for view in used.values())),
    )


def _holding(figures: Mapping[str, Bounds], *, stated: AbstractSet[str]) -> dict[str, Bounds]:
    """Return what is recorded and, by statements alone, what is available.

    What no document states counts as none.  Where documents state what came in but not what
    is available, that follows by interval arithmetic, and what is recorded from the same
    figures: adding up the difference again would widen the bounds.
    """
    if "available" in stated or stated.isdisjoint(_CAME):
        return {"recorded": _sum(figures, _STATES)}
    came = _sum(figures, _CAME)
    return {
        "available": came.excess_over(_sum(figures, _WENT)),
        "recorded": came.excess_over(_sum(figures, ("allotted_out",))),
    }


def _sum(figures: Mapping[str, Bounds], names: Iterable[str]) -> Bounds:
    first, *others = (figures[name] for name in names)
    return sum(others, first)


def _basis(views: Mapping[str, StatementView]) -> str:
    """Return the weakest basis among `views`; figures without any are the ledger's own."""
    bases = {view.basis for view in views.values()}
    if not bases:
        return "ledger"
    return "interpreted" if "interpreted" in bases else "stated"
