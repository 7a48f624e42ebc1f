"""Year-ends, lapses and reservations as plain data for ``--json``: exact amounts as strings, by unit."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from landquota.ledger import Lapse, Reservation, YearEnd


def year_end(result: YearEnd, language: str) -> dict[str, object]:
    """Return a year-end, a preview or what was committed; texts are in `language`."""
    keys = iter([receipt.key for receipt in result.receipts])
    return {
        "year": result.year,
        "to_year": result.to_year,
        "effective": result.effective.isoformat(),
        "run": result.run,
        "digest": result.digest,
        "committed": bool(result.receipts),
        "rows": [
            {
                "holder": row.holder,
                "kind": row.kind,
                "what": row.what,
                f"amount_{row.amount.code}": row.amount.number,
                "reason": row.reason.render(language),
                "by": row.by,
                "source": row.source,
                "key": next(keys, None) if row.moves else None,
            }
            for row in result.rows
        ],
        "sums": [
            {"kind": kind, "what": what, f"amount_{amount.code}": amount.number}
            for (kind, what), amount in result.sums.items()
        ],
        "findings": [finding.to_json(language) for finding in result.findings],
    }


def reservations(rows: Iterable[Reservation], *, as_of: date) -> list[dict[str, object]]:
    """Return live reservations, each with whether it is overdue."""
    return [{**_reservation(row), "overdue": row.expired(as_of)} for row in rows]


def lapses(rows: Iterable[Lapse]) -> list[dict[str, object]]:
    """Return what lapses of reservations."""
    return [{**_reservation(row.reservation), f"lapses_{row.amount.code}": row.amount.number} for row in rows]


def _reservation(row: Reservation) -> dict[str, object]:
    return {
        "key": row.key,
        "holder": row.holder,
        "kind": row.kind,
        "year": row.year,
        f"reserved_{row.reserved.code}": row.reserved.number,
        f"left_{row.left.code}": row.left.number,
        "effective": row.effective.isoformat(),
        "expires": None if row.expires is None else row.expires.isoformat(),
        "reason": row.reason,
        "zone": row.zone,
        "parcel": row.parcel,
    }
