"""Features from tables: CSV and XLSX with a column of outlines (WKT), or with one row for each vertex.

Cells stay as they are: a CSV has texts only, a workbook has texts, numbers and dates.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas
import pandas as pd
import shapely
from shapely.errors import ShapelyError

from landquota.findings import Finding, Place, has_errors
from landquota.formats import layer_choice, tables
from landquota.formats import limits as size
from landquota.formats.boundary.content import unlikely
from landquota.formats.limits import DEFAULT, Limits
from landquota.formats.names import feature_names
from landquota.formats.sheets import systems, vertices, workbook
from landquota.formats.sheets.layout import HEADING_ROWS, Layout, layout_of
from landquota.formats.sheets.sheet import Line, Sheet, filled, words
from landquota.formats.signature import format_of
from landquota.formats.table import FeatureTable
from landquota.formats.vector.shapefile import CHINESE, codec

if TYPE_CHECKING:
    import pyproj

#: A cell of a workbook ends here, without a word.
_LONGEST_CELL: Final = 32767
_SAMPLE: Final = 40
#: Collections within collections are taken apart one inside the other, on a stack that has an end.
_MOST_COLLECTIONS: Final = 8
_SRID: Final = re.compile(r"\s*SRID=(?P<code>\d+);", re.IGNORECASE)


def read(
    path: Path, *, layer: str | None = None, encoding: str | None = None, limits: Limits = DEFAULT
) -> tuple[FeatureTable | None, list[Finding]]:
    """Read the features of a CSV or XLSX table.

    Parameters
    ----------
    path
        The file.
    layer
        Which sheet of a workbook, where several have outlines or vertices.
    encoding
        How a CSV is encoded; by default a byte order mark decides, else UTF-8 where every byte
        fits it, else GB18030, if that reads as Chinese.
    limits
        What the file may hold at most.

    Returns
    -------
    tuple
        The features, or None where a finding is an error.  Their reference system is None unless
        the table names it.
    """
    sheet, findings, found = _sheet(path, layer, encoding, limits)
    if sheet is None or has_errors(findings):
        return None, findings
    layout = layout_of(sheet.lines)
    if layout is None:
        return None, [*findings, Finding("SHEET-NO-GEOMETRY", Place(file=path.name), {"sheet": sheet.name})]
    findings += _heading(sheet, layout)
    if has_errors(findings):
        return None, findings
    frame, places, problems = _from_outlines(sheet, layout) if layout.outlines else _from_vertices(sheet, layout)
    findings += problems
    vertices = int(shapely.get_num_coordinates(frame.geometry.to_numpy()).sum())
    findings += size.layer_findings(path, features=len(frame), vertices=vertices, limits=limits)
    if has_errors(findings):
        return None, findings
    table = FeatureTable(
        path=path,
        layer=sheet.name,
        format=format_of(path) or "CSV",
        frame=frame,
        places=tuple(places),
        declared_area_m2=(None,) * len(frame),
        encoding=found,
    )
    return table, findings


def _sheet(
    path: Path, layer: str | None, encoding: str | None, limits: Limits
) -> tuple[Sheet | None, list[Finding], str | None]:
    """Return the sheet with the features, and how its texts were decoded."""
    if format_of(path) == "XLSX":
        sheet, findings = _from_workbook(path, layer, limits)
        return sheet, findings, None
    known = None if encoding is None else codec(encoding)
    if encoding is not None and known is None:
        return None, [Finding("FILE-ENCODING-NAME", Place(file="--encoding"), {"encoding": encoding})], None
    try:
        findings = size.file_findings(path, limits)
    except OSError as problem:
        findings = [workbook.unreadable(path, problem)]
    if findings:
        return None, findings, None
    cells, findings = tables.read_cells(path, encoding=known)
    if cells is None:
        return None, findings, None
    lines = [Line(number, row) for number, row in cells.rows]
    if known is None and cells.encoding == CHINESE:
        findings += _foreign(path, lines)
    return Sheet(path.name, path.stem, lines, ragged=False), findings, cells.encoding


def _foreign(path: Path, lines: Sequence[Line]) -> list[Finding]:
    """Return where texts stand that were taken for Chinese and are none."""
    sample = unlikely(str(cell) for line in lines for cell in line.cells)
    if sample is None:
        return []
    row = next(line.number for line in lines if sample in line.cells)
    return [Finding("TABLE-ENCODING-UNKNOWN", Place(file=path.name, row=row), {"sample": sample[:_SAMPLE]})]


def _from_workbook(path: Path, layer: str | None, limits: Limits) -> tuple[Sheet | None, list[Finding]]:
    """Return the sheet with the features; that it is hidden is said."""
    with workbook.opened(path, limits=limits) as (book, refused):
        if book is None:
            return None, refused
        sheets, findings = book.peek(rows=2 * HEADING_ROWS)
        if findings:
            return None, findings
        chosen, findings = _chosen(path, layer, sheets)
        if chosen is None:
            return None, findings
        sheet, findings = book.read(chosen)
    if sheet is not None and sheet.hidden:
        findings.append(Finding("SHEET-HIDDEN", Place(file=path.name), {"sheet": sheet.name}))
    return sheet, findings


def _chosen(path: Path, layer: str | None, sheets: Sequence[Sheet]) -> tuple[str | None, list[Finding]]:
    """Return the sheet asked for, else the only one with outlines or vertices."""
    names = [sheet.name for sheet in sheets]
    spatial = [sheet.name for sheet in sheets if layout_of(sheet.lines) is not None]
    if layer is None and not spatial:
        return None, [Finding("SHEET-NO-GEOMETRY", Place(file=path.name), {"sheet": ", ".join(names)})]
    return layer_choice.pick(path, names, spatial, wanted=layer)


def _heading(sheet: Sheet, layout: Layout) -> Iterator[Finding]:
    """Check that columns are named apart, and that no row of a CSV is longer than the heading."""
    place = Place(file=sheet.file)
    for name in dict.fromkeys(layout.names):
        if layout.names.count(name) > 1:
            column = Place(file=sheet.file, column=name)
            yield Finding("TABLE-COLUMN-TWICE", column, {"column": name, "count": layout.names.count(name)})
    if not layout.body:
        yield Finding("FILE-EMPTY-LAYER", place, {"layer": sheet.name})
    if sheet.ragged:
        return
    width = len(layout.heading.cells)
    for line in layout.body:
        if any(map(filled, line.cells[width:])):
            yield Finding("TABLE-ROW-LENGTH", sheet.place(line), {"found": len(line.cells), "needed": width})


def _from_outlines(sheet: Sheet, layout: Layout) -> tuple[geopandas.GeoDataFrame, list[Place], list[Finding]]:
    """Return a feature for each row."""
    column, *others = layout.outlines
    name = layout.names[column]
    findings = []
    if others:
        params = {"column": name, "others": ", ".join(layout.names[other] for other in others)}
        findings.append(Finding("SHEET-OUTLINES", Place(file=sheet.file, column=name), params))
    shapes: list[shapely.Geometry | None] = []
    codes: dict[int, str] = {}
    for line in layout.body:
        shape, code, wrong = _outline(words(line.cell(column)), sheet.place(line, name))
        findings += wrong
        codes |= {line.number: code} if code else {}
        shapes.append(shape)
    crs, wrong = systems.of_outlines(sheet, layout, codes)
    findings += wrong
    columns = {
        called: _series(line.cell(index) for line in layout.body)
        for index, called in enumerate(layout.names)
        if index != column
    }
    frame = _frame(columns, shapes, crs)
    names = feature_names(frame, (line.number for line in layout.body))
    return frame, [sheet.place(line, feature=called) for line, called in zip(layout.body, names, strict=True)], findings


def _outline(wkt: str, place: Place) -> tuple[shapely.Geometry | None, str | None, list[Finding]]:
    """Return the geometry and the code of the system that a cell writes."""
    if not wkt:
        return None, None, []
    srid = _SRID.match(wkt)
    code = srid["code"] if srid else None
    written = wkt[srid.end() :] if srid else wkt
    if len(wkt) == _LONGEST_CELL:
        return None, code, [Finding("SHEET-WKT-CUT", place, {"length": len(wkt)})]
    if written.upper().count("COLLECTION") > _MOST_COLLECTIONS:
        return None, code, [Finding("SHEET-WKT", place, {"problem": "GEOMETRYCOLLECTION", "sample": written[:40]})]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # what is no number is named later
            return shapely.from_wkt(written), code, []
    except (ShapelyError, NotImplementedError, ValueError) as problem:
        said = str(problem).removeprefix("ParseException: ").removeprefix("IllegalArgumentException: ")
        return None, code, [Finding("SHEET-WKT", place, {"problem": said, "sample": written[:40]})]


def _from_vertices(sheet: Sheet, layout: Layout) -> tuple[geopandas.GeoDataFrame, list[Place], list[Finding]]:
    """Return a feature for each parcel, with the columns that say the same in all of its rows."""
    parcels, findings = vertices.parcels(sheet, layout)
    if not parcels and not has_errors(findings):
        findings.append(Finding("FILE-EMPTY-LAYER", Place(file=sheet.file), {"layer": sheet.name}))
    if has_errors(findings):
        return _frame({}, [], None), [], findings
    shapes, problems = vertices.polygons(sheet, layout, parcels)
    findings += problems
    if has_errors(findings):
        return _frame({}, [], None), [], findings
    rows = [[vertex.line for vertex in chain.from_iterable(parcel.rings.values())] for parcel in parcels]
    of_vertices = {layout.ring, layout.point, *(axis.column for axis in layout.axes or ())}
    columns: dict[str, pd.Series] = {}
    for index, name in enumerate(layout.names):
        if index == layout.parcel:
            columns[name] = _series(parcel.name for parcel in parcels)
        elif index not in of_vertices:
            constant = _constant(rows, index)
            if constant is None:
                findings.append(Finding("SHEET-COLUMN-VARIES", Place(file=sheet.file, column=name), {"column": name}))
            else:
                columns[name] = _series(constant)
    places = [sheet.place(parcel.line, feature=parcel.name or sheet.name) for parcel in parcels]
    crs, problems = systems.of_vertices(sheet, layout)
    return _frame(columns, shapes, crs), places, findings + problems


def _constant(rows: Sequence[Sequence[Line]], column: int) -> list[object] | None:
    """Return each parcel's cell of a column, or None if a parcel's rows say different things."""
    constant: list[object] = []
    for lines in rows:
        cells = dict.fromkeys(line.cell(column) for line in lines if filled(line.cell(column)))
        if len(cells) > 1:
            return None
        constant.append(next(iter(cells), None))
    return constant


def _series(cells: Iterable[object]) -> pd.Series:
    """Return a column of cells as they are; numbers and dates are that where all of them are."""
    return pd.Series(list(cells), dtype=object).infer_objects()


def _frame(
    columns: dict[str, pd.Series], shapes: Sequence[shapely.Geometry | None], crs: pyproj.CRS | None
) -> geopandas.GeoDataFrame:
    # The column of geometries is called "geometry", which a column of texts may be called too.
    attributes = {("geometry_" if name == "geometry" else name): cells for name, cells in columns.items()}
    return geopandas.GeoDataFrame(attributes, geometry=list(shapes), crs=crs)
