"""What a single file holds: every feature measured in the plane and on the ellipsoid, and all findings."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from landquota import formats
from landquota.area import Area, Unit, total
from landquota.crs import describe, horizontal
from landquota.ellipsoid import ellipsoidal_areas, matches, planar_areas
from landquota.findings import Finding, Place, worst_first
from landquota.formats.geometry import measurable
from landquota.formats.names import ID_COLUMNS, column_of, names_of
from landquota.formats.vector import format_of
from landquota.topology import duplicate_ids, overlaps

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

    from landquota.formats.table import FeatureTable

    Geometries = NDArray[np.object_]
    Floats = NDArray[np.float64]

Match = Literal["planar", "ellipsoid", "both", "neither"]

_NAME_COLUMNS: Final = ("name", "名称", "dkmc", "地块名称", "xmmc", "项目名称", "mc", "naam", "libelle")


@dataclass(frozen=True, slots=True)
class FeatureCheck:
    """One feature and its areas; a computed area is None where the geometry or the system does not allow it."""

    feature: str
    name: str | None
    planar_m2: float | None
    ellipsoid_m2: float | None
    declared: Area | None
    place: Place

    def areas(self) -> tuple[str, str, str]:
        """Return planar, ellipsoidal and declared m² with 2 decimals, a dash where there is none."""
        return _dashed(_rounded(self.planar_m2), _rounded(self.ellipsoid_m2), self.declared)

    @property
    def declared_matches(self) -> Match | None:
        """Which computed area the declared one states; None where the file declares none."""
        if self.declared is None or self.planar_m2 is None or self.ellipsoid_m2 is None:
            return None
        # Whole square metres are taken for hectares with 4 decimals, as boundary TXT declare them.
        whole = self.declared.units % Unit.M2.size == 0
        unit, decimals = (Unit.HA, 4) if whole else (Unit.M2, 2)
        return matches(self.declared, self.planar_m2, self.ellipsoid_m2, unit=unit, decimals=decimals)

    def to_json(self) -> dict[str, object]:
        """Return the feature as plain data."""
        areas = _rounded(self.planar_m2), _rounded(self.ellipsoid_m2), self.declared
        line = {} if self.place.line is None else {"line": self.place.line}
        return {
            "feature": self.feature,
            "name": self.name,
            **line,
            "area_m2": _areas_json(*areas),
            "declared_matches": self.declared_matches,
        }


@dataclass(frozen=True, slots=True)
class LayerCheck:
    """The report on one file."""

    path: Path
    layer: str
    format: str
    crs: pyproj.CRS | None
    encoding: str | None
    features: tuple[FeatureCheck, ...]
    findings: tuple[Finding, ...]

    def totals(self) -> tuple[str, str, str]:
        """Return total planar, ellipsoidal and declared m² with 2 decimals, a dash where there is none."""
        return _dashed(*self._totals())

    def _totals(self) -> tuple[Area | None, Area | None, Area | None]:
        """Return the sums of the rounded rows, so that a printed table adds up."""
        return (
            _sum(_rounded(feature.planar_m2) for feature in self.features),
            _sum(_rounded(feature.ellipsoid_m2) for feature in self.features),
            _sum(feature.declared for feature in self.features),
        )

    def to_json(self, language: str) -> dict[str, object]:
        """Return the report as plain data, the findings' texts in `language`."""
        code = None if self.crs is None else self.crs.to_epsg()
        return {
            "file": str(self.path),
            "layer": self.layer,
            "format": self.format,
            "encoding": self.encoding,
            "crs": None if code is None else f"EPSG:{code}",
            "crs_name": None if self.crs is None else self.crs.name,
            "features": len(self.features),
            "area_m2": _areas_json(*self._totals()),
            "feature_areas": [feature.to_json() for feature in self.features],
            "findings": [finding.to_json(language) for finding in self.findings],
        }


