"""Findings on the page: in whose section each is listed, and what a click on it flies to."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyproj

from landquota.crs import GEOGRAPHIC_EPSG
from landquota.findings import Finding, Severity
from landquota.i18n import Text, text
from landquota.maps.view import LayerKind, PanelFinding
from landquota.vocabulary import label

if TYPE_CHECKING:
    from landquota.ledger import Entry
    from landquota.reconcile import Reconciliation

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """What is known of the places that findings name.

    Attributes
    ----------
    zone_holders
        The holder of each zone on the map.
    parcel_zones
        The zone of each parcel on the map; empty for one of no zone.
    entry_holders
        The holder that each ledger entry is about, by the entry's key.
    to_degrees
        Takes east and north in the layers' system to longitude and latitude.
    """

    zone_holders: Mapping[str, str]
    parcel_zones: Mapping[str, str]
    entry_holders: Mapping[str, str | None]
    to_degrees: Callable[[float, float], Point]

    @classmethod
    def of(cls, result: Reconciliation, entries: Sequence[Entry], crs: pyproj.CRS) -> Gazetteer:
        """Return the gazetteer of a reconciliation whose layers are in `crs`."""
        transformer = pyproj.Transformer.from_crs(crs, GEOGRAPHIC_EPSG, always_xy=True)
        return cls(
            zone_holders={zone.zone: zone.holder for zone in result.zones},
            parcel_zones={parcel.parcel: parcel.zone for parcel in result.parcels},
            entry_holders={entry.key: entry.holder for entry in entries},
            to_degrees=transformer.transform,
        )

    def holder(self, finding: Finding) -> str | None:
        """Return the holder in whose section a finding belongs; None where it is about nobody in particular."""
        feature = finding.place.feature
        if self._kind(finding) == "zones":
            return self.zone_holders[str(feature)]
        if self._kind(finding) == "parcels":
            return self.zone_holders.get(self.parcel_zones[str(feature)])
        return self.entry_holders.get(str(finding.params.get("key")))

    def listed(self, finding: Finding, language: str) -> PanelFinding:
        """Return a finding as it is listed, with where it is on the map."""
        kind = self._kind(finding)
        # An overlap has two parcels, of which the place names the first.
        named = (finding.place.feature, finding.params.get("second") if kind == "parcels" else None)
        return PanelFinding(
            severity=finding.severity.value,
            word=label(finding.severity.value, language),
            code=finding.code,
            text=finding.message(language),
            remedy=finding.remedy(language),
            kind=kind,
            features=tuple(str(name) for name in named if name) if kind else (),
            point=self._point(finding),
        )

    def _kind(self, finding: Finding) -> LayerKind | None:
        """Return the kind of the layers that hold the feature that a finding names, if it names one."""
        file, feature = finding.place.file, finding.place.feature
        if file is None or feature is None:
            return None
        if file == "zones":
            return "zones" if feature in self.zone_holders else None
        return "parcels" if feature in self.parcel_zones else "constraint"

    def _point(self, finding: Finding) -> Point | None:
        if finding.place.x is None or finding.place.y is None:
            return None
        point = self.to_degrees(finding.place.x, finding.place.y)
        return point if all(map(math.isfinite, point)) else None


def tally(findings: Sequence[Finding]) -> Text:
    """Return how many findings there are, by severity."""
    count = Counter(finding.severity for finding in findings)
    return text(
        "Findings: {errors} error(s), {warnings} warning(s), {notes} note(s)",
        errors=count[Severity.ERROR],
        warnings=count[Severity.WARNING],
        notes=count[Severity.NOTE],
    )
