"""Layers on the terminal: what a file holds, and what a project has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text as Styled

from landquota.area import Area, Unit
from landquota.crs import describe
from landquota.findings import Severity, has_errors
from landquota.i18n import clean, current_language, say
from landquota.reports.terminal import new_table, show_findings, write
from landquota.vocabulary import label

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rich.console import Console

    from landquota.adjustment import Adjustment
    from landquota.layers import CatalogEntry, FeatureCheck, LayerCheck

#: In which units a file's total is said, with their usual decimals.
_TOTALS: Final = ((Unit.M2, 2), (Unit.HA, 4), (Unit.MU, 2))
#: A table on the terminal stops here; --json lists everything.
_MOST_ROWS: Final = 50
#: What the areas of a feature that cannot be measured look like.
_NO_AREAS: Final = ("—", "—", "—")


def show_check(report: LayerCheck, out: Console) -> None:
    """Print what a file holds: its system, each feature's areas, and all findings."""
    language = current_language.get()
    crs = say("unknown") if report.crs is None else clean(describe(report.crs).render(language))
    write(out, Styled(clean(str(report.path)), style="bold"))
    write(
        out,
        say(
            "{format} · {count} feature(s) · {crs}",
            format=label(report.format, language),
            count=len(report.features),
            crs=crs,
        ),
    )
    if report.standard is not None:
        write(out, say("Checked as {standard}", standard=report.standard.render(language)))
    if report.encoding is not None:
        write(out, say("Texts in {encoding}", encoding=report.encoding.upper()))
    measured = [feature for feature in report.features if feature.areas() != _NO_AREAS]
    if measured:
        _show_areas(report, measured, out, language)
    if len(measured) < len(report.features):
        write(out, say("{count} feature(s) have no area", count=len(report.features) - len(measured)))
    show_findings(report.findings, out)


def _show_areas(report: LayerCheck, measured: Sequence[FeatureCheck], out: Console, language: str) -> None:
    table = new_table(say("Areas (m²)"))
    table.add_column(say("Feature"))
    table.add_column(say("Name"))
    for heading in (say("planar"), say("ellipsoid"), say("declared")):
        table.add_column(heading, justify="right")
    table.add_column(say("declared matches"))
    for feature in measured[:_MOST_ROWS]:
        matches = label(feature.declared_matches, language) if feature.declared_matches else "—"
        table.add_row(clean(feature.feature), clean(feature.name or ""), *feature.areas(), matches)
    table.add_section()
    table.add_row(say("Total"), "", *report.totals(), "")
    out.print(table)
    square_metres = report.totals()[1]
    if square_metres != "—":
        whole = Area.of(square_metres, Unit.M2)
        in_units = " = ".join(f"{whole.in_unit(u, d)} {u.render(language)}" for u, d in _TOTALS)
        write(out, say("On the ellipsoid: {areas}", areas=in_units))
    if len(measured) > _MOST_ROWS:
        write(out, say("{count} more features; --json lists them all", count=len(measured) - _MOST_ROWS))


def show_checks(reports: Sequence[LayerCheck], out: Console) -> None:
    """Print one line for each file of a batch, then how many hold errors."""
    language = current_language.get()
    table = new_table(say("Files"))
    table.add_column(say("File"))
    table.add_column(say("Format"))
    for heading in (say("Features"), say("Ellipsoid (m²)"), say("Errors"), say("Warnings"), say("Notes")):
        table.add_column(heading, justify="right")
    for report in reports:
        counts = [sum(finding.severity is severity for finding in report.findings) for severity in Severity]
        cells = (report.path.name, label(report.format, language), str(len(report.features)), report.totals()[1])
        table.add_row(*map(clean, cells), *map(str, counts))
    out.print(table)
    bad = [report.path.name for report in reports if has_errors(report.findings)]
    write(out, say("{count} file(s) checked, {bad} with errors", count=len(reports), bad=len(bad)))
    for name in bad:
        write(out, f"  {clean(name)}")


def show_adjustment(done: Adjustment, out: Console) -> None:
    """Print measured area, correction and adjusted area of every feature."""
    table = new_table(say("Areas adjusted to {control} m²", control=done.control.m2))
    table.add_column(say("Feature"))
    for heading in (say("measured"), say("correction"), say("adjusted")):
        table.add_column(heading, justify="right")
    for row in done.rows:
        table.add_row(clean(row.parcel), *row.figures())
    table.add_section()
    table.add_row(say("Total"), *done.totals())
    out.print(table)


def show_catalogue(entries: Iterable[CatalogEntry], out: Console) -> None:
    """Print the layers of a project."""
    language = current_language.get()
    table = new_table(say("Layers"))
    for heading in (say("Name"), say("Kind"), say("Title"), say("File"), say("Date"), say("Nature"), say("Source")):
        table.add_column(heading)
    for entry in entries:
        title = entry.title if language == "zh" else entry.title_en or entry.title
        cells = (
            entry.name,
            label(entry.kind, language),
            title,
            entry.file,
            entry.date,
            label(entry.nature, language),
            entry.source,
        )
        table.add_row(*(clean(cell) for cell in cells))
    out.print(table)
