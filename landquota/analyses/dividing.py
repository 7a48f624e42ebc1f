"""Features that were split into several, or merged from several."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np

from landquota.analyses.matching import NOISE, Left

if TYPE_CHECKING:
    from landquota.analyses.delivery import Floats, Ints
    from landquota.overlay import Pairs

    Groups = dict[int, list[int]]

#: Pieces lie in the whole with so much of their area, and fill so much of it.
_BELONGS: Final = 0.9


def divided(pairs: Pairs, old_m2: Floats, new_m2: Floats, left: Left) -> tuple[Groups, Groups]:
    """Return the old features that were split, and the new ones that were merged, each with its pieces.

    The pieces, two at least, lie in the whole with nine tenths of their area, and fill nine tenths of it.
    """
    free = left.old[pairs.parcel] & left.new[pairs.feature]
    rows, other, area = pairs.parcel[free], pairs.feature[free], pairs.area_m2[free]
    inside = area + NOISE >= _BELONGS * new_m2[other]
    split = _wholes(rows[inside], other[inside], area[inside], old_m2)
    inside = area + NOISE >= _BELONGS * old_m2[rows]
    merged = _wholes(other[inside], rows[inside], area[inside], new_m2)
    return _unshared(split, merged)


def _wholes(whole: Ints, piece: Ints, area: Floats, whole_m2: Floats) -> Groups:
    """Return the wholes that two pieces or more fill, each with its pieces."""
    filled = np.bincount(whole, area, len(whole_m2)) + NOISE >= _BELONGS * whole_m2
    several = np.bincount(whole, minlength=len(whole_m2)) > 1
    good = (filled & several)[whole]
    groups: Groups = defaultdict(list)
    for each, part in zip(whole[good].tolist(), piece[good].tolist(), strict=True):
        groups[each].append(part)
    return {each: sorted(parts) for each, parts in groups.items()}


def _unshared(split: Groups, merged: Groups) -> tuple[Groups, Groups]:
    """Leave out groups that share a feature with another group: which of the two it is cannot be told."""
    old = Counter([*split, *(piece for pieces in merged.values() for piece in pieces)])
    new = Counter([*merged, *(piece for pieces in split.values() for piece in pieces)])
    return (
        {w: pieces for w, pieces in split.items() if old[w] == 1 and all(new[piece] == 1 for piece in pieces)},
        {w: pieces for w, pieces in merged.items() if new[w] == 1 and all(old[piece] == 1 for piece in pieces)},
    )
