"""The map page: one self-contained HTML file around a folium map.

No data passes through a folium or branca template (branca compiles what its elements render a
second time).  The page is fixed markup, fixed scripts and two inert blocks (JSON, and one line of
base64 per layer of features), from which ``assets/map.js`` and its companions build everything with
``textContent``.  A content security policy allows exactly the scripts and styles that stand in the
file, by their hashes; a Worker that decodes the blocks is made of the same scripts.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import folium
from branca.element import Element

from landquota.i18n import text
from landquota.maps.inline import bundle
from landquota.maps.leaflet import load_leaflet
from landquota.maps.manifest import NO_SOURCES, Manifest, sealed
from landquota.maps.payload import payload
from landquota.reports.replacing import replacing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from branca.element import Figure

    from landquota.maps.leaflet import Leaflet
    from landquota.maps.manifest import Sources
    from landquota.maps.view import MapView

#: What decodes the blocks: one script, which is also all that the Worker runs.
WORKER_SCRIPTS: Final = ("inflate.js", "block.js", "outlines.js", "decoder.js")
#: The others, one script too, in the order in which they build on each other; ``map.js`` starts the page.
SCRIPTS: Final = (
    "geodesy.js",
    "dom.js",
    "raster.js",
    "columns.js",
    "mosaic.js",
    "painter.js",
    "tiles.js",
    "drawing.js",
    "graticule.js",
    "locator.js",
    "controls.js",
    "measure.js",
    "trail.js",
    "entries.js",
    "findings.js",
    "marks.js",
    "popup.js",
    "panel.js",
    "legend.js",
    "search.js",
    "print.js",
    "permalink.js",
    "keyboard.js",
    "map.js",
)
#: What only pages with a base map need, and those whose base map is in GCJ-02.
BASE_SCRIPT: Final = "base.js"
SHIFT_SCRIPT: Final = "gcj02.js"
STYLES: Final = ("page.css", "map.css", "sizes.css")

_HEAD_MARK: Final = "<!--head-->"
_BODY_MARK: Final = "<!--body-->"
_POLICY_MARK: Final = "<!--policy-->"
#: What folium's templates indent by; our texts come after they have gone.
_INDENTS: Final = re.compile(r"\n\s+")
#: folium writes its own blocks without attributes, and so do we; the data block has a type.
_INLINE: Final = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)
_MAP_ID: Final = "landquota"


def render(view: MapView, sources: Sources = NO_SOURCES) -> str:
    """Return the complete page, with a manifest of its `sources`: the same view gives the same text.

    Raises
    ------
    MissingLeafletError
        The package that carries Leaflet is not installed.
    UsageError
        A geometry is not a polygon in degrees.
    """
    drawn = _folium_map()
    drawn.add_child(_Places(start=f"landquota.start({drawn.get_name()});"), name="landquota")
    page = _INDENTS.sub("\n", drawn.get_root().render())
    for mark, content in ((_HEAD_MARK, _head(view, load_leaflet())), (_BODY_MARK, _body(view, sources))):
        page = page.replace(mark, content, 1)
    return sealed(page.replace(_POLICY_MARK, _policy(page, view), 1))


def write(view: MapView, path: Path, sources: Sources = NO_SOURCES) -> None:
    """Write the page to `path`, whole or not at all; missing folders are made.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    page = render(view, sources).encode("utf-8")
    with replacing(path) as part:
        part.write_bytes(page)


class _Finished(Element):
    """An element whose text is finished: no template ever reads it."""

    def __init__(self, finished: str) -> None:
        super().__init__()
        self._finished = finished

    def render(self, **_kwargs: Any) -> str:  # noqa: ANN401 - branca's signature
        return self._finished


class _Places(Element):
    """Marks of where our part of the page goes, as a child of the folium map that it runs on."""

    def __init__(self, *, start: str) -> None:
        super().__init__()
        self._start = _Finished(start)

    def render(self, **_kwargs: Any) -> str:  # noqa: ANN401 - branca's signature
        """Hand the marks to the figure, after the map has handed over its own."""
        figure = cast("Figure", self.get_root())
        figure.header.add_child(_Finished(_HEAD_MARK), name="landquota_head", index=0)
        figure.html.add_child(_Finished(_BODY_MARK), name="landquota_body")
        figure.script.add_child(self._start, name="landquota_start")
        return ""


def _folium_map() -> folium.Map:
    """Return a bare map: no tiles, no links, and a name of ours where folium draws a random one."""
    drawn = folium.Map(
        location=(30.2, 121.3),
        crs="EPSG3857",
        tiles=None,
        zoom_control=False,
        attribution_control=False,
        zoom_snap=0.25,
        fade_animation=False,
        font_size="14px",
    )
    drawn.default_js = []
    drawn.default_css = []
    drawn._id = _MAP_ID  # noqa: SLF001 - the one random id that reaches the page
    return drawn


def _head(view: MapView, leaflet: Leaflet) -> str:
    """Return what stands in ``<head>``; the policy comes before anything that it governs."""
    styles = [leaflet.style, bundle(STYLES)]
    scripts = [leaflet.script, bundle(WORKER_SCRIPTS), bundle((*SCRIPTS, *_base_scripts(view)))]
    return "\n".join(
        [
            '<meta charset="utf-8">',
            _POLICY_MARK,
            f"<title>{_as_markup(view.title)}</title>",
            *(f"<style>{content}</style>" for content in styles),
            *(f"<script>{content}</script>" for content in scripts),
        ]
    )


def _base_scripts(view: MapView) -> Iterator[str]:
    """Yield the scripts of a base map; a page without one holds nothing that could ask for it."""
    if view.basemap is not None:
        yield BASE_SCRIPT
        if view.basemap.shifted:
            yield SHIFT_SCRIPT


def _body(view: MapView, sources: Sources) -> str:
    """Return the page's places and its data; the script fills the one from the other."""
    data = payload(view)
    needs_script = text("This page draws its map with JavaScript, which is switched off here.")
    return "\n".join(
        [
            f"<noscript>{_as_markup(needs_script.render(view.language))}</noscript>",
            '<header id="lq-head"></header>',
            '<main id="lq-panel"><nav id="lq-trail" hidden></nav></main>',
            '<section id="lq-legend"></section>',
            '<footer id="lq-foot"></footer>',
            Manifest.of(view, sources).block(),
            f'<script type="application/json" id="lq-data">{data.data}</script>',
            f'<script type="application/octet-stream" id="lq-blocks">{data.blocks}</script>',
        ]
    )


def _as_markup(plain: str) -> str:
    """Return `plain` as HTML text in which no template engine finds a brace either."""
    whole = plain.encode("utf-8", "replace").decode("utf-8")
    return html.escape(whole).replace("{", "&#123;").replace("}", "&#125;")


def _policy(page: str, view: MapView) -> str:
    """Return the policy that allows the inline blocks of `page`, tiles of its base map's host, and nothing else."""
    hashes: dict[str, dict[str, None]] = {"script": {}, "style": {}}
    for tag, content in _INLINE.findall(page):
        digest = base64.b64encode(hashlib.sha256(content.encode("utf-8")).digest()).decode("ascii")
        hashes[tag][f"'sha256-{digest}'"] = None
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(hashes['script'])}",
            f"style-src {' '.join(hashes['style'])}",
            " ".join(["img-src data:", *(() if view.basemap is None else (view.basemap.origin,))]),
            "worker-src blob:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
    return f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
