"""A land-use layer on a map sheet: its patches by class, in the official colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from landquota.analyses.classes import classes_of
from landquota.analyses.conversion import LAND_USE
from landquota.area import total
from landquota.i18n import text
from landquota.maps.land_colours import fills
from landquota.maps.view import MapClass
from landquota.reconcile.asked import given_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from geopandas import GeoDataFrame

    from landquota.analyses.classes import Classes
    from landquota.area import Area
    from landquota.layers import CatalogEntry

_STROKE: Final = "#6b6f73"
#: The code lists whose codes begin with the digits of a first level that has a colour.
_SURVEYS: Final = frozenset({"land_survey", "land_2007"})


def land_classes(entry: CatalogEntry, frame: GeoDataFrame) -> Classes | None:
    """Return the land classes of a layer's patches; None for other layers, and where no attribute tells them."""
    return classes_of(given_of(frame, LAND_USE, "id", entry=entry), None)[0] if entry.kind == LAND_USE else None


def land_looks(classes: Classes, areas: Sequence[Area], size: Callable[[Area], str], language: str) -> list[MapClass]:
    """Return the legend's lines of land classes, in the order of their codes.

    Parameters
    ----------
    classes
        The classes of the patches.
    areas
        What each patch measures.
    size
        How an area is written.
    language
        In which language a patch without a class is said to be one.
    """
    used: dict[str, list[Area]] = {}
    for value, area in zip(classes.values, areas, strict=True):
        used.setdefault(value, []).append(area)
    survey = classes.source is not None and classes.source.name in _SURVEYS
    colours = fills(sorted(used), classes.names, survey=survey)
    return [
        MapClass(
            key=value,
            label=_called(value, classes, language),
            fill=colours[value],
            stroke=_STROKE,
            count=len(own),
            area_text=size(total(own)),
        )
        for value, own in sorted(used.items())
    ]


def _called(value: str, classes: Classes, language: str) -> str:
    if not value:
        return text("(no class)").render(language)
    return f"{value} {classes.names.get(value, '')}".strip()
