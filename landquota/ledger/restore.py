"""Restoring: a journal's entries become the same ledger again, or nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Final

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import StatementError

from landquota.errors import Refusal
from landquota.i18n import Text, text
from landquota.ledger import schema
from landquota.ledger.accounts import TransferRow
from landquota.ledger.dialect import Dialect
from landquota.ledger.entries import Record
from landquota.ledger.replay import Replay
from landquota.ledger.turnover import Turnovers
from landquota.ledger.verification import plain
from landquota.ledger.verify import verify
from landquota.ledger.words import Joined

#: How many problems a refusal names.
_NAMED: Final = 5
#: What the tables do not take: what no ledger would have written.
_NOT_TAKEN: Final = (ArithmeticError, TypeError, ValueError, StatementError)


def all_records(connection: Connection) -> list[Record]:
    """Return every entry as it is stored, in order."""
    return [Record(*row) for row in connection.execute(select(schema.entry).order_by(schema.entry.c.seq))]


def restore(connection: Connection, dialect: Dialect, records: Sequence[Record]) -> int:
    """Add to the ledger those of `records` that it does not have; return how many.

    Raises
    ------
    Refusal
        The ledger's entries are not the first of `records`, or the result does not verify.
    """
    own = all_records(connection)
    _require_beginning(own, records)
    replay = Replay(records)
    _refuse([text("entry {seq} ({key}): cannot be replayed", seq=r.seq, key=plain(r.key)) for r in replay.failed])
    try:
        _insert(connection, records[len(own) :], replay)
    except _NOT_TAKEN as error:
        reason = str(error.orig) if isinstance(error, StatementError) else str(error)
        _refuse([text("the tables do not take it: {reason}", reason=reason)])
    report = verify(connection, dialect, head=None)
    if not report.sound:
        _refuse(report.problems)
    return len(records) - len(own)


def _insert(connection: Connection, records: Sequence[Record], replay: Replay) -> None:
    """Write the entries and the rows that follow from them, in the order in which these refer to each other."""
    if not records:
        return
    columns = schema.entry.c.keys()
    connection.execute(insert(schema.entry), [{name: getattr(r, name) for name in columns} for r in records])
    first = records[0].seq
    for table in schema.PROJECTIONS:
        rows = [dict(due.row) for due in replay.table(table.name) if due.seq >= first]
        if rows:
            connection.execute(insert(table), rows)
        if rows and table is schema.transfer:
            before = (due.row["id"] for due in replay.table("account") if due.seq < first)
            Turnovers(connection, last_account=max(before, default=0)).add([TransferRow(**row) for row in rows])


def _require_beginning(own: Sequence[Record], records: Sequence[Record]) -> None:
    for mine, given in zip_longest(own, records[: len(own)]):
        if mine != given:
            raise Refusal(
                _first_difference(mine, given),
                remedy=text(
                    "Restore into an empty ledger (a new project, before 'landquota build'), or into one whose entries"
                    " are the first of the journal."
                    " Nothing was written."
                ),
            )


def _first_difference(mine: Record, given: Record | None) -> Text:
    if given is None:
        return text("The ledger's entry {seq} ({key}) is not in the journal", seq=mine.seq, key=plain(mine.key))
    field = next(each.name for each in schema.entry.c if getattr(mine, each.name) != getattr(given, each.name))
    old, new = ("—" if getattr(each, field) is None else getattr(each, field) for each in (mine, given))
    return text(
        "The ledger's entry {seq} ({key}) is not that of the journal: {field} is {old} in the ledger and {new} there",
        seq=mine.seq,
        key=plain(mine.key),
        field=field,
        old=old,
        new=new,
    )


def _refuse(problems: Sequence[object]) -> None:
    """Refuse with what was found, if anything was."""
    if problems:
        more = ["…"] if len(problems) > _NAMED else []
        raise Refusal(
            text("The journal cannot be restored:\n  {problems}", problems=Joined((*problems[:_NAMED], *more), "\n  ")),
            remedy=text("Take the journal as it was written. Nothing was written."),
        )
