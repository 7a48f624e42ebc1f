"""Real files for the overlay commands: parcels, land use, farmland and boundaries near Cixi, in metres."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas
import shapely

#: CGCS2000, central meridian 120; and a corner near Cixi in it.
CRS = "EPSG:4549"
EAST, NORTH = 621_000.0, 3_341_000.0


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Return a rectangle, in metres from the corner."""
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def save(
    path: Path,
    geometries: Sequence[shapely.Geometry | None],
    *,
    crs: str | None = CRS,
    to: str | None = None,
    layer: str | None = None,
    **columns: Any,
) -> Path:
    """Write a layer, a Shapefile in GBK; `to` brings it into another system first."""
    frame = geopandas.GeoDataFrame(dict(columns), geometry=list(geometries), crs=crs)
    frame = frame if to is None else frame.to_crs(to)
    options: Mapping[str, Any] = {"encoding": "gbk"} if path.suffix == ".shp" else {}
    frame.to_file(path, **options, **({} if layer is None else {"layer": layer}))
    return path


def parcels(path: Path, **how: Any) -> Path:
    """Write three parcels: A and B side by side, C away from everything."""
    geometries = [box(0, 0, 100, 100), box(100, 0, 200, 50), box(500, 0, 600, 100)]
    return save(path, geometries, DKBH=["A", "B", "C"], **how)


def land_use(path: Path, **how: Any) -> Path:
    """Write patches over A and B: A has all but a strip of 0.25 m² that no patch covers."""
    geometries = [box(-50, -50, 50, 150), box(50, -50, 250, 60), box(50, 60, 100, 99.995)]
    columns: dict[str, Any] = {
        "BSM": ["1", "2", "3"],
        "DLBM": ["0101", "0702", "1101"],
        "DLMC": ["水田", "农村宅基地", "河流水面"],
    }
    return save(path, geometries, **columns, **how)
