"""All engines measure the same, on random and on nasty ground, and nothing of a parcel is ever lost."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import example, given, reject, settings
from hypothesis import strategies as st
from shapely import affinity, box
from shapely.geometry.base import BaseGeometry

from landquota.formats.geometry import measurable
from landquota.overlay import Layer, NotConserved, Parcels, Role, area_arrays, compiled, overlay
from landquota.overlay.area_kernel import ascending
from landquota.overlay.cells import moved
from landquota.overlay.compiled import Loops, loops
from landquota.overlay.edges import Edges, outlines
from landquota.overlay.engine import pair_areas

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Geometries = NDArray[np.object_]

#: Where parcels may lie: at home, behind a zone prefix, and where steps of 0.1 mm are no binary fractions.
ORIGINS = [(0.0, 0.0), (40_500_000.0, 3_340_000.0), (621_234.5678, 3_345_678.1234)]
SIZE = 6


@st.composite
def blocks(draw: st.DrawFn) -> BaseGeometry:
    """Some cells of a small grid: shared edges, holes, islands, corners that touch, several parts."""
    cells = draw(st.sets(st.tuples(*[st.integers(0, SIZE - 1)] * 2), min_size=1, max_size=20))
    return shapely.union_all([box(x, y, x + 1, y + 1) for x, y in cells])


@st.composite
def corners(draw: st.DrawFn) -> BaseGeometry:
    """A ring over the grid's nodes or anywhere, mended: collinear edges, needles, edges through corners."""
    node = st.integers(0, SIZE) if draw(st.booleans()) else st.floats(0, SIZE)
    points = draw(st.lists(st.tuples(node, node), min_size=3, max_size=12))
    parts = shapely.get_parts(shapely.make_valid(shapely.Polygon(points)))
    polygons = [part for part in parts if part.geom_type in {"Polygon", "MultiPolygon"} and part.area > 1e-3]
    mended = shapely.union_all(polygons)
    return mended if mended.is_valid and not mended.is_empty else box(1, 1, 2, 2)


#: What a layer says of where it speaks: everywhere, nowhere else than in its features, within its coverage.
SAID = [(True, None), (False, None), (False, box(1, 1, 5, 9))]
GROUND = st.lists(blocks() | corners(), min_size=1, max_size=5)


def placed(shapes: list[BaseGeometry], origin: tuple[float, float], scale: float, angle: float) -> Geometries:
    """Return the shapes turned, enlarged and moved, all alike, with coordinates to 0.1 mm as surveys have them.

    Without the grid it is GEOS that is wrong now and then: a needle in a sound polygon, whose
    corners are rounded to doubles, once gave 3.88 m² where 2.26 are right.
    """
    turned = (affinity.scale(affinity.rotate(s, angle, origin=(0, 0)), scale, scale, origin=(0, 0)) for s in shapes)
    try:
        with np.errstate(divide="ignore"):  # GEOS divides by steps of 1e-229
            snapped = shapely.set_precision(np.array(list(turned), dtype=object), 1e-4)
    except shapely.errors.GEOSException:  # of needles, too
        reject()
    kept = [land if land.area > 0 else box(0, 0, 1, 1) for land in snapped]
    return moved(np.array(kept, dtype=object), np.array(origin))


@pytest.fixture(scope="module")
def machine_code() -> Loops:
    found = loops()
    if found is None:
        pytest.skip("numba is not installed")
    return found


def every_pair(mine: Geometries, theirs: Geometries) -> tuple[Any, Any]:
    left, right = np.meshgrid(np.arange(len(mine)), np.arange(len(theirs)), indexing="ij")
    return left.ravel(), right.ravel()


@settings(deadline=None)
@given(GROUND, GROUND, st.sampled_from(ORIGINS), st.sampled_from([(1.0, 0), (0.1, 90), (250.0, 17)]))
@example([box(0, 0, 1, 1)], [box(0, 0, 1, 1), box(0, 0, 1, 1)], ORIGINS[1], (1.0, 0))
@example([box(0, 0, 4, 4) - box(1, 1, 3, 3)], [box(1, 1, 3, 3), box(1.5, 1.5, 2, 2)], ORIGINS[2], (0.1, 17))
def test_engines_agree(
    machine_code: Loops, mine: list[Any], theirs: list[Any], origin: tuple[float, float], turn: tuple[float, float]
) -> None:
    land, ground = placed(mine, origin, *turn), placed(theirs, origin, *turn)
    left, right = every_pair(land, ground)
    local, under = moved(land, -np.array(origin)), moved(ground, -np.array(origin))
    expected = shapely.area(shapely.intersection(local[left], under[right]))
    edges = Edges.of(land), Edges.of(ground)
    by_arrays, chains = pair_areas(*edges, left, right, None)
    by_machine, same_chains = pair_areas(*edges, left, right, machine_code)
    assert np.abs(by_arrays - expected).max() <= 1e-6
    assert np.abs(by_machine - expected).max() <= 1e-6
    assert (chains == same_chains).all()


