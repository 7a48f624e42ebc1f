"""What of a parcel is covered more than once, and what by nothing: measured on geometry of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence


class Covering(NamedTuple):
    """How features cover one parcel, m²; `double` and `twice` have the ground that is covered again."""

    double_m2: float
    remainder_m2: float
    no_data_m2: float
    twice: shapely.Geometry | None


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a layer speaks, in local coordinates."""

    coverage: shapely.Geometry | None
    complete: bool

    def covering(self, parcel: shapely.Geometry, pieces: Sequence[shapely.Geometry]) -> Covering:
        """Return how pieces of a parcel cover it; all in local coordinates."""
        double_m2, twice = 0.0, None
        union: shapely.Geometry = shapely.Polygon()
        for piece in pieces:
            again = shapely.intersection(union, piece)
            if again.area > 0:
                double_m2 += again.area
                twice = again if twice is None or again.area > twice.area else twice
            union = shapely.union(union, piece)
        rest = shapely.difference(parcel, union)
        if self.complete:
            return Covering(double_m2, rest.area, 0.0, twice)
        if self.coverage is None:
            return Covering(double_m2, 0.0, rest.area, twice)
        known, unknown = shapely.intersection(rest, self.coverage), shapely.difference(rest, self.coverage)
        return Covering(double_m2, known.area, unknown.area, twice)
