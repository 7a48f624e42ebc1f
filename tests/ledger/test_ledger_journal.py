"""The journal gives back the same ledger, hash for hash, and says everything that is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from every_entry import DRAFTS, HOSTILE, LAND, chain, changed, dump, fill, records_of, version1_records
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_samples import COUNTY, DATED, DECLARATIONS, HOLDERS, KINDS, NOW, TOWN, move, state
from places import Files, Place, Places

from landquota.errors import LandquotaError, Refusal
from landquota.ledger import GENESIS, MOVEMENTS, Draft, Ledger, MovementDraft, schema
from landquota.ledger.content import Content
from landquota.ledger.entries import Record, chained
from landquota.ledger.journal import HEADING, parse_journal, print_journal

TYPES = ("holder", "kind", "kind_rule", "allowance", "period", "movement", "statement", "progress", "reversal")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with every type of entry; not to be written to."""
    path = tmp_path_factory.mktemp("full") / "ledger.sqlite"
    fill(path)
    return path


@pytest.fixture(scope="module")
def written(full: Path) -> str:
    """Its journal."""
    with Ledger.open(full) as ledger:
        return ledger.journal()


def parsed(journal: str) -> list[Record]:
    records, findings = parse_journal(journal.encode(), file="j")
    assert findings == []
    return records


def restored(records: list[Record], place: Place) -> str:
    with Ledger.open(place, create=True) as ledger:
        assert ledger.restore(records) == len(records)
        assert ledger.verify(head=records[-1].hash).ok
        return ledger.head


def test_the_sample_has_every_type_of_entry_and_every_movement() -> None:
    assert {draft.content.type for draft in DRAFTS} == set(TYPES)
    assert {draft.movement for draft in DRAFTS if isinstance(draft, MovementDraft)} == set(MOVEMENTS)


def test_every_type_of_entry_comes_back_with_the_same_head_and_the_same_tables(
    full: Path, written: str, places: Places
) -> None:
    """Also in another database than it came from."""
    records = parsed(written)
    assert records == records_of(full)
    copy = places.new()
    assert restored(records, copy) == records[-1].hash
    for table in schema.metadata.tables:
        query = f"SELECT * FROM {table}"  # noqa: S608 - our own tables
        assert sorted(map(str, places.rows(copy, query))) == sorted(map(str, Files(full.parent).rows(full, query)))
    with Ledger.open(copy) as ledger:
        assert ledger.journal() == written


def test_a_ledger_of_version_1_comes_back_with_its_head(tmp_path: Path) -> None:
    records = version1_records()
    assert parsed(print_journal(records)) == records
    first, second = tmp_path / "a.sqlite", tmp_path / "b.sqlite"
    assert restored(records, first) == restored(parsed(print_journal(records)), second) == records[-1].hash
    assert dump(first) == dump(second)
    assert records_of(first) == records


def test_a_block_reads_like_this(ledger: Ledger) -> None:
    draft = move("grant", COUNTY, "30.5亩", reason="第一行\n# 第二行\U0001f33e\ue000")
    receipt = ledger.post(draft, recorded=NOW)
    journal = ledger.journal()
    assert journal.startswith(f'{HEADING}\n\nentry 1\nkey = "holder:慈溪市"\ntype = "holder"\n')
    assert journal.endswith(
        "\n\nentry 8\n"
        'key = "L-000008"\n'
        'type = "movement"\n'
        'effective = "2018-06-01"\n'
        'recorded = "2021-06-23T08:30:00Z"\n'
        'document = "甬自然资〔2018〕1号"\n'
        "body.amount = 6100000  # 30.5 亩\n"
        'body.holder = "慈溪市"\n'
        'body.kind = "新增计划"\n'
        'body.movement = "grant"\n'
        'body.reason = "第一行\\n# 第二行🌾\\ue000"\n'
        "body.v = 1\n"
        "body.year = 2018\n"
        f'hash = "{receipt.hash}"\n'
        "\n"
        f"entries 8 head {receipt.hash}\n"
    )


