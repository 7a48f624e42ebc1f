"""Columns of areas that most layers have none of: a terminal shows them only where there is something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from landquota.area import ZERO
from landquota.reports.listing import Column, Value


def where_used(
    columns: Sequence[Column], rows: Sequence[tuple[Value, ...]], names: Sequence[str]
) -> tuple[Column, ...]:
    """Return columns of which those of some `names` are left out on a terminal if no row has an area there."""

    def used(place: int) -> bool:
        return any(row[place] not in (None, ZERO, ()) for row in rows)

    return tuple(
        replace(column, short=used(place)) if column.name in names else column for place, column in enumerate(columns)
    )
