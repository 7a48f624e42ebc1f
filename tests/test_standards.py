"""Standard layers: recognised, clean ones silent, each departure found once, areas compared in their unit."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from landquota import formats
from landquota.area import Area, Unit
from landquota.ellipsoid import ellipsoidal_areas, matches, planar_areas
from landquota.errors import UsageError
from landquota.findings import Finding, Place
from landquota.formats.table import FeatureTable
from landquota.standards import (
    CHECKS,
    check,
    code_lists,
    colours,
    compare,
    declared,
    divisions,
    layers,
    profile,
    recognise,
    stated,
)
from landquota.standards.areas import _states
from landquota.standards.figures import Figures
from landquota.standards.rules import _understood
from landquota.standards.standard import FOLDER, area_fields

COUNTY = "330282"
VILLAGE = "3302821072010000000"
CLASSES = [("0101", "水田", 0.1), ("0103", "旱地", 0.0853), ("1006", "农村道路", 0.0), ("0702", "农村宅基地", 0.0)]


def squares(count: int, *, size_m: float = 61.37) -> list[shapely.Geometry]:
    east, north = 619_000.0, 3_340_000.0
    return [
        shapely.box(e := east + (i % 6) * size_m, n := north + i // 6 * size_m, e + size_m, n + size_m)
        for i in range(count)
    ]


def half_up(value: float, digits: str = "0.01") -> float:
    return float(Decimal(repr(float(value))).quantize(Decimal(digits), ROUND_HALF_UP))


def table(
    attributes: dict[str, Any], *, layer: str = "图层1", format_name: str = "GeoPackage", **how: Any
) -> FeatureTable:
    count = len(next(iter(attributes.values())))
    frame = geopandas.GeoDataFrame(attributes, geometry=squares(count, **how), crs="EPSG:4549")
    places = tuple(Place(file="x.gpkg", feature=f"F{i}") for i in range(count))
    return FeatureTable(Path("x.gpkg"), layer, format_name, frame, places, (None,) * count)


def dltb(count: int = 30) -> dict[str, Any]:
    """Return the attributes of a clean land-use layer of `count` patches."""
    areas = ellipsoidal_areas(np.array(squares(count), dtype=object), geopandas.GeoSeries([], crs="EPSG:4549").crs)
    classes = [CLASSES[i % len(CLASSES)] for i in range(count)]
    tbmj = [half_up(area) for area in areas]
    kcmj = [half_up(float(Decimal(str(a)) * Decimal(str(c[2])))) for a, c in zip(tbmj, classes, strict=True)]
    return {
        "BSM": [f"{COUNTY}21{i:010d}" for i in range(count)],
        "YSDM": ["2001010100"] * count,
        "TBYBH": [None] * count,
        "TBBH": [str(i + 1) for i in range(count)],
        "DLBM": [c[0] for c in classes],
        "DLMC": [c[1] for c in classes],
        "QSXZ": ["30"] * count,
        "QSDWDM": [VILLAGE] * count,
        "QSDWMC": ["上横街村"] * count,
        "ZLDWDM": [VILLAGE] * count,
        "ZLDWMC": ["上横街村"] * count,
        "TBMJ": tbmj,
        "KCDLBM": ["1203" if c[2] else None for c in classes],
        "KCXS": [c[2] for c in classes],
        "KCMJ": kcmj,
        "TBDLMJ": [float(Decimal(str(a)) - Decimal(str(k))) for a, k in zip(tbmj, kcmj, strict=True)],
        "GDPDJB": ["1" if c[0].startswith("01") else None for c in classes],
        "ZZSXDM": ["GZ"] * count,
        "ZZSXMC": ["耕种"] * count,
        "CZCSXM": ["203" if c[0] == "0702" else None for c in classes],
        "SJNF": [2023] * count,
        "MSSM": ["00"] * count,
    }


def measured(of: FeatureTable) -> tuple[np.ndarray, np.ndarray]:
    geometries = of.frame.geometry.to_numpy()
    return planar_areas(geometries), ellipsoidal_areas(geometries, of.frame.crs)


def everything(of: FeatureTable) -> list[Finding]:
    return check(of, county=COUNTY) + compare(of, *measured(of))


def messages(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.message("en")) for finding in findings]


# --- what is clean is silent -------------------------------------------------------------------


def test_a_clean_land_use_layer_gives_no_finding() -> None:
    clean = table(dltb(), layer="DLTB")
    assert recognise(clean) is layers()["DLTB"]
    assert everything(clean) == []


def test_a_clean_layer_of_the_second_survey_gives_no_finding() -> None:
    rows = dltb(6)
    old = {name: rows[name] for name in ("YSDM", "TBBH", "QSXZ", "QSDWDM", "QSDWMC", "ZLDWDM", "ZLDWMC", "TBMJ")}
    old |= {"BSM": list(range(1, 7)), "DLBM": ["013"] * 6, "DLMC": ["旱地"] * 6, "BGRQ": ["20091231"] * 6}
    old |= {"TKXS": [0.1] * 6, "TKMJ": [100.0] * 6, "XZDWMJ": [20.05] * 6}
    old |= {"TBDLMJ": [half_up(a - 120.05) for a in rows["TBMJ"]]}
    clean = table(old, layer="DLTB")
    assert recognise(clean) is layers()["DLTB-2007"]
    assert everything(clean) == []
    wrong = table(old | {"TBDLMJ": [half_up(a - 120.04) for a in rows["TBMJ"]]}, layer="DLTB")
    assert [finding.code for finding in everything(wrong)] == ["AREA-FORMULA"]


def test_a_clean_layer_of_basic_farmland_gives_no_finding() -> None:
    rows = dltb(6)
    clean = table(farmland(rows), layer="YJJBNTBHTB")
    assert recognise(clean) is layers()["YJJBNTTB"]
    assert everything(clean) == []


def farmland(rows: dict[str, Any]) -> dict[str, Any]:
    names = ("BSM", "YSDM", "TBBH", "DLBM", "DLMC", "QSXZ", "QSDWDM", "QSDWMC", "ZLDWDM", "ZLDWMC")
    return {name: rows[name] for name in names} | {
        "XZQDM": [COUNTY] * 6,
        "XZQMC": ["慈溪市"] * 6,
        "YJJBNTTBBH": rows["TBBH"],
        "YJJBNTTBMJ": rows["TBMJ"],
        "YJJBNTMJ": rows["TBDLMJ"],
    }


@pytest.mark.parametrize(("file", "options"), [("DLTB.gpkg", {}), ("DLTB.shp", {"encoding": "GBK"})])
def test_a_clean_layer_stays_clean_through_a_file(tmp_path: Path, file: str, options: dict[str, str]) -> None:
    rows = dltb()
    frame = geopandas.GeoDataFrame(rows, geometry=squares(30), crs="EPSG:4549")
    frame.to_file(tmp_path / file, engine="pyogrio", **options)
    read, findings = formats.read(tmp_path / file)
    assert read is not None
    assert findings == []
    assert recognise(read) is layers()["DLTB"]
    assert everything(read) == []


# --- each rule broken by itself gives its own finding --------------------------------------------


def cell(name: str, value: object, row: int = 3) -> Callable[[dict[str, Any]], None]:
    def change(rows: dict[str, Any]) -> None:
        rows[name] = [*rows[name][:row], value, *rows[name][row + 1 :]]

    return change


def column(name: str, values: Callable[[list[Any]], list[Any]]) -> Callable[[dict[str, Any]], None]:
    def change(rows: dict[str, Any]) -> None:
        rows[name] = values(rows[name])

    return change


def renamed(name: str, to: str) -> Callable[[dict[str, Any]], None]:
    def change(rows: dict[str, Any]) -> None:
        rows[to] = rows.pop(name)

    return change


def dropped(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda rows: rows.pop(name)


def area_of_patch(by: float) -> Callable[[dict[str, Any]], None]:
    """Return a change of one patch's area, with what follows from it, so that only the map disagrees."""

    def change(rows: dict[str, Any]) -> None:
        rows["TBMJ"][2] = half_up(rows["TBMJ"][2] * by)
        rows["TBDLMJ"][2] = rows["TBMJ"][2]

    return change


