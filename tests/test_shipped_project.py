"""The shipped example against the figures of its documents."""

from __future__ import annotations

import csv
import itertools
import json
import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyproj
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from landquota.area import Area, Bounds, Unit, parse_area

ROOT: Final = Path(__file__).resolve().parent.parent
LAYERS, SEEDS, MAPS = ROOT / "layers", ROOT / "seeds", ROOT / "maps"
#: The columns that others read, in their order.
COLUMNS: Final = {
    SEEDS / "documents.csv": "document,issuer,title,date_printed,year_inferred,flag,note",
    SEEDS / "holders.csv": "holder,name_en,level,parent,zone,document,clause",
    SEEDS / "quota_kinds.csv": (
        "kind,name,name_en,level,unit,consumed_by,covers_conversion,valid_from,valid_to,carry,document,clause,note"
    ),
    SEEDS / "statements.csv": "key,measure,holder,kind,year,value,as_of,document,clause,basis,note",
    SEEDS / "movements.csv": (
        "key,movement,holder,to,kind,year,area,date,document,clause,zone,parcel,request,expires,reason,note"
    ),
    SEEDS / "facts.csv": "fact,subject,zone,topic,statement_zh,statement_en,document,clause,flag",
    LAYERS / "catalog.csv": "name,kind,file,layer,crs,encoding,date,source,nature,title,title_en,note,coverage",
}
DOCUMENTED_KM2: Final = {"GHW-01": 2.86, "ZX-01": 4.81}
STAGE_DATES: Final = ("approved_on", "requisitioned_on", "supplied_on", "started_on", "completed_on")
END_OF_2017: Final = "2017-12-31"
#: Official names of places and things may be as long as they are.
OFFICIAL_NAMES: Final = ("城乡建设用地增减挂钩", "慈溪小家电智造小镇", "周巷小家电智造小镇", "观海卫智能电器小镇")
MU_M2: Final = 2000 / 3

Feature = tuple[dict[str, Any], BaseGeometry]


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def features(name: str) -> list[Feature]:
    collection = json.loads((LAYERS / f"{name}.geojson").read_text("utf-8"))
    return [(f["properties"], shapely.geometry.shape(f["geometry"])) for f in collection["features"]]


def geodesic_m2(geometry: BaseGeometry) -> float:
    """Return the area on the ellipsoid of a geometry in degrees, edges densified to about 50 m."""
    area_m2, _ = pyproj.Geod(ellps="GRS80").geometry_area_perimeter(shapely.segmentize(geometry, 0.0005))
    return abs(area_m2)


def area_mu(parcels: list[Feature]) -> float:
    return sum(geodesic_m2(geometry) for _, geometry in parcels) / MU_M2


def reached(parcels: list[Feature], stage_date: str, *, as_of: str = END_OF_2017) -> list[Feature]:
    """Return the parcels that had reached a stage by the end of `as_of`."""
    return [parcel for parcel in parcels if (parcel[0][stage_date] or "9999") <= as_of]


def in_zone(zone: str) -> list[Feature]:
    return [parcel for parcel in features("parcels") if parcel[0]["zone"] == zone]


def outline(zone: str) -> BaseGeometry:
    return next(geometry for properties, geometry in features("zones") if properties["zone"] == zone)


@pytest.fixture(scope="module")
def documents() -> set[str]:
    return {row["document"] for row in table(SEEDS / "documents.csv")}


# --- tables ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", COLUMNS, ids=lambda path: path.name)
def test_columns(path: Path) -> None:
    with path.open(encoding="utf-8-sig", newline="") as file:
        heading, *rows = csv.reader(file, strict=True)
    assert heading == COLUMNS[path].split(",")
    assert rows
    assert {len(row) for row in rows} == {len(heading)}
    assert all(cell == cell.strip() for row in rows for cell in row)


