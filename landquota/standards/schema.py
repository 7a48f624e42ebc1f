"""Whether a table is one of the standard layers, and where it departs from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from landquota.dates import parse_date
from landquota.errors import InputError
from landquota.findings import Finding
from landquota.formats.names import few
from landquota.i18n import Text, mark, text
from landquota.standards.codes import CodeList, code_lists
from landquota.standards.columns import MOST_NAMED, Column, by_value, column_at, grouped, layer_wide
from landquota.standards.matching import fields_present, match
from landquota.standards.profile import Profile, profile
from landquota.standards.rules import Sheet, rule_findings
from landquota.standards.standard import Field, Layer, layers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.formats.table import FeatureTable

_LATIN: Final = re.compile(r"[A-Z]+")
#: How many fields of a layer have to be there where only part of a table's name is the layer's title.
_FIELDS_WITH_TITLE: Final = 2
_COMPACT_DATE: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
#: A file that stores dates as texts may add the midnight to them.
_MIDNIGHT: Final = re.compile(r"[ T]00:00:00(\.0+)?$")
_WHOLE: Final = 1e-9
#: What double precision leaves of a figure that is whole in its last decimal.
_NOISE: Final = 1e-6
_RELATIVE_NOISE: Final = 1e-12
_LONGEST_SHOWN: Final = 40
_TYPES: Final = {
    "text": mark("text"),
    "int": mark("whole numbers"),
    "number": mark("numbers"),
    "date": mark("dates"),
}


def recognise(table: FeatureTable) -> Layer | None:
    """Return the standard layer that a table is, or None.

    Its own name or its file's decides, else fields that no other layer has.  Of several forms of
    one layer it is the one of which it has the most fields.
    """
    named = [layer for layer in layers().values() if _called(table, layer)]
    if named:
        return max(named, key=lambda layer: (len(_called(table, layer)), len(fields_present(table, layer))))
    told = [layer for layer in layers().values() if _is_told(table, layer)]
    return max(told, key=lambda layer: len(fields_present(table, layer)), default=None)


def check(
    table: FeatureTable, standard: Layer | None = None, *, county: str | None = None, asked: Profile | None = None
) -> list[Finding]:
    """Hold a table against its standard layer.

    Parameters
    ----------
    table
        The features as their reader gave them.
    standard
        The layer that it has to be; None recognises it, and finds nothing where it is none.
    county
        六位行政区划代码 of the county in which the features lie; None asks for the form only.
    asked
        Which checks are made (schema, codes, ids, areas, region); None takes the layer's own.

    Returns
    -------
    list of Finding
        One for each missing or doubtful field, and one for each thing that is wrong in a column,
        with the number of features that have it and the first of them.
    """
    layer = standard or recognise(table)
    if layer is None or not layer.fields:
        return []
    asked = asked or profile(layer)
    if standard is None and _is_ambiguous(table, layer):
        return [layer_wide("SCHEMA-LAYER-AMBIGUOUS", table, layer=layer, other=layer.ambiguous)]
    matched = match(table, layer)
    columns = {field: column_at(table, column) for field, column in matched.columns.items()}
    sheet = Sheet(table, layer, columns, county if asked.asks("region") else None)
    findings = list(matched.findings) if asked.asks("schema") else []
    for field in layer.fields:
        if field.name in columns:
            findings += _field_findings(sheet, field, asked)
    return findings


def _called(table: FeatureTable, layer: Layer) -> str:
    """Return by which of the layer's names a table is called; empty where by none.

    Letters stand for themselves.  A Chinese title inside a longer one may be what the table is
    about (地块压占永久基本农田情况), so some fields have to go with it.
    """
    for name in (table.layer, table.path.stem):
        words = _LATIN.findall(name.upper())
        titles = len(fields_present(table, layer)) >= _FIELDS_WITH_TITLE
        called = (
            own for own in layer.names if (own in words if own.isascii() else own == name or (titles and own in name))
        )
        longest = max(called, key=len, default="")
        if longest:
            return longest
    return ""


def _is_ambiguous(table: FeatureTable, layer: Layer) -> bool:
    """Return whether the table may be the other layer that goes by the same letters."""
    return bool(layer.ambiguous) and _called(table, layer).isascii() and not _is_told(table, layer)


def _is_told(table: FeatureTable, layer: Layer) -> bool:
    """Return whether the fields of a table tell that it is `layer`."""
    present = fields_present(table, layer)
    return any(names <= present for names in layer.telling)


def _field_findings(sheet: Sheet, field: Field, asked: Profile) -> Iterator[Finding]:
    column = sheet.columns[field.name]
    if asked.asks("schema"):
        yield from _cell_findings(sheet.table, field, column)
    if asked.asks("codes") and field.codes:
        yield from _code_findings(sheet.table, field, column, code_lists()[field.codes])
    yield from rule_findings(sheet, field, checks=asked.checks)


def _cell_findings(table: FeatureTable, field: Field, column: Column) -> Iterator[Finding]:
    """Check that cells are filled, and of the field's type, length and decimals."""
    empty = column.is_empty
    params = {"field": field.name, "title": field.title}
    if field.need == "M" and empty.any():
        rows = np.flatnonzero(empty)
        yield grouped("SCHEMA-CELL-EMPTY", table, rows, column.name, **params, total=len(empty))
    if empty.all():
        return
    stored = _stored(column)
    if not _suits(stored, field):
        kinds = {"found": Text(_TYPES[stored]), "expected": Text(_TYPES[field.type])}
        yield layer_wide("SCHEMA-FIELD-TYPE", table, column.name, **params, **kinds)
    for code, wrong, said in _wrong_cells(field, column):
        if wrong.any():
            values = few([_short(value) for value in column.used(wrong)[: MOST_NAMED + 1]])
            yield grouped(code, table, np.flatnonzero(wrong), column.name, **params, values=values, **said)


