"""Layers larger than memory: read tile by tile, and the same to the byte as when they are read at once."""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from click.testing import CliRunner
from overlay_files import CRS, EAST, NORTH, box, save
from shapely.affinity import translate

from landquota import formats
from landquota.analyses import tiles
from landquota.analyses.tasks import Task, engine
from landquota.cli import cli
from landquota.findings import Finding
from landquota.formats import isolation
from landquota.overlay.compiled import loops

FORMS = ["gpkg", "fgb", "parquet"]
CELL_M = 70.0
CORNER = np.array([EAST, NORTH])
Geometries = list[Any]


def patches() -> Geometries:
    """Return 30 × 30 ragged patches, one with a hole, and four on top of others, two of which are the same."""
    random = np.random.default_rng(5)
    nodes = np.stack(np.meshgrid(np.arange(31.0), np.arange(31.0)), axis=-1) * CELL_M
    nodes += random.uniform(-20, 20, nodes.shape) + CORNER
    corners = [nodes[:-1, :-1], nodes[:-1, 1:], nodes[1:, 1:], nodes[1:, :-1]]
    land: Geometries = [shapely.Polygon(ring) for ring in np.stack(corners, axis=-2).reshape(900, 4, 2)]
    land[300] = land[300].difference(land[300].centroid.buffer(9))
    return [*land, box(200, 200, 260, 240), box(1500, 1500, 1500.2, 1800), *[box(680, 650, 760, 720)] * 2]


def county(path: Path, *, land: Geometries | None = None, crs: str = CRS, **columns: Any) -> Path:
    """Write patches in no order, some with a deduction."""
    land = patches() if land is None else land
    random = np.random.default_rng(7)
    order = random.permutation(len(land))
    written = {
        "BSM": [f"b{row}" for row in range(len(land))],
        "DLBM": random.choice(["0101", "0301", "0702", "1101", ""], len(land)),
        "TBMJ": [1.0] * len(land),
        "KCDLBM": ["1203"] * len(land),
        "KCXS": [0.1 if row % 9 == 0 else None for row in range(len(land))],
        **columns,
    }
    cells = {name: np.array(values, dtype=object)[order] for name, values in written.items()}
    frame = geopandas.GeoDataFrame(cells, geometry=np.array(land, dtype=object)[order], crs=CRS).to_crs(crs)
    if path.suffix == ".parquet":
        frame.to_parquet(path, write_covering_bbox=True, row_group_size=50)
    else:
        frame.to_file(path)
    return path


def parcels(path: Path) -> Path:
    """Write 120 rectangles in no order, many of which overlap and cross tiles."""
    random = np.random.default_rng(6)
    corners = random.uniform(-50, 2100, (120, 2))
    sizes = random.uniform(5, 200, (120, 2))
    land = [box(*corner, *(corner + size)) for corner, size in zip(corners, sizes, strict=True)]
    return save(path, land, DKBH=[f"p{row}" for row in range(120)])


def later(path: Path, **how: Any) -> Path:
    """Write the patches of a later delivery: moved to other tiles, split, merged, reshaped, removed, added, edited."""
    land = patches()
    for row in (31, 250, 300, 610):
        land[row] = translate(land[row], 1500, 800)
    for row in (100, 405):
        land[row] = land[row].buffer(-1, join_style="mitre")
    west, south, east, north = land[520].bounds
    halves = [land[520] & shapely.box(west, south, (west + east) / 2, north)]
    halves.append(land[520] - halves[0])
    land[700] |= land[701]
    gone = {520, 701, 850, 851}
    kept = [each for row, each in enumerate(land) if row not in gone]
    names = [f"b{row}" for row in range(len(land)) if row not in gone]
    classes = ["0101" if row % 50 else "0702" for row in range(len(kept) + 3)]
    more = [*halves, box(2300, 2300, 2350, 2380)]
    return county(path, land=[*kept, *more], BSM=[*names, "x1", "x2", "x3"], DLBM=classes, **how)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run an overlay command in this process, and say which boxes were read."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANDQUOTA_LANG", "en")
    read = formats.read

    def call(*arguments: str, large: bool, code: int = 0) -> tuple[bytes, str, list[Any]]:
        portions: list[Any] = []

        def spied(path: Path, **options: Any) -> tuple[Any, list[Finding]]:
            portions.append(options.get("portion"))
            return read(path, **options)

        monkeypatch.setattr(formats, "read", spied)
        monkeypatch.setattr(tiles, "LARGE_BYTES", 0 if large else 1 << 60)
        monkeypatch.setattr(tiles, "TILE_M", 1_000.0)
        if arguments[0] != "composition":  # reading apart is the same for all, and takes its time
            monkeypatch.setattr(isolation, "isolated", nullcontext)
        done = CliRunner().invoke(cli, ["overlay", *arguments, "-o", "o.csv", "--json"], catch_exceptions=False)
        assert done.exit_code == code, done.output
        target = Path("o.csv")
        return target.read_bytes() if target.exists() else b"", done.stdout, portions

    return call


