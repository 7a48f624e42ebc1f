"""``verify``: whether a map page is as it was written, and still current."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from landquota.cli.maps import views
from landquota.cli.options import FILE, Command, Session, common_options, pass_session
from landquota.cli.views import reconciled
from landquota.i18n import mark, say

if TYPE_CHECKING:
    from landquota.maps.currency import Check, Currency
    from landquota.maps.manifest import Manifest
    from landquota.project import Project


@click.command(
    cls=Command,
    help=mark(
        "Say whether a map page is as it was written and still current.\n\n"
        "Each input in the page's manifest is held against the project, or for a page of files against the files "
        "beside it; the ledger's head against the ledger. Where all is the same, the sheet is drawn again and has to "
        "come out as the page. Exit 1 unless it does."
    ),
    example="landquota verify maps/out/quota.html\nlandquota verify meeting.html --project mycounty --json",
)
@click.argument("page", metavar="FILE", type=FILE)
@common_options
@pass_session
def verify(session: Session, page: Path) -> None:
    """Verify one page."""
    from landquota.maps.currency import currency

    project = session.project_here()
    report = currency(page, project)
    if project is not None and report.redrawable is not None:
        report = report.redrawn(same=_comes_out(project, report.redrawable))
    if session.json:
        session.print_json(_plain(report, session.language))
    else:
        _tell(report, page)
    if not report.current:
        click.get_current_context().exit(1)


def _comes_out(project: Project, manifest: Manifest) -> bool:
    """Draw the sheet of a page again and return whether it gives the same page."""
    from datetime import date

    from landquota.maps.manifest import read_manifest
    from landquota.maps.page import render
    from landquota.maps.sheet import read_sheets

    sheets = read_sheets(project.maps, only=manifest.sources.sheet)
    result = reconciled(project, date.fromisoformat(manifest.as_of))
    public = manifest.sources.edition == "public"
    ((_, view, sources),) = views(project, result, sheets, language=manifest.language, public=public)
    again = read_manifest(render(view, sources).encode("utf-8"))
    return again is not None and again[0].page == manifest.page


def _plain(report: Currency, language: str) -> dict[str, object]:
    return {
        "current": report.current,
        "manifest": None if report.manifest is None else report.manifest.plain(),
        "checks": [{"subject": one.subject, "layer": one.layer, "state": one.state.value} for one in report.checks],
        "findings": [finding.to_json(language) for finding in report.findings],
    }


def _tell(report: Currency, page: Path) -> None:
    from landquota.reports.terminal import console, show_findings

    if report.manifest is not None:
        click.echo(_about(report.manifest))
    for check in report.checks:
        click.echo(f"  {_subject(check)}: {_STATES[check.state.value]()}")
    if report.current:
        click.echo(say("{file} is as it was written, and current.", file=page.name))
    else:
        show_findings(report.findings, console(stderr=True))


def _about(manifest: Manifest) -> str:
    """Return what a page says of itself."""
    parts = [
        manifest.sources.sheet,
        say("as of {date}", date=manifest.as_of) if manifest.as_of else "",
        say("public edition") if manifest.sources.edition == "public" else say("internal edition"),
        say("written by landquota {version}", version=manifest.version),
        say("page {hash}", hash=manifest.page),
    ]
    return " · ".join(part for part in parts if part)


def _subject(check: Check) -> str:
    from landquota.maps.currency import LEDGER, PAGE, REDRAWN
    from landquota.maps.manifest import TOGETHER

    if check.layer:
        return say("{file} (layer {layer})", file=check.subject, layer=check.layer)
    named = {
        PAGE: say("The page itself"),
        LEDGER: say("The ledger"),
        REDRAWN: say("The page, drawn again"),
        TOGETHER: say("All files together"),
    }
    return named.get(check.subject, check.subject)


_STATES: Final = {
    "same": lambda: say("the same"),
    "changed": lambda: say("changed"),
    "missing": lambda: say("not there"),
    "grown": lambda: say("has grown"),
    "unknown": lambda: say("another one"),
}
