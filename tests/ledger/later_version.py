"""A version of the tables that does not exist yet: a table, a column and an index more than today's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from landquota.ledger import schema, sqlite

VERSION = schema.SCHEMA_VERSION + 1


@contextmanager
def later() -> Iterator[None]:
    """Let this process be a later landquota for a while."""
    remark = Column("remark", Text)
    schema.statement.append_column(remark)
    index = Index("statement_remark", remark)
    seq = Column("seq", Integer, ForeignKey("entry.seq"), primary_key=True, autoincrement=False)
    tag = Table("tag", schema.metadata, seq)
    meta = [{**row, "value": str(VERSION)} if row["name"] == "schema" else row for row in schema.META]
    sqlite._pristine_structure.cache_clear()
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(schema, "PROJECTIONS", (*schema.PROJECTIONS, tag))
            patch.setattr(schema, "META", meta)
            patch.setattr(schema, "SCHEMA_VERSION", VERSION)
            yield
    finally:
        schema.metadata.remove(tag)
        schema.statement.indexes.remove(index)
        schema.statement._columns.remove(remark)
        sqlite._pristine_structure.cache_clear()
