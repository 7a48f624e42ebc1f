"""The project's geodata: catalogued files in, checked tables of zones, parcels and constraints out.

``layers/catalog.csv`` names the files; :func:`read` checks them and brings them into the project's
reference system, :func:`write` puts them into the workspace's GeoPackage, :func:`load` takes them
from there, :func:`stale` says whether they are still what is catalogued.  :func:`add` and
:func:`remove` change the catalogue, :func:`check` reports on any single file.  Nothing here knows of the ledger.
"""

from landquota.crs import project_system as project_crs
from landquota.layers.catalogue import CATALOGUE_COLUMNS, CONTEXT, NATURES, CatalogEntry, read_catalogue
from landquota.layers.checks import FeatureCheck, LayerCheck, check, measured, reference
from landquota.layers.conversion import transformed
from landquota.layers.freshness import stale
from landquota.layers.intake import add, plain_name, remove
from landquota.layers.standard import DATE_COLUMNS, STAGES, stages
from landquota.layers.store import Layers, load, read, write
from landquota.standards import CHECKS

__all__ = [
    "CATALOGUE_COLUMNS",
    "CHECKS",
    "CONTEXT",
    "DATE_COLUMNS",
    "NATURES",
    "STAGES",
    "CatalogEntry",
    "FeatureCheck",
    "LayerCheck",
    "Layers",
    "add",
    "check",
    "load",
    "measured",
    "plain_name",
    "project_crs",
    "read",
    "read_catalogue",
    "reference",
    "remove",
    "stages",
    "stale",
    "transformed",
    "write",
]
