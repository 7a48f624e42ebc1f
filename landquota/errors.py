"""The one exception root: a message says what was found, a remedy what is needed."""

from __future__ import annotations

from landquota.i18n import Text


class LandquotaError(Exception):
    """Something that the user can mend; shown without a traceback.

    Parameters
    ----------
    message
        What was found, and where.
    remedy
        What is needed, where that is not plain from the message.
    """

    exit_code = 1

    def __init__(self, message: Text, *, remedy: Text | None = None) -> None:
        super().__init__(message, remedy)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return self.render("en")

    def __reduce__(self) -> tuple[object, ...]:
        """Travel to other processes by what it holds, for the constructors of errors differ."""
        return type(self).__new__, (type(self), *self.args), vars(self)

    def render(self, language: str) -> str:
        """Return message and remedy in `language`, each on its own line."""
        lines = [self.message.render(language)]
        if self.remedy is not None:
            lines.append(self.remedy.render(language))
        return "\n".join(lines)

    def details(self) -> dict[str, object]:
        """Return what a program needs beyond the texts; exact figures as strings."""
        return {}


class InputError(LandquotaError):
    """A file or a value that cannot be used as it is."""


class UsageError(LandquotaError):
    """A command or a call that does not fit together."""

    exit_code = 2


class Refusal(LandquotaError):
    """The ledger refuses an entry by a rule that the message names."""
