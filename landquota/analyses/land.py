"""The parcels of a question: in one plane, with the areas that their parts have to add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np
import shapely

from landquota import standards
from landquota.analyses.laid import polygons_of
from landquota.analyses.plane import to_plane
from landquota.analyses.tasks import Task, done
from landquota.analyses.tiles import Filed, frame_of, unread
from landquota.area import ZERO, Area, Unit
from landquota.crs import describe
from landquota.ellipsoid import areas
from landquota.findings import Finding, Place
from landquota.i18n import Text, mark, text
from landquota.layers.quality import areas_m2
from landquota.overlay import Measures, Parcels

if TYPE_CHECKING:
    import pyproj
    from numpy.typing import NDArray

    from landquota.analyses.given import Given
    from landquota.analyses.tiles import Unread
    from landquota.datum_shift import DatumShift
    from landquota.formats.table import FeatureTable

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

Areas = Literal["official", "ellipsoid", "planar"]

#: Which areas the parts of a parcel add up to; official is the declared one, where there is none the ellipsoidal.
AREAS: Final = ("official", "ellipsoid", "planar")
#: What is said of each way of measuring.
_METHODS: Final[Mapping[str, str]] = {
    "declared": mark("The area of {count} parcel(s) is the one that the file declares; the parts add up to it"),
    "ellipsoid": mark("The area of {count} parcel(s) is measured on the ellipsoid; the parts add up to it"),
    "planar": mark("The area of {count} parcel(s) is measured in the plane; the parts add up to it"),
    "no_data": mark("{count} parcel(s) have no polygon that could be measured"),
}


class _Measured(NamedTuple):
    """The areas of all parcels in one way of measuring, None where there is none."""

    method: str
    areas: Sequence[Area | None]


@dataclass(frozen=True)
class Land:
    """Parcels to be laid over layers.

    Attributes
    ----------
    given
        What they were read from.
    crs
        The plane in which they are measured.
    parcels
        The same for the overlay.
    methods
        How each official area was obtained: declared, ellipsoid, planar, or no_data.
    """

    given: Given
    crs: pyproj.CRS
    parcels: Parcels | Unread[Parcels]
    methods: tuple[str, ...]

    @property
    def ids(self) -> Sequence[str]:
        """What the parcels are called."""
        return self.given.ids

    def official(self) -> list[Area]:
        """Return the official area of each parcel."""
        return [Area(units) for units in frame_of(self.parcels).units.tolist()]

    def polygons(self, *, most: int) -> dict[int, shapely.Geometry]:
        """Return the first polygons in the plane, by the row of their parcel."""
        return polygons_of(self.parcels, most=most)

    def ways(self) -> dict[str, int]:
        """Return how many areas were obtained in each way."""
        return dict(Counter(self.methods))

    def measured(self) -> Iterator[Text]:
        """Yield how the areas were measured, to be said below every result."""
        yield text("Planar areas are measured in {crs}", crs=describe(self.crs))
        count = Counter(self.methods)
        for method, said in _METHODS.items():
            if count[method]:
                yield Text(said, {"count": count[method]})
        if self.given.id_column is None:
            yield text("{file} names no parcels; they are numbered in its order", file=self.given.file)


def land_of(
    given: Given,
    crs: pyproj.CRS,
    *,
    areas: Areas = "official",
    method: str = "ellipsoid",
    shift: DatumShift | None = None,
) -> tuple[Land | None, list[Finding]]:
    """Return parcels in a plane with their official areas, and what is wrong with them.

    Parameters
    ----------
    given
        The parcels as they were read.
    crs
        The plane.
    areas
        Which areas the parts have to add up to.  A declared area that is far from what the
        polygon measures is said, and the measured one stands in its place: its parts would be
        those of other ground.
    method
        How official areas are measured where none is declared: on the ellipsoid, or planar.
    shift
        Private parameters of the user.
    """
    geometries, findings = to_plane(given, crs, shift=shift)
    if geometries is None:
        return None, findings
    findings = [*given.skipped(), *findings]
    filed = Filed.of(given, crs, shift)
    planar_m2, ellipsoid_m2, measures = _measures(given, geometries, filed)
    measured = _areas(ellipsoid_m2)
    ways = [_Measured("ellipsoid", measured), _Measured("planar", _areas(measures.areas_m2))]
    if "planar" in {areas, method if areas == "official" else areas}:
        ways.reverse()
    if areas == "official":
        trusted, found = _trusted(given, np.where(np.isfinite(ellipsoid_m2), ellipsoid_m2, planar_m2))
        findings += found
        ways.insert(0, _Measured("declared", trusted))
    official, methods = _first(ways, ~np.isnan(measures.boxes[:, 0]))
    parcels = Parcels(given.ids, geometries, official, given.file, None if filed is None else measures)
    return Land(given, crs, unread(parcels, filed), methods), findings


def _measures(given: Given, geometries: NDArray[np.object_], filed: Filed | None) -> tuple[Floats, Floats, Measures]:
    """Return areas in the file's own plane and on the ellipsoid, NaN where there are none, and those in ours."""
    if filed is None:
        plane = Parcels(given.ids, geometries)
        return *areas_m2(given.table), Measures(plane.areas_m2, plane.boxes)
    columns = planar, ellipsoid, area_m2, boxes = [np.full((len(given), *more), np.nan) for more in ((), (), (), (4,))]
    for rows, seen in done(Task(partial(_seen, rows=rows, filed=filed.only(rows)), ()) for rows in filed.tiles()):
        for column, values in zip(columns, seen, strict=True):
            column[rows] = values
    return planar, ellipsoid, Measures(np.nan_to_num(area_m2), boxes)


