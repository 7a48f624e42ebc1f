"""Features to a boundary TXT in the national form 1.01 (勘测定界, 部报盘).

A file is written whole or not at all, and only if it can be read again as what was meant:
rings that vanish or touch at the written precision are findings, not files.

Source: 建设项目用地红线坐标文件内容要求; the grammar stands in
:mod:`landquota.formats.boundary.grammar`.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from shapely import MultiPolygon, Polygon

from landquota.area import Unit
from landquota.crs import Zone, describe
from landquota.errors import UsageError
from landquota.findings import Finding, Place, Severity, has_errors
from landquota.formats.boundary import description, fields, reader
from landquota.formats.boundary.description import (
    PRECISION,
    PRODUCED_ON,
    PRODUCER,
    PROJECTION,
    TRANSFORMATION,
    VERSION,
)
from landquota.formats.boundary.grammar import AREA_KIND, DESCRIPTION, HEADER_END, PLOTS
from landquota.formats.boundary.survey import DATUM, UNIT, WIDTH, ZONE
from landquota.formats.boundary.systems import NamedDatum, zone_on
from landquota.formats.replacing import replace_file
from landquota.formats.table import FeatureTable
from landquota.i18n import Text, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import geopandas
    import pyproj
    from shapely import LinearRing

    from landquota.area import Area

#: Their meaning in the file is another; these look the same and have none.
_REPLACED: Final = str.maketrans({",": "，", HEADER_END: "＠"})
#: Control characters, line and paragraph separators.
_BREAKS: Final = frozenset({"Cc", "Zl", "Zp"})
#: Seven parameters from another datum, left empty: they are local and not public.
_NO_TRANSFORMATION: Final = ",,,,,,"
_ZONE_M: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class _Grid:
    """The Gauss-Kruger grid that a file is written in."""

    datum: NamedDatum
    zone: Zone

    @property
    def shift_m(self) -> int:
        """What eastings lack of the zone prefix that the file has."""
        return 0 if self.zone.prefixed else self.zone.number * _ZONE_M


def write(
    table: FeatureTable | geopandas.GeoDataFrame,
    path: Path,
    *,
    areas: Sequence[Area | None] | None = None,
    encoding: str = "gbk",
    newline: str = "\r\n",
    version: str = "1.01",
    producer: str | None = None,
    produced_on: str | None = None,
    decimals: int = 4,
) -> list[Finding]:
    """Write polygons as a boundary TXT, replacing the file in one step.

    Parameters
    ----------
    table
        Polygons in a Gauss-Kruger zone, east before north; parcel, name, sheet, use and
        land_class are written, whichever name of :data:`~landquota.formats.boundary.fields.FIELDS`
        their columns have.  Eastings get the zone prefix where they have none.
    path
        The file.
    areas
        The area of each header; by default what the table declares, or its column
        declared_area; where there is none, the area on the ellipsoid.  Headers have 公顷 with
        4 decimals.
    encoding
        GBK is what most programs expect; gb18030 and utf-8 have every character.
    newline
        What ends a line.
    version, producer, produced_on
        格式版本号, 数据产生单位 and 数据产生日期 of the description; the latter two by default as
        the boundary TXT says that the table was read from.
    decimals
        Of the coordinates, in metres; written as 精度, unless that TXT says another.

    Returns
    -------
    list of Finding
        With any error among them nothing was written.

    Raises
    ------
    UsageError
        The table has no reference system or is in none that this form has, or there is no
        such encoding.
    InputError
        The file cannot be written.
    """
    frame, declared = (table.frame, table.declared_area_m2) if isinstance(table, FeatureTable) else (table, None)
    grid = _grid(frame.crs)
    shapes = frame.geometry.to_numpy()
    findings = list(_unfit(shapes, path.name))
    texts, found = _texts(frame, path.name, encoding)
    findings += found
    head, found = _cleaned(_head(frame, producer, produced_on, decimals), Place(path.name), encoding)
    findings += found
    if has_errors(findings):
        return findings
    said, found = fields.areas(frame, areas if areas is not None else declared, _places(texts, path.name))
    findings += found
    lines = [*_description(grid, version, head), f"[{PLOTS}]"]
    for cells, area, shape in zip(texts, said, shapes, strict=True):
        lines += _parcel(cells, area, shape, shift_m=grid.shift_m, decimals=decimals)
    data = newline.join([*lines, ""]).encode(encoding)
    problems = _reread(data, path, encoding, shapes, shift_m=grid.shift_m, decimals=decimals)
    if not problems:
        replace_file(path, data)
    return findings + problems


def _grid(crs: pyproj.CRS | None) -> _Grid:
    """Return the datum and zone of a system, as the description says them."""
    if crs is None:
        raise UsageError(
            text("The features have no reference system"), remedy=text("Say which system they are in before writing.")
        )
    datum, zone = NamedDatum.of(crs), zone_on(crs)
    if datum is None or zone is None:
        raise UsageError(
            text("{crs} is no zone that a boundary TXT can say", crs=describe(crs)),
            remedy=text("Transform the features to a CGCS2000 3-degree zone before writing, such as EPSG:4549."),
        )
    return _Grid(datum, zone)


def _unfit(shapes: Sequence[object], file: str) -> Iterator[Finding]:
    for number, shape in enumerate(shapes, 1):
        found = _unwritable(shape)
        if found is not None:
            yield Finding("TXT-WRITE-GEOMETRY", Place(file, feature=str(number)), {"found": found})


def _unwritable(shape: object) -> Text | str | None:
    """Return what a geometry is, if it is nothing to write."""
    if shape is None:
        return text("missing")
    if not isinstance(shape, Polygon | MultiPolygon):
        return type(shape).__name__
    if shape.is_empty:
        return text("empty")
    return None if np.isfinite(shapely.get_coordinates(shape)).all() else text("not finite")


def _texts(frame: geopandas.GeoDataFrame, file: str, encoding: str) -> tuple[list[list[str]], list[Finding]]:
    """Return the texts of each header, and what had to be replaced in them or cannot be written."""
    names = fields.columns(frame)
    columns = [_column(frame, names.get(field)) for field in fields.FIELDS]
    texts, findings = [], []
    for number, values in enumerate(zip(*columns, strict=True), 1):
        said = dict(zip(fields.FIELDS, values, strict=True))
        cleaned, found = _cleaned(said, Place(file, feature=said["parcel"].strip() or str(number)), encoding)
        texts.append(list(cleaned.values()))
        findings += found
    return texts, findings


def _column(frame: geopandas.GeoDataFrame, name: str | None) -> list[str]:
    """Return a column as texts, empty where a value or the column is missing; whole numbers without decimals."""
    if name is None:
        return [""] * len(frame)
    values, missing = frame[name].tolist(), frame[name].isna().tolist()
    return ["" if nothing else _text(value) for value, nothing in zip(values, missing, strict=True)]


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _places(texts: Sequence[Sequence[str]], file: str) -> list[Place]:
    return [Place(file, feature=parcel or str(number)) for number, (parcel, *_) in enumerate(texts, 1)]


def _cleaned(said: dict[str, str], place: Place, encoding: str) -> tuple[dict[str, str], list[Finding]]:
    """Return texts as they can stand in the file, and a finding for each that is changed or has no encoding."""
    cleaned, findings = {}, []
    for column, value in said.items():
        plain = "".join(" " if unicodedata.category(c) in _BREAKS else c for c in value.translate(_REPLACED))
        written = cleaned[column] = plain.strip()
        where = Place(place.file, column=column, feature=place.feature)
        if written != value:
            params = {"column": column, "value": value, "written": written}
            findings.append(Finding("TXT-WRITE-REPLACED", where, params))
        strange = _strange(written, encoding)
        if strange is not None:
            params = {"character": strange, "column": column, "value": value, "encoding": encoding}
            findings.append(Finding("TXT-WRITE-CHARACTER", where, params))
    return cleaned, findings


def _strange(written: str, encoding: str) -> str | None:
    """Return the first character that an encoding does not have."""
    try:
        written.encode(encoding)
    except UnicodeEncodeError as error:
        return f"{written[error.start]} U+{ord(written[error.start]):04X}"
    except LookupError as error:
        raise UsageError(text("There is no encoding '{encoding}'", encoding=encoding)) from error
    return None


def _head(
    frame: geopandas.GeoDataFrame, producer: str | None, produced_on: str | None, decimals: int
) -> dict[str, str]:
    """Return what the description says of the survey: as told, else as the file said that the frame was read from."""
    source = description.said(frame)
    told = {PRODUCER: producer, PRODUCED_ON: produced_on, PRECISION: None}
    default = {PRECISION: f"{10**-decimals:.{decimals}f}"}
    return {key: source.get(key, default.get(key, "")) if value is None else value for key, value in told.items()}


def _description(grid: _Grid, version: str, head: dict[str, str]) -> list[str]:
    attributes = {
        VERSION: f"{version}版本",
        PRODUCER: head[PRODUCER],
        PRODUCED_ON: head[PRODUCED_ON],
        DATUM: grid.datum.written,
        WIDTH: str(grid.zone.width_deg),
        PROJECTION: "高斯克吕格",
        UNIT: "米",
        ZONE: str(grid.zone.number),
        PRECISION: head[PRECISION],
        TRANSFORMATION: _NO_TRANSFORMATION,
    }
    return [f"[{DESCRIPTION}]", *(f"{key}={value}" for key, value in attributes.items())]


def _parcel(
    cells: Sequence[str], area: Area, shape: Polygon | MultiPolygon, *, shift_m: int, decimals: int
) -> list[str]:
    rows = list(_rows(shape, shift_m, decimals))
    number, name, *rest = cells
    header = (str(len(rows)), area.in_unit(Unit.HA, fields.DECIMALS), number, name, AREA_KIND, *rest, HEADER_END)
    return [",".join(header), *rows]


def _rows(shape: Polygon | MultiPolygon, shift_m: int, decimals: int) -> Iterator[str]:
    """Yield the points of all rings, numbered through; each ring ends in its first point."""
    first = 1
    for ring, boundary in enumerate(_rings(shape), 1):
        points = shapely.get_coordinates(boundary)[:-1].tolist()
        for index in (*range(len(points)), 0):
            east, north = points[index]
            yield f"J{first + index},{ring},{north:.{decimals}f},{east + shift_m:.{decimals}f}"
        first += len(points)


def _rings(shape: Polygon | MultiPolygon) -> Iterator[LinearRing]:
    """Yield the shell of each part, and then its holes."""
    for part in shapely.get_parts(shape):
        yield part.exterior
        yield from part.interiors


def _reread(
    data: bytes, path: Path, encoding: str, shapes: Sequence[Polygon | MultiPolygon], *, shift_m: int, decimals: int
) -> list[Finding]:
    """Return why the file, once written, would not be read as the same polygons."""
    table, findings = reader.parse(data, path, encoding=encoding)
    if table is None:
        errors = [finding for finding in findings if finding.severity is Severity.ERROR]
        return [
            Finding(
                "TXT-WRITE-READBACK",
                Place(path.name, feature=_parcel_of(error)),
                {"problem": Text(error.kind.message, error.params)},
            )
            for error in errors
        ]
    meant = shapely.transform(np.array([_plain(shape) for shape in shapes]), lambda xy: xy + np.array([shift_m, 0]))
    read = table.frame.geometry.to_numpy()
    same = shapely.equals_exact(shapely.normalize(meant), shapely.normalize(read), tolerance=10.0**-decimals)
    params = {"problem": text("its parts or holes came out different")}
    return [
        Finding("TXT-WRITE-READBACK", Place(path.name, feature=table.places[i].feature or str(i + 1)), params)
        for i in np.flatnonzero(~same).tolist()
    ]


def _plain(shape: Polygon | MultiPolygon) -> Polygon | MultiPolygon:
    """Return a single part as a plain polygon, as it will be read."""
    parts = shapely.get_parts(shape)
    return parts[0] if len(parts) == 1 else shape


def _parcel_of(error: Finding) -> str | None:
    label = error.params.get("parcel")
    return label if isinstance(label, str) and label != "?" else None
