"""The only place where the ledger meets the map: positions, areas and what does not agree.

Everything is as of one date, end of day, for ledger *and* map (design §5).  Illustrative
parcels are shown, never compared: no agreement is claimed from them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from landquota.area import ZERO, Area, Bounds, Unit, total
from landquota.ellipsoid import ellipsoidal_areas, planar_areas
from landquota.findings import Finding, Place, worst_first
from landquota.i18n import Text, text
from landquota.layers import STAGES, Layers, stages
from landquota.topology import conflicts, outside, overlaps
from landquota.vocabulary import Term

if TYPE_CHECKING:
    import pyproj
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landquota.ledger import Holder, Ledger, Position, StatementView
    from landquota.project import Project

#: The land stages that a zone reports, in the order in which a parcel passes through them.
LAND_MEASURES: Final = ("approved", "requisitioned", "supplied", "under_construction", "completed")
#: Under construction is what is being built now; the other stages count what ever reached them.
CURRENT: Final = frozenset({"under_construction"})
#: The constraint that no rule allows to adjust (慈经信建〔2021〕8号 §一).
FARMLAND: Final = "basic_farmland"


class Verdict(StrEnum):
    """What the comparison of requisitioned land with recorded quota says."""

    COVERED = "covered"
    UNCOVERED = "uncovered"
    POSSIBLY_UNCOVERED = "possibly_uncovered"
    NO_DATA = "no_data"


@dataclass(frozen=True, slots=True)
class StageArea:
    """How many parcels of a zone are in one stage, and their area."""

    stage: str
    count: int
    area: Area


@dataclass(frozen=True, slots=True)
class ParcelAccount:
    """One parcel of the map: its stage as of the date and its measured area."""

    parcel: str
    name: str
    zone: str
    layer: str
    nature: str
    stage: str
    area: Area


@dataclass(frozen=True, slots=True)
class FarmlandConflict:
    """Where a parcel lies on a patch of permanent basic farmland; the area by the project's method."""

    parcel: str
    patch: str
    geometry: shapely.Geometry
    area: Area


@dataclass(frozen=True, slots=True)
class ZoneParcels:
    """A zone's parcels by stage, from their geometry."""

    count: int
    illustrative: int
    by_stage: tuple[StageArea, ...]

    def reached(self, measure: str) -> Area:
        """Return the area that is in stage `measure`, or for cumulative stages at least there."""
        if measure in CURRENT:
            return total(s.area for s in self.by_stage if s.stage == measure)
        threshold = STAGES.index(measure)
        return total(s.area for s in self.by_stage if STAGES.index(s.stage) >= threshold)


@dataclass(frozen=True, slots=True)
class Assumption:
    """What would be uncovered if all that the zone's town requested were granted to the zone."""

    holder: str
    requested: Bounds
    uncovered: Bounds


@dataclass(frozen=True, slots=True)
class ZoneAccount:
    """One zone: its area, quota, land, parcels and how they compare."""

    zone: str
    holder: str
    name: str
    name_en: str
    nature: str
    documented: StatementView | None
    measured: Area
    area_method: str
    quota: tuple[Position, ...]
    land: Mapping[str, StatementView]
    parcels: ZoneParcels
    uncovered: Bounds | None
    verdict: Verdict
    not_under_construction: Bounds | None
    recorded_quota: Bounds | None
    assumption: Assumption | None

    def render(self, language: str) -> str:
        """Return the zone's name in `language`."""
        return self.name if language == "zh" else self.name_en or self.name


