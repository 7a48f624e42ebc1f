"""Tables on the terminal: numbers right-aligned, one unit per table, no data said as such."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text as Styled

from landquota.area import Bounds, Unit
from landquota.findings import Finding, Severity, worst_first
from landquota.i18n import Text, clean, current_language, say, text
from landquota.reports.plain import QUOTA_MEASURES
from landquota.reports.wording import Names, by_book, difference, documented_area, remarks
from landquota.vocabulary import label

if TYPE_CHECKING:
    from landquota.ledger import Entry, Position
    from landquota.reconcile import HolderAccount, Reconciliation, ZoneAccount

_WIDTH: Final = 200
_DECLARATIONS: Final = frozenset({"holder", "kind"})
#: In which units a file's total is said, with their usual decimals.
_TOTALS: Final = ((Unit.M2, 2), (Unit.HA, 4), (Unit.MU, 2))
#: A table on the terminal stops here; --json lists everything.
_MOST_ROWS: Final = 50
#: And the findings of one code after so many.
_MOST_PLACES: Final = 100
_COLOURS: Final = {Severity.ERROR: "bold red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}
_VERDICT_COLOURS: Final = {
    "covered": "green",
    "uncovered": "bold red",
    "possibly_uncovered": "yellow",
    "no_data": "dim",
}
#: Terms of the balance that most quota never uses; without them a row would not add up.
_ONLY_WHERE_USED: Final = ("transferred_in", "transferred_out", "carried_in", "carried_out", "withdrawn")
#: Shown where a figure rests on how the source's wording is understood.
_DAGGER: Final = "†"


def console(*, stderr: bool = False) -> Console:
    """Return a console; redirected output is as wide as its tables, without colour."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _WIDTH
    return Console(file=stream, width=width, highlight=False, markup=False, emoji=False)


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int], None]]:
    """Show a progress bar on standard error while the work reports ``(done, of)``."""
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def write(out: Console, line: str | Styled, *, style: str | None = None) -> None:
    """Print one line of prose and leave wrapping to the terminal: a command in it stays whole."""
    out.print(line, style=style, soft_wrap=True)


def show_reconciliation(result: Reconciliation, out: Console) -> None:
    """Print the reconciliation, zone by zone, then the other holders, then the findings."""
    language = current_language.get()
    names = Names.of((account.holder for account in result.holders), result.kinds)
    head = say(
        "As of {as_of}, end of day · area by {method} · ledger {head}",
        as_of=result.as_of.isoformat(),
        method=label(result.project.area_method, language),
        head=short_hash(result.ledger_head),
    )
    write(out, Styled(say("{name}: quota reconciliation", name=result.project.title(language)), style="bold"))
    write(out, head)
    for zone in result.zones:
        out.print()
        _show_zone(zone, out, names)
    zoned = {zone.holder for zone in result.zones}
    others = [h for h in result.holders if h.quota and h.holder.holder not in zoned]
    if others:
        out.print()
        rows = [position for account in others for position in account.quota]
        show_positions(rows, out, names, title=text("Other holders: {book}"))
    landed = [h for h in result.holders if h.land and h.holder.holder not in zoned]
    if landed:
        out.print()
        out.print(_holders_land(landed, names, language))
    if result.parcels:
        _show_ground(result, out, language)
    out.print()
    show_findings(result.findings, out)


def _show_ground(result: Reconciliation, out: Console, language: str) -> None:
    """Print what the parcels are made of and which constraints concern them, or that nobody knows it."""
    from landquota.reports import conflicts, land_use  # noqa: PLC0415 - they need the geometry libraries
    from landquota.reports.listing_terminal import show_listing  # noqa: PLC0415 - it uses the tables of this module

    if result.land_use is None:
        out.print()
        write(out, say("Land classes of the parcels: no data (the project has no land-use layer)"))
    else:
        show_listing(land_use.by_zone(result, result.land_use), out, language)
    if result.constraints is not None:
        show_listing(conflicts.by_layer(result.constraints), out, language)


def _holders_land(holders: Sequence[HolderAccount], names: Names, language: str) -> Table:
    """Return the land of holders that are no zone of the map, each with that of the holders below."""
    from landquota.reconcile import LAND_MEASURES  # noqa: PLC0415 - geometry libraries load only when there is a result

    table = new_table(say("Other holders: land (mu), with that of the holders below"))
    table.add_column(say("Holder"))
    for measure in LAND_MEASURES:
        table.add_column(label(measure, language), justify="right")
    for account in holders:
        figures = [account.land[m].bounds.number() if m in account.land else say("no data") for m in LAND_MEASURES]
        table.add_row(clean(names.say(account.holder.holder, language)), *map(_tight, figures))
    return table


