"""The ``landquota`` program: its language, its output encoding and its commands."""

from __future__ import annotations

import gettext
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

import landquota.cli.ledger_files
import landquota.cli.ledger_journal
import landquota.cli.ledger_land
import landquota.cli.ledger_time
import landquota.cli.ledger_verify
import landquota.cli.overlay_composition
import landquota.cli.overlay_conflicts
import landquota.cli.overlay_coverage
import landquota.cli.overlay_diff
import landquota.cli.overlay_unsupplied  # noqa: F401 - their commands join those of their groups
from landquota import __version__
from landquota.cli.layer import layer
from landquota.cli.ledger import ledger
from landquota.cli.map_verify import verify
from landquota.cli.maps import map_
from landquota.cli.options import Group, Option, common_options
from landquota.cli.overlay import overlay
from landquota.cli.projects import build, demo, init
from landquota.cli.views import reconcile
from landquota.i18n import DOMAIN, LANGUAGES, LOCALE_DIR, current_language, mark, preferred_language

if TYPE_CHECKING:
    import io


@click.group(
    cls=Group,
    help=mark("Land quotas and spatial planning: a ledger of quota mu, reconciled with the map."),
    example="landquota demo\nlandquota --project landquota-demo reconcile --as-of 2018-06-30",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="landquota", cls=Option, help=mark("Show the version and exit."))
@common_options
def cli() -> None:
    """Hold the commands; the common options remember themselves."""


for command in (demo, init, build, layer, overlay, ledger, reconcile, map_, verify):
    cli.add_command(command)


def main(args: Sequence[str] | None = None) -> None:
    """Run the program with `args` (default: those of the process)."""
    arguments = list(sys.argv[1:] if args is None else args)
    _speak(_asked_language(arguments) or preferred_language())
    _write_utf8()
    cli.main(arguments, prog_name="landquota")


def _asked_language(arguments: Sequence[str]) -> str | None:
    """Return the language of ``--lang``, which also decides how wrong usage is explained."""
    for argument, following in zip(arguments, [*arguments[1:], ""], strict=True):
        asked = following if argument == "--lang" else argument.removeprefix("--lang=")
        if argument.startswith("--lang") and asked in LANGUAGES:
            return asked
    return None


def _speak(language: str) -> None:
    """Choose the language, also for click's own texts, which stand in our catalogue."""
    current_language.set(language)
    os.environ["LANGUAGE"] = "zh_CN" if language == "zh" else "en"
    gettext.bindtextdomain(DOMAIN, str(LOCALE_DIR))
    gettext.textdomain(DOMAIN)


def _write_utf8() -> None:
    """Write UTF-8 to files and pipes whatever the console's code page (GBK on Windows)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            writer: io.TextIOWrapper = stream  # type: ignore[assignment]
            writer.reconfigure(errors="replace") if writer.isatty() else writer.reconfigure(encoding="utf-8")
