"""What is written: templates that can be filled in, exports that can be imported, texts that never run."""

from __future__ import annotations

import csv
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_samples import COUNTY, DECLARATIONS, FOOD, LAST, NOW, PLAN, TOWN, move, state
from program import Program

from landquota.area import Area, Unit
from landquota.formats.sheets.writing import new_book, new_sheet, saved, text_cell
from landquota.formats.tables import write_csv
from landquota.forms import Defaults, read_form
from landquota.forms.columns import FORMS
from landquota.forms.template import Choices, write_template
from landquota.forms.writer import Snapshot, write_entries
from landquota.ledger import Draft, Ledger, MovementDraft

HOSTILE = ("=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(A1)", "＝1", "'=1", "#REF!", "=1\n=2")
DAY = date(2018, 6, 1)


def snapshot(ledger: Ledger, as_of: date = LAST) -> Snapshot:
    return Snapshot(
        ledger.entries(as_of=as_of), ledger.positions(as_of), ledger.reservations(as_of), as_of, ledger.head
    )


def again(source: Ledger, folder: Path, language: str = "zh") -> Ledger:
    """Return a new ledger with the same declarations into which the export of `source` was imported."""
    path = folder / "out.xlsx"
    write_entries(path, snapshot(source), language=language)
    filled = read_form(path, defaults=Defaults(COUNTY))
    other = Ledger.open(folder / f"{language}.sqlite", create=True)
    other.import_all(DECLARATIONS, recorded=NOW)
    other.import_all(filled.drafts, recorded=NOW)
    return other