def same_both_ways(run: Any, *arguments: str, code: int = 0) -> list[Any]:
    """Check that files, JSON and findings are the same bytes, and return what was read of the large file."""
    *whole, portions = run(*arguments, large=False, code=code)
    assert not any(portions)
    *tiled, portions = run(*arguments, large=True, code=code)
    assert tiled == whole
    return [each for each in portions if each is not None and each != formats.OUTLINE]


@pytest.mark.parametrize(
    ("form", "by"), [("gpkg", "class"), ("gpkg", "feature"), ("fgb", "class"), ("parquet", "class")]
)
def test_a_composition_has_the_bytes_of_the_single_run(run: Any, tmp_path: Path, form: str, by: str) -> None:
    parcels(tmp_path / "p.gpkg")
    county(tmp_path / f"l.{form}")
    boxes = same_both_ways(run, "composition", "p.gpkg", f"l.{form}", "--by", by)
    assert len(boxes) >= 9


@pytest.mark.parametrize("parcels_form", ["gpkg", "shp"])
@pytest.mark.parametrize("form", ["gpkg", "parquet"])
def test_conflicts_have_the_bytes_of_the_single_run(run: Any, tmp_path: Path, form: str, parcels_form: str) -> None:
    parcels(tmp_path / f"p.{parcels_form}")
    county(tmp_path / f"l.{form}", land=patches()[::3])
    county(tmp_path / f"boundary.{form}", land=patches()[:400])
    save(tmp_path / "ground.shp", [box(-100, -100, 1000, 3000)], a=[1])
    layers = (f"basic_farmland=l.{form}", f"urban_boundary=boundary.{form}")
    assert same_both_ways(run, "conflicts", f"p.{parcels_form}", *layers, "--coverage", "ground.shp", code=1)


@pytest.mark.parametrize(("zones", "form"), [("p.gpkg", "gpkg"), ("p.shp", "gpkg"), ("p.gpkg", "fgb")])
@pytest.mark.parametrize("coverage", [(), ("--coverage", "ground.shp")])
def test_a_coverage_has_the_bytes_of_the_single_run(
    run: Any, tmp_path: Path, zones: str, form: str, coverage: tuple[str, ...]
) -> None:
    parcels(tmp_path / zones)
    land = patches()
    county(tmp_path / f"l.{form}", land=[each for row, each in enumerate(land) if row % 7])
    save(tmp_path / "ground.shp", [box(-100, -100, 1000, 3000)], a=[1])
    assert same_both_ways(run, "coverage", zones, f"l.{form}", *coverage)


@pytest.mark.parametrize(("approved", "supplied"), [("p", "l"), ("l", "p")])
@pytest.mark.parametrize("form", ["gpkg", "parquet"])
def test_what_is_unsupplied_has_the_bytes_of_the_single_run(
    run: Any, tmp_path: Path, form: str, approved: str, supplied: str
) -> None:
    parcels(tmp_path / "p.gpkg")
    county(tmp_path / f"l.{form}", land=patches()[200:])
    names = {"p": "p.gpkg", "l": f"l.{form}"}
    assert same_both_ways(run, "unsupplied", names[approved], names[supplied])


def test_the_ground_that_is_left_is_the_same_ground(run: Any, tmp_path: Path) -> None:
    parcels(tmp_path / "p.gpkg")
    county(tmp_path / "l.gpkg", land=patches()[200:])
    layers = []
    for large in (False, True):
        run("unsupplied", "p.gpkg", "l.gpkg", "--out-layer", "rest.gpkg", "--overwrite", large=large)
        layers.append(geopandas.read_file(tmp_path / "rest.gpkg"))
    assert len(layers[0]) > 9
    assert layers[0].equals(layers[1])


