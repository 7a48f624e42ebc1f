"""The panel beside the map: each zone's figures with the entries behind them, its findings and facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from landquota.area import Unit
from landquota.i18n import Text, text
from landquota.maps.view import Badge, PanelCell, PanelFinding, PanelNote, PanelRow, PanelTable, PanelZone, Severity
from landquota.reconcile import LAND_MEASURES, Verdict
from landquota.reports.wording import INTERPRETED, by_book, difference, remarks
from landquota.vocabulary import label

if TYPE_CHECKING:
    from landquota.ledger import LandFigure, Position
    from landquota.maps.evidence import Evidence
    from landquota.maps.located import Gazetteer
    from landquota.reconcile import Reconciliation, ZoneAccount
    from landquota.seeds import Fact

#: The columns of the quota table: what was asked for, then the terms that add up to what is available.
_QUOTA: Final = (
    "requested",
    "granted",
    "allotted_in",
    "allotted_out",
    "transferred_in",
    "transferred_out",
    "carried_in",
    "carried_out",
    "withdrawn",
    "reserved",
    "committed",
    "available",
)
#: Shown also where there is none: that a request was not granted has to be seen.
_ALWAYS: Final = frozenset({"granted", "available"})
_BADGES: Final[dict[Verdict, Severity]] = {
    Verdict.COVERED: "ok",
    Verdict.UNCOVERED: "warning",
    Verdict.POSSIBLY_UNCOVERED: "note",
    Verdict.NO_DATA: "no_data",
}
_NOTHING: Final = "—"
_DAGGER: Final = "†"
#: The finding that a zone's measured area is too far from its documented one.
_AREA_DIFFERS: Final = "ZONE-AREA-DIFFERS"


def panels(
    result: Reconciliation, evidence: Evidence, gazetteer: Gazetteer, facts: Sequence[Fact]
) -> Iterator[PanelZone]:
    """Return one section per zone, one per other holder that has quota, and one for all other findings."""
    language = evidence.language
    found = _by_holder(result, gazetteer, language)
    for zone in result.zones:
        told = [fact for fact in facts if fact.zone == zone.zone]
        yield _zone_panel(zone, evidence, tuple(found.pop(zone.holder, ())), told)
    for account in result.holders:
        holder = account.holder.holder
        if (account.quota or account.land) and holder not in {zone.holder for zone in result.zones}:
            land = [_holder_land(account.land, evidence)] if account.land else []
            tables = (*quota_tables(account.quota, evidence), *land)
            findings = tuple(found.pop(holder, ()))
            yield PanelZone(holder, evidence.names.say(holder, language), tables=tables, findings=findings)
    rest = tuple(finding for findings in found.values() for finding in findings)
    if rest:
        yield PanelZone("", text("Other findings").render(language), findings=rest)


def figures_only(sections: Iterable[PanelZone], language: str) -> Iterator[PanelZone]:
    """Yield what may be published of sections: their figures, without what stands behind and beside them."""
    for section in sections:
        tables = tuple(
            replace(
                table,
                rows=tuple(
                    PanelRow(row.label, tuple(PanelCell(cell.text) for cell in row.cells)) for row in table.rows
                ),
            )
            for table in section.tables
        )
        marked = any(_DAGGER in cell.text for table in tables for row in table.rows for cell in row.cells)
        notes = (PanelNote(INTERPRETED.render(language)),) if marked else ()
        if tables:
            yield PanelZone(section.id, section.name, section.zone, section.subtitle, tables=tables, notes=notes)


def facts_elsewhere(result: Reconciliation, facts: Sequence[Fact], evidence: Evidence) -> Iterator[str]:
    """Return the cited facts of no zone's section, each with whom it is about."""
    zones = {zone.zone for zone in result.zones}
    for fact in facts:
        if fact.zone not in zones:
            said = _cited(fact, evidence.language)
            about = evidence.names.say(fact.subject, evidence.language)
            yield text("{subject}: {statement}", subject=about, statement=said).render(evidence.language)


def _by_holder(result: Reconciliation, gazetteer: Gazetteer, language: str) -> dict[str | None, list[PanelFinding]]:
    """Return the findings by the holder whose section lists them, the worst first."""
    found: dict[str | None, list[PanelFinding]] = {}
    for finding in result.findings:
        found.setdefault(gazetteer.holder(finding), []).append(gazetteer.listed(finding, language))
    return found


def _zone_panel(
    zone: ZoneAccount, evidence: Evidence, findings: tuple[PanelFinding, ...], facts: Sequence[Fact]
) -> PanelZone:
    language = evidence.language
    tables = quota_tables(zone.quota, evidence)
    return PanelZone(
        id=zone.holder,
        name=zone.render(language),
        zone=zone.zone,
        verdict=Badge(_BADGES[zone.verdict], label(zone.verdict.value, language)),
        tables=(_area_table(zone, evidence, findings), *tables, _land_table(zone, evidence)),
        notes=tuple(_notes(zone, language)),
        findings=findings,
        facts=tuple(_cited(fact, language) for fact in facts),
    )


