"""The Chinese font of this computer, in which a printed sheet is lettered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from matplotlib.font_manager import findSystemFonts, fontManager

from landquota.errors import LandquotaError
from landquota.i18n import text

#: Families that hold the Chinese of a map, the best first; of a collection matplotlib sees the first face.
_FAMILIES: Final = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC"),
    *("Hiragino Sans GB", "Heiti SC", "STHeiti", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei"),
    *("Noto Sans CJK JP", "Source Han Sans", "Droid Sans Fallback", "SimSun", "FangSong", "Noto Serif CJK SC"),
    *("Noto Serif CJK JP", "STSong", "Songti SC"),
)
_REGULAR: Final = 400
_BOLD: Final = 700


class MissingFontError(LandquotaError):
    """There is no font with Chinese characters on this computer."""


@dataclass(frozen=True, slots=True)
class Faces:
    """The files of one family; `bold` is the regular one where there is no other."""

    regular: Path
    bold: Path


def find_faces() -> Faces:
    """Return the faces of the best family that there is.

    Raises
    ------
    MissingFontError
        There is none.
    """
    faces = _best(fontManager.ttflist)
    if faces is None:
        _look_again()
        faces = _best(fontManager.ttflist)
    if faces is None:
        raise MissingFontError(
            text("There is no font with Chinese characters on this computer, in which the sheet could be lettered"),
            remedy=text(
                "Install one, such as Noto Sans CJK SC (Debian, Ubuntu: apt-get install fonts-noto-cjk); "
                "the HTML page needs none."
            ),
        )
    return faces


def _best(entries: list[Any]) -> Faces | None:
    """Return the faces of the first family of ours among matplotlib's fonts whose file is there."""
    for family in _FAMILIES:
        files = [
            (_weight(entry), Path(entry.fname))
            for entry in entries
            if entry.name == family and entry.style == "normal" and Path(entry.fname).is_file()
        ]
        if files:
            return Faces(_nearest(files, _REGULAR), _nearest(files, _BOLD))
    return None


def _nearest(files: list[tuple[int, Path]], weight: int) -> Path:
    return min(files, key=lambda file: (abs(file[0] - weight), file[1]))[1]


def _weight(entry: Any) -> int:  # noqa: ANN401 - an entry of matplotlib's list
    return entry.weight if isinstance(entry.weight, int) else _REGULAR


def _look_again() -> None:
    """Take fonts into matplotlib's list that were installed after it had made it."""
    known = {entry.fname for entry in fontManager.ttflist}
    for file in sorted(set(findSystemFonts()) - known):
        try:
            fontManager.addfont(file)
        except (OSError, RuntimeError):  # a file that is no font, or a damaged one
            continue
