"""Columns of a table in the few types that files know: text, whole number, number, truth, date and time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from landquota.findings import Finding, Place
from landquota.formats.names import feature_names

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_INT64: Final = range(-(2**63), 2**63)


class Kind(Enum):
    """What all cells of a column are, empty ones aside."""

    TEXT = "str"
    WHOLE = "Int64"
    NUMBER = "Float64"
    TRUTH = "boolean"
    DATE = "date"
    TIME = "time"


def typed(frame: GeoDataFrame, *, file: str) -> tuple[GeoDataFrame, dict[str, Kind], list[Finding]]:
    """Return the frame with each column in one type; cells of several kinds become texts, and that is said.

    Whole numbers with empty cells stay whole.  Days are dates where no cell has a time.
    """
    result, kinds, findings = frame.copy(), {}, []
    for column in frame.columns.drop(frame.geometry.name):
        cells = cells_of(frame[column])
        kind = _kind(cells)
        kinds[str(column)] = kind or Kind.TEXT
        if kind is None:
            params = {"column": column}
            findings.append(Finding("WRITE-COLUMN-TEXT", Place(file=file, column=str(column)), params))
        result[column] = _series(cells, kind or Kind.TEXT).set_axis(frame.index)
    return result, kinds, findings


def broken_texts(frame: GeoDataFrame, *, file: str) -> Iterator[Finding]:
    """Yield a finding for each text with half a character (a lone surrogate), which no file can hold."""
    names = feature_names(frame, range(1, len(frame) + 1))
    for column in frame.columns.drop(frame.geometry.name):
        cells = cells_of(frame[column])
        if encodable("\n".join(cell for cell in cells if isinstance(cell, str)), "utf-8"):
            continue
        for name, cell in zip(names, cells, strict=True):
            if isinstance(cell, str) and not encodable(cell, "utf-8"):
                place = Place(file=file, column=str(column), feature=name)
                yield Finding("WRITE-TEXT-ENCODING", place, unencodable(cell, "utf-8"))


def encodable(text: str, encoding: str) -> bool:
    """Return whether an encoding has all characters of a text."""
    return not unencodable(text, encoding)


def unencodable(text: str, encoding: str) -> dict[str, object]:
    """Return the first character that an encoding does not have, as findings say it; empty where it has all."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError as problem:
        character = text[problem.start]
        return {"encoding": encoding.upper(), "character": character, "code": f"U+{ord(character):04X}"}
    return {}


def cells_of(column: pd.Series) -> list[object]:
    """Return the cells of a column as Python's own values; what is empty (NaN, NaT, NA) is None."""
    return [None if _empty(cell) else _plain(cell) for cell in column.astype(object)]


def _empty(cell: object) -> bool:
    return cell is None or cell is pd.NaT or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell))


def _plain(cell: object) -> object:
    if isinstance(cell, pd.Timestamp):
        return cell.to_pydatetime(warn=False)
    return cell.item() if isinstance(cell, np.generic) else cell


def _kind(cells: Sequence[object]) -> Kind | None:
    """Return what all cells are; None for a mixture, and for what no file knows."""
    types = {type(cell) for cell in cells if cell is not None}
    if not types or types == {str}:
        return Kind.TEXT
    if types == {bool}:
        return Kind.TRUTH
    if types == {int} and all(cell in _INT64 for cell in cells if cell is not None):
        return Kind.WHOLE
    if types <= {int, float}:
        return Kind.NUMBER
    if types <= {dt.date, dt.datetime}:
        days = all(cell is None or _is_day(cell) for cell in cells)
        return Kind.DATE if days else Kind.TIME
    return None


def _is_day(cell: object) -> bool:
    if isinstance(cell, dt.datetime):
        return cell.tzinfo is None and cell.time() == dt.time.min
    return isinstance(cell, dt.date)


def _series(cells: Sequence[object], kind: Kind) -> pd.Series:
    match kind:
        case Kind.WHOLE | Kind.NUMBER | Kind.TRUTH:
            return pd.Series(cells, dtype=kind.value)
        case Kind.DATE:
            return pd.Series([_day(cell) for cell in cells], dtype=object)
        case Kind.TIME:
            return pd.Series(pd.to_datetime(pd.Series([_time(cell) for cell in cells], dtype=object)))
        case Kind.TEXT:
            return pd.Series([None if cell is None else str(cell) for cell in cells], dtype="str")


def _day(cell: object) -> object:
    return cell.date() if isinstance(cell, dt.datetime) else cell


def _time(cell: object) -> object:
    day = isinstance(cell, dt.date) and not isinstance(cell, dt.datetime)
    return dt.datetime.combine(cell, dt.time.min) if day else cell  # type: ignore[arg-type]
