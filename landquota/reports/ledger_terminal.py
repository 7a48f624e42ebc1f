"""Year-ends, lapses and reservations as tables on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from landquota.i18n import clean, current_language, say
from landquota.reports.terminal import new_table, show_findings, write
from landquota.reports.wording import Names
from landquota.vocabulary import label

if TYPE_CHECKING:
    from rich.console import Console

    from landquota.ledger import Lapse, Reservation, YearEnd


def show_year_end(result: YearEnd, out: Console, names: Names) -> None:
    """Print what becomes of each remainder, the sums by kind, then what was found."""
    if result.rows:
        _show_rows(result, out, names)
        out.print()
        _show_sums(result, out, names)
    if result.findings:
        out.print()
        show_findings(result.findings, out)


def _show_rows(result: YearEnd, out: Console, names: Names) -> None:
    language = current_language.get()
    title = say(
        "Year-end of {year}, carried to {to_year}, as of {day}, end of day",
        year=result.year,
        to_year=result.to_year,
        day=result.effective.isoformat(),
    )
    table = new_table(title)
    for heading in (say("Holder"), say("Quota kind"), say("What becomes of it")):
        table.add_column(heading)
    table.add_column(say("Amount"), justify="right")
    for heading in (say("Because"), say("Document")):
        table.add_column(heading)
    for row in result.rows:
        because = row.reason.render(language)
        if row.by is not None:
            because = say("{reason} ({key})", reason=because, key=row.by)
        cells = (names.say(row.holder, language), names.say(row.kind, language), label(row.what, language))
        table.add_row(*map(clean, cells), row.amount.render(language), clean(because), clean(row.source or "—"))
    out.print(table)


def _show_sums(result: YearEnd, out: Console, names: Names) -> None:
    language = current_language.get()
    table = new_table(say("Sums by quota kind"))
    for heading in (say("Quota kind"), say("What becomes of it")):
        table.add_column(heading)
    table.add_column(say("Amount"), justify="right")
    for (kind, what), amount in result.sums.items():
        table.add_row(clean(names.say(kind, language)), label(what, language), amount.render(language))
    out.print(table)


def show_reservations(rows: Sequence[Reservation], out: Console, names: Names, *, as_of: date) -> None:
    """Print the live reservations; those whose last day has passed are marked."""
    language = current_language.get()
    title = say("Reservations as of {as_of}, end of day", as_of=as_of.isoformat())
    if not rows:
        write(out, say("{title}: none", title=title))
        return
    table = new_table(title)
    for heading in (say("Key"), say("Holder"), say("Quota kind")):
        table.add_column(heading)
    for heading in (say("Year"), say("Reserved"), say("Left")):
        table.add_column(heading, justify="right")
    for heading in (say("From"), say("Until"), say("For")):
        table.add_column(heading)
    for row in rows:
        until = "—" if row.expires is None else row.expires.isoformat()
        if row.expired(as_of):
            until = say("{day} overdue", day=until)
        cells = (row.key, names.say(row.holder, language), names.say(row.kind, language), str(row.year or "—"))
        figures = (row.reserved.render(language), row.left.render(language))
        table.add_row(*map(clean, cells), *figures, row.effective.isoformat(), until, clean(_purpose(row)))
    out.print(table)


def _purpose(row: Reservation) -> str:
    return " ".join(part for part in (row.reason, row.zone, row.parcel) if part) or "—"


def show_lapses(rows: Sequence[Lapse], out: Console, names: Names, *, day: date) -> None:
    """Print what lapses of the reservations that have expired."""
    language = current_language.get()
    title = say("Lapses on {day}", day=day.isoformat())
    if not rows:
        write(out, say("{title}: none", title=title))
        return
    table = new_table(title)
    for heading in (say("Key"), say("Holder"), say("Quota kind")):
        table.add_column(heading)
    table.add_column(say("Year"), justify="right")
    table.add_column(say("Until"))
    table.add_column(say("Lapses"), justify="right")
    for row in rows:
        held = row.reservation
        cells = (held.key, names.say(held.holder, language), names.say(held.kind, language), str(held.year or "—"))
        table.add_row(*map(clean, cells), str(held.expires), row.amount.render(language))
    out.print(table)
