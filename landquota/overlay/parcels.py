"""The parcels that are laid over layers, with the areas that their parts have to add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from landquota.area import Area

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.overlay.tables import Floats, Geometries, Ints


class Measures(NamedTuple):
    """Planar areas of parcels, shape (n,), and their boxes, shape (n, 4)."""

    areas_m2: Floats
    boxes: Floats


@dataclass(frozen=True)
class Parcels:
    """Parcels in one projected reference system, in metres.

    Parameters
    ----------
    ids
        What they are called, n of them.
    geometries
        Shape (n,); sound polygons and multipolygons (:func:`landquota.formats.geometry.measurable`),
        or None where a parcel cannot be measured: it then has no parts and the answer "no data".
    official
        The areas that the parts are made to add up to, n of them: ellipsoidal, declared or
        documented ones.  None takes the planar areas, rounded to 0.01 m².
    file
        What findings name as the place.
    measures
        Their planar areas and boxes, where they are known before there are polygons.
    """

    ids: Sequence[str]
    geometries: Geometries
    official: Sequence[Area] | None = None
    file: str = "parcels"
    measures: Measures | None = None

    def __post_init__(self) -> None:
        if len(self.ids) != len(self.geometries) or (self.official is not None and len(self.official) != len(self.ids)):
            raise ValueError("ids, geometries and official areas have to be as many")

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def areas_m2(self) -> Floats:
        """The planar areas, shape (n,); zero where there is no polygon."""
        if self.measures is not None:
            return self.measures.areas_m2
        return np.nan_to_num(np.asarray(shapely.area(self.geometries), dtype=np.float64))

    @cached_property
    def boxes(self) -> Floats:
        """West, south, east, north, shape (n, 4); NaN where there is no polygon."""
        if self.measures is not None:
            return self.measures.boxes
        return np.asarray(shapely.bounds(self.geometries), dtype=np.float64)

    @cached_property
    def units(self) -> Ints:
        """The official areas in units of 1/300 m², shape (n,)."""
        official = self.official
        if official is None:
            official = [Area.measured(area_m2) for area_m2 in self.areas_m2.tolist()]
        return np.array([area.units for area in official], dtype=np.int64)

    def only(self, rows: NDArray[np.intp]) -> Parcels:
        """Return some of the parcels, by their rows."""
        official = None if self.official is None else [self.official[row] for row in rows]
        measures = None if self.measures is None else Measures(*(column[rows] for column in self.measures))
        return Parcels([self.ids[row] for row in rows], self.geometries[rows], official, self.file, measures)
