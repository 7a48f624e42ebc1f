"""The layer that parcels are laid over, and the same made ready to be asked several times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.overlay.tables import Geometries

#: Smaller pieces are accounted as slivers, unless the layer says otherwise.
SLIVER_M2 = 1.0


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
    """

    name: str
    ids: Sequence[str]
    geometries: Geometries
    classes: Sequence[str] | None = None
    coverage: shapely.Geometry | None = None
    complete: bool = False
    sliver_m2: float = SLIVER_M2
    file: str = ""

    def __post_init__(self) -> None:
        if len(self.ids) != len(self.geometries) or (self.classes is not None and len(self.classes) != len(self.ids)):
            raise ValueError("ids, geometries and classes have to be as many")

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def labels(self) -> Sequence[str]:
        """The classes, or the ids of the features where there are no classes."""
        return self.ids if self.classes is None else self.classes

    def prepared(self) -> PreparedLayer:
        """Return the layer made ready for several overlays."""
        prepared = PreparedLayer(self)
        _ = prepared.tree
        return prepared


@dataclass(frozen=True)
class PreparedLayer:
    """A layer with all that is computed once and kept for further overlays.

    The caches are filled when they are first needed; :meth:`Layer.prepared` fills them.
    """

    layer: Layer

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The features' boxes."""
        return shapely.STRtree(self.layer.geometries)

    def near(self, geometries: Geometries) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return the rows of geometries and features whose boxes meet, ordered by both."""
        left, right = self.tree.query(geometries)
        order = np.lexsort((right, left))
        return left[order], right[order]
