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


def check_targets(paths: Sequence[Path], *, files: int) -> None:
    """Refuse, before anything is read, targets that could not be written.

    Raises
    ------
    UsageError
        A name ends in something else, or a map is asked for of several files.
    """
    for path in paths:
        if path.suffix.lower() not in _SUFFIXES:
            raise UsageError(
                text("Findings are not written as '{suffix}': {file}", suffix=path.suffix, file=path),
                remedy=text("Name a file that ends in one of {suffixes}.", suffixes=", ".join(_SUFFIXES)),
            )
        if path.suffix.lower() == ".html" and files > 1:
            raise UsageError(
                text("A map shows the findings of one file, not of {count}", count=files),
                remedy=text("Check the files one by one, or write a workbook (.xlsx)."),
            )


def write_findings(reports: Sequence[LayerCheck], path: Path, *, language: str) -> None:
    """Write the findings of all reports to one file.

    Raises
    ------
    UsageError
        Points of several reference systems would stand in one layer.
    InputError
        The file cannot be written.
    """
    findings = [finding for report in reports for finding in report.findings]
    names = [report.path.name for report in reports]
    title = say("Findings in {file}", file=names[0]) if len(names) == 1 else say("Findings in {n} files", n=len(names))
    match path.suffix.lower():
        case ".xlsx":
            from landquota.reports import findings_workbook

            findings_workbook.write(findings, path, language=language, title=title, sources=names)
        case ".gpkg":
            from landquota.reports import findings_layer

            systems = {report.crs for report in reports if report.crs is not None}
            if len(systems) > 1:
                raise UsageError(
                    text("The files are in {count} reference systems, a layer of points has one", count=len(systems)),
                    remedy=text("Check the files of each system by themselves."),
                )
            findings_layer.write(findings, path, crs=next(iter(systems), None), language=language)
        case _:
            from landquota.maps import findings_page

            (report,) = reports
            names = [feature.feature for feature in report.features]
            findings_page.write(report.frame, findings, path, language=language, title=title, names=names)
