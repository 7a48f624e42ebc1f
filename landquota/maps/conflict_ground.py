"""The ground on which parcels and constraint layers are in conflict, hatched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from landquota.area import total
from landquota.i18n import text
from landquota.maps.overlay_page import DRAWN, in_degrees
from landquota.maps.view import MapClass, MapFeature, MapLayer
from landquota.rules import Weight

if TYPE_CHECKING:
    from collections.abc import Callable

    from landquota.analyses.conflicts import Conflicts, Touch
    from landquota.area import Area

_WEIGHT_LINES: Final = {Weight.HARD: "#c0392b", Weight.CHECK: "#b9770e", Weight.NOTE: "#4a6478"}


def ground_in_conflict(result: Conflicts, *, size: Callable[[Area], str], language: str) -> MapLayer:
    """Return the ground in conflict that `result` has kept, by layer; a piece has its parcel as its zone.

    `size` writes an area.
    """
    wanted = sorted(result.pieces, key=lambda piece: -piece.area_m2)[:DRAWN]
    geometries = in_degrees([piece.geometry for piece in wanted], result.land.crs)
    features = [
        _feature(piece, geometry, result, language)
        for piece, geometry in zip(wanted, geometries, strict=True)
        if geometry is not None
    ]
    looks = []
    for number, constraint in enumerate(result.constraints):
        count = sum(feature.class_key == str(number) for feature in features)
        if count:
            whole = size(total(row.area for row in result.of(constraint)))
            line = _WEIGHT_LINES[constraint.rule.severity]
            name = constraint.given.render(language)
            looks.append(MapClass(str(number), name, line, line, hatched=True, count=count, area_text=whole))
    title = text("Ground in conflict").render(language)
    return MapLayer("conflicts", title, "constraint", tuple(looks), tuple(features))


def _feature(piece: Touch, geometry: Any, result: Conflicts, language: str) -> MapFeature:  # noqa: ANN401 - a polygon in degrees
    constraint, parcel = piece.constraint, result.land.given.ids[piece.parcel]
    rows = (
        (text("Parcel"), parcel),
        (text("Layer"), constraint.given.render(language)),
        (text("Planar (m²)"), f"{piece.area_m2:,.2f}"),
        (text("Rule"), constraint.rule.source),
    )
    name = piece.feature or text("outside of {name}", name=constraint.given).render(language)
    key = str(result.constraints.index(constraint))
    said = tuple((label.render(language), value) for label, value in rows)
    return MapFeature(piece.feature or parcel, name, key, geometry, said, zone=parcel)
