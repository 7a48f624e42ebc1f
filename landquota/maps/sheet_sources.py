"""The files from which a project's sheet is drawn, as they were when the workspace was built and as they are now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from landquota.layers.catalogue import CATALOGUE_FILE, in_project, read_catalogue
from landquota.layers.sources import digest
from landquota.maps.manifest import Input, Sources, together

if TYPE_CHECKING:
    from landquota.layers import Layers
    from landquota.maps.sheet import Sheet
    from landquota.project import Project

#: What a sheet takes from ``seeds/``; everything else there reaches it through the ledger, whose head says it.
_SEEDS: Final = ("project.toml", "facts.csv", "conflict_rules.csv")


def sources_of(sheet: Sheet, project: Project, layers: Layers, *, public: bool) -> Sources:
    """Return the sources of a sheet that is about to be drawn: its layers as the workspace holds them."""
    built = [Input(in_project(entry.file), entry.sha256, entry.name) for entry in layers.catalogue]
    inputs = (Input(_named(sheet.file), sheet.sha256), *_beside(project), *built)
    if public:
        return Sources((together(inputs),), sheet.id, "public")
    return Sources(inputs, sheet.id)


def sheets_now(project: Project) -> tuple[Input, ...]:
    """Return the map sheets of a project as they stand on disk."""
    return tuple(Input(_named(file), _digest(file)) for file in sorted(project.maps.glob("*.toml")))


def inputs_now(project: Project) -> tuple[Input, ...]:
    """Return what every sheet of a project is drawn from, as it stands on disk."""
    entries, _ = read_catalogue(project.layers)
    now = [Input(in_project(entry.file), _digest(project.layers / entry.file), entry.name) for entry in entries]
    return (*_beside(project), *now)


def _beside(project: Project) -> Iterator[Input]:
    """Yield the project's settings, seeds and catalogue, also those that may be there and are not."""
    for name in _SEEDS:
        yield Input(f"{project.seeds.name}/{name}", _digest(project.seeds / name))
    yield Input(in_project(CATALOGUE_FILE), _digest(project.layers / CATALOGUE_FILE))


def _named(file: Path) -> str:
    return f"{file.parent.name}/{file.name}"


def _digest(path: Path) -> str:
    """Return the hash of a source; the empty text where it is not there."""
    return digest(path) if path.exists() else ""