def check(
    path: Path, *, layer: str | None = None, encoding: str | None = None, assumed_meridian_deg: int = 120
) -> LayerCheck:
    """Read a file, measure every feature, and say all that is wrong with it.

    Parameters
    ----------
    path
        Any file that :func:`landquota.formats.read` reads.
    layer
        Which layer, where the file holds several.
    encoding
        How the texts are encoded, where the file does not say it.
    assumed_meridian_deg
        Central meridian to assume for eastings without a zone prefix.
    """
    table, findings = formats.read(path, layer=layer, encoding=encoding, assumed_meridian_deg=assumed_meridian_deg)
    if table is None:
        kind = format_of(path) or path.suffix.lstrip(".").upper()
        return LayerCheck(path, layer or "", kind, None, None, (), tuple(worst_first(findings)))
    findings += _relations(table)
    return LayerCheck(
        path=path,
        layer=table.layer,
        format=table.format,
        crs=table.frame.crs,
        encoding=table.encoding,
        features=tuple(_measured(table)),
        findings=tuple(worst_first(findings)),
    )


def _measured(table: FeatureTable) -> Iterable[FeatureCheck]:
    frame = table.frame
    names = column_of(frame, _NAME_COLUMNS)
    planar, ellipsoid = _areas_m2(frame.geometry.to_numpy(), frame.crs)
    labels = names_of(frame[names]) if names is not None else [""] * len(frame)
    rows = zip(table.places, labels, planar, ellipsoid, table.declared_area_m2, strict=True)
    for number, (place, name, planar_m2, ellipsoid_m2, declared) in enumerate(rows):
        feature = place.feature if place.feature is not None else str(number)
        yield FeatureCheck(feature, name or None, _known(planar_m2), _known(ellipsoid_m2), declared, place)


def _areas_m2(geometries: Geometries, crs: pyproj.CRS | None) -> tuple[Floats, Floats]:
    """Return planar and ellipsoidal areas, NaN where there is none: no area without a reference system."""
    nothing = np.full(len(geometries), np.nan)
    if crs is None:
        return nothing, nothing
    sound = geometries.copy()
    sound[~measurable(geometries)] = None
    system = horizontal(crs)
    planar = nothing if system.is_geographic else planar_areas(sound) * system.axis_info[0].unit_conversion_factor ** 2
    return planar, nothing if system.is_engineering else ellipsoidal_areas(sound, crs)


def _relations(table: FeatureTable) -> list[Finding]:
    """Check ids against each other, and polygons against each other."""
    frame = table.frame
    column = column_of(frame, ID_COLUMNS)
    findings = [] if column is None else duplicate_ids(frame[column], column=column, places=table.places)
    if frame.crs is None:
        return findings
    if horizontal(frame.crs).is_engineering:
        params = {"crs": describe(frame.crs)}
        findings.append(Finding("LAYER-LOCAL-GRID", Place(file=table.path.name), params))
    labels = [place.feature or str(number) for number, place in enumerate(table.places)]
    named = frame[[frame.geometry.name]].assign(feature=labels)
    found = overlaps(named, id_column="feature", file=table.path.name)
    return findings + [finding for finding in found if finding.code != "GEOM-SKIPPED"]  # each has its own finding


def _known(area_m2: float) -> float | None:
    return float(area_m2) if math.isfinite(area_m2) else None


def _rounded(area_m2: float | None) -> Area | None:
    return None if area_m2 is None else Area.measured(area_m2)


def _sum(areas: Iterable[Area | None]) -> Area | None:
    known = [area for area in areas if area is not None]
    return total(known) if known else None


def _areas_json(planar: Area | None, ellipsoid: Area | None, declared: Area | None) -> dict[str, str | None]:
    areas = {"planar": planar, "ellipsoid": ellipsoid, "declared": declared}
    return {name: None if area is None else area.m2 for name, area in areas.items()}


def _dashed(*areas: Area | None) -> tuple[str, str, str]:
    planar, ellipsoid, declared = ("—" if area is None else area.m2 for area in areas)
    return planar, ellipsoid, declared
