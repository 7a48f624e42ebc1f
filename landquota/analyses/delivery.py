"""A delivery: the features of one layer as they were handed in once, to be compared with another time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from landquota.formats.geometry import measurable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.analyses.given import Given

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
    """

    file: str
    names: Sequence[str]
    geometries: Geometries
    attributes: pd.DataFrame
    keys: Sequence[str] | None = None
    classes: Sequence[str] | None = None
    key_column: str = "id"

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def sound(self) -> Bools:
        """Which features are sound polygons, shape (n,)."""
        return measurable(self.geometries)

    @cached_property
    def polygons(self) -> Geometries:
        """The sound polygons, None in the place of others, shape (n,)."""
        polygons = self.geometries.copy()
        polygons[~self.sound] = None
        return polygons

    @cached_property
    def local(self) -> Geometries:
        """The sound polygons, each from its own south-west corner and in normal form: its shape, wherever it lies."""
        corners = np.nan_to_num(self.bounds[:, :2])
        coordinates, owner = shapely.get_coordinates(self.polygons, return_index=True)
        moved = shapely.set_coordinates(self.polygons.copy(), coordinates - corners[owner])
        return np.asarray(shapely.normalize(moved), dtype=object)

    @cached_property
    def bounds(self) -> Floats:
        """West, south, east, north of the sound polygons, shape (n, 4); NaN for others."""
        return np.asarray(shapely.bounds(self.polygons), dtype=np.float64)

    @cached_property
    def areas_m2(self) -> Floats:
        """The planar areas, shape (n,); zero where there is no sound polygon.

        Measured on local coordinates, for a zone prefix costs digits.
        """
        return np.nan_to_num(np.asarray(shapely.area(self.local), dtype=np.float64))

    @cached_property
    def written(self) -> list[bytes]:
        """Each geometry in a form that is the same for the same ground, whatever vertex it begins with."""
        normal = self.geometries.copy()
        normal[self.sound] = shapely.normalize(normal[self.sound])
        return [each or b"" for each in shapely.to_wkb(normal).tolist()]

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


def delivered(given: Given, plane: Geometries, *, by_id: bool, class_column: str | None) -> Delivery:
    """Return a layer that was read as a delivery.

    Parameters
    ----------
    given
        The layer.
    plane
        Its sound geometries in the plane that both deliveries share, None in the place of others.
    by_id
        Whether the ids that it was read with tell its features.
    class_column
        The attribute that holds the class.
    """
    frame, sound = given.table.frame, given.table.sound
    geometries = plane.copy()
    geometries[~sound] = frame.geometry.to_numpy()[~sound]  # compared as they are written only
    attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name)).rename(columns=str)
    return Delivery(
        given.file,
        given.ids,
        geometries,
        attributes.reset_index(drop=True),
        given.cells(given.id_column) if by_id and given.id_column is not None else None,
        None if class_column is None else given.cells(str(given.column(class_column))),
        given.id_column or "id",
    )
