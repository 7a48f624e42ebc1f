"""``ledger``: post, state, reverse, and look at what is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from landquota.cli.options import Group, Session, common_options, day, option, pass_session
from landquota.i18n import mark, say, text

if TYPE_CHECKING:
    from landquota.ledger import Ledger, Receipt

T = TypeVar("T")

_DOCUMENT = mark("Document that says it.")
_CLAUSE = mark("Clause of the document.")
_KEY = mark("Key of the entry: posting the same key and content again changes nothing.")
_HOLDER = mark("Holder of the quota: county, town or zone.")
_KIND = mark("Quota kind, such as 新增计划 or 统筹.")
_YEAR = mark("Year of the quota.")


@click.group(cls=Group, help=mark("Post to the ledger and look at it."), example="landquota ledger balance")
@common_options
def ledger() -> None:
    """Hold the ledger commands."""


def open_ledger(session: Session) -> Ledger:
    """Open the ledger of the project that the command works in."""
    from landquota.ledger import Ledger
    from landquota.project import with_ledger

    return Ledger.open(with_ledger(session.project()).ledger_file)


def now() -> datetime:
    """Return when the entry is recorded; the one place that reads the clock for a post."""
    return datetime.now(UTC)


def read_figure(parse: Callable[[str], T], written: str) -> T:
    """Read an option's figure; one that cannot be read is wrong usage, no refusal of the ledger's."""
    from landquota.errors import InputError, UsageError

    try:
        return parse(written)
    except InputError as problem:
        raise UsageError(problem.message, remedy=problem.remedy) from problem


def confirm(session: Session, receipt: Receipt, head: str) -> None:
    """Say what was posted, or was there already."""
    if session.json:
        session.print_json(
            {
                "key": receipt.key,
                "seq": receipt.seq,
                "hash": receipt.hash,
                "already": receipt.already,
                "ledger_head": head,
            }
        )
    elif receipt.already:
        click.echo(say("Already there: {key}. Nothing was written.", key=receipt.key))
    else:
        for name in receipt.declared:
            click.echo(say("Declared {name}.", name=name))
        click.echo(say("Posted {key} as no. {seq}; ledger head {head}", key=receipt.key, seq=receipt.seq, head=head))


@ledger.command(
    help=mark(
        "Post a movement of quota or money (request, grant, allot, reserve, commit, …) or of land (approve, supply, …)."
    ),
    example=(
        "landquota ledger post grant --holder 慈溪市 --kind 新增计划 --year 2024 --area 300亩 \\\n"
        "    --document 甬自然资〔2024〕1号 --date 2024-03-01\n"
        "landquota ledger post allot --holder 慈溪市 --to 周巷镇 --kind 新增计划 --year 2024 --area 40亩 \\\n"
        "    --document 慈自然资〔2024〕2号 --date 2024-04-01\n"
        "landquota ledger post commit --holder 周巷镇 --kind 新增计划 --year 2024 --area 12亩 \\\n"
        "    --reservation L-000031 --document 浙土字〔2024〕7号 --date 2024-06-01\n"
        "landquota ledger post supply --holder 周巷镇 --parcel ZX-P-07 --area 12亩 --starts-by 2025-06-01 \\\n"
        "    --document 3302822024B00123 --date 2024-12-01"
    ),
)
@click.argument("movement")
@option("--holder", required=True, help=_HOLDER)
@option("--to", help=mark("Receiving holder of an allotment or transfer."))
@option("--kind", help=_KIND)
@option("--year", type=int, help=_YEAR)
@option("--to-year", type=int, help=mark("Year that a carry-over goes to (default: the next)."))
@option(
    "--area",
    "--amount",
    "amount",
    help=mark(
        "Exact amount in the kind's unit, such as 10亩, 6666.67平方米, 1500公斤 or 830万元; may be left out where"
        " conversion quota is committed for a parcel under which the project has a land-use layer."
    ),
)
@option("--document", required=True, help=_DOCUMENT)
@option("--clause", help=_CLAUSE)
@option("--date", "effective", type=day, metavar="DATE", required=True, help=mark("Date from which it counts."))
@option("--zone", help=mark("Zone that it is for."))
@option("--parcel", help=mark("Parcel that it is for."))
@option("--request", help=mark("Key of the request that a grant satisfies."))
@option("--expires", type=day, metavar="DATE", help=mark("Last day on which a reservation holds."))
@option("--reservation", help=mark("Key of the reservation that is committed, released or lapses."))
@option("--batch", help=mark("Approval batch of land."))
@option(
    "--from-stage", help=mark("Stage that the land leaves (default: the latest earlier one that has enough of it).")
)
@option("--deadline", type=day, metavar="DATE", help=mark("Until when approved land has to be supplied."))
@option("--starts-by", type=day, metavar="DATE", help=mark("When construction has to start, as agreed."))
@option("--reason", help=mark("Why."))
@option("--key", help=_KEY)
@option("--declare", is_flag=True, help=mark("Declare an unknown holder instead of refusing it."))
@common_options
@pass_session
def post(session: Session, *, declare: bool, amount: str | None, **given: Any) -> None:
    """Post one movement."""
    from landquota.area import parse_amount
    from landquota.cli.converting import amount_of
    from landquota.ledger import MovementDraft

    stated = None if amount is None else read_figure(parse_amount, amount)
    with open_ledger(session) as book:
        taken = amount_of(session, book, stated, given)
        draft = MovementDraft(amount=taken.amount, **{**given, "reason": given["reason"] or taken.reason})
        receipt = book.post(draft, recorded=now(), declare=declare)
        confirm(session, receipt, book.head)
    if taken.note is not None:
        click.echo(taken.note.render(session.language), err=True)


@ledger.command(
    help=mark("Record a figure that a document states as of a date; it may be qualified (500余亩, 近400亩)."),
    example=(
        "landquota ledger state requisitioned --holder 观海卫智能电器小镇 --value 500余亩 \\\n"
        "    --document R241-2018 --clause 二(二) --as-of 2017-12-31"
    ),
)
@click.argument("measure")
@option("--holder", required=True, help=_HOLDER)
@option("--value", required=True, help=mark("The figure as the document writes it."))
@option("--kind", help=_KIND)
@option("--year", type=int, help=_YEAR)
@option("--document", required=True, help=_DOCUMENT)
@option("--clause", help=_CLAUSE)
@option(
    "--basis",
    type=click.Choice(["stated", "interpreted"]),
    default="stated",
    show_default=True,
    help=mark("Whether the document says it in so many words."),
)
@option("--note", help=mark("A remark kept with the figure."))
@option("--key", help=_KEY)
@option("--declare", is_flag=True, help=mark("Declare an unknown holder instead of refusing it."))
@common_options
@pass_session
def state(session: Session, *, value: str, declare: bool, **given: Any) -> None:
    """Record one statement."""
    from landquota.area import parse_figure
    from landquota.ledger import StatementDraft

    draft = StatementDraft(figure=read_figure(parse_figure, value), effective=stated_as_of(session), **given)
    with open_ledger(session) as book:
        receipt = book.post(draft, recorded=now(), declare=declare)
        confirm(session, receipt, book.head)


def stated_as_of(session: Session) -> date:
    """Return the date of a statement, which has to be given."""
    if session.as_of is None:
        raise click.MissingParameter(param_hint="'--as-of'", param_type="option")
    return session.as_of


@ledger.command(
    help=mark("Take back the entry KEY by its mirror, once, with a reason and a date of its own."),
    example="landquota ledger reverse L-000012 --reason 文号误录 --date 2024-05-06",
)
@click.argument("key")
@option("--reason", required=True, help=mark("Why."))
@option("--date", "effective", type=day, metavar="DATE", required=True, help=mark("Date from which it counts."))
@common_options
@pass_session
def reverse(session: Session, key: str, reason: str, effective: date) -> None:
    """Reverse one entry."""
    with open_ledger(session) as book:
        receipt = book.reverse(key, reason=reason, effective=effective, recorded=now())
        confirm(session, receipt, book.head)


@ledger.command(
    help=mark("List the entries."),
    example="landquota ledger log --holder 观海卫镇\nlandquota ledger log --as-of 2018-12-31 --json",
)
@option("--holder", help=_HOLDER)
@option("--kind", help=_KIND)
@option("--zone", help=mark("Zone that it is for."))
@option("--parcel", help=mark("Parcel that it is for."))
@option("--all", "everything", is_flag=True, help=mark("List the declarations of holders and quota kinds too."))
@common_options
@pass_session
def log(session: Session, *, everything: bool, **chosen: str | None) -> None:
    """List entries in their order."""
    from landquota.reports import plain

    with open_ledger(session) as book:
        book.require(holder=chosen["holder"], kind=chosen["kind"])
        entries = book.entries(as_of=session.as_of, **chosen)
    if session.json:
        session.print_json([plain.entry(entry) for entry in entries])
        return
    from landquota.reports.terminal import console, show_entries

    show_entries(entries, console(), as_of=session.as_of, declarations=everything)


@ledger.command(
    help=mark("Show what each holder has, by quota kind and year."),
    example="landquota ledger balance --as-of 2018-12-31 --json",
)
@option("--holder", help=_HOLDER)
@option("--kind", help=_KIND)
@common_options
@pass_session
def balance(session: Session, holder: str | None, kind: str | None) -> None:
    """Print quota positions."""
    from landquota.reports import plain
    from landquota.reports.wording import Names

    project = session.project()
    as_of = session.date(project)
    with open_ledger(session) as book:
        book.require(holder=holder, kind=kind)
        found = book.positions(as_of, entries=session.json)
        rows = [p for p in found if holder in {None, p.holder} and kind in {None, p.kind}]
        names = Names.of(book.holders(), book.kinds())
        noticed = book.check_rules(as_of)
        head = book.head
    if session.json:
        notices = [finding.to_json(session.language) for finding in noticed]
        positions = plain.balance(rows)
        session.print_json(
            {"as_of": as_of.isoformat(), "ledger_head": head, "positions": positions, "findings": notices}
        )
        return
    from landquota.reports.terminal import console, short_hash, show_findings, show_positions

    if not rows:
        click.echo(say("{title}: none", title=say("Balances as of {as_of}, end of day", as_of=as_of)))
    show_positions(rows, console(), names, title=text("{book} as of {as_of}, end of day", as_of=as_of))
    if noticed:
        show_findings(noticed, console())
    click.echo(say("Ledger head {head}", head=short_hash(head)))
