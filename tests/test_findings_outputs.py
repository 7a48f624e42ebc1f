"""Findings as files: a workbook, a GeoPackage and a page, in which no text of the data can run."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
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
from program import Program
from rich.console import Console
from shapely import Point, Polygon, box

from landquota.area import Area, Unit
from landquota.errors import InputError
from landquota.findings import Finding, Place
from landquota.i18n import current_language
from landquota.layers import FeatureCheck, LayerCheck
from landquota.maps import findings_page
from landquota.maps.findings_page import CheckedLayer, findings_view
from landquota.maps.manifest import NO_SOURCES
from landquota.reports import findings_layer, findings_workbook
from landquota.reports.findings_layer import Found
from landquota.reports.findings_places import placed
from landquota.reports.findings_rows import HEADINGS
from landquota.reports.findings_workbook import CheckedFile
from landquota.reports.layers_terminal import show_check, show_checks

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
    sheets = saved(tmp_path / "f.xlsx", (*FINDINGS, NULL, NULL))
    rows = [row for row in sheets["Summary"].iter_rows(values_only=True) if any(row)]
    assert [row[0] for row in rows[:2]] == ["红线.shp", "Findings: 5 error(s), 0 warning(s), 2 note(s)"]
    assert rows[2] == ("Severity", "Code", "Number", "Who acts", "The first of them")
    assert rows[4] == ("error", "GEOM-NULL", 3, "surveyor", NULL.message("en"))
    assert list(saved(tmp_path / "zh.xlsx", language="zh", title="t")) != list(sheets)


def test_the_files_stand_in_a_table_of_their_own(tmp_path: Path) -> None:
    sources = [CheckedFile("a.shp", 12, Area.of("1234.56", Unit.M2), 2, 1), CheckedFile("b.shp", None, None, 1, 0)]
    sheet = saved(tmp_path / "f.xlsx", sources=sources)["Files"]
    assert list(sheet.iter_rows(values_only=True)) == [
        ("File", "Features", "Ellipsoid (m²)", "Errors", "Warnings"),
        ("a.shp", 12, 1234.56, 2, 1),
        ("b.shp", "not read", None, 1, 0),
    ]


def test_every_sheet_prints_across_and_long_ones_repeat_their_heading(tmp_path: Path) -> None:
    sheets = saved(tmp_path / "f.xlsx", sources=[CheckedFile("a.shp", 1, None, 0, 0)])
    for sheet in sheets.values():
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (
            "landscape",
            1,
            0,
        )
        assert sheet.sheet_properties.pageSetUpPr is not None
        assert sheet.sheet_properties.pageSetUpPr.fitToPage is True
    assert [sheets[name].print_title_rows for name in ("Files", "Findings")] == ["$1:$1"] * 2


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1", "#N/A", "=cmd|' /C calc'!A0"])
def test_a_text_never_becomes_a_formula(start: str, tmp_path: Path) -> None:
    place = Place(file=start, column=start, feature=start)
    evil = Finding("SEED-CELL", place, {"problem": start, "remedy": start})
    sheets = saved(tmp_path / "f.xlsx", [evil], title=start, sources=[CheckedFile(start, 1, None, 0, 0)])
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
    findings_layer.write([Found(findings, None)], tmp_path / "f.gpkg", language="zh")
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
        findings_layer.write([Found(FINDINGS[:: 1 - 2 * number], CRS)], layer, language="zh")
        findings_page.write(
            [CheckedLayer(layer_of(), FINDINGS[:: 1 - 2 * number])], page, sources=NO_SOURCES, language="zh", title="t"
        )
        digests.add((digest(book), digest(layer), digest(page)))
        with zipfile.ZipFile(book) as parts:
            assert {entry.date_time for entry in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2000-01-01T00:00:00.000Z" in layer.read_bytes()
    assert len(digests) == 1
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None


WRITERS: dict[str, Callable[[Path], None]] = {
    "f.xlsx": lambda path: findings_workbook.write(FINDINGS, path, language="en", title="t"),
    "f.gpkg": lambda path: findings_layer.write([Found(FINDINGS, CRS)], path, language="en"),
    "f.html": lambda path: findings_page.write(
        [CheckedLayer(None, FINDINGS)], path, sources=NO_SOURCES, language="en", title="t"
    ),
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
    findings_layer.write([Found(FINDINGS, CRS)], file, language="zh")
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
    findings_layer.write([Found(findings, None)], file, language="en")
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
    view = findings_view([CheckedLayer(layer_of(), FINDINGS)], language="en", title="红线.shp")
    (layer,) = view.layers
    assert [(one.id, one.class_key) for one in layer.features] == [("0", "sound"), ("1", "note")]
    assert [(one.key, one.count) for one in layer.classes] == [("note", 1), ("sound", 1)]
    assert layer.features[1].rows[0] == ("note PARCEL-ILLUSTRATIVE", OVERLAP.message("en"))
    assert view.notices == ("4 of 6 features cannot be drawn.",)
    codes = ["FILE-MISSING", "GEOM-NULL", "SEED-CELL", "FARMLAND-NO-DATA", "PARCEL-ILLUSTRATIVE"]
    assert [panel.subtitle for panel in view.panels] == [(code,) for code in codes]
    assert [panel.name for panel in view.panels] == [
        "There is no file …",
        "The feature has no geometry",
        "no number",
        FARMLAND.message("en"),
        "Zone …: … parcel(s) are illustrative (made up); their areas are shown, never compared with the ledger",
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
    view = findings_view([CheckedLayer(frame, (NULL, CELL))], language="en", title="t")
    assert (view.list_only, view.layers, len(view.panels)) == (True, (), 2)


def test_a_layer_without_findings_says_so() -> None:
    view = findings_view([CheckedLayer(layer_of().iloc[:1], ())], language="en", title="t")
    assert ([panel.name for panel in view.panels], view.tally, view.list_only) == (["Nothing was found"], "", False)


def test_only_so_much_is_listed_and_drawn_as_a_browser_bears(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings_page, "LISTED", 3)
    monkeypatch.setattr(findings_page, "DRAWN", 2)
    shapes = [box(EAST + 20 * n, NORTH, EAST + 20 * n + 9, NORTH + 9) for n in range(4)]
    names = ["A", "B", "C", "D"]
    found = [Finding("GEOM-NULL", Place(feature=name)) for name in ("D", "C", "X", "Y")]
    frame = geopandas.GeoDataFrame(geometry=shapes, crs=CRS)
    view = findings_view([CheckedLayer(frame, found, names)], language="en", title="t")
    assert [feature.id for feature in view.layers[0].features] == ["C", "D"]
    assert view.notices == ("2 features are drawn, those with findings first.",)
    assert sum(len(panel.findings) for panel in view.panels) == 3
    assert view.panels[-1].notes[0].text.startswith("1 more findings are not listed")


def test_what_is_rare_is_listed_beside_what_is_frequent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings_page, "LISTED", 5)
    found = [*(Finding("COORD-NONFINITE", Place(feature=str(n))) for n in range(9)), NULL, NULL]
    found = [replace(one, params={"vertex": 1, "x": 0, "y": 0}) for one in found]
    view = findings_view([CheckedLayer(None, found)], language="en", title="t")
    assert [(panel.subtitle, len(panel.findings)) for panel in view.panels[:-1]] == [
        (("COORD-NONFINITE",), 3),
        (("GEOM-NULL",), 2),
    ]
    assert view.panels[-1].notes[0].text.startswith("6 more findings are not listed")


def test_a_heading_says_what_its_findings_have_in_common() -> None:
    areas = {"column": "TBMJ", "declared": "2100", "planar": "2000.00", "ellipsoid": "1999.08", "unit": Unit.M2}
    params = areas | {"by": "+100.00", "percent": "+5.000%"}
    found = [Finding("AREA-FEATURE-FAR", Place(feature=name), params) for name in ("A", "B")]
    other = [found[0], replace(found[1], params=params | {"column": "MJ", "declared": "7"})]
    said = "declares … m²; measured are … m² planar and … m² on the ellipsoid (… m², …), far beyond the tolerance"
    for one, heading in ((found, f"TBMJ {said}"), (other, f"… {said}")):
        (panel,) = findings_view([CheckedLayer(None, one)], language="en", title="t").panels
        assert (panel.name, panel.subtitle) == (heading, ("AREA-FEATURE-FAR",))
        assert panel.verdict is not None
        assert panel.verdict.text == "error"
        assert {(item.code, item.word) for item in panel.findings} == {("", "")}
    figures = [Finding("CRS-UNKNOWN", Place(), {"x": float(n), "y": 0.5}) for n in range(2)]
    (panel,) = findings_view([CheckedLayer(None, figures)], language="en", title="t").panels
    assert "for example (…, …), fit none" in panel.name


def plots(crs: int | None, *, shift_m: float = 0.0) -> geopandas.GeoDataFrame:
    """Return two squares drawn on the ground of EPSG:4549, in another system."""
    shapes = [box(EAST + shift_m + 30 * n, NORTH, EAST + shift_m + 30 * n + 20, NORTH + 20) for n in range(2)]
    frame = geopandas.GeoDataFrame({"parcel": ["P-1", "P-2"]}, geometry=shapes, crs=CRS)
    if crs is None or crs == XIAN80:
        return frame.set_crs(crs, allow_override=True)
    return frame.to_crs(crs)


XIAN80 = 2385


def test_files_of_several_systems_are_drawn_on_one_page() -> None:
    frames = [plots(4549), plots(4490, shift_m=100), plots(XIAN80, shift_m=200), plots(None), None]
    checked = []
    for number, frame in enumerate(frames):
        file = f"{number}.gpkg"
        at = frame.geometry.iloc[0].centroid if frame is not None else Point(1, 1)
        finding = Finding("GEOM-INVALID", Place(file=file, feature="P-1", x=at.x, y=at.y), {"reason": "r"})
        checked.append(CheckedLayer(frame, [finding], ["P-1", "P-2"], file))
    view = findings_view(checked, language="en", title="t")
    (layer,) = view.layers
    assert [(one.id, one.name, one.class_key, one.rows[0]) for one in layer.features] == [
        ("0:P-1", "P-1", "error", ("File", "0.gpkg")),
        ("0:P-2", "P-2", "sound", ("File", "0.gpkg")),
        ("1:P-1", "P-1", "error", ("File", "1.gpkg")),
        ("1:P-2", "P-2", "sound", ("File", "1.gpkg")),
    ]
    assert view.notices == ("4 of 8 features cannot be drawn.",)
    (panel,) = view.panels
    assert [item.point is None for item in panel.findings] == [False, False, True, True, True]
    for item, feature in zip(panel.findings, layer.features[::2], strict=False):
        assert item.features == (feature.id,)
        assert item.point is not None
        assert feature.geometry.contains(Point(item.point))
    alone = findings_view(checked[2:3], language="en", title="t")
    assert len(alone.layers[0].features) == 2


def test_points_of_several_systems_are_brought_to_one(tmp_path: Path) -> None:
    found = []
    for number, crs in enumerate((4549, 4490, XIAN80, None)):
        at = plots(crs).geometry.iloc[0].centroid
        place = Place(file=f"{number}.gpkg", x=at.x, y=at.y)
        found.append(Found([Finding("FILE-MISSING", place, {"path": "a"})], None if crs is None else pyproj.CRS(crs)))
    file = tmp_path / "f.gpkg"
    findings_layer.write(found, file, language="en")
    points, rest = (pyogrio.read_dataframe(file, layer=name) for name in (findings_layer.POINTS, findings_layer.REST))
    assert points.crs == pyproj.CRS(4490)
    assert list(points["file"]) == ["0.gpkg", "1.gpkg"]
    assert points.geometry[0].distance(points.geometry[1]) < 1e-9
    assert points["x"].tolist() == [pytest.approx(EAST + 10), pytest.approx(points.geometry[1].x)]
    assert list(rest["file"]) == ["2.gpkg", "3.gpkg"]
    assert rest["x"].tolist() == [pytest.approx(EAST + 10)] * 2
    findings_layer.write(found[2:3], file, language="en")
    assert pyogrio.read_dataframe(file, layer=findings_layer.POINTS).crs == pyproj.CRS(XIAN80)


def test_a_finding_about_a_feature_is_inside_it(tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"parcel": ["A", "B", "C", "C", "D"]}, geometry=[
        box(EAST, NORTH, EAST + 90, NORTH + 90) - box(EAST + 1, NORTH + 1, EAST + 89, NORTH + 89),
        Polygon([(EAST, NORTH), (EAST + 9, NORTH + 9), (EAST + 9, NORTH), (EAST, NORTH + 9)]),
        *[box(EAST, NORTH, EAST + 9, NORTH + 9)] * 2,
        None,
    ], crs=CRS)  # fmt: skip
    places = [Place(file="a.gpkg", feature=name) for name in frame["parcel"]]
    features = tuple(FeatureCheck(str(place.feature), None, None, None, None, place) for place in places)
    elsewhere = [Place(file="other.gpkg", feature="A"), Place(file="a.gpkg"), replace(places[0], x=1.0, y=2.0)]
    findings = tuple(Finding("GEOM-NULL", place) for place in (*places, *elsewhere))
    report = LayerCheck(tmp_path / "a.gpkg", "a", "GeoPackage", CRS, None, features, findings, frame=frame)
    first, *rest = placed(report)
    assert first.place.x is not None
    assert first.place.y is not None
    assert frame.geometry[0].contains(Point(first.place.x, first.place.y))
    assert rest == list(findings[1:])
    assert placed(replace(report, frame=None)) == findings
    header = Place(file="a.txt", line=5)
    nameless = replace(features[0], place=header)
    (found,) = placed(replace(report, features=(nameless, *features[1:]), findings=(Finding("GEOM-NULL", header),)))
    assert found.place.x == first.place.x


def test_a_batch_of_several_systems_is_reported_in_every_form(landquota: Program, tmp_path: Path) -> None:
    folded = Polygon([(EAST, NORTH), (EAST + 9, NORTH + 9), (EAST + 9, NORTH), (EAST, NORTH + 9)])
    frame = geopandas.GeoDataFrame({"parcel": ["P-1"]}, geometry=[folded], crs=CRS)
    frame.to_file(tmp_path / "a.gpkg")
    frame.to_crs(4490).to_file(tmp_path / "b.gpkg")
    (tmp_path / "c.txt").write_text("nothing", "utf-8")
    targets = ["f.html", "f.gpkg", "f.xlsx"]
    options = [part for target in targets for part in ("--report", target)]
    landquota("layer", "check", "a.gpkg", "b.gpkg", "c.txt", *options, code=1)
    points = pyogrio.read_dataframe(tmp_path / "f.gpkg", layer=findings_layer.POINTS)
    assert list(points["file"]) == ["a.gpkg", "b.gpkg"]
    files = openpyxl.load_workbook(tmp_path / "f.xlsx")["Files"].iter_rows(min_row=2, values_only=True)
    assert [row[0:2] for row in files] == [("a.gpkg", 1), ("b.gpkg", 1), ("c.txt", "not read")]
    page = (tmp_path / "f.html").read_text("utf-8")
    assert "Findings in 3 files" in page
    assert all(file in page for file in ("a.gpkg", "b.gpkg", "c.txt"))


def printed(show: Callable[[Any, Console], None], what: Any) -> list[str]:
    """Return the lines that a view prints, in English."""
    file = io.StringIO()
    before = current_language.set("en")
    try:
        show(what, Console(file=file, width=200))
    finally:
        current_language.reset(before)
    return [line.strip() for line in file.getvalue().splitlines()]


def report_on(*features: FeatureCheck, findings: Sequence[Finding] = (), frame: Any = ()) -> LayerCheck:
    return LayerCheck(Path("a.gpkg"), "a", "GeoPackage", CRS, None, features, tuple(findings), frame=frame)


def feature(name: str, measured_m2: float | None, declared: str | None, called: str | None = None) -> FeatureCheck:
    area = None if declared is None else Area.of(declared, Unit.M2)
    return FeatureCheck(name, called, measured_m2, measured_m2, area, Place(feature=name))


def test_totals_are_of_the_same_features() -> None:
    lines = printed(
        show_check, report_on(feature("A", 10.0, "10.00"), feature("B", None, "7.00"), feature("C", 5.0, None))
    )
    total = next(line for line in lines if line.startswith("Total"))
    assert total.split() == ["Total", "15.00", "15.00", "10.00"]
    assert "1 feature(s) have no area; the 7.00 m² that they declare are in no total" in lines
    assert "Declared areas stand at 1 of 2 measured features" in lines
    only_declared = printed(show_check, report_on(feature("A", None, "10.00"), feature("B", None, "7.00")))
    assert next(line for line in only_declared if line.startswith("Total")).split() == ["Total", "—", "—", "17.00"]
    assert "2 feature(s) have no area" in only_declared


def test_a_long_table_begins_with_what_does_not_match() -> None:
    features = [feature(f"F{n}", 10.0, "10.00" if n < 490 else "11.00") for n in range(500)]
    lines = printed(show_check, report_on(*features, feature("G", None, None)))
    rows = [line.split()[0] for line in lines if line.startswith("F") and line[1].isdigit()]
    assert rows == [f"F{n}" for n in (*range(490, 500), *range(10))]
    assert "480 more features; --json lists them all" in lines
    assert "1 feature(s) have no area" in lines
    heading = next(line for line in lines if line.startswith("Feature"))
    assert "Name" not in heading.split()
    named = printed(show_check, report_on(feature("A", 10.0, None, "地块 甲")))
    assert "Name" in next(line for line in named if line.startswith("Feature")).split()


def test_a_file_that_could_not_be_read_says_so_and_a_batch_says_why() -> None:
    refused = report_on(findings=[FARMLAND, LINE], frame=None)
    assert printed(show_check, refused)[1] == "GeoPackage · not read"
    lines = printed(show_checks, [refused, report_on(feature("A", 1.0, None))])
    assert "not read" in next(line for line in lines if line.startswith("a.gpkg"))
    assert lines[-1] == f"a.gpkg: {LINE.message('en')}"


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
        findings_page.write(
            [CheckedLayer(frame, found, names)], file, sources=NO_SOURCES, language=language, title=title
        )
        tab = new_tab(pipe)
        shown.append((tab, file))
        tab.open(file, width=1280, height=800)
        return tab

    yield show
    for tab, file in shown:
        assert tab.requests() == [file.as_uri()]
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
    assert texts(tab, ".lq-finding .lq-badge, .lq-found small") == [], "word and code stand in the heading"
    assert texts(tab, ".lq-section .lq-sub") == ["GEOM-NULL"]
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
