"""Boundary TXT (勘测定界, 部报盘) in all their forms to a feature table.

X is north and Y is east in these files; geometries come out east first.  A file is loaded
whole or not at all, and every problem is reported with its line.

Source: 建设项目用地红线坐标文件内容要求; the grammar stands in
:mod:`landquota.formats.boundary.grammar`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import geopandas
import numpy as np

from landquota.ellipsoid import ellipsoidal_areas, planar_areas
from landquota.errors import InputError
from landquota.findings import Finding, Place
from landquota.formats.boundary import grammar, lists, plots
from landquota.formats.boundary.axes import oriented
from landquota.formats.boundary.content import decoded, lines_of
from landquota.formats.boundary.declared import Computed, assumed_units, declared_area
from landquota.formats.boundary.log import Log
from landquota.formats.boundary.rings import polygon
from landquota.formats.boundary.survey import DATUM, PH, SAID, Survey
from landquota.formats.boundary.zone import stated, system_of
from landquota.formats.limits import DEFAULT, Limits, file_findings
from landquota.formats.table import FeatureTable
from landquota.i18n import text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyproj
    from numpy.typing import NDArray
    from shapely import MultiPolygon, Polygon

    from landquota.area import Area
    from landquota.formats.boundary.content import Content, Line
    from landquota.formats.boundary.survey import Form, Header, Parcel

Bounds = tuple[float, float, float, float]

#: The national form's name; the others add theirs: "boundary TXT (PH)".
FORMAT: Final = "boundary TXT"
#: Columns that are left out where every parcel leaves them empty.
_RARE: Final = ("town", "village", "more")


def read(
    path: Path,
    *,
    layer: str | None = None,  # noqa: ARG001 - the file is the layer; all readers take it
    encoding: str | None = None,
    crs: pyproj.CRS | None = None,
    region: Bounds | None = None,
    assumed_meridian_deg: int = 120,
    limits: Limits = DEFAULT,
) -> tuple[FeatureTable | None, list[Finding]]:
    """Read a boundary TXT of any form.

    Parameters
    ----------
    path
        The file.
    layer
        Ignored: a boundary TXT is one layer.
    encoding
        How its texts are encoded; by default a byte order mark decides, else UTF-8 where every
        byte fits it, else GB18030 (which includes GBK).
    crs
        The reference system by the word of the user, whatever the file says.
    region
        West, south, east, north in degrees of where the data is expected.
    assumed_meridian_deg
        Central meridian of the 3-degree zone to assume where neither 带号 nor a prefix tells it.
    limits
        How large the file may be.

    Returns
    -------
    tuple
        The table, or None where a finding is an error; only with errors on declared areas
        (AREA-…) is there a table too, to be shown.  Columns: parcel, name, sheet, use,
        land_class and declared_area, all as written; also town, village and more where the
        form has them.  What the description says stands in the frame's ``attrs``, under
        :data:`~landquota.formats.boundary.survey.SAID`.

    Raises
    ------
    InputError
        The file cannot be opened.
    UsageError
        There is no such `encoding`.
    """
    data, findings = _bytes(path, limits)
    if data is None:
        return None, findings
    return parse(data, path, encoding=encoding, hints=Hints(crs, region, assumed_meridian_deg))


class Hints(NamedTuple):
    """What is known of the reference system besides the file, as :func:`read` takes it."""

    told: pyproj.CRS | None = None
    region: Bounds | None = None
    assumed_meridian_deg: int = 120


NO_HINTS: Final = Hints()


def parse(
    data: bytes, path: Path, *, encoding: str | None = None, hints: Hints = NO_HINTS
) -> tuple[FeatureTable | None, list[Finding]]:
    """Read the bytes of a boundary TXT, as :func:`read` does; `path` is only what they are called."""
    log = Log(path.name)
    content = decoded(data, encoding=encoding, log=log)
    table = None if content is None else _read(path, content, hints, log)
    return table, log.findings()


def _bytes(path: Path, limits: Limits) -> tuple[bytes | None, list[Finding]]:
    try:
        findings = file_findings(path, limits)
        return (None, findings) if findings else (path.read_bytes(), [])
    except OSError as error:
        raise InputError(
            text("{path} cannot be read: {reason}", path=path, reason=error.strerror or error),
            remedy=text("Check the path and that you may read the file."),
        ) from error


def _read(path: Path, content: Content, hints: Hints, log: Log) -> FeatureTable | None:
    lines = lines_of(content.text)
    if not lines:
        log.add("TXT-EMPTY")
        return None
    survey, measure = oriented(_survey(lines, log), log)
    if log.hopeless:
        return None
    said = stated(survey, measure, log, told=hints.told is not None)
    geometries = [polygon(parcel, measure, log) for parcel in survey.parcels]
    shapes = [geometry for geometry in geometries if geometry is not None]
    if log.errors:
        return None
    resolution, findings = system_of(
        said,
        _bounds(shapes),
        place=_datum_place(survey, log),
        told=hints.told,
        region=hints.region,
        assumed_meridian_deg=hints.assumed_meridian_deg,
    )
    log.extend(findings)
    if resolution.crs is None or log.errors:
        return None
    turned = resolution.oriented(np.array(shapes, dtype=object))
    return _table(path, survey, turned, resolution.crs, content.encoding, log=log)


def _survey(lines: Sequence[Line], log: Log) -> Survey:
    """Return what the lines say, in whichever form."""
    parts = grammar.sections(lines)
    form = lists.form_of(lines) if parts.none else None
    if form is not None:
        return Survey(form, {}, _some(lists.parcels(lines, form, log), lines, log))
    if parts.none and grammar.record(lines[0]).is_header:
        parts = grammar.Sections(None, tuple(lines))
    for line in parts.unknown:
        log.add("TXT-SECTION-UNKNOWN", line.number, section=line.text)
    for line in parts.stray[:1]:
        log.add("TXT-STRAY", line.number, excerpt=grammar.excerpt(line.text))
    if parts.plots is None:
        log.add("TXT-SECTION-MISSING", lines[-1].number, section=f"[{grammar.PLOTS}]")
    records = grammar.records(parts.plots or (), log)
    form = plots.form_of(records)
    if parts.description is None and form != PH:
        log.add("TXT-DESCRIPTION-MISSING", lines[0].number)
    attributes = grammar.attributes(parts.description or (), log)
    parcels = plots.parcels(records, form, log)
    return Survey(form, attributes, parcels if parts.plots is None else _some(parcels, lines, log))


def _some(parcels: tuple[Parcel, ...], lines: Sequence[Line], log: Log) -> tuple[Parcel, ...]:
    """Return the parcels; none at all is a finding, unless others already say why."""
    if not parcels and not log.errors:
        log.add("TXT-NO-PARCEL", lines[-1].number)
    return parcels


def _datum_place(survey: Survey, log: Log) -> Place:
    said = survey.attributes.get(DATUM)
    return Place(log.file, said.line if said else None)


def _bounds(shapes: Sequence[Polygon | MultiPolygon]) -> Bounds:
    west, south, east, north = geopandas.GeoSeries(shapes).total_bounds.tolist()
    return west, south, east, north


def _table(
    path: Path,
    survey: Survey,
    geometries: NDArray[np.object_],
    system: pyproj.CRS,
    encoding: str,
    *,
    log: Log,
) -> FeatureTable:
    headers = [parcel.header for parcel in survey.parcels]
    places = tuple(Place(path.name, header.line, feature=header.number or None) for header in headers)
    areas = _declared(survey, places, geometries, system, log)
    frame = geopandas.GeoDataFrame(_columns(headers), geometry=geometries, crs=system)
    if survey.attributes:
        frame.attrs[SAID] = {key: said.value for key, said in survey.attributes.items() if said.value}
    return FeatureTable(path, path.stem, _format(survey.form), frame, places, areas, encoding)


def _declared(
    survey: Survey,
    places: Sequence[Place],
    geometries: NDArray[np.object_],
    system: pyproj.CRS,
    log: Log,
) -> tuple[Area | None, ...]:
    """Return what the headers declare; where coordinates are degrees there is no planar area to compare it with."""
    headers = [parcel.header for parcel in survey.parcels]
    on_ellipsoid = ellipsoidal_areas(geometries, system).tolist()
    planar = on_ellipsoid if system.is_geographic else planar_areas(geometries).tolist()
    found = []
    for header, place, *areas_m2 in zip(headers, places, planar, on_ellipsoid, strict=True):
        written, findings = declared_area(header, Computed(*areas_m2), place=place)
        found.append(written)
        log.extend(findings)
    log.extend(assumed_units(headers, found, survey.form, file=log.file))
    return tuple(None if written is None else written.area for written in found)


def _columns(headers: Sequence[Header]) -> dict[str, list[str]]:
    columns = {
        "parcel": [header.number for header in headers],
        "name": [header.name for header in headers],
        "sheet": [header.sheet for header in headers],
        "use": [header.use for header in headers],
        "land_class": [header.land_class for header in headers],
        "declared_area": [header.area for header in headers],
        "town": [header.town for header in headers],
        "village": [header.village for header in headers],
        "more": [",".join(header.more) for header in headers],
    }
    return {name: values for name, values in columns.items() if name not in _RARE or any(values)}


def _format(form: Form) -> str:
    return f"{FORMAT} ({form.name})" if form.name else FORMAT
