"""Polygons to a DXF drawing as CAD wants them: closed polylines on one layer, each named by a text inside.

AutoCAD 2010, in metres; the same features give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import shapely
from ezdxf._options import options
from ezdxf.filemanagement import new
from shapely import Polygon

from landquota.findings import Finding, Place, has_errors
from landquota.formats import geometry
from landquota.formats.names import column_of, feature_names, names_of

if TYPE_CHECKING:
    from ezdxf.document import Drawing
    from geopandas import GeoDataFrame

#: The layer of boundaries (red lines).
LAYER: Final = "红线"
_VERSION: Final = "R2010"
_METRES: Final = 6
_RED: Final = 1
#: A text of the drawing, in metres, and its font: SimSun is on every Chinese workplace.
_TEXT_HEIGHT_M: Final = 5.0
_STYLE: Final = "HZ"
_FONT: Final = "simsun.ttc"
#: Columns that name a parcel for people, the first that is there.
_NAME_COLUMNS: Final = ("name", "dkmc", "地块名称", "parcel", "dkbh", "地块编号", "zone", "id")
#: AutoCAD takes none of these in the name of a layer.
_NOT_IN_LAYERS: Final = frozenset('<>/\\":;?*|=`,')


def write(frame: GeoDataFrame, path: Path, *, layer: str = LAYER) -> list[Finding]:
    """Write polygons as closed polylines and their names as texts.

    Holes are outlines without a text inside them, parts of a feature are outlines with the same
    text.  A drawing has no other attributes: a note names the columns that stay behind.

    Parameters
    ----------
    frame
        Polygons in metres; their CRS is not written, for a drawing has none.
    path
        The file; an existing one is replaced.
    layer
        The drawing's layer.

    Returns
    -------
    list
        With an error in it nothing was written.
    """
    column = column_of(frame, _NAME_COLUMNS)
    findings = list(_faults(frame, path, layer))
    if has_errors(findings):
        return findings
    left = [str(name) for name in frame.columns if name not in {column, frame.geometry.name}]
    if left:
        findings.append(Finding("WRITE-COLUMNS-LEFT", Place(file=path.name), {"columns": ", ".join(left)}))
    names = names_of(frame[column]) if column is not None else [""] * len(frame)
    with _same_bytes():
        document = _drawing(layer)
        for shape, name in zip(frame.geometry, names, strict=True):
            _draw(document, shape, name, layer)
        content = io.StringIO(newline="")
        document.write(content)
    path.write_bytes(document.encode(content.getvalue().replace("\r\n", "\n").replace("\n", "\r\n")))
    return findings


def _faults(frame: GeoDataFrame, path: Path, layer: str) -> Iterator[Finding]:
    place = Place(file=path.name)
    if frame.crs is not None and frame.crs.is_geographic:
        yield Finding("DXF-DEGREES", place, {"crs": frame.crs.name})
    if not layer or _NOT_IN_LAYERS & set(layer):
        yield Finding("DXF-LAYER-NAME", place, {"layer": layer})
    names = feature_names(frame, range(1, len(frame) + 1))
    yield from geometry.check(frame.geometry.to_numpy(), [Place(file=path.name, feature=name) for name in names])


@contextmanager
def _same_bytes() -> Iterator[None]:
    """Have ezdxf write fixed dates and identifiers instead of the time and random ones."""
    before = options.write_fixed_meta_data_for_testing
    options.write_fixed_meta_data_for_testing = True
    try:
        yield
    finally:
        options.write_fixed_meta_data_for_testing = before


def _drawing(layer: str) -> Drawing:
    document = new(_VERSION, units=_METRES)
    document.styles.add(_STYLE, font=_FONT)
    if layer not in document.layers:
        document.layers.add(layer, color=_RED)
    return document


def _draw(document: Drawing, shape: shapely.Geometry, name: str, layer: str) -> None:
    space, on_layer = document.modelspace(), {"layer": layer}
    in_style = on_layer | {"style": _STYLE}
    for part in shapely.get_parts(shape):
        for ring in (part.exterior, *part.interiors):
            points: Sequence[tuple[float, float]] = shapely.get_coordinates(ring)[:-1].tolist()
            space.add_lwpolyline(points, close=True, dxfattribs=on_layer)
        if name:
            where = _inside(part)
            text = space.add_text(" ".join(name.split()), height=_TEXT_HEIGHT_M, dxfattribs=in_style)
            text.set_placement((where.x, where.y))


def _inside(part: Polygon) -> shapely.Point:
    return shapely.point_on_surface(part)
