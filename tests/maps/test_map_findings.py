"""Every finding is listed once, in the section that it is about, and knows where it is on the map."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas
import pyproj
import pytest
from map_sheets import drawn, seeds_of
from program import Program
from shapely import Point, affinity, box
from shapely.geometry import mapping, shape

from landquota.findings import Finding, Place
from landquota.maps import MapFeature, MapView, PanelFinding
from landquota.maps.located import Gazetteer, tally
from landquota.topology import overlaps

EAST, NORTH = 636_750.0, 3_341_000.0


def gazetteer() -> Gazetteer:
    to_degrees = pyproj.Transformer.from_crs(4549, 4490, always_xy=True).transform
    return Gazetteer(
        zone_holders={"Z-1": "城东片区"},
        parcel_zones={"P-1": "Z-1", "P-2": ""},
        entry_holders={"L-1": "城东镇"},
        to_degrees=to_degrees,
    )


@pytest.mark.parametrize(
    ("finding", "holder"),
    [
        (Finding("ZONE-AREA-NO-DATA", Place(file="zones", feature="Z-1")), "城东片区"),
        (Finding("PARCEL-OVERLAP", Place(file="parcels", feature="P-1")), "城东片区"),
        (Finding("PARCEL-OVERLAP", Place(file="parcels", feature="P-2")), None),
        (Finding("LEDGER-STATEMENT-DIFFERS", Place(feature="L-1"), {"key": "L-1"}), "城东镇"),
        (Finding("ENTRY-PLACE-UNKNOWN", Place(feature="P-9"), {"key": "L-1"}), "城东镇"),
        (Finding("FARMLAND-NO-DATA", Place(file="layers/catalog.csv")), None),
        (Finding("GEOM-SKIPPED", Place(file="zones", feature="Z-9")), None),
        (Finding("GEOM-SKIPPED", Place(file="basic_farmland", feature="F-1")), None),
    ],
    ids=lambda value: value.code if isinstance(value, Finding) else str(value),
)
def test_a_finding_belongs_to_the_holder_that_it_is_about(finding: Finding, holder: str | None) -> None:
    assert gazetteer().holder(finding) == holder


def test_a_coordinate_is_taken_to_degrees() -> None:
    squares = [box(EAST, NORTH, EAST + 20, NORTH + 20), box(EAST + 18, NORTH, EAST + 40, NORTH + 20)]
    frame = geopandas.GeoDataFrame({"parcel": ["P-1", "P-2"]}, geometry=squares, crs=4549)
    (overlap,) = overlaps(frame, id_column="parcel")
    listed = gazetteer().listed(overlap, "en")
    lon, lat = pyproj.Transformer.from_crs(4549, 4490, always_xy=True).transform(EAST + 19, NORTH + 10)
    assert listed.point == pytest.approx((lon, lat), abs=1e-9)
    assert (120 < lon < 123, 30 < lat < 31) == (True, True)
    assert (listed.kind, listed.features) == ("parcels", ("P-1", "P-2"))
    assert (listed.severity, listed.word, listed.code) == ("warning", "warning", "PARCEL-OVERLAP")
    assert (listed.text, listed.remedy) == (overlap.message("en"), overlap.remedy("en"))


@pytest.mark.parametrize("east", [float("inf"), float("nan"), 1e300])
def test_what_is_nowhere_on_earth_has_no_point(east: float) -> None:
    place = Place(file="zones", feature="Z-1", x=east, y=NORTH)
    assert gazetteer().listed(Finding("GEOM-SKIPPED", place), "en").point is None


def test_findings_are_counted_by_severity() -> None:
    found = [Finding(code) for code in ("PARCEL-ON-FARMLAND", "PARCEL-OVERLAP", "GEOM-SKIPPED", "QUOTA-INTERPRETED")]
    assert tally(found).render("en") == "Findings: 1 error(s), 2 warning(s), 1 note(s)"
    assert tally(found).render("zh") == "问题：1 错误 · 2 警告 · 1 提示"


def by_section(view: MapView) -> dict[str, list[PanelFinding]]:
    return {panel.name: list(panel.findings) for panel in view.panels}


def test_the_demos_findings_stand_in_their_zones(built_demo: Path) -> None:
    result, view = drawn(built_demo, language="en")
    sections = by_section(view)
    assert sorted(f.code for found in sections.values() for f in found) == sorted(f.code for f in result.findings)
    assert [f.code for f in sections["Zhouxiang Small-Appliance Town"]] == ["PARCEL-ON-FARMLAND", "PARCEL-ILLUSTRATIVE"]
    (conflict,) = view.layers[-1].features
    farmland = sections["Zhouxiang Small-Appliance Town"][0]
    assert farmland.point is not None
    assert conflict.geometry.contains(Point(farmland.point))
    assert view.tally == "Findings: 1 error(s), 1 warning(s), 3 note(s)"


def features(view: MapView) -> dict[str, MapFeature]:
    return {feature.id: feature for layer in view.layers for feature in layer.features}


def test_overlaps_parts_outside_and_what_names_no_zone_are_found_on_the_map(demo: Program) -> None:
    file = demo.folder / "layers" / "parcels.geojson"
    layer = json.loads(file.read_text("utf-8"))
    for feature in layer["features"]:
        if feature["properties"]["parcel"] == "GHW-P03":
            feature["geometry"] = mapping(shape(feature["geometry"]).buffer(0.0002))
        if feature["properties"]["parcel"] == "ZX-P02":
            feature["properties"]["zone"] = "GHW-01"
        if feature["properties"]["parcel"] in {"GHW-P05", "GHW-P06"}:
            feature["properties"]["zone"] = None
            feature["geometry"] = mapping(affinity.translate(shape(feature["geometry"]).buffer(0.0001), 0.05))
    file.write_text(json.dumps(layer, ensure_ascii=False), "utf-8")
    demo("build")
    _, view = drawn(demo.folder, language="en")
    drawn_features, sections = features(view), by_section(view)
    zone = sections["Guanhaiwei Smart-Appliance Town"]
    located = [f for found in sections.values() for f in found if f.code in {"PARCEL-OVERLAP", "PARCEL-OUTSIDE-ZONE"}]
    assert {f.code for f in located} == {"PARCEL-OVERLAP", "PARCEL-OUTSIDE-ZONE"}
    for finding in located:
        assert finding.point is not None
        for name in finding.features:
            assert drawn_features[name].geometry.buffer(1e-9).contains(Point(finding.point))
    assert ("ZX-P02",) in {f.features for f in zone if f.code == "PARCEL-OUTSIDE-ZONE"}
    assert any(f.code == "PARCEL-OVERLAP" and "GHW-P03" in f.features for f in zone)
    elsewhere = [f.features for f in sections["Other findings"] if f.code == "PARCEL-OVERLAP"]
    assert elsewhere == [("GHW-P05", "GHW-P06")], "of parcels in no zone"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_cited_fact_is_lost(built_demo: Path, language: str) -> None:
    facts = seeds_of(built_demo).facts
    _, view = drawn(built_demo, language=language)
    shown = [*view.facts, *(fact for panel in view.panels for fact in panel.facts)]
    assert len(shown) == len(facts)
    for fact in facts:
        (found,) = (text for text in shown if fact.statement(language) in text and fact.clause in text)
        assert fact.document in found
    assert all(fact.split("：" if language == "zh" else ":")[0] for fact in view.facts)
    assert len(view.facts) == sum(not fact.zone for fact in facts) > 0
