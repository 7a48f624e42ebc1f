"""Posting: keys and idempotency, reversal, declaration on the way, all or nothing."""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from ledger_samples import (
    COUNTY,
    DAY,
    DECLARATIONS,
    LAST,
    LATER,
    NOW,
    OTHER_TOWN,
    PLAN,
    TOWN,
    ZONE,
    at,
    move,
    mu,
    state,
)

from landquota.errors import UsageError
from landquota.findings import FindingsError
from landquota.ledger import GENESIS, EntryRefused, HolderDraft, KeyConflict, Ledger


def test_a_key_with_the_same_content_is_there_already(ledger: Ledger) -> None:
    draft = move("grant", TOWN, "10亩", key="2018-1")
    first = ledger.post(draft, recorded=NOW)
    again = ledger.post(draft, recorded=NOW + timedelta(days=1))
    assert (again.already, again._replace(already=False)) == (True, first)
    assert ledger.head == first.hash
    with pytest.raises(KeyConflict):
        ledger.post(replace(draft, clause="§二"), recorded=NOW)


def test_without_a_key_a_post_is_always_new(ledger: Ledger) -> None:
    draft = move("grant", TOWN, "10亩")
    first, second = (ledger.post(draft, recorded=NOW) for _ in range(2))
    assert [r.key for r in (first, second)] == [f"L-{r.seq:06d}" for r in (first, second)]
    assert mu(at(ledger, TOWN), "granted") == ["20"]


def test_a_key_that_the_ledger_gave_can_only_be_repeated(ledger: Ledger) -> None:
    given = ledger.post(move("grant", TOWN, "10亩"), recorded=NOW)
    assert ledger.post(move("grant", TOWN, "10亩", key=given.key), recorded=NOW).already
    following = f"L-{given.seq + 1:06d}"
    assert ledger.post(move("grant", TOWN, "1亩", key=following), recorded=NOW).seq == given.seq + 1


def test_importing_again_changes_nothing(ledger: Ledger) -> None:
    drafts = [*DECLARATIONS, move("grant", TOWN, "10亩", key="a"), state("approved", "500余亩", key="b")]
    first = ledger.import_all(drafts, recorded=NOW)
    head = ledger.head
    again = ledger.import_all(drafts, recorded=NOW + timedelta(days=365))
    assert all(receipt.already for receipt in again)
    assert [r.hash for r in again] == [r.hash for r in first]
    assert ledger.head == head
    assert [r.already for r in ledger.import_all([*drafts, move("grant", TOWN, "1亩", key="c")] * 2, recorded=NOW)] == [
        *[True] * len(drafts), False, *[True] * len(drafts), True,
    ]  # fmt: skip


def test_an_import_is_all_or_nothing_and_tells_its_progress(ledger: Ledger) -> None:
    head, told = ledger.head, list[tuple[int, int]]()
    drafts = [move("grant", TOWN, "10亩"), move("commit", TOWN, "10亩")]
    with pytest.raises(FindingsError, match=r"1 error\(s\) found; nothing was written."):
        ledger.import_all([*drafts, move("commit", TOWN, "1亩")], recorded=NOW)
    assert ledger.head == head
    ledger.import_all(drafts, recorded=NOW, progress=lambda done, of: told.append((done, of)))
    assert told == [(1, 2), (2, 2)]
    assert mu(at(ledger, TOWN), "committed") == ["10"]
    assert ledger.import_all([], recorded=NOW) == []


def test_the_collector_works_again_after_an_import_whatever_came_of_it(ledger: Ledger) -> None:
    asleep = []

    def progress(done: int, total: int) -> None:
        asleep.append(not gc.isenabled())
        if (done, total) == (1, 1):
            raise KeyboardInterrupt

    ledger.import_all([move("grant", TOWN, "10亩", key=key) for key in "ab"], recorded=NOW, progress=progress)
    with pytest.raises(KeyboardInterrupt):
        ledger.import_all([move("grant", TOWN, "10亩")], recorded=NOW, progress=progress)
    assert asleep == [True, True, True]
    assert gc.isenabled()


