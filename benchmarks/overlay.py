"""Parcels × land-use patches, area by class: ours against geopandas, DuckDB, SedonaDB and PostGIS.

Run by hand::

    python benchmarks/overlay.py [PATCHES] [PARCELS] [ROUNDS]
    python benchmarks/overlay.py --redline [PATCHES] [ROUNDS]
    python benchmarks/overlay.py --linear [PATCHES] [PARCELS]

It makes its own county: a gap-free coverage of patches of 52 vertices, whose neighbours share
theirs, parcels of 56 vertices strewn over it, or redlines of 60,000 vertices.  All methods run in
this process, in turns; the medians of the rounds are compared, CPU (which is what a loaded
machine leaves comparable) and wall.  Ours is taken cold (from polygons; compiled code kept on
disk from an earlier run and loaded) and with the layer prepared, and does what the others do
not: check every parcel, share out official areas.  The others are warm: DuckDB, SedonaDB and
PostGIS have both layers loaded before (a server's CPU is not this process's: of PostGIS only
the wall time counts).  Every cell (parcel, class) has to agree within 0.01 m².

Those that are not installed are left out: DuckDB needs the package duckdb-extension-spatial,
SedonaDB geoarrow-pyarrow, PostGIS a server named by LANDQUOTA_BENCHMARK_POSTGIS.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely
from chart import bars

from landquota.overlay import Layer, Parcels, overlay
from landquota.overlay.cells import HUGE_VERTICES
from landquota.overlay.compiled import loops

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Cells = pd.Series
    Method = Callable[[], Cells]

CRS: Final = 4549
CELL_M: Final = 82.0
SIDE: Final = 13
CLASSES: Final = ("0101", "0103", "0201", "0301", "0702", "1003", "1101", "1202")
AGREED_M2: Final = 0.01
#: A server's own time does not count as this process's: what took less has only waited.
WAITING_S: Final = 0.05
CHART: Final = Path(__file__).parent.parent / "docs" / "overlay.svg"
#: How many patches are written and read together.
ROWS: Final = 50_000
#: Corner of the made-up county.
ORIGIN: Final = (620_000.0, 3_340_000.0)


def patches(count: int) -> geopandas.GeoDataFrame:
    """Return about `count` touching cells of 52 vertices, with classes, in no order."""
    random = np.random.default_rng(20_210_623)
    size = round(count**0.5)
    nodes = np.stack(np.meshgrid(np.arange(size + 1.0), np.arange(size + 1.0)), axis=-1) * CELL_M
    nodes += random.uniform(-25, 25, nodes.shape) + ORIGIN
    across, up = _sides(nodes[:, :-1], nodes[:, 1:], random), _sides(nodes[:-1], nodes[1:], random)
    around = [across[:-1], up[:, 1:], across[1:, :, ::-1], up[:, :-1, ::-1]]
    rings = np.concatenate([side[..., :-1, :] for side in around], axis=-2).reshape(size * size, -1, 2)
    land = shapely.polygons(rings)[random.permutation(len(rings))]
    columns = {"id": np.arange(len(land)), "class": random.choice(CLASSES, len(land))}
    return geopandas.GeoDataFrame(columns, geometry=land, crs=CRS)


def _sides(start: Floats, end: Floats, random: np.random.Generator) -> Floats:
    steps = np.linspace(0, 1, SIDE + 1)[:, np.newaxis]
    sides = start[..., np.newaxis, :] * (1 - steps) + end[..., np.newaxis, :] * steps
    sides[..., 1:-1, :] += random.uniform(-1.5, 1.5, sides[..., 1:-1, :].shape)
    return np.round(sides, 4)


def stars(count: int, radius_m: tuple[float, float], vertices: int, extent_m: float) -> geopandas.GeoDataFrame:
    """Return wavy rings strewn over a square."""
    random = np.random.default_rng(7)
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    land = []
    for _ in range(count):
        waves = sum(random.uniform(0, 0.3) / n * np.sin(n * angle + random.uniform(0, 6)) for n in range(2, 9))
        radius = np.exp(random.uniform(*np.log(radius_m))) * (1 + waves + random.uniform(0, 0.5 / vertices, vertices))
        ring = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
        land.append(np.round(ring + random.uniform(0, extent_m, 2) + ORIGIN, 4))
    return _strewn(np.array(land))


def redlines(count: int, vertices: int, extent_m: float) -> geopandas.GeoDataFrame:
    """Return huge ragged rings that stand apart, on a grid."""
    random = np.random.default_rng(8)
    side = round(count**0.5)
    angle = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    land = []
    for place in range(side * side):
        waves = sum(random.uniform(0, 0.35) / n * np.sin(n * angle + random.uniform(0, 6)) for n in range(2, 60))
        ragged = np.cumsum(random.normal(0, 1, vertices)) * 4e-4
        radius = 0.3 * extent_m / side * (1 + 0.4 * waves + ragged - angle / (2 * np.pi) * ragged[-1])
        ring = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
        middle = (np.array(divmod(place, side)) + 0.5) * extent_m / side
        land.append(np.round(ring + middle + ORIGIN, 4))
    return _strewn(np.array(land))


def _strewn(rings: Floats) -> geopandas.GeoDataFrame:
    columns = {"id": np.arange(len(rings)), "class": [CLASSES[i % len(CLASSES)] for i in range(len(rings))]}
    return geopandas.GeoDataFrame(columns, geometry=shapely.polygons(rings), crs=CRS)


def as_layer(frame: geopandas.GeoDataFrame) -> Layer:
    geometries = frame.geometry.to_numpy().copy()
    return Layer("patches", [str(i) for i in frame["id"]], geometries, frame["class"].tolist())


def anew(layer: Layer) -> Callable[[], Layer]:
    """Return what makes the layer anew, with nothing kept from an earlier run."""
    return lambda: replace(layer, geometries=layer.geometries.copy())


def as_parcels(frame: geopandas.GeoDataFrame) -> Parcels:
    return Parcels([str(i) for i in frame["id"]], frame.geometry.to_numpy())


def cells(parcel: NDArray[np.int64], label: NDArray[np.object_], area_m2: Floats) -> Cells:
    """Return areas by parcel and class."""
    areas = pd.Series(area_m2).groupby([parcel, label]).sum()
    return areas[areas > AGREED_M2 / 2]


def ours(parcels: Parcels, layer: Callable[[], object], *, pieces: bool = False) -> Method:
    """Return our overlay, with rows that add up to the official areas."""

    def run() -> Cells:
        table = overlay(parcels, layer(), pieces=pieces).table()
        part = table.label != ""
        return cells(table.parcel[part], table.label[part], (table.area_planar_m2 + table.sliver_m2)[part])

    return run


def by_geopandas(parcels: geopandas.GeoDataFrame, frame: geopandas.GeoDataFrame) -> Method:
    def run() -> Cells:
        found = geopandas.overlay(parcels[["id", "geometry"]], frame, how="intersection")
        return cells(found["id_1"].to_numpy(), found["class"].to_numpy(), found.area.to_numpy())

    return run


def by_shortcut(parcels: geopandas.GeoDataFrame, frame: geopandas.GeoDataFrame) -> Method:
    """Return the fastest design that builds whole polygons: what lies inside is not cut."""

    def run() -> Cells:
        mine, theirs = parcels.geometry.to_numpy(), frame.geometry.to_numpy()
        right, left = shapely.STRtree(mine).query(theirs, predicate="intersects")
        pieces = mine[left].copy()
        shapely.prepare(theirs)
        across = ~shapely.contains_properly(theirs[right], pieces)
        pieces[across] = shapely.intersection(pieces[across], theirs[right[across]])
        return cells(left, frame["class"].to_numpy()[right], shapely.area(pieces))

    return run


QUERY: Final = """
    SELECT p.id AS parcel, f.class AS class, sum(ST_Area(ST_Intersection(p.geom, f.geom))) AS area
    FROM parcels p JOIN patches f ON ST_Intersects(p.geom, f.geom) GROUP BY p.id, f.class
