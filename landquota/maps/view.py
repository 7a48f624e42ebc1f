"""What a map page shows, as plain data: it decides nothing and knows no renderer.

All texts arrive translated and formatted; the page shows them as they are, as text.
Figures and features carry the ledger entries behind them, so that a reader can ask for them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from landquota.errors import UsageError
from landquota.i18n import text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from shapely import MultiPolygon, Polygon

    from landquota.maps.basemap import Basemap

LayerKind: TypeAlias = Literal["zones", "parcels", "constraint", "other", "context"]
Severity: TypeAlias = Literal["ok", "note", "warning", "error", "no_data"]
Row: TypeAlias = tuple[str, str]

#: Fill colours of the land stages: calm, and told apart by lightness as well as by hue (pale
#: yellow to dark blue), so that they survive colour blindness, a projector and a grey print.
STAGE_FILLS: Final[Mapping[str, str]] = {
    "planned": "#efeadb",
    "approved": "#ead28f",
    "requisitioned": "#dcac5a",
    "supplied": "#77aaa3",
    "under_construction": "#3f7ba6",
    "completed": "#2b3f63",
}
STAGE_STROKE: Final = "#3f4650"
ZONE_STROKE: Final = "#1f2d3d"
CONSTRAINT_STROKE: Final = "#c0392b"

#: A colour as it is written.
COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A ledger entry or statement, as it is listed behind a figure.

    `amount` carries a sign where it says how the entry acts on the figure above it; `key` is
    what the ledger knows the entry by.  `parcels` and `zone` are the ids that a click on the
    entry flies to.
    """

    date: str
    source: str
    text: str
    amount: str
    key: str = ""
    parcels: tuple[str, ...] = ()
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class MapFeature:
    """One polygon of a layer.

    `geometry` is in degrees of longitude and latitude (EPSG:4490); `zone` is the id of the
    zone that it belongs to, and a zone's own id names it.
    """

    id: str
    name: str
    class_key: str
    geometry: Polygon | MultiPolygon
    rows: tuple[Row, ...] = ()
    entries: tuple[EntryRow, ...] = ()
    zone: str | None = None
    illustrative: bool = False


@dataclass(frozen=True, slots=True)
class MapClass:
    """One line of the legend: how its features look, how many there are and how large.

    A hatched class lies over everything else, as lines of its stroke colour and without a fill; of
    a hollow one only the outline is drawn.

    Raises
    ------
    UsageError
        A colour is not written as ``#rrggbb``.
    """

    key: str
    label: str
    fill: str
    stroke: str
    hatched: bool = False
    hollow: bool = False
    count: int = 0
    area_text: str = ""

    def __post_init__(self) -> None:
        for colour in (self.fill, self.stroke):
            if not COLOUR.fullmatch(colour):
                raise UsageError(
                    text("{colour} is not a colour (class {label}).", colour=repr(colour), label=self.label),
                    remedy=text("Write a colour as #rrggbb, such as #4a86ac."),
                )


@dataclass(frozen=True, slots=True)
class MapLayer:
    """Features that share a kind, a switch and a legend.

    `nature_note` says what the geometry is where it was not surveyed (示意边界, 示例地块), `counted_as`
    what the legend counts where that is not what the layer is drawn as.

    Raises
    ------
    UsageError
        A feature's class is not among the layer's classes.
    """

    id: str
    title: str
    kind: LayerKind
    classes: tuple[MapClass, ...]
    features: tuple[MapFeature, ...] = ()
    nature_note: str | None = None
    counted_as: LayerKind | None = None

    def __post_init__(self) -> None:
        known = {one.key for one in self.classes}
        for feature in self.features:
            if feature.class_key not in known:
                raise UsageError(
                    text(
                        "Feature {feature} of layer {layer} has the class {key}, which the layer does not define.",
                        feature=feature.id,
                        layer=self.title,
                        key=feature.class_key,
                    )
                )


@dataclass(frozen=True, slots=True)
class Badge:
    """A verdict in a word or two; its colour only repeats what the words say."""

    severity: Severity
    text: str


@dataclass(frozen=True, slots=True)
class PanelCell:
    """A figure, and the entries that a click on it lists; with a severity it is a verdict."""

    text: str
    entries: tuple[EntryRow, ...] = ()
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class PanelRow:
    """A line of a table: what it is about, then one cell per further column."""

    label: str
    cells: tuple[PanelCell, ...]


@dataclass(frozen=True, slots=True)
class PanelTable:
    """A table of figures; the first of `columns` heads the labels and names the unit."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[PanelRow, ...]


@dataclass(frozen=True, slots=True)
class PanelNote:
    """A sentence below the tables, with its weight and the entries that it rests on."""

    text: str
    severity: Severity = "note"
    entries: tuple[EntryRow, ...] = ()


@dataclass(frozen=True, slots=True)
class PanelFinding:
    """A finding: its severity in a word, what was found, and (folded) what can be done.

    A click on it flies to `features`, ids in the layers of `kind`, and to `point`, longitude
    and latitude in degrees, where it has them.
    """

    severity: Severity
    word: str
    code: str
    text: str
    remedy: str = ""
    kind: LayerKind | None = None
    features: tuple[str, ...] = ()
    point: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class PanelZone:
    """One section of the panel: a holder or a zone with its figures.

    `zone` is the id of the zone on the map that a click on the name goes to, if it has one;
    `facts` are cited sentences, folded.
    """

    id: str
    name: str
    zone: str | None = None
    subtitle: tuple[str, ...] = ()
    verdict: Badge | None = None
    tables: tuple[PanelTable, ...] = ()
    notes: tuple[PanelNote, ...] = ()
    findings: tuple[PanelFinding, ...] = ()
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MapView:
    """A whole map page.

    `tally` says how many findings the panels list, `facts` are the cited sentences that belong
    to no section.  `head` is the hash of the last ledger entry; `notices` are said on a banner over the map
    (boundaries that are schematic, parcels that are examples); `opens_on` is the id of the zone
    that the page opens on (else everything is in sight); `readout_zone` is the 3-degree zone
    number of the coordinate read-out (else that of the map's centre).  With `marks` every finding
    that has a point is marked on the map; with `list_only` there is no map, only the panel.  Where
    coordinates are coarsened, `precision_m` says to what, and the read-out tells no more.
    `basemap` is what lies below everything; without one the page asks for nothing.
    """

    title: str
    language: str
    subtitle: str = ""
    as_of: date | None = None
    layers: tuple[MapLayer, ...] = ()
    tally: str = ""
    panels: tuple[PanelZone, ...] = ()
    facts: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    head: str | None = None
    notices: tuple[str, ...] = ()
    opens_on: str | None = None
    readout_zone: int | None = None
    marks: bool = False
    list_only: bool = False
    precision_m: float | None = None
    basemap: Basemap | None = None
