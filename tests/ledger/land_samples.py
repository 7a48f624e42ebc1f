"""Land programmes to post: the samples that the tests of the land book share."""

from __future__ import annotations

from datetime import date
from typing import Any

from ledger_samples import TOWN, move

from landquota.area import parse_figure
from landquota.ledger import Ledger, MovementDraft, ProgressDraft

APPROVED, DIVIDED, SUPPLIED, STARTED = date(2015, 3, 1), date(2015, 9, 1), date(2016, 2, 29), date(2017, 5, 1)
END = date(2020, 12, 31)
_AMOUNTS = frozenset({"developed", "to_develop", "invested", "investment"})
BATCH, P1, P2 = "浙土字〔2015〕1号", "P-1", "P-2"


def land(movement: str, area: str, on: date, **more: Any) -> MovementDraft:
    """Return a movement of the town's land."""
    given: dict[str, Any] = {"holder": TOWN, **more}
    return move(movement, given.pop("holder"), area, **{"kind": None, "year": None, "effective": on, **given})


def progress(on: date, *, parcel: str = P1, **reported: Any) -> ProgressDraft:
    """Return a report of a parcel of the town; areas and money as they are written."""
    given: dict[str, Any] = {
        name: parse_figure(said).nominal if name in _AMOUNTS else said for name, said in reported.items()
    }
    return ProgressDraft(parcel=parcel, holder=TOWN, effective=on, document="巡〔2020〕1号", **given)


def stages(ledger: Ledger, on: date = END, *, holder: str = TOWN) -> dict[str, str]:
    """Return what stands in each stage of a holder's land, where there is any."""
    (position,) = (p for p in ledger.land_positions(on) if p.holder == holder)
    return {stage.value: stock.area.mu for stage, stock in position.now.items() if stock.area}
