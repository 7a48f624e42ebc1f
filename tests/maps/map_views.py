"""Map views for the tests: an ordinary one, and one in which every text is hostile."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from shapely import MultiPolygon, Polygon, box

from landquota.maps import (
    Badge,
    EntryRow,
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
)
from landquota.maps.view import CONSTRAINT_STROKE, STAGE_FILLS, STAGE_STROKE, ZONE_STROKE, LayerKind

WEST, SOUTH = 121.41, 30.17
ENTRY = EntryRow("2017-12-31", "R241-2018 §二(二)", "统筹指标", "+145 亩", key="L-0012", parcels=("P2",), zone="GHW-01")
PLAIN_ENTRY = EntryRow("2018-06-26", "R241-2018 §二(二)", "申请", "200 亩", key="L-0007")
#: One finding with features and a point, one with neither.
OVERLAP = PanelFinding(
    "warning",
    "警告",
    "PARCEL-OVERLAP",
    "地块重叠",
    "请核对界址",
    kind="parcels",
    features=("P2", "P3"),
    point=(121.4175, 30.172),
)
NO_LAYER = PanelFinding("note", "提示", "FARMLAND-NO-DATA", "没有永久基本农田图层")


def cell(column: int, row: int, size: float = 0.004) -> Polygon:
    """Return a square on a grid of 0.005 degrees."""
    west, south = WEST + 0.005 * column, SOUTH + 0.005 * row
    return box(west, south, west + size, south + size)


def parcels() -> tuple[MapFeature, ...]:
    """Return one parcel per stage: P1 has a hole, P5 two parts."""
    hole = cell(0, 0).centroid.buffer(0.001)
    shapes: list[Polygon | MultiPolygon] = [Polygon(cell(0, 0).exterior, [hole.exterior])]
    shapes += [cell(1, 0), cell(2, 0), cell(0, 1)]
    shapes += [MultiPolygon([cell(1, 1), cell(3, 1)]), cell(2, 1)]
    return tuple(
        MapFeature(
            id=f"P{number}",
            name=f"示例地块 {number}",
            class_key=stage,
            geometry=shape,
            rows=(("阶段", stage), ("面积", f"{number}.50 亩")),
            entries=(ENTRY,) if number == 2 else (),
            zone="GHW-01",
            illustrative=True,
        )
        for number, (stage, shape) in enumerate(zip(STAGE_FILLS, shapes, strict=True), start=1)
    )


def layers() -> tuple[MapLayer, ...]:
    """Return two zones, six parcels and a patch of farmland that covers part of P3."""
    zone = MapClass("zone", "片区", "#ffffff", ZONE_STROKE, count=2, area_text="7.67 km²")
    near = MapFeature(
        "GHW-01",
        "观海卫智能电器小镇",
        "zone",
        box(WEST - 0.003, SOUTH - 0.003, 121.435, 30.185),
        rows=(("四至", "北"),),
    )
    far = MapFeature("ZX-01", "周巷小家电智造小镇", "zone", box(121.12, 30.18, 121.14, 30.2))
    stages = tuple(MapClass(key, key, fill, STAGE_STROKE, count=1) for key, fill in STAGE_FILLS.items())
    red = MapClass("farm", "保护图斑", CONSTRAINT_STROKE, CONSTRAINT_STROKE, hatched=True, count=1, area_text="9 亩")
    farm = MapFeature("YN-1", "永久基本农田 1", "farm", box(WEST + 0.013, SOUTH, WEST + 0.0145, SOUTH + 0.004))
    return (
        MapLayer("zones", "片区", "zones", (zone,), (near, far), nature_note="示意边界"),
        MapLayer("parcels", "地块", "parcels", stages, parcels(), nature_note="示例地块"),
        MapLayer("farm", "永久基本农田", "constraint", (red,), (farm,)),
    )


def panels() -> tuple[PanelZone, ...]:
    """Return the county, with a figure that has no place, and a zone whose figures have one."""
    columns = ("指标", "下达", "可用")
    county = PanelRow("新增计划", (PanelCell("200", (PLAIN_ENTRY,)), PanelCell("—")))
    granted = PanelRow("统筹", (PanelCell("145", (ENTRY,)), PanelCell("145")))
    note = PanelNote("差额 ≥ 355 亩", "warning", (ENTRY, PLAIN_ENTRY))
    return (
        PanelZone("慈溪市", "慈溪市", tables=(PanelTable("", columns, (county,)),)),
        PanelZone(
            "GHW-01",
            "观海卫智能电器小镇",
            zone="GHW-01",
            subtitle=("载明 2.86 km²",),
            verdict=Badge("warning", "待核对"),
            tables=(PanelTable("指标", columns, (granted,)),),
            notes=(note, PanelNote("说明", "no_data")),
            findings=(OVERLAP,),
            facts=("规划已用完（R241-2018 §二）",),
        ),
        PanelZone("", "其他问题", findings=(NO_LAYER,)),
    )


def sample_view(language: str = "zh") -> MapView:
    """Return an ordinary view."""
    return MapView(
        title="慈溪市 指标一张图",
        language=language,
        subtitle="面积口径 椭球",
        as_of=date(2021, 6, 23),
        layers=layers(),
        tally="问题：1 警告 · 1 提示",
        panels=panels(),
        facts=("慈溪市：一律不供地",),
        footer=("内部工作用图", "边界为示意"),
        head="3f9c" + 58 * "0" + "a1",
        notices=("地块为示例",),
    )


def layer_only(kind: LayerKind, *features: MapFeature) -> MapView:
    """Return a page of one layer with one class, without a panel."""
    one = MapClass("all", "all", "#3f7ba6", "#3f4650", count=len(features))
    return MapView("layer", "en", layers=(MapLayer("layer", "layer", kind, (one,), features),))


def hostile_view(evil: str) -> MapView:
    """Return a view in which every text that data can reach is `evil`."""
    entry = EntryRow(evil, evil, evil, evil, key=evil, parcels=(evil,), zone=evil)
    finding = PanelFinding("error", evil, evil, evil, evil, kind="parcels", features=(evil,), point=(121.42, 30.17))
    rows = ((evil, evil), (evil, evil))
    kinds: tuple[LayerKind, ...] = ("zones", "parcels", "constraint", "other")
    looks = [MapClass(evil, evil, "#3f7ba6", "#c0392b", hatched=kind == "constraint", area_text=evil) for kind in kinds]
    shapes = (box(121.40, 30.16, 121.45, 30.19), cell(1, 0), cell(2, 0), cell(3, 0))
    table = PanelTable(evil, (evil, evil), (PanelRow(evil, (PanelCell(evil, (entry,)),)),))
    panel = PanelZone(
        evil,
        evil,
        zone=evil,
        subtitle=(evil,),
        verdict=Badge("error", evil),
        tables=(table,),
        notes=(PanelNote(evil, "warning", (entry,)),),
        findings=(finding,),
        facts=(evil,),
    )
    return replace(
        sample_view("en"),
        title=evil,
        subtitle=evil,
        layers=tuple(
            MapLayer(
                evil,
                evil,
                kind,
                (look,),
                (MapFeature(evil, evil, evil, shape, rows=rows, entries=(entry,), zone=evil),),
                nature_note=evil,
            )
            for kind, look, shape in zip(kinds, looks, shapes, strict=True)
        ),
        panels=(panel, replace(panel, zone=None)),
        tally=evil,
        facts=(evil,),
        footer=(evil, evil),
        head=evil,
        notices=(evil,),
        opens_on=evil,
    )
