"""Layers from their catalogued files: read, checked by themselves, brought into one reference system."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import ProjError

from landquota import formats
from landquota.crs import OLD_DATUMS, Datum, datum, describe, horizontal
from landquota.findings import Finding, Place, has_errors
from landquota.formats.shapefile import parts
from landquota.layers.catalogue import CatalogEntry, crs_of, in_project
from landquota.layers.standard import standardised

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_CHUNK_BYTES: Final = 1 << 20


@dataclass(frozen=True)
class Source:
    """A layer that was read, and where its features stand."""

    entry: CatalogEntry
    frame: GeoDataFrame
    places: tuple[Place, ...]


def catalogued(folder: Path, entry: CatalogEntry) -> tuple[Source | None, list[Finding]]:
    """Read the file of a catalogue's entry; findings name it as the catalogue does."""
    source, findings = examined(folder / entry.file, entry)
    beside = PurePosixPath(entry.file).parent
    findings = [replace(finding, place=_in_project(finding.place, beside)) for finding in findings]
    if source is not None:
        source = replace(source, places=tuple(_in_project(place, beside) for place in source.places))
    return source, findings


def examined(path: Path, entry: CatalogEntry) -> tuple[Source | None, list[Finding]]:
    """Read the file of an entry, in its own reference system, and check it as its kind needs it."""
    declared = crs_of(entry)
    table, findings = formats.read(path, layer=entry.layer or None, encoding=entry.encoding or None, crs=declared)
    if table is None or has_errors(findings):
        return None, findings
    if declared is not None and not _same(table.frame.crs, declared):
        params = {"name": entry.name, "catalogue": describe(declared), "file": describe(table.frame.crs)}
        return None, [*findings, Finding("LAYER-CRS-DIFFERS", entry.place("crs"), params)]
    frame, found = standardised(table, entry)
    findings += found
    if frame is None:
        return None, findings
    known = replace(entry, features=len(frame), sha256=digest(path))
    return Source(known, frame, table.places), findings


def projected(source: Source, crs: pyproj.CRS) -> tuple[Source | None, list[Finding]]:
    """Return the layer in `crs`; None where only secret parameters could bring it there."""
    frame, entry = source.frame, source.entry
    if _same(frame.crs, crs):
        return replace(source, frame=frame.set_crs(crs, allow_override=True)), []
    params = {"name": entry.name, "crs": describe(frame.crs), "project": describe(crs)}
    transformer = _transformer(frame.crs, crs)
    if transformer is None:
        return None, [Finding("LAYER-DATUM", entry.place("file"), params)]
    moved = shapely.transform(frame.geometry.to_numpy(), lambda xy: np.column_stack(transformer.transform(*xy.T)))
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        return None, [Finding("LAYER-TRANSFORM", entry.place("file"), params)]
    return replace(source, frame=frame.set_geometry(moved, crs=crs)), []


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


def _in_project(place: Place, beside: PurePosixPath) -> Place:
    """Return a place in a file of the layers folder, named from the project's folder."""
    if place.file is None or "/" in place.file:
        return place
    return replace(place, file=in_project(str(beside / place.file)))


def _same(crs: pyproj.CRS, other: pyproj.CRS) -> bool:
    if crs.to_epsg() is not None:
        return bool(crs.to_epsg() == other.to_epsg())
    return bool(crs.equals(other, ignore_axis_order=True))


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
    geodetic = horizontal(crs).geodetic_crs
    wgs84 = geodetic is not None and geodetic.datum is not None and "World Geodetic System 1984" in geodetic.datum.name
    return wgs84 or datum(crs) is Datum.CGCS2000
