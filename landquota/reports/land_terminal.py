"""Land of the ledger as tables on the terminal; each total is the exact sum of its rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Final

from landquota.area import ZERO, Area, total
from landquota.i18n import clean, current_language, say
from landquota.ledger import STAGE_MEASURES, STAGES, Bucket
from landquota.reports.terminal import new_table, write
from landquota.rules.idle import Status
from landquota.vocabulary import label

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from landquota.ledger import LandFigure, LandPosition, Lot
    from landquota.reports.wording import Names
    from landquota.rules import Judged

_NOTHING: Final = "—"
_COLOURS: Final = {
    Status.NORMAL: "",
    Status.OVERDUE_START: "yellow",
    Status.IDLE: "bold red",
    Status.DELAYED: "cyan",
    Status.NO_DATA: "dim",
}


def show_stages(rows: Sequence[LandPosition], out: Console, names: Names, *, title: str, plots: bool = False) -> None:
    """Print land by stage, of holders or of their batches and parcels, with what follows from it."""
    language = current_language.get()
    table = new_table(title)
    for heading in (say("Holder"), *((say("Batch"), say("Parcel")) if plots else ())):
        table.add_column(heading)
    for heading in (*(label(s, language) for s in STAGES), say("Total")):
        table.add_column(heading, justify="right")
    for derived in ("unsupplied", "unused"):
        table.add_column(label(derived, language), justify="right")
    figures = [[*(row.now[s].area for s in STAGES), row.whole, row.unsupplied, row.unused] for row in rows]
    for row, areas in zip(rows, figures, strict=True):
        which = (row.batch or _NOTHING, row.parcel or _NOTHING) if plots else ()
        table.add_row(*map(clean, (names.say(row.holder, language), *which)), *map(_mu, areas))
    if len(rows) > 1:
        sums = [total(column) for column in zip(*figures, strict=True)]
        table.add_section()
        table.add_row(say("Total"), *([""] * 2 if plots else []), *map(_mu, sums))
    out.print(table)


def show_figures(figures: Mapping[tuple[str, str], LandFigure], out: Console, names: Names, *, title: str) -> None:
    """Print what is known of each holder's land by measure, and what it rests on; holders contain each other."""
    language = current_language.get()
    if not any(measure in STAGE_MEASURES for _, measure in figures):
        write(out, say("{title}: none", title=title))
        return
    table = new_table(title)
    table.add_column(say("Holder"))
    for measure in STAGE_MEASURES:
        table.add_column(label(measure, language), justify="right")
    table.add_column(say("Basis"))
    for holder, keys in groupby(sorted(figures), key=lambda key: key[0]):
        known = {measure: figures[holder, measure] for _, measure in keys if measure in STAGE_MEASURES}
        if known:
            cells = [known[m].bounds.number() if m in known else say("no data") for m in STAGE_MEASURES]
            bases = " · ".join(label(basis, language) for basis in dict.fromkeys(f.basis for f in known.values()))
            table.add_row(clean(names.say(holder, language)), *cells, bases)
    out.print(table)


def show_ageing(lots: Sequence[Lot], out: Console, names: Names, *, as_of: date, of: str) -> None:
    """Print lots with their ages, and their sums by age."""
    language = current_language.get()
    title = say("{what} (mu) as of {as_of}, end of day", what=label(of, language), as_of=as_of.isoformat())
    if not lots:
        write(out, say("{title}: none", title=title))
        return
    table = new_table(title)
    for heading in (say("Holder"), say("Batch"), say("Parcel")):
        table.add_column(heading)
    table.add_column(say("Area"), justify="right")
    table.add_column(say("Since"))
    table.add_column(say("Days"), justify="right")
    for heading in (say("Age"), say("Agreed start") if of == "unused" else say("Deadline"), ""):
        table.add_column(heading)
    for lot in lots:
        table.add_row(*_lot_row(lot, names, as_of, language))
    out.print(table)
    _show_buckets(lots, out, as_of, language)


def _lot_row(lot: Lot, names: Names, as_of: date, language: str) -> tuple[str, ...]:
    passed = {None: "", False: "", True: say("passed")}[lot.overdue(as_of)]
    return (
        *map(clean, (names.say(lot.holder, language), lot.batch or _NOTHING, lot.parcel or _NOTHING)),
        lot.area.mu,
        say("{day} (taken back)", day=lot.since) if lot.taken_back else lot.since.isoformat(),
        str(lot.days(as_of)),
        lot.bucket(as_of).render(language),
        _NOTHING if lot.deadline is None else lot.deadline.isoformat(),
        passed,
    )


def _show_buckets(lots: Iterable[Lot], out: Console, as_of: date, language: str) -> None:
    table = new_table(say("By age (mu)"))
    table.add_column(say("Age"))
    table.add_column(say("Area"), justify="right")
    sums = dict.fromkeys(Bucket, ZERO)
    for lot in lots:
        sums[lot.bucket(as_of)] += lot.area
    for bucket, area in sums.items():
        table.add_row(bucket.render(language), _mu(area))
    _add_total(table, total(sums.values()))
    out.print(table)


def show_idle(rows: Sequence[Judged], out: Console, names: Names, *, as_of: date) -> None:
    """Print what the rules make of supplied land, and the sums by result."""
    language = current_language.get()
    title = say("Idle land (mu) as of {as_of}, end of day", as_of=as_of.isoformat())
    if not rows:
        write(out, say("{title}: no supplied land that is not completed", title=title))
        return
    table = new_table(title)
    for heading in (say("Holder"), say("Parcel")):
        table.add_column(heading)
    table.add_column(say("Area"), justify="right")
    for heading in (say("Result"), say("By"), say("Counted from"), say("Idle from"), say("Report"), say("To do")):
        table.add_column(heading)
    for row in rows:
        table.add_row(*_idle_row(row, names, language), style=_COLOURS[row.status])
    out.print(table)
    _show_results(rows, out, language)


def _idle_row(row: Judged, names: Names, language: str) -> tuple[str, ...]:
    start = say("{day} (assumed)", day=row.counted_from) if row.assumed else _day(row.counted_from)
    return (
        *map(clean, (names.say(row.lot.holder, language), row.lot.parcel or _NOTHING)),
        row.lot.area.mu,
        label(row.status, language),
        clean(f"{label(row.case, language)}: {_NOTHING if row.rule is None else row.rule.source}"),
        start,
        _day(row.since),
        _day(None if row.report is None else row.report.reported),
        row.remedy.render(language),
    )


def _show_results(rows: Sequence[Judged], out: Console, language: str) -> None:
    table = new_table(say("By result (mu)"))
    table.add_column(say("Result"))
    table.add_column(say("Area"), justify="right")
    sums = {status: total(row.lot.area for row in rows if row.status is status) for status in Status}
    for status, area in sums.items():
        table.add_row(label(status, language), _mu(area))
    _add_total(table, total(sums.values()))
    out.print(table)


def _add_total(table: Table, area: Area) -> None:
    table.add_section()
    table.add_row(say("Total"), _mu(area))


def _day(day: date | None) -> str:
    return _NOTHING if day is None else day.isoformat()


def _mu(area: Area) -> str:
    return area.mu if area else _NOTHING
