"""Archives: which files of a zip are geodata, and reading them as if they lay in a folder."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from landquota.findings import Finding, Place
from landquota.formats import layer_choice
from landquota.formats.archive.left import left_out
from landquota.formats.archive.unpacking import Unpacking
from landquota.formats.archive.zip_entries import shown
from landquota.formats.limits import DEFAULT, Limits, file_findings

if TYPE_CHECKING:
    from landquota.formats.table import FeatureTable

    Reader = Callable[..., tuple[FeatureTable | None, list[Finding]]]

#: Endings of files that nearly always are geodata, and of those that may as well explain or list it.
_GEODATA: Final = (".fgb", ".geojson", ".geoparquet", ".gml", ".gpkg", ".kml", ".parquet", ".shp", ".dxf")
_PERHAPS: Final = (".csv", ".json", ".txt", ".xlsx")
#: What begins the sections of a boundary TXT, in the encodings that they come in.
_BOUNDARY: Final = tuple(
    word.encode(encoding) for word in ("[属性描述]", "[地块坐标]") for encoding in ("gb18030", "utf-8")
)
_HEAD_BYTES: Final = 8192
#: What the systems of the senders leave behind.
_LEFTOVERS: Final = ("__MACOSX", "._", ".DS_Store", "~$")
#: So many files that were left out are named.
_MOST_NAMES: Final = 10


@contextmanager
def unpacked(path: Path, *, limits: Limits = DEFAULT) -> Iterator[tuple[Path | None, list[Finding]]]:
    """Unpack a zip, and the zips in it, into a temporary folder that is gone afterwards.

    Yields
    ------
    tuple
        The folder, or None with the findings that say why nothing of the archive is used.  A zip
        within becomes a folder of its name.
    """
    findings = file_findings(path, limits)
    if findings:
        yield None, findings
        return
    with tempfile.TemporaryDirectory(prefix="landquota-") as temporary:
        folder, findings = Unpacking(path, Path(temporary), limits).run()
        yield (None, findings) if findings else (folder, [])


def datasets(folder: Path) -> list[Path]:
    """Return the readable files and file geodatabases in a folder and those below it, in order of their paths.

    A table or text beside geodata is taken for its description, unless it is a boundary TXT.
    """
    found: list[Path] = []
    perhaps: list[Path] = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        if any(part.startswith(_LEFTOVERS) for part in inside.parts):
            continue
        if any(parent.suffix.lower() == ".gdb" for parent in inside.parents):
            continue
        name = path.name.lower()
        if path.is_dir():
            found += [path] if name.endswith(".gdb") else []
        elif name.endswith(_GEODATA) or (name.endswith(".txt") and _is_boundary(path)):
            found.append(path)
        elif name.endswith(_PERHAPS) and path.stat().st_size:
            perhaps.append(path)
    return found or perhaps


def chosen(
    path: Path, folder: Path, *, wanted: str | None = None
) -> tuple[tuple[Path, str | None] | None, list[Finding]]:
    """Return which dataset of the archive `path`, unpacked in `folder`, is meant, and which layer of it.

    Parameters
    ----------
    wanted
        A dataset, by its path in the archive or its name with or without the ending; a dataset and a
        layer of it, ``town.gdb/DLTB``; or, where there is only one dataset, a layer of it.
    """
    found = {dataset.relative_to(folder).as_posix(): dataset for dataset in datasets(folder)}
    place = Place(file=path.name)
    if not found:
        return None, [Finding("ZIP-NO-DATA", place)]
    matches = list(found.items()) if wanted is None else _matching(found, wanted)
    if not matches and len(found) == 1:
        return (next(iter(found.values())), wanted), []
    if not matches and wanted is not None:
        return None, [layer_choice.unknown(place, wanted, list(found))]
    if len(matches) > 1:
        names = ", ".join(name for name, _ in matches)
        return None, [Finding("ZIP-CHOICE", place, {"count": len(matches), "names": names})]
    name, dataset = matches[0]
    return (dataset, _layer_in(name, dataset, wanted, alone=len(found) == 1)), []


def read(
    path: Path,
    reader: Reader,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    limits: Limits = DEFAULT,
) -> tuple[FeatureTable | None, list[Finding]]:
    """Read the one dataset of an archive that is meant, with the reader of its format.

    Parameters
    ----------
    reader
        Reads a file: ``reader(path, layer=…, encoding=…, limits=…)``.
    layer
        Which dataset of the archive, where it holds several; else which layer of its only one.

    Returns
    -------
    tuple
        As the reader gives it; places name the archive and the file in it.
    """
    with unpacked(path, limits=limits) as (folder, findings):
        if folder is None:
            return None, findings
        choice, problems = chosen(path, folder, wanted=layer)
        if choice is None:
            return None, problems
        dataset, inner = choice
        table, problems = reader(dataset, layer=inner, encoding=encoding, limits=limits)
        within = PurePosixPath(path.name, dataset.relative_to(folder).parent.as_posix())
        unread = _unread(path, folder, dataset)
    problems = [replace(finding, place=_placed(finding.place, within)) for finding in problems]
    if table is None:
        return None, problems
    places = tuple(_placed(place, within) for place in table.places)
    return replace(table, path=path, places=places), problems + unread


def _unread(path: Path, folder: Path, dataset: Path) -> list[Finding]:
    """Say which files of an archive may be geodata, and cannot be chosen."""
    names = left_out(folder, datasets(folder), endings=_GEODATA)
    if not names:
        return []
    listed = ", ".join(map(shown, names[:_MOST_NAMES])) + (" …" if len(names) > _MOST_NAMES else "")
    params = {"chosen": shown(dataset.relative_to(folder).as_posix()), "names": listed}
    return [Finding("ZIP-LEFT", Place(file=path.name), params)]


def _matching(found: Mapping[str, Path], wanted: str) -> list[tuple[str, Path]]:
    """Return the datasets that `wanted` names: by its path, else by the name alone, else with a layer."""
    tests: tuple[Callable[[str, Path], bool], ...] = (
        lambda name, _: wanted == name,
        lambda _, dataset: wanted in {dataset.name, dataset.stem},
        lambda name, dataset: wanted.startswith((f"{name}/", f"{dataset.name}/")),
    )
    trials = ([item for item in found.items() if test(*item)] for test in tests)
    return next(filter(None, trials), [])


def _layer_in(name: str, dataset: Path, wanted: str | None, *, alone: bool) -> str | None:
    """Return the layer that `wanted` means within the dataset that it names, or None if it names none."""
    if wanted is None or wanted in {name, dataset.name}:
        return None
    if wanted == dataset.stem:
        return wanted if alone else None
    return wanted.removeprefix(f"{name}/").removeprefix(f"{dataset.name}/")


def _is_boundary(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return False
    return any(word in head for word in _BOUNDARY)


def _placed(place: Place, within: PurePosixPath) -> Place:
    """Return the place with its file's path from the archive on; an option is no file."""
    if place.file is None or place.file.startswith("--"):
        return place
    return replace(place, file=str(within / place.file))