@pytest.mark.parametrize("form", ["gpkg", "parquet"])
@pytest.mark.parametrize("told", [(), ("--id", "BSM")])
def test_changes_have_the_bytes_of_the_single_run(run: Any, tmp_path: Path, form: str, told: tuple[str, ...]) -> None:
    county(tmp_path / f"old.{form}")
    later(tmp_path / f"new.{form}")
    assert same_both_ways(run, "diff", f"old.{form}", f"new.{form}", *told)
    kinds = {line.split(",")[0] for line in (tmp_path / "o.csv").read_text("utf-8").splitlines()[1:]}
    assert kinds >= {"属性变化", "图形变化", "平移", "分割", "合并", "新增", "删除"}


@pytest.mark.parametrize("command", ["composition", "conflicts", "coverage", "unsupplied", "diff"])
@pytest.mark.parametrize("form", ["gpkg", "parquet"])
def test_layers_in_degrees_are_found_near_the_parcels(run: Any, tmp_path: Path, form: str, command: str) -> None:
    parcels(tmp_path / "p.gpkg")
    county(tmp_path / f"basic_farmland.{form}", crs="EPSG:4490")
    later(tmp_path / f"later.{form}", crs="EPSG:4490")
    first = f"later.{form}" if command == "diff" else "p.gpkg"
    code = int(command == "conflicts")
    assert same_both_ways(run, command, first, f"basic_farmland.{form}", code=code)


def test_parcels_in_degrees_are_measured_in_one_plane(run: Any, tmp_path: Path) -> None:
    county(tmp_path / "p.gpkg", crs="EPSG:4490")
    later(tmp_path / "l.gpkg")
    assert same_both_ways(run, "composition", "p.gpkg", "l.gpkg", "--areas", "ellipsoid")


@pytest.mark.parametrize("command", ["composition", "conflicts", "coverage", "unsupplied", "diff"])
def test_a_broken_feature_is_named_once_and_its_ground_is_unknown(run: Any, tmp_path: Path, command: str) -> None:
    parcels(tmp_path / "p.gpkg")
    bow = shapely.transform(shapely.Polygon([(0, 0), (900, 900), (900, 0), (0, 900)]), lambda xy: xy + CORNER)
    county(tmp_path / "basic_farmland.gpkg", land=[*patches(), bow])
    complete = ("--complete",) if command in {"composition", "conflicts"} else ()
    first = "p.gpkg"
    if command == "diff":
        first = "old.gpkg"
        county(tmp_path / first, land=[*patches(), bow])
    arguments = (command, first, "basic_farmland.gpkg", *complete)
    assert same_both_ways(run, *arguments, code=1)
    _, said, _ = run(*arguments, large=True, code=1)
    assert said.count('"GEOM-INVALID"') == 1 + (command == "diff")


@pytest.mark.parametrize("form", FORMS)
def test_of_a_large_file_only_what_lies_near_is_read(tmp_path: Path, form: str) -> None:
    path = county(tmp_path / f"l.{form}")
    outline, findings = formats.read(path, portion=formats.OUTLINE)
    assert not findings
    assert outline is not None
    whole, _ = formats.read(path)
    assert whole is not None
    assert outline.frame.drop(columns="geometry").equals(whole.frame.drop(columns=whole.frame.geometry.name))
    assert outline.frame.geometry.notna().sum() == 1
    assert outline.boxes is not None
    assert np.array_equal(outline.boxes, whole.frame.geometry.bounds.to_numpy())
    part, _ = formats.read(path, layer=outline.layer, portion=(EAST, NORTH, EAST + 200, NORTH + 200))
    assert part is not None
    assert part.numbers is not None
    assert outline.numbers is not None
    assert 5 < len(part.frame) < 40
    rows = np.searchsorted(outline.numbers, part.numbers)
    assert shapely.equals_exact(part.frame.geometry.to_numpy(), whole.frame.geometry.to_numpy()[rows]).all()


