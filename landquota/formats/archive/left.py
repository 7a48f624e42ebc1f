"""What of an archive is read by nobody, although it may be geodata."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

_HEAD_BYTES: Final = 8192
#: Formats of geodata that are not read, archives of other kinds, and workbooks, which may hold anything.
_OTHERS: Final = (
    ".7z", ".accdb", ".dgn", ".dwg", ".e00", ".gpx", ".kmz", ".mdb", ".mif", ".rar", ".sqlite", ".tab", ".vct", ".xls",
    ".xlsx", ".zip",
)  # fmt: skip
_TEXTS: Final = (".csv", ".json", ".txt")
#: Beside each file, macOS keeps what it knows of it under such a name, and it begins so.
_APPLE_FOLDER: Final = "__MACOSX"
_APPLE_DOUBLE: Final = bytes.fromhex("00051607")
#: What an office program leaves behind when it does not end well.
_DRAFT: Final = "~$"
#: An outline as WKT, as GeoJSON or as Esri's JSON.
_OUTLINE: Final = re.compile(
    rb'\b(MULTI)?(POLYGON|LINESTRING|POINT)\s*Z?M?\s*\(|"(coordinates|rings|FeatureCollection)"', re.IGNORECASE
)
#: Two numbers that are large, or have many decimals: a row of a list of points.
_NUMBER: Final = rb"(\d{6,8}(\.\d+)?|\d{2,3}\.\d{5,})"
_POINT: Final = re.compile(rb"(?<![\d.])" + _NUMBER + rb"[\s,;]+" + _NUMBER + rb"(?![\d.])")
_FEWEST_POINTS: Final = 3


def left_out(folder: Path, taken: Sequence[Path], *, endings: tuple[str, ...]) -> list[str]:
    """Return the files below a folder that may be geodata and belong to none of the datasets `taken`.

    Parameters
    ----------
    folder
        Where the archive is unpacked.
    taken
        The datasets that were offered.
    endings
        Those of files that nearly always are geodata: only under the name of a leftover they are
        not among the `taken`.
    """
    known = set(taken)
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and not known & {path, *path.parents})
    return [path.relative_to(folder).as_posix() for path in files if _may_be_geodata(path, folder, endings)]


def _may_be_geodata(path: Path, folder: Path, endings: tuple[str, ...]) -> bool:
    name = path.name.lower()
    if name.startswith(_DRAFT) or _APPLE_FOLDER in path.relative_to(folder).parts:
        return False
    head = _head(path)
    if head.startswith(_APPLE_DOUBLE):
        return False
    if name.endswith(_TEXTS):
        points = len(_POINT.findall(head.replace(b"\0", b"")))
        return points >= _FEWEST_POINTS or _OUTLINE.search(head) is not None
    return bool(head) and name.endswith((*endings, *_OTHERS))


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD_BYTES)
    except OSError:
        return b""
