"""Every format: what is read of it, what is written, what is checked.  ``docs/formats.md`` is this table."""

from __future__ import annotations

from typing import Final, NamedTuple


class Format(NamedTuple):
    """One row of the table; the words are the documentation's."""

    name: str
    suffixes: tuple[str, ...]
    reads: str
    writes: str
    checks: str


#: Checked of every polygon, whatever it comes from.
EVERY_POLYGON: Final = (
    "missing and empty geometry, non-finite and absurd coordinates, invalid rings with reason and place, "
    "the reference system against the coordinates, duplicates, overlaps, slivers, micro-holes, ids, "
    "and for standard layers attributes, codes and declared areas"
)

FORMATS: Final = (
    Format(
        "GeoPackage",
        (".gpkg",),
        "any layer with geometry, chosen by name where there are several",
        "version 1.2, same input same bytes",
        "signature; features counted; views left out; open elsewhere is refused; an undefined system counts as none",
    ),
    Format(
        "ESRI Shapefile",
        (".shp",),
        "with its parts; texts by .cpg, then LDID, then strict UTF-8, then GB18030, the choice said",
        "GBK or UTF-8, always with .cpg and .prj; names cut to 10 bytes are said",
        "missing and truncated parts; counts of shapes and rows; deleted rows; a .cpg that the texts contradict",
    ),
    Format(
        "GeoJSON",
        (".geojson", ".json"),
        "UTF-8; a declared or given reference system before the format's default",
        "RFC 7946: longitude and latitude",
        "signature; UTF-8; every ring and number against what was read; metres or feet that claim to be degrees",
    ),
    Format(
        "GeoParquet",
        (".parquet", ".geoparquet"),
        "version 1, any primary geometry column",
        "version 1",
        "signature; a parquet file without geometry",
    ),
    Format("FlatGeobuf", (".fgb",), "whole files", "whole files", "signature"),
    Format(
        "OpenFileGDB",
        (".gdb", ".gdb.zip"),
        "a folder or a zipped one, layer chosen by name",
        "not written",
        "a folder that was not copied whole",
    ),
    Format(
        "KML",
        (".kml",),
        "placemarks of one folder",
        "not written",
        "every coordinate is a number; document types and entities are refused",
    ),
    Format(
        "GML",
        (".gml",),
        "simple features",
        "not written",
        "every coordinate is a number; document types and entities are refused",
    ),
    Format(
        "DXF",
        (".dxf",),
        "closed polylines, arcs as chords; the text inside as the name, the drawing's layer as an attribute",
        "closed polylines and names, R2010",
        "open polylines, also on other layers; drawing units; texts in GBK",
    ),
    Format(
        "XLSX",
        (".xlsx",),
        "a sheet with WKT, or with one row for each vertex",
        "not written",
        "formulas without values; error cells; several sheets with geometry; rows of other systems",
    ),
    Format(
        "CSV",
        (".csv",),
        "WKT, or one row for each vertex; UTF-8, GB18030 or UTF-16; comma, semicolon or tab",
        "not written",
        "which coordinate is north; cells that are no numbers",
    ),
    Format(
        "boundary TXT",
        (".txt",),
        "national form, headers of 7 to 13 fields (Cixi's 9 and 11), 进出平衡 (PH), GISQ, lists of coordinates; "
        "GBK, UTF-8, UTF-16",
        "national 1.01 form, GBK and CRLF unless told otherwise",
        "every line: counts, rings, closing rows, zone prefixes, declared area in the unit it fits",
    ),
    Format(
        "zip",
        (".zip", ".kmz"),
        "any of these inside, in any folder, chosen by name where there are several",
        "not written",
        "count and size of entries, ratio, nesting, paths that lead outside, links, encrypted and damaged entries",
    ),
)


def format_named(name: str) -> Format:
    """Return the row of a format.

    Raises
    ------
    KeyError
        There is no such format.
    """
    return {row.name: row for row in FORMATS}[name]
