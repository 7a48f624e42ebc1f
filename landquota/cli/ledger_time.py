"""``ledger year-end``, ``close``, ``lapse`` and their like: what the calendar asks of a ledger."""

from __future__ import annotations

import shlex
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from landquota.cli.ledger import confirm, ledger, now, open_ledger
from landquota.cli.options import Session, common_options, day, option, pass_session
from landquota.errors import UsageError
from landquota.i18n import mark, say, text

if TYPE_CHECKING:
    from landquota.ledger import Draft, Ledger, YearEnd
    from landquota.reports.wording import Names

_DOCUMENT = mark("Document that says it.")
_CLAUSE = mark("Clause of the document.")
_REASON = mark("Why.")
_KEY = mark("Key of the entry: posting the same key and content again changes nothing.")
_FROM = mark("First day on which it holds.")
_UNTIL = mark("Last day on which it holds (default: no end).")


@ledger.command(
    "year-end",
    help=mark(
        "Carry over, let expire and let lapse what is left of the quota of YEAR: a preview, and with --commit"
        " the entries, all of them or none. Deficits are carried too; --undo takes the last run back."
    ),
    example=(
        "landquota ledger year-end 2018 --document 慈自然资〔2019〕1号\n"
        "landquota ledger year-end 2018 --document 慈自然资〔2019〕1号 --commit --expect 1f0c5a3b9d2e4f67\n"
        "landquota ledger year-end 2018 --undo --reason 结转规定有误"
    ),
)
@click.argument("year", type=int)
@option("--document", help=_DOCUMENT)
@option("--clause", help=_CLAUSE)
@option(
    "--date",
    "effective",
    type=day,
    metavar="DATE",
    help=mark("Day at whose end the year ends (default: 31 December); with --undo, from when on it is undone."),
)
@option("--commit", is_flag=True, help=mark("Post it; without this it is a preview."))
@option("--expect", metavar="DIGEST", help=mark("Digest of the preview: commit only if nothing has changed since."))
@option("--undo", is_flag=True, help=mark("Take back every entry of the last run that was committed."))
@option("--reason", help=mark("Why it is undone."))
@common_options
@pass_session
def year_end(
    session: Session,
    *,
    year: int,
    document: str | None,
    clause: str | None,
    effective: date | None,
    commit: bool,
    expect: str | None,
    undo: bool,
    reason: str | None,
) -> None:
    """Preview, commit or undo one year-end."""
    _check_combination(undo=undo, commit=commit, reason=reason, document=document, expect=expect)
    with open_ledger(session) as book:
        if undo:
            _undo(session, book, year, reason=reason or "", effective=effective)
            return
        asked: dict[str, Any] = {"document": document or "", "effective": effective, "clause": clause}
        if commit:
            result = book.commit_year_end(year, **asked, expected=expect, recorded=now())
        else:
            result = book.year_end(year, **asked)
        _show_year_end(session, book, result, commit=commit)


def _check_combination(
    *, undo: bool, commit: bool, reason: str | None, document: str | None, expect: str | None
) -> None:
    """Refuse options that do not fit together, and what is missing beside them."""
    if undo and (commit or document is not None or expect is not None):
        raise UsageError(text("--undo goes with --reason and --date only"))
    if not undo and reason is not None:
        raise UsageError(text("--reason goes with --undo only"))
    if expect is not None and not commit:
        raise UsageError(text("--expect goes with --commit only"))
    missing = "--reason" if undo and reason is None else "--document" if not undo and document is None else None
    if missing is not None:
        raise click.MissingParameter(param_hint=f"'{missing}'", param_type="option")


