"""The composition of parcels as a report: rows, sums by class and by great class, and how it was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from landquota.analyses.classes import GROUPS
from landquota.area import total
from landquota.i18n import Text, text
from landquota.overlay import Role
from landquota.reports.listing import Coded, Column, Holds, Listing, Report, Value
from landquota.reports.overlay_words import about, called, code_of, nature, slivers

if TYPE_CHECKING:
    from landquota.analyses import Extent, Given
    from landquota.analyses.composition import Composition, Row, Sum
    from landquota.findings import Finding

_PLANAR: Final = Column("area_planar_m2", text("Planar (m²)"), Holds.PLANAR, width=16)
_M2: Final = Column("area_m2", text("Area (m²)"), Holds.M2, width=16)
_MU: Final = Column("area_mu", text("Area (mu)"), Holds.MU, width=16, in_csv=False)
_SHARE: Final = Column("share", text("Share (%)"), Holds.PERCENT, width=10)
_PIECES: Final = Column("pieces", text("Pieces"), Holds.COUNT, width=9)
_SLIVER: Final = Column("sliver_m2", text("In slivers (m²)"), Holds.PLANAR, width=14)
_ROLE: Final = Column("role", text("Role"), short=False, width=16, in_csv=False)
_NAME: Final = Column("class_name", text("Class name"), width=22, in_csv=False)
_GROUP: Final = Column("group", text("Great class"), short=False, width=14, in_csv=False)
_CLASS: Final = Column("class", text("Class"), width=18)
_FEATURE: Final = Column("feature", text("Feature"), width=18)
_PARCEL: Final = Column("parcel", text("Parcel"), width=20)
_CULTIVATED: Final = Column("cultivated_m2", text("Of it cultivated (m²)"), Holds.M2, width=18)
_FIGURES: Final = (_PLANAR, _M2, _MU, _SHARE, _PIECES, _SLIVER)
#: The great classes of the law (土地管理法 art. 4).
_GROUPS: Final[Mapping[str, Text]] = {
    "农用地": text("Agricultural land"),
    "建设用地": text("Construction land"),
    "未利用地": text("Unused land"),
}


def report(
    result: Composition,
    layer: Given,
    extent: Extent,
    *,
    by: str,
    sliver_m2: float,
    deducted: int,
    findings: Sequence[Finding],
) -> Report:
    """Return the report of a composition.

    Parameters
    ----------
    result, layer, extent
        What was found, over which layer, and where that speaks.
    by
        Whether rows are by class or by feature.
    sliver_m2
        The threshold of slivers.
    deducted
        How many patches have a deduction that was taken.
    findings
        All that is wrong with the data.
    """
    land = result.land
    notes = [
        *land.measured(),
        *nature(land.given),
        *about(layer, extent, land.crs),
        text("Classes by the attribute {column}", column=result.classes.column),
        result.classes.note(),
        slivers(sliver_m2),
        *_deduction_notes(deducted, by),
    ]
    if any(row.role is Role.DOUBLE for row in result.rows):
        notes.append(text("What is covered twice stands in its class each time and is taken off in a row of its own"))
    listings = (_rows(result, by), _classes(result), *_groups(result))
    facts = {
        "parcels": len(land.given),
        "parcels_file": land.given.file,
        "layer": layer.name,
        "layer_date": layer.dated or None,
        "crs": code_of(land.crs),
        "area_methods": land.ways(),
        "class_list": None if result.classes.source is None else result.classes.source.name,
        "class_list_source": None if result.classes.source is None else result.classes.source.source,
        "sliver_threshold_m2": sliver_m2,
        "deducted_patches": deducted,
    }
    title = text("Land classes of {parcels} over {layer}", parcels=land.given, layer=layer)
    return Report(title, listings, tuple(notes), tuple(findings), facts)


def _deduction_notes(deducted: int, by: str) -> Iterator[Text]:
    if deducted and by == "class":
        yield text(
            "{count} patch(es) have a part deducted (KCXS) for its own class (KCDLBM); parcels are evened out (调平)",
            count=deducted,
        )
    elif deducted:
        yield text("Rows by feature are before deductions (KCXS): {count} patch(es) have one", count=deducted)


def _rows(result: Composition, by: str) -> Listing:
    columns = [_PARCEL, *([_FEATURE] if by == "feature" else []), _CLASS, _NAME, *_FIGURES, _ROLE, _GROUP]
    rows = [_row(result, row, by) for row in result.rows]
    whole = result.total()
    labels: list[Value] = [text("Total"), *([None] if by == "feature" else []), None, None]
    return Listing(
        "rows",
        text("By parcel"),
        tuple(columns),
        rows,
        (*labels, *_figures(whole, share=None), None, None),
    )


def _row(result: Composition, row: Row, by: str) -> tuple[Value, ...]:
    classes = result.classes
    part = row.role is Role.PART
    return (
        row.parcel,
        *([row.feature or None] if by == "feature" else []),
        called(row.role, row.label),
        classes.names.get(row.label) if part else None,
        *_figures(row, share=row.hundredths),
        row.role.value.replace(" ", "_"),
        _said(classes.groups[row.label]) if part and row.label in classes.groups else None,
    )


def _figures(row: Row | Sum, *, share: int | None) -> tuple[Value, ...]:
    return (row.area_planar_m2, row.area, row.area, share, row.pieces, row.sliver_m2)


def _classes(result: Composition) -> Listing:
    names, whole = result.classes.names, result.total()
    rows = [
        (
            called(each.role, each.label),
            names.get(each.label) if each.role is Role.PART else None,
            *_figures(each, share=each.hundredths),
        )
        for each in result.by_class()
    ]
    totals = (text("Total"), None, *_figures(whole, share=whole.hundredths))
    return Listing("classes", text("By class"), (_CLASS, _NAME, *_FIGURES), rows, totals)


def _groups(result: Composition) -> Iterator[Listing]:
    """Yield the sums by great class, where the classes have any."""
    if not result.classes.groups:
        return
    sums, whole = result.by_group(), result.total()
    rows = [
        (
            _group(each),
            *_figures(each, share=each.hundredths),
            each.cultivated if each.label == GROUPS[0] else None,  # nothing else is cultivated
        )
        for each in sums
    ]
    totals = (text("Total"), *_figures(whole, share=whole.hundredths), total(each.cultivated for each in sums))
    column = Column("group", text("Great class"), width=22)
    yield Listing("groups", text("By great class"), (column, *_FIGURES, _CULTIVATED), rows, totals)


def _group(each: Sum) -> Value:
    if each.role is not Role.PART:
        return called(each.role, "")
    return _said(each.label) if each.label else Coded("", text("(of no great class)"))


def _said(group: str) -> Coded:
    return Coded(group, _GROUPS[group])
