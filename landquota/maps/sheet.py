"""Map sheets: ``maps/*.toml`` and the view that each gives of a reconciliation.

A sheet says what is drawn and how; the figures come from the reconciliation as they are.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from landquota.area import Area, Unit, total
from landquota.ellipsoid import ellipsoidal_areas
from landquota.errors import InputError, UsageError
from landquota.i18n import text
from landquota.layers import STAGES
from landquota.maps.panel import entry_row, panels
from landquota.maps.view import (
    CONSTRAINT_STROKE,
    STAGE_FILLS,
    STAGE_STROKE,
    ZONE_STROKE,
    LayerKind,
    MapClass,
    MapFeature,
    MapLayer,
    MapView,
)
from landquota.reconcile import measured
from landquota.vocabulary import label

if TYPE_CHECKING:
    from geopandas import GeoDataFrame, GeoSeries

    from landquota.formats.table import FeatureTable
    from landquota.layers import CatalogEntry, Layers
    from landquota.ledger import Entry
    from landquota.reconcile import ParcelAccount, Reconciliation
    from landquota.seeds import Fact

_DEGREES: Final = "EPSG:4490"
_ZONE_FILL: Final = "#ffffff"
_FARMLAND_FILL: Final = "#f5f8dc"  # 耕地 245,248,220 of the official map colours
_FILE_FILL: Final = "#8fbdb4"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One map sheet: what it is called, which layers it draws (None: all) and in which colours."""

    id: str
    title: str
    title_en: str
    layers: tuple[str, ...] | None
    fills: Mapping[str, str]

    def heading(self, language: str) -> str:
        """Return the sheet's title in `language`."""
        return self.title if language == "zh" else self.title_en or self.title


def read_sheets(folder: Path, *, only: str | None = None) -> list[Sheet]:
    """Read every map sheet of `folder`, or the one whose id is `only`.

    Raises
    ------
    UsageError
        There is no sheet, or none of that name.
    InputError
        A sheet cannot be read.
    """
    sheets = [_sheet(file) for file in sorted(folder.glob("*.toml"))]
    names = [sheet.id for sheet in sheets]
    if not sheets:
        raise UsageError(
            text("{folder} holds no map sheet", folder=folder), remedy=text("Add one, such as maps/quota.toml.")
        )
    if only is not None and only not in names:
        nearest = difflib.get_close_matches(only, names, n=1, cutoff=0)
        raise UsageError(
            text("There is no map sheet '{name}'", name=only),
            remedy=text("Did you mean '{nearest}'? Sheets: {names}.", nearest=nearest[0], names=", ".join(names)),
        )
    return [sheet for sheet in sheets if only in {None, sheet.id}]


