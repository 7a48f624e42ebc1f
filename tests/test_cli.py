"""The command line as people and scripts use it: contract, exit codes, both languages, bad input."""

from __future__ import annotations

import base64
import csv
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from mosaic_reader import Reader
from program import Program

SQUARE = {
    "type": "FeatureCollection",
    "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4528"}},
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "方块", "用途": "工业", "note": "<b>x</b>"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [
                    [
                        [40622000, 3340000],
                        [40623000, 3340000],
                        [40623000, 3341000],
                        [40622000, 3341000],
                        [40622000, 3340000],
                    ]
                ],
            },
        }
    ],
}
GRANT = (
    "ledger",
    "post",
    "grant",
    "--kind",
    "新增计划",
    "--year",
    "2024",
    "--document",
    "文〔2024〕1号",
    "--date",
    "2024-03-01",
)


@pytest.fixture
def square(tmp_path: Path) -> Path:
    path = tmp_path / "方块.geojson"
    path.write_text(json.dumps(SQUARE, ensure_ascii=False), "utf-8")
    return path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# --- demo, build, init -----------------------------------------------------------------------


def test_demo_in_an_empty_folder_and_again(landquota: Program) -> None:
    first = landquota.json("demo")
    assert first["maps"] == [str(Path("landquota-demo/maps/out/quota.html"))]
    page = landquota.folder / first["maps"][0]
    before = page.read_bytes()
    again = landquota.json("demo")
    assert again["ledger_head"] == first["ledger_head"]
    assert page.read_bytes() == before
    log = landquota.json("--project", "landquota-demo", "ledger", "log")
    assert len(log) == len({entry["key"] for entry in log})


def test_demo_says_the_same_on_every_machine(landquota: Program) -> None:
    heads, pages = set(), set()
    for name in ("a", "乙 b"):
        heads.add(landquota.json("demo", name)["ledger_head"])
        pages.add((landquota.folder / name / "maps" / "out" / "quota.html").read_bytes())
    assert len(heads) == len(pages) == 1


def test_demo_leaves_a_strange_folder_alone(landquota: Program) -> None:
    (landquota.folder / "mine").mkdir()
    (landquota.folder / "mine" / "letter.txt").write_text("x", "utf-8")
    run = landquota("demo", "mine", code=2)
    assert "is not empty and does not hold the shipped example" in run.stderr
    assert list(contents(landquota.folder / "mine")) == ["letter.txt"]
    landquota("init", "county", "--yes")
    before = contents(landquota.folder / "county")
    landquota("demo", "county", code=2)
    assert contents(landquota.folder / "county") == before


def test_a_new_project_builds_reconciles_and_draws_at_once(landquota: Program) -> None:
    landquota("init", "某县", "--yes")
    assert landquota.json("--project", "某县", "build")["findings"] == []
    result = landquota.json("reconcile", "--project", "某县")
    assert (result["zones"], result["holders"]) == ([], [{"holder": "某县", "parent": None, "quota": [], "land": {}}])
    assert landquota("--project", "某县", "map").stdout.strip().endswith("quota.html")


def test_build_replaces_layers_and_never_drops_a_posted_entry(demo: Program) -> None:
    demo(*GRANT, "--holder", "慈溪市", "--area", "10亩", "--key", "mine")
    answer = demo.json("build")
    assert (answer["entries_added"], answer["entries_present"]) == (0, 24)
    assert demo.json("ledger", "log")[-1]["key"] == "mine"


def test_a_seed_row_edited_after_import_says_how_to_reverse(demo: Program) -> None:
    path = demo.folder / "seeds" / "movements.csv"
    path.write_text(path.read_text("utf-8-sig").replace("200亩", "250亩"), "utf-8")
    before = contents(demo.folder / "workspace")
    run = demo("build", code=1)
    assert "movements.csv · row 2" in run.stderr
    assert "landquota ledger reverse guanhaiwei-request-2018" in run.stderr
    assert {k: v for k, v in contents(demo.folder / "workspace").items() if "ledger" not in k} == {
        k: v for k, v in before.items() if "ledger" not in k
    }


