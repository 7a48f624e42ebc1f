"""``layer``: check, add, remove and list geodata."""

from __future__ import annotations

from pathlib import Path

import click

from landquota.cli.options import FILE, Group, Session, common_options, option, pass_session
from landquota.i18n import mark, say

_ENCODING = mark("Encoding of the attributes, where the file does not say it (such as GBK).")
_LAYER = mark("Name of the layer, where the file holds several.")


@click.group(cls=Group, help=mark("Check, add, remove and list geodata."), example="landquota layer check boundary.txt")
@common_options
def layer() -> None:
    """Hold the layer commands."""


@layer.command(
    help=mark("Read FILE, measure every feature and report all that is wrong with it."),
    example="landquota layer check boundary.txt\nlandquota layer check parcels.gpkg --layer DLTB --json",
)
@click.argument("file", type=FILE)
@option("--layer", "name", help=_LAYER)
@option("--encoding", help=_ENCODING)
@common_options
@pass_session
def check(session: Session, file: Path, name: str | None, encoding: str | None) -> None:
    """Report on one file; exit 1 when it holds an error."""
    from landquota import layers
    from landquota.findings import has_errors

    report = layers.check(file, layer=name, encoding=encoding)
    if session.json:
        session.print_json(report.to_json(session.language))
    else:
        from landquota.reports.terminal import console, show_check

        show_check(report, console())
    if has_errors(report.findings):
        click.get_current_context().exit(1)


@layer.command(
    help=mark("Check FILE, copy it into the project's layers/ and list it in catalog.csv."),
    example="landquota layer add parcels.shp --kind parcels --name parcels2024 --date 2024-06-03 --source 测绘院",
)
@click.argument("file", type=FILE)
@option("--kind", required=True, help=mark("zones, parcels, basic_farmland, context or another constraint's name."))
@option("--name", help=mark("Name of the layer in the project (default: the file's name)."))
@option("--layer", "source_layer", help=_LAYER)
@option("--encoding", help=_ENCODING)
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
@option("--replace", is_flag=True, help=mark("Put it in the place of the layer of this name."))
@common_options
@pass_session
def add(session: Session, file: Path, *, replace: bool, **given: str | None) -> None:
    """Add one layer; nothing is written when it holds an error."""
    from landquota import layers
    from landquota.reports.terminal import console, show_findings

    project = session.project()
    entry, findings = layers.add(
        project.layers,
        file,
        name=given["name"] or file.stem,
        kind=given["kind"] or "",
        layer=given["source_layer"],
        encoding=given["encoding"],
        title=given["title"] or "",
        date=given["dated"] or "",
        source=given["source"] or "",
        nature=given["nature"] or "",
        replace=replace,
        project_crs=layers.project_crs(project.crs),
    )
    if session.json:
        session.print_json(
            {"layer": entry.name, "file": entry.file, "findings": [f.to_json(session.language) for f in findings]}
        )
        return
    show_findings(findings, console())
    click.echo(say("Added layer {name}; 'landquota build' loads it.", name=entry.name))


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
    from landquota.reports.terminal import console, show_catalogue

    show_catalogue(entries, console())
