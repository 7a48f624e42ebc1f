"""批而未供: what of each approved parcel no supply covers, and which parcels count as supplied.

A parcel counts as supplied where more than a threshold of its official area is supplied; the
ground that is left is the approved ground with all supplies erased from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import geopandas
import numpy as np

from landquota import topology
from landquota.analyses.ground import Ground, divided
from landquota.analyses.laid import as_layer, as_parcels, laid, measured
from landquota.analyses.tasks import Progress, silent
from landquota.analyses.tiles import some
from landquota.area import Area, total
from landquota.errors import UsageError
from landquota.findings import Finding, Place
from landquota.i18n import Text, text
from landquota.overlay import Layer, Parcels

if TYPE_CHECKING:
    from landquota.analyses.erasing import Pieces
    from landquota.analyses.land import Land
    from landquota.analyses.tiles import Unread

#: Above this share a parcel counts as supplied.
THRESHOLD: Final = Decimal("0.95")
#: Where that figure comes from: it is read in a bureau's program, not in a regulation.
BASIS: Final = text("working practice of bureaus (supplied ÷ approved > 0.95), not a legal limit; set your own")
CHOSEN: Final = text("chosen for this run")


class Status(StrEnum):
    """Whether an approved parcel counts as supplied."""

    SUPPLIED = "supplied"
    PARTLY = "partly supplied"
    UNSUPPLIED = "not supplied"
    NO_DATA = "no data"


@dataclass(frozen=True, slots=True)
class Row:
    """One approved parcel, or several together.

    Official areas: `approved` = `supplied` + `unsupplied` + `sliver` + `no_data`, exactly.

    Attributes
    ----------
    supplied
        What supplies cover, each piece of ground once, without slivers.
    sliver
        Pieces below the threshold, supplied and unsupplied ones.
    no_data
        Ground of which nothing is known: of parcels whose geometry cannot be measured, and round
        supplies whose geometry cannot.
    double
        What supplies cover more than once, as often as it is too much; in no sum.
    """

    parcel: str
    batch: str
    status: Status
    approved: Area
    supplied: Area
    unsupplied: Area
    sliver: Area
    no_data: Area
    double: Area
    supplies: tuple[str, ...] = ()
    parcels: int = 1

    @property
    def share(self) -> Fraction:
        """What is supplied of what is approved."""
        return Fraction(self.supplied.units, self.approved.units) if self.approved else Fraction(0)


@dataclass(frozen=True)
class Unsupplied:
    """What is approved and not supplied.

    Attributes
    ----------
    rows
        One for each approved parcel, in the layer's order.
    batches
        One for each batch, in the order of its first parcel; empty where there are no batches.
    rest
        The unsupplied pieces without slivers, in the parcels' system.
    outside
        The pieces of supplies that lie in no approved parcel, without slivers, by the supply's row.
    findings
        OVERLAY-DOUBLE where supplies overlap, SUPPLY-NOT-APPROVED where they lie outside.
    """

    ground: Ground
    threshold: Decimal
    rows: tuple[Row, ...]
    batches: tuple[Row, ...]
    outside: Pieces
    findings: tuple[Finding, ...]

    @property
    def rest(self) -> Pieces:
        """The unsupplied pieces."""
        return self.ground.rest

    @property
    def basis(self) -> Text:
        """Where the threshold comes from."""
        return BASIS if self.threshold == THRESHOLD else CHOSEN

    @property
    def total(self) -> Row:
        """All parcels together."""
        return _together("", self.rows, self.threshold)

    def of_status(self, *statuses: Status) -> Row:
        """Return the parcels of some statuses together."""
        return _together("", [row for row in self.rows if row.status in statuses], self.threshold)


def unsupplied(
    approved: Parcels | Unread[Parcels],
    supplied: Layer | Unread[Layer],
    *,
    batches: Sequence[str] | None = None,
    threshold: Decimal = THRESHOLD,
    keep_pieces: bool = True,
    progress: Progress = silent,
) -> Unsupplied:
    """Find what of approved parcels is not supplied.

    Parameters
    ----------
    approved
        The approved parcels, with their official areas.
    supplied
        The supplied parcels in the same system; a register of supplies is complete, so that
        what it does not cover is not supplied.
    batches
        The batch of each approved parcel.
    threshold
        A parcel counts as supplied above this share of its official area, from 0 to below 1.
    keep_pieces
        Whether the polygons of what is left are kept, to be drawn or written.
    progress
        Called with what is done and how much there is to do.

    Raises
    ------
    UsageError
        The threshold is no share.
    NotConserved
        A parcel is not the sum of its parts within 1e-6 m².
    """
    if not 0 <= threshold < 1:
        raise UsageError(
            text("The threshold {value} is not from 0 to below 1", value=threshold),
            remedy=text("Write it as a fraction: 0.95 for 95 %."),
        )
    ground = divided(approved, supplied, keep_pieces=keep_pieces, progress=progress)
    rows = tuple(_rows(ground, batches, threshold))
    approvals = as_layer(approved, "approved", sliver_m2=ground.layer.sliver_m2)
    beyond = divided(measured(as_parcels(supplied)), approvals, keep_pieces=keep_pieces, progress=progress)
    findings = (*ground.findings(), *_outside(beyond, ground.layer))
    return Unsupplied(ground, threshold, rows, _by_batch(rows, threshold), beyond.rest, findings)


def overlapping(land: Land, *, sliver_m2: float) -> list[Finding]:
    """Name the approved parcels that cover the same ground: it counts in each of them."""
    parcels = land.parcels
    pairs = laid(parcels, as_layer(parcels, land.given.name, sliver_m2=0.0)).pairs
    suspects = np.unique(pairs.parcel[(pairs.parcel != pairs.feature) & (pairs.area_m2 > sliver_m2)])
    mine = some(parcels, suspects)
    frame = geopandas.GeoDataFrame({"parcel": list(mine.ids)}, geometry=mine.geometries, crs=land.crs)
    found = topology.overlaps(frame, id_column="parcel", tolerance_m2=sliver_m2, file=land.given.file)
    return [finding for finding in found if finding.code != "GEOM-SKIPPED"]


def _rows(ground: Ground, batches: Sequence[str] | None, threshold: Decimal) -> list[Row]:
    parcels, units, supplies = ground.parcels, ground.units(), _supplies(ground)
    named = [""] * len(parcels) if batches is None else batches
    columns = [column.tolist() for column in (parcels.units, *units, ground.unmeasured)]
    rows = []
    for row, (whole, covered, rest, no_data, sliver, double, unmeasured) in enumerate(zip(*columns, strict=True)):
        status = Status.NO_DATA if unmeasured else _status(covered, whole, threshold)
        rows.append(
            Row(
                parcels.ids[row],
                named[row],
                status,
                approved=Area(whole),
                supplied=Area(covered),
                unsupplied=Area(rest),
                sliver=Area(sliver),
                no_data=Area(no_data),
                double=Area(double),
                supplies=supplies[row],
            )
        )
    return rows


def _supplies(ground: Ground) -> list[tuple[str, ...]]:
    """Return the names of the supplies that cover more of each parcel than a sliver."""
    pairs, ids = ground.pairs, ground.layer.ids
    names: list[tuple[str, ...]] = [()] * len(ground.parcels)
    real = pairs.area_m2 > pairs.sliver_m2
    parcel, feature = pairs.parcel[real], pairs.feature[real].tolist()
    starts = np.searchsorted(parcel, np.arange(len(names) + 1)).tolist()
    for row in np.unique(parcel).tolist():
        names[row] = tuple(ids[each] for each in feature[starts[row] : starts[row + 1]])
    return names


def _status(supplied: int, approved: int, threshold: Decimal) -> Status:
    if supplied > 0 and supplied > Fraction(threshold) * approved:
        return Status.SUPPLIED
    return Status.PARTLY if supplied > 0 else Status.UNSUPPLIED


def _by_batch(rows: Sequence[Row], threshold: Decimal) -> tuple[Row, ...]:
    batches: dict[str, list[Row]] = {}
    for row in rows:
        batches.setdefault(row.batch, []).append(row)
    return tuple(_together(batch, each, threshold) for batch, each in batches.items()) if set(batches) - {""} else ()


def _together(batch: str, rows: Sequence[Row], threshold: Decimal) -> Row:
    """Return rows added up; as a whole they count as supplied by the same rule."""
    columns = ("approved", "supplied", "unsupplied", "sliver", "no_data", "double")
    sums = {column: total(getattr(row, column) for row in rows) for column in columns}
    status = _status(sums["supplied"].units, sums["approved"].units, threshold)
    if rows and all(row.status is Status.NO_DATA for row in rows):
        status = Status.NO_DATA
    supplies = tuple(dict.fromkeys(name for row in rows for name in row.supplies))
    return Row("", batch, status, **sums, supplies=supplies, parcels=len(rows))


def _outside(ground: Ground, supplied: Layer) -> list[Finding]:
    """Name each supply that lies outside every approved parcel, with how much of it and where."""
    largest: dict[int, int] = {}
    for piece in np.argsort(ground.rest.area_m2, kind="stable").tolist():
        largest[int(ground.rest.parcel[piece])] = piece
    points, whole = ground.rest.points, ground.parcels.areas_m2
    found = []
    for row in sorted(largest):
        x, y = points[largest[row]].tolist()
        outside, of = Area.measured(ground.rest_m2[row]), Area.measured(whole[row])
        place = Place(file=supplied.file or supplied.name, feature=supplied.ids[row], x=x, y=y)
        params = {"supply": supplied.ids[row], "area": outside, "m2": outside.m2, "of": of.m2}
        found.append(Finding("SUPPLY-NOT-APPROVED", place, params))
    return found
