"""The journal: every entry as a block of readable text that gives back the same ledger, hash for hash.

Each line is a field and its value as JSON; amounts have a remark that says them in their unit,
and a remark that says otherwise is refused.  The hash of the entry before is not repeated::

    landquota journal 1

    entry 12
    key = "L-000012"
    type = "movement"
    …
    body.amount = 6100000  # 30.5 亩
    body.holder = "慈溪市"
    hash = "443066500abba5d15ba7d29875822cfafe9fe7a9029f2838f7013bc90e184f75"

    entries 12 head 443066500abba5d15ba7d29875822cfafe9fe7a9029f2838f7013bc90e184f75
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import orjson

from landquota.amount import Amount, Money
from landquota.area import COMMODITIES, UNITS, Area, counted_in
from landquota.findings import Finding, Place
from landquota.ledger.entries import GENESIS, Record, canonical, digest
from landquota.ledger.words import Joined

HEADING: Final = "landquota journal 1"
#: What stands above the body in each block, and which of it may be absent.
_HEAD: Final = ("key", "type", "effective", "recorded", "document", "clause")
_OPTIONAL: Final = frozenset({"document", "clause"})
_HASH: Final = "hash"
_BODY: Final = "body."

_ENTRY: Final = re.compile(r"entry ([0-9]{1,18})")
_END: Final = re.compile(r"entries ([0-9]{1,18}) head ([0-9a-f]{64})")
_FIELD: Final = re.compile(r"((?:body\.)?[a-z][a-z0-9_]*) = (.*)")
_REMARK: Final = re.compile(r"  # (.+)")
#: How much of a line a finding shows.
_SHOWN: Final = 60


class _Counted:
    """What the amounts of the entries are, by the quota kinds that the entries before them declare."""

    def __init__(self) -> None:
        self._kinds: dict[str, type[Amount]] = {}

    def declare(self, entry: object, body: Mapping[str, Any]) -> None:
        """Take in an entry, if it declares a quota kind."""
        counted = COMMODITIES.get(_word(body, "unit"))
        if entry == "kind" and counted is not None:
            self._kinds[_word(body, "kind")] = counted

    def remark(self, entry: object, body: Mapping[str, Any], name: str) -> str | None:
        """Return the amount `name` of a body in its unit; None for what is no amount."""
        counted = self._counted(entry, body, name) if type(body[name]) is int else None
        return None if counted is None else counted(body[name]).render("zh")

    def _counted(self, entry: object, body: Mapping[str, Any], name: str) -> type[Amount] | None:
        if entry == "movement" and name == "amount":
            return Area if "kind" not in body else self._kinds.get(_word(body, "kind"))
        if entry == "statement" and name in {"nominal", "low", "high"}:
            unit = UNITS.get(_word(body, "unit"))
            return None if unit is None else counted_in(unit)
        if entry == "progress":
            return {"developed": Area, "to_develop": Area, "invested": Money, "investment": Money}.get(name)
        return None


def _word(body: Mapping[str, Any], name: str) -> str:
    """Return a text of a body; what is none names nothing."""
    word = body.get(name)
    return word if isinstance(word, str) else ""


def print_journal(records: Sequence[Record]) -> str:
    """Return `records`, the whole of a ledger in its order, as a journal.

    Raises
    ------
    ValueError
        The records are not an unbroken chain: they would not be read back.
    """
    lines, counted, prev = [HEADING, ""], _Counted(), GENESIS
    for number, record in enumerate(records, 1):
        body = orjson.loads(record.body)
        if (record.seq, record.prev, digest(record)) != (number, prev, record.hash) or canonical(body) != record.body:
            raise ValueError(record.key)
        counted.declare(record.type, body)
        lines += _block(record, body, counted)
        prev = record.hash
    lines.append(f"entries {len(records)} head {prev}\n")
    return "\n".join(lines)


def _block(record: Record, body: Mapping[str, Any], counted: _Counted) -> Iterator[str]:
    yield f"entry {record.seq}"
    for name in _HEAD:
        value = getattr(record, name)
        if value is not None:
            yield f"{name} = {_value(value)}"
    for name, value in body.items():  # canonical: sorted by name
        remark = counted.remark(record.type, body, name)
        yield f"{_BODY}{name} = {_value(value)}" + ("" if remark is None else f"  # {remark}")
    yield f"{_HASH} = {_value(record.hash)}"
    yield ""


def _value(value: object) -> str:
    """Return JSON in which every character can be seen: what steers or hides is escaped."""
    written = canonical(value)
    if written.isprintable():
        return written
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in written)


def parse_journal(data: bytes, *, file: str) -> tuple[list[Record], list[Finding]]:
    """Read a journal; with any finding the records are not to be used.

    A byte order mark and CRLF, which editors of Windows add, do not matter.

    Parameters
    ----------
    data
        The content of the file.
    file
        Its name, for the findings.
    """
    try:
        content = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        place = Place(file=file, line=data.count(b"\n", 0, problem.start) + 1)
        return [], [Finding("JOURNAL-ENCODING", place, {"byte": f"{data[problem.start]:02X}"})]
    reader = _Reader(file)
    lines = [line.removesuffix("\r") for line in content.split("\n")]
    if lines[0] != HEADING:
        reader.find("JOURNAL-HEADING", 1, found=lines[0][:_SHOWN], needed=HEADING)
        return [], reader.findings
    for number, line in enumerate(lines[1:], 2):
        reader.read(number, line)
    reader.end(len(lines))
    return reader.records, reader.findings


class _Value(NamedTuple):
    value: Any
    remark: str | None
    line: int


@dataclass(slots=True)
class _Block:
    """The lines of one entry."""

    seq: int
    line: int
    fields: dict[str, _Value] = field(default_factory=dict)
    broken: bool = False


class _Reader:
    """Reads line by line, and keeps every finding."""

    def __init__(self, file: str) -> None:
        self.records: list[Record] = []
        self.findings: list[Finding] = []
        self._file = file
        self._block: _Block | None = None
        self._counted = _Counted()
        self._count = 0
        self._due = 1
        self._prev: str | None = GENESIS
        self._ended = False

    def find(self, code: str, line: int, /, **params: object) -> None:
        """Keep a finding."""
        self.findings.append(Finding(code, Place(file=self._file, line=line), params))

    def read(self, number: int, line: str) -> None:
        """Take in one line."""
        if not line:
            return
        entry, end, said = (pattern.fullmatch(line) for pattern in (_ENTRY, _END, _FIELD))
        if self._ended or not (entry or end or (said and self._block)):
            self.find("JOURNAL-LINE", number, found=line[:_SHOWN])
        elif entry:
            self._close()
            self._block = _Block(int(entry[1]), number)
        elif end:
            self._close()
            self._ended = True
            self._compare_end(number, int(end[1]), end[2])
        elif said and self._block:
            self._field(self._block, said[1], said[2], number)

    def end(self, number: int) -> None:
        """Find out whether the last line is there."""
        self._close()
        if not self._ended:
            self.find("JOURNAL-END", number, entry=self._due - 1)

    def _compare_end(self, number: int, count: int, head: str) -> None:
        last = self._prev or "—"
        if (count, head) != (self._count, last):
            self.find("JOURNAL-TOTAL", number, said=count, head=head, found=self._count, last=last)

    def _field(self, block: _Block, name: str, written: str, line: int) -> None:
        known = (*_HEAD, _HASH)
        if name not in known and not name.startswith(_BODY):
            self.find("JOURNAL-FIELD", line, field=name, known=Joined((*known, f"{_BODY}…")))
        elif name in block.fields:
            self.find("JOURNAL-FIELD-TWICE", line, field=name, entry=block.seq)
        else:
            value = _read_value(written, line)
            if value is not None and (name.startswith(_BODY) or isinstance(value.value, str)):
                block.fields[name] = value
                return
            self.find("JOURNAL-VALUE", line, field=name, found=written[:_SHOWN])
        block.broken = True

    def _close(self) -> None:
        """Make a record of the block that has ended, and hold it to its hash."""
        block, self._block = self._block, None
        if block is None:
            return
        self._count += 1
        missing = [n for n in (*_HEAD, _HASH) if n not in block.fields and n not in _OPTIONAL]
        if missing and not block.broken:
            self.find("JOURNAL-FIELD-MISSING", block.line, entry=block.seq, fields=Joined(tuple(missing)))
        if block.seq != self._due:
            self.find("JOURNAL-SEQUENCE", block.line, found=block.seq, needed=self._due)
            self._prev = None  # what stood before it is not known: its hash cannot be judged
        stated = block.fields.get(_HASH)
        if not missing and not block.broken:
            self._judge(block)
        self._due, self._prev = block.seq + 1, None if stated is None else stated.value

    def _judge(self, block: _Block) -> None:
        head: dict[str, Any] = {name: block.fields[name].value if name in block.fields else None for name in _HEAD}
        said = {name: value for name, value in block.fields.items() if name.startswith(_BODY)}
        body = {name.removeprefix(_BODY): value.value for name, value in said.items()}
        self._counted.declare(head["type"], body)
        for name, value in said.items():
            remark = self._counted.remark(head["type"], body, name.removeprefix(_BODY))
            if value.remark not in {None, remark}:
                self.find("JOURNAL-REMARK", value.line, field=name, amount=remark or "—", remark=value.remark)
        if self._prev is None:
            return
        given = block.fields[_HASH]
        record = Record(block.seq, **head, body=canonical(body), prev=self._prev, hash=given.value)
        if digest(record) != record.hash:
            self.find("JOURNAL-HASH", given.line, entry=block.seq, key=record.key, found=record.hash)
        self.records.append(record)


def _read_value(written: str, line: int) -> _Value | None:
    """Return a value and its remark; None for what is no JSON, or not text that can be kept."""
    try:
        value, end = _DECODER.raw_decode(written)
        canonical(value)
    except (TypeError, ValueError, RecursionError):
        return None
    remark = _REMARK.fullmatch(written, end)
    if remark is None and end != len(written):
        return None
    return _Value(value, None if remark is None else remark[1], line)


def _refuse(constant: str) -> None:
    """Refuse NaN and the infinities, which Python takes for JSON."""
    raise ValueError(constant)


_DECODER: Final = json.JSONDecoder(parse_constant=_refuse)
