"""Readers and writers, one module per family of formats; the only code that opens users' files."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypedDict, Unpack

from landquota.findings import Finding, Place

if TYPE_CHECKING:
    import pyproj

    from landquota.formats.archive.reader import Reader
    from landquota.formats.limits import Limits
    from landquota.formats.table import FeatureTable


#: What is read of a large layer first.
OUTLINE: Final = "outline"
#: That, or what lies near a box: west, south, east, north.
Portion: TypeAlias = Literal["outline"] | tuple[float, float, float, float]


class _Location(TypedDict):
    """What is known, besides the file, of where its coordinates lie; see :func:`read`."""

    crs: pyproj.CRS | None
    region: tuple[float, float, float, float] | None
    assumed_meridian_deg: int


# The readers are imported where they are called: `landquota.formats.tables` is needed without the
# geometry libraries.


def read(
    path: Path,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    crs: pyproj.CRS | None = None,
    region: tuple[float, float, float, float] | None = None,
    assumed_meridian_deg: int = 120,
    limits: Limits | None = None,
    portion: Portion | None = None,
) -> tuple[FeatureTable | None, list[Finding]]:
    """Read one layer of features from any format that is read, and say all that is wrong with it.

    Within :func:`landquota.formats.isolation.isolated` a process apart does it.

    Parameters
    ----------
    path
        A vector file, a drawing, a table, a boundary TXT, the folder of a file geodatabase, or a
        zip with any of them.
    layer
        Which layer, where the file holds several.
    encoding
        How the texts are encoded, where the file does not say it.
    crs
        The reference system by the word of somebody who knows; it goes before the file's own.
    region
        West, south, east, north in degrees of where the data is expected.
    assumed_meridian_deg
        Central meridian of the 3-degree zone to assume for eastings without a zone prefix, where
        nothing else says it.
    limits
        How large the file may be; :data:`landquota.formats.limits.DEFAULT` unless given.
    portion
        What of a large layer is wanted, unless all of it: its outline, or the geometries near a
        box in the coordinates of the file, by number and without any check; see
        :mod:`landquota.formats.vector.outline`.

    Returns
    -------
    tuple
        The features in the file's own system and the findings; None where nothing can be read.
        Features whose geometry cannot be measured are kept, each with its finding.
    """
    from landquota.formats import isolation  # noqa: PLC0415 - see above
    from landquota.formats.limits import DEFAULT  # noqa: PLC0415

    reader = isolation.current() or _read_here
    part: dict[str, Any] = {} if portion is None else {"portion": portion}
    return reader(
        path,
        layer=layer,
        encoding=encoding,
        crs=crs,
        region=region,
        assumed_meridian_deg=assumed_meridian_deg,
        limits=DEFAULT if limits is None else limits,
        **part,
    )


def _read_here(
    path: Path,
    *,
    layer: str | None,
    encoding: str | None,
    limits: Limits,
    portion: Portion | None = None,
    **location: Unpack[_Location],
) -> tuple[FeatureTable | None, list[Finding]]:
    """Read in this process; `location` is what is known of where the coordinates lie."""
    from landquota.formats import archive, geometry, signature  # noqa: PLC0415

    if portion is not None:
        return _read_portion(path, portion, layer=layer, limits=limits, **location)
    if not path.exists():
        return None, [Finding("FILE-MISSING", Place(file=path.name), {"path": path})]
    if not (path.is_file() or path.is_dir()):  # a pipe or a device may never end
        return None, [Finding("FILE-NOT-REGULAR", Place(file=path.name))]
    reader: Reader = partial(_read_plain, **location)
    if signature.format_of(path) == signature.ARCHIVE:
        table, findings = archive.read(path, reader, layer=layer, encoding=encoding, limits=limits)
    else:
        table, findings = reader(path, layer=layer, encoding=encoding, limits=limits)
    if table is not None:
        findings += geometry.check(table.frame.geometry.to_numpy(), table.places)
    return table, findings


def _read_portion(
    path: Path, portion: Portion, *, layer: str | None, limits: Limits, **location: Unpack[_Location]
) -> tuple[FeatureTable | None, list[Finding]]:
    """Read the outline of a layer, or what lies near a box."""
    from landquota.formats.vector import outline  # noqa: PLC0415 - see above

    if portion == OUTLINE:
        return outline.outline(path, layer=layer, limits=limits, **location)
    return outline.near(path, layer or "", portion)


def _read_plain(
    path: Path, *, layer: str | None, encoding: str | None, limits: Limits, **location: Unpack[_Location]
) -> tuple[FeatureTable | None, list[Finding]]:
    """Read a file that is no archive."""
    from landquota.formats import boundary, signature  # noqa: PLC0415

    if signature.format_of(path) == boundary.FORMAT:
        return boundary.read(path, encoding=encoding, limits=limits, **location)
    table, findings = _reader(path)(path, layer=layer, encoding=encoding, limits=limits)
    if table is None:
        return None, findings
    table, found = _located(table, **location)
    return table, findings + found


def _reader(path: Path) -> Reader:
    from landquota.formats import signature  # noqa: PLC0415 - and each reader only where it is wanted

    match signature.format_of(path):
        case "CSV" | "XLSX":
            from landquota.formats import sheets  # noqa: PLC0415

            return sheets.read
        case "DXF" | "DWG":
            from landquota.formats import dxf  # noqa: PLC0415

            return dxf.read
        case _:
            from landquota.formats import vector  # noqa: PLC0415

            return vector.read


def _located(
    table: FeatureTable,
    *,
    crs: pyproj.CRS | None,
    region: tuple[float, float, float, float] | None,
    assumed_meridian_deg: int,
) -> tuple[FeatureTable, list[Finding]]:
    """Return the table in the reference system, and the order of axes, that declaration and coordinates agree on."""
    from landquota.formats import geometry  # noqa: PLC0415
    from landquota.formats.location.resolution import locate  # noqa: PLC0415

    geometries = table.frame.geometry.to_numpy()
    resolution, findings = locate(
        table.frame.crs,
        geometry.bounds(geometries),
        place=Place(file=table.path.name),
        stated=crs,
        region=region,
        assumed_meridian_deg=assumed_meridian_deg,
    )
    frame = table.frame.set_geometry(resolution.oriented(geometries)) if resolution.swapped else table.frame
    return replace(table, frame=geometry.in_system(frame, resolution.crs)), findings
