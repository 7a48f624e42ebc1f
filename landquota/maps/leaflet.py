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
_RULE: Final = re.compile(r"([^{}]+)(\{[^{}]*\})")
#: What browsers that can open the page read without a prefix.
_PREFIXED: Final = re.compile(
    r"-(?:moz|ms)-[\w-]+:[^;}]*;|-webkit-(?:transform|transition)[\w-]*:[^;}]*;|cursor:-[^;]*;"
)
#: What the page never has: a layer control, an attribution, markers and fading of Leaflet's own, miles, old browsers.
_ABSENT: Final = re.compile(
    r"control-layers|attribution|default-icon|div-icon|marker-shadow|image-layer|fade-anim|scale-line:not|safari"
    r"|vml|oldie|tooltip-(?!top)"
)


class MissingLeafletError(LandquotaError):
    """The package that carries Leaflet is not installed, or not complete."""


@dataclass(frozen=True, slots=True)
class Leaflet:
    """Leaflet as two texts that load nothing further."""

    script: str
    style: str


def load_leaflet(distribution: str = DISTRIBUTION) -> Leaflet:
    """Return Leaflet from the installed `distribution`.

    What styles its own markers, its own layer control and old browsers, which the page has none
    of, goes, and so does the reference to its source map (developer tools would ask for it).

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
        style=_PREFIXED.sub("", _RULE.sub(_needed, lean_style(_IMAGE.sub("none", _unix_lines(style))))),
    )


def _needed(rule: re.Match[str]) -> str:
    """Return a rule of a lean style sheet for those of its selectors that can find anything in the page."""
    selectors = [each for each in rule[1].split(",") if not _ABSENT.search(each)]
    return ",".join(selectors) + rule[2] if selectors else ""


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
