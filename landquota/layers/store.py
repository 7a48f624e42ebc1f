"""Layers in the workspace: read from the catalogued files, written to one GeoPackage, loaded from it.

The GeoPackage is version 1.2, which old readers open too, and the same input gives the same
content.  The catalogue stands in it as the table ``landquota_catalog``, the reference system in
``landquota_store``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas
import pandas as pd
import pyogrio
import pyogrio.errors
import pyproj

from landquota.crs import gauss_kruger
from landquota.datum_shift import DatumShift
from landquota.errors import InputError
from landquota.findings import Finding, has_errors
from landquota.formats.location.evidence import Region
from landquota.formats.vector.gdal import dated, quiet_gdal
from landquota.i18n import text
from landquota.layers.catalogue import CatalogEntry, read_catalogue
from landquota.layers.relations import related
from landquota.layers.sources import Source, catalogued, projected
from landquota.layers.standard import as_text, standard

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

_CATALOGUE_TABLE: Final = "landquota_catalog"
_STORE_TABLE: Final = "landquota_store"
_VERSION: Final = "1"
#: The date that the GeoPackage carries where no layer has one; a clock would make every build different.
_NO_DATE: Final = "1970-01-01"
#: Side files by which SQLite keeps changes apart from the file; left beside a new file they would be played into it.
_SIDE_FILES: Final = ("-wal", "-shm", "-journal")
#: Begins the keys under which the store remembers the layers that could not be brought in.
_LEFT_OUT: Final = "left_out:"


@dataclass(frozen=True)
class Layers:
    """The layers of a project, all in one reference system.

    `frames` is keyed by layer name.  `left_out` has the SHA-256 of each layer that is catalogued,
    but in a system from which no public transformation leads here.
    """

    crs: pyproj.CRS
    catalogue: tuple[CatalogEntry, ...]
    frames: Mapping[str, GeoDataFrame]
    left_out: Mapping[str, str] = field(default_factory=dict)

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


def read(
    folder: Path,
    *,
    crs: pyproj.CRS,
    region: Region | None = None,
    shift: DatumShift | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[Layers | None, list[Finding]]:
    """Read every catalogued file, check it, and bring it into the project's reference system.

    Parcels that name no zone get the one in which they lie, with a finding that says so.

    Parameters
    ----------
    folder
        The layers folder with its ``catalog.csv``.
    crs
        The project's system.  A layer in another one is transformed; one on a datum for which
        there is no public transformation (Xi'an 80, Beijing 54) stays out with a finding, unless
        `shift` holds the parameters.
    region
        West, south, east, north in degrees of where the data is expected.
    shift
        The user's own parameters between two datums.
    progress
        Called with the number of layers done and to do.

    Returns
    -------
    tuple
        The layers, or None where anything is an error, and all findings.
    """
    entries, findings = read_catalogue(folder)
    sources: list[Source] = []
    left_out: dict[str, str] = {}
    kruger = gauss_kruger(crs)
    meridian_deg = 120 if kruger is None else round(kruger.central_meridian_deg)
    for done, entry in enumerate(entries):
        if progress is not None:
            progress(done, len(entries))
        source, found = catalogued(folder, entry, region=region, assumed_meridian_deg=meridian_deg)
        findings += found
        if source is None:
            continue
        moved, found = projected(source, crs, shift=shift)
        findings += found
        if moved is None:
            left_out[entry.name] = source.entry.sha256
        else:
            sources.append(moved)
    if progress is not None:
        progress(len(entries), len(entries))
    sources, found = related(sources)
    findings += found
    if has_errors(findings):
        return None, findings
    frames = {source.entry.name: source.frame for source in sources}
    return Layers(crs, tuple(source.entry for source in sources), frames, left_out), findings


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
        with dated(newest), quiet_gdal():
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
            settings = _table(target, _STORE_TABLE)
            store = dict(zip(settings["key"].map(str), settings["value"].map(str), strict=True))
            crs = pyproj.CRS.from_user_input(store["crs"])
            frames = {entry.name: _loaded(target, entry) for entry in entries}
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, KeyError, TypeError) as problem:
        raise InputError(
            text("{file} holds no layers of landquota: {problem}", file=target, problem=str(problem)),
            remedy=text("Run 'landquota build'."),
        ) from problem
    left_out = {key.removeprefix(_LEFT_OUT): sha for key, sha in store.items() if key.startswith(_LEFT_OUT)}
    return Layers(crs, entries, frames, left_out)


def _write_tables(layers: Layers, target: Path) -> None:
    options = {"driver": "GPKG", "dataset_options": {"VERSION": "1.2"}}
    for entry in layers.catalogue:
        layer_options = {"FID": "landquota_fid", "DESCRIPTION": entry.title}
        pyogrio.write_dataframe(
            layers.frames[entry.name], target, layer=entry.name, layer_options=layer_options, **options
        )
    columns = list(asdict(CatalogEntry("", "", "")))
    catalogue = pd.DataFrame([asdict(entry) for entry in layers.catalogue], columns=columns)
    settings = {"version": _VERSION, "crs": _spelled(layers.crs)}
    settings |= {f"{_LEFT_OUT}{name}": sha256 for name, sha256 in layers.left_out.items()}
    store = pd.DataFrame(list(settings.items()), columns=["key", "value"])
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
