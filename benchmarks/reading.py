"""Reading a layer: ours against bare pyogrio with Arrow, on a made-up GeoPackage.

Run by hand::

    python benchmarks/reading.py [POLYGONS] [ROUNDS]

Both ways are timed in turns in one process, in CPU and in wall seconds; only the ratios of the
medians mean something.  Names of features, which ours works out when a finding first asks for
them, are timed apart.  What each way needs of memory is measured in a process for each (on Linux).
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import geopandas
import numpy as np
import pyogrio
import shapely

from landquota.formats import vector
from landquota.formats.vector import damage, geopackage

if TYPE_CHECKING:
    from collections.abc import Callable

    from landquota.formats.table import FeatureTable

VERTICES = 52


class Cost(NamedTuple):
    """What one call takes."""

    cpu_s: float
    wall_s: float


def write(path: Path, count: int) -> None:
    """Write round patches of 52 vertices with the columns that a land survey has."""
    random = np.random.default_rng(20_210_623)
    angles = np.append(np.linspace(0, 2 * np.pi, VERTICES - 1, endpoint=False), 0)
    ring = np.stack((np.cos(angles), np.sin(angles)), axis=-1)
    centres = random.uniform((600_000, 3_320_000), (665_000, 3_370_000), (count, 1, 2))
    patches = shapely.polygons(centres + ring * random.uniform(20, 90, (count, 1, 1)))
    columns = {
        "BSM": np.arange(count).astype(str),
        "DLBM": random.choice(["0101", "0103", "0301", "0702", "1101"], count),
        "DLMC": random.choice(["水田", "旱地", "乔木林地", "农村宅基地", "河流水面"], count),
        "TBMJ": random.uniform(100, 9_000, count).round(2),
    }
    geopandas.GeoDataFrame(columns, geometry=patches, crs=4549).to_file(path, engine="pyogrio", use_arrow=True)


def bare(path: Path) -> object:
    return pyogrio.read_dataframe(path, use_arrow=True)


def ours(path: Path) -> object:
    return vector.read(path)


@cache
def _read(path: Path) -> FeatureTable:
    table, _ = vector.read(path)
    assert table is not None
    return table


def checks(path: Path) -> object:
    """Do again what reading checks besides reading: the number of rows, and damaged texts."""
    table = _read(path)
    geopackage.row_count(path, table.layer)
    return damage.findings(table.frame, table.places, file=path.name)


def ours_with_names(path: Path) -> object:
    table, _ = vector.read(path)
    return table is not None and table.places[0]


WAYS: dict[str, Callable[[Path], object]] = {
    "pyogrio with Arrow": bare,
    "ours": ours,
    "of that, checks": checks,
    "ours, every feature named": ours_with_names,
}


def cost(way: Callable[[Path], object], path: Path) -> Cost:
    """Return what one call costs."""
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    way(path)
    return Cost(time.process_time() - cpu_s, time.perf_counter() - wall_s)


def compare(path: Path, rounds: int) -> None:
    """Print the medians of all ways, and how many times bare pyogrio fits into each."""
    costs: dict[str, list[Cost]] = {name: [] for name in WAYS}
    for way in WAYS.values():
        way(path)
    for _ in range(rounds):
        for name, way in WAYS.items():
            costs[name].append(cost(way, path))
    medians = {name: Cost(*map(statistics.median, zip(*each, strict=True))) for name, each in costs.items()}
    base = medians["pyogrio with Arrow"]
    print(f"{'':28} {'CPU s':>8} {'wall s':>8} {'CPU x':>7} {'wall x':>7} {'peak MiB':>9}")
    for name, (cpu_s, wall_s) in medians.items():
        peak = peak_mib(name, path)
        print(f"{name:28} {cpu_s:8.3f} {wall_s:8.3f} {cpu_s / base.cpu_s:7.2f} {wall_s / base.wall_s:7.2f} {peak:>9}")


def peak_mib(name: str, path: Path) -> str:
    """Return the peak memory of one reading in a process of its own, or a dash where it cannot be known."""
    if not Path("/proc/self/status").exists():
        return "-"
    run = subprocess.run(
        [sys.executable, __file__, "--alone", name, str(path)], capture_output=True, encoding="utf-8", check=True
    )
    return run.stdout.strip()


def alone(name: str, path: Path) -> None:
    """Read once and print the peak memory of this process."""
    WAYS[name](path)
    status = Path("/proc/self/status").read_text("ascii")
    print(round(int(status.split("VmHWM:")[1].split()[0]) / 1024))


def main(polygons: str = "200000", rounds: str = "7") -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "patches.gpkg")
        write(path, int(polygons))
        print(f"{int(polygons):,} polygons of {VERTICES} vertices, {path.stat().st_size / 2**20:.0f} MiB")
        compare(path, int(rounds))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--alone"]:
        alone(sys.argv[2], Path(sys.argv[3]))
    else:
        main(*sys.argv[1:])
