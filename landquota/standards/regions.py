"""Administrative codes: 6 digits of county, 3 of town, 3 of village, then what fills the field up."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Final

from landquota.findings import Finding
from landquota.standards.codes import code_lists, divisions
from landquota.standards.columns import Column, by_value

if TYPE_CHECKING:
    from landquota.formats.table import FeatureTable
    from landquota.standards.standard import Field

#: County, town, village, and 19 digits as the land databases fill them up (土地利用数据库标准 表A.2 注3).
_FORM: Final = re.compile(r"(?P<county>(?P<province>\d{2})\d{4})(?:(?P<town>\d{3})(?:\d{3}(?:\d{7})?)?)?")
_NO_TOWN: Final = "000"


def division_findings(table: FeatureTable, field: Field, column: Column, *, county: str | None) -> Iterator[Finding]:
    """Check the form of administrative codes, and that they lie in `county` (6 digits; None asks nothing)."""
    params = {"field": field.name, "title": field.title, "county": _called(county)}
    values = column.used(~column.is_empty)
    yield from by_value(table, column, [(code, value, params) for value in values if (code := _wrong(value, county))])


def _wrong(value: str, county: str | None) -> str | None:
    """Return the code of what is wrong with an administrative code, or None."""
    match = _FORM.fullmatch(value)
    if match is None or match["province"] not in code_lists()["provinces"].codes:
        return "CODE-DIVISION-FORM"
    if county is None:
        return None
    if match["county"] != county:
        return "CODE-DIVISION-COUNTY"
    town = match["town"] or _NO_TOWN
    return "CODE-DIVISION-TOWN" if town != _NO_TOWN and town not in (_towns(county) or {town}) else None


@cache
def _towns(county: str) -> frozenset[str]:
    """Return the last three digits of the county's towns; none where they are not known."""
    codes = (division.code for division in divisions().values() if division.level == "town")
    return frozenset(code[len(county) :] for code in codes if code.startswith(county))


def _called(county: str | None) -> str:
    division = divisions().get(county or "")
    return f"{county} {division.name}" if division else county or ""
