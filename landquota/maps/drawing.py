"""What a map sheet shows of a reconciliation: its layers as features, classes and rows of text.

The figures come from the reconciliation as they are; nothing is decided here.  A public edition is
drawn from what its sheet allows: exact coordinates, and fields that it does not name, never get into
its view.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import geopandas
import numpy as np

from landquota.analyses.conversion import LAND_USE
from landquota.area import Area, Unit, total
from landquota.errors import InputError
from landquota.i18n import text
from landquota.layers import CONTEXT, DATE_COLUMNS, STAGES
from landquota.maps.coarsening import coarsened, on_grid
from landquota.maps.conflict_ground import ground_in_conflict
from landquota.maps.context import context_class, context_features, points_in
from landquota.maps.evidence import Evidence
from landquota.maps.land_layer import land_classes, land_looks
from landquota.maps.located import Gazetteer, tally
from landquota.maps.panel import facts_elsewhere, figures_only, panels
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
    from landquota.maps.publication import Publication
    from landquota.maps.sheet import Sheet
    from landquota.reconcile import ParcelAccount, Reconciliation
    from landquota.seeds import Fact

_DEGREES: Final = "EPSG:4490"
_PAPER: Final = "#ffffff"
_FARMLAND_FILL: Final = "#f5f8dc"  # 耕地 245,248,220 of the official land-use colours
_FARMLAND_STROKE: Final = "#7a9a4a"
_KINDS: Final[Mapping[str, LayerKind]] = {
    "zones": "zones",
    "parcels": "parcels",
    LAND_USE: "other",
    CONTEXT: "context",
}
#: The features that bound a zone, as its document names them (四至).
_SIDES: Final = (
    ("bounds_east", text("East to")),
    ("bounds_south", text("South to")),
    ("bounds_west", text("West to")),
    ("bounds_north", text("North to")),
)

Drawn = tuple[list[MapFeature], list[MapClass]]
#: A line about a feature: the field by which a sheet may allow it (empty: never), its label and its text.
Line = tuple[str, str, str]


def sheet_view(
    sheet: Sheet,
    result: Reconciliation,
    layers: Layers,
    entries: Sequence[Entry],
    facts: Sequence[Fact],
    *,
    language: str,
    public: bool = False,
) -> MapView:
    """Return what the page of `sheet` shows, in `language`; of a `public` edition what the sheet allows.

    Raises
    ------
    InputError
        The sheet draws a layer that is not loaded, or opens on no zone.
    """
    names = tuple(layers.frames) if sheet.layers is None else sheet.layers
    _require_known(sheet, names, result, layers)
    names_said = Names.of((account.holder for account in result.holders), result.kinds)
    evidence = Evidence(entries, names_said, language)
    drawing = _Drawing(sheet, result, layers, evidence, language, sheet.publication if public else None)
    catalogue = {entry.name: entry for entry in layers.catalogue}
    drawn = tuple(drawing.layer(catalogue[name]) for name in names)
    sections = tuple(panels(result, evidence, Gazetteer.of(result, entries, layers.crs), facts))
    published = MapView(
        title=sheet.heading(language),
        subtitle=result.project.title(language),
        language=language,
        as_of=result.as_of,
        layers=drawn,
        panels=tuple(figures_only(sections, language)),
        footer=drawing.footer(),
        head=result.ledger_head,
        notices=tuple(drawing.notices()),
        opens_on=sheet.opens_on,
        precision_m=sheet.publication.precision_m if public else None,
    )
    if public:
        return published
    return replace(
        published,
        layers=(*drawn, *drawing.conflicts(), *drawing.constrained()),
        tally=tally(result.findings).render(language),
        panels=sections,
        facts=tuple(facts_elsewhere(result, facts, evidence)),
        basemap=sheet.basemap,
    )


def _require_known(sheet: Sheet, names: Sequence[str], result: Reconciliation, layers: Layers) -> None:
    """Refuse a sheet that names layers or a zone that there are not."""
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
    zones = [zone.zone for zone in result.zones]
    if sheet.opens_on is not None and sheet.opens_on not in zones:
        raise InputError(
            text("Map sheet {sheet} opens on '{zone}', which is no zone", sheet=sheet.id, zone=sheet.opens_on),
            remedy=text("Zones: {zones}.", zones=", ".join(zones) or "—"),
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
    publication: Publication | None
    vanished: dict[str, tuple[int, int]] = field(default_factory=dict)

    def say(self, msgid: str, /, **params: object) -> str:
        return text(msgid, **params).render(self.language)

    def word(self, code: str) -> str:
        return label(code, self.language)

    def size(self, area: Area) -> str:
        return area_text(area, self.language)

    def shown(self, lines: Iterable[Line]) -> tuple[tuple[str, str], ...]:
        """Return the lines about a feature that may be shown."""
        return tuple((label, said) for name, label, said in lines if self.allows(name))

    def allows(self, name: str) -> bool:
        return self.publication is None or name in self.publication.fields

    def named(self, number: int, id_: str, name: str) -> tuple[str, str]:
        """Return id and name of a feature, as far as they may be shown."""
        known = id_ if self.allows("id") else str(number)
        return known, name if self.allows("name") else known

    def placed(self, geometry: geopandas.GeoSeries, title: str) -> list[Any]:
        """Return geometries of a layer as they are drawn; None where nothing is left of one."""
        if self.publication is None:
            return in_degrees(geometry)
        coarse = coarsened(geometry.to_numpy(), precision_m=self.publication.precision_m)
        if coarse.vanished or coarse.vanished_rings:
            self.vanished[title] = (coarse.vanished, coarse.vanished_rings)
        return in_degrees(geopandas.GeoSeries(np.array(coarse.shapes, dtype=object), crs=geometry.crs))

    def layer(self, entry: CatalogEntry) -> MapLayer:
        """Return one layer of the project as it is drawn."""
        draw = {"zones": self.zones, "parcels": self.parcels, CONTEXT: self.context}.get(entry.kind, self.constraint)
        features, classes = draw(entry)
        return MapLayer(
            id=entry.name,
            title=self.title(entry),
            kind=_KINDS.get(entry.kind, "constraint"),
            classes=tuple(classes),
            features=tuple(feature for feature in features if feature.geometry is not None),
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
        for row, geometry in zip(frame.to_dict("records"), self.placed(frame.geometry, self.title(entry)), strict=True):
            zone = accounts[row["zone"]]
            lines = (
                ("id", self.say("Zone"), zone.zone),
                ("documented", self.say("Documented area"), documented_area(zone).render(self.language)),
                ("area", self.method(), f"{zone.measured.in_unit(Unit.KM2, 4)} km² = {self.size(zone.measured)}"),
                ("nature", self.say("Nature"), self.word(zone.nature)),
                *self.sides(row),
            )
            behind = self.evidence.about(zone.holder) if self.publication is None else ()
            name = zone.render(self.language)
            features.append(MapFeature(zone.zone, name, "zone", geometry, self.shown(lines), behind, zone=zone.zone))
        whole = self.size(total(zone.measured for zone in self.result.zones))
        return features, [
            MapClass("zone", self.title(entry), _PAPER, ZONE_STROKE, count=len(features), area_text=whole)
        ]

    def sides(self, row: Mapping[str, Any]) -> Iterator[Line]:
        """Yield what bounds a zone on each side, where its layer says it (a frame says "nothing" as NaN)."""
        for column, side in _SIDES:
            if isinstance(row.get(column), str) and row[column]:
                yield "sides", side.render(self.language), row[column]

    def parcels(self, entry: CatalogEntry) -> Drawn:
        frame = self.layers.frames[entry.name]
        accounts = [parcel for parcel in self.result.parcels if parcel.layer == entry.name]
        geometries = self.placed(frame.geometry, self.title(entry))
        drawn = zip(accounts, frame.to_dict("records"), geometries, strict=True)
        features = [
            MapFeature(
                *self.named(number, parcel.parcel, parcel.name),
                class_key=parcel.stage,
                geometry=geometry,
                rows=self.shown(self.parcel_lines(parcel, row)),
                entries=self.evidence.on_parcel(parcel.parcel) if self.publication is None else (),
                zone=parcel.zone or None,
                illustrative=parcel.nature == "illustrative",
            )
            for number, (parcel, row, geometry) in enumerate(drawn, 1)
        ]
        return features, [self.stage(stage, accounts) for stage in STAGES if any(p.stage == stage for p in accounts)]

    def stage(self, stage: str, accounts: Sequence[ParcelAccount]) -> MapClass:
        """Return the legend's line of one stage."""
        areas = [parcel.area for parcel in accounts if parcel.stage == stage]
        fill = self.sheet.fills[stage]
        whole = self.size(total(areas))
        return MapClass(stage, self.word(stage), fill, STAGE_STROKE, count=len(areas), area_text=whole)

    def parcel_lines(self, parcel: ParcelAccount, row: Mapping[str, Any]) -> Iterator[Line]:
        yield "id", self.say("Parcel"), parcel.parcel
        yield "class", self.say("Stage"), self.word(parcel.stage)
        yield from self.stage_dates(row)
        yield "area", self.method(), self.size(parcel.area)
        if parcel.nature != "surveyed":
            yield "nature", self.say("Nature"), self.word(parcel.nature)
        on_farmland = [conflict.area for conflict in self.result.conflicts if conflict.parcel == parcel.parcel]
        if on_farmland:
            yield "", self.say("Conflict with basic farmland"), self.size(total(on_farmland))
        if parcel.nature == "illustrative" and not self.evidence.on_parcel(parcel.parcel):
            yield "", self.say("Ledger"), self.say("An illustrative parcel is never posted to the ledger.")

    def stage_dates(self, row: Mapping[str, Any]) -> Iterator[Line]:
        """Yield the days on which a parcel reached its stages; the page's own day is the last that counts."""
        for column in DATE_COLUMNS:
            day = row.get(column)
            if isinstance(day, str) and day <= self.result.as_of.isoformat():
                yield "dates", heading(column, self.language), day

    def constraint(self, entry: CatalogEntry) -> Drawn:
        frame = self.layers.frames[entry.name]
        areas = measured(frame, self.result.project)
        land = land_classes(entry, frame)
        keys = [entry.kind] * len(frame) if land is None else land.values
        features = []
        drawn = zip(frame.to_dict("records"), keys, self.placed(frame.geometry, self.title(entry)), areas, strict=True)
        for number, (row, key, geometry, area) in enumerate(drawn, 1):
            id_ = str(row.get("id") or number)
            named = self.named(number, id_, str(row.get("name") or id_))
            lines = (
                ("area", self.method(), self.size(area)),
                ("nature", self.say("Nature"), self.word(entry.nature)),
            )
            features.append(MapFeature(*named, key, geometry, self.shown(lines)))
        if land is not None:
            return features, land_looks(land, areas, self.size, self.language)
        fill = _FARMLAND_FILL if entry.kind == FARMLAND else _PAPER
        whole = self.size(total(areas))
        return features, [
            MapClass(entry.kind, self.title(entry), fill, _FARMLAND_STROKE, count=len(features), area_text=whole)
        ]

    def context(self, entry: CatalogEntry) -> Drawn:
        frame = self.layers.frames[entry.name]
        if not self.allows("name"):
            frame = frame.assign(name="")
        shapes = frame.geometry
        if self.publication is not None:  # boundaries and lines, of which nothing may vanish
            shapes = geopandas.GeoSeries(on_grid(shapes.to_numpy(), self.publication.precision_m), crs=shapes.crs)
        features = context_features(frame, in_degrees(shapes), self.language)
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

    def constrained(self) -> list[MapLayer]:
        """Return the places where parcels are in conflict with other constraint layers; nothing for none."""
        if self.result.constraints is None:
            return []
        zones = {parcel.parcel: parcel.zone or None for parcel in self.result.parcels}
        layer = ground_in_conflict(self.result.constraints, size=self.size, language=self.language)
        features = tuple(replace(each, zone=zones.get(each.zone or "")) for each in layer.features)
        return [replace(layer, id="constraints", features=features)] if features else []

    def method(self) -> str:
        """Return the words before a measured area, which say how it was measured."""
        return self.say("Measured area ({method})", method=self.word(self.result.project.area_method))

    def footer(self) -> tuple[str, ...]:
        measured_by = self.say("Area by {method}", method=self.word(self.result.project.area_method))
        system = system_name(self.layers.crs, self.language)
        if self.publication is None:
            return self.say("For internal work only, not for publication"), system, measured_by
        number, drawn = self.publication.foot()
        return number.render(self.language), system, measured_by, drawn.render(self.language)

    def notices(self) -> Iterator[str]:
        natures = {entry.nature for entry in self.layers.catalogue}
        if "schematic" in natures:
            yield self.say("Boundaries are schematic: drawn from the documents' words, not surveyed.")
        if "illustrative" in natures:
            yield self.say("Parcels and farmland are illustrative: made up to show the tool, no real land.")
        for layer, (features, rings) in self.vanished.items():
            yield self.say(
                "{layer}: {features} too small to be drawn at this precision, and {rings} parts or holes of others; "
                "counts and areas include them.",
                layer=layer,
                features=features,
                rings=rings,
            )
