"""The only place where the ledger meets the map: positions, areas and what does not agree.

Everything is as of one date, end of day, for ledger *and* map (design §5).  Illustrative
parcels are shown, never compared: no agreement is claimed from them.
"""

from landquota.reconcile.accounts import (
    CURRENT,
    FARMLAND,
    LAND_MEASURES,
    Assumption,
    FarmlandConflict,
    HolderAccount,
    ParcelAccount,
    Reconciliation,
    StageArea,
    Verdict,
    ZoneAccount,
    ZoneParcels,
)
from landquota.reconcile.compare import measured, reconcile
from landquota.reconcile.land_use import LandUse, land_use

__all__ = [
    "CURRENT",
    "FARMLAND",
    "LAND_MEASURES",
    "Assumption",
    "FarmlandConflict",
    "HolderAccount",
    "LandUse",
    "ParcelAccount",
    "Reconciliation",
    "StageArea",
    "Verdict",
    "ZoneAccount",
    "ZoneParcels",
    "land_use",
    "measured",
    "reconcile",
]
