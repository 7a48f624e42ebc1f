"""Layers to files: GeoPackage, shapefile, GeoJSON, FlatGeobuf, GeoParquet, DXF and boundary TXT.

A file is written whole or not at all, beside its place and then moved there.  What the format
cannot hold is a finding; where something would be lost, the file is not written.
"""

from __future__ import annotations

import codecs
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyogrio
import pyogrio.errors

from landquota.errors import InputError, UsageError
from landquota.findings import Finding, Place, has_errors
from landquota.formats.vector import shapefile
from landquota.formats.vector.gdal import dated
from landquota.formats.writing import columns, dbf, geojson
from landquota.i18n import text

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from landquota.area import Area

    Writer = Callable[[GeoDataFrame, Path, "Options"], list[Finding]]

#: What goes with a .shp; a new one must not be read with what is left of an old one.
_SHAPEFILE_PARTS: Final = (*shapefile.PARTS, ".sbn", ".sbx", ".qix", ".qmd", ".shp.xml")
#: The language driver byte of GBK, for programs that know no .cpg.
_GBK_DRIVER: Final = 0x4D
_DRIVER_OFFSET: Final = 29
#: What a .cpg says; every other encoding would be a riddle to half of the programs.
_CODE_PAGES: Final[Mapping[str, str]] = {"gbk": "GBK", "utf-8": "UTF-8"}
#: What a GeoPackage calls its own two columns; the layer's columns keep their names.
_FID_NAMES: Final = ("fid", "ogc_fid", "landquota_fid")
_GEOMETRY_NAMES: Final = ("geom", "ogc_geom", "landquota_geom")

_BROKEN: Final = (
    OSError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.DataSourceError,
    pyogrio.errors.FeatureError,
    pyogrio.errors.FieldError,
    pyogrio.errors.GeometryError,
)


@dataclass(frozen=True, slots=True)
class Options:
    """How to write: the layer's name, the encoding by Python's name, the day that stands for the time, and areas."""

    layer: str | None
    encoding: str
    day: str
    areas: Sequence[Area | None] | None
    area_column: str | None


def write(
    frame: GeoDataFrame,
    path: Path,
    *,
    layer: str | None = None,
    encoding: str = "gbk",
    overwrite: bool = False,
    day: str = "2000-01-01",
    areas: Sequence[Area | None] | None = None,
    area_column: str | None = None,
) -> list[Finding]:
    """Write a layer in the format that the end of the file's name says.

    Parameters
    ----------
    frame
        Polygons with their reference system and attributes.
    path
        The file: .gpkg, .shp, .geojson, .json, .fgb, .parquet, .dxf or .txt.
    layer
        The name of the layer in a GeoPackage (by default the file's stem) or drawing (红线).
    encoding
        Of a shapefile: gbk or utf-8.  Of a boundary TXT: these and gb18030.
    overwrite
        Replace a file that is there.
    day
        Stands in the file (ISO) where the format wants the time of writing, so that the same
        layer gives the same bytes.
    areas
        What a boundary TXT declares for each feature; where there is none, what its column
        declared_area says, else the area on the ellipsoid.
    area_column
        The column that `areas` were taken from, if any, so that it does not count as left out.

    Returns
    -------
    list
        With an error in it nothing was written, and what was there is as it was.

    Raises
    ------
    UsageError
        The format is not written, or has no such encoding.
    InputError
        The file is there already, or cannot be written.
    """
    writer = _writer(path)
    _refuse_replacing(path, overwrite=overwrite)
    frame = frame.rename(columns=str)
    findings = list(_faults(frame, path, drawing=writer is _dxf))
    if findings:
        return findings
    options = Options(layer, _codec(encoding), day, areas, area_column)
    if writer is not _boundary_txt:
        findings += _description_left(frame, path)
    with _beside(path) as folder:
        try:
            findings += writer(frame, folder / path.name, options)
            if not has_errors(findings):
                _move(folder, path)
        except _BROKEN as problem:
            raise _unwritable(path, problem) from problem
    return findings


