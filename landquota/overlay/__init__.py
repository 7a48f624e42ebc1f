"""Parcels laid over layers: what each parcel is made of, to the square millimetre and to the unit.

:func:`overlay` measures parcels against one layer in their common plane and checks, parcel by
parcel, that nothing is lost: parcel = Σ parts - doubly covered + remainder + no data.  The
parcel's official area is then shared out by proportion, so that the rows add up to it exactly.
Each parcel gets one of three answers: concerned, not concerned, or no data, which is never
shown as no conflict.
"""

from landquota.overlay.deduction import Deduction, deducted
from landquota.overlay.layer import Layer, PreparedLayer
from landquota.overlay.overlaying import NotConserved, overlay
from landquota.overlay.parcels import Measures, Parcels
from landquota.overlay.partition import around, meeting, tiled
from landquota.overlay.result import Overlay
from landquota.overlay.rows import Answer, Answered, Part, Role
from landquota.overlay.tables import Pairs, Pieces

__all__ = [
    "Answer",
    "Answered",
    "Deduction",
    "Layer",
    "Measures",
    "NotConserved",
    "Overlay",
    "Pairs",
    "Parcels",
    "Part",
    "Pieces",
    "PreparedLayer",
    "Role",
    "around",
    "deducted",
    "meeting",
    "overlay",
    "tiled",
]
