"""Areas against published vectors, against PROJ's geodesics, and against what must not matter."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import GeometryCollection, MultiPolygon, Point, Polygon, box
from shapely.affinity import translate

from landquota.area import Area, Unit
from landquota.ellipsoid import CGCS2000_SERIES, XIAN80_SERIES, areas, ellipsoidal_areas, matches, planar_areas
from landquota.ellipsoid_kernel import GaussSeries, area_coefficients, compiled_ring_areas, gauss_inverse
from landquota.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

ZONE_40 = pyproj.CRS.from_epsg(4528)
CM_120 = pyproj.CRS.from_epsg(4549)
XIAN_ZONE_40 = pyproj.CRS.from_epsg(2364)
GEOGRAPHIC = pyproj.CRS.from_epsg(4490)
LOCAL_GRID = pyproj.CRS.from_wkt('LOCAL_CS["works grid",UNIT["metre",1],AXIS["east",EAST],AXIS["north",NORTH]]')

compiles = pytest.mark.skipif(find_spec("numba") is None, reason="numba is not installed")


def objects(*geometries: Any) -> NDArray[np.object_]:
    array = np.empty(len(geometries), dtype=object)
    array[:] = geometries
    return array


def on_ellipsoid(geometry: Any, crs: pyproj.CRS = CM_120) -> float:
    return float(ellipsoidal_areas(objects(geometry), crs)[0])


@st.composite
def stars(draw: st.DrawFn, *, reach_m: float = 400.0) -> Polygon:
    """Star-shaped polygons about Cixi, east of meridian 120."""
    seed = draw(st.integers(0, 2**32 - 1))
    corners = draw(st.integers(3, 40))
    random = np.random.default_rng(seed)
    angles = (np.arange(corners) + random.uniform(0, 0.9, corners)) * 2 * np.pi / corners
    reaches = random.uniform(0.3, 1.0, corners) * reach_m
    centre = random.uniform((595_000, 3_320_000), (665_000, 3_370_000))
    return Polygon(centre + np.column_stack((reaches * np.cos(angles), reaches * np.sin(angles))))


def geodesic_m2(ring: shapely.LinearRing, *, crs: pyproj.CRS = CM_120) -> float:
    """Return PROJ's area of a ring, with geodesics from each vertex to the next."""
    geodetic = crs.geodetic_crs
    assert geodetic is not None
    x, y = shapely.get_coordinates(ring).T
    lon, lat = pyproj.Transformer.from_crs(crs, geodetic, always_xy=True).transform(x, y)
    area, _ = pyproj.Geod(ellps="GRS80").polygon_area_perimeter(lon, lat)
    return abs(area)


def test_published_coefficients_of_cgcs2000() -> None:
    assert area_coefficients(0.00669438002290) == pytest.approx(
        (1.003364089834192, 1.124189381926991e-3, 1.699459473518503e-6, 2.717857845576592e-9, 4.358419004832465e-12),
        rel=1e-13,
    )


@pytest.mark.parametrize(
    ("west", "expected_m2"), [(40_622_000, 999_629.9793), (40_500_000, 999_999.99)], ids=["east of zone", "meridian"]
)
def test_a_square_kilometre_of_cixi(west: float, expected_m2: float) -> None:
    square = box(west, 3_340_000, west + 1000, 3_341_000)
    assert on_ellipsoid(square, ZONE_40) == pytest.approx(expected_m2, abs=0.002)
    assert planar_areas(objects(square))[0] == 1_000_000


def test_prefix_changes_nothing() -> None:
    square = box(622_000, 3_340_000, 623_000, 3_341_000)
    assert on_ellipsoid(square) == pytest.approx(on_ellipsoid(translate(square, 40_000_000), ZONE_40), rel=1e-12)


def test_xian_80_is_measured_on_its_own_ellipsoid() -> None:
    square = box(40_622_000, 3_340_000, 40_623_000, 3_341_000)
    parcel = square.difference(box(40_622_100, 3_340_100, 40_622_200, 3_340_200))
    difference_m2 = on_ellipsoid(parcel, XIAN_ZONE_40) - on_ellipsoid(parcel, ZONE_40)
    assert 0.0001 < difference_m2 < 0.01


