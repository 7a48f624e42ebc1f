"""What GDAL believes of a GeoPackage: that it is at rest, that its layers are data, and how many features it counts.

GDAL reads the edits of a program that has the file open, which a copy of the file does not hold; it asks
a view for its rows, though a view can go on without end; and it takes the number of features from a
table that any program may leave behind.  So SQLite itself is asked here.
Source: OGC GeoPackage 1.3 §2.1; SQLite, "Temporary Files Used By SQLite".
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pyogrio
import pyogrio.errors

from landquota.findings import Finding, Place

#: The files in which changes stand that are not in the GeoPackage yet, or that are to be taken back.
_UNSETTLED: Final = ("-wal", "-journal")
_HEAD_BYTES: Final = 32
_BROKEN: Final = (
    OSError,
    ValueError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.DataSourceError,
    pyogrio.errors.FeatureError,
)
_VIRTUAL: Final = "CREATE VIRTUAL"
#: How the tables begin that say what a GeoPackage holds.
_CATALOGUE: Final = "gpkg_"


def in_use(path: Path) -> list[Finding]:
    """Say that changes to a GeoPackage stand beside it: it is open in a program, or was when that stopped.

    Raises
    ------
    OSError
        A file beside it cannot be read.
    """
    for suffix in _UNSETTLED:
        beside = path.with_name(path.name + suffix)
        if beside.is_file():
            with beside.open("rb") as file:
                if any(file.read(_HEAD_BYTES)):  # of a journal that is settled, the head is wiped
                    return [Finding("FILE-IN-USE", Place(file=path.name), {"beside": beside.name})]
    return []


def queries(path: Path) -> frozenset[str]:
    """Return the names of views and virtual tables, whose rows are worked out when they are asked for."""
    listed = _rows(path, "SELECT name, type, sql FROM sqlite_master WHERE type IN ('table', 'view')") or []
    return frozenset(
        str(name) for name, kind, made_by in listed if kind == "view" or str(made_by).upper().startswith(_VIRTUAL)
    )


def catalogue_findings(path: Path, queries: frozenset[str]) -> list[Finding]:
    """Refuse a file whose own catalogue is a query, which could answer otherwise each time."""
    own = sorted(name for name in queries if name.lower().startswith(_CATALOGUE))
    return [Finding("FILE-VIEW", Place(file=path.name), {"layer": name}) for name in own]


def query_findings(path: Path, queries: frozenset[str], *, wanted: str | None) -> list[Finding]:
    """Refuse a query that is wanted, or that nothing else stands beside, and say of others that they are left out.

    Parameters
    ----------
    queries
        The names of the queries.
    wanted
        Which layer is asked for.
    """
    place = Place(file=path.name)
    if wanted is not None:
        return [Finding("FILE-VIEW", place, {"layer": wanted})] if wanted in queries else []
    spatial = _spatial(path)
    code = "FILE-VIEW" if queries.issuperset(spatial) else "FILE-VIEW-SKIPPED"
    return [Finding(code, place, {"layer": name}) for name in spatial if name in queries]


def _spatial(path: Path) -> list[str]:
    """Return the names of the layers with geometry, as the catalogue lists them."""
    return [str(name) for (name,) in _rows(path, "SELECT table_name FROM gpkg_geometry_columns") or []]


def row_count(path: Path, layer: str) -> int | None:
    """Return how many rows a table has, or None if they cannot be counted."""
    table = layer.replace('"', '""')
    # Without a condition, GDAL answers with the number that the file claims.
    counted = _rows(path, f'SELECT COUNT(*) FROM "{table}" WHERE 1 = 1')  # noqa: S608 - a quoted name
    return int(counted[0][0]) if counted else None


def _rows(path: Path, question: str) -> list[tuple[Any, ...]] | None:
    """Ask SQLite through GDAL; None where the file is broken, of which reading it will say more."""
    try:
        table = pyogrio.read_dataframe(path, sql=question, read_geometry=False)
    except _BROKEN:
        return None
    return list(table.itertuples(index=False, name=None))
