"""The ledger as a workbook: movements in the form that is read again, balances, and live reservations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from landquota.amount import Amount
from landquota.area import Bounds
from landquota.formats.replacing import replace_file
from landquota.formats.sheets.writing import BOLD, Alike, new_book, new_sheet, saved
from landquota.forms.columns import MOVEMENTS
from landquota.forms.styles import AMOUNTS, NUMBERS, Shown, Value, begin, row, shown
from landquota.i18n import Text, text
from landquota.ledger import Entry, Position, Reservation
from landquota.vocabulary import label

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

#: What of a body is written as it stands, and what is a day.
_TEXTS: Final = ("holder", "to", "kind", "zone", "parcel", "batch", "request", "reservation", "reverses", "reason")
_DAYS: Final = ("expires", "deadline", "starts_by")
_YEARS: Final = ("year", "to_year")
#: The figures of a position, in the order of the tables.
_MEASURES: Final = (
    *("requested", "granted", "allotted_in", "allotted_out", "transferred_in", "transferred_out"),
    *("carried_in", "carried_out", "withdrawn", "reserved", "committed", "available"),
)
_TOTAL: Final = text("Total")
_ANY: Final = "General"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is written: the ledger at the end of a day."""

    entries: Sequence[Entry]
    positions: Sequence[Position]
    reservations: Sequence[Reservation]
    as_of: date
    head: str


def write_entries(path: Path, ledger: Snapshot, *, language: str) -> int:
    """Write a workbook, whole or not at all; the same ledger gives the same bytes.

    Amounts are numbers, exact in 亩, kg and 元.  Statements, declarations and reports are not
    movements: they stand in the CSV export only.

    Returns
    -------
    int
        How many movements and reversals were written.

    Raises
    ------
    InputError
        The file cannot be written.
    """
    book = new_book()
    movements = [entry for entry in ledger.entries if _is_movement(entry)]
    said = text("As of {as_of}, end of day; ledger head {head}", as_of=ledger.as_of, head=ledger.head).render(language)
    _movements(new_sheet(book, text("Movements").render(language)), movements, said, language)
    _balances(new_sheet(book, text("Balances").render(language)), ledger.positions, said, language)
    _reservations(new_sheet(book, text("Reservations").render(language)), ledger.reservations, said, language)
    replace_file(path, saved(book))
    return len(movements)


def _is_movement(entry: Entry) -> bool:
    return entry.type == "movement" or (entry.type == "reversal" and "movement" in (entry.target or {}))


def _movements(sheet: Worksheet, entries: Sequence[Entry], title: str, language: str) -> None:
    counted = [code for code in AMOUNTS if code == "mu" or any(entry.counted.code == code for entry in entries)]
    columns = shown(MOVEMENTS, language=language, counted=counted)
    begin(sheet, columns, rows=len(entries), title=title)
    alike = Alike(sheet)
    for entry in entries:
        sheet.append(row(alike, columns, _movement(entry, language)))


def _movement(entry: Entry, language: str) -> dict[str, Value]:
    """Return an entry as the form has it; a reversal names the entry that it takes back and has no amount."""
    body: Mapping[str, Any] = entry.body
    values: dict[str, Value] = {name: body.get(name) for name in (*_TEXTS, *_YEARS)}
    values |= {name: date.fromisoformat(body[name]) for name in _DAYS if body.get(name)}
    values |= {"date": entry.effective, "document": entry.document, "clause": entry.clause, "key": entry.key}
    if entry.type == "reversal":
        values |= {"movement": "冲正" if language == "zh" else "reverse", "holder": entry.holder}
        return values
    values["movement"] = _word(body["movement"], language)
    values["from_stage"] = _word(body["from_stage"], language) if body.get("from_stage") else None
    if entry.amount is not None:
        values[f"area:{entry.counted.code}"] = _number(entry.amount)
    return values


def _word(code: str, language: str) -> str:
    """Return the word by which the form knows a movement or stage: the code, or its Chinese word."""
    return label(code, "zh") if language == "zh" else code


def _number(amount: Amount) -> Decimal:
    return Decimal(amount.number)


