"""Whatever lies over what: the rows of a composition add up to each parcel, and its sums to the rows."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import geopandas
from hypothesis import given, settings
from hypothesis import strategies as st
from overlay_files import CRS, box

from landquota.analyses import Extent, Given, land_of, theme_of
from landquota.analyses.classes import classes_of
from landquota.analyses.composition import compose
from landquota.findings import Place
from landquota.formats.table import FeatureTable
from landquota.i18n import LANGUAGES
from landquota.reports import composition as wording
from landquota.reports.listing import Report

Box = tuple[int, int, int, int]
SIDE = st.integers(0, 60)
BOXES = st.lists(st.tuples(SIDE, SIDE, st.integers(1, 40), st.integers(1, 40)), min_size=1, max_size=5)
CODES = ("0101", "0301", "0702", "1101", "XX", "")


def layer(name: str, boxes: list[Box]) -> Given:
    shapes = [box(x, y, x + w / 3, y + h / 7) for x, y, w, h in boxes]
    codes = [CODES[(x + y) % len(CODES)] for x, y, _, _ in boxes]
    frame = geopandas.GeoDataFrame({"DLBM": codes}, geometry=shapes, crs=CRS)
    ids = tuple(f"{name}{number}" for number in range(len(boxes)))
    places = [Place(file=name, feature=id_) for id_ in ids]
    return Given(name, "", FeatureTable(Path(name), name, "GeoPackage", frame, places, (None,) * len(ids)), ids, None)


def composed(mine: list[Box], under: list[Box], by: Literal["class", "feature"]) -> tuple[dict[str, str], Report]:
    """Return the official area of each parcel in m², and the report."""
    parcels, patches = layer("P", mine), layer("L", under)
    land, _ = land_of(parcels, parcels.crs)
    classes, _ = classes_of(patches, None)
    assert land is not None
    assert classes is not None
    theme, _ = theme_of(patches, land, classes=classes.values)
    assert theme is not None
    result = compose(land, theme, classes, by=by)
    report = wording.report(result, patches, Extent(), by=by, sliver_m2=1.0, deducted=0, findings=())
    return dict(zip(parcels.ids, (area.m2 for area in land.official()), strict=True)), report


@settings(max_examples=50, deadline=None)
@given(BOXES, BOXES, st.sampled_from(["class", "feature"]))
def test_rows_add_up_to_parcels_and_sums_to_rows(
    mine: list[Box], under: list[Box], by: Literal["class", "feature"]
) -> None:
    official, report = composed(mine, under, by)
    found: Any = report.to_json("en")
    areas: dict[str, Decimal] = defaultdict(Decimal)
    shares: dict[str, Decimal] = defaultdict(Decimal)
    for row in found["rows"]:
        areas[row["parcel"]] += Decimal(row["area_m2"])
        shares[row["parcel"]] += Decimal(row["share"])
    assert {parcel: str(area) for parcel, area in areas.items()} == official
    assert set(shares.values()) == {Decimal(100)}
    for name in ("classes", "groups"):
        for column in ("area_m2", "area_planar_m2", "area_mu"):
            whole = Decimal(found["totals"][column])
            assert sum(Decimal(row[column]) for row in found.get(name, [{column: whole}])) == whole
        assert sum(Decimal(row["share"]) for row in found.get(name, [{"share": 100}])) == 100


@settings(max_examples=25, deadline=None)
@given(BOXES, BOXES)
def test_what_people_read_adds_up_at_two_decimals(mine: list[Box], under: list[Box]) -> None:
    _, report = composed(mine, under, "class")
    for language in LANGUAGES:
        for listing in report.listings:
            texts, totals = listing.texts(language, people=True), listing.total_texts(language)
            for place, column in enumerate(listing.columns):
                if column.name in {"area_m2", "area_mu", "area_planar_m2", "pieces"}:
                    cells = [Decimal(row[place]) for row in texts]
                    assert sum(cells) == Decimal(totals[place]), column.name