BROKEN = [
    (
        dropped("QSXZ"), "SCHEMA-FIELD-MISSING",
        "The field QSXZ (权属性质) of DLTB (land-use patches) is missing; there are: BSM, YSDM, ",
    ),
    (
        dropped("MSSM"), "SCHEMA-FIELD-EXPECTED",
        "The field MSSM (描述说明) of DLTB (land-use patches) is missing, which is mandatory by a list known at second",
    ),
    (renamed("GDPDJB", "GDPDBJ"), "SCHEMA-FIELD-NAME",
     "This field is not read as GDPDJB (耕地坡度级别) of DLTB (land-use patches), which is not there"),
    (renamed("DLBM", "地类编码"), "SCHEMA-FIELD-TITLE",
     "This field is read as DLBM of DLTB (land-use patches): it is called by its title"),
    (column("DLBM", lambda cells: [int(c) for c in cells]), "SCHEMA-FIELD-TYPE",
     "DLBM (地类编码) is stored as whole numbers, not as text"),
    (column("TBMJ", lambda cells: [str(c) for c in cells]), "SCHEMA-FIELD-TYPE",
     "TBMJ (图斑面积) is stored as text, not as numbers"),
    (cell("QSDWMC", " "), "SCHEMA-CELL-EMPTY", "QSDWMC (权属单位名称) is empty in 1 of 30 feature(s): F3"),
    (cell("SJNF", 2023.5), "SCHEMA-CELL-VALUE",
     "SJNF (数据年份) should hold whole numbers; in 1 feature(s) it does not (F3): 2023.5"),
    (cell("YSDM", "20010101000"), "SCHEMA-CELL-LENGTH",
     "YSDM (要素代码) has more than 10 characters in 1 feature(s) (F3): 20010101000"),
    (cell("KCXS", 0.10000001, 0), "SCHEMA-CELL-DECIMALS",
     "KCXS (扣除地类系数) has more than 4 decimals in 1 feature(s) (F0): 0.10000001"),
    (cell("SJNF", 23), "SCHEMA-CELL-RANGE", "SJNF (数据年份) is outside 1949–2200 in 1 feature(s) (F3): 23"),
    (cell("MSSM", "07"), "CODE-UNKNOWN", "MSSM (描述说明) 07 is not among the remark codes; 1 feature(s): F3"),
    (cell("QSXZ", "35"), "CODE-UNLISTED",
     "QSXZ (权属性质) 35 is not among the ownership codes known here, a list that may not be complete; 1 feature"),
    (cell("DLMC", "城镇住宅用地"), "CODE-NAME-DIFFERS",
     "DLMC (地类名称) says 城镇住宅用地, but the code 0702 is 农村宅基地; 1 feature(s): F3"),
    (cell("QSDWDM", "33028210720"), "CODE-DIVISION-FORM",
     "QSDWDM (权属单位代码) 33028210720 is no administrative code; 1 feature(s): F3"),
    (cell("ZLDWDM", "3302811072010000000"), "CODE-DIVISION-COUNTY",
     "ZLDWDM (座落单位代码) 3302811072010000000 does not lie in 330282 慈溪市; 1 feature(s): F3"),
    (cell("ZLDWDM", "3302829992010000000"), "CODE-DIVISION-TOWN",
     "ZLDWDM (座落单位代码) 3302829992010000000 names no town that is known in 330282 慈溪市; 1 feature(s): F3"),
    (cell("BSM", f"{COUNTY}210000000002"), "ID-DUPLICATE", "The BSM '330282210000000002' stands in 2 features"),
    (cell("TBBH", "1"), "ID-DUPLICATE-WITHIN",
     "TBBH (图斑编号) stands twice within the same ZLDWDM; 2 feature(s): F0, F3: 3302821072010000000 / 1"),
    (cell("KCDLBM", "1230"), "CODE-UNLISTED",
     "KCDLBM (扣除地类编码) 1230 is not among the survey land classes known here, a list that may not be complete; 1 "),
    (cell("TBDLMJ", 3000.0), "AREA-FORMULA",
     "TBDLMJ (图斑地类面积) is not TBMJ − KCMJ in 1 feature(s) (F3), for example 3000 instead of "),
    (area_of_patch(1.001), "AREA-FEATURE-DIFFERS", "TBMJ declares "),
    (area_of_patch(1.02), "AREA-FEATURE-FAR", "TBMJ declares "),
]  # fmt: skip


