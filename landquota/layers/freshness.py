"""Whether the workspace still shows what stands in ``layers/``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from landquota.findings import Finding
from landquota.layers.catalogue import CatalogEntry, read_catalogue
from landquota.layers.store import Layers, digest


def stale(folder: Path, layers: Layers) -> list[Finding]:
    """Find layers whose catalogued source has changed, come or gone since `layers` were built.

    Only hashes are compared: nothing is read as geodata.
    """
    listed, _ = read_catalogue(folder)
    return list(_changes({entry.name: entry for entry in listed}, folder, layers))


def _changes(listed: dict[str, CatalogEntry], folder: Path, layers: Layers) -> Iterator[Finding]:
    for entry in layers.catalogue:
        now = listed.pop(entry.name, None)
        if now is None or not (folder / now.file).exists() or digest(folder / now.file) != entry.sha256:
            yield Finding("LAYER-STALE", entry.place("file"), {"name": entry.name})
    for entry in listed.values():
        yield Finding("LAYER-STALE", entry.place("file"), {"name": entry.name})
