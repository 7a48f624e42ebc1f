"""The generated pages of ``docs/``: ``python tests/reference.py`` writes them anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from landquota.cli import cli
from landquota.findings import catalogue
from landquota.formats.registry import EVERY_POLYGON, FORMATS
from landquota.i18n import current_language, translate

DOCS = Path(__file__).resolve().parent.parent / "docs"
SEVERITIES = ("error", "warning", "note")


def commands(
    group: click.Group, path: tuple[str, ...] = ("landquota",)
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command with its words, groups before what they hold."""
    yield path, group
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


def cli_page() -> str:
    """Return the command reference: each command's own English help."""
    current_language.set("en")
    lines = ["# Commands", "", "Each command's own `--help`, in English; `--lang zh` gives it in Chinese.", ""]
    for words, command in commands(cli):
        context = click.Context(command, info_name=" ".join(words), terminal_width=100, **cli.context_settings)
        lines += [f"## {' '.join(words)}", "", "```text", command.get_help(context).rstrip(), "```", ""]
    return "\n".join(lines)


def findings_page() -> str:
    """Return the finding catalogue in both languages, the worst first."""
    lines = [
        "# Findings",
        "",
        "Every finding code: what it says, what to do, and who acts. Generated from the catalogue.",
        "",
    ]
    for severity in SEVERITIES:
        lines += [f"## {severity}", ""]
        for kind in sorted(catalogue().values(), key=lambda kind: kind.code):
            if kind.severity == severity:
                zh = f"{translate(kind.message, 'zh')}。处理：{translate(kind.remedy, 'zh')}"
                lines += [f"### {kind.code}", "", f"{kind.message}. {kind.remedy} (*{kind.actor}*)", "", zh, ""]
    return "\n".join(lines)


def formats_page() -> str:
    """Return the table of formats; `tests/test_formats.py` tests each of its rows."""
    lines = [
        "# Formats",
        "",
        "What is read, written and checked. A format is told by how the file's name ends, else by how the file begins.",
        "Generated from `landquota/formats/registry.py`; each row has its tests in `tests/test_formats.py`.",
        "",
        "| format | names end in | read | written | checked |",
        "|---|---|---|---|---|",
    ]
    for row in FORMATS:
        suffixes = " ".join(f"`{suffix}`" for suffix in row.suffixes)
        lines.append(f"| {row.name} | {suffixes} | {row.reads} | {row.writes} | {row.checks} |")
    return "\n".join([*lines, "", f"Of every polygon is checked: {EVERY_POLYGON}.", ""])


PAGES = {"cli.md": cli_page, "findings.md": findings_page, "formats.md": formats_page}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), "utf-8")