@pytest.mark.parametrize(("change", "code", "message"), BROKEN, ids=[f"{b[1]}-{i}" for i, b in enumerate(BROKEN)])
def test_each_departure_gives_exactly_its_finding(
    change: Callable[[dict[str, Any]], None], code: str, message: str
) -> None:
    rows = dltb()
    change(rows)
    findings = everything(table(rows, layer="DLTB"))
    assert [finding.code for finding in findings] == [code]
    assert findings[0].message("en").startswith(message)
    assert findings[0].place.file == "x.gpkg"
    assert findings[0].place.column is not None
    assert "{" not in findings[0].message("zh") + findings[0].remedy("en")


def test_the_deducted_area_is_area_times_share_and_halves_round_either_way() -> None:
    rows = dltb()
    rows["TBMJ"][0], rows["KCXS"][0] = 3766.25, 0.1  # 376.625: both 376.62 and 376.63 are read as it
    for kcmj in (376.62, 376.63):
        rows["KCMJ"][0], rows["TBDLMJ"][0] = kcmj, half_up(3766.25 - kcmj)
        assert check(table(rows, layer="DLTB"), county=COUNTY) == []
    rows["KCMJ"][0], rows["TBDLMJ"][0] = 376.61, 3389.64
    (finding,) = check(table(rows, layer="DLTB"))
    assert finding.message("en") == (
        "KCMJ (扣除地类面积) is not TBMJ × KCXS in 1 feature(s) (F0), for example 376.61 instead of 376.62"
    )


