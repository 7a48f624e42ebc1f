"""Which system a layer is in: declared, inferred, assumed, contradicted; never converted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landquota.crs import (
    GEOGRAPHIC_EPSG,
    ZONE_RANGE,
    Datum,
    GaussKruger,
    Zone,
    datum,
    describe,
    gauss_kruger,
    is_in_china,
    zone_prefix,
)
from landquota.errors import InputError
from landquota.findings import Place, Severity
from landquota.formats.resolution import resolve

if TYPE_CHECKING:
    from landquota.findings import Finding

LAYER = Place(file="parcels.shp")
Bounds = tuple[float, float, float, float]

PREFIXED: Bounds = (40_622_000, 3_340_000, 40_622_900, 3_340_800)
PLAIN: Bounds = (622_000, 3_340_000, 622_900, 3_340_800)
DEGREES: Bounds = (121.26, 30.17, 121.28, 30.19)
SWAPPED: Bounds = (3_340_000, 622_000, 3_340_800, 622_900)
SWAPPED_PREFIXED: Bounds = (3_340_000, 40_622_000, 3_340_800, 40_622_900)
SWAPPED_DEGREES: Bounds = (30.17, 121.26, 30.19, 121.28)

#: Zone 40 as ArcGIS writes it into a .prj: no EPSG code, other names.
ESRI_ZONE_40 = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_40",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",40500000.0],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",120.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def decide(declared: int | str | None, bounds: Bounds | None) -> tuple[int | None, list[Finding]]:
    crs = None if declared is None else pyproj.CRS.from_user_input(declared)
    found, findings = resolve(crs, bounds, place=LAYER)
    return (None if found is None else found.to_epsg()), findings


def only(findings: list[Finding]) -> Finding:
    assert len(findings) == 1, [finding.message("en") for finding in findings]
    return findings[0]


@pytest.mark.parametrize("width", [3, 6])
@pytest.mark.parametrize("prefixed", [True, False])
def test_every_zone_is_the_epsg_system_of_its_meridian(width: int, *, prefixed: bool) -> None:
    for number in ZONE_RANGE[width]:
        zone = Zone(width, number, prefixed)
        assert gauss_kruger(zone.crs) == GaussKruger(
            zone.central_meridian_deg, 500_000 + (number * 1_000_000 if prefixed else 0)
        )
        assert datum(zone.crs) is Datum.CGCS2000


@pytest.mark.parametrize(
    ("zone", "epsg", "meridian"),
    [
        (Zone(3, 25, prefixed=True), 4513, 75),
        (Zone(3, 40, prefixed=True), 4528, 120),
        (Zone(3, 45, prefixed=True), 4533, 135),
        (Zone(3, 25, prefixed=False), 4534, 75),
        (Zone(3, 40, prefixed=False), 4549, 120),
        (Zone(3, 45, prefixed=False), 4554, 135),
        (Zone(6, 21, prefixed=True), 4499, 123),
        (Zone.at_meridian(120), 4549, 120),
    ],
)
def test_known_zones(zone: Zone, epsg: int, meridian: int) -> None:
    assert (zone.epsg, zone.central_meridian_deg) == (epsg, meridian)


@pytest.mark.parametrize(("width", "number"), [(3, 24), (3, 46), (6, 12), (6, 24), (4, 30)])
def test_zones_that_china_does_not_have(width: int, number: int) -> None:
    with pytest.raises(InputError, match=f"There is no {width}-degree zone {number} in China"):
        Zone(width, number, prefixed=True)


@pytest.mark.parametrize(("meridian", "message"), [(121, "121° is not the central meridian"), (60, "zone 20 in China")])
def test_meridians_that_are_none(meridian: int, message: str) -> None:
    with pytest.raises(InputError, match=message):
        resolve(None, PLAIN, place=LAYER, assumed_meridian_deg=meridian)


@pytest.mark.parametrize(
    ("declared", "bounds"),
    [
        (4528, PREFIXED),
        (4549, PLAIN),
        (ESRI_ZONE_40, PREFIXED),
        (4490, DEGREES),
        (4326, DEGREES),
        (4499, (21_330_000, 3_340_000, 21_331_000, 3_341_000)),
        (32651, (330_000, 3_340_000, 331_000, 3_341_000)),
        (3857, (13_498_000, 3_523_000, 13_499_000, 3_524_000)),
        (31370, (155_827.4, 196_241.5, 156_909.2, 197_117.9)),
        (27700, (530_000, 180_000, 531_000, 181_000)),
        (2154, (558_918.2, 6_750_022.6, 564_184.9, 6_757_165.5)),
        (25833, (1_100_000, 7_800_000, 1_101_000, 7_801_000)),  # Finnmark in Norway's one zone
        (4647, (32_500_000, 5_600_000, 32_501_000, 5_601_000)),  # a German prefix
        (2263, (903_175.0, 110_121.0, 1_077_375.0, 282_841.0)),  # feet
        ("+proj=lcc +lat_1=30 +lat_2=40 +lat_0=35 +lon_0=105 +ellps=GRS80", (1_500_000, -400_000, 1_501_000, -399_000)),
        (2193, (1_570_000, 5_180_000, 1_571_000, 5_181_000)),
        (4326, (-178.2, 18.9, -66.9, 71.4)),
        ('LOCAL_CS["works grid",UNIT["metre",1]]', (0, 0, 10, 10)),
    ],
)
def test_consistent_declarations_are_accepted_in_silence(declared: int | str, bounds: Bounds) -> None:
    crs = pyproj.CRS.from_user_input(declared)
    assert resolve(crs, bounds, place=LAYER) == (crs, [])


def test_all_of_china_in_one_zone_is_accepted() -> None:
    everywhere = (-3_000_000 + 500_000, 400_000, 2_500_000, 6_000_000)
    assert decide(4549, everywhere) == (4549, [])


def test_eastern_cixi_stays_in_zone_40() -> None:
    forth = pyproj.Transformer.from_crs(4490, 4528, always_xy=True)
    x, y = forth.transform(121.8, 30.2)
    assert decide(4528, (x - 100, y - 100, x, y)) == (4528, [])


@pytest.mark.parametrize("declared", [4528, None])
def test_a_layer_without_coordinates_contradicts_nothing(declared: int | None) -> None:
    assert decide(declared, None) == (declared, [])


def test_prefix_tells_the_zone_of_an_undeclared_layer() -> None:
    epsg, findings = decide(None, PREFIXED)
    finding = only(findings)
    assert epsg == 4528
    assert (finding.code, finding.severity, finding.place) == ("CRS-INFERRED", Severity.NOTE, LAYER)
    assert finding.message("en") == (
        "no coordinate reference system is declared; by the zone prefix of the eastings (40622000) "
        "it was read as CGCS2000 / 3-degree Gauss-Kruger zone 40 (EPSG:4528)"
    )


def test_six_degree_prefixes_are_told_too() -> None:
    epsg, findings = decide(None, (21_330_000, 3_340_000, 21_331_000, 3_341_000))
    assert (epsg, only(findings).code) == (4499, "CRS-INFERRED")


@pytest.mark.parametrize(("bounds", "epsg"), [(PLAIN, 4549), (DEGREES, GEOGRAPHIC_EPSG)])
def test_magnitude_is_an_assumption(bounds: Bounds, epsg: int) -> None:
    found, findings = decide(None, bounds)
    assert (found, only(findings).code, only(findings).severity) == (epsg, "CRS-ASSUMED", Severity.WARNING)


def test_the_assumption_says_what_was_assumed() -> None:
    crs, findings = resolve(None, PLAIN, place=LAYER, assumed_meridian_deg=117)
    assert crs == pyproj.CRS.from_epsg(4548)
    assert only(findings).message("en") == (
        "no coordinate reference system is declared; by the magnitude of the coordinates (622000, 3340000) "
        "CGCS2000 / 3-degree Gauss-Kruger CM 117E (EPSG:4548) was assumed"
    )


@pytest.mark.parametrize(
    "bounds",
    [
        SWAPPED,
        SWAPPED_DEGREES,
        SWAPPED_PREFIXED,
        (39_600_000, 3_340_000, 40_400_000, 3_341_000),  # two prefixes
        (46_600_000, 3_340_000, 46_601_000, 3_341_000),  # no such zone
        (155_827, 196_287, 156_909, 197_117),
        (1e300, 1, 1e300, 2),
        (math.inf, 3_340_000, math.inf, 3_340_000),
        (math.nan, math.nan, math.nan, math.nan),
    ],
)
def test_nothing_is_assumed_where_nothing_fits(bounds: Bounds) -> None:
    epsg, findings = decide(None, bounds)
    assert (epsg, only(findings).code) == (None, "CRS-UNKNOWN")


def test_the_unknown_shows_a_coordinate() -> None:
    _, findings = decide(None, SWAPPED)
    assert only(findings).message("en") == (
        "no coordinate reference system is declared, and the coordinates, for example (3340000, 622000), "
        "fit none that could be assumed"
    )
    assert (only(findings).place.x, only(findings).place.y) == (3_340_000, 622_000)


@pytest.mark.parametrize(
    ("declared", "bounds", "reason"),
    [
        (4326, PLAIN, "its coordinates are not degrees"),
        (4326, PREFIXED, "its coordinates are not degrees"),
        (4326, (903_175.0, 110_121.0, 1_077_375.0, 282_841.0), "its coordinates are not degrees"),
        (4490, SWAPPED_DEGREES, "latitude stands before longitude"),
        (4528, DEGREES, "its coordinates are degrees"),
        (4549, SWAPPED_DEGREES, "its coordinates are degrees"),
        (3857, DEGREES, "its coordinates are degrees"),
        (31370, (4.3, 50.8, 4.4, 50.9), "its coordinates are degrees"),
        (4528, PLAIN, "its eastings carry no zone prefix"),
        (4549, PREFIXED, "its eastings carry the prefix of zone 40"),
        (4527, PREFIXED, "its eastings carry the prefix of zone 40"),
        (4499, PREFIXED, "its eastings carry the prefix of zone 40"),
        (ESRI_ZONE_40, PLAIN, "its eastings carry no zone prefix"),
        (4528, (40_622_000, 3_340_000, 41_380_000, 3_341_000), "its eastings carry the prefix of zone 41"),
        (4528, SWAPPED_PREFIXED, "north stands before east"),
        (4549, SWAPPED, "north stands before east"),
        (4549, (622_000, 3_340_000, 1e300, 3_341_000), "its coordinates lie far outside China"),
        (4549, (9_000_000, 3_340_000, 9_000_100, 3_341_000), "its coordinates lie far outside China"),
        (4528, (40_622_000, 3_340_000, math.inf, 3_341_000), "a coordinate is not finite"),
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
    epsg, findings = decide(declared, bounds)
    finding = only(findings)
    assert (epsg, finding.code, finding.severity) == (None, "CRS-MISMATCH", Severity.ERROR)
    assert f"is declared, but {reason}, for example (" in finding.message("en")


def test_a_mismatch_names_what_would_fit() -> None:
    _, findings = decide(4326, PLAIN)
    finding = only(findings)
    assert finding.message("en") == (
        "WGS 84 (EPSG:4326) is declared, but its coordinates are not degrees, for example (622900, 3340800)"
    )
    assert finding.remedy("en") == (
        "Find out which system the coordinates are in and have the file declare that; nothing was converted. "
        "They would fit CGCS2000 / 3-degree Gauss-Kruger CM 120E (EPSG:4549)."
    )
    assert finding.place == Place(file="parcels.shp", x=622_900, y=3_340_800)


def test_a_mismatch_on_an_old_datum_suggests_no_other_datum() -> None:
    _, findings = decide(2364, PLAIN)
    assert only(findings).remedy("en").endswith("nothing was converted.")


@pytest.mark.parametrize(
    ("epsg", "bounds", "name"), [(2364, PREFIXED, "Xi'an 80"), (2385, PLAIN, "Xi'an 80"), (2437, PLAIN, "Beijing 54")]
)
def test_old_datums_stay_and_are_marked(epsg: int, bounds: Bounds, name: str) -> None:
    found, findings = decide(epsg, bounds)
    finding = only(findings)
    assert (found, finding.code, finding.severity) == (epsg, "CRS-DATUM", Severity.WARNING)
    assert finding.message("en") == (
        f"{describe(pyproj.CRS.from_epsg(epsg))} is on {name}, not on CGCS2000; "
        "the coordinates were kept as they are, not transformed"
    )


def test_heights_and_bound_transformations_do_not_hide_a_zone() -> None:
    bound = pyproj.CRS.from_string("+proj=tmerc +lon_0=120 +k=1 +x_0=500000 +ellps=GRS80 +towgs84=0,0,0 +units=m")
    assert gauss_kruger(bound) == GaussKruger(120, 500_000)
    compound = pyproj.crs.CompoundCRS("with heights", components=[4549, 5737])
    assert gauss_kruger(compound) == GaussKruger(120, 500_000)
    assert datum(compound) is Datum.CGCS2000


@pytest.mark.parametrize("epsg", [3857, 32651, 27700, 4490, 2154])
def test_what_is_no_gauss_kruger_projection(epsg: int) -> None:
    assert gauss_kruger(pyproj.CRS.from_epsg(epsg)) is None


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
    assert resolve(declared, (easting, north, easting, north), place=LAYER) == (declared, [])
    crs, findings = resolve(declared, (north, easting, north, easting), place=LAYER)
    assert (crs, [finding.code for finding in findings]) == (None, ["CRS-MISMATCH"])
