"""The features of a map view on paper: in the order, colours and lines in which the page draws them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from landquota.maps.printing.plan import Box, Fill, Mark, Stroke

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.maps.printing.scale import Scale
    from landquota.maps.view import LayerKind, MapClass, MapFeature, MapLayer

    Shapes = NDArray[np.object_]

#: As in ``assets/drawing.js``: how strongly a kind is filled, and how wide its lines are (there in pixels).
_OPACITY: Final[Mapping[LayerKind, float]] = {"zones": 0.6, "parcels": 0.95, "constraint": 0.6, "other": 0.6}
_WEIGHT: Final[Mapping[LayerKind, float]] = {"zones": 2.5, "parcels": 1.0, "constraint": 1.5, "other": 1.0}
_ORDER: Final[Sequence[LayerKind]] = ("other", "constraint", "parcels")
_PT_PER_PIXEL: Final = 0.5
#: Features of this size have lines of full width; smaller ones thinner, or there would be nothing but lines.
_FULL_LINES_MM: Final = 4.0
_THINNEST: Final = 0.12
#: A quarter of a dot: what is finer is not seen, and would make a PDF several times as large.
_FINEST_MM: Final = 0.02
_HATCH_MM: Final = 1.1
_HATCH_PT: Final = 0.6


class Placed(NamedTuple):
    """A layer and its features in the plane."""

    layer: MapLayer
    shapes: Shapes


def ground(placed: Sequence[Placed], scale: Scale, frame: Box) -> Iterator[Mark]:
    """Yield what fills the frame: zones, layers in the page's order, what is hatched, the zones' outlines."""
    on_paper = [_Sheet.of(one, scale, frame) for one in placed]
    zones = [sheet for sheet in on_paper if sheet.layer.kind == "zones"]
    for sheet in zones:
        yield from sheet.fills()
    others = [sheet for kind in _ORDER for sheet in on_paper if sheet.layer.kind == kind]
    for sheet in others:
        yield from sheet.fills()
        yield from sheet.strokes()
    for sheet in others:
        yield from sheet.hatches()
    for sheet in zones:
        yield from sheet.strokes()


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One layer on paper: the features that reach into the frame, the largest first, and their classes."""

    layer: MapLayer
    shapes: Shapes
    features: Sequence[MapFeature]
    looks: Sequence[MapClass]
    frame: Box

    @classmethod
    def of(cls, placed: Placed, scale: Scale, frame: Box) -> _Sheet:
        shapes = shapely.simplify(scale.on_paper(placed.shapes), _FINEST_MM, preserve_topology=False)
        bounds = shapely.bounds(shapes)
        size = (bounds[:, 2] - bounds[:, 0]) * (bounds[:, 3] - bounds[:, 1])
        # NaN, the bounds of nothing, compares as false.
        seen = np.all((bounds[:, :2] <= frame[2:]) & (bounds[:, 2:] >= frame[:2]), axis=1)
        order = np.argsort(-size, kind="stable")
        order = order[seen[order]]
        known = {one.key: one for one in placed.layer.classes}
        features = [placed.layer.features[at] for at in order]
        return cls(placed.layer, shapes[order], features, [known[one.class_key] for one in features], frame)

    def fills(self) -> Iterator[Mark]:
        plain = np.array([not look.hatched for look in self.looks], dtype=bool)
        if plain.any():
            colours = tuple(look.fill for look in self.looks if not look.hatched)
            yield Fill(self.shapes[plain], colours, _OPACITY[self.layer.kind], self.frame)

    def strokes(self) -> Iterator[Mark]:
        """Yield the outlines by colour, those of illustrative features dashed."""
        groups: dict[tuple[str, bool], list[int]] = {}
        for at, (feature, look) in enumerate(zip(self.features, self.looks, strict=True)):
            if not look.hatched:
                groups.setdefault((look.stroke, feature.illustrative), []).append(at)
        for (colour, dashed), places in groups.items():
            yield Stroke(self.shapes[places], colour, self._width(), dashed, self.frame)

    def hatches(self) -> Iterator[Mark]:
        """Yield the hatched features as lines of their own with an outline, above everything that is filled."""
        for look in self.layer.classes:
            places = [at for at, one in enumerate(self.looks) if one is look and look.hatched]
            if places:
                lines = hatching(self.shapes[places], self.frame)
                yield Stroke(lines, look.stroke, _HATCH_PT, within=self.frame)
                yield Stroke(self.shapes[places], look.stroke, self._width(), within=self.frame)

    def _width(self) -> float:
        """Return how wide lines are, in points: as on the page, and thinner where features are small on paper."""
        bounds = shapely.bounds(self.shapes)
        middle = float(np.median(np.sqrt((bounds[:, 2] - bounds[:, 0]) * (bounds[:, 3] - bounds[:, 1]))))
        thin = 1.0 if self.layer.kind == "zones" else min(1.0, max(_THINNEST, middle / _FULL_LINES_MM))
        return _WEIGHT[self.layer.kind] * _PT_PER_PIXEL * thin


def hatching(shapes: Shapes, frame: Box) -> Shapes:
    """Return rising lines, a little apart from each other, as far as they lie in polygons within the frame."""
    left, low, right, high = frame
    west = np.arange(left - (high - low), right, _HATCH_MM)
    east = west + (high - low)
    ends = np.stack([west, np.full_like(west, low), east, np.full_like(east, high)], axis=1).reshape(-1, 2, 2)
    lines: Shapes = np.array(shapely.linestrings(ends), dtype=object)
    sound = shapely.make_valid(shapes)
    polygon, line = shapely.STRtree(lines).query(sound, predicate="intersects")
    pieces = shapely.get_parts(shapely.intersection(lines[line], sound[polygon]))
    kept: Shapes = pieces[shapely.get_type_id(pieces) == shapely.GeometryType.LINESTRING]
    return kept
