"""Where a command may write: never onto what it reads, never over more than it replaces."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path

from landquota.errors import InputError, UsageError
from landquota.i18n import text


def refuse_loss(out: Path, *, sources: Iterable[Path], replaces: Collection[str] = ()) -> None:
    """Refuse a target whose replacement would lose something.

    Parameters
    ----------
    out
        What is to be written.
    sources
        What the command reads.
    replaces
        The layers that a GeoPackage there may hold and that may go; without them any single one.

    Raises
    ------
    UsageError
        The target is a source, or a GeoPackage with other layers.
    InputError
        It is open in another program.
    """
    if any(out.resolve() == source.resolve() for source in sources):
        raise UsageError(
            text("{file} is read, so it is not written to", file=out),
            remedy=text("Name another file; the source stays as it is."),
        )
    if out.suffix.lower() != ".gpkg" or not out.is_file():
        return
    journals = [out.with_name(out.name + end) for end in ("-wal", "-journal")]
    if any(journal.is_file() and journal.stat().st_size for journal in journals):
        raise InputError(
            text("{file} is open in another program, or one that had it open has crashed", file=out),
            remedy=text("Close it in QGIS and everywhere else, or name another file."),
        )
    others = _others(out, replaces)
    if others:
        raise UsageError(
            text("{file} holds other layers, which would be lost: {layers}", file=out, layers=", ".join(others)),
            remedy=text("Name another file."),
        )


def _others(out: Path, replaces: Collection[str]) -> list[str]:
    """Return the layers of a GeoPackage that nobody wants to replace."""
    import pyogrio
    from pyogrio.errors import DataSourceError

    try:
        names = [str(name) for name, _ in pyogrio.list_layers(out)]
    except DataSourceError:
        return []  # what cannot be opened holds nothing that could be lost to a reader
    if replaces:
        return [name for name in names if name not in replaces]
    return names if len(names) > 1 else []
