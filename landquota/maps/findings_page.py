"""The page of a file's findings: its polygons, and a list in which each finding flies to its place."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import ProjError

from landquota.crs import GEOGRAPHIC_EPSG, horizontal
from landquota.findings import Finding, Severity, worst_first
from landquota.i18n import Text, text
from landquota.maps import page
from landquota.maps.located import Point, tally
from landquota.maps.polygons import as_text, name_of
from landquota.maps.reference import system_name
from landquota.maps.view import Badge, MapClass, MapFeature, MapLayer, MapView, PanelFinding, PanelNote, PanelZone
from landquota.vocabulary import label

if TYPE_CHECKING:
    import geopandas
    from numpy.typing import NDArray

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

_ToDegrees = Callable[[float, float], Point | None]


def write(
    frame: geopandas.GeoDataFrame | None,
    findings: Iterable[Finding],
    path: Path,
    *,
    language: str,
    title: str,
    names: Sequence[str] | None = None,
) -> None:
    """Write the page of a layer's findings, whole or not at all; see :func:`findings_view`.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    page.write(findings_view(frame, findings, language=language, title=title, names=names), path)


def findings_view(
    frame: geopandas.GeoDataFrame | None,
    findings: Iterable[Finding],
    *,
    language: str,
    title: str,
    names: Sequence[str] | None = None,
) -> MapView:
    """Return what the page shows: the map, if anything can be drawn, and the findings, the worst first.

    Parameters
    ----------
    frame
        The layer, in the system of the findings' coordinates; None where it could not be read.
    findings
        In any order.
    language, title
        Of the page.
    names
        What the findings call each feature, one per row of `frame`; without them the rows'
        numbers, the first being 0.
    """
    found = worst_first(findings)
    to_degrees = _nowhere if frame is None else _degrees_of(frame.crs)
    panels = tuple(_sections(found[:LISTED], to_degrees, language))
    features = [] if frame is None or to_degrees is _nowhere else _features(frame, names, found, language)
    drawn = _most_wanted(features)
    points = any(finding.point for panel in panels for finding in panel.findings)
    return MapView(
        title=title,
        language=language,
        layers=(_layer(title, drawn, language),) if drawn else (),
        tally=tally(found).render(language) if found else "",
        panels=(*panels, *_left_out(found, language)),
        footer=tuple(_footer(frame, language)),
        notices=tuple(_notices(0 if frame is None else len(frame), len(features), len(drawn), language)),
        marks=True,
        list_only=not drawn and not points,
    )


def _degrees_of(crs: pyproj.CRS | None) -> _ToDegrees:
    """Return what takes coordinates in `crs` to longitude and latitude, where that can be done."""
    if crs is None or horizontal(crs).is_engineering:
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


def _sections(found: Sequence[Finding], to_degrees: _ToDegrees, language: str) -> Iterator[PanelZone]:
    """Yield one section for each code, and one that says so where nothing was found."""
    files = {finding.place.file for finding in found}
    count = Counter(finding.code for finding in found)
    for code in count:
        listed = [_listed(one, to_degrees, language, name_file=len(files) > 1) for one in found if one.code == code]
        yield PanelZone(code, code, verdict=Badge(listed[0].severity, listed[0].word), findings=tuple(listed))
    if not found:
        yield PanelZone("", text("Nothing was found").render(language))


def _listed(finding: Finding, to_degrees: _ToDegrees, language: str, *, name_file: bool) -> PanelFinding:
    """Return a finding as it is listed: where it is in words, what it is, and where it is on the map."""
    place = finding.place
    where = (place if name_file else replace(place, file=None)).render(language)
    message = finding.message(language)
    return PanelFinding(
        severity=finding.severity.value,
        word=label(finding.severity.value, language),
        code=finding.code,
        text=text("{place}: {message}", place=where, message=message).render(language) if where else message,
        remedy=finding.remedy(language),
        kind="other",
        features=_named(finding),
        point=None if place.x is None or place.y is None else to_degrees(place.x, place.y),
    )


def _named(finding: Finding) -> tuple[str, ...]:
    """Return the features that a finding is about."""
    names = (finding.place.feature, *(finding.params.get(name) for name in _ALSO))
    return tuple(str(name) for name in names if name is not None)


def _features(
    frame: geopandas.GeoDataFrame, names: Sequence[str] | None, found: Sequence[Finding], language: str
) -> list[MapFeature]:
    """Return the features that can be drawn, each with its attributes and findings."""
    about: dict[str, list[Finding]] = {}
    for finding in found:
        for name in dict.fromkeys(_named(finding)):
            about.setdefault(name, []).append(finding)
    ids = [str(number) for number in range(len(frame))] if names is None else list(names)
    features = []
    rows = frame.drop(columns=frame.geometry.name).to_dict("records")
    for row, geometry, id_ in zip(rows, _drawable(frame), ids, strict=True):
        if geometry is not None:
            mine = about.get(id_, [])
            key = mine[0].severity.value if mine else _SOUND  # they come the worst first
            name = name_of(row) or id_
            features.append(MapFeature(id_, name, key, geometry, tuple(_rows(row, mine, language))))
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


def _left_out(found: Sequence[Finding], language: str) -> Iterator[PanelZone]:
    if len(found) > LISTED:
        left = text(
            "{count} more findings are not listed on this page; a workbook lists them all.", count=len(found) - LISTED
        )
        yield PanelZone("left", text("And more").render(language), notes=(PanelNote(left.render(language)),))


def _notices(whole: int, drawable: int, drawn: int, language: str) -> Iterator[str]:
    if drawable < whole:
        yield text("{count} of {whole} features cannot be drawn.", count=whole - drawable, whole=whole).render(language)
    if drawn < drawable:
        yield text("{count} features are drawn, those with findings first.", count=drawn).render(language)


def _footer(frame: geopandas.GeoDataFrame | None, language: str) -> Iterator[str]:
    yield text("For internal work only, not for publication").render(language)
    if frame is not None:
        yield text("no coordinate system").render(language) if frame.crs is None else system_name(frame.crs, language)
