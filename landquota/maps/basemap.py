"""What a map may lie on: tiles of a map service, which a page asks for while it is shown, and says so.

A page without a base map asks for nothing.  One with a base map may ask its one host for pictures
and nobody for anything else: the page's policy names that host.  Gaode draws in GCJ-02; there
the page gets a display copy of everything, shifted in the same way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import shapely

from landquota.errors import UsageError
from landquota.gcj02 import shift
from landquota.i18n import Text, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from landquota.maps.view import MapFeature, MapLayer, MapView, PanelFinding

_Settings: TypeAlias = "Mapping[str, Any]"

_TIANDITU: Final = (
    "https://t0.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)
_GAODE: Final = "https://webrd01.is.autonavi.com/appmaptile?lang=zh_cn&size=1&scale=1&style=8&x={x}&y={y}&z={z}"
#: Areas with water and roads, and above them the names.
_TIANDITU_LAYERS: Final = ("vec", "cva")
_KEY: Final = re.compile(r"[0-9A-Za-z]+")
#: A host by name or number, as it can stand in a policy: no wildcard, no user, no letter outside of ASCII.
_ADDRESS: Final = re.compile(r"(?P<origin>https?://[0-9A-Za-z.-]+(?::\d{1,5})?)/[0-9A-Za-z._~/?&=:@!$+,;%{}-]*")
#: The last zoom that these services have; beyond it the page enlarges their tiles.
DEEPEST: Final = 18
#: What [basemap] provider may be.
PROVIDERS: Final = ("tianditu", "gaode", "url")
EXAMPLE: Final = "https://host:port/path/{z}/{x}/{y}.png"
_PLACES: Final = ["x", "y", "z"]
_FIELD: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Basemap:
    """Tiles in web Mercator that the page draws below everything.

    Attributes
    ----------
    source
        Who draws them, as the page names it.
    tiles
        Addresses with ``{z} {x} {y}``, the lowest first, all of one host.
    keyed
        Whether the addresses hold a key of the user's, readable in the page.
    shifted
        Whether the tiles are in GCJ-02.

    Raises
    ------
    UsageError
        An address is not one that a page may ask, or they are not of one host.
    """

    source: Text | str
    tiles: tuple[str, ...]
    keyed: bool = False
    shifted: bool = False

    def __post_init__(self) -> None:
        found = [_ADDRESS.fullmatch(tile) for tile in self.tiles]
        if None in found or not all(map(_names_each_place_once, self.tiles)):
            raise UsageError(
                text("{address} is not the address of tiles", address=" ".join(self.tiles)),
                remedy=text("Write it as {example}, with each of the three once.", example=EXAMPLE),
            )
        if len({each["origin"] for each in found if each}) != 1:
            raise UsageError(text("The tiles of one base map come from one host"))

    @property
    def origin(self) -> str:
        """Scheme, host and port, the one place that the page may ask."""
        found = _ADDRESS.match(self.tiles[0])
        return found["origin"] if found else ""

    def said(self) -> tuple[Text, ...]:
        """Return what stands below the map: whose tiles these are, and what is shifted for them."""
        host = self.origin.partition("//")[2]
        named = text("Base map: {source} (from {host} while online)", source=self.source, host=host)
        moved = text("Drawn shifted to GCJ-02 as the base map is; coordinates and measurements are not shifted")
        return (named, moved) if self.shifted else (named,)


def read_basemap(settings: _Settings | None) -> Basemap | None:
    """Return the base map that the table ``[basemap]`` of a sheet asks for; None without one.

    Raises
    ------
    UsageError
        The provider is not known, or lacks its key or address.
    """
    if settings is None:
        return None
    provider = settings.get("provider")
    if provider == "tianditu":
        return _tianditu(str(settings.get("key", "")))
    if provider == "gaode":
        return Basemap(text("Gaode"), (_GAODE,), shifted=True)
    if provider == "url":
        address = str(settings.get("url", ""))
        return Basemap(str(settings.get("name") or address.partition("//")[2].partition("/")[0]), (address,))
    raise UsageError(
        text("'{provider}' is not a base map", provider=provider),
        remedy=text('Write [basemap] provider = "tianditu" (with key), "gaode" or "url" (with url).'),
    )


def _names_each_place_once(address: str) -> bool:
    braces = address.count("{") + address.count("}")
    return sorted(_FIELD.findall(address)) == _PLACES and braces == 2 * len(_PLACES)


def _tianditu(key: str) -> Basemap:
    if not _KEY.fullmatch(key):
        raise UsageError(
            text("Tianditu's maps need a key of your own"),
            remedy=text('Write it into the sheet: [basemap] key = "…", letters and digits only.'),
        )
    tiles = tuple(_TIANDITU.format(layer=layer, key=key) for layer in _TIANDITU_LAYERS)
    return Basemap(text("Tianditu"), tiles, keyed=True)


def displayed(view: MapView) -> MapView:
    """Return the view as it is drawn: a copy shifted to GCJ-02 where its base map is, else the view itself.

    Every place is shifted by itself, so that what touches still touches.
    """
    if view.basemap is None or not view.basemap.shifted:
        return view
    return replace(
        view,
        layers=tuple(map(_layer, view.layers)),
        panels=tuple(replace(panel, findings=tuple(map(_finding, panel.findings))) for panel in view.panels),
    )


def _layer(layer: MapLayer) -> MapLayer:
    shapes = shapely.transform(np.array([feature.geometry for feature in layer.features], dtype=object), shift)
    moved = zip(layer.features, shapes, strict=True)
    return replace(layer, features=tuple(_at(feature, shape) for feature, shape in moved))


def _at(feature: MapFeature, shape: Any) -> MapFeature:  # noqa: ANN401 - a polygon, as shapely types it
    return replace(feature, geometry=shape)


def _finding(finding: PanelFinding) -> PanelFinding:
    if finding.point is None:
        return finding
    lon, lat = shift(np.array([finding.point]))[0].tolist()
    return replace(finding, point=(lon, lat))
