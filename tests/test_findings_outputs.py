"""Findings as files: a workbook, a GeoPackage and a page, in which no text of the data can run."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pyproj
import pytest
import shapely
from browser import Pipe, Tab, new_tab, running
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet
from shapely import Point, Polygon, box

from landquota.errors import InputError
from landquota.findings import Finding, Place
from landquota.maps import findings_page
from landquota.maps.findings_page import findings_view
from landquota.reports import findings_layer, findings_workbook
from landquota.reports.findings_rows import HEADINGS

EAST, NORTH = 636_750.0, 3_341_000.0
CRS = pyproj.CRS(4549)
#: A warning, an error with a place, an error in a table, a note about a whole file.
OVERLAP = Finding(
    "PARCEL-ILLUSTRATIVE", Place(file="红线.shp", feature="1", x=EAST + 5, y=NORTH + 5), {"zone": "Z", "count": 1}
)
NULL = Finding("GEOM-NULL", Place(file="红线.shp", feature="2"))
CELL = Finding("SEED-CELL", Place(file="实体.csv", row=7, column="mu"), {"problem": "no number", "remedy": "Mend it."})
LINE = Finding("FILE-MISSING", Place(file="a.txt", line=12, x=EAST, y=NORTH + 0.125), {"path": "a.txt"})
FARMLAND = Finding("FARMLAND-NO-DATA", Place(file="layers/catalog.csv"))
FINDINGS = (FARMLAND, LINE, OVERLAP, CELL, NULL)
EVIL = '=HYPERLINK("http://example.invalid")</script><img src=x onerror=fired=1>{{fired=1}}${fired=1}\x00\x1b[31m\u202e'


def saved(path: Path, findings: Any = FINDINGS, **options: Any) -> dict[str, Worksheet]:
    findings_workbook.write(findings, path, **{"language": "en", "title": "红线.shp", **options})
    book = openpyxl.load_workbook(path)
    return {name: book[name] for name in book.sheetnames}


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_workbook_lists_every_finding_the_worst_first(tmp_path: Path) -> None:
    sheet = saved(tmp_path / "f.xlsx")["Findings"]
    heading, *rows = sheet.iter_rows(values_only=True)
    assert heading == tuple(text.render("en") for text in HEADINGS.values())
    assert [row[1] for row in rows] == [
        "FILE-MISSING",
        "GEOM-NULL",
        "SEED-CELL",
        "FARMLAND-NO-DATA",
        "PARCEL-ILLUSTRATIVE",
    ]
    assert rows[0] == (
        "error",
        "FILE-MISSING",
        "a.txt",
        12,
        None,
        None,
        EAST,
        NORTH + 0.125,
        LINE.message("en"),
        LINE.remedy("en"),
        "clerk",
    )
    assert rows[2][2:6] == ("实体.csv", 7, "mu", None)
    assert {cell.fill.fgColor.rgb for cell in sheet["A"][1:]} == {"00F6CFCB", "00E3EAF0"}
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:K6")
    assert sheet["I2"].alignment.wrap_text is True
    assert sheet.column_dimensions["I"].width == 60


def test_the_summary_counts_by_severity_and_code(tmp_path: Path) -> None:
    sheets = saved(tmp_path / "f.xlsx", (*FINDINGS, NULL, NULL), sources=("红线.shp (EPSG:4549)",))
    rows = [row for row in sheets["Summary"].iter_rows(values_only=True) if any(row)]
    assert [row[0] for row in rows[:3]] == [
        "红线.shp",
        "红线.shp (EPSG:4549)",
        "Findings: 5 error(s), 0 warning(s), 2 note(s)",
    ]
    assert rows[3] == ("Severity", "Code", "Number", "Who acts", "The first of them")
    assert rows[5] == ("error", "GEOM-NULL", 3, "surveyor", NULL.message("en"))
    assert list(saved(tmp_path / "zh.xlsx", language="zh", title="t")) != list(sheets)


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "#N/A", "=cmd|' /C calc'!A0"])
def test_a_text_never_becomes_a_formula(start: str, tmp_path: Path) -> None:
    place = Place(file=start, column=start, feature=start)
    evil = Finding("SEED-CELL", place, {"problem": start, "remedy": start})
    sheets = saved(tmp_path / "f.xlsx", [evil], title=start, sources=[start])
    cells = [cell for sheet in sheets.values() for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert [cell.data_type for cell in cells if isinstance(cell.value, str)].count("s") >= 15
    shown = sheets["Findings"]["C2"]
    assert shown.value == start.replace("\t", "�")
    assert bool(shown.quotePrefix) == (start[0] in "=+-@＝")
    with zipfile.ZipFile(tmp_path / "f.xlsx") as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist())


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.characters()))
def test_any_text_can_be_written_and_what_cannot_be_shown_is_seen(tmp_path: Path, name: str) -> None:
    findings = [Finding("GEOM-NULL", Place(file="a.shp", feature=name))]
    shown = saved(tmp_path / "f.xlsx", findings)["Findings"]["F2"].value or ""
    assert len(shown) == len(name)
    findings_layer.write(findings, tmp_path / "f.gpkg", crs=None, language="zh")
    table = pyogrio.read_dataframe(tmp_path / "f.gpkg", layer=findings_layer.REST)
    assert len(table["feature"][0] or "") == len(name)


def test_a_text_longer_than_a_cell_is_cut_visibly(tmp_path: Path) -> None:
    findings = [Finding("GEOM-NULL", Place(file="a.shp", feature="长" * 40_000))]
    shown = saved(tmp_path / "f.xlsx", findings)["Findings"]["F2"].value
    assert (len(shown), shown[-2:]) == (32_767, "长…")


def test_coordinates_that_are_no_numbers_are_texts(tmp_path: Path) -> None:
    place = Place(file="a.shp", feature="1", x=float("inf"), y=float("nan"))
    row = saved(tmp_path / "f.xlsx", [Finding("GEOM-NULL", place)])["Findings"][2]
    assert [(cell.value, cell.data_type) for cell in row[6:8]] == [("inf", "s"), ("nan", "s")]


def test_what_a_sheet_cannot_hold_is_counted(tmp_path: Path) -> None:
    sheets = saved(tmp_path / "f.xlsx", sheet_rows=4)
    assert [row[1] for row in sheets["Findings"].iter_rows(min_row=2, values_only=True)] == [
        "FILE-MISSING",
        "GEOM-NULL",
        "SEED-CELL",
    ]
    said = [row[0] for row in sheets["Summary"].iter_rows(values_only=True)]
    assert "The first 3 of 5 findings are listed; a sheet holds no more." in said
    numbers = [row[2] for row in sheets["Summary"].iter_rows(values_only=True) if isinstance(row[2], int)]
    assert sum(numbers) == 5
    assert findings_workbook.SHEET_ROWS == 1_048_576


def test_the_same_findings_give_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digests = set()
    for number, zone in enumerate(("Asia/Shanghai", "UTC")):
        monkeypatch.setenv("TZ", zone)
        book, layer, page = (tmp_path / str(number) / f"f.{kind}" for kind in ("xlsx", "gpkg", "html"))
        findings_workbook.write(FINDINGS[:: 1 - 2 * number], book, language="zh", title="t")
        findings_layer.write(FINDINGS[:: 1 - 2 * number], layer, crs=CRS, language="zh")
        findings_page.write(layer_of(), FINDINGS[:: 1 - 2 * number], page, language="zh", title="t")
        digests.add((digest(book), digest(layer), digest(page)))
        with zipfile.ZipFile(book) as parts:
            assert {entry.date_time for entry in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2000-01-01T00:00:00.000Z" in layer.read_bytes()
    assert len(digests) == 1
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


WRITERS: dict[str, Callable[[Path], None]] = {
    "f.xlsx": lambda path: findings_workbook.write(FINDINGS, path, language="en", title="t"),
    "f.gpkg": lambda path: findings_layer.write(FINDINGS, path, crs=CRS, language="en"),
    "f.html": lambda path: findings_page.write(None, FINDINGS, path, language="en", title="t"),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_is_replaced_whole_or_left_alone(name: str, tmp_path: Path) -> None:
    file = tmp_path / "new" / name
    WRITERS[name](file)
    before = digest(file)
    WRITERS[name](file)
    assert (digest(file), [one.name for one in file.parent.iterdir()]) == (before, [name])
    (tmp_path / "a file").write_text("", "utf-8")
    folder = tmp_path / "folder" / name
    folder.mkdir(parents=True)
    for target in (tmp_path / "a file" / name, folder):
        with pytest.raises(InputError, match=rf"^Cannot write .*{name}: "):
            WRITERS[name](target)
    assert sorted(one.name for one in tmp_path.rglob("*")) == sorted(["a file", "folder", "new", name, name])


def test_the_layer_has_points_and_a_table_of_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "f.gpkg"
    findings_layer.write(FINDINGS, file, crs=CRS, language="zh")
    assert [list(row) for row in pyogrio.list_layers(file)] == [["findings", "Point"], ["findings_without_place", None]]
    points = pyogrio.read_dataframe(file, layer="findings", fid_as_index=True)
    rest = pyogrio.read_dataframe(file, layer="findings_without_place")
    assert points.crs == CRS
    assert list(points["code"]) == ["FILE-MISSING", "PARCEL-ILLUSTRATIVE"]
    assert list(points.geometry) == [Point(EAST, NORTH + 0.125), Point(EAST + 5, NORTH + 5)]
    first = points.iloc[0].drop("geometry").to_dict()
    assert {name: value for name, value in first.items() if not pd.isna(value)} == {
        "rank": 1,
        "severity": "错误",
        "code": "FILE-MISSING",
        "message": LINE.message("zh"),
        "remedy": LINE.remedy("zh"),
        "actor": first["actor"],
        "file": "a.txt",
        "line": 12,
        "x": EAST,
        "y": NORTH + 0.125,
    }
    assert list(rest["code"]) == ["GEOM-NULL", "SEED-CELL", "FARMLAND-NO-DATA"]
    assert list(rest["rank"]) == [1, 1, 3]
    assert rest["column"][1] == "mu"


@pytest.mark.parametrize("findings", [(), (NULL,), (LINE,)], ids=["none", "nowhere", "a point"])
def test_a_layer_of_few_findings_opens_too(findings: tuple[Finding, ...], tmp_path: Path) -> None:
    file = tmp_path / "f.gpkg"
    findings_layer.write(findings, file, crs=None, language="en")
    infos = [pyogrio.read_info(file, layer=name) for name in ("findings", "findings_without_place")]
    assert sum(info["features"] for info in infos) == len(findings)
    assert infos[0]["geometry_type"] == "Point"


def layer_of() -> geopandas.GeoDataFrame:
    """Return six features: one is sound, one folded, one missing, one without an end, one a point, one on the Moon."""
    shapes = [box(EAST + 120 * n, NORTH, EAST + 120 * n + 100, NORTH + 100) for n in range(6)]
    shapes[1] = Polygon(
        [(EAST + 120, NORTH), (EAST + 220, NORTH + 100), (EAST + 220, NORTH), (EAST + 120, NORTH + 100)]
    )
    shapes[3] = Polygon([(EAST, NORTH), (np.inf, NORTH), (EAST, NORTH + 1)])
    shapes[5] = box(1e300, 0, 2e300, 1)
    geometries = np.array([*shapes[:2], None, shapes[3], Point(EAST, NORTH), shapes[5]], dtype=object)
    return geopandas.GeoDataFrame({"name": [f"地块 {n}" for n in range(6)]}, geometry=geometries, crs=CRS)


def test_the_page_draws_what_can_be_drawn_and_says_what_cannot() -> None:
    view = findings_view(layer_of(), FINDINGS, language="en", title="红线.shp")
    (layer,) = view.layers
    assert [(one.id, one.class_key) for one in layer.features] == [("0", "sound"), ("1", "note")]
    assert [(one.key, one.count) for one in layer.classes] == [("note", 1), ("sound", 1)]
    assert layer.features[1].rows[0] == ("note PARCEL-ILLUSTRATIVE", OVERLAP.message("en"))
    assert view.notices == ("4 of 6 features cannot be drawn.",)
    assert [panel.name for panel in view.panels] == [
        "FILE-MISSING",
        "GEOM-NULL",
        "SEED-CELL",
        "FARMLAND-NO-DATA",
        "PARCEL-ILLUSTRATIVE",
    ]
    (listed,) = view.panels[0].findings
    assert listed.text == f"a.txt · line 12 · (636750.000, 3341000.125): {LINE.message('en')}"
    assert listed.point is not None
    assert shapely.box(120, 30, 122, 31).contains(Point(listed.point))
    assert view.panels[2].findings[0].point is None
    assert view.list_only is False


@pytest.mark.parametrize(
    "frame",
    [None, layer_of().set_crs(None, allow_override=True), layer_of().iloc[[2, 4]]],
    ids=["not read", "no system", "nothing to draw"],
)
def test_what_cannot_be_drawn_is_listed(frame: geopandas.GeoDataFrame | None) -> None:
    view = findings_view(frame, (NULL, CELL), language="en", title="t")
    assert (view.list_only, view.layers, len(view.panels)) == (True, (), 2)


def test_a_layer_without_findings_says_so() -> None:
    view = findings_view(layer_of().iloc[:1], (), language="en", title="t")
    assert ([panel.name for panel in view.panels], view.tally, view.list_only) == (["Nothing was found"], "", False)


def test_only_so_much_is_listed_and_drawn_as_a_browser_bears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings_page, "LISTED", 3)
    monkeypatch.setattr(findings_page, "DRAWN", 2)
    shapes = [box(EAST + 20 * n, NORTH, EAST + 20 * n + 9, NORTH + 9) for n in range(4)]
    names = ["A", "B", "C", "D"]
    found = [Finding("GEOM-NULL", Place(feature=name)) for name in ("D", "C", "X", "Y")]
    frame = geopandas.GeoDataFrame(geometry=shapes, crs=CRS)
    view = findings_view(frame, found, language="en", title="t", names=names)
    assert [feature.id for feature in view.layers[0].features] == ["C", "D"]
    assert view.notices == ("2 features are drawn, those with findings first.",)
    assert sum(len(panel.findings) for panel in view.panels) == 3
    assert view.panels[-1].notes[0].text.startswith("1 more findings are not listed")


@pytest.fixture(scope="module")
def pipe(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipe]:
    with running(chromium, tmp_path_factory.mktemp("profile")) as started:
        yield started


Open = Callable[..., Tab]


@pytest.fixture
def open_page(pipe: Pipe, tmp_path: Path) -> Iterator[Open]:
    """Return a function that shows findings; nothing may have been asked for or gone wrong afterwards."""
    shown: list[tuple[Tab, Path]] = []

    def show(frame: Any, found: Any, *, title: str = "红线.shp", language: str = "zh", names: Any = None) -> Tab:
        file = tmp_path / f"{len(shown)}.html"
        findings_page.write(frame, found, file, language=language, title=title, names=names)
        tab = new_tab(pipe)
        shown.append((tab, file))
        tab.open(file, width=1280, height=800)
        return tab

    yield show
    for tab, file in shown:
        assert [url for url in tab.requests() if not url.startswith("data:")] == [file.as_uri()]
        assert tab.complaints() == []
        tab.close()


def texts(tab: Tab, selector: str) -> list[str]:
    found: list[str] = tab.evaluate(f"[...document.querySelectorAll({json.dumps(selector)})].map((e) => e.textContent)")
    return found


@pytest.mark.chromium
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_mark_leads_to_the_list_and_the_list_to_the_map_also_by_keyboard(open_page: Open, language: str) -> None:
    tab = open_page(layer_of(), FINDINGS, language=language)
    assert tab.evaluate("document.querySelectorAll('.lq-mark-icon svg.lq-at-error rect').length") == 1
    assert tab.evaluate("document.querySelectorAll('.lq-mark-icon svg.lq-at-note circle').length") == 1
    tab.evaluate("document.querySelector('.lq-mark-icon:has(.lq-at-note)').click()")
    (at,) = texts(tab, ".lq-finding.lq-at .lq-found")
    assert OVERLAP.message(language) in at
    assert tab.evaluate("document.activeElement.closest('.lq-finding').classList.contains('lq-at')") is True
    tab.press("ArrowUp", 38)
    tab.evaluate("document.activeElement.click()")
    tab.settle()
    (at,) = texts(tab, ".lq-finding.lq-at .lq-found")
    assert LINE.message(language) in at
    middle = tab.evaluate("(({ lng, lat }) => [lng, lat])(landquota.page.map.getCenter())")
    east, north = pyproj.Transformer.from_crs(4490, 4549, always_xy=True).transform(*middle)
    assert (east, north) == pytest.approx((EAST, NORTH), abs=60)


@pytest.mark.chromium
def test_a_list_without_a_map_fits_and_prints_on_pages(open_page: Open) -> None:
    tab = open_page(None, [Finding("GEOM-NULL", Place(feature=str(n))) for n in range(200)])
    assert tab.evaluate("getComputedStyle(document.querySelector('.folium-map')).display") == "none"
    assert tab.evaluate("document.documentElement.scrollWidth") <= 1280
    assert len(texts(tab, ".lq-finding")) == 200
    assert tab.evaluate("document.querySelectorAll('#lq-search, button.lq-found').length") == 0
    pdf = tab.call("Page.printToPDF", preferCSSPageSize=True)["data"]
    assert pdf
    tab.evaluate("document.querySelector('.lq-tally').click()")


@pytest.mark.chromium
def test_hostile_names_and_values_run_nothing_on_the_page(open_page: Open) -> None:
    frame = layer_of().iloc[:2].rename(columns={"name": EVIL.replace("\x00", "")})
    frame[EVIL.replace("\x00", "")] = EVIL
    place = Place(file=EVIL, column=EVIL, feature=EVIL, x=EAST + 5, y=NORTH + 5)
    evil = Finding("SEED-CELL", place, {"problem": EVIL, "remedy": EVIL})
    tab = open_page(frame, [evil, NULL], title=EVIL.replace("\x00", ""), names=[EVIL, "2"])
    for selector in (".lq-mark-icon", "button.lq-found", "summary", ".lq-tally", "#lq-legend input"):
        tab.evaluate(f"document.querySelectorAll({json.dumps(selector)}).forEach((one) => one.click())")
        tab.settle()
    assert tab.evaluate("typeof fired") == "undefined"
    assert tab.evaluate("document.querySelectorAll('img, iframe, [onerror], [src]').length") == 0
    assert any("<img src=x onerror=fired=1>" in said for said in texts(tab, "button.lq-found"))
