"""Parcels laid over a layer, and the check that nothing of them is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from landquota.area import Area
from landquota.errors import InputError
from landquota.findings import Finding, Place
from landquota.formats.names import few
from landquota.i18n import text
from landquota.overlay.cover import Covering, Ground
from landquota.overlay.cutting import connected, cut, moved
from landquota.overlay.layer import Layer, PreparedLayer
from landquota.overlay.parcels import Parcels
from landquota.overlay.result import Overlay
from landquota.overlay.tables import Cover, Pairs, Pieces, counted, summed

if TYPE_CHECKING:
    from landquota.overlay.tables import Floats

#: What the parts of a parcel and the parcel may differ by.
TOLERANCE_M2: Final = 1e-6


class NotConserved(InputError):
    """Parcels whose parts do not add up to them, neither exactly nor on a grid."""

    def __init__(self, layer: str, parcels: Sequence[str]) -> None:
        super().__init__(
            text(
                "Over the layer {layer}, {count} parcel(s) are not the sum of their parts within 0.000001 m²: {ids}",
                layer=layer,
                count=len(parcels),
                ids=few(parcels),
            ),
            remedy=text("Check their geometry and that of the features under them: landquota layer check."),
        )
        self.parcels = tuple(parcels)

    def details(self) -> dict[str, object]:
        """Return the ids of the parcels."""
        return {"parcels": list(self.parcels)}


def overlay(parcels: Parcels, layer: Layer | PreparedLayer, *, pieces: bool = False) -> Overlay:
    """Measure parcels against one layer, in the plane that they share.

    Parameters
    ----------
    parcels
        What is measured.
    layer
        What it is measured against; a layer that is asked several times is better prepared
        once (:meth:`Layer.prepared`).
    pieces
        Whether the pieces of ground are built, to be drawn or exported: four times as dear.
        Then slivers are told piece by piece, otherwise by pair of parcel and feature.  A piece
        is a sliver if it is smaller than the layer's threshold and than half of its parcel.

    Raises
    ------
    NotConserved
        A parcel is not the sum of its parts - doubly covered + remainder + no data within
        1e-6 m², neither exactly nor on a grid.
    """
    prepared = layer if isinstance(layer, PreparedLayer) else PreparedLayer(layer)
    return _cut(parcels, prepared, keep=pieces)


def _cut(parcels: Parcels, prepared: PreparedLayer, *, keep: bool) -> Overlay:
    layer, origin = prepared.layer, _origin(parcels)
    parcel, feature, shared = cut(parcels.geometries, prepared, origin)
    polygons, pair, areas_m2 = connected(shared)
    mine = moved(parcels.geometries, -origin)
    sliver = areas_m2 < np.minimum(layer.sliver_m2, parcels.areas_m2[parcel[pair]] / 2)
    there, row = np.unique(pair, return_inverse=True)
    pairs = Pairs(
        parcel[there],
        feature[there],
        summed(areas_m2, row, len(there)),
        summed(areas_m2 * sliver, row, len(there)),
        counted(row[~sliver], len(there)),
    )
    coverage = None if layer.coverage is None else moved(np.array([layer.coverage]), -origin)[0]
    ground = Ground(coverage, layer.complete)
    coverings = [
        ground.covering(each, polygons[parcel[pair] == row]) if each is not None else Covering(0, 0, 0, None)
        for row, each in enumerate(mine)
    ]
    cover = Cover(*(np.array([c[i] for c in coverings], dtype=np.float64) for i in range(3)))
    total = summed(pairs.area_m2, pairs.parcel, len(parcels))
    lost = parcels.areas_m2 - total + cover.double_m2 - cover.remainder_m2 - cover.no_data_m2
    if (np.abs(lost) > TOLERANCE_M2).any():
        raise NotConserved(layer.name, [parcels.ids[i] for i in np.flatnonzero(np.abs(lost) > TOLERANCE_M2).tolist()])
    findings = tuple(
        _double(parcels.ids[row], layer, each, origin)
        for row, each in enumerate(coverings)
        if each.double_m2 > TOLERANCE_M2
    )
    kept = None
    if keep:
        kept = Pieces(parcel[pair], feature[pair], moved(polygons, origin), areas_m2, sliver)
    return Overlay(parcels, layer, pairs, cover, kept, findings)


def _origin(parcels: Parcels) -> Floats:
    """Return the corner from which coordinates are counted, whole metres."""
    bounds = shapely.total_bounds(parcels.geometries)
    return np.nan_to_num(np.floor(bounds[:2]))


def _double(parcel: str, layer: Layer, covering: Covering, origin: Floats) -> Finding:
    area = Area.measured(covering.double_m2)
    x, y = shapely.get_coordinates(shapely.point_on_surface(covering.twice))[0] + origin
    place = Place(file=layer.file or layer.name, feature=parcel, x=float(x), y=float(y))
    return Finding("OVERLAY-DOUBLE", place, {"layer": layer.name, "parcel": parcel, "area": area, "m2": area.m2})
