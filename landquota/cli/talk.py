"""Talk: errors on standard error, or as JSON on standard output for programs."""

from __future__ import annotations

import json

import click

from landquota.errors import LandquotaError
from landquota.findings import FindingsError
from landquota.i18n import current_language, say


def show_error(problem: LandquotaError, *, as_json: bool) -> None:
    """Say what was found and what is needed."""
    language = current_language.get()
    if as_json:
        click.echo(json.dumps({"error": plain(problem, language)}, ensure_ascii=False, indent=2))
        return
    if isinstance(problem, FindingsError):
        from landquota.reports.terminal import console, show_findings

        show_findings(problem.findings, console(stderr=True))
    click.echo(say("Error: {message}", message=problem.message), err=True)
    if problem.remedy is not None:
        click.echo(say("Remedy: {remedy}", remedy=problem.remedy), err=True)


def plain(problem: LandquotaError, language: str) -> dict[str, object]:
    """Return an error as plain data."""
    found = problem.findings if isinstance(problem, FindingsError) else ()
    return {
        "message": problem.message.render(language),
        "remedy": None if problem.remedy is None else problem.remedy.render(language),
        **problem.details(),
        "findings": [finding.to_json(language) for finding in found],
    }
