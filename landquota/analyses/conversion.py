"""New construction land (新增建设用地): what of a parcel was farmland or unused land before.

Quota for conversion is used by what is converted: farmland (农用地) and unused land (未利用地).
What was construction land already uses none, and what no patch of the land-use layer covers, or
one of an unknown class, is said to be unknown and never counted as either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from landquota.analyses.classes import GROUPS
from landquota.analyses.composition import Composition, Row
from landquota.area import Area, total
from landquota.overlay import Role

_FARMLAND, _CONSTRUCTION, _UNUSED = GROUPS
#: The kind of the layers that say what land is used for.
LAND_USE: Final = "land_use"


@dataclass(frozen=True, slots=True)
class Conversion:
    """What one parcel, or several together, are made of by great class; the parts add up to `area`.

    Attributes
    ----------
    area
        The official area.
    farmland
        农用地; `cultivated` is what of it is 耕地.
    unused
        未利用地.
    construction
        建设用地 already.
    unknown
        Of no class that is known: no patch, a class of no great class, slivers; ground that
        patches cover twice is taken off.
    """

    area: Area
    farmland: Area
    cultivated: Area
    unused: Area
    construction: Area
    unknown: Area

    @property
    def new_construction(self) -> Area:
        """What conversion uses quota for."""
        return self.farmland + self.unused

    @classmethod
    def of(cls, rows: Iterable[Row], *, groups: Mapping[str, str], cultivated: frozenset[str]) -> Conversion:
        """Return the sums of rows of a composition.

        Parameters
        ----------
        rows
            Those of one parcel, or of several.
        groups
            The great class of each class.
        cultivated
            The classes that are 耕地.
        """
        several = list(rows)

        def of_group(group: str) -> Area:
            return total(r.area for r in several if r.role is Role.PART and groups.get(r.label) == group)

        whole = total(row.area for row in several)
        farmland, unused, construction = of_group(_FARMLAND), of_group(_UNUSED), of_group(_CONSTRUCTION)
        return cls(
            area=whole,
            farmland=farmland,
            cultivated=total(r.area for r in several if r.role is Role.PART and r.label in cultivated),
            unused=unused,
            construction=construction,
            unknown=whole - farmland - unused - construction,
        )

    def __add__(self, other: Conversion) -> Conversion:
        return Conversion(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def conversions(composition: Composition) -> dict[str, Conversion]:
    """Return what each parcel of a composition converts, by parcel."""
    classes = composition.classes
    rows: dict[str, list[Row]] = {parcel: [] for parcel in composition.land.ids}
    for row in composition.rows:
        rows[row.parcel].append(row)
    return {
        parcel: Conversion.of(several, groups=classes.groups, cultivated=classes.cultivated)
        for parcel, several in rows.items()
    }
