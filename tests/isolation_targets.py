"""What the workers of the tests run: a reader that does what its file says, as a library may."""

from __future__ import annotations

import ctypes
import math
import os
import signal
import sys
from pathlib import Path

from landquota.area import Area
from landquota.errors import UsageError
from landquota.findings import Finding, FindingsError, Place
from landquota.formats.table import FeatureTable
from landquota.i18n import text

Outcome = tuple[FeatureTable | None, list[Finding]]


def read(path: Path, *, layer: str | None = None) -> Outcome:
    """Do what the file says, if it says so, and read it as a table of as many points as it has characters."""
    said = path.read_text("utf-8")
    DEEDS.get(said, _nothing)(path)
    if said == "no number":
        return _bent(path), []
    return _table(path, layer, len(said)), [Finding("CRS-UNKNOWN", Place(file=path.name), {"x": 1.5, "y": 2.5})]


def _nothing(path: Path) -> None:
    """Read on."""


def _abort(path: Path) -> None:
    os.abort()


def _segfault(path: Path) -> None:
    ctypes.string_at(0)


def _exit(path: Path) -> None:
    sys.stderr.write("last words\x1b[31m\n\n")
    os._exit(3)


def _bad_alloc(path: Path) -> None:
    os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n")
    os.abort()


def _bug(path: Path) -> None:
    raise ValueError("a bug of ours")


def _loop(path: Path) -> None:
    while True:
        pass


def _loop_in_a_library(path: Path) -> None:
    """Keep the interpreter's lock, so that no other thread runs."""
    ctypes.PyDLL(None).pause()


def _hog(path: Path) -> None:
    bytearray(1 << 40)


def _hog_slowly(path: Path) -> None:
    hoard = []
    while True:
        hoard.append(bytes(1 << 23))


def _chatter(path: Path) -> None:
    os.write(1, b"GDAL says hello\n" * 1000)
    print("and so does Python", flush=True)  # noqa: T201


def _refuse(path: Path) -> None:
    raise FindingsError([Finding("FILE-MISSING", Place(file=path.name), {"path": path})])


def _misuse(path: Path) -> None:
    raise UsageError(text("no {what}", what="layer"), remedy=text("Give one."))


def _where(path: Path) -> None:
    place = Place(file=os.environ["TMPDIR"])
    raise FindingsError([Finding("FILE-MISSING", place, {"path": os.getpid()})])


def _kill(path: Path) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


DEEDS = {
    "abort": _abort,
    "segfault": _segfault,
    "exit": _exit,
    "bad alloc": _bad_alloc,
    "bug": _bug,
    "loop": _loop,
    "loop in a library": _loop_in_a_library,
    "hog": _hog,
    "hog slowly": _hog_slowly,
    "chatter": _chatter,
    "refuse": _refuse,
    "misuse": _misuse,
    "where": _where,
    "kill": _kill,
}


def _bent(path: Path) -> FeatureTable:
    import geopandas  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    bent = shapely.Polygon([(0, 0), (math.nan, 1), (1, 1)])
    frame = geopandas.GeoDataFrame(geometry=[bent, None])
    return FeatureTable(path, "", "test", frame, (Place(x=1, y=2), Place(x=3)), (None, None))


def _table(path: Path, layer: str | None, rows: int) -> FeatureTable:
    import geopandas  # noqa: PLC0415 - slow to load, and a worker that dies at once needs none of it
    import numpy as np  # noqa: PLC0415
    import shapely  # noqa: PLC0415

    frame = geopandas.GeoDataFrame(
        {"name": ["慈溪"] * rows}, geometry=shapely.points(np.arange(2 * rows).reshape(rows, 2)), crs=4549
    )
    places = tuple(Place(file=path.name, line=row, feature=str(row)) for row in range(rows))
    return FeatureTable(path, layer or "", "test", frame, places, (Area.measured(1.5),) * rows)


def fragile(path: Path) -> Outcome:
    """Die of the second file, whichever it is: the first has broken something."""
    global _count  # noqa: PLW0603 - the state of a process is what this is about
    _count += 1
    if _count > 1:
        os.abort()
    return read(path)


_count = 0
