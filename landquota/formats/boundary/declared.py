"""The area that a header declares: which unit it is in, and whether it is the computed one.

Files write 公顷, m² or 亩 without saying which: the unit is the one in which the declared area
comes near the computed one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from landquota.amount import PrecisionError
from landquota.area import Area, Unit, parse_area
from landquota.errors import InputError
from landquota.findings import Finding, Place
from landquota.formats.boundary.plots import AREA_FIELD
from landquota.formats.boundary.survey import PASTE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from landquota.formats.boundary.survey import Form, Header

#: Declared and computed area may differ by this much before it is worth a finding.
TOLERANCE_M2: Final = 1.0
TOLERANCE_SHARE: Final = 0.0005
#: From here on points are missing, or the area is another parcel's.
FAR_SHARE: Final = 0.005
#: A unit fits when the declared area in it is at least half and at most twice the computed one.
_UNITS: Final = (Unit.M2, Unit.HA, Unit.MU)
_FIT: Final = 2.0


class Computed(NamedTuple):
    """A parcel's area in the plane and on the ellipsoid."""

    planar_m2: float
    ellipsoid_m2: float

    def differences(self, area: Area) -> tuple[float, float]:
        """Return by how many m² an area is larger than each."""
        area_m2 = area.units / Unit.M2.size
        return area_m2 - self.planar_m2, area_m2 - self.ellipsoid_m2

    def off_m2(self, area: Area) -> float:
        """Return by how much an area is off from the nearer of the two."""
        return min(map(abs, self.differences(area)))


class Written(NamedTuple):
    """An area as it is written: what it says, its unit, how many decimals it has, and whether it names the unit."""

    area: Area
    unit: Unit
    decimals: int
    says_unit: bool

    def is_off(self, computed: Computed, share: float) -> bool:
        """Return whether it is off by more than a share, the tolerance, and what its last digit cannot tell."""
        half_digit_m2 = self.unit.size / Unit.M2.size / 10.0**self.decimals / 2
        return computed.off_m2(self.area) > max(TOLERANCE_M2, half_digit_m2, share * computed.planar_m2)


class Unusable(NamedTuple):
    """Why an area cannot be used: it is finer than its unit allows, or there is no unit that fits."""

    too_fine_for: Unit | None = None


def written_area(written: str, computed: Computed) -> Written | Unusable | None:
    """Read an area with or without a unit; None where the text is no area."""
    found = AREA_FIELD.fullmatch(written)
    if found is None:
        return None
    decimals = len(found["number"].partition(".")[2])
    unit = _written_unit(written) if found["unit"] else _unit(found["number"], decimals, computed)
    if unit is None:
        return Unusable()
    try:
        area = Area.of(found["number"], unit)
    except PrecisionError:
        return Unusable(unit)
    return Written(area, unit, decimals, bool(found["unit"]))


def declared_area(header: Header, computed: Computed, *, place: Place) -> tuple[Written | None, list[Finding]]:
    """Read the area that a header declares, and compare it with both computed ones.

    Returns
    -------
    tuple
        The exact area, or None where the header declares none, or none that can be used.
    """
    found = written_area(header.area, computed)
    params = {"parcel": header.label, "written": header.area, "planar": f"{computed.planar_m2:.2f}"}
    if found is None:
        return None, []
    if isinstance(found, Unusable):
        if found.too_fine_for is None:
            return None, [Finding("AREA-UNIT-UNKNOWN", place, params)]
        return None, [Finding("AREA-TOO-FINE", place, params | {"unit": found.too_fine_for})]
    if found.is_off(computed, FAR_SHARE):
        return found, [Finding("AREA-DECLARED-FAR", place, params | _comparison(found.area, computed))]
    if found.is_off(computed, TOLERANCE_SHARE):
        return found, [Finding("AREA-DECLARED-DIFFERS", place, params | _comparison(found.area, computed))]
    return found, []


def assumed_units(
    headers: Sequence[Header], found: Sequence[Written | None], form: Form, *, file: str
) -> Iterator[Finding]:
    """Say once for a file and unit that areas were read in another unit than their form has, without naming it."""
    prescribed = Unit.M2 if form == PASTE else Unit.HA
    for unit in _UNITS:
        read = [
            header
            for header, area in zip(headers, found, strict=True)
            if area is not None and area.unit is unit and not area.says_unit
        ]
        if read and unit is not prescribed:
            params = {"count": len(read), "written": read[0].area, "parcel": read[0].label}
            code = "TXT-AREA-MU" if unit is Unit.MU else "TXT-AREA-UNIT"
            yield Finding(code, Place(file, read[0].line), params | {"unit": unit, "prescribed": prescribed})


def _unit(number: str, decimals: int, computed: Computed) -> Unit | None:
    """Return the unit in which the number comes near the computed area, or is that area rounded."""
    for unit in _UNITS:
        unit_m2 = unit.size / Unit.M2.size
        declared_m2 = float(number) * unit_m2
        near = computed.planar_m2 / _FIT <= declared_m2 <= computed.planar_m2 * _FIT
        if near or (not float(number) and computed.planar_m2 < unit_m2 / 10**decimals / 2):
            return unit
    return None


def _written_unit(area: str) -> Unit | None:
    """Return the unit that stands behind the number, if it is a known one."""
    try:
        unit = parse_area(area).unit
    except InputError:
        return None
    return unit if isinstance(unit, Unit) else None


def _comparison(area: Area, computed: Computed) -> dict[str, object]:
    by_planar, by_ellipsoid = computed.differences(area)
    nearer_m2 = min(computed, key=lambda m2: abs(area.units / Unit.M2.size - m2))
    return {
        "declared": area.m2,
        "ellipsoid": f"{computed.ellipsoid_m2:.2f}",
        "by_planar": f"{by_planar:+.2f}",
        "by_ellipsoid": f"{by_ellipsoid:+.2f}",
        "percent": f"{(area.units / Unit.M2.size - nearer_m2) / nearer_m2:+.1%}",
    }