def test_what_has_no_outline_is_read_whole(run: Any, tmp_path: Path) -> None:
    parcels(tmp_path / "p.shp")
    county(tmp_path / "l.gpkg")
    frame = geopandas.read_file("l.gpkg")
    frame.to_parquet("plain.parquet")  # no boxes beside the geometries
    assert not same_both_ways(run, "composition", "p.shp", "plain.parquet")


@pytest.mark.parametrize("command", ["composition", "coverage", "unsupplied"])
def test_a_file_that_changes_on_the_way_is_said(
    run: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    parcels(tmp_path / "p.shp")
    path = county(tmp_path / "l.gpkg")
    read = tiles.Filed.read

    def disturbed(self: tiles.Filed) -> Any:
        found = read(self)
        os.utime(path, ns=(0, 0))
        return found

    monkeypatch.setattr(tiles.Filed, "read", disturbed)
    written, said, _ = run(command, "p.shp", "l.gpkg", large=True, code=1)
    assert not written
    assert [each["code"] for each in json.loads(said)["error"]["findings"]] == ["OVERLAY-CHANGED"]


@pytest.mark.parametrize("command", ["composition", "conflicts", "coverage", "unsupplied", "diff"])
def test_a_map_draws_the_same_of_a_layer_that_is_not_held(run: Any, tmp_path: Path, command: str) -> None:
    parcels(tmp_path / "p.gpkg")
    county(tmp_path / "basic_farmland.gpkg")
    later(tmp_path / "later.gpkg")
    first = "later.gpkg" if command == "diff" else "p.gpkg"
    pages = []
    for large in (False, True):
        run(command, first, "basic_farmland.gpkg", "--map", "m.html", large=large, code=int(command == "conflicts"))
        pages.append(Path("m.html").read_bytes())
    assert pages[0] == pages[1]


@pytest.mark.parametrize("command", ["composition", "conflicts", "coverage", "unsupplied", "diff"])
def test_tasks_can_be_sent_to_other_processes(
    run: Any, tmp_path: Path, command: str, pool: ProcessPoolExecutor
) -> None:
    parcels(tmp_path / "p.gpkg")
    county(tmp_path / "basic_farmland.gpkg")
    later(tmp_path / "later.gpkg")
    arguments = (command, "later.gpkg" if command == "diff" else "p.gpkg", "basic_farmland.gpkg")
    sent: list[int] = []

    def elsewhere(tasks: Iterable[Task[Any]]) -> Iterator[Any]:
        """Do tasks in other processes, which get nothing but their bytes, and give their steps in another order."""
        messages = [pickle.dumps(task) for task in tasks]
        sent.extend(map(len, messages))
        for steps in reversed(list(pool.map(steps_of, messages))):
            yield from steps

    code = int(command == "conflicts")
    here = run(*arguments, large=True, code=code)[:2]
    with engine(elsewhere):
        there = run(*arguments, large=True, code=code)[:2]
    assert there == here
    assert len(sent) > 9
    assert max(sent) < (tmp_path / "basic_farmland.gpkg").stat().st_size / 2


def test_what_is_wrong_elsewhere_is_said_here(run: Any, tmp_path: Path, pool: ProcessPoolExecutor) -> None:
    parcels(tmp_path / "p.shp")
    path = county(tmp_path / "l.gpkg")

    def elsewhere(tasks: Iterable[Task[Any]]) -> Iterator[Any]:
        messages = [pickle.dumps(task) for task in tasks]
        os.utime(path, ns=(0, 0))
        for steps in pool.map(steps_of, messages):
            yield from steps

    with engine(elsewhere):
        written, said, _ = run("coverage", "p.shp", "l.gpkg", large=True, code=1)
    assert not written
    assert [each["code"] for each in json.loads(said)["error"]["findings"]] == ["OVERLAY-CHANGED"]


def steps_of(message: bytes) -> list[Any]:
    """Do a task that came as bytes."""
    return list(pickle.loads(message))  # noqa: S301 - from this test


@pytest.fixture(scope="module", autouse=True)
def _measured_by_loops() -> None:
    """Measure what is held at once as tiles are: arrays add up in another order, and the last digit may differ."""
    loops()


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessPoolExecutor]:
    """Give processes that share nothing with this one."""
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as made:
        yield made
