"""The page of the findings in files: their polygons, and a list in which each finding flies to its place."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import ProjError

from landquota.crs import GEOGRAPHIC_EPSG, OLD_DATUMS, datum, horizontal
from landquota.findings import Finding, Severity, worst_first
from landquota.i18n import Text, fill, text, translate
from landquota.maps import page
from landquota.maps.located import Point, tally
from landquota.maps.polygons import as_text, name_of
from landquota.maps.reference import system_name
from landquota.maps.view import Badge, MapClass, MapFeature, MapLayer, MapView, PanelFinding, PanelNote, PanelZone
from landquota.vocabulary import label

if TYPE_CHECKING:
    import geopandas
    from numpy.typing import NDArray

    from landquota.maps.manifest import Sources

#: How many findings the page lists and how many features it draws: what a browser does with ease.
LISTED: Final = 2_000
DRAWN: Final = 10_000

_POLYGONAL: Final = (3, 6)  # the type numbers of polygons and multi-polygons
_SOUND: Final = "sound"
#: Label, fill and line of each class; what has errors is hatched as well, to be told without colours.
_CLASSES: Final[Mapping[str, tuple[Text, str, str]]] = {
    "error": (text("Features with errors"), "#e9b3ad", "#a8281e"),
    "warning": (text("Features with warnings"), "#f2d9a0", "#8a5a00"),
    "note": (text("Features with notes"), "#cfdbe6", "#4a6478"),
    _SOUND: (text("Features without findings"), "#e3e9e2", "#6c7a70"),
}
#: The parameters of a finding that name a further feature, beside the one of its place.
_ALSO: Final = ("second",)
#: What stands in a heading for what differs from finding to finding; several in a row are one.
_ELLIPSIS: Final = "…"
_FIGURE: Final = re.compile(r"\d")
_FIELDS: Final = re.compile(r"(?<!\{)\{(\w+)(?::[^}]*)?\}")
_ELLIPSES: Final = re.compile(r"…(?:[\s…]*…)+")

_ToDegrees = Callable[[float, float], Point | None]


@dataclass(frozen=True, slots=True)
class CheckedLayer:
    """A layer and what was found in it.

    Attributes
    ----------
    frame
        The features, in the system of the findings' coordinates; None where they could not be read.
    findings
        In any order.
    names
        What the findings call each feature, one per row of `frame`; without them the rows'
        numbers, the first being 0.
    file
        What the layer is called beside others.
    """

    frame: geopandas.GeoDataFrame | None
    findings: Sequence[Finding]
    names: Sequence[str] | None = None
    file: str = ""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One of the layers of a page: how its coordinates become degrees, and what tells its features from others'."""

    layer: CheckedLayer
    to_degrees: _ToDegrees
    prefix: str

    @property
    def features(self) -> int:
        return 0 if self.layer.frame is None else len(self.layer.frame)


_Found = tuple[Finding, _Sheet]


