"""Features erased from parcels: what they cover, what they leave, and what they cover again, as geometries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from landquota.overlay import Pairs

    Bools = NDArray[np.bool_]
    Floats = NDArray[np.float64]
    Geometries = NDArray[np.object_]
    Ints = NDArray[np.int64]

#: Areas below this are the noise of coordinates.
_NOTHING_M2: Final = 1e-8
#: Where cutting does not add up in plain coordinates it is tried on these grids, in metres.
_GRIDS_M: Final = (0.0, 1e-8, 1e-7)
#: From so many features on, those that fit together are joined along their common edges.
_MANY: Final = 64
#: What joined features and their sum may differ by.
_TOLERANCE_M2: Final = 1e-6


class Pieces(NamedTuple):
    """Connected pieces of ground in the parcels' system: their parcels' rows, polygons, m², and a point inside each.

    All of shape (pieces,), points of (pieces, 2), east and north.  Where nobody wants to draw
    them the polygons are None.
    """

    parcel: Ints
    geometries: Geometries
    area_m2: Floats
    points: Floats

    def where(self, rows: Bools | Ints) -> Pieces:
        """Return the pieces that a mask keeps, or some by their rows."""
        return Pieces._make(column[rows] for column in self)

    def without_polygons(self) -> Pieces:
        """Return all but the polygons, which are most of it."""
        return self._replace(geometries=np.full(len(self.parcel), None, dtype=object))

    @classmethod
    def joined(cls, several: Sequence[Pieces]) -> Pieces:
        """Return pieces together, by parcel; those of one parcel come from one place."""
        none = np.zeros(0, dtype=np.int64)
        blank = cls(none, none.astype(object), none.astype(np.float64), np.zeros((0, 2)))
        whole = cls._make(np.concatenate(columns) for columns in zip(blank, *several, strict=True))
        return whole.where(np.argsort(whole.parcel, kind="stable"))


class Again(NamedTuple):
    """Ground that is covered again: its pieces, and for each the feature that does and those it lies on."""

    pieces: Pieces
    features: list[tuple[int, ...]]


def cut(
    parcels: Geometries, features: Geometries, pairs: Pairs, tolerance: Floats
) -> tuple[Geometries, Geometries, Ints]:
    """Return what features cover of each parcel, and what they leave.

    Parameters
    ----------
    parcels, features
        In local coordinates, shapes (parcels,) and (features,).
    pairs
        Those that share ground.
    tolerance
        Shape (parcels,); what the sums may be off by, m².

    Returns
    -------
    tuple
        Two of shape (parcels,), and the rows of the parcels that could not be cut so that they add up.
    """
    mine, theirs, lost = parcels, features, []
    first, last = _spans(pairs, len(mine))
    union = _unions(pairs, first, last, theirs)
    covered, rest = shapely.intersection(mine, union), shapely.difference(mine, union)
    areas = [np.nan_to_num(shapely.area(each)) for each in (mine, covered, rest)]
    wrong = np.abs(areas[0] - areas[1] - areas[2]) > tolerance
    # the union of slivers may be EMPTY: then nothing would be covered
    wrong |= areas[1] + tolerance < np.maximum.reduceat(np.append(pairs.area_m2, 0), first) * (last > first)
    for row in np.flatnonzero(wrong).tolist():
        near = theirs[pairs.feature[first[row] : last[row]]]
        divided_on = _on_a_grid(mine[row], near, float(tolerance[row]))
        if divided_on is None:
            lost.append(row)
        else:
            covered[row], rest[row] = divided_on
    return covered, rest, np.array(lost, dtype=np.int64)


def _spans(pairs: Pairs, count: int) -> tuple[Ints, Ints]:
    """Return where the pairs of each parcel begin and end."""
    ends = np.searchsorted(pairs.parcel, np.arange(count + 1))
    return ends[:-1], ends[1:]


def _unions(pairs: Pairs, first: Ints, last: Ints, features: Geometries) -> Geometries:
    """Return what the features that share ground with each parcel are together; empty where there are none."""
    union = np.full(len(first), shapely.Polygon(), dtype=object)
    single = last - first == 1
    union[single] = features[pairs.feature[first[single]]]
    for row in np.flatnonzero(last - first > 1).tolist():
        union[row] = _union(features[pairs.feature[first[row] : last[row]]])
    return union


def _union(features: Geometries) -> shapely.Geometry:
    """Return features together; many that fit together are joined along their common edges, ten times faster."""
    if len(features) >= _MANY and shapely.coverage_is_valid(features):
        joined: shapely.Geometry = shapely.coverage_union_all(features)
        if abs(float(shapely.area(joined)) - float(shapely.area(features).sum())) <= _TOLERANCE_M2:
            return joined  # two coverages on top of each other pass for one, with twice the area
    return shapely.union_all(features)


def _on_a_grid(
    parcel: shapely.Geometry, features: Geometries, tolerance_m2: float
) -> tuple[shapely.Geometry, shapely.Geometry] | None:
    """Return one parcel cut again, feature by feature and on ever coarser grids, until it adds up."""
    largest = float(shapely.area(shapely.intersection(parcel, features)).max(initial=0))
    for grid in _GRIDS_M:
        union: shapely.Geometry = shapely.Polygon()
        for feature in features:
            union = shapely.union(union, feature, grid_size=grid)
        covered = shapely.intersection(parcel, union, grid_size=grid)
        rest = shapely.difference(parcel, union, grid_size=grid)
        whole, one, other = np.asarray(shapely.area([parcel, covered, rest])).tolist()
        if abs(whole - one - other) <= tolerance_m2 and one + tolerance_m2 >= largest:
            return covered, rest
    return None


def connected(local: Geometries, rows: Ints, origin: Floats) -> Pieces:
    """Return the polygons in local geometries, measured there and then moved to where they lie."""
    parts, index = local, np.arange(len(local))
    while (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        parts, inner = shapely.get_parts(parts, return_index=True)
        index = index[inner]
    areas = np.nan_to_num(np.asarray(shapely.area(parts), dtype=np.float64))
    there = areas > _NOTHING_M2
    back = np.asarray(shapely.transform(parts[there], lambda xy: xy + origin), dtype=object)
    points = np.asarray(shapely.get_coordinates(shapely.point_on_surface(back)), dtype=np.float64).reshape(-1, 2)
    return Pieces(rows[index[there]], back, areas[there], points)


def covered_again(rows: Ints, parcels: Geometries, features: Geometries, pairs: Pairs, origin: Floats) -> Again:
    """Return the ground of some parcels that features cover again, each piece as often as it is too much.

    Geometries are local; the pieces come back to where they lie, `origin` added.
    """
    mine, theirs = parcels, features
    parts: list[shapely.Geometry] = []
    parcel: list[int] = []
    below: list[tuple[int, ...]] = []
    first, last = _spans(pairs, len(mine))
    for row in rows.tolist():
        near = pairs.feature[first[row] : last[row]]
        for part, several in _again_in(shapely.intersection(mine[row], theirs[near]), near):
            parts.append(part)
            parcel.append(row)
            below.append(several)
    pieces = connected(np.array(parts, dtype=object), np.arange(len(parts)), origin)
    owners = np.array(parcel, dtype=np.int64)
    return Again(pieces._replace(parcel=owners[pieces.parcel]), [below[each] for each in pieces.parcel.tolist()])


def _again_in(pieces: Geometries, names: Ints) -> list[tuple[shapely.Geometry, tuple[int, ...]]]:
    """Return what each piece has in common with all before it, and which they are."""
    index, other = shapely.STRtree(pieces).query(pieces)
    index, other = index[other < index], other[other < index]
    order = np.lexsort((other, index))
    index, other = index[order], other[order]
    common = shapely.intersection(pieces[index], pieces[other])
    real = np.asarray(shapely.area(common)) > _NOTHING_M2
    index, other, common = index[real], other[real], common[real]
    found: list[tuple[shapely.Geometry, tuple[int, ...]]] = []
    for mine in np.split(np.arange(len(index)), np.flatnonzero(np.diff(index)) + 1) if len(index) else []:
        together = common[mine[0]] if len(mine) == 1 else shapely.union_all(common[mine])
        several = (int(names[index[mine[0]]]), *names[other[mine]].tolist())
        found += [(part, several) for part in shapely.get_parts(together)]
    return found
