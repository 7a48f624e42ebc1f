"""Results as plain data for ``--json``: exact 亩 as strings, m² with 2 decimals, null for no data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from landquota.area import ZERO, Area

if TYPE_CHECKING:
    from landquota.analyses.conflicts import Conflicts
    from landquota.analyses.conversion import Conversion
    from landquota.area import Bounds
    from landquota.ledger import Entry, Position
    from landquota.reconcile import LandUse, Reconciliation, ZoneAccount

#: The areas of an entry in exact 亩: a movement's amount, a statement's bounds.
MU_COLUMNS = ("amount_mu", "low_mu", "high_mu")
#: The measures of a quota position, in the order of the tables.
QUOTA_MEASURES = ("requested", "granted", "allotted_in", "allotted_out", "reserved", "committed", "available")


def reconciliation(result: Reconciliation, language: str) -> dict[str, object]:
    """Return the whole reconciliation; texts are in `language`."""
    return {
        "as_of": result.as_of.isoformat(),
        "ledger_head": result.ledger_head,
        "holders": [
            {
                "holder": h.holder.holder,
                "parent": h.holder.parent,
                "quota": [position(p) for p in h.quota],
                "land": {f"{measure}_mu": figure.bounds.to_json() for measure, figure in h.land.items()},
            }
            for h in result.holders
        ],
        "zones": [_zone(zone, language) for zone in result.zones],
        "land_use": None if result.land_use is None else _land_use(result.land_use),
        "constraints": None if result.constraints is None else _constraints(result.constraints, language),
        "findings": [finding.to_json(language) for finding in result.findings],
    }


def _land_use(used: LandUse) -> dict[str, object]:
    """Return what parcels are made of, in exact 亩."""
    return {
        "layer": used.title,
        "as_of": used.dated or None,
        "parcels": {parcel: conversion(made) for parcel, made in used.parcels.items()},
    }


def _constraints(found: Conflicts, language: str) -> dict[str, object]:
    """Return what each constraint layer says of each parcel, and how many it concerns."""
    from landquota.reports import conflicts  # noqa: PLC0415 - it needs the geometry libraries

    answers, layers = conflicts.by_parcel(found), conflicts.by_layer(found)
    return {listing.name: listing.plain(language) for listing in (layers, answers)}


def conversion(made: Conversion) -> dict[str, str]:
    """Return what one parcel is made of, and what its conversion uses quota for, in exact 亩."""
    names = ("area", "farmland", "cultivated", "unused", "construction", "unknown", "new_construction")
    return {f"{name}_mu": getattr(made, name).number for name in names}


def position(row: Position) -> dict[str, object]:
    """Return one quota position."""
    measures = {f"{name}_{row.unit}": getattr(row, name).to_json() for name in QUOTA_MEASURES}
    return {
        "book": row.book,
        "kind": row.kind,
        "year": row.year,
        **measures,
        f"outstanding_{row.unit}": row.outstanding.to_json(),
        "basis": row.basis,
        "entries": list(row.entries),
    }


def balance(rows: Iterable[Position]) -> list[dict[str, object]]:
    """Return quota positions with their holders."""
    return [{"holder": row.holder, **position(row)} for row in rows]


def entry(row: Entry) -> dict[str, object]:
    """Return one ledger entry with everything that its hash covers."""
    return {
        "seq": row.seq,
        "key": row.key,
        "type": row.type,
        "effective": row.effective.isoformat(),
        "recorded": row.recorded,
        "document": row.document,
        "clause": row.clause,
        "body": dict(row.body),
        **in_mu(row),
        "hash": row.hash,
        "reversed_by": row.reversed_by,
    }


def in_mu(row: Entry) -> dict[str, str | None]:
    """Return an entry's areas in exact 亩; its body keeps them in units of 1/300 m², as they are hashed."""
    if not issubclass(row.counted, Area):
        return dict.fromkeys(MU_COLUMNS)
    units = {column: (row.target or row.body).get(column.removesuffix("_mu")) for column in MU_COLUMNS}
    return {column: Area(value).mu if isinstance(value, int) else None for column, value in units.items()}


def _zone(zone: ZoneAccount, language: str) -> dict[str, object]:
    assumption = zone.assumption
    return {
        "zone": zone.zone,
        "name": zone.render(language),
        "holder": zone.holder,
        "nature": zone.nature,
        "documented_area_m2": None if zone.documented is None else zone.documented.area.m2,
        "measured_area_m2": zone.measured.m2,
        "area_method": zone.area_method,
        "quota": [position(p) for p in zone.quota],
        "land": _land(zone),
        "land_basis": {m: figure.basis for m, figure in zone.land.items()},
        "parcels": {
            "count": zone.parcels.count,
            "illustrative": zone.parcels.illustrative,
            "stages": _stages(zone),
        },
        "uncovered_mu": _bounds(zone.uncovered),
        "verdict": zone.verdict.value,
        "assumption": None
        if assumption is None
        else {
            "holder": assumption.holder,
            "requested_mu": assumption.requested.to_json(),
            "uncovered_mu": assumption.uncovered.to_json(),
        },
    }


def _stages(zone: ZoneAccount) -> dict[str, object]:
    from landquota.layers import STAGES  # noqa: PLC0415 - as below

    there = {s.stage: s for s in zone.parcels.by_stage}
    counts = {stage: there[stage].count if stage in there else 0 for stage in STAGES}
    areas = {stage: there[stage].area.mu if stage in there else ZERO.mu for stage in STAGES}
    return {s: {"count": counts[s], "area_mu": {"low": areas[s], "high": areas[s]}} for s in STAGES}


def _land(zone: ZoneAccount) -> dict[str, object]:
    from landquota.reconcile import LAND_MEASURES  # noqa: PLC0415 - geometry libraries load only when there is a result

    known = {f"{m}_mu": zone.land[m].bounds.to_json() if m in zone.land else None for m in LAND_MEASURES}
    return {**known, "not_under_construction_mu": _bounds(zone.not_under_construction)}


def _bounds(bounds: Bounds | None) -> dict[str, str | None] | None:
    return None if bounds is None else bounds.to_json()