@pytest.mark.parametrize("path", COLUMNS, ids=lambda path: path.name)
def test_first_column_identifies_the_row(path: Path) -> None:
    ids = [next(iter(row.values())) for row in table(path)]
    assert len(set(ids)) == len(ids)


def test_documents_keep_their_printed_date_beside_the_inferred_year() -> None:
    rows = {row["document"]: row for row in table(SEEDS / "documents.csv")}
    assert set(rows) == {"R241-2018", "慈经信建〔2021〕8号", "慈经信建〔2019〕13号", "R42-2019", "HZ-2018"}
    for short_name in ("慈经信建〔2019〕13号", "R42-2019"):
        row = rows[short_name]
        assert (row["date_printed"], row["year_inferred"], row["flag"]) == ("2018-06-25", "2019", "year-conflict")
        assert row["note"]


@pytest.mark.parametrize("name", ["holders", "statements", "movements", "facts"])
def test_every_row_cites_a_known_document_and_clause(name: str, documents: set[str]) -> None:
    for row in table(SEEDS / f"{name}.csv"):
        assert row["document"] in documents, row
        assert re.fullmatch(r"§[一二三]([(][一二三四五][)])*|开头", row["clause"]), row


def test_a_quota_kind_is_cited_or_says_that_it_is_configuration(documents: set[str]) -> None:
    for row in table(SEEDS / "quota_kinds.csv"):
        assert "配置" in row["note"], row
        assert (row["document"] in documents and row["clause"]) or not (row["document"] or row["clause"]), row
        assert {row["covers_conversion"], row["carry"]} <= {"yes", "no"}
    cited_level = {row["kind"]: row["clause"] for row in table(SEEDS / "quota_kinds.csv") if row["level"] == "superior"}
    assert cited_level == {"统筹": "§二(二)", "重大项目": "§二(二)"}


def test_the_quota_kinds_are_those_of_the_design() -> None:
    units = {row["kind"]: row["unit"] for row in table(SEEDS / "quota_kinds.csv")}
    assert set(units) == {
        "新增计划",
        "统筹",
        "重大项目",
        "增减挂钩",
        "存量盘活",
        "复垦折抵",
        "占补平衡-数量",
        "占补平衡-水田",
        "占补平衡-产能",
        "规划规模",
    }
    assert [kind for kind, unit in units.items() if unit != "mu"] == ["占补平衡-产能"]


def test_holders_form_one_tree_and_zones_are_on_the_map() -> None:
    rows = {row["holder"]: row for row in table(SEEDS / "holders.csv")}
    above = {"county": "", "town": "county", "zone": "town"}
    for row in rows.values():
        assert (rows[row["parent"]]["level"] if row["parent"] else "") == above[row["level"]]
    on_map = {properties["zone"]: properties["holder"] for properties, _ in features("zones")}
    assert on_map == {row["zone"]: name for name, row in rows.items() if row["level"] == "zone"}


def test_rows_name_declared_holders_kinds_and_zones() -> None:
    holders = {row["holder"] for row in table(SEEDS / "holders.csv")}
    kinds = {row["kind"] for row in table(SEEDS / "quota_kinds.csv")}
    posted = [*table(SEEDS / "statements.csv"), *table(SEEDS / "movements.csv")]
    assert {row["holder"] for row in posted} <= holders
    assert {row["kind"] for row in posted} - {""} <= kinds
    facts = table(SEEDS / "facts.csv")
    assert {row["subject"] for row in facts} <= holders
    assert {row["zone"] for row in facts} - {""} == set(DOCUMENTED_KM2)


# --- what the documents say -----------------------------------------------------------------


def mu(value: str) -> Area:
    return Area.of(value, Unit.MU)