@pytest.mark.parametrize(
    ("crs", "series"), [(ZONE_40, CGCS2000_SERIES), (XIAN_ZONE_40, XIAN80_SERIES)], ids=["CGCS2000", "Xi'an 80"]
)
def test_gauss_inverse_agrees_with_proj(crs: pyproj.CRS, series: GaussSeries) -> None:
    east_m, north_m = (
        grid.ravel() for grid in np.meshgrid(np.linspace(-175e3, 175e3, 36), np.linspace(2e6, 5.5e6, 36))
    )
    sine, offset = gauss_inverse(east_m, north_m, series)
    proj = pyproj.Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    lon_deg, lat_deg = proj.transform(east_m + 40_500_000, north_m)
    assert np.degrees(np.arcsin(sine)) == pytest.approx(lat_deg, abs=5e-9)
    assert np.degrees(offset) + 120 == pytest.approx(lon_deg, abs=5e-9)


def test_first_point_of_the_pengbu_parcel() -> None:
    sine, offset = gauss_inverse(np.array([520_986.477 - 500_000]), np.array([3_353_189.181]), CGCS2000_SERIES)
    assert np.degrees(offset)[0] + 120 == pytest.approx(120.2181622853, abs=1e-10)
    assert np.degrees(np.arcsin(sine))[0] == pytest.approx(30.2981880640, abs=1e-9)  # as PROJ has it: 0.1 mm


@settings(max_examples=60, deadline=None)
@given(stars(reach_m=1500))
def test_agrees_with_geodesics_on_densified_rings(star: Polygon) -> None:
    fine = shapely.segmentize(star, 5.0)
    noise_m2 = 1e-3  # of the geodesics, on thousands of short edges
    assert on_ellipsoid(fine) == pytest.approx(geodesic_m2(fine.exterior), rel=1e-8, abs=noise_m2)


@settings(max_examples=60, deadline=None)
@given(stars())
def test_official_densifying_stays_within_half_a_ppm(star: Polygon) -> None:
    fine = shapely.segmentize(star, 2.0)
    thin_m2 = 0.03  # about 1e-3 m² for each 70 m of a sliver's edge
    assert on_ellipsoid(star) == pytest.approx(geodesic_m2(fine.exterior), rel=5e-7, abs=thin_m2)


@settings(max_examples=60, deadline=None)
@given(st.lists(stars(reach_m=120), min_size=1, max_size=30), st.integers(1, 500))
def test_a_layer_is_the_sum_of_single_measurements(layer: list[Polygon], batch: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("landquota.ellipsoid._BATCH_VERTICES", batch)
        together = ellipsoidal_areas(objects(*layer), CM_120)
    assert together.tolist() == pytest.approx([on_ellipsoid(parcel) for parcel in layer], rel=1e-12)


@settings(max_examples=60, deadline=None)
@given(stars())
def test_planar_area_is_geos_area_without_the_prefix(star: Polygon) -> None:
    prefixed = translate(star, 40_000_000)
    assert planar_areas(objects(star))[0] == pytest.approx(star.area, rel=1e-10)
    assert planar_areas(objects(prefixed))[0] == pytest.approx(star.area, abs=1e-4)


@settings(max_examples=40, deadline=None)
@given(stars())
def test_orientation_does_not_matter(star: Polygon) -> None:
    hole = shapely.buffer(star.representative_point(), 0.5)
    ways = [Polygon(shell, [inner]) for shell in _both_ways(star) for inner in _both_ways(hole)]
    for found in (planar_areas(objects(*ways)), ellipsoidal_areas(objects(*ways), CM_120)):
        assert found.tolist() == pytest.approx([found[0]] * 4, rel=1e-12)
        assert found[0] < planar_areas(objects(star))[0]


def _both_ways(polygon: shapely.Geometry) -> list[list[list[float]]]:
    ring = shapely.get_coordinates(polygon).tolist()
    return [ring, ring[::-1]]


def test_holes_and_parts() -> None:
    shell, hole = box(0, 0, 300, 200), box(50, 50, 150, 100)
    ring = Polygon(shell.exterior, [hole.exterior])
    ring, island = (translate(part, 622_000, 3_340_000) for part in (ring, box(60, 60, 70, 70)))
    both = MultiPolygon([ring, island])
    assert planar_areas(objects(ring, both)).tolist() == [55_000, 55_100]
    assert on_ellipsoid(ring) == pytest.approx(54_979.76, abs=0.005)
    assert on_ellipsoid(both) == pytest.approx(on_ellipsoid(ring) + on_ellipsoid(island), abs=1e-6)
    nested = GeometryCollection([both, Point(622_000, 3_340_000), GeometryCollection([island])])
    assert planar_areas(objects(nested))[0] == 55_200


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(stars(reach_m=120), st.integers(0, 3), st.booleans()), min_size=1, max_size=12))
def test_holes_are_taken_off_wherever_in_the_layer_they_are(drawn: list[tuple[Polygon, int, bool]]) -> None:
    layer, expected_m2 = [], []
    for star, count, multiple in drawn:
        centre = star.representative_point()
        holes = [shapely.buffer(translate(centre, 0.1 * nth), 0.01 + 0.01 * nth) for nth in range(count)]
        parcel = Polygon(star.exterior, [hole.exterior for hole in holes])
        layer.append(MultiPolygon([parcel, star]) if multiple else parcel)
        expected_m2.append((1 + multiple) * on_ellipsoid(star) - sum(on_ellipsoid(hole) for hole in holes))
    assert ellipsoidal_areas(objects(*layer), CM_120).tolist() == pytest.approx(expected_m2, rel=1e-11, abs=1e-6)


