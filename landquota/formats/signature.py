"""What a file is: what its name says, and what its first bytes say.

GDAL opens whatever it recognises, whatever the name: a ``.geojson`` in which the words of a
virtual dataset stand makes it open other files, run a pipeline or ask another host.  So a file
has to begin as its format does, and must not hold the words by which such links are recognised,
before GDAL sees it.
"""

from __future__ import annotations

import json
import mmap
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from xml.parsers import expat

from landquota.findings import Finding, Place
from landquota.formats.archive import zip_entries
from landquota.formats.limits import DEFAULT
from landquota.i18n import text

#: The formats that GDAL and pyarrow read for us, by how a file's name ends.
FORMATS: Final[Mapping[str, str]] = {
    ".fgb": "FlatGeobuf",
    ".gdb": "OpenFileGDB",
    ".gdb.zip": "OpenFileGDB",
    ".geojson": "GeoJSON",
    ".geoparquet": "GeoParquet",
    ".gml": "GML",
    ".gpkg": "GeoPackage",
    ".json": "GeoJSON",
    ".kml": "KML",
    ".parquet": "GeoParquet",
    ".shp": "ESRI Shapefile",
}
ARCHIVE: Final = "ZIP"
#: Those that other readers take.
OTHERS: Final[Mapping[str, str]] = {
    ".csv": "CSV",
    ".dxf": "DXF",
    ".kmz": ARCHIVE,
    ".tsv": "CSV",
    ".txt": "boundary TXT",
    ".xlsm": "XLSX",
    ".xlsx": "XLSX",
    ".zip": ARCHIVE,
}
#: Relatives of theirs that are recognised to be refused with the right remedy.
_REFUSED: Final[Mapping[str, str]] = {".dwg": "DWG", ".xls": "XLSX"}
#: The system catalogue, which every complete file geodatabase has.
GDB_CATALOGUE: Final = "a00000001.gdbtable"

_MAGIC: Final[Mapping[bytes, str]] = {
    b"SQLite format 3\0": "GeoPackage",
    b"fgb\x03fgb": "FlatGeobuf",
    b"PAR1": "GeoParquet",
    b"\x00\x00\x27\x0a": "ESRI Shapefile",
    b"PK\x03\x04": ARCHIVE,
    b"PK\x05\x06": ARCHIVE,
    b"AC10": "DWG",
}
#: JSON for maps that is no GeoJSON, by a word that stands near its beginning.
_OTHER_JSON: Final[Mapping[bytes, str]] = {b'"Topology"': "TopoJSON", b'"esriGeometry': "ESRI JSON"}
#: One JSON value after another: within a single one a comma would stand between, but for texts.
_NEXT_VALUE: Final = re.compile(rb"\}[\s\x1e]*\{")
_BOM: Final = b"\xef\xbb\xbf"
#: What begins a text in a wider encoding than a byte a character.
_WIDE_BOMS: Final = (b"\xff\xfe", b"\xfe\xff")
_HEAD_BYTES: Final = 4096
_CHUNK_BYTES: Final = 65536
#: So much may stand before an XML's root element; a comment without end costs memory and time.
_PROLOG_CHUNKS: Final = 16
_GML: Final = "http://www.opengis.net/gml"
#: Words by which GDAL takes a text file for a list of links or for a pipeline, wherever they stand.
_LINKS: Final = (
    b"<GDAL_", b"<OGRCSW", b"<OGRVRT", b"<OGRWFS", b"<VRTDataset", b"<WFS_Capabilities", b"gdal_streamed_alg",
)  # fmt: skip
_TEXTS: Final = frozenset({"GeoJSON", "GML", "KML"})
_UTF8: Final = ("", "utf-8", "utf8", "us-ascii", "ascii")


class _Doctype(Exception):
    """An XML declares a document type, which is where entities are defined."""


class _Root(Exception):
    """The root element has been reached."""


def format_of(path: Path) -> str | None:
    """Return the format that a file's name says, or else its content; None if neither is known."""
    named = named_format(path)
    return sniffed(path) if named is None else named


def named_format(path: Path) -> str | None:
    """Return the format that the end of a file's name says."""
    name = path.name.lower()
    ends = sorted((*FORMATS.items(), *OTHERS.items(), *_REFUSED.items()), key=lambda item: -len(item[0]))
    return next((found for suffix, found in ends if name.endswith(suffix)), None)


