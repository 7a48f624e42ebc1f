"""Context: boundaries, water and the like, drawn calm below everything, neither counted nor judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from landquota.i18n import text
from landquota.layers import CONTEXT
from landquota.maps.view import MapClass, MapFeature

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas
    from numpy.typing import NDArray

_STROKE: Final = "#8d969e"
_PAPER: Final = "#ffffff"
_POLYGON, _LINE, _RING, _POINT = (
    shapely.GeometryType.POLYGON,
    shapely.GeometryType.LINESTRING,
    shapely.GeometryType.LINEARRING,
    shapely.GeometryType.POINT,
)


def context_features(frame: geopandas.GeoDataFrame, shapes: list[Any], language: str) -> list[MapFeature]:
    """Return the features of a context layer; `shapes` are their geometries in degrees.

    Only what has a name can be searched for, so no feature has an id.  What is neither polygon
    nor line is not drawn (see :func:`points_in`).
    """
    names = [str(name or "") for name in frame["name"]]
    natures = [str(nature) for nature in frame["nature"]]
    rows = [((text("Name").render(language), name),) if name else () for name in names]
    drawn = zip(names, map(_outlined, shapes), rows, natures, strict=True)
    return [
        MapFeature("", name, CONTEXT, shape, row, illustrative=nature == "illustrative")
        for name, shape, row, nature in drawn
        if not shape.is_empty
    ]


def context_class(title: str, fill: str | None) -> MapClass:
    """Return how context looks: outlines, filled only where a colour is asked for."""
    return MapClass(CONTEXT, title, fill or _PAPER, _STROKE, hollow=fill is None)


def points_in(shapes: Iterable[Any]) -> int:
    """Return how many features have points, which are not drawn."""
    types = (shapely.get_type_id(_parts(shape)) for shape in shapes)
    return sum(bool((kinds == _POINT).any()) for kinds in types)


def _outlined(shape: Any) -> shapely.MultiPolygon:  # noqa: ANN401 - any geometry
    """Return polygons as they are, and each line as a ring that goes along it and back: an outline without inside."""
    parts = _parts(shape)
    kinds = shapely.get_type_id(parts)
    lines = parts[np.isin(kinds, (_LINE, _RING))]
    polygons = [part for part in parts[kinds == _POLYGON] if not part.is_empty]
    return shapely.MultiPolygon([*polygons, *(_there_and_back(line) for line in lines if not line.is_empty)])


def _there_and_back(line: Any) -> shapely.Polygon:  # noqa: ANN401 - a line
    along = shapely.get_coordinates(line)
    return shapely.Polygon(np.concatenate((along, along[-2::-1])))


def _parts(shape: Any) -> NDArray[np.object_]:  # noqa: ANN401 - any geometry
    """Return what a geometry consists of, collections in it taken apart too."""
    parts = shapely.get_parts(np.array([shape], dtype=object))
    while (shapely.get_type_id(parts) > _POLYGON).any():
        parts = shapely.get_parts(parts)
    found: NDArray[np.object_] = parts
    return found
