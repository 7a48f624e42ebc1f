"""``landquota verify``: a page held against its own hash, its inputs and the ledger."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from map_views import sample_view
from program import Program

from landquota.maps.currency import currency
from landquota.maps.page import write
from landquota.project import open_project

OPENING = '<script type="application/json" id="lq-manifest">'
PAGE = Path("maps/out/quota.html")


@pytest.fixture(scope="module")
def mapped_once(built_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a demo whose only sheet is drawn in English; do not write to it."""
    folder = tmp_path_factory.mktemp("mapped") / "demo"
    shutil.copytree(built_demo, folder)
    Program(folder)("map")
    return folder


@pytest.fixture
def mapped(mapped_once: Path, tmp_path: Path) -> Program:
    """Return a demo of one's own whose only sheet is drawn."""
    shutil.copytree(mapped_once, tmp_path / "demo")
    return Program(tmp_path / "demo")


def codes(answer: Any) -> list[str]:
    return [finding["code"] for finding in answer["findings"]]


def states(answer: Any) -> dict[str, str]:
    return {check["subject"]: check["state"] for check in answer["checks"]}


def test_a_page_that_was_just_drawn_is_current(mapped: Program) -> None:
    answer = mapped.json("verify", PAGE)
    assert answer["current"]
    assert set(states(answer).values()) == {"same"}
    assert {"page", "ledger", "redrawn", "maps/quota.toml", "seeds/project.toml", "layers/zones.geojson"} <= set(
        states(answer)
    )
    run = mapped("verify", PAGE)
    assert "quota.html is as it was written, and current." in run.stdout
    assert "layers/parcels.geojson (layer parcels): the same" in run.stdout
    assert mapped("map", "--lang", "zh", "-o", "zh.html")
    assert mapped.json("verify", "zh.html")["current"]
    assert mapped.json("map", "--public", "--as-of", "2018-01-01")
    assert mapped.json("verify", "maps/out/quota.public.html")["current"]


def test_what_has_changed_is_named_and_what_is_gone_too(mapped: Program) -> None:
    for file in ("layers/parcels.geojson", "maps/quota.toml"):
        with (mapped.folder / file).open("a", encoding="utf-8") as content:
            content.write("\n")
    (mapped.folder / "layers" / "zones.geojson").unlink()
    (mapped.folder / "seeds" / "conflict_rules.csv").write_text("", "utf-8")
    answer = mapped.json("verify", PAGE, code=1)
    assert {name: state for name, state in states(answer).items() if state != "same"} == {
        "maps/quota.toml": "changed",
        "layers/parcels.geojson": "changed",
        "layers/zones.geojson": "missing",
        "seeds/conflict_rules.csv": "changed",
    }
    assert sorted(codes(answer)) == ["MAP-INPUT-CHANGED"] * 3 + ["MAP-INPUT-MISSING"]
    messages = [finding["message"] for finding in answer["findings"]]
    assert "layers/zones.geojson, from which the page was drawn, is not there" in messages


def test_a_public_page_says_only_that_something_has_changed(mapped: Program) -> None:
    mapped("map", "--public")
    page = Path("maps/out/quota.public.html")
    assert mapped.json("verify", page)["manifest"]["inputs"][0]["file"] == "*"
    with (mapped.folder / "layers" / "parcels.geojson").open("a", encoding="utf-8") as content:
        content.write("\n")
    assert codes(mapped.json("verify", page, code=1)) == ["MAP-INPUTS-CHANGED"]


def test_a_ledger_that_has_grown_says_by_how_much(mapped: Program) -> None:
    for number in (1, 2):
        mapped(
            *("ledger", "post", "grant", "--holder", "慈溪市", "--kind", "新增计划", "--year", "2024", "--area", "1亩"),
            *("--document", f"D{number}", "--date", "2024-01-01"),
        )
    answer = mapped.json("verify", PAGE, code=1)
    assert states(answer)["ledger"] == "grown"
    assert codes(answer) == ["MAP-LEDGER-GROWN"]
    assert answer["findings"][0]["message"] == "The ledger has grown by 2 entries since the page was drawn"


