"""Land on the command line, in the reconciliation and on the map: the same figures, that add up."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from program import Program

ZONE = "观海卫智能电器小镇"
_MOVEMENTS = f"""\
movement,holder,kind,area,date,document,batch,parcel,deadline,starts_by
approve,{ZONE},,600亩,2016-01-01,D,B-1,,2018-01-01,
divide,{ZONE},,520.25亩,2016-02-01,D,B-1,GHW-P-01,,
requisition,{ZONE},,520.25亩,2016-03-01,D,,GHW-P-01,,
supply,{ZONE},,500亩,2016-04-01,D,,GHW-P-01,,2016-12-31
start,{ZONE},,380亩,2017-04-01,D,,GHW-P-01,,
"""


@pytest.fixture(scope="module")
def kept(built_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """Return the demo with a batch of land in its ledger; only reports are added to it."""
    folder = tmp_path_factory.mktemp("land") / "demo"
    shutil.copytree(built_demo, folder)
    (folder / "land.csv").write_text(_MOVEMENTS, "utf-8")
    program = Program(folder)
    program("ledger", "import", "land.csv")
    return program


def cells(line: str) -> list[str]:
    return line.split()


def test_land_by_stage_and_its_total(kept: Program) -> None:
    (position,) = kept.json("ledger", "land")["positions"]
    assert position["now_mu"] == {
        "batch": "79.75", "approved": "0", "requisitioned": "20.25", "banked": "0", "supplied": "120",
        "under_construction": "380", "completed": "0", "accepted": "0",
    }  # fmt: skip
    assert sum(map(Decimal, position["now_mu"].values())) == Decimal(position["total_mu"]) == 600
    assert (position["unsupplied_mu"], position["unused_mu"]) == ("100", "120")
    assert len(position["entries"]["supplied"]) == 2
    shown = kept("ledger", "land", "--parcels").stdout
    assert "Land by stage (mu) as of 2021-06-23, end of day" in shown
    (total,) = (line for line in shown.splitlines() if line.startswith("Total"))
    assert cells(total) == ["Total", "79.75", "—", "20.25", "—", "120", "380", "—", "—", "600", "100", "120"]
    assert "warning LEDGER-DEADLINE-PASSED × 2" in shown


def test_where_only_a_statement_exists_its_bounds_are_shown(kept: Program, built_demo: Path) -> None:
    def figures(program: Program) -> dict[str, Any]:
        found = program.json("ledger", "land", "--holder", ZONE)["figures"]
        return {figure["measure"]: (figure["area_mu"], figure["basis"]) for figure in found}

    assert figures(Program(built_demo))["requisitioned"] == ({"low": "500", "high": None}, "stated")
    assert figures(kept)["requisitioned"] == ({"low": "520.25", "high": "520.25"}, "ledger")
    assert "Land by stage" not in Program(built_demo)("ledger", "land").stdout
    assert "≥ 500" in Program(built_demo)("ledger", "land").stdout


def test_ageing_lists_the_lots_that_add_up(kept: Program) -> None:
    aged = kept.json("ledger", "ageing")
    waiting, unused = aged["unsupplied"], aged["unused"]
    assert [(lot["batch"], lot["parcel"], lot["area_mu"]) for lot in waiting["lots"]] == [
        ("B-1", None, "79.75"), ("B-1", "GHW-P-01", "20.25"),
    ]  # fmt: skip
    assert waiting["total_mu"] == "100"
    (lot,) = unused["lots"]
    assert (lot["area_mu"], lot["days"], lot["years_at_least"], lot["deadline_passed"]) == ("120", 1909, 5, True)
    shown = kept("ledger", "ageing", "--of", "unsupplied").stdout
    assert [cells(line)[-1] for line in shown.splitlines() if line.startswith("Total")] == ["100"]
    assert "Supplied, not started" not in shown
    assert "(mu) as of 2021-06-23, end of day: none" in kept("ledger", "ageing", "--holder", "周巷镇").stdout


def test_idle_land_before_and_after_a_report(kept: Program) -> None:
    def results(*more: str) -> list[tuple[str, str, str | None]]:
        rows = kept.json("ledger", "idle", *more)["land"]
        return [(row["area_mu"], row["status"], row["clause"]) for row in rows]

    assert results() == [("120", "idle", "第二条第一款"), ("380", "no_data", "第二条第二款")]
    assert results("--as-of", "2016-12-31") == [("500", "normal", "第二条第一款")]
    report = ("--holder", ZONE, "--document", "巡〔2020〕1号", "--date", "2020-07-01")
    kept(
        *("ledger", "progress", "GHW-P-01", *report, "--developed", "0亩", "--to-develop", "380亩"),
        *("--invested", "800万元", "--investment", "5000万元", "--stopped-on", "2019-06-01"),
    )
    assert results()[1] == ("380", "idle", "第二条第二款")
    data = kept.json("ledger", "idle")["land"][1]
    assert (data["idle_since"], data["report"]["developed_share"], data["report"]["invested_share"]) == (
        "2020-06-01", "0", "4/25",
    )  # fmt: skip
    shown = kept("ledger", "idle").stdout
    assert [cells(line)[-1] for line in shown.splitlines() if line.startswith("Total")] == ["500"]
    assert "recover the land without compensation" in shown
    assert "no supplied land that is not completed" in kept("ledger", "idle", "--holder", "周巷镇").stdout


def test_a_report_takes_exact_amounts_of_the_right_thing(kept: Program) -> None:
    report = ("--holder", ZONE, "--document", "D", "--date", "2020-07-01")
    for option, written in (("--to-develop", "近3亩"), ("--to-develop", "3元"), ("--investment", "3亩")):
        run = kept("ledger", "progress", "GHW-P-01", *report, option, written, code=2)
        assert f"'{written}' is no exact amount in" in run.stderr


def test_a_projects_own_rules_are_read_and_their_faults_said(kept: Program) -> None:
    own = kept.folder / "seeds" / "idle_rules.csv"
    heading = "rule,case,valid_from,valid_to,years,document,clause\n"
    own.write_text(heading + "甬-未动工,not_started,2015-01-01,2018-12-31,9,甬〔2015〕1号,第三条\n", "utf-8")
    found = kept.json("ledger", "idle")["findings"]
    assert [finding["code"] for finding in found] == ["IDLE-RULE-EXPIRED"]
    own.write_text(heading + "甬-未动工,not_started,2015-01-01,,nine,甬〔2015〕1号,第三条\n", "utf-8")
    assert "'nine' is not a number of years" in kept("ledger", "idle", code=1).stderr
    own.unlink()


def test_the_reconciliation_takes_the_ledgers_land_and_says_so(kept: Program) -> None:
    result = kept.json("reconcile")
    zone = next(zone for zone in result["zones"] if zone["zone"] == "GHW-01")
    assert zone["land"]["requisitioned_mu"] == {"low": "520.25", "high": "520.25"}
    assert zone["land"]["not_under_construction_mu"] == {"low": "140.25", "high": "140.25"}
    assert zone["uncovered_mu"] == {"low": "375.25", "high": "375.25"}
    assert set(zone["land_basis"].values()) == {"ledger"}
    codes = {finding["code"] for finding in result["findings"]}
    assert "LEDGER-DEADLINE-PASSED" in codes
    assert "LEDGER-STATEMENT-DIFFERS" not in codes  # 500余 and 近400 are what the ledger says too
    shown = kept("reconcile").stdout.splitlines()
    (row,) = (line for line in shown if line.startswith("ledger "))
    assert cells(row) == ["ledger", "600", "520.25", "500", "380", "0", "140.25"]
    assert not any(line.startswith("documents ") for line in shown)


def test_figures_of_the_ledger_and_of_documents_have_rows_of_their_own(demo: Program) -> None:
    options = ("--holder", ZONE, "--document", "D", "--area", "600亩", "--date", "2016-01-01")
    demo("ledger", "post", "approve", "--batch", "B-1", *options)
    shown = demo("reconcile").stdout.splitlines()
    (by_ledger,) = (line for line in shown if line.startswith("ledger "))
    (stated,) = (line for line in shown if line.startswith("documents "))
    assert cells(by_ledger) == ["ledger", "600", "—", "0", "—", "0", "—"]
    assert cells(stated.replace("\N{NO-BREAK SPACE}", "")) == ["documents", "—", "≥500", "—", "≤400", "—", "≥100"]
    demo("map", "-o", "land.html")
    assert "Ledger, else documents" in (demo.folder / "land.html").read_text("utf-8")


def test_surveyed_parcels_are_compared_with_the_ledger(kept: Program, tmp_path: Path) -> None:
    shutil.copytree(kept.folder, tmp_path / "demo")
    program = Program(tmp_path / "demo")
    parcels = program.folder / "layers" / "parcels.geojson"
    parcels.write_text(parcels.read_text("utf-8").replace('"illustrative"', '"surveyed"'), "utf-8")
    program("build")
    found = [f for f in program.json("reconcile")["findings"] if f["code"] == "LAND-LEDGER-DIFFERS"]
    assert found[0]["message"].startswith("Zone Guanhaiwei Smart-Appliance Town: ")
    assert "Approved is 545.35 mu on the map, 600 mu in the ledger" in "\n".join(f["message"] for f in found)
