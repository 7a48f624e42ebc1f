"""Whole numbers as bytes: seven bits a byte, the lowest first; a set eighth bit says that more follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Whole = NDArray[np.integer[Any]]

#: Where a number needs one byte more; the page reads numbers of at most 32 bits.
_LIMITS: Final = (1 << 7, 1 << 14, 1 << 21, 1 << 28)


def varints(values: Whole) -> bytes:
    """Return numbers from 0 to 2^32 - 1 as a stream of bytes."""
    sizes = sizes_of(values)
    ends = np.cumsum(sizes)
    starts = ends - sizes
    stream = np.empty(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    for place in range(int(sizes.max(initial=0))):
        has = sizes > place
        more = (sizes[has] > place + 1).astype(np.uint8) << 7
        stream[starts[has] + place] = ((values[has] >> (7 * place)) & 127).astype(np.uint8) | more
    return stream.tobytes()


def sizes_of(values: Whole) -> Ints:
    """Return how many bytes each number takes."""
    sizes = np.ones(len(values), dtype=np.int64)
    for limit in _LIMITS:
        sizes += values >= limit
    return sizes


def zigzag(values: Whole) -> Ints:
    """Return numbers without a sign: 0, -1, 1, -2 become 0, 1, 2, 3."""
    wide = values.astype(np.int64)
    return (wide << 1) ^ (wide >> 63)


def steps(values: Whole) -> Ints:
    """Return the first number and then by how much each differs from the one before it."""
    wide: Ints = values.astype(np.int64)
    return np.diff(wide, prepend=0)
