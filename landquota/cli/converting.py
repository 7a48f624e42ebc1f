"""How much quota a commitment for a parcel takes: 新增建设用地 by the land-use layer, unless a document states it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from landquota.area import Area
from landquota.errors import InputError, LandquotaError
from landquota.i18n import Text, text
from landquota.reports.land_use import arithmetic

if TYPE_CHECKING:
    from landquota.amount import Amount
    from landquota.analyses.conversion import Conversion
    from landquota.cli.options import Session
    from landquota.ledger import Ledger
    from landquota.project import Project
    from landquota.reconcile import LandUse

_STATE: Final = text("Give --area, with the --document that fixes it.")
#: What of a parcel may be of no known class before its new construction land is not known: a share, and m².
_UNKNOWN_SHARE: Final = 0.0001
_UNKNOWN_M2: Final = 1.0
_UNITS_PER_M2: Final = 300


class Taken(NamedTuple):
    """The amount of a movement, what its entry says of it where the clerk gives no reason, and what is told."""

    amount: Amount
    reason: str | None = None
    note: Text | None = None


def amount_of(session: Session, book: Ledger, stated: Amount | None, given: Mapping[str, Any]) -> Taken:
    """Return what a movement takes: what is stated, or for a commitment of a parcel what the land-use layer gives.

    What a document states goes before what is computed (its area is the legal one); the
    difference is told.

    Raises
    ------
    InputError
        Nothing is stated, and the land-use layer does not tell it either.
    """
    if not _by_parcel(book, given["movement"], given["kind"]) or given["parcel"] is None:
        if stated is None:
            raise click.MissingParameter(param_hint="'--area' / '--amount'", param_type="option")
        return Taken(stated)
    try:
        used, made = conversion_of(session.project(), given["parcel"])
    except LandquotaError:
        if stated is None:
            raise
        return Taken(stated)
    if stated is not None:
        return Taken(stated, note=_difference(used, made, stated, given["document"]))
    if not made.new_construction:
        raise InputError(text("Nothing of the parcel is new construction land by {layer}", layer=used), remedy=_STATE)
    by_layer = text("by {layer}: {arithmetic}", layer=used, arithmetic=arithmetic(made))
    return Taken(made.new_construction, by_layer.render(session.language), by_layer)


def _difference(used: LandUse, made: Conversion, stated: Amount, document: str) -> Text | None:
    if made.new_construction == stated:
        return None
    return text(
        "{stated} by {document} is posted; {layer} gives {arithmetic}",
        stated=stated,
        document=document,
        layer=used,
        arithmetic=arithmetic(made),
    )


def _by_parcel(book: Ledger, movement: str, kind: str | None) -> bool:
    """Return whether a movement is the commitment of conversion quota."""
    from landquota.ledger import MOVEMENTS, QUOTA
    from landquota.ledger.movements import code_of

    declared = next((each for each in book.kinds() if each.kind == kind), None)
    return (
        code_of(movement, MOVEMENTS) == "commit"
        and declared is not None
        and declared.covers_conversion
        and (declared.book, declared.unit) == (QUOTA, Area.code)
    )


def conversion_of(project: Project, parcel: str) -> tuple[LandUse, Conversion]:
    """Return what a parcel of the project is made of.

    Raises
    ------
    InputError
        It is not known: no layers were built, there is no land-use layer or no such parcel, the
        parcel is made up, or too much of it is of no known class.
    """
    from landquota import layers
    from landquota.reconcile import land_use

    if not project.layers_file.exists():
        raise _unknown(parcel, text("the project's layers have not been built"))
    loaded = layers.load(project.layers_file)
    rows = loaded.parcels[loaded.parcels["parcel"] == parcel]
    if rows.empty:
        raise _unknown(parcel, text("the project's layers hold no such parcel"))
    if (rows["nature"] == "illustrative").any():
        raise _unknown(parcel, text("the parcel is illustrative, and nothing made up is posted"))
    used = land_use(loaded, project, only={parcel})
    if used is None:
        raise _unknown(parcel, text("the project has no land-use layer"))
    made = used.parcels.get(parcel)
    if made is None:
        raise _unknown(parcel, text("the land-use layer cannot be compared with the parcel"))
    unknown = made.unknown.units
    if abs(unknown) > max(_UNKNOWN_M2 * _UNITS_PER_M2, _UNKNOWN_SHARE * made.area.units):
        raise _unknown(parcel, text("{area} of it is of no known land class", area=made.unknown))
    return used, made


def _unknown(parcel: str, why: Text) -> InputError:
    return InputError(
        text("How much new construction land parcel {parcel} has is not known: {why}", parcel=parcel, why=why),
        remedy=_STATE,
    )
