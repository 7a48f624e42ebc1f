"""What became of a feature from one delivery to the next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from landquota.area import ZERO, Area
from landquota.formats.names import names_of

if TYPE_CHECKING:
    import pandas as pd

    from landquota.analyses.delivery import Bools, Delivery, Ints

#: Columns that programs fill by themselves: they differ without anything having changed.
BY_SOFTWARE: Final = frozenset(
    {"fid", "ogc_fid", "objectid", "objectid_1", "shape_area", "shape_leng", "shape_length", "st_area_sh", "st_length_"}
)


class Kind(StrEnum):
    """What became of a feature."""

    UNCHANGED = "unchanged"
    ATTRIBUTES = "attributes changed"
    RESHAPED = "geometry changed"
    MOVED = "moved"
    SPLIT = "split"
    MERGED = "merged"
    ADDED = "added"
    REMOVED = "removed"
    #: Told by its id, but one of its geometries is no sound polygon.
    UNKNOWN = "not comparable"

    @property
    def backwards(self) -> Kind:
        """What it is seen from the new delivery."""
        return _BACKWARDS.get(self, self)


_BACKWARDS: Final = {
    Kind.ADDED: Kind.REMOVED,
    Kind.REMOVED: Kind.ADDED,
    Kind.SPLIT: Kind.MERGED,
    Kind.MERGED: Kind.SPLIT,
}


class Edited(NamedTuple):
    """A cell that differs, as text; a cell without a value is the empty text."""

    column: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one feature, or of several that were split or merged.

    Attributes
    ----------
    kind
        The change of its ground, and ``ATTRIBUTES`` where only attributes changed.
    old, new
        Rows of both deliveries.
    old_area, new_area
        Planar areas in 0.01 m²; those of all changes add up to their delivery's.
    lost, gained
        What only the old and only the new ground has; None for what is not one feature on either side.
    dx_m, dy_m
        How far it was moved, east and north, in metres; None unless it was.
    edited
        The cells that differ; of what was split, merged, added or removed none are compared.
    x, y
        A place inside the new ground, else the old; None where there is no polygon.
    """

    kind: Kind
    old: tuple[int, ...]
    new: tuple[int, ...]
    old_area: Area = ZERO
    new_area: Area = ZERO
    lost: Area | None = None
    gained: Area | None = None
    dx_m: float | None = None
    dy_m: float | None = None
    edited: tuple[Edited, ...] = ()
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of two deliveries: compared, ignored, and those that only one of them has."""

    both: tuple[str, ...]
    ignored: tuple[str, ...]
    only_old: tuple[str, ...]
    only_new: tuple[str, ...]

    @classmethod
    def of(cls, old: pd.DataFrame, new: pd.DataFrame, ignored: Iterable[str] = ()) -> Columns:
        """Return them by name; what programs fill by themselves is ignored, and what is asked for."""
        left_out = BY_SOFTWARE | {name.casefold() for name in ignored}
        mine, theirs = list(map(str, old.columns)), list(map(str, new.columns))
        return cls(
            tuple(name for name in mine if name in theirs and name.casefold() not in left_out),
            tuple(dict.fromkeys(name for name in [*mine, *theirs] if name.casefold() in left_out)),
            tuple(name for name in mine if name not in theirs and name.casefold() not in left_out),
            tuple(name for name in theirs if name not in mine and name.casefold() not in left_out),
        )


def edited(old: Delivery, new: Delivery, rows: Ints, other: Ints, columns: Sequence[str]) -> dict[int, list[Edited]]:
    """Return the cells that differ, by the place of their couple."""
    found: dict[int, list[Edited]] = {}
    for column in columns:
        mine, theirs = old.attributes[column].iloc[rows], new.attributes[column].iloc[other]
        suspects = np.flatnonzero(_differ(mine, theirs))
        cells = names_of(mine.iloc[suspects].tolist()), names_of(theirs.iloc[suspects].tolist())
        for couple, before, after in zip(suspects.tolist(), *cells, strict=True):
            if before != after:
                found.setdefault(couple, []).append(Edited(column, before, after))
    return found


def _differ(mine: pd.Series[Any], theirs: pd.Series[Any]) -> Bools:
    """Return which cells may differ; what looks different may still be written the same."""
    one, other = mine.to_numpy(dtype=object), theirs.to_numpy(dtype=object)
    plain = (str, int, float)
    same = [a is b or (type(a) is type(b) and isinstance(a, plain) and a == b) for a, b in zip(one, other, strict=True)]
    return ~np.array(same, dtype=bool)