def sniffed(path: Path) -> str | None:
    """Return the format that a file's first bytes say, or a folder's files; None if none is known."""
    if path.is_dir():
        return "OpenFileGDB" if (path / GDB_CATALOGUE).is_file() else None
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return None
    found = next((name for magic, name in _MAGIC.items() if head.startswith(magic)), None)
    if found == ARCHIVE and _is_workbook(path):
        return "XLSX"
    return _text_format(path, head) if found is None else found


def _text_format(path: Path, head: bytes) -> str | None:
    begins = head.removeprefix(_BOM).lstrip()
    if begins.startswith(b"{"):
        return next((kind for word, kind in _OTHER_JSON.items() if word in begins), "GeoJSON")
    if begins.startswith((b"<", *_WIDE_BOMS)):
        return _markup(path)[0]
    return "DXF" if begins.split()[:2] == [b"0", b"SECTION"] else None


def check(path: Path, name: str) -> list[Finding]:
    """Check that a file is of the format `name`, and nothing else to GDAL.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    place = Place(file=path.name)
    with path.open("rb"):  # one that must not be read is said to be so, not to be of no format
        found = sniffed(path)
    if name in {"KML", "GML"}:
        doubt = _markup(path)[1]
        if doubt is not None:
            return [doubt]
    if found != (ARCHIVE if name == "OpenFileGDB" else name):
        return [Finding("FILE-SIGNATURE", place, {"format": name})]
    if name in _TEXTS and _links(path):
        return [Finding("FILE-LINKS", place)]
    if name == "GeoJSON" and _goes_on(path):
        return [Finding("FILE-SEQUENCE", place)]
    return []


def _is_workbook(path: Path) -> bool:
    try:
        if zip_entries.too_many(path, DEFAULT):
            return False
        with zipfile.ZipFile(path) as archive:
            return any(name.startswith("xl/") for name in archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False


def _markup(path: Path) -> tuple[str | None, Finding | None]:
    """Return which format an XML's root element says, and what is wrong before it."""
    place = Place(file=path.name)
    declared: list[str] = []
    roots: list[tuple[str, str]] = []
    parser = _prolog_parser(declared, roots)
    try:
        with path.open("rb") as file:
            for _ in range(_PROLOG_CHUNKS):
                parser.Parse(file.read(_CHUNK_BYTES))
    except _Doctype:
        return None, Finding("FILE-DOCTYPE", place)
    except _Root:
        pass
    except (expat.ExpatError, LookupError, ValueError) as problem:  # the latter: encodings such as GBK, or none
        if not declared or declared[0].lower() in _UTF8:
            said = text("the XML is broken: {problem}", problem=str(problem))
            return None, Finding("FILE-UNREADABLE", place, {"problem": said})
    found = _rooted(*roots[0]) if roots else None
    if declared and declared[0].lower() not in _UTF8:
        return found, Finding("FILE-XML-ENCODING", place, {"encoding": declared[0]})
    return found, None


def _prolog_parser(declared: list[str], roots: list[tuple[str, str]]) -> expat.XMLParserType:
    """Return a parser that stops at the root element, and at a document type before it."""

    def on_declaration(_version: str, encoding: str | None, _standalone: int) -> None:
        declared.append(encoding or "")

    def on_doctype(*_ignored: object) -> None:
        raise _Doctype

    def on_element(name: str, attributes: dict[str, str]) -> None:
        roots.append((name, " ".join(attributes.values())))
        raise _Root

    parser = expat.ParserCreate()
    parser.XmlDeclHandler = on_declaration
    parser.StartDoctypeDeclHandler = on_doctype
    parser.StartElementHandler = on_element
    return parser


def _rooted(name: str, namespaces: str) -> str | None:
    match name.rpartition(":")[2]:
        case "kml":
            return "KML"
        case "gpx":
            return "GPX"
        case "schema" | "stylesheet":
            return None
        case _:
            return "GML" if _GML in namespaces else None


def _links(path: Path) -> bool:
    with _mapped(path) as content:
        return any(content.find(word) >= 0 for word in _LINKS)


def _goes_on(path: Path) -> bool:
    """Return whether other values follow the first of a JSON, which GDAL passes over in silence."""
    with _mapped(path) as content:
        doubt = _NEXT_VALUE.search(content)
        if doubt is None:
            return False
        try:
            start = content[: doubt.end()].decode("utf-8-sig").lstrip()[:-1]
            json.JSONDecoder().raw_decode(start)
        except ValueError:
            return False
        return True


def _mapped(path: Path) -> mmap.mmap:
    """Return the content of a file that is not empty, without reading it into memory."""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
