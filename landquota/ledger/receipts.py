"""Receipts: what somebody who posts is told of an entry."""

from __future__ import annotations

from typing import NamedTuple


class Receipt(NamedTuple):
    """What was posted, or was there `already` with the same key and content.

    `declared` names the holders and kinds that were declared on the way.
    """

    seq: int
    key: str
    hash: str
    already: bool
    declared: tuple[str, ...] = ()
