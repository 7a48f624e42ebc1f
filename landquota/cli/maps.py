"""``map``: the project's maps, and those of any file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from landquota.cli.options import FILE, Command, Session, common_options, option, pass_session
from landquota.cli.views import reconciled
from landquota.errors import UsageError
from landquota.i18n import current_language, mark, say, text

if TYPE_CHECKING:
    from landquota.maps import MapView
    from landquota.maps.manifest import Sources
    from landquota.maps.sheet import Sheet
    from landquota.project import Project
    from landquota.reconcile import Reconciliation

_PRINTS: Final = (".png", ".pdf")


@click.command(
    "map",
    cls=Command,
    help=mark(
        "Draw a map sheet of the project, or any polygon file, as one HTML file that needs no network.\n\n"
        "SHEET may be left out where the project has only one. With --png an A3 sheet for printing is drawn instead."
    ),
    example=(
        "landquota map\nlandquota map quota --public -o meeting.html\nlandquota map --all --png\n"
        "landquota map --layer parcels.shp -o parcels.html"
    ),
)
@click.argument("sheet", required=False)
@option("--all", "every", is_flag=True, help=mark("Draw every map sheet of the project."))
@option("--layer", "file", type=FILE, metavar="FILE", help=mark("Draw this polygon file without a project."))
@option("--layer-name", metavar="NAME", help=mark("Name of the layer, where the file holds several."))
@option(
    "--public",
    is_flag=True,
    help=mark(
        "Draw the edition for publication: coordinates to the sheet's precision (50 m), and of the features only the "
        "fields that the sheet allows."
    ),
)
@option("--png", "printed", is_flag=True, help=mark("Draw an A3 sheet as PNG, or as PDF where the output is named so."))
@option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=mark("Where to write the map."),
)
@option("--encoding", help=mark("Encoding of the attributes, where the file does not say it (such as GBK)."))
@common_options
@pass_session
def map_(session: Session, **given: Any) -> None:
    """Write one map or all of them."""
    _check(**given)
    if given["file"] is not None:
        paths = [_draw_file(given["file"], given["layer_name"], given["output"], given["encoding"], given["printed"])]
    else:
        project = session.project()
        sheets = _chosen(project, given["sheet"], every=given["every"])
        result = reconciled(project, session.date(project))
        how = {"public": given["public"], "printed": given["printed"], "output": given["output"]}
        paths = list(draw_sheets(project, result, sheets, **how))
    if session.json:
        session.print_json({"maps": [str(path) for path in paths]})
        return
    for path in paths:
        click.echo(say("Map: {path}", path=path))


def _check(
    *,
    sheet: str | None,
    every: bool,
    file: Path | None,
    public: bool,
    printed: bool,
    output: Path | None,
    **_reading: str | None,
) -> None:
    """Refuse, before anything is read, options that do not fit together."""
    if sum((sheet is not None, every, file is not None)) > 1:
        raise UsageError(text("Give one of a map sheet, --all and --layer FILE"))
    if public and file is not None:
        raise UsageError(
            text("A file has no public edition: only a map sheet says what of it may be published"),
            remedy=text("Add the file to a project with 'landquota layer add', and draw a sheet with --public."),
        )
    if every and output is not None:
        raise UsageError(
            text("There are several map sheets, and one output file"),
            remedy=text("Name the sheet: landquota map SHEET -o FILE."),
        )
    if output is not None and printed != (output.suffix.lower() in _PRINTS):
        raise UsageError(
            text("{file} does not end as what is drawn", file=output),
            remedy=text("An A3 sheet ends in .png or .pdf and is drawn with --png; a page ends in .html."),
        )


def _chosen(project: Project, name: str | None, *, every: bool) -> list[Sheet]:
    """Return the sheets that are to be drawn."""
    from landquota.maps.sheet import read_sheets

    sheets = read_sheets(project.maps, only=name)
    if len(sheets) > 1 and not every:
        names = ", ".join(sheet.id for sheet in sheets)
        raise UsageError(
            text("There are several map sheets: {names}", names=names),
            remedy=text("Name one: landquota map SHEET; or draw them all: landquota map --all."),
        )
    return sheets


def draw_sheets(
    project: Project,
    result: Reconciliation,
    sheets: Iterable[Sheet],
    *,
    public: bool = False,
    printed: bool = False,
    output: Path | None = None,
) -> Iterator[Path]:
    """Draw map sheets of a built project and yield where each was written."""
    edition = ".public" if public else ""
    for sheet, view, sources in views(project, result, sheets, language=current_language.get(), public=public):
        target = output or project.maps_out / f"{sheet.id}{edition}{'.png' if printed else '.html'}"
        _write(view, target, sources, printed=printed)
        if view.basemap is not None and view.basemap.keyed:
            click.echo(say("{file}: whoever gets this file can read the key of its base map", file=target), err=True)
        if public and not sheet.publication.review_number:
            click.echo(sheet.publication.foot()[0].render(current_language.get()), err=True)
        yield target


def views(
    project: Project, result: Reconciliation, sheets: Iterable[Sheet], *, language: str, public: bool
) -> Iterator[tuple[Sheet, MapView, Sources]]:
    """Yield what each sheet shows, and from what."""
    from landquota import layers
    from landquota.ledger import Ledger
    from landquota.maps.drawing import sheet_view
    from landquota.maps.sheet_sources import sources_of
    from landquota.seeds import read_seeds

    loaded = layers.load(project.layers_file)
    facts = read_seeds(project.seeds)[0].facts
    with Ledger.open(project.ledger_file) as ledger:
        entries = ledger.entries(as_of=result.as_of)
    for sheet in sheets:
        view = sheet_view(sheet, result, loaded, entries, facts, language=language, public=public)
        yield sheet, view, sources_of(sheet, project, loaded, public=public)


def _write(view: MapView, target: Path, sources: Sources, *, printed: bool) -> None:
    if printed:
        from landquota.maps import print_sheet

        print_sheet.write(view, target)
    else:
        from landquota.maps import page

        page.write(view, target, sources)


def _draw_file(file: Path, layer: str | None, output: Path | None, encoding: str | None, printed: bool) -> Path:
    from landquota.findings import FindingsError, has_errors
    from landquota.formats import read
    from landquota.maps.manifest import Sources
    from landquota.maps.polygons import file_view
    from landquota.reports.terminal import console, show_findings

    table, findings = read(file, layer=layer, encoding=encoding)
    if table is None or has_errors(findings):
        raise FindingsError(findings)
    if findings:
        show_findings(findings, console(stderr=True))
    target = output or Path(f"{file.stem}{'.png' if printed else '.html'}")
    _write(file_view(table, language=current_language.get()), target, Sources.of_files([file]), printed=printed)
    return target
