"""The ledger as text and back, verified and asserted, as a person does it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from program import Program

GRANT = (
    "ledger", "post", "grant", "--holder", "周巷镇", "--kind", "新增计划", "--year", "2024", "--area", "40亩",
    "--document", "D", "--date", "2024-03-01",
)  # fmt: skip
ASSERT = (
    "ledger", "assert", "available", "--holder", "周巷镇", "--kind", "新增计划", "--year", "2024",
    "--document", "慈自然资〔2024〕9号", "--as-of", "2024-12-31",
)  # fmt: skip


@pytest.fixture
def copy(demo: Program, tmp_path: Path) -> Program:
    """The same project without its workspace."""
    shutil.copytree(demo.folder, tmp_path / "copy", ignore=shutil.ignore_patterns("workspace"))
    return Program(tmp_path / "copy")


def test_a_ledger_is_written_as_text_and_made_again_from_it(demo: Program, copy: Program, tmp_path: Path) -> None:
    demo(*GRANT, "--reason", '第一行\n# "二"')
    target = tmp_path / "2024.journal"
    written = demo.json("ledger", "journal", "-o", target)
    assert written == {"file": str(target), "entries": 25, "ledger_head": demo.json("ledger", "verify")["ledger_head"]}
    data = target.read_bytes()
    assert data.startswith(b"landquota journal 1\n")
    assert b"\r" not in data
    assert demo("ledger", "journal", "-o", "-").stdout == data.decode()
    assert "Wrote 25 entries" in demo("ledger", "journal", "-o", tmp_path / "again.journal").stdout

    dry = copy("ledger", "restore", target, "--dry-run").stdout
    assert "25 entries to add" in dry
    assert not (copy.folder / "workspace" / "ledger.sqlite").exists()
    head = written["ledger_head"]
    assert copy.json("ledger", "restore", target) == {"entries_added": 25, "entries_present": 0, "ledger_head": head}
    assert "Restored: 0 entries added" in copy("ledger", "restore", target).stdout
    assert copy.json("ledger", "verify", "--head", head)["ok"], "also before the layers are built"
    copy("ledger", "journal", "-o", tmp_path / "copy.journal")
    assert (tmp_path / "copy.journal").read_bytes() == data


def test_a_journal_that_does_not_fit_is_refused_with_every_reason(demo: Program, copy: Program, tmp_path: Path) -> None:
    target = tmp_path / "old.journal"
    demo("ledger", "journal", "-o", target)
    altered = tmp_path / "altered.journal"
    altered.write_text(target.read_text("utf-8").replace("# 200 亩", "# 20 亩").replace("entry 5\n", ""), "utf-8")
    found = copy.json("ledger", "restore", altered, code=1)["error"]["findings"]
    assert {finding["code"] for finding in found} >= {"JOURNAL-REMARK", "JOURNAL-FIELD-TWICE"}
    assert all(finding["place"]["file"] == "altered.journal" and finding["place"]["line"] for finding in found)
    assert not (copy.folder / "workspace").exists()
    demo(*GRANT)
    run = demo("ledger", "restore", target, code=1)
    assert "is not in the journal" in run.stderr
    assert demo.json("ledger", "verify")["entries"] == 25
    assert "nowhere.journal" in demo("ledger", "restore", "nowhere.journal", code=1).stderr
    demo("ledger", "journal", "-o", demo.folder / "workspace" / "ledger.sqlite", code=2)
    assert demo.json("ledger", "verify")["ok"]


def test_a_total_is_asserted_or_refused_with_the_arithmetic(demo: Program) -> None:
    demo(*GRANT, "--key", "mine")
    run = demo(*ASSERT, "--value", "40亩", "--key", "total")
    assert "The ledger agrees: 40 mu" in run.stdout
    assert "Already there: total" in demo(*ASSERT, "--value", "40亩", "--key", "total").stdout
    run = demo(*ASSERT, "--value", "45亩", code=1)
    assert "asserted 45 − by the ledger 40 = difference 5 mu; entries behind it: mine 40 mu" in run.stderr
    error = demo.json(*ASSERT, "--value", "45亩", code=1)["error"]
    assert (error["difference_mu"], error["entries"]) == ("5", [{"key": "mine", "amount_mu": "40"}])
    assert demo.json("ledger", "verify")["entries"] == 26
    demo(*ASSERT[:-2], "--value", "40亩", code=2)


def test_a_difference_is_not_called_tampering(demo: Program) -> None:
    demo(*GRANT)
    said = ("ledger", "state", "available", *ASSERT[3:], "--value", "45亩")
    demo(*said)
    report = demo.json("ledger", "verify", code=1)
    assert (report["ok"], report["sound"]) == (False, True)
    assert [section["name"] for section in report["sections"] if section["problems"]] == ["controls"]
    run = demo("ledger", "verify", code=1)
    assert "Control totals: 1 statements, differences: 1" in run.stdout
    assert "a difference of 5 mu" in run.stderr
    assert "Nothing was altered, but documents state other totals than the ledger" in run.stderr


def test_verify_prints_every_section(demo: Program) -> None:
    lines = demo("ledger", "verify").stdout.splitlines()
    assert len(lines) == 7
    assert lines[0] == "Chain: 24 entries, all in order"
    assert lines[-1].startswith("Verified: 24 entries, all sections agree; head ")
    with closing(sqlite3.connect(demo.folder / "workspace" / "ledger.sqlite")) as raw:
        raw.execute("DROP TRIGGER entry_no_update")
        raw.execute("UPDATE entry SET document = 'forged' WHERE seq = 9")
        raw.commit()
    run = demo("ledger", "verify", code=1)
    assert "Chain: 24 entries, problems: 1" in run.stdout
    assert "The ledger was altered or is damaged" in run.stderr
    assert "entry 9" in run.stderr
