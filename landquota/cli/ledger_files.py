"""``ledger import``, ``ledger template`` and ``ledger export``: the ledger in the forms that a bureau keeps."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from landquota.cli.ledger import ledger, now, open_ledger
from landquota.cli.options import FILE, Session, common_options, day, option, pass_session
from landquota.i18n import mark, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from landquota.findings import Finding
    from landquota.forms import Filled
    from landquota.ledger import Change, Draft, Ledger, Preview

_OUTPUT: Final = click.Path(path_type=Path, dir_okay=False)


@ledger.command(
    "import",
    help=mark(
        "Import movements, or approval batches with their parcels and supplies, from a CSV or XLSX file:"
        " all of them, or none with every error named. The headings tell which form it is."
    ),
    example=(
        "landquota ledger import 指标台账.xlsx --dry-run\n"
        "landquota ledger import 批而未供.xlsx --sheet 2018年 --dated 2018-12-31"
    ),
)
@click.argument("file", type=FILE)
@option("--sheet", help=mark("Sheet of the workbook (default: the only one that is filled in)."))
@option(
    "--formulas",
    type=click.Choice(["refuse", "values"]),
    default="refuse",
    show_default=True,
    help=mark("What a formula is: an error, or the value that is stored with it."),
)
@option(
    "--dated",
    type=day,
    metavar="DATE",
    help=mark("Day of supplies that the table gives without one: the day as of which it counts."),
)
@option("--dry-run", is_flag=True, help=mark("Show what would be added and how balances would change; write nothing."))
@common_options
@pass_session
def import_(
    session: Session, file: Path, *, sheet: str | None, formulas: str, dated: date | None, dry_run: bool
) -> None:
    """Import one file in one of the forms."""
    from landquota.findings import FindingsError, has_errors
    from landquota.forms import Defaults, read_form
    from landquota.reports.terminal import progress

    defaults = Defaults(session.project().holder, dated)
    with progress(say("Reading")) as report:
        filled = read_form(file, defaults=defaults, sheet=sheet, computed=formulas == "values", progress=report)
    with open_ledger(session) as book:
        drafts = filled.beside(book.entries()) if filled.known_by_batch else filled.drafts
        if dry_run:
            _preview(session, book, drafts, filled)
            return
        with progress(say("Importing")) as report:
            if has_errors(filled.findings):
                raise FindingsError(filled.with_rules(book.check_all(drafts), book.check_all(filled.partial)))
            receipts = book.import_all(drafts, recorded=now(), progress=report)
        head = book.head
    present = sum(receipt.already for receipt in receipts)
    _show_import(session, added=len(receipts) - present, present=present, head=head, notes=filled.findings)


def _show_import(session: Session, *, added: int, present: int, head: str, notes: Sequence[Finding]) -> None:
    if session.json:
        said = [note.to_json(session.language) for note in notes]
        session.print_json({"entries_added": added, "entries_present": present, "ledger_head": head, "findings": said})
        return
    _show_notes(notes)
    click.echo(say("Ledger: {added} entries added, {present} already there.", added=added, present=present))


def _show_notes(findings: Sequence[Finding]) -> None:
    from landquota.reports.terminal import console, show_findings

    if findings:
        show_findings(findings, console(stderr=True))


def _preview(session: Session, book: Ledger, drafts: Sequence[Draft], filled: Filled) -> None:
    """Show what an import would do; exit 1 where it would be refused."""
    from landquota.findings import has_errors, worst_first

    last = max((draft.effective for draft in drafts), default=date.max)
    as_of = session.as_of or last
    preview = book.preview(drafts, as_of=as_of)
    findings = worst_first(filled.with_rules(preview.findings, book.check_all(filled.partial)))
    refused = has_errors(findings)
    if session.json:
        session.print_json(_plain(preview, findings, session, as_of=as_of, refused=refused))
    else:
        _show_preview(preview, as_of=as_of)
        _show_notes(findings)
        click.echo(
            say("Nothing was written: the import would be refused.")
            if refused
            else say("Nothing was written; without --dry-run it would be.")
        )
    if refused:
        click.get_current_context().exit(1)


def _plain(
    preview: Preview, findings: Iterable[Finding], session: Session, *, as_of: date, refused: bool
) -> dict[str, object]:
    """Return a preview as plain data."""
    return {
        "dry_run": True,
        "refused": refused,
        "entries_added": sum(not receipt.already for receipt in preview.receipts),
        "entries_present": sum(receipt.already for receipt in preview.receipts),
        "keys_added": [receipt.key for receipt in preview.receipts if not receipt.already],
        "as_of": as_of.isoformat(),
        "changes": [_plain_change(change) for change in preview.changes],
        "findings": [finding.to_json(session.language) for finding in findings],
    }


def _plain_change(change: Change) -> dict[str, object]:
    unit = change.before.code
    return {**change.of._asdict(), f"before_{unit}": change.before.number, f"after_{unit}": change.after.number}


def _show_preview(preview: Preview, *, as_of: date) -> None:
    """Print how many entries there are, and each balance before and after."""
    from landquota.i18n import clean, current_language
    from landquota.reports.terminal import console, new_table
    from landquota.vocabulary import label

    language = current_language.get()
    present = sum(receipt.already for receipt in preview.receipts)
    added = len(preview.receipts) - present
    click.echo(
        say("Ledger: {added} entries would be added, {present} are there already.", added=added, present=present)
    )
    if not preview.changes:
        return
    table = new_table(say("Balances as of {as_of}, end of day", as_of=as_of.isoformat()))
    for heading in (say("Holder"), say("Quota kind"), say("Year"), say("State")):
        table.add_column(heading)
    for heading in (say("Before"), say("After")):
        table.add_column(heading, justify="right")
    for change in preview.changes:
        of = change.of
        kind = say("land") if of.kind is None else of.kind
        year = "—" if of.year is None else str(of.year)
        before, after = change.before.number, change.after.render(language)
        table.add_row(clean(of.holder), clean(kind), year, label(of.state, language), before, after)
    console().print(table)


@ledger.command(
    help=mark("Write an empty form to fill in and import: drop-down lists, an example, and an explanation."),
    example="landquota ledger template 指标台账.xlsx\nlandquota ledger template 批次.xlsx --form batches",
)
@click.argument("output", type=_OUTPUT, metavar="XLSX")
@option(
    "--form",
    type=click.Choice(["movements", "batches"]),
    default="movements",
    show_default=True,
    help=mark("Which form: any movements, or approval batches with their parcels and supplies."),
)
@option("--overwrite", is_flag=True, help=mark("Replace XLSX where it is there already, with what is filled in."))
@common_options
@pass_session
def template(session: Session, output: Path, *, form: str, overwrite: bool) -> None:
    """Write a template."""
    from landquota.errors import InputError, UsageError
    from landquota.forms.columns import FORMS
    from landquota.forms.template import Choices, write_template
    from landquota.i18n import text

    if output.suffix.lower() != ".xlsx":
        raise UsageError(text("A template is a workbook: {file} does not end in .xlsx", file=output))
    if output.exists() and not overwrite:
        raise InputError(
            text("{file} is there already; what is filled in would be lost", file=output),
            remedy=text("Name another file, or give --overwrite."),
        )
    year = session.date(session.project()).year
    with open_ledger(session) as book:
        choices = Choices(book.holders(), book.kinds(), year)
    write_template(output, FORMS[form], choices, language=session.language)
    if session.json:
        session.print_json({"file": str(output), "form": form})
        return
    click.echo(say("Wrote {path}; fill it in, then: landquota ledger import {path}", path=output))


@ledger.command(
    help=mark(
        "Write the ledger as CSV (all entries, UTF-8 with BOM) or XLSX (movements as this ledger takes them again,"
        " balances and reservations as of the date), and print the ledger's head. Another ledger is made from"
        " 'ledger journal'."
    ),
    example="landquota ledger export -o ledger.csv\nlandquota ledger export -o 台账.xlsx --as-of 2018-12-31",
)
@option("-o", "--output", type=_OUTPUT, required=True, metavar="CSV|XLSX", help=mark("Where to write; .csv or .xlsx."))
@common_options
@pass_session
def export(session: Session, output: Path) -> None:
    """Export the ledger."""
    from landquota.errors import UsageError
    from landquota.i18n import text

    writers = {".csv": _export_csv, ".xlsx": _export_xlsx}
    write = writers.get(output.suffix.lower())
    if write is None:
        raise UsageError(text("{file} ends in neither .csv nor .xlsx", file=output))
    with open_ledger(session) as book:
        count, head = write(session, book, output)
    if session.json:
        session.print_json({"file": str(output), "entries": count, "ledger_head": head})
        return
    click.echo(say("Wrote {count} entries to {path}; ledger head {head}", count=count, path=output, head=head))


def _export_xlsx(session: Session, book: Ledger, output: Path) -> tuple[int, str]:
    from landquota.forms.writer import Snapshot, write_entries

    as_of = session.date(session.project())
    snapshot = Snapshot(
        book.entries(as_of=as_of), book.positions(as_of), book.reservations(as_of), as_of=as_of, head=book.head
    )
    return write_entries(output, snapshot, language=session.language), snapshot.head


def _export_csv(session: Session, book: Ledger, output: Path) -> tuple[int, str]:
    from landquota.formats.tables import write_csv
    from landquota.reports.plain import MU_COLUMNS

    entries, head = book.entries(as_of=session.as_of), book.head
    fields = sorted({field for entry in entries for field in entry.body})
    heading = ("seq", "key", "type", "effective", "recorded", "document", "clause", *fields, *MU_COLUMNS, "hash")
    write_csv(output, heading, (_flat(entry, fields) for entry in entries))
    return len(entries), head


def _flat(entry: Any, fields: Iterable[str]) -> list[object]:
    from landquota.reports.plain import in_mu

    fixed = (entry.seq, entry.key, entry.type, entry.effective, entry.recorded, entry.document, entry.clause)
    return [*fixed, *(entry.body.get(field) for field in fields), *in_mu(entry).values(), entry.hash]
