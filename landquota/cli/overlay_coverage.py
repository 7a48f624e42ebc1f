"""``overlay coverage``: how much of each zone a layer covers (区片覆盖率)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from landquota.cli.options import Session, common_options, option, pass_session
from landquota.cli.overlay import check_outputs, input_options, output_options, overlay, tell
from landquota.cli.overlay_inputs import Desk, apart_from, apart_while
from landquota.i18n import mark, say

if TYPE_CHECKING:
    from landquota.analyses import Extent, Given, Land
    from landquota.analyses.tiles import Unread
    from landquota.overlay import Layer


@overlay.command(
    help=mark(
        "Say how much of each zone a layer covers.\n\nOf each of the ZONES: the share under the features of LAYER, the "
        "gaps, and what is covered twice. "
        "Both are files (FILE::LAYER where one holds several), or layers of the project by name."
    ),
    example=(
        "landquota overlay coverage zones.shp parcels.shp -o coverage.xlsx\n"
        "landquota overlay coverage zones parcels --coverage surveyed.shp --map coverage.html"
    ),
)
@click.argument("zones")
@click.argument("layer")
@option(
    "--coverage",
    multiple=True,
    metavar="FILE",
    help=mark(
        "Ground of which the layer speaks, a file or layer; outside of it there is no data; may be repeated "
        "(default: the catalogue's word, else all ground)."
    ),
)
@input_options
@output_options
@common_options
@pass_session
def coverage(session: Session, zones: str, layer: str, *, outputs: Sequence[Path], **given: Any) -> None:
    """Print the coverage; exit 1 when a zone or feature is broken."""
    from landquota.analyses.coverage import coverage as measure
    from landquota.findings import has_errors
    from landquota.reports import coverage as wording
    from landquota.reports.terminal import progress

    map_file: Path | None = given["map_file"]
    check_outputs(outputs, map_file, sources=[zones, layer, *given["coverage"]])
    with apart_from([zones, layer, *given["coverage"]]), progress(say("Reading")):
        desk = Desk.of(session, given)
        land, over, extent, theme = _read(desk, zones, layer, given)
    with apart_while(land.given.is_outline, over.is_outline), progress(say("Measuring zones")) as report:
        result = measure(land.parcels, theme, keep_pieces=map_file is not None, progress=report)
    findings = [*desk.findings, *result.findings]
    said = wording.report(result, land, over, extent, sliver_m2=given["sliver_m2"], findings=findings)
    if map_file is not None:
        from landquota.maps import coverage_page

        with apart_while(land.given.is_outline, over.is_outline):
            coverage_page.write(result, land, theme, said, map_file, sources=desk.sources(), language=session.language)
        click.echo(say("Map: {path}", path=map_file), err=True)
    tell(session, said, outputs)
    if has_errors(findings):
        click.get_current_context().exit(1)


def _read(
    desk: Desk, zones: str, layer: str, given: dict[str, Any]
) -> tuple[Land, Given, Extent, Layer | Unread[Layer]]:
    """Read both inputs; everything that is wrong with them is said at once."""
    from landquota.analyses import Extent

    one = desk.take(zones, id_column=given["id_column"])
    over = desk.take(layer)
    land = None if one is None else desk.land(one, areas=given["areas"])
    theme, extent = None, Extent()
    if land is not None and over is not None:
        extent = desk.extent_of(over, land, {"complete": False, "coverage": given["coverage"]})
        if not given["coverage"] and not over.coverage:
            extent = Extent(complete=True)
        theme = desk.theme(over, land, extent=extent, sliver_m2=given["sliver_m2"])
    desk.settle()
    assert land is not None  # noqa: S101 - what could not be read has an error, which settle() has raised
    assert over is not None  # noqa: S101
    assert theme is not None  # noqa: S101
    return land, over, extent, theme
