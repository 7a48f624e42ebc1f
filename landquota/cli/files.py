"""``layer convert``, ``layer repair`` and ``layer adjust``: from one file to another, without a project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from landquota.cli.options import FILE, Command, Session, common_options, option, pass_session
from landquota.cli.reading import apart, reading, reading_options, system
from landquota.cli.targets import refuse_loss
from landquota.i18n import mark, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from landquota.area import Area
    from landquota.findings import Finding
    from landquota.formats.table import FeatureTable

OUT = click.Path(path_type=Path, dir_okay=False)
#: What repair mends, and what it leaves as it is.
_BROKEN: Final = frozenset({"GEOM-INVALID", "GEOM-NULL", "GEOM-EMPTY"})
_OVERWRITE = mark("Replace OUT where it is there already.")


@click.command(
    cls=Command,
    help=mark("Read FILE and write it as OUT, in the format that OUT's name ends in."),
    example=(
        "landquota layer convert plots.txt plots.gpkg\n"
        "landquota layer convert plots.gpkg plots.txt --to-crs EPSG:4528\n"
        "landquota layer convert survey.dxf survey.shp --write-encoding utf-8"
    ),
)
@click.argument("file", type=FILE)
@click.argument("out", type=OUT)
@option("--to-crs", metavar="EPSG:n", help=mark("Reference system to write in (default: the file's own)."))
@option(
    "--write-encoding",
    type=click.Choice(["gbk", "utf-8"]),
    default="gbk",
    show_default=True,
    help=mark("Encoding of a Shapefile's or boundary TXT's texts."),
)
@option("--overwrite", is_flag=True, help=_OVERWRITE)
@reading_options
@common_options
@pass_session
def convert(session: Session, file: Path, out: Path, *, overwrite: bool, **given: Any) -> None:
    """Convert one layer; nothing is written when it holds an error."""
    from landquota import layers
    from landquota.datum_shift import from_environment
    from landquota.formats import writing

    refuse_loss(out, sources=[file])
    table, findings = _read(session, file, given)
    frame = table.frame
    target = system(given["to_crs"])
    if target is not None:
        shift, findings_of_shift = from_environment()
        frame, found = layers.transformed(table, target, shift=shift)
        findings += [*findings_of_shift, *_sound(found)]
    areas, column = _declared(table)
    found = writing.write(
        frame,
        out,
        encoding=given["write_encoding"],
        overwrite=overwrite,
        areas=areas,
        area_column=column,
    )
    findings += _sound(found)
    _tell(session, findings, {"file": str(out), "features": len(frame)})
    if not session.json:
        click.echo(say("Wrote {count} feature(s) to {file}.", count=len(frame), file=out))


@click.command(
    cls=Command,
    help=mark("Read FILE, repair what makes its polygons invalid, say each change, and write the result as OUT."),
    example="landquota layer repair parcels.shp repaired.gpkg",
)
@click.argument("file", type=FILE)
@click.argument("out", type=OUT)
@option(
    "--all",
    "apply_all",
    is_flag=True,
    help=mark("Also apply repairs that change an area beyond the survey's accuracy."),
)
@option("--overwrite", is_flag=True, help=_OVERWRITE)
@reading_options
@common_options
@pass_session
def repair(session: Session, file: Path, out: Path, *, apply_all: bool, overwrite: bool, **given: Any) -> None:
    """Repair one layer; the file itself stays as it is."""
    from landquota.findings import has_errors
    from landquota.formats import writing
    from landquota.formats.repair import repair as repaired

    refuse_loss(out, sources=[file])
    table, findings = _read(session, file, given, broken=True)
    frame, repairs, found = repaired(table.frame, places=table.places, everything=apply_all)
    made = sum(each.applied for each in repairs)
    findings = [finding for finding in findings if finding.code != "GEOM-INVALID"] + found
    findings += _sound(writing.write(frame, out, overwrite=overwrite))
    left = len(repairs) - made
    _tell(session, findings, {"file": str(out), "repaired": made, "left": left})
    if not session.json:
        click.echo(say("Repaired {count} feature(s), left {left}, wrote {file}.", count=made, left=left, file=out))
    if has_errors(findings):
        click.get_current_context().exit(1)


@click.command(
    cls=Command,
    help=mark("Adjust the areas of FILE so that they add up to a control area (调平)."),
    example="landquota layer adjust plots.txt --control 57089.00",
)
@click.argument("file", type=FILE)
@option(
    "--control", required=True, metavar="AREA", help=mark("What the areas have to add up to, in m² or with a unit.")
)
@option(
    "--method",
    type=click.Choice(["official", "proportional"]),
    default="official",
    show_default=True,
    help=mark("The official rule (the same for each, one step more for the largest), or in proportion to the areas."),
)
@option(
    "--areas",
    "basis",
    type=click.Choice(["ellipsoid", "planar", "declared"]),
    default="ellipsoid",
    show_default=True,
    help=mark("Which areas to adjust."),
)
@option("--out", type=OUT, help=mark("Also write the table to this CSV file, which Excel opens."))
@reading_options
@common_options
@pass_session
def adjust(
    session: Session, file: Path, *, control: str, method: Any, basis: Any, out: Path | None, **given: Any
) -> None:
    """Print measured, correction and adjusted area of every feature; the file stays as it is."""
    from landquota import layers
    from landquota.adjustment import adjustment
    from landquota.area import parse_exact
    from landquota.formats.tables import write_csv

    whole = parse_exact(f"{control}m²" if control[-1:].isdecimal() else control)
    options = reading(session, given)
    with apart([file]):
        report = layers.check(file, without=layers.CHECKS, **options)
    done, findings = adjustment(layers.measured(report, basis), whole, method=method)
    if out is not None:
        refuse_loss(out, sources=[file])
        headings = [say("Feature"), say("measured"), say("correction"), say("adjusted")]
        rows = [[row.parcel, *row.figures()] for row in done.rows]
        write_csv(out, headings, [*rows, [say("Total"), *done.totals()]])
    if session.json:
        found = [finding.to_json(session.language) for finding in findings]
        session.print_json({**done.to_json(), "findings": found})
        return
    from landquota.reports.layers_terminal import show_adjustment
    from landquota.reports.terminal import console, show_findings

    show_adjustment(done, console())
    if findings:
        show_findings(findings, console())


def _read(
    session: Session, file: Path, given: dict[str, Any], *, broken: bool = False
) -> tuple[FeatureTable, list[Finding]]:
    """Read the file; its errors are raised, but those of single polygons where `broken` ones are wanted."""
    from landquota import formats
    from landquota.findings import FindingsError, has_errors

    options = reading(session, given)
    with apart([file]):
        table, findings = formats.read(file, **options)
    errors = [finding for finding in findings if not (broken and finding.code in _BROKEN)]
    if table is None or has_errors(errors):
        raise FindingsError(findings)
    return table, findings


def _declared(table: FeatureTable) -> tuple[Sequence[Area | None], str | None]:
    """Return the areas that a table declares, and the column of attributes that holds them, if one does."""
    from landquota import standards
    from landquota.formats.boundary import fields

    if any(area is not None for area in table.declared_area_m2) or fields.area_column(table.frame) is not None:
        return table.declared_area_m2, None
    known = standards.declared(table)
    if known is None or known.by_software:
        return table.declared_area_m2, None
    return known.areas, known.column


def _sound(findings: list[Finding]) -> list[Finding]:
    from landquota.findings import FindingsError, has_errors

    if has_errors(findings):
        raise FindingsError(findings)
    return findings


def _tell(session: Session, findings: list[Finding], answer: dict[str, object]) -> None:
    if session.json:
        session.print_json({**answer, "findings": [finding.to_json(session.language) for finding in findings]})
    elif findings:
        from landquota.reports.terminal import console, show_findings

        show_findings(findings, console(stderr=True))
