"""``ledger verify`` and ``ledger assert``: whether the ledger is as it was written, and as documents say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from landquota.cli.ledger import confirm, ledger, now, open_ledger, read_figure, stated_as_of
from landquota.cli.options import Session, common_options, option, pass_session
from landquota.i18n import mark, say

if TYPE_CHECKING:
    from landquota.ledger import Section, Verification


@ledger.command(
    help=mark(
        "Check the whole ledger: chain of hashes, tables, structure, limits, references and control totals;"
        " exit 1 and every problem if something does not fit."
    ),
    example="landquota ledger verify\nlandquota ledger verify --head 3e4b40…7c",
)
@option("--head", help=mark("Head that an earlier export or map printed: finds a removed tail."))
@common_options
@pass_session
def verify(session: Session, head: str | None) -> None:
    """Verify the whole ledger."""
    with open_ledger(session) as book:
        report = book.verify(head=head)
    if session.json:
        session.print_json(_plain(report, session.language))
    else:
        for section in report.sections:
            click.echo(_line(section))
            for problem in section.problems:
                click.echo(f"  {problem.render(session.language)}", err=True)
        click.echo(_verdict(report), err=not report.ok)
    if not report.ok:
        click.get_current_context().exit(1)


def _plain(report: Verification, language: str) -> dict[str, object]:
    sections = [
        {
            "name": section.name,
            "count": section.count,
            "problems": [problem.render(language) for problem in section.problems],
        }
        for section in report.sections
    ]
    return {
        "ok": report.ok,
        "sound": report.sound,
        "entries": report.entries,
        "ledger_head": report.head,
        "sections": sections,
        "problems": [problem.render(language) for problem in report.problems],
    }


def _line(section: Section) -> str:
    """Return what was looked at, how much of it there is, and how many problems were found."""
    counted = {
        "chain": say("Chain: {count} entries", count=section.count),
        "tables": say("Tables, replayed: {count} rows", count=section.count),
        "structure": say("Structure and file: {count} tables", count=section.count),
        "limits": say("Limits: {count} accounts", count=section.count),
        "references": say("References: {count} names", count=section.count),
        "controls": say("Control totals: {count} statements", count=section.count),
    }[section.name]
    found = len(section.problems)
    if not found:
        return say("{section}, all in order", section=counted)
    if section.name == "controls":
        return say("{section}, differences: {found}", section=counted, found=found)
    return say("{section}, problems: {found}", section=counted, found=found)


def _verdict(report: Verification) -> str:
    if report.ok:
        return say(
            "Verified: {entries} entries, all sections agree; head {head}", entries=report.entries, head=report.head
        )
    if report.sound:
        return say(
            "Nothing was altered, but documents state other totals than the ledger; head {head}", head=report.head
        )
    return say("The ledger was altered or is damaged; the first problem above is where to look.")


@ledger.command(
    "assert",
    help=mark(
        "Assert an exact total as of a date: recorded as a statement if the ledger comes to the same, else refused"
        " with the difference."
    ),
    example=(
        "landquota ledger assert available --holder 周巷镇 --kind 新增计划 --year 2024 --value 40亩 \\\n"
        "    --document 慈自然资〔2024〕9号 --as-of 2024-12-31"
    ),
)
@click.argument("measure")
@option("--holder", required=True, help=mark("Holder of the quota: county, town or zone."))
@option("--kind", required=True, help=mark("Quota kind, such as 新增计划 or 统筹."))
@option("--year", type=int, help=mark("Year of the quota."))
@option("--value", required=True, help=mark("The exact figure, such as 40亩."))
@option("--document", required=True, help=mark("Document that says it."))
@option("--clause", help=mark("Clause of the document."))
@option("--note", help=mark("A remark kept with the figure."))
@option("--key", help=mark("Key of the entry: posting the same key and content again changes nothing."))
@common_options
@pass_session
def assert_(session: Session, *, value: str, **given: Any) -> None:
    """Record one control total, if it holds."""
    from landquota.area import parse_figure
    from landquota.ledger import StatementDraft

    draft = StatementDraft(figure=read_figure(parse_figure, value), effective=stated_as_of(session), **given)
    with open_ledger(session) as book:
        receipt = book.assert_total(draft, recorded=now())
        if not session.json:
            click.echo(say("The ledger agrees: {figure}", figure=draft.figure.nominal))
        confirm(session, receipt, book.head)
