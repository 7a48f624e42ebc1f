"""Whether a page is as it was written, and whether what it was made from is still the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from landquota import __version__
from landquota.findings import Finding, Place
from landquota.layers.sources import digest
from landquota.ledger import Ledger
from landquota.maps.manifest import TOGETHER, Manifest, read_manifest, together
from landquota.maps.sheet_sources import inputs_now, sheets_now

if TYPE_CHECKING:
    from landquota.project import Project


#: The subjects that are no files.
PAGE: Final = "page"
LEDGER: Final = "ledger"
REDRAWN: Final = "redrawn"


class State(StrEnum):
    """How something stands to what a page says of it."""

    SAME = "same"
    CHANGED = "changed"
    MISSING = "missing"
    GROWN = "grown"
    UNKNOWN = "unknown"


#: What is found about the ledger, in a word.
_LEDGER_STATES: Final = {"MAP-LEDGER-GROWN": State.GROWN, "MAP-LEDGER-UNKNOWN": State.UNKNOWN}


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: the page itself, an input, or the ledger."""

    subject: str
    state: State
    layer: str = ""


@dataclass(frozen=True, slots=True)
class Currency:
    """What is known of a page; `manifest` is None where it has none that can be read."""

    manifest: Manifest | None
    checks: tuple[Check, ...]
    findings: tuple[Finding, ...]

    @property
    def current(self) -> bool:
        """Whether the page is unaltered and would be drawn from the same inputs today."""
        return not self.findings

    @property
    def redrawable(self) -> Manifest | None:
        """The manifest of a page that has to come out the same when it is drawn again: a current one of a sheet."""
        return self.manifest if self.current and self.manifest is not None and self.manifest.sources.sheet else None

    def redrawn(self, *, same: bool) -> Currency:
        """Return what is known when the page has been drawn again, and came out the same or not."""
        checks = (*self.checks, Check(REDRAWN, State.SAME if same else State.CHANGED))
        return replace(self, checks=checks, findings=() if same else (Finding("MAP-REDRAWN"),))


def currency(page: Path, project: Project | None) -> Currency:
    """Hold a page against its own hash, and against a project or the files beside it.

    Nothing that the manifest names is opened as a path: inputs of a sheet are looked up among
    those of the project, others by their plain name.

    Parameters
    ----------
    page
        The HTML file, from whomever it came.
    project
        The project whose sheet it may be; None where there is none.

    Raises
    ------
    InputError
        The ledger of the project cannot be opened, or its chain does not hold.
    """
    place = Place(file=page.name)
    try:
        read = read_manifest(page.read_bytes())
    except ValueError as problem:
        return Currency(None, (), (Finding("MAP-MANIFEST-BROKEN", place, {"problem": str(problem)}),))
    if read is None:
        return Currency(None, (), (Finding("MAP-MANIFEST-NONE", place),))
    manifest, unaltered = read
    checks = [Check(PAGE, State.SAME if unaltered else State.CHANGED)]
    findings = [] if unaltered else [Finding("MAP-ALTERED", place)]
    if manifest.version != __version__:
        findings.append(Finding("MAP-VERSION", place, {"version": manifest.version, "now": __version__}))
    if manifest.sources.sheet and project is None:
        findings.append(Finding("MAP-NO-PROJECT", place, {"sheet": manifest.sources.sheet}))
    elif manifest.sources.sheet and project is not None:
        checks += _inputs_of_sheet(manifest, project)
        found = _ledger(manifest, project, place)
        checks.append(Check(LEDGER, _LEDGER_STATES[found.code] if found else State.SAME))
        findings += [found] if found else []
    else:
        checks += _inputs_of_files(manifest, page, project)
    return Currency(manifest, tuple(checks), (*findings, *_stale(checks, place)))


def _inputs_of_sheet(manifest: Manifest, project: Project) -> Iterator[Check]:
    """Yield each input of a sheet, by its name among those that the project has."""
    sheets, others = sheets_now(project), inputs_now(project)
    listed = manifest.sources.inputs
    if [one.file for one in listed] == [TOGETHER]:
        # Whichever file the sheet stands in: its name is not published.
        same = any(together([sheet, *others]) == listed[0] for sheet in sheets)
        yield Check(TOGETHER, State.SAME if same else State.CHANGED)
        return
    known = {(one.file, one.layer): one.sha256 for one in (*sheets, *others)}
    for one in listed:
        yield Check(one.file, _state(one.sha256, known.get((one.file, one.layer))), one.layer)


def _inputs_of_files(manifest: Manifest, page: Path, project: Project | None) -> Iterator[Check]:
    """Yield each input of a page without a sheet, looked for beside the page, then among the project's layers."""
    folders = [page.parent, *([] if project is None else [project.layers])]
    for one in manifest.sources.inputs:
        there = [folder / one.file for folder in folders if _plain(one.file) and (folder / one.file).exists()]
        yield Check(one.file, _state(one.sha256, digest(there[0]) if there else None))


def _plain(name: str) -> bool:
    """Return whether a text is the plain name of a file, on any system."""
    return name not in {"", ".", ".."} and not set(name) & set("/\\:\0")


def _state(before: str, now: str | None) -> State:
    """Compare two hashes; the empty one is that of a file that may be missing, and is."""
    if before == now:
        return State.SAME
    return State.CHANGED if now else State.MISSING


def _ledger(manifest: Manifest, project: Project, place: Place) -> Finding | None:
    """Return how the ledger differs from the one that a page shows, if it does."""
    since = None
    if project.ledger_file.is_file():
        with Ledger.open(project.ledger_file, verify=True) as ledger:
            since = ledger.entries_since(manifest.head)
    if since is None:
        return Finding("MAP-LEDGER-UNKNOWN", place, {"head": manifest.head})
    return Finding("MAP-LEDGER-GROWN", place, {"count": since}) if since else None


def _stale(checks: Sequence[Check], place: Place) -> Iterator[Finding]:
    for check in checks:
        if check.subject in {PAGE, LEDGER}:
            continue
        if check.subject == TOGETHER and check.state is State.CHANGED:
            yield Finding("MAP-INPUTS-CHANGED", place)
        elif check.state is State.CHANGED:
            yield Finding("MAP-INPUT-CHANGED", place, {"file": check.subject})
        elif check.state is State.MISSING:
            yield Finding("MAP-INPUT-MISSING", place, {"file": check.subject})
