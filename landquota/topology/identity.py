"""Ids that have to stand once in a layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from landquota.findings import Finding, Place
from landquota.formats.names import names_of


def duplicate_ids(ids: Iterable[object], *, column: str, places: Sequence[Place]) -> list[Finding]:
    """Find ids that stand in several rows, and rows without one.

    Parameters
    ----------
    ids
        The values that have to be different.
    column
        What they are called.
    places
        Where each of them stands.
    """
    names = names_of(ids)
    if all(names) and len(set(names)) == len(names):
        return []
    count = Counter(names)
    found = []
    for name, place in zip(names, places, strict=True):
        if not name:
            found.append(Finding("ID-MISSING", place, {"column": column}))
        elif count[name] > 1:
            found.append(Finding("ID-DUPLICATE", place, {"column": column, "id": name, "count": count[name]}))
    return found
