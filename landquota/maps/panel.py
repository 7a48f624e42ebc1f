"""The panel beside the map: each zone's figures, and the entries behind every one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from landquota.area import ZERO, Bounds, Unit
from landquota.i18n import text
from landquota.maps.view import Badge, EntryRow, PanelCell, PanelNote, PanelRow, PanelTable, PanelZone, Severity
from landquota.reconcile import LAND_MEASURES, Verdict
from landquota.reports.wording import difference, documented_area, remarks
from landquota.vocabulary import label

if TYPE_CHECKING:
    from landquota.ledger import Entry, Position
    from landquota.reconcile import Reconciliation, ZoneAccount
    from landquota.seeds import Fact

_QUOTA: Final = ("requested", "granted", "allotted_in", "allotted_out", "reserved", "committed", "available")
_BADGES: Final[dict[Verdict, Severity]] = {
    Verdict.COVERED: "ok",
    Verdict.UNCOVERED: "warning",
    Verdict.POSSIBLY_UNCOVERED: "note",
    Verdict.NO_DATA: "no_data",
}


def panels(
    result: Reconciliation, entries: Sequence[Entry], facts: Sequence[Fact], *, language: str
) -> Iterator[PanelZone]:
    """Return one section per zone, then one per other holder that has quota."""
    for zone in result.zones:
        yield _zone_panel(zone, entries, [f for f in facts if f.zone == zone.zone], language)
    zoned = {zone.holder for zone in result.zones}
    for account in result.holders:
        holder = account.holder
        if account.quota and holder.holder not in zoned:
            name = holder.holder if language == "zh" else holder.name_en or holder.holder
            yield PanelZone(holder.holder, name, tables=(_quota_table(account.quota, entries, language),))


def entry_row(entry: Entry, language: str) -> EntryRow:
    """Return a ledger entry as it is listed behind a figure."""
    what = label(str(entry.body.get("movement") or entry.body.get("measure") or entry.type), language)
    if entry.reversed_by is not None:
        what = text("{entry} (reversed)", entry=what).render(language)
    parcel = entry.body.get("parcel")
    return EntryRow(
        date=entry.effective.isoformat(),
        source=" ".join(part for part in (entry.document, entry.clause) if part),
        text=f"{what} · {entry.holder}",
        amount=entry.figure(language),
        parcels=(str(parcel),) if parcel else (),
        zone=str(entry.body["zone"]) if entry.body.get("zone") else None,
    )


def _zone_panel(zone: ZoneAccount, entries: Sequence[Entry], facts: Iterable[Fact], language: str) -> PanelZone:
    verdict = label(zone.verdict.value, language)
    tables = [_quota_table(zone.quota, entries, language)] if zone.quota else []
    return PanelZone(
        id=zone.holder,
        name=zone.render(language),
        zone=zone.zone,
        subtitle=tuple(_subtitle(zone, language)),
        verdict=Badge(_BADGES[zone.verdict], verdict),
        tables=(*tables, _land_table(zone, entries, language)),
        notes=tuple(_notes(zone, facts, language)),
    )


def _subtitle(zone: ZoneAccount, language: str) -> Iterator[str]:
    yield text("Documented {documented}", documented=documented_area(zone)).render(language)
    yield text(
        "Measured {measured} km² ({method}, {nature})",
        measured=zone.measured.in_unit(Unit.KM2, 4),
        method=label(zone.area_method, language),
        nature=label(zone.nature, language),
    ).render(language)


def _quota_table(rows: Sequence[Position], entries: Sequence[Entry], language: str) -> PanelTable:
    """Return the positions with one line per kind and year and one column per measure that is used."""
    used = [m for m in _QUOTA if any(getattr(row, m).high != ZERO for row in rows)] or ["available"]
    return PanelTable(
        heading=text("Quota (mu)").render(language),
        columns=(text("Kind").render(language), *(label(m, language) for m in used)),
        rows=tuple(
            PanelRow(
                row.kind if row.year is None else f"{row.kind} {row.year}",
                tuple(
                    _cell(getattr(row, m), _behind(row, entries, language), row.basis == "interpreted") for m in used
                ),
            )
            for row in rows
        ),
    )


def _cell(bounds: Bounds, behind: tuple[EntryRow, ...], interpreted: bool) -> PanelCell:  # noqa: FBT001 - how it is shown
    if bounds.high == ZERO:
        return PanelCell("—")
    return PanelCell(bounds.number() + (" †" if interpreted else ""), behind)


def _behind(row: Position, entries: Sequence[Entry], language: str) -> tuple[EntryRow, ...]:
    keys = set(row.entries)
    return tuple(entry_row(entry, language) for entry in entries if entry.key in keys)


def _land_table(zone: ZoneAccount, entries: Sequence[Entry], language: str) -> PanelTable:
    """Return the land stages: what documents state, and what is drawn (illustrative said as such)."""
    on_map = text("Map (illustrative)") if zone.parcels.illustrative else text("Map")
    rows = []
    for measure in LAND_MEASURES:
        stated = zone.land.get(measure)
        behind = () if stated is None else tuple(entry_row(e, language) for e in entries if e.key == stated.key)
        figure = label("no_data", language) if stated is None else stated.bounds.number()
        drawn = zone.parcels.reached(measure).in_unit(Unit.MU, 2) if zone.parcels.count else label("no_data", language)
        rows.append(PanelRow(label(measure, language), (PanelCell(figure, behind), PanelCell(drawn))))
    columns = (text("Stage").render(language), text("Documents").render(language), on_map.render(language))
    return PanelTable(text("Land (mu)").render(language), columns, tuple(rows))


def _notes(zone: ZoneAccount, facts: Iterable[Fact], language: str) -> Iterator[PanelNote]:
    arithmetic = difference(zone)
    if arithmetic is not None:
        yield PanelNote(arithmetic.render(language), "warning" if zone.verdict is Verdict.UNCOVERED else "note")
    for remark in remarks(zone):
        yield PanelNote(remark.render(language))
    for fact in facts:
        yield PanelNote(f"{fact.statement(language)} ({fact.document} {fact.clause})")
