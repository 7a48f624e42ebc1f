"""Control totals: exact figures that documents state, held against the ledger's own, to the unit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Final

from landquota.amount import Amount
from landquota.area import UNITS, counted_in
from landquota.i18n import text
from landquota.ledger.accounts import LAND
from landquota.ledger.checks import finding
from landquota.ledger.drafts import StatementDraft
from landquota.ledger.entries import Record
from landquota.ledger.movements import LABELS, MEASURES
from landquota.ledger.refusals import EntryRefused
from landquota.ledger.replay import Due, Replay
from landquota.ledger.statements import Group
from landquota.ledger.tally import Flow, Tally, behind, tallies
from landquota.ledger.verification import Problem, plain
from landquota.ledger.words import Joined, account

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: How many entries a refusal names, the largest; the ledger's log has the rest.
_NAMED: Final = 8


def controls(replay: Replay) -> tuple[int, list[Problem]]:
    """Compare each standing exact statement about quota with the ledger's own figure as of its day.

    One that a later one as of the same day replaces does not stand; where the ledger has no
    transfers of its own there is nothing to compare.

    Returns
    -------
    tuple
        How many statements the ledger was held against, and a problem for each that differs.
    """
    statements = _standing(replay)
    flows = _flows(replay, statements)
    compared = [each for group, dues in statements.items() for each in _compared(dues, flows.get(group, []))]
    records = {record.seq: record for record, _ in replay.entries}
    differing = [(due, units) for due, units in compared if due.row["nominal"] != units]
    return len(compared), [_difference(records[due.seq], due, units) for due, units in differing]


def _compared(statements: Sequence[Due], flows: Sequence[tuple[str, Flow]]) -> list[tuple[Due, int]]:
    """Return the statements about one quota that the ledger can tell, each with the figure of its day."""
    tally, taken, figures = Tally(), 0, []
    for due in statements:
        while taken < len(flows) and flows[taken][0] <= due.row["effective"]:
            tally.take(flows[taken][1])
            taken += 1
        figures.append((due, tally.sums.get(due.row["measure"], 0)))
    for _, flow in flows[taken:]:
        tally.take(flow)
    return [(due, units) for due, units in figures if tally.speaks_about(due.row["measure"])]


def _difference(record: Record, due: Due, units: int) -> Problem:
    row = due.row
    counted = counted_in(UNITS[row["unit"]])
    message = text(
        "{source} states {written} ({measure}, {account}, as of {as_of}); by the ledger's entries it is {figure},"
        " a difference of {difference}",
        source=Joined(tuple(part for part in (record.document, record.clause) if part), " "),
        written=row["written"],
        measure=LABELS[row["measure"]],
        account=account(row["kind"], row["holder"], row["year"]),
        as_of=row["effective"],
        figure=counted(units),
        difference=counted(abs(row["nominal"] - units)),
    )
    return Problem(record.seq, plain(record.key), message)


def _standing(replay: Replay) -> dict[Group, list[Due]]:
    """Return the exact statements about quota that nobody has taken back, by what they are about and by day."""
    taken_back = {due.row["target"] for due in replay.table("reversal")}
    latest: dict[tuple[object, ...], Due] = {}
    for due in replay.table("statement"):
        row = due.row
        measure = MEASURES.get(row["measure"])
        if due.seq not in taken_back and measure is not None and measure.of_kind and row["kind"] is not None:
            latest[row["holder"], row["kind"], row["year"], row["measure"], row["effective"]] = due
    groups: dict[Group, list[Due]] = defaultdict(list)
    for due in sorted(latest.values(), key=lambda due: (due.row["effective"], due.seq)):
        row = due.row
        if row["low"] == row["high"]:
            groups[Group(row["holder"], row["kind"], row["year"])].append(due)
    return groups


def _flows(replay: Replay, groups: Collection[Group]) -> dict[Group, list[tuple[str, Flow]]]:
    """Return what came and went in each of `groups`, by day."""
    accounts = {
        number: each
        for number, each in replay.accounts().items()
        if each.book != LAND and Group(each.holder or "", each.kind or "", each.year) in groups
    }
    flows: dict[Group, list[tuple[str, Flow]]] = defaultdict(list)
    for due in replay.table("transfer") if accounts else ():
        row = due.row
        for side in ("debit", "credit"):
            each = accounts.get(row[side])
            if each is not None:
                flow = Flow(each, row["movement"], bool(row["mirror"]), side == "credit", row["amount"])
                group = Group(each.holder or "", each.kind or "", each.year)
                flows[group].append((row["effective"], flow))
    for found in flows.values():
        found.sort(key=itemgetter(0))
    return flows


class ControlDiffers(EntryRefused):
    """A control total that the ledger does not reach; `entries` are those behind its figure, the largest first."""

    def __init__(self, draft: StatementDraft, figure: Amount, entries: Sequence[tuple[str, Amount]]) -> None:
        self.asserted, self.figure = draft.figure.nominal, figure
        self.difference = self.asserted - figure
        self.entries = tuple(entries)
        shown = [Joined(each, " ") for each in entries[:_NAMED]] + ["…"] * (len(entries) > _NAMED)
        problem = finding(
            draft,
            "LEDGER-CONTROL-DIFFERS",
            "figure",
            measure=LABELS[draft.measure],
            account=account(draft.kind or "", draft.holder, draft.year),
            as_of=draft.effective,
            asserted=self.asserted.number,
            figure=figure.number,
            difference=self.difference,
            entries=Joined(tuple(shown) or ("—",)),
        )
        super().__init__([problem])

    def details(self) -> dict[str, object]:
        """Return the arithmetic as plain data; amounts are exact numbers as strings."""
        unit = self.figure.code
        return {
            **super().details(),
            f"asserted_{unit}": self.asserted.number,
            f"ledger_{unit}": self.figure.number,
            f"difference_{unit}": self.difference.number,
            "entries": [{"key": key, f"amount_{unit}": amount.number} for key, amount in self.entries],
        }


def require_control(connection: Connection, draft: StatementDraft) -> None:
    """Refuse a control total that the ledger's entries do not come to, as of its day.

    Raises
    ------
    EntryRefused
        The figure is not exact, or not about quota.
    ControlDiffers
        The ledger's own figure is another one.
    """
    measure, counted = MEASURES[draft.measure], type(draft.figure.nominal)
    if not measure.of_kind or not draft.figure.bounds.exact:
        code = "LEDGER-CONTROL-EXACT" if measure.of_kind else "LEDGER-CONTROL-MEASURE"
        raise EntryRefused([finding(draft, code, "figure", written=draft.figure.written, measure=measure.label)])
    group, day = Group(draft.holder, draft.kind or "", draft.year), draft.effective.isoformat()
    tally = tallies(connection, as_of=day, group=group).get(group, Tally())
    figure = counted(tally.sums.get(draft.measure, 0))
    if figure != draft.figure.nominal:
        entries = [(key, counted(units)) for key, units in behind(connection, group, draft.measure, as_of=day)]
        raise ControlDiffers(draft, figure, sorted(entries, key=lambda each: -abs(each[1].units)))
