"""GDAL on a short lead: no network, no files written beside the user's, its words turned into findings.

pyogrio looks into a file and reads a layer in bulk; fiona streams it feature by feature.  Each brings
a GDAL of its own.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Final

import fiona
import fiona.errors
import numpy as np
import pyogrio
import pyogrio.errors
import pyproj
import shapely.errors

from landquota.crs import describe
from landquota.findings import Finding, Place
from landquota.formats.vector import geopackage, shapefile
from landquota.i18n import Text, text

if TYPE_CHECKING:
    from fiona.collection import Collection

#: The one driver that may open a file of each format.
_DRIVERS: Final[Mapping[str, str]] = {
    "ESRI Shapefile": "ESRI Shapefile",
    "FlatGeobuf": "FlatGeobuf",
    "GML": "GML",
    "GeoJSON": "GeoJSON",
    "GeoPackage": "GPKG",
    "KML": "KML",
    "OpenFileGDB": "OpenFileGDB",
}
#: The formats whose features can be had one by one.
STREAMED: Final = frozenset(_DRIVERS)
#: GDAL has two for KML, which cut a file into different layers; fiona's is built with the second only.
_KML: Final = ("LIBKML", "KML")
#: GDAL asks other hosts in passing, for the reference system that a GeoJSON links to or the schema of
#: a GML, and has no switch against that.  A proxy of a kind that does not exist fails before any socket.
_LEAD: Final[Mapping[str, str]] = {
    "GDAL_HTTP_PROXY": "none://none",
    "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "none",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
}
#: A GML is read without asking for its schema, and without writing a .gfs beside it.
_OPEN_OPTIONS: Final[Mapping[str, Mapping[str, str]]] = {"GML": {"WRITE_GFS": "NO", "DOWNLOAD_SCHEMA": "NO"}}

#: Areas are planar, so heights and measures are dropped without a word.
_SILENT: Final = "Measured (M) geometry types are not supported"

#: Everything by which GDAL, its two wrappers and shapely say that a file is broken; fiona has a
#: plain ValueError for a layer that it lists and cannot open, and pyogrio stumbles over a
#: reference system that GDAL cannot write.
BROKEN: Final = (
    OSError,
    UnboundLocalError,
    ValueError,
    fiona.errors.FionaError,
    fiona.errors.UnsupportedGeometryTypeError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.DataSourceError,
    pyproj.exceptions.CRSError,
    shapely.errors.ShapelyError,
)


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """A layer as its file describes it.

    `geometry_type` is None for a table without geometry; `features` is None, and so is `crs`,
    for a type that cannot be read, and `features` where the format does not count them.
    `is_number_column` says that one of the columns gives the features their numbers, and
    `is_miscounted` that the file itself claims another number of them.
    """

    name: str
    geometry_type: str | None
    features: int | None
    crs: Text | None
    columns: tuple[str, ...] = ()
    is_number_column: bool = False
    is_miscounted: bool = False


@contextmanager
def dated(day: str) -> Iterator[None]:
    """Have GDAL write `day` (ISO) where it would write the time, so that the same input gives the same file."""
    name = "OGR_CURRENT_DATE"
    before = pyogrio.get_gdal_config_option(name)
    pyogrio.set_gdal_config_options({name: f"{day}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({name: before})


@contextmanager
def quiet_gdal() -> Iterator[list[str]]:
    """Keep GDAL off the network and its warnings from the terminal; the list holds, afterwards, those that matter."""
    said: list[str] = []
    before = {name: pyogrio.get_gdal_config_option(name) for name in _LEAD}
    with warnings.catch_warnings(record=True) as caught, np.errstate(invalid="ignore"), fiona.Env(**_LEAD):
        warnings.simplefilter("always")
        pyogrio.set_gdal_config_options(dict(_LEAD))
        try:
            yield said
        finally:
            pyogrio.set_gdal_config_options(before)
    messages = (str(warning.message) for warning in caught)
    said += dict.fromkeys(message for message in messages if not message.startswith(_SILENT))


def options(name: str) -> Mapping[str, str]:
    """Return the options with which both wrappers open a file of the format `name`."""
    return _OPEN_OPTIONS.get(name, {})


def opened(path: Path, name: str, *, layer: str | None = None, encoding: str | None = None) -> Collection:
    """Open a layer to stream it, by the driver of the format `name` and no other."""
    return fiona.open(
        path,
        layer=layer,
        encoding=encoding,
        enabled_drivers=[_DRIVERS[name]],
        allow_unsupported_drivers=True,
        **options(name),
    )


def layer_names(path: Path, name: str) -> list[str]:
    """Return the names of the layers of a file of the format `name`; in a KML, folders that are empty are none."""
    if name == "GML":
        return list(_names_by_number(path, name))
    try:
        names = [str(layer) for layer, _ in pyogrio.list_layers(path)]
    except pyogrio.errors.GeometryError:  # of any one layer, which keeps pyogrio from listing the others
        return list(fiona.listlayers(path))
    filled = [known for known in names if name != "KML" or layer_info(path, name, known).features]
    return filled or names


def layer_info(path: Path, name: str, layer: str) -> LayerInfo:
    """Describe a layer without reading its features."""
    try:
        info = pyogrio.read_info(path, layer=layer, force_feature_count=name == "KML", **options(name))
    except pyogrio.errors.GeometryError:
        return LayerInfo(layer, "Unknown", None, None)
    if info["driver"] not in (_KML if name == "KML" else (_DRIVERS[name],)):
        raise pyogrio.errors.DataSourceError(f"it is no {name}")
    crs = describe(pyproj.CRS.from_user_input(info["crs"])) if info["crs"] else None
    features = int(info["features"])
    columns = tuple(str(column) for column in info["fields"])
    counted = _recounted(path, name, layer, features)
    return LayerInfo(
        layer,
        info["geometry_type"],
        None if counted < 0 else counted,
        crs,
        columns,
        is_number_column=info["fid_column"] in columns,
        is_miscounted=counted != features,
    )


def _recounted(path: Path, name: str, layer: str, features: int) -> int:
    """Return how many features GDAL will give, where it does not count them but believes what is written."""
    if name == "GeoPackage":
        rows = geopackage.row_count(path, layer)
        return features if rows is None else rows
    if name == "ESRI Shapefile":
        attributes, _ = shapefile.attribute_table(path)
        return features if attributes is None else features - len(shapefile.deleted_rows(attributes))
    return features


def _names_by_number(path: Path, name: str) -> Iterator[str]:
    """Yield the names of layers by asking for one after another, which takes the options that listing does not."""
    for number in count():
        try:
            yield str(pyogrio.read_info(path, layer=number, **options(name))["layer_name"])
        except pyogrio.errors.DataLayerError:
            if number == 0:
                raise
            return


def unreadable(path: Path, problem: Exception) -> Finding:
    """Say in GDAL's own words, without the path of this machine, why a file cannot be read."""
    if isinstance(problem, UnicodeDecodeError):
        said = text(
            "a text in it is not {encoding}: {bytes}", encoding=problem.encoding, bytes=problem.object[:12].hex(" ")
        )
        return Finding("FILE-UNREADABLE", Place(file=path.name), {"problem": said})
    if isinstance(problem, (UnboundLocalError, pyogrio.errors.CRSError, pyproj.exceptions.CRSError)):
        said = text("its reference system cannot be understood")
        return Finding("FILE-UNREADABLE", Place(file=path.name), {"problem": said})
    words = str(problem).split("; It might help")[0].replace(f"'{path}' ", "").replace(str(path), path.name)
    return Finding("FILE-UNREADABLE", Place(file=path.name), {"problem": words.rstrip(".")})
