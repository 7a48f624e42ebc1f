"""The features that keep a layer from being read in bulk: found one by one, each named."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyogrio.errors
import shapely.errors
import shapely.geometry

from landquota.findings import Finding, FindingsError, Place
from landquota.formats import geometry
from landquota.formats.names import feature_name
from landquota.formats.vector import gdal

#: Formats of which fiona reads single features where pyogrio does not even open the file.
_ONE_BY_ONE: Final = frozenset({"GeoJSON"})
_XML: Final = frozenset({"GML", "KML"})


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a stream; `geometry` is a GeoJSON mapping or None."""

    id: str
    properties: Mapping[str, object]
    geometry: Mapping[str, Any] | None


def stream(path: Path, name: str, *, layer: str | None = None, encoding: str | None = None) -> Iterator[Feature]:
    """Yield the features of a layer of a file of the format `name` one by one, in constant memory.

    Raises
    ------
    FindingsError
        The file, or the next feature, cannot be read.
    """
    try:
        with gdal.quiet_gdal():
            source = gdal.opened(path, name, layer=layer, encoding=encoding)
        with source:
            for feature in source:
                shape = feature.geometry
                mapping = None if shape is None else shape.__geo_interface__
                yield Feature(_number(feature.id, name), dict(feature.properties), mapping)
    except gdal.BROKEN as problem:
        raise FindingsError([gdal.unreadable(path, problem)]) from problem


def named(path: Path, name: str, layer: str | None, encoding: str | None, problem: Exception) -> list[Finding]:
    """Name the features that keep a layer from being read in bulk, else where the stream ends.

    A file that is broken as a whole is not asked for its features: fiona can crash of it.

    Parameters
    ----------
    problem
        What the bulk reader gave up with.
    """
    whole = isinstance(problem, (pyogrio.errors.DataSourceError, pyogrio.errors.CRSError))
    if (whole and name not in _ONE_BY_ONE) or (name in _XML and not isinstance(problem, shapely.errors.ShapelyError)):
        return [gdal.unreadable(path, problem)]
    findings: list[Finding] = []
    last = None
    try:
        for feature in stream(path, name, layer=layer, encoding=encoding):
            last = feature_name(feature.properties, feature.id)
            findings += check(feature, Place(file=path.name, feature=last))
    except FindingsError:
        return findings or [gdal.unreadable(path, problem)]
    if not findings and isinstance(problem, pyogrio.errors.FeatureError):
        # Of a damaged file fiona gives the features before the damage, and no error.
        place = Place(file=path.name, feature=last)
        return [Finding("FILE-FEATURE-UNREADABLE", place, gdal.unreadable(path, problem).params)]
    return findings or [gdal.unreadable(path, problem)]


def check(feature: Feature, place: Place) -> list[Finding]:
    """Say what is wrong with the geometry of one feature, as its file has it."""
    if feature.geometry is None:
        return []
    rings = list(_rings(feature.geometry))
    for number, (x, y, *_) in enumerate((vertex for ring in rings for vertex in ring), start=1):
        if not (math.isfinite(x) and math.isfinite(y)):
            return [Finding("COORD-NONFINITE", place, {"vertex": number, "x": f"{x:g}", "y": f"{y:g}"})]
    for ring in rings:
        if ring and ring[0] != ring[-1]:
            return [Finding("GEOM-RING-OPEN", replace(place, x=ring[-1][0], y=ring[-1][1]))]
    try:
        shape = shapely.geometry.shape(dict(feature.geometry))
    except (shapely.errors.ShapelyError, ValueError) as problem:
        return [Finding("GEOM-UNREADABLE", place, {"problem": str(problem)})]
    return geometry.check(np.array([shape], dtype=object), [place])


def _number(fid: str, name: str) -> str:
    """Return a feature's number as pyogrio counts it, whose driver for KML begins at 1."""
    return str(int(fid) + 1) if name == "KML" else fid


def _rings(shape: Mapping[str, Any]) -> Iterator[Sequence[tuple[float, ...]]]:
    if shape["type"] == "Polygon":
        yield from shape["coordinates"]
    elif shape["type"] == "MultiPolygon":
        for polygon in shape["coordinates"]:
            yield from polygon
