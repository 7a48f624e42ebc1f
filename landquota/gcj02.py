"""GCJ-02, the shifted longitudes and latitudes of China's web maps, and how a layer in it is recognised.

Files from web maps call themselves WGS 84 and stand about 500 m off in Zhejiang.  Nothing in
them says so; only a boundary that is known otherwise can.

The formula was never published; it is the one that open map libraries agree on.  It holds for
display and for suspicion, not for surveys.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import shapely

from landquota.findings import Finding, Place
from landquota.i18n import Text, text

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    Positions = NDArray[np.float64]

_AXIS_M: Final = 6378245.0  # Krassowsky 1940
_ECCENTRICITY_SQUARED: Final = 0.00669342162296594323
_ORIGIN_DEG: Final = (105.0, 35.0)
#: Outside of this frame nothing is shifted.
_FRAME_DEG: Final = (72.004, 0.8293, 137.8347, 55.8271)
_CLOSE_DEG: Final = 1e-9
_ROUNDS: Final = 30

_METRES_PER_DEGREE: Final = math.pi / 180 * 6_371_008.8
#: Points along the reference at which distances are taken.
_SAMPLES: Final = 150
#: Farther apart, two outlines are not two drawings of one line.
_NEAR_M: Final = 1_500.0
#: The share of the reference that the layer has to run along for its outlines to be compared.
_TRACED: Final = 0.3
#: How well the measured translation has to agree with the predicted one, or with none, as a share of it.
_AGREEMENT: Final = 0.4
#: How far apart the outlines may remain at the best translation, as a share of the shift, and of what
#: is left at translations in general: parcels lie near to everything, wherever they are moved.
_SHARP: Final = 0.5
#: Features that have to cross the reference for it to mean something, and the share that may still do so afterwards.
_CROSSING: Final = 3
_REMAINING: Final = 0.2
#: The search for the best translation: half-width and step in metres, coarse to fine.
_SEARCH: Final = ((800.0, 160.0), (120.0, 30.0), (20.0, 5.0))


class Answer(StrEnum):
    """What the outlines of a layer say: three answers, because silence is no proof."""

    SUSPECTED = "suspected"
    NOT_SUSPECTED = "not suspected"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True, slots=True)
class Suspicion:
    """The answer and what it rests on.

    Attributes
    ----------
    offset_m
        How far east and north the layer stands off the reference: the best translation; None
        where the layer does not run along it.
    before_m, after_m
        Median distance of the outlines as they are, and with the layer shifted back.
    out_before, out_after
        How many features reach across the reference by more than half of the shift, as they are
        and shifted back.
    """

    answer: Answer
    offset_m: tuple[float, float] | None = None
    before_m: float | None = None
    after_m: float | None = None
    out_before: int = 0
    out_after: int = 0


def shift(lonlat: Positions) -> Positions:
    """Return WGS 84 or CGCS2000 positions in GCJ-02; unchanged outside of China.

    Parameters
    ----------
    lonlat
        Longitude and latitude in degrees, shape (n, 2).
    """
    inside = _inside(lonlat)[:, None]
    moved: Positions = lonlat + _offset_deg(np.where(inside, lonlat, _ORIGIN_DEG))
    return np.where(inside, moved, lonlat)


def unshift(lonlat: Positions) -> Positions:
    """Return GCJ-02 positions in WGS 84 or CGCS2000, to 1e-9 degrees (0.1 mm); unchanged outside of China.

    The inverse of :func:`shift`, by fixed-point iteration: the shift changes by less than 1 % of
    a step, so each round gains two digits.
    """
    inside = _inside(lonlat)[:, None]
    target = np.where(inside, lonlat, _ORIGIN_DEG)
    found = target
    for _ in range(_ROUNDS):
        better = target - _offset_deg(found)
        done = bool((np.abs(better - found) < _CLOSE_DEG / 10).all())
        found = better
        if done:
            break
    return np.where(inside, found, lonlat)


def suspicion(
    polygons: NDArray[np.object_], reference: BaseGeometry, *, place: Place
) -> tuple[Suspicion, list[Finding]]:
    """Look whether a layer that calls itself WGS 84 or CGCS2000 is in GCJ-02.

    Where the layer's outlines run along the reference (a county's, or the towns' in it), the
    median distance is compared as it is and shifted back, and the best translation is looked
    for: it shows the shift even where the reference is strongly generalised.  Where the layer
    only lies within the reference, features that reach across it are evidence, and without them
    there is none.

    Parameters
    ----------
    polygons
        Valid polygons in degrees, shape (n,); None and empty ones are passed over.
    reference
        The polygon that they outline or lie within, in degrees, from a source known not to be shifted.
    place
        The layer, for the finding.

    Returns
    -------
    tuple
        The answer, and the finding CRS-GCJ02 where it is "suspected".
    """
    polygons = polygons[~(shapely.is_missing(polygons) | shapely.is_empty(polygons))]
    if not len(polygons) or reference.is_empty:
        return Suspicion(Answer.CANNOT_TELL), []
    frame = _Frame.around(reference)
    found = _by_outline(polygons, reference, frame) or _by_crossing(polygons, reference, frame)
    if found.answer is not Answer.SUSPECTED:
        return found, []
    east_m, north_m = found.offset_m or frame.predicted_m
    params = {
        "offset_m": math.hypot(east_m, north_m),
        "azimuth_deg": math.degrees(math.atan2(east_m, north_m)) % 360,
        "reason": _reason(found),
    }
    return found, [Finding("CRS-GCJ02", place, params)]


def _reason(found: Suspicion) -> Text:
    if found.offset_m is None:
        return text(
            "{before} features reach across it, {after} when shifted back",
            before=found.out_before,
            after=found.out_after,
        )
    return text(
        "median distance of the outlines {before} m, {after} m when shifted back",
        before=f"{found.before_m:.0f}",
        after=f"{found.after_m:.0f}",
    )


class _Frame(NamedTuple):
    """A plane in metres around the middle of the reference."""

    lon: float
    lat: float

    @classmethod
    def around(cls, reference: BaseGeometry) -> _Frame:
        west, south, east, north = reference.bounds
        return cls((west + east) / 2, (south + north) / 2)

    @property
    def predicted_m(self) -> tuple[float, float]:
        """How far GCJ-02 would move the middle, east and north."""
        east_m, north_m = self.metres(shift(np.array([[self.lon, self.lat]])))[0].tolist()
        return east_m, north_m

    def metres(self, lonlat: Positions) -> Positions:
        scale = np.array([math.cos(math.radians(self.lat)), 1.0]) * _METRES_PER_DEGREE
        return (lonlat - (self.lon, self.lat)) * scale

    def moved(self, geometries: NDArray[np.object_]) -> NDArray[np.object_]:
        moved: NDArray[np.object_] = shapely.transform(geometries, self.metres)
        return moved


class _Outline:
    """The lines of the layer, to which distances are taken; all in metres."""

    def __init__(self, polygons: NDArray[np.object_], around: BaseGeometry) -> None:
        lines = shapely.boundary(polygons)
        near = shapely.STRtree(lines).query(around, predicate="dwithin", distance=_NEAR_M)
        self._tree = shapely.STRtree(_segments(lines[near]))

    def distances(self, points: Positions) -> NDArray[np.float64]:
        """Return the distance of each point to the nearest line, shape (n,); those far away count as `_NEAR_M`."""
        distances = np.full(len(points), _NEAR_M)
        if len(self._tree):
            (index, _), found = self._tree.query_nearest(
                shapely.points(points), max_distance=_NEAR_M, return_distance=True, all_matches=False
            )
            distances[index] = found
        return distances


def _by_outline(polygons: NDArray[np.object_], reference: BaseGeometry, frame: _Frame) -> Suspicion | None:
    """Return the answer of the outlines, or None where they are not the outlines of the reference."""
    samples_deg = _samples(reference)
    samples = frame.metres(samples_deg)
    (line,) = frame.moved(np.array([reference.boundary]))
    outline = _Outline(frame.moved(polygons), line)
    shifted = frame.metres(shift(samples_deg))
    as_is, back = outline.distances(samples), outline.distances(shifted)
    along = np.minimum(as_is, back) < _NEAR_M
    if along.mean() < _TRACED:
        return None
    best = _best_translation(outline, samples[along])
    predicted_m = frame.predicted_m
    if best.rest_m > _SHARP * min(best.usual_m, math.hypot(*predicted_m) or math.inf):
        return None
    before_m, after_m = float(np.median(as_is[along])), float(np.median(back[along]))
    answer = _judged(best.offset_m, predicted_m, nearer=after_m < before_m)
    return Suspicion(answer, best.offset_m, before_m, after_m)


def _judged(offset_m: tuple[float, float], predicted_m: tuple[float, float], *, nearer: bool) -> Answer:
    length_m = math.hypot(*predicted_m)
    if nearer and math.dist(offset_m, predicted_m) <= _AGREEMENT * length_m:
        return Answer.SUSPECTED
    if not nearer and math.hypot(*offset_m) <= _AGREEMENT * length_m:
        return Answer.NOT_SUSPECTED
    return Answer.CANNOT_TELL


class _Translation(NamedTuple):
    """The best translation, the median distance that it leaves and the one that translations usually leave."""

    offset_m: tuple[float, float]
    rest_m: float
    usual_m: float


def _best_translation(outline: _Outline, samples: Positions) -> _Translation:
    """Return the translation that brings the samples, in metres, nearest to the outline."""
    middle, left = np.zeros(2), []
    for width_m, step_m in _SEARCH:
        steps = np.arange(-width_m, width_m + step_m / 2, step_m)
        tried = middle + np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
        places = (samples[None, :, :] + tried[:, None, :]).reshape(-1, 2)
        medians = np.median(outline.distances(places).reshape(len(tried), -1), axis=1)
        middle = tried[int(np.argmin(medians))]
        left.append(medians)
    east_m, north_m = middle.tolist()
    return _Translation((east_m, north_m), rest_m=float(left[-1].min()), usual_m=float(np.median(left[0])))


def _by_crossing(polygons: NDArray[np.object_], reference: BaseGeometry, frame: _Frame) -> Suspicion:
    """Return the answer of features that should lie within the reference and do not."""
    (area,) = frame.moved(np.array([reference]))
    shapely.prepare(area)
    length_m = math.hypot(*frame.predicted_m)
    before, after = (
        _reaching_across(frame.moved(layer), area, shift_m=length_m)
        for layer in (polygons, shapely.transform(polygons, unshift))
    )
    answer = Answer.CANNOT_TELL
    if before >= _CROSSING and after <= _REMAINING * before:
        answer = Answer.SUSPECTED
    elif after >= _CROSSING and before <= _REMAINING * after:
        answer = Answer.NOT_SUSPECTED
    return Suspicion(answer, out_before=before, out_after=after)


def _reaching_across(polygons: NDArray[np.object_], area: BaseGeometry, *, shift_m: float) -> int:
    """Count the polygons that reach out of the area by between half and twice the shift."""
    suspects = polygons[~shapely.contains_properly(area, polygons)]
    points, owner = shapely.get_coordinates(suspects, return_index=True)
    depth = np.zeros(len(suspects))
    np.maximum.at(depth, owner, shapely.distance(area, shapely.points(points)))
    return int(((depth > shift_m / 2) & (depth < 2 * shift_m)).sum())


def _samples(reference: BaseGeometry) -> Positions:
    """Return points at equal distances along the outline, in the reference's own units, shape (n, 2)."""
    line = reference.boundary
    parts = shapely.get_parts(line)
    ends = np.cumsum(shapely.length(parts))
    along = (np.arange(_SAMPLES) + 0.5) * ends[-1] / _SAMPLES
    part = np.searchsorted(ends, along)
    starts = np.concatenate([[0.0], ends[:-1]])
    positions: Positions = shapely.get_coordinates(shapely.line_interpolate_point(parts[part], along - starts[part]))
    return positions


