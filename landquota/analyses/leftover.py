"""The ground that is not supplied, written as a layer: one feature for each approved parcel that has any."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas
import numpy as np
import shapely

from landquota.findings import Finding, FindingsError, has_errors
from landquota.formats import writing

if TYPE_CHECKING:
    from landquota.analyses.land import Land
    from landquota.analyses.unsupplied import Unsupplied


def write_rest(result: Unsupplied, land: Land, path: Path) -> tuple[list[Finding], bool]:
    """Write what is not supplied, without slivers, in the plane in which it was measured.

    Returns
    -------
    tuple
        What the format could not hold, and whether there was anything to write.

    Raises
    ------
    InputError
        The file cannot be written.
    FindingsError
        The format cannot hold the layer.
    """
    frame = rest_of(result, land)
    if frame.empty:
        return [], False
    findings = writing.write(frame, path, overwrite=True)
    if has_errors(findings):
        raise FindingsError(findings)
    return findings, True


def rest_of(result: Unsupplied, land: Land) -> geopandas.GeoDataFrame:
    """Return what is not supplied: parcel, batch, state, areas in m² and the ground itself."""
    pieces = result.rest
    rows = np.unique(pieces.parcel)
    grounds = [shapely.multipolygons(pieces.geometries[pieces.parcel == row]) for row in rows.tolist()]
    named = [result.rows[row] for row in rows.tolist()]
    columns = {
        "parcel": [row.parcel for row in named],
        "batch": [row.batch for row in named],
        "status": [row.status.value for row in named],
        "approved": [float(row.approved.m2) for row in named],
        "unsupplied": [float(row.unsupplied.m2) for row in named],
    }
    return geopandas.GeoDataFrame(columns, geometry=np.array(grounds, dtype=object), crs=land.crs)
