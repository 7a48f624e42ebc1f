"""What parcels are made of, and what their conversion uses quota for, as a table on the terminal."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from landquota.i18n import clean, current_language, say, text
from landquota.reports.terminal import new_table, write

if TYPE_CHECKING:
    from rich.console import Console

    from landquota.analyses.conversion import Conversion
    from landquota.i18n import Text
    from landquota.reconcile import Reconciliation


def show_land_use(result: Reconciliation, out: Console) -> None:
    """Print the parcels' composition by zone, or that nobody knows it; the total is the sum of the rows."""
    used, language = result.land_use, current_language.get()
    if used is None:
        write(out, say("Land classes of the parcels: no data (the project has no land-use layer)"))
        return
    names = {zone.zone: zone.render(language) for zone in result.zones}
    table = new_table(say("Land classes of the parcels by {layer} (m²)", layer=used))
    table.add_column(say("Zone"))
    for heading in (
        *(say("Parcels"), say("Farmland"), say("of it cultivated"), say("Unused land")),
        *(say("Construction land"), say("Unknown"), say("Total"), say("New construction land")),
    ):
        table.add_column(heading, justify="right")
    zones = {parcel.parcel: parcel.zone for parcel in result.parcels}
    for zone in sorted({zones.get(parcel, "") for parcel in used.parcels}):
        several = [made for parcel, made in used.parcels.items() if zones.get(parcel, "") == zone]
        table.add_row(clean(names.get(zone, zone) or say("(none)")), *_cells(several))
    if used.parcels:
        table.add_section()
        table.add_row(say("Total"), *_cells(used.parcels.values()))
    out.print(table)


def _cells(several: Iterable[Conversion]) -> list[str]:
    made = list(several)
    whole = sum(made[1:], made[0])
    areas = (
        *(whole.farmland, whole.cultivated, whole.unused),
        *(whole.construction, whole.unknown, whole.area, whole.new_construction),
    )
    return [str(len(made)), *(area.m2 for area in areas)]


def arithmetic(made: Conversion) -> Text:
    """Return how much of a parcel is new construction land, in words and with its terms."""
    return text(
        "new construction land {new} = farmland {farmland} (of it cultivated {cultivated}) + unused land {unused};"
        " construction land already {construction}",
        new=made.new_construction,
        farmland=made.farmland,
        cultivated=made.cultivated,
        unused=made.unused,
        construction=made.construction,
    )
