"""The reference system of a layer: what its file declares, and what its coordinates say to that.

Where the coordinates contradict the declaration and leave one explanation only, they are read
that way and a finding says what was declared, what was found and what was taken.  Where they
leave none or several, they are refused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import TYPE_CHECKING

import shapely

from landquota.crs import (
    DATUM_LABELS,
    EARTH_M,
    OLD_DATUMS,
    Zone,
    datum,
    describe,
    horizontal,
    same,
)
from landquota.findings import Finding, Place
from landquota.formats.location.candidates import (
    Basis,
    Hints,
    Reading,
    declared_otherwise,
    in_feet,
    relabelled,
    undeclared,
)
from landquota.formats.location.evidence import Box, Fault, Region, fault, lies_in, lies_on_the_globe
from landquota.i18n import Text, text

if TYPE_CHECKING:
    import numpy as np
    import pyproj
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Resolution:
    """What was taken for a layer's reference system.

    Attributes
    ----------
    crs
        The system, or None where it cannot be known.
    swapped
        The file writes north before east (latitude before longitude): its coordinates are in
        `crs` only after :meth:`oriented`.
    """

    crs: pyproj.CRS | None
    swapped: bool = False

    def oriented(self, geometries: NDArray[np.object_]) -> NDArray[np.object_]:
        """Return geometries, shape (n,), with coordinates in east, north order; heights stay."""
        if not self.swapped:
            return geometries
        turned: NDArray[np.object_] = geometries.copy()
        for include_z, order in ((False, [1, 0]), (True, [1, 0, 2])):
            these = shapely.has_z(geometries) == include_z
            turned[these] = shapely.transform(
                geometries[these],
                lambda xyz, order=order: xyz[:, order],  # type: ignore[misc]
                include_z=include_z,
            )
        return turned


@dataclass(frozen=True, slots=True)
class _Layer:
    """The coordinates to be explained, and what is known besides them."""

    box: Box
    place: Place
    hints: Hints

    @property
    def region(self) -> Region | None:
        return self.hints.region


_Located = tuple[Resolution, list[Finding]]
_UNKNOWN = Resolution(None)


def locate(
    declared: pyproj.CRS | None,
    bounds: tuple[float, float, float, float] | None,
    *,
    place: Place,
    stated: pyproj.CRS | None = None,
    region: Region | None = None,
    assumed_meridian_deg: int = 120,
) -> _Located:
    """Decide the reference system of a layer, and the order of its axes.

    Parameters
    ----------
    declared
        What the file declares, if anything.
    bounds
        Least and greatest first coordinate and second coordinate, as (first, second, first,
        second), in the file's own order and units; None where it has none.
    place
        The layer, for findings.
    stated
        What the user says it is: the last word, whatever the file says.
    region
        West, south, east, north in degrees of where the data is expected.  It decides between
        systems that look alike, and makes weak evidence strong.
    assumed_meridian_deg
        Central meridian of the 3-degree zone to assume for eastings of six digits without a
        declaration, where no region is known.

    Returns
    -------
    tuple
        The system and the order of the axes, with findings.  Taken: CRS-INFERRED, CRS-ASSUMED
        (undeclared), CRS-PREFIX, CRS-AXES-SWAPPED, CRS-RELABELLED (contradicted), CRS-STATED
        (overruled), CRS-OUTSIDE-REGION (far from where it is expected).  Refused, the system then
        is None: CRS-UNKNOWN, CRS-MISMATCH, CRS-AMBIGUOUS, CRS-FEET.  CRS-DATUM marks a datum
        older than CGCS2000 that stays as it is.

    Raises
    ------
    InputError
        `assumed_meridian_deg` is no central meridian.
    """
    Zone.at_meridian(assumed_meridian_deg)
    if bounds is None:
        return Resolution(stated or declared), _overruled(declared, stated, place)
    layer = _Layer(Box(*bounds), place, Hints(region, assumed_meridian_deg))
    if stated is not None:
        resolution, findings = _stated(layer, stated)
        findings = [*_overruled(declared, stated, place), *findings]
    elif declared is not None:
        resolution, findings = _declared(layer, declared)
    else:
        resolution, findings = _undeclared(layer)
    return resolution, [*findings, *_old_datum(resolution.crs, place)]


def _stated(layer: _Layer, stated: pyproj.CRS) -> _Located:
    """Take the user's word for the system; the axes may still be swapped."""
    found = fault(stated, layer.box)
    outside = layer.region is not None and not lies_in(stated, layer.box, layer.region)
    if found is None and not outside:
        return Resolution(stated), []
    swapped = [r for r in declared_otherwise(stated, layer.box, layer.hints) if r.basis is Basis.DECLARED]
    if swapped:
        return Resolution(stated, swapped=True), [_swapped(layer, stated)]
    if found is None:
        return Resolution(stated), _outside(layer, stated)
    params = {"stated": describe(stated), "reason": found.reason}
    return Resolution(stated), [Finding("CRS-STATED", _at(layer.place, found.x, found.y), params)]


def _outside(layer: _Layer, crs: pyproj.CRS) -> list[Finding]:
    """Say that a layer lies far from where it is expected, where its place can be known."""
    if not lies_on_the_globe(crs, layer.box):
        return []
    x, y = layer.box.corners[0]
    return [Finding("CRS-OUTSIDE-REGION", _at(layer.place, x, y), {"crs": describe(crs), "x": x, "y": y})]


def _overruled(declared: pyproj.CRS | None, stated: pyproj.CRS | None, place: Place) -> list[Finding]:
    if declared is None or stated is None or same(declared, stated):
        return []
    reason = text("the file declares {crs}", crs=describe(declared))
    return [Finding("CRS-STATED", place, {"stated": describe(stated), "reason": reason, "file": describe(declared)})]


