"""What an overlay command reads: taken word by word, and everything that is wrong with it said at once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from landquota.cli.options import Session
from landquota.cli.reading import apart, reading

if TYPE_CHECKING:
    import pyproj

    from landquota.analyses import Extent, Given, Land, Shelf
    from landquota.analyses.tiles import Unread
    from landquota.datum_shift import DatumShift
    from landquota.findings import Finding
    from landquota.maps.manifest import Sources
    from landquota.overlay import Layer


def apart_from(words: Sequence[str]) -> AbstractContextManager[None]:
    """Have files read in a process apart; see :func:`landquota.cli.reading.apart`."""
    return apart([Path(word) for word in words])


def apart_while(*unread: bool) -> AbstractContextManager[None]:
    """Have files read in a process apart as long as any of some layers is not read yet."""
    from landquota.formats.isolation import isolated

    return isolated() if any(unread) else nullcontext()


@dataclass
class Desk:
    """Where inputs are laid out: each is read and what is wrong with it kept, until :meth:`settle` says it all.

    Attributes
    ----------
    shelf
        Where the inputs are taken from.
    project_crs
        The system of the project; None outside of one.
    shift
        Private parameters of the user.
    method
        How the project measures areas.
    findings
        Of everything that was read.
    failed
        Whether something could not be read at all.
    files
        What was read, in its order.
    """

    shelf: Shelf
    project_crs: pyproj.CRS | None
    shift: DatumShift | None
    method: str = "ellipsoid"
    findings: list[Finding] = field(default_factory=list)
    failed: bool = False
    files: list[Path] = field(default_factory=list)

    @classmethod
    def of(cls, session: Session, given: dict[str, Any]) -> Desk:
        """Return the desk of a command, with the reading options taken out of what was `given`."""
        from landquota.analyses import Shelf
        from landquota.crs import project_system
        from landquota.datum_shift import from_environment

        options = reading(session, given | {"source_layer": None})
        for name in ("crs", "encoding", "unlimited"):
            given.pop(name)
        project = session.project_here()
        shift, findings = from_environment()
        plane = None if project is None else project_system(project.crs)
        method = "ellipsoid" if project is None else project.area_method
        return cls(Shelf.of(project, options), plane, shift, method, findings)

    def take(self, word: str | Path, *, id_column: str | None = None, kind: str = "") -> Given | None:
        """Read one layer, of a large one its outline; None where it cannot be read."""
        self.files.append(self.shelf.path_of(word))
        given, findings = self.shelf.take(word, id_column=id_column, kind=kind, tiled=True)
        self.findings += findings
        self.failed |= given is None
        return given

    def land(self, given: Given, *, areas: Any = "official") -> Land | None:
        """Return parcels in their plane; None where they cannot be brought there."""
        from landquota.analyses import land_of, plane_of

        plane = plane_of(given, self.project_crs)
        land, findings = land_of(given, plane, areas=areas, method=self.method, shift=self.shift)
        self.findings += findings
        self.failed |= land is None
        return land

    def extent(self, words: Sequence[str], land: Land, *, beside: Path | None = None) -> Extent:
        """Return the ground that words say: ``complete``, or layers and files whose union it is."""
        from landquota.analyses import extent_of
        from landquota.analyses.extent import COMPLETE

        if COMPLETE not in words:
            self.files += [self.shelf.path_of(word, beside=beside) for word in words]
        extent, findings = extent_of(words, self.shelf, land.crs, beside=beside, shift=self.shift)
        self.findings += findings
        return extent

    def extent_of(self, given: Given, land: Land, options: dict[str, Any]) -> Extent:
        """Return the ground of which a layer speaks: by the coverage options, else by the catalogue."""
        words = ["complete"] if options["complete"] else list(options["coverage"])
        return (
            self.extent(words, land) if words else self.extent(given.coverage.split(), land, beside=self.shelf.folder)
        )

    def theme(self, given: Given, land: Land, **how: Any) -> Layer | Unread[Layer] | None:
        """Return a layer in the plane of the parcels, a large one unread; None where it cannot be brought there."""
        from landquota.analyses import theme_of

        layer, findings = theme_of(given, land, shift=self.shift, **how)
        self.findings += findings
        self.failed |= layer is None
        return layer

    def sources(self) -> Sources:
        """Return what was read, as the sources of a page."""
        from landquota.maps.manifest import Sources

        return Sources.of_files(self.files)

    def settle(self) -> None:
        """Stop where anything that was read cannot be used.

        Raises
        ------
        FindingsError
            With everything that was found.
        """
        from landquota.analyses.shelf import unreadable
        from landquota.findings import FindingsError

        if self.failed or unreadable(self.findings):
            raise FindingsError(self.findings)
