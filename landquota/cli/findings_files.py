"""Findings as files, by how their name ends: a workbook, points to fly to, or a map."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from landquota.errors import UsageError
from landquota.i18n import say, text

if TYPE_CHECKING:
    from landquota.layers import LayerCheck

_SUFFIXES: Final = (".xlsx", ".gpkg", ".html")


def check_targets(paths: Sequence[Path]) -> None:
    """Refuse, before anything is read, targets that could not be written.

    Raises
    ------
    UsageError
        A name ends in something else.
    """
    for path in paths:
        if path.suffix.lower() not in _SUFFIXES:
            raise UsageError(
                text("Findings are not written as '{suffix}': {file}", suffix=path.suffix, file=path),
                remedy=text("Name a file that ends in one of {suffixes}.", suffixes=", ".join(_SUFFIXES)),
            )


def write_findings(reports: Sequence[LayerCheck], path: Path, *, language: str) -> None:
    """Write the findings of all reports to one file.

    In a workbook and as points, a finding that names a feature but no coordinates is where the feature is.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    names = [report.path.name for report in reports]
    title = say("Findings in {file}", file=names[0]) if len(names) == 1 else say("Findings in {n} files", n=len(names))
    match path.suffix.lower():
        case ".xlsx":
            from landquota.reports import findings_workbook
            from landquota.reports.findings_places import placed

            findings = [finding for report in reports for finding in placed(report)]
            sources = [findings_workbook.CheckedFile.of(report) for report in reports]
            findings_workbook.write(findings, path, language=language, title=title, sources=sources)
        case ".gpkg":
            from landquota.reports import findings_layer
            from landquota.reports.findings_places import placed

            found = [findings_layer.Found(placed(report), report.crs) for report in reports]
            findings_layer.write(found, path, language=language)
        case _:
            from landquota.maps import findings_page
            from landquota.maps.manifest import Sources

            checked = [
                findings_page.CheckedLayer(
                    report.frame, report.findings, [feature.feature for feature in report.features], report.path.name
                )
                for report in reports
            ]
            read = Sources.of_files(report.path for report in reports)
            findings_page.write(checked, path, sources=read, language=language, title=title)
