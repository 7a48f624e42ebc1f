"""The ledger of quota: exact transfers and bounded statements, only ever added to.

It knows nothing of geometry; parcels and zones are ids to it.
"""

from landquota.ledger.drafts import Draft, HolderDraft, KindDraft, MovementDraft, ReversalDraft, StatementDraft
from landquota.ledger.entries import GENESIS, Entry
from landquota.ledger.ledger import Ledger
from landquota.ledger.movements import MEASURES, MOVEMENTS, Measure, Movement, Receiver, State
from landquota.ledger.overdraft import Overdraft, Shortage
from landquota.ledger.positions import Position
from landquota.ledger.posting import Receipt
from landquota.ledger.refusals import EntryRefused, KeyConflict
from landquota.ledger.registry import Holder, Kind
from landquota.ledger.statements import StatementView
from landquota.ledger.verify import Problem, Verification

__all__ = [
    "GENESIS",
    "MEASURES",
    "MOVEMENTS",
    "Draft",
    "Entry",
    "EntryRefused",
    "Holder",
    "HolderDraft",
    "KeyConflict",
    "Kind",
    "KindDraft",
    "Ledger",
    "Measure",
    "Movement",
    "MovementDraft",
    "Overdraft",
    "Position",
    "Problem",
    "Receipt",
    "Receiver",
    "ReversalDraft",
    "Shortage",
    "State",
    "StatementDraft",
    "StatementView",
    "Verification",
]
