"""The page of a comparison: features by what became of them, and hatched what the old delivery had in their place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from landquota.analyses.changes import Change, Kind
from landquota.analyses.delivery import Delivery
from landquota.analyses.tiles import some
from landquota.area import Area
from landquota.i18n import Text, text
from landquota.maps import page
from landquota.maps.ground_page import Drawn, Look, layer_of, sections, sized
from landquota.maps.overlay_page import DRAWN, parcel_kind, view_of
from landquota.maps.view import MapLayer, MapView
from landquota.reports.diff import KINDS, said

if TYPE_CHECKING:
    import pyproj

    from landquota.analyses.diff import Diff
    from landquota.maps.manifest import Sources
    from landquota.reports.listing import Report

#: What matters most comes first, and is drawn where not everything is.
_LOOKS: Final[Mapping[str, Look]] = {
    Kind.ADDED: Look(KINDS[Kind.ADDED], "#b9d8b4", "#2f6b2a"),
    Kind.REMOVED: Look(KINDS[Kind.REMOVED], "#eeb7b0", "#a8281e"),
    Kind.RESHAPED: Look(KINDS[Kind.RESHAPED], "#f2d9a0", "#8a5a00"),
    Kind.MOVED: Look(KINDS[Kind.MOVED], "#b9d0ea", "#2a5590"),
    Kind.SPLIT: Look(KINDS[Kind.SPLIT], "#dccbe8", "#6c3fa0"),
    Kind.MERGED: Look(KINDS[Kind.MERGED], "#cdbfdf", "#4f2f86"),
    Kind.ATTRIBUTES: Look(KINDS[Kind.ATTRIBUTES], "#cfe6e4", "#2f7f7a"),
    Kind.UNKNOWN: Look(KINDS[Kind.UNKNOWN], "#d5d5d8", "#5d5f66"),
    Kind.UNCHANGED: Look(KINDS[Kind.UNCHANGED], "#f1f1ee", "#9aa0a5"),
}
_OLD: Final = {"old": Look(text("old geometry"), "#5d5f66", "#5d5f66", hatched=True)}
#: Of what was changed otherwise the old ground is the new one, or nothing.
_WITH_OLD: Final = frozenset({Kind.RESHAPED, Kind.MOVED, Kind.SPLIT, Kind.MERGED})
_TABLES: Final = (
    ("kinds", ("change", "changes", "old_m2", "new_m2", "difference_m2")),
    ("rows", ("change", "old", "new", "difference_m2", "attributes")),
)


def write(result: Diff, crs: pyproj.CRS, report: Report, path: Path, *, sources: Sources, language: str) -> None:
    """Write the page, whole or not at all.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    page.write(diff_view(result, crs, report, language=language), path, sources)


def diff_view(result: Diff, crs: pyproj.CRS, report: Report, *, language: str) -> MapView:
    """Return what the page shows; the deliveries lie in the plane `crs`."""
    order = list(_LOOKS)
    changes = sorted(result.changes, key=lambda change: order.index(change.kind))
    now = list(_drawn(_now(result, changes), language, result))
    before = list(_drawn(_before(result, changes), language, result))
    kind = parcel_kind(len(now), many="parcels")
    layers: list[MapLayer] = [
        layer_of("changes", text("Changes"), kind, _LOOKS, now, crs=crs, language=language, counted_as="parcels"),
        layer_of("old", text("Old geometry"), "constraint", _OLD, before, crs=crs, language=language),
    ]
    tables = (*_TABLES, ("transition", _columns(report)))
    return view_of(
        report,
        layers,
        sections(report, tables, language, name="sums", title=text("Changes")),
        crs=crs,
        files=(result.old.file, result.new.file),
        whole=len(now) + len(before),
        language=language,
        kind=kind,
    )


def _columns(report: Report) -> tuple[str, ...]:
    """Return the columns of the transition table that a terminal shows."""
    listing = next(each for each in report.listings if each.name == "transition")
    return tuple(column.name for column in listing.columns if column.short)


class _Place(NamedTuple):
    """A feature to be drawn: its row in a delivery, what it is drawn as, and its change where that is told."""

    delivery: Delivery
    row: int
    key: str
    change: Change | None = None


def _now(result: Diff, changes: Sequence[Change]) -> Iterator[_Place]:
    """Yield the features that there are now; of what was removed those that there were."""
    for change in changes:
        side, rows = (result.new, change.new) if change.new else (result.old, change.old)
        yield from (_Place(side, row, change.kind, change) for row in rows if side.sound[row])


def _before(result: Diff, changes: Sequence[Change]) -> Iterator[_Place]:
    for change in changes:
        if change.kind in _WITH_OLD:
            yield from (_Place(result.old, row, "old") for row in change.old if result.old.sound[row])


def _drawn(places: Iterable[_Place], language: str, result: Diff) -> Iterator[Drawn]:
    """Yield features with their polygons, of very many those that are drawn."""
    several = list(places)
    polygons: list[Any] = [None] * len(several)
    for side in (result.old, result.new):
        mine = [at for at, place in enumerate(several[:DRAWN]) if place.delivery is side]
        found = some(side.layer, np.array([several[at].row for at in mine], dtype=np.int64)).geometries
        for at, polygon in zip(mine, found, strict=True):
            polygons[at] = polygon
    for (side, row, key, change), polygon in zip(several, polygons, strict=True):
        figures = () if change is None or polygon is None else tuple(_figures(result, change, language))
        yield Drawn(side.names[row], side.names[row], key, polygon, Area.measured(side.areas_m2[row]), figures)


def _figures(result: Diff, change: Change, language: str) -> list[tuple[str, str]]:
    way = None if change.dx_m is None or change.dy_m is None else f"{change.dx_m:+.3f} m, {change.dy_m:+.3f} m"
    lines: list[tuple[Text, str | None]] = [
        (text("Change"), KINDS[change.kind].render(language)),
        (text("Old feature"), "; ".join(result.old.names[row] for row in change.old)),
        (text("New feature"), "; ".join(result.new.names[row] for row in change.new)),
        (text("Old"), sized(change.old_area, language) if change.old else None),
        (text("New"), sized(change.new_area, language) if change.new else None),
        (text("Lost"), sized(change.lost, language) if change.lost else None),
        (text("Gained"), sized(change.gained, language) if change.gained else None),
        (text("Moved east, north"), way),
        (text("Attributes"), "; ".join(said(change.edited))),
    ]
    return [(heading.render(language), figure) for heading, figure in lines if figure]
