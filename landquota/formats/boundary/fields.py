"""Which columns of a layer go into the header of a boundary TXT, by the names that surveys and standards give them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from landquota.area import Area, Unit
from landquota.ellipsoid import ellipsoidal_areas, planar_areas
from landquota.findings import Finding, Place
from landquota.formats.boundary.declared import FAR_SHARE, Computed, Unusable, Written, written_area
from landquota.formats.boundary.plots import AREA_FIELD
from landquota.formats.names import column_of, names_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from geopandas import GeoDataFrame

#: Fields of a header in its order, each with the columns that may hold it, in lower case.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "parcel": ("parcel", "dkbh", "地块编号", "宗地号", "宗地编号", "zdh"),
    "name": ("name", "dkmc", "地块名称", "xmmc", "项目名称"),
    "sheet": ("sheet", "tfh", "图幅号"),
    "use": ("use", "dkyt", "用途", "土地用途"),
    "land_class": ("land_class", "dlbm", "地类编码"),
}
#: What our reader calls the area that a header declares, in full and as a shapefile cuts it.
_DECLARED: Final = ("declared_area", "declared_a")
#: A header's area is in 公顷 with 4 decimals.
DECIMALS: Final = 4
_STEP: Final = Unit.HA.size // 10**DECIMALS


def columns(frame: GeoDataFrame) -> dict[str, str]:
    """Return the column of each field that has one: the first that is not blank, else the first that is there."""
    found = {}
    for field, names in FIELDS.items():
        there = [column for name in names if (column := column_of(frame, [name])) is not None]
        filled = (column for column in there if any(names_of(frame[column])))
        column = next(filled, there[0] if there else None)
        if column is not None:
            found[field] = column
    return found


def area_column(frame: GeoDataFrame) -> str | None:
    """Return the column with the declared areas as our reader of boundary TXT writes it, or None."""
    return column_of(frame, _DECLARED)


def areas(
    frame: GeoDataFrame, given: Sequence[Area | None] | None, places: Sequence[Place]
) -> tuple[list[Area], list[Finding]]:
    """Return the area for each header: as given, else as its column declares, else that on the ellipsoid."""
    shapes = frame.geometry.to_numpy()
    planar, on_ellipsoid = planar_areas(shapes).tolist(), ellipsoidal_areas(np.asarray(shapes), frame.crs).tolist()
    computed = [Computed(*both) for both in zip(planar, on_ellipsoid, strict=True)]
    column = area_column(frame)
    texts = [""] * len(frame) if column is None else names_of(frame[column])
    declared, findings = [], []
    for area, written, measured, place in zip(given or [None] * len(frame), texts, computed, places, strict=True):
        found = area if area is not None else _read(written, measured)
        declared.append(found)
        findings += list(_doubtful(found, written, measured, place))
    findings += _rounded([area for area in declared if area is not None], places)
    both = zip(declared, computed, strict=True)
    return [Area.measured(measured.ellipsoid_m2) if area is None else area for area, measured in both], findings


def _read(written: str, computed: Computed) -> Area | None:
    """Return the area that a text declares, rounded where it is finer than areas are kept, or None."""
    found = written_area(written, computed)
    if isinstance(found, Written):
        return found.area
    number = AREA_FIELD.fullmatch(written)
    if number is None or not isinstance(found, Unusable) or found.too_fine_for is None:
        return None
    return Area.measured(float(number["number"]) * found.too_fine_for.size / Unit.M2.size)


def _doubtful(area: Area | None, written: str, computed: Computed, place: Place) -> Iterator[Finding]:
    """Say where a declared area cannot be used, or is far from the computed one."""
    if area is None:
        if written:
            params = {"written": written, "computed": f"{computed.planar_m2:.2f}"}
            yield Finding("TXT-WRITE-AREA-UNKNOWN", place, params)
    elif Written(area, Unit.HA, DECIMALS, says_unit=True).is_off(computed, FAR_SHARE):
        nearer_m2 = min(computed, key=lambda m2: abs(area.units / Unit.M2.size - m2))
        share = (area.units / Unit.M2.size - nearer_m2) / nearer_m2
        params = {"declared": area.m2, "computed": f"{nearer_m2:.2f}", "percent": f"{share:+.1%}"}
        yield Finding("TXT-WRITE-AREA", place, params)


def _rounded(declared: Sequence[Area], places: Sequence[Place]) -> Iterator[Finding]:
    """Say once how many declared areas lose something in the form's four decimals of 公顷."""
    finer = [area for area in declared if area.units % _STEP]
    if finer:
        params = {
            "count": len(finer),
            "declared": f"{finer[0].m2} m²",
            "written": f"{finer[0].in_unit(Unit.HA, DECIMALS)} 公顷",
        }
        yield Finding("TXT-WRITE-AREA-ROUNDED", Place(places[0].file), params)
