"""``demo``, ``init`` and ``build``: making a project folder and filling its workspace."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from landquota.cli.options import Command, Session, common_options, option, pass_session
from landquota.errors import UsageError
from landquota.i18n import mark, say, text

if TYPE_CHECKING:
    from landquota.findings import Finding
    from landquota.project import Project


@click.command(
    cls=Command,
    help=mark("Build the shipped example in DIR, print its reconciliation and draw its maps."),
    example="landquota demo\nlandquota demo somewhere --lang en",
)
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path, file_okay=False), default="landquota-demo")
@common_options
@pass_session
def demo(session: Session, folder: Path) -> None:
    """Run the whole path once on the shipped project."""
    from landquota.cli.maps import draw_sheets
    from landquota.cli.views import reconciled
    from landquota.maps.sheet import read_sheets
    from landquota.project import copy_shipped, open_project
    from landquota.reports import plain

    _refuse_strange_folder(folder)
    copy_shipped(folder)
    project = open_project(folder)
    build_workspace(project)
    result = reconciled(project, session.date(project))
    pages = list(draw_sheets(project, result, read_sheets(project.maps)))
    if session.json:
        session.print_json({**plain.reconciliation(result, session.language), "maps": [str(page) for page in pages]})
        return
    from landquota.reports.terminal import console, show_reconciliation

    show_reconciliation(result, console())
    for page in pages:
        click.echo(say("Map: {path}", path=page))


def _refuse_strange_folder(folder: Path) -> None:
    """Refuse a folder that holds anything but an earlier demo."""
    from landquota.project import is_shipped

    if folder.is_dir() and any(folder.iterdir()) and not is_shipped(folder):
        raise UsageError(
            text("{folder} is not empty and does not hold the shipped example", folder=folder),
            remedy=text("Name an empty or new folder: landquota demo DIR."),
        )


@click.command(
    cls=Command,
    help=mark("Make a new project folder with the usual quota kinds declared."),
    example="landquota init mycounty --yes\nlandquota init mycounty --name 慈溪市 --meridian 120 --yes",
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@option("--name", help=mark("Name of the county."))
@option(
    "--meridian",
    type=click.IntRange(75, 135),
    default=120,
    show_default=True,
    help=mark("Central meridian of the 3-degree zone."),
)
@option("--yes", is_flag=True, help=mark("Ask nothing; take the defaults."))
@common_options
@pass_session
def init(session: Session, folder: Path, name: str | None, meridian: int, yes: bool) -> None:
    """Write the three data folders of a new project."""
    from landquota.template import create_project

    if name is None:
        name = folder.resolve().name if yes else click.prompt(say("Name of the county"), default=folder.resolve().name)
    create_project(folder, name=name, meridian_deg=meridian, language=session.language)
    if session.json:
        session.print_json({"project": str(folder)})
        return
    click.echo(say("Made the project {name} in {folder}.", name=name, folder=folder))
    command = f"landquota --project {shlex.quote(str(folder))}"
    click.echo(say("Next: {command} layer add FILE --kind zones, then {command} build", command=command))


@click.command(
    cls=Command,
    help=mark("Fill the workspace from layers/ and seeds/; posted entries stay, running it again changes nothing."),
    example="landquota build\nlandquota --project mycounty build",
)
@common_options
@pass_session
def build(session: Session) -> None:
    """Build the workspace and report what was found."""
    project = session.project()
    findings, added, present = build_workspace(project)
    if session.json:
        found = [finding.to_json(session.language) for finding in findings]
        session.print_json({"entries_added": added, "entries_present": present, "findings": found})
        return
    from landquota.reports.terminal import console, show_findings

    show_findings(findings, console())
    click.echo(say("Ledger: {added} entries added, {present} already there.", added=added, present=present))
    click.echo(say("Layers: {path}", path=project.layers_file))


def build_workspace(project: Project) -> tuple[list[Finding], int, int]:
    """Check seeds and layers together; only when no error is found, write both.

    Returns
    -------
    tuple
        Findings that are no errors, ledger entries added, ledger entries already there.
    """
    from landquota import layers
    from landquota.datum_shift import from_environment
    from landquota.findings import FindingsError, has_errors
    from landquota.ledger import Ledger
    from landquota.reports.terminal import progress
    from landquota.seeds import gone, read_seeds

    seeds, findings = read_seeds(project.seeds)
    shift, found = from_environment()
    findings += found
    crs = layers.project_crs(project.crs)
    with progress(say("Reading layers")) as report:
        loaded, found = layers.read(project.layers, crs=crs, region=project.region, shift=shift, progress=report)
    findings += found
    if has_errors(findings) or loaded is None:
        raise FindingsError(findings)
    project.ledger_file.parent.mkdir(parents=True, exist_ok=True)
    recorded = project.import_recorded or datetime.now(UTC)
    with Ledger.open(project.ledger_file, create=True) as ledger, progress(say("Importing seeds")) as report:
        receipts = ledger.import_all(seeds.drafts, recorded=recorded, progress=report)
        findings += gone(seeds.drafts, ledger.entries())
    layers.write(loaded, project.layers_file)
    present = sum(receipt.already for receipt in receipts)
    return findings, len(receipts) - present, present
