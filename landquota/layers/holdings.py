"""The files in a layers folder: taken in and given up whole, or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from landquota.errors import InputError
from landquota.i18n import text
from landquota.layers.catalogue import CatalogEntry, stays_inside
from landquota.layers.sources import members

_INCOMING: Final = ".incoming"
_OUTGOING: Final = ".outgoing"


@contextmanager
def exchanged(folder: Path, *, new: Sequence[Path], old: Sequence[Path]) -> Iterator[None]:
    """Put copies of the files `new` into the folder in the place of its files `old`.

    The old files are put aside once the copies are complete, and go when the block has succeeded;
    when it raises, everything is again as it was.  The caller holds the folder's lock.

    Raises
    ------
    InputError
        Something cannot be copied or put aside, or an earlier exchange was cut off in the middle.
    """
    incoming, outgoing = folder / _INCOMING, folder / _OUTGOING
    if outgoing.exists():
        raise _cut_off(outgoing)
    put_aside = [(file, outgoing / file.name) for file in old]
    moves = [*put_aside, *((incoming / file.name, folder / file.name) for file in new)]
    done: list[tuple[Path, Path]] = []
    ours = [incoming]
    try:
        _copy(new, incoming)
        _make(outgoing)
        ours.append(outgoing)
        for source, target in moves:
            _move(source, target)
            done.append((source, target))
        yield
    except BaseException:
        for source, target in reversed(done):
            _move(target, source)
        _deleted(*ours)  # not reached where a file could not be moved back
        raise
    _deleted(*ours)


def given_up(folder: Path, entry: CatalogEntry, others: Iterable[CatalogEntry]) -> list[Path]:
    """Return the files in the folder that belong to an entry and to none of the `others`."""
    if not stays_inside(folder, entry.file):
        return []
    kept = {file.resolve() for other in others for file in members(folder / other.file)}
    return [file for file in members(folder / entry.file) if file.resolve() not in kept]


def _deleted(*folders: Path) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def _make(outgoing: Path) -> None:
    try:
        outgoing.mkdir()
    except FileExistsError as problem:
        raise _cut_off(outgoing) from problem
    except OSError as problem:
        raise InputError(
            text("{file} cannot be written: {problem}", file=outgoing, problem=problem.strerror),
            remedy=text("Check that {folder} can be written to and has room.", folder=outgoing.parent),
        ) from problem


def _cut_off(outgoing: Path) -> InputError:
    return InputError(
        text("An earlier replacement was cut off: {folder} holds the files that it put aside", folder=outgoing),
        remedy=text("Move them back where they belong, or delete the folder if the new files are complete."),
    )


def _copy(files: Sequence[Path], target: Path) -> None:
    try:
        shutil.rmtree(target, ignore_errors=True)  # what a copy left that was cut off
        target.mkdir(parents=True)
        for file in files:
            if file.is_dir():
                shutil.copytree(file, target / file.name)
            else:
                shutil.copyfile(file, target / file.name)
    except OSError as problem:
        raise InputError(
            text("{file} cannot be copied: {problem}", file=file, problem=problem.strerror),
            remedy=text("Check that {folder} can be written to and has room.", folder=target.parent),
        ) from problem


def _move(source: Path, target: Path) -> None:
    try:
        source.rename(target)
    except OSError as problem:
        raise InputError(
            text("{file} cannot be moved: {problem}", file=source, problem=problem.strerror),
            remedy=text("Close it in other programs and try again."),
        ) from problem
