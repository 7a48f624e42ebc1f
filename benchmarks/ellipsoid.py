"""Ellipsoidal area of a layer: ours against a loop over pyproj.Geod, on made-up polygons.

Run by hand::

    python benchmarks/ellipsoid.py [POLYGONS] [ROUNDS]

Both are timed in CPU seconds, in turns in one process, and from the same projected polygons
(the loop has to unproject them too).  Only the ratio of the medians means something.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely

from landquota.ellipsoid import ellipsoidal_areas

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

LAYER_CRS = pyproj.CRS.from_epsg(4549)
VERTICES = 40


def polygons(count: int) -> NDArray[np.object_]:
    """Return star-shaped polygons of about 1 ha, scattered over Cixi."""
    random = np.random.default_rng(20_210_623)
    angles = np.sort(random.uniform(0, 2 * np.pi, (count, VERTICES)), axis=1)
    reaches = random.uniform(40, 80, (count, VERTICES))
    centres = random.uniform((600_000, 3_320_000), (665_000, 3_370_000), (count, 2))
    spokes = np.stack((reaches * np.cos(angles), reaches * np.sin(angles)), axis=-1)
    return np.asarray(shapely.polygons(centres[:, np.newaxis] + spokes))


def by_geod(layer: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return areas as a loop over the layer's polygons gets them from PROJ."""
    to_degrees = pyproj.Transformer.from_crs(LAYER_CRS, 4490, always_xy=True)
    geod = pyproj.Geod(ellps="GRS80")
    areas = np.empty(len(layer))
    for index, polygon in enumerate(layer):
        lon, lat = to_degrees.transform(*shapely.get_coordinates(polygon).T)
        areas[index] = abs(geod.polygon_area_perimeter(lon, lat)[0])
    return areas


def cpu_seconds(measure: Callable[[], object]) -> float:
    """Return what one call costs."""
    start = time.process_time()
    measure()
    return time.process_time() - start


def main(count: int = 20_000, rounds: int = 5) -> None:
    """Print the ratio and how far the areas lie apart."""
    layer = polygons(count)
    ours, loop = [], []
    for _ in range(rounds):
        ours.append(cpu_seconds(lambda: ellipsoidal_areas(layer, LAYER_CRS)))
        loop.append(cpu_seconds(lambda: by_geod(layer)))
    apart_ppm = np.abs(ellipsoidal_areas(layer, LAYER_CRS) / by_geod(layer) - 1).max() * 1e6
    print(f"{count} polygons of {VERTICES} vertices, median of {rounds}")
    print(f"ours {statistics.median(ours):.3f} s, loop {statistics.median(loop):.3f} s")
    print(f"ratio {statistics.median(loop) / statistics.median(ours):.1f}, at most {apart_ppm:.2f} ppm apart")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