PROGRAMME: list[MovementDraft] = [
    move("request", COUNTY, "500亩", key="asked"),
    move("grant", COUNTY, "300.123455亩", request="asked", key="granted"),
    move("allot", COUNTY, "60亩", to=TOWN),
    move("reserve", TOWN, "12亩", key="held", expires=LAST, reason="=HYPERLINK(1)"),
    move("commit", TOWN, "5亩", reservation="held", parcel="P-1", clause="二(二)"),
    move("carry", COUNTY, "10亩", to_year=2019),
    move("grant", COUNTY, "1500.25公斤", kind=FOOD, key="food"),
    move("approve", COUNTY, "45亩", kind=None, year=None, batch="第1批次"),
    move("divide", COUNTY, "30亩", kind=None, year=None, batch="第1批次", parcel="P-1", deadline=LAST),
    move("supply", COUNTY, "10亩", kind=None, year=None, parcel="P-1", starts_by=LAST),
    move("transfer", COUNTY, "7亩", to=TOWN, key="wrong"),
]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_export_imported_into_another_ledger_gives_the_same_balances(
    tmp_path: Path, ledger: Ledger, language: str
) -> None:
    ledger.import_all(PROGRAMME, recorded=NOW)
    ledger.reverse("wrong", reason="误录", effective=date(2018, 7, 1), recorded=NOW)
    with again(ledger, tmp_path, language) as other:
        for day in (DAY, LAST):
            assert other.positions(day) == ledger.positions(day)
        assert other.reservations(LAST) == ledger.reservations(LAST)
        assert [entry.body for entry in other.entries()] == [entry.body for entry in ledger.entries()]


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amounts=st.lists(st.integers(1, 10**9 * 200_000), min_size=1, max_size=6),
    reason=st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), max_size=20),
)
def test_any_amount_and_reason_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, amounts: list[int], reason: str
) -> None:
    folder = tmp_path_factory.mktemp("round")
    drafts = [
        MovementDraft(
            movement="grant", holder=COUNTY, kind=PLAN, year=2018, amount=Area(units), effective=DAY,
            document="甬〔2018〕1号", reason=reason or None, key=f"k{number}",
        )
        for number, units in enumerate(amounts)
    ]  # fmt: skip
    with Ledger.open(folder / "ledger.sqlite", create=True) as ledger:
        ledger.import_all([*DECLARATIONS, *drafts], recorded=NOW)
        with again(ledger, folder) as other:
            assert [entry.body for entry in other.entries()] == [entry.body for entry in ledger.entries()]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_text_comes_back_unchanged_and_is_no_formula(tmp_path: Path, ledger: Ledger, hostile: str) -> None:
    ledger.import_all([move("grant", COUNTY, "1亩", reason=hostile, document=hostile.partition("\n")[0])], recorded=NOW)
    path = tmp_path / "a.xlsx"
    write_entries(path, snapshot(ledger), language="zh")
    cells = [c for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows() for c in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert [cell.value for cell in cells if cell.value == hostile]
    (draft,) = read_form(path, defaults=Defaults(COUNTY)).drafts
    assert isinstance(draft, MovementDraft)
    assert draft.reason == hostile


def test_a_tab_in_front_is_no_formula_either(tmp_path: Path) -> None:
    book = new_book()
    sheet = new_sheet(book, "a")
    sheet.append([text_cell(sheet, "\t=1")])
    path = tmp_path / "a.xlsx"
    path.write_bytes(saved(book))
    cell = openpyxl.load_workbook(path)["a"]["A1"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("\t=1", "s", True)
    write_csv(tmp_path / "a.csv", ["a"], [["\t=1"]])
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["a"], ["'\t=1"]]


def test_totals_are_the_sums_of_their_rows_and_kinds_stay_apart(tmp_path: Path, ledger: Ledger) -> None:
    ledger.import_all(PROGRAMME, recorded=NOW)
    ledger.post(state("granted", "500余亩", kind=PLAN, year=2017), recorded=NOW)
    path = tmp_path / "a.xlsx"
    write_entries(path, snapshot(ledger), language="en")
    sheet = openpyxl.load_workbook(path)["Balances"]
    heading = [cell.value for cell in sheet[2]]
    rows = [dict(zip(heading, (c.value for c in row), strict=True)) for row in sheet.iter_rows(min_row=3)]
    for total in (row for row in rows if row["Holder"] == "Total"):
        quota = (total["Quota kind"], total["Year"])
        own = [r for r in rows if r["Holder"] != "Total" and (r["Quota kind"], r["Year"]) == quota]
        for measure in ("Available", "Reserved", "Committed"):
            if isinstance(total[measure], int | float):
                parts = [Area.of(str(row[measure]), Unit.MU).units for row in own]
                assert Area(sum(parts)) == Area.of(str(total[measure]), Unit.MU)
    assert {row["Unit"] for row in rows} == {"mu", "kg"}
    assert {row["Granted"] for row in rows if row["Year"] == 2017} == {"≥ 500"}


def test_the_same_ledger_gives_the_same_bytes(tmp_path: Path, ledger: Ledger) -> None:
    ledger.import_all(PROGRAMME, recorded=NOW)
    for name in ("a.xlsx", "b.xlsx"):
        write_entries(tmp_path / name, snapshot(ledger), language="zh")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("form", FORMS)
def test_a_template_can_be_filled_in_and_imported(tmp_path: Path, ledger: Ledger, form: str, language: str) -> None:
    path = tmp_path / "a.xlsx"
    write_template(path, FORMS[form], Choices(ledger.holders(), ledger.kinds(), 2018), language=language)
    assert [f.code for f in read_form(path, defaults=Defaults(COUNTY)).findings] == ["FORM-EMPTY"]
    example = "示例" if language == "zh" else "Example"
    shown = read_form(path, sheet=example, defaults=Defaults(COUNTY))
    assert shown.findings == ()
    book = openpyxl.load_workbook(path)
    filling = book.worksheets[0]
    for number, row in enumerate(book[example].iter_rows(min_row=2, values_only=True), 2):
        for column, value in enumerate(row, 1):
            filling.cell(number, column).value = value
    book.save(path)
    filled = read_form(path, defaults=Defaults(COUNTY))
    assert filled.findings == ()
    assert _contents(filled.drafts) == _contents(shown.drafts)
    assert not any(receipt.already for receipt in ledger.import_all(filled.drafts, recorded=NOW))


def _contents(drafts: tuple[Draft, ...]) -> list[object]:
    return [(draft.key, draft.content) for draft in drafts]


def test_a_template_offers_what_the_project_has_and_prints_on_a4(tmp_path: Path, ledger: Ledger) -> None:
    path = tmp_path / "a.xlsx"
    write_template(path, FORMS["movements"], Choices(ledger.holders(), ledger.kinds(), 2018), language="zh")
    book = openpyxl.load_workbook(path)
    filling, choices = book.worksheets[0], book.worksheets[-1]
    assert [cell.value for cell in filling[1]][:6] == ["变动", "持有者", "转入", "指标类型", "年度", "面积(亩)"]
    assert choices.sheet_state == "hidden"
    offered = {column[0].value: [c.value for c in column[1:] if c.value] for column in choices.iter_cols()}
    assert offered["持有者"] == [holder.holder for holder in ledger.holders()]
    assert offered["指标类型"] == [kind.kind for kind in ledger.kinds()]
    assert {"下达", "分解", "预留", "冲正"} <= set(offered["变动"])
    validated = {str(rule.sqref): rule.formula1 for rule in filling.data_validations.dataValidation}
    assert validated["A2:A5001"].endswith(f"!$A$2:$A${len(offered['变动']) + 1}")
    assert (filling.freeze_panes, filling.page_setup.orientation, int(filling.page_setup.paperSize or 0)) == (
        "A2", "landscape", 9,
    )  # fmt: skip
    assert filling.print_title_rows in {"1:1", "$1:$1"}
    assert filling.column_dimensions["G"].number_format == "#,##0.###"
    assert filling.column_dimensions["A"].number_format == "@"


# --- the commands ----------------------------------------------------------------------------


def test_a_template_filled_in_goes_through_dry_run_import_and_export(demo: Program) -> None:
    demo("ledger", "template", "t.xlsx")
    before = demo.json("ledger", "log")
    dry = demo.json("ledger", "import", "t.xlsx", "--sheet", "Example", "--dry-run")
    assert (dry["entries_added"], dry["entries_present"], dry["refused"]) == (4, 0, False)
    changes = {(c["holder"], c["state"]): (c["before_mu"], c["after_mu"]) for c in dry["changes"]}
    assert changes[("慈溪市", "available")] == ("0", "240")
    assert demo.json("ledger", "log") == before
    assert "would be added" in demo("ledger", "import", "t.xlsx", "--sheet", "Example", "--dry-run").stdout
    assert demo.json("ledger", "import", "t.xlsx", "--sheet", "Example")["entries_added"] == 4
    again = demo.json("ledger", "import", "t.xlsx", "--sheet", "Example", "--dry-run")
    assert (again["entries_added"], again["entries_present"], again["changes"]) == (0, 4, [])
    written = demo.json("ledger", "export", "-o", "o.xlsx", "--as-of", "2030-12-31")
    assert written["entries"] == 5
    assert zipfile.is_zipfile(demo.folder / "o.xlsx")
    assert demo.json("ledger", "import", "o.xlsx")["entries_present"] == 5


def test_a_form_that_is_filled_in_is_only_replaced_when_asked(demo: Program) -> None:
    demo("ledger", "template", "t.xlsx")
    filled = (demo.folder / "t.xlsx").read_bytes() + b"filled in"
    (demo.folder / "t.xlsx").write_bytes(filled)
    assert "--overwrite" in demo.json("ledger", "template", "t.xlsx", code=1)["error"]["remedy"]
    assert (demo.folder / "t.xlsx").read_bytes() == filled
    demo("ledger", "template", "t.xlsx", "--overwrite")
    assert (demo.folder / "t.xlsx").read_bytes() != filled


def test_a_dry_run_of_what_would_be_refused_says_so_and_fails(demo: Program) -> None:
    path = demo.folder / "a.csv"
    path.write_text(
        "变动,持有者,指标类型,年度,面积(亩),日期,文号\n核销,慈溪市,新增计划,2018,9,2018.6.1,甬〔2018〕1号\n", "utf-8"
    )
    dry = demo.json("ledger", "import", path, "--dry-run", code=1)
    assert dry["refused"]
    assert [(f["code"], f["place"]["row"], f["place"]["column"]) for f in dry["findings"]] == [
        ("LEDGER-OVERDRAFT", 2, "面积(亩)")
    ]
    assert "would be refused" in demo("ledger", "import", path, "--dry-run", code=1).stdout


@pytest.mark.parametrize("arguments", [("template", "t.csv"), ("export", "-o", "a.pdf")])
def test_a_name_that_says_no_format_is_wrong_usage(demo: Program, arguments: tuple[str, ...]) -> None:
    assert arguments[-1] in demo("ledger", *arguments, code=2).stderr