def test_amounts_are_said_in_the_unit_of_what_they_are(written: str) -> None:
    for line in (
        "body.amount = 830000000  # 8300000 元",
        "body.amount = 1500000  # 1500 公斤",
        "body.amount = 10000000  # 50 亩",
        "body.developed = 400000  # 2 亩",
        "body.invested = 12345  # 123.45 元",
        "body.low = 100000000  # 500 亩",
    ):
        assert f"\n{line}\n" in written
    assert "body.year = 2018\n" in written


def test_an_empty_ledger_has_a_journal_too(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite", create=True) as ledger:
        assert ledger.journal() == f"{HEADING}\n\nentries 0 head {GENESIS}\n"
        assert parsed(ledger.journal()) == []
        assert ledger.restore([]) == 0


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.just(HOSTILE)
VALUES = st.recursive(
    TEXTS
    | st.integers(-(2**63), 2**64 - 1)
    | st.booleans()
    | st.none()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(("amount", "holder", "kind", "unit", "reason", "written", "low", "high", "nominal", "invested"))
CONTENTS = st.builds(
    Content,
    type=st.sampled_from(TYPES) | TEXTS,
    effective=TEXTS,
    document=st.none() | TEXTS,
    clause=st.none() | TEXTS,
    body=st.dictionaries(NAMES | st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True), VALUES, max_size=8),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(CONTENTS, TEXTS, TEXTS), max_size=5))
def test_reading_what_was_printed_gives_the_same_entries(contents: list[tuple[Content, str, str]]) -> None:
    records: list[Record] = []
    for seq, (content, key, recorded) in enumerate(contents, 1):
        prev = records[-1].hash if records else GENESIS
        records.append(chained(content, seq=seq, key=key, recorded=recorded, prev=prev))
    journal = print_journal(records)
    assert all(line.isprintable() for line in journal.split("\n"))
    assert parsed(journal) == records
    windows = b"\xef\xbb\xbf" + journal.replace("\n", "\r\n").encode()
    assert parse_journal(windows, file="j") == (records, [])


def test_an_altered_ledger_has_no_journal(full: Path) -> None:
    good = records_of(full)
    for altered in (
        [changed(good[0], document="x")],
        [good[1]],
        [good[0], changed(good[1], prev=GENESIS)],
        [changed(good[0], body=good[0].body + " ")],
    ):
        with pytest.raises(ValueError, match="holder:"):
            print_journal(altered)


