"""The commands of the calendar as a clerk uses them: year-end, periods, lapses, allowances and rules."""

from __future__ import annotations

import shlex

import pytest
from program import Program

TOWN, KIND, DOCUMENT = "观海卫镇", "新增计划", "慈自然资〔2019〕1号"
YEAR_END = ("ledger", "year-end", "2018")
OF_TOWN = ("--holder", TOWN, "--kind", KIND, "--year", "2018")
RULE = ("ledger", "rule", "--kind", KIND, "--carry", "yes", "--date", "2018-01-01", "--until", "2018-12-31")


def post(demo: Program, movement: str, area: str, *more: str, date: str = "2018-03-01") -> None:
    demo("ledger", "post", movement, *OF_TOWN, "--area", area, "--document", "D1", "--date", date, *more)


@pytest.fixture
def county(demo: Program) -> Program:
    """Return a project with a carried and a lapsing remainder."""
    post(demo, "grant", "100亩")
    post(demo, "reserve", "20亩", "--key", "R1", "--expires", "2018-05-01", "--reason", "公牛二期")
    post(demo, "reserve", "8亩", "--key", "R2")
    post(demo, "commit", "60亩")
    demo(*RULE, "--document", "D2", "--key", "rule")
    return demo


def available(demo: Program, year: int, *, as_of: str = "2020-12-31") -> str:
    rows = demo.json("ledger", "balance", "--holder", TOWN, "--as-of", as_of)["positions"]
    (found,) = (row["available_mu"]["low"] for row in rows if (row["kind"], row["year"]) == (KIND, year))
    return str(found)


def test_a_year_end_from_preview_to_commit_to_undo(county: Program) -> None:
    head = county.json("ledger", "verify")["ledger_head"]
    shown = county.json(*YEAR_END, "--document", DOCUMENT)
    assert (shown["committed"], shown["run"], shown["ledger_head"]) == (False, "year-end:2018:1", head)
    assert [(row["what"], row["amount_mu"], row["by"], row["source"]) for row in shown["rows"]] == [
        ("lapse", "20", "R1", "D1"), ("carry", "32", "rule", "D2"), ("stays_reserved", "8", "R2", "D1"),
    ]  # fmt: skip
    assert shown["sums"] == [
        {"kind": KIND, "what": "lapse", "amount_mu": "20"},
        {"kind": KIND, "what": "carry", "amount_mu": "32"},
        {"kind": KIND, "what": "stays_reserved", "amount_mu": "8"},
    ]
    done = county.json(*YEAR_END, "--document", DOCUMENT, "--commit", "--expect", shown["digest"])
    assert done["committed"]
    assert [{**row, "key": None} for row in done["rows"]] == shown["rows"]
    assert [row["key"] for row in done["rows"]] == ["year-end:2018:1:1", "year-end:2018:1:2", None]
    assert (available(county, 2018), available(county, 2019)) == ("0", "32")
    undone = county.json(*YEAR_END, "--undo", "--reason", "规定有误")
    assert (undone["run"], undone["entries_reversed"]) == ("year-end:2018:1", 2)
    assert (available(county, 2018), available(county, 2019)) == ("12", "0")
    assert county.json(*YEAR_END, "--document", DOCUMENT, "--commit")["run"] == "year-end:2018:2"


def test_the_preview_says_how_to_commit_it(county: Program) -> None:
    out = county(*YEAR_END, "--document", DOCUMENT, "--clause", "§三 (1)").stdout
    for words in ("Lapse", "20 mu", "Carry over", "32 mu", "may be carried by a rule (from 2018-01-01 to 2018-12-31)"):
        assert words in out
    assert "nothing was written" in out
    command = out.rpartition("Commit it with: ")[2]
    posted = county(*shlex.split(command)[1:]).stdout
    assert "Posted 2 entries as year-end:2018:1; ledger head" in posted
    again = county(*shlex.split(command)[1:]).stdout
    assert "Nothing is left to carry over, to expire or to lapse. Nothing was written." in again


def test_a_changed_year_end_is_not_committed(county: Program) -> None:
    digest = county.json(*YEAR_END, "--document", DOCUMENT)["digest"]
    post(county, "commit", "1亩")
    run = county(*YEAR_END, "--document", DOCUMENT, "--commit", "--expect", digest, code=1)
    assert f"no longer the one of the preview {digest}" in run.stderr
    assert available(county, 2018) == "11"


def test_what_was_used_in_the_new_year_cannot_be_undone(county: Program) -> None:
    county(*YEAR_END, "--document", DOCUMENT, "--commit")
    county("ledger", "post", "commit", "--holder", TOWN, "--kind", KIND, "--year", "2019", "--area", "30亩",
           "--document", "D", "--date", "2019-02-01")  # fmt: skip
    answer = county.json(*YEAR_END, "--undo", "--reason", "r", code=1)
    assert [finding["code"] for finding in answer["error"]["findings"]] == ["LEDGER-OVERDRAFT"]
    assert "short 30 mu" in answer["error"]["findings"][0]["message"]
    assert "nothing was written" in county(*YEAR_END, "--undo", "--reason", "r", code=1).stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((), "'--document'"),
        (("--undo",), "'--reason'"),
        (("--undo", "--reason", "r", "--commit"), "--undo goes with --reason and --date only"),
        (("--undo", "--reason", "r", "--document", "D"), "--undo goes with --reason and --date only"),
        (("--document", "D", "--reason", "r"), "--reason goes with --undo only"),
        (("--document", "D", "--expect", "00"), "--expect goes with --commit only"),
    ],
)
def test_options_that_do_not_fit_together(demo: Program, options: tuple[str, ...], words: str) -> None:
    assert words in demo(*YEAR_END, *options, code=2).stderr


