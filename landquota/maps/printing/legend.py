"""The legend on paper: every class with its look, count and area, as the page's legend says them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from landquota.i18n import text
from landquota.maps.payload import counted
from landquota.maps.printing.drawn import hatching
from landquota.maps.printing.plan import AMBER, INK, MUTED, PAPER, Box, Fill, Mark, Stroke, Words, boxes
from landquota.maps.printing.wording import shortened, width_mm

if TYPE_CHECKING:
    from landquota.maps.view import MapClass, MapLayer, MapView

_SWATCH: Final = (7.5, 4.5)
_INDENT_MM: Final = 10.5
_LABEL_PT: Final = 9.5
_FIGURES_PT: Final = 8.5
_LINE_MM: Final = 6.2
_GAP_MM: Final = 2.5


class Row(NamedTuple):
    """A line of the legend: a class's look, if it has one, and words from left to right."""

    look: MapClass | None
    words: tuple[tuple[str, str, float, bool], ...]  # text, colour, size in points, bold


def legend(view: MapView, box: Box) -> Iterator[Mark]:
    """Yield the legend of a view, from the top of a box; what has no room there is said."""
    left, low, right, high = box
    yield Words(text("Legend").render(view.language), left, high - 4.5, 13, bold=True)
    y = high - 14
    rows = [row for layer in view.layers for row in (*_rows(layer, view.language, right - left), None)]
    for number, row in enumerate(rows):
        if row is None:
            y -= _GAP_MM
        elif y - _LINE_MM < low:
            left_out = sum(one is not None for one in rows[number:])
            more = text("{count} more lines are in the page's legend", count=left_out).render(view.language)
            yield Words(shortened(more, _FIGURES_PT, right - left), left, y, _FIGURES_PT, colour=MUTED)
            return
        else:
            yield from _drawn(row, left, y)
            y -= _LINE_MM


def _rows(layer: MapLayer, language: str, room: float) -> Iterator[Row]:
    """Yield the lines of a layer; one with a single class of its own name needs no heading."""
    note = (
        ((shortened(layer.nature_note, _FIGURES_PT, room - _INDENT_MM), AMBER, _FIGURES_PT, False),)
        if layer.nature_note
        else ()
    )
    title = (shortened(layer.title, _LABEL_PT, room), INK, _LABEL_PT, True)
    several = len(layer.classes) != 1 or layer.classes[0].label != layer.title
    if several:
        yield from _broken(Row(None, (title, *note)), room)
    for look in layer.classes:
        label = (shortened(look.label, _LABEL_PT, room - _INDENT_MM), INK, _LABEL_PT, not several)
        count = counted(look.count, layer.counted_as or layer.kind).render(language)
        figures = " · ".join(part for part in (count, look.area_text) if part)
        said = (shortened(figures, _FIGURES_PT, room - _INDENT_MM), MUTED, _FIGURES_PT, False)
        yield from _broken(Row(look, (label, said, *(() if several else note))), room)


def _broken(row: Row, room: float) -> Iterator[Row]:
    """Yield a row as one or more that fit: what has no room on a line goes to the next."""
    look, line = row.look, list(row.words[:1])
    for words in row.words[1:]:
        if _length([*line, words]) > room - _INDENT_MM:
            yield Row(look, tuple(line))
            look, line = None, []
            if row.look is not None:
                line.append(("", INK, _LABEL_PT, False))
        line.append(words)
    yield Row(look, tuple(line))


def _length(line: list[tuple[str, str, float, bool]]) -> float:
    return sum(width_mm(said, size) + _GAP_MM for said, _, size, _ in line if said)


def _drawn(row: Row, left: float, y: float) -> Iterator[Mark]:
    indented = row.look is not None or row.words[0][0] == ""
    x = left + (_INDENT_MM if indented else 0)
    if row.look is not None:
        yield from swatch(row.look, left, y - 1)
    for said, colour, size, bold in row.words:
        if said:
            yield Words(said, x, y, size, bold=bold, colour=colour)
            x += width_mm(said, size) + _GAP_MM


def swatch(look: MapClass, x: float, y: float) -> Iterator[Mark]:
    """Yield a small picture of a class, its lower left corner at a place."""
    width, height = _SWATCH
    around = (x, y, x + width, y + height)
    yield Fill(boxes(around), (PAPER if look.hatched else look.fill,))
    if look.hatched:
        yield Stroke(hatching(boxes(around), around), look.stroke, 0.6)
    yield Stroke(np.array([shapely.box(*around)], dtype=object), look.stroke, 0.9)
