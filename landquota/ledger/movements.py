"""What can be posted: one table of movements, one of measures (design §4).

A movement takes an amount from one account and gives it to another, always exactly: quota,
planning scale and money between states, land between stages.  A measure is what a document
can state as of a date, and what a position reports.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from types import MappingProxyType
from typing import Final

from landquota.i18n import Renderable, text
from landquota.ledger.words import Word
from landquota.vocabulary import label


class State(StrEnum):
    """Where an amount of quota is, or in which stage land is; `ISSUER` is the outside, which has no limit.

    `code` is its plain text, as tables have it; an enumeration's `value` takes four times as long.
    """

    code: str

    def __init__(self, code: str) -> None:
        self.code = code

    ISSUER = "issuer"
    REQUESTED = "requested"
    AVAILABLE = "available"
    RESERVED = "reserved"
    COMMITTED = "committed"
    #: Approved in a batch, and not yet divided into parcels.
    BATCH = "batch"
    APPROVED = "approved"
    REQUISITIONED = "requisitioned"
    BANKED = "banked"
    SUPPLIED = "supplied"
    UNDER_CONSTRUCTION = "under_construction"
    COMPLETED = "completed"
    ACCEPTED = "accepted"


#: The stages of land in the order in which a parcel passes through them.
STAGES: Final = (
    State.BATCH,
    State.APPROVED,
    State.REQUISITIONED,
    State.BANKED,
    State.SUPPLIED,
    State.UNDER_CONSTRUCTION,
    State.COMPLETED,
    State.ACCEPTED,
)
#: What a parcel may pass over without a word: not all land is banked before it is supplied.
OPTIONAL_STAGES: Final = frozenset({State.BANKED})


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
    movements that stay possible after a kind's validity has ended, `advances` those of land
    that may start from any earlier stage, `below` the one that may leave less than nothing.
    `of_land` are those that move land from stage to stage, and no quota; `needs_to` those of
    which a receiving holder has to be named.
    """

    name: str
    source: State
    target: State
    receiver: Receiver = Receiver.SAME
    takes: str | None = None
    gives: str | None = None
    winds_down: bool = False
    advances: bool = False
    below: bool = False
    of_land: bool = field(init=False)
    needs_to: bool = field(init=False)

    def __post_init__(self) -> None:
        # Worked out once: every entry asks for both several times.
        object.__setattr__(self, "of_land", self.source in STAGES or self.target in STAGES)
        object.__setattr__(self, "needs_to", self.receiver in {Receiver.CHILD, Receiver.OTHER})

    @property
    def label(self) -> Word:
        """The field's word for it."""
        return Word(self.name)


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
        Movement(
            name="carry_deficit", source=_AVAILABLE, target=_AVAILABLE,
            receiver=Receiver.LATER_YEAR, takes="carried_out", gives="carried_in", winds_down=True, below=True,
        ),
        Movement(name="approve", source=_ISSUER, target=State.APPROVED),
        Movement(name="divide", source=State.BATCH, target=State.APPROVED),
        Movement(name="requisition", source=State.APPROVED, target=State.REQUISITIONED, advances=True),
        Movement(name="bank", source=State.REQUISITIONED, target=State.BANKED, advances=True),
        Movement(name="supply", source=State.BANKED, target=State.SUPPLIED, advances=True),
        Movement(name="start", source=State.SUPPLIED, target=State.UNDER_CONSTRUCTION, advances=True),
        Movement(name="complete", source=State.UNDER_CONSTRUCTION, target=State.COMPLETED, advances=True),
        Movement(name="accept", source=State.COMPLETED, target=State.ACCEPTED, advances=True),
        Movement(name="revoke", source=State.APPROVED, target=_ISSUER),
        Movement(name="take_back", source=State.SUPPLIED, target=State.BANKED),
    )
)  # fmt: skip

#: Movements from one quota year to a later one, and of a deficit the other way.
CARRIES: Final = frozenset({"carry", "carry_deficit"})
#: The one by which a later year pays for what an earlier one has used beyond its own.
PAYING: Final = "carry_deficit"
#: Movements against a reservation: they name it, and never take more than is left of it.
OF_RESERVATION: Final = frozenset({"release", "lapse", "commit"})
#: Movements that use quota up, for which an over-limit allowance counts; with those that give it back.
USES: Final = frozenset({"reserve", "commit"})
USING: Final = USES | {"release", "lapse", "return"}
#: Movements of land that are of a whole approval batch, or of one parcel.
OF_BATCH_OR_PARCEL: Final = frozenset({"approve", "revoke"})
#: Movements of land that may name the holder in whose books the parcel is kept.
TO_OPTIONAL: Final = frozenset({"divide"})

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
    Measure("banked", of_kind=False, cumulative=True),
    Measure("supplied", of_kind=False, cumulative=True),
    Measure("under_construction", of_kind=False),
    Measure("completed", of_kind=False, cumulative=True),
    Measure("accepted", of_kind=False, cumulative=True),
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
        **{stage.value: Word(stage.value) for stage in STAGES},
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