@pytest.mark.parametrize(
    ("key", "measure", "bounds", "as_of", "basis"),
    [
        ("GHW-01-documented-area", "documented_area", Bounds(mu("4282.5"), mu("4297.5")), "2018-06-26", "stated"),
        ("ZX-01-documented-area", "documented_area", Bounds.exactly(mu("7215")), "2021-06-23", "stated"),
        ("GHW-01-requisitioned-2017", "requisitioned", Bounds(mu("500"), None), END_OF_2017, "stated"),
        ("GHW-01-under-construction-2017", "under_construction", Bounds(mu("0"), mu("400")), END_OF_2017, "stated"),
        ("GHW-01-granted-2017", "granted", Bounds.exactly(mu("145")), END_OF_2017, "interpreted"),
    ],
)
def test_statements(key: str, measure: str, bounds: Bounds, as_of: str, basis: str) -> None:
    row = next(row for row in table(SEEDS / "statements.csv") if row["key"] == key)
    holder = "观海卫智能电器小镇" if key.startswith("GHW") else "周巷小家电智造小镇"
    assert (row["holder"], row["measure"], row["as_of"], row["basis"]) == (holder, measure, as_of, basis)
    assert parse_area(row["value"]).bounds == bounds


def test_there_are_no_other_statements_and_the_interpreted_one_says_why() -> None:
    rows = table(SEEDS / "statements.csv")
    assert len(rows) == 5
    (interpreted,) = (row for row in rows if row["basis"] == "interpreted")
    assert interpreted["kind"] == "统筹"
    assert "争取" in interpreted["note"]


def test_the_only_movement_is_the_request_of_the_town() -> None:
    (row,) = table(SEEDS / "movements.csv")
    assert (row["movement"], row["holder"], row["kind"], row["year"]) == ("request", "观海卫镇", "新增计划", "2018")
    assert parse_area(row["area"]).bounds == Bounds.exactly(mu("200"))
    assert row["date"] == "2018-06-26"
    assert row["zone"] == row["parcel"] == row["to"] == ""


def test_no_illustrative_parcel_is_posted() -> None:
    posted = (SEEDS / "movements.csv").read_text("utf-8") + (SEEDS / "statements.csv").read_text("utf-8")
    assert not [p["parcel"] for p, _ in features("parcels") if p["parcel"] in posted]


def test_both_boundaries_on_the_same_road_are_flagged() -> None:
    flagged = {row["fact"] for row in table(SEEDS / "facts.csv") if row["flag"] == "same-road-twice"}
    assert flagged == {"zx-bounds-south", "zx-bounds-north"}
    zone = next(properties for properties, _ in features("zones") if properties["zone"] == "ZX-01")
    assert "329国道" in zone["bounds_south"]
    assert "329国道" in zone["bounds_north"]


def test_facts_are_said_in_both_languages() -> None:
    for row in table(SEEDS / "facts.csv"):
        assert re.search(r"[\u4e00-\u9fff]", row["statement_zh"]), row
        assert re.search(r"[a-z]{3}", row["statement_en"]), row


def test_flags_and_topics_are_documented() -> None:
    described = (ROOT / "docs" / "data.md").read_text("utf-8")
    facts = table(SEEDS / "facts.csv")
    flags = {row["flag"] for row in [*facts, *table(SEEDS / "documents.csv")]} - {""}
    assert not {flag for flag in flags if f"`{flag}`" not in described}
    assert not {row["topic"] for row in facts if row["topic"] not in described}


def test_seed_rows_are_read_without_a_finding() -> None:
    from landquota.seeds import read_seeds  # noqa: PLC0415 - only this test needs the ledger

    seeds, findings = read_seeds(SEEDS)
    assert findings == []
    assert (
        len(seeds.drafts) == sum(len(table(SEEDS / f"{n}.csv")) for n in ("holders", "quota_kinds", "statements")) + 1
    )


def test_settings_fix_the_date_and_the_time_of_import() -> None:
    settings = tomllib.loads((SEEDS / "project.toml").read_text("utf-8"))
    assert settings["project"]["as_of"] == date(2021, 6, 23)
    assert settings["project"]["crs"] == "EPSG:4549"
    assert settings["project"]["area_method"] == "ellipsoid"
    assert settings["tolerance"]["zone_area"] == "0.1%"
    assert settings["ledger"]["import_recorded"] == "2021-06-23T00:00:00Z"


