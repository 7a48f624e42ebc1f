"""The pieces of ground that unpaired edges bound, and which features cover each.

The number of features over a point changes at an unpaired edge only (see
:mod:`landquota.topology.edges`), so it is the same all over a face of the net that these edges
make: none in a gap, one where all is well, two and more in an overlap.  The net is made of lines,
which are never lost, unlike the union of two valid slivers, which can be EMPTY in GEOS.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from landquota.formats.repair import mended
from landquota.topology.edges import Rim, rim

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.topology.features import Features

    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]
    Indices = NDArray[np.intp]

#: Faces below this part of a tolerance are what rounding leaves where edges do not meet vertex by vertex.
_SPECK: Final = 1e-3


@dataclass(frozen=True)
class Net:
    """The unpaired edges of a layer; invalid features lie in it as they would after repair, so that none is a gap."""

    features: Features

    @cached_property
    def fillers(self) -> Geometries:
        """What unsound features would fill after repair."""
        unsound = self.features.geometries[~self.features.sound]
        fixed = mended(unsound)
        return fixed[~shapely.is_missing(fixed)]

    @cached_property
    def polygons(self) -> Geometries:
        """The sound features in the order of their rows, then the fillers."""
        return np.concatenate([self.features.geometries[self.features.rows], self.fillers])

    @cached_property
    def rim(self) -> Rim:
        """The unpaired edges, in local coordinates."""
        return rim(self.polygons, self.features.plane.origin)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The polygons, in the layer's own coordinates."""
        return shapely.STRtree(self.polygons)

    @cached_property
    def _pieces(self) -> Geometries:
        pieces: Geometries = shapely.get_parts(shapely.polygonize([shapely.union_all(self.rim.lines)]))
        return pieces

    def faces(self, tolerance_m2: float) -> Faces:
        """Return the faces, without those of a thousandth of the tolerance."""
        plane = self.features.plane
        areas_m2 = plane.areas_m2(self._pieces)
        large = areas_m2 > _SPECK * tolerance_m2
        pieces = self._pieces[large]
        inside, over = self.tree.query(plane.back(shapely.point_on_surface(pieces)), predicate="intersects")
        sound = over < len(self.features.rows)
        return Faces(
            pieces,
            areas_m2[large],
            covers=np.bincount(inside, minlength=len(pieces)),
            sound_covers=np.bincount(inside[sound], minlength=len(pieces)),
        )


@dataclass(frozen=True, slots=True)
class Faces:
    """Pieces of ground in local coordinates, how many polygons cover each, and how many sound features; shape (n,)."""

    polygons: Geometries
    areas_m2: Floats
    covers: Indices
    sound_covers: Indices
