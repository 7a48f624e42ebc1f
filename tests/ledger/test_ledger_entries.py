"""The form that is hashed is what the standard library's JSON makes of the fields, sorted and without blanks."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landquota.ledger.entries import GENESIS, Record, canonical, digest

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
    with pytest.raises(TypeError):
        digest(broken)


@pytest.mark.parametrize("field", ["key", "document", "body", "prev"])
def test_bytes_have_no_hash(field: str) -> None:
    with pytest.raises(TypeError):
        digest(altered(field, b"bytes"))


@pytest.mark.parametrize("value", [7, 1.5])
@pytest.mark.parametrize("field", ["key", "document", "body", "prev"])
def test_a_number_has_another_hash_than_its_digits(field: str, value: float) -> None:
    assert digest(altered(field, value)) != digest(altered(field, str(value)))


@pytest.mark.parametrize(
    "data", [{"amount": 2**64}, {"amount": -(2**63) - 1}, {"name": "\ud83d"}, {"name": b"x"}, {1: 2}]
)
def test_what_no_entry_can_hold_has_no_canonical_form(data: object) -> None:
    with pytest.raises(TypeError):
        canonical(data)
