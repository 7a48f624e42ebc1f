"""``overlay composition``: what parcels are made of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from landquota.cli.options import Session, common_options, option, pass_session
from landquota.cli.overlay import check_outputs, coverage_options, input_options, output_options, overlay, tell
from landquota.cli.overlay_inputs import Desk, apart_from, apart_while
from landquota.i18n import mark, say

if TYPE_CHECKING:
    from landquota.analyses import Given, Land
    from landquota.analyses.classes import Classes


@overlay.command(
    help=mark(
        "Say what parcels are made of by land class.\n\nAreas and shares add up to each parcel. PARCELS and LANDUSE "
        "are files (FILE::LAYER where one holds several), or layers of the project by name."
    ),
    example=(
        "landquota overlay composition parcels.shp survey.gdb::DLTB --class DLBM -o composition.csv\n"
        "landquota overlay composition parcels DLTB --map composition.html"
    ),
)
@click.argument("parcels")
@click.argument("landuse")
@option("--class", "class_column", metavar="FIELD", help=mark("Attribute that holds the class (default: DLBM, DLMC)."))
@option(
    "--by",
    type=click.Choice(["class", "feature"]),
    default="class",
    show_default=True,
    help=mark("A row for each class, or for each feature."),
)
@coverage_options
@input_options
@output_options
@common_options
@pass_session
def composition(session: Session, parcels: str, landuse: str, *, outputs: Sequence[Path], **given: Any) -> None:
    """Print the composition; exit 1 when a parcel or patch is broken."""
    from landquota.analyses.composition import compose
    from landquota.analyses.deductions import deductions_of
    from landquota.findings import has_errors
    from landquota.reports import composition as wording
    from landquota.reports.terminal import progress

    map_file: Path | None = given["map_file"]
    check_outputs(outputs, map_file, sources=[parcels, landuse])
    by, sliver_m2 = given["by"], given["sliver_m2"]
    with apart_from([parcels, landuse]), progress(say("Reading")) as report:
        desk = Desk.of(session, given)
        layer, land, classes = _read(desk, parcels, landuse, given)
        extent = desk.extent_of(layer, land, given)
        theme = desk.theme(layer, land, classes=classes.values, extent=extent, sliver_m2=sliver_m2)
        deductions, found = deductions_of(layer)
        desk.findings += found
        desk.settle()
    assert theme is not None  # noqa: S101 - settled
    with apart_while(land.given.is_outline, layer.is_outline), progress(say("Overlaying parcels")) as report:
        result = compose(
            land,
            theme,
            classes.with_codes(d.to_class for d in deductions.values()),
            deductions=deductions,
            by=by,
            keep_pieces=map_file is not None,
            progress=report,
        )
    findings = [*desk.findings, *result.findings]
    said = wording.report(
        result, layer, extent, by=by, sliver_m2=sliver_m2, deducted=len(deductions), findings=findings
    )
    if map_file is not None:
        from landquota.maps import composition_page

        with apart_while(land.given.is_outline):
            composition_page.write(result, layer, said, map_file, sources=desk.sources(), language=session.language)
        click.echo(say("Map: {path}", path=map_file), err=True)
    tell(session, said, outputs)
    if has_errors(findings):
        click.get_current_context().exit(1)


def _read(desk: Desk, parcels: str, landuse: str, given: dict[str, Any]) -> tuple[Given, Land, Classes]:
    """Read both inputs; everything that is wrong with them is said at once."""
    from landquota.analyses.classes import classes_of

    one = desk.take(parcels, id_column=given["id_column"])
    layer = desk.take(landuse)
    land = None if one is None else desk.land(one, areas=given["areas"])
    classes = None
    if layer is not None:
        classes, found = classes_of(layer, given["class_column"])
        desk.findings += found
    desk.settle()
    assert layer is not None  # noqa: S101 - what could not be read has an error, which settle() has raised
    assert land is not None  # noqa: S101
    assert classes is not None  # noqa: S101
    return layer, land, classes
