"""``overlay``: parcels laid over layers; the options and the talk that its commands share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from landquota.cli.options import Group, Session, common_options, option
from landquota.cli.targets import refuse_loss
from landquota.errors import UsageError
from landquota.i18n import mark, say, text

if TYPE_CHECKING:
    from landquota.reports.listing import Report

F = TypeVar("F", bound=Callable[..., Any])

OUT: Final = click.Path(path_type=Path, dir_okay=False)
#: What a report is written as, and a map.
_TABLES: Final = (".csv", ".xlsx", ".json")
_MAPS: Final = (".html", ".htm")


@click.group(
    cls=Group,
    help=mark("Lay parcels over layers: what they are made of, and what they must not touch."),
    example="landquota overlay conflicts parcels.shp basic_farmland=farmland.shp --complete",
)
@common_options
def overlay() -> None:
    """Hold the overlay commands."""


def input_options(command: F) -> F:
    """Add the options that say how parcels and layers are read and measured."""
    for add in (
        option("--unlimited", is_flag=True, help=mark("Read files however large they are.")),
        option("--encoding", help=mark("Encoding of the attributes, where the file does not say it (such as GBK).")),
        option(
            "--crs",
            metavar="EPSG:n",
            help=mark("Reference system of the files that declare none or a wrong one (such as EPSG:4528)."),
        ),
        option(
            "--sliver",
            "sliver_m2",
            type=click.FloatRange(min=0, max=1_000_000),
            default=1.0,
            show_default=True,
            metavar="M2",
            help=mark("Pieces below this area, in m², are listed as slivers."),
        ),
        option(
            "--areas",
            type=click.Choice(["official", "declared", "ellipsoid", "planar"]),
            default="official",
            show_default=True,
            help=mark("What parts add up to: the declared area, else the one on the ellipsoid (official), or another."),
        ),
        option("--id", "id_column", metavar="FIELD", help=mark("Attribute that names the parcels (default: told).")),
    ):
        command = add(command)
    return command


def coverage_options(command: F) -> F:
    """Add the options that say of which ground a layer speaks."""
    for add in (
        option(
            "--complete",
            is_flag=True,
            help=mark("The layer speaks of all ground: what it leaves out is not covered or not concerned."),
        ),
        option(
            "--coverage",
            multiple=True,
            metavar="FILE",
            help=mark(
                "Ground of which the layer speaks, a file or layer; may be repeated (default: the catalogue's word, "
                "else no data outside of its features)."
            ),
        ),
    ):
        command = add(command)
    return command


def output_options(command: F) -> F:
    """Add ``-o`` and ``--map``."""
    for add in (
        option("--map", "map_file", type=OUT, metavar="HTML", help=mark("Also draw the result as an offline map.")),
        option(
            "-o",
            "--output",
            "outputs",
            multiple=True,
            type=OUT,
            metavar="FILE",
            help=mark("Also write the result to this file: .csv, .xlsx or .json; may be repeated."),
        ),
    ):
        command = add(command)
    return command


def check_outputs(outputs: Sequence[Path], map_file: Path | None, *, sources: Sequence[str]) -> None:
    """Refuse, before anything is read, targets that could not be written or would replace a source.

    Raises
    ------
    UsageError
        A name ends in something else, stands twice, or is that of a source.
    """
    wanted = [(path, _TABLES) for path in outputs] + ([(map_file, _MAPS)] if map_file is not None else [])
    for number, (path, suffixes) in enumerate(wanted):
        if path.suffix.lower() not in suffixes:
            raise UsageError(
                text("The result is not written as '{suffix}': {file}", suffix=path.suffix, file=path),
                remedy=text("Name a file that ends in one of {suffixes}.", suffixes=", ".join(suffixes)),
            )
        refuse_loss(path, sources=[*map(Path, sources), *(other for other, _ in wanted[:number])])


def tell(session: Session, report: Report, outputs: Sequence[Path]) -> None:
    """Print a report, as tables or as JSON, and write it to its files."""
    for path in outputs:
        from landquota.reports import listing_files

        listing_files.write(report, path, language=session.language)
    if session.json:
        session.print_json(report.to_json(session.language))
    else:
        from landquota.reports.listing_terminal import show
        from landquota.reports.terminal import console

        show(report, console())
    for path in outputs:
        click.echo(say("Wrote {file}", file=path), err=True)
