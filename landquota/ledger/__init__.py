"""The ledger of quota: exact transfers and bounded statements, only ever added to.

It knows nothing of geometry; parcels and zones are ids to it.
"""

from landquota.ledger.accounts import LAND, MONEY, PLAN, QUOTA
from landquota.ledger.ageing import Bucket, Lot
from landquota.ledger.controls import ControlDiffers
from landquota.ledger.declarations import AllowanceDraft, HolderDraft, KindDraft, KindRuleDraft, PeriodDraft
from landquota.ledger.drafts import Draft, MovementDraft, ProgressDraft, ReversalDraft, StatementDraft
from landquota.ledger.entries import GENESIS, Entry
from landquota.ledger.land import LandPosition, Stock
from landquota.ledger.land_figures import STAGE_MEASURES, LandFigure
from landquota.ledger.lapses import Lapse
from landquota.ledger.ledger import Ledger
from landquota.ledger.movements import MEASURES, MOVEMENTS, STAGES, Measure, Movement, Receiver, State
from landquota.ledger.overdraft import Overdraft, Shortage
from landquota.ledger.positions import Position
from landquota.ledger.preview import Balance, Change, Preview
from landquota.ledger.progress import Progress
from landquota.ledger.receipts import Receipt
from landquota.ledger.refusals import EntryRefused, KeyConflict
from landquota.ledger.registry import Holder, Kind
from landquota.ledger.reservations import Reservation
from landquota.ledger.statements import StatementView
from landquota.ledger.verification import Problem, Section, Verification
from landquota.ledger.yearend import YearEnd, YearEndRow

__all__ = [
    "GENESIS",
    "LAND",
    "MEASURES",
    "MONEY",
    "MOVEMENTS",
    "PLAN",
    "QUOTA",
    "STAGES",
    "STAGE_MEASURES",
    "AllowanceDraft",
    "Balance",
    "Bucket",
    "Change",
    "ControlDiffers",
    "Draft",
    "Entry",
    "EntryRefused",
    "Holder",
    "HolderDraft",
    "KeyConflict",
    "Kind",
    "KindDraft",
    "KindRuleDraft",
    "LandFigure",
    "LandPosition",
    "Lapse",
    "Ledger",
    "Lot",
    "Measure",
    "Movement",
    "MovementDraft",
    "Overdraft",
    "PeriodDraft",
    "Position",
    "Preview",
    "Problem",
    "Progress",
    "ProgressDraft",
    "Receipt",
    "Receiver",
    "Reservation",
    "ReversalDraft",
    "Section",
    "Shortage",
    "State",
    "StatementDraft",
    "StatementView",
    "Stock",
    "Verification",
    "YearEnd",
    "YearEndRow",
]
