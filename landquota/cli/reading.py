"""How a command reads a file that somebody handed in: the options that say it, the same for every command."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from landquota.cli.options import Session, option
from landquota.errors import UsageError
from landquota.i18n import mark, text

if TYPE_CHECKING:
    import pyproj

F = TypeVar("F", bound=Callable[..., Any])


def reading_options(command: F) -> F:
    """Add the options ``--layer --encoding --crs --unlimited``."""
    for add in (
        option("--unlimited", is_flag=True, help=mark("Read it however large it is.")),
        option(
            "--crs",
            metavar="EPSG:n",
            help=mark("Reference system of the file, where it declares none or a wrong one (such as EPSG:4528)."),
        ),
        option("--encoding", help=mark("Encoding of the attributes, where the file does not say it (such as GBK).")),
        option("--layer", "source_layer", help=mark("Name of the layer, where the file holds several.")),
    ):
        command = add(command)
    return command


def reading(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Take the reading options out of what was `given`, as :func:`landquota.formats.read` takes them.

    Within a project its region and central meridian help to tell an undeclared system.

    Raises
    ------
    UsageError
        ``--crs`` is no reference system.
    """
    from landquota.crs import gauss_kruger, project_system
    from landquota.formats.limits import DEFAULT, UNLIMITED

    options: dict[str, Any] = {
        "layer": given.pop("source_layer"),
        "encoding": given.pop("encoding"),
        "crs": system(given.pop("crs")),
        "limits": UNLIMITED if given.pop("unlimited") else DEFAULT,
    }
    project = session.project_here()
    if project is not None:
        kruger = gauss_kruger(project_system(project.crs))
        options["region"] = project.region
        options |= {} if kruger is None else {"assumed_meridian_deg": round(kruger.central_meridian_deg)}
    return options


def apart(files: Sequence[Path]) -> AbstractContextManager[None]:
    """Have files read in a process apart where native libraries take them to pieces, so that a crash is told.

    A boundary TXT is taken to pieces here; starting a process for it would only cost time.
    """
    from landquota.formats.isolation import isolated

    return nullcontext() if all(file.suffix.lower() == ".txt" for file in files) else isolated()


def system(written: str | None) -> pyproj.CRS | None:
    """Return the reference system that an option names.

    Raises
    ------
    UsageError
        It names none.
    """
    from landquota.crs import understood

    crs = None if written is None else understood(written)
    if written is not None and crs is None:
        raise UsageError(
            text("'{crs}' is not a reference system", crs=written),
            remedy=text("Name it by its code, such as EPSG:4549 (CGCS2000, central meridian 120)."),
        )
    return crs
