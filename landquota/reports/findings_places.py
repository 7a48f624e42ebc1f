"""Where findings are: a point inside its feature for each that is about one and has no coordinates."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from landquota.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from landquota.findings import Place
    from landquota.layers import LayerCheck

    Named = tuple[str | None, str | int | None]


def placed(report: LayerCheck) -> tuple[Finding, ...]:
    """Return a report's findings; those about one feature that have no coordinates get a point inside it.

    A name that several features share, and a geometry that is not sound, give no point.
    """
    if report.frame is None:
        return report.findings
    wanted = {_named(finding.place) for finding in report.findings if finding.place.x is None}
    points = _points(report, wanted)
    return tuple(_at(finding, points) for finding in report.findings)


def _named(place: Place) -> Named:
    """Return the file and the feature, which is told by its line where it has no name."""
    return place.file, place.line if place.feature is None else place.feature


def _points(report: LayerCheck, wanted: set[Named]) -> Mapping[Named, tuple[float, float]]:
    """Return a point inside each of the wanted features that is sound and has its name alone."""
    if report.frame is None:
        return {}
    names: Sequence[Named] = [_named(feature.place) for feature in report.features]
    count = Counter(names)
    rows = [row for row, name in enumerate(names) if name in wanted and name[1] is not None and count[name] == 1]
    shapes = report.frame.geometry.to_numpy()[rows]
    sound = np.flatnonzero(shapely.is_valid(shapes) & ~shapely.is_empty(shapes))
    inside = shapely.get_coordinates(shapely.point_on_surface(shapes[sound]))
    return {names[rows[row]]: (x, y) for row, (x, y) in zip(sound.tolist(), inside.tolist(), strict=True)}


def _at(finding: Finding, points: Mapping[Named, tuple[float, float]]) -> Finding:
    point = None if finding.place.x is not None else points.get(_named(finding.place))
    if point is None:
        return finding
    return replace(finding, place=replace(finding.place, x=point[0], y=point[1]))
