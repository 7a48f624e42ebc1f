"""What an overlay has found: areas by pair and by class, the answers, and rows that add up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np
import pandas as pd

from landquota.area import Area
from landquota.findings import Finding
from landquota.overlay.layer import Layer
from landquota.overlay.parcels import Parcels
from landquota.overlay.rows import Answer, Answered, Part, Role
from landquota.overlay.shares import shared
from landquota.overlay.tables import Cover, Pairs, Pieces, counted, summed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from landquota.overlay.tables import Bools, Floats, Ints

By = Literal["class", "feature"]

#: Areas weigh in millionths of a square metre, the precision in which they are conserved.
_WEIGHTS_PER_M2: Final = 1e6
#: Surveys state hundredths of a square metre, 3 units: an official area in them is shared out in them.
_SURVEY_UNITS: Final = 3
_HUNDREDTHS: Final = 10_000
_ROLES: Final = tuple(Role)


class Table(NamedTuple):
    """The rows of :meth:`Overlay.parts` as columns, all of shape (rows,)."""

    parcel: Ints  # row of the parcels
    role: Ints  # place in Role
    label: NDArray[np.object_]
    area_planar_m2: Floats
    units: Ints  # of 1/300 m²
    hundredths: Ints  # of a percent
    pieces: Ints
    sliver_m2: Floats


@dataclass(frozen=True)
class Overlay:
    """Parcels laid over one layer.

    Attributes
    ----------
    parcels, layer
        What was asked.
    pairs
        Every parcel and feature that share ground.
    cover
        What of each parcel is covered twice, or not at all.
    pieces
        The connected pieces of ground, where they were asked for.
    findings
        What is wrong with the layer: OVERLAY-DOUBLE, and OVERLAY-SNAPPED where areas added up
        only on a grid.
    """

    parcels: Parcels
    layer: Layer
    pairs: Pairs
    cover: Cover
    pieces: Pieces | None
    findings: tuple[Finding, ...]

    def parts(self, *, by: By = "class") -> tuple[Part, ...]:
        """Return the rows of all parcels, in the parcels' order, each parcel's as the roles are listed.

        Parameters
        ----------
        by
            Whether parts are those of a class, or of single features.
        """
        table = self.table(by=by)
        columns = (column.tolist() for column in table)
        return tuple(
            Part(self.parcels.ids[parcel], _ROLES[role], label, area_m2, Area(units), share, pieces, sliver_m2)
            for parcel, role, label, area_m2, units, share, pieces, sliver_m2 in zip(*columns, strict=True)
        )

    def table(self, *, by: By = "class") -> Table:
        """Return what :meth:`parts` does, as columns."""
        rows = _sorted(_rows(self, by))
        weights = np.rint(rows.area_planar_m2 * _WEIGHTS_PER_M2).astype(np.int64)
        units, step = self.parcels.units, np.where(self.parcels.units % _SURVEY_UNITS == 0, _SURVEY_UNITS, 1)
        percents = np.full(len(self.parcels), _HUNDREDTHS)
        return rows._replace(
            units=_apportioned(rows, weights, units // step) * step[rows.parcel],
            hundredths=_apportioned(rows, weights, percents),
        )

    def answers(self) -> tuple[Answered, ...]:
        """Return what the layer says of each parcel, in the parcels' order."""
        area, concerned, sliver = self.parcels.areas_m2, *self._covered()
        answer = np.where(concerned > 0, 0, np.where(self._unknown(), 2, 1))
        kinds = tuple(Answer)
        columns = (area, concerned, sliver, self.cover.double_m2, self.cover.remainder_m2, self.cover.no_data_m2)
        figures = zip(*(column.tolist() for column in columns), strict=True)
        return tuple(
            Answered(parcel, kinds[kind], *row)
            for parcel, kind, row in zip(self.parcels.ids, answer.tolist(), figures, strict=True)
        )

    def _covered(self) -> tuple[Floats, Floats]:
        """Return what of each parcel features cover, without slivers, and in slivers."""
        pairs, count = self.pairs, len(self.parcels)
        sliver = summed(pairs.sliver_m2, pairs.parcel, count)
        return summed(pairs.area_m2 - pairs.sliver_m2, pairs.parcel, count), sliver

    def _unknown(self) -> Bools:
        """Return the parcels of which the layer does not speak, at least in a part that is no sliver."""
        area = self.parcels.areas_m2
        known: Bools = self.cover.no_data_m2 < np.minimum(self.layer.sliver_m2, area / 2)
        return ~known | (area <= 0)