def _show_year_end(session: Session, book: Ledger, result: YearEnd, *, commit: bool) -> None:
    from landquota.findings import has_errors
    from landquota.reports.ledger_plain import year_end as as_data
    from landquota.reports.ledger_terminal import show_year_end
    from landquota.reports.terminal import console

    if session.json:
        session.print_json({**as_data(result, session.language), "ledger_head": book.head})
    else:
        show_year_end(result, console(), _names(book))
        if not result.moves:
            click.echo(say("Nothing is left to carry over, to expire or to lapse. Nothing was written."))
        elif commit:
            count, head = len(result.receipts), book.head
            click.echo(
                say("Posted {count} entries as {run}; ledger head {head}", count=count, run=result.run, head=head)
            )
        else:
            click.echo(say("Preview {digest}: nothing was written.", digest=result.digest))
            if not has_errors(result.findings):
                click.echo(say("Commit it with: {command}", command=_commit_command(session, result)))
    if has_errors(result.findings) and not commit:
        click.get_current_context().exit(1)


def _commit_command(session: Session, result: YearEnd) -> str:
    """Return the command that posts what a preview has shown."""
    words = ["landquota", "ledger", "year-end", str(result.year), "--document", result.document]
    words += ["--clause", result.clause] if result.clause is not None else []
    words += ["--date", result.effective.isoformat(), "--commit", "--expect", result.digest]
    words += ["--project", str(session.folder)] if str(session.folder) != "." else []
    return shlex.join(words)


def _undo(session: Session, book: Ledger, year: int, *, reason: str, effective: date | None) -> None:
    runs = book.year_end_runs(year)
    run = runs[-1] if runs else f"year-end:{year}:1"
    receipts = book.undo_year_end(run, reason=reason, effective=effective, recorded=now())
    head = book.head
    if session.json:
        keys = [receipt.key for receipt in receipts]
        session.print_json({"run": run, "entries_reversed": len(receipts), "reversals": keys, "ledger_head": head})
        return
    click.echo(say("Took back {count} entries of {run}; ledger head {head}", count=len(receipts), run=run, head=head))


@ledger.command(
    help=mark("Close the books through a day: no movement and no reversal may count from it or an earlier one."),
    example="landquota ledger close --through 2018-12-31 --reason 2018年度决算",
)
@option("--through", type=day, metavar="DATE", required=True, help=mark("Last day that is closed."))
@option("--reason", required=True, help=_REASON)
@option("--document", help=_DOCUMENT)
@option("--clause", help=_CLAUSE)
@option("--key", help=_KEY)
@common_options
@pass_session
def close(session: Session, **given: Any) -> None:
    """Close a period."""
    from landquota.ledger import PeriodDraft

    _post(session, PeriodDraft(action="close", **given))


@ledger.command(
    help=mark("Re-open the books with a reason: all of them, or with --through only what comes after that day."),
    example="landquota ledger reopen --through 2018-06-30 --reason 补录7月批次",
)
@option("--through", type=day, metavar="DATE", help=mark("Last day that stays closed (default: none does)."))
@option("--reason", required=True, help=_REASON)
@option("--document", help=_DOCUMENT)
@option("--clause", help=_CLAUSE)
@option("--key", help=_KEY)
@common_options
@pass_session
def reopen(session: Session, *, through: date | None, **given: Any) -> None:
    """Re-open a period."""
    from landquota.ledger import PeriodDraft
    from landquota.ledger.declarations import EARLIEST

    _post(session, PeriodDraft(action="reopen", through=through or EARLIEST, **given))


@ledger.command(
    help=mark("Let every reservation lapse whose last day has passed by a day: all of them, or none."),
    example="landquota ledger lapse --date 2018-12-31 --document 慈自然资〔2018〕8号 --dry-run",
)
@option("--date", "effective", type=day, metavar="DATE", help=mark("The day (default: the project's, else today)."))
@option("--document", required=True, help=_DOCUMENT)
@option("--clause", help=_CLAUSE)
@option("--dry-run", is_flag=True, help=mark("Only list them; write nothing."))
@common_options
@pass_session
def lapse(session: Session, *, effective: date | None, dry_run: bool, document: str, clause: str | None) -> None:
    """Post the lapses that are due."""
    from landquota.reports import ledger_plain
    from landquota.reports.ledger_terminal import show_lapses
    from landquota.reports.terminal import console

    last = effective or session.date(session.project())
    with open_ledger(session) as book:
        due, names = book.overdue(last), _names(book)
        posted = () if dry_run else book.lapse_overdue(last, document=document, clause=clause, recorded=now())
        head = book.head
    if session.json:
        keys = [receipt.key for receipt in posted]
        session.print_json({"lapses": ledger_plain.lapses(due), "posted": keys, "ledger_head": head})
        return
    show_lapses(due, console(), names, day=last)
    if dry_run:
        click.echo(say("Lapses due: {count}. Nothing was written.", count=len(due)))
    else:
        click.echo(say("Lapses posted: {count}; ledger head {head}", count=len(posted), head=head))