def test_errors_in_seeds_and_layers_come_together_and_nothing_is_written(demo: Program) -> None:
    seeds = demo.folder / "seeds" / "movements.csv"
    seeds.write_text(seeds.read_text("utf-8-sig").replace("200亩", "200 mou"), "utf-8")
    (demo.folder / "layers" / "zones.geojson").write_text("{", "utf-8")
    before = (demo.folder / "workspace" / "layers.gpkg").read_bytes()
    found = {f["place"]["file"] for f in demo.json("build", code=1)["error"]["findings"]}
    assert {"movements.csv", "layers/zones.geojson"} <= found
    assert (demo.folder / "workspace" / "layers.gpkg").read_bytes() == before


# --- layers ----------------------------------------------------------------------------------


def test_layer_check_measures_in_plane_and_on_the_ellipsoid(landquota: Program, square: Path) -> None:
    answer = landquota.json("layer", "check", square)
    assert (answer["features"], answer["crs"]) == (1, "EPSG:4528")
    assert answer["area_m2"] == {"planar": "1000000.00", "ellipsoid": "999629.98", "declared": None}
    assert answer["findings"] == []


def test_layer_check_of_a_missing_file(landquota: Program) -> None:
    answer = landquota.json("layer", "check", "nowhere.shp", code=1)
    assert [f["severity"] for f in answer["findings"]] == ["error"]


def test_adding_a_layer_and_drawing_it(demo: Program, square: Path) -> None:
    demo("layer", "add", square, "--kind", "context", "--name", "square", "--title", "方块")
    assert [row["name"] for row in demo.json("layer", "list")][-1] == "square"
    assert "square" in demo("layer", "list").stdout
    demo("build")
    again = demo("layer", "add", square, "--kind", "context", "--name", "square", code=1)
    assert "square" in again.stderr


def test_a_layer_is_replaced_only_when_asked_and_removed_with_its_file(demo: Program, square: Path) -> None:
    demo("layer", "add", square, "--kind", "context", "--name", "square")
    before = contents(demo.folder / "layers")
    refused = demo.json("layer", "add", square, "--kind", "context", "--name", "square", code=1)
    assert [f["code"] for f in refused["error"]["findings"]] == ["LAYER-EXISTS"]
    assert contents(demo.folder / "layers") == before
    square.write_text(json.dumps(SQUARE).replace("3341000", "3340500"), "utf-8")
    demo("layer", "add", square, "--kind", "context", "--name", "square", "--replace")
    assert contents(demo.folder / "layers") != before
    assert demo.json("layer", "remove", "square") == {"layer": "square", "file": square.name}
    assert not (demo.folder / "layers" / square.name).exists()
    assert "square" not in [row["name"] for row in demo.json("layer", "list")]
    assert demo.json("layer", "remove", "squaer", code=2)["error"]


def test_a_layer_with_an_error_is_not_added(demo: Program, tmp_path: Path) -> None:
    bad = tmp_path / "bad.geojson"
    bad.write_text(json.dumps(SQUARE).replace("40623000, 3341000", "40622000, 3340000"), "utf-8")
    before = contents(demo.folder / "layers")
    demo("layer", "add", bad, "--kind", "context", code=1)
    assert contents(demo.folder / "layers") == before


# --- ledger ----------------------------------------------------------------------------------


def test_post_balance_reverse(demo: Program) -> None:
    receipt = demo.json(*GRANT, "--holder", "慈溪市", "--area", "１０亩")
    rows = demo.json("ledger", "balance", "--holder", "慈溪市", "--as-of", "2024-03-01")["positions"]
    assert rows[0]["available_mu"] == {"low": "10", "high": "10"}
    assert demo.json("ledger", "balance", "--holder", "慈溪市", "--as-of", "2024-02-29")["positions"] == []
    demo("ledger", "reverse", receipt["key"], "--reason", "误录", "--date", "2024-04-01")
    rows = demo.json("ledger", "balance", "--holder", "慈溪市", "--as-of", "2024-12-31")["positions"]
    assert all(row["available_mu"] == {"low": "0", "high": "0"} for row in rows)
    demo("ledger", "reverse", receipt["key"], "--reason", "再来", "--date", "2024-04-02", code=1)


