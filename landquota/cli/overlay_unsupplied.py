"""``overlay unsupplied``: what is approved and not supplied (批而未供)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from landquota.cli.options import Session, common_options, option, pass_session
from landquota.cli.overlay import OUT, check_outputs, input_options, output_options, overlay, tell
from landquota.cli.overlay_inputs import Desk, apart_from, apart_while
from landquota.cli.targets import refuse_loss
from landquota.errors import UsageError
from landquota.i18n import mark, say, text

if TYPE_CHECKING:
    from landquota.analyses import Given, Land
    from landquota.analyses.tiles import Unread
    from landquota.overlay import Layer


def _share(written: str) -> Decimal:
    """Read the threshold exactly, as it is written.

    Raises
    ------
    UsageError
        It is no number.
    """
    try:
        return Decimal(written)
    except InvalidOperation:
        raise UsageError(
            text("The threshold '{written}' is not a number", written=written),
            remedy=text("Write it as a fraction: 0.95 for 95 %."),
        ) from None


@overlay.command(
    help=mark(
        "Say what is approved and not supplied (批而未供).\n\nOf each of the APPROVED parcels: what no "
        "SUPPLIED one covers, in areas that add up to the parcel, and the ground that is left; also supplies "
        "without an approval. "
        "Both are files (FILE::LAYER where one holds several), or layers of the project by name."
    ),
    example=(
        "landquota overlay unsupplied approved.shp supplied.shp --batch 批次名称 -o unsupplied.xlsx\n"
        "landquota overlay unsupplied approved.gpkg supplied.gpkg --out-layer rest.gpkg --map unsupplied.html"
    ),
)
@click.argument("approved")
@click.argument("supplied")
@option(
    "--threshold",
    default="0.95",
    show_default=True,
    metavar="SHARE",
    help=mark(
        "A parcel counts as supplied above this share of its area, from 0 to below 1. "
        "0.95 is the working practice of bureaus, not a legal limit."
    ),
)
@option("--batch", "batch_column", metavar="FIELD", help=mark("Attribute that holds the batch: also add up by batch."))
@option(
    "--supply-id", "supply_column", metavar="FIELD", help=mark("Attribute that names the supplies (default: told).")
)
@option(
    "--out-layer",
    "layer_file",
    type=OUT,
    metavar="FILE",
    help=mark("Also write the ground that is not supplied as a layer: .gpkg, .shp, .geojson and others."),
)
@option("--overwrite", is_flag=True, help=mark("Replace the file of --out-layer where it is there already."))
@input_options
@output_options
@common_options
@pass_session
def unsupplied(session: Session, approved: str, supplied: str, *, outputs: Sequence[Path], **given: Any) -> None:
    """Print what is not supplied; exit 1 when a parcel or supply is broken."""
    from landquota.analyses.unsupplied import overlapping
    from landquota.analyses.unsupplied import unsupplied as find
    from landquota.findings import has_errors
    from landquota.reports import unsupplied as wording
    from landquota.reports.terminal import progress

    map_file: Path | None = given["map_file"]
    layer_file: Path | None = given["layer_file"]
    check_outputs(outputs, map_file, sources=[approved, supplied])
    _check_layer(layer_file, [approved, supplied], overwrite=given["overwrite"])
    threshold = _share(given["threshold"])
    with apart_from([approved, supplied]), progress(say("Reading")):
        desk = Desk.of(session, given)
        land, supplies, layer, batches = _read(desk, approved, supplied, given)
    drawn = map_file is not None or layer_file is not None
    with apart_while(land.given.is_outline, supplies.is_outline), progress(say("Erasing supplies")) as report:
        overlaps = overlapping(land, sliver_m2=given["sliver_m2"])
        result = find(land.parcels, layer, batches=batches, threshold=threshold, keep_pieces=drawn, progress=report)
    findings = [*desk.findings, *overlaps, *result.findings]
    written = None
    if layer_file is not None:
        from landquota.analyses.leftover import write_rest

        found, written = write_rest(result, land, layer_file)
        findings += found
    said = wording.report(result, land, supplies, sliver_m2=given["sliver_m2"], findings=findings)
    if map_file is not None:
        from landquota.maps import unsupplied_page

        with apart_while(land.given.is_outline):
            unsupplied_page.write(result, land, said, map_file, sources=desk.sources(), language=session.language)
        click.echo(say("Map: {path}", path=map_file), err=True)
    tell(session, said, outputs)
    if layer_file is not None:
        nothing = say("Nothing is left that is not supplied; {file} was not written", file=layer_file)
        click.echo(say("Wrote {file}", file=layer_file) if written else nothing, err=True)
    if has_errors(findings):
        click.get_current_context().exit(1)


def _check_layer(path: Path | None, sources: Sequence[str], *, overwrite: bool) -> None:
    """Refuse, before anything is read, a layer that could not be written or would replace something."""
    from landquota.formats.writing import refuse_unwritable

    if path is None:
        return
    refuse_loss(path, sources=list(map(Path, sources)))
    refuse_unwritable(path, overwrite=overwrite)


def _read(
    desk: Desk, approved: str, supplied: str, given: dict[str, Any]
) -> tuple[Land, Given, Layer | Unread[Layer], Sequence[str] | None]:
    """Read both inputs; everything that is wrong with them is said at once."""
    from landquota.analyses import Extent
    from landquota.analyses.given import unknown_field

    one = desk.take(approved, id_column=given["id_column"])
    supplies = desk.take(supplied, id_column=given["supply_column"])
    land = None if one is None else desk.land(one, areas=given["areas"])
    column = None
    if one is not None and given["batch_column"] is not None:
        column = one.column(given["batch_column"])
        if column is None:
            desk.findings.append(unknown_field(one, given["batch_column"], "--batch"))
    layer = None
    if land is not None and supplies is not None:
        layer = desk.theme(supplies, land, extent=Extent(complete=True), sliver_m2=given["sliver_m2"])
    desk.settle()
    assert land is not None  # noqa: S101 - what could not be read has an error, which settle() has raised
    assert supplies is not None  # noqa: S101
    assert layer is not None  # noqa: S101
    return land, supplies, layer, None if column is None else land.given.cells(column)
