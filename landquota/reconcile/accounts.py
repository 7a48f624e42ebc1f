"""What a reconciliation says: zones, holders and parcels with their figures, as of one date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from landquota.area import Area, Bounds, total
from landquota.findings import Finding
from landquota.layers import STAGES

if TYPE_CHECKING:
    import shapely

    from landquota.analyses.conflicts import Conflicts
    from landquota.ledger import Holder, Kind, LandFigure, Position, StatementView
    from landquota.project import Project
    from landquota.reconcile.land_use import LandUse

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
    land: Mapping[str, LandFigure]
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
    """One holder of quota with its own positions, and its land together with that of the holders below."""

    holder: Holder
    quota: tuple[Position, ...]
    land: Mapping[str, LandFigure]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """Ledger and map of one project, as of the end of one day.

    `land_use` says what the parcels are made of, `constraints` which constraint layers but basic
    farmland concern them; None where the project has no such layer.
    """

    project: Project
    as_of: date
    ledger_head: str
    kinds: tuple[Kind, ...]
    holders: tuple[HolderAccount, ...]
    zones: tuple[ZoneAccount, ...]
    parcels: tuple[ParcelAccount, ...]
    conflicts: tuple[FarmlandConflict, ...]
    land_use: LandUse | None
    constraints: Conflicts | None
    findings: tuple[Finding, ...]