"""


def _grouped(found: pd.DataFrame) -> Cells:
    return cells(found["parcel"].to_numpy(), found["class"].to_numpy(object), found["area"].to_numpy(float))


def by_duckdb(parcels: geopandas.GeoDataFrame, frame: geopandas.GeoDataFrame) -> Method:
    import duckdb
    import duckdb_extension_spatial

    (extension,) = Path(duckdb_extension_spatial.__file__).parent.rglob("spatial.duckdb_extension")
    base = duckdb.connect(config={"allow_unsigned_extensions": True})
    base.execute(f"LOAD '{extension}'")
    for name, table in (("parcels", parcels), ("patches", frame)):
        plain = pd.DataFrame({"id": table["id"], "class": table["class"], "wkb": table.geometry.to_wkb()})
        base.register("plain", plain)
        base.execute(f"CREATE TABLE {name} AS SELECT id, class, ST_GeomFromWKB(wkb) AS geom FROM plain")  # noqa: S608
    return lambda: _grouped(base.execute(QUERY).df())


def by_sedona(parcels: geopandas.GeoDataFrame, frame: geopandas.GeoDataFrame) -> Method:
    import sedonadb

    base = sedonadb.connect()
    for name, table in (("parcels", parcels), ("patches", frame)):
        base.create_data_frame(table.rename_geometry("geom")).to_memtable().to_view(name)
    return lambda: _grouped(base.sql(QUERY).to_pandas())


def by_postgis(parcels: geopandas.GeoDataFrame, frame: geopandas.GeoDataFrame) -> Method:
    import psycopg

    base = psycopg.connect(os.environ["LANDQUOTA_BENCHMARK_POSTGIS"], autocommit=True)
    base.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    for name, table in (("parcels", parcels), ("patches", frame)):
        base.execute(f"CREATE TEMP TABLE {name} (id int, class text, geom geometry)")
        with base.cursor().copy(f"COPY {name} FROM STDIN") as copy:
            for row in zip(table["id"].tolist(), table["class"], table.geometry.to_wkb(hex=True), strict=True):
                copy.write_row(row)
        base.execute(f"CREATE INDEX ON {name} USING gist (geom)")
        base.execute(f"ANALYZE {name}")
    return lambda: _grouped(pd.DataFrame(base.execute(QUERY).fetchall(), columns=["parcel", "class", "area"]))


def others(parcels: geopandas.GeoDataFrame, frame: geopandas.GeoDataFrame) -> dict[str, Method]:
    """Return the databases that are installed, with both layers loaded."""
    found = {}
    for name, make in (("DuckDB", by_duckdb), ("SedonaDB", by_sedona), ("PostGIS", by_postgis)):
        try:
            found[name] = make(parcels, frame)
        except Exception as missing:  # noqa: BLE001 - whatever keeps a database away, it is left out and said so
            print(f"  {name} is left out: {str(missing).splitlines()[0][:90]}")
    return found


def compare(methods: dict[str, Method], rounds: int, *, base: str) -> dict[str, float]:
    """Run the methods in turns, check that they agree, print the medians, and return the ratios of CPU time."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in methods}
    known = methods[base]()
    for _ in range(rounds):
        for name, method in methods.items():
            cpu, wall = time.process_time(), time.perf_counter()
            found = method()
            taken[name].append((time.process_time() - cpu, time.perf_counter() - wall))
            off = known.sub(found, fill_value=0).abs().max()
            assert off <= AGREED_M2, f"{name} differs by {off} m²"
    medians = {name: [statistics.median(column) for column in zip(*all_, strict=True)] for name, all_ in taken.items()}
    for name, (cpu, wall) in medians.items():
        ratios = medians[base][0] / cpu, medians[base][1] / wall
        print(f"  {name:16} {cpu:8.2f} s CPU {ratios[0]:7.1f} × {wall:8.2f} s wall {ratios[1]:7.1f} ×")
    return {name: medians[base][0] / cpu for name, (cpu, _) in medians.items() if cpu > WAITING_S}


