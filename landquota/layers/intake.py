"""Taking files into the project and out of it: checked, copied with all their parts, listed in the catalogue."""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from landquota.dates import parse_date
from landquota.errors import UsageError
from landquota.findings import Finding, FindingsError, Place, has_errors, worst_first
from landquota.formats.tables import append_row, remove_row, replace_row, write_csv
from landquota.i18n import text
from landquota.layers import quality
from landquota.layers.catalogue import (
    CATALOGUE_COLUMNS,
    CATALOGUE_FILE,
    CatalogEntry,
    entry_findings,
    read_catalogue,
    rows_of,
)
from landquota.layers.holdings import exchanged, given_up
from landquota.layers.lock import locked
from landquota.layers.quality import Asked, areas_m2
from landquota.layers.relations import TIED_KINDS, related
from landquota.layers.sources import Source, catalogued, examined, members, projected
from landquota.layers.standard import OURS

if TYPE_CHECKING:
    import pyproj

    from landquota.datum_shift import DatumShift


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
    coverage: str = "",
    replace: bool = False,
    project_crs: pyproj.CRS | None = None,
    shift: DatumShift | None = None,
    county: str = "",
    without: Iterable[str] = (),
    **reading: Any,  # noqa: ANN401 - see below
) -> tuple[CatalogEntry, list[Finding]]:
    """Check a file, copy it into a project's layers folder, and list it in the catalogue.

    A file that stands in the folder already is only listed.  With any error nothing is written,
    and errors are also those that would keep the project from being built afterwards, such as a
    parcel of a zone that no layer holds.

    Parameters
    ----------
    folder
        The layers folder; a catalogue is begun where there is none.
    file
        The file to take in; a shapefile with all its parts, a file geodatabase as a folder.
    name, kind, layer, crs, encoding, date, source, nature, title, title_en, note, coverage
        The columns of the catalogue.
    replace
        Whether the layer takes the place of one of that name, whose files are removed.
    project_crs
        The system that the project keeps its layers in, to try whether the layer can be brought
        into it.
    shift
        The user's own parameters between two datums.
    county
        行政区划代码 that codes have to lie in.
    without
        Checks to leave out, of :data:`landquota.standards.CHECKS`.
    **reading
        Further options of :func:`landquota.formats.read`: region, central meridian, limits.

    Returns
    -------
    tuple
        The entry as it was written, and findings that are no errors.

    Raises
    ------
    FindingsError
        The file, its columns or the entry hold errors.
    InputError
        `date` is no date, something cannot be written, or another process is changing the layers.
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
        coverage=coverage,
    )
    without = frozenset(without)
    # Reading a file may take long and depends on no other layer; the rest happens under the lock.
    taken, found = _checked(file, entry, county=county, without=without, reading=reading)
    with locked(folder):
        findings = _enter(folder, file, entry, taken, found, replace=replace, crs=project_crs, shift=shift)
    return (entry if taken is None else taken.entry), findings


def _enter(
    folder: Path,
    file: Path,
    entry: CatalogEntry,
    taken: Source | None,
    found: list[Finding],
    *,
    replace: bool,
    crs: pyproj.CRS | None,
    shift: DatumShift | None,
) -> list[Finding]:
    """Put a checked file among the layers as the catalogue lists them now; return findings that are no errors."""
    held = file.resolve().is_relative_to(folder.resolve())
    listed, findings = read_catalogue(folder) if (folder / CATALOGUE_FILE).exists() else ((), [])
    name = entry.name
    former = next((other for other in listed if other.name.casefold() == name.casefold()), None)
    others = [other for other in listed if other is not former]
    old = [] if former is None else given_up(folder, former, [*others, entry] if held else others)
    new = [] if held else members(file)
    findings += entry_findings(entry, folder)
    if former is not None and not replace:
        findings.append(_exists(former))
    else:
        findings += _in_the_way(folder, file, new=new, old=old, others=others)
    findings += found
    if taken is not None:
        entry = taken.entry
        findings += _fitting(folder, taken, listed=listed, former=former, crs=crs, shift=shift)
    if has_errors(findings):
        raise FindingsError(findings)
    with exchanged(folder, new=new, old=old):
        _write(folder, entry, former)
    return worst_first(findings)


def plain_name(file: Path) -> str:
    """Return what to call the layer of a file in the project: the file's name as far as a table can bear it."""
    stem = file.name.removesuffix(".zip") if file.suffix.lower() == ".zip" else file.name
    name = re.sub(r"\W+", "_", Path(stem).stem).strip("_")
    return name if name.isidentifier() else f"_{name}".rstrip("_") or "layer"