@pytest.mark.fixtures
def test_no_sentence_of_a_document_is_copied(fixtures_dir: Path) -> None:
    """No 12 characters in a row are the documents' own, official names aside."""
    sources = sorted((fixtures_dir.parent / "seeds").glob("*.txt"))
    assert len(sources) == 5
    said = {run for path in sources for run in runs(path.read_text("utf-8"))}
    rows = [row for path in sorted(SEEDS.glob("*.csv")) for row in table(path)]
    cells = [cell for row in rows for column, cell in row.items() if column != "title"]
    assert len(cells) > 300
    assert {run for cell in cells for run in runs(cell)} & said == set()


def runs(words: str, length: int = 12) -> set[str]:
    """Return every `length` characters in a row that hold Chinese, punctuation left out."""
    for name in OFFICIAL_NAMES:
        words = words.replace(name, "\0")
    plain = re.sub(r"[^\w\0]", "", words)
    windows = {plain[start : start + length] for start in range(len(plain) - length + 1)}
    return {run for run in windows if "\0" not in run and re.search(r"[\u4e00-\u9fff]", run)}


# --- geometry -------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", DOCUMENTED_KM2)
def test_zone_area_is_the_documented_one(zone: str) -> None:
    assert geodesic_m2(outline(zone)) == pytest.approx(DOCUMENTED_KM2[zone] * 1e6, rel=1e-6)


@pytest.mark.parametrize(("zone", "east", "north"), [("GHW-01", 121.42, 30.18), ("ZX-01", 121.13, 30.19)])
def test_zone_stands_where_the_place_is(zone: str, east: float, north: float) -> None:
    assert shapely.Point(east, north).distance(outline(zone)) < 0.001


@pytest.mark.parametrize("zone", DOCUMENTED_KM2)
def test_zone_is_a_plausible_outline(zone: str) -> None:
    polygon = outline(zone)
    lon, lat = shapely.get_coordinates(polygon).T
    _, _, edge_m = pyproj.Geod(ellps="GRS80").inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    assert polygon.is_valid
    assert len(lon) > 12
    assert np.max(edge_m) <= 50
    assert polygon.area < 0.97 * polygon.minimum_rotated_rectangle.area