def _area_table(zone: ZoneAccount, evidence: Evidence, findings: Sequence[PanelFinding]) -> PanelTable:
    """Return the documented area beside the measured one, and whether a finding says that they differ."""
    language = evidence.language
    measured = PanelCell(zone.measured.in_unit(Unit.KM2, 4))
    columns = (
        text("Area (km²)").render(language),
        text("Documented").render(language),
        text("Measured ({method})", method=label(zone.area_method, language)).render(language),
        text("Difference").render(language),
    )
    if zone.documented is None:
        cells = (PanelCell(label("no_data", language)), measured, PanelCell(_NOTHING))
    else:
        documented = zone.documented.area
        percent = Decimal((zone.measured - documented).units) * 100 / Decimal(documented.units)
        differs = any(finding.code == _AREA_DIFFERS for finding in findings)
        said = text("{percent} %, differs", percent=f"{percent:+.2f}") if differs else text("agrees")
        stated = PanelCell(documented.in_unit(Unit.KM2, 2), evidence.stated(zone.documented.key))
        cells = (stated, measured, PanelCell(said.render(language), severity="error" if differs else "ok"))
    return PanelTable("", columns, (PanelRow(label(zone.nature, language), cells),))


def quota_tables(rows: Sequence[Position], evidence: Evidence) -> Iterator[PanelTable]:
    """Yield a table for each book and unit."""
    for heading, mine in by_book(rows):
        yield _quota_table(heading, mine, evidence)


def _quota_table(heading: Text, rows: Sequence[Position], evidence: Evidence) -> PanelTable:
    """Return the positions with one line per kind and year and one column per measure that is used."""
    language = evidence.language
    used = [m for m in _QUOTA if m in _ALWAYS or not all(getattr(row, m).none for row in rows)]
    return PanelTable(
        heading=heading.render(language),
        columns=(text("Quota kind").render(language), *(label(m, language) for m in used)),
        rows=tuple(PanelRow(_kind(row, evidence), tuple(_cell(row, m, evidence) for m in used)) for row in rows),
    )


def _kind(row: Position, evidence: Evidence) -> str:
    kind = evidence.names.say(row.kind, evidence.language)
    return kind if row.year is None else f"{kind} {row.year}"


def _cell(row: Position, measure: str, evidence: Evidence) -> PanelCell:
    bounds = getattr(row, measure)
    behind = evidence.behind(row, measure)
    if bounds.none:
        # A nothing that movements have come to can be looked into; one that nobody touched cannot.
        return PanelCell(bounds.number() if behind else _NOTHING, behind)
    return PanelCell(bounds.number() + (f" {_DAGGER}" if row.basis == "interpreted" else ""), behind)


def _land_table(zone: ZoneAccount, evidence: Evidence) -> PanelTable:
    """Return the land stages: what the ledger or documents say, and what is drawn (illustrative said as such)."""
    language = evidence.language
    on_map = text("Map (illustrative)") if zone.parcels.illustrative else text("Map")
    rows = []
    for measure in LAND_MEASURES:
        known = zone.land.get(measure)
        behind = () if known is None else evidence.behind_land(known)
        figure = label("no_data", language) if known is None else known.bounds.number()
        drawn = zone.parcels.reached(measure).in_unit(Unit.MU, 2) if zone.parcels.count else label("no_data", language)
        rows.append(PanelRow(label(measure, language), (PanelCell(figure, behind), PanelCell(drawn))))
    columns = (text("Stage").render(language), _rests_on(zone.land).render(language), on_map.render(language))
    return PanelTable(text("Land (mu)").render(language), columns, tuple(rows))


def _holder_land(land: Mapping[str, LandFigure], evidence: Evidence) -> PanelTable:
    """Return the land of a holder that is no zone of the map, with that of the holders below."""
    language = evidence.language
    rows = [
        PanelRow(
            label(measure, language), (PanelCell(land[measure].bounds.number(), evidence.behind_land(land[measure])),)
        )
        for measure in LAND_MEASURES
        if measure in land
    ]
    columns = (text("Stage").render(language), _rests_on(land).render(language))
    return PanelTable(text("Land (mu), with that of the holders below").render(language), columns, tuple(rows))


def _rests_on(land: Mapping[str, LandFigure]) -> Text:
    """Return what figures of land rest on: where entries exist they stand, elsewhere statements."""
    by_ledger = [figure.statement is None for figure in land.values()]
    if not any(by_ledger):
        return text("Documents")
    return text("Ledger") if all(by_ledger) else text("Ledger, else documents")


def _notes(zone: ZoneAccount, language: str) -> Iterator[PanelNote]:
    arithmetic = difference(zone)
    if arithmetic is not None:
        yield PanelNote(arithmetic.render(language), "warning" if zone.verdict is Verdict.UNCOVERED else "note")
    for remark in remarks(zone):
        yield PanelNote(remark.render(language))


def _cited(fact: Fact, language: str) -> str:
    source = " ".join(part for part in (fact.document, fact.clause) if part)
    return text("{statement} ({source})", statement=fact.statement(language), source=source).render(language)
