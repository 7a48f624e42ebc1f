"""``overlay conflicts``: what parcels must not touch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from landquota.cli.options import Session, common_options, pass_session
from landquota.cli.overlay import check_outputs, coverage_options, input_options, output_options, overlay, tell
from landquota.cli.overlay_inputs import Desk, apart_from, apart_while
from landquota.i18n import mark, say

if TYPE_CHECKING:
    from datetime import date

    from landquota.analyses import Given, Land
    from landquota.analyses.conflicts import Constraint
    from landquota.rules import ConflictRule, ConflictRules

#: A project's own rules of conflicts, beside its other seeds.
_RULES: Final = Path("conflict_rules.csv")


@overlay.command(
    help=mark(
        "Say what parcels must not touch.\n\nPARCELS are held against each LAYER (permanent basic farmland, redlines, "
        "boundaries): concerned, not concerned or no data, with areas and features. A LAYER is a file (FILE::LAYER "
        "where one holds several), KIND=FILE to say what it is, or a layer of the project by name. Exit 1 when there "
        "is a hard conflict."
    ),
    example=(
        "landquota overlay conflicts parcels.shp basic_farmland=farmland.shp --coverage county.shp -o conflicts.xlsx\n"
        "landquota overlay conflicts parcels basic_farmland eco_redline --map conflicts.html"
    ),
)
@click.argument("parcels")
@click.argument("layers", metavar="LAYER...", nargs=-1, required=True)
@coverage_options
@input_options
@output_options
@common_options
@pass_session
def conflicts(session: Session, parcels: str, layers: Sequence[str], *, outputs: Sequence[Path], **given: Any) -> None:
    """Print the answers; exit 1 when there is a hard conflict, or something is broken."""
    from landquota.analyses.conflicts import find_conflicts
    from landquota.findings import has_errors
    from landquota.reports import conflicts as wording
    from landquota.reports.terminal import progress

    map_file: Path | None = given["map_file"]
    named = [_named(word) for word in layers]
    sources = [parcels, *(word for _, word in named)]
    check_outputs(outputs, map_file, sources=sources)
    as_of = _day(session)
    with apart_from(sources), progress(say("Reading")) as report:
        desk = Desk.of(session, given)
        rules = _rules(session, desk)
        land, taken = _read(desk, parcels, named, rules, given)
        constraints = []
        for number, (kind, layer) in enumerate(taken):
            report(number, len(taken))
            rule, found = rules.find(kind, as_of)
            desk.findings += found
            constraints += _constraint(desk, land, layer, rule, kind=kind, given=given)
        desk.settle()
    unread = [each.is_outline for each in (land.given, *(each.given for each in constraints))]
    with apart_while(*unread), progress(say("Overlaying parcels")) as report:
        result = find_conflicts(land, constraints, keep_pieces=map_file is not None, progress=report)
    findings = [*desk.findings, *result.findings]
    said = wording.report(result, as_of=as_of, sliver_m2=given["sliver_m2"], findings=findings)
    if map_file is not None:
        from landquota.maps import conflicts_page

        with apart_while(*unread):
            conflicts_page.write(result, said, map_file, sources=desk.sources(), language=session.language)
        click.echo(say("Map: {path}", path=map_file), err=True)
    tell(session, said, outputs)
    if has_errors(findings):
        click.get_current_context().exit(1)


def _named(word: str) -> tuple[str, str]:
    """Return kind and file of ``KIND=FILE``; the kind is empty where none is said."""
    kind, mark_, file = word.partition("=")
    says = mark_ and file and kind.isidentifier() and not Path(word).exists()
    return (kind, file) if says else ("", word)


def _day(session: Session) -> date:
    """Return the day of the rules: asked for, else the project's, else today."""
    from datetime import datetime

    project = session.project_here()
    return session.date(project) if project is not None else session.as_of or datetime.now().astimezone().date()


def _rules(session: Session, desk: Desk) -> ConflictRules:
    from landquota.rules import read_conflict_rules

    project = session.project_here()
    rules, findings = read_conflict_rules(None if project is None else project.seeds / _RULES)
    desk.findings += findings
    return rules


def _read(
    desk: Desk, parcels: str, named: Sequence[tuple[str, str]], rules: ConflictRules, given: dict[str, Any]
) -> tuple[Land, list[tuple[str, Given]]]:
    """Read parcels and layers; everything that is wrong with them is said at once."""
    one = desk.take(parcels, id_column=given["id_column"])
    taken = []
    for kind, word in named:
        layer = desk.take(word, kind=rules.kind_of(kind) or kind)
        if layer is not None:
            known = layer.kind if rules.kind_of(layer.kind) is not None else ""
            taken.append((rules.kind_of(known) or rules.kind_in(layer.name) or layer.kind, layer))
    land = None if one is None else desk.land(one, areas=given["areas"])
    desk.settle()
    assert land is not None  # noqa: S101 - what could not be read has an error, which settle() has raised
    return land, taken


def _constraint(
    desk: Desk, land: Land, layer: Given, rule: ConflictRule, *, kind: str, given: dict[str, Any]
) -> list[Constraint]:
    """Return a layer as a constraint; none where it cannot be brought into the plane."""
    from landquota.analyses.conflicts import Constraint, one_class

    extent = desk.extent_of(layer, land, given)
    theme = desk.theme(layer, land, classes=one_class(layer), extent=extent, sliver_m2=given["sliver_m2"])
    return [] if theme is None else [Constraint(layer, kind, rule, extent, theme)]