def _balances(sheet: Worksheet, positions: Sequence[Position], title: str, language: str) -> None:
    """Write positions kind by kind, each with its total; kinds and years are never summed together."""
    columns = [*_of_quota(language), *(Shown(m, label(m, language), 14, _ANY) for m in _MEASURES)]
    columns.append(Shown("basis", text("Basis").render(language), 10, _ANY))
    ordered = sorted(positions, key=lambda p: (p.kind, p.year or 0, p.holder))
    begin(sheet, columns, rows=len(ordered), title=title)
    for _, group in groupby(ordered, key=lambda p: (p.kind, p.year)):
        rows = list(group)
        for position in rows:
            figures = {measure: getattr(position, measure) for measure in _MEASURES}
            said: dict[str, Value] = {"holder": position.holder, "basis": label(position.basis, language)}
            _figures(sheet, columns, said | _quota(position, figures["available"].low, language), figures)
        sums = {measure: _sum(getattr(position, measure) for position in rows) for measure in _MEASURES}
        last: dict[str, Value] = {"holder": _TOTAL.render(language)}
        last |= _quota(rows[0], sums["available"].low, language)
        _figures(sheet, columns, last, sums, total=True)


def _reservations(sheet: Worksheet, live: Sequence[Reservation], title: str, language: str) -> None:
    """Write what is left of each reservation, kind by kind, with its total."""
    headings: list[tuple[str, Text, float]] = [
        ("key", text("Key"), 22),
        ("reserved", text("Reserved at first"), 14),
        ("left", text("Left"), 14),
        ("effective", text("Effective"), 12),
        ("expires", text("Until"), 12),
        ("zone", text("Zone"), 12),
        ("parcel", text("Parcel"), 14),
        ("reason", text("What for"), 30),
    ]
    quota = _of_quota(language)
    rest = [Shown(name, said.render(language), width, _ANY) for name, said, width in headings]
    columns = [*quota, *rest]
    ordered = sorted(live, key=lambda r: (r.kind, r.year or 0))
    begin(sheet, columns, rows=len(ordered), title=title)
    for _, group in groupby(ordered, key=lambda r: (r.kind, r.year)):
        rows = list(group)
        for each in rows:
            said: dict[str, Value] = {"holder": each.holder, "key": each.key, "reason": each.reason}
            said |= {"zone": each.zone, "parcel": each.parcel, "effective": each.effective, "expires": each.expires}
            figures = {"reserved": Bounds.exactly(each.reserved), "left": Bounds.exactly(each.left)}
            _figures(sheet, columns, said | _quota(each, each.left, language), figures)
        sums = {"left": _sum(Bounds.exactly(each.left) for each in rows)}
        last: dict[str, Value] = {"holder": _TOTAL.render(language)}
        last |= _quota(rows[0], sums["left"].low, language)
        _figures(sheet, columns, last, sums, total=True)


def _of_quota(language: str) -> list[Shown]:
    """Return the columns that say whose quota it is, of which kind and year, and in which unit."""
    names = ("holder", "kind", "year")
    columns = [column for column in shown(MOVEMENTS, language=language) if column.field in names]
    return [*columns, Shown("unit", text("Unit").render(language), 8, _ANY)]


def _quota(of: Position | Reservation, counted: Amount, language: str) -> dict[str, Value]:
    return {"kind": of.kind, "year": of.year, "unit": counted.unit.render(language)}


def _sum(figures: Iterable[Bounds]) -> Bounds:
    first, *others = figures
    return sum(others, first)


def _figures(
    sheet: Worksheet,
    columns: Sequence[Shown],
    said: Mapping[str, Value],
    figures: Mapping[str, Bounds],
    *,
    total: bool = False,
) -> None:
    """Write a row of figures: what is exact as a number, what is only bounded (≥ 500) in words."""
    values = {**said, **{name: _value(bounds) for name, bounds in figures.items()}}
    cells = row(Alike(sheet), columns, values)
    for cell, column in zip(cells, columns, strict=True):
        if cell is None:
            continue
        if column.field in figures and figures[column.field].exact:
            unit = figures[column.field].low.unit.render("zh")
            cell.number_format = NUMBERS[unit]
        elif isinstance(values.get(column.field), date):
            cell.number_format = "yyyy-mm-dd"
        if total:
            cell.font = BOLD
    sheet.append(cells)


def _value(bounds: Bounds) -> Value:
    return _number(bounds.low) if bounds.exact else bounds.number()
