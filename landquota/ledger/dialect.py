"""What a database does in its own way, so that all else is said once, in SQLAlchemy's words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from landquota.errors import InputError, LandquotaError
from landquota.i18n import Text, text

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine
    from sqlalchemy.exc import DBAPIError

#: How long a writer waits for another one, in seconds.
WAIT_S: Final = 30.0

#: What a part of the structure is (table, index, trigger, function), and its name.
Part = tuple[str, str]
#: What a part of the structure is, and what became of it (missing, altered, added).
Fate = tuple[str, str]


class Dialect(Protocol):
    """One place in one kind of database.

    Whatever is particular to that database stands in the module that implements this.
    """

    @property
    def place(self) -> Path | str:
        """Where the ledger is, as messages name it; never with a password."""
        ...

    @property
    def elsewhere(self) -> Text:
        """What to do where there is no ledger."""
        ...

    def check_place(self, *, create: bool) -> None:
        """Make sure, before anything is opened, that a ledger can be there (with `create`: be made there)."""
        ...

    def engine(self) -> Engine:
        """Return an engine whose connections hold no lock between transactions; carry none over a fork."""
        ...

    def settle(self, engine: Engine) -> None:
        """Set up, outside of any transaction, what stays with a ledger that has been found or made."""
        ...

    def begin_looking(self, connection: Connection) -> None:
        """Begin to look whether there is a ledger."""
        ...

    def begin_reading(self, connection: Connection) -> None:
        """Begin to read one state of a ledger."""
        ...

    def begin_writing(self, connection: Connection) -> None:
        """Begin to write: alone, from before the first thing that is read to decide by."""
        ...

    def table_names(self, connection: Connection) -> set[str]:
        """Return the names of all tables that are there."""
        ...

    def create(self, connection: Connection) -> None:
        """Make the tables, what they stand in, and what keeps them append-only."""
        ...

    def protect(self, connection: Connection) -> None:
        """Make what keeps the tables append-only."""
        ...

    def unprotect(self, connection: Connection) -> None:
        """Remove every trigger of our tables, in a transaction that will :meth:`protect` them again."""
        ...

    def altered_structure(self, connection: Connection) -> dict[Fate, list[str]]:
        """Return the names of the parts of ours that are not as they were made.

        What somebody added beside our tables (QGIS keeps styles in tables of its own) does not matter.
        """
        ...

    def damage(self, connection: Connection) -> list[str]:
        """Return what the database's own check of its files finds."""
        ...

    def reading_anything(self, connection: Connection) -> AbstractContextManager[object]:
        """Let a check go on with the connection after something that cannot be read."""
        ...

    def explained(self, error: DBAPIError) -> LandquotaError | None:
        """Return what `error` means to the user, or None where it is a fault of ours."""
        ...


class Meaning(NamedTuple):
    """What the errors whose codes begin alike mean to the user; `reason` is the database's own word."""

    beginning: str
    message: Text
    remedy: Text

    def about(self, place: Path | str, reason: object) -> LandquotaError:
        """Return the error about a `place`."""
        return InputError(Text(self.message.msgid, {"path": place, "reason": reason}), remedy=self.remedy)


def meaning(code: str, meanings: Iterable[Meaning]) -> Meaning | None:
    """Return the first of `meanings` that `code` begins like."""
    return next((each for each in meanings if code.startswith(each.beginning)), None)


#: What more than one database can say.
BUSY: Final = (
    text("{path}: another program has been writing to the ledger for a long time"),
    text("Wait for it to end, or close it, and try again; nothing was written."),
)
FULL: Final = (text("{path}: the disk is full"), text("Free some space and try again; nothing was written."))


def altered(expected: Mapping[Part, str], actual: Mapping[Part, str]) -> dict[Fate, list[str]]:
    """Compare structures, each part by what it is and its name."""
    found: dict[Fate, list[str]] = {}
    for part in sorted(expected.keys() | actual.keys()):
        if expected.get(part) != actual.get(part):
            what, name = part
            fate = "missing" if part not in actual else "altered" if part in expected else "added"
            found.setdefault((what, fate), []).append(name)
    return found
