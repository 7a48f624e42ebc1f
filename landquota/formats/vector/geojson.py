"""What GDAL passes over in a GeoJSON: texts that are not UTF-8, and reference systems that it does not know.

It takes longitudes and latitudes of WGS 84 for granted where it does not understand the system that
the file names (an older member ``crs``, before RFC 7946).
"""

from __future__ import annotations

import codecs
import mmap
import re
from pathlib import Path
from typing import Final

import pyproj
import pyproj.exceptions

from landquota.findings import Finding, Place

_CHUNK_BYTES: Final = 1 << 20
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


def system_findings(path: Path) -> list[Finding]:
    """Return a finding if the file names a reference system that nobody knows, or links to one."""
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
