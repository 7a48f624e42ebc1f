"""The tables: ``entry`` is the truth, the others follow from it and can be replayed.

Only whole numbers and text, so that QGIS and ogrinfo read them too; amounts are whole smallest
units (1/300 m², 1 g, 1 fen), dates ISO text.  Nothing here is particular to one database.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    literal_column,
)

from landquota.ledger.entries import GENESIS

#: Version of the tables; a ledger of a later version is left alone.
SCHEMA_VERSION: Final = 3

#: Numbers of rows: 64 bits, and in SQLite the row's own number, which only INTEGER can be.
_Number = BigInteger().with_variant(Integer(), "sqlite")
#: Areas: 64 bits also to GDAL, which takes INTEGER for 32 bits and cuts 10,738 亩 off without a word.
_Area = BigInteger()

#: Of columns that are null in most rows.  An empty text is written as null there: no text of a ledger is empty, and
#: SQLite's driver takes 0.4 µs to bind a null.
SPARSE: Final[dict[object, object]] = {"sparse": True}

metadata: Final = MetaData()

meta = Table("meta", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

entry = Table(
    "entry",
    metadata,
    Column("seq", _Number, primary_key=True, autoincrement=False),
    Column("key", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("effective", Text, nullable=False),
    Column("recorded", Text, nullable=False),
    Column("document", Text),
    Column("clause", Text),
    Column("body", Text, nullable=False),
    Column("prev", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("key", name="entry_key"),
)

holder = Table(
    "holder",
    metadata,
    Column("holder", Text, primary_key=True),
    Column("level", Text, nullable=False),
    Column("parent", Text, ForeignKey("holder.holder")),
    Column("zone", Text),
    Column("name_en", Text),
    Column("seq", _Number, ForeignKey("entry.seq"), nullable=False),
)

kind = Table(
    "kind",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text),
    Column("level", Text),
    Column("unit", Text, nullable=False),
    Column("consumed_by", Text),
    Column("covers_conversion", Integer, nullable=False),
    Column("valid_from", Text),
    Column("valid_to", Text),
    Column("carry", Integer, nullable=False),
    Column("seq", _Number, ForeignKey("entry.seq"), nullable=False),
)

account = Table(
    "account",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=False),
    Column("book", Text, nullable=False),
    Column("holder", Text, ForeignKey("holder.holder")),
    Column("kind", Text, ForeignKey("kind.kind")),
    Column("year", Integer),
    Column("state", Text, nullable=False),
    Column("item", Text),
)
_NO_TEXT: Final = literal_column("''", Text)
#: What tells one account from another, in the order of :class:`~landquota.ledger.accounts.Account`.  The
#: issuer has no holder, land no kind and some quota no year: null has to count as one value here.
#: Only a query in these very words, without parameters in them, finds an account by the index; the
#: others read the whole table (0.6 ms among 5,000 accounts).
ACCOUNT_IDENTITY: Final = (
    account.c.book,
    func.coalesce(account.c.holder, _NO_TEXT),
    func.coalesce(account.c.kind, _NO_TEXT),
    func.coalesce(account.c.year, literal_column("0", Integer)),
    account.c.state,
    func.coalesce(account.c.item, _NO_TEXT),
)
Index("account_identity", *ACCOUNT_IDENTITY, unique=True)

transfer = Table(
    "transfer",
    metadata,
    Column("seq", _Number, ForeignKey("entry.seq"), primary_key=True, autoincrement=False),
    Column("movement", Text, nullable=False),
    Column("debit", _Number, ForeignKey("account.id"), nullable=False),
    Column("credit", _Number, ForeignKey("account.id"), nullable=False),
    Column("amount", _Area, nullable=False),
    Column("effective", Text, nullable=False),
    Column("mirror", Integer, nullable=False),
    Column("zone", Text, info=SPARSE),
    Column("parcel", Text, info=SPARSE),
    Column("request", Text, info=SPARSE),
    CheckConstraint("amount > 0", name="transfer_amount"),
    CheckConstraint("debit <> credit", name="transfer_accounts"),
)
# Both cover a balance as of a date, and what it comes from, in the order in which it is summed: the table
# itself is not read, and nothing is sorted.
for _side in (transfer.c.debit, transfer.c.credit):
    Index(
        f"transfer_{_side.name}",
        _side,
        transfer.c.movement,
        transfer.c.mirror,
        transfer.c.effective,
        transfer.c.amount,
    )
# What has satisfied a request: few transfers name one.
_names_one = transfer.c.request.is_not(None)
Index("transfer_request", transfer.c.request, sqlite_where=_names_one, postgresql_where=_names_one)

# 发生额, of busy accounts only: what came and went in each month (see the module of the name).
turnover = Table(
    "turnover",
    metadata,
    Column("account", _Number, ForeignKey("account.id"), primary_key=True, autoincrement=False),
    Column("side", Text, primary_key=True),
    Column("movement", Text, primary_key=True),
    Column("mirror", Integer, primary_key=True),
    Column("month", Text, primary_key=True),
    Column("amount", _Area, nullable=False),
    Column("number", _Number, nullable=False),
)
#: All that may become of a row of it: that more is added.  The other tables never change.
TURNOVER_GROWS: Final = " AND ".join(
    (
        *(f"NEW.{part.name} = OLD.{part.name}" for part in turnover.primary_key),
        "NEW.amount > OLD.amount",
        "NEW.number > OLD.number",
    )
)

statement = Table(
    "statement",
    metadata,
    Column("seq", _Number, ForeignKey("entry.seq"), primary_key=True, autoincrement=False),
    Column("measure", Text, nullable=False),
    Column("holder", Text, ForeignKey("holder.holder"), nullable=False),
    Column("kind", Text, ForeignKey("kind.kind")),
    Column("year", Integer),
    Column("effective", Text, nullable=False),
    Column("written", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("nominal", _Area, nullable=False),
    Column("low", _Area, nullable=False),
    Column("high", _Area),
    Column("approximate", Integer, nullable=False),
    Column("basis", Text, nullable=False),
    Column("note", Text),
)

reversal = Table(
    "reversal",
    metadata,
    Column("seq", _Number, ForeignKey("entry.seq"), primary_key=True, autoincrement=False),
    Column("target", _Number, ForeignKey("entry.seq"), nullable=False),
    Column("effective", Text, nullable=False),
    UniqueConstraint("target", name="reversal_target"),
)

kind_rule = Table(
    "kind_rule",
    metadata,
    Column("seq", _Number, ForeignKey("entry.seq"), primary_key=True, autoincrement=False),
    Column("kind", Text, ForeignKey("kind.kind"), nullable=False),
    Column("effective", Text, nullable=False),
    Column("valid_to", Text),
    Column("carry", Integer, nullable=False),
)

allowance = Table(
    "allowance",
    metadata,
    Column("seq", _Number, ForeignKey("entry.seq"), primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("holder", Text, ForeignKey("holder.holder"), nullable=False),
    Column("kind", Text, ForeignKey("kind.kind"), nullable=False),
    Column("year", Integer),
    Column("hundredths", Integer, nullable=False),
    Column("effective", Text, nullable=False),
    Column("valid_to", Text),
)

period = Table(
    "period",
    metadata,
    Column("seq", _Number, ForeignKey("entry.seq"), primary_key=True, autoincrement=False),
    Column("action", Text, nullable=False),
    Column("through", Text, nullable=False),
)

progress = Table(
    "progress",
    metadata,
    Column("seq", _Number, ForeignKey("entry.seq"), primary_key=True, autoincrement=False),
    Column("parcel", Text, nullable=False),
    Column("holder", Text, ForeignKey("holder.holder"), nullable=False),
    Column("effective", Text, nullable=False),
    Column("developed", _Area),
    Column("to_develop", _Area),
    Column("invested", _Area),
    Column("investment", _Area),
    Column("stopped_on", Text),
    Column("government_delay", Integer, nullable=False),
)

#: The rows of ``meta``, the same in every ledger of this version.
META: Final = (
    {"name": "format", "value": "landquota ledger"},
    {"name": "genesis", "value": GENESIS},
    {"name": "schema", "value": str(SCHEMA_VERSION)},
)

#: The tables that follow from the entries, in the order in which their rows refer to each other.
PROJECTIONS: Final = (
    holder,
    kind,
    kind_rule,
    allowance,
    period,
    account,
    transfer,
    turnover,
    statement,
    progress,
    reversal,
)
#: The columns of each of them, in their order.
COLUMNS: Final = {table.name: table.columns.keys() for table in PROJECTIONS}
