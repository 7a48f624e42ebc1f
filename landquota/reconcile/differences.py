"""What does not agree, or cannot be compared: findings about zones, parcels and their ties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import shapely

from landquota.area import Area, Unit
from landquota.findings import Finding, Place
from landquota.i18n import Text, text
from landquota.reconcile.accounts import FARMLAND, FarmlandConflict, ParcelAccount, Verdict, ZoneAccount
from landquota.topology import outside, overlaps
from landquota.vocabulary import Term

if TYPE_CHECKING:
    from landquota.layers import Layers
    from landquota.ledger import Entry, Holder
    from landquota.project import Project


def tie_findings(
    zones: Sequence[ZoneAccount], parcels: Sequence[ParcelAccount], holders: Iterable[Holder], entries: Iterable[Entry]
) -> Iterator[Finding]:
    """Find what ties ledger and map together on one side only."""
    declared = {holder.holder for holder in holders}
    for zone in zones:
        if zone.holder not in declared:
            place = Place(file="zones", feature=zone.zone)
            yield Finding("ZONE-HOLDER-UNKNOWN", place, {"zone": zone, "holder": zone.holder})
    drawn = {"zone": {zone.zone for zone in zones}, "parcel": {parcel.parcel for parcel in parcels}}
    for entry in entries:
        for what, known in drawn.items():
            named = entry.body.get(what)
            if entry.type == "movement" and entry.reversed_by is None and named is not None and named not in known:
                params = {"key": entry.key, "place": Term(what), "id": named}
                yield Finding("ENTRY-PLACE-UNKNOWN", Place(feature=str(named)), params)


def zone_findings(zones: Iterable[ZoneAccount], project: Project) -> Iterable[Finding]:
    """Find what each zone's documents, quota and land do not agree on, or what is only interpreted or made up."""
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
    documented = zone.documented.area
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
    """Compare each stage's area on the map with the ledger or the documents, where no parcel is made up."""
    if zone.parcels.illustrative or not zone.parcels.count:
        return
    for measure, figure in zone.land.items():
        on_map = zone.parcels.reached(measure)
        slack = Area(int(figure.nominal.units * tolerance))
        low, high = figure.bounds.low - slack, figure.bounds.high
        if on_map < low or (high is not None and on_map > high + slack):
            params = {"zone": zone, "measure": Term(measure), "on_map": _mu(on_map)}
            if figure.statement is None:
                yield Finding("LAND-LEDGER-DIFFERS", place, {**params, "recorded": figure.bounds})
            else:
                yield Finding("LAND-MAP-DIFFERS", place, {**params, "stated": figure.bounds})


def map_findings(layers: Layers, project: Project) -> list[Finding]:
    """Check the parcels against each other (the same mu twice) and against their zones."""
    found = overlaps(layers.parcels, id_column="parcel", tolerance_m2=project.tolerances.overlap_m2)
    return found + outside(layers.parcels, layers.zones, tolerance_m2=project.tolerances.outside_m2)


def farmland_findings(layers: Layers, found: Iterable[FarmlandConflict]) -> Iterator[Finding]:
    """Say where parcels lie on permanent basic farmland, or that nobody could tell for want of the layer."""
    if layers.constraints(FARMLAND).empty:
        yield Finding("FARMLAND-NO-DATA", Place(file="layers/catalog.csv"))
    for conflict in found:
        point = shapely.point_on_surface(conflict.geometry)
        place = Place(file="parcels", feature=conflict.parcel, x=point.x, y=point.y)
        params = {"parcel": conflict.parcel, "area": _mu(conflict.area), "layer": Term(FARMLAND)}
        yield Finding("PARCEL-ON-FARMLAND", place, params)


def _mu(area: Area) -> Text:
    """Return a measured area in 亩 with the two decimals that are usual."""
    return text("{number} mu", number=area.in_unit(Unit.MU, 2))