def _seen(*, rows: Ints, filed: Filed) -> Iterator[tuple[Ints, tuple[Floats, Floats, Floats, Floats]]]:
    """Yield areas in the file's own plane and on the ellipsoid, and areas and boxes in ours, of parcels of one tile."""
    own = filed.read_own()
    moved = filed.moved(own)
    yield rows, (*areas(own, filed.crs), shapely.area(moved), shapely.bounds(moved))


def _first(ways: Sequence[_Measured], there: NDArray[np.bool_]) -> tuple[list[Area], tuple[str, ...]]:
    """Return each parcel's area by the first way that gives one, and the way."""
    official, methods = [], []
    for row, measurable in enumerate(there.tolist()):
        known = ((way.method, way.areas[row]) for way in ways)
        none: tuple[str, Area | None] = ("no_data", ZERO)
        method, area = none if not measurable else next((m, a) for m, a in known if a is not None)
        official.append(ZERO if area is None else area)
        methods.append(method)
    return official, tuple(methods)


def _areas(square_metres: NDArray[np.float64]) -> list[Area | None]:
    return [Area.measured(each) if np.isfinite(each) else None for each in square_metres.tolist()]


def _trusted(given: Given, measured_m2: NDArray[np.float64]) -> tuple[list[Area | None], list[Finding]]:
    """Return the declared areas, but those far from the measured ones; the latter are said."""
    trusted: list[Area | None] = []
    findings = []
    limits = standards.profile("parcels").tolerances
    for row, area in enumerate(_declared(given.table, measured_m2)):
        m2 = float(measured_m2[row])
        far = area is not None and not abs(area.units / Unit.M2.size - m2) <= max(
            limits.area_m2, limits.area_far_share * m2
        )
        trusted.append(None if far else area)
        if far and area is not None and np.isfinite(m2):
            place = Place(file=given.file, feature=given.ids[row])
            params = {"parcel": given.ids[row], "declared": area.m2, "measured": Area.measured(m2).m2}
            findings.append(Finding("OVERLAY-AREA-DECLARED", place, params))
    return trusted, findings


def _declared(table: FeatureTable, measured_m2: NDArray[np.float64]) -> Sequence[Area | None]:
    """Return the areas that people declared: in the file's own headers, else in its best column."""
    if any(area is not None for area in table.declared_area_m2):
        return table.declared_area_m2
    known = standards.declared(table, measured_m2)
    return [None] * len(table.frame) if known is None or known.by_software else known.areas
