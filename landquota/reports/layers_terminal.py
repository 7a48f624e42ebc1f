"""Layers on the terminal: what a file holds, and what a project has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rich.text import Text as Styled

from landquota.area import Area, Unit
from landquota.crs import describe
from landquota.findings import Severity, has_errors, worst_first
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
#: A table on the terminal lists so many features, and only a few of more; --json lists everything.
_MOST_ROWS: Final = 50
_ROWS_OF_MANY: Final = 20
#: What the areas of a feature that cannot be measured look like.
_NO_AREAS: Final = ("—", "—", "—")


def show_check(report: LayerCheck, out: Console) -> None:
    """Print what a file holds: its system, each feature's areas, and all findings."""
    language = current_language.get()
    write(out, Styled(clean(str(report.path)), style="bold"))
    write(out, _what(report, language))
    if report.standard is not None:
        write(out, say("Checked as {standard}", standard=report.standard.render(language)))
    if report.encoding is not None:
        write(out, say("Texts in {encoding}", encoding=report.encoding.upper()))
    with_areas = [feature for feature in report.features if feature.areas() != _NO_AREAS]
    if with_areas:
        _show_areas(report, with_areas, out, language)
    _show_unmeasured(report, out)
    show_findings(report.findings, out)


def _what(report: LayerCheck, language: str) -> str:
    """Return format, number of features and system, or that the file could not be read."""
    called = label(report.format, language)
    if _is_unread(report):
        return say("{format} · not read", format=called)
    crs = say("unknown") if report.crs is None else clean(describe(report.crs).render(language))
    return say("{format} · {count} feature(s) · {crs}", format=called, count=len(report.features), crs=crs)


def _is_unread(report: LayerCheck) -> bool:
    return report.frame is None and not report.features


def _show_areas(report: LayerCheck, with_areas: Sequence[FeatureCheck], out: Console, language: str) -> None:
    """Print the areas, those first whose declared one is neither computed one; totals are of the measured features."""
    in_order = sorted(with_areas, key=lambda feature: feature.declared_matches != "neither")
    shown = in_order if len(in_order) <= _MOST_ROWS else in_order[:_ROWS_OF_MANY]
    named = any(feature.name for feature in shown)
    table = new_table(say("Areas (m²)"))
    for heading in (say("Feature"), *([say("Name")] if named else [])):
        table.add_column(heading)
    for heading in (say("planar"), say("ellipsoid"), say("declared")):
        table.add_column(heading, justify="right")
    table.add_column(say("declared matches"))
    for feature in shown:
        matches = label(feature.declared_matches, language) if feature.declared_matches else "—"
        called = (feature.feature, feature.name or "") if named else (feature.feature,)
        table.add_row(*map(clean, called), *feature.areas(), matches)
    table.add_section()
    totals = report.totals()
    table.add_row(say("Total"), *([""] if named else []), *totals, "")
    out.print(table)
    if len(in_order) > len(shown):
        write(out, say("{count} more features; --json lists them all", count=len(in_order) - len(shown)))
    if totals[1] != "—":
        whole = Area.of(totals[1], Unit.M2)
        in_units = " = ".join(f"{whole.in_unit(u, d)} {u.render(language)}" for u, d in _TOTALS)
        write(out, say("On the ellipsoid: {areas}", areas=in_units))


def _show_unmeasured(report: LayerCheck, out: Console) -> None:
    """Say how many features no total holds, and how many of the others the declared total leaves out."""
    measured = [feature for feature in report.features if feature.is_measured]
    rest = [feature for feature in report.features if not feature.is_measured]
    declared_m2 = replace(report, features=tuple(rest)).totals()[2]
    if rest and measured and declared_m2 != "—":
        write(
            out,
            say(
                "{count} feature(s) have no area; the {m2} m² that they declare are in no total",
                count=len(rest),
                m2=declared_m2,
            ),
        )
    elif rest:
        write(out, say("{count} feature(s) have no area", count=len(rest)))
    count, whole = sum(feature.declared is not None for feature in measured), len(measured)
    if 0 < count < whole:
        write(out, say("Declared areas stand at {count} of {whole} measured features", count=count, whole=whole))


def show_checks(reports: Sequence[LayerCheck], out: Console) -> None:
    """Print one line for each file of a batch, then how many hold errors, and of each the first."""
    language = current_language.get()
    table = new_table(say("Files"))
    table.add_column(say("File"))
    table.add_column(say("Format"))
    for heading in (say("Features"), say("Ellipsoid (m²)"), say("Errors"), say("Warnings"), say("Notes")):
        table.add_column(heading, justify="right")
    for report in reports:
        counts = [sum(finding.severity is severity for finding in report.findings) for severity in Severity]
        features = say("not read") if _is_unread(report) else str(len(report.features))
        cells = (report.path.name, label(report.format, language), features, report.totals()[1])
        table.add_row(*map(clean, cells), *map(str, counts))
    out.print(table)
    bad = [report for report in reports if has_errors(report.findings)]
    write(out, say("{count} file(s) checked, {bad} with errors", count=len(reports), bad=len(bad)))
    for report in bad:
        first = worst_first(report.findings)[0].message(language)
        write(out, "  " + say("{place}: {message}", place=report.path.name, message=first))


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
