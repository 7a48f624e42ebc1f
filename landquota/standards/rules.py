"""The rules that ``fields.csv`` gives a field: ranges, sums, products, names that go with codes, uniqueness.

A rule is a few words, so that it can be read and added without a line of code::

    > 0      >= 0      0..1      year      <= TBMJ
    = TBMJ - KCMJ      = TBMJ * KCXS
    unique      unique in ZLDWDM      name of DLBM      division      division in county
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from landquota.findings import Finding
from landquota.formats.names import few
from landquota.standards.codes import code_lists
from landquota.standards.columns import MOST_NAMED, Column, by_value, grouped
from landquota.standards.regions import division_findings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.formats.table import FeatureTable
    from landquota.standards.standard import Field, Layer

    Floats = NDArray[np.float64]

_FIRST_YEAR: Final = 1949
_LAST_YEAR: Final = 2200
#: Decimals of a figure whose field does not say how many it has.
_DECIMALS: Final = 2
#: What double precision leaves of a figure that is whole, in steps of its last decimal.
_NOISE: Final = 1e-3
#: Beyond this the hundredths of a figure are no longer exact in double precision.
_LARGEST: Final = 1e13


@dataclass(frozen=True)
class Sheet:
    """A table as a standard layer: its columns by field."""

    table: FeatureTable
    layer: Layer
    columns: Mapping[str, Column]
    county: str | None

    def field(self, name: str) -> Field:
        """Return a field of the layer."""
        return next(field for field in self.layer.fields if field.name == name)


#: A rule of a field: asked of a sheet, with what the rule's pattern caught.
Check = Callable[[Sheet, "Field", re.Match[str]], Iterator[Finding]]


def rule_findings(sheet: Sheet, field: Field, *, checks: frozenset[str]) -> Iterator[Finding]:
    """Hold a field against its rules; those whose check is not among `checks` are not asked."""
    for rule in field.rules:
        name, check, match = _understood(rule)
        if name in checks:
            yield from check(sheet, field, match)


def _understood(rule: str) -> tuple[str, Check, re.Match[str]]:
    for pattern, name, check in _RULES:
        match = re.fullmatch(pattern, rule)
        if match is not None:
            return name, check, match
    raise ValueError(f"fields.csv: the rule {rule!r} is not known")


def _sign(sheet: Sheet, field: Field, match: re.Match[str]) -> Iterator[Finding]:
    numbers = sheet.columns[field.name].numbers()
    strict = match["sign"] == ">"
    yield from _outside(sheet, field, numbers <= 0 if strict else numbers < 0, "> 0" if strict else "≥ 0")


def _between(sheet: Sheet, field: Field, match: re.Match[str]) -> Iterator[Finding]:
    numbers = sheet.columns[field.name].numbers()
    wrong = (numbers < float(match["least"])) | (numbers > float(match["most"]))
    yield from _outside(sheet, field, wrong, f"{match['least']}–{match['most']}")


def _year(sheet: Sheet, field: Field, _: re.Match[str]) -> Iterator[Finding]:
    numbers = sheet.columns[field.name].numbers()
    wrong = (numbers < _FIRST_YEAR) | (numbers > _LAST_YEAR)
    yield from _outside(sheet, field, wrong, f"{_FIRST_YEAR}–{_LAST_YEAR}")


def _outside(sheet: Sheet, field: Field, wrong: NDArray[np.bool_], said: str) -> Iterator[Finding]:
    if wrong.any():
        column = sheet.columns[field.name]
        params = {"field": field.name, "title": field.title, "range": said, "values": few(column.used(wrong))}
        yield grouped("SCHEMA-CELL-RANGE", sheet.table, np.flatnonzero(wrong), column.name, **params)


def _at_most(sheet: Sheet, field: Field, match: re.Match[str]) -> Iterator[Finding]:
    other = sheet.columns.get(match["other"])
    if other is not None:
        most = other.numbers()
        yield from _differing(sheet, field, sheet.columns[field.name].numbers() > most, f"≤ {match['other']}", most)


def _difference(sheet: Sheet, field: Field, match: re.Match[str]) -> Iterator[Finding]:
    """Check ``= A - B - …``; a figure that is not there counts as nothing, but A has to be."""
    first, *others = match["terms"].split(" - ")
    if first not in sheet.columns:
        return
    scale = 10.0 ** _decimals(field)
    figures = [sheet.columns[name].numbers() * scale for name in (first, *others) if name in sheet.columns]
    figures[1:] = [_filled(figure) for figure in figures[1:]]
    steps = [np.rint(figure) for figure in figures]
    expected = steps[0] - sum(steps[1:])
    stated = sheet.columns[field.name].numbers() * scale
    # A figure with more decimals than the standard allows, which is said apart, is up to half a step off.
    finer = [np.abs(figure - step) > _NOISE for figure, step in zip(figures, steps, strict=True)]
    wrong = _told(stated, expected) & (np.abs(stated - expected) > (1 + np.sum(finer, axis=0)) / 2)
    yield from _differing(sheet, field, wrong, match["terms"].replace(" - ", " − "), expected / scale)


def _product(sheet: Sheet, field: Field, match: re.Match[str]) -> Iterator[Finding]:
    """Check ``= A * B`` at the field's decimals; a half may be rounded either way."""
    if not {match["left"], match["right"]} <= sheet.columns.keys():
        return
    left, right = (sheet.columns[match[side]].numbers() for side in ("left", "right"))
    expected = _filled(left * right)
    stated = _filled(sheet.columns[field.name].numbers())
    step = 10.0 ** -_decimals(field)
    # A part in 1e12 for the binary fractions, which lies far below the last digit of a figure.
    wrong = _told(stated, expected) & (np.abs(stated - expected) > step / 2 + np.abs(expected) * 1e-12 + 1e-9)
    yield from _differing(sheet, field, wrong, f"{match['left']} × {match['right']}", expected)


