"""The offline map page: one HTML file that asks for nothing and in which no data can run."""

from __future__ import annotations

from landquota.maps.view import (
    Badge,
    EntryRow,
    MapClass,
    MapFeature,
    MapLayer,
    MapView,
    PanelCell,
    PanelFinding,
    PanelNote,
    PanelRow,
    PanelTable,
    PanelZone,
)

__all__ = [
    "Badge",
    "EntryRow",
    "MapClass",
    "MapFeature",
    "MapLayer",
    "MapView",
    "PanelCell",
    "PanelFinding",
    "PanelNote",
    "PanelRow",
    "PanelTable",
    "PanelZone",
]