def test_a_year_end_in_chinese(county: Program) -> None:
    assert available(county, 2018) == "12"
    out = county(*YEAR_END, "--document", DOCUMENT, LANDQUOTA_LANG="zh").stdout
    assert KIND in out
    assert "20 亩" in out


def test_closing_and_reopening(county: Program) -> None:
    county("ledger", "close", "--through", "2018-12-31", "--reason", "2018年度决算", "--key", "closed")
    refused = county.json(*YEAR_END, "--document", DOCUMENT, "--commit", code=1)
    assert refused["error"]["codes"] == ["LEDGER-PERIOD-CLOSED"]
    shown = county(*YEAR_END, "--document", DOCUMENT, code=1).stdout
    assert "2018-12-31 lies in a closed period: the books are closed through 2018-12-31 (entry closed)" in shown
    assert "Commit it with" not in shown
    county("ledger", "reopen", "--through", "2018-06-30", "--reason", "补录")
    assert county.json(*YEAR_END, "--document", DOCUMENT, "--commit")["committed"]
    county("ledger", "close", "--through", "2018-12-31", "--reason", "2018年度决算")
    county("ledger", "reopen", "--reason", "重新核算")
    post(county, "grant", "1亩", date="2018-01-01")
    assert "No period is closed" in county("ledger", "reopen", "--reason", "r", code=1).stderr
    assert county.json("ledger", "verify")["ok"]


def test_lapses_are_listed_then_posted(county: Program) -> None:
    lapse = ("ledger", "lapse", "--date", "2018-06-01", "--document", "D3")
    listed = county.json(*lapse, "--dry-run")
    assert [(row["key"], row["lapses_mu"]) for row in listed["lapses"]] == [("R1", "20")]
    assert listed["posted"] == []
    assert "Lapses due: 1. Nothing was written." in county(*lapse, "--dry-run").stdout
    assert "Lapses posted: 1; ledger head" in county(*lapse).stdout
    assert county.json(*lapse)["lapses"] == []
    assert "Lapses on 2018-06-01: none" in county(*lapse, "--dry-run").stdout
    assert available(county, 2018, as_of="2018-06-01") == "32"
    assert available(county, 2018, as_of="2018-05-31") == "12"


def test_reservations_are_listed_and_the_overdue_marked(county: Program) -> None:
    first, second = county.json("ledger", "reservations", "--as-of", "2018-05-02")["reservations"]
    assert first == {
        "key": "R1", "holder": TOWN, "kind": KIND, "year": 2018, "reserved_mu": "20", "left_mu": "20",
        "effective": "2018-03-01", "expires": "2018-05-01", "reason": "公牛二期", "zone": None, "parcel": None,
        "overdue": True,
    }  # fmt: skip
    assert (second["key"], second["expires"], second["overdue"]) == ("R2", None, False)
    assert county.json("ledger", "reservations", "--as-of", "2018-05-01")["reservations"][0]["overdue"] is False
    out = county("ledger", "reservations", "--as-of", "2018-05-02").stdout
    assert "2018-05-01 overdue" in out
    assert "公牛二期" in out


def test_an_allowance_is_used_and_ends(county: Program) -> None:
    allow = ("ledger", "allow", "--name", "先行用地", "--holder", TOWN, "--kind", KIND, "--percent", "5%")
    county(*allow, "--date", "2018-03-01", "--until", "2018-06-30", "--document", "D4")
    post(county, "commit", "17亩")
    run = county("ledger", "post", "commit", *OF_TOWN, "--area", "1亩", "--document", "D", "--date", "2018-03-01",
                 code=1)  # fmt: skip
    assert "over-limit allowance 5 % (先行用地) 5" in run.stderr
    assert available(county, 2018) == "-5"
    assert "-5" in county("ledger", "balance", "--holder", TOWN, "--as-of", "2018-12-31").stdout
    refused = county(*allow[:-1], "5‰", "--date", "2018-03-01", "--document", "D4", code=1)
    assert "'5‰' is not a percentage" in refused.stderr


def test_what_is_overdue_stands_below_the_balance_and_in_the_reconciliation(county: Program) -> None:
    for command in (("ledger", "balance"), ("reconcile",)):
        codes = [finding["code"] for finding in county.json(*command, "--as-of", "2019-12-31")["findings"]]
        assert {"LEDGER-RESERVATION-OVERDUE", "LEDGER-RULE-EXPIRED"} <= set(codes)
        assert "LEDGER-RULE-EXPIRED" in county(*command, "--as-of", "2019-12-31").stdout
    assert county.json("ledger", "balance", "--as-of", "2018-04-30")["findings"] == []
