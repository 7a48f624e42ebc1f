"""The reference system of a boundary TXT: what its description says, against the prefix of its eastings."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from landquota.crs import ZONE_RANGE, Zone, describe, zone_prefix, zone_width
from landquota.findings import Finding, Place
from landquota.formats.boundary.axes import Measure, is_plausible
from landquota.formats.boundary.survey import DATUM, UNIT, WIDTH, ZONE
from landquota.formats.boundary.systems import NamedDatum, zone_on
from landquota.formats.location.resolution import Resolution, locate
from landquota.i18n import Text, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyproj

    from landquota.formats.boundary.log import Log
    from landquota.formats.boundary.survey import Attribute, Parcel, Row, Survey

    Bounds = tuple[float, float, float, float]

#: What each key may say; empty is always allowed, and so are keys that are not here.
_ACCEPTED: Final = {
    DATUM: (
        re.compile("|".join(f".*({datum.pattern.pattern}).*" for datum in NamedDatum), re.IGNORECASE),
        ", ".join(datum.written for datum in NamedDatum),
    ),
    WIDTH: (re.compile(r"[36](度.*)?"), "3, 6"),
    "投影类型": (re.compile(r".*高斯.*"), "高斯克吕格"),
    UNIT: (re.compile(r"米|公尺|m|度.*", re.IGNORECASE), "米, 度"),
    ZONE: (re.compile(r"1[3-9]|2[0-35-9]|3\d|4[0-5]", re.ASCII), "25–45, 13–23"),
}
_IN_DEGREES: Final = frozenset({DATUM, UNIT})


class Stated(NamedTuple):
    """What a file itself says of its reference system; None for what it does not say.

    `zone_line` is where 带号 stands, also an empty one.
    """

    datum: NamedDatum | None
    zone: Zone | None
    measure: Measure
    zone_line: int | None = None

    @property
    def system(self) -> pyproj.CRS | None:
        """The system, where datum and zone are both stated."""
        if self.datum is None:
            return None
        if self.measure is Measure.DEGREES:
            return self.datum.geographic
        return self.datum.zone(self.zone) if self.zone is not None else None


def stated(survey: Survey, measure: Measure, log: Log, *, told: bool = False) -> Stated:
    """Return what description and eastings agree on; where the user has `told` the system, its name is not judged.

    The zone is None where nothing states one (neither 带号 nor a prefix), or where findings
    tell why it cannot be known.
    """
    named = survey.stated(DATUM)
    zone = None
    errors = log.errors
    _check_values(survey, measure, log, left_out=DATUM if told else None)
    if measure is Measure.METRES:
        prefix = _prefix(survey)
        _check_prefixes(survey, prefix, log)
        zone = _zone(survey, prefix, log) if log.errors == errors else None
    attribute = survey.attributes.get(ZONE)
    return Stated(
        NamedDatum.named(named.value) if named else None, zone, measure, attribute.line if attribute else None
    )


def system_of(
    said: Stated,
    bounds: Bounds,
    *,
    place: Place,
    told: pyproj.CRS | None = None,
    region: Bounds | None = None,
    assumed_meridian_deg: int = 120,
) -> tuple[Resolution, list[Finding]]:
    """Return the reference system: the user's word, else as stated, else inferred with a finding.

    Parameters
    ----------
    said
        What the file says.
    bounds
        West, south, east, north of all its coordinates.
    place
        Where it says it, or should.
    told
        The system by the word of the user.
    region
        West, south, east, north in degrees of where the data is expected.
    assumed_meridian_deg
        Central meridian of the 3-degree zone to assume where nothing tells it.
    """
    meridian_deg = assumed_meridian_deg if said.zone is None else said.zone.central_meridian_deg
    located = partial(locate, bounds=bounds, place=place, region=region, assumed_meridian_deg=meridian_deg)
    if said.datum is None or said.system is not None:
        return located(said.system, stated=told)
    # The datum is stated and the zone is not: it is that of `told`, or of what would be CGCS2000.
    likely, findings = (Resolution(told), []) if told is not None else located(None)
    zone = None if likely.crs is None else zone_on(likely.crs)
    if zone is None:
        return located(None, stated=told) if told is not None else (likely, findings)
    system = said.datum.zone(zone)
    resolution, findings = located(system, stated=told)
    if told is not None:
        return resolution, findings
    at = place if said.zone_line is None else replace(place, line=said.zone_line)
    return resolution, [Finding("TXT-ZONE-ASSUMED", at, {"crs": describe(system)}), *findings]


def _zone(survey: Survey, prefix: int | None, log: Log) -> Zone | None:
    said = _number(survey.attributes, ZONE)
    if said is not None and prefix is not None and said != prefix:
        _contradiction(survey, said, prefix, log)
        return None
    number = prefix if said is None else said
    if number is None:
        return None
    width_deg = _number(survey.attributes, WIDTH) or zone_width(number)
    if width_deg is None or number not in ZONE_RANGE[width_deg]:
        _bad_value(WIDTH, survey.attributes[WIDTH], str(zone_width(number)), log)
        return None
    return Zone(width_deg, number, prefixed=prefix is not None)


def _number(attributes: Mapping[str, Attribute], key: str) -> int | None:
    digits = re.match(r"\d+", attributes[key].value, re.ASCII) if key in attributes else None
    return int(digits[0]) if digits else None


def _check_values(survey: Survey, measure: Measure, log: Log, *, left_out: str | None) -> None:
    for key, (pattern, accepted) in _ACCEPTED.items():
        if key == left_out:
            continue
        said = survey.stated(key)
        matters = measure is Measure.METRES or key in _IN_DEGREES
        if matters and said is not None and not pattern.fullmatch(said.value):
            _bad_value(key, said, accepted, log)


def _bad_value(key: str, attribute: Attribute, accepted: str, log: Log) -> None:
    log.add("TXT-ATTRIBUTE-VALUE", attribute.line, key=key, value=attribute.value, accepted=accepted)


def _prefix(survey: Survey) -> int | None:
    """Return the prefix that most eastings carry."""
    counts = Counter(zone_prefix(row.east) for _, row in survey.rows() if is_plausible(row))
    return counts.most_common(1)[0][0] if counts else None


def _check_prefixes(survey: Survey, prefix: int | None, log: Log) -> None:
    """Find the rows whose easting carries another prefix than most."""
    expected: Text | str = text("no prefix") if prefix is None else text("prefix {zone}", zone=prefix)
    for parcel, row in survey.rows():
        if zone_prefix(row.east) != prefix and is_plausible(row):
            place = Place(log.file, row.line, x=row.east, y=row.north)
            log.add("TXT-ZONE-ROW", place, **_params(parcel, row), expected=expected)


def _contradiction(survey: Survey, said: int, prefix: int, log: Log) -> None:
    row = next(row for _, row in survey.rows() if zone_prefix(row.east) == prefix)
    params = {"stated": said, "prefix": prefix, "east": f"{row.east:.3f}", "line": row.line}
    log.add("TXT-ZONE-PREFIX", survey.attributes[ZONE].line, **params)


def _params(parcel: Parcel, row: Row) -> dict[str, object]:
    return {"parcel": parcel.header.label, "ring": row.ring, "point": row.name, "east": f"{row.east:.3f}"}
