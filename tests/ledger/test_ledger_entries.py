"""The form that is hashed is put together by hand, and is what JSON makes of the fields."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landquota.ledger.entries import GENESIS, Record, digest

#: Texts with what JSON escapes or might: controls, quotes, line ends of Unicode, astral and private characters.
HOSTILE = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from('"\\/\b\f\n\r\t\x00\x1f\x7f\u2028\u2029\ufeff😀\ue000'),
    )
)
RECORDS = st.builds(
    Record,
    seq=st.integers(1, 2**63 - 1),
    key=HOSTILE,
    type=HOSTILE,
    effective=HOSTILE,
    recorded=HOSTILE,
    document=st.none() | HOSTILE,
    clause=st.none() | HOSTILE,
    body=HOSTILE,
    prev=HOSTILE,
    hash=st.just(""),
)
PLAIN = Record(1, "k", "movement", "2018-06-01", "2021-06-23T08:30:00Z", "甬〔2018〕1号", None, '{"v":1}', GENESIS, "")


def altered(field: str, value: object) -> Record:
    return Record(**{**PLAIN._asdict(), field: value})


def by_json(record: Record) -> str:
    fields: dict[str, Any] = {"v": 1, **record._asdict()}
    del fields["hash"]
    form = json.dumps(fields, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(form.encode("utf-8")).hexdigest()


@given(RECORDS)
def test_the_hash_is_that_of_sorted_json(record: Record) -> None:
    assert digest(record) == by_json(record)


@pytest.mark.parametrize("field", ["key", "type", "effective", "recorded", "document", "clause", "body", "prev"])
def test_broken_text_has_no_hash(field: str) -> None:
    broken = altered(field, "half a pair \ud83d")
    with pytest.raises(UnicodeEncodeError):
        by_json(broken)
    with pytest.raises(UnicodeEncodeError):
        digest(broken)


@pytest.mark.parametrize("value", [b"bytes", 7, 1.5])
@pytest.mark.parametrize("field", ["key", "document", "body", "prev"])
def test_what_is_no_text_has_no_hash(field: str, value: object) -> None:
    with pytest.raises(TypeError):
        digest(altered(field, value))
