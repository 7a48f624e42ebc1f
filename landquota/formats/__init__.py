"""Readers and writers, one module per family of formats; the only code that opens users' files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from landquota.findings import Finding, Place

if TYPE_CHECKING:
    import pyproj

    from landquota.formats.table import FeatureTable


def read(
    path: Path,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    crs: pyproj.CRS | None = None,
    assumed_meridian_deg: int = 120,
) -> tuple[FeatureTable | None, list[Finding]]:
    """Read one layer of features from any format that is read, and say all that is wrong with it.

    Parameters
    ----------
    path
        A vector file, the folder of a file geodatabase, or a boundary TXT.
    layer
        Which layer, where the file holds several.
    encoding
        How the texts are encoded, where the file does not say it.
    crs
        The reference system, known from elsewhere, of a file that declares none.
    assumed_meridian_deg
        Central meridian of the 3-degree zone to assume for eastings without a zone prefix, where
        neither the file nor `crs` says it.

    Returns
    -------
    tuple
        The features in the file's own system and the findings; None where nothing can be read.
        Features whose geometry cannot be measured are kept, each with its finding.
    """
    # Imported here: `landquota.formats.tables` is needed without the geometry libraries.
    from landquota.formats import geometry  # noqa: PLC0415

    if not path.exists():
        return None, [Finding("FILE-MISSING", Place(file=path.name), {"path": path})]
    if path.suffix.lower() == ".txt":
        from landquota.formats import boundary_txt  # noqa: PLC0415

        table, findings = boundary_txt.read(path, encoding=encoding, assumed_meridian_deg=assumed_meridian_deg)
    else:
        from landquota.formats import vector  # noqa: PLC0415

        table, findings = vector.read(path, layer=layer, encoding=encoding)
        if table is not None:
            table, found = _located(table, crs, assumed_meridian_deg)
            findings += found
    if table is not None:
        findings += geometry.check(table.frame.geometry.to_numpy(), table.places)
    return table, findings


def _located(
    table: FeatureTable, known: pyproj.CRS | None, assumed_meridian_deg: int
) -> tuple[FeatureTable, list[Finding]]:
    """Return the table in the reference system that its declaration and coordinates agree on."""
    from landquota.formats import geometry  # noqa: PLC0415 - see `read`
    from landquota.formats.resolution import resolve  # noqa: PLC0415

    bounds = geometry.bounds(table.frame.geometry.to_numpy())
    declared = table.frame.crs
    if known is not None and (declared is None or _defaulted(table, bounds)):
        declared = known
    crs, findings = resolve(
        declared, bounds, place=Place(file=table.path.name), assumed_meridian_deg=assumed_meridian_deg
    )
    return replace(table, frame=geometry.in_system(table.frame, crs)), findings


def _defaulted(table: FeatureTable, bounds: tuple[float, float, float, float] | None) -> bool:
    """Return whether a GeoJSON's system is only the format's default, which its metres deny."""
    metres = bounds is not None and max(map(abs, bounds)) > 360  # noqa: PLR2004 - no longitude is larger
    return table.format == "GeoJSON" and table.frame.crs.to_epsg() == 4326 and metres  # noqa: PLR2004 - WGS 84