def _wrong_cells(field: Field, column: Column) -> Iterator[tuple[str, NDArray[np.bool_], dict[str, object]]]:
    """Yield, for each way in which a cell can be wrong by itself, its code, the rows and what is said of them."""
    if field.type in {"int", "number"}:
        numbers = column.numbers()
        wrong = ~column.is_empty & ~np.isfinite(numbers)
        if field.type == "int":
            wrong |= np.abs(numbers - np.rint(numbers)) > _WHOLE
        yield "SCHEMA-CELL-VALUE", wrong, {"expected": Text(_TYPES[field.type])}
        if field.decimals is not None:
            scaled = numbers * 10.0**field.decimals
            finer = np.abs(scaled - np.rint(scaled)) > np.maximum(_NOISE, np.abs(scaled) * _RELATIVE_NOISE)
            yield "SCHEMA-CELL-DECIMALS", finer, {"decimals": field.decimals}
    if field.type == "date" and _stored(column) != "date":
        yield "SCHEMA-CELL-VALUE", ~column.rows_that(_is_date), {"expected": Text(_TYPES["date"])}
    if field.type == "text" and field.length:
        longest = field.length
        yield "SCHEMA-CELL-LENGTH", column.rows_that(lambda cell: len(cell) > longest), {"length": longest}


def _stored(column: Column) -> str:
    """Return as what the file stores a column."""
    if column.values.dtype.kind == "M":
        return "date"
    if not column.is_numeric:
        return "text"
    numbers = column.numbers()
    return "int" if bool((numbers[np.isfinite(numbers)] % 1 == 0).all()) else "number"


def _suits(stored: str, field: Field) -> bool:
    """Return whether a field may be stored so; whole numbers are numbers, and texts may hold dates."""
    return stored == field.type or (field.type, stored) in {("number", "int"), ("int", "number"), ("date", "text")}


def _is_date(cell: str) -> bool:
    compact = _COMPACT_DATE.fullmatch(cell)
    try:
        parse_date("-".join(compact.groups()) if compact else _MIDNIGHT.sub("", cell))
    except InputError:
        return not cell
    return True


def _short(value: str) -> str:
    return value if len(value) <= _LONGEST_SHOWN else f"{value[:_LONGEST_SHOWN]}…"


def _code_findings(table: FeatureTable, field: Field, column: Column, known: CodeList) -> Iterator[Finding]:
    """Name the values that a code list lacks: wrong where the list is complete, else doubtful."""
    code = "CODE-UNKNOWN" if known.is_complete else "CODE-UNLISTED"
    values = [
        value for value in column.used(~column.is_empty) if known.find(value, as_number=column.is_numeric) is None
    ]
    params = {"field": field.name, "title": field.title, "list": known}
    hints = [_hint(known, value) for value in values[:MOST_NAMED]]
    hints += [""] * (len(values) - len(hints))
    wrong = [(code, value, {**params, "hint": hint}) for value, hint in zip(values, hints, strict=True)]
    yield from by_value(table, column, wrong)


def _hint(known: CodeList, value: str) -> Text | str:
    nearest = known.nearest(value)
    return "" if nearest is None else text("Did you mean {code} ({name})? ", code=nearest.code, name=nearest.name)
