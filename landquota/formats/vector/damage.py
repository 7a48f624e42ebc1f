"""Texts that were damaged before they came here: decoded by the wrong table once, and saved like that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import pyarrow as pa

from landquota.findings import Finding, Place

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

#: The sign that stands for what could not be decoded; what two of them are in GBK, and fresh memory
#: in GBK; and the private use area, to which each machine gives a meaning of its own.
_DAMAGED: Final = re.compile("[\ufffd\ue000-\uf8ff]|锟斤拷|烫烫烫|屯屯屯")
_SHOWN: Final = 40


def findings(frame: GeoDataFrame, places: Sequence[Place], *, file: str) -> list[Finding]:
    """Return a finding for each column with damaged texts, at the first of them.

    Parameters
    ----------
    places
        Where each feature stands.
    file
        The file's name.
    """
    found = []
    for column in frame.columns:
        if _DAMAGED.search(str(column)):
            found.append(Finding("FILE-TEXT-DAMAGED", Place(file=file), {"sample": str(column), "count": 1}))
        if _is_text(frame[column]):
            found += _column_findings(str(column), frame[column], places)
    return found


def require_utf8(frame: pd.DataFrame) -> None:
    """Check the texts that Arrow hands on as they stand in a file: none of them can be asked for if one is broken.

    Raises
    ------
    pyarrow.ArrowException
        A text is not UTF-8.
    """
    for column in frame.columns:
        if isinstance(frame[column].dtype, pd.StringDtype):
            pa.array(frame[column].array).validate(full=True)


def _is_text(column: pd.Series[Any]) -> bool:
    return isinstance(column.dtype, pd.StringDtype) or column.dtype == object


def _column_findings(column: str, cells: pd.Series[Any], places: Sequence[Place]) -> list[Finding]:
    # Where cells may be anything, lists may be among them, which cannot be told apart by hashing.
    plain = cells.dropna().unique() if isinstance(cells.dtype, pd.StringDtype) else cells
    texts = [cell for cell in plain.tolist() if isinstance(cell, str)]
    joined = "\n".join(texts)
    if joined.isascii() or not _DAMAGED.search(joined):
        return []
    damaged = {cell for cell in texts if _DAMAGED.search(cell)}
    wrong = [number for number, cell in enumerate(cells.tolist()) if isinstance(cell, str) and cell in damaged]
    place = places[wrong[0]]
    at = Place(file=place.file, column=column, feature=place.feature)
    return [Finding("FILE-TEXT-DAMAGED", at, {"sample": str(cells.iloc[wrong[0]])[:_SHOWN], "count": len(wrong)})]
