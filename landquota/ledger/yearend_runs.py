"""Runs of year-ends: which entries belong together, so that they can be taken back together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy import Connection, select

from landquota.findings import Finding
from landquota.ledger import schema
from landquota.ledger.drafts import ReversalDraft
from landquota.ledger.refusals import EntryRefused

#: The keys of their entries: the year, the number of the run, and that of the entry in it.
_KEY: Final = re.compile(r"(year-end:[0-9]{4}):([0-9]+):[0-9]+")
#: A run as people name it.
_RUN: Final = re.compile(r"year-end:([0-9]{4}):([0-9]+)")


def next_run(connection: Connection, year: int) -> str:
    """Return the run that a commit would make: the number after the last one, also if that was undone.

    A key of that form that stands for anything else, such as a statement, is taken too.
    """
    key = schema.entry.c.key
    matches = map(_KEY.fullmatch, connection.execute(select(key).where(key.startswith(f"year-end:{year}:"))).scalars())
    return f"year-end:{year}:{max((int(match[2]) for match in matches if match is not None), default=0) + 1}"


def live_runs(connection: Connection, year: int) -> tuple[str, ...]:
    """Return the runs of a year of which something has not been taken back."""
    live = sorted({number for _, number, _, taken_back in _entries(connection, year) if not taken_back})
    return tuple(f"year-end:{year}:{number}" for number in live)


def reversals(connection: Connection, run: str, *, reason: str, effective: date | None) -> list[ReversalDraft]:
    """Return what takes back every entry of a run, the last first, from its own day on unless told otherwise.

    Raises
    ------
    EntryRefused
        There is no such run, or nothing is left to take back.
    """
    named = _RUN.fullmatch(run)
    live = [
        (key, effective or date.fromisoformat(day))
        for key, found, day, taken_back in (() if named is None else _entries(connection, int(named[1])))
        if named is not None and named[2] == str(found) and not taken_back
    ]
    if not live:
        raise EntryRefused([Finding("LEDGER-YEAR-END-UNKNOWN", params={"run": run})])
    return [ReversalDraft(reverses=key, reason=reason, effective=day) for key, day in reversed(live)]


def _entries(connection: Connection, year: int) -> Iterator[tuple[str, int, str, bool]]:
    """Yield the entries of all runs of a year: key, number of the run, day, and whether it was taken back."""
    entry, reversal = schema.entry.c, schema.reversal
    query = (
        select(entry.key, entry.effective, reversal.c.seq)
        .outerjoin(reversal, reversal.c.target == entry.seq)
        .where(entry.key.startswith(f"year-end:{year}:"), entry.type == "movement")
        .order_by(entry.seq)
    )
    for key, day, taken_back in connection.execute(query):
        match = _KEY.fullmatch(key)
        if match is not None:
            yield key, int(match[2]), day, taken_back is not None