def refuse_unwritable(path: Path, *, overwrite: bool) -> None:
    """Refuse a target that :func:`write` would refuse, before there is anything to write.

    Raises
    ------
    UsageError
        The format is not written.
    InputError
        The file is there already, or its folder is not.
    """
    _writer(path)
    _refuse_replacing(path, overwrite=overwrite)


def _writer(path: Path) -> Writer:
    writer = next((writer for suffix, writer in _WRITERS.items() if path.name.lower().endswith(suffix)), None)
    if writer is None:
        raise UsageError(
            text("Files of the kind '{suffix}' are not written", suffix=path.suffix or path.name),
            remedy=text("Choose one of these: {formats}.", formats=", ".join(_WRITERS)),
        )
    return writer


def _faults(frame: GeoDataFrame, path: Path, *, drawing: bool) -> Iterator[Finding]:
    """Return what no format can write; a drawing has no reference system."""
    place = Place(file=path.name)
    if frame.crs is None and not drawing:
        yield Finding("WRITE-CRS-MISSING", place)
    # Databases and GIS programs do not tell upper from lower case in the names of columns.
    alike = [name.casefold() for name in frame.columns]
    for name in frame.columns[frame.columns.str.casefold().duplicated()]:
        params = {"column": name, "count": alike.count(name.casefold())}
        yield Finding("TABLE-COLUMN-TWICE", replace(place, column=name), params)
        return
    yield from columns.broken_texts(frame, file=path.name)


