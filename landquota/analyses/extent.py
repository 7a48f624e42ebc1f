"""The ground of which a layer speaks: declared complete, bounded by other layers, or not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from landquota.analyses.plane import to_plane
from landquota.i18n import Text, text

if TYPE_CHECKING:
    from pathlib import Path

    import pyproj

    from landquota.analyses.shelf import Shelf
    from landquota.datum_shift import DatumShift
    from landquota.findings import Finding

#: The word for a layer that speaks of all ground.
COMPLETE: Final = "complete"


@dataclass(frozen=True)
class Extent:
    """Where what no feature covers is "not concerned" rather than "no data".

    Attributes
    ----------
    complete
        Everywhere.
    ground
        There, in the plane; None where nothing is known.
    source
        What said so, to be told.
    """

    complete: bool = False
    ground: shapely.Geometry | None = None
    source: str = ""

    def render(self, language: str) -> str:
        """Return what is known of the extent, in words."""
        return self._said().render(language)

    def _said(self) -> Text:
        if self.complete:
            return text("declared complete: outside its features is not concerned")
        if self.ground is not None:
            return text("covers {source}: outside of that there is no data", source=self.source)
        return text("coverage not stated: outside its features there is no data")


def extent_of(
    words: Sequence[str],
    shelf: Shelf,
    crs: pyproj.CRS,
    *,
    beside: Path | None = None,
    shift: DatumShift | None = None,
) -> tuple[Extent, list[Finding]]:
    """Return the extent that words say: nothing, ``complete``, or names of layers and files whose union it is.

    Parameters
    ----------
    words
        As the command line or the catalogue gives them.
    shelf
        Where the layers are taken from.
    crs
        The plane.
    beside
        The folder that relative paths start from.
    shift
        Private parameters of the user.
    """
    if COMPLETE in words:
        return Extent(complete=True), []
    findings: list[Finding] = []
    ground: list[shapely.Geometry] = []
    for word in words:
        given, found = shelf.take(word, beside=beside)
        findings += found
        if given is not None:
            moved, found = to_plane(given, crs, shift=shift)
            findings += [*given.skipped(), *found]
            ground += [] if moved is None else [each for each in moved if each is not None]
    if not ground:
        return Extent(), findings
    return Extent(ground=shapely.union_all(np.array(ground, dtype=object)), source=", ".join(words)), findings
