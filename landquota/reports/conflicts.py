"""Conflicts as a report: a row for each parcel and layer, what each layer comes to, and slivers apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

from landquota.area import total
from landquota.i18n import Text, text
from landquota.overlay import Answer
from landquota.reports.listing import Coded, Column, Holds, Listing, Report, Value
from landquota.reports.overlay_words import about, code_of, nature, slivers
from landquota.rules import Weight, Where

if TYPE_CHECKING:
    from landquota.analyses.conflicts import Conflicts, Constraint, Row
    from landquota.findings import Finding

ANSWERS: Final[Mapping[Answer, Coded]] = {
    Answer.CONCERNED: Coded("concerned", text("concerned")),
    Answer.NOT_CONCERNED: Coded("not_concerned", text("not concerned")),
    Answer.NO_DATA: Coded("no_data", text("no data")),
}
WEIGHTS: Final[Mapping[Weight, Coded]] = {
    Weight.HARD: Coded("hard", text("hard conflict")),
    Weight.CHECK: Coded("check", text("to be checked")),
    Weight.NOTE: Coded("note", text("worth knowing")),
}
_WHERE: Final[Mapping[Where, Coded]] = {
    Where.INSIDE: Coded("inside", text("inside")),
    Where.OUTSIDE: Coded("outside", text("outside")),
}

_PARCEL: Final = Column("parcel", text("Parcel"), width=20)
_LAYER: Final = Column("layer", text("Layer"), width=22)
_ANSWER: Final = Column("answer", text("Answer"), width=12)
_SEVERITY: Final = Column("severity", text("Result"), width=14)
_M2: Final = Column("area_m2", text("Area (m²)"), Holds.M2, width=16)
_MU: Final = Column("area_mu", text("Area (mu)"), Holds.MU, width=14)
_SLIVER: Final = Column("sliver_m2", text("In slivers (m²)"), Holds.M2, width=14)
_NO_DATA: Final = Column("no_data_m2", text("No data (m²)"), Holds.M2, width=14)
_FEATURES: Final = Column("features", text("Features touched"), width=30)
_BRUSHED: Final = Column("sliver_features", text("Features in slivers"), short=False, width=24)
_ROWS: Final = (
    _PARCEL,
    _LAYER,
    Column("kind", text("Kind"), short=False, width=18),
    Column("where", text("What counts"), short=False, width=12),
    _ANSWER,
    _SEVERITY,
    _M2,
    _MU,
    Column("share", text("Share (%)"), Holds.PERCENT, width=10),
    Column("area_planar_m2", text("Planar (m²)"), Holds.PLANAR, short=False, width=16),
    _SLIVER,
    _NO_DATA,
    _FEATURES,
    _BRUSHED,
    Column("source", text("Rule"), short=False, width=40),
)
_LAYERS: Final = (
    _LAYER,
    Column("kind", text("Kind"), short=False, width=18),
    Column("rule", text("Taken as"), width=24),
    Column("where", text("What counts"), width=12),
    Column("severity", text("Result"), width=14),
    Column("concerned", text("concerned"), Holds.COUNT, width=10),
    Column("not_concerned", text("not concerned"), Holds.COUNT, width=12),
    Column("no_data", text("no data"), Holds.COUNT, width=10),
    _M2,
    _MU,
    _SLIVER,
    Column("layer_date", text("As of"), width=12),
)


def report(result: Conflicts, *, as_of: date, sliver_m2: float, findings: Sequence[Finding]) -> Report:
    """Return the report of conflicts.

    Parameters
    ----------
    result
        What was found.
    as_of
        The day of the rules.
    sliver_m2
        The threshold of slivers.
    findings
        All that is wrong with the data, and the conflicts.
    """
    land = result.land
    notes = [
        *land.measured(),
        *nature(land.given),
        *(note for each in result.constraints for note in about(each.given, each.extent, land.crs)),
        text("Rules as of {as_of}; they are second-hand and have to be verified locally", as_of=as_of.isoformat()),
        *map(_rule, result.constraints),
        slivers(sliver_m2),
    ]
    worst = [weight for weight in Weight if any(row.severity is weight for row in result.rows)]
    facts = {
        "parcels": len(land.given),
        "parcels_file": land.given.file,
        "as_of": as_of.isoformat(),
        "crs": code_of(land.crs),
        "area_methods": land.ways(),
        "sliver_threshold_m2": sliver_m2,
        "hard_conflicts": sum(row.severity is Weight.HARD for row in result.rows),
        "worst": worst[0].value if worst else None,
        "totals": _totals(result),
    }
    listings = (by_parcel(result), by_layer(result), _slivers(result))
    title = text("Conflicts of {parcels}", parcels=land.given)
    return Report(title, listings, tuple(notes), tuple(findings), facts)


def _totals(result: Conflicts) -> dict[str, object]:
    """Return how many parcels, by their worst answer, and how many answers there are."""
    severities = {weight.value: sum(row.severity is weight for row in result.rows) for weight in Weight}
    answers = {str(said.code): sum(row.answer is answer for row in result.rows) for answer, said in ANSWERS.items()}
    official = total(result.land.official())
    return {"answers": answers, "conflicts": severities, "parcels_m2": official.m2, "parcels_mu": official.mu}


def _rule(constraint: Constraint) -> Text:
    rule = constraint.rule
    params = {
        "name": constraint.given,
        "rule": rule,
        "where": _WHERE[rule.where],
        "weight": WEIGHTS[rule.severity],
        "source": rule.source or text("no clause"),
    }
    return text("{name} is taken as {rule}, of which counts what lies {where}: {weight}; {source}", **params)


def by_parcel(result: Conflicts) -> Listing:
    """Return the answer for each parcel and layer."""
    rows = [_row(row) for row in result.rows]
    first = [
        place
        for answers in ((Weight.HARD,), (Weight.CHECK,), (Weight.NOTE,))
        for place, row in enumerate(result.rows)
        if row.severity in answers
    ]
    no_data = [place for place, row in enumerate(result.rows) if row.answer is Answer.NO_DATA]
    return Listing("rows", text("By parcel and layer"), _ROWS, rows, first=[*first, *no_data])


def _row(row: Row) -> tuple[Value, ...]:
    constraint, known = row.constraint, row.answer is not Answer.NO_DATA
    rule = constraint.rule
    return (
        row.parcel,
        constraint.given,
        constraint.kind or None,
        _WHERE[rule.where],
        ANSWERS[row.answer],
        WEIGHTS[row.severity] if row.severity is not None else None,
        row.area if known else None,
        row.area if known else None,
        row.hundredths if known else None,
        row.area_planar_m2 if known else None,
        row.sliver,
        row.no_data,
        row.features,
        row.sliver_features,
        rule.source or None,
    )


def by_layer(result: Conflicts) -> Listing:
    """Return what each layer comes to: how many parcels it concerns, how many not, and how many nobody knows of."""
    rows = []
    for constraint in result.constraints:
        mine = result.of(constraint)
        area = total(row.area for row in mine)
        rule = constraint.rule
        rows.append(
            (
                constraint.given,
                constraint.kind or None,
                rule,
                _WHERE[rule.where],
                WEIGHTS[rule.severity],
                *(sum(row.answer is answer for row in mine) for answer in Answer),
                area,
                area,
                total(row.sliver for row in mine),
                constraint.given.dated or None,
            )
        )
    return Listing("layers", text("By layer"), _LAYERS, rows)


def _slivers(result: Conflicts) -> Listing:
    """Return what parcels have in slivers: listed, and no conflict by itself."""
    planar = Column("sliver_planar_m2", text("Planar (m²)"), Holds.PLANAR, width=14)
    columns = (_PARCEL, _LAYER, _SLIVER, planar, Column("sliver_features", text("Features in slivers"), width=30))
    thin = [row for row in result.rows if row.sliver_planar_m2 > 0]
    rows = [(row.parcel, row.constraint.given, row.sliver, row.sliver_planar_m2, row.sliver_features) for row in thin]
    planar_m2 = sum(round(row.sliver_planar_m2, 6) for row in thin)
    totals = (text("Total"), None, total(row.sliver for row in thin), planar_m2, None)
    return Listing("slivers", text("Slivers"), columns, rows, totals if rows else None)