def test_a_misspelt_mandatory_field_is_asked_about() -> None:
    rows = dltb(6)
    rows["DLNM"] = rows.pop("DLBM")
    (finding,) = [f for f in check(table(rows, layer="DLTB")) if f.code.startswith("SCHEMA")]
    assert finding.code == "SCHEMA-FIELD-MISSING"
    assert finding.remedy("en") == "Did you mean it by 'DLNM'? Add it and fill it in."


def test_a_title_that_a_shapefile_cut_is_read_and_said() -> None:
    rows = farmland(dltb(6))
    rows["永久基本农"] = rows.pop("YJJBNTTBBH")  # ten bytes of GBK: five characters
    findings = check(table(rows, layer="YJJBNTTB", format_name="ESRI Shapefile"), county=COUNTY)
    assert [(f.code, f.place.column, f.params["field"]) for f in findings] == [
        ("SCHEMA-FIELD-TITLE", "永久基本农", "YJJBNTTBBH")
    ]


def test_codes_that_lost_their_zeros_are_said_once_as_a_type_and_still_found() -> None:
    land = code_lists()["land_survey"]
    assert land.find("101", as_number=True) is land.find("0101")
    assert land.find("101") is None  # as a text it may be 铁路用地 of 2007
    rows = dltb()
    rows["DLBM"][5] = "101"
    (finding,) = check(table(rows, layer="DLTB"))
    assert finding.remedy("en").startswith("Did you mean 0101 (水田)? ")
    assert [land.nearest(slip) for slip in ("0110", "水田", "9999", "")] == [land.find("0101")] * 2 + [None] * 2


def test_thousands_of_bad_cells_are_few_findings() -> None:
    count = 3000
    rows = dltb(count)
    rows["DLBM"] = [f"X{i}" for i in range(count)]
    rows["QSDWMC"] = [None] * count
    findings = check(table(rows, layer="DLTB"), county=COUNTY)
    codes = [finding.code for finding in findings]
    assert codes == ["CODE-UNLISTED"] * 12 + ["SCHEMA-MORE-VALUES", "SCHEMA-CELL-EMPTY"]
    assert findings[12].message("en").startswith("2988 more values of DLBM are wrong in the same ways, in 2988 feature")
    assert findings[13].message("en") == "QSDWMC (权属单位名称) is empty in 3000 of 3000 feature(s): F0, F1, F2 …"


def test_the_same_patch_number_in_another_village_is_none_of_our_business() -> None:
    rows = dltb()
    rows["TBBH"][3] = "1"
    rows["ZLDWDM"][3] = "3302821072020000000"
    assert check(table(rows, layer="DLTB"), county=COUNTY) == []


def test_without_a_county_only_the_form_of_a_division_is_asked() -> None:
    rows = dltb()
    rows["ZLDWDM"][3] = "4401030010010000000"
    assert check(table(rows, layer="DLTB")) == []
    asked = profile(layers()["DLTB"]).without({"region"})
    assert check(table(rows, layer="DLTB"), county=COUNTY, asked=asked) == []


# --- what is recognised, and what is not ---------------------------------------------------------


@pytest.mark.parametrize(
    ("layer", "columns", "code"),
    [
        ("DLTB", "BSM DLBM TBMJ KCXS", "DLTB"),
        ("330282DLTB_2023", "BSM DLBM TBMJ", "DLTB"),
        ("慈溪市地类图斑", "DLBM TBMJ", "DLTB"),
        ("地类图斑", "id", "DLTB"),
        ("地块压占永久基本农田情况", "BSM name", None),
        ("DLTB", "DLBM TBMJ TKXS XZDWMJ", "DLTB-2007"),
        ("图层1", "DLBM TBMJ TBDLMJ KCXS", "DLTB"),
        ("图层1", "dlbm tbmj tbdlmj sjnf", "DLTB"),
        ("图层1", "地类编码 图斑面积 图斑地类面积 数据年份", "DLTB"),
        ("YJJBNT", "BSM", "YJJBNTTB"),
        ("YJJBNTBHTB", "BSM", "YJJBNTTB"),
        ("2023永久基本农田", "BSM YJJBNTMJ", "YJJBNTTB"),
        ("STBHHX", "BSM LHLX MJ", "STBHHX"),
        ("STBHHX", "BSM XJXZQHDM SLDM QYMJ", "STBHHX-survey"),
        ("CZKFBJ", "BSM GHFQDM GHFQMC", "CZKFBJ"),
        ("CSKFBJ", "BSM GHFQDM", "CZKFBJ"),
        ("CZKFBJGX", "BSM GHFQDM", "CZKFBJGX"),
        ("x", "CZCLX CZCMJ", "CZCDYD"),
        ("x", "GHYDFLDM", "FQGH"),
        ("x", "parcel name zone", "parcels"),
        ("x", "zone name holder", "zones"),
        ("parcels", "id area", None),
        ("zone", "id name zone", None),
        ("DLTBX", "id", None),
        ("parcel", "parcel owner", None),
    ],
)
def test_layers_are_recognised_by_name_or_by_telling_fields(layer: str, columns: str, code: str | None) -> None:
    found = recognise(table({name: ["1"] for name in columns.split()}, layer=layer))
    assert (found.code if found else None) == code


