"""What a single file holds: every feature measured in the plane and on the ellipsoid, and all findings."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from landquota import formats, standards
from landquota.area import Area, Unit, total
from landquota.ellipsoid import matches
from landquota.errors import InputError, UsageError
from landquota.findings import Finding, FindingsError, Place, has_errors, worst_first
from landquota.formats.names import column_of, names_of
from landquota.formats.signature import format_of
from landquota.i18n import Text, text
from landquota.layers import quality
from landquota.layers.quality import Asked, areas_m2
from landquota.layers.standard import OURS, in_our_words

if TYPE_CHECKING:
    import pyproj
    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landquota.formats.table import FeatureTable
    from landquota.standards import Layer

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
    def is_measured(self) -> bool:
        """Whether it has any computed area."""
        return self.planar_m2 is not None or self.ellipsoid_m2 is not None

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
    standard: Layer | None = None
    #: The features as they were read; None where nothing could be.
    frame: GeoDataFrame | None = None

    def totals(self) -> tuple[str, str, str]:
        """Return total planar, ellipsoidal and declared m² with 2 decimals, a dash where there is none."""
        return _dashed(*self._totals())

    def _totals(self) -> tuple[Area | None, Area | None, Area | None]:
        """Return the sums of the rounded rows that could be measured, so that tables add up and totals compare."""
        measured = [feature for feature in self.features if feature.is_measured] or self.features
        return (
            _sum(_rounded(feature.planar_m2) for feature in measured),
            _sum(_rounded(feature.ellipsoid_m2) for feature in measured),
            _sum(feature.declared for feature in measured),
        )

    def to_json(self, language: str) -> dict[str, object]:
        """Return the report as plain data, the findings' texts in `language`."""
        code = None if self.crs is None else self.crs.to_epsg()
        return {
            "file": str(self.path),
            "layer": self.layer,
            "format": self.format,
            "encoding": self.encoding,
            "standard": None if self.standard is None else self.standard.code,
            "crs": None if code is None else f"EPSG:{code}",
            "crs_name": None if self.crs is None else self.crs.name,
            "features": len(self.features),
            "area_m2": _areas_json(*self._totals()),
            "feature_areas": [feature.to_json() for feature in self.features],
            "findings": [finding.to_json(language) for finding in self.findings],
        }


def check(
    path: Path,
    *,
    kind: str | None = None,
    without: Iterable[str] = (),
    county: str = "",
    reference: FeatureTable | None = None,
    **reading: Any,  # noqa: ANN401 - the options of formats.read
) -> LayerCheck:
    """Read a file, measure every feature, and say all that is wrong with it.

    Parameters
    ----------
    path
        Any file that :func:`landquota.formats.read` reads.
    kind
        What the layer is: a standard layer such as DLTB, or a kind of ours; None tells it by its
        name and columns.
    without
        Checks to leave out, of :data:`landquota.standards.CHECKS`.
    county
        行政区划代码 that codes have to lie in.
    reference
        A boundary that the features have to lie within; see :func:`reference`.
    **reading
        Of :func:`landquota.formats.read`.

    Raises
    ------
    UsageError
        There is no such check, or no such kind.
    """
    left_out = _known_checks(without)
    _refuse_unknown(kind)
    table, findings = formats.read(path, **reading)
    if table is None:
        name = format_of(path) or path.suffix.lstrip(".").upper()
        return LayerCheck(path, "", name, None, None, (), tuple(worst_first(findings)))
    asked = Asked.of(table, kind, county=county, reference=reference, region=reading.get("region"))
    if asked.profile.kind in OURS:
        table, found = in_our_words(table, asked.profile.kind)
        findings += found
    asked = replace(asked, profile=asked.profile.without(left_out))
    if not asked.profile.asks("geometry"):
        findings = [finding for finding in findings if not finding.code.startswith("GEOM-")]
    planar, ellipsoid = areas_m2(table)
    findings += quality.findings(table, planar, ellipsoid, asked)
    declared = _declared(table, np.where(np.isfinite(ellipsoid), ellipsoid, planar))
    return LayerCheck(
        path=path,
        layer=table.layer,
        format=table.format,
        crs=table.frame.crs,
        encoding=table.encoding,
        features=tuple(_measured(table, planar, ellipsoid, declared)),
        findings=tuple(worst_first(findings)),
        standard=asked.standard,
        frame=table.frame,
    )


def reference(path: Path, **reading: Any) -> FeatureTable:  # noqa: ANN401 - the options of formats.read
    """Read a boundary to hold other files against.

    Raises
    ------
    FindingsError
        It cannot be read, or is not sound.
    """
    table, findings = formats.read(path, **reading)
    if table is None or has_errors(findings):
        raise FindingsError(findings)
    return table


def measured(report: LayerCheck, basis: Literal["ellipsoid", "planar", "declared"]) -> list[tuple[str, Area]]:
    """Return each feature and one of its areas, rounded to 0.01 m².

    Raises
    ------
    InputError
        A feature has no such area.
    """
    areas: list[tuple[str, Area]] = []
    for feature in report.features:
        known = {
            "ellipsoid": _rounded(feature.ellipsoid_m2),
            "planar": _rounded(feature.planar_m2),
            "declared": feature.declared,
        }[basis]
        if known is None:
            raise InputError(
                text("Feature {feature} has no area of this kind", feature=feature.feature),
                remedy=text("See 'landquota layer check {file}', or choose others with --areas.", file=report.path),
            )
        areas.append((feature.feature, known))
    return areas


def _refuse_unknown(kind: str | None) -> None:
    kinds = {layer.kind for layer in standards.layers().values()}
    if kind is None or kind in kinds or standards.named(kind) is not None:
        return
    known = sorted({*standards.layers(), *kinds})
    nearest = difflib.get_close_matches(kind.upper(), known, n=1)
    hint: Text | str = text("Did you mean '{nearest}'? ", nearest=nearest[0]) if nearest else ""
    raise UsageError(
        text("'{kind}' is not a kind of layer", kind=kind),
        remedy=text("{hint}There are: {kinds}.", hint=hint, kinds=", ".join(known)),
    )


def _known_checks(names: Iterable[str]) -> frozenset[str]:
    standards.profile("constraint").without(names)
    return frozenset(names)


def _declared(table: FeatureTable, measured_m2: Floats) -> Sequence[Area | None]:
    """Return the areas that the reader found declared, else those of the table's best area column."""
    if any(area is not None for area in table.declared_area_m2):
        return table.declared_area_m2
    found = standards.declared(table, measured_m2)
    return table.declared_area_m2 if found is None else found.areas


def _measured(
    table: FeatureTable, planar: Floats, ellipsoid: Floats, declared: Sequence[Area | None]
) -> Iterable[FeatureCheck]:
    frame = table.frame
    names = column_of(frame, _NAME_COLUMNS)
    labels = names_of(frame[names]) if names is not None else [""] * len(frame)
    rows = zip(table.places, labels, planar.tolist(), ellipsoid.tolist(), declared, strict=True)
    for number, (place, name, planar_m2, ellipsoid_m2, written) in enumerate(rows):
        feature = place.feature if place.feature is not None else str(number)
        yield FeatureCheck(feature, name or None, _known(planar_m2), _known(ellipsoid_m2), written, place)


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
