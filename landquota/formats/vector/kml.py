"""What GDAL makes of the columns of a KML: names that it wears down, and columns that nobody wrote.

Of a ``<Data name="地块编号">`` its driver LIBKML keeps an underscore for each byte of the name, and of two
names that look the same then, one column.
"""

from __future__ import annotations

import html
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import pandas as pd

#: What GDAL makes columns of for every KML, whether the file says anything of it or not.
_MADE: Final = frozenset({
    "Name", "altitudeMode", "begin", "description", "drawOrder", "end", "extrude", "icon", "id", "tessellate",
    "timestamp", "visibility",
})  # fmt: skip
_NAME: Final = re.compile(rb"""(<(?:\w+:)?Data\s[^<>]*?\bname\s*=\s*)(["'])([^"'<>]*)\2""")
_KEPT: Final = re.compile(rb"\w+")


@contextmanager
def named_plainly(path: Path) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """Give a copy of a KML in which GDAL keeps the columns' names apart, for as long as it is read.

    Yields
    ------
    tuple
        The copy, or the file itself where nothing is to be done, and the true names by those in the copy.
    """
    content = path.read_bytes()
    given: dict[bytes, bytes] = {}
    for found in _NAME.finditer(content):
        name = found[3]
        if not _KEPT.fullmatch(name):
            given.setdefault(name, b"landquota_%d" % len(given))
    if not given:
        yield path, {}
        return
    plain = _NAME.sub(lambda found: found[1] + found[2] + given.get(found[3], found[3]) + found[2], content)
    with tempfile.TemporaryDirectory(prefix="landquota-") as folder:
        copy = Path(folder, path.name)  # a layer without a name is called after its file
        copy.write_bytes(plain)
        yield copy, {code.decode(): html.unescape(name.decode("utf-8", "replace")) for name, code in given.items()}


def made_up(frame: pd.DataFrame) -> list[str]:
    """Return the columns that GDAL made up: empty, or with the numbers by which it says that."""
    return [column for column in frame if column in _MADE and _says_nothing(frame[column])]


def _says_nothing(column: pd.Series[Any]) -> bool:
    return bool((column.isna() | column.isin([-1, 0])).all())
