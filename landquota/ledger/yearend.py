"""The year-end: what becomes of a quota year's remainders, as a preview and as it was committed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from landquota.amount import Amount
from landquota.findings import Finding, Severity
from landquota.i18n import Renderable
from landquota.ledger.drafts import MovementDraft
from landquota.ledger.movements import CARRIES, MOVEMENTS
from landquota.ledger.refusals import EntryRefused

if TYPE_CHECKING:
    from landquota.ledger.receipts import Receipt

#: What is not moved: reservations that still hold, and what entries of later days have used.
STAYS_RESERVED: Final = "stays_reserved"
USED_LATER: Final = "used_later"
#: How many digits of its hash a preview is known by.
_DIGITS: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class YearEndRow:
    """What becomes of one amount: `what` is a movement, or says why it stays.

    `by` is the key of the entry that decides (the reservation, the rule or declaration of the
    kind, the allowance), and `source` its document with the clause.
    """

    holder: str
    kind: str
    what: str
    amount: Amount
    reason: Renderable
    by: str | None = None
    source: str | None = None

    @property
    def moves(self) -> bool:
        """Whether it is a movement that a commit posts."""
        return self.what in MOVEMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class YearEnd:
    """The year-end of a quota year: a preview, or with its `receipts` what was committed.

    `run` is what the keys of its entries begin with.  `findings` are errors for which it cannot
    be committed, and warnings about rules and reservations that are overdue.
    """

    year: int
    effective: date
    document: str
    clause: str | None
    run: str
    rows: tuple[YearEndRow, ...]
    findings: tuple[Finding, ...] = ()
    receipts: tuple[Receipt, ...] = ()

    @property
    def to_year(self) -> int:
        """The year that receives."""
        return self.year + 1

    @property
    def moves(self) -> tuple[YearEndRow, ...]:
        """The rows that a commit posts."""
        return tuple(row for row in self.rows if row.moves)

    @property
    def drafts(self) -> tuple[MovementDraft, ...]:
        """The movements of a commit, in their order: of each quota the lapses first."""
        return tuple(self._draft(row, f"{self.run}:{number}") for number, row in enumerate(self.moves, 1))

    @property
    def sums(self) -> Mapping[tuple[str, str], Amount]:
        """The sum of each kind and what becomes of it."""
        sums: dict[tuple[str, str], Amount] = {}
        for row in self.rows:
            about = (row.kind, row.what)
            sums[about] = sums[about] + row.amount if about in sums else row.amount
        return sums

    @property
    def digest(self) -> str:
        """What stands for all of it, to the unit: as long as it is the same, a commit posts just this."""
        rows = [[row.holder, row.kind, row.what, row.amount.units, row.by] for row in self.rows]
        said = [self.year, self.effective.isoformat(), self.document, self.clause, rows]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()[:_DIGITS]

    def check(self, expected: str | None) -> None:
        """Make sure that it can be committed and is what a preview with the digest `expected` showed.

        Raises
        ------
        EntryRefused
            It cannot, or it is another one now.
        """
        findings = [finding for finding in self.findings if finding.severity is Severity.ERROR]
        findings += self._changed(expected)
        if findings:
            raise EntryRefused(findings)

    def _changed(self, expected: str | None) -> Iterator[Finding]:
        if expected is not None and expected != self.digest:
            params = {"year": self.year, "expected": expected, "digest": self.digest}
            yield Finding("LEDGER-YEAR-END-CHANGED", params=params)

    def _draft(self, row: YearEndRow, key: str) -> MovementDraft:
        return MovementDraft(
            movement=row.what,
            holder=row.holder,
            kind=row.kind,
            year=self.year,
            to_year=self.to_year if row.what in CARRIES else None,
            amount=row.amount,
            effective=self.effective,
            document=self.document,
            clause=self.clause,
            reservation=row.by if row.what == "lapse" else None,
            key=key,
        )
