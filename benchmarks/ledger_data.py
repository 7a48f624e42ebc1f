"""Made-up transactions of a county's quota: as drafts, as a clerk's table, and as journals of beancount and hledger.

All four say the same, so that the same balances have to come out of them to the last digit.  20
holders, 8 kinds and 10 years are used unevenly, as in life: an eighth of all transactions touches
the busiest account.  One in twenty is dated back.  Nothing is ever overdrawn: every group begins
with far more than it uses.
"""

from __future__ import annotations

import csv
import itertools
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Final, NamedTuple

from landquota.amount import point
from landquota.area import Area
from landquota.ledger import Draft, HolderDraft, KindDraft, MovementDraft

HOLDERS: Final = ("慈溪市", *(f"镇街{number:02}" for number in range(1, 20)))
KINDS: Final = ("新增计划", "统筹", "重大项目", "增减挂钩", "存量盘活", "复垦折抵", "占补平衡", "规划规模")
YEARS: Final = tuple(range(2020, 2010, -1))
FIRST, LAST = date(2011, 1, 1), date(2020, 12, 31)
STATES: Final = ("requested", "available", "reserved", "committed")
#: How often each movement occurs after the opening ones.
_WEIGHTS: Final = {
    "commit": 38, "reserve": 16, "commit reserved": 10, "release": 4, "allot": 8, "transfer": 9,
    "return": 4, "request": 1, "grant": 6, "supplement": 1, "deduct": 3,
}  # fmt: skip
#: What a movement takes from and gives to, in a journal.
_SIDES: Final = {
    "request": ("issuer", "requested"),
    "grant": ("issuer", "available"),
    "supplement": ("issuer", "available"),
    "allot": ("available", "available"),
    "transfer": ("available", "available"),
    "reserve": ("available", "reserved"),
    "release": ("reserved", "available"),
    "commit": ("available", "committed"),
    "return": ("committed", "available"),
    "deduct": ("available", "issuer"),
}
#: What needs something to be there; else there is a commitment instead.
_GIVING_BACK: Final = frozenset({"commit reserved", "release", "return"})
#: What may be dated back, and how often: one in twenty of all.
_DATED_BACK: Final = frozenset({"grant", "supplement", "deduct", "allot", "transfer"})
_BACK: Final = 0.2
_OPENING_MU: Final = {True: 500_000_000, False: 20_000_000}
_SMALLEST_DIGIT: Final = 6


class Group(NamedTuple):
    """One holder's quota of one kind and year."""

    holder: str
    kind: str
    year: int


class Transaction(NamedTuple):
    """One movement; `units` are 1/300 m²."""

    number: int
    day: date
    movement: str
    group: Group
    units: int
    to: str | None = None
    reservation: str | None = None
    request: str | None = None

    @property
    def key(self) -> str:
        """The key of its entry."""
        return f"b:{self.number:07}"

    @property
    def parcel(self) -> str | None:
        """The parcel that the quota is used for."""
        return f"GHW-{self.number % 4_999:04}" if self.movement == "commit" else None

    @property
    def document(self) -> str:
        """The document that says so."""
        return f"甬自然资〔{self.day.year}〕{self.number % 211}号"

    @property
    def clause(self) -> str:
        """Where in the document."""
        return f"§{self.number % 9}"

    @property
    def sides(self) -> tuple[str, str]:
        """The accounts that a journal books this on, the one that gives first."""
        source, target = _SIDES[self.movement]
        source = "reserved" if self.reservation else source
        return account(source, self.group), account(target, self.group._replace(holder=self.to or self.group.holder))


def account(state: str, group: Group) -> str:
    """Return what an account is called in the journals."""
    what = f"K{KINDS.index(group.kind)}:Y{group.year}"
    return (
        f"Equity:Issuer:{what}"
        if state == "issuer"
        else f"Assets:{state.title()}:H{HOLDERS.index(group.holder)}:{what}"
    )


@dataclass(slots=True)
class _Holding:
    """What a group has of that which can be given back: reservations and requests by key, and what was committed."""

    committed: int = 0
    reservations: dict[str, int] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)


class _Skewed:
    """A choice in which the first of the things is the likeliest by far."""

    def __init__(self, things: Iterable[object]) -> None:
        self._sums = list(itertools.accumulate(1 / rank**1.5 for rank, _ in enumerate(things, 1)))

    def pick(self, random: Random) -> int:
        return bisect(self._sums, random.random() * self._sums[-1])


