"""A version of the tables that does not exist yet: a table, a column and an index more than today's."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from landquota.ledger import schema, sqlite
from landquota.ledger.accounts import Transfer
from landquota.ledger.entries import Record
from landquota.ledger.projection import Projection, Row

VERSION = schema.SCHEMA_VERSION + 1


def adopt(put: Callable[[object, str, object], object] = setattr) -> None:
    """Let this process take the later version for its own."""
    later = _loaded_again()
    later.transfer.append_column(Column("remark", Text))
    Index("transfer_remark", later.transfer.c.remark)
    seq = Column("seq", Integer, ForeignKey("entry.seq"), primary_key=True, autoincrement=False)
    later.PROJECTIONS += (Table("tag", later.metadata, seq),)
    later.META = [{**row, "value": str(VERSION)} if row["name"] == "schema" else row for row in schema.META]
    later.SCHEMA_VERSION = VERSION
    for name in ("metadata", "META", "PROJECTIONS", "SCHEMA_VERSION", *schema.metadata.tables):
        put(schema, name, getattr(later, name))
    put(Projection, "_transfer", _remarked)
    sqlite._pristine_structure.cache_clear()


_today = Projection._transfer


def _remarked(self: Projection, record: Record, transfer: Transfer) -> list[Row]:
    """Return today's rows of a transfer, with the column of the later version."""
    return [
        (name, row | {"remark": None} if name == "transfer" else row) for name, row in _today(self, record, transfer)
    ]


def _loaded_again() -> Any:
    """Return a second module of today's tables."""
    spec = importlib.util.spec_from_file_location("later_schema", schema.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
