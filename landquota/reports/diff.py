"""Two deliveries as a report: every change, the changes by kind, and the areas from class to class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from landquota.analyses.changes import Change, Edited, Kind
from landquota.area import ZERO, Area, total
from landquota.crs import describe
from landquota.i18n import Text, text
from landquota.reports.ground_words import where_used
from landquota.reports.listing import Coded, Column, Holds, Listing, Report, Value
from landquota.reports.overlay_words import code_of

if TYPE_CHECKING:
    import pyproj

    from landquota.analyses.diff import Diff
    from landquota.findings import Finding

KINDS: Final[Mapping[Kind, Coded]] = {
    Kind.UNCHANGED: Coded("unchanged", text("unchanged")),
    Kind.ATTRIBUTES: Coded("attributes", text("attributes changed")),
    Kind.RESHAPED: Coded("geometry", text("geometry changed")),
    Kind.MOVED: Coded("moved", text("moved")),
    Kind.SPLIT: Coded("split", text("split")),
    Kind.MERGED: Coded("merged", text("merged")),
    Kind.ADDED: Coded("added", text("added")),
    Kind.REMOVED: Coded("removed", text("removed")),
    Kind.UNKNOWN: Coded("not_comparable", text("not comparable")),
}
_NO_CLASS: Final = text("(class empty)")
_ALL: Final = text("(all features)")
_GONE: Final = text("(gone)")
_COME: Final = text("(new)")
_DOUBLE: Final = text("(doubly covered, taken off)")
#: So many classes fit on a terminal.
_CLASSES_SHOWN: Final = 8

_KIND: Final = Column("change", text("Change"), width=16)
_ROWS: Final = (
    _KIND,
    Column("old", text("Old feature"), width=18),
    Column("new", text("New feature"), width=18),
    Column("old_m2", text("Old (m²)"), Holds.M2, width=16),
    Column("new_m2", text("New (m²)"), Holds.M2, width=16),
    Column("difference_m2", text("Difference (m²)"), Holds.M2, width=16),
    Column("lost_m2", text("Lost (m²)"), Holds.M2, width=14),
    Column("gained_m2", text("Gained (m²)"), Holds.M2, width=14),
    Column("dx_m", text("Moved east (m)"), width=14),
    Column("dy_m", text("Moved north (m)"), width=14),
    Column("attributes", text("Attributes"), width=40),
    Column("x", text("East"), short=False, width=16),
    Column("y", text("North"), short=False, width=16),
)
#: Shown on a terminal only where there is something.
_RARE: Final = ("lost_m2", "gained_m2", "dx_m", "dy_m", "attributes")
_TALLIES: Final = (
    _KIND,
    Column("changes", text("Changes"), Holds.COUNT, width=10),
    Column("old_features", text("Old features"), Holds.COUNT, width=12),
    Column("new_features", text("New features"), Holds.COUNT, width=12),
    Column("old_m2", text("Old (m²)"), Holds.M2, width=16),
    Column("new_m2", text("New (m²)"), Holds.M2, width=16),
    Column("difference_m2", text("Difference (m²)"), Holds.M2, width=16),
)


def report(
    result: Diff,
    *,
    names: tuple[str, str],
    crs: pyproj.CRS,
    matched_by: str | None,
    class_column: str | None,
    findings: Sequence[Finding],
) -> Report:
    """Return the report of a comparison.

    Parameters
    ----------
    result
        What was found.
    names
        What the deliveries were called when they were asked for; both files may have one name.
    crs
        The plane in which everything was measured.
    matched_by
        The attribute by which features were told; None where it was by their geometry.
    class_column
        The attribute of the transition table.
    findings
        All that is wrong with the data.
    """
    facts = {
        "old_file": names[0],
        "new_file": names[1],
        "crs": code_of(crs),
        "area_method": "planar",
        "matched_by": matched_by,
        "class_field": class_column,
        "tolerance_m": result.tolerance_m,
        "compared_fields": list(result.columns.both),
        "ignored_fields": list(result.columns.ignored),
        "fields_only_in_old": list(result.columns.only_old),
        "fields_only_in_new": list(result.columns.only_new),
        "transitions": list(_transitions(result)),
    }
    title = text("Changes from {old} to {new}", old=names[0], new=names[1])
    listings = (_rows(result), _tallies(result), _table(result))
    return Report(title, listings, tuple(_notes(result, names, crs, matched_by)), tuple(findings), facts)


def said(edited: Sequence[Edited]) -> tuple[str, ...]:
    """Return changed cells in words: ``DLBM: 0101 → 0701``."""
    return tuple(f"{each.column}: {each.old or '—'} → {each.new or '—'}" for each in edited)


def _notes(result: Diff, names: tuple[str, str], crs: pyproj.CRS, matched_by: str | None) -> Iterator[Text]:
    yield text("All areas are measured in the plane, in {crs}", crs=describe(crs))
    if matched_by is not None:
        yield text("Features are told by {column}; those without by their geometry", column=matched_by)
    else:
        yield text("Features are told by their geometry: the same ground, the same shape, then the largest overlap")
    yield text("Boundaries that differ by no more than {tolerance} m are the same", tolerance=f"{result.tolerance_m:g}")
    columns = result.columns
    if columns.ignored:
        yield text("Attributes that are not compared: {fields}", fields=", ".join(columns.ignored))
    for file, fields in ((names[0], columns.only_old), (names[1], columns.only_new)):
        if fields:
            yield text("Only {file} has the attributes {fields}", file=file, fields=", ".join(fields))


def _rows(result: Diff) -> Listing:
    rows = [_row(result, change) for change in result.changed]
    old, new = (total(getattr(change, side) for change in result.changed) for side in ("old_area", "new_area"))
    totals = (text("Total"), None, None, old, new, new - old, *([None] * (len(_ROWS) - 6)))
    return Listing("rows", text("Changes"), where_used(_ROWS, rows, _RARE), rows, totals if rows else None)


def _row(result: Diff, change: Change) -> tuple[Value, ...]:
    return (
        KINDS[change.kind],
        tuple(result.old.names[row] for row in change.old),
        tuple(result.new.names[row] for row in change.new),
        change.old_area if change.old else None,
        change.new_area if change.new else None,
        change.new_area - change.old_area,
        change.lost,
        change.gained,
        _metres(change.dx_m),
        _metres(change.dy_m),
        said(change.edited),
        _metres(change.x),
        _metres(change.y),
    )


def _metres(length_m: float | None) -> str | None:
    return None if length_m is None else f"{length_m:.3f}"


def _tallies(result: Diff) -> Listing:
    rows = [(KINDS[each.kind], *_tally(each[1:])) for each in result.tallies()]
    return Listing("kinds", text("By kind of change"), _TALLIES, rows, (text("Total"), *_tally(result.total[1:])))


def _tally(figures: tuple[int, int, int, Area, Area]) -> tuple[Value, ...]:
    return (*figures, figures[4] - figures[3])


def _table(result: Diff) -> Listing:
    """Return the areas from class to class: rows add up to the old delivery, columns to the new one."""
    table = result.table()
    empty = _NO_CLASS if result.old.classes is not None else _ALL
    taken_off = (any(table.old_double), any(table.new_double))
    columns = [Column("from", text("From class"), width=18)]
    columns += [
        Column(f"to_{name}", Text("{name}", {"name": name or empty}), Holds.M2, place < _CLASSES_SHOWN, 16)
        for place, name in enumerate(table.new_classes)
    ]
    columns.append(Column("gone_m2", _GONE, Holds.M2, width=16))
    columns += [Column("double_m2", _DOUBLE, Holds.M2, width=16)] if taken_off[0] else []
    columns.append(Column("old_m2", text("Old (m²)"), Holds.M2, width=16))
    rows: list[tuple[Value, ...]] = [
        (name or Coded("", empty), *kept, gone, *((-double,) if taken_off[0] else ()), old)
        for name, kept, gone, double, old in zip(
            table.old_classes, table.kept, table.gone, table.old_double, table.old, strict=True
        )
    ]
    blank: tuple[Value, ...] = (None,) * (3 if taken_off[0] else 2)
    rows.append((Coded("(new)", _COME), *table.come, *blank))
    if taken_off[1]:
        rows.append((Coded("(double)", _DOUBLE), *(-double for double in table.new_double), *blank))
    sums = (total(table.gone), *((-total(table.old_double),) if taken_off[0] else ()), total(table.old))
    totals = (text("New (m²)"), *table.new, *sums)
    return Listing("transition", text("From class to class (m²)"), tuple(columns), rows, totals)


def _transitions(result: Diff) -> Iterator[dict[str, object]]:
    """Yield the cells of the table that are not empty; what is gone leads to null, what is new comes from null."""
    table = result.table()
    for old, cells in zip(table.old_classes, table.kept, strict=True):
        yield from (_cell(old, new, area) for new, area in zip(table.new_classes, cells, strict=True) if area != ZERO)
    yield from (_cell(old, None, area) for old, area in zip(table.old_classes, table.gone, strict=True) if area)
    yield from (_cell(None, new, area) for new, area in zip(table.new_classes, table.come, strict=True) if area)


def _cell(old: str | None, new: str | None, area: Area) -> dict[str, object]:
    return {"from": old, "to": new, "area_m2": area.m2, "area_mu": area.mu}
