"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from landquota.errors import InputError
from landquota.i18n import text


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a place beside `path` to write to, which then takes its name; missing folders are made.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    part = path.with_name(f".{path.stem}.{os.getpid()}.part{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(path)
    except OSError as error:
        raise InputError(
            text("Cannot write {file}: {reason}", file=path, reason=error.strerror or error),
            remedy=text("Choose another place with -o, or close the program that has the file open."),
        ) from error
    finally:
        with suppress(OSError):
            part.unlink()
