"""Reading a bureau's form: the sheet as a whole, as drafts for the ledger, with everything that is wrong in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from landquota.area import Area
from landquota.collector import collector_at_rest
from landquota.findings import Finding
from landquota.formats.sheets.sheet import words
from landquota.forms import movements
from landquota.forms.batches import Batches, Defaults, as_recorded, repeated
from landquota.forms.cells import Cells
from landquota.forms.columns import BATCHES, Form
from landquota.forms.reading import Reading
from landquota.forms.table import read_table
from landquota.ledger import Draft, Entry, MovementDraft
from landquota.ledger.declarations import EARLIEST
from landquota.ledger.words import Joined
from landquota.seeds import keyed

#: Findings that say that something is not there, or not enough, and the parameter that names it.
_LACKS: Final[Mapping[str, str]] = {
    "LEDGER-OVERDRAFT": "account",
    "LEDGER-REQUEST-UNKNOWN": "request",
    "LEDGER-REQUEST-EXCEEDED": "request",
    "LEDGER-RESERVATION-UNKNOWN": "reservation",
    "LEDGER-REVERSAL-UNKNOWN": "key",
}
#: What is wrong with a row whatever its other cells hold.
_OF_THE_ROW: Final = frozenset(
    {
        "LEDGER-MOVEMENT-UNKNOWN",
        "LEDGER-HOLDER-UNKNOWN",
        "LEDGER-KIND-UNKNOWN",
        "LEDGER-MOVEMENT-KIND",
        "LEDGER-TO-MISSING",
        "LEDGER-TO-SAME",
        "LEDGER-ALLOT-PARENT",
        "LEDGER-FIELD-NEEDLESS",
    }
)
#: Stands for the amount of a row that cannot be read.
_SOME: Final = Area(1)
#: What of a row that cannot be read others may hang on.
_DOUBTS: Final[Mapping[str, tuple[str, ...]]] = {
    "movements": ("holder", "to", "parcel", "batch", "key"),
    "batches": ("batch", "parcel"),
}

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Filled:
    """A form that was filled in: what it would post, by which form, and everything that was found in it.

    Of rows that cannot be read, `doubtful` are the holders, parcels, batches and keys, and
    `partial` what could be read, to be checked and never posted.
    """

    drafts: tuple[Draft, ...]
    findings: tuple[Finding, ...]
    form: Form | None = None
    doubtful: frozenset[str] = frozenset()
    partial: tuple[Draft, ...] = ()

    def with_rules(self, broken: Iterable[Finding], partial: Iterable[Finding]) -> list[Finding]:
        """Return everything that is wrong: with the sheet, and by the ledger's rules.

        What a row that cannot be read would give to an account is not there, so that a later row
        may seem to take too much; only mending the first will tell, and it is left out.

        Parameters
        ----------
        broken, partial
            What the ledger found wrong with the drafts, and with what could be read of the other rows.
        """
        judged = [finding for finding in broken if self.doubtful.isdisjoint(_lacking(finding))]
        return [*self.findings, *judged, *(finding for finding in partial if finding.code in _OF_THE_ROW)]

    @property
    def known_by_batch(self) -> bool:
        """Whether it is kept up to date batch by batch, so that :meth:`beside` matters."""
        return self.form is BATCHES

    def beside(self, entries: Iterable[Entry]) -> tuple[Draft, ...]:
        """Return the drafts, what the table no longer says as the ledger's entries have it."""
        return tuple(as_recorded(self.drafts, entries)) if self.known_by_batch else self.drafts


def read_form(
    path: Path,
    *,
    defaults: Defaults,
    sheet: str | None = None,
    computed: bool = False,
    progress: Progress | None = None,
) -> Filled:
    """Read a CSV or XLSX file in one of the forms; which one is told by its headings.

    Parameters
    ----------
    defaults
        What rows that do not say it mean.
    sheet
        The sheet of a workbook; without it the only one that holds a form with entries.
    computed
        Take the value that is stored with a formula; otherwise each formula is an error.
    progress
        Is told, after each row, how many of how many have been read.
    """
    with collector_at_rest():
        table, findings = read_table(path, sheet=sheet)
        if table is None:
            return Filled((), tuple(findings))
        filled = _filled(Reading(table, computed=computed), defaults, progress)
    if not computed:  # refused anyway, whether a value is stored with it or not
        findings = [finding for finding in findings if finding.code != "SHEET-FORMULA"]
    return replace(filled, findings=(*findings, *filled.findings))


def _filled(reading: Reading, defaults: Defaults, progress: Progress | None) -> Filled:
    """Return what the rows of a table say, and what is wrong with them."""
    table = reading.table
    rows = _rows(reading, progress)
    bad: list[Cells] = []
    partial: list[Draft] = []
    if table.form is BATCHES:
        drafts, found = _batches(rows, bad, defaults)
    else:
        drafts, found = _movements(rows, bad, partial)
    names = _DOUBTS[table.form.name]
    doubtful = frozenset(words(cells.line.cell(at)) for cells in bad for name in names for at in table.of(name)) - {""}
    return Filled(tuple(drafts), (*found, *reading.findings()), table.form, doubtful, tuple(partial))


def _rows(reading: Reading, progress: Progress | None) -> Iterable[Cells]:
    table = reading.table
    lines = table.lines
    if table.form is BATCHES:
        lines = repeated(lines, table.fields)
    for number, line in enumerate(lines, 1):
        yield Cells(reading, line)
        if progress is not None:
            progress(number, len(lines))


def _movements(rows: Iterable[Cells], bad: list[Cells], partial: list[Draft]) -> tuple[list[Draft], list[Finding]]:
    drafts: list[Draft] = []
    for cells in rows:
        draft = movements.draft(cells)
        if not cells.findings:
            drafts.append(draft)
            continue
        bad.append(cells)
        if isinstance(draft, MovementDraft) and draft.movement and draft.holder:
            partial.append(
                replace(draft, amount=draft.amount or _SOME, effective=draft.effective or EARLIEST, key=None)
            )
    return keyed(drafts), _of(bad)


def _batches(rows: Iterable[Cells], bad: list[Cells], defaults: Defaults) -> tuple[list[Draft], list[Finding]]:
    batches = Batches(defaults)
    for cells in rows:
        batches.add(cells)
        if cells.findings:
            bad.append(cells)
    return list(batches.drafts()), [*_of(bad), *batches.deadlines()]


def _of(bad: Iterable[Cells]) -> list[Finding]:
    return [finding for cells in bad for finding in cells.findings]


def _lacking(finding: Finding) -> set[str]:
    """Return the names of what is said not to be there, or not enough."""
    name = _LACKS.get(finding.code)
    said = None if name is None else finding.params.get(name)
    return {str(part) for part in (said.parts if isinstance(said, Joined) else (said,))}
