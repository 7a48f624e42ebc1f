"""Layers of the workspace as the analyses take them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from landquota.analyses import Given, Land, land_of, plane_of
from landquota.findings import Finding, Place
from landquota.formats.names import names_of
from landquota.formats.table import FeatureTable

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from landquota.layers.catalogue import CatalogEntry
    from landquota.project import Project


def given_of(frame: GeoDataFrame, kind: str, id_column: str, *, entry: CatalogEntry | None = None) -> Given:
    """Return features of one kind, with what the catalogue says where they are of one layer."""
    ids = tuple(names_of(frame[id_column]))
    name = kind if entry is None else entry.name
    table = FeatureTable(
        Path(name), name, "GeoPackage", frame, tuple(Place(file=name, feature=each) for each in ids), (None,) * len(ids)
    )
    if entry is None:
        return Given(name, kind, table, ids, id_column)
    about = {"title": entry.title, "title_en": entry.title_en, "nature": entry.nature, "coverage": entry.coverage}
    return Given(name, kind, table, ids, id_column, **about, dated=entry.date)


def land_in(parcels: GeoDataFrame, project: Project) -> tuple[Land | None, list[Finding]]:
    """Return the project's parcels in a plane, their areas measured by the project's method."""
    given = given_of(parcels, "parcels", "parcel")
    areas = "planar" if project.area_method == "planar" else "ellipsoid"
    return land_of(given, plane_of(given, parcels.crs), areas=areas)  # type: ignore[arg-type]
