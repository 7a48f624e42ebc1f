"""The page of a composition: parcels by their main class, the pieces of ground over them, and the sums beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from landquota.area import ZERO, Area, total
from landquota.i18n import Text, text
from landquota.maps import page
from landquota.maps.drawing import area_text
from landquota.maps.land_colours import fills
from landquota.maps.overlay_page import DRAWN, in_degrees, parcel_kind, table_of, view_of
from landquota.maps.view import MapClass, MapFeature, MapLayer, MapView, PanelZone
from landquota.overlay import Role
from landquota.reports.overlay_words import called

if TYPE_CHECKING:
    from landquota.analyses import Given
    from landquota.analyses.composition import Composition, Row
    from landquota.maps.manifest import Sources
    from landquota.reports.listing import Report

#: The class of parcels that are of none.
_NONE: Final = ""
_NONE_FILL: Final = "#f4f4f2"
_FIGURES: Final = ("area_m2", "area_mu", "share")
_PARCEL_STROKE: Final = "#1f2d3d"
_PIECE_STROKE: Final = "#7b858c"


def write(result: Composition, layer: Given, report: Report, path: Path, *, sources: Sources, language: str) -> None:
    """Write the page, whole or not at all.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    page.write(composition_view(result, layer, report, language=language), path, sources)


def composition_view(result: Composition, layer: Given, report: Report, *, language: str) -> MapView:
    """Return what the page shows."""
    drawing = _Drawing(result, layer, language)
    parcels, pieces = drawing.parcels(), drawing.pieces()
    classes = next(each for each in report.listings if each.name == "classes")
    groups = [each for each in report.listings if each.name == "groups"]
    tables = [table_of(each, ["group"], _FIGURES, language) for each in groups]
    tables.append(table_of(classes, ["class", "class_name"], _FIGURES, language))
    return view_of(
        report,
        (parcels, pieces),
        PanelZone("sums", text("All parcels").render(language), tables=tuple(tables)),
        crs=result.land.crs,
        files=(result.land.given.file, layer.file),
        whole=len(result.land.given) + len(result.pieces),
        language=language,
        kind=drawing.kind,
    )


class _Drawing:
    """The features of one page."""

    def __init__(self, result: Composition, layer: Given, language: str) -> None:
        self._result, self._layer, self._language = result, layer, language
        self.kind = parcel_kind(len(result.land.given), many="other")
        used = sorted({row.label for row in result.rows if row.role is Role.PART})
        source = result.classes.source
        survey = source is not None and source.name in {"land_survey", "land_2007"}
        self._fills = fills(used, result.classes.names, survey=survey)

    def parcels(self) -> MapLayer:
        """Return the parcels by the class that each has most of."""
        land, main = self._result.land, self._result.main_class()
        rows: dict[str, list[Row]] = {}
        for row in self._result.rows:
            rows.setdefault(row.parcel, []).append(row)
        drawn = land.polygons(most=DRAWN)
        features = [
            MapFeature(id_, id_, main.get(id_, _NONE), geometry, tuple(self._rows(rows.get(id_, ()))))
            for id_, geometry in zip(
                (land.ids[row] for row in drawn), in_degrees(list(drawn.values()), land.crs), strict=True
            )
            if geometry is not None
        ]
        areas = dict(zip(land.given.ids, land.official(), strict=True))
        sizes: dict[str, list[Area]] = {}
        for feature in features:
            sizes.setdefault(feature.class_key, []).append(areas[feature.id])
        looks = self._looks(
            {key: len(each) for key, each in sizes.items()}, {k: total(a) for k, a in sizes.items()}, _PARCEL_STROKE
        )
        title = self._say(text("Parcels by main class"))
        return MapLayer("parcels", title, self.kind, tuple(looks), tuple(features), counted_as="parcels")

    def pieces(self) -> MapLayer:
        """Return the pieces of ground by class, the largest first where not all are drawn."""
        result = self._result
        values, ids, parcels = result.classes.values, self._layer.ids, result.land.given.ids
        wanted = sorted(result.pieces, key=lambda piece: -piece.area_m2)[:DRAWN]
        features = [
            MapFeature(
                ids[piece.feature],
                self._class(values[piece.feature]),
                values[piece.feature],
                geometry,
                (
                    (self._say(text("Parcel")), parcels[piece.parcel]),
                    (self._say(text("Feature")), ids[piece.feature]),
                    (self._say(text("Planar (m²)")), f"{piece.area_m2:,.2f}"),
                ),
                zone=parcels[piece.parcel],
            )
            for piece, geometry in zip(wanted, in_degrees([p.geometry for p in wanted], result.land.crs), strict=True)
            if geometry is not None
        ]
        sums = {each.label: each.area for each in result.by_class() if each.role is Role.PART}
        count = Counter(feature.class_key for feature in features)
        looks = self._looks(count, {key: sums.get(key, ZERO) for key in count}, _PIECE_STROKE)
        title = self._say(text("Pieces by class"))
        return MapLayer("pieces", title, "constraint", tuple(looks), tuple(features), counted_as="other")

    def _looks(self, count: Mapping[str, int], areas: Mapping[str, Area], stroke: str) -> Iterable[MapClass]:
        for key in sorted(count):
            fill = self._fills.get(key, _NONE_FILL)
            size = area_text(areas[key], self._language)
            yield MapClass(key, self._class(key), fill, stroke, count=count[key], area_text=size)

    def _rows(self, rows: Iterable[Row]) -> Iterable[tuple[str, str]]:
        several = list(rows)
        whole = total(row.area for row in several)
        yield self._say(text("Area")), f"{whole.m2} m² = {area_text(whole, self._language)}"
        for row in several:
            said = called(row.role, row.label)
            name = (
                self._class(row.label)
                if row.role is Role.PART
                else said
                if isinstance(said, str)
                else said.render(self._language)
            )
            share = f"{row.hundredths / 100:.2f} %"
            yield name, f"{row.area.m2} m² = {area_text(row.area, self._language)} ({share})"

    def _class(self, label: str) -> str:
        name = self._result.classes.names.get(label)
        if not label:
            return self._say(text("(no class)"))
        return f"{label} {name}" if name else label

    def _say(self, said: Text) -> str:
        return said.render(self._language)
