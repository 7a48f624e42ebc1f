"""The declared areas of a layer, and how they stand to what was measured in the plane and on the ellipsoid.

A declared area is never replaced by a computed one (domain practice: the area of a document is
legal); what differs is said.  Which of the two computed areas a column states is told by the
figures themselves, at the decimals with which they are written.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np

from landquota.area import Area, Unit, total
from landquota.crs import horizontal
from landquota.ellipsoid import ellipsoidal_areas, planar_areas
from landquota.findings import Finding
from landquota.standards.columns import layer_wide
from landquota.standards.figures import Candidate, Figures, candidates, figures
from landquota.standards.parts import parts_findings
from landquota.standards.profile import Profile, profile
from landquota.standards.schema import recognise
from landquota.standards.standard import Layer, layers

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.formats.table import FeatureTable

    Floats = NDArray[np.float64]
    Mask = NDArray[np.bool_]

Verdict = Literal["planar", "ellipsoid", "both", "neither", "mixed"]

#: Below this share, the features that state the other area are slips and not a second method.
_MIXED: Final = 0.05
_M2: Final = "m²"


class Declared(NamedTuple):
    """The areas that one column declares.

    `areas` has one item per row, None where there is none; where a parcel's area is repeated in
    each of its rows, it stands at the first.  Figures finer than 1/300 m² are rounded half up to
    the `decimals` of `unit`.  A column that software fills (SHAPE_Area) declares nothing of its own.
    """

    column: str
    unit: Unit
    areas: tuple[Area | None, ...]
    decimals: int
    by_software: bool = False

    @property
    def total(self) -> Area:
        """The exact sum."""
        return total(area for area in self.areas if area is not None)


@dataclass(frozen=True, slots=True)
class Stated:
    """How many of a column's areas are the planar one, the one on the ellipsoid, either (`both`) or neither."""

    column: str
    unit: Unit
    decimals: int
    planar: int
    ellipsoid: int
    both: int
    neither: int

    @property
    def verdict(self) -> Verdict:
        """What the column as a whole states; both means that it cannot be decided."""
        decided = self.planar + self.ellipsoid
        if not decided:
            return "both" if self.both else "neither"
        if min(self.planar, self.ellipsoid) >= _MIXED * decided:
            return "mixed"
        return "planar" if self.planar > self.ellipsoid else "ellipsoid"


def declared(table: FeatureTable, measured_m2: Floats | None = None) -> Declared | None:
    """Return the areas that a table declares in its best column, or None where it declares none.

    The unit is that of the whole column: m², 公顷, 亩 or km², by the median of declared to measured.

    Parameters
    ----------
    table
        The features.
    measured_m2
        Shape (rows,): their areas, NaN where there is none; None measures them.
    """
    measured_m2 = _measured(table) if measured_m2 is None else measured_m2
    chosen = _chosen(table, measured_m2, recognise(table))
    if not isinstance(chosen, Figures):
        return None
    rows = zip(chosen.units.tolist(), chosen.there.tolist(), strict=True)
    areas = tuple(Area(units) if there else None for units, there in rows)
    by_software = any(one.field.by_software for one in candidates(table) if one.column.name == chosen.column)
    return Declared(chosen.column, chosen.unit, areas, chosen.decimals, by_software)


def stated(table: FeatureTable, planar_m2: Floats, ellipsoid_m2: Floats) -> Stated | None:
    """Return which computed area a table's declared ones are, counted; None where it declares none."""
    chosen = _chosen(table, _best(planar_m2, ellipsoid_m2), recognise(table))
    return _stated(chosen, planar_m2, ellipsoid_m2) if isinstance(chosen, Figures) else None


