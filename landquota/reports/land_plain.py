"""Land of the ledger as plain data for ``--json``: exact 亩 as strings, null for no data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from landquota.area import total

if TYPE_CHECKING:
    from datetime import date

    from landquota.ledger import LandFigure, LandPosition, Lot, Progress
    from landquota.rules import Judged


def land_position(row: LandPosition) -> dict[str, object]:
    """Return the land of a holder, a batch or a parcel by stage, with the keys of the entries behind it."""
    return {
        "holder": row.holder,
        "batch": row.batch,
        "parcel": row.parcel,
        "now_mu": {stage.value: stock.area.mu for stage, stock in row.now.items()},
        "through_mu": {stage.value: stock.area.mu for stage, stock in row.through.items()},
        "total_mu": row.whole.mu,
        "unsupplied_mu": row.unsupplied.mu,
        "unused_mu": row.unused.mu,
        "entries": {stage.value: list(stock.entries) for stage, stock in row.now.items()},
    }


def land_figures(figures: Mapping[tuple[str, str], LandFigure]) -> list[dict[str, object]]:
    """Return what is known of each holder's land, and what it rests on."""
    return [
        {
            "holder": holder,
            "measure": measure,
            "area_mu": figure.bounds.to_json(),
            "basis": figure.basis,
            "entries": list(figure.entries),
        }
        for (holder, measure), figure in figures.items()
    ]


def ageing(lots: Iterable[Lot], as_of: date) -> dict[str, object]:
    """Return lots with their ages, and their total."""
    rows = list(lots)
    return {"lots": [lot(row, as_of) for row in rows], "total_mu": total(row.area for row in rows).mu}


def lot(row: Lot, as_of: date) -> dict[str, object]:
    """Return one lot with its age."""
    bucket = row.bucket(as_of)
    return {
        "holder": row.holder,
        "batch": row.batch,
        "parcel": row.parcel,
        "area_mu": row.area.mu,
        "since": row.since.isoformat(),
        "taken_back": row.taken_back,
        "days": row.days(as_of),
        "years_at_least": bucket.at_least,
        "deadline": _iso(row.deadline),
        "deadline_passed": row.overdue(as_of),
        "entry": row.key,
    }


def judged(row: Judged, as_of: date, language: str) -> dict[str, object]:
    """Return what the rules make of one part of a parcel; the remedy is in `language`."""
    rule = row.rule
    return {
        **lot(row.lot, as_of),
        "stage": row.lot.stage.value,
        "status": row.status.value,
        "case": row.case.value,
        "rule": None if rule is None else rule.rule,
        "document": None if rule is None else rule.document,
        "clause": None if rule is None else rule.clause,
        "basis": None if rule is None else rule.basis,
        "counted_from": _iso(row.counted_from),
        "start_assumed": row.assumed,
        "idle_since": _iso(row.since),
        "report": None if row.report is None else _report(row.report),
        "remedy": row.remedy.render(language),
    }


def _report(report: Progress) -> dict[str, object]:
    shares = {"developed_share": report.developed_share, "invested_share": report.invested_share}
    return {
        "entry": report.key,
        "reported": report.reported.isoformat(),
        "stopped_on": _iso(report.stopped_on),
        **{name: None if share is None else str(share) for name, share in shares.items()},
        "government_delay": report.government_delay,
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
