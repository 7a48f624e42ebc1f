"""What every command shares: the four common options, and help in the user's language."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from landquota.dates import parse_date
from landquota.errors import LandquotaError
from landquota.i18n import LANGUAGES, current_language, mark, say, translate

if TYPE_CHECKING:
    from landquota.project import Project

#: Words of click's usage lines, which it does not translate itself.
_USAGE = (mark("[OPTIONS]"), mark("COMMAND [ARGS]..."))

F = TypeVar("F", bound=Callable[..., Any])


def _translated(msgid: str | None) -> str | None:
    return None if msgid is None else translate(msgid, current_language.get())


class Option(click.Option):
    """An option whose help is said in the user's language."""

    @property
    def help(self) -> str | None:
        """The help text in the running language."""
        return _translated(self._help)

    @help.setter
    def help(self, msgid: str | None) -> None:
        self._help = msgid


class Command(click.Command):
    """A command with help in the user's language and an example below it."""

    def __init__(self, *args: Any, example: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.example = example

    @property
    def help(self) -> str | None:
        """The help text in the running language."""
        return _translated(self._help)

    @help.setter
    def help(self, msgid: str | None) -> None:
        self._help = msgid

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        """Return the words of the usage line, those of click's in the running language."""
        return [translate(piece, current_language.get()) for piece in super().collect_usage_pieces(ctx)]

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the example as the last section of the help."""
        super().format_epilog(ctx, formatter)
        if self.example:
            with formatter.section(say("Example")):
                formatter.write_text("\b\n" + self.example)


class Group(Command, click.Group):
    """A group of such commands that shows our errors without a traceback."""

    command_class = Command
    group_class = type

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what the user can mend becomes a message and an exit code."""
        try:
            return super().invoke(ctx)
        except LandquotaError as problem:
            from landquota.cli.talk import show_error

            show_error(problem, as_json=Session.of(ctx).json)
            ctx.exit(problem.exit_code)
        except OSError as problem:
            if problem.filename is None:
                raise
            click.echo(say("{file}: {problem}", file=problem.filename, problem=problem.strerror), err=True)
            ctx.exit(1)


@dataclass(frozen=True, slots=True)
class Session:
    """The common options of the running command."""

    folder: Path
    as_of: date | None
    language: str
    json: bool

    @classmethod
    def of(cls, ctx: click.Context) -> Session:
        """Return the options given so far, before or after the command."""
        given = ctx.find_root().ensure_object(dict)
        return cls(
            folder=given.get("project", Path()),
            as_of=given.get("as_of"),
            language=current_language.get(),
            json=given.get("json", False),
        )

    def project(self) -> Project:
        """Open the project that the command works in."""
        from landquota.project import open_project

        return open_project(self.folder)

    def project_here(self) -> Project | None:
        """Open the project that the command works in, or return None where there is none and none was asked for."""
        from landquota.project import is_project

        return self.project() if self.folder != Path() or is_project(self.folder) else None

    def date(self, project: Project) -> date:
        """Return the date of the question: asked for, else the project's, else today."""
        from datetime import datetime

        return self.as_of or project.as_of or datetime.now().astimezone().date()

    def print_json(self, data: object) -> None:
        """Print `data` on standard output, as it is and sorted as given."""
        click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def day(written: str) -> date:
    """Read an option's date, or fail as click does."""
    try:
        return parse_date(written)
    except LandquotaError as problem:
        raise click.BadParameter(problem.render(current_language.get())) from problem


FILE = click.Path(path_type=Path, dir_okay=True)


def option(*declarations: str, **attributes: Any) -> Callable[[F], F]:
    """Declare an option whose help is translated when shown."""
    return click.option(*declarations, cls=Option, **attributes)


def _remember(ctx: click.Context, param: click.Parameter, value: object) -> None:
    if value not in (None, False):
        ctx.find_root().ensure_object(dict)[param.name] = value


def common_options(command: F) -> F:
    """Add ``--project --as-of --lang --json``, which may stand before or after the command."""
    for add in (
        option(
            "--json",
            "json",
            is_flag=True,
            expose_value=False,
            callback=_remember,
            help=mark("Print JSON instead of tables."),
        ),
        option(
            "--lang",
            type=click.Choice(LANGUAGES),
            expose_value=False,
            help=mark("Language of messages: zh (default) or en; also LANDQUOTA_LANG."),
        ),
        option(
            "--as-of",
            type=day,
            expose_value=False,
            callback=_remember,
            metavar="DATE",
            help=mark("Date of ledger and map, end of day (default: the project's, else today)."),
        ),
        option(
            "--project",
            type=click.Path(path_type=Path, file_okay=False),
            expose_value=False,
            callback=_remember,
            metavar="DIR",
            help=mark("Project folder (default: this folder)."),
        ),
    ):
        command = add(command)
    return command


def pass_session(function: F) -> F:
    """Call `function` with the :class:`Session` first."""
    from functools import wraps

    @wraps(function)
    def with_session(*args: Any, **kwargs: Any) -> Any:
        return function(Session.of(click.get_current_context()), *args, **kwargs)

    return with_session  # type: ignore[return-value]
