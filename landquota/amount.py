"""Exact amounts: whole numbers of a smallest unit, for mass and money here, for area in :mod:`landquota.area`.

Amounts of different things never mix: adding or comparing them is a TypeError.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from enum import Enum
from fractions import Fraction
from typing import ClassVar, Final, Protocol, Self

from landquota.errors import InputError
from landquota.i18n import Text, text


class PrecisionError(InputError):
    """A value finer than the smallest unit that is kept."""


class UnitLike(Protocol):
    """A unit in which an amount is written."""

    @property
    def name(self) -> str:
        """Its code."""
        ...

    @property
    def size(self) -> int:
        """How many smallest units it is."""
        ...

    def render(self, language: str) -> str:
        """Return its name in `language`."""
        ...


class _Named(Enum):
    """A unit: its Chinese and English names and its size in smallest units."""

    def __init__(self, zh: str, en: str, size: int) -> None:
        self.zh = zh
        self.en = en
        self.size = size

    def render(self, language: str) -> str:
        """Return the unit's name in `language`."""
        return self.zh if language == "zh" else self.en


class MassUnit(_Named):
    """A unit of mass, in grams: production capacity of cultivated land is balanced in kg."""

    KG = ("公斤", "kg", 1_000)
    TON = ("吨", "t", 1_000_000)


class MoneyUnit(_Named):
    """A unit of money, in fen."""

    YUAN = ("元", "yuan", 100)
    YI = ("亿元", "100 m yuan", 10_000_000_000)


@dataclass(frozen=True, slots=True, order=True)
class Amount:
    """A signed, exact amount in the smallest unit of its kind of thing.

    Subclasses fix what is counted: `code` names the unit in which quota kinds are declared and
    figures printed, `decimals` is as many as an exact figure can have in that unit.
    """

    units: int = 0
    code: ClassVar[str] = ""
    unit: ClassVar[UnitLike]
    decimals: ClassVar[int] = 0
    finest: ClassVar[Text | str] = ""

    @classmethod
    def of(cls, value: Decimal | int | str, unit: UnitLike) -> Self:
        """Return `value` in `unit`, exactly.

        Raises
        ------
        PrecisionError
            The value is finer than the smallest unit.
        """
        units = Fraction(value) * unit.size
        if units.denominator != 1:
            raise cls._too_fine(value, unit)
        return cls(int(units))

    @classmethod
    def _too_fine(cls, value: Decimal | int | str, unit: UnitLike) -> PrecisionError:
        return PrecisionError(
            text("{value} {unit} is finer than {finest}", value=f"{Decimal(value):f}", unit=unit, finest=cls.finest),
            remedy=text("Give at most {decimals} decimals of {unit}.", decimals=cls.decimals, unit=cls.unit),
        )

    def __add__(self, other: Self) -> Self:
        return type(self)(self.units + self._same(other))

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.units - self._same(other))

    def __neg__(self) -> Self:
        return type(self)(-self.units)

    def __abs__(self) -> Self:
        return type(self)(abs(self.units))

    def __bool__(self) -> bool:
        return self.units != 0

    def _same(self, other: Amount) -> int:
        if type(other) is not type(self):
            raise TypeError(f"{type(self).__name__} and {type(other).__name__} do not add up")
        return other.units

    @property
    def number(self) -> str:
        """The exact number in the unit of print, without trailing zeros."""
        number = half_up(self.units, self.unit.size, self.decimals)
        if "." in number:
            number = number.rstrip("0").rstrip(".")
        return "0" if number == "-0" else number

    def render(self, language: str) -> str:
        """Return the exact amount with its unit."""
        return f"{self.number} {self.unit.render(language)}"

    def __str__(self) -> str:
        return self.render("en")


class Mass(Amount):
    """A mass in grams, printed in kg."""

    __slots__ = ()
    code = "kg"
    unit = MassUnit.KG
    decimals = 3
    finest = text("1 g")


class Money(Amount):
    """Money in fen, printed in yuan."""

    __slots__ = ()
    code = "yuan"
    unit = MoneyUnit.YUAN
    decimals = 2
    finest = text("1 fen")


#: How each unit may be written, after NFKC normalisation in lower case.
SPELLINGS: Final = {
    "公斤": MassUnit.KG,
    "千克": MassUnit.KG,
    "kg": MassUnit.KG,
    "吨": MassUnit.TON,
    "t": MassUnit.TON,
    "元": MoneyUnit.YUAN,
    "yuan": MoneyUnit.YUAN,
    "亿元": MoneyUnit.YI,
}


def round_half_up(numerator: int, denominator: int) -> int:
    """Return the quotient rounded to an integer, halves away from zero."""
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -quotient if numerator < 0 else quotient


def half_up(units: int, size: int, decimals: int) -> str:
    """Return `units` as a decimal number of what is `size` units, rounded half up."""
    return point(round_half_up(units * 10**decimals, size), decimals)


def point(value: int, decimals: int) -> str:
    """Return a whole number with its decimal point moved `decimals` to the left."""
    with localcontext() as context:
        context.prec = 60
        return f"{Decimal(value).scaleb(-decimals):f}"
