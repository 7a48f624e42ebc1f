"""Ids that have to stand once in a layer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from landquota.findings import Finding, Place
from landquota.formats.names import few, names_of


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
    standing: dict[str, list[Place]] = {}
    for name, place in zip(names, places, strict=True):
        standing.setdefault(name, []).append(place)
    found = [Finding("ID-MISSING", place, {"column": column}) for place in standing.pop("", [])]
    for name, several in standing.items():
        if len(several) > 1:
            params = {"column": column, "id": name, "count": len(several), "features": _where(several)}
            found.append(Finding("ID-DUPLICATE", several[0], params))
    return found


def _where(places: Sequence[Place]) -> str:
    """Return where features stand, their files only where these differ."""
    one_file = len({place.file for place in places}) == 1
    return few([place.feature or "?" if one_file else f"{place.file} · {place.feature or '?'}" for place in places])
