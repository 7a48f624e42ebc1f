"""Open polylines that may be boundaries which nobody closed, so that nothing else is taken for the parcel.

Roads, contour lines and arrows are open too.  What may be a boundary comes most of the way back to
where it began, or goes around a text of its own layer; and it is no speck beside what is closed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from shapely import Polygon

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.formats.dxf.drawing import Contents, Label, Outline

_FEWEST_POINTS: Final = 3
#: The gap of a boundary is at most this share of what is drawn of it: three sides of a square leave a third.
_GAP: Final = 0.5
#: It is at least this large, as a share of the largest closed outline; with a text in it, or without.
_LEAST: Final = {True: 0.001, False: 0.01}
#: What draughtsmen call the layer of the frame around a map; TK is that of CASS.
_FRAME: Final = re.compile(r"图[框廓幅签]|[内外]框|^TK$|frame|border|tuk(uang|uo)", re.IGNORECASE)


def is_frame(layer: str) -> bool:
    """Return whether the name of a layer says that it holds the frame of the drawing."""
    return _FRAME.search(layer) is not None


def boundaries(found: Contents, *, other_than: str) -> list[Outline]:
    """Return the open polylines that may be boundaries, of other layers than one with closed outlines."""
    opened = [outline for outline in found.outlines if outline.layer != other_than and _encloses(outline)]
    if not opened:
        return []
    closed = [outline for outline in found.outlines if outline.layer == other_than and outline.closed]
    whole = max((area for area in _areas(closed) if np.isfinite(area)), default=0.0)
    around = np.zeros(len(opened), dtype=bool)
    labels = [label for label in found.labels if np.isfinite(label.x + label.y)]
    for label, outline in _within(opened, labels):
        around[outline] |= labels[label].layer == opened[outline].layer
    return [
        outline
        for outline, area, has_text in zip(opened, _areas(opened), around.tolist(), strict=True)
        if area > _LEAST[has_text] * whole and (has_text or _comes_back(outline))
    ]


def taken_by(outlines: Sequence[Outline], labels: Sequence[Label]) -> NDArray[np.bool_]:
    """Return which texts lie in one of the polylines, closed by a straight line; shape (labels,)."""
    taken = np.zeros(len(labels), dtype=bool)
    for label, _ in _within(outlines, labels):
        taken[label] = True
    return taken


def _encloses(outline: Outline) -> bool:
    """Return whether an open polyline would be a ring if it were closed."""
    points = outline.points
    return not outline.closed and len(points) >= _FEWEST_POINTS and bool(np.isfinite(points).all())


def _comes_back(outline: Outline) -> bool:
    steps = np.diff(outline.points, axis=0)
    gap = np.hypot(*(outline.points[-1] - outline.points[0]))
    return bool(gap <= _GAP * np.hypot(*steps.T).sum())


def _areas(outlines: Sequence[Outline]) -> list[float]:
    """Return what each polyline encloses when it is closed by a straight line."""
    return [Polygon(outline.points).area for outline in outlines]


def _within(outlines: Sequence[Outline], labels: Sequence[Label]) -> list[tuple[int, int]]:
    """Return pairs (label, outline), as indexes, of texts that begin in an outline or on it."""
    if not outlines or not labels:
        return []
    rings = np.array([Polygon(outline.points) for outline in outlines], dtype=object)
    points = shapely.points([(label.x, label.y) for label in labels])
    at, around = shapely.STRtree(shapely.make_valid(rings)).query(points, predicate="intersects")
    return list(zip(at.tolist(), around.tolist(), strict=True))
