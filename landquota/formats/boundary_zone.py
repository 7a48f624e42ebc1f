"""The zone of a boundary TXT: what its description says, against the prefix of its eastings."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from landquota.crs import ZONE_RANGE, Zone, is_in_china, zone_prefix, zone_width
from landquota.findings import Finding, Place
from landquota.i18n import Text, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from landquota.formats.boundary_grammar import Attribute, Parcel, Row, Survey

DATUM: Final = "坐标系"
WIDTH: Final = "几度分带"
ZONE: Final = "带号"

#: What each key may say; empty is always allowed, and so are keys that are not here.
_ACCEPTED: Final = {
    DATUM: (re.compile(r".*(2000|CGCS).*", re.IGNORECASE), "2000国家大地坐标系, CGCS2000"),
    WIDTH: (re.compile(r"[36](度.*)?"), "3, 6"),
    "投影类型": (re.compile(r".*高斯.*"), "高斯克吕格"),
    "计量单位": (re.compile(r"米|公尺|m", re.IGNORECASE), "米"),
    ZONE: (re.compile(r"1[3-9]|2[0-35-9]|3\d|4[0-5]", re.ASCII), "25–45, 13–23"),
}


def zone_of(survey: Survey, *, file: str) -> tuple[Zone | None, list[Finding]]:
    """Return the zone that description and eastings agree on.

    Returns
    -------
    tuple
        None where nothing states a zone (neither 带号 nor a prefix), or where the findings
        tell why it cannot be known.
    """
    findings = [*_values(survey.attributes, file), *_outliers(survey, file)]
    prefix = _prefix(survey)
    findings += _strays(survey, prefix, file)
    if findings:
        return None, findings
    stated = _stated(survey.attributes, ZONE)
    if stated is not None and prefix is not None and stated != prefix:
        return None, [_contradiction(survey, stated, prefix, file)]
    number = prefix if stated is None else stated
    if number is None:
        return None, []
    width_deg = _stated(survey.attributes, WIDTH) or zone_width(number)
    if width_deg is None or number not in ZONE_RANGE[width_deg]:
        return None, [_bad_value(WIDTH, survey.attributes[WIDTH], str(zone_width(number)), file)]
    return Zone(width_deg, number, prefixed=prefix is not None), []


def _stated(attributes: Mapping[str, Attribute], key: str) -> int | None:
    digits = re.match(r"\d+", attributes[key].value, re.ASCII) if key in attributes else None
    return int(digits[0]) if digits else None


def _values(attributes: Mapping[str, Attribute], file: str) -> list[Finding]:
    return [
        _bad_value(key, attributes[key], accepted, file)
        for key, (pattern, accepted) in _ACCEPTED.items()
        if key in attributes and attributes[key].value and not pattern.fullmatch(attributes[key].value)
    ]


def _bad_value(key: str, attribute: Attribute, accepted: str, file: str) -> Finding:
    params = {"key": key, "value": attribute.value, "accepted": accepted}
    return Finding("TXT-ATTRIBUTE-VALUE", Place(file, attribute.line), params)


def _plausible(row: Row) -> bool:
    prefix = zone_prefix(row.east_m)
    return is_in_china(row.east_m, row.north_m) and (prefix is None or zone_width(prefix) is not None)


def _outliers(survey: Survey, file: str) -> list[Finding]:
    """Return the rows that are no point in China."""
    return [
        Finding("TXT-COORDINATE-RANGE", _place(row, file), _params(parcel, row))
        for parcel in survey.parcels
        for row in parcel.rows
        if not _plausible(row)
    ]


def _prefix(survey: Survey) -> int | None:
    """Return the prefix that most eastings carry."""
    counts = Counter(zone_prefix(row.east_m) for parcel in survey.parcels for row in parcel.rows if _plausible(row))
    return counts.most_common(1)[0][0] if counts else None


def _strays(survey: Survey, prefix: int | None, file: str) -> list[Finding]:
    """Return the rows whose easting carries another prefix than most."""
    expected: Text | str = text("no prefix") if prefix is None else text("prefix {zone}", zone=prefix)
    return [
        Finding("TXT-ZONE-ROW", _place(row, file), _params(parcel, row) | {"expected": expected})
        for parcel in survey.parcels
        for row in parcel.rows
        if _plausible(row) and zone_prefix(row.east_m) != prefix
    ]


def _contradiction(survey: Survey, stated: int, prefix: int, file: str) -> Finding:
    row = next(row for parcel in survey.parcels for row in parcel.rows if zone_prefix(row.east_m) == prefix)
    params = {"stated": stated, "prefix": prefix, "east": f"{row.east_m:.3f}", "line": row.line}
    return Finding("TXT-ZONE-PREFIX", Place(file, survey.attributes[ZONE].line), params)


def _place(row: Row, file: str) -> Place:
    return Place(file, row.line, x=row.east_m, y=row.north_m)


def _params(parcel: Parcel, row: Row) -> dict[str, object]:
    return {
        "parcel": parcel.header.label,
        "ring": row.ring,
        "point": row.name,
        "north": f"{row.north_m:.3f}",
        "east": f"{row.east_m:.3f}",
    }
