"""The arrays that pass between the steps of an overlay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """What a parcel and a feature have in common: one row for each two that share ground.

    All of shape (pairs,), ordered by parcel and feature.  `parcel` and `feature` are rows of
    the parcels and of the layer; `area_m2` is planar.  `sliver_m2` is the part of it that lies
    in slivers and `pieces` counts what is none: connected pieces where they were built, else
    the pair counts as one piece.
    """

    parcel: Ints
    feature: Ints
    area_m2: Floats
    sliver_m2: Floats
    pieces: Ints


@dataclass(frozen=True, slots=True)
class Pieces:
    """The connected pieces of ground, in the plane of the parcels, all of shape (pieces,).

    `parcel` and `feature` are rows of the parcels and of the layer; `sliver` tells which
    pieces are accounted as slivers.
    """

    parcel: Ints
    feature: Ints
    geometries: Geometries
    area_m2: Floats
    sliver: Bools


@dataclass(frozen=True, slots=True)
class Cover:
    """How a layer covers each parcel beyond its parts, m² in the plane, all of shape (parcels,).

    `double_m2` is what is covered more than once, as often as it is too much; `remainder_m2`
    what no feature covers though the layer speaks there; `no_data_m2` what it says nothing of.
    """

    double_m2: Floats
    remainder_m2: Floats
    no_data_m2: Floats


def summed(values: Floats, groups: Ints, count: int) -> Floats:
    """Return the sums of values by group, shape (count,)."""
    return np.asarray(np.bincount(groups, values, count), dtype=np.float64)


def counted(groups: Ints, count: int) -> Ints:
    """Return how many rows each group has, shape (count,)."""
    return np.bincount(groups, minlength=count).astype(np.int64)
