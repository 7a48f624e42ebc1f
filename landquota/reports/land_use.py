"""What the project's parcels are made of, by zone, and what their conversion uses quota for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from landquota.i18n import Text, text
from landquota.reports.listing import Column, Holds, Listing, Value

if TYPE_CHECKING:
    from landquota.analyses.conversion import Conversion
    from landquota.reconcile import LandUse, Reconciliation

_PARTS: Final = (
    Column("farmland_mu", text("Farmland"), Holds.MU, width=14),
    Column("cultivated_mu", text("of it cultivated"), Holds.MU, width=14),
    Column("unused_mu", text("Unused land"), Holds.MU, width=14),
    Column("construction_mu", text("Construction land"), Holds.MU, width=14),
    Column("unknown_mu", text("Unknown"), Holds.MU, width=14),
    Column("area_mu", text("Total"), Holds.MU, width=14),
    Column("new_construction_mu", text("New construction land"), Holds.MU, width=16),
)
_COLUMNS: Final = (
    Column("zone", text("Zone"), width=24),
    Column("parcels", text("Parcels"), Holds.COUNT, width=8),
    *_PARTS,
)


def by_zone(result: Reconciliation, used: LandUse) -> Listing:
    """Return the sums of the parcels in each zone, and of all."""
    names = {zone.zone: zone for zone in result.zones}
    zones = {parcel.parcel: parcel.zone for parcel in result.parcels}
    rows: list[tuple[Value, ...]] = []
    for zone in sorted({zones.get(parcel, "") for parcel in used.parcels}):
        several = [made for parcel, made in used.parcels.items() if zones.get(parcel, "") == zone]
        name: Value = names[zone] if zone in names else zone or text("(no zone)")
        rows.append((name, *_figures(several)))
    totals = (text("Total"), *_figures(used.parcels.values())) if rows else None
    return Listing("by_zone", text("Land classes of the parcels by {layer} (mu)", layer=used), _COLUMNS, rows, totals)


def _figures(several: Iterable[Conversion]) -> tuple[Value, ...]:
    made = list(several)
    whole = sum(made[1:], made[0])
    return (len(made), *(getattr(whole, column.name.removesuffix("_mu")) for column in _PARTS))


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