def test_edges_over_70_m_are_densified_in_the_plane() -> None:
    coarse = Polygon([(660_000, 3_340_000), (668_000, 3_340_000), (664_000, 3_346_000)])
    fine = shapely.segmentize(coarse, 69.9)
    assert on_ellipsoid(coarse) == pytest.approx(on_ellipsoid(fine), rel=1e-8)
    coarser = Polygon(
        pyproj.Transformer.from_crs(CM_120, GEOGRAPHIC, always_xy=True).itransform(coarse.exterior.coords)
    )
    assert abs(on_ellipsoid(coarser, GEOGRAPHIC) / on_ellipsoid(coarse) - 1) > 1e-6  # straight in degrees is elsewhere


def test_geographic_layers_are_measured_in_degrees() -> None:
    cell = box(121.25, 30.15, 121.26, 30.16)
    geod = pyproj.Geod(ellps="GRS80")
    expected, _ = geod.geometry_area_perimeter(shapely.segmentize(cell, 1e-5))
    assert on_ellipsoid(cell, GEOGRAPHIC) == pytest.approx(abs(expected), rel=1e-9)


@pytest.mark.parametrize("epsg", [2154, 31370, 27700, 32651, 3857, 2263])
def test_other_systems_are_measured_on_their_own_ellipsoid(epsg: int) -> None:
    crs = pyproj.CRS.from_epsg(epsg)
    geodetic = crs.geodetic_crs
    assert geodetic is not None
    assert crs.area_of_use is not None
    west, south, east, north = crs.area_of_use.bounds
    forth = pyproj.Transformer.from_crs(geodetic, crs, always_xy=True)
    x, y = forth.transform((west + east) / 2, (south + north) / 2)
    square = box(x, y, x + 1000, y + 1000)
    back = pyproj.Transformer.from_crs(crs, geodetic, always_xy=True)
    geod = crs.get_geod()
    assert geod is not None
    area, _ = geod.polygon_area_perimeter(*back.transform(*shapely.segmentize(square, 5).exterior.xy))
    assert on_ellipsoid(square, crs) == pytest.approx(abs(area), rel=1e-9)


def test_beyond_the_zone_proj_takes_over() -> None:
    far = box(1_400_000, 3_340_000, 1_400_900, 3_340_900)
    fine = shapely.segmentize(far, 2.0)
    assert on_ellipsoid(fine) == pytest.approx(geodesic_m2(fine.exterior), rel=1e-8)


def test_a_wild_neighbour_changes_nothing() -> None:
    parcel = box(622_000, 3_340_000, 622_100, 3_340_100)
    wild = box(1_400_000, 3_340_000, 1_400_900, 3_340_900)
    assert ellipsoidal_areas(objects(wild, parcel), CM_120)[1] == on_ellipsoid(parcel)


