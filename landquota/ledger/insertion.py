"""Writing many rows of one table at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, bindparam, insert, literal_column
from sqlalchemy import func as sql

from landquota.ledger.schema import SPARSE


def insert_rows(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert `rows`, each with a value for every column of `table`, in their order; empty texts as the schema says.

    SQLAlchemy compiles the statement, and the driver gets the values as they are: whole numbers
    and texts need no conversion.  That takes 20 µs an entry where an executemany through
    SQLAlchemy, which looks at every value again, takes 33; and 2 µs more with named tuples for
    plain ones, which SQLite's driver reads by an index of its own.
    """
    values = {column.name: bindparam(column.name, type_=column.type) for column in table.columns}
    nulls = {name: sql.nullif(values[name], literal_column("''")) for name in values if table.c[name].info == SPARSE}
    statement = str(insert(table).values(values | nulls).compile(dialect=connection.dialect))
    if connection.dialect.positional:
        connection.exec_driver_sql(statement, [*rows])
    else:
        connection.exec_driver_sql(statement, [dict(zip(values, row, strict=True)) for row in rows])
