"""``ledger land``, ``ageing``, ``idle``, ``progress``: the land of the ledger, how old it is, what is idle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from landquota.cli.ledger import confirm, ledger, now, open_ledger, read_figure
from landquota.cli.options import Session, common_options, day, option, pass_session
from landquota.i18n import mark, say

if TYPE_CHECKING:
    from landquota.amount import Amount

    A = TypeVar("A", bound=Amount)

#: A project's own rules of idle land, beside its other seeds.
_RULES: Final = Path("idle_rules.csv")
_HOLDER: Final = mark("Holder in whose books the land is: county, town or zone.")


@ledger.command(
    help=mark("Show how much land is in which stage, by holder; where the ledger has none, what documents state."),
    example="landquota ledger land\nlandquota ledger land --holder 周巷镇 --parcels --as-of 2024-12-31",
)
@option("--holder", help=_HOLDER)
@option("--parcels", is_flag=True, help=mark("List each approval batch and parcel too."))
@common_options
@pass_session
def land(session: Session, holder: str | None, *, parcels: bool) -> None:
    """Print land by stage."""
    from landquota.reports import land_plain
    from landquota.reports.wording import Names

    as_of = session.date(session.project())
    with open_ledger(session) as book:
        book.require(holder=holder)
        rows = [row for row in book.land_positions(as_of) if holder in {None, row.holder}]
        plots = [row for row in book.plots(as_of) if holder in {None, row.holder}] if parcels else []
        figures = {key: figure for key, figure in book.land(as_of).items() if holder in {None, key[0]}}
        findings = [found for found in book.check_land(as_of) if holder in {None, found.params["holder"]}]
        names = Names.of(book.holders(), book.kinds())
        head = book.head
    if session.json:
        data = {
            "as_of": as_of.isoformat(),
            "ledger_head": head,
            "positions": [land_plain.land_position(row) for row in rows],
            **({"plots": [land_plain.land_position(row) for row in plots]} if parcels else {}),
            "figures": land_plain.land_figures(figures),
            "findings": [finding.to_json(session.language) for finding in findings],
        }
        session.print_json(data)
        return
    from landquota.reports.land_terminal import show_figures, show_stages
    from landquota.reports.terminal import console, short_hash, show_findings

    out, day_ = console(), as_of.isoformat()
    if rows:
        show_stages(rows, out, names, title=say("Land by stage (mu) as of {as_of}, end of day", as_of=day_))
    if plots:
        show_stages(plots, out, names, title=say("Batches and parcels (mu)"), plots=True)
    show_figures(figures, out, names, title=say("Land come through each stage (mu) as of {as_of}", as_of=day_))
    show_findings(findings, out)
    click.echo(say("Ledger head {head}", head=short_hash(head)))


@ledger.command(
    help=mark("Show since when land has been waiting to be supplied, or to be built on."),
    example="landquota ledger ageing\nlandquota ledger ageing --of unused --as-of 2024-12-31 --json",
)
@option("--of", "of", type=click.Choice(["unsupplied", "unused"]), help=mark("Only one of the two (default: both)."))
@option("--holder", help=_HOLDER)
@common_options
@pass_session
def ageing(session: Session, of: str | None, holder: str | None) -> None:
    """Print lots by age."""
    from landquota.reports import land_plain
    from landquota.reports.wording import Names

    as_of = session.date(session.project())
    asked = ("unsupplied", "unused") if of is None else (of,)
    with open_ledger(session) as book:
        book.require(holder=holder)
        there = {"unsupplied": book.unsupplied(as_of), "unused": book.unused(as_of)}
        names = Names.of(book.holders(), book.kinds())
        head = book.head
    lots = {name: [lot for lot in there[name] if holder in {None, lot.holder}] for name in asked}
    if session.json:
        aged = {name: land_plain.ageing(each, as_of) for name, each in lots.items()}
        session.print_json({"as_of": as_of.isoformat(), "ledger_head": head, **aged})
        return
    from landquota.reports.land_terminal import show_ageing
    from landquota.reports.terminal import console, short_hash

    out = console()
    for name, each in lots.items():
        show_ageing(each, out, names, as_of=as_of, of=name)
    click.echo(say("Ledger head {head}", head=short_hash(head)))


@ledger.command(
    help=mark("Show which supplied land is idle by the rules of the day, since when, and what they order."),
    example="landquota ledger idle\nlandquota ledger idle --as-of 2024-12-31 --json",
)
@option("--holder", help=_HOLDER)
@common_options
@pass_session
def idle(session: Session, holder: str | None) -> None:
    """Judge supplied land."""
    from landquota.findings import FindingsError, has_errors
    from landquota.reports import land_plain
    from landquota.reports.wording import Names
    from landquota.rules import judge, read_rules

    project = session.project()
    as_of = session.date(project)
    rules, findings = read_rules(project.seeds / _RULES)
    if has_errors(findings):
        raise FindingsError(findings)
    with open_ledger(session) as book:
        book.require(holder=holder)
        rows, found = judge(
            [lot for lot in book.unused(as_of) if holder in {None, lot.holder}],
            [lot for lot in book.being_built(as_of) if holder in {None, lot.holder}],
            book.progress(as_of),
            rules,
            as_of=as_of,
        )
        names = Names.of(book.holders(), book.kinds())
        head = book.head
    findings += found
    if session.json:
        data = {
            "as_of": as_of.isoformat(),
            "ledger_head": head,
            "land": [land_plain.judged(row, as_of, session.language) for row in rows],
            "findings": [finding.to_json(session.language) for finding in findings],
        }
        session.print_json(data)
        return
    from landquota.reports.land_terminal import show_idle
    from landquota.reports.terminal import console, short_hash, show_findings

    out = console()
    show_idle(rows, out, names, as_of=as_of)
    show_findings(findings, out)
    click.echo(say("Ledger head {head}", head=short_hash(head)))


@ledger.command(
    help=mark("Report how far the supplied parcel PARCEL is built: the latest report of a parcel holds."),
    example=(
        "landquota ledger progress ZX-P-07 --holder 周巷镇 --developed 3亩 --to-develop 12亩 \\\n"
        "    --invested 800万元 --investment 5000万元 --stopped-on 2023-06-01 \\\n"
        "    --document 慈自然资巡〔2024〕3号 --date 2024-07-01\n"
        "landquota ledger progress ZX-P-08 --holder 周巷镇 --government-delay --document D --date 2024-07-01"
    ),
)
@click.argument("parcel")
@option("--holder", required=True, help=_HOLDER)
@option("--developed", help=mark("Area that is built on or being built on, such as 3亩; with --to-develop."))
@option("--to-develop", help=mark("Area that ought to be built on."))
@option("--invested", help=mark("What has been invested, such as 800万元; with --investment."))
@option("--investment", help=mark("The whole investment."))
@option("--stopped-on", type=day, metavar="DATE", help=mark("Since when construction has stood still."))
@option("--government-delay", is_flag=True, help=mark("The delay is caused by the government."))
@option("--document", required=True, help=mark("Document that says it."))
@option("--clause", help=mark("Clause of the document."))
@option("--date", "effective", type=day, metavar="DATE", required=True, help=mark("Date of the report."))
@option("--note", help=mark("A remark kept with the report."))
@option("--key", help=mark("Key of the entry: posting the same key and content again changes nothing."))
@common_options
@pass_session
def progress(session: Session, **given: Any) -> None:
    """Post one report."""
    from landquota.amount import Money
    from landquota.area import Area
    from landquota.ledger import ProgressDraft

    given |= {name: _exact(given[name], Area) for name in ("developed", "to_develop")}
    given |= {name: _exact(given[name], Money) for name in ("invested", "investment")}
    draft = ProgressDraft(**given)
    with open_ledger(session) as book:
        receipt = book.post(draft, recorded=now())
        confirm(session, receipt, book.head)


def _exact(written: str | None, counted: type[A]) -> A | None:
    """Read an exact amount of what is `counted`, which may be none (0亩)."""
    from landquota.area import parse_figure
    from landquota.errors import UsageError
    from landquota.i18n import text

    if written is None:
        return None
    figure = read_figure(parse_figure, written)
    if not (figure.bounds.exact and isinstance(figure.nominal, counted)):
        raise UsageError(
            text("'{written}' is no exact amount in {unit}", written=written, unit=counted.unit),
            remedy=text("Write a number with a unit, such as 3亩 or 800万元."),
        )
    return figure.nominal
