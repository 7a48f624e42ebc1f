"""The Chinese font of this computer, in which a printed sheet is lettered."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from matplotlib.font_manager import findSystemFonts, fontManager

from landquota.errors import LandquotaError
from landquota.i18n import text

#: Families that hold the Chinese of a map, the best first; of a collection older versions of matplotlib see only JP.
_FAMILIES: Final = (
    *("Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "Microsoft YaHei", "PingFang SC"),
    *("Hiragino Sans GB", "Heiti SC", "STHeiti", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei"),
    *("Noto Sans CJK JP", "Source Han Sans", "Droid Sans Fallback", "SimSun", "FangSong", "Noto Serif CJK SC"),
    *("Noto Serif CJK JP", "STSong", "Songti SC"),
)


class MissingFontError(LandquotaError):
    """There is no font with Chinese characters on this computer."""


def find_family() -> str:
    """Return the name of the best family that there is.

    Raises
    ------
    MissingFontError
        There is none.
    """
    family = _best()
    if family is None:
        _look_again()
        family = _best()
    if family is None:
        raise MissingFontError(
            text("There is no font with Chinese characters on this computer, in which the sheet could be lettered"),
            remedy=text(
                "Install one, such as Noto Sans CJK SC (Debian, Ubuntu: apt-get install fonts-noto-cjk); "
                "the HTML page needs none."
            ),
        )
    return family


def _best() -> str | None:
    """Return the first family of ours among matplotlib's fonts whose file is there."""
    known = {entry.name for entry in fontManager.ttflist if Path(entry.fname).is_file()}
    return next((family for family in _FAMILIES if family in known), None)


def _look_again() -> None:
    """Take fonts into matplotlib's list that were installed after it had made it."""
    known = {entry.fname for entry in fontManager.ttflist}
    for file in sorted(set(findSystemFonts()) - known):
        try:
            fontManager.addfont(file)
        except (OSError, RuntimeError):  # a file that is no font, or a damaged one
            continue