def coverage(count: int = 200_000, parcels: int = 5_000, rounds: int = 3) -> None:
    """Compare on a coverage of patches."""
    frame = patches(count)
    land = stars(parcels, (15, 300), 56, CELL_M * count**0.5)
    mine, prepared = as_parcels(land), as_layer(frame).prepared()
    print(f"{len(land)} parcels × {len(frame)} patches; ratios to geopandas.overlay; medians of {rounds}")
    methods = {
        "geopandas": by_geopandas(land, frame),
        "ours, cold": ours(mine, anew(as_layer(frame))),
        "ours, prepared": ours(mine, lambda: prepared),
        "ours, pieces": ours(mine, lambda: prepared, pieces=True),
        **others(land, frame),
    }
    ratios = compare(methods, rounds, base="geopandas")
    note = (
        f"{len(land):,} parcels × {len(frame):,} patches, CPU time; databases preloaded and warm, ours cold unless said"
    )
    bars(CHART, "Land classes of parcels: times as fast as geopandas.overlay", ratios, note=note)


def redline(count: int = 100_000, rounds: int = 3) -> None:
    """Compare on patches, taken for parcels, over redlines of 60,000 vertices."""
    frame, land = redlines(36, 60_000, CELL_M * count**0.5), patches(count)
    assert shapely.get_num_coordinates(frame.geometry.to_numpy()).min() > HUGE_VERTICES
    mine, prepared = as_parcels(land), as_layer(frame).prepared()
    print(f"{len(land)} parcels × 36 redlines of 60,000 vertices; ratios to the whole-polygon shortcut")
    methods = {
        "shortcut": by_shortcut(land, frame),
        "ours, cold": ours(mine, anew(as_layer(frame))),
        "ours, prepared": ours(mine, lambda: prepared),
        "ours, pieces": ours(mine, lambda: prepared, pieces=True),
    }
    compare(methods, rounds, base="shortcut")