def _rows(overlay: Overlay, by: By) -> Table:
    """Return the rows without their shares, in any order."""
    parts, slivers = _parts(overlay, by), _slivers(overlay)
    cover, area = overlay.cover, overlay.parcels.areas_m2
    nowhere = np.flatnonzero(area <= 0)
    tables = [
        parts,
        slivers,
        _beyond(cover.remainder_m2, Role.REMAINDER),
        _beyond(cover.no_data_m2, Role.NO_DATA),
        _of(nowhere, Role.NO_DATA, np.zeros(len(nowhere))),
        _beyond(cover.double_m2, Role.DOUBLE),
    ]
    return Table._make(np.concatenate(column) for column in zip(*tables, strict=True))


def _parts(overlay: Overlay, by: By) -> Table:
    """Return one row for each parcel and class (or feature) that share ground."""
    pairs = overlay.pairs
    labels = overlay.layer.labels if by == "class" else overlay.layer.ids
    codes, names = pd.factorize(np.asarray(labels, dtype=object)[pairs.feature], sort=True)
    keys, rows = np.unique(pairs.parcel * max(len(names), 1) + codes, return_inverse=True)
    parcel, label = np.divmod(keys, max(len(names), 1))
    sliver_m2 = summed(pairs.sliver_m2, rows, len(keys))
    area_m2 = summed(pairs.area_m2 - pairs.sliver_m2, rows, len(keys))
    pieces = np.bincount(rows, pairs.pieces, len(keys)).astype(np.int64)
    return _of(parcel, Role.PART, area_m2)._replace(label=names[label], pieces=pieces, sliver_m2=sliver_m2)


def _slivers(overlay: Overlay) -> Table:
    pairs = overlay.pairs
    thin = pairs.sliver_m2 > 0
    count = len(overlay.parcels)
    area_m2 = summed(pairs.sliver_m2[thin], pairs.parcel[thin], count)
    pieces = counted(pairs.parcel[thin], count)
    there = np.flatnonzero(pieces)
    return _of(there, Role.SLIVER, area_m2[there])._replace(pieces=pieces[there])


def _beyond(area_m2: Floats, role: Role) -> Table:
    there = np.flatnonzero(area_m2 * _WEIGHTS_PER_M2 >= 0.5)  # noqa: PLR2004 - half of the smallest weight
    return _of(there, role, area_m2[there])


def _of(parcel: Ints, role: Role, area_m2: Floats) -> Table:
    none = np.zeros(len(parcel), dtype=np.int64)
    label = np.full(len(parcel), "", dtype=object)
    return Table(parcel, none + _ROLES.index(role), label, area_m2, none, none, none, np.zeros(len(parcel)))


def _sorted(rows: Table) -> Table:
    """Return the rows by parcel and role; labels are in order already."""
    order = np.lexsort((rows.role, rows.parcel))
    return Table._make(column[order] for column in rows)


def _apportioned(rows: Table, weights: Ints, wholes: Ints) -> Ints:
    """Return the shares of rows in their parcel's whole: all but doubly covered add up to it and that."""
    double = rows.role == _ROLES.index(Role.DOUBLE)
    total = np.zeros(len(wholes), dtype=np.int64)
    np.add.at(total, rows.parcel[~double], weights[~double])
    np.subtract.at(total, rows.parcel[double], weights[double])
    shares = np.zeros(len(weights), dtype=np.int64)
    twice = rows.parcel[double]
    for row, parcel in zip(np.flatnonzero(double).tolist(), twice.tolist(), strict=True):
        shares[row] = (2 * int(wholes[parcel]) * int(weights[row]) + int(total[parcel])) // (2 * int(total[parcel]))
    gross = wholes.copy()
    gross[twice] += shares[double]
    weights = np.where(total[rows.parcel] <= 0, 1, weights)  # a parcel without ground has one row, which gets all
    shares[~double] = shared(gross, weights[~double], rows.parcel[~double])
    return shares
