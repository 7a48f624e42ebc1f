"""Layers in the workspace: read from the catalogued files, written to one GeoPackage, loaded from it.

The GeoPackage is version 1.2, which old readers open too, and the same input gives the same
content.  The catalogue stands in it as the table ``landquota_catalog``, the reference system in
``landquota_store``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas
import numpy as np
import pandas as pd
import pyogrio
import pyogrio.errors
import pyproj
import shapely
from pyproj.exceptions import ProjError

from landquota import formats
from landquota.crs import Datum, datum, describe, horizontal
from landquota.errors import InputError
from landquota.findings import Finding, FindingsError, Place, has_errors
from landquota.formats.shapefile import parts
from landquota.formats.vector import quiet_gdal
from landquota.i18n import text
from landquota.layers.catalogue import CatalogEntry, crs_of, read_catalogue
from landquota.layers.standard import as_text, standard, standardised
from landquota.topology import duplicate_ids

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_CATALOGUE_TABLE: Final = "landquota_catalog"
_STORE_TABLE: Final = "landquota_store"
_VERSION: Final = "1"
#: The date that the GeoPackage carries where no layer has one; a clock would make every build different.
_NO_DATE: Final = "1970-01-01"
#: Side files by which SQLite keeps changes apart from the file; left beside a new file they would be played into it.
_SIDE_FILES: Final = ("-wal", "-shm", "-journal")
_CHUNK_BYTES: Final = 1 << 20
_OLD_DATUMS: Final = frozenset({Datum.XIAN80, Datum.BEIJING54})


@dataclass(frozen=True)
class Layers:
    """The layers of a project, all in one reference system; `frames` is keyed by layer name."""

    crs: pyproj.CRS
    catalogue: tuple[CatalogEntry, ...]
    frames: Mapping[str, GeoDataFrame]

    @property
    def zones(self) -> GeoDataFrame:
        """All zones: zone, name, holder, name_en, nature, their other attributes, and `layer`."""
        return self.of_kind("zones")

    @property
    def parcels(self) -> GeoDataFrame:
        """All parcels: parcel, name, zone, the dates of their stages, nature, …, and `layer`."""
        return self.of_kind("parcels")

    def constraints(self, kind: str) -> GeoDataFrame:
        """Return all features of a constraint kind, such as ``basic_farmland``: id, name, nature, …, `layer`."""
        return self.of_kind(kind)

    def of_kind(self, kind: str) -> GeoDataFrame:
        """Return the features of all layers of one kind; `layer` tells which one each comes from."""
        frames = [
            self.frames[entry.name].assign(layer=entry.name)
            for entry in self.catalogue
            if entry.kind == kind and entry.name in self.frames
        ]
        if frames:
            return pd.concat(frames, ignore_index=True)
        empty = {column: pd.Series(dtype=object) for column in (*standard(kind).columns, "nature", "layer")}
        return geopandas.GeoDataFrame(empty, geometry=[], crs=self.crs)


@dataclass(frozen=True)
class Source:
    """A layer that was read, and where its features stand."""

    entry: CatalogEntry
    frame: GeoDataFrame
    places: tuple[Place, ...]


def build(
    folder: Path, target: Path, *, crs: pyproj.CRS, progress: Callable[[int, int], None] | None = None
) -> tuple[Layers, list[Finding]]:
    """Read the layers of `folder` and write them to `target`, only if there is no error.

    Raises
    ------
    FindingsError
        The layers hold errors; nothing was written.
    InputError
        The file cannot be written.
    """
    layers, findings = read(folder, crs=crs, progress=progress)
    if layers is None:
        raise FindingsError(findings)
    write(layers, target)
    return layers, findings


def read(
    folder: Path, *, crs: pyproj.CRS, progress: Callable[[int, int], None] | None = None
) -> tuple[Layers | None, list[Finding]]:
    """Read every catalogued file, check it, and bring it into the project's reference system.

    Parameters
    ----------
    folder
        The layers folder with its ``catalog.csv``.
    crs
        The project's system.  A layer in another one is transformed; one on a datum for which
        there is no public transformation (Xi'an 80, Beijing 54) stays out with a finding.
    progress
        Called with the number of layers done and to do.

    Returns
    -------
    tuple
        The layers, or None where anything is an error, and all findings.
    """
    entries, findings = read_catalogue(folder)
    sources: list[Source] = []
    for done, entry in enumerate(entries):
        if progress is not None:
            progress(done, len(entries))
        source, found = examined(folder / entry.file, entry)
        findings += found
        if source is not None:
            frame, found = _projected(source.frame, crs, entry)
            findings += found
            sources += [] if frame is None else [replace(source, frame=frame)]
    if progress is not None:
        progress(len(entries), len(entries))
    findings += [*id_findings(sources), *_zone_findings(sources)]
    if has_errors(findings):
        return None, findings
    frames = {source.entry.name: source.frame for source in sources}
    return Layers(crs, tuple(source.entry for source in sources), frames), findings


def write(layers: Layers, target: Path) -> None:
    """Write the layers to a GeoPackage, replacing it whole or not at all.

    Raises
    ------
    InputError
        The file cannot be written, for example because another program holds it.
    """
    fresh = target.with_name(f".{target.stem}.new.gpkg")
    newest = max((entry.date for entry in layers.catalogue), default="") or _NO_DATE
    try:
        fresh.unlink(missing_ok=True)
        with _dated(newest), quiet_gdal():
            _write_tables(layers, fresh)
        for side in _SIDE_FILES:
            target.with_name(target.name + side).unlink(missing_ok=True)
        fresh.replace(target)
    except (OSError, pyogrio.errors.DataSourceError) as problem:
        fresh.unlink(missing_ok=True)
        raise InputError(
            text("{file} cannot be written: {problem}", file=target, problem=str(problem)),
            remedy=text("Close it in QGIS or ArcGIS, and check that the folder can be written to."),
        ) from problem


def load(target: Path) -> Layers:
    """Take the layers from the workspace's GeoPackage.

    Raises
    ------
    InputError
        There is no such file, or it is not one that :func:`write` made.
    """
    try:
        with quiet_gdal():
            rows = _table(target, _CATALOGUE_TABLE).to_dict("records")
            entries = tuple(CatalogEntry(**{str(key): value for key, value in row.items()}) for row in rows)
            store = _table(target, _STORE_TABLE).set_index("key")["value"]
            crs = pyproj.CRS.from_user_input(store["crs"])
            frames = {entry.name: _loaded(target, entry) for entry in entries}
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, KeyError, TypeError) as problem:
        raise InputError(
            text("{file} holds no layers of landquota: {problem}", file=target, problem=str(problem)),
            remedy=text("Run 'landquota build'."),
        ) from problem
    return Layers(crs, entries, frames)


def examined(path: Path, entry: CatalogEntry) -> tuple[Source | None, list[Finding]]:
    """Read the file of an entry, in its own reference system, and check it as its kind needs it."""
    declared = crs_of(entry)
    table, findings = formats.read(path, layer=entry.layer or None, encoding=entry.encoding or None, crs=declared)
    if table is None or has_errors(findings):
        return None, findings
    if declared is not None and not _same(table.frame.crs, declared):
        params = {"name": entry.name, "catalogue": describe(declared), "file": describe(table.frame.crs)}
        return None, [*findings, Finding("LAYER-CRS-DIFFERS", entry.place("crs"), params)]
    frame, found = standardised(table, entry)
    findings += found
    if frame is None:
        return None, findings
    known = replace(entry, features=len(frame), sha256=digest(path))
    return Source(known, frame, table.places), findings


def id_findings(sources: Sequence[Source]) -> Iterator[Finding]:
    """Check that an id stands once in all layers of one kind."""
    for kind in dict.fromkeys(source.entry.kind for source in sources):
        column = standard(kind).id
        same = [source for source in sources if source.entry.kind == kind]
        if column is not None:
            ids = [value for source in same for value in source.frame[column]]
            places = [place for source in same for place in source.places]
            yield from duplicate_ids(ids, column=column, places=places)


def _zone_findings(sources: Sequence[Source]) -> Iterator[Finding]:
    """Check that the zones that parcels name are there."""
    known = {zone for source in sources if source.entry.kind == "zones" for zone in source.frame["zone"] if zone}
    for source in sources:
        if source.entry.kind != "parcels":
            continue
        for parcel, zone, place in zip(source.frame["parcel"], source.frame["zone"], source.places, strict=True):
            if zone is not None and zone not in known:
                params = {"parcel": parcel or "", "zone": zone, "zones": ", ".join(sorted(known))}
                yield Finding("PARCEL-ZONE-UNKNOWN", replace(place, column="zone"), params)


def _same(crs: pyproj.CRS, other: pyproj.CRS) -> bool:
    if crs.to_epsg() is not None:
        return bool(crs.to_epsg() == other.to_epsg())
    return bool(crs.equals(other, ignore_axis_order=True))


def _projected(frame: GeoDataFrame, crs: pyproj.CRS, entry: CatalogEntry) -> tuple[GeoDataFrame | None, list[Finding]]:
    """Return the frame in `crs`; None where only secret parameters could bring it there."""
    if _same(frame.crs, crs):
        return frame.set_crs(crs, allow_override=True), []
    params = {"name": entry.name, "crs": describe(frame.crs), "project": describe(crs)}
    transformer = _transformer(frame.crs, crs)
    if transformer is None:
        return None, [Finding("LAYER-DATUM", entry.place("file"), params)]
    moved = shapely.transform(frame.geometry.to_numpy(), lambda xy: np.column_stack(transformer.transform(*xy.T)))
    if not np.isfinite(shapely.get_coordinates(moved)).all():
        return None, [Finding("LAYER-TRANSFORM", entry.place("file"), params)]
    return frame.set_geometry(moved, crs=crs), []


def _transformer(source: pyproj.CRS, target: pyproj.CRS) -> pyproj.Transformer | None:
    """Return the transformation between two systems, or None where there is no public one.

    WGS 84 and CGCS2000 agree within a metre and count as one.  Between Xi'an 80 or Beijing 54 and
    anything else the parameters are secret; rough public ones are not taken.
    """
    if datum(source) != datum(target) and {datum(source), datum(target)} & _OLD_DATUMS:
        return None
    try:
        return pyproj.Transformer.from_crs(
            source, target, always_xy=True, allow_ballpark=_global(source) and _global(target)
        )
    except ProjError:
        return None


def _global(crs: pyproj.CRS) -> bool:
    geodetic = horizontal(crs).geodetic_crs
    wgs84 = geodetic is not None and geodetic.datum is not None and "World Geodetic System 1984" in geodetic.datum.name
    return wgs84 or datum(crs) is Datum.CGCS2000


def digest(path: Path) -> str:
    """Return the SHA-256 of a layer's source: of a shapefile all parts, of a folder all files, in their order."""
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
    else:
        files = parts(path) if path.suffix.lower() == ".shp" else [path]
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as content:
            while chunk := content.read(_CHUNK_BYTES):
                digest.update(chunk)
    return digest.hexdigest()


def _write_tables(layers: Layers, target: Path) -> None:
    options = {"driver": "GPKG", "dataset_options": {"VERSION": "1.2"}}
    for entry in layers.catalogue:
        layer_options = {"FID": "landquota_fid", "DESCRIPTION": entry.title}
        pyogrio.write_dataframe(
            layers.frames[entry.name], target, layer=entry.name, layer_options=layer_options, **options
        )
    columns = list(asdict(CatalogEntry("", "", "")))
    catalogue = pd.DataFrame([asdict(entry) for entry in layers.catalogue], columns=columns)
    store = pd.DataFrame([("version", _VERSION), ("crs", _spelled(layers.crs))], columns=["key", "value"])
    pyogrio.write_dataframe(catalogue, target, layer=_CATALOGUE_TABLE, **options)
    pyogrio.write_dataframe(store, target, layer=_STORE_TABLE, **options)


def _spelled(crs: pyproj.CRS) -> str:
    code = crs.to_epsg()
    return f"EPSG:{code}" if code is not None else str(crs.to_wkt())


def _table(target: Path, name: str) -> pd.DataFrame:
    table: pd.DataFrame = pyogrio.read_dataframe(target, layer=name, read_geometry=False)
    return table


def _loaded(target: Path, entry: CatalogEntry) -> GeoDataFrame:
    frame = pyogrio.read_dataframe(target, layer=entry.name)
    for column in (*standard(entry.kind).columns, "nature"):
        frame[column] = as_text(frame[column])
    return frame


@contextmanager
def _dated(day: str) -> Iterator[None]:
    """Have GDAL write `day` where it would write the time, so that the same input gives the same file."""
    name = "OGR_CURRENT_DATE"
    before = pyogrio.get_gdal_config_option(name)
    pyogrio.set_gdal_config_options({name: f"{day}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({name: before})
