"""The documents against the program: nothing undocumented, nothing promised that is not there."""

from __future__ import annotations

import re

import click
import pytest
import reference

from landquota.cli import cli
from landquota.cli.options import Command
from landquota.i18n import current_language

ROOT = reference.DOCS.parent
COMMANDS = dict(reference.commands(cli))
PROSE = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted(ROOT.glob("docs/*.md"))]


@pytest.fixture(autouse=True)
def keep_language() -> object:
    token = current_language.set("en")
    yield
    current_language.reset(token)


@pytest.mark.parametrize("name", reference.PAGES)
def test_generated_pages_are_fresh(name: str) -> None:
    assert (reference.DOCS / name).read_text("utf-8") == reference.PAGES[name](), "run: python tests/reference.py"


@pytest.mark.parametrize(
    ("words", "command"), COMMANDS.items(), ids=lambda v: " ".join(v) if isinstance(v, tuple) else ""
)
def test_every_command_has_help_and_an_example_that_calls_it(words: tuple[str, ...], command: click.Command) -> None:
    assert isinstance(command, Command)
    assert command.help
    assert any(line.startswith(words[0]) and words[-1] in line for line in command.example.splitlines())


@pytest.mark.parametrize("path", PROSE, ids=lambda p: p.name)
def test_commands_named_in_the_documents_exist(path: object) -> None:
    for span in re.findall(r"`(landquota [a-z][^`]*)`", path.read_text("utf-8")):  # type: ignore[attr-defined]
        words = re.match(r"landquota((?: [a-z]+)+)", span)
        assert words is not None
        called = ("landquota", *words[1].split()[:2])
        assert called in COMMANDS or called[:2] in COMMANDS, span


@pytest.mark.parametrize("path", PROSE, ids=lambda p: p.name)
def test_links_between_the_documents_lead_somewhere(path: object) -> None:
    folder = path.parent  # type: ignore[attr-defined]
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8")):  # type: ignore[attr-defined]
        assert (folder / target).exists(), target


def test_the_two_commands_stand_on_top_of_the_readme() -> None:
    top = (ROOT / "README.md").read_text("utf-8").splitlines()[:20]
    assert "pip install . && landquota demo" in top
    assert "pip install '.[test]' && pytest" in top
