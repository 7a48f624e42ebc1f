"""Parcels × land-use patches, area by class: ours against geopandas, DuckDB, SedonaDB and PostGIS.

Run by hand::

    python benchmarks/overlay.py [PATCHES] [PARCELS] [ROUNDS]
    python benchmarks/overlay.py --redline [PARCELS] [ROUNDS]
    python benchmarks/overlay.py --linear [PATCHES] [PARCELS]

It makes its own county: a gap-free coverage of patches of 52 vertices, whose neighbours share
theirs, parcels of 56 vertices strewn over it, or redlines of 60,000 vertices.  All methods run in
this process, in turns; the medians of the rounds are compared, CPU (which is what a loaded
machine leaves comparable) and wall.  Ours is taken cold (from polygons; compiled code kept on
disk from an earlier run and loaded) and with the layer prepared, and does what the others do
not: check every parcel, share out official areas.  The others are warm: DuckDB, SedonaDB and
PostGIS have both layers loaded before (a server's CPU is not this process's: of PostGIS only
the wall time counts).  Every cell (parcel, class) has to agree within 0.01 m².

Those that are not installed are left out: DuckDB needs the package duckdb-extension-spatial or
its network, PostGIS a server named by LANDQUOTA_BENCHMARK_POSTGIS.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import geopandas
import numpy as np
import pandas as pd
import shapely

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
    columns = {"id": np.arange(count), "class": [CLASSES[i % len(CLASSES)] for i in range(count)]}
    return geopandas.GeoDataFrame(columns, geometry=shapely.polygons(np.array(land)), crs=CRS)


def as_layer(frame: geopandas.GeoDataFrame) -> Layer:
    geometries = frame.geometry.to_numpy().copy()
    return Layer("patches", [str(i) for i in frame["id"]], geometries, frame["class"].tolist())


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

    base = duckdb.connect()
    try:
        from duckdb_extensions import import_extension

        import_extension("spatial")
    except ImportError:
        base.install_extension("spatial")
    base.load_extension("spatial")
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


def compare(methods: dict[str, Method], rounds: int, *, base: str) -> None:
    """Run the methods in turns, check that they agree, and print the medians."""
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


def coverage(count: int = 200_000, parcels: int = 5_000, rounds: int = 3) -> None:
    """Compare on a coverage of patches."""
    frame = patches(count)
    land = stars(parcels, (15, 300), 56, CELL_M * count**0.5)
    mine, prepared = as_parcels(land), as_layer(frame).prepared()
    print(f"{len(land)} parcels × {len(frame)} patches; ratios to geopandas.overlay; medians of {rounds}")
    methods = {
        "geopandas": by_geopandas(land, frame),
        "ours, cold": ours(mine, lambda: as_layer(frame)),
        "ours, prepared": ours(mine, lambda: prepared),
        "ours, pieces": ours(mine, lambda: prepared, pieces=True),
        **others(land, frame),
    }
    compare(methods, rounds, base="geopandas")


def redline(parcels: int = 5_000, rounds: int = 3) -> None:
    """Compare on redlines of 60,000 vertices."""
    extent_m = CELL_M * 200_000**0.5
    frame, land = stars(36, (2_000, 6_000), 60_000, extent_m), stars(parcels, (15, 300), 56, extent_m)
    assert shapely.get_num_coordinates(frame.geometry.to_numpy()).min() > HUGE_VERTICES
    mine, prepared = as_parcels(land), as_layer(frame).prepared()
    print(f"{len(land)} parcels × 36 redlines of 60,000 vertices; ratios to the whole-polygon shortcut")
    methods = {
        "shortcut": by_shortcut(land, frame),
        "ours, cold": ours(mine, lambda: as_layer(frame)),
        "ours, prepared": ours(mine, lambda: prepared),
        "ours, pieces": ours(mine, lambda: prepared, pieces=True),
    }
    compare(methods, rounds, base="shortcut")


def linear(count: int = 1_000_000, parcels: int = 25_000) -> None:
    """Say how the cost of a patch grows from a fifth of them to all, and the memory that all need."""
    costs = []
    for size, land in ((count // 5, parcels // 5), (count, parcels)):
        frame = patches(size)
        mine = as_parcels(stars(land, (15, 300), 56, CELL_M * size**0.5))
        runs = []
        for _ in range(3):
            layer, cpu = as_layer(frame), time.process_time()
            overlay(mine, layer).table()
            runs.append(time.process_time() - cpu)
        costs.append(statistics.median(runs) / size)
        peak_gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"  {land} parcels × {len(frame)} patches {statistics.median(runs):6.2f} s CPU, peak {peak_gib:.2f} GiB")
    print(f"  a patch costs {costs[1] / costs[0]:.2f} × as much")


def main(arguments: list[str]) -> None:
    """Run what was asked for."""
    if loops() is None:
        print("  without numba: the arrays do the work")
    kinds: dict[str, Callable[..., None]] = {"--redline": redline, "--linear": linear}
    kind = kinds.get(arguments[0], coverage) if arguments else coverage
    kind(*(int(each) for each in arguments if not each.startswith("--")))


if __name__ == "__main__":
    main(sys.argv[1:])
