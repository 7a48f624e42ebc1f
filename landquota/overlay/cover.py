"""How features cover parcels, measured with GEOS: where nothing is compiled, and where figures do not add up.

A remainder is the difference of a parcel and its pieces, a double cover the intersection of each
piece with those before it: ground that is built and measured, as :mod:`landquota.overlay.cover_kernel`
measures it trapezoid by trapezoid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from landquota.overlay.cells import moved
from landquota.overlay.cutting import connected, cut, on_grid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from landquota.overlay.layer import PreparedLayer
    from landquota.overlay.tables import Floats, Geometries, Ints


class Mended(NamedTuple):
    """One parcel on the grid: its area, what it shares with each of its features, and how they cover it."""

    area_m2: float
    shared_m2: Floats
    covering: Floats


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a layer speaks: within `coverage`, in local coordinates, or everywhere if it is `complete`."""

    coverage: shapely.Geometry | None
    complete: bool

    @classmethod
    def of(cls, prepared: PreparedLayer) -> Scope:
        """Return where a prepared layer speaks, from its origin."""
        layer = prepared.layer
        if layer.complete or layer.coverage is None:
            return cls(None, layer.complete)
        return cls(moved(np.array([layer.coverage], dtype=object), -prepared.origin)[0], complete=False)

    def covering(self, parcel: shapely.Geometry, pieces: Iterable[shapely.Geometry]) -> Floats:
        """Return how pieces of a parcel cover it, as :func:`landquota.overlay.cover_kernel.walked` does."""
        found = np.zeros(6)
        union: shapely.Geometry = shapely.Polygon()
        for piece in pieces:
            again = shapely.intersection(union, piece)
            found[0] += again.area
            if again.area > found[3]:
                found[3:] = again.area, *shapely.get_coordinates(shapely.point_on_surface(again))[0]
            union = shapely.union(union, piece)
        rest = shapely.difference(parcel, union)
        if self.coverage is None:
            found[1 if self.complete else 2] = rest.area
        else:
            found[1] = shapely.intersection(rest, self.coverage).area
            found[2] = shapely.difference(rest, self.coverage).area
        return found


def coverings(
    parcels: Geometries, prepared: PreparedLayer, rows: Ints, pairs: tuple[Ints, Ints], areas_m2: Floats
) -> Floats:
    """Return how features cover some parcels.

    Parameters
    ----------
    parcels
        All parcels, from the prepared layer's origin.
    prepared
        The layer.
    rows
        Shape (n,); the rows of the parcels that are asked for, ascending.
    pairs, areas_m2
        Their pairs, ordered by parcel, and the areas in common.

    Returns
    -------
    numpy.ndarray
        Shape (n, 6); as :func:`landquota.overlay.cover_kernel.coverings` returns, from the origin.
    """
    scope = Scope.of(prepared)
    pieces, pair, _ = connected(cut(parcels, prepared, pairs, areas_m2))
    parcel = pairs[0][pair]
    first, last = np.searchsorted(parcel, rows), np.searchsorted(parcel, rows, side="right")
    each = zip(rows, first, last, strict=True)
    found = [scope.covering(parcels[row], pieces[start:end]) for row, start, end in each]
    return np.array(found).reshape(-1, 6)


def mended(parcel: shapely.Geometry, features: Geometries, prepared: PreparedLayer) -> Mended:
    """Return one parcel over its features, all put on a grid first, which makes them valid too.

    Parameters
    ----------
    parcel, features
        In the layer's own coordinates.
    prepared
        The layer, for where it speaks.

    Raises
    ------
    shapely.errors.GEOSException
        There is no way.
    """
    local = moved(np.array([parcel, *features], dtype=object), -prepared.origin)
    snapped = on_grid(local)
    pieces = shapely.intersection(snapped[0], snapped[1:])
    covering = Scope.of(prepared).covering(snapped[0], connected(pieces)[0])
    return Mended(float(shapely.area(snapped[0])), shapely.area(pieces), covering)