def _differing(
    sheet: Sheet, field: Field, wrong: NDArray[np.bool_], formula: str, expected: Floats
) -> Iterator[Finding]:
    if not wrong.any():
        return
    rows = np.flatnonzero(wrong)
    column = sheet.columns[field.name]
    params = {
        "field": field.name,
        "title": field.title,
        "formula": formula,
        "value": column.texts[column.which[rows[0]]] or "0",
        "expected": f"{expected[rows[0]]:.{_decimals(field)}f}",
    }
    yield grouped("AREA-FORMULA", sheet.table, rows, column.name, **params)


def _told(*figures: Floats) -> NDArray[np.bool_]:
    """Return where all figures are there and small enough to be exact."""
    return np.asarray(np.logical_and.reduce([np.isfinite(one) & (np.abs(one) < _LARGEST) for one in figures]))


def _filled(numbers: Floats) -> Floats:
    return np.nan_to_num(numbers, nan=0.0)


def _decimals(field: Field) -> int:
    return _DECIMALS if field.decimals is None else field.decimals


def _unique(sheet: Sheet, field: Field, _: re.Match[str]) -> Iterator[Finding]:
    column = sheet.columns[field.name]
    counts = np.bincount(column.which, minlength=len(column.texts))
    twice = column.used(~column.is_empty & (counts[column.which] > 1))
    wrong = [("ID-DUPLICATE", value, {"column": field.name, "id": value}) for value in twice]
    yield from by_value(sheet.table, column, wrong)


def _unique_within(sheet: Sheet, field: Field, match: re.Match[str]) -> Iterator[Finding]:
    column, scope = sheet.columns[field.name], sheet.columns.get(match["scope"])
    if scope is None:
        return
    pairs = _Pairs.of(column, scope)
    filled = ~column.is_empty & ~scope.is_empty
    different, counts = np.unique(pairs.which[filled], return_counts=True)
    twice = different[counts > 1]
    if len(twice):
        said = [" / ".join(reversed(pairs.texts(pair))) for pair in twice[: MOST_NAMED + 1].tolist()]
        params = {"field": field.name, "title": field.title, "scope": match["scope"], "values": few(said)}
        rows = np.flatnonzero(np.isin(pairs.which, twice) & filled)
        yield grouped("ID-DUPLICATE-WITHIN", sheet.table, rows, column.name, **params)


def _name_of(sheet: Sheet, field: Field, match: re.Match[str]) -> Iterator[Finding]:
    """Check that a name is that of the code beside it; codes that the list does not hold are left out."""
    names, codes = sheet.columns[field.name], sheet.columns.get(match["other"])
    if codes is None:
        return
    known = code_lists()[sheet.field(match["other"]).codes]
    pairs = _Pairs.of(codes, names)
    wrong = []
    for pair in np.unique(pairs.which).tolist():
        code, name = pairs.texts(pair)
        meant = known.find(code, as_number=codes.is_numeric)
        if meant is not None and name not in {"", meant.name}:
            wrong.append((pair, {"value": name, "code": code, "name": meant.name}))
    for pair, params in wrong[:MOST_NAMED]:
        rows = np.flatnonzero(pairs.which == pair)
        said = {"field": field.name, "title": field.title, **params}
        yield grouped("CODE-NAME-DIFFERS", sheet.table, rows, names.name, **said)
    rest = [pair for pair, _ in wrong[MOST_NAMED:]]
    if rest:
        rows = np.flatnonzero(np.isin(pairs.which, rest))
        yield grouped("SCHEMA-MORE-VALUES", sheet.table, rows, names.name, column=names.name, values=len(rest))


def _division(sheet: Sheet, field: Field, match: re.Match[str]) -> Iterator[Finding]:
    county = sheet.county if match["county"] else None
    yield from division_findings(sheet.table, field, sheet.columns[field.name], county=county)


@dataclass(frozen=True)
class _Pairs:
    """What two columns hold side by side: for each row the number of its pair of texts."""

    first: Column
    second: Column
    which: NDArray[np.intp]

    @classmethod
    def of(cls, first: Column, second: Column) -> _Pairs:
        return cls(first, second, first.which * len(second.texts) + second.which)

    def texts(self, pair: int) -> tuple[str, str]:
        first, second = divmod(pair, len(self.second.texts))
        return self.first.texts[first], self.second.texts[second]


#: The form of a rule, the name of the check that it belongs to, and who asks it.
_RULES: Final[tuple[tuple[str, str, Check], ...]] = (
    (r"(?P<sign>>=?) 0", "schema", _sign),
    (r"(?P<least>\d+)\.\.(?P<most>\d+)", "schema", _between),
    (r"year", "schema", _year),
    (r"<= (?P<other>\w+)", "areas", _at_most),
    (r"= (?P<terms>\w+(?: - \w+)+)", "areas", _difference),
    (r"= (?P<left>\w+) \* (?P<right>\w+)", "areas", _product),
    (r"unique", "ids", _unique),
    (r"unique in (?P<scope>\w+)", "ids", _unique_within),
    (r"name of (?P<other>\w+)", "codes", _name_of),
    (r"division(?P<county> in county)?", "codes", _division),
)
