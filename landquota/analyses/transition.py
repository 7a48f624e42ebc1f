"""From which class to which: the ground of two deliveries, cut along both.

Every area is measured on geometry of its own: what both have, what only the old or only the new
one has, and what either has more than once.  Rows add up to the old delivery and columns to the
new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from landquota.analyses.laid import Laid, as_parcels, in_frame, laid
from landquota.area import Area, apportion, total
from landquota.overlay import NotConserved, around
from landquota.overlay.measuring import tolerances_m2
from landquota.overlay.tables import summed

if TYPE_CHECKING:
    from landquota.analyses.delivery import Delivery, Floats, Ints

#: What a delivery and the sum of its classes may differ by where the engine rounded coordinates (OVERLAY-SNAPPED).
_SNAPPED_M2: Final = 0.01
#: Areas weigh in millionths of a square metre.
_WEIGHTS_PER_M2: Final = 1e6
#: Areas are shown in hundredths of a square metre, 3 units.
_STEP: Final = 3


@dataclass(frozen=True)
class Transition:
    """Areas from class to class.

    With r old and c new classes, in order: `kept` of shape (r, c) is the ground that both
    deliveries have; `gone` and `old_double` of shape (r,) what only the old one has, and what it
    has more than once; `come` and `new_double` of shape (c,) the same of the new one.  For each
    class: old area = row of `kept` + gone - old_double, new area = column of `kept` + come -
    new_double.
    """

    old_classes: tuple[str, ...]
    new_classes: tuple[str, ...]
    kept: Floats
    gone: Floats
    come: Floats
    old_double: Floats
    new_double: Floats

    @property
    def old_m2(self) -> Floats:
        """The old area of each class, shape (r,)."""
        return np.asarray(self.kept.sum(axis=1) + self.gone - self.old_double)

    @property
    def new_m2(self) -> Floats:
        """The new area of each class, shape (c,)."""
        return np.asarray(self.kept.sum(axis=0) + self.come - self.new_double)

    def rounded(self, old: Area | None = None, new: Area | None = None) -> Rounded:
        """Return the table in exact areas of 0.01 m² that add up to both layers' areas.

        Parameters
        ----------
        old, new
            Those areas, in 0.01 m²; None takes the measured ones, rounded.
        """
        before, after = (
            _steps(measured.sum()) if given is None else given.units // _STEP
            for measured, given in ((self.old_m2, old), (self.new_m2, new))
        )
        kept = _steps(self.kept.sum())
        if not _any(self.gone, self.old_double):
            kept = before
        elif not _any(self.come, self.new_double):
            kept = after
        gone, old_double = _balanced(before - kept, self.gone.sum(), self.old_double.sum())
        come, new_double = _balanced(after - kept, self.come.sum(), self.new_double.sum())
        cells = _shared(kept, self.kept.ravel())
        width = len(self.new_classes)
        return Rounded(
            self.old_classes,
            self.new_classes,
            tuple(tuple(cells[row * width : (row + 1) * width]) for row in range(len(self.old_classes))),
            *(
                tuple(_shared(whole, weights))
                for whole, weights in (
                    (gone, self.gone),
                    (come, self.come),
                    (old_double, self.old_double),
                    (new_double, self.new_double),
                )
            ),
        )


@dataclass(frozen=True)
class Rounded:
    """A transition in exact areas, as :class:`Transition` has them."""

    old_classes: tuple[str, ...]
    new_classes: tuple[str, ...]
    kept: tuple[tuple[Area, ...], ...]
    gone: tuple[Area, ...]
    come: tuple[Area, ...]
    old_double: tuple[Area, ...]
    new_double: tuple[Area, ...]

    @property
    def old(self) -> tuple[Area, ...]:
        """The old area of each class."""
        rows = zip(self.kept, self.gone, self.old_double, strict=True)
        return tuple(total(kept) + gone - double for kept, gone, double in rows)

    @property
    def new(self) -> tuple[Area, ...]:
        """The new area of each class."""
        kept = [total(row[column] for row in self.kept) for column in range(len(self.new_classes))]
        return tuple(k + c - d for k, c, d in zip(kept, self.come, self.new_double, strict=True))


def transition(old: Delivery, new: Delivery, found: Laid) -> Transition:
    """Return the areas from class to class.

    Parameters
    ----------
    old, new
        The deliveries.
    found
        Old over new, as :func:`laid_over` gives it.

    Raises
    ------
    NotConserved
        The table does not add up to either delivery.
    """
    back = laid_over(new, old)
    old_codes, old_classes = _classes(old.labels)
    new_codes, new_classes = _classes(new.labels)
    pairs, shape = found.pairs, (len(old_classes), len(new_classes))
    cells = old_codes[pairs.parcel] * shape[1] + new_codes[pairs.feature]
    made = Transition(
        old_classes,
        new_classes,
        summed(pairs.area_m2, cells, shape[0] * shape[1]).reshape(shape),
        summed(found.cover.remainder_m2, old_codes, shape[0]),
        summed(back.cover.remainder_m2, new_codes, shape[1]),
        summed(found.cover.double_m2, old_codes, shape[0]),
        summed(back.cover.double_m2, new_codes, shape[1]),
    )
    snapped = sum(finding.code == "OVERLAY-SNAPPED" for each in (found, back) for finding in each.findings)
    for delivery, classes in ((old, made.old_m2), (new, made.new_m2)):
        if abs(delivery.areas_m2.sum() - classes.sum()) > max(_tolerance_m2(delivery), snapped * _SNAPPED_M2):
            raise NotConserved(delivery.file, delivery.names)
    return made


def _tolerance_m2(delivery: Delivery) -> float:
    """Return what the sums may be off by: what every feature's may, on the whole."""
    return float(tolerances_m2(delivery.areas_m2).sum())


def laid_over(one: Delivery, other: Delivery) -> Laid:
    """Return one delivery over another, nothing of it being a sliver."""
    west, south, _, _ = np.floor(around(other.bounds)).tolist()
    return laid(as_parcels(one.layer), in_frame(other.layer, corner=(west, south)))


def _classes(labels: Sequence[str]) -> tuple[Ints, tuple[str, ...]]:
    """Return the place of each feature's class among the classes, and these in order."""
    codes, classes = pd.factorize(np.asarray(labels, dtype=object), sort=True)
    return np.asarray(codes, dtype=np.int64), tuple(str(each) for each in classes)


def _steps(area_m2: float) -> int:
    """Return an area in steps of 0.01 m²."""
    return Area.measured(float(area_m2)).units // _STEP


def _any(*columns: Floats) -> bool:
    """Return whether there is ground in any of some columns."""
    return any(np.rint(column * _WEIGHTS_PER_M2).any() for column in columns)


def _balanced(difference: int, more_m2: float, double_m2: float) -> tuple[int, int]:
    """Return what is more and what is double, in steps, so that they differ by exactly `difference`."""
    double = _steps(double_m2)
    if _steps(more_m2) == 0 and difference <= 0:
        return 0, -difference
    return (difference + double, double) if difference + double >= 0 else (0, -difference)


def _shared(whole: int, area_m2: Floats) -> list[Area]:
    """Return a whole in steps shared out by largest remainder."""
    weights = np.rint(area_m2 * _WEIGHTS_PER_M2).astype(np.int64).tolist()
    if not any(weights):
        return [Area(whole * _STEP if row == 0 else 0) for row in range(len(weights))]
    return [Area(steps * _STEP) for steps in apportion(whole, weights)]
