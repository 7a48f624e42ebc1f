"""How polygons lie to each other and how they are made: overlaps, gaps, slivers, what lies outside or on constraints.

Features whose geometry cannot be compared are left out, and a finding says so.  All tolerances
are parameters; a clean layer gives no finding.
"""

from landquota.topology.boundary import outside, outside_boundary
from landquota.topology.conflict import Conflict, conflicts
from landquota.topology.coverage import coverage
from landquota.topology.features import skipped
from landquota.topology.gap import gaps
from landquota.topology.identity import duplicate_ids
from landquota.topology.overlap import duplicates, overlaps
from landquota.topology.shape import shapes

__all__ = [
    "Conflict",
    "conflicts",
    "coverage",
    "duplicate_ids",
    "duplicates",
    "gaps",
    "outside",
    "outside_boundary",
    "overlaps",
    "shapes",
    "skipped",
]
