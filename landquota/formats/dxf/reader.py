"""DXF drawings: closed polylines of one layer as polygons, with the text inside as the name.

A drawing has no reference system and often holds more than the boundary: buildings, a frame,
a legend, all drawn as closed polylines.  So where several layers hold closed polylines, or the
only one that does may be the frame around a boundary that was left open, one has to be named;
nothing of another kind becomes a parcel by accident.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import geopandas
import numpy as np
import pandas as pd
from ezdxf import units

from landquota.findings import Finding, Place, has_errors
from landquota.formats import layer_choice
from landquota.formats import limits as size
from landquota.formats.dxf import drawing
from landquota.formats.dxf.nesting import Parcels, parcels
from landquota.formats.dxf.unfinished import boundaries, is_frame, taken_by
from landquota.formats.dxf.writer import write
from landquota.formats.limits import DEFAULT, Limits
from landquota.formats.names import few
from landquota.formats.table import FeatureTable
from landquota.formats.vector.shapefile import codec

if TYPE_CHECKING:
    from landquota.formats.dxf.drawing import Contents, Label, Outline

__all__ = ["read", "write"]

FORMAT: Final = "DXF"
_DWG_SIGNATURE: Final = b"AC10"
_METRES: Final = 6
_MOST_NAMED: Final = 8
#: $INSUNITS that say nothing else: none, and metres.
_QUIET_UNITS: Final = frozenset({0, _METRES})


def read(
    path: Path, *, layer: str | None = None, encoding: str | None = None, limits: Limits = DEFAULT
) -> tuple[FeatureTable | None, list[Finding]]:
    """Read the closed polylines of one layer of a drawing.

    Columns: name (the text inside, or None), texts (all of them, the tallest first), layer and
    handle.  Coordinates are as drawn; heights are dropped; there is no reference system.

    Parameters
    ----------
    path
        A DXF file, text or binary.
    layer
        Which layer, where several hold closed polylines.
    encoding
        How the texts are encoded, where the drawing does not say it or is wrong.
    limits
        What the file may hold at most.
    """
    found, known, findings = _contents(path, encoding, limits)
    if found is None or has_errors(findings):
        return None, findings
    chosen, problems = _chosen(found, layer, path)
    findings += problems
    if chosen is None:
        return None, findings
    outlines = [outline for outline in found.outlines if outline.layer == chosen and outline.closed]
    findings += _without_place(outlines, path)
    if has_errors(findings):
        return None, findings
    nested = parcels(outlines, _labels(found, chosen))
    findings += [*_drawn(found, chosen, path), *_decided(nested, outlines, path)]
    if layer is None:
        findings += _elsewhere(found, chosen, path)
    vertices = sum(len(outline.points) for outline in outlines)
    findings += size.layer_findings(path, features=len(outlines), vertices=vertices, limits=limits)
    if has_errors(findings):
        return None, findings
    return _table(path, chosen, nested, outlines, known), findings


def _contents(path: Path, encoding: str | None, limits: Limits) -> tuple[Contents | None, str | None, list[Finding]]:
    """Return what the drawing holds, and how its texts were decoded."""
    place = Place(file=path.name)
    known = None if encoding is None else codec(encoding)
    if encoding is not None and known is None:
        return None, None, [Finding("FILE-ENCODING-NAME", Place(file="--encoding"), {"encoding": encoding})]
    try:
        findings = size.file_findings(path, limits)
        with path.open("rb") as file:
            if file.read(len(_DWG_SIGNATURE)) == _DWG_SIGNATURE:
                findings.append(Finding("DXF-DWG", place))
    except OSError as problem:
        findings = [Finding("FILE-UNREADABLE", place, {"problem": problem.strerror})]
    if findings:
        return None, None, findings
    document, known, findings = drawing.open_drawing(path, known)
    if document is None:
        return None, None, findings
    try:
        found = drawing.contents(document, most=limits.features)
        unit = int(document.header.get("$INSUNITS", 0))
    except drawing.BROKEN as problem:
        return None, None, [*findings, drawing.unreadable(path, problem)]
    findings += size.layer_findings(path, features=found.entities, limits=limits)
    if unit not in _QUIET_UNITS:
        findings.append(Finding("DXF-UNITS", place, {"unit": units.unit_name(unit)}))
    if found.too_deep:
        findings.append(Finding("DXF-BLOCKS", place))
    findings += [Finding("DXF-XREF", place, {"block": name}) for name in dict.fromkeys(found.external)]
    return found, known, findings


def _chosen(found: Contents, layer: str | None, path: Path) -> tuple[str | None, list[Finding]]:
    """Return the layer asked for, else the only one with closed polylines; case does not matter in AutoCAD."""
    place = Place(file=path.name)
    closed = sorted({outline.layer for outline in found.outlines if outline.closed})
    named = [name for name in closed if layer is not None and name.casefold() == layer.casefold()]
    if named:
        return named[0], []
    if layer is None and len(closed) == 1:
        doubt = _doubt(found, closed[0])
        if doubt:
            return None, [Finding("DXF-LAYER-CHOICE", place, {"closed": closed[0], "others": doubt})]
    there = {outline.layer for outline in found.outlines} | {name for name, _ in found.lines}
    if not closed or layer in there:
        return None, [Finding("DXF-NO-OUTLINE", place, {"there": ", ".join(_there(found, layer)) or "0"})]
    return layer_choice.pick(path, closed, closed, wanted=layer)


def _doubt(found: Contents, layer: str) -> str:
    """Return what may be the boundary instead of the only layer with closed polylines; empty where nothing may be."""
    unfinished = {outline.layer for outline in boundaries(found, other_than=layer)}
    others = {outline.layer for outline in found.outlines} | {name for name, _ in found.lines}
    return _named(found, (others if is_frame(layer) else unfinished) - {layer})


def _elsewhere(found: Contents, layer: str, path: Path) -> Iterator[Finding]:
    """Say what other layers hold that bounds nothing by itself, where nobody asked for this one."""
    opened = {outline.layer for outline in found.outlines if not outline.closed and len(outline.points)}
    others = _named(found, (opened | {name for name, _ in found.lines}) - {layer})
    if others:
        yield Finding("DXF-ELSEWHERE", Place(file=path.name), {"layer": layer, "others": others})


def _named(found: Contents, layers: Iterable[str]) -> str:
    """Return layers with what stands on them; of many the first."""
    said = [f"{name} ({', '.join(_there(found, name))})" for name in sorted(layers)]
    return few(said, most=_MOST_NAMED)


def _there(found: Contents, layer: str | None) -> Iterator[str]:
    """Yield what stands on a layer, or in the whole drawing, instead of closed polylines."""
    opened = sum(not outline.closed for outline in found.outlines if layer in {None, outline.layer})
    if opened:
        yield f"{opened} POLYLINE"
    kinds: Counter[str] = Counter()
    for (where, kind), count in found.lines.items():
        kinds[kind] += count if layer in {None, where} else 0
    yield from (f"{count} {kind}" for kind, count in sorted(kinds.items()) if count)


def _labels(found: Contents, layer: str) -> list[Label]:
    """Return the texts that may name outlines of a layer: its own, and those that belong to no others."""
    others = {outline.layer for outline in found.outlines if outline.closed} - {layer}
    free = [label for label in found.labels if label.layer not in others and math.isfinite(label.x + label.y)]
    taken = taken_by(boundaries(found, other_than=layer), free)
    return [label for label, is_taken in zip(free, taken, strict=True) if label.layer == layer or not is_taken]


def _without_place(outlines: Sequence[Outline], path: Path) -> Iterator[Finding]:
    """Name the outlines with a vertex that is nowhere: they cannot be held against others."""
    for outline in outlines:
        nowhere = np.flatnonzero(~np.isfinite(outline.points).all(axis=1))
        if len(nowhere):
            x, y = outline.points[nowhere[0]].tolist()
            params = {"vertex": int(nowhere[0]) + 1, "x": f"{x:g}", "y": f"{y:g}"}
            yield Finding("COORD-NONFINITE", Place(file=path.name, feature=outline.handle or None), params)


def _drawn(found: Contents, layer: str, path: Path) -> Iterator[Finding]:
    """Say what of a layer is not as it was drawn, or was not read."""
    on_layer = [outline for outline in found.outlines if outline.layer == layer]
    opened = [outline for outline in on_layer if not outline.closed and len(outline.points)]
    if opened:
        x, y = opened[0].points[-1].tolist()
        place = Place(file=path.name, feature=opened[0].handle or None, x=x, y=y)
        yield Finding("DXF-OPEN", place, {"layer": layer, "count": len(opened)})
    lines = ", ".join(drawing.lines_on(found, layer))
    if lines:
        yield Finding("DXF-LINES", Place(file=path.name), {"layer": layer, "lines": lines})
    arcs = sum(outline.arcs for outline in on_layer if outline.closed)
    if arcs:
        params = {"layer": layer, "count": arcs, "sagitta": drawing.SAGITTA}
        yield Finding("DXF-ARCS", Place(file=path.name), params)


def _decided(nested: Parcels, outlines: Sequence[Outline], path: Path) -> Iterator[Finding]:
    """Say which outlines became holes, overlap, stand twice, or hold several texts."""

    def place(index: int) -> Place:
        x, y = outlines[index].points[0].tolist()
        return Place(file=path.name, feature=outlines[index].handle or None, x=x, y=y)

    def called(index: int) -> str:
        x, y = outlines[index].points[0].tolist()
        return outlines[index].handle or f"({x:.3f}, {y:.3f})"  # what a block holds has no handle of its own

    for inner, outer in nested.holes:
        yield Finding("DXF-HOLE", place(inner), {"outer": called(outer)})
    for inner, outer in nested.overlapping:
        yield Finding("DXF-NESTED", place(inner), {"outer": called(outer)})
    for index in nested.twice:
        yield Finding("DXF-TWICE", place(index))
    several = [index for index, labels in zip(nested.outlines, nested.labels, strict=True) if len(labels) > 1]
    if several:
        yield Finding("DXF-TEXTS", place(several[0]), {"count": len(several)})


def _table(path: Path, layer: str, nested: Parcels, outlines: Sequence[Outline], encoding: str | None) -> FeatureTable:
    names = [_name(labels, layer) for labels in nested.labels]
    handles = [outlines[index].handle for index in nested.outlines]
    columns = {
        "name": names,
        "texts": [" | ".join(label.words for label in labels) or None for labels in nested.labels],
        "layer": [layer] * len(names),
        "handle": handles,
    }
    frame = geopandas.GeoDataFrame(
        {name: pd.Series(cells, dtype=object) for name, cells in columns.items()}, geometry=nested.polygons
    )
    count = Counter(names)
    called = [name if name and count[name] == 1 else handle for name, handle in zip(names, handles, strict=True)]
    places = tuple(Place(file=path.name, feature=name or None) for name in called)
    return FeatureTable(path, layer, FORMAT, frame, places, (None,) * len(frame), encoding)


def _name(labels: Sequence[Label], layer: str) -> str | None:
    """Return the tallest text of the outlines' own layer, else the tallest."""
    own = [label.words for label in labels if label.layer == layer]
    return next(iter(own or [label.words for label in labels]), None)
