"""The rows that people read: the parts of a parcel, and the answer for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from landquota.amount import point
from landquota.area import Area


class Answer(StrEnum):
    """What a layer says of a parcel."""

    CONCERNED = "concerned"
    NOT_CONCERNED = "not concerned"
    NO_DATA = "no data"


class Role(StrEnum):
    """What a row of the parts table stands for; all but DOUBLE add up, which is taken off."""

    #: Ground of one class (or feature), without its slivers.
    PART = "part"
    #: All pieces below the layer's threshold, whatever their class.
    SLIVER = "sliver"
    #: What no feature covers, where the layer speaks.
    REMAINDER = "remainder"
    #: What no feature covers, where the layer does not speak.
    NO_DATA = "no data"
    #: What features cover more than once, as often as it is too much.
    DOUBLE = "doubly covered"


@dataclass(frozen=True, slots=True)
class Part:
    """One row: how much of a parcel is of one class, or why it is of none.

    Of each parcel the rows of every role but ``DOUBLE`` add up to the parcel and the ``DOUBLE``
    row: planar areas within 1e-6 m², `area` and `hundredths` exactly.

    Attributes
    ----------
    parcel
        The parcel's id.
    role
        What the row stands for.
    label
        The class, or the feature's id; empty unless the role is ``PART``.
    area_planar_m2
        Measured in the plane; of a ``PART`` without its slivers.
    area
        The row's share of the official area, exact.
    hundredths
        The share of the parcel in hundredths of a percent; see `percent`.
    pieces
        How many pieces (see :class:`landquota.overlay.Pairs`), without slivers; in a
        ``SLIVER`` row how many pairs of parcel and feature are or contain slivers.
    sliver_m2
        What the same class has in slivers; it stands in the ``SLIVER`` row, not in this area.
        A class that only slivers have reached is a ``PART`` of no area.
    """

    parcel: str
    role: Role
    label: str
    area_planar_m2: float
    area: Area
    hundredths: int
    pieces: int
    sliver_m2: float

    @property
    def percent(self) -> str:
        """The share in percent with 2 decimals; those of a parcel add up to 100.00."""
        return point(self.hundredths, 2)


@dataclass(frozen=True, slots=True)
class Answered:
    """What a layer says of one parcel, with the planar areas behind it, m²."""

    parcel: str
    answer: Answer
    area_planar_m2: float
    concerned_m2: float
    sliver_m2: float
    double_m2: float
    remainder_m2: float
    no_data_m2: float
