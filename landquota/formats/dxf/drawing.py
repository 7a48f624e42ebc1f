r"""What a DXF drawing holds for us: closed and open polylines, and texts, on their layers.

Blocks are taken apart, arcs become chords, and texts are decoded: drawings carry Chinese in GBK,
in UTF-8 and as ``\U+XXXX``.

Source: AutoCAD 2010 DXF reference, entities LWPOLYLINE, POLYLINE, INSERT, TEXT, MTEXT and ATTRIB.
"""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from ezdxf import recover
from ezdxf.entities.dxfgfx import DXFGraphic
from ezdxf.entities.insert import Insert
from ezdxf.entities.lwpolyline import LWPolyline
from ezdxf.entities.mtext import MText
from ezdxf.entities.polyline import Polyline
from ezdxf.entities.text import Text
from ezdxf.filemanagement import dxf_file_info, readfile
from ezdxf.lldxf.const import DXFError
from ezdxf.lldxf.encoding import decode_dxf_unicode, decode_mif_to_unicode
from ezdxf.lldxf.validator import is_binary_dxf_file

from landquota.findings import Finding, Place
from landquota.formats.malformed import MALFORMED
from landquota.i18n import Text as Words
from landquota.i18n import text

if TYPE_CHECKING:
    from ezdxf.document import Drawing as Document
    from ezdxf.math import OCS
    from numpy.typing import NDArray

BROKEN: Final = (*MALFORMED, DXFError)

#: Chords stay this near to their arc, in drawing units.
SAGITTA: Final = 0.01
#: A polyline whose ends are this near to each other is closed.
CLOSED: Final = 0.001 + 1e-9
_FEWEST_POINTS: Final = 3
_MOST_CHORDS: Final = 10_000
#: Blocks within blocks; beyond this one holds itself.
_DEEPEST: Final = 16
_SPLINE_FRAME: Final = 16
#: Old drawings say nothing or "ANSI_1252" whatever their texts are.
_SAYS_NOTHING: Final = "cp1252"
#: Kinds that people draw boundaries with, though they bound nothing by themselves.
_LINES: Final = frozenset({"ARC", "CIRCLE", "ELLIPSE", "HATCH", "LINE", "MPOLYGON", "REGION", "SPLINE"})

# Without a handler of its own ezdxf would write its remarks to the terminal.
logging.getLogger("ezdxf").addHandler(logging.NullHandler())


@dataclass(frozen=True, slots=True)
class Outline:
    """A polyline: its points in east, north order, shape (n, 2), without a repeated first one; `arcs` became chords."""

    layer: str
    handle: str
    points: NDArray[np.float64]
    closed: bool
    arcs: int


@dataclass(frozen=True, slots=True)
class Label:
    """A text and where it stands; `height` of its letters in drawing units."""

    layer: str
    words: str
    x: float
    y: float
    height: float


@dataclass(slots=True)
class Contents:
    """What was found while going through a drawing."""

    outlines: list[Outline] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)
    lines: Counter[tuple[str, str]] = field(default_factory=Counter)
    external: list[str] = field(default_factory=list)
    entities: int = 0
    too_deep: bool = False


def open_drawing(path: Path, encoding: str | None) -> tuple[Document | None, str | None, list[Finding]]:
    """Open a drawing, if need be by recovering it, and say how its texts are decoded.

    Parameters
    ----------
    path
        A DXF file, text or binary.
    encoding
        Python's name of the encoding of its texts, where the drawing does not say it or is wrong.
    """
    found: str | None = None
    findings: list[Finding] = []
    try:
        if not is_binary_dxf_file(str(path)):
            found, findings = _encoding(path, encoding)
            if found is None:
                return None, None, findings
        document, recovered = _document(path, found)
    except BROKEN as problem:
        return None, None, [unreadable(path, problem)]
    if recovered is not None:
        findings.append(Finding("DXF-RECOVERED", Place(file=path.name), {"problem": recovered}))
    return document, found or document.encoding, findings


def unreadable(path: Path, problem: Exception) -> Finding:
    """Return the finding for a drawing that cannot be taken apart."""
    said: Words | str = str(problem).replace(str(path), path.name).strip().rstrip(".") or type(problem).__name__
    if isinstance(problem, StopIteration | EOFError):
        said = text("it ends in the middle")
    return Finding("FILE-UNREADABLE", Place(file=path.name), {"problem": said})


