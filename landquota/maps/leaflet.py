"""Leaflet's script and style sheet from the installed package, ready to be inlined."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path, PurePosixPath
from typing import Final

from landquota.errors import LandquotaError
from landquota.i18n import text
from landquota.maps.inline import lean_style

DISTRIBUTION: Final = "XStatic-Leaflet"
_IMAGE: Final = re.compile(r"url\(images/[\w.-]+\.png\)")
_SOURCE_MAP: Final = re.compile(r"^//# sourceMappingURL=.*$", re.MULTILINE)


class MissingLeafletError(LandquotaError):
    """The package that carries Leaflet is not installed, or not complete."""


@dataclass(frozen=True, slots=True)
class Leaflet:
    """Leaflet as two texts that load nothing further."""

    script: str
    style: str


def load_leaflet(distribution: str = DISTRIBUTION) -> Leaflet:
    """Return Leaflet from the installed `distribution`.

    The images of its own markers and of its own layer control, which the page has none of, go, and
    so does the reference to its source map (developer tools would ask for it).

    Raises
    ------
    MissingLeafletError
        The distribution, or one of its files, is not there.
    """
    folder = _data_folder(distribution)
    script = _read(folder / "leaflet.js").decode("utf-8")
    style = _read(folder / "leaflet.css").decode("utf-8")
    return Leaflet(
        script=_SOURCE_MAP.sub("", _unix_lines(script)).strip() + "\n",
        style=lean_style(_IMAGE.sub("none", _unix_lines(style))),
    )


def _data_folder(distribution: str) -> Path:
    """Return the folder of ``leaflet.js``, found without importing the package."""
    try:
        listed = files(distribution) or ()
    except PackageNotFoundError as error:
        raise _missing(distribution) from error
    for file in listed:
        if PurePosixPath(file).name == "leaflet.js":
            return Path(str(file.locate())).parent
    raise _missing(distribution)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _missing(str(path)) from error


def _missing(what: str) -> MissingLeafletError:
    return MissingLeafletError(
        text("The map needs Leaflet, and {what} is not there.", what=what),
        remedy=text("Install it: pip install {distribution}", distribution=DISTRIBUTION),
    )


def _unix_lines(content: str) -> str:
    """Return `content` as a browser reads it: a hash over other line ends would not match."""
    return content.replace("\r\n", "\n")
