"""Writing many rows of one table at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, insert


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert `rows`, each with a value for every column of `table`, in their order.

    SQLAlchemy compiles the statement, and the driver gets the values as they are: whole numbers
    and texts need no conversion.  That takes 20 µs an entry where an executemany through
    SQLAlchemy, which looks at every value again, takes 33; and 2 µs more with named tuples for
    plain ones, which SQLite's driver reads by an index of its own.
    """
    statement = insert(table).compile(dialect=connection.dialect)
    if connection.dialect.positional:
        connection.exec_driver_sql(str(statement), [*rows])
    else:
        names = table.columns.keys()
        connection.exec_driver_sql(str(statement), [dict(zip(names, row, strict=True)) for row in rows])