def test_layers_declare_cgcs2000_and_a_nature() -> None:
    natures = {"zones": "schematic", "parcels": "illustrative", "basic_farmland": "illustrative"}
    catalogue = {row["name"]: row for row in table(LAYERS / "catalog.csv")}
    assert list(catalogue) == list(natures)
    for name, nature in natures.items():
        row = catalogue[name]
        assert (row["kind"], row["file"], row["crs"]) == (name, f"{name}.geojson", "EPSG:4490")
        assert row["nature"] == nature
        collection = json.loads((LAYERS / row["file"]).read_text("utf-8"))
        assert collection["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::4490"
        assert {properties["nature"] for properties, _ in features(name)} == {nature}


def test_illustrative_features_say_so_in_their_names() -> None:
    for name in ("parcels", "basic_farmland"):
        for properties, _ in features(name):
            assert properties["name"].startswith("示例"), properties


@pytest.mark.parametrize("name", ["zones", "parcels", "basic_farmland"])
def test_geojson_has_one_feature_a_line_and_nine_decimals(name: str) -> None:
    content = (LAYERS / f"{name}.geojson").read_text("utf-8")
    lines = [line for line in content.splitlines() if line.startswith('{"type": "Feature"')]
    assert len(lines) == len(features(name))
    decimals = {
        len(match) for match in re.findall(r"\d+\.(\d+)", "".join(line.split('"geometry"')[1] for line in lines))
    }
    assert decimals == {9}


def test_parcels_lie_inside_their_zone_and_do_not_overlap() -> None:
    parcels = features("parcels")
    for properties, parcel in parcels:
        assert parcel.is_valid, properties
        assert parcel.within(outline(properties["zone"])), properties
    for (one, a), (other, b) in itertools.combinations(parcels, 2):
        assert a.intersection(b).area == 0, (one, other)


def test_stage_dates_are_in_order_and_reported_ones_are_made_up_for_2017_or_before() -> None:
    for properties, _ in features("parcels"):
        dates = [properties[column] for column in STAGE_DATES]
        given = [value for value in dates if value]
        assert given == sorted(given), properties
        assert dates[: len(given)] == given, properties
        assert all(date.fromisoformat(value) <= date.fromisoformat(END_OF_2017) for value in given)


def test_stages_stay_within_what_the_document_reports() -> None:
    parcels = in_zone("GHW-01")
    requisitioned = area_mu(reached(parcels, "requisitioned_on"))
    started = {p["parcel"] for p, _ in reached(parcels, "started_on")}
    completed = {p["parcel"] for p, _ in reached(parcels, "completed_on")}
    under_construction = area_mu([p for p in parcels if p[0]["parcel"] in started - completed])
    assert 500 <= requisitioned <= 530
    assert 370 <= under_construction <= 399
    assert requisitioned - under_construction >= 100


def test_every_stage_is_shown_in_one_zone_and_none_is_reported_in_the_other() -> None:
    depth = [sum(p[column] is not None for column in STAGE_DATES) for p, _ in in_zone("GHW-01")]
    assert set(depth) == set(range(len(STAGE_DATES) + 1))
    assert not any(p[column] for p, _ in in_zone("ZX-01") for column in STAGE_DATES)


def test_figures_in_the_description_are_those_of_the_data() -> None:
    parcels = in_zone("GHW-01")
    requisitioned = area_mu(reached(parcels, "requisitioned_on"))
    building = [p for p in reached(parcels, "started_on") if not p[0]["completed_on"]]
    described = (ROOT / "docs" / "data.md").read_text("utf-8")
    for figure in (requisitioned, area_mu(building), requisitioned - area_mu(building)):
        assert f"| {figure:.2f} mu |" in described


def test_one_planned_parcel_lies_visibly_on_basic_farmland() -> None:
    farmland = {properties["id"]: geometry for properties, geometry in features("basic_farmland")}
    hits = {
        (properties["parcel"], name): geodesic_m2(parcel.intersection(field)) / MU_M2
        for properties, parcel in features("parcels")
        for name, field in farmland.items()
        if parcel.intersects(field)
    }
    assert list(hits) == [("ZX-P01", "BF-01")]
    assert 3 < hits["ZX-P01", "BF-01"] < 10


def test_one_field_is_inside_the_zone_that_the_document_names_and_the_others_outside_all() -> None:
    inside = {
        (properties["id"], zone)
        for properties, field in features("basic_farmland")
        for zone in DOCUMENTED_KM2
        if field.intersects(outline(zone))
    }
    assert inside == {("BF-01", "ZX-01")}
    assert next(field for p, field in features("basic_farmland") if p["id"] == "BF-01").within(outline("ZX-01"))


# --- map sheet ------------------------------------------------------------------------------


def test_map_sheet_draws_the_catalogued_layers_and_colours_every_stage() -> None:
    settings = tomllib.loads((MAPS / "quota.toml").read_text("utf-8"))
    assert settings["sheet"]["id"] == "quota"
    assert settings["sheet"]["title"] == "慈溪市 用地指标对账图"
    assert settings["sheet"]["layers"] == [row["name"] for row in table(LAYERS / "catalog.csv")]
    stages = ["planned", "approved", "requisitioned", "supplied", "under_construction", "completed"]
    assert list(settings["stages"]) == stages
    fills = [settings["stages"][stage]["fill"] for stage in stages]
    assert all(re.fullmatch("#[0-9a-f]{6}", fill) for fill in fills)
    assert len(set(fills)) == len(fills)