def test_letters_that_two_layers_share_are_said_and_nothing_is_made_of_them() -> None:
    village = table({"CZMC": ["某村"], "MJ": [1.0]}, layer="CZKFBJ")
    assert messages(check(village)) == [
        (
            "SCHEMA-LAYER-AMBIGUOUS",
            "This may be CZKFBJ (urban growth boundary), but 村庄开发边界 goes by the same name, and no field says "
            "which it is; its fields were not checked",
        )
    ]
    said = {f.code for f in check(village, layers()["CZKFBJ"])}
    assert said == {"SCHEMA-FIELD-EXPECTED"}  # who names it means it
    titled = table({"BSM": ["1"], "MJ": [1.0]}, layer="城镇开发边界")
    assert {f.code for f in check(titled)} == {"SCHEMA-FIELD-EXPECTED"}


@pytest.mark.fixtures
def test_nothing_foreign_is_taken_for_a_standard_layer(fixtures_dir: Path) -> None:
    files = [
        path
        for folder in ("ign_cnig", "uk_digital_land", "geofileops", "geopandas_overlay", "fiona", "pyshp")
        for path in sorted((fixtures_dir / folder).rglob("*"))
        if path.suffix in {".gpkg", ".shp", ".geojson"} and path.stat().st_size < 1_000_000
    ]
    tables = [read for path in files for read in [formats.read(path)[0]] if read is not None]
    assert len(tables) > 20
    for foreign in tables:
        assert recognise(foreign) is None, foreign.path
        assert check(foreign, county=COUNTY) == []
        declared(foreign)


# --- declared areas --------------------------------------------------------------------------------


@pytest.mark.parametrize(("unit", "digits", "name"), [
    (Unit.M2, "0.01", "TBMJ"), (Unit.HA, "0.0001", "面积(公顷)"), (Unit.MU, "0.0001", "面积（亩）"),
    (Unit.HA, "0.0001", "DKMJ"), (Unit.KM2, "0.00000001", "MJ"),
])  # fmt: skip
def test_the_unit_is_that_of_the_whole_column(unit: Unit, digits: str, name: str) -> None:
    plain = table({"id": list(range(30))})
    planar, ellipsoid = measured(plain)
    cells = [half_up(float(area) * Unit.M2.size / unit.size, digits) for area in ellipsoid]
    cells[5] = cells[5] * 10_000  # one cell in another unit does not change the column's
    with_areas = table({"id": list(range(30)), name: cells})
    found = declared(with_areas)
    assert found is not None
    column, read_unit, areas, *_ = found
    assert (column, read_unit) == (name, unit)
    assert areas[0] == Area.of(Decimal(str(cells[0])), unit)
    assert found.total == Area(sum(area.units for area in areas if area is not None))
    assert [f.code for f in compare(with_areas, planar, ellipsoid)] == ["AREA-FEATURE-FAR"]


def test_the_last_written_digit_makes_no_difference() -> None:
    plain = table({"id": list(range(30))})
    planar, ellipsoid = measured(plain)
    in_mu = [half_up(float(area) * 3 / 2000) for area in ellipsoid]  # 0.01 mu is 6.67 m²
    assert compare(table({"面积": in_mu}), planar, ellipsoid) == []


def test_a_column_that_fits_no_unit_is_said_and_not_used() -> None:
    odd = table({"MJ": [100.0] * 6})
    assert declared(odd) is None
    assert messages(compare(odd, *measured(odd)))[0][0] == "AREA-COLUMN-UNIT"
    assert compare(table({"SHAPE_Area": [1e-7] * 6}), *measured(odd)) == []  # degrees, kept by the software


