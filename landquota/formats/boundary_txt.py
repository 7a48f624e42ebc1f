"""Boundary TXT (勘测定界, 部报盘) in the national CGCS2000 form to a feature table.

X is north and Y is east in these files; geometries come out east first.  A file is loaded
whole or not at all: with any error nothing is, and every problem is reported with its line.

Source: 建设用地项目用地红线坐标文件内容要求; the grammar stands in
:mod:`landquota.formats.boundary_grammar`.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, Final, NamedTuple

import geopandas
import numpy as np

from landquota.area import Area, PrecisionError, Unit, parse_area
from landquota.ellipsoid import ellipsoidal_areas, matches, planar_areas
from landquota.errors import InputError, UsageError
from landquota.findings import Finding, Place, has_errors
from landquota.formats import boundary_dialects as dialects
from landquota.formats import boundary_grammar as grammar
from landquota.formats.boundary_rings import polygon
from landquota.formats.boundary_zone import DATUM, zone_of
from landquota.formats.resolution import resolve
from landquota.formats.table import FeatureTable
from landquota.i18n import text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyproj
    from shapely import MultiPolygon, Polygon

    from landquota.crs import Zone
    from landquota.formats.boundary_grammar import Header, Survey

FORMAT: Final = "boundary TXT"

#: Declared and computed area may differ by this much before it is worth a finding.
TOLERANCE_M2: Final = 1.0
TOLERANCE_SHARE: Final = 0.0005
#: A unit fits when the declared area in it is at least half and at most twice the computed one.
_UNITS: Final = (Unit.M2, Unit.HA, Unit.MU)
_FIT: Final = 2.0
_UTF16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x19\x1b-\x1f\x7f]")


class _Decoded(NamedTuple):
    content: str
    encoding: str


class _Measured(NamedTuple):
    planar_m2: float
    ellipsoid_m2: float


def read(
    path: Path, *, encoding: str | None = None, assumed_meridian_deg: int = 120
) -> tuple[FeatureTable | None, list[Finding]]:
    """Read a boundary TXT.

    Parameters
    ----------
    path
        The file.
    encoding
        How its texts are encoded; by default a byte order mark decides, else UTF-8 where every
        byte fits it, else GB18030 (which includes GBK).
    assumed_meridian_deg
        Central meridian of the 3-degree zone to assume where neither 带号 nor a prefix tells it.

    Returns
    -------
    tuple
        The table, or None where a finding is an error.  Columns: parcel, name, sheet, use,
        land_class and declared_area, all as written.

    Raises
    ------
    InputError
        The file cannot be opened.
    UsageError
        There is no such `encoding`.
    """
    file = path.name
    decoded, findings = _decoded(_bytes(path), encoding, file)
    if decoded is None:
        return None, findings
    lines = grammar.lines_of(decoded.content)
    if not lines:
        return None, [Finding("TXT-EMPTY", Place(file))]
    sighting = dialects.recognise(lines)
    if sighting is not None:
        return None, [_not_yet(sighting, file)]
    survey, findings = grammar.parse(lines, file=file)
    zone, in_zone = zone_of(survey, file=file)
    geometries, in_rings = _polygons(survey, file)
    findings += in_zone + in_rings
    if has_errors(findings):
        return None, findings
    system, in_system = _system(survey, zone, geometries, file, assumed_meridian_deg)
    if system is None:
        return None, findings + in_system
    table, in_areas = _table(path, survey, geometries, system, decoded.encoding)
    return table, findings + in_system + in_areas


def declared_area(
    header: Header, planar_m2: float, ellipsoid_m2: float, *, place: Place
) -> tuple[Area | None, list[Finding]]:
    """Read the area that a header declares, and compare it with both computed ones.

    Files write 公顷, m² or 亩 without saying which: the unit is the one in which the declared
    area comes near the computed one.

    Returns
    -------
    tuple
        The exact area, or None where the header declares none, or none that can be used.
    """
    written = grammar.AREA_FIELD.fullmatch(header.area)
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


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(
            text("{path} cannot be read: {reason}", path=path, reason=error.strerror or error),
            remedy=text("Check the path and that you may read the file."),
        ) from error


def _decoded(data: bytes, encoding: str | None, file: str) -> tuple[_Decoded | None, list[Finding]]:
    if encoding is None and data.startswith(_UTF16_MARKS):
        return None, [_not_yet(dialects.Sighting(dialects.UTF16, 1), file)]
    reached = 0
    for candidate in (encoding,) if encoding else ("utf-8-sig", "gb18030"):
        try:
            content = data.decode(candidate)
        except UnicodeDecodeError as error:
            reached = max(reached, error.start)
            continue
        except LookupError as error:
            raise UsageError(text("There is no encoding '{encoding}'", encoding=candidate)) from error
        control = _CONTROL.search(content)
        if control is None:
            return _Decoded(content, candidate.removesuffix("-sig")), []
        line = len(grammar.LINE_END.split(content[: control.start()]))
        params = {"character": f"U+{ord(control[0]):04X}"}
        return None, [Finding("TXT-NOT-TEXT", Place(file, line), params)]
    line = len(grammar.LINE_END.split(data[:reached].decode("latin-1")))
    return None, [Finding("TXT-ENCODING", Place(file, line), {"encoding": encoding or "UTF-8, GB18030"})]


def _not_yet(sighting: dialects.Sighting, file: str) -> Finding:
    name, advice = sighting.dialect
    return Finding("TXT-NOT-YET", Place(file, sighting.line), {"dialect": name, "advice": advice})


def _polygons(survey: Survey, file: str) -> tuple[list[Polygon | MultiPolygon], list[Finding]]:
    geometries, findings = [], []
    for parcel in survey.parcels:
        geometry, found = polygon(parcel, file=file)
        findings += found
        if geometry is not None:
            geometries.append(geometry)
    return geometries, findings


def _system(
    survey: Survey,
    zone: Zone | None,
    geometries: Sequence[Polygon | MultiPolygon],
    file: str,
    assumed_meridian_deg: int,
) -> tuple[pyproj.CRS | None, list[Finding]]:
    """Return the reference system: declared where datum and zone both are, else inferred with a finding."""
    datum = survey.attributes.get(DATUM)
    declared = zone.crs if zone is not None and datum is not None and datum.value else None
    west, south, east, north = geopandas.GeoSeries(geometries).total_bounds.tolist()
    return resolve(
        declared,
        (west, south, east, north),
        place=Place(file, datum.line if datum else None),
        assumed_meridian_deg=assumed_meridian_deg if zone is None else zone.central_meridian_deg,
    )


def _table(
    path: Path,
    survey: Survey,
    geometries: Sequence[Polygon | MultiPolygon],
    system: pyproj.CRS,
    encoding: str,
) -> tuple[FeatureTable, list[Finding]]:
    headers = [parcel.header for parcel in survey.parcels]
    places = tuple(Place(path.name, header.line, feature=header.number or None) for header in headers)
    shapes = np.array(geometries, dtype=object)
    areas, findings = [], []
    for header, place, planar_m2, ellipsoid_m2 in zip(
        headers, places, planar_areas(shapes).tolist(), ellipsoidal_areas(shapes, system).tolist(), strict=True
    ):
        area, found = declared_area(header, planar_m2, ellipsoid_m2, place=place)
        areas.append(area)
        findings += found
    columns = {
        "parcel": [header.number for header in headers],
        "name": [header.name for header in headers],
        "sheet": [header.sheet for header in headers],
        "use": [header.use for header in headers],
        "land_class": [header.land_class for header in headers],
        "declared_area": [header.area for header in headers],
    }
    frame = geopandas.GeoDataFrame(columns, geometry=list(geometries), crs=system)
    return FeatureTable(path, path.stem, FORMAT, frame, places, tuple(areas), encoding), findings


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
