"""What a program and its worker process say to each other: calls, answers, errors, in whole messages.

Messages are pickles, which are trusted: the worker is this program with this user's rights.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import repeat
from typing import Any, BinaryIO, Final, Literal, TypeAlias

from landquota.errors import LandquotaError
from landquota.findings import Place
from landquota.formats.table import FeatureTable
from landquota.i18n import Text

_LENGTH_BYTES: Final = 8

Cause: TypeAlias = Literal["crash", "timeout", "memory"]


@dataclass(frozen=True, slots=True)
class Request:
    """One call of the worker's function; `timeout_s` is the time that the asker will wait."""

    arguments: tuple[object, ...]
    options: Mapping[str, object]
    timeout_s: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What the function returned."""

    value: Any


@dataclass(frozen=True, slots=True)
class Raised:
    """An error of ours that the function raised, in the parts of which it is made again.

    Exceptions pickle by their positional arguments only; ours have others.
    """

    kind: type[LandquotaError]
    arguments: tuple[object, ...]
    state: Mapping[str, object]

    @classmethod
    def of(cls, error: LandquotaError) -> Raised:
        """Take an error apart."""
        return cls(type(error), error.args, dict(vars(error)))

    def error(self) -> LandquotaError:
        """Return the error as it was raised."""
        made = self.kind.__new__(self.kind, *self.arguments)
        vars(made).update(self.state)
        return made


@dataclass(frozen=True, slots=True)
class Ended:
    """The worker is no more, or no longer to be used: why, in a word and in words."""

    cause: Cause
    how: Text


def send(stream: BinaryIO, message: object) -> None:
    """Write one message whole, its length first."""
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(len(data).to_bytes(_LENGTH_BYTES, "big"))
    stream.write(data)
    stream.flush()


def receive(stream: BinaryIO) -> Any:  # noqa: ANN401 - whatever was sent
    """Return the next message.

    Raises
    ------
    EOFError
        The other side is gone, maybe in the middle of a message.
    """
    import numpy as np  # noqa: PLC0415 - a worker starts before anything heavy is loaded

    head = stream.read(_LENGTH_BYTES)
    size = int.from_bytes(head, "big")
    data = stream.read(size) if len(head) == _LENGTH_BYTES else b""
    if not head or len(data) < size:
        raise EOFError
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers have their findings already
        return pickle.loads(data)  # noqa: S301 - from a process of our own, see above


@dataclass(frozen=True, slots=True)
class _Packed:
    """A table as it travels; hundreds of thousands of places are slow to pickle one by one.

    `places` has one item per field of :class:`Place`: the value that all have, or all values.
    """

    table: FeatureTable
    places: tuple[object, ...]
    findings: object


def packed(value: object) -> object:
    """Return what a reader returned as it travels; anything else as it is."""
    match value:
        case (FeatureTable() as table, findings):
            columns = [[getattr(place, name) for place in table.places] for name in Place.__slots__]
            return _Packed(replace(table, places=()), tuple(map(_column, columns)), findings)
        case _:
            return value


def unpacked(value: object) -> object:
    """Return what was :func:`packed`."""
    if not isinstance(value, _Packed):
        return value
    rows = len(value.table.frame)
    columns = [column if isinstance(column, list) else repeat(column, rows) for column in value.places]
    places = tuple(Place(*row) for row in zip(*columns, strict=True))
    return replace(value.table, places=places), value.findings


def _column(values: Sequence[object]) -> object:
    return values[0] if values and all(one == values[0] for one in values) else list(values)
