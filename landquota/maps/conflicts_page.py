"""The page of conflicts: parcels by their worst answer, the ground in conflict hatched, the answers beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from landquota.analyses.tiles import frame_of, some
from landquota.area import Area, Unit, total
from landquota.i18n import Renderable, Text, text
from landquota.maps import page
from landquota.maps.conflict_ground import ground_in_conflict
from landquota.maps.drawing import area_text
from landquota.maps.overlay_page import (
    DRAWN,
    LISTED,
    Surroundings,
    findings_of,
    foot,
    in_degrees,
    left_out,
    notes_of,
    parcel_kind,
)
from landquota.maps.view import (
    Badge,
    MapClass,
    MapFeature,
    MapLayer,
    MapView,
    PanelCell,
    PanelFinding,
    PanelNote,
    PanelRow,
    PanelTable,
    PanelZone,
    Severity,
)
from landquota.overlay import Answer
from landquota.reports.conflicts import ANSWERS, WEIGHTS
from landquota.rules import Weight

if TYPE_CHECKING:
    from landquota.analyses.conflicts import Conflicts, Constraint, Row
    from landquota.maps.manifest import Sources
    from landquota.reports.listing import Report

#: Label, fill and line of each class of parcels, the worst first.
_CLASSES: Final[Mapping[str, tuple[Renderable, str, str]]] = {
    Weight.HARD.value: (WEIGHTS[Weight.HARD], "#e9b3ad", "#a8281e"),
    Weight.CHECK.value: (WEIGHTS[Weight.CHECK], "#f2d9a0", "#8a5a00"),
    Answer.NO_DATA.value: (text("no data, no conflict known"), "#d5d5d8", "#5d5f66"),
    Weight.NOTE.value: (WEIGHTS[Weight.NOTE], "#cfdbe6", "#4a6478"),
    Answer.NOT_CONCERNED.value: (text("no conflict"), "#dfe9df", "#4d6b55"),
}
_SEVERITIES: Final[Mapping[Weight, Severity]] = {
    Weight.HARD: "error",
    Weight.CHECK: "warning",
    Weight.NOTE: "note",
}
#: Fill and line of each layer, told apart by their lines too.
_LAYERS: Final = (
    ("#eef3c8", "#7a9a4a"),
    ("#cfe6e4", "#2f7f7a"),
    ("#dcdcf0", "#5a5aa0"),
    ("#eedfd0", "#8a6a4a"),
    ("#e6d6e6", "#7d4f7d"),
)
#: So many features of the layers are drawn, those that parcels touch.
_LAYER_FEATURES: Final = 3_000


def write(result: Conflicts, report: Report, path: Path, *, sources: Sources, language: str) -> None:
    """Write the page, whole or not at all.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    page.write(conflicts_view(result, report, language=language), path, sources)


def conflicts_view(result: Conflicts, report: Report, *, language: str) -> MapView:
    """Return what the page shows."""
    drawing = _Drawing(result, language)
    parcels = drawing.parcels()
    touched = ground_in_conflict(result, size=lambda area: area_text(area, language), language=language)
    layers = tuple(each for each in (parcels, *drawing.features(), touched) if each.features)
    whole = len(result.land.given) + len(result.pieces)
    other = [finding for finding in report.findings if finding.code != "OVERLAY-CONFLICT"]
    return MapView(
        title=report.title.render(language),
        language=language,
        layers=layers,
        panels=(
            *(drawing.panel(number, each) for number, each in enumerate(result.constraints)),
            *findings_of(other, language, kind=drawing.kind),
            notes_of(report, language),
        ),
        footer=foot(result.land.crs, (result.land.given.file, *(c.given.file for c in result.constraints)), language),
        notices=left_out(len(parcels.features) + len(touched.features), whole, language),
        list_only=not layers,
    )


