"""What the rows of an overlay that are of no class are called, and what is said of layers below every result."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from landquota.crs import describe, same
from landquota.i18n import Renderable, Text, text
from landquota.overlay import Role
from landquota.reports.listing import Coded
from landquota.vocabulary import Term

if TYPE_CHECKING:
    import pyproj

    from landquota.analyses import Extent, Given

#: In brackets, so that they are no class.
ROLES: Final[Mapping[Role, Text]] = {
    Role.SLIVER: text("(slivers)"),
    Role.REMAINDER: text("(not covered)"),
    Role.NO_DATA: text("(no data)"),
    Role.DOUBLE: text("(doubly covered, taken off)"),
}
_EMPTY: Final = text("(class empty)")


def called(role: Role, label: str) -> Renderable | str:
    """Return what a row is called: its class, or in brackets why it has none."""
    return Coded(None, ROLES[role]) if role in ROLES else label or Coded("", _EMPTY)


def about(given: Given, extent: Extent, plane: pyproj.CRS) -> Iterator[Text]:
    """Yield of what date a layer is, where it speaks, and from which system it was brought into the plane."""
    if given.dated:
        yield text("Layer {name} as of {date}; {extent}", name=given, date=given.dated, extent=extent)
    else:
        yield text("Layer {name}, its date not stated; {extent}", name=given, extent=extent)
    if not same(given.crs, plane):
        yield text("Layer {name} was brought from {crs} into that plane", name=given, crs=describe(given.crs))
    yield from nature(given)


def nature(given: Given) -> Iterator[Text]:
    """Yield that a layer was not surveyed, where the catalogue says so."""
    if given.nature not in {"", "surveyed"}:
        yield text("Layer {name} is {nature}: no area of it holds on the ground", name=given, nature=Term(given.nature))


def code_of(crs: pyproj.CRS) -> str:
    """Return what JSON calls a system: by its code, or by its name where it has none."""
    return str(crs.to_string() if crs.to_epsg() is not None else crs.name)


def slivers(sliver_m2: float) -> Text:
    """Return from which size on pieces count."""
    return text("Pieces below {m2} m² are listed as slivers", m2=f"{sliver_m2:g}")
