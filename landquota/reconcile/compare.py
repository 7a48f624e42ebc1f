"""The comparison: positions of the ledger beside areas of the map, as of the end of one day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from landquota.area import ZERO, Area, Bounds, total
from landquota.ellipsoid import ellipsoidal_areas, planar_areas
from landquota.findings import Finding, worst_first
from landquota.layers import STAGES, Layers, stages
from landquota.ledger import QUOTA
from landquota.reconcile.accounts import (
    FARMLAND,
    LAND_MEASURES,
    Assumption,
    FarmlandConflict,
    HolderAccount,
    ParcelAccount,
    Reconciliation,
    StageArea,
    Verdict,
    ZoneAccount,
    ZoneParcels,
)
from landquota.reconcile.constraints import constraint_conflicts
from landquota.reconcile.differences import farmland_findings, map_findings, tie_findings, zone_findings
from landquota.reconcile.land_use import land_use
from landquota.topology import conflicts

if TYPE_CHECKING:
    import pyproj
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landquota.ledger import LandFigure, Ledger, Position
    from landquota.project import Project


def reconcile(
    project: Project, ledger: Ledger, layers: Layers, *, as_of: date, noticed: Sequence[Finding] = ()
) -> Reconciliation:
    """Compare `ledger` and `layers` as of the end of `as_of`.

    Parameters
    ----------
    project
        Settings: area method and tolerances.
    ledger
        The open ledger; it is only read.
    layers
        The layers that ``build`` wrote, in the project's CRS.
    as_of
        The one date for ledger and map.
    noticed
        What is known of the layers already, such as that their sources have changed since.
    """
    positions = ledger.positions(as_of)
    holders, kinds = ledger.holders(), ledger.kinds()
    parcels = tuple(_parcels(layers.parcels, project, as_of))
    books = _Books(
        positions=positions,
        land=ledger.land(as_of),
        parents={holder.holder: holder.parent for holder in holders},
        covering=frozenset(
            kind.kind for kind in kinds if kind.covers_conversion and (kind.book, kind.unit) == (QUOTA, Area.code)
        ),
    )
    zones = tuple(
        _zone(row, area, books, _zone_parcels(row["zone"], parcels), project)
        for row, area in zip(layers.zones.to_dict("records"), measured(layers.zones, project), strict=True)
    )
    farmland_conflicts = _farmland_conflicts(layers, project)
    used = land_use(layers, project)
    constraints, constraint_findings = constraint_conflicts(layers, project, as_of=as_of)
    findings = [
        *noticed,
        *ledger.check_statements(as_of),
        *ledger.check_land(as_of),
        *ledger.check_rules(as_of),
        *tie_findings(zones, parcels, holders, ledger.entries(as_of=as_of)),
        *zone_findings(zones, project),
        *map_findings(layers, project),
        *farmland_findings(layers, farmland_conflicts),
        *(() if used is None else used.findings),
        *constraint_findings,
    ]
    return Reconciliation(
        project=project,
        as_of=as_of,
        ledger_head=ledger.head,
        kinds=kinds,
        holders=tuple(
            HolderAccount(h, tuple(p for p in positions if p.holder == h.holder), books.land_of(h.holder))
            for h in holders
        ),
        zones=zones,
        parcels=parcels,
        conflicts=farmland_conflicts,
        land_use=used,
        constraints=constraints,
        findings=tuple(worst_first(findings)),
    )


@dataclass(frozen=True, slots=True)
class _Books:
    """What the ledger says as of the date."""

    positions: tuple[Position, ...]
    land: Mapping[tuple[str, str], LandFigure]
    parents: Mapping[str, str | None]
    covering: frozenset[str]

    def land_of(self, holder: str) -> dict[str, LandFigure]:
        """Return what is known of a holder's land, by measure."""
        return {m: self.land[holder, m] for m in LAND_MEASURES if (holder, m) in self.land}


def measured(frame: GeoDataFrame, project: Project) -> list[Area]:
    """Return each feature's area by the project's method, rounded as surveys do."""
    return _areas(frame.geometry.to_numpy(), frame.crs, project)


