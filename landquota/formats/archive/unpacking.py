"""Unpacking of hostile zips: what an archive says of itself is checked, and then not believed."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from landquota.findings import Finding, Place
from landquota.formats.archive import zip_entries
from landquota.formats.archive.zip_entries import Entry
from landquota.formats.limits import Limits, words
from landquota.formats.signature import GDB_CATALOGUE

_CHUNK_BYTES: Final = 1 << 20
#: Below this no ratio is suspicious: tables of blanks pack to nearly nothing.
_HARMLESS_BYTES: Final = 64 << 20
_NESTED: Final = (".zip", ".kmz")
_SIGNATURE: Final = b"PK\x03\x04"
#: Everything by which zipfile and zlib say that an archive or an entry is broken.
_BROKEN: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError)


class Unpacking:
    """An archive with all archives in it, unpacked into one folder within one budget of bytes."""

    def __init__(self, path: Path, root: Path, limits: Limits) -> None:
        self._path = path
        self._root = root
        self._limits = limits
        self._allowed_bytes = min(limits.unpacked_bytes, max(_HARMLESS_BYTES, limits.ratio * path.stat().st_size))
        self._bytes = 0
        self._entries = 0
        self._folders = 0

    def run(self) -> tuple[Path, list[Finding]]:
        """Unpack the archive, and the zips in it into folders of their names.

        Returns
        -------
        tuple
            The folder, and what is wrong with the archive; the folder is not to be used then.
        """
        folder, findings = self._unpack(self._path, Place(file=self._path.name), depth=0)
        if not (folder / GDB_CATALOGUE).is_file():
            return folder, findings
        outer = self._new_folder()
        folder.rename(outer / _geodatabase_name(self._path))
        return outer, findings

    def _unpack(self, path: Path, place: Place, *, depth: int) -> tuple[Path, list[Finding]]:
        folder = self._new_folder()
        crowded = Finding("ZIP-ENTRIES", place, {"limit": f"{self._limits.entries:,}"})
        try:
            if zip_entries.too_many(path, self._limits):
                return folder, [crowded]
            with zipfile.ZipFile(path) as archive:
                self._entries += len(archive.infolist())
                if self._entries > self._limits.entries:
                    return folder, [crowded]
                entries, findings = zip_entries.judged(archive, place, self._limits)
                findings = findings or self._extract(archive, entries, folder, place)
        except _BROKEN as problem:
            return folder, [Finding("ZIP-DAMAGED", place, {"problem": str(problem)})]
        if findings:
            return folder, findings
        for entry in entries:
            if _is_archive(folder / entry.path) and self._bytes <= self._allowed_bytes:
                findings += self._nested(folder, entry.path, place, depth=depth)
        return folder, findings

    def _extract(self, archive: zipfile.ZipFile, entries: Sequence[Entry], folder: Path, place: Place) -> list[Finding]:
        if not entries:
            return [Finding("ZIP-EMPTY", place)]
        findings = []
        for entry in entries:
            try:
                self._write(archive, entry, folder / entry.path)
            except _BROKEN as problem:
                params = {"entry": zip_entries.shown(entry.path), "problem": str(problem)}
                findings.append(Finding("ZIP-ENTRY-DAMAGED", place, params))
            if self._bytes > self._allowed_bytes:
                return [*findings, self._too_large(place, entry)]
        return findings

    def _write(self, archive: zipfile.ZipFile, entry: Entry, target: Path) -> None:
        """Unpack an entry, as far as the budget goes; the size that its header says is not believed."""
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(entry.info) as source, target.open("xb") as sink:
            while chunk := source.read(_CHUNK_BYTES):
                self._bytes += len(chunk)
                if self._bytes > self._allowed_bytes:
                    return
                sink.write(chunk)

    def _too_large(self, place: Place, entry: Entry) -> Finding:
        name = zip_entries.shown(entry.path)
        if self._allowed_bytes == self._limits.unpacked_bytes:
            return Finding("ZIP-SIZE", place, {"entry": name, "limit": words(self._limits.unpacked_bytes)})
        return Finding("ZIP-RATIO", place, {"entry": name, "ratio": self._limits.ratio})

    def _nested(self, folder: Path, name: str, place: Place, *, depth: int) -> list[Finding]:
        """Put, in the place of an archive, the folder of its files."""
        path = folder / name
        if depth >= self._limits.nesting:
            return [Finding("ZIP-NESTED", place, {"entry": zip_entries.shown(name), "nesting": self._limits.nesting})]
        inner, findings = self._unpack(path, Place(file=f"{place.file}/{name}"), depth=depth + 1)
        if not findings:
            path.unlink()
            bare = (inner / GDB_CATALOGUE).is_file() and not path.with_name(_geodatabase_name(path)).exists()
            inner.rename(path.with_name(_geodatabase_name(path)) if bare else path)
        return findings

    def _new_folder(self) -> Path:
        self._folders += 1
        folder = self._root / str(self._folders)
        folder.mkdir()
        return folder


def _is_archive(path: Path) -> bool:
    if not path.name.lower().endswith(_NESTED) or path.name.startswith("._"):
        return False
    with path.open("rb") as file:
        return file.read(len(_SIGNATURE)) == _SIGNATURE


def _geodatabase_name(path: Path) -> str:
    """Return what the folder is to be called whose files an archive holds without a folder around them."""
    stem = path.name[: -len(path.suffix)] if path.suffix.lower() in _NESTED else path.name
    return stem if stem.lower().endswith(".gdb") else f"{stem}.gdb"