@ledger.command(
    help=mark("List the reservations of which something is left, the overdue ones marked."),
    example="landquota ledger reservations --as-of 2018-12-31 --json",
)
@common_options
@pass_session
def reservations(session: Session) -> None:
    """List live reservations."""
    from landquota.reports import ledger_plain
    from landquota.reports.ledger_terminal import show_reservations
    from landquota.reports.terminal import console

    as_of = session.date(session.project())
    with open_ledger(session) as book:
        live, names, head = book.reservations(as_of), _names(book), book.head
    if session.json:
        rows = ledger_plain.reservations(live, as_of=as_of)
        session.print_json({"as_of": as_of.isoformat(), "ledger_head": head, "reservations": rows})
        return
    show_reservations(live, console(), names, as_of=as_of)


@ledger.command(
    help=mark("Let a holder reserve and commit beyond what it was given, by a percentage, from one day to another."),
    example=(
        "landquota ledger allow --name 重点项目先行用地 --holder 观海卫镇 --kind 新增计划 --year 2018 --percent 5 \\\n"
        "    --date 2018-07-01 --until 2018-12-31 --document 甬自然资〔2018〕9号"
    ),
)
@option("--name", required=True, help=mark("What the allowance is called, in refusals too."))
@option("--holder", required=True, help=mark("Holder of the quota: county, town or zone."))
@option("--kind", required=True, help=mark("Quota kind, such as 新增计划 or 统筹."))
@option("--year", type=int, help=mark("Year of the quota (default: every year)."))
@option("--percent", required=True, help=mark("Percentage of what came in less what went out, such as 5 or 2.5."))
@option("--date", "effective", type=day, metavar="DATE", required=True, help=_FROM)
@option("--until", "valid_to", type=day, metavar="DATE", help=_UNTIL)
@option("--document", required=True, help=_DOCUMENT)
@option("--clause", help=_CLAUSE)
@option("--key", help=_KEY)
@common_options
@pass_session
def allow(session: Session, percent: str, **given: Any) -> None:
    """Declare an over-limit allowance."""
    from landquota.ledger import AllowanceDraft

    number = percent.strip().removesuffix("%").removesuffix("％").rstrip()
    _post(session, AllowanceDraft(percent=number, **given))


@ledger.command(
    help=mark("Declare whether a quota kind may be carried over to the next year, from one day to another."),
    example=(
        "landquota ledger rule --kind 统筹 --carry no --date 2018-01-01 --until 2018-12-31 \\\n"
        "    --document 浙土资发〔2018〕1号"
    ),
)
@option("--kind", required=True, help=mark("Quota kind, such as 新增计划 or 统筹."))
@option("--carry", type=click.Choice(["yes", "no"]), required=True, help=mark("Whether it may be carried over."))
@option("--date", "effective", type=day, metavar="DATE", required=True, help=_FROM)
@option("--until", "valid_to", type=day, metavar="DATE", help=_UNTIL)
@option("--document", required=True, help=_DOCUMENT)
@option("--clause", help=_CLAUSE)
@option("--key", help=_KEY)
@common_options
@pass_session
def rule(session: Session, *, carry: str, **given: Any) -> None:
    """Declare a dated rule of a quota kind."""
    from landquota.ledger import KindRuleDraft

    _post(session, KindRuleDraft(carry=carry == "yes", **given))


def _post(session: Session, draft: Draft) -> None:
    with open_ledger(session) as book:
        receipt = book.post(draft, recorded=now())
        confirm(session, receipt, book.head)


def _names(book: Ledger) -> Names:
    from landquota.reports.wording import Names

    return Names.of(book.holders(), book.kinds())
