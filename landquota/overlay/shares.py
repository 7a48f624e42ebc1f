"""Whole numbers shared out by proportion and largest remainder, for many groups at once.

What :func:`landquota.area.apportion` does for one group, in exact integers throughout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from landquota.overlay.tables import Ints

#: Larger products do not fit into 64 bits; exact integers of any size take their place, which are slower.
_LARGEST: Final = 2**63


def shared(wholes: Ints, weights: Ints, groups: Ints) -> Ints:
    """Return each row's share of its group's whole; those of a group add up to it exactly.

    Parameters
    ----------
    wholes
        Shape (groups,); not negative.
    weights
        Shape (rows,); not negative, and not all zero in any group that has rows.
    groups
        Shape (rows,); each row's group, ascending.

    Returns
    -------
    numpy.ndarray
        Shape (rows,).  Of equal remainders the earlier row is served first.
    """
    total = np.bincount(groups, minlength=len(wholes)).astype(np.int64) * 0
    np.add.at(total, groups, weights)
    fits = int(wholes.max(initial=0)) * int(weights.max(initial=0)) < _LARGEST
    whole, weight, of = (each.astype(np.int64 if fits else object) for each in (wholes[groups], weights, total[groups]))
    quotients = whole * weight // of
    parts, remainders = quotients.astype(np.int64), (whole * weight - quotients * of).astype(np.int64)
    given = np.zeros(len(wholes), dtype=np.int64)
    np.add.at(given, groups, parts)
    order = np.lexsort((-remainders, groups))  # stable, so that ties go to the earlier row
    rank = np.arange(len(order)) - np.searchsorted(groups, groups)
    parts[order] += rank < (wholes - given)[groups]
    return np.asarray(parts, dtype=np.int64)
