"""Whether the workspace still shows what stands in ``layers/``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from landquota.findings import Finding, Place
from landquota.i18n import Text, text
from landquota.layers.catalogue import CATALOGUE_FILE, CatalogEntry, in_project, read_catalogue
from landquota.layers.sources import digest
from landquota.layers.store import Layers


def stale(folder: Path, layers: Layers) -> list[Finding]:
    """Find layers whose row or source has changed, come or gone since `layers` were built.

    Only hashes are compared: nothing is read as geodata.

    Parameters
    ----------
    folder
        The layers folder.
    layers
        What the workspace holds.

    Returns
    -------
    list of Finding
        LAYER-STALE for each layer that differs; what is wrong with the new rows is left to ``build``.
        LAYER-LEFT-OUT for each that the workspace does not hold because nothing leads from its datum.
    """
    listed, _ = read_catalogue(folder)
    left_out = [
        Finding("LAYER-LEFT-OUT", entry.place(), {"name": entry.name})
        for entry in listed
        if entry.name in layers.left_out
    ]
    return [*_changes(folder, {entry.name: entry for entry in listed}, layers), *left_out]


def _changes(folder: Path, listed: Mapping[str, CatalogEntry], layers: Layers) -> Iterator[Finding]:
    built = {entry.name: entry for entry in layers.catalogue}
    hashes = {**layers.left_out, **{entry.name: entry.sha256 for entry in layers.catalogue}}
    for entry in listed.values():
        reason = _change(folder, entry, built.get(entry.name), hashes.get(entry.name))
        if reason is not None:
            yield Finding("LAYER-STALE", entry.place(), {"name": entry.name, "reason": reason})
    for name in hashes:
        if name not in listed:
            params = {"name": name, "reason": text("the catalogue no longer lists it, or has an error there")}
            yield Finding("LAYER-STALE", Place(file=in_project(CATALOGUE_FILE)), params)


def _change(folder: Path, entry: CatalogEntry, built: CatalogEntry | None, sha256: str | None) -> Text | None:
    """Return what has changed of one layer since it was built, the most telling first; None for nothing."""
    if sha256 is None:
        return text("it is new in the catalogue")
    if not (folder / entry.file).exists():
        return text("its file is gone")
    try:
        if digest(folder / entry.file) != sha256:
            return text("its file has changed")
    except OSError as problem:
        return text("its file cannot be read: {problem}", problem=problem.strerror)
    if built is not None and replace(built, row=entry.row, features=0, sha256="") != entry:
        return text("its row in the catalogue has changed")
    return None
