"""Verification: the chain recomputed, the entries replayed, and nothing believed that is stored.

It names what does not fit, section by section, and never raises on altered data.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Table, bindparam, select
from sqlalchemy.exc import DBAPIError

from landquota.errors import UsageError
from landquota.i18n import Text, text
from landquota.ledger import schema
from landquota.ledger.audit import audit
from landquota.ledger.dialect import Dialect
from landquota.ledger.entries import GENESIS, Record, canonical, digest
from landquota.ledger.replay import Due, Replay, primary_key
from landquota.ledger.verification import Problem, Section, Verification, plain
from landquota.ledger.words import Joined

#: A head as people write it: its digits, at least the first 6, or the short form ``3e4b40…7c``.
_HEAD: Final = re.compile(r"([0-9a-f]{6,64})(?:(?:…|\.\.\.)([0-9a-f]*))?")
#: How many altered things of one kind are named, and what stands between them.
_NAMED: Final = 3
_COMMA: Final = text(", ")
_ENTRIES: Final = select(schema.entry).order_by(schema.entry.c.seq)
#: How many entries are fetched together, and what is below every number of one.
_TOGETHER: Final = 1_000
_BEFORE_ALL: Final = -(2**63)
_NEXT_ENTRIES: Final = _ENTRIES.where(schema.entry.c.seq > bindparam("last")).limit(_TOGETHER)
#: What can have become of the parts of the structure.
_FATES: Final[Mapping[tuple[str, str], Text]] = MappingProxyType(
    {
        ("trigger", "missing"): text("append-only triggers missing"),
        ("trigger", "altered"): text("append-only triggers altered"),
        ("trigger", "added"): text("triggers added"),
        ("index", "missing"): text("indexes missing"),
        ("index", "altered"): text("indexes altered"),
        ("index", "added"): text("indexes added"),
        ("table", "missing"): text("tables missing"),
        ("table", "altered"): text("tables altered"),
        ("table", "added"): text("tables added"),
        ("function", "missing"): text("functions of the triggers missing"),
        ("function", "altered"): text("functions of the triggers altered"),
        ("function", "added"): text("functions added"),
    }
)


def verify(connection: Connection, dialect: Dialect, *, head: str | None) -> Verification:
    """Check the whole ledger: chain, tables, structure and what the entries say, and that `head` is still in it.

    Parameters
    ----------
    head
        A head that an earlier export or map printed; a removed tail is found by it alone.

    Raises
    ------
    UsageError
        `head` is not written as a head is, or fits several entries.
    """
    beginning, end = _read_head(head)
    records: list[Record] = []
    sections: list[Section] = []
    audited: list[Section] = []
    try:
        with dialect.reading_anything(connection):
            records += map(Record._make, connection.execute(_ENTRIES))
            chained = [*chain(records), *_head(records, head, beginning, end)]
            sections.append(Section("chain", len(records), chained))
            replay = Replay(records)
            audited += audit(replay)
            sections.append(_tables(connection, records, replay))
    except DBAPIError as error:
        sections.append(Section("tables", 0, [_unreadable(error)]))
    sections.append(Section("structure", len(schema.metadata.tables), list(_structure(connection, dialect))))
    last = plain(records[-1].hash) if records else GENESIS
    return Verification(len(records), last, (*sections, *audited))


def broken_chain(connection: Connection, dialect: Dialect) -> Problem | None:
    """Return the first place where the chain does not hold, without replaying what the entries say.

    The entries are read once and none is kept: 6 µs each, a tenth of what :func:`verify` takes.
    """
    try:
        return _first_break(connection)
    except DBAPIError:
        pass  # text that is no UTF-8, most likely: only the slower way of reading names its entry
    try:
        with dialect.reading_anything(connection):
            return _first_break(connection)
    except DBAPIError as error:
        return _unreadable(error)


def _first_break(connection: Connection) -> Problem | None:
    try:
        if _whole(_as_stored(connection)):
            return None
    except connection.dialect.loaded_dbapi.Error:
        pass  # the driver's own words: read again, SQLAlchemy makes one error of those of all drivers
    return next(_followed(map(Record._make, connection.execute(_ENTRIES)), _hashed), None)


def _as_stored(connection: Connection) -> Iterator[tuple[Any, ...]]:
    """Yield the entries as the driver gives them, some together: nothing in them needs a conversion."""
    last = _BEFORE_ALL
    while True:
        result = connection.execute(_NEXT_ENTRIES, {"last": last})
        rows = [] if result.cursor is None else result.cursor.fetchall()
        result.close()
        if not rows:
            return
        yield from rows
        last = rows[-1][0]


def _whole(rows: Iterable[tuple[Any, ...]]) -> bool:
    """Return whether the chain holds, as nearly every one does, without saying where it does not."""
    number, prev = 0, GENESIS
    try:
        for row in rows:
            number += 1
            if row[0] != number or row[-2] != prev or digest(row) != row[-1]:
                return False
            prev = row[-1]
    except (TypeError, ValueError):  # bytes, broken text: nothing that the ledger writes
        return False
    return True


def chain(records: Iterable[Record]) -> Iterator[Problem]:
    """Recompute every hash, follow the chain, and make sure that every body has the one form that is hashed."""
    return _followed(records, _intact)


def _followed(records: Iterable[Record], intact: Callable[[Record], bool]) -> Iterator[Problem]:
    """Recompute every hash, and follow the chain from the first entry to the last."""
    number, prev = 0, GENESIS
    for record in records:
        if record.seq != number + 1:
            key = plain(record.key)
            message = text("is missing, up to the entry {seq} ({key}): deleted or moved", seq=record.seq, key=key)
            yield Problem(number + 1, None, message)
        elif record.prev != prev:
            message = text("does not follow from the entry before it: altered, inserted, deleted or reordered")
            yield Problem(record.seq, plain(record.key), message)
        if not intact(record):
            yield Problem(record.seq, plain(record.key), text("was altered: its content does not give its hash"))
        number, prev = record.seq, record.hash


def _hashed(record: Record) -> bool:
    try:
        return digest(record) == record.hash
    except (TypeError, ValueError):  # bytes, broken text: nothing that the ledger writes
        return False


def _intact(record: Record) -> bool:
    try:
        return _hashed(record) and canonical(orjson.loads(record.body)) == record.body
    except (TypeError, ValueError):  # no JSON, or deeper than anything that the ledger writes
        return False


def _read_head(head: str | None) -> tuple[str, str]:
    """Return the first and the last digits of a head as somebody gave it; without one, none."""
    if head is None:
        return "", ""
    match = _HEAD.fullmatch(head.strip().lower())
    if match is None:
        raise UsageError(
            text("'{head}' is not a head of the ledger", head=head),
            remedy=text(
                "Give the 64 digits (0–9, a–f) that an export or map printed, the first 6 or more of them,"
                " or the short form such as 3e4b40…7c."
            ),
        )
    return match[1], match[2] or ""


def _head(records: Iterable[Record], head: str | None, beginning: str, end: str) -> Iterator[Problem]:
    if head is None:
        return
    hashes = {GENESIS, *(record.hash for record in records if isinstance(record.hash, str))}
    fitting = [each for each in hashes if each.startswith(beginning) and each.endswith(end)]
    if len(fitting) > 1:
        raise UsageError(
            text("The head {head} fits {count} entries", head=head, count=len(fitting)),
            remedy=text("Give more of its digits."),
        )
    if not fitting:
        message = text("the head {head} is not in the chain: entries at the end were removed or exchanged", head=head)
        yield Problem(None, None, message)


def unreplayable(replay: Replay) -> list[Problem]:
    """Return the entries that no ledger could have written."""
    return [Problem(record.seq, plain(record.key), text("cannot be replayed")) for record in replay.failed]


def _tables(connection: Connection, records: Sequence[Record], replay: Replay) -> Section:
    """Compare every table with what the entries come to, both ways."""
    keys = {record.seq: plain(record.key) for record in records}
    problems = unreplayable(replay)
    count = 0
    for table in schema.PROJECTIONS:
        rows = [dict(row) for row in connection.execute(select(table)).mappings()]
        problems += _compare(table, rows, replay.rows[table.name], keys)
        count += len(rows)
    return Section("tables", count, [*problems, *_meta(connection)])


def _compare(
    table: Table, rows: Iterable[Mapping[str, Any]], due: Mapping[object, Due], keys: Mapping[int, str]
) -> Iterator[Problem]:
    expected = dict(due)
    for row in rows:
        should = expected.pop(primary_key(table.name, row), None)
        seq = _number(row.get("seq")) if should is None else should.seq or None
        for message in _differences(row, should):
            yield Problem(seq, keys.get(seq or 0), _about(table, row, message))
    for should in expected.values():
        yield Problem(should.seq or None, keys.get(should.seq), _about(table, should.row, text("it is missing")))


def _differences(row: Mapping[str, Any], due: Due | None) -> Iterator[Text]:
    if due is None:
        yield text("no entry stands behind it")
        return
    if row == due.row and float not in map(type, row.values()):
        return  # nearly every row; what is equal and of another type (1.0) is named below
    for name, value in due.row.items():
        if (type(row[name]), row[name]) != (type(value), value):
            yield _differs(name, row[name], value)


def _meta(connection: Connection) -> Iterator[Problem]:
    found = {row.name: row.value for row in connection.execute(select(schema.meta))}
    expected = {row["name"]: row["value"] for row in schema.META}
    for name in sorted(found.keys() | expected.keys(), key=str):
        if found.get(name) != expected.get(name):
            message = _differs("value", found.get(name), expected.get(name))
            yield Problem(None, None, _about(schema.meta, {"name": name}, message))


def _differs(column: str, found: object, expected: object) -> Text:
    found, expected = ("—" if value is None else value for value in (found, expected))
    return text("{column} is {found} and should be {expected}", column=column, found=found, expected=expected)


def _structure(connection: Connection, dialect: Dialect) -> Iterator[Problem]:
    """Check tables, indexes and triggers, and the file itself."""
    try:
        with dialect.reading_anything(connection):
            altered, damage = dialect.altered_structure(connection), dialect.damage(connection)
    except DBAPIError as error:
        yield _unreadable(error)
        return
    for thing, names in altered.items():
        shown = names if len(names) <= _NAMED else [*names[:_NAMED], "…"]
        message = text(
            "structure altered: {count} {what}: {names}",
            count=len(names),
            what=_FATES[thing],
            names=Joined(tuple(shown), _COMMA),
        )
        yield Problem(None, None, message)
    for line in damage:
        yield Problem(None, None, text("the file is damaged: {reason}", reason=line))


def _unreadable(error: DBAPIError) -> Problem:
    return Problem(None, None, text("the file cannot be read: {reason}", reason=str(error.orig)))


def _about(table: Table, row: Mapping[str, Any], message: Text) -> Text:
    return text(
        "table {table}, row {row}: {message}", table=table.name, row=primary_key(table.name, row), message=message
    )


def _number(value: object) -> int | None:
    """Return the entry's number that a row names, if it is one."""
    return value if isinstance(value, int) else None
