"""The area that a header declares: which unit it is in, and whether it is the computed one.

Files write 公顷, m² or 亩 without saying which: the unit is the one in which the declared area
comes near the computed one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from landquota.area import Area, PrecisionError, Unit, parse_area
from landquota.ellipsoid import matches
from landquota.errors import InputError
from landquota.findings import Finding, Place
from landquota.formats.boundary.plots import AREA_FIELD

if TYPE_CHECKING:
    from landquota.formats.boundary.survey import Header

#: Declared and computed area may differ by this much before it is worth a finding.
TOLERANCE_M2: Final = 1.0
TOLERANCE_SHARE: Final = 0.0005
#: A unit fits when the declared area in it is at least half and at most twice the computed one.
_UNITS: Final = (Unit.M2, Unit.HA, Unit.MU)
_FIT: Final = 2.0


class _Measured(NamedTuple):
    planar_m2: float
    ellipsoid_m2: float


def declared_area(
    header: Header, planar_m2: float, ellipsoid_m2: float, *, place: Place
) -> tuple[Area | None, list[Finding]]:
    """Read the area that a header declares, and compare it with both computed ones.

    Returns
    -------
    tuple
        The exact area, or None where the header declares none, or none that can be used.
    """
    written = AREA_FIELD.fullmatch(header.area)
    if written is None:
        return None, []
    params = {"parcel": header.label, "written": header.area, "planar": f"{planar_m2:.2f}"}
    unit = _written_unit(header.area) if written["unit"] else _unit(written["number"], planar_m2)
    if unit is None:
        return None, [Finding("AREA-UNIT-UNKNOWN", place, params)]
    try:
        area = Area.of(written["number"], unit)
    except PrecisionError:
        return None, [Finding("AREA-TOO-FINE", place, params | {"unit": unit})]
    decimals = len(written["number"].partition(".")[2])
    computed = _Measured(planar_m2, ellipsoid_m2)
    if matches(area, *computed, unit=unit, decimals=decimals) != "neither" or not _differs(area, computed):
        return area, []
    return area, [Finding("AREA-DECLARED-DIFFERS", place, params | _comparison(area, computed))]


def _unit(number: str, planar_m2: float) -> Unit | None:
    """Return the unit in which the number comes near the computed area."""
    for unit in _UNITS:
        ratio = float(number) * unit.size / Unit.M2.size / planar_m2
        if 1 / _FIT <= ratio <= _FIT:
            return unit
    return None


def _written_unit(area: str) -> Unit | None:
    """Return the unit that stands behind the number, if it is a known one."""
    try:
        return parse_area(area).unit
    except InputError:
        return None


def _differences(area: Area, computed: _Measured) -> tuple[float, float]:
    declared_m2 = area.units / Unit.M2.size
    planar, ellipsoid = (declared_m2 - square_metres for square_metres in computed)
    return planar, ellipsoid


def _differs(area: Area, computed: _Measured) -> bool:
    """Return whether the declared area is off from both computed ones by more than the tolerance."""
    nearest = min(map(abs, _differences(area, computed)))
    return nearest > max(TOLERANCE_M2, TOLERANCE_SHARE * computed.planar_m2)


def _comparison(area: Area, computed: _Measured) -> dict[str, object]:
    by_planar, by_ellipsoid = _differences(area, computed)
    return {
        "declared": area.m2,
        "ellipsoid": f"{computed.ellipsoid_m2:.2f}",
        "by_planar": f"{by_planar:+.2f}",
        "by_ellipsoid": f"{by_ellipsoid:+.2f}",
    }