def _declared(layer: _Layer, declared: pyproj.CRS) -> _Located:
    found = fault(declared, layer.box)
    if found is None and (layer.region is None or lies_in(declared, layer.box, layer.region)):
        return Resolution(declared), []
    readings = _near(
        layer, [*declared_otherwise(declared, layer.box, layer.hints), *relabelled(declared, layer.box, layer.hints)]
    )
    if found is None:
        # It could be data from elsewhere, unless it lies in the region when read in one other way.
        readings = [r for r in readings if _lies_near(layer, r)]
        feet = None if readings or not layer.region else in_feet(declared, layer.box, layer.hints)
        if not readings and feet is None:
            return Resolution(declared), _outside(layer, declared)
        found = Fault(
            text("its coordinates lie far outside the region of the project"), layer.box.west, layer.box.south
        )
    if len(readings) == 1:
        return _taken(layer, declared, found, readings[0])
    if readings:
        return _UNKNOWN, [_ambiguous(layer, readings)]
    feet = in_feet(declared, layer.box, layer.hints)
    return _UNKNOWN, [_mismatch(layer, declared, found) if feet is None else _feet(layer, declared, feet)]


def _undeclared(layer: _Layer) -> _Located:
    readings = undeclared(layer.box, layer.hints)
    if len(readings) > 1:
        return _UNKNOWN, [_ambiguous(layer, readings)]
    if not readings:
        feet = in_feet(None, layer.box, layer.hints)
        return _UNKNOWN, [_unknown(layer) if feet is None else _feet(layer, None, feet)]
    (reading,) = readings
    code = "CRS-INFERRED" if reading.basis is Basis.PREFIX else "CRS-ASSUMED"
    box = layer.box.swapped if reading.swapped else layer.box
    findings = [Finding(code, layer.place, {"crs": describe(reading.crs), "x": box.west, "y": box.south})]
    if reading.swapped:
        findings.append(_swapped(layer, reading.crs))
    return Resolution(reading.crs, reading.swapped), findings


def _taken(layer: _Layer, declared: pyproj.CRS, found: Fault, reading: Reading) -> _Located:
    """Return a reading other than the declared one, with findings that say so."""
    findings = []
    if reading.basis is not Basis.DECLARED:
        code = "CRS-PREFIX" if reading.basis is Basis.SISTER else "CRS-RELABELLED"
        still = fault(declared, layer.box.swapped) if reading.swapped else found
        reason = found.reason if still is None else still.reason
        params = {"declared": describe(declared), "reason": reason, "x": found.x, "y": found.y}
        findings.append(Finding(code, layer.place, params | {"crs": describe(reading.crs)}))
    if reading.swapped:
        findings.append(_swapped(layer, reading.crs))
    return Resolution(reading.crs, reading.swapped), findings


def _near(layer: _Layer, readings: list[Reading]) -> list[Reading]:
    """Return the readings that lie in the region, or all where none does."""
    return [r for r in readings if _lies_near(layer, r)] or readings


def _lies_near(layer: _Layer, reading: Reading) -> bool:
    box = layer.box.swapped if reading.swapped else layer.box
    return layer.region is not None and lies_in(reading.crs, box, layer.region)


def _swapped(layer: _Layer, crs: pyproj.CRS) -> Finding:
    degrees = horizontal(crs).is_geographic
    order = text("latitude stands before longitude") if degrees else text("north stands before east")
    return Finding("CRS-AXES-SWAPPED", layer.place, {"order": order, "x": layer.box.west, "y": layer.box.south})


def _old_datum(crs: pyproj.CRS | None, place: Place) -> list[Finding]:
    old = None if crs is None else datum(crs)
    if crs is None or old is None or old not in OLD_DATUMS:
        return []
    return [Finding("CRS-DATUM", place, {"crs": describe(crs), "datum": DATUM_LABELS[old]})]


def _unknown(layer: _Layer) -> Finding:
    x, y = layer.box.corners[0]
    return Finding("CRS-UNKNOWN", _at(layer.place, x, y), {"x": x, "y": y})


def _ambiguous(layer: _Layer, readings: tuple[Reading, ...] | list[Reading]) -> Finding:
    x, y = layer.box.corners[0]
    said = [describe(reading.crs) for reading in readings]
    systems = reduce(lambda some, more: text("{some}; {more}", some=some, more=more), said)
    return Finding("CRS-AMBIGUOUS", _at(layer.place, x, y), {"x": x, "y": y, "systems": systems})


def _feet(layer: _Layer, declared: pyproj.CRS | None, crs: pyproj.CRS) -> Finding:
    x, y = layer.box.corners[0]
    label = (
        text("no coordinate reference system is declared")
        if declared is None
        else text("{crs} is declared", crs=describe(declared))
    )
    return Finding("CRS-FEET", _at(layer.place, x, y), {"label": label, "x": x, "y": y, "crs": describe(crs)})


def _mismatch(layer: _Layer, declared: pyproj.CRS, found: Fault) -> Finding:
    fits = () if datum(declared) in OLD_DATUMS else undeclared(layer.box, layer.hints)
    likely: Text | str = text(" They would fit {crs}.", crs=describe(fits[0].crs)) if fits else ""
    params = {"declared": describe(declared), "reason": found.reason, "x": found.x, "y": found.y, "likely": likely}
    return Finding("CRS-MISMATCH", _at(layer.place, found.x, found.y), params)


def _at(place: Place, x: float, y: float) -> Place:
    return replace(place, x=x, y=y) if max(abs(x), abs(y)) <= EARTH_M else place
