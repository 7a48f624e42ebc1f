"""Seed tables become drafts with their place; all problems of all files come back at once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from landquota.area import Area, Unit
from landquota.dates import parse_date
from landquota.errors import InputError
from landquota.ledger import (
    AllowanceDraft,
    Draft,
    HolderDraft,
    KindDraft,
    KindRuleDraft,
    Ledger,
    MovementDraft,
    StatementDraft,
)
from landquota.project import shipped_folder
from landquota.seeds import gone, read_seeds

DOCUMENTS = "document,issuer,title\nD1,某局,某文\n"
MOVEMENTS = "movement,holder,kind,area,date,document,key\n"


def folder(tmp_path: Path, **tables: str) -> Path:
    for name, content in {"documents": DOCUMENTS, **tables}.items():
        (tmp_path / f"{name}.csv").write_text(content, "utf-8")
    return tmp_path


def test_the_shipped_seeds_read_without_a_finding() -> None:
    seeds, findings = read_seeds(shipped_folder() / "seeds")
    assert findings == []
    request = next(d for d in seeds.drafts if isinstance(d, MovementDraft))
    assert (request.movement, request.holder, request.year) == ("request", "观海卫镇", 2018)
    assert request.amount == Area.of(200, Unit.MU)
    statements = {
        d.measure: d for d in seeds.drafts if isinstance(d, StatementDraft) and d.measure != "documented_area"
    }
    assert statements["requisitioned"].figure.bounds.to_json() == {"low": "500", "high": None}
    assert statements["granted"].basis == "interpreted"


def test_drafts_come_in_the_order_in_which_they_depend_on_each_other() -> None:
    seeds, _ = read_seeds(shipped_folder() / "seeds")
    order = [HolderDraft, KindDraft, StatementDraft, MovementDraft]
    ranks = [order.index(type(draft)) for draft in seeds.drafts]
    assert ranks == sorted(ranks)


def keys(tmp_path: Path, *rows: str) -> list[str | None]:
    seeds, findings = read_seeds(folder(tmp_path, movements=MOVEMENTS + "".join(rows)))
    assert findings == []
    return [draft.key for draft in seeds.drafts]


def test_a_draft_knows_its_row(tmp_path: Path) -> None:
    seeds, _ = read_seeds(folder(tmp_path, movements=MOVEMENTS + "grant,甲镇,统筹,10亩,2018-06-26,D1,\n"))
    (draft,) = seeds.drafts
    assert draft.place is not None
    assert (draft.place.file, draft.place.row) == ("movements.csv", 2)


def test_a_row_without_key_keeps_its_own_wherever_it_stands(tmp_path: Path) -> None:
    row, other = "grant,甲镇,统筹,10亩,2018-06-26,D1,\n", "grant,乙镇,统筹,10亩,2018-06-26,D1,\n"
    (alone,) = keys(tmp_path, row)
    assert keys(tmp_path, other, row)[1] == alone
    assert alone != keys(tmp_path, other)[0]
    # an amount that was edited meets its old key, so that the ledger sees the difference
    assert keys(tmp_path, row.replace("10亩", "11亩")) == [alone]
    assert keys(tmp_path, row, row) == [alone, f"{alone}:2"]


def test_the_ledger_names_entries_whose_row_is_gone(tmp_path: Path) -> None:
    recorded = datetime(2024, 1, 1, tzinfo=UTC)
    declared: list[Draft] = [
        HolderDraft(holder="甲县", level="county"),
        KindDraft(kind="统筹", name="统筹", covers_conversion=True),
    ]
    table = MOVEMENTS + "grant,甲县,统筹,10亩,2018-06-26,D1,\ngrant,甲县,统筹,20亩,2018-06-27,D1,mine\n"
    seeds, _ = read_seeds(folder(tmp_path, movements=table))
    with Ledger.open(tmp_path / "ledger.sqlite", create=True) as ledger:
        ledger.import_all([*declared, *seeds.drafts], recorded=recorded)
        assert gone(seeds.drafts, ledger.entries()) == []
        (found,) = gone([], ledger.entries())
        assert (found.code, found.severity) == ("SEED-ROW-GONE", "warning")
        key = seeds.drafts[0].key
        assert key is not None
        assert f"landquota ledger reverse {key}" in found.remedy("en")
        ledger.reverse(key, reason="x", effective=date(2018, 7, 1), recorded=recorded)
        assert gone([], ledger.entries()) == []


def test_every_problem_of_every_file_is_found_at_once(tmp_path: Path) -> None:
    movements = MOVEMENTS + "grant,甲镇,统筹,145 mou,2018-06-26,D1,a\ngrant,甲镇,统筹,500余亩,2018-02-30,D2,b\n"
    facts = "fact,statement_zh,statement_en,document,clause\nf,甲,a,D3,§一\n"
    kinds = "kind,name,unit,covers_conversion\n统筹,统筹指标,亩,maybe\n"
    _, findings = read_seeds(folder(tmp_path, movements=movements, facts=facts, quota_kinds=kinds))
    found = {(f.code, f.place.file, f.place.row, f.place.column) for f in findings}
    assert found == {
        ("SEED-CELL", "quota_kinds.csv", 2, "covers_conversion"),
        ("SEED-CELL", "movements.csv", 2, "area"),
        ("SEED-CELL", "movements.csv", 3, "area"),
        ("SEED-CELL", "movements.csv", 3, "date"),
        ("SEED-DOCUMENT-UNKNOWN", "movements.csv", 3, "document"),
        ("SEED-DOCUMENT-UNKNOWN", "facts.csv", 2, "document"),
    }
    cell = next(f for f in findings if f.place.file == "movements.csv" and f.place.row == 2)
    assert cell.message("en") == "'145 mou': the unit 'mou' is unknown"
    assert "Did you mean 'mu'?" in cell.remedy("en")


def test_rules_and_allowances_are_read_and_posted_once(tmp_path: Path) -> None:
    holders = "holder,level,parent\n甲县,county,\n"
    kinds = "kind,name,unit,covers_conversion\n统筹,统筹指标,亩,是\n"
    rules = "kind,carry,valid_from,valid_to,document\n统筹,是,2018-01-01,2018-12-31,D1\n统筹,否,2019-01-01,,D1\n"
    allowances = (
        "name,holder,kind,year,percent,valid_from,document,clause\n先行用地,甲县,统筹,2018,2.5,2018-07-01,D1,三\n"
    )
    tables = {"holders": holders, "quota_kinds": kinds, "kind_rules": rules, "allowances": allowances}
    seeds, findings = read_seeds(folder(tmp_path, **tables))
    assert findings == []
    first, second, allowed = seeds.drafts[2:]
    assert isinstance(first, KindRuleDraft)
    assert isinstance(allowed, AllowanceDraft)
    assert (first.carry, first.effective, first.valid_to) == (True, date(2018, 1, 1), date(2018, 12, 31))
    assert (allowed.name, allowed.year, allowed.percent, allowed.clause) == ("先行用地", 2018, "2.5", "三")
    assert len({first.key, second.key, allowed.key}) == 3
    assert all(str(draft.key).startswith("seeds:D1:") for draft in (first, second, allowed))
    recorded = datetime(2024, 1, 1, tzinfo=UTC)
    with Ledger.open(tmp_path / "ledger.sqlite", create=True) as ledger:
        assert len(ledger.import_all(seeds.drafts, recorded=recorded)) == 5
        again, _ = read_seeds(tmp_path)
        assert all(receipt.already for receipt in ledger.import_all(again.drafts, recorded=recorded))
        edited, _ = read_seeds(folder(tmp_path, kind_rules=rules.replace("是", "否")))
        (finding,) = ledger.check_all(edited.drafts)
        assert (finding.code, finding.place.file, finding.place.row) == ("LEDGER-KEY-CONFLICT", "kind_rules.csv", 2)


def test_a_rule_that_decides_nothing_is_no_rule(tmp_path: Path) -> None:
    rules = "kind,carry,valid_from,document\n统筹,,2018-01-01,D1\n统筹,也许,2018-01-01,D1\n"
    allowances = "name,holder,kind,percent,valid_from,document\na,甲县,统筹,,2018,D9\n"
    _, findings = read_seeds(folder(tmp_path, kind_rules=rules, allowances=allowances))
    assert {(f.code, f.place.file, f.place.row, f.place.column) for f in findings} == {
        ("SEED-CELL", "kind_rules.csv", 2, "carry"), ("SEED-CELL", "kind_rules.csv", 3, "carry"),
        ("SEED-CELL", "allowances.csv", 2, "percent"), ("SEED-CELL", "allowances.csv", 2, "valid_from"),
        ("SEED-DOCUMENT-UNKNOWN", "allowances.csv", 2, "document"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "day"),
    [("2018-06-26", date(2018, 6, 26)), ("2018/6/26", date(2018, 6, 26)), ("２０１８年6月26日", date(2018, 6, 26))],
)
def test_dates_as_clerks_write_them(written: str, day: date) -> None:
    assert parse_date(written) == day


@pytest.mark.parametrize("written", ["", "2018", "2018-02-30", "26.6.2018", "2018-6-26 12:00"])
def test_what_is_no_date_is_refused(written: str) -> None:
    with pytest.raises(InputError, match="is not a date"):
        parse_date(written)
