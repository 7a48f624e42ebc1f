"""``layer``: check, add, remove and list geodata."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from landquota.cli.files import adjust, convert, repair
from landquota.cli.options import FILE, Group, Session, common_options, option, pass_session
from landquota.cli.reading import reading, reading_options
from landquota.cli.targets import refuse_loss
from landquota.errors import LandquotaError, UsageError
from landquota.i18n import mark, say, text

if TYPE_CHECKING:
    from landquota.findings import Finding
    from landquota.layers import CatalogEntry, LayerCheck
    from landquota.project import Project

_WITHOUT = option(
    "--without", multiple=True, metavar="CHECK", help=mark("A check to leave out, such as gaps; may be repeated.")
)


@click.group(
    cls=Group,
    help=mark("Check, add, remove, convert and list geodata."),
    example="landquota layer check boundary.txt",
)
@common_options
def layer() -> None:
    """Hold the layer commands."""


for command in (convert, repair, adjust):
    layer.add_command(command)


@layer.command(
    help=mark("Read each FILE, measure every feature and report all that is wrong with it."),
    example=(
        "landquota layer check boundary.txt\n"
        "landquota layer check survey.gdb.zip --layer DLTB --report findings.xlsx --report findings.gpkg"
    ),
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FILE)
@option("--kind", help=mark("What the layer is, such as parcels or DLTB (default: told by its name and columns)."))
@_WITHOUT
@option(
    "--reference",
    type=FILE,
    help=mark("A boundary to compare with: what lies outside it, and whether the file is shifted (GCJ-02)."),
)
@option(
    "--report",
    "outputs",
    multiple=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help=mark("Also write the findings to this file: .xlsx, .gpkg (points to fly to) or .html (a map)."),
)
@reading_options
@common_options
@pass_session
def check(session: Session, files: Sequence[Path], outputs: Sequence[Path], **given: Any) -> None:
    """Report on files; exit 1 when one holds an error."""
    from landquota.cli.findings_files import check_targets, write_findings
    from landquota.findings import has_errors

    check_targets(outputs)
    read = [*files, *([given["reference"]] if given["reference"] else [])]
    for number, path in enumerate(outputs):
        refuse_loss(path, sources=[*read, *outputs[:number]], replaces=("findings", "findings_without_place"))
    reports = _checked(session, files, given)
    if session.json:
        answers = [report.to_json(session.language) for report in reports]
        session.print_json(answers[0] if len(answers) == 1 else {"files": answers})
    else:
        _show(reports)
    for path in outputs:
        write_findings(reports, path, language=session.language)
        click.echo(say("Findings: {path}", path=path), err=True)
    if any(has_errors(report.findings) for report in reports):
        click.get_current_context().exit(1)


def _checked(session: Session, files: Sequence[Path], given: dict[str, Any]) -> list[LayerCheck]:
    from landquota import layers
    from landquota.cli.reading import apart
    from landquota.reports.terminal import progress

    options = reading(session, given)
    project = session.project_here()
    county = project.county_code if project is not None else ""
    with apart(files), progress(say("Checking files")) as report:
        reference, reports = None, []
        if given["reference"] is not None:
            reference = layers.reference(given["reference"])
        for number, file in enumerate(files):
            report(number, len(files))
            reports.append(
                layers.check(
                    file,
                    kind=given["kind"],
                    without=given["without"],
                    county=county,
                    reference=reference,
                    **options,
                )
            )
    return reports


def _show(reports: Sequence[LayerCheck]) -> None:
    from landquota.reports.layers_terminal import show_check, show_checks
    from landquota.reports.terminal import console

    for report in reports:
        show_check(report, console())
    if len(reports) > 1:
        show_checks(reports, console())


@layer.command(
    help=mark("Check each FILE, copy it into the project's layers/ and list it in catalog.csv."),
    example=(
        "landquota layer add parcels.shp --kind parcels --name parcels2024 --date 2024-06-03 --source 测绘院\n"
        "landquota layer add plots/*.txt --kind parcels"
    ),
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=FILE)
@option("--kind", required=True, help=mark("zones, parcels, basic_farmland, context or another constraint's name."))
@option("--name", help=mark("Name of the layer in the project (default: the file's name)."))
@option("--title", help=mark("Title shown on maps."))
@option("--date", "dated", default="", help=mark("Date of the data."))
@option("--source", default="", help=mark("Who made the data."))
@option(
    "--nature",
    type=click.Choice(["surveyed", "schematic", "illustrative"]),
    default="surveyed",
    show_default=True,
    help=mark("What the geometry is."),
)
@option(
    "--coverage",
    default="",
    metavar="LAYER",
    help=mark("Ground of which the layer speaks: another layer of the project, or the word complete."),
)
@option("--replace", is_flag=True, help=mark("Put it in the place of the layer of this name."))
@_WITHOUT
@reading_options
@common_options
@pass_session
def add(session: Session, files: Sequence[Path], **given: Any) -> None:
    """Add layers, each whole or not at all; what one file holds wrong does not keep the others out."""
    if given["name"] and len(files) > 1:
        raise UsageError(
            text("One name for {count} files", count=len(files)),
            remedy=text("Add them one by one, or leave out --name: each is then called as its file is."),
        )
    from landquota.cli.reading import apart
    from landquota.reports.terminal import progress

    project, given = session.project(), _catalogued(session, given)
    added: list[tuple[CatalogEntry, list[Finding]]] = []
    refused: list[tuple[Path, LandquotaError]] = []
    with apart(files), progress(say("Adding layers")) as report:
        for number, file in enumerate(files):
            report(number, len(files))
            try:
                added.append(_added(project, file, given))
            except LandquotaError as problem:
                if len(files) == 1:
                    raise
                refused.append((file, problem))
    if session.json:
        _print_added(session, added, refused, batch=len(files) > 1)
    else:
        _show_added(added, refused)
    if refused:
        click.get_current_context().exit(1)


def _catalogued(session: Session, given: dict[str, Any]) -> dict[str, Any]:
    """Return the options by the names that :func:`landquota.layers.add` gives them."""
    crs = given["crs"] or ""
    return {**reading(session, given), **given, "crs": crs, "date": given["dated"]}


def _added(project: Project, file: Path, given: dict[str, Any]) -> tuple[CatalogEntry, list[Finding]]:
    from landquota import layers
    from landquota.datum_shift import from_environment

    options = {name: value for name, value in given.items() if name not in {"name", "dated", "title"}}
    shift, findings = from_environment()
    entry, found = layers.add(
        project.layers,
        file,
        name=given["name"] or layers.plain_name(file),
        title=given["title"] or "",
        project_crs=layers.project_crs(project.crs),
        shift=shift,
        county=project.county_code,
        **options,
    )
    return entry, findings + found


def _print_added(
    session: Session,
    added: Sequence[tuple[CatalogEntry, list[Finding]]],
    refused: Sequence[tuple[Path, LandquotaError]],
    *,
    batch: bool,
) -> None:
    from landquota.cli.talk import plain

    answers = [
        {"layer": entry.name, "file": entry.file, "findings": [f.to_json(session.language) for f in findings]}
        for entry, findings in added
    ]
    errors = [{"file": str(file), "error": plain(problem, session.language)} for file, problem in refused]
    session.print_json({"added": answers, "refused": errors} if batch else answers[0])


def _show_added(
    added: Sequence[tuple[CatalogEntry, list[Finding]]], refused: Sequence[tuple[Path, LandquotaError]]
) -> None:
    from landquota.cli.talk import show_error
    from landquota.findings import FindingsError
    from landquota.reports.terminal import console, show_findings

    for file, problem in refused:
        click.echo(say("Not added: {file}", file=file), err=True)
        if isinstance(problem, FindingsError):
            show_findings(problem.findings, console(stderr=True))
        else:
            show_error(problem, as_json=False)
    show_findings([finding for _, findings in added for finding in findings], console())
    for entry, findings in added:
        if any(finding.code == "LAYER-DATUM" for finding in findings):
            click.echo(say("Listed layer {name}; it stays out of the workspace, as said above.", name=entry.name))
        else:
            click.echo(say("Added layer {name}; 'landquota build' loads it.", name=entry.name))
    if refused:
        names = ", ".join(file.name for file, _ in refused)
        click.echo(say("{count} added, {bad} not: {names}", count=len(added), bad=len(refused), names=names), err=True)


@layer.command(
    help=mark("Take the layer NAME out of catalog.csv, and its files out of layers/."),
    example="landquota layer remove parcels2019",
)
@click.argument("name")
@common_options
@pass_session
def remove(session: Session, name: str) -> None:
    """Remove one layer from the project; the workspace keeps it until the next build."""
    from landquota import layers

    entry = layers.remove(session.project().layers, name)
    if session.json:
        session.print_json({"layer": entry.name, "file": entry.file})
        return
    click.echo(say("Removed layer {name}; 'landquota build' leaves it out.", name=entry.name))


@layer.command("list", help=mark("List the layers of the project."), example="landquota layer list --json")
@common_options
@pass_session
def list_(session: Session) -> None:
    """List the catalogue."""
    from dataclasses import asdict

    from landquota import layers
    from landquota.findings import FindingsError, has_errors

    entries, findings = layers.read_catalogue(session.project().layers)
    if has_errors(findings):
        raise FindingsError(findings)
    if session.json:
        session.print_json([asdict(entry) for entry in entries])
        return
    from landquota.reports.layers_terminal import show_catalogue
    from landquota.reports.terminal import console

    show_catalogue(entries, console())
