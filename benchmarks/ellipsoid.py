"""Areas of a layer: ours against loops over pyproj.Geod, on made-up polygons as surveys have them.

Run by hand::

    python benchmarks/ellipsoid.py [POLYGONS] [ROUNDS]

All ways are timed in turns in one process, in CPU and in wall seconds; only the ratios of the
medians mean something.  One loop gets the polygons in degrees already, which is the least that
it can cost; the other starts from the projected layer, as ours do.  What each way needs of
memory, and what machine code costs on its first use, is measured in a process for each (on Linux).
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyproj
import shapely

from landquota.ellipsoid import areas, ellipsoidal_areas, planar_areas

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Layer = NDArray[np.object_]
    Floats = NDArray[np.float64]

LAYER_CRS = pyproj.CRS.from_epsg(4549)
VERTICES = 40
GEOD = pyproj.Geod(ellps="GRS80")
TO_DEGREES = pyproj.Transformer.from_crs(LAYER_CRS, 4490, always_xy=True)


class Cost(NamedTuple):
    """What one call takes."""

    cpu_s: float
    wall_s: float


def polygons(count: int) -> Layer:
    """Return star-shaped polygons of about 9 ha with edges of 10 to 60 m, scattered over Cixi."""
    random = np.random.default_rng(20_210_623)
    angles = (np.arange(VERTICES) + random.uniform(0, 0.6, (count, VERTICES))) * 2 * np.pi / VERTICES
    reaches = random.uniform(150, 190, (count, 1)) + random.uniform(-8, 8, (count, VERTICES))
    centres = random.uniform((600_000, 3_320_000), (665_000, 3_370_000), (count, 1, 2))
    spokes = np.stack((reaches * np.cos(angles), reaches * np.sin(angles)), axis=-1)
    return np.asarray(shapely.polygons(centres + spokes))


def in_degrees(layer: Layer) -> Layer:
    """Return the layer in longitude and latitude."""
    return np.asarray(shapely.transform(layer, lambda xy: np.column_stack(TO_DEGREES.transform(*xy.T))))


def by_geod(layer: Layer) -> Floats:
    """Return areas of polygons in degrees as a loop over them gets them from PROJ."""
    return np.array([abs(GEOD.geometry_area_perimeter(polygon)[0]) for polygon in layer])


def by_geod_from_plane(layer: Layer) -> Floats:
    """Return areas of projected polygons from a loop, without shapely's detours."""
    found = np.empty(len(layer))
    for index, polygon in enumerate(layer):
        lon, lat = TO_DEGREES.transform(*shapely.get_coordinates(polygon).T)
        found[index] = abs(GEOD.polygon_area_perimeter(lon, lat)[0])
    return found


def by_numpy(layer: Layer) -> Floats:
    return ellipsoidal_areas(layer, LAYER_CRS, compiled=False)


def by_numba(layer: Layer) -> Floats:
    return ellipsoidal_areas(layer, LAYER_CRS, compiled=True)


def both_areas(layer: Layer) -> Floats:
    return np.vstack(areas(layer, LAYER_CRS))


WAYS: dict[str, Callable[[Layer], Floats]] = {
    "Geod loop, in degrees": by_geod,
    "Geod loop, from the plane": by_geod_from_plane,
    "ours, numpy": by_numpy,
    "ours, numba (loaded)": by_numba,
    "ours as called, with planar": both_areas,
    "planar alone": planar_areas,
}


def cost(way: Callable[[Layer], Floats], layer: Layer) -> Cost:
    """Return what one call costs."""
    cpu_s, wall_s = time.process_time(), time.perf_counter()
    way(layer)
    return Cost(time.process_time() - cpu_s, time.perf_counter() - wall_s)


def compare(layer: Layer, rounds: int) -> None:
    """Print the medians of all ways, and how often each fits into the cheapest loop."""
    layers = {name: in_degrees(layer) if way is by_geod else layer for name, way in WAYS.items()}
    costs: dict[str, list[Cost]] = {name: [] for name in WAYS}
    by_numba(layer[:1])
    for _ in range(rounds):
        for name, way in WAYS.items():
            costs[name].append(cost(way, layers[name]))
    medians = {name: Cost(*map(statistics.median, zip(*each, strict=True))) for name, each in costs.items()}
    loops = [medians[name] for name, way in WAYS.items() if way in {by_geod, by_geod_from_plane}]
    cheapest = Cost(min(loop.cpu_s for loop in loops), min(loop.wall_s for loop in loops))
    print(f"{'':28} {'CPU s':>8} {'wall s':>8} {'CPU x':>7} {'wall x':>7}")
    for name, (cpu_s, wall_s) in medians.items():
        ratios = f"{cheapest.cpu_s / cpu_s:7.1f} {cheapest.wall_s / wall_s:7.1f}"
        print(f"{name:28} {cpu_s:8.3f} {wall_s:8.3f} {ratios}")


def deviations(layer: Layer) -> None:
    """Print how far the areas lie apart, at most."""
    ours, loop = by_numpy(layer), by_geod(in_degrees(layer))
    fine = shapely.segmentize(layer[:2000], 5.0)
    apart = np.abs(ellipsoidal_areas(fine, LAYER_CRS) / by_geod(in_degrees(fine)) - 1).max()
    print(
        f"from Geod at these edges {np.abs(ours / loop - 1).max() * 1e6:.3f} ppm, on rings densified to 5 m {apart:.1e}"
    )
    print(f"numpy and numba the same to the last bit: {np.array_equal(ours, by_numba(layer))}")
    vectors = {622_000: 999_629.9793, 500_000: 999_999.9892}
    squares = np.array([shapely.box(west, 3_340_000, west + 1000, 3_341_000) for west in vectors])
    off_m2 = np.abs(ellipsoidal_areas(squares, LAYER_CRS) - np.array(list(vectors.values()))).max()
    print(f"from the official square kilometres {off_m2:.4f} m²")


def alone(name: str, count: int) -> None:
    """Print what a first call costs in this process, and how much memory it adds at most."""
    layer = polygons(count)
    layer = in_degrees(layer) if WAYS[name] is by_geod else layer
    Path("/proc/self/clear_refs").write_text("5", "ascii")  # the peak begins here
    before = memory_mib("VmRSS")
    first = cost(WAYS[name], layer)
    print(f"{name:28} {first.cpu_s:8.3f} {first.wall_s:8.3f} {memory_mib('VmHWM') - before:7.0f}")


def memory_mib(field: str) -> float:
    """Return one of Linux's figures about this process."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def main(count: int = 200_000, rounds: int = 5) -> None:
    """Print costs, memory and deviations."""
    layer = polygons(count)
    ring = shapely.get_coordinates(layer).reshape(count, VERTICES + 1, 2)
    edges = np.percentile(np.hypot(*np.diff(ring, axis=1).reshape(-1, 2).T), (0.1, 50, 99.9))
    print(f"{count} polygons of {VERTICES} vertices, edges {edges.round().astype(int)} m (0.1, 50, 99.9 %)")
    compare(layer, rounds)
    deviations(layer)
    print(f"{'each alone, first call':28} {'CPU s':>8} {'wall s':>8} {'MiB':>7}", flush=True)
    for name in WAYS:
        subprocess.run([sys.executable, __file__, "--alone", name, str(count)], check=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--alone"]:
        alone(sys.argv[2], int(sys.argv[3]))
    else:
        main(*map(int, sys.argv[1:]))
