"""What the ledger's land gives occasion to ask: stages passed over, deadlines, reports of nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from landquota.findings import Finding, Place
from landquota.ledger.ageing import Lot
from landquota.ledger.land import LandMove
from landquota.ledger.movements import MOVEMENTS, OPTIONAL_STAGES, STAGES, State
from landquota.ledger.progress import Progress
from landquota.ledger.words import Joined, Word


def skipped_stages(moves: Iterable[LandMove]) -> Iterator[Finding]:
    """Find movements that pass over a stage which they do not leave out as usual."""
    for move in moves:
        skipped = _skipped(move)
        if skipped and move.source is not None:
            params = {
                "movement": MOVEMENTS[move.movement].label,
                "parcel": move.source.item,
                "holder": move.source.holder,
                "date": move.day,
                "stage": Word(move.source.stage),
                "skipped": Joined(skipped),
                "key": move.key,
            }
            yield Finding("LEDGER-STAGE-SKIPPED", Place(feature=move.source.item), params)


def _skipped(move: LandMove) -> tuple[Word, ...]:
    if not move.stands or not MOVEMENTS[move.movement].advances or move.source is None or move.target is None:
        return ()
    between = STAGES[STAGES.index(move.source.stage) + 1 : STAGES.index(move.target.stage)]
    return tuple(Word(stage) for stage in between if stage not in OPTIONAL_STAGES)


def deadlines(lots: Iterable[Lot], *, as_of: date) -> Iterator[Finding]:
    """Find land that waits to be supplied without a deadline, or beyond it."""
    for lot in lots:
        params = {
            "plot": lot.batch if lot.stage is State.BATCH else lot.parcel,
            "holder": lot.holder,
            "area": lot.area,
            "since": lot.since,
            "deadline": lot.deadline,
            "key": lot.key,
        }
        place = Place(feature=str(params["plot"]))
        if lot.overdue(as_of):
            yield Finding("LEDGER-DEADLINE-PASSED", place, params)
        elif lot.deadline is None and not lot.taken_back:
            yield Finding("LEDGER-DEADLINE-MISSING", place, params)


def reports_of_nothing(reports: Iterable[Progress], moves: Iterable[LandMove]) -> Iterator[Finding]:
    """Find reports of parcels of which the holder's books have never had anything supplied."""
    supplied = {
        (move.target.holder, move.target.item)
        for move in moves
        if move.stands and move.target is not None and move.target.stage in _FROM_SUPPLY_ON
    }
    for report in reports:
        if (report.holder, report.parcel) not in supplied:
            params = {"key": report.key, "parcel": report.parcel, "holder": report.holder}
            yield Finding("LEDGER-PROGRESS-UNTIED", Place(feature=report.parcel), params)


_FROM_SUPPLY_ON = frozenset(STAGES[STAGES.index(State.SUPPLIED) :])
