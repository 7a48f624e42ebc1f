"""What a map sheet shows of a reconciliation: its layers as features, classes and rows of text.

The figures come from the reconciliation as they are; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas

from landquota.area import Area, Unit, total
from landquota.errors import InputError
from landquota.i18n import text
from landquota.layers import CONTEXT, DATE_COLUMNS, STAGES
from landquota.maps.context import context_class, context_features, points_in
from landquota.maps.evidence import Evidence
from landquota.maps.located import Gazetteer, tally
from landquota.maps.panel import facts_elsewhere, panels
from landquota.maps.reference import system_name
from landquota.maps.view import (
    CONSTRAINT_STROKE,
    STAGE_STROKE,
    ZONE_STROKE,
    LayerKind,
    MapClass,
    MapFeature,
    MapLayer,
    MapView,
)
from landquota.reconcile import FARMLAND, measured
from landquota.reports.wording import Names, documented_area
from landquota.vocabulary import heading, label

if TYPE_CHECKING:
    from landquota.layers import CatalogEntry, Layers
    from landquota.ledger import Entry
    from landquota.maps.sheet import Sheet
    from landquota.reconcile import ParcelAccount, Reconciliation
    from landquota.seeds import Fact

_DEGREES: Final = "EPSG:4490"
_PAPER: Final = "#ffffff"
_FARMLAND_FILL: Final = "#f5f8dc"  # 耕地 245,248,220 of the official land-use colours
_FARMLAND_STROKE: Final = "#7a9a4a"
_KINDS: Final[Mapping[str, LayerKind]] = {"zones": "zones", "parcels": "parcels", CONTEXT: "context"}
#: The features that bound a zone, as its document names them (四至).
_SIDES: Final = (
    ("bounds_east", text("East to")),
    ("bounds_south", text("South to")),
    ("bounds_west", text("West to")),
    ("bounds_north", text("North to")),
)

Drawn = tuple[list[MapFeature], list[MapClass]]


def sheet_view(
    sheet: Sheet,
    result: Reconciliation,
    layers: Layers,
    entries: Sequence[Entry],
    facts: Sequence[Fact],
    *,
    language: str,
) -> MapView:
    """Return what the page of `sheet` shows, in `language`.

    Raises
    ------
    InputError
        The sheet draws a layer that is not loaded.
    """
    names = tuple(layers.frames) if sheet.layers is None else sheet.layers
    unknown = [name for name in (*names, *sheet.context_fills) if name not in layers.frames]
    if unknown:
        raise InputError(
            text(
                "Map sheet {sheet} draws layers that are not loaded: {names}", sheet=sheet.id, names=", ".join(unknown)
            ),
            remedy=text(
                "Add them with 'landquota layer add', or take them out of the sheet; then run 'landquota build'."
            ),
        )
    names_said = Names.of((account.holder for account in result.holders), result.kinds)
    evidence = Evidence(entries, names_said, language)
    drawing = _Drawing(sheet, result, layers, evidence, language)
    catalogue = {entry.name: entry for entry in layers.catalogue}
    return MapView(
        title=sheet.heading(language),
        subtitle=result.project.title(language),
        language=language,
        as_of=result.as_of,
        layers=(*(drawing.layer(catalogue[name]) for name in names), *drawing.conflicts()),
        tally=tally(result.findings).render(language),
        panels=tuple(panels(result, evidence, Gazetteer.of(result, entries, layers.crs), facts)),
        facts=tuple(facts_elsewhere(result, facts, evidence)),
        footer=drawing.footer(),
        head=result.ledger_head,
        notices=tuple(drawing.notices()),
        opens_on=sheet.opens_on if any(zone.zone == sheet.opens_on for zone in result.zones) else None,
        basemap=sheet.basemap,
    )


def area_text(area: Area, language: str) -> str:
    """Return a measured area in 亩 with two decimals and its unit."""
    return f"{area.in_unit(Unit.MU, 2)} {Unit.MU.render(language)}"


def in_degrees(geometry: geopandas.GeoSeries) -> list[Any]:
    """Return the geometries in longitude and latitude, as a page draws them."""
    return list(geometry.to_crs(_DEGREES))


@dataclass(frozen=True, slots=True)
class _Drawing:
    """What everything that is drawn on one sheet has in common."""

    sheet: Sheet
    result: Reconciliation
    layers: Layers
    evidence: Evidence
    language: str

    def say(self, msgid: str, /, **params: object) -> str:
        return text(msgid, **params).render(self.language)

    def word(self, code: str) -> str:
        return label(code, self.language)

    def size(self, area: Area) -> str:
        return area_text(area, self.language)

    def layer(self, entry: CatalogEntry) -> MapLayer:
        """Return one layer of the project as it is drawn."""
        draw = {"zones": self.zones, "parcels": self.parcels, CONTEXT: self.context}.get(entry.kind, self.constraint)
        features, classes = draw(entry)
        return MapLayer(
            id=entry.name,
            title=self.title(entry),
            kind=_KINDS.get(entry.kind, "constraint"),
            classes=tuple(classes),
            features=tuple(features),
            nature_note=" · ".join(self.notes(entry)) or None,
        )

    def notes(self, entry: CatalogEntry) -> Iterator[str]:
        """Yield what a layer's geometry is unless it was surveyed, and what of it is not drawn."""
        if entry.nature != "surveyed":
            yield self.word(entry.nature)
        points = points_in(self.layers.frames[entry.name].geometry) if entry.kind == CONTEXT else 0
        if points:
            yield self.say("{count} with points, which are not drawn", count=points)

    def title(self, entry: CatalogEntry) -> str:
        return (entry.title if self.language == "zh" else entry.title_en) or entry.title or entry.name

    def zones(self, entry: CatalogEntry) -> Drawn:
        frame = self.layers.frames[entry.name]
        accounts = {zone.zone: zone for zone in self.result.zones}
        features = []
        for row, geometry in zip(frame.to_dict("records"), in_degrees(frame.geometry), strict=True):
            zone = accounts[row["zone"]]
            rows = (
                (self.say("Zone"), zone.zone),
                (self.say("Documented area"), documented_area(zone).render(self.language)),
                (self.method(), f"{zone.measured.in_unit(Unit.KM2, 4)} km² = {self.size(zone.measured)}"),
                (self.say("Nature"), self.word(zone.nature)),
                *self.sides(row),
            )
            behind = self.evidence.about(zone.holder)
            name = zone.render(self.language)
            features.append(MapFeature(zone.zone, name, "zone", geometry, rows, behind, zone=zone.zone))
        whole = self.size(total(zone.measured for zone in self.result.zones))
        return features, [
            MapClass("zone", self.title(entry), _PAPER, ZONE_STROKE, count=len(features), area_text=whole)
        ]

    def sides(self, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield what bounds a zone on each side, where its layer says it (a frame says "nothing" as NaN)."""
        for column, side in _SIDES:
            if isinstance(row.get(column), str) and row[column]:
                yield side.render(self.language), row[column]

    def parcels(self, entry: CatalogEntry) -> Drawn:
        frame = self.layers.frames[entry.name]
        accounts = [parcel for parcel in self.result.parcels if parcel.layer == entry.name]
        drawn = zip(accounts, frame.to_dict("records"), in_degrees(frame.geometry), strict=True)
        features = [
            MapFeature(
                id=parcel.parcel,
                name=parcel.name,
                class_key=parcel.stage,
                geometry=geometry,
                rows=tuple(self.parcel_rows(parcel, row)),
                entries=self.evidence.on_parcel(parcel.parcel),
                zone=parcel.zone or None,
                illustrative=parcel.nature == "illustrative",
            )
            for parcel, row, geometry in drawn
        ]
        return features, [self.stage(stage, accounts) for stage in STAGES if any(p.stage == stage for p in accounts)]

    def stage(self, stage: str, accounts: Sequence[ParcelAccount]) -> MapClass:
        """Return the legend's line of one stage."""
        areas = [parcel.area for parcel in accounts if parcel.stage == stage]
        fill = self.sheet.fills[stage]
        whole = self.size(total(areas))
        return MapClass(stage, self.word(stage), fill, STAGE_STROKE, count=len(areas), area_text=whole)

    def parcel_rows(self, parcel: ParcelAccount, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        yield self.say("Parcel"), parcel.parcel
        yield self.say("Stage"), self.word(parcel.stage)
        yield from self.stage_dates(row)
        yield self.method(), self.size(parcel.area)
        if parcel.nature != "surveyed":
            yield self.say("Nature"), self.word(parcel.nature)
        on_farmland = [conflict.area for conflict in self.result.conflicts if conflict.parcel == parcel.parcel]
        if on_farmland:
            yield self.say("Conflict with basic farmland"), self.size(total(on_farmland))
        if parcel.nature == "illustrative" and not self.evidence.on_parcel(parcel.parcel):
            yield self.say("Ledger"), self.say("An illustrative parcel is never posted to the ledger.")

    def stage_dates(self, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield the days on which a parcel reached its stages; the page's own day is the last that counts."""
        for column in DATE_COLUMNS:
            day = row.get(column)
            if isinstance(day, str) and day <= self.result.as_of.isoformat():
                yield heading(column, self.language), day

    def constraint(self, entry: CatalogEntry) -> Drawn:
        frame = self.layers.frames[entry.name]
        areas = measured(frame, self.result.project)
        features = []
        drawn = zip(frame.to_dict("records"), in_degrees(frame.geometry), areas, strict=True)
        for number, (row, geometry, area) in enumerate(drawn, 1):
            id_ = str(row.get("id") or number)
            rows = ((self.method(), self.size(area)), (self.say("Nature"), self.word(entry.nature)))
            features.append(MapFeature(id_, str(row.get("name") or id_), entry.kind, geometry, rows))
        fill = _FARMLAND_FILL if entry.kind == FARMLAND else _PAPER
        whole = self.size(total(areas))
        return features, [
            MapClass(entry.kind, self.title(entry), fill, _FARMLAND_STROKE, count=len(features), area_text=whole)
        ]

    def context(self, entry: CatalogEntry) -> Drawn:
        frame = self.layers.frames[entry.name]
        features = context_features(frame, in_degrees(frame.geometry), self.language)
        return features, [context_class(self.title(entry), self.sheet.context_fills.get(entry.name))]

    def conflicts(self) -> list[MapLayer]:
        """Return the places where parcels lie on basic farmland, hatched in red; nothing where there are none."""
        found = self.result.conflicts
        if not found:
            return []
        pieces = geopandas.GeoSeries([conflict.geometry for conflict in found], crs=self.layers.crs)
        features = [
            MapFeature(
                id=f"{conflict.parcel} × {conflict.patch}",
                name=self.say("Parcel {parcel} on permanent basic farmland", parcel=conflict.parcel),
                class_key="conflict",
                geometry=geometry,
                rows=((self.say("Parcel"), conflict.parcel), (self.method(), self.size(conflict.area))),
            )
            for conflict, geometry in zip(found, in_degrees(pieces), strict=True)
        ]
        name = self.say("Conflict with basic farmland")
        whole = self.size(total(conflict.area for conflict in found))
        look = MapClass("conflict", name, _PAPER, CONSTRAINT_STROKE, hatched=True, count=len(features), area_text=whole)
        return [MapLayer("conflicts", name, "constraint", (look,), tuple(features))]

    def method(self) -> str:
        """Return the words before a measured area, which say how it was measured."""
        return self.say("Measured area ({method})", method=self.word(self.result.project.area_method))

    def footer(self) -> tuple[str, ...]:
        return (
            self.say("For internal work only, not for publication"),
            system_name(self.layers.crs, self.language),
            self.say("Area by {method}", method=self.word(self.result.project.area_method)),
        )

    def notices(self) -> Iterator[str]:
        natures = {entry.nature for entry in self.layers.catalogue}
        if "schematic" in natures:
            yield self.say("Boundaries are schematic: drawn from the documents' words, not surveyed.")
        if "illustrative" in natures:
            yield self.say("Parcels and farmland are illustrative: made up to show the tool, no real land.")
