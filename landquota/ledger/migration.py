"""A ledger of an earlier version: its entries stay as they are, every other table is made anew from them."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from landquota.errors import InputError
from landquota.i18n import text
from landquota.ledger import schema
from landquota.ledger.dialect import Dialect
from landquota.ledger.entries import Record
from landquota.ledger.replay import Replay
from landquota.ledger.verify import chain, unreplayable


def migrate(connection: Connection, dialect: Dialect) -> None:
    """Bring the tables of an earlier version to this one, in the write transaction of `connection`.

    Raises
    ------
    InputError
        An entry was altered, inserted, deleted or reordered, or cannot be replayed: what would
        be made from it could not be trusted.
    """
    replay = _replayed(connection, dialect)
    derived = [table for table in schema.metadata.sorted_tables if table is not schema.entry]
    there = dialect.table_names(connection)
    dialect.unprotect(connection)
    schema.metadata.drop_all(connection, tables=[table for table in derived if table.name in there], checkfirst=False)
    schema.metadata.create_all(connection, tables=derived, checkfirst=False)
    connection.execute(insert(schema.meta), list(schema.META))
    for table in schema.PROJECTIONS:
        rows = [due.row for due in replay.rows[table.name].values()]
        if rows:
            connection.execute(insert(table), rows)
    dialect.protect(connection)


def _replayed(connection: Connection, dialect: Dialect) -> Replay:
    """Return what the entries come to, their chain being whole."""
    with dialect.reading_anything(connection):
        rows = connection.execute(select(schema.entry).order_by(schema.entry.c.seq)).all()
    records = [Record(*row) for row in rows]
    replay = Replay(records)
    problem = next(iter([*chain(records), *unreplayable(replay)]), None)
    if problem is not None:
        raise InputError(
            text("it has been altered: {problem}", problem=problem),
            remedy=text("Restore a copy that has not; nothing was changed."),
        )
    return replay
