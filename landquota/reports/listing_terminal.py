"""A report on the terminal: its listings as tables, the notes, and what is wrong with the data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text as Styled

from landquota.i18n import clean, current_language, say
from landquota.reports.terminal import new_table, show_findings, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from landquota.reports.listing import Listing, Report

#: A table on the terminal lists so many rows, and only a few of more.
_MOST_ROWS: Final = 60
_ROWS_OF_MANY: Final = 30


def show(report: Report, out: Console) -> None:
    """Print the whole report."""
    language = current_language.get()
    write(out, Styled(clean(report.title.render(language)), style="bold"))
    for listing in report.listings:
        if listing.rows:
            show_listing(listing, out, language)
    for note in report.notes:
        write(out, clean(note.render(language)), style="dim")
    if report.findings:
        out.print()
        show_findings(report.findings, out)


def show_listing(listing: Listing, out: Console, language: str) -> None:
    """Print a listing as a table below a blank line."""
    out.print()
    columns = [(index, column) for index, column in enumerate(listing.columns) if column.short]
    table = new_table(clean(listing.title.render(language)))
    for _, column in columns:
        table.add_column(column.heading.render(language), justify="right" if column.is_figure else "left")
    texts, shown = listing.texts(language, people=True), _shown(listing)
    for at in shown:
        table.add_row(*(clean(texts[at][place]) for place, _ in columns))
    if listing.totals is not None:
        totals = listing.total_texts(language)
        table.add_section()
        table.add_row(*(clean(totals[place]) for place, _ in columns), style="bold")
    out.print(table)
    if len(shown) < len(listing.rows):
        write(out, say("{count} more rows; -o FILE or --json lists them all", count=len(listing.rows) - len(shown)))


def _shown(listing: Listing) -> Sequence[int]:
    """Return the places of all rows, or of many those that matter most, in their order."""
    if len(listing.rows) <= _MOST_ROWS:
        return range(len(listing.rows))
    first = dict.fromkeys([*listing.first, *range(_ROWS_OF_MANY)])
    return sorted(list(first)[:_ROWS_OF_MANY])
