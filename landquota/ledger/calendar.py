"""The calendar of a ledger: year-ends, lapses, and the rules that have ended."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from landquota.findings import Finding
from landquota.ledger.access import LedgerAccess
from landquota.ledger.batch import in_utc, take_all
from landquota.ledger.lapses import Lapse, due
from landquota.ledger.notices import notices
from landquota.ledger.posting import Posting
from landquota.ledger.receipts import Receipt
from landquota.ledger.registry import declared
from landquota.ledger.reservations import live_reservations
from landquota.ledger.yearend import YearEnd
from landquota.ledger.yearend_plan import planned
from landquota.ledger.yearend_runs import live_runs, reversals


class LedgerCalendar(LedgerAccess):
    """What the calendar asks of an open ledger."""

    def check_rules(self, as_of: date) -> list[Finding]:
        """Return the rules of quota kinds that have ended without another one, and the overdue reservations."""
        with self._reading() as connection:
            registry = declared(connection)
            return notices(registry, live_reservations(connection, registry, as_of=as_of), as_of=as_of)

    def overdue(self, as_of: date) -> tuple[Lapse, ...]:
        """Return what :meth:`lapse_overdue` would let lapse."""
        with self._reading() as connection:
            return due(connection, declared(connection), as_of=as_of)

    def lapse_overdue(
        self, as_of: date, *, document: str, recorded: datetime, clause: str | None = None
    ) -> tuple[Receipt, ...]:
        """Let every reservation lapse whose last day has passed by `as_of`: all of them, or none.

        Raises
        ------
        FindingsError
            One of the lapses is refused.
        """
        with self._writing() as connection:
            posting = Posting(connection, recorded=in_utc(recorded))
            lapses = due(connection, posting.registry, as_of=as_of)
            drafts = [lapse.draft(effective=as_of, document=document, clause=clause) for lapse in lapses]
            return tuple(take_all(posting, drafts))

    def year_end(
        self, year: int, *, document: str, effective: date | None = None, clause: str | None = None
    ) -> YearEnd:
        """Return what :meth:`commit_year_end` would post now; nothing is written.

        Parameters
        ----------
        effective
            The day at whose end the year ends; without it 31 December.
        """
        with self._reading() as connection:
            registry = declared(connection)
            return planned(connection, registry, year, effective=effective, document=document, clause=clause)

    def commit_year_end(
        self,
        year: int,
        *,
        document: str,
        recorded: datetime,
        effective: date | None = None,
        clause: str | None = None,
        expected: str | None = None,
    ) -> YearEnd:
        """Carry, let expire and let lapse what is left of a quota year: all of it, or none.

        Where nothing is left nothing is posted, and that is no refusal: committing again does no harm.

        Parameters
        ----------
        expected
            The digest of a preview: what has become another year-end since is refused.

        Raises
        ------
        Refusal, FindingsError
            It is another one now, or entries are refused (in a closed period, for instance);
            nothing was written.
        """
        with self._writing() as connection:
            posting = Posting(connection, recorded=in_utc(recorded))
            plan = planned(connection, posting.registry, year, effective=effective, document=document, clause=clause)
            if plan.moves:
                plan.check(expected)
            return replace(plan, receipts=tuple(take_all(posting, plan.drafts)))

    def year_end_runs(self, year: int) -> tuple[str, ...]:
        """Return the runs of a year's end that can be undone, the last one last."""
        with self._reading() as connection:
            return live_runs(connection, year)

    def undo_year_end(
        self, run: str, *, reason: str, recorded: datetime, effective: date | None = None
    ) -> tuple[Receipt, ...]:
        """Take back every entry of a run, from the day `effective` (without it their own) on: all, or none.

        Raises
        ------
        Refusal, FindingsError
            There is no such run, or what it gave has been used; every shortage is named.
        """
        with self._writing() as connection:
            posting = Posting(connection, recorded=in_utc(recorded))
            return tuple(take_all(posting, reversals(connection, run, reason=reason, effective=effective)))
