"""What of a map may be published: how exactly it is drawn, and which fields of its features are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from landquota.i18n import Text, text

#: Every field that a sheet may allow; whatever has no name here is never published.
PUBLIC_FIELDS: Final = ("id", "name", "class", "area", "documented", "dates", "nature", "sides")


@dataclass(frozen=True, slots=True)
class Publication:
    """How a sheet is published.

    Attributes
    ----------
    precision_m
        Detail below so many metres is neither drawn nor told.
    fields
        Which of :data:`PUBLIC_FIELDS` the features show.
    review_number
        The 审图号 under which the map may be published; empty where there is none.
    """

    precision_m: float = 50.0
    fields: tuple[str, ...] = ("id", "class", "area")
    review_number: str = ""

    def foot(self) -> tuple[Text, Text]:
        """Return what stands below a published map: by which right, and how exact it is."""
        number = (
            text("Map review number {number}", number=self.review_number)
            if self.review_number
            else text("No map review number (审图号) was given: not for publication until it has one")
        )
        drawn = text(
            "Drawn to {precision} m; areas are those of the exact boundaries", precision=f"{self.precision_m:g}"
        )
        return number, drawn