def test_another_ledger_is_told_from_one_that_has_grown(mapped: Program) -> None:
    mapped("init", "other", "--yes")
    mapped("build", "--project", "other")
    answer = mapped.json("verify", PAGE, "--project", "other", code=1)
    assert states(answer)["ledger"] == "unknown"
    assert "MAP-LEDGER-UNKNOWN" in codes(answer)


def test_an_altered_page_is_found(mapped: Program) -> None:
    file = mapped.folder / PAGE
    file.write_text(file.read_text("utf-8").replace("145 †", "946 †", 1), "utf-8", newline="")
    answer = mapped.json("verify", PAGE, code=1)
    assert states(answer)["page"] == "changed"
    assert codes(answer) == ["MAP-ALTERED"]


def test_a_page_altered_together_with_its_hash_is_found_by_drawing_it_again(mapped: Program) -> None:
    file = mapped.folder / PAGE
    page = file.read_text("utf-8").replace("145 †", "946 †", 1)
    blank = re.sub(r'(id="lq-manifest">\{"page":")[0-9a-f]{64}', rf"\g<1>{'0' * 64}", page)
    sealed = blank.replace("0" * 64, hashlib.sha256(blank.encode()).hexdigest(), 1)
    file.write_text(sealed, "utf-8", newline="")
    answer = mapped.json("verify", PAGE, code=1)
    assert (states(answer)["page"], states(answer)["redrawn"]) == ("same", "changed")
    assert codes(answer) == ["MAP-REDRAWN"]


def test_outside_of_the_project_the_page_asks_for_it(mapped: Program, tmp_path: Path) -> None:
    (tmp_path / "away").mkdir()
    away = Program(tmp_path / "away")
    answer = away.json("verify", mapped.folder / PAGE, code=1)
    assert codes(answer) == ["MAP-NO-PROJECT"]
    assert states(answer) == {"page": "same"}
    assert away.json("verify", mapped.folder / PAGE, "--project", mapped.folder)["current"]


SQUARE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"name": "方块"},
            "geometry": {
                "type": "Polygon",
                "coordinates": [[[121.4, 30.1], [121.41, 30.1], [121.41, 30.11], [121.4, 30.1]]],
            },
        }
    ],
}


def test_a_page_of_files_is_held_against_the_files_beside_it(landquota: Program) -> None:
    file = landquota.folder / "方块.geojson"
    file.write_text(json.dumps(SQUARE), "utf-8")
    landquota("map", "--layer", file, "-o", "out.html")
    assert landquota.json("verify", "out.html")["current"]
    file.write_text(json.dumps(SQUARE) + " ", "utf-8")
    assert codes(landquota.json("verify", "out.html", code=1)) == ["MAP-INPUT-CHANGED"]
    file.unlink()
    assert "方块.geojson, from which the page was drawn, is not there" in landquota("verify", "out.html", code=1).stderr


def test_the_pages_of_overlays_and_findings_name_what_they_were_made_of(demo: Program) -> None:
    demo("overlay", "coverage", "zones", "parcels", "--coverage", "zones", "--map", "c.html")
    answer = demo.json("verify", "c.html")
    assert list(states(answer)) == ["page", "zones.geojson", "parcels.geojson"]
    file = demo.folder / "x.geojson"
    file.write_text(json.dumps(SQUARE), "utf-8")
    demo("layer", "check", file, "--report", "f.html")
    assert states(demo.json("verify", "f.html")) == {"page": "same", "x.geojson": "same"}


def hostile(page: Path, **changed: Any) -> None:
    """Let the manifest of a page say something else, and seal it again as its writer would."""
    text = page.read_text("utf-8")
    before, after = text.split(OPENING)
    block, _, rest = after.partition("</script>")
    data = {**json.loads(block), **changed, "page": "0" * 64}
    blank = f"{before}{OPENING}{json.dumps(data, separators=(',', ':'))}</script>{rest}"
    page.write_text(blank.replace("0" * 64, hashlib.sha256(blank.encode()).hexdigest(), 1), "utf-8", newline="")