def write(checked: Sequence[CheckedLayer], path: Path, *, sources: Sources, language: str, title: str) -> None:
    """Write the page of the findings of one layer or several, whole or not at all; see :func:`findings_view`.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    page.write(findings_view(checked, language=language, title=title), path, sources)


def findings_view(checked: Sequence[CheckedLayer], *, language: str, title: str) -> MapView:
    """Return what the page shows: the map, if anything can be drawn, and the findings, the worst first.

    Layers of several systems are drawn together, but those on a datum from which no public
    transformation leads to CGCS2000: beside the others they would be shifted.
    """
    sheets = _sheets(checked)
    found = _worst_first(sheets)
    features = [feature for sheet in sheets for feature in _features(sheet, language)]
    drawn = _most_wanted(features)
    panels = tuple(_sections(found, language))
    points = any(finding.point for panel in panels for finding in panel.findings)
    return MapView(
        title=title,
        language=language,
        layers=(_layer(title, drawn, language),) if drawn else (),
        tally=tally([finding for finding, _ in found]).render(language) if found else "",
        panels=(*panels, *_left_out(len(found) - sum(len(panel.findings) for panel in panels), language)),
        footer=tuple(_footer(checked, language)),
        notices=tuple(_notices(sum(sheet.features for sheet in sheets), len(features), len(drawn), language)),
        marks=True,
        list_only=not drawn and not points,
    )


def _sheets(checked: Sequence[CheckedLayer]) -> list[_Sheet]:
    systems = [layer.frame.crs for layer in checked if layer.frame is not None]
    mixed = len({datum(crs) for crs in systems if crs is not None}) > 1
    return [
        _Sheet(
            layer,
            _nowhere if layer.frame is None else _degrees_of(layer.frame.crs, beside_others=mixed),
            f"{number}:" if len(checked) > 1 else "",
        )
        for number, layer in enumerate(checked)
    ]


def _worst_first(sheets: Sequence[_Sheet]) -> list[_Found]:
    """Return all findings with their layers: the worst codes first, within a code layer by layer."""
    codes = [finding.code for finding in worst_first(one for sheet in sheets for one in sheet.layer.findings)]
    rank = {code: order for order, code in enumerate(dict.fromkeys(codes))}
    found = [(finding, sheet) for sheet in sheets for finding in worst_first(sheet.layer.findings)]
    return sorted(found, key=lambda one: rank[one[0].code])


def _degrees_of(crs: pyproj.CRS | None, *, beside_others: bool) -> _ToDegrees:
    """Return what takes coordinates in `crs` to longitude and latitude, where that can be done."""
    if crs is None or horizontal(crs).is_engineering or (beside_others and datum(crs) in OLD_DATUMS):
        return _nowhere
    try:
        transform = pyproj.Transformer.from_crs(horizontal(crs), GEOGRAPHIC_EPSG, always_xy=True).transform
    except ProjError:
        return _nowhere

    def to_degrees(east: float, north: float) -> Point | None:
        lon, lat = transform(east, north)
        on_earth = math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) < 85  # noqa: PLR2004
        return (lon, lat) if on_earth else None  # Mercator ends at 85 degrees

    return to_degrees


def _nowhere(_east: float, _north: float) -> None:
    return None


def _sections(found: Sequence[_Found], language: str) -> Iterator[PanelZone]:
    """Yield one section for each code, and one that says so where nothing was found."""
    name_file = len({finding.place.file for finding, _ in found}) > 1
    shares = _shares(Counter(finding.code for finding, _ in found))
    for code, group in groupby(found, key=lambda one: one[0].code):
        same = list(group)
        shown = same[: shares[code]]
        listed = tuple(_listed(finding, sheet, language, name_file=name_file) for finding, sheet in shown)
        heading = _heading([finding for finding, _ in same], language)
        badge = Badge(listed[0].severity, label(listed[0].severity, language))
        yield PanelZone(code, heading, subtitle=(code,), verdict=badge, findings=listed)
    if not found:
        yield PanelZone("", text("Nothing was found").render(language))


def _shares(count: Mapping[str, int]) -> Mapping[str, int]:
    """Return how many findings of each code are listed: what is rare is listed whole, what is frequent is cut."""
    left, shares = LISTED, {}
    for done, code in enumerate(sorted(count, key=lambda one: count[one])):
        shares[code] = min(count[code], max(1, left // (len(count) - done)))
        left -= shares[code]
    return shares


def _heading(same: Sequence[Finding], language: str) -> str:
    """Return what findings of one code say in common, with an ellipsis for figures and what each says by itself."""
    first = same[0]
    shared = {name: value for name, value in first.params.items() if len(same) > 1 and not _is_figure(value)}
    shared = {name: value for name, value in shared.items() if all(one.params.get(name) == value for one in same)}
    template = translate(first.kind.message, language)
    in_common = _FIELDS.sub(lambda field: field[0] if field[1] in shared else _ELLIPSIS, template)
    said = _ELLIPSES.sub(_ELLIPSIS, fill(in_common, shared, language))
    if said.strip(_ELLIPSIS + " "):
        return said
    return first.message(language) if len(same) == 1 else first.code


def _is_figure(value: object) -> bool:
    return isinstance(value, str | int | float) and _FIGURE.search(str(value)) is not None


def _listed(finding: Finding, sheet: _Sheet, language: str, *, name_file: bool) -> PanelFinding:
    """Return a finding as it is listed below its heading: where it is in words and on the map, and what it is."""
    place = finding.place
    where = (place if name_file else replace(place, file=None)).render(language)
    message = finding.message(language)
    return PanelFinding(
        severity=finding.severity.value,
        word="",
        code="",
        text=text("{place}: {message}", place=where, message=message).render(language) if where else message,
        remedy=finding.remedy(language),
        kind="other",
        features=tuple(sheet.prefix + name for name in _named(finding)),
        point=None if place.x is None or place.y is None else sheet.to_degrees(place.x, place.y),
    )


def _named(finding: Finding) -> tuple[str, ...]:
    """Return the features that a finding is about."""
    names = (finding.place.feature, *(finding.params.get(name) for name in _ALSO))
    return tuple(str(name) for name in names if name is not None)


def _features(sheet: _Sheet, language: str) -> list[MapFeature]:
    """Return the features of a layer that can be drawn, each with its attributes and findings."""
    frame = sheet.layer.frame
    if frame is None or sheet.to_degrees is _nowhere:
        return []
    about: dict[str, list[Finding]] = {}
    for finding in worst_first(sheet.layer.findings):
        for called in dict.fromkeys(_named(finding)):
            about.setdefault(called, []).append(finding)
    names = [str(number) for number in range(len(frame))] if sheet.layer.names is None else sheet.layer.names
    file = ((text("File").render(language), sheet.layer.file),) if sheet.prefix else ()
    features = []
    rows = frame.drop(columns=frame.geometry.name).to_dict("records")
    for row, geometry, called in zip(rows, _drawable(frame), names, strict=True):
        if geometry is not None:
            mine = about.get(called, [])
            key = mine[0].severity.value if mine else _SOUND  # they come the worst first
            shown = (*file, *_rows(row, mine, language))
            features.append(MapFeature(sheet.prefix + called, name_of(row) or called, key, geometry, shown))
    return features


def _rows(row: Mapping[str, Any], found: Sequence[Finding], language: str) -> Iterator[tuple[str, str]]:
    for finding in found:
        word = label(finding.severity.value, language)
        yield f"{word} {finding.code}", finding.message(language)
    for column, value in row.items():
        yield str(column), as_text(value)


def _drawable(frame: geopandas.GeoDataFrame) -> NDArray[np.object_]:
    """Return the polygons in longitude and latitude, None in the place of what cannot be drawn."""
    shapes: NDArray[np.object_] = shapely.force_2d(frame.geometry.to_numpy())
    usable = np.isin(shapely.get_type_id(shapes), _POLYGONAL) & ~shapely.is_empty(shapes) & _finite(shapes)
    kept = frame.geometry.to_numpy().copy()
    kept[:] = shapes
    kept[~usable] = None
    moved = frame.set_geometry(kept, crs=frame.crs).geometry
    in_degrees: NDArray[np.object_] = (
        moved.set_crs(horizontal(frame.crs), allow_override=True).to_crs(GEOGRAPHIC_EPSG).to_numpy().copy()
    )
    west, south, east, north = shapely.bounds(in_degrees).T
    with np.errstate(invalid="ignore"):
        on_earth = (west >= -180) & (south >= -85) & (east <= 180) & (north <= 85)  # noqa: PLR2004
    in_degrees[~on_earth] = None
    return in_degrees


def _finite(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    coordinates, owners = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), dtype=bool)
    finite[owners[~np.isfinite(coordinates).all(axis=1)]] = False
    return finite


def _most_wanted(features: list[MapFeature]) -> list[MapFeature]:
    """Return as many features as are drawn, those with findings before all others."""
    rank = {key: order for order, key in enumerate(_CLASSES)}
    return sorted(features, key=lambda feature: rank[feature.class_key])[:DRAWN] if len(features) > DRAWN else features


def _layer(title: str, drawn: Sequence[MapFeature], language: str) -> MapLayer:
    count = Counter(feature.class_key for feature in drawn)
    looks = tuple(
        MapClass(key, said.render(language), fill, line, hatched=key == Severity.ERROR.value, count=count[key])
        for key, (said, fill, line) in _CLASSES.items()
        if count[key]
    )
    return MapLayer("features", title, "other", looks, tuple(drawn))


def _left_out(count: int, language: str) -> Iterator[PanelZone]:
    if count:
        left = text("{count} more findings are not listed on this page; a workbook lists them all.", count=count)
        yield PanelZone("left", text("And more").render(language), notes=(PanelNote(left.render(language)),))


def _notices(whole: int, drawable: int, drawn: int, language: str) -> Iterator[str]:
    if drawable < whole:
        yield text("{count} of {whole} features cannot be drawn.", count=whole - drawable, whole=whole).render(language)
    if drawn < drawable:
        yield text("{count} features are drawn, those with findings first.", count=drawn).render(language)


def _footer(checked: Sequence[CheckedLayer], language: str) -> Iterator[str]:
    yield text("For internal work only, not for publication").render(language)
    systems = (layer.frame.crs for layer in checked if layer.frame is not None)
    without = text("no coordinate system").render(language)
    yield from dict.fromkeys(without if crs is None else system_name(crs, language) for crs in systems)
