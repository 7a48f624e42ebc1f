"""Programs that race: each gets what is there for it or the reason, and nothing is lost."""

from __future__ import annotations

from collections import Counter

from children import Parent
from ledger_samples import NOW, TOWN, at, move, mu
from places import Place, Places

from landquota.ledger import Ledger


def test_sixteen_draw_on_the_last_ten(place: Place, parent: Parent) -> None:
    with Ledger.open(place) as ledger:
        ledger.post(move("grant", TOWN, "10亩"), recorded=NOW)
    outcome = parent("draw", place, children=16)
    assert outcome.ends == [0] * 16
    assert Counter(outcome.answers) == Counter([*range(9, 19), *["Overdraft"] * 6])
    with Ledger.open(place) as ledger:
        assert mu(at(ledger, TOWN), "committed", "available") == ["10", "0"]
        assert ledger.verify().ok


def test_several_create_one_ledger(places: Places, parent: Parent) -> None:
    place = places.new()
    outcome = parent("create", place, children=6)
    assert outcome.ends == [0] * 6
    assert sorted(outcome.answers) == [0, 0, 0, 0, 0, 7]
    with Ledger.open(place) as ledger:
        report = ledger.verify()
        assert (report.ok, report.entries) == (True, 7)