class _Drawing:
    """The features and sections of one page."""

    def __init__(self, result: Conflicts, language: str) -> None:
        self._result, self._language = result, language
        self.kind = parcel_kind(len(result.land.given), many="parcels")
        self._polygons = result.land.polygons(most=DRAWN)
        self._by_parcel: dict[str, list[Row]] = {}
        for row in result.rows:
            self._by_parcel.setdefault(row.parcel, []).append(row)

    def parcels(self) -> MapLayer:
        """Return the parcels by their worst answer."""
        land = self._result.land
        names = [land.ids[row] for row in self._polygons]
        features = [
            MapFeature(id_, id_, _worst(self._by_parcel[id_]), geometry, tuple(self._rows(id_)))
            for id_, geometry in zip(names, in_degrees(list(self._polygons.values()), land.crs), strict=True)
            if geometry is not None
        ]
        areas = dict(zip(land.given.ids, land.official(), strict=True))
        looks = []
        for key, (said, fill, line) in _CLASSES.items():
            mine = [areas[feature.id] for feature in features if feature.class_key == key]
            if mine:
                size = area_text(total(mine), self._language)
                looks.append(MapClass(key, self._say(said), fill, line, count=len(mine), area_text=size))
        title = self._say(text("Parcels"))
        return MapLayer("parcels", title, self.kind, tuple(looks), tuple(features), counted_as="parcels")

    def features(self) -> Iterator[MapLayer]:
        """Yield the features of each layer that parcels touch, as far as they lie beside the parcels."""
        around = Surroundings(np.array(list(self._polygons.values()), dtype=object))
        for number, constraint in enumerate(self._result.constraints):
            touched = {each for row in self._result.of(constraint) for each in (*row.features, *row.sliver_features)}
            ids = frame_of(constraint.layer).ids
            rows = [row for row, feature in enumerate(ids) if feature in touched][:_LAYER_FEATURES]
            chosen = some(constraint.layer, np.array(rows, dtype=np.int64))
            degrees = in_degrees([around.without(geometry) for geometry in chosen.geometries], self._result.land.crs)
            name = self._say(constraint.given)
            features = tuple(
                MapFeature(id_, id_, "feature", geometry, ((self._say(text("Layer")), name),))
                for id_, geometry in zip(chosen.ids, degrees, strict=True)
                if geometry is not None
            )
            fill, line = _LAYERS[number % len(_LAYERS)]
            look = MapClass("feature", name, fill, line, count=len(features))
            yield MapLayer(f"layer{number}", name, "other", (look,), features)

    def panel(self, number: int, constraint: Constraint) -> PanelZone:
        """Return the section of one layer: how many parcels are concerned, and which."""
        rows, rule = self._result.of(constraint), constraint.rule
        told = [row for row in rows if row.answer is not Answer.NOT_CONCERNED or row.sliver]
        hard = any(row.answer is Answer.CONCERNED for row in rows)
        listed = tuple(self._listed(row) for row in sorted(told, key=_rank)[:LISTED])
        notes = []
        if len(told) > LISTED:
            more = text(
                "{count} more are not listed on this page; the workbook lists them all.", count=len(told) - LISTED
            )
            notes.append(PanelNote(self._say(more)))
        verdict = Badge(_SEVERITIES[rule.severity], self._say(WEIGHTS[rule.severity])) if hard else None
        return PanelZone(
            f"layer{number}",
            self._say(constraint.given),
            subtitle=tuple(filter(None, (self._say(rule), rule.source, self._say(constraint.extent)))),
            verdict=verdict,
            tables=(self._table(rows),),
            findings=listed,
            notes=tuple(notes),
        )

    def _table(self, rows: Sequence[Row]) -> PanelTable:
        lines = []
        official = dict(zip(self._result.land.given.ids, self._result.land.official(), strict=True))
        for answer in Answer:
            mine = [row for row in rows if row.answer is answer]
            area = total(row.area for row in mine)
            touched = answer is Answer.CONCERNED
            cells = (
                str(len(mine)),
                self._mu(total(official[row.parcel] for row in mine)),
                self._mu(area) if touched else "—",
            )
            lines.append(PanelRow(self._say(ANSWERS[answer]), tuple(map(PanelCell, cells))))
        headings = (text("Answer"), text("Parcels"), text("Their area (mu)"), text("In conflict (mu)"))
        return PanelTable(self._say(text("Answers")), tuple(map(self._say, headings)), tuple(lines))

    def _listed(self, row: Row) -> PanelFinding:
        severity: Severity = "no_data" if row.answer is Answer.NO_DATA else "note"
        word = self._say(ANSWERS[row.answer])
        if row.severity is not None:
            severity, word = _SEVERITIES[row.severity], self._say(WEIGHTS[row.severity])
        return PanelFinding(
            severity, word, "", f"{row.parcel}: {self._said(row)}", kind=self.kind, features=(row.parcel,)
        )

    def _rows(self, parcel: str) -> Iterable[tuple[str, str]]:
        for row in self._by_parcel[parcel]:
            yield self._say(row.constraint.given), self._said(row)

    def _said(self, row: Row) -> str:
        """Return the answer of one layer for one parcel in words."""
        parts = [self._say(ANSWERS[row.answer])]
        if row.answer is Answer.CONCERNED:
            size = text(
                "{m2} m² = {mu} ({share} %)",
                m2=row.area.m2,
                mu=self._size(row.area),
                share=f"{row.hundredths / 100:.2f}",
            )
            parts.append(self._say(size))
        if row.sliver_planar_m2 > 0:
            parts.append(self._say(text("slivers {m2} m²", m2=f"{row.sliver_planar_m2:.2f}")))
        if row.no_data:
            parts.append(self._say(text("no data on {m2} m²", m2=row.no_data.m2)))
        return " · ".join(parts)

    def _size(self, area: Area) -> str:
        return area_text(area, self._language)

    def _mu(self, area: Area) -> str:
        return area.in_unit(Unit.MU, 2)

    def _say(self, said: Renderable | Text) -> str:
        return said.render(self._language)


def _rank(row: Row) -> int:
    """Return how early a row is listed: conflicts, then what is not known, then slivers."""
    return {Answer.CONCERNED: 0, Answer.NO_DATA: 1}.get(row.answer, 2)


def _worst(rows: Sequence[Row]) -> str:
    """Return the class of a parcel: its worst answer."""
    keys = {row.severity.value if row.severity is not None else row.answer.value for row in rows}
    return next(key for key in _CLASSES if key in keys)
