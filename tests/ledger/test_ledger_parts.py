"""A long import is looked up, checked and written in parts, and is still one import."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from ledger_samples import COUNTY, DAY, DECLARATIONS, LAST, LATER, NOW, OTHER_TOWN, TOWN, at, move, mu

from landquota.findings import FindingsError
from landquota.ledger import Draft, Ledger, ReversalDraft

#: Every draft hangs on earlier ones, and so on what an earlier part has written.
DRAFTS: tuple[Draft, ...] = (
    *DECLARATIONS,
    move("request", TOWN, "80亩", key="ask"),
    move("grant", COUNTY, "100亩", key="grant"),
    move("allot", COUNTY, "70亩", to=TOWN, key="allot"),
    move("grant", TOWN, "30亩", key="named", request="ask"),
    move("reserve", TOWN, "40亩", key="kept", effective=LATER),
    move("commit", TOWN, "15亩", key="used", reservation="kept", effective=LATER),
    ReversalDraft(reverses="used", reason="误录", effective=LATER, key="back"),
    move("release", TOWN, "40亩", key="freed", reservation="kept", effective=LATER),
    move("transfer", TOWN, "60亩", to=OTHER_TOWN, key="moved", effective=date(2018, 7, 1)),
    ReversalDraft(reverses="named", reason="误录", effective=LAST, key="unnamed"),
    move("supplement", TOWN, "80亩", key="again", request="ask", effective=LAST),
)


@pytest.mark.parametrize("part", [1, 2, 3, 5])
def test_parts_come_to_the_same_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: int) -> None:
    with Ledger.open(tmp_path / "whole.sqlite", create=True) as whole:
        receipts = whole.import_all(DRAFTS, recorded=NOW)
        head, positions = whole.head, whole.positions(LAST)
    monkeypatch.setattr("landquota.ledger.batch._PART", part)
    with Ledger.open(tmp_path / "parts.sqlite", create=True) as ledger:
        assert ledger.import_all(DRAFTS, recorded=NOW) == receipts
        assert (ledger.head, ledger.positions(LAST)) == (head, positions)
        assert ledger.verify().ok
        assert [receipt.already for receipt in ledger.import_all(DRAFTS, recorded=NOW)] == [True] * len(DRAFTS)
        assert mu(at(ledger, TOWN), "available", "reserved", "outstanding") == ["90", "0", "0"]


def test_nothing_of_the_written_parts_stays_when_a_later_draft_is_refused(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landquota.ledger.batch._PART", 2)
    head = ledger.head
    with pytest.raises(FindingsError) as refused:
        ledger.import_all([*DRAFTS, move("commit", OTHER_TOWN, "60.01亩", key="over")], recorded=NOW)
    assert [finding.code for finding in refused.value.findings] == ["LEDGER-OVERDRAFT"]
    assert (ledger.head, ledger.positions(LAST)) == (head, ())


def test_many_drafts_open_and_find_their_accounts(ledger: Ledger) -> None:
    """From 500 drafts on, the accounts are read at once."""
    before = [move("grant", COUNTY, "1亩", key=f"g{number}") for number in range(3)]
    ledger.import_all(before, recorded=NOW)
    drafts = [move("allot", COUNTY, "0.005亩", to=TOWN, key=f"a{number}") for number in range(600)]
    ledger.import_all(drafts, recorded=NOW)
    assert mu(at(ledger, COUNTY, as_of=DAY), "granted", "allotted_out", "available") == ["3", "3", "0"]
    assert ledger.verify().ok
