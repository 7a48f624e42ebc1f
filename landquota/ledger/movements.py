"""What can be posted: one table of movements, one of measures (design §4).

A movement takes an amount from one account and gives it to another, always exactly.  A
measure is what a document can state as of a date, and what a position reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final

from landquota.i18n import Text, text


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
    label: Text
    source: State
    target: State
    receiver: Receiver = Receiver.SAME
    takes: str | None = None
    gives: str | None = None
    winds_down: bool = False

    @property
    def needs_to(self) -> bool:
        """Whether a receiving holder has to be named."""
        return self.receiver in {Receiver.CHILD, Receiver.OTHER}


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that a document states as of a date; of one quota kind, or of land."""

    name: str
    label: Text
    of_kind: bool


_ISSUER, _REQUESTED = State.ISSUER, State.REQUESTED
_AVAILABLE, _RESERVED, _COMMITTED = State.AVAILABLE, State.RESERVED, State.COMMITTED


def _by_name(movements: Iterable[Movement]) -> Mapping[str, Movement]:
    return MappingProxyType({movement.name: movement for movement in movements})


MOVEMENTS: Final = _by_name(
    (
        Movement(name="request", label=text("request"), source=_ISSUER, target=_REQUESTED),
        Movement(name="withdraw", label=text("withdraw"), source=_REQUESTED, target=_ISSUER, winds_down=True),
        Movement(name="grant", label=text("grant"), source=_ISSUER, target=_AVAILABLE, gives="granted"),
        Movement(name="supplement", label=text("supplement"), source=_ISSUER, target=_AVAILABLE, gives="granted"),
        Movement(name="reward", label=text("reward"), source=_ISSUER, target=_AVAILABLE, gives="granted"),
        Movement(
            name="allot", label=text("allot"), source=_AVAILABLE, target=_AVAILABLE,
            receiver=Receiver.CHILD, takes="allotted_out", gives="allotted_in",
        ),
        Movement(
            name="transfer", label=text("transfer"), source=_AVAILABLE, target=_AVAILABLE,
            receiver=Receiver.OTHER, takes="transferred_out", gives="transferred_in",
        ),
        Movement(name="reserve", label=text("reserve"), source=_AVAILABLE, target=_RESERVED),
        Movement(name="release", label=text("release"), source=_RESERVED, target=_AVAILABLE, winds_down=True),
        Movement(name="lapse", label=text("lapse"), source=_RESERVED, target=_AVAILABLE, winds_down=True),
        Movement(name="commit", label=text("commit"), source=_AVAILABLE, target=_COMMITTED),
        Movement(name="return", label=text("return"), source=_COMMITTED, target=_AVAILABLE, winds_down=True),
        Movement(
            name="deduct", label=text("deduct"), source=_AVAILABLE, target=_ISSUER, takes="withdrawn", winds_down=True
        ),
        Movement(
            name="recover", label=text("recover"), source=_AVAILABLE, target=_ISSUER, takes="withdrawn", winds_down=True
        ),
        Movement(
            name="expire", label=text("expire"), source=_AVAILABLE, target=_ISSUER, takes="withdrawn", winds_down=True
        ),
        Movement(
            name="carry", label=text("carry over"), source=_AVAILABLE, target=_AVAILABLE,
            receiver=Receiver.LATER_YEAR, takes="carried_out", gives="carried_in", winds_down=True,
        ),
    )
)  # fmt: skip

#: The only movement that may take from another state than its own: a commitment from what was reserved.
FROM_RESERVED: Final = frozenset({"commit"})

_MEASURES: Final = (
    Measure("requested", text("requested"), of_kind=True),
    Measure("granted", text("granted"), of_kind=True),
    Measure("allotted_in", text("allotted in"), of_kind=True),
    Measure("allotted_out", text("allotted out"), of_kind=True),
    Measure("reserved", text("reserved"), of_kind=True),
    Measure("committed", text("committed"), of_kind=True),
    Measure("available", text("available"), of_kind=True),
    Measure("documented_area", text("documented area"), of_kind=False),
    Measure("approved", text("approved"), of_kind=False),
    Measure("requisitioned", text("requisitioned"), of_kind=False),
    Measure("supplied", text("supplied"), of_kind=False),
    Measure("under_construction", text("under construction"), of_kind=False),
    Measure("completed", text("completed"), of_kind=False),
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
LABELS: Final[Mapping[str, Text]] = MappingProxyType(
    {
        **{measure.name: measure.label for measure in _MEASURES},
        "transferred_in": text("transferred in"),
        "transferred_out": text("transferred out"),
        "carried_in": text("carried in"),
        "carried_out": text("carried out"),
        "withdrawn": text("taken back"),
    }
)
