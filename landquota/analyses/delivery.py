"""A delivery: the features of one layer as they were handed in once, to be compared with another time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from landquota.analyses.plane import to_plane
from landquota.analyses.shapes import shapes_of, written
from landquota.analyses.tiles import Filed, unread
from landquota.formats.geometry import measurable
from landquota.overlay import Layer

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

    from landquota.analyses.given import Given
    from landquota.analyses.shapes import Shapes
    from landquota.analyses.tiles import Unread
    from landquota.datum_shift import DatumShift
    from landquota.findings import Finding

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Delivery:
    """The features of a layer at one time, in a projected system in metres that both deliveries share.

    Parameters
    ----------
    file
        What findings name as the place.
    names
        What its features are called, n of them.
    geometries
        Shape (n,), as the file has them; what is no sound polygon is compared as it is written only.
    attributes
        Its n rows of attributes, without geometry.
    keys
        The ids by which features are told, n of them; None where there are none.
    classes
        The class of each feature, n of them; None where the layer has none.
    key_column
        What the ids are called.
    filed
        Where the sound polygons are, if they are not among the geometries.
    """

    file: str
    names: Sequence[str]
    geometries: Geometries
    attributes: pd.DataFrame
    keys: Sequence[str] | None = None
    classes: Sequence[str] | None = None
    key_column: str = "id"
    filed: Filed | None = None

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def layer(self) -> Layer | Unread[Layer]:
        """The sound polygons as a layer of which nothing is a sliver."""
        sound = measurable(self.geometries) if self.filed is None else self.filed.sound
        polygons = self.geometries.copy()
        polygons[~sound] = None
        layer = Layer(self.file, self.names, polygons, complete=True, sliver_m2=0.0, file=self.file)
        return unread(layer, self.filed)

    @cached_property
    def shapes(self) -> Shapes:
        """What is known of the sound polygons."""
        return shapes_of(self.layer)

    @cached_property
    def sound(self) -> Bools:
        """Which features are sound polygons, shape (n,)."""
        return np.asarray(~np.isnan(self.shapes.bounds[:, 0]), dtype=bool)

    @property
    def bounds(self) -> Floats:
        """West, south, east, north of the sound polygons, shape (n, 4); NaN for others."""
        return self.shapes.bounds

    @property
    def areas_m2(self) -> Floats:
        """The planar areas, shape (n,); zero where there is no sound polygon."""
        return self.shapes.areas_m2

    @cached_property
    def written(self) -> list[bytes]:
        """Each geometry in a form that is the same for the same ground, empty where there is none."""
        digests = list(self.shapes.written)
        rows = np.flatnonzero(~self.sound)
        for row, digest in zip(rows.tolist(), written(self.geometries[rows]), strict=True):
            digests[row] = digest
        return digests

    @cached_property
    def labels(self) -> list[str]:
        """The class of each feature; all of one where there are no classes."""
        return [""] * len(self) if self.classes is None else list(self.classes)

    @cached_property
    def telling(self) -> dict[str, int]:
        """The row of each id that stands once."""
        keys = self.keys or ()
        count = Counter(keys)
        return {key: row for row, key in enumerate(keys) if key and count[key] == 1}

    @cached_property
    def keyed(self) -> Bools:
        """Which features have an id that tells them, shape (n,)."""
        mask = np.zeros(len(self), dtype=bool)
        mask[list(self.telling.values())] = True
        return mask


def delivered(
    given: Given, crs: pyproj.CRS, *, by_id: bool, class_column: str | None, shift: DatumShift | None = None
) -> tuple[Delivery | None, list[Finding]]:
    """Return a layer that was read as a delivery, None where it cannot be brought into the plane, and findings.

    Parameters
    ----------
    given
        The layer.
    crs
        The plane that both deliveries share.
    by_id
        Whether the ids that it was read with tell its features.
    class_column
        The attribute that holds the class.
    shift
        Private parameters of the user.
    """
    plane, findings = to_plane(given, crs, shift=shift)
    findings = [*given.skipped(), *findings]
    if plane is None:
        return None, findings
    frame, sound = given.table.frame, given.table.sound
    geometries = plane.copy()
    geometries[~sound] = frame.geometry.to_numpy()[~sound]  # compared as they are written only
    attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name)).rename(columns=str)
    delivery = Delivery(
        given.file,
        given.ids,
        geometries,
        attributes.reset_index(drop=True),
        given.cells(given.id_column) if by_id and given.id_column is not None else None,
        None if class_column is None else given.cells(str(given.column(class_column))),
        given.id_column or "id",
        Filed.of(given, crs, shift),
    )
    return delivery, findings