def _show_zone(zone: ZoneAccount, out: Console, names: Names) -> None:
    language = current_language.get()
    title = Styled(f"{clean(zone.render(language))} ({clean(zone.zone)})", style="bold")
    title.append("   " + _area_line(zone, language), style="not bold")
    write(out, title)
    if zone.quota:
        show_positions(zone.quota, out, names, holder=False)
    else:
        write(out, "  " + say("Quota: no data (the sources state none)"))
    _show_land(zone, out, language)
    _show_difference(zone, out, language)


def _area_line(zone: ZoneAccount, language: str) -> str:
    return say(
        "documented {documented}   measured {measured} km² ({nature})",
        documented=documented_area(zone),
        measured=zone.measured.in_unit(Unit.KM2, 4),
        nature=label(zone.nature, language),
    )


def show_positions(
    rows: Sequence[Position], out: Console, names: Names, *, title: Text | None = None, holder: bool = True
) -> None:
    """Print positions, one table for each book and unit; `title` says more than the book's name, as ``{book}``."""
    language = current_language.get()
    for book, mine in by_book(rows):
        heading = book if title is None else Text(title.msgid, {**title.params, "book": book})
        out.print(_positions_table(mine, names, title=heading.render(language), holder=holder))


def _positions_table(rows: Sequence[Position], names: Names, *, title: str, holder: bool) -> Table:
    """Return positions of one book as a table; what only some quota does has a column where it does it."""
    language = current_language.get()
    moved = [measure for measure in _ONLY_WHERE_USED if not all(getattr(row, measure).none for row in rows)]
    measures = [*QUOTA_MEASURES[:4], *moved, *QUOTA_MEASURES[4:]]
    table = new_table(title)
    if holder:
        table.add_column(say("Holder"))
    table.add_column(say("Quota kind"))
    table.add_column(say("Year"), justify="right")
    for measure in measures:
        table.add_column(label(measure, language), justify="right")
    table.add_column(say("Basis"))
    for row in rows:
        mark = f" {_DAGGER}" if row.basis == "interpreted" else ""
        figures = [_figure(getattr(row, measure), mark) for measure in measures]
        year = "—" if row.year is None else str(row.year)
        called = [names.say(row.holder, language)] if holder else []
        kind = names.say(row.kind, language)
        table.add_row(*map(clean, called), clean(kind), year, *figures, label(row.basis, language))
    return table


def _figure(bounds: Bounds, mark: str) -> str:
    return "—" if bounds.none else _tight(bounds.number() + mark)


def _tight(figure: str) -> str:
    """Return a figure that a narrow column does not break."""
    return figure.replace(" ", "\N{NO-BREAK SPACE}")


def _show_land(zone: ZoneAccount, out: Console, language: str) -> None:
    from landquota.reconcile import LAND_MEASURES  # noqa: PLC0415 - geometry libraries load only when there is a result

    if zone.land:
        table = new_table(say("Land (mu)"))
        table.add_column("")
        for measure in (*LAND_MEASURES, "not_under_construction"):
            table.add_column(label(measure, language), justify="right")
        for source, figures in _land_rows(zone):
            table.add_row(source, *(figures.get(m, say("no data")) for m in (*LAND_MEASURES, "not_under_construction")))
        if zone.parcels.count:
            drawn = [zone.parcels.reached(m).in_unit(Unit.MU, 2) for m in LAND_MEASURES]
            table.add_row(say("map (illustrative)") if zone.parcels.illustrative else say("map"), *drawn, "—")
        out.print(table)
    else:
        write(out, "  " + say("Land: no data (the sources state none)"))
    _show_parcels(zone, out, language)


def _land_rows(zone: ZoneAccount) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the figures of land by what they rest on, the ledger's first; a difference rests on the weaker of two."""
    by_ledger = {m: f.bounds for m, f in zone.land.items() if f.statement is None}
    stated = {m: f.bounds for m, f in zone.land.items() if f.statement is not None}
    if zone.not_under_construction is not None:
        weaker = stated if {"requisitioned", "under_construction"} & stated.keys() else by_ledger
        weaker["not_under_construction"] = zone.not_under_construction
    for source, there, elsewhere in ((say("ledger"), by_ledger, stated), (say("documents"), stated, by_ledger)):
        if there:
            yield source, {**dict.fromkeys(elsewhere, "—"), **{m: _tight(b.number()) for m, b in there.items()}}


def _show_parcels(zone: ZoneAccount, out: Console, language: str) -> None:
    """Print the zone's parcels by the stage that each is in."""
    stages = [
        f"{label(s.stage, language)} {s.count} ({s.area.in_unit(Unit.MU, 2)} {Unit.MU.render(language)})"
        for s in zone.parcels.by_stage
    ]
    if stages:
        title = say("Parcels on the map (illustrative)") if zone.parcels.illustrative else say("Parcels on the map")
        write(out, f"  {title}: " + " · ".join(stages))


