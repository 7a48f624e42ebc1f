"""How large a file may be: a guard against hostile and mistaken input, which its owner can lift.

The shipped limits lie far above what a county's land survey holds, and below what brings an
ordinary machine to its knees.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from landquota.findings import Finding, Place

_KIB: Final = 1024
_GIB: Final = _KIB**3


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a file may hold at most.

    Attributes
    ----------
    file_bytes
        The size of a file; of a folder, of all its files together.
    vertices, features
        What one layer may hold.
    entries, unpacked_bytes
        How many files an archive may hold, and their sizes together, unpacked.
    ratio
        How many times larger than the archive its content may be.
    nesting
        How many archives may lie within one another, the outermost not counted.
    """

    file_bytes: int = 2 * _GIB
    vertices: int = 50_000_000
    features: int = 5_000_000
    entries: int = 10_000
    unpacked_bytes: int = 8 * _GIB
    ratio: int = 200
    nesting: int = 1


DEFAULT: Final = Limits()

#: Lifts every size.  Archives within archives stay limited, for one can hold itself.
UNLIMITED: Final = Limits(
    file_bytes=sys.maxsize,
    vertices=sys.maxsize,
    features=sys.maxsize,
    entries=sys.maxsize,
    unpacked_bytes=sys.maxsize,
    ratio=sys.maxsize,
)


def file_findings(path: Path, limits: Limits = DEFAULT) -> list[Finding]:
    """Return a finding if a file, or a folder with all its files, is larger than it may be.

    Raises
    ------
    OSError
        The file cannot be looked at.
    """
    files = [file for file in path.rglob("*") if file.is_file()] if path.is_dir() else [path]
    size = sum(file.stat().st_size for file in files)
    if size <= limits.file_bytes:
        return []
    params = {"size": words(size), "limit": words(limits.file_bytes)}
    return [Finding("LIMIT-FILE-SIZE", Place(file=path.name), params)]


def layer_findings(path: Path, *, features: int = 0, vertices: int = 0, limits: Limits = DEFAULT) -> list[Finding]:
    """Return a finding for each count of a layer that is larger than it may be."""
    counts = (("LIMIT-FEATURES", features, limits.features), ("LIMIT-VERTICES", vertices, limits.vertices))
    return [
        Finding(code, Place(file=path.name), {"count": f"{count:,}", "limit": f"{limit:,}"})
        for code, count, limit in counts
        if count > limit
    ]


def words(size: int) -> str:
    """Return a number of bytes for people, in the largest unit that leaves a whole number before the point."""
    value, units = float(size), ["bytes", "KiB", "MiB", "GiB"]
    while value >= _KIB and len(units) > 1:
        value, units = value / _KIB, units[1:]
    return f"{value:.0f} {units[0]}" if units[0] == "bytes" else f"{value:.1f} {units[0]}"
