"""Taking a file into the project: checked, copied with all its parts, listed in the catalogue."""

from __future__ import annotations

import shutil
from dataclasses import asdict, replace
from pathlib import Path

from landquota.dates import parse_date
from landquota.errors import InputError
from landquota.findings import Finding, FindingsError, Place, has_errors, worst_first
from landquota.formats.shapefile import parts
from landquota.formats.tables import append_row, write_csv
from landquota.i18n import text
from landquota.layers.catalogue import (
    CATALOGUE_COLUMNS,
    CATALOGUE_FILE,
    CatalogEntry,
    entry_findings,
    read_catalogue,
)
from landquota.layers.store import examined, id_findings
from landquota.topology import overlaps


def add(
    folder: Path,
    file: Path,
    *,
    name: str,
    kind: str,
    layer: str | None = None,
    crs: str = "",
    encoding: str | None = None,
    date: str = "",
    source: str = "",
    nature: str = "surveyed",
    title: str = "",
    title_en: str = "",
    note: str = "",
) -> tuple[CatalogEntry, list[Finding]]:
    """Check a file, copy it into a project's layers folder, and append its row to the catalogue.

    A file that stands in the folder already is only listed.  With any error nothing is written.

    Parameters
    ----------
    folder
        The layers folder; a catalogue is begun where there is none.
    file
        The file to take in; a shapefile with all its parts, a file geodatabase as a folder.
    name, kind, layer, crs, encoding, date, source, nature, title, title_en, note
        The columns of the catalogue.

    Returns
    -------
    tuple
        The entry as it was written, and findings that are no errors.

    Raises
    ------
    FindingsError
        The file, its columns or the entry hold errors.
    InputError
        `date` is no date, or something cannot be written.
    """
    held = file.resolve().is_relative_to(folder.resolve())
    entry = CatalogEntry(
        name=name,
        kind=kind,
        file=file.resolve().relative_to(folder.resolve()).as_posix() if held else file.name,
        layer=layer or "",
        crs=crs,
        encoding=encoding or "",
        date=parse_date(date).isoformat() if date else "",
        source=source,
        nature=nature,
        title=title,
        title_en=title_en,
        note=note,
    )
    entry, findings = _examined(folder, file, entry)
    copied = [] if held else _copied(file, folder)
    try:
        _listed(folder, entry)
    except InputError:
        _removed(copied)
        raise
    return entry, findings


def _examined(folder: Path, file: Path, entry: CatalogEntry) -> tuple[CatalogEntry, list[Finding]]:
    """Return the entry with what the file told of it; raise with all findings where one is an error."""
    listed, findings = read_catalogue(folder) if (folder / CATALOGUE_FILE).exists() else ((), [])
    findings += entry_findings(entry, folder, taken=[other.name for other in listed])
    source, found = examined(file, entry)
    findings += found
    if source is not None:
        findings += id_findings([source])
        if entry.kind == "parcels":
            findings += overlaps(source.frame, id_column="parcel", file=file.name)
    if has_errors(findings) or source is None:
        raise FindingsError(findings)
    known = replace(entry, features=source.entry.features, sha256=source.entry.sha256)
    return known, worst_first(findings)


def _copied(file: Path, folder: Path) -> list[Path]:
    """Copy a file with its parts; all of them or none."""
    members = parts(file) if file.suffix.lower() == ".shp" else [file]
    targets = [folder / member.name for member in members]
    taken = [target for target in targets if target.exists()]
    if taken:
        raise FindingsError([Finding("LAYER-FILE-EXISTS", Place(file=target.name)) for target in taken])
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for member, target in zip(members, targets, strict=True):
            if member.is_dir():
                shutil.copytree(member, target)
            else:
                shutil.copyfile(member, target)
    except OSError as problem:
        _removed(targets)
        raise InputError(
            text("{file} cannot be copied: {problem}", file=file, problem=problem.strerror),
            remedy=text("Check that {folder} can be written to and has room.", folder=folder),
        ) from problem
    return targets


def _removed(targets: list[Path]) -> None:
    for target in targets:
        if target.is_dir():
            shutil.rmtree(target, ignore_errors=True)
        else:
            target.unlink(missing_ok=True)


def _listed(folder: Path, entry: CatalogEntry) -> None:
    catalogue = folder / CATALOGUE_FILE
    row = {column: value for column, value in asdict(entry).items() if column in CATALOGUE_COLUMNS}
    if catalogue.exists():
        append_row(catalogue, row)
    else:
        write_csv(catalogue, CATALOGUE_COLUMNS, [list(row.values())])
