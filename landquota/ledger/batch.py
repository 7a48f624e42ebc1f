"""Batches: drafts that are posted together, all of them or none, at one time of recording."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from landquota.errors import UsageError
from landquota.findings import Finding, FindingsError
from landquota.i18n import text
from landquota.ledger.checks import clean
from landquota.ledger.doubts import Unjudged
from landquota.ledger.drafts import Draft
from landquota.ledger.examples import lawful
from landquota.ledger.posting import Posting
from landquota.ledger.receipts import Receipt
from landquota.ledger.refusals import EntryRefused
from landquota.ledger.stream import stream

#: How many drafts are looked up, checked and written together.
_PART: Final = 10_000


def take_all(
    posting: Posting, drafts: Sequence[Draft], *, progress: Callable[[int, int], None] | None = None
) -> list[Receipt]:
    """Post all of `drafts`, or raise everything that was found."""
    receipts, findings = post_all(posting, drafts, progress=progress)
    if findings:
        raise FindingsError(findings)
    posting.write()
    return receipts


def post_all(
    posting: Posting, drafts: Sequence[Draft], *, progress: Callable[[int, int], None] | None = None
) -> tuple[list[Receipt], list[Finding]]:
    """Post what can be of `drafts`, and return with it everything that was found."""
    receipts: list[Receipt] = []
    findings: list[Finding] = []
    for start in range(0, len(drafts), _PART):
        part = drafts[start : start + _PART]
        posting.expect(part)
        checked = clean(part)
        keep_rules = lawful(part, posting.registry) if checked else [False] * len(part)
        flowing = stream(part, keep_rules, posting.pending, posting)
        for number, draft in enumerate(part, start + 1):
            # What comes after a refusal may hang on it, and only the closer look tells.
            receipt = None if findings else next(flowing)
            try:
                receipts.append(receipt or posting.post(draft, checked=checked))
            except EntryRefused as refusal:
                findings += refusal.findings
            except Unjudged:
                pass  # the draft that it hangs on has its finding
            if progress is not None:
                progress(number, len(drafts))
    return receipts, findings


def in_utc(recorded: datetime) -> str:
    """Return a time of recording as it is stored: UTC, in ISO form."""
    if recorded.tzinfo is None:
        raise UsageError(
            text("The time of recording {recorded} has no time zone", recorded=recorded),
            remedy=text("Pass it with its time zone, such as datetime.now(UTC)."),
        )
    return recorded.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
