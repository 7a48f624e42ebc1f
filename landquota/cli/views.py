"""``reconcile`` and ``map``: the views of ledger and layers together."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from landquota.cli.options import FILE, Command, Session, common_options, option, pass_session
from landquota.errors import UsageError
from landquota.i18n import current_language, mark, say, text

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


@click.command(
    "map",
    cls=Command,
    help=mark("Draw the project's maps, or any polygon file, as one HTML file that needs no network."),
    example="landquota map\nlandquota map quota -o meeting.html\nlandquota map --layer parcels.shp -o parcels.html",
)
@click.argument("sheet", required=False)
@option("--layer", "file", type=FILE, metavar="FILE", help=mark("Draw this polygon file without a project."))
@option("--layer-name", metavar="NAME", help=mark("Name of the layer, where the file holds several."))
@option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="HTML",
    help=mark("Where to write the map."),
)
@option("--encoding", help=mark("Encoding of the attributes, where the file does not say it (such as GBK)."))
@common_options
@pass_session
def map_(
    session: Session,
    *,
    sheet: str | None,
    file: Path | None,
    layer_name: str | None,
    output: Path | None,
    encoding: str | None,
) -> None:
    """Write one or all maps."""
    if file is not None:
        if sheet is not None:
            raise UsageError(text("Give either a map sheet or --layer FILE, not both"))
        pages = [_draw_file(file, layer_name, output or Path(f"{file.stem}.html"), encoding)]
    else:
        project = session.project()
        pages = draw_sheets(project, reconciled(project, session.date(project)), sheet=sheet, output=output)
    if session.json:
        session.print_json({"maps": [str(page) for page in pages]})
        return
    for page in pages:
        click.echo(say("Map: {path}", path=page))


def draw_sheets(
    project: Project, result: Reconciliation, *, sheet: str | None = None, output: Path | None = None
) -> list[Path]:
    """Draw the map sheets of ``maps/*.toml`` (or one of them) and return the pages' paths."""
    from landquota import layers
    from landquota.ledger import Ledger
    from landquota.maps import page
    from landquota.maps.drawing import sheet_view
    from landquota.maps.sheet import read_sheets
    from landquota.seeds import read_seeds

    sheets = read_sheets(project.maps, only=sheet)
    if output is not None and len(sheets) > 1:
        raise UsageError(
            text("There are several map sheets, and one output file"),
            remedy=text("Name the sheet: landquota map SHEET -o FILE."),
        )
    loaded = layers.load(project.layers_file)
    facts = read_seeds(project.seeds)[0].facts
    pages = []
    with Ledger.open(project.ledger_file) as ledger:
        entries = ledger.entries(as_of=result.as_of)
    for each in sheets:
        target = output or project.maps_out / f"{each.id}.html"
        page.write(sheet_view(each, result, loaded, entries, facts, language=current_language.get()), target)
        if each.basemap is not None and each.basemap.keyed:
            click.echo(say("{file}: whoever gets this file can read the key of its base map", file=target), err=True)
        pages.append(target)
    return pages


def _draw_file(file: Path, layer: str | None, output: Path, encoding: str | None) -> Path:
    from landquota.findings import FindingsError, has_errors
    from landquota.formats import read
    from landquota.maps import page
    from landquota.maps.polygons import file_view
    from landquota.reports.terminal import console, show_findings

    table, findings = read(file, layer=layer, encoding=encoding)
    if table is None or has_errors(findings):
        raise FindingsError(findings)
    if findings:
        show_findings(findings, console(stderr=True))
    page.write(file_view(table, language=current_language.get()), output)
    return output
