"""The finding catalogue: complete rows, and an example of every code somewhere in the tests."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from landquota.findings import Finding, FindingsError, Kind, Place, Severity, catalogue, has_errors, worst_first

TESTS = Path(__file__).parent
EXAMPLES = "\n".join(path.read_text("utf-8") for path in sorted(TESTS.rglob("test_*.py")))


@pytest.mark.parametrize("kind", catalogue().values(), ids=lambda kind: kind.code)
def test_every_code_is_complete_and_has_an_example(kind: Kind) -> None:
    assert re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)+", kind.code)
    assert kind.message
    assert kind.remedy
    assert kind.actor in {"surveyor", "clerk", "planner", "administrator"}
    assert f'"{kind.code}"' in EXAMPLES


def test_places_say_what_is_known_and_nothing_else() -> None:
    place = Place(file="红线.txt", line=16, column="X", feature="D-1", x=40622000.0, y=3340000.0)
    assert place.render("en") == "红线.txt · line 16 · column X · feature D-1 · (40622000.000, 3340000.000)"
    assert place.to_json() == {
        "file": "红线.txt", "line": 16, "column": "X", "feature": "D-1", "x": 40622000.0, "y": 3340000.0,
    }  # fmt: skip
    assert Place().to_json() == {}
    degrees = Place(x=121.123456789, y=30.5)
    assert degrees.render("en") == "(121.12345679, 30.50000000)", "degrees with millimetres too"


def test_findings_come_the_worst_first_and_are_counted() -> None:
    note = Finding("PARCEL-ILLUSTRATIVE", Place(feature="A"), {"zone": "Z", "count": 2})
    error = Finding("SEED-DOCUMENT-UNKNOWN", Place(row=3), {"document": "甬〔2024〕1号"})
    assert worst_first([note, error]) == [error, note]
    assert has_errors([note, error])
    assert not has_errors([note])
    assert str(FindingsError([note, error])) == "1 error(s) found; nothing was written."
    assert error.severity is Severity.ERROR


def test_a_finding_as_data() -> None:
    finding = Finding("SEED-DOCUMENT-UNKNOWN", Place(file="facts.csv", row=3, column="document"), {"document": "X"})
    assert finding.to_json("en") == {
        "code": "SEED-DOCUMENT-UNKNOWN",
        "severity": "error",
        "place": {"file": "facts.csv", "row": 3, "column": "document"},
        "message": "Document 'X' is not listed in documents.csv",
        "remedy": "Add it to documents.csv with its issuer and title, or mend the name.",
    }
