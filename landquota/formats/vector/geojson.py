"""What GDAL passes over in a GeoJSON: texts that are not UTF-8, parts of features, unknown reference systems.

It takes longitudes and latitudes of WGS 84 for granted where it does not understand the system that
the file names (an older member ``crs``, before RFC 7946).
"""

from __future__ import annotations

import codecs
import mmap
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyproj
import pyproj.exceptions
import shapely

from landquota.findings import Finding, Place, has_errors
from landquota.formats import geometry
from landquota.formats.limits import words
from landquota.formats.vector.structure import Structure, structure

if TYPE_CHECKING:
    import geopandas

_CHUNK_BYTES: Final = 1 << 20
#: Up to here the JSON is gone through: 100 MB take 2 s and 0.5 GB of memory.
_EXAMINED_BYTES: Final = 256 << 20
_SAMPLE_BYTES: Final = 30
_SYSTEM: Final = re.compile(
    rb'"crs"\s*:\s*\{\s*(?:"type"\s*:\s*"(?P<type>\w+)"\s*,\s*)?"properties"\s*:\s*\{[^{}]*?"name"\s*:\s*"(?P<name>[^"]*)"'
)
_LINK: Final = re.compile(rb'"crs"\s*:\s*\{[^{}]*(?:\{[^{}]*\}[^{}]*)?"type"\s*:\s*"(?:link|url)"', re.IGNORECASE)


def text_findings(path: Path) -> list[Finding]:
    """Return the first place where a file is not UTF-8, and how it reads as GB18030.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines, kept = 1, b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as problem:
                bad = problem.object[problem.start :] + file.read(_SAMPLE_BYTES)
                sample = bad[:_SAMPLE_BYTES].split(b'"')[0].decode("gb18030", "replace")
                line = lines + problem.object.count(b"\n", len(kept), problem.start)
                return [Finding("FILE-NOT-UTF8", Place(file=path.name, line=line), {"sample": sample})]
            kept = decoder.getstate()[0]
            lines += chunk.count(b"\n")
    return []


def examined(
    path: Path, frame: geopandas.GeoDataFrame, *, most_bytes: int = _EXAMINED_BYTES
) -> tuple[geopandas.GeoDataFrame | None, list[Finding]]:
    """Compare what GDAL made of a GeoJSON with what stands in it.

    Parameters
    ----------
    frame
        What GDAL made of it.
    most_bytes
        Up to what size the JSON is gone through; of a larger one only the reference system is looked for.

    Returns
    -------
    tuple
        The features, with whole numbers that floating point would round as texts, and without the
        reference system where the file names another one; None where something was lost.
    """
    place, size = Place(file=path.name), path.stat().st_size
    if size > most_bytes:
        findings = [Finding("FILE-UNEXAMINED", place, {"size": words(size)})]
        unknown = _system_findings(path)
        return (geometry.in_system(frame, None) if unknown else frame), findings + unknown
    found, findings = structure(path)
    if found is None:
        return None, findings
    findings = list(found.findings) or _losses(frame, found, place)
    if has_errors(findings):
        return None, findings
    frame, notes = _exact(frame, found, place)
    if _is_understood(found.crs, frame.crs):
        return frame, findings + notes
    return geometry.in_system(frame, None), [*findings, *notes, Finding("FILE-PRJ", place)]


def _losses(frame: geopandas.GeoDataFrame, found: Structure, place: Place) -> list[Finding]:
    """Say that less was read than there is, whatever the reason may be."""
    if len(frame) != len(found.features):
        return [Finding("FILE-FEATURES-LOST", place, {"read": len(frame), "said": len(found.features)})]
    read = shapely.get_num_coordinates(frame.geometry.to_numpy())
    lost = np.flatnonzero(read != np.array(found.positions))
    return [
        Finding(
            "FILE-VERTICES-LOST",
            Place(file=place.file, feature=found.names[number]),
            {"read": int(read[number]), "said": found.positions[number]},
        )
        for number in lost
    ]


def _exact(
    frame: geopandas.GeoDataFrame, found: Structure, place: Place
) -> tuple[geopandas.GeoDataFrame, list[Finding]]:
    """Put texts in the place of whole numbers that became others, two ids one, when they became floating point."""
    findings = []
    for column in frame.columns.drop(frame.geometry.name):
        if frame[column].dtype.kind not in "iu" and found.beyond_float(column):
            cells = zip(frame[column], found.values(column), strict=True)
            texts = [_text(value, cell) for cell, value in cells]
            frame = frame.assign(**{column: np.array(texts, dtype=object)})
            findings.append(Finding("FILE-NUMBER-LONG", Place(file=place.file, column=column)))
    return frame, findings


def _text(value: object, cell: object) -> object:
    """Return a number as the text that stands in the file, and what is none as GDAL has it."""
    return str(value) if type(value) in {int, float} else None if value is None else cell


def _is_understood(said: object, taken: pyproj.CRS | None) -> bool:
    """Return whether GDAL took the reference system that a member ``crs`` names."""
    if said is None:
        return True
    if not isinstance(said, dict) or not isinstance(said.get("properties"), dict):
        return False
    properties = said["properties"]
    name = properties.get("name", f"EPSG:{properties.get('code')}")
    if str(said.get("type", "name")).casefold() not in {"name", "epsg"} or taken is None:
        return False
    return _is_known(str(name)) and taken.to_2d().equals(pyproj.CRS(str(name)).to_2d(), ignore_axis_order=True)


def _system_findings(path: Path) -> list[Finding]:
    """Return a finding if a large file names a reference system that nobody knows, or links to one."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        named = _SYSTEM.search(content)
        known = named is None or _is_known(named["name"].decode("utf-8", "replace"))
        if known and _LINK.search(content) is None:
            return []
    return [Finding("FILE-PRJ", Place(file=path.name))]


def _is_known(name: str) -> bool:
    try:
        pyproj.CRS.from_user_input(name)
    except pyproj.exceptions.CRSError:
        return False
    return True
