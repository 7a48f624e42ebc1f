"""Coordinates in a KML or GML that are no numbers.

GDAL reads of a number what looks like one: of ``3O.3`` the 3, and of ``6223OO`` the 6223, so that a
boundary has a vertex that nobody drew.  Source: OGC KML 2.2 §16.10 (lon,lat[,alt] and blanks between);
GML 2.1.2 (``coordinates``) and 3.2.1 (``pos``, ``posList``, corners).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.parsers import expat

from landquota.findings import Finding, Place

_CHUNK_BYTES: Final = 1 << 16
#: The elements whose text is coordinates: of KML, of both GMLs, and GML 2's for a single position.
_ELEMENTS: Final = frozenset({"coordinates", "pos", "posList", "lowerCorner", "upperCorner", "X", "Y", "Z"})
_NUMBER: Final = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_NO_NUMBER: Final = re.compile(rf"(?:^|(?<=[\s,]))(?!{_NUMBER}(?:[\s,]|\Z))[^\s,]+")
#: A position of a KML, two numbers or three; blanks around a comma are no fault.
_NO_POSITION: Final = re.compile(rf"(?:^|(?<=\s))(?!{_NUMBER}(?:,{_NUMBER}){{1,2}}(?:\s|\Z))\S+")
_COMMA: Final = re.compile(r"\s*,\s*")
_SHOWN: Final = 40


@dataclass(slots=True)
class _Coordinates:
    """The element that is being read: where it begins, how its text parts numbers, and its text so far."""

    name: str = ""
    line: int = 0
    separators: str = ""
    decimal: str = "."
    texts: list[str] = field(default_factory=list)


def number_findings(path: Path, name: str) -> list[Finding]:
    """Return the first text that is no number, or no position, of each element with coordinates.

    Parameters
    ----------
    name
        The format: KML or GML.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    findings: list[Finding] = []
    current = _Coordinates()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def begun(element: str, attributes: dict[str, str]) -> None:
        local = element.rpartition(" ")[2]
        if local in _ELEMENTS:
            current.name, current.line = local, parser.CurrentLineNumber
            current.separators = attributes.get("cs", "") + attributes.get("ts", "")
            current.decimal = attributes.get("decimal", ".")
            current.texts.clear()
            parser.CharacterDataHandler = current.texts.append

    def ended(element: str) -> None:
        if current.name and element.rpartition(" ")[2] == current.name:
            findings.extend(_wrong(path, current, is_kml=name == "KML"))
            current.name = ""
            parser.CharacterDataHandler = None

    parser.StartElementHandler = begun
    parser.EndElementHandler = ended
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                parser.Parse(chunk)
    except (expat.ExpatError, ValueError):  # GDAL will say that the XML is broken
        return []
    return findings


def _wrong(path: Path, element: _Coordinates, *, is_kml: bool) -> list[Finding]:
    content = "".join(element.texts)
    plain = content
    for sign in element.separators:
        plain = plain.replace(sign, "\n" if sign == "\n" else " ")
    if element.decimal != ".":
        plain = plain.replace(element.decimal, ".")
    wrong = _NO_NUMBER.search(plain)
    if wrong is None and is_kml and element.name == "coordinates":
        wrong = _NO_POSITION.search(_COMMA.sub(",", plain))
    if wrong is None:
        return []
    line = element.line + content.count("\n", 0, wrong.start())
    return [Finding("FILE-NO-NUMBER", Place(file=path.name, line=line), {"said": wrong[0][:_SHOWN]})]
