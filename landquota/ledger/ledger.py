"""The ledger: open it, post to it, ask it, verify it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from os import PathLike
from typing import Self

from landquota.collector import collector_at_rest
from landquota.errors import InputError
from landquota.findings import Finding
from landquota.i18n import text
from landquota.ledger import ageing
from landquota.ledger.batch import in_utc, post_all, take_all
from landquota.ledger.calendar import LedgerCalendar
from landquota.ledger.checks import field_findings
from landquota.ledger.controls import require_control
from landquota.ledger.declarations import EARLIEST, HolderDraft, KindDraft
from landquota.ledger.drafts import Draft, MovementDraft, ReversalDraft, StatementDraft
from landquota.ledger.entries import Entry, Record
from landquota.ledger.journal import print_journal
from landquota.ledger.land import LandPosition, land_moves, land_positions, plot_positions
from landquota.ledger.land_figures import LandFigure, check_land, land_figures
from landquota.ledger.land_findings import deadlines, reports_of_nothing, skipped_stages
from landquota.ledger.log import entries
from landquota.ledger.pending import head_of
from landquota.ledger.positions import Position, check_statements, positions
from landquota.ledger.posting import Posting, number_of
from landquota.ledger.preview import Preview, balances, changes
from landquota.ledger.progress import Progress, latest_progress
from landquota.ledger.receipts import Receipt
from landquota.ledger.refusals import EntryRefused
from landquota.ledger.registry import Holder, Kind, declared, implied
from landquota.ledger.reservations import Reservation, live_reservations
from landquota.ledger.restore import all_records, restore
from landquota.ledger.statements import Group
from landquota.ledger.store import open_store
from landquota.ledger.verification import Verification
from landquota.ledger.verify import broken_chain, verify
from landquota.ledger.words import nearest


class Ledger(LedgerCalendar):
    """A ledger of quota: entries that are only ever added, chained by their hashes.

    Every call is a transaction of its own: what it reads is one state of the ledger, and
    what it writes is on disk when it returns.  Between calls no lock is held.
    """

    @classmethod
    def open(cls, place: str | PathLike[str], *, create: bool = False, verify: bool = False) -> Self:
        """Open the ledger at `place`; with `create` a missing one is made.

        Parameters
        ----------
        place
            The path of a file, or the URL of a PostgreSQL database with its driver,
            ``postgresql+psycopg://user:password@host/database``.
        verify
            Check the whole chain first: whoever gets the ledger knows that no entry was altered,
            deleted or moved, and need not look at a report.  It takes 5 µs an entry; that the
            tables agree with the entries, :meth:`verify` alone can tell.

        Raises
        ------
        InputError
            There is no ledger, it comes from a later version, or it cannot be kept there safely
            (a read-only folder, a network share, a server that does not wait for its disk); or its
            chain is to be verified and does not hold.
        UsageError
            `place` is a URL, but not of what can keep a ledger.
        """
        ledger = cls(open_store(place, create=create))
        try:
            if verify:
                ledger._require_chain()
        except BaseException:
            ledger.close()
            raise
        return ledger

    @property
    def head(self) -> str:
        """The hash of the last entry, which stands for all of them."""
        with self._reading() as connection:
            return head_of(connection)[1]

    def entries_since(self, head: str) -> int | None:
        """Return how many entries follow the one with the hash `head`; None where the ledger holds no such entry."""
        with self._reading() as connection:
            number = number_of(connection, head)
            return None if number is None else head_of(connection)[0] - number

    def post(self, draft: Draft, *, recorded: datetime, declare: bool = False) -> Receipt:
        """Post one entry; without a key it is always a new one.

        Parameters
        ----------
        recorded
            The time of recording, with its time zone.
        declare
            Declare an unknown holder or kind instead of refusing it, as
            :func:`~landquota.ledger.registry.implied` says.

        Raises
        ------
        Refusal
            The entry breaks a rule (see `EntryRefused`, `KeyConflict`, `Overdraft`); nothing was
            written.
        """
        with self._writing() as connection:
            posting = Posting(connection, recorded=in_utc(recorded), since=_first_day([draft]))
            declarations: list[HolderDraft | KindDraft] = []
            if declare and isinstance(draft, MovementDraft | StatementDraft) and not field_findings(draft):
                declarations = implied(draft, posting.registry)
            for declaration in declarations:
                posting.post(declaration)
            receipt = posting.post(draft)
            posting.write()
        return receipt._replace(declared=tuple(_name(each) for each in declarations))

    def import_all(
        self, drafts: Sequence[Draft], *, recorded: datetime, progress: Callable[[int, int], None] | None = None
    ) -> list[Receipt]:
        """Post all of `drafts` in their order, or none of them.

        Parameters
        ----------
        recorded
            The time of recording, with its time zone.
        progress
            Is told, after each draft, how many of how many have been checked.

        Raises
        ------
        FindingsError
            Something is wrong with at least one draft; every such draft has its findings.
        """
        with collector_at_rest(), self._writing() as connection:
            return take_all(
                Posting(connection, recorded=in_utc(recorded), since=_first_day(drafts)), drafts, progress=progress
            )

    def check_all(self, drafts: Sequence[Draft]) -> list[Finding]:
        """Return what :meth:`import_all` would find wrong with `drafts`; nothing is written."""
        with collector_at_rest(), self._trying() as connection:
            return post_all(Posting(connection, recorded="", since=_first_day(drafts)), drafts)[1]

    def preview(self, drafts: Sequence[Draft], *, as_of: date) -> Preview:
        """Return what :meth:`import_all` would do to the balances at the end of `as_of`; nothing is written."""
        with collector_at_rest(), self._trying() as connection:
            before = balances(connection, as_of=as_of)
            posting = Posting(connection, recorded="", since=_first_day(drafts))
            receipts, findings = post_all(posting, drafts)
            posting.write()
            changed = changes(before, balances(connection, as_of=as_of), posting.registry)
        return Preview(tuple(receipts), tuple(findings), changed)

    def reverse(
        self, key: str, *, reason: str, effective: date, recorded: datetime, key_of_reversal: str | None = None
    ) -> Receipt:
        """Take back the movement or statement `key` by its mirror: once, and with a reason.

        Raises
        ------
        Refusal
            There is no such entry, it has been taken back or cannot be, or what it gave has
            been used already; nothing was written.
        """
        draft = ReversalDraft(reverses=key, reason=reason, effective=effective, key=key_of_reversal)
        return self.post(draft, recorded=recorded)

    def assert_total(self, draft: StatementDraft, *, recorded: datetime) -> Receipt:
        """Record an exact statement about quota if the ledger's entries come to the same, as of its day.

        Raises
        ------
        Refusal
            The ledger differs (see `ControlDiffers`), or the statement breaks a rule; nothing
            was written.
        """
        with self._writing() as connection:
            posting = Posting(connection, recorded=in_utc(recorded))
            receipt = posting.post(draft)
            require_control(connection, draft)
            posting.write()
        return receipt

    def journal(self) -> str:
        """Return every entry as readable text, from which :meth:`restore` makes the same ledger."""
        with self._reading() as connection:
            return print_journal(all_records(connection))

    def restore(self, records: Sequence[Record], *, dry_run: bool = False) -> int:
        """Add the entries of a journal that the ledger does not have yet; return how many.

        Parameters
        ----------
        records
            What :func:`~landquota.ledger.journal.parse_journal` read without a finding.
        dry_run
            Find out whether it can be done, and undo it.

        Raises
        ------
        Refusal
            The ledger's entries are not the first of the journal, or what would come of it does
            not verify; nothing was written.
        """
        with self._trying() if dry_run else self._writing() as connection:
            return restore(connection, self._store.dialect, records)

    def entries(
        self,
        *,
        holder: str | None = None,
        kind: str | None = None,
        zone: str | None = None,
        parcel: str | None = None,
        as_of: date | None = None,
    ) -> tuple[Entry, ...]:
        """Return the entries that fit all that is asked for, in their order.

        A zone's entries are those that name it and those of the holder that carries its id.
        As of a day, entries and reversals of later days do not count.
        """
        with self._reading() as connection:
            return entries(connection, holder=holder, kind=kind, zone=zone, parcel=parcel, as_of=as_of)

    def holders(self) -> tuple[Holder, ...]:
        """Return the declared holders, parents before their children."""
        with self._reading() as connection:
            return tuple(declared(connection).holders.values())

    def kinds(self) -> tuple[Kind, ...]:
        """Return the declared quota kinds in the order of their declaration."""
        with self._reading() as connection:
            return tuple(declared(connection).kinds.values())

    def positions(self, as_of: date, *, entries: bool = True) -> tuple[Position, ...]:
        """Return every (holder, kind, year) that has transfers or statements by the end of `as_of`.

        Parameters
        ----------
        entries
            Whether the keys of the entries behind the figures are wanted too: of a million
            entries they take longer than all figures together.
        """
        with self._reading() as connection:
            return positions(connection, declared(connection), as_of=as_of, entries=entries)

    def position(
        self, holder: str, kind: str, year: int | None, *, as_of: date, entries: bool = True
    ) -> Position | None:
        """Return one holder's quota of one kind and year, or None where nothing of it is recorded by then.

        Parameters
        ----------
        entries
            Whether the keys of the entries behind the figures are wanted too; without them a
            position among a million entries is a matter of milliseconds.
        """
        with self._reading() as connection:
            group = Group(holder, kind, year)
            found = positions(connection, declared(connection), as_of=as_of, group=group, entries=entries)
        return found[0] if found else None

    def reservations(self, as_of: date) -> tuple[Reservation, ...]:
        """Return the reservations of which something is left at the end of `as_of`."""
        with self._reading() as connection:
            return live_reservations(connection, declared(connection), as_of=as_of)

    def land(self, as_of: date) -> Mapping[tuple[str, str], LandFigure]:
        """Return what is known of each holder's land by (holder, measure): by the ledger, else by a statement."""
        with self._reading() as connection:
            return land_figures(connection, declared(connection), as_of=as_of)

    def land_positions(self, as_of: date) -> tuple[LandPosition, ...]:
        """Return the land of every holder by stage."""
        with self._reading() as connection:
            return land_positions(land_moves(connection, as_of=as_of))

    def plots(self, as_of: date) -> tuple[LandPosition, ...]:
        """Return every approval batch and parcel by stage."""
        with self._reading() as connection:
            return plot_positions(land_moves(connection, as_of=as_of))

    def unsupplied(self, as_of: date) -> tuple[ageing.Lot, ...]:
        """Return the land that waits to be supplied (批而未供), the oldest first."""
        with self._reading() as connection:
            return ageing.unsupplied(land_moves(connection, as_of=as_of))

    def unused(self, as_of: date) -> tuple[ageing.Lot, ...]:
        """Return the supplied land whose construction has not started (供而未用), the oldest first."""
        with self._reading() as connection:
            return ageing.unused(land_moves(connection, as_of=as_of))

    def being_built(self, as_of: date) -> tuple[ageing.Lot, ...]:
        """Return the land under construction, the oldest first."""
        with self._reading() as connection:
            return ageing.being_built(land_moves(connection, as_of=as_of))

    def progress(self, as_of: date) -> Mapping[tuple[str, str], Progress]:
        """Return the latest report of each parcel by (holder, parcel)."""
        with self._reading() as connection:
            return latest_progress(connection, as_of=as_of)

    def check_land(self, as_of: date) -> list[Finding]:
        """Return what the land gives occasion to ask: stages passed over, deadlines, reports of nothing."""
        with self._reading() as connection:
            moves = land_moves(connection, as_of=as_of)
            reports = latest_progress(connection, as_of=as_of)
        return [
            *skipped_stages(moves),
            *deadlines(ageing.unsupplied(moves), as_of=as_of),
            *reports_of_nothing(reports.values(), moves),
        ]

    def check_statements(self, as_of: date) -> list[Finding]:
        """Return where a live statement and the ledger's own figures disagree."""
        with self._reading() as connection:
            registry = declared(connection)
            found = check_statements(connection, registry, as_of=as_of)
            return found + check_land(connection, registry, as_of=as_of)

    def require(self, *, holder: str | None = None, kind: str | None = None) -> None:
        """Make sure that a holder and a kind that somebody asks about are declared.

        Raises
        ------
        Refusal
            One of them is not; the names that look most like it are named.
        """
        with self._reading() as connection:
            registry = declared(connection)
        findings = [
            Finding(code, params={"name": name, "nearest": nearest(name, known)})
            for code, name, known in (
                ("LEDGER-HOLDER-UNKNOWN", holder, registry.holders),
                ("LEDGER-KIND-UNKNOWN", kind, registry.kinds),
            )
            if name is not None and name not in known
        ]
        if findings:
            remedy = text("Correct the name; 'landquota ledger log --all' lists what is declared.")
            raise EntryRefused(findings, remedy=remedy)

    def verify(self, *, head: str | None = None) -> Verification:
        """Check chain, replay and structure; never raises on altered data.

        Parameters
        ----------
        head
            A head that an earlier export or map printed, in full, by its first digits (6 or
            more) or in the short form ``3e4b40…7c``; a removed tail is found by it alone.

        Raises
        ------
        UsageError
            `head` is none of these, or fits several entries.
        """
        with self._store.reading() as connection:
            return verify(connection, self._store.dialect, head=head)

    def _require_chain(self) -> None:
        with self._store.reading() as connection:
            problem = broken_chain(connection, self._store.dialect)
        if problem is not None:
            raise InputError(
                text(
                    "{path}: the chain of entries does not hold: {problem}",
                    path=self._store.dialect.place,
                    problem=problem,
                ),
                remedy=text("Find the altered entry with 'landquota ledger verify', and restore a copy."),
            )


def _first_day(drafts: Sequence[Draft]) -> str:
    """Return the earliest day of `drafts`, which have not been checked: one may have a time beside its day."""
    days = {draft.effective for draft in drafts}
    return min((day.isoformat() for day in days), default=EARLIEST.isoformat())[:10]


def _name(declaration: HolderDraft | KindDraft) -> str:
    return declaration.holder if isinstance(declaration, HolderDraft) else declaration.kind
