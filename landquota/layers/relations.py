"""Layers against each other: ids that stand once, zones that exist, and the zone in which a parcel lies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from landquota.findings import Finding, Place
from landquota.formats.names import few
from landquota.layers.sources import Source
from landquota.layers.standard import standard
from landquota.topology import duplicate_ids

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Kinds whose ids tie them to each other and to the ledger; the ids of constraints are for people.
TIED_KINDS: Final = ("zones", "parcels")


def related(sources: Sequence[Source]) -> tuple[list[Source], list[Finding]]:
    """Check layers against each other, and give parcels that name no zone the one in which they lie.

    Parameters
    ----------
    sources
        Layers in one reference system.
    """
    zones = [source for source in sources if source.entry.kind == "zones"]
    located: list[Source] = []
    findings = [*_id_findings(sources), *_zone_findings(sources, zones)]
    for source in sources:
        if source.entry.kind == "parcels":
            placed, found = _placed(source, zones)
            located.append(placed)
            findings += found
        else:
            located.append(source)
    return located, findings


def _id_findings(sources: Sequence[Source]) -> Iterator[Finding]:
    """Check that an id stands once in all layers of one kind."""
    for kind in TIED_KINDS:
        column = standard(kind).id or ""
        same = [source for source in sources if source.entry.kind == kind]
        ids = [value for source in same for value in source.frame[column]]
        places = [place for source in same for place in source.places]
        yield from duplicate_ids(ids, column=column, places=places)


def _zone_findings(sources: Sequence[Source], zones: Sequence[Source]) -> Iterator[Finding]:
    """Check that the zones that parcels name are there."""
    known = {zone for source in zones for zone in source.frame["zone"] if zone}
    for source in sources:
        if source.entry.kind != "parcels":
            continue
        for parcel, zone, place in zip(source.frame["parcel"], source.frame["zone"], source.places, strict=True):
            if zone is not None and zone not in known:
                params = {"parcel": parcel or "", "zone": zone, "zones": ", ".join(sorted(known))}
                yield Finding("PARCEL-ZONE-UNKNOWN", replace(place, column="zone"), params)


def _placed(parcels: Source, zones: Sequence[Source]) -> tuple[Source, list[Finding]]:
    """Return the parcels with the zone in which each one lies that names none."""
    frame = parcels.frame
    unnamed = np.flatnonzero(frame["zone"].isna())
    found = _zones_at(frame.geometry.to_numpy()[unnamed], zones)
    by_place = [(row, zone) for row, zone in zip(unnamed.tolist(), found, strict=True) if zone is not None]
    nowhere = [row for row, zone in zip(unnamed.tolist(), found, strict=True) if zone is None]
    names = [parcel or place.feature or "?" for parcel, place in zip(frame["parcel"], parcels.places, strict=True)]
    place = Place(file=parcels.places[0].file)
    findings = []
    if by_place:
        said = few([f"{names[row]} ({zone})" for row, zone in by_place])
        findings.append(Finding("PARCEL-ZONE-BY-PLACE", place, {"count": len(by_place), "parcels": said}))
    if nowhere:
        params = {"count": len(nowhere), "parcels": few([names[row] for row in nowhere])}
        findings.append(Finding("PARCEL-NO-ZONE", place, params))
    owners = frame["zone"].tolist()
    for row, zone in by_place:
        owners[row] = zone
    return replace(parcels, frame=frame.assign(zone=np.array(owners, dtype=object))), findings


def _zones_at(parcels: NDArray[np.object_], zones: Sequence[Source]) -> list[str | None]:
    """Return the zone that holds a point inside each parcel; of zones within each other the smallest."""
    known = [
        (shapely.area(polygon), zone, polygon)
        for source in zones
        for zone, polygon in zip(source.frame["zone"], source.frame.geometry, strict=True)
        if zone is not None
    ]
    known.sort(key=lambda each: (each[0], each[1]))
    tree = shapely.STRtree([polygon for _, _, polygon in known])
    points, holding = tree.query(shapely.point_on_surface(parcels), predicate="intersects")
    smallest = np.full(len(parcels), len(known))
    np.minimum.at(smallest, points, holding)
    return [known[index][1] if index < len(known) else None for index in smallest.tolist()]