def _areas(geometries: NDArray[np.object_], crs: pyproj.CRS, project: Project) -> list[Area]:
    areas_m2 = planar_areas(geometries) if project.area_method == "planar" else ellipsoidal_areas(geometries, crs)
    return [Area.measured(area_m2) for area_m2 in areas_m2]


def _parcels(frame: GeoDataFrame, project: Project, as_of: date) -> Iterator[ParcelAccount]:
    rows = zip(frame.to_dict("records"), stages(frame, as_of=as_of), measured(frame, project), strict=True)
    for row, stage, area in rows:
        yield ParcelAccount(
            row["parcel"], row["name"] or row["parcel"], row["zone"] or "", row["layer"], row["nature"], stage, area
        )


def _zone_parcels(zone: str, parcels: Iterable[ParcelAccount]) -> ZoneParcels:
    inside = [parcel for parcel in parcels if parcel.zone == zone]
    grouped = {stage: [p.area for p in inside if p.stage == stage] for stage in STAGES}
    by_stage = tuple(StageArea(stage, len(areas), total(areas)) for stage, areas in grouped.items() if areas)
    return ZoneParcels(len(inside), sum(p.nature == "illustrative" for p in inside), by_stage)


def _zone(row: Mapping[str, Any], area: Area, books: _Books, parcels: ZoneParcels, project: Project) -> ZoneAccount:
    holder = row["holder"]
    quota = tuple(p for p in books.positions if p.holder == holder)
    land = books.land_of(holder)
    requisitioned = land["requisitioned"].bounds if "requisitioned" in land else None
    building = land["under_construction"].bounds if "under_construction" in land else None
    area_stated = books.land.get((holder, "documented_area"))
    recorded = _sum(p.recorded for p in quota if p.kind in books.covering)
    uncovered = _excess(requisitioned, recorded)
    return ZoneAccount(
        zone=row["zone"],
        holder=holder,
        name=row["name"],
        name_en=row["name_en"] or "",
        nature=row["nature"],
        documented=None if area_stated is None else area_stated.statement,
        measured=area,
        area_method=project.area_method,
        quota=quota,
        land=land,
        parcels=parcels,
        uncovered=uncovered,
        verdict=_verdict(uncovered, incomplete=_incomplete(land.get("requisitioned"))),
        not_under_construction=_excess(requisitioned, building),
        recorded_quota=recorded,
        assumption=_assumption(books, holder, uncovered),
    )


def _excess(whole: Bounds | None, part: Bounds | None) -> Bounds | None:
    return None if whole is None or part is None else whole.excess_over(part)


def _sum(bounds: Iterable[Bounds]) -> Bounds | None:
    parts = list(bounds)
    return sum(parts, Bounds.exactly(ZERO)) if parts else None


def _incomplete(figure: LandFigure | None) -> bool:
    """Whether a document states more than the ledger's entries come to."""
    return figure is not None and figure.exceeded_by is not None


def _verdict(uncovered: Bounds | None, *, incomplete: bool) -> Verdict:
    """Return the verdict; what rests on entries that are not complete is never said to be covered."""
    if uncovered is None:
        return Verdict.NO_DATA
    if uncovered.low:
        return Verdict.UNCOVERED
    return Verdict.POSSIBLY_UNCOVERED if incomplete or uncovered.high != ZERO else Verdict.COVERED


def _assumption(books: _Books, holder: str, uncovered: Bounds | None) -> Assumption | None:
    """Return what the town's open requests would leave, all granted and all to this zone."""
    parent = books.parents.get(holder)
    requested = _sum(p.outstanding for p in books.positions if p.holder == parent and p.kind in books.covering)
    if parent is None or uncovered is None or requested is None or not requested.low:
        return None
    return Assumption(parent, requested, uncovered.excess_over(requested))


def _farmland_conflicts(layers: Layers, project: Project) -> tuple[FarmlandConflict, ...]:
    found = conflicts(layers.parcels, layers.constraints(FARMLAND), tolerance_m2=project.tolerances.farmland_m2)
    pieces = np.array([conflict.geometry for conflict in found], dtype=object)
    areas = _areas(pieces, layers.crs, project)
    return tuple(FarmlandConflict(c.parcel, c.feature, c.geometry, a) for c, a in zip(found, areas, strict=True))
