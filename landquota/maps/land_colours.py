"""The colours of land classes: the official ones by name, shaded where several classes share one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from landquota.standards import colours

#: The official colour of the first level of the survey's classes and of those of 2007, by their first digits.
_BY_CODE: Final[Mapping[str, str]] = {
    "00": "湿地",
    "0303": "湿地",
    "0304": "湿地",
    "0306": "湿地",
    "0402": "湿地",
    "01": "耕地",
    "02": "园地",
    "03": "林地",
    "04": "草地",
    "05": "商业服务业用地",
    "0508": "仓储用地",
    "06": "工业用地",
    "0602": "采矿用地",
    "07": "城镇住宅用地",
    "0702": "农村宅基地",
    "08": "机关团体用地",
    "0809": "公用设施用地",
    "0810": "公园绿地",
    "09": "特殊用地",
    "10": "交通运输用地",
    "11": "陆地水域",
    "12": "其他土地",
    "1202": "农业设施建设用地",
    "20": "城镇住宅用地",
    "203": "农村宅基地",
}
#: For classes of lists that are not known: calm, and told apart by lightness too.
_OTHERS: Final = ("#cfdbe6", "#f2d9a0", "#b7d4b0", "#e0c3d8", "#d8cdb8", "#a9c9cf", "#efb7a6", "#c3c7e4")
#: How much darker each further class of one colour is.
_SHADE: Final = 0.1


def fills(classes: Sequence[str], names: Mapping[str, str], *, survey: bool) -> dict[str, str]:
    """Return the fill of each class as ``#rrggbb``, no two alike as far as shades reach.

    Parameters
    ----------
    classes
        Codes or names, in the order in which they are shown.
    names
        What the codes are called, where it is known.
    survey
        Whether the codes are those of a land survey.
    """
    used: dict[tuple[int, int, int], int] = {}
    filled = {}
    for number, label in enumerate(classes):
        colour = _official(label, names.get(label, label), survey=survey) or _hex(_OTHERS[number % len(_OTHERS)])
        times = used.get(colour, 0)
        used[colour] = times + 1
        filled[label] = "#" + "".join(f"{round(part * (1 - _SHADE) ** times):02x}" for part in colour)
    return filled


def _official(label: str, name: str, *, survey: bool) -> tuple[int, int, int] | None:
    known = colours()
    if name in known:
        return known[name]
    if not survey:
        return None
    prefixes = (label[:length] for length in (4, 3, 2))
    return next((known[_BY_CODE[prefix]] for prefix in prefixes if prefix in _BY_CODE), None)


def _hex(written: str) -> tuple[int, int, int]:
    red, green, blue = (int(written[at : at + 2], 16) for at in (1, 3, 5))
    return red, green, blue
