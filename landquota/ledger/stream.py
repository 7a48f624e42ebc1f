"""The stream: movements of quota that call for no closer look, taken in by one short loop.

Nearly every row of a clerk's table is one.  What becomes of it is what
:meth:`~landquota.ledger.posting.Posting.post` makes of it, entry for entry and row for row; whatever
may have to be refused or explained is left to that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from landquota.ledger.accounts import quota_ends
from landquota.ledger.content import written
from landquota.ledger.drafts import Draft, MovementDraft
from landquota.ledger.entries import canonical, linked
from landquota.ledger.keys import GIVEN
from landquota.ledger.known import Known
from landquota.ledger.movement_rules import reference_findings
from landquota.ledger.movements import MOVEMENTS, State
from landquota.ledger.pending import Pending
from landquota.ledger.receipts import Receipt

#: Movements that have to name a reservation.
_OF_RESERVED: Final = frozenset(name for name, movement in MOVEMENTS.items() if movement.source is State.RESERVED)


def stream(drafts: Sequence[Draft], lawful: Sequence[bool], pending: Pending, known: Known) -> Iterator[Receipt | None]:
    """Take in each of `drafts`, and yield its receipt; None, with nothing done, where it calls for a closer look.

    Parameters
    ----------
    lawful
        Which of them are movements of quota that keep all rules of their words.
    """
    find = pending.found.find
    for draft, keeps_rules in zip(drafts, lawful, strict=True):
        key, receipt = draft.key, None
        if (
            keeps_rules
            and isinstance(draft, MovementDraft)
            and key is not None
            and not key.startswith(GIVEN)
            and find(key) is None
            # It neither names another entry nor ought to, or names what is there.
            and (
                (draft.request is None and draft.reservation is None and draft.movement not in _OF_RESERVED)
                or not any(reference_findings(draft, known))
            )
        ):
            receipt = _taken(draft, key, pending)
        yield receipt


def _taken(draft: MovementDraft, key: str, pending: Pending) -> Receipt | None:
    """Take in a movement that keeps all rules, if the account that it takes from has enough."""
    projection, limits, opened = pending.projection, pending.limits, pending.rows["account"]
    kind, day, said = draft.kind or "", written(draft.effective), draft.said
    amount = said["amount"]
    debit, credit = quota_ends(MOVEMENTS[draft.movement], said, key=key, book=projection.book(kind))
    giver = projection.account_id(debit)
    holder = debit[1]  # nobody, of the issuer's accounts, which have no limit
    if holder is not None and not limits.bears(giver, amount, day):
        return None
    seq, prev = pending.head
    seq += 1
    fields = linked(seq, key, "movement", day, pending.recorded, draft.document, draft.clause, canonical(said), prev)
    giver = giver or projection.number(debit, key, opened)
    receiver = projection.number(credit, key, opened)
    about = draft.zone or "", draft.parcel or "", draft.request or ""  # as sparse columns are written
    pending.move(fields, (seq, draft.movement, giver, receiver, amount, day, 0, *about))
    if (requests := pending.requests.get((draft.holder, kind))) is not None:
        requests.take(key, said)
    # As Receipt(…) does, without a call of Python.
    return tuple.__new__(Receipt, (seq, key, fields[-1], False, ()))