def test_the_same_key_twice_is_already_there_and_with_other_content_refused(demo: Program) -> None:
    post = (*GRANT, "--holder", "慈溪市", "--key", "K1", "--area")
    first = demo.json(*post, "10亩")
    assert demo.json(*post, "10亩") == {**first, "already": True}
    run = demo(*post, "11亩", code=1)
    assert "K1" in run.stderr
    assert "10 mu" in run.stderr
    assert "11 mu" in run.stderr


def test_an_overdraft_is_refused_with_its_arithmetic(demo: Program) -> None:
    demo(*GRANT, "--holder", "慈溪市", "--area", "10亩")
    before = demo.json("ledger", "log")
    post = (
        "ledger",
        "post",
        "commit",
        "--holder",
        "慈溪市",
        "--kind",
        "新增计划",
        "--year",
        "2024",
        "--area",
        "12.5亩",
    )
    run = demo(*post, "--document", "批文", "--date", "2024-05-01", code=1)
    for figure in ("10", "12.5", "2.5"):
        assert figure in run.stderr
    error = demo.json(*post, "--document", "批文", "--date", "2024-05-01", code=1)["error"]
    assert error["remedy"]
    assert demo.json("ledger", "log") == before


@pytest.mark.parametrize(
    ("change", "said", "code"),
    [
        (("--holder", "观海卫"), "观海卫镇", 1),
        (("--holder", "慈溪市", "--kind", "新增指标"), "新增计划", 1),
        (("--holder", "慈溪市", "--area", "145 mou"), "Did you mean 'mu'?", 2),
        (("--holder", "慈溪市", "--area", "500余亩"), "is not exact", 2),
        (("--holder", "慈溪市", "--date", "2024-02-30"), "is not a date", 2),
        (("--holder", "慈溪市", "--year", "soon"), "soon", 2),
        ((), "--holder", 2),
    ],
)
def test_a_wrong_post_is_refused_with_a_remedy(demo: Program, change: tuple[str, ...], said: str, code: int) -> None:
    before = demo.json("ledger", "log")
    assert said in demo(*GRANT, "--area", "1亩", *change, code=code).stderr
    assert demo.json("ledger", "log") == before


def test_an_unknown_movement_is_named(demo: Program) -> None:
    post = ("ledger", "post", "gift", *GRANT[3:], "--holder", "慈溪市", "--area", "1亩")
    run = demo(*post, code=1)
    assert "gift" in run.stderr
    assert "grant" in run.stderr


def test_an_undeclared_holder_can_be_declared(demo: Program) -> None:
    demo(*GRANT, "--holder", "新浦镇", "--area", "1亩", code=1)
    demo(*GRANT, "--holder", "新浦镇", "--area", "1亩", "--declare")
    holders = {h["holder"]: h["parent"] for h in demo.json("reconcile")["holders"]}
    assert holders["新浦镇"] == "慈溪市"


def test_a_statement_supersedes_the_earlier_one(demo: Program) -> None:
    state = ("ledger", "state", "requisitioned", "--holder", "观海卫智能电器小镇", "--document", "D", "--value")
    demo(*state, "600余亩", "--as-of", "2019-12-31")
    (zone, _) = demo.json("reconcile")["zones"]
    assert zone["land"]["requisitioned_mu"] == {"low": "600", "high": None}
    (zone, _) = demo.json("reconcile", "--as-of", "2018-12-31")["zones"]
    assert zone["land"]["requisitioned_mu"] == {"low": "500", "high": None}
    demo(*state, "700余亩", code=2)


def test_import_is_all_or_nothing_and_idempotent(demo: Program, tmp_path: Path) -> None:
    heading = "movement,holder,to,kind,year,area,date,document,key\n"
    good = "grant,慈溪市,,新增计划,2024,300亩,2024-03-01,D,a\nallot,慈溪市,周巷镇,新增计划,2024,40亩,2024-04-01,D,b\n"
    bad = "allot,慈溪市,周巷,新增计划,2024,40亩,2024-04-01,D,c\ngrant,慈溪市,,统酬,2024,1 mou,2024-04-01,D,d\n"
    path = tmp_path / "台账.csv"
    path.write_bytes((heading + good + bad).encode("gb18030"))
    before = demo.json("ledger", "log")
    findings = demo.json("ledger", "import", path, code=1)["error"]["findings"]
    assert {(f["place"]["row"]) for f in findings} == {4, 5}
    assert demo.json("ledger", "log") == before
    path.write_text(heading + good, "utf-8-sig")
    assert demo.json("ledger", "import", path)["entries_added"] == 2
    assert demo.json("ledger", "import", path)["entries_added"] == 0


