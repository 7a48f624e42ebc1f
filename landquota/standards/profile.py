"""Which checks make sense for a kind of layer, and how much each lets pass."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from landquota.errors import UsageError
from landquota.i18n import text
from landquota.standards.standard import Layer, Tolerances, layers

#: Every check, by the name under which it can be switched off.
CHECKS: Final = (
    "schema",
    "codes",
    "ids",
    "geometry",
    "duplicates",
    "overlaps",
    "gaps",
    "slivers",
    "holes",
    "parts",
    "areas",
    "region",
)
_CONSTRAINT: Final = "constraint"


@dataclass(frozen=True, slots=True)
class Profile:
    """How a layer is checked: the checks by name, and their tolerances."""

    kind: str
    checks: frozenset[str]
    tolerances: Tolerances
    area_method: str = ""

    def asks(self, check: str) -> bool:
        """Return whether the check of that name is made."""
        return check in self.checks

    def without(self, names: Iterable[str]) -> Profile:
        """Return the profile with some checks switched off.

        Raises
        ------
        UsageError
            A name is not that of a check.
        """
        names = frozenset(names)
        for name in sorted(names - set(CHECKS)):
            nearest = difflib.get_close_matches(name, CHECKS, n=1, cutoff=0.5)
            raise UsageError(
                text("'{name}' is not the name of a check", name=name),
                remedy=text("Did you mean '{nearest}'? The checks are: {checks}.", nearest=nearest[0], checks=_ALL)
                if nearest
                else text("The checks are: {checks}.", checks=_ALL),
            )
        return replace(self, checks=self.checks - names)


_ALL: Final = ", ".join(CHECKS)


def profile(kind: str | Layer) -> Profile:
    """Return how a standard layer, or a kind of layer of the catalogue, is checked.

    A layer that is no coverage may have gaps; a context layer may hold points and lines, so
    nothing is asked that only polygons can answer.  A kind that is not known is a constraint.
    """
    layer = kind if isinstance(kind, Layer) else _of_kind(kind)
    off = layer.checks_off | (frozenset() if layer.is_coverage else {"gaps"})
    name = layer.kind if isinstance(kind, Layer) else kind
    return Profile(name, frozenset(CHECKS) - off, layer.tolerances, layer.area_method)


def _of_kind(kind: str) -> Layer:
    known = layers()
    return known[kind] if kind in known else known[_CONSTRAINT]
