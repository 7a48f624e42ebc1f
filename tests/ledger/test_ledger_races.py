"""Programs that race: each gets what is there for it or the reason, and nothing is lost."""

from __future__ import annotations

from collections import Counter

import pytest
from children import Parent
from ledger_samples import COUNTY, NOW, POOL, TOWN, at, move, mu
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


@pytest.mark.parametrize("expects", [0, 1], ids=["as it is then", "as all have seen it"])
def test_of_several_that_end_a_year_one_does(place: Place, parent: Parent, expects: int) -> None:
    with Ledger.open(place) as ledger:
        ledger.import_all([move("grant", TOWN, "10亩"), move("grant", COUNTY, "20亩", kind=POOL)], recorded=NOW)
    outcome = parent("end_year", place, children=4, first=expects)
    assert outcome.ends == [0] * 4
    assert sorted(outcome.answers) == [0, 0, 0, 2]
    with Ledger.open(place) as ledger:
        assert mu(at(ledger, TOWN, year=2019), "available") == ["10"]
        assert ledger.verify().ok
