"""A map view as an A3 sheet on paper, PNG or PDF by the name of the file."""

from __future__ import annotations

from pathlib import Path

from landquota.maps.printing import canvas
from landquota.maps.printing.layout import sheet_plan
from landquota.maps.view import MapView


def write(view: MapView, path: Path) -> None:
    """Draw the A3 sheet of `view` to `path`, whole or not at all; missing folders are made.

    Raises
    ------
    InputError
        The file cannot be written.
    MissingFontError
        This computer has no font with Chinese characters.
    """
    canvas.write(sheet_plan(view), path)
