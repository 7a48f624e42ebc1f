"""What can be posted: one table of movements, one of measures (design §4).

A movement takes an amount from one account and gives it to another, always exactly.  A
measure is what a document can state as of a date, and what a position reports.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final

from landquota.i18n import Renderable, text
from landquota.ledger.words import Word
from landquota.vocabulary import label


class State(StrEnum):
    """Where an amount of quota is; `ISSUER` is the outside, which has no limit."""

    ISSUER = "issuer"
    REQUESTED = "requested"
    AVAILABLE = "available"
    RESERVED = "reserved"
    COMMITTED = "committed"


class Receiver(Enum):
    """Whose account a movement gives to."""

    SAME = "the holder itself"
    CHILD = "a holder directly under it"
    OTHER = "any other holder"
    LATER_YEAR = "the holder itself, in a later quota year"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One way in which quota moves.

    `takes` and `gives` are the measures that the movement adds to, for the account it takes
    from and the one it gives to; what only changes state needs neither.  `winds_down` marks
    movements that stay possible after a kind's validity has ended.
    """

    name: str
    source: State
    target: State
    receiver: Receiver = Receiver.SAME
    takes: str | None = None
    gives: str | None = None
    winds_down: bool = False

    @property
    def label(self) -> Word:
        """The field's word for it."""
        return Word(self.name)

    @property
    def needs_to(self) -> bool:
        """Whether a receiving holder has to be named."""
        return self.receiver in {Receiver.CHILD, Receiver.OTHER}


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that a document states as of a date; of one quota kind, or of land.

    What is `cumulative` never becomes less from one day to a later one.
    """

    name: str
    of_kind: bool
    cumulative: bool = False

    @property
    def label(self) -> Word:
        """The field's word for it."""
        return Word(self.name)


_ISSUER, _REQUESTED = State.ISSUER, State.REQUESTED
_AVAILABLE, _RESERVED, _COMMITTED = State.AVAILABLE, State.RESERVED, State.COMMITTED


def _by_name(movements: Iterable[Movement]) -> Mapping[str, Movement]:
    return MappingProxyType({movement.name: movement for movement in movements})


MOVEMENTS: Final = _by_name(
    (
        Movement(name="request", source=_ISSUER, target=_REQUESTED),
        Movement(name="withdraw", source=_REQUESTED, target=_ISSUER, winds_down=True),
        Movement(name="grant", source=_ISSUER, target=_AVAILABLE, gives="granted"),
        Movement(name="supplement", source=_ISSUER, target=_AVAILABLE, gives="granted"),
        Movement(name="reward", source=_ISSUER, target=_AVAILABLE, gives="granted"),
        Movement(
            name="allot", source=_AVAILABLE, target=_AVAILABLE,
            receiver=Receiver.CHILD, takes="allotted_out", gives="allotted_in",
        ),
        Movement(
            name="transfer", source=_AVAILABLE, target=_AVAILABLE,
            receiver=Receiver.OTHER, takes="transferred_out", gives="transferred_in",
        ),
        Movement(name="reserve", source=_AVAILABLE, target=_RESERVED),
        Movement(name="release", source=_RESERVED, target=_AVAILABLE, winds_down=True),
        Movement(name="lapse", source=_RESERVED, target=_AVAILABLE, winds_down=True),
        Movement(name="commit", source=_AVAILABLE, target=_COMMITTED),
        Movement(name="return", source=_COMMITTED, target=_AVAILABLE, winds_down=True),
        Movement(
            name="deduct", source=_AVAILABLE, target=_ISSUER, takes="withdrawn", winds_down=True
        ),
        Movement(
            name="recover", source=_AVAILABLE, target=_ISSUER, takes="withdrawn", winds_down=True
        ),
        Movement(
            name="expire", source=_AVAILABLE, target=_ISSUER, takes="withdrawn", winds_down=True
        ),
        Movement(
            name="carry", source=_AVAILABLE, target=_AVAILABLE,
            receiver=Receiver.LATER_YEAR, takes="carried_out", gives="carried_in", winds_down=True,
        ),
    )
)  # fmt: skip

#: The only movement that may take from another state than its own: a commitment from what was reserved.
FROM_RESERVED: Final = frozenset({"commit"})

_MEASURES: Final = (
    Measure("requested", of_kind=True),
    Measure("granted", of_kind=True),
    Measure("allotted_in", of_kind=True),
    Measure("allotted_out", of_kind=True),
    Measure("reserved", of_kind=True),
    Measure("committed", of_kind=True),
    Measure("available", of_kind=True),
    Measure("documented_area", of_kind=False),
    Measure("approved", of_kind=False, cumulative=True),
    Measure("requisitioned", of_kind=False, cumulative=True),
    Measure("supplied", of_kind=False, cumulative=True),
    Measure("under_construction", of_kind=False),
    Measure("completed", of_kind=False, cumulative=True),
)

#: What a statement can be about; `documented_area` is an area, the other land measures are stages.
MEASURES: Final[Mapping[str, Measure]] = MappingProxyType({measure.name: measure for measure in _MEASURES})

#: How available comes about: each term of the conservation identity, with its sign.
TERMS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "granted": 1,
        "allotted_in": 1,
        "allotted_out": -1,
        "transferred_in": 1,
        "transferred_out": -1,
        "carried_in": 1,
        "carried_out": -1,
        "withdrawn": -1,
        "reserved": -1,
        "committed": -1,
    }
)

#: The words for terms and states in the arithmetic of a refusal.
LABELS: Final[Mapping[str, Renderable]] = MappingProxyType(
    {
        **{measure.name: measure.label for measure in _MEASURES},
        "transferred_in": text("transferred in"),
        "transferred_out": text("transferred out"),
        "carried_in": text("carried in"),
        "carried_out": text("carried out"),
        "withdrawn": text("deducted, recovered or expired"),
    }
)


def code_of(written: str, names: Collection[str]) -> str:
    """Return which of `names` is meant, by itself or by its Chinese word; else `written` as it is."""
    if written in names:
        return written
    return next((name for name in names if written == label(name, "zh")), written)


def with_words(names: Iterable[str]) -> tuple[str, ...]:
    """Return `names`, each with its Chinese word: ``grant 下达``."""
    return tuple(f"{name} {label(name, 'zh')}" for name in names)
