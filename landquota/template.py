"""The template of a new project folder: empty tables with their headings, the usual quota kinds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from landquota import seeds
from landquota.errors import UsageError
from landquota.formats.tables import read_csv, write_csv
from landquota.i18n import Text, text
from landquota.layers import CATALOGUE_COLUMNS
from landquota.project import DATA_FOLDERS, shipped_folder

_TABLES: Final = {
    "documents.csv": seeds.DOCUMENTS,
    "facts.csv": seeds.FACTS,
    "kind_rules.csv": seeds.KIND_RULES,
    "allowances.csv": seeds.ALLOWANCES,
    "movements.csv": seeds.MOVEMENTS,
    "statements.csv": seeds.STATEMENTS,
}
_SETTINGS: Final = """\
# {settings}
[project]
name = {name}
crs = "EPSG:{epsg}"           # {crs}
# county_code = "330282"      # {county_code}
# region = [120.9, 30.0, 121.8, 30.5] # {region}
area_method = "ellipsoid"     # {method}
# as_of = 2024-12-31          # {as_of}

[tolerance]
zone_area = "0.1%"            # {tolerance}
overlap_m2 = 1.0
outside_m2 = 1.0
farmland_m2 = 1.0
"""
_LAYERS: Final = text(
    "# layers/\n\n"
    "Geodata in, listed in catalog.csv; 'landquota layer add FILE --kind KIND' checks a file and lists it.\n\n"
    "* zones: columns zone (id), name, holder (as in seeds/holders.csv); name_en is optional.\n"
    "* parcels: columns parcel (id, or DKBH), name, zone; the stage dates approved_on, requisitioned_on, supplied_on, "
    "started_on, completed_on are optional. Without a zone a parcel belongs to the zone that it lies in.\n"
    "* basic_farmland and other constraints: any polygons; id (or BSM) and name are optional."
)
_SHEET: Final = """\
# One map sheet; without `layers` it draws every layer of layers/catalog.csv in that order.
[sheet]
id = "quota"
title = {title}
"""
#: EPSG numbers the CGCS2000 3-degree zones without prefix from central meridian 75 (4534) by 3 degrees.
_FIRST_EPSG: Final = 4534
_FIRST_MERIDIAN_DEG: Final = 75


def create_project(folder: Path, *, name: str, meridian_deg: int = 120, language: str = "zh") -> None:
    """Make a project in `folder` that ``build`` accepts at once.

    Raises
    ------
    UsageError
        The folder is not empty, the name is, or there is no 3-degree zone of that meridian.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(text("{folder} is not empty", folder=folder), remedy=text("Name a new folder."))
    if not name.strip():
        raise UsageError(text("The county needs a name"), remedy=text("Give it with --name."))
    zone, rest = divmod(meridian_deg - _FIRST_MERIDIAN_DEG, 3)
    if rest:
        raise UsageError(
            text("{meridian} is not the central meridian of a 3-degree zone", meridian=meridian_deg),
            remedy=text("Give one of 75, 78, … 135 (Cixi: 120)."),
        )
    for data in DATA_FOLDERS:
        (folder / data).mkdir(parents=True, exist_ok=True)
    remarks = {key: remark.render(language) for key, remark in _remarks(meridian_deg).items()}
    settings = _SETTINGS.format(name=_toml(name), epsg=_FIRST_EPSG + zone, **remarks)
    (folder / "seeds" / "project.toml").write_text(settings, "utf-8")
    (folder / "layers" / "README.md").write_text(_LAYERS.render(language) + "\n", "utf-8")
    for file, (required, optional) in _TABLES.items():
        write_csv(folder / "seeds" / file, (*required, *optional), ())
    holders = (*seeds.HOLDERS[0], *seeds.HOLDERS[1])
    write_csv(folder / "seeds" / "holders.csv", holders, [[name, "county", *[""] * (len(holders) - 2)]])
    write_csv(folder / "layers" / "catalog.csv", CATALOGUE_COLUMNS, ())
    kinds = (*seeds.KINDS[0], *seeds.KINDS[1])
    write_csv(folder / "seeds" / "quota_kinds.csv", kinds, _usual_kinds(kinds))
    (folder / "maps" / "quota.toml").write_text(_SHEET.format(title=_toml(f"{name} 用地指标对账图")), "utf-8")


def _remarks(meridian_deg: int) -> dict[str, Text]:
    """Return the remarks beside the settings."""
    return {
        "settings": text("Settings of this project; every key has a default but the name."),
        "crs": text("CGCS2000, 3-degree zone, central meridian {meridian}, no zone prefix", meridian=meridian_deg),
        "county_code": text("of the county, six digits (GB/T 2260)"),
        "region": text("west, south, east, north in degrees: where the county's data lies"),
        "method": text('or "planar"'),
        "as_of": text("fixes the date of every question; without it today"),
        "tolerance": text("measured against documented area of a zone"),
    }


def _usual_kinds(columns: Sequence[str]) -> Iterator[list[str]]:
    """Yield the shipped example's kinds without its sources: configuration, to be verified locally."""
    rows, _ = read_csv(shipped_folder() / "seeds" / "quota_kinds.csv", required=seeds.KINDS[0], optional=seeds.KINDS[1])
    for row in rows:
        unsourced = {**row.values, "document": "", "clause": "", "note": "配置，请按当地现行规定核实"}
        yield [unsourced[column] for column in columns]


def _toml(value: str) -> str:
    """Return `value` as a TOML string (JSON's strings are TOML's too)."""
    return json.dumps(value, ensure_ascii=False)
