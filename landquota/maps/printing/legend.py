"""The legend on paper: every class with its look, count and area, as the page's legend says them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

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
_SMALL_PT: Final = 8.5
_LINE_MM: Final = 6.2
_GAP_MM: Final = 2.5


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of the legend: from the left a look and a label, from the right figures or a note."""

    label: str = ""
    look: MapClass | None = None
    bold: bool = False
    said: str = ""
    colour: str = MUTED


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
            yield Words(shortened(more, _SMALL_PT, right - left), left, y, _SMALL_PT, colour=MUTED)
            return
        else:
            yield from _drawn(row, left, right, y)
            y -= _LINE_MM


def _rows(layer: MapLayer, language: str, room: float) -> Iterator[_Row]:
    """Yield the lines of a layer; one with a single class of its own name needs no heading."""
    several = len(layer.classes) != 1 or layer.classes[0].label != layer.title
    note = layer.nature_note or ""
    if several:
        yield from _fitted(_Row(layer.title, bold=True, said=note, colour=AMBER), room)
    for look in layer.classes:
        count = counted(look.count, layer.counted_as or layer.kind).render(language)
        figures = " · ".join(part for part in (count, look.area_text) if part)
        yield from _fitted(_Row(look.label, look, not several, figures), room)
    if note and not several:
        yield from _fitted(_Row(said=note, colour=AMBER), room)


def _fitted(row: _Row, room: float) -> Iterator[_Row]:
    """Yield a row as one that fits, or as two."""
    label = shortened(row.label, _LABEL_PT, room - _INDENT_MM)
    said = shortened(row.said, _SMALL_PT, room - _INDENT_MM)
    indent = _INDENT_MM if row.look is not None else 0
    if label and said and indent + width_mm(label, _LABEL_PT) + _GAP_MM + width_mm(said, _SMALL_PT) > room:
        yield _Row(label, row.look, row.bold)
        yield _Row(said=said, colour=row.colour)
    else:
        yield _Row(label, row.look, row.bold, said, row.colour)


def _drawn(row: _Row, left: float, right: float, y: float) -> Iterator[Mark]:
    if row.look is not None:
        yield from swatch(row.look, left, y - 1)
    if row.label:
        x = left + (_INDENT_MM if row.look is not None else 0)
        yield Words(row.label, x, y, _LABEL_PT, bold=row.bold, colour=INK)
    if row.said:
        yield Words(row.said, right, y, _SMALL_PT, "right", colour=row.colour)


def swatch(look: MapClass, x: float, y: float) -> Iterator[Mark]:
    """Yield a small picture of a class, its lower left corner at a place."""
    width, height = _SWATCH
    around = (x, y, x + width, y + height)
    yield Fill(boxes(around), (PAPER if look.hatched else look.fill,))
    if look.hatched:
        yield Stroke(hatching(boxes(around), around), look.stroke, 0.6)
    yield Stroke(boxes(around), look.stroke, 0.9)
