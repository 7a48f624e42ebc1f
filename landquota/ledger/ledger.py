"""The ledger: open it, post to it, ask it, verify it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from os import PathLike
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Final, Self

from landquota.errors import InputError, LandquotaError, UsageError
from landquota.findings import Finding, FindingsError
from landquota.i18n import text
from landquota.ledger.checks import field_findings
from landquota.ledger.declarations import EARLIEST, HolderDraft, KindDraft
from landquota.ledger.drafts import Draft, MovementDraft, ReversalDraft, StatementDraft
from landquota.ledger.entries import Entry
from landquota.ledger.log import entries
from landquota.ledger.positions import Position, check_statements, positions
from landquota.ledger.posting import Posting, Receipt, Unjudged, head_of
from landquota.ledger.refusals import EntryRefused
from landquota.ledger.registry import Holder, Kind, declared, implied
from landquota.ledger.reservations import Reservation, live_reservations
from landquota.ledger.statements import Group, StatementView, live_statements
from landquota.ledger.store import Store, open_store
from landquota.ledger.verify import Verification, broken_chain, verify
from landquota.ledger.words import nearest

if TYPE_CHECKING:
    from sqlalchemy import Connection


#: How many drafts are looked up, checked and written together.
_PART: Final = 10_000


class Ledger:
    """A ledger of quota: entries that are only ever added, chained by their hashes.

    Every call is a transaction of its own: what it reads is one state of the ledger, and
    what it writes is on disk when it returns.  Between calls no lock is held.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    @classmethod
    def open(cls, path: str | PathLike[str], *, create: bool = False, verify: bool = False) -> Self:
        """Open the ledger file at `path`; with `create` a missing one is made.

        Parameters
        ----------
        verify
            Check the whole chain first: whoever gets the ledger knows that no entry was altered,
            deleted or moved, and need not look at a report.  It takes 5 µs an entry; that the
            tables agree with the entries, :meth:`verify` alone can tell.

        Raises
        ------
        InputError
            The file is missing, is not a ledger, comes from a later version, or lies where a
            ledger cannot be kept safely (a read-only folder, a network share); or its chain is
            to be verified and does not hold.
        """
        ledger = cls(open_store(Path(path), create=create))
        try:
            if verify:
                ledger._require_chain()
        except BaseException:
            ledger.close()
            raise
        return ledger

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; closing twice does no harm."""
        self._store.close()

    @property
    def head(self) -> str:
        """The hash of the last entry, which stands for all of them."""
        with self._reading() as connection:
            return head_of(connection)[1]

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
        with self._store.writing() as connection:
            posting = Posting(connection, recorded=_utc(recorded), since=_first_day([draft]))
            declarations: list[HolderDraft | KindDraft] = []
            if declare and isinstance(draft, MovementDraft | StatementDraft) and not field_findings(draft):
                declarations = implied(draft, posting.registry)
            for declaration in declarations:
                posting.post(declaration)
            receipt = posting.post(draft)
            posting.write()
        return replace(receipt, declared=tuple(_name(each) for each in declarations))

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
        with self._store.writing() as connection:
            posting = Posting(connection, recorded=_utc(recorded), since=_first_day(drafts))
            receipts, findings = _post_all(posting, drafts, progress=progress)
            if findings:
                raise FindingsError(findings)
            posting.write()
        return receipts

    def check_all(self, drafts: Sequence[Draft]) -> list[Finding]:
        """Return what :meth:`import_all` would find wrong with `drafts`; nothing is written."""
        with self._store.trying() as connection:
            return _post_all(Posting(connection, recorded="", since=_first_day(drafts)), drafts)[1]

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

    def land(self, as_of: date) -> Mapping[tuple[str, str], StatementView]:
        """Return the live statements about land by (holder, measure)."""
        with self._reading() as connection:
            live = live_statements(connection, as_of=as_of)
        return MappingProxyType({(view.holder, view.measure): view for view in live if view.kind is None})

    def check_statements(self, as_of: date) -> list[Finding]:
        """Return where a live statement about quota and the ledger's own figures disagree."""
        with self._reading() as connection:
            return check_statements(connection, declared(connection), as_of=as_of)

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
            return verify(connection, head=head)

    def _require_chain(self) -> None:
        with self._store.reading() as connection:
            problem = broken_chain(connection)
        if problem is not None:
            raise InputError(
                text("{path}: the chain of entries does not hold: {problem}", path=self._store.path, problem=problem),
                remedy=text("Find the altered entry with 'landquota ledger verify', and restore a copy."),
            )

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """Read one state of the ledger; what no ledger could have written is said, not shown."""
        try:
            with self._store.reading() as connection:
                yield connection
        except (KeyError, TypeError, ValueError) as error:
            raise LandquotaError(
                text("The ledger holds what landquota did not write: {reason}", reason=repr(error)),
                remedy=text("Find the altered entry with 'landquota ledger verify', and restore a copy."),
            ) from error


def _post_all(
    posting: Posting, drafts: Sequence[Draft], *, progress: Callable[[int, int], None] | None = None
) -> tuple[list[Receipt], list[Finding]]:
    receipts: list[Receipt] = []
    findings: list[Finding] = []
    for number, draft in enumerate(drafts, 1):
        if (number - 1) % _PART == 0:
            posting.expect(drafts[number - 1 : number - 1 + _PART])
        try:
            receipts.append(posting.post(draft))
        except EntryRefused as refusal:
            findings += refusal.findings
        except Unjudged:
            pass  # the draft that it hangs on has its finding
        if progress is not None:
            progress(number, len(drafts))
    return receipts, findings


def _first_day(drafts: Sequence[Draft]) -> str:
    """Return the earliest day of `drafts`, which have not been checked: one may have a time beside its day."""
    return min((draft.effective.isoformat() for draft in drafts), default=EARLIEST.isoformat())[:10]


def _name(declaration: HolderDraft | KindDraft) -> str:
    return declaration.holder if isinstance(declaration, HolderDraft) else declaration.kind


def _utc(recorded: datetime) -> str:
    if recorded.tzinfo is None:
        raise UsageError(
            text("The time of recording {recorded} has no time zone", recorded=recorded),
            remedy=text("Pass it with its time zone, such as datetime.now(UTC)."),
        )
    return recorded.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
