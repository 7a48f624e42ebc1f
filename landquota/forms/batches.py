"""The form of approval batches (海宁): batch → parcel → supply, one row for each supply.

What is of the batch or of the parcel is repeated in each of its rows, merged, or left empty
below the first.  A batch is approved whole, by the area that the sheet gives for it or else the
sum of its parcels; each parcel is divided from it with its deadline; each supply takes from its
parcel.  The ledger's limits hold Σ parcels ≤ batch and Σ supplied ≤ parcel; here a parcel that is
not supplied whole has to name the deadline.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from landquota.area import Area, total
from landquota.errors import InputError
from landquota.findings import Finding
from landquota.formats.sheets.sheet import Line, filled, words
from landquota.forms.cells import Cells
from landquota.forms.columns import BATCHES
from landquota.forms.reading import Names
from landquota.i18n import text
from landquota.ledger import Draft, Entry, MovementDraft

#: What each movement's fields are called in the form, some by what gives the amount.
_APPROVED: Final = {"holder": "holder", "batch": "batch", "document": "document", "effective": "date"}
_SUPPLIED: Final = {
    "holder": "holder",
    "parcel": "parcel",
    "document": "supply",
    "effective": "supplied_on",
    "reason": "user",
}
_APPROVE: Final = {name: Names({**_APPROVED, "amount": name}) for name in ("area", "approved")}
_DIVIDE: Final = Names(
    {**_APPROVED, "parcel": "parcel", "amount": "area", "deadline": "deadline", "reason": "unsupplied"}
)
_SUPPLY: Final = {name: Names({**_SUPPLIED, "amount": name}) for name in ("supplied", "along")}
#: How the column 带供 says yes or no, where it holds no area; and what the entry says of it.
YES: Final = frozenset({"是", "有", "yes", "√"})
NO: Final = frozenset({"", "否", "无", "no", "-", "—", "/"})
ALONG: Final = "带供"


@dataclass(slots=True)
class _Parcel:
    """What the sheet says of a parcel, from its first row on."""

    cells: Cells
    name: str
    area: Area
    deadline: date | None = None
    unsupplied: str | None = None
    supplies: list[MovementDraft] = field(default_factory=list)

    @property
    def left(self) -> Area:
        """What is not yet supplied; negative where more was supplied than there is."""
        supplied = total(each.amount for each in self.supplies if isinstance(each.amount, Area))
        return Area(self.area.units - supplied.units)


@dataclass(slots=True)
class _Batch:
    """What the sheet says of an approval batch, from its first row on."""

    cells: Cells
    holder: str
    name: str
    document: str
    approved_on: date
    approved: Area | None = None
    parcels: dict[str, _Parcel] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """By what it is known: its approval document and its name."""
        return self.document, self.name


@dataclass(frozen=True, slots=True)
class Defaults:
    """What rows that do not say it mean: the holder of the land, and the day of a supply."""

    holder: str
    supplied_on: date | None = None


def repeated(lines: Sequence[Line], columns: Mapping[str, Sequence[int]]) -> list[Line]:
    """Return the rows, the cells of batch and parcel that are empty filled with what stands above them.

    What is of a batch is repeated until another batch is named, what is of a parcel until another parcel is.
    """
    above: dict[int, object] = {}
    done = []
    for line in lines:
        if _another(line, above, columns, ("batch", "document")):
            _forget(above, columns, ("batch", "document", "date", "approved", "parcel", "area"))
        elif _another(line, above, columns, ("parcel",)):
            _forget(above, columns, ("parcel", "area"))
        cells = list(line.cells)
        for at in (at for column in BATCHES.columns if column.down for at in columns.get(column.field, ())):
            cells += [None] * (at + 1 - len(cells))
            if filled(cells[at]):
                above[at] = cells[at]
            else:
                cells[at] = above.get(at)
        done.append(replace(line, cells=cells))
    return done


def _another(
    line: Line, above: Mapping[int, object], columns: Mapping[str, Sequence[int]], fields: Iterable[str]
) -> bool:
    """Return whether a row names something else than stands above."""
    there = [at for name in fields for at in columns.get(name, ())]
    return any(filled(line.cell(at)) and line.cell(at) != above.get(at) for at in there)


def _forget(above: dict[int, object], columns: Mapping[str, Sequence[int]], fields: Iterable[str]) -> None:
    for at in (at for name in fields for at in columns.get(name, ())):
        above.pop(at, None)


class Batches:
    """The batches of one sheet, row by row; then the drafts that they mean."""

    def __init__(self, defaults: Defaults) -> None:
        self._defaults = defaults
        self._batches: dict[tuple[str, str], _Batch] = {}
        self._seen: dict[tuple[str, ...], int] = {}

    def add(self, cells: Cells) -> None:
        """Take in a row; what is wrong with it stays with the cells."""
        batch = self._batch(cells)
        parcel = self._parcel(cells, batch)
        supplies = self._supplies(cells, batch, parcel)
        if cells.findings:
            return
        known = self._batches.setdefault(batch.key, batch)
        known.approved = known.approved or batch.approved
        there = known.parcels.setdefault(parcel.name, parcel)
        there.deadline = there.deadline or parcel.deadline
        there.unsupplied = there.unsupplied or parcel.unsupplied
        there.supplies += supplies

    def drafts(self) -> Iterator[Draft]:
        """Yield the movements: each batch, its parcels, then their supplies."""
        for batch in self._batches.values():
            yield _approve(batch)
            for parcel in batch.parcels.values():
                yield _divide(batch, parcel)
            for parcel in batch.parcels.values():
                yield from parcel.supplies

    def deadlines(self) -> Iterator[Finding]:
        """Find parcels of which something is left to supply, and no deadline for it."""
        for parcel in (parcel for batch in self._batches.values() for parcel in batch.parcels.values()):
            if parcel.deadline is None and parcel.left.units > 0:
                column = next(iter(parcel.cells.table.of("deadline")), None)
                place = parcel.cells.table.place(parcel.cells.line, column)
                params = {"parcel": parcel.name, "left": parcel.left, "area": parcel.area}
                yield Finding("FORM-DEADLINE-MISSING", place, params)

    def _batch(self, cells: Cells) -> _Batch:
        """Return the batch as this row says it, which has to agree with the rows above."""
        batch = _Batch(
            cells=cells,
            holder=cells.string("holder") or self._defaults.holder,
            name=cells.needed("batch", cells.string("batch")),
            document=cells.needed("document", cells.string("document")),
            approved_on=cells.needed("date", cells.day("date")),
            approved=_area(cells, "approved"),
        )
        known = self._batches.get(batch.key)
        if known is not None:
            self._agree(cells, known.cells, "holder", known.holder, batch.holder)
            self._agree(cells, known.cells, "date", known.approved_on, batch.approved_on)
            if known.approved is not None and batch.approved is not None:
                self._agree(cells, known.cells, "approved", known.approved, batch.approved)
        return batch

    def _parcel(self, cells: Cells, batch: _Batch) -> _Parcel:
        parcel = _Parcel(
            cells=cells,
            name=cells.needed("parcel", cells.string("parcel")),
            area=cells.needed("area", _area(cells, "area")),
            deadline=cells.day("deadline"),
            unsupplied=cells.string("unsupplied"),
        )
        known = self._batches[batch.key].parcels.get(parcel.name) if batch.key in self._batches else None
        if known is not None:
            self._agree(cells, known.cells, "area", known.area, parcel.area)
            if known.deadline is not None and parcel.deadline is not None:
                self._agree(cells, known.cells, "deadline", known.deadline, parcel.deadline)
        return parcel

    def _agree(self, cells: Cells, first: Cells, name: str, there: object, here: object) -> None:
        """Find a row that says something else of the same batch or parcel than the first one did."""
        if here is None or there == here:
            return
        place = cells.table.place(cells.line, next(iter(cells.table.of(name)), None))
        params = {"here": here, "there": there, "row": first.line.number}
        cells.findings.append(Finding("FORM-BATCH-DIFFERS", place, params))

    def _supplies(self, cells: Cells, batch: _Batch, parcel: _Parcel) -> list[MovementDraft]:
        """Return the supply of the row, and what was supplied along with it."""
        supplied, (along, marked) = _area(cells, "supplied"), _along(cells)
        document, day = cells.string("supply"), cells.day("supplied_on")
        if supplied is None and along is None:
            if document is not None or day is not None:
                cells.needed("supplied", supplied)
            return []
        document = cells.needed("supply", document)
        effective = self._supplied_on(cells, day)
        self._once(cells, (*batch.key, parcel.name, document))
        said = [part for part in (cells.string("user"), cells.string("note")) if part]
        amounts = [("supplied", supplied, marked), ("along", along, True)]
        return [
            MovementDraft(
                movement="supply",
                holder=batch.holder,
                parcel=parcel.name,
                amount=amount,
                effective=effective,
                document=document,
                reason="；".join([ALONG, *said] if with_others else said) or None,
                key=_key(document, "supply", *batch.key, parcel.name, *([] if name == "supplied" else [name])),
                place=cells.table.place(cells.line),
                headings=cells.headings(_SUPPLY[name]),
            )
            for name, amount, with_others in amounts
            if amount is not None
        ]

    def _supplied_on(self, cells: Cells, day: date | None) -> date:
        """Return the day of a supply; a table that has no such column counts as of one day, which has to be given."""
        effective = day or self._defaults.supplied_on
        if effective is None and not cells.has_finding("supplied_on"):
            cells.wrong(
                "supplied_on",
                InputError(
                    text("the day of the supply is not given"),
                    remedy=text("Fill in 供地时间, or pass --dated with the day as of which the table counts."),
                ),
            )
        return effective  # type: ignore[return-value] # the row is dropped

    def _once(self, cells: Cells, supply: tuple[str, ...]) -> None:
        """Find a row that repeats the supply of an earlier one."""
        first = self._seen.setdefault(supply, cells.line.number)
        if first != cells.line.number:
            place = cells.table.place(cells.line, next(iter(cells.table.of("supply")), None))
            cells.findings.append(Finding("FORM-ROW-TWICE", place, {"row": first, "supply": supply[-1]}))


def _approve(batch: _Batch) -> MovementDraft:
    """Return the approval of a whole batch."""
    amount = total(parcel.area for parcel in batch.parcels.values()) if batch.approved is None else batch.approved
    called = "area" if batch.approved is None else "approved"
    return MovementDraft(
        movement="approve",
        holder=batch.holder,
        batch=batch.name,
        amount=amount,
        effective=batch.approved_on,
        document=batch.document,
        key=_key(batch.document, "approve", *batch.key),
        place=batch.cells.table.place(batch.cells.line),
        headings=batch.cells.headings(_APPROVE[called]),
    )


def _divide(batch: _Batch, parcel: _Parcel) -> MovementDraft:
    """Return the dividing of a parcel from its batch, with the deadline for supplying it."""
    return MovementDraft(
        movement="divide",
        holder=batch.holder,
        batch=batch.name,
        parcel=parcel.name,
        amount=parcel.area,
        effective=batch.approved_on,
        document=batch.document,
        deadline=parcel.deadline,
        reason=parcel.unsupplied,
        key=_key(batch.document, "divide", *batch.key, parcel.name),
        place=parcel.cells.table.place(parcel.cells.line),
        headings=parcel.cells.headings(_DIVIDE),
    )


def as_recorded(drafts: Iterable[Draft], entries: Iterable[Entry]) -> list[Draft]:
    """Return the drafts, deadline and reason of parcels that are left empty as their entries have them.

    A table that is kept up to date no longer says why a parcel is not supplied once it is: what it
    no longer says has not become wrong.
    """
    there = {entry.key: entry.body for entry in entries if entry.body.get("movement") == "divide"}
    return [
        _as_recorded(draft, there[draft.key])
        if isinstance(draft, MovementDraft) and draft.key in there and draft.movement == "divide"
        else draft
        for draft in drafts
    ]


def _as_recorded(draft: MovementDraft, body: Mapping[str, object]) -> MovementDraft:
    deadline, reason = body.get("deadline"), body.get("reason")
    return replace(
        draft,
        deadline=date.fromisoformat(deadline)
        if draft.deadline is None and isinstance(deadline, str)
        else draft.deadline,
        reason=reason if draft.reason is None and isinstance(reason, str) else draft.reason,
    )


def _area(cells: Cells, name: str) -> Area | None:
    """Return an area; a mass or a sum of money is none, and nothing supplied is 0."""
    amount = cells.amount(name)
    if amount is None or not amount.units:
        return None
    if not isinstance(amount, Area):
        cells.wrong(
            name,
            InputError(
                text("{amount} is no area", amount=amount), remedy=text("Give an area, such as 10亩 or 6666.67平方米.")
            ),
        )
        return None
    return amount


def _along(cells: Cells) -> tuple[Area | None, bool]:
    """Return the area that was supplied along, or whether the supply itself was: the column holds either."""
    columns = cells.table.of("along")
    said = words(cells.line.cell(columns[0])) if columns else ""
    if said in YES or said in NO:
        return None, said in YES
    return _area(cells, "along"), False


def _key(document: str, *about: str) -> str:
    """Return the key of what a row is about: importing the table again adds nothing."""
    digest = hashlib.sha256(json.dumps(about, ensure_ascii=False).encode()).hexdigest()[:12]
    return f"{document}:{digest}"
