"""Where a command takes its layers from: files, and in a project also the layers of its catalogue by name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from landquota import layers, standards
from landquota.analyses import tiles
from landquota.analyses.given import BROKEN, Given, ids_of, unknown_field
from landquota.findings import Finding, FindingsError, Severity, has_errors
from landquota.formats.limits import UNLIMITED
from landquota.i18n import Text, text
from landquota.layers.catalogue import CATALOGUE_FILE, CatalogEntry, crs_of

if TYPE_CHECKING:
    import pyproj

    from landquota.formats.isolation import Read
    from landquota.formats.table import FeatureTable
    from landquota.project import Project

#: Said of a file whose reference system is not known for certain: here a stated one helps.
_UNDECLARED: Final = frozenset(
    {"CRS-UNKNOWN", "CRS-AMBIGUOUS", "CRS-ASSUMED", "CRS-INFERRED", "CRS-MISMATCH", "CRS-FEET"}
)
#: Stands between a file and the layer in it that is meant.
LAYER_MARK: Final = "::"


@dataclass(frozen=True)
class Shelf:
    """What can be taken by name.

    Parameters
    ----------
    folder
        The layers folder of the project; None outside of one.
    entries
        Its catalogue by name.
    reading
        Options of :func:`landquota.formats.read`, but for the reference system.
    crs
        The reference system of files that declare none, or a wrong one.
    """

    folder: Path | None = None
    entries: Mapping[str, CatalogEntry] = field(default_factory=dict)
    reading: Mapping[str, Any] = field(default_factory=dict)
    crs: pyproj.CRS | None = None

    @classmethod
    def of(cls, project: Project | None, reading: Mapping[str, Any]) -> Shelf:
        """Return the shelf of a project, or that of files alone.

        Raises
        ------
        FindingsError
            The project's catalogue has errors.
        """
        options = {name: value for name, value in reading.items() if name != "crs"}
        if project is None or not (project.layers / CATALOGUE_FILE).is_file():
            return cls(None, {}, options, reading.get("crs"))
        listed, findings = layers.read_catalogue(project.layers)
        if has_errors(findings):
            raise FindingsError(findings)
        return cls(project.layers, {entry.name: entry for entry in listed}, options, reading.get("crs"))

    def take(
        self,
        word: str | Path,
        *,
        id_column: str | None = None,
        kind: str = "",
        beside: Path | None = None,
        tiled: bool = False,
    ) -> tuple[Given | None, list[Finding]]:
        """Read a layer by its name in the catalogue, or a file by its path.

        Parameters
        ----------
        word
            Name or path.
        id_column
            The attribute that names the features.
        kind
            What the layer is; empty takes the catalogue's word, else what name and columns tell.
        beside
            The folder that a relative path starts from; None is the current one.
        tiled
            Whether the outline of a large file will do (:mod:`landquota.analyses.tiles`).

        Returns
        -------
        tuple
            The layer and the findings; None where it cannot be read.  Features whose geometry
            cannot be measured are kept, each with its finding.
        """
        entry = self.entries.get(str(word))
        read: Read = tiles.read_large if tiled else tiles.read_whole
        unknown = self._unknown(str(word), beside) if entry is None else []
        if unknown:
            return None, unknown
        if entry is None or self.folder is None:
            table, findings = self._read(read, *_inside(Path(word) if beside is None else beside / word))
        else:
            options = {**self.reading, "layer": entry.layer or None, "encoding": entry.encoding or None}
            options["limits"] = UNLIMITED
            table, findings = read(self.folder / entry.file, crs=crs_of(entry), **options)
        if table is None or unreadable(findings):
            return None, findings
        return _given(table, findings, entry, id_column=id_column, kind=kind)

    def path_of(self, word: str | Path, *, beside: Path | None = None) -> Path:
        """Return the file that :meth:`take` reads for a word."""
        entry = self.entries.get(str(word))
        if entry is not None and self.folder is not None:
            return self.folder / entry.file
        return _inside(Path(word) if beside is None else beside / word)[0]

    def _unknown(self, word: str, beside: Path | None) -> list[Finding]:
        """Return what to say of a plain word that is neither a layer of the project nor a file."""
        if self.folder is None or not word.isidentifier() or (Path(word) if beside is None else beside / word).exists():
            return []
        nearest = difflib.get_close_matches(word, self.entries, n=1)
        hint: Text | str = text("Did you mean '{nearest}'? ", nearest=nearest[0]) if nearest else ""
        params = {"name": word, "hint": hint, "layers": ", ".join(self.entries) or "—"}
        return [Finding("OVERLAY-LAYER-UNKNOWN", params=params)]

    def _read(self, read: Read, path: Path, layer: str | None) -> tuple[FeatureTable | None, list[Finding]]:
        options = {**self.reading, "layer": layer, "crs": None}
        table, findings = read(path, **options)
        if self.crs is not None and any(finding.code in _UNDECLARED for finding in findings):
            return read(path, **{**options, "crs": self.crs})
        return table, findings


def _inside(path: Path) -> tuple[Path, str | None]:
    """Return a file and the layer in it that ``county.gdb::DLTB`` names."""
    file, mark, layer = str(path).rpartition(LAYER_MARK)
    return (Path(file), layer) if mark and file and layer and not path.exists() else (path, None)


def unreadable(findings: list[Finding]) -> bool:
    """Return whether any finding keeps the layer as a whole out."""
    return any(f.severity is Severity.ERROR and f.code not in BROKEN for f in findings)


def _given(
    table: FeatureTable, findings: list[Finding], entry: CatalogEntry | None, *, id_column: str | None, kind: str
) -> tuple[Given | None, list[Finding]]:
    known = standards.recognise(table) if entry is None and not kind else None
    said = kind or (entry.kind if entry is not None else known.kind if known is not None else "")
    about = (
        {}
        if entry is None
        else {name: getattr(entry, name) for name in ("title", "title_en", "nature", "coverage")}
        | {"dated": entry.date}
    )
    name = table.path.stem if entry is None else entry.name
    given = Given(name, said, table, (), None, **about)
    column = None if id_column is None else given.column(id_column)
    if id_column is not None and column is None:
        return None, [*findings, unknown_field(given, id_column, "--id")]
    ids, column, found = ids_of(table, column)
    return Given(name, said, table, ids, column, **about), [*findings, *found]
