"""A layer that has to cover its ground once and without holes, such as land-use patches."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from landquota.findings import Finding
from landquota.topology.faces import Net
from landquota.topology.features import Features
from landquota.topology.gap import uncovered
from landquota.topology.overlap import overlapping

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from landquota.topology.features import Bools


def coverage(
    frame: GeoDataFrame,
    *,
    id_column: str,
    overlap_m2: float = 1.0,
    gap_m2: float = 1.0,
    widest_m: float = math.inf,
    file: str = "parcels",
    sound: Bools | None = None,
) -> list[Finding]:
    """Find the overlaps and the gaps of a coverage, for little more than the price of one of the two.

    Parameters
    ----------
    frame
        Polygons.
    id_column
        The column that names them.
    overlap_m2, gap_m2
        Smaller ones are left to the surveys' accuracy.
    widest_m
        Wider gaps are meant.
    file
        What the findings name as the place.
    sound
        Which features are sound polygons, shape (n,), where that is known already.

    Returns
    -------
    list of Finding
        GEOM-SKIPPED, TOPO-OVERLAP, TOPO-DUPLICATE, TOPO-CONTAINS and TOPO-GAP, as
        :func:`~landquota.topology.overlaps` and :func:`~landquota.topology.gaps` give them.
    """
    features = Features.of(frame, id_column=id_column, file=file, sound=sound)
    net = Net(features)
    return [
        *features.skipped(),
        *overlapping(net, tolerance_m2=overlap_m2, code="TOPO-OVERLAP"),
        *uncovered(net, tolerance_m2=gap_m2, widest_m=widest_m),
    ]