@dataclass(frozen=True, slots=True)
class HolderAccount:
    """One holder of quota with its own positions (children are not added in)."""

    holder: Holder
    quota: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Ledger and map of one project, as of the end of one day."""

    project: Project
    as_of: date
    ledger_head: str
    holders: tuple[HolderAccount, ...]
    zones: tuple[ZoneAccount, ...]
    parcels: tuple[ParcelAccount, ...]
    conflicts: tuple[FarmlandConflict, ...]
    findings: tuple[Finding, ...]


def reconcile(project: Project, ledger: Ledger, layers: Layers, *, as_of: date) -> Reconciliation:
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
    """
    positions = ledger.positions(as_of)
    holders = ledger.holders()
    parcels = tuple(_parcels(layers.parcels, project, as_of))
    books = _Books(
        positions=positions,
        land=ledger.land(as_of),
        parents={holder.holder: holder.parent for holder in holders},
        covering=frozenset(kind.kind for kind in ledger.kinds() if kind.covers_conversion),
    )
    zones = tuple(
        _zone(row, area, books, _zone_parcels(row["zone"], parcels), project)
        for row, area in zip(layers.zones.to_dict("records"), measured(layers.zones, project), strict=True)
    )
    farmland_conflicts = _farmland_conflicts(layers, project)
    findings = [
        *ledger.check_statements(as_of),
        *_zone_findings(zones, project),
        *_map_findings(layers, project),
        *_farmland_findings(layers, farmland_conflicts),
    ]
    return Reconciliation(
        project=project,
        as_of=as_of,
        ledger_head=ledger.head,
        holders=tuple(HolderAccount(h, tuple(p for p in positions if p.holder == h.holder)) for h in holders),
        zones=zones,
        parcels=parcels,
        conflicts=farmland_conflicts,
        findings=tuple(worst_first(findings)),
    )


@dataclass(frozen=True, slots=True)
class _Books:
    """What the ledger says as of the date."""

    positions: tuple[Position, ...]
    land: Mapping[tuple[str, str], StatementView]
    parents: Mapping[str, str | None]
    covering: frozenset[str]


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
    land = {m: books.land[holder, m] for m in LAND_MEASURES if (holder, m) in books.land}
    requisitioned = land["requisitioned"].bounds if "requisitioned" in land else None
    building = land["under_construction"].bounds if "under_construction" in land else None
    recorded = _sum(p.recorded for p in quota if p.kind in books.covering)
    uncovered = _excess(requisitioned, recorded)
    return ZoneAccount(
        zone=row["zone"],
        holder=holder,
        name=row["name"],
        name_en=row["name_en"] or "",
        nature=row["nature"],
        documented=books.land.get((holder, "documented_area")),
        measured=area,
        area_method=project.area_method,
        quota=quota,
        land=land,
        parcels=parcels,
        uncovered=uncovered,
        verdict=_verdict(uncovered),
        not_under_construction=_excess(requisitioned, building),
        recorded_quota=recorded,
        assumption=_assumption(books, holder, uncovered),
    )


def _mu(area: Area) -> Text:
    """Return a measured area in 亩 with the two decimals that are usual."""
    return text("{number} mu", number=area.in_unit(Unit.MU, 2))


def _excess(whole: Bounds | None, part: Bounds | None) -> Bounds | None:
    return None if whole is None or part is None else whole.excess_over(part)


def _sum(bounds: Iterable[Bounds]) -> Bounds | None:
    parts = list(bounds)
    return sum(parts, Bounds.exactly(ZERO)) if parts else None


def _verdict(uncovered: Bounds | None) -> Verdict:
    if uncovered is None:
        return Verdict.NO_DATA
    if uncovered.low:
        return Verdict.UNCOVERED
    return Verdict.POSSIBLY_UNCOVERED if uncovered.high != ZERO else Verdict.COVERED


def _assumption(books: _Books, holder: str, uncovered: Bounds | None) -> Assumption | None:
    """Return what the town's open requests would leave, all granted and all to this zone."""
    parent = books.parents.get(holder)
    requested = _sum(p.requested for p in books.positions if p.holder == parent and p.kind in books.covering)
    if parent is None or uncovered is None or requested is None or not requested.low:
        return None
    return Assumption(parent, requested, uncovered.excess_over(requested))


