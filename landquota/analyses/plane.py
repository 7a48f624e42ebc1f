"""The plane in which parcels and layers are measured together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import geopandas
import pyproj
import shapely

from landquota.crs import ZONE_RANGE, Datum, Zone, datum, describe, gauss_kruger, horizontal, on_wgs84, same
from landquota.findings import Finding, Place
from landquota.formats.geometry import measurable
from landquota.layers.catalogue import CatalogEntry
from landquota.layers.sources import Source, projected

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from landquota.analyses.given import Given
    from landquota.datum_shift import DatumShift

    Geometries = NDArray[np.object_]

_WIDTH_DEG: Final = 3
#: A plane serves as far as its own zone reaches, and a little further.
_REACH_DEG: Final = 3.0


def plane_of(parcels: Given, project: pyproj.CRS | None = None) -> pyproj.CRS:
    """Return the plane to measure parcels in: their own where it is one in metres, else one that lies under them.

    Parcels in degrees are measured in the project's plane where they lie in its reach, in China
    else in the CGCS2000 zone of 3 degrees at their middle, elsewhere in a transverse Mercator
    projection of their own datum.

    Parameters
    ----------
    parcels
        What is measured.
    project
        The system of the project.
    """
    own = horizontal(parcels.crs)
    if own.is_engineering or (own.is_projected and own.axis_info[0].unit_conversion_factor == 1.0):
        return own
    east_deg, north_deg = _middle(parcels, own)
    kruger = None if project is None else gauss_kruger(project)
    if project is not None and kruger is not None and abs(kruger.central_meridian_deg - east_deg) <= _REACH_DEG:
        return project
    number = round(east_deg / _WIDTH_DEG)
    if (datum(own) is Datum.CGCS2000 or on_wgs84(own)) and number in ZONE_RANGE[_WIDTH_DEG] and 3 < north_deg < 54:  # noqa: PLR2004 - China
        return Zone(_WIDTH_DEG, number, prefixed=False).crs
    return _under(own, east_deg)


def to_plane(
    given: Given, crs: pyproj.CRS, *, shift: DatumShift | None = None
) -> tuple[Geometries | None, list[Finding]]:
    """Return the sound geometries of a layer in a plane, None in the place of the others.

    Returns
    -------
    tuple
        The geometries, or None where nothing public leads from the layer's system to the plane.
    """
    sound = _only(given.table.frame.geometry.to_numpy(), given.table.sound)
    kept, findings = in_plane(sound, given.crs, crs, name=given.name, file=given.file, shift=shift)
    place = Place(file=given.file)
    if kept is None:
        params = {"name": given, "crs": describe(given.crs), "plane": describe(crs)}
        return None, [f for f in findings if f.code != "LAYER-DATUM"] or [Finding("OVERLAY-DATUM", place, params)]
    if all(each is None for each in kept):
        findings = [*findings, Finding("OVERLAY-NOTHING", place, {"name": given})]
    return kept, findings


def in_plane(
    geometries: Geometries, own: pyproj.CRS, crs: pyproj.CRS, *, name: str, file: str, shift: DatumShift | None = None
) -> tuple[Geometries | None, list[Finding]]:
    """Return geometries of one system in a plane, None in the place of what is no sound polygon there.

    Parameters
    ----------
    geometries, own
        Sound polygons or None, shape (n,), and their system.
    crs
        The plane.
    name, file
        What their layer is called in findings.
    shift
        Private parameters of the user.
    """
    source = Source(CatalogEntry(name=name, kind="context", file=file), _frame(geometries, own), ())
    moved, findings = projected(source, crs, shift=shift)
    if moved is None:
        return None, findings
    flat: Geometries = shapely.force_2d(moved.frame.geometry.to_numpy())
    # Moved, a sound polygon may not be one any more; where it is, it is.
    return flat if same(own, crs) else _only(flat, measurable(flat)), findings


def _frame(geometries: Geometries, crs: pyproj.CRS) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(geometry=geometries, crs=crs)


def _only(geometries: Geometries, wanted: NDArray[np.bool_]) -> Geometries:
    """Return the wanted geometries, None in the place of the others."""
    kept = geometries.copy()
    kept[~wanted] = None
    return kept


def _middle(parcels: Given, own: pyproj.CRS) -> tuple[float, float]:
    """Return longitude and latitude of the middle of the parcels."""
    west, south, east, north = parcels.bounds() or (0.0, 0.0, 0.0, 0.0)
    x, y = (west + east) / 2, (south + north) / 2
    if own.is_geographic or own.geodetic_crs is None:
        return x, y
    lon, lat = pyproj.Transformer.from_crs(own, own.geodetic_crs, always_xy=True).transform(x, y)
    return float(lon), float(lat)


def _under(own: pyproj.CRS, east_deg: float) -> pyproj.CRS:
    """Return a transverse Mercator projection in metres, of the same datum, with its meridian in the middle."""
    geodetic = own if own.is_geographic else own.geodetic_crs
    conversion = pyproj.crs.coordinate_operation.TransverseMercatorConversion(
        longitude_natural_origin=round(east_deg, 1), false_easting=500_000
    )
    return pyproj.crs.ProjectedCRS(conversion, geodetic_crs=geodetic)