def lines_of(written: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert old in written
        written = written.replace(old, new, 1)
    return written


def found(journal: str | bytes) -> list[tuple[str, int | None, str]]:
    data = journal if isinstance(journal, bytes) else journal.encode()
    _, findings = parse_journal(data, file="2024.journal")
    assert {finding.place.file for finding in findings} == {"2024.journal"}
    assert all(finding.remedy("en") and finding.message("zh") for finding in findings)
    return [(finding.code, finding.place.line, finding.message("en")) for finding in findings]


#: A journal of eight entries; the last one is a grant of 30.5 mu.
SMALL_DRAFTS = [*DECLARATIONS, move("grant", TOWN, "30.5亩", key="g")]
SMALL = print_journal(chain(SMALL_DRAFTS))


@pytest.fixture
def small() -> str:
    return SMALL


Alter = Callable[[str], str | bytes]
ALTERED: list[tuple[Alter, str, str]] = [
    (lambda j: j.encode()[:60] + b"\xb4\xc8" + j.encode()[60:], "JOURNAL-ENCODING",
     "The file is not UTF-8: the byte B4 stands where no character begins"),
    (lambda j: j.replace("journal 1", "journal 2", 1), "JOURNAL-HEADING",
     "The first line is 'landquota journal 2' and not 'landquota journal 1'"),
    (lambda _: "", "JOURNAL-HEADING", "The first line is '' and not 'landquota journal 1'"),
    (lambda j: lines_of(j, ("\nentry 8\n", "\n# a remark\nentry 8\n")), "JOURNAL-LINE",
     "'# a remark' is no line of a journal"),
    (lambda j: j + "entry 9\n", "JOURNAL-LINE", "'entry 9' is no line of a journal"),
    (lambda j: lines_of(j, ('key = "g"\n', 'key = "g"\ncolour = "red"\n')), "JOURNAL-FIELD",
     "The field 'colour' is unknown"),
    (lambda j: lines_of(j, ('key = "g"\n', 'key = "g"\nkey = "h"\n')), "JOURNAL-FIELD-TWICE",
     "The field 'key' stands twice in entry 8"),
    (lambda j: lines_of(j, ('key = "g"\n', "")), "JOURNAL-FIELD-MISSING", "Entry 8 lacks: key"),
    (lambda j: lines_of(j, ('key = "g"\n', "key = g\n")), "JOURNAL-VALUE",
     "'g', the value of 'key', cannot be read"),
    (lambda j: lines_of(j, ('key = "g"\n', "key = 7\n")), "JOURNAL-VALUE",
     "'7', the value of 'key', cannot be read"),
    (lambda j: lines_of(j, ("body.amount = 6100000", "body.amount = " + "[" * 100_000)), "JOURNAL-VALUE",
     f"'{'[' * 60}', the value of 'body.amount', cannot be read"),
    (lambda j: lines_of(j, ("body.amount = 6100000", "body.amount = " + "9" * 5000)), "JOURNAL-VALUE",
     f"'{'9' * 60}', the value of 'body.amount', cannot be read"),
    (lambda j: lines_of(j, ("body.amount = 6100000", "body.amount = NaN")), "JOURNAL-VALUE",
     "'NaN  # 30.5 亩', the value of 'body.amount', cannot be read"),
    (lambda j: lines_of(j, ("# 30.5 亩", "# 31 亩")), "JOURNAL-REMARK",
     "'body.amount' is 30.5 亩, and its remark says 31 亩"),
    (lambda j: lines_of(j, ('body.holder = "观海卫镇"', 'body.holder = "观海卫镇"  # town')), "JOURNAL-REMARK",
     "'body.holder' is —, and its remark says town"),
    (lambda j: lines_of(j, ("body.v = 1\nbody.year = 2018\n", "body.v = 1\n")), "JOURNAL-HASH",
     "Entry 8 (g) was altered: its content and what is before it do not give its hash"),
    (lambda j: j[: j.rindex("\nentries")], "JOURNAL-END",
     "The last line is missing: the file breaks off after entry 8"),
    (lambda j: lines_of(j, ("entries 8", "entries 9")), "JOURNAL-TOTAL", "The last line says 9 entries and the head"),
]  # fmt: skip


@pytest.mark.parametrize(("alter", "code", "message"), ALTERED, ids=[f"{row[1]}-{n}" for n, row in enumerate(ALTERED)])
def test_what_was_altered_is_said_exactly(small: str, alter: Alter, code: str, message: str) -> None:
    (problem,) = found(alter(small))
    assert problem[0] == code
    assert problem[2].startswith(message)


def test_an_altered_amount_is_named_by_its_line_and_its_entry(small: str) -> None:
    remark, chained_hash = found(small.replace("6100000", "6300000"))
    at = small.split("\n").index("body.amount = 6100000  # 30.5 亩") + 1
    assert remark == ("JOURNAL-REMARK", at, "'body.amount' is 31.5 亩, and its remark says 30.5 亩")
    assert chained_hash[:2] == ("JOURNAL-HASH", at + 6)
    assert [code for code, *_ in found(lines_of(small, ("6100000  # 30.5 亩", "6300000")))] == ["JOURNAL-HASH"]


def test_a_missing_and_a_moved_entry_are_named(small: str) -> None:
    blocks = small.split("\n\n")
    missing = found("\n\n".join([*blocks[:4], *blocks[5:]]))
    assert missing[0][0::2] == ("JOURNAL-SEQUENCE", "Entry 5 stands where entry 4 is due")
    assert [code for code, *_ in missing[1:]] == ["JOURNAL-TOTAL"]
    moved = found("\n\n".join([*blocks[:4], blocks[5], blocks[4], *blocks[6:]]))
    assert [code for code, *_ in moved] == ["JOURNAL-SEQUENCE"] * 3
    renumbered = found("\n\n".join([*blocks[:4], *blocks[5:]]).replace("entry 5", "entry 4"))
    assert [code for code, *_ in renumbered][:2] == ["JOURNAL-HASH", "JOURNAL-SEQUENCE"]


def test_a_file_cut_off_anywhere_is_refused(small: str) -> None:
    data = small.encode()
    for end in range(0, len(data) - 1, 7):
        assert found(data[:end]), end
    assert parse_journal(data[:-1], file="j")[1] == [], "only the last line end is no loss"


def test_every_line_changed_or_left_out_is_found(small: str) -> None:
    lines = small.split("\n")
    for number, line in enumerate(lines):
        if not line:
            continue
        assert found("\n".join([*lines[:number], *lines[number + 1 :]])), line
        assert found("\n".join([*lines[:number], line.replace("1", "3").replace("0", "8") + "x", *lines[number + 1 :]]))


def test_everything_wrong_is_said_at_once(small: str) -> None:
    journal = lines_of(small, ('"慈溪市"', '"慈溪"'), ("entry 6", "entry 66"), ("# 30.5 亩", "# 30 亩"))
    codes = [code for code, *_ in found(journal)]
    assert {"JOURNAL-HASH", "JOURNAL-SEQUENCE", "JOURNAL-REMARK"} <= set(codes)


# --- restoring ---------------------------------------------------------------------------------


def test_what_is_there_already_is_not_added_again(full: Path, written: str, tmp_path: Path) -> None:
    records = parsed(written)
    copy = tmp_path / "copy.sqlite"
    with Ledger.open(copy, create=True) as ledger:
        assert ledger.restore(records[:20]) == 20
        assert ledger.restore(records[:20]) == 0
        assert ledger.restore(records) == len(records) - 20
        assert ledger.restore(records) == 0
    assert dump(copy) == dump(full)


def test_a_dry_run_writes_nothing(written: str, tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "copy.sqlite", create=True) as ledger:
        assert ledger.restore(parsed(written), dry_run=True) == len(DRAFTS)
        assert ledger.head == GENESIS


@pytest.fixture
def empty(places: Places) -> Iterator[Ledger]:
    """A ledger without entries."""
    with Ledger.open(places.new(), create=True) as ledger:
        yield ledger


def refusal(ledger: Ledger, records: list[Record]) -> str:
    head = ledger.head
    with pytest.raises(Refusal) as refused:
        ledger.restore(records)
    assert ledger.head == head
    assert "Nothing was written." in str(refused.value)
    return str(refused.value)


def test_another_ledger_is_refused_by_its_first_entry_that_differs(ledger: Ledger, written: str) -> None:
    records = parsed(written)
    ledger.post(move("grant", TOWN, "1亩", key="mine"), recorded=NOW)
    assert refusal(ledger, records).startswith(
        "The ledger's entry 8 (mine) is not that of the journal: key is mine in the ledger and kind:"
    )
    assert refusal(ledger, records[:7]).startswith("The ledger's entry 8 (mine) is not in the journal")


@pytest.mark.parametrize(
    ("drafts", "problem"),
    [
        ([move("commit", TOWN, "1亩")], "leaves what is available (新增计划 · 观海卫镇 · 2018) at -1 mu"),
        ([move("grant", "无名镇", "1亩")], "the tables do not take it"),
        ([move("grant", TOWN, "1亩", request="nothing")], "names the request 'nothing' which is not there before it"),
        ([LAND[1]], "names the approval batch '浙土字〔2018〕7号' which is not there"),
        ([move("grant", TOWN, "1亩", key="a"), move("grant", TOWN, "1亩", key="a")], "the tables do not take it"),
    ],
)
def test_what_no_ledger_would_have_taken_is_not_restored(empty: Ledger, drafts: list[Any], problem: str) -> None:
    assert problem in refusal(empty, chain([*DECLARATIONS, *drafts]))


@pytest.mark.parametrize(
    ("field", "value"),
    [("amount", "viel"), ("amount", 2**63), ("amount", -1), ("movement", "gift"), ("kind", {"a": 1}), ("year", [])],
)
def test_forged_bodies_with_right_hashes_are_refused(empty: Ledger, field: str, value: object) -> None:
    records = chain([*DECLARATIONS, move("grant", TOWN, "1亩")])
    content = Content("movement", "2018-06-01", "d", None, {**json.loads(records[-1].body), field: value})
    records[-1] = chained(content, seq=8, key="g", recorded="2021-06-23T08:30:00Z", prev=records[-2].hash)
    assert refusal(empty, records).startswith("The journal cannot be restored:")


@pytest.mark.parametrize(
    ("draft", "effective", "said"),
    [
        (move("grant", TOWN, "1亩"), "20180601", {}),
        (move("grant", TOWN, "1亩"), "2018-W22-5", {}),
        (move("grant", TOWN, "1亩"), "gestern", {}),
        (move("grant", TOWN, "1亩"), "2018-06-01", {"amount": 200000.0}),
        (move("grant", TOWN, "1亩"), "2018-06-01", {"amount": True}),
        (move("grant", TOWN, "1亩"), "2018-06-01", {"year": "2018"}),
        (move("reserve", COUNTY, "1亩"), "2018-06-01", {"expires": "never"}),
        (DATED[0], "2018-06-01", {"valid_to": "x"}),
        (DATED[2], "2018-06-01", {"action": "burn"}),
        (KINDS[0], "2018-06-01", {"kind": "K", "unit": "parsec"}),
        (HOLDERS[1], "2018-06-01", {"holder": "H", "level": "planet"}),
        (state("approved", "3亩"), "2018-06-01", {"measure": "guess"}),
        (state("approved", "3亩"), "2018-06-01", {"unit": "parsec"}),
    ],
)
def test_what_nothing_could_read_is_not_kept_for_good(
    empty: Ledger, draft: Draft, effective: str, said: dict[str, object]
) -> None:
    """Tables that only grow would keep a day that is none for ever, and no report would work again."""
    records = chain(DECLARATIONS)
    content = draft.content
    content = content._replace(effective=effective, body={**content.body, **said})
    forged = chained(content, seq=8, key="g", recorded="2021-06-23T08:30:00Z", prev=records[-1].hash)
    assert "entry 8 (g): cannot be replayed" in refusal(empty, [*records, forged])


def test_the_journal_of_an_altered_ledger_is_refused(full: Path, tmp_path: Path) -> None:
    import shutil  # noqa: PLC0415
    import sqlite3  # noqa: PLC0415

    copy = Path(shutil.copy(full, tmp_path / "copy.sqlite"))
    with sqlite3.connect(copy) as raw:
        raw.execute("DROP TRIGGER entry_no_update")
        raw.execute("UPDATE entry SET document = 'x' WHERE seq = 9")
    raw.close()
    with Ledger.open(copy) as ledger, pytest.raises(LandquotaError, match="Find the altered entry"):
        ledger.journal()


EDITS = st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 3), st.binary(max_size=4)), min_size=1, max_size=3)


@settings(deadline=None, max_examples=200)
@given(EDITS)
def test_no_edit_of_the_file_goes_unnoticed_or_breaks_the_reader(edits: list[tuple[int, int, bytes]]) -> None:
    data = SMALL.encode()
    for at, length, fresh in edits:
        data = data[: at % len(data)] + fresh + data[at % len(data) + length :]
    records, findings = parse_journal(data, file="j")
    assert findings or records == chain(SMALL_DRAFTS), "blank lines and line ends do not matter"
