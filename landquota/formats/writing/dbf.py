"""What a shapefile's table (dBASE) can hold, and what of a layer it cannot: nothing is cut without a word.

Names have 10 bytes and texts 254, in the encoding of the file; numbers have 24 characters; there
is no time of day.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import pandas as pd

from landquota.findings import Finding, Place, has_errors
from landquota.formats.names import feature_names
from landquota.formats.writing.columns import Kind, cells_of, encodable, unencodable

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME_BYTES: Final = 10
TEXT_BYTES: Final = 254
_NUMBER_CHARACTERS: Final = 24
_DECIMALS: Final = 15
_WHOLE_DIGITS: Final = 18
#: A number that comes back nearer than this is the same: areas have 2 decimals, coordinates 4.
_SAME: Final = 1e-12


def fitted(
    frame: GeoDataFrame, kinds: dict[str, Kind], *, encoding: str, file: str
) -> tuple[GeoDataFrame, list[Finding]]:
    """Return the frame with names and values as a shapefile can hold them.

    Parameters
    ----------
    frame
        Features with columns of one type each.
    kinds
        The type of each column but the geometry.
    encoding
        Python's name of the encoding that the file will have.
    file
        The name of the file, for findings.

    Returns
    -------
    tuple
        With an error among the findings the frame cannot be written without a loss.
    """
    names = list(kinds)
    findings = [
        Finding("WRITE-NAME-ENCODING", Place(file=file, column=name), unencodable(name, encoding))
        for name in names
        if not encodable(name, encoding)
    ]
    if has_errors(findings):
        return frame, findings
    short = cut_names(names, encoding)
    for name, cut in zip(names, short, strict=True):
        if name != cut:
            params = {"column": name, "name": cut, "encoding": encoding.upper()}
            findings.append(Finding("WRITE-NAME-CUT", Place(file=file, column=name), params))
    features = feature_names(frame, range(1, len(frame) + 1))
    result = frame.copy()
    for name, kind in kinds.items():
        cells = cells_of(frame[name])
        if kind is Kind.TIME:
            findings.append(Finding("WRITE-TIME-TEXT", Place(file=file, column=name), {"column": name}))
            cells = [cell.isoformat(sep=" ") if isinstance(cell, dt.datetime) else None for cell in cells]
            result[name] = pd.Series(cells, dtype="str", index=frame.index)
        for feature, cell in zip(features, cells, strict=True):
            findings += _misfit(cell, Place(file=file, column=name, feature=feature), encoding)
    return result.rename(columns=dict(zip(names, short, strict=True))), findings


def cut_names(names: Sequence[str], encoding: str) -> list[str]:
    """Return each name in at most 10 bytes, no character split, and no two alike (whatever their case).

    Names that fit stay as they are.

    >>> cut_names(["土地使用权人", "土地使用权"], "gbk")
    ['土地使用_1', '土地使用权']
    """
    taken = {name.casefold() for name in names if len(name.encode(encoding)) <= NAME_BYTES}
    result = []
    for name in names:
        fits = len(name.encode(encoding)) <= NAME_BYTES
        short = name if fits else next(cut for cut in _cuts(name, encoding) if cut.casefold() not in taken)
        taken.add(short.casefold())
        result.append(short)
    return result


def _cuts(name: str, encoding: str) -> Iterator[str]:
    """Yield the name cut to its room, then with a number at its end."""
    yield _cut(name, NAME_BYTES, encoding)
    number = 1
    while True:
        end = f"_{number}"
        yield _cut(name, NAME_BYTES - len(end), encoding) + end
        number += 1


def _cut(name: str, room: int, encoding: str) -> str:
    return name.encode(encoding)[:room].decode(encoding, "ignore")


def _misfit(cell: object, place: Place, encoding: str) -> list[Finding]:
    """Return why a value cannot be written without a loss."""
    if isinstance(cell, str):
        if not encodable(cell, encoding):
            return [Finding("WRITE-TEXT-ENCODING", place, unencodable(cell, encoding))]
        size = len(cell.encode(encoding))
        params = {"size": size, "limit": TEXT_BYTES, "encoding": encoding.upper()}
        return [Finding("WRITE-TEXT-LONG", place, params)] if size > TEXT_BYTES else []
    if isinstance(cell, int | float) and not _number_fits(cell):
        return [Finding("WRITE-NUMBER", place, {"value": f"{cell!r}"})]
    return []


def _number_fits(number: float) -> bool:
    if isinstance(number, int):
        return len(str(abs(number))) <= _WHOLE_DIGITS
    if not math.isfinite(number):
        return False
    written = f"{number:.{_DECIMALS}f}"[:_NUMBER_CHARACTERS]
    return "." in written and math.isclose(float(written), number, rel_tol=_SAME)
