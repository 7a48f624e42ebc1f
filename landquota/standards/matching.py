"""Which column of a table is which field of a standard layer, also where its name was cut or misspelt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from landquota.findings import Finding
from landquota.i18n import Text, text
from landquota.standards.columns import layer_wide
from landquota.standards.standard import Field, Layer, field_names

if TYPE_CHECKING:
    from landquota.formats.table import FeatureTable

_SHAPEFILE: Final = "ESRI Shapefile"
#: What a shapefile cuts names to.
_SHAPEFILE_BYTES: Final = 10
#: Shorter names are too alike each other for a guess: MJ, MC, BZ.
_SHORTEST_GUESSED: Final = 4
_SHORTEST_TITLE: Final = 2


@dataclass(frozen=True, slots=True)
class Matched:
    """The columns of a table by the fields that they hold, and what was found on the way."""

    columns: Mapping[str, str]
    findings: tuple[Finding, ...]


def match(table: FeatureTable, layer: Layer) -> Matched:
    """Find the column of each field of `layer`.

    A column is a field by its name, whatever its case, also where a shapefile cut it to ten
    bytes; by its Chinese title, which is said; and never by likeness, which is only asked about.
    """
    names = column_names(table)
    columns = {field.name: column for field in layer.fields if (column := _exact(field, names, table.format))}
    said: list[Finding] = []
    for field in layer.fields:
        free = [name for name in names if name not in columns.values()]
        column = None if field.name in columns else _titled(field, free, table.format)
        if column is not None:
            columns[field.name] = column
            said.append(layer_wide("SCHEMA-FIELD-TITLE", table, column, field=field.name, layer=layer))
    return Matched(columns, (*said, *_absent(table, layer, columns)))


def fields_present(table: FeatureTable, layer: Layer) -> frozenset[str]:
    """Return the names of those fields of `layer` that the table has, by name or title."""
    names = column_names(table)
    return frozenset(
        field.name
        for field in layer.fields
        if _exact(field, names, table.format) or _titled(field, names, table.format)
    )


def column_names(table: FeatureTable) -> list[str]:
    """Return the names of a table's columns without the geometry."""
    geometry = table.frame.geometry.name
    return [str(name) for name in table.frame.columns if name != geometry]


def _exact(field: Field, names: list[str], format_name: str) -> str | None:
    wanted = {field.name.casefold()}
    if format_name == _SHAPEFILE:
        wanted.add(field.name.casefold()[:_SHAPEFILE_BYTES])
    return next((name for name in names if name.casefold() in wanted), None)


def _titled(field: Field, names: list[str], format_name: str) -> str | None:
    if not field.title:
        return None
    wanted = {field.title}
    if format_name == _SHAPEFILE:
        wanted |= {cut for encoding in ("gbk", "utf-8") if len(cut := _cut(field.title, encoding)) >= _SHORTEST_TITLE}
    return next((name for name in names if name in wanted), None)


def _cut(name: str, encoding: str) -> str:
    return name.encode(encoding)[:_SHAPEFILE_BYTES].decode(encoding, "ignore")


def _absent(table: FeatureTable, layer: Layer, columns: Mapping[str, str]) -> Iterator[Finding]:
    """Say which mandatory fields are missing, and which column may be meant for a missing one."""
    names = column_names(table)
    free = [name for name in names if name not in columns.values() and name.upper() not in field_names()]
    for field in layer.fields:
        if field.name in columns:
            continue
        meant = next((name for name in free if _is_slip(name.upper(), field.name)), None)
        params = {"field": field.name, "title": field.title, "layer": layer}
        if field.need == "M":
            hint: Text | str = text("Did you mean it by '{column}'? ", column=meant) if meant else ""
            code = "SCHEMA-FIELD-MISSING" if field.is_certain else "SCHEMA-FIELD-EXPECTED"
            found = ", ".join(names) or "—"
            yield layer_wide(code, table, field.name, **params, hint=hint, found=found)
        elif meant is not None:
            yield layer_wide("SCHEMA-FIELD-NAME", table, meant, **params)


def _is_slip(written: str, name: str) -> bool:
    """Return whether `written` is one slip of the pen away from `name`: a letter more, less, other, or two swapped."""
    if min(len(written), len(name)) < _SHORTEST_GUESSED or written == name:
        return False
    if len(written) == len(name):
        differ = [i for i, (a, b) in enumerate(zip(written, name, strict=True)) if a != b]
        if len(differ) == 1:
            return True
        swapped = len(differ) == 2 and differ[1] == differ[0] + 1  # noqa: PLR2004
        return swapped and written[differ[0]] + written[differ[1]] == name[differ[1]] + name[differ[0]]
    shorter, longer = sorted((written, name), key=len)
    return len(longer) == len(shorter) + 1 and any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