def test_a_reversal_mirrors_its_entry_once(ledger: Ledger) -> None:
    ledger.import_all([move("grant", COUNTY, "10亩"), move("allot", COUNTY, "4亩", to=TOWN, key="a")], recorded=NOW)
    receipt = ledger.reverse("a", reason="文号误录", effective=LATER, recorded=NOW, key_of_reversal="r")
    assert receipt.key == "r"
    assert mu(at(ledger, COUNTY), "allotted_out", "available") == ["0", "10"]
    assert mu(at(ledger, TOWN), "allotted_in", "available") == ["0", "0"]
    assert mu(at(ledger, TOWN, as_of=DAY), "allotted_in", "available") == ["4", "4"]
    again = ledger.reverse("a", reason="文号误录", effective=LATER, recorded=NOW, key_of_reversal="r")
    assert again.already
    for key, words in {"a": "taken back by 'r' already", "r": "neither a movement nor a statement"}.items():
        with pytest.raises(EntryRefused, match=words):
            ledger.reverse(key, reason="再次", effective=LATER, recorded=NOW)
    with pytest.raises(EntryRefused, match="reason '' is empty"):
        ledger.reverse("a", reason="", effective=LATER, recorded=NOW)
    assert {e.key: e.reversed_by for e in ledger.entries(holder=TOWN) if e.type != "holder"} == {"a": "r", "r": None}


def test_every_movement_can_be_taken_back_to_the_unit(ledger: Ledger) -> None:
    ledger.import_all(
        [move("request", TOWN, "9亩"), move("grant", TOWN, "99亩"), move("reserve", TOWN, "9亩", key="r")], recorded=NOW
    )
    ledger.post(move("commit", TOWN, "9亩"), recorded=NOW)
    before = ledger.positions(LAST)
    drafts = [
        move("withdraw", TOWN, "1亩"), move("supplement", TOWN, "1亩"), move("allot", TOWN, "1亩", to=ZONE),
        move("transfer", TOWN, "1亩", to=COUNTY), move("release", TOWN, "1亩", reservation="r"),
        move("commit", TOWN, "1亩", reservation="r"),
        move("return", TOWN, "1亩"), move("expire", TOWN, "1亩"), move("carry", TOWN, "1亩"),
    ]  # fmt: skip
    for receipt in ledger.import_all(drafts, recorded=NOW):
        ledger.reverse(receipt.key, reason="误录", effective=LATER, recorded=NOW)
    after = {(p.holder, p.year): p for p in ledger.positions(LAST)}
    assert replace(after[TOWN, 2018], entries=()) == replace(before[0], entries=())
    assert all(not p.recorded.low and not p.granted.low for key, p in after.items() if key != (TOWN, 2018))
    assert ledger.verify().ok


def test_declaring_on_the_way(ledger: Ledger) -> None:
    draft = move("grant", "宗汉街道", "10亩", kind="重大项目", key="a")
    with pytest.raises(EntryRefused, match="The holder '宗汉街道' is not declared"):
        ledger.post(draft, recorded=NOW)
    assert ledger.post(draft, recorded=NOW, declare=True).declared == ("宗汉街道", "重大项目")
    again = ledger.post(draft, recorded=NOW, declare=True)
    assert (again.already, again.declared) == (True, ())
    holder = ledger.holders()[-1]
    assert (holder.holder, holder.level, holder.parent, holder.zone) == ("宗汉街道", "town", COUNTY, None)
    kind = ledger.kinds()[-1]
    assert (kind.kind, kind.unit, kind.covers_conversion, kind.carry) == ("重大项目", "mu", False, False)
    ledger.post(state("approved", "1亩", holder="掌起镇"), recorded=NOW, declare=True)
    assert ledger.holders()[-1].holder == "掌起镇"


def test_declaring_on_the_way_is_undone_with_the_entry(ledger: Ledger) -> None:
    head = ledger.head
    with pytest.raises(EntryRefused, match="exceeds what is available"):
        ledger.post(move("commit", "宗汉街道", "10亩"), recorded=NOW, declare=True)
    with pytest.raises(EntryRefused, match="has blanks at its beginning or end"):
        ledger.post(move("grant", " 宗汉街道", "10亩"), recorded=NOW, declare=True)
    assert ledger.head == head


def test_the_first_holder_is_the_county_and_a_town_of_two_counties_is_nobodys(tmp_path: object) -> None:
    with Ledger.open(f"{tmp_path}/new.sqlite", create=True) as ledger:
        assert ledger.head == GENESIS
        ledger.post(move("grant", COUNTY, "9亩"), recorded=NOW, declare=True)
        ledger.post(move("transfer", COUNTY, "1亩", to=TOWN), recorded=NOW, declare=True)
        found = [(h.holder, h.level, h.parent) for h in ledger.holders()]
        assert found == [(COUNTY, "county", None), (TOWN, "town", COUNTY)]
        ledger.post(HolderDraft(holder="余姚市", level="county"), recorded=NOW)
        with pytest.raises(EntryRefused, match="The holder '泗门镇' is not declared"):
            ledger.post(move("grant", "泗门镇", "9亩"), recorded=NOW, declare=True)


