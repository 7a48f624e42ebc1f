"""Overlaps and gaps of a coverage: ours against geopandas.overlay and a self-join with intersection.

Run by hand::

    python benchmarks/topology.py [POLYGONS] [ROUNDS]

Two made-up layers are checked: one of clean cells, whose common sides have common vertices, and
one in which a thousandth of the cells has a vertex pushed over or away from the common side.
Each check runs in a process of its own, in turns, on a layer read from a file; CPU seconds are
those of the check alone, peak memory is what the process needs above one that only reads the
layer.  Ours finds overlaps and gaps, the others overlaps only; the pairs
that they find have to be the same.  Only ratios of medians mean something.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas
import numpy as np
import pandas as pd
import shapely

from landquota.topology import coverage

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Pairs = set[tuple[int, int]]

CELL_M: Final = 50.0
#: Vertices of a side, the one at its end left out: a cell has four times as many.
SIDE: Final = 8
TOLERANCE_M2: Final = 0.01


def layer(count: int, *, defects: bool) -> geopandas.GeoDataFrame:
    """Return about `count` touching cells of 32 vertices."""
    random = np.random.default_rng(20_210_623)
    size = round(count**0.5)
    nodes = np.stack(np.meshgrid(np.arange(size + 1.0), np.arange(size + 1.0)), axis=-1) * CELL_M
    nodes += random.uniform(-10, 10, nodes.shape) + np.array([622_000, 3_340_000])
    across, up = _sides(nodes[:, :-1], nodes[:, 1:], random), _sides(nodes[:-1], nodes[1:], random)
    around = [across[:-1], up[:, 1:], across[1:, :, ::-1], up[:, :-1, ::-1]]
    rings = np.concatenate([side[..., :-1, :] for side in around], axis=-2).reshape(size * size, -1, 2)
    if defects:
        bad = random.choice(len(rings), len(rings) // 1000, replace=False)
        rings[bad, SIDE + SIDE // 2, 0] += random.choice([-3.0, 3.0], len(bad))
    return geopandas.GeoDataFrame({"id": np.arange(len(rings))}, geometry=shapely.polygons(rings), crs=4549)


def _sides(start: Floats, end: Floats, random: np.random.Generator) -> Floats:
    steps = np.linspace(0, 1, SIDE + 1)[:, np.newaxis]
    sides = start[..., np.newaxis, :] * (1 - steps) + end[..., np.newaxis, :] * steps
    sides[..., 1:-1, :] += random.uniform(-0.8, 0.8, sides[..., 1:-1, :].shape)
    return np.round(sides, 4)


def ours(frame: geopandas.GeoDataFrame) -> tuple[Pairs, int]:
    found = coverage(frame, id_column="id", overlap_m2=TOLERANCE_M2, gap_m2=TOLERANCE_M2)
    overlaps = [f.params for f in found if f.code != "TOPO-GAP"]
    pairs = [sorted((int(str(each["first"])), int(str(each["second"])))) for each in overlaps]
    return {(first, second) for first, second in pairs}, len(found) - len(overlaps)


def overlay(frame: geopandas.GeoDataFrame) -> tuple[Pairs, int]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # of pieces that are lines
        found = geopandas.overlay(frame, frame, how="intersection", keep_geom_type=True)
    mask = (found["id_1"] < found["id_2"]) & (found.area > TOLERANCE_M2)
    return set(zip(found["id_1"][mask].tolist(), found["id_2"][mask].tolist(), strict=True)), 0


def self_join(frame: geopandas.GeoDataFrame) -> tuple[Pairs, int]:
    left, right = frame.sindex.query(frame.geometry, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    geometries = frame.geometry.to_numpy()
    areas = shapely.area(shapely.intersection(geometries[left], geometries[right]))
    large = areas > TOLERANCE_M2
    return set(zip(left[large].tolist(), right[large].tolist(), strict=True)), 0


def nothing(_: geopandas.GeoDataFrame) -> tuple[Pairs, int]:
    return set(), 0


CHECKS: Final = {"nothing": nothing, "ours": ours, "overlay": overlay, "self-join": self_join}


@dataclass(frozen=True)
class Cost:
    """What one check of one layer cost, and what it found."""

    seconds: float
    peak_mib: float
    pairs: list[list[int]]
    gaps: int


def run(name: str, path: str) -> None:
    """Check one layer in this process, and print what it cost as JSON."""
    frame = pd.read_pickle(path)  # noqa: S301
    start = time.process_time()
    pairs, gaps = CHECKS[name](frame)
    seconds = time.process_time() - start
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([seconds, peak_mib, sorted(map(list, pairs)), gaps]))


def cost(name: str, path: Path) -> Cost:
    """Return what a check costs in a process of its own."""
    command = [sys.executable, __file__, "--run", name, str(path)]
    return Cost(*json.loads(subprocess.run(command, check=True, capture_output=True).stdout))


def compare(kind: str, path: Path, rounds: int) -> None:
    """Print the medians of every check on one kind of layer."""
    costs: dict[str, list[Cost]] = {name: [] for name in CHECKS}
    for _ in range(rounds):
        for name, each in costs.items():
            each.append(cost(name, path))
    bare_mib = statistics.median(each.peak_mib for each in costs.pop("nothing"))
    found = [each.pairs for several in costs.values() for each in several]
    same = "the same by all" if all(pairs == found[0] for pairs in found) else "NOT THE SAME BY ALL"
    print(f"{kind}: {len(found[0])} overlaps, {same}; {costs['ours'][0].gaps} gaps; median of {rounds}")
    ours_s = statistics.median(each.seconds for each in costs["ours"])
    for name, several in costs.items():
        seconds = statistics.median(each.seconds for each in several)
        more_mib = statistics.median(each.peak_mib for each in several) - bare_mib
        print(f"  {name:10} {seconds:7.2f} s CPU {seconds / ours_s:6.1f} × {more_mib:6.0f} MiB")


def main(count: int = 100_000, rounds: int = 3) -> None:
    """Print the ratios for both kinds of layers."""
    with tempfile.TemporaryDirectory() as folder:
        for kind in ("clean", "defects"):
            path = Path(folder, kind)
            layer(count, defects=kind == "defects").to_pickle(path)
            compare(kind, path, rounds)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--run"]:
        run(*sys.argv[2:])
    else:
        main(*map(int, sys.argv[1:]))