def _codec(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise UsageError(text("There is no encoding '{encoding}'", encoding=encoding)) from None


def _refuse_replacing(path: Path, *, overwrite: bool) -> None:
    there = [part for part in _parts(path) if part.exists()]
    if there and not overwrite:
        raise InputError(
            text("{file} is there already", file=there[0]),
            remedy=text("Choose another name, or say that it may be replaced (--overwrite)."),
        )
    if not path.parent.is_dir():
        raise InputError(text("There is no folder {folder}", folder=path.parent), remedy=text("Make the folder first."))


def _parts(path: Path) -> list[Path]:
    """Return every file that a layer of this name may consist of."""
    return [path.with_suffix(suffix) for suffix in _SHAPEFILE_PARTS] if path.suffix.lower() == ".shp" else [path]


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Give a folder on the same disk as `path`, so that moving from it is one step."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=".landquota-", dir=path.parent))
    except OSError as problem:
        raise _unwritable(path, problem) from problem
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _move(folder: Path, path: Path) -> None:
    """Put new files in the place of the old ones; if one of them cannot be moved, the old ones come back."""
    old = folder / "old"
    old.mkdir()
    fresh = [file for file in folder.iterdir() if file.is_file()]
    before = [part for part in _parts(path) if part.is_file()]
    moved: list[Path] = []
    try:
        if len(fresh) > 1 or len(before) > 1:
            for part in before:
                part.replace(old / part.name)
        for file in fresh:
            target = path.parent / file.name
            file.replace(target)
            moved.append(target)
    except OSError:
        for file in moved:
            file.unlink(missing_ok=True)
        for file in old.iterdir():
            file.replace(path.parent / file.name)
        raise


def _unwritable(path: Path, problem: Exception) -> InputError:
    said = problem.strerror if isinstance(problem, OSError) and problem.strerror else str(problem)
    return InputError(
        text("{file} cannot be written: {problem}", file=path, problem=said),
        remedy=text("Close it in other programs, or choose another file."),
    )


def _geopackage(frame: GeoDataFrame, path: Path, options: Options) -> list[Finding]:
    """Write version 1.2, which programs of 2018 read too."""
    typed, kinds, findings = columns.typed(frame, file=path.name)
    taken = {name.casefold() for name in kinds}
    names = {
        "FID": next(name for name in _FID_NAMES if name not in taken),
        "GEOMETRY_NAME": next(name for name in _GEOMETRY_NAMES if name not in taken),
    }
    with dated(options.day):
        return findings + _by_gdal(
            typed,
            path,
            driver="GPKG",
            layer=options.layer or path.stem,
            layer_options=names,
            dataset_options={"VERSION": "1.2"},
        )


def _flatgeobuf(frame: GeoDataFrame, path: Path, options: Options) -> list[Finding]:
    typed, _, findings = columns.typed(frame, file=path.name)
    # An index would put the features in another order.
    order = {"SPATIAL_INDEX": "NO"}
    layer = options.layer or path.stem
    return findings + _by_gdal(typed, path, driver="FlatGeobuf", layer=layer, layer_options=order)


def _geoparquet(frame: GeoDataFrame, path: Path, _: Options) -> list[Finding]:
    typed, _kinds, findings = columns.typed(frame, file=path.name)
    typed.attrs = {}  # they would stand in the file
    typed.to_parquet(path, index=False)
    return findings


def _shapefile(frame: GeoDataFrame, path: Path, options: Options) -> list[Finding]:
    """Write all parts, the .cpg and the .prj among them, with the same encoding said everywhere."""
    page = _CODE_PAGES.get(options.encoding)
    if page is None:
        raise UsageError(
            text("A shapefile is not written in {encoding}", encoding=options.encoding),
            remedy=text("Choose GBK or UTF-8."),
        )
    typed, kinds, findings = columns.typed(frame, file=path.name)
    fitted, found = dbf.fitted(typed, kinds, encoding=page.lower(), file=path.name)
    findings += found
    if has_errors(findings):
        return findings
    day = {"DBF_DATE_LAST_UPDATE": options.day}
    findings += _by_gdal(fitted, path, driver="ESRI Shapefile", encoding=page, layer_options=day)
    path.with_suffix(".cpg").write_text(page, "ascii")
    with path.with_suffix(".dbf").open("r+b") as table:
        table.seek(_DRIVER_OFFSET)
        table.write(bytes([_GBK_DRIVER if page == "GBK" else 0]))
    return findings


def _by_gdal(frame: GeoDataFrame, path: Path, **options: object) -> list[Finding]:
    """Write through Arrow, which keeps dates as dates and whole numbers with empty cells whole."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        pyogrio.write_dataframe(frame, path, use_arrow=True, **options)
    said = dict.fromkeys(str(warning.message) for warning in caught)
    return [Finding("WRITE-DRIVER", Place(file=path.name), {"message": message}) for message in said]


def _geojson(frame: GeoDataFrame, path: Path, _: Options) -> list[Finding]:
    return geojson.write(frame, path)


def _dxf(frame: GeoDataFrame, path: Path, options: Options) -> list[Finding]:
    from landquota.formats.dxf import writer  # noqa: PLC0415 - ezdxf takes half a second to load

    return writer.write(frame, path, layer=options.layer or writer.LAYER)


def _boundary_txt(frame: GeoDataFrame, path: Path, options: Options) -> list[Finding]:
    from landquota.formats.boundary import description, fields, writer  # noqa: PLC0415 - only this format needs them

    findings = writer.write(frame, path, areas=options.areas, encoding=options.encoding)
    if has_errors(findings):
        return findings
    written = {*fields.columns(frame).values(), fields.area_column(frame), options.area_column, frame.geometry.name}
    left = [str(name) for name in frame.columns if name not in written]
    if left:
        findings.append(Finding("WRITE-COLUMNS-LEFT", Place(file=path.name), {"columns": ", ".join(left)}))
    return findings + _description_left(frame, path, kept=description.CARRIED)


def _description_left(frame: GeoDataFrame, path: Path, *, kept: Sequence[str] = ()) -> list[Finding]:
    """Say what a boundary TXT says in its description and the file that is made of it does not."""
    from landquota.formats.boundary import description  # noqa: PLC0415

    lines = description.left(frame, kept)
    return [Finding("WRITE-DESCRIPTION-LEFT", Place(file=path.name), {"lines": lines})] if lines else []


_WRITERS: Final[Mapping[str, Writer]] = {
    ".gpkg": _geopackage,
    ".shp": _shapefile,
    ".geojson": _geojson,
    ".json": _geojson,
    ".fgb": _flatgeobuf,
    ".parquet": _geoparquet,
    ".dxf": _dxf,
    ".txt": _boundary_txt,
}