@settings(deadline=None)
@given(GROUND, GROUND, st.sampled_from(ORIGINS), st.sampled_from(SAID))
def test_nothing_is_lost_whichever_engine_measures(
    machine_code: Loops, mine: list[Any], theirs: list[Any], origin: tuple[float, float], said: tuple[bool, Any]
) -> None:
    complete, coverage = said
    land, ground = placed(mine, origin, 10.0, 17), placed(theirs, origin, 10.0, 17)
    speaks = None if coverage is None else placed([coverage], origin, 10.0, 17)[0]
    names = [str(i) for i in range(9)]
    parcels = Parcels(names[: len(land)], land)
    layer = Layer("L", names[: len(ground)], ground, None, speaks, complete)
    by_machine, drawn = overlay(parcels, layer), overlay(parcels, layer, pieces=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("landquota.overlay.measuring.loops_for", lambda _: None)
        by_arrays = overlay(parcels, layer)
    for found in (by_machine, drawn, by_arrays):
        assert not [f for f in found.findings if f.code == "OVERLAY-SNAPPED"]
        for other in (by_machine.cover, found.cover), (by_arrays.cover, found.cover):
            for one, two in zip(*((c.double_m2, c.remainder_m2, c.no_data_m2) for c in other), strict=True):
                assert np.abs(one - two).max() <= 1e-6
        for parcel, units in zip(names, parcels.units.tolist(), strict=False):
            rows = [row for row in found.parts() if row.parcel == parcel]
            double = sum(row.area.units for row in rows if row.role is Role.DOUBLE)
            assert sum(row.area.units for row in rows if row.role is not Role.DOUBLE) == units + double
    assert drawn.pieces is not None
    assert abs(drawn.pieces.area_m2.sum() - by_machine.pairs.area_m2.sum()) <= 1e-6


@given(st.lists(st.floats(-1e300, 1e300)))
@example([0.0, 5e-324])
@example([0.0, 1e-9, 1e-9, 1.0])
def test_numbers_are_put_in_order_however_they_are_spread(numbers: list[float]) -> None:
    with np.errstate(all="ignore"):  # as machine code does
        order = ascending(np.array(numbers))
    assert [numbers[i] for i in order] == sorted(numbers)


def test_outlines_are_the_same_compiled(machine_code: Loops) -> None:
    rng = np.random.default_rng(7)
    rings = [shapely.Point(*rng.uniform(0, 9, 2)).buffer(5, quad_segs=40) for _ in range(20)]
    land = np.array([*rings, rings[0].difference(rings[1]), shapely.MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)])])
    land[3] = shapely.reverse(land[3])
    for mine, theirs in zip(Edges.of(land, outlines), Edges.of(land, machine_code.outlines), strict=True):
        assert np.array_equal(mine, theirs)


def test_huge_outlines_are_measured_and_cut_like_small_ones(machine_code: Loops) -> None:
    rng = np.random.default_rng(3)
    angle = np.linspace(0, 2 * np.pi, 30_000, endpoint=False)
    radius = 800 * (1 + 0.2 * np.sin(9 * angle) + rng.uniform(-0.004, 0.004, len(angle)))
    outline = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1) + ORIGINS[1]
    huge = shapely.Polygon(outline).difference(shapely.Point(*ORIGINS[1]).buffer(300, quad_segs=700))
    spots = rng.uniform(-1000, 1000, (400, 2)) + ORIGINS[1]
    land = np.array([shapely.Point(*spot).buffer(40) for spot in spots], dtype=object)
    parcels, layer = Parcels([str(i) for i in range(400)], land), Layer("L", ["red"], np.array([huge]))
    drawn = overlay(parcels, layer, pieces=True)
    assert drawn.pieces is not None
    local = moved(np.array([huge]), -np.array(ORIGINS[1]))[0]
    expected = shapely.area(shapely.intersection(moved(land, -np.array(ORIGINS[1])), local))
    assert np.abs(np.bincount(drawn.pairs.parcel, drawn.pairs.area_m2, 400) - expected).max() <= 1e-6
    assert np.abs(np.bincount(drawn.pieces.parcel, drawn.pieces.area_m2, 400) - expected).max() <= 1e-6
    whole = np.array([box(*shapely.bounds(huge))])
    pair = np.zeros(1, dtype=np.int64)
    for engine in (None, machine_code):
        (area,), _ = pair_areas(Edges.of(whole), Edges.of(np.array([huge])), pair, pair, engine)
        assert area == pytest.approx(local.area, abs=1e-6)