def _show_difference(zone: ZoneAccount, out: Console, language: str) -> None:
    verdict = Styled(label(zone.verdict.value, language), style=_VERDICT_COLOURS[zone.verdict.value])
    arithmetic = difference(zone)
    line = Styled("  " + say("Difference") + ": ")
    if arithmetic is not None:
        line.append(arithmetic.render(language) + "  ")
    write(out, line + verdict)
    for remark in remarks(zone):
        write(out, "  " + remark.render(language))


def show_findings(findings: Sequence[Finding], out: Console) -> None:
    """Print findings, the worst first, those of one code together, then their count."""
    language = current_language.get()
    for _, group in groupby(worst_first(findings), key=lambda finding: finding.code):
        _show_group(list(group), out, language)
    counts = [sum(f.severity is severity for f in findings) for severity in Severity]
    write(
        out,
        say(
            "Findings: {errors} error(s), {warnings} warning(s), {notes} note(s)",
            errors=counts[0],
            warnings=counts[1],
            notes=counts[2],
        ),
    )


def _show_group(group: Sequence[Finding], out: Console, language: str) -> None:
    """Print the findings of one code: each with its place, a remedy that they share only once."""
    first = group[0]
    head = Styled(label(first.severity.value, language), style=_COLOURS[first.severity])
    head.append(f" {first.code}", style="not bold dim")
    if len(group) > 1:
        write(out, head.append(f" × {len(group)}", style="default not bold"))
    shared = len({finding.remedy(language) for finding in group}) == 1
    for finding in group[:_MOST_PLACES]:
        place = clean(finding.place.render(language))
        if len(group) == 1:
            write(out, head.append(f"  {place}" if place else "", style="default not bold"))
        elif place:
            write(out, f"  {place}")
        write(out, ("  " if len(group) == 1 or not place else "    ") + finding.message(language))
        if not shared:
            _say_remedy(finding, out, language)
    if len(group) > _MOST_PLACES:
        write(out, "  " + say("{count} more of this kind; --json lists them all", count=len(group) - _MOST_PLACES))
    if shared:
        _say_remedy(first, out, language)


def _say_remedy(finding: Finding, out: Console, language: str) -> None:
    remedy = finding.remedy(language)
    if remedy:
        write(out, "  " + say("Remedy: {remedy}", remedy=remedy), style="dim")


def show_entries(
    entries: Sequence[Entry], out: Console, *, as_of: date | None = None, declarations: bool = False
) -> None:
    """Print ledger entries in their order; the declarations of holders and kinds only where asked for."""
    language = current_language.get()
    shown = [entry for entry in entries if declarations or entry.type not in _DECLARATIONS]
    title = say("Ledger") if as_of is None else say("Ledger as of {as_of}, end of day", as_of=as_of.isoformat())
    table = new_table(title)
    for heading in (say("No."), say("Effective"), say("Entry"), say("About"), say("Quota kind")):
        table.add_column(heading)
    table.add_column(say("Figure"), justify="right")
    for heading in (say("Parcel"), say("Document"), say("Key")):
        table.add_column(heading)
    for entry in shown:
        table.add_row(*(clean(cell) for cell in _entry_row(entry, language)))
    out.print(table)
    if len(shown) < len(entries):
        write(
            out,
            say(
                "{count} declarations of holders and quota kinds are not listed; --all lists them.",
                count=len(entries) - len(shown),
            ),
        )


def _entry_row(entry: Entry, language: str) -> tuple[str, ...]:
    body = entry.target or entry.body
    what = label(str(body.get("movement") or body.get("measure") or entry.type), language)
    if entry.target is not None:
        what = say("{entry} (reversal)", entry=what)
    if entry.reversed_by is not None:
        what = say("{entry} (reversed)", entry=what)
    about = " → ".join(str(body[name]) for name in ("holder", "to") if body.get(name)) or str(body.get("name", ""))
    kind = " ".join(str(body[name]) for name in ("kind", "year") if body.get(name))
    document = " ".join(part for part in (entry.document, entry.clause) if part)
    figure = entry.figure(language)
    day = entry.effective.isoformat()
    return (str(entry.seq), day, what, about, kind, figure, str(body.get("parcel", "")), document, entry.key)


def short_hash(digest: str) -> str:
    """Return the head as people compare it: its first six and last two digits."""
    return f"{digest[:6]}…{digest[-2:]}"


class _Table(Table):
    """A table that never cuts a figure or a key short: what is too wide goes on in the next line."""

    def add_column(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - rich's own signature
        """Add a column that folds."""
        super().add_column(*args, **{"overflow": "fold", **kwargs})


def new_table(title: str) -> Table:
    """Return an empty table without a frame, its figures to be aligned right."""
    from rich import box  # noqa: PLC0415 - loaded with the first table

    return _Table(
        title=title,
        title_justify="left",
        title_style="",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, 1),
        header_style="bold",
    )
