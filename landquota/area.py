"""Exact area: an integer number of 1/300 m², bounds, parsing, printing and apportioning.

1 亩 is 2000/3 m² exactly, so 1/300 m² is the largest unit in which the surveys' resolution
(0.01 m² = 3 units), 0.0001 亩 (20 units), hectares and square kilometres are all whole
numbers.  No sum ever drifts and no conversion ever rounds.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from typing import Final, Self

from landquota.amount import (
    SPELLINGS,
    Amount,
    Mass,
    MassUnit,
    Money,
    MoneyUnit,
    PrecisionError,
    UnitLike,
    half_up,
    point,
    round_half_up,
)
from landquota.errors import InputError
from landquota.i18n import text

UNITS_PER_M2: Final = 300
UNITS_PER_MU: Final = 200_000
#: More than any county or country that is measured in 亩; far below what 64 bits hold.
_LARGEST_UNITS: Final = 10_000_000 * 1_000_000 * UNITS_PER_M2
_LONGEST_FIGURE: Final = 80


class Unit(Enum):
    """A unit of area: its Chinese and English names and its size in 1/300 m²."""

    MU = ("亩", "mu", UNITS_PER_MU)
    M2 = ("平方米", "m²", UNITS_PER_M2)
    HA = ("公顷", "ha", 10_000 * UNITS_PER_M2)
    KM2 = ("平方公里", "km²", 1_000_000 * UNITS_PER_M2)

    def __init__(self, zh: str, en: str, size: int) -> None:
        self.zh = zh
        self.en = en
        self.size = size

    def render(self, language: str) -> str:
        """Return the unit's name in `language`."""
        return self.zh if language == "zh" else self.en


#: How each unit may be written, after NFKC normalisation (㎡ → m2, ㎢ → km2) in lower case.
_SPELLINGS: Final[Mapping[str, UnitLike]] = {
    "亩": Unit.MU,
    "市亩": Unit.MU,
    "mu": Unit.MU,
    "平方米": Unit.M2,
    "平米": Unit.M2,
    "m2": Unit.M2,
    "m^2": Unit.M2,
    "sqm": Unit.M2,
    "公顷": Unit.HA,
    "ha": Unit.HA,
    "hm2": Unit.HA,
    "平方公里": Unit.KM2,
    "平方千米": Unit.KM2,
    "km2": Unit.KM2,
    "km^2": Unit.KM2,
    "sqkm": Unit.KM2,
    **SPELLINGS,
}


