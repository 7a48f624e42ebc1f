"""The land-use layer of a project under its parcels: what each parcel is made of, where the project has the layer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from landquota.analyses import theme_of
from landquota.analyses.classes import classes_of
from landquota.analyses.composition import compose
from landquota.analyses.conversion import LAND_USE, Conversion, conversions
from landquota.findings import Finding
from landquota.reconcile.asked import given_of, land_in

if TYPE_CHECKING:
    from landquota.layers import Layers
    from landquota.layers.catalogue import CatalogEntry
    from landquota.project import Project


@dataclass(frozen=True)
class LandUse:
    """What parcels are made of by great class.

    Attributes
    ----------
    title, title_en
        What the land-use layer is called.
    dated
        As of which day it is, ISO; empty where the catalogue does not say.
    parcels
        The composition of each parcel.
    findings
        What is wrong with the layer under the parcels.
    """

    title: str
    title_en: str
    dated: str
    parcels: Mapping[str, Conversion]
    findings: tuple[Finding, ...]

    def render(self, language: str) -> str:
        """Return what the layer is called, with its day."""
        name = self.title if language == "zh" else self.title_en or self.title
        return f"{name} {self.dated}".strip()


def land_use(layers: Layers, project: Project, *, only: Collection[str] | None = None) -> LandUse | None:
    """Lay the project's parcels over its land-use layer.

    Parameters
    ----------
    layers
        The layers that ``build`` wrote.
    project
        How areas are measured.
    only
        The parcels that are asked for; None is all of them.

    Returns
    -------
    LandUse or None
        None where the project has no land-use layer: then nothing is known.  Without a known
        class for a patch its ground is unknown.
    """
    entries = [each for each in layers.catalogue if each.kind == LAND_USE and each.name in layers.frames]
    parcels = layers.parcels
    if only is not None:
        parcels = parcels[parcels["parcel"].isin(only)].reset_index(drop=True)
    if not entries or parcels.empty:
        return None
    patches = given_of(layers.of_kind(LAND_USE), LAND_USE, "id")
    classes, findings = classes_of(patches, None)
    land, found = land_in(parcels, project)
    findings += found
    if classes is None or land is None:
        return _named(entries, {}, findings)
    theme, found = theme_of(patches, land, classes=classes.values)
    findings += found
    if theme is None:
        return _named(entries, {}, findings)
    composition = compose(land, theme, classes)
    return _named(entries, conversions(composition), [*findings, *composition.findings])


def _named(entries: Sequence[CatalogEntry], parcels: Mapping[str, Conversion], findings: Sequence[Finding]) -> LandUse:
    title, title_en = (", ".join(getattr(e, name) or e.name for e in entries) for name in ("title", "title_en"))
    return LandUse(title, title_en, max(e.date for e in entries), parcels, tuple(findings))