def test_a_column_in_another_unit_than_its_standard_is_said() -> None:
    rows = farmland(dltb(6))
    rows["YJJBNTTBMJ"] = [half_up(area / 10_000, "0.0001") for area in rows["YJJBNTTBMJ"]]
    wrong = table(rows, layer="YJJBNTTB")
    assert messages(compare(wrong, *measured(wrong))) == [
        ("AREA-COLUMN-UNIT-DIFFERS", "The areas in YJJBNTTBMJ are in ha, not in m²")
    ]


def test_which_area_a_layer_states_is_counted_and_said_once() -> None:
    plain = table({"id": list(range(30))}, size_m=300.0)
    planar, ellipsoid = measured(plain)
    flat, round_ = ([half_up(float(area)) for area in areas] for areas in (planar, ellipsoid))
    by = stated(table({"MJ": flat}, size_m=300.0), planar, ellipsoid)
    assert by is not None
    assert (by.verdict, by.planar, by.ellipsoid, by.both, by.neither) == ("planar", 30, 0, 0, 0)
    assert compare(table({"MJ": flat}, size_m=300.0), planar, ellipsoid) == []
    mixed = table({"MJ": flat[:10] + round_[10:]}, size_m=300.0)
    assert messages(compare(mixed, planar, ellipsoid)) == [
        (
            "AREA-METHOD-MIXED",
            "MJ states the planar area in 10 feature(s) and that on the ellipsoid in 20 (either in 0, neither in 0)",
        )
    ]
    rows = dltb() | {"TBMJ": flat}
    assert [f.code for f in compare(table(rows, layer="DLTB", size_m=300.0), planar, ellipsoid)] == [
        "AREA-METHOD-PLANAR"
    ]


def test_small_parcels_do_not_decide_the_method() -> None:
    small = table({"MJ": [25.0] * 6}, size_m=5.0)
    by = stated(small, *measured(small))
    assert by is not None
    assert by.verdict == "both"


def test_every_differing_area_is_named_the_worst_first() -> None:
    plain = table({"id": list(range(120))})
    planar, ellipsoid = measured(plain)
    cells = [half_up(float(area) * (1 + 0.001 * i)) for i, area in enumerate(ellipsoid)]
    findings = compare(table({"MJ": cells}), planar, ellipsoid)
    assert [f.code for f in findings] == ["AREA-FEATURE-FAR"] * 114 + ["AREA-FEATURE-DIFFERS"] * 5
    assert [f.place.feature for f in findings] == [f"F{i}" for i in range(119, 0, -1)]
    assert {f.place.column for f in findings} == {"MJ"}


def test_a_parcel_in_several_rows_is_compared_as_a_whole() -> None:
    plain = table({"DKBH": ["A", "A", "A", "B", "C", "C"]})
    planar, ellipsoid = measured(plain)
    one = half_up(float(ellipsoid[0]))
    whole = {"DKBH": ["A", "A", "A", "B", "C", "C"], "DKMJ": [half_up(3 * one)] * 3 + [one] + [half_up(2 * one)] * 2}
    found = declared(table(whole))
    assert found is not None
    assert [area is not None for area in found.areas] == [True, False, False, True, True, False]
    assert compare(table(whole), planar, ellipsoid) == []
    own = whole | {"DKMJ": [one] * 6}  # equal figures that are each row's own
    found = declared(table(own))
    assert found is not None
    assert None not in found.areas


def test_parts_add_up_to_the_parcel() -> None:
    plain = table({"DKBH": ["A", "A", "A", "B", "C", "C"]})
    planar, ellipsoid = measured(plain)
    one = half_up(float(ellipsoid[0]))
    rows = {"DKBH": ["A", "A", "A", "B", "C", "C"], "MJ": [one] * 6}
    totals = [half_up(3 * one)] * 3 + [one] + [half_up(2 * one)] * 2
    assert compare(table(rows | {"DKMJ": totals}), planar, ellipsoid) == []
    in_ha = [half_up(total / 10_000, "0.0001") for total in totals]  # what rounding makes is none
    assert compare(table(rows | {"DKMJ": in_ha}), planar, ellipsoid) == []
    off = [half_up(3 * one + 7)] * 3 + totals[3:]
    assert messages(compare(table(rows | {"DKMJ": off}), planar, ellipsoid)) == [
        (
            "AREA-PARTS-SUM",
            f"Parcel A declares {3 * one + 7:.2f} m² in DKMJ; its 3 parts in MJ add up to {3 * one:.2f} m²",
        )
    ]
    varying = [half_up(3 * one), half_up(3 * one + 7), half_up(3 * one), *totals[3:]]
    assert messages(compare(table(rows | {"DKMJ": varying}), planar, ellipsoid)) == [
        (
            "AREA-TOTAL-VARIES",
            f"Parcel A declares different totals in the 3 rows of DKMJ: {3 * one:.2f}, {3 * one + 7:.2f} m²",
        )
    ]