def compare(
    table: FeatureTable, planar_m2: Floats, ellipsoid_m2: Floats, *, asked: Profile | None = None
) -> list[Finding]:
    """Compare the areas that a table declares with the measured ones.

    Each is held against the measured area that is nearer, so that neither method is taken for a fault.

    Parameters
    ----------
    table
        The features.
    planar_m2, ellipsoid_m2
        Shape (rows,): the measured areas, NaN where there is none.
    asked
        Tolerances, and whether areas and parts are asked at all; None takes those of the layer.

    Returns
    -------
    list of Finding
        The unit where it is not plain, every feature that differs by more than the tolerance (the
        worst first), the method where it is mixed or not the standard's, and parts that do not
        add up to their parcel.
    """
    layer = recognise(table)
    asked = asked or profile(layer or layers()["constraint"])
    findings: list[Finding] = []
    if asked.asks("areas"):
        chosen = _chosen(table, _best(planar_m2, ellipsoid_m2), layer)
        if isinstance(chosen, Figures):
            findings += _unit_findings(table, chosen, layer)
            findings += _differing(table, chosen, planar_m2, ellipsoid_m2, asked)
            findings += _method_findings(table, _stated(chosen, planar_m2, ellipsoid_m2), asked)
        elif chosen is not None:
            findings.append(_no_unit(table, chosen, _best(planar_m2, ellipsoid_m2)))
    if asked.asks("parts"):
        findings += parts_findings(table, _best(planar_m2, ellipsoid_m2))
    return findings


def _measured(table: FeatureTable) -> Floats:
    """Return what the features measure: in the plane, or on the ellipsoid where coordinates are angles."""
    crs = table.frame.crs
    geometries = table.frame.geometry.to_numpy()
    if crs is None:
        return np.full(len(geometries), np.nan)
    system = horizontal(crs)
    if system.is_geographic:
        return ellipsoidal_areas(geometries, crs)
    return np.asarray(planar_areas(geometries) * system.axis_info[0].unit_conversion_factor ** 2)


def _best(planar_m2: Floats, ellipsoid_m2: Floats) -> Floats:
    return np.where(np.isfinite(ellipsoid_m2), ellipsoid_m2, planar_m2)


def _chosen(table: FeatureTable, measured_m2: Floats, layer: Layer | None) -> Figures | Candidate | None:
    """Return the areas of the best column; the column itself where its unit is not known; None where there is none."""
    doubtful = None
    for candidate in candidates(table):
        known = figures(table, candidate, measured_m2, _prescribed(candidate, layer))
        if known is not None:
            return known
        if not candidate.field.by_software and (measured_m2 > 0).any():
            doubtful = doubtful or candidate
    return doubtful


def _prescribed(candidate: Candidate, layer: Layer | None) -> Unit | None:
    """Return the unit in which a column has to be: by its heading, or by the standard; None where nothing says it."""
    if candidate.heading is not None:
        return candidate.heading
    named = layer is not None and candidate.column.name.upper() in {field.name for field in layer.fields}
    return Unit.M2 if named and layer is not None and layer.area_unit == _M2 else None


def _unit_findings(table: FeatureTable, chosen: Figures, layer: Layer | None) -> Iterator[Finding]:
    candidate = next(one for one in candidates(table) if one.column.name == chosen.column)
    expected = _prescribed(candidate, layer)
    if expected is not None and expected is not chosen.unit:
        params = {"column": chosen.column, "unit": chosen.unit, "expected": expected}
        yield layer_wide("AREA-COLUMN-UNIT-DIFFERS", table, chosen.column, **params)


def _no_unit(table: FeatureTable, candidate: Candidate, measured_m2: Floats) -> Finding:
    numbers = candidate.column.numbers()
    rows = (numbers > 0) & (measured_m2 > 0)
    ratio = float(np.median(numbers[rows] / measured_m2[rows])) if rows.any() else 0.0
    name = candidate.column.name
    return layer_wide("AREA-COLUMN-UNIT", table, name, column=name, ratio=f"{ratio:.4g}")


