"""The A3 sheet of a map view: title, map with labels, scale and north, legend with counts and areas, foot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from landquota.i18n import text
from landquota.maps.printing.drawn import Placed, ground
from landquota.maps.printing.legend import legend
from landquota.maps.printing.plan import AMBER, INK, MUTED, PAPER, Box, Fill, Mark, Plan, Stroke, Words, boxes
from landquota.maps.printing.scale import Scale, extent, fitted, in_plane
from landquota.maps.printing.wording import shortened, width_mm, wrapped
from landquota.maps.view import CONSTRAINT_STROKE

if TYPE_CHECKING:
    from landquota.maps.view import MapView

#: A3 in landscape.
_PAPER: Final = (420.0, 297.0)
_MARGIN: Final = 12.0
_FRAME: Final[Box] = (12.0, 22.0, 322.0, 266.0)
#: Between the frame and what lies in it; more above, for the names of zones.
_ROOM: Final[Box] = (20.0, 36.0, 314.0, 252.0)
#: The column beside the map, and in it where the small map stands.
_COLUMN: Final = (330.0, 408.0)
_LOCATOR: Final[Box] = (330.0, 22.0, 408.0, 64.0)
_GROUND: Final = "#f4f3ee"
_BAR_MM: Final = 60.0


def sheet_plan(view: MapView) -> Plan:
    """Return what stands on the A3 sheet of a view."""
    plan = Plan(*_PAPER)
    placed, scale = _placed(view)
    plan.marks.append(Fill(boxes(_FRAME), (_GROUND,)))
    if scale is not None:
        plan.marks.extend(ground(placed, scale, _FRAME))
        plan.marks.extend(_labels(placed, scale))
        plan.marks.extend(_scale_bar(view, scale))
    plan.marks.extend(_north(view))
    plan.marks.append(Stroke(boxes(_FRAME), INK, 1.2))
    plan.marks.extend(_title(view))
    plan.marks.extend(_beside(view, placed, scale))
    plan.marks.extend(_foot(view))
    return plan


def _placed(view: MapView) -> tuple[list[Placed], Scale | None]:
    """Return the layers in one plane, and the scale at which the page's first sight fits; None for nothing to see."""
    shapes = in_plane([feature.geometry for layer in view.layers for feature in layer.features])
    ends = np.cumsum([len(layer.features) for layer in view.layers], dtype=int)
    placed = [
        Placed(layer, part) for layer, part in zip(view.layers, np.split(shapes, ends[:-1]), strict=bool(ends.size))
    ]
    opening = _opening(view)
    first = [
        shape
        for layer, part in placed
        for feature, shape in zip(layer.features, part, strict=True)
        if opening is None or (layer.kind == "zones" and feature.id == opening)
    ]
    around = extent(np.array(first, dtype=object))
    return placed, None if around is None else fitted(around, _ROOM)


def _opening(view: MapView) -> str | None:
    """Return the id of the zone that the page opens on, if it is drawn."""
    zones = {feature.id for layer in view.layers if layer.kind == "zones" for feature in layer.features}
    return view.opens_on if view.opens_on in zones else None


def _labels(placed: Sequence[Placed], scale: Scale) -> Iterator[Mark]:
    """Yield the names of the zones in sight, each above its outline."""
    left, low, right, high = _FRAME
    for layer, shapes in placed:
        if layer.kind != "zones":
            continue
        for feature, (west, south, east, north) in zip(
            layer.features, shapely.bounds(scale.on_paper(shapes)), strict=True
        ):
            if not (west < right and east > left and south < high and north > low):
                continue
            name = shortened(feature.name or feature.id, 11, right - left - 20)
            half = width_mm(name, 11) / 2 + 3
            x = min(max((max(west, left) + min(east, right)) / 2, left + half), right - half)
            y = min(max(north + 8, low + 8), high - 7)
            yield Words(name, x, y, 11, "center", bold=True, boxed=True)
            if layer.nature_note:
                yield Words(
                    shortened(layer.nature_note, 8, 2 * half + 30), x, y - 5, 8, "center", colour=AMBER, boxed=True
                )


