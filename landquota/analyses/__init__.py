"""Questions that people ask of parcels over layers: what they are made of, and what they must not touch.

:class:`Shelf` takes what a command was given from files or from the project's catalogue,
:func:`land_of` and :func:`theme_of` bring it into one plane with areas and coverage, and
:func:`overlaid` lays the one over the other.  The answers are in modules of their own.
"""

from landquota.analyses.extent import Extent, extent_of
from landquota.analyses.given import BROKEN, Given
from landquota.analyses.land import AREAS, Land, land_of
from landquota.analyses.overlaid import overlaid
from landquota.analyses.plane import plane_of, to_plane
from landquota.analyses.shelf import Shelf
from landquota.analyses.theme import theme_of

__all__ = [
    "AREAS",
    "BROKEN",
    "Extent",
    "Given",
    "Land",
    "Shelf",
    "extent_of",
    "land_of",
    "overlaid",
    "plane_of",
    "theme_of",
    "to_plane",
]