def _differing(
    table: FeatureTable, chosen: Figures, planar_m2: Floats, ellipsoid_m2: Floats, asked: Profile
) -> Iterator[Finding]:
    """Name the features whose declared area is further from both measured ones than the tolerance."""
    stated_m2 = chosen.areas_m2
    planar_m2, ellipsoid_m2 = chosen.summed(planar_m2), chosen.summed(ellipsoid_m2)
    by_planar_m2, by_ellipsoid_m2 = np.abs(stated_m2 - planar_m2), np.abs(stated_m2 - ellipsoid_m2)
    off_m2 = np.fmin(by_planar_m2, by_ellipsoid_m2)
    nearer_m2 = np.where(off_m2 == by_planar_m2, planar_m2, ellipsoid_m2)
    # What the last written digit cannot tell is no difference: 0.01 亩 is 6.67 m².
    least_m2 = max(asked.tolerances.area_m2, chosen.step / Unit.M2.size / 2)
    far = off_m2 > np.maximum(least_m2, asked.tolerances.area_far_share * nearer_m2)
    rows = np.flatnonzero(off_m2 > np.maximum(least_m2, asked.tolerances.area_share * nearer_m2))
    worst = rows[np.argsort(-off_m2[rows] / np.maximum(nearer_m2[rows], 1.0), kind="stable")]
    for row in worst.tolist():
        code = "AREA-FEATURE-FAR" if far[row] else "AREA-FEATURE-DIFFERS"
        areas = {"planar": _m2_text(planar_m2[row]), "ellipsoid": _m2_text(ellipsoid_m2[row])}
        said = _difference(chosen, row, nearer_m2[row])
        yield Finding(code, replace(table.places[row], column=chosen.column), {**areas, **said})


def _difference(chosen: Figures, row: int, measured_m2: float) -> dict[str, object]:
    """Return what a row declares, and by how much that is off."""
    area = Area(int(chosen.units[row]))
    by_m2 = area.units / Unit.M2.size - measured_m2
    return {
        "column": chosen.column,
        "declared": area.in_unit(chosen.unit, chosen.decimals),
        "unit": chosen.unit,
        "by": f"{by_m2:+.2f}",
        "percent": f"{by_m2 / max(measured_m2, 1.0):+.3%}",
    }


def _m2_text(area_m2: float) -> str:
    """Return an area with 2 decimals; a dash where there is none."""
    return f"{area_m2:.2f}" if np.isfinite(area_m2) else "—"


def _stated(chosen: Figures, planar_m2: Floats, ellipsoid_m2: Floats) -> Stated:
    planar = _states(chosen, chosen.summed(planar_m2))
    ellipsoid = _states(chosen, chosen.summed(ellipsoid_m2))
    return Stated(
        chosen.column,
        chosen.unit,
        chosen.decimals,
        planar=int((planar & ~ellipsoid).sum()),
        ellipsoid=int((ellipsoid & ~planar).sum()),
        both=int((planar & ellipsoid).sum()),
        neither=int((chosen.there & ~planar & ~ellipsoid).sum()),
    )


def _states(chosen: Figures, measured_m2: Floats) -> Mask:
    """Return where a measured area rounds to the declared one, as :func:`landquota.ellipsoid.matches` does one by one.

    Measured areas are rounded half up; noise below 1e-6 m² decides no rounding.
    """
    per_step = Unit.M2.size / chosen.step
    with np.errstate(invalid="ignore"):
        steps = np.floor(np.round(measured_m2, 6) * per_step + 0.5 + 0.5e-6 * per_step)
    written = chosen.units // chosen.step
    return np.asarray(chosen.there & (steps == written))


def _method_findings(table: FeatureTable, said: Stated, asked: Profile) -> Iterator[Finding]:
    """Say once for the layer when its areas are of two kinds, or not of the kind that the standard asks for."""
    params = {
        "column": said.column,
        "planar": said.planar,
        "ellipsoid": said.ellipsoid,
        "both": said.both,
        "neither": said.neither,
    }
    if said.verdict == "mixed":
        yield layer_wide("AREA-METHOD-MIXED", table, said.column, **params)
    elif asked.area_method == "ellipsoid" and said.verdict == "planar":
        yield layer_wide("AREA-METHOD-PLANAR", table, said.column, **params)
