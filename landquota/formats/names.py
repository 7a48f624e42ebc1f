"""What features are called: by an id of their own where they have one, else by their number in the file."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import pandas as pd

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

#: Columns that name a feature, ours first, then those of surveys and of the land-use standards.
ID_COLUMNS: Final = ("parcel", "zone", "id", "dkbh", "bsm", "地块编号")


def names_of(values: Iterable[object]) -> list[str]:
    """Return ids as text: whole numbers without decimals, nothing (None, NaN) as the empty text."""
    plain = values.tolist() if isinstance(values, pd.Series) else values  # Series hand out their cells slowly
    return [_name(value) for value in plain]


def column_of(frame: GeoDataFrame, wanted: Iterable[str]) -> str | None:
    """Return the first of the `wanted` columns (in lower case) that a table has, whatever its case."""
    by_name = {str(column).casefold(): str(column) for column in reversed(frame.columns)}
    return next((by_name[name] for name in wanted if name in by_name), None)


def telling_column(frame: GeoDataFrame, wanted: Sequence[str]) -> str | None:
    """Return the first of the `wanted` columns whose cells are all filled and all different."""
    for name in wanted:
        column = column_of(frame, [name])
        if column is not None:
            names = names_of(frame[column])
            if all(names) and len(set(names)) == len(names):
                return column
    return None


def feature_names(frame: GeoDataFrame, fids: Iterable[object]) -> list[str]:
    """Return what findings call each feature.

    A feature with an id that no other has is called by it.  Where only others have one, its
    number says that it is one: ``fid 2`` is not the feature with the id 2.

    Parameters
    ----------
    frame
        The features with their attributes.
    fids
        The numbers of the features in their file.
    """
    column = telling_column(frame, ID_COLUMNS) or column_of(frame, ID_COLUMNS)
    if column is None:
        return [str(fid) for fid in fids]
    names = names_of(frame[column])
    count = Counter(names)
    return [name if name and count[name] == 1 else f"fid {fid}" for name, fid in zip(names, fids, strict=True)]


def feature_name(attributes: Mapping[str, object], fid: str) -> str:
    """Return what to call one feature while the others are not known: its own id, else its number in the file."""
    cells = {name.casefold(): value for name, value in attributes.items()}
    return next(filter(None, names_of(cells.get(column) for column in ID_COLUMNS)), fid)


def few(names: Sequence[str], *, most: int = 3) -> str:
    """Return the first names, and an ellipsis where there are more."""
    return ", ".join(names[:most]) + (" …" if len(names) > most else "")


def _name(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
