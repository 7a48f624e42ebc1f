"""The page of a comparison: features by what became of them, and hatched what the old delivery had in their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import shapely

from landquota.analyses.changes import Change, Kind
from landquota.area import Area
from landquota.i18n import Text, text
from landquota.maps import page
from landquota.maps.ground_page import Drawn, Look, layer_of, sections, sized
from landquota.maps.overlay_page import findings_of, foot, left_out, notes_of, parcel_kind
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
    now = [drawn for change in changes for drawn in _now(result, change, language)]
    before = [drawn for change in changes if change.kind in _WITH_OLD for drawn in _before(result, change)]
    kind = parcel_kind(len(now), many="parcels")
    layers: list[MapLayer] = [
        layer_of("changes", text("Changes"), kind, _LOOKS, now, crs=crs, language=language, counted_as="parcels"),
        layer_of("old", text("Old geometry"), "constraint", _OLD, before, crs=crs, language=language),
    ]
    drawn = [each for each in layers if each.features]
    tables = (*_TABLES, ("transition", _columns(report)))
    return MapView(
        title=report.title.render(language),
        language=language,
        layers=tuple(drawn),
        panels=(
            sections(report, tables, language, name="sums", title=text("Changes")),
            *findings_of(report.findings, language, kind=kind),
            notes_of(report, language),
        ),
        footer=foot(crs, (result.old.file, result.new.file), language),
        notices=left_out(sum(len(each.features) for each in drawn), len(now) + len(before), language),
        list_only=not drawn,
    )


def _columns(report: Report) -> tuple[str, ...]:
    """Return the columns of the transition table that a terminal shows."""
    listing = next(each for each in report.listings if each.name == "transition")
    return tuple(column.name for column in listing.columns if column.short)


def _now(result: Diff, change: Change, language: str) -> Iterator[Drawn]:
    """Yield the features that there are now; of what was removed those that there were."""
    side, rows = (result.new, change.new) if change.new else (result.old, change.old)
    figures = tuple(_figures(result, change, language))
    for row in rows:
        if side.sound[row]:
            name, geometry = side.names[row], side.polygons[row]
            yield Drawn(name, name, change.kind, geometry, _area(geometry), figures)


def _before(result: Diff, change: Change) -> Iterator[Drawn]:
    for row in change.old:
        if result.old.sound[row]:
            name, geometry = result.old.names[row], result.old.polygons[row]
            yield Drawn(name, name, "old", geometry, _area(geometry))


def _area(geometry: Any) -> Area:  # noqa: ANN401 - a polygon
    return Area.measured(float(shapely.area(geometry)))


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