NAMES = ("../secret.txt", "/etc/hostname", "C:secret.txt", "..\\secret.txt", "", ".", "..", "\x00", "sub/secret.txt")


def test_a_manifest_opens_no_file_but_those_beside_the_page(landquota: Program) -> None:
    folder = landquota.folder / "inner"
    (folder / "sub").mkdir(parents=True)
    for place in (landquota.folder, folder / "sub"):
        (place / "secret.txt").write_text("x", "utf-8")
    page = folder / "out.html"
    write(sample_view(), page)
    x = hashlib.sha256(b"x").hexdigest()
    for name in NAMES:
        hostile(page, inputs=[{"file": name, "layer": "", "sha256": x}])
        report = currency(page, None)
        assert [finding.code for finding in report.findings] == ["MAP-INPUT-MISSING"], name


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"as_of": ""}, "MAP-MANIFEST-BROKEN"),
        ({"ledger_head": ""}, "MAP-LEDGER-UNKNOWN"),
        ({"ledger_head": "ab" * 32}, "MAP-LEDGER-UNKNOWN"),
        ({"landquota": "\x1b[31m\u202e"}, "MAP-VERSION"),
        ({"inputs": [{"file": "\x1b[2Jx", "layer": "\x07", "sha256": "ab" * 32}]}, "MAP-INPUT-MISSING"),
        ({"inputs": [{"file": "*", "layer": "", "sha256": "ab" * 32}]}, "MAP-INPUTS-CHANGED"),
        ({"inputs": 3}, "MAP-MANIFEST-BROKEN"),
    ],
)
def test_a_hostile_manifest_of_a_sheet_gives_findings(mapped: Program, changed: dict[str, Any], code: str) -> None:
    hostile(mapped.folder / PAGE, **changed)
    report = currency(mapped.folder / PAGE, open_project(mapped.folder))
    assert [finding.code for finding in report.findings] == [code]
    said = [text for finding in report.findings for text in (finding.message("zh"), finding.remedy("en"))]
    said += [check.subject + check.layer for check in report.checks]
    assert not re.search("[\x00-\x1f\u202e]", "".join(said))


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"as_of": "0001-01-01"}, 1),
        ({"as_of": "9999-12-31"}, 1),
        ({"inputs": []}, 1),
        ({"language": "zh"}, 1),
        ({"sheet": "{x} {0.__class__} %s\x1b[2J"}, 2),
        ({"landquota": "\x1b[31m\u202e"}, 1),
    ],
)
def test_whatever_a_manifest_says_the_command_does_not_break(
    mapped: Program, changed: dict[str, Any], code: int
) -> None:
    hostile(mapped.folder / PAGE, **changed)
    run = mapped("verify", PAGE, code=code)
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", run.stdout + run.stderr)


def test_a_file_without_a_sound_manifest_says_so(landquota: Program) -> None:
    file = landquota.folder / "x.html"
    for content, code in (
        (b"", "MAP-MANIFEST-NONE"),
        (b"<html>", "MAP-MANIFEST-NONE"),
        (OPENING.encode(), "MAP-MANIFEST-BROKEN"),
        (OPENING.encode() + b"</script>", "MAP-MANIFEST-BROKEN"),
    ):
        file.write_bytes(content)
        report = currency(file, None)
        assert [finding.code for finding in report.findings] == [code]
        assert (report.manifest, report.checks) == (None, ())
    answer = landquota.json("verify", "x.html", code=1)
    assert (codes(answer), answer["manifest"]) == (["MAP-MANIFEST-BROKEN"], None)
    assert "Remedy" in landquota("verify", "x.html", code=1).stderr


def test_a_file_that_is_not_there_is_named(landquota: Program) -> None:
    assert "nowhere.html" in landquota("verify", "nowhere.html", code=1).stderr
