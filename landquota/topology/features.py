"""The features of a layer that can be compared, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import shapely

from landquota.findings import Finding, Place
from landquota.formats.geometry import measurable
from landquota.formats.names import names_of
from landquota.topology.plane import Plane

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    Bools = NDArray[np.bool_]
    Geometries = NDArray[np.object_]
    Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Features:
    """A layer to be compared: its geometries and names, and which of them are sound, all of shape (n,)."""

    file: str
    names: Sequence[str]
    geometries: Geometries
    sound: Bools
    plane: Plane

    @classmethod
    def of(cls, frame: GeoDataFrame, *, id_column: str, file: str, sound: Bools | None = None) -> Features:
        """Return the features of a frame, named by a column of it; `sound` saves asking where it is known."""
        geometries: Geometries = np.asarray(frame.geometry.to_numpy(), dtype=object)
        sound = measurable(geometries) if sound is None else sound
        return cls(file, names_of(frame[id_column]), geometries, sound, Plane.of(geometries, frame.crs))

    @cached_property
    def rows(self) -> Indices:
        """The rows of the sound features."""
        return np.flatnonzero(self.sound)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The sound features, in the order of `rows` and in the layer's own coordinates."""
        return shapely.STRtree(self.geometries[self.rows])

    @cached_property
    def local(self) -> Geometries:
        """The sound features in local coordinates, in the order of `rows`."""
        return self.plane.local(self.geometries[self.rows])

    def called(self, row: int) -> str:
        """Return what findings call the feature of a row."""
        return self.names[row] or str(row)

    def skipped(self) -> list[Finding]:
        """Name the features that cannot be compared, each with GEOM-SKIPPED."""
        left_out = np.flatnonzero(~self.sound).tolist()
        return [Finding("GEOM-SKIPPED", Place(file=self.file, feature=self.called(row))) for row in left_out]


def skipped(frame: GeoDataFrame, *, id_column: str, file: str) -> list[Finding]:
    """Name the features that cannot be compared with others, each with GEOM-SKIPPED."""
    return Features.of(frame, id_column=id_column, file=file).skipped()
