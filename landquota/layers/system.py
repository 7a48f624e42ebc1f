"""The reference system that a project keeps its layers in."""

from __future__ import annotations

import pyproj
from pyproj.exceptions import CRSError

from landquota.crs import Datum, datum, gauss_kruger
from landquota.errors import InputError
from landquota.i18n import text


def project_crs(written: str) -> pyproj.CRS:
    """Return the CGCS2000 zone that a project keeps its layers in.

    Raises
    ------
    InputError
        The text is no reference system, or not a CGCS2000 Gauss-Kruger zone (EPSG 4491 to 4554).
    """
    try:
        crs = pyproj.CRS.from_user_input(written)
    except CRSError:
        crs = None
    if crs is None or datum(crs) is not Datum.CGCS2000 or gauss_kruger(crs) is None:
        raise InputError(
            text(
                "'{written}' is not a CGCS2000 Gauss-Kruger zone, in which a project keeps its layers", written=written
            ),
            remedy=text("Set crs in seeds/project.toml, such as EPSG:4549 (central meridian 120, no zone prefix)."),
        )
    return crs
