"""Vector files: GeoPackage, ESRI Shapefile, GeoJSON and File Geodatabase.

fiona looks into a file and streams it feature by feature; pyogrio reads a layer in bulk.  Both
stand on GDAL, which is tolerant: what it passes over in silence is checked here before it reads.
Findings name features by an id of their own, else by their number in the file (FID), as QGIS shows it.
"""

from __future__ import annotations

import difflib
import math
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import fiona
import fiona.errors
import geopandas
import numpy as np
import pyogrio
import pyogrio.errors
import pyproj
import shapely
import shapely.errors
import shapely.geometry

from landquota.crs import describe
from landquota.findings import Finding, FindingsError, Place, has_errors
from landquota.formats import geometry, shapefile
from landquota.formats.names import feature_name, feature_names
from landquota.formats.table import FeatureTable
from landquota.i18n import Text, text

#: The formats that are read, by how a file's name ends.
FORMATS: Final[Mapping[str, str]] = {
    ".gdb.zip": "OpenFileGDB",
    ".gdb": "OpenFileGDB",
    ".geojson": "GeoJSON",
    ".gpkg": "GeoPackage",
    ".json": "GeoJSON",
    ".shp": "ESRI Shapefile",
}
#: Formats that people send and that are not read yet.
_LATER: Final = frozenset(
    {".csv", ".dwg", ".dxf", ".fgb", ".gml", ".kml", ".kmz", ".mdb", ".parquet", ".vct", ".xls", ".xlsx", ".zip"}
)
#: How a file of the format begins; GDAL would also open what only has the right name, such as a
#: list of links to other files and hosts.
_SIGNATURES: Final[Mapping[str, bytes]] = {"GeoPackage": b"SQLite format 3\0", "GeoJSON": b"{", "OpenFileGDB": b"PK"}
#: The system catalogue, which every complete file geodatabase has.
_GDB_CATALOGUE: Final = "a00000001.gdbtable"
#: Areas are planar, so heights and measures are dropped without a word.
_SILENT: Final = "Measured (M) geometry types are not supported"

#: A GeoPackage names a system also where it has none: "Undefined Cartesian SRS", "Undefined geographic SRS".
_UNDEFINED: Final = "Undefined "