def test_every_parcel_that_does_not_add_up_is_named() -> None:
    count = 60
    rows = {"DKBH": [f"P{i // 2}" for i in range(count)]}
    plain = table(rows)
    planar, ellipsoid = measured(plain)
    one = half_up(float(ellipsoid[0]))
    wrong = rows | {"MJ": [one] * count, "DKMJ": [half_up(2 * one + 9)] * count}
    findings = compare(table(wrong), planar, ellipsoid)
    assert [f.code for f in findings] == ["AREA-PARTS-SUM"] * 30


def test_two_columns_of_one_name_are_no_trouble() -> None:
    rows = table(dltb(6), layer="DLTB")
    frame = rows.frame
    frame.columns = ["DLMC" if name == "ZZSXMC" else name for name in frame.columns]
    assert check(rows, county=COUNTY) == []


def test_what_has_no_area_and_no_rows_is_left_alone() -> None:
    points = table({"MJ": [12.5] * 3})
    points.frame.geometry = points.frame.geometry.centroid
    assert everything(points) == []
    empty = table(dltb(6), layer="DLTB")
    none = FeatureTable(empty.path, "DLTB", "GeoPackage", empty.frame.iloc[:0], (), ())
    assert everything(none) == []
    assert stated(none, *measured(none)) is None


def test_absurd_figures_are_no_areas() -> None:
    _, ellipsoid = measured(table({"id": list(range(6))}))
    cells = [half_up(float(area) / 1e6, "0.00000001") for area in ellipsoid]
    cells[2] = 1e12  # km²
    found = declared(table({"MJ": cells}))
    assert found is not None
    assert (found.unit, found.areas[2]) == (Unit.KM2, None)


def test_the_shipped_project_is_recognised_and_clean() -> None:
    folder = Path(__file__).resolve().parent.parent / "layers"
    for name in ("zones", "parcels"):
        shipped, _ = formats.read(folder / f"{name}.geojson")
        assert shipped is not None
        found = recognise(shipped)
        assert found is not None
        assert found.code == name
        assert check(shipped, county=COUNTY) == []


def test_nothing_is_declared_where_nothing_was_measured_or_no_column_is_there() -> None:
    nowhere = table(dltb(6), layer="DLTB")
    lost = FeatureTable(
        nowhere.path, "x", "GeoPackage", nowhere.frame.set_crs(None, allow_override=True)[["BSM", "geometry"]],
        nowhere.places, nowhere.declared_area_m2,
    )  # fmt: skip
    assert declared(lost) is None
    nothing = np.full(6, np.nan)
    assert compare(lost, nothing, nothing) == []
    kept = declared(nowhere, nothing)  # the standard says m²
    assert kept is not None
    assert kept.unit is Unit.M2


@settings(deadline=None, max_examples=200)
@given(
    planar=st.floats(0.01, 1e7),
    ppm=st.floats(0, 700),
    unit=st.sampled_from([(Unit.M2, 2), (Unit.HA, 4), (Unit.MU, 2), (Unit.MU, 4)]),
    stated_is=st.sampled_from(["planar", "ellipsoid"]),
    nudge=st.integers(-1, 1),
)
def test_what_is_stated_agrees_with_the_single_comparison(
    planar: float,
    ppm: float,
    unit: tuple[Unit, int],
    stated_is: str,
    nudge: int,
) -> None:
    measure, decimals = unit
    ellipsoid = planar * (1 - ppm * 1e-6)
    of = planar if stated_is == "planar" else ellipsoid
    step = measure.size // 10**decimals
    units = (round(of * Unit.M2.size / step) + nudge) * step
    chosen = Figures("MJ", area_fields()[0], measure, decimals, np.array([units]), np.array([True]), np.array([0]))
    said = {
        (True, True): "both", (True, False): "planar", (False, True): "ellipsoid", (False, False): "neither",
    }[bool(_states(chosen, np.array([planar]))[0]), bool(_states(chosen, np.array([ellipsoid]))[0])]  # fmt: skip
    assert said == matches(Area(units), planar, ellipsoid, unit=measure, decimals=decimals)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.none(), st.text(max_size=12), st.integers(), st.floats()), min_size=3, max_size=3),
       st.sampled_from(["BSM", "DLBM", "TBMJ", "KCXS", "SJNF", "ZLDWDM", "DLMC", "TBBH"]))  # fmt: skip