def test_importing_what_is_not_there_is_an_error(demo: Program) -> None:
    assert "nowhere.csv" in demo("ledger", "import", "nowhere.csv", code=1).stderr


def test_the_log_lists_what_happened_and_everything_where_asked(demo: Program) -> None:
    log = demo("ledger", "log").stdout
    assert "guanhaiwei-request-2018" in log
    assert "GHW-01-under-construction-2017" in log
    assert "holder:慈溪市" not in log
    assert "holder:慈溪市" in demo("ledger", "log", "--all").stdout
    rows = {row["key"]: row for row in demo.json("ledger", "log")}
    assert rows["guanhaiwei-request-2018"]["amount_mu"] == "200"
    assert (rows["GHW-01-requisitioned-2017"]["low_mu"], rows["GHW-01-requisitioned-2017"]["high_mu"]) == ("500", None)


def test_asking_for_an_unknown_holder_or_kind_names_the_nearest(demo: Program) -> None:
    assert "观海卫镇" in demo("ledger", "balance", "--holder", "观海卫", code=1).stderr
    assert "统筹" in demo("ledger", "log", "--kind", "统畴", code=1).stderr


def test_a_balance_adds_up_on_the_screen(demo: Program) -> None:
    demo(*GRANT, "--holder", "慈溪市", "--area", "100亩")
    move = ("--kind", "新增计划", "--year", "2024", "--document", "D", "--date", "2024-04-01", "--holder", "慈溪市")
    demo("ledger", "post", "transfer", *move, "--to", "周巷镇", "--area", "30亩")
    demo("ledger", "post", "deduct", *move, "--area", "5亩")
    shown = demo("ledger", "balance", "--as-of", "2024-12-31", "--holder", "慈溪市").stdout
    assert "Transferred out" in shown
    assert "Taken back" in shown
    assert {"100", "30", "5", "65"} <= set(shown.split())


def test_verify_finds_an_altered_entry_and_a_removed_tail(demo: Program) -> None:
    import sqlite3  # noqa: PLC0415 - the attack, not the tool

    head = demo.json("ledger", "verify")["ledger_head"]
    demo(*GRANT, "--holder", "慈溪市", "--area", "10亩")
    assert demo.json("ledger", "verify", "--head", head)["ok"]
    demo("ledger", "verify", "--head", "0" * 64, code=1)
    with sqlite3.connect(demo.folder / "workspace" / "ledger.sqlite") as raw:
        for (name,) in raw.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            raw.execute(f'drop trigger "{name}"')
        raw.execute("update entry set document = 'forged' where key = 'guanhaiwei-request-2018'")
    raw.close()
    run = demo("ledger", "verify", code=1)
    assert "guanhaiwei-request-2018" in run.stderr


def test_export_is_read_by_excel_and_runs_nothing(demo: Program, tmp_path: Path) -> None:
    demo(*GRANT, "--holder", "慈溪市", "--area", "10亩", "--reason", "=1+1")
    target = tmp_path / "账.csv"
    head = demo.json("ledger", "export", "-o", target)["ledger_head"]
    assert head == demo.json("ledger", "verify")["ledger_head"]
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 25
    assert rows[-1]["reason"] == "'=1+1"
    assert rows[-1]["hash"] == head


# --- maps, options, output -------------------------------------------------------------------


def test_any_polygon_file_becomes_a_map(landquota: Program, square: Path) -> None:
    landquota("map", "--layer", square, "-o", "out.html")
    page = (landquota.folder / "out.html").read_text("utf-8")
    assert "方块" in page or "方块".encode("unicode_escape").decode() in page
    assert "<b>x</b>" not in page
    (line,) = re.findall(r'id="lq-blocks">\s*([\w+/=]+)\s*</script>', page)
    assert "工业" in str(Reader.of(base64.b64decode(line)).sections)


def test_a_layer_of_several_is_drawn_by_its_name(demo: Program, tmp_path: Path) -> None:
    file = demo.folder / "workspace" / "layers.gpkg"
    assert "zones" in demo("map", "--layer", file, "-o", "x.html", code=1).stderr
    demo("map", "--layer", file, "--layer-name", "zones", "-o", "x.html")
    assert (demo.folder / "x.html").is_file()


