"""Layers from their catalogued files: read, checked by themselves, brought into one reference system."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import ProjError

from landquota import formats
from landquota.crs import OLD_DATUMS, Datum, datum, describe, on_wgs84, same
from landquota.datum_shift import DatumShift, Move
from landquota.findings import Finding, Place, has_errors
from landquota.formats.limits import UNLIMITED
from landquota.formats.location.evidence import Region
from landquota.formats.vector.shapefile import parts
from landquota.layers.catalogue import CONTEXT, CatalogEntry, crs_of, in_project
from landquota.layers.standard import standardised

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from landquota.formats.table import FeatureTable

_CHUNK_BYTES: Final = 1 << 20
#: Said of a file whose own word, or whose coordinates, the catalogue overrules.
_OVERRULED: Final = "CRS-STATED"
#: Said of points and lines; context is looked at and never measured.
_WITHOUT_AREA: Final = frozenset({"GEOM-NOT-POLYGON", "GEOM-NO-POLYGON"})


@dataclass(frozen=True)
class Source:
    """A layer that was read, and where its features stand."""

    entry: CatalogEntry
    frame: GeoDataFrame
    places: Sequence[Place]


def catalogued(
    folder: Path, entry: CatalogEntry, *, region: Region | None = None, assumed_meridian_deg: int = 120
) -> tuple[Source | None, list[Finding]]:
    """Read the file of a catalogue's entry, however large; findings name it as the catalogue does."""
    reading: dict[str, Any] = {"region": region, "assumed_meridian_deg": assumed_meridian_deg, "limits": UNLIMITED}
    source, _, findings = examined(folder / entry.file, entry, **reading)
    beside = PurePosixPath(entry.file).parent
    findings = [replace(finding, place=_in_project(finding.place, beside)) for finding in findings]
    if source is not None:
        source = replace(source, places=tuple(_in_project(place, beside) for place in source.places))
    return source, findings


def examined(
    path: Path,
    entry: CatalogEntry,
    **reading: Any,  # noqa: ANN401 - see below
) -> tuple[Source | None, FeatureTable | None, list[Finding]]:
    """Read the file of an entry, in its own reference system, and bring it into the form of its kind.

    Parameters
    ----------
    path
        The file.
    entry
        What the catalogue says of it.  Its reference system goes before the file's own, unless
        the file's declaration and its coordinates both speak against it.
    **reading
        Further options of :func:`landquota.formats.read`: region, central meridian, limits.

    Returns
    -------
    tuple
        The layer, the table as its reader gave it, and the findings; None where there is none.
    """
    declared = crs_of(entry)
    table, findings = formats.read(
        path, layer=entry.layer or None, encoding=entry.encoding or None, crs=declared, **reading
    )
    if entry.kind == CONTEXT:
        findings = [finding for finding in findings if finding.code not in _WITHOUT_AREA]
    if table is None or has_errors(findings):
        return None, table, findings
    if declared is not None and (said := _contradiction(findings, table.frame.crs, declared)) is not None:
        params = {"name": entry.name, "catalogue": describe(declared), "file": said}
        rest = [finding for finding in findings if finding.code != _OVERRULED]
        return None, table, [*rest, Finding("LAYER-CRS-DIFFERS", entry.place("crs"), params)]
    frame, found = standardised(table, entry)
    findings += found
    if frame is None:
        return None, table, findings
    known = replace(entry, features=len(frame), sha256=digest(path))
    return Source(known, frame, table.places), table, findings


def projected(
    source: Source, crs: pyproj.CRS, *, shift: DatumShift | None = None
) -> tuple[Source | None, list[Finding]]:
    """Return the layer in `crs`; None where only secret parameters could bring it there and `shift` holds none for it.

    Parameters
    ----------
    source
        The layer in its own system.
    crs
        The system of the project.
    shift
        Private parameters of the user, taken only where no public transformation leads.
    """
    frame, entry = source.frame, source.entry
    if same(frame.crs, crs):
        return replace(source, frame=frame.set_crs(crs, allow_override=True)), []
    params = {"name": entry.name, "crs": describe(frame.crs), "project": describe(crs)}
    move, private = _way(frame.crs, crs, shift)
    if move is None:
        return None, [Finding("LAYER-DATUM", entry.place("file"), params)]
    moved = shapely.transform(frame.geometry.to_numpy(), move)
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        return None, [Finding("LAYER-TRANSFORM", entry.place("file"), params)]
    findings = [Finding("CRS-TRANSFORMED", entry.place("file"), params)] if private else []
    return replace(source, frame=frame.set_geometry(moved, crs=crs)), findings


def members(path: Path) -> list[Path]:
    """Return the files that a layer's source consists of: of a shapefile its parts, else the one file or folder."""
    if path.suffix.lower() == ".shp" and path.parent.is_dir():
        return parts(path)
    return [path] if path.exists() else []


def digest(path: Path) -> str:
    """Return the SHA-256 of a layer's source: of a shapefile all parts, of a folder all files, in their order."""
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else members(path)
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as content:
            while chunk := content.read(_CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest()


def _contradiction(findings: Sequence[Finding], taken: pyproj.CRS, catalogue: pyproj.CRS) -> object | None:
    """Return what the file says its system is, where it and its coordinates say that it is not the catalogue's."""
    overruled = [finding.params for finding in findings if finding.code == _OVERRULED]
    if len(overruled) > 1:
        return next(params["file"] for params in overruled if "file" in params)
    return None if same(taken, catalogue) else describe(taken)


def _in_project(place: Place, beside: PurePosixPath) -> Place:
    """Return a place in a file of the layers folder, named from the project's folder."""
    if place.file is None or "/" in place.file:
        return place
    return replace(place, file=in_project(str(beside / place.file)))


def _way(source: pyproj.CRS, target: pyproj.CRS, shift: DatumShift | None) -> tuple[Move | None, bool]:
    """Return what brings coordinates of shape (n, 2) to `target`, if anything does, and whether it is private."""
    transformer = _transformer(source, target)
    if transformer is not None:
        return lambda xy: np.column_stack(transformer.transform(*xy.T)), False
    if shift is not None and shift.applies(source, target):
        return lambda xy: shift.transform(xy, source=source, target=target), True
    return None, False


def _transformer(source: pyproj.CRS, target: pyproj.CRS) -> pyproj.Transformer | None:
    """Return the transformation between two systems, or None where there is no public one.

    WGS 84 and CGCS2000 agree within a metre and count as one.  Between Xi'an 80 or Beijing 54 and
    anything else the parameters are secret; rough public ones are not taken.
    """
    if datum(source) != datum(target) and {datum(source), datum(target)} & OLD_DATUMS:
        return None
    try:
        return pyproj.Transformer.from_crs(
            source, target, always_xy=True, allow_ballpark=_global(source) and _global(target)
        )
    except ProjError:
        return None


def _global(crs: pyproj.CRS) -> bool:
    return on_wgs84(crs) or datum(crs) is Datum.CGCS2000