@pytest.mark.parametrize(
    ("geometry", "expected"),
    [
        (None, math.nan),
        (Polygon(), 0.0),
        (MultiPolygon(), 0.0),
        (Point(622_000, 3_340_000), 0.0),
        (shapely.LineString([(622_000, 3_340_000), (622_100, 3_340_100)]), 0.0),
        (Polygon([(0, 0), (1e300, 0), (1, 1)]), math.nan),
        (Polygon([(0, 0), (1e12, 0), (1e12, 1e12)]), math.nan),
        (shapely.from_wkt("POLYGON ((0 0, 1 0, inf 1, 0 0))", on_invalid="ignore"), math.nan),
    ],
    ids=["none", "empty", "empty multi", "point", "line", "1e300", "1e12", "infinite"],
)
def test_what_has_no_area(geometry: Any, expected: float) -> None:
    parcel = box(622_000, 3_340_000, 622_100, 3_340_100)
    layer = objects(parcel, geometry, parcel)
    for found in (planar_areas(layer), ellipsoidal_areas(layer, CM_120), ellipsoidal_areas(layer[1:2], GEOGRAPHIC)):
        assert found[len(found) // 2] == pytest.approx(expected, nan_ok=True)
    assert planar_areas(layer)[[0, 2]].tolist() == [10_000, 10_000]


def test_no_geometries_have_no_areas() -> None:
    assert planar_areas(objects()).shape == (0,)
    assert ellipsoidal_areas(objects(), CM_120).shape == (0,)


def test_absurdly_long_edges_do_not_exhaust_memory() -> None:
    world = box(-170, -80, 170, 80)
    assert on_ellipsoid(world, GEOGRAPHIC) == pytest.approx(4.74e14, rel=0.01)


def test_a_local_grid_has_no_ellipsoid() -> None:
    with pytest.raises(InputError, match="works grid has no ellipsoid"):
        ellipsoidal_areas(objects(box(0, 0, 1, 1)), LOCAL_GRID)


@pytest.mark.parametrize(
    ("declared", "unit", "decimals", "expected"),
    [
        ("5.7089", Unit.HA, 4, "ellipsoid"),
        ("5.7090", Unit.HA, 4, "planar"),
        ("5.71", Unit.HA, 2, "both"),
        ("57089.50", Unit.M2, 2, "planar"),
        ("57088.89", Unit.M2, 2, "ellipsoid"),
        ("85.63", Unit.MU, 2, "both"),
        ("5.8", Unit.HA, 1, "neither"),
    ],
)
def test_which_area_is_declared(declared: str, unit: Unit, decimals: int, expected: str) -> None:
    area = Area.of(declared, unit)
    assert matches(area, 57_089.5009, 57_088.8891, unit=unit, decimals=decimals) == expected


def test_nothing_matches_an_area_that_is_no_number() -> None:
    assert matches(Area.of("1", Unit.M2), math.nan, math.inf, unit=Unit.M2, decimals=0) == "neither"


@given(st.integers(1, 10**9), st.sampled_from([Unit.M2, Unit.HA, Unit.MU]), st.integers(0, 2))
def test_an_area_written_half_up_matches_itself(hundredths: int, unit: Unit, decimals: int) -> None:
    square_metres = hundredths / 100
    written = Area.measured(square_metres).in_unit(unit, decimals)
    declared = Area.of(written, unit)
    assert matches(declared, square_metres, square_metres, unit=unit, decimals=decimals) == "both"


def test_both_areas_at_once() -> None:
    square = objects(box(622_000, 3_340_000, 623_000, 3_341_000), None)
    planar, ellipsoid = areas(square, CM_120)
    assert planar.tolist() == pytest.approx([1_000_000, math.nan], nan_ok=True)
    assert ellipsoid.tolist() == pytest.approx([999_629.9793, math.nan], abs=0.002, nan_ok=True)
    planar, ellipsoid = areas(square, LOCAL_GRID)
    assert planar[0] == 1_000_000
    assert np.isnan(ellipsoid).all()
    planar, ellipsoid = areas(objects(box(121.25, 30.15, 121.26, 30.16)), GEOGRAPHIC)
    assert np.isnan(planar).all()
    assert ellipsoid[0] == pytest.approx(1_067_000, rel=0.01)
    geocentric = pyproj.CRS.from_epsg(4978)
    assert np.isnan(areas(square, geocentric)).all()


def test_planar_square_metres_of_a_layer_in_feet() -> None:
    feet = pyproj.CRS.from_epsg(2263)
    planar, ellipsoid = areas(objects(box(984_000, 208_000, 985_000, 209_000)), feet)
    assert planar[0] == pytest.approx(304.8**2, rel=1e-4)
    assert ellipsoid[0] == pytest.approx(planar[0], rel=1e-4)


@st.composite
def odd_geometries(draw: st.DrawFn) -> Any:
    """What a layer may hold, and what none should."""
    star = draw(stars(reach_m=draw(st.sampled_from([30.0, 400.0, 40_000.0]))))
    x, y = (
        draw(st.sampled_from([0.0, 5e5, 622_000.0, 1.4e6, -3e7, 1e8])),
        draw(st.sampled_from([-2e6, 0.0, 3.3e6, 7e6])),
    )
    wild = draw(st.sampled_from([math.nan, math.inf, -math.inf, 1e300, 1e12, 9e7]))
    hole = shapely.buffer(star.representative_point(), 0.5)
    odd = [
        None,
        Polygon(),
        MultiPolygon([star, box(x, y, x + 300, y + 200)]),
        Polygon(star.exterior, [hole.exterior]),
        GeometryCollection([MultiPolygon([star]), Point(x, y), GeometryCollection([hole])]),
        Point(x, y),
        shapely.LineString([(x, y), (x + 1, y + 1)]),
        box(x, y, x + draw(st.floats(0, 6e5)), y + draw(st.floats(0, 6e5))),
        _unchecked([(x, y), (x + 90, y), (wild, y + 60), (x, y)]),
        _unchecked([(x, y), (wild, wild), (x, y + 60), (x, y)]),
        Polygon([(x, y), (x, y), (x, y)]),
    ]
    return draw(st.sampled_from([star, *odd]))


def _unchecked(ring: list[tuple[float, float]]) -> Any:
    with np.errstate(invalid="ignore"):
        return shapely.polygons(ring)


@compiles
def test_with_numba_there_is_machine_code() -> None:
    assert compiled_ring_areas() is not None


@compiles
@settings(max_examples=150, deadline=None)
@given(st.lists(odd_geometries(), max_size=12), st.sampled_from([CM_120, ZONE_40, XIAN_ZONE_40, GEOGRAPHIC]))
def test_machine_code_gives_the_same_areas_to_the_last_bit(layer: list[Any], crs: pyproj.CRS) -> None:
    by_numpy, by_numba = (ellipsoidal_areas(objects(*layer), crs, compiled=compiled) for compiled in (False, True))
    assert np.array_equal(by_numpy, by_numba, equal_nan=True)


def survey_layer(count: int) -> NDArray[np.object_]:
    """Return polygons of 40 vertices with edges of 10 to 60 m, as surveys have them."""
    random = np.random.default_rng(7)
    angles = (np.arange(40) + random.uniform(0, 0.5, (count, 40))) * 2 * np.pi / 40
    reaches = random.uniform(150, 190, (count, 1)) + random.uniform(-8, 8, (count, 40))
    centres = random.uniform((600_000, 3_320_000), (665_000, 3_370_000), (count, 1, 2))
    spokes = np.stack((reaches * np.cos(angles), reaches * np.sin(angles)), axis=-1)
    return np.asarray(shapely.polygons(centres + spokes))


@pytest.mark.parametrize("compiled", [False, pytest.param(True, marks=compiles)])
def test_a_layer_as_surveyed_agrees_with_geodesics(compiled: bool) -> None:  # noqa: FBT001
    layer = survey_layer(1500)
    ours = ellipsoidal_areas(layer, CM_120, compiled=compiled)
    rough = np.array([geodesic_m2(parcel.exterior) for parcel in layer])
    assert np.abs(ours / rough - 1).max() < 5e-7
    fine = shapely.segmentize(layer[:150], 5.0)
    exact = np.array([geodesic_m2(parcel.exterior) for parcel in fine])
    assert np.abs(ellipsoidal_areas(fine, CM_120, compiled=compiled) / exact - 1).max() < 1e-8


def test_without_numba_numpy_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    assert compiled_ring_areas.__wrapped__() is None


MEASURE = """
import pyproj, shapely, sys
from landquota.ellipsoid import ellipsoidal_areas
square = shapely.box(622_000, 3_340_000, 623_000, 3_341_000)
print(float(ellipsoidal_areas([square], pyproj.CRS.from_epsg(4549), compiled=True)[0]))
"""


def measured_with(folder: Path) -> float:
    environ = {**os.environ, "NUMBA_CACHE_DIR": str(folder)}
    run = subprocess.run(
        [sys.executable, "-c", MEASURE], capture_output=True, encoding="utf-8", check=False, env=environ
    )
    assert run.returncode == 0, run.stderr
    return float(run.stdout)


@compiles
def test_damaged_machine_code_is_done_without(tmp_path: Path) -> None:
    expected_m2 = on_ellipsoid(box(622_000, 3_340_000, 623_000, 3_341_000))
    assert measured_with(tmp_path) == expected_m2
    kept = [path for path in tmp_path.rglob("*") if path.suffix in {".nbi", ".nbc"}]
    assert len(kept) == 2
    for path in kept:
        path.write_bytes(path.read_bytes()[:-40])
        assert measured_with(tmp_path) == expected_m2
