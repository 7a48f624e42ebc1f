"""The demo's reconciliation against the documents' figures, and the findings of a spoiled map."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import shapely
from program import Program
from shapely import affinity
from shapely.geometry import mapping, shape


def codes(result: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in result["findings"]]


def zone(result: dict[str, Any], id_: str) -> dict[str, Any]:
    return next(z for z in result["zones"] if z["zone"] == id_)


@pytest.fixture(scope="module")
def result(built_demo: Path) -> dict[str, Any]:
    answer: dict[str, Any] = Program(built_demo).json("reconcile")
    return answer


def test_the_first_reconciliation(result: dict[str, Any]) -> None:
    ghw = zone(result, "GHW-01")
    assert ghw["land"]["requisitioned_mu"] == {"low": "500", "high": None}
    assert ghw["land"]["under_construction_mu"] == {"low": "0", "high": "400"}
    assert ghw["land"]["not_under_construction_mu"] == {"low": "100", "high": None}
    (quota,) = ghw["quota"]
    assert (quota["kind"], quota["year"], quota["basis"]) == ("统筹", None, "interpreted")
    assert quota["granted_mu"] == quota["available_mu"] == {"low": "145", "high": "145"}
    assert ghw["uncovered_mu"] == {"low": "355", "high": None}
    assert ghw["verdict"] == "uncovered"
    assert ghw["assumption"] == {
        "holder": "观海卫镇",
        "requested_mu": {"low": "200", "high": "200"},
        "uncovered_mu": {"low": "155", "high": None},
    }


def test_the_request_is_the_towns_and_is_not_available(result: dict[str, Any]) -> None:
    town = next(h for h in result["holders"] if h["holder"] == "观海卫镇")
    assert town["parent"] == "慈溪市"
    (quota,) = town["quota"]
    assert (quota["kind"], quota["year"]) == ("新增计划", 2018)
    assert quota["requested_mu"] == {"low": "200", "high": "200"}
    assert quota["granted_mu"] == quota["available_mu"] == {"low": "0", "high": "0"}


def test_what_no_document_states_is_no_data(result: dict[str, Any]) -> None:
    zx = zone(result, "ZX-01")
    assert zx["quota"] == []
    assert set(zx["land"].values()) == {None}
    assert (zx["uncovered_mu"], zx["verdict"]) == (None, "no_data")


@pytest.mark.parametrize(("id_", "documented"), [("GHW-01", "2860000.00"), ("ZX-01", "4810000.00")])
def test_zone_areas_agree_on_the_ellipsoid(result: dict[str, Any], id_: str, documented: str) -> None:
    found = zone(result, id_)
    assert (found["documented_area_m2"], found["area_method"]) == (documented, "ellipsoid")
    assert abs(Decimal(found["measured_area_m2"]) / Decimal(documented) - 1) < Decimal("0.0001")


def test_the_same_date_for_ledger_and_map(built_demo: Path) -> None:
    early = zone(Program(built_demo).json("reconcile", "--as-of", "2015-12-31"), "GHW-01")
    assert (early["verdict"], early["documented_area_m2"], early["quota"]) == ("no_data", None, [])
    late = zone(Program(built_demo).json("reconcile", "--as-of", "2017-12-31"), "GHW-01")
    assert late["verdict"] == "uncovered"

    def count(found: dict[str, Any], stage: str) -> int:
        number: int = found["parcels"]["stages"][stage]["count"]
        return number

    assert count(early, "under_construction") < count(late, "under_construction") == 8
    assert count(early, "planned") > count(late, "planned") == 2


def test_illustrative_parcels_are_counted_and_never_compared(result: dict[str, Any]) -> None:
    for found in result["zones"]:
        assert found["parcels"]["illustrative"] == found["parcels"]["count"] > 0
    assert codes(result).count("PARCEL-ILLUSTRATIVE") == len(result["zones"])
    assert "LAND-MAP-DIFFERS" not in codes(result)


def test_the_demo_shows_one_conflict_with_farmland_at_its_place(result: dict[str, Any]) -> None:
    (found,) = [f for f in result["findings"] if f["code"] == "PARCEL-ON-FARMLAND"]
    assert found["severity"] == "error"
    assert found["place"]["feature"].startswith("ZX-")
    assert {"x", "y"} <= set(found["place"])
    assert "慈经信建" not in found["remedy"]  # another county has documents of its own


def test_interpretation_and_uncovered_land_are_said(result: dict[str, Any]) -> None:
    (found,) = [f for f in result["findings"] if f["code"] == "QUOTA-INTERPRETED"]
    assert found["message"] == (
        "Zone Guanhaiwei Smart-Appliance Town: 145 mu of 统筹 counts as granted "
        "by interpretation of the source's wording"
    )
    (found,) = [f for f in result["findings"] if f["code"] == "QUOTA-UNCOVERED"]
    assert "≥ 500 mu" in found["message"]
    assert "≥ 355 mu" in found["message"]


def edit(folder: Path, name: str, change: Callable[[dict[str, Any]], None]) -> None:
    path = folder / "layers" / name
    layer = json.loads(path.read_text("utf-8"))
    change(layer)
    path.write_text(json.dumps(layer, ensure_ascii=False), "utf-8")


def test_a_zone_one_percent_too_large_is_a_finding(demo: Program) -> None:
    def grow(layer: dict[str, Any]) -> None:
        feature = layer["features"][0]
        feature["geometry"] = mapping(affinity.scale(shape(feature["geometry"]), 1.005, 1.005))

    edit(demo.folder, "zones.geojson", grow)
    demo("build")
    result = demo.json("reconcile")
    (found,) = [f for f in result["findings"] if f["code"] == "ZONE-AREA-DIFFERS"]
    assert found["severity"] == "error"
    assert "+1.00" in found["message"]


def test_surveyed_parcels_are_compared_with_the_documents(demo: Program) -> None:
    def survey(layer: dict[str, Any]) -> None:
        for feature in layer["features"]:
            feature["properties"]["nature"] = "surveyed"
            if feature["properties"]["zone"] == "GHW-01":
                feature["properties"]["requisitioned_on"] = None
                for later in ("supplied_on", "started_on", "completed_on"):
                    feature["properties"][later] = None

    edit(demo.folder, "parcels.geojson", survey)
    demo("build")
    result = demo.json("reconcile")
    found = [f for f in result["findings"] if f["code"] == "LAND-MAP-DIFFERS"]
    assert [f["message"] for f in found] == [
        "Zone Guanhaiwei Smart-Appliance Town: Requisitioned is 0.00 mu on the map, ≥ 500 mu in the documents"
    ]


def test_parcels_that_overlap_or_leave_their_zone_are_findings(demo: Program) -> None:
    def spoil(layer: dict[str, Any]) -> None:
        first, second = layer["features"][:2]
        second["geometry"] = mapping(affinity.translate(shape(first["geometry"]), 0.0005, 0))
        third = layer["features"][2]
        third["geometry"] = mapping(affinity.translate(shape(third["geometry"]), 0.2, 0))

    edit(demo.folder, "parcels.geojson", spoil)
    demo("build", code=0)
    result = demo.json("reconcile")
    assert {"PARCEL-OVERLAP", "PARCEL-OUTSIDE-ZONE"} <= set(codes(result))


def test_without_a_farmland_layer_there_is_no_data_not_no_conflict(demo: Program) -> None:
    catalogue = demo.folder / "layers" / "catalog.csv"
    rows = [row for row in catalogue.read_text("utf-8-sig").splitlines() if "basic_farmland" not in row]
    catalogue.write_text("\n".join(rows) + "\n", "utf-8")
    demo("build")
    result = demo.json("reconcile")
    assert "FARMLAND-NO-DATA" in codes(result)
    assert "PARCEL-ON-FARMLAND" not in codes(result)


def test_a_zone_whose_area_nobody_documents_says_so(demo: Program) -> None:
    demo("ledger", "reverse", "GHW-01-documented-area", "--reason", "试验", "--date", "2021-06-23")
    result = demo.json("reconcile")
    assert "ZONE-AREA-NO-DATA" in codes(result)
    assert zone(result, "GHW-01")["documented_area_m2"] is None


def test_quota_that_may_or_may_not_cover_is_possibly_uncovered(demo: Program) -> None:
    options = ("--holder", "观海卫智能电器小镇", "--document", "D", "--as-of", "2019-12-31")
    demo("ledger", "state", "requisitioned", "--value", "近600亩", *options)
    assert "QUOTA-POSSIBLY-UNCOVERED" in codes(demo.json("reconcile"))
    assert zone(demo.json("reconcile"), "GHW-01")["verdict"] == "possibly_uncovered"
    demo("ledger", "state", "requisitioned", "--value", "100亩", *options[:-1], "2020-12-31")
    assert zone(demo.json("reconcile"), "GHW-01")["verdict"] == "covered"


def test_a_request_that_was_granted_is_no_longer_assumed(demo: Program) -> None:
    post = ("--kind", "新增计划", "--year", "2018", "--document", "D", "--date", "2018-07-01", "--area")
    demo("ledger", "post", "grant", "--holder", "观海卫镇", "--request", "guanhaiwei-request-2018", *post, "150亩")
    assumed = zone(demo.json("reconcile"), "GHW-01")["assumption"]
    assert assumed["requested_mu"] == {"low": "50", "high": "50"}
    demo("ledger", "post", "grant", "--holder", "观海卫镇", "--request", "guanhaiwei-request-2018", *post, "50亩")
    assert zone(demo.json("reconcile"), "GHW-01")["assumption"] is None


def test_what_is_tied_on_one_side_only_is_found(demo: Program) -> None:
    post = ("--kind", "统筹", "--document", "D", "--date", "2018-07-01", "--area", "1亩")
    demo("ledger", "post", "grant", "--holder", "观海卫镇", "--zone", "X-9", "--parcel", "P-9", *post)

    def rename(layer: dict[str, Any]) -> None:
        layer["features"][0]["properties"]["holder"] = "不存在的小镇"

    edit(demo.folder, "zones.geojson", rename)
    assert "LAYER-STALE" in codes(demo.json("reconcile"))
    demo("build")
    result = demo.json("reconcile")
    assert "LAYER-STALE" not in codes(result)
    assert "ZONE-HOLDER-UNKNOWN" in codes(result)
    found = [f["message"] for f in result["findings"] if f["code"] == "ENTRY-PLACE-UNKNOWN"]
    assert len(found) == 2
    assert "the zone 'X-9'" in found[0] + found[1]


def test_geometry_in_the_workspace_is_valid(built_demo: Path) -> None:
    for path in sorted((built_demo / "layers").glob("*.geojson")):
        for feature in json.loads(path.read_text("utf-8"))["features"]:
            assert shapely.is_valid(shape(feature["geometry"]))


def test_a_ledger_that_knows_less_land_than_a_document_covers_nothing(demo: Program) -> None:
    """20 mu of entries against a stated 500 or more: their quota covers the 20, and that proves nothing."""
    zone = ("--holder", "观海卫智能电器小镇", "--parcel", "GHW-P01", "--area", "20亩", "--document", "d")
    for movement, date in (("approve", "2017-03-01"), ("requisition", "2017-06-01")):
        demo("ledger", "post", movement, *zone, "--date", date)
    ghw = demo.json("reconcile")["zones"][0]
    assert ghw["land"]["requisitioned_mu"] == {"low": "20", "high": "20"}
    assert (ghw["verdict"], ghw["uncovered_mu"]["low"]) == ("possibly_uncovered", "0")


def test_money_and_planning_scale_never_cover_land(demo: Program) -> None:
    kinds = demo.folder / "seeds" / "quota_kinds.csv"
    columns = kinds.read_text("utf-8-sig").splitlines()[0].split(",")
    row = {"kind": "专项资金", "name": "专项资金", "unit": "元", "covers_conversion": "yes", "carry": "no"}
    kinds.write_text(kinds.read_text("utf-8-sig") + ",".join(row.get(c, "") for c in columns) + "\n", "utf-8-sig")
    demo("build")
    before = demo.json("reconcile")["zones"][0]
    given = ("--holder", "观海卫智能电器小镇", "--document", "d", "--date", "2018-07-01")
    demo("ledger", "post", "grant", *given, "--kind", "专项资金", "--amount", "830万元")
    demo("ledger", "post", "grant", *given, "--kind", "规划规模", "--amount", "500亩")
    after = demo.json("reconcile")["zones"][0]
    assert (after["uncovered_mu"], after["verdict"]) == (before["uncovered_mu"], before["verdict"])
    assert {position["book"] for position in after["quota"]} == {"quota", "plan", "money"}


def test_land_of_a_town_that_is_no_zone_is_shown_with_that_of_its_zones(demo: Program) -> None:
    given = ("--document", "d", "--date", "2018-03-01")
    demo("ledger", "post", "approve", "--holder", "周巷镇", "--parcel", "ZX-9", "--area", "7亩", *given)
    demo("ledger", "post", "approve", "--holder", "周巷小家电智造小镇", "--parcel", "ZX-8", "--area", "5亩", *given)
    town = next(h for h in demo.json("reconcile")["holders"] if h["holder"] == "周巷镇")
    assert town["land"]["approved_mu"] == {"low": "12", "high": "12"}
    shown = " ".join(demo("reconcile").stdout.split())
    assert "Other holders: land (mu), with that of the holders below" in shown
    assert "Zhouxiang (town) 12 0 0 0 0" in shown
