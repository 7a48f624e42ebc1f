"""A small county to post in: the samples that the ledger's tests share."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

from landquota.area import parse_amount, parse_figure
from landquota.ledger import (
    AllowanceDraft,
    Draft,
    HolderDraft,
    KindDraft,
    KindRuleDraft,
    Ledger,
    MovementDraft,
    PeriodDraft,
    Position,
    ProgressDraft,
    StatementDraft,
)

Place = TypeVar("Place", bound=str | Path)

NOW = datetime(2021, 6, 23, 8, 30, tzinfo=UTC)
COUNTY, TOWN, OTHER_TOWN, ZONE = "慈溪市", "观海卫镇", "周巷镇", "观海卫智能电器小镇"
PLAN, POOL, FOOD = "新增计划", "统筹", "占补平衡-产能"
DAY, LATER, LAST = date(2018, 6, 1), date(2018, 9, 1), date(2020, 12, 31)

HOLDERS = (
    HolderDraft(holder=COUNTY, level="county", name_en="Cixi"),
    HolderDraft(holder=TOWN, level="town", parent=COUNTY),
    HolderDraft(holder=OTHER_TOWN, level="town", parent=COUNTY),
    HolderDraft(holder=ZONE, level="zone", parent=TOWN, zone="GHW-01"),
)
KINDS = (
    KindDraft(kind=PLAN, name="新增建设用地计划指标", covers_conversion=True, carry=True),
    KindDraft(
        kind=POOL, name="统筹指标", covers_conversion=True,
        valid_from=date(2010, 1, 1), valid_to=date(2020, 6, 30),
    ),
    KindDraft(kind=FOOD, name="占补平衡产能指标", unit="kg", covers_conversion=False),
)  # fmt: skip
DECLARATIONS: tuple[Draft, ...] = (*HOLDERS, *KINDS)

#: One entry of each kind that is neither declared at the beginning nor moves or states anything.
DATED: tuple[Draft, ...] = (
    KindRuleDraft(kind=PLAN, carry=False, effective=LATER, document="d"),
    AllowanceDraft(name="临时超额", holder=TOWN, kind=PLAN, percent="5", effective=LATER, document="d"),
    PeriodDraft(action="close", through=date(2016, 12, 31), reason="决算"),
    ProgressDraft(parcel="P-1", holder=TOWN, effective=LATER, document="d", stopped_on=LATER),
)


def move(movement: str, holder: str, area: str, **more: Any) -> MovementDraft:
    """Return a movement of the plan quota of 2018, unless told otherwise."""
    given: dict[str, Any] = {"kind": PLAN, "year": 2018, "effective": DAY, "document": "甬自然资〔2018〕1号", **more}
    return MovementDraft(movement=movement, holder=holder, amount=parse_amount(area), **given)


def state(measure: str, written: str, **more: Any) -> StatementDraft:
    """Return a statement about the zone as of the end of 2017, unless told otherwise."""
    given: dict[str, Any] = {"holder": ZONE, "effective": date(2017, 12, 31), "document": "R241-2018", **more}
    return StatementDraft(measure=measure, figure=parse_figure(written), **given)


def at(ledger: Ledger, holder: str, *, kind: str = PLAN, year: int | None = 2018, as_of: date = LAST) -> Position:
    """Return one position."""
    (position,) = (p for p in ledger.positions(as_of) if (p.holder, p.kind, p.year) == (holder, kind, year))
    return position


def mu(position: Position, *measures: str) -> list[str]:
    """Return the figures of a position in 亩."""
    return [getattr(position, measure).number() for measure in measures]


def declare(place: Place) -> Place:
    """Make a ledger with the small county declared in it, and nothing else."""
    with Ledger.open(place, create=True) as ledger:
        ledger.import_all(DECLARATIONS, recorded=NOW)
    return place
