"""The quality of one layer, as its kind needs it: ids, shapes, how features lie to each other, attributes, areas.

Which checks make sense, and how much each lets pass, is the profile's to say
(:mod:`landquota.standards`); a clean layer gives no finding.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyproj
import shapely

from landquota import gcj02, standards, topology
from landquota.crs import GEOGRAPHIC_EPSG, OLD_DATUMS, datum, describe, horizontal
from landquota.ellipsoid import areas
from landquota.findings import Finding, Place
from landquota.formats.geometry import repeated_points
from landquota.formats.location.evidence import Region
from landquota.formats.names import ID_COLUMNS, column_of, names_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geopandas import GeoDataFrame
    from numpy.typing import NDArray

    from landquota.formats.table import FeatureTable
    from landquota.standards import Layer, Profile

    Floats = NDArray[np.float64]

_NAME: Final = "feature"
#: A region is drawn roughly; so far outside of it a feature may still be meant.
_NEAR_DEG: Final = 0.1


@dataclass(frozen=True, slots=True)
class Asked:
    """What a layer is held against.

    Attributes
    ----------
    standard
        The standard layer that it is, or None.
    profile
        The checks and their tolerances.
    county
        行政区划代码 of the county that its codes have to lie in; empty where it is not known.
    reference
        A boundary that it has to lie within, from a source known not to be shifted, or None.
    region
        West, south, east, north in degrees of where its features are expected, or None.
    """

    standard: Layer | None
    profile: Profile
    county: str = ""
    reference: FeatureTable | None = None
    region: Region | None = None

    @classmethod
    def of(
        cls,
        table: FeatureTable,
        kind: str | None = None,
        *,
        county: str = "",
        reference: FeatureTable | None = None,
        region: Region | None = None,
    ) -> Asked:
        """Return what a table is held against: the kind that was named, else what its name and columns tell."""
        named = standards.named(kind) if kind is not None else None
        standard = named or standards.recognise(table)
        return cls(standard, standards.profile(named or kind or standard or "constraint"), county, reference, region)


def areas_m2(table: FeatureTable) -> tuple[Floats, Floats]:
    """Return planar and ellipsoidal areas, shape (rows,), NaN where there is none: no area without a system."""
    geometries = table.frame.geometry.to_numpy()
    if table.frame.crs is None:
        nothing = np.full(len(geometries), np.nan)
        return nothing, nothing
    sound = geometries.copy()
    sound[~table.sound] = None
    return areas(sound, table.frame.crs)


def findings(table: FeatureTable, planar_m2: Floats, ellipsoid_m2: Floats, asked: Asked) -> list[Finding]:
    """Return all that is wrong with a layer beyond its single geometries.

    Parameters
    ----------
    table
        The features as their reader gave them.
    planar_m2, ellipsoid_m2
        Shape (rows,): their areas, NaN where there is none.
    asked
        What to hold the layer against.
    """
    profile = asked.profile
    found = _ids(table, asked)
    found += standards.check(table, asked.standard, county=asked.county or None, asked=profile)
    if not _declares_by_line(table):
        found += standards.compare(table, planar_m2, ellipsoid_m2, asked=profile)
    if table.frame.crs is not None:
        found += _local_grid(table)
        found += [finding for finding in _shapes(table, asked) if finding.code != "GEOM-SKIPPED"]
        found += _against_reference(table, asked)
        found += _far_away(table, asked)
    return found


def _ids(table: FeatureTable, asked: Asked) -> list[Finding]:
    """Check that features differ by their ids, unless the standard asks it; a column without a filled cell is none."""
    column = column_of(table.frame, ID_COLUMNS)
    if column is None or not asked.profile.asks("ids") or not any(names_of(table.frame[column])):
        return []
    fields = asked.standard.fields if asked.standard is not None else ()
    if any(field.name.casefold() == column.casefold() and "unique" in field.rules for field in fields):
        return []
    return topology.duplicate_ids(table.frame[column], column=column, places=table.places)


def _declares_by_line(table: FeatureTable) -> bool:
    """Return whether the reader compared the declared areas itself, header by header."""
    return any(area is not None for area in table.declared_area_m2)


def _local_grid(table: FeatureTable) -> list[Finding]:
    if not horizontal(table.frame.crs).is_engineering:
        return []
    return [Finding("LAYER-LOCAL-GRID", Place(file=table.path.name), {"crs": describe(table.frame.crs)})]


def _shapes(table: FeatureTable, asked: Asked) -> Iterator[Finding]:
    """Check polygons by themselves and against each other."""
    profile, limit = asked.profile, asked.profile.tolerances
    frame = _named(table)
    where: dict[str, Any] = {"id_column": _NAME, "file": table.path.name, "sound": table.sound}
    code = "PARCEL-OVERLAP" if profile.kind == "parcels" else "TOPO-OVERLAP"
    if profile.asks("overlaps") and profile.asks("gaps"):
        yield from topology.coverage(frame, overlap_m2=limit.overlap_m2, gap_m2=limit.gap_m2, **where)
    elif profile.asks("overlaps"):
        yield from topology.overlaps(frame, tolerance_m2=limit.overlap_m2, code=code, **where)
    elif profile.asks("gaps"):
        yield from topology.gaps(frame, tolerance_m2=limit.gap_m2, **where)
    if profile.asks("duplicates") and not profile.asks("overlaps"):
        yield from topology.duplicates(frame, tolerance_m2=limit.overlap_m2, **where)
    if profile.asks("slivers") or profile.asks("holes"):
        found = topology.shapes(frame, width_m=limit.sliver_width_m, hole_m2=limit.hole_m2, **where)
        yield from (finding for finding in found if profile.asks(_holes_or_slivers(finding)))
    if profile.asks("geometry"):
        yield from repeated_points(table.frame.geometry.to_numpy(), table.places)


def _holes_or_slivers(finding: Finding) -> str:
    return "holes" if finding.code == "TOPO-MICRO-HOLE" else "slivers"


def _named(table: FeatureTable) -> GeoDataFrame:
    labels = [place.feature or str(number) for number, place in enumerate(table.places)]
    return table.frame[[table.frame.geometry.name]].assign(**{_NAME: labels})


def _against_reference(table: FeatureTable, asked: Asked) -> list[Finding]:
    """Hold a layer against a boundary: whether it is shifted (GCJ-02), and what lies outside."""
    reference = asked.reference
    if reference is None or reference.frame.crs is None or not asked.profile.asks("region"):
        return []
    if {datum(table.frame.crs), datum(reference.frame.crs)} & OLD_DATUMS:
        return []  # without parameters they cannot be compared; CRS-DATUM says so
    place = Place(file=table.path.name)
    degrees = pyproj.CRS.from_epsg(GEOGRAPHIC_EPSG)
    boundary = shapely.union_all(_sound(reference, degrees))
    suspicion, found = gcj02.suspicion(_sound(table, degrees), boundary, place=place)
    if suspicion.answer is gcj02.Answer.SUSPECTED:
        return found  # what lies outside follows from the shift
    tolerance_m2 = asked.profile.tolerances.overlap_m2
    return [
        finding
        for finding in topology.outside_boundary(
            _named(table),
            reference.frame.to_crs(table.frame.crs),
            id_column=_NAME,
            name=reference.layer,
            tolerance_m2=tolerance_m2,
            file=table.path.name,
            sound=table.sound,
        )
        if finding.code != "GEOM-SKIPPED"
    ]


def _far_away(table: FeatureTable, asked: Asked) -> list[Finding]:
    """Name the features that lie outside the region; where all do, the reference system is asked about instead."""
    if asked.region is None or not asked.profile.asks("region") or datum(table.frame.crs) in OLD_DATUMS:
        return []
    degrees = pyproj.CRS.from_epsg(GEOGRAPHIC_EPSG)
    boxes = shapely.bounds(np.where(table.sound, table.frame.geometry.to_numpy(), None))
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    transformer = pyproj.Transformer.from_crs(table.frame.crs, degrees, always_xy=True)
    lon, lat = transformer.transform(*middle.T)
    west, south, east, north = asked.region
    near = (
        (west - _NEAR_DEG <= lon) & (lon <= east + _NEAR_DEG) & (south - _NEAR_DEG <= lat) & (lat <= north + _NEAR_DEG)
    )
    far = np.flatnonzero(table.sound & ~near)
    if len(far) == int(table.sound.sum()):
        return []
    return [
        Finding("COORD-OUTSIDE-REGION", dataclasses.replace(table.places[row], x=float(x), y=float(y)))
        for row, (x, y) in zip(far.tolist(), middle[far].tolist(), strict=True)
    ]


def _sound(table: FeatureTable, crs: pyproj.CRS) -> NDArray[np.object_]:
    sound: NDArray[np.object_] = table.frame.geometry[table.sound].to_crs(crs).to_numpy()
    return sound
