"""``overlay diff``: what changed from one delivery of a layer to the next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from landquota.cli.options import Session, common_options, option, pass_session
from landquota.cli.overlay import check_outputs, output_options, overlay, tell
from landquota.cli.overlay_inputs import Desk, apart_from, apart_while
from landquota.cli.reading import reading_options
from landquota.i18n import mark, say

if TYPE_CHECKING:
    import pyproj

    from landquota.analyses.delivery import Delivery


@overlay.command(
    help=mark(
        "Say what changed from one delivery of a layer to the next.\n\nFrom OLD to NEW: features added, removed, "
        "moved, split, merged, changed in geometry or attributes, and areas from class to class. "
        "Both are files (FILE::LAYER where one holds several), or layers of the project by name."
    ),
    example=(
        "landquota overlay diff dltb2023.gpkg dltb2024.gpkg --class DLBM -o changes.xlsx\n"
        "landquota overlay diff old.shp new.shp --id BSM --ignore SJNF --map changes.html"
    ),
)
@click.argument("old")
@click.argument("new")
@option(
    "--id",
    "id_column",
    metavar="FIELD",
    help=mark("Attribute that tells features in both deliveries (default: features are told by their geometry)."),
)
@option(
    "--class",
    "class_column",
    metavar="FIELD",
    help=mark("Attribute that holds the class, for the areas from class to class (default: DLBM, where both have it)."),
)
@option(
    "--ignore",
    "ignored",
    multiple=True,
    metavar="FIELD",
    help=mark("Attribute that is not compared; may be repeated (never compared: OBJECTID, Shape_Area and their like)."),
)
@option(
    "--tolerance",
    "tolerance_m",
    type=click.FloatRange(min=0, max=100),
    default=0.001,
    show_default=True,
    metavar="M",
    help=mark("Boundaries that differ by no more than this, in metres, are the same."),
)
@reading_options
@output_options
@common_options
@pass_session
def diff(session: Session, old: str, new: str, *, outputs: Sequence[Path], **given: Any) -> None:
    """Print the changes; exit 1 when a feature is broken."""
    from landquota.analyses.diff import diff as compare
    from landquota.findings import has_errors
    from landquota.reports import diff as wording
    from landquota.reports.terminal import progress

    map_file: Path | None = given["map_file"]
    check_outputs(outputs, map_file, sources=[old, new])
    source_layer = given.pop("source_layer")
    words = [_with_layer(word, source_layer) for word in (old, new)]
    with apart_from([old, new]), progress(say("Reading")):
        desk = Desk.of(session, given)
        before, after, crs, class_column = _read(desk, words, given)
    unread = [each.filed is not None for each in (before, after)]
    with apart_while(*unread), progress(say("Comparing deliveries")) as report:
        result = compare(before, after, tolerance_m=given["tolerance_m"], ignored=given["ignored"], progress=report)
    findings = [*desk.findings, *result.findings]
    said = wording.report(
        result, names=(old, new), crs=crs, matched_by=given["id_column"], class_column=class_column, findings=findings
    )
    if map_file is not None:
        from landquota.maps import diff_page

        with apart_while(*unread):
            diff_page.write(result, crs, said, map_file, sources=desk.sources(), language=session.language)
        click.echo(say("Map: {path}", path=map_file), err=True)
    tell(session, said, outputs)
    if has_errors(findings):
        click.get_current_context().exit(1)


def _with_layer(word: str, layer: str | None) -> str:
    """Return a file with the layer in it that ``--layer`` names, unless the word names one itself."""
    from landquota.analyses.shelf import LAYER_MARK

    return word if layer is None or LAYER_MARK in word else f"{word}{LAYER_MARK}{layer}"


def _read(desk: Desk, words: Sequence[str], given: dict[str, Any]) -> tuple[Delivery, Delivery, pyproj.CRS, str | None]:
    """Read both deliveries into one plane; everything that is wrong with them is said at once."""
    from landquota.analyses import plane_of
    from landquota.analyses.delivery import delivered
    from landquota.analyses.given import unknown_field

    several = [desk.take(word, id_column=given["id_column"]) for word in words]
    known = [each for each in several if each is not None]
    wanted = given["class_column"]
    if wanted is not None:
        missing = [each for each in known if each.column(wanted) is None]
        desk.findings += [unknown_field(each, wanted, "--class") for each in missing]
    elif all(each.column("DLBM") is not None for each in known):
        wanted = "DLBM"
    desk.settle()
    crs = plane_of(known[0], desk.project_crs)
    deliveries = []
    for each in known:
        delivery, found = delivered(
            each, crs, by_id=given["id_column"] is not None, class_column=wanted, shift=desk.shift
        )
        desk.findings += found
        desk.failed |= delivery is None
        deliveries += [] if delivery is None else [delivery]
    desk.settle()
    old, new = deliveries
    return old, new, crs, wanted
