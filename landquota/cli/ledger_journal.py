"""``ledger journal`` and ``ledger restore``: the ledger as readable text, and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from landquota.cli.ledger import ledger, open_ledger
from landquota.cli.options import FILE, Session, common_options, option, pass_session
from landquota.cli.targets import refuse_loss
from landquota.i18n import mark, say

if TYPE_CHECKING:
    from landquota.ledger import Ledger

_STDOUT: Final = Path("-")


@ledger.command(
    help=mark("Write all entries as readable text that 'landquota ledger restore' makes the same ledger from."),
    example="landquota ledger journal -o 2024.journal\nlandquota ledger journal -o - | less",
)
@option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    required=True,
    metavar="FILE",
    help=mark("Where to write the journal; - is standard output."),
)
@common_options
@pass_session
def journal(session: Session, output: Path) -> None:
    """Write the journal."""
    from landquota.formats.replacing import replace_file

    with open_ledger(session) as book:
        data = book.journal().encode()
        source = session.project().ledger_file
    if output == _STDOUT:
        click.echo(data, nl=False)
        return
    refuse_loss(output, sources=[source])
    replace_file(output, data)
    *_, count, _, head = data.decode().split()
    if session.json:
        session.print_json({"file": str(output), "entries": int(count), "ledger_head": head})
        return
    click.echo(say("Wrote {count} entries to {path}; ledger head {head}", count=count, path=output, head=head))


@ledger.command(
    help=mark("Make the ledger again from a journal: into an empty one, or one whose entries are its first."),
    example="landquota ledger restore 2024.journal --dry-run\nlandquota ledger restore 2024.journal",
)
@click.argument("file", type=FILE)
@option("--dry-run", is_flag=True, help=mark("Only find out whether it can be done."))
@common_options
@pass_session
def restore(session: Session, *, file: Path, dry_run: bool) -> None:
    """Restore the ledger."""
    from landquota.findings import FindingsError
    from landquota.ledger.journal import parse_journal

    records, findings = parse_journal(file.read_bytes(), file=file.name)
    if findings:
        raise FindingsError(findings)
    with _target(session, dry_run=dry_run) as book:
        added = book.restore(records, dry_run=dry_run)
        head = book.head
    if session.json:
        session.print_json({"entries_added": added, "entries_present": len(records) - added, "ledger_head": head})
    elif dry_run:
        click.echo(say("Can be restored: {added} entries to add. Nothing was written.", added=added))
    else:
        click.echo(say("Restored: {added} entries added; ledger head {head}", added=added, head=head))


@contextmanager
def _target(session: Session, *, dry_run: bool) -> Iterator[Ledger]:
    """Open the project's ledger; where there is none it is made, and for a dry run only for as long as it takes."""
    from tempfile import TemporaryDirectory

    from landquota.ledger import Ledger

    path = session.project().ledger_file
    with TemporaryDirectory() as scratch:
        if dry_run and not path.exists():
            path = Path(scratch) / path.name
        with Ledger.open(path, create=True) as book:
            yield book
