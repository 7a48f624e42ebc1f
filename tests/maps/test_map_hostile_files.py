"""Pages of every kind, through their own commands, from files in which every text is hostile."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import shapely
from browser import Pipe, new_tab, running
from hostile import EVIL, TEMPLATES, TRACES, UNQUOTED, check_nothing_ran, unseen
from overlay_files import box, save
from program import Program

pytestmark = pytest.mark.chromium

#: What a cell of a Shapefile holds, and what its column's name does.
SHORT = "</script><img src=x onerror=fired=1>{{7*7}}{%raw%}`${fired=1}`"
TINY = "{{7*7}}<b>"
#: A name that a file can have on every system.
FILE_NAME = "{{7+7}} {%raw%} `${fired=1}` '-(fired=1)-' __proto__"
#: Columns of the project's tables that hold words of a list, figures or dates, and nothing of anybody's own.
NOT_FREE = frozenset({
    *("topic", "flag", "level", "unit", "consumed_by", "covers_conversion", "valid_from", "valid_to", "carry"),
    *("measure", "movement", "area", "date", "value", "as_of", "year", "basis", "year_inferred", "date_printed"),
    *("expires", "kind", "file", "layer", "crs", "encoding", "nature", "coverage"),
})  # fmt: skip
#: Columns of layers that hold such.
FIXED = frozenset({"nature", "approved_on", "requisitioned_on", "supplied_on", "started_on", "completed_on"})


@pytest.fixture(scope="module")
def pipe(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipe]:
    with running(chromium, tmp_path_factory.mktemp("profile")) as started:
        yield started


# --- the project's own sheet ------------------------------------------------------------------------


def make_hostile(project: Path, words: str) -> None:
    """Append hostile words to every text in a project that is nobody's but the user's own."""

    def evil(text: str) -> str:
        return text + words if text else text

    for table in (*project.glob("seeds/*.csv"), project / "layers" / "catalog.csv"):
        kept = NOT_FREE | ({"name"} if table.name == "catalog.csv" else set())
        with table.open(encoding="utf-8-sig", newline="") as content:
            rows = list(csv.DictReader(content))
        with table.open("w", encoding="utf-8-sig", newline="") as content:
            writer = csv.DictWriter(content, list(rows[0]))
            writer.writeheader()
            writer.writerows({name: cell if name in kept else evil(cell) for name, cell in row.items()} for row in rows)
    for file in project.glob("layers/*.geojson"):
        layer = json.loads(file.read_text("utf-8"))
        for feature in layer["features"]:
            given = feature["properties"]
            feature["properties"] = {name: given[name] if name in FIXED else evil(given[name]) for name in given}
        file.write_text(json.dumps(layer, ensure_ascii=False), "utf-8")
    settings = project / "seeds" / "project.toml"
    text = settings.read_text("utf-8")
    for name in ("name", "name_en", "holder"):
        text = replaced(text, name, words)
    settings.write_text(text, "utf-8")
    sheet = project / "maps" / "quota.toml"
    text = sheet.read_text("utf-8")
    for name in ("title", "title_en", "opens_on"):
        text = replaced(text, name, words)
    sheet.write_text(text, "utf-8")


def replaced(toml: str, name: str, words: str) -> str:
    """Return a TOML text in which a string has hostile words appended."""
    lines = toml.splitlines()
    (at,) = (at for at, line in enumerate(lines) if line.startswith(f"{name} = "))
    value = lines[at].split('"')[1]
    lines[at] = f"{name} = {json.dumps(value + words)}"
    return "\n".join(lines) + "\n"


def project_sheet(program: Program, words: str) -> tuple[Path, list[str]]:
    program("demo")
    project = Program(program.folder / "landquota-demo")
    make_hostile(project.folder, words)
    for built in (project.folder / "workspace").iterdir():
        built.unlink()
    project("build")
    project("map", "quota")
    shown = ["GHW-01", "Guanhaiwei Smart-Appliance Town", "GHW-P03", "Cixi: land quota reconciliation", "Zones"]
    return project.folder / "maps" / "out" / "quota.html", [text + words for text in shown]


# --- one file ---------------------------------------------------------------------------------------


def hostile_file(folder: Path, ending: str, shapes: Sequence[shapely.Geometry], **columns: str) -> Path:
    """Write a file with a hostile name, of which each feature has these texts; a GeoJSON names its layer, too."""
    texts: dict[str, Any] = {name: len(shapes) * [text] for name, text in columns.items()}
    written = save(folder / f"plain{ending}", shapes, **texts)
    if ending == ".geojson":
        written.write_text(json.dumps({**json.loads(written.read_text("utf-8")), "name": EVIL}), "utf-8")
    for part in folder.glob("plain.*"):
        part.rename(folder / f"{FILE_NAME}{part.suffix}")
    return written.with_name(f"{FILE_NAME}{ending}")


def one_file(program: Program, ending: str) -> tuple[Path, list[str]]:
    columns = {
        "__proto__": EVIL,
        "constructor": "".join(TEMPLATES),
        "<svg onload=fired=1>": "x",
        TINY: SHORT,
        "name": EVIL,
    }
    if ending == ".shp":
        columns = {TINY: SHORT, "__proto__": SHORT, "name": SHORT}
    file = hostile_file(program.folder, ending, [box(0, 0, 100, 100), box(100, 0, 200, 50)], **columns)
    program("map", "--layer", file, "-o", "page.html")
    inner = [f"{file.name} ({EVIL})"] if ending == ".geojson" else []
    return program.folder / "page.html", [*columns, *columns.values(), FILE_NAME, *inner]


def findings(program: Program) -> tuple[Path, list[str]]:
    bowtie = shapely.from_wkt(
        "POLYGON ((621000 3341000, 621100 3341100, 621100 3341000, 621000 3341100, 621000 3341000))"
    )
    shapes = [bowtie, bowtie, box(0, 0, 50, 50)]
    file = hostile_file(program.folder, ".gpkg", shapes, parcel=EVIL, name=SHORT, zone=EVIL)
    program("layer", "check", file, "--kind", "parcels", "--report", "page.html", code=1)
    return program.folder / "page.html", [SHORT, EVIL]


# --- overlays ---------------------------------------------------------------------------------------


def layer(program: Program, prefix: str, /, shapes: Sequence[shapely.Geometry], **columns: Any) -> Path:
    written = save(program.folder / "plain.gpkg", shapes, **columns)
    return written.rename(written.with_name(f"{prefix} {FILE_NAME}.gpkg"))


def parcels(program: Program) -> Path:
    shapes = [box(0, 0, 100, 100), box(100, 0, 200, 50), box(500, 0, 600, 100)]
    ids = [f"{letter}{EVIL}." for letter in "ABC"]
    return layer(program, "parcels", shapes, DKBH=ids, name=ids, **{TINY: ids})


def patches(program: Program, name: str = "patches", east: float = 0) -> Path:
    shapes = [box(-50 + east, -50, 50 + east, 150), box(50 + east, -50, 250 + east, 60), box(60, 60, 100, 99.995)]
    words = [f"{number}{EVIL}." for number in (1, 2, 3)]
    return layer(program, name, shapes, BSM=words, DLBM=words, DLMC=words, name=words)


def composition(program: Program) -> tuple[Path, list[str]]:
    program("overlay", "composition", parcels(program), patches(program), "--class", "DLBM", "--map", "page.html")
    return program.folder / "page.html", [f"A{EVIL}.", f"1{EVIL}."]


def conflicts(program: Program) -> tuple[Path, list[str]]:
    program(
        "overlay", "conflicts", parcels(program), f"basic_farmland={patches(program)}", "--map", "page.html", code=1
    )
    return program.folder / "page.html", [f"A{EVIL}.", f"1{EVIL}."]


def coverage(program: Program) -> tuple[Path, list[str]]:
    program("overlay", "coverage", parcels(program), patches(program), "--map", "page.html")
    return program.folder / "page.html", [f"A{EVIL}."]


def diff(program: Program) -> tuple[Path, list[str]]:
    old, new = patches(program), patches(program, "new", east=10)
    program("overlay", "diff", old, new, "--id", "BSM", "--map", "page.html")
    return program.folder / "page.html", [f"1{EVIL}."]


def unsupplied(program: Program) -> tuple[Path, list[str]]:
    program("overlay", "unsupplied", parcels(program), patches(program), "--batch", "DKBH", "--map", "page.html")
    return program.folder / "page.html", [f"A{EVIL}."]


KINDS: dict[str, Callable[[Program], tuple[Path, list[str]]]] = {
    "a project's sheet, templates": lambda program: project_sheet(program, UNQUOTED),
    "a project's sheet, markup": lambda program: project_sheet(program, SHORT),
    "a GeoPackage": lambda program: one_file(program, ".gpkg"),
    "a Shapefile": lambda program: one_file(program, ".shp"),
    "a GeoJSON": lambda program: one_file(program, ".geojson"),
    "findings": findings,
    "composition": composition,
    "conflicts": conflicts,
    "coverage": coverage,
    "diff": diff,
    "unsupplied": unsupplied,
}


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_files_run_nothing_anywhere(kind: str, landquota: Program, pipe: Pipe) -> None:
    page, expected = KINDS[kind](landquota)
    assert [path for path in landquota.folder.rglob("*") if path.name in TRACES] == []
    text = page.read_text("utf-8")
    assert "<img" not in text
    assert "{{" not in text.partition('id="lq-data">')[2]
    tab = new_tab(pipe)
    tab.open(page, width=1280, height=800)
    assert unseen(tab, expected) == []
    check_nothing_ran(tab, page)
    tab.close()
