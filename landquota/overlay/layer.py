"""The layer that parcels are laid over, and the same made ready to be asked several times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from landquota.overlay.cells import HUGE_VERTICES, Cells, moved
from landquota.overlay.compiled import loops_for
from landquota.overlay.edges import BLOCK_EDGES, Edges

if TYPE_CHECKING:
    from landquota.overlay.compiled import Loops
    from landquota.overlay.tables import Floats, Geometries, Ints

#: Smaller pieces are accounted as slivers, unless the layer says otherwise.
SLIVER_M2: Final = 1.0


@dataclass(frozen=True)
class Layer:
    """Features in the parcels' projected reference system, in metres, and where they speak.

    Parameters
    ----------
    name
        What the layer is called.
    ids
        What its features are called, n of them.
    geometries
        Shape (n,); sound polygons and multipolygons, or None for a feature that is left out.
    classes
        The class of each feature, n of them; None where the layer has no classes and its
        features stand for themselves.
    coverage
        The ground of which the layer speaks: there, what no feature covers is "not concerned",
        outside it is "no data".
    complete
        Whether the layer is declared to be gap-free or complete wherever parcels lie, so that
        outside its features is "not concerned".  With neither, outside its features is "no data".
    sliver_m2
        Pieces below this area are accounted as slivers.
    file
        What findings name as the place.
    corner
        From where GEOS' coordinates are counted, in whole metres; None takes the layer's own corner.
        Parts of one layer that are measured apart agree in it, and then to the last digit.
    """

    name: str
    ids: Sequence[str]
    geometries: Geometries
    classes: Sequence[str] | None = None
    coverage: shapely.Geometry | None = None
    complete: bool = False
    sliver_m2: float = SLIVER_M2
    file: str = ""
    corner: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if len(self.ids) != len(self.geometries) or (self.classes is not None and len(self.classes) != len(self.ids)):
            raise ValueError("ids, geometries and classes have to be as many")

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def labels(self) -> Sequence[str]:
        """The classes, or the ids of the features where there are no classes."""
        return self.ids if self.classes is None else self.classes

    def only(self, rows: Ints) -> Layer:
        """Return the layer with some of its features, by their rows."""
        ids = [self.ids[row] for row in rows]
        classes = None if self.classes is None else [self.classes[row] for row in rows]
        return replace(self, ids=ids, geometries=self.geometries[rows], classes=classes)

    @cached_property
    def boxes(self) -> Floats:
        """West, south, east, north of the features, shape (n, 4); NaN for one that is left out."""
        return np.asarray(shapely.bounds(self.geometries), dtype=np.float64)

    def prepared(self) -> PreparedLayer:
        """Return the layer made ready for several overlays."""
        vertices = int(shapely.get_num_coordinates(self.geometries).sum())
        loops = loops_for(vertices // BLOCK_EDGES)
        prepared = PreparedLayer(self, Edges.of(self.geometries, loops and loops.outlines))
        _ = prepared.tree
        return prepared


@dataclass(frozen=True)
class PreparedLayer:
    """A layer with all that is computed once and kept for further overlays.

    `edges` are those of all features where :meth:`Layer.prepared` made it ready; without them
    each overlay reads the edges of the features that it meets.  What else is dear is kept
    from when it is first needed.
    """

    layer: Layer
    edges: Edges | None = None

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The features' boxes."""
        return shapely.STRtree(self.layer.geometries)

    @cached_property
    def origin(self) -> Floats:
        """The corner from which GEOS' coordinates are counted, whole metres, so that a zone prefix costs no digits."""
        if self.layer.corner is not None:
            return np.array(self.layer.corner)
        if not len(self.layer):
            return np.zeros(2)
        return np.nan_to_num(np.floor(shapely.total_bounds(self.layer.geometries)[:2]))

    @cached_property
    def cells(self) -> Cells:
        """The cells of the huge features, from the origin."""
        geometries = self.layer.geometries
        huge = np.flatnonzero(shapely.get_num_coordinates(geometries) > HUGE_VERTICES)
        local = geometries.copy()
        local[huge] = moved(geometries[huge], -self.origin)
        return Cells.of(local, huge)

    @cached_property
    def scope(self) -> Edges:
        """The edges of the coverage, none where it decides nothing."""
        coverage = None if self.layer.complete else self.layer.coverage
        return Edges.of(np.array([] if coverage is None else [coverage], dtype=object))

    def near(self, geometries: Geometries) -> tuple[Ints, Ints]:
        """Return the rows of geometries and features whose boxes meet, ordered by both."""
        left, right = self.tree.query(geometries)
        order = np.lexsort((right, left))
        return left[order], right[order]

    def edges_of(self, features: Ints, loops: Loops | None) -> tuple[Edges, Ints]:
        """Return edges among which those of some features are, and the features' rows in them."""
        if self.edges is not None:
            return self.edges, features
        met, rows = np.unique(features, return_inverse=True)
        return Edges.of(self.layer.geometries[met], loops and loops.outlines), rows