def transactions(count: int, seed: int = 20_210_623) -> Iterator[Transaction]:
    """Yield `count` transactions: first every group's opening, then ten years in order, some dated back."""
    random = Random(seed)  # noqa: S311 - made-up data
    opening = [Group(*names) for names in itertools.product(HOLDERS, KINDS, YEARS)]
    for number, group in enumerate(opening, 1):
        county = group.holder == HOLDERS[0]
        giver = group._replace(holder=HOLDERS[0])
        units = Area.of(_OPENING_MU[county], Area.unit).units
        yield Transaction(number, FIRST, "grant" if county else "allot", giver, units, None if county else group.holder)
    holdings = {group: _Holding() for group in opening}
    choices = [_Skewed(each) for each in (HOLDERS, KINDS, YEARS)]
    names, weights = list(_WEIGHTS), list(itertools.accumulate(_WEIGHTS.values()))
    days = (LAST - FIRST).days
    for number in range(len(opening) + 1, count + 1):
        holder, kind, year = (each.pick(random) for each in choices)
        group = Group(HOLDERS[holder], KINDS[kind], YEARS[year])
        day = FIRST + timedelta(days=days * number // count)
        movement = names[bisect(weights, random.random() * weights[-1])]
        yield _Turn(random, number, day, movement).transaction(group, holdings[group])


class _Turn(NamedTuple):
    """One draw of what happens next."""

    random: Random
    number: int
    day: date
    movement: str

    def transaction(self, group: Group, holding: _Holding) -> Transaction:
        """Return a transaction that `group` can make now: the one that was drawn, or a commitment."""
        if self.movement in _GIVING_BACK:
            return self._giving_back(group, holding) or self._commit(group, holding)
        made = self._made(
            group, "transfer" if self.movement == "allot" and group.holder != HOLDERS[0] else self.movement
        )
        if made.movement in {"allot", "transfer"}:
            return made._replace(to=self.random.choice([name for name in HOLDERS if name != group.holder]))
        if made.movement == "reserve":
            holding.reservations[made.key] = made.units
        elif made.movement == "request":
            holding.requests[made.key] = made.units
        elif made.movement == "commit":
            holding.committed += made.units
        elif made.movement in {"grant", "supplement"} and holding.requests and self.number % 2:
            key, left = next(iter(holding.requests.items()))
            made = made._replace(day=self.day, units=min(made.units, left), request=key)
            _take(holding.requests, key, made.units)
        return made

    def _made(self, group: Group, movement: str) -> Transaction:
        """Return a transaction of a random amount; what gives to or takes from what is available may be dated back."""
        units = self.random.randrange(1, 4_000) * self.random.choice((5, 20, 1_000, 2_000))
        back = timedelta(days=self.random.randrange(1, 90))
        day = max(FIRST, self.day - back) if movement in _DATED_BACK and self.random.random() < _BACK else self.day
        return Transaction(self.number, day, movement, group, units)

    def _commit(self, group: Group, holding: _Holding) -> Transaction:
        made = self._made(group, "commit")
        holding.committed += made.units
        return made

    def _giving_back(self, group: Group, holding: _Holding) -> Transaction | None:
        """Return a commitment or release of what was reserved, or the return of what was committed."""
        made = self._made(group, "commit" if self.movement == "commit reserved" else self.movement)
        if self.movement == "return":
            made = made._replace(units=min(made.units, holding.committed))
            holding.committed -= made.units
            return made if made.units else None
        if not holding.reservations:
            return None
        if self.movement == "release":
            key, units = next(iter(holding.reservations.items()))
        else:
            key, left = self.random.choice(list(holding.reservations.items())[-50:])
            units = min(made.units, left)
            holding.committed += units
        _take(holding.reservations, key, units)
        return made._replace(units=units, reservation=key)


def _take(left: dict[str, int], key: str, units: int) -> None:
    left[key] -= units
    if not left[key]:
        del left[key]


def declarations() -> list[Draft]:
    """Return the declarations of all holders and kinds."""
    towns = [HolderDraft(holder=name, level="town", parent=HOLDERS[0]) for name in HOLDERS[1:]]
    kinds = [KindDraft(kind=name, name=f"{name}指标", covers_conversion=True) for name in KINDS]
    return [HolderDraft(holder=HOLDERS[0], level="county"), *towns, *kinds]


def draft(each: Transaction) -> MovementDraft:
    """Return the draft that posts a transaction."""
    return MovementDraft(
        movement=each.movement,
        holder=each.group.holder,
        kind=each.group.kind,
        amount=Area(each.units),
        effective=each.day,
        document=each.document,
        to=each.to,
        year=each.group.year,
        clause=each.clause,
        parcel=each.parcel,
        key=each.key,
        request=each.request,
        reservation=each.reservation,
    )


def mu(units: int) -> str:
    """Return an amount in 亩, with every digit."""
    return point(units * 10**_SMALLEST_DIGIT // Area.unit.size, _SMALLEST_DIGIT)


def write_table(path: Path, count: int) -> None:
    """Write the transactions as a clerk would list them."""
    columns = ("key", "movement", "holder", "to", "kind", "year", "area", "date", "document", "clause", "parcel")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.writer(file)
        table.writerow([*columns, "request", "reservation"])
        for t in transactions(count):
            what = (t.key, t.movement, t.group.holder, t.to, t.group.kind, t.group.year, f"{mu(t.units)}亩")
            table.writerow([*what, t.day, t.document, t.clause, t.parcel, t.request, t.reservation])


def write_journals(beancount: Path, hledger: Path, count: int) -> None:
    """Write the transactions as journals, with every account declared and its last balance asserted."""
    balances: Counter[str] = Counter()
    for t in transactions(count):
        source, target = t.sides
        balances[source] -= t.units
        balances[target] += t.units
    after = LAST + timedelta(days=1)
    with beancount.open("w", encoding="utf-8") as beans, hledger.open("w", encoding="utf-8") as journal:
        beans.write('option "operating_currency" "MU"\n1949-01-01 commodity MU\n')
        journal.write("commodity 1000.000000 MU\n")
        for name in sorted(balances):
            beans.write(f"{FIRST} open {name} MU\n")
            journal.write(f"account {name}\n")
        for t in transactions(count):
            source, target = t.sides
            legs = f"  {source}  -{mu(t.units)} MU\n  {target}  {mu(t.units)} MU\n\n"
            beans.write(f'{t.day} * "{t.document}{t.clause}" "{t.key}"\n{legs}')
            journal.write(f"{t.day} * {t.document}{t.clause} {t.key}\n{legs}")
        journal.write(f"{after} * control totals\n")
        for name, units in sorted(balances.items()):
            beans.write(f"{after} balance {name}  {mu(units)} MU\n")
            journal.write(f"  ({name})  0 MU = {mu(units)} MU\n")


def exact(text: str) -> int:
    """Return an amount of 亩 in whole units."""
    return Area.of(Decimal(text), Area.unit).units
