"""Parcels laid over a layer, and the check that nothing of them is lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import shapely

from landquota.area import Area
from landquota.errors import InputError
from landquota.findings import Finding, Place
from landquota.formats.names import few
from landquota.i18n import text
from landquota.overlay.cells import moved
from landquota.overlay.cutting import GRID_M, connected, cut
from landquota.overlay.layer import Layer, PreparedLayer
from landquota.overlay.measuring import TOLERANCE_M2, Measured, measured, tolerances_m2
from landquota.overlay.parcels import Parcels
from landquota.overlay.result import Overlay
from landquota.overlay.tables import Pairs, Pieces, counted, summed

if TYPE_CHECKING:
    from landquota.overlay.tables import Floats, Geometries, Ints


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
    found = measured(parcels, prepared)
    if len(found.lost):
        raise NotConserved(prepared.layer.name, [parcels.ids[row] for row in found.lost.tolist()])
    kept = None
    if pieces:
        pairs, kept = _cut(parcels, prepared, found)
    else:
        pairs = _pairs(parcels, prepared.layer, found)
    findings = _findings(parcels, prepared.layer, found)
    return Overlay(parcels, prepared.layer, pairs, found.cover, kept, findings)


def _pairs(parcels: Parcels, layer: Layer, found: Measured) -> Pairs:
    """Return the pairs, each of them one piece, or one sliver."""
    thin = found.area_m2 < _threshold(parcels, layer, found.parcel)
    return Pairs(found.parcel, found.feature, found.area_m2, found.area_m2 * thin, (~thin).astype(np.int64))


def _cut(parcels: Parcels, prepared: PreparedLayer, found: Measured) -> tuple[Pairs, Pieces]:
    """Return the pairs with their connected pieces, built by GEOS and as large as the engine measured."""
    pairs = found.parcel, found.feature
    local = moved(parcels.geometries, -prepared.origin)
    built = cut(local, prepared, pairs, found.area_m2, mended=np.isin(found.parcel, found.mended))
    polygons, pair, area_m2 = connected(built)
    off = np.abs(summed(area_m2, pair, len(built)) - found.area_m2) > _tolerances_m2(parcels, found, built)
    if off.any():
        raise NotConserved(prepared.layer.name, [parcels.ids[row] for row in np.unique(found.parcel[off]).tolist()])
    sliver = area_m2 < _threshold(parcels, prepared.layer, found.parcel[pair])
    clean = counted(pair[~sliver], len(found.parcel))
    sliver_m2 = np.where(clean > 0, summed(area_m2 * sliver, pair, len(found.parcel)), found.area_m2)
    pieces = Pieces(found.parcel[pair], found.feature[pair], moved(polygons, prepared.origin), area_m2, sliver)
    return Pairs(*pairs, found.area_m2, sliver_m2, clean), pieces


def _tolerances_m2(parcels: Parcels, found: Measured, built: Geometries) -> Floats:
    """Return by how much pieces may be larger or smaller than measured: on the grid, by what it moves their edges."""
    return tolerances_m2(parcels.areas_m2[found.parcel]) + GRID_M * np.asarray(shapely.length(built))


def _threshold(parcels: Parcels, layer: Layer, rows: Ints) -> Floats:
    """Return below which area a piece of each parcel is a sliver."""
    return np.minimum(layer.sliver_m2, parcels.areas_m2[rows] / 2)


def _findings(parcels: Parcels, layer: Layer, found: Measured) -> tuple[Finding, ...]:
    file = layer.file or layer.name
    findings = []
    for row in np.flatnonzero(found.covering[:, 0] > TOLERANCE_M2).tolist():
        area = Area.measured(found.covering[row, 0])
        x, y = found.covering[row, 4:].tolist()
        params = {"layer": layer.name, "parcel": parcels.ids[row], "area": area, "m2": area.m2}
        findings.append(Finding("OVERLAY-DOUBLE", Place(file=file, feature=parcels.ids[row], x=x, y=y), params))
    for row in found.mended.tolist():
        params = {"layer": layer.name, "parcel": parcels.ids[row], "grid": f"{GRID_M:g}"}
        findings.append(Finding("OVERLAY-SNAPPED", Place(file=file, feature=parcels.ids[row]), params))
    return tuple(findings)
