"""Access to an open ledger: its store, and reading that names what no ledger could have written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Self

from landquota.errors import LandquotaError
from landquota.i18n import text
from landquota.ledger.store import Store

if TYPE_CHECKING:
    from sqlalchemy import Connection


class LedgerAccess:
    """An open ledger, until it is closed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; closing twice does no harm."""
        self._store.close()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """Read one state of the ledger; what no ledger could have written is said, not shown."""
        with _intelligible(), self._store.reading() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Write alone; what no ledger could have written is said, and nothing is added to it."""
        with _intelligible(), self._store.writing() as connection:
            yield connection

    @contextmanager
    def _trying(self) -> Iterator[Connection]:
        """Write, and undo it."""
        with _intelligible(), self._store.trying() as connection:
            yield connection


@contextmanager
def _intelligible() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise LandquotaError(
            text("The ledger holds what landquota did not write: {reason}", reason=repr(error)),
            remedy=text("Find the altered entry with 'landquota ledger verify', and restore a copy."),
        ) from error