def _segments(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the straight pieces of lines."""
    points, owner = shapely.get_coordinates(shapely.get_parts(lines), return_index=True)
    joined = owner[1:] == owner[:-1]
    segments: NDArray[np.object_] = shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1)[joined])
    return segments


def _inside(lonlat: Positions) -> NDArray[np.bool_]:
    west, south, east, north = _FRAME_DEG
    lon, lat = lonlat.T
    inside: NDArray[np.bool_] = (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
    return inside


def _offset_deg(lonlat: Positions) -> Positions:
    """Return the shift of positions in China, in degrees, shape (n, 2)."""
    x, y = (lonlat - _ORIGIN_DEG).T
    root, product = np.sqrt(np.abs(x)), x * y
    ripple = 20 * np.sin(6 * math.pi * x) + 20 * np.sin(2 * math.pi * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * product + 0.2 * root
    north += 2 / 3 * (ripple + _waves(y, (20, 1), (40, 3), (160, 12), (320, 30)))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * product + 0.1 * root
    east += 2 / 3 * (ripple + _waves(x, (20, 1), (40, 3), (150, 12), (300, 30)))
    lat = np.radians(lonlat[:, 1])
    flat = 1 - _ECCENTRICITY_SQUARED * np.sin(lat) ** 2
    meridian_m = _AXIS_M * (1 - _ECCENTRICITY_SQUARED) / flat**1.5
    parallel_m = _AXIS_M / np.sqrt(flat) * np.cos(lat)
    offset: Positions = np.degrees(np.column_stack([east / parallel_m, north / meridian_m]))
    return offset


def _waves(along: NDArray[np.float64], *waves: tuple[float, float]) -> NDArray[np.float64]:
    """Return a sum of sines, each its size in metres and half its length in degrees."""
    added: NDArray[np.float64] = np.sum([size * np.sin(math.pi * along / half) for size, half in waves], axis=0)
    return added
