"""The catalogue of a project's layers: which file is which layer, of what kind, from whom."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, Any, Final

from landquota.crs import understood
from landquota.dates import parse_date
from landquota.errors import InputError
from landquota.findings import Finding, Place
from landquota.formats.tables import Row, read_csv
from landquota.formats.vector.shapefile import codec
from landquota.i18n import Text, text

if TYPE_CHECKING:
    import pyproj

#: The folder of a project that holds the layers, and the catalogue in it.
LAYERS_FOLDER: Final = PurePosixPath("layers")
CATALOGUE_FILE: Final = "catalog.csv"
_REQUIRED: Final = ("name", "kind", "file")
_OPTIONAL: Final = (
    *("layer", "crs", "encoding", "date", "source", "nature", "title", "title_en", "note"),
    "coverage",
)
CATALOGUE_COLUMNS: Final = (*_REQUIRED, *_OPTIONAL)

#: What a layer's geometry is: measured, drawn after a description, or made up to show something.
NATURES: Final = ("surveyed", "schematic", "illustrative")
#: Boundaries, water and the like: drawn below everything, never compared.
CONTEXT: Final = "context"
#: The kinds that are read in a way of their own; other plain words are constraints.
_KINDS: Final = ("zones", "parcels", "basic_farmland", "land_use", CONTEXT)
#: What else people write for them, for which nothing would be compared.
_ALSO_CALLED: Final[Mapping[str, str]] = {
    "farmland": "basic_farmland",
    "地块": "parcels",
    "片区": "zones",
    "基本农田": "basic_farmland",
    "永久基本农田": "basic_farmland",
    "landuse": "land_use",
    "dltb": "land_use",
    "地类图斑": "land_use",
    "土地利用现状": "land_use",
}
#: How alike a kind has to be to a known one to be taken for a slip: zonez is, eco_redline is not.
_ALIKE: Final = 0.78
#: Names that begin so belong to us, to SQLite or to the GeoPackage itself.
_RESERVED: Final = ("landquota_", "sqlite_", "gpkg_", "rtree_")
_LONGEST_NAME: Final = 60


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """One row of the catalogue; texts that are not given are empty.

    `coverage` is the word ``complete``, or the layers and files (with spaces between them) whose
    union is the ground of which the layer speaks.  `date` is ISO; `row` is the row in
    ``catalog.csv``; `features` and `sha256` (of the source files) are known once the layer has
    been read.
    """

    name: str
    kind: str
    file: str
    layer: str = ""
    crs: str = ""
    encoding: str = ""
    date: str = ""
    source: str = ""
    nature: str = "surveyed"
    title: str = ""
    title_en: str = ""
    note: str = ""
    coverage: str = ""
    row: int = 0
    features: int = 0
    sha256: str = ""

    def place(self, column: str | None = None) -> Place:
        """Return where the entry, or its cell in `column`, stands in the catalogue."""
        return Place(file=in_project(CATALOGUE_FILE), row=self.row or None, column=column)


def in_project(file: str) -> str:
    """Return the name by which findings call a file of the layers folder: ``layers/地块.geojson``."""
    return str(LAYERS_FOLDER / file)


def read_catalogue(folder: Path) -> tuple[tuple[CatalogEntry, ...], list[Finding]]:
    """Read and check ``catalog.csv`` of a layers folder.

    Returns
    -------
    tuple
        The entries of the rows without an error, in their order, and everything found.
    """
    listed, findings = rows_of(folder)
    entries: list[CatalogEntry] = []
    for entry, found in listed:
        wrong = found + entry_findings(entry, folder, taken=[other.name for other in entries])
        findings += wrong
        if not wrong:
            entries.append(entry)
    return tuple(entries), findings


def rows_of(folder: Path) -> tuple[list[tuple[CatalogEntry, list[Finding]]], list[Finding]]:
    """Return every row of ``catalog.csv``, right or wrong, with what is wrong in its cells, and in the table."""
    rows, findings = read_csv(folder / CATALOGUE_FILE, required=_REQUIRED, optional=_OPTIONAL)
    named = [replace(f, place=replace(f.place, file=in_project(CATALOGUE_FILE))) for f in findings]
    return [_entry(row) for row in rows], named


def entry_findings(entry: CatalogEntry, folder: Path, *, taken: Sequence[str] = ()) -> list[Finding]:
    """Return what is wrong with an entry; `taken` are the names of the layers before it."""
    return list(_wrong(entry, folder, {name.casefold() for name in taken}))


def crs_of(entry: CatalogEntry) -> pyproj.CRS | None:
    """Return the reference system that the catalogue gives, or None where it gives none or a wrong one."""
    return understood(entry.crs) if entry.crs else None


def _entry(row: Row) -> tuple[CatalogEntry, list[Finding]]:
    values: dict[str, Any] = dict(row.values)
    values["nature"] = values["nature"] or "surveyed"
    findings = []
    if values["date"]:
        try:
            values["date"] = parse_date(values["date"]).isoformat()
        except InputError as problem:
            params = {"problem": problem.message, "remedy": problem.remedy or ""}
            place = Place(file=in_project(row.file), row=row.row, column="date")
            findings.append(Finding("LAYER-DATE", place, params))
    return CatalogEntry(**values, row=row.row), findings


def _wrong(entry: CatalogEntry, folder: Path, taken: set[str]) -> Iterator[Finding]:
    if not _plain_word(entry.name):
        yield Finding("LAYER-NAME", entry.place("name"), {"name": entry.name})
    elif entry.name.casefold() in taken:
        yield Finding("LAYER-NAME-TWICE", entry.place("name"), {"name": entry.name})
    meant = _meant(entry.kind)
    if meant is not None or not _plain_word(entry.kind):
        hint: Text | str = text("Did you mean '{nearest}'? ", nearest=meant) if meant else ""
        yield Finding("LAYER-KIND", entry.place("kind"), {"kind": entry.kind, "hint": hint})
    if entry.nature not in NATURES:
        params = {"nature": entry.nature, "natures": ", ".join(NATURES)}
        yield Finding("LAYER-NATURE", entry.place("nature"), params)
    if not stays_inside(folder, entry.file):
        yield Finding("LAYER-FILE-PATH", entry.place("file"), {"file": entry.file})
    for word in entry.coverage.split():
        if not _plain_word(word) and not stays_inside(folder, word):
            yield Finding("LAYER-COVERAGE", entry.place("coverage"), {"word": word})
    if entry.crs and crs_of(entry) is None:
        yield Finding("LAYER-CRS", entry.place("crs"), {"crs": entry.crs})
    if entry.encoding and codec(entry.encoding) is None:
        yield Finding("FILE-ENCODING-NAME", entry.place("encoding"), {"encoding": entry.encoding})


def _meant(kind: str) -> str | None:
    """Return the known kind for which `kind` is a slip or another word, or None."""
    if kind in _KINDS:
        return None
    alike = difflib.get_close_matches(kind.casefold(), _KINDS, n=1, cutoff=_ALIKE)
    return _ALSO_CALLED.get(kind) or next(iter(alike), None)


def _plain_word(name: str) -> bool:
    """Return whether `name` can name a table without surprise: letters (also Chinese), digits, _."""
    return name.isidentifier() and len(name) <= _LONGEST_NAME and not name.casefold().startswith(_RESERVED)


def stays_inside(folder: Path, file: str) -> bool:
    """Return whether `file` is a relative path that stays inside `folder`, on every system."""
    posix, windows = PurePosixPath(file), PureWindowsPath(file)
    if not file or "\\" in file or windows.drive or posix.is_absolute() or ".." in posix.parts:
        return False
    return (folder / file).resolve().is_relative_to(folder.resolve())
