"""``reconcile``: ledger and layers side by side."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from landquota.cli.options import Command, Session, common_options, pass_session
from landquota.i18n import mark

if TYPE_CHECKING:
    from landquota.project import Project
    from landquota.reconcile import Reconciliation


@click.command(
    cls=Command,
    help=mark("Compare ledger and map per zone, holder and quota kind, as of one date."),
    example="landquota reconcile\nlandquota reconcile --as-of 2017-12-31 --json",
)
@common_options
@pass_session
def reconcile(session: Session) -> None:
    """Print the reconciliation."""
    from landquota.reports import plain

    project = session.project()
    result = reconciled(project, session.date(project))
    if session.json:
        session.print_json(plain.reconciliation(result, session.language))
        return
    from landquota.reports.terminal import console, show_reconciliation

    show_reconciliation(result, console())


def reconciled(project: Project, as_of: date) -> Reconciliation:
    """Open ledger and layers of a built project and compare them."""
    from landquota import layers
    from landquota.ledger import Ledger
    from landquota.project import built
    from landquota.reconcile import reconcile as compare

    loaded = layers.load(built(project).layers_file)
    noticed = layers.stale(project.layers, loaded)
    with Ledger.open(project.ledger_file) as ledger:
        return compare(project, ledger, loaded, as_of=as_of, noticed=noticed)
