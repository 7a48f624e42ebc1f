"""Vector files: every format that GDAL reads for us, and GeoParquet.

GDAL is tolerant: what it passes over in silence is checked here before it reads.  Findings name
features by an id of their own, else by their number in the file (FID), as QGIS shows it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas
import pyarrow as pa
import pyogrio
import shapely

from landquota.findings import Finding, FindingsError, Place, has_errors
from landquota.formats import archive, geometry, layer_choice, signature
from landquota.formats.limits import DEFAULT, Limits, file_findings, layer_findings
from landquota.formats.places import Places
from landquota.formats.signature import FORMATS, format_of
from landquota.formats.table import FeatureTable
from landquota.formats.vector import broken, damage, gdal, geojson, geopackage, geoparquet, kml, markup, shapefile
from landquota.formats.vector.broken import Feature
from landquota.formats.vector.gdal import BROKEN, LayerInfo, quiet_gdal

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Feature", "FileInfo", "LayerInfo", "inspect", "read", "stream"]

#: Formats that people send and that are not read yet.
_LATER: Final = frozenset({".dwg", ".mdb", ".vct", ".xls"})
#: What GDAL finds by the end of a name only.
_BY_NAME: Final = frozenset({"ESRI Shapefile", "OpenFileGDB"})

#: A GeoPackage names a system also where it has none: "Undefined Cartesian SRS", "Undefined geographic SRS".
UNDEFINED: Final = "Undefined "
#: How findings begin that doubt how all texts are decoded, so that single ones say nothing more.
_ENCODING: Final = "FILE-ENCODING-"
#: What Arrow's table calls the numbers of features that have no column of their own.
ARROW_FID: Final = "OGC_FID"


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What a file holds, found without reading its features."""

    path: Path
    format: str
    layers: tuple[LayerInfo, ...]


def inspect(path: Path, *, limits: Limits = DEFAULT) -> FileInfo:
    """Look into a file: its format and its layers.

    Raises
    ------
    FindingsError
        The file is not there, cannot be opened, is larger than it may be, or is in no format that is read.
    """
    findings = unopenable(path, limits)
    if findings:
        raise FindingsError(findings)
    name = format_of(path) or ""
    if _is_zipped(path):
        return FileInfo(path, name, _zipped_layers(path, limits))
    if name == "GeoParquet":
        return FileInfo(path, name, (geoparquet.layer_info(path),))
    with quiet_gdal():
        try:
            names, findings = _stored_layers(path, name, None)
            if has_errors(findings):
                raise FindingsError(findings)
            return FileInfo(path, name, tuple(gdal.layer_info(path, name, layer) for layer in names))
        except BROKEN as problem:
            raise FindingsError([gdal.unreadable(path, problem)]) from problem


def _zipped_layers(path: Path, limits: Limits) -> tuple[LayerInfo, ...]:
    with archive.unpacked(path, limits=limits) as (folder, findings):
        if folder is None:
            raise FindingsError(findings)
        choice, problems = archive.chosen(path, folder)
        if choice is None:
            raise FindingsError(problems)
        return inspect(choice[0], limits=limits).layers


def stream(path: Path, *, layer: str | None = None, encoding: str | None = None) -> Iterator[Feature]:
    """Yield the features of a layer one by one, in constant memory.

    Raises
    ------
    FindingsError
        The file, or the next feature, cannot be read.
    """
    findings = unopenable(path, DEFAULT)
    name = format_of(path) or ""
    if not findings and (_is_zipped(path) or name not in gdal.STREAMED):
        findings = [_unsupported(path, name)]
    if findings:
        raise FindingsError(findings)
    return broken.stream(path, name, layer=layer, encoding=encoding)