def contents(document: Document, *, most: int) -> Contents:
    """Go through the model space, blocks taken apart; stop after `most` entities.

    Raises
    ------
    ezdxf.DXFError and those of :data:`BROKEN`
        An entity is damaged.
    """
    found = Contents()
    _walk(document.modelspace(), found, layer=None, depth=0, most=most)
    return found


def decoded(words: str) -> str:
    r"""Return a text with its escapes (``\U+XXXX``, ``\M+5XXXX``) as the characters that they stand for."""
    plain = decode_mif_to_unicode(decode_dxf_unicode(words))
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _encoding(path: Path, encoding: str | None) -> tuple[str | None, list[Finding]]:
    """Return how the texts of a text DXF are decoded: as told, as declared, or as their bytes allow."""
    place = Place(file=path.name)
    data = path.read_bytes()
    declared = encoding or dxf_file_info(str(path)).encoding
    said = "--encoding" if encoding else "$DWGCODEPAGE"
    wrong = _undecodable(data, declared)
    if encoding is None and (wrong is not None or (declared == _SAYS_NOTHING and not data.isascii())):
        for trial in ("utf-8", "gb18030"):
            if _undecodable(data, trial) is None:
                return trial, [Finding("DXF-ENCODING", place, {"declared": declared, "encoding": trial.upper()})]
    if wrong is not None:
        params = {"encoding": declared, "source": said, "bytes": data[wrong : wrong + 12].hex(" ")}
        line = data.count(b"\n", 0, wrong) + 1
        return None, [Finding("FILE-ENCODING-WRONG", Place(file=path.name, line=line), params)]
    return declared, []


def _undecodable(data: bytes, encoding: str) -> int | None:
    """Return where the first byte stands that an encoding has no character for."""
    try:
        data.decode(encoding)
    except UnicodeDecodeError as problem:
        return problem.start
    return None


def _document(path: Path, encoding: str | None) -> tuple[Document, str | None]:
    """Return the drawing, and what was wrong with it where it had to be recovered."""
    try:
        return readfile(path, encoding=encoding), None
    except BROKEN as problem:
        if isinstance(problem, OSError):
            raise
        document, _ = recover.readfile(path)
        return document, str(problem) or type(problem).__name__


def _walk(entities: Iterable[Any], found: Contents, *, layer: str | None, depth: int, most: int) -> None:
    """Sort entities into `found`; `layer` is that of the block reference, which layer 0 within it stands for."""
    for entity in entities:
        found.entities += 1
        if found.entities > most:
            return
        if not isinstance(entity, DXFGraphic):
            continue
        own = decoded(entity.dxf.layer)
        here = layer if layer is not None and own == "0" else own
        if isinstance(entity, Insert):
            _take_apart(entity, found, layer=here, depth=depth, most=most)
        elif isinstance(entity, LWPolyline | Polyline):
            outline = _outline(entity, here)
            found.outlines += [outline] if outline is not None else []
        elif isinstance(entity, Text | MText):
            found.labels += _labels(entity, here)
        elif entity.dxftype() in _LINES:
            found.lines[here, entity.dxftype()] += 1


def _take_apart(insert: Insert, found: Contents, *, layer: str, depth: int, most: int) -> None:
    block = insert.block()
    if block is None:
        return
    if block.block is not None and block.block.is_xref:
        found.external.append(decoded(insert.dxf.name))
        return
    if depth >= _DEEPEST:
        found.too_deep = True
        return
    for attribute in insert.attribs:
        if not attribute.is_invisible:
            found.labels += _labels(attribute, layer)
    for single in insert.multi_insert() if insert.mcount > 1 else (insert,):
        if found.entities > most:
            return
        _walk(single.virtual_entities(), found, layer=layer, depth=depth + 1, most=most)


def _labels(entity: Text | MText, layer: str) -> list[Label]:
    if isinstance(entity, MText):
        said, point, height = entity.plain_text(), entity.dxf.insert, entity.dxf.char_height
    else:
        _, point, _ = entity.get_placement()
        said, height = entity.plain_text(), entity.dxf.height
        point = entity.ocs().to_wcs(point)
    words = " ".join(decoded(str(said)).split())
    return [Label(layer, words, float(point.x), float(point.y), float(height))] if words else []


