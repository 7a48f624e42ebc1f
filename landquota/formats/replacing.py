"""Files that are replaced whole or not at all."""

from __future__ import annotations

from pathlib import Path

from landquota.errors import InputError
from landquota.i18n import text


def replace_file(target: Path, data: bytes) -> None:
    """Put `data` in the place of a file, whole or not at all.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    fresh = target.with_name(f".{target.name}.new")
    try:
        fresh.write_bytes(data)
        fresh.replace(target)
    except OSError as problem:
        fresh.unlink(missing_ok=True)
        raise unwritable(target, problem) from problem


def unwritable(file: Path, problem: OSError) -> InputError:
    """Return what to say of a file that cannot be written."""
    return InputError(
        text("{file} cannot be written: {problem}", file=file, problem=problem.strerror or problem),
        remedy=text("Close it in other programs, or choose another file."),
    )
