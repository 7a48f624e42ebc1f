"""What the rules ask of a ledger, and the findings that several of them have in common."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from landquota.findings import Finding
from landquota.ledger.checks import column, finding
from landquota.ledger.declarations import AllowanceDraft, KindRuleDraft
from landquota.ledger.drafts import Draft, MovementDraft, ProgressDraft, ReversalDraft, StatementDraft
from landquota.ledger.entries import Record
from landquota.ledger.movements import with_words
from landquota.ledger.registry import Registry
from landquota.ledger.requests import Outstanding
from landquota.ledger.words import Joined, Word, nearest
from landquota.vocabulary import label


class Known(Protocol):
    """What the rules ask of a ledger."""

    @property
    def registry(self) -> Registry:
        """Who and what is declared."""
        ...

    def find(self, key: str) -> Record | None:
        """Return the entry with `key`."""
        ...

    def taken_back_by(self, seq: int) -> str | None:
        """Return the key of the reversal of the entry `seq`."""
        ...

    def outstanding(self, request: str, holder: str, kind: str) -> Outstanding:
        """Return what is left of the live request with the key `request`, for quota of a holder and kind."""
        ...

    def reservations(self, holder: str, kind: str, year: int | None) -> tuple[str, ...]:
        """Return the keys of the reservations of a holder's quota of which something is left."""
        ...

    def pooled(self, holder: str, kind: str, year: int | None) -> bool:
        """Return whether something was reserved before reservations had accounts of their own."""
        ...


def known_holders(
    draft: MovementDraft | StatementDraft | ProgressDraft | KindRuleDraft | AllowanceDraft, registry: Registry
) -> Iterator[Finding]:
    """Find undeclared holders and kinds, with the names that look most like them."""
    for field in ("holder", "to"):
        name = getattr(draft, field, None)
        if name is not None and name not in registry.holders:
            yield unknown(draft, "LEDGER-HOLDER-UNKNOWN", field, name, registry.holders)
    kind = getattr(draft, "kind", None)
    if kind is not None and kind not in registry.kinds:
        yield unknown(draft, "LEDGER-KIND-UNKNOWN", "kind", kind, registry.kinds)


def closed(draft: MovementDraft | ReversalDraft, registry: Registry) -> Iterator[Finding]:
    """Find an entry that would count in a closed period."""
    if registry.closed_through is not None and draft.effective <= registry.closed_through:
        yield finding(
            draft,
            "LEDGER-PERIOD-CLOSED",
            "effective",
            date=draft.effective,
            through=registry.closed_through,
            key=registry.closed_by,
        )


def field_needless(draft: Draft, field: str, what: Word) -> Finding:
    """Return the finding that a field has no meaning beside what it stands with."""
    return finding(draft, "LEDGER-FIELD-NEEDLESS", field, what=what, field=called(draft, field))


def field_missing(draft: Draft, field: str, movement: Word) -> Finding:
    """Return the finding that a movement of land needs a field."""
    return finding(draft, "LEDGER-LAND-FIELD", field, movement=movement, field=called(draft, field))


def called(draft: Draft, field: str) -> str:
    """Return what a field is called where it was filled in, and on the command line."""
    option = "--" + field.replace("_", "-")
    return f"{column(draft, field)} / {option}"


def unknown(draft: Draft, code: str, field: str, name: str, known: Iterable[str]) -> Finding:
    """Return the finding that a name is not declared, with those that look most like it."""
    return finding(draft, code, field, name=name, nearest=nearest(name, known))


def unknown_word(draft: Draft, code: str, field: str, names: Mapping[str, object]) -> Finding:
    """Return the finding that a movement or measure is unknown by name and by Chinese word."""
    name = getattr(draft, field)
    alike = nearest(name, [*names, *(label(each, "zh") for each in names)])
    return finding(draft, code, field, name=name, nearest=alike, all=Joined(with_words(names)))