class Area(Amount):
    """An exact, signed area in units of 1/300 m², printed in 亩."""

    __slots__ = ()
    code = "mu"
    unit = Unit.MU
    decimals = 6

    @classmethod
    def _too_fine(cls, value: Decimal | int | str, unit: UnitLike) -> PrecisionError:
        return PrecisionError(
            text("{value} {unit} is finer than 1/300 m²", value=f"{Decimal(value):f}", unit=unit),
            remedy=text("Give at most 2 decimals of m², 6 of ha, 5 of mu (in steps of 0.000005)."),
        )

    @classmethod
    def measured(cls, square_metres: float) -> Self:
        """Return a measured area, rounded half up to 0.01 m² as the surveys do."""
        hundredths = (Decimal(repr(float(square_metres))) * 100).to_integral_value(ROUND_HALF_UP)
        return cls(int(hundredths) * UNITS_PER_M2 // 100)

    def in_unit(self, unit: Unit, decimals: int) -> str:
        """Return the number in `unit`, rounded half up (away from zero) to `decimals`."""
        return half_up(self.units, unit.size, decimals)

    @property
    def mu(self) -> str:
        """The exact number of 亩, with no more than 6 decimals and no trailing zeros."""
        return self.number

    @property
    def m2(self) -> str:
        """The number of m² with 2 decimals, rounded half up, for display."""
        return self.in_unit(Unit.M2, 2)


ZERO: Final = Area(0)

#: What is counted in units of each kind, and by the code in which quota kinds are declared.
_COUNTED: Final[Mapping[type, type[Amount]]] = {Unit: Area, MassUnit: Mass, MoneyUnit: Money}
COMMODITIES: Final[Mapping[str, type[Amount]]] = {each.code: each for each in (Area, Mass, Money)}
#: Every unit by its code.
UNITS: Final[Mapping[str, UnitLike]] = {unit.name: unit for units in (Unit, MassUnit, MoneyUnit) for unit in units}


def counted_in(unit: UnitLike) -> type[Amount]:
    """Return what is counted in `unit`."""
    return _COUNTED[type(unit)]


def total(areas: Iterable[Area]) -> Area:
    """Return the exact sum."""
    return Area(sum(area.units for area in areas))


@dataclass(frozen=True, slots=True)
class Bounds:
    """An amount known to lie in ``[low, high]``; `high` is None where it is open."""

    low: Amount
    high: Amount | None

    def __post_init__(self) -> None:
        if self.high is not None and self.high is not self.low and self.high < self.low:
            raise InputError(text("Bounds are the wrong way round: {low} > {high}", low=self.low, high=self.high))

    @classmethod
    def exactly(cls, amount: Amount) -> Self:
        """Return bounds that meet in one exact amount."""
        return cls(amount, amount)

    @property
    def exact(self) -> bool:
        """Whether both bounds are the same."""
        return self.low == self.high

    @property
    def none(self) -> bool:
        """Whether it is exactly nothing."""
        return self.exact and not self.low

    def __add__(self, other: Bounds) -> Bounds:
        open_above = self.high is None or other.high is None
        return Bounds(self.low + other.low, None if open_above else self.high + other.high)  # type: ignore[operator]

    def excess_over(self, other: Bounds) -> Bounds:
        """Return the bounds of ``max(0, self - other)`` by interval arithmetic."""
        nothing = type(self.low)()
        low = nothing if other.high is None else max(nothing, self.low - other.high)
        high = None if self.high is None else max(nothing, self.high - other.low)
        return Bounds(low, high)

    def contains(self, amount: Amount) -> bool:
        """Return whether `amount` lies within the bounds."""
        return self.low <= amount and (self.high is None or amount <= self.high)

    def to_json(self) -> dict[str, str | None]:
        """Return exact numbers as strings: ``{"low": "500", "high": null}``."""
        return {"low": self.low.number, "high": None if self.high is None else self.high.number}

    def number(self) -> str:
        """Return the figure without its unit: ``145``, ``≥ 500``, ``≤ 400``, ``3–4``."""
        if self.high is None:
            return f"≥ {self.low.number}"
        if self.exact:
            return self.low.number
        return f"≤ {self.high.number}" if not self.low else f"{self.low.number}–{self.high.number}"

    def render(self, language: str) -> str:
        """Return the figure with its unit."""
        return f"{self.number()} {self.low.unit.render(language)}"

    def __str__(self) -> str:
        return self.render("en")


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount as a document writes it, with the bounds that the words mean.

    `nominal` is the number itself; `approximate` marks 约 and 左右, whose bounds are a
    convention (half a unit of the last digit either side) and not the document's own.
    """

    written: str
    nominal: Amount
    bounds: Bounds
    unit: UnitLike
    approximate: bool = False


_NUMBER: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_FIGURE: Final = re.compile(
    rf"(?P<before>近|约|大约|不足|不到|至多|至少|超过|超|≥|>=|≤|<=|)"
    rf"(?P<number>{_NUMBER})(?:[–~至](?P<upper>{_NUMBER}))?"
    rf"(?P<wan>万?)(?P<surplus>[余多]?)(?P<unit>[^\d.,]\D*?[23]?)(?P<after>以上|以下|左右|余|)"
)
_AT_LEAST: Final = frozenset({"至少", "超过", "超", "≥", ">=", "余", "多", "以上"})
_AT_MOST: Final = frozenset({"近", "不足", "不到", "至多", "≤", "<=", "以下"})
_ABOUT: Final = frozenset({"约", "大约", "左右"})


def parse_figure(written: str) -> Figure:
    """Read an amount as documents write it; the unit tells whether it is area, mass or money.

    Accepts 亩, ㎡, 公顷, km², 公斤, 吨, 元, 亿元 in Chinese or Latin letters, 万, thousands
    separators and full-width digits, and the qualifiers 余, 以上 (at least), 近 (at most), 约,
    左右 (about).

    Raises
    ------
    InputError
        The text is not an amount, or its unit is unknown (the nearest spelling is named).
    PrecisionError
        The value is finer than the smallest unit: 1/300 m², 1 g, 1 fen.
    """
    return _figure(written, _no_amount(written))


def _figure(written: str, unread: InputError) -> Figure:
    """Read an amount; `unread` says what was wanted, for a text that is none."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", written)).lower()
    match = _FIGURE.fullmatch(plain) if len(plain) <= _LONGEST_FIGURE else None
    if match is None:
        raise unread
    unit = _unit(match["unit"], written)
    scale = 10_000 if match["wan"] else 1
    nominal = _amount(match["number"], scale, unit, written)
    said = {match["before"], match["surplus"], match["after"]} - {""}
    if match["upper"]:
        said.add("–")
        bounds = Bounds(nominal, _amount(match["upper"], scale, unit, written))
    else:
        bounds = _bounds(nominal, said, _last_digit(match["number"]) * scale, unit)
    if len(said) > 1:
        raise InputError(
            text("'{written}' has two qualifiers that cannot both hold", written=written),
            remedy=text("Keep one of them."),
        )
    return Figure(written, nominal, bounds, unit, approximate=bool(said & _ABOUT))


