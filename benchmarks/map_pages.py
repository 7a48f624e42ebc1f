"""The same layer as three pages: ours, folium.GeoJson, and gzip GeoJSON inflated in the page on a Leaflet canvas."""

from __future__ import annotations

import base64
import gzip
from typing import TYPE_CHECKING, Final

from map_data import CLASSES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import geopandas

#: Whether a page has drawn its features, whichever it is.
IS_THERE: Final = (
    "document.documentElement?.dataset.features !== undefined"
    " || document.querySelector('path.leaflet-interactive') !== null || globalThis.isDrawn === true"
)


def ours(frame: geopandas.GeoDataFrame, page: Path) -> None:
    from landquota.maps import MapClass, MapFeature, MapLayer, MapView
    from landquota.maps.page import write

    columns = list(frame.columns.drop("geometry"))
    rows = zip(*(frame[column] for column in columns), strict=True)
    features = tuple(
        MapFeature(row[0], f"{row[3]} {row[1]}", row[2], geometry, tuple(zip(columns, row, strict=True)))
        for row, geometry in zip(rows, frame.geometry, strict=True)
    )
    looks = tuple(MapClass(code, name, fill, "#3f4650") for code, (name, fill) in CLASSES.items())
    write(MapView("三调", "zh", layers=(MapLayer("DLTB", "地类图斑", "parcels", looks, features),)), page)


def plain_folium(frame: geopandas.GeoDataFrame, page: Path) -> None:
    import folium

    from landquota.maps.leaflet import load_leaflet

    drawn = folium.Map(location=(30.2, 121.35), zoom_start=11, tiles=None)
    drawn.default_js, drawn.default_css = [], []
    folium.GeoJson(frame, style_function=_style, name="DLTB").add_to(drawn)
    drawn.fit_bounds([[30.05, 121.15], [30.37, 121.55]])
    leaflet = load_leaflet()
    text = drawn.get_root().render()
    page.write_text(_with_leaflet(text, leaflet.script, leaflet.style), "utf-8")


def _style(feature: dict[str, dict[str, str]]) -> dict[str, object]:
    fill = CLASSES[feature["properties"]["DLBM"]][1]
    return {"fillColor": fill, "color": "#3f4650", "weight": 1, "fillOpacity": 0.95}


def gzip_geojson(frame: geopandas.GeoDataFrame, page: Path) -> None:
    from landquota.maps.leaflet import load_leaflet

    leaflet = load_leaflet()
    packed = base64.b64encode(gzip.compress(frame.to_json().encode(), mtime=0)).decode()
    fills = ",".join(f'"{code}":"{fill}"' for code, (_, fill) in CLASSES.items())
    body = f"""<div id="map" style="height:100vh"></div>
<script type="application/octet-stream" id="data">{packed}</script>
<script>
const map = L.map("map", {{ preferCanvas: true, attributionControl: false }}).setView([30.2, 121.35], 11);
map.fitBounds([[30.05, 121.15], [30.37, 121.55]]);
const fills = {{{fills}}};
const bytes = Uint8Array.from(atob(document.getElementById("data").textContent), (one) => one.charCodeAt(0));
new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).json().then((data) => {{
  const style = (feature) =>
    ({{ fillColor: fills[feature.properties.DLBM], color: "#3f4650", weight: 1, fillOpacity: 0.95 }});
  L.geoJSON(data, {{ style }}).addTo(map);
  requestAnimationFrame(() => requestAnimationFrame(() => (globalThis.isDrawn = true)));
}});
</script>"""
    text = f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body>{body}</body></html>'
    page.write_text(_with_leaflet(text, leaflet.script, leaflet.style), "utf-8")


def _with_leaflet(page: str, script: str, style: str) -> str:
    return page.replace("<head>", f"<head><style>{style}</style><script>{script}</script>", 1)


WAYS: Final[dict[str, Callable[[geopandas.GeoDataFrame, Path], None]]] = {
    "ours": ours,
    "ours-apart": ours,
    "gzip": gzip_geojson,
    "folium": plain_folium,
}
