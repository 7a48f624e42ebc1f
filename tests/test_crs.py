"""Zones, datums and names of reference systems."""

from __future__ import annotations

import warnings

import pyproj
import pytest

from landquota.crs import (
    ZONE_RANGE,
    Datum,
    GaussKruger,
    Zone,
    datum,
    describe,
    gauss_kruger,
    on_wgs84,
    same,
    sister,
    zone_of,
)
from landquota.errors import InputError

#: Zone 40 as ArcGIS writes it into a .prj: no EPSG code, other names.
ESRI_ZONE_40 = (
    'PROJCS["CGCS2000_3_Degree_GK_Zone_40",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
    'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
    'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",40500000.0],'
    'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",120.0],PARAMETER["Scale_Factor",1.0],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


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


def test_heights_and_bound_transformations_do_not_hide_a_zone() -> None:
    bound = pyproj.CRS.from_string("+proj=tmerc +lon_0=120 +k=1 +x_0=500000 +ellps=GRS80 +towgs84=0,0,0 +units=m")
    assert gauss_kruger(bound) == GaussKruger(120, 500_000)
    compound = pyproj.crs.CompoundCRS("with heights", components=[4549, 5737])
    assert gauss_kruger(compound) == GaussKruger(120, 500_000)
    assert datum(compound) is Datum.CGCS2000


@pytest.mark.parametrize("epsg", [3857, 32651, 27700, 4490, 2154])
def test_what_is_no_gauss_kruger_projection(epsg: int) -> None:
    assert gauss_kruger(pyproj.CRS.from_epsg(epsg)) is None


ALL_ZONES = [
    (on, Zone(width, number, prefixed))
    for on in Datum
    for width, numbers in ZONE_RANGE.items()
    for number in numbers
    for prefixed in (False, True)
]


def test_every_zone_is_found_again_on_every_datum_and_called_as_the_registry_calls_it() -> None:
    for on, zone in ALL_ZONES:
        crs = zone.on(on)
        assert (datum(crs), zone_of(crs)) == (on, zone)
        assert describe(crs).render("en") == f"{crs.name} (EPSG:{crs.to_epsg()})"


def test_every_zone_has_one_sister_and_is_hers() -> None:
    for on, zone in ALL_ZONES:
        crs = zone.on(on)
        other = sister(crs, None if zone.prefixed else zone.number)
        assert other is not None
        assert zone_of(other) == Zone(zone.width_deg, zone.number, not zone.prefixed)
        assert same(sister(other, zone.number if zone.prefixed else None) or other, crs)


@pytest.mark.parametrize(
    ("epsg", "prefix", "found"),
    [
        (4528, None, 4549),
        (4549, 40, 4528),
        (4549, 41, None),
        (4528, 41, None),
        (4528, 40, None),
        (4549, None, None),
        (4550, 21, 4499),  # of 6 degrees, but the same meridian
        (4549, 99, None),
        (2364, None, 2385),
        (2437, 40, 2416),
        (4490, 40, None),
        (32651, 51, None),
    ],
)
def test_the_sister_is_the_same_zone_and_datum(epsg: int, prefix: int | None, found: int | None) -> None:
    other = sister(pyproj.CRS.from_epsg(epsg), prefix)
    assert (None if other is None else other.to_epsg()) == found


def test_a_zone_of_a_prj_is_found_by_its_parameters() -> None:
    crs = pyproj.CRS.from_user_input(ESRI_ZONE_40)
    assert zone_of(crs) == Zone(3, 40, prefixed=True)
    odd = pyproj.CRS.from_user_input(ESRI_ZONE_40.replace("120.0", "117.0"))
    assert zone_of(odd) is None
    own = pyproj.CRS.from_user_input(ESRI_ZONE_40.replace("120.0", "121.25").replace("40500000", "500000"))
    assert zone_of(own) is None


@pytest.mark.parametrize(
    ("definition", "english", "chinese"),
    [
        (4528, "CGCS2000 / 3-degree Gauss-Kruger zone 40 (EPSG:4528)", "2000国家大地坐标系 3度带第40带（EPSG:4528）"),
        (
            4549,
            "CGCS2000 / 3-degree Gauss-Kruger CM 120E (EPSG:4549)",
            "2000国家大地坐标系 3度带 中央经线120°（不带带号）（EPSG:4549）",
        ),
        (4499, "CGCS2000 / Gauss-Kruger zone 21 (EPSG:4499)", "2000国家大地坐标系 6度带第21带（EPSG:4499）"),
        (2364, "Xian 1980 / 3-degree Gauss-Kruger zone 40 (EPSG:2364)", "1980西安坐标系 3度带第40带（EPSG:2364）"),
        (2416, "Beijing 1954 / 3-degree Gauss-Kruger zone 40 (EPSG:2416)", "1954北京坐标系 3度带第40带（EPSG:2416）"),
        (4490, "China Geodetic Coordinate System 2000 (EPSG:4490)", "2000国家大地坐标系 经纬度（EPSG:4490）"),
        (4326, "WGS 84 (EPSG:4326)", "WGS 84（EPSG:4326）"),
        (
            ESRI_ZONE_40,
            "CGCS2000 / 3-degree Gauss-Kruger zone 40 (EPSG:4528)",
            "2000国家大地坐标系 3度带第40带（EPSG:4528）",
        ),
        (
            pyproj.crs.CompoundCRS("with heights", components=[4528, 5737]).to_wkt(),
            "with heights (CGCS2000 / 3-degree Gauss-Kruger zone 40)",
            "with heights（2000国家大地坐标系 3度带第40带）",
        ),
        ('LOCAL_CS["Ningbo local",UNIT["metre",1]]', "Ningbo local", "Ningbo local"),
    ],
)
def test_systems_have_names_in_both_languages(definition: int | str, english: str, chinese: str) -> None:
    name = describe(pyproj.CRS.from_user_input(definition))
    assert (name.render("en"), name.render("zh")) == (english, chinese)


def test_one_system_under_two_spellings() -> None:
    zone = pyproj.CRS.from_epsg(4528)
    assert same(zone, pyproj.CRS.from_wkt(zone.to_wkt()))
    assert not same(zone, pyproj.CRS.from_epsg(4549))
    assert on_wgs84(pyproj.CRS.from_user_input("OGC:CRS84"))
    assert not on_wgs84(zone)


def test_local_grids_of_other_names_are_others() -> None:
    ningbo, cixi = (pyproj.CRS.from_wkt(f'LOCAL_CS["{name}",UNIT["metre",1]]') for name in ("Ningbo", "Cixi"))
    assert same(ningbo, ningbo)
    assert not same(ningbo, cixi)
    assert not same(ningbo, pyproj.CRS.from_epsg(4549))


def test_a_projection_that_lacks_a_parameter_is_no_zone() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        whole = pyproj.CRS.from_epsg(4549).to_wkt("WKT1_ESRI")
        broken = pyproj.CRS.from_wkt(whole.replace('PARAMETER["False_Easting",500000.0],', ""))
    assert gauss_kruger(broken) is None