def remove(folder: Path, name: str) -> CatalogEntry:
    """Take a layer out of the catalogue, and its files out of the folder unless another layer has them too.

    A row with errors can be taken out too.

    Raises
    ------
    UsageError
        The catalogue lists no layer of that name.
    FindingsError
        The catalogue cannot be read.
    InputError
        Something cannot be written, or another process is changing the layers.
    """
    with locked(folder):
        return _removed(folder, name)


def _removed(folder: Path, name: str) -> CatalogEntry:
    rows, findings = rows_of(folder)
    if has_errors(findings):
        raise FindingsError(findings)
    listed = [entry for entry, _ in rows]
    entry = next((entry for entry in listed if entry.name == name), None)
    if entry is None:
        raise _unknown(name, [entry.name for entry in listed])
    others = [other for other in listed if other is not entry]
    with exchanged(folder, new=[], old=given_up(folder, entry, others)):
        remove_row(folder / CATALOGUE_FILE, entry.row)
    return entry


def _unknown(name: str, known: Sequence[str]) -> UsageError:
    nearest = difflib.get_close_matches(name, known, n=1)
    said = text("Did you mean '{nearest}'? ", nearest=nearest[0]) if nearest else ""
    return UsageError(
        text("There is no layer '{name}'", name=name),
        remedy=text("{hint}There are: {layers}.", hint=said, layers=", ".join(known) or "—"),
    )


def _exists(entry: CatalogEntry) -> Finding:
    return Finding("LAYER-EXISTS", entry.place(), {"name": entry.name, "file": entry.file})


def _in_the_way(
    folder: Path, file: Path, *, new: Sequence[Path], old: Sequence[Path], others: Sequence[CatalogEntry]
) -> list[Finding]:
    """Return whose files have the names of the `new` ones; one finding, however many parts a file has."""
    targets = [folder / file.name for file in new]
    taken = [target for target in targets if target.exists() and target not in old]
    if not taken:
        return []
    owner = next((entry for entry in others if set(taken) & set(members(folder / entry.file))), None)
    return [_exists(owner) if owner is not None else Finding("LAYER-FILE-EXISTS", Place(file=file.name))]


def _checked(
    file: Path, entry: CatalogEntry, *, county: str, without: frozenset[str], reading: dict[str, Any]
) -> tuple[Source | None, list[Finding]]:
    """Return the layer, its entry with what the file told of it, and what is wrong with it by itself."""
    source, table, findings = examined(file, entry, **reading)
    if source is None or table is None:
        return None, findings
    asked = Asked.of(table, entry.kind, county=county, region=reading.get("region"))
    done = {"schema", "ids"} if entry.kind in OURS else set()  # when the columns were brought into form
    asked = dataclasses.replace(asked, profile=asked.profile.without(without | done))
    planar_m2, ellipsoid_m2 = areas_m2(table)
    return source, findings + quality.findings(table, planar_m2, ellipsoid_m2, asked)


def _fitting(
    folder: Path,
    source: Source,
    *,
    listed: Sequence[CatalogEntry],
    former: CatalogEntry | None,
    crs: pyproj.CRS | None,
    shift: DatumShift | None,
) -> list[Finding]:
    """Return what is wrong with a layer among the project's others, brought into its system."""
    if crs is None:
        return _among_others(folder, source, listed, former)
    moved, findings = projected(source, crs, shift=shift)
    return findings if moved is None else findings + _among_others(folder, moved, listed, former)


def _among_others(
    folder: Path, source: Source, listed: Sequence[CatalogEntry], former: CatalogEntry | None
) -> list[Finding]:
    """Return what would be wrong between the layers, and is not already, with `source` in the place of `former`."""
    present: list[Source] = []
    for entry in listed:
        other, _ = catalogued(folder, entry) if entry.kind in TIED_KINDS else (None, [])
        moved, _ = projected(other, source.frame.crs) if other is not None else (None, [])
        present += [] if moved is None else [moved]
    kept = [other for other in present if former is None or other.entry.name != former.name]
    _, before = related(present)
    _, after = related([*kept, source])
    return [finding for finding in after if finding not in before]


def _write(folder: Path, entry: CatalogEntry, former: CatalogEntry | None) -> None:
    catalogue = folder / CATALOGUE_FILE
    row = {column: value for column, value in dataclasses.asdict(entry).items() if column in CATALOGUE_COLUMNS}
    if former is not None:
        replace_row(catalogue, former.row, row)
    elif catalogue.exists():
        append_row(catalogue, row)
    else:
        write_csv(catalogue, CATALOGUE_COLUMNS, [list(row.values())])
