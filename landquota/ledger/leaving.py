"""Which stage land leaves, where whoever posts does not say."""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import TYPE_CHECKING

from landquota.ledger.accounts import LAND, Account
from landquota.ledger.movements import STAGES, Movement, State

if TYPE_CHECKING:
    from landquota.ledger.drafts import MovementDraft


def stage_left(
    draft: MovementDraft, movement: Movement, *, room: Callable[[Account], int], doubtful: Container[Account]
) -> State:
    """Return the latest earlier stage in which there is enough of the parcel, else some of it.

    Parameters
    ----------
    room
        Returns what an account can give.
    doubtful
        Accounts that an earlier draft would have filled, had it not been refused.
    """
    earlier = {
        stage: Account(LAND, draft.holder, None, None, stage.value, draft.parcel)
        for stage in reversed(STAGES[1 : STAGES.index(movement.target)])
    }
    there = {stage: room(account) for stage, account in earlier.items()}
    enough = [stage for stage, units in there.items() if units >= draft.amount.units]
    some = [stage for stage, units in there.items() if units > 0]
    unsure = [stage for stage, account in earlier.items() if account in doubtful]
    return (*enough, *some, *unsure, movement.source)[0]