def _sheet(file: Path) -> Sheet:
    try:
        settings = tomllib.loads(file.read_text("utf-8-sig"))
        sheet = settings["sheet"]
        fills = {stage: style["fill"] for stage, style in settings.get("stages", {}).items()}
        return Sheet(
            id=str(sheet.get("id", file.stem)),
            title=str(sheet["title"]),
            title_en=str(sheet.get("title_en", "")),
            layers=tuple(str(name) for name in sheet["layers"]) if "layers" in sheet else None,
            fills={**STAGE_FILLS, **fills},
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as problem:
        raise InputError(
            text("{file} is not a map sheet: {problem}", file=file, problem=repr(problem)),
            remedy=text("A sheet needs [sheet] with title, and may have layers and [stages.NAME] with fill."),
        ) from problem


def sheet_view(
    sheet: Sheet,
    result: Reconciliation,
    layers: Layers,
    entries: Sequence[Entry],
    facts: Sequence[Fact],
    *,
    language: str,
) -> MapView:
    """Return what the page of `sheet` shows, in `language`."""
    names = tuple(layers.frames) if sheet.layers is None else sheet.layers
    unknown = [name for name in names if name not in layers.frames]
    if unknown:
        raise InputError(
            text(
                "Map sheet {sheet} draws layers that are not loaded: {names}", sheet=sheet.id, names=", ".join(unknown)
            ),
            remedy=text(
                "Add them with 'landquota layer add', or take them out of the sheet; then run 'landquota build'."
            ),
        )
    catalogue = {entry.name: entry for entry in layers.catalogue}
    drawn = [_layer(catalogue[name], layers.frames[name], sheet, result, entries, language) for name in names]
    return MapView(
        title=sheet.heading(language),
        subtitle=result.project.title(language),
        language=language,
        as_of=result.as_of,
        layers=(*drawn, *_conflict_layer(result, layers, language)),
        panels=tuple(panels(result, entries, facts, language=language)),
        footer=_footer(result, layers, language),
        head=result.ledger_head,
        notices=tuple(_notices(layers, language)),
    )


def _layer(
    entry: CatalogEntry,
    frame: GeoDataFrame,
    sheet: Sheet,
    result: Reconciliation,
    entries: Sequence[Entry],
    language: str,
) -> MapLayer:
    areas = measured(frame, result.project)
    rows = frame.to_dict("records")
    if entry.kind == "zones":
        features, classes = _zones(rows, frame, areas, result, entries, language)
    elif entry.kind == "parcels":
        features, classes = _parcels(entry.name, frame, sheet, result, entries, language)
    else:
        features, classes = _constraint(entry, rows, frame, areas, language)
    kinds: dict[str, LayerKind] = {"zones": "zones", "parcels": "parcels", "context": "other"}
    return MapLayer(
        id=entry.name,
        title=_title(entry, language),
        kind=kinds.get(entry.kind, "constraint"),
        classes=tuple(classes),
        features=tuple(features),
        nature_note=None if entry.nature == "surveyed" else label(entry.nature, language),
    )


def _title(entry: CatalogEntry, language: str) -> str:
    return (entry.title if language == "zh" else entry.title_en) or entry.title or entry.name


def _degrees(geometry: GeoSeries) -> list[Any]:
    return list(geometry.to_crs(_DEGREES))


def _mu(area: Area) -> str:
    return area.in_unit(Unit.MU, 2)


def _area_text(area: Area, language: str) -> str:
    return f"{_mu(area)} {Unit.MU.render(language)}"


def _zones(
    rows: Sequence[Mapping[str, Any]],
    frame: GeoDataFrame,
    areas: Sequence[Area],
    result: Reconciliation,
    entries: Sequence[Entry],
    language: str,
) -> tuple[list[MapFeature], list[MapClass]]:
    accounts = {zone.zone: zone for zone in result.zones}
    features = []
    for row, geometry, area in zip(rows, _degrees(frame.geometry), areas, strict=True):
        account = accounts[row["zone"]]
        documented = account.documented
        shown = (
            (_say("Zone", language), row["zone"]),
            (_say("Documented area", language), documented.written if documented else label("no_data", language)),
            (
                text("Measured area ({method})", method=label(account.area_method, language)).render(language),
                f"{area.in_unit(Unit.KM2, 4)} km² = {_area_text(area, language)}",
            ),
            (_say("Nature", language), label(account.nature, language)),
            *_bounding(row, language),
        )
        behind = [entry_row(e, language) for e in entries if e.holder == account.holder and e.type != "holder"]
        title = account.title(language)
        features.append(MapFeature(row["zone"], title, "zone", geometry, shown, tuple(behind), zone=row["zone"]))
    whole = MapClass(
        "zone",
        _say("Zones", language),
        _ZONE_FILL,
        ZONE_STROKE,
        count=len(features),
        area_text=_area_text(total(areas), language),
    )
    return features, [whole]


def _bounding(row: Mapping[str, Any], language: str) -> Iterable[tuple[str, str]]:
    """Return the features that bound the zone, as its document names them (四至)."""
    sides = (
        ("bounds_east", text("East to")),
        ("bounds_south", text("South to")),
        ("bounds_west", text("West to")),
        ("bounds_north", text("North to")),
    )
    return ((side.render(language), str(row[column])) for column, side in sides if row.get(column))


def _parcels(
    layer: str, frame: GeoDataFrame, sheet: Sheet, result: Reconciliation, entries: Sequence[Entry], language: str
) -> tuple[list[MapFeature], list[MapClass]]:
    accounts = [parcel for parcel in result.parcels if parcel.layer == layer]
    touched = {conflict.parcel for conflict in result.conflicts}
    features = [
        MapFeature(
            id=parcel.parcel,
            name=parcel.name,
            class_key=parcel.stage,
            geometry=geometry,
            rows=tuple(_parcel_rows(parcel, result, touched, language)),
            entries=tuple(entry_row(e, language) for e in entries if e.body.get("parcel") == parcel.parcel),
            zone=parcel.zone or None,
            illustrative=parcel.nature == "illustrative",
        )
        for parcel, geometry in zip(accounts, _degrees(frame.geometry), strict=True)
    ]
    classes = []
    for stage in STAGES:
        inside = [parcel.area for parcel in accounts if parcel.stage == stage]
        if inside:
            area_text = _area_text(total(inside), language)
            fill = sheet.fills[stage]
            classes.append(
                MapClass(stage, label(stage, language), fill, STAGE_STROKE, count=len(inside), area_text=area_text)
            )
    return features, classes


def _parcel_rows(
    parcel: ParcelAccount, result: Reconciliation, touched: set[str], language: str
) -> Iterable[tuple[str, str]]:
    yield _say("Parcel", language), parcel.parcel
    yield _say("Stage", language), label(parcel.stage, language)
    method = label(result.project.area_method, language)
    yield text("Measured area ({method})", method=method).render(language), _area_text(parcel.area, language)
    if parcel.nature != "surveyed":
        yield _say("Nature", language), label(parcel.nature, language)
    if parcel.parcel in touched:
        yield _say("Conflict", language), label("basic_farmland", language)
    if parcel.nature == "illustrative":
        yield _say("Ledger", language), text("An illustrative parcel is never posted to the ledger.").render(language)


def _constraint(
    entry: CatalogEntry, rows: Sequence[Mapping[str, Any]], frame: GeoDataFrame, areas: Sequence[Area], language: str
) -> tuple[list[MapFeature], list[MapClass]]:
    key = entry.kind
    features = []
    for number, (row, geometry, area) in enumerate(zip(rows, _degrees(frame.geometry), areas, strict=True), 1):
        name = str(row.get("name") or row.get("id") or number)
        shown = (
            (_say("Area", language), _area_text(area, language)),
            (_say("Nature", language), label(entry.nature, language)),
        )
        features.append(MapFeature(str(row.get("id") or number), name, key, geometry, shown))
    fill = _FARMLAND_FILL if key == "basic_farmland" else _ZONE_FILL
    whole = _area_text(total(areas), language)
    return features, [MapClass(key, _title(entry, language), fill, "#7a9a4a", count=len(features), area_text=whole)]


def _conflict_layer(result: Reconciliation, layers: Layers, language: str) -> list[MapLayer]:
    """Return the places where parcels lie on basic farmland, hatched in red."""
    if not result.conflicts:
        return []
    import geopandas  # noqa: PLC0415 - only needed where there are conflicts

    pieces = geopandas.GeoSeries([conflict.geometry for conflict in result.conflicts], crs=layers.crs)
    features = [
        MapFeature(
            id=f"{conflict.parcel}×{conflict.patch}",
            name=text("Parcel {parcel} on permanent basic farmland", parcel=conflict.parcel).render(language),
            class_key="conflict",
            geometry=geometry,
            rows=(
                (_say("Parcel", language), conflict.parcel),
                (_say("Area", language), _area_text(conflict.area, language)),
            ),
        )
        for conflict, geometry in zip(result.conflicts, _degrees(pieces), strict=True)
    ]
    area_text = _area_text(total(c.area for c in result.conflicts), language)
    name = _say("Conflict with basic farmland", language)
    whole = MapClass(
        "conflict", name, "#ffffff", CONSTRAINT_STROKE, hatched=True, count=len(features), area_text=area_text
    )
    return [MapLayer("conflicts", name, "constraint", (whole,), tuple(features))]


def _footer(result: Reconciliation, layers: Layers, language: str) -> tuple[str, ...]:
    method = label(result.project.area_method, language)
    return (
        _say("For internal work only, not for publication", language),
        layers.crs.name,
        text("Area by {method}", method=method).render(language),
        text("As of {as_of}, end of day", as_of=result.as_of.isoformat()).render(language),
    )


def _notices(layers: Layers, language: str) -> Iterable[str]:
    natures = {entry.nature for entry in layers.catalogue}
    if "schematic" in natures:
        yield _say("Boundaries are schematic: drawn from the documents' words, not surveyed.", language)
    if "illustrative" in natures:
        yield _say("Parcels and farmland are illustrative: made up to show the tool, no real land.", language)


def _say(msgid: str, language: str) -> str:
    return text(msgid).render(language)


def file_view(table: FeatureTable, *, language: str) -> MapView:
    """Return what the page of one polygon file shows: every feature with all its attributes."""
    frame = table.frame
    areas = [Area.measured(area_m2) for area_m2 in ellipsoidal_areas(frame.geometry.to_numpy(), frame.crs)]
    columns = [column for column in frame.columns if column != frame.geometry.name]
    method = text("Measured area ({method})", method=label("ellipsoid", language)).render(language)
    features = []
    for number, (row, geometry, area, place) in enumerate(
        zip(frame.to_dict("records"), _degrees(frame.geometry), areas, table.places, strict=True), 1
    ):
        shown = tuple((str(column), "" if row[column] is None else str(row[column])) for column in columns)
        size = (method, f"{area.m2} m² = {_area_text(area, language)}")
        id_ = place.feature or str(number)
        features.append(MapFeature(id_, _name(row) or id_, "file", geometry, (*shown, size)))
    whole = MapClass(
        "file", table.layer, _FILE_FILL, STAGE_STROKE, count=len(features), area_text=_area_text(total(areas), language)
    )
    footer = (
        _say("For internal work only, not for publication", language),
        frame.crs.name,
        text("Area by {method}", method=label("ellipsoid", language)).render(language),
        table.path.name,
    )
    layer = MapLayer("file", table.layer, "parcels", (whole,), tuple(features))
    return MapView(title=table.layer, language=language, layers=(layer,), footer=footer)


def _name(row: Mapping[str, Any]) -> str | None:
    """Return a feature's name by the columns that usually hold one (domain: DKMC, XMMC, MC)."""
    for column in ("name", "NAME", "DKMC", "XMMC", "MC", "parcel"):
        value = row.get(column)
        if isinstance(value, str) and value.strip():
            return value
    return None
