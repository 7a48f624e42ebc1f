"""What every reader returns: one layer's features, unchanged, and where each one stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import geopandas
    import numpy as np
    from numpy.typing import NDArray

    from landquota.area import Area
    from landquota.findings import Place


@dataclass(frozen=True)
class FeatureTable:
    """The features of one layer as its file holds them.

    `places` and `declared_area_m2` have one item per feature, in the order of `frame`.

    Attributes
    ----------
    path
        The file, or the folder of a file geodatabase.
    layer
        The layer's name in the file; the file's stem where the format knows no layers.
    format
        The format's name for people: GeoPackage, ESRI Shapefile, GeoJSON, OpenFileGDB, boundary TXT.
    frame
        Geometries with coordinates in east, north order; their CRS, or None where it is not
        known; attributes verbatim.
    places
        Where each feature stands: file and feature id, or the line of its header.
    declared_area_m2
        The area that the file itself declares for each feature, exact; None where it declares none.
    encoding
        How the texts were decoded; None where the format defines it.
    numbers, kept_sound, boxes
        Of an outline (:mod:`landquota.formats.vector.outline`), which holds no places and hardly
        any geometry: the file's own numbers of the features, which of them are sound, and their
        boxes in the coordinates of the file, NaN where there is none.
    """

    path: Path
    layer: str
    format: str
    frame: geopandas.GeoDataFrame
    places: Sequence[Place]
    declared_area_m2: tuple[Area | None, ...]
    encoding: str | None = None
    numbers: NDArray[np.int64] | None = None
    kept_sound: NDArray[np.bool_] | None = None
    boxes: NDArray[np.float64] | None = None

    @cached_property
    def sound(self) -> NDArray[np.bool_]:
        """Which geometries are sound polygons, shape (n,)."""
        from landquota.formats.geometry import measurable  # noqa: PLC0415 - tables alone need no geometry library

        return self.kept_sound if self.kept_sound is not None else measurable(self.frame.geometry.to_numpy())
