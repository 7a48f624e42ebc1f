"""New construction land from the land-use layer: in the reconciliation, and in what a commitment takes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import geopandas
import pytest
from program import Program
from shapely.geometry import box

X, Y, CRS = 500_000, 3_330_000, "EPSG:4549"
OF = (
    "--holder",
    "一片",
    "--kind",
    "新增计划",
    "--year",
    "2024",
    "--document",
    "浙土字〔2024〕7号",
    "--date",
    "2024-06-01",
)


def strip(*stretches: tuple[float, float]) -> list[Any]:
    """Return boxes of 100 m from south to north, each from one metre to another east of the corner."""
    return [box(X + west, Y, X + east, Y + 100) for west, east in stretches]


@pytest.fixture
def county(built_county: Path, tmp_path: Path) -> Program:
    """Return the program in a county of the test's own."""
    shutil.copytree(built_county, tmp_path / "county")
    return Program(tmp_path / "county")


@pytest.fixture(scope="module")
def built_county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a county with four parcels, patches under three of them, and 100 亩 of quota."""
    tmp_path = tmp_path_factory.mktemp("conversion")
    program = Program(tmp_path)
    program("init", "county", "--name", "甲县", "--yes")
    nature = ["surveyed", "surveyed", "surveyed", "illustrative"]
    stretches = ((0, 100), (100, 200), (300, 400), (20, 30))
    files: dict[str, dict[str, Any]] = {
        "zones": {"zone": ["Z-1"], "name": ["一片"], "holder": ["一片"], "geometry": strip((-10, 450))},
        "parcels": {
            "parcel": ["P-1", "P-2", "P-3", "P-4"], "name": ["一号", "二号", "三号", "四号"],
            "zone": ["Z-1"] * 4, "nature": nature, "geometry": strip(*stretches),
        },
        "land_use": {
            "BSM": ["1", "2", "3", "4"], "DLBM": ["0101", "0204", "1003", "1206"],
            "geometry": strip((0, 60), (60, 130), (130, 180), (180, 290)),
        },
    }  # fmt: skip
    project = Program(tmp_path / "county")
    for kind, columns in files.items():
        file = tmp_path / f"{kind}.gpkg"
        geopandas.GeoDataFrame(columns, crs=CRS).to_file(file)
        project("layer", "add", str(file), "--kind", kind, "--without", "schema", "--without", "overlaps")
    project("build")
    grant = ("--holder", "一片", "--kind", "新增计划", "--year", "2024", "--area", "100亩", "--declare")
    project("ledger", "post", "grant", *grant, "--document", "D1", "--date", "2024-01-01")
    return project.folder


def test_the_reconciliation_says_what_parcels_are_made_of_and_what_nobody_knows(county: Program) -> None:
    used = county.json("reconcile")["land_use"]
    figures = {
        parcel: {name.removesuffix("_mu"): float(mu) for name, mu in made.items()}
        for parcel, made in used["parcels"].items()
    }
    # 10 m of 100 m are 1.5 亩.
    assert figures["P-1"] == {
        "area": 15, "farmland": 15, "cultivated": 9, "unused": 0, "construction": 0, "unknown": 0,
        "new_construction": 15,
    }  # fmt: skip
    assert figures["P-2"] == {
        "area": 15, "farmland": 4.5, "cultivated": 0, "unused": 3, "construction": 7.5, "unknown": 0,
        "new_construction": 7.5,
    }  # fmt: skip
    assert (figures["P-3"]["unknown"], figures["P-3"]["new_construction"]) == (15, 0)
    shown = county("reconcile").stdout
    (total,) = (line.split() for line in shown.splitlines() if line.startswith("Total"))
    assert total[1:] == ["4", "21.00", "10.50", "3.00", "7.50", "15.00", "46.50", "24.00"]


def test_constraints_are_judged_by_their_rules_and_no_data_is_no_answer(county: Program) -> None:
    file = county.folder.parent / "redline.gpkg"
    # 20 m of P-1 in the redline; the layer speaks of the ground of the land-use patches only.
    geopandas.GeoDataFrame({"id": ["R-1"]}, geometry=strip((-40, 20)), crs=CRS).to_file(file)
    county("layer", "add", str(file), "--kind", "eco_redline", "--without", "schema")
    catalogue = county.folder / "layers" / "catalog.csv"
    heading, *rows = catalogue.read_text("utf-8-sig").splitlines()
    assert heading.endswith(",coverage")
    covered = [f"{row}land_use" if row.startswith("redline") else row for row in rows]
    catalogue.write_text("\n".join([heading, *covered]) + "\n", "utf-8-sig")
    county("build")
    found = county.json("reconcile")
    answers = {row["parcel"]: (row["answer"], row["area_mu"]) for row in found["constraints"]["rows"]}
    assert answers == {
        "P-1": ("concerned", "3"), "P-2": ("not_concerned", "0"),
        "P-3": ("no_data", None), "P-4": ("not_concerned", "0"),
    }  # fmt: skip
    (conflict,) = (each for each in found["findings"] if each["code"] == "OVERLAY-CONFLICT")
    assert (conflict["place"]["feature"], conflict["severity"]) == ("P-1", "error")
    assert "生态保护红线" in conflict["message"] or "redline" in conflict["message"]
    assert "OVERLAY-NO-DATA" in {each["code"] for each in found["findings"]}
    assert "hard conflict" in county("reconcile").stdout


def test_without_a_land_use_layer_there_is_no_data(demo: Program) -> None:
    assert demo.json("reconcile")["land_use"] is None
    assert "no data (the project has no land-use layer)" in demo("reconcile").stdout


def test_a_commitment_takes_the_new_construction_land_of_its_parcel(county: Program) -> None:
    run = county("ledger", "post", "commit", *OF, "--parcel", "P-2")
    said = "new construction land 7.5 mu = farmland 4.5 mu (of it cultivated 0 mu) + unused land 3 mu"
    assert said in run.stderr
    body = county.json("ledger", "log")[-1]["body"]
    assert (body["amount"], body["parcel"]) == (7_500 * 200, "P-2")
    assert said in body["reason"]
    assert county.json("ledger", "post", "核销", *OF, "--parcel", "P-1")["already"] is False
    assert county.json("ledger", "balance", "--holder", "一片")["positions"][0]["committed_mu"]["low"] == "22.5"


def test_a_document_goes_before_what_is_computed_and_the_difference_is_told(county: Program) -> None:
    run = county("ledger", "post", "commit", *OF, "--parcel", "P-2", "--area", "7.4亩")
    assert "7.4 mu by 浙土字〔2024〕7号 is posted; land_use gives new construction land 7.5 mu" in run.stderr
    assert county.json("ledger", "log")[-1]["body"]["amount"] == 7_400 * 200
    same = county("ledger", "post", "commit", *OF, "--parcel", "P-2", "--area", "7.5亩")
    assert same.stderr == ""


@pytest.mark.parametrize(
    ("parcel", "why"),
    [
        ("P-3", "15 mu of it is of no known land class"),
        ("P-4", "the parcel is illustrative, and nothing made up is posted"),
        ("P-9", "the project's layers hold no such parcel"),
    ],
)
def test_what_nobody_knows_is_not_posted_but_a_document_may_state_it(county: Program, parcel: str, why: str) -> None:
    before = county.json("ledger", "log")
    run = county("ledger", "post", "commit", *OF, "--parcel", parcel, code=1)
    assert why in run.stderr
    assert "--area" in run.stderr
    assert county.json("ledger", "log") == before
    county("ledger", "post", "commit", *OF, "--parcel", parcel, "--area", "3亩")


def test_other_movements_and_kinds_have_to_state_their_amount(county: Program) -> None:
    for movement, kind in (("reserve", "新增计划"), ("commit", "占补平衡-数量")):
        of = tuple(kind if each == "新增计划" else each for each in OF)
        run = county("ledger", "post", movement, *of, "--parcel", "P-1", code=2)
        assert "--area" in run.stderr
