"""A table of features in another reference system, without a project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from landquota.findings import Finding, FindingsError
from landquota.layers.catalogue import CatalogEntry
from landquota.layers.sources import Source, projected

if TYPE_CHECKING:
    import pyproj
    from geopandas import GeoDataFrame

    from landquota.datum_shift import DatumShift
    from landquota.formats.table import FeatureTable


def transformed(
    table: FeatureTable, crs: pyproj.CRS, *, shift: DatumShift | None = None
) -> tuple[GeoDataFrame, list[Finding]]:
    """Return the features of a table in `crs`, as layers are brought into a project's.

    Raises
    ------
    FindingsError
        The table has no system, or only secret parameters lead to `crs`.
    """
    entry = CatalogEntry(name=table.layer, kind="context", file=table.path.name)
    moved, findings = projected(Source(entry, table.frame, table.places), crs, shift=shift)
    if moved is None:
        raise FindingsError(findings)
    return moved.frame, findings