def test_a_project_needs_a_chinese_projected_system(demo: Program) -> None:
    settings = demo.folder / "seeds" / "project.toml"
    for wrong in ("EPSG:99999", "EPSG:4326", "2000国家大地"):
        settings.write_text(settings.read_text("utf-8").replace("EPSG:4549", wrong), "utf-8")
        assert wrong in demo("build", code=1).stderr
        settings.write_text(settings.read_text("utf-8").replace(wrong, "EPSG:4549"), "utf-8")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("map", "--layer", "nowhere.shp"), "nowhere.shp"),
        (("reconcile",), "is not a landquota project"),
        (("--project", "nowhere", "ledger", "balance"), "nowhere"),
    ],
)
def test_what_is_missing_is_named(landquota: Program, arguments: tuple[str, ...], said: str) -> None:
    run = landquota(*arguments, code=1 if "map" in arguments else 2)
    assert said in run.stderr
    assert run.stdout == ""


def test_a_project_that_was_not_built_says_what_to_run(landquota: Program) -> None:
    landquota("init", "x", "--yes")
    for command in (("reconcile",), ("map",), ("ledger", "balance")):
        assert "build" in landquota("--project", "x", *command, code=2).stderr


def test_an_unknown_sheet_names_the_sheets(demo: Program) -> None:
    run = demo("map", "qouta", code=2)
    assert "Did you mean 'quota'?" in run.stderr


def test_common_options_stand_before_or_after_the_command(demo: Program) -> None:
    answers = [
        demo("--as-of", "2018-01-01", "--json", "--lang", "zh", "ledger", "balance").stdout,
        demo("ledger", "balance", "--as-of", "2018年1月1日", "--json", "--lang", "zh").stdout,
        demo("ledger", "--as-of", "2018/1/1", "balance", "--json", "--lang=zh").stdout,
    ]
    assert len(set(answers)) == 1
    assert json.loads(answers[0])["as_of"] == "2018-01-01"


def test_output_is_utf8_when_redirected_on_a_gbk_console(demo: Program) -> None:
    program = (sys.executable, "-m", "landquota", "--lang", "zh", "reconcile")
    environ = {"PYTHONIOENCODING": "gbk", "PATH": "", "PYTHONPATH": ":".join(sys.path)}
    run = subprocess.run(program, cwd=demo.folder, env=environ, capture_output=True, check=True)
    assert "观海卫智能电器小镇" in run.stdout.decode("utf-8")


def test_chinese_is_the_default_and_complete(demo: Program) -> None:
    run = demo("reconcile", LANDQUOTA_LANG="", LANG="", LC_ALL="", LANGUAGE="")
    assert "指标对账" in run.stdout
    assert "Finding" not in run.stdout
    wrong = demo("ledger", "post", "--nonsense", LANDQUOTA_LANG="zh", code=2)
    assert "用法" in wrong.stderr
    asked = demo("ledger", "post", "--help", LANDQUOTA_LANG="zh")
    assert "选项" in asked.stdout
    assert "示例" in asked.stdout


def test_data_is_on_stdout_and_talk_on_stderr(demo: Program) -> None:
    run = demo("build", "--json")
    json.loads(run.stdout)
    run = demo("ledger", "post", "grant", code=2)
    assert run.stdout == ""


def test_a_workspace_open_in_another_reader_neither_blocks_nor_breaks(demo: Program) -> None:
    reader = (
        "import sqlite3, sys\n"
        "open_ = [sqlite3.connect(p) for p in sys.argv[1:]]\n"
        "for c in open_:\n"
        "    c.execute('begin'); c.execute('select count(*) from sqlite_master').fetchone()\n"
        "print('reading', flush=True); sys.stdin.readline()\n"
    )
    files = [str(demo.folder / "workspace" / name) for name in ("ledger.sqlite", "layers.gpkg")]
    with subprocess.Popen(
        [sys.executable, "-c", reader, *files], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "reading"
        demo(*GRANT, "--holder", "慈溪市", "--area", "10亩")
        demo("build")
        assert demo.json("ledger", "verify")["entries"] == 25
        other.communicate("done\n")
    assert other.returncode == 0
