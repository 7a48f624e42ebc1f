"""The entries behind a figure: only those that act on it, each with the sign in which it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from landquota.amount import Amount
from landquota.i18n import text
from landquota.ledger import MOVEMENTS
from landquota.ledger.accounts import transfer_of
from landquota.ledger.movements import TERMS
from landquota.maps.view import EntryRow
from landquota.vocabulary import label

if TYPE_CHECKING:
    from landquota.ledger import Entry, LandFigure, Position
    from landquota.reports.wording import Names

#: The statements from which what is available follows; without one of them it is not derived.
_CAME: Final = frozenset({"granted", "allotted_in"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """The ledger's entries as they are listed on one page."""

    entries: Sequence[Entry]
    names: Names
    language: str

    def behind(self, position: Position, measure: str) -> tuple[EntryRow, ...]:
        """Return the entries behind one figure of a position."""
        return tuple(self.row(entry, change) for entry, change in acting(self.entries, position, measure))

    def behind_land(self, figure: LandFigure) -> tuple[EntryRow, ...]:
        """Return the statement that gives a figure of land, or the entries that add up to it."""
        if figure.statement is not None:
            return self.stated(figure.statement.key)
        changes = dict(figure.changes)
        return tuple(self.row(entry, changes[entry.key]) for entry in self.entries if entry.key in changes)

    def stated(self, key: str) -> tuple[EntryRow, ...]:
        """Return the statement with the key `key`."""
        return tuple(self.row(entry) for entry in self.entries if entry.key == key)

    def about(self, holder: str) -> tuple[EntryRow, ...]:
        """Return the movements and statements of a holder, also what it was given."""
        return tuple(
            self.row(entry)
            for entry in self.entries
            if entry.type != "holder" and holder in {_said(entry).get("holder"), _said(entry).get("to")}
        )

    def on_parcel(self, parcel: str) -> tuple[EntryRow, ...]:
        """Return the entries that name a parcel."""
        return tuple(self.row(entry) for entry in self.entries if _said(entry).get("parcel") == parcel)

    def row(self, entry: Entry, change: Amount | None = None) -> EntryRow:
        """Return an entry as it is listed; `change` is by how much it changes the figure above it."""
        body = _said(entry)
        parcel, zone = body.get("parcel"), body.get("zone")
        return EntryRow(
            date=entry.effective.isoformat(),
            source=" ".join(part for part in (entry.document, entry.clause) if part),
            text=" · ".join(part for part in (self._what(entry), self._who(entry), self._kind(entry)) if part),
            amount=entry.figure(self.language) if change is None else _signed(change, self.language),
            key=entry.key,
            parcels=(str(parcel),) if parcel else (),
            zone=str(zone) if zone else None,
        )

    def _what(self, entry: Entry) -> str:
        body = _said(entry)
        what = label(str(body.get("movement") or body.get("measure") or entry.type), self.language)
        if entry.target is not None:
            what = text("{entry} (reversal)", entry=what).render(self.language)
        if entry.reversed_by is not None:
            what = text("{entry} (reversed)", entry=what).render(self.language)
        return what

    def _who(self, entry: Entry) -> str:
        body = _said(entry)
        return " → ".join(self.names.say(str(body[role]), self.language) for role in ("holder", "to") if body.get(role))

    def _kind(self, entry: Entry) -> str:
        body = _said(entry)
        years = " → ".join(str(body[name]) for name in ("year", "to_year") if body.get(name) is not None)
        kind = self.names.say(str(body["kind"]), self.language) if body.get("kind") else ""
        return " ".join(part for part in (kind, years) if part)


def acting(entries: Sequence[Entry], position: Position, measure: str) -> Iterator[tuple[Entry, Amount | None]]:
    """Yield the entries behind one figure, each with what it adds; a statement gives it and adds nothing.

    Where documents give the figure, these are their statements; else the movements that touch
    it, and the reversals of such movements: what they add comes to the figure.
    """
    known = set(position.entries)
    mine = [entry for entry in entries if entry.key in known]
    stated = _statements(mine, measure)
    if stated:
        yield from ((entry, None) for entry in stated)
        return
    for entry in mine:
        added = _change(entry, position, measure)
        if added is not None:
            yield entry, added


def _statements(entries: Sequence[Entry], measure: str) -> list[Entry]:
    """Return the statements that give a figure: its own, or those that what is available follows from."""
    stated = [entry for entry in entries if entry.type == "statement"]
    own = [entry for entry in stated if entry.body["measure"] == measure]
    if own or measure != "available" or _CAME.isdisjoint(entry.body["measure"] for entry in stated):
        return own
    return [entry for entry in stated if entry.body["measure"] in TERMS]


def _change(entry: Entry, position: Position, measure: str) -> Amount | None:
    """Return what a movement, or the reversal of one, adds to a figure; None where it does not touch it."""
    body = _said(entry)
    if "movement" not in body:
        return None
    moved = transfer_of(body, entry.effective.isoformat())
    movement = MOVEMENTS[moved.movement]
    touched = []
    for account, term, sign in ((moved.debit, movement.takes, -1), (moved.credit, movement.gives, 1)):
        if (account.holder, account.kind, account.year) == (position.holder, position.kind, position.year):
            touched += [sign] if account.state == measure else []
            touched += [1] if term == measure else []
    if not touched:
        return None
    return entry.counted(sum(touched) * moved.amount * (-1 if entry.target else 1))


def _said(entry: Entry) -> Mapping[str, object]:
    """Return what an entry says; of a reversal, what the entry says that it takes back."""
    return entry.target or entry.body


def _signed(change: Amount, language: str) -> str:
    return f"{'−' if change.units < 0 else '+'}{abs(change).render(language)}"