def test_a_gap_and_an_overlap_of_the_same_size_are_both_found(machine_code: Loops) -> None:
    """Their parts are as large as the parcel, so that their sum alone would tell nothing."""
    squares = [box(0, 0, 10, 10), box(0, 0, 10, 10), box(20, 0, 30, 10)]
    layer = Layer("L", ["a", "b", "c"], np.array(squares), complete=True)
    for engine in (machine_code, None):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("landquota.overlay.measuring.loops_for", lambda _, engine=engine: engine)
            found = overlay(Parcels(["P"], np.array([box(0, 0, 30, 10)])), layer)
        assert found.cover.double_m2.tolist() == [100]
        assert found.cover.remainder_m2.tolist() == [100]
        (finding,) = found.findings
        assert (finding.place.x or 0) < 10


def test_threads_change_nothing(machine_code: Loops, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    land = np.array([shapely.Point(*rng.uniform(0, 500, 2)).buffer(30) for _ in range(150)], dtype=object)
    pairs = every_pair(land, land)
    edges = Edges.of(land)
    one, chains = pair_areas(edges, edges, *pairs, machine_code)
    monkeypatch.setattr("landquota.overlay.engine._PAIRS_A_THREAD", 100)
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    several, same = pair_areas(edges, edges, *pairs, machine_code)
    assert np.array_equal(one, several)
    assert np.array_equal(chains, same)


@pytest.mark.parametrize("engine", ["compiled", "arrays"])
def test_ground_that_crosses_itself_is_mended_or_refused(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if engine == "arrays":
        monkeypatch.setattr("landquota.overlay.measuring.loops_for", lambda _: None)
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    found = overlay(Parcels(["P"], np.array([box(0, 0, 10, 10)])), Layer("L", ["bow"], np.array([bow])))
    (finding,) = found.findings
    assert finding.code == "OVERLAY-SNAPPED"
    assert finding.message("en") == (
        "The parts of P over the layer L add up only with all coordinates rounded to 0.0001 m"
    )
    assert found.pairs.area_m2.tolist() == [50]
    assert found.cover.no_data_m2.tolist() == [50]
    with pytest.raises(
        NotConserved, match=r"Over the layer L, 1 parcel\(s\) are not the sum of their parts .*: P"
    ) as no:
        overlay(Parcels(["P"], np.array([bow])), Layer("L", ["all"], np.array([box(0, 0, 10, 10)])))
    assert no.value.details() == {"parcels": ["P"]}


def test_without_numba_arrays_do_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.import_module", lambda name: (_ for _ in ()).throw(ImportError(name)))
    monkeypatch.setattr(compiled, "loops", cache(compiled.loops.__wrapped__))
    assert compiled.loops() is None
    land = np.array([box(0, 0, 10, 10)])
    found = overlay(Parcels(["P"], land), Layer("L", ["a"], np.array([box(5, 0, 20, 10)])), pieces=True)
    assert found.pairs.area_m2.tolist() == [50]


def test_arrays_work_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    land = np.array([shapely.Point(*rng.uniform(0, 200, 2)).buffer(30) for _ in range(20)], dtype=object)
    pairs, edges = every_pair(land, land), Edges.of(land)
    at_once, _ = pair_areas(edges, edges, *pairs, None)
    monkeypatch.setattr(area_arrays, "_AT_ONCE", 500)
    in_parts, _ = pair_areas(edges, edges, *pairs, None)
    assert np.abs(at_once - in_parts).max() < 1e-9


@pytest.mark.parametrize("folder", ["polys", "overlap"])
def test_areas_are_those_of_qgis(fixtures_dir: Path, folder: str) -> None:
    path = fixtures_dir / "geopandas_overlay" / folder
    names = ("df1", "df2", "df1_df2-intersection") if folder == "polys" else (
        "df1_overlap", "df2_overlap", "df1_df2_overlap-intersection",
    )  # fmt: skip
    one, two, answer = (geopandas.read_file(path / f"{name}.geojson") for name in names)
    found = overlay(
        Parcels([str(i) for i in one["col1"]], one.geometry.to_numpy()),
        Layer("df2", [str(i) for i in two["col2"]], two.geometry.to_numpy()),
        pieces=True,
    )
    areas = {
        (int(one["col1"].iloc[p]), int(two["col2"].iloc[f])): area
        for p, f, area in zip(found.pairs.parcel, found.pairs.feature, found.pairs.area_m2, strict=True)
    }
    known = shapely.area(answer.geometry.to_numpy())
    expected = dict(zip(zip(answer["col1"], answer["col2"], strict=True), known, strict=True))
    assert areas == pytest.approx(expected)


def test_what_qgis_found_of_the_boroughs_is_found(fixtures_dir: Path, machine_code: Loops) -> None:
    """The second layer overlaps itself, so that pairs, what is left and what is covered twice are three answers."""
    folder = fixtures_dir / "geopandas_overlay" / "nybb_qgis"
    one, two, both, left = (
        geopandas.read_file(folder / f"{name}.shp")
        for name in ("polydf", "polydf2", "qgis-intersection", "qgis-difference")
    )
    parcels = Parcels([str(code) for code in one["BoroCode"]], one.geometry.to_numpy())
    layer = Layer("circles", [str(row) for row in range(len(two))], two.geometry.to_numpy(), complete=True)
    known = dict(zip(zip(both["BoroCode"], both["value1"], strict=True), shapely.area(both.geometry), strict=True))
    rest = dict(zip(left["BoroCode"], shapely.area(left.geometry), strict=True))
    for pieces in (False, True):
        found = overlay(parcels, layer, pieces=pieces)
        pairs = {
            (one["BoroCode"].iloc[p], two["value1"].iloc[f]): area
            for p, f, area in zip(found.pairs.parcel, found.pairs.feature, found.pairs.area_m2, strict=True)
        }
        assert pairs == pytest.approx(known, rel=1e-7)
        remainder = dict(zip(one["BoroCode"], found.cover.remainder_m2, strict=True))
        assert remainder == pytest.approx(rest, rel=1e-7)
        covered = found.parcels.areas_m2.sum() - found.cover.remainder_m2.sum()
        assert found.pairs.area_m2.sum() - found.cover.double_m2.sum() == pytest.approx(covered, rel=1e-12)


def test_every_fixture_of_polygons_is_conserved_over_every_other(fixtures_dir: Path, machine_code: Loops) -> None:
    layers = [land for path in sorted(fixtures_dir.rglob("*")) if (land := polygons(path)) is not None]
    assert len(layers) > 10
    for mine in layers:
        parcels = Parcels([str(i) for i in range(len(mine))], mine)
        for theirs in [mine, *(other for other in layers if near(mine, other))][:6]:
            found = overlay(parcels, Layer("L", [str(i) for i in range(len(theirs))], theirs))
            whole = np.bincount(found.pairs.parcel, found.pairs.area_m2, len(mine)) - found.cover.double_m2
            rest = whole + found.cover.remainder_m2 + found.cover.no_data_m2 - parcels.areas_m2
            assert (np.abs(rest) <= np.maximum(1e-6, 1e-13 * parcels.areas_m2)).all()


def polygons(path: Path) -> Geometries | None:
    """Return the sound polygons of a file, as they lie in their plane (degrees are taken for metres)."""
    if path.suffix not in {".geojson", ".gpkg", ".shp"}:
        return None
    try:
        frame = geopandas.read_file(path)
    except Exception:  # noqa: BLE001 - some fixtures are damaged on purpose
        return None
    if not isinstance(frame, geopandas.GeoDataFrame):
        return None
    land: Geometries = np.asarray(frame.geometry.to_numpy(), dtype=object)
    land = shapely.force_2d(land[measurable(land)])[:500]
    return land if len(land) else None


def near(mine: Geometries, theirs: Geometries) -> bool:
    return mine is not theirs and bool(box(*shapely.total_bounds(mine)).intersects(box(*shapely.total_bounds(theirs))))
