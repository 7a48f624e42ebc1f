"""What the pages of overlays have in common: degrees, tables from listings, findings that fly, the foot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import geopandas
import shapely

from landquota.crs import horizontal
from landquota.findings import Finding, worst_first
from landquota.i18n import text
from landquota.maps.reference import system_name
from landquota.maps.view import (
    LayerKind,
    MapLayer,
    MapView,
    PanelCell,
    PanelFinding,
    PanelNote,
    PanelRow,
    PanelTable,
    PanelZone,
)
from landquota.vocabulary import label

if TYPE_CHECKING:
    import numpy as np
    import pyproj
    from numpy.typing import NDArray

    from landquota.reports.listing import Listing, Report

_POLYGON: Final = 3  # the type number of polygons
#: What a browser draws and lists with ease.
DRAWN: Final = 10_000
LISTED: Final = 1_000
#: So many parcels have their names on the map, as zones have; more would hide it.
_LABELLED: Final = 60


def in_degrees(geometries: Sequence[Any], crs: pyproj.CRS) -> list[Any]:
    """Return geometries of a plane in longitude and latitude of its own datum; None where there is nothing to draw."""
    degrees = horizontal(crs).geodetic_crs
    if degrees is None:
        return [None] * len(geometries)
    moved = geopandas.GeoSeries(list(geometries), crs=horizontal(crs)).to_crs(degrees)
    return [None if each is None or each.is_empty else each for each in moved]


class Surroundings:
    """Parcels that cut what is drawn beside them: their own colours stay as they are."""

    def __init__(self, parcels: NDArray[np.object_]) -> None:
        self._parcels = parcels
        self._tree = shapely.STRtree(parcels)

    def without(self, geometry: Any) -> Any:  # noqa: ANN401 - polygons in the plane
        """Return a polygon without the ground of the parcels; None where nothing is left."""
        near = self._parcels[self._tree.query(geometry, predicate="intersects")]
        rest = shapely.difference(geometry, shapely.union_all(near)) if len(near) else geometry
        parts = shapely.get_parts(shapely.get_parts(rest))
        polygons = parts[shapely.get_type_id(parts) == _POLYGON]
        return shapely.multipolygons(polygons) if len(polygons) else None


def table_of(listing: Listing, named_by: Sequence[str], figures: Sequence[str], language: str) -> PanelTable:
    """Return a listing as a table of the panel, its rows named by some columns together, the totals last."""
    place_of = {column.name: place for place, column in enumerate(listing.columns)}
    labels, places = [place_of[name] for name in named_by], [place_of[name] for name in figures]
    texts = listing.texts(language, people=True)
    rows = [*texts, *([listing.total_texts(language)] if listing.totals is not None else [])]
    shown = [labels[0], *places]
    return PanelTable(
        listing.title.render(language),
        tuple(listing.columns[place].heading.render(language) for place in shown),
        tuple(
            PanelRow(
                " ".join(row[place] for place in labels if row[place]),
                tuple(PanelCell(row[place]) for place in places),
            )
            for row in rows
        ),
    )


def parcel_kind(count: int, *, many: LayerKind) -> LayerKind:
    """Return as what parcels are drawn: few as zones, with their names, `many` as something without."""
    return "zones" if count <= _LABELLED else many


def findings_of(findings: Sequence[Finding], language: str, *, kind: LayerKind = "zones") -> Iterator[PanelZone]:
    """Yield the section with what is wrong with the data, the worst first; a click flies to the parcel."""
    ordered = worst_first(findings)
    if not ordered:
        return
    listed = tuple(
        PanelFinding(
            severity=finding.severity.value,
            word=label(finding.severity.value, language),
            code=finding.code,
            text=finding.message(language),
            remedy=finding.remedy(language),
            kind=kind,
            features=() if finding.place.feature is None else (finding.place.feature,),
        )
        for finding in ordered[:LISTED]
    )
    notes: tuple[PanelNote, ...] = ()
    if len(ordered) > LISTED:
        more = text(
            "{count} more findings are not listed on this page; a workbook lists them all.", count=len(ordered) - LISTED
        )
        notes = (PanelNote(more.render(language)),)
    yield PanelZone("findings", text("Findings").render(language), findings=listed, notes=notes)


def notes_of(report: Report, language: str) -> PanelZone:
    """Return the section that says how everything was measured."""
    notes = tuple(PanelNote(note.render(language)) for note in report.notes)
    return PanelZone("notes", text("About these figures").render(language), notes=notes)


def foot(crs: pyproj.CRS, files: Sequence[str], language: str) -> tuple[str, ...]:
    """Return the lines below a page."""
    internal = text("For internal work only, not for publication").render(language)
    return (internal, system_name(crs, language), *files)


def view_of(
    report: Report,
    layers: Sequence[MapLayer],
    sums: PanelZone,
    *,
    crs: pyproj.CRS,
    files: Sequence[str],
    whole: int,
    language: str,
    kind: LayerKind = "zones",
) -> MapView:
    """Return the page of a report.

    Parameters
    ----------
    report, layers, sums
        What it says, what it draws, of which empty layers are left out, and the tables beside that.
    crs, files
        What stands below it.
    whole
        How many shapes there are to draw.
    kind
        As what the shapes are drawn that findings fly to.
    """
    drawn = tuple(each for each in layers if each.features)
    return MapView(
        title=report.title.render(language),
        language=language,
        layers=drawn,
        panels=(sums, *findings_of(report.findings, language, kind=kind), notes_of(report, language)),
        footer=foot(crs, files, language),
        notices=left_out(sum(len(each.features) for each in drawn), whole, language),
        list_only=not drawn,
    )


def left_out(drawn: int, whole: int, language: str) -> tuple[str, ...]:
    """Return the notice that not everything is drawn."""
    if drawn >= whole:
        return ()
    said = text("{count} of {whole} shapes are not drawn; the largest are.", count=whole - drawn, whole=whole)
    return (said.render(language),)