def test_whatever_stands_in_the_cells_gives_findings_that_can_be_read(cells: list[object], name: str) -> None:
    rows = dltb(3)
    rows[name] = pd.Series(cells, dtype=object)
    strange = table(rows, layer="DLTB")
    for finding in everything(strange):
        assert finding.message("en")
        assert finding.remedy("zh")


# --- profiles --------------------------------------------------------------------------------------


def test_a_profile_says_which_checks_make_sense() -> None:
    assert profile(layers()["DLTB"]).checks == frozenset(CHECKS)
    assert profile("parcels").checks == frozenset(CHECKS) - {"gaps"}
    assert profile("context").checks == {"schema", "codes", "ids", "region"}
    assert profile("eco_something").checks == profile("constraint").checks
    assert profile("parcels").tolerances.overlap_m2 == 1.0
    assert not profile("parcels").without({"overlaps", "areas"}).asks("overlaps")
    with pytest.raises(UsageError) as wrong:
        profile("parcels").without({"overlap"})
    assert str(wrong.value).splitlines()[:1] == ["'overlap' is not the name of a check"]
    assert "Did you mean 'overlaps'?" in str(wrong.value)


def test_checks_that_are_switched_off_are_not_made() -> None:
    rows = dltb()
    rows["BSM"][1], rows["MSSM"][2], rows["QSDWMC"][3], rows["TBDLMJ"][4] = rows["BSM"][0], "07", None, 1.0
    broken = table(rows, layer="DLTB")
    whole = profile(layers()["DLTB"])
    codes = {name: {f.code for f in check(broken, asked=whole.without({name}))} for name in ("ids", "codes", "schema")}
    every = {f.code for f in check(broken)}
    assert every == {"ID-DUPLICATE", "CODE-UNKNOWN", "SCHEMA-CELL-EMPTY", "AREA-FORMULA"}
    assert {name: every - left for name, left in codes.items()} == {
        "ids": {"ID-DUPLICATE"}, "codes": {"CODE-UNKNOWN"}, "schema": {"SCHEMA-CELL-EMPTY"},
    }  # fmt: skip
    assert compare(broken, *measured(broken), asked=whole.without({"areas", "parts"})) == []


# --- the data itself ---------------------------------------------------------------------------------


def test_every_row_of_the_data_says_where_it_is_from() -> None:
    for path in sorted(FOLDER.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            assert all(row["source"] for row in csv.DictReader(file)), path.name


def test_layers_and_fields_fit_together() -> None:
    for layer in layers().values():
        names = [field.name for field in layer.fields]
        assert len(set(names)) == len(names)
        assert all(telling <= set(names) for telling in layer.telling)
        assert layer.checks_off <= set(CHECKS)
        for field in layer.fields:
            assert field.type in {"text", "int", "number", "date"}
            assert field.need in {"M", "C", "O"}
            assert field.basis in {"standard", "second-hand", "memory", "ours"}
            assert not field.codes or field.codes in code_lists()
            for rule in field.rules:
                _, _, match = _understood(rule)
                others = {name for part in match.groupdict().values() for name in re.findall(r"[A-Z]{3,}", part or "")}
                assert others <= set(names)


def test_an_unknown_rule_is_a_fault_of_the_data() -> None:
    with pytest.raises(ValueError, match="the rule 'about TBMJ' is not known"):
        _understood("about TBMJ")


def test_land_classes_are_complete_enough_to_count_with() -> None:
    land = code_lists()["land_survey"]
    for code, name, group, cultivated in [
        ("0101", "水田", "农用地", True), ("1006", "农村道路", "农用地", False),
        ("1106", "内陆滩涂", "未利用地", False),
        ("1107", "沟渠", "农用地", False), ("0702", "农村宅基地", "建设用地", False), ("1203", "田坎", "农用地", False),
    ]:  # fmt: skip
        found = land.codes[code]
        assert (found.name, found.group, found.cultivated) == (name, group, cultivated)
    assert code_lists()["land_2007"].codes["013"].cultivated
    for listed in code_lists().values():
        assert all(code.level in {1, 2, 3} for code in listed.codes.values())
        assert all(code.group in {"农用地", "建设用地", "未利用地", ""} for code in listed.codes.values())


def test_colours_and_divisions() -> None:
    assert colours()["工业用地"] == (187, 150, 116)
    assert colours()["交通运输用海"] == (108, 139, 209)
    assert len(colours()) == 39
    assert divisions()["330282121"].name == "周巷镇"
    assert divisions()["330282107"].name == "观海卫镇"
