"""What the description of a boundary TXT says besides its reference system, on its way to another file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from landquota.formats.boundary.survey import DATUM, SAID, UNIT, WIDTH, ZONE

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from geopandas import GeoDataFrame

VERSION: Final = "格式版本号"
PROJECTION: Final = "投影类型"
PRODUCER: Final = "数据产生单位"
PRODUCED_ON: Final = "数据产生日期"
PRECISION: Final = "精度"
TRANSFORMATION: Final = "转换参数"

#: Who made a file, when, and how exactly: it stays true when the file is written again.
CARRIED: Final = (PRODUCER, PRODUCED_ON, PRECISION)
#: Empty, or no transformation at all: "0,0,0,0,0,0,0".
_BLANK: Final = ", ，0."
#: What is said anew of every file, from its reference system.
_OF_THE_SYSTEM: Final = frozenset({VERSION, DATUM, WIDTH, PROJECTION, UNIT, ZONE})


def said(frame: GeoDataFrame) -> Mapping[str, str]:
    """Return what the description of the boundary TXT says that a frame was read from; nothing for other frames."""
    kept = frame.attrs.get(SAID)
    return kept if isinstance(kept, dict) else {}


def left(frame: GeoDataFrame, kept: Collection[str] = ()) -> str:
    """Return the lines of the description that say something and are not among those `kept`, as one text."""
    lines = (
        f"{key}={value}"
        for key, value in said(frame).items()
        if value.strip(_BLANK) and key not in _OF_THE_SYSTEM and key not in kept
    )
    return "; ".join(lines)