def _outline(entity: LWPolyline | Polyline, layer: str) -> Outline | None:
    """Return a polyline of a plane or of space, or None for a mesh."""
    ocs: OCS | None
    if isinstance(entity, LWPolyline):
        vertices = [(x, y, bulge) for x, y, bulge in entity.get_points("xyb")]
        closed, ocs = entity.closed, entity.ocs()
    elif entity.is_2d_polyline or entity.is_3d_polyline:
        kept = [vertex.dxf for vertex in entity.vertices if not vertex.dxf.flags & _SPLINE_FRAME]
        vertices = [(v.location.x, v.location.y, v.bulge if entity.is_2d_polyline else 0.0) for v in kept]
        closed, ocs = entity.is_closed, entity.ocs() if entity.is_2d_polyline else None
    else:
        return None
    points = np.array([(x, y) for x, y, _ in vertices], dtype=np.float64).reshape(-1, 2)
    bulges = [bulge for _, _, bulge in vertices]
    if len(points) > _FEWEST_POINTS and np.abs(points[0] - points[-1]).max() <= CLOSED:
        points, bulges, closed = points[:-1], bulges[:-1], True
    drawn = _chords(points, bulges, closed=closed) if any(bulges) else points
    distinct = len(np.unique(drawn, axis=0))
    return Outline(
        layer=layer,
        handle=entity.dxf.handle or "",
        points=_in_world(drawn, ocs),
        closed=closed and distinct >= _FEWEST_POINTS,
        arcs=sum(map(bool, bulges)),
    )


def _in_world(points: NDArray[np.float64], ocs: OCS | None) -> NDArray[np.float64]:
    """Return the points of a polyline that may have been mirrored, that is, drawn upside down."""
    if ocs is None or not ocs.transform:
        return points
    world = [ocs.to_wcs((x, y, 0.0)) for x, y in points.tolist()]
    return np.array([(point[0], point[1]) for point in world], dtype=np.float64).reshape(-1, 2)


def _chords(points: NDArray[np.float64], bulges: Sequence[float], *, closed: bool) -> NDArray[np.float64]:
    """Return the points with those of the chords of every arc between them."""
    drawn: list[NDArray[np.float64]] = []
    following = np.roll(points, -1, axis=0)
    for index, (start, bulge) in enumerate(zip(points, bulges, strict=True)):
        drawn.append(start.reshape(1, 2))
        if bulge and (closed or index + 1 < len(points)):
            drawn.append(_arc(start, following[index], bulge))
    return np.concatenate(drawn)


def _arc(start: NDArray[np.float64], end: NDArray[np.float64], bulge: float) -> NDArray[np.float64]:
    """Return the points between the ends of an arc; its bulge is the tangent of a quarter of its angle."""
    chord = end - start
    length = math.hypot(*chord.tolist())
    angle = 4 * math.atan(bulge)
    if not length or not math.isfinite(length + angle):
        return np.empty((0, 2))
    radius = length / 2 / math.sin(abs(angle) / 2)
    step = 2 * math.acos(max(1 - SAGITTA / radius, -1.0))
    count = min(max(math.ceil(abs(angle) / step), 1), _MOST_CHORDS)
    # The middle of the circle lies on the perpendicular of the chord, left of it where the bulge is positive.
    left = np.array([-chord[1], chord[0]]) / length
    middle = (start + end) / 2 + left * (radius * math.cos(angle / 2) * math.copysign(1.0, bulge))
    turns = angle * np.arange(1, count) / count
    x, y = start - middle
    around = np.column_stack((x * np.cos(turns) - y * np.sin(turns), x * np.sin(turns) + y * np.cos(turns)))
    drawn: NDArray[np.float64] = middle + around
    return drawn


def lines_on(found: Contents, layer: str) -> Iterator[str]:
    """Yield how many lines and other shapes that bound nothing stand on a layer."""
    for (where, kind), count in sorted(found.lines.items()):
        if where == layer:
            yield f"{count} {kind}"