def parse_area(written: str) -> Figure:
    """Read an area as documents write it (see :func:`parse_figure`).

    Raises
    ------
    InputError
        The text is not an area, or its unit is unknown.
    PrecisionError
        The value is finer than 1/300 m².
    """
    figure = _figure(written, _no_area(written))
    if not isinstance(figure.unit, Unit):
        raise _no_area(written)
    return figure


def parse_exact(written: str) -> Area:
    """Read an area that has to be exact and positive.

    Raises
    ------
    InputError
        The text is not an area, is qualified (余, 近, 约, …), or is not above zero.
    """
    return Area(_exactly(parse_area(written)).units)


def parse_amount(written: str) -> Amount:
    """Read an amount that has to be exact and positive, as every transfer is.

    Raises
    ------
    InputError
        The text is not an amount, is qualified (余, 近, 约, …), or is not above zero.
    """
    return _exactly(parse_figure(written))


def _exactly(figure: Figure) -> Amount:
    if not figure.bounds.exact:
        raise InputError(
            text("'{written}' is not exact", written=figure.written),
            remedy=text("A transfer needs an exact amount; record a figure like this with 'landquota ledger state'."),
        )
    if figure.nominal.units <= 0:
        raise InputError(text("'{written}' is not above zero", written=figure.written))
    return figure.nominal


def apportion(whole: int, weights: Sequence[int]) -> list[int]:
    """Split `whole` in proportion to `weights` by largest remainder; the parts sum exactly.

    Ties go to the earlier part.  `whole` may be negative; weights may not, and not all zero.
    """
    weight = sum(weights)
    if weight <= 0 or min(weights) < 0:
        raise ValueError("weights must not be negative, and not all zero")
    sign = -1 if whole < 0 else 1
    shares = [divmod(abs(whole) * w, weight) for w in weights]
    parts = [quotient for quotient, _ in shares]
    left = abs(whole) - sum(parts)
    for index in sorted(range(len(parts)), key=lambda i: (-shares[i][1], i))[:left]:
        parts[index] += 1
    return [sign * part for part in parts]


def rounded_rows(areas: Sequence[Area], unit: Unit, decimals: int) -> list[str]:
    """Return the areas in `unit` at `decimals`, rounded so that they add up to their total.

    The total is rounded half up; each row is its floor or the step above it, chosen by
    largest remainder, so a printed table always adds up.
    """
    scale = 10**decimals
    whole = round_half_up(sum(a.units for a in areas) * scale, unit.size)
    floors = [a.units * scale // unit.size for a in areas]
    remainders = [a.units * scale % unit.size for a in areas]
    left = whole - sum(floors)
    for index in sorted(range(len(areas)), key=lambda i: (-remainders[i], i))[:left]:
        floors[index] += 1
    return [point(value, decimals) for value in floors]


def _amount(number: str, scale: int, unit: UnitLike, written: str) -> Amount:
    value = Decimal(number.replace(",", "")) * scale
    if value * unit.size > _LARGEST_UNITS:
        raise InputError(
            text("'{written}' is larger than any land", written=written),
            remedy=text("Give an area below 10,000,000 km²."),
        )
    return counted_in(unit).of(value, unit)


def _unit(spelling: str, written: str) -> UnitLike:
    unit = _SPELLINGS.get(spelling)
    if unit is None:
        raise _unknown(spelling, written)
    return unit


def _no_area(written: str) -> InputError:
    remedy = text("Write a number with a unit, such as 145亩, 500余亩, 4.81平方公里 or 1.5 ha.")
    return InputError(text("'{written}' is not an area", written=written), remedy=remedy)


def _no_amount(written: str) -> InputError:
    remedy = text("Write a number with a unit, such as 145亩, 1500公斤 or 830万元.")
    return InputError(text("'{written}' is not an amount", written=written), remedy=remedy)


def _unknown(spelling: str, written: str) -> InputError:
    nearest = difflib.get_close_matches(spelling, _SPELLINGS, n=1, cutoff=0.3)
    return InputError(
        text("'{written}': the unit '{unit}' is unknown", written=written, unit=spelling),
        remedy=text(
            "Did you mean '{nearest}'? Known units: 亩 (mu), 平方米 (m²), 公顷 (ha), 平方公里 (km²).",
            nearest=nearest[0],
        )
        if nearest
        else text("Known units: 亩 (mu), 平方米 (m²), 公顷 (ha), 平方公里 (km²)."),
    )


def _last_digit(number: str) -> Decimal:
    _, _, fraction = number.partition(".")
    return Decimal(1).scaleb(-len(fraction))


def _bounds(nominal: Amount, said: set[str], last_digit: Decimal, unit: UnitLike) -> Bounds:
    nothing = type(nominal)()
    if said & _AT_LEAST:
        return Bounds(nominal, None)
    if said & _AT_MOST:
        return Bounds(nothing, nominal)
    if said & _ABOUT:
        half = type(nominal).of(last_digit / 2, unit)
        return Bounds(max(nothing, nominal - half), nominal + half)
    return Bounds.exactly(nominal)
