"""The general form: one row for each movement, or for the taking back of one."""

from __future__ import annotations

from typing import Final

from landquota.errors import InputError
from landquota.forms.cells import Cells
from landquota.forms.reading import Names
from landquota.i18n import text
from landquota.ledger import MovementDraft, ReversalDraft

#: The words for the taking back of an entry; it names the entry, and its amount is that entry's.
REVERSALS: Final = frozenset({"冲正", "冲销", "reverse", "reversal"})
#: What a draft calls the columns that it has under another name.
_CALLED: Final = {"amount": "area", "effective": "date"}
_FIELDS: Final = (
    *("movement", "holder", "to", "kind", "year", "to_year", "amount", "effective", "document", "clause", "zone"),
    *("parcel", "request", "expires", "reason", "reservation", "batch", "from_stage", "deadline", "starts_by", "key"),
)
_HEADINGS: Final = Names({name: _CALLED.get(name, name) for name in _FIELDS})
_REVERSAL_HEADINGS: Final = Names(
    {name: _CALLED.get(name, name) for name in ("reverses", "reason", "effective", "document", "clause", "key")}
)


def draft(cells: Cells) -> MovementDraft | ReversalDraft:
    """Return what a row says; where it has findings, nothing that anybody will use."""
    movement = cells.needed("movement", cells.string("movement"))
    return _reversal(cells) if movement in REVERSALS else _movement(cells, movement)


def _reversal(cells: Cells) -> ReversalDraft:
    reverses = cells.needed("reverses", cells.string("reverses"))
    return ReversalDraft(
        reverses=reverses,
        reason=cells.needed("reason", cells.string("reason") or cells.string("note")),
        effective=cells.needed("date", cells.day("date")),
        document=cells.string("document"),
        clause=cells.string("clause"),
        key=cells.string("key") or f"reversal:{reverses}",
        place=cells.table.place(cells.line),
        headings=cells.headings(_REVERSAL_HEADINGS),
    )


def _movement(cells: Cells, movement: str) -> MovementDraft:
    if cells.string("reverses") is not None:
        problem = text("only 冲正 names an entry that it takes back")
        cells.wrong("reverses", InputError(problem, remedy=text("Empty the cell, or write 冲正.")))
    return MovementDraft(
        movement=movement or "",
        holder=cells.needed("holder", cells.string("holder")),
        to=cells.string("to"),
        kind=cells.string("kind"),
        year=cells.year("year"),
        to_year=cells.year("to_year"),
        amount=cells.needed("area", cells.amount("area")),
        effective=cells.needed("date", cells.day("date")),
        document=cells.needed("document", cells.string("document")),
        clause=cells.string("clause"),
        zone=cells.string("zone"),
        parcel=cells.string("parcel"),
        request=cells.string("request"),
        expires=cells.day("expires"),
        reason=cells.string("reason") or cells.string("note"),
        reservation=cells.string("reservation"),
        batch=cells.string("batch"),
        from_stage=cells.string("from_stage"),
        deadline=cells.day("deadline"),
        starts_by=cells.day("starts_by"),
        key=cells.string("key"),
        place=cells.table.place(cells.line),
        headings=cells.headings(_HEADINGS),
    )