def test_who_is_allotted_quota_stands_under_the_holder_that_allots(ledger: Ledger) -> None:
    ledger.import_all([move("grant", COUNTY, "9亩"), move("allot", COUNTY, "5亩", to=TOWN)], recorded=NOW)
    ledger.post(move("allot", TOWN, "2亩", to=ZONE), recorded=NOW)
    for giver, taker in ((COUNTY, "宗汉街道"), (TOWN, "卫东片区")):
        assert ledger.post(move("allot", giver, "1亩", to=taker), recorded=NOW, declare=True).declared == (taker,)
    found = [(h.holder, h.level, h.parent) for h in ledger.holders()[-2:]]
    assert found == [("宗汉街道", "town", COUNTY), ("卫东片区", "zone", TOWN)]
    head = ledger.head
    with pytest.raises(EntryRefused, match=r"一号地 \(zone\) cannot stand under 观海卫智能电器小镇"):
        ledger.post(move("allot", ZONE, "1亩", to="一号地"), recorded=NOW, declare=True)
    with pytest.raises(EntryRefused, match=r"掌起镇 stands under 慈溪市, not under 掌起镇"):
        ledger.post(move("allot", "掌起镇", "1亩", to="掌起镇"), recorded=NOW, declare=True)
    assert ledger.head == head


def test_the_first_allotment_of_a_ledger_declares_both(tmp_path: object) -> None:
    with Ledger.open(f"{tmp_path}/new.sqlite", create=True) as ledger:
        ledger.post(move("grant", COUNTY, "9亩"), recorded=NOW, declare=True)
        ledger.post(move("分解", COUNTY, "3亩", to=TOWN), recorded=NOW, declare=True)
        assert [(h.holder, h.level) for h in ledger.holders()] == [(COUNTY, "county"), (TOWN, "town")]


def test_recorded_is_kept_in_utc(ledger: Ledger) -> None:
    beijing = datetime(2021, 6, 23, 8, 30, tzinfo=timezone(timedelta(hours=8)))
    ledger.post(move("grant", TOWN, "1亩"), recorded=beijing)
    assert ledger.entries()[-1].recorded == "2021-06-23T00:30:00Z"
    with pytest.raises(UsageError, match="has no time zone"):
        ledger.post(move("grant", TOWN, "1亩"), recorded=beijing.replace(tzinfo=None))
    assert beijing.astimezone(UTC).date() == date(2021, 6, 23)


def test_the_log_is_chosen_by_what_entries_are_about(ledger: Ledger) -> None:
    ledger.import_all(
        [
            move("grant", COUNTY, "50亩", key="grant"),
            move("allot", COUNTY, "20亩", to=TOWN, key="allot", effective=LATER),
            move("grant", ZONE, "5亩", key="zone", kind="统筹"),
            move("commit", TOWN, "3亩", key="commit", zone="GHW-01", parcel="P-7", effective=LATER),
            state("requisitioned", "500余亩", key="stated"),
        ],
        recorded=NOW,
    )
    ledger.reverse("commit", reason="退件", effective=LAST, recorded=NOW, key_of_reversal="back")
    ledger.reverse("stated", reason="误读", effective=LAST, recorded=NOW, key_of_reversal="unsaid")

    def keys(**asked: Any) -> list[str]:
        return [e.key for e in ledger.entries(**asked) if e.type not in {"holder", "kind"}]

    assert keys() == ["grant", "allot", "zone", "commit", "stated", "back", "unsaid"]
    assert keys(holder=TOWN) == ["allot", "commit", "back"]
    assert keys(kind="统筹") == ["zone"]
    assert keys(zone="GHW-01") == ["zone", "commit", "stated", "back", "unsaid"]
    assert keys(parcel="P-7") == ["commit", "back"]
    assert keys(holder=COUNTY, kind=PLAN, as_of=DAY) == ["grant"]
    assert keys(holder=OTHER_TOWN) == []
    by_key = {e.key: e for e in ledger.entries()}
    assert (by_key["back"].holder, by_key["back"].figure("zh")) == (TOWN, "-3 亩")
    assert (by_key["stated"].holder, by_key["stated"].figure("en")) == (ZONE, "500余亩")
    assert (by_key[f"holder:{TOWN}"].holder, by_key[f"holder:{TOWN}"].figure("en")) == (TOWN, "")
    assert {e.key: e.reversed_by for e in ledger.entries(as_of=LATER)}["commit"] is None
