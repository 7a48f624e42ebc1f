"""Which of a file's layers is meant, and which of an archive's files."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from pathlib import Path

from landquota.findings import Finding, Place
from landquota.i18n import Text, text


def pick(
    path: Path, names: Sequence[str], spatial: Sequence[str], *, wanted: str | None
) -> tuple[str | None, list[Finding]]:
    """Return the layer that was asked for, else the only one with geometry.

    Parameters
    ----------
    names, spatial
        The layers of the file, and those of them that have geometry.
    wanted
        The layer that was asked for; None leaves the choice to the file.
    """
    place = Place(file=path.name)
    if wanted is not None:
        return (wanted, []) if wanted in names else (None, [unknown(place, wanted, names)])
    if len(spatial) == 1:
        return spatial[0], []
    if not spatial:
        return None, [Finding("FILE-NO-GEOMETRY", place, {"layer": ", ".join(names)})]
    return None, [Finding("FILE-LAYER-CHOICE", place, {"count": len(spatial), "layers": ", ".join(spatial)})]


def unknown(place: Place, wanted: str, names: Sequence[str]) -> Finding:
    """Say that there is no layer `wanted`, and which ones there are."""
    params = {"layer": wanted, "layers": ", ".join(names), "hint": _did_you_mean(wanted, names)}
    return Finding("FILE-LAYER-UNKNOWN", place, params)


def _did_you_mean(name: str, known: Sequence[str]) -> Text | str:
    nearest = difflib.get_close_matches(name, known, n=1)
    return text("Did you mean '{nearest}'? ", nearest=nearest[0]) if nearest else ""