def linear(count: int = 1_000_000, parcels: int = 25_000) -> None:
    """Say how the cost of a patch grows from a fifth of them to all, and the memory that all need."""
    costs = []
    with tempfile.TemporaryDirectory() as folder:
        for size, land in ((count // 5, parcels // 5), (count, parcels)):
            patches(size).to_parquet(Path(folder, "patches.parquet"), row_group_size=ROWS)
            stars(land, (15, 300), 56, CELL_M * size**0.5).to_parquet(Path(folder, "parcels.parquet"))
            command = [sys.executable, __file__, "--alone", folder]
            run = subprocess.run(command, check=True, capture_output=True)
            seconds, read_gib, peak_gib = map(float, run.stdout.split())
            costs.append(seconds / size)
            print(f"  {land} parcels × {size} patches {seconds:6.2f} s CPU, peak {peak_gib:.2f} GiB")
            print(f"    of which reading the layer took {read_gib:.2f}")
    print(f"  a patch costs {costs[1] / costs[0]:.2f} × as much")


def alone(folder: str) -> None:
    """Print the CPU seconds of one cold overlay (median of 3), and this process's peak memory before and after."""
    layer = as_layer(read(Path(folder, "patches.parquet")))
    mine = as_parcels(read(Path(folder, "parcels.parquet")))
    loops()
    read_gib, runs = peak_memory_gib(), []
    for _ in range(3):
        again, cpu = anew(layer)(), time.process_time()
        overlay(mine, again).table()
        runs.append(time.process_time() - cpu)
    print(statistics.median(runs), read_gib, peak_memory_gib())


def read(path: Path) -> geopandas.GeoDataFrame:
    """Read a layer in batches, so that its well-known binary is never there as a whole."""
    columns, geometries = [], []
    for batch in pq.ParquetFile(path, pre_buffer=False).iter_batches(batch_size=ROWS):
        geometries.append(shapely.from_wkb(batch.column("geometry").to_numpy(zero_copy_only=False)))
        columns.append(batch.drop_columns(["geometry"]).to_pandas())
    return geopandas.GeoDataFrame(pd.concat(columns, ignore_index=True), geometry=np.concatenate(geometries), crs=CRS)


def peak_memory_gib() -> float:
    """Return the most memory that this program has had.

    Not by ``getrusage``: what it tells of a child begins with what its parent had.
    """
    status = Path("/proc/self/status").read_text("ascii")
    return float(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 2**20


def main(arguments: list[str]) -> None:
    """Run what was asked for."""
    if arguments[:1] == ["--alone"]:
        alone(arguments[1])
        return
    if loops() is None:
        print("  without numba: the arrays do the work")
    kinds: dict[str, Callable[..., None]] = {"--redline": redline, "--linear": linear}
    kind = kinds.get(arguments[0], coverage) if arguments else coverage
    kind(*(int(each) for each in arguments if not each.startswith("--")))


if __name__ == "__main__":
    main(sys.argv[1:])
