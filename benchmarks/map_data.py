"""A made-up layer of land-use patches that tile a county, for benchmarks of the map page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas
import numpy as np
import shapely

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

WEST, SOUTH, EAST, NORTH = 121.15, 30.05, 121.55, 30.37
#: Points of a side, the one at its end left out: a patch has four times as many.
SIDE: Final = 9
#: One patch in so many has a hole (every second of them with an island), one consists of two parts.
HOLES: Final = 50
PARTS: Final = 100
#: Land-use codes with their names and the official colours.
CLASSES: Final = {
    "0101": ("水田", "#f5f8dc"),
    "0103": ("旱地", "#fff3a6"),
    "0201": ("果园", "#bfe9aa"),
    "0301": ("乔木林地", "#68b167"),
    "0601": ("工业用地", "#bb9674"),
    "0701": ("城镇住宅用地", "#ffff2d"),
    "0702": ("农村宅基地", "#ffd380"),
    "1003": ("公路用地", "#adadad"),
    "1101": ("河流水面", "#338edb"),
    "1104": ("坑塘水面", "#94d5eb"),
}


def layer(count: int, *, shared: bool = True) -> geopandas.GeoDataFrame:
    """Return about `count` patches of 36 points with eight attributes, in degrees.

    Neighbours share their sides point by point, or none (then each patch is a little smaller).
    """
    random = np.random.default_rng(20_210_623)
    rings = _rings(count, random)
    middles = rings.mean(axis=1, keepdims=True)
    if not shared:
        rings = middles + (rings - middles) * 0.97
    shapes = list(shapely.polygons(rings))
    for cell in range(0, len(shapes), HOLES):
        hole = middles[cell] + (rings[cell] - middles[cell]) * 0.4
        shapes[cell] = shapely.Polygon(rings[cell], [hole])
        if cell % (2 * HOLES) == 0:
            shapes.append(shapely.Polygon(hole))
    for cell in range(7, len(shapes) - 3, PARTS):
        shapes[cell] = shapely.MultiPolygon([shapes[cell], shapes[cell + 3]])
        shapes[cell + 3] = None
    geometry = np.array([shape for shape in shapes if shape is not None], dtype=object)
    return geopandas.GeoDataFrame(_attributes(geometry, random), geometry=geometry, crs=4490)


def _rings(count: int, random: np.random.Generator) -> Floats:
    size = round(count**0.5)
    nodes = np.stack(np.meshgrid(np.linspace(WEST, EAST, size + 1), np.linspace(SOUTH, NORTH, size + 1)), axis=-1)
    cell = np.array([(EAST - WEST) / size, (NORTH - SOUTH) / size])
    nodes += random.uniform(-0.25, 0.25, nodes.shape) * cell
    across, up = _sides(nodes[:, :-1], nodes[:, 1:], cell, random), _sides(nodes[:-1], nodes[1:], cell, random)
    around = [across[:-1], up[:, 1:], across[1:, :, ::-1], up[:, :-1, ::-1]]
    return np.concatenate([side[..., :-1, :] for side in around], axis=-2).reshape(size * size, -1, 2)


def _sides(start: Floats, end: Floats, cell: Floats, random: np.random.Generator) -> Floats:
    steps = np.linspace(0, 1, SIDE + 1)[:, np.newaxis]
    sides = start[..., np.newaxis, :] * (1 - steps) + end[..., np.newaxis, :] * steps
    sides[..., 1:-1, :] += random.uniform(-0.015, 0.015, sides[..., 1:-1, :].shape) * cell
    return sides


def _attributes(geometry: NDArray[np.object_], random: np.random.Generator) -> dict[str, object]:
    count = len(geometry)
    codes = random.choice(list(CLASSES), count)
    places = shapely.get_coordinates(shapely.centroid(geometry))
    village = ((places[:, 0] - WEST) * 40).astype(int) * 16 + ((places[:, 1] - SOUTH) * 40).astype(int)
    area_m2 = shapely.area(geometry) * 111_320**2 * np.cos(np.radians(30.2))
    return {
        "BSM": [f"330282211{number:09}" for number in range(count)],
        "TBBH": [str(number % 4999 + 1) for number in range(count)],
        "DLBM": codes.tolist(),
        "DLMC": [CLASSES[code][0] for code in codes],
        "ZLDWDM": [f"330282{100 + number // 20:03}{number:04}000000"[:19] for number in village],
        "ZLDWMC": [f"第{number}村股份经济合作社" for number in village],
        "TBMJ": [f"{area:.2f}" for area in area_m2],
        "SJNF": ["2021"] * count,
    }