def _zone_findings(zones: Iterable[ZoneAccount], project: Project) -> Iterable[Finding]:
    for zone in zones:
        place = Place(file="zones", feature=zone.zone)
        yield from _area_finding(zone, project.tolerances.zone_area, place)
        yield from _uncovered_finding(zone, place)
        yield from _land_findings(zone, project.tolerances.zone_area, place)
        for position in zone.quota:
            if position.basis == "interpreted":
                params = {"kind": position.kind, "zone": zone, "area": position.granted}
                yield Finding("QUOTA-INTERPRETED", place, params)
        if zone.parcels.illustrative:
            yield Finding("PARCEL-ILLUSTRATIVE", place, {"zone": zone, "count": zone.parcels.illustrative})


def _area_finding(zone: ZoneAccount, tolerance: Decimal, place: Place) -> Iterable[Finding]:
    if zone.documented is None:
        yield Finding("ZONE-AREA-NO-DATA", place, {"zone": zone})
        return
    documented = zone.documented.nominal
    difference = zone.measured - documented
    if abs(difference).units > tolerance * documented.units:
        params = {
            "zone": zone,
            "measured": zone.measured.in_unit(Unit.KM2, 4),
            "documented": documented.in_unit(Unit.KM2, 4),
            "percent": f"{Decimal(difference.units) * 100 / Decimal(documented.units):+.3f}",
            "tolerance": f"{tolerance:.3%}",
        }
        yield Finding("ZONE-AREA-DIFFERS", place, params)


def _uncovered_finding(zone: ZoneAccount, place: Place) -> Iterable[Finding]:
    if zone.uncovered is None or zone.verdict is Verdict.COVERED:
        return
    code = "QUOTA-UNCOVERED" if zone.verdict is Verdict.UNCOVERED else "QUOTA-POSSIBLY-UNCOVERED"
    params = {
        "zone": zone,
        "requisitioned": zone.land["requisitioned"].bounds,
        "recorded": zone.recorded_quota,
        "uncovered": zone.uncovered,
    }
    yield Finding(code, place, params)


def _land_findings(zone: ZoneAccount, tolerance: Decimal, place: Place) -> Iterable[Finding]:
    """Compare each stage's area on the map with the documents, where no parcel is made up."""
    if zone.parcels.illustrative or not zone.parcels.count:
        return
    for measure, statement in zone.land.items():
        on_map = zone.parcels.reached(measure)
        slack = Area(int(statement.nominal.units * tolerance))
        low, high = statement.bounds.low - slack, statement.bounds.high
        if on_map < low or (high is not None and on_map > high + slack):
            params = {"zone": zone, "measure": Term(measure), "on_map": _mu(on_map), "stated": statement.bounds}
            yield Finding("LAND-MAP-DIFFERS", place, params)


def _map_findings(layers: Layers, project: Project) -> list[Finding]:
    """Check the parcels against each other (the same mu twice) and against their zones."""
    found = overlaps(layers.parcels, id_column="parcel", tolerance_m2=project.tolerances.overlap_m2)
    return found + outside(layers.parcels, layers.zones, tolerance_m2=project.tolerances.outside_m2)


def _farmland_conflicts(layers: Layers, project: Project) -> tuple[FarmlandConflict, ...]:
    found = conflicts(layers.parcels, layers.constraints(FARMLAND), tolerance_m2=project.tolerances.farmland_m2)
    pieces = np.array([conflict.geometry for conflict in found], dtype=object)
    areas = _areas(pieces, layers.crs, project)
    return tuple(FarmlandConflict(c.parcel, c.feature, c.geometry, a) for c, a in zip(found, areas, strict=True))


def _farmland_findings(layers: Layers, found: Iterable[FarmlandConflict]) -> Iterator[Finding]:
    if layers.constraints(FARMLAND).empty:
        yield Finding("FARMLAND-NO-DATA", Place(file="layers/catalog.csv"))
    for conflict in found:
        point = shapely.point_on_surface(conflict.geometry)
        place = Place(file="parcels", feature=conflict.parcel, x=point.x, y=point.y)
        params = {"parcel": conflict.parcel, "area": _mu(conflict.area), "layer": Term(FARMLAND)}
        yield Finding("PARCEL-ON-FARMLAND", place, params)