def read(
    path: Path, *, layer: str | None = None, encoding: str | None = None, limits: Limits = DEFAULT
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
    limits
        How large the file and the layer may be.

    Returns
    -------
    tuple
        The features with their declared reference system, or None with the findings that say why.
        What is wrong with single geometries is left to :mod:`landquota.formats.geometry`, unless
        it keeps the layer from being read at all.
    """
    findings = unopenable(path, limits)
    if findings:
        return None, findings
    if _is_zipped(path):
        return archive.read(path, read, layer=layer, encoding=encoding, limits=limits)
    if format_of(path) == "GeoParquet":
        return geoparquet.read(path, layer=layer, encoding=encoding, limits=limits)
    return _read_by_gdal(path, format_of(path) or "", layer=layer, encoding=encoding, limits=limits)


def _read_by_gdal(
    path: Path, name: str, *, layer: str | None, encoding: str | None, limits: Limits
) -> tuple[FeatureTable | None, list[Finding]]:
    chosen, frame = None, None
    found, findings = _text_encoding(path, name, encoding)
    if not has_errors(findings):
        chosen, problems = chosen_layer(path, name, layer)
        findings += problems
    if chosen is None:
        return None, findings
    findings += layer_findings(path, features=chosen.features or 0, limits=limits)
    if not has_errors(findings):
        frame, problems = _frame(path, name, chosen, found)
        findings += problems
    if frame is None:
        return None, findings
    findings += layer_findings(path, vertices=int(shapely.get_num_coordinates(frame.geometry).sum()), limits=limits)
    if has_errors(findings):
        return None, findings
    places = Places(path.name, frame, frame.index)
    undeclared = (None,) * len(frame)
    frame = frame.reset_index(drop=True)
    if not any(finding.code.startswith(_ENCODING) for finding in findings):
        findings += damage.findings(frame, places, file=path.name)
    return FeatureTable(path, chosen.name, name, frame, places, undeclared, found), findings


def _is_zipped(path: Path) -> bool:
    return path.name.lower().endswith(".gdb.zip") and not path.is_dir()


def unopenable(path: Path, limits: Limits) -> list[Finding]:
    """Return why a file is not even handed to GDAL."""
    place = Place(file=path.name)
    if not path.exists():
        return [Finding("FILE-MISSING", place, {"path": path})]
    if "!" in str(path):  # GDAL's wrappers take it for the border between an archive and its member
        return [Finding("FILE-NAME", place, {"character": "!"})]
    name = format_of(path)
    if name is None or name not in FORMATS.values() or (name in _BY_NAME and signature.named_format(path) is None):
        return [_unsupported(path, name)]
    try:
        if path.is_dir():
            return _incomplete_folder(path, name) or file_findings(path, limits)
        parts = shapefile.parts(path) if name == "ESRI Shapefile" else [path]
        large = [finding for part in parts for finding in file_findings(part, limits)]
        wrong = large or signature.check(path, name)
        return wrong or (geopackage.in_use(path) if name == "GeoPackage" else [])
    except OSError as problem:
        return [gdal.unreadable(path, problem)]


def _unsupported(path: Path, name: str | None) -> Finding:
    """Say that a file is not read, by its ending or else by what its content is."""
    place = Place(file=path.name)
    suffix = path.suffix.lower()
    if suffix in shapefile.PARTS:
        return Finding("FILE-IS-PART", place, {"shp": f"{path.stem}.shp"})
    kind = suffix or path.name if name is None or signature.named_format(path) else name
    params = {"suffix": kind, "formats": ", ".join(sorted({*FORMATS, *signature.OTHERS}))}
    return Finding("FILE-NOT-YET" if suffix in _LATER else "FILE-UNSUPPORTED", place, params)


def _incomplete_folder(path: Path, name: str) -> list[Finding]:
    """Check that a file geodatabase was copied whole; GDAL hides the layers whose files are missing."""
    if name != "OpenFileGDB" or not (path / signature.GDB_CATALOGUE).is_file():
        return [Finding("FILE-SIGNATURE", Place(file=path.name), {"format": name})]
    tables = {file.stem for file in path.glob("*.gdbtable")}
    indexes = {file.stem for file in path.glob("*.gdbtablx")}
    missing = [f"{stem}.gdbtablx" for stem in tables - indexes] + [f"{stem}.gdbtable" for stem in indexes - tables]
    return [Finding("FILE-PART-MISSING", Place(file=path.name), {"part": part}) for part in sorted(missing)]


def _text_encoding(path: Path, name: str, encoding: str | None) -> tuple[str | None, list[Finding]]:
    """Return Python's name of the encoding of a file's texts; None where the format defines it."""
    if encoding is not None and shapefile.codec(encoding) is None:
        return None, [Finding("FILE-ENCODING-NAME", Place(file="--encoding"), {"encoding": encoding})]
    match name:
        case "ESRI Shapefile":
            return _shapefile_encoding(path, encoding)
        case "GeoJSON":
            return None, geojson.text_findings(path)
        case "KML" | "GML":
            return None, markup.number_findings(path, name)
        case _:
            return None, []


def _shapefile_encoding(path: Path, encoding: str | None) -> tuple[str | None, list[Finding]]:
    try:
        findings = shapefile.check(path)
        if has_errors(findings):
            return None, findings
        found, doubts = shapefile.text_encoding(path, encoding=encoding)
    except OSError as problem:  # a part cannot be opened
        return None, [gdal.unreadable(path, problem)]
    return found, findings + doubts


def chosen_layer(path: Path, name: str, layer: str | None) -> tuple[LayerInfo | None, list[Finding]]:
    """Return the layer to read: the one that is asked for, else the only one with geometry."""
    with quiet_gdal():
        try:
            names, findings = _stored_layers(path, name, layer)
            if has_errors(findings):
                return None, findings
            spatial = names
            if layer is None and len(names) > 1:
                spatial = [known for known in names if gdal.layer_info(path, name, known).geometry_type is not None]
            chosen, problems = layer_choice.pick(path, names, spatial, wanted=layer)
            return (None if chosen is None else gdal.layer_info(path, name, chosen)), findings + problems
        except BROKEN as problem:
            return None, broken.named(path, name, layer, None, problem)


def _stored_layers(path: Path, name: str, layer: str | None) -> tuple[list[str], list[Finding]]:
    """Return the layers that a file stores, without the queries of a GeoPackage."""
    if name != "GeoPackage":
        return gdal.layer_names(path, name), []
    queries = geopackage.queries(path)
    findings = geopackage.catalogue_findings(path, queries)
    if findings:
        return [], findings
    names = gdal.layer_names(path, name)
    stored = [known for known in names if known not in queries]
    return stored, geopackage.query_findings(path, queries, wanted=layer)


def _frame(
    path: Path, name: str, layer: LayerInfo, encoding: str | None
) -> tuple[geopandas.GeoDataFrame | None, list[Finding]]:
    place = Place(file=path.name)
    twice = _twice(path, [*layer.columns, "geometry"])  # the name that pyogrio gives to the geometries
    if twice:
        return None, twice
    with quiet_gdal() as said:
        try:
            frame = _kml(path, layer) if name == "KML" else _bulk(path, name, layer, encoding)
        except FindingsError as problem:
            return None, list(problem.findings)
        except BROKEN as problem:
            return None, broken.named(path, name, layer.name, encoding, problem)
    findings = [Finding("FILE-DRIVER", place, {"message": message}) for message in said]
    findings += _twice(path, frame.columns)
    if not isinstance(frame, geopandas.GeoDataFrame):
        findings.append(Finding("FILE-NO-GEOMETRY", place, {"layer": layer.name}))
    elif frame.empty:
        findings.append(Finding("FILE-EMPTY-LAYER", place, {"layer": layer.name}))
    if has_errors(findings):
        return None, findings
    checked, problems = _in_known_system(path, name, frame)
    return checked, findings + problems


def _in_known_system(
    path: Path, name: str, frame: geopandas.GeoDataFrame
) -> tuple[geopandas.GeoDataFrame | None, list[Finding]]:
    """Return the features without a reference system that only seems to be one, and say so."""
    if name == "GeoJSON":
        return geojson.examined(path, frame)
    if frame.crs is not None and frame.crs.name.startswith(UNDEFINED):
        return geometry.in_system(frame, None), []
    declaration = shapefile.part(path, ".prj") if name == "ESRI Shapefile" else None
    if frame.crs is None and declaration is not None:
        return frame, [Finding("FILE-PRJ", Place(file=declaration.name))]
    return frame, []


def _twice(path: Path, columns: Iterable[str]) -> list[Finding]:
    names = [name for name, count in Counter(columns).items() if count > 1]
    return [Finding("FILE-COLUMN-TWICE", Place(file=path.name, column=name)) for name in names]


def _kml(path: Path, layer: LayerInfo) -> geopandas.GeoDataFrame:
    """Read a layer of a KML with the columns that it has, under their own names."""
    with kml.named_plainly(path) as (copy, names):
        frame = _bulk(copy, "KML", layer, None)
    return frame.drop(columns=kml.made_up(frame)).rename(columns=names)


def _bulk(path: Path, name: str, layer: LayerInfo, encoding: str | None) -> geopandas.GeoDataFrame:
    """Read a layer through Arrow, and once more without it where that gives something else, or less.

    Arrow does not make lines of curves, keeps measures, takes texts that are not UTF-8, and ends in
    silence where a file is damaged.
    """
    reading = partial(
        pyogrio.read_dataframe,
        path,
        layer=layer.name,
        encoding=encoding,
        fid_as_index=not layer.is_number_column,
        # a condition, whatever it says, keeps GDAL from believing the number of features that the file claims
        where="1 = 1" if name == "GeoPackage" and layer.is_miscounted else None,
        **gdal.options(name),
    )
    if layer.features is None or ARROW_FID in layer.columns:
        return reading(use_arrow=False)
    count = 0
    try:
        frame = reading(use_arrow=True, arrow_to_pandas_kwargs={"date_as_object": False})
        if len(frame) == layer.features and _is_plain(frame):
            return frame
        count = len(frame)
    except (NotImplementedError, pa.ArrowException):
        pass
    frame = reading(use_arrow=False)
    if len(frame) < max(count, layer.features):
        params = {"read": len(frame), "said": max(count, layer.features)}
        raise FindingsError([Finding("FILE-FEATURES-LOST", Place(file=path.name), params)])
    return frame


def _is_plain(frame: pd.DataFrame) -> bool:
    """Return whether no geometry has measures, and raise ArrowException if a text is not UTF-8."""
    damage.require_utf8(frame)
    return not (isinstance(frame, geopandas.GeoDataFrame) and shapely.has_m(frame.geometry.to_numpy()).any())