def _scale_bar(view: MapView, scale: Scale) -> Iterator[Mark]:
    """Yield the scale as a number, and as a bar in metres or kilometres."""
    left, low = _FRAME[0] + 6, _FRAME[1] + 7
    length_m = scale.bar_m(_BAR_MM)
    length = 1000 * length_m / scale.denominator
    unit, per = (text("km"), 1000) if length_m >= 1000 else (text("m"), 1)  # noqa: PLR2004 - a kilometre
    yield Fill(boxes((left - 3, low - 3, left + max(length + 12, 34), low + 13)), (PAPER,), 0.85)
    for quarter in range(4):
        part = boxes((left + length * quarter / 4, low, left + length * (quarter + 1) / 4, low + 1.8))
        yield Fill(part, (PAPER if quarter % 2 else INK,))
        yield Stroke(part, INK, 0.5)
    for share in (0.0, 0.5, 1.0):
        said = f"{length_m * share / per:g}"
        end = f" {unit.render(view.language)}" if share == 1.0 else ""
        yield Words(said, left + length * share, low + 3, 8, "center")
        if end:
            yield Words(end, left + length + width_mm(said, 8) / 2, low + 3, 8)
    yield Words(
        text("Scale 1:{denominator}", denominator=f"{scale.denominator:,.0f}").render(view.language), left, low + 8, 9
    )


def _north(view: MapView) -> Iterator[Mark]:
    """Yield the north arrow in the upper right corner of the map."""
    x, y = _FRAME[2] - 12, _FRAME[3] - 28
    for side, colour in ((-3.5, INK), (3.5, PAPER)):
        needle = np.array([shapely.Polygon([(x, y + 15), (x + side, y), (x, y + 3.5)])], dtype=object)
        yield Fill(needle, (colour,))
        yield Stroke(needle, INK, 0.6)
    yield Words(text("N").render(view.language), x, y + 17, 13, "center", bold=True)


def _title(view: MapView) -> Iterator[Mark]:
    middle = _PAPER[0] / 2
    yield Words(shortened(view.title, 24, _PAPER[0] - 2 * _MARGIN), middle, 281, 24, "center", bold=True)
    as_of = text("as of {date}", date=view.as_of).render(view.language) if view.as_of else ""
    below = " · ".join(part for part in (view.subtitle, as_of) if part)
    yield Words(shortened(below, 11, _PAPER[0] - 2 * _MARGIN), middle, 272.5, 11, "center", colour=MUTED)


def _beside(view: MapView, placed: Sequence[Placed], scale: Scale | None) -> Iterator[Mark]:
    """Yield the column beside the map: from below where it lies and what a reader has to know, then the legend."""
    left, right = _COLUMN
    low = _FRAME[1]
    if scale is not None and _opening(view) is not None:
        yield from _locator(placed, scale)
        low += _LOCATOR[3] - _LOCATOR[1] + 5
    notices = [line for notice in view.notices for line in wrapped(notice, 8.5, right - left)]
    for line in reversed(notices):
        yield Words(line, left, low, 8.5, colour=AMBER)
        low += 4.2
    yield from legend(view, (left, low + 2, right, _FRAME[3]))


def _locator(placed: Sequence[Placed], scale: Scale) -> Iterator[Mark]:
    """Yield a small map of all zones, in which what the large one shows is framed."""
    shapes = [shapes for layer, shapes in placed if layer.kind == "zones"]
    west, south, east, north = _FRAME
    corners = (np.array([[west, south], [east, north]]) - scale.place) * (scale.denominator / 1000) + scale.middle
    seen = boxes((*corners[0], *corners[1]))
    whole = np.concatenate([*shapes, seen])
    left, low, right, high = _LOCATOR
    small = fitted(tuple(shapely.total_bounds(whole)), (left + 3, low + 3, right - 3, high - 3))
    yield Fill(boxes(_LOCATOR), (_GROUND,))
    for zones in shapes:
        drawn = small.on_paper(zones)
        yield Fill(drawn, (PAPER,) * len(drawn))
        yield Stroke(drawn, INK, 0.6)
    yield Stroke(small.on_paper(seen), CONSTRAINT_STROKE, 1.2)
    yield Stroke(boxes(_LOCATOR), INK, 0.6)


def _foot(view: MapView) -> Iterator[Mark]:
    """Yield the line below the map: what the page says in its foot, the ledger's head whole."""
    head = [text("ledger {head}", head=view.head).render(view.language)] if view.head else []
    said = " · ".join([*view.footer, *head])
    for at, line in enumerate(list(wrapped(said, 8, _PAPER[0] - 2 * _MARGIN))[:3]):
        yield Words(line, _MARGIN, 15.5 - 4 * at, 8, colour=MUTED)
