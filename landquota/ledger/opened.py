"""Which accounts have been opened: looked up one by one, or together where an import needs many."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, bindparam, select

from landquota.ledger import schema
from landquota.ledger.accounts import Account

#: Which number an account has; made once, for an import asks it again and again.
_NUMBER: Final = select(schema.account.c.id).where(
    *(part == bindparam(name) for part, name in zip(schema.ACCOUNT_IDENTITY, Account._fields, strict=True))
)
_WITHOUT_ITEM: Final = select(*(schema.account.c[name] for name in Account._fields), schema.account.c.id).where(
    schema.account.c.item.is_(None)
)


def account_number(connection: Connection, account: Account) -> int | None:
    """Return the number of an account that has been opened."""
    said = account._replace(
        holder=account.holder or "", kind=account.kind or "", year=account.year or 0, item=account.item or ""
    )
    return connection.execute(_NUMBER, said._asdict()).scalar_one_or_none()


class OpenedAccounts:
    """The accounts that a transaction finds opened."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._without_item: dict[Account, int] | None = None

    def expect_many(self) -> None:
        """Read the accounts of quota at once: an import asks for nearly all of them, at 0.1 ms each."""
        if self._without_item is None:
            rows = self._connection.execute(_WITHOUT_ITEM)
            self._without_item = {Account(*row[:-1]): row[-1] for row in rows}

    def find(self, account: Account) -> int | None:
        """Return the number of an account, if it was opened before the transaction."""
        if account.item is None and self._without_item is not None:
            return self._without_item.get(account)
        return account_number(self._connection, account)
