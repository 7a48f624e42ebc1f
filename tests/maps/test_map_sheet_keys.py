"""The TOML of a map sheet: every key is checked, and everything that is wrong is said at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from program import Program

from landquota.errors import UsageError
from landquota.findings import FindingsError
from landquota.maps.publication import PUBLIC_FIELDS, Publication
from landquota.maps.sheet import Sheet, read_sheets
from landquota.maps.sheet_keys import check

Said = list[tuple[str, str | None, str, str]]


def said(folder: Path, **files: str) -> Said:
    """Return code, file, message and remedy of all findings about the sheets of a folder."""
    for name, content in files.items():
        (folder / f"{name}.toml").write_text(content, "utf-8")
    with pytest.raises(FindingsError) as refused:
        read_sheets(folder)
    return [(f.code, f.place.file, f.message("en"), f.remedy("en")) for f in refused.value.findings]


def sheets_in(folder: Path, *, only: str | None = None, **files: str) -> list[Sheet]:
    for name, content in files.items():
        (folder / f"{name}.toml").write_text(content, "utf-8")
    return read_sheets(folder, only=only)


def test_everything_that_is_wrong_with_all_sheets_is_said_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "maps"
    folder.mkdir()
    one = """
        [sheet]
        titel = "x"
        layers = 3
        [stages.planned]
        fill = "red"
        [stages.plannned]
        fill = "#ffffff"
        [public]
        precision_m = "50"
        fields = ["id", "owner"]
    """
    found = said(folder, one=one, two="[sheet", three='[sheet]\ntitle = "三"\n[extra]\n')
    assert {(code, file, message) for code, file, message, _ in found if code != "SHEET-UNREADABLE"} == {
        ("SHEET-KEY-MISSING", "maps/one.toml", "sheet.title is missing"),
        ("SHEET-KEY-UNKNOWN", "maps/one.toml", "sheet.titel is no key of a map sheet"),
        ("SHEET-KEY-UNKNOWN", "maps/one.toml", "stages.plannned is no key of a map sheet"),
        ("SHEET-KEY-UNKNOWN", "maps/three.toml", "extra is no key of a map sheet"),
        ("SHEET-VALUE", "maps/one.toml", "sheet.layers = 3 cannot be used"),
        ("SHEET-VALUE", "maps/one.toml", 'stages.planned.fill = "red" cannot be used'),
        ("SHEET-VALUE", "maps/one.toml", 'public.precision_m = "50" cannot be used'),
        ("SHEET-VALUE", "maps/one.toml", 'public.fields = ["id", "owner"] cannot be used'),
    }
    assert [file for code, file, *_ in found if code == "SHEET-UNREADABLE"] == ["maps/two.toml"]
    needed = {message: remedy for _, _, message, remedy in found}
    assert needed["sheet.titel is no key of a map sheet"] == (
        "Did you mean sheet.title? Known here: sheet.id, sheet.title, sheet.title_en, sheet.layers, sheet.opens_on; "
        "maps/README.md explains each."
    )
    assert "Did you mean stages.planned?" in needed["stages.plannned is no key of a map sheet"]
    assert needed["sheet.layers = 3 cannot be used"] == 'Write it like this: ["zones", "parcels"]'
    assert all(f'"{field}"' in needed['public.fields = ["id", "owner"] cannot be used'] for field in PUBLIC_FIELDS)


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("id = 7", "sheet.id = 7"),
        ('id = "../x"', 'sheet.id = "../x"'),
        ('id = ""', 'sheet.id = ""'),
        ("title_en = true", "sheet.title_en = true"),
        ("layers = []", "sheet.layers = []"),
        ('layers = ["zones", "zones"]', 'sheet.layers = ["zones", "zones"]'),
        ("opens_on = 2021-06-23", 'sheet.opens_on = "2021-06-23"'),
        ("opens_on = nan", 'sheet.opens_on = "nan"'),
        (f'opens_on = ["{"x" * 200}"]', f'sheet.opens_on = ["{"x" * 78}…'),
    ],
)
def test_a_value_of_another_kind_is_shown_as_it_was_written(tmp_path: Path, line: str, found: str) -> None:
    ((code, _, message, _),) = said(tmp_path, x=f'[sheet]\ntitle = "x"\n{line}')
    assert (code, message) == ("SHEET-VALUE", f"{found} cannot be used")


@pytest.mark.parametrize("value", ["0.5", "10001", "-1", "true", "inf", "nan", '"fifty"'])
def test_a_precision_that_says_nothing_is_refused(tmp_path: Path, value: str) -> None:
    ((code, *_),) = said(tmp_path, x=f'[sheet]\ntitle = "x"\n[public]\nprecision_m = {value}')
    assert code == "SHEET-VALUE"


@pytest.mark.parametrize(
    "content", ["sheet = 3", 'stages = "x"\n[sheet]\ntitle = "x"', '[sheet]\ntitle = "x"\n[stages]\nplanned = 1']
)
def test_a_table_that_is_none_is_a_wrong_value(tmp_path: Path, content: str) -> None:
    assert "SHEET-VALUE" in {code for code, *_ in said(tmp_path, x=content)}


def test_two_sheets_of_one_name_are_refused(tmp_path: Path) -> None:
    (found,) = said(tmp_path, a='[sheet]\nid = "Quota"\ntitle = "a"', b='[sheet]\nid = "quota"\ntitle = "b"')
    assert found[0] == "SHEET-ID-TWICE"
    assert (
        found[2] == "Two map sheets are called 'quota', and one page would replace the other; the other sheet is a.toml"
    )


def test_a_broken_sheet_stops_the_others_only_where_all_are_wanted(tmp_path: Path) -> None:
    (good,) = sheets_in(tmp_path, only="good", good='[sheet]\ntitle = "g"', bad="[")
    assert good.title == "g"
    for wanted in (None, "bad"):
        with pytest.raises(FindingsError):
            read_sheets(tmp_path, only=wanted)


def test_what_a_sheet_does_not_say(tmp_path: Path) -> None:
    (sheet,) = sheets_in(tmp_path, 图='[sheet]\ntitle = "t"')
    assert (sheet.id, sheet.layers, sheet.opens_on) == ("图", None, None)
    assert sheet.publication == Publication(50.0, ("id", "class", "area"), "")


def test_a_sheet_says_what_may_be_published(tmp_path: Path) -> None:
    said = '[sheet]\ntitle = "t"\n[public]\nprecision_m = 100\nfields = []\nreview_number = "浙S(2026)12号"'
    (sheet,) = sheets_in(tmp_path, x=said)
    assert sheet.publication == Publication(100.0, (), "浙S(2026)12号")


def test_a_folder_without_a_sheet_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="holds no map sheet"):
        read_sheets(tmp_path)


NAMES = st.sampled_from(["title", "id", "layers", "planned", "fill", "precision_m", "fields", "", "{x}", "\u202e"])
PLAIN = st.recursive(
    st.booleans() | st.integers() | st.floats() | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(["sheet", "public", "stages", "x"]), PLAIN))
def test_whatever_a_sheet_holds_becomes_findings(settings: dict[str, object]) -> None:
    for finding in check(settings, "maps/x.toml"):
        assert finding.message("zh")
        assert finding.remedy("en")


def test_the_readme_of_the_sheets_explains_every_key() -> None:
    readme = (Path(__file__).parents[2] / "maps" / "README.md").read_text("utf-8")
    for key in ("id", "title", "title_en", "layers", "opens_on", "fill", "precision_m", "fields", "review_number"):
        assert f"{key}`" in readme
    for field in PUBLIC_FIELDS:
        assert f"`{field}`" in readme


def test_with_several_sheets_one_is_named_or_all_are_drawn(demo: Program) -> None:
    (demo.folder / "maps" / "b.toml").write_text('[sheet]\ntitle = "b"\n', "utf-8")
    run = demo("map", code=2)
    assert "There are several map sheets: b, quota" in run.stderr
    assert "landquota map --all" in run.stderr
    out = Path("maps/out")
    assert demo.json("map", "--all")["maps"] == [str(out / "b.html"), str(out / "quota.html")]
    assert demo.json("map", "b", "--public")["maps"] == [str(out / "b.public.html")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("quota", "--all"), "Give one of a map sheet, --all and --layer FILE"),
        (("--all", "--layer", "x.shp"), "Give one of a map sheet, --all and --layer FILE"),
        (("--layer", "x.shp", "--public"), "A file has no public edition"),
        (("--all", "-o", "x.html"), "one output file"),
        (("-o", "x.png"), "drawn with --png"),
        (("--png", "-o", "x.html"), "drawn with --png"),
    ],
)
def test_options_that_do_not_fit_together_are_refused(demo: Program, arguments: tuple[str, ...], said: str) -> None:
    assert said in demo("map", *arguments, code=2).stderr
