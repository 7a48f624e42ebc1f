"""Doubts: what would have come of drafts that were refused, so that those that hang on them are not blamed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from landquota.errors import Refusal
from landquota.findings import Finding
from landquota.i18n import text
from landquota.ledger.accounts import Account
from landquota.ledger.declarations import HolderDraft, KindDraft
from landquota.ledger.drafts import Draft

#: Findings that say that something is not there, and the parameter that names it.
_HANGS_ON: Final[Mapping[str, str]] = MappingProxyType(
    {
        "LEDGER-HOLDER-UNKNOWN": "name",
        "LEDGER-KIND-UNKNOWN": "name",
        "LEDGER-REQUEST-UNKNOWN": "request",
        "LEDGER-REVERSAL-UNKNOWN": "key",
        "LEDGER-RESERVATION-UNKNOWN": "reservation",
    }
)
#: Fields by which a draft hangs on a holder, a kind or another entry.
_NAMING: Final = ("holder", "parent", "to", "kind", "request", "reservation", "reverses")


class Unjudged(Refusal):
    """A draft that hangs on one that was refused: only mending that one will tell."""

    def __init__(self) -> None:
        super().__init__(
            text("This entry hangs on an earlier one that was refused"), remedy=text("Mend the earlier one first.")
        )


class Doubts:
    """The names that refused drafts would have declared, and the accounts that they would have filled."""

    def __init__(self) -> None:
        self.accounts: set[Account] = set()
        self._names: set[str] = set()

    def add(self, draft: Draft, accounts: Collection[Account], *, declared: Collection[str]) -> None:
        """Remember what would have come of `draft`: its key, what it declares, and `accounts`."""
        names = {draft.key}
        if isinstance(draft, HolderDraft):
            names.add(draft.holder)
        elif isinstance(draft, KindDraft):
            names.add(draft.kind)
        self._names |= {name for name in names if name is not None and name not in declared}
        self.accounts.update(accounts)

    def explain(self, problem: Finding) -> bool:
        """Return whether something is missing only because an earlier draft was refused."""
        return problem.params.get(_HANGS_ON.get(problem.code, "")) in self._names

    def touch(self, draft: Draft) -> bool:
        """Return whether `draft` hangs on one that was refused."""
        return bool(self._names) and not self._names.isdisjoint(getattr(draft, field, None) for field in _NAMING)