#: Everything by which GDAL, its two wrappers and shapely say that a file is broken.
_BROKEN: Final = (
    OSError,
    UnicodeDecodeError,
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
    for a type that cannot be read.
    """

    name: str
    geometry_type: str | None
    features: int | None
    crs: str | None


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What a file holds, found without reading its features."""

    path: Path
    format: str
    layers: tuple[LayerInfo, ...]


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature of a stream; `geometry` is a GeoJSON mapping or None."""

    id: str
    properties: Mapping[str, object]
    geometry: Mapping[str, Any] | None


def format_of(path: Path) -> str | None:
    """Return the format's name by the end of the file's name, or None if it is not read."""
    return next((found for suffix, found in FORMATS.items() if path.name.lower().endswith(suffix)), None)


def inspect(path: Path) -> FileInfo:
    """Look into a file: its format and its layers.

    Raises
    ------
    FindingsError
        The file is not there, cannot be opened, or is in no format that is read.
    """
    findings = _unopenable(path)
    if not findings:
        with quiet_gdal():
            try:
                layers = tuple(_layer_info(path, name) for name in fiona.listlayers(path))
                return FileInfo(path, format_of(path) or "", layers)
            except _BROKEN:
                findings = [_unopened(path)]
    raise FindingsError(findings)


def stream(path: Path, *, layer: str | None = None, encoding: str | None = None) -> Iterator[Feature]:
    """Yield the features of a layer one by one, in constant memory.

    Raises
    ------
    FindingsError
        The file, or the next feature, cannot be read.
    """
    try:
        with quiet_gdal():
            source = fiona.open(path, layer=layer, encoding=encoding)
        with source:
            for feature in source:
                shape = feature.geometry
                mapping = None if shape is None else shape.__geo_interface__
                yield Feature(feature.id, dict(feature.properties), mapping)
    except _BROKEN as problem:
        raise FindingsError([_unreadable(path, problem)]) from problem


def read(
    path: Path, *, layer: str | None = None, encoding: str | None = None
) -> tuple[FeatureTable | None, list[Finding]]:
    """Read one layer of a vector file in bulk, unchanged.

    Parameters
    ----------
    path
        The file, or the folder of a file geodatabase.
    layer
        Which layer, where the file holds several with geometry.
    encoding
        How the texts of a shapefile are encoded, where it does not say so itself.

    Returns
    -------
    tuple
        The features with their declared reference system, or None with the findings that say why.
        What is wrong with single geometries is left to :mod:`landquota.formats.geometry`, unless
        it keeps the layer from being read at all.
    """
    findings = _unopenable(path)
    if findings:
        return None, findings
    try:
        found, findings = _text_encoding(path, encoding)
    except OSError as problem:
        return None, [_unreadable(path, problem)]
    if has_errors(findings):
        return None, findings
    name, problems = _chosen_layer(path, layer)
    if name is None:
        return None, findings + problems
    frame, problems = _frame(path, name, found)
    findings += problems
    if frame is None:
        return None, findings
    table = FeatureTable(
        path=path,
        layer=name,
        format=format_of(path) or "",
        frame=frame.reset_index(drop=True),
        places=tuple(Place(file=path.name, feature=name) for name in feature_names(frame, frame.index)),
        declared_area_m2=(None,) * len(frame),
        encoding=found,
    )
    return table, findings


@contextmanager
def quiet_gdal() -> Iterator[list[str]]:
    """Keep GDAL's warnings from the terminal; the list holds, afterwards, those that matter."""
    said: list[str] = []
    with warnings.catch_warnings(record=True) as caught, np.errstate(invalid="ignore"):
        warnings.simplefilter("always")
        yield said
    messages = (str(warning.message) for warning in caught)
    said += dict.fromkeys(message for message in messages if not message.startswith(_SILENT))


def _unopenable(path: Path) -> list[Finding]:
    """Return why a file is not even handed to GDAL."""
    place = Place(file=path.name)
    if not path.exists():
        return [Finding("FILE-MISSING", place, {"path": path})]
    if "!" in str(path):  # GDAL's wrappers take it for the border between an archive and its member
        return [Finding("FILE-NAME", place, {"character": "!"})]
    name = format_of(path)
    if name is not None:
        return _incomplete_folder(path, name) if path.is_dir() else _unlike(path, name)
    suffix = path.suffix.lower()
    if suffix in shapefile.PARTS:
        return [Finding("FILE-IS-PART", place, {"shp": f"{path.stem}.shp"})]
    params = {"suffix": suffix or path.name, "formats": ", ".join([*FORMATS, ".txt"])}
    return [Finding("FILE-NOT-YET" if suffix in _LATER else "FILE-UNSUPPORTED", place, params)]


def _unlike(path: Path, name: str) -> list[Finding]:
    """Check that a file begins as its format does."""
    try:
        with path.open("rb") as file:
            begins = file.read(1024).removeprefix(b"\xef\xbb\xbf").lstrip()
    except OSError as problem:
        return [_unreadable(path, problem)]
    if begins.startswith(_SIGNATURES.get(name, b"")):
        return []
    return [Finding("FILE-SIGNATURE", Place(file=path.name), {"format": name})]


def _incomplete_folder(path: Path, name: str) -> list[Finding]:
    """Check that a file geodatabase was copied whole; GDAL hides the layers whose files are missing."""
    if name != "OpenFileGDB" or not (path / _GDB_CATALOGUE).is_file():
        return [Finding("FILE-SIGNATURE", Place(file=path.name), {"format": name})]
    tables = {file.stem for file in path.glob("*.gdbtable")}
    indexes = {file.stem for file in path.glob("*.gdbtablx")}
    missing = [f"{stem}.gdbtablx" for stem in tables - indexes] + [f"{stem}.gdbtable" for stem in indexes - tables]
    return [Finding("FILE-PART-MISSING", Place(file=path.name), {"part": part}) for part in sorted(missing)]


def _text_encoding(path: Path, encoding: str | None) -> tuple[str | None, list[Finding]]:
    """Return Python's name of the encoding of a file's texts; None where the format defines it."""
    if encoding is not None and shapefile.codec(encoding) is None:
        return None, [Finding("FILE-ENCODING-NAME", Place(file="--encoding"), {"encoding": encoding})]
    match format_of(path):
        case "ESRI Shapefile":
            findings = shapefile.check(path)
            if has_errors(findings):
                return None, findings
            found, doubts = shapefile.text_encoding(path, encoding=encoding)
            return found, findings + doubts
        case "GeoJSON":
            return None, _not_utf8(path)
        case _:
            return None, []


def _not_utf8(path: Path) -> list[Finding]:
    data = path.read_bytes()
    try:
        data.decode()
    except UnicodeDecodeError as problem:
        sample = data[problem.start : problem.start + 30].split(b'"')[0].decode("gb18030", "replace")
        place = Place(file=path.name, line=data.count(b"\n", 0, problem.start) + 1)
        return [Finding("FILE-NOT-UTF8", place, {"sample": sample})]
    return []


def _chosen_layer(path: Path, layer: str | None) -> tuple[str | None, list[Finding]]:
    """Return the layer to read: the one asked for, else the only one with geometry."""
    place = Place(file=path.name)
    with quiet_gdal():
        try:
            names: list[str] = fiona.listlayers(path)
            if layer is None and len(names) > 1:
                spatial = [name for name in names if _layer_info(path, name).geometry_type is not None]
            else:
                spatial = names
        except _BROKEN:
            return None, [_unopened(path)]
    if layer in names:
        return layer, []
    if layer is not None:
        params = {"layer": layer, "layers": ", ".join(names), "hint": _did_you_mean(layer, names)}
        return None, [Finding("FILE-LAYER-UNKNOWN", place, params)]
    if len(spatial) == 1:
        return spatial[0], []
    if not spatial:
        return None, [Finding("FILE-NO-GEOMETRY", place, {"layer": ", ".join(names)})]
    return None, [Finding("FILE-LAYER-CHOICE", place, {"count": len(spatial), "layers": ", ".join(spatial)})]


def _layer_info(path: Path, name: str) -> LayerInfo:
    try:
        with fiona.open(path, layer=name) as source:
            kind = source.schema["geometry"]
            crs = describe(pyproj.CRS.from_wkt(source.crs_wkt)) if source.crs_wkt else None
            return LayerInfo(name, None if kind == "None" else kind, len(source), crs)
    except fiona.errors.UnsupportedGeometryTypeError:
        return LayerInfo(name, "Unknown", None, None)


def _frame(path: Path, layer: str, encoding: str | None) -> tuple[geopandas.GeoDataFrame | None, list[Finding]]:
    place = Place(file=path.name)
    with quiet_gdal() as said:
        try:
            frame = pyogrio.read_dataframe(path, layer=layer, encoding=encoding, fid_as_index=True)
        except _BROKEN as problem:
            return None, _broken_features(path, layer, encoding, problem)
    findings = [Finding("FILE-DRIVER", place, {"message": message}) for message in said]
    if not isinstance(frame, geopandas.GeoDataFrame):
        return None, [*findings, Finding("FILE-NO-GEOMETRY", place, {"layer": layer})]
    if frame.empty:
        return None, [*findings, Finding("FILE-EMPTY-LAYER", place, {"layer": layer})]
    if frame.crs is not None and frame.crs.name.startswith(_UNDEFINED):
        frame = geometry.in_system(frame, None)
    declaration = shapefile.part(path, ".prj") if format_of(path) == "ESRI Shapefile" else None
    if frame.crs is None and declaration is not None:
        findings.append(Finding("FILE-PRJ", Place(file=declaration.name)))
    return frame, findings


def _broken_features(path: Path, layer: str, encoding: str | None, problem: Exception) -> list[Finding]:
    """Name the features that keep a layer from being read in bulk, else where the stream ends."""
    findings: list[Finding] = []
    last = None
    try:
        for feature in stream(path, layer=layer, encoding=encoding):
            last = feature_name(feature.properties, feature.id)
            findings += _broken(feature, Place(file=path.name, feature=last))
    except FindingsError as broken:
        return findings + list(broken.findings)
    if not findings and isinstance(problem, pyogrio.errors.FeatureError):
        # Of a damaged file fiona gives the features before the damage, and no error.
        place = Place(file=path.name, feature=last)
        return [Finding("FILE-FEATURE-UNREADABLE", place, _unreadable(path, problem).params)]
    return findings or [_unreadable(path, problem)]


def _broken(feature: Feature, place: Place) -> list[Finding]:
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


def _rings(shape: Mapping[str, Any]) -> Iterator[Sequence[tuple[float, ...]]]:
    if shape["type"] == "Polygon":
        yield from shape["coordinates"]
    elif shape["type"] == "MultiPolygon":
        for polygon in shape["coordinates"]:
            yield from polygon


def _unopened(path: Path) -> Finding:
    """Ask pyogrio why a file cannot be opened; fiona says only that it cannot."""
    try:
        pyogrio.list_layers(path)
    except _BROKEN as problem:
        return _unreadable(path, problem)
    return Finding("FILE-UNREADABLE", Place(file=path.name), {"problem": text("it holds a layer of unknown kind")})


def _unreadable(path: Path, problem: Exception) -> Finding:
    if isinstance(problem, UnicodeDecodeError):
        said = text(
            "a text in it is not {encoding}: {bytes}", encoding=problem.encoding, bytes=problem.object[:12].hex(" ")
        )
        return Finding("FILE-UNREADABLE", Place(file=path.name), {"problem": said})
    words = str(problem).split("; It might help")[0].replace(f"'{path}' ", "").replace(str(path), path.name)
    return Finding("FILE-UNREADABLE", Place(file=path.name), {"problem": words.rstrip(".")})


def _did_you_mean(name: str, known: Sequence[str]) -> Text | str:
    nearest = difflib.get_close_matches(name, known, n=1)
    return text("Did you mean '{nearest}'? ", nearest=nearest[0]) if nearest else ""
