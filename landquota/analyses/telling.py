"""What became of the ground of every feature, each told once."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from landquota.analyses.changes import Kind
from landquota.analyses.dividing import divided
from landquota.analyses.matching import Left, by_id, distances_m, identical, overlapping, same_ground
from landquota.analyses.moving import moved, same_shape

if TYPE_CHECKING:
    from landquota.analyses.delivery import Delivery, Ints
    from landquota.analyses.dividing import Groups
    from landquota.analyses.matching import Couples
    from landquota.overlay import Pairs

    Became = list[tuple[tuple[int, int], Kind]]


class Told(NamedTuple):
    """Every feature of two deliveries in one place: in a couple, in a group, or left.

    Attributes
    ----------
    couples, kinds
        Rows that are one feature, and what became of its ground.
    split, merged
        Old wholes with their new pieces, and new wholes with their old pieces.
    left
        What was removed, and what was added.
    """

    couples: Couples
    kinds: list[Kind]
    split: Groups
    merged: Groups
    left: Left


def couples_of(couples: Couples) -> tuple[Ints, Ints]:
    """Return old and new rows as columns."""
    old, new = np.array(couples, dtype=np.int64).reshape(-1, 2).T
    return old, new


def told(old: Delivery, new: Delivery, pairs: Pairs, tolerance_m: float) -> Told:
    """Tell every feature by its id, else by its ground, its shape, or at last the largest overlap of `pairs`.

    What fills the same ground was split or merged, and is not taken for others of the same shape.
    """
    couples, left = _certain(old, new, tolerance_m)
    reshaped = [couple for couple, kind in couples if kind is Kind.RESHAPED]
    split, merged = divided(pairs, old.areas_m2, new.areas_m2, left.with_(reshaped))
    couples, left = _taken_apart(couples, left, split, merged)
    nameless = _nameless(old, new, left)
    gone = moved(old, new, nameless, tolerance_m)
    overlaps = overlapping(pairs, old.areas_m2, new.areas_m2, nameless.without(gone))
    couples += [(couple, Kind.MOVED) for couple in gone]
    couples += zip(overlaps, _kinds(old, new, overlaps, tolerance_m), strict=True)
    return Told([c for c, _ in couples], [k for _, k in couples], split, merged, left.without(gone + overlaps))


def _certain(old: Delivery, new: Delivery, tolerance_m: float) -> tuple[Became, Left]:
    """Return what is told by its id or by the same ground, and what is left."""
    left = Left(np.ones(len(old), dtype=bool), np.ones(len(new), dtype=bool))
    named = by_id(old, new)
    left = left.without(named)
    same = identical(old, new, left)
    left = left.without(same)
    nearly = same_ground(old, new, left, tolerance_m)
    couples = list(zip(named, _kinds(old, new, named, tolerance_m), strict=True))
    return couples + [(couple, Kind.UNCHANGED) for couple in (*same, *nearly)], left.without(nearly)


def _nameless(old: Delivery, new: Delivery, left: Left) -> Left:
    """Return what is left without ids of its own: what has one is not taken for another feature elsewhere."""
    return Left(left.old & ~old.keyed, left.new & ~new.keyed)


def _taken_apart(couples: Became, left: Left, split: Groups, merged: Groups) -> tuple[Became, Left]:
    """Return the couples of which groups took neither half, and what is left after groups took theirs."""
    mine = {*split, *(row for rows in merged.values() for row in rows)}
    theirs = {*merged, *(row for rows in split.values() for row in rows)}
    kept = [each for each in couples if each[0][0] not in mine and each[0][1] not in theirs]
    lost = {couple for couple, _ in couples} - {couple for couple, _ in kept}
    loose = left.with_(list(lost))
    loose.old[list(mine)] = loose.new[list(theirs)] = False
    return kept, loose


def _kinds(old: Delivery, new: Delivery, couples: Couples, tolerance_m: float) -> list[Kind]:
    """Return what became of the ground of features that were told by something else."""
    rows, other = couples_of(couples)
    same = np.array([old.written[a] == new.written[b] for a, b in couples], dtype=bool)
    sound = old.sound[rows] & new.sound[other]
    kinds = np.where(same, Kind.UNCHANGED, np.where(sound, Kind.RESHAPED, Kind.UNKNOWN)).astype(object)
    asked = np.flatnonzero(~same & sound)
    near = distances_m(old, new, rows[asked], other[asked]) <= tolerance_m
    kinds[asked[near]] = Kind.UNCHANGED
    asked = asked[~near]
    kinds[asked[same_shape(old, new, rows[asked], other[asked], tolerance_m)]] = Kind.MOVED
    return [Kind(kind) for kind in kinds.tolist()]
